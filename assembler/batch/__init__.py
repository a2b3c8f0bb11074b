"""batch: many cases, each on its own; what happens to one never touches another.

Folders come in; one outcome per case goes out, as a value, a table row or a test case. Knows nothing of how a bundle is made.
"""

from assembler.batch.building import Order, build, run
from assembler.batch.cluster import run_on
from assembler.batch.facts import Outcome, discover, validate, worst
from assembler.batch.junit import junit

__all__ = ["Order", "Outcome", "build", "discover", "junit", "run", "run_on", "validate", "worst"]

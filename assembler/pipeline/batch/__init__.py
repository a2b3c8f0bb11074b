"""Build or validate many cases, each on its own; a case that fails does not affect the others.

Takes folders; returns one outcome per case, also as a JUnit test case. Must not know how a bundle
is made. Modules that build are imported on first use, since facts are validated without the
libraries that draw.
"""

from typing import TYPE_CHECKING

from assembler.pipeline.batch.case_list import Outcome, discover, find_cases, validate
from assembler.runtime.lazy_modules import import_on_use

if TYPE_CHECKING:
    from assembler.pipeline.batch.case_builds import Order, build, run
    from assembler.pipeline.batch.cluster import run_on
    from assembler.pipeline.batch.junit_suite import make_junit_cases

__all__ = [
    "Order",
    "Outcome",
    "build",
    "discover",
    "find_cases",
    "make_junit_cases",
    "run",
    "run_on",
    "validate",
]

_LAZY_MODULES = {
    "Order": "case_builds",
    "build": "case_builds",
    "run": "case_builds",
    "run_on": "cluster",
    "make_junit_cases": "junit_suite",
}

__getattr__ = import_on_use(__name__, _LAZY_MODULES)

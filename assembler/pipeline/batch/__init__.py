"""batch: many cases, each on its own; what happens to one never touches another.

Folders come in; one outcome per case goes out, as a value, a table row or a test case. Knows
nothing of how a bundle is made. What builds is imported when it is first asked for: facts alone are
judged without the libraries that draw.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from assembler.pipeline.batch.case_list import Outcome, discover, folders, validate

if TYPE_CHECKING:
    from assembler.pipeline.batch.case_builds import Order, build, run
    from assembler.pipeline.batch.cluster import run_on
    from assembler.pipeline.batch.junit_suite import junit

__all__ = ["Order", "Outcome", "build", "discover", "folders", "junit", "run", "run_on", "validate"]

_LATER = {
    "Order": "case_builds",
    "build": "case_builds",
    "run": "case_builds",
    "run_on": "cluster",
    "junit": "junit_suite",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(name)
    return getattr(import_module(f"assembler.pipeline.batch.{_LATER[name]}"), name)

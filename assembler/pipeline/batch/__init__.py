"""Build or validate many cases, each on its own; a case that fails does not affect the others.

Takes folders; returns one outcome per case, also as a JUnit test case. Must not know how a bundle
is made. Modules that build are imported on first use, since facts are validated without the
libraries that draw.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from assembler.pipeline.batch.case_list import Outcome, discover, find_cases, validate

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


def __getattr__(name: str) -> Any:
    if name not in _LAZY_MODULES:
        raise AttributeError(name)
    return getattr(import_module(f"assembler.pipeline.batch.{_LAZY_MODULES[name]}"), name)

"""Choose the style of a listing for programs; `grouped` has the one for persons."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assembler.model import RuleHelp
from assembler.report.formats.junit import as_junit
from assembler.report.formats.listing import Listed, has_failure, tally
from assembler.report.formats.machine import as_github, as_json, as_sarif

__all__ = ["STYLES", "Listed", "has_failure", "render", "tally"]

_STYLES: dict[str, Callable[[Sequence[Listed], Sequence[RuleHelp], bool], str]] = {
    "json": as_json,
    "junit": as_junit,
    "sarif": as_sarif,
    "github": as_github,
}
STYLES = tuple(_STYLES)


def render(
    style: str, cases: Sequence[Listed], rules: Sequence[RuleHelp] = (), *, strict: bool = False
) -> str:
    """Return the findings of the cases in a style of `STYLES`; same input, same text.

    Args:
        rules: the rules that were applied, with their help.
        strict: warnings count as failures.

    Raises:
        KeyError: there is no such style.
    """
    return _STYLES[style](cases, rules, strict)

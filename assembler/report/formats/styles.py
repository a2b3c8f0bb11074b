"""What is listed, and the choice of a style."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assembler.model import RuleHelp
from assembler.report.formats.junit import as_junit
from assembler.report.formats.listing import Listed, rejected, tally
from assembler.report.formats.machine import as_github, as_json, as_sarif
from assembler.report.formats.text import as_text

__all__ = ["STYLES", "Listed", "rejected", "render", "tally"]

_STYLES: dict[str, Callable[[Sequence[Listed], Sequence[RuleHelp], bool], str]] = {
    "text": as_text,
    "json": as_json,
    "junit": as_junit,
    "sarif": as_sarif,
    "github": as_github,
}
STYLES = tuple(_STYLES)


def render(
    style: str, cases: Sequence[Listed], rules: Sequence[RuleHelp] = (), *, strict: bool = False
) -> str:
    """The findings of these cases in a style of `STYLES`; KeyError for another.

    `rules`: the rules that were applied, with their help. `strict`: warnings count as failures.
    Same input, same text.
    """
    return _STYLES[style](cases, rules, strict)

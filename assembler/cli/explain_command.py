"""`assembler explain`: what a rule means, and what to do about it."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from difflib import get_close_matches
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assembler.cli.console import printable, result
from assembler.cli.shared_options import shelf_option, verbose_option

if TYPE_CHECKING:
    from assembler.rules import Explanation

_WIDEST = 100  # columns; longer lines are hard to read
_NEAR = 3  # rules that are offered for one that does not exist
_LIKE = 0.75  # of 1: how alike two ids must be for one to be offered
_HOUSE = "house rule"
_CONFIDENCE = {
    "A": "read at the source",
    "B": "read in an older or secondary copy",
    "K": "common knowledge of the field, not read again",
    "?": "uncertain or conflicting",
}


@click.command()
@click.argument("rule", required=False)
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print.",
)
@shelf_option
@verbose_option
def explain(rule: str | None, style: str, shelf_dir: Path | None) -> None:
    """Say what a rule means and what to do; without RULE, list all rules.

    RULE is the id that a finding names, for example EVID.HIDDEN.
    """
    from assembler import rules
    from assembler.runtime.resources import Shelf

    known = rules.explain_rules(rules.load_library(Shelf.default(shelf_dir)))
    if rule is None:
        result(
            _dump([_as_json(one) for one in known.values()]) if style == "json" else _listing(known)
        )
        return
    explanation = known.get(rule.upper())
    if explanation is None:
        raise click.UsageError(_unknown(rule, known))
    result(_dump(_as_json(explanation)) if style == "json" else "\n".join(_text(explanation)))


def _unknown(rule: str, known: Mapping[str, object]) -> str:
    wanted = rule.upper()
    group = [name for name in known if name.startswith(f"{wanted.rstrip('.')}.")]
    near = (group or get_close_matches(wanted, known, _NEAR, _LIKE))[:_NEAR]
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    return f"There is no rule {printable(rule)}; {hint}`assembler explain` lists all rules."


def _as_json(explanation: Explanation) -> dict[str, Any]:
    others = dict(explanation.other_severities)
    return {
        **asdict(explanation),
        "other_severities": others,
        "checked_on": explanation.checked_on.isoformat(),
    }


def _dump(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False)


def _width() -> int:
    return min(shutil.get_terminal_size().columns, _WIDEST)


def _listing(known: Mapping[str, Explanation]) -> str:
    """All ids with their titles, in groups by what stands before the first dot."""
    groups = (
        list(group)
        for _, group in groupby(known.values(), key=lambda one: one.id.partition(".")[0])
    )
    return "\n\n".join("\n".join(_group(group)) for group in groups)


def _group(group: list[Explanation]) -> Iterator[str]:
    column = max(len(one.id) for one in group) + 2
    for one in group:
        yield _wrapped(one.title, f"{one.id:<{column}}", " " * column)


def _text(explanation: Explanation) -> Iterator[str]:
    yield _wrapped(f"{explanation.id}: {explanation.title}", "", "  ")
    yield _wrapped(explanation.severity.value, "Severity: ", "  ")
    for severity, when in explanation.other_severities:
        yield _wrapped(f"{severity.value} {when}", "          ", "            ")
    yield from _section("What is meant", explanation.problem)
    yield from _section("What to do", explanation.remedy)
    if explanation.note:
        yield from _section("Note", explanation.note)
    yield ""
    yield _wrapped(_source(explanation), "Source: ", "        ")
    yield _wrapped(explanation.docs, "Docs:   ", "        ")


def _section(heading: str, text: str) -> Iterator[str]:
    yield ""
    yield heading
    yield _wrapped(_sentence(text), "  ", "  ")


def _sentence(text: str) -> str:
    """The text as a sentence; findings put it behind a place, and before what to do."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?')) else '.'}"


def _source(explanation: Explanation) -> str:
    if explanation.source == _HOUSE:
        return f"house rule of assembler, {explanation.file}"
    confidence = _CONFIDENCE.get(explanation.confidence, explanation.confidence)
    checked = f"checked on {explanation.checked_on}: {confidence}"
    return f"{explanation.source} ({checked}), {explanation.file}"


def _wrapped(text: str, first: str, later: str) -> str:
    """The text in lines as wide as the terminal; addresses and ids are never broken."""
    return textwrap.fill(
        text,
        _width(),
        initial_indent=first,
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    )

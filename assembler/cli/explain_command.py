"""`assembler explain`: print what a rule means and what to do about it."""

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

from assembler.cli.console import print_result, replace_control_characters
from assembler.cli.shared_options import shelf_option, verbose_option

if TYPE_CHECKING:
    from assembler.rules import Explanation

_WIDEST = 100  # columns; longer lines are hard to read
_SUGGESTIONS = 3  # ids that are offered for a rule that does not exist
_SIMILARITY = 0.75  # of 1: how similar an id must be to be offered
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
    help="Output format.",
)
@shelf_option
@verbose_option
def explain(rule: str | None, style: str, shelf_dir: Path | None) -> None:
    """Explain what a rule means and what to do; without RULE, list all rules.

    RULE is the id that a finding names, for example EVID.HIDDEN.
    """
    from assembler import rules
    from assembler.runtime.resources import Shelf

    explanations = rules.explain_rules(rules.load_library(Shelf.default(shelf_dir)))
    if rule is None:
        rows = [_convert_to_json(entry) for entry in explanations.values()]
        print_result(_dump(rows) if style == "json" else _list_ids(explanations))
        return
    explanation = explanations.get(rule.upper())
    if explanation is None:
        raise click.UsageError(_describe_unknown(rule, explanations))
    print_result(
        _dump(_convert_to_json(explanation))
        if style == "json"
        else "\n".join(_write_explanation(explanation))
    )


def _describe_unknown(rule: str, explanations: Mapping[str, object]) -> str:
    """Return the message for a rule that does not exist, with similar ids."""
    wanted = rule.upper()
    group = [name for name in explanations if name.startswith(f"{wanted.rstrip('.')}.")]
    near = (group or get_close_matches(wanted, explanations, _SUGGESTIONS, _SIMILARITY))[
        :_SUGGESTIONS
    ]
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    shown = replace_control_characters(rule)
    return f"There is no rule {shown}; {hint}`assembler explain` lists all rules."


def _convert_to_json(explanation: Explanation) -> dict[str, Any]:
    others = dict(explanation.other_severities)
    return {
        **asdict(explanation),
        "other_severities": others,
        "checked_on": explanation.checked_on.isoformat(),
    }


def _dump(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False)


def _list_ids(explanations: Mapping[str, Explanation]) -> str:
    """Return all ids with their titles, grouped by the part of the id before the first dot."""
    groups = (
        list(group)
        for _, group in groupby(
            explanations.values(), key=lambda explanation: explanation.id.partition(".")[0]
        )
    )
    return "\n\n".join("\n".join(_write_group(group)) for group in groups)


def _write_group(explanations: list[Explanation]) -> Iterator[str]:
    column = max(len(explanation.id) for explanation in explanations) + 2
    for explanation in explanations:
        yield _wrap_text(explanation.title, f"{explanation.id:<{column}}", " " * column)


def _write_explanation(explanation: Explanation) -> Iterator[str]:
    yield _wrap_text(f"{explanation.id}: {explanation.title}", "", "  ")
    yield _wrap_text(explanation.severity.value, "Severity: ", "  ")
    for severity, when in explanation.other_severities:
        yield _wrap_text(f"{severity.value} {when}", "          ", "            ")
    yield from _write_section("Meaning", explanation.problem)
    yield from _write_section("What to do", explanation.remedy)
    if explanation.note:
        yield from _write_section("Note", explanation.note)
    yield ""
    yield _wrap_text(_describe_source(explanation), "Source: ", "        ")
    yield _wrap_text(explanation.docs, "Docs:   ", "        ")


def _write_section(heading: str, text: str) -> Iterator[str]:
    yield ""
    yield heading
    yield _wrap_text(_write_sentence(text), "  ", "  ")


def _write_sentence(text: str) -> str:
    """Return the text as a sentence; in findings it follows a place and precedes the remedy."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?')) else '.'}"


def _describe_source(explanation: Explanation) -> str:
    if explanation.source == _HOUSE:
        return f"house rule of assembler, {explanation.file}"
    confidence = _CONFIDENCE.get(explanation.confidence, explanation.confidence)
    checked = f"checked on {explanation.checked_on}: {confidence}"
    return f"{explanation.source} ({checked}), {explanation.file}"


def _wrap_text(text: str, first: str, later: str) -> str:
    """Wrap the text to the width of the terminal; addresses and ids are never broken."""
    return textwrap.fill(
        text,
        min(shutil.get_terminal_size().columns, _WIDEST),
        initial_indent=first,
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    )

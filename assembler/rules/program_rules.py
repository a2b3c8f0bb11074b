"""Check parole programs: their dated status, the window of re-parole, the Ms. L. class, a memo that
was vacated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from assembler.model import Severity
from assembler.model.case_texts import list_citing_texts
from assembler.rules.library import Library
from assembler.rules.rule_context import Hit, RuleContext

_PROGRAM, _MS_L = "/request/parole_program", "/request/ms_l_class"
_WINDOW = "deadlines/re-parole"
_SURE = "A"  # read in a copy of this year


def check_programs(context: RuleContext) -> Iterator[Hit]:
    """Check what depends on parole programs and on court decisions about them."""
    if context.case.kind == "re-parole":
        yield from _check_status(context)
        yield from _check_window(context)
    if context.case.kind != "rfe-response":
        yield from _check_ms_l(context)
    yield from _find_vacated_memo(context)


def find_window_id(library: Library, program: str) -> str:
    """Return the id of the fact that says how early a program takes requests for re-parole; of the
    general one, if the program has none."""
    own = f"{_WINDOW}-{program}"
    return own if program and own in library.facts else _WINDOW


def find_status(statuses: list[dict[str, Any]], on: date) -> dict[str, Any] | None:
    """Return the newest status that holds on a day; None if none is known for it."""
    in_force = [entry for entry in statuses if date.fromisoformat(entry["from"]) <= on]
    return max(in_force, key=lambda entry: str(entry["from"]), default=None)


def _check_status(context: RuleContext) -> Iterator[Hit]:
    program = context.case.request.parole_program
    fact = context.use_fact(f"parole-programs/{program}") if program else None
    if fact is None:
        return
    status = find_status(fact["statuses"], context.as_of)
    if status is None:
        context.note_unchecked(
            f"whether requests for re-parole under {fact['title']} are taken: the status is not in "
            "schemas/facts/parole-programs.json"
        )
    elif status["status"] != "open":
        ended = status["status"] == "terminated" and status["confidence"] == _SURE
        values = {"program": fact["title"], "status": status["status"], "from": status["from"]}
        severity = Severity.ERROR if ended else None
        yield Hit(rule="PROGRAM.STATUS", pointer=_PROGRAM, values=values, severity=severity)


def _check_window(context: RuleContext) -> Iterator[Hit]:
    until, where = context.case.request.i94_admit_until, "/request/i94_admit_until"
    general = context.use_fact(_WINDOW)
    own_id = find_window_id(context.library, context.case.request.parole_program)
    own = context.use_fact(own_id) if own_id != _WINDOW else None
    if until is None:
        yield Hit(rule="REPAROLE.I94", pointer="/request")
        return
    days_left = (until - context.as_of).days
    earliest = (own or general or {"earliest_days": days_left})["earliest_days"]
    if days_left < 0:
        yield Hit(rule="REPAROLE.EXPIRED", pointer=where)
    elif general and days_left < general["latest_days"]:
        values = {"days": general["latest_days"]}
        yield Hit(rule="REPAROLE.WINDOW_LATE", pointer=where, values=values)
    elif days_left > earliest and own and own.provenance.confidence == _SURE:
        yield Hit(rule="REPAROLE.TOO_EARLY", pointer=where, values={"days": earliest})
    elif days_left > earliest:
        yield Hit(rule="REPAROLE.WINDOW_EARLY", pointer=where, values={"days": earliest})


def _check_ms_l(context: RuleContext) -> Iterator[Hit]:
    request, kind = context.case.request, context.case.kind
    has_class_box = kind == "re-parole" and request.parole_program == "frtf"
    if request.ms_l_class is False or not (request.ms_l_class or has_class_box):
        return
    fact = context.use_fact("litigation/ms-l")
    if fact is None or context.as_of < date.fromisoformat(fact["from"]):
        return
    if request.ms_l_class is None:
        yield Hit(rule="MS_L.UNSAID", pointer=_PROGRAM)
        return
    yield Hit(rule="MS_L.FEE", pointer=_MS_L, values={"from": fact["from"]})
    if kind != "re-parole" or request.parole_program != fact["program"]:
        yield Hit(rule="MS_L.BOX", pointer=_MS_L, values={"boxes": fact["boxes"][kind]})


def _find_vacated_memo(context: RuleContext) -> Iterator[Hit]:
    fact = context.library.facts.get("litigation/country-hold")
    if fact is None or context.as_of < date.fromisoformat(fact["from"]):
        return
    memo = re.compile(re.escape(fact["memo"]).replace(r"\-", r"[-‐‑–\s]?"), re.IGNORECASE)
    for text in list_citing_texts(context.case):
        for pointer, paragraph in text.iterate_numbered():
            if memo.search(paragraph):
                context.use_fact(fact.id)
                values = {"memo": fact["memo"], "from": fact["from"]}
                yield Hit(rule="PROGRAM.VACATED_MEMO", pointer=pointer, values=values)

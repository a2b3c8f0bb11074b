"""JSON, SARIF 2.1.0 and GitHub annotations."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from assembler import __version__
from assembler.model import Finding, RuleHelp, Severity
from assembler.report.formats.listing import Listed, count, failing

_SARIF = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_GITHUB = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def as_json(cases: Sequence[Listed], rules: Sequence[RuleHelp], strict: bool) -> str:
    """{"cases": [{case, folder, ok, errors, warnings, notes, findings, not_checked}], "rules":
    [ids]}."""
    return _dump(
        {"cases": [_case(case, strict) for case in cases], "rules": [rule.id for rule in rules]}
    )


def _case(case: Listed, strict: bool) -> dict[str, Any]:
    return {
        "case": case.case,
        "folder": case.folder,
        "ok": not any(failing(one, strict) for one in case.findings),
        "errors": count(case.findings, Severity.ERROR),
        "warnings": count(case.findings, Severity.WARNING),
        "notes": count(case.findings, Severity.INFO),
        "findings": [_plain(asdict(one)) for one in case.findings],
        "not_checked": list(case.not_checked),
    }


def as_sarif(cases: Sequence[Listed], rules: Sequence[RuleHelp], _strict: bool) -> str:
    """One run; every rule with its help, every finding at its line of case.json."""
    known = {rule.id: rule for rule in rules}
    for case in cases:
        for one in case.findings:  # a firm's own catalog may lack some
            known.setdefault(one.rule, RuleHelp(id=one.rule, severity=one.severity, title=one.rule))
    places = {rule: place for place, rule in enumerate(known)}
    driver = {
        "name": "assembler",
        "version": __version__,
        "rules": [_rule(rule) for rule in known.values()],
    }
    results = [_result(case, one, places) for case in cases for one in case.findings]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return _dump(
        {
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [run],
        }
    )


def _rule(rule: RuleHelp) -> dict[str, Any]:
    source = f"Source: {rule.source}" if rule.source else ""
    docs = f"See {rule.docs}" if rule.docs else ""
    help_text = "\n".join(filter(None, (rule.help or rule.title, source, docs)))
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "help": {"text": help_text},
        "defaultConfiguration": {"level": _SARIF[rule.severity]},
    } | ({"helpUri": rule.source} if rule.source.startswith("https://") else {})


def _result(case: Listed, one: Finding, places: dict[str, int]) -> dict[str, Any]:
    place = {
        "artifactLocation": {"uri": quote(case.file(one))},
        "region": {"startLine": one.line or 1},
    }
    # the line may move: what stays the same is the case, the rule and the place in the document
    key = "\0".join(
        (
            case.case,
            one.rule,
            one.pointer or "",
            one.exhibit or "",
            one.where if not one.pointer else "",
        )
    )
    return {
        "ruleId": one.rule,
        "ruleIndex": places[one.rule],
        "level": _SARIF[one.severity],
        "message": {"text": f"{one.problem}; {one.remedy}"},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"finding/v1": hashlib.sha256(key.encode()).hexdigest()},
        "properties": _plain({"case": case.case, "pointer": one.pointer, "exhibit": one.exhibit}),
    }


def as_github(cases: Sequence[Listed], _rules: Sequence[RuleHelp], _strict: bool) -> str:
    """One workflow command for each finding: GitHub shows it beside the line."""
    return "\n".join(_command(case, one) for case in cases for one in case.findings)


def _command(case: Listed, one: Finding) -> str:
    values = {"file": case.file(one), "line": one.line or 1, "title": f"{case.case}: {one.rule}"}
    fields = ",".join(f"{key}={_property(str(value))}" for key, value in values.items())
    return (
        f"::{_GITHUB[one.severity]} {fields}::{_data(f'{one.where}: {one.problem}; {one.remedy}')}"
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    return {key: one for key, one in value.items() if one is not None}


def _dump(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False)

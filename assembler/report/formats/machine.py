"""Format findings as JSON, SARIF 2.1.0 and GitHub annotations."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from assembler import __version__
from assembler.model import Finding, RuleHelp, Severity, is_stopping
from assembler.report.formats.listing import Listed, count

_SARIF = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_GITHUB = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def as_json(cases: Sequence[Listed], rules: Sequence[RuleHelp], strict: bool) -> str:
    """Return JSON: {"cases": [{case, folder, ok, errors, warnings, notes, findings, not_checked}],
    "rules": [ids]}."""
    return _dump(
        {
            "cases": [_describe_case(case, strict) for case in cases],
            "rules": [rule.id for rule in rules],
        }
    )


def _describe_case(case: Listed, strict: bool) -> dict[str, Any]:
    return {
        "case": case.case,
        "folder": case.folder,
        "ok": not any(is_stopping(finding, strict=strict) for finding in case.findings),
        "errors": count(case.findings, Severity.ERROR),
        "warnings": count(case.findings, Severity.WARNING),
        "notes": count(case.findings, Severity.INFO),
        "findings": [_drop_empty(asdict(finding)) for finding in case.findings],
        "not_checked": list(case.not_checked),
    }


def as_sarif(cases: Sequence[Listed], rules: Sequence[RuleHelp], _strict: bool) -> str:
    """Return SARIF: every rule with its help, every finding at its line of case.json."""
    rules_by_id = {rule.id: rule for rule in rules}
    for case in cases:
        for finding in case.findings:  # a firm's own catalog may lack some
            rules_by_id.setdefault(
                finding.rule,
                RuleHelp(id=finding.rule, severity=finding.severity, title=finding.rule),
            )
    positions = {rule: position for position, rule in enumerate(rules_by_id)}
    driver = {
        "name": "assembler",
        "version": __version__,
        "rules": [_describe_rule(rule) for rule in rules_by_id.values()],
    }
    results = [
        _describe_result(case, finding, positions) for case in cases for finding in case.findings
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return _dump(
        {
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [run],
        }
    )


def _describe_rule(rule: RuleHelp) -> dict[str, Any]:
    source = f"Source: {rule.source}" if rule.source else ""
    docs = f"See {rule.docs}" if rule.docs else ""
    help_text = "\n".join(filter(None, (rule.help or rule.title, source, docs)))
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "help": {"text": help_text},
        "defaultConfiguration": {"level": _SARIF[rule.severity]},
    } | ({"helpUri": rule.source} if rule.source.startswith("https://") else {})


def _describe_result(case: Listed, finding: Finding, positions: dict[str, int]) -> dict[str, Any]:
    location = {
        "artifactLocation": {"uri": quote(case.file(finding))},
        "region": {"startLine": finding.line or 1},
    }
    # lines may move, so the fingerprint is of the case, the rule and the place in the document
    key = "\0".join(
        (
            case.case,
            finding.rule,
            finding.pointer or "",
            finding.exhibit or "",
            finding.where if not finding.pointer else "",
        )
    )
    return {
        "ruleId": finding.rule,
        "ruleIndex": positions[finding.rule],
        "level": _SARIF[finding.severity],
        "message": {"text": f"{finding.problem}; {finding.remedy}"},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"finding/v1": hashlib.sha256(key.encode()).hexdigest()},
        "properties": _drop_empty(
            {"case": case.case, "pointer": finding.pointer, "exhibit": finding.exhibit}
        ),
    }


def as_github(cases: Sequence[Listed], _rules: Sequence[RuleHelp], _strict: bool) -> str:
    """Return one workflow command per finding, which GitHub shows beside the line."""
    return "\n".join(_write_command(case, finding) for case in cases for finding in case.findings)


def _write_command(case: Listed, finding: Finding) -> str:
    values = {
        "file": case.file(finding),
        "line": finding.line or 1,
        "title": f"{case.case}: {finding.rule}",
    }
    fields = ",".join(f"{key}={_escape_property(str(value))}" for key, value in values.items())
    message = _escape_data(f"{finding.where}: {finding.problem}; {finding.remedy}")
    return f"::{_GITHUB[finding.severity]} {fields}::{message}"


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")


def _drop_empty(value: dict[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in value.items() if item is not None}


def _dump(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False)

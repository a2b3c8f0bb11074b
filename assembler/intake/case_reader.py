"""Read, check, build: all findings at once, in the order of the file."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice, takewhile
from pathlib import Path
from typing import Any

from assembler.errors import CaseRejected
from assembler.intake.case_builder import build_case
from assembler.intake.case_fields import ID, read_fields
from assembler.intake.case_words import CaseWords, read_words
from assembler.intake.file_check import examine_files
from assembler.intake.json_text import MAX_BYTES, BadJson, decode_text, parse_json
from assembler.intake.placeholder_check import find_placeholders
from assembler.intake.problem import Problem, is_inside
from assembler.intake.reference_check import find_character_problems, find_reference_problems
from assembler.intake.schema_check import find_schema_problems, read_field_names
from assembler.model import Case, Finding, SourceFile
from assembler.runtime.resources import Shelf
from assembler.runtime.rule_catalog import make_finding

NAME = "case.json"
SCHEMA = "schemas/case.schema.json"
_OF_THE_FOLDER = ("EVID.UNLISTED", "EVID.TWINS")  # no line of case.json is to blame
POSITION = 6  # digits of the highest position in a list; an A-number as a key has more
# of each check: no one reads more, and a case full of mistakes must not take minutes
MAX_FINDINGS = 200


def read_case(folder: Path, shelf: Shelf, *, hashed: bool = True) -> Case:
    """Return the case of a folder.

    Args:
        hashed: whether to read the files for their sha256.

    Raises:
        CaseRejected: with every finding.
        TemplateBroken: the schema cannot be used.
    """
    case, findings = examine_case(folder, shelf, hashed=hashed)
    if case is None:
        count = f"{len(findings)} problem{'s' if len(findings) != 1 else ''} in the case"
        raise CaseRejected(count, findings, where=folder.name, remedy="fix these and rerun")
    return case


def examine_case(
    folder: Path, shelf: Shelf, *, hashed: bool = True
) -> tuple[Case | None, tuple[Finding, ...]]:
    """Return the case, or None and the findings that say why not. `hashed=False` leaves sha256
    empty, and is quicker."""
    try:
        data = _read_bytes(folder)
        raw, lines = parse_json(decode_text(data))
    except BadJson as error:
        return None, (_make_syntax_finding(error),)
    except _NoCase as error:
        return None, (error.finding,)
    shelf.require_json_schema(SCHEMA)
    schema = shelf.read(SCHEMA)
    problems, files = _find_problems(folder, raw, hashed, (schema, read_words(shelf)))
    if problems:
        # a case that is rejected does not reach the rules, which would say so
        catalog = shelf.schema("rules.json")
        problems += _limit_problems(
            find_placeholders(raw, catalog) if isinstance(raw, dict) else ()
        )
        return None, _Places(raw, lines, schema).list_findings(problems)
    fields = read_fields(schema)
    names = {pointer: fields.label(pointer, raw) for pointer in lines}
    case = build_case(raw, files, lines, names)
    return replace(case, sha256=hashlib.sha256(data).hexdigest()), ()


def read_raw_case(folder: Path) -> tuple[dict[str, Any], str]:
    """Return the value of case.json as it is, unchecked, and its text. Raises CaseRejected if it is
    not a JSON object."""
    try:
        text = decode_text(_read_bytes(folder))
        raw, _ = parse_json(text)
    except BadJson as error:
        raise _make_rejection(folder, _make_syntax_finding(error)) from error
    except _NoCase as error:
        raise _make_rejection(folder, error.finding) from error
    if not isinstance(raw, dict):
        finding = _make_case_finding(
            "CASE.TYPE", NAME, "it is not a JSON object", "put the case between { and }", line=1
        )
        raise _make_rejection(folder, finding)
    return raw, text


def _make_rejection(folder: Path, finding: Finding) -> CaseRejected:
    return CaseRejected(
        "case.json cannot be read", (finding,), where=folder.name, remedy="fix this and rerun"
    )


class _NoCase(Exception):
    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.problem)
        self.finding = finding


def _read_bytes(folder: Path) -> bytes:
    path = folder / NAME
    if path.is_symlink() or not path.is_file():
        problem = (
            "it is a symbolic link" if path.is_symlink() else "there is no case.json in this folder"
        )
        raise _NoCase(
            _make_case_finding(
                "CASE.FILE",
                folder.name,
                problem,
                "put case.json itself into the folder, or name another folder",
            )
        )
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _NoCase(
                _make_case_finding(
                    "CASE.LIMIT",
                    NAME,
                    f"it is larger than {MAX_BYTES // 1_000_000} MB",
                    "shorten it",
                )
            )
        return path.read_bytes()
    except OSError as error:
        raise _NoCase(
            _make_case_finding("CASE.FILE", NAME, "it cannot be read", "change its permissions")
        ) from error


def _find_problems(
    folder: Path, raw: Any, hashed: bool, data: tuple[bytes, CaseWords]
) -> tuple[list[Problem], dict[str, SourceFile]]:
    """Return the problems of every check; a place that the schema refuses is not reported again,
    nor is anything within it.

    Args:
        data: the schema, and the words that people write.
    """
    schema_problems = list(_limit_problems(find_schema_problems(raw, *data)))
    reported = {problem.pointer for problem in schema_problems if problem.rule != "CASE.MISSING"}
    unknown = {problem.pointer for problem in schema_problems if problem.rule == "CASE.UNKNOWN_KEY"}
    characters = _limit_problems(_select_outside(find_character_problems(raw), unknown))
    if not isinstance(raw, dict):
        return [*schema_problems, *characters], {}
    files, file_problems = examine_files(folder, raw, hashed and not schema_problems, data[1])
    references = _limit_problems(
        _select_outside(chain(find_reference_problems(raw), file_problems), reported)
    )
    return [*schema_problems, *characters, *references], files


def _select_outside(problems: Iterable[Problem], pointers: Collection[str]) -> Iterator[Problem]:
    return (problem for problem in problems if not is_inside(problem.pointer, pointers))


def _limit_problems(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Yield the first problems; a last one says that there may be more."""
    yield from (first := list(islice(problems, MAX_FINDINGS)))
    if len(first) == MAX_FINDINGS:
        yield Problem(
            "CASE.LIMIT",
            "",
            f"there may be more problems than these {MAX_FINDINGS}",
            "fix these first",
        )


def _make_syntax_finding(error: BadJson) -> Finding:
    where = f"{NAME} line {error.line}, column {error.column}"
    return _make_case_finding(
        "CASE.SYNTAX",
        where,
        error.problem,
        error.remedy,
        line=error.line,
    )


class _Places:
    """Where the places of a case are in its text, and what a person calls them."""

    def __init__(self, case: Any, lines: Mapping[str, int], schema: bytes) -> None:
        self._case, self._lines = case, lines
        self._fields, self._names = read_fields(schema), read_field_names(schema)

    def list_findings(self, problems: Iterable[Problem]) -> tuple[Finding, ...]:
        """Return the findings in the order of the file; those of the folder come first."""
        return tuple(
            sorted(
                (self._convert_problem(problem) for problem in dict.fromkeys(problems)),
                key=lambda finding: (finding.line or 0, finding.pointer or "", finding.rule),
            )
        )

    def _convert_problem(self, problem: Problem) -> Finding:
        rule, pointer, text, remedy, file, meant = problem
        if rule in _OF_THE_FOLDER or (file and not pointer):
            return make_finding(rule, file, text, remedy, file=file)
        line, shown = self._find_line(pointer), _cut_pointer(pointer, self._names)
        label = file or self._fields.label(shown, self._case)
        question = f"did you mean {meant}?" if meant else ""
        place = ", ".join(filter(None, (f"{NAME} line {line}", label, question)))
        return make_finding(
            rule,
            f"{place} ({shown or '/'})",
            text,
            remedy,
            file=NAME,
            line=line,
            pointer=shown,
            exhibit=self._find_exhibit(pointer) if file else None,
        )

    def _find_exhibit(self, pointer: str) -> str | None:
        """Return the id of the exhibit that lists a file."""
        keys = pointer.split("/")
        if keys[1] != "exhibits":
            return None
        exhibit_id = self._case["exhibits"][int(keys[2])].get("id")
        return exhibit_id if isinstance(exhibit_id, str) and ID.fullmatch(exhibit_id) else None

    def _find_line(self, pointer: str) -> int:
        while pointer and pointer not in self._lines:
            pointer = pointer.rpartition("/")[0]
        return self._lines.get(pointer, 1)


def _cut_pointer(pointer: str, field_names: Collection[str]) -> str:
    """Return the pointer up to the first key that is not a field name: such a key is the writer's
    own text and may hold a fact."""
    steps = takewhile(
        lambda key: key in field_names or (key.isdecimal() and len(key) <= POSITION),
        pointer.split("/")[1:],
    )
    return "".join(f"/{key}" for key in steps)


def _make_case_finding(
    rule: str,
    where: str,
    problem: str,
    remedy: str,
    *,
    pointer: str | None = None,
    line: int | None = None,
) -> Finding:
    return make_finding(rule, where, problem, remedy, file=NAME, pointer=pointer, line=line)

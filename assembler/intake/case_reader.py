"""Read, check, build: all findings at once, in the order of the file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain, islice, takewhile
from pathlib import Path
from typing import Any

from assembler.errors import CaseRejected
from assembler.intake.case_builder import build
from assembler.intake.file_check import examine as examine_files
from assembler.intake.json_text import MAX_BYTES, BadJson, decode, parse
from assembler.intake.problem import Problem, inside
from assembler.intake.reference_check import character_problems, sense_problems
from assembler.intake.schema_check import problems as shape_problems
from assembler.intake.schema_check import vocabulary
from assembler.model import Case, Finding, Severity, SourceFile
from assembler.runtime.resources import Shelf

NAME = "case.json"
SCHEMA = "schemas/case.schema.json"
_OF_THE_FOLDER = ("EVID.UNLISTED", "EVID.TWINS")  # no line of case.json is to blame
POSITION = 6  # digits of the highest position in a list; an A-number as a key has more
MAX_FINDINGS = (
    200  # of each check; nobody reads more, and a case made of mistakes must not take minutes
)


def read_case(folder: Path, shelf: Shelf, *, hashed: bool = True) -> Case:
    """The case of a folder. Raises CaseRejected with every finding, TemplateBroken if the schema
    cannot be used."""
    case, found = examine(folder, shelf, hashed=hashed)
    if case is None:
        count = f"{len(found)} problem{'s' if len(found) != 1 else ''} in the case"
        raise CaseRejected(count, found, where=folder.name, remedy="fix these and rerun")
    return case


def examine(
    folder: Path, shelf: Shelf, *, hashed: bool = True
) -> tuple[Case | None, tuple[Finding, ...]]:
    """The case, or None and the findings that say why not. `hashed=False` leaves sha256 empty,
    and is quicker."""
    try:
        raw, lines = parse(decode(_bytes(folder)))
    except BadJson as error:
        return None, (_syntax(error),)
    except _NoCase as error:
        return None, (error.finding,)
    schema = shelf.read(SCHEMA)
    problems, files = _problems(folder, raw, schema, hashed)
    if problems:
        return None, _findings(problems, lines, vocabulary(schema))
    return build(raw, files, lines), ()


class _NoCase(Exception):
    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.problem)
        self.finding = finding


def _bytes(folder: Path) -> bytes:
    path = folder / NAME
    if path.is_symlink() or not path.is_file():
        problem = (
            "it is a symbolic link" if path.is_symlink() else "there is no case.json in this folder"
        )
        raise _NoCase(
            _finding(
                "CASE.FILE",
                folder.name,
                problem,
                "put the file itself there, or name another folder",
            )
        )
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _NoCase(
                _finding(
                    "CASE.LIMIT",
                    NAME,
                    f"it is larger than {MAX_BYTES // 1_000_000} MB",
                    "shorten it",
                )
            )
        return path.read_bytes()
    except OSError as error:
        raise _NoCase(
            _finding("CASE.FILE", NAME, "it cannot be read", "change its permissions")
        ) from error


def _problems(
    folder: Path, raw: Any, schema: bytes, hashed: bool
) -> tuple[list[Problem], dict[str, SourceFile]]:
    """What every check says. A place the schema complains of is not complained of again, nor is
    anything within it."""
    shape = list(_first(shape_problems(raw, schema)))
    wrong = {one.pointer for one in shape if one.rule != "CASE.MISSING"}
    unknown = {one.pointer for one in shape if one.rule == "CASE.UNKNOWN_KEY"}
    characters = _first(one for one in character_problems(raw) if not inside(one.pointer, unknown))
    if not isinstance(raw, dict):
        return [*shape, *characters], {}
    files, file_problems = examine_files(folder, raw, hashed and not shape)
    sense = _first(
        one for one in chain(sense_problems(raw), file_problems) if not inside(one.pointer, wrong)
    )
    return [*shape, *characters, *sense], files


def _first(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Each once, the first of them; a last one says that there are more."""
    yield from (some := list(islice(problems, MAX_FINDINGS)))
    if len(some) == MAX_FINDINGS:
        yield Problem(
            "CASE.LIMIT",
            "",
            f"there may be more problems than these {MAX_FINDINGS}",
            "fix these first",
        )


def _syntax(error: BadJson) -> Finding:
    where = f"{NAME} line {error.line}, column {error.column}"
    return _finding(
        "CASE.SYNTAX",
        where,
        error.problem,
        "correct it; save the file as UTF-8 text",
        line=error.line,
    )


def _findings(
    problems: Iterable[Problem], lines: Mapping[str, int], names: Collection[str]
) -> tuple[Finding, ...]:
    found = []
    for rule, pointer, problem, remedy in dict.fromkeys(problems):
        line = _line(pointer, lines)
        shown = _shown(pointer, names)
        where = (
            f"{NAME} line {line} ({shown or '/'})"
            if pointer or rule not in _OF_THE_FOLDER
            else "the case folder"
        )
        found.append(_finding(rule, where, problem, remedy, pointer=shown, line=line))
    return tuple(
        sorted(found, key=lambda finding: (finding.line or 0, finding.pointer or "", finding.rule))
    )


def _shown(pointer: str, names: Collection[str]) -> str:
    """The pointer up to the first key that is no field's name: such a key is the writer's own
    text and may hold a fact."""
    steps = takewhile(
        lambda one: one in names or (one.isdecimal() and len(one) <= POSITION),
        pointer.split("/")[1:],
    )
    return "".join(f"/{one}" for one in steps)


def _line(pointer: str, lines: Mapping[str, int]) -> int:
    while pointer and pointer not in lines:
        pointer = pointer.rpartition("/")[0]
    return lines.get(pointer, 1)


def _finding(
    rule: str,
    where: str,
    problem: str,
    remedy: str,
    *,
    pointer: str | None = None,
    line: int | None = None,
) -> Finding:
    return Finding(
        rule=rule,
        severity=Severity.ERROR,
        where=where,
        problem=problem,
        remedy=remedy,
        file=NAME,
        pointer=pointer,
        line=line,
    )

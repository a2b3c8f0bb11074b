"""Import facts from a file of other people into a case.

The file is parsed in a worker process with limits. Nothing is written before everything is decided,
and the case is changed in one step. `pipeline.new_cases` makes one new case a row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from assembler import intake
from assembler.errors import CaseRejected, OutputNotWritten
from assembler.intake.case_fields import CaseFields
from assembler.intake.case_words import fold_word
from assembler.intake.imports.cells import BadFile, Fact, RowFacts, Unreadable
from assembler.intake.imports.columns import ColumnTable, MatchedSheet, match_sheets
from assembler.intake.imports.json_reader import is_json, read_json
from assembler.intake.imports.merge import Merge, merge_facts
from assembler.intake.imports.people_places import place_facts
from assembler.intake.imports.row_facts import CASE_ID, read_rows
from assembler.intake.imports.sheet_reader import read_sheets
from assembler.intake.imports.tables import ImportTables, load_own_columns, load_tables
from assembler.intake.json_edit import NoPlace, edit_json, get_value
from assembler.model import Finding, Severity
from assembler.pipeline.case_file import CASE, write_edited_case
from assembler.pipeline.import_worker import parse_in_worker
from assembler.pipeline.imported_forms import NoForm, is_pdf, read_form
from assembler.pipeline.imported_pages import is_picture, read_page
from assembler.runtime.resources import Shelf
from assembler.runtime.rule_catalog import make_finding

MAX_FINDINGS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictingValue:
    """A field for which case.json and a file have different values. `place`: in the file."""

    pointer: str
    label: str
    current: Any
    new: Any
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedValue:
    """A field that an import writes, or leaves. `before`: in case.json, None for nothing; `after`:
    in the file; `kept`: what stands stays."""

    label: str
    before: Any
    after: Any
    kept: bool = False


class ImportRefused(CaseRejected):
    """A file of facts cannot be imported as it is, or says otherwise than the case.

    `conflicts`: both values of each field, for a person to choose; `values`: of the fields that
    would be written beside them. Neither is ever part of a message.
    """

    conflicts: tuple[ConflictingValue, ...] = ()
    values: tuple[ChangedValue, ...] = ()

    @property
    def refusals(self) -> tuple[Finding, ...]:
        """Return why."""
        return tuple(finding for finding in self.findings if isinstance(finding, Finding))


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """What a person says about an import."""

    columns: Path | None = None
    program: str = ""  # whose headings a file has; "" to find out
    date_order: str = ""
    row: int | None = None
    take: tuple[str, ...] = ()
    keep: bool = False
    dry_run: bool = False
    kind: str = "parole"
    reasons: tuple[str, ...] = ()
    person: str = ""  # id of the person whose passport page it is
    today: date | None = None  # needed for a passport page: its years have two digits


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedFile:
    """The facts of a file, and which of its columns they come from."""

    name: str
    rows: tuple[RowFacts, ...]
    used: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()  # pointers that no column has
    program: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did, or would do. Fields are named as messages print them.

    `values`: of the fields, and `people`: names of the beneficiaries of each new case; both are for
    a person to look at, and never part of a message.
    """

    file: str
    program: str  # whose headings the file has; "" for ours
    used: tuple[str, ...]
    ignored: tuple[str, ...]
    missing: tuple[str, ...]
    added: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    fill_in: tuple[str, ...] = ()
    cases: tuple[Path, ...] = ()
    findings: tuple[Finding, ...] = ()
    written: bool = False
    values: tuple[ChangedValue, ...] = field(default=(), repr=False)
    people: tuple[str, ...] = field(default=(), repr=False)


def read_source(
    source: Path, shelf: Shelf, tables: ImportTables, options: ImportOptions
) -> ImportedFile:
    """Return the facts of a file. Raises ImportRefused."""
    try:
        if is_pdf(source):
            return _read_form(source, shelf, tables)
        if is_picture(source):
            raise BadFile("IMPORT.FILE", "it is a picture", "import it into a case, with --into")
        reader = read_json if is_json(source) else read_sheets
        sheets = parse_in_worker(reader, source)
        matched, table = match_sheets(sheets, _list_column_tables(tables, options))
        reading = tables.reading(options.date_order)
        if matched.sheet.starts_1904:
            reading = replace(reading, starts_1904=True)
        rows = read_rows(matched, table, reading)
    except BadFile as error:
        raise refuse_file(source, error) from error
    used = {column.target.pointer for column in matched.used if column.target}
    return ImportedFile(
        name=source.name,
        rows=rows,
        used=tuple(
            f"{column.name}: {tables.fields.label(column.target.pointer, None)}"
            for column in matched.used
            if column.target
        ),
        ignored=tuple(column.name for column in matched.ignored),
        missing=tuple(place for place in tables.needed if not _is_given(place, used)),
        findings=tuple(_note_formulas(source, matched)),
        program=table.program,
    )


def _read_form(source: Path, shelf: Shelf, tables: ImportTables) -> ImportedFile:
    """Return the facts of a filled form. Raises BadFile."""
    row, read = read_form(source, shelf, tables)
    return ImportedFile(
        name=source.name,
        rows=(row,),
        used=tuple(
            f"{fact.place.text}: {tables.fields.label(fact.pointer, None)}"
            for fact in row.facts.values()
        ),
        ignored=read.unread,
        missing=tuple(place for place in tables.needed if not _is_given(place, row.facts)),
    )


def _read_for_case(
    source: Path, case: Path, raw: Any, shelf: Shelf, options: ImportOptions
) -> ImportedFile:
    """Return the facts of a file for a case: it may also be a page of a passport. Raises
    ImportRefused."""
    tables = load_tables(shelf)
    try:
        if is_pdf(source):
            try:
                return _read_form(source, shelf, tables)
            except NoForm:
                return _read_page(source, case, raw, tables, options)
        if is_picture(source):
            return _read_page(source, case, raw, tables, options)
    except BadFile as error:
        raise refuse_file(source, error) from error
    return read_source(source, shelf, tables, options)


def _read_page(
    source: Path, case: Path, raw: Any, tables: ImportTables, options: ImportOptions
) -> ImportedFile:
    """Return the facts of a passport or ID page. Raises BadFile."""
    if options.today is None:
        raise BadFile("IMPORT.FILE", "it is a picture", "name a sheet or a filled form")
    facts = read_page(source, case, raw, options.person, options.today)
    return ImportedFile(
        name=source.name,
        rows=(RowFacts(facts=facts, row=1),),
        used=tuple(
            f"{fact.place.text}: {tables.fields.label(fact.pointer, raw)}"
            for fact in facts.values()
        ),
    )


def import_into(source: Path, case: Path, shelf: Shelf, options: ImportOptions) -> ImportReport:
    """Import facts into a case.

    Raises:
        CaseRejected: case.json cannot be read.
        ImportRefused: the file cannot be used, or a value in it, or it says otherwise than the
            case; nothing was written.
        OutputNotWritten: case.json cannot be written, or was changed meanwhile.
    """
    tables = load_tables(shelf)
    raw, text = intake.read_raw_case(case)
    imported = _read_for_case(source, case, raw, shelf, options)
    row = _choose_row(imported, raw, options)
    facts = {pointer: fact for pointer, fact in row.facts.items() if pointer != CASE_ID}
    taken = _find_taken(options.take, raw, facts, tables.fields, imported)
    merge = merge_facts(raw, facts, tables.fields, taken=taken)
    findings = [
        *imported.findings,
        *report_values(imported, merge.unreadable, tables.fields, raw),
    ]
    if not options.keep:
        findings += _report_conflicts(imported, merge, tables.fields, raw)
    blocking = bool(merge.unreadable) or bool(merge.conflicts and not options.keep)
    if blocking:
        refusal = ImportRefused(
            "nothing was written",
            findings,
            where=source.name,
            remedy="correct the file, or choose with --take FIELD and --keep",
        )
        refusal.conflicts = tuple(_list_conflicting_values(merge, tables.fields, raw))
        refusal.values = tuple(
            value for value in _list_values(merge, tables.fields, raw) if not value.kept
        )
        raise refusal
    report = _report(imported, merge, tables.fields, raw, findings)
    if merge.changes and not options.dry_run:
        write_edited_case(case, text, _edit_case(text, merge), merge.value)
        return replace(report, written=True)
    return report


def refuse_file(source: Path, error: BadFile) -> ImportRefused:
    """Return the exception for a file that cannot be used."""
    where = f"{source.name}, {error.place}" if error.place else source.name
    finding = make_finding(error.rule, where, error.problem, error.remedy, file=source.name)
    return ImportRefused(
        "nothing was written", [finding], where=source.name, remedy="fix this and rerun"
    )


def _list_column_tables(tables: ImportTables, options: ImportOptions) -> list[ColumnTable]:
    """Return the tables of columns to try, each with a firm's own headings. Raises ImportRefused
    about that file."""
    known_tables = [tables.columns, *tables.programs.values()]
    if options.program:
        known_tables = [tables.programs[options.program]]
    if options.columns is None:
        return known_tables
    try:
        return [load_own_columns(options.columns, table) for table in known_tables]
    except BadFile as error:
        raise refuse_file(options.columns, error) from error


def _is_given(place: str, used: Iterable[str]) -> bool:
    """Return whether a column has a place, or an outer one: a full name has both its parts."""
    return any(place == pointer or place.startswith(f"{pointer}/") for pointer in used)


def _note_formulas(source: Path, matched: MatchedSheet) -> Iterator[Finding]:
    used = {column.index for column in matched.used}
    count = sum(column in used for _, column in matched.sheet.formulas)
    if count:
        yield make_finding(
            "IMPORT.FORMULA",
            source.name,
            f"{count} cell{'s' if count != 1 else ''} of used columns hold a formula; the value "
            "that was saved with it is used",
            "look at these values",
            Severity.INFO,
            file=source.name,
        )


def _choose_row(imported: ImportedFile, raw: Any, options: ImportOptions) -> RowFacts:
    """Return the row that is about a case: the one with its number, the one that was named, or the
    only one. Raises ImportRefused."""
    rows = imported.rows
    if options.row is not None:
        rows = tuple(row for row in rows if row.row == options.row)
    elif len(rows) > 1:
        rows = tuple(
            row for row in rows if (fact := row.facts.get(CASE_ID)) and fact.value == raw.get("id")
        )
    if len(rows) == 1:
        return rows[0]
    count = "no row" if not rows else f"{len(rows)} rows"
    finding = make_finding(
        "IMPORT.ROW",
        imported.name,
        f"{count} of {len(imported.rows)} can be the case's",
        "name the row with --row NUMBER, write the case's id into a column Case id, or make new "
        "cases with --new",
        file=imported.name,
    )
    raise ImportRefused(
        "nothing was written", [finding], where=imported.name, remedy="name the row"
    )


def _find_taken(
    names: Sequence[str],
    raw: Any,
    facts: Mapping[str, Fact],
    fields: CaseFields,
    imported: ImportedFile,
) -> frozenset[str]:
    """Return the places that --take names, by JSON pointer or as messages name them. Raises
    ImportRefused for a name that is none of the file's."""
    places = {fact.pointer for fact in place_facts(raw, facts)}
    taken: set[str] = set()
    for name in names:
        named_places = {
            place
            for place in places
            if f"{place}/".startswith(f"{name.rstrip('/')}/")
            or fold_word(fields.label(place, raw)) == fold_word(name)
        }
        if not named_places:
            finding = make_finding(
                "IMPORT.FIELD",
                imported.name,
                "--take names a field that this file has no value for",
                "name it as the message about it does, such as /beneficiaries/0/birth_date",
                file=imported.name,
            )
            raise ImportRefused(
                "nothing was written", [finding], where=imported.name, remedy="correct --take"
            )
        taken |= named_places
    return frozenset(taken)


def report_values(
    imported: ImportedFile, unreadable: Sequence[Fact], fields: CaseFields, raw: Any
) -> list[Finding]:
    return [
        make_finding(
            fact.value.rule,
            f"{imported.name}, {fact.place.text}",
            f"{fields.label(fact.pointer, raw)}: {fact.value.problem}",
            fact.value.remedy,
            file=imported.name,
            pointer=fact.pointer,
        )
        for fact in unreadable[:MAX_FINDINGS]
        if isinstance(fact.value, Unreadable)
    ]


def _report_conflicts(
    imported: ImportedFile, merge: Merge, fields: CaseFields, raw: Any
) -> list[Finding]:
    return [
        make_finding(
            "IMPORT.CONFLICT",
            f"{imported.name}, {conflict.fact.place.text}",
            f"{fields.label(conflict.pointer, raw)}: case.json has another value",
            f"compare both; write the file's with --take {conflict.pointer}, or leave all that "
            "stands with --keep",
            file=imported.name,
            pointer=conflict.pointer,
        )
        for conflict in merge.conflicts[:MAX_FINDINGS]
    ]


def _list_conflicting_values(
    merge: Merge, fields: CaseFields, raw: Any
) -> Iterator[ConflictingValue]:
    for conflict in merge.conflicts:
        yield ConflictingValue(
            pointer=conflict.pointer,
            label=fields.label(conflict.pointer, raw),
            current=get_value(raw, conflict.pointer),
            new=conflict.fact.value,
            place=conflict.fact.place.text,
        )


def _report(
    imported: ImportedFile, merge: Merge, fields: CaseFields, raw: Any, findings: Sequence[Finding]
) -> ImportReport:
    def list_labels(places: Iterable[str]) -> tuple[str, ...]:
        return tuple(fields.label(place, merge.value) for place in places)

    standing = {place for place in merge.changes if get_value(raw, place) is not None}
    needed = set(merge.fill_ins)
    return ImportReport(
        file=imported.name,
        program=imported.program,
        used=imported.used,
        ignored=imported.ignored,
        missing=list_labels(place for place in imported.missing if get_value(raw, place) is None),
        added=list_labels(place for place in merge.changes if place not in standing | needed),
        replaced=list_labels(place for place in merge.changes if place in standing),
        same=list_labels(merge.same),
        kept=list_labels(conflict.pointer for conflict in merge.conflicts),
        fill_in=list_labels(merge.fill_ins),
        findings=tuple(findings),
        values=tuple(_list_values(merge, fields, raw)),
    )


def _list_values(merge: Merge, fields: CaseFields, raw: Any) -> Iterator[ChangedValue]:
    for pointer, value in merge.changes.items():
        if pointer not in merge.fill_ins:
            before = get_value(raw, pointer)
            label = fields.label(pointer, merge.value)
            yield ChangedValue(label=label, before=before, after=value)
    for conflict in merge.conflicts:
        yield ChangedValue(
            label=fields.label(conflict.pointer, merge.value),
            before=get_value(raw, conflict.pointer),
            after=conflict.fact.value,
            kept=True,
        )


def _edit_case(text: str, merge: Merge) -> str:
    """Return the text of case.json with the changes in place. Raises OutputNotWritten."""
    try:
        return edit_json(text, merge.edits)
    except NoPlace as error:
        raise OutputNotWritten(
            "a value stands where the file has several",
            where=f"{CASE} {error}",
            remedy="correct case.json, and import again",
        ) from error

"""What both kinds of workbooks have in common: the choice of sheets, and what is not shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assembler.documents.paper_blocks import Paper
from assembler.evidence.losses import Loss, make_loss
from assembler.evidence.readers.reading import (
    FileReading,
    PaperTemplate,
    PrintedPaper,
    ReadRequest,
)
from assembler.evidence.readers.sheet_tables import Sheet, make_sheet_blocks
from assembler.evidence.refusal import Refused
from assembler.runtime.counts import format_count

# counts of a sheet → how they are called, one and several
_HIDDEN = {
    "rows": ("hidden row", "hidden rows"),
    "columns": ("hidden column", "hidden columns"),
    "values": ("value that its format hides", "values that their format hides"),
    "sheets": ("hidden sheet", "hidden sheets"),
    "slides": ("hidden slide", "hidden slides"),
    "speaker notes": ("page of speaker notes", "pages of speaker notes"),
}
_DRAWN = {
    "charts": ("chart", "charts"),
    "objects": ("embedded object or control", "embedded objects and controls"),
    "recordings": ("film or sound", "films and sounds"),
    "pictures": (
        "picture of a type that cannot be shown, or missing from the file",
        "pictures of types that cannot be shown, or missing from the file",
    ),
}


@dataclass(slots=True)
class OmittedParts:
    """Counts of what a file has and the pages do not show, by kind."""

    hidden: Counter[str] = field(default_factory=Counter)
    drawn: Counter[str] = field(default_factory=Counter)
    uncalculated: int = 0
    comments: int = 0

    def add(self, other: OmittedParts) -> None:
        """Add the counts of another part of the file."""
        self.hidden += other.hidden
        self.drawn += other.drawn
        self.uncalculated += other.uncalculated
        self.comments += other.comments

    def list_notes(self) -> tuple[str, ...]:
        """Return sentences for the page, in our own words."""
        counts = (*_count_parts(self.hidden, _HIDDEN), *_count_parts(self.drawn, _DRAWN))
        notes = [f"{phrase} {'is' if count == 1 else 'are'} not shown." for phrase, count in counts]
        if self.uncalculated:
            count = format_count(self.uncalculated, "formula has", "formulas have")
            notes.append(f"{count} no value in the file.")
        if self.comments:
            notes.append(f"{format_count(self.comments, 'comment is', 'comments are')} not shown.")
        return tuple(notes)


def _count_parts(
    counts: Mapping[str, int], names: Mapping[str, tuple[str, str]]
) -> Iterator[tuple[str, int]]:
    """Yield "2 charts" and 2 for each kind that is there."""
    for kind, (single, several) in names.items():
        if counts[kind]:
            yield format_count(counts[kind], single, several), counts[kind]


def list_omission_losses(omitted: OmittedParts) -> Iterator[Loss]:
    """Yield what a person should know about what the pages do not show."""
    hidden = [phrase for phrase, _ in _count_parts(omitted.hidden, _HIDDEN)]
    if hidden:
        yield make_loss(
            "EVID.CONCEALED",
            f"not printed: {', '.join(hidden)}",
            "if they matter, show them in the program that made the file, and save it again",
        )
    drawn = [phrase for phrase, _ in _count_parts(omitted.drawn, _DRAWN)]
    if drawn:
        yield make_loss(
            "EVID.DRAWING",
            f"not printed: {', '.join(drawn)}",
            "print the file to PDF in the program that made it",
        )
    if omitted.uncalculated:
        count = format_count(omitted.uncalculated, "formula has", "formulas have")
        yield make_loss(
            "EVID.FORMULA",
            f"{count} no value in the file",
            "open it in a spreadsheet program, and save it again, which calculates them",
        )
    if omitted.comments:
        count = format_count(omitted.comments, "comment was", "comments were")
        yield make_loss(
            "EVID.COMMENT",
            f"{count} omitted",
            "if they matter, print the file with its comments to PDF",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSheet:
    """A sheet as the workbook lists it, before its cells are read. `part`: where they are."""

    name: str
    part: str
    is_hidden: bool = False
    is_chart: bool = False  # a sheet that is only a chart


def choose_sheets(listed: Sequence[ListedSheet], names: Sequence[str]) -> list[ListedSheet]:
    """Return the sheets to print: those named, or all that are visible. Raises Refused for a name
    that the workbook does not have."""
    if not names:
        return [sheet for sheet in listed if not sheet.is_hidden]
    known = {_fold_name(sheet.name) for sheet in listed}
    unknown = sum(_fold_name(name) not in known for name in names)
    if unknown:
        count = format_count(unknown, "sheet", "sheets")
        raise Refused(
            "EVID.RANGE",
            f"`sheets` names {count} that the workbook does not have; it has {len(listed)}",
            "write the names as the workbook shows them",
        )
    chosen = {_fold_name(name) for name in names}
    return [sheet for sheet in listed if _fold_name(sheet.name) in chosen]


def _fold_name(name: str) -> str:
    return " ".join(name.split()).casefold()


def make_workbook_reading(
    request: ReadRequest,
    listed: Sequence[ListedSheet],
    sheets: Sequence[Sheet],
    omitted: OmittedParts,
    step: str,
) -> FileReading:
    """Return the paper of a workbook, and what it does not show.

    Args:
        listed: all sheets of the workbook; `sheets`: those that are printed.
    """
    facts = [("sha256", request.sha256)]
    left_out = len(listed) - len(sheets)
    if request.options.sheets:
        facts.insert(0, ("Sheets", f"{len(sheets)} of {len(listed)}, as chosen"))
    elif left_out:
        facts.insert(0, ("Sheets", f"{len(sheets)} of {len(listed)}; the others are hidden"))
        omitted.hidden["sheets"] += sum(sheet.is_hidden for sheet in listed)
    paper = Paper(
        title="Spreadsheet",
        facts=tuple(facts),
        blocks=make_sheet_blocks(sheets, request.attachment),
    )
    return FileReading(
        sections=(PrintedPaper(template=PaperTemplate.TABLE, paper=paper),),
        losses=tuple(list_omission_losses(omitted)),
        steps=(step,),
    )

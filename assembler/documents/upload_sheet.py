"""Write the upload sheet: a working paper that lists the files of an upload set in order, to tick
off. It is beside the bundle, never in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from assembler.documents.draft_job import make_draft
from assembler.documents.drafts import (
    DRAFT_LIMITS,
    DraftInputs,
    collect_template_values,
    make_job,
    make_worker_error,
)
from assembler.layout.upload_set import format_order, is_placeholder
from assembler.model import (
    DECLARATION_PREFIX,
    PLACEHOLDER_SUFFIX,
    DocumentId,
    Draft,
    Layout,
    Leaf,
    PartKind,
    Plan,
    Volume,
)
from assembler.runtime.worker_pool import Failure

TEMPLATE = "upload-sheet.docx"
Fact = Mapping[str, Any]  # the values of a dated fact, with source, checked_on and confidence
# that every sheet may need
REQUIRED_FACTS = ("evidence", "other-kinds", "fee-waiver")
_SHEET = DocumentId.draft("upload-sheet")
_UNSIGNED = (
    "NOT SIGNED: print this form, sign it in ink, scan it, list the scan as completed, and build "
    "again"
)
_DO_NOT_UPLOAD = "DO NOT UPLOAD this page, it holds the place of a form. The form: "
_EVIDENCE = "evidence"
_OTHER_KINDS = "other-kinds"
_MAIN_FORM = "i-131"
_KINDS_WITH_FORM = ("parole", "re-parole")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """A file of an upload set, for a person."""

    order: str
    name: str
    size: str  # "1,234,567 bytes"
    pages: str  # "12 pages"
    what: str
    is_uploaded: bool  # False for the page that holds the place of a missing form
    who: str
    where: str
    sign: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadSheet:
    """What the sheet prints."""

    receiver: str
    limit: str  # "12,000,000 bytes"; "" = none known
    rows: tuple[SheetRow, ...]
    notes: tuple[str, ...]  # what is not known, and what to mind
    sources: tuple[str, ...]

    def as_values(self) -> dict[str, Any]:
        """Return the values for a template."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFacts:
    """The dated facts of the sheet, by id, and what else it depends on."""

    facts: Mapping[str, Fact]
    receiver: str  # title of the profile
    max_bytes: int | None
    filled: frozenset[DocumentId]  # forms that the program filled: nobody has signed them
    is_fee_waived: bool


def list_sheet(
    plan: Plan, layout: Layout, sizes: Sequence[int], sheet_facts: SheetFacts
) -> UploadSheet:
    """Return the sheet of an upload set.

    Args:
        sizes: bytes of each file, in order.
    """
    writer = _SheetWriter(plan=plan, layout=layout, sheet_facts=sheet_facts)
    rows = tuple(
        writer.write_row(number, volume, size)
        for number, (volume, size) in enumerate(zip(layout.files, sizes, strict=True), 1)
    )
    if sheet_facts.is_fee_waived:
        writer.use("fee-waiver")
    return UploadSheet(
        receiver=sheet_facts.receiver,
        limit=f"{sheet_facts.max_bytes:,} bytes" if sheet_facts.max_bytes else "",
        rows=rows,
        notes=tuple(_list_notes(writer.used, rows, plan)),
        sources=tuple(_list_sources(writer.used)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _SheetWriter:
    """Writes the rows of a sheet. `used`: the facts that it prints."""

    plan: Plan
    layout: Layout
    sheet_facts: SheetFacts
    used: dict[str, Fact] = field(default_factory=dict)

    def use(self, name: str) -> Fact:
        """Return a fact, and note that the sheet prints it."""
        self.used[name] = self.sheet_facts.facts[name]
        return self.used[name]

    def write_row(self, number: int, volume: Volume, size: int) -> SheetRow:
        """Return the row of a file."""
        leaves = self.layout.leaves[volume.first - 1 : volume.last]
        kind, what = _describe_content(leaves, self.layout)
        is_uploaded = not is_placeholder(leaves[0].part)
        place = self.use(self._find_place(kind))
        where = str(place["where"])
        count = len(leaves)
        return SheetRow(
            order=format_order(number, len(self.layout.files)),
            name=volume.path,
            size=f"{size:,} bytes",
            pages=f"{count} page{'' if count == 1 else 's'}",
            what=what,
            is_uploaded=is_uploaded,
            who=str(place["who"]),
            where=where if is_uploaded else f"{_DO_NOT_UPLOAD}{where}",
            sign=self._describe_signatures(kind, leaves[0].document),
        )

    def _find_place(self, kind: str) -> str:
        """Return the id of the fact that says where a file goes."""
        place = kind if "where" in self.sheet_facts.facts.get(kind, {}) else _EVIDENCE
        kinds = self.sheet_facts.facts[place].get("kinds", ())
        return place if self.plan.kind in kinds else _OTHER_KINDS

    def _describe_signatures(self, kind: str, document: DocumentId) -> str:
        if document in self.sheet_facts.filled:
            return _UNSIGNED
        return str(self.use(kind)["text"]) if "text" in self.sheet_facts.facts.get(kind, {}) else ""


def _describe_content(leaves: Sequence[Leaf], layout: Layout) -> tuple[str, str]:
    """Return the kind of a file, as facts name it, and what it is in words."""
    first = leaves[0]
    titles = [
        bookmark.title
        for bookmark in layout.bookmarks
        if first.number <= bookmark.number <= leaves[-1].number and not bookmark.document
    ]
    if is_placeholder(first.part):
        form = first.part.removesuffix(PLACEHOLDER_SUFFIX)
        return form, f"Form {form.upper()} is missing"
    if first.kind is PartKind.FORM:
        return first.part.rpartition("-")[0], titles[0] if titles else "Form"
    if first.exhibit:
        return _EVIDENCE, _describe_exhibits(leaves, layout)
    if first.part.startswith(DECLARATION_PREFIX):
        return "declarations", "Declaration" if len(titles) == 1 else f"{len(titles)} declarations"
    has_letter = any(leaf.part == "cover-letter" for leaf in leaves)
    return "letter" if has_letter else "papers", ", ".join(titles)


def _describe_exhibits(leaves: Sequence[Leaf], layout: Layout) -> str:
    tabs = list(dict.fromkeys(leaf.tab for leaf in leaves))
    rows = {row.tab: row for row in layout.index}
    group = rows[tabs[0]].group
    if len(tabs) > 1:
        text = f"Exhibits {tabs[0]}–{tabs[-1]}"
    else:
        text = f"Exhibit {tabs[0]}"
        pages = [leaf.exhibit_page for leaf in leaves if leaf.exhibit_page]
        total = rows[tabs[0]].last - rows[tabs[0]].first + 1
        if len(pages) < total:
            text += f", its pages {pages[0]}–{pages[-1]} of {total}"
    return f"{text}: {group}" if group else text


def _list_notes(used: Mapping[str, Fact], rows: Sequence[SheetRow], plan: Plan) -> Iterator[str]:
    if any(not row.is_uploaded for row in rows):
        yield "A form is missing: this set is not ready. Add the form and build again."
    if plan.kind in _KINDS_WITH_FORM and not any(part.form == _MAIN_FORM for part in plan.parts):
        yield (
            "No Form I-131 is in this set. Whether the account takes its PDF for this kind of "
            "filing is not known."
        )
    if "fee-waiver" in used:
        yield str(used["fee-waiver"]["text"])
    for name, fact in used.items():
        if fact["confidence"] == "?" or name == _OTHER_KINDS:
            yield f"{fact['where']}. {fact['note']}"


def _list_sources(used: Mapping[str, Fact]) -> Iterator[str]:
    dates: dict[str, set[str]] = {}
    for fact in used.values():
        if fact["confidence"] != "house":
            dates.setdefault(str(fact["source"]), set()).add(str(fact["checked_on"]))
    for source, days in dates.items():
        yield f"{source}, stored copy read {' and '.join(sorted(days))}"


def fill_sheet(sheet: UploadSheet, layout: Layout, inputs: DraftInputs) -> Draft:
    """Return the sheet as a Word file and a PDF. Raises TemplateBroken, ToolFailed."""
    values = collect_template_values(inputs, layout, extra_names=(("upload", sheet.as_values()),))
    template = inputs.shelf.template(inputs.case.kind, TEMPLATE, inputs.folder)
    job = make_job(_SHEET, template, inputs.engine, inputs.workshop, values)
    (result,) = inputs.workshop.map(make_draft, [job], limits=DRAFT_LIMITS)
    if isinstance(result, Failure):
        raise make_worker_error(result, TEMPLATE)
    return result

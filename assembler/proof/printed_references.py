"""Check what links would say from the text of our own pages, for a receiver that wants no links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assembler.model import Check, LedgerEntry, PartKind
from assembler.model.manifest import ManifestIndexRow
from assembler.model.page_labels import LABEL, make_label_key
from assembler.proof.page_text import fold, is_right_to_left, join_lines
from assembler.proof.upload_places import UploadPlaces

# "Ex. C at 57", "Ex. C1 at 57a–57-1": a filed packet has such labels
# in an upload set: "Ex. C at 57 [file 04, page 3]"
_FILE_PLACE = r"(?: ?\[(file [^\[\]]{1,80})\])?"
_CITE = re.compile(rf"\bEx\. ([A-Za-z0-9]+) at ({LABEL})(?:–({LABEL}))?{_FILE_PLACE}")
_TITLE_START = 10  # characters of a title by which its row is found: a table is read line by line
_ROW_LENGTH = 300  # characters within which a row ends

Texts = Sequence[tuple[int, str]]  # page of the bundle, its text


def find_row_faults(
    row: ManifestIndexRow, texts: Texts, index: set[int], printed: str
) -> list[str]:
    """Return what is wrong with an exhibit's row in the printed index, and with its tab sheet."""
    listed, pages_text = (
        fold("".join(text for number, text in texts if number in index)),
        fold(printed),
    )
    row_start = fold(row.tab + ("" if is_right_to_left(row.title) else row.title[:_TITLE_START]))
    length = len(fold(row.title)) + _ROW_LENGTH
    rows = (
        listed[match.end() : match.end() + length]
        for match in re.finditer(f"(?={re.escape(row_start)})", listed)
    )
    is_listed = any(pages_text in rest for rest in rows)
    faults = [] if is_listed else ["the index does not print its tab, title and pages"]
    sheet = fold("".join(text for number, text in texts if number == row.sheet))
    if row.sheet != row.first and pages_text not in sheet:
        faults.append("the tab sheet does not print its pages")
    return faults


def check_printed_citations(
    texts: Texts,
    ledger: Sequence[LedgerEntry],
    *,
    kept: bool,
    places: UploadPlaces | None = None,
) -> Check:
    """Check that each citation prints a page of the exhibit it names; a citation of an exhibit that
    is not here is not ours.

    `kept`: the packet keeps its drafts, whose links show which citations are ours; those are
    compared there. A person typed any other, perhaps of another filing, and it is no fault.
    """
    pages = CitedPages(ledger, places)
    cited = [(page, is_true) for page, text in texts for is_true in pages.judge(text)]
    true_count = sum(is_true for _, is_true in cited)
    wrong_pages = [] if kept else sorted({page for page, is_true in cited if not is_true})
    detail = (
        f"{true_count} citations print a page of their exhibit"
        if not wrong_pages
        else f"a citation is wrong on page {wrong_pages[0]}"
    )
    return Check(
        name="cites",
        ok=not wrong_pages,
        detail=detail,
        page=wrong_pages[0] if wrong_pages else None,
    )


class CitedPages:
    """The pages of exhibits that a citation may name. `places`: of an upload set."""

    def __init__(self, ledger: Sequence[LedgerEntry], places: UploadPlaces | None = None) -> None:
        self._homes = {entry.label: entry for entry in ledger if entry.kind is PartKind.EXHIBIT}
        self.tabs = {entry.tab for entry in ledger if entry.tab}
        self._places = places

    def judge(self, text: str) -> Iterator[bool]:
        """Yield of each citation of an exhibit that is here whether it is true."""
        for parts in _CITE.findall(join_lines(text)):
            if parts[0] in self.tabs:
                yield self.is_true(*parts)

    def is_true(self, tab: str, first: str, last: str, place: str) -> bool:
        """Return whether both ends of a citation are pages of its exhibit, in order, and in the
        file that it names. `last` and `place` may be ""."""
        ends = [self._homes.get(label) for label in (first, last or first)]
        if any(entry is None or entry.tab != tab for entry in ends):
            return False
        if last and make_label_key(last) <= make_label_key(first):
            return False
        numbers = [entry.number for entry in ends if entry]
        expected = self._places.write(*numbers) if self._places else ""
        return not place or not expected or fold(place) == fold(expected)

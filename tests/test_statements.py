"""prove: what our own pages say is read so that no true page is refused, whatever a title holds."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembler.model import DocumentId, PartKind
from assembler.model.manifest import ManifestIndexRow
from assembler.proof import (
    printed_index,
    printed_packet,
    printed_references,
    printed_statements,
)
from assembler.proof.agreement_check import check_citations, find_link_faults
from assembler.proof.kept_drafts import Kept, KeptDocument
from assembler.proof.own_pages import OwnLink, OwnPage
from assembler.proof.structure import Link, Structure
from tests.support import manifests

DOCUMENT, LETTER = DocumentId.draft("index"), DocumentId.draft("cover-letter")
TITLES = (
    "Exhibit c1",
    "Exhibit C",
    "C1 C1",
    "C",
    "5",
    "12",
    "9–10",
    "page 9",
    "Pages 3–4",
    "Ex. B at 3",
    "Ex. A at 3-5",
    "Exhibit A: Letter, page 7",
    "Bullet • list",
    "Records 2019–2021",
    "Report 57-1 and 57a",
    "x/y-z (a) [b] *c*",
    "Tab Description Date Pages Language",
    "October 1, 2026",
    "O’Brien’s ½ — ‘note’",
    "漢字記錄 2020",
    "English",
)
titles = st.sampled_from(TITLES) | st.text(
    st.sampled_from("ABCabc019 -–.:,()•at"), min_size=1, max_size=20
).filter(lambda text: any(map(str.isalnum, text)))
tabs = st.sampled_from(("A", "C", "E", "AA", "C1", "C1a", "7"))
labels = st.sampled_from(("1", "9", "57", "57a", "57-1", "1203"))


def row(tab: str, title: str, pages: str, exhibit: str = "e") -> ManifestIndexRow:
    return manifests.index_row(exhibit, tab=tab, title=title, pages=pages, sheet=5, first=6, last=6)


def told(
    rows: Sequence[ManifestIndexRow],
    *,
    text: str = "",
    links: Sequence[OwnLink] = (),
    document: DocumentId = DOCUMENT,
) -> printed_packet.PrintedPacket:
    """A packet whose first page is of a document of ours, with one page of evidence for each row.

    Of DOCUMENT the wording is known.
    """
    manifest = manifests.manifest(
        ledger=(
            manifests.entry(1, document=document, part="index"),
            *(
                manifests.entry(
                    number,
                    PartKind.EXHIBIT,
                    label=row.pages,
                    document=DocumentId.exhibit(row.exhibit),
                    part="exhibits",
                    exhibit=row.exhibit,
                    tab=row.tab,
                )
                for number, row in enumerate(rows, 6)
            ),
        ),
        index=tuple(rows),
        word_engines={DOCUMENT: "office2pdf 1"},
    )
    draft = KeptDocument(
        document=document, pdf="draft.pdf", docx="draft.docx", shipped=document == DOCUMENT
    )
    pages = {1: OwnPage(number=1, text=text, links=tuple(links))}
    return printed_packet.PrintedPacket(
        manifest, Kept(documents={document: draft}, words={}), pages
    )


def link(address: str, text: str) -> OwnLink:
    return OwnLink(page=1, address=address, text=text)


def faults(packet: printed_packet.PrintedPacket) -> list[str]:
    return [text for text, _ in printed_statements._find_link_faults(packet)]


@given(tabs, titles)
def test_a_row_says_its_tab_and_title_whatever_the_title_holds(tab: str, title: str) -> None:
    links = [link("tab/e", tab), link("tab/e", title)]

    assert faults(told([row(tab, title, "9")], links=links)) == []


@given(tabs, st.sampled_from(("Exhibit c1", "Record 2019", "C1 C1", "12")))
def test_a_title_with_another_digit_is_refused(tab: str, title: str) -> None:
    changed = title[:-1] + ("8" if title[-1] != "8" else "3")

    assert faults(told([row(tab, title, "9")], links=[link("tab/e", tab), link("tab/e", changed)]))


@given(tabs, labels, st.integers(1, 3))
def test_citations_in_a_row_are_read_and_a_changed_digit_is_refused(
    tab: str, label: str, times: int
) -> None:
    cited = f"Ex. {tab} at {label}"
    packet = [row(tab, "Letter", label)]

    assert faults(told(packet, links=[link("exhibit/e/1", cited)] * times)) == []
    assert faults(
        told(
            packet, links=[link("exhibit/e/1", cited)] * times + [link("exhibit/e/1", f"{cited}0")]
        )
    )


def test_a_row_broken_over_two_pages_has_its_title_in_two_pieces() -> None:
    links = [
        link("tab/e", "C"),
        link("tab/e", "Letter of"),
        link("exhibit/e/1", "9"),
        link("tab/e", "the doctor"),
    ]

    assert faults(told([row("C", "Letter of the doctor", "9")], links=links)) == []


def test_another_piece_of_a_broken_title_is_refused() -> None:
    links = [
        link("tab/e", "C"),
        link("tab/e", "Letter of"),
        link("exhibit/e/1", "9"),
        link("tab/e", "the lawyer"),
    ]

    assert faults(told([row("C", "Letter of the doctor", "9")], links=links))


@given(st.lists(titles, min_size=1, max_size=4))
def test_the_index_is_read_whatever_titles_hold(names: list[str]) -> None:
    rows = [
        row(tab, name, str(number), f"e{number}")
        for number, (tab, name) in enumerate(zip("ABCD", names, strict=False), 6)
    ]
    printed = " ".join(f"{row.tab} {row.title} {row.pages} English" for row in rows)
    text = f"Tab Description Date Pages Language {printed}"

    assert list(printed_index.find_index_faults(told(rows, text=text))) == []


@pytest.mark.parametrize(
    "title", ["Exhibit A: Letter, page 7", "Exhibit A: Letter, page 6", "Bullet • list"]
)
def test_a_title_may_hold_the_line_of_another_exhibit(title: str) -> None:
    rows = [row("A", "Letter", "6", "a"), row("B", title, "7", "b")]
    text = f"• Exhibit A: Letter, page 6 • Exhibit B: {title}, page 7 Sincerely"

    assert list(printed_statements._find_enclosure_faults(told(rows, text=text))) == []


def test_a_line_with_other_pages_is_refused_beside_such_a_title() -> None:
    rows = [row("A", "Letter", "6", "a"), row("B", "Exhibit A: Letter, page 7", "7", "b")]
    text = "• Exhibit A: Letter, page 8 • Exhibit B: Exhibit A: Letter, page 7, page 7 Sincerely"

    assert list(printed_statements._find_enclosure_faults(told(rows, text=text)))


@pytest.mark.parametrize("title", ["Ex. B at 3", "Our letter, Ex. A at 3-5", "See Ex. B at"])
def test_a_title_like_a_citation_is_none(title: str) -> None:
    sheet = manifests.entry(5, PartKind.TAB, tab="A", exhibit="e")
    structure = Structure(links=(Link(page=1, text=title, target=5),))

    assert check_citations(structure, {5: sheet}, [row("A", title, "6")]).ok


def test_a_citation_that_leads_to_a_tab_sheet_is_refused() -> None:
    sheet = manifests.entry(5, PartKind.TAB, tab="A", exhibit="e")
    structure = Structure(links=(Link(page=1, text="Ex. A at 6", target=5),))

    assert not check_citations(structure, {5: sheet}, [row("A", "Letter", "6")]).ok


@pytest.mark.parametrize(
    ("label", "printed"),
    [
        ("57", "57-1"),
        ("57", "57a"),
        ("57", "571"),
        ("57-1", "571"),
        ("57-1", "57"),
        ("57-1", "57-2"),
        ("571", "57-1"),
        ("57a", "57"),
        ("57a", "57b"),
        ("57a", "57a1"),
        ("57a", "57-1"),
        ("57a1", "57a"),
        ("57a", "57a-1"),
    ],
)
@pytest.mark.parametrize("draft", [DOCUMENT, LETTER])
def test_a_late_page_is_no_other_page(draft: str, label: str, printed: str) -> None:
    packet = [row("C1", "Letter", label)]

    for text in (f"Ex. C1 at {printed}", f"(Ex. C1 at {printed};", f"pages {printed}"):
        assert faults(told(packet, links=[link("exhibit/e/1", text)], document=draft)), text
        true = text.replace(printed, label)
        assert faults(told(packet, links=[link("exhibit/e/1", true)], document=draft)) == [], true


def test_letters_behind_a_number_are_those_of_a_late_page_where_there_is_one() -> None:
    """The box of a link may touch what stands beside it."""
    touched = [link("exhibit/e/1", "Ex. C at 57 an")]

    assert faults(told([row("C", "Letter", "57")], links=touched)) == []
    assert faults(told([row("C", "Letter", "57"), row("D", "Late", "57an", "f")], links=touched))


@pytest.mark.parametrize(
    "pieces",
    [
        ["Ex. C1 at 57\x02", "1"],
        ["Ex. C1 at 57-", "1"],
        ["Ex. C1 at 57\u20111"],
        ["Ex. C1 at", "57-1"],
    ],
)
def test_the_hyphen_of_a_late_page_may_be_another_sign_or_end_a_line(pieces: list[str]) -> None:
    links = [link("exhibit/e/1", piece) for piece in pieces]

    assert faults(told([row("C1", "Letter", "57-1")], links=links)) == []


@pytest.mark.parametrize("text", ["Ex. C at 57\x02\n1", "Ex. C at 57\u20111", "Ex. C at 57-1–57-2"])
def test_a_citation_typed_by_hand_is_read_with_the_hyphen_of_its_label(text: str) -> None:
    packet = told([row("C", "Letter", "57-1"), row("C", "More", "57-2", "f")], text=text)

    assert printed_statements.find_typed_citations(packet.manifest, packet.kept, packet.pages) == ()
    other = told([row("C", "Letter", "57")], text=text)
    assert printed_statements.find_typed_citations(other.manifest, other.kept, other.pages) == (1,)


@pytest.mark.parametrize(
    ("tab", "label"), [("C1", "57a"), ("C", "57-1"), ("AA", "57a1"), ("C", "57")]
)
def test_citations_without_links_are_read_with_the_labels_of_a_frozen_packet(
    tab: str, label: str
) -> None:
    ledger = [
        manifests.entry(60, PartKind.EXHIBIT, label=label, tab=tab),
        manifests.entry(61, PartKind.EXHIBIT, label="99", tab=tab),
        manifests.entry(62, PartKind.EXHIBIT, label="99-1", tab="Z"),
    ]

    check = printed_references.check_printed_citations(
        [(1, f"(Ex. {tab} at {label}–99; Ex. {tab}")], ledger, kept=False
    )

    assert (check.ok, check.detail) == (True, "1 citations print a page of their exhibit")
    for wrong in (f"{label}9", f"{label}–98", f"{label}–99-1", f"99–{label}"):
        check = printed_references.check_printed_citations(
            [(1, f"(Ex. {tab} at {wrong})")], ledger, kept=False
        )
        assert (check.ok, check.page) == (False, 1), wrong


def test_a_citation_without_link_may_be_broken_at_its_hyphen() -> None:
    ledger = [manifests.entry(60, PartKind.EXHIBIT, label="57-1", tab="C")]

    assert printed_references.check_printed_citations(
        [(1, "see Ex. C at 57\x02 1.")], ledger, kept=False
    ).ok


def test_a_typed_citation_of_another_filing_is_no_fault_where_the_drafts_say_which_are_ours() -> (
    None
):
    ledger = [manifests.entry(60, PartKind.EXHIBIT, label="57", tab="B")]

    assert printed_references.check_printed_citations(
        [(1, "as in Ex. B at 3")], ledger, kept=True
    ).ok


@pytest.mark.parametrize(
    "title",
    [
        *TITLES,
        "word " * 39,
        "Self-help for the long-term",
        "Supercalifragilistic" * 10,
        "תעודת 12 לידה",
    ],
)
def test_a_row_without_links_is_found_whatever_the_title_holds(title: str) -> None:
    one = row("A", title, "6")
    text = f"Index of exhibits: A {title[:10]} B A {title} October 1, 2026 6 English"

    assert (
        printed_references.find_row_faults(one, [(1, text), (5, "EXHIBIT A Page 6")], {1}, "6")
        == []
    )
    assert printed_references.find_row_faults(
        one, [(1, f"A {title} 4 English"), (5, "Page 6")], {1}, "88"
    )


@pytest.mark.parametrize("pieces", [["1057a–1063b"], ["1057a–", "1063b"], ["1057a", "–1063b"]])
def test_the_pages_of_a_row_may_be_broken_over_lines(pieces: list[str]) -> None:
    links = [
        Link(page=1, text="C", target=5),
        *(Link(page=1, text=piece, target=6) for piece in pieces),
    ]
    structure = Structure(links=(*links, Link(page=5, text="Pages", target=6)))

    assert list(find_link_faults(row("C", "Letter", ""), structure, {1}, "1057a–1063b")) == []
    assert list(find_link_faults(row("C", "Letter", ""), structure, {1}, "1057a–1063c"))


@pytest.mark.parametrize("piece", ["57-", "57\x02", "57\ufffe"])
def test_the_pages_of_a_row_may_be_broken_at_a_hyphen(piece: str) -> None:
    links = [
        Link(page=1, text="C", target=5),
        Link(page=1, text=piece, target=6),
        Link(page=1, text="1–57-2", target=6),
    ]
    structure = Structure(links=(*links, Link(page=5, text="Pages", target=6)))

    assert list(find_link_faults(row("C", "Letter", ""), structure, {1}, "57-1–57-2")) == []

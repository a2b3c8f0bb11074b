"""Slides, RTF, other word processors' texts and saved web pages are printed; what is hidden or
missing is told."""

from __future__ import annotations

import io
import random
import re
import shutil
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from assembler.documents.paper_blocks import (
    Block,
    Paper,
    Picture,
    Table,
    iterate_paragraphs,
    make_paragraph,
)
from assembler.evidence.file_types import sniff
from assembler.evidence.readers import office_documents, slides
from assembler.evidence.readers.reading import (
    FileReading,
    PrintedPaper,
    ReadRequest,
)
from assembler.evidence.readers.registry import READERS
from assembler.evidence.readers.web_page import decode_markup
from assembler.evidence.refusal import Refused
from assembler.model import FileOptions, PassageKind, describe_passages
from assembler.proof.printed_contents import read_contents
from assembler.runtime import programs
from tests.support.evidence import prepared, words
from tests.support.office_files import (
    PAGE_ADDRESS,
    draw_png,
    make_budget,
    make_deck,
    make_mhtml,
    make_ods,
    make_odt,
    make_page,
    make_rtf,
    make_rtf_picture,
    make_safari_archive,
    make_shape,
    make_slide_picture,
    make_slide_table,
    pack,
)
from tests.support.printed_files import bundle_printed_case, make_printed_case, read_packet
from tests.support.proofs import failed, proved
from tests.support.sharing import made_once

DECK = make_deck(
    [
        make_shape("Prepared for the officer") + make_shape("Timeline of the case", "title"),
        make_shape("Not to be shown"),
        make_shape("Фото и таблица") + make_slide_picture() + make_slide_table([["a1", "b1"]]),
    ],
    hidden=(2,),
    notes="Speak slowly",
)
LETTER = make_rtf(
    "\\pard Se\\'f1or P\\'e9rez, {\\b bold} and {\\i italic}\\par "
    "{\\f1\\'cf\\'f0\\'e8\\'e2\\'e5\\'f2} \\u-10179?\\u-8704?\\par {\\v secret}"
    "{\\f2\\'93\\'fa\\'96\\'7b}\\par\\trowd\\cellx1\\cellx2\\intbl one\\cell two\\cell\\row\\pard "
    '{\\field{\\*\\fldinst HYPERLINK "https://example.org/a"}{\\fldrslt the page}}\\par '
    "{\\header At the top\\par}{\\*\\generator none;}"
    + make_rtf_picture(draw_png())
    + "{\\nonshppict{\\pict\\wmetafile8 010009}}"
)
ODT = make_odt(
    "<text:h>Letter</text:h><text:p>Señora<text:s/>Núñez</text:p>"
    "<text:tracked-changes/><text:p>two<text:tab/>words</text:p>"
)


@pytest.fixture
def no_office(monkeypatch: pytest.MonkeyPatch) -> None:
    """LibreOffice is not installed."""
    for module in (slides, office_documents):
        monkeypatch.setattr(module.programs, "find", lambda program: None)


def has_office(part: str) -> bool:
    """Whether LibreOffice is installed with Writer ("sw"), Calc ("sc") or Impress ("sd")."""
    program = programs.find("soffice")
    return program is not None and any(program.resolve().parent.glob(f"lib{part}lo.*"))


def read(data: bytes, scratch: Path | None = None) -> FileReading:
    kind = sniff(data)
    return READERS[kind](ReadRequest(data=data, kind=kind, sha256="0" * 64, scratch=scratch))


def paper(reading: FileReading) -> Paper:
    (section,) = reading.sections
    assert isinstance(section, PrintedPaper)
    return section.paper


def texts(reading: FileReading) -> list[str]:
    return [p.text for p in iterate_paragraphs(paper(reading).blocks)]


def count_pictures(blocks: Sequence[Block]) -> int:
    return sum(isinstance(block, Picture) for block in blocks)


# --- slides ---


def test_slides_are_texts_tables_and_pictures_in_order(no_office: None) -> None:
    reading = read(DECK)
    assert texts(reading) == [
        "1 hidden slide is not shown.",
        "1 page of speaker notes is not shown.",
        "Slide 1",
        "Timeline of the case",
        "Prepared for the officer",
        "Slide 3",
        "Фото и таблица",
        "a1",
        "b1",
    ]
    assert count_pictures(paper(reading).blocks) == 1
    assert [loss.rule for loss in reading.losses] == ["EVID.CONCEALED", "EVID.PLAIN"]


def test_hidden_slides_count(no_office: None) -> None:
    starts = [p.starts for p in iterate_paragraphs(paper(read(DECK)).blocks) if p.starts]
    assert [(start.kind, start.first) for start in starts] == [
        (PassageKind.SLIDE, 1),
        (PassageKind.SLIDE, 3),
    ]


def test_a_chart_on_a_slide_is_named_in_its_place(no_office: None) -> None:
    chart = (
        '<p:graphicFrame><p:nvGraphicFramePr/><a:graphic><a:graphicData uri="'
        'http://schemas.openxmlformats.org/drawingml/2006/chart"/></a:graphic></p:graphicFrame>'
    )
    reading = read(make_deck([make_shape("Sales") + chart]))
    assert "A chart here is not shown." in texts(reading)
    assert "EVID.DRAWING" in [loss.rule for loss in reading.losses]


def test_a_date_on_a_slide_stays_what_it_was() -> None:
    field = '<a:fld id="{1}" type="datetime1"><a:t>3/1/2026</a:t></a:fld>'
    shape = make_shape("x").replace("<a:r><a:t>x</a:t></a:r>", field)
    frozen = slides.freeze_fields(make_deck([shape]))
    assert b"<a:r><a:t>3/1/2026</a:t></a:r>" in read_slide_part(frozen)


def read_slide_part(data: bytes) -> bytes:
    return zipfile.ZipFile(io.BytesIO(data)).read("ppt/slides/slide1.xml")


@pytest.mark.tools
@pytest.mark.skipif(not has_office("sd"), reason="LibreOffice has no Impress")
def test_libreoffice_draws_the_visible_slides(tmp_path: Path) -> None:
    exhibit = prepared(tmp_path, {"deck.pptx": DECK})["deck.pptx"]
    assert [describe_passages(page.passages) for page in exhibit.pages] == ["slide 1", "slide 3"]
    assert exhibit.pages[0].width > exhibit.pages[0].height
    assert "EVID.PLAIN" not in [finding.rule for finding in exhibit.findings]


def test_pages_of_a_program_that_lost_words_are_not_used() -> None:
    slide = slides.Slide(number=1, blocks=tuple(paper_blocks("Timeline of the case")))
    assert slides.has_all_words([slide], ["TIMELINE of the\ncase"])
    assert not slides.has_all_words([slide], ["Timeline of"])
    assert not slides.has_all_words([slide], ["Timeline of the case", "x"])


def paper_blocks(text: str) -> list[Block]:
    return [make_paragraph(text)]


# --- RTF ---


def test_rich_text_is_read_in_every_code_page(no_office: None) -> None:
    reading = read(LETTER)
    assert texts(reading)[:3] == ["Señor Pérez, bold and italic", "Привет 😀", "日本"]
    assert "the page <https://example.org/a>" in texts(reading)
    assert texts(reading)[-2:] == ["Headers and footers of the text:", "At the top"]
    looks = [(run.text, run.bold, run.italic) for run in paper(reading).blocks[0].runs]  # type: ignore[union-attr]
    assert ("bold", True, False) in looks
    assert ("italic", False, True) in looks


def test_rich_text_keeps_tables_and_pictures_and_tells_hidden_text(no_office: None) -> None:
    reading = read(LETTER)
    assert sum(isinstance(block, Table) for block in paper(reading).blocks) == 1
    assert count_pictures(paper(reading).blocks) == 1
    assert [loss.rule for loss in reading.losses] == ["EVID.CONCEALED", "EVID.PLAIN"]
    assert "secret" not in "".join(texts(reading))


def test_a_picture_that_cannot_be_shown_is_an_error(no_office: None) -> None:
    reading = read(make_rtf("text " + make_rtf_picture(b"\1\0\x09\0", "wmetafile8")))
    assert "EVID.DRAWING" in [loss.rule for loss in reading.losses]
    assert "text [a picture here is not shown]" in texts(reading)


def test_tracked_changes_of_rich_text_stop(no_office: None) -> None:
    reading = read(make_rtf("kept {\\deleted gone}{\\revised new}"))
    assert "EVID.TRACKED" in [loss.rule for loss in reading.losses]
    assert texts(reading) == ["kept new"]


@given(st.text(alphabet="aé\u042f\u65e5😀 ", max_size=40))
def test_reader_and_proof_read_the_same_rich_text(text: str) -> None:
    units = text.encode("utf-16-le")
    codes = [
        int.from_bytes(units[n : n + 2], "little", signed=True) for n in range(0, len(units), 2)
    ]
    data = make_rtf("".join(f"\\u{code}?" for code in codes) + "\\par")
    rich = office_documents.parse_rich_text(data)
    shown = "".join(p.text for p in iterate_paragraphs(rich.blocks))
    assert shown == (text if text.strip() else "")
    contents = read_contents(data, FileOptions())
    assert "".join(contents.things.paragraphs).split() == text.split()


# --- what only LibreOffice reads ---


def test_without_libreoffice_other_texts_are_refused_with_a_remedy(
    no_office: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Refused) as refused:
        read(ODT, tmp_path)
    assert refused.value.rule == "EVID.OFFICE"
    assert refused.value.remedy.startswith("install LibreOffice")


@pytest.mark.tools
@pytest.mark.skipif(not has_office("sw"), reason="LibreOffice is not installed")
@pytest.mark.parametrize(("data", "word"), [(ODT, "Núñez"), (LETTER, "Pérez")])
def test_libreoffice_prints_other_texts(tmp_path: Path, data: bytes, word: str) -> None:
    exhibit = prepared(tmp_path, {"letter": data})["letter"]
    assert word in words(exhibit.pdf)
    assert "EVID.PLAIN" not in [finding.rule for finding in exhibit.findings]


@pytest.mark.tools
@pytest.mark.skipif(not has_office("sw"), reason="LibreOffice is not installed")
def test_a_date_of_an_opendocument_text_stays_what_it_was(tmp_path: Path) -> None:
    date = '<text:date text:date-value="2020-02-03">Feb 3, 2020</text:date>'
    body = f"<text:p>On {date} I came.</text:p>"
    exhibit = prepared(tmp_path, {"letter.odt": make_odt(body)})["letter.odt"]
    assert words(exhibit.pdf) == "On Feb 3, 2020 I came."


# --- web pages ---


def test_a_web_page_is_printed_without_fetching_anything() -> None:
    reading = read(make_page().encode())
    assert dict(paper(reading).facts)["Title"] == "Attack on the market"
    assert dict(paper(reading).facts)["Saved from"] == PAGE_ADDRESS
    assert "[picture not in the file: The market]" in texts(reading)
    assert "Armed men came — witnesses said." in texts(reading)
    assert count_pictures(paper(reading).blocks) == 1
    assert "hidden advertising" not in "".join(texts(reading))
    assert [(loss.rule, loss.problem) for loss in reading.losses] == [
        ("EVID.REMOTE", "1 picture is not in the file"),
        ("EVID.REMOTE", "1 embedded film, sound or page is not shown"),
        ("EVID.CONCEALED", "1 part that is hidden in the file is not shown"),
    ]


@pytest.mark.parametrize("save", [make_mhtml, make_safari_archive])
def test_an_archive_has_the_pictures_of_its_page(save: Callable[[str], bytes]) -> None:
    reading = read(save(make_page()))
    assert count_pictures(paper(reading).blocks) == 2
    assert dict(paper(reading).facts)["Saved from"] == PAGE_ADDRESS
    assert read_contents(save(make_page()), FileOptions()).things.pictures == 2


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ('<meta charset="utf-8"><p>año'.encode(), ""),
        ('<meta charset="iso-8859-1"><p>“año'.encode("cp1252"), ""),
        ('<meta content="text/html; charset=windows-1251">я'.encode("cp1251"), ""),
        ("<p>año".encode("utf-16"), ""),
        ('<meta charset="nonsense"><p>año'.encode(), ""),
    ],
)
def test_a_page_is_read_in_the_encoding_it_names(data: bytes, encoding: str) -> None:
    markup, guessed = decode_markup(data)
    assert guessed == encoding
    assert re.search("año|я", markup)


def test_an_archive_that_says_its_encoding_is_believed() -> None:
    assert decode_markup("<p>я".encode("koi8-r"), "koi8-r") == ("<p>я", "")


# --- hostile files ---

SAMPLES = {
    "budget.xlsx": make_budget(),
    "sheet.ods": make_ods(
        '<table:table table:name="S"><table:table-row><table:table-cell>'
        "<text:p>x</text:p></table:table-cell></table:table-row></table:table>"
    ),
    "deck.pptx": DECK,
    "note.rtf": LETTER,
    "page.html": make_page().encode(),
    "page.mhtml": make_mhtml(make_page()),
    "page.webarchive": make_safari_archive(make_page()),
    "table.csv": b"a,b,c\n1,2,3\n4,5,6\n",
}
PROOF_ERRORS = (OSError, KeyError, ValueError, zipfile.BadZipFile, etree.XMLSyntaxError)


def damage(data: bytes, chance: random.Random) -> bytes:
    """Return a file with bytes changed, cut out, doubled or zeroed, or an XML part of it so."""
    if data.startswith(b"PK") and chance.random() < 0.6:
        return damage_part(data, chance)
    changed = bytearray(data)
    place = chance.randrange(len(changed))
    kind = chance.randrange(5)
    if kind == 0:
        changed[place] = chance.randrange(256)
    elif kind == 1:
        del changed[place:]
    elif kind == 2:
        del changed[place : place + chance.randrange(1, 200)]
    elif kind == 3:
        changed[place:place] = changed[chance.randrange(len(changed)) :][:90]
    else:
        value = chance.choice([b"-1", b"99999999999", b"", b"1e400", b"nan", b"../x"])
        found = list(re.finditer(rb'"[^"]*"|>[^<>]+<', data))
        if found:
            spot = chance.choice(found)
            changed[spot.start() + 1 : spot.end() - 1] = value
    return bytes(changed)


def damage_part(data: bytes, chance: random.Random) -> bytes:
    source = zipfile.ZipFile(io.BytesIO(data))
    parts = {name: source.read(name) for name in source.namelist()}
    victim = chance.choice(sorted(name for name in parts if name.endswith((".xml", ".rels"))))
    parts[victim] = damage(parts[victim], chance)
    return pack(parts)


@pytest.mark.parametrize("name", list(SAMPLES))
def test_damaged_files_are_read_or_refused(no_office: None, name: str) -> None:
    chance = random.Random(name)
    for _ in range(60):
        data = damage(SAMPLES[name], chance)
        if sniff(data) in READERS:
            try:
                assert read(data).sections
            except Refused as error:
                assert error.remedy
        try:
            read_contents(data, FileOptions())
        except PROOF_ERRORS:
            continue


# --- the proof ---


def finished(tmp_path: Path) -> Path:
    """A copy of a proved packet with files of these kinds, free to change."""

    def make(folder: Path) -> None:
        names = ("budget.xlsx", "deck.pptx", "note.rtf", "page.mhtml", "table.csv")
        case = make_printed_case(folder / "case", rename(names))
        result = bundle_printed_case(case)
        assert result.exit_code == 0, result.output

    shared = made_once("printed-office", make) / "case"
    return Path(shutil.copytree(shared, tmp_path / "case"))


def rename(names: Sequence[str]) -> dict[str, bytes]:
    return {name: SAMPLES[name] for name in names}


@pytest.mark.slow
def test_all_kinds_are_proved_row_by_row_and_slide_by_slide(tmp_path: Path) -> None:
    case = finished(tmp_path)
    assert failed(proved(case)) == set()
    shown = {
        entry.client_source.path: describe_passages(entry.client_source.passages)
        for entry in read_packet(case).ledger
        if entry.source
    }
    assert "slide 3" in shown["evidence/deck.pptx"]
    assert "of Wide" in shown["evidence/budget.xlsx"]
    assert shown["evidence/table.csv"] == "rows 1–3"


@pytest.mark.slow
def test_a_file_with_more_than_its_pages_show_fails_the_proof(tmp_path: Path) -> None:
    case = finished(tmp_path)
    (case / "evidence/table.csv").write_bytes(b"a,b,c\n1,2,3\n4,5,6\n7,8,nine\n")
    (case / "evidence/deck.pptx").write_bytes(make_deck([make_shape("Other words")]))
    (case / "evidence/note.rtf").write_bytes(make_rtf("Other text"))
    details = [check.detail for check in proved(case).checks if not check.ok]
    for name in ("table.csv", "deck.pptx", "note.rtf"):
        assert any(detail.startswith(f"evidence/{name}:") for detail in details), details

"""Files without pages of their own are printed in full, and the proof finds what is missing."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembler.documents.paper_blocks import Paper, make_paragraph
from assembler.documents.paper_writer import write_paper
from assembler.documents.printable_text import is_right_to_left, name_symbols, remove_unprintable
from assembler.errors import TemplateBroken
from assembler.evidence.printed_files import join_passages
from assembler.evidence.readers.text import decode_text
from assembler.model import FileOptions, Passage, PassageKind, describe_passages
from assembler.model.manifest import MANIFEST_FILE
from assembler.proof.passage_check import find_passage_trouble
from assembler.proof.text_contents import read_text_contents
from assembler.runtime.resources import Shelf, TemplateFile, list_font_files
from tests import factories
from tests.support.evidence import prepared, words
from tests.support.mails import make_mail, make_mailbox
from tests.support.printed_files import bundle_printed_case, make_printed_case, read_packet
from tests.support.proofs import failed, proved
from tests.support.sharing import made_once

NOTE = (
    "Señor Pérez,\r\n\r\nle escribo para decirle lo siguiente:\n"
    + "".join(f"Línea {number} del aviso.\n" for number in range(1, 121))
    + "Привет 😀 👍🏽 🇺🇦\n"
)


def lines(first: int, last: int) -> Passage:
    return Passage(kind=PassageKind.LINE, first=first, last=last)


def test_every_page_of_a_text_says_which_lines_it_shows(tmp_path: Path) -> None:
    pages = prepared(tmp_path, {"note.txt": NOTE.encode()})["note.txt"].pages
    shown = [describe_passages(page.passages) for page in pages]
    assert re.fullmatch(r"lines 1–\d+", shown[0])
    assert shown[-1].endswith("–124")
    ends = [page.passages[0].last for page in pages]
    assert [page.passages[0].first for page in pages[1:]] == [end + 1 for end in ends[:-1]]


def test_a_symbol_that_no_font_has_is_printed_by_its_name(tmp_path: Path) -> None:
    exhibit = prepared(tmp_path, {"note.txt": NOTE.encode()})["note.txt"]
    text = words(exhibit.pdf, len(exhibit.pages) - 1)
    assert "[thumbs up sign] [flag UA]" in text
    assert "😀" in text


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("año".encode(), "utf-8"),
        (b"\xef\xbb\xbfa\xc3\xb1o", "utf-8"),
        ("año".encode("utf-16"), "utf-16"),
        ("año".encode("utf-32"), "utf-32"),
    ],
)
def test_a_text_is_read_in_the_encoding_it_names(data: bytes, encoding: str) -> None:
    assert decode_text(data) == ("año", encoding)


def test_a_guessed_encoding_is_a_warning(tmp_path: Path) -> None:
    text = "El niño mañana irá a la escuela.\n¿Verdad? Así será.\nSaludos, señora Núñez.\n" * 4
    exhibit = prepared(tmp_path, {"old.txt": text.encode("cp1252")})["old.txt"]
    assert [finding.rule for finding in exhibit.findings] == ["EVID.ENCODING"]
    assert "Núñez" in words(exhibit.pdf)


def test_an_option_of_other_files_is_a_warning(tmp_path: Path) -> None:
    parts = {"note.txt": {"options": FileOptions(sheets=("Budget",))}}
    exhibit = prepared(tmp_path, {"note.txt": NOTE.encode()}, parts)["note.txt"]
    assert [(finding.rule, finding.problem) for finding in exhibit.findings] == [
        ("EVID.OPTION", "`sheets` does not apply to files of this type")
    ]


# --- the proof ---


def finished(tmp_path: Path) -> Path:
    """A copy of a proved packet with two texts, free to change."""

    def make(folder: Path) -> None:
        case = make_printed_case(
            folder / "case", {"note.txt": NOTE.encode(), "short.txt": b"One line.\n"}
        )
        result = bundle_printed_case(case)
        assert result.exit_code == 0, result.output

    shared = made_once("printed-texts", make) / "case"
    return Path(shutil.copytree(shared, tmp_path / "case"))


def change_ledger(case: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the source of every page of the longer text in the manifest."""
    path = case / "build/child" / MANIFEST_FILE
    data = json.loads(path.read_text(encoding="utf8"))
    for entry in data["ledger"]:
        if "source" in entry and entry["source"]["path"] == "evidence/note.txt":
            change(entry["source"])
    path.write_text(json.dumps(data), encoding="utf8")


def test_a_printed_text_is_proved_line_by_line(tmp_path: Path) -> None:
    case = finished(tmp_path)
    assert failed(proved(case)) == set()
    shown = [
        entry.client_source.passages
        for entry in read_packet(case).ledger
        if entry.source and entry.client_source.path == "evidence/note.txt"
    ]
    assert shown[0][0].first == 1
    assert shown[-1][-1].last == 124


def test_a_line_that_is_on_no_page_fails_the_proof(tmp_path: Path) -> None:
    case = finished(tmp_path)
    source = case / "evidence/note.txt"
    source.write_bytes(source.read_bytes() + "Una línea más.\n".encode())
    assert "printed-file" in failed(proved(case))


def test_a_ledger_that_names_other_lines_fails_the_proof(tmp_path: Path) -> None:
    case = finished(tmp_path)

    def swap(source: dict[str, Any]) -> None:
        for passage in source["passages"]:
            passage["first"], passage["last"] = passage["first"] + 5, passage["last"] + 5

    change_ledger(case, swap)
    assert "printed-file" in failed(proved(case))


def test_a_page_without_passages_fails_the_proof(tmp_path: Path) -> None:
    case = finished(tmp_path)
    change_ledger(case, lambda source: source.pop("passages"))
    checks = [check for check in proved(case).checks if not check.ok]
    assert ("printed-file", "evidence/note.txt: line 1 is on no page") in [
        (check.name, check.detail) for check in checks
    ]


def test_words_on_another_page_than_the_ledger_says_are_found() -> None:
    contents = read_text_contents(b"first line\nsecond line\n", FileOptions())
    passages = [(lines(1, 1),), (lines(2, 2),)]
    right = find_passage_trouble(
        contents.numbered, passages, ["first line", "second line"], is_whole=True
    )
    wrong = find_passage_trouble(
        contents.numbered, passages, ["second line", "first line"], is_whole=True
    )
    assert right == ""
    assert wrong == "words of line 1 are not on the pages that the ledger names"


# --- the paper ---


def test_a_template_without_a_place_for_the_content_is_named() -> None:
    template = Shelf.default().template("parole", "index.docx")
    with pytest.raises(TemplateBroken):
        write_paper(template, Paper(title="t"), list_font_files())


def test_a_firms_template_needs_none_of_our_styles() -> None:
    document = docx.Document()
    document.add_paragraph("{{ title }}")
    document.add_paragraph("{{ content }}")
    out = io.BytesIO()
    document.save(out)
    template = TemplateFile(name="parole/printed-text.docx", data=out.getvalue(), origin="shelf")
    written = write_paper(
        template, Paper(title="A title", blocks=(make_paragraph("A word"),)), list_font_files()
    )
    texts = [p.text for p in docx.Document(io.BytesIO(written.docx)).paragraphs]
    assert texts == ["A title", "A word"]


@given(st.text())
def test_printable_text_has_no_control_characters(text: str) -> None:
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", remove_unprintable(text))


@given(st.text(alphabet="aб1 א😀👍🏽🇺🇦"))
def test_letters_are_never_replaced_by_names(text: str) -> None:
    named = name_symbols(text, frozenset(text))
    kept = [letter for letter in named if letter in "бא"]
    assert kept == [letter for letter in text if letter in "бא"]


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("1\u20e3", "1[combining enclosing keycap]"),
        ("@\u2068Ana\u2069", "@Ana"),
        ("𝓗𝓲 𝟙", "Hi 1"),
        ("\uf8ff", "[symbol U+F8FF]"),
    ],
)
def test_marks_and_fancy_letters_of_phones_are_printed_plainly(text: str, printed: str) -> None:
    assert name_symbols(text, frozenset(text) - frozenset("1@Ana")) == printed


def test_the_direction_of_a_text_is_that_of_its_first_letter() -> None:
    assert is_right_to_left("12 שלום hello")
    assert not is_right_to_left("12 hello שלום")
    assert not is_right_to_left("12")


@given(st.lists(st.integers(1, 30), min_size=1, unique=True).map(sorted))
def test_joined_passages_hold_the_same_numbers(numbers: list[int]) -> None:
    joined = join_passages([lines(number, number) for number in numbers])
    held = [n for passage in joined for n in range(passage.first, passage.last + 1)]
    assert held == numbers
    assert all(a.last + 1 < b.first for a, b in pairwise(joined))


def test_passages_are_described_in_words() -> None:
    passages = (
        Passage(kind=PassageKind.ROW, first=40, last=60, within="Budget"),
        Passage(kind=PassageKind.PAGE, first=3, last=3, attachment=(2, 1)),
    )
    assert describe_passages(passages) == "rows 40–60 of Budget; attachment 2.1, page 3"


@pytest.mark.slow
def test_two_parts_of_one_mailbox_are_proved_and_stay_in_a_filed_packet(tmp_path: Path) -> None:
    """A late exhibit is added to a filed packet that has two choices of one file."""
    messages = [make_mail(f"Subject {number}").as_bytes() for number in range(1, 5)]
    case = make_printed_case(
        tmp_path / "case", {"box.mbox": make_mailbox(messages)}, {"box.mbox": {"messages": "1-2"}}
    )
    raw = json.loads((case / "case.json").read_text(encoding="utf8"))
    later = {"path": "evidence/box.mbox", "messages": "4"}
    raw["exhibits"].append(
        {"id": "later", "title": "Later", "category": "threat", "files": [later]}
    )
    factories.write_case(case, raw)
    result = bundle_printed_case(case)
    assert result.exit_code == 0, result.output
    shown = [
        describe_passages(entry.client_source.passages)
        for entry in read_packet(case).ledger
        if entry.source and entry.client_source.path == "evidence/box.mbox"
    ]
    assert shown == ["message 1", "message 2", "message 4"]

    filed = tmp_path / "filed"
    shutil.copytree(case / "build/child", filed)
    (case / "evidence/note.txt").write_bytes(b"A late note.\n")
    raw["exhibits"].append(
        {"id": "note", "title": "Note", "category": "threat", "files": ["evidence/note.txt"]}
    )
    factories.write_case(case, raw)
    frozen = bundle_printed_case(case, "--freeze", str(filed))
    assert frozen.exit_code == 0, frozen.output
    assert failed(proved(case)) == set()

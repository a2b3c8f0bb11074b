"""evidence: a Word file is printed whole or refused by name; the proof finds each of its words
on the bundle's pages."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pikepdf
import pytest
from PIL import Image

from assembler import pipeline
from assembler.errors import EvidenceUnreadable
from assembler.evidence.readers.word import PrintedWord, print_word
from assembler.evidence.refusal import Refused
from assembler.model.manifest import MANIFEST_FILE
from assembler.runtime import programs
from assembler.runtime.workshop import Workshop
from tests import factories
from tests import wordfiles as written
from tests.conftest import build
from tests.support.evidence import prepared, refused, words

TEXT = "The clinic confirms that Testina Exemplar needs an operation which cannot be done at home."
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def word(change: Callable[[Any], None] = lambda _: None, *, pages: int = 1) -> bytes:
    """A letter in Word."""
    document = docx.Document()
    document.core_properties.author = "CANARY-AUTHOR"
    document.add_heading("Letter of the clinic", 1)
    for number in range(pages):
        if number:
            document.add_page_break()
        document.add_paragraph(f"{TEXT} Sheet {number + 1}.")
    change(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def repacked(
    data: bytes, change: Callable[[str, bytes], bytes], more: dict[str, bytes] | None = None
) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as given,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in given.namelist():
            made.writestr(name, change(name, given.read(name)))
        for name, content in (more or {}).items():
            made.writestr(name, content)
    return out.getvalue()


def in_body(data: bytes, xml: str) -> bytes:
    def change(name: str, content: bytes) -> bytes:
        return (
            content.replace(b"<w:body>", b"<w:body>" + xml.encode())
            if name == "word/document.xml"
            else content
        )

    return repacked(data, change)


def related(data: bytes, kind: str, target: str, mode: str = "External") -> bytes:
    entry = (
        f'<Relationship Id="rIdX" Type="http://x/relationships/{kind}" Target="{target}" '
        f'TargetMode="{mode}"/>'
    )

    def change(name: str, content: bytes) -> bytes:
        end = b"</Relationships>"
        return (
            content.replace(end, entry.encode() + end)
            if name == "word/_rels/document.xml.rels"
            else content
        )

    return repacked(data, change)


def test_a_word_file_becomes_searchable_pages_and_its_engine_is_named(tmp_path: Path) -> None:
    made = prepared(tmp_path, {"a.docx": word(pages=2)})["a.docx"]

    assert [page.method for page in made.pages] == ["text", "text"]
    assert "cannot be done at home. Sheet 2." in words(made.pdf, 1)
    assert b"CANARY" not in made.pdf.read_bytes()
    assert "document metadata" in {one.what for one in made.removed}
    engine = "LibreOffice" if programs.find("soffice") else "office2pdf"
    assert made.files[0].steps[0].startswith(engine)
    assert [finding.rule for finding in made.findings] == (
        [] if programs.find("soffice") else ["EVID.WORD"]
    )


def test_without_libreoffice_the_embedded_engine_draws_it_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "find", lambda _program: None)

    printed = print_word(word(), tmp_path / "scratch")

    assert printed.engine.startswith("office2pdf")
    assert [(loss.rule, loss.severity.value) for loss in printed.losses] == [
        ("EVID.WORD", "warning")
    ]
    (tmp_path / "a.pdf").write_bytes(printed.pdf)
    assert "needs an operation" in words(tmp_path / "a.pdf")


def test_characters_no_font_has_refuse_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "find", lambda _program: None)

    with pytest.raises(
        Refused, match="cannot be printed in full: no available font has the characters U\\+1F4DE"
    ):
        print_word(
            word(lambda document: document.add_paragraph("\U0001f4de")), tmp_path / "scratch"
        )


def without_libreoffice(data: bytes, folder: Path, patch: pytest.MonkeyPatch) -> PrintedWord:
    patch.setattr(programs, "find", lambda _program: None)
    return print_word(data, folder / "scratch")


def test_a_questionnaire_keeps_its_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, paragraph = written.run, written.paragraph
    ticked, empty = written.symbol("Wingdings", 0xF0FE), written.symbol("Wingdings", 0xF0A8)
    body = (
        paragraph(run("Arrested: "), ticked, run(" Yes "), empty, run(" No")),
        paragraph(run("Divorced: "), written.check_box(checked=True), run(" Yes")),
        paragraph(run("Decision: "), written.drop_down(("DENIED", "GRANTED"), 1)),
    )

    (tmp_path / "a.pdf").write_bytes(
        without_libreoffice(written.document(*body), tmp_path, monkeypatch).pdf
    )

    assert words(tmp_path / "a.pdf").split() == [
        "Arrested:",
        "☑",
        "Yes",
        "☐",
        "No",
        "Divorced:",
        "☒",
        "Yes",
        "Decision:",
        "GRANTED",
    ]


def test_what_may_look_otherwise_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = written.paragraph(
        written.run("x"), written.drawn_shape(), written.word_art("SOLD"), written.equation()
    )

    printed = without_libreoffice(written.document(body), tmp_path, monkeypatch)

    drawn, noted = (loss.problem for loss in printed.losses)
    assert (
        "it holds 1 shape without text (lines, arrows, boxes), 1 equation, which this engine may "
        "omit or misplace" in drawn
    )
    assert noted == "not printed as Word shows it: 1 piece of WordArt printed as plain text"


def test_a_drawing_that_no_engine_here_can_draw_refuses_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = written.document(
        written.paragraph(written.picture("rIdP")), pictures={"rIdP": ("x.emf", b"EMF")}
    )

    with pytest.raises(Refused, match="lost 1 pictures or drawings of the document") as caught:
        without_libreoffice(data, tmp_path, monkeypatch)

    assert "install LibreOffice" in caught.value.remedy


def test_a_large_picture_that_packs_well_is_no_bomb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = written.encoded(Image.new("RGB", (2400, 1600), "white"), "BMP")
    data = written.document(
        written.paragraph(written.picture("rIdP")), pictures={"rIdP": ("x.bmp", plain)}
    )
    assert len(plain) > 200 * len(data)

    assert without_libreoffice(data, tmp_path, monkeypatch).losses


def test_a_strict_file_is_printed_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def strictly(_name: str, part: bytes) -> bytes:
        return re.sub(
            rb"http://schemas.openxmlformats.org/(\w+)/2006/",
            rb"http://purl.oclc.org/ooxml/\1/",
            part,
        )

    data = repacked(written.document(written.paragraph(written.run("Strictly speaking"))), strictly)
    package = (
        b"http://purl.oclc.org/ooxml/package/",
        b"http://schemas.openxmlformats.org/package/2006/",
    )
    data = repacked(data, lambda _, part: part.replace(*package))

    (tmp_path / "a.pdf").write_bytes(without_libreoffice(data, tmp_path, monkeypatch).pdf)

    assert words(tmp_path / "a.pdf").split() == ["Strictly", "speaking"]


def test_parts_may_be_numbered_where_there_is_but_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As some online editors write them: word/document2.xml."""
    data = written.document(written.paragraph(written.run("Numbered")))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(out, "w") as made:
        for name in given.namelist():
            content = given.read(name).replace(b"document.xml", b"document2.xml")
            made.writestr(name.replace("document.xml", "document2.xml"), content)

    (tmp_path / "a.pdf").write_bytes(without_libreoffice(out.getvalue(), tmp_path, monkeypatch).pdf)

    assert words(tmp_path / "a.pdf").split() == ["Numbered"]


def test_the_name_does_not_matter(tmp_path: Path) -> None:
    assert prepared(tmp_path, {"letter.pdf": word()})["letter.pdf"].pages[0].method == "text"


INSERTED = (
    f'<w:p xmlns:w="{W}"><w:ins w:id="1" w:author="x"><w:r><w:t>new text</w:t></w:r></w:ins></w:p>'
)


def test_tracked_changes_stop_the_case_until_they_are_accepted(tmp_path: Path) -> None:
    data = in_body(word(), INSERTED)

    assert refused(tmp_path, {"a.docx": data}) == [("EVID.TRACKED", "a.docx")]
    made = prepared(tmp_path, {"a.docx": data}, {"a.docx": {"accept_loss": ("EVID.TRACKED",)}})[
        "a.docx"
    ]
    assert ("EVID.TRACKED", "warning") in [
        (finding.rule, finding.severity.value) for finding in made.findings
    ]


SPOILT: list[tuple[Callable[[], bytes], str]] = [
    (lambda: related(word(), "image", "http://canary.invalid/x.png"), "EVID.LINKED"),
    (lambda: related(word(), "image", "file:///etc/passwd"), "EVID.LINKED"),
    (lambda: related(word(), "oleObject", "http://canary.invalid/x"), "EVID.LINKED"),
    (lambda: related(word(), "aFChunk", "chunk.html", "Internal"), "EVID.LINKED"),
    (lambda: repacked(word(), lambda _, c: c, {"word/vbaProject.bin": b"x"}), "EVID.FORMAT"),
    (
        lambda: repacked(word(), lambda _, c: c, {"word/media/bomb.bin": bytes(400_000_000)}),
        "EVID.LIMIT",
    ),
    (
        lambda: repacked(word(), lambda _, c: c, {f"word/x{n}.bin": b"" for n in range(6_000)}),
        "EVID.LIMIT",
    ),
    (lambda: repacked(word(), lambda _, c: c, {"../../evil": b"x"}), "EVID.BROKEN"),
    (
        lambda: repacked(word(), lambda n, c: c[:200] if n == "word/document.xml" else c),
        "EVID.BROKEN",
    ),
    (
        lambda: repacked(
            word(),
            lambda n, c: (
                b'<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><d>&e;</d>'
                if n == "word/document.xml"
                else c
            ),
        ),
        "EVID.BROKEN",
    ),
    (
        lambda: repacked(word(), lambda _, c: c, {"word/media/bomb.bin": bytes(100_000_000)}),
        "EVID.LIMIT",
    ),
    (
        lambda: written.document(
            written.paragraph(written.picture("rIdP")), pictures={"rIdP": ("x.png", b"x")}
        ),
        "EVID.WORD",
    ),
    (lambda: written.document(written.paragraph(written.picture("rIdNowhere"))), "EVID.WORD"),
    (lambda: repacked(word(), lambda _, c: c, {"word/Document.xml": b"<a/>"}), "EVID.BROKEN"),
]


def test_what_cannot_be_printed_whole_is_refused_and_the_rest_is_looked_at(tmp_path: Path) -> None:
    files = {f"{number:02}.docx": make() for number, (make, _) in enumerate(SPOILT)}

    found = refused(tmp_path, {**files, "fine.docx": word()})

    assert sorted(found, key=lambda one: one[1]) == [
        (rule, name) for name, (_, rule) in zip(files, SPOILT, strict=True)
    ]


def test_hyperlinks_and_the_firm_s_own_template_are_no_reason_to_refuse(tmp_path: Path) -> None:
    data = related(word(), "attachedTemplate", "file:///C:/firm.dotx")

    assert prepared(tmp_path, {"a.docx": data})["a.docx"].pages[0].method == "text"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("xl/workbook.xml", "the Excel file is damaged"),
        ("ppt/presentation.xml", "the PowerPoint file is damaged"),
        ("visio/document.xml", "the file is a Visio drawing"),
        ("letter.txt", "the file is a ZIP archive"),
    ],
)
def test_other_office_files_are_refused_by_name(tmp_path: Path, name: str, said: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, "x")
        if name != "letter.txt":
            archive.writestr("[Content_Types].xml", "x")

    with pytest.raises(EvidenceUnreadable) as caught:
        prepared(tmp_path, {"a": out.getvalue()})

    assert caught.value.findings[0].problem == said


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"Received: from x\nFrom: a@b\nSubject: s\n\nbody", "an e-mail"),
        (b"X-A: 1\nX-B: 2\n more\nFrom: a@b\n\nx", "an e-mail"),
        (b"Dear Madam, from: nobody", "a plain text"),
        (b"8BPS\0\1rest", "a Photoshop file"),
        (b"%!PS-Adobe", "a PostScript or EPS file"),
        (b"<svg xmlns='x'/>", "an SVG drawing"),
        (b"Rar!\x1a\x07\x01\0", "an archive"),
        (b"\0\0\0\x18ftypmp42", "a film"),
        (
            b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
            "a password-protected Word or Excel file",
        ),
        (b"\x01\x02\x03", "of an unsupported type"),
    ],
)
def test_everything_else_is_refused_by_name_with_what_to_do(
    tmp_path: Path, data: bytes, said: str
) -> None:
    with pytest.raises(EvidenceUnreadable) as caught:
        prepared(tmp_path, {"a.pdf": data})

    finding = caught.value.findings[0]
    assert (finding.rule, finding.problem) == (
        "EVID.FORMAT",
        f"the file is {said}, though its name ends in .pdf",
    )
    assert finding.remedy


@pytest.fixture
def word_case(tmp_path: Path) -> Path:
    clinic = {
        "id": "clinic",
        "title": "Clinic",
        "category": "medical",
        "files": ["evidence/c.docx"],
    }
    exhibits = [*factories.CASE["exhibits"], clinic]
    folder = factories.small_case(tmp_path / "case", {"exhibits": exhibits})
    (folder / "evidence/c.docx").write_bytes(word(pages=2))
    return folder


def test_the_proof_says_that_the_words_of_a_word_file_are_compared(word_case: Path) -> None:
    built = build(word_case)[0]

    assert built.proof.ok
    said = {check.name: check.detail for check in built.proof.checks if check.exhibit == "clinic"}
    assert said["word-file"] == "every word, sign and picture of evidence/c.docx is on its 2 pages"
    assert not [line for line in built.proof.not_checked if "c.docx" in line]


def test_a_word_that_is_missing_from_the_bundle_is_seen(word_case: Path) -> None:
    built = build(word_case)[0]
    ledger = json.loads((built.folder / MANIFEST_FILE).read_text(encoding="utf8"))["ledger"]
    number = next(e["number"] for e in ledger if e["exhibit"] == "clinic" and "source" in e)
    with pikepdf.open(built.folder / "bundle.pdf", allow_overwriting_input=True) as pdf:
        page = pdf.pages[number - 1]
        page.Contents = pdf.make_stream(b"")
        pdf.save()

    with Workshop(word_case / ".verify", jobs=2, temporary=True) as shop:
        proof = pipeline.verify(built.folder, word_case, shop)

    wrong = [check.detail for check in proof.checks if check.name == "word-file"]
    assert not proof.ok
    assert re.search(r"\d+ words and \d+ signs of it are on none of its pages", wrong[0])

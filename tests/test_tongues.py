"""evidence: the language and the letters of a page, told from the page itself."""

from __future__ import annotations

import hashlib
import textwrap
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from assembler import evidence
from assembler.evidence import ocr
from assembler.model import Exhibit, FilePart, PageText, Prepared, SourceFile
from assembler.runtime.resources import list_font_files
from assembler.runtime.workshop import Workshop
from scripts.sample_cases import draw
from tests.support.cases import case
from tests.support.language_samples import _ENGLISH, _SPANISH, _UKRAINIAN


def scanned(text: str) -> bytes:
    font = ImageFont.truetype(
        str(next(path for path in list_font_files() if path.name == "IBMPlexSerif-Regular.ttf")), 40
    )
    sheet = Image.new("L", (1700, 2200), 255)
    pen = ImageDraw.Draw(sheet)
    for row, line in enumerate(textwrap.wrap(text * 3, 60)):
        pen.text((150, 150 + row * 60), line, fill=0, font=font)
    return draw.scan_pdf([sheet], 200)


def looked_at(home: Path, text: str, declared: str) -> tuple[Prepared, PageText]:
    """A scan of the text, prepared and read as an exhibit in the declared language."""
    folder = home / "files"
    folder.mkdir()
    data = scanned(text)
    (folder / "a.pdf").write_bytes(data)
    listed = SourceFile(path="a.pdf", size=len(data), sha256=hashlib.sha256(data).hexdigest())
    exhibit = Exhibit(
        id="a", title="t", category="medical", language=declared, parts=(FilePart(path="a.pdf"),)
    )
    with Workshop(home / "home", jobs=1) as shop:
        made = evidence.prepare(case(exhibit, files=(listed,)), folder, shop)
        return made[0], evidence.read_texts(made, shop)["a"][0]


@pytest.mark.skipif(
    not (ocr.find_data_folder() / "osd.traineddata").is_file(), reason="no data for scripts"
)
def test_a_scan_in_other_letters_than_declared_is_told_by_the_look_of_its_letters(
    tmp_path: Path,
) -> None:
    prepared, text = looked_at(tmp_path, _UKRAINIAN, "en")

    assert prepared.pages[0].script == "Cyrillic"
    assert text.seems == "Cyrl"


@pytest.mark.parametrize(
    ("text", "seems"), [(_SPANISH, "Latn"), (_ENGLISH * 3, "Latn"), (_UKRAINIAN, "")]
)
def test_without_the_data_of_its_language_the_letters_are_still_told(
    tmp_path: Path, text: str, seems: str
) -> None:
    """What English data reads that surely is in Latin letters."""
    if ocr.has_language("be"):
        pytest.skip("this machine reads Belarusian")

    prepared, read = looked_at(tmp_path, text, "be")

    assert [finding.rule for finding in prepared.findings if finding.rule == "LANG.DATA"] == [
        "LANG.DATA"
    ]
    assert read.seems == seems


def test_a_scan_in_the_declared_language_is_not_told_of(tmp_path: Path) -> None:
    assert looked_at(tmp_path, _SPANISH, "es")[1].seems in ("", "es")

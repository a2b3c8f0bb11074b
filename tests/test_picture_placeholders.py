"""Pictures of printed papers are in the PDF as they were, whatever the Word engine does to
pictures."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from assembler.documents import word_to_pdf
from assembler.documents.paper_blocks import Cell, Paper, Picture, Row, Table, make_paragraph
from assembler.documents.paper_writer import write_paper
from assembler.documents.picture_placeholders import make_placeholder, read_placeholder
from assembler.errors import TemplateBroken
from assembler.evidence.printed_files import read_passages
from assembler.evidence.refusal import Refused
from assembler.runtime import programs
from assembler.runtime.resources import Shelf, list_font_files
from tests.support.chats import make_photo
from tests.support.evidence import rendered

TEMPLATE = Shelf.default().template("parole", "printed-chat.docx")
ENGINES = ["embedded", *(["libreoffice"] if programs.find("soffice") else [])]


def encode(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind)
    return out.getvalue()


def list_images(pdf: bytes) -> list[Any]:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return [
            (item.get("/Filter"), int(item.Width), item.read_raw_bytes())
            for page in document.pages
            for item in page.get_images().values()
        ]


@given(st.integers(0, 2**32 - 1))
def test_a_placeholder_is_read_after_any_coding(number: int) -> None:
    picture = Image.open(io.BytesIO(make_placeholder(number)))
    assert read_placeholder(picture) == number
    assert read_placeholder(Image.open(io.BytesIO(encode(picture, "JPEG")))) == number


def test_other_pictures_are_no_placeholders() -> None:
    assert read_placeholder(Image.new("L", (32, 32), 255)) is None
    assert read_placeholder(Image.open(io.BytesIO(make_photo(1)))) is None


@pytest.mark.parametrize("engine", ENGINES)
def test_the_pictures_of_a_paper_are_kept_as_they_are(tmp_path: Path, engine: str) -> None:
    photo = make_photo(7)
    clear = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    clear.paste((200, 0, 0, 255), (0, 0, 30, 40))
    drawing = encode(clear, "PNG")
    cell = Cell(blocks=(Picture(data=photo), Picture(data=drawing)))
    table = Table(widths=(1.0,), rows=(Row(cells=(cell,)),))
    blocks = (make_paragraph("Before"), Picture(data=photo, width=100.0), table)
    written = write_paper(TEMPLATE, Paper(title="t", blocks=blocks), list_font_files())
    assert written.pictures == (photo, drawing)
    docx = tmp_path / "paper.docx"
    docx.write_bytes(written.docx)
    converted = word_to_pdf.convert_to_pdf(
        docx, "t", engine, list_font_files(), tmp_path / "work", evidence=True
    )
    pdf, _ = read_passages(converted.pdf, written)
    images = list_images(pdf)
    assert ("/DCTDecode", 900, photo) in images
    assert {width for _, width, _ in images} == {900, 60}
    with pikepdf.open(io.BytesIO(pdf)) as document:
        count = len(document.pages)
    dark = sum(np.count_nonzero(rendered(pdf, page, dpi=50) < 200) for page in range(count))
    assert dark > 50_000  # the photo, in both sizes


def test_a_picture_that_the_engine_lost_is_refused(tmp_path: Path) -> None:
    paper = Paper(title="t", blocks=(Picture(data=make_photo(1)),))
    written = write_paper(TEMPLATE, paper, list_font_files())
    with pikepdf.new() as empty:
        empty.add_blank_page()
        out = io.BytesIO()
        empty.save(out)
    with pytest.raises(Refused) as caught:
        read_passages(out.getvalue(), written)
    assert caught.value.rule == "EVID.PRINT"


def test_a_file_that_is_no_picture_is_refused() -> None:
    paper = Paper(title="t", blocks=(Picture(data=b"no picture"),))
    with pytest.raises(TemplateBroken):
        write_paper(TEMPLATE, paper, list_font_files())

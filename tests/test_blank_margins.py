"""Blank margins are not read: what is on the page stays within what the engine sees, and words lie
where they are printed."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from assembler.evidence import ocr, page_recognition
from assembler.evidence.ocr import recognition
from assembler.evidence.ocr.blank_margins import find_inked_area
from assembler.runtime.cache import Cache
from assembler.runtime.system import ABILITIES
from scripts.sample_cases import draw

_SIZE = (400, 300)


@given(
    paper=st.integers(60, 255),
    marks=st.lists(
        st.tuples(st.integers(0, 399), st.integers(0, 299), st.integers(1, 40), st.integers(1, 40)),
        max_size=4,
    ),
    lighter=st.booleans(),
)
def test_nothing_that_differs_from_the_paper_is_cut_off(
    paper: int, marks: list[tuple[int, int, int, int]], lighter: bool
) -> None:
    pixels = np.full(_SIZE[::-1], paper, np.uint8)
    ink = min(255, paper + 40) if lighter else max(0, paper - 40)
    for left, top, width, height in marks:
        pixels[top : top + height, left : left + width] = ink
    left, top, right, bottom = find_inked_area(Image.fromarray(pixels))
    outside = pixels.copy()
    outside[top:bottom, left:right] = paper
    assert (abs(outside.astype(int) - paper) <= 24).all()


@pytest.mark.parametrize("grain", [0, 5])
def test_a_blank_page_is_read_whole(grain: int) -> None:
    dice = np.random.default_rng(1)
    noise = dice.normal(0, grain, _SIZE[::-1])
    pixels = np.clip(230 + noise, 0, 255).astype(np.uint8)
    assert find_inked_area(Image.fromarray(pixels)) == (0, 0, *_SIZE)


def test_a_page_in_uneven_light_is_read_whole() -> None:
    pixels = np.tile(np.linspace(120, 250, 400).astype(np.uint8), (300, 1))
    assert find_inked_area(Image.fromarray(pixels)) == (0, 0, *_SIZE)


def make_page(folder: Path) -> tuple[Path, Image.Image]:
    """A scan with a few words in the middle of a sheet, and its picture at 200 dpi."""
    picture = Image.new("L", (1700, 2200), 250)
    words = draw.sheet(["The child was seen at the hospital.", "She needs treatment soon."], 200)
    picture.paste(words.convert("L").crop((0, 0, 1500, 500)), (100, 900))
    out = io.BytesIO()
    picture.save(out, "PDF", resolution=200)
    path = folder / "scan.pdf"
    path.write_bytes(out.getvalue())
    return path, picture


def read(pdf: Path, cache: Path) -> page_recognition.RecognizedPage:
    job = page_recognition.Job(
        pdf=pdf,
        index=0,
        sha256=cache.name,
        language="en",
        policy=ocr.Policy(),
        cache=Cache(cache, enabled=False),
    )
    return page_recognition.read_page(job)


def test_words_and_layer_are_those_of_the_whole_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, picture = make_page(tmp_path)
    area = find_inked_area(picture)
    assert (area[2] - area[0]) * (area[3] - area[1]) < 1700 * 2200 / 2
    part = read(path, tmp_path / "part")
    monkeypatch.setattr(recognition, "find_inked_area", lambda image: (0, 0, *image.size))
    whole = read(path, tmp_path / "whole")
    assert list_places(part.layer).keys() == list_places(whole.layer).keys() >= {"hospital."}
    for word, place in list_places(part.layer).items():
        assert np.abs(np.subtract(place, list_places(whole.layer)[word])).max() < 1.5, word
    with pikepdf.open(part.layer) as one, pikepdf.open(whole.layer) as other:
        sides = [[float(side) for side in pdf.pages[0].MediaBox] for pdf in (one, other)]
    assert sides[0] == pytest.approx(sides[1], abs=0.1)
    assert part.boxes.read_text(encoding="utf8").count("[") > 8


@pytest.mark.skipif(not ABILITIES.names_memory_files, reason="files in memory have no name here")
def test_the_picture_that_is_read_is_written_to_no_disk(tmp_path: Path) -> None:
    picture = Image.new("L", (200, 100), 255)
    with recognition._lend_picture(picture, tmp_path) as name:
        assert list(tmp_path.iterdir()) == []
        with Image.open(name) as again:
            assert again.size == picture.size


def test_elsewhere_the_picture_is_removed_when_it_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    abilities = replace(ABILITIES, names_memory_files=False)
    monkeypatch.setattr(recognition, "ABILITIES", abilities)
    with recognition._lend_picture(Image.new("L", (200, 100), 255), tmp_path) as name:
        assert Path(name).parent == tmp_path
    assert list(tmp_path.iterdir()) == []


def list_places(layer: Path) -> dict[str, tuple[float, ...]]:
    """Words of a text layer, each with left, bottom, right and top in points."""
    with pdfium.PdfDocument(layer) as pdf:
        text = pdf[0].get_textpage()
        whole = text.get_text_range()
        places = {}
        for word in whole.split():
            start = whole.index(word)
            boxes = [text.get_charbox(start + number) for number in range(len(word))]
            sides = zip(*boxes, strict=True)
            lefts, bottoms, rights, tops = sides
            places[word] = (min(lefts), min(bottoms), max(rights), max(tops))
        text.close()
    return places

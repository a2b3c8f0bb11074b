"""What the documents of this sample share: names, and the shape of a letter."""

from __future__ import annotations

from collections.abc import Sequence

from scripts.sample_cases.draw import Paper, copied, pictures, scan_pdf, scanned
from scripts.sample_cases.paper import BLUE, Colour

CHILD = "Testina Exemplar Muestra"
MOTHER = "Madrina Muestra Modelo"
FATHER = "Fictus Exemplar Prueba"
AUNT = "Probanda Muestra Modelo"
SUPPORTER = "Sustenta Beispiel"
DOCTOR = "Dr. Probando Ejemplo Ficticio"
TRANSLATOR = "Translata Fidelis Ficticia"
OFFICE = ("U.S. Citizenship and Immigration Services", "Attn: Humanitarian Parole")


def begin(
    name: str,
    address: Sequence[str],
    date: str,
    to: Sequence[str] = (),
    *,
    family: str = "Plex",
    colour: Colour = BLUE,
    foot: str = "",
) -> Paper:
    """A letter up to its addressee."""
    paper = Paper(family=family, foot=foot)
    paper.letterhead(name, address, colour)
    paper.text(date, gap=10)
    for line in to:
        paper.text(line, gap=0)
    paper.space(8 if to else 0)
    return paper


def body(paper: Paper, paragraphs: Sequence[str]) -> Paper:
    """Paragraphs; one that starts with # is a heading."""
    for text in paragraphs:
        if text.startswith("#"):
            paper.heading(text[1:].strip(), 11)
        else:
            paper.text(text, gap=7)
    return paper


def as_scan(
    data: bytes,
    skews: Sequence[float],
    seed: int,
    *,
    dpi: int = 200,
    quality: int = 40,
    worn: bool = False,
) -> bytes:
    """A drawn document as it comes out of a scanner: pictures only, turned by `skews` degrees in turn; `worn`: a copy of a copy."""
    pages = pictures(data, dpi)
    if worn:
        pages = [copied(page, seed + number) for number, page in enumerate(pages)]
    turned = [
        scanned(page, skews[number % len(skews)], 4, seed + number)
        for number, page in enumerate(pages)
    ]
    return scan_pdf(turned, dpi, quality)

"""Paper: a PDF drawn line by line, with letterheads, tables, form boxes, seals, signatures and charts. Same bytes each time."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import fontpkg_ibm_plex_mono
import fontpkg_ibm_plex_serif
import fontpkg_kalam
import reportlab
from PIL import ImageFont
from reportlab.lib.pagesizes import letter
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas


def _files(package: object) -> Path:
    return Path(str(package.__file__)).parent


_SERIF, _MONO = _files(fontpkg_ibm_plex_serif) / "files", _files(fontpkg_ibm_plex_mono) / "files"
_HAND, _SANS = _files(fontpkg_kalam) / "files", _files(reportlab) / "fonts"
FACES = {
    "Plex-Regular": _SERIF / "IBMPlexSerif-Regular.ttf",
    "Plex-Bold": _SERIF / "IBMPlexSerif-Bold.ttf",
    "Plex-Italic": _SERIF / "IBMPlexSerif-Italic.ttf",
    "Sans-Regular": _SANS / "Vera.ttf",
    "Sans-Bold": _SANS / "VeraBd.ttf",
    "Sans-Italic": _SANS / "VeraIt.ttf",
    "Mono-Regular": _MONO / "IBMPlexMono-Regular.ttf",
    "Mono-Bold": _MONO / "IBMPlexMono-Bold.ttf",
    "Mono-Italic": _MONO / "IBMPlexMono-Italic.ttf",
    "Hand": _HAND / "Kalam-Light.ttf",
}
for _name, _path in FACES.items():
    pdfmetrics.registerFont(TTFont(_name, str(_path)))

Colour = tuple[float, float, float]
BLUE: Colour = (0.14, 0.24, 0.45)
INK: Colour = (0.08, 0.13, 0.42)
NOTE = "SAMPLE – every person and fact on this page is invented"


class Paper:
    """A PDF drawn line by line from the top; `text` flows onto new pages, each with the sample note.

    `size` in points; `family` is Plex, Sans or Mono; below `bottom` points nothing flows; `foot` is printed on every page,
    with {page} for its number.
    """

    def __init__(
        self,
        size: tuple[float, float] = letter,
        note: str = NOTE,
        bottom: float = 80,
        family: str = "Plex",
        foot: str = "",
    ) -> None:
        self.out = io.BytesIO()
        self.canvas = Canvas(self.out, pagesize=size, invariant=1, pageCompression=1)
        self.size, self.note, self.bottom, self.family, self.foot = size, note, bottom, family, foot
        self.y = size[1] - 72
        self.page = 1
        self._mark()

    def _mark(self) -> None:
        self.canvas.setFont("Plex-Italic", 7)
        self.canvas.setFillGray(0.35)
        self.canvas.drawCentredString(self.size[0] / 2, self.size[1] - 30, self.note)
        if self.foot:
            self.canvas.setFont(f"{self.family}-Regular", 7.5)
            self.canvas.drawCentredString(self.size[0] / 2, 46, self.foot.format(page=self.page))
        self.canvas.setFillGray(0)

    def new_page(self) -> None:
        self.canvas.showPage()
        self.page += 1
        self.y = self.size[1] - 72
        self._mark()

    def space(self, points: float) -> None:
        self.y -= points

    def text(
        self,
        text: str,
        size: float = 10.5,
        face: str = "Regular",
        indent: float = 0,
        gap: float = 4,
    ) -> None:
        """A paragraph, wrapped."""
        font, width = f"{self.family}-{face}", self.size[0] - 144 - indent
        for line in wrap(text, lambda words: pdfmetrics.stringWidth(words, font, size), width):
            if self.y < self.bottom:
                self.new_page()
            self.canvas.setFont(font, size)
            self.canvas.drawString(72 + indent, self.y, line)
            self.y -= size * 1.35
        self.y -= gap

    def at(self, x: float, y: float, text: str, size: float = 9, face: str = "Regular") -> None:
        """One line at a place."""
        self.canvas.setFont(f"{self.family}-{face}", size)
        self.canvas.drawString(x, y, text)

    def heading(self, text: str, size: float = 12) -> None:
        self.space(6)
        self.text(text, size, "Bold", gap=4)

    def centre(self, text: str, size: float = 14, face: str = "Bold") -> None:
        self.canvas.setFont(f"{self.family}-{face}", size)
        self.canvas.drawCentredString(self.size[0] / 2, self.y, text)
        self.y -= size * 1.5

    def rule(self) -> None:
        self.canvas.setLineWidth(0.6)
        self.canvas.line(72, self.y + 6, self.size[0] - 72, self.y + 6)
        self.y -= 8

    def letterhead(self, name: str, lines: Sequence[str], colour: Colour = BLUE) -> None:
        """An emblem, a name and an address above a coloured line."""
        y = self.y
        self.canvas.setFillColorRGB(*colour)
        self.canvas.roundRect(72, y - 20, 38, 38, 6, stroke=0, fill=1)
        self.at(120, y + 3, name, 15, "Bold")
        self.canvas.setFillGray(1)
        self.canvas.rect(88, y - 14, 6, 26, stroke=0, fill=1)
        self.canvas.rect(78, y - 4, 26, 6, stroke=0, fill=1)
        self.canvas.setFillGray(0.25)
        for number, line in enumerate(lines):
            self.at(120, y - 10 - 10 * number, line, 7.8)
        self.canvas.setFillGray(0)
        self.canvas.setStrokeColorRGB(*colour)
        self.canvas.setLineWidth(1.6)
        self.y = y - 18 - 10 * len(lines)
        self.canvas.line(72, self.y, self.size[0] - 72, self.y)
        self.canvas.setStrokeGray(0)
        self.y -= 26

    def table(
        self,
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        size: float = 9,
        right: Sequence[int] = (),
        boxed: bool = True,
        last_bold: bool = False,
    ) -> None:
        """Rows of cells under a shaded first row; the columns in `right` are set to the right."""
        high = size * 1.85
        for number, row in enumerate(rows):
            if self.y - high < self.bottom - 12:
                self.new_page()
            bold = number == 0 or (last_bold and number == len(rows) - 1)
            self._row(row, widths, size, right, bold, 0.88 if number == 0 else 1, boxed)
            self.y -= high
        self.y -= 8

    def _row(
        self,
        row: Sequence[str],
        widths: Sequence[float],
        size: float,
        right: Sequence[int],
        bold: bool,
        grey: float,
        boxed: bool,
    ) -> None:
        high, x = size * 1.85, 72.0
        self.canvas.setLineWidth(0.4)
        if grey < 1:
            self.canvas.setFillGray(grey)
            self.canvas.rect(x, self.y - high * 0.35, sum(widths), high, stroke=0, fill=1)
            self.canvas.setFillGray(0)
        self.canvas.line(x, self.y - high * 0.35, x + sum(widths), self.y - high * 0.35)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True)):
            self.canvas.setFont(f"{self.family}-{'Bold' if bold else 'Regular'}", size)
            if column in right:
                self.canvas.drawRightString(x + width - 5, self.y, cell)
            else:
                self.canvas.drawString(x + 5, self.y, cell)
            if boxed:
                self.canvas.rect(x, self.y - high * 0.35, width, high)
            x += width

    def boxes(self, rows: Sequence[Sequence[tuple[str, str]]], high: float = 34) -> None:
        """Rows of boxes as on a form, each with a small label and a value."""
        self.y += 8
        self.canvas.setLineWidth(0.6)
        for row in rows:
            width = (self.size[0] - 144) / len(row)
            for column, (label, value) in enumerate(row):
                x = 72 + column * width
                self.canvas.rect(x, self.y - high, width, high)
                self.at(x + 4, self.y - 9, label, 6.8)
                wide = pdfmetrics.stringWidth(value, f"{self.family}-Bold", 10.5)
                self.at(
                    x + 6,
                    self.y - high + 8,
                    value,
                    10.5 * min(1, (width - 10) / max(wide, 1)),
                    "Bold",
                )
            self.y -= high
        self.y -= 20

    def seal(
        self, x: float, y: float, text: str, radius: float = 40, colour: Colour = BLUE
    ) -> None:
        """A round rubber stamp with text along its ring and a star."""
        canvas = self.canvas
        canvas.saveState()
        canvas.setStrokeColorRGB(*colour)
        canvas.setFillColorRGB(*colour)
        canvas.setLineWidth(1.2)
        canvas.circle(x, y, radius)
        canvas.circle(x, y, radius * 0.66)
        canvas.setFont("Sans-Bold", radius * 0.17)
        for number, character in enumerate(text):
            canvas.saveState()
            canvas.translate(x, y)
            canvas.rotate(165 - 330 * number / max(1, len(text) - 1))
            canvas.drawCentredString(0, radius * 0.76, character)
            canvas.restoreState()
        star = canvas.beginPath()
        for point in range(10):
            reach = radius * (0.42 if point % 2 == 0 else 0.17)
            place = (
                x + reach * math.sin(math.pi * point / 5),
                y + reach * math.cos(math.pi * point / 5),
            )
            star.moveTo(*place) if point == 0 else star.lineTo(*place)
        star.close()
        canvas.drawPath(star, stroke=0, fill=1)
        canvas.restoreState()

    def sign(self, name: str, lines: Sequence[str] = (), scrawl: str = "") -> None:
        """A handwritten name above a line, with printed lines below."""
        canvas = self.canvas
        if self.y < self.bottom + 50:
            self.new_page()
        self.y -= 34
        canvas.saveState()
        canvas.setFillColorRGB(*INK)
        canvas.setStrokeColorRGB(*INK)
        canvas.translate(78, self.y + 6)
        canvas.rotate(4)
        canvas.setFont("Hand", 21)
        canvas.drawString(0, 0, scrawl or name)
        canvas.setLineWidth(0.9)
        canvas.bezier(-4, -6, 60, 6, 110, -16, 190, 4)
        canvas.restoreState()
        canvas.setLineWidth(0.5)
        canvas.line(72, self.y - 4, 300, self.y - 4)
        self.y -= 17
        for line in (name, *lines):
            self.text(line, 9.5, gap=0)
        self.y -= 8

    def chart(
        self,
        values: Sequence[float],
        low: float,
        high: float,
        labels: Sequence[str],
        caption: str,
        tall: float = 190,
    ) -> None:
        """A curve over a grid; labels stand below, in even steps."""
        left, wide, base = 104.0, self.size[0] - 190, self.y - tall
        canvas = self.canvas
        self.at(left, self.y + 6, caption, 8.5, "Bold")
        canvas.setLineWidth(0.3)
        for step in range(6):
            y = base + (tall - 12) * step / 5
            canvas.line(left, y, left + wide, y)
            self.at(72, y - 3, f"{low + (high - low) * step / 5:.0f}", 8)
        for number, label in enumerate(labels):
            self.at(left + wide * number / max(1, len(labels) - 1) - 10, base - 13, label, 8)
        curve = canvas.beginPath()
        for number, value in enumerate(values):
            place = (
                left + wide * number / (len(values) - 1),
                base + (tall - 12) * (value - low) / (high - low),
            )
            curve.moveTo(*place) if number == 0 else curve.lineTo(*place)
        canvas.setLineWidth(1.3)
        canvas.drawPath(curve)
        self.y = base - 34

    def done(self) -> bytes:
        self.canvas.save()
        return self.out.getvalue()


def wrap(text: str, width_of: Callable[[str], float], width: float) -> list[str]:
    """Break a text into lines no wider than `width`."""
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and width_of(longer) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]


def font(name: str, pixels: float) -> ImageFont.FreeTypeFont:
    """A face of FACES for drawing on pictures."""
    return ImageFont.truetype(str(FACES[name]), round(pixels))

"""Draw documents: born-digital PDFs, scans, photos, forms. Same bytes each time: no dates, seeded noise."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import fontpkg_ibm_plex_serif
import img2pdf
import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from reportlab.lib.pagesizes import letter
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

FONTS = Path(str(fontpkg_ibm_plex_serif.__file__)).parent / "files"
for _face in ("Regular", "Bold", "Italic"):
    pdfmetrics.registerFont(TTFont(f"Plex-{_face}", str(FONTS / f"IBMPlexSerif-{_face}.ttf")))

NOTE = "SAMPLE – every person and fact on this page is invented"


class Paper:
    """A PDF drawn line by line from the top; `text` flows onto new pages, each with the sample note."""

    def __init__(self, size: tuple[float, float] = letter, note: str = NOTE, bottom: float = 80) -> None:
        self.out = io.BytesIO()
        self.canvas = Canvas(self.out, pagesize=size, invariant=1, pageCompression=1)
        self.size, self.note, self.bottom = size, note, bottom
        self.y = size[1] - 72
        self.page = 1
        self._mark()

    def _mark(self) -> None:
        self.canvas.setFont("Plex-Italic", 7)
        self.canvas.setFillGray(0.35)
        self.canvas.drawCentredString(self.size[0] / 2, self.size[1] - 30, self.note)
        self.canvas.setFillGray(0)

    def new_page(self) -> None:
        self.canvas.showPage()
        self.page += 1
        self.y = self.size[1] - 72
        self._mark()

    def space(self, points: float) -> None:
        self.y -= points

    def text(self, text: str, size: float = 10.5, face: str = "Regular", indent: float = 0, gap: float = 4) -> None:
        """A paragraph, wrapped."""
        font, width = f"Plex-{face}", self.size[0] - 144 - indent
        for line in wrap(text, lambda words: pdfmetrics.stringWidth(words, font, size), width):
            if self.y < self.bottom:
                self.new_page()
            self.canvas.setFont(font, size)
            self.canvas.drawString(72 + indent, self.y, line)
            self.y -= size * 1.35
        self.y -= gap

    def centre(self, text: str, size: float = 14, face: str = "Bold") -> None:
        self.canvas.setFont(f"Plex-{face}", size)
        self.canvas.drawCentredString(self.size[0] / 2, self.y, text)
        self.y -= size * 1.5

    def rule(self) -> None:
        self.canvas.setLineWidth(0.6)
        self.canvas.line(72, self.y + 6, self.size[0] - 72, self.y + 6)
        self.y -= 8

    def table(self, rows: Sequence[Sequence[str]], widths: Sequence[float], size: float = 9.5) -> None:
        """Rows of cells; numbers (starting with a digit, $ or -) to the right; the first row bold."""
        for number, row in enumerate(rows):
            if self.y < self.bottom:
                self.new_page()
            x = 72.0
            for cell, width in zip(row, widths, strict=True):
                self.canvas.setFont("Plex-Bold" if number == 0 else "Plex-Regular", size)
                if number and cell[:1] in "$-0123456789" and width < 110:
                    self.canvas.drawRightString(x + width - 6, self.y, cell)
                else:
                    self.canvas.drawString(x, self.y, cell)
                x += width
            self.canvas.setLineWidth(0.3)
            self.canvas.line(72, self.y - 4, 72 + sum(widths), self.y - 4)
            self.y -= size * 1.7

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


def sheet(lines: Sequence[str], dpi: int = 200, size: float = 11, note: str = NOTE) -> Image.Image:
    """A typed Letter page as a grey picture. A line starting with # is a heading."""
    scale = dpi / 72
    page = Image.new("L", (round(612 * scale), round(792 * scale)), 255)
    draw = ImageDraw.Draw(page)
    draw.text((page.width / 2, 34 * scale), note, 90, _font("Italic", 7 * scale), anchor="mm")
    y = 72 * scale
    for line in lines:
        heading = line.startswith("#")
        font = _font("Bold" if heading else "Regular", (size + 3 if heading else size) * scale)
        for piece in wrap(line.lstrip("# "), font.getlength, page.width - 144 * scale):
            draw.text((72 * scale, y), piece, 20, font)
            y += font.size * 1.4
        y += 3 * scale
    return page


def scanned(page: Image.Image, skew: float, noise: float, seed: int) -> Image.Image:
    """The page as a scanner sees it: a little turned, on paper that is not white, with grain."""
    random = np.random.default_rng(seed)
    turned = page.rotate(skew, resample=Image.Resampling.BICUBIC, expand=False, fillcolor=255)
    grey = np.asarray(turned.filter(ImageFilter.GaussianBlur(0.6)), dtype=np.float32) * 0.94 + 8
    grain = random.normal(0, noise, grey.shape)
    return Image.fromarray(np.clip(grey + grain, 0, 255).astype(np.uint8))


def scan_pdf(pages: Sequence[Image.Image], dpi: int = 200, quality: int = 45) -> bytes:
    """Pictures as a PDF without any text, as a scanner writes it."""
    files = []
    for page in pages:
        out = io.BytesIO()
        if page.mode == "1":
            page.save(out, "TIFF", compression="group4", dpi=(dpi, dpi))
        else:
            page.save(out, "JPEG", quality=quality, dpi=(dpi, dpi))
        files.append(out.getvalue())
    layout = img2pdf.get_fixed_dpi_layout_fun((dpi, dpi))
    return again(img2pdf.convert(files, layout_fun=layout, nodate=True, engine=img2pdf.Engine.pikepdf))


def again(data: bytes, change: Callable[[pikepdf.Pdf], None] = lambda _pdf: None) -> bytes:
    """A PDF after a change, saved so that the same input gives the same bytes."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        change(pdf)
        if "/ID" in pdf.trailer:
            del pdf.trailer.ID  # half of it would be kept, and it holds the time
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def photo(page: Image.Image, orientation: int = 1, gps: bool = False, quality: int = 70) -> bytes:
    """The picture as a phone's JPEG: stored turned, with the tag that says so, camera and place."""
    stored = {1: 0, 3: 180, 6: 90, 8: 270}[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F], exif[0x0110] = "Examplephone", "Model CANARY-CAMERA"
    if gps:
        exif.get_ifd(0x8825).update({1: "N", 2: (14.0, 38.0, 2.5), 3: "W", 4: (90.0, 30.0, 25.0)})
    out = io.BytesIO()
    page.rotate(stored, expand=True).save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()


def png(page: Image.Image) -> bytes:
    """The picture as a PNG."""
    out = io.BytesIO()
    page.save(out, "PNG", optimize=True)
    return out.getvalue()


def linked(data: bytes, links: Sequence[tuple[int, str, int]], outline: Sequence[tuple[str, int]]) -> bytes:
    """Add links (page, destination name, target page; from 0) and an outline (title, page)."""

    def change(pdf: pikepdf.Pdf) -> None:
        tree = pikepdf.NameTree.new(pdf)
        for position, (page, name, target) in enumerate(links):
            tree[name] = Array([pdf.pages[target].obj, Name.XYZ, 72, 740, 0])
            rect = [72, 600 - 24 * position, 320, 616 - 24 * position]
            link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=rect, Border=[0, 0, 0], Dest=pikepdf.String(name))
            pdf.pages[page].Annots = Array([*pdf.pages[page].get(Name.Annots, ()), pdf.make_indirect(link)])
        pdf.Root.Names = Dictionary(Dests=tree.obj)
        with pdf.open_outline() as marks:
            marks.root.extend(pikepdf.OutlineItem(title, page) for title, page in outline)

    return again(data, change)


def form(
    data: bytes, fields: Sequence[tuple[str, str, tuple[float, float, float, float]]], drawn: bool = True
) -> bytes:
    """Add filled text fields (name, value, rectangle) to the first page; `drawn`: with pictures of the values."""

    def change(pdf: pikepdf.Pdf) -> None:
        font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
        made = Array()
        for name, value, rect in fields:
            field = Dictionary(
                Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=pikepdf.String(name), V=pikepdf.String(value),
                Rect=list(rect), F=4, DA=pikepdf.String("/Helv 11 Tf 0 g"), P=pdf.pages[0].obj,
            )
            field = pdf.make_indirect(field)
            made.append(field)
        pdf.pages[0].Annots = Array([*pdf.pages[0].get(Name.Annots, ()), *made])
        pdf.Root.AcroForm = Dictionary(
            Fields=made, DA=pikepdf.String("/Helv 11 Tf 0 g"), DR=Dictionary(Font=Dictionary(Helv=font))
        )
        pdf.Root.AcroForm.NeedAppearances = drawn
        pdf.generate_appearance_streams()

    return again(data, change)


def _font(face: str, pixels: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"IBMPlexSerif-{face}.ttf"), round(pixels))

"""Draw documents: scans, photos, forms, linked files. Same bytes each time: no dates, seeded noise."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import img2pdf
import numpy as np
import pikepdf
import pypdfium2 as pdfium
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageDraw, ImageFilter

from scripts.sample_cases.paper import NOTE, Paper, font, wrap

__all__ = [
    "NOTE",
    "Paper",
    "again",
    "copied",
    "font",
    "form",
    "linked",
    "photo",
    "pictures",
    "png",
    "scan_pdf",
    "scanned",
    "sheet",
    "wrap",
]


def pictures(data: bytes, dpi: int = 200) -> list[Image.Image]:
    """The pages of a PDF as grey pictures, as a scanner of `dpi` would see them."""
    with pdfium.PdfDocument(data) as pdf:
        return [page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L") for page in pdf]


def sheet(lines: Sequence[str], dpi: int = 200, size: float = 11, note: str = NOTE) -> Image.Image:
    """A typed Letter page as a grey picture. A line starting with # is a heading."""
    scale = dpi / 72
    page = Image.new("L", (round(612 * scale), round(792 * scale)), 255)
    draw = ImageDraw.Draw(page)
    draw.text((page.width / 2, 34 * scale), note, 90, font("Plex-Italic", 7 * scale), anchor="mm")
    y = 72 * scale
    for line in lines:
        heading = line.startswith("#")
        face = font(
            "Plex-Bold" if heading else "Plex-Regular", (size + 3 if heading else size) * scale
        )
        for piece in wrap(line.lstrip("# "), face.getlength, page.width - 144 * scale):
            draw.text((72 * scale, y), piece, 20, face)
            y += face.size * 1.4
        y += 3 * scale
    return page


def copied(page: Image.Image, seed: int) -> Image.Image:
    """The page as an office copier gives it: a dark edge where the lid stood open, two punched holes, a few specks."""
    random = np.random.default_rng(seed)
    grey = np.asarray(page, dtype=np.float32).copy()
    high, wide = grey.shape
    grey *= np.clip(0.62 + np.arange(wide) / (wide * 0.06), 0, 1)[None, :]
    for x, y in zip(random.integers(0, wide, 60), random.integers(0, high, 60), strict=True):
        grey[y : y + 2, x : x + 3] = 90
    made = Image.fromarray(grey.astype(np.uint8))
    pen, radius = ImageDraw.Draw(made), wide * 0.014
    for y in (high * 0.36, high * 0.64):
        pen.ellipse((wide * 0.045 - radius, y - radius, wide * 0.045 + radius, y + radius), 70)
    return made


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
    return again(
        img2pdf.convert(files, layout_fun=layout, nodate=True, engine=img2pdf.Engine.pikepdf)
    )


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


def linked(
    data: bytes,
    links: Sequence[tuple[int, str, int]],
    outline: Sequence[tuple[str, int]],
    places: Sequence[tuple[float, float, float, float]] = (),
) -> bytes:
    """Add links (page, destination name, target page; from 0), at `places` if given, and an outline (title, page)."""

    def change(pdf: pikepdf.Pdf) -> None:
        tree = pikepdf.NameTree.new(pdf)
        for position, (page, name, target) in enumerate(links):
            tree[name] = Array([pdf.pages[target].obj, Name.XYZ, 72, 740, 0])
            rect = (
                list(places[position])
                if places
                else [72, 600 - 24 * position, 320, 616 - 24 * position]
            )
            link = Dictionary(
                Type=Name.Annot,
                Subtype=Name.Link,
                Rect=rect,
                Border=[0, 0, 0],
                Dest=pikepdf.String(name),
            )
            pdf.pages[page].Annots = Array(
                [*pdf.pages[page].get(Name.Annots, ()), pdf.make_indirect(link)]
            )
        pdf.Root.Names = Dictionary(Dests=tree.obj)
        with pdf.open_outline() as marks:
            marks.root.extend(pikepdf.OutlineItem(title, page) for title, page in outline)

    return again(data, change)


def form(
    data: bytes,
    fields: Sequence[tuple[str, str, tuple[float, float, float, float]]],
    drawn: bool = True,
) -> bytes:
    """Add filled text fields (name, value, rectangle) to the first page; `drawn`: with pictures of the values."""

    def change(pdf: pikepdf.Pdf) -> None:
        font = pdf.make_indirect(
            Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        )
        made = Array()
        for name, value, rect in fields:
            field = Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Tx,
                T=pikepdf.String(name),
                V=pikepdf.String(value),
                Rect=list(rect),
                F=4,
                DA=pikepdf.String("/Helv 11 Tf 0 g"),
                P=pdf.pages[0].obj,
            )
            field = pdf.make_indirect(field)
            made.append(field)
        pdf.pages[0].Annots = Array([*pdf.pages[0].get(Name.Annots, ()), *made])
        pdf.Root.AcroForm = Dictionary(
            Fields=made,
            DA=pikepdf.String("/Helv 11 Tf 0 g"),
            DR=Dictionary(Font=Dictionary(Helv=font)),
        )
        pdf.Root.AcroForm.NeedAppearances = drawn
        pdf.generate_appearance_streams()

    return again(data, change)

"""A page seen again: turned, scaled, cut, lit otherwise, with grain; and what is read of it, as
of an exhibit of its own."""

from __future__ import annotations

import hashlib
import io
import json
import random
import tempfile
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
from PIL import Image, ImageEnhance, ImageOps

from assembler.evidence import ocr, page_recognition
from assembler.evidence.picture_page import make_picture_pages
from assembler.model import PageText
from assembler.runtime.cache import Cache
from tests.support.page_texts import change_page

_LONGER = 1700  # pixels of the longer side, before it is made smaller: a page at some 150 dpi


def shown(path: Path, number: int) -> Image.Image:
    """A page of a client's file, gray, upright."""
    if path.suffix == ".pdf":
        with pdfium.PdfDocument(path) as pdf:
            page = pdf[number - 1]
            picture: Image.Image = page.render(
                scale=_LONGER / max(page.get_size()), grayscale=True
            ).to_pil()
            return picture
    return ImageOps.exif_transpose(Image.open(path)).convert("L")


def again(picture: Image.Image, dice: random.Random) -> Image.Image:
    """The same sheet in another light, by another camera: 1 to 3 degrees, 65 to 100 % of the
    size, a few percent cut off."""
    picture.thumbnail((_LONGER, _LONGER))
    turned = picture.rotate(
        dice.choice([-1, 1]) * dice.uniform(1, 3),
        expand=True,
        fillcolor=dice.choice([255, 190, 70]),
        resample=Image.Resampling.BICUBIC,
    )
    part = dice.uniform(0.65, 1.0)
    small = turned.resize(
        (round(turned.width * part), round(turned.height * part)), Image.Resampling.BICUBIC
    )
    cut = [round(dice.uniform(0, 0.025) * side) for side in (small.width, small.height) * 2]
    inner = small.crop((cut[0], cut[1], small.width - cut[2], small.height - cut[3]))
    lit = ImageEnhance.Contrast(
        ImageEnhance.Brightness(inner).enhance(dice.uniform(0.75, 1.15))
    ).enhance(dice.uniform(0.8, 1.1))
    grain = np.random.default_rng(dice.randrange(2**32)).normal(0, 6, (lit.height, lit.width))
    return Image.fromarray(
        np.clip(np.asarray(lit, dtype=np.float32) + grain, 0, 255).astype(np.uint8)
    )


def read_again(path: Path, page: PageText, dice: random.Random) -> PageText:
    """What is read of a page seen again, as a page of another file."""
    return read(again(shown(path, page.prepared.source_page), dice), page)


def read(picture: Image.Image, page: PageText) -> PageText:
    """What is read of a photograph in the place of a page, as a page of a file of its own."""
    made, digest, text = recognize(picture, page.prepared.language)
    return change_page(
        page,
        path=f"evidence/{digest[:8]}.png",
        source_page=1,
        sha256=digest,
        text=text,
        lines=made.lines,
        method="ocr",
        turned=made.turned,
        confidence=made.confidence,
        miniature=made.miniature,
        line_boxes=(),
    )


def recognize(
    picture: Image.Image, language: str = "en"
) -> tuple[page_recognition.RecognizedPage, str, str]:
    """The recognition of a photograph, the sha256 of its file, and its words."""
    out = io.BytesIO()
    picture.save(out, "PNG")
    placed = next(make_picture_pages(out.getvalue(), "png"))
    digest = hashlib.sha256(out.getvalue()).hexdigest()
    with tempfile.TemporaryDirectory() as home:
        sheet = Path(home) / "sheet.pdf"
        sheet.write_bytes(placed.pdf)
        job = page_recognition.Job(
            pdf=sheet,
            index=0,
            sha256=digest,
            language=language,
            policy=ocr.Policy(),
            cache=Cache(Path(home) / "cache"),
            box=placed.box,
        )
        made = page_recognition.read_page(job)
        text = " ".join(row[0] for row in json.loads(made.boxes.read_text(encoding="utf8")))
    return made, digest, text

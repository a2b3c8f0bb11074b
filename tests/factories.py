"""Inputs for tests, drawn when needed; no binary file is committed for a test."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array
from PIL import Image

from scripts.sample_cases import draw

LINES = (
    "The quick brown fox jumps over the lazy dog near the river bank.",
    "Every page of this file was made for a test.",
    "It holds a few lines of plain text, and nothing that is true.",
)

PHOTO = (
    "On the photograph one sees a garden with three old apple trees.",
    "Behind them stands a wooden house, painted green.",
    "A woman in a winter coat waits at the gate.",
    "Somebody wrote a greeting beneath, in large letters.",
)


def text_pdf(
    pages: Sequence[Sequence[str]] = (LINES,), size: tuple[float, float] = (612, 792)
) -> bytes:
    """A born-digital PDF: one page for each list of lines."""
    paper = draw.Paper(size, note="test")
    for number, lines in enumerate(pages):
        if number:
            paper.new_page()
        for line in lines:
            paper.text(line)
    return paper.done()


def scan_pdf(
    pages: Sequence[Sequence[str]] = (LINES,), dpi: int = 200, skew: float = 0.7, noise: float = 4
) -> bytes:
    """A scan without a text layer."""
    sheets = [
        draw.scanned(draw.sheet(lines, dpi), skew, noise, seed) for seed, lines in enumerate(pages)
    ]
    return draw.scan_pdf(sheets, dpi)


def rotated_pdf(angle: int, lines: Sequence[str] = LINES) -> bytes:
    """A page with /Rotate; its content is drawn so that it reads upright at 0."""
    return draw.again(text_pdf([lines]), lambda pdf: pdf.pages[0].__setattr__("Rotate", angle))


def cropped_pdf(box: tuple[float, float, float, float] = (50, 60, 500, 700)) -> bytes:
    """A page of which only a part is visible."""
    return draw.again(text_pdf(), lambda pdf: pdf.pages[0].__setattr__("CropBox", Array(box)))


def form_pdf(value: str = "Visible value", name: str = "FamilyName") -> bytes:
    """A filled form."""
    return draw.form(text_pdf(), [(name, value, (72, 500, 300, 520))])


def linked_pdf(name: str = "chapter", target: int = 1) -> bytes:
    """Three pages with a link to a named destination and an outline."""
    pages = [[f"Page {number} of the linked file."] for number in (1, 2, 3)]
    return draw.linked(
        text_pdf(pages), [(0, name, target)], [("First part", 0), ("Second part", target)]
    )


def photo(orientation: int = 1, gps: bool = True, lines: Sequence[str] = LINES) -> bytes:
    """A phone photo of a typed page."""
    return draw.photo(draw.sheet(lines, 150), orientation, gps)


def corners(orientation: int) -> bytes:
    """A small picture, upright: red top left, green top right, blue bottom left; stored as the
    tag says."""
    upright = Image.new("RGB", (120, 80), "white")
    for box, color in (
        ((0, 0, 40, 27), "red"),
        ((80, 0, 120, 27), "green"),
        ((0, 53, 40, 80), "blue"),
    ):
        upright.paste(color, box)
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    stored.save(out, "JPEG", quality=95, exif=exif)
    return out.getvalue()


def png(lines: Sequence[str] = LINES, dpi: int = 150) -> bytes:
    """A typed page as a gray PNG, without metadata."""
    return draw.png(draw.sheet(lines, dpi))


def tiff(
    pages: Sequence[Image.Image],
    compression: str = "raw",
    dpi: tuple[float, float] = (200, 200),
    **tags: Any,
) -> bytes:
    """A TIFF of these pictures, one page each."""
    out = io.BytesIO()
    pages[0].save(
        out,
        "TIFF",
        save_all=True,
        append_images=pages[1:],
        compression=compression,
        dpi=dpi,
        **tags,
    )
    return out.getvalue()


def fax(
    pages: Sequence[Sequence[str]] = (LINES, LINES),
    compression: str = "group4",
    *,
    fine: bool = False,
) -> bytes:
    """A fax: black and white; 204 dots an inch across and 98 down, or 196 if it was sent `fine`."""
    sheets = [draw.sheet(lines, 204).convert("1", dither=Image.Dither.NONE) for lines in pages]
    down = 196 if fine else 98
    return tiff(
        [s.resize((s.width, s.height * down // 204)) for s in sheets], compression, (204, down)
    )


def picture(kind: str, image: Image.Image | None = None, **options: Any) -> bytes:
    """A typed page, or this picture, as a file of one of Pillow's formats or as HEIF."""
    import pillow_heif

    pillow_heif.register_heif_opener()
    out = io.BytesIO()
    (image or draw.sheet(LINES, 150).convert("RGB")).save(out, kind, **options)
    return out.getvalue()


def wide_colors() -> bytes:
    """A color profile as phones write it: that of sRGB with the primaries of Display P3."""
    from PIL import ImageCms

    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    primaries = {
        b"rXYZ": (0.5151, 0.2412, -0.0011),
        b"gXYZ": (0.2920, 0.6922, 0.0419),
        b"bXYZ": (0.1571, 0.0666, 0.7841),
    }
    for number in range(int.from_bytes(profile[128:132])):
        tag = profile[132 + 12 * number : 144 + 12 * number]
        if bytes(tag[:4]) in primaries:
            at = int.from_bytes(tag[4:8]) + 8
            values = [
                round(value * 65536).to_bytes(4, signed=True) for value in primaries[bytes(tag[:4])]
            ]
            profile[at : at + 12] = b"".join(values)
    return bytes(profile)


def colors() -> Image.Image:
    """Fields of strong colors, gray steps, and an upper left corner of its own."""
    image = Image.new("RGB", (400, 500), "white")
    fields = (
        "red",
        "lime",
        "blue",
        "cyan",
        "magenta",
        "yellow",
        "black",
        "#32c832",
        "#c83232",
        "#808080",
    )
    for number, color in enumerate(fields):
        x, y = number % 4 * 100, number // 4 * 125
        image.paste(color, (x + 5, y + 5, x + 95, y + 120))
    image.paste("orange", (0, 0, 40, 40))
    return image


def landscape_pdf(lines: Sequence[str] = LINES) -> bytes:
    """One page, wider than high, of text."""
    return text_pdf([lines], size=(792, 612))


def half_blank_pdf(lines: Sequence[str] = LINES) -> bytes:
    """One page of text, then two pages with nothing on them: too many to be backs of sheets."""

    def add_blank_pages(pdf: pikepdf.Pdf) -> None:
        for _ in range(2):
            pdf.add_blank_page(page_size=(612, 792))

    return draw.again(text_pdf([lines]), add_blank_pages)


def blank_pdf(pages: int = 1, size: tuple[float, float] = (612, 792)) -> bytes:
    """Pages with nothing on them."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page(page_size=size)
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def full_ink_pdf() -> bytes:
    """A page that is gray to its edges, with some text."""
    paper = draw.Paper(note="test")
    paper.canvas.setFillGray(0.6)
    paper.canvas.rect(0, 0, 612, 792, stroke=0, fill=1)
    paper.canvas.setFillGray(0)
    paper.text("There is no room for a stamp on this page.")
    return paper.done()


def encrypted_pdf(user: str = "secret", owner: str = "owner") -> bytes:
    """A PDF that asks for a password (none if `user` is empty)."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(text_pdf())) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(user=user, owner=owner))
    return out.getvalue()


PERSON = {
    "name": {"given": "Testina", "family": "Exemplar"},
    "birth_date": "2018-04-05",
    "nationality": "UTO",
}

# lines of the checklists which the small case's scan is said to meet: the rules themselves are
# tested elsewhere
SUPPORTS = [
    "ID.BENEFICIARY",
    "ID.PETITIONER",
    "STATUS.PETITIONER",
    "MINOR.CONSENT",
    "FIN.EVIDENCE",
    "FIN.EMPLOYMENT",
    "FIN.BANK",
    "FIN.TAX",
    "FIN.ASSETS",
    "MED.ACCEPTANCE",
    "MED.COST",
    "MED.PAYER",
    "MED.RETURN",
    "MED.UNAVAILABLE",
    "REPAROLE.RECORD",
    "MED.ESCORT",
    "MED.FIT-TO-TRAVEL",
    "DISCRETION.FAVOR",
    "IMM.DECISIONS",
    "TRAVEL.PLAN",
]

HISTORY = ("criminal", "removal_proceedings", "prior_parole")

# what a mailed small case relies on, so that nothing is to be said of the facts
CONFIRMED = [
    {
        "fact": "addresses/paper-courier",
        "lines": ["USCIS", "Attn: Parole", "1 Invented Street", "Springfield, IL 62701"],
        "source": "https://www.uscis.gov/i-131-addresses",
        "checked_on": "2026-11-12",
    },
    *(
        {"fact": fact, "source": "https://www.uscis.gov/i-131", "checked_on": "2026-11-12"}
        for fact in (
            "addresses/online",
            "fees/exemptions",
            "fees/i-131-parole",
            "fees/i-134",
            "fees/waiver",
            "forms/g-28",
            "forms/i-131",
            "forms/i-134",
            "forms/i-912",
        )
    ),
]
CASE: dict[str, Any] = {
    "id": "small-case",
    "confirmed_facts": CONFIRMED,
    "kind": "parole",
    "reasons": ["urgent-medical"],
    "petitioner": {
        "id": "aunt",
        "name": {"given": "Probanda", "family": "Muster"},
        "status": "us-citizen",
        "address": {
            "street": "1 Sample Street",
            "city": "Springfield",
            "state": "IL",
            "postal_code": "62701",
            "country": "United States",
        },
    },
    "beneficiaries": [{"id": "child", **PERSON, "history": dict.fromkeys(HISTORY, False)}],
    "supporters": [
        {"person": {"same_as": "aunt"}, "income": {"annual_usd": 60000, "household_size": 3}}
    ],
    "attorney": None,
    "request": {
        "filing": "online",
        "fee": "pay",
        "length_months": 12,
        "letter_date": "2026-11-20",
        "basis": [
            "The child needs care, as her doctor writes [@letter, p. 2], and has the records "
            "[@scan]."
        ],
        "length_reason": "Treatment takes a year.",
        "departure_plan": "The child goes home to her mother.",
        "support_plan": "The aunt pays.",
        "arrival_date": "2027-01-15",
        "consulate": {"city": "Utopolis", "country": "UTO"},
        "why_no_visa": "There is no time for a visa [@photo; @letter].",
    },
    "declarations": [
        {
            "id": "aunt",
            "declarant": "aunt",
            "title": "Declaration of the aunt",
            "signed_in_us": True,
            "place": "Springfield",
            "paragraphs": ["I am the aunt.", "I have read the letter [@letter]."],
        }
    ],
    "exhibits": [
        {
            "id": "letter",
            "title": "Letter of the doctor",
            "category": "medical",
            "files": ["evidence/letter.pdf"],
            "date": "2026-10-01",
        },
        {
            "id": "scan",
            "title": "Scanned record",
            "category": "medical",
            "files": ["evidence/scan.pdf"],
            "supports": SUPPORTS,
        },
        {
            "id": "photo",
            "title": "Photo of a notice",
            "category": "visa-refusal",
            "files": ["evidence/photo.jpg"],
        },
    ],
}


@cache
def small_evidence() -> dict[str, bytes]:
    """The evidence of the small case, drawn once per process."""
    letter = [
        ["First page of the letter.", "It is about Testina Exemplar."],
        ["Second page of the letter."],
    ]
    record = [[*LINES, "Record of Testina Exemplar."], [*LINES, "This is the second scanned page."]]
    return {
        "letter.pdf": text_pdf(letter),
        "scan.pdf": scan_pdf(record, dpi=150),
        "photo.jpg": photo(6, lines=PHOTO),
    }


def small_case(folder: Path, change: dict[str, Any] | None = None) -> Path:
    """A whole case with three exhibits and five pages of evidence, in `folder`; `change`
    replaces top-level keys."""
    (folder / "evidence").mkdir(parents=True)
    for name, data in small_evidence().items():
        (folder / "evidence" / name).write_bytes(data)
    write_case(folder, {**deepcopy(CASE), **(change or {})})
    return folder


def write_case(folder: Path, case: dict[str, Any]) -> None:
    """Write case.json."""
    (folder / "case.json").write_text(
        json.dumps(case, indent=1, ensure_ascii=False), encoding="utf8"
    )

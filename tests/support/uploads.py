"""Upload sets: layouts and pages of exhibits for the cut, and a case that is built as a set."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name, Pdf

from assembler.model import Ink, PartRole, PreparedPage, TextMethod
from assembler.model.manifest import MANIFEST_FILE
from tests import factories
from tests.support.profiles import dated

ROLES = {
    "d": PartRole.DOCUMENT,
    "e": PartRole.DOCUMENT,
    "t": PartRole.TRANSLATION,
    "c": PartRole.CERTIFICATE,
}
_INK = Ink(cell=792, columns=1, rows=1, bits=b"\0")
LIMIT = 400_000


def pages(files: str) -> tuple[PreparedPage, ...]:
    """Pages of an exhibit: each word is a file, each letter a page of it: d(ocument in Spanish),
    e(nglish document), t(ranslation), c(ertificate)."""
    return tuple(
        PreparedPage(
            path=f"evidence/{number}.pdf",
            sha256="0" * 64,
            source_page=page,
            role=ROLES[letter],
            language="es" if letter == "d" else "en",
            width=612,
            height=792,
            method=TextMethod.TEXT,
            words=5,
            confidence=None,
            turned=0,
            placement=None,
            dpi=None,
            ink=_INK,
        )
        for number, file in enumerate(files.split())
        for page, letter in enumerate(file, 1)
    )


def heavy_pdf(sizes: Sequence[int], title: str, seed: int = 1, dpi: int = 150) -> bytes:
    """A PDF with a line of text on each page, and a picture of so many bytes that nothing makes
    smaller: it is noise, and printed small."""
    rng = random.Random(seed)
    lines = [[f"{title}, page {number}."] for number in range(1, len(sizes) + 1)]
    with Pdf.open(io.BytesIO(factories.text_pdf(lines))) as pdf:
        for page, size in zip(pdf.pages, sizes, strict=True):
            side = max(1, round(size**0.5))
            picture = pdf.make_stream(rng.randbytes(side * side))
            picture.update(
                Dictionary(
                    Type=Name.XObject,
                    Subtype=Name.Image,
                    Width=side,
                    Height=side,
                    ColorSpace=Name.DeviceGray,
                    BitsPerComponent=8,
                )
            )
            inches = side / dpi
            name = page.add_resource(picture, Name.XObject)
            drawing = f"q {72 * inches:.2f} 0 0 {72 * inches:.2f} 100 100 cm {name} Do Q"
            page.contents_add(drawing.encode(), prepend=False)
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def certificate_pdf(seed: int = 1) -> bytes:
    """A translator's certificate that says all it must."""
    title = (
        "I certify that I am competent to translate from Spanish into English, and that this "
        "translation is complete and accurate. November 3, 2026"
    )
    return heavy_pdf([100], title, seed)


def set_case(folder: Path, exhibits: Sequence[dict[str, Any]], files: dict[str, bytes]) -> Path:
    """The small case with these exhibits beside its own, to be built by the profile `tiny`."""
    case = json.loads(json.dumps(factories.CASE))
    case["exhibits"] = [*case["exhibits"], *exhibits]
    factories.small_case(folder, {"exhibits": case["exhibits"]})
    for name, data in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    set_profile(folder)
    return folder


def set_profile(folder: Path, **values: object) -> None:
    """Write the profile `tiny`: uscis-online with a small limit."""
    (folder / "profiles").mkdir(exist_ok=True)
    raw = {
        "id": "tiny",
        "title": "An account of small files",
        "based_on": "uscis-online",
        "values": {
            key: dated(value)
            for key, value in ({"max_bytes": LIMIT, "headroom_bytes": 0} | values).items()
        },
    }
    (folder / "profiles/tiny.json").write_text(json.dumps(raw))


def translated(name: str, documents: Sequence[str], **values: Any) -> dict[str, Any]:
    """An exhibit whose documents each have a translation and a certificate."""
    files: list[dict[str, str]] = []
    for document in documents:
        files += [
            {"path": f"evidence/{document}.pdf"},
            {"path": f"evidence/{document}-english.pdf", "role": "translation"},
            {"path": f"evidence/{document}-certificate.pdf", "role": "certificate"},
        ]
    return {
        "id": name,
        "title": f"Papers {name}",
        "category": "medical",
        "language": "es",
        "files": files,
        **values,
    }


def manifest_of(packet: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((packet / MANIFEST_FILE).read_text())
    return data


def encrypt(path: Path) -> None:
    """Encrypt a PDF with an empty user password: every viewer opens it, as before."""
    with Pdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(user="", owner="secret"))


__all__ = [
    "LIMIT",
    "certificate_pdf",
    "encrypt",
    "heavy_pdf",
    "manifest_of",
    "pages",
    "set_case",
    "set_profile",
    "translated",
]

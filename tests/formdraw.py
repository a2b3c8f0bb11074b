"""Forms for tests, drawn with pikepdf: fields of every kind, without pictures unless a test
draws them."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from tests import factories

MULTILINE, PASSWORD, COMB, RADIO, PUSH, COMBO, MULTISELECT = (
    1 << 12,
    1 << 13,
    1 << 24,
    1 << 15,
    1 << 16,
    1 << 17,
    1 << 21,
)
Change = Callable[[Pdf], None]


def field(rect: tuple[float, ...], name: str = "field", **more: Any) -> Dictionary:
    """A field and its place on the page in one; `more`: further entries, an underscore less
    (`FT_` for none)."""
    entries: dict[str, Any] = {"F": 4, "FT": Name.Tx, "DA": String("/Helv 12 Tf 0 g"), **more}
    return Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        T=String(name),
        Rect=Array(rect),
        **{key: value for key, value in entries.items() if value is not None},
    )


def form(
    *fields: Dictionary,
    asked: bool = True,
    change: Change | None = None,
    base: bytes | None = None,
    **more: Any,
) -> bytes:
    """A page of text with these fields on it. `asked`: /NeedAppearances; `change`: of the whole
    file, before it is saved."""
    with pikepdf.open(io.BytesIO(base or factories.text_pdf())) as pdf:
        helvetica = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        dingbats = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.ZapfDingbats)
        placed = Array([pdf.make_indirect(one) for one in fields])
        entries: dict[str, Any] = {"DA": String("/Helv 0 Tf 0 g"), **more}
        pdf.Root.AcroForm = Dictionary(
            Fields=placed,
            DR=Dictionary(Font=Dictionary(Helv=helvetica, ZaDb=dingbats)),
            **{key: value for key, value in entries.items() if value is not None},
        )
        if asked:
            pdf.Root.AcroForm.NeedAppearances = True
        pdf.pages[0].Annots = Array(placed)
        if change:
            change(pdf)
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def kids(pdf: Pdf, parent: Dictionary, *places: Dictionary) -> None:
    """Make a field with several places on the first page."""
    above = pdf.make_indirect(parent)
    below = [pdf.make_indirect(place) for place in places]
    for place in below:
        place.Parent = above
        if Name.T in place:
            del place.T
        if Name.FT in place:
            del place.FT
    above.Kids = Array(below)
    pdf.Root.AcroForm.Fields.append(above)
    pdf.pages[0].Annots = Array([*pdf.pages[0].get(Name.Annots, ()), *below])


def drawing(pdf: Pdf, data: bytes, width: float, height: float) -> Any:
    """An appearance stream."""
    return pdf.make_stream(
        data,
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, width, height]),
        Resources=Dictionary(Font=Dictionary(Helv=pdf.Root.AcroForm.DR.Font.Helv)),
    )

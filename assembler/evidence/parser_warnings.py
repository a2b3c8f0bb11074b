"""What the PDF parser complains of, sorted: nothing at all, a slip of form, or damage.

A slip breaks the rules of PDF and takes nothing away, as a table of contents that is off by some
bytes. It is passed over where everything the pages draw is there (`references`), the table shows
that nothing was cut out (`positions`), and another reader draws the same pages (`mended.compare`).
Damage is always told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pikepdf import Dictionary, Name, Pdf

from assembler.evidence.missing_objects import everything_drawn_is_there
from assembler.evidence.xref_positions import has_nothing_cut_out

# changes nothing of what is seen: how the fields of a form, the names of places and attached files
# hang together
_HARMLESS = re.compile(
    r"object has offset 0|ignoring attempt to set a|/AcroForm|field with two parents|ignoring "
    r"form field"
    r"|reported number of objects|xref entry for the xref stream itself|extraneous whitespace "
    r"seen before xref"
    r"|[Ee]mbedded file object|skipping over invalid kid|items array doesn't have|item \d+ has "
    r"the wrong type|item \d+ is invalid"
    r"|unable to determine limits|attempting to repair after error|Annots has duplicate "
    r"entry|/Outlines tree"
)
_POSITION = re.compile(
    r"file is damaged$|Attempting to reconstruct cross-reference table|xref not "
    r"found|startxref|expected n n obj"
    r"|expected \d+ \d+ obj|accepting invalid xref table entry|invalid xref entry|xref syntax "
    r"invalid"
)
_LENGTH = re.compile(
    r"expected endstream|attempting to recover stream length|recovered stream length|lacks "
    r"/Length key"
    r"|/Length key in stream dictionary is not an integer"
)
_FORMAL = re.compile(
    r"Resources is missing or invalid|/Type key should be /Pages? but is not|missing or invalid "
    r"/Type entry to /Catalog"
    r"|is direct; converting to indirect|appears more than once in the pages tree; creating a new "
    r"page"
    r"|dictionary has duplicated key|stream keyword (not )?followed by|doesn't point to the root "
    r"of the page tree"
    r"|object stream claims to contain itself|/DecodeParms length is inconsistent"
)
_PLAIN = (
    (r"page tree|/Pages|\bkid\b|/Kids|/Count|/Type /Page", "its list of pages is wrong"),
    (r"decod|inflate|input stream|filter", "compressed data in it is damaged"),
    (
        r"endstream|stream length|/Length|object stream",
        "a piece of data in it has the wrong length",
    ),
    (r"xref|trailer|cross-reference|file is damaged|n n obj", "its table of contents is broken"),
    (r"header", "there is something before its beginning"),
    (r"encrypt", "what it says about its encryption is wrong"),
    (r"obj|unexpected|EOF|token|integer|nesting|parse", "an object in it is garbled or cut off"),
)
_PLACE = re.compile(r"\(object (\d+) (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """Sentences: what is damaged, and slips that take nothing away; each once, in the order of
    the complaints."""

    damage: tuple[str, ...]
    slips: tuple[str, ...]


def sort_complaints(
    pdf: Pdf,
    data: bytes,
    complaints: Iterable[str],
    *,
    unopened: tuple[str, ...] = (),
    intact: bool,
) -> Sorted:
    """Sort what the parser said while it read `data`, or what another reader wrote again of it.

    `unopened`: the sentence that a reader does not open the file, if so; `intact`: no stream of the
    file is damaged.
    """
    texts = [complaint for complaint in complaints if not _is_harmless(pdf, complaint)]
    slips = [
        text for text in texts if any(kind.search(text) for kind in (_POSITION, _LENGTH, _FORMAL))
    ]
    told = (*unopened, *_plain(texts))
    if len(slips) < len(texts) or not told:
        return Sorted(damage=told, slips=())
    moved = unopened or any(_POSITION.search(text) for text in slips)
    excused = intact and (not moved or has_nothing_cut_out(data)) and everything_drawn_is_there(pdf)
    return Sorted(damage=() if excused else told, slips=told if excused else ())


def is_worth_telling(complaint: str) -> bool:
    """Whether a complaint is of what is seen, or may be."""
    return not _HARMLESS.search(_text(complaint))


def _is_harmless(pdf: Pdf, complaint: str) -> bool:
    """Whether nothing of what is seen depends on it; what the file says of its author and
    program is not seen."""
    if not is_worth_telling(complaint):
        return True
    place, described = _PLACE.search(complaint), pdf.trailer.get(Name.Info)
    return bool(
        place
        and isinstance(described, Dictionary)
        and described.objgen == (int(place[1]), int(place[2]))
    )


def _plain(complaints: Iterable[str]) -> tuple[str, ...]:
    """In the words of a person, without anything of the file's own."""
    texts = map(_text, complaints)
    found = (
        next((plain for pattern, plain in _PLAIN if re.search(pattern, text)), "") for text in texts
    )
    return tuple(dict.fromkeys(plain or "it breaks the rules of PDF" for plain in found))


def _text(complaint: str) -> str:
    return complaint.rsplit("): ", 1)[-1].rsplit(">: ", 1)[-1]

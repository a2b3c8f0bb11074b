"""Sort the PDF parser's messages: harmless, a slip, or damage.

A slip violates the PDF standard without losing anything, such as a cross-reference table that is
off by some bytes. It is ignored if everything that the pages draw is there (`missing_objects`), the
table shows that nothing was cut out (`xref_positions`), and another reader draws the same pages
(`repair.compare_pages`). Damage is always reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pikepdf import Dictionary, Name, Pdf

from assembler.evidence.missing_objects import has_everything_drawn
from assembler.evidence.xref_positions import has_nothing_cut_out

# messages about what is invisible: the structure of form fields, named destinations, attachments
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
_EXPLANATIONS = (
    (r"page tree|/Pages|\bkid\b|/Kids|/Count|/Type /Page", "its list of pages is invalid"),
    (r"decod|inflate|input stream|filter", "compressed data in it is damaged"),
    (
        r"endstream|stream length|/Length|object stream",
        "a piece of data in it has the wrong length",
    ),
    (r"xref|trailer|cross-reference|file is damaged|n n obj", "its table of contents is broken"),
    (r"header", "there is data before its start"),
    (r"encrypt", "its encryption data are invalid"),
    (r"obj|unexpected|EOF|token|integer|nesting|parse", "an object in it is garbled or cut off"),
)
_PLACE = re.compile(r"\(object (\d+) (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class SortedComplaints:
    """Sentences about damage, and about slips that lose nothing; each once, in the order of the
    messages."""

    damage: tuple[str, ...]
    slips: tuple[str, ...]


def sort_complaints(
    pdf: Pdf,
    data: bytes,
    complaints: Iterable[str],
    *,
    unopened: tuple[str, ...] = (),
    intact: bool,
) -> SortedComplaints:
    """Sort the parser's messages about `data`, or about what another reader rewrote of it.

    `unopened`: the sentence that a reader cannot open the file, if so. `intact`: no stream of the
    file is damaged.
    """
    texts = [complaint for complaint in complaints if not _is_harmless(pdf, complaint)]
    slips = [
        text for text in texts if any(kind.search(text) for kind in (_POSITION, _LENGTH, _FORMAL))
    ]
    sentences = (*unopened, *_explain(texts))
    if len(slips) < len(texts) or not sentences:
        return SortedComplaints(damage=sentences, slips=())
    moved = unopened or any(_POSITION.search(text) for text in slips)
    excused = intact and (not moved or has_nothing_cut_out(data)) and has_everything_drawn(pdf)
    return SortedComplaints(damage=() if excused else sentences, slips=sentences if excused else ())


def is_relevant(complaint: str) -> bool:
    """Return whether a message is about visible content, or may be."""
    return not _HARMLESS.search(_extract_text(complaint))


def _is_harmless(pdf: Pdf, complaint: str) -> bool:
    """Return whether nothing visible depends on it; a file's author and program are not visible."""
    if not is_relevant(complaint):
        return True
    place, info = _PLACE.search(complaint), pdf.trailer.get(Name.Info)
    return bool(
        place and isinstance(info, Dictionary) and info.objgen == (int(place[1]), int(place[2]))
    )


def _explain(complaints: Iterable[str]) -> tuple[str, ...]:
    """Return the messages in plain words, without any content of the file."""
    sentences = (
        next(
            (sentence for pattern, sentence in _EXPLANATIONS if re.search(pattern, text)),
            "it violates the PDF format",
        )
        for text in map(_extract_text, complaints)
    )
    return tuple(dict.fromkeys(sentences))


def _extract_text(complaint: str) -> str:
    return complaint.rsplit("): ", 1)[-1].rsplit(">: ", 1)[-1]

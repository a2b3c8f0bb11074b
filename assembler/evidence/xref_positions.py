"""Whether a PDF whose table of contents is off has lost anything: a hole moves all that follows it
to the front.

The table says where each object stood when the file was written. Programs that count letters
instead of bytes, files edited by hand, lines whose ends were converted, or something put before the
beginning leave a table that is wrong and a file that is whole. What was cut out of a file is told
by its last object: it stands before its place.
"""

from __future__ import annotations

import io
import re
from bisect import bisect_left
from collections.abc import Mapping

import pikepdf

_OBJECT = re.compile(rb"(?<![\d.])(\d{1,10})[\0\t\n\f\r ]+(\d{1,5})[\0\t\n\f\r ]+obj\b")
_SECTION = re.compile(rb"(?<!start)xref\s+((?:\d+\s+\d+\s+(?:\d{1,10}\s+\d{1,5}\s+[nf]\s*)*)+)")
_PART = re.compile(rb"(\d+)\s+(\d+)\s+((?:\d{1,10}\s+\d{1,5}\s+[nf]\s*)*)")
_ENTRY = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+([nf])")
_TABLE_STREAM = re.compile(rb"\d+\s+\d+\s+obj\b(?=[^>]{0,300}/XRef\b)")
_SIZE = re.compile(rb"/Size\s+(\d+)")
_ZEROS = bytes(16)  # of a bad sector; no table of ours or of anybody holds them
_LARGEST = (
    1 << 24
)  # numbers of objects; the table of a file of 10,000 pages holds a hundredth of that
Table = Mapping[int, int]  # place by number of the object


def has_nothing_cut_out(data: bytes) -> bool:
    """Whether everything a file's table names is there, and nothing before it is missing."""
    if b"%%EOF" not in data:
        return False
    found = {int(match[1]): match.start() for match in _OBJECT.finditer(data)}
    named, free = _table(data)
    if not found or _ZEROS in data[max(found.values()) :].rstrip(b"\0"):
        return False
    if not named:
        return (
            _opens_without_complaint(data)
            if _TABLE_STREAM.search(data)
            else _is_written_by_hand(data, found)
        )
    if set(named.values()) <= set(
        found.values()
    ):  # right places, and numbers that may be off by one
        return True
    if not set(found) <= {*named, *free} or not set(named) <= set(found):
        return False
    return _only_moved(data, found, named)


def breaks_off(data: bytes) -> bool:
    """Whether objects stand behind a file's end: of a change that was being added to it, and is
    cut off."""
    end = data.rfind(b"%%EOF")
    return end >= 0 and _OBJECT.search(data, end) is not None


def _table(data: bytes) -> tuple[dict[int, int], set[int]]:
    """Places by number, as the tables of all revisions say, and the numbers they call free."""
    named: dict[int, int] = {}
    free: set[int] = set()
    for section in _SECTION.finditer(data):
        for part in _PART.finditer(section[1]):
            first = int(part[1])
            for number, entry in enumerate(
                _ENTRY.finditer(part[3]), first if first < _LARGEST else 0
            ):
                if entry[2] == b"n":
                    named[number] = int(entry[1])
                    free.discard(number)
                else:
                    named.pop(number, None)
                    free.add(number)
    return named, free


def _only_moved(data: bytes, found: Table, named: Table) -> bool:
    """Whether the objects stand later than the table says, or all by the same distance, or by
    their line ends alone."""
    ordered = sorted(named, key=lambda number: found[number])
    moved = [found[number] - named[number] for number in ordered]
    if moved[-1] >= 0 or len(set(moved)) == 1:
        return True
    ends = [match.start() for match in re.finditer(rb"\n", data)]
    lines = [bisect_left(ends, found[number]) for number in ordered]
    return (
        b"\r\n" not in data and len({by + line for by, line in zip(moved, lines, strict=True)}) == 1
    )


def _is_written_by_hand(data: bytes, found: Table) -> bool:
    """Whether there never was a table: none is mentioned, and all the objects are there that the
    trailer counts."""
    size = _SIZE.search(data, data.rfind(b"trailer"))
    return (
        b"xref" not in data
        and bool(size)
        and set(range(1, int(size[1]) if size else 0)) <= set(found)
    )


def _opens_without_complaint(data: bytes) -> bool:
    """Whether the file is read without a word as soon as it says rightly where its table, a
    stream, begins."""
    *_, last = _TABLE_STREAM.finditer(data)
    pointed = data + b"\nstartxref\n%d\n%%%%EOF\n" % last.start()
    try:
        with pikepdf.open(io.BytesIO(pointed)) as pdf:
            count = sum(1 for _ in pdf.objects)
            return count > 0 and not pdf.get_warnings()
    except (pikepdf.PdfError, pikepdf.QpdfRuntimeError):
        return False

"""Check whether a PDF with a wrong cross-reference table has lost anything: a hole moves all later
objects forward.

The table gives the offset of each object when the file was written. Programs that count characters
instead of bytes, manual edits, converted line ends, or data put before the header leave a wrong
table and a complete file. A file that something was cut out of shows it in its last object, which
comes before its offset.
"""

from __future__ import annotations

import io
import re
from bisect import bisect_left
from collections.abc import Mapping

import pikepdf

_OBJECT = re.compile(rb"(?<![\d.])(\d{1,10})[\0\t\n\f\r ]+(\d{1,5})[\0\t\n\f\r ]+obj\b")
_SECTION = re.compile(
    rb"(?<!start)xref\s+((?:\d{1,10}\s+\d{1,10}\s+(?:\d{1,10}\s+\d{1,5}\s+[nf]\s*)*)+)"
)
_PART = re.compile(rb"(\d{1,10})\s+(\d{1,10})\s+((?:\d{1,10}\s+\d{1,5}\s+[nf]\s*)*)")
_ENTRY = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+([nf])")
_TABLE_STREAM = re.compile(rb"(?<!\d)\d{1,10}\s+\d{1,5}\s+obj\b(?=[^>]{0,300}/XRef\b)")
_SIZE = re.compile(rb"/Size\s+(\d{1,10})\b")
_ZEROS = bytes(16)  # left by a bad sector; no table contains them
_MAX_NUMBER = 1 << 24  # of an object; a file of 10,000 pages has a hundredth of that
Table = Mapping[int, int]  # offset by object number


def has_nothing_cut_out(data: bytes) -> bool:
    """Return whether everything in a file's table is there, and nothing before it is missing."""
    if b"%%EOF" not in data:
        return False
    actual = {int(match[1]): match.start() for match in _OBJECT.finditer(data)}
    listed, free = _read_table(data)
    if not actual or _ZEROS in data[max(actual.values()) :].rstrip(b"\0"):
        return False
    if not listed:
        has_stream = _TABLE_STREAM.search(data)
        return _can_open_cleanly(data) if has_stream else _is_written_by_hand(data, actual)
    # the offsets are right; the object numbers may be off by one
    if set(listed.values()) <= set(actual.values()):
        return True
    if not set(actual) <= {*listed, *free} or not set(listed) <= set(actual):
        return False
    return _has_only_moved(data, actual, listed)


def has_cut_off_update(data: bytes) -> bool:
    """Return whether objects follow the file's end: an incremental update that was cut off."""
    end = data.rfind(b"%%EOF")
    return end >= 0 and _OBJECT.search(data, end) is not None


def _read_table(data: bytes) -> tuple[dict[int, int], set[int]]:
    """Return the offsets by object number from the tables of all revisions, and the free
    numbers."""
    offsets: dict[int, int] = {}
    free: set[int] = set()
    for section in _SECTION.finditer(data):
        for part in _PART.finditer(section[1]):
            first = int(part[1])
            for number, entry in enumerate(
                _ENTRY.finditer(part[3]), first if first < _MAX_NUMBER else 0
            ):
                if entry[2] == b"n":
                    offsets[number] = int(entry[1])
                    free.discard(number)
                else:
                    offsets.pop(number, None)
                    free.add(number)
    return offsets, free


def _has_only_moved(data: bytes, actual: Table, listed: Table) -> bool:
    """Return whether the objects come later than listed, or moved all by the same distance, or only
    by line ends."""
    ordered = sorted(listed, key=lambda number: actual[number])
    shifts = [actual[number] - listed[number] for number in ordered]
    if shifts[-1] >= 0 or len(set(shifts)) == 1:
        return True
    ends = [match.start() for match in re.finditer(rb"\n", data)]
    lines = [bisect_left(ends, actual[number]) for number in ordered]
    return (
        b"\r\n" not in data
        and len({shift + line for shift, line in zip(shifts, lines, strict=True)}) == 1
    )


def _is_written_by_hand(data: bytes, actual: Table) -> bool:
    """Return whether there never was a table: none is mentioned, and all objects that the trailer
    counts exist."""
    size = _SIZE.search(data, data.rfind(b"trailer"))
    return (
        b"xref" not in data
        and size is not None
        and all(number in actual for number in range(1, int(size[1])))  # of billions, the first
    )


def _can_open_cleanly(data: bytes) -> bool:
    """Return whether the file opens without a warning once the offset of its table, a stream, is
    right."""
    *_, last = _TABLE_STREAM.finditer(data)
    repaired = data + b"\nstartxref\n%d\n%%%%EOF\n" % last.start()
    try:
        with pikepdf.open(io.BytesIO(repaired)) as pdf:
            count = sum(1 for _ in pdf.objects)
            return count > 0 and not pdf.get_warnings()
    except (pikepdf.PdfError, pikepdf.QpdfRuntimeError):
        return False

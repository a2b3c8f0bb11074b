"""Read what the sheet of a sound recording or film must say, independently of the code that prints
it.

The length is read in another way than there, where the file has two: from its tracks instead of
from the whole, from its first header instead of its last page, or by counting.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
import wave
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from assembler.model import FileOptions
from assembler.proof.file_contents import Choice, FileContents, make_contents

_SIGNS = (
    *(b"ID3", b"OggS", b"fLaC", b"#!AMR", b"#!SILK", b"\x02#!SILK", b"MThd", b"caff", b".snd\0"),
    *(b"\x1aE\xdf\xa3", b"FLV\x01", b"\0\0\x01\xba", b"\0\0\x01\xb3"),
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",
)
_FORMS = (b"WAVE", b"AVI ", b"AIFF", b"AIFC", b"RMID")
_MOVIE_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_PICTURE_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis", b"heim", b"heis", b"jp2 ")
_LONGEST = 14 * 24 * 3600  # seconds; the sheet does not repeat what no recording can be
_FIRST_YEAR = 1980
_APART = 1  # second, that two ways of reading a length may differ by
_SHARE_APART = 0.02  # of the length
_HEAD = 1_000_000
_SAMPLES = 1152  # of an MP3 frame
_RATES = (44_100, 48_000, 32_000)
_BIT_RATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
_LOW_BIT_RATES = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
_XING = re.compile(rb"(?s)(?:Xing|Info)\0\0\0[\1\3\5\7\x09\x0b\x0d\x0f](.{4})")
# what reading a damaged header raises; `wave` raises a plain RuntimeError
_DAMAGE_ERRORS = (struct.error, LookupError, ArithmeticError, wave.Error, EOFError, RuntimeError)
_SPEECH_BYTES = {  # of the frames of AMR, by their type
    b"#!AMR\n": (13, 14, 16, 18, 20, 21, 27, 32, 6),
    b"#!AMR-WB\n": (18, 24, 33, 37, 41, 47, 51, 59, 61, 6),
}


def is_recording(data: bytes) -> bool:
    """Return whether a file is sound or film, by its first bytes."""
    if data.startswith(_SIGNS) or (
        data[:4] in (b"RIFF", b"RIFX", b"FORM") and data[8:12] in _FORMS
    ):
        return True
    if data[4:8] in _MOVIE_BOXES:
        brands = data[8 : min(1024, int.from_bytes(data[:4], "big"))]
        return data[4:8] != b"ftyp" or not any(brand in brands for brand in _PICTURE_BRANDS)
    is_utf_16 = data[1:2] == b"\xfe"
    return len(data) > 3 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0 and not is_utf_16


def read_recording_contents(data: bytes, options: FileOptions) -> FileContents:
    """Return what the sheet says: size, sha256, where it is kept, its stills, and its length and
    date as far as they are read here."""
    captions = [f"Still at {_write_time(time)}" for time in options.stills]
    texts = (f"{len(data):,} bytes", hashlib.sha256(data).hexdigest(), options.kept_at, *captions)
    choices = []
    seconds = _read_length(data)
    if seconds is not None and 0 < seconds <= _LONGEST:
        choices.append(Choice(name="length", texts=tuple(_list_lengths(seconds))))
    if dates := list(dict.fromkeys(_list_dates(data))):
        choices.append(Choice(name="date", texts=tuple(dates)))
    return make_contents(
        tuple(filter(None, texts)), pictures=len(options.stills), choices=tuple(choices)
    )


def _write_time(seconds: float) -> str:
    """Return "0:12", "1:05:30" or "0:12.5"."""
    millis = round(seconds * 1000)
    minutes, rest = divmod(millis, 60_000)
    last = f"{rest // 1000:02}" + (f".{rest % 1000:03}".rstrip("0") if rest % 1000 else "")
    return f"{minutes // 60}:{minutes % 60:02}:{last}" if minutes >= 60 else f"{minutes}:{last}"


def _list_lengths(seconds: float) -> Iterator[str]:
    """Yield each length, in whole seconds, that is near enough."""
    apart = max(_APART, seconds * _SHARE_APART)
    for whole in range(max(1, int(seconds - apart)), int(seconds + apart) + 2):
        minutes, second = divmod(whole, 60)
        yield f"{minutes // 60}:{minutes % 60:02}:{second:02}"


def _read_length(data: bytes) -> float | None:
    """Return the seconds of a recording; None if they cannot be read here."""
    readers: tuple[tuple[bool, Callable[[bytes], float | None]], ...] = (
        (data[4:8] in _MOVIE_BOXES, _read_movie),
        (data.startswith(b"OggS"), _read_ogg),
        (data[8:12] == b"WAVE", _read_wave),
        (data[8:12] == b"AVI ", _read_avi),
        (data.startswith(b"\x1aE\xdf\xa3"), _read_matroska),
        (data.startswith(b"#!AMR"), _read_amr),
        (data.startswith((b"ID3", b"\xff")), _read_mp3),
    )
    try:
        return next((read(data) for is_kind, read in readers if is_kind), None)
    except _DAMAGE_ERRORS:
        return None


def _list_boxes(data: bytes, *path: str) -> list[bytes]:
    """Return the contents of all boxes at the end of a path."""
    contents = [data]
    for kind in path:
        inner = []
        for content in contents:
            place = 0
            while place + 8 <= len(content):
                size, name = struct.unpack_from(">I4s", content, place)
                start = place + 8
                if size == 1:
                    size, start = struct.unpack_from(">Q", content, start)[0], place + 16
                end = place + size if size else len(content)
                if end < start:
                    break
                if name.decode("latin-1") == kind:
                    inner.append(content[start:end])
                place = end
        contents = inner
    return contents


def _read_movie(data: bytes) -> float | None:
    """Return the length of the longest track: as its edit list plays it, else as it was taken."""
    movie = next(iter(_list_boxes(data, "moov")), b"")
    header = next(iter(_list_boxes(movie, "mvhd")), b"")
    scale = struct.unpack_from(">I", header, 20 if header[:1] == b"\1" else 12)[0]
    lengths = []
    for track in _list_boxes(movie, "trak"):
        edits = next(iter(_list_boxes(track, "edts", "elst")), b"")
        if edits:
            entry = ">QqI" if edits[:1] == b"\1" else ">IiI"
            lengths.append(sum(part[0] for part in _unpack_all(entry, edits[8:])) / scale)
        for media in _list_boxes(track, "mdia", "mdhd"):
            form, place = (">IQ", 20) if media[:1] == b"\1" else (">II", 12)
            unit, count = struct.unpack_from(form, media, place)
            if not edits:
                lengths.append(count / unit)
    return max(lengths, default=None)


def _unpack_all(form: str, data: bytes) -> Iterator[tuple[int, ...]]:
    size = struct.calcsize(form)
    return struct.iter_unpack(form, data[: len(data) // size * size])


def _read_ogg(data: bytes) -> float | None:
    """Return the highest time of the pages of the first sound stream, page by page."""
    place, highest, wanted, rate, skipped = 0, 0, None, 0, 0
    while data[place : place + 4] == b"OggS":
        time, serial = struct.unpack_from("<qI", data, place + 6)
        segments = data[place + 27 : place + 27 + data[place + 26]]
        begin = place + 27 + len(segments)
        packet = data[begin : begin + 64]
        if wanted is None and packet[:8] == b"OpusHead":
            wanted, rate, skipped = serial, 48_000, struct.unpack_from("<H", packet, 10)[0]
        elif wanted is None and packet[:7] == b"\1vorbis":
            wanted, rate = serial, struct.unpack_from("<I", packet, 12)[0]
        if serial == wanted:
            highest = max(highest, time)
        place += 27 + len(segments) + sum(segments)
    return (highest - skipped) / rate if rate else None


def _read_wave(data: bytes) -> float | None:
    with wave.open(io.BytesIO(data)) as sound:
        size = sound.getnframes() * sound.getsampwidth() * sound.getnchannels()
        if size > len(data):  # not known when it was written
            return None
        return float(sound.getnframes() / sound.getframerate())


def _read_avi(data: bytes) -> float | None:
    match = re.search(rb"(?s)strh.{4}vids.{16}(.{4})(.{4}).{4}(.{4})", data[:_HEAD])
    if match is None:
        return None
    scale, rate, count = (int.from_bytes(match[n], "little") for n in (1, 2, 3))
    return count * scale / rate


def _read_matroska(data: bytes) -> float | None:
    duration = re.search(rb"(?s)\x44\x89(?:\x84(.{4})|\x88(.{8}))", data[:_HEAD])
    scale = re.search(rb"(?s)\x2a\xd7\xb1\x83(.{3})", data[:_HEAD])
    if duration is None:
        return None
    units = struct.unpack(">f", duration[1]) if duration[1] else struct.unpack(">d", duration[2])
    return float(units[0]) * (int.from_bytes(scale[1], "big") if scale else 1_000_000) / 1e9


def _read_amr(data: bytes) -> float | None:
    for sign, sizes in _SPEECH_BYTES.items():
        if data.startswith(sign):
            place, count = len(sign), 0
            while place < len(data):
                kind = data[place] >> 3 & 15
                place += sizes[kind] if kind < len(sizes) else 1
                count += 1
            return count / 50
    return None


def _read_mp3(data: bytes) -> float | None:
    """Return the length by the count of frames in the first one (Xing), else frame by frame."""
    place = 0
    if data[:3] == b"ID3":
        place = 10 + sum((data[6 + n] & 127) << 7 * (3 - n) for n in range(4))
    place = data.find(b"\xff", place)
    head = struct.unpack_from(">I", data, place)[0]
    if head >> 17 & 15 not in (0b1101, 0b1001, 0b0001):  # MPEG 1, 2 or 2.5, layer 3
        return None
    counted = _XING.search(data, place, place + 200)
    if counted:
        return int.from_bytes(counted[1], "big") * _measure_frame(head)[1]
    seconds = 0.0
    while place + 4 <= len(data):
        head = struct.unpack_from(">I", data, place)[0]
        size, time = _measure_frame(head) if head >> 21 == 0x7FF else (0, 0.0)
        if not size:
            break
        place, seconds = place + size, seconds + time
    return seconds


def _measure_frame(head: int) -> tuple[int, float]:
    """Return the bytes and seconds of a frame of MPEG layer 3; 0 if it is none."""
    version, speed, sampling = head >> 19 & 3, head >> 12 & 15, head >> 10 & 3
    if version == 1 or head >> 17 & 3 != 1 or sampling == 3:
        return 0, 0.0
    is_old = version == 3
    rate = _RATES[sampling] // {3: 1, 2: 2, 0: 4}[version]
    samples = _SAMPLES if is_old else _SAMPLES // 2
    bits = (_BIT_RATES if is_old else _LOW_BIT_RATES)[speed] * 1000
    return (samples // 8 * bits // rate + (head >> 9 & 1) if bits else 0), samples / rate


def _list_dates(data: bytes) -> Iterator[str]:
    """Yield the dates of a movie file, of the whole and of its tracks, as the sheet would print
    them."""
    if data[4:8] not in _MOVIE_BOXES:
        return
    for movie in _list_boxes(data, "moov"):
        for text in re.findall(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}", movie[:_HEAD]):
            moment = datetime.strptime(text.decode(), "%Y-%m-%dT%H:%M:%S%z")
            zone = "UTC" if moment.utcoffset() == timedelta(0) else f"(UTC{moment:%z})"
            yield _write_date(moment, f"{zone[:-3]}:{zone[-3:]}" if "(" in zone else zone)
        headers = _list_boxes(movie, "mvhd") + _list_boxes(movie, "trak", "mdia", "mdhd")
        for header in headers:
            form = ">Q" if header[:1] == b"\1" else ">I"
            try:
                seconds = struct.unpack_from(form, header, 4)[0]
                moment = datetime(1904, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
            except (struct.error, OverflowError):
                continue
            if moment.year >= _FIRST_YEAR:
                yield _write_date(moment, "UTC")


def _write_date(moment: datetime, zone: str) -> str:
    return f"{moment:%B} {moment.day}, {moment.year}, {moment:%H:%M:%S} {zone}"

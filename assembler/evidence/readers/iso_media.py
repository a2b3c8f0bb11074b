"""Read the facts of an MP4, QuickTime or 3GP file: boxes within boxes (ISO/IEC 14496-12)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assembler.evidence.readers.recording_facts import (
    UNKNOWN_CODEC,
    RecordingFacts,
    format_date,
    format_epoch,
    refuse_damage,
)

_EPOCH = 1904
_MAX_BOXES = 20_000  # within one box
_MAX_TRACKS = 64
_APPLE_DATE = b"com.apple.quicktime.creationdate"
_CODECS: Mapping[bytes, str] = {
    **dict.fromkeys((b"avc1", b"avc2", b"avc3", b"avc4"), "H.264"),
    **dict.fromkeys((b"hvc1", b"hev1", b"dvh1", b"dvhe"), "H.265"),
    **dict.fromkeys((b"apch", b"apcn", b"apcs", b"apco", b"ap4h", b"ap4x"), "ProRes"),
    **dict.fromkeys((b"s263", b"h263"), "H.263"),
    **dict.fromkeys((b"jpeg", b"mjpa", b"mjpb"), "Motion JPEG"),
    **dict.fromkeys((b"lpcm", b"sowt", b"twos", b"in24", b"in32", b"fl32", b"raw "), "PCM"),
    **dict.fromkeys((b"ulaw", b"alaw"), "G.711"),
    b"vvc1": "H.266",
    b"mp4v": "MPEG-4",
    b"av01": "AV1",
    b"vp08": "VP8",
    b"vp09": "VP9",
    b"mp4a": "AAC",
    b"alac": "Apple Lossless",
    b"samr": "AMR",
    b"sawb": "AMR wideband",
    b"Opus": "Opus",
    b"fLaC": "FLAC",
    b".mp3": "MP3",
    b"ac-3": "Dolby Digital",
    b"ec-3": "Dolby Digital Plus",
}
# the signs of a, b, c, d of the matrix by clockwise degrees
_TURNS = {90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}
_MP3_OBJECTS = (0x69, 0x6B)  # object types of MP3 sound in an mp4a track (ISO/IEC 14496-1)


@dataclass(frozen=True, slots=True)
class _Box:
    """A box: its kind, and its content."""

    kind: bytes
    content: memoryview


@dataclass(frozen=True, slots=True, kw_only=True)
class _Track:
    """A track: "soun", "vide" or another handler, its codec, and the size it is shown in."""

    handler: bytes
    codec: str
    width: int
    height: int
    turned: int


def read_iso_facts(data: bytes) -> RecordingFacts:
    """Return the facts of a file. Raises Refused if it is cut off or has no table of contents."""
    boxes = list(_iterate_boxes(memoryview(data), is_outermost=True))
    movie = next((box.content for box in boxes if box.kind == b"moov"), None)
    if movie is None:
        raise refuse_damage("it has no table of contents")
    inner = list(_iterate_boxes(movie))
    tracks = [_read_track(box.content) for box in inner if box.kind == b"trak"][:_MAX_TRACKS]
    picture = next((track for track in tracks if track.handler == b"vide"), None)
    sound = next((track for track in tracks if track.handler == b"soun"), None)
    header = _find_content(movie, b"mvhd")
    created, scale, duration = _read_header(header)
    if not duration:  # a film in fragments
        extends = _find_content(_find_content(movie, b"mvex"), b"mehd")
        duration = _read_number(extends, 4, 8 if _is_long(extends) else 4)
    return RecordingFacts(
        container=_name_container(data),
        sound=sound.codec if sound else "",
        picture=picture.codec if picture else "",
        width=picture.width if picture else 0,
        height=picture.height if picture else 0,
        turned=picture.turned if picture else 0,
        seconds=duration / scale if scale and duration else None,
        recorded=_find_apple_date(movie) or format_epoch(created, _EPOCH),
    )


def _name_container(data: bytes) -> str:
    brand = data[8:12] if data[4:8] == b"ftyp" else b"qt  "
    if brand.startswith((b"3gp", b"3g2", b"3ga")):
        return "3GP"
    return "QuickTime" if brand == b"qt  " else "MP4"


def _iterate_boxes(view: memoryview, *, is_outermost: bool = False) -> Iterator[_Box]:
    """Yield the boxes of a content. Raises Refused if an outermost one is cut off."""
    place = 0
    for _ in range(_MAX_BOXES):
        if len(view) - place < 8:
            return
        size, kind = _read_number(view, place, 4), bytes(view[place + 4 : place + 8])
        head = 8
        if size == 1:
            size, head = _read_number(view, place + 8, 8), 16
        elif size == 0:
            size = len(view) - place
        if size < head:
            return  # padding, or the end of an old list
        if place + size > len(view):
            if is_outermost and kind in (b"moov", b"mdat", b"ftyp"):
                raise refuse_damage(f"{place + size - len(view)} bytes are missing at its end")
            return
        yield _Box(kind, view[place + head : place + size])
        place += size


def _find_content(view: memoryview, *path: bytes) -> memoryview:
    """Return the content of the first box at the end of a path of kinds; empty if there is none."""
    for kind in path:
        view = next((box.content for box in _iterate_boxes(view) if box.kind == kind), view[:0])
    return view


def _read_number(view: memoryview, place: int, length: int) -> int:
    return int.from_bytes(view[place : place + length], "big")


def _is_long(header: memoryview) -> bool:
    """Return whether the times of a header take 8 bytes (version 1)."""
    return bytes(header[:1]) == b"\1"


def _read_header(header: memoryview) -> tuple[int, int, int]:
    """Return when a movie was made, the units of a second, and its duration in them."""
    if _is_long(header):
        created, scale, duration = ((4, 8), (20, 4), (24, 8))
    else:
        created, scale, duration = ((4, 4), (12, 4), (16, 4))
    length = _read_number(header, *duration)
    is_unknown = length in (0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF)
    return (
        _read_number(header, *created),
        _read_number(header, *scale),
        0 if is_unknown else length,
    )


def _read_track(track: memoryview) -> _Track:
    media = _find_content(track, b"mdia")
    handler = bytes(_find_content(media, b"hdlr")[8:12])
    entry = _find_content(media, b"minf", b"stbl", b"stsd")[8:]
    code = bytes(entry[4:8])
    codec = _CODECS.get(code, UNKNOWN_CODEC)
    if code == b"mp4a" and _find_object_type(bytes(entry[:1024])) in _MP3_OBJECTS:
        codec = "MP3"
    width, height = _read_number(entry, 32, 2), _read_number(entry, 34, 2)
    turned = _read_turn(_find_content(track, b"tkhd"))
    if turned % 180:
        width, height = height, width
    return _Track(handler=handler, codec=codec, width=width, height=height, turned=turned)


def _find_object_type(entry: bytes) -> int:
    """Return the type of sound that an mp4a entry says (esds, tag 4); 0 if it says none."""
    start = entry.find(b"esds")
    place = entry.find(b"\x04", start + 8 + 4) if start >= 0 else -1
    if place < 0:
        return 0
    rest = entry[place + 1 : place + 6].lstrip(b"\x80")
    return rest[1] if len(rest) > 1 else 0


def _read_turn(header: memoryview) -> int:
    """Return the clockwise degrees that the matrix of a track header turns its pictures by."""
    place = 52 if _is_long(header) else 40
    matrix = [
        int.from_bytes(header[place + 4 * n : place + 4 * n + 4], "big", signed=True)
        for n in (0, 1, 3, 4)
    ]
    signs = [(value > 0) - (value < 0) for value in matrix]
    return next((turn for turn, wanted in _TURNS.items() if list(wanted) == signs), 0)


def _find_apple_date(movie: memoryview) -> str:
    """Return the date that Apple's devices write, which is in the zone of the place; "" if there is
    none."""
    meta = _find_content(movie, b"meta")
    if bytes(meta[4:8]) != b"hdlr":
        meta = meta[4:]  # MP4 has a version before the boxes, QuickTime has not
    number, place = 0, 8
    keys = _find_content(meta, b"keys")
    for count in range(1, 1 + min(_read_number(keys, 4, 4), 1000)):
        size = _read_number(keys, place, 4)
        if bytes(keys[place + 8 : place + size]) == _APPLE_DATE:
            number = count
        place += max(8, size)
    if not number:
        return ""
    value = _find_content(meta, b"ilst", number.to_bytes(4, "big"), b"data")[8:]
    return format_date(bytes(value[:64]).decode("ascii", "ignore"))

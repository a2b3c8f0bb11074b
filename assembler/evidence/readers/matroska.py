"""Read the facts of a Matroska or WebM file: elements within elements (RFC 8794, RFC 9559)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping

from assembler.evidence.readers.recording_facts import (
    UNKNOWN_CODEC,
    RecordingFacts,
    format_epoch,
)

_EPOCH = 2001
_MAX_ELEMENTS = 20_000  # within one element
_HEAD, _DOC_TYPE, _SEGMENT = 0x1A45DFA3, 0x4282, 0x18538067
_INFO, _SCALE, _DURATION, _DATE = 0x1549A966, 0x2AD7B1, 0x4489, 0x4461
_TRACKS, _TRACK, _TYPE, _CODEC = 0x1654AE6B, 0xAE, 0x83, 0x86
_VIDEO, _WIDTH, _HEIGHT = 0xE0, 0xB0, 0xBA
_PICTURE_TRACK, _SOUND_TRACK = 1, 2
_CODECS: Mapping[str, str] = {
    "V_MPEG4/ISO/AVC": "H.264",
    "V_MPEGH/ISO/HEVC": "H.265",
    "V_MPEG4/ISO": "MPEG-4",
    "V_AV1": "AV1",
    "V_VP8": "VP8",
    "V_VP9": "VP9",
    "V_THEORA": "Theora",
    "V_MJPEG": "Motion JPEG",
    "A_OPUS": "Opus",
    "A_VORBIS": "Vorbis",
    "A_AAC": "AAC",
    "A_FLAC": "FLAC",
    "A_MPEG/L3": "MP3",
    "A_AC3": "Dolby Digital",
    "A_EAC3": "Dolby Digital Plus",
    "A_PCM": "PCM",
}
_Element = tuple[int, memoryview]


def read_matroska_facts(data: bytes) -> RecordingFacts:
    """Return the facts of a file."""
    outer = list(_iterate_elements(memoryview(data)))
    segment = _find(outer, _SEGMENT)
    inner = list(_iterate_elements(segment))
    info = list(_iterate_elements(_find(inner, _INFO)))
    tracks = [
        list(_iterate_elements(content))
        for number, content in _iterate_elements(_find(inner, _TRACKS))
        if number == _TRACK
    ]
    picture = _find_track(tracks, _PICTURE_TRACK)
    video = list(_iterate_elements(_find(picture, _VIDEO)))
    doc_type = bytes(_find(list(_iterate_elements(_find(outer, _HEAD))), _DOC_TYPE))
    day = _find(info, _DATE)
    return RecordingFacts(
        container="WebM" if doc_type == b"webm" else "Matroska",
        sound=_name_codec(_find_track(tracks, _SOUND_TRACK)),
        picture=_name_codec(picture),
        width=_read_number(_find(video, _WIDTH)),
        height=_read_number(_find(video, _HEIGHT)),
        seconds=_read_length(info),
        recorded=format_epoch(int.from_bytes(day[:8], "big", signed=True) / 1e9, _EPOCH)
        if day
        else "",
    )


def _iterate_elements(view: memoryview) -> Iterator[_Element]:
    place = 0
    for _ in range(_MAX_ELEMENTS):
        number, head = _read_variable(view, place, 4)
        size, width = _read_variable(view, place + head, 8)
        if not head or not width:
            return
        start = place + head + width
        size &= (1 << 7 * width) - 1
        if size == (1 << 7 * width) - 1:  # not known when it was written
            size = len(view) - start
        yield number, view[start : start + size]
        place = start + size


def _read_variable(view: memoryview, place: int, most: int) -> tuple[int, int]:
    """Return a number with its length mark, and how many bytes it takes; 0 at the end."""
    if place >= len(view) or not view[place]:
        return 0, 0
    length = 9 - view[place].bit_length()
    if length > most or place + length > len(view):
        return 0, 0
    return int.from_bytes(view[place : place + length], "big"), length


def _find(elements: list[_Element], number: int) -> memoryview:
    return next((content for name, content in elements if name == number), memoryview(b""))


def _find_track(tracks: list[list[_Element]], kind: int) -> list[_Element]:
    return next((track for track in tracks if _read_number(_find(track, _TYPE)) == kind), [])


def _read_number(content: memoryview) -> int:
    return int.from_bytes(content[:8], "big")


def _name_codec(track: list[_Element]) -> str:
    """Return the name of a track's codec; "" if there is no track."""
    if not track:
        return ""
    code = bytes(_find(track, _CODEC)[:64]).decode("ascii", "replace")
    while code and code not in _CODECS:
        code = code.rpartition("/")[0]
    return _CODECS.get(code, UNKNOWN_CODEC)


def _read_length(info: list[_Element]) -> float | None:
    content = _find(info, _DURATION)
    if len(content) not in (4, 8):
        return None
    units = struct.unpack(">f" if len(content) == 4 else ">d", content)[0]
    scale = _read_number(_find(info, _SCALE)) or 1_000_000  # nanoseconds
    return float(units) * scale / 1e9

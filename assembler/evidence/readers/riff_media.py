"""Read the facts of WAV, AVI and AIFF files: chunks within a form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assembler.evidence.readers.recording_facts import (
    UNKNOWN_CODEC,
    RecordingFacts,
    format_date,
    refuse_damage,
)

_MAX_CHUNKS = 20_000
_WAVE_CODECS: Mapping[int, str] = {
    **dict.fromkeys((0x0001, 0x0003), "PCM"),
    **dict.fromkeys((0x0002, 0x0011), "ADPCM"),
    **dict.fromkeys((0x0006, 0x0007), "G.711"),
    0x0031: "GSM",
    0x0055: "MP3",
    0x00FF: "AAC",
    0x2000: "Dolby Digital",
}
_HEAD = 4096  # bytes, within which the sound begins
_UNKNOWN_SIZE = 0x7FFFF000
_EXTENSIBLE = 0xFFFE  # the codec is in a longer header
_PICTURE_CODECS: Mapping[bytes, str] = {
    **dict.fromkeys((b"H264", b"X264", b"AVC1", b"DAVC"), "H.264"),
    **dict.fromkeys((b"XVID", b"DIVX", b"DX50", b"FMP4", b"MP4V"), "MPEG-4"),
    b"MJPG": "Motion JPEG",
}
_Chunk = tuple[bytes, memoryview]


def read_riff_facts(data: bytes) -> RecordingFacts:
    """Return the facts of a WAV or AVI file, or of MIDI in a RIFF file.

    Raises Refused if a WAV file is cut off.
    """
    view, form = memoryview(data), data[8:12]
    chunks = list(_iterate_chunks(view[12:], "big" if data[:4] == b"RIFX" else "little"))
    if form == b"AVI ":
        return _read_film(chunks)
    if form == b"WAVE":
        _check_size(view, "big" if data[:4] == b"RIFX" else "little")
        return _read_wave(chunks, "big" if data[:4] == b"RIFX" else "little")
    return RecordingFacts(container="MIDI", sound="notes, no recorded sound")


def read_aiff_facts(data: bytes) -> RecordingFacts:
    """Return the facts of an AIFF file."""
    common = _find(list(_iterate_chunks(memoryview(data)[12:], "big")), b"COMM")
    frames = int.from_bytes(common[2:6], "big")
    exponent = int.from_bytes(common[8:10], "big") & 0x7FFF
    mantissa = int.from_bytes(common[10:18], "big")
    shift = exponent - 16383 - 63  # the rate is a number of 80 bits
    rate = mantissa * 2.0**shift if -100 < shift < 0 else 0.0
    kind = bytes(common[18:22])
    is_plain = data[8:12] == b"AIFF" or kind in (b"NONE", b"sowt", b"twos", b"fl32", b"in24")
    return RecordingFacts(
        container="AIFF",
        sound="PCM" if is_plain else UNKNOWN_CODEC,
        seconds=frames / rate if rate else None,
    )


def _iterate_chunks(view: memoryview, order: str) -> Iterator[_Chunk]:
    place = 0
    for _ in range(_MAX_CHUNKS):
        if place + 8 > len(view):
            return
        size = int.from_bytes(view[place + 4 : place + 8], "big" if order == "big" else "little")
        yield bytes(view[place : place + 4]), view[place + 8 : place + 8 + size]
        place += 8 + size + size % 2


def _find(chunks: list[_Chunk], kind: bytes) -> memoryview:
    return next((content for name, content in chunks if name == kind), memoryview(b""))


def _find_list(chunks: list[_Chunk], kind: bytes) -> list[_Chunk]:
    """Return the chunks of the first list of a kind."""
    return next(
        (
            list(_iterate_chunks(content[4:], "little"))
            for name, content in chunks
            if name == b"LIST" and bytes(content[:4]) == kind
        ),
        [],
    )


def _read_small(view: memoryview, place: int, length: int = 4, *, is_big: bool = False) -> int:
    return int.from_bytes(view[place : place + length], "big" if is_big else "little")


def _check_size(view: memoryview, order: str) -> None:
    """Raise Refused if the sound is shorter than its chunk says; recorders that were not stopped
    write a size that none has."""
    place = bytes(view[:_HEAD]).find(b"data")
    size = _read_small(view, place + 4, is_big=order == "big") if place >= 0 else 0
    missing = place + 8 + size - len(view)
    if missing > 0 and size < _UNKNOWN_SIZE:
        raise refuse_damage(f"{missing} bytes are missing at its end")


def _read_wave(chunks: list[_Chunk], order: str) -> RecordingFacts:
    head, sound = _find(chunks, b"fmt "), _find(chunks, b"data")
    is_big = order == "big"
    code = _read_small(head, 0, 2, is_big=is_big)
    if code == _EXTENSIBLE:
        code = _read_small(head, 24, 2, is_big=is_big)
    rate = _read_small(head, 8, is_big=is_big)  # bytes of a second
    day = bytes(_find(_find_list(chunks, b"INFO"), b"ICRD")[:32]).decode("ascii", "ignore")
    origin = bytes(_find(chunks, b"bext")[320:338]).decode("ascii", "ignore")
    return RecordingFacts(
        container="WAV",
        sound=_WAVE_CODECS.get(code, UNKNOWN_CODEC),
        seconds=len(sound) / rate if rate and len(sound) else None,
        recorded=format_date(f"{origin[:10]} {origin[10:]}") or format_date(day),
    )


def _read_film(chunks: list[_Chunk]) -> RecordingFacts:
    headers = _find_list(chunks, b"hdrl")
    main = _find(headers, b"avih")
    frame = _read_small(main, 0)  # microseconds
    picture = sound = ""
    for name, content in headers:
        if name != b"LIST" or bytes(content[:4]) != b"strl":
            continue
        stream = list(_iterate_chunks(content[4:], "little"))
        head = _find(stream, b"strh")
        if bytes(head[:4]) == b"vids":
            code = bytes(_find(stream, b"strf")[16:20]).upper()
            picture = picture or _PICTURE_CODECS.get(code, UNKNOWN_CODEC)
        elif bytes(head[:4]) == b"auds":
            number = _read_small(_find(stream, b"strf"), 0, 2)
            sound = sound or _WAVE_CODECS.get(number, UNKNOWN_CODEC)
    return RecordingFacts(
        container="AVI",
        sound=sound,
        picture=picture or UNKNOWN_CODEC,
        width=_read_small(main, 32),
        height=_read_small(main, 36),
        seconds=_read_small(main, 16) * frame / 1e6,
    )

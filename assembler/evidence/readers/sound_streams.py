"""Read the facts of sound that is a stream of pages or frames: Ogg, FLAC, MP3, AAC, AMR."""

from __future__ import annotations

import re

from assembler.evidence.readers.recording_facts import (
    UNKNOWN_CODEC,
    RecordingFacts,
    format_date,
    refuse_damage,
)

_TAGS = 256_000  # bytes at the beginning in which a date is looked for
_COMMENT_DATE = re.compile(rb"\0(?i:DATE|CREATION_TIME)=([0-9:T Z.+-]{4,32})")
_ID3_DATE = re.compile(rb"(?s)(?:TDRC|TYER)\0\0..{3}[\0\3]?([0-9:T -]{4,19})")
# how many frames a file has, as its first one says (Xing)
_COUNT = re.compile(rb"(?s)(?:Xing|Info)\0\0\0[\1\3\5\7\x09\x0b\x0d\x0f](.{4})")
_COUNT_APART = 1.02  # the first frame itself, and some in tags, are counted or not
_NO_TIME = 0xFFFFFFFFFFFFFFFF  # of a page on which no packet ends
# kilobits of a second, by version (1 or 2) and layer (1 to 3) (ISO/IEC 11172-3 and 13818-3)
_BIT_RATES = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_SAMPLE_RATES = (44_100, 48_000, 32_000)  # of MPEG-1; MPEG-2 has half of it, MPEG-2.5 a quarter
_AAC_RATES = (
    *(96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000),
    *(11_025, 8_000, 7_350),
)
# bytes of a frame of 20 ms by its type, the type's own byte included (RFC 4867)
_AMR = (13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1)
_AMR_WIDE = (18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 1, 1, 1, 1, 1, 1)
_AMR_SECONDS = 0.02


def read_ogg_facts(data: bytes) -> RecordingFacts:
    """Return the facts of an Ogg file: its codecs, and the time at its end (RFC 3533).

    Raises Refused if a page is missing or cut off, since the time would not be that of the whole.
    """
    _check_pages(data)
    sound = picture = ""
    seconds = None
    for start in _find_first_pages(data):
        serial = data[start + 14 : start + 18]
        begin = start + 27 + data[start + 26]
        packet = data[begin : begin + 80]
        if packet.startswith(b"\x80theora"):
            picture = "Theora"
            continue
        codec, rate, skipped = _identify_ogg(packet)
        if codec and not sound:
            sound = codec
            end = _find_last_time(data, serial)
            seconds = (end - skipped) / rate if rate and end is not None else None
    day = _COMMENT_DATE.search(data[:_TAGS])
    return RecordingFacts(
        container="Ogg",
        sound=sound or ("" if picture else UNKNOWN_CODEC),
        picture=picture,
        seconds=seconds,
        recorded=format_date(day[1].decode("ascii")) if day else "",
    )


def _check_pages(data: bytes) -> None:
    """Raise Refused unless page follows page to the end; what other programs put behind the last
    page is no part of it."""
    place = 0
    while data[place : place + 4] == b"OggS":
        count = data[place + 26] if len(data) > place + 26 else 0
        place += 27 + count + sum(data[place + 27 : place + 27 + count])
    if place > len(data) or b"OggS" in data[place:]:
        raise refuse_damage("pages of it are missing or cut off")


def _find_first_pages(data: bytes) -> list[int]:
    """Return where the first page of each stream begins; they are before all others."""
    places, place = [], 0
    while data[place : place + 4] == b"OggS" and len(data) > place + 27 and data[place + 5] & 2:
        places.append(place)
        count = data[place + 26]
        place += 27 + count + sum(data[place + 27 : place + 27 + count])
    return places


def _identify_ogg(packet: bytes) -> tuple[str, int, int]:
    """Return the codec of a stream, its samples of a second, and how many are not played at its
    beginning."""
    if packet.startswith(b"OpusHead"):
        return "Opus", 48_000, int.from_bytes(packet[10:12], "little")
    if packet.startswith(b"\x01vorbis"):
        return "Vorbis", int.from_bytes(packet[12:16], "little"), 0
    if packet.startswith(b"Speex   "):
        return "Speex", int.from_bytes(packet[36:40], "little"), 0
    if packet.startswith(b"\x7fFLAC"):
        return "FLAC", int.from_bytes(packet[27:30], "big") >> 4, 0
    return "", 0, 0


def _find_last_time(data: bytes, serial: bytes) -> int | None:
    """Return the time at the end of the last page of a stream, in samples."""
    place = len(data)
    while (place := data.rfind(b"OggS", 0, place)) >= 0:
        time = int.from_bytes(data[place + 6 : place + 14], "little")
        if data[place + 14 : place + 18] == serial and time != _NO_TIME:
            return time
    return None


def read_flac_facts(data: bytes) -> RecordingFacts:
    """Return the facts of a FLAC file, from its first block (RFC 9639)."""
    numbers = int.from_bytes(data[18:26], "big")
    rate, samples = numbers >> 44, numbers & 0xFFFFFFFFF
    day = _COMMENT_DATE.search(data[:_TAGS])
    return RecordingFacts(
        container="FLAC",
        sound="FLAC",
        seconds=samples / rate if rate and samples else None,
        recorded=format_date(day[1].decode("ascii")) if day else "",
    )


def read_amr_facts(data: bytes) -> RecordingFacts:
    """Return the facts of an AMR file, whose frames are counted."""
    is_wide = data.startswith(b"#!AMR-WB")
    sizes = _AMR_WIDE if is_wide else _AMR
    place, frames = data.find(b"\n") + 1, 0
    while 0 < place < len(data):
        place += sizes[data[place] >> 3 & 15]
        frames += 1
    return RecordingFacts(
        container="AMR",
        sound="AMR wideband" if is_wide else "AMR",
        seconds=frames * _AMR_SECONDS,
    )


def read_frame_facts(data: bytes) -> RecordingFacts:
    """Return the facts of an MP3 or AAC file, whose frames are counted.

    Raises Refused if they are fewer than its first frame says.
    """
    place = _skip_tag(data)
    declared = _COUNT.search(data, place, place + 4096)
    day = _ID3_DATE.search(data[: min(place, _TAGS)])
    codec, seconds, frames, misses = "", 0.0, 0, 0
    while place + 7 <= len(data) and misses < 100_000:
        name, length, time = _measure_frame(data, place)
        if length:
            codec, seconds, place = codec or name, seconds + time, place + length
            frames += 1
            continue
        following = data.find(b"\xff", place + 1)
        misses += 1
        if following < 0:
            break
        place = following
    if declared and int.from_bytes(declared[1], "big") > frames * _COUNT_APART + 1:
        missing = int.from_bytes(declared[1], "big") - frames
        raise refuse_damage(f"{missing} of its frames are missing at its end")
    return RecordingFacts(
        container=codec or "MP3",
        sound=codec or UNKNOWN_CODEC,
        seconds=seconds or None,
        recorded=format_date(day[1].decode("ascii")) if day else "",
    )


def _skip_tag(data: bytes) -> int:
    """Return where the sound begins, behind an ID3 tag."""
    if data[:3] != b"ID3" or len(data) < 10:
        return 0
    size = 0
    for byte in data[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size


def _measure_frame(data: bytes, place: int) -> tuple[str, int, float]:
    """Return the codec of a frame, its bytes and its seconds; 0 bytes if none begins here."""
    if data[place] != 0xFF or data[place + 1] & 0xE0 != 0xE0:
        return "", 0, 0.0
    second, third = data[place + 1], data[place + 2]
    if second & 0xF6 == 0xF0:
        index = third >> 2 & 15
        length = (data[place + 3] & 3) << 11 | data[place + 4] << 3 | data[place + 5] >> 5
        if index >= len(_AAC_RATES) or length < 7:
            return "", 0, 0.0
        blocks = (data[place + 6] & 3) + 1
        return "AAC", length, 1024 * blocks / _AAC_RATES[index]
    version, layer = second >> 3 & 3, 4 - (second >> 1 & 3)
    rate, sampling = third >> 4, third >> 2 & 3
    if version == 1 or layer == 4 or rate in (0, 15) or sampling == 3:
        return "", 0, 0.0
    family = 1 if version == 3 else 2
    samples_of_second = _SAMPLE_RATES[sampling] >> {3: 0, 2: 1, 0: 2}[version]
    bits = _BIT_RATES[family, layer][rate - 1] * 1000
    padding = third >> 1 & 1
    if layer == 1:
        return "MP1", (12 * bits // samples_of_second + padding) * 4, 384 / samples_of_second
    samples = 576 if layer == 3 and family == 2 else 1152
    length = samples // 8 * bits // samples_of_second + padding
    return f"MP{layer}", length, samples / samples_of_second

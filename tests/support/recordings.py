"""Sound recordings and films, drawn here: by hand where only their headers matter, with PyAV where
pictures do."""

from __future__ import annotations

import io
import struct
import wave
from fractions import Fraction

import pytest
from PIL import Image

EPOCH = 2_082_844_800  # seconds from 1904 to 1970


def make_wave(seconds: float = 3, rate: int = 8000) -> bytes:
    """Return silence as a WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(bytes(2 * round(seconds * rate)))
    return out.getvalue()


def make_opus(seconds: int = 65) -> bytes:
    """Return an Ogg file whose pages say that they hold so many seconds of Opus."""
    head = b"OpusHead\x01\x01" + struct.pack("<HIHB", 312, 48_000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 0) + struct.pack("<I", 0)
    pages = [(2, 0, head), (0, 0, tags)]
    pages += [(0, 312 + 48_000 * second, bytes(40)) for second in range(1, seconds + 1)]
    return b"".join(
        b"OggS\0"
        + struct.pack("<BqIIIB", flags, time, 7, number, 0, 1)
        + bytes([len(packet)])
        + packet
        for number, (flags, time, packet) in enumerate(pages)
    )


def make_amr(seconds: int = 4) -> bytes:
    """Return an AMR file of frames of 20 ms."""
    return b"#!AMR\n" + (b"\x3c" + bytes(31)) * (50 * seconds)


def make_mp3(frames: int = 400) -> bytes:
    """Return frames of 1152 samples, at 44.1 kHz and 128 kbit/s."""
    return (b"\xff\xfb\x90\x00" + bytes(413)) * frames


def box(kind: bytes, *contents: bytes) -> bytes:
    """Return an ISO box."""
    content = b"".join(contents)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def make_sound_mp4(seconds: int = 65, *, recorded: int = 0, missing: int = 0) -> bytes:
    """Return an MP4 file with a track of AAC that has no sound in it.

    `recorded`: seconds since 1970; 0 = not said. `missing`: bytes to cut off at the end.
    """
    created = recorded + EPOCH if recorded else 0
    whole = struct.pack(">IIIII", 0, created, created, 1000, 1000 * seconds) + bytes(80)
    media = struct.pack(">IIIII", 0, created, created, 1000, 1000 * seconds) + bytes(4)
    entry = struct.pack(">II", 0, 1) + box(b"mp4a", bytes(28))
    track = box(
        b"trak",
        box(
            b"mdia",
            box(b"mdhd", media),
            box(b"hdlr", bytes(8), b"soun", bytes(13)),
            box(b"minf", box(b"stbl", box(b"stsd", entry))),
        ),
    )
    head = box(b"ftyp", b"M4A ", bytes(4), b"isom")
    data = head + box(b"moov", box(b"mvhd", whole), track) + box(b"mdat", bytes(500))
    return data[: len(data) - missing]


def make_film(
    seconds: int = 8, size: tuple[int, int] = (320, 240), rate: int = 5, container: str = "mp4"
) -> bytes:
    """Return a film whose picture is darker at its beginning and lighter at its end; skips the test
    where PyAV is not installed."""
    av = pytest.importorskip("av")
    out = io.BytesIO()
    with av.open(out, "w", format=container) as film:
        film.metadata.update({"creation_time": "2025-05-03T14:05:12Z"})
        stream = film.add_stream("mpeg4", rate=rate)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.bit_rate = 2_000_000
        for number in range(seconds * rate):
            level = 255 * number // (seconds * rate)
            frame = av.VideoFrame.from_image(Image.new("RGB", size, (level, level, level)))
            frame.pts, frame.time_base = number, Fraction(1, rate)
            film.mux(stream.encode(frame))
        film.mux(stream.encode())
    return out.getvalue()


def turn_film(data: bytes) -> bytes:
    """Return an MP4 whose header says to turn its pictures clockwise by 90 degrees."""
    turned = bytearray(data)
    place = data.index(b"tkhd") + 4 + 40
    turned[place : place + 36] = struct.pack(">9i", 0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30)
    return bytes(turned)

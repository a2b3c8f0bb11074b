"""Readers of pictures, and of the headers of sound and film."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable

from PIL import Image

from assembler.evidence.readers import iso_media, matroska, riff_media, sound_streams, tiff
from assembler.evidence.readers.jpeg import strip_jpeg
from assembler.evidence.readers.picture import read_frames
from assembler.evidence.readers.recording_facts import RecordingFacts, drop_implausible
from assembler.evidence.refusal import Refused
from benchmarks.fuzz.target import Target, require
from tests import factories
from tests.support import recordings


def _facts(read: Callable[[bytes], RecordingFacts]) -> Callable[[bytes], object]:
    return lambda data: drop_implausible(read(data))


def _read_riff(data: bytes) -> None:
    read = riff_media.read_aiff_facts if data[:4] == b"FORM" else riff_media.read_riff_facts
    drop_implausible(read(data))


def _read_streams(data: bytes) -> None:
    readers = {
        b"OggS": sound_streams.read_ogg_facts,
        b"fLaC": sound_streams.read_flac_facts,
        b"#!AM": sound_streams.read_amr_facts,
    }
    drop_implausible(readers.get(data[:4], sound_streams.read_frame_facts)(data))


def _draw_aiff() -> bytes:
    common = b"COMM" + struct.pack(">IhIh", 18, 1, 800, 16) + bytes.fromhex("400bfa00000000000000")
    sound = b"SSND" + struct.pack(">III", 24, 0, 0) + bytes(16)
    return b"FORM" + struct.pack(">I", 4 + len(common) + len(sound)) + b"AIFF" + common + sound


def _element(number: str, content: bytes) -> bytes:
    return bytes.fromhex(number) + bytes((0x40 | len(content) >> 8, len(content) & 255)) + content


def _draw_matroska() -> bytes:
    info = _element(
        "1549a966", _element("2ad7b1", b"\x0f\x42\x40") + _element("4489", struct.pack(">d", 5000))
    )
    track = _element(
        "ae",
        _element("83", b"\1")
        + _element("86", b"V_VP8")
        + _element("e0", _element("b0", b"\1\x40")),
    )
    return _element("1a45dfa3", _element("4282", b"webm")) + _element(
        "18538067", info + _element("1654ae6b", track)
    )


def _read_tiff(data: bytes) -> None:
    tiff.is_raw(data)
    directories = tiff.list_directories(data)
    pages = tiff.find_pages(directories)
    require(all(0 <= page < len(directories) for page in pages), "a page is a picture of the file")


def _strip(data: bytes) -> None:
    stripped = strip_jpeg(data)
    require(strip_jpeg(stripped) == stripped, "a stripped picture stays as it is")


def _read_pictures(data: bytes) -> None:
    kinds = (
        (b"\x89PNG", "png"),
        (b"GIF8", "gif"),
        (b"RIFF", "webp"),
        (b"BM", "bmp"),
        (b"\xff\xd8", "jpeg"),
    )
    kind = next((kind for start, kind in kinds if data.startswith(start)), "tiff")
    for _ in read_frames(data, kind):
        pass


def _draw_pictures() -> list[bytes]:
    pictures = []
    for kind, mode in (
        ("PNG", "RGBA"),
        ("GIF", "P"),
        ("WEBP", "RGB"),
        ("BMP", "RGB"),
        ("JPEG", "L"),
        ("TIFF", "1"),
    ):
        out = io.BytesIO()
        Image.new(mode, (24, 16), 1 if mode in "1LP" else "red").save(out, kind)
        pictures.append(out.getvalue())
    return pictures


def _draw_tiffs() -> list[bytes]:
    pages = [Image.new("1", (16, 8)), Image.new("L", (8, 8))]
    return [factories.tiff(pages[:1]), factories.tiff(pages)]


TARGETS = (
    Target(
        name="iso-media",
        modules=(
            "assembler.evidence.readers.iso_media",
            "assembler.evidence.readers.recording_facts",
        ),
        parse=_facts(iso_media.read_iso_facts),
        seeds=lambda: [recordings.make_sound_mp4(3, recorded=1_700_000_000)],
        refusals=(Refused,),
        tokens=(
            b"moov",
            b"trak",
            b"mdia",
            b"mvhd",
            b"tkhd",
            b"stsd",
            b"hdlr",
            b"vide",
            b"soun",
            b"udta",
            b"\xa9day",
            b"meta",
            b"ilst",
            b"\0\0\0\1",
            b"\0\0\0\0",
            b"ftypqt  ",
            b"esds",
            b"avc1",
        ),
    ),
    Target(
        name="matroska",
        modules=("assembler.evidence.readers.matroska",),
        parse=_facts(matroska.read_matroska_facts),
        seeds=lambda: [_draw_matroska()],
        refusals=(Refused,),
        tokens=(
            b"\x18\x53\x80\x67",
            b"\x01\xff\xff\xff\xff\xff\xff\xff",
            b"\xff",
            b"\x15\x49\xa9\x66",
            b"\x44\x89\x88",
            b"\x2a\xd7\xb1\x83",
            b"\xae",
            b"\x7f\xf8\0\0\0\0\0\0",
            b"A_OPUS",
            b"\x44\x61\x88",
        ),
    ),
    Target(
        name="riff-media",
        modules=("assembler.evidence.readers.riff_media",),
        parse=_read_riff,
        seeds=lambda: [
            recordings.make_wave(0.1),
            _draw_aiff(),
            b"RIFF\x4c\0\0\0AVI LIST\x40\0\0\0hdrlavih\x38\0\0\0" + bytes(range(56)),
        ],
        refusals=(Refused,),
        tokens=(
            b"RIFF",
            b"RIFX",
            b"RF64",
            b"WAVE",
            b"AVI ",
            b"LIST",
            b"fmt ",
            b"data",
            b"hdrl",
            b"strh",
            b"strf",
            b"avih",
            b"FORM",
            b"AIFC",
            b"COMM",
            b"SSND",
            b"\0\0\0\0",
        ),
    ),
    Target(
        name="sound-streams",
        modules=("assembler.evidence.readers.sound_streams",),
        parse=_read_streams,
        seeds=lambda: [
            recordings.make_opus(2),
            recordings.make_amr(1),
            recordings.make_mp3(5),
            b"fLaC\x80\0\0\x22" + bytes(10) + b"\x0a\xc4\x42\xf0\0\0\x56\x22" + bytes(16),
            b"\xff\xf1\x50\x80\x02\x1f\xfc"
            + bytes(10)
            + b"\xff\xf1\x50\x80\x02\x1f\xfc"
            + bytes(10),
        ],
        refusals=(Refused,),
        tokens=(
            b"OggS",
            b"OpusHead",
            b"\x01vorbis",
            b"\x80theora",
            b"Speex   ",
            b"\x7fFLAC",
            b"ID3\3\0\0",
            b"\xff\xfb\x90\0",
            b"\xff\xf1",
            b"#!AMR\n",
            b"#!AMR-WB\n",
            b"\xff\xff\xff\xff\xff\xff\xff\xff",
        ),
    ),
    Target(
        name="tiff-directories",
        modules=("assembler.evidence.readers.tiff",),
        parse=_read_tiff,
        seeds=_draw_tiffs,
        refusals=(Refused,),
        tokens=(
            b"II*\0",
            b"MM\0*",
            b"II+\0\x08\0\0\0",
            b"\0\0\0\0",
            b"\xfe\0\4\0",
            b"\x4a\1\4\0",
            b"\x08\0\0\0",
        ),
        largest=8_192,
    ),
    Target(
        name="jpeg-segments",
        modules=("assembler.evidence.readers.jpeg",),
        parse=_strip,
        seeds=lambda: [_draw_pictures()[4]],
        refusals=(Refused,),
        tokens=(
            b"\xff\xd8",
            b"\xff\xd9",
            b"\xff\xda\0\x08",
            b"\xff\xe1\0\x10Exif\0\0",
            b"\xff\xfe\0\4ab",
            b"\xff\xff",
            b"\xff\0",
            b"\xff\xd0",
            b"\xff\x01",
        ),
        largest=8_192,
    ),
    Target(
        name="pictures",
        modules=(
            "assembler.evidence.readers.picture",
            "assembler.evidence.readers.jpeg",
            "assembler.evidence.readers.tiff",
        ),
        parse=_read_pictures,
        seeds=_draw_pictures,
        most_memory=2_500_000_000,  # of the 250 million pixels that a picture may have
        refusals=(Refused,),
        tokens=(
            b"IHDR",
            b"IDAT",
            b"tRNS",
            b"iCCP",
            b"eXIf",
            b"acTL",
            b"Exif\0\0",
            b"VP8X",
            b"ANIM",
            b"II*\0",
            b"\xff\xc0",
            b"\xff\xc2",
            b"GIF89a",
            b"\x21\xf9\4",
        ),
        largest=8_192,
    ),
)

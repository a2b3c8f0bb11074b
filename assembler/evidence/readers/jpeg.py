"""JPEG files: whole or refused; the same picture data without what cameras write beside it."""

from __future__ import annotations

import simplejpeg

from assembler.evidence.refusal import Refused

_AGAIN = "send the original photo again"
# padding some cameras write; every dot of the picture is there
_HARMLESS = "extraneous bytes before marker"
_ALONE = {0x01, *range(0xD0, 0xD8)}  # markers without a length: TEM, RST0..7


def strip_jpeg(data: bytes) -> bytes:
    """The same picture without Exif, XMP, comments and what follows it; color profile and Adobe
    mark stay. Raises Refused."""
    out, at, scanned = bytearray(b"\xff\xd8"), 2, False
    while at + 2 <= len(data):
        if data[at] != 0xFF:
            raise Refused("EVID.BROKEN", "the JPEG is damaged", _AGAIN)
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
        elif marker == 0xD9 and scanned:
            return bytes(out) + b"\xff\xd9"
        elif marker in _ALONE:
            at += 2
        else:
            end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
            if marker == 0xDA:
                scanned, end = True, _end_of_scan(data, end)
            if not _is_metadata(marker, data[at:end]):
                out += data[at:end]
            at = end
    what = "is cut off" if scanned else "has no picture in it"
    raise Refused("EVID.BROKEN", f"the JPEG {what}", _AGAIN)


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the next marker after a scan's coded data stands; phones append a second picture
    after the last one."""
    while (at := data.find(b"\xff", at)) >= 0:
        following = data[at + 1 : at + 2]
        if following and following not in (b"\x00", b"\xff") and following[0] not in _ALONE:
            return at
        at += 1
    raise Refused("EVID.BROKEN", "the JPEG is cut off", _AGAIN)


def _is_metadata(marker: int, segment: bytes) -> bool:
    if marker == 0xFE:
        return True
    if not 0xE0 <= marker <= 0xEF:
        return False
    profile = marker == 0xE2 and segment[4:16] == b"ICC_PROFILE\x00"
    adobe = marker == 0xEE and segment[4:9] == b"Adobe"
    jfif = marker == 0xE0 and segment[4:8] == b"JFIF"
    return not (profile or adobe or jfif)


def check_whole(plain: bytes, channels: int) -> None:
    """Raises Refused where the coded data ends early or is damaged: other readers fill the rest
    with gray and say nothing.

    `plain`: as `strip_jpeg` gives it; `channels`: of a dot, 1, 3 or 4. Decoded at an eighth of its
    size, to spare memory.
    """
    space = "CMYK" if channels == 4 else "GRAY"
    try:
        simplejpeg.decode_jpeg(plain, space, fastdct=True, min_height=1, min_width=1, strict=True)
    except ValueError as error:
        if _HARMLESS not in str(error):
            raise Refused(
                "EVID.BROKEN", "the JPEG is damaged: a part of the picture is missing", _AGAIN
            ) from error

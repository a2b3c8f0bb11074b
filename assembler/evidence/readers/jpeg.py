"""Read JPEG files: check that they are complete, and drop what cameras write beside the picture."""

from __future__ import annotations

import simplejpeg

from assembler.evidence.refusal import Refused

_AGAIN = "send the original photo again"
# padding written by some cameras; the picture is complete
_HARMLESS = "extraneous bytes before marker"
_SHORTEST = 2  # bytes of a segment: its length counts itself
_BARE_MARKERS = {0x01, *range(0xD0, 0xD8)}  # markers without a length: TEM, RST0..7


def strip_jpeg(data: bytes) -> bytes:
    """Return the same picture without Exif, XMP, comments and trailing data.

    Keeps the color profile and the Adobe marker. Raises Refused.
    """
    out, position, scanned = bytearray(b"\xff\xd8"), 2, False
    while position + 2 <= len(data):
        if data[position] != 0xFF:  # some programs leave bytes between segments; viewers skip them
            position = data.find(b"\xff", position)
            if position < 0:
                break
            continue
        marker = data[position + 1]
        if marker == 0xFF:  # fill byte
            position += 1
        elif marker == 0xD9 and scanned:
            return bytes(out) + b"\xff\xd9"
        elif marker in _BARE_MARKERS:
            position += 2
        else:
            length = int.from_bytes(data[position + 2 : position + 4], "big")
            if length < _SHORTEST:
                raise Refused("EVID.BROKEN", "the JPEG is damaged", _AGAIN)
            end = position + 2 + length
            if marker == 0xDA:
                scanned, end = True, _end_of_scan(data, end)
            if not _is_metadata(marker, data[position:end]):
                out += data[position:end]
            position = end
    problem = "is cut off" if scanned else "has no picture in it"
    raise Refused("EVID.BROKEN", f"the JPEG {problem}", _AGAIN)


def _end_of_scan(data: bytes, position: int) -> int:
    """Return where the next marker after a scan's coded data is; phones append a second picture
    after the last."""
    while (position := data.find(b"\xff", position)) >= 0:
        following = data[position + 1 : position + 2]
        if following and following not in (b"\x00", b"\xff") and following[0] not in _BARE_MARKERS:
            return position
        position += 1
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


def check_complete(plain: bytes, channels: int) -> None:
    """Raise Refused if the coded data is damaged or ends early, where other readers fill the rest
    with gray.

    `plain`: from `strip_jpeg`; `channels`: per pixel, 1, 3 or 4. Decodes at an eighth of the size,
    to save memory.
    """
    space = "CMYK" if channels == 4 else "GRAY"
    try:
        simplejpeg.decode_jpeg(plain, space, fastdct=True, min_height=1, min_width=1, strict=True)
    except ValueError as error:
        if _HARMLESS not in str(error):
            raise Refused(
                "EVID.BROKEN", "the JPEG is damaged: part of the picture is missing", _AGAIN
            ) from error

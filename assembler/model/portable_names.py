"""Names that Windows keeps for devices: a file or folder of such a name cannot be made there."""

from __future__ import annotations

import re

_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)", re.IGNORECASE)


def is_device_name(name: str) -> bool:
    """Return whether a file name is kept for a device, which it is with any ending: "nul.pdf"."""
    return bool(_DEVICE.fullmatch(name.partition(".")[0].rstrip()))

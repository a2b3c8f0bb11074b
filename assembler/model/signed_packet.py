"""The record of the signed pages put back into a packet: signed.json in its folder signed/."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SIGNED_FOLDER = "signed"
SIGNED_FILE = "signed.json"
SIGNED_FORMAT = 1
SCANS_FOLDER = "scans"  # in it: the scans of the pages that were put back
_SCAN_PATH = re.compile(rf"{SCANS_FOLDER}/[\w-]+\.jpg", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPage:
    """A page of the bundle in whose place a scan was put.

    `across`, `down`: where a point of the page is on the scan, in pixels from its upper left
    corner: polynomials of 1, x, y, x², xy, y², with x and y from -1 (left, top) to 1.
    """

    number: int  # page in the bundle, from 1
    scan: str  # path in the folder
    across: tuple[float, ...]
    down: tuple[float, ...]
    signed: tuple[bool, ...]  # of each place to sign, in the manifest's order
    cut: float = 0.0  # part of the print that is not on the scan


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPacket:
    """The content of signed.json."""

    packet: str
    manifest: str  # sha256 of the packet's manifest
    pages: tuple[SignedPage, ...]
    files: Mapping[str, str]  # sha256 of every file of the folder, except the record

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return the numbers of the pages that were put back."""
        return tuple(page.number for page in self.pages)


def describe_signed_packet(signed: SignedPacket) -> dict[str, Any]:
    """Return the record as JSON values."""
    return {
        "format": SIGNED_FORMAT,
        "packet": signed.packet,
        "manifest": signed.manifest,
        "pages": [
            {
                "number": page.number,
                "scan": page.scan,
                "across": list(page.across),
                "down": list(page.down),
                "signed": list(page.signed),
                "cut": page.cut,
            }
            for page in signed.pages
        ],
        "files": dict(signed.files),
    }


def parse_signed_packet(value: Mapping[str, Any]) -> SignedPacket | None:
    """Return the record in JSON values; None if they are not one."""
    try:
        if value["format"] != SIGNED_FORMAT:
            return None
        pages = tuple(_parse_page(row) for row in value["pages"])
        files = {str(path): str(sha256) for path, sha256 in value["files"].items()}
        return SignedPacket(
            packet=str(value["packet"]), manifest=str(value["manifest"]), pages=pages, files=files
        )
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
        return None


def _parse_page(row: Mapping[str, Any]) -> SignedPage:
    across, down = (tuple(float(number) for number in row[key]) for key in ("across", "down"))
    if len(across) != 6 or len(down) != 6 or int(row["number"]) < 1:
        raise ValueError("a page without its place")
    if not _SCAN_PATH.fullmatch(str(row["scan"])):
        raise ValueError("a scan outside its folder")
    return SignedPage(
        number=int(row["number"]),
        scan=str(row["scan"]),
        across=across,
        down=down,
        signed=tuple(bool(flag) for flag in row["signed"]),
        cut=float(row["cut"]),
    )

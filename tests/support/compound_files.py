"""Compound files ([MS-CFB]), and Outlook messages ([MS-OXMSG]) in them, drawn for each test."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_SECTOR, _SMALL, _CUTOFF = 512, 64, 4096
_END, _FREE, _TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
Tree = Mapping[str, "bytes | Tree"]


def write_compound_file(tree: Tree) -> bytes:
    """A file with these streams (bytes) and folders (mappings)."""
    sectors: list[bytes] = []
    chains: list[int] = []
    entries: list[dict[str, Any]] = []
    small = bytearray()
    small_chains: list[int] = []

    def store(data: bytes) -> int:
        start, count = len(sectors), -(-len(data) // _SECTOR)
        for number in range(count):
            sectors.append(data[number * _SECTOR : (number + 1) * _SECTOR].ljust(_SECTOR, b"\0"))
            chains.append(start + number + 1 if number + 1 < count else _END)
        return start if count else _END

    def store_small(data: bytes) -> int:
        start, count = len(small_chains), -(-len(data) // _SMALL)
        small.extend(data.ljust(count * _SMALL, b"\0"))
        small_chains.extend(
            start + number + 1 if number + 1 < count else _END for number in range(count)
        )
        return start if count else _END

    def add(name: str, kind: int, data: bytes = b"") -> dict[str, Any]:
        start = store(data) if len(data) >= _CUTOFF else store_small(data)
        entry = {"name": name, "kind": kind, "child": _FREE, "right": _FREE}
        entries.append(entry | {"start": start if data else _END, "size": len(data)})
        return entries[-1]

    def add_children(parent: dict[str, Any], children: Tree) -> None:
        previous: dict[str, Any] | None = None
        for name, value in children.items():
            number = len(entries)
            entry = add(name, 2, value) if isinstance(value, bytes) else add(name, 1)
            if previous is None:
                parent["child"] = number
            else:
                previous["right"] = number
            previous = entry
            if not isinstance(value, bytes):
                add_children(entry, value)

    root = add("Root Entry", 5)
    add_children(root, tree)
    root["start"], root["size"] = store(bytes(small)), len(small)
    small_table = struct.pack(f"<{len(small_chains)}I", *small_chains)
    small_start = store(small_table + b"\xff" * (-len(small_table) % _SECTOR))
    directory = b"".join(map(_pack_entry, entries))
    directory_start = store(directory + bytes(-len(directory) % _SECTOR))
    tables = 1
    while tables * _SECTOR // 4 < len(sectors) + tables:
        tables += 1
    first_table = len(sectors)
    chains += [_TABLE] * tables
    chains += [_FREE] * (tables * _SECTOR // 4 - len(chains))
    table = struct.pack(f"<{len(chains)}I", *chains)
    header = struct.pack(
        "<8s16x5H6x10I",
        *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6),
        *(0, tables, directory_start, 0, _CUTOFF, small_start),
        *(-(-len(small_table) // _SECTOR), _END, 0, first_table),
    )
    numbers = range(first_table + 1, first_table + tables)
    header += struct.pack(f"<{tables - 1}I", *numbers) + b"\xff" * (4 * (109 - tables))
    return header + b"".join(sectors) + table


def _pack_entry(entry: Mapping[str, Any]) -> bytes:
    name = entry["name"].encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBB3I16s4s16xIQ",
        *(name, len(name), entry["kind"], 1, _FREE, entry["right"], entry["child"]),
        *(b"", b"", entry["start"], entry["size"]),
    )


@dataclass(kw_only=True)
class OutlookFile:
    """What is attached to an Outlook message: data, or a message."""

    name: str
    data: bytes = b""
    content_id: str = ""
    message: OutlookMessage | None = None
    method: int = 1


@dataclass(kw_only=True)
class OutlookMessage:
    """An Outlook message. `recipients`: name, address, and 1 for To, 2 for Cc, 3 for Bcc."""

    subject: str = "Asunto"
    body: str = ""
    html: bytes = b""
    rtf: bytes = b""
    headers: str = ""
    sender: tuple[str, str] = ("Testina Probanda", "testina@mail.example")
    sent: int = 0x01DD5C9C00000000  # in units of 100 ns since 1601
    recipients: Sequence[tuple[str, str, int]] = (("Ana Muster", "ana@mail.example", 1),)
    files: Sequence[OutlookFile] = field(default_factory=tuple)
    kind: str = "IPM.Note"
    codepage: int = 65001


def write_outlook(message: OutlookMessage) -> bytes:
    """A .msg file."""
    return write_compound_file(_make_tree(message, bytes(32)))


def _make_tree(message: OutlookMessage, header: bytes) -> dict[str, Any]:
    texts = {
        0x0037: message.subject,
        0x1000: message.body,
        0x007D: message.headers,
        0x001A: message.kind,
        0x0C1A: message.sender[0],
        0x5D01: message.sender[1],
    }
    tree: dict[str, Any] = _make_texts(texts)
    tree |= {
        f"__substg1.0_{number:04X}0102": data
        for number, data in ((0x1013, message.html), (0x1009, message.rtf))
        if data
    }
    fixed = _pack_number(0x3FDE, message.codepage) + _pack_time(0x0039, message.sent)
    tree["__properties_version1.0"] = header + fixed
    for number, (name, address, kind) in enumerate(message.recipients):
        tree[f"__recip_version1.0_#{number:08X}"] = _make_texts({0x3001: name, 0x39FE: address}) | {
            "__properties_version1.0": bytes(8) + _pack_number(0x0C15, kind)
        }
    for number, file in enumerate(message.files):
        entry: dict[str, Any] = _make_texts({0x3707: file.name, 0x3712: file.content_id})
        entry["__properties_version1.0"] = bytes(8) + _pack_number(0x3705, file.method)
        if file.message is not None:
            entry["__substg1.0_3701000D"] = _make_tree(file.message, bytes(24))
        elif file.data:
            entry["__substg1.0_37010102"] = file.data
        tree[f"__attach_version1.0_#{number:08X}"] = entry
    return tree


def _make_texts(texts: Mapping[int, str]) -> dict[str, bytes]:
    return {
        f"__substg1.0_{number:04X}001F": text.encode("utf-16-le")
        for number, text in texts.items()
        if text
    }


def _pack_number(number: int, value: int) -> bytes:
    return struct.pack("<HHIII", 3, number, 6, value, 0)


def _pack_time(number: int, value: int) -> bytes:
    return struct.pack("<HHIQ", 0x40, number, 6, value) if value else b""

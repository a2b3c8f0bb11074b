"""ZIP files as plain text, so that mutants reach what is in them: a mutant of compressed bytes
hardly ever unpacks."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Collection

from assembler.runtime.zip_files import UndatedZipFile

_HEAD = re.compile(rb"\n=part=([^\n=]{1,120})=\n")


def unpack(data: bytes, dropped: Collection[str] = ()) -> bytes:
    """Return the parts of a ZIP file one after the other, except those whose name begins so."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b"".join(
            b"\n=part=" + name.encode() + b"=\n" + archive.read(name)
            for name in archive.namelist()
            if not name.startswith(tuple(dropped))
        )


def pack(data: bytes) -> bytes:
    """Return the ZIP file of parts that `unpack` wrote."""
    pieces = _HEAD.split(data)
    out = io.BytesIO()
    with UndatedZipFile(out, "w") as archive:
        taken = set()
        for name, content in zip(pieces[1::2], pieces[2::2], strict=True):
            part = name.decode("utf-8", "replace")
            if part not in taken:
                taken.add(part)
                archive.writestr(part, content)
    return out.getvalue()


def packed(parse: Callable[[bytes], object]) -> Callable[[bytes], object]:
    """Return a function for inputs that `unpack` wrote."""
    return lambda data: parse(pack(data))

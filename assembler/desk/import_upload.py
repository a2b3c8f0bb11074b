"""Take in a file of facts from the browser, for as long as it is read and no longer."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from assembler.desk.page_answers import STALL_SECONDS, read_chunks
from assembler.errors import OutputNotWritten
from assembler.model.portable_names import is_device_name
from assembler.runtime.workshop import Workshop

MAX_SHEET = 20_000_000  # bytes
_TOTAL_SECONDS = 120.0  # for all of it; it comes from this machine
_HOME = ".assembler-upload"
_KINDS = re.compile(r"\.(xlsx|xlsm|ods|csv|tsv|txt|json|pdf|png|jpe?g|tiff?|heic)", re.IGNORECASE)


@asynccontextmanager
async def hold_upload(request: Request, home: Path) -> AsyncIterator[Path]:
    """Write the body of a request to a private folder below `home`, and remove it at the end.

    Raises HTTPException if it is too large, comes too slowly, or is of no kind that has facts;
    OutputNotWritten if it cannot be kept.
    """
    name = make_file_name(request.query_params.get("name", ""))
    with Workshop(home / _HOME, temporary=True) as workshop:
        path = workshop.make_folder("upload") / name
        await _write_body(request, path)
        yield path


def remove_abandoned(home: Path) -> None:
    """Remove the uploaded sheet that a desk that was killed left below `home`; never one that is
    being read."""
    place = home / _HOME
    if place.is_dir() and not place.is_symlink():
        with suppress(OutputNotWritten), Workshop(place, temporary=True):
            pass  # which removes it at its end


def make_file_name(name: str) -> str:
    """Return a name for an uploaded file that is safe on every system, and that messages can show.
    Raises HTTPException for a kind of file that has no facts."""
    plain = re.split(r"[/\\]", name)[-1]
    stem, suffix = Path(plain).stem, Path(plain).suffix
    if not _KINDS.fullmatch(suffix):
        raise HTTPException(415, "choose a sheet (XLSX, ODS, CSV), an export (JSON) or a PDF")
    stem = re.sub(r"[^\w .()-]+", "_", stem).strip(" .")[:80] or "facts"
    # a file of that name would be taken for a case, or for a device of Windows
    is_taken = stem.casefold() == "case" or is_device_name(stem)
    return f"facts-{stem}{suffix}" if is_taken else f"{stem}{suffix}"


async def _write_body(request: Request, path: Path) -> None:
    size = 0
    try:
        with path.open("xb") as file:
            async for chunk in read_chunks(request.stream(), STALL_SECONDS, _TOTAL_SECONDS):
                size += len(chunk)
                if size > MAX_SHEET:
                    raise HTTPException(413, f"the file is larger than {MAX_SHEET // 1_000_000} MB")
                file.write(chunk)
    except (TimeoutError, ClientDisconnect) as error:
        raise HTTPException(408, "the file came too slowly") from error
    if size == 0:
        raise HTTPException(400, "the file is empty")

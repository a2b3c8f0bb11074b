"""Draft, show and confirm the map of a form: the blank is read in a worker, and nothing of a
person is overwritten."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from assembler.errors import OutputNotWritten, TemplateBroken, ToolFailed
from assembler.forms.form_maps import is_confirmation_valid, load_maps, order_edition
from assembler.forms.map_confirmation import Confirmed, Looked, confirm_map, write_map_text
from assembler.forms.map_pictures import MapPictures, draw_map
from assembler.forms.map_proposal import choose_base, propose_map
from assembler.runtime.atomic_files import report_write_errors, write_atomic
from assembler.runtime.resources import Shelf, stamp_font
from assembler.runtime.worker_pool import Failure, Limits, Pool

T = TypeVar("T")
MAPS = "schemas/forms"
LISTING = "fields.txt"
_LIMITS = Limits(seconds=300, memory_mb=2_000, output_mb=200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A drafted map as JSON, and where it was written; None: nowhere."""

    raw: Mapping[str, Any]
    path: Path | None


def draft_map(
    blank: Path, shelf: Shelf, day: date, *, base: Path | None = None, out: Path | None = None
) -> Draft:
    """Draft the map of a blank, and write it to `out`, a new file, or into a firm's shelf.

    Args:
        base: the map to start from; by default the nearest known edition.

    Raises:
        ToolFailed: the blank is not readable, or no edition of the form has a map.
        TemplateBroken: a map cannot be read.
        OutputNotWritten: the file exists, or belongs to the program.
    """
    chosen = _run(partial(_choose_and_propose, _read_bases(shelf, base), day), blank)
    target = out or (_name_draft(chosen, shelf, shelf.extra) if shelf.extra else None)
    if target is not None:
        write_new_map(target, chosen, shelf)
    return Draft(raw=chosen, path=target)


def show_map(map_file: Path, blank: Path, folder: Path) -> tuple[Path, ...]:
    """Write a picture of every filled page, and the list of numbers, into a folder.

    Raises OutputNotWritten if a file of that name with other content is there.
    """
    pictures: MapPictures = _run(partial(draw_map, read_map(map_file), font=stamp_font()), blank)
    files = {**pictures.files, LISTING: pictures.listing.encode()}
    for name, data in files.items():
        path = folder / name
        if path.is_symlink() or (path.exists() and path.read_bytes() != data):
            raise OutputNotWritten(
                "a file of this name is there", where=name, remedy="name an empty folder"
            )
    with report_write_errors(folder.name, folder):
        folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        write_atomic(folder / name, data)
    return tuple(folder / name for name in files)


def confirm(map_file: Path, blank: Path, looked: Looked, shelf: Shelf) -> Confirmed:
    """Write into a map that a person looked at it, if it fits the blank."""
    _refuse_own_files(map_file, shelf)
    confirmed: Confirmed = _run(partial(confirm_map, read_map(map_file), looked=looked), blank)
    if not confirmed.findings:
        write_atomic(map_file, write_map_text(confirmed.raw).encode(), mode=0o644)
    return confirmed


def read_map(path: Path) -> dict[str, Any]:
    """Read the JSON of a map. Raises TemplateBroken."""
    try:
        raw = json.loads(path.read_text(encoding="utf8"))
    except (OSError, ValueError, RecursionError) as error:
        raise TemplateBroken("not readable as JSON", where=path.name) from error
    if not isinstance(raw, dict) or not {"form", "edition", "items", "signatures"} <= {*raw}:
        raise TemplateBroken(
            "not a map of a form", where=path.name, remedy="name a file that draft-map wrote"
        )
    return {"untouched": [], **raw}


def write_new_map(path: Path, raw: Mapping[str, Any], shelf: Shelf) -> None:
    """Write a draft to a path where nothing is. Raises OutputNotWritten."""
    _refuse_own_files(path, shelf)
    if path.exists() or path.is_symlink():
        raise OutputNotWritten(
            "a file of this name is there, and it is not overwritten",
            where=path.name,
            remedy="move it away, or name another file with --out",
        )
    with report_write_errors(path.parent.name, path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, write_map_text(raw).encode(), mode=0o644)


def _choose_and_propose(bases: tuple[dict[str, Any], ...], day: date, blank: Path) -> Any:
    return propose_map(choose_base(bases, blank), blank, day)


def _read_bases(shelf: Shelf, base: Path | None) -> tuple[dict[str, Any], ...]:
    """Return the maps that a draft may start from; drafts that nobody confirmed are none."""
    if base is not None:
        return (read_map(base),)
    load_maps(shelf)  # says which map is broken
    names = shelf.names(MAPS, ".json")
    maps = [shelf.schema(name.removeprefix("schemas/")) for name in names]
    return tuple(raw for raw in maps if is_confirmation_valid(raw))


def _name_draft(raw: Mapping[str, Any], shelf: Shelf, folder: Path) -> Path:
    """Return the file of a draft in a firm's folder; it never hides a map of the same edition."""
    edition = order_edition(raw["edition"])
    is_known = any(
        form.form == raw["form"] and order_edition(form.edition) == edition
        for form in load_maps(Shelf(shelf.root))
    )
    mark = f".{raw['blank_sha256'][:8]}" if is_known else ""
    name = f"{raw['form']}.{raw['edition'].replace('/', '-')}{mark}.json"
    return folder / MAPS / name


def _refuse_own_files(path: Path, shelf: Shelf) -> None:
    """Raise OutputNotWritten for a file among those that the program ships."""
    place = path.resolve()
    if any(
        place.is_relative_to((shelf.root / name).resolve()) for name in ("schemas", "templates")
    ):
        raise OutputNotWritten(
            "the program's own files are not changed",
            where=path.name,
            remedy="name a file of your firm's shelf, or another one",
        )


def _run(function: Callable[[Path], T], blank: Path) -> T:
    """Return what a function reads from a blank in a worker process."""
    pool = Pool(1)
    try:
        (outcome,) = pool.run(function, [blank], _LIMITS, None)
    finally:
        pool.close()
    if isinstance(outcome, Failure):
        raise ToolFailed(
            f"it cannot be read ({outcome.kind}: {outcome.detail})",
            where=blank.name,
            remedy="download the blank again from uscis.gov",
        )
    if isinstance(outcome, BaseException):
        raise outcome
    result: T = outcome
    return result

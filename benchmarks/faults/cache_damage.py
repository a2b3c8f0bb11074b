"""Damage the cache of a case, as a bad disk, a virus scanner or a person does."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assembler.runtime.cache import DONE

_MOST = 6  # entries that are damaged at once


@dataclass(frozen=True, slots=True)
class _Place:
    """An entry, a file of it, and dice."""

    entry: Path
    file: Path
    dice: random.Random


def damage_cache(root: Path, dice: random.Random) -> str:
    """Damage some entries of the caches below a folder; return how."""
    entries = sorted(path.parent for path in root.rglob(DONE))
    notes = []
    for entry in dice.sample(entries, min(len(entries), dice.randint(1, _MOST))):
        files = sorted(path for path in entry.rglob("*") if path.is_file())
        how = dice.choice(list(_WAYS))
        _WAYS[how](_Place(entry=entry, file=dice.choice(files), dice=dice))
        notes.append(how)
    return "cache: " + ", ".join(notes)


def _flip_bit(place: _Place) -> None:
    """Also keep size and times, as a bad disk does."""
    data, status = bytearray(place.file.read_bytes()), place.file.stat()
    if data:
        data[place.dice.randrange(len(data))] ^= 1 << place.dice.randrange(8)
    place.file.write_bytes(data)
    os.utime(place.file, ns=(status.st_atime_ns, status.st_mtime_ns))


def _truncate(place: _Place) -> None:
    place.file.write_bytes(
        place.file.read_bytes()[: place.dice.randint(0, place.file.stat().st_size)]
    )


def _empty(place: _Place) -> None:
    place.file.write_bytes(b"")


def _fill_with_zeros(place: _Place) -> None:
    place.file.write_bytes(bytes(place.file.stat().st_size))


def _remove_file(place: _Place) -> None:
    place.file.unlink()


def _remove_entry(place: _Place) -> None:
    shutil.rmtree(place.entry)


def _swap(place: _Place) -> None:
    """Exchange the entry with another one."""
    others = sorted(
        path.parent for path in place.entry.parent.parent.rglob(DONE) if path.parent != place.entry
    )
    if others:
        other, between = place.dice.choice(others), place.entry.with_name("between")
        place.entry.rename(between)
        other.rename(place.entry)
        between.rename(other)


def _add_file(place: _Place) -> None:
    (place.entry / "another").write_bytes(b"not of this entry")


def _make_folder(place: _Place) -> None:
    place.file.unlink()
    place.file.mkdir()


def _make_link(place: _Place) -> None:
    place.file.unlink()
    place.file.symlink_to("/etc/hostname")


_WAYS: dict[str, Callable[[_Place], None]] = {
    "a bit flipped": _flip_bit,
    "a file cut": _truncate,
    "a file emptied": _empty,
    "a file zeroed": _fill_with_zeros,
    "a file removed": _remove_file,
    "an entry removed": _remove_entry,
    "two entries exchanged": _swap,
    "a file added": _add_file,
    "a folder in place of a file": _make_folder,
    "a link in place of a file": _make_link,
}

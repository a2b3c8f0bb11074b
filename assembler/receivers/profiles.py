"""Load profiles from JSON: shipped ones, a firm's (--shelf), a case's own (profiles/ in the case
folder)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from assembler.errors import TemplateBroken, UnknownProfile
from assembler.layout.stamp_placement import WIDTHS, is_in_zone, place_stamp
from assembler.model import Ink, Marking, Profile, Zone
from assembler.runtime.resources import Shelf, find_deviation

DEFAULT = "uscis-paper"
_FOLDER = "schemas/profiles"
_MOST = 64 * 1024  # bytes of a profile
_ALL_INK = Ink(cell=792, columns=1, rows=1, bits=b"\x80")
_PLACES = {"n": 1, "of": 1, "first": 1, "last": 1}
_UPLOAD_NAMES = (  # of an upload set: the shortest and the longest
    {"order": "01", "what": "Form-I-131"},
    {"order": "02", "what": "Exhibit_AA_part-10-of-12"},
)


def list_profile_ids(shelf: Shelf, case_folder: Path | None = None) -> tuple[str, ...]:
    """Return the ids of all profiles for this case, sorted."""
    ids = {Path(name).stem for name in shelf.names(_FOLDER, ".json")}
    own = case_folder / "profiles" if case_folder else None
    return tuple(sorted(ids | ({path.stem for path in own.glob("*.json")} if own else set())))


def load_profile(shelf: Shelf, name: str, case_folder: Path | None = None) -> Profile:
    """Load the profile of this name: the case's own, then the firm's, then ours.

    Raises UnknownProfile naming the most similar one, TemplateBroken for a file that does not
    follow its schema.
    """
    ids = list_profile_ids(shelf, case_folder)
    if name not in ids:
        suggestions = get_close_matches(name, ids, 1, 0.5)
        remedy = (
            f"did you mean {suggestions[0]}? There are " if suggestions else "use one of "
        ) + ", ".join(ids)
        raise UnknownProfile("there is no such profile", where="--profile", remedy=remedy)
    raw = _read_raw(shelf, name, case_folder)
    base = raw.get("based_on")
    if base is not None:
        if (
            base == name
            or base not in ids
            or "based_on" in (base_values := _read_raw(shelf, base, case_folder))
        ):
            raise TemplateBroken(
                "based_on names a profile that is missing or itself based on one",
                where=f"profiles/{name}.json",
                remedy="name a profile with all its own values",
            )
        raw = {**raw, "values": {**base_values["values"], **raw["values"]}}
    return parse_profile(raw)


def parse_profile(raw: Mapping[str, Any]) -> Profile:
    """Parse a `Profile` from a JSON object that follows its schema. Raises TemplateBroken for an
    unusable part_name."""
    known = {field.name for field in fields(Profile)} | {"stamp", "clear"}
    dated: Mapping[str, Any] = {key: entry for key, entry in raw["values"].items() if key in known}
    values: dict[str, Any] = {
        key: tuple(entry["value"]) if isinstance(entry["value"], list) else entry["value"]
        for key, entry in dated.items()
        if key not in ("stamp", "clear")
    }
    values["marking"] = _make_marking(raw["values"])
    sources = tuple(
        (key, f"{entry['source']} (checked {entry['checked_on']}, {entry['confidence']})")
        for key, entry in dated.items()
    )
    profile = Profile(id=raw["id"], title=raw["title"], sources=sources, **values)
    _check_name(profile)
    _check_stamp(profile)
    return profile


def _make_marking(values: Mapping[str, Any]) -> Marking:
    """Return what is printed on the pages, and the zones that stay clear."""
    wording = values["stamp"]["value"] if "stamp" in values else {}
    zones = values["clear"]["value"] if "clear" in values else ()
    return Marking(**wording, clear=tuple(Zone(**zone) for zone in zones))


def _check_stamp(profile: Profile) -> None:
    """Check that each wording prints the page's number, in letters that the stamp's font has, and
    has a place at the foot of a page."""
    where = f"profiles/{profile.id}.json"
    for text in (profile.marking.exhibit, profile.marking.tab, profile.marking.other):
        try:
            printed = {
                text.format(tab="AA", page=88, pages=88, number=n, total=8888) for n in (1111, 2222)
            }
        except (KeyError, ValueError, IndexError) as error:
            remedy = "use {tab}, {page}, {pages}, {number}, {total}"
            raise TemplateBroken(
                "stamp has an unknown placeholder", where=where, remedy=remedy
            ) from error
        if len(printed) != 2:
            raise TemplateBroken(
                "a stamp does not print the page number", where=where, remedy="put {number} into it"
            )
        if missing := {*printed.pop()} - {*WIDTHS}:
            remedy = f"leave out {' '.join(sorted(missing))}"
            raise TemplateBroken(
                "a stamp has characters that are not in its font", where=where, remedy=remedy
            )
        longest = text.format(tab="AA", page=88, pages=88, number=8888, total=8888)
        stamp, _ = place_stamp(longest, 612, 792, _ALL_INK, profile.marking.clear)
        if is_in_zone(stamp, 612, 792, profile.marking.clear):
            problem = "the clear zones leave no room for a stamp at the foot of a page"
            raise TemplateBroken(problem, where=where, remedy="make one of them smaller")


def _check_name(profile: Profile) -> None:
    where = f"profiles/{profile.id}.json"
    number, places = "{n}", "{n}, {of}, {first}, {last}"
    values: Sequence[Mapping[str, object]]
    values = [{**_PLACES, "n": n, "first": n, "last": n} for n in (1, 2)]
    if profile.upload_set:
        number, places, values = "{order}", "{order}, {what}", _UPLOAD_NAMES
    try:
        file_names = sorted({profile.part_name.format(**names) for names in values})
    except (KeyError, ValueError, IndexError) as error:
        raise TemplateBroken(
            "part_name has an unknown placeholder", where=where, remedy=f"use {places}"
        ) from error
    if len(file_names) != 2:
        raise TemplateBroken(
            "part_name gives two parts the same name", where=where, remedy=f"put {number} into it"
        )
    if profile.upload_set:
        _check_upload_names(profile, file_names, where)
    if profile.limit is not None and profile.limit <= 0:
        raise TemplateBroken(
            "headroom_bytes leaves nothing of max_bytes", where=where, remedy="lower it"
        )


def _check_upload_names(profile: Profile, file_names: Sequence[str], where: str) -> None:
    """Check that the names of an upload set sort in its order, and are what the receiver allows."""
    if profile.single_file:
        raise TemplateBroken(
            "an upload set is never a single file", where=where, remedy="leave one of the two out"
        )
    starts = [names["order"] for names in _UPLOAD_NAMES]
    positions = [name.find(start) for name, start in zip(file_names, starts, strict=True)]
    if positions[0] != positions[1] or positions[0] < 0:
        raise TemplateBroken(
            "the names of an upload set do not sort in the order of upload",
            where=where,
            remedy='begin part_name with {order}: "{order}_{what}.pdf"',
        )
    if profile.file_name and not all(re.search(profile.file_name, name) for name in file_names):
        raise TemplateBroken(
            "part_name gives names that file_name does not allow",
            where=where,
            remedy="make them fit each other",
        )


def _read_raw(shelf: Shelf, name: str, case_folder: Path | None) -> dict[str, Any]:
    own = case_folder / "profiles" / f"{name}.json" if case_folder else None
    where = f"profiles/{name}.json"
    if own and own.is_file() and not own.is_symlink() and own.stat().st_size <= _MOST:
        data = own.read_bytes()
    else:
        data = shelf.read(f"{_FOLDER}/{name}.json")
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise TemplateBroken("not readable as JSON", where=where) from error
    _follow(raw, shelf.schema("profile.schema.json"), where, name)
    return dict(raw)


def _follow(raw: Any, schema: Mapping[str, Any], where: str, name: str) -> None:
    if (place := find_deviation(raw, schema)) is not None:
        raise TemplateBroken(
            f"it does not follow its schema at {place}",
            where=where,
            remedy="see docs/profiles.md",
        )
    if raw["id"] != name:
        raise TemplateBroken(
            "its id differs from its file name", where=where, remedy="make the two the same"
        )

"""Find exhibits in a case of any shape, and what they are called. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from assembler.desk.case_store import CaseChanged, EditRefused
from assembler.desk.page_refs import PageRef

Raw = dict[str, Any]
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def find_exhibit(case: Raw, place: int, exhibit_id: str) -> int:
    """Return the place of an exhibit that the person saw at `place` with this id. Raises
    CaseChanged if it is gone."""
    exhibits = get_exhibits(case)
    if 0 <= place < len(exhibits) and get_id(exhibits[place]) == exhibit_id:
        return place
    places = [n for n, entry in enumerate(exhibits) if get_id(entry) == exhibit_id]
    if len(places) != 1 or not exhibit_id:
        raise make_outdated()
    return places[0]


def make_exhibit_id(text: str, taken: Sequence[str] | set[str]) -> str:
    """Return an id that reads like a text, and that no exhibit has."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:56].strip("-") or "exhibit"
    names = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken and _ID.fullmatch(name))


def map_moves(
    pages: Mapping[Any, Sequence[PageRef]], owners: Mapping[Any, str]
) -> dict[tuple[str, int], tuple[str, int]]:
    """Return (exhibit, page) before and after a change of each page whose number is known."""
    moves: dict[tuple[str, int], tuple[str, int]] = {}
    for place, sequence in pages.items():
        for number, page in enumerate(sequence, 1):
            if not page.page:
                break  # the numbers behind it are not known
            if all(page.origin):
                moves.setdefault(page.origin, (owners[place], number))
    return moves


def list_origins(pages: Mapping[Any, Sequence[PageRef]]) -> set[tuple[str, int]]:
    """Return (exhibit, page) of each page of which is known where it was."""
    return {page.origin for sequence in pages.values() for page in sequence if all(page.origin)}


def confirm(exhibit: Raw, *names: str) -> Raw:
    """Return the exhibit without these names in `unconfirmed`."""
    unconfirmed = exhibit.get("unconfirmed")
    if not isinstance(unconfirmed, list):
        return exhibit
    kept = [name for name in unconfirmed if name not in names]
    others = {key: value for key, value in exhibit.items() if key != "unconfirmed"}
    if kept == unconfirmed:
        return exhibit
    return {**exhibit, "unconfirmed": kept} if kept else others


def list_values(fields: Mapping[str, Any], key: str) -> list[Any]:
    """Return the list under a key; an empty one for anything else."""
    value = fields.get(key)
    return value if isinstance(value, list) else []


def get_exhibits(case: Mapping[str, Any]) -> list[Any]:
    """Return the exhibits of a case. Raises EditRefused if they are no list."""
    exhibits = case.get("exhibits")
    if exhibits is not None and not isinstance(exhibits, list):
        raise EditRefused(
            "exhibits of case.json is not a list",
            where="case.json",
            remedy="put the exhibits between [ and ]",
        )
    return exhibits or []


def get_exhibit(exhibits: Sequence[Any], place: int) -> Raw:
    """Return an exhibit. Raises CaseChanged if there is none at this place."""
    if not 0 <= place < len(exhibits) or not isinstance(exhibits[place], dict):
        raise make_outdated()
    exhibit: Raw = exhibits[place]
    return exhibit


def get_id(exhibit: Any) -> str:
    """Return the id of an exhibit of any shape; "" if it has none."""
    name = exhibit.get("id") if isinstance(exhibit, dict) else None
    return name if isinstance(name, str) else ""


def list_ids(case: Mapping[str, Any]) -> list[str]:
    """Return the ids of all exhibits that have one."""
    return [name for name in map(get_id, get_exhibits(case)) if name]


def make_outdated() -> CaseChanged:
    """Return the error for a case that is not as the person saw it."""
    return CaseChanged(
        "the exhibits are not as this page showed them",
        where="Evidence",
        remedy="the page now shows them as they are; make the change again",
    )

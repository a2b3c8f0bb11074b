"""Let the citations of a case follow the pages that they cite when these move. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from assembler.desk.case_store import EditRefused

Moves = Mapping[tuple[str, int], tuple[str, int]]  # (exhibit, page from 1) before and after
_BRACKET = re.compile(r"\[@[^\[\]]*\]")
_CITATION = re.compile(
    r"(@)([a-z0-9][a-z0-9-]*)((?:\s*,\s*(?:pp?\.|pages?)?\s*)([0-9]{1,5})"
    r"(?:(\s*[-–]\s*)([0-9]{1,5}))?)?"
)
_MOST = 20_000  # pages of a citation that are followed
_WITHOUT_TEXTS = frozenset(("exhibits", "forms", "ignored_files"))


@dataclass(frozen=True, slots=True)
class _Changes:
    """What happened to pages: those that moved, exhibits with another id, pages that are in no
    exhibit any more."""

    moves: Moves
    names: Mapping[str, str]
    gone: Collection[tuple[str, int]]


def follow_pages(
    case: dict[str, Any],
    moves: Moves,
    renamed: Mapping[str, str] | None = None,
    gone: Collection[tuple[str, int]] = (),
) -> dict[str, Any]:
    """Return the case with its citations changed to where the pages are now.

    Args:
        moves: of the pages of the exhibits that change; others stay.
        renamed: exhibits that became part of another one, by id.
        gone: pages that are in no exhibit any more.

    Raises EditRefused where a citation would lead to other pages without anybody noticing.
    """
    actual = {before: after for before, after in moves.items() if before != after}
    names = dict(renamed or {})
    if not actual and not names and not gone:
        return case
    changes = _Changes(moves, names, gone)
    changed = {
        key: value if key in _WITHOUT_TEXTS else _follow(value, changes)
        for key, value in case.items()
    }
    return _rename_references(changed, names)


def _follow(value: Any, changes: _Changes) -> Any:
    if isinstance(value, str):
        if "[@" not in value:
            return value
        return _BRACKET.sub(
            lambda bracket: _CITATION.sub(
                lambda citation: _follow_citation(citation, changes), bracket[0]
            ),
            value,
        )
    if isinstance(value, list):
        return [_follow(entry, changes) for entry in value]
    if isinstance(value, dict):
        return {key: _follow(entry, changes) for key, entry in value.items()}
    return value


def _follow_citation(citation: re.Match[str], changes: _Changes) -> str:
    exhibit, page = citation[2], citation[4]
    if page is None:
        return f"@{changes.names.get(exhibit, exhibit)}"
    first, last = int(page), int(citation[6] or page)
    targets = [_find(changes, exhibit, number) for number in range(first, min(last, _MOST) + 1)]
    if not targets or None in targets:
        return citation[0]  # it cites no page; a check says so
    places = [target for target in targets if target is not None]
    is_together = all(
        place == (places[0][0], places[0][1] + offset) for offset, place in enumerate(places)
    )
    if not is_together or any((exhibit, n) in changes.gone for n in range(first, last + 1)):
        raise EditRefused(
            "pages that a text cites would be elsewhere, or gone",
            where=f"[{citation[0]}]",
            remedy="change the citation first, in the facts",
        )
    lead = citation[3][: citation.start(4) - citation.start(3)]
    end = f"{citation[5]}{places[-1][1]}" if citation[6] else ""
    return f"@{places[0][0]}{lead}{places[0][1]}{end}"


def _find(changes: _Changes, exhibit: str, page: int) -> tuple[str, int] | None:
    """Return where a page is now; None for one that an exhibit which is gone did not have."""
    target = changes.moves.get((exhibit, page))
    return target or (None if exhibit in changes.names else (exhibit, page))


def _rename_references(case: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return the case with the exhibits that an answer to a notice names by their new ids."""
    rfe = case.get("rfe")
    if not names or not isinstance(rfe, dict):
        return case
    notice, points = rfe.get("notice_exhibit"), rfe.get("points")
    new = dict(rfe)
    if isinstance(notice, str):
        new["notice_exhibit"] = names.get(notice, notice)
    if isinstance(points, list):
        new["points"] = [_rename_in_point(point, names) for point in points]
    return {**case, "rfe": new}


def _rename_in_point(point: Any, names: Mapping[str, str]) -> Any:
    exhibits = point.get("exhibits") if isinstance(point, dict) else None
    if not isinstance(exhibits, list):
        return point
    renamed = [names.get(name, name) if isinstance(name, str) else name for name in exhibits]
    once = [name for place, name in enumerate(renamed) if name not in renamed[:place]]
    return {**point, "exhibits": once}

"""Let the citations of a case follow the pages that they cite when these move. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Moves = Mapping[tuple[str, int], tuple[str, int]]  # (exhibit, page from 1) before and after
_BRACKET = re.compile(r"\[@[^\[\]]*\]")
_CITATION = re.compile(
    r"(@)([a-z0-9][a-z0-9-]*)((?:\s*,\s*(?:pp?\.|pages?)?\s*)([0-9]{1,5})"
    r"(?:(\s*[-–]\s*)([0-9]{1,5}))?)?"
)
_WITHOUT_TEXTS = frozenset(("exhibits", "forms", "ignored_files"))


def follow_pages(
    case: dict[str, Any], moves: Moves, renamed: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the case with its citations changed to where the pages are now.

    Args:
        moves: of the pages of the exhibits that change; others stay.
        renamed: exhibits that became part of another one, by id.
    """
    actual = {before: after for before, after in moves.items() if before != after}
    names = dict(renamed or {})
    if not actual and not names:
        return case
    changed = {
        key: value if key in _WITHOUT_TEXTS else _follow(value, actual, names)
        for key, value in case.items()
    }
    return _rename_references(changed, names)


def _follow(value: Any, moves: Moves, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        if "[@" not in value:
            return value
        return _BRACKET.sub(
            lambda bracket: _CITATION.sub(
                lambda citation: _follow_citation(citation, moves, names), bracket[0]
            ),
            value,
        )
    if isinstance(value, list):
        return [_follow(entry, moves, names) for entry in value]
    if isinstance(value, dict):
        return {key: _follow(entry, moves, names) for key, entry in value.items()}
    return value


def _follow_citation(citation: re.Match[str], moves: Moves, names: Mapping[str, str]) -> str:
    exhibit, page = citation[2], citation[4]
    if page is None:
        return f"@{names.get(exhibit, exhibit)}"
    first = _find(moves, names, exhibit, int(page))
    last = _find(moves, names, exhibit, int(citation[6])) if citation[6] else first
    if first[0] != last[0] or last[1] - first[1] != int(citation[6] or page) - int(page):
        return citation[0]  # its pages are no longer together; a person decides
    lead = citation[3][: citation.start(4) - citation.start(3)]
    end = f"{citation[5]}{last[1]}" if citation[6] else ""
    return f"@{first[0]}{lead}{first[1]}{end}"


def _find(moves: Moves, names: Mapping[str, str], exhibit: str, page: int) -> tuple[str, int]:
    return moves.get((exhibit, page), (names.get(exhibit, exhibit), page))


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

"""freezing: a packet that was filed, and what is added to it: every filed page keeps its number,
stamp and exhibit. Pure.

The plan of the case as it is now comes in with the filed packet; a plan in the filed order with the
new parts in it goes out, then a printed number for each page, and findings about filed pages that
are gone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from typing import Any

from assembler.model import Filed, FiledPage, Finding, Layout, PageFacts, PartKind, Plan, Severity
from assembler.model.page_labels import between, is_behind, key, whole

LATE = "Supplemental exhibits"  # heading, in the index, of exhibits at the end of a filed packet
_HANDED = (PartKind.EXHIBIT, PartKind.FORM)
Name = tuple[str, str]  # a page's document, and what tells it from the others there
Page = tuple[str, Name]  # the unit it belongs to, its name


def read(data: Mapping[str, Any], sha256: str) -> Filed:
    """A filed packet from its manifest. Raises KeyError, TypeError, ValueError, AttributeError
    for what is none."""
    files = {one["path"]: str(one["sha256"]) for one in (*data["inputs"], *data["outputs"])}
    filed = Filed(
        case=str(data["case"]),
        packet=str(data["packet"]),
        profile=str(data["profile"]),
        as_of=str(data["as_of"]),
        sha256=sha256,
        pages=tuple(_filed(entry, files) for entry in data["ledger"]),
        groups=tuple((str(row["exhibit"]), str(row["group"])) for row in data["index"]),
    )
    tabs = dict.fromkeys(page.tab for page in filed.pages if page.exhibit)
    if not all(is_behind(*pair) for pair in pairwise(["0", *(page.label for page in filed.pages)])):
        raise ValueError("its printed numbers are not in order")
    if not all(key(one) < key(other) for one, other in pairwise(tabs)):
        raise ValueError("its exhibits are not in order")
    return filed


def _filed(entry: Mapping[str, Any], files: Mapping[str, str]) -> FiledPage:
    kind = PartKind(entry["kind"])
    return FiledPage(
        label=str(entry.get("label", entry["number"])),
        kind=kind,
        document=str(entry["document"]),
        index=int(entry["index"]),
        exhibit=str(entry["exhibit"]),
        tab=str(entry["tab"]),
        content=_content(entry, kind, files),
        stamp=str(entry["stamp"]["text"]) if entry["stamp"] else "",
    )


def _content(entry: Mapping[str, Any], kind: PartKind, files: Mapping[str, str]) -> str:
    """Of a form: the filled file that lies beside the bundle, else the completed one of the
    case."""
    if entry["kind"] == "exhibit" and "source" in entry:
        source = entry["source"]
        return content(
            source["sha256"], source["page"], entry["transform"]["turned"], source.get("part", 1)
        )
    if kind is not PartKind.FORM:
        return ""
    path = str(entry["document"]).partition(":")[2]
    found = files.get(f"forms/{path.rsplit('/', 1)[-1]}", files.get(path, ""))
    return content(found, entry["index"] + 1) if found else ""


def content(sha256: str, page: int, turned: int = 0, part: int = 1) -> str:
    """What a page handed over is: its file, its page in it, the quarter turn it was given, and
    where it was cut, the part."""
    return f"{sha256}:{page}:{turned}" + (f":{part}" if part > 1 else "")


# --- the order ---


def frozen(plan: Plan, filed: Filed, tabs: Iterator[str], *, in_place: bool = False) -> Plan:
    """The plan with all that was filed where it was, under its letter, and the new parts between or
    behind.

    New exhibits go to the end under the next letters, or with `in_place` behind the exhibit they
    follow, as C1, C2. Other new parts stand where the plan has them. `tabs`: the labels of
    exhibits, from the first.
    """
    units = {
        unit: list(parts)
        for unit, parts in groupby(
            plan.parts, key=lambda part: unit_of(part.exhibit, part.document)
        )
    }
    order, late = _order(
        list(units),
        [unit_of(page.exhibit, page.document) for page in filed.pages],
        in_place=in_place,
    )
    letters = _letters(
        [*order, *late],
        {f"exhibit {page.exhibit}": page.tab for page in filed.pages if page.exhibit},
        tabs,
    )
    groups = {f"exhibit {exhibit}": group for exhibit, group in filed.groups} | dict.fromkeys(
        late, LATE
    )
    parts = [
        replace(part, tab=letters.get(unit, part.tab), group=groups.get(unit, part.group))
        for unit in (*order, *late)
        for part in units[unit]
    ]
    return replace(plan, parts=tuple(parts))


def unit_of(exhibit: str, document: str) -> str:
    """What stays together: an exhibit with its tab sheet; else a document."""
    return f"exhibit {exhibit}" if exhibit else document


def _order(
    now: Sequence[str], filed: Sequence[str], *, in_place: bool
) -> tuple[list[str], list[str]]:
    """Units in the filed order with the new ones between; and the new exhibits that go to the
    end."""
    order = [unit for unit in dict.fromkeys(filed) if unit in set(now)]
    late: list[str] = []
    place = 0
    for unit in now:
        if unit in order:
            place = order.index(unit) + 1
        elif _is_exhibit(unit) and not (in_place and any(map(_is_exhibit, order[:place]))):
            late.append(unit)
        else:
            order.insert(place, unit)
            place += 1
    return order, late


def _is_exhibit(unit: str) -> bool:
    return unit.startswith("exhibit ")


def _letters(order: Sequence[str], filed: Mapping[str, str], tabs: Iterator[str]) -> dict[str, str]:
    """The letter of each exhibit: as filed; between two filed ones, one that fits; behind all of
    them, the next."""
    found = dict(filed)
    last = max(filed.values(), key=key, default="")
    free = (tab for tab in tabs if key(tab) > key(last))
    before = ""
    exhibits = [unit for unit in order if _is_exhibit(unit)]
    for was_filed, run in groupby(exhibits, key=lambda unit: unit in filed):
        new = list(run)
        if was_filed:
            before = filed[new[-1]]
            continue
        after = next(
            (filed[unit] for unit in exhibits[exhibits.index(new[-1]) + 1 :] if unit in filed), None
        )
        fitting = (
            [next(free) for _ in new]
            if after is None
            else between(before, after, len(new), frozenset(filed.values()))
        )
        found |= dict(zip(new, fitting, strict=True))
    return found


# --- the numbers ---


def name_of(kind: PartKind, document: str, exhibit: str, index: int, content: str) -> Name:
    """What a page is known by: evidence and forms by their content, a tab sheet by its exhibit,
    our others by their place."""
    return (document, exhibit) if kind is PartKind.TAB else (document, content or str(index))


def labels(pages: Sequence[Page], filed: Filed) -> list[tuple[str, FiledPage | None]]:
    """For each page in order: its printed number, and the filed page it is.

    New pages behind 57 are 57a, 57b …; new parts behind all that was filed count on from the last
    number. Raises ValueError if filed pages are out of order (`findings` says so first).
    """
    known = dict(zip(_counted(map(_name, filed.pages)), filed.pages, strict=True))
    found = [known.get(name) for name in _counted(name for _, name in pages)]
    taken = frozenset(page.label for page in filed.pages)
    made: list[tuple[str, FiledPage | None]] = []
    for is_filed, run in groupby(
        zip(pages, found, strict=True), key=lambda pair: pair[1] is not None
    ):
        new = list(run)
        if is_filed:
            made += [(page.label, page) for _, page in new if page]
            continue
        before = made[-1][0] if made else "0"
        after = next((page.label for page in found[len(made) + len(new) :] if page), None)
        behind = unit_of(made[-1][1].exhibit, made[-1][1].document) if made and made[-1][1] else ""
        made += [
            (label, None)
            for label in _new([unit for (unit, _), _ in new], before, after, behind, taken)
        ]
    return made


def _new(
    units: Sequence[str], before: str, after: str | None, behind: str, taken: frozenset[str]
) -> Iterator[str]:
    """Labels for a run of new pages. At the end of the packet, those of the last filed unit
    belong to it yet."""
    inner = len(units) if after is not None else sum(unit == behind for unit in units)
    top = max(map(whole, taken), default=0)
    yield from between(before, after or str(whole(before) + 1), inner, taken)
    yield from (str(number) for number in range(top + 1, top + 1 + len(units) - inner))


def _name(page: FiledPage) -> Name:
    return name_of(page.kind, page.document, page.exhibit, page.index, page.content)


def _counted(names: Iterable[Name]) -> Iterator[tuple[Name, int]]:
    """Names with a count, so that a page that is in twice is known twice."""
    seen = Counter[Name]()
    for name in names:
        seen[name] += 1
        yield name, seen[name]


# --- what may not happen ---


def findings(
    plan: Plan, pages: Mapping[str, Sequence[PageFacts]], filed: Filed
) -> tuple[Finding, ...]:
    """Errors for filed pages of evidence and forms that are gone, changed, or in another order.
    `pages`: as for `arrange`."""
    here = {part.document for part in plan.parts}
    found: list[Finding] = []
    for document, group in groupby(filed.pages, key=lambda page: page.document):
        want = [page for page in group if page.kind in _HANDED]
        have = pages.get(document, ()) if document in here else ()
        places = {
            name: place
            for place, name in enumerate(
                _counted((document, one.content or str(n)) for n, one in enumerate(have))
            )
        }
        matched = [
            (page, places.get(name))
            for page, name in zip(want, _counted(map(_name, want)), strict=True)
        ]
        found += _of_document(matched)
    return tuple(found)


def _of_document(matched: Sequence[tuple[FiledPage, int | None]]) -> Iterator[Finding]:
    gone = [page.label for page, place in matched if place is None]
    if gone:
        yield _finding(
            "GONE",
            matched[0][0],
            f"filed {_pages(gone)} not there any more as filed: the file was changed, or left out",
            "put the filed file back and add the new one beside it, or build without --freeze",
        )
    placed = [(page.label, place) for page, place in matched if place is not None]
    moved = [label for (_, one), (label, other) in pairwise(placed) if other < one]
    if moved:
        yield _finding(
            "ORDER",
            matched[0][0],
            f"filed {_pages(moved)} not behind the pages that were before",
            "list the filed files of the exhibit in the order they were filed in, or build "
            "without --freeze",
        )


def lost(layout: Layout, filed: Filed) -> tuple[Finding, ...]:
    """Warnings for pages of our own (a letter, an index) that were filed and are no longer
    there: one that got shorter."""
    here = {leaf.label for leaf in layout.leaves}
    return tuple(
        _finding(
            "OWN",
            run[0],
            f"filed {_pages([page.label for page in run])} not there any more: the paper is "
            f"shorter now",
            "say so in the cover note of the supplement, or make the text as long as it was",
            Severity.WARNING,
        )
        for _, group in groupby(filed.pages, key=lambda page: page.document)
        if (run := [page for page in group if page.label not in here])
    )


def _finding(
    rule: str, page: FiledPage, problem: str, remedy: str, severity: Severity = Severity.ERROR
) -> Finding:
    where = f"exhibit {page.exhibit}" if page.exhibit else page.document.partition(":")[2]
    return Finding(
        rule=f"FREEZE.{rule}",
        severity=severity,
        where=where,
        problem=problem,
        remedy=remedy,
        exhibit=page.exhibit or None,
    )


def _pages(labels: Sequence[str], most: int = 8) -> str:
    shown = ", ".join(labels[:most]) + (
        f" and {len(labels) - most} more" if len(labels) > most else ""
    )
    return f"page {shown} is" if len(labels) == 1 else f"pages {shown} are"

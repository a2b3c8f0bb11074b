"""Sheets of paper: how many, how heavy, how thick, and in which packages they are mailed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from assembler.layout.volume_split import cut_runs, split_pages
from assembler.model import LedgerEntry, Manifest, PartKind

LETTER = (612.0, 792.0)  # points
SLACK = 3.0  # points a page may differ from its paper


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What sheets are mailed in, and how much it takes."""

    id: str
    title: str
    grams: float
    millimetres: float
    own_grams: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """schemas/printing.json, parsed. `loose`: how much thicker a stack of printed sheets is;
    `places`: see `losing`."""

    paper: str
    grams: float  # of a sheet
    millimetres: float  # of a sheet
    loose: float
    covers: tuple[Cover, ...]  # the smallest first
    dpi: int
    places: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One parcel: its pages' places in the bundle, the numbers printed on them, sheets (one a
    page), grams, millimetres."""

    cover: Cover
    numbers: tuple[int, ...]
    printed: str  # "1–212", "6, 57a–57c"
    sheets: int
    dividers: int
    grams: int  # with its cover
    millimetres: int
    path: str = ""  # its print file


def rules(raw: Mapping[str, Any]) -> Rules:
    """Raises KeyError, TypeError or ValueError for data that does not say everything."""
    paper, receiver = raw["paper"], raw["receiver"]
    covers = tuple(
        Cover(
            id=one["id"],
            title=one["title"],
            grams=_number(one["grams"]),
            millimetres=_number(one["millimetres"]),
            own_grams=_number(one["own_grams"]),
        )
        for one in raw["packages"]
    )
    made = Rules(
        paper=paper["title"],
        grams=_number(paper["grams_a_sheet"]),
        millimetres=_number(paper["millimetres_a_sheet"]),
        loose=_number(paper["loose"]),
        covers=covers,
        dpi=int(_number(receiver["dpi"])),
        places=int(_number(receiver["places"])),
    )
    if (
        not covers
        or min(capacity(cover, made) for cover in covers) < 1
        or not 72 <= made.dpi <= 600
    ):
        raise ValueError("a package that holds no sheet, or a resolution outside 72 to 600")
    return made


def _number(dated: Mapping[str, Any]) -> float:
    value = float(dated["value"])
    if not value > 0:
        raise ValueError("a figure that is not above zero")
    return value


def capacity(cover: Cover, rules: Rules) -> int:
    """Sheets that fit in, by weight and by thickness."""
    by_weight = (cover.grams - cover.own_grams) / rules.grams
    by_thickness = cover.millimetres / (rules.millimetres * rules.loose)
    return int(min(by_weight, by_thickness))


def supplement(manifest: Manifest) -> tuple[LedgerEntry, ...]:
    """Of a packet that keeps the numbers of a filed one: its index, and the pages that were not
    filed. Else nothing."""
    filed = {page.label for page in manifest.frozen.pages} if manifest.frozen else set()
    return tuple(
        entry
        for entry in manifest.ledger
        if filed and (entry.part == "index" or entry.label not in filed)
    )


def packages(ledger: Sequence[LedgerEntry], rules: Rules) -> tuple[Package, ...]:
    """These pages of a packet in the smallest cover that takes it whole; else in several of the
    largest, parted between exhibits.

    Within an exhibit it is parted only if that by itself is more than one takes.
    """
    fitting = next((cover for cover in rules.covers if capacity(cover, rules) >= len(ledger)), None)
    largest = max(rules.covers, key=lambda cover: capacity(cover, rules))
    lengths = [
        len(list(run)) for _, run in groupby(ledger, key=lambda entry: entry.exhibit or entry.part)
    ]
    spans = split_pages(cut_runs([1] * len(ledger), lengths), capacity(fitting or largest, rules))
    return tuple(
        _package(
            ledger[first - 1 : last],
            fitting or _smallest(last - first + 1, rules),
            n,
            len(spans),
            rules,
        )
        for n, (first, last) in enumerate(spans, 1)
    )


def _smallest(sheets: int, rules: Rules) -> Cover:
    return next(
        cover
        for cover in sorted(rules.covers, key=lambda one: capacity(one, rules))
        if capacity(cover, rules) >= sheets
    )


def _package(
    entries: Sequence[LedgerEntry], cover: Cover, number: int, of: int, rules: Rules
) -> Package:
    return Package(
        cover=cover,
        numbers=tuple(entry.number for entry in entries),
        printed=_printed(entries),
        sheets=len(entries),
        dividers=sum(entry.kind is PartKind.TAB for entry in entries),
        grams=round(len(entries) * rules.grams + cover.own_grams),
        millimetres=max(1, round(len(entries) * rules.millimetres * rules.loose)),
        path="print.pdf" if of == 1 else f"print-{number}-of-{of}.pdf",
    )


def _printed(entries: Sequence[LedgerEntry]) -> str:
    """Printed numbers, those of neighboring pages as a range."""
    runs: list[list[LedgerEntry]] = []
    for entry in entries:
        if runs and entry.number == runs[-1][-1].number + 1:
            runs[-1].append(entry)
        else:
            runs.append([entry])
    return ", ".join("–".join(dict.fromkeys((run[0].label, run[-1].label))) for run in runs)


def fit(size: Sequence[float]) -> tuple[tuple[float, float], float]:
    """The Letter sheet a page goes on, upright or lying as the page is, and its scale there:
    never larger than it is."""
    width, height = size
    sheet = LETTER if width <= height else (LETTER[1], LETTER[0])
    return sheet, min(1.0, sheet[0] / width, sheet[1] / height)


def is_letter(size: Sequence[float]) -> bool:
    return all(abs(one - other) <= SLACK for one, other in zip(sorted(size), LETTER, strict=True))


def text(summary: Mapping[str, Any]) -> str:
    """The print sheet: what the person at the printer must know."""
    parcels = [
        f"  {one['path']}: pages {one['printed']}, {one['sheets']} sheets, {one['dividers']} of "
        f"them dividers; "
        f"{one['grams']} g, {one['millimetres']} mm; in a {one['cover']['title']}"
        for one in summary["packages"]
    ]
    lost = [
        f"  page {one['label']}: {', '.join(one['loses'])}" for one in summary["black_and_white"]
    ]
    changed = [f"  page {one['label']}: {one['how']}" for one in summary["fitted"]]
    lines = [
        f"Print run of packet {summary['packet']}: {summary['sheets']} sheets of "
        f"{summary['paper']}, printed on one side",
        "Actual size, one copy. No holes, staples, clips, tabs or colored paper; nothing between "
        "the sheets but the dividers,",
        "which are sheets of the packet (large bold letters) and go where they are.",
        "Packages:",
        *parcels,
    ]
    lines += (
        ["Placed on a Letter sheet, because they have another size:", *changed] if changed else []
    )
    lines += (
        ["Look at black-and-white.pdf: in a black-and-white scan these pages lose", *lost]
        if lost
        else ["No page loses anything in a black-and-white scan."]
    )
    return "\n".join(
        [
            *lines,
            *(
                f"{one['severity']} {one['rule']} {one['where']}: {one['problem']}; {one['remedy']}"
                for one in summary["findings"]
            ),
        ]
    )

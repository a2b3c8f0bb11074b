"""Count sheets of paper, their weight and thickness, and choose the packages to mail them in.
Pure."""

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
    """An envelope or box for mailing sheets, and its limits."""

    id: str
    title: str
    grams: float  # limit, with its own weight
    millimetres: float  # limit of thickness
    own_grams: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The content of schemas/printing.json, parsed."""

    paper: str
    grams: float  # of a sheet
    millimetres: float  # of a sheet
    loose: float  # factor by which a stack of printed sheets is thicker
    covers: tuple[Cover, ...]  # the smallest first
    dpi: int  # of the receiver's scanner
    places: int  # as in `scan_loss.find_losses`


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One mail package."""

    cover: Cover
    numbers: tuple[int, ...]  # places of its pages in the bundle
    printed: str  # printed page numbers: "1–212", "6, 57a–57c"
    sheets: int  # one per page
    dividers: int
    grams: int  # with its cover
    millimetres: int
    path: str = ""  # its print file


def read_print_rules(raw: Mapping[str, Any]) -> Rules:
    """Parse schemas/printing.json. Raises KeyError, TypeError or ValueError if data is missing or
    not valid."""
    paper, receiver = raw["paper"], raw["receiver"]
    covers = tuple(
        Cover(
            id=row["id"],
            title=row["title"],
            grams=_read_number(row["grams"]),
            millimetres=_read_number(row["millimetres"]),
            own_grams=_read_number(row["own_grams"]),
        )
        for row in raw["packages"]
    )
    parsed = Rules(
        paper=paper["title"],
        grams=_read_number(paper["grams_a_sheet"]),
        millimetres=_read_number(paper["millimetres_a_sheet"]),
        loose=_read_number(paper["loose"]),
        covers=covers,
        dpi=int(_read_number(receiver["dpi"])),
        places=int(_read_number(receiver["places"])),
    )
    if (
        not covers
        or min(count_sheets_per_cover(cover, parsed) for cover in covers) < 1
        or not 72 <= parsed.dpi <= 600
    ):
        raise ValueError("a package that holds no sheet, or a resolution outside 72 to 600")
    return parsed


def _read_number(dated: Mapping[str, Any]) -> float:
    """Return the value of a dated figure. Raises ValueError unless it is above zero."""
    value = float(dated["value"])
    if not value > 0:
        raise ValueError("a figure that is not above zero")
    return value


def count_sheets_per_cover(cover: Cover, rules: Rules) -> int:
    """Return how many sheets a cover holds, by weight and by thickness."""
    by_weight = (cover.grams - cover.own_grams) / rules.grams
    by_thickness = cover.millimetres / (rules.millimetres * rules.loose)
    return int(min(by_weight, by_thickness))


def select_supplement_pages(manifest: Manifest) -> tuple[LedgerEntry, ...]:
    """Return the index and the new pages of a packet that keeps the numbers of a filed one; nothing
    of other packets."""
    filed = {page.label for page in manifest.frozen.pages} if manifest.frozen else set()
    return tuple(
        entry
        for entry in manifest.ledger
        if filed and (entry.part == "index" or entry.label not in filed)
    )


def pack_pages(ledger: Sequence[LedgerEntry], rules: Rules) -> tuple[Package, ...]:
    """Put pages into the smallest cover that holds them all, or else into several, split between
    exhibits.

    An exhibit is split only if it is too large for one cover by itself.
    """
    fitting = next(
        (cover for cover in rules.covers if count_sheets_per_cover(cover, rules) >= len(ledger)),
        None,
    )
    largest = max(rules.covers, key=lambda cover: count_sheets_per_cover(cover, rules))
    lengths = [
        len(list(run)) for _, run in groupby(ledger, key=lambda entry: entry.exhibit or entry.part)
    ]
    spans = split_pages(
        cut_runs([1] * len(ledger), lengths), count_sheets_per_cover(fitting or largest, rules)
    )
    return tuple(
        _make_package(
            ledger[first - 1 : last],
            fitting or _choose_smallest(last - first + 1, rules),
            number,
            len(spans),
            rules,
        )
        for number, (first, last) in enumerate(spans, 1)
    )


def _choose_smallest(sheets: int, rules: Rules) -> Cover:
    return next(
        cover
        for cover in sorted(
            rules.covers, key=lambda candidate: count_sheets_per_cover(candidate, rules)
        )
        if count_sheets_per_cover(cover, rules) >= sheets
    )


def _make_package(
    entries: Sequence[LedgerEntry], cover: Cover, number: int, of: int, rules: Rules
) -> Package:
    return Package(
        cover=cover,
        numbers=tuple(entry.number for entry in entries),
        printed=_format_printed(entries),
        sheets=len(entries),
        dividers=sum(entry.kind is PartKind.TAB for entry in entries),
        grams=round(len(entries) * rules.grams + cover.own_grams),
        millimetres=max(1, round(len(entries) * rules.millimetres * rules.loose)),
        path="print.pdf" if of == 1 else f"print-{number}-of-{of}.pdf",
    )


def _format_printed(entries: Sequence[LedgerEntry]) -> str:
    """Return the printed numbers, those of neighboring pages as a range."""
    runs: list[list[LedgerEntry]] = []
    for entry in entries:
        if runs and entry.number == runs[-1][-1].number + 1:
            runs[-1].append(entry)
        else:
            runs.append([entry])
    return ", ".join("–".join(dict.fromkeys((run[0].label, run[-1].label))) for run in runs)


def fit(size: Sequence[float]) -> tuple[tuple[float, float], float]:
    """Return the Letter sheet for a page, portrait or landscape as the page is, and the page's
    scale on it, at most 1."""
    width, height = size
    sheet = LETTER if width <= height else (LETTER[1], LETTER[0])
    return sheet, min(1.0, sheet[0] / width, sheet[1] / height)


def is_letter(size: Sequence[float]) -> bool:
    """Return True if a page has the size of a Letter sheet."""
    return all(
        abs(length - side) <= SLACK for length, side in zip(sorted(size), LETTER, strict=True)
    )


def write_instructions(summary: Mapping[str, Any]) -> str:
    """Return the content of print.txt, instructions for the person at the printer."""
    parcels = [
        f"  {parcel['path']}: pages {parcel['printed']}, {parcel['sheets']} sheets, "
        f"{parcel['dividers']} of them dividers; "
        f"{parcel['grams']} g, {parcel['millimetres']} mm; in a {parcel['cover']['title']}"
        for parcel in summary["packages"]
    ]
    losses = [
        f"  page {loss['label']}: {', '.join(loss['loses'])}" for loss in summary["black_and_white"]
    ]
    fitted = [f"  page {page['label']}: {page['how']}" for page in summary["fitted"]]
    lines = [
        f"Print run of packet {summary['packet']}: {summary['sheets']} sheets of "
        f"{summary['paper']}, printed on one side",
        "Actual size, one copy. No holes, staples, clips, tabs or colored paper; nothing between "
        "the sheets except the dividers,",
        "which are sheets of the packet (large bold letters) and go where they are.",
        "Packages:",
        *parcels,
    ]
    lines += summary["signing_lines"]
    lines += (
        ["Placed on a Letter sheet, because they have another size:", *fitted] if fitted else []
    )
    lines += (
        ["Look at black-and-white.pdf: in a black-and-white scan these pages lose", *losses]
        if losses
        else ["No page loses detail in a black-and-white scan."]
    )
    lines += (
        f"{finding['severity']} {finding['rule']} {finding['where']}: {finding['problem']}; "
        f"{finding['remedy']}"
        for finding in summary["findings"]
    )
    return "\n".join(lines)

"""Decide the order and the tabs of the exhibits of a case, as its packets will have them, and
estimate their page numbers; also of a case that is not complete yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from assembler import intake, receivers, rules
from assembler.errors import AssemblerError, ProofFailed
from assembler.intake.untyped_values import read_objects, read_path
from assembler.layout.packet_plan import plan_packet
from assembler.model import Case, Exhibit, Finding, Name, PartKind, Person, Plan, Request
from assembler.pipeline.checked_case import plan_for_receiver
from assembler.runtime.atomic_files import is_plain_folder
from assembler.runtime.manifest_reader import read_manifest
from assembler.runtime.resources import Shelf

# guesses for parts that do not exist yet: government forms are long, papers of ours short
_DRAFT_PAGES, _FORM_PAGES = 2, 12
_OF_FILES = ("EVID.", "PATH.")  # findings that leave the order of the exhibits as it is
_NOTICE_KIND = "rfe-response"  # the order of its exhibits depends on the answers


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedExhibit:
    """Where an exhibit is in a packet. `place`: in case.json; `tab`: "" if not known yet."""

    place: int
    group: str
    tab: str
    has_sheet: bool = True
    lead: int = 0  # estimated pages of other parts before it, since the exhibit before


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPacket:
    """The exhibits of one beneficiary's packet, in order."""

    beneficiary: str
    exhibits: tuple[PlannedExhibit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPlan:
    """The packets of a case, and what is known to be wrong with it. `is_complete`: whether the
    facts are complete, so that the tabs are certain."""

    packets: tuple[PlannedPacket, ...]
    is_complete: bool
    findings: tuple[Finding, ...] = ()


def plan_board(folder: Path, raw: Mapping[str, Any], shelf: Shelf, as_of: date) -> BoardPlan:
    """Return the packets of a case of any shape. Takes a while for a large case."""
    case, findings = intake.examine_case(folder, shelf, hashed=False)
    try:
        if case is not None and len(case.exhibits) == len(list_exhibits(raw)):
            profile = receivers.load_profile(shelf, receivers.DEFAULT, folder)
            plans = plan_for_receiver(case, folder, shelf, profile)
            judged = rules.check_case(case, rules.load_library(shelf), as_of)
            places = {exhibit.id: place for place, exhibit in enumerate(case.exhibits)}
            packets = tuple(_read_plan(plan, places, with_tabs=True) for plan in plans)
            return BoardPlan(packets=packets, is_complete=True, findings=judged.findings)
        stand_in, places = _make_stand_in(raw)
        recipe = shelf.recipe(stand_in.kind, folder)
        is_complete = stand_in.kind != _NOTICE_KIND and all(
            finding.rule.startswith(_OF_FILES) for finding in findings
        )
        packets = tuple(
            _read_plan(plan_packet(stand_in, recipe, person.id), places, with_tabs=is_complete)
            for person in stand_in.beneficiaries
        )
        return BoardPlan(packets=packets, is_complete=is_complete, findings=findings)
    except AssemblerError:
        packet = PlannedPacket(beneficiary="", exhibits=_group_by_category(raw, shelf))
        return BoardPlan(packets=(packet,), is_complete=False, findings=findings)


def list_exhibits(raw: Mapping[str, Any]) -> list[Any]:
    """Return the exhibits of a case of any shape."""
    exhibits = raw.get("exhibits")
    return exhibits if isinstance(exhibits, list) else []


def list_beneficiaries(raw: Mapping[str, Any]) -> list[str]:
    """Return the ids of the beneficiaries of a case of any shape."""
    ids = (person.get("id") for _, person in read_objects(dict(raw), "beneficiaries"))
    return list(dict.fromkeys(name for name in ids if isinstance(name, str) and name))


def _make_stand_in(raw: Mapping[str, Any]) -> tuple[Case, dict[str, int]]:
    """Return a case that has what the order of exhibits depends on, and the places of its exhibits,
    which are named by them."""
    beneficiaries = list_beneficiaries(raw)
    exhibits = tuple(
        Exhibit(
            id=str(place),
            title="",
            category=_get_text(entry, "category"),
            parts=(),
            belongs_to=_list_owners(entry, beneficiaries),
        )
        for place, entry in enumerate(list_exhibits(raw))
        if isinstance(entry, dict)
    )
    people = tuple(
        Person(id=name, name=Name(given="", family="")) for name in beneficiaries or [""]
    )
    case = Case(
        id="stand-in",
        kind=_get_text(raw, "kind"),
        reasons=(),
        petitioner=people[0],
        beneficiaries=people,
        supporters=(),
        attorney=None,
        request=Request(filing="online", fee="pay", length_months=1),
        declarations=(),
        exhibits=exhibits,
    )
    return case, {exhibit.id: int(exhibit.id) for exhibit in exhibits}


def _list_owners(entry: Mapping[str, Any], beneficiaries: Sequence[str]) -> tuple[str, ...]:
    owners = entry.get("belongs_to")
    listed = owners if isinstance(owners, list) else []
    return tuple(name for name in listed if name in beneficiaries)


def _get_text(fields: Mapping[str, Any], key: str) -> str:
    value = fields.get(key)
    return value if isinstance(value, str) else ""


def _read_plan(plan: Plan, places: Mapping[str, int], *, with_tabs: bool) -> PlannedPacket:
    exhibits: list[PlannedExhibit] = []
    lead, has_sheet = 0, False
    for part in plan.parts:
        if part.kind is PartKind.TAB:
            has_sheet = True
        elif part.kind is PartKind.EXHIBIT and part.exhibit in places:
            exhibits.append(
                PlannedExhibit(
                    place=places[part.exhibit],
                    group=part.group,
                    tab=part.tab if with_tabs else "",
                    has_sheet=has_sheet,
                    lead=lead,
                )
            )
            lead, has_sheet = 0, False
        else:
            lead += _FORM_PAGES if part.kind is PartKind.FORM else _DRAFT_PAGES
    return PlannedPacket(beneficiary=plan.beneficiary, exhibits=tuple(exhibits))


def read_fronts(folder: Path) -> dict[str, int]:
    """Return how many pages each packet of the last build has before its first tab sheet. Runs in a
    worker, since a manifest can be large."""
    fronts = {}
    for packet in (folder / "build").iterdir() if is_plain_folder(folder / "build") else ():
        with suppress(ProofFailed):
            rows = read_manifest(packet).index
            fronts[packet.name] = min((row.sheet for row in rows), default=1) - 1
    return fronts


def _group_by_category(raw: Mapping[str, Any], shelf: Shelf) -> tuple[PlannedExhibit, ...]:
    """Return the exhibits by category, as the schema orders these, else as in case.json."""
    labels = read_choices(shelf, "category")
    order = {value: number for number, value in enumerate(labels)}
    places = [place for place, entry in enumerate(list_exhibits(raw)) if isinstance(entry, dict)]
    categories = {place: _get_text(list_exhibits(raw)[place], "category") for place in places}
    places.sort(key=lambda place: order.get(categories[place], len(order)))
    return tuple(
        PlannedExhibit(place=place, group=labels.get(categories[place], "No category"), tab="")
        for place in places
    )


def read_choices(shelf: Shelf, field: str) -> dict[str, str]:
    """Return the values that a field of an exhibit may have, each with its description as a
    sentence begins."""
    schema = shelf.schema("case.schema.json")["$defs"]["exhibit"]["properties"][field]
    schema = schema.get("items", schema) if "enum" not in schema else schema
    pairs = zip(schema["enum"], schema["enumDescriptions"], strict=True)
    return {value: text[:1].upper() + text[1:] for value, text in pairs}


def estimate_pages(
    packet: PlannedPacket, pages: Mapping[int, int | None], front: int | None
) -> dict[int, tuple[int, int]]:
    """Return about which pages of the packet each exhibit will have, first and last, by place;
    those behind one whose pages are not known are left out.

    Args:
        pages: of each exhibit, by place; None if not known.
        front: pages before the first tab; None if not known.
    """
    numbers: dict[int, tuple[int, int]] = {}
    end = 0
    for position, exhibit in enumerate(packet.exhibits):
        count = pages.get(exhibit.place)
        if count is None:
            break
        is_first = position == 0
        end += front if is_first and front is not None else exhibit.lead
        end += int(exhibit.has_sheet)
        numbers[exhibit.place] = (end + 1, end + max(count, 1))
        end += count
    return numbers


def list_accepted(raw: Mapping[str, Any]) -> dict[str, str]:
    """Return the sha256 of each file whose reading a person accepted, by path."""
    accepted: dict[str, str] = {}
    for _, exhibit in read_objects(dict(raw), "exhibits"):
        translation = exhibit.get("translation")
        lists = [exhibit.get("files")]
        if isinstance(translation, dict):
            lists += [translation.get("files"), translation.get("certificate")]
        for entry in (entry for entries in lists if isinstance(entries, list) for entry in entries):
            digest = entry.get("accept_reading") if isinstance(entry, dict) else None
            if isinstance(digest, str):
                accepted[read_path(entry)] = digest
    return accepted

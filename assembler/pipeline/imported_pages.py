"""Turn the machine-readable lines of a passport or ID page into facts of a person.

The page is prepared as evidence is: in workers, with limits. Lines count only if their check digits
are right; names have none, so they are proposed only where a case has no name yet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from assembler import evidence
from assembler.evidence.page_texts import read_texts
from assembler.intake.case_builder import build_case
from assembler.intake.case_words import fold_word
from assembler.intake.imports.cells import BadFile, Fact, Place
from assembler.intake.imports.people_places import list_people
from assembler.intake.json_edit import get_value
from assembler.model import Case, SourceFile, mrz
from assembler.model.case_texts import FILL_IN
from assembler.pipeline.import_worker import WORK_FOLDER
from assembler.runtime.workshop import Workshop

_STARTS = (b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*")
_SHORT_STATES = {"D": "DEU"}  # the only state with one letter in passports
_PASSPORT = "P"


def is_picture(source: Path) -> bool:
    """Return whether a file is a picture, by its first bytes."""
    try:
        with source.open("rb") as stream:
            start = stream.read(12)
    except OSError:
        return False
    return start.startswith(_STARTS) or start[4:8] == b"ftyp"


def read_page(source: Path, case: Path, raw: Any, person: str, today: date) -> dict[str, Fact]:
    """Return the facts of the machine-readable lines of a file, for a person of a case.

    Args:
        raw: the case.
        person: id of the person; "" to find out by number, birth date and name.

    Raises:
        BadFile: there are no such lines, or it is not clear whose they are.
        EvidenceUnreadable: the file cannot be opened.
    """
    with Workshop(case / WORK_FOLDER, temporary=True) as workshop:
        prepared = evidence.prepare(_make_case(source), source.parent, workshop)
        texts = read_texts(prepared, workshop)
    zones = [
        (page.prepared.source_page, zone)
        for pages in texts.values()
        for page in pages
        for zone in mrz.read(page.lines, today)
    ]
    if len({(zone.number, zone.birth_date) for _, zone in zones}) != 1:
        count = "no" if not zones else "more than one set of"
        raise BadFile(
            "IMPORT.PAGE",
            f"it has {count} machine-readable lines with right check digits",
            "scan the page of one passport or card straight, at 300 dpi, with its lowest lines",
        )
    number, zone = zones[0]
    home = _find_home(raw, zone, person)
    return {
        fact.pointer: fact
        for fact in _list_facts(get_value(raw, home), home, zone, f"page {number}")
    }


def _make_case(source: Path) -> Case:
    """Return a case whose only exhibit is the file."""
    nobody = {"id": "nobody", "name": {"given": "-", "family": "-"}}
    data = source.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    file = SourceFile(path=source.name, size=len(data), sha256=digest)
    exhibit = {"id": "page", "title": "-", "category": "identity", "files": [source.name]}
    return build_case(
        {
            "id": "import",
            "kind": "parole",
            "reasons": ["other"],
            "petitioner": {"same_as": "nobody"},
            "beneficiaries": [nobody],
            "attorney": None,
            "request": {"filing": "paper", "fee": "pay", "length_months": 1},
            "exhibits": [exhibit],
        },
        {source.name: file},
        {},
        {},
    )


def _find_home(raw: Any, zone: mrz.Mrz, person: str) -> str:
    """Return the place of the person whose page it is. Raises BadFile."""
    homes = [home for home in list_people(raw) if isinstance(get_value(raw, f"{home}/id"), str)]
    if person:
        owners = [home for home in homes if get_value(raw, f"{home}/id") == person]
    else:
        owners = [home for home in homes if _is_about(get_value(raw, home), zone)]
        unnamed = [
            home for home in homes if FILL_IN in str(get_value(raw, f"{home}/name/family") or "")
        ]
        only = [home for home in unnamed if home.startswith("/beneficiaries")]
        owners = owners or (only if len(only) == 1 else [])
    if len(owners) == 1:
        return owners[0]
    raise BadFile(
        "IMPORT.PERSON",
        "it is not clear whose page it is" if not person else "nobody in the case has this id",
        "say --person and the id of the person in case.json",
    )


def _is_about(person: Any, zone: mrz.Mrz) -> bool:
    if get_value(person, "/passport/number") == zone.number:
        return True
    family = get_value(person, "/name/family")
    is_family = isinstance(family, str) and fold_word(family) == fold_word(zone.family)
    given = str(get_value(person, "/name/given"))
    is_day = get_value(person, "/birth_date") == zone.birth_date.isoformat()
    is_given = fold_word(given)[:5] == fold_word(zone.given)[:5]
    return is_family and (is_day or is_given)


def _list_facts(person: Any, home: str, zone: mrz.Mrz, where: str) -> Iterator[Fact]:
    """Yield what the lines say of a person."""
    values: dict[str, str] = {
        "birth_date": zone.birth_date.isoformat(),
        "sex": {"F": "female", "M": "male"}.get(zone.sex, ""),
        "nationality": _convert_code(zone.nationality),
    }
    if FILL_IN in str(get_value(person, "/name/family") or FILL_IN):
        values["name/given"] = zone.given.title()
        values["name/family"] = zone.family.title()
    if zone.kind == _PASSPORT:
        values["passport/expires"] = zone.expires.isoformat()
        values["passport/country"] = _convert_code(zone.state)
        if zone.sure:
            values["passport/number"] = zone.number
    for key, value in values.items():
        if value:
            yield Fact(pointer=f"{home}/{key}", value=value, place=Place(label=where))


def _convert_code(state: str) -> str:
    code = _SHORT_STATES.get(state, state)
    return code if len(code) == 3 else ""

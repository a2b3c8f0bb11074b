"""Cases and packets whose pages are signed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from assembler import rules
from assembler.layout.packet_plan import plan_packet
from assembler.model import (
    Address,
    Attorney,
    Case,
    Declaration,
    FormFile,
    Interpreter,
    Manifest,
    Name,
    Person,
    Plan,
    SignaturePlace,
    SignatureState,
    Signer,
    SignerRole,
    Supporter,
)
from assembler.rules import SignatureDuty
from assembler.runtime.resources import Shelf
from tests.support import cases, manifests

LIBRARY = rules.load_library(Shelf.default())
HOME = Address(street="1 Sample Street", city="Springfield", country="United States")


def attorney(given: str = "Advocata", family: str = "Fictiva") -> Attorney:
    return Attorney(name=Name(given=given, family=family), address=HOME)


def declaration(declarant: str, *, interpreter: str = "") -> Declaration:
    """A declaration of a person, interpreted by somebody of this family name."""
    return Declaration(
        id=f"of-{declarant}",
        declarant=declarant,
        title=f"Declaration of the {declarant}",
        signed_in_us=True,
        paragraphs=("I declare.",),
        interpreter=Interpreter(name=Name(given="Inter", family=interpreter), language="es")
        if interpreter
        else None,
    )


def form(name: str, *, completed: bool = False, person: str = "") -> FormFile:
    return FormFile(form=name, path=f"forms/{name}.pdf", completed=completed, person=person)


def supporter(person: Person, *beneficiaries: str) -> Supporter:
    return Supporter(person=person, beneficiaries=beneficiaries)


def signing_case(*exhibits: Any, filing: str = "paper", **more: Any) -> Case:
    """A case of a petitioner and a child."""
    case = cases.case(*exhibits, **more)
    return replace(case, request=replace(case.request, filing=filing))


def child(identifier: str, born: date, **more: Any) -> Person:
    return replace(cases.person(identifier), birth_date=born, **more)


def plan(case: Case) -> Plan:
    recipe = Shelf.default().recipe(case.kind)
    return plan_packet(case, recipe, case.beneficiaries[0].id)


def duties(case: Case) -> tuple[SignatureDuty, ...]:
    return rules.list_duties(plan(case), case, LIBRARY)


def place(number: int = 1, **values: Any) -> SignaturePlace:
    fields: dict[str, Any] = {
        "part": "letter",
        "paper": "Cover letter",
        "role": SignerRole.WRITER,
        "signer": "/attorney",
        "box": (72.0, 100.0, 300.0, 128.0),
        "rule": "signatures/cover-letter",
        "copy_allowed": True,
        "state": SignatureState.NEEDED,
    }
    return SignaturePlace(number=number, **fields | values)


def signing_manifest(*places: SignaturePlace, pages: int = 4, **names: str) -> Manifest:
    """A manifest with these places, and names of signers by their ids without punctuation."""
    signers = {one.signer for one in places if one.signer}
    return manifests.manifest(
        ledger=tuple(manifests.entry(number) for number in range(1, pages + 1)),
        signatures=places,
        signers=tuple(
            Signer(id=one, name=names.get(one.strip("/").replace("/", "_"), one))
            for one in sorted(signers)
        ),
    )


def change_manifest(packet: Path, **values: Any) -> None:
    """Change top-level keys of a packet's manifest; None removes a key."""
    path = packet / "manifest.json"
    data = {**json.loads(path.read_text(encoding="utf8")), **values}
    removed = {key for key, value in values.items() if value is None}
    kept = {key: value for key, value in data.items() if key not in removed}
    path.write_text(json.dumps(kept), encoding="utf8")

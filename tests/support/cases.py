"""Small cases and exhibits for pure code."""

from __future__ import annotations

from assembler.model import Case, Exhibit, FilePart, Name, Person, Request


def person(id: str) -> Person:
    return Person(id=id, name=Name(given="Testina", family="Exemplar"))


def exhibit(id: str, category: str = "medical", belongs_to: tuple[str, ...] = ()) -> Exhibit:
    part = FilePart(path=f"evidence/{id}.pdf")
    return Exhibit(
        id=id, title=f"Title of {id}", category=category, parts=(part,), belongs_to=belongs_to
    )


def case(*exhibits: Exhibit, **more) -> Case:
    given = {
        "id": "c",
        "kind": "parole",
        "reasons": ("urgent-medical",),
        "petitioner": person("aunt"),
        "beneficiaries": (person("child"), person("brother")),
        "supporters": (),
        "attorney": None,
        "request": Request(filing="online", fee="pay", length_months=12),
        "declarations": (),
        "exhibits": exhibits,
    }
    return Case(**{**given, **more})

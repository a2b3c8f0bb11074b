"""Rules about declarations: where they are signed, and whether the declarant understood them."""

from __future__ import annotations

from collections.abc import Iterator

from assembler.model import Declaration
from assembler.rules.rule_context import Hit, Scene


def rules(scene: Scene) -> Iterator[Hit]:
    """Everything about every declaration."""
    people = {
        person.id: person
        for person in (*scene.case.others, *(subject.person for subject in scene.subjects))
    }
    for n, declaration in enumerate(scene.case.declarations):
        where = f"/declarations/{n}"
        if not declaration.place.strip():
            yield Hit(rule="DECL.JURAT", pointer=where)
        declarant = people.get(declaration.declarant)
        if (
            declarant
            and declarant.in_us is not None
            and declarant.in_us is not declaration.signed_in_us
        ):
            yield Hit(rule="DECL.PLACE", pointer=f"{where}/signed_in_us")
        if declaration.language.partition("-")[0] != "en":
            yield from _interpreted(declaration, where)


def _interpreted(declaration: Declaration, where: str) -> Iterator[Hit]:
    who = declaration.interpreter
    if who is None:
        yield Hit(rule="DECL.INTERPRETER", pointer=where)
        return
    if who.language.partition("-")[0] != declaration.language.partition("-")[0]:
        yield Hit(rule="DECL.INTERPRETER_LANGUAGE", pointer=f"{where}/interpreter/language")
    fields = [field for field in ("address", "phone") if not getattr(who, field)]
    if fields:
        yield Hit(
            rule="DECL.INTERPRETER_CONTACT",
            pointer=f"{where}/interpreter",
            values={"fields": ", ".join(fields)},
        )

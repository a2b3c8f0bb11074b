"""Check declarations: where they are signed, and whether the declarant understood them."""

from __future__ import annotations

from collections.abc import Iterator

from assembler.model import Declaration
from assembler.rules.rule_context import Hit, RuleContext


def check_declarations(context: RuleContext) -> Iterator[Hit]:
    """Check every declaration."""
    people = {
        person.id: person
        for person in (*context.case.others, *(subject.person for subject in context.subjects))
    }
    for n, declaration in enumerate(context.case.declarations):
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
            yield from _check_interpreter(declaration, where)


def _check_interpreter(declaration: Declaration, where: str) -> Iterator[Hit]:
    interpreter = declaration.interpreter
    if interpreter is None:
        yield Hit(rule="DECL.INTERPRETER", pointer=where)
        return
    if interpreter.language.partition("-")[0] != declaration.language.partition("-")[0]:
        yield Hit(rule="DECL.INTERPRETER_LANGUAGE", pointer=f"{where}/interpreter/language")
    fields = [field for field in ("address", "phone") if not getattr(interpreter, field)]
    if fields:
        yield Hit(
            rule="DECL.INTERPRETER_CONTACT",
            pointer=f"{where}/interpreter",
            values={"fields": ", ".join(fields)},
        )

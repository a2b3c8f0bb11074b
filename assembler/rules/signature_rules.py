"""Decide who signs which paper of a packet by hand, and find children for whom nobody signs.

In: the plan of a packet, its case, and the dated facts of `schemas/facts/signatures.json`. Where
on its page a paper is signed is found elsewhere. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from assembler.model import (
    Case,
    Declaration,
    FormFile,
    PartKind,
    PartRole,
    Person,
    Plan,
    SignatureState,
    Signer,
    SignerRole,
)
from assembler.model.document_id import DocumentId
from assembler.model.packet import Part
from assembler.rules.library import Fact, Library
from assembler.rules.rule_context import Hit, RuleContext, count_years

FACTS = "signatures"
ATTORNEY = "/attorney"
_OTHER_FORM, _OTHER_PAPER = f"{FACTS}/other-form", f"{FACTS}/other-paper"
_SIGNERS_AGE = "biometrics/signature"
_RELIED_ON = (f"{FACTS}/handwritten", f"{FACTS}/bad-signature")  # by every packet
# papers of ours that nobody signs
_UNSIGNED = frozenset(
    ("index.docx", "thematic-index.docx", "tab-sheets.docx", "caption-cover.docx")
)
_ROLES = {
    "petitioner": SignerRole.PETITIONER,
    "beneficiary": SignerRole.BENEFICIARY,
    "supporter": SignerRole.SUPPORTER,
    "attorney": SignerRole.ATTORNEY,
    "declarant": SignerRole.DECLARANT,
    "interpreter": SignerRole.INTERPRETER,
    "form-interpreter": SignerRole.INTERPRETER,
    "translator": SignerRole.TRANSLATOR,
    "preparer": SignerRole.PREPARER,
    "account-holder": SignerRole.ACCOUNT_HOLDER,
    "writer": SignerRole.WRITER,
    "server": SignerRole.SERVER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureDuty:
    """A signature that a paper of the packet needs, before its page is known."""

    part: str  # id of the packet's part
    paper: str
    role: SignerRole
    signer: str  # as SignaturePlace.signer
    name: str  # of the signer, as it is printed below the line; "" if unknown
    rule: str
    copy_allowed: bool
    place: str = ""  # of a form: who signs there, as in its map
    printed: str = ""  # of a form: the words printed at the place
    if_filled_in: bool = False  # of a form: due only if its part of the form is filled in
    is_certain: bool = True  # False: due only where the paper has a line for this person
    state: SignatureState = SignatureState.NEEDED
    on_behalf_of: str = ""


def list_duties(plan: Plan, case: Case, library: Library) -> tuple[SignatureDuty, ...]:
    """Return the signatures that the parts of a packet need, in the order of its parts."""
    planner = _Planner(plan, case, library.facts)
    return tuple(duty for part in plan.parts for duty in planner.list_of_part(part))


def list_signers(case: Case) -> tuple[Signer, ...]:
    """Return everyone of a case who can sign, by the id that a place names them with."""
    people = {person.id: person.name for person in iterate_people(case)}
    if case.attorney:
        people[ATTORNEY] = case.attorney.name
    for number, declaration in enumerate(case.declarations):
        if declaration.interpreter:
            people[_locate_interpreter(number)] = declaration.interpreter.name
    for number, exhibit in enumerate(case.exhibits):
        if exhibit.translator:
            people[_locate_translator(number)] = exhibit.translator.name
    return tuple(Signer(id=key, name=name.full) for key, name in people.items())


def iterate_people(case: Case) -> Iterator[Person]:
    """Yield everyone that a case describes, some of them several times."""
    yield case.petitioner
    yield from case.beneficiaries
    yield from (supporter.person for supporter in case.supporters)
    yield from case.others


def check_signers(context: RuleContext) -> Iterator[Hit]:
    """Check that somebody is named who signs for a petitioner or supporter below the age of
    signing."""
    for name in _RELIED_ON:
        context.use_fact(name)
    fact = context.use_fact(_SIGNERS_AGE)
    if fact is None:
        return
    seen: set[str] = set()
    for subject in context.subjects:
        person = subject.person
        if subject.role == "beneficiary" or person.id in seen:
            continue
        seen.add(person.id)
        if _is_below(person, fact["below_age"], context.as_of) and not _has_guardian(person):
            yield Hit(
                rule="SIGN.GUARDIAN",
                pointer=subject.described,
                values={"age": fact["below_age"]},
            )


def _is_below(person: Person, age: int, day: date) -> bool:
    return person.birth_date is not None and count_years(person.birth_date, day) < age


def _has_guardian(person: Person) -> bool:
    return person.guardian not in ("", person.id)


class _Planner:
    """Lists the signatures of a packet's parts."""

    def __init__(self, plan: Plan, case: Case, facts: Mapping[str, Fact]) -> None:
        self._plan, self._case = plan, case
        self._facts = {name: fact for name, fact in facts.items() if name.startswith(f"{FACTS}/")}
        self._people = {person.id: person for person in iterate_people(case)}
        self._names = {signer.id: signer.name for signer in list_signers(case)}

    def list_of_part(self, part: Part) -> Iterator[SignatureDuty]:
        """Yield the signatures of one part of the packet."""
        if part.holds_place or part.kind is PartKind.TAB:
            return
        if part.kind is PartKind.FORM:
            yield from self._list_of_form(part)
        elif part.kind is PartKind.EXHIBIT:
            yield from self._list_of_exhibit(part)
        else:
            yield from self._list_of_draft(part)

    def _list_of_draft(self, part: Part) -> Iterator[SignatureDuty]:
        """A declaration may be of a template of any name; a paper of a firm's own is signed where
        it has a line for somebody."""
        template = "declaration.docx" if part.declaration else part.template
        facts = [
            name for name, fact in self._facts.items() if fact.data.get("template") == template
        ]
        for name in facts:
            signer = self._facts[name]["signer"]
            signer_id = self._find_of_draft(signer, part)
            if signer_id is not None:
                yield self._make_duty(name, part, signer_id, _ROLES[signer])
        if not facts and template not in _UNSIGNED and _OTHER_PAPER in self._facts:
            for signer_id, role in self._iterate_known():
                yield self._make_duty(_OTHER_PAPER, part, signer_id, role, is_certain=False)

    def _find_of_draft(self, signer: str, part: Part) -> str | None:
        """Return who signs a paper of ours; None if the paper has no such signature."""
        case = self._case
        if signer == "writer":
            return ATTORNEY if case.attorney else case.petitioner.id
        if signer == "server":
            return ATTORNEY if case.attorney else ""
        numbered = self._find_declaration(part)
        if numbered is None:
            return None
        number, declaration = numbered
        if signer == "interpreter":
            return _locate_interpreter(number) if declaration.interpreter else None
        return declaration.declarant

    def _find_declaration(self, part: Part) -> tuple[int, Declaration] | None:
        return next(
            (
                (number, declaration)
                for number, declaration in enumerate(self._case.declarations)
                if declaration.id == part.declaration
            ),
            None,
        )

    def _iterate_known(self) -> Iterator[tuple[str, SignerRole]]:
        if self._case.attorney:
            yield ATTORNEY, SignerRole.ATTORNEY
        yield self._case.petitioner.id, SignerRole.PETITIONER
        yield self._plan.beneficiary, SignerRole.BENEFICIARY
        for supporter in self._case.supporters:
            if supporter.person.id != self._case.petitioner.id:
                yield supporter.person.id, SignerRole.SUPPORTER

    def _list_of_exhibit(self, part: Part) -> Iterator[SignatureDuty]:
        """Yield the translator's signature, which is on the client's page already."""
        for number, exhibit in enumerate(self._case.exhibits):
            if exhibit.id != part.exhibit:
                continue
            if not any(file.role is PartRole.CERTIFICATE for file in exhibit.parts):
                continue
            signer = _locate_translator(number) if exhibit.translator else ""
            for name, fact in self._facts.items():
                if fact.data.get("role") == PartRole.CERTIFICATE:
                    yield self._make_duty(
                        name, part, signer, SignerRole.TRANSLATOR, state=SignatureState.EXPECTED
                    )

    def _list_of_form(self, part: Part) -> Iterator[SignatureDuty]:
        form = next(
            form for form in self._case.forms if DocumentId.form(form.path) == part.document
        )
        facts = [name for name, fact in self._facts.items() if fact.data.get("form") == form.form]
        state = SignatureState.EXPECTED if form.completed else SignatureState.NEEDED
        if not facts and form.form != "g-1145" and _OTHER_FORM in self._facts:
            facts = [_OTHER_FORM]
        for name in facts:
            signer = self._facts[name]["signer"]
            signer_id = self._find_of_form(signer, form)
            yield self._make_duty(name, part, signer_id, _ROLES[signer], state=state)

    def _find_of_form(self, signer: str, form: FormFile) -> str:
        case = self._case
        if signer in ("attorney", "preparer"):
            return ATTORNEY if case.attorney else ""
        if signer == "account-holder":
            return form.person
        if signer == "supporter":
            return self._find_supporter(form)
        return {"petitioner": case.petitioner.id, "beneficiary": self._plan.beneficiary}.get(
            signer, ""
        )

    def _find_supporter(self, form: FormFile) -> str:
        """Return the supporter a form names, or the only one of this beneficiary."""
        candidates = [
            supporter.person.id
            for supporter in self._case.supporters
            if not supporter.beneficiaries or self._plan.beneficiary in supporter.beneficiaries
        ]
        if form.person:
            return form.person if form.person in candidates else ""
        return candidates[0] if len(candidates) == 1 else ""

    def _make_duty(
        self,
        name: str,
        part: Part,
        signer: str,
        role: SignerRole,
        *,
        state: SignatureState = SignatureState.NEEDED,
        is_certain: bool = True,
    ) -> SignatureDuty:
        """Return the duty of a fact. Somebody for whom a guardian signs is named as such."""
        data = self._facts[name].data
        person = self._people.get(signer)
        guardian = person.guardian if person and _has_guardian(person) else ""
        paper = data["paper"] if is_certain else part.title
        if name == _OTHER_FORM:
            paper = f"Form {part.form.upper()}"
        return SignatureDuty(
            part=part.id,
            paper=paper,
            role=role,
            signer=guardian or signer,
            name=self._names.get(signer, ""),  # a form has the child's name, not the guardian's
            rule=name,
            copy_allowed=data["copy_allowed"],
            place=data.get("place", ""),
            printed=data.get("printed", ""),
            if_filled_in=data.get("only_if") == "filled-in",
            is_certain=is_certain,
            state=state,
            on_behalf_of=signer if guardian else "",
        )


def _locate_interpreter(declaration: int) -> str:
    return f"/declarations/{declaration}/interpreter"


def _locate_translator(exhibit: int) -> str:
    return f"/exhibits/{exhibit}/translator"

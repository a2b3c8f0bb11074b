"""Plan which parts a beneficiary's packet has, in which order, under which tab. Pure.

In: a `Case` and a `Recipe`. Out: a `Plan`; nothing is opened, no page is known. `format_plan` and
`plan_as_json` print it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count, product
from string import ascii_uppercase
from typing import Any

from assembler.errors import TemplateBroken
from assembler.model import (
    DECLARATION_PREFIX,
    PLACEHOLDER_SUFFIX,
    Case,
    Declaration,
    DocumentId,
    Exhibit,
    FormFile,
    Part,
    PartKind,
    Plan,
    Profile,
    Recipe,
    RecipePart,
)
from assembler.model.citations import list_cites

TABS_DOCUMENT = DocumentId.draft("tab-sheets")


def plan_packet(
    case: Case, recipe: Recipe, beneficiary: str, profile: Profile | None = None
) -> Plan:
    """Plan the packet of one beneficiary (an id of the case), as its receiver's profile requires.

    Raises TemplateBroken if the recipe omits an exhibit.
    """
    profile = profile or Profile(id="", title="")
    labels = generate_tab_labels(recipe.labels)
    parts: list[Part] = []
    placed: set[str] = set()
    claimed = {category for part in recipe.parts for category in part.categories}
    for entry in order_parts(recipe.parts, profile.order):
        is_required = entry.id in profile.required_parts
        if not _is_met(entry.when, case, beneficiary, profile, is_required=is_required):
            continue
        if entry.type in _OF_EVIDENCE:
            for exhibit, group in _OF_EVIDENCE[entry.type](entry, case, beneficiary, claimed):
                if exhibit.id not in placed:
                    placed.add(exhibit.id)
                    parts += _plan_exhibit(exhibit, next(labels), group, entry, recipe)
        else:
            parts += _plan_entry(entry, case, beneficiary, profile)
    left_out = [
        exhibit.id
        for exhibit in case.exhibits
        if _is_owned(exhibit.belongs_to, beneficiary) and exhibit.id not in placed
    ]
    if left_out:
        raise TemplateBroken(
            f"no part takes the exhibits {', '.join(left_out)}",
            where=f"recipe {recipe.kind}",
            remedy='add an "exhibits" part without categories: it takes the rest',
        )
    return Plan(
        packet=beneficiary,
        beneficiary=beneficiary,
        kind=case.kind,
        title=recipe.title,
        parts=tuple(parts),
        claims_template=recipe.claims_template,
        enclosures=recipe.enclosures,
        marking=profile.marking,
        paper=profile.paper,
    )


def order_parts(parts: Sequence[RecipePart], order: Sequence[str]) -> tuple[RecipePart, ...]:
    """Return the parts in a receiver's order; "*" stands for all parts not named, by default at the
    end."""
    named = {part.id: part for part in parts if part.id in order}
    rest = [part for part in parts if part.id not in named]
    places = {name: [part] for name, part in named.items()} | {"*": rest}
    full_order = order if "*" in order else (*order, "*")
    return tuple(part for name in full_order for part in places.get(name, ()))


def generate_tab_labels(style: str) -> Iterator[str]:
    """Yield A, B … Z, AA, AB … ("letters"), or 1, 2, 3 … ("numbers"), without end."""
    if style == "numbers":
        yield from map(str, count(1))
    for length in count(1):
        yield from ("".join(letters) for letters in product(ascii_uppercase, repeat=length))


def format_plan(plan: Plan, pages: Mapping[str, int | None]) -> str:
    """Format the plan for a person: a line for each part with its tab, title and pages.

    Args:
        pages: how many pages each exhibit has, by id; None where that is not known before it is
            converted.
    """
    parts = [part for part in plan.parts if part.kind is not PartKind.TAB]
    width = max((len(part.title) for part in parts), default=0)
    lines = [f"{plan.title}: packet {plan.packet}"]
    group = ""
    for part in parts:
        if part.group != group:
            group = part.group
            lines += [f"  {group}"] if group else []
        name = f"Exhibit {part.tab}" if part.tab else _KIND_NAMES[part.kind]
        if part.holds_place:
            name = "MISSING"
        lines.append(f"  {name:<12} {part.title:<{width}}  {_format_pages(part, pages)}".rstrip())
    return "\n".join(lines)


_KIND_NAMES = {PartKind.DRAFT: "Our paper", PartKind.FORM: "Form", PartKind.EXHIBIT: "Exhibit"}


def _format_pages(part: Part, pages: Mapping[str, int | None]) -> str:
    if part.kind is not PartKind.EXHIBIT:
        return ""
    count = pages.get(part.exhibit)
    return f"{count} page{'' if count == 1 else 's'}" if count is not None else "pages not known"


def plan_as_json(plan: Plan) -> dict[str, Any]:
    """Return the plan for programs; ids only, no titles of evidence (they may hold a client's
    facts)."""
    keys = ("id", "kind", "document", "template", "tab", "exhibit", "declaration", "form", "group")
    parts = [
        {key: str(getattr(part, key)) for key in keys if getattr(part, key)} for part in plan.parts
    ]
    return {"packet": plan.packet, "kind": plan.kind, "title": plan.title, "parts": parts}


def _is_met(
    when: str, case: Case, beneficiary: str, profile: Profile, *, is_required: bool = False
) -> bool:
    """Return whether all these conditions hold, separated by spaces. `is_required`: the receiver
    requires this part."""
    facts: dict[str, Callable[[], bool]] = {
        "represented": lambda: case.attorney is not None,
        "supported": lambda: bool(case.supporters),
        "expedite": lambda: bool(case.request.expedite_reason),
        "mailed": lambda: case.request.filing == "paper",
        "enclosed": lambda: case.request.filing == "paper" or profile.upload_set,
        "fee-waiver": lambda: case.request.fee == "waiver",
        "topics": lambda: any(exhibit.topics for exhibit in _list_own_exhibits(case, beneficiary)),
        "required": lambda: is_required,
    }
    return all(facts[condition]() for condition in when.split())


def _is_owned(owners: tuple[str, ...], beneficiary: str) -> bool:
    return not owners or beneficiary in owners


Grouped = Iterator[tuple[Exhibit, str]]  # an exhibit, and its heading in the index


def _list_own_exhibits(case: Case, beneficiary: str) -> list[Exhibit]:
    return [exhibit for exhibit in case.exhibits if _is_owned(exhibit.belongs_to, beneficiary)]


def _select_exhibits(entry: RecipePart, case: Case, beneficiary: str, claimed: set[str]) -> Grouped:
    """Yield those of the entry's categories, in that order; without any, all that no other entry
    claims."""
    exhibits = _list_own_exhibits(case, beneficiary)
    if not entry.categories:
        yield from (
            (exhibit, entry.group) for exhibit in exhibits if exhibit.category not in claimed
        )
    for category in entry.categories:
        yield from ((exhibit, entry.group) for exhibit in exhibits if exhibit.category == category)


def _select_notice(entry: RecipePart, case: Case, beneficiary: str, _claimed: set[str]) -> Grouped:
    """Yield the notice that is answered."""
    notice = case.rfe.notice_exhibit if case.rfe else None
    yield from (
        (exhibit, entry.group)
        for exhibit in _list_own_exhibits(case, beneficiary)
        if exhibit.id == notice
    )


def _select_by_points(
    entry: RecipePart, case: Case, beneficiary: str, _claimed: set[str]
) -> Grouped:
    """Yield what answers the points of the notice, point by point: listed exhibits first, then
    those the answer cites."""
    exhibits = {exhibit.id: exhibit for exhibit in _list_own_exhibits(case, beneficiary)}
    for number, point in enumerate(case.rfe.points if case.rfe else (), 1):
        exhibit_ids = (
            *point.exhibits,
            *(cite.exhibit for text in point.answer for cite in list_cites(text)),
        )
        group = entry.group.replace("{number}", str(number))
        yield from (
            (exhibits[exhibit_id], group)
            for exhibit_id in dict.fromkeys(exhibit_ids)
            if exhibit_id in exhibits
        )


_OF_EVIDENCE = {"exhibits": _select_exhibits, "notice": _select_notice, "points": _select_by_points}


def _plan_exhibit(
    exhibit: Exhibit, tab: str, group: str, entry: RecipePart, recipe: Recipe
) -> Iterator[Part]:
    """Yield the exhibit behind its tab sheet. A notice has a letter, but nothing of ours may be on
    top of it."""
    if entry.type != "notice":
        yield Part(
            id=f"tab-{exhibit.id}",
            kind=PartKind.TAB,
            title=exhibit.title,
            document=TABS_DOCUMENT,
            template=recipe.tab_template,
            tab=tab,
            exhibit=exhibit.id,
            group=group,
        )
    yield Part(
        id=f"exhibit-{exhibit.id}",
        kind=PartKind.EXHIBIT,
        title=exhibit.title,
        document=DocumentId.exhibit(exhibit.id),
        tab=tab,
        exhibit=exhibit.id,
        stamped=entry.stamped,
        group=group,
    )


def _plan_entry(entry: RecipePart, case: Case, beneficiary: str, profile: Profile) -> list[Part]:
    if entry.type == "declarations":
        declarations = [
            candidate
            for candidate in case.declarations
            if _is_owned(candidate.belongs_to, beneficiary)
        ]
        return [_plan_declaration(entry, declaration) for declaration in declarations]
    if entry.type == "form":
        names = entry.form.split()
        forms = [
            candidate
            for candidate in case.forms
            if candidate.form in names and _is_owned(candidate.belongs_to, beneficiary)
        ]
        parts = [_plan_form(entry, form, position) for position, form in enumerate(forms, 1)]
        return parts or (
            [_plan_placeholder(entry)]
            if entry.placeholder and _is_met(entry.placeholder_when, case, beneficiary, profile)
            else []
        )
    return [
        Part(
            id=entry.id,
            kind=PartKind.DRAFT,
            title=entry.title,
            document=DocumentId.draft(entry.id),
            template=entry.template,
        )
    ]


def _plan_declaration(entry: RecipePart, declaration: Declaration) -> Part:
    return Part(
        id=f"{DECLARATION_PREFIX}{declaration.id}",
        kind=PartKind.DRAFT,
        title=declaration.title,
        document=DocumentId.draft(f"{DECLARATION_PREFIX}{declaration.id}"),
        template=entry.template,
        declaration=declaration.id,
    )


def _plan_form(entry: RecipePart, form: FormFile, position: int) -> Part:
    return Part(
        id=f"{entry.id}-{position}",
        kind=PartKind.FORM,
        title=entry.title,
        document=DocumentId.form(form.path),
        form=form.form,
        stamped=False,
    )


def _plan_placeholder(entry: RecipePart) -> Part:
    """Return a page in the place of a form that does not exist yet; it must not be filed."""
    return Part(
        id=f"{entry.id}{PLACEHOLDER_SUFFIX}",
        kind=PartKind.DRAFT,
        title=f"{entry.title} (not enclosed)",
        document=DocumentId.draft(f"{entry.id}{PLACEHOLDER_SUFFIX}"),
        template=entry.placeholder,
        form=entry.form.split()[0],
    )

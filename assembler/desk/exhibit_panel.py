"""What the panel of one exhibit shows: its fields, with their choices, and its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assembler.desk.board_plan import list_beneficiaries, list_exhibits
from assembler.desk.case_files import FileFacts
from assembler.desk.entry_options import EntryOption, list_entry_options
from assembler.desk.evidence_view import (
    FIELD_LABELS,
    BoardInputs,
    Choice,
    ExhibitRow,
    describe_problem,
    list_unconfirmed,
    make_rows,
    read_text,
    shorten_path,
)
from assembler.desk.page_refs import ROLES, read_pages
from assembler.evidence.readers import picture
from assembler.intake.untyped_values import read_file_lists, read_object, read_path


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """An entry of the files of an exhibit. `index`: through all its lists, from 0."""

    index: int
    path: str
    name: str
    pages: str
    role: str
    count: int | None
    problem: str
    is_excerpt: bool
    options: tuple[EntryOption, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelField:
    """A field of an exhibit. `value`: as case.json has it, None if it has none."""

    name: str  # as in `set_field`
    label: str
    help: str
    value: Any
    kind: str  # "text", "date", "choice", "several"
    choices: tuple[Choice, ...] = ()
    is_unconfirmed: bool = False
    most: int = 200  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One exhibit, to be edited."""

    row: ExhibitRow
    fields: tuple[PanelField, ...]
    translator: tuple[PanelField, ...]
    entries: tuple[EntryRow, ...]
    others: tuple[Choice, ...]  # exhibits that it can be joined with


def make_panel(
    inputs: BoardInputs, place: int, lines: Sequence[tuple[str, str]], schema: Mapping[str, Any]
) -> Panel | None:
    """Return the panel of an exhibit; None if there is none at this place.

    Args:
        lines: id and text of the lines of the checklist that it may support.
        schema: of the case.
    """
    exhibits = list_exhibits(inputs.raw)
    if not 0 <= place < len(exhibits) or not isinstance(exhibits[place], dict):
        return None
    entry = exhibits[place]
    row = make_rows(inputs, inputs.plan.packets[0], {place: read_pages(entry, inputs.counts)})[
        place
    ]
    tabs = {
        exhibit.place: exhibit.tab
        for packet in inputs.plan.packets
        for exhibit in packet.exhibits
        if exhibit.tab
    }
    return Panel(
        row=row,
        fields=tuple(_list_fields(entry, inputs, lines, schema)),
        translator=tuple(_list_translator_fields(entry, inputs, schema)),
        entries=tuple(_list_entries(entry, inputs.files, schema)),
        others=tuple(
            Choice(value=str(n), label=_name_exhibit(other, tabs.get(n, "")))
            for n, other in enumerate(exhibits)
            if n != place and isinstance(other, dict)
        ),
    )


def _name_exhibit(exhibit: Mapping[str, Any], tab: str) -> str:
    title = read_text(exhibit.get("title")) or read_text(exhibit.get("id")) or "Untitled exhibit"
    return f"{tab} · {title}" if tab else title


def _list_fields(
    entry: Mapping[str, Any],
    inputs: BoardInputs,
    lines: Sequence[tuple[str, str]],
    schema: Mapping[str, Any],
) -> Iterator[PanelField]:
    properties = schema["$defs"]["exhibit"]["properties"]
    open_names = {name for name, _ in list_unconfirmed(entry)}
    beneficiaries = {name: inputs.people.get(name, name) for name in list_beneficiaries(inputs.raw)}
    kinds: dict[str, tuple[str, Mapping[str, str]]] = {
        "title": ("text", {}),
        "category": ("choice", inputs.categories),
        "date": ("date", {}),
        "language": ("choice", inputs.languages),
        "person": ("choice", inputs.people),
        "belongs_to": ("several", beneficiaries),
        "supports": ("several", dict(lines)),
        "layout": ("choice", _label_layouts(properties["layout"])),
    }
    for name, (kind, labels) in kinds.items():
        if name == "belongs_to" and len(beneficiaries) < 2 and name not in entry:
            continue  # there is nothing to choose
        if name == "layout" and name not in entry and not _has_pictures(entry, inputs.files):
            continue
        yield PanelField(
            name=name,
            label=properties[name].get("title") or FIELD_LABELS[name],
            help=properties[name].get("description", ""),
            value=entry.get(name),
            kind=kind,
            choices=_make_choices(
                labels,
                entry.get(name),
                is_optional=kind == "choice" and name != "category",
                otherwise=_OTHERWISE.get(name, ""),
            ),
            is_unconfirmed=name in open_names,
        )


def _label_layouts(layout: Mapping[str, Any]) -> Mapping[str, str]:
    descriptions = layout.get("enumDescriptions", layout["enum"])
    return dict(zip(layout["enum"], descriptions, strict=True))


def _has_pictures(entry: Mapping[str, Any], files: Mapping[str, FileFacts]) -> bool:
    """Return whether an exhibit has several pictures, which can share pages."""
    paths = {page.path for page in read_pages(entry, {})}
    return sum(path in files and files[path].kind in picture.KINDS for path in paths) > 1


def _make_choices(
    labels: Mapping[str, str], value: Any, *, is_optional: bool, otherwise: str = ""
) -> tuple[Choice, ...]:
    """Return the choices, with the value that the case has even if it is not among them.

    Args:
        otherwise: what no value means.
    """
    chosen = value if isinstance(value, list) else [value]
    extra = {name: name for name in chosen if isinstance(name, str) and name not in ("", *labels)}
    choices = [
        Choice(value=name, label=label, is_chosen=name in chosen)
        for name, label in {**labels, **extra}.items()
    ]
    if is_optional:
        choices.insert(0, Choice(value="", label=otherwise, is_chosen=not value))
    return tuple(choices)


_OTHERWISE = {
    "layout": "A page for each picture",
    "language": "English, if nothing is chosen",
    "person": "Nobody in particular",
}
_TRANSLATOR = (
    ("name/given", "Given name"),
    ("name/family", "Family name"),
    ("language", "Language translated from"),
    ("phone", "Telephone"),
    ("date", "Date of the certificate"),
)


def _list_translator_fields(
    entry: Mapping[str, Any], inputs: BoardInputs, schema: Mapping[str, Any]
) -> Iterator[PanelField]:
    """Yield the fields of the translator, if there is a translation."""
    if "translation" not in entry:
        return
    translator = read_object(read_object(dict(entry), "translation"), "translator")
    properties = schema["$defs"]["translator"]["properties"]
    for name, label in _TRANSLATOR:
        outer, _, inner = name.partition("/")
        owner = read_object(translator, outer) if inner else translator
        kind = {"language": "choice", "date": "date"}.get(name, "text")
        yield PanelField(
            name=f"translation/translator/{name}",
            label=label,
            help="" if inner else properties[name].get("description", ""),
            value=owner.get(inner or outer),
            kind=kind,
            choices=_make_choices(inputs.languages, owner.get(outer), is_optional=True)
            if kind == "choice"
            else (),
        )


def _list_entries(
    exhibit: Mapping[str, Any], files: Mapping[str, FileFacts], schema: Mapping[str, Any]
) -> Iterator[EntryRow]:
    index = 0
    for (_, entries), listed_role in zip(read_file_lists(dict(exhibit), ""), ROLES, strict=True):
        for entry in entries:
            fields = entry if isinstance(entry, dict) else {}
            path = read_path(entry)
            facts = files.get(path)
            yield EntryRow(
                index=index,
                path=path,
                name=shorten_path(path) or "(cannot be understood)",
                pages=read_text(fields.get("pages")),
                role=read_text(fields.get("role")) or listed_role,
                count=facts.pages if facts else None,
                problem=describe_problem(path, files),
                is_excerpt=fields.get("excerpt") is True,
                options=tuple(
                    list_entry_options(
                        fields,
                        facts.kind if facts else "",
                        schema,
                        has_layout=bool(exhibit.get("layout")),
                    )
                ),
            )
            index += 1

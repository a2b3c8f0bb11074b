"""The government forms of a case as the page of facts shows them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from assembler.desk.form_edits import list_used
from assembler.desk.form_files import FORMS, FormLook
from assembler.forms import FormMap, find_map
from assembler.intake.untyped_values import read_objects, read_path
from assembler.rules import Library, find_accepted_editions, find_current_editions
from assembler.runtime.file_names import normalize_name

_OFFICIAL = "https://www.uscis.gov/"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormCatalog:
    """The forms that a case can list. `names`: what each is for; `editions`: in force; `sources`:
    official pages; `fillable`: forms that can be filled; `one_blank`: those of which only one file
    can be."""

    names: Mapping[str, str]
    editions: Mapping[str, str]
    accepted: Mapping[str, Collection[str]]  # older editions beside the one in force
    sources: Mapping[str, str]
    fillable: frozenset[str]
    one_blank: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormNote:
    """A sentence about a form. `css_class`: "error", "warning" or ""."""

    text: str
    css_class: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormCard:
    """A form that the case lists. `name`: what it is for; `edition`: as its pages say; `state`:
    blank or completed; `has_file`: whether its file is in forms/."""

    title: str
    name: str
    path: str
    size: int
    edition: str
    state: str
    is_current: bool
    has_file: bool
    notes: tuple[FormNote, ...]

    @property
    def is_blank(self) -> bool:
        """Return whether the build fills it."""
        return self.state == "Blank"


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseForm:
    """A file in forms/ that the case does not list. `form`: its guess, "" if there is none."""

    path: str
    size: int
    form: str
    is_completed: bool
    words: str
    is_busy: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingForm:
    """A form that the packet needs. `source`: address of its official page, "" if not known."""

    title: str
    name: str
    edition: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormsView:
    """All that is shown of the forms. `cards`: by the pointer of the entry; `ignored`: path and
    reason of the files that are left out."""

    cards: Mapping[str, FormCard]
    loose: tuple[LooseForm, ...]
    ignored: tuple[tuple[str, str], ...]
    missing: tuple[MissingForm, ...]
    choices: tuple[tuple[str, str], ...]

    @property
    def can_fill(self) -> bool:
        """Return whether there is a blank to fill."""
        return any(card.is_blank for card in self.cards.values())


def make_catalog(
    schema: Mapping[str, Any], library: Library, maps: Sequence[FormMap], as_of: date
) -> FormCatalog:
    """Return the forms of the schema of case.json, with what the dated facts and maps say."""
    field = schema["$defs"]["form"]["properties"]["form"]
    facts = ((form, library.facts.get(f"forms/{form}")) for form in field["enum"])
    sources = {form: str(fact.data.get("source", "")) for form, fact in facts if fact}
    newest = {form: find_map(maps, form) for form in field["enum"]}
    return FormCatalog(
        names=dict(zip(field["enum"], field["enumDescriptions"], strict=True)),
        editions=find_current_editions(library, (), as_of),
        accepted=_list_accepted(library, maps),
        sources={form: url for form, url in sources.items() if url.startswith(_OFFICIAL)},
        fillable=frozenset(form for form, known in newest.items() if known and known.fillable),
        one_blank=frozenset(form for form, known in newest.items() if known and known.blank),
    )


def _list_accepted(library: Library, maps: Sequence[FormMap]) -> dict[str, set[str]]:
    """Return the older editions of each form that are accepted beside the one in force."""
    accepted = {form: {*older} for form, older in find_accepted_editions(library).items()}
    for form_map in maps:
        if form_map.validity.is_accepted_beside_newer:
            accepted.setdefault(form_map.form, set()).add(form_map.edition)
    return accepted


def view_forms(
    case: Mapping[str, Any],
    looks: Mapping[str, FormLook],
    missing: Iterable[str],
    catalog: FormCatalog,
) -> FormsView:
    """Return what the page shows of the forms of a case of any shape.

    Args:
        looks: what is known of the files in forms/.
        missing: names of forms that a placeholder page would stand for, "I-131".
    """
    entries = dict(read_objects(dict(case), "forms"))
    by_name = {normalize_name(path): look for path, look in looks.items()}
    left_out = read_objects(dict(case), "ignored_files")
    ignored = [(read_path(row), row.get("why")) for _, row in left_out]
    hidden = list_used(case) | {normalize_name(path) for path, _ in ignored}
    return FormsView(
        cards={
            pointer: _make_card(entry, by_name, entries.values(), catalog)
            for pointer, entry in entries.items()
        },
        loose=tuple(
            _make_loose(path, look, catalog)
            for path, look in looks.items()
            if normalize_name(path) not in hidden
        ),
        ignored=tuple(
            (path, why if isinstance(why, str) else "")
            for path, why in ignored
            if path.startswith(f"{FORMS}/")
        ),
        missing=tuple(_make_missing(name.lower(), catalog) for name in missing),
        choices=tuple(
            (form, f"{form.upper()}: {name}") for form, name in sorted(catalog.names.items())
        ),
    )


def _make_card(
    entry: Mapping[str, Any],
    looks: Mapping[str, FormLook],
    entries: Iterable[Mapping[str, Any]],
    catalog: FormCatalog,
) -> FormCard:
    form, path = _read_text(entry, "form"), read_path(dict(entry))
    look = looks.get(normalize_name(path)) if path else None
    is_blank = entry.get("completed") is False
    notes = [*_judge_file(form, look, catalog)]
    if look is not None and look.is_read and not any(note.css_class for note in notes):
        judge = _judge_blank if is_blank else _judge_completed
        notes += judge(form, look, catalog)
    if is_blank and any(_is_completed_copy(other, form) for other in entries):
        text = "A completed one is listed, too. Remove this blank if that one takes its place."
        notes.append(FormNote(text=text, css_class="warning"))
    return FormCard(
        title=f"Form {form.upper()}" if form in catalog.names else "Form",
        name=catalog.names.get(form, ""),
        path=path,
        size=look.size if look else 0,
        edition=look.edition if look else "",
        state="Blank" if is_blank else "Completed",
        has_file=look is not None,
        is_current=look is not None and look.edition == catalog.editions.get(form),
        notes=tuple(notes),
    )


def _is_completed_copy(entry: Mapping[str, Any], form: str) -> bool:
    return entry.get("form") == form and entry.get("completed") is not False


def _judge_file(form: str, look: FormLook | None, catalog: FormCatalog) -> Iterator[FormNote]:
    """Yield what is to be said of a file, blank or completed."""
    if look is None:  # the check of the case says what is wrong then
        return
    if not look.is_read:
        yield FormNote(text="Looking at the file…")
    elif look.problem:
        yield FormNote(text=_write_sentence(look.problem, look.remedy), css_class="error")
    elif look.form and look.form != form:
        text = f"By its pages, this file is Form {look.form.upper()}."
        yield FormNote(text=text, css_class="warning")
    elif look.edition and look.edition in catalog.accepted.get(form, ()):
        yield FormNote(text=f"A newer edition, {catalog.editions.get(form)}, is in force.")
    elif look.edition and catalog.editions.get(form, look.edition) != look.edition:
        text = (
            f"It is of edition {look.edition}; the edition in force is "
            f"{catalog.editions[form]}. Download that one from uscis.gov."
        )
        yield FormNote(text=text, css_class="error")


def _judge_blank(form: str, look: FormLook, catalog: FormCatalog) -> Iterator[FormNote]:
    by_hand = "Complete it by hand, and add the completed one."
    if not look.has_fields:
        text = f"This copy has no fields, so it cannot be filled. {by_hand}"
        yield FormNote(text=text, css_class="warning")
    elif form not in catalog.fillable:
        text = f"assembler has no map to fill this form. {by_hand}"
        yield FormNote(text=text, css_class="warning")
    elif look.is_filled:
        text = "Somebody has written into this file. If it is complete, say so under Details."
        yield FormNote(text=text, css_class="warning")
    elif form in catalog.one_blank:
        text = (
            "The build fills it from these facts if it is exactly the official blank; for any "
            "other file, it says so and fills nothing."
        )
        yield FormNote(text=text)
    else:
        yield FormNote(text="The build fills it from these facts.")


def _judge_completed(_form: str, look: FormLook, _catalog: FormCatalog) -> Iterator[FormNote]:
    if look.is_completed:
        yield FormNote(text="It goes into the packet as it is.")
    else:
        text = (
            "Nothing is written into its fields. If it is a blank to fill, say so under Details; "
            "as it is, it goes in empty."
        )
        yield FormNote(text=text, css_class="warning")


def _make_loose(path: str, look: FormLook, catalog: FormCatalog) -> LooseForm:
    known = look.form in catalog.names
    if not look.is_read:
        words = "Looking at the file…"
    elif look.problem:
        words = _write_sentence(look.problem, look.remedy)
    elif known:
        edition = f", edition {look.edition}" if look.edition else ""
        words = f"It looks like Form {look.form.upper()}{edition}."
    elif look.form:
        words = f"It looks like Form {look.form.upper()}, which no packet has a place for."
    else:
        words = "It is not recognized. Say which form it is."
    return LooseForm(
        path=path,
        size=look.size,
        form=look.form if known else "",
        is_completed=look.is_completed,
        words=words,
        is_busy=not look.is_read,
    )


def _make_missing(form: str, catalog: FormCatalog) -> MissingForm:
    return MissingForm(
        title=f"Form {form.upper()}",
        name=catalog.names.get(form, ""),
        edition=catalog.editions.get(form, ""),
        source=catalog.sources.get(form, ""),
    )


def _write_sentence(problem: str, remedy: str) -> str:
    return f"{problem[:1].upper()}{problem[1:]}; {remedy}."


def _read_text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledPacket:
    """The forms that were filled for one packet. `files`: their names."""

    id: str
    person: str
    files: tuple[str, ...]


def group_filled(
    paths: Iterable[tuple[str, str]], names: Mapping[str, str]
) -> tuple[FilledPacket, ...]:
    """Return the filled forms by packet.

    Args:
        paths: packet and name of each file.
        names: of the people, by packet.
    """
    packets: dict[str, list[str]] = {}
    for packet, path in paths:
        if PurePosixPath(path).suffix.lower() == ".pdf":
            packets.setdefault(packet, []).append(path)
    return tuple(
        FilledPacket(id=packet, person=names.get(packet, packet), files=tuple(sorted(files)))
        for packet, files in packets.items()
    )

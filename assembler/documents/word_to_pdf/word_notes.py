"""Move foot- and endnotes to the end of the text: the embedded engine prints none in place."""

from __future__ import annotations

from collections.abc import MutableMapping
from copy import deepcopy
from typing import Any

from lxml import etree

from assembler.documents.word_to_pdf.word_fields import make_text_element, unwrap
from assembler.documents.word_to_pdf.word_lists import format_number
from assembler.documents.word_to_pdf.word_text import W, parse_part

_KINDS = (("footnote", "decimal"), ("endnote", "lowerRoman"))  # and how Word numbers them
_BODY = "word/document.xml"


def drop_unused_notes(parts: MutableMapping[str, bytes]) -> None:
    """Remove the notes that nothing in the text refers to, which Word does not print."""
    body = parse_part(parts[_BODY])
    for kind, _ in _KINDS:
        used = {mark.get(f"{W}id") for mark in body.iter(f"{W}{kind}Reference")}
        _drop_notes(parts, kind, used)


def move_notes(parts: MutableMapping[str, bytes]) -> int:
    """Move the notes that the text refers to behind it, in order; return how many."""
    body = parse_part(parts[_BODY])
    moved: list[Any] = []
    for kind, form in _KINDS:
        moved += _move_notes(body, parts, kind, form)
    if not moved:
        return 0
    content = body.find(f"{W}body")
    last = content[-1] if len(content) and content[-1].tag == f"{W}sectPr" else None
    place = content.index(last) if last is not None else len(content)
    for number, paragraph in enumerate(paragraph for note in moved for paragraph in note):
        content.insert(place + number, paragraph)
    parts[_BODY] = etree.tostring(body, xml_declaration=True, encoding="UTF-8", standalone=True)
    return len(moved)


def _move_notes(body: Any, parts: MutableMapping[str, bytes], kind: str, form: str) -> list[Any]:
    name = f"word/{kind}s.xml"
    if name not in parts:
        return []
    notes = {note.get(f"{W}id"): note for note in parse_part(parts[name]).iter(f"{W}{kind}")}
    referenced: list[Any] = []
    for mark in list(body.iter(f"{W}{kind}Reference")):
        note = deepcopy(notes.get(mark.get(f"{W}id")))
        if note is None:
            continue
        custom = mark.get(f"{W}customMarkFollows", "0") in ("1", "true", "on")
        label = "" if custom else format_number(len(referenced) + 1, form) or ""
        _write_mark(mark, label)
        own = next(note.iter(f"{W}{kind}Ref"), None)
        if own is not None:
            _write_mark(own, label)
        for link in list(note.iter(f"{W}hyperlink")):
            unwrap(link)  # its target is in the relationships of the notes' part
        referenced.append(note)
    _drop_notes(parts, kind, set())
    return referenced


def _write_mark(mark: Any, label: str) -> None:
    """Write a note's number in place of its mark, raised as Word raises it."""
    run = mark.getparent()
    properties = run.find(f"{W}rPr")
    if properties is None:
        properties = etree.Element(f"{W}rPr")
        run.insert(0, properties)
    if properties.find(f"{W}vertAlign") is None:
        etree.SubElement(properties, f"{W}vertAlign", {f"{W}val": "superscript"})
    run.replace(mark, make_text_element(label))


def _drop_notes(parts: MutableMapping[str, bytes], kind: str, kept: set[str | None]) -> None:
    """Remove all notes but these; the separator lines, which are stored as notes, stay."""
    name = f"word/{kind}s.xml"
    if name not in parts:
        return
    root = parse_part(parts[name])
    dropped = [
        note
        for note in root.iter(f"{W}{kind}")
        if note.get(f"{W}id") not in kept and not note.get(f"{W}type")
    ]
    for note in dropped:
        root.remove(note)
    if dropped:
        parts[name] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)

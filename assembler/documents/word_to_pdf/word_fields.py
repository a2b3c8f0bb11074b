"""Write out fields of a Word file: what Word last showed becomes text, as does the value of a form
field.

A program that converts the file would compute them anew, each in its own way and with today's date.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from assembler.documents.word_to_pdf.word_styles import read_switch, read_value
from assembler.documents.word_to_pdf.word_text import W

TICKED, EMPTY = "\u2612", "\u2610"
# computed on the page, or a link
_KEPT = frozenset(("PAGE", "NUMPAGES", "SECTIONPAGES", "SECTION", "HYPERLINK"))


def write_out_fields(root: Any) -> bool:
    """Change a part in place; return whether there was anything to change."""
    changed = _write_out_simple(root)
    open_fields: list[_Field] = []
    for run in list(root.iter(f"{W}r")):
        for child in list(run):
            changed |= _follow(child, open_fields)
    return changed


@dataclass(slots=True)
class _Field:
    """An open field: what it computes, its marks and instructions, and the part of its content that
    is not shown."""

    begin: Any
    shown: str | None  # what a form field shows of itself
    instruction: str = ""
    in_result: bool = False
    unseen: list[Any] = field(default_factory=list)

    def is_kept(self) -> bool:
        words = self.instruction.split()
        return self.shown is None and bool(words) and words[0].upper() in _KEPT


def _write_out_simple(root: Any) -> bool:
    simple = [
        node for node in root.iter(f"{W}fldSimple") if not _is_page_field(node.get(f"{W}instr", ""))
    ]
    for node in simple:
        unwrap(node)
    return bool(simple)


def _is_page_field(instruction: str) -> bool:
    words = instruction.split()
    return bool(words) and words[0].upper() in _KEPT


def _follow(child: Any, open_fields: list[_Field]) -> bool:
    """Process one child of a run; return whether it ended a field that was written out."""
    mark = child.get(f"{W}fldCharType") if child.tag == f"{W}fldChar" else None
    if mark == "begin":
        open_fields.append(_Field(begin=child, shown=_read_form_value(child.find(f"{W}ffData"))))
    elif not open_fields:
        return False
    elif mark == "separate":
        open_fields[-1].unseen.append(child)
        open_fields[-1].in_result = True
    elif mark == "end":
        return _end(open_fields.pop(), child)
    elif child.tag == f"{W}instrText" and not open_fields[-1].in_result:
        open_fields[-1].instruction += child.text or ""
    _note_unseen(child, open_fields, is_begin=mark == "begin")
    return False


def _note_unseen(child: Any, open_fields: list[_Field], *, is_begin: bool) -> None:
    """Note invisible content: instructions, and the result of a field that shows a value of its
    own."""
    for open_field in open_fields[: -1 if is_begin else None]:
        if child.tag != f"{W}rPr" and (not open_field.in_result or open_field.shown is not None):
            open_field.unseen.append(child)


def _end(ended: _Field, mark: Any) -> bool:
    if ended.is_kept():
        return False
    for node in (*ended.unseen, mark):
        if node.getparent() is not None:
            node.getparent().remove(node)
    run = ended.begin.getparent()
    if run is not None:
        if ended.shown:
            run.insert(run.index(ended.begin), make_text_element(ended.shown))
        run.remove(ended.begin)
    return True


def _read_form_value(data: Any) -> str | None:
    """Return what an old form field shows: a box, the chosen entry of a list; None for a text
    field, which shows its result."""
    if data is None:
        return None
    box, entries = data.find(f"{W}checkBox"), data.find(f"{W}ddList")
    if box is not None:
        is_checked = read_switch(box.find(f"{W}checked"))
        if is_checked is None:
            is_checked = read_switch(box.find(f"{W}default"))
        return TICKED if is_checked else EMPTY
    if entries is None:
        return None
    chosen = (
        read_value(entries.find(f"{W}result")) or read_value(entries.find(f"{W}default")) or "0"
    )
    texts = [read_value(entry) for entry in entries.findall(f"{W}listEntry")]
    return texts[int(chosen)] if chosen.isdigit() and int(chosen) < len(texts) else ""


def make_text_element(text: str) -> Any:
    """Return a w:t that keeps its blanks."""
    element = etree.Element(f"{W}t", {"{http://www.w3.org/XML/1998/namespace}space": "preserve"})
    element.text = text
    return element


def unwrap(element: Any) -> None:
    """Put an element's children in its place."""
    parent = element.getparent()
    place = parent.index(element)
    for child in list(element):
        parent.insert(place, child)
        place += 1
    parent.remove(element)

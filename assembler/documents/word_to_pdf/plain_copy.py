"""Write the copy of a Word file that an engine gets: Word's own means are written out as plain
text.

Symbol fonts, form fields, results of fields, tracked changes as accepted, hidden text, word art,
numbers of lists. What cannot be written out is unchanged; its pages are checked for whether the
engine drew it. The file itself is never changed.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from lxml import etree

from assembler.documents.word_to_pdf import symbol_fonts, word_lists
from assembler.documents.word_to_pdf.word_fields import make_text_element, unwrap, write_out_fields
from assembler.documents.word_to_pdf.word_notes import drop_unused_notes, move_notes
from assembler.documents.word_to_pdf.word_pictures import place_pictures
from assembler.documents.word_to_pdf.word_styles import (
    Style,
    find_run_face,
    is_run_hidden,
    read_styles,
    read_switch,
    read_value,
)
from assembler.documents.word_to_pdf.word_text import W, parse_part
from assembler.runtime.counts import format_count
from assembler.runtime.zip_files import UndatedZipFile

_STORY = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_V, _O = "{urn:schemas-microsoft-com:vml}", "{urn:schemas-microsoft-com:office:office}"
_TICKED = "☑☒✓✗✔✘"
_HYPHEN = "\u2011"


# list numbers unchanged; with bullets of ordinary fonts; as text, and pictures in the line, for an
# engine that draws nothing else
ListMode = Literal["kept", "bullets", "written"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainWord:
    """The copy; `changed`: whether it differs. `notes`: what is written otherwise than Word shows
    it, for a person."""

    data: bytes
    changed: bool
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Rewriting:
    styles: Mapping[str, Style]
    covered: Collection[int]  # code points that the fonts have
    lists: word_lists.Lists | None
    pictures: bool  # whether to place anew those that a simple engine loses
    word_art: int = 0
    likenesses: int = 0
    notes: list[str] = field(default_factory=list)


def write_plain(docx: bytes, covered: Collection[int], lists: ListMode) -> PlainWord:
    """Return the plain copy of a Word file.

    Args:
        covered: code points that the fonts have.

    Raises:
        zipfile.BadZipFile, lxml.etree.XMLSyntaxError: not a Word file.
    """
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    original = dict(parts)
    own_lists = _read_part_lists(parts, covered) if lists == "written" else None
    rewriting = _Rewriting(
        styles=_read_part_styles(parts),
        covered=covered,
        lists=own_lists,
        pictures=lists == "written",
    )
    if lists != "kept":
        drop_unused_notes(parts)
    moved = move_notes(parts) if lists == "written" else 0
    if moved:
        rewriting.notes.append(f"{format_count(moved, 'note')} set at the end of the text")
    _write_stories(parts, rewriting)
    if lists == "bullets" and "word/numbering.xml" in parts:
        root = parse_part(parts["word/numbering.xml"])
        if word_lists.replace_bullets(root, covered):
            parts["word/numbering.xml"] = _serialize_tree(root)
    if parts == original:
        return PlainWord(data=docx, changed=False)
    out = io.BytesIO()
    with UndatedZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        for name, data in parts.items():
            copy.writestr(name, data)
    return PlainWord(data=out.getvalue(), changed=True, notes=_write_notes(rewriting))


def _write_stories(parts: dict[str, bytes], rewriting: _Rewriting) -> None:
    """Rewrite the parts that hold text; the body first, since lists count on from it."""
    for name in sorted(
        filter(_STORY.fullmatch, parts), key=lambda part: (part != "word/document.xml", part)
    ):
        root = parse_part(parts[name])
        changed = _rewrite(root, rewriting)
        if rewriting.pictures:
            changed |= place_pictures(root, name, parts)
        if changed:
            parts[name] = _serialize_tree(root)


def _serialize_tree(root: Any) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _write_notes(rewriting: _Rewriting) -> tuple[str, ...]:
    notes = list(rewriting.notes)
    if rewriting.word_art:
        notes.append(
            f"{format_count(rewriting.word_art, 'piece')} of WordArt printed as plain text"
        )
    if rewriting.likenesses:
        notes.append(
            f"{format_count(rewriting.likenesses, 'sign')} of a symbol font replaced by the "
            "closest match in our fonts"
        )
    if rewriting.lists is not None and rewriting.lists.unknown:
        notes.append("list numbers of another script printed as Arabic numerals")
    return tuple(notes)


def _read_part_styles(parts: Mapping[str, bytes]) -> Mapping[str, Style]:
    return read_styles(parts["word/styles.xml"]) if "word/styles.xml" in parts else {}


def _read_part_lists(
    parts: Mapping[str, bytes], covered: Collection[int]
) -> word_lists.Lists | None:
    if "word/numbering.xml" not in parts:
        return None
    return word_lists.read_lists(
        parse_part(parts["word/numbering.xml"]), _read_part_styles(parts), covered
    )


def _rewrite(root: Any, rewriting: _Rewriting) -> bool:
    """Change a part in place; return whether there was anything to change."""
    changed = _accept_changes(root)
    changed |= _drop_hidden(root, rewriting.styles)
    changed |= write_out_fields(root)
    changed |= _write_out_art(root, rewriting)
    changed |= _keep_pictures_of_objects(root)
    for run in list(root.iter(f"{W}r")):
        changed |= _write_out_signs(run, rewriting)
    if rewriting.lists is not None:
        changed |= word_lists.write_out_lists(root, rewriting.lists, rewriting.styles)
    return changed


def _accept_changes(root: Any) -> bool:
    """Accept tracked changes: deleted or moved text is not printed, inserted text is."""
    deleted = [
        node
        for node in root.iter(f"{W}del", f"{W}moveFrom")
        if node.getparent().tag not in (f"{W}rPr", f"{W}pPr")
    ]
    rows = [node.getparent().getparent() for node in deleted if node.getparent().tag == f"{W}trPr"]
    for node in (*rows, *deleted):
        if node.getparent() is not None:
            node.getparent().remove(node)
    inserted = [node for node in root.iter(f"{W}ins", f"{W}moveTo") if len(node)]
    for node in inserted:
        unwrap(node)
    return bool(deleted or inserted)


def _drop_hidden(root: Any, styles: Mapping[str, Style]) -> bool:
    """Remove hidden runs and rows, and the content of table cells covered by a merged cell."""
    hidden = [run for run in root.iter(f"{W}r") if is_run_hidden(run, styles)]
    hidden += [row for row in root.iter(f"{W}tr") if read_switch(row.find(f"{W}trPr/{W}hidden"))]
    for cell in root.iter(f"{W}tc"):
        merged = cell.find(f"{W}tcPr/{W}vMerge")
        if merged is not None and read_value(merged) != "restart":
            hidden += [run for run in cell.iter(f"{W}r") if len(run)]
    for node in hidden:
        if node.getparent() is not None:
            node.getparent().remove(node)
    return bool(hidden)


def _write_out_art(root: Any, rewriting: _Rewriting) -> bool:
    """Write out WordArt of Word 2003: its text is in an attribute, which no engine draws."""
    art = [path for path in root.iter(f"{_V}textpath") if path.get("string", "").strip()]
    for path in art:
        run = next(path.iterancestors(f"{W}r"), None)
        picture = next(
            (node for node in path.iterancestors() if node.tag in (f"{W}pict", f"{W}object")), None
        )
        if run is None or picture is None or picture.getparent() is None:
            continue
        holder = next(
            (node for node in picture.iterancestors() if node.getparent() is run), picture
        )
        run.insert(run.index(holder), make_text_element(f" {path.get('string', '').strip()} "))
        path.getparent().remove(path)
        rewriting.word_art += 1
    return bool(art)


def _keep_pictures_of_objects(root: Any) -> bool:
    """Print an embedded object as the picture Word keeps of it; an engine may redraw it, or drop
    it."""
    objects = [node for node in root.iter(f"{_O}OLEObject") if node.getparent().tag == f"{W}object"]
    for node in objects:
        parent = node.getparent()
        parent.remove(node)
        parent.tag = f"{W}pict"
    return bool(objects)


def _write_out_signs(run: Any, rewriting: _Rewriting) -> bool:
    """Write out symbols and Word's own characters of a run."""
    face = find_run_face(run, rewriting.styles)
    symbolic = symbol_fonts.is_symbol_face(face)
    changed = written = False
    for child in list(run):
        if child.tag == f"{W}t" and child.text:
            text = (
                "".join(
                    character
                    if character.isspace()
                    else _replace_sign(face, ord(character), rewriting)
                    for character in child.text
                )
                if symbolic
                else child.text
            )
            text = text.replace(_HYPHEN, "-")
            written |= symbolic
            changed |= text != child.text
            child.text = text
        else:
            changed |= _write_out_character(run, child, rewriting)
    if written:
        _remove_symbol_face(run)
    return changed or written


def _write_out_character(run: Any, child: Any, rewriting: _Rewriting) -> bool:
    """Write out a character that is an element of its own; return whether it was one."""
    if child.tag == f"{W}sym":
        code = child.get(f"{W}char", "")
        sign = _replace_sign(
            child.get(f"{W}font", ""),
            int(code, 16) if re.fullmatch(r"[0-9A-Fa-f]{1,6}", code) else 0,
            rewriting,
        )
        run.replace(child, make_text_element(sign))
    elif child.tag == f"{W}noBreakHyphen":
        run.replace(child, make_text_element("-"))
    elif child.tag == f"{W}softHyphen":
        run.remove(child)
    elif child.tag in (f"{W}ptab", f"{W}cr"):
        child.tag = f"{W}tab" if child.tag == f"{W}ptab" else f"{W}br"
        child.attrib.clear()
    else:
        return False
    return True


def _replace_sign(face: str, code: int, rewriting: _Rewriting) -> str:
    """Return what a code of a symbol font shows; the code itself if unknown, so that a check
    reports it."""
    sign = symbol_fonts.find_sign(face, code)
    if not sign:
        return chr(code) if 0x20 <= code < 0xD800 or 0xE000 <= code < 0x110000 else "\ufffd"
    drawn = symbol_fonts.find_likeness(sign, rewriting.covered)
    rewriting.likenesses += bool(drawn) and drawn != sign and not (drawn in _TICKED or drawn == "☐")
    return drawn or sign


def _remove_symbol_face(run: Any) -> None:
    """Remove a run's symbol font; a style may set it too, so the plain default is named."""
    properties = run.find(f"{W}rPr")
    if properties is None:
        properties = etree.Element(f"{W}rPr")
        run.insert(0, properties)
    for fonts in properties.findall(f"{W}rFonts"):
        properties.remove(fonts)
    fonts = etree.Element(
        f"{W}rFonts",
        {f"{W}{script}": "Times New Roman" for script in ("ascii", "hAnsi", "cs", "eastAsia")},
    )
    properties.insert(1 if properties.find(f"{W}rStyle") is not None else 0, fonts)

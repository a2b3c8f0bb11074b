"""Normalize Word files of all writers: the common namespaces, the usual part names, no template
from elsewhere."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Mapping
from typing import Any

from lxml import etree

from assembler.documents.word_to_pdf.word_text import W, parse_part, resolve_target
from assembler.runtime.zip_files import UndatedZipFile

_STRICT = b"http://purl.oclc.org/ooxml/"
_NAME = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_USUAL = ("styles", "settings", "numbering", "footnotes", "endnotes", "comments")
_TYPES = "[Content_Types].xml"


def normalize_docx(docx: bytes) -> bytes:
    """Return the document as Word itself would have packed it; a document that is so already is
    unchanged.

    Raises zipfile.BadZipFile, lxml.etree.XMLSyntaxError.
    """
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        original = {name: archive.read(name) for name in archive.namelist()}
    parts = {
        name: _replace_strict_namespaces(data) if name.endswith((".xml", ".rels")) else data
        for name, data in original.items()
    }
    parts = _rename_numbered_parts(parts)
    _detach_template(parts)
    if parts == original:
        return docx
    out = io.BytesIO()
    with UndatedZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        for name, data in parts.items():
            copy.writestr(name, data)
    return out.getvalue()


def _replace_strict_namespaces(part: bytes) -> bytes:
    """Return a part of "Strict Open XML" with the namespaces that every engine knows."""
    if _STRICT not in part:
        return part
    common = _NAME.sub(rb"http://schemas.openxmlformats.org/\1/2006/", part)
    return common.replace(
        b"/2006/relationships/extendedProperties", b"/2006/relationships/extended-properties"
    )


def _rename_numbered_parts(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Rename parts that some writers number though there is only one: word/document2.xml,
    word/styles2.xml."""
    main = next(
        (target for kind, target in _list_targets(parts, "").values() if kind == "officeDocument"),
        "",
    )
    if main not in parts:
        return dict(parts)
    names = {main: "word/document.xml", _locate_relations(main): "word/_rels/document.xml.rels"}
    counts = dict.fromkeys(("header", "footer"), 0)
    for kind, target in _list_targets(parts, main).values():
        if kind in _USUAL:
            names[target] = f"word/{kind}.xml"
        elif kind in counts and not re.fullmatch(rf"word/{kind}\d*\.xml", target):
            counts[kind] += 1
            names[target] = f"word/{kind}{900 + counts[kind]}.xml"
    names |= {
        _locate_relations(old): _locate_relations(new)
        for old, new in names.items()
        if _locate_relations(old) in parts
    }
    names = {old: new for old, new in names.items() if old in parts and old != new}
    if (
        not names
        or posixpath.dirname(main) != "word"
        or any(new in parts and new not in names for new in names.values())
    ):
        return dict(parts)
    renamed = {names.get(name, name): data for name, data in parts.items()}
    for name in [name for name in renamed if name.endswith(".rels") or name == _TYPES]:
        renamed[name] = _retarget_parts(renamed[name], name, names)
    return renamed


def _retarget_parts(data: bytes, name: str, names: Mapping[str, str]) -> bytes:
    """Return a list of relationships or content types with the new part names."""
    root = parse_part(data)
    source = posixpath.join(posixpath.dirname(posixpath.dirname(name)), "x")
    for node in root:
        key = "PartName" if name == _TYPES else "Target"
        old = resolve_target(node.get(key, ""), "x" if name == _TYPES else source)
        if node.get("TargetMode") != "External" and old in names:
            node.set(key, f"/{names[old]}")
    return _serialize_tree(root)


def _detach_template(parts: dict[str, bytes]) -> None:
    """Remove the firm's template: it is not needed to print a letter, and no program should look
    for it."""
    for name, data in list(parts.items()):
        if name.endswith(".rels") and b"ttachedTemplate" in data:
            root = parse_part(data)
            for node in [
                node for node in root if node.get("Type", "").endswith("/attachedTemplate")
            ]:
                root.remove(node)
            parts[name] = _serialize_tree(root)
    if b"attachedTemplate" in parts.get("word/settings.xml", b""):
        settings = parse_part(parts["word/settings.xml"])
        for node in settings.findall(f"{W}attachedTemplate"):
            settings.remove(node)
        parts["word/settings.xml"] = _serialize_tree(settings)


def _list_targets(parts: Mapping[str, bytes], part: str) -> dict[str, tuple[str, str]]:
    listing = _locate_relations(part)
    rows = parse_part(parts[listing]) if listing in parts else ()
    return {
        row.get("Id", ""): (
            row.get("Type", "").rpartition("/")[2],
            resolve_target(row.get("Target", ""), part),
        )
        for row in rows
        if row.get("TargetMode") != "External"
    }


def _locate_relations(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _serialize_tree(root: Any) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))

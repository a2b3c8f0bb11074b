"""Find what a Word file may do to the machine or the firm that opens it: fetch, run, or hide
another file.

Judged on parsed XML, by the types of relationships and the names of elements, regardless of prefix,
namespace or encoding the file uses. Nothing is resolved or fetched on the way.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from lxml import etree

MOST_PARTS = 5_000
_WORDML = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
_RELATIONS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
_ENCODINGS = frozenset(("utf-8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii"))
_MAIN = re.compile(
    r"application/vnd\.(openxmlformats-officedocument\.wordprocessingml\.(document|template)\.main)\+xml"
)
_SAFE_LINK = re.compile(r"(https?://|mailto:|tel:)[^\\]", re.IGNORECASE)
# allowed relationships, by the last word of their type
_ALLOWED = frozenset(
    (
        "officeDocument",
        "core-properties",
        "extended-properties",
        "extendedProperties",
        "custom-properties",
        "customProperties",
        "coreProperties",
        "thumbnail",
        "styles",
        "stylesWithEffects",
        "settings",
        "webSettings",
        "fontTable",
        "theme",
        "themeOverride",
        "numbering",
        "header",
        "footer",
        "footnotes",
        "endnotes",
        "comments",
        "commentsExtended",
        "commentsIds",
        "commentsExtensible",
        "people",
        "image",
        "hdphoto",
        "font",
        "hyperlink",
        "glossaryDocument",
        "customXml",
        "customXmlProps",
        "chart",
        "chartEx",
        "chartStyle",
        "chartColorStyle",
        "chartUserShapes",
        "diagramData",
        "diagramLayout",
        "diagramQuickStyle",
        "diagramColors",
        "diagramDrawing",
        "printerSettings",
        "classificationlabels",
        "documenttasks",
        "intelligence",
        "bibliography",
    )
)
_REASONS = {
    "attachedTemplate": (
        "an external attached template",
        "detach it (Developer, Document Template) and save the file",
    ),
    "vbaProject": ("macros", "save it as a plain .docx"),
    "wordVbaData": ("macros", "save it as a plain .docx"),
    "control": ("an ActiveX control", "remove the control, and save it as a plain .docx"),
    "activeXControlBinary": (
        "an ActiveX control",
        "remove the control, and save it as a plain .docx",
    ),
    "oleObject": ("an embedded object", "paste it as a picture instead"),
    "package": ("an embedded file", "paste it as a picture instead"),
    "aFChunk": ("another file inserted on opening (altChunk)", "paste its text instead"),
    "subDocument": ("a link to a part of a master document", "save it as one document"),
    "frame": ("a frameset", "save it as a plain .docx"),
    "extensibility": (
        "custom Word buttons (customUI)",
        "remove them, and save it as a plain .docx",
    ),
    "mailMergeSource": (
        "a data source of a mail merge",
        "make it a normal Word document (Mailings, Start Mail Merge)",
    ),
    "mailMergeHeaderSource": (
        "a data source of a mail merge",
        "make it a normal Word document (Mailings, Start Mail Merge)",
    ),
}
_ELEMENTS = {
    "altChunk": "aFChunk",
    "subDoc": "subDocument",
    "control": "control",
    "frameset": "frame",
    "mailMerge": "mailMergeSource",
    "attachedTemplate": "attachedTemplate",
}
# fields that fetch, run or ask for something
_FIELDS = frozenset(
    (
        "DDE",
        "DDEAUTO",
        "INCLUDEPICTURE",
        "INCLUDETEXT",
        "INCLUDE",
        "IMPORT",
        "LINK",
        "EMBED",
        "DATABASE",
        "RD",
        "ADDIN",
        "MACROBUTTON",
        "PRINT",
        "CONTROL",
        "HTMLACTIVEX",
    )
)
_UNLINK = "remove the field (Alt+F9 shows it), or unlink it (Ctrl+Shift+F9)"
_BAD_LINK = (
    "a link that loads external pictures or a template, or opens something other than a web page"
)
_GOOD_LINKS = "embed what it shows; link to http, https and mailto addresses only"
_VML = "urn:schemas-microsoft-com:"  # how the namespaces of its drawings begin
_OF_FIELDS = ("fldSimple", "fldChar", "instrText", "delInstrText")
_COMPUTED = "\0"  # replaces the part of an instruction that another field computes


@dataclass(frozen=True, slots=True, kw_only=True)
class Threat:
    """A threat: the part of the file, what it holds, and what to do."""

    part: str
    problem: str
    remedy: str


def find_threats(docx: bytes, most_bytes: int) -> Iterator[Threat]:
    """Yield everything that a harmless Word file does not have. Raises zipfile.BadZipFile."""
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        packing = list(_check_packing(archive.infolist(), most_bytes))
        if packing:
            yield from packing
            return  # do not read what is too large unpacked, or has two parts with the same name
        for name in archive.namelist():
            data = archive.read(name)
            if (
                name == "[Content_Types].xml"
                or name.endswith((".xml", ".rels", ".vml"))
                or _is_xml(data)
            ):
                yield from _check_part(name, data, archive.namelist())


def _check_packing(entries: Sequence[zipfile.ZipInfo], most_bytes: int) -> Iterator[Threat]:
    remedy = "open it in Word and save it again"
    if len(entries) > MOST_PARTS or sum(entry.file_size for entry in entries) > most_bytes:
        yield Threat(part="the file", problem="too much data when unpacked", remedy=remedy)
    names = Counter(unquote(entry.filename).replace("\\", "/").casefold() for entry in entries)
    for name in sorted(name for name, count in names.items() if count > 1):
        yield Threat(
            part=_shorten_name(name), problem="two parts with the same name", remedy=remedy
        )
    for entry in entries:
        plain = unquote(entry.orig_filename).replace("\\", "/")
        if ".." in plain.split("/") or plain.startswith("/") or ":" in plain or "\0" in plain:
            yield Threat(
                part=_shorten_name(plain),
                problem="a part that lies outside the file",
                remedy=remedy,
            )
        if re.search(
            r"vbaProject|/embeddings/|/activeX/|(?<!printerSettings\d)\.bin$", plain, re.IGNORECASE
        ):
            yield Threat(
                part=_shorten_name(plain),
                problem="macros or embedded objects",
                remedy="save a plain .docx",
            )
        if entry.flag_bits & 1:
            yield Threat(part=_shorten_name(plain), problem="an encrypted part", remedy=remedy)


def _shorten_name(name: str) -> str:
    return repr(name[:80])


def _is_xml(data: bytes) -> bool:
    """Return whether a part without a telling name looks like XML, in one of the encodings XML
    begins with."""
    return data[:64].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<")


def _check_part(name: str, data: bytes, names: Sequence[str]) -> Iterator[Threat]:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    remedy = "open it in Word and save it again"
    try:
        tree = etree.fromstring(data, parser).getroottree()
    except (etree.XMLSyntaxError, ValueError):
        yield Threat(part=name, problem="XML that cannot be read", remedy=remedy)
        return
    if tree.docinfo.internalDTD is not None or tree.docinfo.externalDTD is not None:
        yield Threat(part=name, problem="a document type declaration (DTD)", remedy=remedy)
        return
    if (tree.docinfo.encoding or "UTF-8").lower() not in _ENCODINGS:
        yield Threat(part=name, problem="XML in an encoding that Word never uses", remedy=remedy)
    root = tree.getroot()
    local = etree.QName(root).localname
    if local == "Relationships":
        yield from _check_relationships(name, root)
        return
    if local == "Types":
        yield from _check_types(name, root, names)
        return
    used = {_split_name(tag) for tag in {node.tag for node in root.iter()} if isinstance(tag, str)}
    # a large part has few names: where none of them matters, its elements are not looked at
    if any(_is_element_checked(*element) for element in used):
        yield from _check_elements(name, root)
    if any(local in _OF_FIELDS for _, local in used):
        yield from _check_fields(name, root)


def _check_types(name: str, root: Any, names: Sequence[str]) -> Iterator[Threat]:
    """Yield threats in the content types of parts; a type for an extension that no part has is
    ignored."""
    extensions = {part.rpartition(".")[2].casefold() for part in names}
    nodes = [node for node in root if isinstance(node.tag, str)]
    used = [
        node
        for node in nodes
        if node.get("Extension") is None or node.get("Extension").casefold() in extensions
    ]
    kinds = [node.get("ContentType", "").strip() for node in used]
    for kind in kinds:
        if re.search(
            r"macroEnabled|vba|activeX|ms-word\.attachedToolbars|keyMapCustomizations",
            kind,
            re.IGNORECASE,
        ):
            yield _make_threat(name, "vbaProject")
        elif re.search(
            r"oleObject|spreadsheetml|presentationml|message/|html", kind, re.IGNORECASE
        ):
            yield _make_threat(name, "oleObject")
    if not any(_MAIN.fullmatch(kind) for kind in kinds):
        yield Threat(
            part=name,
            problem="not a Word document, or another kind of Word document",
            remedy="save it as .docx in Word",
        )


def _check_relationships(name: str, root: Any) -> Iterator[Threat]:
    for node in root:
        if not isinstance(node.tag, str):
            continue
        kind = node.get("Type", "").strip().rstrip("/").rpartition("/")[2]
        target, mode = node.get("Target", "").strip(), node.get("TargetMode", "Internal").strip()
        if kind not in _ALLOWED:
            yield _make_threat(name, kind)
        elif mode.casefold() != "internal":
            if kind != "hyperlink" or not _is_safe_address(target):
                yield Threat(part=name, problem=_BAD_LINK, remedy=_GOOD_LINKS)
        elif kind != "hyperlink" and (
            re.match(r"[A-Za-z][\w+.-]*:|//|\\", unquote(target)) or "\\" in unquote(target)
        ):
            yield Threat(
                part=name,
                problem="a part that lies outside the file",
                remedy="open it in Word and save it again",
            )


def _make_threat(part: str, kind: str) -> Threat:
    default = (
        "a part of a kind that templates never need",
        "copy the text into a new document, and save that",
    )
    problem, remedy = _REASONS.get(kind, default)
    return Threat(part=part, problem=problem, remedy=remedy)


@lru_cache(maxsize=4096)
def _split_name(tag: str) -> tuple[str, str]:
    """Return namespace and local name of an element or attribute; cached, since a document repeats
    few names."""
    name = etree.QName(tag)
    return name.namespace or "", name.localname


def _is_element_checked(place: str, local: str) -> bool:
    """Return whether an element of this namespace and name can be a threat."""
    return (
        local in ("OLEObject", "externalData")
        or (place in _WORDML and local in _ELEMENTS)
        or place.startswith(_VML)
    )


def _check_elements(name: str, root: Any) -> Iterator[Threat]:
    for node in root.iter():
        if not isinstance(node.tag, str):
            continue
        place, local = _split_name(node.tag)
        if local == "OLEObject":
            yield _make_threat(name, "oleObject")
        elif place in _WORDML and local in _ELEMENTS:
            yield _make_threat(name, _ELEMENTS[local])
        elif local == "externalData" and place.endswith("/chart"):
            yield _make_threat(name, "package")
        elif place.startswith(_VML) and any(map(_is_leading_out, node.attrib.items())):
            yield Threat(
                part=name,
                problem="an external picture or link",
                remedy="embed it in the document",
            )


def _is_leading_out(attribute: tuple[Any, Any]) -> bool:
    """Return whether an attribute of a VML drawing names a file or page: `src` always fetches, the
    others on a click."""
    key, value = etree.QName(attribute[0]), str(attribute[1]).strip()
    if key.namespace in _RELATIONS or not value:
        return False  # the id of a relationship, which is checked separately
    return key.localname == "src" or (
        key.localname in ("href", "althref") and not _is_safe_address(value)
    )


def _is_safe_address(target: str) -> bool:
    """Return whether an address is a web page, an e-mail address, a telephone, or a place in the
    document."""
    return bool(_SAFE_LINK.match(target)) or target.startswith("#")


def _check_fields(name: str, root: Any) -> Iterator[Threat]:
    for instruction in _iterate_instructions(root):
        match = re.match(r"[^A-Za-z\0]*([A-Za-z]*\0?)", instruction)
        command = match[1].upper() if match else ""
        if _COMPUTED in command:
            yield Threat(
                part=name, problem="a field whose command another field computes", remedy=_UNLINK
            )
        elif command in _FIELDS:
            yield Threat(
                part=name,
                problem=f"a field that fetches or runs something ({command})",
                remedy=_UNLINK,
            )
        elif command == "HYPERLINK" and not _is_safe_address(_read_address(instruction)):
            yield Threat(part=name, problem=_BAD_LINK, remedy=_GOOD_LINKS)


def _read_address(instruction: str) -> str:
    """Return the target of a HYPERLINK field; "#" for a place in the document."""
    match = re.match(r"[^A-Za-z]*\w+\s*(?:\"([^\"]*)\"|(\\\S*)|(\S+))?", instruction)
    quoted, switch, bare = match.groups() if match else (None, None, None)
    target = (quoted if quoted is not None else bare or "").strip()
    return target or (
        "#"
        if switch is None or switch.lower() in ("\\l", "\\o", "\\t", "\\n", "\\m", "\\h")
        else switch
    )


def _iterate_instructions(root: Any) -> Iterator[str]:
    """Yield the instruction of each field, joined from its runs; nested ones separately."""
    stack: list[list[str]] = []
    in_result: list[bool] = []
    stray = ""
    for node in root.iter():
        local = _split_name(node.tag)[1] if isinstance(node.tag, str) else ""
        if local == "fldSimple":
            yield next(
                (value for key, value in node.attrib.items() if _split_name(key)[1] == "instr"), ""
            )
        elif local == "fldChar":
            kind = next(
                (
                    value
                    for key, value in node.attrib.items()
                    if _split_name(key)[1] == "fldCharType"
                ),
                "",
            )
            if kind == "begin":
                if stack and not in_result[-1]:
                    stack[-1].append(_COMPUTED)
                stack.append([])
                in_result.append(False)
            elif kind == "separate" and stack:
                in_result[-1] = True
            elif kind == "end" and stack:
                yield "".join(stack.pop())
                in_result.pop()
        elif local in ("instrText", "delInstrText"):
            if stack:
                stack[-1].append(node.text or "")
            else:
                stray += node.text or ""
    yield from ("".join(pieces) for pieces in stack)
    if stray:
        yield stray

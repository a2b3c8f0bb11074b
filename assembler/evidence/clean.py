"""A PDF as a reader shows it and nothing else: no scripts, files, forms, or data that the page does not show."""

from __future__ import annotations

import re
from collections import Counter

import pikepdf
from pikepdf import Dictionary, Name, Pdf, sanitize

from assembler.evidence.weblinks import active_bookmarks, is_plain_link, write_out_page_moves

_REMOVE_FROM_PAGE = (Name.AA, Name.PieceInfo, Name.Thumb, Name.Metadata, Name.StructParents, Name.Tabs, Name.B)
_SAVE = re.compile(rb"(?<![^\s\])>])q(?=[\s\[(</]|$)")
_RESTORE = re.compile(rb"(?<![^\s\])>])Q(?=[\s\[(</]|$)")
_DEEPEST = 32  # parents of a field
_COMBO = 1 << 17  # flag of a list that opens (PDF 32000-1, table 230)
_KEEP_IN_ROOT = {"/Type", "/Pages", "/Outlines", "/Names", "/Dests", "/OCProperties", "/PageLabels"}


def plain_notes(page: pikepdf.Page) -> None:
    """Leave only annotations in a page's list of them; damaged files, and some programs, put other things there."""
    notes = page.get(Name.Annots)
    if notes is None:
        return
    kept = [one for one in notes if isinstance(one, Dictionary)] if isinstance(notes, pikepdf.Array) else []
    if not kept:
        del page.Annots
    elif len(kept) < len(notes):
        page.Annots = pikepdf.Array(kept)


def removed_from(pdf: Pdf) -> Counter[str]:
    """What `clean` will take out, counted by kind, before it does."""
    found: Counter[str] = Counter()
    root = pdf.Root
    names = root.get(Name.Names, Dictionary())
    found["script"] += int(Name.JavaScript in names) + int(_is_script(root.get(Name.OpenAction)))
    found["attachment"] += len(pdf.attachments)
    found["portfolio"] += int(Name.Collection in root)
    form = root.get(Name.AcroForm, Dictionary())
    found["XFA form"] += int(Name.XFA in form)
    found["document metadata"] += int(Name.Metadata in root or bool(pdf.trailer.get(Name.Info)))
    found["tags"] += int(Name.StructTreeRoot in root)
    found["bookmark that leads out of the file"] += active_bookmarks(pdf)
    for page in pdf.pages:
        for annotation in page.get(Name.Annots, ()):
            found[_annotation_kind(annotation)] += 1
    del found[""]
    return Counter({kind: count for kind, count in found.items() if count})


def clean(pdf: Pdf) -> frozenset[int]:
    """Make forms and comments part of the page, exactly as shown; take out everything active or hidden; keep links.

    Returns the pages (from 0) on which we had to draw values that the file held no picture of.
    """
    redrawn: frozenset[int] = frozenset()
    if Name.AcroForm in pdf.Root:
        if Name.XFA in pdf.Root.AcroForm:
            del pdf.Root.AcroForm.XFA
        redrawn = _draw_values(pdf)
    write_out_page_moves(pdf)
    links = [_links(page) for page in pdf.pages]
    pdf.flatten_annotations("screen")
    for page, kept in zip(pdf.pages, links, strict=True):
        _only(page, kept)
    (
        sanitize.Sanitizer()
        .remove_javascript()
        .remove_attachments()
        .remove_collection()
        .remove_multimedia()
        .remove_private_app_data()
        .remove_search_index()
        .remove_thumbnails()
        .remove_web_capture()
        .apply(pdf)
    )
    for entry in set(pdf.Root.keys()) - _KEEP_IN_ROOT:
        del pdf.Root[entry]
    if Name.Info in pdf.trailer:
        del pdf.trailer.Info
    for page in pdf.pages:
        for key in _REMOVE_FROM_PAGE:
            if key in page:
                del page[key]
    return redrawn


def balance(page: pikepdf.Page) -> None:
    """Close what a page's content leaves open, so that what is drawn after it stands where it should.

    Counting letters first is quick; only a page where they do not match is parsed.
    """
    raw = page.get(Name.Contents)
    if raw is None:
        return
    streams = raw if isinstance(raw, pikepdf.Array) else [raw]
    try:
        data = b"\n".join(stream.read_bytes() for stream in streams)
    except pikepdf.PdfError:  # damaged, which `soundness` tells; viewers show what they can of it
        return
    if len(_SAVE.findall(data)) == len(_RESTORE.findall(data)):
        return
    depth = lowest = 0
    for instruction in pikepdf.parse_content_stream(page):
        depth += {"q": 1, "Q": -1}.get(str(instruction.operator), 0)
        lowest = min(lowest, depth)
    if lowest < 0:
        page.contents_add(b"q " * -lowest + b"\n", prepend=True)
    if depth - lowest > 0:
        page.contents_add(b"\n" + b"Q " * (depth - lowest), prepend=False)


def _links(page: pikepdf.Page) -> list[pikepdf.Object]:
    return [annotation for annotation in page.get(Name.Annots, ()) if is_plain_link(annotation)]


def _draw_values(pdf: Pdf) -> frozenset[int]:
    """Draw the value of each field that has no picture of it; viewers do so when they show the form."""
    asked = bool(pdf.Root.AcroForm.get(Name.NeedAppearances, False))
    widgets = [
        (number, annotation)
        for number, page in enumerate(pdf.pages)
        for annotation in page.get(Name.Annots, ())
        if annotation.get(Name.Subtype) == Name.Widget
    ]
    bare = frozenset(number for number, widget in widgets if asked or Name.AP not in widget)
    if not bare:
        return bare
    # of lists and buttons the file's own picture shows more than one made anew; it is put aside, since it would be written over
    kept = [(widget, widget.AP) for _, widget in widgets if Name.AP in widget and not (asked and _is_line(widget))]
    for widget, _ in kept:
        del widget.AP
    pdf.Root.AcroForm.NeedAppearances = True  # else nothing is drawn
    pdf.generate_appearance_streams()
    for widget, appearance in kept:
        widget.AP = appearance
    return bare


def _is_line(widget: pikepdf.Object) -> bool:
    """Whether the field is a line or block of text, or a list that opens."""
    field, flags = widget, 0
    for _ in range(_DEEPEST):
        if Name.Ff in field and not flags:
            flags = int(field.Ff)
        if Name.FT in field or Name.Parent not in field:
            break
        field = field.Parent
    kind = field.get(Name.FT)
    return kind == Name.Tx or (kind == Name.Ch and bool(flags & _COMBO))


def _only(page: pikepdf.Page, kept: list[pikepdf.Object]) -> None:
    for link in kept:
        if Name.AP in link:  # its picture is part of the page by now
            del link.AP
            link.Border = pikepdf.Array([0, 0, 0])
            if Name.BS in link:  # else a viewer would draw a border that the file does not show
                del link.BS
        for key in (Name.AA, Name.StructParent, Name.Contents, Name.M, Name.NM, Name.P):
            if key in link:
                del link[key]
    if kept:
        page.Annots = pikepdf.Array(kept)
    elif Name.Annots in page:
        del page.Annots


def _annotation_kind(annotation: pikepdf.Object) -> str:
    kind = annotation.get(Name.Subtype)
    if kind == Name.Link:
        return "" if is_plain_link(annotation) else "link that runs or opens something"
    if kind == Name.Widget:
        return "form field (its value stays visible)"
    if kind == Name.FileAttachment:
        return "attachment"
    return "comment or mark (it stays visible)"


def _is_script(action: pikepdf.Object | None) -> bool:
    return isinstance(action, Dictionary) and action.get(Name.S) == Name.JavaScript

"""A PDF as a reader shows it and nothing else: no scripts, files, forms, or data that the page
does not show."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import pikepdf
from pikepdf import Dictionary, Name, Pdf, sanitize

from assembler.evidence.annotations.field_appearances import DrawnFields, draw_fields
from assembler.evidence.annotations.mark_drawing import DrawnMarks, draw_marks
from assembler.evidence.client_links import active_bookmarks, is_plain_link, write_out_page_moves
from assembler.evidence.hidden_layers import is_switched_off, layers_off
from assembler.evidence.losses import Loss, hidden_annotation

_REMOVE_FROM_PAGE = (
    Name.AA,
    Name.PieceInfo,
    Name.Thumb,
    Name.Metadata,
    Name.StructParents,
    Name.Tabs,
    Name.B,
)
_SAVE = re.compile(rb"(?<![^\s\])>])q(?=[\s\[(</]|$)")
_RESTORE = re.compile(rb"(?<![^\s\])>])Q(?=[\s\[(</]|$)")
_KEEP_IN_ROOT = {"/Type", "/Pages", "/Outlines", "/Names", "/Dests", "/OCProperties", "/PageLabels"}


def plain_notes(page: pikepdf.Page) -> None:
    """Leave only annotations in a page's list of them; damaged files, and some programs, put
    other things there."""
    notes = page.get(Name.Annots)
    if notes is None:
        return
    kept = (
        [one for one in notes if isinstance(one, Dictionary)]
        if isinstance(notes, pikepdf.Array)
        else []
    )
    if not kept:
        del page.Annots
    elif len(kept) < len(notes):
        page.Annots = pikepdf.Array(kept)


def removed_from(pdf: Pdf) -> Counter[str]:
    """What `clean` will take out, counted by kind, before it does; visible marks are counted
    once they were seen (`marks`)."""
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
    off = layers_off(pdf)
    for page in pdf.pages:
        for annotation in page.get(Name.Annots, ()):
            is_shown = not hidden_annotation(annotation) and not is_switched_off(annotation, off)
            found[_annotation_kind(annotation, is_shown=is_shown)] += 1
    del found[""]
    return Counter({kind: count for kind, count in found.items() if count})


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What had to be drawn because a file held no picture of it: fields, and marks with their
    places by page (from 0)."""

    fields: DrawnFields
    marks: DrawnMarks

    @property
    def pages(self) -> frozenset[int]:
        """Pages on which anything was drawn that PDFium would not draw itself."""
        return self.fields.pages | frozenset(self.marks.ours)

    @property
    def losses(self) -> tuple[Loss, ...]:
        """What is to be told."""
        return (*self.fields.losses, *self.marks.losses)


def clean(pdf: Pdf) -> Drawn:
    """Make forms and comments part of the page, exactly as shown; take out everything active or
    hidden; keep links."""
    if Name.AcroForm in pdf.Root and Name.XFA in pdf.Root.AcroForm:
        del pdf.Root.AcroForm.XFA
    _drop_switched_off(pdf)
    drawn = Drawn(fields=draw_fields(pdf), marks=draw_marks(pdf))
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
    return drawn


def balance(page: pikepdf.Page) -> None:
    """Close what a page's content leaves open, so that what is drawn after it stands where it
    should.

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


def _drop_switched_off(pdf: Pdf) -> None:
    """Take out what belongs to a layer that is off; once it is part of the page nothing would
    hide it any more."""
    off = layers_off(pdf)
    for page in pdf.pages if off else ():
        notes = page.get(Name.Annots, ())
        kept = [note for note in notes if not is_switched_off(note, off)]
        if len(kept) < len(notes):
            page.Annots = pikepdf.Array(kept)


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


def _annotation_kind(annotation: pikepdf.Object, *, is_shown: bool) -> str:
    kind = annotation.get(Name.Subtype)
    if kind == Name.Link:
        return "" if is_plain_link(annotation) else "link that runs or opens something"
    if kind == Name.Widget:
        return "form field (its value stays visible)" if is_shown else "hidden form field"
    if kind == Name.FileAttachment:
        return "attachment"
    if kind == Name.Popup:
        return "window of a comment"
    return "" if is_shown else "hidden comment or mark"


def _is_script(action: pikepdf.Object | None) -> bool:
    return isinstance(action, Dictionary) and action.get(Name.S) == Name.JavaScript

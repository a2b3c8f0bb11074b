"""Reduce a PDF to what a viewer shows: no scripts, files, forms, or data that no page shows."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import pikepdf
from pikepdf import Dictionary, Name, Pdf, sanitize

from assembler.evidence.annotations.field_appearances import DrawnFields, draw_fields
from assembler.evidence.annotations.mark_drawing import DrawnMarks, draw_marks
from assembler.evidence.client_links import (
    count_active_bookmarks,
    is_plain_link,
    resolve_binary_names,
    resolve_page_moves,
)
from assembler.evidence.hidden_layers import is_switched_off, list_hidden_layers
from assembler.evidence.losses import Loss, is_hidden_annotation

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


def drop_broken_annotations(page: pikepdf.Page) -> None:
    """Keep only annotations in a page's list of them; damaged files and some programs put other
    things there."""
    notes = page.get(Name.Annots)
    if notes is None:
        return
    is_array = isinstance(notes, pikepdf.Array)
    annotations = [note for note in notes if isinstance(note, Dictionary)] if is_array else []
    if not annotations:
        del page.Annots
    elif len(annotations) < len(notes):
        page.Annots = pikepdf.Array(annotations)


def count_removed(pdf: Pdf) -> Counter[str]:
    """Count by kind what `clean` will remove.

    Visible marks are counted after the survey has seen them (`annotation_survey`).
    """
    counts: Counter[str] = Counter()
    root = pdf.Root
    names = root.get(Name.Names, Dictionary())
    counts["script"] += int(Name.JavaScript in names) + int(_is_script(root.get(Name.OpenAction)))
    counts["attachment"] += len(pdf.attachments)
    counts["portfolio"] += int(Name.Collection in root)
    form = root.get(Name.AcroForm, Dictionary())
    counts["XFA form"] += int(Name.XFA in form)
    counts["document metadata"] += int(Name.Metadata in root or bool(pdf.trailer.get(Name.Info)))
    counts["tags"] += int(Name.StructTreeRoot in root)
    counts["bookmark that leads outside the file"] += count_active_bookmarks(pdf)
    off = list_hidden_layers(pdf)
    for page in pdf.pages:
        for annotation in page.get(Name.Annots, ()):
            is_visible = not is_hidden_annotation(annotation) and not is_switched_off(
                annotation, off
            )
            counts[_name_removed_annotation(annotation, is_visible=is_visible)] += 1
    del counts[""]
    return Counter({kind: count for kind, count in counts.items() if count})


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnAnnotations:
    """What was drawn because the file had no appearance of it: fields, and marks with their boxes
    by page (from 0)."""

    fields: DrawnFields
    marks: DrawnMarks

    @property
    def pages(self) -> frozenset[int]:
        """Return the pages on which anything was drawn that PDFium would not draw itself."""
        return self.fields.pages | frozenset(self.marks.ours)

    @property
    def losses(self) -> tuple[Loss, ...]:
        """Return the losses to report."""
        return (*self.fields.losses, *self.marks.losses)


def clean_pdf(pdf: Pdf) -> DrawnAnnotations:
    """Flatten forms and comments into the page exactly as shown; remove everything active or
    hidden; keep links."""
    if Name.AcroForm in pdf.Root and Name.XFA in pdf.Root.AcroForm:
        del pdf.Root.AcroForm.XFA
    _drop_switched_off(pdf)
    drawings = DrawnAnnotations(fields=draw_fields(pdf), marks=draw_marks(pdf))
    resolve_page_moves(pdf)
    resolve_binary_names(pdf)
    links = [_list_plain_links(page) for page in pdf.pages]
    pdf.flatten_annotations("screen")
    for page, page_links in zip(pdf.pages, links, strict=True):
        _keep_only(page, page_links)
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
    return drawings


def balance_graphics_state(page: pikepdf.Page) -> None:
    """Close what a page's content leaves open, so that what is drawn after it has the right
    position.

    Counting operators first is fast; only a page where they do not match is parsed.
    """
    raw = page.get(Name.Contents)
    if raw is None:
        return
    streams = raw if isinstance(raw, pikepdf.Array) else [raw]
    try:
        # anything else in a damaged page is no content, to viewers, too
        data = b"\n".join(s.read_bytes() for s in streams if isinstance(s, pikepdf.Stream))
    except pikepdf.PdfError:  # damaged, which `integrity` reports; viewers show what they can
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


def _list_plain_links(page: pikepdf.Page) -> list[pikepdf.Object]:
    return [annotation for annotation in page.get(Name.Annots, ()) if is_plain_link(annotation)]


def _drop_switched_off(pdf: Pdf) -> None:
    """Remove annotations on hidden layers, since nothing would hide them once they are
    flattened."""
    off = list_hidden_layers(pdf)
    for page in pdf.pages if off else ():
        notes = page.get(Name.Annots, ())
        visible = [note for note in notes if not is_switched_off(note, off)]
        if len(visible) < len(notes):
            page.Annots = pikepdf.Array(visible)


def _keep_only(page: pikepdf.Page, links: list[pikepdf.Object]) -> None:
    for link in links:
        if Name.AP in link:  # its appearance has been flattened into the page
            del link.AP
            link.Border = pikepdf.Array([0, 0, 0])
            if Name.BS in link:  # a viewer would draw a border that the file does not show
                del link.BS
        for key in (Name.AA, Name.StructParent, Name.Contents, Name.M, Name.NM, Name.P):
            if key in link:
                del link[key]
    if links:
        page.Annots = pikepdf.Array(links)
    elif Name.Annots in page:
        del page.Annots


def _name_removed_annotation(annotation: pikepdf.Object, *, is_visible: bool) -> str:
    kind = annotation.get(Name.Subtype)
    if kind == Name.Link:
        return "" if is_plain_link(annotation) else "link that runs or opens something"
    if kind == Name.Widget:
        return "form field (its value stays visible)" if is_visible else "hidden form field"
    if kind == Name.FileAttachment:
        return "attachment"
    if kind == Name.Popup:
        return "pop-up window of a comment"
    return "" if is_visible else "hidden comment or mark"


def _is_script(action: pikepdf.Object | None) -> bool:
    return isinstance(action, Dictionary) and action.get(Name.S) == Name.JavaScript

"""List what a PDF contains and a bundle cannot; what may matter stops the case until it is
accepted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from assembler.evidence.client_links import is_plain_link
from assembler.evidence.hidden_layers import ObjectId, is_switched_off, list_hidden_layers
from assembler.model import Severity
from assembler.runtime.counts import format_count
from assembler.runtime.rule_catalog import resolve_severity

_HARMLESS = ("/GoTo", "/URI")  # actions that a link may have
_MOVES = ("/NextPage", "/PrevPage", "/FirstPage", "/LastPage")
_HIDDEN = 2 | 32  # annotation flags Hidden and NoView (PDF 32000-1, table 165)
_NOTE_KINDS = frozenset(
    (
        "/Text",
        "/Highlight",
        "/Underline",
        "/Squiggly",
        "/StrikeOut",
        "/Caret",
        "/Ink",
        "/Square",
        "/Circle",
        "/Line",
        "/Polygon",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Something a bundle will not contain, or should not. An error stops the case until
    `accept_loss` names the rule."""

    rule: str
    severity: Severity
    problem: str
    remedy: str
    page: int | None = None  # 1-based in the file; None: the whole file
    region: tuple[float, float, float, float] | None = None  # as Finding.region


def make_loss(
    rule: str,
    problem: str,
    remedy: str,
    severity: Severity | None = None,
    *,
    page: int | None = None,
    region: tuple[float, float, float, float] | None = None,
) -> Loss:
    """Return a loss of a rule in the catalog; `severity` as for `make_finding`."""
    return Loss(
        rule=rule,
        severity=resolve_severity(rule, severity),
        problem=problem,
        remedy=remedy,
        page=page,
        region=region,
    )


def rotate_region(
    region: tuple[float, float, float, float], size: tuple[float, float], clockwise: int
) -> tuple[float, float, float, float]:
    """Return where a region lies once its page, `size` points wide and high, is rotated by 0, 90,
    180 or 270 degrees; both as `Finding.region`."""
    left, top, right, bottom = region
    width, height = size
    return {
        0: region,
        90: (height - bottom, left, height - top, right),
        180: (width - right, height - bottom, width - left, height - top),
        270: (top, width - right, bottom, width - left),
    }[clockwise]


def find_losses(pdf: Pdf) -> tuple[Loss, ...]:
    """Return all losses of a file as the client sent it; contents are counted, never named."""
    losses = [*_find_files(pdf), *_find_form(pdf), *_find_layers(pdf)]
    off = list_hidden_layers(pdf)
    for number, page in enumerate(pdf.pages, 1):
        notes = _list_dictionaries(page.get(Name.Annots))
        losses += _find_active_annotations(number, notes)
        losses += _find_comments(number, notes, off)
    if count := _count_scripts(pdf):
        problem = (
            f"{format_count(count, 'script or action', 'scripts or actions')} removed: a bundle "
            "runs no code"
        )
        remedy = "nothing to do, unless a script drew part of the page"
        losses.append(make_loss("EVID.SCRIPT", problem, remedy))
    return tuple(losses)


def _list_dictionaries(values: Any) -> list[Any]:
    """Return the dictionaries of an array; [] if it is not an array."""
    if not isinstance(values, Array):
        return []
    return [value for value in values if isinstance(value, Dictionary)]


def _find_files(pdf: Pdf) -> Iterator[Loss]:
    attachment_notes = sum(
        note.get(Name.Subtype) == Name.FileAttachment
        for page in pdf.pages
        for note in _list_dictionaries(page.get(Name.Annots))
    )
    count = len(pdf.attachments) + attachment_notes
    if Name.Collection in pdf.Root:
        yield make_loss(
            "EVID.PORTFOLIO",
            f"the PDF is a portfolio: {format_count(count, 'file')} attached, and its only page "
            "is a cover",
            "save the files it contains and list each of them as an exhibit",
            Severity.ERROR,
        )
    elif count:
        yield make_loss(
            "EVID.ATTACHMENT",
            f"{format_count(count, 'file')} attached inside the PDF, which a bundle cannot contain",
            "save the attachments, and list those that matter as exhibits",
            Severity.ERROR,
        )


def _find_form(pdf: Pdf) -> Iterator[Loss]:
    form = pdf.Root.get(Name.AcroForm)
    if not isinstance(form, Dictionary):
        return
    fields = list(_list_fields(form.get(Name.Fields), set()))
    if Name.XFA in form:
        if not fields or bool(pdf.Root.get(Name.NeedsRendering, False)):
            yield make_loss(
                "EVID.XFA",
                "the form shows only in Adobe's programs (XFA); its pages contain only a notice",
                "open it in Adobe Acrobat or Reader and print it to a new PDF",
                Severity.ERROR,
            )
        else:
            yield make_loss(
                "EVID.XFA",
                "a second version of the form (XFA) was omitted; the pages show the first",
                "compare the values on the pages with what the client sees",
                Severity.INFO,
            )
    signed = sum(str(field.get(Name.FT)) == "/Sig" and Name.V in field for field in fields)
    if signed:
        yield make_loss(
            "EVID.SIGNATURE",
            f"{format_count(signed, 'digital signature')} that cannot be verified in a bundle; "
            "the appearance remains",
            "keep the client's file unchanged; the manifest has its sha256",
        )


def _list_fields(values: Any, visited: set[tuple[int, int]]) -> Iterator[Any]:
    """Yield all fields below an array, each once: in a broken file, one may contain itself."""
    for field in _list_dictionaries(values):
        if field.is_indirect:
            if field.objgen in visited:
                continue
            visited.add(field.objgen)
        yield field
        yield from _list_fields(field.get(Name.Kids), visited)


def _find_active_annotations(number: int, notes: list[Any]) -> Iterator[Loss]:
    """Yield marks for redaction and active links."""
    if redactions := sum(note.get(Name.Subtype) == Name.Redact for note in notes):
        yield make_loss(
            "EVID.REDACTION",
            f"{format_count(redactions, 'mark')} for redaction never applied: the text they "
            "should remove is still there",
            "apply them in the program that made them, and use the new file",
            Severity.ERROR,
            page=number,
        )
    if links := sum(
        note.get(Name.Subtype) == Name.Link and _is_active_link(note) for note in notes
    ):
        problem = (
            f"{format_count(links, 'link')} removed that would open a file, run a program or run "
            "a script"
        )
        remedy = "nothing to do; links within the file, to the web, and to e-mail addresses remain"
        yield make_loss("EVID.LINK", problem, remedy, page=number)


def _find_comments(number: int, notes: list[Any], off: frozenset[ObjectId]) -> Iterator[Loss]:
    """Yield hidden comments, and those whose text opens on a click."""
    comments = [
        note
        for note in notes
        if note.get(Name.Subtype) not in (Name.Link, Name.Widget, Name.Popup, Name.Redact)
    ]
    if hidden := sum(is_hidden_annotation(note) or is_switched_off(note, off) for note in comments):
        problem = (
            f"{format_count(hidden, 'hidden comment or mark', 'hidden comments or marks')} "
            "omitted, as a viewer would omit them"
        )
        remedy = "if they matter, show them in the program that made them and save the file again"
        yield make_loss("EVID.COMMENT", problem, remedy, page=number)
    if with_text := sum(_has_text(note) for note in comments if not is_hidden_annotation(note)):
        yield make_loss(
            "EVID.NOTE",
            f"{format_count(with_text, 'note')} whose text opens only on a click; it was omitted",
            "if they matter, print the file with its comments to a new PDF",
            page=number,
        )


def is_hidden_annotation(annotation: Any) -> bool:
    """Return whether its flags hide it in every viewer."""
    try:
        return int(annotation.get(Name.F, 0)) & _HIDDEN > 0
    except (TypeError, ValueError):
        return False


def _has_text(annotation: Any) -> bool:
    text = str(annotation.get(Name.Contents, "")).strip()
    return str(annotation.get(Name.Subtype)) in _NOTE_KINDS and bool(text)


def _find_layers(pdf: Pdf) -> Iterator[Loss]:
    """Yield the pages that use layers hidden on opening; these stay in the file as they are."""
    off = list_hidden_layers(pdf)
    for number, page in enumerate(pdf.pages, 1):
        if off and off & set(_list_used_layers(page)):
            yield make_loss(
                "EVID.LAYER",
                "a layer that is switched off has content; it is not shown, but is still in the "
                "file",
                "print the file to a new PDF as it should look",
                page=number,
            )


def _list_used_layers(page: pikepdf.Page) -> Iterator[tuple[int, int]]:
    resources = page.get(Name.Resources)
    if not isinstance(resources, Dictionary):
        return
    properties, xobjects = resources.get(Name.Properties), resources.get(Name.XObject)
    layers: list[Any] = []
    if isinstance(properties, Dictionary):
        layers += [value for _, value in properties.items()]
    if isinstance(xobjects, Dictionary):
        layers += [
            xobject.get(Name.OC)
            for _, xobject in xobjects.items()
            if isinstance(xobject, pikepdf.Stream)
        ]
    for layer in layers:
        if isinstance(layer, Dictionary):
            yield layer.objgen
            yield from (group.objgen for group in _list_dictionaries(layer.get(Name.OCGs)))


def _count_scripts(pdf: Pdf) -> int:
    root = pdf.Root
    names = root.get(Name.Names, Dictionary())
    count = int(isinstance(names, Dictionary) and Name.JavaScript in names)
    count += int(_is_active(root.get(Name.OpenAction)))
    count += int(Name.AA in root)
    for page in pdf.pages:
        count += int(Name.AA in page)
        for note in _list_dictionaries(page.get(Name.Annots)):
            is_link = note.get(Name.Subtype) == Name.Link  # reported as a link
            count += int(Name.AA in note or (not is_link and _is_active(note.get(Name.A))))
    return count


def _is_active_link(link: Any) -> bool:
    """Return whether a link does more than lead to a page, the web, a mailbox or a telephone."""
    action = link.get(Name.A)
    moves = (
        isinstance(action, Dictionary)
        and str(action.get(Name.N)) in _MOVES
        and Name.Next not in action
    )
    return Name.A in link and not is_plain_link(link) and not moves


def _is_active(action: Any) -> bool:
    return isinstance(action, Dictionary) and (
        str(action.get(Name.S)) not in _HARMLESS or Name.Next in action
    )

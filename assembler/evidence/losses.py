"""What a PDF holds that a bundle cannot: each kind is told, and what may matter stops the case
until it is accepted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from assembler.evidence.client_links import is_plain_link
from assembler.evidence.hidden_layers import ObjectId, is_switched_off, layers_off
from assembler.model import Severity

_HARMLESS = ("/GoTo", "/URI")  # what a link may do
_MOVES = ("/NextPage", "/PrevPage", "/FirstPage", "/LastPage")
_HIDDEN = 2 | 32  # annotation flags Hidden and NoView (PDF 32000-1, table 165)
_TALKING = frozenset(
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
    """Something a bundle will not have, or should not. An error stops the case until
    `accept_loss` names the rule."""

    rule: str
    severity: Severity
    problem: str
    remedy: str
    page: int | None = None  # 1-based in the file; None: of the whole file
    region: tuple[float, float, float, float] | None = None  # as Finding.region


def losses_of(pdf: Pdf) -> tuple[Loss, ...]:
    """Everything of that kind in a file as the client sent it; contents are counted, never
    named."""
    found = [*_files(pdf), *_form(pdf), *_layers(pdf)]
    off = layers_off(pdf)
    for number, page in enumerate(pdf.pages, 1):
        found += _annotations(number, _dictionaries(page.get(Name.Annots)), off)
    if count := _scripts(pdf):
        said = (
            f"{_many(count, 'script or action', 'scripts or actions')} left out: nothing in a "
            f"bundle runs"
        )
        found.append(
            _loss(
                "EVID.SCRIPT",
                Severity.INFO,
                said,
                "nothing to do, unless the page was drawn by one of them",
            )
        )
    return tuple(found)


def _loss(
    rule: str, severity: Severity, problem: str, remedy: str, page: int | None = None
) -> Loss:
    return Loss(rule=rule, severity=severity, problem=problem, remedy=remedy, page=page)


def _many(count: int, one: str, more: str = "") -> str:
    return f"{count} {one if count == 1 else more or one + 's'}"


def _dictionaries(values: Any) -> list[Any]:
    """The dictionaries of an array that may hold anything, or not be one."""
    return (
        [one for one in values if isinstance(one, Dictionary)] if isinstance(values, Array) else []
    )


def _files(pdf: Pdf) -> Iterator[Loss]:
    pinned = sum(
        a.get(Name.Subtype) == Name.FileAttachment
        for p in pdf.pages
        for a in _dictionaries(p.get(Name.Annots))
    )
    count = len(pdf.attachments) + pinned
    if Name.Collection in pdf.Root:
        yield _loss(
            "EVID.PORTFOLIO",
            Severity.ERROR,
            f"the PDF is a portfolio: {_many(count, 'file')} inside it, and only its cover is a "
            f"page",
            "save the files it holds and list each of them as an exhibit",
        )
    elif count:
        yield _loss(
            "EVID.ATTACHMENT",
            Severity.ERROR,
            f"{_many(count, 'file')} attached inside the PDF, which a bundle cannot hold",
            "save what is attached, and list what matters as exhibits",
        )


def _form(pdf: Pdf) -> Iterator[Loss]:
    form = pdf.Root.get(Name.AcroForm)
    if not isinstance(form, Dictionary):
        return
    fields = list(_fields(form.get(Name.Fields), set()))
    if Name.XFA in form:
        if not fields or bool(pdf.Root.get(Name.NeedsRendering, False)):
            yield _loss(
                "EVID.XFA",
                Severity.ERROR,
                "the form shows only in Adobe's program (XFA); its pages hold no more than a "
                "notice",
                "open it there and print it to a new PDF",
            )
        else:
            yield _loss(
                "EVID.XFA",
                Severity.INFO,
                "a second version of the form (XFA) was left out; the pages show the first",
                "compare the values on the pages with what the client sees",
            )
    signed = sum(str(one.get(Name.FT)) == "/Sig" and Name.V in one for one in fields)
    if signed:
        yield _loss(
            "EVID.SIGNATURE",
            Severity.WARNING,
            f"{_many(signed, 'digital signature')} in it that cannot be checked in a bundle; what "
            f"is seen of it stays",
            "keep the client's file as it is: the manifest holds its sha256",
        )


def _fields(values: Any, seen: set[tuple[int, int]]) -> Iterator[Any]:
    """All fields below an array, each once: a broken file may hold one within itself."""
    for one in _dictionaries(values):
        if one.is_indirect:
            if one.objgen in seen:
                continue
            seen.add(one.objgen)
        yield one
        yield from _fields(one.get(Name.Kids), seen)


def _annotations(number: int, annotations: list[Any], off: frozenset[ObjectId]) -> Iterator[Loss]:
    redactions = sum(one.get(Name.Subtype) == Name.Redact for one in annotations)
    if redactions:
        yield _loss(
            "EVID.REDACTION",
            Severity.ERROR,
            f"{_many(redactions, 'mark')} for redaction never applied: what should be hidden is "
            f"there",
            "apply them in the program that made them, and take the new file",
            number,
        )
    others = [
        one
        for one in annotations
        if one.get(Name.Subtype) not in (Name.Link, Name.Widget, Name.Popup, Name.Redact)
    ]
    links = sum(one.get(Name.Subtype) == Name.Link and _leads_out(one) for one in annotations)
    if links:
        said = (
            f"{_many(links, 'link')} that would run or open something left out: a file, a "
            f"program, a script"
        )
        remedy = "nothing to do; links within the file, to the web, and to mail stay"
        yield _loss("EVID.LINK", Severity.INFO, said, remedy, number)
    hidden = sum(hidden_annotation(one) or is_switched_off(one, off) for one in others)
    if hidden:
        said = (
            f"{_many(hidden, 'hidden comment or mark', 'hidden comments or marks')} left out, "
            f"as a viewer shows the page"
        )
        yield _loss(
            "EVID.COMMENT",
            Severity.INFO,
            said,
            "show them in the program that made them, if they matter",
            number,
        )
    notes = sum(_says(one) for one in others if not hidden_annotation(one))
    if notes:
        yield _loss(
            "EVID.NOTE",
            Severity.WARNING,
            f"{_many(notes, 'note')} whose text opens on a click only; it was left out",
            "print the file with its comments to a new PDF, if they matter",
            number,
        )


def hidden_annotation(annotation: Any) -> bool:
    """Whether its flags say that no viewer shows it."""
    try:
        return int(annotation.get(Name.F, 0)) & _HIDDEN > 0
    except (TypeError, ValueError):
        return False


def _says(annotation: Any) -> bool:
    return str(annotation.get(Name.Subtype)) in _TALKING and bool(
        str(annotation.get(Name.Contents, "")).strip()
    )


def _layers(pdf: Pdf) -> Iterator[Loss]:
    """Layers a viewer does not show on opening, if a page uses them. They stay as they are: not
    shown, but in the file."""
    off = layers_off(pdf)
    for number, page in enumerate(pdf.pages, 1):
        if off and off & set(_used_layers(page)):
            yield _loss(
                "EVID.LAYER",
                Severity.WARNING,
                "a layer that is switched off holds something; it is not shown, but still in the "
                "file",
                "print the file to a new PDF as it should be seen",
                number,
            )


def _used_layers(page: pikepdf.Page) -> Iterator[tuple[int, int]]:
    resources = page.get(Name.Resources, Dictionary())
    marked = (
        resources.get(Name.Properties, Dictionary())
        if isinstance(resources, Dictionary)
        else Dictionary()
    )
    drawn = (
        resources.get(Name.XObject, Dictionary())
        if isinstance(resources, Dictionary)
        else Dictionary()
    )
    groups: list[Any] = [one for _, one in marked.items()] if isinstance(marked, Dictionary) else []
    if isinstance(drawn, Dictionary):
        groups += [one.get(Name.OC) for _, one in drawn.items() if isinstance(one, pikepdf.Stream)]
    for one in groups:
        if isinstance(one, Dictionary):
            yield one.objgen
            yield from (group.objgen for group in _dictionaries(one.get(Name.OCGs)))


def _scripts(pdf: Pdf) -> int:
    root = pdf.Root
    names = root.get(Name.Names, Dictionary())
    count = int(isinstance(names, Dictionary) and Name.JavaScript in names) + int(
        _acts(root.get(Name.OpenAction))
    )
    count += int(Name.AA in root)
    for page in pdf.pages:
        count += int(Name.AA in page)
        for one in _dictionaries(page.get(Name.Annots)):
            is_link = one.get(Name.Subtype) == Name.Link  # told as such
            count += int(Name.AA in one or (not is_link and _acts(one.get(Name.A))))
    return count


def _leads_out(link: Any) -> bool:
    """Whether a link does more than lead to a page, the web, a mailbox or a telephone. Moves to
    the next page do no more."""
    action = link.get(Name.A)
    moves = (
        isinstance(action, Dictionary)
        and str(action.get(Name.N)) in _MOVES
        and Name.Next not in action
    )
    return Name.A in link and not is_plain_link(link) and not moves


def _acts(action: Any) -> bool:
    return isinstance(action, Dictionary) and (
        str(action.get(Name.S)) not in _HARMLESS or Name.Next in action
    )

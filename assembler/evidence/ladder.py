"""Readers, one after the other, until one opens a PDF whole; every step is named, and what was mended is told.

No reader is believed alone: at least two must count the same pages.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import pikepdf
import pypdf
import pypdfium2 as pdfium
from pikepdf import Pdf

from assembler.evidence.locks import asks_for_password
from assembler.evidence.refusing import Refused
from assembler.evidence.soundness import told
from assembler.sight import recovered

MAX_PAGES = 10_000
_BROKEN = (pikepdf.PdfError, pikepdf.QpdfRuntimeError, pikepdf.ForeignObjectError, RecursionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An open PDF, what was wrong with the file, and the readers tried ("pikepdf 10.18.0: opened")."""

    pdf: Pdf
    faults: tuple[str, ...]
    steps: tuple[str, ...]


def read(data: bytes, password: str = "") -> Reading:
    """Open a PDF. Raises Refused where fewer than two readers agree on its pages."""
    count = _counted(data, password)
    steps = [_step("PDFium", pdfium.PYPDFIUM_INFO, "opened" if count >= 0 else "failed")]
    try:
        pdf = pikepdf.open(io.BytesIO(data), password=password)
        pages = len(pdf.pages)
    except pikepdf.PasswordError as error:
        raise asks_for_password(password) from error
    except _BROKEN:
        steps.insert(0, _step("pikepdf", pikepdf.__version__, "failed"))
        return _rewritten(data, password, count, steps)
    steps.insert(0, _step("pikepdf", pikepdf.__version__, "opened"))
    _limited(pages)
    faults = list(told(pdf))
    if pages == count:
        return Reading(pdf=pdf, faults=tuple(faults), steps=tuple(steps))
    if count >= 0:
        raise _disagreeing(pages, count)
    faults.append("one of the readers cannot open it at all")
    again = recovered(data, password)
    steps.append(_step("pypdf", pypdf.__version__, "opened" if again is not None else "failed"))
    second = _counted(again) if again is not None else -1
    if second < 0:
        raise _unreadable(steps)
    if second != pages:
        raise _disagreeing(pages, second)
    return Reading(pdf=pdf, faults=tuple(faults), steps=tuple(steps))


def _rewritten(data: bytes, password: str, count: int, steps: list[str]) -> Reading:
    """Written again by a reader that opens it, for the one that does not; PDFium's count must be met."""
    if count <= 0:
        raise _unreadable(steps)
    _limited(count)
    for name, version, write in (("pypdf", pypdf.__version__, recovered), ("PDFium", pdfium.PYPDFIUM_INFO, _saved_again)):
        again = write(data, password)
        try:
            pdf = pikepdf.open(io.BytesIO(again)) if again is not None else None
            whole = pdf is not None and len(pdf.pages) == count
        except (*_BROKEN, pikepdf.PasswordError):
            pdf, whole = None, False
        steps.append(_step(name, str(version), "written again" if whole else "could not write it again"))
        if pdf is not None and whole:
            faults = ("one of the readers cannot open it at all", *told(pdf))
            return Reading(pdf=pdf, faults=faults, steps=tuple(steps))
    raise _unreadable(steps)


def _step(name: str, version: object, what: str) -> str:
    return f"{name} {version}: {what}"


def _counted(data: bytes, password: str = "") -> int:
    """Pages as PDFium counts them; -1 where it cannot open the file at all."""
    try:
        document = pdfium.PdfDocument(data, password=password or None)
    except pdfium.PdfiumError:
        return -1
    count = len(document)
    document.close()
    return count


def _saved_again(data: bytes, password: str) -> bytes | None:
    document = pdfium.PdfDocument(data, password=password or None)
    out = io.BytesIO()
    try:
        document.save(out)
    except pdfium.PdfiumError:
        return None
    finally:
        document.close()
    return out.getvalue()


def _limited(pages: int) -> None:
    if pages == 0:
        raise Refused("EVID.EMPTY", "the PDF has no pages", "ask for the file again")
    if pages > MAX_PAGES:
        raise Refused("EVID.LIMIT", f"the PDF has more than {MAX_PAGES} pages", "split it into several files")


def _disagreeing(one: int, other: int) -> Refused:
    return Refused(
        "EVID.PAGECOUNT", f"two readers disagree on its pages ({one} and {other})", "print it to a new PDF and compare every page"
    )


def _unreadable(steps: list[str]) -> Refused:
    tried = ", ".join(dict.fromkeys(step.split(" ", 1)[0] for step in steps))
    return Refused("EVID.BROKEN", f"the PDF is damaged: no two readers can open it (tried: {tried})", "ask for the file again")

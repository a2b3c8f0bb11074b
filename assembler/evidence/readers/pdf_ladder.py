"""Readers, one after the other, until one opens a PDF whole; every step is named, and what was
mended is told.

No reader is believed alone: at least two must count the same pages.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import pikepdf
import pypdf
import pypdfium2 as pdfium
from pikepdf import Pdf

from assembler.evidence.encryption import asks_for_password, asks_one_reader, of_foreign_lock
from assembler.evidence.refusal import Refused
from assembler.pdf.recovery import is_encrypted, rewrite_with_pypdf

MAX_PAGES = 10_000
_ASKED = -2
_UNOPENED = "one of the readers cannot open it at all"
_PRINT = "print it to a new PDF and compare every page"
_BROKEN = (pikepdf.PdfError, pikepdf.QpdfRuntimeError, pikepdf.ForeignObjectError, RecursionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An open PDF, what was wrong with the file, what its reader complained of so far, and the
    readers tried.

    A step is "pikepdf 10.18.0: opened".
    """

    pdf: Pdf
    faults: tuple[str, ...]  # that stay, whatever is found out
    unopened: tuple[str, ...]  # that pikepdf does not open it, and PDFium does
    complaints: tuple[str, ...]
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
    except _BROKEN as error:
        if refusal := of_foreign_lock(data):
            raise refusal from error
        steps.insert(0, _step("pikepdf", pikepdf.__version__, "failed"))
        return _rewritten(data, password, count, steps)
    steps.insert(0, _step("pikepdf", pikepdf.__version__, "opened"))
    _limited(pages)
    if count == _ASKED:
        raise asks_one_reader(password)
    complaints = tuple(map(str, pdf.get_warnings()))
    if pages == count:
        return Reading(pdf=pdf, faults=(), unopened=(), complaints=complaints, steps=tuple(steps))
    if count >= 0:
        raise _disagreeing(pages, count)
    again = rewrite_with_pypdf(data, password)
    steps.append(_step("pypdf", pypdf.__version__, "opened" if again is not None else "failed"))
    second = _counted(again) if again is not None else -1
    if second < 0:
        raise _unreadable(steps)
    if second != pages:
        raise _disagreeing(pages, second)
    return Reading(
        pdf=pdf, faults=(_UNOPENED,), unopened=(), complaints=complaints, steps=tuple(steps)
    )


def as_shown(data: bytes, password: str = "") -> bytes:
    """The pages as PDFium shows them, in a new PDF. Raises Refused where it cannot hand them on."""
    try:
        document = pdfium.PdfDocument(data, password=password or None)
        new, out = pdfium.PdfDocument.new(), io.BytesIO()
        try:
            new.import_pages(document)
            new.save(out)
        finally:
            new.close()
            document.close()
    except pdfium.PdfiumError as error:
        raise Refused(
            "EVID.BROKEN",
            "the PDF is damaged: its pages cannot be taken as Chrome shows them",
            _PRINT,
        ) from error
    return out.getvalue()


def _rewritten(data: bytes, password: str, count: int, steps: list[str]) -> Reading:
    """Written again by a reader that opens it, for the one that does not; PDFium's count must be
    met."""
    if count == _ASKED:
        raise asks_for_password(password)
    if count <= 0:
        raise _unreadable(steps)
    _limited(count)
    for name, version, write in (
        ("pypdf", pypdf.__version__, rewrite_with_pypdf),
        ("PDFium", pdfium.PYPDFIUM_INFO, _saved_again),
    ):
        again = write(data, password)
        try:
            pdf = pikepdf.open(io.BytesIO(again)) if again is not None else None
            whole = pdf is not None and len(pdf.pages) == count
        except (*_BROKEN, pikepdf.PasswordError):
            pdf, whole = None, False
        steps.append(
            _step(name, str(version), "written again" if whole else "could not write it again")
        )
        if pdf is not None and whole:
            complaints = tuple(map(str, pdf.get_warnings()))
            return Reading(
                pdf=pdf, faults=(), unopened=(_UNOPENED,), complaints=complaints, steps=tuple(steps)
            )
    raise _unreadable(steps)


def _step(name: str, version: object, what: str) -> str:
    return f"{name} {version}: {what}"


def _counted(data: bytes, password: str = "") -> int:
    """Pages as PDFium counts them; -1 where it cannot open the file at all, _ASKED where it asks
    for a password."""
    try:
        document = pdfium.PdfDocument(data, password=password or None)
    except pdfium.PdfiumError as error:
        asked = error.err_code == pdfium.raw.FPDF_ERR_PASSWORD and is_encrypted(
            data
        )  # it may keep the code of another file
        return _ASKED if asked else -1
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
        raise Refused(
            "EVID.LIMIT", f"the PDF has more than {MAX_PAGES} pages", "split it into several files"
        )


def _disagreeing(one: int, other: int) -> Refused:
    problem = f"two readers disagree on its pages ({one} and {other}: Chrome shows {other})"
    return Refused("EVID.PAGECOUNT", problem, _PRINT, acceptable=True)


def _unreadable(steps: list[str]) -> Refused:
    tried = ", ".join(dict.fromkeys(step.split(" ", 1)[0] for step in steps))
    return Refused(
        "EVID.BROKEN",
        f"the PDF is damaged: no two readers can open it (tried: {tried})",
        "ask for the file again",
    )

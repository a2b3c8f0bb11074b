"""Try several readers until one opens a PDF completely; record every step and every repair.

No reader is trusted alone: at least two must count the same pages.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import pikepdf
import pypdf
import pypdfium2 as pdfium
from pikepdf import Pdf

from assembler.evidence.encryption import (
    refuse_for_chrome,
    refuse_foreign_encryption,
    refuse_without_password,
)
from assembler.evidence.refusal import Refused
from assembler.pdf.recovery import is_encrypted, rewrite_with_pypdf

MAX_PAGES = 10_000
_NEEDS_PASSWORD = -2
_UNOPENED = "one of the readers cannot open it at all"
_PRINT = "print it to a new PDF and compare every page"
PDF_ERRORS = (
    pikepdf.PdfError,
    pikepdf.QpdfRuntimeError,
    pikepdf.ForeignObjectError,
    RecursionError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An open PDF, the faults of its file, the messages of its reader so far, and the readers
    tried.

    A step is, for example, "pikepdf 10.18.0: opened".
    """

    pdf: Pdf
    faults: tuple[str, ...]  # certain, regardless of later checks
    unopened: tuple[str, ...]  # pikepdf cannot open the file, PDFium can
    complaints: tuple[str, ...]
    steps: tuple[str, ...]


def open_pdf(data: bytes, password: str = "") -> Reading:
    """Open a PDF. Raises Refused if fewer than two readers agree on its pages."""
    count = _count_pages(data, password)
    steps = [_describe_step("PDFium", pdfium.PYPDFIUM_INFO, "opened" if count >= 0 else "failed")]
    try:
        pdf = pikepdf.open(io.BytesIO(data), password=password)
        pages = len(pdf.pages)
    except pikepdf.PasswordError as error:
        raise refuse_without_password(password) from error
    except PDF_ERRORS as error:
        if refusal := refuse_foreign_encryption(data):
            raise refusal from error
        steps.insert(0, _describe_step("pikepdf", pikepdf.__version__, "failed"))
        return _open_rewritten(data, password, count, steps)
    steps.insert(0, _describe_step("pikepdf", pikepdf.__version__, "opened"))
    _check_page_count(pages)
    if count == _NEEDS_PASSWORD:
        raise refuse_for_chrome(password)
    complaints = tuple(map(str, pdf.get_warnings()))
    if pages == count:
        return Reading(pdf=pdf, faults=(), unopened=(), complaints=complaints, steps=tuple(steps))
    if count >= 0:
        raise _refuse_page_count(pages, count)
    rewritten = rewrite_with_pypdf(data, password)
    steps.append(
        _describe_step("pypdf", pypdf.__version__, "opened" if rewritten is not None else "failed")
    )
    second = _count_pages(rewritten) if rewritten is not None else -1
    if second < 0:
        raise _refuse_unreadable(steps)
    if second != pages:
        raise _refuse_page_count(pages, second)
    return Reading(
        pdf=pdf, faults=(_UNOPENED,), unopened=(), complaints=complaints, steps=tuple(steps)
    )


def rewrite_as_shown(data: bytes, password: str = "") -> bytes:
    """Return the pages as PDFium shows them, in a new PDF. Raises Refused if it cannot export
    them."""
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
            "the PDF is damaged: the pages that Chrome shows cannot be used",
            _PRINT,
        ) from error
    return out.getvalue()


def _open_rewritten(data: bytes, password: str, count: int, steps: list[str]) -> Reading:
    """Open the file as rewritten by a reader that can open it; its page count must match
    PDFium's."""
    if count == _NEEDS_PASSWORD:
        raise refuse_without_password(password)
    if count <= 0:
        raise _refuse_unreadable(steps)
    _check_page_count(count)
    for name, version, write in (
        ("pypdf", pypdf.__version__, rewrite_with_pypdf),
        ("PDFium", pdfium.PYPDFIUM_INFO, _rewrite_with_pdfium),
    ):
        rewritten = write(data, password)
        try:
            pdf = pikepdf.open(io.BytesIO(rewritten)) if rewritten is not None else None
            is_complete = pdf is not None and len(pdf.pages) == count
        except (*PDF_ERRORS, pikepdf.PasswordError):
            pdf, is_complete = None, False
        steps.append(
            _describe_step(
                name, str(version), "written again" if is_complete else "could not write it again"
            )
        )
        if pdf is not None and is_complete:
            complaints = tuple(map(str, pdf.get_warnings()))
            return Reading(
                pdf=pdf, faults=(), unopened=(_UNOPENED,), complaints=complaints, steps=tuple(steps)
            )
    raise _refuse_unreadable(steps)


def _describe_step(name: str, version: object, outcome: str) -> str:
    return f"{name} {version}: {outcome}"


def _count_pages(data: bytes, password: str = "") -> int:
    """Return PDFium's page count; -1 if it cannot open the file, _NEEDS_PASSWORD if it needs a
    password."""
    try:
        document = pdfium.PdfDocument(data, password=password or None)
    except pdfium.PdfiumError as error:
        # the code alone is not enough: it may be left over from another file
        needs_password = error.err_code == pdfium.raw.FPDF_ERR_PASSWORD and is_encrypted(data)
        return _NEEDS_PASSWORD if needs_password else -1
    count = len(document)
    document.close()
    return count


def _rewrite_with_pdfium(data: bytes, password: str) -> bytes | None:
    document = pdfium.PdfDocument(data, password=password or None)
    out = io.BytesIO()
    try:
        document.save(out)
    except pdfium.PdfiumError:
        return None
    finally:
        document.close()
    return out.getvalue()


def _check_page_count(pages: int) -> None:
    if pages == 0:
        raise Refused("EVID.EMPTY", "the PDF has no pages", "ask for the file again")
    if pages > MAX_PAGES:
        raise Refused(
            "EVID.LIMIT", f"the PDF has more than {MAX_PAGES} pages", "split it into several files"
        )


def _refuse_page_count(count: int, chrome_count: int) -> Refused:
    problem = (
        f"two readers disagree on its page count ({count} and {chrome_count}: "
        f"Chrome shows {chrome_count})"
    )
    return Refused("EVID.PAGECOUNT", problem, _PRINT, acceptable=True)


def _refuse_unreadable(steps: list[str]) -> Refused:
    readers = ", ".join(dict.fromkeys(step.split(" ", 1)[0] for step in steps))
    return Refused(
        "EVID.BROKEN",
        f"the PDF is damaged: no two readers can open it (tried: {readers})",
        "ask for the file again",
    )

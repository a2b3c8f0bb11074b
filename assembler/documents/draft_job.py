"""Make one document in a worker: fill the template, check that every value arrived, convert,
measure."""

from __future__ import annotations

import hashlib
import io
import json
import re
import traceback
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import Any

import jinja2
import pypdfium2 as pdfium
from docx.opc import phys_pkg
from docx.opc.exceptions import PackageNotFoundError
from lxml import etree

from assembler.documents import word_to_pdf
from assembler.documents.sandbox import Sandbox, Template
from assembler.documents.template_context import TemplateValues, build_context, build_filters
from assembler.errors import TemplateBroken
from assembler.model import DocumentId, Draft, read_finding
from assembler.pdf.ink import convert_ink_to_json, measure_pages, parse_ink
from assembler.runtime.cache import Cache
from assembler.runtime.code_version import digest_code
from assembler.runtime.resources import TemplateFile
from assembler.runtime.zip_files import UndatedZipFile

_MAX_DOCX = 50_000_000  # bytes, unpacked
# errors of a template's code
_MISTAKES = (
    TypeError,
    ValueError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
_CORE = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties xmlns:cp='
    b'"http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftJob:
    """A document to make: `id` is its Part.document."""

    id: DocumentId
    template: TemplateFile
    values: TemplateValues
    engine: str
    version: str  # of the engine it begins with
    fonts: tuple[Path, ...]
    cache: Cache


def make_draft(job: DraftJob) -> Draft:
    """Return the filled document and its PDF, from the cache if possible. Raises TemplateBroken,
    ToolFailed, ToolMissing."""
    filled = fill_template(job.template, job.values)
    _check_glyphs(filled, job)
    key = [
        "draft",
        digest_code("documents"),
        hashlib.sha256(filled).hexdigest(),
        job.template.name,
        job.engine,
        job.version,
        f"pdfium {pdfium.PYPDFIUM_INFO}",  # which draws the pages whose marks the entry has
        *(font.name for font in job.fonts),
    ]
    entry = job.cache.get_or_make(key, lambda folder: _make(job, filled, folder))
    facts = json.loads((entry / "draft.json").read_text(encoding="utf8"))
    return Draft(
        id=job.id,
        docx=entry / "draft.docx",
        pdf=entry / "draft.pdf",
        pages=len(facts["sizes"]),
        engine=facts["engine"],
        sizes=tuple((width, height) for width, height in facts["sizes"]),
        inks=tuple(map(parse_ink, facts["inks"])),
        findings=tuple(read_finding(row) for row in facts["findings"]),
        shipped=job.template.origin == "shipped",
    )


def fill_template(template: TemplateFile, values: TemplateValues) -> bytes:
    """Fill a template: sandboxed, autoescaped, an unknown name is an error, same bytes each
    time."""
    return fill_document(
        template,
        Sandbox(build_filters(values)),
        lambda document: build_context(values, document, template.name),
    )


def fill_document(
    template: TemplateFile,
    environment: Sandbox,
    build_names: Callable[[Template], dict[str, Any]],
) -> bytes:
    """Fill a template with the names that are built for its document.

    Raises TemplateBroken for a template that cannot be filled, is dangerous, or loses a value.
    """
    _check_threats(template)
    try:
        document = Template(io.BytesIO(template.data))
        document.init_docx()
    except (PackageNotFoundError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise TemplateBroken(
            "not a Word document", where=template.name, remedy="save it as .docx in Word"
        ) from error
    names = build_names(document)
    try:
        document.render(names, environment)
    except jinja2.TemplateSyntaxError as error:
        raise TemplateBroken(
            f"{error.message}, near {_quote_syntax_error(error)!r}",
            where=template.name,
            remedy="correct it in Word",
        ) from error
    except TemplateBroken as error:  # a citation
        raise TemplateBroken(
            f"{error.problem}, in {_find_error_line(document, error)!r}",
            where=template.name,
            remedy=error.remedy,
        ) from error
    except (jinja2.UndefinedError, jinja2.exceptions.SecurityError, *_MISTAKES) as error:
        raise TemplateBroken(
            f"{_explain_error(error)}, in {_find_error_line(document, error)!r}",
            where=template.name,
            remedy="correct it in Word",
        ) from error
    except (etree.XMLSyntaxError, jinja2.TemplateError) as error:
        raise TemplateBroken(
            f"it cannot be filled ({type(error).__name__})", where=template.name
        ) from error
    docx = save_document(document)
    _check_values(docx, environment.placed, template.name)
    return docx


def _check_threats(template: TemplateFile) -> None:
    """Raise TemplateBroken, naming the part, for anything that fetches, runs or hides another file,
    and for zip bombs."""
    try:
        threat = _find_first_threat(template.data)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise TemplateBroken(
            "not a Word document", where=template.name, remedy="save it as .docx in Word"
        ) from error
    if threat is not None:
        raise TemplateBroken(
            f"it holds {threat.problem}, in {threat.part}",
            where=template.name,
            remedy=threat.remedy,
        )


@lru_cache(maxsize=16)  # a template is filled several times in one worker
def _find_first_threat(docx: bytes) -> word_to_pdf.Threat | None:
    return next(word_to_pdf.find_threats(docx, _MAX_DOCX), None)


def save_document(document: Any) -> bytes:
    """Return the Word file of a document of python-docx or docxtpl, with fixed dates and without
    the properties that name people."""
    out = io.BytesIO()
    with _write_anonymous():
        document.save(out)
    return out.getvalue()


class _AnonymousZipFile(UndatedZipFile):
    """A Word file that neither tells a time nor names a person."""

    def writestr(
        self, zinfo_or_arcname: str | zipfile.ZipInfo, data: Any, *args: Any, **options: Any
    ) -> None:
        if zinfo_or_arcname == "docProps/core.xml":
            data = _CORE
        super().writestr(zinfo_or_arcname, data, *args, **options)


@contextmanager
def _write_anonymous() -> Iterator[None]:
    """Have python-docx, which has no option for it, write such a file."""
    module: Any = phys_pkg
    usual = module.ZipFile
    module.ZipFile = _AnonymousZipFile
    try:
        yield
    finally:
        module.ZipFile = usual


def _check_values(docx: bytes, placed: list[str], where: str) -> None:
    """Raise TemplateBroken if a value is missing in the document: docxtpl silently drops text that
    breaks its XML."""
    text = "".join(word_to_pdf.read_all_text(io.BytesIO(docx)).split())
    expected = ["".join(unicodedata.normalize("NFC", unescape(value)).split()) for value in placed]
    lost = [value for value in expected if value not in text]
    if lost:
        raise TemplateBroken(
            f"{len(lost)} values are missing from the document",
            where=where,
            remedy="check the template for a value inside a field, or a damaged tag",
        )


def _explain_error(error: Exception) -> str:
    """Return what is wrong, in the template's words; another message may hold data, so only its
    class is named."""
    if isinstance(error, jinja2.UndefinedError):
        return re.sub(r"'assembler\.[a-z.]*([A-Z]\w+) object'", r"\1", str(error.message))
    return (
        "it does something that templates may not do"
        if "Security" in type(error).__name__
        else type(error).__name__
    )


def _quote_syntax_error(error: jinja2.TemplateSyntaxError) -> str:
    lines = [line.strip() for line in getattr(error, "docx_context", ()) if line.strip()]
    return lines[len(lines) // 2][:80] if lines else "?"


def _find_error_line(document: Template, error: Exception) -> str:
    """Return the paragraph of the template in which a run-time error rose."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename in ("<template>", "<unknown>")
    ]
    if not frames or frames[-1].lineno is None:
        return "?"
    part = document.current_rendering_part
    xml = (
        document.get_xml()
        if part is None or part is document.docx._part
        else document.get_part_xml(part)
    )
    source = re.sub(r"<w:p([ >])", r"\n<w:p\1", document.patch_xml(xml)).splitlines()
    line = source[min(frames[-1].lineno, len(source)) - 1]
    return re.sub(r"<[^>]+>", "", line).strip()[:80] or "?"


def _check_glyphs(filled: bytes, job: DraftJob) -> None:
    """Raise TemplateBroken naming the characters that no font has, and where in case.json they
    are."""
    missing = word_to_pdf.find_uncovered(
        word_to_pdf.read_printed_text(io.BytesIO(filled)), job.fonts
    )
    if missing:
        places = [
            place
            for place, text in _iterate_texts(asdict(job.values.case))
            if set(text) & set(missing)
        ]
        place_hint = (
            f"look at {', '.join(places[:3])} in case.json"
            if places
            else "look for them in the template"
        )
        raise word_to_pdf.make_missing_glyph_error(
            missing, job.template.name, f"{place_hint}, and spell them differently"
        )


def _iterate_texts(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield place, value
        case dict():
            for key, entry in value.items():
                yield from _iterate_texts(entry, f"{place}/{key}")
        case list() | tuple():
            for number, entry in enumerate(value):
                yield from _iterate_texts(entry, f"{place}/{number}")


def _make(job: DraftJob, filled: bytes, folder: Path) -> None:
    docx = folder / "draft.docx"
    docx.write_bytes(filled)
    converted = word_to_pdf.convert_to_pdf(
        docx, job.template.name, job.engine, job.fonts, folder / "work"
    )
    (folder / "draft.pdf").write_bytes(converted.pdf)
    sizes, inks = measure_pages(folder / "draft.pdf")
    (folder / "draft.json").write_text(
        json.dumps(
            {
                "engine": converted.engine,
                "sizes": sizes,
                "inks": [convert_ink_to_json(ink) for ink in inks],
                "findings": [asdict(finding) for finding in converted.findings],
            }
        ),
        encoding="utf8",
    )

"""One document, in a worker: fill the template, sandboxed and strict; check that every value
arrived; convert; measure."""

from __future__ import annotations

import hashlib
import io
import json
import re
import traceback
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import Any

import jinja2
from docx.opc.exceptions import PackageNotFoundError
from lxml import etree

from assembler.documents import word_to_pdf
from assembler.documents.sandbox import Sandbox, Template
from assembler.documents.template_context import Values, context, filters
from assembler.errors import TemplateBroken
from assembler.model import Draft, finding_of
from assembler.pdf.ink import measure_pages
from assembler.runtime.cache import Cache
from assembler.runtime.code_version import code_digest
from assembler.runtime.resources import TemplateFile

_MAX_DOCX = 50_000_000  # bytes, unpacked
_MISTAKES = (
    TypeError,
    ValueError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)  # of a template's code
_CORE = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties xmlns:cp='
    b'"http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A document to make: `id` is its Part.document."""

    id: str
    template: TemplateFile
    values: Values
    engine: str
    version: str  # of the engine it begins with
    fonts: tuple[Path, ...]
    cache: Cache


def draft(job: Job) -> Draft:
    """The filled document and its PDF, in the cache. Raises TemplateBroken, ToolFailed,
    ToolMissing."""
    filled = render(job.template, job.values)
    _drawable(filled, job)
    key = [
        "draft",
        code_digest("documents"),
        hashlib.sha256(filled).hexdigest(),
        job.template.name,
        job.engine,
        job.version,
        *(font.name for font in job.fonts),
    ]
    made = job.cache.get_or_make(key, lambda folder: _make(job, filled, folder))
    facts = json.loads((made / "draft.json").read_text())
    sizes, inks = measure_pages(made / "draft.pdf")
    return Draft(
        id=job.id,
        docx=made / "draft.docx",
        pdf=made / "draft.pdf",
        pages=len(sizes),
        engine=facts["engine"],
        sizes=sizes,
        inks=inks,
        findings=tuple(finding_of(one) for one in facts["findings"]),
        shipped=job.template.origin == "shipped",
    )


def render(template: TemplateFile, values: Values) -> bytes:
    """The filled .docx: sandboxed, autoescaped, an unknown name is an error, same bytes each
    time."""
    _harmless(template)
    try:
        document = Template(io.BytesIO(template.data))
        document.init_docx()
    except (PackageNotFoundError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise TemplateBroken(
            "not a Word document", where=template.name, remedy="save it as .docx in Word"
        ) from error
    environment, names = Sandbox(filters(values)), context(values, document, template.name)
    try:
        document.render(names, environment)
    except jinja2.TemplateSyntaxError as error:
        raise TemplateBroken(
            f"{error.message}, near {_near_syntax(error)!r}",
            where=template.name,
            remedy="correct it in Word",
        ) from error
    except TemplateBroken as error:  # a citation
        raise TemplateBroken(
            f"{error.problem}, in {_near_line(document, error)!r}",
            where=template.name,
            remedy=error.remedy,
        ) from error
    except (jinja2.UndefinedError, jinja2.exceptions.SecurityError, *_MISTAKES) as error:
        raise TemplateBroken(
            f"{_reason(error)}, in {_near_line(document, error)!r}",
            where=template.name,
            remedy="correct it in Word",
        ) from error
    except (etree.XMLSyntaxError, jinja2.TemplateError) as error:
        raise TemplateBroken(
            f"it cannot be filled ({type(error).__name__})", where=template.name
        ) from error
    out = io.BytesIO()
    document.save(out)
    plain = _plain(out.getvalue())
    _arrived(plain, environment.placed, template.name)
    return plain


def _harmless(template: TemplateFile) -> None:
    """Nothing that fetches, runs or hides another file, and no zip bomb. Raises TemplateBroken
    naming the part."""
    try:
        threat = _first_threat(template.data)
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
def _first_threat(docx: bytes) -> word_to_pdf.Threat | None:
    return next(word_to_pdf.find_threats(docx, _MAX_DOCX), None)


def _plain(data: bytes) -> bytes:
    """The same document with fixed dates and without the properties that name people."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as made, zipfile.ZipFile(out, "w") as plain:
        for name in made.namelist():
            content = _CORE if name == "docProps/core.xml" else made.read(name)
            plain.writestr(
                zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED
            )
    return out.getvalue()


def _arrived(docx: bytes, placed: list[str], where: str) -> None:
    """docxtpl drops text that breaks its XML without a word, so each value is looked for in what
    came out."""
    text = "".join(word_to_pdf.all_text(io.BytesIO(docx)).split())
    wanted = ["".join(unicodedata.normalize("NFC", unescape(value)).split()) for value in placed]
    lost = [value for value in wanted if value not in text]
    if lost:
        raise TemplateBroken(
            f"{len(lost)} values did not arrive in the document",
            where=where,
            remedy="look for a value inside a field or a damaged tag of the template",
        )


def _reason(error: Exception) -> str:
    """What is wrong, in the template's words; a message of another kind may hold data, so only
    its class is told."""
    if isinstance(error, jinja2.UndefinedError):
        return re.sub(r"'assembler\.[a-z.]*([A-Z]\w+) object'", r"\1", str(error.message))
    return (
        "it does something a template may not do"
        if "Security" in type(error).__name__
        else type(error).__name__
    )


def _near_syntax(error: jinja2.TemplateSyntaxError) -> str:
    lines = [line.strip() for line in getattr(error, "docx_context", ()) if line.strip()]
    return lines[len(lines) // 2][:80] if lines else "?"


def _near_line(document: Template, error: Exception) -> str:
    """The paragraph of the template in which a run-time error rose."""
    frames = [
        f
        for f in traceback.extract_tb(error.__traceback__)
        if f.filename in ("<template>", "<unknown>")
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


def _drawable(filled: bytes, job: Job) -> None:
    """Raises TemplateBroken naming the characters that no font has, and where in case.json they
    stand."""
    missing = word_to_pdf.uncovered(word_to_pdf.printed_text(io.BytesIO(filled)), job.fonts)
    if missing:
        places = [
            place for place, text in _texts(asdict(job.values.case)) if set(text) & set(missing)
        ]
        named = (
            f"look at {', '.join(places[:3])} in case.json"
            if places
            else "look for them in the template"
        )
        raise word_to_pdf.no_glyph(
            missing, job.template.name, f"{named}, and write them in another way"
        )


def _texts(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield place, value
        case dict():
            for key, one in value.items():
                yield from _texts(one, f"{place}/{key}")
        case list() | tuple():
            for number, one in enumerate(value):
                yield from _texts(one, f"{place}/{number}")


def _make(job: Job, filled: bytes, folder: Path) -> None:
    docx = folder / "draft.docx"
    docx.write_bytes(filled)
    made = word_to_pdf.to_pdf(docx, job.template.name, job.engine, job.fonts, folder / "work")
    (folder / "draft.pdf").write_bytes(made.pdf)
    (folder / "draft.json").write_text(
        json.dumps({"engine": made.engine, "findings": [asdict(one) for one in made.findings]})
    )

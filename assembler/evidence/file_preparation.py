"""Phase 1, one file per worker: open it, normalize it to a PDF, measure every page."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import pikepdf
import pypdfium2 as pdfium

from assembler.evidence.encryption import (
    LOCK,
    can_open_with,
    mention_unusable_passwords,
    refuse_without_password,
)
from assembler.evidence.file_conversion import ConversionRequest, convert_file
from assembler.evidence.file_types import REFUSED, sniff
from assembler.evidence.losses import Loss
from assembler.evidence.measured_pages import MeasuredPage, convert_page_to_json, parse_page
from assembler.evidence.readers import picture
from assembler.evidence.readers.reading import PaperTemplate
from assembler.evidence.readers.registry import (
    DESCRIPTIONS,
    is_printed,
    is_recording,
    list_library_versions,
)
from assembler.evidence.readers.word import list_word_engines
from assembler.evidence.refusal import Refused
from assembler.model import (
    NO_OPTIONS,
    FileOptions,
    Finding,
    Passage,
    PassageKind,
    Severity,
    Tile,
    make_source_key,
)
from assembler.runtime.cache import Cache
from assembler.runtime.code_version import digest_code
from assembler.runtime.passwords import read_passwords
from assembler.runtime.resources import Shelf, TemplateFile
from assembler.runtime.rule_catalog import make_finding

# file name extensions of the kinds we can use
_ENDINGS = frozenset(
    (
        ".pdf",
        ".docx",
        ".jpg",
        ".jpeg",
        ".png",
        ".tif",
        ".tiff",
        ".heic",
        ".heif",
        ".webp",
        ".avif",
        ".gif",
        ".bmp",
    )
)
_DEFAULT_KIND = "parole"  # of the cases whose templates are used where no case gives its own
_WORD_KINDS = ("docm", "word-other", "word-lock", "locked-office", "cut-office")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One source file to open; `path` is relative to `folder`."""

    folder: Path
    path: str
    sha256: str
    cache: Cache
    accept_reading: str = ""  # sha256 for which a person accepts the pages that PDFium shows
    options: FileOptions = NO_OPTIONS  # of a file without pages of its own
    templates: tuple[TemplateFile, ...] = ()  # that such a file is printed with; empty = ours

    @property
    def is_reading_accepted(self) -> bool:
        """Return whether a person accepts the pages that PDFium shows of this very file."""
        return self.accept_reading == self.sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSource:
    """A file that opened (`pdf` is set), or the findings that say why it did not."""

    path: str
    sha256: str
    pdf: Path | None
    pages: tuple[MeasuredPage, ...]
    removed: tuple[tuple[str, int], ...]
    findings: tuple[Finding, ...]
    faults: tuple[str, ...] = ()  # repaired damage
    losses: tuple[Loss, ...] = ()  # content that a bundle cannot or should not contain
    steps: tuple[str, ...] = ()  # readers tried
    disagreement: str = ""  # what readers show differently, if a person accepted one of them
    is_converted: bool = False  # it has no pages of its own: they are those of `pdf` alone
    options: str = ""  # digest of the options it was printed with
    passages: tuple[tuple[Passage, ...], ...] = ()  # by page; of a file that a reader printed
    printed_kind: str = ""  # kind of a file that a reader printed; "" for all others
    tiles: tuple[tuple[Tile, ...], ...] = ()  # by page; of pages that show several pictures
    plain: Path | None = None  # such pages without captions, of which words are recognized

    @property
    def content(self) -> str:
        """Return what identifies the content of the file as it was printed."""
        return make_source_key(self.sha256, self.options)

    @property
    def is_recording(self) -> bool:
        """Return whether its pages are a sheet that stands for a recording."""
        return is_recording(self.printed_kind)


def open_file(job: Job) -> OpenedSource:
    """Open a file; what is wrong with it is returned as a finding, never raised."""
    data = (job.folder / job.path).read_bytes()
    if hashlib.sha256(data).hexdigest() != job.sha256:
        return _report_failure(
            job, "EVID.CHANGED", "the file changed while this run was reading it", "rerun"
        )
    passwords = read_passwords(job.folder)
    password = passwords.of(job.path)
    kind = sniff(data)
    key = [
        "open",
        digest_code("evidence", "documents/word_to_pdf"),
        *_list_reader_versions(kind),
        *_list_printing(job, kind),
        job.sha256,
        *(["as shown"] if job.is_reading_accepted else []),
    ]
    try:
        _refuse_disguised(job.path, kind)
        entry = job.cache.get_or_make(key, lambda folder: _make(job, data, password, folder))
        fields = json.loads((entry / "pages.json").read_text(encoding="utf8"))
        _check_password(data, password, fields)
    except Refused as error:
        refused = mention_unusable_passwords(error, passwords)
        problem, remedy = refused.problem, refused.remedy
        if refused.rule == "EVID.FORMAT" and not is_printed(kind):
            problem += _describe_wrong_ending(job.path, kind)
        if refused.acceptable:
            remedy += _explain_acceptance(job.sha256)
        return _report_failure(job, refused.rule, problem, remedy)
    return OpenedSource(
        path=job.path,
        sha256=job.sha256,
        pdf=entry / "normal.pdf",
        pages=tuple(parse_page(page) for page in fields["pages"]),
        removed=tuple((kind, count) for kind, count in fields["removed"]),
        findings=(),
        faults=tuple(fields["faults"]),
        losses=tuple(_parse_loss(loss) for loss in fields["losses"]),
        steps=tuple(fields["steps"]),
        disagreement=fields["disagreement"],
        is_converted=fields["is_converted"],
        options=job.options.digest,
        passages=tuple(
            tuple(_parse_passage(passage) for passage in passages)
            for passages in fields["passages"]
        ),
        printed_kind=kind if is_printed(kind) else "",
    )


def _describe_wrong_ending(path: str, kind: str) -> str:
    """Return a note if the file name has an extension we can use, but the content is not that."""
    ending = PurePosixPath(path).suffix.lower()
    is_word = ending in (".docx", ".doc") and kind in _WORD_KINDS
    is_misnamed = ending in _ENDINGS and kind in REFUSED and not is_word
    return f", though its name ends in {ending}" if is_misnamed else ""


def _explain_acceptance(sha256: str) -> str:
    return (
        "; or, if a person has looked at every page in Chrome and in another viewer, and Chrome "
        "shows them right, put "
        f'"accept_reading": "{sha256}" on the file in case.json'
    )


def _report_failure(job: Job, rule: str, problem: str, remedy: str) -> OpenedSource:
    finding = make_finding(rule, job.path, problem, remedy, file=job.path)
    return OpenedSource(
        path=job.path, sha256=job.sha256, pdf=None, pages=(), removed=(), findings=(finding,)
    )


def _check_password(data: bytes, password: str, fields: dict[str, Any]) -> None:
    """Raise Refused if a cached file needed a password that is now missing: the proof needs it."""
    if any(kind == LOCK for kind, _ in fields["removed"]) and not can_open_with(data, password):
        raise refuse_without_password(password)


def _refuse_disguised(path: str, kind: str) -> None:
    """Raise Refused for a file without pages whose name promises some, such as the web page that a
    portal sends instead of a PDF to whoever is not logged in."""
    ending = PurePosixPath(path).suffix.lower()
    if is_printed(kind) and ending in _ENDINGS:
        raise Refused(
            "EVID.FORMAT",
            f"the file is {DESCRIPTIONS[kind]}, though its name ends in {ending}",
            "download the document again; or, if this is what should be filed, correct the "
            "extension of its name",
        )


def _make(job: Job, data: bytes, password: str, folder: Path) -> None:
    """Fill a cache entry with normal.pdf and pages.json."""
    converted = convert_file(
        ConversionRequest(
            data=data,
            folder=folder,
            password=password,
            accepted=job.is_reading_accepted,
            options=job.options,
            templates=_find_templates(job),
        )
    )
    normalized, measured = converted.normalized, converted.measured
    losses = (*normalized.losses, *measured.losses)
    fields = {
        "pages": [
            convert_page_to_json(replace(page, redrawn=index in normalized.redrawn))
            for index, page in enumerate(measured.pages)
        ],
        "passages": [[asdict(passage) for passage in passages] for passages in converted.passages],
        "removed": normalized.removed,
        "faults": normalized.faults,
        "losses": [asdict(loss) for loss in losses],
        "steps": normalized.steps,
        "disagreement": converted.disagreement,
        "is_converted": converted.is_converted,
    }
    (folder / "pages.json").write_text(json.dumps(fields), encoding="utf8")


def read_paper_templates(
    shelf: Shelf, kind: str, case_folder: Path | None = None
) -> tuple[TemplateFile, ...]:
    """Return the templates that files without pages are printed with: the case's own, the firm's,
    or ours. `kind`: of the case. Raises TemplateBroken."""
    return tuple(shelf.template(kind, name.value, case_folder) for name in PaperTemplate)


def _find_templates(job: Job) -> tuple[TemplateFile, ...]:
    return job.templates or read_paper_templates(Shelf.default(), _DEFAULT_KIND)


def _parse_loss(raw: dict[str, Any]) -> Loss:
    region = tuple(raw["region"]) if raw["region"] else None
    return Loss(**{**raw, "severity": Severity(raw["severity"]), "region": region})


def _parse_passage(raw: dict[str, Any]) -> Passage:
    return Passage(
        **{**raw, "kind": PassageKind(raw["kind"]), "attachment": tuple(raw["attachment"])}
    )


def _list_printing(job: Job, kind: str) -> list[str]:
    """Return what the pages of a printed file depend on besides the file and its reader."""
    if not is_printed(kind):
        return [job.options.digest] if job.options.digest else []
    digests = [hashlib.sha256(template.data).hexdigest() for template in _find_templates(job)]
    return [digest_code("documents"), job.options.digest, *digests]


def _list_reader_versions(kind: str) -> tuple[str, ...]:
    """Return the versions of what opens a file of this kind."""
    versions: tuple[str, ...] = ()
    if kind in picture.KINDS:
        versions = picture.list_decoder_versions()
    elif kind == "docx":
        versions = list_word_engines()
    elif is_printed(kind):  # it may hold files of all other kinds
        versions = (
            *list_library_versions(),
            *list_word_engines(),
            *picture.list_decoder_versions(),
        )
    return (f"pikepdf {pikepdf.__version__}", f"pdfium {pdfium.PYPDFIUM_INFO}", *versions)

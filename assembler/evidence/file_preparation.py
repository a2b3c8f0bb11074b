"""Phase 1, one file per worker: open it, make it a normal PDF, measure every page as a reader
shows it."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import pikepdf
import pypdfium2 as pdfium
from PIL import Image

from assembler.evidence import miniatures
from assembler.evidence.encryption import (
    LOCK,
    mention_unusable_passwords,
    opens_with,
    refuse_without_password,
)
from assembler.evidence.file_types import REFUSED, sniff
from assembler.evidence.hidden_text import find_hidden_text
from assembler.evidence.losses import Loss
from assembler.evidence.picture_page import make_picture_pages, report_placement
from assembler.evidence.readers import picture
from assembler.evidence.readers.pdf import NormalizedPdf, list_losses, normalize_pdf
from assembler.evidence.readers.pdf_ladder import rewrite_as_shown
from assembler.evidence.readers.word import engine_versions, print_word
from assembler.evidence.refusal import Refused
from assembler.evidence.repair import compare_pages, has_undrawn_picture
from assembler.model import Finding, Ink, Miniature, Severity
from assembler.pdf.ink import find_marks, render_for_ink
from assembler.runtime.atomic_files import open_deferring_errors
from assembler.runtime.cache import Cache
from assembler.runtime.code_version import code_digest
from assembler.runtime.passwords import read_passwords

# the sign of an unknown character, what fonts use for signs of their own, control characters but
# line ends and PDFium's hyphen
_MEANINGLESS = re.compile("[\ufffd\ue000-\uf8ff\x00\x01\x03-\x08\x0b\x0e-\x1f]")

# endings of names that promise what we can use
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
_WORD_KINDS = ("docm", "word-other", "word-lock", "locked-office", "cut-office")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a picture stands on its page, and what it is in its file: its number there, and the
    strip of it, if it was cut."""

    box: tuple[float, float, float, float]
    turned: int
    dpi: float
    source: int
    strip: picture.Strip | None
    background: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One source file to open. `path` is relative to `folder`."""

    folder: Path
    path: str
    sha256: str
    cache: Cache
    accept_reading: str = ""  # sha256 for which a person accepts the pages that PDFium shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a normal PDF, as a reader shows it."""

    width: float
    height: float
    has_text: bool
    words: int
    dpi: float | None
    ink: Ink
    blank: bool
    box: tuple[float, float, float, float] | None  # where an image stands on its page
    turned: int
    miniature: Miniature  # not turned upright, where a person has to turn it
    redrawn: bool = False
    source: int = 1  # its page in the file, from 1
    part: int = 1  # of a page cut over several: which of how many
    parts: int = 1
    crop: tuple[int, int, int, int] | None = None  # dots of the upright picture
    background: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A file that opened (`pdf` set), or the findings that say why it did not."""

    path: str
    sha256: str
    pdf: Path | None
    pages: tuple[Page, ...]
    removed: tuple[tuple[str, int], ...]
    findings: tuple[Finding, ...]
    faults: tuple[str, ...] = ()  # what was damaged and mended
    losses: tuple[Loss, ...] = ()  # what a bundle cannot hold, or should not
    steps: tuple[str, ...] = ()  # readers tried
    disagreement: str = ""  # what readers show differently, where a person accepted one of them


def open_file(job: Job) -> Opened:
    """Never raises for a bad file: what is wrong with it comes back as a finding."""
    data = (job.folder / job.path).read_bytes()
    if hashlib.sha256(data).hexdigest() != job.sha256:
        return _failed(
            job, "EVID.CHANGED", "the file changed while this run was reading it", "rerun"
        )
    passwords = read_passwords(job.folder)
    password = passwords.of(job.path)
    accepted = job.accept_reading == job.sha256
    key = [
        "open",
        code_digest("evidence", "documents/word_to_pdf"),
        *_versions(sniff(data)),
        job.sha256,
        *(["as shown"] if accepted else []),
    ]
    try:
        made = job.cache.get_or_make(
            key, lambda folder: _make(data, password, folder, accepted=accepted)
        )
        kept = json.loads((made / "pages.json").read_text())
        _still_opens(data, password, kept)
    except Refused as error:
        told = mention_unusable_passwords(error, passwords)
        problem = told.problem + (
            _though_named(job.path, sniff(data)) if told.rule == "EVID.FORMAT" else ""
        )
        return _failed(
            job,
            told.rule,
            problem,
            told.remedy + (_how_to_accept(job.sha256) if told.acceptable else ""),
        )
    return Opened(
        path=job.path,
        sha256=job.sha256,
        pdf=made / "normal.pdf",
        pages=tuple(_page_from(raw) for raw in kept["pages"]),
        removed=tuple((what, count) for what, count in kept["removed"]),
        findings=(),
        faults=tuple(kept["faults"]),
        losses=tuple(_loss_from(raw) for raw in kept["losses"]),
        steps=tuple(kept["steps"]),
        disagreement=kept["disagreement"],
    )


def _though_named(path: str, kind: str) -> str:
    """A file whose name says that it is what we could use, and which is not: what was saved was
    another thing."""
    ending = PurePosixPath(path).suffix.lower()
    says_word = ending in (".docx", ".doc") and kind in _WORD_KINDS
    return (
        f", though its name ends in {ending}"
        if ending in _ENDINGS and kind in REFUSED and not says_word
        else ""
    )


def _how_to_accept(sha256: str) -> str:
    return (
        "; or, if a person has looked at every page in Chrome and in another viewer, and Chrome "
        "shows them right, put "
        f'"accept_reading": "{sha256}" on the file in case.json'
    )


def _failed(job: Job, rule: str, problem: str, remedy: str) -> Opened:
    finding = Finding(
        rule=rule,
        severity=Severity.ERROR,
        where=job.path,
        problem=problem,
        remedy=remedy,
        file=job.path,
    )
    return Opened(
        path=job.path, sha256=job.sha256, pdf=None, pages=(), removed=(), findings=(finding,)
    )


def _still_opens(data: bytes, password: str, kept: dict[str, Any]) -> None:
    """What was opened with a password before is not used without it now: the proof needs it too.
    Raises Refused."""
    if any(what == LOCK for what, _ in kept["removed"]) and not opens_with(data, password):
        raise refuse_without_password(password)


def _make(data: bytes, password: str, folder: Path, *, accepted: bool) -> None:
    """Fill a cache folder with normal.pdf and pages.json."""
    kind = sniff(data)
    if kind in REFUSED:
        what, remedy = REFUSED[kind]
        raise Refused("EVID.FORMAT", f"the file is {what}", remedy)
    target = folder / "normal.pdf"
    places: list[Place] = []
    disagreement = ""
    if kind in picture.KINDS:
        made, places = _photographs(data, kind, target)
        looks = _measure(target, places)
    elif kind == "docx":
        made = _word(data, target, folder / "word")
        looks = _measure(target, places)
    else:
        made, looks, disagreement = _pdf(data, password, target, accepted=accepted)
    kept = {
        "pages": [
            _page_raw(replace(look.page, redrawn=n in made.redrawn)) for n, look in enumerate(looks)
        ],
        "removed": made.removed,
        "faults": made.faults,
        "losses": [
            asdict(loss)
            for loss in (*made.losses, *(loss for look in looks for loss in look.losses))
        ],
        "steps": made.steps,
        "disagreement": disagreement,
    }
    (folder / "pages.json").write_text(json.dumps(kept))


def _pdf(
    data: bytes, password: str, target: Path, *, accepted: bool
) -> tuple[NormalizedPdf, list[_Look], str]:
    """Write `target`; what was found, and what readers show differently where a person accepted
    what PDFium shows of it."""
    try:
        return *_compared(data, password, target), ""
    except Refused as error:
        if not (error.acceptable and accepted):
            raise
        disagreement = error.problem
    made = normalize_pdf(rewrite_as_shown(data, password), target)
    losses = [loss for loss in list_losses(data, password) if loss.page is None]
    compare_pages(data, password, target, made.redrawn, acceptable=False)
    return (
        replace(made, faults=(), losses=(*losses, *made.losses)),
        _measure(target, ()),
        disagreement,
    )


def _compared(data: bytes, password: str, target: Path) -> tuple[NormalizedPdf, list[_Look]]:
    """Write `target`; where the file is not as it should be, another reader must show the same
    pages. Raises Refused."""
    made = normalize_pdf(data, target, password)
    looks = _measure(target, ())
    faults = (*made.faults, *dict.fromkeys(look.fault for look in looks if look.fault))
    if faults or made.slips:
        compare_pages(data, password, target, made.redrawn)
    steps = (*made.steps, *(f"passed over: {slip}" for slip in made.slips))
    return replace(made, faults=faults, steps=steps), looks


def _photographs(data: bytes, kind: str, target: Path) -> tuple[NormalizedPdf, list[Place]]:
    """Write `target`, one page after the other; what was taken out, and where each picture
    stands on its page."""
    removed: Counter[str] = Counter()
    places: list[Place] = []
    losses: list[Loss] = []
    source = 0
    with pikepdf.new() as book:
        for placed in make_picture_pages(data, kind):
            source += int(placed.strip is None or placed.strip.part == 1)
            with pikepdf.open(io.BytesIO(placed.pdf)) as page:
                book.pages.extend(page.pages)
            removed.update(placed.removed)
            losses += report_placement(placed, source)
            places.append(
                Place(
                    box=placed.box,
                    turned=placed.turned,
                    dpi=placed.dpi,
                    source=source,
                    strip=placed.strip,
                    background=placed.background,
                )
            )
        with open_deferring_errors(target) as out:
            book.save(out, deterministic_id=True)
    counted = tuple(sorted(removed.items()))
    return NormalizedPdf(
        removed=counted, redrawn=frozenset(), faults=(), losses=tuple(losses), steps=()
    ), places


def _word(data: bytes, target: Path, scratch: Path) -> NormalizedPdf:
    """Write `target`, as Word would print the file; what an engine's own PDF loses of its own is
    not the client's."""
    try:
        printed = print_word(data, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    made = normalize_pdf(printed.pdf, target)
    links = Counter({what: count for what, count in made.removed if what.startswith("link ")})
    told = tuple(loss for loss in made.losses if loss.rule == "EVID.LINK")
    return replace(
        made,
        removed=tuple(sorted((printed.removed + links).items())),
        losses=(*printed.losses, *told),
        steps=(printed.engine, *made.steps),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """A page measured, what it hides, and what on it does not come out."""

    page: Page
    losses: tuple[Loss, ...]
    fault: str


def _measure(target: Path, places: Sequence[Place]) -> list[_Look]:
    document = pdfium.PdfDocument(target)
    try:
        if places:
            return [
                _measured(number, document[number - 1], where)
                for number, where in enumerate(places, 1)
            ]
        return [
            _measured(number, document[number - 1], None) for number in range(1, len(document) + 1)
        ]
    finally:
        document.close()


def _measured(number: int, page: Any, make_picture_pages: Place | None) -> _Look:
    width, height = page.get_size()
    box = make_picture_pages.box if make_picture_pages else None
    coverage, image_dpi = _images(page, width, height)
    gray = render_for_ink(page, scanned=coverage > 0.5)
    ink = find_marks(gray, (width, height))
    layer = page.get_textpage()
    letters, bad, words = _text(layer)
    losses = find_hidden_text(number, page, layer, gray, scanned=coverage > 0.5)
    layer.close()
    usable = letters > 0 and bad <= 0.2 * letters and not (coverage > 0.5 and letters < 100)
    made = Page(
        width=width,
        height=height,
        has_text=usable,
        words=words if usable else 0,
        dpi=make_picture_pages.dpi if make_picture_pages else image_dpi,
        ink=ink,
        blank=not usable and not any(ink.bits),
        box=box,
        turned=make_picture_pages.turned if make_picture_pages else 0,
        miniature=miniatures.make_miniature(
            Image.fromarray(gray), miniatures.picture_frame(box, (width, height), 0)
        ),
    )
    if make_picture_pages is None:
        made = replace(made, source=number)
    else:
        made = replace(
            made, source=make_picture_pages.source, background=make_picture_pages.background
        )
        if make_picture_pages.strip:
            made = replace(
                made,
                part=make_picture_pages.strip.part,
                parts=make_picture_pages.strip.parts,
                crop=make_picture_pages.strip.crop,
            )
    return _Look(
        page=made,
        losses=losses,
        fault=f"a picture in it does not decode (page {number})"
        if has_undrawn_picture(page)
        else "",
    )


def _text(layer: Any) -> tuple[int, int, int]:
    """Letters and digits, characters that mean nothing, and words of the page's text."""
    text = layer.get_text_bounded()
    return sum(map(str.isalnum, text)), len(_MEANINGLESS.findall(text)), len(text.split())


def _images(page: Any, width: float, height: float) -> tuple[float, float | None]:
    """Share of the page its largest image covers (0..1), and that image's effective dpi."""
    best, dpi = 0.0, None
    for item in page.get_objects(filter=[pdfium.raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = item.get_bounds()
        area = max(0.0, right - left) * max(0.0, top - bottom)
        if area / (width * height) > best:
            pixels = item.get_px_size()
            best = area / (width * height)
            dpi = max(pixels) / (max(right - left, top - bottom) / 72)
    return best, dpi if best > 0.3 else None


def _page_raw(page: Page) -> dict[str, Any]:
    raw = asdict(page)
    raw["ink"]["bits"] = base64.b64encode(page.ink.bits).decode()
    raw["miniature"] = miniatures.to_json(page.miniature)
    return raw


def _loss_from(raw: dict[str, Any]) -> Loss:
    region = tuple(raw["region"]) if raw["region"] else None
    return Loss(**{**raw, "severity": Severity(raw["severity"]), "region": region})


def _page_from(raw: dict[str, Any]) -> Page:
    ink = Ink(**{**raw["ink"], "bits": base64.b64decode(raw["ink"]["bits"])})
    box = tuple(raw["box"]) if raw["box"] else None
    crop = tuple(raw["crop"]) if raw["crop"] else None
    return Page(
        **{
            **raw,
            "ink": ink,
            "box": box,
            "crop": crop,
            "miniature": miniatures.from_json(raw["miniature"]),
        }
    )


def _versions(kind: str) -> tuple[str, ...]:
    """Of what opens a file of this kind."""
    own: tuple[str, ...] = ()
    if kind in picture.KINDS:
        own = picture.decoder_versions()
    elif kind == "docx":
        own = engine_versions()
    return (f"pikepdf {pikepdf.__version__}", f"pdfium {pdfium.PYPDFIUM_INFO}", *own)

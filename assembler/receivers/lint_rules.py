"""Check surveyed files against a profile. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from assembler.layout.paper import PAPER
from assembler.model import Finding, LedgerEntry, Profile, Severity
from assembler.model.page_labels import is_behind, may_follow
from assembler.receivers import packet_lint
from assembler.receivers.pdf_survey import SurveyedFile
from assembler.runtime.rule_catalog import make_finding

_SLACK = 3.0  # points a page may differ from its paper
_DPI_SLACK = 1.02  # rounding of a picture's place
_EXHIBIT = re.compile(r"^(exhibit|tab|annex|appendix)\b", re.IGNORECASE)
_SAFE = "the receiver must be able to open it, and it must run no code"

Check = Callable[[Sequence[SurveyedFile], Profile], Iterator[Finding]]


def check_files(
    files: Sequence[SurveyedFile],
    profile: Profile,
    parts: Sequence[str] | None = None,
    ledger: Sequence[LedgerEntry] = (),
) -> tuple[Finding, ...]:
    """Return every finding about these files, the volumes of one bundle in order.

    Args:
        parts: ids of the packet's parts; None for a PDF made elsewhere.
        ledger: the packet's pages, if known.
    """
    unreadable = [file for file in files if file.trouble or file.encrypted]
    findings = [finding for file in unreadable for finding in _check_readable(file)]
    readable = [file for file in files if file not in unreadable]
    for check in (_check_size, _check_single, _check_name, _check_forbidden, *_PROFILE_CHECKS):
        findings += check(readable, profile)
    findings += _check_parts(parts, profile)
    findings += packet_lint.check_ledger(ledger, profile)
    return tuple(findings)


class _Place(NamedTuple):
    """A file, or some of its pages."""

    file: str
    pages: Sequence[int] = ()


def _make_rule_finding(
    rule: str,
    place: _Place,
    problem: str,
    remedy: str,
    source: str = "",
    severity: Severity | None = None,
) -> Finding:
    """Make a finding. `severity`: only for rules that have several."""
    file, pages = place
    return make_finding(
        f"PROFILE.{rule}",
        f"{file}, page {_format_pages(pages)}" if pages else file,
        problem,
        remedy,
        severity,
        file=file,
        page=pages[0] if pages else None,
        source=source or None,
    )


def _check_readable(file: SurveyedFile) -> Iterator[Finding]:
    if file.encrypted:
        yield _make_rule_finding(
            "ENCRYPTED",
            _Place(file.name),
            "it is encrypted",
            "save it without a password",
            _SAFE,
        )
    else:
        yield _make_rule_finding(
            "READ",
            _Place(file.name),
            f"it cannot be read as a PDF ({file.trouble})",
            "make it again",
        )


def _check_size(files: Sequence[SurveyedFile], profile: Profile) -> Iterator[Finding]:
    for file in files:
        if profile.max_bytes is not None and file.size > profile.max_bytes:
            problem = f"it has {file.size:,} bytes, {profile.max_bytes:,} are allowed"
            yield _make_rule_finding(
                "SIZE",
                _Place(file.name),
                problem,
                "split it at an exhibit, or scan at a lower resolution",
                profile.source("max_bytes"),
            )


def _check_single(files: Sequence[SurveyedFile], profile: Profile) -> Iterator[Finding]:
    if profile.single_file and len(files) > 1:
        problem = f"the bundle has {len(files)} files, the receiver accepts only one"
        yield _make_rule_finding(
            "SINGLE",
            _Place(files[0].name),
            problem,
            "make one file",
            profile.source("single_file"),
        )


def _check_name(files: Sequence[SurveyedFile], profile: Profile) -> Iterator[Finding]:
    for file in files:
        if profile.file_name and not re.search(profile.file_name, file.name):
            yield _make_rule_finding(
                "NAME",
                _Place(file.name),
                "its name has characters or a length that the receiver may reject",
                "use English letters and digits, at most 60 characters",
                profile.source("file_name"),
            )


def _check_forbidden(files: Sequence[SurveyedFile], _: Profile) -> Iterator[Finding]:
    """Check what no receiver accepts."""
    for file in files:
        active = [n for n, page in enumerate(file.pages, 1) if page.active]
        if file.scripts or active:
            yield _make_rule_finding(
                "SCRIPT",
                _Place(file.name, active),
                "it has a script or an action",
                "print it to a new PDF",
                _SAFE,
            )
        if file.attachments:
            yield _make_rule_finding(
                "ATTACHMENT",
                _Place(file.name),
                "other files are attached to it",
                "file them as exhibits",
                _SAFE,
            )
        if file.fields:
            problem = f"it has {file.fields} form fields that can still be edited"
            yield _make_rule_finding(
                "FIELD",
                _Place(file.name),
                problem,
                "flatten it",
                _SAFE,
            )


def _check_paper(files: Sequence[SurveyedFile], profile: Profile) -> Iterator[Finding]:
    if profile.paper not in PAPER:
        return
    paper_size = sorted(PAPER[profile.paper])
    for file in files:
        wrong = [
            n
            for n, page in enumerate(file.pages, 1)
            if any(
                abs(a - b) > _SLACK
                for a, b in zip(sorted((page.width, page.height)), paper_size, strict=True)
            )
        ]
        if wrong:
            yield _make_rule_finding(
                "PAPER",
                _Place(file.name, wrong),
                f"the page is not {profile.paper} size",
                "print with “fit to page”",
                profile.source("paper"),
            )


def _check_labels(files: Sequence[SurveyedFile], profile: Profile) -> Iterator[Finding]:
    previous = "0"
    for file in files:
        labels = [previous, *(page.label for page in file.pages)]
        jumps = [
            (n, is_behind(*pair))
            for n, pair in enumerate(pairwise(labels), 1)
            if not may_follow(*pair)
        ]
        wrong, gaps = [n for n, behind in jumps if not behind], [n for n, behind in jumps if behind]
        if profile.labels and wrong:
            yield _make_rule_finding(
                "LABEL",
                _Place(file.name, wrong),
                "the page label does not follow the one before it",
                "number the pages of all files consecutively",
                profile.source("labels"),
                severity=Severity.ERROR,
            )
        if profile.labels and gaps:  # a filed letter that is shorter now leaves its numbers free
            yield _make_rule_finding(
                "LABEL",
                _Place(file.name, gaps),
                "the page label skips a number",
                "number the pages of all files consecutively, or say which pages were withdrawn",
                profile.source("labels"),
                severity=Severity.WARNING,
            )
        previous = labels[-1]


def _check_links(files: Sequence[SurveyedFile], profile: Profile) -> Iterator[Finding]:
    for file in files:
        pages = [n for n, page in enumerate(file.pages, 1) if page.links]
        if profile.links == "none" and pages:
            yield _make_rule_finding(
                "LINK",
                _Place(file.name, pages),
                "it has links, which the receiver does not accept",
                "remove the links",
                profile.source("links"),
            )
    if (
        profile.links == "index"
        and files
        and not any(page.links for file in files for page in file.pages)
    ):
        yield _make_rule_finding(
            "LINK",
            _Place(files[0].name),
            "nothing in it is linked",
            "link the entries of the index",
            profile.source("links"),
        )


def _check_outline(files: Sequence[SurveyedFile], profile: Profile) -> Iterator[Finding]:
    for file in files:
        if profile.outline and not file.outline:
            yield _make_rule_finding(
                "OUTLINE",
                _Place(file.name),
                "it has no bookmarks",
                "add one for each document",
                profile.source("outline"),
            )
        if not profile.outline_pages:
            continue
        dead = sum(page == 0 for _, page in file.outline)
        unnumbered = [
            page
            for title, page in file.outline
            if page and _EXHIBIT.match(title) and not re.search(r"\d", title[8:])
        ]
        if dead:
            yield _make_rule_finding(
                "BOOKMARK",
                _Place(file.name),
                f"{dead} bookmarks lead nowhere",
                "point each at its page",
                profile.source("outline_pages"),
            )
        if unnumbered:
            yield _make_rule_finding(
                "BOOKMARK",
                _Place(file.name, unnumbered),
                "a bookmark does not give its page number",
                "add the page numbers",
                profile.source("outline_pages"),
            )


def _check_searchable(files: Sequence[SurveyedFile], profile: Profile) -> Iterator[Finding]:
    for file in files:
        without_text = [
            n for n, page in enumerate(file.pages, 1) if page.dpi and not page.characters
        ]
        if profile.searchable and without_text:
            pictures = sum(page.dpi > 0 for page in file.pages)
            # a photograph has no words; a scan does
            is_scan = len(without_text) * 2 > pictures
            yield _make_rule_finding(
                "TEXT",
                _Place(file.name, without_text),
                "a picture without searchable text",
                "run OCR on it, unless it has no text",
                profile.source("searchable"),
                severity=Severity.ERROR if is_scan else Severity.WARNING,
            )


def _check_upright(files: Sequence[SurveyedFile], profile: Profile) -> Iterator[Finding]:
    for file in files:
        tilted = [n for n, page in enumerate(file.pages, 1) if not page.upright]
        if profile.upright and tilted:
            yield _make_rule_finding(
                "UPRIGHT",
                _Place(file.name, tilted),
                "most of its text is not upright",
                "turn the page; for a file of a case, with `turn` in case.json",
                profile.source("upright"),
            )


def _check_fonts(files: Sequence[SurveyedFile], profile: Profile) -> Iterator[Finding]:
    for file in files:
        pages = [n for n, page in enumerate(file.pages, 1) if page.bare_fonts]
        if profile.fonts and pages:
            yield _make_rule_finding(
                "FONT",
                _Place(file.name, pages),
                "a font is not embedded, so the text looks different on other machines",
                "embed the fonts, or print it to a new PDF",
                profile.source("fonts"),
            )


def _check_view(files: Sequence[SurveyedFile], profile: Profile) -> Iterator[Finding]:
    for file in files:
        if profile.zoom is not None and (file.zoom is None or abs(file.zoom - profile.zoom) > 0.5):
            yield _make_rule_finding(
                "VIEW",
                _Place(file.name),
                f"it does not open at {profile.zoom} %",
                f"set the initial view to {profile.zoom} %",
                profile.source("zoom"),
            )


def _check_dpi(files: Sequence[SurveyedFile], profile: Profile) -> Iterator[Finding]:
    for file in files:
        pages = [
            n
            for n, page in enumerate(file.pages, 1)
            if profile.max_dpi is not None and page.dpi > profile.max_dpi * _DPI_SLACK
        ]
        if pages:
            yield _make_rule_finding(
                "DPI",
                _Place(file.name, pages),
                f"a picture of more than {profile.max_dpi} dots per inch",
                f"scan at {profile.max_dpi}",
                profile.source("max_dpi"),
            )


def _check_color(files: Sequence[SurveyedFile], profile: Profile) -> Iterator[Finding]:
    for file in files:
        colored = [n for n, page in enumerate(file.pages, 1) if page.colored]
        if profile.color == "gray" and colored:
            yield _make_rule_finding(
                "COLOR",
                _Place(file.name, colored),
                "a page is in color, and the receiver requires grayscale",
                "print or scan it in grayscale",
                profile.source("color"),
            )


def _check_parts(parts: Sequence[str] | None, profile: Profile) -> Iterator[Finding]:
    for part in profile.required_parts if parts is not None else ():
        if part not in (parts or ()):
            yield make_finding(
                "PROFILE.PART",
                f"part {part}",
                "the receiver requires it and the packet has none",
                "add it to recipe.toml with a Word template",
                source=profile.source("required_parts") or None,
            )


_PROFILE_CHECKS: tuple[Check, ...] = (
    _check_paper,
    _check_labels,
    _check_links,
    _check_outline,
    _check_searchable,
    _check_upright,
    _check_fonts,
    _check_view,
    _check_dpi,
    _check_color,
)


def _format_pages(pages: Sequence[int], most: int = 8) -> str:
    shown = ", ".join(str(page) for page in pages[:most])
    return shown if len(pages) <= most else f"{shown} and {len(pages) - most} more"

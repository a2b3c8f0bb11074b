"""The deciding half of the linter: what was seen of a bundle's files, against a profile →
findings. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from assembler.layout.paper import PAPER
from assembler.model import Finding, Profile, Severity
from assembler.model.page_labels import follows, is_behind
from assembler.receivers import packet_lint
from assembler.receivers.pdf_survey import Seen

_SLACK = 3.0  # points a page may differ from its paper
_DPI_SLACK = 1.02  # rounding of a picture's place
_EXHIBIT = re.compile(r"^(exhibit|tab|annex|appendix)\b", re.IGNORECASE)
_SAFE = "it must be openable by anybody and do nothing of its own"
ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

Rule = Callable[[Sequence[Seen], Profile], Iterator[Finding]]


def judge(
    files: Sequence[Seen],
    profile: Profile,
    parts: Sequence[str] | None = None,
    ledger: Sequence[Mapping[str, Any]] = (),
) -> tuple[Finding, ...]:
    """Every finding about these files, the parts of one bundle in order.

    `parts`: ids of the packet's parts, None where they are not known (a PDF made elsewhere);
    `ledger`: its pages, if known.
    """
    broken = [one for one in files if one.trouble or one.encrypted]
    found = [finding for one in broken for finding in _unreadable(one)]
    whole = [one for one in files if one not in broken]
    for rule in (_size, _single, _name, _never, *_WANTED):
        found += rule(whole, profile)
    found += _parts(parts, profile)
    found += packet_lint.judge(ledger, profile)
    return tuple(found)


def _finding(
    rule: str,
    severity: Severity,
    file: str,
    problem: str,
    remedy: str,
    source: str = "",
    pages: Sequence[int] = (),
) -> Finding:
    where = f"{file}, page {_list(pages)}" if pages else file
    return Finding(
        rule=f"PROFILE.{rule}",
        severity=severity,
        where=where,
        problem=problem,
        remedy=remedy,
        file=file,
        page=pages[0] if pages else None,
        source=source or None,
    )


def _unreadable(one: Seen) -> Iterator[Finding]:
    if one.encrypted:
        yield _finding(
            "ENCRYPTED", ERROR, one.name, "it is encrypted", "save it without a password", _SAFE
        )
    else:
        yield _finding(
            "READ", ERROR, one.name, f"it cannot be read as a PDF ({one.trouble})", "make it again"
        )


def _size(files: Sequence[Seen], profile: Profile) -> Iterator[Finding]:
    for one in files:
        if profile.max_bytes is not None and one.size > profile.max_bytes:
            problem = f"it has {one.size:,} bytes, {profile.max_bytes:,} are allowed"
            yield _finding(
                "SIZE",
                ERROR,
                one.name,
                problem,
                "split it at an exhibit, or scan at a lower resolution",
                profile.source("max_bytes"),
            )


def _single(files: Sequence[Seen], profile: Profile) -> Iterator[Finding]:
    if profile.single_file and len(files) > 1:
        problem = f"the bundle has {len(files)} files, one is wanted"
        yield _finding(
            "SINGLE", ERROR, files[0].name, problem, "make one file", profile.source("single_file")
        )


def _name(files: Sequence[Seen], profile: Profile) -> Iterator[Finding]:
    for one in files:
        if profile.file_name and not re.search(profile.file_name, one.name):
            yield _finding(
                "NAME",
                ERROR,
                one.name,
                "its name has characters or a length the receiver may refuse",
                "use letters and digits of English, at most 60 of them",
                profile.source("file_name"),
            )


def _never(files: Sequence[Seen], _: Profile) -> Iterator[Finding]:
    """What no receiver takes."""
    for one in files:
        active = [n for n, page in enumerate(one.pages, 1) if page.active]
        if one.scripts or active:
            yield _finding(
                "SCRIPT",
                ERROR,
                one.name,
                "it has a script or an action",
                "print it to a new PDF",
                _SAFE,
                active,
            )
        if one.attachments:
            yield _finding(
                "ATTACHMENT",
                ERROR,
                one.name,
                "other files are attached in it",
                "file them as exhibits",
                _SAFE,
            )
        if one.fields:
            problem = f"it has {one.fields} form fields that can still be changed"
            yield _finding("FIELD", ERROR, one.name, problem, "flatten it", _SAFE)


def _paper(files: Sequence[Seen], profile: Profile) -> Iterator[Finding]:
    if profile.paper not in PAPER:
        return
    wanted = sorted(PAPER[profile.paper])
    for one in files:
        other = [
            n
            for n, page in enumerate(one.pages, 1)
            if any(
                abs(a - b) > _SLACK
                for a, b in zip(sorted((page.width, page.height)), wanted, strict=True)
            )
        ]
        if other:
            yield _finding(
                "PAPER",
                INFO,
                one.name,
                f"the page is not {profile.paper} size",
                "print with “fit to page”",
                profile.source("paper"),
                other,
            )


def _labels(files: Sequence[Seen], profile: Profile) -> Iterator[Finding]:
    before = "0"
    for one in files:
        labels = [before, *(page.label for page in one.pages)]
        odd = [
            (n, is_behind(*pair))
            for n, pair in enumerate(pairwise(labels), 1)
            if not follows(*pair)
        ]
        wrong, gaps = [n for n, behind in odd if not behind], [n for n, behind in odd if behind]
        if profile.labels and wrong:
            yield _finding(
                "LABEL",
                ERROR,
                one.name,
                "the page label does not count on from the page before",
                "number the pages of all files through",
                profile.source("labels"),
                wrong,
            )
        if profile.labels and gaps:  # a filed letter that is shorter now leaves its numbers free
            yield _finding(
                "LABEL",
                WARNING,
                one.name,
                "the page label leaves a number out",
                "number the pages of all files through, or say which pages were withdrawn",
                profile.source("labels"),
                gaps,
            )
        before = labels[-1]


def _links(files: Sequence[Seen], profile: Profile) -> Iterator[Finding]:
    for one in files:
        linked = [n for n, page in enumerate(one.pages, 1) if page.links]
        if profile.links == "none" and linked:
            yield _finding(
                "LINK",
                ERROR,
                one.name,
                "it has links, which the receiver does not want",
                "remove the links",
                profile.source("links"),
                linked,
            )
    if (
        profile.links == "index"
        and files
        and not any(page.links for one in files for page in one.pages)
    ):
        yield _finding(
            "LINK",
            ERROR,
            files[0].name,
            "nothing in it is linked",
            "link the entries of the index",
            profile.source("links"),
        )


def _outline(files: Sequence[Seen], profile: Profile) -> Iterator[Finding]:
    for one in files:
        if profile.outline and not one.outline:
            yield _finding(
                "OUTLINE",
                ERROR,
                one.name,
                "it has no bookmarks",
                "add one for each document",
                profile.source("outline"),
            )
        if not profile.outline_pages:
            continue
        dead = sum(page == 0 for _, page in one.outline)
        bare = [
            page
            for title, page in one.outline
            if page and _EXHIBIT.match(title) and not re.search(r"\d", title[8:])
        ]
        if dead:
            yield _finding(
                "BOOKMARK",
                ERROR,
                one.name,
                f"{dead} bookmarks lead nowhere",
                "point each at its page",
                profile.source("outline_pages"),
            )
        if bare:
            yield _finding(
                "BOOKMARK",
                ERROR,
                one.name,
                "a bookmark does not say its page number",
                "add the page numbers",
                profile.source("outline_pages"),
                bare,
            )


def _searchable(files: Sequence[Seen], profile: Profile) -> Iterator[Finding]:
    for one in files:
        mute = [n for n, page in enumerate(one.pages, 1) if page.dpi and not page.characters]
        if profile.searchable and mute:
            pictures = sum(page.dpi > 0 for page in one.pages)
            severity = (
                ERROR if len(mute) * 2 > pictures else WARNING
            )  # a photograph has no words; a scan does
            yield _finding(
                "TEXT",
                severity,
                one.name,
                "a picture without text that search finds",
                "recognize its text, unless there is none on it",
                profile.source("searchable"),
                mute,
            )


def _upright(files: Sequence[Seen], profile: Profile) -> Iterator[Finding]:
    for one in files:
        lying = [n for n, page in enumerate(one.pages, 1) if not page.upright]
        if profile.upright and lying:
            yield _finding(
                "UPRIGHT",
                WARNING,
                one.name,
                "most of its text does not stand upright",
                "turn the page",
                profile.source("upright"),
                lying,
            )


def _fonts(files: Sequence[Seen], profile: Profile) -> Iterator[Finding]:
    for one in files:
        bare = [n for n, page in enumerate(one.pages, 1) if page.bare_fonts]
        if profile.fonts and bare:
            yield _finding(
                "FONT",
                WARNING,
                one.name,
                "a font is not in the file, so it looks different elsewhere",
                "embed the fonts, or print it to a new PDF",
                profile.source("fonts"),
                bare,
            )


def _view(files: Sequence[Seen], profile: Profile) -> Iterator[Finding]:
    for one in files:
        if profile.zoom is not None and (one.zoom is None or abs(one.zoom - profile.zoom) > 0.5):
            yield _finding(
                "VIEW",
                ERROR,
                one.name,
                f"it does not open at {profile.zoom} %",
                f"set the view on opening to {profile.zoom} %",
                profile.source("zoom"),
            )


def _dpi(files: Sequence[Seen], profile: Profile) -> Iterator[Finding]:
    for one in files:
        fine = [
            n
            for n, p in enumerate(one.pages, 1)
            if profile.max_dpi is not None and p.dpi > profile.max_dpi * _DPI_SLACK
        ]
        if fine:
            yield _finding(
                "DPI",
                WARNING,
                one.name,
                f"a picture finer than {profile.max_dpi} dots per inch",
                f"scan at {profile.max_dpi}",
                profile.source("max_dpi"),
                fine,
            )


def _color(files: Sequence[Seen], profile: Profile) -> Iterator[Finding]:
    for one in files:
        colored = [n for n, page in enumerate(one.pages, 1) if page.colored]
        if profile.color == "gray" and colored:
            yield _finding(
                "COLOR",
                WARNING,
                one.name,
                "a page has colors, and gray is wanted",
                "print or scan it in gray",
                profile.source("color"),
                colored,
            )


def _parts(parts: Sequence[str] | None, profile: Profile) -> Iterator[Finding]:
    for part in profile.required_parts if parts is not None else ():
        if part not in (parts or ()):
            yield Finding(
                rule="PROFILE.PART",
                severity=WARNING,
                where=f"part {part}",
                problem="the receiver asks for it and the packet has none",
                remedy="add it to recipe.toml with a Word template",
                source=profile.source("required_parts") or None,
            )


_WANTED: tuple[Rule, ...] = (
    _paper,
    _labels,
    _links,
    _outline,
    _searchable,
    _upright,
    _fonts,
    _view,
    _dpi,
    _color,
)


def _list(pages: Sequence[int], most: int = 8) -> str:
    shown = ", ".join(str(page) for page in pages[:most])
    return shown if len(pages) <= most else f"{shown} and {len(pages) - most} more"

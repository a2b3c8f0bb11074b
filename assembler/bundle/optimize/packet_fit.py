"""Fitting a packet's documents: which pages, in which steps, until it is enough; then the
documents with new pictures."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from assembler.bundle.optimize import steps
from assembler.bundle.optimize.grayscale import Graying, grayed
from assembler.bundle.optimize.page_work import Job, Joining, Result, fit_page, join, survey
from assembler.bundle.optimize.steps import PageSeen
from assembler.errors import ToolFailed
from assembler.model import Finding, Fitted, Profile, Severity
from assembler.runtime.worker_pool import Failure, Limits
from assembler.runtime.workshop import Workshop

Place = tuple[str, int]  # a document and a page of it, from 0
T = TypeVar("T")
_LIMITS = Limits(seconds=180)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The documents that may be fitted, as they are: files, their hashes, what is in them, each
    page's language."""

    files: Mapping[str, Path]
    sha256: Mapping[str, str]
    seen: Mapping[str, tuple[PageSeen, ...]]
    languages: Mapping[str, Sequence[str]]
    profile: Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What has been chosen so far: for each fitted page the result of the step taken; pages of
    which words would vanish."""

    chosen: Mapping[Place, Result] = field(default_factory=dict)
    tried: Mapping[Place, int] = field(
        default_factory=dict
    )  # how many steps of each page have been tried
    spent: frozenset[Place] = frozenset()  # pages that no further step can make smaller
    lost: Mapping[Place, Fitted] = field(default_factory=dict)
    broken: Mapping[Place, str] = field(
        default_factory=dict
    )  # pages that broke their worker, and how

    @property
    def pages(self) -> tuple[Fitted, ...]:
        """Before and after, by document and page."""
        return tuple(self.chosen[place].fitted for place in sorted(self.chosen))


def lay_out(
    files: Mapping[str, Path],
    languages: Mapping[str, Sequence[str]],
    profile: Profile,
    workshop: Workshop,
) -> Desk:
    """Look at the documents, in workers. One that cannot be looked at is left out, and stays as
    it is."""
    names = sorted(files)
    looked = workshop.map(survey, [files[name] for name in names])
    seen = {
        name: pages
        for name, pages in zip(names, looked, strict=True)
        if not isinstance(pages, Failure)
    }
    sha256 = {name: _digest(files[name]) for name in seen}
    return Desk(files=files, sha256=sha256, seen=seen, languages=languages, profile=profile)


def without_color(files: Mapping[str, Path], workshop: Workshop) -> dict[str, Path]:
    """The documents in gray. Raises ToolFailed for one that breaks its worker."""
    jobs = [
        Graying(pdf=path, sha256=_digest(path), cache=workshop.cache) for path in files.values()
    ]
    made = workshop.map(grayed, jobs, limits=_LIMITS)
    return {name: _whole(path, name) for name, path in zip(files, made, strict=True)}


def to_resolution(desk: Desk, workshop: Workshop) -> Fit:
    """Every page finer than the receiver allows, drawn again at what it allows; left alone where
    words would vanish."""
    most = desk.profile.max_dpi
    places = (
        [(name, index) for name, seen in desk.seen.items() for index in steps.too_fine(seen, most)]
        if most
        else []
    )
    made, broken = _run(dict.fromkeys(places, most or 0), desk, workshop)
    lost = {place: one.fitted for place, one in made.items() if one.fitted.lost}
    return Fit(
        chosen={
            place: one
            for place, one in made.items()
            if not one.fitted.lost and not one.fitted.lossless
        },
        tried=dict.fromkeys(places, 1),
        lost=lost,
        spent=frozenset((*lost, *broken)),
        broken=broken,
    )


def to_size(desk: Desk, fit: Fit, goals: Mapping[Place, int], workshop: Workshop) -> Fit:
    """Step by step, until each page has at most its goal of bytes, or no step is left."""
    return _step_while(
        desk, fit, goals, lambda now: [p for p in goals if size(desk, now, p) > goals[p]], workshop
    )


def to_total(desk: Desk, fit: Fit, goal: int, workshop: Workshop) -> Fit:
    """All pages together, step by step, until all together have at most `goal` bytes, or no step
    is left."""
    places = [
        (name, index)
        for name, seen in desk.seen.items()
        for index, one in enumerate(seen)
        if one.pictures
    ]
    return _step_while(
        desk, fit, places, lambda now: places if total(desk, now) > goal else [], workshop
    )


def _step_while(
    desk: Desk,
    fit: Fit,
    places: Iterable[Place],
    wanting: Callable[[Fit], Sequence[Place]],
    workshop: Workshop,
) -> Fit:
    left = {
        place: steps.steps(_seen(desk, place).dpi, desk.profile.fit_dpi, desk.profile.max_dpi)
        for place in places
    }
    while True:
        todo = [
            p for p in wanting(fit) if p not in fit.spent and fit.tried.get(p, 0) < len(left[p])
        ]
        if not todo:
            return fit
        made, broken = _run(
            {place: left[place][fit.tried.get(place, 0)] for place in todo}, desk, workshop
        )
        fit = _taken(fit, made, broken)


def _taken(fit: Fit, made: Mapping[Place, Result], broken: Mapping[Place, str]) -> Fit:
    """The state after a step of some pages: the better result of each is kept, and losing words
    ends it."""
    before = {place: fit.chosen[place].fitted if place in fit.chosen else None for place in made}
    kept = {place: one for place, one in made.items() if steps.better(before[place], one.fitted)}
    lost = {place: one.fitted for place, one in made.items() if one.fitted.lost}
    return Fit(
        chosen={**fit.chosen, **kept},
        tried={**fit.tried, **{place: fit.tried.get(place, 0) + 1 for place in made}},
        spent=fit.spent | frozenset((*lost, *broken)),
        lost={**fit.lost, **lost},
        broken={**fit.broken, **broken},
    )


def size(desk: Desk, fit: Fit, place: Place) -> int:
    """Bytes of a page as it is now."""
    return (
        fit.chosen[place].fitted.bytes_after if place in fit.chosen else _seen(desk, place).weight
    )


def total(desk: Desk, fit: Fit) -> int:
    """Bytes of all pages as they are now."""
    return sum(
        size(desk, fit, (name, index))
        for name, seen in desk.seen.items()
        for index in range(len(seen))
    )


def knows(desk: Desk, place: Place) -> bool:
    """Whether this page may be fitted."""
    return place[0] in desk.seen


def joined(desk: Desk, fit: Fit, workshop: Workshop) -> dict[str, Path]:
    """The documents that have fitted pages, with those pages' new pictures."""
    names = sorted({name for name, _ in fit.chosen})
    jobs = [
        Joining(
            pdf=desk.files[name],
            sha256=desk.sha256[name],
            cache=workshop.cache,
            folders=tuple(
                fit.chosen[place].folder for place in sorted(fit.chosen) if place[0] == name
            ),
        )
        for name in names
    ]
    return {
        name: _whole(made, name)
        for name, made in zip(names, workshop.map(join, jobs, limits=_LIMITS), strict=True)
    }


def findings(fit: Fit, where: Mapping[Place, str]) -> tuple[Finding, ...]:
    """A line for each fitted page, and one for each that was left finer since words would
    vanish, or its worker broke."""
    chosen = sorted(fit.chosen.items())
    told = [
        _finding("FIT.PAGE", where[place], one.fitted.line(), "look at the page")
        for place, one in chosen
    ]
    for place, one in sorted(fit.lost.items()):
        problem = (
            f"at {one.dpi_after:.0f} dots per inch only {one.kept} of its {one.words} words "
            f"are read, so it was left finer"
        )
        told.append(
            _finding(
                "FIT.WORDS",
                where[place],
                problem,
                "scan the page again, straight and with more contrast",
            )
        )
    for place, how in sorted(fit.broken.items()):
        problem = f"its pictures could not be stored again ({how}), so it was left as it is"
        told.append(
            _finding("FIT.FAILED", where[place], problem, "scan the page at a lower resolution")
        )
    return tuple(told)


def _finding(rule: str, where: str, problem: str, remedy: str) -> Finding:
    return Finding(rule=rule, severity=Severity.INFO, where=where, problem=problem, remedy=remedy)


def _seen(desk: Desk, place: Place) -> PageSeen:
    return desk.seen[place[0]][place[1]]


def _job(desk: Desk, place: Place, dpi: int, workshop: Workshop) -> Job:
    name, index = place
    languages = desk.languages.get(name, ())
    return Job(
        document=name,
        index=index,
        pdf=desk.files[name],
        sha256=desk.sha256[name],
        seen=_seen(desk, place),
        dpi=dpi,
        language=languages[index] if index < len(languages) else "en",
        cache=workshop.cache,
    )


def _run(
    wanted: Mapping[Place, int], desk: Desk, workshop: Workshop
) -> tuple[dict[Place, Result], dict[Place, str]]:
    """The results of a step of each page; and which pages broke their worker, and how: those
    stay as they are."""
    results = workshop.map(
        fit_page,
        [_job(desk, place, dpi, workshop) for place, dpi in wanted.items()],
        limits=_LIMITS,
    )
    made = dict(zip(wanted, results, strict=True))
    broken = {
        place: f"{one.kind}: {one.detail}"
        for place, one in made.items()
        if isinstance(one, Failure)
    }
    return {place: one for place, one in made.items() if isinstance(one, Result)}, broken


def _whole(made: T | Failure, where: str) -> T:
    if isinstance(made, Failure):
        raise ToolFailed(
            f"a page's pictures could not be stored again ({made.kind}: {made.detail})",
            where=where,
            remedy="scan the page at a lower resolution",
        )
    return made


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

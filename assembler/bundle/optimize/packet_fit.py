"""Fit a packet's documents: choose pages and steps until the limits hold, then write the documents
with new pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from assembler.bundle.optimize import steps
from assembler.bundle.optimize.grayscale import GrayJob, make_gray
from assembler.bundle.optimize.page_work import (
    FittedPage,
    JoinJob,
    PageJob,
    fit_page,
    join_pages,
    survey_pages,
)
from assembler.bundle.optimize.steps import PageWeight
from assembler.errors import ToolFailed
from assembler.model import DocumentId, Finding, Fitted, Profile
from assembler.runtime.rule_catalog import make_finding
from assembler.runtime.user_files import digest_file
from assembler.runtime.worker_pool import Failure, Limits
from assembler.runtime.workshop import Workshop

Place = tuple[DocumentId, int]  # a document and a page of it, from 0
T = TypeVar("T")
_LIMITS = Limits(seconds=180)


@dataclass(frozen=True, slots=True, kw_only=True)
class FitInputs:
    """The documents that may be fitted: files, their hashes, what is in them, each page's
    language."""

    files: Mapping[DocumentId, Path]
    sha256: Mapping[DocumentId, str]
    surveys: Mapping[DocumentId, tuple[PageWeight, ...]]
    languages: Mapping[DocumentId, Sequence[str]]
    profile: Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class FitState:
    """What has been chosen so far: for each fitted page the result of the step taken, and pages
    that would lose words."""

    chosen: Mapping[Place, FittedPage] = field(default_factory=dict)
    tried: Mapping[Place, int] = field(default_factory=dict)  # steps of each page tried so far
    spent: frozenset[Place] = frozenset()  # pages that no further step can make smaller
    lost: Mapping[Place, Fitted] = field(default_factory=dict)
    broken: Mapping[Place, str] = field(default_factory=dict)  # pages that broke their worker, how

    @property
    def pages(self) -> tuple[Fitted, ...]:
        """Return before and after, by document and page."""
        return tuple(self.chosen[place].fitted for place in sorted(self.chosen))


def survey_documents(
    files: Mapping[DocumentId, Path],
    languages: Mapping[DocumentId, Sequence[str]],
    profile: Profile,
    workshop: Workshop,
) -> FitInputs:
    """Survey the documents, in workers. A document that cannot be surveyed is omitted, and stays as
    it is."""
    names = sorted(files)
    surveys = workshop.map(survey_pages, [files[name] for name in names])
    pages_by_name = {
        name: pages
        for name, pages in zip(names, surveys, strict=True)
        if not isinstance(pages, Failure)
    }
    sha256 = {name: digest_file(files[name]) for name in pages_by_name}
    return FitInputs(
        files=files, sha256=sha256, surveys=pages_by_name, languages=languages, profile=profile
    )


def convert_to_gray(files: Mapping[DocumentId, Path], workshop: Workshop) -> dict[DocumentId, Path]:
    """Return the documents in gray. Raises ToolFailed for one that breaks its worker."""
    jobs = [
        GrayJob(pdf=path, sha256=digest_file(path), cache=workshop.cache) for path in files.values()
    ]
    results = workshop.map(make_gray, jobs, limits=_LIMITS)
    return {name: _require_result(path, name) for name, path in zip(files, results, strict=True)}


def limit_resolution(inputs: FitInputs, workshop: Workshop) -> FitState:
    """Redraw every page finer than the receiver allows at the allowed resolution, except where
    words would vanish."""
    most = inputs.profile.max_dpi
    places = (
        [
            (name, index)
            for name, pages in inputs.surveys.items()
            for index in steps.find_too_fine(pages, most)
        ]
        if most
        else []
    )
    results, broken = _run(dict.fromkeys(places, most or 0), inputs, workshop)
    lossy = {place: result.fitted for place, result in results.items() if result.fitted.lost}
    return FitState(
        chosen={
            place: result
            for place, result in results.items()
            if not result.fitted.lost and not result.fitted.lossless
        },
        tried=dict.fromkeys(places, 1),
        lost=lossy,
        spent=frozenset((*lossy, *broken)),
        broken=broken,
    )


def shrink_pages(
    inputs: FitInputs, state: FitState, goals: Mapping[Place, int], workshop: Workshop
) -> FitState:
    """Shrink step by step, until each page has at most its goal of bytes, or no step is left."""
    return _step_while(
        inputs,
        state,
        goals,
        lambda current: [
            place for place in goals if page_size(inputs, current, place) > goals[place]
        ],
        workshop,
    )


def shrink_total(inputs: FitInputs, state: FitState, goal: int, workshop: Workshop) -> FitState:
    """Shrink all pages step by step, until together they have at most `goal` bytes, or no step is
    left."""
    return shrink_together(inputs, state, _list_places(inputs), goal, workshop)


def shrink_together(
    inputs: FitInputs, state: FitState, places: Sequence[Place], goal: int, workshop: Workshop
) -> FitState:
    """Shrink these pages step by step, until together they have at most `goal` bytes, or no step is
    left."""
    with_pictures = [place for place in places if _get_survey(inputs, place).pictures]
    return _step_while(
        inputs,
        state,
        with_pictures,
        lambda current: with_pictures if sum_sizes(inputs, current, places) > goal else [],
        workshop,
    )


def _step_while(
    inputs: FitInputs,
    state: FitState,
    places: Iterable[Place],
    wanting: Callable[[FitState], Sequence[Place]],
    workshop: Workshop,
) -> FitState:
    steps_by_place = {
        place: steps.list_steps(
            _get_survey(inputs, place).dpi, inputs.profile.fit_dpi, inputs.profile.max_dpi
        )
        for place in places
    }
    while True:
        pending = [
            place
            for place in wanting(state)
            if place not in state.spent and state.tried.get(place, 0) < len(steps_by_place[place])
        ]
        if not pending:
            return state
        results, broken = _run(
            {place: steps_by_place[place][state.tried.get(place, 0)] for place in pending},
            inputs,
            workshop,
        )
        state = _apply_step(state, results, broken)


def _apply_step(
    state: FitState, results: Mapping[Place, FittedPage], broken: Mapping[Place, str]
) -> FitState:
    """Return the state after a step of some pages: the better result of each is kept, and losing
    words ends it."""
    before = {
        place: state.chosen[place].fitted if place in state.chosen else None for place in results
    }
    kept = {
        place: result
        for place, result in results.items()
        if steps.is_better(before[place], result.fitted)
    }
    lost = {place: result.fitted for place, result in results.items() if result.fitted.lost}
    return FitState(
        chosen={**state.chosen, **kept},
        tried={**state.tried, **{place: state.tried.get(place, 0) + 1 for place in results}},
        spent=state.spent | frozenset((*lost, *broken)),
        lost={**state.lost, **lost},
        broken={**state.broken, **broken},
    )


def page_size(inputs: FitInputs, state: FitState, place: Place) -> int:
    """Return the bytes of a page as it is now."""
    return (
        state.chosen[place].fitted.bytes_after
        if place in state.chosen
        else _get_survey(inputs, place).weight
    )


def sum_page_sizes(inputs: FitInputs, state: FitState) -> int:
    """Return the bytes of all pages as they are now."""
    return sum_sizes(inputs, state, _list_places(inputs))


def sum_sizes(inputs: FitInputs, state: FitState, places: Iterable[Place]) -> int:
    """Return the bytes of these pages as they are now."""
    return sum(page_size(inputs, state, place) for place in places)


def _list_places(inputs: FitInputs) -> list[Place]:
    return [(name, index) for name, pages in inputs.surveys.items() for index in range(len(pages))]


def can_fit(inputs: FitInputs, place: Place) -> bool:
    """Return whether this page may be fitted."""
    return place[0] in inputs.surveys


def write_fitted(inputs: FitInputs, state: FitState, workshop: Workshop) -> dict[DocumentId, Path]:
    """Write the documents that have fitted pages, with those pages' new pictures."""
    names = sorted({name for name, _ in state.chosen})
    jobs = [
        JoinJob(
            pdf=inputs.files[name],
            sha256=inputs.sha256[name],
            cache=workshop.cache,
            folders=tuple(
                state.chosen[place].folder for place in sorted(state.chosen) if place[0] == name
            ),
        )
        for name in names
    ]
    return {
        name: _require_result(result, name)
        for name, result in zip(names, workshop.map(join_pages, jobs, limits=_LIMITS), strict=True)
    }


def fit_findings(state: FitState, where: Mapping[Place, str]) -> tuple[Finding, ...]:
    """Return a finding for each fitted page, and for each that was left finer since words would
    vanish, or its worker broke."""
    chosen = sorted(state.chosen.items())
    findings = [
        make_finding("FIT.PAGE", where[place], result.fitted.line(), "look at the page")
        for place, result in chosen
    ]
    for place, fitted in sorted(state.lost.items()):
        problem = (
            f"at {fitted.dpi_after:.0f} dots per inch only {fitted.kept} of its {fitted.words} "
            f"words could be read, so it was kept at a higher resolution"
        )
        findings.append(
            make_finding(
                "FIT.WORDS",
                where[place],
                problem,
                "rescan the page, straight and with more contrast",
            )
        )
    for place, reason in sorted(state.broken.items()):
        problem = f"its pictures could not be recompressed ({reason}), so it was left unchanged"
        findings.append(
            make_finding("FIT.FAILED", where[place], problem, "scan the page at a lower resolution")
        )
    return tuple(findings)


def _get_survey(inputs: FitInputs, place: Place) -> PageWeight:
    return inputs.surveys[place[0]][place[1]]


def _make_job(inputs: FitInputs, place: Place, dpi: int, workshop: Workshop) -> PageJob:
    name, index = place
    languages = inputs.languages.get(name, ())
    return PageJob(
        document=name,
        index=index,
        pdf=inputs.files[name],
        sha256=inputs.sha256[name],
        survey=_get_survey(inputs, place),
        dpi=dpi,
        language=languages[index] if index < len(languages) else "en",
        cache=workshop.cache,
    )


def _run(
    dpi_by_place: Mapping[Place, int], inputs: FitInputs, workshop: Workshop
) -> tuple[dict[Place, FittedPage], dict[Place, str]]:
    """Return the results of a step of each page, and which pages broke their worker, and how: those
    stay as they are."""
    results = workshop.map(
        fit_page,
        [_make_job(inputs, place, dpi, workshop) for place, dpi in dpi_by_place.items()],
        limits=_LIMITS,
    )
    results_by_place = dict(zip(dpi_by_place, results, strict=True))
    broken = {
        place: f"{result.kind}: {result.detail}"
        for place, result in results_by_place.items()
        if isinstance(result, Failure)
    }
    return {
        place: result
        for place, result in results_by_place.items()
        if isinstance(result, FittedPage)
    }, broken


def _require_result(result: T | Failure, where: str) -> T:
    if isinstance(result, Failure):
        raise ToolFailed(
            f"a page's pictures could not be recompressed ({result.kind}: {result.detail})",
            where=where,
            remedy="scan the page at a lower resolution",
        )
    return result

"""Bind a bundle within its receiver's limits, and fit pages that are too large."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assembler import bundle as binding
from assembler.bundle import optimize
from assembler.layout import upload_set
from assembler.model import (
    DocumentId,
    DocumentKind,
    Finding,
    Fitted,
    Layout,
    Prepared,
    Profile,
    Volume,
)
from assembler.runtime.resources import stamp_font
from assembler.runtime.workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundFiles:
    """The files of the bundle, and how its pages were fitted."""

    volumes: tuple[Volume, ...]
    fitted: tuple[Fitted, ...]
    findings: tuple[Finding, ...]


def bind(
    layout: Layout,
    documents: Mapping[DocumentId, Path],
    prepared: Sequence[Prepared],
    folder: Path,
    profile: Profile,
    workshop: Workshop,
) -> BoundFiles:
    """Write the bundle into `folder`. Raises the errors of binding, and CaseRejected if it is above
    the limit even with fitted pages."""
    documents = (
        optimize.convert_to_gray(documents, workshop) if profile.color == "gray" else documents
    )
    fit_inputs = _survey_pages(documents, prepared, profile, workshop) if profile.max_dpi else None
    fit = optimize.limit_resolution(fit_inputs, workshop) if fit_inputs else optimize.FitState()
    leaves = {(leaf.document, leaf.index): leaf for leaf in layout.leaves}
    while True:
        fitted = optimize.write_fitted(fit_inputs, fit, workshop) if fit_inputs else {}
        try:
            volumes = _write_files(layout, {**documents, **fitted}, prepared, folder, profile)
        except binding.AboveLimit as above:
            fit_inputs = fit_inputs or _survey_pages(documents, prepared, profile, workshop)
            fit = _shrink(above, fit_inputs, fit, layout, workshop)
            continue
        findings = optimize.fit_findings(
            fit, {place: binding.describe_page(leaf) for place, leaf in leaves.items()}
        )
        return BoundFiles(volumes=volumes, fitted=fit.pages, findings=findings)


def _write_files(
    layout: Layout,
    documents: Mapping[DocumentId, Path],
    prepared: Sequence[Prepared],
    folder: Path,
    profile: Profile,
) -> tuple[Volume, ...]:
    """Write the bundle as its receiver takes it: as an upload set, or as few files as possible."""
    if not profile.upload_set:
        return binding.bind_within(layout, documents, folder, profile, stamp_font())
    pages = {exhibit.exhibit: exhibit.pages for exhibit in prepared}
    blocks = upload_set.list_blocks(layout, pages)
    return binding.bind_upload_set(layout, documents, folder, profile, stamp_font(), blocks)


def _survey_pages(
    documents: Mapping[DocumentId, Path],
    prepared: Sequence[Prepared],
    profile: Profile,
    workshop: Workshop,
) -> optimize.FitInputs:
    """Return the pages that may be fitted: the client's; drafts are small."""
    languages = {
        exhibit.document: [page.language for page in exhibit.pages] for exhibit in prepared
    }
    files = {
        document: path
        for document, path in documents.items()
        if DocumentId(document).kind is not DocumentKind.DRAFT
    }
    return optimize.survey_documents(files, languages, profile, workshop)


def _shrink(
    above: binding.AboveLimit,
    fit_inputs: optimize.FitInputs,
    fit: optimize.FitState,
    layout: Layout,
    workshop: Workshop,
) -> optimize.FitState:
    """Shrink the pages above the limit, or all pages if the bundle may not be split. Raises
    CaseRejected if they stay above it."""
    limit = fit_inputs.profile.limit or 0
    if above.bundle_bytes:
        goal = optimize.sum_page_sizes(fit_inputs, fit) - (above.bundle_bytes - limit)
        fit = optimize.shrink_total(fit_inputs, fit, goal, workshop)
        is_enough = optimize.sum_page_sizes(fit_inputs, fit) <= goal
    else:
        places = {
            number: (layout.leaves[number - 1].document, layout.leaves[number - 1].index)
            for number in above.pages
        }
        goals = {
            place: optimize.page_size(fit_inputs, fit, place) - (above.pages[number] - limit)
            for number, place in places.items()
            if optimize.can_fit(fit_inputs, place)
        }
        fit = optimize.shrink_pages(fit_inputs, fit, goals, workshop)
        is_enough = len(goals) == len(places) and all(
            optimize.page_size(fit_inputs, fit, place) <= goal for place, goal in goals.items()
        )
        for span, size in above.spans.items():
            fit, is_span_enough = _shrink_span(
                [(leaf.document, leaf.index) for leaf in layout.leaves[span[0] - 1 : span[1]]],
                size - limit,
                fit_inputs,
                fit,
                workshop,
            )
            is_enough = is_enough and is_span_enough
    if not is_enough:
        reasons = {number: _explain_lost_words(fit, layout, number) for number in above.pages}
        raise binding.make_above_limit_error(above, layout, fit_inputs.profile, reasons) from above
    return fit


def _shrink_span(
    places: Sequence[optimize.Place],
    surplus: int,
    fit_inputs: optimize.FitInputs,
    fit: optimize.FitState,
    workshop: Workshop,
) -> tuple[optimize.FitState, bool]:
    """Shrink pages that stay in one file by so many bytes together, and return whether that was
    possible."""
    fittable = [place for place in places if optimize.can_fit(fit_inputs, place)]
    goal = optimize.sum_sizes(fit_inputs, fit, fittable) - surplus
    fit = optimize.shrink_together(fit_inputs, fit, fittable, goal, workshop)
    return fit, optimize.sum_sizes(fit_inputs, fit, fittable) <= goal


def _explain_lost_words(fit: optimize.FitState, layout: Layout, number: int) -> str:
    """Return why a page cannot have a lower resolution, for a message; "" if that is not known."""
    leaf = layout.leaves[number - 1]
    lost = fit.lost.get((leaf.document, leaf.index))
    if lost is None:
        return ""
    return (
        f"; at {lost.dpi_after:.0f} dots per inch only {lost.kept} of its {lost.words} words "
        f"are read"
    )

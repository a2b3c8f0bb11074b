"""A bundle within its receiver's limits: bound, and where that is not enough, its pages fitted
and bound again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assembler import bundle as binding
from assembler.bundle import optimize
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
    """The files of the bundle, and what was done to its pages to get there."""

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
    """Write the bundle into `folder`. Raises what binding raises, CaseRejected where even
    fitting does not help."""
    documents = (
        optimize.convert_to_gray(documents, workshop) if profile.color == "gray" else documents
    )
    desk = _desk(documents, prepared, profile, workshop) if profile.max_dpi else None
    fit = optimize.limit_resolution(desk, workshop) if desk else optimize.FitState()
    leaves = {(leaf.document, leaf.index): leaf for leaf in layout.leaves}
    while True:
        fitted = optimize.write_fitted(desk, fit, workshop) if desk else {}
        try:
            volumes = binding.bind_within(
                layout, {**documents, **fitted}, folder, profile, stamp_font()
            )
        except binding.AboveLimit as above:
            desk = desk or _desk(documents, prepared, profile, workshop)
            fit = _smaller(above, desk, fit, layout, workshop)
            continue
        found = optimize.fit_findings(
            fit, {place: binding.describe_page(leaf) for place, leaf in leaves.items()}
        )
        return BoundFiles(volumes=volumes, fitted=fit.pages, findings=found)


def _desk(
    documents: Mapping[DocumentId, Path],
    prepared: Sequence[Prepared],
    profile: Profile,
    workshop: Workshop,
) -> optimize.FitInputs:
    """What a client gave may be fitted; our own drafts are small."""
    languages = {
        exhibit.document: [page.language for page in exhibit.pages] for exhibit in prepared
    }
    files = {
        name: path
        for name, path in documents.items()
        if DocumentId(name).kind is not DocumentKind.DRAFT
    }
    return optimize.survey_documents(files, languages, profile, workshop)


def _smaller(
    above: binding.AboveLimit,
    desk: optimize.FitInputs,
    fit: optimize.FitState,
    layout: Layout,
    workshop: Workshop,
) -> optimize.FitState:
    """The pages that are above the limit made smaller; all of them where the bundle may not be
    cut. Raises CaseRejected."""
    limit = desk.profile.limit or 0
    if above.bundle_bytes:
        now = optimize.total_size(desk, fit)
        fit = optimize.shrink_total(desk, fit, now - (above.bundle_bytes - limit), workshop)
        enough = optimize.total_size(desk, fit) <= now - (above.bundle_bytes - limit)
    else:
        places = {
            number: (layout.leaves[number - 1].document, layout.leaves[number - 1].index)
            for number in above.pages
        }
        goals = {
            place: optimize.page_size(desk, fit, place) - (above.pages[number] - limit)
            for number, place in places.items()
            if optimize.can_fit(desk, place)
        }
        fit = optimize.shrink_pages(desk, fit, goals, workshop)
        enough = len(goals) == len(places) and all(
            optimize.page_size(desk, fit, place) <= goal for place, goal in goals.items()
        )
    if not enough:
        why = {number: _why(fit, layout, number) for number in above.pages}
        raise binding.above_limit_error(above, layout, desk.profile, why) from above
    return fit


def _why(fit: optimize.FitState, layout: Layout, number: int) -> str:
    """What keeps a page from being drawn coarser still."""
    leaf = layout.leaves[number - 1]
    lost = fit.lost.get((leaf.document, leaf.index))
    if lost is None:
        return ""
    return (
        f"; at {lost.dpi_after:.0f} dots per inch only {lost.kept} of its {lost.words} words "
        f"are read"
    )

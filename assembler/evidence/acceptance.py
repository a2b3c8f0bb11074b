"""Report repairs and losses of a file as findings: errors, until case.json accepts them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from assembler.evidence.file_preparation import OpenedSource
from assembler.evidence.losses import Loss, rotate_region
from assembler.model import FilePart, Finding, Severity
from assembler.runtime.rule_catalog import make_finding

# the case has no place where a loss of a government form could be accepted
_FORM_REMEDY = "print the form to a new PDF, or complete the blank form again"
_KEEP = "keep the client's file with the packet's papers"


def report_file(
    exhibit: str, part: FilePart, source: OpenedSource, pages: Collection[int]
) -> Iterator[Finding]:
    """Yield the findings on a file as an exhibit uses it; `pages`: the pages it uses, from 1."""
    findings = [_repair(part, source)] if source.faults else []
    findings += [_make_disagreement_finding(part, source)] if source.disagreement else []
    findings += [
        _make_loss_finding(part, _turn_loss(part, loss, source))
        for loss in source.losses
        if loss.page is None or loss.page in pages
    ]
    for finding in findings:
        is_form_error = exhibit.startswith("form:") and finding.severity is Severity.ERROR
        remedy = _FORM_REMEDY if is_form_error else finding.remedy
        yield replace(finding, exhibit=exhibit, remedy=remedy)


def _repair(part: FilePart, source: OpenedSource) -> Finding:
    faults = "; ".join(source.faults)
    count = len(source.pages)
    pages = "1 page" if count == 1 else f"{count} pages"
    if part.accept_repair == source.sha256:
        return make_finding(
            "EVID.REPAIRED",
            part.path,
            f"the file was damaged, and its repair was accepted: {faults}. It has {pages}",
            _KEEP,
            Severity.WARNING,
            file=part.path,
        )
    return make_finding(
        "EVID.REPAIRED",
        part.path,
        f"the file is damaged and was repaired: {faults}. It now has {pages}; others may be lost",
        "ask for the file again; or, if a person has compared every page with the original, put "
        f'"accept_repair": "{source.sha256}" on the file in case.json',
        Severity.ERROR,
        file=part.path,
    )


def _make_disagreement_finding(part: FilePart, source: OpenedSource) -> Finding:
    return make_finding(
        "EVID.READERS",
        part.path,
        f"{source.disagreement}; the pages that Chrome shows were accepted and are used",
        _KEEP,
        file=part.path,
    )


def _turn_loss(part: FilePart, loss: Loss, source: OpenedSource) -> Loss:
    """Return the loss with its region on the page as case.json turns it."""
    if loss.region is None or loss.page is None or not part.turn:
        return loss
    page = source.pages[loss.page - 1]
    return replace(loss, region=rotate_region(loss.region, (page.width, page.height), part.turn))


def _make_loss_finding(part: FilePart, loss: Loss) -> Finding:
    is_error = loss.severity is Severity.ERROR
    accepted = is_error and loss.rule in part.accept_loss
    remedy = loss.remedy
    if is_error and not accepted:
        remedy += f'; or accept it with "accept_loss": ["{loss.rule}"] on the file'
    return make_finding(
        loss.rule,
        f"{part.path}, page {loss.page}" if loss.page else part.path,
        f"{loss.problem} (accepted)" if accepted else loss.problem,
        remedy,
        Severity.WARNING if accepted else loss.severity,
        file=part.path,
        page=loss.page,
        region=loss.region,
    )

"""What was mended in a file, and what its pages lose, as findings: errors, until case.json
accepts them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from assembler.evidence.file_preparation import Opened
from assembler.evidence.losses import Loss
from assembler.model import FilePart, Finding, Severity

# a government form has no place where a loss is accepted
_FORM = "print the form to a new PDF, or fill the blank again"


def findings_of(
    exhibit: str, part: FilePart, opened: Opened, pages: Collection[int]
) -> Iterator[Finding]:
    """Of one file as an exhibit uses it; `pages`: those it uses, from 1."""
    found = [_repair(part, opened)] if opened.faults else []
    found += [_reading(part, opened)] if opened.disagreement else []
    found += [
        _loss(part, loss) for loss in opened.losses if loss.page is None or loss.page in pages
    ]
    for one in found:
        yield replace(
            one,
            exhibit=exhibit,
            remedy=_FORM if exhibit.startswith("form:") and _stops(one) else one.remedy,
        )


def _stops(finding: Finding) -> bool:
    return finding.severity is Severity.ERROR


def _repair(part: FilePart, opened: Opened) -> Finding:
    said = "; ".join(opened.faults)
    count = len(opened.pages)
    pages = "1 page" if count == 1 else f"{count} pages"
    finding = Finding(
        rule="EVID.REPAIRED",
        severity=Severity.ERROR,
        where=part.path,
        file=part.path,
        problem=f"the file is damaged and was repaired: {said}. It now has {pages}; more may be "
        f"missing, unseen",
        remedy="ask for the file again; or, if a person has compared every page with the "
        "original, put "
        f'"accept_repair": "{opened.sha256}" on the file in case.json',
    )
    if part.accept_repair != opened.sha256:
        return finding
    return replace(
        finding,
        severity=Severity.WARNING,
        problem=f"the file was damaged, and its repair accepted: {said}. It has {pages}",
        remedy="keep the client's file with the packet's papers",
    )


def _reading(part: FilePart, opened: Opened) -> Finding:
    return Finding(
        rule="EVID.READERS",
        severity=Severity.WARNING,
        where=part.path,
        file=part.path,
        problem=f"{opened.disagreement}; the pages that Chrome shows were accepted and are used",
        remedy="keep the client's file with the packet's papers",
    )


def _loss(part: FilePart, loss: Loss) -> Finding:
    accepted = loss.severity is Severity.ERROR and loss.rule in part.accept_loss
    ask = (
        f'; or accept it with "accept_loss": ["{loss.rule}"] on the file'
        if loss.severity is Severity.ERROR
        else ""
    )
    return Finding(
        rule=loss.rule,
        severity=Severity.WARNING if accepted else loss.severity,
        where=f"{part.path}, page {loss.page}" if loss.page else part.path,
        problem=f"{loss.problem} (accepted)" if accepted else loss.problem,
        remedy=loss.remedy + ("" if accepted else ask),
        file=part.path,
        page=loss.page,
        region=loss.region,
    )

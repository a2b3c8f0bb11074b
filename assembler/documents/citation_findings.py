"""Citations of the case's own texts, checked when pages are known: all at once, each with its place. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from assembler.model import Case, Finding, Plan, Severity
from assembler.model.citations import Cite, cited


def cite_findings(case: Case, plan: Plan, pages: Mapping[str, int]) -> tuple[Finding, ...]:
    """Errors for cites of exhibits that this packet does not have, and of pages that an exhibit does not have.

    `pages`: exhibit id → number of its pages, for the exhibits of the packet.
    """
    texts = [*_request(case), *_declarations(case, plan), *_points(case)]
    return tuple(
        finding for pointer, text in texts for cite in cited(text) for finding in _of_cite(case, cite, pointer, pages, plan)
    )


def _request(case: Case) -> Iterator[tuple[str, str]]:
    request = case.request
    for field in ("basis", "length_reason", "why_no_visa", "departure_plan", "support_plan", "changed_circumstances"):
        yield from _numbered(f"/request/{field}", getattr(request, field))
    yield "/request/expedite_reason", request.expedite_reason


def _declarations(case: Case, plan: Plan) -> Iterator[tuple[str, str]]:
    mine = {part.declaration for part in plan.parts}
    for number, declaration in enumerate(case.declarations):
        if declaration.id in mine:
            yield from _numbered(f"/declarations/{number}/paragraphs", declaration.paragraphs)


def _points(case: Case) -> Iterator[tuple[str, str]]:
    for number, point in enumerate(case.rfe.points if case.rfe else ()):
        yield from _numbered(f"/rfe/points/{number}/answer", point.answer)


def _numbered(pointer: str, paragraphs: Sequence[str]) -> Iterator[tuple[str, str]]:
    for number, text in enumerate(paragraphs):
        yield f"{pointer}/{number}", text


def _of_cite(case: Case, cite: Cite, pointer: str, pages: Mapping[str, int], plan: Plan) -> Iterator[Finding]:
    count = pages.get(cite.exhibit)
    if count is None:
        yield _finding(
            case, "CITE.OTHER_PACKET", pointer, cite, f"[@{cite.exhibit}] is not in the packet {plan.packet}",
            "cite an exhibit of this packet, or let the exhibit belong to this beneficiary too",
        )
        return
    outside = [page for page in (cite.page, cite.last) if page is not None and not 1 <= page <= count]
    if outside or (cite.page and cite.last and cite.last < cite.page):
        span = f"{cite.page}–{cite.last}" if cite.last else f"{cite.page}"
        yield _finding(
            case, "CITE.PAGE", pointer, cite,
            f"it cites page {span} of [@{cite.exhibit}], which has {count} {'page' if count == 1 else 'pages'}",
            "correct the page; pages are counted within the exhibit",
        )


def _finding(case: Case, rule: str, pointer: str, cite: Cite, problem: str, remedy: str) -> Finding:
    line = case.line(pointer)
    return Finding(
        rule=rule, severity=Severity.ERROR, where=f"case.json line {line} ({pointer})", problem=problem, remedy=remedy,
        file="case.json", pointer=pointer, line=line, exhibit=cite.exhibit,
    )

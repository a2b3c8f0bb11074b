"""Check the citations of the case's own texts once pages are known: all at once, each with its
place. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assembler.model import Case, Finding, Plan
from assembler.model.case_texts import list_citing_texts
from assembler.model.citations import Cite, list_cites
from assembler.runtime.rule_catalog import make_finding


def check_citations(case: Case, plan: Plan, pages: Mapping[str, int]) -> tuple[Finding, ...]:
    """Return errors for citations of exhibits that are not in this packet, and of pages they do not
    have.

    Args:
        pages: exhibit id → number of its pages, for the exhibits of the packet.
    """
    declarations = {part.declaration for part in plan.parts}
    texts = [
        paragraph
        for text in list_citing_texts(case)
        if not text.declaration or text.declaration in declarations
        for paragraph in text.iterate_numbered(plan.beneficiary)
    ]
    return tuple(
        finding
        for pointer, text in texts
        for cite in list_cites(text)
        for finding in _check_cite(case, cite, pointer, pages, plan)
    )


def _check_cite(
    case: Case, cite: Cite, pointer: str, pages: Mapping[str, int], plan: Plan
) -> Iterator[Finding]:
    count = pages.get(cite.exhibit)
    if count is None:
        yield _make_cite_finding(
            case,
            "CITE.OTHER_PACKET",
            pointer,
            cite,
            f"[@{cite.exhibit}] is not in the packet {plan.packet}",
            "cite an exhibit of this packet, or add this beneficiary to the exhibit's belongs_to",
        )
        return
    outside = [
        page for page in (cite.page, cite.last) if page is not None and not 1 <= page <= count
    ]
    if outside or (cite.page and cite.last and cite.last < cite.page):
        span = f"{cite.page}–{cite.last}" if cite.last else f"{cite.page}"
        yield _make_cite_finding(
            case,
            "CITE.PAGE",
            pointer,
            cite,
            f"it cites page {span} of [@{cite.exhibit}], which has {count} "
            f"{'page' if count == 1 else 'pages'}",
            "correct the page; pages are counted within the exhibit",
        )


def _make_cite_finding(
    case: Case, rule: str, pointer: str, cite: Cite, problem: str, remedy: str
) -> Finding:
    return make_finding(
        rule,
        case.place(pointer),
        problem,
        remedy,
        file="case.json",
        pointer=pointer,
        line=case.line(pointer),
        exhibit=cite.exhibit,
    )

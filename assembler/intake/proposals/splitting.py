"""Split the pages of a folder into documents: runs of pages that belong together. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

from assembler.intake.proposals.page_signs import PageSigns

_SAME_FILE, _NEXT_FILE = -0.8, 3.2  # what speaks for a new document before anything is seen
# an e-mail or a chat is one document, however many pages its printing has
_PRINTED_PAGE, _PRINTED_FILE = -6.0, 6.0
_LIKE_SIZE = 0.05  # share by which sizes of pages of one document may differ
_STRONG = 4.0  # score from which a page names a kind by itself
_LETTER_HEAD = 1.0  # what a date above a salutation adds: each letter of an office has them
_WORDS = 25  # of a page whose first lines can be compared
_ROLE = 3.5  # score from which a page is a translation or a certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A run of pages that belong together; they may be of several files."""

    pages: tuple[PageSigns, ...]
    confidence: float  # that its first page begins it

    @property
    def first(self) -> PageSigns:
        """Return its first page."""
        return self.pages[0]

    @property
    def last(self) -> PageSigns:
        """Return its last page."""
        return self.pages[-1]


def split_documents(pages: Sequence[PageSigns]) -> list[Document]:
    """Return the documents in pages that are in the order of their files, each page in one."""
    runs: list[tuple[list[PageSigns], float]] = []
    for page in pages:
        score = measure_break(runs[-1][0], page) if runs else 6.0
        if score > 0:
            runs.append(([page], _estimate_likelihood(score)))
        else:
            run, sure = runs[-1]
            run.append(page)
            runs[-1] = (run, min(sure, _estimate_likelihood(-score)))
    return [Document(pages=tuple(run), confidence=round(sure, 2)) for run, sure in runs]


def _estimate_likelihood(score: float) -> float:
    return 1 / (1 + exp(-score))


def measure_break(run: Sequence[PageSigns], page: PageSigns) -> float:
    """Return how much speaks for a new document at a page; below 0, it goes on."""
    last = run[-1]
    same_file = last.reading.path == page.reading.path
    if page.reading.printed or last.reading.printed:
        return _PRINTED_PAGE if same_file else _PRINTED_FILE
    score = _SAME_FILE if same_file else _NEXT_FILE
    if page.reading.blank:
        return -4.0 if same_file else 4.0
    if same_file and all(seen.reading.blank for seen in run):
        return -1.0
    previous = next((seen for seen in reversed(run) if not seen.reading.blank), last)
    score += _compare_numbers(previous, page)
    score += _compare_roles(previous, page)
    if page.language and previous.language and page.language != previous.language:
        score += 1.5
    if _has_other_size(previous, page):
        score += 0.8
    if previous.reading.zones or page.reading.zones:
        score += 3.0 if page.reading.zones else 0.5
    if page.is_picture != previous.is_picture:
        score += 1.2
    elif page.reading.recognized != previous.reading.recognized:
        score += 1.0
    score += _compare_heads(run, page)
    if page.starts_inside or previous.ends_inside:
        score -= 1.5
    shared = page.numbers & frozenset().union(*(seen.numbers for seen in run))
    if any(len(number) >= 6 for number in shared):
        score -= 0.8
    return score


def _compare_numbers(previous: PageSigns, page: PageSigns) -> float:
    """Return what "page 2 of 3" says."""
    before, now = previous.number, page.number
    if now and now[0] == 1:
        return 4.0
    if before and now and before[1] == now[1] and now[0] == before[0] + 1:
        return -7.0
    if now and now[0] > 1:
        return 2.5 if before else -1.0
    if before and before[0] < before[1]:
        return -2.5
    return 1.5 if before and before[1] and before[0] == before[1] else 0.0


def _compare_roles(previous: PageSigns, page: PageSigns) -> float:
    """Return what the roles say: a translation may go on without saying so on each page, a
    certificate hardly ever does."""
    before, now = _name_role(previous), _name_role(page)
    if before == now:
        return 0.0
    if now:
        return 3.0
    return 2.0 if before == "certificate" else 0.0


def _name_role(page: PageSigns) -> str:
    if page.certificate >= _ROLE:
        return "certificate"
    return "translation" if page.translation >= _ROLE else ""


def _has_other_size(previous: PageSigns, page: PageSigns) -> bool:
    sizes = [sorted((signs.reading.width, signs.reading.height)) for signs in (previous, page)]
    return any(
        abs(before - after) > _LIKE_SIZE * max(before, after)
        for before, after in zip(*sizes, strict=True)
    )


def _compare_heads(run: Sequence[PageSigns], page: PageSigns) -> float:
    """Return what the first lines say: a new title, a salutation, or the head of the pages
    before."""
    score = 0.0
    previous = run[-1]
    shared = len(page.head & previous.head) / max(1, min(len(page.head), len(previous.head)))
    is_alike = bool(page.head) and bool(previous.head) and shared >= 0.7
    score += -1.8 if is_alike else 0.0
    best = max(page.kinds.items(), key=lambda item: item[1].score, default=None)
    if best and best[1].named and best[1].score >= _STRONG:
        before: dict[str, float] = {}
        for seen in run:
            for kind, judged in seen.kinds.items():
                before[kind] = max(before.get(kind, 0.0), judged.score)
        is_new = before.get(best[0], 0.0) < 0.5 * max(before.values(), default=0.0) or not before
        score += 2.4 if is_new else 0.5
    if page.salutation:
        score += 1.4
    if page.top_date:
        score += 1.2 + (_LETTER_HEAD if page.salutation else 0.0)
    if page.letterhead and not is_alike:
        score += 0.9
    if not is_alike and page.words >= _WORDS and not shared:
        score += 0.5
    if previous.closing:
        score += 0.6
    if not page.head:
        score -= 0.5
    return score


def rejoin_numbered(documents: Sequence[Document]) -> list[Document]:
    """Join runs that were scanned apart: one that begins with page 2 of 3 goes behind the one that
    ends with page 1 of 3 and looks most like it."""
    joined = list(documents)
    for document in [
        d for d in documents if d.first.number and 1 < d.first.number[0] <= d.first.number[1]
    ]:
        number, count = document.first.number or (0, 0)
        candidates = [
            other
            for other in joined
            if other is not document and other.last.number == (number - 1, count)
        ]
        ranked = sorted(
            candidates, key=lambda other: (-_measure_likeness(other, document), joined.index(other))
        )
        if not ranked or _measure_likeness(ranked[0], document) <= 0 or document not in joined:
            continue
        home = ranked[0]
        sure = 0.8 if len(ranked) == 1 else 0.6
        joined.remove(document)
        joined[joined.index(home)] = Document(
            pages=(*home.pages, *document.pages),
            confidence=min(home.confidence, sure),
        )
    return joined


def _measure_likeness(first: Document, second: Document) -> float:
    """Return how much two runs have in common: first lines, numbers, size, language."""
    last, following = first.last, second.first
    if _has_other_size(last, following) or (
        last.language and following.language and last.language != following.language
    ):
        return 0.0
    heads = first.first.head | last.head
    shared = len(heads & following.head) / max(1, min(len(heads), len(following.head)))
    numbers = {number for page in first.pages for number in page.numbers}
    return shared + 0.5 * min(2, len(numbers & following.numbers)) + 0.05

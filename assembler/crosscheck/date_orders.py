"""Find dates in numbers that can be two days, and were read in the other order than their document
writes them. Pure.

03/04/2026 is March 4 in the United States and April 3 nearly everywhere else. The order of a
document is known from its own dates (25/12/2025), from its language, or from where it was written;
if these do not agree, nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from assembler.crosscheck.results import (
    CheckContext,
    ExhibitPage,
    Result,
    find_spot,
    make_page_finding,
)
from assembler.crosscheck.text_matching import has_worded_date
from assembler.model import Exhibit, PageText, PartRole, SearchResult
from assembler.model.language_tags import find_primary_language
from assembler.model.numeric_days import NumericDay, find_numeric_days

_LETTERS = re.compile(r"[^\W\d_]+")
# a telephone number, or the time of a zone, as they are written there
_PHONE_OR_ZONE = re.compile(r"\(\d{3}\) ?\d{3}-\d{4}\b|\b\d\d:\d\d(?: [AP]M)? [ECMP][SD]T\b")
_ZIP = re.compile(r"\b([A-Z]{2}),? \d{5}(?:-\d{4})?\b")


class DayOrder(StrEnum):
    """Which of day and month a document writes first."""

    MONTH_FIRST = "month"
    DAY_FIRST = "day"
    UNKNOWN = ""


_OTHER = {DayOrder.MONTH_FIRST: DayOrder.DAY_FIRST, DayOrder.DAY_FIRST: DayOrder.MONTH_FIRST}


@lru_cache(maxsize=256)
def _read_days(text: str) -> tuple[NumericDay, ...]:
    return tuple(find_numeric_days(text))


class _PlacedDay(NamedTuple):
    """A day in numbers that can be two, and its page."""

    page: PageText
    day: NumericDay


def check_date_orders(context: CheckContext) -> Iterator[Result]:
    """Check the date of each exhibit, and the dates of its translation, against the order in which
    its document writes day and month."""
    for exhibit in context.case.exhibits:
        pages = context.list_pages(exhibit)
        documents = [page for page in pages if page.prepared.role == PartRole.DOCUMENT]
        ambiguous = list(_list_ambiguous(documents))
        if not ambiguous:
            continue
        order = find_order(context, documents)
        yield SearchResult(
            exhibit=exhibit.id,
            what="order of day and month in its dates",
            result="found" if order else "not checked",
            why="" if order else "neither its language nor its other dates show it",
        )
        if not order:
            continue
        translations = [page for page in pages if page.prepared.role == PartRole.TRANSLATION]
        turned = list(_list_turned(ambiguous, order, documents, translations))
        yield from _report_turned(exhibit, turned, order)
        # what a translation turned is the likelier cause, and named already
        if not any(exhibit.date == read for _, _, read in turned):
            yield from _check_exhibit_date(exhibit, ambiguous, order, pages)


# --- the order of a document ---


def find_order(context: CheckContext, documents: Sequence[PageText]) -> DayOrder:
    """Return which of day and month the pages of a document write first; UNKNOWN if nothing shows
    it, or if their dates show both."""
    days = [day for page in documents for day in _read_days(page.text)]
    text = "\n".join(page.text for page in documents)
    shown = {day.shows for day in days if day.shows}
    if len(shown) > 1:
        return DayOrder.UNKNOWN
    if shown:
        return DayOrder(shown.pop())
    languages = {page.prepared.language for page in documents}
    unsure = context.data["date_order"]["unsure_languages"]
    if languages and not any(
        language in unsure or find_primary_language(language) in unsure for language in languages
    ):
        # who writes in another language in the United States may write either
        is_american = _find_order_of_place(context, text) == DayOrder.MONTH_FIRST
        return DayOrder.UNKNOWN if is_american else DayOrder.DAY_FIRST
    if any(day.separator == "." for day in days if len(day.readings) > 1):
        return DayOrder.DAY_FIRST
    return _find_order_of_place(context, text)


def _find_order_of_place(context: CheckContext, text: str) -> DayOrder:
    """Return the order that the places and offices in an English text use."""
    data = context.data["date_order"]
    lines = [line for line in text.splitlines() if line.strip()]
    words, head = _join_words(text), _join_words("\n".join(lines[: data["letterhead_lines"]]))
    states = data["states"].split()
    is_american = (
        any(f" {sign} " in words for sign in data["month_first_signs"])
        or any(match[1] in states for match in _ZIP.finditer(text))
        or _PHONE_OR_ZONE.search(text) is not None
    )
    is_foreign = any(f" {sign} " in head for sign in data["day_first_signs"])
    if is_american == is_foreign:
        return DayOrder.UNKNOWN
    return DayOrder.MONTH_FIRST if is_american else DayOrder.DAY_FIRST


def _join_words(text: str) -> str:
    """Return the words of a text, those in Latin letters as they are written."""
    return f" {' '.join(_LETTERS.findall(text.casefold()))} "


def _list_ambiguous(pages: Sequence[PageText]) -> Iterator[_PlacedDay]:
    for page in pages:
        for day in _read_days(page.text):
            if len(day.readings) > 1:
                yield _PlacedDay(page, day)


def _read(day: NumericDay, order: DayOrder) -> tuple[date, date]:
    """Return the day that a date is in this order, and the other one."""
    month_first, day_first = day.readings
    return (day_first, month_first) if order == DayOrder.DAY_FIRST else (month_first, day_first)


def _is_written_surely(pages: Sequence[PageText], wanted: date) -> bool:
    """Return whether a day is on one of the pages in a way that can be read only as this day."""
    return any(
        has_worded_date(page.text, wanted)
        or any(day.readings == (wanted,) for day in _read_days(page.text))
        for page in pages
    )


# --- the date in case.json ---


def _check_exhibit_date(
    exhibit: Exhibit, ambiguous: Sequence[_PlacedDay], order: DayOrder, pages: Sequence[PageText]
) -> Iterator[Result]:
    """Yield a finding if the exhibit's date is the other reading of a date of its document, and
    nothing else on its pages."""
    if exhibit.date is None or _is_written_surely(pages, exhibit.date):
        return
    readings = [(placed, *_read(placed.day, order)) for placed in ambiguous]
    if any(right == exhibit.date for _, right, _ in readings):
        return
    for placed, _, other in readings:
        if other == exhibit.date:
            spot = find_spot(ExhibitPage(exhibit, placed.page), placed.day.start)
            yield make_page_finding(
                "CHECK.DATE_ORDER",
                spot,
                f"the date in {spot.describe()} can be two days; `date` in case.json reads it with "
                f"the {_OTHER[order]} first, and the document writes the {order.value} first",
                "find out which day is meant, and correct `date` if it is the other one",
            )
            return


# --- the dates of a translation ---


def _list_turned(
    ambiguous: Sequence[_PlacedDay],
    order: DayOrder,
    documents: Sequence[PageText],
    translations: Sequence[PageText],
) -> Iterator[tuple[_PlacedDay, PageText, date]]:
    """Yield each date of the original whose other reading is in the translation, its page there
    and that reading; not if the translation has the right one, too, or the original the other."""
    seen = set[date]()
    for placed in ambiguous:
        right, other = _read(placed.day, order)
        if right in seen or _is_written_surely(documents, other):
            continue
        seen.add(right)
        if _is_translated_as(translations, right):
            continue
        page = next((page for page in translations if _is_translated_as([page], other)), None)
        if page is not None:
            yield placed, page, other


def _is_translated_as(translations: Sequence[PageText], wanted: date) -> bool:
    """Return whether a translation has a day in words, or in numbers in its own order."""
    if _is_written_surely(translations, wanted):
        return True
    days = [day for page in translations for day in _read_days(page.text)]
    shown = {day.shows for day in days if day.shows}
    if len(shown) != 1:
        return False
    order = DayOrder(shown.pop())
    return any(_read(day, order)[0] == wanted for day in days if len(day.readings) > 1)


def _report_turned(
    exhibit: Exhibit, turned: Sequence[tuple[_PlacedDay, PageText, date]], order: DayOrder
) -> Iterator[Result]:
    for placed, page, other in turned:
        original = find_spot(ExhibitPage(exhibit, placed.page), placed.day.start)
        spot = find_spot(ExhibitPage(exhibit, page), _locate(page, other))
        yield make_page_finding(
            "TRANS.DATE_ORDER",
            spot,
            f"a date here has day and month exchanged: the original, "
            f"{placed.page.prepared.path}, page {placed.page.prepared.source_page}, "
            f"{original.describe()}, writes the {order.value} first",
            "ask which day is meant; if the translation is wrong, have the translator correct and "
            "certify it again",
        )


def _locate(page: PageText, wanted: date) -> int:
    """Return where a day is on a page of the translation, or its beginning."""
    start = 0
    for line in page.text.splitlines(keepends=True):
        numeric = any(wanted in day.readings for day in _read_days(line))
        if numeric or has_worded_date(line, wanted):
            return start
        start += len(line)
    return 0

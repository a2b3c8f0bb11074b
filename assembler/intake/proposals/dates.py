"""Find the days in a text, and the one on which the document was made. Pure.

Days are read in every language of categories.json. Where month and day can be exchanged, the
document's language, its country and its other dates decide; if these do not, nobody guesses.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from assembler.intake.proposals.cues import Cues, find_phrases, fold, list_candidates
from assembler.intake.proposals.days import Day, find_days
from assembler.intake.proposals.page_signs import PageSigns
from assembler.intake.proposals.values import Guess, Reason

_CLAUSE = re.compile(r"(?<=[\w)])[.;] +(?=[^\W\d_a-z])| [·|•] | {3,}")
_AMERICAN = re.compile(r"\b[A-Z]{2} \d{5}(?:-\d{4})?\b")  # a state and its ZIP code
_DASHES = ("-", "–", "—")
_LABEL_LINE = 6  # words of a line of labels
_SHORT_LABEL = 5  # characters of " by " and the like, which begin many lines
_BEFORE = 5  # words before a date that may be its label
_SHORT_LINE = 5  # words of a clause, besides its date, above which it is a sentence
_TOP = 9  # lines
_LEAST_SCORE = 0.4
_PERIOD_END, _PRINTED = 1.6, 2.5  # scores of the last day of a period, and of a browser's line
_ADDRESS = re.compile(r"https?:|www\.")
_OF_ITS_PAGE, _SET = 2.4, 3  # score of the date of a page, and such pages that make a set


@dataclass(frozen=True, slots=True, kw_only=True)
class DateMention:
    """A day in the text; several `readings` where month and day can be exchanged."""

    path: str
    page: int
    line: int  # index among the lines with text
    readings: tuple[date, ...]  # month first, then day first
    numeric: bool
    shows: str
    before: str  # folded words before it on its line, or the line before
    others: int  # other words on its line
    period: str  # "start" or "end" of a period that its line names, or ""
    printed: bool  # it stands beside an address, as browsers print it
    ordinal: int  # of the page in its document
    from_end: int  # lines after it


@dataclass(frozen=True, slots=True, kw_only=True)
class DateChoice:
    """The day chosen, or why none could be: `ambiguous` is the place of one that can be two."""

    guess: Guess[date | None]
    ambiguous: Reason | None = None


def find_dates(pages: Sequence[PageSigns], cues: Cues) -> Iterator[DateMention]:
    """Yield the days in the pages of a document."""
    for ordinal, page in enumerate(pages):
        header = above = " "  # the line over a table, and the line before
        for number, line in enumerate(page.lines):
            if number:
                above = page.lines[number - 1].folded
                header = header if _has_days(above, cues) else above
            if line.is_running:
                continue
            has_digits = any(map(str.isdigit, line.text))
            if not has_digits and not _may_be_worded(line.folded, cues):
                continue
            text = line.text
            if not has_digits and number + 1 < len(page.lines):
                text = f"{text} {page.lines[number + 1].text}"
            for day, before, others, period in _read_line(text, above, header, cues):
                yield DateMention(
                    path=page.reading.path,
                    page=page.reading.page,
                    line=number,
                    readings=day.readings,
                    numeric=day.numeric,
                    shows=day.shows,
                    before=before,
                    others=others,
                    period=period,
                    printed=bool(_ADDRESS.search(line.text)),
                    ordinal=ordinal,
                    from_end=len(page.lines) - number - 1,
                )


def _has_days(folded: str, cues: Cues) -> bool:
    return any(map(str.isdigit, folded)) and any(True for _ in find_days(folded, cues))


def _may_be_worded(folded: str, cues: Cues) -> bool:
    """Return whether a line may have a day spelled out."""
    words = folded.split()
    return any(word in cues.months for word in words) and any(
        word in cues.numbers for word in words
    )


def _read_line(
    text: str, above: str, header: str, cues: Cues
) -> Iterator[tuple[Day, str, int, str]]:
    """Yield the days of a line, with the words before each, the number of other words in its
    clause, and whether it begins or ends a period. Days below as many labels take their labels in
    order, as on cards and in tables. The last day of a period has the words before the first."""
    clauses = [(clause, find_days(clause, cues)) for clause in _CLAUSE.split(text)]
    read = [(clause, sorted(days, key=lambda day: day.start)) for clause, days in clauses]
    count = sum(len(days) for _, days in read)
    over = [] if _has_days(above, cues) else _list_labels(above, cues)
    labels: list[str] = []
    if count > 1:
        first = min((day.start for day in read[0][1]), default=0)
        labels = _list_labels(fold(read[0][0][:first]), cues)
        labels = labels if len(labels) == count else over or _list_labels(header, cues)
    is_column = bool(over) and len(above.split()) <= _LABEL_LINE and above.startswith(over[0])
    column = over[0].split() if is_column and len(over[0]) > _SHORT_LABEL else []
    place = 0
    words: list[str] = []
    for n, (clause, days) in enumerate(read):
        end = 0
        periods = _find_periods(clause, days, cues)
        for day, period in zip(days, periods, strict=True):
            whole = clause if day.numeric else fold(clause)
            before = words if period == "end" else []
            words = _list_words(whole[end : day.start], cues)[-_BEFORE:]
            if len(labels) == count:
                words = labels[place].split()
            elif period == "end":
                words = before
            elif not words and n == 0 and end == 0:
                words = column or above.split()[:_BEFORE]
            end = day.start + day.length
            place += 1
            others = len(_list_words(whole, cues)) - sum(
                len(
                    fold(
                        (clause if d.numeric else fold(clause))[d.start : d.start + d.length]
                    ).split()
                )
                for d in days
            )
            yield day, f" {' '.join(words)} ", max(0, others), period


def _list_words(text: str, cues: Cues) -> list[str]:
    """Return the folded words of a text, without days of the week."""
    return [word for word in fold(text).split() if word not in cues.weekdays]


def _find_periods(clause: str, days: Sequence[Day], cues: Cues) -> list[str]:
    """Return for each day of a clause whether it is the "start" or "end" of a period, or ""."""
    periods = [""] * len(days)
    for n, (first, last) in enumerate(pairwise(days)):
        whole = clause if last.numeric else fold(clause)
        between = whole[first.start + first.length : last.start]
        words = _list_words(between, cues)
        has_dash = (
            between.strip() in _DASHES if last.numeric else any(dash in clause for dash in _DASHES)
        )
        if first.numeric == last.numeric and (
            f" {' '.join(words)} " in {phrase for phrase, _ in cues.range_words}
            if words
            else has_dash
        ):
            periods[n : n + 2] = ["start", "end"]
    return periods


def _list_labels(folded: str, cues: Cues) -> list[str]:
    """Return the labels of dates in a line, from left to right."""
    places: list[tuple[int, int, str]] = []
    for phrase, _ in list_candidates(folded, cues.all_labels):
        start = folded.find(phrase)
        while start >= 0:
            end = start + len(phrase) - 1
            if not any(
                start < other_end and other_start < end for other_start, other_end, _ in places
            ):
                places.append((start, end, phrase))
            start = folded.find(phrase, end)
    return [label for _, _, label in sorted(places)]


def choose_date(
    pages: Sequence[PageSigns],
    cues: Cues,
    language: str,
    as_of: date,
    birth_dates: frozenset[date] = frozenset(),
) -> DateChoice:
    """Return the day on which a document was made, as its labels and layout say.

    Args:
        language: of the document.
        birth_dates: of people of the case, which are no dates of documents.
    """
    mentions = list(find_dates(pages, cues))
    if not mentions:
        return DateChoice(guess=Guess(value=None, confidence=0.6))
    order = _find_order(mentions, pages, cues, language)
    scored = sorted(
        (
            (_score_mention(mention, order, cues, as_of, birth_dates, len(mentions)), n)
            for n, mention in enumerate(mentions)
        ),
        key=lambda pair: (-pair[0], _rank_equal(mentions[pair[1]], order), pair[1]),
    )
    score, best = scored[0][0], mentions[scored[0][1]]
    of_set = _choose_of_set([mentions[n] for value, n in scored if value >= _OF_ITS_PAGE], order)
    if of_set is not None:
        return DateChoice(guess=of_set)
    if score < _LEAST_SCORE:
        return DateChoice(guess=_choose_latest(mentions, order, cues, as_of, birth_dates))
    day, sureness = _resolve(best, order)
    reason = Reason(path=best.path, page=best.page, line=best.line + 1, cue=_describe(best, cues))
    if day is None:
        return DateChoice(
            guess=Guess(value=None, confidence=0.0, reasons=(reason,)), ambiguous=reason
        )
    rivals = [
        value for value, n in scored[1:] if _resolve(mentions[n], order)[0] not in (day, None)
    ]
    margin = score - max(rivals, default=score - 3.0)
    confidence = sureness * _estimate_confidence(score, margin)
    return DateChoice(guess=Guess(value=day, confidence=round(confidence, 2), reasons=(reason,)))


def _choose_of_set(mentions: Sequence[DateMention], order: str) -> Guess[date | None] | None:
    """Return the last day of records of several days, each of which dates its page; None if the
    document is no such set."""
    if len({mention.ordinal for mention in mentions}) < _SET:
        return None
    days = [(day, mention) for mention in mentions if (day := _resolve(mention, order)[0])]
    if not days:
        return None
    last, mention = max(days, key=lambda row: row[0])
    reason = Reason(
        path=mention.path, page=mention.page, line=mention.line + 1, cue="the latest date"
    )
    return Guess(value=last, confidence=0.75, reasons=(reason,))


def _rank_equal(mention: DateMention, order: str) -> tuple[int, int]:
    """Return a rank among days for which equally much speaks: on one page, the last day is that of
    the document, which names those before."""
    day = _resolve(mention, order)[0]
    return mention.ordinal, -(day.toordinal() if day else 0)


def _choose_latest(
    mentions: Sequence[DateMention],
    order: str,
    cues: Cues,
    as_of: date,
    birth_dates: frozenset[date],
) -> Guess[date | None]:
    """Return the latest day that may be of the document, where nothing marks one: hardly more than
    a hint; rather one that several of its pages name. Else the day of the event that the document
    records."""
    past = [
        (day, mention)
        for mention in mentions
        if (day := _resolve(mention, order)[0]) and day <= as_of and day not in birth_dates
    ]
    days = [row for row in past if not _has_strong_label(row[1].before, cues)] or [
        row for row in past if any(phrase in row[1].before for phrase, _ in cues.event_labels)
    ]
    if not days:
        return Guess(value=None, confidence=0.5)
    repeated = _list_repeated(days)
    days = repeated or days
    day, mention = max(days, key=lambda row: row[0])
    cue = "a date on several pages" if repeated else "the latest date"
    reason = Reason(path=mention.path, page=mention.page, line=mention.line + 1, cue=cue)
    sure = 0.62 if len({found for found, _ in days}) == 1 else 0.45
    return Guess(value=day, confidence=sure, reasons=(reason,))


def _list_repeated(
    days: Sequence[tuple[date, DateMention]],
) -> list[tuple[date, DateMention]]:
    """Return the days that two pages or more name, as a form does and a statement about it."""
    pages: defaultdict[date, set[int]] = defaultdict(set)
    for day, mention in days:
        pages[day].add(mention.ordinal)
    return [row for row in days if len(pages[row[0]]) > 1]


def _is_other(before: str, cues: Cues) -> bool:
    return any(
        before.endswith(phrase) for phrase, _ in list_candidates(before, cues.other_labels)
    ) or _has_strong_label(before, cues)


def _has_strong_label(before: str, cues: Cues) -> bool:
    return any(phrase in before for phrase, _ in list_candidates(before, cues.strong_labels))


def _estimate_confidence(score: float, margin: float) -> float:
    """Return how likely the best date is right, from its score and its lead."""
    certain = 0.55 + 0.09 * min(score, 3.0) + 0.07 * min(margin, 3.0)
    return min(0.97, certain)


def _has_issued_last(before: str, cues: Cues) -> bool:
    """Return whether the label right before a date, of several words, is one of issue."""
    return any(
        before.endswith(phrase) and len(phrase.split()) > 1
        for phrase, _ in list_candidates(before, cues.issued_labels)
    )


def _describe(mention: DateMention, cues: Cues) -> str:
    label = _find_label(mention.before, cues)
    return label or ("a line with a date alone" if mention.others <= _SHORT_LINE else "a date")


def _find_label(before: str, cues: Cues) -> str:
    """Return the label that stands right before a date, or ""."""
    for phrase, _ in find_phrases(before, cues.issued_labels):
        if before.endswith(phrase) or before.strip() == phrase.strip():
            return phrase.strip()
    return ""


def _score_mention(
    mention: DateMention,
    order: str,
    cues: Cues,
    as_of: date,
    birth_dates: frozenset[date],
    count: int,
) -> float:
    """Return how much speaks for a mention as the date of the document."""
    score = 0.5 if count == 1 else 0.0
    label = _find_label(mention.before, cues)
    is_other = mention.period == "start" or _is_other(mention.before, cues)
    if mention.period == "end" and not _has_strong_label(mention.before, cues):
        score += _PERIOD_END - (2.0 if mention.others <= 1 else 1.2)
        score -= 0.0 if mention.others <= _SHORT_LINE else _PERIOD_END
    elif label and not (is_other and not _has_issued_last(mention.before, cues)):
        score += 3.0 if " " in label or mention.others <= _SHORT_LINE else 1.5
    elif is_other:
        score -= 4.0
    if mention.printed:
        score += _PRINTED
    if mention.others <= _SHORT_LINE:
        score += 2.0 if mention.others <= 1 else 1.2
        if mention.ordinal == 0 and mention.line < _TOP:
            score += 1.0
        elif mention.from_end <= 4:
            score += 0.8
    else:
        score -= 0.8
    day = _resolve(mention, order)[0] or mention.readings[0]
    if day > as_of:
        score -= 4.0
    if day in birth_dates:
        score -= 5.0
    return score - 0.3 * min(mention.ordinal, 3)


def _find_order(
    mentions: Sequence[DateMention], pages: Sequence[PageSigns], cues: Cues, language: str
) -> str:
    """Return how the document writes days in numbers: "month", "day", or "" if both are possible.

    A day above 12 shows it; else the country that the document names, then its language.
    """
    shown = {mention.shows for mention in mentions if mention.shows}
    if len(shown) == 1:
        return shown.pop()
    text = "".join(page.folded for page in pages)
    countries = {
        country for country, signs in cues.country_signs if any(sign in text for sign in signs)
    }
    if any(_AMERICAN.search(page.reading.text) for page in pages):
        countries.add("USA")
    if shown or countries & cues.both_orders:
        return ""
    is_american = bool(countries & cues.month_first)
    if language == "en":
        if is_american:
            return "" if countries - cues.month_first else "month"
        return "day" if countries else ""
    return "" if is_american else "day"


def _resolve(mention: DateMention, order: str) -> tuple[date | None, float]:
    """Return the day of a mention, and how sure its reading is; None if it can be two."""
    if len(mention.readings) == 1:
        return mention.readings[0], 1.0
    if not order or not mention.numeric:
        return None, 0.0
    return mention.readings[0 if order == "month" else 1], 0.95

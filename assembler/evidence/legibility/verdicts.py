"""Measures of a page against the house's limits: legible, doubtful or illegible, what decided
it, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from assembler.evidence.legibility.limits import Box, Limits, Measures


class Verdict(StrEnum):
    """Whether a person can read the page: as far as measures can tell."""

    LEGIBLE = "legible"
    DOUBTFUL = "doubtful"
    ILLEGIBLE = "illegible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing wrong with a page. `rule`: its id; `where`: on the page, where it is not the
    whole of it."""

    rule: str
    level: int  # 1: doubtful, 2: beyond the second limit
    problem: str
    remedy: str
    where: Box | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The verdict, and what decided it, worst first; a legible page has no reasons."""

    verdict: Verdict
    reasons: tuple[Reason, ...] = ()


BLANK = Reason(
    rule="LEGIBLE.BLANK",
    level=1,
    problem="the page is blank",
    remedy="leave it out with `pages`, or scan the right side",
)
# part of a picture in the tone of paper: below, and without words, it may be a photograph of a
# place
_SHEET = 0.8
_SCAN = "scan the page again at 300 dpi, flat and evenly lit"
_PICTURE = "if it is no picture or handwriting, scan it again at 300 dpi"


def judge(
    measured: Measures, limits: Limits, dpi: float | None = None, *, own_language: bool = True
) -> Judged:
    """The verdict on a recognized page.

    `dpi`: of the image that fills the page, if one does. `own_language`: whether it was recognized
    with the data of the language it is in; without, what the recognition says is no measure of the
    page.
    """
    reading = _reading(measured, limits) if own_language else 0
    looks = sorted(_looks(measured, limits, dpi, reading), key=lambda reason: -reason.level)
    if measured.words < limits.few:
        looks = (
            [one for one in looks if one.level == 2 or one.rule == "LEGIBLE.SKEW"]
            if measured.paper >= _SHEET
            else []
        )
    apart = tuple(_apart(measured, limits, reading, own_language=own_language))
    if reading == 2 and looks and looks[0].level == 2:
        return Judged(verdict=Verdict.ILLEGIBLE, reasons=(*looks, *apart))
    if reading and not looks:
        looks = [_unread(measured, limits, reading)]
    reasons = (*looks, *apart)
    return Judged(verdict=Verdict.DOUBTFUL if reasons else Verdict.LEGIBLE, reasons=reasons)


def _reading(measured: Measures, limits: Limits) -> int:
    return 2 if measured.words < limits.few else limits.level("confidence", measured.confidence)


def _unread(measured: Measures, limits: Limits, level: int) -> Reason:
    if measured.words < limits.few:
        return Reason(
            rule="LEGIBLE.NOTEXT",
            level=level,
            problem="no text was found on the page",
            remedy=_PICTURE,
        )
    problem = f"the words were read with a confidence of {measured.confidence:.0f} of 100"
    return Reason(
        rule="LEGIBLE.CONFIDENCE",
        level=level,
        problem=problem,
        remedy=f"{_SCAN}; handwriting can stay",
    )


def _looks(measured: Measures, limits: Limits, dpi: float | None, reading: int) -> Iterator[Reason]:
    """What is wrong with the picture. Blur and resolution count only where the reading suffers:
    large print bears both."""
    for name, value, rule, problem, remedy, where in (
        (
            "dpi",
            dpi if reading else None,
            "LEGIBLE.DPI",
            f"it has {dpi or 0:.0f} dots per inch",
            "scan or photograph it at 300 dpi",
            None,
        ),
        (
            "blur",
            measured.blur if reading else None,
            "LEGIBLE.BLUR",
            "the print is blurred",
            "hold the camera still, or use a scanner",
            None,
        ),
        (
            "contrast",
            measured.contrast,
            "LEGIBLE.CONTRAST",
            f"print and paper differ by {100 * (measured.contrast or 0):.0f} % of the gray scale "
            f"only",
            "scan it with more light or contrast, not as a photo in the dark",
            None,
        ),
        (
            "skew",
            abs(measured.skew),
            "LEGIBLE.SKEW",
            f"the page is turned by {abs(measured.skew):.0f} degrees",
            "lay it straight and scan it again",
            None,
        ),
        (
            "hidden",
            measured.hidden,
            "LEGIBLE.UNEVEN",
            "some of its words lie in shadow, or are too faint to be read",
            "scan it with more contrast, or photograph it in even light",
            measured.hidden_at,
        ),
        (
            "small_letter",
            measured.small_letter if reading else None,
            "LEGIBLE.SMALL",
            f"its smallest print is {measured.small_letter or 0:.1f} points high",
            "ask for a copy in full size",
            None,
        ),
    ):
        level = limits.level(name, value)
        if level:
            yield Reason(rule=rule, level=level, problem=problem, remedy=remedy, where=where)


def _apart(
    measured: Measures, limits: Limits, reading: int, *, own_language: bool
) -> Iterator[Reason]:
    """What may be wrong with a part of a page that is read well as a whole."""
    if measured.clipped:
        yield Reason(
            rule="LEGIBLE.CLIPPED",
            level=1,
            problem=f"words run into the {' and the '.join(measured.clipped)} edge",
            remedy="scan the whole sheet",
            where=measured.clipped_at,
        )
    if limits.level("glare", measured.glare):
        yield Reason(
            rule="LEGIBLE.GLARE",
            level=1,
            problem="a part of it is washed out by light",
            remedy="photograph it without flash, or scan it",
            where=measured.glare_at,
        )
    if limits.level("vanished", measured.vanished):
        yield Reason(
            rule="LEGIBLE.RECEIVER",
            level=1,
            problem=f"{100 * (measured.vanished or 0):.0f} % of its words are lost in a "
            f"black-and-white scan",
            remedy="print it with more contrast, or send a black-and-white copy that can be read",
            where=measured.vanished_at,
        )
    worst = measured.worst
    if own_language and not reading and worst and limits.level("region", worst.confidence):
        yield Reason(
            rule="LEGIBLE.REGION",
            level=1,
            problem=f"a part of it was read with a confidence of {worst.confidence:.0f} of 100",
            remedy=f"look at that part; {_PICTURE}",
            where=worst.box,
        )

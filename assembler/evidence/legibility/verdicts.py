"""Compare the measures of a page with the limits: the verdict, what decided it, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from assembler.evidence.legibility.limits import Box, Limits, Measures


class Verdict(StrEnum):
    """Whether a person can read the page, according to the measures."""

    LEGIBLE = "legible"
    DOUBTFUL = "doubtful"
    ILLEGIBLE = "illegible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing wrong with a page. `rule`: its id; `where`: the part of the page, if not all of
    it."""

    rule: str
    level: int  # 1: doubtful, 2: beyond the second limit
    problem: str
    remedy: str
    where: Box | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The verdict and its reasons, worst first; a legible page has none."""

    verdict: Verdict
    reasons: tuple[Reason, ...] = ()


BLANK = Reason(
    rule="LEGIBLE.BLANK",
    level=1,
    problem="the page is blank",
    remedy="look at the sheet: scan the right side, or omit the page with `pages` if nothing is on "
    "it",
)
# fraction of a picture in the tone of paper; below it, without words, it may be a photo of a place
_SHEET = 0.8
_SCAN = "rescan the page at 300 dpi, flat and evenly lit"
_PICTURE = "unless it is a picture or handwriting, rescan it at 300 dpi"


def judge(
    measured: Measures, limits: Limits, dpi: float | None = None, *, can_read: bool = True
) -> Judged:
    """Return the verdict on a recognized page.

    `dpi`: of the image that fills the page, if one does. `can_read`: whether it was recognized
    with data of its letters; without it, the confidence says nothing about the page.
    """
    reading = _grade_reading(measured, limits) if can_read else 0
    whole_page = sorted(
        _judge_picture(measured, limits, dpi, reading), key=lambda reason: -reason.level
    )
    if measured.words < limits.few:
        is_sheet = measured.paper >= _SHEET
        whole_page = [
            reason
            for reason in whole_page
            if is_sheet and (reason.level == 2 or reason.rule == "LEGIBLE.SKEW")
        ]
    parts = tuple(_judge_parts(measured, limits, reading, can_read=can_read))
    if reading == 2 and whole_page and whole_page[0].level == 2:
        return Judged(verdict=Verdict.ILLEGIBLE, reasons=(*whole_page, *parts))
    if reading and not whole_page:
        whole_page = [_explain_reading(measured, limits, reading)]
    reasons = (*whole_page, *parts)
    return Judged(verdict=Verdict.DOUBTFUL if reasons else Verdict.LEGIBLE, reasons=reasons)


def _grade_reading(measured: Measures, limits: Limits) -> int:
    return 2 if measured.words < limits.few else limits.grade("confidence", measured.confidence)


def _explain_reading(measured: Measures, limits: Limits, level: int) -> Reason:
    if measured.words < limits.few:
        return Reason(
            rule="LEGIBLE.NOTEXT",
            level=level,
            problem="no text was found on the page",
            remedy=_PICTURE,
        )
    problem = f"the words were recognized with a confidence of {measured.confidence:.0f} of 100"
    return Reason(
        rule="LEGIBLE.CONFIDENCE",
        level=level,
        problem=problem,
        remedy=f"{_SCAN}; handwriting may stay as it is",
    )


# measure, rule, remedy
_PICTURE_CHECKS = (
    ("dpi", "LEGIBLE.DPI", "scan or photograph it at 300 dpi"),
    ("blur", "LEGIBLE.BLUR", "hold the camera still, or use a scanner"),
    (
        "contrast",
        "LEGIBLE.CONTRAST",
        "scan it with more light or contrast; avoid photos taken in the dark",
    ),
    ("skew", "LEGIBLE.SKEW", "straighten it and rescan it"),
    (
        "hidden",
        "LEGIBLE.UNEVEN",
        "scan it with more contrast, or photograph it in even light",
    ),
    ("small_letter", "LEGIBLE.SMALL", "ask for a full-size copy"),
)


def _judge_picture(
    measured: Measures, limits: Limits, dpi: float | None, reading: int
) -> Iterator[Reason]:
    """Yield what is wrong with the picture.

    Resolution, blur and small print count only if the reading suffers: large print bears them.
    """
    values = {
        "dpi": dpi if reading else None,
        "blur": measured.blur if reading else None,
        "contrast": measured.contrast,
        "skew": abs(measured.skew),
        "hidden": measured.hidden,
        "small_letter": measured.small_letter if reading else None,
    }
    contrast = 100 * (measured.contrast or 0)
    problems = {
        "dpi": f"it has {dpi or 0:.0f} dots per inch",
        "blur": "the print is blurred",
        "contrast": f"print and paper differ by only {contrast:.0f} % of the gray scale",
        "skew": f"the page is crooked by {abs(measured.skew):.0f} degrees",
        "hidden": "some of its words are in shadow or too faint to read",
        "small_letter": f"its smallest print is {measured.small_letter or 0:.1f} points high",
    }
    for name, rule, remedy in _PICTURE_CHECKS:
        if level := limits.grade(name, values[name]):
            where = measured.hidden_at if name == "hidden" else None
            yield Reason(rule=rule, level=level, problem=problems[name], remedy=remedy, where=where)


def _judge_parts(
    measured: Measures, limits: Limits, reading: int, *, can_read: bool
) -> Iterator[Reason]:
    """Yield what may be wrong with a part of a page that is legible as a whole."""
    if measured.clipped:
        yield Reason(
            rule="LEGIBLE.CLIPPED",
            level=1,
            problem=f"words run into the {' and the '.join(measured.clipped)} edge",
            remedy="scan the whole sheet",
            where=measured.clipped_at,
        )
    if limits.grade("glare", measured.glare):
        yield Reason(
            rule="LEGIBLE.GLARE",
            level=1,
            problem="part of it is washed out by light",
            remedy="photograph it without flash, or scan it",
            where=measured.glare_at,
        )
    if limits.grade("vanished", measured.vanished):
        yield Reason(
            rule="LEGIBLE.RECEIVER",
            level=1,
            problem=f"{100 * (measured.vanished or 0):.0f} % of its words would be lost in a "
            "black-and-white scan",
            remedy="print it with more contrast, or send a legible black-and-white copy",
            where=measured.vanished_at,
        )
    worst = measured.worst
    if can_read and not reading and worst and limits.grade("region", worst.confidence):
        yield Reason(
            rule="LEGIBLE.REGION",
            level=1,
            problem=f"part of it was recognized with a confidence of {worst.confidence:.0f} of 100",
            remedy=f"check that part; {_PICTURE}",
            where=worst.box,
        )

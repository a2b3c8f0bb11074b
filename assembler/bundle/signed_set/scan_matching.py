"""Find which page of a packet a scan shows, in a worker: candidates by their rows of ink, then each
compared word for word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from assembler.bundle.signed_set.ink_marks import Box
from assembler.bundle.signed_set.page_position import (
    DPI,
    Guess,
    Position,
    bin_rows_and_columns,
    draw_in_place,
    find_position,
    guess_place,
    make_profile,
    scale_scan,
    turn_scan,
)
from assembler.bundle.signed_set.page_verdict import (
    PageState,
    PageVerdict,
    PlacedScan,
    Reading,
    find_shown,
    judge_page,
)
from assembler.bundle.signed_set.scan_files import Scan, read_scan
from assembler.bundle.signed_set.scan_picture import find_skew, measure_ink
from assembler.evidence import ocr
from assembler.pdf.opening import open_pdf_file

Array = np.ndarray[Any, Any]
_LARGEST = 2300  # pixels of the longer side of a scan that is compared
_LEAST_SCORE, _NEAR_BEST, _MOST = 0.3, 0.2, 6  # of candidates that are looked at
_AGREEING = 0.4  # part of a page's blocks that must be found, for the page to be compared
_NEAR_AGREEING = 0.3  # the same, less than that of the best page
_LIKE = 0.6  # the same, for a page that is named though its words differ
_BLANK = 0.0004  # ink of a scan without anything on it, part of its area
_READ_DPI = 300
_READ_SCALES = (1.0, 0.75, 1.4)  # at which a place is read, until both pictures agree
_FINE_DPI = 600
_AROUND = (60.0, 16.0)  # points beside a place that are read with it
_SURE = 75  # confidence of a word that is certainly print
_NEAR = 2.5  # points within which a word belongs to a place
_FRAME = 20  # pixels of paper around what is read


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketPage:
    """A page that a scan may show."""

    packet: int  # which of the packets
    number: int  # page in the bundle
    pdf: Path
    index: int  # page in the file, from 0
    rows: Array  # ink of its rows and columns, in bins
    columns: Array
    places: tuple[Box | None, ...]


class ScanState(StrEnum):
    """What is known of a scan."""

    FOUND = "found"
    UNSURE = "unsure"  # it fits several pages
    CHANGED = "changed"  # a page of the packet, but not word for word
    CUT = "cut"
    UNKNOWN = "unknown"
    BLANK = "blank"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchJob:
    """A scan, and the pages it may show."""

    scan: Scan
    pages: tuple[PacketPage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRef:
    """A page of one of the packets."""

    packet: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanMatch:
    """What a scan shows. `pages`: of a page found, the same paper in several packets.
    `position`: of the first page, on the scan's own pixels."""

    scan: Scan
    state: ScanState
    pages: tuple[PageRef, ...] = ()
    verdict: PageVerdict | None = None
    position: Position | None = None


@dataclass(frozen=True, slots=True)
class _Candidate:
    page: PacketPage
    guess: Guess


def match_scan(job: MatchJob) -> ScanMatch:
    """Return which of the pages a scan shows."""
    picture = read_scan(job.scan)
    if picture is None:
        return ScanMatch(scan=job.scan, state=ScanState.UNREADABLE)
    gray = picture.convert("L")
    reduce = max(1, round(max(gray.size) / _LARGEST + 0.2))
    ink = measure_ink(gray.reduce(reduce) if reduce > 1 else gray)
    if float((ink > 0.35).mean()) < _BLANK:
        return ScanMatch(scan=job.scan, state=ScanState.BLANK)
    scan = Image.fromarray(ink)
    placed = []
    for candidate in _choose_candidates(ink, scan, job.pages):
        page = draw_page(candidate.page)
        position = find_position(page, scan, candidate.guess.place)
        placed.append((candidate.page, page, position))
    compared = []
    best = max((position.agreeing for _, _, position in placed), default=0.0)
    for packet_page, page, position in placed:
        if position.agreeing >= max(_AGREEING, best - _NEAR_AGREEING):
            verdict = _judge(packet_page, page, scan, position)
            compared.append((packet_page, position, verdict))
    return _conclude(job.scan, compared, reduce)


def _conclude(
    scan: Scan, compared: Sequence[tuple[PacketPage, Position, PageVerdict]], reduce: int
) -> ScanMatch:
    """Return the only page that is the same; else what is in the way."""
    for wanted, state in (
        (PageState.SAME, ScanState.FOUND),
        (PageState.CUT, ScanState.CUT),
        (PageState.CHANGED, ScanState.CHANGED),
    ):
        fitting = [row for row in compared if row[2].state is wanted]
        if wanted is PageState.CHANGED:
            fitting = [row for row in fitting if row[1].agreeing >= _LIKE]
        if not fitting:
            continue
        fitting.sort(key=lambda row: (len(row[2].differing), -row[1].agreeing))
        refs = tuple(PageRef(packet=page.packet, number=page.number) for page, _, _ in fitting)
        if state is ScanState.FOUND and not _are_alike(fitting):
            return ScanMatch(scan=scan, state=ScanState.UNSURE, pages=refs)
        _, position, verdict = fitting[0]
        return ScanMatch(
            scan=scan,
            state=state,
            pages=refs if state is ScanState.FOUND else refs[:1],
            verdict=verdict,
            position=_enlarge(position, reduce),
        )
    return ScanMatch(scan=scan, state=ScanState.UNKNOWN)


def _are_alike(fitting: Sequence[tuple[PacketPage, Position, PageVerdict]]) -> bool:
    """Return whether pages are one and the same paper, printed for several packets: dot for dot
    alike, to be signed in the same places."""
    first = fitting[0][0]
    if len({page.packet for page, _, _ in fitting}) < len(fitting):
        return False
    if any(page.places != first.places for page, _, _ in fitting):
        return False
    if len(fitting) == 1:
        return True
    drawing = draw_page(first)
    return all(np.array_equal(drawing, draw_page(page)) for page, _, _ in fitting[1:])


def _enlarge(position: Position, by: int) -> Position:
    return Position(
        across=tuple(float(value) * by for value in position.across),
        down=tuple(float(value) * by for value in position.down),
        size=position.size,
        agreeing=position.agreeing,
    )


def _choose_candidates(
    ink: Array, scan: Image.Image, pages: Sequence[PacketPage]
) -> list[_Candidate]:
    """Return the pages whose rows and columns of ink are like those of the scan, the best first."""
    skew, is_sideways = find_skew(ink)
    best: dict[tuple[int, int], _Candidate] = {}
    for quarter in (90, 270) if is_sideways else (0, 180):
        upright = turn_scan(scan, quarter - skew)
        scaled: dict[tuple[int, int], Any] = {}
        for page in pages:
            profile = make_profile(page.rows, page.columns)
            if profile.bins not in scaled:
                scaled[profile.bins] = scale_scan(upright, profile.bins)
            guess = guess_place(profile, scaled[profile.bins])
            key = (page.packet, page.number)
            if key not in best or best[key].guess.score < guess.score:
                best[key] = _Candidate(page, guess)
    ranked = sorted(best.values(), key=lambda candidate: -candidate.guess.score)
    least = max(_LEAST_SCORE, ranked[0].guess.score - _NEAR_BEST) if ranked else 0.0
    return [candidate for candidate in ranked[:_MOST] if candidate.guess.score >= least]


def draw_page(page: PacketPage) -> Array:
    """Return the ink of a page of the bundle, drawn at DPI."""
    with open_pdf_file(page.pdf) as document:
        return draw_ink(document[page.index])


def bin_ink(page: Any) -> tuple[Array, Array]:
    """Return the ink of the rows and columns of a PDFium page, in bins."""
    picture = page.render(scale=DPI / 72, grayscale=True).to_pil()
    ink = 1.0 - np.asarray(picture, dtype=np.float32) / 255.0
    return bin_rows_and_columns(ink)


def draw_ink(page: Any, dpi: int = DPI) -> Array:
    """Return the ink of a PDFium page.

    It is drawn finer first, since PDFium moves letters to whole pixels.
    """
    fine = max(1, _FINE_DPI // dpi)
    picture = page.render(scale=fine * dpi / 72, grayscale=True).to_pil().reduce(fine)
    return 1.0 - np.asarray(picture, dtype=np.float32) / 255.0


def _judge(page: PacketPage, drawing: Array, scan: Image.Image, position: Position) -> PageVerdict:
    placed = np.asarray(draw_in_place(scan, position), dtype=np.float32)
    shown = find_shown(position, scan.size)
    reader = _Reader(page, scan, position, drawing.shape[0] * 72 / DPI)
    return judge_page(
        drawing,
        PlacedScan(ink=placed, shown=shown),
        page.places,
        Reading(both=reader.read_both, added=reader.read_added),
    )


class _Reader:
    """Reads places of a page and of the scan in its place."""

    def __init__(
        self, page: PacketPage, scan: Image.Image, position: Position, height: float
    ) -> None:
        self._page, self._scan, self._position = page, scan, position
        self._height = height
        self._drawn: tuple[Image.Image, Image.Image] | None = None

    def _draw(self) -> tuple[Image.Image, Image.Image]:
        """Return print and scan at the resolution for reading, black on white."""
        if self._drawn is None:
            with open_pdf_file(self._page.pdf) as document:
                printed = draw_ink(document[self._page.index], _READ_DPI)
            seen = np.asarray(
                draw_in_place(self._scan, self._position, _READ_DPI / DPI), dtype=np.float32
            )
            self._drawn = (_picture(printed), _picture(seen))
        return self._drawn

    def read_both(self, box: Box) -> tuple[str, str]:
        """Return the words at a place, as printed and as scanned."""
        printed, seen = self._draw()
        words = "", "?"
        for scale in _READ_SCALES:
            words = (
                _read_word(printed, box, self._height, scale),
                _read_word(seen, box, self._height, scale),
            )
            if words[0] and words[0] == words[1]:
                break
        return words

    def read_added(self, box: Box) -> str:
        """Return the words of a place of the scan that are certainly print; "" if there are
        none."""
        _, seen = self._draw()
        around = (box[0] - 6, box[1] - 3, box[2] + 6, box[3] + 3)
        words = ocr.read_words(_crop(seen, around, self._height), _READ_DPI, "eng")
        return " ".join(
            text
            for text, confidence, _ in words
            if confidence >= _SURE and sum(map(str.isalnum, text)) >= 3
        )


def _picture(ink: Array) -> Image.Image:
    return Image.fromarray(np.clip(255 - ink * 255, 0, 255).astype(np.uint8))


def _crop(picture: Image.Image, box: Box, height: float) -> Image.Image:
    """Return a box of a page's picture, with paper around it."""
    left, top, right, bottom = _convert_to_pixels(box, height)
    inner = picture.crop(
        (max(0, left), max(0, top), min(picture.width, right), min(picture.height, bottom))
    )
    framed = Image.new("L", (inner.width + 2 * _FRAME, inner.height + 2 * _FRAME), 255)
    framed.paste(inner, (_FRAME, _FRAME))
    return framed


def _convert_to_pixels(box: Box, height: float) -> tuple[int, int, int, int]:
    scale = _READ_DPI / 72
    return (
        round(box[0] * scale),
        round((height - box[3]) * scale),
        round(box[2] * scale),
        round((height - box[1]) * scale),
    )


def _read_word(picture: Image.Image, box: Box, height: float, scale: float) -> str:
    """Return the letters and digits of the words that reach into a box."""
    around = (
        max(0.0, box[0] - _AROUND[0]),
        box[1] - _AROUND[1],
        box[2] + _AROUND[0],
        box[3] + _AROUND[1],
    )
    crop = _crop(picture, around, height)
    if scale != 1.0:
        size = (round(crop.width * scale), round(crop.height * scale))
        crop = crop.resize(size, Image.Resampling.BICUBIC)
    points = _READ_DPI / 72
    frame = _FRAME / points
    width, height_shown = crop.width / scale / points, crop.height / scale / points
    left = (box[0] - around[0] + frame - _NEAR) / width
    right = (box[2] - around[0] + frame + _NEAR) / width
    top = (around[3] - box[3] + frame - _NEAR) / height_shown
    bottom = (around[3] - box[1] + frame + _NEAR) / height_shown
    return "".join(
        sign
        for text, _, place in ocr.read_words(crop, round(_READ_DPI * scale), "eng")
        if place[0] < right and left < place[2] and place[1] < bottom and top < place[3]
        for sign in text
        if sign.isalnum()
    )

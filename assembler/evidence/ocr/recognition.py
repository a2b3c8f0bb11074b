"""Recognize a page image: its words, each with a confidence, and an invisible text layer."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assembler.errors import ToolFailed, ToolMissing
from assembler.evidence.ocr.blank_margins import find_inked_area
from assembler.evidence.ocr.language_data import find_data_folder
from assembler.runtime.system import ABILITIES

if TYPE_CHECKING:
    from PIL import Image

# text, confidence 0..100, box as fractions of width and height
Word = tuple[str, int, tuple[float, float, float, float]]
# a page lies on its side if it has _MIN_LONG_WORDS words of _LONG_WORD letters, and _TALL_PART of
# them are taller than wide
_LONG_WORD, _MIN_LONG_WORDS, _TALL_PART = 4, 5, 0.7
# runs of numbers and Latin letters, which keep their order in a right-to-left word; else one
# character with its combining marks
_PIECES = re.compile(
    r"[0-9A-Za-z\u0660-\u0669\u06f0-\u06f9]+|.[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]*",
    re.DOTALL,
)
_os: Any = os  # not every system has files in memory
_MIN_SCRIPT_CONFIDENCE = 2.0  # of the engine's script detection, to be believed


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """The text of one image.

    `layer`: a one-page PDF of invisible text, as large as the part of the image that was read, at
    `dpi`. `place`: of that part, left and bottom; `size`: of the whole image; both in points.
    """

    words: tuple[str, ...]
    confidences: tuple[int, ...]  # 0..100, one per word
    layer: bytes
    place: tuple[float, float]
    size: tuple[float, float]
    dpi: int
    turned: int = 0  # clockwise degrees the image had to be rotated to be read
    # left, top, right, bottom of each word; fractions of width and height
    boxes: tuple[tuple[float, float, float, float], ...] = ()
    is_evened: bool = False  # read after its light was evened out
    sure_unevened: int | None = None  # sure words without that; None if it was not tried

    @property
    def sure_words(self) -> int:
        """Return how many words were read with some confidence."""
        return sum(confidence >= 60 for confidence in self.confidences)

    @property
    def confidence(self) -> float:
        """Return the mean word confidence, 0 if there is no word."""
        return sum(self.confidences) / len(self.confidences) if self.confidences else 0.0

    @property
    def score(self) -> float:
        """Return a measure of how much was read and how surely; the attempt with the highest
        wins."""
        return sum(confidence for confidence in self.confidences if confidence > 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """When another attempt is worth its time. The values were measured: see docs/decisions.md."""

    dpi: int = 200
    fine_dpi: int = 300
    sure: float = 75.0  # mean confidence above which the first attempt is kept
    few: int = 3  # fewer words than this count as none
    turn_below: float = 55.0  # mean confidence below which the page may be rotated
    # mean confidence that justifies a rotation; grain is read as words of 20 to 30
    turn_believed: float = 40.0
    sure_of_turn: float = 1.0  # confidence of the orientation detection, to be believed


def recognize(image: Image.Image, dpi: int, language: str, scratch: Path) -> Recognition:
    """Recognize one upright gray image. `scratch`: a folder for the engine's files. Raises
    ToolFailed."""
    engine = _load_engine(language)
    engine.SetVariable("user_defined_dpi", str(dpi))
    layer = scratch / "layer"
    image = image if image.mode == "L" else image.convert("L")
    left, top, right, bottom = find_inked_area(image)
    # one pass gives words and layer; it needs a file, since the call for images in memory leaves
    # its PDF incomplete
    with _lend_picture(image.crop((left, top, right, bottom)), scratch) as picture:
        if not engine.ProcessPages(str(layer), picture):
            raise ToolFailed(
                "the recognition engine gave no result",
                where="tesseract",
                remedy="run `assembler doctor`",
            )
    words = _list_words(engine, image.size, (left, top))
    return Recognition(
        words=tuple(text for text, _, _ in words),
        confidences=tuple(confidence for _, confidence, _ in words),
        boxes=tuple(box for _, _, box in words),
        layer=layer.with_suffix(".pdf").read_bytes(),
        place=(left * 72 / dpi, (image.height - bottom) * 72 / dpi),
        size=(image.width * 72 / dpi, image.height * 72 / dpi),
        dpi=dpi,
    )


@contextmanager
def _lend_picture(image: Image.Image, scratch: Path) -> Iterator[str]:
    """Yield the name of a file with a gray image, which is gone afterward.

    It is in memory where the system has such files: it is larger than all else that a page leaves.
    BMP, since the engine's library reads portable graymaps byte by byte, which takes 60 ms more.
    """
    if ABILITIES.names_memory_files:
        with open(_os.memfd_create("page"), "wb") as file:  # noqa: PTH123 - it has no path
            image.save(file, "BMP")
            file.flush()
            yield f"/proc/self/fd/{file.fileno()}"
    else:
        path = scratch / "page.bmp"
        image.save(path)
        yield str(path)
        path.unlink()


def read_words(image: Image.Image, dpi: int, language: str) -> tuple[Word, ...]:
    """Return the words of an upright image, without a layer."""
    engine = _load_engine(language)
    engine.SetImage(image.convert("L"))
    engine.SetSourceResolution(dpi)
    return _list_words(engine, image.size)


def _list_words(
    engine: Any, size: tuple[int, int], corner: tuple[int, int] = (0, 0)
) -> tuple[Word, ...]:
    """Return the words of the last pass in reading order; `corner`: of what was read, in an image
    of this size.

    Words without a letter or digit are dropped: grain and rules come out as such, with high
    confidence.
    """
    import tesserocr

    # asking for the iterator of a page without words makes the engine print a complaint
    iterator = engine.GetIterator() if engine.AllWordConfidences() else None
    level = tesserocr.RIL.WORD
    words = []
    for word in tesserocr.iterate_level(iterator, level) if iterator else ():
        left, top, right, bottom = word.BoundingBox(level)
        box = (
            (left + corner[0]) / size[0],
            (top + corner[1]) / size[1],
            (right + corner[0]) / size[0],
            (bottom + corner[1]) / size[1],
        )
        text = order_for_reading(word.GetUTF8Text(level))
        if any(map(str.isalnum, text)):
            words.append((text, int(word.Confidence(level)), box))  # int as AllWordConfidences
    return tuple(words)


def order_for_reading(word: str) -> str:
    """Return a word in reading order; the engine gives right-to-left words in visual order."""
    if word.isascii() or not any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in word):
        return word
    return "".join(reversed(_PIECES.findall(word)))


def read_lines(image: Image.Image, dpi: int) -> str:
    """Read a gray image that holds only MRZ lines (letters, digits, fillers), line by line."""
    engine = _load_zone_engine()
    engine.SetImage(image.convert("L"))
    engine.SetSourceResolution(dpi)
    return str(engine.GetUTF8Text())


def read_page(
    render: Callable[[int], Image.Image],
    language: str,
    policy: Policy,
    scratch: Path,
    even: Callable[[Image.Image], Image.Image] | None = None,
    *,
    is_upright: bool = False,
) -> Recognition:
    """Recognize a page, and try harder only if the first attempt was poor.

    `render` gives the page as shown, gray, at a dpi; `even` evens out the light of that picture. If
    little was read with little confidence, tries even light, then another orientation unless the
    page `is_upright`; then a higher resolution. Keeps the best attempt by `score`.
    """
    image = render(policy.dpi)
    best = recognize(image, policy.dpi, language, scratch)
    if not is_upright and _is_sideways(best, image.size):
        return _turn_upright(image, best, policy, language, scratch)
    if _is_good(best, policy):
        return best
    if even and _is_poor(best, policy):
        image, best = _try_even_light(image, best, even, policy, language, scratch)
    if not is_upright and _is_poor(best, policy):
        best = _try_orientations(image, best, policy, language, scratch)
    if best.words and not _is_good(best, policy):
        fine = render(policy.fine_dpi)
        image = even(fine) if even and best.is_evened else fine
        finer = _recognize_turned(image, best.turned, policy.fine_dpi, language, scratch)
        finer = replace(finer, is_evened=best.is_evened, sure_unevened=best.sure_unevened)
        best = max((best, finer), key=lambda attempt: attempt.score)
    return best


def _try_orientations(
    image: Image.Image, best: Recognition, policy: Policy, language: str, scratch: Path
) -> Recognition:
    """Return the best attempt among this one and those in other orientations."""
    attempts = [
        _recognize_turned(image, angle, policy.dpi, language, scratch)
        for angle in find_orientations(image, policy)
    ]
    believed = (
        replace(attempt, sure_unevened=best.sure_unevened)
        for attempt in attempts
        if attempt.confidence >= policy.turn_believed
    )
    return max((best, *believed), key=lambda attempt: attempt.score)


def _is_sideways(attempt: Recognition, size: tuple[int, int]) -> bool:
    """Return whether most words lie on their side; the engine reads such lines but does not report
    it."""
    boxes = [
        box
        for word, box in zip(attempt.words, attempt.boxes, strict=True)
        if sum(map(str.isalpha, word)) >= _LONG_WORD
    ]
    tall = sum((box[2] - box[0]) * size[0] < (box[3] - box[1]) * size[1] for box in boxes)
    return len(boxes) >= _MIN_LONG_WORDS and tall > _TALL_PART * len(boxes)


def _turn_upright(
    image: Image.Image, best: Recognition, policy: Policy, language: str, scratch: Path
) -> Recognition:
    """Return the page rotated so that its words are upright and read about as well; unchanged if
    that fails."""
    attempts = [
        _recognize_turned(image, angle, policy.dpi, language, scratch) for angle in (270, 90)
    ]
    upright = [
        attempt
        for attempt in attempts
        if not _is_sideways(attempt, image.size[::-1]) and attempt.score > 0.8 * best.score
    ]
    return max(upright, key=lambda attempt: attempt.score, default=best)


def _try_even_light(
    image: Image.Image,
    plain: Recognition,
    even: Callable[[Image.Image], Image.Image],
    policy: Policy,
    language: str,
    scratch: Path,
) -> tuple[Image.Image, Recognition]:
    """Return the better attempt, and its picture to continue with; a dim photo on a white sheet
    misleads the first."""
    light = even(image)
    attempt = recognize(light, policy.dpi, language, scratch)
    if attempt.score > plain.score and attempt.confidence >= policy.turn_believed:
        return light, replace(attempt, is_evened=True, sure_unevened=plain.sure_words)
    return image, plain  # the measures check again whether anything is in the dark


def find_orientations(image: Image.Image, policy: Policy) -> tuple[int, ...]:
    """Return clockwise rotations, in degrees, that may make the image readable: from its script, or
    all without that data."""
    if not (find_data_folder() / "osd.traineddata").is_file():
        return (180, 90, 270)
    engine = _load_orientation_engine()
    engine.SetImage(image)
    detected = engine.DetectOrientationScript()
    if not detected or detected["orient_conf"] < policy.sure_of_turn:
        return ()
    angle = (360 - int(detected["orient_deg"])) % 360
    return (angle,) if angle else ()


def read_engine_version() -> str:
    """Return name and version of the engine."""
    import tesserocr

    return f"tesseract {str(tesserocr.tesseract_version()).split()[1]}"


def _is_good(attempt: Recognition, policy: Policy) -> bool:
    return len(attempt.words) >= policy.few and attempt.confidence >= policy.sure


def _is_poor(attempt: Recognition, policy: Policy) -> bool:
    return len(attempt.words) < policy.few or attempt.confidence < policy.turn_below


def _recognize_turned(
    image: Image.Image, angle: int, dpi: int, language: str, scratch: Path
) -> Recognition:
    upright = image.rotate(-angle, expand=True) if angle else image
    attempt = recognize(upright, dpi, language, scratch)
    return replace(attempt, turned=angle)


def detect_script(image: Image.Image) -> str:
    """Return the script of a page as the engine names it ("Latin", "Cyrillic"); "" if it is not
    sure."""
    if not (find_data_folder() / "osd.traineddata").is_file():
        return ""
    engine = _load_orientation_engine()
    engine.SetImage(image)
    detected = engine.DetectOrientationScript()
    return (
        str(detected["script_name"])
        if detected and detected["script_conf"] >= _MIN_SCRIPT_CONFIDENCE
        else ""
    )


@cache
def _load_orientation_engine() -> Any:
    """Return the engine that only detects orientation and script: 0.3 seconds where a recognition
    takes one."""
    import tesserocr

    return tesserocr.PyTessBaseAPI(
        path=str(find_data_folder()), lang="osd", psm=tesserocr.PSM.OSD_ONLY
    )


@cache
def _load_zone_engine() -> Any:
    import tesserocr

    engine = tesserocr.PyTessBaseAPI(
        path=str(find_data_folder()), lang="eng", psm=tesserocr.PSM.SINGLE_BLOCK
    )
    engine.SetVariable("tessedit_char_whitelist", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<")
    engine.SetVariable("load_system_dawg", "0")
    engine.SetVariable("load_freq_dawg", "0")
    engine.SetVariable("debug_file", os.devnull)
    return engine


@cache
def _load_engine(language: str) -> Any:
    import tesserocr

    try:
        engine = tesserocr.PyTessBaseAPI(
            path=str(find_data_folder(language)), lang=language, psm=tesserocr.PSM.AUTO
        )
    except RuntimeError as error:
        raise ToolMissing(
            f"the recognition data for {language} cannot be loaded",
            where="tesseract",
            remedy="install its .traineddata files, or set TESSDATA_PREFIX",
        ) from error
    engine.SetVariable("tessedit_create_pdf", "1")
    engine.SetVariable("textonly_pdf", "1")
    engine.SetVariable("debug_file", os.devnull)
    return engine

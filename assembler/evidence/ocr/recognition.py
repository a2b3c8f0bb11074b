"""A page image in; its words, each with a confidence, and an invisible text layer out."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assembler.errors import ToolFailed, ToolMissing
from assembler.evidence.ocr.language_data import data_folder

if TYPE_CHECKING:
    from PIL import Image

_LONG, _SOME, _MOST = (
    4,
    5,
    0.7,
)  # letters of a word, such words, part of them: from these a page is seen to lie on its side
# numbers and Latin letters, which run to the right within such a word; any other sign with the
# marks on it
_PIECES = re.compile(
    r"[0-9A-Za-z\u0660-\u0669\u06f0-\u06f9]+|.[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]*",
    re.DOTALL,
)
_SURE_OF_SCRIPT = 2.0  # confidence of the engine's script detection below which it is not believed


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognized:
    """What was read on one image. `layer`: a one-page PDF of invisible text, as large as the
    image at `dpi`."""

    words: tuple[str, ...]
    confidences: tuple[int, ...]  # 0..100, one per word
    layer: bytes
    dpi: int
    turned: int = 0  # clockwise degrees the image had to be turned to be read
    boxes: tuple[
        tuple[float, float, float, float], ...
    ] = ()  # left, top, right, bottom of each word; parts of width and height
    lit: bool = False  # read after the paper was made equally light
    unlit: int | None = None  # where it is: how many words were surely read without

    @property
    def sure(self) -> int:
        """How many words were read with some confidence."""
        return sum(one >= 60 for one in self.confidences)

    @property
    def confidence(self) -> float:
        """Mean word confidence, 0 where there is no word."""
        return sum(self.confidences) / len(self.confidences) if self.confidences else 0.0

    @property
    def score(self) -> float:
        """How much was read, and how surely: the measure by which one attempt beats another."""
        return sum(one for one in self.confidences if one > 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """When another attempt is worth its time. Measured choice: see docs/architecture.md."""

    dpi: int = 200
    fine_dpi: int = 300
    sure: float = 75.0  # mean confidence above which the first attempt is kept
    few: int = 3  # fewer words than this is no reading
    turn_below: float = (
        55.0  # mean confidence below which the page may stand sideways or upside down
    )
    turn_believed: float = (
        40.0  # mean confidence from which a page is turned for it: grain reads as words of 20 to 30
    )
    sure_of_turn: float = (
        1.0  # confidence of the engine's orientation detection below which it is not believed
    )


def recognize(image: Image.Image, dpi: int, language: str, scratch: Path) -> Recognized:
    """Read one upright gray image. `scratch`: a folder for the engine's files. Raises
    ToolFailed."""
    engine = _engine(language)
    engine.SetVariable("user_defined_dpi", str(dpi))
    # the engine's library reads this format in whole lines, portable graymaps byte by byte (60 ms a
    # page)
    picture, layer = scratch / "page.bmp", scratch / "layer"
    image.convert("L").save(picture)
    # one pass gives both the words and the layer; from a file only, since the page-wise call leaves
    # its PDF unfinished
    if not engine.ProcessPages(str(layer), str(picture)):
        raise ToolFailed(
            "the recognition engine gave no result",
            where="tesseract",
            remedy="run `assembler doctor`",
        )
    # grain and rules come out as "words" without a letter, and with high confidence
    read = [one for one in _words(engine, image.size) if any(map(str.isalnum, one[0]))]
    return Recognized(
        words=tuple(word for word, _, _ in read),
        confidences=tuple(sure for _, sure, _ in read),
        boxes=tuple(box for _, _, box in read),
        layer=layer.with_suffix(".pdf").read_bytes(),
        dpi=dpi,
    )


def read_words(
    image: Image.Image, dpi: int, language: str
) -> tuple[tuple[str, int, tuple[float, float, float, float]], ...]:
    """The words of an upright image, without a layer: text, confidence, place as parts of width
    and height."""
    engine = _engine(language)
    engine.SetImage(image.convert("L"))
    engine.SetSourceResolution(dpi)
    return tuple(one for one in _words(engine, image.size) if any(map(str.isalnum, one[0])))


def _words(
    engine: Any, size: tuple[int, int]
) -> Iterator[tuple[str, int, tuple[float, float, float, float]]]:
    """What the last pass read, in reading order: word, confidence, place."""
    import tesserocr

    found = (
        engine.GetIterator() if engine.AllWordConfidences() else None
    )  # the engine complains aloud where there is none
    for word in tesserocr.iterate_level(found, tesserocr.RIL.WORD) if found else ():
        left, top, right, bottom = word.BoundingBox(tesserocr.RIL.WORD)
        box = (left / size[0], top / size[1], right / size[0], bottom / size[1])
        # as the engine itself rounds: AllWordConfidences
        yield (
            in_reading_order(word.GetUTF8Text(tesserocr.RIL.WORD)),
            int(word.Confidence(tesserocr.RIL.WORD)),
            box,
        )


def in_reading_order(word: str) -> str:
    """A word as it is read: the engine's iterator gives those of scripts that run to the left as
    they stand, from left."""
    if word.isascii() or not any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in word):
        return word
    return "".join(reversed(_PIECES.findall(word)))


def read_lines(image: Image.Image, dpi: int) -> str:
    """The text of a gray image that holds only machine-readable lines (letters, digits,
    fillers), line by line."""
    engine = _zone_engine()
    engine.SetImage(image.convert("L"))
    engine.SetSourceResolution(dpi)
    return str(engine.GetUTF8Text())


def read_page(
    render: Callable[[int], Image.Image],
    language: str,
    policy: Policy,
    scratch: Path,
    even: Callable[[Image.Image], Image.Image] | None = None,
) -> Recognized:
    """Read a page, trying harder only where the first attempt was poor.

    `render` gives the page as shown, gray, at a dpi; `even` the same picture with its paper equally
    light. Recognize first; where little was read with little confidence, try it evened, then look
    for another orientation; then try finer. The best attempt by `score` is kept.
    """
    image = render(policy.dpi)
    best = recognize(image, policy.dpi, language, scratch)
    if _sideways(best, image.size):
        return _upright(image, best, policy, language, scratch)
    if _good(best, policy):
        return best
    if even and _poor(best, policy):
        image, best = _evened(image, best, even, policy, language, scratch)
    if _poor(best, policy):
        turned = [
            _turned(image, angle, policy.dpi, language, scratch)
            for angle in orientations(image, policy)
        ]
        believed = (
            replace(attempt, unlit=best.unlit)
            for attempt in turned
            if attempt.confidence >= policy.turn_believed
        )
        best = max((best, *believed), key=lambda attempt: attempt.score)
    if best.words and not _good(best, policy):
        fine = render(policy.fine_dpi)
        finer = _turned(
            even(fine) if even and best.lit else fine,
            best.turned,
            policy.fine_dpi,
            language,
            scratch,
        )
        best = max(
            (best, replace(finer, lit=best.lit, unlit=best.unlit)),
            key=lambda attempt: attempt.score,
        )
    return best


def _sideways(read: Recognized, size: tuple[int, int]) -> bool:
    """Whether most words stand on their side: the engine reads such lines without a word about
    it, and leaves them so."""
    long = [
        box
        for word, box in zip(read.words, read.boxes, strict=True)
        if sum(map(str.isalpha, word)) >= _LONG
    ]
    tall = sum((box[2] - box[0]) * size[0] < (box[3] - box[1]) * size[1] for box in long)
    return len(long) >= _SOME and tall > _MOST * len(long)


def _upright(
    image: Image.Image, best: Recognized, policy: Policy, language: str, scratch: Path
) -> Recognized:
    """The page turned the way its words then lie, and are read about as well as before; as it is
    if neither way is."""
    turned = [_turned(image, angle, policy.dpi, language, scratch) for angle in (270, 90)]
    lying = [
        one
        for one in turned
        if not _sideways(one, image.size[::-1]) and one.score > 0.8 * best.score
    ]
    return max(lying, key=lambda attempt: attempt.score, default=best)


def _evened(
    image: Image.Image,
    plain: Recognized,
    even: Callable[[Image.Image], Image.Image],
    policy: Policy,
    language: str,
    scratch: Path,
) -> tuple[Image.Image, Recognized]:
    """The picture to go on with, and the better of both attempts; a dim photograph on a white
    sheet misleads the first."""
    light = even(image)
    attempt = recognize(light, policy.dpi, language, scratch)
    if attempt.score > plain.score and attempt.confidence >= policy.turn_believed:
        return light, replace(attempt, lit=True, unlit=plain.sure)
    return image, plain  # the measures look again, whether anything lies in the dark


def orientations(image: Image.Image, policy: Policy) -> tuple[int, ...]:
    """Clockwise turns, in degrees, after which the image may be readable: as its script says;
    all without that data."""
    if not (data_folder() / "osd.traineddata").is_file():
        return (180, 90, 270)
    scout = _scout()
    scout.SetImage(image)
    found = scout.DetectOrientationScript()
    if not found or found["orient_conf"] < policy.sure_of_turn:
        return ()
    angle = (360 - int(found["orient_deg"])) % 360
    return (angle,) if angle else ()


def version() -> str:
    """Name and version of the engine."""
    import tesserocr

    return f"tesseract {str(tesserocr.tesseract_version()).split()[1]}"


def _good(attempt: Recognized, policy: Policy) -> bool:
    return len(attempt.words) >= policy.few and attempt.confidence >= policy.sure


def _poor(attempt: Recognized, policy: Policy) -> bool:
    return len(attempt.words) < policy.few or attempt.confidence < policy.turn_below


def _turned(image: Image.Image, angle: int, dpi: int, language: str, scratch: Path) -> Recognized:
    upright = image.rotate(-angle, expand=True) if angle else image
    attempt = recognize(upright, dpi, language, scratch)
    return replace(attempt, turned=angle)


def script(image: Image.Image) -> str:
    """The script a page is written in, as the engine's detector names it ("Latin", "Cyrillic");
    "" where it is not sure."""
    if not (data_folder() / "osd.traineddata").is_file():
        return ""
    scout = _scout()
    scout.SetImage(image)
    found = scout.DetectOrientationScript()
    return str(found["script_name"]) if found and found["script_conf"] >= _SURE_OF_SCRIPT else ""


@cache
def _scout() -> Any:
    """The engine that only looks which way up a page is: 0.3 seconds where a recognition takes
    one."""
    import tesserocr

    return tesserocr.PyTessBaseAPI(path=str(data_folder()), lang="osd", psm=tesserocr.PSM.OSD_ONLY)


@cache
def _zone_engine() -> Any:
    import tesserocr

    engine = tesserocr.PyTessBaseAPI(
        path=str(data_folder()), lang="eng", psm=tesserocr.PSM.SINGLE_BLOCK
    )
    engine.SetVariable("tessedit_char_whitelist", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<")
    engine.SetVariable("load_system_dawg", "0")
    engine.SetVariable("load_freq_dawg", "0")
    engine.SetVariable("debug_file", os.devnull)
    return engine


@cache
def _engine(language: str) -> Any:
    import tesserocr

    try:
        engine = tesserocr.PyTessBaseAPI(
            path=str(data_folder(language)), lang=language, psm=tesserocr.PSM.AUTO
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

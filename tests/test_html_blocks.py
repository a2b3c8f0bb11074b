"""HTML becomes blocks of a paper as a browser shows it, and what it lacks is counted."""

from __future__ import annotations

import base64
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from assembler.documents.paper_blocks import (
    Paragraph,
    Picture,
    Table,
    TextStyle,
    iterate_paragraphs,
)
from assembler.evidence.readers.html_blocks import (
    HtmlBlocks,
    Missing,
    describe_missing,
    make_html_blocks,
)
from assembler.evidence.readers.html_values import describe_address, format_number
from assembler.evidence.readers.inline_pictures import (
    decode_data_address,
    make_inline_picture,
    make_inline_pictures,
)
from assembler.evidence.refusal import Refused
from assembler.model import Passage, PassageKind

MESSAGE = Passage(kind=PassageKind.MESSAGE, first=1, last=1)


def drawn(kind: str = "PNG", size: tuple[int, int] = (60, 40), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind, **options)
    return out.getvalue()


def blocks(markup: str, pictures: dict[str, bytes] | None = None) -> HtmlBlocks:
    return make_html_blocks(markup, (pictures or {}).get, None)


def texts(markup: str) -> list[str]:
    return [paragraph.text for paragraph in iterate_paragraphs(blocks(markup).blocks)]


def looks(markup: str) -> list[tuple[str, TextStyle, int]]:
    return [(p.text, p.style, p.level) for p in iterate_paragraphs(blocks(markup).blocks)]


def test_blanks_and_line_breaks_are_those_of_a_browser() -> None:
    assert texts("<p>a\n  b <b> c</b><br>d</p>e<div>f<br><br>g</div>") == [
        "a b c\nd",
        "e",
        "f",
        "g",
    ]


def test_preformatted_lines_keep_their_blanks() -> None:
    assert texts("<pre>\n a  b\n\nc</pre>") == [" a  b", "\u00a0", "c"]
    assert texts('<div style="white-space: pre-wrap">a  b\nc</div>') == ["a  b\nc"]


def test_emphasis_is_kept() -> None:
    markup = "<p>a<b>b</b><i>c</i><u>d</u><s>e</s><span style='font-weight:700'>f</span></p>"
    (paragraph,) = blocks(markup).blocks
    assert isinstance(paragraph, Paragraph)
    assert [
        (run.text, run.bold, run.italic, run.underlined, run.struck) for run in paragraph.runs
    ] == [
        ("a", False, False, False, False),
        ("b", True, False, False, False),
        ("c", False, True, False, False),
        ("d", False, False, True, False),
        ("e", False, False, False, True),
        ("f", True, False, False, False),
    ]


def test_lists_have_their_marks() -> None:
    markup = (
        "<ul><li>a<ol type=i start=3><li>b<li value=9>c</ol><li>d</ul><ol reversed><li>e<li>f</ol>"
    )
    assert looks(markup) == [
        ("• a", TextStyle.LIST, 1),
        ("iii. b", TextStyle.LIST, 2),
        ("ix. c", TextStyle.LIST, 2),
        ("• d", TextStyle.LIST, 1),
        ("2. e", TextStyle.LIST, 1),
        ("1. f", TextStyle.LIST, 1),
    ]


def test_quotes_are_indented_by_their_level() -> None:
    markup = "<p>a<blockquote>b<blockquote>c</blockquote>d</blockquote>e"
    assert looks(markup) == [
        ("a", TextStyle.TEXT, 0),
        ("b", TextStyle.QUOTE, 1),
        ("c", TextStyle.QUOTE, 2),
        ("d", TextStyle.QUOTE, 1),
        ("e", TextStyle.TEXT, 0),
    ]


def test_a_table_with_data_is_a_table() -> None:
    markup = """<table><tr><th>Day<th>Paid</tr><tr><td rowspan=2>Monday<td>12.50</tr>
        <tr><td>7.00</tr><tr><td colspan=2>Total 19.50</tr></table>"""
    (table,) = blocks(markup).blocks
    assert isinstance(table, Table)
    cells = [
        [
            (" ".join(p.text for p in iterate_paragraphs(cell.blocks)), cell.columns)
            for cell in row.cells
        ]
        for row in table.rows
    ]
    assert cells == [
        [("Day", 1), ("Paid", 1)],
        [("Monday", 1), ("12.50", 1)],
        [("", 1), ("7.00", 1)],
        [("Total 19.50", 2)],
    ]
    assert table.headings == 1
    assert len(table.widths) == 2


@pytest.mark.parametrize(
    "markup",
    [
        "<table role=presentation><tr><td>a<td>b<tr><td>c<td>d</table>",
        "<table><tr><td>a<tr><td>b<tr><td>c<tr><td>d</table>",
        "<table><tr><td>a<td>b<td>c<td>d</table>",
        "<table><tr><td><table><tr><td>a<td>b</table><td>c<tr><td>d<td></table>",
    ],
)
def test_a_table_that_only_places_things_is_read_cell_by_cell(markup: str) -> None:
    assert all(isinstance(block, Paragraph) for block in blocks(markup).blocks)
    assert texts(markup) == ["a", "b", "c", "d"]


def test_an_address_is_printed_where_the_text_of_a_link_differs() -> None:
    assert texts('<a href="https://bank.example/">https://bank.example</a>') == [
        "https://bank.example"
    ]
    assert texts('<a href="https://evil.example/x">https://bank.example</a>') == [
        "https://bank.example (https://evil.example/x)"
    ]
    assert texts('<a href="mailto:a%40b.example?subject=x">Ana</a>') == ["Ana (a@b.example)"]
    assert texts('<a href="javascript:x">run</a> <a href="#top">up</a>') == ["run up"]


def test_a_picture_of_the_file_is_in_its_place() -> None:
    result = blocks(
        "<p>before<img src='cid:one' alt='A house' width=30>after</p>", {"cid:one": drawn()}
    )
    before, picture, after = result.blocks
    assert isinstance(before, Paragraph)
    assert isinstance(picture, Picture)
    assert isinstance(after, Paragraph)
    assert (before.text, picture.text, picture.width, after.text) == (
        "before",
        "A house",
        22.5,
        "after",
    )
    assert not result.missing


def test_a_picture_in_a_data_address_is_shown() -> None:
    address = f"data:image/png;base64,{base64.b64encode(drawn()).decode()}"
    result = blocks(f"<img src='{address}'>")
    assert [type(block) for block in result.blocks] == [Picture]


def test_what_is_missing_is_counted_and_marked_in_its_place() -> None:
    result = blocks(
        "<p>a<img src='https://x.example/logo.png' alt=Logo>b</p><img src='cid:bad'>"
        "<div style='display:none'>never</div><p hidden>never</p><noscript>never</noscript>"
        "<img src='https://x.example/t' width=1 height=1>"
        "<iframe src='https://film.example/1'></iframe><svg><text>x</text></svg>",
        {"cid:bad": b"not a picture"},
    )
    shown = [paragraph.text for paragraph in iterate_paragraphs(result.blocks)]
    assert shown == [
        "a[picture not in the file: Logo]b",
        "[picture that cannot be shown][film, sound or page not shown: https://film.example/1]"
        "[drawing not shown]",
    ]
    assert result.missing == {
        Missing.PICTURE: 1,
        Missing.BROKEN_PICTURE: 1,
        Missing.HIDDEN: 3,
        Missing.TINY: 1,
        Missing.EMBEDDED: 1,
        Missing.DRAWING: 1,
    }
    assert describe_missing(result.missing)[:2] == (
        "1 picture is not in the file",
        "1 picture cannot be shown",
    )


def test_text_of_no_size_is_hidden_but_not_what_has_a_size_within_it() -> None:
    assert texts("<div style='font-size:0px'>never<p style='font-size:13px'>shown</p></div>") == [
        "shown"
    ]
    assert texts(
        "<i style='visibility:hidden'>never<b style='visibility:visible'>shown</b></i>"
    ) == ["shown"]


def test_what_is_no_content_is_not_printed() -> None:
    markup = """<html><head><title>A  title</title><style>p{}</style><script>x()</script></head>
        <body><!-- no --><!--[if mso]><p>no</p><![endif]--><![if !mso]><p>yes</p><![endif]>
        <template>no</template></body></html>"""
    result = blocks(markup)
    assert [p.text for p in iterate_paragraphs(result.blocks)] == ["yes"]
    assert result.title == "A title"
    assert not result.missing


def test_fields_of_a_form_show_their_values() -> None:
    markup = """<p><input value="Ana"> <input type=checkbox checked> <input type=radio>
        <input type=hidden value=no> <select><option>a<option selected>b</select>
        <textarea>c\n d</textarea></p>"""
    assert texts(markup) == ["Ana ☒ ☐ b c\n d"]


def test_raised_and_lowered_digits_differ_from_others() -> None:
    assert texts("10<sup>2</sup> H<sub>2</sub>O 1<sup>st</sup>") == ["10² H₂O 1st"]


def test_a_picture_of_a_symbol_is_the_symbol() -> None:
    assert texts("<p>yes <img src='https://mail.example/e/1f600' alt='😀'></p>") == ["yes 😀"]


def test_a_passage_starts_with_the_first_words() -> None:
    text = make_html_blocks("<p>a<p>b", lambda _: None, MESSAGE)
    assert [block.starts for block in text.blocks if isinstance(block, Paragraph)] == [
        MESSAGE,
        None,
    ]
    picture = make_html_blocks("<img src=x>", lambda _: drawn(), MESSAGE)
    first = picture.blocks[0]
    assert isinstance(first, Paragraph)
    assert (first.text, first.style, first.starts) == ("Message 1", TextStyle.NOTE, MESSAGE)
    empty = make_html_blocks("", lambda _: None, MESSAGE)
    assert [type(block) for block in empty.blocks] == [Paragraph]


@pytest.mark.parametrize(
    "markup",
    ["<div>" * 1500 + "x", "<div>" * 5000 + "x", "<p>x" * 200_001, "<p>x</p>" * 20_001],
    ids=["deep", "deeper", "elements", "paragraphs"],
)
def test_too_large_a_page_is_refused(markup: str) -> None:
    with pytest.raises(Refused) as caught:
        blocks(markup)
    assert caught.value.rule == "EVID.LIMIT"


def test_a_charset_of_the_page_does_not_change_text_that_is_decoded() -> None:
    assert texts("<?xml version='1.0' encoding='ascii'?><meta charset=cp1251><p>ñ שלום é") == [
        "ñ שלום é"
    ]


_TAGS = (
    *("p", "b", "td", "tr", "table", "li", "ul", "pre", "a href=http://x.example", "th", "br"),
    *("html", "body", "head", "form", "div", "h1", "blockquote", "caption"),
)


@given(
    st.lists(
        st.one_of(
            st.sampled_from([f"<{tag}>" for tag in _TAGS]),
            st.sampled_from([f"</{tag.partition(' ')[0]}>" for tag in _TAGS]),
            st.from_regex(r"\A[a-zא-ת]{1,5}\Z"),
        ),
        max_size=40,
    )
)
def test_no_word_is_lost_however_tags_are_mixed(pieces: list[str]) -> None:
    words = sorted("".join(piece for piece in pieces if not piece.startswith("<")))
    shown = "".join(texts("".join(pieces)))
    for letter in set(words):
        assert shown.count(letter) >= words.count(letter)


def test_what_follows_the_end_of_the_page_is_shown() -> None:
    assert texts("<html><body><p>a</p></body></html>\n____\nb") == ["a", "____ b"]


@given(st.text(max_size=200))
def test_any_text_gives_blocks(markup: str) -> None:
    for paragraph in iterate_paragraphs(blocks(markup).blocks):
        assert paragraph.runs


@given(st.integers(1, 3999))
def test_roman_numbers_count(number: int) -> None:
    values = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
    digits = [values[letter] for letter in format_number(number, "i")]
    following = [*digits[1:], 0]
    signed = [-a if a < b else a for a, b in zip(digits, following, strict=True)]
    assert sum(signed) == number


def test_a_long_address_is_cut_visibly() -> None:
    assert describe_address("https://x.example/" + "a" * 500, "") == (
        "https://x.example/" + "a" * 82 + "…"
    )


# --- pictures ---


def test_a_picture_is_made_smaller_than_its_print_needs_and_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    photo = make_inline_picture(drawn("JPEG", (3000, 1000), exif=exif), 144, "A photo")
    assert photo is not None
    image = Image.open(io.BytesIO(photo.data))
    assert (image.size, image.format, photo.width, photo.text) == (
        (440, 1320),
        "JPEG",
        144,
        "A photo",
    )
    assert not image.getexif()


def test_a_small_picture_keeps_its_pixels() -> None:
    picture = make_inline_picture(drawn("GIF"), 0, "")
    assert picture is not None
    image = Image.open(io.BytesIO(picture.data))
    assert (image.size, image.format, picture.width) == ((60, 40), "PNG", 45)


def test_an_animated_picture_shows_its_first_frame() -> None:
    frames = [Image.new("RGB", (20, 20), color) for color in ("blue", "red")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    picture = make_inline_picture(out.getvalue(), 0, "")
    assert picture is not None
    assert Image.open(io.BytesIO(picture.data)).convert("RGB").getpixel((5, 5)) == (0, 0, 255)


def test_a_long_picture_has_parts_or_is_whole() -> None:
    picture = Image.new("RGB", (300, 6000), "white")
    draw = ImageDraw.Draw(picture)
    for top in range(0, 6000, 20):
        draw.text((5, top), f"message number {top // 20}", fill="black")
    out = io.BytesIO()
    picture.save(out, "PNG")
    data = out.getvalue()
    whole = make_inline_picture(data, 0, "")
    parts = make_inline_pictures(data, 0, "")
    assert whole is not None
    assert Image.open(io.BytesIO(whole.data)).size == (300, 6000)
    assert sum(Image.open(io.BytesIO(part.data)).height for part in parts) >= 6000
    assert len(parts) > 1


@pytest.mark.parametrize("data", [b"", b"<svg/>", drawn()[:100], b"%PDF-1.4"])
def test_what_cannot_be_decoded_is_no_picture(data: bytes) -> None:
    assert make_inline_picture(data, 0, "") is None
    assert make_inline_pictures(data, 0, "") == ()


def test_data_addresses_are_decoded() -> None:
    assert decode_data_address("data:image/png;base64,iVBO\n Rw==") == b"\x89PNG"
    assert decode_data_address("DATA:,a%20b") == b"a b"
    assert decode_data_address("https://x.example") is None

"""Changes of what a search finds: the recognized words under pictures, and the text of evidence
that has its own."""

from __future__ import annotations

from typing import Any

from benchmarks.mutants.change import (
    Change,
    Nothing,
    Page,
    is_evidence,
    kind,
    shows_of,
    stream_of,
    with_code,
)
from benchmarks.mutants.content import Show
from benchmarks.mutants.objects import Name, packed
from benchmarks.mutants.pages import lie_in_font

PACKETS = ("scans", "faxes", "volumes", "frozen")


def _recognized(change: Change) -> tuple[Page, list[Show]]:
    """A page with recognized words on it. Raises Nothing."""
    page = change.page(change.one_of(is_evidence))
    shows = shows_of(page.read(), hidden=True)
    if not shows:
        raise Nothing
    return page, shows


def _replaced(change: Change, old: str, new: str) -> None:
    """One hidden glyph of these becomes another."""
    page, shows = _recognized(change)
    show, glyph = change.pick(
        [(show, glyph) for show in shows for glyph in show.glyphs if glyph.text in tuple(old)]
    )
    codes = [code for text in new if text != glyph.text for code in show.font.of(text)]
    page.replace(show, with_code(show, glyph, [change.pick(codes)]))
    change.say(f"page {page.number}: one character", 1)


@kind("text layer", "digit changed", packets=PACKETS)
def digit(change: Change) -> None:
    _replaced(change, "0123456789", "0123456789")


@kind("text layer", "letter changed", packets=PACKETS)
def letter(change: Change) -> None:
    _replaced(change, "abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz")


@kind("text layer", "sign changed", packets=PACKETS)
def sign(change: Change) -> None:
    _replaced(change, ".,-", ".,-:")


@kind("text layer", "words removed", unit="words", packets=PACKETS)
def removed(change: Change) -> None:
    page, shows = _recognized(change)
    count = change.rng.choice([1, 1, 2, 5])
    start = change.rng.randrange(len(shows))
    gone = [show for show in shows[start : start + count] if show.place == shows[start].place]
    for show in reversed(gone):
        page.replace(show, show.spelled([]))
    change.say(f"page {page.number}: {len(gone)} words", len(gone))


@kind("text layer", "removed as a whole", packets=PACKETS)
def emptied(change: Change) -> None:
    page, shows = _recognized(change)
    page.put(shows[0].place, b"")
    change.say(f"page {page.number}")


@kind("text layer", "word added", packets=PACKETS)
def added(change: Change) -> None:
    page, shows = _recognized(change)
    show = change.pick(shows)
    word = change.rng.choice(["never", "not ", "1984 ", "Muster "]).encode("utf-16-be")
    if not show.font.everything:
        raise Nothing
    page.replace(show, show.spelled([*show.pieces(), word]))
    change.say(f"page {page.number}: one word", 1)


@kind("text layer", "two words exchanged", packets=PACKETS)
def exchanged(change: Change) -> None:
    page, shows = _recognized(change)
    item = change.pick(shows)
    other = change.pick(
        [
            show
            for show in shows
            if show.place == item.place and show.font is item.font and show.text != item.text
        ]
    )
    first, second = sorted((item, other), key=lambda show: show.operation.start)
    page.replace(second, second.spelled(first.pieces()))
    page.replace(first, first.spelled(second.pieces()))
    change.say(f"page {page.number}")


@kind("text layer", "swapped between pages", packets=PACKETS)
def swapped(change: Change) -> None:
    page, shows = _recognized(change)
    home = change.packet.home(page.number)[0]
    numbers = change.numbers(
        lambda e: (
            is_evidence(e)
            and e["number"] != page.number
            and change.packet.home(e["number"])[0] == home
        )
    )
    others = [n for n in numbers if shows_of(change.peek(n).read(), hidden=True)]
    other = change.page(change.pick(others))
    theirs = shows_of(other.read(), hidden=True)[0]
    item, two = shows[0].place.form, theirs.place.form
    if item is None or two is None:
        raise Nothing
    objects = page.document.objects
    objects[item.number], objects[two.number] = objects[two.number], objects[item.number]
    change.say(f"pages {page.number} and {other.number}")


@kind("text layer", "shifted", unit="pt", acts=True, packets=PACKETS)
def shifted(change: Change) -> None:
    """A hit of a search is marked elsewhere on the page.

    By less than half a letter, it is marked on the same word.
    """
    page, shows = _recognized(change)
    points = change.rng.choice([8, 20, 40, 150])
    place = shows[0].place
    page.put(place, b"1 0 0 1 %d %d cm\n" % (points, -points) + page.stream(place))
    change.say(f"page {page.number}: {points} pt", points)


@kind("text layer", "made of other codes", packets=PACKETS)
def unmapped(change: Change) -> None:
    """The recognized words' font no longer says what its codes mean, or says another thing."""
    page, shows = _recognized(change)
    entries = shows[0].font.entries
    ref = entries["/ToUnicode"]
    if change.rng.random() < 0.5:
        entries.pop("/ToUnicode")
    else:
        data = stream_of(page.document, ref).decoded()
        page.document.objects[ref.number] = packed(
            data.replace(b"<0000> <FFFF> <0000>", b"<0000> <FFFF> <0001>")
        )
    home = change.packet.home(page.number)[0]
    change.touched |= set(
        change.numbers(lambda e: is_evidence(e) and change.packet.home(e["number"])[0] == home)
    )
    change.say(f"page {page.number}")


def _with_text(change: Change) -> tuple[Page, list[Show]]:
    page = change.page(change.one_of(is_evidence))
    shows = shows_of(page.read())
    if not shows:
        raise Nothing
    return page, shows


@kind("text layer", "ToUnicode of evidence altered")
def lying(change: Change) -> None:
    lie_in_font(change, is_evidence)


@kind("text layer", "ToUnicode of evidence removed")
def forgotten(change: Change) -> None:
    page, shows = _with_text(change)
    show = change.pick([item for item in shows if "/ToUnicode" in item.font.entries])
    del show.font.entries["/ToUnicode"]
    change.say(f"page {page.number}")


@kind("text layer", "ToUnicode of evidence added")
def invented(change: Change) -> None:
    """A font without a map gets one that says another thing."""
    page, shows = _with_text(change)
    show = change.pick(
        [item for item in shows if "/ToUnicode" not in item.font.entries and not item.font.two]
    )
    glyph = change.pick([item for item in show.glyphs if item.text.isalnum()])
    wrong = "7" if glyph.text != "7" else "1"
    text = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def 1 "
        b"begincodespacerange <00> <FF> "
    )
    text += b"endcodespacerange 1 beginbfchar <%02X> <%04X> endbfchar endcmap end end" % (
        glyph.code[0],
        ord(wrong),
    )
    show.font.entries["/ToUnicode"] = page.document.add(packed(text))
    change.say(f"page {page.number}")


@kind("text layer", "encoding of evidence altered")
def encoded(change: Change) -> None:
    page, shows = _with_text(change)
    show = change.pick([item for item in shows if not item.font.two])
    glyph = change.pick([item for item in show.glyphs if item.text.isalnum()])
    other: list[Any] = [glyph.code[0], Name("/seven" if glyph.text != "7" else "/one")]
    show.font.entries["/Encoding"] = {
        "/Type": Name("/Encoding"),
        "/BaseEncoding": Name("/WinAnsiEncoding"),
        "/Differences": other,
    }
    change.say(f"page {page.number}")


@kind("text layer", "another text for copying")
def actual_text(change: Change) -> None:
    """/ActualText over words: looks the same, is found and read aloud as another text."""
    page, shows = _with_text(change)
    show = change.pick(shows)
    own = page.stream(show.place)[show.operation.start : show.operation.end]
    page.replace(show, b"/Span <</ActualText (never paid)>> BDC " + own + b" EMC")
    change.say(f"page {page.number}")


@kind("text layer", "hidden words on a page that has its own text")
def hidden_words(change: Change) -> None:
    page, shows = _with_text(change)
    show = change.pick([item for item in shows if len(item.text) > 8])
    own = page.stream(show.place)[show.operation.start : show.operation.end]
    page.replace(show, own + b" 3 Tr " + own + b" 0 Tr")
    change.say(f"page {page.number}: {len(show.text)} letters", len(show.text))

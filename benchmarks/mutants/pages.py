"""Changes of pages: of copied evidence, of evidence that was placed, of our own pages, of forms."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.mutants import content
from benchmarks.mutants.change import (
    Change,
    Nothing,
    Page,
    advance,
    glyphs_of,
    is_copied,
    is_evidence,
    is_ours,
    is_placed,
    kind,
    shows_of,
    stream_of,
    with_code,
)
from benchmarks.mutants.objects import packed

Which = Callable[[dict[str, Any]], bool]


def is_form(entry: dict[str, Any]) -> bool:
    return bool(entry["kind"] == "form")


def is_tab(entry: dict[str, Any]) -> bool:
    return bool(entry["kind"] == "tab")


def is_part(name: str) -> Which:
    return lambda entry: entry["kind"] == "draft" and entry["part"].startswith(name)


# --- text ---


def remove_glyph(change: Change, which: Which, signs: str, *, before_digit: bool = True) -> None:
    """Take one glyph away; what follows stays where it is, or moves up."""
    page = change.page(change.one_of(which))
    glyphs = [
        (show, glyph)
        for show in shows_of(page.read())
        for glyph, after in zip(show.glyphs, (*show.glyphs[1:], None), strict=True)
        if glyph.text in tuple(signs) and (not before_digit or (after and after.text.isdigit()))
    ]
    show, glyph = change.pick(glyphs)
    keep = change.rng.random() < 0.7
    page.replace(show, with_code(show, glyph, [advance(show, glyph)] if keep else []))
    change.say(
        f"page {page.number}: a glyph of {glyph.size:.1f} pt"
        + ("" if keep else ", the rest moved up"),
        glyph.size,
    )


def change_glyph(change: Change, which: Which, signs: str) -> None:
    """Another glyph of the same kind."""
    page = change.page(change.one_of(which))
    glyphs = [(show, glyph) for show, glyph in glyphs_of(page.read()) if glyph.text in tuple(signs)]
    change.rng.shuffle(glyphs)
    for show, glyph in glyphs[:40]:
        codes = [code for text in signs if text != glyph.text for code in show.font.of(text)]
        if codes:
            page.replace(show, with_code(show, glyph, [change.rng.choice(codes)]))
            change.say(f"page {page.number}: one glyph of {glyph.size:.1f} pt", glyph.size)
            return
    raise Nothing


def recolor(change: Change, which: Which) -> None:
    page = change.page(change.one_of(which))
    show = change.pick(shows_of(page.read()))
    level = change.rng.choice([0.004, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.5, 1.0])
    color = change.rng.choice([b"%.3f g" % level, b"%.3f 0 0 rg" % level, b"0 0 %.3f rg" % level])
    data = page.stream(show.place)[show.operation.start : show.operation.end]
    page.replace(show, color + b" " + data + b" " + show.fill)
    change.say(
        f"page {page.number}: words of {show.size:.1f} pt by {level:.1%} of the light", level * 255
    )


def shift_word(change: Change, which: Which) -> None:
    page = change.page(change.one_of(which))
    show = change.pick(
        [item for item in shows_of(page.read()) if item.operation.name in ("Tj", "TJ")]
    )
    points = change.rng.choice([0.05, 0.1, 0.2, 0.5, 1, 2, 4]) * change.rng.choice([1, -1])
    if change.rng.random() < 0.5:
        move = points * 1000 / (show.size or 1)
        page.replace(show, show.spelled([-move, *show.pieces(), move]))
    else:
        rise = points * show.unscaled / (show.size or 1)
        own = page.stream(show.place)[show.operation.start : show.operation.end]
        page.replace(show, b"%.4f Ts " % rise + own + b" 0 Ts")
    change.say(f"page {page.number}: words by {points} pt", abs(points))


def delete_show(change: Change, which: Which, most: int = 1) -> None:
    page = change.page(change.one_of(which))
    shows = shows_of(page.read())
    start = change.rng.randrange(len(shows)) if shows else change.pick([])
    gone = [item for item in shows[start : start + most] if item.place == shows[start].place]
    for show in reversed(gone):  # from the end, so that places before it hold
        page.replace(show, show.spelled([]))
    letters = sum(len(show.text.strip()) for show in gone)
    change.say(f"page {page.number}: {letters} letters of {gone[0].size:.1f} pt", letters)


def hide_show(change: Change, which: Which) -> None:
    page = change.page(change.one_of(which))
    show = change.pick(shows_of(page.read()))
    own = page.stream(show.place)[show.operation.start : show.operation.end]
    page.replace(show, b"3 Tr " + own + b" 0 Tr")
    change.say(f"page {page.number}: {len(show.text)} letters", len(show.text))


def cover_glyph(change: Change, which: Which, signs: str) -> None:
    """A white box as large as one glyph."""
    page = change.page(change.one_of(which))
    _, glyph = change.pick(
        [pair for pair in glyphs_of(page.read()) if pair[1].text in tuple(signs)]
    )
    high = glyph.size * (0.35 if glyph.text in ".," else 0.75)
    low = glyph.size * 0.2
    width, height = (glyph.width, high + low) if glyph.upright else (high + low, glyph.width)
    x, y = (glyph.x, glyph.y - low) if glyph.upright else (glyph.x - high, glyph.y)
    page.under_stamp(b"1 g %.2f %.2f %.2f %.2f re f" % (x, y, width, height))
    change.say(f"page {page.number}: {width:.1f} by {height:.1f} pt of white", max(width, height))


def paint_word(change: Change, which: Which) -> None:
    """A box over words, white or black."""
    page = change.page(change.one_of(which))
    show = change.pick([item for item in shows_of(page.read()) if item.glyphs[0].upright])
    first, last = show.glyphs[0], show.glyphs[-1]
    width = min(last.x + last.width - first.x, change.rng.choice([4, 12, 40, 200]))
    shade = change.rng.choice([b"1 g", b"0 g", b"1 1 0.9 rg"])
    page.under_stamp(
        b"%b %.2f %.2f %.2f %.2f re f"
        % (shade, first.x, first.y - 0.25 * first.size, max(width, 2), first.size)
    )
    change.say(f"page {page.number}: {width:.0f} pt of words", width)


def _spot(change: Change, page: Page) -> tuple[float, float]:
    left, bottom, right, top = page.box()
    stamp = page.entry.get("stamp") or {"x": -9, "y": -9, "width": 0, "height": 0}
    while True:
        x, y = change.rng.uniform(left + 20, right - 20), change.rng.uniform(bottom + 45, top - 20)
        if not (
            stamp["x"] - 6 < x < stamp["x"] + stamp["width"] + 6
            and stamp["y"] - 6 < y < stamp["y"] + stamp["height"] + 6
        ):
            return x, y


def _near_text(change: Change, page: Page) -> tuple[float, float]:
    """Beside a glyph, where a point changes a number."""
    glyphs = [glyph for _, glyph in glyphs_of(page.read()) if glyph.text.isdigit()]
    if not glyphs or change.rng.random() < 0.3:
        return _spot(change, page)
    glyph = change.rng.choice(glyphs)
    return glyph.x + glyph.width * change.rng.random(), glyph.y + glyph.size * change.rng.uniform(
        -0.1, 0.7
    )


def add_dot(change: Change, which: Which) -> None:
    page = change.page(change.one_of(which))
    size = change.rng.choice([0.5, 0.7, 1, 1.5, 2, 3])
    shade = change.rng.choice([b"0 g", b"0 g", b"0.3 g", b"0 0 0.4 rg"])
    x, y = _near_text(change, page)
    page.under_stamp(b"%b %.2f %.2f %.2f %.2f re f" % (shade, x, y, size, size))
    change.say(f"page {page.number}: a dot of {size} pt", size)


def add_line(change: Change, which: Which) -> None:
    page = change.page(change.one_of(which))
    thick, long = (
        change.rng.choice([0.1, 0.2, 0.3, 0.5, 0.8, 1.0]),
        change.rng.choice([5, 10, 30, 100, 300]),
    )
    x, y = _near_text(change, page)
    right = change.rng.random() < 0.7
    page.under_stamp(
        b"0 G %.2f w %.2f %.2f m %.2f %.2f l S"
        % (thick, x, y, x + long * right, y + long * (not right))
    )
    change.say(f"page {page.number}: {thick} by {long} pt", thick)


def add_veil(change: Change, which: Which) -> None:
    """A faint wash over the whole page."""
    page = change.page(change.one_of(which))
    alpha = change.rng.choice([0.004, 0.01, 0.02, 0.05, 0.1, 0.3])
    state = page.resources("/ExtGState")
    state["/Veil"] = {"/ca": alpha}
    left, bottom, right, top = page.box()
    page.under_stamp(
        b"/Veil gs 0.2 0.2 1 rg %.2f %.2f %.2f %.2f re f"
        % (left, bottom, right - left, top - bottom)
    )
    change.say(f"page {page.number}: a wash of {alpha:.1%}", alpha * 100)


def delete_paint(change: Change, which: Which) -> None:
    """A line or a filled shape is no longer drawn."""
    page = change.page(change.one_of(which))
    place, step = change.pick(page.read().paints)
    page.splice(place, step.start, step.end, b"n")
    change.say(f"page {page.number}: one shape")


def swap_font_glyphs(change: Change, which: Which) -> None:
    """Two digits change places within the font: the codes stay, the look does not."""
    page = change.page(change.one_of(which))
    on_page = page.read()
    fonts = {id(show.font): show.font for show in shows_of(on_page)}
    font = change.pick(sorted(fonts.values(), key=lambda item: str(item.ref)))
    used = sorted(
        {
            glyph.code
            for show in shows_of(on_page)
            if show.font is font
            for glyph in show.glyphs
            if glyph.text.isalnum()
        }
    )
    if len(used) < 2:
        raise Nothing
    item, other = change.rng.sample(used, 2)
    swap_in_font(page, font, item, other)
    change.touched |= set(
        change.numbers(
            lambda entry: (
                change.packet.home(entry["number"])[0] == change.packet.home(page.number)[0]
            )
        )
    )
    change.say(f"page {page.number}: two glyphs")


def swap_in_font(page: Page, font: content.Font, item: bytes, other: bytes) -> None:
    """Exchange the outlines of two codes of an embedded TrueType font."""
    from fontTools.ttLib import TTFont

    entries = font.entries
    if font.two:
        entries = page.document.get(page.document.get(entries["/DescendantFonts"])[0])
    descriptor = page.document.get(entries.get("/FontDescriptor")) or {}
    ref = descriptor.get("/FontFile2")
    stream = stream_of(page.document, ref)
    assert ref is not None
    tables = TTFont(io.BytesIO(stream.decoded()), lazy=False, recalcTimestamp=False)
    if "glyf" not in tables:
        raise Nothing
    names = [_glyph_name(tables, font, code, entries, page) for code in (item, other)]
    glyf, metrics = tables["glyf"], tables["hmtx"]
    glyf.glyphs[names[0]], glyf.glyphs[names[1]] = glyf.glyphs[names[1]], glyf.glyphs[names[0]]
    metrics.metrics[names[0]], metrics.metrics[names[1]] = (
        metrics.metrics[names[1]],
        metrics.metrics[names[0]],
    )
    out = io.BytesIO()
    tables.save(out, reorderTables=False)
    page.document.objects[ref.number] = packed(
        out.getvalue(), {**stream.entries, "/Length1": len(out.getvalue())}
    )


def _glyph_name(
    tables: Any, font: content.Font, code: bytes, entries: dict[str, Any], page: Page
) -> str:
    order, number = tables.getGlyphOrder(), int.from_bytes(code)
    if font.two:
        mapping = page.document.get(entries.get("/CIDToGIDMap"))
        if mapping is not None and not isinstance(mapping, str):
            data = mapping.decoded()
            number = int.from_bytes(data[2 * number : 2 * number + 2])
        name = order[number] if number < len(order) else None
    else:
        text = code.decode("cp1252", "replace")
        name = next(
            (
                table.cmap[key]
                for table in tables["cmap"].tables
                for key in (number, 0xF000 + number, ord(text))
                if key in table.cmap
            ),
            None,
        )
    if name is None:
        raise Nothing
    return str(name)


# --- whole pages ---


def _sheets(change: Change, which: Which) -> tuple[Page, Page]:
    """Two pages of one file and one size."""
    item = change.one_of(which)
    entry = change.packet.manifest["ledger"][item - 1]
    home = change.packet.home(item)[0]
    others = change.numbers(
        lambda e: which(e) and e["size"] == entry["size"] and e["number"] != item
    )
    other = change.pick([number for number in others if change.packet.home(number)[0] == home])
    return change.page(item), change.page(other)


def swap_pages(change: Change, which: Which) -> None:
    """Content and resources of two pages, without their stamps."""
    item, other = _sheets(change, which)
    first, second = item.streams(), other.streams()
    if item.entry.get("stamp") and other.entry.get("stamp"):
        first[-1], second[-1] = second[-1], first[-1]
    resources = [page.document.inherited(page.ref, "/Resources") for page in (item, other)]
    item.entries["/Contents"], other.entries["/Contents"] = second, first
    item.entries["/Resources"], other.entries["/Resources"] = resources[1], resources[0]
    change.say(f"pages {item.number} and {other.number}")


def rotate_page(change: Change, which: Which) -> None:
    page = change.page(change.one_of(which))
    angle = change.rng.choice([90, 180, 270])
    page.entries["/Rotate"] = (page.turned() + angle) % 360
    change.say(f"page {page.number} by {angle}", angle)


def crop_page(change: Change, which: Which) -> None:
    page = change.page(change.one_of(which))
    points = change.rng.choice([0.5, 1, 2, 5, 20, 100])
    left, bottom, right, top = page.box()
    side = change.rng.randrange(4)
    box = [
        left + points * (side == 0),
        bottom + points * (side == 1),
        right - points * (side == 2),
        top - points * (side == 3),
    ]
    page.entries["/CropBox"] = box
    change.say(f"page {page.number}: {points} pt of one side", points)


def scale_page(change: Change, which: Which) -> None:
    page = change.page(change.one_of(which))
    part = change.rng.choice([0.001, 0.002, 0.005, 0.01, 0.03])
    left, bottom, right, top = page.box()
    middle = ((left + right) / 2, (bottom + top) / 2)
    scale = 1 - part
    page.insert(
        b"%.5f 0 0 %.5f %.4f %.4f cm\n" % (scale, scale, middle[0] * part, middle[1] * part), 1
    )
    change.say(f"page {page.number} by {part:.1%}", part * 100)


def shift_page(change: Change, which: Which) -> None:
    page = change.page(change.one_of(which))
    points = change.rng.choice([0.1, 0.25, 0.5, 1, 2, 4])
    right = change.rng.random() < 0.5
    page.insert(b"1 0 0 1 %.3f %.3f cm\n" % (points * right, points * (not right)), 1)
    change.say(f"page {page.number} by {points} pt", points)


def blank_page(change: Change, which: Which) -> None:
    page = change.page(change.one_of(which))
    streams = page.streams()
    empty = page.document.add(packed(b"q Q q\n"))
    page.entries["/Contents"] = [empty, streams[-1]] if page.entry.get("stamp") else [empty]
    change.say(f"page {page.number}")


def _kids(change: Change, number: int) -> tuple[list[Any], int, dict[str, Any]]:
    path, index = change.packet.home(number)
    document = change.document(path)
    page = document.pages()[index]
    parent = document.get(document.get(page)["/Parent"])
    kids = document.get(parent["/Kids"])
    return kids, kids.index(page), parent


def remove_page(change: Change, which: Which) -> None:
    number = change.one_of(which)
    kids, place, parent = _kids(change, number)
    del kids[place]
    parent["/Count"] -= 1
    change.say(f"page {number}")


def double_page(change: Change, which: Which) -> None:
    number = change.one_of(which)
    page = change.page(number)
    kids, place, parent = _kids(change, number)
    kids.insert(place, page.document.add(dict(page.entries)))
    parent["/Count"] += 1
    change.say(f"page {number}")


def reorder_pages(change: Change, which: Which) -> None:
    number = change.one_of(which)
    kids, place, _ = _kids(change, number)
    if place + 1 >= len(kids):
        raise Nothing
    kids[place], kids[place + 1] = kids[place + 1], kids[place]
    change.say(f"page {number} and the next")


def replace_page_by_double(change: Change, which: Which) -> None:
    """A page shows what another shows, the stamp its own."""
    item, other = _sheets(change, which)
    change.touched.discard(other.number)
    streams, stamp = other.streams(), item.streams()[-1:]
    if item.entry.get("stamp") and other.entry.get("stamp"):
        streams[-1:] = stamp
    item.entries["/Contents"] = streams
    item.entries["/Resources"] = other.document.inherited(other.ref, "/Resources")
    change.say(f"page {item.number} shows page {other.number}")


_WHOLE: dict[str, Callable[..., None]] = {
    "rotated": rotate_page,
    "blank": blank_page,
    "removed": remove_page,
    "doubled": double_page,
}


def _family(group: str, which: Which, packets: tuple[str, ...] = ()) -> None:
    """The same changes for each family of pages."""
    more = {"packets": packets}
    kinds: list[tuple[str, str, Callable[[Change], None]]] = [
        ("minus sign removed", "pt", lambda c: remove_glyph(c, which, "-−–")),
        ("decimal point removed", "pt", lambda c: remove_glyph(c, which, ".,")),
        ("digit replaced", "pt", lambda c: change_glyph(c, which, "0123456789")),
        ("letter replaced", "pt", lambda c: change_glyph(c, which, "abcdefghijklmnopqrstuvwxyz")),
        ("dot added", "pt", lambda c: add_dot(c, which)),
        ("thin line added", "pt", lambda c: add_line(c, which)),
        ("words recolored", "levels", lambda c: recolor(c, which)),
        ("words shifted", "pt", lambda c: shift_word(c, which)),
        ("text operator deleted", "letters", lambda c: delete_show(c, which)),
        ("words made invisible", "letters", lambda c: hide_show(c, which)),
        ("white box over a point or comma", "pt", lambda c: cover_glyph(c, which, ".,")),
        ("painted over", "pt", lambda c: paint_word(c, which)),
        ("wash over the page", "%", lambda c: add_veil(c, which)),
        ("glyphs swapped in the font", "", lambda c: swap_font_glyphs(c, which)),
        ("cropped", "pt", lambda c: crop_page(c, which)),
        ("scaled", "%", lambda c: scale_page(c, which)),
        ("shifted", "pt", lambda c: shift_page(c, which)),
    ]
    for name, unit, make in kinds:
        kind(group, name, unit=unit, **more)(make)
    for name, change_page in _WHOLE.items():
        kind(group, name, plain=True, **more)(partial(change_page, which=which))


_family("copied page", is_copied)
_family("placed page", is_placed, ("placed",))
_family("own page", is_ours)
_family("form page", is_form, ("forms",))

kind("copied page", "swapped with another", plain=True)(lambda c: swap_pages(c, is_evidence))
kind("copied page", "shows another page", plain=True)(
    lambda c: replace_page_by_double(c, is_copied)
)
kind("copied page", "changed places with the next", plain=True)(
    lambda c: reorder_pages(c, is_evidence)
)
kind("copied page", "a shape is not drawn")(lambda c: delete_paint(c, is_copied))
kind("own page", "a line is not drawn")(lambda c: delete_paint(c, is_ours))
kind("own page", "tab sheets swapped", plain=True)(lambda c: swap_pages(c, is_tab))
kind("own page", "letter pages swapped", plain=True)(
    lambda c: swap_pages(c, is_part("cover-letter"))
)
kind("own page", "sentence removed", unit="letters")(
    lambda c: delete_show(c, is_ours, c.rng.randint(2, 5))
)
for _name, _part in (
    ("letter", "cover-letter"),
    ("index", "index"),
    ("declaration", "declaration"),
):
    kind("own page", f"digit of the {_name}", unit="pt")(
        partial(change_glyph, which=is_part(_part), signs="0123456789")
    )
kind("own page", "letter or digit of a tab sheet", unit="pt")(
    lambda c: change_glyph(c, is_tab, "0123456789ABCDEFGH")
)


@kind("own page", "index rows swapped")
def swap_rows(change: Change) -> None:
    """What two rows of the index show changes places."""
    page = change.page(change.one_of(is_part("index")))
    shows = shows_of(page.read())
    item = change.pick(shows)
    other = change.pick(
        [
            show
            for show in shows
            if show.font is item.font and show.place == item.place and show.text != item.text
        ]
    )
    first, second = sorted((item, other), key=lambda show: show.operation.start)
    page.replace(second, second.spelled(first.pieces()))
    page.replace(first, first.spelled(second.pieces()))
    change.say(f"page {page.number}")


@kind("own page", "text changed under the same look", unit="digits")
def lying_unicode(change: Change) -> None:
    """A font says that a digit is another one: looks the same, copies and is found otherwise."""
    lie_in_font(change, is_ours)


def lie_in_font(change: Change, which: Which) -> None:
    """ToUnicode gives another text for one code in use."""
    page = change.page(change.one_of(which))
    shows = [show for show in shows_of(page.read()) if "/ToUnicode" in show.font.entries]
    show, glyph = change.pick(
        [(show, glyph) for show in shows for glyph in show.glyphs if glyph.text.isalnum()]
    )
    ref = show.font.entries["/ToUnicode"]
    data = stream_of(page.document, ref).decoded()
    wrong = change.rng.choice(
        [
            item
            for item in ("0123456789" if glyph.text.isdigit() else "abcdefgh")
            if item != glyph.text
        ]
    )
    code, text = glyph.code.hex().encode(), b"<%04X>" % ord(wrong)
    new, count = re.subn(
        rb"(?i)(<%b>\s*)<[0-9a-f]{4}>(?!\s*<)" % code, lambda m: m[1] + text, data, count=1
    )
    if not count:
        new = data.replace(
            b"endcmap", b"1 beginbfchar\n<%b> %b\nendbfchar\nendcmap" % (code, text), 1
        )
    page.document.objects[ref.number] = packed(new, stream_of(page.document, ref).entries)
    change.touched |= set(
        change.numbers(
            lambda entry: (
                which(entry)
                and change.packet.home(entry["number"])[0] == change.packet.home(page.number)[0]
            )
        )
    )
    change.say(f"page {page.number}: one code", 1)


@kind("copied page", "words drawn twice, a little apart", unit="pt")
def doubled_words(change: Change) -> None:
    """Bolder than they were."""
    page = change.page(change.one_of(is_copied))
    show = change.pick([item for item in shows_of(page.read()) if item.operation.name == "Tj"])
    points = change.rng.choice([0.1, 0.3, 0.6])
    back = show.glyphs[-1].x + show.glyphs[-1].width - show.glyphs[0].x
    kern = (back - points) * 1000 / (show.size or 1)
    page.replace(show, show.spelled([*show.pieces(), kern, *show.pieces()]))
    change.say(f"page {page.number}: {points} pt apart", points)

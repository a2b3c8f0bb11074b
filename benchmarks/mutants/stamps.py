"""Changes of the numbers printed on pages: what they say, how they look, whether they are seen
at all."""

from __future__ import annotations

import re

from benchmarks.mutants.change import Change, Nothing, Page, is_stamp, is_stamped, kind, stream_of
from benchmarks.mutants.objects import packed
from benchmarks.mutants.pages import swap_in_font

_TEXT = re.compile(rb"\(((?:[^()\\]|\\.)*)\) Tj")
_MATRIX = re.compile(rb"q ([-\d. ]+) cm BT")


def _stamped(change: Change) -> tuple[Page, bytes]:
    """A page with a stamp, and the stream that draws it. Raises Nothing."""
    page = change.page(change.one_of(is_stamped))
    data = page.document.get(page.streams()[-1]).decoded()
    if b"/AssemblerStamp" not in data or not _TEXT.search(data):
        raise Nothing
    return page, data


def _put(page: Page, data: bytes) -> None:
    streams = page.streams()
    streams[-1] = page.document.add(packed(data))
    page.entries["/Contents"] = streams


def _box(page: Page) -> tuple[float, float, float, float]:
    """Where the stamp is, in the page's own coordinates: x, y, width, height."""
    show = next(item for item in page.read().shows if is_stamp(item))
    first, last = show.glyphs[0], show.glyphs[-1]
    size = show.size
    if first.upright:
        return first.x, first.y - 0.25 * size, last.x + last.width - first.x, size
    x, y = sorted((first.x, last.x)), sorted((first.y, last.y))
    return x[0] - size, y[0] - size, x[1] - x[0] + 2 * size, y[1] - y[0] + 2 * size


def _wrong(change: Change, text: bytes) -> bytes:
    """The text with another digit."""
    places = [at for at, byte in enumerate(text) if 48 <= byte < 58]
    at = change.pick(places)
    digit = change.rng.choice([item for item in b"0123456789" if item != text[at]])
    return text[:at] + bytes([digit]) + text[at + 1 :]


@kind("stamp", "says another number")
def other_number(change: Change) -> None:
    page, data = _stamped(change)
    match = _TEXT.search(data)
    assert match
    _put(page, data[: match.start(1)] + _wrong(change, match[1]) + data[match.end(1) :])
    change.say(f"page {page.number}: one digit")


@kind("stamp", "covered", unit="pt")
def covered(change: Change) -> None:
    page, _ = _stamped(change)
    x, y, width, height = _box(page)
    part = change.rng.choice([3, 6, 12, width])
    at = x + change.rng.random() * max(0.0, width - part)
    shade = change.rng.choice([b"1 g", b"1 g", b"0 g", b"0.9 g"])
    page.over_stamp(b"%b %.2f %.2f %.2f %.2f re f" % (shade, at, y, part, height))
    change.say(f"page {page.number}: {part:.0f} pt of it", part)


@kind("stamp", "false number laid over it")
def laid_over(change: Change) -> None:
    page, data = _stamped(change)
    x, y, width, height = _box(page)
    match = _TEXT.search(data)
    assert match
    false = data[: match.start(1)] + _wrong(change, match[1]) + data[match.end(1) :]
    page.over_stamp(b"1 g %.2f %.2f %.2f %.2f re f" % (x, y, width, height))
    page.over_stamp(false.partition(b"Q\n")[2] if false.startswith(b"\nQ") else false)
    change.say(f"page {page.number}")


@kind("stamp", "a second number beside it")
def second(change: Change) -> None:
    page, data = _stamped(change)
    match, place = _TEXT.search(data), _MATRIX.search(data)
    if not (match and place):
        raise Nothing
    numbers = [float(item) for item in place[1].split()]
    numbers[5] += change.rng.choice([12, -12, 30]) if numbers[0] else 0
    numbers[4] += 0 if numbers[0] else change.rng.choice([12, -12])
    more = b"%.3f %.3f %.3f %.3f %.3f %.3f cm BT /AssemblerStamp 9 Tf 0 g (" % tuple(numbers)
    page.over_stamp(more + _wrong(change, match[1]) + b") Tj ET")
    change.say(f"page {page.number}")


@kind("stamp", "recolored", unit="levels")
def recolored(change: Change) -> None:
    page, data = _stamped(change)
    level = change.rng.choice([0.02, 0.05, 0.1, 0.3, 0.6, 0.9, 1.0])
    color = change.rng.choice([b"%.2f g" % level, b"%.2f 0 0 rg" % level])
    _put(page, data.replace(b" 0 g ", b" " + color + b" ", 1))
    change.say(f"page {page.number}: {level:.0%} of the light", level * 255)


@kind("stamp", "invisible")
def invisible(change: Change) -> None:
    page, data = _stamped(change)
    new = change.rng.choice([(b" 0 Tr ", b" 3 Tr "), (b" 0 Tr ", b" 7 Tr "), (b" 0 g ", b" 1 g ")])
    _put(page, data.replace(new[0], new[1], 1))
    change.say(f"page {page.number}")


@kind("stamp", "transparent", unit="%")
def transparent(change: Change) -> None:
    page, data = _stamped(change)
    part = change.rng.choice([2, 10, 50, 100])
    page.resources("/ExtGState")["/Thin"] = {"/ca": 1 - part / 100}
    _put(page, data.replace(b"BT", b"/Thin gs BT", 1))
    change.say(f"page {page.number}: {part} %", part)


@kind("stamp", "moved", unit="pt")
def moved(change: Change) -> None:
    page, data = _stamped(change)
    points = change.rng.choice([0.25, 0.5, 1, 2, 4])
    match = _MATRIX.search(data)
    if not match:
        raise Nothing
    numbers = [float(item) for item in match[1].split()]
    numbers[4 + change.rng.randrange(2)] += points * change.rng.choice([1, -1])
    _put(
        page,
        data[: match.start(1)]
        + b"%.3f %.3f %.3f %.3f %.3f %.3f" % tuple(numbers)
        + data[match.end(1) :],
    )
    change.say(f"page {page.number}: {points} pt", points)


@kind("stamp", "resized", unit="%")
def resized(change: Change) -> None:
    page, data = _stamped(change)
    part = change.rng.choice([1, 2, 5, 10, 30]) * change.rng.choice([1, -1])
    _put(
        page,
        re.sub(
            rb"/AssemblerStamp ([\d.]+) Tf",
            lambda m: b"/AssemblerStamp %.3f Tf" % (float(m[1]) * (1 + part / 100)),
            data,
        ),
    )
    change.say(f"page {page.number}: {part:+} %", abs(part))


@kind("stamp", "narrowed or letterspaced", unit="%")
def narrowed(change: Change) -> None:
    page, data = _stamped(change)
    part = change.rng.choice([1, 3, 10, 30])
    _put(
        page,
        data.replace(
            b" Tf ",
            change.rng.choice([b" Tf %d Tz " % (100 - part), b" Tf %.2f Tc " % (part / 20)]),
            1,
        ),
    )
    change.say(f"page {page.number}: {part}", part)


@kind("stamp", "turned", unit="degrees")
def turned(change: Change) -> None:
    import math

    page, data = _stamped(change)
    angle = change.rng.choice([0.3, 1, 3, 180])
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    _put(
        page,
        data.replace(b"BT", b"%.5f %.5f %.5f %.5f 0 0 cm BT" % (cosine, sine, -sine, cosine), 1),
    )
    change.say(f"page {page.number}: {angle} degrees", angle)


@kind("stamp", "removed", plain=True)
def removed(change: Change) -> None:
    page, data = _stamped(change)
    _put(page, _TEXT.sub(b"() Tj", data) if change.rng.random() < 0.5 else b"\nQ\n")
    change.say(f"page {page.number}")


@kind("stamp", "a character removed or added")
def character(change: Change) -> None:
    page, data = _stamped(change)
    match = _TEXT.search(data)
    assert match
    at = change.rng.randrange(len(match[1]))
    if b"\\" in match[1]:
        raise Nothing
    text = (
        match[1][:at] + match[1][at + 1 :]
        if change.rng.random() < 0.5
        else match[1][:at] + match[1][at : at + 1] + match[1][at:]
    )
    _put(page, data[: match.start(1)] + text + data[match.end(1) :])
    change.say(f"page {page.number}")


@kind("stamp", "swapped between pages")
def swapped(change: Change) -> None:
    page, data = _stamped(change)
    home = change.packet.home(page.number)[0]
    others = change.numbers(
        lambda e: (
            is_stamped(e)
            and e["number"] != page.number
            and change.packet.home(e["number"])[0] == home
        )
    )
    other = change.page(change.pick(others))
    theirs = other.document.get(other.streams()[-1]).decoded()
    if other.turned() != page.turned():
        raise Nothing
    _put(page, theirs)
    _put(other, data)
    change.say(f"pages {page.number} and {other.number}")


@kind("stamp", "clipped away", unit="pt")
def clipped(change: Change) -> None:
    page, data = _stamped(change)
    x, y, width, height = _box(page)
    keep = change.rng.choice([0, width * 0.5, width - 5])
    _put(page, data.replace(b"q ", b"q %.2f %.2f %.2f %.2f re W n " % (x, y, keep, height), 1))
    change.say(f"page {page.number}: {width - keep:.0f} pt of it", width - keep)


@kind("stamp", "drawn below the page")
def below(change: Change) -> None:
    """A white sheet over it, and the page's content over that."""
    page, data = _stamped(change)
    left, bottom, right, top = page.box()
    streams = page.streams()
    sheet = b"q 1 g %.1f %.1f %.1f %.1f re f Q\n" % (left, bottom, right - left, top - bottom)
    stamp = data.partition(b"\nQ\n")[2] if data.startswith(b"\nQ") else data
    page.entries["/Contents"] = [
        page.document.add(packed(stamp + b"\n" + sheet)),
        *streams[:-1],
        page.document.add(packed(b"\nQ\n")),
    ]
    change.say(f"page {page.number}")


@kind("stamp", "glyphs swapped in its font")
def swapped_glyphs(change: Change) -> None:
    page, _ = _stamped(change)
    shows = [show for show in page.read().shows if is_stamp(show)]
    used = sorted({glyph.code for glyph in shows[0].glyphs if glyph.text.isdigit()})
    others = [item for item in (b"%d" % n for n in range(10)) if item not in used]
    if not used:
        raise Nothing
    swap_in_font(page, shows[0].font, change.rng.choice(used), change.rng.choice(others or used))
    home = change.packet.home(page.number)[0]
    change.touched = set(
        change.numbers(lambda e: is_stamped(e) and change.packet.home(e["number"])[0] == home)
    )
    change.say("two digits")


@kind("stamp", "another number under a true text")
def lying(change: Change) -> None:
    """The glyphs say another number; the font's own map says the true one."""
    page, data = _stamped(change)
    match = _TEXT.search(data)
    assert match
    shows = [show for show in page.read().shows if is_stamp(show)]
    font = shows[0].font
    used = set(match[1])
    old = change.pick([byte for byte in match[1] if 48 <= byte < 58])
    spare = change.pick([byte for byte in b"0123456789" if byte not in used])
    text = match[1].replace(bytes([old]), bytes([spare]), 1)
    if bytes([old]) in text:
        raise Nothing
    fonts = page.resources("/Font")
    own = dict(font.entries)
    source = stream_of(page.document, own["/ToUnicode"]).decoded() if "/ToUnicode" in own else b""
    lie = re.sub(rb"<%02X>\s*<00%02X>" % (spare, spare), b"<%02X> <00%02X>" % (spare, old), source)
    if lie == source:
        raise Nothing
    own["/ToUnicode"] = page.document.add(packed(lie))
    fonts["/AssemblerStamp"] = page.document.add(own)
    _put(page, data[: match.start(1)] + text + data[match.end(1) :])
    change.say(f"page {page.number}: one digit")


@kind("stamp", "another text for copying", acts=False)
def actual_text(change: Change) -> None:
    page, data = _stamped(change)
    match = _TEXT.search(data)
    assert match
    span = b"/Span <</ActualText (" + _wrong(change, match[1]) + b")>> BDC "
    _put(page, data[: match.start()] + span + match[0] + b" EMC" + data[match.end() :])
    change.say(f"page {page.number}")

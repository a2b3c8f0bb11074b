"""Changes of pictures on evidence pages: their pixels, stored without loss, or where and how
they are drawn."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.mutants.change import Change, Nothing, Page, is_evidence, kind
from benchmarks.mutants.content import Drawn
from benchmarks.mutants.objects import Name, Stream, packed
from scripts.sample_cases.paper import font

PACKETS = ("scans", "faxes", "volumes", "frozen")


def _picture(change: Change) -> tuple[Page, Drawn]:
    """A page of evidence with a picture on it. Raises Nothing."""
    page = change.page(change.one_of(is_evidence))
    return page, change.pick(page.read().images)


def _decoded(page: Page, drawn: Drawn) -> Image.Image:
    """The picture, gray or RGB."""
    stream: Stream = page.document.get(drawn.ref)
    entries, filters = stream.entries, stream.entries.get("/Filter")
    filters = filters[0] if isinstance(filters, list) and filters else filters
    size = (entries["/Width"], entries["/Height"])
    if filters == "/DCTDecode":
        image = Image.open(io.BytesIO(stream.data))
        return image.convert("L" if image.mode == "L" else "RGB")
    if filters == "/CCITTFaxDecode":
        return _fax(stream, size)
    try:
        data = stream.decoded()
    except ValueError:
        raise Nothing from None
    return _raw(page, entries, data, size)


def _raw(page: Page, entries: dict[str, Any], data: bytes, size: tuple[int, int]) -> Image.Image:
    bits, space = entries.get("/BitsPerComponent", 8), page.document.get(entries.get("/ColorSpace"))
    if bits == 1:
        return Image.frombytes("1", size, data).convert("L")
    if bits == 8 and len(data) >= size[0] * size[1] * 3:
        return Image.frombytes("RGB", size, data)
    if bits == 8 and space == "/DeviceGray" and len(data) >= size[0] * size[1]:
        return Image.frombytes("L", size, data)
    if bits in (2, 4, 8) and isinstance(space, list) and space[0] == "/Indexed":
        return _indexed(page, space, data, size, bits)
    if bits in (2, 4) and space == "/DeviceGray":
        levels = _samples(data, size, bits)
        return Image.fromarray((levels * (255 // (2**bits - 1))).astype(np.uint8))
    raise Nothing


def _samples(data: bytes, size: tuple[int, int], bits: int) -> Any:
    rows = -(-size[0] * bits // 8)
    flat = np.unpackbits(
        np.frombuffer(data[: rows * size[1]], np.uint8).reshape(size[1], rows), axis=1
    )
    flat = flat[:, : size[0] * bits].reshape(size[1], size[0], bits)
    return (flat * (1 << np.arange(bits - 1, -1, -1))).sum(axis=2)


def _indexed(
    page: Page, space: list[Any], data: bytes, size: tuple[int, int], bits: int
) -> Image.Image:
    table = page.document.get(space[3])
    table = table if isinstance(table, bytes) else table.decoded()
    wide = 1 if page.document.get(space[1]) == "/DeviceGray" else 3
    colors = np.frombuffer(table[: len(table) // wide * wide], np.uint8).reshape(-1, wide)
    return Image.fromarray(np.ascontiguousarray(colors[_samples(data, size, bits)].squeeze()))


def _fax(stream: Stream, size: tuple[int, int]) -> Image.Image:
    """Group 4 data behind the head of a TIFF file."""
    import struct

    parameters = stream.entries.get("/DecodeParms") or {}
    parameters = parameters[0] if isinstance(parameters, list) else parameters
    black = 1 if parameters.get("/BlackIs1") else 0
    rows = [
        (256, 4, 1, size[0]),
        (257, 4, 1, size[1]),
        (258, 3, 1, 1),
        (259, 3, 1, 4),
        (262, 3, 1, black),
        (273, 4, 1, 110),
        (278, 4, 1, size[1]),
        (279, 4, 1, len(stream.data)),
    ]
    head = b"II*\x00" + struct.pack("<I", 8) + struct.pack("<H", len(rows))
    head += b"".join(struct.pack("<HHII", *row) for row in rows) + struct.pack("<I", 0)
    return Image.open(io.BytesIO(head.ljust(110, b"\x00") + stream.data)).convert("L")


def _stored(page: Page, drawn: Drawn, image: Image.Image, jpeg: int = 0) -> None:
    """Put the picture into the object, without loss unless `jpeg` is a quality."""
    old: Stream = page.document.get(drawn.ref)
    dropped = (
        "/Filter",
        "/DecodeParms",
        "/Decode",
        "/ColorSpace",
        "/BitsPerComponent",
        "/Width",
        "/Height",
    )
    entries = {key: value for key, value in old.entries.items() if key not in dropped}
    entries |= {
        "/Width": image.width,
        "/Height": image.height,
        "/BitsPerComponent": 8,
        "/ColorSpace": Name("/DeviceGray" if image.mode == "L" else "/DeviceRGB"),
    }
    if jpeg:
        out = io.BytesIO()
        image.save(out, "JPEG", quality=jpeg)
        page.document.objects[drawn.ref.number] = Stream(
            {**entries, "/Filter": Name("/DCTDecode")}, out.getvalue()
        )
    else:
        page.document.objects[drawn.ref.number] = packed(image.tobytes(), entries, level=1)


def _with_ink(image: Image.Image, change: Change, size: int) -> tuple[int, int]:
    """A corner of a square of this size with something in it."""
    gray = np.asarray(image.convert("L"))
    for _ in range(60):
        x, y = (
            change.rng.randrange(max(1, image.width - size)),
            change.rng.randrange(max(1, image.height - size)),
        )
        if gray[y : y + size, x : x + size].std() > 12:
            return x, y
    raise Nothing


@kind("picture", "recolored", unit="levels", packets=PACKETS)
def recolored(change: Change) -> None:
    page, drawn = _picture(change)
    image = _decoded(page, drawn).convert("RGB")
    amount = change.rng.choice([1, 2, 4, 8, 16, 64])
    pixels = np.asarray(image).astype(np.int16)
    pixels[:, :, change.rng.randrange(3)] += change.rng.choice([amount, -amount])
    _stored(page, drawn, Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)))
    change.say(f"page {page.number}: one color by {amount} levels", amount)


@kind("picture", "colors exchanged", packets=("scans",))
def exchanged(change: Change) -> None:
    page, drawn = _picture(change)
    image = _decoded(page, drawn)
    if image.mode != "RGB":
        raise Nothing
    red, green, blue = image.split()
    _stored(
        page,
        drawn,
        Image.merge(
            "RGB", change.pick([(green, red, blue), (blue, green, red), (red, blue, green)])
        ),
    )
    change.say(f"page {page.number}")


@kind("picture", "stored again as JPEG", unit="100 - quality", packets=PACKETS)
def reencoded(change: Change) -> None:
    page, drawn = _picture(change)
    quality = change.rng.choice([10, 20, 35, 50, 70, 80, 90, 95])
    _stored(page, drawn, _decoded(page, drawn), jpeg=quality)
    change.say(f"page {page.number}: quality {quality}", 100 - quality)


@kind("picture", "mirrored", packets=PACKETS)
def mirrored(change: Change) -> None:
    page, drawn = _picture(change)
    way = change.rng.choice(
        [
            Image.Transpose.FLIP_LEFT_RIGHT,
            Image.Transpose.FLIP_TOP_BOTTOM,
            Image.Transpose.ROTATE_180,
        ]
    )
    _stored(page, drawn, _decoded(page, drawn).transpose(way))
    change.say(f"page {page.number}")


@kind("picture", "shifted by pixels", unit="px", packets=PACKETS)
def shifted(change: Change) -> None:
    page, drawn = _picture(change)
    pixels = change.rng.randint(1, 5)
    image = np.roll(np.asarray(_decoded(page, drawn)), pixels, axis=change.rng.randrange(2))
    _stored(page, drawn, Image.fromarray(np.ascontiguousarray(image)))
    change.say(f"page {page.number}: {pixels} px", pixels)


@kind("picture", "a patch cloned over another place", unit="px", packets=PACKETS)
def cloned(change: Change) -> None:
    page, drawn = _picture(change)
    image = _decoded(page, drawn)
    size = change.rng.choice([4, 6, 8, 12, 20, 40])
    goal = _with_ink(image, change, size)
    start = (change.rng.randrange(image.width - size), change.rng.randrange(image.height - size))
    image.paste(image.crop((*start, start[0] + size, start[1] + size)), goal)
    _stored(page, drawn, image)
    change.say(f"page {page.number}: {size} px square", size)


@kind("picture", "a digit painted", unit="px", packets=PACKETS)
def painted(change: Change) -> None:
    page, drawn = _picture(change)
    image = _decoded(page, drawn)
    size = change.rng.choice([6, 9, 12, 16, 24])
    x, y = _with_ink(image, change, 2 * size)
    pen = ImageDraw.Draw(image)
    pen.text(
        (x, y),
        change.rng.choice("0123456789"),
        30 if image.mode == "L" else (30, 30, 30),
        font("Plex-Regular", size),
    )
    _stored(page, drawn, image)
    change.say(f"page {page.number}: {size} px high", size)


@kind("picture", "a point or sign erased", unit="px", packets=PACKETS)
def erased(change: Change) -> None:
    page, drawn = _picture(change)
    image = _decoded(page, drawn)
    size = change.rng.choice([2, 3, 5, 8, 14])
    x, y = _with_ink(image, change, size)
    paper = int(np.percentile(np.asarray(image.convert("L")), 90))
    image.paste(paper if image.mode == "L" else (paper,) * 3, (x, y, x + size, y + size))
    _stored(page, drawn, image)
    change.say(f"page {page.number}: {size} px square", size)


@kind("picture", "a line of text erased", unit="px", packets=PACKETS)
def line_erased(change: Change) -> None:
    page, drawn = _picture(change)
    image = _decoded(page, drawn)
    high = change.rng.choice([10, 20, 30])
    _, y = _with_ink(image, change, high)
    image.paste(250 if image.mode == "L" else (250,) * 3, (0, y, image.width, y + high))
    _stored(page, drawn, image)
    change.say(f"page {page.number}: {high} px high", high)


@kind("picture", "brightness", unit="%", packets=PACKETS)
def brightness(change: Change) -> None:
    page, drawn = _picture(change)
    part = change.rng.choice([1, 2, 3, 5, 10]) * change.rng.choice([1, -1])
    pixels = np.asarray(_decoded(page, drawn)).astype(np.float32) * (1 + part / 100)
    _stored(page, drawn, Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)))
    change.say(f"page {page.number}: {part:+} %", abs(part))


@kind("picture", "contrast", unit="%", packets=PACKETS)
def contrast(change: Change) -> None:
    page, drawn = _picture(change)
    part = change.rng.choice([2, 5, 10, 20])
    pixels = (np.asarray(_decoded(page, drawn)).astype(np.float32) - 128) * (1 - part / 100) + 128
    _stored(page, drawn, Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)))
    change.say(f"page {page.number}: less by {part} %", part)


@kind("picture", "blurred", unit="px", packets=PACKETS)
def blurred(change: Change) -> None:
    from PIL import ImageFilter

    page, drawn = _picture(change)
    radius = change.rng.choice([0.5, 0.8, 1.2, 2.0])
    _stored(page, drawn, _decoded(page, drawn).filter(ImageFilter.GaussianBlur(radius)))
    change.say(f"page {page.number}: radius {radius}", radius)


@kind("picture", "stored smaller", unit="% less", packets=PACKETS)
def smaller(change: Change) -> None:
    page, drawn = _picture(change)
    image = _decoded(page, drawn)
    part = change.rng.choice([2, 5, 10, 25, 50])
    size = (image.width * (100 - part) // 100, image.height * (100 - part) // 100)
    _stored(page, drawn, image.resize(size))
    change.say(f"page {page.number}: {part} % fewer pixels a side", part)


@kind("picture", "one row or column lost", unit="px", packets=PACKETS)
def row_lost(change: Change) -> None:
    page, drawn = _picture(change)
    pixels = np.asarray(_decoded(page, drawn))
    axis, count = change.rng.randrange(2), change.rng.choice([1, 2, 5])
    start = change.rng.randrange(pixels.shape[axis] - count)
    lost = np.delete(pixels, slice(start, start + count), axis=axis)
    _stored(page, drawn, Image.fromarray(np.ascontiguousarray(lost)))
    change.say(f"page {page.number}: {count} px", count)


@kind("picture", "reversed by /Decode", packets=PACKETS)
def reversed_levels(change: Change) -> None:
    page, drawn = _picture(change)
    stream: Stream = page.document.get(drawn.ref)
    count = 3 if stream.entries.get("/ColorSpace") == "/DeviceRGB" else 1
    if isinstance(stream.entries.get("/ColorSpace"), list):
        raise Nothing
    old = stream.entries.get("/Decode", [0, 1] * count)
    stream.entries["/Decode"] = [
        item for pair in zip(old[::2], old[1::2], strict=True) for item in reversed(pair)
    ]
    change.say(f"page {page.number}")


@kind("picture", "partly hidden by a mask", unit="px", packets=PACKETS)
def masked(change: Change) -> None:
    page, drawn = _picture(change)
    stream: Stream = page.document.get(drawn.ref)
    wide, high = stream.entries["/Width"], stream.entries["/Height"]
    size = change.rng.choice([4, 10, 30, 100])
    x, y = _with_ink(_decoded(page, drawn), change, size)
    mask = np.full((high, wide), 255, np.uint8)
    mask[y : y + size, x : x + size] = 0
    head = {
        "/Type": Name("/XObject"),
        "/Subtype": Name("/Image"),
        "/Width": wide,
        "/Height": high,
        "/BitsPerComponent": 8,
        "/ColorSpace": Name("/DeviceGray"),
    }
    stream.entries["/SMask"] = page.document.add(packed(mask.tobytes(), head))
    change.say(f"page {page.number}: {size} px square", size)


@kind("picture", "swapped between pages", plain=True, packets=PACKETS)
def swapped(change: Change) -> None:
    page, drawn = _picture(change)
    home = change.packet.home(page.number)[0]
    pages = change.numbers(
        lambda e: (
            is_evidence(e)
            and e["number"] != page.number
            and change.packet.home(e["number"])[0] == home
        )
    )
    others = [
        (n, image)
        for n in pages
        for image in change.peek(n).read().images
        if image.ref != drawn.ref
    ]
    number, other = change.pick(others)
    change.page(number)
    objects = page.document.objects
    objects[drawn.ref.number], objects[other.ref.number] = (
        objects[other.ref.number],
        objects[drawn.ref.number],
    )
    change.say(f"pages {page.number} and {number}")


@kind("picture", "drawn elsewhere", unit="pt", packets=PACKETS)
def moved(change: Change) -> None:
    page, drawn = _picture(change)
    points = change.rng.choice([0.1, 0.25, 0.5, 1, 3])
    right = change.rng.random() < 0.5
    unit = max(1e-6, (drawn.matrix[0] ** 2 + drawn.matrix[1] ** 2) ** 0.5)
    own = page.stream(drawn.place)[drawn.operation.start : drawn.operation.end]
    part = points / unit
    page.splice(
        drawn.place,
        drawn.operation.start,
        drawn.operation.end,
        b"q 1 0 0 1 %.7f %.7f cm " % (part * right, part * (not right)) + own + b" Q",
    )
    change.say(f"page {page.number}: {points} pt", points)


@kind("picture", "drawn larger or smaller", unit="%", packets=PACKETS)
def stretched(change: Change) -> None:
    page, drawn = _picture(change)
    part = change.rng.choice([0.1, 0.2, 0.5, 1, 3])
    own = page.stream(drawn.place)[drawn.operation.start : drawn.operation.end]
    page.splice(
        drawn.place,
        drawn.operation.start,
        drawn.operation.end,
        b"q %.5f 0 0 1 0 0 cm " % (1 - part / 100) + own + b" Q",
    )
    change.say(f"page {page.number}: {part} %", part)


@kind("picture", "not drawn", plain=True, packets=PACKETS)
def undrawn(change: Change) -> None:
    page, drawn = _picture(change)
    page.splice(drawn.place, drawn.operation.start, drawn.operation.end, b"")
    change.say(f"page {page.number}")


@kind("picture", "half transparent", unit="%", packets=PACKETS)
def faded(change: Change) -> None:
    page, drawn = _picture(change)
    part = change.rng.choice([0.5, 1, 3, 10, 50])
    page.resources("/ExtGState")["/Faded"] = {"/ca": 1 - part / 100}
    own = page.stream(drawn.place)[drawn.operation.start : drawn.operation.end]
    page.splice(
        drawn.place, drawn.operation.start, drawn.operation.end, b"q /Faded gs " + own + b" Q"
    )
    change.say(f"page {page.number}: {part} %", part)

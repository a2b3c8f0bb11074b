"""A small reader and writer of PDF objects, of our own: it shares nothing with what binds bundles
or proves them.

It reads what our binder writes (cross-reference tables and streams, object streams, Flate with or
without PNG prediction) and writes every object anew behind a fresh cross-reference. Numbers keep
their spelling, so an untouched page stays the same.
"""

from __future__ import annotations

import random
import re
import zlib
from dataclasses import dataclass, field
from typing import Any, NamedTuple

_SPACE = b"\x00\t\n\f\r "
_SKIP = re.compile(rb"(?:[\x00\t\n\f\r ]+|%[^\r\n]*)*")
_TOKEN = re.compile(
    rb"<<|>>|[\[\]{}]|/[^\x00\t\n\f\r ()<>\[\]{}/%]*|\(|<[0-9A-Fa-f\s]*>|[^\x00\t\n\f\r "
    rb"()<>\[\]{}/%]+"
)
_REFERENCE = re.compile(
    rb"(\d+)[\x00\t\n\f\r ]+(\d+)[\x00\t\n\f\r ]+R(?![^\x00\t\n\f\r ()<>\[\]{}/%])"
)
_STREAM = re.compile(rb"stream(\r\n|\n|\r)")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


class Name(str):
    """A name, with its slash."""

    __slots__ = ()


class Operator(str):
    """A bare word: an operator of a content stream, or obj, R, true."""

    __slots__ = ()


class Real(float):
    """A number with a fraction, and how it was spelled."""

    text: bytes

    def __new__(cls, text: bytes) -> Real:
        number = super().__new__(cls, text)
        number.text = text
        return number


class Ref(NamedTuple):
    """A reference to an object."""

    number: int
    generation: int = 0


@dataclass(slots=True)
class Stream:
    """A stream: its dictionary, and its bytes as they stand in the file."""

    entries: dict[str, Any]
    data: bytes

    def decoded(self) -> bytes:
        """The bytes behind Flate. Raises ValueError for other filters."""
        filters = self.entries.get("/Filter", [])
        filters = filters if isinstance(filters, list) else [filters]
        if filters not in ([], ["/FlateDecode"]):
            raise ValueError(f"a stream of {filters}")
        data = zlib.decompressobj().decompress(self.data) if filters else self.data
        parameters = self.entries.get("/DecodeParms") or {}
        parameters = parameters[0] if isinstance(parameters, list) else parameters
        return _predicted(data, parameters) if parameters.get("/Predictor", 1) >= 10 else data


def packed(data: bytes, entries: dict[str, Any] | None = None, level: int = 6) -> Stream:
    """A Flate stream of these bytes, with the dictionary's other entries."""
    kept = {
        key: value
        for key, value in (entries or {}).items()
        if key not in ("/Filter", "/DecodeParms", "/Length")
    }
    return Stream({**kept, "/Filter": Name("/FlateDecode")}, zlib.compress(data, level))


def _predicted(data: bytes, parameters: dict[str, Any]) -> bytes:
    colors, bits = parameters.get("/Colors", 1), parameters.get("/BitsPerComponent", 8)
    width = (parameters.get("/Columns", 1) * colors * bits + 7) // 8
    step = max(1, colors * bits // 8)
    above, rows = bytes(width), []
    for start in range(0, len(data) - width, width + 1):
        row = bytearray(data[start + 1 : start + 1 + width])
        _unfilter(data[start], row, above, step)
        above = bytes(row)
        rows.append(above)
    return b"".join(rows)


def _unfilter(kind: int, row: bytearray, above: bytes, step: int) -> None:
    for place in range(len(row)) if kind else ():
        left = row[place - step] if place >= step else 0
        corner = above[place - step] if place >= step else 0
        up = above[place]
        if kind == 4:
            guess = left + up - corner
            near = [abs(guess - left), abs(guess - up), abs(guess - corner)]
            add = (left, up, corner)[near.index(min(near))]
        else:
            add = (0, left, up, (left + up) // 2)[kind]
        row[place] = (row[place] + add) & 255


class Lexer:
    """Reads objects, or operators and operands, from bytes."""

    def __init__(self, data: bytes, place: int = 0) -> None:
        self.data, self.place = data, place

    def skip(self) -> int:
        """Go behind white space and comments; where that is."""
        match = _SKIP.match(self.data, self.place)
        self.place = match.end() if match else self.place
        return self.place

    def ended(self) -> bool:
        return self.skip() >= len(self.data)

    def object(self) -> Any:
        """The next object or bare word. Raises ValueError at the end or at what is neither."""
        self.skip()
        match = _REFERENCE.match(self.data, self.place)
        if match:
            self.place = match.end()
            return Ref(int(match[1]), int(match[2]))
        match = _TOKEN.match(self.data, self.place)
        if not match:
            raise ValueError(f"no object at {self.place}")
        token, self.place = match[0], match.end()
        if token == b"<<":
            return self._dictionary()
        if token == b"[":
            return self._array()
        if token == b"(":
            return self._string()
        if token[:1] == b"<":
            digits = bytes(byte for byte in token[1:-1] if byte not in _SPACE)
            return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
        if token[:1] == b"/":
            return Name(
                re.sub(rb"#([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), token).decode(
                    "latin-1"
                )
            )
        return _atom(token)

    def _dictionary(self) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        while True:
            key = self.object()
            if key == ">>":
                return entries
            entries[key] = self.object()

    def _array(self) -> list[Any]:
        items: list[Any] = []
        while True:
            item = self.object()
            if isinstance(item, Operator) and item == "]":
                return items
            items.append(item)

    def _string(self) -> bytes:
        out, depth, data = bytearray(), 1, self.data
        while True:
            byte = data[self.place : self.place + 1]
            self.place += 1
            if byte == b"\\":
                self._escape(out)
                continue
            depth += (byte == b"(") - (byte == b")")
            if depth == 0 or not byte:
                return bytes(out)
            out += byte

    def _escape(self, out: bytearray) -> None:
        octal = re.compile(rb"[0-7]{1,3}").match(self.data, self.place)
        if octal:
            out.append(int(octal[0], 8) & 255)
            self.place = octal.end()
            return
        byte = self.data[self.place : self.place + 1]
        self.place += 1
        if byte == b"\r" and self.data[self.place : self.place + 1] == b"\n":
            self.place += 1
        elif byte not in b"\r\n":
            out += _ESCAPES.get(byte, byte)


def _atom(token: bytes) -> Any:
    if token in (b"true", b"false"):
        return token == b"true"
    if token == b"null":
        return None
    if re.fullmatch(rb"[+-]?\d+", token):
        return int(token)
    if re.fullmatch(rb"[+-]?(\d+\.\d*|\.\d+)", token):
        return Real(token)
    return Operator(token.decode("latin-1"))


@dataclass(slots=True)
class Document:
    """Every object of a file, by number; changes are made in place."""

    objects: dict[int, Any]
    trailer: dict[str, Any]
    tail: bytes = b""  # behind the end of the file
    version: bytes = b"1.7"
    _pages: list[Ref] = field(default_factory=list)

    def copy(self) -> Document:
        """A copy that may be changed."""
        return Document(
            _copied(self.objects), _copied(self.trailer), self.tail, self.version, list(self._pages)
        )

    def get(self, value: Any) -> Any:
        """The object behind a reference, or the value itself."""
        while isinstance(value, Ref):
            value = self.objects.get(value.number)
        return value

    def add(self, value: Any) -> Ref:
        """A new object."""
        number = max(self.objects) + 1
        self.objects[number] = value
        return Ref(number)

    @property
    def root(self) -> dict[str, Any]:
        entries: dict[str, Any] = self.get(self.trailer["/Root"])
        return entries

    def pages(self) -> list[Ref]:
        """References to all pages, in order."""
        if not self._pages:
            self._pages = list(self._below(self.root["/Pages"]))
        return self._pages

    def _below(self, node: Ref) -> list[Ref]:
        entries = self.get(node)
        if "/Kids" not in entries:
            return [node]
        return [page for kid in self.get(entries["/Kids"]) for page in self._below(kid)]

    def inherited(self, page: Ref, key: str) -> Any:
        """An entry of a page, or of what is above it."""
        node = self.get(page)
        while node is not None:
            if key in node:
                return self.get(node[key])
            node = self.get(node.get("/Parent"))
        return None


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copied(item) for item in value]
    if isinstance(value, Stream):
        return Stream(_copied(value.entries), value.data)
    return value


# --- reading ---


def read(data: bytes) -> Document:
    """A whole file. Raises ValueError, KeyError or IndexError for what is none."""
    places: dict[int, tuple[int, int, int]] = {}
    trailer: dict[str, Any] = {}
    start: int | None = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    while start is not None:
        newer, trailer = trailer, _section(data, start, places)
        start = trailer.get("/Prev")
        trailer = {**trailer, **newer}
    objects = {
        number: _object_at(data, place) for number, (kind, place, _) in places.items() if kind == 1
    }
    for number, (kind, home, index) in places.items():
        if kind == 2:
            objects[number] = _inside(objects[home], index)
    houses = {home for kind, home, _ in places.values() if kind == 2}
    kept = {
        n: value
        for n, value in objects.items()
        if n not in houses and not _is_reference_stream(value)
    }
    keys = ("/Root", "/Info", "/ID")
    return Document(
        dict(sorted(kept.items())),
        {key: trailer[key] for key in keys if key in trailer},
        version=data[5:8],
    )


def _is_reference_stream(value: Any) -> bool:
    return isinstance(value, Stream) and value.entries.get("/Type") == "/XRef"


def _section(data: bytes, start: int, places: dict[int, tuple[int, int, int]]) -> dict[str, Any]:
    lexer = Lexer(data, start)
    if data[start : start + 4] != b"xref":
        stream = _object_at(data, start)
        _rows(stream, places)
        return dict(stream.entries)
    lexer.object()
    while (first := lexer.object()) != "trailer":
        for number in range(first, first + lexer.object()):
            place, generation, kind = lexer.object(), lexer.object(), lexer.object()
            places.setdefault(number, (1 if kind == "n" else 0, place, generation))
    trailer: dict[str, Any] = lexer.object()
    return trailer


def _rows(stream: Stream, places: dict[int, tuple[int, int, int]]) -> None:
    data, widths = stream.decoded(), stream.entries["/W"]
    index = stream.entries.get("/Index", [0, stream.entries["/Size"]])
    at = 0
    for first, count in zip(index[::2], index[1::2], strict=True):
        for number in range(first, first + count):
            row = []
            for width in widths:
                row.append(int.from_bytes(data[at : at + width]))
                at += width
            places.setdefault(number, (row[0] if widths[0] else 1, row[1], row[2]))


def _object_at(data: bytes, place: int) -> Any:
    lexer = Lexer(data, place)
    lexer.object(), lexer.object(), lexer.object()
    value = lexer.object()
    lexer.skip()
    match = _STREAM.match(data, lexer.place)
    if not match or not isinstance(value, dict):
        return value
    length = value["/Length"]
    if isinstance(length, Ref):
        raise ValueError("a stream whose length stands elsewhere")
    return Stream(value, data[match.end() : match.end() + length])


def _inside(home: Stream, index: int) -> Any:
    data = home.decoded()
    head = data[: home.entries["/First"]].split()
    return Lexer(data, home.entries["/First"] + int(head[2 * index + 1])).object()


# --- writing ---


def spelled(value: Any) -> bytes:
    """A value as it stands in a file."""
    if value is None:
        return b"null"
    if isinstance(value, bool):
        return b"true" if value else b"false"
    if isinstance(value, Name):
        return re.sub(
            rb"[^!-~]|[()<>\[\]{}/%#]", lambda m: b"#%02X" % m[0][0], value[1:].encode("latin-1")
        ).join([b"/", b""])
    if isinstance(value, Ref):
        return b"%d %d R" % value
    if isinstance(value, Real):
        return value.text
    if isinstance(value, (int, Operator)):
        return str(value).encode("latin-1")
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".").encode()
    if isinstance(value, bytes):
        return (
            b"(" + re.sub(rb"[()\\]", lambda m: b"\\" + m[0], value).replace(b"\r", b"\\r") + b")"
        )
    if isinstance(value, list):
        return b"[" + b" ".join(map(spelled, value)) + b"]"
    if isinstance(value, dict):
        return (
            b"<<"
            + b" ".join(spelled(Name(key)) + b" " + spelled(item) for key, item in value.items())
            + b">>"
        )
    raise TypeError(type(value).__name__)


def write(document: Document, *, streams: bool = False) -> bytes:
    """The file; `streams`: objects in object streams behind a cross-reference stream, else a
    table of plain objects."""
    out = bytearray(b"%PDF-" + document.version + b"\n%\xe2\xe3\xcf\xd3\n")
    places: dict[int, tuple[int, int, int]] = {}
    small = [
        n for n, value in document.objects.items() if streams and not isinstance(value, Stream)
    ]
    homes = _houses(document, small, places) if streams else {}
    for number, value in {**document.objects, **homes}.items():
        if number in places:
            continue
        places[number] = (1, len(out), 0)
        out += b"%d 0 obj\n" % number + _body(value) + b"\nendobj\n"
    start, size = len(out), max(places) + 1
    if not streams:
        out += b"xref\n0 1\n0000000000 65535 f \n"
        for number in sorted(places):
            out += b"%d 1\n%010d 00000 n \n" % (number, places[number][1])
        out += b"trailer\n" + spelled({"/Size": size, **document.trailer})
    else:
        places[size] = (1, start, 0)
        rows = b"".join(_row(places.get(number, (0, 0, 255))) for number in range(size + 1))
        head = {"/Type": Name("/XRef"), "/Size": size + 1, "/W": [1, 4, 2], **document.trailer}
        out += b"%d 0 obj\n" % size + _body(packed(rows, head)) + b"\nendobj"
    return bytes(out) + b"\nstartxref\n%d\n%%%%EOF\n" % start + document.tail


def _houses(
    document: Document, small: list[int], places: dict[int, tuple[int, int, int]]
) -> dict[int, Stream]:
    homes: dict[int, Stream] = {}
    for start in range(0, len(small), 100):
        number = max(document.objects) + 1 + start // 100
        head, body = b"", b""
        for index, item in enumerate(small[start : start + 100]):
            head += b"%d %d " % (item, len(body))
            body += spelled(document.objects[item]) + b" "
            places[item] = (2, number, index)
        entries = {
            "/Type": Name("/ObjStm"),
            "/N": len(small[start : start + 100]),
            "/First": len(head),
        }
        homes[number] = packed(head + body, entries)
    return homes


def _row(place: tuple[int, int, int]) -> bytes:
    return bytes([place[0]]) + place[1].to_bytes(4) + place[2].to_bytes(2)


def _body(value: Any) -> bytes:
    if isinstance(value, Stream):
        entries = {**value.entries, "/Length": len(value.data)}
        return spelled(entries) + b"\nstream\n" + value.data + b"\nendstream"
    return spelled(value)


def renumbered(document: Document, rng: random.Random) -> Document:
    """The same objects under other numbers."""
    old = list(document.objects)
    new = rng.sample(range(1, len(old) + 1), len(old))
    names = dict(zip(old, new, strict=True))

    def moved(value: Any) -> Any:
        if isinstance(value, Ref):
            return Ref(names[value.number]) if value.number in names else None
        if isinstance(value, dict):
            return {key: moved(item) for key, item in value.items()}
        if isinstance(value, list):
            return [moved(item) for item in value]
        if isinstance(value, Stream):
            return Stream(moved(value.entries), value.data)
        return value

    objects = {names[number]: moved(value) for number, value in document.objects.items()}
    return Document(
        dict(sorted(objects.items())), moved(document.trailer), document.tail, document.version
    )

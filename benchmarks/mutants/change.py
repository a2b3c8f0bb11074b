"""One change of a packet in the making: the registry of kinds of change, and what every kind
needs."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from assembler.model.manifest import MANIFEST_FILE
from benchmarks.mutants import content, objects
from benchmarks.mutants.objects import Document, Ref, Stream
from benchmarks.mutants.packets import Packet


class Nothing(Exception):
    """Nothing on this page can be changed so; another is tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A class of mutants. `unit` says what a mutant's size counts; `make` changes the packet or
    raises Nothing.

    `acts`: a person notices it by clicking or opening, although no page looks otherwise. `plain`:
    no renderer need judge, a person sees it for certain, since a whole page is another.
    """

    group: str
    name: str
    make: Callable[[Change], None]
    unit: str = ""
    acts: bool = False
    plain: bool = False
    packets: tuple[str, ...] = ()  # where such pages are; () = everywhere
    few: bool = False  # there is hardly more than one way for each file to be changed so


KINDS: dict[str, Kind] = {}


def kind(
    group: str, name: str, **more: Any
) -> Callable[[Callable[[Change], None]], Callable[[Change], None]]:
    """Register a kind of change; `size` in its unit is told by the function through
    `change.say`."""

    def register(make: Callable[[Change], None]) -> Callable[[Change], None]:
        key = f"{group}: {name}"
        if key in KINDS:
            raise ValueError(f"two kinds are named {key}")
        KINDS[key] = Kind(group=group, name=name, make=make, **more)
        return make

    return register


@dataclass(slots=True, kw_only=True)
class Page:
    """A page of the bundle being changed."""

    number: int
    entry: dict[str, Any]
    document: Document
    ref: Ref

    @property
    def entries(self) -> dict[str, Any]:
        entries: dict[str, Any] = self.document.get(self.ref)
        return entries

    def read(self) -> content.PageContent:
        return content.Reader(self.document, self.ref).look()

    def resources(self, kind_of: str) -> dict[str, Any]:
        """The page's own dictionary of fonts, pictures and so on, ready to be added to."""
        resources = dict(self.document.inherited(self.ref, "/Resources") or {})
        own = dict(self.document.get(resources.get(kind_of)) or {})
        resources[kind_of] = own
        self.entries["/Resources"] = resources
        return own

    def streams(self) -> list[Any]:
        return content.contents(self.document, self.ref)

    def stream(self, place: content.Place) -> bytes:
        """A content stream's bytes."""
        ref = place.form if place.form is not None else self.streams()[place.index]
        return bytes(self.document.get(ref).decoded())

    def put(self, place: content.Place, data: bytes) -> None:
        """Other bytes for a content stream; a page's own becomes a new object, since pages share
        some."""
        if place.form is not None:
            old = self.document.get(place.form)
            self.document.objects[place.form.number] = objects.packed(data, old.entries)
            return
        streams = self.streams()
        streams[place.index] = self.document.add(objects.packed(data))
        self.entries["/Contents"] = streams

    def splice(self, place: content.Place, start: int, end: int, new: bytes) -> None:
        """Other bytes for a part of a content stream."""
        data = self.stream(place)
        self.put(place, data[:start] + b" " + new + b" " + data[end:])

    def replace(self, show: content.Show, new: bytes) -> None:
        self.splice(show.place, show.operation.start, show.operation.end, new)

    def insert(self, data: bytes, index: int) -> None:
        """One more content stream."""
        streams = self.streams()
        streams.insert(index, self.document.add(objects.packed(data)))
        self.entries["/Contents"] = streams

    def under_stamp(self, data: bytes) -> None:
        """Draw this on the page, below its stamp."""
        self.insert(b"q " + data + b" Q\n", -1 if self.entry.get("stamp") else len(self.streams()))

    def over_stamp(self, data: bytes) -> None:
        """Draw this on the page, above everything."""
        self.insert(b"\nq " + data + b" Q\n", len(self.streams()))

    def box(self) -> tuple[float, float, float, float]:
        """What is shown of the page, in its own coordinates."""
        value = self.document.inherited(self.ref, "/CropBox") or self.document.inherited(
            self.ref, "/MediaBox"
        )
        left, bottom, right, top = (float(self.document.get(item)) for item in value)
        return left, bottom, right, top

    def turned(self) -> int:
        return int(self.document.inherited(self.ref, "/Rotate") or 0) % 360


@dataclass(slots=True)
class Change:
    """A packet, dice, and what has been changed so far."""

    packet: Packet
    rng: random.Random
    documents: dict[str, Document] = field(default_factory=dict)
    touched: set[int] = field(
        default_factory=set
    )  # numbers of pages that may look or read otherwise
    size: float | None = None
    note: str = ""
    manifest: dict[str, Any] | None = None
    raw_manifest: bytes | None = None
    extra: dict[str, bytes] = field(default_factory=dict)  # more files beside the bundle
    raw: dict[str, Callable[[bytes], bytes]] = field(
        default_factory=dict
    )  # what is done to a file's finished bytes

    def say(self, note: str, size: float | None = None) -> None:
        """What was done, and how much of it. Never what the page says."""
        self.note, self.size = note, size

    def document(self, path: str) -> Document:
        if path not in self.documents:
            self.documents[path] = self.packet.documents[path].copy()
        return self.documents[path]

    def first_document(self) -> Document:
        return self.document(self.volume())

    def volume(self) -> str:
        return self.rng.choice(sorted(self.packet.documents))

    def page(self, number: int) -> Page:
        """A page that will be changed."""
        path, index = self.packet.home(number)
        document = self.document(path)
        self.touched.add(number)
        return Page(
            number=number,
            entry=self.packet.manifest["ledger"][number - 1],
            document=document,
            ref=document.pages()[index],
        )

    def peek(self, number: int) -> Page:
        """A page as it is, only to be looked at."""
        path, index = self.packet.home(number)
        document = self.packet.documents[path]
        entry = self.packet.manifest["ledger"][number - 1]
        return Page(number=number, entry=entry, document=document, ref=document.pages()[index])

    def numbers(self, wanted: Callable[[dict[str, Any]], bool]) -> list[int]:
        return [entry["number"] for entry in self.packet.manifest["ledger"] if wanted(entry)]

    def one_of(self, wanted: Callable[[dict[str, Any]], bool]) -> int:
        """The number of some page. Raises Nothing."""
        return int(self.pick(self.numbers(wanted)))

    def pick(self, items: Sequence[Any]) -> Any:
        """One of these. Raises Nothing if there is none."""
        if not items:
            raise Nothing
        return self.rng.choice(items)

    def data(self) -> dict[str, Any]:
        """The manifest, to be changed."""
        if self.manifest is None:
            self.manifest = deepcopy(self.packet.manifest)
        return self.manifest


def files_of(change: Change) -> dict[str, bytes]:
    """Every file that the change makes anew, the manifest with the right hash of each."""
    files = {
        path: objects.write(document, streams=True) for path, document in change.documents.items()
    }
    for path, act in change.raw.items():
        files[path] = act(files.get(path) or (change.packet.folder / path).read_bytes())
    data = change.data()
    outputs = data.get("outputs")
    for row in outputs if isinstance(outputs, list) else ():
        if isinstance(row, dict) and isinstance(row.get("path"), str) and row["path"] in files:
            new = files[row["path"]]
            row["size"], row["sha256"] = len(new), hashlib.sha256(new).hexdigest()
    whole = (
        change.raw_manifest
        or json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True).encode()
    )
    return {**files, **change.extra, MANIFEST_FILE: whole}


def is_evidence(entry: dict[str, Any]) -> bool:
    return bool(entry["kind"] == "exhibit")


def is_copied(entry: dict[str, Any]) -> bool:
    """Evidence that stands in the bundle as in its file."""
    how = entry.get("transform", {})
    still = entry["scale"] == 1.0 and "own_size" not in entry and not entry.get("gray")
    return is_evidence(entry) and still and how.get("placement") is None and not how.get("redrawn")


def is_placed(entry: dict[str, Any]) -> bool:
    """Evidence that is scaled, put on paper, or drawn again; pictures are others."""
    return (
        is_evidence(entry)
        and not is_copied(entry)
        and entry.get("transform", {}).get("placement") is None
    )


def is_ours(entry: dict[str, Any]) -> bool:
    return entry["kind"] in ("draft", "tab")


def is_stamped(entry: dict[str, Any]) -> bool:
    return bool(entry.get("stamp"))


def glyphs_of(
    on_page: content.PageContent, *, hidden: bool = False
) -> Iterator[tuple[content.Show, content.Glyph]]:
    """Every glyph of the page's text but the stamp's."""
    for show in on_page.shows:
        if show.hidden == hidden and not is_stamp(show):
            yield from ((show, glyph) for glyph in show.glyphs)


def is_stamp(show: content.Show) -> bool:
    return "STAMPS+" in str(show.font.entries.get("/BaseFont", ""))


def shows_of(on_page: content.PageContent, *, hidden: bool = False) -> list[content.Show]:
    """What shows words on the page, the stamp left out."""
    return [
        show
        for show in on_page.shows
        if show.hidden == hidden and not is_stamp(show) and show.text.strip()
    ]


def with_code(show: content.Show, glyph: content.Glyph, new: list[Any]) -> bytes:
    """The show with this glyph's code taken out and other pieces in its place."""
    pieces = show.pieces()
    old = pieces[glyph.piece]
    head, tail = old[: glyph.offset], old[glyph.offset + len(glyph.code) :]
    pieces[glyph.piece : glyph.piece + 1] = [item for item in (head, *new, tail) if item != b""]
    return show.spelled(pieces)


def advance(show: content.Show, glyph: content.Glyph) -> float:
    """The number in a TJ that takes as much room as this glyph."""
    return -show.font.width(glyph.code)


def stream_of(document: Document, ref: Any) -> Stream:
    value = document.get(ref)
    if not isinstance(value, Stream):
        raise Nothing
    return value

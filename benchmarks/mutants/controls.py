"""Rewrites that change nothing a person or a search could notice: the proof must pass these, or
it blocks true packets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from benchmarks.mutants import content, objects
from benchmarks.mutants.change import Change
from benchmarks.mutants.objects import Document, Stream, packed


def untouched(_change: Change) -> None:
    """The packet as it was built."""


def rewritten(change: Change) -> None:
    """Every object in a file of the old form, behind a table."""
    for path in change.packet.documents:
        change.raw[path] = partial(_table_of, change.document(path))


def _table_of(document: Document, _data: bytes) -> bytes:
    return objects.write(document)


def renumbered(change: Change) -> None:
    """The same objects under other numbers."""
    for path in change.packet.documents:
        change.documents[path] = objects.renumbered(change.document(path), change.rng)


def in_object_streams(change: Change) -> None:
    """Every object in a file of the new form, behind a stream."""
    for path in change.packet.documents:
        change.document(path)


def recompressed(change: Change) -> None:
    """Flate streams packed harder."""
    for path in change.packet.documents:
        document = change.document(path)
        for number, value in document.objects.items():
            if (
                isinstance(value, Stream)
                and value.entries.get("/Filter") == "/FlateDecode"
                and "/DecodeParms" not in value.entries
            ):
                document.objects[number] = packed(value.decoded(), value.entries, level=9)


def keys_reordered(change: Change) -> None:
    """Dictionaries with their keys the other way round."""

    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: turned(value[key]) for key in reversed(value)}
        if isinstance(value, list):
            return [turned(item) for item in value]
        return Stream(turned(value.entries), value.data) if isinstance(value, Stream) else value

    for path in change.packet.documents:
        document = change.document(path)
        document.objects = {number: turned(value) for number, value in document.objects.items()}


def content_spelled_anew(change: Change) -> None:
    """Other white space within the pages' content."""
    for path in change.packet.documents:
        document = change.document(path)
        for ref in {ref for page in document.pages() for ref in content.contents(document, page)}:
            stream = document.get(ref)
            document.objects[ref.number] = packed(
                b"\n" + stream.decoded() + b"\n \n", stream.entries
            )


CONTROLS: Mapping[str, Callable[[Change], None]] = {
    "untouched": untouched,
    "written anew, table of objects": rewritten,
    "written anew, other object numbers": renumbered,
    "written anew, object streams": in_object_streams,
    "streams packed harder": recompressed,
    "keys in another order": keys_reordered,
    "other white space in content": content_spelled_anew,
}

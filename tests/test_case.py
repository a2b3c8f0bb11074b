"""model.Case: files and lines are looked up, not searched for; the lookup tables are no data."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import asdict, fields, replace
from typing import TypeVar

import pytest

from assembler.model import Case, SourceFile
from tests.support.cases import case, exhibit

T = TypeVar("T")


class CountingTuple(tuple[T, ...]):
    """A tuple that counts how often it is read from its start."""

    reads = 0

    def __iter__(self) -> Iterator[T]:
        self.reads += 1
        return super().__iter__()


def many_files(count: int) -> Case:
    files = CountingTuple(SourceFile(path=f"{n}.pdf", size=n, sha256="") for n in range(count))
    lines = CountingTuple((f"/exhibits/{n}", n) for n in range(count))
    return replace(case(exhibit("a")), files=files, lines=lines)


def test_a_thousand_lookups_read_files_and_lines_once() -> None:
    listed = many_files(1_000)

    assert [listed.file(f"{n}.pdf").size for n in range(1_000)] == list(range(1_000))
    assert [listed.line(f"/exhibits/{n}/title") for n in range(1_000)] == list(range(1_000))
    assert listed.files.reads == listed.lines.reads == 1  # type: ignore[attr-defined]


def test_what_is_not_listed_has_no_record_and_no_line() -> None:
    listed = many_files(3)

    with pytest.raises(KeyError, match=r"9\.pdf"):
        listed.file("9.pdf")
    assert listed.line("/request/basis/0") is None


def test_a_lookup_changes_neither_the_data_nor_a_copy_of_the_case() -> None:
    listed, untouched = many_files(3), many_files(3)
    listed.file("1.pdf")
    listed.line("/exhibits/1")

    assert asdict(listed).keys() == {field.name for field in fields(Case)}
    assert listed == untouched
    assert pickle.loads(pickle.dumps(listed)) == untouched
    assert replace(listed, files=listed.files[:1]).file("0.pdf").size == 0
    with pytest.raises(KeyError):
        replace(listed, files=listed.files[:1]).file("1.pdf")

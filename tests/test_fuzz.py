"""The fuzzer of benchmarks/: it finds what it looks for, and every parser has a target."""

from __future__ import annotations

import random
import time

import pytest

from benchmarks.fuzz import engine
from benchmarks.fuzz.engine import Session
from benchmarks.fuzz.inventory import LEFT_OUT, find_parsers, list_unfuzzed
from benchmarks.fuzz.mutator import Mutator
from benchmarks.fuzz.target import Target, require
from benchmarks.fuzz.targets import TARGETS
from benchmarks.fuzz.targets.packing import pack, unpack
from tests.support.office_files import pack as pack_office_file

_QUICK = ("json-text", "json-edit", "citations", "expressions", "page-labels", "entry-options")


def parse_badly(data: bytes) -> None:
    """A parser with one mistake of each kind."""
    if data.startswith(b"loop"):
        while True:
            time.process_time()
    if data.startswith(b"key"):
        raise KeyError("not documented")
    require(not data.startswith(b"odd"), "never odd")
    raise ValueError("refused, as documented")


def find_failures(seed: bytes) -> list[str]:
    target = Target(
        name="bad",
        modules=("tests.test_fuzz",),
        parse=parse_badly,
        seeds=lambda: [seed],
        refusals=(ValueError,),
    )
    return [failure.key for failure in Session(target, 1).run(5, most_inputs=1).failures]


@pytest.mark.parametrize(
    ("seed", "key"),
    [(b"loop", "hang"), (b"key", "KeyError"), (b"odd", "BrokenPromise"), (b"x", "a refused seed")],
)
def test_every_kind_of_failure_is_reported(
    seed: bytes, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "HANG_SECONDS", 0.1)
    monkeypatch.setattr(engine, "_REDUCE_SECONDS", 0.5)
    (failure,) = find_failures(seed)
    assert failure.startswith(key)


def test_a_failure_is_reported_with_as_short_an_input_as_still_fails() -> None:
    target = Target(
        name="long", modules=(), parse=parse_badly, seeds=lambda: [b"key" + bytes(3_000)]
    )
    (failure,) = Session(target, 1).run(20, most_inputs=1).failures
    assert failure.data == b"key"


def test_the_same_seed_makes_the_same_mutants_within_the_length_allowed() -> None:
    def draw() -> list[bytes]:
        mutator = Mutator(random.Random(7), (b"[", b"]"), 500)
        mutator.corpus = [b"[1, 2]", b"[[]]"]
        return [mutator.mutate(b"[1, 2, 3]") for _ in range(500)]

    mutants = draw()
    assert mutants == draw()
    assert len(set(mutants)) > 300
    assert max(map(len, mutants)) == 500


def test_a_packed_file_is_the_same_after_it_was_unpacked() -> None:
    plain = unpack(pack_office_file({"a.xml": "<a/>", "b/c.xml": b"\n<b>\n"}))
    assert unpack(pack(plain)) == plain


def test_every_parser_has_a_target_or_a_reason_to_have_none() -> None:
    assert list_unfuzzed(TARGETS.values()) == ()
    assert set(LEFT_OUT) <= set(find_parsers())


@pytest.mark.parametrize("name", _QUICK)
def test_a_target_accepts_its_seeds_and_fails_at_none_of_its_first_mutants(name: str) -> None:
    outcome = Session(TARGETS[name], 1).run(60, most_inputs=150)
    assert outcome.failures == []
    assert outcome.lines > 10

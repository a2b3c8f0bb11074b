"""The mutator of benchmarks/: it changes what it says and nothing else, the same for the same
seed, and counts honestly."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pytest

from assembler.model.manifest import MANIFEST_FILE
from benchmarks.mutants import content, judge, objects, table, trial
from benchmarks.mutants.change import KINDS, Change, Nothing, files_of
from benchmarks.mutants.controls import CONTROLS
from benchmarks.mutants.judge import Verdict
from benchmarks.mutants.packets import PACKETS, Packet, load
from benchmarks.mutants.trial import Job, Outcome, make
from tests import factories
from tests.support.sharing import made_once

_ABSENT = {"form page", "placed page"}  # groups of which the two packets here have no page
_FEW = {
    "picture: colors exchanged",
    "text layer: digit changed",
    "text layer: sign changed",
}  # nor what these change


@pytest.fixture(scope="module")
def packet(small: Path) -> Packet:
    """The small case's packet."""
    home = small.parent / "mutants"
    home.mkdir(exist_ok=True)
    if not (home / "any").exists():
        (home / "any").symlink_to(small, target_is_directory=True)
    return load(home, "any")


@pytest.fixture(scope="module")
def letters() -> Packet:
    """The first packet of the benchmark: figures, links, a form, a Word file."""
    home = made_once("mutants", lambda folder: PACKETS["letters"](folder / "letters", 2))
    return load(home, "letters")


def changed(
    packet: Packet, kind: str, seed: int = 1, other: Packet | None = None
) -> tuple[Change, dict[str, bytes]]:
    """A mutant of the packet, or, where it has nothing to change so, of the other."""
    try:
        return make(Job(kind=kind, seed=seed), dict.fromkeys(PACKETS, packet))
    except Nothing:
        if other is None:
            raise
        return make(Job(kind=kind, seed=seed), dict.fromkeys(PACKETS, other))


def drawn(data: bytes) -> list[np.ndarray[Any, Any]]:
    document = pdfium.PdfDocument(data)
    try:
        return [np.asarray(page.render(scale=1).to_pil()) for page in document]
    finally:
        document.close()


def texts(data: bytes) -> list[str]:
    document = pdfium.PdfDocument(data)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def other_pages(packet: Packet, files: dict[str, bytes]) -> set[int]:
    before, after = drawn((packet.folder / "bundle.pdf").read_bytes()), drawn(files["bundle.pdf"])
    return {
        n
        for n, (item, other) in enumerate(zip(before, after, strict=True), 1)
        if not np.array_equal(item, other)
    }


# --- objects ---


@pytest.mark.parametrize("streams", [False, True])
def test_a_file_written_anew_holds_the_same_objects_and_looks_the_same(
    packet: Packet, streams: bool
) -> None:
    document = packet.documents["bundle.pdf"]

    data = objects.write(document, streams=streams)

    assert objects.read(data).objects == document.objects
    before = (packet.folder / "bundle.pdf").read_bytes()
    assert all(
        np.array_equal(item, other) for item, other in zip(drawn(before), drawn(data), strict=True)
    )
    assert texts(data) == texts(before)


def test_other_object_numbers_are_the_same_pages(packet: Packet) -> None:
    document = objects.renumbered(packet.documents["bundle.pdf"], random.Random(3))

    assert texts(objects.write(document)) == texts((packet.folder / "bundle.pdf").read_bytes())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"(a\\(b\\)\\101\\\nc)", b"a(b)Ac"),
        (b"<41 4>", b"A@"),
        (b"/A#20B", "/A B"),
        (b"[1 2 R 3 4]", [objects.Ref(1, 2), 3, 4]),
        (b"<</A [1 0 R]/B null>>", {"/A": [objects.Ref(1, 0)], "/B": None}),
        (b"-.5", -0.5),
        (b"true", True),
    ],
)
def test_objects_are_read(text: bytes, value: object) -> None:
    assert objects.Lexer(text).object() == value


def test_numbers_keep_their_spelling() -> None:
    assert objects.spelled(objects.Lexer(b"[0.10 -.50 3.]").object()) == b"[0.10 -.50 3.]"


def test_glyphs_have_their_text_and_place(packet: Packet) -> None:
    document = packet.documents["bundle.pdf"]

    visible = content.Reader(document, document.pages()[5]).look()

    show = next(item for item in visible.shows if item.text == "First page of the letter.")
    assert (round(show.glyphs[0].x), round(show.glyphs[0].y), show.size) == (72, 720, 10.5)
    assert visible.shows[-1].text == "Exhibit A · 1 of 2 · page 6 of 12"
    assert 590 < visible.shows[-1].glyphs[-1].x + visible.shows[-1].glyphs[-1].width < 595


# --- kinds ---


@pytest.mark.slow
def test_every_kind_changes_something_and_keeps_the_hashes_true(
    packet: Packet, letters: Packet
) -> None:
    for name, kind in KINDS.items():
        if kind.group in _ABSENT or name in _FEW:
            continue

        change, files = changed(letters, name, other=packet)

        assert change.note, name
        assert any(data != before(change.packet, path) for path, data in files.items()), name
        if kind.group != "manifest":
            rows = {
                row["path"]: row["sha256"] for row in json.loads(files[MANIFEST_FILE])["outputs"]
            }
            new = {path: data for path, data in files.items() if path in rows}
            assert all(
                rows[path] == hashlib.sha256(data).hexdigest() for path, data in new.items()
            ), name


def before(packet: Packet, path: str) -> bytes:
    """A file of the packet as it was; nothing if it was not there."""
    return (packet.folder / path).read_bytes() if (packet.folder / path).exists() else b""


@pytest.mark.parametrize("name", sorted(KINDS)[::9])
def test_the_same_seed_is_the_same_mutant_and_another_is_another(packet: Packet, name: str) -> None:
    def mutant(seed: int) -> dict[str, bytes] | None:
        try:
            return changed(packet, name, seed)[1]
        except Nothing:
            return None

    assert mutant(1) == mutant(1)
    if mutant(1) is not None and not KINDS[name].few:
        assert (
            len(
                {
                    json.dumps({k: v.hex() for k, v in (mutant(seed) or {}).items()})
                    for seed in range(1, 7)
                }
            )
            > 1
        )


@pytest.mark.parametrize(
    "name",
    [
        "copied page: letter replaced",
        "copied page: dot added",
        "own page: digit of the letter",
        "stamp: moved",
        "stamp: covered",
        "picture: a digit painted",
        "picture: mirrored",
        "own page: painted over",
        "copied page: rotated",
    ],
)
def test_only_the_pages_it_names_look_otherwise(packet: Packet, name: str) -> None:
    change, files = changed(packet, name)

    assert other_pages(packet, files) == change.touched
    assert len(change.touched) == 1


@pytest.mark.parametrize(
    "name",
    [
        "text layer: letter changed",
        "text layer: words removed",
        "own page: text changed under the same look",
    ],
)
def test_a_text_layer_changes_without_a_look(packet: Packet, name: str) -> None:
    _, files = changed(packet, name)

    assert other_pages(packet, files) == set()
    assert texts(files["bundle.pdf"]) != texts((packet.folder / "bundle.pdf").read_bytes())


def test_one_glyph_is_another_and_all_others_stay(packet: Packet) -> None:
    change, files = changed(packet, "own page: digit of the letter")
    (number,) = change.touched

    before, after = (
        texts((packet.folder / "bundle.pdf").read_bytes())[number - 1],
        texts(files["bundle.pdf"])[number - 1],
    )

    apart = [(item, other) for item, other in zip(before, after, strict=True) if item != other]
    assert len(apart) == 1
    assert all(item.isdigit() and other.isdigit() for item, other in apart)


# --- controls ---


@pytest.mark.parametrize("name", sorted(CONTROLS))
def test_a_control_looks_and_reads_as_before(packet: Packet, name: str) -> None:
    change = Change(packet, random.Random(1))
    CONTROLS[name](change)

    files = files_of(change)

    if "bundle.pdf" in files:
        assert other_pages(packet, files) == set()
        assert texts(files["bundle.pdf"]) == texts((packet.folder / "bundle.pdf").read_bytes())


# --- the judge ---


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    (tmp_path / "a.pdf").write_bytes(factories.text_pdf([["Paid 410.25 of it."]]))
    yield tmp_path / "a.pdf", tmp_path / "b.pdf"


@pytest.mark.parametrize("poppler", [True, False])
def test_the_judge_sees_a_dot_and_finds_a_word(
    pair: tuple[Path, Path], tmp_path: Path, monkeypatch: Any, poppler: bool
) -> None:
    if poppler and not judge.has_poppler():
        pytest.skip("Poppler is not installed")
    monkeypatch.setattr(judge, "has_poppler", lambda: poppler)
    before, after = pair
    after.write_bytes(before.read_bytes())
    same = judge.judge(before, after, [0], tmp_path / "memory")
    after.write_bytes(factories.text_pdf([["Paid 41025 of it."]]))

    other = judge.judge(before, after, [0], tmp_path / "memory")

    assert (same.visible, same.findable, same.levels) == (False, False, 0)
    assert (other.visible, other.findable) == (True, True)


# --- the count ---

SEEN = Verdict(visible=True)


def outcome(kind: str, **more: Any) -> Outcome:
    return Outcome(kind=kind, **{"seed": 1, "packet": "p", "note": "n", "size": 1.0, **more})


def test_a_visible_mutant_that_passes_fails_the_command_unless_explained() -> None:
    explained = next(iter(table.EXPLAINED))
    missed, hidden = outcome("stamp: moved", verdict=SEEN), outcome("stamp: moved")
    caught = outcome("stamp: moved", verdict=SEEN, checks=("stamp",))

    assert table.unexplained([missed, hidden, caught, outcome(explained, verdict=SEEN)]) == [missed]


def test_a_proof_that_raises_counts_as_a_miss_even_of_what_nobody_notices() -> None:
    crashed = outcome("manifest: key missing", crash="KeyError", checks=())

    assert table.unexplained([crashed]) == [crashed]
    assert not crashed.caught


def test_a_harmless_rewrite_that_is_refused_fails_the_command() -> None:
    refused = outcome("untouched", control=True, checks=("pixels",))

    assert table.blocked([refused, outcome("untouched", control=True)]) == [refused]


def test_a_row_names_the_smallest_caught_and_the_largest_missed() -> None:
    sizes = [
        outcome("stamp: moved", verdict=SEEN, checks=("stamp",), size=size) for size in (1.0, 2.0)
    ]
    sizes += [outcome("stamp: moved", verdict=SEEN, size=size, seed=9) for size in (0.25, 0.5)]

    row = table.row_of("stamp: moved", sizes)

    assert (row.mutants, row.matter, row.caught, row.missed) == (4, 4, 2, 2)
    assert (row.smallest, row.largest, row.seeds) == ("1 pt", "0.5 pt", (9, 9))


@pytest.mark.slow
def test_a_mutant_is_proved_and_the_packet_is_whole_again(
    packet: Packet, small: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for name in PACKETS:
        (home / name).symlink_to(small, target_is_directory=True)
    trial.begin(home, tmp_path)
    try:
        bad = trial.run(Job(kind="structure: script on opening", seed=1))
        good = trial.run(Job(kind="untouched", seed=0, control=True))
    finally:
        trial.end()

    assert bad.caught
    assert bad.matters
    assert not bad.crash
    assert (good.checks, good.crash) == ((), "")

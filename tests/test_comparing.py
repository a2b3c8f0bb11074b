"""comparing: what was added, removed, changed and moved, in page terms; and nothing else."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from assembler.cli import main
from assembler.errors import ExitCode
from assembler.model import Manifest, PartKind
from assembler.model.manifest import MANIFEST_FILE, OutputFile
from assembler.report.packet_diff import as_text, compare, note
from tests.support import manifests


def manifest(exhibits: list[tuple[str, list[str]]], letter: str = "1") -> Manifest:
    """A letter of one page, then exhibits: id and the hash of each page's file."""
    ledger = [manifests.entry(document="draft:letter")]
    for position, (exhibit, pages) in enumerate(exhibits):
        place = {"exhibit": exhibit, "tab": chr(65 + position)}
        ledger.append(
            manifests.entry(
                kind=PartKind.TAB,
                part=f"tab-{exhibit}",
                document="draft:tab-sheets",
                index=position,
                **place,
            )
        )
        ledger += [
            manifests.entry(
                kind=PartKind.EXHIBIT,
                part=f"exhibit-{exhibit}",
                document=f"exhibit:{exhibit}",
                index=page - 1,
                exhibit_page=page,
                source=manifests.source(sha256=sha256),
                **place,
            )
            for page, sha256 in enumerate(pages, 1)
        ]
    return manifests.manifest(
        ledger=tuple(
            replace(entry, number=number, label=str(number))
            for number, entry in enumerate(ledger, 1)
        ),
        index=tuple(
            manifests.index_row(exhibit, title=f"Title of {exhibit}") for exhibit, _ in exhibits
        ),
        outputs=(OutputFile(path="drafts/letter.docx", size=1, sha256=letter),),
    )


OLD = manifest([("a", ["x1", "x2"]), ("b", ["y1"]), ("c", ["z1"])])


def lines(new: Manifest) -> list[str]:
    return as_text(compare(OLD, new)).splitlines()[:-1]


def test_nothing_changed() -> None:
    assert compare(OLD, OLD) == ()
    assert "Nothing has changed" in note((), OLD)


def test_a_late_exhibit_at_the_end_moves_nothing() -> None:
    assert lines(
        manifest(
            [("a", ["x1", "x2"]), ("b", ["y1"]), ("c", ["z1"]), ("d", ["n1", "n2"])], letter="2"
        )
    ) == [
        "changed letter: page 1",
        "added   exhibit D (d): page 9",
        "added   exhibit D (d): pages 10–11",
    ]


def test_one_in_the_middle_moves_what_follows_with_old_and_new_numbers() -> None:
    new = manifest([("a", ["x1", "x2"]), ("n", ["n1"]), ("b", ["y1"]), ("c", ["z1"])])

    assert lines(new) == [
        "added   exhibit B (n): page 5",
        "added   exhibit B (n): page 6",
        "changed exhibit C (b): page 5 → page 7",
        "moved   exhibit C (b): page 6 → page 8",
        "changed exhibit D (c): page 7 → page 9",
        "moved   exhibit D (c): page 8 → page 10",
    ]
    text = note(compare(OLD, new), new)
    assert "## New" in text
    assert "- Exhibit B, Title of n: page 6" in text
    assert "- Exhibit C, Title of b: page 6 of the earlier packet, now page 8" in text


def test_a_replaced_page_is_changed_and_a_dropped_one_removed() -> None:
    assert lines(manifest([("a", ["x1", "other"]), ("b", ["y1"])])) == [
        "changed exhibit A (a): page 4",
        "removed exhibit C (c): page 7",
        "removed exhibit C (c): page 8",
    ]


def test_a_page_that_went_to_another_exhibit_is_moved() -> None:
    assert "moved   exhibit B (b): page 4 → page 6" in lines(
        manifest([("a", ["x1"]), ("b", ["y1", "x2"]), ("c", ["z1"])])
    )


def test_a_page_that_is_in_twice_is_matched_twice() -> None:
    twice = manifest([("a", ["x", "x", "x"])])

    assert compare(twice, twice) == ()
    assert [change.kind for change in compare(twice, manifest([("a", ["x", "x"])]))] == ["removed"]


PAGES = st.lists(st.lists(st.sampled_from("pqrst"), min_size=1, max_size=4), max_size=5)


@settings(deadline=None, max_examples=150)
@given(PAGES, PAGES)
def test_every_page_has_one_fate(before: list[list[str]], after: list[list[str]]) -> None:
    old = manifest([(f"e{n}", pages) for n, pages in enumerate(before)])
    new = manifest([(f"e{n}", pages) for n, pages in enumerate(after)])
    changes = compare(old, new)

    gone = [page for one in changes if one.old for page in range(one.old[0], one.old[1] + 1)]
    come = [page for one in changes if one.new for page in range(one.new[0], one.new[1] + 1)]
    assert len(gone) == len(set(gone))
    assert len(come) == len(set(come))
    added = sum(one.new[1] - one.new[0] + 1 for one in changes if one.new and not one.old)
    removed = sum(one.old[1] - one.old[0] + 1 for one in changes if one.old and not one.new)
    assert len(new.ledger) - len(old.ledger) == added - removed
    for page, entry in enumerate(new.ledger, 1):  # what is told as the same is the same
        if page not in come and entry.source:
            assert old.ledger[page - 1].source == entry.source


def test_the_command_reads_build_folders_and_writes_the_note(small: Path, tmp_path: Path) -> None:
    old = Path(shutil.copytree(small / "build/child", tmp_path / "old"))
    data = json.loads((old / MANIFEST_FILE).read_text())
    last = data["ledger"].pop()
    (old / MANIFEST_FILE).write_text(json.dumps(data))

    ran = CliRunner().invoke(
        main,
        [
            "diff",
            str(old),
            str(small / "build/child"),
            "--json",
            "--note",
            str(tmp_path / "note.md"),
        ],
    )
    assert ran.exit_code == ExitCode.OK, ran.stderr
    (change,) = json.loads(ran.stdout)
    assert (change["kind"], change["new"], change["exhibit"]) == (
        "added",
        [last["number"]] * 2,
        last["exhibit"],
    )
    assert "## New" in (tmp_path / "note.md").read_text()
    (tmp_path / "no.json").write_text("{}")
    assert (
        CliRunner().invoke(main, ["diff", str(tmp_path / "no.json"), str(old)]).exit_code
        == ExitCode.USAGE
    )

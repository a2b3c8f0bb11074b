"""What is not ours is never removed: folders that are replaced, what a person put into them,
killed at any moment."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assembler.bundle.print_set import print_files, read_print_hashes
from assembler.errors import ExitCode, OutputNotWritten
from assembler.model import Check, Proof
from assembler.model.manifest import MANIFEST_FILE
from assembler.pipeline import build as build_steps
from assembler.pipeline import existing_packets
from assembler.pipeline.build import refuse_changed_sources
from assembler.report import manifest_writer
from assembler.runtime import atomic_files, cache_upkeep, publishing
from assembler.runtime.publishing import KeptFiles, publish, stage_folder
from assembler.runtime.sign_off import SIGN_OFF_FILE
from assembler.runtime.workshop import Workshop
from tests import factories
from tests.conftest import build
from tests.factories import CASE
from tests.support.commands import DAY, run, snapshot

PRINT_RECORD = {"packet": "child", "paper": "letter", "packages": [], "files": {}}
THE_DAY = date(2026, 11, 20)
RECORD = manifest_writer.make_record_reader("a-case", "child")


def manifest(folder: Path, **change: object) -> None:
    """Let a folder be a packet of ours, as it is now."""
    outputs = [
        {
            "path": path.relative_to(folder).as_posix(),
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST_FILE
    ]
    data = {
        "format": 1,
        "assembler": "0",
        "case": "a-case",
        "packet": "child",
        "outputs": outputs,
        **change,
    }
    (folder / MANIFEST_FILE).write_text(json.dumps(data))


def fill(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def packet(final: Path, files: dict[str, str]) -> Path:
    fill(final, files)
    manifest(final)
    return final


def put(final: Path, files: dict[str, str], day: date = THE_DAY) -> KeptFiles:
    """Publish a packet with these files."""
    with stage_folder(final, RECORD, day) as made:
        fill(made, files)
        manifest(made)
        return publish(made, final, RECORD, day)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


OLD = {
    "bundle.pdf": "old",
    "claims.docx": "old claims",
    "drafts/letter.docx": "old letter",
    "forms/i-131.pdf": "a form",
}
NEW = {
    "bundle.pdf": "new",
    "claims.docx": "new claims",
    "drafts/letter.docx": "new letter",
    "drafts/index.docx": "index",
}


# --- only what is ours is replaced ---


def test_a_packet_that_nobody_touched_is_replaced_as_a_whole(tmp_path: Path) -> None:
    final = packet(tmp_path / "child", OLD)

    kept = put(final, NEW)

    assert {
        name: text.decode() for name, text in snapshot(final).items() if name != MANIFEST_FILE
    } == NEW
    assert (kept, names(tmp_path)) == (KeptFiles(), ["child"])


def of_somebody_else(final: Path) -> None:
    fill(final, {"thesis.docx": "years of work"})


def with_a_torn_manifest(final: Path) -> None:
    packet(final, OLD)
    (final / MANIFEST_FILE).write_text('{"format": 1, "outp')


def with_a_manifest_of_another_program(final: Path) -> None:
    fill(final, {"manifest.json": '{"name": "web app", "outputs": []}', "icon.png": "x"})


def of_another_case(final: Path) -> None:
    fill(final, OLD)
    manifest(final, case="another-case")


def of_another_packet(final: Path) -> None:
    fill(final, OLD)
    manifest(final, packet="spouse")


def of_a_later_version(final: Path) -> None:
    fill(final, OLD)
    manifest(final, format=99)


def a_file(final: Path) -> None:
    final.write_text("a letter")


def a_link(final: Path) -> None:
    packet(final.parent / "elsewhere", OLD)
    final.symlink_to(final.parent / "elsewhere")


def a_link_to_nowhere(final: Path) -> None:
    final.symlink_to(final.parent / "gone")


def whose_manifest_is_a_link(final: Path) -> None:
    packet(final.parent / "elsewhere", OLD)
    final.mkdir()
    (final / MANIFEST_FILE).symlink_to(final.parent / "elsewhere" / MANIFEST_FILE)


FOREIGN = [
    of_somebody_else,
    with_a_torn_manifest,
    with_a_manifest_of_another_program,
    of_another_case,
    of_another_packet,
    of_a_later_version,
    a_file,
    a_link,
    a_link_to_nowhere,
    whose_manifest_is_a_link,
]


@pytest.mark.parametrize("there", FOREIGN)
def test_anything_else_is_refused_by_name_and_nothing_is_touched(
    tmp_path: Path, there: object
) -> None:
    final = tmp_path / "out/child"
    final.parent.mkdir()
    there(final)  # type: ignore[operator]
    before = snapshot(tmp_path), sorted(tmp_path.rglob("*"))

    with pytest.raises(
        OutputNotWritten, match="^out/child: .*; move it away, or choose another folder"
    ):
        put(final, NEW)

    assert (snapshot(tmp_path), sorted(tmp_path.rglob("*"))) == before


@pytest.mark.parametrize("what", ["file", "folder", "link"])
def test_a_work_folder_that_is_not_ours_is_refused(tmp_path: Path, what: str) -> None:
    work = tmp_path / "out/.child.new"
    fill(tmp_path, {"precious/old/thesis.docx": "years of work", "out/x": ""})
    if what == "file":
        work.write_text("a letter")
    elif what == "folder":
        shutil.copytree(tmp_path / "precious", work)
    else:
        work.symlink_to(tmp_path / "precious")
    before = snapshot(tmp_path)

    with pytest.raises(
        OutputNotWritten,
        match="out/.child.new: assembler did not make it, and needs this name; move it",
    ):
        put(tmp_path / "out/child", NEW)

    assert snapshot(tmp_path) == before


def test_a_folder_that_is_empty_but_for_litter_is_filled(tmp_path: Path) -> None:
    fill(tmp_path, {"child/.DS_Store": "x"})

    assert put(tmp_path / "child", NEW) == KeptFiles()
    assert (tmp_path / "child/bundle.pdf").read_text() == "new"


# --- what a person put there ---


def test_files_that_are_not_listed_stay_in_their_place(tmp_path: Path) -> None:
    final = packet(tmp_path / "child", OLD)
    theirs = {
        "signed.pdf": "ink",
        "signoff.json": "{}",
        ".hidden": "h",
        "from client/deep/a.txt": "a",
        "forms/g-28.pdf": "g",
    }
    fill(final, theirs)
    (final / "empty").mkdir()
    (final / "scan.pdf").symlink_to("../../evidence/scan.pdf")
    os.utime(final / "signed.pdf", (1_000, 1_000))

    kept = put(final, NEW)

    assert kept.in_place == tuple(sorted([*theirs, "empty", "scan.pdf"]))
    assert kept.beside is None
    assert {name: (final / name).read_text() for name in theirs} == theirs
    assert (final / "signed.pdf").stat().st_mtime == 1_000
    assert (final / "empty").is_dir()
    assert (final / "scan.pdf").readlink() == Path("../../evidence/scan.pdf")
    assert (names(tmp_path), (final / "bundle.pdf").read_text()) == (["child"], "new")


def test_what_was_edited_or_is_in_the_way_goes_into_a_dated_folder(tmp_path: Path) -> None:
    final = packet(tmp_path / "child", OLD)
    theirs = {
        "claims.docx": "my claims",
        "drafts/letter.docx": "my letter",
        "forms/i-131.pdf": "signed",
        "drafts/index.docx": "my own",
    }
    fill(final, theirs)

    kept = put(final, NEW)

    assert (kept.moved, kept.beside) == (tuple(sorted(theirs)), tmp_path / "child.kept-2026-11-20")
    assert {
        name: text.decode() for name, text in snapshot(tmp_path / "child.kept-2026-11-20").items()
    } == theirs
    assert {
        name: text.decode() for name, text in snapshot(final).items() if name != MANIFEST_FILE
    } == NEW


@pytest.mark.parametrize("name", ["CLAIMS.docx", "Drafts", "drafts/Index.docx/note.txt"])
def test_names_that_some_file_systems_take_for_the_same_do_not_meet(
    tmp_path: Path, name: str
) -> None:
    final = packet(tmp_path / "child", {"bundle.pdf": "old"})
    fill(final, {name: "mine"})

    kept = put(final, NEW)

    assert kept.moved == (name,)
    assert (tmp_path / "child.kept-2026-11-20" / name).read_text() == "mine"


def test_an_earlier_kept_folder_is_never_written_into(tmp_path: Path) -> None:
    final = packet(tmp_path / "child", OLD)
    fill(
        tmp_path,
        {
            "child.kept-2026-11-20/claims.docx": "an earlier edit",
            "child/claims.docx": "a later edit",
        },
    )
    (tmp_path / "child.kept-2026-11-20-2").symlink_to("nowhere")

    kept = put(final, NEW)

    assert kept.beside == tmp_path / "child.kept-2026-11-20-3"
    assert (tmp_path / "child.kept-2026-11-20/claims.docx").read_text() == "an earlier edit"
    assert (tmp_path / "child.kept-2026-11-20-3/claims.docx").read_text() == "a later edit"


def test_what_was_kept_before_is_not_kept_twice(tmp_path: Path) -> None:
    final = packet(tmp_path / "child", OLD)
    fill(tmp_path, {"child.kept-2026-11-19/claims.docx": "edit", "child/claims.docx": "edit"})

    kept = put(final, NEW)

    assert (kept.moved, kept.beside) == (("claims.docx",), tmp_path / "child.kept-2026-11-19")
    assert names(tmp_path) == ["child", "child.kept-2026-11-19"]


def test_drafts_that_an_earlier_version_kept_are_a_persons(tmp_path: Path) -> None:
    final = packet(tmp_path / "child", {**OLD, "drafts/letter.edited.docx": "a person's work"})

    assert put(final, NEW).in_place == ("drafts/letter.edited.docx",)
    assert (final / "drafts/letter.edited.docx").read_text() == "a person's work"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_pipe_cannot_be_kept_and_stops_it(tmp_path: Path) -> None:
    final = packet(tmp_path / "child", OLD)
    os.mkfifo(final / "pipe")
    before = sorted(tmp_path.rglob("*"))

    with pytest.raises(OutputNotWritten, match="child/pipe: it is neither a file nor a folder"):
        put(final, NEW)

    assert sorted(tmp_path.rglob("*")) == before


def test_files_in_folders_made_read_only_are_kept_and_the_old_folder_goes(tmp_path: Path) -> None:
    final = packet(tmp_path / "child", OLD)
    fill(final, {"mine/a.txt": "a"})
    (final / "mine").chmod(0o500)
    (final / "drafts").chmod(0o500)

    assert put(final, NEW).in_place == ("mine/a.txt",)
    assert names(tmp_path) == ["child"]


def test_a_person_who_saves_while_it_is_replaced_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    final = packet(tmp_path / "child", OLD)
    rename = Path.rename

    def save_and_rename(self: Path, target: Path) -> Path:
        if self == final:
            fill(final, {"late.txt": "late", "claims.docx": "saved late"})
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", save_and_rename)
    put(final, NEW)

    kept = snapshot(tmp_path / "child.kept-2026-11-20")
    assert {name: text.decode() for name, text in kept.items()} == {
        "late.txt": "late",
        "claims.docx": "saved late",
    }


THEIRS = {
    "signed.pdf": "ink",
    "claims.docx": "my claims",
    "sub/deep/note.txt": "note",
    "drafts/letter.docx": "my letter",
}
STEPS = [
    (os, "link"),
    (os, "mkdir"),
    (os, "rename"),
    (os, "unlink"),
    (os, "rmdir"),
    (os, "fsync"),
    (os, "open"),
]


def steps_until(number: int, monkeypatch: pytest.MonkeyPatch, how: type[BaseException]) -> None:
    """Let the system call with this number fail, or never come back."""
    calls = iter(range(1_000_000))
    for module, name in STEPS:
        real = getattr(module, name)

        def call(*args: object, _real: object = real, **more: object) -> object:
            if next(calls) >= number:
                raise how
            return _real(*args, **more)  # type: ignore[operator]

        monkeypatch.setattr(module, name, call)


@pytest.mark.parametrize("how", [KeyboardInterrupt, OSError])
def test_killed_or_refused_at_any_step_nothing_of_a_person_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: type[BaseException]
) -> None:
    for number in range(400):
        home = tmp_path / str(number)
        final = packet(home / "child", OLD)
        fill(final, THEIRS)
        with monkeypatch.context() as patched:
            steps_until(number, patched, how)
            try:
                put(final, NEW)
                whole = True
            except (KeyboardInterrupt, OSError, OutputNotWritten):
                whole = False
        held = [
            path.read_text()
            for path in home.rglob("*")
            if path.is_file() and path.name != MANIFEST_FILE
        ]
        assert set(THEIRS.values()) <= set(held), number
        assert not final.exists() or (final / "bundle.pdf").read_text() in ("old", "new")
        put(final, {**NEW, "bundle.pdf": "newer"})
        assert (final / "bundle.pdf").read_text() == "newer"
        assert (final / "signed.pdf").read_text() == "ink"
        assert (final / "sub/deep/note.txt").read_text() == "note"
        assert names(home) == ["child", "child.kept-2026-11-20"], number
        assert snapshot(home / "child.kept-2026-11-20") == {
            "claims.docx": b"my claims",
            "drafts/letter.docx": b"my letter",
        }
        if whole:
            break
        shutil.rmtree(home)
    else:
        pytest.fail("it never came to its end")
    assert number > 20


# --- as a person meets it ---


def change_the_case(case: Path) -> None:
    factories.write_case(case, {**CASE, "reasons": ["other"]})


@pytest.fixture
def handled(copy: Path) -> Path:
    """A case whose packet a person has worked with."""
    folder = copy / "build/child"
    fill(folder, {"signed-letter.pdf": "ink", "signoff.json": "{}", "claims.docx": "my claims"})
    (folder / "drafts/cover-letter.docx").write_bytes(b"a person's work")
    return copy


def test_bundle_keeps_a_persons_files_and_says_so(handled: Path) -> None:
    change_the_case(handled)

    code, _, err = run("bundle", handled, *DAY)

    folder, beside = handled / "build/child", handled / "build/child.kept-2026-11-23"
    assert code == 0, err
    assert f"{folder}: kept your own files: signed-letter.pdf, signoff.json" in err
    assert (
        f"{beside}: kept files that were changed, or that belong to the previous build: claims.docx"
        in err
    )
    assert (folder / "signed-letter.pdf").read_text() == "ink"
    assert snapshot(beside) == {
        "claims.docx": b"my claims",
        "drafts/cover-letter.docx": b"a person's work",
    }
    assert "signed-letter.pdf" not in (folder / MANIFEST_FILE).read_text()


def test_a_packet_with_a_persons_files_in_it_is_proved_again_and_verified(copy: Path) -> None:
    fill(copy / "build/child", {"signed-letter.pdf": "ink", "signoff.json": "{}"})
    before = snapshot(copy / "build")

    (built,) = build(copy)
    code, out, _ = run("verify", copy / "build/child")

    assert (built.again, built.proof.ok, code) == (True, True, 0)
    assert "beside the bundle, but not part of it: signed-letter.pdf" in out
    assert snapshot(copy / "build") == before


def test_bundle_tells_as_json_what_it_kept(handled: Path) -> None:
    code, out, _ = run("bundle", handled, "--json", *DAY)

    assert code == 0
    assert json.loads(out)[0]["kept"] == {
        "in_place": ["signed-letter.pdf", "signoff.json"],
        "moved": ["claims.docx", "drafts/cover-letter.docx"],
        "beside": str(handled / "build/child.kept-2026-11-23"),
    }


def test_a_print_run_does_not_stay_beside_another_bundle(copy: Path) -> None:
    assert run("print", copy / "build/child")[0] == 0
    before = snapshot(copy / "build/child/print")
    change_the_case(copy)

    assert run("bundle", copy, *DAY)[0] == 0

    assert not (copy / "build/child/print").exists()
    assert snapshot(copy / "build/child.kept-2026-11-23/print") == before


def test_print_keeps_what_a_person_put_beside_it(copy: Path) -> None:
    assert run("print", copy / "build/child")[0] == 0
    fill(copy / "build/child/print", {"label.pdf": "label", "print.txt": "my notes"})

    code, _, err = run("print", copy / "build/child")

    (beside,) = (copy / "build/child").glob("print.kept-*")
    assert code == 0
    assert [
        (copy / "build/child/print/label.pdf").read_text(),
        (beside / "print.txt").read_text(),
    ] == ["label", "my notes"]
    assert "print: kept your own files: label.pdf" in err
    shutil.rmtree(copy / "build/child/print")
    fill(copy / "build/child/print", {"holiday.jpg": "x"})
    assert run("print", copy / "build/child")[0] == ExitCode.OUTPUT_NOT_WRITTEN
    assert names(copy / "build/child/print") == ["holiday.jpg"]


@pytest.mark.parametrize("name", ["build", "build/child", ".assembler"])
@pytest.mark.parametrize("there", ["folder", "link", "file"])
def test_bundle_refuses_before_it_works_and_touches_nothing(
    tmp_path: Path, name: str, there: str
) -> None:
    case = factories.small_case(tmp_path / "case")
    fill(
        tmp_path / "precious",
        {"child/thesis.docx": "years", "scratch/note.txt": "n", "notes.txt": "n"},
    )
    (case / name).parent.mkdir(exist_ok=True)
    if there == "folder":
        shutil.copytree(tmp_path / "precious", case / name)
    elif there == "link":
        (case / name).symlink_to(tmp_path / "precious")
    else:
        (case / name).write_text("a letter")
    before = snapshot(tmp_path)

    code, _, err = run("bundle", case, *DAY)

    assert code == ExitCode.OUTPUT_NOT_WRITTEN
    assert name.rpartition("/")[2] in err
    assert "open evidence" not in err
    after = snapshot(tmp_path)
    assert {path: after[path] for path in before} == before
    assert not [path for path in after if path.startswith("precious/") and path not in before]


@pytest.mark.parametrize(
    "out", ["evidence", "evidence/packets", "forms", ".assembler", "templates"]
)
def test_packets_are_not_written_among_the_cases_own_files(tmp_path: Path, out: str) -> None:
    case = factories.small_case(tmp_path / "case")
    before = snapshot(case)

    code, _, err = run("bundle", case, "--out", case / out, *DAY)

    assert code == ExitCode.OUTPUT_NOT_WRITTEN
    assert (
        f"packets are not written into the case's own {Path(out).parts[0]}; choose another folder "
        f"with --out" in err
    )
    assert {
        path: data for path, data in snapshot(case).items() if not path.startswith(".assembler")
    } == before


def test_out_through_a_persons_own_link_works_and_a_link_within_the_case_does_not(
    copy: Path, tmp_path: Path
) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "named").symlink_to("real")
    (copy / "inside").symlink_to(tmp_path / "real")

    assert run("bundle", copy, "--out", copy / "inside", *DAY)[0] == ExitCode.OUTPUT_NOT_WRITTEN
    assert not list((tmp_path / "real").iterdir())
    assert run("bundle", copy, "--out", tmp_path / "named", *DAY)[0] == 0
    assert (tmp_path / "real/child/bundle.pdf").is_file()


def test_two_cases_with_packets_of_one_name_do_not_share_a_folder(
    copy: Path, tmp_path: Path
) -> None:
    other = factories.small_case(tmp_path / "other", {"id": "another-case"})
    assert run("bundle", copy, "--out", tmp_path / "out", *DAY)[0] == 0
    before = snapshot(tmp_path / "out")

    code, _, err = run("bundle", other, "--out", tmp_path / "out", *DAY)

    assert code == ExitCode.OUTPUT_NOT_WRITTEN
    assert "out/child: it is a packet of another case, or another packet; move it away" in err
    assert snapshot(tmp_path / "out") == before


def test_a_killed_verify_leaves_nothing_that_counts_as_a_persons(copy: Path) -> None:
    fill(copy / "build/child/.verify", {"scratch/123/page.bmp": "a page"})
    shutil.copyfile(copy / ".assembler/CACHEDIR.TAG", copy / "build/child/.verify/CACHEDIR.TAG")
    change_the_case(copy)

    (built,) = build(copy)

    assert built.kept == KeptFiles()
    assert not (copy / "build/child/.verify").exists()


def test_a_killed_print_leaves_nothing_that_counts_as_a_persons(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    final = copy / "build/child"
    fill(final / "print", {"print.json": json.dumps(PRINT_RECORD), "notes.txt": "two sets"})

    def kill_after_first_rename(_staged: Path, folder: Path, old: Path) -> None:
        folder.rename(old)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(publishing, "_exchange", kill_after_first_rename)
        patched.setattr(publishing, "_sweep", lambda _work, lock: lock.release())
        with (
            pytest.raises(KeyboardInterrupt),
            stage_folder(final / "print", read_print_hashes, THE_DAY) as staged,
        ):
            fill(staged, {"print.json": json.dumps(PRINT_RECORD), "print.txt": "1 package"})
            publish(staged, final / "print", read_print_hashes, THE_DAY)
    assert (final / ".print.new/old/notes.txt").exists()
    change_the_case(copy)

    (built,) = build(copy)

    assert not (final / ".print.new").exists()
    assert built.kept.in_place == ()
    assert built.kept.moved == ("print/notes.txt", "print/print.json")  # it is of the old pages
    assert built.kept.beside is not None
    assert (built.kept.beside / "print/notes.txt").read_text() == "two sets"


@pytest.mark.parametrize("name", ["print", "signed"])
def test_a_packet_is_not_replaced_while_another_run_writes_into_it(
    name: str, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    final, real = copy / "build/child", build_steps.draft_and_arrange
    before = snapshot(final)
    change_the_case(copy)
    with ExitStack() as other:

        def start_another_run(*args: Any) -> Any:
            staged = other.enter_context(stage_folder(final / name, read_print_hashes, THE_DAY))
            fill(staged, {"page.pdf": "half"})
            return real(*args)

        monkeypatch.setattr(build_steps, "draft_and_arrange", start_another_run)
        with pytest.raises(OutputNotWritten, match="another run is writing"):
            build(copy)
        assert (final / f".{name}.new/new/page.pdf").exists()
    assert snapshot(final) == before
    assert names(copy / "build") == ["child"]


def test_pages_of_a_replaced_packet_are_not_printed_into_the_new_one(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, real = copy / "build/child", print_files.pack_pages

    def replace_the_packet(*args: Any) -> Any:
        with (folder / MANIFEST_FILE).open("a") as file:
            file.write("\n")
        return real(*args)

    monkeypatch.setattr(print_files, "pack_pages", replace_the_packet)
    code, _, err = run("print", folder)

    assert (code, err.count("child: the packet was replaced meanwhile; run it again")) == (
        ExitCode.OUTPUT_NOT_WRITTEN,
        1,
    )
    assert not [path for path in folder.iterdir() if "print" in path.name]


@pytest.mark.skipif(os.name != "posix", reason="looks whether a process lives")
def test_a_killed_sign_off_leaves_nothing_that_counts_as_a_persons(copy: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from assembler.runtime.atomic_files import write_atomic\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "write_atomic(Path(sys.argv[1]), b'facts')\n"
    )
    final = copy / "build/child"
    subprocess.run([sys.executable, "-c", code, str(final / SIGN_OFF_FILE)], check=False)
    assert list(final.glob(".assembler-*.new"))
    change_the_case(copy)

    (built,) = build(copy)

    assert built.kept == KeptFiles()
    assert list(final.glob(".assembler-*.new")) == []


def test_evidence_that_changes_during_the_proof_asks_for_another_run(copy: Path) -> None:
    failed = Proof(checks=(Check(name="words", ok=False, detail="page 5 has different text"),))
    refuse_changed_sources(failed, copy / "build/child", copy)
    evidence = next(path for path in sorted((copy / "evidence").iterdir()) if path.is_file())
    evidence.write_bytes(evidence.read_bytes() + b"%")

    with pytest.raises(OutputNotWritten, match="changed while the bundle was being made"):
        refuse_changed_sources(failed, copy / "build/child", copy)


def test_a_case_that_is_saved_while_it_is_built_is_built_again(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest_inputs = existing_packets.digest_inputs

    def save(title: str) -> None:
        text = (copy / "case.json").read_text()
        (copy / "case.json").write_text(re.sub("Letter of [a-z ]+", f"Letter of {title}", text))

    def save_another_and_digest(*args: Any) -> str:
        save("a nurse")
        return digest_inputs(*args)

    save("a midwife")
    with monkeypatch.context() as patch:
        patch.setattr(existing_packets, "digest_inputs", save_another_and_digest)
        build(copy)
    (built,) = build(copy)

    assert not built.again
    assert "Letter of a nurse" in (copy / "build/child/manifest.json").read_text()


def test_a_replaced_folder_that_cannot_be_renamed_is_removed_where_it_is(
    handled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    move = publishing.move_path

    def refuse_last(source: Path, target: Path) -> None:
        if target.name == "done":
            raise OSError(errno.EDQUOT, "no space")
        move(source, target)

    monkeypatch.setattr(publishing, "move_path", refuse_last)
    (handled / "case.json").write_text((handled / "case.json").read_text() + " ")

    build(handled)

    assert not (handled / "build/.child.new").exists()
    assert (handled / "build/child" / MANIFEST_FILE).is_file()


def test_a_folder_is_removed_although_the_drive_fails_for_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "work/inner").mkdir(parents=True)
    remove, failed = shutil.rmtree, []

    def fail_at_first(folder: Path, **options: Any) -> None:
        if len(failed) < 3:
            failed.append(folder)
            if not options:
                raise OSError(errno.ESTALE, "lost")
            return
        remove(folder, **options)

    monkeypatch.setattr(atomic_files.shutil, "rmtree", fail_at_first)

    atomic_files.remove_tree(tmp_path / "work")

    assert not (tmp_path / "work").exists()


def test_a_work_folder_is_removed_although_the_drive_fails_for_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    purge, failed = cache_upkeep.purge_cache, []

    def fail_at_first(root: Path) -> int:
        if len(failed) < 4:
            failed.append(root)
            raise OSError(errno.ESTALE, "lost")
        return purge(root)

    monkeypatch.setattr(cache_upkeep, "purge_cache", fail_at_first)

    with Workshop(tmp_path / "case/.verify", temporary=True):
        pass

    assert not (tmp_path / "case/.verify").exists()
    assert len(failed) == 4


def test_a_work_folder_that_cannot_be_synced_does_not_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_folder: Path) -> None:
        raise OSError(errno.EIO, "the disk")

    monkeypatch.setattr(atomic_files, "sync_folder", fail)

    with pytest.raises(OutputNotWritten), Workshop(tmp_path / "case/.verify", temporary=True):
        pass

    assert not (tmp_path / "case/.verify").exists()


def test_verify_leaves_a_folder_alone_that_bears_the_name_of_its_own(copy: Path) -> None:
    fill(copy / "build/child/.verify", {"mine.txt": "mine"})

    code, _, err = run("verify", copy / "build/child")

    assert code == ExitCode.OUTPUT_NOT_WRITTEN
    assert (
        "child/.verify: assembler did not make this folder, and needs its name; move it away" in err
    )
    assert (copy / "build/child/.verify/mine.txt").read_text() == "mine"

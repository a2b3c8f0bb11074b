"""The desk's store of a case, its history, and the background work."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assembler.desk.case_store import CaseChanged, CaseStore, EditRefused
from assembler.desk.field_edits import FieldEdit, edit_fields, remove_value
from assembler.errors import OutputNotWritten
from assembler.intake.json_edit import is_same_json, rewrite_json
from assembler.runtime.background_job import BackgroundJob
from assembler.runtime.worker_pool import Failure
from tests.support.commands import run

TEXT = """{
  "id": "case",
  "exhibits": [
    { "id": "a",  "title": "One" },
    {"id": "b", "files": ["evidence/b.pdf",
                          "evidence/c.pdf"]},
    {
      "id": "c",
      "title": "Three"
    }
  ],
  "note":   "kept"
}
"""
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(json_values, json_values, st.sampled_from([None, 1, "\t"]))
@settings(max_examples=300)
def test_any_json_can_be_rewritten_to_any_other(old: Any, new: Any, indent: Any) -> None:
    text = json.dumps(old, indent=indent, ensure_ascii=False)
    assert is_same_json(json.loads(rewrite_json(text, old)), old)
    assert rewrite_json(text, old) == text
    assert json.loads(rewrite_json(text, new)) == new


def test_entries_keep_their_text_when_they_change_places() -> None:
    case = json.loads(TEXT)
    case["exhibits"] = [case["exhibits"][place] for place in (2, 0, 1)]
    new = rewrite_json(TEXT, case)
    assert json.loads(new) == case
    assert '{ "id": "a",  "title": "One" }' in new
    assert '{"id": "b", "files": ["evidence/b.pdf",\n                          ' in new
    assert new.endswith('"note":   "kept"\n}\n')


def test_one_field_of_one_entry_changes_and_nothing_else() -> None:
    case = json.loads(TEXT)
    case["exhibits"][0]["title"] = "Ein"
    assert rewrite_json(TEXT, case) == TEXT.replace('"One"', '"Ein"')


@pytest.fixture
def store(tmp_path: Path) -> CaseStore:
    (tmp_path / "case.json").write_text(TEXT)
    return CaseStore(tmp_path)


def set_note(store: CaseStore, note: str, was: Any = "kept") -> None:
    store.change(lambda case: edit_fields(case, [FieldEdit(pointer="/note", value=note, was=was)]))


def test_a_change_can_be_undone_and_redone_also_after_a_restart(store: CaseStore) -> None:
    set_note(store, "new")
    changed = (store.folder / "case.json").read_text()
    again = CaseStore(store.folder)
    assert again.undo().text == TEXT == (store.folder / "case.json").read_text()
    assert CaseStore(store.folder).redo().text == changed
    with pytest.raises(EditRefused, match="nothing to redo"):
        store.redo()


def test_undo_goes_back_through_every_change_and_forward_again(store: CaseStore) -> None:
    for number in range(5):
        set_note(store, str(number), was=store.read().value["note"])
    set_note(store, "kept", was="4")  # as it was at first
    for note in ("4", "3", "2", "1", "0", "kept"):
        assert store.undo().value["note"] == note
    with pytest.raises(EditRefused, match="nothing to undo"):
        store.undo()
    assert [store.redo().value["note"] for _ in range(6)] == ["0", "1", "2", "3", "4", "kept"]


def test_a_change_after_undo_ends_what_could_be_redone(store: CaseStore) -> None:
    set_note(store, "new")
    store.undo()
    set_note(store, "other")
    assert not store.has_redo(store.read().text)
    assert store.undo().text == TEXT


def test_a_change_by_an_editor_is_kept_and_can_be_undone_to(store: CaseStore) -> None:
    set_note(store, "new")
    by_hand = TEXT.replace("kept", "by hand")
    (store.folder / "case.json").write_text(by_hand)
    set_note(store, "mine", was="by hand")
    assert store.undo().text == by_hand
    assert store.undo().value["note"] == "new"


def test_a_field_that_another_window_changed_is_not_overwritten(store: CaseStore) -> None:
    set_note(store, "theirs")
    with pytest.raises(CaseChanged):
        set_note(store, "mine")
    assert store.read().value["note"] == "theirs"


def test_a_change_of_places_needs_the_version_that_the_person_saw(store: CaseStore) -> None:
    seen = store.read().version
    store.change(lambda case: {**case, "note": "x"}, seen=seen)
    with pytest.raises(CaseChanged):
        store.change(lambda case: {**case, "note": "y"}, seen=seen)


def test_a_program_killed_between_history_and_case_leaves_undo_intact(
    store: CaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_args: object) -> None:
        raise KeyboardInterrupt

    set_note(store, "new")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("assembler.desk.case_store.write_edited_case", die)
        set_note(store, "lost", was="new")
    assert store.read().value["note"] == "new"
    assert CaseStore(store.folder).undo().text == TEXT


def test_what_was_undone_can_be_redone_after_a_save_that_a_full_disk_refused(
    store: CaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, *_args: object) -> None:
        raise OutputNotWritten("the disk is full", where=path.name)

    set_note(store, "new")
    store.undo()
    with monkeypatch.context() as patch, pytest.raises(OutputNotWritten):
        patch.setattr("assembler.desk.case_history.write_atomic", refuse)
        set_note(store, "other")

    assert store.read().text == TEXT
    assert store.redo().value["note"] == "new"


def test_the_history_is_private_and_bounded(
    store: CaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assembler.desk.case_history.MAX_STEPS", 4)
    for number in range(9):
        set_note(store, str(number), was=store.read().value["note"])
    folder = store.folder / ".assembler/history"
    assert len(list(folder.iterdir())) == 4
    if os.name == "posix":
        assert folder.stat().st_mode & 0o077 == 0
        assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())


def test_purging_the_cache_removes_earlier_texts_and_nothing_else(store: CaseStore) -> None:
    set_note(store, "new")
    home = store.folder / ".assembler"
    (home / "history/mine.txt").write_text("mine")
    code, out, _ = run("cache", "purge", store.folder)
    assert code == 0
    assert "0.0 MB freed" in out
    assert [path.name for path in (home / "history").iterdir()] == ["mine.txt"]
    with pytest.raises(EditRefused, match="nothing to undo"):
        store.undo()


def test_a_work_folder_that_is_a_link_is_refused(store: CaseStore, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (store.folder / ".assembler").symlink_to(elsewhere)
    with pytest.raises(OutputNotWritten, match="symbolic link"):
        set_note(store, "new")
    assert list(elsewhere.iterdir()) == []
    assert store.read().text == TEXT


def test_objects_that_become_empty_are_removed() -> None:
    case = {"a": {"b": {"c": 1}}, "d": [1], "e": {}}
    assert remove_value(case, "/a/b/c") == {"d": [1], "e": {}}
    assert remove_value(case, "/d/0") == {"a": {"b": {"c": 1}}, "e": {}}
    assert remove_value(case, "/x/y") == case


def count_up(item: int, report_progress: Any) -> int:
    for number in range(item):
        report_progress("count", number + 1, item)
    return item * 2


def sleep_long(marker: str, report_progress: Any) -> None:
    report_progress("sleep", 0, 1)
    try:
        for _ in range(600):  # no signal interrupts a sleep on Windows
            time.sleep(0.1)
    finally:
        Path(marker).write_text("cleaned up")


def fail(_item: object, _report: Any) -> None:
    raise OutputNotWritten("it is full", where="disk", remedy="empty it")


def wait_for(job: BackgroundJob) -> Any:
    end = time.monotonic() + 60
    while job.is_running and time.monotonic() < end:
        job.poll()
        time.sleep(0.02)
    assert not job.is_running
    return job.result


def test_background_work_reports_its_progress_and_returns_its_result() -> None:
    job = BackgroundJob(count_up, 5)
    assert wait_for(job) == 10
    assert (job.progress.step, job.progress.done, job.progress.total) == ("count", 5, 5)


def test_background_work_that_fails_returns_the_error() -> None:
    result = wait_for(BackgroundJob(fail, None))
    assert isinstance(result, OutputNotWritten)
    assert str(result) == "disk: it is full; empty it"


def test_background_work_can_be_ended_and_cleans_up(tmp_path: Path) -> None:
    job = BackgroundJob(sleep_long, str(tmp_path / "marker"))
    end = time.monotonic() + 60
    while job.progress.step != "sleep" and time.monotonic() < end:
        job.poll()
        time.sleep(0.02)
    job.end()
    assert job.result == Failure(kind="ended", detail="it was ended")
    assert (tmp_path / "marker").read_text() == "cleaned up"


def _count_up(folder: Path, name: str, times: int) -> None:
    store = CaseStore(folder)
    for _ in range(times):
        store.change(lambda case: {**case, name: case.get(name, 0) + 1})


def test_two_programs_that_change_a_case_at_once_lose_nothing(tmp_path: Path) -> None:
    (tmp_path / "case.json").write_text("{}")
    context = multiprocessing.get_context("spawn")
    others = [
        context.Process(target=_count_up, args=(tmp_path, name, 40)) for name in ("one", "two")
    ]
    for process in others:
        process.start()
    for process in others:
        process.join()
    assert [process.exitcode for process in others] == [0, 0]
    assert CaseStore(tmp_path).read().value == {"one": 40, "two": 40}


def test_a_change_by_an_editor_in_the_last_moment_is_a_conflict(tmp_path: Path) -> None:
    (tmp_path / "case.json").write_text('{"a": 1}')
    store = CaseStore(tmp_path)

    def change_slowly(case: dict[str, Any]) -> dict[str, Any]:
        (tmp_path / "case.json").write_text('{"a": 2}')
        return {**case, "b": 1}

    with pytest.raises(CaseChanged):
        store.change(change_slowly)
    assert store.read().value == {"a": 2}


@pytest.mark.parametrize(
    "value",
    ["x" * 5_000_000, "half \ud83d", [0] * 100_001, {"k" * 65: 1}],
    ids=["long", "half a character", "many values", "long name"],
)
def test_no_change_makes_a_case_that_cannot_be_read_again(tmp_path: Path, value: Any) -> None:
    (tmp_path / "case.json").write_text('{"a": 1}')
    store = CaseStore(tmp_path)
    with pytest.raises(EditRefused):
        store.change(lambda case: {**case, "b": value})
    assert store.read().value == {"a": 1}
    assert not store.has_undo(store.read().text)


def test_a_change_where_nothing_can_be_kept_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "case.json").write_text('{"a": 1}')

    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(OutputNotWritten, match="Read-only"):
        CaseStore(tmp_path).change(lambda case: {**case, "b": 1})
    assert json.loads((tmp_path / "case.json").read_text()) == {"a": 1}

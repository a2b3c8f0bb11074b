"""Many cases: each its own outcome; what is poisoned is named, what is interrupted leaves
nothing half-made."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from lxml import etree

from assembler.errors import ExitCode
from assembler.model.manifest import MANIFEST_FILE
from assembler.pipeline import batch
from assembler.pipeline.batch import Order, Outcome
from assembler.runtime.worker_pool import Pool
from tests import factories
from tests.processes import started
from tests.support.commands import run
from tests.support.orders import orders

DAY = ["--as-of", "2026-11-23"]


def poisoned(order: Order, pool: Pool) -> Outcome:
    """Builds the case, unless its name says that it is one that ends or holds up its process."""
    if "crash" in order.folder.name:
        os.kill(os.getpid(), signal.SIGSEGV)
    if "hang" in order.folder.name:
        time.sleep(60)
    return batch.build(order, pool)


@pytest.fixture
def many(small: Path, tmp_path: Path) -> Path:
    """Two good cases, one that ends its process, one that hangs, one with a mistake."""
    root = tmp_path / "many"
    for name in ("a", "b-crash", "c-hang", "e"):
        shutil.copytree(small, root / name, ignore=shutil.ignore_patterns("build"))
    factories.small_case(root / "d-wrong", {"kind": "x"})
    return root


def test_a_poisoned_case_is_named_and_the_others_finish(many: Path) -> None:
    heard: list[str] = []

    found = batch.run(
        orders(many), 2, lambda one: heard.append(one.case), seconds=15, function=poisoned
    )

    assert [(one.case, one.state, one.code) for one in found] == [
        ("a", "built", 0),
        ("b-crash", "quarantined", ExitCode.TOOL_FAILED),
        ("c-hang", "quarantined", ExitCode.TOOL_FAILED),
        ("d-wrong", "failed", ExitCode.CASE_REJECTED),
        ("e", "built", 0),
    ]
    assert sorted(heard) == [one.case for one in found]
    assert [one.findings[0].rule for one in found[1:3]] == ["BATCH.QUARANTINE"] * 2
    assert all((many / name / "build/child/bundle.pdf").is_file() for name in "ae")
    suite = etree.fromstring(batch.make_junit_cases(found))
    assert dict(suite.attrib) | {"time": ""} == {
        "name": "assembler",
        "tests": "5",
        "failures": "1",
        "errors": "2",
        "skipped": "0",
        "time": "",
    }
    failure = suite.find("testcase[@name='d-wrong']/failure")
    assert (
        failure is not None
        and failure.get("type") == "exit 3"
        and "case.json line" in (failure.text or "")
    )


def test_the_command_writes_table_json_and_junit(many: Path, tmp_path: Path) -> None:
    for name in ("b-crash", "c-hang", "e"):
        shutil.rmtree(many / name)

    code, out, err = run("batch", many, "--junit", tmp_path / "report.xml", *DAY)

    assert code == ExitCode.CASE_REJECTED
    lines = out.splitlines()
    assert [line.split()[:2] for line in lines if not line.startswith(" ")] == [
        ["a", "built"],
        ["d-wrong", "failed"],
        ["1", "of"],
        ["2", "cases:"],
    ]
    assert any(line.startswith("  - error CASE.") for line in lines)  # what must be fixed in it
    assert lines[-1] == "2 cases: 1 READY EXCEPT SIGNATURES, 1 NOT READY"
    assert "[2 of 2; 12 pages" in err
    assert etree.parse(tmp_path / "report.xml").getroot().get("failures") == "1"
    _, out, _ = run("batch", many, "--json", *DAY)
    rows = [(one["case"], one["state"], one["pages"]) for one in json.loads(out)]
    assert rows == [("a", "built", 12), ("d-wrong", "failed", 0)]


def test_interrupted_it_leaves_nothing_half_made(many: Path) -> None:
    for name in ("b-crash", "c-hang", "d-wrong"):
        shutil.rmtree(many / name)
    for folder in many.iterdir():
        shutil.rmtree(folder / ".assembler")
    command = [sys.executable, "-m", "assembler", "batch", str(many), *DAY]
    with started(command, stderr=subprocess.PIPE) as process:
        until = time.monotonic() + 60
        while time.monotonic() < until and not list(many.glob("*/.assembler/scratch/*")):
            time.sleep(0.02)

        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)

    assert process.returncode == ExitCode.INTERRUPTED
    assert b"interrupted" in err
    assert not [*many.glob("*/.assembler/scratch/*"), *many.glob("*/build/.*")]


def change_fact(case: Path) -> None:
    factories.write_case(case, {**factories.CASE, "reasons": ["other"]})


def change_evidence(case: Path) -> None:
    (case / "evidence/photo.jpg").write_bytes(factories.photo(1))


def change_bundle(case: Path) -> None:
    with (case / "build/child/bundle.pdf").open("ab") as stream:
        stream.write(b"\n")


def change_manifest(case: Path) -> None:
    path = case / "build/child" / MANIFEST_FILE
    path.write_text(path.read_text().replace('"ok": true', '"ok": false', 1))


def change_template(case: Path) -> None:
    (case / "templates").mkdir()
    shutil.copyfile(
        Path(__file__).parent.parent / "templates/parole/tab-sheets.docx",
        case / "templates/unused.docx",
    )


def remove_draft(case: Path) -> None:
    (case / "build/child/drafts/index.docx").unlink()


def test_resume_leaves_alone_only_what_is_proved_unchanged(small: Path, tmp_path: Path) -> None:
    changes = [
        change_fact,
        change_evidence,
        change_bundle,
        change_manifest,
        change_template,
        remove_draft,
    ]
    for change in changes:
        shutil.copytree(small, tmp_path / "many" / change.__name__)
        change(tmp_path / "many" / change.__name__)
    shutil.copytree(small, tmp_path / "many" / "same")
    before = (tmp_path / "many/same/build/child" / MANIFEST_FILE).stat().st_mtime_ns

    code, out, _ = run("batch", tmp_path / "many", "--resume", *DAY)
    states = {line.split()[0]: line.split()[1] for line in out.splitlines()[:-2]}
    _, again, _ = run("batch", tmp_path / "many", "--resume", *DAY)
    _, strict, _ = run("batch", tmp_path / "many/same", "--resume", "--strict", *DAY)
    _, later, _ = run("batch", tmp_path / "many/same", "--resume", "--as-of", "2026-11-24")

    assert code == 0
    assert states == {**{change.__name__: "built" for change in changes}, "same": "skipped"}
    assert out.splitlines()[-2] == "6 of 7 cases built and proved, 1 skipped"
    assert again.splitlines()[-2] == "0 of 7 cases built and proved, 7 skipped"
    assert "skipped" not in strict  # a warning may stop it now
    assert later.splitlines()[-2] == "1 of 1 case built and proved"
    assert before != (tmp_path / "many/same/build/child" / MANIFEST_FILE).stat().st_mtime_ns

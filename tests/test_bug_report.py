"""`assembler report-bug`: what a maintainer needs, and nothing of a client."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from assembler.cli import main
from assembler.errors import ExitCode
from assembler.pipeline import bug_report
from assembler.runtime.cache_upkeep import purge_history
from assembler.runtime.crash_record import CrashRecord, describe_crash, read_crash, write_crash
from assembler.runtime.resources import Shelf
from tests import factories
from tests.full_case import CANARY, OF_PATTERN, full_case, paths
from tests.support.building import AS_OF, build
from tests.support.commands import DAY, run, snapshot
from tests.support.sharing import share

SECRET = "Canaria"
WORDS = ["The quick Canaria fox jumps over the lazy Canaria near the river bank."]


def report_of(case: Path | None, out: Path) -> tuple[dict[str, Any], str]:
    """The report that the command writes, and everything that leaves: the file, unpacked, and what
    was printed."""
    code, printed, err = run("report-bug", *([case] if case else []), "--out", out, *DAY)
    assert code == 0, err
    with zipfile.ZipFile(out) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    printed = printed.replace(str(out), "")  # the person named it
    return json.loads(texts[bug_report.REPORT_FILE]), "".join([*texts.values(), printed, err])


@pytest.fixture(scope="module")
def built() -> Path:
    """A built case with a canary in every kind of place. Nobody may change it."""
    return share("reported", build_canary_case) / "Canaria, Ana"


def build_canary_case(folder: Path) -> None:
    """Build a case with canaries: facts, titles, folder, files, their words, a key that the schema
    does not have, a file of the person's own in the packet."""
    case = factories.small_case(folder / "Canaria, Ana")
    raw = json.loads((case / "case.json").read_text(encoding="utf-8"))
    raw["beneficiaries"][0]["name"] = {"given": SECRET, "family": SECRET}
    raw["beneficiaries"][0]["birth_date"] = "1987-07-17"
    (case / "evidence/Canaria passport.pdf").write_bytes(factories.text_pdf([WORDS, WORDS]))
    (case / "evidence/letter.pdf").unlink()
    raw["exhibits"][0] |= {"title": SECRET, "files": ["evidence/Canaria passport.pdf"]}
    factories.write_case(case, raw)
    build(case)
    (case / "build" / raw["beneficiaries"][0]["id"] / "Canaria.txt").write_text(SECRET)
    raw[SECRET] = {SECRET: SECRET}
    factories.write_case(case, raw)
    rows = [
        {"module": "evidence.exhibit_pdf", "items": 3, "wall": 1.23, "cpu": 0.5},
        {"module": SECRET, "items": 1, "wall": 1, "cpu": 1},
    ]
    (case / ".assembler/timings.json").write_text(json.dumps(rows))


def leaks(text: str, *secrets: str) -> list[str]:
    """Which secrets stand in a text, in any case, or as a hash that someone could guess."""
    hashed = [
        hashlib.new(name, secret.encode(), usedforsecurity=False).hexdigest()[:12]
        for secret in secrets
        for name in ("sha256", "sha1", "md5")
    ]
    return [secret for secret in (*secrets, *hashed) if secret.lower() in text.lower()]


def test_the_report_holds_no_fact_name_folder_or_hash_of_a_client(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USER", "canaria-user")
    home = Path.home()

    report, text = report_of(built, tmp_path / "r.zip")

    raw = json.loads((built / "case.json").read_text(encoding="utf-8"))
    files = [path for path in built.rglob("*") if path.is_file()]
    digests = [hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in files]
    names = [path.name for path in files if path.name not in ("case.json", "timings.json")]
    assert len(report["files"]) == 3
    assert (
        leaks(text, SECRET, "1987", "07-17", *digests, *(name for name in names if len(name) > 3))
        == []
    )
    assert (
        leaks(
            text,
            str(built),
            built.parent.name,
            str(home),
            *(["/root"] if str(home) == "/root" else []),
        )
        == []
    )
    assert not re.search(r"[0-9a-f]{17,}", text)
    assert raw["beneficiaries"][0]["id"] not in text.split()


def test_the_report_has_the_shapes_that_a_maintainer_needs(built: Path, tmp_path: Path) -> None:
    report, _ = report_of(built, tmp_path / "r.zip")

    assert report["machine"]["assembler"]
    assert dict(report["machine"]["libraries"])["pikepdf"]
    fields = dict(report["case"]["fields"])
    assert fields["exhibits"]["length"] == 3
    assert report["case"]["other_fields"] == 1
    (packet,) = report["packets"]
    assert packet["pages"] == sum(kind["count"] for kind in packet["page_kinds"])
    assert {"name": "612 x 792 pt", "count": packet["pages"]} in packet["page_sizes"]
    assert packet["findings"]
    texts = [page for file in report["files"] for page in file["pages"] if page["has_text"]]
    assert {(page["width"], page["height"], page["unit"]) for page in texts} == {(612, 792, "pt")}
    assert [row["module"] for row in report["timings"]] == ["evidence.exhibit_pdf", "other"]
    assert report["troubles"] == []


def test_no_field_of_the_schema_is_reported_by_its_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every field has a canary; so have the folder, the home folder, the user and the machine."""
    case = tmp_path / "Canaria Family 1987"
    raw = full_case(Shelf.default().schema("case.schema.json"))
    for path in paths(raw):
        (case / path).parent.mkdir(parents=True, exist_ok=True)
        (case / path).write_bytes(factories.text_pdf([WORDS]))
    factories.write_case(case, raw)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "home-of-canaria"))
    monkeypatch.setenv("USER", "canaria")
    monkeypatch.setattr("platform.node", lambda: "canaria-laptop")
    monkeypatch.setattr("platform.release", lambda: "6.1.0-canaria")

    report, text = report_of(case, tmp_path / "r.zip")

    values = [
        *OF_PATTERN.values(),
        *paths(raw),
        *re.findall(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", str(raw)),
    ]
    assert dict(report["case"]["fields"]).keys() == raw.keys()
    assert report["machine"]["system"].endswith(" 6.1.0")
    assert leaks(text, CANARY, "1987", *(value for value in values if len(value) > 3)) == []


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("", {"kind": "text", "length": 0}),
        ("Ana", {"kind": "text", "length": 4}),
        ("Anastasia", {"kind": "text", "length": 16}),
        (True, {"kind": "true or false"}),
        (None, {"kind": "null"}),
        (1987, {"kind": "number"}),
    ],
)
def test_a_value_is_reported_by_its_kind_and_rough_length(
    value: object, shape: dict[str, Any]
) -> None:
    described = bug_report.asdict(bug_report.describe_value(value, frozenset()))

    assert {name: described[name] for name in shape} == shape
    assert not described["fields"]


def test_equal_shapes_in_a_list_are_counted_once() -> None:
    shape = bug_report.describe_value([{"a": 1}, {"a": 2}, {"b": "x"}], frozenset("a"))

    assert shape.length == 3
    assert [(count, entry.other_fields) for count, entry in shape.entries] == [(2, 0), (1, 1)]


@pytest.mark.parametrize("content", ["{", "[]", '{"Canaria": 1}', None, "\ud800"])
def test_a_case_that_cannot_be_read_can_be_reported(content: str | None, tmp_path: Path) -> None:
    case = tmp_path / "Canaria"
    (case / "evidence").mkdir(parents=True)
    (case / "evidence/Canaria.pdf").write_bytes(b"%PDF-1.4 Canaria")
    (case / "evidence/Canaria.png").write_bytes(b"\x89PNG\r\n\x1a\n Canaria")
    if content is not None:
        (case / "case.json").write_bytes(content.encode("utf-8", "surrogatepass"))

    report, text = report_of(case, tmp_path / "r.zip")

    assert [file["kind"] for file in report["files"]] == ["pdf", "png"]
    assert all(file["trouble"] for file in report["files"])
    assert leaks(text, SECRET) == []
    assert report["findings"] or report["troubles"]
    assert {path.name for path in case.iterdir()} <= {"case.json", "evidence"}


def test_a_report_without_a_case_is_about_the_machine_only(tmp_path: Path) -> None:
    report, _ = report_of(None, tmp_path / "r.zip")

    assert report["machine"]["python"].startswith("CPython")
    assert [report[name] for name in ("crash", "case", "files", "packets")] == [None, None, [], []]


def test_a_step_that_fails_is_reported_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError(SECRET)

    case = factories.small_case(tmp_path / "case")
    monkeypatch.setattr("assembler.rules.check_case", fail)

    report, text = report_of(case, tmp_path / "r.zip")

    (trouble,) = report["troubles"]
    assert (trouble["step"], trouble["error"]["errors"]) == ("findings", ["builtins.KeyError"])
    assert trouble["error"]["frames"][-1]["file"] == "pipeline/bug_report.py"
    assert len(report["files"]) == 3
    assert leaks(text, SECRET) == []


def test_the_same_case_gives_the_same_bytes_and_a_private_file(built: Path, tmp_path: Path) -> None:
    before = snapshot(built)

    reports = [bug_report.collect_report(built, Shelf.default(), AS_OF) for _ in range(2)]
    run("report-bug", built, "--out", tmp_path / "r.zip", *DAY)

    first, second = (bug_report.make_archive(report) for report in reports)
    assert first == second == (tmp_path / "r.zip").read_bytes()
    assert stat.S_IMODE((tmp_path / "r.zip").stat().st_mode) == 0o600 or os.name == "nt"
    assert {entry.date_time for entry in zipfile.ZipFile(io.BytesIO(first)).infolist()} == {
        (1980, 1, 1, 0, 0, 0)
    }
    assert snapshot(built) == before


def test_another_file_is_never_replaced(tmp_path: Path) -> None:
    out = tmp_path / "r.zip"
    out.write_bytes(b"mine")

    code, _, err = run("report-bug", "--out", out)

    assert code == ExitCode.OUTPUT_NOT_WRITTEN
    assert "give --out another name" in err
    assert out.read_bytes() == b"mine"


def test_the_command_says_what_is_in_it_and_that_nothing_was_sent(
    built: Path, tmp_path: Path
) -> None:
    _, printed, err = run("report-bug", built, "--out", tmp_path / "r.zip", *DAY)

    assert "kind, rounded size and page shapes of 3 files; no name, no content" in printed
    assert "Nothing was sent" in err
    assert "look at it" in err


def crash(monkeypatch: pytest.MonkeyPatch, *args: object) -> tuple[int, str]:
    """Exit code and messages of a command whose check of the facts fails with a client's fact."""

    def fail(*_: object, **__: object) -> None:
        raise ValueError(SECRET) from KeyError(SECRET)

    monkeypatch.setattr("assembler.rules.check_case", fail)
    ran = CliRunner().invoke(main, [str(arg) for arg in args])
    monkeypatch.undo()
    return ran.exit_code, ran.stdout + ran.stderr


def test_a_crash_is_kept_with_the_case_and_reported_without_its_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = factories.small_case(tmp_path / "Canaria")

    code, printed = crash(monkeypatch, "validate", case, "--as-of", "2026-11-23", "--all")

    report, text = report_of(case, tmp_path / "r.zip")
    assert code == ExitCode.BUG
    assert "run `assembler report-bug CASE`" in printed
    assert report["crash"]["command"] == "validate"
    assert report["crash"]["options"] == ["--all", "--as-of"]
    assert report["crash"]["errors"] == ["builtins.ValueError", "builtins.KeyError"]
    files = [frame["file"] for frame in report["crash"]["frames"]]
    assert "cli/validate_command.py" in files
    assert "pipeline/batch/case_list.py" in files
    kept = (case / ".assembler/crash.json").read_text()
    assert leaks(text + kept, SECRET, "2026-11-23", str(tmp_path)) == []
    assert stat.S_IMODE((case / ".assembler/crash.json").stat().st_mode) == 0o600 or os.name == "nt"


def test_the_record_of_a_crash_goes_with_the_cache(tmp_path: Path) -> None:
    case = factories.small_case(tmp_path / "case")
    write_crash(case / ".assembler", describe_crash(ValueError(SECRET)))
    assert read_crash(case / ".assembler") is not None

    code, _, _ = run("cache", "purge", case)

    assert code == 0
    assert read_crash(case / ".assembler") is None
    assert not (case / ".assembler/crash.json").exists()
    assert purge_history(case / ".assembler") == 0


def test_a_crash_leaves_a_folder_that_is_no_case_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr("assembler.pipeline.batch.find_cases", fail)
    (tmp_path / "photos").mkdir()

    ran = CliRunner().invoke(main, ["validate", str(tmp_path / "photos")])

    assert ran.exit_code == ExitCode.BUG
    assert "run `assembler report-bug`," in ran.stderr
    assert not list((tmp_path / "photos").iterdir())


def test_a_record_that_cannot_be_written_does_not_hide_the_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = factories.small_case(tmp_path / "case")
    (case / ".assembler").write_text("mine")

    code, printed = crash(monkeypatch, "validate", case)

    assert code == ExitCode.BUG
    assert "a bug (ValueError at test_bug_report.py:" in printed
    assert (case / ".assembler").read_text() == "mine"


@pytest.mark.parametrize(
    "change",
    [
        {"version": "0.2.0 Canaria"},
        {"command": "Ana Canaria"},
        {"options": ["--Canaria"]},
        {"errors": ["Canaria, Ana"]},
        {"frames": [{"file": "Canaria.py", "line": 1}]},
        {"frames": [{"file": "../pyproject.toml", "line": 1}]},
        {"frames": "Canaria"},
    ],
)
def test_a_record_that_the_program_did_not_write_is_not_reported(
    change: dict[str, Any], tmp_path: Path
) -> None:
    home = tmp_path / ".assembler"
    whole = bug_report.asdict(
        CrashRecord(version="0.2.0", command="", options=(), errors=(), frames=(), other_frames=0)
    )
    write_crash(home, describe_crash(ValueError()))
    (home / "crash.json").write_text(json.dumps(whole))
    assert read_crash(home) is not None

    (home / "crash.json").write_text(json.dumps({**whole, **change}))

    assert read_crash(home) is None

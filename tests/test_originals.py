"""originals: given back byte for byte, or it is said why not; no packet holds another's; no path
leaves the folder."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from assembler.cli import main
from assembler.errors import ExitCode
from assembler.model.manifest import MANIFEST_FILE
from tests import factories
from tests.conftest import AS_OF
from tests.support.building import warm_up


def run(*arguments: object, code: ExitCode = ExitCode.OK) -> str:
    done = CliRunner().invoke(main, list(map(str, arguments)))
    assert done.exit_code == code, done.output
    return done.output


def bundle(case: Path) -> None:
    warm_up(case)
    run("bundle", case, "--as-of", AS_OF, "--jobs", 2, "--keep-originals", "--no-thumbnails")


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def family(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two beneficiaries; the letter is the child's, the photo the brother's, the scan of both;
    an own template."""
    exhibits = deepcopy(factories.CASE["exhibits"])
    exhibits[0]["belongs_to"], exhibits[2]["belongs_to"] = ["child"], ["brother"]
    history = dict.fromkeys(factories.HISTORY, False)
    brother = {"id": "brother", **factories.PERSON, "birth_date": "2016-01-02", "history": history}
    request = {
        **factories.CASE["request"],
        "basis": ["The records say so [@scan]."],
        "why_no_visa": "There is no time.",
    }
    declaration = {**factories.CASE["declarations"][0], "paragraphs": ["I am the aunt."]}
    change = {
        "beneficiaries": [*factories.CASE["beneficiaries"], brother],
        "exhibits": exhibits,
        "request": request,
        "declarations": [declaration],
    }
    case = factories.small_case(tmp_path_factory.mktemp("family") / "case", change)
    templates = case / "templates"
    templates.mkdir()
    shutil.copy(Path(__file__).parent.parent / "templates/parole/recipe.toml", templates)
    bundle(case)
    return case


@pytest.fixture
def build(family: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(family / "build", tmp_path / "build"))


def manifest(folder: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((folder / MANIFEST_FILE).read_text())
    return data


def test_the_case_comes_back_byte_for_byte_and_makes_the_same_bundle(
    family: Path, tmp_path: Path
) -> None:
    out = tmp_path / "again"

    said = run("unbundle", family / "build", "-o", out)

    wanted = {
        path: data
        for path, data in files(family).items()
        if not path.startswith(("build/", ".assembler/"))
    }
    assert files(out) == wanted
    assert f"{len(wanted)} files" in said
    assert "other packets" not in said
    if os.name == "posix":
        assert {path.stat().st_mode & 0o777 for path in out.rglob("*")} == {0o700, 0o600}
    bundle(out)
    for packet in ("child", "brother"):
        for name in ("bundle.pdf", MANIFEST_FILE):
            assert (out / "build" / packet / name).read_bytes() == (
                family / "build" / packet / name
            ).read_bytes()


def test_a_packet_holds_its_own_evidence_only_and_says_what_is_elsewhere(
    family: Path, tmp_path: Path
) -> None:
    stores = {
        packet: manifest(family / "build" / packet)["originals"]["files"]
        for packet in ("child", "brother")
    }
    kept = {packet: {one["path"] for one in store} for packet, store in stores.items()}

    assert kept["child"] == {
        "case.json",
        "templates/recipe.toml",
        "evidence/letter.pdf",
        "evidence/scan.pdf",
    }
    assert kept["brother"] == {
        "case.json",
        "templates/recipe.toml",
        "evidence/photo.jpg",
        "evidence/scan.pdf",
    }
    photo = hashlib.sha256((family / "evidence/photo.jpg").read_bytes()).hexdigest()
    assert not (family / "build/child/originals" / photo).exists()
    said = json.loads(
        CliRunner()
        .invoke(
            main, ["unbundle", str(family / "build/child"), "-o", str(tmp_path / "child"), "--json"]
        )
        .stdout
    )
    assert said["elsewhere"] == ["evidence/photo.jpg"]


def test_the_store_is_bound_to_the_packet_by_the_proof(build: Path, family: Path) -> None:
    next(iter((build / "child/originals").iterdir())).write_bytes(b"other")

    said = run("verify", build / "child", "--case", family, code=ExitCode.PROOF_FAILED)

    assert "changed or missing: originals/" in said


def change_original(folder: Path) -> None:
    (folder / "originals" / manifest(folder)["originals"]["files"][-1]["sha256"]).write_bytes(
        b"other"
    )


def lose_original(folder: Path) -> None:
    (folder / "originals" / manifest(folder)["originals"]["files"][-1]["sha256"]).unlink()


def rewrite(folder: Path, **record: str) -> None:
    data = manifest(folder)
    data["originals"]["files"][0].update(record)
    (folder / MANIFEST_FILE).write_text(json.dumps(data))


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (change_original, "was changed"),
        (lose_original, "is missing"),
        (lambda folder: rewrite(folder, path="../escaped"), "/originals/files/0/path"),
        (lambda folder: rewrite(folder, path="/etc/escaped"), "/originals/files/0/path"),
        (lambda folder: rewrite(folder, path="evidence\\..\\escaped"), "/originals/files/0/path"),
        (lambda folder: rewrite(folder, path=".assembler/x"), "outside the case folder"),
        (lambda folder: rewrite(folder, sha256="../../manifest.json"), "/originals/files/0/sha256"),
        (lambda folder: (folder / MANIFEST_FILE).write_text("{"), "not readable as JSON"),
    ],
)
def test_what_is_missing_changed_or_hostile_gives_nothing_back(
    build: Path, tmp_path: Path, harm: Any, says: str
) -> None:
    harm(build / "child")

    said = run("unbundle", build / "child", "-o", tmp_path / "out", code=ExitCode.PROOF_FAILED)

    assert says in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["build"]


def test_packets_of_different_states_of_the_case_are_not_mixed(build: Path, tmp_path: Path) -> None:
    rewrite(build / "child", sha256="0" * 64)

    assert "different versions of case.json" in run(
        "unbundle", build, "-o", tmp_path / "out", code=ExitCode.PROOF_FAILED
    )


def test_without_a_store_it_says_so_and_nothing_is_overwritten(
    small: Path, build: Path, tmp_path: Path
) -> None:
    assert "no originals were kept" in run(
        "unbundle", small / "build/child", code=ExitCode.CASE_REJECTED
    )
    assert "no manifest" in run("unbundle", small / "evidence", code=ExitCode.CASE_REJECTED)
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine.txt").write_text("mine")
    run("unbundle", build, "-o", tmp_path / "full", code=ExitCode.OUTPUT_NOT_WRITTEN)
    assert (tmp_path / "full/mine.txt").read_text() == "mine"
    (tmp_path / "empty").mkdir()
    run("unbundle", build, "-o", tmp_path / "empty")
    assert (tmp_path / "empty/case.json").is_file()

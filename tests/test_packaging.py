"""The wheel: it carries exactly the shipped templates and schemas, and builds a bundle from an
empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from assembler.evidence import ocr
from scripts.write_constraints import pinned_versions
from tests import factories

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(out),
        str(ROOT),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return next(out.glob("*.whl"))


def tracked(*folders: str) -> set[str]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: nothing to compare the wheel with")
    listed = subprocess.run(
        ["git", "ls-files", "-z", *folders], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return {name for name in listed.stdout.split("\0") if name}


def test_wheel_carries_what_git_tracks_and_no_more(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    data = {
        name.removeprefix("assembler/_data/")
        for name in names
        if name.startswith("assembler/_data/")
    }

    assert data == tracked("templates", "schemas")
    assert not [
        name for name in names if name.startswith(("samples/", "tests/", "docs/", "benchmarks/"))
    ]


def test_the_wheel_says_that_it_is_typed_and_where_the_project_lives(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = archive.read(
            next(name for name in names if name.endswith(".dist-info/METADATA"))
        ).decode()

    assert "assembler/py.typed" in names
    for label in ("Homepage", "Documentation", "Source", "Issues", "Changelog"):
        assert f"Project-URL: {label}, https://" in metadata
    assert "Classifier: Typing :: Typed" in metadata


def test_constraints_pin_every_dependency_to_a_version_that_is_allowed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    direct = [Requirement(line) for lines in lists for line in lines]

    pinned = pinned_versions((ROOT / "constraints.txt").read_text(encoding="utf-8"))

    for requirement in direct:
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), (
            requirement
        )


def test_installed_wheel_bundles_from_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "venv"
    venv.create(home, with_pip=False)
    site = next(home.glob("lib/python*/site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    # the dependencies are those of this run; only the package itself comes from the wheel
    ours = next(path for path in sys.path if path.endswith("site-packages"))
    (site / "dependencies.pth").write_text(ours)
    case, empty = tmp_path / "case", tmp_path / "empty"
    factories.small_case(case)
    empty.mkdir()
    # recognition data is found by the environment's own folder, which here is another one
    data = {"TESSDATA_PREFIX": str(ocr.find_data_folder())}
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **data}

    ran = subprocess.run(
        [
            str(home / "bin/python"),
            "-P",
            "-m",
            "assembler",
            "bundle",
            str(case),
            "--as-of",
            "2026-11-23",
        ],
        cwd=empty,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    assert list(case.glob("build/*/bundle.pdf"))
    assert not list(empty.iterdir())

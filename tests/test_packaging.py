"""The wheel: it carries exactly the shipped templates and schemas, and builds a bundle from an
empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from assembler.evidence import ocr
from tests import factories

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.slow


def build_wheel(checkout: Path, out: Path) -> Path:
    """Build the wheel as the release does, and return its path."""
    options = ["--wheel", "--no-isolation", "--outdir", str(out)]
    subprocess.run(
        [sys.executable, "-m", "build", *options, str(checkout)],
        env={**os.environ, "SOURCE_DATE_EPOCH": "1790000000"},
        check=True,
        capture_output=True,
    )
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(ROOT, tmp_path_factory.mktemp("dist"))


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


def test_the_wheel_has_the_same_bytes_wherever_and_whenever_it_is_built(
    wheel: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    for name in sorted(tracked()):
        source, copy = ROOT / name, elsewhere / name
        if source.exists() and not name.startswith(("benchmarks/", "docs/", "samples/", "tests/")):
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(source.read_bytes())
            copy.chmod(0o600)
            os.utime(copy, (1_000_000_000, 1_000_000_000))

    again = build_wheel(elsewhere, tmp_path / "dist")

    assert again.name == wheel.name
    assert again.read_bytes() == wheel.read_bytes()


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

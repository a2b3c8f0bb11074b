"""Which dependencies lack a wheel, and what CI runs: read from what pip prints, without network."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts import check_wheels
from scripts.check_wheels import (
    KNOWN_GAPS,
    PYTHONS,
    TARGETS,
    Gap,
    PipFailed,
    find_gaps,
    format_table,
    list_closed_gaps,
    list_new_gaps,
    map_versions,
    read_missing,
    write_pip_arguments,
)
from scripts.lock_files import Group, Pin, read_group

ROOT = Path(__file__).parent.parent
PINS = {"click": "8.3.0", "simplejpeg": "1.9.0", "msgspec": "0.22.0"}
REFUSAL = (
    "ERROR: Could not find a version that satisfies the requirement {0}=={1} (from versions: none)"
    "\nERROR: No matching distribution found for {0}=={1}\n"
)


def test_every_run_time_dependency_is_asked_for_with_its_pinned_version() -> None:
    versions = map_versions(read_group(Group.RUN))

    assert {"pikepdf", "tesserocr", "tzdata", "lxml"} <= set(versions)
    assert not {"pytest", "distributed", "av"} & set(versions)
    pin = Pin(
        name="colorama", version="0.4.6", marker="sys_platform == 'win32'", hashes=("0" * 64,)
    )
    assert map_versions([pin]) == {"colorama": "0.4.6"}


def test_pip_is_asked_for_another_system_and_downloads_nothing() -> None:
    windows, linux = TARGETS[0], TARGETS[3]

    arguments = write_pip_arguments(PINS, windows, "3.14", Path("folder"))

    assert {"--dry-run", "--no-deps", ":all:", "win_amd64", "3.14"} <= set(arguments)
    assert arguments[-3:] == ["click==8.3.0", "simplejpeg==1.9.0", "msgspec==0.22.0"]
    assert {"manylinux2014_x86_64", "manylinux_2_28_x86_64"} <= set(linux.platforms)


def test_every_package_without_a_wheel_is_found_though_pip_stops_at_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def answer(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        for package in ("simplejpeg", "msgspec"):
            if f"{package}=={PINS[package]}" in command:
                error = REFUSAL.format(package, PINS[package])
                return subprocess.CompletedProcess(command, 1, "", error)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(check_wheels.subprocess, "run", answer)

    gaps = find_gaps(PINS, TARGETS[2], "3.11")

    assert [(gap.package, gap.target, gap.python) for gap in gaps] == [
        ("simplejpeg", "macOS 15 Intel", "3.11"),
        ("msgspec", "macOS 15 Intel", "3.11"),
    ]


def test_a_name_is_recognized_as_pip_spells_it_and_other_failures_are_no_gaps() -> None:
    assert read_missing(REFUSAL.format("Charset_Normalizer", "3.5.3")) == "charset-normalizer"
    with pytest.raises(PipFailed, match="no network"):
        read_missing("ERROR: no network")


def test_the_table_has_a_row_for_each_incomplete_package_and_one_for_all_others() -> None:
    gaps = [Gap(package="msgspec", target="Linux ARM 64", python=python) for python in PYTHONS[:2]]

    rows = format_table(PINS, gaps).splitlines()

    assert rows[0].startswith("| package | Windows x86-64 |")
    assert rows[2] == "| msgspec 0.22.0 | yes | yes | yes | yes | none for 3.11, 3.12 |"
    assert rows[3] == "| the other 2 packages | yes | yes | yes | yes | yes |"


def test_only_a_gap_that_is_not_known_fails_and_a_closed_one_is_said() -> None:
    known = [Gap(package=name, target=target, python="3.11") for name, target in KNOWN_GAPS]
    new = Gap(package="lxml", target="Windows x86-64", python="3.14")

    assert list_new_gaps([*known, new]) == [new]
    assert list_closed_gaps(known[1:]) == [(known[0].package, known[0].target)]


def test_no_supported_system_has_a_known_gap_and_the_page_names_each() -> None:
    page = (ROOT / "docs/systems.md").read_text(encoding="utf8")
    supported = {"Windows x86-64", "macOS 15 Apple silicon", "Linux x86-64"}

    assert {target for _, target in KNOWN_GAPS} <= {target.name for target in TARGETS} - supported
    for package, _ in KNOWN_GAPS:
        assert f"| {package} " in page


def test_ci_runs_the_tests_on_three_systems_and_four_pythons_without_make() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf8"))["jobs"]
    matrix = jobs["matrix"]["strategy"]["matrix"]
    commands = [step["run"] for step in jobs["matrix"]["steps"] if "run" in step]

    assert {name.partition("-")[0] for name in matrix["os"]} == {"ubuntu", "macos", "windows"}
    assert tuple(matrix["python"]) == PYTHONS
    assert not [command for command in commands if "make" in command or ".venv" in command]
    assert any("pytest" in command for command in commands)


def test_every_target_that_ci_makes_exists() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf8"))["jobs"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf8")
    commands = [step.get("run", "") for job in jobs.values() for step in job["steps"]]
    targets = [command.split()[1] for command in commands if command.startswith("make ")]

    assert {"test-portable", "types-portable", "wheels"} <= set(targets)
    assert not [target for target in targets if f"\n{target}: " not in makefile]

"""What is installed: the lock with its hashes, the licenses, the bill of materials."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts import list_licenses, write_lock, write_sbom
from scripts.lock_files import EXTRAS_OF_GROUP, Group, Pin, parse_pins, read_group

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SYSTEMS = (
    {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
)
PYTHONS = ("3.11.5", "3.12.0", "3.13.0", "3.14.0")
ENVIRONMENTS = [
    {
        **default_environment(),
        **system,
        "python_full_version": python,
        "python_version": ".".join(python.split(".")[:2]),
    }
    for system in SYSTEMS
    for python in PYTHONS
]


def is_needed(requirement: Requirement, environment: dict[str, str], extras: set[str]) -> bool:
    """Return whether a requirement applies on a system to a package with these extras."""
    marker = requirement.marker
    return marker is None or any(
        marker.evaluate({**environment, "extra": extra}) for extra in extras or {""}
    )


@cache
def list_requirements(pin: Pin) -> tuple[Requirement, ...]:
    """Return what a pinned package requires; () if it is not installed here in this version."""
    installed = list_licenses.find_distribution(pin)
    lines = installed.requires if installed is not None else None
    return tuple(Requirement(line) for line in lines or ())


def find_unlocked(group: Group) -> list[str]:
    """Return each requirement of pyproject.toml, or of a package installed here, that the lock of
    a group and those before it does not meet on some supported system."""
    groups = tuple(Group)[: tuple(Group).index(group) + 1]
    pins = {pin.name: pin for each in groups for pin in read_group(each)}
    lists = [
        PROJECT["optional-dependencies"][name] for each in groups for name in EXTRAS_OF_GROUP[each]
    ]
    roots = [Requirement(line) for lines in [PROJECT["dependencies"], *lists] for line in lines]
    unlocked: set[str] = set()
    for environment in ENVIRONMENTS:
        waiting, visited = list(roots), set[tuple[str, frozenset[str]]]()
        while waiting:
            requirement = waiting.pop()
            name, extras = canonicalize_name(requirement.name), set(requirement.extras)
            if (name, frozenset(extras)) in visited:
                continue
            pin = pins.get(name)
            if pin is None or not requirement.specifier.contains(pin.version):
                unlocked.add(str(requirement))
                continue
            if pin.marker and not Requirement(f"x; {pin.marker}").marker.evaluate(environment):
                unlocked.add(f"{requirement} on {environment['sys_platform']}")
            visited.add((name, frozenset(extras)))
            waiting += [
                each for each in list_requirements(pin) if is_needed(each, environment, extras)
            ]
    return sorted(unlocked)


@pytest.mark.parametrize("group", list(Group))
def test_the_lock_meets_every_requirement_on_every_supported_system(group: Group) -> None:
    assert find_unlocked(group) == []


def test_every_extra_of_the_project_is_in_the_lock() -> None:
    locked = {name for names in EXTRAS_OF_GROUP.values() for name in names}

    assert locked == set(PROJECT["optional-dependencies"])


def test_no_two_files_of_the_lock_can_disagree() -> None:
    names = [pin.name for group in Group for pin in read_group(group)]

    assert len(names) == len(set(names))
    assert {path.stem for path in (ROOT / "requirements").iterdir()} == set(Group)


def test_dependabot_reads_every_file_of_the_lock() -> None:
    """It skips files above 500 kB, and folders below the first."""
    sizes = {group.path.stat().st_size for group in Group}

    assert max(sizes) < 500_000
    assert {group.path.parent for group in Group} == {ROOT / "requirements"}


def test_a_file_of_the_lock_reads_back_as_it_was_written() -> None:
    for group in Group:
        text = group.path.read_text(encoding="utf-8")
        head = write_lock.HEAD.format(purpose=write_lock.PURPOSES[group])
        assert text == head + "".join(pin.format() for pin in read_group(group))


@pytest.mark.parametrize(
    "text",
    [
        "click==8.5.1\n",
        "click>=8.5 \\\n    --hash=sha256:" + 64 * "0" + "\n",
        "click==8.5.1 \\\n    --hash=md5:" + 32 * "0" + "\n",
        "-r other.txt\n",
    ],
)
def test_a_line_without_an_exact_version_and_a_sha_256_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="click|other"):
        parse_pins(text)


def test_a_package_of_two_groups_is_pinned_in_the_first() -> None:
    pins = tuple(Pin(name=name, version="1", marker="", hashes=("0" * 64,)) for name in "abc")

    divided = write_lock.divide(
        {Group.RUN: {"b"}, Group.EXTRAS: {"a", "b"}, Group.DEV: {"c", "b"}}, pins
    )

    names = {group: "".join(pin.name for pin in chosen) for group, chosen in divided.items()}
    assert names == {Group.RUN: "b", Group.EXTRAS: "a", Group.DEV: "c"}


def install_commands() -> list[str]:
    """Return the commands by which `make setup` installs packages."""
    make = ["make", "--dry-run", "--always-make", "--no-print-directory", "setup"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    try:
        listed = subprocess.run(
            make, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
        )
    except FileNotFoundError:
        pytest.skip("make is not installed")
    return [line for line in listed.stdout.splitlines() if " pip install " in line]


def test_make_setup_installs_nothing_but_the_lock_and_this_checkout() -> None:
    locked, own = install_commands()

    files = re.findall(r"--requirement (\S+)", locked)
    assert files == [f"requirements/{group}.txt" for group in (Group.RUN, Group.EXTRAS, Group.DEV)]
    assert "--require-hashes" in locked.split()
    assert own.endswith("--no-deps --no-build-isolation --editable .")


@pytest.mark.parametrize("is_genuine", [True, False])
def test_make_setup_refuses_a_file_with_another_hash(tmp_path: Path, is_genuine: bool) -> None:
    wheel = tmp_path / "tiny-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tiny.py", "")
        archive.writestr(
            "tiny-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1\n"
        )
        archive.writestr(
            "tiny-1.dist-info/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr("tiny-1.dist-info/RECORD", "")
    digest = hashlib.sha256(wheel.read_bytes() if is_genuine else b"another file").hexdigest()
    lock = tmp_path / "lock.txt"
    lock.write_text(Pin(name="tiny", version="1", marker="", hashes=(digest,)).format())
    command = install_commands()[0].replace('":all:"', ":all:").split()
    options = command[command.index("install") : command.index("--requirement")]

    site, source = (
        ["--target", str(tmp_path / "site")],
        ["--no-index", "--find-links", str(tmp_path)],
    )
    installed = subprocess.run(
        [sys.executable, "-m", "pip", *options, *source, *site, "--requirement", str(lock)],
        check=False,
        capture_output=True,
        text=True,
    )

    assert (installed.returncode == 0) == is_genuine, installed.stderr
    assert (tmp_path / "site/tiny.py").exists() == is_genuine
    assert is_genuine or "DO NOT MATCH THE HASHES" in installed.stderr


def test_every_license_is_allowed_or_has_a_written_reason() -> None:
    known = list_licenses.read_known(list_licenses.TARGET.read_text(encoding="utf-8"))

    others = {
        pin.name: license_
        for pin, _ in list_licenses.runtime_pins()
        if not list_licenses.is_allowed(license_ := list_licenses.read_license(pin, known))
    }

    assert set(others) == set(list_licenses.REASONS)
    assert not [name for name, license_ in others.items() if list_licenses.is_gpl(license_)]


@pytest.mark.parametrize(
    ("expression", "allowed", "gpl"),
    [
        ("MIT", True, False),
        ("MIT AND GPL-3.0-only", False, False),
        ("MIT OR GPL-3.0-only", True, False),
        ("LGPL-2.1-only", False, False),
        ("GPL-2.0-or-later", False, True),
        ("AGPL-3.0-only", False, True),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", False, False),
    ],
)
def test_the_policy_reads_license_expressions(expression: str, allowed: bool, gpl: bool) -> None:
    assert list_licenses.is_allowed(expression) == allowed
    assert list_licenses.is_gpl(expression) == gpl


def test_a_package_whose_license_nobody_knows_is_refused() -> None:
    pin = Pin(name="no-such-package", version="1", marker="", hashes=())

    with pytest.raises(ValueError, match="no-such-package: not installed"):
        list_licenses.read_license(pin, {})


def test_the_page_of_licenses_is_current() -> None:
    page = list_licenses.TARGET.read_text(encoding="utf-8")

    assert list_licenses.format_page(list_licenses.read_known(page)) == page, "run `make licenses`"


def test_every_library_inside_an_installed_wheel_is_listed_with_its_license() -> None:
    prefixes: dict[str, tuple[str, ...]] = {}
    for native in list_licenses.NATIVE_LIBRARIES:
        prefixes[native.package] = (*prefixes.get(native.package, ()), *native.files)
    pins = [pin for pin, _ in list_licenses.runtime_pins()]

    unlisted = [
        f"{pin.name}: {file.name}"
        for pin in pins
        if (installed := list_licenses.find_distribution(pin)) is not None
        for file in installed.files or ()
        if file.parts[0].endswith(".libs")
        and not file.name.startswith(prefixes.get(pin.name, ("?",)))
    ]

    assert unlisted == []


def test_a_wheel_with_gpl_code_inside_has_a_written_note() -> None:
    holders = {
        native.package
        for native in list_licenses.NATIVE_LIBRARIES
        if list_licenses.is_gpl(native.license)
    }

    assert holders == set(list_licenses.GPL_WHEELS)


def test_the_bill_of_materials_is_valid_and_lists_what_the_lock_pins() -> None:
    known = list_licenses.read_known(list_licenses.TARGET.read_text(encoding="utf-8"))

    text = write_sbom.format_bom(write_sbom.make_bom(known))

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert text == write_sbom.format_bom(write_sbom.make_bom(known))
    listed = {part["purl"]: part for part in json.loads(text)["components"]}
    for pin, use in list_licenses.runtime_pins():
        part = listed.pop(f"pkg:pypi/{pin.name}@{pin.version}")
        assert {entry["content"] for entry in part["hashes"]} == set(pin.hashes)
        assert part["scope"] == ("required" if use == "every run" else "optional")
        assert part["licenses"]
    assert listed == {}

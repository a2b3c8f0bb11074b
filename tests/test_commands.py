"""cli: every command declares the options that it uses, and no other; -v; what a process sets,
it sets at its start."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from assembler.cli import main
from assembler.cli.shared_options import EvidenceOptions, evidence_options
from assembler.errors import ExitCode
from assembler.runtime.worker_pool import Limits, Pool

ROOT = Path(__file__).parent.parent


def commands(group: click.Group, name: str = "assembler") -> Iterator[tuple[str, click.Command]]:
    """Every command below a group, with the name a person types; groups themselves, too."""
    yield name, group
    for word, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {word}")
        else:
            yield f"{name} {word}", command


ALL = dict(commands(main))
LEAVES = {name: command for name, command in ALL.items() if not isinstance(command, click.Group)}


def gathered_options_read(function: Any) -> set[str]:
    """The options in `evidence` that the module of a command reads, itself or through a method."""
    if "evidence" not in names_read(function):
        return set()
    options = {field.name for field in dataclasses.fields(EvidenceOptions)}
    read = attributes_read(inspect.getmodule(function), "evidence")
    waiting = read - options
    while waiting:  # methods and properties, which may use each other
        member = inspect.getattr_static(EvidenceOptions, waiting.pop())
        more = attributes_read(getattr(member, "fget", member), "self") - read
        read |= more
        waiting |= more - options
    return options & read


def attributes_read(source: Any, name: str) -> set[str]:
    """The attributes of a local name that a module or a function reads."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(source)))
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
    }


def unused(command: click.Command) -> list[str]:
    """Options and arguments of a command that its function does not name and read."""
    function = inspect.unwrap(command.callback) if command.callback else None
    parameters = inspect.signature(function).parameters if function else {}
    gathered = gathered_options_read(function) if "evidence" in parameters else set()
    faults = [
        f"**{name}" for name, one in parameters.items() if one.kind is inspect.Parameter.VAR_KEYWORD
    ]
    for param in command.params:
        if not param.expose_value:
            faults += [] if param.callback else [str(param.name)]
        elif param.name in gathered:
            continue
        elif param.name not in parameters or param.name not in names_read(function):
            faults.append(str(param.name))
    return faults


def names_read(function: Any) -> set[str]:
    """The names that the body of a function reads."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    nodes = (node for statement in tree.body for node in ast.walk(statement))
    return {
        node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


@pytest.mark.parametrize("name", ALL)
def test_every_option_of_a_command_is_used(name: str) -> None:
    assert unused(ALL[name]) == []


def test_an_option_that_is_ignored_is_noticed() -> None:
    @click.command()
    @click.option("--used")
    @click.option("--overwritten")
    @click.option("--swallowed")
    @click.option("--kept-back", expose_value=False)
    @click.pass_context
    def command(ctx: click.Context, /, used: str, overwritten: str, **_: Any) -> None:
        overwritten = used  # noqa: F841 - what the test is about
        ctx.exit(len(used))

    assert sorted(unused(command)) == ["**_", "kept_back", "overwritten", "swallowed"]


def test_an_option_in_evidence_that_is_ignored_is_noticed() -> None:
    @click.command()
    @evidence_options
    def command(evidence: EvidenceOptions) -> None:
        click.echo(f"{evidence.workers} {evidence.strict}")

    assert sorted(unused(command)) == ["as_of", "cache", "cache_size", "profile", "shelf_dir"]


@pytest.mark.parametrize(
    ("command", "option"),
    [
        ("doctor", "--strict"),
        ("doctor", "--profile=x"),
        ("plan", "--jobs=2"),
        ("plan", "--as-of=2026-01-01"),
        ("validate", "--jobs=2"),
        ("validate", "--profile=x"),
        ("verify", "--as-of=2026-01-01"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(command: str, option: str) -> None:
    where = [] if command == "doctor" else [str(ROOT)]

    ran = CliRunner().invoke(main, [command, *where, option])

    assert ran.exit_code == ExitCode.USAGE
    assert "No such option" in ran.output


@pytest.mark.parametrize("name", LEAVES)
def test_every_command_takes_v_since_a_bug_asks_for_it(name: str) -> None:
    options = {word for param in ALL[name].params for word in param.opts}

    assert {"-v", "--verbose"} <= options


@pytest.mark.parametrize(
    ("arguments", "traced"),
    [
        (["doctor"], False),
        (["doctor", "-v"], True),
        (["-v", "doctor"], True),
        (["doctor", "--verbose"], True),
    ],
)
def test_a_traceback_is_printed_with_v_of_this_command_line_only(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], traced: bool
) -> None:
    def fail() -> None:
        raise RuntimeError

    monkeypatch.setattr("assembler.pipeline.doctor.examine", fail)
    monkeypatch.setattr(sys, "argv", ["another-program", "-v", "--verbose"])

    ran = CliRunner().invoke(main, arguments)

    assert ran.exit_code == ExitCode.BUG
    assert ("Traceback" in ran.stderr) is traced


def test_the_group_of_a_command_hears_of_v_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(_shelf: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("assembler.forms.load_maps", fail)

    assert "Traceback" in CliRunner().invoke(main, ["forms", "list", "-v"]).stderr
    assert "Traceback" not in CliRunner().invoke(main, ["forms", "list"]).stderr


# --- settings of a process ---

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT")
IMPORT_EVERYTHING = """
import importlib, os, pkgutil, signal
import PIL.Image
def state():
    return dict(os.environ), PIL.Image.MAX_IMAGE_PIXELS, signal.getsignal(signal.SIGINT)
before = state()
import assembler
names = [one.name for one in pkgutil.walk_packages(assembler.__path__, "assembler.")]
names.remove("assembler.runtime.preload")  # is run by the fork server only
for name in names:
    importlib.import_module(name)
print(len(names) > 200, state() == before)
"""


def test_importing_the_library_changes_no_settings_of_the_process() -> None:
    clean = {name: value for name, value in os.environ.items() if name not in THREADS}

    ran = subprocess.run(
        [sys.executable, "-c", IMPORT_EVERYTHING],
        cwd=ROOT,
        env=clean,
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stdout.split() == ["True", "True"]


def settings(_item: object) -> tuple[str | None, str | None, object]:
    import PIL.Image

    threads, tesseract = map(os.environ.get, THREADS)
    return threads, tesseract, PIL.Image.MAX_IMAGE_PIXELS


def test_a_worker_has_one_thread_and_opens_large_pictures() -> None:
    pool = Pool(1)
    try:
        assert pool.run(settings, [0], Limits(), None) == [("1", "1", None)]
    finally:
        pool.close()


def test_the_command_line_has_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in THREADS:
        monkeypatch.delenv(name, raising=False)

    CliRunner().invoke(main, ["--version"])

    assert [os.environ[name] for name in THREADS] == ["1", "1"]

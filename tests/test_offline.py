"""No network at run time: nothing of ours opens a connection, and a build asks for none."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import factories
from tests.support.building import warm_up

PACKAGE = Path(__file__).parent.parent / "assembler"
NETWORK = {"aiohttp", "ftplib", "http", "httpx", "requests", "smtplib", "socket", "ssl", "urllib3"}
# the desk answers the browser of this machine; a cluster's workers are reached by TLS
CONNECTING = ("desk/", "pipeline/batch/cluster")
HOOK = """
import os, sys

def refuse(event, arguments):
    local = event == "socket.connect" and isinstance(arguments[1], (str, bytes))
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto") and not local:
        with open(os.environ["ATTEMPTS"], "a") as log:
            log.write(event)
        raise PermissionError(event)

sys.addaudithook(refuse)
"""


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports, whole names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_only_the_desk_and_the_cluster_know_of_a_network() -> None:
    connecting = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for name in imported(path)
        if name.split(".")[0] in NETWORK or name == "urllib.request"
    }

    assert [path for path in connecting if not path.startswith(CONNECTING)] == []


@pytest.mark.slow
def test_no_process_of_a_build_asks_for_a_connection(tmp_path: Path) -> None:
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook/sitecustomize.py").write_text(HOOK)
    attempts = tmp_path / "attempts"
    path = os.pathsep.join([str(tmp_path / "hook"), str(PACKAGE.parent)])
    environment = {**os.environ, "PYTHONPATH": path, "ATTEMPTS": str(attempts)}
    case = factories.small_case(tmp_path / "case")
    warm_up(case)

    built = run_python(
        ["-m", "assembler", "bundle", str(case), "--as-of", "2026-11-23"], environment
    )

    assert built.returncode == 0, built.stderr
    assert not attempts.exists()
    refused = run_python(
        ["-c", "import socket; socket.create_connection(('127.0.0.1', 9))"], environment
    )
    assert "PermissionError" in refused.stderr
    assert attempts.exists()


def run_python(
    arguments: list[str], environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own."""
    return subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False
    )

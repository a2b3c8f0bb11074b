"""The drill of benchmarks/, small: killed, interrupted and resumed, on this machine's cores and
on Dask workers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes in /proc"),
]


@pytest.mark.parametrize(("cluster", "cases"), [("", 6), ("local:2", 4)])
def test_every_good_case_is_built_and_every_bad_one_named(cluster: str, cases: int) -> None:
    if cluster:
        pytest.importorskip("distributed")
    command = [
        sys.executable,
        "-m",
        "benchmarks.drill",
        "--cases",
        str(cases),
        "--poisoned",
        "0.5",
        "--kills",
        "2",
        "--hung",
        "40",
    ]

    ran = subprocess.run(
        [*command, "--cluster", cluster], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.splitlines()[-1].startswith(
        f"all {cases // 2} good cases built and proved, all {cases // 2} bad ones named, "
        "no foreign canary"
    )
    assert "2 of 2 kills" in ran.stdout

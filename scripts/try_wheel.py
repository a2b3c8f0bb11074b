"""Install the wheel and the lock into an empty environment; make and prove a bundle there.

`make try-wheel PYTHONS="python3.11 python3.14"`. Nothing of the checkout is used but the wheel,
requirements/run.txt and a copy of a sample case. Each program runs in an empty folder with an empty
home folder.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.lock_files import Group

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "samples/other"
PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """An environment in a folder of its own; its programs run in an empty folder and home."""

    folder: Path

    @property
    def programs(self) -> Path:
        return self.folder / "venv" / ("Scripts" if os.name == "nt" else "bin")

    def run(self, *command: str | Path) -> str:
        """Run a program; return what it printed. Raises CalledProcessError."""
        home, empty = self.folder / "home", self.folder / "empty"
        keep = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
        network = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        environment = {name: os.environ[name] for name in keep if name in os.environ}
        own = {"HOME": str(home), "USERPROFILE": str(home), **network}
        done = subprocess.run(
            [str(part) for part in command],
            cwd=empty,
            env={**environment, **own},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout


def build_wheel(folder: Path) -> Path:
    """Build the wheel of this checkout with the backend of this environment."""
    options = ("--wheel", "--no-isolation", "--outdir", str(folder))
    subprocess.run(
        [sys.executable, "-m", "build", *options, str(ROOT)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return next(folder.glob("*.whl"))


def try_wheel(python: str, wheel: Path, folder: Path) -> None:
    """Install the wheel for one Python and use it.

    folder: an empty folder, which this fills. Raises CalledProcessError at a step that fails.
    """
    for name in ("home", "empty"):
        (folder / name).mkdir()
    trial = Trial(folder=folder)
    started = time.monotonic()
    trial.run(python, "-m", "venv", folder / "venv")
    inside = trial.programs / "python"
    trial.run(inside, *PIP, "--require-hashes", "--no-deps", "--requirement", Group.RUN.path)
    trial.run(inside, *PIP, "--no-deps", wheel)
    trial.run(inside, "-m", "pip", "check")
    print(f"{python}: installed in {time.monotonic() - started:.0f} s", flush=True)
    case = folder / "case"
    shutil.copytree(SAMPLE, case, ignore=shutil.ignore_patterns("build", ".assembler"))
    assembler = trial.programs / "assembler"
    trial.run(assembler, "--help")
    print(trial.run(assembler, "doctor"))
    print(trial.run(assembler, "bundle", case, "--as-of", "2026-11-23"))
    for packet in sorted((case / "build").glob("*/manifest.json")):
        print(trial.run(assembler, "verify", packet.parent))
    left = [path.name for path in (folder / "empty").iterdir()]
    if left:
        raise SystemExit(f"{python}: the commands left files in the current folder: {left}")
    print(f"{python}: the wheel works; {time.monotonic() - started:.0f} s", flush=True)


def main(arguments: Sequence[str]) -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("pythons", nargs="+", help="each a program on PATH, or a path")
    parser.add_argument("--wheel", type=Path, help="a finished wheel (default: build one)")
    options = parser.parse_args(arguments)
    with TemporaryDirectory() as scratch:
        wheel = options.wheel.resolve() if options.wheel else build_wheel(Path(scratch))
        for number, python in enumerate(options.pythons):
            folder = Path(scratch, str(number))
            folder.mkdir()
            # a link to a Python stays a link: an environment is found by where it is
            program = os.path.abspath(shutil.which(python) or python)  # noqa: PTH100
            try_wheel(program, wheel, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

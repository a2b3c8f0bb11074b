"""The drill: many small cases, some poisoned; workers killed at random; one ^C and a resume. Then
everything is looked at.

`python -m benchmarks.drill --cases 300 [--kills 20] [--cluster local:2]` prints what happened and
exits 0 if every good case is built and proved, every bad one named with its rule, no case's canary
stands in another's bundle, and nothing is left behind.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from assembler import pipeline
from assembler.pipeline import batch
from assembler.pipeline.batch import Order, Outcome
from assembler.runtime.resources import Shelf
from assembler.runtime.worker_pool import Pool
from benchmarks import cases, poison

ROOT = Path(__file__).parent.parent
OPTIONS = pipeline.Options(as_of=date(2026, 11, 23))
CANARY = re.compile(r"CASE[A-Z]{5}MARK", re.IGNORECASE)


def main() -> None:
    asked = _asked()
    if asked.work:
        work(asked.work, asked.cluster, asked.hung)
        return
    with tempfile.TemporaryDirectory() as home:
        sys.exit(0 if drill(Path(home), asked) else 1)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--poisoned", type=float, default=0.02, help="share of the cases")
    parser.add_argument("--cluster", default="")
    parser.add_argument(
        "--hung",
        type=float,
        default=45,
        help="seconds after which a case is hung (the command's: an hour)",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, default=None, help=argparse.SUPPRESS)
    return parser.parse_args()


# --- the process that is killed, interrupted and resumed ---


def build(order: Order, pool: Pool) -> Outcome:
    """Builds a case, unless a file in it says that it is one of those its worker dies of, or
    sleeps over."""
    mark = order.folder / poison.MARK
    how = mark.read_text() if mark.exists() else ""
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    while how == "hang":
        time.sleep(1)
    return batch.build(order, pool)


def work(root: Path, cluster: str, hung: float) -> None:
    """Build what is not built; a line for each case, and what became of it as JSON."""
    from benchmarks.drill import (
        build as known,
    )  # not as __main__, which other processes do not have

    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # a shell may have started the drill with ^C ignored

    orders = [
        Order(folder=folder, shelf=Shelf.default(), options=OPTIONS, resume=True)
        for folder in batch.discover([root / "cases"])
    ]

    def tell(one: Outcome) -> None:
        print(one.case, flush=True)

    try:
        if cluster:
            found = batch.run_on(cluster, orders, tell, function=known, seconds=hung)
        else:
            found = batch.run(orders, os.cpu_count() or 1, tell, function=known, seconds=hung)
    except KeyboardInterrupt:
        sys.exit(130)
    rows = [
        {"case": one.case, "state": one.state, "rules": sorted({f.rule for f in one.findings})}
        for one in found
    ]
    (root / "outcomes.json").write_text(json.dumps(rows))


# --- the drill ---


def drill(home: Path, asked: argparse.Namespace) -> bool:
    """Run it; True if all is as it should be."""
    chance = random.Random(asked.seed)
    bad = _make(home, asked, chance)
    print(
        f"{asked.cases} cases, poisoned: "
        f"{', '.join(f'{name} ({kind})' for name, kind in sorted(bad.items()))}",
        flush=True,
    )
    began, killed, done = time.monotonic(), 0, 0
    for last in (False, True):
        code, more, heard, left = _run(home, asked, chance, last, killed)
        killed, done = killed + more, done + heard
        ended = f"exit {code}, {heard} cases ended, {more} processes killed, {left} left"
        print(f"{'second' if last else 'first'} run: {ended}", flush=True)
        if code != (0 if last else 130) or left:
            print("  WRONG: this is not how it should end")
            return False
    print(f"{time.monotonic() - began:.0f} s in all; {killed} of {asked.kills} kills")
    wrong = _judged(home, asked.cases, bad)
    print(
        "\n".join(wrong)
        or f"all {asked.cases - len(bad)} good cases built and proved, all {len(bad)} bad ones "
        f"named, "
        "no foreign canary, nothing left behind"
    )
    return not wrong


def _make(home: Path, asked: argparse.Namespace, chance: random.Random) -> dict[str, str]:
    """The cases; which of them are poisoned, and how."""
    names = [f"case-{number:05}" for number in range(asked.cases)]
    for number, name in enumerate(names):
        cases.make_small(home / "cases" / name, number)
    count = max(1, round(asked.cases * asked.poisoned))
    bad = dict(zip(chance.sample(names, count), list(poison.KINDS) * count, strict=False))
    for name, kind in bad.items():
        poison.spoil(home / "cases" / name, kind)
    return bad


def _run(
    home: Path, asked: argparse.Namespace, chance: random.Random, last: bool, killed: int
) -> tuple[int, int, int, int]:
    """Exit code, processes killed, cases that ended, processes left. The first run gets ^C in
    the middle."""
    options = ["--work", str(home), "--cluster", asked.cluster, "--hung", str(asked.hung)]
    command = [sys.executable, "-m", "benchmarks.drill", *options]
    with (home / "ended.txt").open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, start_new_session=True)
    goal = asked.kills if last else asked.kills // 2
    due, kills, seen = time.monotonic() + 3, 0, set[int]()
    while process.poll() is None:
        time.sleep(0.25)
        seen |= set(_below(process.pid))
        if killed + kills < goal and time.monotonic() > due:
            kills += _kill_one(process.pid, chance, bool(asked.cluster))
            due = time.monotonic() + chance.uniform(0.5, 2.5)
        if not last and _ended(home) >= asked.cases // 2 and killed + kills >= goal:
            process.send_signal(signal.SIGINT)
            process.wait(60)
    until = time.monotonic() + 15
    while time.monotonic() < until and any(map(_alive, seen)):
        time.sleep(0.2)
    return process.returncode, kills, _ended(home), sum(map(_alive, seen))


def _ended(home: Path) -> int:
    return len((home / "ended.txt").read_text().splitlines())


def _kill_one(top: int, chance: random.Random, cluster: bool) -> int:
    """SIGKILL for some worker: fork servers and trackers hand out processes, and stand at the
    levels between."""
    ours = (1, 3, 5) if cluster else (2, 4)
    found = [
        pid
        for pid, level in _levels(top).items()
        if level in ours and "tracker" not in _command(pid)
    ]
    if not found:
        return 0
    try:
        os.kill(chance.choice(found), signal.SIGKILL)
    except ProcessLookupError:
        return 0
    return 1


def _levels(top: int) -> dict[int, int]:
    """Processes below one, and how far below."""
    parents = {
        int(path.name): _parent(path) for path in Path("/proc").iterdir() if path.name.isdecimal()
    }
    levels, level, ring = {}, 0, {top}
    while ring:
        level += 1
        ring = {pid for pid, parent in parents.items() if parent in ring}
        levels |= dict.fromkeys(ring, level)
    return levels


def _below(top: int) -> list[int]:
    return list(_levels(top))


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _command(pid: int) -> str:
    try:
        return (Path("/proc") / str(pid) / "cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return "tracker"


def _alive(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


# --- what must hold ---


def _judged(home: Path, count: int, bad: dict[str, str]) -> list[str]:
    """What is wrong, a line each."""
    rows = {row["case"]: row for row in json.loads((home / "outcomes.json").read_text())}
    wrong = [] if len(rows) == count else [f"{len(rows)} outcomes for {count} cases"]
    for number, (name, row) in enumerate(sorted(rows.items())):
        folder = home / "cases" / name
        wrong += (
            _of_bad(name, row, bad[name], folder)
            if name in bad
            else _of_good(name, row, folder, number)
        )
    places = (".assembler/scratch/*", ".assembler/cache/new/*", "build/.*")
    left = [path for place in places for path in home.glob(f"cases/*/{place}")]
    return wrong + [f"left behind: {path.relative_to(home)}" for path in left]


def _names(kind: str) -> set[tuple[str, str]]:
    return {poison.KINDS[kind], ("quarantined", "BATCH.QUARANTINE")}


def _of_bad(name: str, row: dict[str, Any], kind: str, folder: Path) -> list[str]:
    """Named as what it is; or quarantined, where the drill killed its workers too often or the
    machine was too slow for it."""
    named = any(
        (row["state"], one[: len(rule)]) == (state, rule)
        for state, rule in _names(kind)
        for one in row["rules"]
    )
    if not named:
        return [f"{name} ({kind}) is {row['state']} by {row['rules']}"]
    return [f"{name} ({kind}) has a bundle"] if list(folder.glob("build/*/bundle.pdf")) else []


def _of_good(name: str, row: dict[str, Any], folder: Path, number: int) -> list[str]:
    if row["state"] not in ("built", "skipped"):
        return [f"{name} is {row['state']} by {row['rules']}"]
    if pipeline.find_current_packets(folder, Shelf.default(), OPTIONS) is None:
        return [f"{name}: its bundle is not what its manifest proves"]
    found = _canaries(folder / "build/child/bundle.pdf")
    foreign = found - {cases.canary(number)}
    if foreign or not found:
        return [
            f"{name}: {len(foreign)} foreign canaries, its own is {'there' if found else 'missing'}"
        ]
    return []


def _canaries(bundle: Path) -> set[str]:
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(bundle)
    text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return {word.upper() for word in CANARY.findall(text)}


if __name__ == "__main__":
    main()

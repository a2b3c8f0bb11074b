"""A process that does trials: jobs as lines of JSON in, outcomes as lines of JSON out."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path


def main() -> None:
    """Do what standard input says until it ends."""
    # heavy libraries come here, since each worker imports this module anew
    from benchmarks.faults.machine import start_workers_source
    from benchmarks.faults.shim import VARIABLE, Control
    from benchmarks.faults.trial import Bench, Job, WrongBaseline

    answers = os.fdopen(os.dup(1), "w", encoding="utf8")
    os.dup2(2, 1)
    home, place = Path(sys.argv[1]), Path(sys.argv[2])
    bench = Bench(home, place, Control(Path(os.environ[VARIABLE])))
    start_workers_source(place)
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer = (
                bench.prepare(order["prepare"])
                if "prepare" in order
                else asdict(bench.try_out(Job(**order)))
            )
        except WrongBaseline as error:
            answer = {"error": str(error)}
        answers.write(f"{json.dumps(answer)}\n")
        answers.flush()


if __name__ == "__main__":
    main()

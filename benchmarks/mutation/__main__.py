"""`python -m benchmarks.mutation PACKAGE`: how many small mistakes the quick tests notice.

    python -m benchmarks.mutation layout --sample 150 --seed 1
    python -m benchmarks.mutation rules --only fee_rules.py:77

Each mutant has one mistake in one function: a comparison, a number, a condition, an argument. Only
the tests that run its line, and take less than four seconds, are asked. Exit code 1 if fewer than
`--floor` of the sample are killed. Needs `fork`: Linux or macOS.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from benchmarks.mutation.mutants import ROOT
from benchmarks.mutation.session import Order, run_mutants

# the tests that are about a package, and quick
_TESTS = {
    "layout": (
        "arrange plan paper splitting freezing excerpts thematic_index signature_lines upload_set "
        "layout_edges "
        "numbering enclosures"
    ),
    "rules": (
        "rules filing_rules deadlines facts confirmed_facts explain dates_and_help init "
        "rule_catalog signing late hostile_inputs"
    ),
    "proof": (
        "prove structure pixels text_layer own_pages statements fields word_reading word_missing "
        "unusual_pages marks printed_files manifests"
    ),
}


def main() -> None:
    """Print every survivor and the share that was killed."""
    options = _read_options()
    order = Order(
        package=f"assembler/{options.package}",
        sample=options.sample,
        seed=options.seed,
        places=tuple(options.only),
    )
    names = _TESTS[options.package].split()
    tests = [ROOT / f"tests/test_{name}.py" for name in names]
    start = time.monotonic()
    stream = sys.stdout

    def notify(text: str) -> None:
        print(text, file=stream, flush=True)

    report = run_mutants(order, options.tests or tests, notify)
    lost = len(report.survived) + len(report.unreached)
    total = lost + len(report.killed)
    notify(
        f"{options.package}, seed {options.seed}: {len(report.killed)} of {total} killed "
        f"({len(report.killed) / max(total, 1):.1%}), {len(report.survived)} survived, "
        f"{len(report.unreached)} not reached by a quick test, {report.skipped} not applicable, "
        f"{time.monotonic() - start:.0f} s"
    )
    raise SystemExit(bool(total) and len(report.killed) / total < options.floor)


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("package", choices=list(_TESTS))
    parser.add_argument("--sample", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--floor", type=float, default=0.0, help="share that must be killed")
    parser.add_argument("--only", nargs="*", default=[], help="parts of names of mutants")
    parser.add_argument("--tests", nargs="*", type=Path, default=[], help="other test files")
    return parser.parse_args()


if __name__ == "__main__":
    main()

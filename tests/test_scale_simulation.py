"""The simulation of many cases: nothing is lost, no time is made up, and the page says what it
prints."""

from __future__ import annotations

import math
import re
import shlex
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assembler.pipeline.batch import case_builds, cluster
from benchmarks.scale_simulation import __main__ as command
from benchmarks.scale_simulation import simulation
from benchmarks.scale_simulation.drawn import count_trimming_trips, draw_cases
from benchmarks.scale_simulation.parameters import PLACES, Parameters
from benchmarks.scale_simulation.shared_resource import SharedResource
from benchmarks.scale_simulation.simulation import simulate

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/scale.md").read_text(encoding="utf-8")
QUIET = {
    "failures_per_hour": 0.0,
    "crash_share": 0.0,
    "hang_share": 0.0,
    "slow_share": 0.0,
    "speed_spread": 0.0,
    "huge_cases": 0,
}


def make_parameters(**changes: Any) -> Parameters:
    return Parameters(**{"cases": 60, "workers": 7, "huge_cases": 1, **changes})


@st.composite
def draw_parameters(draw: st.DrawFn) -> Parameters:
    """Troubled days: losses, crashes, hangs, little storage."""
    return make_parameters(
        cases=draw(st.integers(1, 60)),
        workers=draw(st.integers(1, 12)),
        seed=draw(st.integers(0, 1_000)),
        cache=draw(st.sampled_from(PLACES)),
        failures_per_hour=draw(st.floats(0, 50)),
        crash_share=draw(st.floats(0, 0.5)),
        hang_share=draw(st.floats(0, 0.3)),
        storage_mb_s=draw(st.floats(1, 1_000)),
        slow_share=draw(st.floats(0, 1)),
        lost_first=draw(st.booleans()),
    )


@settings(max_examples=60, deadline=None)
@given(draw_parameters())
def test_every_case_is_finished_or_quarantined_and_no_time_is_made_up(drawn: Parameters) -> None:
    result = simulate(drawn)

    assert result.finished + result.quarantined == drawn.cases
    assert 0 <= result.utilization <= 1
    assert all(0 <= share <= 1 + 1e-9 for share in result.busy.values())
    assert min(result.spent.values()) >= -1e-6 * result.seconds
    assert sum(result.spent.values()) == pytest.approx(drawn.workers * result.seconds)
    assert result.seconds_to_99 <= result.seconds


@settings(max_examples=20, deadline=None)
@given(draw_parameters())
def test_the_same_seed_gives_the_same_result(drawn: Parameters) -> None:
    assert simulate(drawn) == simulate(drawn)


def test_another_seed_gives_other_cases() -> None:
    assert draw_cases(make_parameters(seed=1)) != draw_cases(make_parameters(seed=2))


def test_one_worker_takes_as_long_as_all_parts_together() -> None:
    drawn = make_parameters(workers=1, **QUIET)
    cases = draw_cases(drawn)
    expected = math.fsum(
        case.trips * drawn.trip_seconds
        + (case.read_mb + case.written_mb) / drawn.network_mb_s
        + case.cpu / drawn.core_use
        + drawn.hand_out_seconds
        + drawn.list_trips * drawn.trip_seconds
        + drawn.report_seconds
        for case in cases
    )

    result = simulate(drawn)

    assert result.seconds == pytest.approx(expected)
    assert result.core_seconds == pytest.approx(math.fsum(case.cpu for case in cases))


@settings(max_examples=30, deadline=None)
@given(st.floats(1, 500), st.floats(1, 4), st.integers(0, 100))
def test_more_bandwidth_is_never_slower(mb_s: float, times: float, seed: int) -> None:
    """Of one worker: among several, it is luck who gets which of the last cases."""
    narrow = make_parameters(seed=seed, workers=1, storage_mb_s=mb_s, **QUIET)

    wide = simulate(replace(narrow, storage_mb_s=mb_s * times))

    assert wide.seconds <= simulate(narrow).seconds * (1 + 1e-9)


def test_a_case_that_ends_its_driver_each_time_is_tried_three_times_and_quarantined() -> None:
    drawn = make_parameters(**QUIET | {"crash_share": 1.0})

    result = simulate(drawn)

    assert (result.quarantined, result.finished) == (60, 0)
    assert result.retries == 2 * 60


def test_a_case_that_loses_its_worker_each_time_is_tried_three_times_and_quarantined() -> None:
    drawn = make_parameters(cases=5, **QUIET | {"hang_share": 1.0, "failures_per_hour": 1e6})

    result = simulate(drawn)

    assert (result.quarantined, result.retries) == (5, 2 * 5)


def test_a_case_that_lost_its_worker_waits_before_all_others_or_behind_them() -> None:
    drawn = make_parameters(cases=300, workers=20, failures_per_hour=20, crash_share=0)
    last = replace(drawn, lost_first=False)

    ended = [
        [simulate(replace(one, seed=seed)).seconds for seed in range(5)] for one in (drawn, last)
    ]

    assert sum(ended[0]) < sum(ended[1])


@pytest.mark.parametrize("every", [1, 7, 50, 61])
def test_a_shared_cache_is_kept_small_by_a_worker_and_by_the_program_once_in_some_cases(
    every: int,
) -> None:
    drawn = make_parameters(workers=1, cache="shared", worker_trims_every=every, **QUIET)
    never = replace(drawn, worker_trims_every=1_000, trims_every=1_000)

    more = simulate(drawn).seconds - simulate(never).seconds

    trimmed = 60 // every + 60 // drawn.trims_every
    assert more == pytest.approx(trimmed * count_trimming_trips(drawn) * drawn.trip_seconds)


def test_a_new_worker_keeps_the_cache_small_after_cases_of_its_own() -> None:
    one = simulation.Simulation(make_parameters(workers=1, cache="shared", worker_trims_every=2))
    one._handed_out[0] = 1
    one._on_restarted(0)

    assert [attempt.trims for attempt in one._attempts.values()] == [False]


def test_a_case_that_hangs_costs_the_limit_once() -> None:
    drawn = make_parameters(cases=1, workers=1, **QUIET | {"hang_share": 1.0})

    result = simulate(drawn)

    assert (result.quarantined, result.retries) == (1, 0)
    assert drawn.limit_seconds < result.seconds < drawn.limit_seconds + 1


def test_the_limits_are_those_of_the_program() -> None:
    assert Parameters().limit_seconds == case_builds.SECONDS
    assert Parameters().tries == case_builds.TRIES
    assert Parameters().cache_limit_mb == case_builds.CACHE_MB
    assert Parameters().trims_every == case_builds.TRIM_EVERY
    assert Parameters().worker_trims_every == cluster.TRIM_EVERY


def test_users_of_a_resource_share_it_fairly() -> None:
    resource = SharedResource(capacity=10, most_each=8)
    resource.add(0, 8, user=1)
    resource.add(0.5, 10, user=2)  # user 1 has had 4 alone, the rest at half of 10

    assert resource.find_next() == (pytest.approx(1.3), 1)
    resource.remove(1.3, 1)
    assert resource.find_next() == (pytest.approx(1.3 + 6 / 8), 2)


def test_a_user_that_left_takes_nothing() -> None:
    resource = SharedResource(capacity=10, most_each=10)
    resource.add(0, 10, user=1)
    resource.add(0, 10, user=2)
    resource.remove(0, 1)

    assert resource.find_next() == (pytest.approx(1), 2)


# --- the page


def test_the_page_lists_every_parameter_with_its_value_and_origin() -> None:
    table = command.format_parameters(Parameters())

    assert len(table.splitlines()) == 2 + len(fields(Parameters))
    assert table in PAGE


def test_the_page_has_a_row_for_every_run_of_the_sweep() -> None:
    runs = [what for what, _ in command.list_changes(Parameters())]
    section = PAGE.split("## A simulation of 50,000 cases", 1)[1]

    assert [row for row in runs if f"\n| {row} |" not in section] == []


def test_the_commands_of_the_page_run() -> None:
    commands = re.findall(r"(?m)^python -m (benchmarks\.scale_simulation.*?)(?:   .*)?$", PAGE)

    assert commands
    for line in commands:
        options = [*shlex.split(line), "--cases", "20", "--workers", "2"]
        ran = subprocess.run(
            [sys.executable, "-m", *options], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert ran.stdout.startswith("| ")


def test_the_page_states_what_the_simulation_gives() -> None:
    """One row of the table, of all 50,000 cases, is computed again: the others take as long."""
    base = dict(command.list_changes(Parameters()))["D: C, and no case hangs"]

    assert command.format_row("D: C, and no case hangs", simulate(base)) in PAGE

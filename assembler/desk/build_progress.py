"""How far a build is, and how long it will take, as honestly as that can be said. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

# the steps as the pipeline names them: words for a person, and the share of the time that each
# takes where nothing better is known (measured on the samples)
STEPS = {
    "read": ("Read the case", 2),
    "open evidence": ("Open the evidence", 8),
    "read pages": ("Recognize and measure pages", 50),
    "join exhibits": ("Join exhibits", 6),
    "compare": ("Compare evidence and facts", 4),
    "draft": ("Write letters, index and forms", 12),
    "bind": ("Bind the packet", 5),
    "prove": ("Prove the packet", 10),
    "review": ("Write the review page", 3),
    "print": ("Make the print set", 100),
    "file": ("Keep the filed packet", 100),
}
BUILD_STEPS = tuple(STEPS)[:9]
_SOON = 8.0  # seconds that are not worth a number
_SURE = 0.08  # of a step must be done before its rest is guessed from it


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTime:
    """A step, and the seconds that it took."""

    step: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningStep:
    """The step that is going on: how much of it is done (total 0: not known), and since when."""

    step: str
    done: int
    total: int
    seconds: float

    @property
    def share(self) -> float:
        """Return how much of it is done, 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """`percent` done, and what remains in words; "" while nobody can know."""

    percent: int
    remaining: str


def estimate(past: Sequence[StepTime], now: RunningStep, earlier: Sequence[StepTime]) -> Estimate:
    """Say how far a build is.

    Args:
        past: steps that are over.
        earlier: all steps of the last build of the case; () if there was none.
    """
    weights = (
        _sum_steps(earlier) if earlier else {step: float(STEPS[step][1]) for step in BUILD_STEPS}
    )
    spent = _sum_steps(past)
    passed = {step for step in weights if step in spent}
    if earlier:
        # a step may come several times, once for each packet: what is left of it is a rest
        left = {step: max(0.0, seconds - spent.get(step, 0.0)) for step, seconds in weights.items()}
        before = sum(weights.values()) - sum(left.values())
        current = weights.get(now.step, 0.0)
        done_now = max(now.share * current, min(now.seconds, 0.9 * current))
        done = before + min(done_now, left.get(now.step, 0.0))
    else:
        before = sum(weights[step] for step in passed if step != now.step)
        done = before + now.share * weights.get(now.step, 0.0)
    total = sum(weights.values()) or 1.0
    percent = max(0, min(99, round(100 * done / total)))
    if earlier:
        return Estimate(percent=percent, remaining=format_remaining(total - done))
    return Estimate(percent=percent, remaining=_guess_remaining(now, weights, done, total))


def _guess_remaining(now: RunningStep, weights: dict[str, float], done: float, total: float) -> str:
    """Guess from the pages that are done how long the step, and the steps after it, will take."""
    if now.share < _SURE or now.seconds < 2 or not weights.get(now.step):
        return ""
    whole = now.seconds / now.share
    per_weight = whole / weights[now.step]
    return format_remaining((total - done) * per_weight)


def format_remaining(seconds: float) -> str:
    """Return a time in words, no more exact than it is known."""
    if seconds < _SOON:
        return "a few seconds left"
    if seconds < 50:
        return f"about {round(seconds / 10) * 10} seconds left"
    minutes = round(seconds / 60)
    if minutes <= 1:
        return "about a minute left"
    if minutes < 90:
        return f"about {minutes} minutes left"
    return f"about {round(minutes / 60)} hours left"


def format_seconds(seconds: float) -> str:
    """Return how long something took: "0:07", "2:31", "1:02:03"."""
    whole = int(seconds)
    hours, rest = divmod(whole, 3_600)
    minutes, rest = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def describe_step(step: str) -> str:
    """Return a step in words."""
    return STEPS[step][0] if step in STEPS else step.capitalize()


def _sum_steps(times: Sequence[StepTime]) -> dict[str, float]:
    sums: defaultdict[str, float] = defaultdict(float)
    for entry in times:
        sums[entry.step] += entry.seconds
    return dict(sums)

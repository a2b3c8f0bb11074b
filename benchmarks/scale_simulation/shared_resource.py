"""Something that all workers use at once, such as storage: shared fairly among those using it."""

from __future__ import annotations

import heapq
import itertools
import math


class SharedResource:
    """`capacity` units per second, at most `most_each` for one user.

    All users progress at the same rate, so one sum tells how much each has had since it came: the
    next to finish is the one whose goal on that sum is the lowest.
    """

    def __init__(self, capacity: float, most_each: float) -> None:
        self.capacity, self.most_each = capacity, most_each
        self.served = 0.0  # units, to all users together
        self._had = 0.0  # units that a user present from the start would have had
        self._now = 0.0
        self._goals: list[tuple[float, int, int]] = []
        self._present: dict[int, int] = {}  # user to the number of its stay
        self._numbers = itertools.count()

    def add(self, now: float, amount: float, user: int) -> None:
        """Let a user begin to use so many units."""
        self._advance(now)
        number = next(self._numbers)
        self._present[user] = number
        heapq.heappush(self._goals, (self._had + amount, number, user))

    def remove(self, now: float, user: int) -> None:
        """Let a user go, finished or not."""
        self._advance(now)
        self._present.pop(user, None)

    def find_next(self) -> tuple[float, int]:
        """Return when which user finishes; infinity if there is none."""
        while self._goals and self._present.get(self._goals[0][2]) != self._goals[0][1]:
            heapq.heappop(self._goals)
        if not self._goals:
            return math.inf, -1
        goal, _, user = self._goals[0]
        return self._now + max(0.0, goal - self._had) / self._find_rate(), user

    def _find_rate(self) -> float:
        return min(self.most_each, self.capacity / len(self._present))

    def _advance(self, now: float) -> None:
        if self._present:
            had = self._find_rate() * (now - self._now)
            self._had += had
            self.served += had * len(self._present)
        self._now = now

"""A file that cannot be used as it is."""

from __future__ import annotations


class Refused(Exception):
    """The rule, what is wrong, and what to do."""

    def __init__(self, rule: str, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.rule, self.problem, self.remedy = rule, problem, remedy

"""Why a file is not used."""

from __future__ import annotations


class Refused(Exception):
    """A file that cannot be used as it is: the rule, what is wrong, and what to do; becomes a finding."""

    def __init__(self, rule: str, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.rule, self.problem, self.remedy = rule, problem, remedy

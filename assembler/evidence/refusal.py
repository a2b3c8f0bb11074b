"""Why a file is not used."""

from __future__ import annotations


class Refused(Exception):
    """A file that cannot be used as it is: the rule, what is wrong, and what to do; becomes a
    finding.

    `acceptable`: two readers show it differently, and a person may decide for what Chrome shows
    (`accept_reading`).
    """

    def __init__(self, rule: str, problem: str, remedy: str, *, acceptable: bool = False) -> None:
        super().__init__(problem)
        self.rule, self.problem, self.remedy, self.acceptable = rule, problem, remedy, acceptable

"""The exception for a file that cannot be used."""

from __future__ import annotations


class Refused(Exception):
    """A file that cannot be used as it is: the rule, the problem and the remedy of its finding.

    `acceptable`: two readers show it differently, and a person may accept what Chrome shows
    (`accept_reading`).
    """

    def __init__(self, rule: str, problem: str, remedy: str, *, acceptable: bool = False) -> None:
        super().__init__(problem)
        self.rule, self.problem, self.remedy, self.acceptable = rule, problem, remedy, acceptable

"""What the proof found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing the proof looked at: "exhibit C: 14 of 14 pages agree with their source"."""

    name: str  # "ledger", "pixels", "agreement", "words", "nothing-else", "files"
    ok: bool
    detail: str
    exhibit: str = ""
    page: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    checks: tuple[Check, ...]
    not_checked: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)

"""The result of a proof."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check of the proof: "exhibit C: 14 of 14 pages agree with their source"."""

    name: str  # "ledger", "pixels", "agreement", "words", "nothing-else", "files"
    ok: bool
    detail: str
    exhibit: str = ""
    page: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """A hash of everything that decides how a page of a bundle looks, without its stamp."""

    # sha256 in hex; "" if the page cannot have one: it has layers or loops, or cannot be read
    digest: str = ""
    stamped: bool = False  # a stamp, and nothing else, was left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The checks of a packet, and the work that they took."""

    checks: tuple[Check, ...]
    not_checked: tuple[str, ...] = ()
    drawn: int = 0  # pages drawn now and compared with their sources
    known: int = 0  # pages whose content was compared in an earlier proof
    prints: tuple[Fingerprint, ...] = ()  # one for each page of the bundle, or none

    @property
    def ok(self) -> bool:
        """Return True if every check passed."""
        return all(check.ok for check in self.checks)

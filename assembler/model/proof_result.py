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
class Fingerprint:
    """Everything that decides how a page of a finished bundle looks, its stamp left out.

    `digest`: sha256 in hex, "" where the page cannot be known by one: it has layers, loops, or
    cannot be read. `stamped`: whether a stamp, and nothing but one, was left out.
    """

    digest: str = ""
    stamped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """`drawn`: pages drawn now and compared with their sources; `known`: pages whose content was so
    compared before.

    `prints`: a fingerprint for each page of the bundle, or nothing.
    """

    checks: tuple[Check, ...]
    not_checked: tuple[str, ...] = ()
    drawn: int = 0
    known: int = 0
    prints: tuple[Fingerprint, ...] = ()

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)

"""Whether a case can be filed, in one line."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Readiness(StrEnum):
    """Whether a packet can be filed: as it is, once it is signed, or not."""

    READY = "READY TO FILE"
    EXCEPT_SIGNATURES = "READY EXCEPT SIGNATURES"
    NOT_READY = "NOT READY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The conclusion of a run: what still keeps a case from being filed, in counts.

    `missing_forms`: names of the government forms that only a placeholder page stands for. `scope`:
    what alone was looked at, where that is not all, such as "facts only". `failure`: why no packet
    could be made, apart from findings; "" if that is not so.
    """

    readiness: Readiness
    to_fix: int = 0
    missing_forms: tuple[str, ...] = ()
    to_check: int = 0
    hints: int = 0
    scope: str = ""
    failure: str = ""

    @property
    def is_ready(self) -> bool:
        """Return whether nothing but signatures keeps the case from being filed."""
        return self.readiness is not Readiness.NOT_READY

    def __str__(self) -> str:
        """Return the line, for example "NOT READY: 1 form missing (G-28) · 5 to check"."""
        blockers = [self.failure] if self.failure else []
        if self.to_fix:
            blockers.append(f"{self.to_fix} to fix")
        if self.missing_forms:
            plural = "" if len(self.missing_forms) == 1 else "s"
            names = ", ".join(self.missing_forms)
            blockers.append(f"{len(self.missing_forms)} form{plural} missing ({names})")
        others = [f"{self.to_check} to check"] if self.to_check else []
        if self.hints:
            others.append(f"{self.hints} hint{'' if self.hints == 1 else 's'}")
        scope = f" ({self.scope})" if self.scope and self.is_ready else ""
        separator = ": " if blockers else " · " if others else ""
        return f"{self.readiness}{scope}{separator}{' · '.join([*blockers, *others])}"

"""Compare how a case is filed with how its receiver takes a bundle. Pure."""

from __future__ import annotations

from assembler.model import Case, Finding, Profile
from assembler.receivers.profiles import DEFAULT
from assembler.runtime.rule_catalog import make_finding

_POINTER = "/request/filing"
_WAYS = {"paper": "on paper", "online": "as files"}


def check_filing_mode(case: Case, profile: Profile) -> tuple[Finding, ...]:
    """Return a finding if the case is filed on paper and the profile is one for files, or the
    reverse; none where the profile takes both, or nobody chose it: it is the default."""
    if profile.filing in ("", case.request.filing) or profile.id == DEFAULT:
        return ()
    problem = (
        f"`filing` of the request is {case.request.filing}, but the receiver of profile "
        f"{profile.id} accepts bundles {_WAYS[profile.filing]}: the letter's fee, address and "
        f"marks follow `filing`; stamps, files and their sizes follow the profile"
    )
    return (
        make_finding(
            "FILING.PROFILE",
            case.place(_POINTER),
            problem,
            "build with a profile for the way you file, or correct `filing`",
            file="case.json",
            line=case.line(_POINTER),
            pointer=_POINTER,
            source=profile.source("filing") or "house rule",
        ),
    )

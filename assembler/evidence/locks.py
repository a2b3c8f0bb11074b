"""PDFs that ask for a password, or that forbid printing and copying."""

from __future__ import annotations

import io
from collections import Counter

import pikepdf

from assembler.evidence.refusing import Refused
from assembler.model import Finding, Severity
from assembler.passwords import HOW, NAME, Passwords

LOCK = "password"
RESTRICTIONS = "restrictions of its owner (printing, copying)"


def locked(pdf: pikepdf.Pdf, password: str) -> Counter[str]:
    """What opening the file took away: the need of a password, or restrictions that viewers alone observe."""
    return Counter({LOCK if password else RESTRICTIONS: int(pdf.is_encrypted)}) + Counter()


def asks_for_password(password: str) -> Refused:
    """The refusal of a file that `password` ("" = none) does not open."""
    problem = "its password does not open the file" if password else "the file asks for a password"
    return Refused("EVID.PASSWORD", problem, f"put it into a file of its own: {HOW}, readable by you alone")


def opens(data: bytes, password: str) -> bool:
    """Whether a PDF known to be sound opens with a password."""
    try:
        pikepdf.open(io.BytesIO(data), password=password).close()
    except pikepdf.PasswordError:
        return False
    return True


def of_unusable(refused: Refused, passwords: Passwords) -> Refused:
    """The same refusal, telling that a password file is there and could not be used."""
    if refused.rule != "EVID.PASSWORD" or not passwords.unusable:
        return refused
    problem = f"{refused.problem}, and {' and '.join(passwords.unusable)} cannot be used"
    return Refused(refused.rule, problem, f"write it as {HOW}" if NAME in passwords.unusable else refused.remedy)


def file_is_open_to_others(exhibit: str) -> Finding:
    """A warning, told with the first exhibit of the case."""
    return Finding(
        rule="EVID.PASSWORD_MODE", severity=Severity.WARNING, where=NAME, file=NAME, exhibit=exhibit,
        problem="other users of this machine may read the passwords", remedy=f"chmod 600 {NAME}",
    )  # fmt: skip

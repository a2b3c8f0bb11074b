"""PDFs that ask for a password, or that forbid printing and copying."""

from __future__ import annotations

import io
import re
from collections import Counter

import pikepdf

from assembler.evidence.refusal import Refused
from assembler.model import Finding, Severity
from assembler.runtime.passwords import NAME, PASSWORD_HINT, Passwords

LOCK = "password"
RESTRICTIONS = "restrictions of its owner (printing, copying)"

# who else than a password opens a PDF: the name of its security handler (PDF 32000-1, 7.6.1), and
# how a person knows it
_FOREIGN = (
    (
        re.compile(rb"/Filter\s*/(?:Adobe\.PubSec|Adobe\.PPKLite|Entrust\.PPKEF|PKCS)"),
        "for those who hold a certain certificate",
    ),
    (re.compile(rb"/Filter\s*/(?:Adobe\.APS|ADEPT|EBX_HANDLER)\b"), "by an Adobe rights server"),
    (re.compile(rb"/Filter\s*/(?:MicrosoftIRMServices|MSIP)"), "by Microsoft rights management"),
    (re.compile(rb"/Filter\s*/FOPN_"), "by FileOpen"),
)
_ENCRYPTED = re.compile(rb"/Encrypt\b")


def of_foreign_lock(data: bytes) -> Refused | None:
    """The refusal of a file that no password opens, as it is locked by something else; None if
    it does not say so."""
    if not _ENCRYPTED.search(data):
        return None
    by = next((who for pattern, who in _FOREIGN if pattern.search(data)), "")
    if not by:
        return None
    remedy = (
        "open it in the program that can, and print it to a new PDF; or ask for a copy that "
        "is not encrypted"
    )
    return Refused("EVID.PASSWORD", f"the PDF is encrypted {by}: no password opens it here", remedy)


def asks_one_reader(password: str) -> Refused:
    """The refusal of a file that one reader opens with `password` ("" = none), and Chrome does
    not."""
    how = "with its password" if password else "without"
    return Refused(
        "EVID.PASSWORD",
        f"the file asks for a password: some readers open it {how}, and Chrome does not",
        f"put it into a file of its own: {PASSWORD_HINT}, readable by you alone; "
        "or print it to a new PDF",
    )


def locked(pdf: pikepdf.Pdf, password: str) -> Counter[str]:
    """What opening the file took away: the need of a password, or restrictions that viewers
    alone observe."""
    return Counter({LOCK if password else RESTRICTIONS: int(pdf.is_encrypted)}) + Counter()


def asks_for_password(password: str) -> Refused:
    """The refusal of a file that `password` ("" = none) does not open."""
    problem = "its password does not open the file" if password else "the file asks for a password"
    return Refused(
        "EVID.PASSWORD",
        problem,
        f"put it into a file of its own: {PASSWORD_HINT}, readable by you alone",
    )


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
    return Refused(
        refused.rule,
        problem,
        f"write it as {PASSWORD_HINT}" if NAME in passwords.unusable else refused.remedy,
    )


def file_is_open_to_others(exhibit: str) -> Finding:
    """A warning, told with the first exhibit of the case."""
    return Finding(
        rule="EVID.PASSWORD_MODE",
        severity=Severity.WARNING,
        where=NAME,
        file=NAME,
        exhibit=exhibit,
        problem="other users of this machine may read the passwords",
        remedy=f"chmod 600 {NAME}",
    )

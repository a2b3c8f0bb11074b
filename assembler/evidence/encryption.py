"""PDFs that need a password, or that forbid printing and copying."""

from __future__ import annotations

import io
import re
from collections import Counter

import pikepdf

from assembler.evidence.refusal import Refused
from assembler.model import Finding
from assembler.runtime.passwords import NAME, PASSWORD_HINT, Passwords
from assembler.runtime.rule_catalog import make_finding

LOCK = "password"
RESTRICTIONS = "restrictions of its owner (printing, copying)"

# security handlers other than passwords (PDF 32000-1, 7.6.1), and how messages call them
_FOREIGN = (
    (
        re.compile(rb"/Filter\s*/(?:Adobe\.PubSec|Adobe\.PPKLite|Entrust\.PPKEF|PKCS)"),
        "for holders of a certain certificate",
    ),
    (re.compile(rb"/Filter\s*/(?:Adobe\.APS|ADEPT|EBX_HANDLER)\b"), "by an Adobe rights server"),
    (re.compile(rb"/Filter\s*/(?:MicrosoftIRMServices|MSIP)"), "by Microsoft rights management"),
    (re.compile(rb"/Filter\s*/FOPN_"), "by FileOpen"),
)
_ENCRYPTED = re.compile(rb"/Encrypt\b")


def refuse_foreign_encryption(data: bytes) -> Refused | None:
    """Return the refusal of a file that is encrypted with something other than a password; None if
    it is not."""
    if not _ENCRYPTED.search(data):
        return None
    handler = next((description for pattern, description in _FOREIGN if pattern.search(data)), "")
    if not handler:
        return None
    remedy = (
        "open it in a program that can, and print it to a new PDF; or ask for an unencrypted copy"
    )
    return Refused(
        "EVID.PASSWORD", f"the PDF is encrypted {handler}: no password opens it here", remedy
    )


def refuse_for_chrome(password: str) -> Refused:
    """Return the refusal of a file that one reader opens with `password` ("" = none) but Chrome
    does not."""
    how = "with its password" if password else "without"
    return Refused(
        "EVID.PASSWORD",
        f"the file needs a password: some readers open it {how}, but Chrome does not",
        f"put the password into a file: {PASSWORD_HINT}, readable only by you; "
        "or print it to a new PDF",
    )


def count_restrictions(pdf: pikepdf.Pdf, password: str) -> Counter[str]:
    """Count what opening the file removed: the password, or restrictions that only viewers
    enforce."""
    return Counter({LOCK if password else RESTRICTIONS: int(pdf.is_encrypted)}) + Counter()


def refuse_without_password(password: str) -> Refused:
    """Return the refusal of a file that `password` ("" = none) does not open."""
    problem = "its password does not open the file" if password else "the file needs a password"
    return Refused(
        "EVID.PASSWORD",
        problem,
        f"put the password into a file: {PASSWORD_HINT}, readable only by you",
    )


def can_open_with(data: bytes, password: str) -> bool:
    """Return whether a PDF known to be sound opens with a password."""
    try:
        pikepdf.open(io.BytesIO(data), password=password).close()
    except pikepdf.PasswordError:
        return False
    return True


def mention_unusable_passwords(refused: Refused, passwords: Passwords) -> Refused:
    """Return the refusal, with a note that a password file exists but could not be used."""
    if refused.rule != "EVID.PASSWORD" or not passwords.unusable:
        return refused
    problem = f"{refused.problem}, and {' and '.join(passwords.unusable)} cannot be used"
    return Refused(
        refused.rule,
        problem,
        f"write it as {PASSWORD_HINT}" if NAME in passwords.unusable else refused.remedy,
    )


def warn_of_readable_passwords(exhibit: str) -> Finding:
    """Return the warning that others can read the password file, for the first exhibit of the
    case."""
    return make_finding(
        "EVID.PASSWORD_MODE",
        NAME,
        "other users of this computer can read the passwords",
        f"chmod 600 {NAME}",
        file=NAME,
        exhibit=exhibit,
    )

"""A message of any mail format, as its readers return it and `mail_paper` prints it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class MailText:
    """A text of the body. `is_flowed`: lines that end with a blank go on in the next one (RFC
    3676); `deletes_blank`: without that blank."""

    text: str
    is_html: bool = False
    is_flowed: bool = False
    deletes_blank: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPart:
    """A file within a message.

    `addresses`: what HTML may call it: "cid:…", or its location. `message`: of a message within
    the message. `missing`: why its data is not here; "" if it is.
    """

    name: str
    data: bytes = b""
    addresses: frozenset[str] = frozenset()
    message: MailMessage | None = None
    missing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailMessage:
    """A message.

    `headers`: label and value, as a reader wants them. `day`: of its date, in the sender's zone.
    `body`: texts, and files that stand between them; `parts`: all files, in order. `faults`: what
    is damaged. `guessed`: texts whose encoding was guessed. `encrypted`: with what, "" if readable.
    """

    headers: tuple[tuple[str, str], ...]
    day: date | None = None
    body: tuple[MailText | MailPart, ...] = ()
    parts: tuple[MailPart, ...] = ()
    removed: Counter[str] = field(default_factory=Counter)
    faults: tuple[str, ...] = ()
    guessed: int = 0
    signatures: int = 0
    encrypted: str = ""

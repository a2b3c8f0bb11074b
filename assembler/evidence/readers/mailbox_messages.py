"""Split a mailbox (mbox, RFC 4155) into its messages."""

from __future__ import annotations

import re

_START = re.compile(rb"(?m)^From [^\r\n]*(?:\r\n|\n|\r|\Z)")
_DATED = re.compile(rb"\d{1,2}:\d\d|\b(?:mon|tue|wed|thu|fri|sat|sun)\b.*\d", re.IGNORECASE)
_FIELD = re.compile(rb">?From [^\n]*\n|[!-9;-~]{1,100}[ \t]*:")
_ESCAPED = re.compile(rb"(?m)^>(>*From )")
_EMLX = re.compile(rb"\A(\d{1,10})[ \t]*\r?\n")


def is_mailbox(data: bytes) -> bool:
    """Return whether a file starts as mailboxes do."""
    return data.lstrip(b"\r\n").startswith(b"From ")


def split_mailbox(data: bytes) -> tuple[bytes, ...]:
    """Return the messages of a mailbox, without the lines that start them, and with their lines
    that start with "From " as they were sent."""
    ends = [match.span() for match in _START.finditer(data) if _is_start(data, match)]
    if not ends:
        return ()
    following = [start for start, _ in ends[1:]] + [len(data)]
    return tuple(
        _ESCAPED.sub(rb"\1", data[end:stop]) for (_, end), stop in zip(ends, following, strict=True)
    )


def _is_start(data: bytes, match: re.Match[bytes]) -> bool:
    """Return whether a line starts a message: it has a date, and a header follows. Not all
    programs quote such lines of a text."""
    is_first = not data[: match.start()].strip()
    has_date = _DATED.search(match[0]) is not None
    return is_first or (has_date and _FIELD.match(data, match.end()) is not None)


def unwrap_message(data: bytes) -> bytes:
    """Return an e-mail without what programs put around it: the length of Apple Mail's files and
    the list that follows, a byte order mark, empty lines."""
    plain = data.removeprefix(b"\xef\xbb\xbf")
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if plain.startswith(mark):
            plain = plain[2:].decode(encoding, "replace").encode()
    if b"\0" in plain[:200]:
        encoding = "utf-16-le" if plain[1:2] == b"\0" else "utf-16-be"
        plain = plain.decode(encoding, "replace").encode()
    if match := _EMLX.match(plain):
        plain = plain[match.end() : match.end() + int(match[1])]
    return plain.lstrip(b"\r\n")

"""Tell apart the messages of a text that WhatsApp exported: each begins with a date and a time, in
the form of the phone's language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assembler.evidence.readers.chat_dates import NumberedDate, is_islamic_year, list_orders

# invisible characters that set the direction of a text; WhatsApp writes them at many places
_NO_MARKS = {
    code: None
    for first, last in (
        (0x200E, 0x200F),
        (0x061C, 0x061C),
        (0x202A, 0x202E),
        (0x2066, 0x2069),
        (0xFEFF, 0xFEFF),
    )
    for code in range(first, last + 1)
}
_SPACES = dict.fromkeys((0xA0, 0x202F, 0x2009), " ")
_HEAD = 90  # characters at the beginning of a line that a date and a time may take
_FIRST_LINES = 60  # that tell whether a text is a chat
_LEAST_SHARE = 0.25  # of them that begin a message; others are lines within messages

_DATE = (
    r"(?P<first>\d{1,4}) ?(?P<sign>[./\-年년]) ?(?P<second>\d{1,2}) ?[./\-月월] ?(?P<third>\d{1,4})"
    r"(?: ?(?:[.日일]|г\.|BE|พ\.ศ\.))?"
)
_TIME = (
    r"(?:(?P<before>[^\W\d_](?:[^\W\d_]|[. ]){0,14}?) ?)?"
    r"(?P<clock>\d{1,2}[:.]\d{2}(?P<seconds>[:.]\d{2})?)"
    r"(?: ?(?P<after>[^\W\d_](?:[^\W\d_]|[. \u200c]){0,20}))?"
)
_GAP = r"(?: ?[,،] ?| )"
_SHAPES = (
    ("line", re.compile(rf"{_DATE}{_GAP}{_TIME} - ")),  # Android
    ("line, time first", re.compile(rf"{_TIME}{_GAP}{_DATE} - ")),
    ("brackets", re.compile(rf"\[{_DATE}{_GAP}{_TIME}\] ?")),  # iOS
    ("brackets, time first", re.compile(rf"\[{_TIME}{_GAP}{_DATE}\] ?")),
    ("colon", re.compile(rf"{_DATE}{_GAP}{_TIME}: ")),  # iOS until 2018
)
_WITHOUT_SECONDS = ("line", "line, time first")  # logs of programs look the same, with seconds
_SENDER = re.compile(r"(?P<name>[^:：\n]{1,120}?) ?[:：](?:[ \u00a0]|$)")
# before and after noon, without dots and blanks, in the languages of phones that write them
_BEFORE_NOON = frozenset(
    (
        "am",
        "ص",
        "صباحا",
        "قظ",
        "قبلازظهر",
        "上午",
        "午前",
        "오전",
        "öö",
        "πμ",
        "dop",
        "sa",
        "sáng",
        "vm",
        "fm",
        "ap",
        "de",
        "prij",
        "paradite",
    )
)
_AFTER_NOON = frozenset(
    (
        "pm",
        "م",
        "مساء",
        "بظ",
        "بعدازظهر",
        "下午",
        "午後",
        "오후",
        "ös",
        "μμ",
        "odp",
        "ch",
        "chiều",
        "nm",
        "em",
        "ip",
        "du",
        "pop",
        "pasdite",
    )
)
# words between a date and a time: "31.12.2023 klo 21.41"
_CONNECTIONS = frozenset(
    ("klo", "kl", "à", "às", "a", "at", "um", "om", "ob", "o", "la", "u", "godz")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StampedLine:
    """A line that begins a message. `shape`: the form of its date and time. `rest`: after them."""

    shape: str
    date: NumberedDate
    time: str  # "21:41:05", "9:41 PM"; with other words of the phone as they are
    rest: str
    is_islamic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMessage:
    """A message with the lines that follow its first. `sender`: "" for lines of WhatsApp's own."""

    date: NumberedDate
    time: str
    sender: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RawChat:
    """The messages of a text, and the text before the first."""

    messages: tuple[RawMessage, ...]
    preface: str
    has_islamic_dates: bool = False


def is_whatsapp_text(text: str) -> bool:
    """Return whether the first lines of a text are messages, at least two, one with a sender."""
    lines = [line for line in split_lines(text) if line.strip()][:_FIRST_LINES]
    first = read_stamp(lines[0]) if lines else None
    if first is None:
        return False
    stamps = [stamp for line in lines if (stamp := read_stamp(line)) and stamp.shape == first.shape]
    has_sender = any(_SENDER.match(strip_marks(stamp.rest)) for stamp in stamps)
    return has_sender and len(stamps) >= max(2, _LEAST_SHARE * len(lines))


def split_lines(text: str) -> list[str]:
    """Return the lines of a text; other separators of Unicode stay within a line."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def strip_marks(text: str) -> str:
    """Return the text without the marks of direction at its beginning."""
    return text.lstrip("".join(map(chr, _NO_MARKS)))


def remove_marks(text: str) -> str:
    """Return the text without any marks of direction."""
    return text.translate(_NO_MARKS)


def read_stamp(line: str) -> StampedLine | None:
    """Return the date and time that a line begins with; None if it begins with none."""
    head = line[:_HEAD].translate({**_NO_MARKS, **_SPACES}).lstrip(" ")
    if not (head[:1] == "[" or head[:1].isdecimal() or head[:1].isalpha()):
        return None
    for name, pattern in _SHAPES:
        match = pattern.match(head)
        if match is None or (name in _WITHOUT_SECONDS and match["seconds"]):
            continue
        if name == "colon" and not match["seconds"]:
            continue
        numbers = (int(match["first"]), int(match["second"]), int(match["third"]))
        is_islamic = is_islamic_year(numbers)
        if is_islamic or list_orders(numbers):
            return StampedLine(
                shape=f"{name} {match['sign']}",
                date=numbers,
                time=_write_time(match),
                rest=_skip(line, match.end()),
                is_islamic=is_islamic,
            )
    return None


def _skip(line: str, count: int) -> str:
    """Return a line without its first characters, marks and leading blanks not counted."""
    position, is_leading = 0, True
    for position, character in enumerate(line):
        is_leading = is_leading and character.translate(_SPACES) == " "
        if ord(character) in _NO_MARKS or is_leading:
            continue
        if not count:
            return line[position:]
        count -= 1
    return ""


def _write_time(match: re.Match[str]) -> str:
    """Return a time with the digits of English, and AM or PM."""
    clock = "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() else ":" for letter in match["clock"]
    )
    words = [_write_half(match[name] or "") for name in ("before", "after")]
    return " ".join((clock, *filter(None, words)))


def _write_half(words: str) -> str:
    plain = words.casefold()
    plain = "".join(letter for letter in plain if letter.isalpha() or ord(letter) > 0x900)
    if plain in _BEFORE_NOON:
        return "AM"
    if plain in _AFTER_NOON:
        return "PM"
    return "" if plain in _CONNECTIONS else words.strip()


def split_messages(text: str) -> RawChat:
    """Return the messages of a text. Its first date says which form of dates begins a message."""
    lines = split_lines(text.rstrip("\n"))
    stamped: list[tuple[StampedLine, list[str]]] = []
    preface: list[str] = []
    for line in lines:
        stamp = read_stamp(line)
        if stamp is not None and (not stamped or stamp.shape == stamped[0][0].shape):
            stamped.append((stamp, []))
        elif stamped:
            stamped[-1][1].append(line)
        else:
            preface.append(line)
    senders = _count_senders([stamp for stamp, _ in stamped])
    return RawChat(
        messages=tuple(_make_message(stamp, rest, senders) for stamp, rest in stamped),
        preface="\n".join(preface).strip(),
        has_islamic_dates=any(stamp.is_islamic for stamp, _ in stamped),
    )


def _count_senders(stamps: Sequence[StampedLine]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name in _iterate_names(stamps):
        counts[name] = counts.get(name, 0) + 1
    return counts


def _iterate_names(stamps: Sequence[StampedLine]) -> Iterator[str]:
    for stamp in stamps:
        match = _SENDER.match(strip_marks(stamp.rest))
        if match is not None:
            yield match["name"]


def _make_message(stamp: StampedLine, lines: Sequence[str], senders: dict[str, int]) -> RawMessage:
    rest = strip_marks(stamp.rest)
    match = _SENDER.match(rest)
    # 'Ana changed the subject to "Plan: B"' has no sender; 'Juan "Chepe" Pérez' writes repeatedly
    is_sender = match is not None and (
        senders[match["name"]] > 1 or not re.search('["“”«»„]', match["name"])
    )
    sender = match["name"].translate(_NO_MARKS).strip() if match and is_sender else ""
    first = rest[match.end() :] if match and is_sender else rest
    return RawMessage(
        date=stamp.date,
        time=stamp.time,
        sender=sender,
        text="\n".join((first, *lines)),
    )

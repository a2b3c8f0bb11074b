"""What a sound recording or film is: its container, codecs, length, size and date, as it says
itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from assembler.evidence.refusal import Refused

MAX_SECONDS = 14 * 24 * 3600.0  # a longer length is not believed
MAX_SIDE = 65_536  # pixels; a larger picture is not believed
UNKNOWN_CODEC = "unknown codec"
# the years in which a recording can have been made; clocks that were never set say 1904 or 1970
_YEARS = range(1980, 2200)
_DATE = re.compile(
    r"(\d{4})(?:[-:/.](\d\d)(?:[-:/.](\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d{1,9})?"
    r"\s?(Z|[+-]\d\d:?\d\d)?)?)?)?\Z"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFacts:
    """What a recording says about itself; what it does not say is "", 0 or None.

    `sound`, `picture`: their codecs. `width`, `height`: of its pictures as they are shown, in
    pixels. `turned`: clockwise degrees by which a player turns them. `recorded`: when, for people.
    """

    container: str
    sound: str = ""
    picture: str = ""
    width: int = 0
    height: int = 0
    turned: int = 0
    seconds: float | None = None
    recorded: str = ""

    @property
    def is_complete(self) -> bool:
        """Return whether a codec and the length are known."""
        return self.seconds is not None and UNKNOWN_CODEC not in (self.sound, self.picture)

    def describe(self) -> str:
        """Return "film (H.264, 1920×1080) with sound (AAC)" or "sound recording (Opus)"."""
        if not self.picture:
            return f"sound recording ({self.sound or UNKNOWN_CODEC})"
        size = f", {self.width}×{self.height}" if self.width and self.height else ""
        sound = f"with sound ({self.sound})" if self.sound else "without sound"
        return f"film ({self.picture}{size}) {sound}"


def refuse_damage(reason: str) -> Refused:
    """Return the exception for a recording that is cut off or damaged."""
    return Refused(
        "EVID.BROKEN",
        f"the recording is cut off or damaged: {reason}",
        "ask for it again, or export it again from the device that made it",
    )


def drop_implausible(facts: RecordingFacts) -> RecordingFacts:
    """Return the facts without a length or size that no recording has: the file is damaged, or
    lies."""
    seconds = facts.seconds
    if seconds is not None and not 0 < seconds <= MAX_SECONDS:
        seconds = None
    is_plausible = 0 < facts.width <= MAX_SIDE and 0 < facts.height <= MAX_SIDE
    width, height = (facts.width, facts.height) if is_plausible else (0, 0)
    return replace(facts, seconds=seconds, width=width, height=height)


def format_length(seconds: float) -> str:
    """Return "0:01:05": hours, minutes, seconds; at least one second."""
    whole = max(1, round(seconds))
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def format_time(seconds: float) -> str:
    """Return a time in a film as a person writes it in case.json: "0:12", "1:05:30.5"."""
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    hours, minutes = divmod(whole // 60, 60)
    clock = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    fraction = f".{thousandths:03}".rstrip("0") if thousandths else ""
    return f"{clock}:{whole % 60:02}{fraction}"


def format_date(text: str) -> str:
    """Return a date of a file for people: "May 3, 2025, 14:05:12 (UTC-05:00)"; "" if it is none.

    Args:
        text: as in ISO 8601, from the year alone to the second with the zone.
    """
    match = _DATE.match(text.strip().strip("\0").strip())
    if match is None or int(match[1]) not in _YEARS:
        return ""
    year, month, day, clock, zone = match.groups()
    try:
        moment = datetime(int(year), int(month or 1), int(day or 1), tzinfo=UTC)
    except ValueError:
        return ""
    if day is None:
        return f"{moment:%B %Y}" if month else str(year)
    parts = (f"{moment:%B} {moment.day}, {year}", clock or "")
    written = ", ".join(filter(None, parts))
    return f"{written} {_format_zone(zone)}" if zone else written


def _format_zone(zone: str) -> str:
    is_utc = zone in ("Z", "+0000", "+00:00")
    return "UTC" if is_utc else f"(UTC{zone[:3]}:{zone[-2:]})"


def format_epoch(seconds: float, epoch: int) -> str:
    """Return a date given in seconds since January 1 of the year `epoch`, in UTC; "" if unset."""
    try:
        moment = datetime(epoch, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except OverflowError:
        return ""
    return format_date(moment.strftime("%Y-%m-%dT%H:%M:%SZ"))

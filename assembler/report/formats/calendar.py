"""Write deadlines of cases as a calendar file (RFC 5545), one all-day entry each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from assembler.model import Deadline

PRODUCT = "-//assembler//deadlines//EN"


def format_calendar(deadlines: Iterable[tuple[str, Deadline]], as_of: date) -> bytes:
    """Return the calendar file with every deadline from a day on.

    Written again, an entry keeps its identity, so that a calendar program moves it instead of
    adding another.

    Args:
        deadlines: (id of the case, deadline); neither names a person.
        as_of: the day; earlier deadlines are left out.
    """
    from icalendar import Calendar, Event  # takes a tenth of a second, and few runs need it

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    for case, deadline in deadlines:
        if deadline.day < as_of:
            continue
        place = f"{case}|{deadline.kind}|{deadline.pointer}"
        event = Event()
        event.add("uid", f"{hashlib.sha256(place.encode()).hexdigest()[:32]}@assembler")
        event.add("dtstamp", datetime.combine(as_of, time(), UTC))
        event.add("dtstart", deadline.day)
        event.add("summary", f"{case}: {deadline.title}")
        event.add("transp", "TRANSPARENT")  # the day stays free
        calendar.add_component(event)
    return bytes(calendar.to_ical())

"""Choose messages of a mailbox or chat by their numbers and days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assembler.evidence.readers.reading import MAX_MESSAGES
from assembler.evidence.refusal import Refused
from assembler.model import FileOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageChoice:
    """The numbers of the chosen messages, from 1, in order; how many have no day by which they
    could be chosen."""

    numbers: tuple[int, ...]
    undated: int = 0


def choose_messages(
    days: Sequence[date | None], options: FileOptions, most_unchosen: int = MAX_MESSAGES
) -> MessageChoice:
    """Return the messages that options choose.

    Args:
        days: of all messages, in order.
        most_unchosen: how many there may be if the options choose none of them.

    Raises Refused if the options name messages that there are not, leave none, or leave too many.
    """
    count = len(days)
    is_chosen = bool(options.messages or options.since or options.until)
    if not is_chosen and count > most_unchosen:
        raise Refused(
            "EVID.LIMIT",
            f"it has {count} messages, more than {most_unchosen}",
            'choose those that matter in case.json, with "messages" ("3-12,15"), "since" or '
            '"until"',
        )
    numbers = _list_numbers(options, count)
    undated = 0
    if options.since or options.until:
        undated = sum(days[number - 1] is None for number in numbers)
        numbers = [number for number in numbers if _is_within(days[number - 1], options)]
    if not numbers:
        problem = "it has no messages" if not count else "the options choose none of its messages"
        raise Refused("EVID.RANGE", problem, "correct `messages`, `since` and `until` in case.json")
    if len(numbers) > MAX_MESSAGES:
        raise Refused(
            "EVID.LIMIT",
            f"{len(numbers)} messages are chosen, more than {MAX_MESSAGES}",
            "choose fewer messages in case.json",
        )
    return MessageChoice(numbers=tuple(numbers), undated=undated)


def _list_numbers(options: FileOptions, count: int) -> list[int]:
    if not options.messages:
        return list(range(1, count + 1))
    numbers: set[int] = set()
    for first, last in options.messages:
        if first > count or (last or count) > count:
            there = "there is 1" if count == 1 else f"there are {count}"
            problem = f"`messages` asks for message {max(first, last or 0)}, and {there}"
            raise Refused("EVID.RANGE", problem, "correct `messages` in case.json")
        numbers.update(range(first, (last or count) + 1))
    return sorted(numbers)


def _is_within(day: date | None, options: FileOptions) -> bool:
    if day is None:
        return False
    return (options.since or day) <= day <= (options.until or day)


def describe_numbers(numbers: Sequence[int]) -> str:
    """Return "3–12, 15"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"{first}" if first == last else f"{first}–{last}" for first, last in runs)

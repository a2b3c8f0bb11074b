"""Machine-readable lines of a passport (ICAO Doc 9303 part 4), for drawing samples."""

from __future__ import annotations

_WEIGHTS = (7, 3, 1)


def check_digit(field: str) -> str:
    """The check digit over a field: digits as they are, A to Z as 10 to 35, filler as 0, weights 7 3 1."""
    values = [0 if c == "<" else int(c, 36) for c in field]
    return str(sum(value * _WEIGHTS[n % 3] for n, value in enumerate(values)) % 10)


def td3(
    state: str,
    family: str,
    given: str,
    number: str,
    nationality: str,
    born: str,
    sex: str,
    expires: str,
) -> tuple[str, str]:
    """Both 44-character lines; dates as YYMMDD."""
    names = f"{family.replace(' ', '<')}<<{given.replace(' ', '<')}"
    first = f"P<{state}{names}".ljust(44, "<")[:44]
    number = number.ljust(9, "<")
    body = f"{number}{check_digit(number)}{nationality}{born}{check_digit(born)}{sex}{expires}{check_digit(expires)}"
    personal = "<" * 14
    whole = body[:10] + body[13:20] + body[21:28] + personal + check_digit(personal)
    return first, f"{body}{personal}{check_digit(personal)}{check_digit(whole)}"

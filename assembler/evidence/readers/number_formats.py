"""Show a number as a spreadsheet program does, by the format code of its cell.

Format codes: ECMA-376 Part 1, 18.8.30 and 18.8.31. Colors, fills and paddings are left out; the
names of months and days are English, as in a US Excel. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from fractions import Fraction

GENERAL = "General"
BUILT_IN_FORMATS = {
    0: GENERAL,
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: '"$"#,##0;-"$"#,##0',
    6: '"$"#,##0;-"$"#,##0',
    7: '"$"#,##0.00;-"$"#,##0.00',
    8: '"$"#,##0.00;-"$"#,##0.00',
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "m/d/yyyy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "m/d/yyyy h:mm",
    37: "#,##0;(#,##0)",
    38: "#,##0;(#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)",
    41: '#,##0;(#,##0);"-"',
    42: '"$"#,##0;("$"#,##0);"$""-"',
    43: '#,##0.00;(#,##0.00);"-"',
    44: '"$"#,##0.00;("$"#,##0.00);"$""-"',
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
}
_MAX_CODE = 255  # characters, as in Excel
_MAX_DAYS = 2_958_466  # the first day of the year 10000
_DAYS_TO_1904 = 1462
_CONTEXT = Context(prec=700)  # digits of the largest number, with as many decimals as a format
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<noon>AM/PM|A/P)|(?P<general>General)|(?P<exponent>E[+-])"
    r"|(?P<date>y+|m+|d+|h+|s+(?:\.0+)?|e+|g+|b+)|(?P<digits>[0#?.,]+)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)")
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
}
Token = tuple[str, str]  # kind: a group of _TOKEN, "text" or "elapsed"; what it says


def format_value(value: float, code: str, *, since_1904: bool = False) -> str:
    """Return how a number is shown.

    Args:
        code: the format of the cell.
        since_1904: the workbook counts days from 1904, as old ones of a Mac do.
    """
    sections = [_tokenize(section) for section in _split_sections(code[:_MAX_CODE])]
    section, shows_sign = _choose_section(sections, value)
    kinds = {kind for kind, _ in section}
    if kinds & {"date", "elapsed", "noon"}:
        return _format_date(value, section, since_1904=since_1904)
    sign = "-" if value < 0 and shows_sign else ""
    if not section and len(sections) == 1:  # a color or a condition alone
        return format_general(value)
    if "general" in kinds or not section:
        return sign + "".join(
            format_general(abs(value)) if kind == "general" else text for kind, text in section
        )
    if "digits" not in kinds:  # text alone: what it says, without the number
        return "".join(format_general(value) if text == "@" else text for _, text in section)
    shown = _format_digits(abs(value), section)
    return sign + shown if re.search("[1-9]", shown) else shown  # no minus before a zero


def format_general(value: float) -> str:
    """Return a number without a format: at most ten digits after rounding, but all of a whole
    number."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    text = f"{value:.10g}"
    if "e" not in text:
        return text
    number, _, exponent = text.partition("e")
    return f"{number}E{exponent}"


def is_hiding(code: str) -> bool:
    """Return whether a format shows nothing of any number, as ";;;" does."""
    sections = _split_sections(code)
    return len(sections) > 1 and not any(section.strip() for section in sections)


def format_text(text: str, code: str) -> str:
    """Return how a text is shown: the fourth section of a format, or one with @, says it."""
    sections = _split_sections(code[:_MAX_CODE])
    if len(sections) < 4 and not (len(sections) == 1 and "@" in code):
        return text
    tokens = _tokenize(sections[-1])
    return "".join(text if shown == "@" else shown for _, shown in tokens)


def _split_sections(code: str) -> list[str]:
    """Return the sections of a format: of positive and negative numbers, zero, and texts."""
    sections, start = [], 0
    for match in _TOKEN.finditer(code):
        if match["other"] == ";":
            sections.append(code[start : match.start()])
            start = match.end()
    return [*sections, code[start:]]


def _tokenize(section: str) -> list[Token]:
    tokens: list[Token] = []
    for match in _TOKEN.finditer(section):
        kind = match.lastgroup or ""
        text = match[kind] if kind else ""
        if kind == "bracket":
            tokens += _read_bracket(text)
        elif kind in ("quoted", "escaped", "other"):
            tokens.append(("percent" if text == "%" and kind == "other" else "text", text))
        elif kind == "digits" and not re.search("[0#?]", text):
            tokens.append(("text", text))
        elif kind:
            tokens.append((kind, text))
    return tokens


def _read_bracket(text: str) -> list[Token]:
    """Return a currency sign, elapsed hours, or a condition; colors and languages say nothing."""
    if text.startswith("$"):
        return [("text", text[1:].partition("-")[0])]
    if _ELAPSED.fullmatch(text):
        return [("elapsed", text)]
    return [("condition", text)] if _CONDITION.fullmatch(text) else []


def _choose_section(sections: Sequence[list[Token]], value: float) -> tuple[list[Token], bool]:
    """Return the section that shows a number, without conditions, and whether it needs a minus."""
    plain = [[token for token in tokens if token[0] != "condition"] for tokens in sections]
    conditions = {
        number: condition
        for number, tokens in enumerate(sections[:3])
        if (condition := next((text for kind, text in tokens if kind == "condition"), ""))
    }
    for number, condition in conditions.items():
        if _holds(condition, value):
            return plain[number], value < 0 and "-" not in condition and number == 0
    if conditions:
        others = (tokens for number, tokens in enumerate(plain) if number not in conditions)
        return next(others, plain[-1]), True
    count = min(len(plain), 3)
    if value < 0 and count > 1:
        return plain[1], False
    if value == 0 and count > 2:
        return plain[2], False
    return plain[0], True


def _holds(condition: str, value: float) -> bool:
    match = _CONDITION.fullmatch(condition)
    return match is not None and _COMPARISONS[match[1]](value, float(match[2]))


# --- digits ---


def _format_digits(value: float, section: Sequence[Token]) -> str:
    percents = sum(kind == "percent" for kind, _ in section)
    pattern = "".join(text for kind, text in section if kind == "digits")
    if any(kind == "exponent" for kind, _ in section):
        return _format_exponent(value, section)
    slashes = [index for index, token in enumerate(section) if token == ("text", "/")]
    if slashes and any(kind == "digits" for kind, _ in section[slashes[0] :]):
        return _format_fraction(value, section, slashes[0])
    scale = len(re.findall(r",(?=,*(?:\.|$))", pattern))
    number = _to_decimal(value) * (100**percents) / Decimal(1000**scale)
    whole, _, decimals = pattern.partition(".")
    digits, fraction = _round_number(number, decimals.replace(",", ""))
    return _fill_pattern(section, whole, digits, fraction)


def _to_decimal(value: float) -> Decimal:
    try:
        return Decimal(f"{value:.15g}")  # a spreadsheet program keeps fifteen digits
    except InvalidOperation:
        return Decimal(0)


def _round_number(number: Decimal, decimals: str) -> tuple[str, str]:
    """Return the digits before and after the point; those that are optional only if needed."""
    rounded = number.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP, _CONTEXT)
    whole, _, fraction = f"{rounded:f}".partition(".")
    required = len(decimals.rstrip("#"))
    kept = fraction[:required] + fraction[required:].rstrip("0")
    return whole.lstrip("0"), kept


def _fill_pattern(section: Sequence[Token], whole: str, digits: str, fraction: str) -> str:
    """Put digits into the places of a format; texts between the places stay where they are."""
    required = len(re.sub("[^0]", "", whole))
    digits = digits.rjust(required, "0")
    if re.search(r"[0#?],+[0#?]", whole):
        digits = _group_thousands(digits)
        return _join_around(section, digits, fraction)
    places = [text for kind, text in section if kind == "digits"]
    if len(places) == 1 or "." in places[0]:
        return _join_around(section, digits, fraction)
    return _spread_digits(section, digits, fraction)


def _group_thousands(digits: str) -> str:
    start = len(digits) % 3
    groups = [digits[:start]] if start else []
    return ",".join([*groups, *(digits[i : i + 3] for i in range(start, len(digits), 3))])


def _join_around(section: Sequence[Token], digits: str, fraction: str) -> str:
    """Return the number where the first places are, and all texts around it."""
    pattern = "".join(text for kind, text in section if kind == "digits")
    point = "." if fraction or (re.search(r"\.(?!#)", pattern) is not None) else ""
    number: list[str] = [f"{digits}{point}{fraction}"]
    return "".join(
        (number.pop() if number else "") if kind == "digits" else text for kind, text in section
    )


def _spread_digits(section: Sequence[Token], digits: str, fraction: str) -> str:
    """Return the digits in several groups of places, from the last to the first: 000-00-0000."""
    pieces: list[str] = []
    rest = digits
    first = next(index for index, (kind, _) in enumerate(section) if kind == "digits")
    for index in range(len(section) - 1, -1, -1):
        kind, text = section[index]
        if kind != "digits":
            pieces.append(text)
            continue
        whole, _, decimals = text.partition(".")
        shown = f".{fraction}" if decimals and fraction else ""
        count = len(rest) if index == first else min(len(whole), len(rest))
        pieces.append(rest[len(rest) - count :] + shown)
        rest = rest[: len(rest) - count]
    return "".join(reversed(pieces))


def _format_exponent(value: float, section: Sequence[Token]) -> str:
    place = next(index for index, (kind, _) in enumerate(section) if kind == "exponent")
    mantissa = "".join(text for kind, text in section[:place] if kind == "digits")
    exponent = "".join(text for kind, text in section[place:] if kind == "digits")
    width = max(1, len(mantissa.partition(".")[0].replace(",", "")))
    decimals = len(mantissa.partition(".")[2])
    power = 0 if value == 0 else int(f"{value:e}".partition("e")[2])
    power -= power % width if width > 1 else 0
    number = _to_decimal(value).scaleb(-power)
    shown = f"{number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, _CONTEXT):f}"
    plus = "-" if power < 0 else "+" * (section[place][1][1] == "+")
    before = "".join(text for kind, text in section[:place] if kind != "digits")
    after = "".join(text for kind, text in section[place + 1 :] if kind != "digits")
    return f"{before}{shown}E{plus}{str(abs(power)).rjust(len(exponent), '0')}{after}"


def _format_fraction(value: float, section: Sequence[Token], slash: int) -> str:
    """Return a number as "2 1/3"."""
    before = [text for kind, text in section[:slash] if kind == "digits"]
    below = "".join(text for _, text in section[slash + 1 :]).strip()
    is_number = below.isdecimal() and below.strip("0")  # a superscript is a digit, but no decimal
    most = int(below) if is_number else 10 ** min(len(below), 4) - 1
    whole = int(value) if len(before) > 1 else 0
    part = Fraction(value - whole).limit_denominator(max(1, most))
    if part == 1 and len(before) > 1:
        whole, part = whole + 1, Fraction(0)
    if not part and len(before) > 1:
        return str(whole)
    fraction = f"{part.numerator}/{part.denominator}"
    return f"{whole} {fraction}" if whole else fraction


# --- dates ---


def _format_date(value: float, section: Sequence[Token], *, since_1904: bool) -> str:
    """Return a number of days as a date or a time; a number that is none as it is."""
    has_date = any(kind == "date" and text[0] in "yYdD" for kind, text in section)
    decimals = [len(text.partition(".")[2]) for kind, text in section if kind == "date"]
    seconds = round(abs(value) * 86_400, max(decimals, default=0))
    shift = _DAYS_TO_1904 if since_1904 else 0
    days = seconds / 86_400 + shift
    if days >= _MAX_DAYS or (value < 0 and has_date):
        return format_general(value)
    # Excel counts a February 29 of 1900, which was none
    start = datetime(1899, 12, 31 if days < 60 else 30, tzinfo=UTC)
    moment = start + timedelta(days=shift, seconds=round(seconds, 3))
    has_noon = any(kind == "noon" for kind, _ in section)
    pieces = []
    for index, (kind, text) in enumerate(section):
        if kind == "elapsed":
            pieces.append(_format_elapsed(seconds, text))
        elif kind == "noon":
            pieces.append(("AM" if moment.hour < 12 else "PM")[: 2 if len(text) > 3 else 1])
        elif kind == "date":
            is_minute = text[0] in "mM" and _is_minute(section, index)
            pieces.append(
                _format_part(moment, text.lower(), is_minute=is_minute, has_noon=has_noon)
            )
        else:
            pieces.append(text)
    sign = "-" if value < 0 and any(kind == "elapsed" for kind, _ in section) else ""
    return sign + "".join(pieces).strip()


def _is_minute(section: Sequence[Token], index: int) -> bool:
    """Return whether an m means minutes: behind hours, or before seconds."""
    if len(section[index][1]) > 2:
        return False
    times = [
        (place, text[0].lower())
        for place, (kind, text) in enumerate(section)
        if kind in ("date", "elapsed")
    ]
    position = [place for place, _ in times].index(index)
    before = times[position - 1][1] if position else ""
    after = times[position + 1][1] if position + 1 < len(times) else ""
    return before == "h" or after == "s"


def _format_elapsed(seconds: float, text: str) -> str:
    unit = {"h": 3600, "m": 60, "s": 1}[text[0].lower()]
    return str(int(seconds // unit)).rjust(len(text), "0")


def _format_part(moment: datetime, text: str, *, is_minute: bool, has_noon: bool) -> str:
    letter, count = text[0], len(text)
    if letter in "ye":
        return f"{moment:%Y}"[-2:] if letter == "y" and count < 3 else f"{moment.year}"
    if letter == "m" and not is_minute:
        return _format_name(moment.month, count, _MONTHS[moment.month - 1])
    if letter == "d":
        return _format_name(moment.day, count, _DAYS[moment.weekday()])
    if letter == "s":
        whole, _, decimals = text.partition(".")
        shown = str(moment.second).rjust(min(2, len(whole)), "0")
        fraction = f"{moment.microsecond:06d}"[: len(decimals)]
        return f"{shown}.{fraction}" if decimals else shown
    if letter in "hm":
        hour = (moment.hour % 12 or 12) if has_noon else moment.hour
        number = moment.minute if letter == "m" else hour
        return str(number).rjust(min(2, count), "0")
    return ""  # eras of other calendars


def _format_name(number: int, count: int, name: str) -> str:
    """Return a month or day as d, dd, ddd, dddd, or the first letter of a month (mmmmm)."""
    if count < 3:
        return str(number).rjust(count, "0")
    return {3: name[:3], 5: name[:1]}.get(count, name)

"""Parsers of short texts: citations, expressions, machine-readable lines, days, labels, names."""

from __future__ import annotations

import unicodedata
from datetime import date
from functools import cache
from itertools import islice, pairwise
from typing import Any

from assembler.crosscheck import statements, text_matching
from assembler.desk import access, entry_options, typed_values, uploads
from assembler.desk.case_store import EditRefused
from assembler.documents.citation_writer import group_citations
from assembler.documents.printable_text import is_right_to_left, name_symbols, remove_unprintable
from assembler.evidence import language
from assembler.forms.answer_formats import FORMATS, WITH_SCOPE
from assembler.forms.expression import BadExpression, parse_expression
from assembler.intake import case_words, date_forms, file_check, page_ranges
from assembler.intake.case_builder import parse_page_ranges
from assembler.intake.citation_mistakes import explain_citation, explain_unclosed
from assembler.intake.problem import (
    escape_pointer_step,
    escape_unprintable,
    find_unprintable,
    split_pointer,
)
from assembler.intake.proposals import cues, page_signs
from assembler.intake.proposals.days import find_days
from assembler.intake.proposals.values import PageReading
from assembler.model import citations, mrz, numeric_days, page_labels
from assembler.model.file_options import make_source_key, split_source_key
from assembler.model.language_tags import find_primary_language
from assembler.runtime.resources import Shelf
from benchmarks.fuzz.target import Target, as_text, require
from scripts.sample_cases.mrz import td3

_AS_OF = date(2026, 11, 1)
_WHOLE = 100  # bytes of a name that is not cut
_SHELF = Shelf.default()
_DAYS = (
    "03/04/2025\n2025-03-04\n4 March 2025\nMarch 4th, 2025\n15.3.2025 04/05/99 ١/٢/٢٠٢٤".encode(),
    "el 3 de marzo de dos mil veinticinco; 12 мая 2024 г.; 1er janvier 2020; 2024年3月5日".encode(),
)
_PAGE = (
    "CLÍNICA SAN JOSÉ\nInforme médico\nPágina 2 de 3\nFecha: 3 de marzo de 2026\nNombre: María"
    " Núñez\nA 123 456 789  passport no. AB1234567\n\nTo whom it may concern: I, the undersigned,"
    " born on March 4, 1990, live at 12 Main St., Miami, FL 33101.\nSincerely,\nDr. Ana Muster"
).encode()
_DATE_TOKENS = tuple(
    word.encode()
    for word in (
        *(
            "/",
            "-",
            ".",
            "2025",
            "31",
            "02",
            "March",
            "mars",
            "mayo",
            "de",
            "1st",
            "年",
            "月",
            "日",
        ),
        *("٣", "三", "века", "1990", "Fecha:", "page 2 of 3", "Página", "A123456789", "born"),
    )
)


def _parse_citations(data: bytes) -> None:
    text = as_text(data)
    try:
        pieces = citations.parse(text)
    except citations.BadCite as error:
        require(text[error.offset :].startswith(error.text), "a bad citation is where it says")
        explain_citation(text, error.offset, error.text)
        raise
    explain_unclosed(text)
    group_citations(text)
    for before, after in pairwise(pieces):
        require(
            not (isinstance(before, str) and isinstance(after, str)) or "; " in (before, after),
            "text between citations is one piece",
        )
    printed = "".join(map(_write_piece, pieces))
    require(
        citations.parse(printed) == pieces or "; " in text, "what is printed is read as the same"
    )


def _write_piece(piece: str | citations.Cite) -> str:
    if isinstance(piece, str):
        return piece
    pages = f", p. {piece.page}" if piece.page is not None else ""
    last = f"-{piece.last}" if piece.last is not None else ""
    return f"[@{piece.exhibit}{pages}{last}]"


def _list_formats() -> tuple[str, ...]:
    return (*FORMATS, *WITH_SCOPE)


def _evaluate(data: bytes) -> None:
    expression = parse_expression(as_text(data))
    scope: dict[str, Any] = {
        "you": {"name": "Ana", "born": _AS_OF, "list": ["a", "b"], "none": None, "true": True},
        "number": 12,
        "money": 58_000,
        "countries": {"MEX": "Mexico"},
        "text": "see [@a, p. 2]",
    }
    for value in (scope, {}):
        expression.value(value)


def _read_zones(data: bytes) -> None:
    text = as_text(data)
    for zone in mrz.read(text, _AS_OF):
        for field in (zone.family, zone.given, zone.number, zone.nationality, zone.state):
            require(field.isprintable(), "a field has no control characters")
        require(zone.birth_date <= date(_AS_OF.year, 12, 31), "nobody is born in the future")
    mrz.may_have_zone(text)
    mrz.has_right_digits(text)


def _read_days(data: bytes) -> None:
    text = as_text(data)
    for line in text.split("\n")[:20]:
        date_forms.read_date(line)
        typed_values.read_typed(line, {"format": "date"}, _load_words())
        typed_values.read_typed(line, {"type": "integer"}, _load_words())
        typed_values.read_typed(line, {"x-names": "countries"}, _load_words())
    for day in numeric_days.find_numeric_days(text):
        require(0 <= day.start <= day.start + day.length <= len(text), "a day is in the text")
    for _ in find_days(text, _load_cues()):
        pass


@cache
def _load_words() -> case_words.CaseWords:
    return case_words.read_words(_SHELF)


@cache
def _load_cues() -> cues.Cues:
    return cues.parse_cues(_SHELF.read("schemas/categories.json"))


def _order_labels(data: bytes) -> None:
    before, _, after = as_text(data).partition(",")
    page_labels.may_follow(before, after)
    page_labels.read_whole_number(before)
    if not (_is_label(before) and (not after or page_labels.is_behind(before, after))):
        return
    new = page_labels.insert_labels(before, after or None, 3)
    require(len(set(new)) == 3, "as many labels as wanted, all different")
    for first, second in pairwise((before, *new, *([after] if after else ()))):
        require(page_labels.make_label_key(first) < page_labels.make_label_key(second), "in order")
        require(page_labels.is_behind(first, second), "each is a label behind the one before")


def _is_label(text: str) -> bool:
    return len(text) < 30 and page_labels.is_behind("0", text)


def _read_ranges(data: bytes) -> None:
    text = as_text(data)
    ranges = list(page_ranges.iterate_ranges(text))
    if all(part for part in text.split(",")) and len(ranges) == text.count(",") + 1:
        parsed = parse_page_ranges(text)
        require(len(parsed) == len(ranges), "both readers find the same ranges")
        for (first, last), (start, end) in zip(parsed, ranges, strict=True):
            require(first == start and last in (end, None), "both readers find the same pages")


def _name_files(data: bytes) -> None:
    name = as_text(data)
    safe = uploads.make_safe_name(name)
    require(0 < len(safe.encode()) <= 255, "a name that every system can keep")
    require(not set(safe) & set('/\\:*?"<>|\0'), "a name without separators")
    require(safe.isprintable(), "a name without control characters")
    require(safe not in (".", ".."), "a name of a file")
    require(not safe.startswith((".", "~", " ")) and not safe.endswith((" ", ".")), "no odd edges")
    if len(name.encode()) <= _WHOLE:  # one that is cut may end otherwise
        require(uploads.make_safe_name(safe) == safe, "a safe name stays as it is")
    require(file_check.check_path(f"evidence/{safe}") is None, "a path that case.json may have")
    names = list(islice(uploads.list_free_names(safe, (safe, safe.upper())), 3))
    require(len({other.casefold() for other in (*names, safe)}) == 4, "free names differ")
    require(all(other.isprintable() and "/" not in other for other in names), "they are safe, too")


def _handle_paths(data: bytes) -> None:
    text = as_text(data)
    file_check.check_path(text)
    require(not find_unprintable(escape_unprintable(text)), "a name in a message is printable")
    path, options = split_source_key(make_source_key(text, ""))
    require((path, options) == (text, "") or "\0" in text or "\n" in text or path, "")
    pointer = "".join(map(escape_pointer_step, text.split("/")))
    require(split_pointer(pointer) == text.split("/"), "steps of a pointer survive")
    case_words.fold_word(text)
    find_primary_language(text)


def _print_text(data: bytes) -> None:
    data = data[: len(data) // 2 * 2]
    text = remove_unprintable(data.decode("utf-16-le", "surrogatepass"))
    bad = [c for c in text if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]
    require(not bad, "printed text has no control characters")
    require(remove_unprintable(text) == text, "printable text stays as it is")
    named = name_symbols(text, frozenset(text[::2]))
    require(
        all(c == "\n" or c == "\t" or unicodedata.category(c) != "Cc" for c in named),
        "no control characters",
    )
    is_right_to_left(text)


def _match_texts(data: bytes) -> None:
    text = as_text(data)
    text_matching.split_words(text)
    text_matching.has_any_date(text)
    text_matching.has_date(text, _AS_OF)
    text_matching.has_worded_date(text, _AS_OF)
    text_matching.has_number(text, "A123456789")
    for number, place in statements.locate_a_numbers(text).items():
        require(number.isascii() and 0 <= place <= len(text), "a number is in the text")
    statements.find_passport_numbers(text)
    language.identify_language(text[:2_000], "es")


def _read_page_signs(data: bytes) -> None:
    pages = as_text(data).split("\f")[:3]
    readings = [PageReading(path="a.pdf", page=n, text=text) for n, text in enumerate(pages, 1)]
    page_signs.read_signs(readings, _load_cues())


def _read_cookies(data: bytes) -> None:
    require(access.read_cookie(as_text(data).splitlines(), "desk") is not None, "a text")


def _draw_zones() -> tuple[bytes, ...]:
    return tuple(
        "\n".join(lines).encode()
        for lines in (
            td3("MEX", "NUNEZ", "MARIA", "AB1234567", "MEX", "900304", "F", "300101"),
            td3("UKR", "TEST HO", "OLENA", "XX0000018", "UKR", "851231", "M", "991231"),
            (
                "I<UTOD231458907<<<<<<<<<<<<<<<",
                "7408122F1204159UTO<<<<<<<<<<<6",
                "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
            ),
            (
                "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
                "L8988901C4XXX4009078F9612109<<<<<<<<6ZE184226B<<",
            ),
        )
    )


def _parse_options(data: bytes) -> None:
    text = as_text(data)
    for name in ("messages", "since", "date_order", "sheets", "stills", "kept_at"):
        try:
            value = entry_options.parse_option(name, text)
        except EditRefused:
            continue
        again = entry_options.parse_option(name, entry_options.format_option(value))
        require(again == value, "what is shown is read as the same")


TARGETS = (
    Target(
        name="entry-options",
        modules=("assembler.desk.entry_options",),
        parse=_parse_options,
        seeds=lambda: (b"1-3, 7", b"2026-11-01", b"dmy", b"Sheet 1, b", b"0:05, 12.5, 1:02:03"),
        tokens=(b",", b"-", b":", b".", b" ", b"2026-02-30", b"mdy"),
        largest=1_024,
    ),
    Target(
        name="citations",
        modules=(
            "assembler.model.citations",
            "assembler.intake.citation_mistakes",
            "assembler.documents.citation_writer",
        ),
        parse=_parse_citations,
        seeds=lambda: (
            b"See [@a; @b, p. 3] and [@hospital-letter, pp. 2-5].",
            b"none",
            b"x [@c,1] [@d]",
        ),
        refusals=(citations.BadCite,),
        tokens=(b"[@", b"]", b"; @", b", p. ", b"pages", b"99999", "–".encode(), b"-", b"@a", b"["),
    ),
    Target(
        name="expressions",
        modules=("assembler.forms.expression", "assembler.forms.answer_formats"),
        parse=_evaluate,
        seeds=lambda: (
            b"/you/name ?? 'x' | phone",
            b"/you/born | date",
            b"/number == '12' and not (/you/none or /a)",
            b"/you/list/1",
            b"/money | money",
            b"/text | prose",
            b"/you/list | after(1) | listed",
            b"/money | digit(2)",
        ),
        refusals=(BadExpression,),
        tokens=tuple(
            f" {word} ".encode()
            for word in (
                "|",
                "??",
                "==",
                "!=",
                "and",
                "or",
                "not",
                "(",
                ")",
                "/you",
                "'x'",
                *_list_formats(),
            )
        ),
        largest=4_096,
    ),
    Target(
        name="mrz",
        modules=("assembler.model.mrz",),
        parse=_read_zones,
        seeds=_draw_zones,
        tokens=(
            b"<",
            b"<<",
            b"\n",
            b"P<",
            b"I<",
            b"V<",
            b"O",
            b"0",
            b"S5",
            b"IDMEX",
            "ı".encode(),
            "ß".encode(),
        ),
    ),
    Target(
        name="days",
        modules=(
            "assembler.model.numeric_days",
            "assembler.intake.date_forms",
            "assembler.intake.proposals.days",
            "assembler.desk.typed_values",
        ),
        parse=_read_days,
        seeds=lambda: _DAYS,
        tokens=_DATE_TOKENS,
        largest=8_192,
    ),
    Target(
        name="page-labels",
        modules=("assembler.model.page_labels",),
        parse=_order_labels,
        refusals=(ValueError,),
        seeds=lambda: (b"57,58", b"57a,57b", b"57-1,57-2", b"9,", b"1a1,1b"),
        tokens=(b",", b"-", b"a", b"z", b"1", b"0", b"-0", b"A"),
        largest=64,
    ),
    Target(
        name="page-ranges",
        modules=("assembler.intake.page_ranges", "assembler.intake.case_builder"),
        parse=_read_ranges,
        seeds=lambda: (b"1-3,7,9-", b"2", b"1-1,99999-"),
        tokens=(b",", b"-", b"0", b"99999", "٣".encode()),
        largest=1_024,
    ),
    Target(
        name="file-names",
        modules=("assembler.desk.uploads", "assembler.runtime.file_names"),
        parse=_name_files,
        seeds=lambda: (b"passport.pdf", b"C:\\x\\con.txt", b".~a..", "фото e\u0301.jpeg".encode()),
        refusals=(EditRefused,),
        tokens=(
            b"/",
            b"\\",
            b":",
            b"nul",
            b"COM1",
            b".",
            b"..",
            b" ",
            b".pdf",
            b"~$",
            "\u202e".encode(),
            b".DS_Store",
        ),
        largest=2_048,
    ),
    Target(
        name="paths",
        modules=(
            "assembler.intake.problem",
            "assembler.model.file_options",
            "assembler.intake.file_check",
        ),
        parse=_handle_paths,
        seeds=lambda: (b"evidence/a b.pdf", b"../x", b"a~1b/c~0d", b"es-MX"),
        tokens=(b"~", b"~1", b"/", b"..", b"file:", b"\\\\"),
        largest=2_048,
    ),
    Target(
        name="printable-text",
        modules=("assembler.documents.printable_text",),
        parse=_print_text,
        seeds=lambda: ["a\r\nb\x85\u2028👍🏽🇺🇦❤️𝔸 é".encode("utf-16-le"), b"\x00\xd8\x00\x00"],
        tokens=tuple(
            text.encode("utf-16-le") for text in ("🇺", "\ufe0f", "🏽", "\ue000", "\u0488", "⁂")
        ),
        largest=2_048,
    ),
    Target(
        name="page-texts",
        modules=(
            "assembler.crosscheck.text_matching",
            "assembler.crosscheck.statements",
            "assembler.evidence.language",
        ),
        parse=_match_texts,
        seeds=lambda: (_PAGE, *_DAYS),
        tokens=_DATE_TOKENS,
        largest=16_384,
    ),
    Target(
        name="page-signs",
        modules=("assembler.intake.proposals",),
        parse=_read_page_signs,
        seeds=lambda: (_PAGE, *_DAYS, _PAGE + b"\f" + _PAGE),
        tokens=(*_DATE_TOKENS, b"\n", b"\f", b"CERTIFICATE", b"Dear", b"Sincerely,"),
        largest=16_384,
    ),
    Target(
        name="cookies",
        modules=("assembler.desk.access",),
        parse=_read_cookies,
        seeds=lambda: (b'desk=abc; other="x y"', b"a=b\ndesk=1"),
        tokens=(b"desk=", b";", b"=", b'"', b"\\073", b"expires=", b"path=/", b"\n"),
        largest=4_096,
    ),
)

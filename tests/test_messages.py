"""intake: what is wrong in case.json is said with its place, in words, and with what to write."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembler.intake import examine_case
from assembler.intake.case_fields import CaseFields
from assembler.intake.case_words import fold_word, read_words
from assembler.intake.citation_mistakes import explain_citation, explain_unclosed
from assembler.intake.date_forms import read_date
from assembler.intake.file_suggestion import MissingFile, name_people, suggest_files
from assembler.intake.json_text import BadJson, decode_text, parse_json
from assembler.intake.placeholder_check import find_placeholders
from assembler.model.citations import BadCite, list_cites
from assembler.model.finding import Finding
from assembler.runtime.resources import Shelf

CASES = Path(__file__).parent / "cases"
SHELF = Shelf.default()
WORDS = read_words(SHELF)
TEXT = (CASES / "base/case.json").read_text(encoding="utf8")
ADDRESS = '"street": "1 Main Street", "city": "Chicago", "country": "United States"'


def find(folder: Path, text: str, *files: str) -> list[Finding]:
    """The findings of the base case with this text, and these files in its folder."""
    shutil.copytree(CASES / "base", folder / "case")
    (folder / "case/case.json").write_text(text, encoding="utf8")
    for file in files:
        (folder / "case" / file).write_bytes(b"x")
    return list(examine_case(folder / "case", SHELF)[1])


def with_petitioner(fields: str) -> str:
    return TEXT.replace('"status": "us-citizen"', f'"in_us": true, {fields}')


def with_address(fields: str) -> str:
    return with_petitioner(f'"address": {{{ADDRESS}, {fields}}}')


UNKNOWN_FIELDS = {
    '"zip": "60601"': "`zip` is not a field of address; use `postal_code`",
    '"ZipCode": "60601"': "`ZipCode` is not a field of address; use `postal_code`",
    '"apt": "4"': "`apt` is not a field of address; use `unit`",
    '"street2": "Apt 4"': "`street2` is not a field of address; use `unit`",
    '"provnce": "Lviv"': "`provnce` is not a field of address; did you mean `province`?",
    '"email": "x"': "`email` is not a field of address; it belongs to person or attorney, as "
    "`email`",
}


@pytest.mark.parametrize("field", UNKNOWN_FIELDS)
def test_an_unknown_field_is_named_with_the_one_to_use(field: str, tmp_path: Path) -> None:
    (found,) = find(tmp_path, with_address(field))

    assert f"{found.problem}; {found.remedy}" == UNKNOWN_FIELDS[field]
    assert found.where.startswith("case.json line 5, Petitioner › Address (/petitioner/address")


@pytest.mark.parametrize(
    ("field", "remedy"),
    [
        ('"dob": "x"', "use `birth_date`"),
        ('"firstName": "x"', "use `given` in `name`"),
        ('"last_name": "x"', "use `family` in `name`"),
        ('"Alien Number": "x"', "use `a_number`"),
        ('"zipcode": "x"', "use `postal_code` in `address` or in `mailing_address`"),
        ('"street": "x"', "use `street` in `address` or in `mailing_address`"),
        ('"annual_income": 1', "it belongs to income, as `annual_usd`"),
    ],
)
def test_a_field_of_another_place_is_sent_there(field: str, remedy: str, tmp_path: Path) -> None:
    (found,) = find(tmp_path, with_petitioner(field))

    assert found.remedy == remedy


@pytest.mark.parametrize("key", ["Maria Lopez", "1987-03-15", "ssn 123-45-6789", "stаtus\\u202e"])
def test_a_key_that_is_like_no_field_is_not_repeated(key: str, tmp_path: Path) -> None:
    """It may be a client's name or number."""
    found = find(tmp_path, with_petitioner(f'"{key}": "x"'))

    assert found[0].problem == "this is not a field of petitioner"
    assert not [one for one in found if key.split("\\", maxsplit=1)[0] in f"{one} {one.pointer}"]


COUNTRIES = {
    "Ukraine": "Ukraine is UKR",
    "UA": "Ukraine is UKR",
    "ukr": "Ukraine is UKR",
    "Ukrainian": "Ukraine is UKR",
    "Ukrane": "Ukraine is UKR",
    "U.S.A.": "United States is USA",
    "Côte d’Ivoire": "Cote d'Ivoire is CIV",
    "England": "United Kingdom is GBR",
    "Kosovo": "Kosovo is RKS",
}


@pytest.mark.parametrize("written", COUNTRIES)
def test_a_country_in_words_is_answered_with_its_code(written: str, tmp_path: Path) -> None:
    (found,) = find(tmp_path, with_petitioner(f'"nationality": "{written}"'))

    assert "Petitioner › Nationality (/petitioner/nationality)" in found.where
    assert found.problem == "this is not a three-letter country code"
    assert found.remedy == f"use the passport's three-letter code: {COUNTRIES[written]}"


@pytest.mark.parametrize("written", ["Atlantis", "Congo", "Refugee", "Guinee", "", "x" * 5000])
def test_a_country_that_is_not_clear_is_not_guessed(written: str, tmp_path: Path) -> None:
    (found,) = find(tmp_path, with_petitioner(f'"nationality": "{written}"'))

    assert found.remedy == "use the passport's three-letter code, like UKR"


@given(st.sampled_from(sorted(WORDS.tables["countries"].names)))
def test_every_country_is_found_by_its_name_and_code(code: str) -> None:
    table = WORDS.tables["countries"]
    name = table.names[code]

    assert table.find_code(name) == (None if name == "Refugee" else code)
    assert table.find_code(code.lower()) == code
    assert fold_word(name.upper()) == fold_word(name)


VALUES = {
    '"address": {"street": "x", "city": "x", "country": "x", "state": "Illinois"}': (
        "Petitioner › Address › State",
        "state must be two capital letters; write it like IL",
    ),
    '"sex": "F"': ("Petitioner › Sex", "this is not one of the choices; did you mean female?"),
    '"status": "LPR"': (
        "Petitioner › Status",
        "this is not one of the choices; did you mean permanent-resident?",
    ),
    '"sex": "?"': (
        "Petitioner › Sex",
        "this is not one of the choices; use one of: female, male",
    ),
    '"a_number": "12-34"': (
        "Petitioner › A-Number",
        "an alien registration number has 7 to 9 digits, with or without A and hyphens; write it "
        "like A087-654-321",
    ),
    '"a_number": 87654321': (
        "Petitioner › A-Number",
        "text in double quotes belongs here, not a number; put double quotes around it, like "
        '"A087-654-321"',
    ),
    '"history": {"criminal": "no"}': (
        "Petitioner › History › Criminal",
        "true or false belongs here, not text in quotes; write true for yes and false for no, "
        "without quotes",
    ),
    '"passport": null': (
        "Petitioner › Passport",
        "an object { … } belongs here, not null; leave the field out if none",
    ),
    '"other_names": {"given": "x", "family": "y"}': (
        "Petitioner › Other names",
        "a list [ … ] belongs here, not an object; put square brackets around it, like "
        '[{"given": "Olena", "family": "Bondar"}]',
    ),
    '"address": {"street": "x"}': (
        "Petitioner › Address",
        '`city` and `country` are missing; add them, like "city": "Chicago", "country": '
        '"United States"',
    ),
}


@pytest.mark.parametrize("field", VALUES)
def test_a_wrong_value_says_what_to_write(field: str, tmp_path: Path) -> None:
    (found,) = find(tmp_path, with_petitioner(field))
    place, sentence = VALUES[field]

    assert found.where.startswith(f"case.json line 5, {place} (/petitioner/")
    assert f"{found.problem}; {found.remedy}" == sentence


CHANGES = {
    ("50000", '"58000"'): (
        "Supporter 1 › Income › Annual income",
        "a whole number belongs here, not text in quotes; write digits alone, without quotes, $ or "
        "commas, like 58000",
    ),
    ("50000", '"$58,000"'): (
        "Supporter 1 › Income › Annual income",
        "a whole number belongs here, not text in quotes; write digits alone, without quotes, $ or "
        "commas, like 58000",
    ),
    ("null", '"none"'): (
        "Attorney",
        "an object { … } or null belongs here, not text in quotes; write null, without quotes, if "
        "there is none",
    ),
    ('["urgent-medical"]', '"urgent-medical"'): (
        "Reasons",
        "a list [ … ] belongs here, not text in quotes; put square brackets around it, like "
        '["urgent-medical"]',
    ),
    ('"length_months": 12', '"length_months": 0'): (
        "Request › Length months",
        "the number is smaller than 1; correct it",
    ),
    ('"title": "Letter"', '"title": ""'): (
        "Exhibit letter › Title",
        "it is empty; fill it in",
    ),
    ('"date": "2026-10-01"', '"language": "Spanish"'): (
        "Exhibit letter › Language",
        "this is not the short tag of a language; use the tag: Spanish is es",
    ),
    ('"pages": "1-2,4-"', '"pages": "1 to 2"'): (
        "Exhibit letter › File 1 › Pages",
        "pages are numbers and ranges, joined by commas; write it like 1-3,5",
    ),
    ("evidence/letter.pdf", "evidence\\\\letter.pdf"): (
        "Exhibit letter › File 1",
        "the path has backslashes, so it is not one relative to the case folder; write / in place "
        "of \\, as evidence/name.pdf",
    ),
    ("evidence/letter.pdf", "evidence\\new.pdf"): (
        "Exhibit letter › File 1 › Path",
        "the text contains characters that cannot be printed: U+000A; write / in place of \\ in a "
        "path: evidence/passport.pdf",
    ),
    ('"declarant": "aunt"', '"declarant": "mother"'): (
        "Declaration aunt › Declarant",
        "there is no person with this id; use one of: aunt, child",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_wrong_change_says_where_what_and_the_remedy(
    change: tuple[str, str], tmp_path: Path
) -> None:
    assert change[0] in TEXT
    found = find(tmp_path, TEXT.replace(*change, 1))
    place, sentence = CHANGES[change]

    sentences = {f"{one.problem}; {one.remedy}": one for one in found}
    assert f", {place} (/" in sentences[sentence].where
    assert {one.rule for one in found} - {"EVID.UNLISTED"} == {sentences[sentence].rule}


PAPER_DATES = {
    "03/15/2026": "write 2026-03-15",
    "15.03.2026": "write 2026-03-15",
    "March 15, 2026": "write 2026-03-15",
    "15 March 2026": "write 2026-03-15",
    "Sept. 5th, 2026": "write 2026-09-05",
    "2026/3/5": "write 2026-03-05",
    "03/04/2025": "write 2025-03-04 if March 4 is meant, 2025-04-03 if April 3 is meant",
    "04/04/2025": "write 2025-04-04",
    "31/31/2025": "write it like 2026-03-05",
    "03/15/87": "write it like 2026-03-05",
    "soon": "write it like 2026-03-05",
}


@pytest.mark.parametrize("written", PAPER_DATES)
def test_the_date_of_a_paper_is_given_in_the_right_form(written: str, tmp_path: Path) -> None:
    (found,) = find(tmp_path, TEXT.replace("2026-10-01", written))

    assert found.where == "case.json line 21, Exhibit letter › Date (/exhibits/0/date)"
    assert found.problem == "a date is written year-month-day (YYYY-MM-DD)"
    assert found.remedy == PAPER_DATES[written]


PERSONAL_DATES = {
    "03/15/1987": "put the year first: 2026-03-25 for 03/25/2026",
    "15.03.1987": "put the year first: 2026-03-25 for 25.03.2026",
    "March 15, 1987": "put the year first: 2026-03-25 for March 25, 2026",
    "1987-3-5": "write two digits for the month and the day",
    "03/04/1987": "it can be read as month/day and as day/month: look it up, and put the year "
    "first: 2026-03-04 for March 4, 2026",
}


@pytest.mark.parametrize("written", PERSONAL_DATES)
def test_the_date_of_a_person_is_explained_and_never_repeated(written: str, tmp_path: Path) -> None:
    (found,) = find(tmp_path, TEXT.replace("2019-04-05", written))

    assert found.remedy == PERSONAL_DATES[written]
    assert "1987" not in f"{found}"


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_every_day_is_read_from_every_form(day: date) -> None:
    forms = (f"{day:%m/%d/%Y}", f"{day:%d.%m.%Y}", f"{day.month}-{day.day}-{day.year}")

    for form in (
        f"{day:%B} {day.day}, {day.year}",
        f"{day.day}-{day:%b}-{day.year}",
        f"{day:%Y/%m/%d}",
        f"{day:%Y-%m-%d}T08:30:00Z",
    ):
        assert [reading.day for reading in read_date(form)] == [day]
    for form in forms:
        readings = [reading.day for reading in read_date(form)]
        assert day in readings
        assert len(readings) == (1 if day.day > 12 or day.day == day.month else 2)


@given(st.text(max_size=50))
def test_any_text_is_read_as_at_most_two_days(text: str) -> None:
    assert len(read_date(text)) <= 2


SYNTAX = {
    "curly quotes around a key": (
        ('"id": "base-case"', '“id”: "base-case"'),
        (2, 2, "a curly quote (“) is here", "turn off smart quotes"),
    ),
    "curly quotes around a value": (
        ('"base-case"', "“base-case”"),
        (2, 8, "a curly quote (“) is here", "turn off smart quotes"),
    ),
    "a curly quote at the end of a value": (
        ('"base-case"', '"base-case”'),
        (2, 18, "a curly quote (”) is here", "turn off smart quotes"),
    ),
    "a curly quote at the end, and more in the line": (
        ('"kind": "parole"', '"kind": "parole”, "id": 1'),
        (3, 17, "a curly quote (”) is here", "turn off smart quotes"),
    ),
    "single quotes": (
        ('"base-case"', "'base-case'"),
        (2, 8, "a quote of another kind (') is here", "straight"),
    ),
    "a comma too many in an object": (
        ("50000", "50000,"),
        (9, 79, "there is an extra comma", "delete this comma"),
    ),
    "a comma too many in a list": (
        ('["urgent-medical"]', '["urgent-medical",\n ]'),
        (4, 30, "there is an extra comma", "delete this comma"),
    ),
    "a comment before a key": (
        ('"id": "base-case"', '// hello\n "id": "base-case"'),
        (2, 2, "a comment begins here", "delete it"),
    ),
    "a comment after a comma": (
        ('"base-case",', '"base-case", /* hello */'),
        (2, 21, "a comment begins here", "delete it"),
    ),
    "a comment before a comma": (
        ('"base-case",', '"base-case" # hello\n,'),
        (2, 20, "a comment begins here", "delete it"),
    ),
    "a line break in a text": (
        ("The doctor says", "The doctor\nsays"),
        (15, 13, "does not end in its line", "write \\n where its line breaks"),
    ),
    "a tab in a text": (
        ("The doctor says", "The doctor\tsays"),
        (15, 24, "a tab is in this text", "write spaces"),
    ),
    "a quote in a text": (
        ("The doctor says", 'The "doctor" says'),
        (15, 18, "a text ends at this quote", 'write \\" for a quote'),
    ),
    "a missing comma between fields": (
        ('"base-case",', '"base-case"'),
        (2, 19, "a comma is missing here", "put a comma after the entry"),
    ),
    "a missing comma in a list": (
        ('["urgent-medical"]', '["urgent-medical" "other"]'),
        (4, 30, "a comma is missing here", "put a comma after the entry"),
    ),
    "a missing colon": (
        ('"id": "base-case"', '"id" "base-case"'),
        (2, 7, "a colon is missing", '"city": "Chicago"'),
    ),
    "a Windows path": (
        ("evidence/letter.pdf", "evidence\\letter.pdf"),
        (21, 90, "not a JSON escape", "write / in place of \\"),
    ),
    "a Windows path with a u": (
        ("evidence/letter.pdf", "C:\\users\\letter.pdf"),
        (21, 84, "not a JSON escape", "write / in place of \\"),
    ),
    "a Python word": (("50000", "True"), (9, 74, "have small letters", "write true")),
    "thousands": (("50000", "58,000"), (9, 76, "a number has no comma in it", "58000")),
    "dollars": (("50000", "$58,000"), (9, 74, "a number has no $", "58000")),
    "a date without quotes": (
        ('"2026-10-01"', "2026-10-01"),
        (21, 137, "a number ends here, and more follows", "in double quotes"),
    ),
    "a no-break space": (
        ('"annual_usd": 50000', '"annual_usd":\u00a050000'),
        (9, 73, "a no-break space is here, which cannot be seen", "plain space"),
    ),
    "a bracket of the other kind": (
        ('["urgent-medical"]', '["urgent-medical"}'),
        (4, 30, "a } closes what a [ opened in line 4", "write ] here"),
    ),
    "a bracket that is missing": (
        ("50000}", "50000"),
        (9, 80, "a ] closes what a { opened in line 9", "write } here"),
    ),
}


@pytest.mark.parametrize("mistake", SYNTAX)
def test_a_slip_in_json_says_what_it_is_and_where(mistake: str) -> None:
    change, (line, column, problem, remedy) = SYNTAX[mistake]
    assert change[0] in TEXT

    with pytest.raises(BadJson) as caught:
        parse_json(TEXT.replace(*change, 1))

    assert (caught.value.line, caught.value.column) == (line, column)
    assert problem in caught.value.problem
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the file is empty"),
        ("  \n", "the file is empty"),
        ('{\n "id": {"a": 1,', "the { of line 2 is not closed"),
        ('{"id": [1, 2', "the [ of line 1 is not closed"),
        ('{"id": "abc', "the text that begins here is never closed"),
    ],
)
def test_a_file_that_ends_early_says_what_is_open(text: str, problem: str) -> None:
    with pytest.raises(BadJson) as caught:
        parse_json(text)

    assert problem in caught.value.problem


@pytest.mark.parametrize(
    ("data", "line", "column", "problem", "remedy"),
    [
        (TEXT.encode("utf-16"), 1, 1, "the file is UTF-16", "Encoding UTF-8"),
        (TEXT.encode("utf-16-le"), 1, 1, "the file is UTF-16", "Encoding UTF-8"),
        (TEXT.encode("utf-8-sig"), 1, 1, "starts with a byte order mark", "not with BOM"),
        (b'{\n "id": "Jos\xe9"}', 2, 12, "saved in another encoding", "Encoding UTF-8"),
        (b"PK\x03\x04", 1, 1, "a Word file or an archive", "plain-text editor"),
        (b"{\\rtf1", 1, 1, "rich text", "plain-text editor"),
    ],
    ids=["utf-16", "utf-16 without a mark", "mark", "latin-1", "word", "rtf"],
)
def test_a_file_of_another_encoding_says_how_to_save_it(
    data: bytes, line: int, column: int, problem: str, remedy: str
) -> None:
    with pytest.raises(BadJson) as caught:
        decode_text(data)

    assert (caught.value.line, caught.value.column) == (line, column)
    assert problem in caught.value.problem
    assert remedy in caught.value.remedy


@given(st.data())
def test_a_case_with_one_character_changed_is_read_or_has_a_mistake_in_its_lines(
    data: st.DataObject,
) -> None:
    position = data.draw(st.integers(0, len(TEXT) - 1))
    inserted = data.draw(st.sampled_from([*"\",:{}[]\\/#“”‘'$\n\t0-", "", "\u00a0"]))
    text = TEXT[:position] + inserted + TEXT[position + data.draw(st.integers(0, 1)) :]

    try:
        assert parse_json(text)[0] == json.loads(text)
    except BadJson as error:
        lines = text.split("\n")
        assert 1 <= error.line <= len(lines)
        assert 1 <= error.column <= len(lines[error.line - 1]) + 1
        assert error.problem
        assert error.remedy


CITATIONS = {
    "[@letter p. 1]": (
        "citation 2 of this text, [@letter …], cannot be read: a comma is missing after the "
        "exhibit's id; write [@letter] or [@letter, p. 2]"
    ),
    "[@letter, page one]": (
        "citation 2 of this text, [@letter …], cannot be read: no page number follows the comma; "
        "write [@letter] or [@letter, p. 2]"
    ),
    "[@letter, @other]": (
        "citation 2 of this text, [@letter …], cannot be read: a ; belongs between two exhibits; "
        "write [@letter; @other-exhibit]"
    ),
    "[@Hospital Letter]": (
        "citation 2 of this text cannot be read: an exhibit's id follows the @, and has small "
        "letters, digits and hyphens; write [@exhibit-id] or [@exhibit-id, p. 2]"
    ),
    "[@hospital_letter]": (
        "citation 2 of this text, [@hospital …], cannot be read: an exhibit's id has small "
        "letters, digits and hyphens only; write [@exhibit-id] or [@exhibit-id, p. 2]"
    ),
    "[@letter, p. 1": "citation 2 of this text is opened with [@ and never closed; close it with ]",
}


@pytest.mark.parametrize("citation", CITATIONS)
def test_an_unreadable_citation_says_which_where_and_why(citation: str, tmp_path: Path) -> None:
    found = find(tmp_path, TEXT.replace("[@letter, p. 1]", f"[@letter] and {citation}"))

    assert [one.rule for one in found] == ["CITE.FORM"]
    assert found[0].where == ("case.json line 15, Request › Basis › Paragraph 1 (/request/basis/0)")
    assert f"{found[0].problem}; {found[0].remedy}" == CITATIONS[citation]


@given(st.text("[]@;,p. 12-aB_\n"))
def test_every_citation_that_cannot_be_read_has_a_reason(text: str) -> None:
    try:
        list_cites(text)
    except BadCite as error:
        problem, remedy = explain_citation(text, error.offset, error.text)
        assert "cannot be read: " in problem
        assert remedy.startswith("write [@")
    if "[@" in text:
        assert "citation" in explain_unclosed(text)[0]


# --- files ---

PEOPLE = {
    "petitioner": {"id": "petitioner", "name": {"given": "Rosa", "family": "Lopez"}},
    "beneficiaries": [{"id": "child", "name": {"given": "Mia", "family": "Lopez"}}],
}


def suggested(missing: MissingFile, *present: str) -> str | None:
    paths = [f"evidence/{name}" for name in present]
    found = suggest_files([missing], paths, name_people(PEOPLE), WORDS.documents)
    return found.get(missing.path)


@pytest.mark.parametrize(
    ("path", "present"),
    [
        ("evidence/leter.pdf", "letter.pdf"),
        ("evidence/hospital-letter.pdf", "Hospital_Letter (scan).pdf".replace(" (scan)", "")),
        ("evidence/hospital-letter.pdf", "hospital letter.JPG"),
        ("evidence/hospital-letter.pdf", "scans/hospital-letter.pdf"),
        ("evidence/pay-stub-2.pdf", "PayStub 2.pdf"),
    ],
)
def test_a_file_of_the_same_name_but_for_signs_is_suggested(path: str, present: str) -> None:
    assert suggested(MissingFile(path=path), present, "other.pdf") == f"evidence/{present}"


def test_a_file_of_the_same_kind_and_person_is_suggested() -> None:
    passport = MissingFile(
        path="evidence/id-petitioner.pdf", category="identity", person="petitioner"
    )

    assert suggested(passport, "Passport Rosa.pdf", "mia.pdf") == "evidence/Passport Rosa.pdf"
    cost = MissingFile(path="evidence/med-cost.pdf", category="medical-cost")
    assert suggested(cost, "cost estimate.pdf", "scan.pdf") == "evidence/cost estimate.pdf"


@pytest.mark.parametrize(
    "present",
    [
        ["cost estimate.pdf"],  # another kind of document
        ["passport.pdf"],  # nobody's
        ["Passport Lopez.pdf"],  # the family name of both
        ["Passport Mia.pdf"],  # somebody else's
        ["Passport Rosa and Mia.pdf"],
        ["Passport Rosa.pdf", "Rosa passport.jpg"],  # two
        ["id-beneficiary.pdf"],
    ],
)
def test_no_file_is_better_than_a_wrong_one(present: list[str]) -> None:
    passport = MissingFile(
        path="evidence/id-petitioner.pdf", category="identity", person="petitioner"
    )

    assert suggested(passport, *present) is None


def test_files_with_other_numbers_are_other_files() -> None:
    assert suggested(MissingFile(path="evidence/w2-2023.pdf"), "w2-2024.pdf") is None
    assert suggested(MissingFile(path="evidence/letter-mother.pdf"), "letter-father.pdf") is None


def test_a_file_that_two_exhibits_could_mean_is_suggested_to_neither() -> None:
    missing = [MissingFile(path=f"evidence/{name}.pdf") for name in ("pay stub", "pay-stub")]

    assert suggest_files(missing, ["evidence/paystub.pdf"], {}, {}) == {}


def test_a_file_that_is_listed_is_not_suggested_again(tmp_path: Path) -> None:
    exhibit = (
        '{"id": "copy", "title": "Copy", "category": "other", "files": ["evidence/leter.pdf"]}, '
    )
    found = find(tmp_path, TEXT.replace('"exhibits": [\n', f'"exhibits": [\n{exhibit}'))

    assert [one.where for one in found] == [
        "case.json line 21, evidence/leter.pdf (/exhibits/0/files/0)"
    ]


def test_missing_and_unlisted_files_are_groups_that_differ_in_their_place_only(
    tmp_path: Path,
) -> None:
    files = '"evidence/a.pdf", "evidence/scan-1.pdf", {"path": "evidence/letter.pdf"'
    text = TEXT.replace('{"path": "evidence/letter.pdf"', files)

    found = find(tmp_path, text, "evidence/scan 1.pdf", "forms.txt", "evidence/Märchen.pdf")

    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for one in found:
        groups.setdefault((one.rule, one.problem, one.remedy), []).append(one)
    assert {key[0]: [one.where for one in group] for key, group in groups.items()} == {
        "EVID.MISSING": [
            "case.json line 21, evidence/a.pdf (/exhibits/0/files/0)",
            "case.json line 21, evidence/scan-1.pdf, did you mean evidence/scan 1.pdf? "
            "(/exhibits/0/files/1)",
        ],
        "EVID.UNLISTED": ["evidence/Märchen.pdf", "evidence/scan 1.pdf"],
    }
    assert [one.exhibit for one in found if one.rule == "EVID.MISSING"] == ["letter", "letter"]
    assert [one.file for one in found if one.rule == "EVID.UNLISTED"] == [
        "evidence/Märchen.pdf",
        "evidence/scan 1.pdf",
    ]


def test_a_text_to_fill_in_is_counted_once_for_all_its_parts() -> None:
    catalog = SHELF.schema("rules.json")
    case = {
        "petitioner": {"name": {"given": "FILL IN", "family": "FILL IN"}},
        "request": {"basis": ["FILL IN: why", "FILL IN: more"], "support_plan": "done"},
        "exhibits": [{"title": "FILL IN: title", "files": [{"path": 1}]}],
    }

    found = list(find_placeholders(case, catalog))

    assert [one.pointer for one in found] == [
        "/petitioner/name",
        "/request/basis",
        "/exhibits/0/title",
    ]
    assert len({(one.problem, one.remedy) for one in found}) == 1


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["exhibits", "name", "id", "person", "files", "others", "a~/b"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(
    st.dictionaries(
        st.sampled_from(["petitioner", "supporters", "exhibits", "others"]), json_values
    )
)
def test_a_case_of_any_shape_has_its_people_and_texts_named(case: dict[str, Any]) -> None:
    assert all(isinstance(words, frozenset) for words in name_people(case).values())
    assert list(find_placeholders(case, SHELF.schema("rules.json"))) == []


@given(json_values, st.lists(st.sampled_from(["exhibits", "0", "1", "files", "path", "name", "x"])))
def test_any_place_of_any_case_has_a_label(case: Any, keys: list[str]) -> None:
    fields = CaseFields(SHELF.schema("case.schema.json"))

    label = fields.label("".join(f"/{key}" for key in keys), case)

    assert label.count(" › ") < max(len(keys), 1)


def test_places_have_the_names_that_people_know() -> None:
    fields = CaseFields(SHELF.schema("case.schema.json"))
    case = {"exhibits": [{"id": "hospital-letter"}, {"id": "Maria Lopez"}]}

    labels = {
        "/petitioner/address/state": "Petitioner › Address › State",
        "/beneficiaries/1/birth_date": "Beneficiary 2 › Birth date",
        "/request/basis/2": "Request › Basis › Paragraph 3",
        "/supporters/0/income/annual_usd": "Supporter 1 › Income › Annual income",
        "/exhibits/0/translation/files/0": "Exhibit hospital-letter › Translation › File 1",
        "/exhibits/1/title": "Exhibit 2 › Title",
        "/rfe/points/0/asked": "Request for evidence › Point 1 › Asked",
        "": "",
    }
    assert {pointer: fields.label(pointer, case) for pointer in labels} == labels


def test_words_that_people_write_lead_to_fields_and_values_of_the_schema() -> None:
    schema = SHELF.schema("case.schema.json")
    fields = CaseFields(schema)
    choices = {
        (name, value)
        for owner in (schema, *schema["$defs"].values(), *schema["$defs"]["file"]["oneOf"])
        for name, field in owner.get("properties", {}).items()
        for value in field.get("enum", ())
    }

    assert [
        name for names in WORDS.fields.values() for name in names if not fields.list_homes(name)
    ] == []
    assert [
        (field, value)
        for field, values in WORDS.values.items()
        for value in values.values()
        if (field, value) not in choices
    ] == []
    categories = {value for field, value in choices if field == "category"}
    assert set(WORDS.documents) <= categories


# --- the page that shows messages ---

PAGE_EXAMPLES = {
    'address: `"zip": "60601"`': (
        '"status": "us-citizen"',
        f'"address": {{{ADDRESS}, "zip": "60601"}}',
    ),
    '`"first_name": "Rosa"`': ('"status": "us-citizen"', '"first_name": "Rosa"'),
    '`"state": "Illinois"`': (
        '"status": "us-citizen"',
        f'"address": {{{ADDRESS}, "state": "Illinois"}}',
    ),
    '`"postal_code": 60601`': (
        '"status": "us-citizen"',
        f'"address": {{{ADDRESS}, "postal_code": 60601}}',
    ),
    '`"nationality": "Ukraine"`': ('"status": "us-citizen"', '"nationality": "Ukraine"'),
    '`"sex": "F"`': ('"status": "us-citizen"', '"sex": "F"'),
    '`"in_us": "yes"`': ('"status": "us-citizen"', '"in_us": "yes"'),
    '`"annual_usd": "$58,000"`': ("50000", '"$58,000"'),
    '`"birth_date": "03/15/1987"`': ("2019-04-05", "03/15/1987"),
    '`"letter_date": "03/15/2026"`': (
        '"length_months": 12',
        '"length_months": 12, "letter_date": "03/15/2026"',
    ),
    '`"letter_date": "03/04/2025"`': (
        '"length_months": 12',
        '"length_months": 12, "letter_date": "03/04/2025"',
    ),
    '`“id”: "base-case"`': ('"id": "base-case"', '“id”: "base-case"'),
    '`"annual_usd": 50000,}`': ("50000", "50000,"),
    "`// a comment`": ('"id": "base-case"', '// a comment\n "id": "base-case"'),
    '`"id": "base-case"` without a comma': ('"base-case",', '"base-case"'),
    "a line break in a text": ("The doctor says", "The doctor\nsays"),
    "`evidence\\letter.pdf`": ("evidence/letter.pdf", "evidence\\letter.pdf"),
    "`[@letter p. 1]`": ("[@letter, p. 1]", "[@letter p. 1]"),
    "`[@leter]`": ("[@letter, p. 1]", "[@leter]"),
    "a file that is not there": ("evidence/letter.pdf", "evidence/id-aunt.pdf"),
}


@pytest.mark.parametrize("written", PAGE_EXAMPLES)
def test_the_page_of_messages_shows_what_is_said(written: str, tmp_path: Path) -> None:
    page = (CASES.parent.parent / "docs/case-messages.md").read_text(encoding="utf8")
    change = PAGE_EXAMPLES[written]
    assert change[0] in TEXT

    found = find(tmp_path, TEXT.replace(*change, 1))

    (said,) = [one for one in found if one.rule != "EVID.UNLISTED"]
    place = said.where.removeprefix("case.json ")
    assert f"| {written} | {place}: {said.problem}; {said.remedy} |" in page

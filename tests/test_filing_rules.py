"""rules: payment, the fee waiver, parole programs and photos, with cases that nearly break each."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from assembler import forms, intake, rules
from assembler.model import Case, DeadlineKind, Finding, Severity
from assembler.rules.photo_rules import is_photo_for_documents
from assembler.rules.program_rules import find_status
from tests.test_rules import AS_OF, SHELF, library, raw_case, read

WARNING, ERROR, INFO = Severity.WARNING, Severity.ERROR, Severity.INFO
Edits = list[list[Any]]
PAYMENT = "/request/payment"
BROTHER = [
    "/beneficiaries/-",
    {"id": "brother", "name": {"given": "Secundo", "family": "Exemplar"}},
]
ONLINE = ["/request/filing", "online"]
NUMBERS = count(1)


def form(name: str, **more: Any) -> list[Any]:
    """An edit that lists a blank form."""
    path = f"forms/{name}-{next(NUMBERS)}.pdf"
    return ["/forms/-", {"form": name, "path": path, "completed": False, **more}]


def paid(method: str, *, in_us: bool | None = None) -> list[Any]:
    """An edit that says how the fee is paid."""
    bank = {} if in_us is None else {"account_in_us": in_us}
    return [PAYMENT, {"method": method, **bank}]


def exhibit(title: str, category: str = "photo", **more: Any) -> list[Any]:
    return [
        "/exhibits/-",
        {"id": "new", "title": title, "category": category, "files": ["evidence/new.pdf"], **more},
    ]


def make_case(folder: Path, kind: str, edits: Edits) -> Case:
    return read(raw_case(kind, edits), folder / str(next(NUMBERS)))


def find(
    folder: Path,
    edits: Edits,
    prefix: str,
    kind: str = "",
    *,
    as_of: date = AS_OF,
    data: rules.Library | None = None,
) -> list[Finding]:
    case = make_case(folder, kind, edits)
    found = rules.check_case(case, data or library(), as_of).findings
    return [one for one in found if one.rule.startswith(prefix)]


def say(found: list[Finding]) -> list[tuple[str, Severity]]:
    return sorted((one.rule, one.severity) for one in found)


def with_fact(name: str, **changed: Any) -> rules.Library:
    """The library with one fact changed; its confidence, too."""
    fact = library().facts[name]
    confidence = changed.pop("confidence", fact.provenance.confidence)
    provenance = replace(fact.provenance, confidence=confidence)
    other = replace(fact, data={**fact.data, **changed}, provenance=provenance)
    return replace(library(), facts={**library().facts, name: other})


# --- payment ---


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        pytest.param([form("g-1450"), form("g-1650")], ERROR, id="card and account"),
        pytest.param([form("g-1450"), form("g-1651")], ERROR, id="card and paper"),
        pytest.param([form("g-1650"), form("g-1651")], ERROR, id="account and paper"),
        pytest.param(
            [BROTHER, form("g-1450", belongs_to=["child"]), form("g-1650", belongs_to=["brother"])],
            WARNING,
            id="each in the packet of another beneficiary",
        ),
        pytest.param([BROTHER, form("g-1450", belongs_to=["child"]), form("g-1650")], ERROR),
        pytest.param([form("g-1450")], None, id="a card alone"),
        pytest.param([form("g-1450"), form("g-1145")], None, id="another G form is no payment"),
        pytest.param([form("g-1450"), form("g-1450")], None, id="two cards are one kind"),
    ],
)
def test_one_mailing_has_one_kind_of_payment_form(
    edits: Edits, expected: Severity | None, tmp_path: Path
) -> None:
    found = find(tmp_path, edits, "PAYMENT.MIXED")

    assert [one.severity for one in found] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        pytest.param([form("g-1450")], [], id="one for one"),
        pytest.param([BROTHER, form("g-1450")], [], id="a blank is filled for each"),
        pytest.param(
            [BROTHER, form("g-1450", belongs_to=["child"])],
            [("PAYMENT.COUNT", ERROR)],
            id="one for two",
        ),
        pytest.param(
            [BROTHER, form("g-1650", belongs_to=["child"]), form("g-1650", belongs_to=["brother"])],
            [],
            id="one for each of two",
        ),
        pytest.param(
            [form("g-1450"), form("g-1450")], [("PAYMENT.COUNT", WARNING)], id="a split fee"
        ),
        pytest.param(
            [form("i-131"), form("g-1450")], [("PAYMENT.COUNT", ERROR)], id="two requests, one card"
        ),
        pytest.param([form("i-131"), form("g-1450"), form("g-1450")], [], id="two and two"),
        pytest.param([BROTHER], [], id="no payment form is listed"),
        pytest.param(
            [BROTHER, form("g-1651", belongs_to=["child"])], [], id="paper is not counted"
        ),
        pytest.param(
            [BROTHER, form("g-1450", completed=True)], [("PAYMENT.SHARED", ERROR)], id="shared"
        ),
        pytest.param([form("g-1450", completed=True)], [], id="completed for one"),
        pytest.param(
            [BROTHER, form("g-1450", completed=True, belongs_to=["child", "brother"])],
            [("PAYMENT.SHARED", ERROR)],
        ),
        pytest.param(
            [
                BROTHER,
                form("g-1450", completed=True, belongs_to=["child"]),
                form("g-1450", completed=True, belongs_to=["brother"]),
            ],
            [],
        ),
    ],
)
def test_each_request_has_its_own_payment(
    edits: Edits, expected: list[tuple[str, Severity]], tmp_path: Path
) -> None:
    found = find(tmp_path, edits, "PAYMENT.")

    assert say(found) == expected


@pytest.mark.parametrize(
    ("edits", "rule"),
    [
        ([paid("card"), form("g-1650")], "PAYMENT.METHOD"),
        ([paid("bank-account"), form("g-1450")], "PAYMENT.METHOD"),
        ([paid("exempt"), form("g-1450")], "PAYMENT.METHOD"),
        ([paid("exempt")], "PAYMENT.EXEMPTION"),
        ([paid("card", in_us=False)], "PAYMENT.US_BANK"),
        ([paid("bank-account", in_us=False), form("g-1650")], "PAYMENT.US_BANK"),
        ([paid("exempt", in_us=False), form("g-1651")], "PAYMENT.US_BANK"),
    ],
)
def test_a_payment_that_will_be_refused_is_reported(
    edits: Edits, rule: str, tmp_path: Path
) -> None:
    found = find(tmp_path, edits, "PAYMENT.")

    assert [one.rule for one in found if one.rule != "PAYMENT.DEBIT_BLOCK"] == [rule]


@pytest.mark.parametrize(
    "edits",
    [
        [],
        [paid("card")],
        [paid("card", in_us=True)],
        [paid("card", in_us=True), form("g-1450")],
        [paid("exempt", in_us=True), form("g-1651")],
        [ONLINE, paid("card", in_us=True)],
        [ONLINE, paid("bank-account", in_us=False)],  # what online payment takes was not read
        [ONLINE, BROTHER],
    ],
)
def test_a_right_payment_is_not_reported(edits: Edits, tmp_path: Path) -> None:
    assert find(tmp_path, edits, "PAYMENT.") == []


@pytest.mark.parametrize(
    ("edits", "kind", "expected"),
    [
        ([ONLINE, form("g-1450")], "", {"PAYMENT.ONLINE"}),
        ([ONLINE, form("g-1450"), form("g-1650")], "", {"PAYMENT.ONLINE"}),
        ([ONLINE, BROTHER, form("g-1450", belongs_to=["child"])], "", {"PAYMENT.ONLINE"}),
        ([ONLINE, paid("exempt")], "", {"PAYMENT.ONLINE"}),
        ([["/request/fee", "waiver"], form("g-1450")], "", {"PAYMENT.NOT_DUE"}),
        ([["/request/fee", "waiver"], paid("card")], "", {"PAYMENT.NOT_DUE"}),
        (
            [["/request/fee", "exempt"], ["/request/fee_exemption", "vawa"], form("g-1651")],
            "",
            {"PAYMENT.NOT_DUE"},
        ),
        ([["/request/fee", "waiver"]], "", set()),
        ([form("g-1450")], "rfe-response", {"PAYMENT.NOT_DUE"}),
        ([paid("card")], "rfe-response", set()),
        ([paid("card", in_us=False)], "rfe-response", set()),
    ],
)
def test_rules_of_mailed_payments_are_silent_where_nothing_is_mailed(
    edits: Edits, kind: str, expected: set[str], tmp_path: Path
) -> None:
    assert {one.rule for one in find(tmp_path, edits, "PAYMENT.", kind)} == expected


@pytest.mark.parametrize(
    ("people", "edits", "reported"),
    [
        (39, [paid("card")], False),
        (40, [paid("card")], True),
        (40, [form("g-1450")], True),
        (40, [paid("bank-account")], False),
        (40, [], False),
        (43, [ONLINE, paid("card")], False),
        (44, [ONLINE, paid("card")], True),
    ],
)
def test_one_card_pays_up_to_its_daily_limit(
    people: int, edits: Edits, reported: bool, tmp_path: Path
) -> None:
    more: Edits = [
        ["/beneficiaries/-", {"id": f"b{n}", "name": {"given": "Ena", "family": "Exemplar"}}]
        for n in range(people - 1)
    ]
    found = find(tmp_path, [*more, *edits], "PAYMENT.CARD_LIMIT")

    assert bool(found) == reported
    if found:
        assert "$24,999.99" in found[0].problem


def test_what_is_not_known_of_a_payment_is_said(tmp_path: Path) -> None:
    def unchecked(edits: Edits, kind: str = "") -> str:
        return "\n".join(
            rules.check_case(make_case(tmp_path, kind, edits), library(), AS_OF).not_checked
        )

    assert "how the filing fee is paid" in unchecked([])
    assert "how the filing fee is paid" not in unchecked([paid("card")])
    assert "how the filing fee is paid" not in unchecked([ONLINE])
    assert "how the filing fee is paid" not in unchecked([], "rfe-response")
    assert "account_in_us" in unchecked([paid("card")])
    assert "account_in_us" not in unchecked([paid("card", in_us=True)])
    assert "outside the United States" in unchecked([ONLINE, paid("card", in_us=False)])


def test_the_company_code_of_a_bank_that_blocks_debits_is_a_note(tmp_path: Path) -> None:
    (note,) = find(tmp_path, [paid("bank-account", in_us=True)], "PAYMENT.")

    assert (note.rule, note.severity) == ("PAYMENT.DEBIT_BLOCK", INFO)
    assert "7001010331" in note.problem


# --- fee waiver ---


@pytest.mark.parametrize(
    ("edits", "pointers"),
    [
        ([form("i-912", person="child")], ["/forms/2/person"]),
        ([form("i-912", person="friend")], ["/forms/2/person"]),
        ([form("i-912", person="aunt")], []),
        ([form("i-912")], []),
        ([form("i-912", belongs_to=["child"])], []),  # whose packet, not who asks
        (
            [exhibit("Benefits", "financial", person="child", supports=["FEE.WAIVER_EVIDENCE"])],
            ["/exhibits/20/person"],
        ),
        ([exhibit("Benefits", "financial", person="aunt", supports=["FEE.WAIVER_EVIDENCE"])], []),
        ([exhibit("Benefits", "financial", supports=["FEE.WAIVER_EVIDENCE"])], []),
        ([exhibit("School report", "other", person="child")], []),
        (
            [
                exhibit("Aid", "financial", person="child", supports=["FEE.WAIVER_EVIDENCE"]),
                ["/exhibits/15/supports", ["FEE.WAIVER_EVIDENCE"]],
                ["/exhibits/15/person", "aunt"],
            ],
            [],
        ),
    ],
)
def test_the_petitioner_asks_for_the_waiver(
    edits: Edits, pointers: list[str], tmp_path: Path
) -> None:
    found = find(tmp_path, [["/request/fee", "waiver"], *edits], "FEE.WAIVER_PERSON")

    assert [one.pointer for one in found] == pointers


def test_a_beneficiary_who_files_asks_for_the_waiver(tmp_path: Path) -> None:
    alone: Edits = [
        ["/petitioner", {"same_as": "child"}],
        ["/declarations", []],
        ["/exhibits/1/person", "child"],
        ["/request/fee", "waiver"],
        form("i-912", person="child"),
    ]

    assert find(tmp_path, alone, "FEE.WAIVER_PERSON") == []


# --- programs, windows, Ms. L. ---


@pytest.mark.parametrize(
    ("program", "days", "expected"),
    [
        ("ukrainian", 181, [("REPAROLE.TOO_EARLY", ERROR)]),
        ("ukrainian", 180, []),
        ("ukrainian", 90, []),
        ("ukrainian", 89, [("REPAROLE.WINDOW_LATE", WARNING)]),
        ("ukrainian", -1, [("REPAROLE.EXPIRED", ERROR)]),
        ("afghan", 181, [("REPAROLE.WINDOW_EARLY", WARNING)]),
        ("", 181, [("REPAROLE.WINDOW_EARLY", WARNING)]),
        ("", 180, []),
    ],
)
def test_the_window_of_re_parole_is_that_of_the_program(
    program: str, days: int, expected: list[tuple[str, Severity]], tmp_path: Path
) -> None:
    until = date.fromordinal(AS_OF.toordinal() + days)
    edits: Edits = [["/request/i94_admit_until", until.isoformat()]]
    edits += [["/request/parole_program", program]] if program else []

    assert say(find(tmp_path, edits, "REPAROLE.", "re-parole"))[:1] == expected[:1]


def test_a_window_of_a_firm_counts_for_its_program_and_in_the_deadlines(tmp_path: Path) -> None:
    own = with_fact("deadlines/re-parole-ukrainian", earliest_days=150, confidence="B")
    edits: Edits = [
        ["/request/parole_program", "ukrainian"],
        ["/request/i94_admit_until", "2027-05-01"],
    ]
    case = make_case(tmp_path, "re-parole", edits)

    found = find(tmp_path, edits, "REPAROLE.", "re-parole", data=own)
    assert say(found) == [("REPAROLE.WINDOW_EARLY", WARNING)]
    opens = [
        one.day
        for one in rules.list_deadlines(case, own, ())
        if one.kind is DeadlineKind.REPAROLE_OPENS
    ]
    assert opens == [date(2026, 12, 2)]


@pytest.mark.parametrize(
    ("program", "as_of", "status"),
    [
        ("family-reunification", date(2026, 1, 9), None),  # before anything that was read
        ("family-reunification", date(2026, 1, 10), "enjoined since 2026-01-10"),
        ("family-reunification", AS_OF, "enjoined since 2026-01-25"),
        ("ukrainian", AS_OF, None),
        ("ukrainian", date(2025, 3, 1), "paused since 2025-02-14"),
        ("frtf", AS_OF, None),
        ("cam", AS_OF, None),
    ],
)
def test_the_status_of_a_program_is_that_of_the_day(
    program: str, as_of: date, status: str | None, tmp_path: Path
) -> None:
    edits: Edits = [["/request/parole_program", program]]
    found = find(tmp_path, edits, "PROGRAM.", "re-parole", as_of=as_of)

    assert [one.severity for one in found] == ([WARNING] if status else [])
    assert status is None or status in found[0].problem


@pytest.mark.parametrize(
    ("status", "confidence", "expected"),
    [
        ("terminated", "A", ERROR),
        ("terminated", "B", WARNING),
        ("paused", "A", WARNING),
        ("enjoined", "A", WARNING),
        ("open", "A", None),
    ],
)
def test_an_ended_program_is_an_error_only_if_its_end_is_sure(
    status: str, confidence: str, expected: Severity | None, tmp_path: Path
) -> None:
    statuses = [{"from": "2026-03-01", "status": status, "confidence": confidence}]
    data = with_fact("parole-programs/cam", statuses=statuses)
    edits: Edits = [["/request/parole_program", "cam"]]

    found = find(tmp_path, edits, "PROGRAM.", "re-parole", data=data)
    assert [one.severity for one in found] == ([expected] if expected else [])


def test_a_program_without_a_known_status_is_said_to_be_unchecked(tmp_path: Path) -> None:
    def unchecked(kind: str, program: str) -> str:
        case = make_case(tmp_path, kind, [["/request/parole_program", program]])
        return "\n".join(rules.check_case(case, library(), AS_OF).not_checked)

    assert "Central American Minors" in unchecked("re-parole", "cam")
    assert "under the program for Ukrainians" not in unchecked("re-parole", "ukrainian")
    assert "Central American Minors" not in unchecked("rfe-response", "cam")


def test_every_program_of_the_case_has_its_statuses_in_the_order_of_their_days() -> None:
    programs = SHELF.schema("case.schema.json")["$defs"]["request"]["properties"]["parole_program"]
    facts = {
        name.partition("/")[2]: fact
        for name, fact in library().facts.items()
        if name.startswith("parole-programs/")
    }

    assert sorted(facts) == sorted(programs["enum"])
    for fact in facts.values():
        days = [one["from"] for one in fact["statuses"]]
        assert days == sorted(days)
        assert bool(days) == (fact.provenance.confidence != "?")
    assert find_status([], AS_OF) is None


MS_L: list[Any] = ["/request/ms_l_class", True]
TASK_FORCE: list[Any] = ["/request/parole_program", "frtf"]


@pytest.mark.parametrize(
    ("kind", "edits", "expected"),
    [
        ("re-parole", [MS_L, TASK_FORCE], {"MS_L.FEE"}),
        ("re-parole", [MS_L], {"MS_L.FEE", "MS_L.BOX"}),
        ("re-parole", [MS_L, ["/request/parole_program", "cam"]], {"MS_L.FEE", "MS_L.BOX"}),
        ("re-parole", [TASK_FORCE], {"MS_L.UNSAID"}),
        ("re-parole", [TASK_FORCE, ["/request/ms_l_class", False]], set()),
        ("re-parole", [], set()),
        ("", [MS_L], {"MS_L.FEE", "MS_L.BOX"}),
        ("", [], set()),
        ("rfe-response", [MS_L], set()),
    ],
)
def test_the_ms_l_class_asks_in_its_box_and_knows_which_fees_are_paused(
    kind: str, edits: Edits, expected: set[str], tmp_path: Path
) -> None:
    assert {one.rule for one in find(tmp_path, edits, "MS_L.", kind)} == expected
    assert find(tmp_path, edits, "MS_L.", kind, as_of=date(2026, 2, 4)) == []


def test_the_letter_says_that_the_parole_fee_is_paused_unless_it_names_an_exception(
    tmp_path: Path,
) -> None:
    def sentence(*edits: list[Any], kind: str = "re-parole", as_of: date = AS_OF) -> str:
        case = make_case(tmp_path, kind, list(edits))
        return str(rules.find_letter_facts(case, library(), as_of)["parole_fee_sentence"])

    assert "Ms. L. v. ICE" in sentence(MS_L, TASK_FORCE)
    assert "donor" in sentence(MS_L, ["/request/parole_fee_exception", "organ-donor"])
    assert sentence() == "None"
    assert sentence(["/request/ms_l_class", False]) == "None"
    assert sentence(MS_L, kind="rfe-response") == "None"
    assert sentence(MS_L, as_of=date(2026, 2, 4)) == "None"


@pytest.mark.parametrize(
    ("text", "as_of", "reported"),
    [
        ("Under PM-602-0194 her request is held.", AS_OF, True),
        ("Under pm 602 0194 her request is held.", AS_OF, True),
        ("Under PM‑602‑0194 her request is held.", AS_OF, True),
        ("Under PM-602-0194 her request is held.", date(2026, 6, 4), False),
        ("Under PM-602-0192 her request is held.", AS_OF, False),
        ("Her receipt ends in 6020194.", AS_OF, False),
    ],
)
def test_a_vacated_memo_is_reported_where_a_text_speaks_of_it(
    text: str, as_of: date, reported: bool, tmp_path: Path
) -> None:
    edits: Edits = [["/request/length_reason", ["First.", text]]]
    found = find(tmp_path, edits, "PROGRAM.VACATED_MEMO", as_of=as_of)

    assert [one.pointer for one in found] == ["/request/length_reason/1"] * reported


# --- photos ---

PROMISED = (
    "Two passport photos",
    "2 passport-style photographs of the beneficiary",
    "Two identical color passport-style photographs",
    "Two (2) recent, identical, passport-size photos",
    "Passport sized pictures (2)",
    "passport type photo of the child",
    "Two 2x2 photos",
    "2 x 2 inch color photographs",
    '2" x 2" photos',
    "2-inch by 2-inch photograph",
    "2×2 photos",
    "35 x 45 mm photos",
    "Photos, passport size",
    "Photographs in passport format",
    "Photographs (2 x 2 inches)",
    "Visa photographs",
    "ID photos of each beneficiary",
    "Biometric photo",
    "A pair of identical photographs",
    "Photos for the travel document",
    "Dos fotos tipo pasaporte",
    "Photographs: passport-style",
    "Photographs meeting passport specifications",
    "Passport-quality portrait",
    "U.S. passport-style photos x2",
    "2 identical photographs of the child",
    "5 cm x 5 cm photos",
)
EVIDENCE = (
    "Photographs of the destroyed home",
    "Passport photo page",
    "Passport, photo page and entry stamps",
    "Copy of the passport photo and signature page",
    "Passport (photo/biographic page)",
    "Photo ID of the petitioner",
    "Photo identification card",
    "ID photocopies",
    "Passport photocopy",
    "Passport, photographs of the wedding, and letters",
    "Photo of passport",
    "Photographs of the family at the visa office",
    "Photographs of injuries, taken in June 2026",
    "Photos 2-5 of the house",
    "Pictures from the hospital",
    "Screenshots of threats, with profile photos",
    "Twelve photographs of the couple",
    "Identical threats on two photographs",
    "Photographs, 2 x 2 on each page",
    "Student ID photo",
    "Photos of the 5 x 5 m room",
    "Two identical photographs posted on Telegram, with threats",
    "Photographs of passport stamps",
    "Passport scans and photos",
)


@pytest.mark.parametrize("text", PROMISED)
def test_photos_for_documents_are_found_in_any_wording(text: str, tmp_path: Path) -> None:
    assert is_photo_for_documents(text)
    (enclosed,) = find(tmp_path, [["/request/enclosures", [text]]], "PHOTO.")
    assert enclosed.pointer == "/request/enclosures/0"
    (listed,) = find(tmp_path, [exhibit(text, "other")], "PHOTO.")
    assert (listed.exhibit, listed.pointer) == ("new", "/exhibits/20/title")


@pytest.mark.parametrize("text", EVIDENCE)
def test_photographs_that_are_evidence_are_fine(text: str, tmp_path: Path) -> None:
    assert find(tmp_path, [["/request/enclosures", [text]], exhibit(text)], "PHOTO.") == []


@pytest.mark.parametrize(
    ("line", "reported"),
    [
        ("Two photographs", True),
        ("2 photos of the beneficiary", True),
        ("Two color photographs of Testina Exemplar", True),
        ("Photographs of the beneficiary", True),
        ("Photos (2)", True),
        ("Two photographs of the beneficiary's injuries", False),
        ("Two photographs of the house", False),
        ("Photographs", False),
        ("Two declarations", False),
        ("A prepaid return envelope", False),
    ],
)
def test_a_bare_count_of_photos_is_a_promise_among_enclosures_only(
    line: str, reported: bool, tmp_path: Path
) -> None:
    assert len(find(tmp_path, [["/request/enclosures", [line]]], "PHOTO.")) == reported
    assert find(tmp_path, [exhibit(line)], "PHOTO.") == []


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("Two passport photos of her are enclosed.", True),
        ("We include passport-style photographs.", True),
        ("She was asked for passport photos at the school. The letter is enclosed.", False),
        ("They tore up his passport photos.", False),
    ],
)
def test_a_text_promises_photos_if_it_says_that_they_are_enclosed(
    text: str, reported: bool, tmp_path: Path
) -> None:
    assert len(find(tmp_path, [["/request/length_reason", [text]]], "PHOTO.")) == reported


@pytest.mark.parametrize("kind", ["", "re-parole", "rfe-response"])
@pytest.mark.parametrize("filing", ["paper", "online"])
def test_photos_are_reported_for_every_kind_of_filing_since_the_policy_alert(
    kind: str, filing: str, tmp_path: Path
) -> None:
    edits: Edits = [["/request/filing", filing], ["/request/enclosures", ["Two passport photos"]]]

    assert len(find(tmp_path, edits, "PHOTO.", kind)) == 1
    assert find(tmp_path, edits, "PHOTO.", kind, as_of=date(2025, 12, 11)) == []


def test_no_sample_is_told_of_payment_programs_or_photos_without_reason() -> None:

    prefixes = ("PHOTO.", "PROGRAM.", "MS_L.", "PAYMENT.", "FEE.WAIVER_PERSON")
    samples = sorted((Path(__file__).parent.parent / "samples").glob("*/case.json"))
    found = {}
    for path in samples:
        case, problems = intake.examine_case(path.parent, SHELF, hashed=False)
        assert case is not None, problems
        judged = rules.check_case(case, library(), AS_OF).findings
        told = {one.rule for one in judged if one.rule.startswith(prefixes)}
        if told:
            found[json.loads(path.read_text())["id"]] = told

    assert all(one == {"PAYMENT.DEBIT_BLOCK"} for one in found.values()), found


# --- answer sheets ---


def list_sheets(folder: Path, kind: str, edits: Edits, only: str | None = None) -> dict[str, Any]:
    sheets = forms.build_answer_sheets(make_case(folder, kind, edits), SHELF, only)
    return {sheet["form"]: sheet["answers"] for sheet in sheets}


@pytest.mark.parametrize(
    ("edits", "only", "shown"),
    [
        ([paid("card")], None, True),
        ([paid("bank-account")], None, False),
        ([paid("card"), ONLINE], None, False),
        ([], None, False),
        ([], "g-1450", True),
        ([paid("bank-account")], "g-1450", False),
        ([paid("card"), ["/request/fee", "waiver"]], None, False),
    ],
)
def test_the_answer_sheet_of_a_card_is_made_where_the_case_says_card(
    edits: Edits, only: str | None, shown: bool, tmp_path: Path
) -> None:
    assert ("g-1450" in list_sheets(tmp_path, "", edits, only)) == shown


def test_the_waiver_is_filled_from_the_petitioner(tmp_path: Path) -> None:
    sheet = list_sheets(tmp_path, "", [["/request/fee", "waiver"]])["i-912"]

    names = {row["value"] for row in sheet if row["label"] in ("Family name", "Given name")}
    assert names == {"Muster", "Probanda"}
    assert "Exemplar" not in json.dumps(sheet)


def test_the_task_force_process_has_box_10_g(tmp_path: Path) -> None:
    sheet = list_sheets(tmp_path, "re-parole", [MS_L, TASK_FORCE])["i-131"]

    (row,) = [row for row in sheet if row["label"] == "Re-parole under a program"]
    assert "10.G" in row["value"]

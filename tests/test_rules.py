"""rules: dated facts speak, stale ones warn, and a missing one leaves its sentence out."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from assembler import rules
from assembler.intake.build import build
from assembler.shelf import Shelf
from tests.factories import CASE

FACTS = Shelf.default().schema("facts/filing.json")


def case(**request: Any):
    return build({**CASE, "request": {**CASE["request"], **request}}, {}, {"": 1, "/request": 2, "/exhibits/0": 9})


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        ({}, "$630 for each beneficiary, according to Form G-1055"),
        ({"filing": "online"}, "$580 for each beneficiary"),
        ({"fee": "waiver"}, "A waiver of the filing fee is requested on the enclosed Form I-912."),
        ({"fee": "exempt", "fee_exemption": "vawa"}, "No filing fee is due: the beneficiary is a VAWA self-petitioner."),
    ],
)
def test_the_fee_sentence_follows_the_way_of_filing(request_: dict[str, str], says: str) -> None:
    assert says in str(rules.letter_facts(case(**request_), FACTS)["fee_sentence"])


def test_a_family_pays_for_each() -> None:
    assert "$1,890 in all" in str(rules.letter_facts(case(), FACTS, 3)["fee_sentence"])


def test_forms_are_listed_with_their_editions() -> None:
    forms = rules.letter_facts(case(fee="waiver"), FACTS)["forms"]

    assert isinstance(forms, tuple)
    assert [text.split(",")[0] for text in forms] == ["Form I-912", "Form I-131"]
    assert all("edition " in text for text in forms)


def test_facts_older_than_ninety_days_warn_with_their_source() -> None:
    fresh = rules.findings(case(), FACTS, date(2026, 11, 23))
    stale = rules.findings(case(), FACTS, date(2027, 2, 1))

    assert fresh == ()
    assert {finding.rule for finding in stale} == {"FACT.STALE"}
    assert all(finding.source and "https://" in finding.source for finding in stale)
    assert "122 days ago" in stale[0].problem


@pytest.mark.parametrize(
    ("request_", "rule"),
    [({"fee": "waiver", "filing": "online"}, "FEE.WAIVER_ONLINE"), ({"fee": "exempt", "fee_exemption": "none"}, "FEE.EXEMPTION")],
)
def test_fee_rules_name_the_line(request_: dict[str, str], rule: str) -> None:
    (finding,) = rules.findings(case(**request_), FACTS, date(2026, 11, 23))

    assert (finding.rule, finding.line) == (rule, 2)
    assert finding.source


def test_an_exhibit_that_nobody_cites_is_named() -> None:
    found = list(rules.uncited(case(basis=["[@scan]"], why_no_visa=["[@photo]"])))

    assert found == []  # the declaration cites the letter
    request = {**CASE["request"], "basis": ["[@scan]"], "why_no_visa": ["[@photo]"]}
    (finding,) = rules.uncited(build({**CASE, "declarations": [], "request": request}, {}, {"/exhibits/0": 9}))
    assert (finding.rule, finding.exhibit, finding.line) == ("CITE.UNUSED", "letter", 9)


def test_every_fact_has_source_date_and_confidence() -> None:
    for group in FACTS.values():
        for fact in [group] if "source" in group else group.values():
            assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", fact["checked_on"])
            assert fact["source"].startswith("https://")
            assert fact["confidence"] in ("A", "B", "K", "?")

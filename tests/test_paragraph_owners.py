"""Paragraphs of the request that are for some beneficiaries only."""

from __future__ import annotations

import json
from pathlib import Path

import pypdf
import pytest

from assembler.errors import ExitCode
from assembler.model import ParagraphOwners, Request
from assembler.model.case_texts import select_request
from tests import factories
from tests.support.commands import DAY, run

FOR_CHILD = {"text": "The first child needs an operation [@photo].", "belongs_to": ["child"]}
FOR_SISTER = {"text": "The sister needs dialysis [@scan].", "belongs_to": ["sister"]}


def two_children(folder: Path, basis: object) -> Path:
    case = factories.small_case(folder)
    data = json.loads((case / "case.json").read_bytes())
    data["beneficiaries"].append({**data["beneficiaries"][0], "id": "sister"})
    data["request"]["basis"] = basis
    data["request"]["why_no_visa"] = "There is no time for a visa [@letter]."
    (case / "case.json").write_text(json.dumps(data))
    return case


def belongs_to_child(case: Path, exhibit: str) -> None:
    data = json.loads((case / "case.json").read_bytes())
    next(entry for entry in data["exhibits"] if entry["id"] == exhibit)["belongs_to"] = ["child"]
    (case / "case.json").write_text(json.dumps(data))


def letter_text(case: Path, packet: str) -> str:
    reader = pypdf.PdfReader(case / "build" / packet / "bundle.pdf")
    return " ".join(" ".join(page.extract_text().split()) for page in reader.pages[:4])


def test_each_letter_has_the_paragraphs_of_its_beneficiary(tmp_path: Path) -> None:
    """An exhibit that only those paragraphs cite need not be in the other packet."""
    case = two_children(tmp_path / "case", ["Both are ill.", FOR_CHILD, FOR_SISTER])
    belongs_to_child(case, "photo")

    code, _, err = run("bundle", case, *DAY)

    assert code == ExitCode.OK, err
    child, sister = letter_text(case, "child"), letter_text(case, "sister")
    assert "Both are ill." in child
    assert "Both are ill." in sister
    assert "The first child needs an operation (Ex. " in child
    assert "dialysis" not in child
    assert "The sister needs dialysis (Ex. " in sister
    assert "operation" not in sister


def test_a_citation_must_be_in_every_packet_of_its_paragraph(tmp_path: Path) -> None:
    case = two_children(tmp_path / "case", ["Both are ill [@photo]."])
    belongs_to_child(case, "photo")

    code, _, err = run("bundle", case, *DAY)

    assert code == ExitCode.CASE_REJECTED
    assert "[@photo] is not in the packet sister" in err


def test_forms_are_filled_with_the_paragraphs_of_their_beneficiary() -> None:
    request = Request(
        filing="paper",
        fee="pay",
        length_months=12,
        basis=("For both.", "For one.", "For the other."),
        why_no_visa=("No visa.",),
        owners=(
            ParagraphOwners(field="basis", number=1, belongs_to=("one",)),
            ParagraphOwners(field="basis", number=2, belongs_to=("other",)),
        ),
    )

    of_one = select_request(request, "one")

    assert of_one.basis == ("For both.", "For one.")
    assert of_one.why_no_visa == ("No visa.",)
    assert select_request(request, "other").basis == ("For both.", "For the other.")


def test_a_beneficiary_without_any_paragraph_lacks_the_reason(tmp_path: Path) -> None:
    case = two_children(tmp_path / "case", [FOR_CHILD])

    _, out, err = run("validate", case, *DAY)

    assert "/request/basis" in out + err


@pytest.mark.parametrize(
    ("paragraph", "told"),
    [
        ({"text": "Words."}, "`belongs_to` is missing"),
        ({"text": "Words.", "belongs_to": []}, "it is empty"),
        ({"text": "Words.", "belongs_to": ["nobody"]}, "there is no beneficiary with this id"),
        ({"text": "Words [@no].", "belongs_to": ["child"]}, "it cites [@no]"),
        ({"text": "Words.", "for": ["child"]}, "use one of: text, belongs_to"),
        (7, "text in double quotes"),
    ],
)
def test_a_paragraph_that_is_wrong_is_named(tmp_path: Path, paragraph: object, told: str) -> None:
    case = two_children(tmp_path / "case", ["Both are ill.", paragraph])

    code, out, err = run("validate", case, *DAY)

    assert code == ExitCode.CASE_REJECTED
    assert "Request › Basis › Paragraph 2" in out + err
    assert told in " ".join((out + err).lower().split())

"""forms: which file a map may fill, and which edition is accepted on a day."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pikepdf
import pytest

from assembler import forms, intake
from assembler.forms.blank_identity import BlankIdentity, is_armed
from assembler.forms.edition_watch import watch_edition
from assembler.forms.form_maps import FormMap, KnownBlank, Notice, Validity
from assembler.forms.map_placing import place_map
from assembler.model import Severity
from assembler.runtime.resources import Shelf
from tests import factories
from tests.support.commands import DAY, MAILED, run
from tests.support.drawn_forms import draw_form, draw_map_blank

ROOT = Path(__file__).parents[1]
MAPS = forms.load_maps(Shelf.default())
I134 = "i-134.01-20-25.json"


def i134() -> FormMap:
    found = forms.find_map(MAPS, "i-134", "01/20/25")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A drawn blank with the names of the real one's 250 fields."""
    return draw_form(tmp_path_factory.mktemp("blank") / "i-134.pdf", draw_map_blank(i134(), 10, 10))


def shelf_with(folder: Path, blank: Path, **change: Any) -> Path:
    """A firm's folder whose map of the I-134 is for this blank."""
    raw = json.loads((ROOT / "schemas/forms" / I134).read_text())
    raw |= {"blank_sha256": hashlib.sha256(blank.read_bytes()).hexdigest(), **change}
    (folder / "schemas/forms").mkdir(parents=True)
    (folder / "schemas/forms" / I134).write_text(json.dumps(raw))
    return folder


def case_with(folder: Path, blank: Path, **more: Any) -> Path:
    entry = {"form": "i-134", "path": "forms/i-134.pdf", "completed": False, **more}
    helper = {
        "person": {
            "id": "helper",
            "name": {"family": "Muestra", "given": "Ayuda"},
            "birth_date": "1980-02-03",
            "birth_country": "UTO",
            "status": "permanent-resident",
            "relationship": "aunt",
            "phone": "217-555-0119",
            "address": {
                "street": "8 Sample Lane",
                "unit_type": "ste",
                "unit": "2",
                "city": "Springfield",
                "state": "IL",
                "postal_code": "62701",
                "country": "United States",
            },
        },
        "income": {"annual_usd": 97240, "employer": "Sample Works"},
    }
    change = {"forms": [entry], "request": MAILED, "supporters": [helper]}
    case = factories.small_case(folder, change)
    (case / "forms").mkdir()
    shutil.copyfile(blank, case / "forms/i-134.pdf")
    return case


def read_values(path: Path) -> dict[str, str]:
    return {row.short: row.value for row in forms.read_fields(path) if row.value}


# --- the one blank of a map ---


def test_the_map_of_the_i134_names_all_fields_of_its_blank(blank: Path) -> None:
    rows = forms.read_fields(blank)
    form = i134()
    assert form.blank is not None
    assert (len(rows), form.blank.fields, form.blank.size, form.pages) == (250, 250, 511_302, 10)
    placed = place_map(form, rows)
    assert placed.missing == ()
    assert len({field.name for field in placed.form.fields()}) == 240  # all but ten barcodes


def test_boxes_that_share_a_name_are_found_by_their_state(blank: Path) -> None:
    form = place_map(i134(), forms.read_fields(blank)).form
    states = {row.short: row.states for row in forms.read_fields(blank)}
    status = next(item for item in form.items if item.label == "Your immigration status")
    assert {key: states[box.name] for key, box in status.boxes}["permanent-resident"] == ("PR",)
    unit = next(item for item in form.items if item.label == "Your mailing address: unit")
    assert dict(unit.boxes)["ste"].on == " STE "


def test_the_blank_of_the_hash_is_filled(tmp_path: Path, blank: Path) -> None:
    shelf = shelf_with(tmp_path / "firm", blank)
    case = case_with(tmp_path / "case", blank)
    code, out, err = run("forms", "fill", case, "--shelf", shelf, *DAY)
    assert code == 0, err
    values = read_values(Path(out.strip()))
    assert values["#subform[0].Pt1Line1_FamilyName[0]"] == "Muestra"
    assert values["PG2[0].#area[0].P2_Line8_DateOfBirth[0]"] == "02/03/1980"
    assert values["P3[0].Pt3Line116_Annual[0]"] == "97,240"
    ticked = {name for name, value in values.items() if value == "PR"}
    assert len(ticked) == 1
    assert ticked.pop().startswith("PG2[0].P2_Line10_ImmigrationStatus")
    assert not any("Sign" in name for name in values)


def test_another_file_of_the_edition_is_not_filled_and_it_is_said(
    tmp_path: Path, blank: Path
) -> None:
    case = case_with(tmp_path / "case", blank)
    code, _, err = run("forms", "fill", case, *DAY)
    assert code != 0
    assert "FORM.BLANK_UNKNOWN" in err
    assert "assembler forms answers" in err
    assert not (case / "filled-forms").exists()
    code, out, _ = run("forms", "answers", case, "--form", "i-134")
    assert code == 0
    assert "Your annual income, U.S. dollars: 97,240" in out


@pytest.mark.parametrize(
    ("size", "pages", "fields", "armed"),
    [(100, 10, 250, True), (101, 10, 250, False), (100, 9, 250, False), (100, 10, 249, False)],
)
def test_the_beginning_of_a_hash_counts_with_size_pages_and_fields(
    size: int, pages: int, fields: int, armed: bool
) -> None:
    form = replace(i134(), blank=KnownBlank(sha256="0123abcd", size=100, fields=250))
    identity = BlankIdentity(sha256="0123abcd" + "0" * 56, size=size, pages=pages, fields=fields)
    assert is_armed(form, identity) is armed
    assert not is_armed(form, replace(identity, sha256="1" * 64))


def test_a_completed_i134_is_compared_by_its_fields(tmp_path: Path, blank: Path) -> None:
    filled = tmp_path / "filled.pdf"
    with pikepdf.open(blank) as book:
        for page in book.pages:
            for widget in page.Annots:
                if str(widget.T) == "Pt1Line1_FamilyName[0]":
                    widget.V = pikepdf.String("Anders")
        book.save(filled)
    case = case_with(tmp_path / "case", filled, completed=True)
    told = "".join(run("check", case, *DAY)[1:])
    assert "Your family name differs from case.json" in told
    assert "Anders" not in told


# --- payment forms ---


@pytest.mark.parametrize(
    ("form", "asked", "secret"),
    [
        ("g-1450", "Security code (CVV): (by hand)", "Card number: (by hand)"),
        ("g-1650", "Routing number (9 digits): (by hand)", "Account number: (by hand)"),
        ("g-1651", "Signature of the payer: (by hand)", "undue hardship"),
    ],
)
def test_answer_sheets_of_payment_forms_hold_no_payment_data(
    tmp_path: Path, form: str, asked: str, secret: str
) -> None:
    case = factories.small_case(tmp_path / "case", {"request": MAILED})
    code, out, _ = run("forms", "answers", case, "--form", form)
    assert code == 0
    assert asked in out
    assert secret in out
    assert "Applicant's family name: Muster" in out
    assert "confidence B" in out
    assert "Not known: " in out


def test_payment_forms_have_no_answer_sheet_unless_asked(tmp_path: Path) -> None:
    case = factories.small_case(tmp_path / "case", {"request": MAILED})
    _, out, _ = run("forms", "answers", case)
    assert not any(form in out for form in ("G-1450", "G-1650", "G-1651"))
    exempt = {**MAILED, "fee": "waiver"}
    waived = factories.small_case(tmp_path / "waived", {"request": exempt})
    assert "G-1650" not in run("forms", "answers", waived, "--form", "g-1650")[1]


def test_a_mailed_request_with_a_fee_has_answer_sheets_for_either_payment(tmp_path: Path) -> None:
    case = factories.small_case(tmp_path / "case", {"request": MAILED})
    assert run("bundle", case, *DAY)[0] == 0
    papers = case / "build/child/forms"
    assert {path.name for path in papers.iterdir()} >= {
        "answers-g-1450.docx",
        "answers-g-1650.docx",
    }
    sheet = docx.Document(str(papers / "answers-g-1650.docx"))
    cells = {cell.text for row in sheet.tables[0].rows for cell in row.cells}
    assert {"Routing number (9 digits)", "(by hand)", "Muster"} <= cells
    assert "Not known of this edition" in " ".join(one.text for one in sheet.paragraphs)
    assert not (papers / "answers-g-1651.docx").exists()


@pytest.mark.parametrize(
    "change",
    [
        {"request": {**MAILED, "fee": "waiver"}},
        {"request": {**MAILED, "filing": "online"}},
        {"forms": [{"form": "g-1650", "path": "forms/g-1650.pdf"}], "request": MAILED},
    ],
)
def test_no_payment_sheets_where_nothing_is_paid_by_mail_or_a_form_is_listed(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    folder = factories.small_case(tmp_path / "case", change)
    (folder / "forms").mkdir()
    (folder / "forms/g-1650.pdf").write_bytes(factories.form_pdf("Exemplar"))
    ignored = [{"path": "forms/g-1650.pdf", "why": "not filed"}]
    if "forms" not in change:
        factories.write_case(folder, {**factories.CASE, **change, "ignored_files": ignored})
    case = intake.read_case(folder, Shelf.default(), hashed=False)
    assert forms.build_payment_sheets(case, Shelf.default()) == []


@pytest.mark.parametrize("form", ["g-1450", "g-1650", "g-1651"])
def test_maps_of_payment_forms_read_no_payment_data_of_the_case(form: str) -> None:
    newest = next(one for one in MAPS if one.form == form)
    assert not newest.fillable
    assert not any(item.sensitive for item in newest.items)


# --- editions ---

AS_OF = date(2027, 3, 1)


def map_with(**validity: Any) -> FormMap:
    return replace(i134(), validity=Validity(**validity))


def notice(effective: date | None, seen_on: date = date(2027, 1, 5)) -> Notice:
    return Notice(
        seen_on=seen_on,
        announced="a new edition is announced as soon",
        effective=effective,
        source="https://www.uscis.gov/i-134",
        confidence="A",
    )


def judge(form: FormMap, as_of: date = AS_OF, **facts: Any) -> list[tuple[str, Severity]]:
    known = forms.EditionFacts(**{"current": {"i-134": "01/20/25"}, "as_of": as_of, **facts})
    found = watch_edition("i-134", "01/20/25", (form,), known, "forms/i-134.pdf")
    return [(finding.rule, finding.severity) for finding in found]


NOTED = ("FORM.EDITION_NOTICE", Severity.INFO)
REFUSED = ("FORM.EDITION", Severity.ERROR)


def test_an_edition_in_force_without_notices_is_fine() -> None:
    assert judge(map_with()) == []


@pytest.mark.parametrize(
    ("effective", "expected"),
    [
        (None, [NOTED]),
        (date(2027, 3, 2), [NOTED]),
        (date(2027, 3, 1), [REFUSED]),
        (date(2027, 2, 1), [REFUSED]),
    ],
)
def test_a_notice_is_told_until_it_takes_effect(
    effective: date | None, expected: list[tuple[str, Severity]]
) -> None:
    assert judge(map_with(notices=(notice(effective),))) == expected


def test_an_older_edition_that_is_still_accepted_is_told_not_refused() -> None:
    over = (notice(date(2027, 2, 1)),)
    accepted = map_with(notices=over, is_accepted_beside_newer=True)
    assert judge(accepted) == [NOTED]
    newer = {"i-134": "01/01/27"}
    assert judge(map_with(is_accepted_beside_newer=True), current=newer) == [NOTED]
    assert judge(map_with(), current=newer) == [REFUSED]
    listed = {"i-134": {"01/20/25": None}}
    assert judge(map_with(), current=newer, accepted=listed) == [NOTED]


@pytest.mark.parametrize(
    ("last_day", "expected"), [(date(2027, 3, 1), [NOTED]), (date(2027, 2, 28), [REFUSED])]
)
def test_the_last_day_of_an_older_edition_counts(
    last_day: date, expected: list[tuple[str, Severity]]
) -> None:
    newer = {"i-134": "01/01/27"}
    form = map_with(is_accepted_beside_newer=True, accepted_until=last_day)
    assert judge(form, current=newer) == expected
    assert judge(map_with(), current=newer, accepted={"i-134": {"01/20/25": last_day}}) == expected


def test_the_days_of_an_edition_count() -> None:
    assert judge(map_with(first_day=date(2027, 3, 2))) == [REFUSED]
    assert judge(map_with(first_day=date(2027, 3, 1))) == []
    assert judge(map_with(last_day=date(2027, 2, 28))) == [REFUSED]
    assert judge(map_with(last_day=date(2027, 3, 1))) == []


def test_an_edition_newer_than_the_known_one_is_a_warning_unless_its_day_is_known() -> None:
    older = {"i-134": "11/30/16"}
    assert judge(map_with(), current=older) == [("FORM.EDITION", Severity.WARNING)]
    assert judge(map_with(first_day=date(2027, 1, 1)), current=older) == []


def test_a_notice_read_later_than_the_day_is_not_known_yet() -> None:
    assert judge(map_with(notices=(notice(None, date(2027, 3, 2)),))) == []


def test_the_announced_g28_is_told_and_older_ones_that_are_accepted_are_not_refused() -> None:
    facts = forms.EditionFacts(
        current={"g-28": "09/17/18", "g-1450": "02/06/26"},
        accepted={"g-28": {"05/23/18": None}},
        as_of=date(2026, 11, 30),
    )
    g28 = [one for one in MAPS if one.form == "g-28"]
    told = watch_edition("g-28", "09/17/18", g28, facts, "forms/g-28.pdf")
    assert [(one.rule, one.severity) for one in told] == [NOTED]
    assert "a new edition is announced as soon" in told[0].problem
    for form, edition in (("g-28", "05/23/18"), ("g-1450", "09/27/19")):
        maps = [one for one in MAPS if one.form == form]
        rules = {one.rule for one in watch_edition(form, edition, maps, facts, "x")}
        assert rules == {"FORM.EDITION_NOTICE"}, form
    unknown = watch_edition("g-28", "03/04/15", g28, facts, "x")
    assert [(one.rule, one.severity) for one in unknown] == [REFUSED]

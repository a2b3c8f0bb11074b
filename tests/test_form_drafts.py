"""forms: a map drafted for a newer edition, looked at in pictures, confirmed, then filled."""

from __future__ import annotations

import io
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from assembler import forms
from assembler.errors import ToolFailed
from assembler.forms.form_maps import digest_map, is_confirmation_valid, parse_map
from assembler.forms.form_reader import fingerprint_fields
from assembler.forms.map_confirmation import write_map_text
from assembler.forms.map_proposal import choose_base, propose_map
from tests import factories
from tests.support.commands import DAY, MAILED, ROOT, run, snapshot
from tests.support.drawn_forms import DrawnField, DrawnForm, draw_form

FIELDS = (
    DrawnField("P1[0].Family[0]", 1, (60, 680, 220, 698), "Family name"),
    DrawnField("P1[0].Given[0]", 1, (230, 680, 390, 698), "Given name"),
    DrawnField("P1[0].Born[0]", 1, (60, 620, 160, 638), "Date of birth"),
    DrawnField("P1[0].Unit[0]", 1, (60, 560, 70, 570), "Ste.", "box", " STE "),
    DrawnField("P1[0].Unit[1]", 1, (160, 560, 170, 570), "Apt.", "box", " APT "),
    DrawnField("P1[0].Phone[0]", 1, (60, 500, 200, 518), "Daytime telephone number", max=10),
    DrawnField("P2[0].Street[0]", 2, (60, 680, 300, 698), "Street number and name"),
    DrawnField("P2[0].City[0]", 2, (60, 620, 300, 638), "City or town"),
    DrawnField("P2[0].Sign[0]", 2, (60, 500, 300, 518), "Signature of the applicant"),
)
OLD = DrawnForm(form="i-131", edition="01/20/25", pages=2, fields=FIELDS)
NEW = replace(OLD, edition="02/02/31")
ANSWERS = {
    "P1[0].Family[0]": ("Family name", "/you/name/family"),
    "P1[0].Given[0]": ("Given name", "/you/name/given"),
    "P1[0].Born[0]": ("Date of birth", "/you/birth_date | date"),
    "P1[0].Phone[0]": ("Daytime telephone number", "/you/phone | phone"),
    "P2[0].Street[0]": ("Mailing address: street number and name", "/mailing/you/street"),
    "P2[0].City[0]": ("Mailing address: city or town", "/mailing/you/city"),
}


def place(one: DrawnField, **more: Any) -> dict[str, Any]:
    limit = {"max": one.max} if one.max else {}
    return {"name": one.name, "page": one.page, "rect": [*one.rect], **limit, **more}


@pytest.fixture(scope="module")
def old_map(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The map of the drawn old edition."""
    rows = forms.read_fields(draw_form(tmp_path_factory.mktemp("old") / "old.pdf", OLD))
    by_name = {one.name: one for one in FIELDS}
    items: list[dict[str, Any]] = [
        {"part": "1", "item": str(number), "page": by_name[name].page, "label": label,
         "value": value, "field": place(by_name[name])}
        for number, (name, (label, value)) in enumerate(ANSWERS.items(), 1)
    ]  # fmt: skip
    boxes = {
        "ste": place(by_name["P1[0].Unit[0]"], on=" STE ", says="Ste."),
        "apt": place(by_name["P1[0].Unit[1]"], on=" APT ", says="Apt."),
    }
    unit = {"part": "1", "item": "4", "page": 1, "label": "Unit", "boxes": boxes}
    sign = place(by_name["P2[0].Sign[0]"])
    return {
        "form": "i-131",
        "edition": "01/20/25",
        "title": "Form I-131, drawn",
        "pages": 2,
        "source": "https://example.org/",
        "checked_on": "2026-11-23",
        "notices": [],
        "accepted_until": None,
        "fingerprint": {"fields": len(rows), "sha256": fingerprint_fields(rows)},
        "items": [*items, {**unit, "value": "/mailing/you/unit_type"}],
        "signatures": [{"part": "2", "item": "9", "who": "applicant", "signature": sign}],
        "untouched": [],
    }


def draft(old: dict[str, Any], form: DrawnForm, folder: Path) -> dict[str, Any]:
    return propose_map(old, draw_form(folder / "new.pdf", form))


def find_field(raw: dict[str, Any], label: str) -> dict[str, Any] | None:
    fields = [item["field"] for item in raw["items"] if item["label"] == label]
    return fields[0] if fields else None


# --- what a draft finds, and what it says ---


def test_an_unchanged_form_of_a_new_edition_is_found_by_name(
    old_map: dict[str, Any], tmp_path: Path
) -> None:
    raw = draft(old_map, NEW, tmp_path)
    said = raw["draft"]
    assert raw["edition"] == "02/02/31"
    assert said["found"] == {"name": 9}
    assert [said[key] for key in ("unsure", "moved", "renamed", "lost", "new")] == [[]] * 5
    assert "accepted_until" not in raw
    assert "notices" not in raw
    parse_map(raw, "draft")


def test_a_renamed_field_is_found_by_its_place_and_words(
    old_map: dict[str, Any], tmp_path: Path
) -> None:
    form = NEW.change("P1[0].Family[0]", name="P1[0].LastName[0]").change(
        "P1[0].Born[0]", name="P1[0].DOB[0]"
    )
    raw = draft(old_map, form, tmp_path)
    assert (find_field(raw, "Family name") or {})["name"] == "P1[0].LastName[0]"
    assert (find_field(raw, "Date of birth") or {})["name"] == "P1[0].DOB[0]"
    assert len(raw["draft"]["renamed"]) == 2
    assert raw["draft"]["new"] == []


def test_a_field_that_moved_to_another_page_is_said_to_have_moved(
    old_map: dict[str, Any], tmp_path: Path
) -> None:
    raw = draft(old_map, NEW.change("P1[0].Phone[0]", page=2, rect=(60, 400, 200, 418)), tmp_path)
    field = find_field(raw, "Daytime telephone number")
    assert field is not None
    assert (field["page"], field["rect"]) == (2, [60, 400, 200, 418])
    assert len(raw["draft"]["moved"]) == 1
    assert "was on page 1, is on page 2" in raw["draft"]["moved"][0]


def test_a_page_that_is_inserted_or_moves_as_a_whole_moves_no_field(
    old_map: dict[str, Any], tmp_path: Path
) -> None:
    form = NEW.shift_page(1, -36).insert_page(2)
    renamed = form.change("P2[0].City[0]", name="P2[0].Town[0]")
    raw = draft(old_map, renamed, tmp_path)
    assert raw["pages"] == 3
    assert raw["draft"]["moved"] == []
    city = find_field(raw, "Mailing address: city or town")
    assert city is not None
    assert (city["name"], city["page"]) == ("P2[0].Town[0]", 3)


def test_a_removed_question_is_lost_and_a_new_one_is_for_a_person(
    old_map: dict[str, Any], tmp_path: Path
) -> None:
    code = DrawnField(
        "P2[0].Code[0]", 2, (400, 300, 460, 318), "Security code", tooltip="Security code of it"
    )
    raw = draft(old_map, NEW.remove("P1[0].Given[0]").add(code), tmp_path)
    assert find_field(raw, "Given name") is None
    assert ["Given name" in entry for entry in raw["draft"]["lost"]] == [True]
    assert raw["draft"]["new"] == ["page 2, P2[0].Code[0]: Security code of it"]
    new = next(item for item in raw["items"] if item["label"].startswith("New: "))
    assert "value" not in new
    assert not parse_map(raw, "draft").is_confirmed


def test_names_that_changed_their_meaning_are_doubted(
    old_map: dict[str, Any], tmp_path: Path
) -> None:
    """A trap of real forms: the field named e-mail is the telephone number."""
    swapped = NEW.change("P1[0].Phone[0]", label="Email address (if any)")
    raw = draft(old_map, swapped, tmp_path)
    assert len(raw["draft"]["unsure"]) == 1
    assert "Daytime telephone number" in raw["draft"]["unsure"][0]
    assert "Email address" in raw["draft"]["unsure"][0]


def test_boxes_whose_indexes_changed_are_found_by_their_values(
    old_map: dict[str, Any], tmp_path: Path
) -> None:
    form = NEW.change("P1[0].Unit[0]", state=" APT ", label="Apt.").change(
        "P1[0].Unit[1]", state=" STE ", label="Ste."
    )
    raw = draft(old_map, form, tmp_path)
    boxes = next(item["boxes"] for item in raw["items"] if "boxes" in item)
    assert {key: box["name"] for key, box in boxes.items()} == {
        "ste": "P1[0].Unit[1]",
        "apt": "P1[0].Unit[0]",
    }


def test_a_new_place_to_sign_is_never_an_answer(old_map: dict[str, Any], tmp_path: Path) -> None:
    second = DrawnField("P2[0].CoSignature[0]", 2, (320, 500, 500, 518), "Signature of the spouse")
    raw = draft(old_map, NEW.add(second), tmp_path)
    assert any("perhaps a new place to sign" in entry for entry in raw["draft"]["unsure"])
    fields = [item.get("field", {}).get("name") for item in raw["items"]]
    assert "P2[0].CoSignature[0]" not in fields


def test_a_draft_starts_from_the_nearest_edition_of_the_form(
    old_map: dict[str, Any], tmp_path: Path
) -> None:
    blank = draw_form(tmp_path / "new.pdf", NEW)
    far = {**old_map, "edition": "05/05/30", "items": old_map["items"][:1]}
    far["items"] = [{**far["items"][0], "field": place(FIELDS[0]) | {"name": "Other[0]"}}]
    other = {**old_map, "form": "g-28"}
    assert choose_base([other, far, old_map], blank)["edition"] == "01/20/25"
    with pytest.raises(ToolFailed, match="no edition of Form I-131"):
        choose_base([other], blank)


# --- a firm's shelf, pictures, confirmation, filling ---


@pytest.fixture
def office(old_map: dict[str, Any], tmp_path: Path) -> Path:
    """A folder with a shelf that knows the drawn old edition, a blank of the new one, and a case
    that lists it."""
    schemas = tmp_path / "firm/schemas"
    (schemas / "forms").mkdir(parents=True)
    (schemas / "facts").mkdir()
    (schemas / "forms/i-131.01-20-25.json").write_text(json.dumps(old_map))
    facts = json.loads((ROOT / "schemas/facts/forms.json").read_text())
    facts["facts"]["i-131"]["edition"] = "02/02/31"
    (schemas / "facts/forms.json").write_text(json.dumps(facts))
    blank = draw_form(tmp_path / "new.pdf", NEW.change("P1[0].Phone[0]", page=2))
    entry = {"form": "i-131", "path": "forms/i-131.pdf", "completed": False}
    case = factories.small_case(tmp_path / "case", {"forms": [entry], "request": MAILED})
    (case / "forms").mkdir()
    shutil.copyfile(blank, case / "forms/i-131.pdf")
    return tmp_path


def fill(office: Path) -> tuple[int, str]:
    code, out, err = run("forms", "fill", office / "case", "--shelf", office / "firm", *DAY)
    return code, out + err


def draft_into_shelf(office: Path) -> Path:
    code, out, err = run("forms", "draft-map", office / "new.pdf", "--shelf", office / "firm")
    assert code == 0, err
    assert "Found in another place (1)" in err
    return Path(out.strip())


def confirm(office: Path, path: Path, *more: object) -> tuple[int, str]:
    code, out, err = run(
        "forms", "confirm-map", path, office / "new.pdf", "--by", "A. Paralegal",
        "--shelf", office / "firm", *more,
    )  # fmt: skip
    return code, out + err


def test_an_unknown_edition_is_filled_only_after_a_draft_and_a_confirmation(office: Path) -> None:
    code, told = fill(office)
    assert code != 0
    assert "FORM.NO_MAP" in told
    assert "draft-map" in told
    path = draft_into_shelf(office)
    assert path == office / "firm/schemas/forms/i-131.02-02-31.json"
    code, told = fill(office)
    assert code != 0
    assert "FORM.MAP_UNCONFIRMED" in told
    assert "confirm-map" in told
    assert not (office / "case/filled-forms").exists()

    assert confirm(office, path)[0] == 0

    code, told = fill(office)
    assert code == 0, told
    filled = office / "case/filled-forms/child/i-131.pdf"
    values = {row.short: row.value for row in forms.read_fields(filled) if row.value}
    assert values["P1[0].Family[0]"] == "Muster"
    assert "P2[0].Sign[0]" not in values


def test_the_bundle_is_refused_while_the_map_is_not_confirmed(office: Path) -> None:
    draft_into_shelf(office)
    code, out, err = run("bundle", office / "case", "--shelf", office / "firm", *DAY)
    assert code != 0
    assert "FORM.MAP_UNCONFIRMED" in out + err
    assert not (office / "case/build").exists()


def test_a_changed_map_or_blank_is_unconfirmed_again(office: Path) -> None:
    path = draft_into_shelf(office)
    assert confirm(office, path)[0] == 0
    good = path.read_text()
    path.write_text(good.replace("/you/name/given", "/you/name/family", 1))
    assert "FORM.MAP_UNCONFIRMED" in fill(office)[1]
    path.write_text(json.dumps(json.loads(good), indent=4))  # only the spaces of the file
    assert fill(office)[0] == 0
    shutil.rmtree(office / "case/filled-forms")
    with (office / "case/forms/i-131.pdf").open("ab") as stream:
        stream.write(b"\n% another file\n")
    code, told = fill(office)
    assert code != 0
    assert "was confirmed with another blank" in told


def test_a_confirmation_says_who_and_when_and_is_of_the_drafted_blank_only(office: Path) -> None:
    path = draft_into_shelf(office)
    other = draw_form(office / "other.pdf", NEW)
    code, out, err = run("forms", "confirm-map", path, other, "--by", "A. Paralegal")
    assert code != 0
    assert "FORM.BLANK_UNKNOWN" in out + err
    assert "confirmation" not in json.loads(path.read_text())
    assert confirm(office, path, "--in-force-from", "2031-02-02")[0] == 0
    raw = json.loads(path.read_text())
    assert raw["confirmation"]["by"] == "A. Paralegal"
    assert raw["confirmation"]["map_sha256"] == digest_map(raw)
    assert raw["valid_from"] == "2031-02-02"
    assert is_confirmation_valid(raw)
    assert "2031-02-02" in fill(office)[1]  # not accepted before


def test_nothing_is_overwritten_and_nothing_written_into_the_package(office: Path) -> None:
    path = draft_into_shelf(office)
    before = path.read_bytes()
    code, _, err = run("forms", "draft-map", office / "new.pdf", "--shelf", office / "firm")
    assert code != 0
    assert "not overwritten" in err
    assert path.read_bytes() == before
    base = office / "firm/schemas/forms/i-131.01-20-25.json"
    mine = ROOT / "schemas/forms/i-131.02-02-31.json"
    code, _, err = run("forms", "draft-map", office / "new.pdf", "--from", base, "--out", mine)
    assert code != 0
    assert "own files" in err
    assert not mine.exists()


def test_a_draft_of_a_known_edition_does_not_hide_the_shipped_map(
    office: Path, old_map: dict[str, Any]
) -> None:
    blank = draw_form(office / "same.pdf", OLD)
    code, out, err = run(
        "forms", "draft-map", blank, "--shelf", office / "firm",
        "--from", office / "firm/schemas/forms/i-131.01-20-25.json",
    )  # fmt: skip
    assert code == 0, err
    assert Path(out.strip()).name.startswith("i-131.01-20-25.")
    assert Path(out.strip()).name != "i-131.01-20-25.json"
    assert old_map["edition"] == "01/20/25"


def test_every_page_is_pictured_with_its_fields(office: Path) -> None:
    path = draft_into_shelf(office)
    folder = office / "pictures"
    code, out, err = run("forms", "show-map", path, office / "new.pdf", folder)
    assert code == 0, err
    made = snapshot(folder)
    assert sorted(made) == ["fields.txt", "page-01.png", "page-02.png"]
    listing = made["fields.txt"].decode()
    assert "P1[0].Family[0]" in listing
    assert "Moved:" in listing
    for name in ("page-01.png", "page-02.png"):
        picture = Image.open(io.BytesIO(made[name])).convert("RGB")
        colors = {color for _, color in picture.getcolors(1 << 20) or ()}
        assert (200, 0, 0) in colors  # frames of fields
        assert (0, 0, 0) in colors  # values
    assert (0, 90, 200) in {
        color
        for _, color in Image.open(io.BytesIO(made["page-02.png"]))
        .convert("RGB")
        .getcolors(1 << 20)
        or ()
    }
    assert len(out.split()) == 3
    assert run("forms", "show-map", path, office / "new.pdf", folder)[0] == 0  # the same again
    (folder / "page-01.png").write_bytes(b"a person's picture")
    assert run("forms", "show-map", path, office / "new.pdf", folder)[0] != 0
    assert (folder / "page-01.png").read_bytes() == b"a person's picture"


def test_a_map_written_as_text_reads_back_the_same(old_map: dict[str, Any], tmp_path: Path) -> None:
    raw = draft(old_map, NEW, tmp_path)
    assert json.loads(write_map_text(raw)) == raw
    for path in sorted((ROOT / "schemas/forms").glob("*.json")):
        shipped = json.loads(path.read_text())
        assert json.loads(write_map_text(shipped)) == shipped


def test_a_scan_or_another_file_cannot_be_drafted(tmp_path: Path) -> None:
    (tmp_path / "scan.pdf").write_bytes(factories.blank_pdf(2))
    code, _, err = run("forms", "draft-map", tmp_path / "scan.pdf")
    assert code != 0
    assert "it has no fields" in err
    (tmp_path / "text.pdf").write_bytes(b"not a PDF")
    code, _, err = run("forms", "draft-map", tmp_path / "text.pdf")
    assert code != 0
    assert "not a PDF" in err

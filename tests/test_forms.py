"""forms: maps, expressions, filling, recognizing and reading back, on forms drawn here with the
traps of the real ones."""

from __future__ import annotations

import json
import os
import pickle
import re
from collections.abc import Iterator
from dataclasses import fields as dataclass_fields
from dataclasses import is_dataclass, replace
from datetime import date
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import jsonschema
import pikepdf
import pypdf
import pypdfium2 as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from assembler import forms, intake, model
from assembler.errors import TemplateBroken
from assembler.forms import form_maps as mapping
from assembler.forms.answer_fitting import fit_answers, wrap_text
from assembler.forms.answer_formats import Refused
from assembler.forms.answers import (
    AnswerSource,
    Scope,
    build_scope,
    check_answers,
    collect_answers,
    is_form_needed,
)
from assembler.forms.expression import BadExpression, parse_expression
from assembler.forms.form_reader import fingerprint_fields, measure_ink, read_places
from assembler.forms.typeface import load_typeface
from assembler.model import (
    Address,
    Attorney,
    Biographic,
    Case,
    Consulate,
    History,
    Income,
    Person,
    Request,
    Severity,
    Supporter,
)
from assembler.runtime.resources import Shelf, stamp_font

ROOT = Path(__file__).resolve().parent.parent
CORPUS = Path(os.environ.get("ASSEMBLER_CORPUS", ROOT.parent / "shared" / "corpus")) / "forms"
with_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real forms is not here")
COUNTRIES: dict[str, str] = Shelf.default().schema("languages.json")["countries"]
MAPS = forms.load_maps(Shelf.default())
FILLABLE = [one for one in MAPS if one.fillable and one.is_placed]
HOME = Address(
    street="8 Sample Lane",
    unit_type="apt",
    unit="2",
    city="Springfield",
    state="IL",
    postal_code="62701-1234",
    country="United States",
)
ABROAD = Address(
    street="3 Calle Muestra",
    city="Puerto Ejemplo",
    country="Utopia",
    postal_code="AB-123",
    province="Norte",
)


def person(name: str, **more: Any) -> Person:
    given = {
        "birth_date": date(1984, 3, 3),
        "birth_country": "UTO",
        "nationality": "UTO",
        "sex": "female",
    }
    return Person(
        id=name, name=model.Name(given=name.capitalize(), family="Muster"), **{**given, **more}
    )


def a_case(**more: Any) -> Case:
    child = person(
        "child",
        birth_date=date(2019, 4, 5),
        address=ABROAD,
        in_us=False,
        marital_status="single",
        a_number="12345678",
        biographic=Biographic(
            ethnicity="hispanic",
            race=("white", "asian"),
            height_inches=43,
            weight_pounds=37,
            eyes="brown",
            hair="black",
        ),
        history=History(removal_proceedings=False),
    )
    aunt = person(
        "aunt",
        address=HOME,
        phone="+1 (217) 555-0131",
        email="aunt@example.org",
        status="us-citizen",
        in_us=True,
        a_number="987654321",
        ssn="000112222",
        uscis_account="123456789012",
        marital_status="single",
        history=History(refugee=False, travel_document=False, advance_parole=False),
    )
    helper = person(
        "helper",
        address=HOME,
        phone="217-555-0119",
        status="permanent-resident",
        occupation="quality engineer",
    )
    request = Request(
        filing="paper",
        fee="waiver",
        length_months=12,
        arrival_date=date(2027, 1, 10),
        consulate=Consulate(city="Puerto Ejemplo", country="UTO"),
        basis=(
            "She needs surgery ([@letter, p. 2]).",
            "Nobody there can do it ([@letter; @other]).",
        ),
    )
    given: dict[str, Any] = {
        "id": "drawn",
        "kind": "parole",
        "reasons": ("urgent-medical",),
        "petitioner": aunt,
        "beneficiaries": (child,),
        "supporters": (
            Supporter(
                person=helper,
                beneficiaries=(),
                income=Income(annual_usd=97240, employer="Sample Works"),
                contributions=("Food for a year", "The flight home"),
            ),
        ),
        "attorney": Attorney(
            name=model.Name(given="Advocata", family="Fictiva"),
            firm="Fictiva Law",
            address=HOME,
            phone="217-555-0155",
            email="office@example.org",
            bar_state="Illinois",
            bar_number="0000000",
        ),
        "request": request,
        "declarations": (),
        "exhibits": (),
    }
    return Case(**{**given, **more})


PAYMENT = {
    "holder": {"given": "Aunt", "family": "Muster"},
    "phone": "217-555-0131",
    "type": "visa",
    "number": "4000 0000 0000 0002",
    "address": {
        "street": "8 Sample Lane",
        "unit_type": "apt",
        "unit": "2",
        "city": "Springfield",
        "state": "IL",
        "postal_code": "62701",
    },
    "expires": "01/2029",
    "amount_usd": 630,
}


# --- a drawn form with the traps of the real ones ---

BAR, SIGN, LIST = (200, 10, 400, 28), (60, 100, 300, 118), (480, 540, 530, 558)


def widget(name: str, rect: tuple[int, ...], **more: Any) -> Dictionary:
    return Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        T=String(name),
        Rect=Array(rect),
        F=4,
        MK=Dictionary(),
        **more,
    )


def text(name: str, rect: tuple[int, ...], flags: int = 0, **more: Any) -> Dictionary:
    return widget(
        name, rect, FT=Name.Tx, Ff=flags, DA=String("/CourierNewPS-BoldMT 10 Tf 0 g"), **more
    )


def box(book: Pdf, name: str, rect: tuple[int, ...], state: str, flags: int = 0) -> Dictionary:
    on = Stream(
        book, b"q 1 1 m 9 9 l S Q", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 10, 10])
    )
    looks = Dictionary(N=Dictionary({f"/{state}": book.make_indirect(on)}))
    return widget(name, rect, FT=Name.Btn, Ff=flags, AP=looks, AS=Name.Off)


def drawn_form(
    path: Path, edition: str = "01/01/30", pages: int = 2, encrypt: bool = True, shift: int = 0
) -> Path:
    """Two pages, one root: comb, odd states, read-only, equal last names, XFA, usage rights,
    scripts, empty password."""
    book = Pdf.new()
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    for number in range(1, pages + 1):
        page = book.add_blank_page(page_size=(612, 792))
        page.Resources = Dictionary(Font=Dictionary(H=font))
        footer = (
            f"BT /H 9 Tf 40 40 Td (Form I-131 Edition {edition}) Tj 400 0 Td (Page {number} "
            f"of {pages}) Tj ET"
        )
        page.Contents = book.make_stream(footer.encode())
    picture = Stream(
        book, b"0 0 200 18 re f", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 200, 18])
    )
    first = [
        text("Family[0]", (60, 700 + shift, 220, 718 + shift)),
        text("Given[0]", (230, 700, 390, 718)),
        text("ANumber[0]", (60, 660, 186, 678), (1 << 24) | 1, MaxLen=9),
        text("Born[0]", (60, 620, 160, 638), 1),
        box(book, "Unit[0]", (60, 580, 70, 590), " STE "),
        box(book, "Unit[1]", (80, 580, 90, 590), " APT ", 1),
        text("Phone[0]", (60, 540, 200, 558), MaxLen=10),
        widget(
            "State[0]",
            LIST,
            FT=Name.Ch,
            Ff=1 << 17,
            V=String(" "),
            Opt=Array([String(" "), String(" IL")]),
            DA=String("/Helv 10 Tf 0 g"),
        ),
        text("Why[0]", (60, 440, 560, 512), 1 << 12),
        text("Sign[0]", SIGN, 1, MaxLen=1),
        text(
            "BarCode[0]", BAR, 1, V=String("I-131|1"), AP=Dictionary(N=book.make_indirect(picture))
        ),
    ]
    second = [text("Family[0]", (60, 700, 220, 718), 1)]
    for number in range(2):
        y = 600 - 100 * number
        second += [
            text(f"Page{number}[0]", (60, y, 100, y + 18), MaxLen=2),
            text(f"Part{number}[0]", (110, y, 160, y + 18)),
            text(f"Item{number}[0]", (170, y, 220, y + 18)),
            text(f"More{number}[0]", (60, y - 60, 560, y - 6), 1 << 12),
        ]
    forms_of = []
    for index, (kids, page) in enumerate(((first, 0), (second, min(1, pages - 1)))):
        sub = book.make_indirect(
            Dictionary(
                T=String(f"P{index + 1}[0]"), Kids=Array([book.make_indirect(kid) for kid in kids])
            )
        )
        for kid in sub.Kids:
            kid.Parent = sub
        there = book.pages[page]
        there.Annots = Array([*there.get("/Annots", ()), *sub.Kids])
        forms_of.append(sub)
    root = book.make_indirect(Dictionary(T=String("form1[0]"), Kids=Array(forms_of)))
    for sub in forms_of:
        sub.Parent = root
    book.Root.AcroForm = Dictionary(
        Fields=Array([root]), XFA=Stream(book, b"<xdp/>"), SigFlags=2, DA=String("/Helv 0 Tf")
    )
    book.Root.Perms = Dictionary(UR3=Dictionary())
    book.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    book.Root.Names = Dictionary(
        JavaScript=Dictionary(Names=Array([String("a"), book.Root.OpenAction]))
    )
    locked = pikepdf.Encryption(
        user="", owner="owner", R=4, allow=pikepdf.Permissions(modify_other=False)
    )
    book.save(path, encryption=locked if encrypt else False, static_id=not encrypt)
    return path


def drawn_map(path: Path, **more: Any) -> mapping.FormMap:
    """The map of the drawn form, made the way a person would: from what `forms fields` shows."""
    rows = {row.short: row for row in forms.read_fields(path)}

    def field(short: str, **extra: Any) -> dict[str, Any]:
        row = rows[short]
        limits = {"max": row.max} if row.max else {}
        return {"name": short, "page": row.page, "rect": list(row.rect), **limits, **extra}

    def item(
        part: str, number: str, label: str, short: str, value: str, **extra: Any
    ) -> dict[str, Any]:
        shape = {key: extra.pop(key) for key in ("comb", "lines") if key in extra}
        made = field(short, **shape)
        return {
            "part": part,
            "item": number,
            "page": made["page"],
            "label": label,
            "value": value,
            "field": made,
            **extra,
        }

    unit = {
        "apt": field("P1[0].Unit[1]", on=" APT ", says="Apt."),
        "ste": field("P1[0].Unit[0]", on=" STE ", says="Ste."),
    }
    raw = {
        "form": "i-131",
        "edition": "01/01/30",
        "title": "Form I-131, drawn",
        "pages": 2,
        "source": "https://example.org/",
        "checked_on": "2026-11-23",
        "fingerprint": {"fields": len(rows), "sha256": fingerprint_fields(tuple(rows.values()))},
        "items": [
            item("1", "1", "Family name", "P1[0].Family[0]", "/you/name/family", required=True),
            item("1", "1", "Given name", "P1[0].Given[0]", "/you/name/given"),
            item(
                "1",
                "2",
                "A-Number",
                "P1[0].ANumber[0]",
                "/you/a_number | pad9",
                comb=True,
                continues=False,
            ),
            item(
                "1", "3", "Date of birth", "P1[0].Born[0]", "/you/birth_date | date", required=True
            ),
            {
                "part": "1",
                "item": "4",
                "page": 1,
                "label": "Unit",
                "value": "/mailing/you/unit_type",
                "boxes": unit,
            },
            item("1", "5", "Phone", "P1[0].Phone[0]", "/you/phone | phone"),
            item("1", "6", "State", "P1[0].State[0]", "/mailing/you/state", continues=False),
            item("1", "7", "Why", "P1[0].Why[0]", "/request/basis | prose", lines=4, required=True),
            item("2", "1", "Family name", "P2[0].Family[0]", "/you/name/family"),
        ],
        "signatures": [
            {"part": "1", "item": "8", "who": "applicant", "signature": field("P1[0].Sign[0]")}
        ],
        "continuation": {
            "part": "2",
            "blocks": [
                {
                    "item": str(n),
                    "page": field(f"P2[0].Page{n}[0]"),
                    "part": field(f"P2[0].Part{n}[0]"),
                    "number": field(f"P2[0].Item{n}[0]"),
                    "text": field(f"P2[0].More{n}[0]", lines=3),
                }
                for n in range(2)
            ],
        },
        "untouched": ["P1[0].BarCode[0]"],
    }
    return mapping.parse_map({**raw, **more}, "drawn")


@pytest.fixture
def blank(tmp_path: Path) -> Path:
    return drawn_form(tmp_path / "blank.pdf")


def filled(
    blank: Path,
    case: Case,
    folder: Path,
    who: str = "child",
    form: mapping.FormMap | None = None,
    **more: Any,
) -> Any:
    form = form or drawn_map(blank)
    index = 0 if form.form == "i-134" else None
    source = AnswerSource(
        case=case, beneficiary_id=who, supporter_index=index, countries=COUNTRIES, **more
    )
    return forms.fill_form(form, source, form_files(blank, folder))


def form_files(blank: Path, folder: Path) -> forms.FormFiles:
    return forms.FormFiles(
        blank=blank,
        editable=folder / "editable.pdf",
        flattened=folder / "flat.pdf",
        font=stamp_font(),
    )


def values(path: Path) -> dict[str, str]:
    """Field values read with pikepdf alone: short name → text or state."""
    found: dict[str, str] = {}

    def walk(kids: Any, name: str) -> None:
        for kid in kids:
            full = f"{name}.{kid.T}" if name else str(kid.T)
            if "/Kids" in kid:
                walk(kid.Kids, full)
            elif "/V" in kid:
                found[full.partition(".")[2]] = (
                    str(kid.V).lstrip("/") if isinstance(kid.V, Name) else str(kid.V)
                )

    with pikepdf.open(path) as book:
        walk(book.Root.AcroForm.Fields, "")
    return found


def rules(findings: Any) -> list[str]:
    return [one.rule for one in findings]


# --- expressions and formats ---


def scope(case: Case, who: str, index: int | None = None, **more: Any) -> Scope:
    return build_scope(AnswerSource(case=case, beneficiary_id=who, supporter_index=index, **more))


FACTS = scope(a_case(), "child", 0, countries=COUNTRIES, tabs={"letter": "C"})


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("/you/name/family", "Muster"),
        ("/you/birth_date | date", "03/03/1984"),
        ("/you/no_such/thing", None),
        ("/you/other_names/3/family", None),
        ("/you/passport/number ?? 'none'", "none"),
        ("/kind == 'parole' and not /recipient/in_us", True),
        ("(/kind == 're-parole' or /attorney) and /them", True),
        ("/kind != 'parole'", False),
        ("/you/phone | phone", "2175550131"),
        ("/recipient/a_number | pad9", "012345678"),
        ("/recipient/biographic/height_inches | feet", "3"),
        ("/recipient/biographic/height_inches | inches", "7"),
        ("/recipient/biographic/weight_pounds | digit(0)", "0"),
        ("/recipient/nationality | country", "Utopia"),
        ("/mailing/you/postal_code | zip5", "62701"),
        ("/supporter/income/annual_usd | money", "97,240"),
        ("/supporter/contributions | listed", "Food for a year; The flight home"),
        (
            "/request/basis | prose",
            "She needs surgery (Ex. C, p. 2). Nobody there can do it (Ex. C).",
        ),
        ("/you/status | status", "U.S. citizen"),
    ],
)
def test_expressions_read_the_case(source: str, expected: object) -> None:
    assert parse_expression(source).value(FACTS) == expected


def test_prose_without_letters_leaves_no_brackets_behind() -> None:
    bare = scope(a_case(), "child")
    assert (
        parse_expression("/request/basis | prose").value(bare)
        == "She needs surgery. Nobody there can do it."
    )


@pytest.mark.parametrize(
    "source",
    [
        "",
        "/you |",
        "/you | no_format",
        "'open",
        "/a == ",
        "(/a",
        "/a /b",
        "/a | digit(x)",
        "__import__",
    ],
)
def test_bad_expressions_are_refused(source: str) -> None:
    with pytest.raises(BadExpression):
        parse_expression(source)


@given(st.text(alphabet="/abyou_'|()=!? 01not", max_size=30))
@settings(deadline=None, max_examples=200)
def test_any_text_is_an_expression_or_a_bad_one(source: str) -> None:
    try:
        value = parse_expression(source).value(FACTS)
    except BadExpression:
        return
    assert (
        value is None
        or isinstance(value, (str, bool, tuple, int))
        or is_dataclass(value)
        or value == FACTS.get("mailing")
    )


def test_values_without_a_way_to_write_them_are_refused_without_saying_them() -> None:
    odd = scope(
        a_case(
            petitioner=person("aunt", nationality="QQQ", address=replace(HOME, postal_code="6270"))
        ),
        "child",
    )
    for source in ("/you/nationality | country", "/mailing/you/postal_code | zip5"):
        value = parse_expression(source).value(odd)
        assert isinstance(value, Refused)
        assert "QQQ" not in value.problem + value.remedy
        assert "6270 " not in value.problem + value.remedy


# --- maps ---


def test_every_form_of_a_packet_has_a_map() -> None:
    assert {(one.form, one.edition) for one in FILLABLE} >= {
        ("i-131", "01/20/25"),
        ("g-28", "09/17/18"),
        ("g-1145", "09/26/14"),
        ("g-1450", "09/27/19"),
        ("i-912", "07/22/25"),
        ("i-134", "11/30/16"),
    }
    assert forms.find_map(MAPS, "i-131", "1/20/25") == forms.find_map(MAPS, "i-131")
    assert forms.find_map(MAPS, "i-131", "01/01/99") is None


@pytest.mark.parametrize(
    "path", sorted((ROOT / "schemas/forms").glob("*.json")), ids=lambda path: path.stem
)
def test_maps_follow_their_schema(path: Path) -> None:
    schema = json.loads((ROOT / "schemas/form-map.schema.json").read_text())
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(
        json.loads(path.read_text())
    )


@pytest.mark.parametrize("form", MAPS, ids=lambda one: f"{one.form}-{one.edition}")
def test_paths_of_maps_lead_somewhere(form: mapping.FormMap) -> None:
    roots: dict[str, object] = {
        "you": Person,
        "them": Person,
        "recipient": Person,
        "supporter": Supporter,
        "attorney": Attorney,
        "request": Request,
        "rfe": model.Rfe,
        "kind": str,
    }
    sources = [form.when, *(text for item in form.items for text in (item.value, item.when))]
    for path in (path for source in sources if source for path in parse_expression(source).paths):
        first, *rest = path.strip("/").split("/")
        if first == "payment":
            continue
        kind: object = (
            Address if first in ("mailing", "physical", "physical_or_mailing") else roots[first]
        )
        for step in rest[1:] if kind is Address else rest:
            kind = _step(kind, step)
            assert kind is not None, path


def _step(kind: object, step: str) -> object:
    if get_origin(kind) is UnionType:
        kind = next(one for one in get_args(kind) if one is not type(None))
    if get_origin(kind) is tuple:
        return get_args(kind)[0] if step.isdigit() else None
    if not is_dataclass(kind):
        return None
    names = {one.name for one in dataclass_fields(kind)}
    hints = get_type_hints(kind) if isinstance(kind, type) else {}
    return (
        hints.get(step)
        if step in names
        else str
        if isinstance(getattr(kind, step, None), property)
        else None
    )


def test_no_field_is_mapped_twice_and_no_signature_is_an_answer() -> None:
    for form in MAPS:
        names = [(field.name, field.on) for field in form.fields()]
        assert len(names) == len(set(names)), form.form
        assert not set(form.untouched) & {name for name, _ in names}


def test_a_broken_map_names_itself(blank: Path) -> None:
    good = json.loads((ROOT / "schemas/forms/g-1145.09-26-14.json").read_text())
    with pytest.raises(TemplateBroken, match=r"my-map"):
        mapping.parse_map({**good, "items": [{"label": "x"}]}, "my-map")
    with pytest.raises(TemplateBroken, match="no format"):
        mapping.parse_map(
            {**good, "when": "", "items": [{**good["items"][0], "value": "/you | shout"}]}, "my-map"
        )


# --- answers ---


def i131() -> mapping.FormMap:
    found = forms.find_map(MAPS, "i-131")
    assert found is not None
    return found


def shown(case: Case, who: str = "child", form: mapping.FormMap | None = None) -> dict[str, str]:
    made = collect_answers(form or i131(), scope(case, who, 0, countries=COUNTRIES))
    return {f"{one.part}.{one.item} {one.label}": one.value for one in made if one.value}


def test_parole_for_someone_else() -> None:
    sheet = shown(a_case())
    assert sheet["1.7 Initial parole, outside the United States, not under a program"] == "Selected"
    assert sheet["2.16 Their Given name"] == "Child"
    assert sheet["2.18 Their date of birth"] == "04/05/2019"
    assert sheet["2.25 Their physical address: country"] == "Utopia"
    assert sheet["2.24 Their mailing address: postal code"] == "AB-123"
    assert sheet["2.3 Mailing address: ZIP code"] == "62701"
    assert sheet["3.2 Race"] == "Asian, White"
    assert sheet["8.2 Expected length of stay"] == "12 months"
    assert not any("11 Re-parole" in key or "12 Admit" in key for key in sheet)


def test_a_self_petitioner_leaves_the_part_about_others_empty() -> None:
    child = a_case().beneficiaries[0]
    sheet = shown(a_case(petitioner=child))
    assert not any(key.startswith("2.") and "Their" in key for key in sheet)
    assert sheet["2.1 Given name"] == "Child"


def test_re_parole_with_and_without_a_program() -> None:
    child = replace(
        a_case().beneficiaries[0], in_us=True, class_of_admission="DT", i94_number="12345678901"
    )
    again = replace(
        a_case().request,
        i94_admit_until=date(2027, 2, 1),
        changed_circumstances=("More surgery is planned.",),
        work_permit=True,
    )
    case = a_case(kind="re-parole", beneficiaries=(child,), petitioner=child, request=again)
    sheet = shown(case)
    assert sheet["1.11 Re-parole, not under a program"] == "Selected"
    assert sheet["1.12 Admit-until date on Form I-94"] == "02/01/2027"
    assert sheet["2.12 Class of admission"] == "DT"
    assert sheet["9.1 Employment authorization with the new period of parole"] == "Requested"
    assert sheet["8.1 What has changed since the first parole"] == "More surgery is planned."
    assert not any("Initial parole" in key or "3.a. Date of intended" in key for key in sheet)
    under = shown(replace(case, request=replace(again, parole_program="ukrainian")))
    assert under["1.10 Re-parole under a program"] == "Item 10.C"
    assert "1.11 Re-parole, not under a program" not in under


def test_what_is_missing_is_asked_for_by_its_place_in_case_json() -> None:
    child = a_case().beneficiaries[0]
    aunt = replace(a_case().petitioner, birth_date=None)
    case = a_case(beneficiaries=(person("baby"), replace(child, sex="")), petitioner=aunt)
    found = check_answers(i131(), collect_answers(i131(), scope(case, "child")), "i-131.pdf")
    by_pointer = {one.pointer: one for one in found}
    assert by_pointer["/petitioner/birth_date"].where == "i-131.pdf, Part 2 item 9"
    assert by_pointer["/petitioner/birth_date"].severity is Severity.WARNING
    own = a_case(petitioner=replace(child, sex=""), beneficiaries=(replace(child, sex=""),))
    assert "/beneficiaries/0/sex" in {
        one.pointer
        for one in check_answers(i131(), collect_answers(i131(), scope(own, "child")), "x")
    }


def test_findings_never_say_what_the_case_says() -> None:
    case = a_case(
        petitioner=replace(a_case().petitioner, nationality="ZZZ", phone="0049 30 1234567890123")
    )
    facts = scope(case, "child", 0)
    for form in MAPS:
        said = " ".join(
            str(one) for one in check_answers(form, collect_answers(form, facts), "x.pdf")
        )
        assert not re.search("ZZZ|Muster|1234567890|Springfield|0131", said)


def test_fourteen_dependants_are_said_in_the_additional_information() -> None:
    helper = replace(a_case().supporters[0], income=Income(annual_usd=97240, dependants=14))
    form = forms.find_map(MAPS, "i-134", "11/30/16")
    assert form is not None
    made = collect_answers(
        form, scope(a_case(supporters=(helper,)), "child", 0, countries=COUNTRIES)
    )
    fitting = fit_answers(form, made, {}, load_typeface(stamp_font()), "x")
    assert "Dependents (number): 14" in [one.text for one in fitting.continued]
    assert any(one.value == "Dependents (number): 14" for one in fitting.written)


def test_forms_of_other_packets_are_not_asked() -> None:
    g28, i912, i134 = (forms.find_map(MAPS, name) for name in ("g-28", "i-912", "i-134"))
    assert g28 and i912 and i134
    facts = scope(a_case(attorney=None, request=replace(a_case().request, fee="pay")), "child")
    assert not any(is_form_needed(form, facts) for form in (g28, i912, i134))
    assert is_form_needed(i134, scope(a_case(), "child", 0))


def test_the_answer_sheet_of_an_edition_whose_blank_was_not_at_hand() -> None:
    current = forms.find_map(MAPS, "i-134", "01/20/25")
    assert current is not None
    assert not current.is_placed
    sheet = shown(a_case(), form=current)
    assert sheet["2.16 Your annual income, U.S. dollars"] == "97,240"
    assert sheet["2.10 Your immigration status"] == "Lawful permanent resident"
    assert sheet["3.12 Beneficiary's stay: to"] == "01/10/2028"


# --- fitting ---


@given(
    st.lists(st.text(alphabet="abcdefgh WMi.", min_size=1, max_size=400), min_size=1, max_size=6)
)
@settings(deadline=None, max_examples=40)
def test_no_letter_is_lost_or_doubled_by_fitting(paragraphs: list[str]) -> None:
    case = a_case(request=replace(a_case().request, basis=tuple(paragraphs)))
    made = collect_answers(i131(), scope(case, "child", countries=COUNTRIES))
    fitting = fit_answers(i131(), made, {}, load_typeface(stamp_font()), "x")
    texts = {one.field.name: one.value for one in fitting.written}
    blocks = [texts.get(block.text.name, "") for block in i131().blocks]
    whole = [
        texts.get("#subform[10].P8_Line1_Explain[0]", ""),
        *blocks,
        *(one.text for one in fitting.sheets),
    ]
    written = "".join(whole).replace("(continued in Part 13)", "").replace("(continued) ", "")
    assert re.sub(r"\s", "", written) == re.sub(
        r"\s", "", "".join(one.value for one in made if one.label.startswith("How"))
    )


@given(st.text(alphabet="abc Wdé", max_size=300), st.floats(min_value=30, max_value=500))
@settings(deadline=None, max_examples=60)
def test_wrapped_lines_are_no_wider_than_asked(words: str, width: float) -> None:
    typeface = load_typeface(stamp_font())
    for line in wrap_text(words, width, 10, typeface):
        assert typeface.width(line, 10) <= width or len(line) == 1


# --- filling a drawn form ---


def test_a_filled_form_read_back_with_other_libraries(blank: Path, tmp_path: Path) -> None:
    before = blank.read_bytes()
    done = filled(blank, a_case(), tmp_path)
    assert not done.refused, [str(one) for one in done.findings]
    assert blank.read_bytes() == before
    read = values(tmp_path / "editable.pdf")
    assert {name: read[name] for name, _ in done.values} == dict(done.values)
    assert read["P1[0].ANumber[0]"] == "987654321"
    assert read["P1[0].Unit[1]"] == " APT "
    assert read["P1[0].Unit[0]"] == "Off"
    assert read["P1[0].State[0]"] == " IL"
    assert read["P1[0].BarCode[0]"] == "I-131|1"
    with pikepdf.open(tmp_path / "editable.pdf") as book:
        assert not book.is_encrypted
        assert "/Perms" not in book.Root
        assert "/OpenAction" not in book.Root
        assert "/XFA" not in book.Root.AcroForm
        assert b"app.alert" not in (tmp_path / "editable.pdf").read_bytes()
    rows = {row.short: row for row in forms.read_fields(tmp_path / "editable.pdf")}
    assert not rows["P1[0].Born[0]"].readonly
    assert rows["P1[0].Sign[0]"].readonly


def test_values_are_drawn_inside_their_boxes_and_nothing_else_changes(
    blank: Path, tmp_path: Path
) -> None:
    done = filled(blank, a_case(), tmp_path)
    form = drawn_map(blank)
    assert_only_boxes_changed(blank, tmp_path, form, done)
    flat = tmp_path / "flat.pdf"
    texts = dict(
        zip(
            ("born", "comb"),
            read_places(flat, [(1, (60, 620, 160, 638)), (1, (60, 660, 186, 678))]),
            strict=True,
        )
    )
    assert texts["born"] == "03/03/1984"
    assert re.sub(r"\s", "", texts["comb"]) == "987654321"
    with pikepdf.open(flat) as book:
        assert "/AcroForm" not in book.Root
        assert not any(
            note.Subtype == "/Widget" for page in book.pages for note in page.get("/Annots", ())
        )
    assert fonts_embedded(flat)


def assert_only_boxes_changed(blank: Path, folder: Path, form: mapping.FormMap, done: Any) -> None:
    """Outside the boxes that were filled, every pixel is the blank's; inside each, something is
    drawn, whole, in both copies."""
    import numpy

    by_name = {field.name: field for field in form.fields()}
    read = values(folder / "editable.pdf").items()
    names = [name for name, value in read if name in by_name and value.strip() not in ("", "Off")]
    assert {name for name, _ in done.values} <= set(names)
    lists = [
        row for row in forms.read_fields(blank) if row.kind == "choice" and row.short not in names
    ]  # PDFium draws their arrows
    with pikepdf.open(blank) as book:  # PDFium draws no field of a form that also has XFA
        del book.Root.AcroForm.XFA
        book.save(folder / "before.pdf")
    paths = [folder / name for name in ("before.pdf", "flat.pdf", "editable.pdf")]
    before, flat, editable = documents = [pdfium.PdfDocument(path) for path in paths]
    scale = 1.5
    for document in (before, editable):
        document.init_forms()
        for number in range(len(document)):
            document[
                number
            ].flatten()  # by PDFium, so that our own flattening is compared with another's
    for number in range(len(before)):
        pictures = [
            one[number].render(scale=scale, grayscale=True).to_numpy().astype(int)
            for one in documents
        ]
        there = [by_name[name] for name in names if by_name[name].page == number + 1]
        for picture in pictures[1:]:
            changed = numpy.abs(picture - pictures[0]).squeeze() > 40
            for rect in (row.rect for row in lists if row.page == number + 1):
                changed[pixels(rect, changed.shape[0], scale)] = False
            for field in there:
                area = pixels(field.rect, changed.shape[0], scale)
                assert changed[area].any(), field.name
                changed[area] = False
            assert not changed.any(), f"page {number + 1}"
        layer = flat[number].get_textpage()
        for field in (field for field in there if not field.on):
            for x0, y0, x1, y1 in inked(layer, field):
                assert field.rect[0] - 0.5 <= x0 and x1 <= field.rect[2] + 0.5, field.name
                assert field.rect[1] - 0.5 <= y0 and y1 <= field.rect[3] + 0.5, field.name
    for document in documents:
        document.close()


def pixels(
    rect: tuple[float, float, float, float], height: int, scale: float
) -> tuple[slice, slice]:
    """The part of a picture that shows a rectangle given in points, a point of margin around it."""
    x0, y0, x1, y1 = rect
    top = height / scale
    rows = slice(int((top - y1 - 1) * scale), int((top - y0 + 1) * scale) + 1)
    return rows, slice(int((x0 - 1) * scale), int((x1 + 1) * scale) + 1)


def inked(layer: Any, field: mapping.Field) -> Iterator[tuple[float, float, float, float]]:
    """Boxes of the characters whose middle is in the field, wider than the field is allowed:
    clipped ones would stick out."""
    x0, y0, x1, y1 = field.rect
    for index in range(layer.count_chars()):
        left, bottom, right, top = layer.get_charbox(index)
        if right > left and x0 <= (left + right) / 2 <= x1 and y0 <= (bottom + top) / 2 <= y1:
            yield left, bottom, right, top


def fonts_embedded(path: Path) -> bool:
    """Whether the font answers are drawn in is inside the file."""
    with pikepdf.open(path) as book:
        ours = [
            one
            for one in book.objects
            if isinstance(one, Dictionary) and one.get("/FontName") == "/FORMSA+IBMPlexSerif"
        ]
        return bool(ours) and all("/FontFile2" in one for one in ours)


def test_the_same_answers_give_the_same_bytes(blank: Path, tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        filled(blank, a_case(), tmp_path / name)
        made.append(
            tuple((tmp_path / name / file).read_bytes() for file in ("editable.pdf", "flat.pdf"))
        )
    assert made[0] == made[1]


def test_two_people_s_forms_stay_apart_however_they_are_joined(blank: Path, tmp_path: Path) -> None:
    names = ("child", "brother")
    child = a_case().beneficiaries[0]
    for name in names:
        who = replace(child, id=name, name=model.Name(given=name.capitalize(), family=f"Of{name}"))
        (tmp_path / name).mkdir()
        filled(blank, a_case(beneficiaries=(who,), petitioner=who), tmp_path / name, name)
    copies = [tmp_path / name / "editable.pdf" for name in names]
    fields = [{row.name for row in forms.read_fields(copy)} for copy in copies]
    assert not fields[0] & fields[1]
    together = pypdf.PdfWriter()
    for copy in copies:
        together.append(copy)
    together.write(tmp_path / "pypdf.pdf")
    with Pdf.new() as book, pikepdf.open(copies[0]) as one, pikepdf.open(copies[1]) as two:
        book.add_pages_from(one)
        book.add_pages_from(two)
        book.save(tmp_path / "pikepdf.pdf")
    for path in (tmp_path / "pypdf.pdf", tmp_path / "pikepdf.pdf"):
        seen = texts_of(path)
        assert [("Ofchild" in page, "Ofbrother" in page) for page in seen] == [
            (True, False)
        ] * 2 + [(False, True)] * 2


def texts_of(path: Path) -> list[str]:
    """What a viewer shows on each page: the fields' pictures, flattened by PDFium itself, read
    back as text."""
    document = pdfium.PdfDocument(path)
    document.init_forms()
    pages = []
    for number in range(len(document)):
        if document.formenv:
            document[number].flatten()
        pages.append(document[number].get_textpage().get_text_range())
    document.close()
    return pages


def test_five_supporters_have_five_forms(blank: Path, tmp_path: Path) -> None:
    helper = a_case().supporters[0]
    case = a_case(
        supporters=tuple(
            replace(helper, person=replace(helper.person, id=f"helper-{n}")) for n in range(5)
        )
    )
    seen: set[str] = set()
    for number in range(5):
        source = AnswerSource(
            case=case, beneficiary_id="child", supporter_index=number, countries=COUNTRIES
        )
        done = forms.fill_form(drawn_map(blank), source, form_files(blank, tmp_path))
        names = {row.name for row in forms.read_fields(tmp_path / "editable.pdf")}
        assert not done.refused
        assert not names & seen
        seen |= names


def test_a_form_without_a_root_is_found_again(tmp_path: Path) -> None:
    blank = drawn_form(tmp_path / "rooted.pdf", encrypt=False)
    with pikepdf.open(blank) as book:
        fields = [
            field
            for field in book.Root.AcroForm.Fields[0].Kids[0].Kids
            if str(field.T) in ("Family[0]", "Given[0]")
        ]
        for field in fields:
            del field.Parent
        book.Root.AcroForm.Fields = book.pages[0].Annots = Array(fields)
        book.pages[1].Annots = Array()
        book.save(tmp_path / "flat-names.pdf")
    form = drawn_map(drawn_form(tmp_path / "other.pdf"))
    items = tuple(
        replace(item, field=replace(item.field, name=item.field.name.removeprefix("P1[0].")))
        for item in form.items[:2]
        if item.field
    )
    form = replace(form, items=items, signatures=(), blocks=())
    assert not filled(tmp_path / "flat-names.pdf", a_case(), tmp_path, form=form).refused
    rows = {row.short: row for row in forms.read_fields(tmp_path / "editable.pdf")}
    assert rows["Family[0]"].value == "Muster"
    assert rows["Family[0]"].name == "i-131-child.Family[0]"


def test_long_text_goes_on_in_the_additional_information_and_on_sheets(
    blank: Path, tmp_path: Path
) -> None:
    words = " ".join(f"word{number}" for number in range(900))
    done = filled(blank, a_case(request=replace(a_case().request, basis=(words,))), tmp_path)
    assert not done.refused
    read = values(tmp_path / "editable.pdf")
    assert read["P1[0].Why[0]"].endswith("(continued in Part 2)")
    assert (read["P2[0].Page0[0]"], read["P2[0].Part0[0]"], read["P2[0].Item0[0]"]) == (
        "1",
        "1",
        "7",
    )
    assert done.sheets >= 1
    assert done.pages == 2 + done.sheets
    everything = " ".join(texts_of(tmp_path / "flat.pdf"))
    assert [
        number for number in range(900) if not re.search(rf"\bword{number}\b", everything)
    ] == []
    assert "additional sheet" in everything
    assert "Name:AuntMusterA-Number:987654321" in squeezed(everything)


@pytest.mark.parametrize(
    "family", ["W" * 120, "Von und zu der " * 8, "Кириленко-Сковородинська" * 5]
)
def test_long_and_strange_names_continue(blank: Path, tmp_path: Path, family: str) -> None:
    family = family.strip()
    aunt = replace(a_case().petitioner, name=model.Name(given="Aunt", family=family))
    done = filled(blank, a_case(petitioner=aunt), tmp_path)
    assert not done.refused
    read = values(tmp_path / "editable.pdf")
    assert read["P1[0].Family[0]"] == "See Part 2"
    more = read["P2[0].More0[0]"] + read.get("P2[0].More1[0]", "")
    assert squeezed(family) in squeezed(more)
    assert squeezed(family)[-40:] in squeezed("".join(texts_of(tmp_path / "flat.pdf")))


def squeezed(words: str) -> str:
    return re.sub(r"\s", "", words)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"name": model.Name(given="Aunt", family="王小明")}, "FORM.GLYPH"),
        ({"a_number": "1234567890"}, "FORM.TOO_LONG"),
        ({"address": replace(HOME, state="ZZ")}, "FORM.OPTION"),
    ],
)
def test_what_cannot_be_written_is_refused_and_nothing_is_made(
    blank: Path, tmp_path: Path, change: dict[str, Any], rule: str
) -> None:
    done = filled(blank, a_case(petitioner=replace(a_case().petitioner, **change)), tmp_path)
    assert done.refused
    assert rule in rules(done.findings)
    assert not (tmp_path / "editable.pdf").exists()
    assert not re.search("王|1234567890|ZZ", " ".join(map(str, done.findings)))


def test_another_edition_is_refused_by_name(tmp_path: Path) -> None:
    form = drawn_map(drawn_form(tmp_path / "old.pdf"))
    done = filled(
        drawn_form(tmp_path / "new.pdf", edition="02/02/31"), a_case(), tmp_path, form=form
    )
    assert rules(done.findings) == ["FORM.NO_MAP"]
    assert "I-131, edition 02/02/31" in done.findings[0].problem


def test_a_field_that_moved_is_refused(tmp_path: Path) -> None:
    form = drawn_map(drawn_form(tmp_path / "old.pdf"))
    done = filled(drawn_form(tmp_path / "new.pdf", shift=12), a_case(), tmp_path, form=form)
    assert rules(done.findings) == ["FORM.FIELDS"]


def test_no_pdf_is_no_form(tmp_path: Path, blank: Path) -> None:
    page = tmp_path / "form.pdf"
    page.write_bytes(b"<html><title>Form G-1145</title></html>")
    with pytest.raises(forms.FormUnreadable, match=r"form\.pdf"):
        forms.recognize_form(page)
    with pytest.raises(forms.FormUnreadable):
        filled(page, a_case(), tmp_path, form=drawn_map(blank))


def test_payment_data_are_in_the_form_and_nowhere_else(blank: Path, tmp_path: Path) -> None:
    row = next(one for one in forms.read_fields(blank) if one.short == "P1[0].Phone[0]")
    field = {"name": row.short, "page": 1, "rect": list(row.rect), "max": 10}
    item = {
        "part": "",
        "item": "",
        "page": 1,
        "label": "Card, first group",
        "value": "/payment/number | card(0)",
        "field": field,
    }
    good = json.loads((ROOT / "schemas/forms/g-1145.09-26-14.json").read_text())
    form = replace(
        drawn_map(blank), items=(mapping.parse_map({**good, "items": [item]}, "x").items[0],)
    )
    assert rules(filled(blank, a_case(), tmp_path, form=form).findings) == ["FORM.PAYMENT"]
    assert rules(filled(blank, a_case(), tmp_path, payment=PAYMENT).findings) == ["FORM.PAYMENT"]
    done = filled(blank, a_case(), tmp_path, form=form, payment=PAYMENT)
    assert values(tmp_path / "editable.pdf")["P1[0].Phone[0]"] == "4000"
    assert "4000" not in repr(done)


# --- recognizing and comparing ---


def test_recognize_names_form_edition_and_pages(blank: Path, tmp_path: Path) -> None:
    found = forms.recognize_form(blank, (drawn_map(blank),))
    assert (found.form, found.edition, found.confidence, len(found.pages)) == (
        "i-131",
        "01/01/30",
        1.0,
        2,
    )
    assert forms.recognize_form(blank).confidence == 0.8
    filled(blank, a_case(), tmp_path)
    flat = forms.recognize_form(tmp_path / "flat.pdf")
    assert (flat.form, flat.confidence, flat.fillable) == ("i-131", 0.8, False)
    empty = Pdf.new()
    empty.add_blank_page()
    empty.save(tmp_path / "empty.pdf")
    assert forms.recognize_form(tmp_path / "empty.pdf").confidence == 0.0
    assert pickle.loads(pickle.dumps(found)) == found


def in_force(edition: str) -> forms.EditionFacts:
    return forms.EditionFacts(current={"i-131": edition})


def test_superseded_mixed_and_missing_pages_are_found(blank: Path, tmp_path: Path) -> None:
    assert forms.check_edition(forms.recognize_form(blank), "x.pdf", in_force("01/01/30")) == ()
    assert rules(
        forms.check_edition(forms.recognize_form(blank), "x.pdf", in_force("03/03/33"))
    ) == ["FORM.EDITION"]
    other = drawn_form(tmp_path / "other.pdf", edition="02/02/31", pages=3)
    one, two = pypdf.PdfReader(plain(blank)), pypdf.PdfReader(plain(other))
    for name, pages in {
        "mixed": [*one.pages, two.pages[2]],
        "short": [two.pages[0], two.pages[2]],
        "swapped": [one.pages[1], one.pages[0]],
    }.items():
        book = pypdf.PdfWriter()
        for page in pages:
            book.add_page(page)
        book.write(tmp_path / f"{name}.pdf")
    found = forms.check_edition(
        forms.recognize_form(tmp_path / "mixed.pdf"), "x.pdf", forms.EditionFacts()
    )
    assert "FORM.MIXED" in rules(found)
    assert next(one for one in found if one.rule == "FORM.MIXED").page == 3
    short_found = forms.check_edition(
        forms.recognize_form(tmp_path / "short.pdf"), "x.pdf", forms.EditionFacts()
    )
    assert "pages missing: 2 of 3" in short_found[0].problem
    assert rules(
        forms.check_edition(
            forms.recognize_form(tmp_path / "swapped.pdf"), "x.pdf", forms.EditionFacts()
        )
    ) == ["FORM.PAGES"]


def plain(path: Path) -> Path:
    """The form without fields and password."""
    out = path.with_suffix(".plain.pdf")
    with pikepdf.open(path) as book:
        for page in book.pages:
            page.Annots = Array()
        del book.Root.AcroForm
        book.save(out)
    return out


def differences(form: mapping.FormMap, path: Path, case: Case, **more: Any) -> list[Any]:
    return list(compared(form, path, case, **more).findings)


def compared(form: mapping.FormMap, path: Path, case: Case, **more: Any) -> forms.FormComparison:
    index = 0 if form.form == "i-134" else None
    source = AnswerSource(
        case=case, beneficiary_id="child", supporter_index=index, countries=COUNTRIES, **more
    )
    return forms.compare_form(form, path, source)


@pytest.mark.parametrize("copy", ["editable.pdf", "flat.pdf"])
def test_a_form_of_our_own_agrees_with_its_case(blank: Path, tmp_path: Path, copy: str) -> None:
    filled(blank, a_case(), tmp_path)
    assert rules(differences(drawn_map(blank), tmp_path / copy, a_case())) == [
        "FORM.UNSIGNED"
    ]  # the one signature it has


@pytest.mark.parametrize("copy", ["editable.pdf", "flat.pdf"])
def test_a_form_that_differs_from_its_case_is_found_without_saying_how(
    blank: Path, tmp_path: Path, copy: str
) -> None:
    filled(blank, a_case(), tmp_path)
    other = replace(
        a_case().petitioner, birth_date=date(1984, 3, 4), address=replace(HOME, unit_type="ste")
    )
    every = differences(drawn_map(blank), tmp_path / copy, a_case(petitioner=other))
    found = [one for one in every if one.rule == "FORM.DIFFERS"]
    assert [one.where for one in found] == [f"{copy}, Part 1 item 3", f"{copy}, Part 1 item 4"]
    assert found[0].pointer == "/petitioner/birth_date"
    assert "1984" not in " ".join(map(str, found))
    against = compared(drawn_map(blank), tmp_path / copy, a_case(petitioner=other)).contradictions
    assert (against[0].case_place, against[0].case_value) == (
        "case.json /petitioner/birth_date",
        "03/04/1984",
    )
    assert a_case().petitioner.birth_date
    assert against[0].other_value == f"{a_case().petitioner.birth_date:%m/%d/%Y}"
    assert [one.other_place for one in against] == [one.where for one in found]


def test_an_empty_form_is_not_a_completed_one(blank: Path) -> None:
    found = differences(drawn_map(blank), blank, a_case())
    assert {"FORM.EMPTY", "FORM.UNSIGNED"} <= set(rules(found))


def test_a_continued_answer_still_agrees(blank: Path, tmp_path: Path) -> None:
    long = a_case(
        request=replace(a_case().request, basis=(" ".join(f"word{n}" for n in range(120)),))
    )
    filled(blank, long, tmp_path)
    assert rules(differences(drawn_map(blank), tmp_path / "editable.pdf", long)) == [
        "FORM.UNSIGNED"
    ]
    other = a_case(
        request=replace(long.request, basis=(long.request.basis[0].replace("word7 ", "words "),))
    )
    assert "FORM.DIFFERS" in rules(differences(drawn_map(blank), tmp_path / "editable.pdf", other))


def test_a_signature_is_seen_as_ink(blank: Path, tmp_path: Path) -> None:
    filled(blank, a_case(), tmp_path)
    with pikepdf.open(tmp_path / "flat.pdf") as book:
        pen = b"q 1 w 70 103 m 90 116 100 100 120 112 c 140 104 150 118 180 106 c S Q"
        book.pages[0].contents_add(pen, prepend=False)
        book.save(tmp_path / "signed.pdf")
    assert differences(drawn_map(blank), tmp_path / "signed.pdf", a_case()) == []
    assert measure_ink(tmp_path / "flat.pdf", [(1, SIGN), (9, SIGN)]) == (0.0, 0.0)


def test_a_scan_is_compared_by_eye(tmp_path: Path, blank: Path) -> None:
    book = Pdf.new()
    book.add_blank_page(page_size=(612, 792))
    book.save(tmp_path / "scan.pdf")
    assert rules(differences(drawn_map(blank), tmp_path / "scan.pdf", a_case())) == ["FORM.SCAN"]


# --- a map for a new edition ---


def test_a_drafted_map_finds_fields_by_name_and_by_place(tmp_path: Path) -> None:
    old_pdf, new_pdf = drawn_form(tmp_path / "old.pdf"), tmp_path / "new.pdf"
    drawn_form(new_pdf, edition="02/02/31", encrypt=False)
    with pikepdf.open(new_pdf, allow_overwriting_input=True) as book:
        first = book.Root.AcroForm.Fields[0].Kids[0]
        for kid in first.Kids:
            if str(kid.T) == "Given[0]":
                kid.T = String("GivenName[0]")
            if str(kid.T) == "Born[0]":
                kid.T, kid.Rect = String("Elsewhere[0]"), Array([400, 100, 500, 118])
        book.save(new_pdf)
    raw = json.loads(json.dumps(_as_json(drawn_map(old_pdf))))
    draft = forms.propose_map(raw, new_pdf)
    said = draft["draft"]
    assert said["found"]["renamed"] == 1
    assert "P1[0].GivenName[0]" in said["renamed"][0]
    assert "P1[0].Born[0]" in said["lost"][0]
    assert "P1[0].Elsewhere[0]" in said["new"][0]
    assert draft["edition"] == "02/02/31"
    del draft["draft"]
    again = mapping.parse_map(draft, "draft")
    assert not filled(new_pdf, a_case(), tmp_path, form=again).refused


def _as_json(form: mapping.FormMap) -> dict[str, Any]:
    def field(one: mapping.Field | None) -> dict[str, Any]:
        assert one is not None
        more = {key: value for key in ("max", "comb", "on", "says") if (value := getattr(one, key))}
        return {
            "name": one.name,
            "page": one.page,
            "rect": list(one.rect),
            "lines": one.lines,
            **more,
        }

    def item(one: mapping.Item) -> dict[str, Any]:
        made = {
            key: getattr(one, key)
            for key in ("part", "item", "page", "label", "value", "when", "required", "continues")
        }
        if one.boxes:
            return {**made, "boxes": {key: field(box) for key, box in one.boxes}}
        return {**made, "field": field(one.field)}

    keys = ("page", "part", "number", "text")
    blocks = [
        {"item": one.item, **{key: field(getattr(one, key)) for key in keys}} for one in form.blocks
    ]
    return {
        "form": form.form,
        "edition": form.edition,
        "title": form.title,
        "pages": form.pages,
        "source": form.source,
        "checked_on": form.checked_on,
        "fingerprint": {"fields": 1, "sha256": form.fingerprint},
        "items": [item(one) for one in form.items],
        "continuation": {"part": form.continuation_part, "blocks": blocks},
        "signatures": [
            {"part": s.part, "item": s.item, "who": s.who, "signature": field(s.signature)}
            for s in form.signatures
        ],
        "untouched": list(form.untouched),
    }


# --- the real forms ---


@with_corpus
@pytest.mark.parametrize("form", FILLABLE, ids=lambda one: one.form)
def test_a_real_form_filled_read_back_and_looked_at(form: mapping.FormMap, tmp_path: Path) -> None:
    blank = CORPUS / f"{form.form}.pdf"
    found = forms.recognize_form(blank, MAPS)
    assert (found.form, found.edition, found.confidence) == (form.form, form.edition, 1.0)
    assert len(found.pages) == form.pages
    payment = PAYMENT if form.form == "g-1450" else None
    case = a_case(request=replace(a_case().request, fee="pay" if payment else "waiver"))
    done = filled(blank, case, tmp_path, form=form, payment=payment)
    assert not done.refused, [str(one) for one in done.findings]
    read = values(tmp_path / "editable.pdf")
    assert {name: read[name] for name, _ in done.values} == dict(done.values)
    assert_untouched(form, blank, tmp_path / "editable.pdf")
    assert_only_boxes_changed(blank, tmp_path, form, done)
    allowed = {"FORM.UNANSWERED", "FORM.UNSIGNED"}
    for copy in ("editable.pdf", "flat.pdf"):
        assert set(rules(differences(form, tmp_path / copy, case))) <= allowed, copy


def assert_untouched(form: mapping.FormMap, blank: Path, done: Path) -> None:
    """Bar codes and signatures hold what the blank holds."""
    before, after = values(blank), values(done)
    for name in (*form.untouched, *(one.signature.name for one in form.signatures)):
        assert after.get(name) == before.get(name)


@with_corpus
@pytest.mark.parametrize(
    "sample", sorted(ROOT.glob("samples/*/case.json")), ids=lambda path: path.parent.name
)
def test_every_form_of_a_sample_can_be_written(sample: Path) -> None:
    shelf = Shelf.default()
    case = intake.read_case(sample.parent, shelf, hashed=False)
    countries = shelf.schema("languages.json")["countries"]
    for form in FILLABLE:
        rows = forms.read_fields(CORPUS / f"{form.form}.pdf")
        options = {row.short: row.options for row in rows if row.kind == "choice"}
        for who in case.beneficiaries:
            facts = scope(case, who.id, 0 if case.supporters else None, countries=countries)
            made = collect_answers(form, facts) if is_form_needed(form, facts) else ()
            found = (
                *check_answers(form, made, "x"),
                *fit_answers(form, made, options, load_typeface(stamp_font()), "x").findings,
            )
            assert [str(one) for one in found if one.severity is Severity.ERROR] == []


@with_corpus
@pytest.mark.parametrize(
    "sample", sorted(ROOT.glob("samples/*/case.json")), ids=lambda path: path.parent.name
)
def test_the_i131_of_a_sample_is_written_and_read_back(sample: Path, tmp_path: Path) -> None:
    case = intake.read_case(sample.parent, Shelf.default(), hashed=False)
    for who in case.beneficiaries:
        done = filled(CORPUS / "i-131.pdf", case, tmp_path, form=i131(), who=who.id)
        assert not done.refused, [str(one) for one in done.findings]
        read = values(tmp_path / "editable.pdf")
        assert {name: read[name] for name, _ in done.values} == dict(done.values)
        assert len(done.values) > 20


@with_corpus
def test_other_real_forms_are_refused_by_name(tmp_path: Path) -> None:
    done = filled(CORPUS / "i-765.pdf", a_case(), tmp_path, form=i131())
    assert rules(done.findings) == ["FORM.NO_MAP"]
    assert "I-765, edition 08/21/25" in done.findings[0].problem
    current = forms.EditionFacts(current={"i-134": "01/20/25"})
    assert rules(
        forms.check_edition(forms.recognize_form(CORPUS / "i-134.pdf"), "i-134.pdf", current)
    ) == ["FORM.EDITION"]
    with pytest.raises(forms.FormUnreadable):
        forms.recognize_form(CORPUS / "g-1145AROS.pdf")


@with_corpus
def test_item_seven_is_the_box_beside_item_seven(tmp_path: Path) -> None:
    done = filled(CORPUS / "i-131.pdf", a_case(), tmp_path, form=i131())
    assert dict(done.values)["P3[0].CB_AppType[5]"] == "23"
    seven = next(
        box
        for item in i131().items
        if item.item == "7" and item.part == "1"
        for _, box in item.boxes
    )
    x0, y0, x1, y1 = seven.rect
    beside = read_places(CORPUS / "i-131.pdf", [(3, (x0 - 40, y0, x0, y1)), (3, (x1, y0, 580, y1))])
    assert beside[0] == "7."
    assert beside[1].startswith("IamapplyingforaparoledocumentunderINAsection212(d)(5)(A)formyself")


@with_corpus
@pytest.mark.parametrize(
    "form", [one for one in FILLABLE if len(one.items) > 30], ids=lambda one: one.form
)
def test_every_mapped_box_stands_at_its_printed_item_number(form: mapping.FormMap) -> None:
    """Names and tooltips of the real forms lie here and there; what is printed beside a box does
    not."""
    columns = form.form in (
        "g-28",
        "i-134",
    )  # two columns of text: numbers of the left one say nothing of the right one
    document = pdfium.PdfDocument(CORPUS / f"{form.form}.pdf")
    numbers = {
        page: item_numbers(document[page - 1].get_textpage())
        for page in {field.page for field in form.fields()}
    }
    for item in (one for one in form.items if one.item):
        for field in filter(None, (item.field, *(box for _, box in item.boxes))):
            x0, y0, _, _ = field.rect
            above = [one for one in numbers[field.page] if one[0] >= y0 - 4 and one[1] < x0 + 2]
            mine = [one for one in above if not (columns and x0 > 340 and one[1] < 310)]
            lowest = min(y for y, _, _ in mine)
            printed = max((x, word) for y, x, word in mine if y < lowest + 8)[1].rstrip(".")
            wanted = item.item.rstrip(".")
            assert printed.startswith(wanted) or wanted.startswith(f"{printed}."), (
                item.place,
                item.label,
                field.name,
            )
    document.close()


def item_numbers(layer: Any) -> list[tuple[float, float, str]]:
    """Words like "3." and "10.a." with nothing close before them: y, x and the word."""
    words: list[list[Any]] = []
    for index in range(layer.count_chars()):
        character = layer.get_text_range(index, 1)
        left, bottom, right, _ = layer.get_charbox(index)
        if not character or character.isspace():
            continue
        if words and abs(words[-1][2] - bottom) < 4 and -1 <= left - words[-1][3] < 1.6:
            words[-1][0] += character
            words[-1][3] = right
        else:
            words.append([character, left, bottom, right])
    alone = [one for one in words if re.fullmatch(r"\d{1,2}\.([a-zA-Z]\.?)?(\d\.)?", one[0])]
    return [
        (y, x, word)
        for word, x, y, _ in alone
        if not any(abs(other[2] - y) < 4 and 0 <= x - other[3] < 6 for other in words)
    ]


@with_corpus
@pytest.mark.parametrize("form", FILLABLE, ids=lambda one: one.form)
def test_every_box_stands_before_the_words_it_ticks(form: mapping.FormMap) -> None:
    boxes = [
        box
        for item in form.items
        for _, box in item.boxes
        if len(item.boxes) > 1 and not box.says.startswith("Item")
    ]
    places = [
        (one.page, (one.rect[2], one.rect[1] - 1, one.rect[2] + 28, one.rect[3])) for one in boxes
    ]
    beside = read_places(CORPUS / f"{form.form}.pdf", places)
    short = {"Apt.", "Ste.", "Flr."}  # printed above the boxes of some forms
    for box, words in zip(boxes, beside, strict=True):
        if box.says not in short and box.says not in PARAPHRASED:
            start = re.sub(r"\W", "", box.says).lower()
            assert re.sub(r"\W", "", words).lower().startswith(start[:3]), (box.name, words)


PARAPHRASED = {
    "Citizen through naturalization",
    "Citizen through parents or marriage",
    "Citizen by another method",
    "Separated",
    "Lawful permanent resident",
    "Lawfully admitted nonimmigrant",
    "Reads English",
    "Interpreter used",
    "Not an attorney",
    "Attorney",
    "I intend",
    "I do not intend",
}


@with_corpus
@pytest.mark.parametrize("form", FILLABLE, ids=lambda one: one.form)
def test_a_real_map_drafts_itself(form: mapping.FormMap) -> None:
    path = ROOT / f"schemas/forms/{form.form}.{form.edition.replace('/', '-')}.json"
    raw = json.loads(path.read_text())
    draft = forms.propose_map(raw, CORPUS / f"{form.form}.pdf")
    said = draft["draft"]
    assert {*said["found"]} == {"name"}
    assert (said["lost"], said["renamed"], said["moved"]) == ([], [], [])
    assert len(said["unsure"]) <= 4
    assert draft["fingerprint"] == raw["fingerprint"]

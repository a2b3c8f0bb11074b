"""profiles: every shipped profile follows its schema; every rule fires on a file that breaks it,
and on no other."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pikepdf
import pytest
from click.testing import CliRunner
from pikepdf import Array, Dictionary, Name, Pdf, String

from assembler import pipeline, receivers
from assembler.cli import main
from assembler.errors import ExitCode, TemplateBroken, UnknownProfile
from assembler.model import Finding, LedgerEntry, Marking, PartKind, Profile, Severity, Stamp, Zone
from assembler.model.manifest import MANIFEST_FILE
from assembler.proof import prove
from assembler.receivers import SurveyedFile, SurveyedPage, check_files
from assembler.runtime.resources import Shelf
from assembler.runtime.workshop import Workshop
from tests import factories
from tests.conftest import AS_OF
from tests.support import manifests

SHELF = Shelf.default()
SHIPPED = ("cmecf", "eoir-ecas", "uk-strict", "uscis-online", "uscis-paper")
LETTER = SurveyedPage(
    width=612,
    height=792,
    label="1",
    characters=40,
    upright=True,
    dpi=200,
    links=1,
    bare_fonts=0,
    active=False,
)
GOOD = SurveyedFile(
    name="bundle.pdf",
    size=1000,
    pages=(LETTER,),
    outline=(("Exhibit A – Letter (1)", 1),),
    zoom=100,
)
STRICT = Profile(
    id="x",
    title="x",
    max_bytes=2000,
    file_name="^[a-z.]+$",
    paper="letter",
    labels=True,
    links="index",
    outline=True,
    outline_pages=True,
    searchable=True,
    upright=True,
    fonts=True,
    zoom=100,
    max_dpi=300,
    color="gray",
)


def test_shipped_profiles_follow_the_schema_and_say_where_each_value_comes_from() -> None:
    schema = SHELF.schema("profile.schema.json")
    jsonschema.Draft202012Validator.check_schema(schema)

    assert receivers.list_profile_ids(SHELF) == SHIPPED
    assert receivers.DEFAULT in SHIPPED
    for name in SHIPPED:
        raw = SHELF.schema(f"profiles/{name}.json")
        assert [
            error.json_path for error in jsonschema.Draft202012Validator(schema).iter_errors(raw)
        ] == []
        profile = receivers.load_profile(SHELF, name)
        assert {field for field, text in profile.sources if "checked 20" in text} == set(
            raw["values"]
        )


def test_limits_keep_their_headroom() -> None:
    online = receivers.load_profile(SHELF, "uscis-online")

    assert (online.max_bytes, online.limit) == (12_000_000, 11_500_000)
    assert receivers.load_profile(SHELF, "uscis-paper").limit is None
    assert receivers.load_profile(SHELF, "eoir-ecas").part_name.format(n=2) == "bundle_Part2.pdf"


def test_an_unknown_name_is_a_usage_error_with_the_nearest(small: Path) -> None:
    with pytest.raises(UnknownProfile, match="did you mean uscis-online"):
        receivers.load_profile(SHELF, "uscis-onlin")

    ran = CliRunner().invoke(main, ["verify", str(small / "build/child"), "--profile", "ecas-eoir"])
    assert ran.exit_code == ExitCode.USAGE
    assert "eoir-ecas" in ran.stderr


def own(folder: Path, **change: Any) -> Path:
    raw = SHELF.schema("profiles/uscis-online.json")
    (folder / "profiles").mkdir()
    (folder / "profiles/mine.json").write_text(json.dumps({**raw, "id": "mine", **change}))
    return folder


def dated(value: object) -> dict[str, object]:
    return {
        "value": value,
        "source": "the court's site",
        "checked_on": "2026-11-01",
        "confidence": "A",
    }


def test_a_firm_adds_its_own_without_python(tmp_path: Path) -> None:
    folder = own(
        tmp_path, based_on="cmecf", values={"max_bytes": dated(35_000_000), "links": dated("none")}
    )
    mine = receivers.load_profile(SHELF, "mine", folder)

    assert (mine.max_bytes, mine.links, mine.searchable) == (35_000_000, "none", True)
    assert "the court's site" in mine.source("max_bytes")
    assert "mine" in receivers.list_profile_ids(SHELF, folder)


@pytest.mark.parametrize(
    "change",
    [
        {"values": {"max_bytes": {"value": 20_000}}},
        {"values": {"max_bytes": dated("much")}},
        {"values": {"part_name": dated("same.pdf")}},
        {"values": {"part_name": dated("{what}.pdf")}},
        {"values": {"max_bytes": dated(10_000), "headroom_bytes": dated(10_000)}},
        {"values": {"taste": dated("red")}},
        {"values": {"stamp": dated({"other": "no number"})}},
        {"values": {"stamp": dated({"other": "{number.real}"})}},
        {"values": {"stamp": dated({"tab": "第 {number}"})}},
        {"values": {"clear": dated([{"place": "bottom", "width": 612, "height": 100}])}},
        {"values": {"clear": dated([{"place": "middle", "width": 10, "height": 10}])}},
        {"values": {"order": dated(["index", "index"])}},
        {"based_on": "nobody"},
        {"based_on": "mine"},
        {"id": "other"},
    ],
)
def test_a_broken_profile_is_named(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(TemplateBroken, match="profiles/mine"):
        receivers.load_profile(SHELF, "mine", own(tmp_path, **change))


EVERY: dict[str, Any] = {
    "max_bytes": 9_000_000,
    "headroom_bytes": 100_000,
    "single_file": False,
    "upload_set": False,
    "part_name": "Filing {n:02} of {of}.pdf",
    "file_name": "^[A-Za-z0-9 ._]+$",
    "paper": "letter",
    "dividers": True,
    "labels": True,
    "links": "none",
    "outline": True,
    "outline_pages": True,
    "searchable": True,
    "upright": True,
    "color": "gray",
    "zoom": 125,
    "max_dpi": 250,
    "fit_dpi": 150,
    "fonts": True,
    "order": ["index", "*", "cover-letter"],
    "required_parts": ["index", "certificate-of-service"],
    "stamp": {"exhibit": "Ex. {tab} - {number}", "tab": "{number}", "other": "{number} of {total}"},
    "clear": [
        {"place": "top", "width": 612, "height": 72},
        {"place": "bottom right", "width": 200, "height": 60},
    ],
    "certificate_contact": True,
    "filing": "paper",
}


def test_a_firms_profile_with_every_field_is_built_proved_and_content(copy: Path) -> None:
    assert set(EVERY) == set(
        SHELF.schema("profile.schema.json")["properties"]["values"]["properties"]
    )
    own(copy, values={key: dated(value) for key, value in EVERY.items()})
    with Workshop(copy / ".assembler", jobs=2) as shop:
        (built,) = pipeline.build_packets(
            pipeline.make_context(copy, SHELF, shop, pipeline.Options(as_of=AS_OF, profile="mine"))
        )
        found = receivers.lint_build(
            built.folder, receivers.load_profile(SHELF, "mine", copy), shop
        )
        data = json.loads((built.folder / MANIFEST_FILE).read_text())
        other = receivers.lint_build(built.folder, receivers.load_profile(SHELF, "eoir-ecas"), shop)

    assert built.proof.ok
    assert rules(found) == {"FONT"}  # the letter's own, which nobody can put into it
    parts = list(dict.fromkeys(entry["part"] for entry in data["ledger"]))
    assert (parts[0], parts[-1]) == ("index", "cover-letter")
    assert "certificate-of-service" in parts
    stamps = [entry["stamp"] for entry in data["ledger"] if entry["stamp"]]
    assert stamps[0]["text"] == f"1 of {len(data['ledger'])}"
    assert any(mark["text"].startswith("Ex. A - ") for mark in stamps)
    assert all(mark["x"] + mark["width"] < 412 and mark["y"] < 720 for mark in stamps)
    assert {"PROFILE.ORDER", "PROFILE.STAMP", "PROFILE.PART"} <= {one.rule for one in other}


def test_a_wrong_page_in_a_bundle_without_links_is_caught(copy: Path) -> None:
    own(copy, values={"links": dated("none")})
    with Workshop(copy / ".assembler", jobs=2) as shop:
        (built,) = pipeline.build_packets(
            pipeline.make_context(copy, SHELF, shop, pipeline.Options(as_of=AS_OF, profile="mine"))
        )
        assert built.proof.ok
        assert {check.name for check in built.proof.checks} >= {"agreement", "cites"}
        path = built.folder / MANIFEST_FILE
        data = json.loads(path.read_text())
        cites = next(check for check in data["proof"] if check["name"] == "cites")
        assert int(cites["detail"].split()[0]) >= 4
        one, other = list(dict.fromkeys(entry["tab"] for entry in data["ledger"] if entry["tab"]))[
            :2
        ]
        for entry in data["ledger"]:
            entry["tab"] = {one: other, other: one}.get(entry["tab"], entry["tab"])
        path.write_text(json.dumps(data))
        bad = {check.name for check in prove(built.folder, copy, shop).checks if not check.ok}

    assert bad == {"manifest"}  # it says two things of the exhibits, so nothing more is looked at


def entry_of(number: int, part: str, kind: PartKind, **more: Any) -> LedgerEntry:
    stamp = Stamp(text=f"page {number} of 4", x=500.0, y=20.0, width=60.0, height=12.0, size=9.0)
    return manifests.entry(number, kind, part=part, **{"stamp": stamp} | more)


LEDGER = [
    entry_of(1, "cover-letter", PartKind.DRAFT),
    entry_of(2, "index", PartKind.DRAFT),
    entry_of(3, "tab-x", PartKind.TAB, tab="A", exhibit="x", stamp=None),
    entry_of(4, "exhibit-x", PartKind.EXHIBIT, tab="A", exhibit="x", stamp=None),
]


UNSTAMPED = [replace(entry, stamp=None) for entry in LEDGER]


@pytest.mark.parametrize(
    ("rule", "ledger", "profile"),
    [
        ("ORDER", LEDGER, replace(STRICT, order=("index", "*"))),
        ("ORDER", LEDGER, replace(STRICT, order=("*", "index"))),
        (
            "DIVIDER",
            [*UNSTAMPED, entry_of(5, "exhibit-y", PartKind.EXHIBIT, exhibit="y", stamp=None)],
            replace(STRICT, dividers=True),
        ),
        ("STAMP", LEDGER, replace(STRICT, marking=Marking(other="{number}"))),
        (
            "CLEAR",
            LEDGER,
            replace(
                STRICT, marking=Marking(clear=(Zone(place="bottom right", width=100, height=30),))
            ),
        ),
    ],
)
def test_what_only_a_packet_of_ours_tells(
    rule: str, ledger: list[LedgerEntry], profile: Profile
) -> None:
    assert rules(check_files([GOOD], STRICT, (), LEDGER)) == set()
    assert rules(check_files([GOOD], profile, (), ledger)) == {rule}


def rules(found: tuple[Finding, ...]) -> set[str]:
    return {finding.rule.removeprefix("PROFILE.") for finding in found}


def test_a_file_that_is_as_it_should_be_has_no_findings() -> None:
    assert check_files([GOOD], STRICT, ()) == ()


@pytest.mark.parametrize(
    ("rule", "seen"),
    [
        ("SIZE", replace(GOOD, size=2001)),
        ("NAME", replace(GOOD, name="Bündel 1.pdf")),
        ("ENCRYPTED", SurveyedFile(name="a.pdf", size=1, encrypted=True)),
        ("READ", SurveyedFile(name="a.pdf", size=1, trouble="PdfReadError")),
        ("SCRIPT", replace(GOOD, scripts=True)),
        ("SCRIPT", replace(GOOD, pages=(replace(LETTER, active=True),))),
        ("ATTACHMENT", replace(GOOD, attachments=True)),
        ("FIELD", replace(GOOD, fields=2)),
        ("FONT", replace(GOOD, pages=(replace(LETTER, bare_fonts=1),))),
        ("PAPER", replace(GOOD, pages=(replace(LETTER, height=842),))),
        ("LABEL", replace(GOOD, pages=(replace(LETTER, label="i"),))),
        ("LINK", replace(GOOD, pages=(replace(LETTER, links=0),))),
        ("OUTLINE", replace(GOOD, outline=())),
        ("BOOKMARK", replace(GOOD, outline=(("Exhibit A – Letter", 1),))),
        ("BOOKMARK", replace(GOOD, outline=(("Letter", 0),))),
        ("TEXT", replace(GOOD, pages=(replace(LETTER, characters=0),))),
        ("UPRIGHT", replace(GOOD, pages=(replace(LETTER, upright=False),))),
        ("VIEW", replace(GOOD, zoom=None)),
        ("COLOR", replace(GOOD, pages=(replace(LETTER, colored=True),))),
        ("DPI", replace(GOOD, pages=(replace(LETTER, dpi=600),))),
    ],
)
def test_each_rule_fires_alone_and_names_file_and_page(rule: str, seen: SurveyedFile) -> None:
    found = check_files([seen], STRICT, ())

    assert rules(found) == {rule}
    assert found[0].file == seen.name
    assert found[0].remedy


def test_several_files_are_judged_as_one_bundle() -> None:
    second = replace(GOOD, pages=(replace(LETTER, label="2"),), outline=(("Exhibit B (2)", 1),))

    assert check_files([GOOD, second], STRICT, ()) == ()
    assert rules(check_files([GOOD, GOOD], STRICT, ())) == {"LABEL"}
    assert rules(check_files([GOOD, second], replace(STRICT, single_file=True), ())) == {"SINGLE"}
    assert rules(check_files([GOOD], replace(STRICT, links="none"), ())) == {"LINK"}


def test_required_parts_are_asked_of_a_packet_only() -> None:
    wants = replace(STRICT, required_parts=("index", "certificate-of-service"))

    assert check_files([GOOD], wants, None) == ()
    assert [one.where for one in check_files([GOOD], wants, ("index",))] == [
        "part certificate-of-service"
    ]


def saved(path: Path, change: Callable[[Pdf], None], **save: Any) -> Path:
    with Pdf.open(io.BytesIO(factories.text_pdf([["One page of text."], ["And another."]]))) as pdf:
        change(pdf)
        pdf.save(path, **save)
    return path


def script(pdf: Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def launch(pdf: Pdf) -> None:
    note = Dictionary(
        Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=Dictionary(S=Name.Launch, F=String("x"))
    )
    pdf.pages[1].Annots = Array([note])


def attach(pdf: Pdf) -> None:
    pdf.attachments["a.txt"] = b"x"


def relabel(pdf: Pdf) -> None:
    pdf.Root.PageLabels = Dictionary(Nums=Array([0, Dictionary(S=Name.D, St=7)]))


def zoomed(pdf: Pdf) -> None:
    pdf.Root.OpenAction = Array([pdf.pages[0].obj, Name.XYZ, None, None, 1])


def lying(pdf: Pdf) -> None:
    pdf.pages[1].Rotate = 90


def test_what_is_seen_of_real_files(tmp_path: Path) -> None:
    assert receivers.survey_pdf(saved(tmp_path / "a.pdf", script)).scripts
    assert [
        page.active for page in receivers.survey_pdf(saved(tmp_path / "b.pdf", launch)).pages
    ] == [
        False,
        True,
    ]
    assert receivers.survey_pdf(saved(tmp_path / "c.pdf", attach)).attachments
    assert [
        page.label for page in receivers.survey_pdf(saved(tmp_path / "d.pdf", relabel)).pages
    ] == [
        "7",
        "8",
    ]
    assert receivers.survey_pdf(saved(tmp_path / "e.pdf", zoomed)).zoom == 100
    assert [
        page.upright for page in receivers.survey_pdf(saved(tmp_path / "f.pdf", lying)).pages
    ] == [
        True,
        False,
    ]
    locked = saved(tmp_path / "g.pdf", zoomed, encryption=pikepdf.Encryption(owner="o", user="u"))
    assert receivers.survey_pdf(locked).encrypted
    (tmp_path / "h.pdf").write_bytes(b"%PDF-1.7 nothing")
    assert receivers.survey_pdf(tmp_path / "h.pdf").trouble
    (tmp_path / "i.pdf").write_bytes(factories.form_pdf())
    assert receivers.survey_pdf(tmp_path / "i.pdf").fields == 1


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_a_page_turned_to_stand_upright_is_upright(tmp_path: Path, angle: int) -> None:
    drawn = {0: "1 0 0 1", 90: "0 1 -1 0", 180: "-1 0 0 -1", 270: "0 -1 1 0"}
    turned = {}
    for rotate, matrix in drawn.items():
        with Pdf.new() as pdf:
            page = pdf.add_blank_page(page_size=(612, 792))
            font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
            page.Rotate, page.Resources = angle, Dictionary(Font=Dictionary(F=font))
            page.Contents = pdf.make_stream(
                f"BT /F 24 Tf {matrix} 300 400 Tm (Words) Tj ET".encode()
            )
            pdf.save(tmp_path / "a.pdf")
        turned[rotate] = receivers.survey_pdf(tmp_path / "a.pdf").pages[0].upright

    assert [rotate for rotate, upright in turned.items() if upright] == [angle]


@pytest.mark.parametrize("dpi", [100, 400])
def test_the_resolution_of_a_scan_is_measured(tmp_path: Path, dpi: int) -> None:
    (tmp_path / "a.pdf").write_bytes(factories.scan_pdf(dpi=dpi))

    assert receivers.survey_pdf(tmp_path / "a.pdf").pages[0].dpi == pytest.approx(dpi, rel=0.02)


def test_verify_holds_a_build_folder_against_a_profile(small: Path) -> None:
    ran = CliRunner().invoke(
        main, ["verify", str(small / "build/child"), "--profile", "eoir-ecas", "--json"]
    )

    found = json.loads(ran.stdout)["findings"]
    assert ran.exit_code == ExitCode.OK, ran.stderr
    assert [one["where"] for one in found if one["rule"] == "PROFILE.PART"] == [
        "part caption-cover",
        "part certificate-of-service",
    ]
    assert not [
        one for one in found if one["rule"] in ("PROFILE.STAMP", "PROFILE.CLEAR", "PROFILE.DIVIDER")
    ]
    assert {one["severity"] for one in found} <= {Severity.WARNING, Severity.INFO}


def test_verify_holds_any_pdf_against_a_profile(tmp_path: Path) -> None:
    (tmp_path / "made elsewhere.pdf").write_bytes(draw_scan())
    ran = CliRunner().invoke(
        main, ["verify", str(tmp_path / "made elsewhere.pdf"), "--profile", "cmecf"]
    )

    assert ran.exit_code == ExitCode.CASE_REJECTED
    assert "PROFILE.TEXT" in ran.stdout
    assert "PROFILE.OUTLINE" in ran.stdout
    assert "Second Circuit" in ran.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made elsewhere.pdf"]


def draw_scan() -> bytes:
    return factories.scan_pdf(dpi=100)

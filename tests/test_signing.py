"""Who signs which paper, where it is in the packet, and the pages that are handed out for it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from assembler import rules
from assembler.bundle.print_set.signing_list import describe_signing, list_signing
from assembler.cli import main
from assembler.errors import ExitCode
from assembler.forms import find_map, load_maps
from assembler.model import (
    Exhibit,
    FilePart,
    Leaf,
    PartKind,
    PartRole,
    SignatureState,
    SignerRole,
    Translator,
)
from assembler.pipeline.packet_signatures import place_on_leaf
from assembler.report.manifest_writer import encode_manifest
from assembler.runtime.manifest_reader import parse_manifest, read_manifest
from assembler.runtime.resources import Shelf
from tests.conftest import AS_OF, build
from tests.support import cases, manifests, signing
from tests.support import signed_forms as draw
from tests.support.proofs import failed, proved
from tests.support.signing import attorney, declaration, duties, form, signing_case, supporter

BORN_2019 = date(2019, 4, 5)


def signers(case: signing.Case) -> list[tuple[str, str, str]]:
    """(paper, role, signer) of every signature that is due."""
    return [(duty.paper, duty.role.value, duty.signer) for duty in duties(case) if duty.is_certain]


# --- who ---


def test_the_writer_of_the_letter_is_the_attorney_or_else_the_petitioner() -> None:
    assert signers(signing_case(attorney=attorney())) == [("Cover letter", "writer", "/attorney")]
    assert signers(signing_case()) == [("Cover letter", "writer", "aunt")]


def test_the_petitioner_signs_the_request_and_the_attorney_what_the_attorney_prepared() -> None:
    case = signing_case(attorney=attorney(), forms=(form("i-131"), form("g-28")))
    found = signers(case)

    assert ("Form I-131", "petitioner", "aunt") in found
    assert ("Form I-131", "preparer", "/attorney") in found
    assert ("Form G-28", "petitioner", "aunt") in found
    assert ("Form G-28", "attorney", "/attorney") in found
    assert not any(signer == "child" for _, _, signer in found)


def test_a_self_petitioner_signs_as_petitioner() -> None:
    alone = cases.person("self")
    case = signing_case(petitioner=alone, beneficiaries=(alone,), forms=(form("i-131"),))

    assert ("Form I-131", "petitioner", "self") in signers(case)


@pytest.mark.parametrize(
    ("people", "named", "expected"),
    [
        ((supporter(cases.person("friend")),), "", "friend"),
        ((supporter(cases.person("friend")), supporter(cases.person("uncle"))), "", ""),
        ((supporter(cases.person("friend")), supporter(cases.person("uncle"))), "uncle", "uncle"),
        (
            (supporter(cases.person("friend"), "brother"), supporter(cases.person("uncle"))),
            "",
            "uncle",
        ),
        ((supporter(cases.person("friend"), "brother"),), "friend", ""),
    ],
)
def test_the_supporter_signs_the_own_form(
    people: tuple[signing.Supporter, ...], named: str, expected: str
) -> None:
    case = signing_case(supporters=people, forms=(form("i-134", person=named),))

    assert {duty.signer for duty in duties(case) if duty.role is SignerRole.SUPPORTER} == {expected}


def test_a_declaration_is_signed_by_its_declarant_and_its_interpreter() -> None:
    case = signing_case(declarations=(declaration("aunt", interpreter="Voz"), declaration("child")))

    assert signers(case)[1:] == [
        ("Declaration", "declarant", "aunt"),
        ("Certificate of interpreter", "interpreter", "/declarations/0/interpreter"),
        ("Declaration", "declarant", "child"),
    ]


@pytest.mark.parametrize("role", [PartRole.CERTIFICATE, PartRole.TRANSLATION])
def test_a_translator_has_signed_the_certificate_if_there_is_one(role: PartRole) -> None:
    translated = Exhibit(
        id="birth",
        title="Birth record",
        category="relationship",
        parts=(FilePart(path="evidence/a.pdf"), FilePart(path="evidence/b.pdf", role=role)),
        language="es",
        translator=Translator(name=signing.Name(given="Palabra", family="Exacta"), language="es"),
    )
    found = [duty for duty in duties(signing_case(translated)) if duty.part == "exhibit-birth"]

    expected = ["/exhibits/0/translator"] if role is PartRole.CERTIFICATE else []
    assert [duty.signer for duty in found] == expected
    assert all(duty.state is SignatureState.EXPECTED for duty in found)


def test_a_guardian_signs_for_a_child_and_not_for_others() -> None:
    minor = signing.child("self", BORN_2019, guardian="mother")
    case = signing_case(
        petitioner=minor,
        beneficiaries=(minor,),
        others=(cases.person("mother"),),
        forms=(form("i-131"),),
    )
    found = [
        (duty.signer, duty.on_behalf_of)
        for duty in duties(case)
        if duty.paper == "Form I-131" and duty.role is SignerRole.PETITIONER
    ]

    assert found == [("mother", "self")]
    assert not any(duty.on_behalf_of for duty in duties(signing_case(forms=(form("i-131"),))))


def test_a_person_who_names_only_themselves_as_guardian_signs_alone() -> None:
    alone = signing.child("self", date(1990, 1, 1), guardian="self")
    case = signing_case(petitioner=alone, beneficiaries=(alone,), forms=(form("i-131"),))

    assert not any(duty.on_behalf_of for duty in duties(case))


def test_a_completed_form_should_be_signed_and_a_notification_never_is() -> None:
    case = signing_case(forms=(form("i-131", completed=True), form("g-1145")))
    found = duties(case)

    assert {duty.state for duty in found if duty.paper == "Form I-131"} == {SignatureState.EXPECTED}
    assert not any("1145" in duty.paper for duty in found)


def test_a_paper_of_a_firms_own_may_have_a_line_for_everyone_who_files() -> None:
    aunt, friend = cases.person("aunt"), cases.person("friend")
    case = signing_case(attorney=attorney(), supporters=(supporter(aunt), supporter(friend)))
    plan = signing.plan(case)
    own = next(part for part in plan.parts if part.template == "cover-letter.docx")
    changed = replace(plan, parts=(replace(own, template="agreement.docx"),))
    listed = rules.list_duties(changed, case, signing.LIBRARY)
    assert [(duty.signer, duty.role) for duty in listed] == [
        ("/attorney", SignerRole.ATTORNEY),
        ("aunt", SignerRole.PETITIONER),
        (case.beneficiaries[0].id, SignerRole.BENEFICIARY),
        ("friend", SignerRole.SUPPORTER),
    ]
    assert not any(duty.is_certain for duty in listed)


def test_every_signature_relies_on_a_dated_fact() -> None:
    case = signing_case(
        attorney=attorney(),
        declarations=(declaration("aunt", interpreter="Voz"),),
        supporters=(supporter(cases.person("friend")),),
        forms=tuple(form(name) for name in ("i-131", "i-134", "g-28", "i-912", "g-1450")),
    )
    facts = signing.LIBRARY.facts

    assert duties(case)
    for duty in duties(case):
        assert duty.rule in facts
        assert facts[duty.rule].provenance.source
    assert str(facts["signatures/bad-signature"]["from"]) == "2026-07-10"


# --- where ---


@pytest.mark.parametrize(
    ("leaf", "expected"),
    [
        ({}, (60, 100, 300, 118)),
        ({"scale": 0.5}, (30 + 153, 50 + 396, 150 + 153, 59 + 396)),
        ({"width": 700.0, "height": 800.0, "own": (612.0, 792.0)}, (104, 108, 344, 126)),
    ],
)
def test_a_place_moves_with_its_page(
    leaf: dict[str, object], expected: tuple[float, float, float, float]
) -> None:
    page = Leaf(
        number=1, label="1", document="draft:a", index=0, part="a", kind=PartKind.DRAFT, **leaf
    )  # type: ignore[arg-type]
    assert place_on_leaf((60, 100, 300, 118), (612, 792), page) == expected


@pytest.fixture(scope="module")
def packet(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small case with an interpreted declaration, mailed, built, with its print run."""
    case = Path(shutil.copytree(small, tmp_path_factory.mktemp("signing") / "case"))
    data = json.loads((case / "case.json").read_text())
    data["declarations"][0] |= {
        "language": "es",
        "interpreter": {"name": {"given": "Oral", "family": "Voz"}, "language": "es"},
    }
    (case / "case.json").write_text(json.dumps(data))
    build(case)
    run_print(case / "build/child")
    return case


def run_print(*arguments: object) -> str:
    done = CliRunner().invoke(main, ["print", *map(str, arguments), "--jobs", "2"])
    assert done.exit_code == ExitCode.OK, done.output
    return done.output


def test_the_manifest_says_who_signs_where(packet: Path) -> None:
    manifest = read_manifest(packet / "build/child")
    parts = {entry.number: entry.part for entry in manifest.ledger}

    assert [(place.paper, place.signer) for place in manifest.signatures] == [
        ("Cover letter", "aunt"),
        ("Declaration", "aunt"),
        ("Certificate of interpreter", "/declarations/0/interpreter"),
    ]
    for place in manifest.signatures:
        assert parts[place.number] == place.part
        assert place.box is not None
        assert place.state is SignatureState.NEEDED
    assert {signer.name for signer in manifest.signers} == {"Probanda Muster", "Oral Voz"}


def test_the_place_is_above_the_printed_line_on_its_page(packet: Path) -> None:
    manifest = read_manifest(packet / "build/child")
    bundle = pdfium.PdfDocument(packet / "build/child/bundle.pdf")
    names = {signer.id: signer.name for signer in manifest.signers}
    for place in manifest.signatures:
        assert place.box is not None
        left, bottom, right, top = place.box
        layer = bundle[place.number - 1].get_textpage()
        line = layer.get_text_bounded(left, bottom, right, bottom + 10)
        below = layer.get_text_bounded(left - 2, bottom - 18, right, bottom - 2)
        room = layer.get_text_bounded(left, bottom + 12, right, top)
        assert "____" in line
        assert names[place.signer] in below
        assert not room.strip()


def test_a_manifest_without_signatures_reads_as_empty() -> None:
    whole = manifests.manifest(
        format=1,  # which does not require what only a build knows
        ledger=(manifests.entry(),),
        volumes=(manifests.volume(),),
        outputs=(manifests.output(),),
    )
    assert "signatures" not in json.loads(encode_manifest(whole))
    assert parse_manifest(encode_manifest(whole)).signatures == ()
    signed = replace(whole, signatures=(signing.place(),))
    assert parse_manifest(encode_manifest(signed)).signatures == signed.signatures


def test_an_online_filing_says_that_its_pages_are_not_signed_and_a_mailed_one_does_not(
    packet: Path, tmp_path: Path
) -> None:
    found = [
        finding
        for finding in read_manifest(packet / "build/child").findings
        if finding.rule == "SIGN.INK"
    ]
    assert [finding.severity for finding in found] == ["info"]
    mailed = Path(shutil.copytree(packet, tmp_path / "case"))
    data = json.loads((mailed / "case.json").read_text())
    data["request"]["filing"] = "paper"
    (mailed / "case.json").write_text(json.dumps(data))
    build(mailed)
    rules = {finding.rule for finding in read_manifest(mailed / "build/child").findings}
    assert not {rule for rule in rules if rule.startswith("SIGN.")}


def test_a_firms_own_paper_is_signed_where_it_has_a_line(packet: Path, tmp_path: Path) -> None:
    """A template with another signature line, and one without any."""
    from tests import letters

    case = Path(shutil.copytree(packet, tmp_path / "case"))
    (case / "templates").mkdir()
    (case / "templates/cover-letter.docx").write_bytes(
        letters.word("Dear officer,", "Yours,", "{{ sender.name }}")
    )
    (case / "templates/declaration.docx").write_bytes(
        letters.word("I declare.", "By: ____________________", "{{ declarant.name.full }}")
    )
    build(case)
    found = {place.paper: place for place in read_manifest(case / "build/child").signatures}
    assert found["Cover letter"].box is not None
    assert found["Declaration"].box is not None
    assert found["Certificate of interpreter"].box is None


def test_a_filled_form_is_signed_in_its_field_and_a_signed_one_is_checked(
    small: Path, tmp_path: Path
) -> None:
    i131 = find_map(load_maps(Shelf.default()), "i-131")
    assert i131 is not None
    rect = i131.signatures[0].signature.rect
    case = Path(shutil.copytree(small, tmp_path / "case"))
    (case / "forms").mkdir()
    draw.mapped_blank(case / "forms/i-131.pdf", i131)
    data = json.loads((case / "case.json").read_text())
    data["forms"] = [{"form": "i-131", "path": "forms/i-131.pdf", "completed": False}]
    (case / "case.json").write_text(json.dumps(data))
    build(case)
    manifest = read_manifest(case / "build/child")
    (place,) = (one for one in manifest.signatures if one.paper == "Form I-131")
    entry = manifest.ledger[place.number - 1]
    assert (entry.index + 1, place.box) == (i131.signatures[0].signature.page, rect)
    assert (place.role, place.state) == (SignerRole.PETITIONER, SignatureState.NEEDED)
    assert [one.severity for one in manifest.findings if one.rule == "SIGN.INK"] == ["warning"]

    filled = case / "build/child/forms/i-131.pdf"
    signed = draw.changed(
        Path(shutil.copy(filled, tmp_path / "signed.pdf")), draw.ink(rect, entry.index + 1)
    )
    shutil.copy(signed, case / "forms/i-131.pdf")
    data["forms"][0]["completed"] = True
    (case / "case.json").write_text(json.dumps(data))
    build(case)
    manifest = read_manifest(case / "build/child")
    (again,) = (one for one in manifest.signatures if one.paper == "Form I-131")
    assert (again.box, again.state) == (place.box, SignatureState.EXPECTED)


# --- the signing packet ---


def test_the_pages_to_sign_are_those_of_the_packet_without_a_mark(packet: Path) -> None:
    build_folder = packet / "build/child"
    manifest = read_manifest(build_folder)
    numbers = list(dict.fromkeys(place.number for place in manifest.signatures))
    handed, bundle = (
        pdfium.PdfDocument(build_folder / name) for name in ("print/signing.pdf", "bundle.pdf")
    )
    sheets = len(handed) - len(numbers)
    assert sheets >= 1
    labels = [handed.get_page_label(position) for position in range(len(handed))]
    assert labels[sheets:] == [str(number) for number in numbers]
    assert labels[0] == "a"
    for position, number in enumerate(numbers, sheets):
        one, other = (
            book[page].render(scale=1, may_draw_forms=False).to_numpy()
            for book, page in ((handed, position), (bundle, number - 1))
        )
        assert np.array_equal(one, other)


def test_the_sheet_names_every_person_page_and_paper(packet: Path) -> None:
    reader = PdfReader(packet / "build/child/print/signing.pdf")
    manifest = read_manifest(packet / "build/child")
    pages = len({place.number for place in manifest.signatures})
    text = " ".join(page.extract_text() for page in reader.pages[: len(reader.pages) - pages])

    for words in ("Probanda Muster", "Oral Voz", "Cover letter", "Certificate of interpreter"):
        assert words in text
    assert "91 FR 25479" in text
    assert "do not file it" in text
    assert sum(len(page.images) for page in reader.pages) == len(manifest.signatures)
    assert not reader.metadata or not any("Muster" in str(v) for v in reader.metadata.values())


def test_names_are_in_the_packets_folder_and_not_on_the_console(packet: Path) -> None:
    said = run_print(packet / "build/child")
    written = (packet / "build/child/print/print.txt").read_text(encoding="utf8")
    recorded = json.loads((packet / "build/child/print/print.json").read_text(encoding="utf8"))

    assert "Probanda" in written
    assert "Probanda" not in said
    assert "Probanda" not in run_print(packet / "build/child", "--json")
    assert recorded["names"]["aunt"] == "Probanda Muster"
    assert [row["role"] for row in recorded["signatures"]] == ["writer", "declarant", "interpreter"]
    assert "Sign 3 places on 2 pages" in written
    assert failed(proved(packet)) == set()


def test_the_signing_packet_is_the_same_each_time(packet: Path) -> None:
    path = packet / "build/child/print/signing.pdf"
    before = path.read_bytes()
    run_print(packet / "build/child")

    assert path.read_bytes() == before


def test_a_packet_of_an_earlier_version_is_printed_without_it(packet: Path, tmp_path: Path) -> None:
    case = Path(shutil.copytree(packet, tmp_path / "case"))
    signing.change_manifest(case / "build/child", signatures=None, signers=None)
    said = run_print(case / "build/child")

    assert not (case / "build/child/print/signing.pdf").exists()
    assert "No page is listed to be signed" in said


def test_status_counts_what_is_to_sign(packet: Path) -> None:
    done = CliRunner().invoke(
        main, ["status", str(packet), "--as-of", AS_OF.isoformat()], catch_exceptions=False
    )
    assert "3 places on 2 pages to sign by hand, by 2 people" in done.output
    assert "Muster" not in done.output


# --- the list ---


def test_one_person_with_several_parts_in_the_case_is_one_person() -> None:
    manifest = signing.signing_manifest(
        signing.place(1, signer="/declarations/0/interpreter", role=SignerRole.INTERPRETER),
        signing.place(2, signer="/declarations/1/interpreter", role=SignerRole.INTERPRETER),
        signing.place(3, signer="aunt", role=SignerRole.PETITIONER),
        declarations_0_interpreter="Oral Voz",
        declarations_1_interpreter="Oral Voz",
        aunt="Probanda Muster",
    )
    listed = list_signing(manifest, manifest.ledger)

    assert [(person.name, person.numbers) for person in listed.needed] == [
        ("Oral Voz", (1, 2)),
        ("Probanda Muster", (3,)),
    ]


def test_a_page_that_two_sign_is_handed_out_once_to_whoever_signs_first() -> None:
    manifest = signing.signing_manifest(
        signing.place(2, signer="low", box=(72, 100, 300, 120)),
        signing.place(2, signer="high", box=(72, 400, 300, 420)),
        signing.place(4, signer="low", box=None),
    )
    listed = list_signing(manifest, manifest.ledger)

    assert [(person.name, numbers) for person, numbers in listed.pages] == [
        ("low", (4,)),
        ("high", (2,)),
    ]
    assert sorted(listed.numbers) == [2, 4]


def test_pages_that_came_completed_are_to_be_checked_and_not_handed_out() -> None:
    manifest = signing.signing_manifest(
        signing.place(1),
        signing.place(3, signer="", role=SignerRole.TRANSLATOR, state=SignatureState.EXPECTED),
    )
    listed = list_signing(manifest, manifest.ledger)
    lines = list(describe_signing(listed, {1: "1", 3: "3a"}, with_names=True))

    assert listed.numbers == (1,)
    assert [person.name for person in listed.expected] == ["Translator"]
    assert any("page 3a" in line for line in lines)


def test_a_supplement_lists_only_its_own_pages() -> None:
    manifest = signing.signing_manifest(signing.place(1), signing.place(3))

    assert list_signing(manifest, manifest.ledger[2:]).numbers == (3,)

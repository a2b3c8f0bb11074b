"""An upload set: cut between documents, named in the order of upload, proved file by file."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from assembler.cli import main
from assembler.errors import CaseRejected, ExitCode, TemplateBroken
from assembler.layout.upload_set import (
    Block,
    Piece,
    PieceTooLarge,
    find_piece_starts,
    format_order,
    pack_blocks,
)
from assembler.model.manifest import MANIFEST_FILE
from assembler.proof import prove
from assembler.receivers import load_profile
from assembler.runtime.resources import Shelf
from assembler.runtime.workshop import Workshop
from tests import factories
from tests.support import uploads
from tests.support.profiles import build
from tests.support.proofs import believe

# --- what stays together ---


@pytest.mark.parametrize(
    ("files", "starts"),
    [
        ("dd d", {0, 2}),  # no translation: between documents
        ("e e e", {0, 1, 2}),
        ("dd tt c", {0}),  # original, translation, certificate
        ("d t c d t c", {0, 3}),
        ("d t c e", {0, 3}),
        ("d t d t c", {0}),  # one certificate for both translations
        ("d t d t c d t c", {0, 5}),
        ("d d t c", {0}),  # a translation may be of both
        ("e e d t c", {0, 1, 2}),  # what is in English needs none
        ("d e d t c", {0}),
        ("d t e d t c", {0}),
        ("t c d t c", {0, 2}),  # its own original is not here
        ("d c", {0}),
        ("d t c t c", {0}),  # two translations of one original
    ],
)
def test_a_file_begins_only_where_no_original_is_parted_from_its_translation(
    files: str, starts: set[int]
) -> None:
    assert find_piece_starts(uploads.pages(files)) == starts


def block(first: int, count: int, *, group: str = "g", tab: str = "A") -> Block:
    piece = Piece(first=first, last=first + count - 1, is_divisible=True)
    return Block(pieces=(piece,), name="" if group else "Form-I-131", tab=tab, group=group)


BLOCKS = st.lists(st.tuples(st.integers(1, 6), st.sampled_from(["", "g", "h"])), max_size=12)


@settings(deadline=None, max_examples=200)
@given(BLOCKS, st.data())
def test_every_page_is_in_one_file_in_order_under_the_limit(
    shapes: list[tuple[int, str]], data: st.DataObject
) -> None:
    blocks, first = [], 1
    for count, group in shapes:
        blocks.append(block(first, count, group=group))
        first += count
    sizes = data.draw(st.lists(st.integers(1, 50), min_size=first - 1, max_size=first - 1))
    limit = data.draw(st.integers(50, 120))

    files = pack_blocks(blocks, sizes, limit)

    assert [page for file in files for page in range(file.first, file.last + 1)] == list(
        range(1, first)
    )
    assert all(sum(sizes[file.first - 1 : file.last]) <= limit for file in files)
    for one in blocks:
        if not one.group:  # a form shares its file with nothing
            homes = [file for file in files if file.first <= one.last and one.first <= file.last]
            assert min(file.first for file in homes) == one.first
            assert max(file.last for file in homes) == one.last


def test_small_neighbors_of_one_group_share_a_file_and_a_large_exhibit_has_its_own() -> None:
    blocks = [
        block(1, 1, tab="A"),
        block(2, 1, tab="B"),
        block(3, 1, tab="C", group="h"),
        block(4, 1, tab="D", group="h"),
        block(5, 1, tab="E", group="h"),
    ]

    files = pack_blocks(blocks, [10, 10, 10, 60, 10], 90)

    assert [file.name for file in files] == [
        "Exhibits_A-B",
        "Exhibit_C",
        "Exhibit_D",
        "Exhibit_E",
    ]


def test_pages_that_stay_together_and_do_not_fit_are_named() -> None:
    piece = Piece(first=2, last=4, is_divisible=False)
    whole = Block(pieces=(Piece(first=1, last=1, is_divisible=True), piece), name="", tab="A")

    with pytest.raises(PieceTooLarge) as raised:
        pack_blocks([whole], [10, 40, 40, 40], 100)

    assert raised.value.piece == piece


def test_numbers_sort_whatever_their_count() -> None:
    for count in (3, 99, 100, 1200):
        orders = [format_order(number, count) for number in range(1, count + 1)]
        assert orders == sorted(orders)


def test_a_profile_whose_names_do_not_sort_is_refused(tmp_path: Path) -> None:
    for name, problem in (
        ("{what}_{order}.pdf", "do not sort"),
        ("{what}.pdf", "do not sort"),
        ("{n}_{what}.pdf", "unknown placeholder"),
        ("{order}.pdf", ""),
        ("{order} {what} of the set that is uploaded to the account.pdf", "does not allow"),
    ):
        uploads.set_profile(tmp_path, part_name=name)
        if not problem:
            load_profile(Shelf.default(), "tiny", tmp_path)
            continue
        with pytest.raises(TemplateBroken, match=problem):
            load_profile(Shelf.default(), "tiny", tmp_path)


# --- a set that is built ---

DOCUMENTS = ("birth", "marriage")
FORM = [["Application", f"Form I-131 Edition 01/20/25 Page {n} of 2"] for n in (1, 2)]


def make_case(folder: Path) -> Path:
    """A case with a completed form, an exhibit of two translated documents above the limit, one
    long document above it, and a citation across its cut."""
    files = {}
    for seed, name in enumerate(DOCUMENTS):
        files[f"evidence/{name}.pdf"] = uploads.heavy_pdf([120_000], f"Acta de {name}", seed)
        files[f"evidence/{name}-english.pdf"] = uploads.heavy_pdf([110_000], f"A {name}", seed + 5)
        files[f"evidence/{name}-certificate.pdf"] = uploads.certificate_pdf(seed)
    files["evidence/report.pdf"] = uploads.heavy_pdf([110_000] * 5, "Report", 9)
    report = {
        "id": "report",
        "title": "A long report",
        "category": "country-conditions",
        "files": ["evidence/report.pdf"],
    }
    exhibits = [uploads.translated("acts", DOCUMENTS), report]
    uploads.set_case(folder, exhibits, files)
    case = json.loads((folder / "case.json").read_text())
    texts = case["declarations"][0]["paragraphs"]
    case["declarations"][0]["paragraphs"] = [*texts, "See [@report, pp. 1-4] and [@acts, p. 4]."]
    (folder / "forms").mkdir()
    (folder / "forms/i-131.pdf").write_bytes(factories.text_pdf(FORM))
    case["forms"] = [{"form": "i-131", "path": "forms/i-131.pdf", "completed": True}]
    (folder / "case.json").write_text(json.dumps(case))
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    case = make_case(tmp_path_factory.mktemp("upload") / "case")
    build(case, "tiny")
    return case


@pytest.fixture
def packet(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built / "build/child", tmp_path / "build/child"))


def failures(packet: Path, case: Path | None = None) -> str:
    with Workshop(packet.parent / ".verify", jobs=2, temporary=True) as shop:
        return "; ".join(
            f"{check.name}: {check.detail}"
            for check in prove(packet, case, shop).checks
            if not check.ok
        )


def file_named(packet: Path, part: str) -> Path:
    (found,) = [path for path in packet.glob("*.pdf") if part in path.name]
    return found


def texts_of(packet: Path, part: str) -> str:
    pages = PdfReader(file_named(packet, part)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_set_has_a_file_for_each_paper_below_the_limit_in_order(built: Path) -> None:
    packet = built / "build/child"
    data = uploads.manifest_of(packet)
    names = [volume["path"] for volume in data["volumes"]]

    assert names == sorted(names) == sorted(path.name for path in packet.glob("*.pdf"))
    assert names[0] == "01_Form-I-131.pdf"
    assert len(PdfReader(packet / names[0]).pages) == 2
    assert any(name.endswith("_Cover-letter-and-index.pdf") for name in names)
    assert all((packet / name).stat().st_size <= uploads.LIMIT for name in names)
    assert all(re.fullmatch(r"[A-Za-z0-9._-]{1,60}", name) for name in names)
    assert data["upload_set"] is True
    assert failures(packet, built) == ""


def test_no_file_begins_between_an_original_and_its_translation(built: Path) -> None:
    data = uploads.manifest_of(built / "build/child")
    firsts = {volume["first"] for volume in data["volumes"]}
    acts = [entry for entry in data["ledger"] if entry["exhibit"] == "acts" and "source" in entry]

    assert len({entry["number"] for entry in acts} & firsts) == 1  # it is above the limit
    assert all(entry["source"]["role"] == "document" for entry in acts if entry["number"] in firsts)


def test_index_and_citations_name_file_and_page(built: Path) -> None:
    packet = built / "build/child"
    data = uploads.manifest_of(packet)
    row = next(row for row in data["index"] if row["exhibit"] == "report")
    places = [
        (order, number - volume["first"] + 1)
        for number in (row["first"], row["first"] + 3)
        for order, volume in enumerate(data["volumes"], 1)
        if volume["first"] <= number <= volume["last"]
    ]
    (file, page), (last_file, last_page) = places

    assert file != last_file
    cited = f"[file {file:02}, page {page}, to file {last_file:02}, page {last_page}]"
    assert cited in texts_of(packet, "Declaration")
    assert f"File {file:02}, page {page}, to file" in texts_of(packet, "index")


def test_the_sheet_lists_every_file_with_its_bytes_in_three_formats(built: Path) -> None:
    packet = built / "build/child"
    data = uploads.manifest_of(packet)
    html = (packet / "upload-sheet/upload-sheet.html").read_text()
    pages = PdfReader(packet / "upload-sheet/upload-sheet.pdf").pages
    printed = "".join("".join(page.extract_text().split()) for page in pages)

    assert (packet / "upload-sheet/upload-sheet.docx").is_file()
    sizes = {output["path"]: output["size"] for output in data["outputs"]}
    for volume in data["volumes"]:
        size = f"{sizes[volume['path']]:,} bytes"
        assert volume["path"] in html
        assert size in html
        assert f"{volume['path']}" in printed
        assert size.replace(" ", "") in printed
    assert "no legal advice" in html
    assert "box 7" in html
    assert {fact["file"] for fact in data["facts_used"]} >= {"schemas/facts/online-filing.json"}


# --- what is wrong with a set is said by name ---


def exchange(packet: Path) -> str:
    path = file_named(packet, "Declaration")
    shutil.copyfile(file_named(packet, "index"), path)
    return path.name


def change_one_byte(packet: Path) -> str:
    path = file_named(packet, "Declaration")
    data = bytearray(path.read_bytes())
    data[-2] ^= 1
    path.write_bytes(bytes(data))
    return path.name


def rename(packet: Path) -> str:
    path = file_named(packet, "Declaration")
    path.rename(path.with_name("declaration scan.pdf"))
    return f"{path.name} was renamed to declaration scan.pdf"


def swap_names(packet: Path) -> str:
    one, other = file_named(packet, "Declaration"), file_named(packet, "index")
    data = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(data)
    return f"{one.name} was exchanged: it has the content of {other.name}"


def remove(packet: Path) -> str:
    path = file_named(packet, "Declaration")
    path.unlink()
    return f"{path.name} is missing"


def add_picture(packet: Path) -> str:
    (packet / "passport.JPG").write_bytes(b"\xff\xd8\xff")
    return "passport.JPG is not a file of the set"


def add_pdf(packet: Path) -> str:
    shutil.copyfile(file_named(packet, "Declaration"), packet / "my notes.pdf")
    return "my notes.pdf is not a file of the set"


def encrypt(packet: Path) -> str:
    path = file_named(packet, "Declaration")
    uploads.encrypt(path)
    return f"{path.name} is encrypted"


CHANGES = (
    exchange,
    change_one_byte,
    rename,
    swap_names,
    remove,
    add_picture,
    add_pdf,
    encrypt,
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_changed_set_fails_and_the_file_is_named(
    packet: Path, change: Callable[[Path], str]
) -> None:
    expected = change(packet)

    assert expected in failures(packet)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_changed_set_fails_where_only_the_set_was_copied(
    packet: Path, tmp_path: Path, change: Callable[[Path], str]
) -> None:
    alone = copy_alone(packet, tmp_path / "stick/set")

    expected = change(alone)

    assert expected in failures(alone)


def test_encryption_is_found_even_if_the_manifest_believes_in_it(packet: Path) -> None:
    path = file_named(packet, "Declaration")
    uploads.encrypt(path)
    believe(packet.parent.parent)

    assert f"{path.name} is encrypted" in failures(packet)


def test_a_sheet_that_lists_other_bytes_fails(packet: Path) -> None:
    sheet = packet / "upload-sheet/upload-sheet.html"
    text = sheet.read_text()
    size = next(re.finditer(r"([0-9,]+) bytes</span>", text))
    sheet.write_text(text.replace(size[0], "9,999 bytes</span>"))
    believe(packet.parent.parent)

    assert "the upload sheet does not list 01_Form-I-131.pdf" in failures(packet)


def copy_alone(packet: Path, folder: Path) -> Path:
    folder.mkdir(parents=True)
    for path in (*packet.glob("*.pdf"), packet / MANIFEST_FILE):
        shutil.copyfile(path, folder / path.name)
    return folder


def test_a_set_copied_with_its_manifest_is_proved_and_says_what_was_not(
    packet: Path, built: Path, tmp_path: Path
) -> None:
    alone = copy_alone(packet, tmp_path / "stick/set")

    with Workshop(tmp_path / ".verify", jobs=2, temporary=True) as shop:
        proof = prove(alone, None, shop)

    assert [check for check in proof.checks if not check.ok] == []
    assert any("only the files to upload" in text for text in proof.not_checked)
    assert failures(alone, built) == ""


def test_a_packet_that_lost_only_a_part_of_what_it_keeps_still_fails(packet: Path) -> None:
    (packet / "review.html").unlink()

    assert "review.html" in failures(packet)


def test_citations_and_index_of_other_pages_of_the_files_fail(packet: Path) -> None:
    """The second file of the report is said to begin a page later: what is printed is not true."""
    data = uploads.manifest_of(packet)
    second = next(n for n, one in enumerate(data["volumes"]) if "_part-2-of-" in one["path"])
    while data["ledger"][data["volumes"][second]["first"] - 1]["exhibit"] != "report":
        second += 1
    data["volumes"][second]["first"] += 1
    data["volumes"][second - 1]["last"] += 1
    (packet / MANIFEST_FILE).write_text(json.dumps(data))

    failed = failures(packet)
    assert "own-links" in failed
    assert "index: the index does not print the row" in failed


def test_a_renamed_file_is_named_with_a_profile_too(packet: Path) -> None:
    expected = rename(packet)

    ran = CliRunner().invoke(main, ["verify", str(packet), "--profile", "uscis-online"])

    assert ran.exit_code == ExitCode.PROOF_FAILED
    assert expected in ran.stdout


def test_a_manifest_that_parts_a_translation_from_its_original_fails(packet: Path) -> None:
    data = uploads.manifest_of(packet)
    cut = next(
        n
        for n, one in enumerate(data["volumes"])
        if data["ledger"][one["first"] - 1]["exhibit"] == "acts"
        and data["ledger"][one["first"] - 1]["exhibit_page"] > 1
    )
    data["volumes"][cut]["first"] += 1
    data["volumes"][cut - 1]["last"] += 1
    (packet / MANIFEST_FILE).write_text(json.dumps(data))

    assert "begins between an original, its translation" in failures(packet)


def test_an_original_that_does_not_fit_with_its_translation_stops_by_name(tmp_path: Path) -> None:
    files = {
        "evidence/birth.pdf": uploads.heavy_pdf([200_000], "Acta de nacimiento", 1),
        "evidence/birth-english.pdf": uploads.heavy_pdf([200_000], "A birth", 2),
        "evidence/birth-certificate.pdf": uploads.certificate_pdf(3),
    }
    case = uploads.set_case(tmp_path / "case", [uploads.translated("acts", ["birth"])], files)

    with pytest.raises(CaseRejected) as raised:
        build(case, "tiny")

    (finding,) = [one for one in raised.value.findings if one.rule == "UPLOAD.TOGETHER"]
    assert finding.exhibit == "acts"
    assert "pages 1 to 3" in finding.where


def test_pictures_are_stored_smaller_before_an_original_and_its_translation_are_refused(
    tmp_path: Path,
) -> None:
    files = {
        "evidence/birth.pdf": uploads.heavy_pdf([250_000], "Acta de nacimiento", 1, dpi=400),
        "evidence/birth-english.pdf": uploads.heavy_pdf([200_000], "A birth", 2, dpi=400),
        "evidence/birth-certificate.pdf": uploads.certificate_pdf(3),
    }
    case = uploads.set_case(tmp_path / "case", [uploads.translated("acts", ["birth"])], files)

    packet = build(case, "tiny")

    assert {finding.rule for finding in packet.findings} >= {"FIT.PAGE"}
    data = uploads.manifest_of(packet.folder)
    acts = {entry["number"] for entry in data["ledger"] if entry["exhibit"] == "acts"}
    assert not {volume["first"] for volume in data["volumes"]} & (acts - {min(acts)})


def test_a_missing_form_is_named_as_not_to_be_uploaded_and_the_set_is_made(tmp_path: Path) -> None:
    case = uploads.set_case(tmp_path / "case", [], {})

    packet = build(case, "tiny")

    assert packet.files[0] == "01_DO-NOT-UPLOAD_Form-I-131.pdf"
    assert "FORM.PLACEHOLDER" in {finding.rule for finding in packet.findings}
    html = (packet.folder / "upload-sheet/upload-sheet.html").read_text()
    assert "DO NOT UPLOAD this page" in html
    assert "this set is not ready" in html
    assert "does not say where the i-134 goes" not in html

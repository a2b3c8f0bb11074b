"""late exhibits, end to end: a filed packet, what is added to it, and that everything in the
file says the same of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import docx
import pypdfium2 as pdfium
import pytest
from click.testing import CliRunner
from pikepdf import Array, Pdf
from pypdf import PdfReader

from assembler.cli import main
from assembler.errors import ExitCode
from assembler.model.manifest import MANIFEST_FILE
from assembler.report.packet_diff import compare, note
from assembler.runtime.manifest_reader import read_manifest
from tests import factories
from tests.conftest import AS_OF
from tests.mutating import believe, replace_letter, rewrite
from tests.support.building import warm_up
from tests.support.commands import BLANKS, MAILED
from tests.support.profiles import own_profile
from tests.support.proofs import failed, proved


def run(*arguments: object, code: ExitCode = ExitCode.OK) -> str:
    done = CliRunner().invoke(main, list(map(str, arguments)))
    assert done.exit_code == code, done.output
    return done.output


def bundle(case: Path, *more: object, code: ExitCode = ExitCode.OK) -> str:
    warm_up(case)
    return run("bundle", case, "--as-of", AS_OF, "--jobs", 2, "--no-thumbnails", *more, code=code)


def add(case: Path, exhibit: str, place: int = 1, words: str = "Late words") -> None:
    """A new exhibit of two pages."""
    (case / f"evidence/{exhibit}.pdf").write_bytes(
        factories.text_pdf([[f"{words} of {exhibit}."], ["And a second page."]])
    )
    data = json.loads((case / "case.json").read_text())
    row = {
        "id": exhibit,
        "title": f"Title of {exhibit}",
        "category": "medical",
        "files": [f"evidence/{exhibit}.pdf"],
    }
    data["exhibits"].insert(place, row)
    factories.write_case(case, data)


def lengthen(case: Path, exhibit: str, *, first: bool = False) -> None:
    """One more page of an exhibit, which the case cites."""
    (case / f"evidence/more-{exhibit}.pdf").write_bytes(
        factories.text_pdf([[f"One more page of {exhibit}."]])
    )
    data = json.loads((case / "case.json").read_text())
    row = next(one for one in data["exhibits"] if one["id"] == exhibit)
    row["files"] = (
        [f"evidence/more-{exhibit}.pdf", *row["files"]]
        if first
        else [*row["files"], f"evidence/more-{exhibit}.pdf"]
    )
    data["request"]["basis"] = [
        "The child needs care [@letter, p. 3], as is shown [@new, p. 2; @scan]."
    ]
    factories.write_case(case, data)


def manifest(folder: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((folder / "child" / MANIFEST_FILE).read_text())
    return data


@pytest.fixture(scope="module")
def late(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case with a filed packet in filed/, and a supplement in build/: one more page, and a new
    exhibit."""
    case = Path(shutil.copytree(small, tmp_path_factory.mktemp("late") / "case"))
    (case / "build").rename(case / "filed")
    add(case, "new")
    lengthen(case, "letter")
    bundle(case, "--freeze", case / "filed", "--late", "in-place")
    return case


def test_every_filed_page_keeps_its_number_and_the_difference_is_what_was_added(late: Path) -> None:
    old, new = read_manifest(late / "filed/child"), read_manifest(late / "build/child")

    changes = compare(old, new)

    assert [str(change) for change in changes if change.kind != "changed"] == [
        "added   exhibit A (letter): page 7a",
        "added   exhibit A1 (new): page 7b",
        "added   exhibit A1 (new): pages 7c–7d",
    ]
    assert {change.part for change in changes if change.kind == "changed"} == {
        "cover-letter",
        "index",
    }  # no declaration
    assert "- Exhibit A1, Title of new: pages 7c–7d" in note(changes, new)
    assert new.frozen
    assert new.frozen.as_of == "2026-11-23"
    here = {entry.label: entry for entry in new.ledger}
    for entry in old.ledger:
        page = here[entry.label]
        assert (page.stamp and page.stamp.text) == (entry.stamp and entry.stamp.text)
        assert page.source == entry.source


def test_labels_stamps_bookmarks_index_and_citations_say_57a(late: Path) -> None:
    path = late / "build/child/bundle.pdf"
    labels = ["1", "2", "3", "4", "5", "6", "7", "7a", "7b", "7c", "7d", "8", "9", "10", "11", "12"]
    document = pdfium.PdfDocument(path)
    texts = [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]

    assert list(PdfReader(path).page_labels) == labels
    assert [document.get_page_label(n) for n in range(len(document))] == labels
    assert "Exhibit A · page 7a" in texts[7]
    assert "Exhibit A1 · 2 of 2 · page 7d" in texts[10]
    assert "Exhibit B · page 8 of 12" in texts[11]
    assert "(Ex. A at 7a)" in texts[0] + texts[1]
    assert "Ex. A1 at 7d" in texts[0] + texts[1]
    assert "6–7a" in texts[2]
    assert "takes the place of the one filed before" in texts[2]
    assert "Exhibit A1 – Title of new (7c–7d)" in {
        item["/Title"] for item in flat(PdfReader(path).outline)
    }
    review = (late / "build/child/review.html").read_text()
    assert "Page 7c: Exhibit A1, 1 of 2" in review
    assert ">7d" in review
    assert "Keeps the page numbers of the packet filed as of November 23, 2026" in review


def test_a_supplement_is_printed_without_what_was_filed(late: Path, tmp_path: Path) -> None:
    case = Path(shutil.copytree(late, tmp_path / "case"))

    said = json.loads(run("print", case / "build/child", "--supplement", "--json", "--jobs", 2))

    (package,) = said["packages"]
    assert (package["printed"], said["sheets"], said["dividers"]) == ("3, 7a–7d", 5, 1)
    document = pdfium.PdfDocument(case / "build/child/print/print.pdf")
    texts = [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
    assert [text.rpartition(" page ")[2] for text in texts] == ["3 of 12", "7a", "7b", "7c", "7d"]
    assert "not keep the page numbers of a filed packet" in run(
        "print", case / "filed/child", "--supplement", code=ExitCode.CASE_REJECTED
    )


def flat(items: Any) -> list[Any]:
    return [one for item in items for one in (flat(item) if isinstance(item, list) else [item])]


def test_the_proof_catches_a_number_or_a_filed_page_that_is_not_as_it_was(
    late: Path, tmp_path: Path
) -> None:
    case = Path(shutil.copytree(late, tmp_path / "case"))
    assert failed(proved(case)) == set()
    path = case / "build/child" / MANIFEST_FILE

    for change, caught in (
        (lambda data: data["frozen"]["pages"][6].update(content="0:1:0"), "frozen"),
        (
            lambda data: data["frozen"]["pages"][6].update(
                stamp="Exhibit A · 2 of 2 · page 7 of 13"
            ),
            "frozen",
        ),
        (lambda data: data["ledger"][7].update(label="8a"), "manifest"),
        (lambda data: data.update(frozen=None), "numbers"),
    ):
        data = manifest(late / "build")
        change(data)
        path.write_text(json.dumps(data))
        assert caught in failed(proved(case))


@pytest.fixture(scope="module")
def unlinked(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A supplement with late pages for a receiver that wants no links: the letter cites page 7a."""
    case = Path(shutil.copytree(small, tmp_path_factory.mktemp("unlinked") / "case"))
    name = own_profile(case, labels=True, outline=True, links="none")
    shutil.rmtree(case / "build")
    bundle(case, "--profile", name)
    (case / "build").rename(case / "filed")
    add(case, "new")
    lengthen(case, "letter")
    bundle(case, "--profile", name, "--freeze", case / "filed", "--late", "in-place")
    return case


def cite_another_page(pdf: Pdf, late: str, other: str, text: str) -> None:
    """Print another number in the letter's citation of a late page."""
    sign = next(n for n in range(len(late)) if late[n] != other[n])
    place = text.index(f" at {late}") + len(" at ") + sign
    replace_letter(pdf, 0, late[sign], other[sign], text[:place].count(late[sign]))


def letter(path: Path) -> str:
    document = pdfium.PdfDocument(path)
    text = document[0].get_textpage().get_text_bounded()
    document.close()
    return str(text)


@pytest.mark.parametrize(("late_page", "other"), [("7a", "8a"), ("7a", "7c"), ("7d", "7c")])
@pytest.mark.parametrize("where", ["bundle", "bundle and draft", "bundle of an older version"])
def test_an_altered_citation_of_a_late_page_is_caught_without_links(
    unlinked: Path, tmp_path: Path, where: str, late_page: str, other: str
) -> None:
    case = Path(shutil.copytree(unlinked, tmp_path / "case"))
    packet = case / "build/child"
    assert not manifest(case / "build")["linked"]
    text = letter(packet / "bundle.pdf")
    if where == "bundle and draft":
        draft = packet / "proof/drafts/cover-letter.pdf"
        with Pdf.open(draft, allow_overwriting_input=True) as pdf:
            between = [pdf.make_stream(b""), pdf.pages[0].Contents, pdf.make_stream(b"")]
            pdf.pages[0].Contents = Array(between)  # as a page of the bundle, whose stamp is last
            cite_another_page(pdf, late_page, other, text)
            pdf.save(draft)
    elif where == "bundle of an older version":
        as_older_version(packet)
    believe(case)
    assert not failed(proved(case)) - {"own-pages", "word-files"}  # the draft may be ahead

    rewrite(case, lambda pdf: cite_another_page(pdf, late_page, other, text))

    assert f" at {other}" in letter(packet / "bundle.pdf")
    caught = failed(proved(case))
    if where == "bundle":
        assert "own-pages" in caught
    elif where == "bundle and draft":
        assert "own-links" in caught
        assert "own-pages" not in caught
    else:  # that has nothing to compare with, but the exhibit that each page belongs to
        assert ("cites" in caught) == (late_page == "7a")


def as_older_version(packet: Path) -> None:
    """Take from a packet what versions before format 2 did not keep."""
    shutil.rmtree(packet / "proof")
    data = json.loads((packet / MANIFEST_FILE).read_text())
    data = {key: value for key, value in data.items() if key != "kept"} | {"format": 1}
    data["outputs"] = [one for one in data["outputs"] if not one["path"].startswith("proof/")]
    (packet / MANIFEST_FILE).write_text(json.dumps(data))


def test_a_supplement_to_a_supplement_in_several_files(late: Path, tmp_path: Path) -> None:
    case = Path(shutil.copytree(late, tmp_path / "case"))
    (case / "build").rename(case / "second")
    add(case, "newer", place=2)
    lengthen(case, "new", first=True)
    limit = (case / "second/child/bundle.pdf").stat().st_size * 6 // 10
    name = own_profile(
        case, max_bytes=limit, part_name="p_{first}-{last}.pdf", labels=True, outline=True
    )

    said = bundle(case, "--freeze", case / "second/child" / MANIFEST_FILE, "--profile", name)
    assert (
        "FREEZE.PROFILE  packet child\n    It was filed for another receiver (uscis-paper)" in said
    )

    old, new = read_manifest(case / "second/child"), read_manifest(case / "build/child")
    assert [str(one) for one in compare(old, new) if one.kind != "changed"] == [
        "added   exhibit A1 (new): page 7b1",
        "added   exhibit D (newer): page 13",
        "added   exhibit D (newer): pages 14–15",
    ]
    files = [volume.path for volume in new.volumes]
    assert len(files) > 1
    labels = [label for one in files for label in PdfReader(case / "build/child" / one).page_labels]
    assert labels[6:13] == ["7", "7a", "7b", "7b1", "7c", "7d", "8"]
    assert files[0].startswith("p_1-")
    assert files[-1].endswith("-15.pdf")
    assert failed(proved(case)) == set()


def test_a_letter_that_got_shorter_leaves_its_number_free_and_is_told(
    late: Path, tmp_path: Path
) -> None:
    case = Path(shutil.copytree(late, tmp_path / "case"))
    (case / "templates").mkdir()
    short = docx.Document()
    short.add_paragraph("To whom it may concern, about {{ beneficiary.name.full }}.")
    short.save(case / "templates/cover-letter.docx")

    said = bundle(case, "--freeze", case / "filed", "--late", "in-place")

    assert "FREEZE.OWN  cover-letter\n    Filed page 2 is no longer there" in said
    assert "PROFILE.LABEL  bundle.pdf, page 2\n    The page label skips a number" in said
    assert list(PdfReader(case / "build/child/bundle.pdf").page_labels)[:4] == ["1", "3", "4", "5"]
    assert failed(proved(case)) == set()


@pytest.mark.parametrize("how", ["changed", "left out"])
def test_a_filed_page_that_is_gone_stops_the_bundle_and_is_named(
    late: Path, tmp_path: Path, how: str
) -> None:
    case = Path(shutil.copytree(late, tmp_path / "case"))
    if how == "changed":
        (case / "evidence/letter.pdf").write_bytes(
            factories.text_pdf([["Another first page."], ["Another second page."]])
        )
    else:
        data = json.loads((case / "case.json").read_text())
        data["exhibits"][0]["files"][0] = {"path": "evidence/letter.pdf", "pages": "1"}
        data["request"]["basis"] = ["The child needs care."]
        factories.write_case(case, data)
    before = (case / "build/child" / MANIFEST_FILE).read_bytes()

    said = bundle(case, "--freeze", case / "filed", code=ExitCode.CASE_REJECTED)

    assert "FREEZE.GONE" in said
    assert ("pages 6, 7 are" if how == "changed" else "page 7 is") in said
    assert (case / "build/child" / MANIFEST_FILE).read_bytes() == before


def test_what_is_no_filed_packet_of_this_case_is_refused(late: Path, tmp_path: Path) -> None:
    case = Path(shutil.copytree(late, tmp_path / "case"))
    other = manifest(case / "filed") | {"packet": "somebody"}
    (tmp_path / "other.json").write_text(json.dumps(other))
    (tmp_path / "broken.json").write_text("[1]")
    data = manifest(case / "filed")
    data["ledger"][3]["label"] = "9"
    (tmp_path / "disorder.json").write_text(json.dumps(data))
    (tmp_path / "empty").mkdir()

    assert "FREEZE.CASE" in bundle(
        case, "--freeze", tmp_path / "other.json", code=ExitCode.CASE_REJECTED
    )
    assert "not the manifest of a packet" in bundle(
        case, "--freeze", tmp_path / "broken.json", code=ExitCode.CASE_REJECTED
    )
    assert "not the manifest of a packet" in bundle(
        case, "--freeze", tmp_path / "disorder.json", code=ExitCode.CASE_REJECTED
    )
    assert "there is no manifest" in bundle(
        case, "--freeze", tmp_path / "empty", code=ExitCode.CASE_REJECTED
    )
    for place in ("build", "build/child", "build/child/manifest.json"):
        assert "would be replaced" in bundle(
            case, "--freeze", case / place, code=ExitCode.OUTPUT_NOT_WRITTEN
        )


@pytest.mark.parametrize(
    "completed",
    [
        True,
        pytest.param(
            False, marks=pytest.mark.skipif(not BLANKS.is_dir(), reason="needs the corpus of forms")
        ),
    ],
)
def test_a_filed_form_stays_and_one_that_was_altered_stops_the_bundle(
    tmp_path: Path, completed: bool
) -> None:
    """A completed form is the client's file; of a blank, what was filled into it is held against
    what was filed."""
    name = "g-1650" if completed else "i-131"
    forms = [
        {"form": name, "path": f"forms/{name}.pdf", **({} if completed else {"completed": False})}
    ]
    case = factories.small_case(
        tmp_path / "case", {"forms": forms, **({"request": MAILED} if completed else {})}
    )
    (case / "forms").mkdir()
    blank = factories.form_pdf("Exemplar") if completed else (BLANKS / "i-131.pdf").read_bytes()
    (case / f"forms/{name}.pdf").write_bytes(blank)
    bundle(case)
    (case / "build").rename(case / "filed")
    add(case, "new")

    bundle(case, "--freeze", case / "filed")

    changes = compare(read_manifest(case / "filed/child"), read_manifest(case / "build/child"))
    assert {change.kind for change in changes} == {"added", "changed"}
    assert {change.part for change in changes if change.kind == "added"} == {
        "tab-new",
        "exhibit-new",
    }
    assert not any(change.part.startswith(name) for change in changes)
    if completed:
        (case / f"forms/{name}.pdf").write_bytes(factories.form_pdf("Another"))
    else:
        data = json.loads((case / "case.json").read_text())
        data["petitioner"]["address"]["street"] = "2 Sample Street"
        factories.write_case(case, data)
    said = bundle(case, "--freeze", case / "filed", code=ExitCode.CASE_REJECTED)
    assert f"FREEZE.GONE  forms/{name}.pdf" in said

"""proof: the pages of a Word file of the client are compared with the PDF it was printed to, which
the packet keeps."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docx
import pikepdf
import pytest
from fontTools.ttLib import TTFont
from pikepdf import Pdf

from assembler.model import Manifest, Proof
from assembler.model.manifest import MANIFEST_FILE, locate_kept_conversion
from assembler.runtime import programs
from assembler.runtime.manifest_reader import read_manifest
from tests import factories
from tests.conftest import AS_OF
from tests.support.building import warm_up
from tests.support.proofs import believe, proved
from tests.support.sharing import made_once

Change = Callable[[Pdf, Any], None]

CLINIC, PART = "evidence/clinic.docx", "evidence/part.docx"
DATED = {"source": "a test", "checked_on": "2026-11-23", "confidence": "A"}
_SHOWN = ("Tj", "TJ")


def letter(pages: int, size: tuple[int, int]) -> bytes:
    """A letter in Word with a link; a page has width and height in millimeters."""
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = (docx.shared.Mm(side) for side in size)
    document.add_heading("Letter of the clinic", 1)
    for number in range(1, pages + 1):
        if number > 1:
            document.add_page_break()
        document.add_paragraph(
            f"Sheet {number}: the clinic has treated the child since 2019, 4417 times, and asks "
            "for an operation that cannot be done at home."
        )
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def word_case(folder: Path, values: dict[str, Any], size: tuple[int, int]) -> Path:
    """A case with a Word file that is used whole, and one of which two pages are used."""
    files: dict[str, Any] = {"clinic": CLINIC, "part": {"path": PART, "pages": "2-3"}}
    exhibits = [
        {"id": key, "title": key.title(), "category": "medical", "files": [file]}
        for key, file in files.items()
    ]
    factories.small_case(folder, {"exhibits": [*factories.CASE["exhibits"], *exhibits]})
    (folder / CLINIC).write_bytes(letter(2, size))
    (folder / PART).write_bytes(letter(3, size))
    (folder / "profiles").mkdir()
    dated = {key: {"value": value, **DATED} for key, value in values.items()}
    raw = {"id": "own", "title": "A receiver", "values": dated}
    (folder / "profiles/own.json").write_text(json.dumps(raw), encoding="utf8")
    return folder


def bundle(case: Path, *, office: bool = True) -> None:
    """Bundle a case in a process of its own; without LibreOffice where that should not be found."""
    command = [sys.executable, "-m", "assembler", "bundle", str(case), "--profile", "own"]
    path = os.environ["PATH"] if office else str(case / "no-programs")
    result = subprocess.run(
        [*command, "--as-of", AS_OF.isoformat(), "--jobs", "2"],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr


LETTER, A4 = (216, 279), (210, 297)
KINDS: dict[str, tuple[bool, dict[str, Any], tuple[int, int]]] = {
    "embedded": (False, {}, LETTER),
    "office": (True, {}, LETTER),
    "placed-gray": (False, {"paper": "letter", "color": "gray"}, A4),
    "volumes": (False, {"max_bytes": 150_000, "part_name": "bundle_Part{n}.pdf"}, LETTER),
}


def finish(kind: str) -> Path:
    """A finished packet of this kind, made once in a test run."""
    office, values, size = KINDS[kind]

    def make(folder: Path) -> None:
        case = word_case(folder / "case", values, size)
        warm_up(case)
        bundle(case, office=office)

    return made_once(f"word-{kind}", make) / "case"


@pytest.fixture(scope="module", params=list(KINDS))
def finished(request: pytest.FixtureRequest) -> Path:
    """A finished packet; tests must copy it before they change it."""
    if KINDS[request.param][0] and not programs.find("soffice"):
        pytest.skip("LibreOffice is not installed")
    return finish(request.param)


@pytest.fixture
def copied(finished: Path, tmp_path: Path) -> Path:
    """A copy of a finished packet, free to change."""
    return Path(shutil.copytree(finished, tmp_path / "case"))


def manifest_of(case: Path) -> Manifest:
    return read_manifest(case / "build/child")


def change_pages(case: Path, changes: dict[tuple[str, int], Change]) -> dict[str, list[int]]:
    """Change pages of Word files (path, page), and let the manifest believe in it; return the
    numbers of the changed pages by exhibit."""
    manifest = manifest_of(case)
    numbers: dict[str, list[int]] = {}
    for entry in manifest.ledger:
        source = entry.source
        change = changes.get((source.path, source.page)) if source else None
        if change is None:
            continue
        volume = next(part for part in manifest.volumes if part.first <= entry.number <= part.last)
        file = case / "build/child" / volume.path
        with Pdf.open(file, allow_overwriting_input=True) as pdf:
            change(pdf, pdf.pages[entry.number - volume.first])
            pdf.save(file, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        numbers.setdefault(entry.exhibit, []).append(entry.number)
    believe(case)
    return numbers


def paint_dot(pdf: Pdf, page: Any) -> None:
    page.contents_add(b"q 0 0 0 rg 300 300 1.2 1.2 re f Q\n", prepend=True)


def streams(page: Any) -> Iterator[Any]:
    """The content of a page, and of the forms that it draws."""
    yield page
    waiting = [page.get("/Resources")]
    while waiting:
        for item in ((waiting.pop() or {}).get("/XObject") or {}).values():
            if item.get("/Subtype") == "/Form":
                yield item
                waiting.append(item.get("/Resources"))


def move_word(pdf: Pdf, page: Any) -> None:
    """Raise the first words of the page by half a point."""
    for stream in streams(page):
        operations = list(pikepdf.parse_content_stream(stream))
        names = [str(operation.operator) for operation in operations]
        place = next((n for n, name in enumerate(names) if name in _SHOWN), None)
        if place is None:
            continue
        rise = pikepdf.ContentStreamInstruction([0.5], pikepdf.Operator("Ts"))
        data = pikepdf.unparse_content_stream([*operations[:place], rise, *operations[place:]])
        if stream is page:
            page.Contents = pdf.make_stream(data)
        else:
            stream.write(data)
        return
    raise AssertionError("the page has no words")


def fonts(page: Any) -> Iterator[Any]:
    for stream in streams(page):
        resources = stream.get("/Resources") or {}
        for font in (resources.get("/Font") or {}).values():
            yield font["/DescendantFonts"][0] if "/DescendantFonts" in font else font


def swap_glyphs(_pdf: Pdf, page: Any) -> None:
    """Let two letters of each font of the page change places; codes and text stay."""
    count = 0
    for font in fonts(page):
        program = (font.get("/FontDescriptor") or {}).get("/FontFile2")
        if program is None:
            continue
        tables = TTFont(io.BytesIO(program.read_bytes()), recalcTimestamp=False)
        glyphs = tables["glyf"].glyphs
        drawn = [n for n in tables.getGlyphOrder()[1:] if tables["glyf"][n].numberOfContours > 0]
        glyphs[drawn[1]], glyphs[drawn[2]] = glyphs[drawn[2]], glyphs[drawn[1]]
        out = io.BytesIO()
        tables.save(out)
        program.write(out.getvalue())
        count += 1
    assert count


def of_exhibit(proof: Proof, exhibit: str, name: str) -> str:
    return next(
        check.detail for check in proof.checks if (check.exhibit, check.name) == (exhibit, name)
    )


def test_a_packet_keeps_what_each_word_file_was_printed_to(finished: Path) -> None:
    build, manifest = finished / "build/child", manifest_of(finished)

    assert set(manifest.conversions) == {CLINIC, PART}
    outputs = {file.path for file in manifest.outputs}
    for path, pages in ((CLINIC, 2), (PART, 3)):
        kept = manifest.conversions[path]
        assert kept in outputs
        with Pdf.open(build / kept) as pdf:
            assert len(pdf.pages) == pages


def test_pages_of_a_word_file_are_compared_and_nothing_is_left_unchecked(finished: Path) -> None:
    proof = proved(finished)

    assert proof.ok
    assert not [line for line in proof.not_checked if ".docx" in line]
    for exhibit in ("clinic", "part"):
        said = "2 of 2 pages look like their source (2 of them as a Word file was printed)"
        assert of_exhibit(proof, exhibit, "pixels") == said
    whole = f"every word, sign and picture of {CLINIC} is on its 2 pages"
    assert of_exhibit(proof, "clinic", "word-file") == whole
    part = f"every word, sign and picture of {PART} is on the pages that it was printed to"
    assert of_exhibit(proof, "part", "word-file") == part


def test_what_was_changed_on_pages_of_word_files_is_seen(copied: Path) -> None:
    numbers = change_pages(
        copied,
        {(CLINIC, 1): paint_dot, (CLINIC, 2): move_word, (PART, 3): swap_glyphs},
    )

    proof = proved(copied)

    assert len(numbers["clinic"]) == 2
    dotted, moved = numbers["clinic"]
    assert "0 of 2 pages look like their source" in of_exhibit(proof, "clinic", "pixels")
    assert f"; not page {dotted}, {moved}: " in of_exhibit(proof, "clinic", "pixels")
    assert f"{numbers['part'][0]}: " in of_exhibit(proof, "part", "pixels")
    assert "has a font that reads or draws letters in another way" in "".join(
        check.detail for check in proof.checks if (check.exhibit, check.ok) == ("part", False)
    )


def test_a_kept_pdf_cannot_be_replaced_alone(copied: Path) -> None:
    build = copied / "build/child"
    numbers = change_pages(copied, {(CLINIC, 1): paint_dot})
    kept = manifest_of(copied).conversions[CLINIC]
    with Pdf.open(build / kept, allow_overwriting_input=True) as pdf:
        paint_dot(pdf, pdf.pages[0])
        pdf.save()

    proof = proved(copied)

    assert numbers
    wrong = next(check.detail for check in proof.checks if check.name == "outputs")
    assert wrong == f"changed or missing: {kept}"


def test_pages_that_an_earlier_run_proved_are_compared_again_if_what_was_kept_is_another(
    copied: Path,
) -> None:
    build = copied / "build/child"
    assert (proved(copied, remember=True).drawn, proved(copied, remember=True).ok) == (0, True)
    with Pdf.open(
        build / manifest_of(copied).conversions[CLINIC], allow_overwriting_input=True
    ) as pdf:
        paint_dot(pdf, pdf.pages[0])
        pdf.save()
    believe(copied)

    proof = proved(copied, remember=True)

    assert "not page" in of_exhibit(proof, "clinic", "pixels")
    assert "not page" not in of_exhibit(proof, "part", "pixels")


# --- manifests ---


@pytest.fixture(scope="module")
def embedded() -> Path:
    """A finished packet of the first kind; tests must copy it before they change it."""
    return finish("embedded")


@pytest.fixture
def written(embedded: Path, tmp_path: Path) -> Path:
    """A copy of the packet, free to change."""
    return Path(shutil.copytree(embedded, tmp_path / "case"))


def change_manifest(case: Path, change: Callable[[Any], None]) -> None:
    path = case / "build/child" / MANIFEST_FILE
    data = json.loads(path.read_text(encoding="utf8"))
    change(data)
    path.write_text(json.dumps(data), encoding="utf8")


def test_a_packet_that_was_built_before_says_what_was_not_compared(written: Path) -> None:
    kept = set(manifest_of(written).conversions.values())

    def as_before(data: Any) -> None:
        data["format"] = 2
        del data["kept"]["conversions"]
        data["outputs"] = [file for file in data["outputs"] if file["path"] not in kept]

    change_manifest(written, as_before)
    shutil.rmtree(written / "build/child/proof/word")

    proof = proved(written)

    assert proof.ok
    why = "it is a Word file, which has no pages of its own"
    for path in (CLINIC, PART):
        assert f"whether the pages of {path} look like it: {why}" in proof.not_checked
        assert f"whether {path} has all of its links in the bundle" in proof.not_checked


def lose_one(data: Any) -> None:
    del data["kept"]["conversions"][0]


def lose_all(data: Any) -> None:
    del data["kept"]["conversions"]


def repeat(data: Any) -> None:
    data["kept"]["conversions"] *= 2


def point_at_the_bundle(data: Any) -> None:
    data["kept"]["conversions"][0]["pdf"] = "bundle.pdf"


def point_at_another(data: Any) -> None:
    rows = data["kept"]["conversions"]
    rows[0]["pdf"] = rows[1]["pdf"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lose_one, f"the pages that {CLINIC} was printed to are not kept"),
        (lose_all, "manifest.json /kept: conversions is missing"),
        (repeat, "/kept/conversions: one of them is there twice"),
        (point_at_the_bundle, "/kept/conversions/0: it is not that of one of the client's files"),
        (point_at_another, "/kept/conversions/0: it is not that of one of the client's files"),
    ],
    ids=["one lost", "all lost", "twice", "bundle", "another"],
)
def test_a_manifest_cannot_name_other_pages_than_those_kept(
    written: Path, change: Callable[[Any], None], says: str
) -> None:
    change_manifest(written, change)

    proof = proved(written)

    assert any(says in check.detail for check in proof.checks if not check.ok)


def test_what_was_kept_of_a_word_file_stands_for_no_other_file(written: Path) -> None:
    """A PDF of the client is compared with itself, whatever the manifest keeps of it."""
    manifest = manifest_of(written)
    source = next(
        entry.source for entry in manifest.ledger if entry.source and entry.kind == "exhibit"
    )
    pdf = locate_kept_conversion(source.sha256)
    forged = written / "build/child" / pdf
    shutil.copyfile(written / "build/child" / manifest.conversions[CLINIC], forged)

    def keep_more(data: Any) -> None:
        data["kept"]["conversions"].append({"path": source.path, "pdf": pdf})
        data["outputs"].append({"path": pdf, "size": 0, "sha256": "0" * 64})

    change_manifest(written, keep_more)
    believe(written)

    proof = proved(written)

    of_file = [check for check in proof.checks if check.name == "pixels"]
    assert all(check.ok for check in of_file)
    assert any(
        check.name == "printed-file" and check.detail == f"{source.path}: its words cannot be read"
        for check in proof.checks
        if not check.ok
    )

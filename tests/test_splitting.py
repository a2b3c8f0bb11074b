"""splitting: no page lost, order kept, every file under the limit; links, labels, bookmarks true
across files."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Name, Pdf
from pypdf import PdfReader

from assembler import receivers
from assembler.bundle import BundleStyle, bind
from assembler.errors import CaseRejected
from assembler.layout.volume_split import TooLarge, split_pages
from assembler.model import Volume
from assembler.model.manifest import MANIFEST_FILE
from assembler.proof import prove
from assembler.proof import volume_check as volumes
from assembler.runtime.resources import Shelf, stamp_font
from assembler.runtime.workshop import Workshop
from tests import factories
from tests.support import manifests
from tests.support.binding import bound, page_of
from tests.support.profiles import build, own_profile
from tests.support.proofs import believe

SIZES = st.lists(st.lists(st.integers(1, 60), min_size=1, max_size=8), max_size=12)


@settings(deadline=None, max_examples=200)
@given(SIZES, st.integers(1, 100))
def test_every_page_is_in_one_part_in_order_under_the_limit_or_the_page_is_named(
    runs: list[list[int]], limit: int
) -> None:
    sizes = [size for run in runs for size in run]
    try:
        spans = split_pages(runs, limit)
    except TooLarge as error:
        assert sizes[error.page - 1] > limit
        assert all(size <= limit for size in sizes[: error.page - 1])
        return
    assert max(sizes, default=0) <= limit
    assert [page for first, last in spans for page in range(first, last + 1)] == list(
        range(1, len(sizes) + 1)
    )
    assert all(sum(sizes[first - 1 : last]) <= limit for first, last in spans)


@settings(deadline=None, max_examples=200)
@given(SIZES, st.integers(60, 200))
def test_a_run_is_cut_only_if_it_is_above_the_limit_by_itself(
    runs: list[list[int]], limit: int
) -> None:
    starts = {first for first, _ in split_pages(runs, limit)}
    page = 0
    for run in runs:
        within = set(range(page + 2, page + len(run) + 1))
        assert not (within & starts) or sum(run) > limit
        page += len(run)


def limit_for(case: Path, share: float) -> int:
    return max(10_000, int((case / "build/child/bundle.pdf").stat().st_size * share))


@pytest.fixture(scope="module")
def parts(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small case in several files."""
    case = Path(shutil.copytree(small, tmp_path_factory.mktemp("parts") / "case"))
    name = own_profile(
        case,
        max_bytes=limit_for(case, 0.6),
        part_name="bundle_Part{n}.pdf",
        labels=True,
        outline=True,
    )
    assert len(build(case, name).files) > 1
    return case


def manifest(case: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((case / "build/child" / MANIFEST_FILE).read_text())
    return data


def proved(case: Path) -> set[str]:
    with Workshop(case / ".verify", jobs=2, temporary=True) as shop:
        return {
            check.name for check in prove(case / "build/child", case, shop).checks if not check.ok
        }


def test_files_are_below_the_limit_and_hold_every_page_once(parts: Path) -> None:
    data = manifest(parts)
    folder = parts / "build/child"

    assert sorted(path.name for path in folder.glob("*.pdf")) == [
        one["path"] for one in data["volumes"]
    ]
    assert all(
        (folder / one["path"]).stat().st_size <= data["max_bytes"] for one in data["volumes"]
    )
    readers = [PdfReader(folder / one["path"]) for one in data["volumes"]]
    assert sum(len(reader.pages) for reader in readers) == len(data["ledger"])
    labels = [label for reader in readers for label in reader.page_labels]
    assert labels == [str(number) for number in range(1, len(data["ledger"]) + 1)]
    sheets = {entry["number"] for entry in data["ledger"] if entry["kind"] == "tab"}
    own_starts = {one["first"] for one in data["volumes"][1:]}
    assert own_starts <= sheets


def test_links_to_another_file_name_it_and_its_page(parts: Path) -> None:
    data = manifest(parts)
    folder = parts / "build/child"
    homes = {one["path"]: one for one in data["volumes"]}
    rows = {row["first"] for row in data["index"]}

    found = set()
    with Pdf.open(folder / data["volumes"][0]["path"]) as pdf:
        for page in pdf.pages:
            for note in page.get(Name.Annots, ()):
                action = note.get(Name.A)
                if action is not None and Name.GoToR == action.S:
                    found.add(homes[str(action.F)]["first"] + int(action.D[0]))
    assert found
    assert found & rows == {row for row in rows if row > data["volumes"][0]["last"]}


def index_text(case: Path) -> str:
    data = manifest(case)
    pages = [entry["number"] for entry in data["ledger"] if entry["part"] == "index"]
    readers = [PdfReader(case / "build/child" / one["path"]) for one in data["volumes"]]
    every = [page for reader in readers for page in reader.pages]
    return " ".join(" ".join(every[number - 1].extract_text().split()) for number in pages)


def test_the_index_names_the_files_with_their_pages(parts: Path) -> None:
    printed = index_text(parts)

    for number, one in enumerate(manifest(parts)["volumes"], 1):
        span = f"{one['first']}–{one['last']}" if one["first"] < one["last"] else str(one["first"])
        assert f"{number} {one['path']} {span}" in printed


def test_an_index_that_names_files_wrongly_is_caught() -> None:
    files = [Volume(path="a_1.pdf", first=1, last=2), Volume(path="a_2.pdf", first=3, last=4)]
    entries = (manifests.entry(1, part="index"), manifests.entry(2, part="letter"))
    packet = manifests.manifest(ledger=entries)

    def said(text: str, parts: list[Volume] = files) -> list[bool]:
        return [
            check.ok
            for check in volumes.check_file_index(packet, parts, [(1, text), (2, "a_1.pdf")])
        ]

    assert said("1 a_1.pdf 1–2, 2 a_2.pdf") == [True]
    assert said("1 a_2.pdf 1–2, 2 a_1.pdf") == [False]
    assert said("1 a_2.pdf") == [False]
    assert said("names none") == []
    assert said("a_1.pdf", files[:1]) == []


def test_the_proof_and_the_linter_hold_over_the_files(parts: Path) -> None:
    assert proved(parts) == set()
    with Workshop(parts / ".verify", jobs=1, temporary=True) as shop:
        profile = receivers.load_profile(Shelf.default(), "tiny", parts)
        assert receivers.lint_build(parts / "build/child", profile, shop) == ()


def test_the_same_bytes_again(parts: Path, tmp_path: Path) -> None:
    again = Path(shutil.copytree(parts, tmp_path / "case"))
    before = {
        path.name: path.read_bytes() for path in (again / "build/child").glob("*") if path.is_file()
    }
    build(again, "tiny")

    assert {
        path.name: path.read_bytes() for path in (again / "build/child").glob("*") if path.is_file()
    } == before


def edit(case: Path, part: int, change: Any) -> None:
    path = case / "build/child" / manifest(case)["volumes"][part]["path"]
    with Pdf.open(path, allow_overwriting_input=True) as pdf:
        change(pdf)
        pdf.save(path)
    believe(case)


def wrong_page(pdf: Pdf) -> None:
    action = next(
        note.A
        for page in pdf.pages
        for note in page.get(Name.Annots, ())
        if Name.A in note and Name.GoToR == note.A.S
    )
    action.D[0] = int(action.D[0]) + 1


def wrong_file(pdf: Pdf) -> None:
    for page in pdf.pages:
        for note in page.get(Name.Annots, ()):
            if Name.A in note and Name.GoToR == note.A.S:
                note.A.F = "other.pdf"


def relabel(pdf: Pdf) -> None:
    pdf.Root.PageLabels.Nums[1].St = 1


def unmark(pdf: Pdf) -> None:
    with pdf.open_outline() as outline:
        del outline.root[0]


@pytest.mark.parametrize(
    ("change", "part", "caught"),
    [
        (lambda pdf: pdf.pages.__delitem__(-1), 0, "count"),
        (wrong_page, 0, "cites"),
        (wrong_file, 0, "links"),
        (relabel, 1, "label"),
        (unmark, 1, "bookmark"),
    ],
)
def test_each_way_of_breaking_a_file_is_caught(
    parts: Path, tmp_path: Path, change: Any, part: int, caught: str
) -> None:
    case = Path(shutil.copytree(parts, tmp_path / "case"))
    edit(case, part, change)

    assert caught in proved(case)


def test_files_swapped_missing_or_beside_are_caught(parts: Path, tmp_path: Path) -> None:
    case = Path(shutil.copytree(parts, tmp_path / "case"))
    folder, names = case / "build/child", [one["path"] for one in manifest(case)["volumes"]]
    (folder / "stray.pdf").write_bytes((folder / names[0]).read_bytes())
    believe(case)
    assert proved(case) == {"volumes"}

    first, second = (folder / name for name in names[:2])
    first_bytes = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(first_bytes)
    believe(case)
    assert {"stamp", "label"} <= proved(case)

    second.unlink()
    assert "files" in proved(case)


def test_a_page_above_the_limit_is_refused_and_named(copy: Path) -> None:
    (copy / "evidence/scan.pdf").write_bytes(factories.scan_pdf([["noise"]], dpi=100, noise=40))
    before = (copy / "build/child" / MANIFEST_FILE).read_bytes()

    with pytest.raises(CaseRejected, match=r"PROFILE.PAGE exhibit .*, page 1"):
        build(copy, own_profile(copy, max_bytes=40_000))
    assert (copy / "build/child" / MANIFEST_FILE).read_bytes() == before
    assert sorted(path.name for path in (copy / "build").iterdir()) == ["child"]


def test_an_exhibit_above_the_limit_is_cut_inside_and_named_again(copy: Path) -> None:
    (copy / "evidence/scan.pdf").write_bytes(
        factories.scan_pdf([[f"Page {n}", *factories.LINES] for n in range(4)], dpi=150, noise=8)
    )
    one = (copy / "evidence/scan.pdf").stat().st_size // 4
    build(
        copy,
        own_profile(copy, max_bytes=max(limit_for(copy, 0.5), one * 2), outline=True, labels=True),
    )
    data, folder = manifest(copy), copy / "build/child"

    inside = {entry["number"] for entry in data["ledger"] if entry["exhibit_page"] > 1}
    cut = [one for one in data["volumes"] if one["first"] in inside]
    assert cut
    for volume in cut:
        with Pdf.open(folder / volume["path"]) as pdf, pdf.open_outline() as outline:
            titles = [item.title for root in outline.root for item in (root, *root.children)]
        assert any(title.endswith(", continued") for title in titles)
    assert proved(copy) == set()


@pytest.mark.parametrize("name", ["chapter", ""])
def test_a_link_within_evidence_follows_to_the_other_file(tmp_path: Path, name: str) -> None:
    evidence = factories.linked_pdf(name) if name else direct(factories.linked_pdf())
    _, layout, _ = bound(tmp_path, [evidence, factories.text_pdf()])
    names = sorted({leaf.document for leaf in layout.leaves})
    documents = {name: tmp_path / f"{number}.pdf" for number, name in enumerate(names)}
    page = page_of(layout, "e0", 1)
    volumes = (
        Volume(path="one.pdf", first=1, last=page),
        Volume(path="two.pdf", first=page + 1, last=len(layout.leaves)),
    )
    for volume in volumes:
        bind(
            layout,
            documents,
            tmp_path / volume.path,
            BundleStyle(font=stamp_font()),
            volume=volume,
            volumes=volumes,
        )

    with Pdf.open(tmp_path / "one.pdf") as pdf:
        (note,) = pdf.pages[-1].Annots
        assert (note.A.S, note.A.F, note.A.D[0]) == (Name.GoToR, "two.pdf", 0)
        assert Name.Dest not in note


def direct(data: bytes) -> bytes:
    """The same link by a page, not by a name."""
    with Pdf.open(io.BytesIO(data)) as pdf:
        (note,) = [note for page in pdf.pages for note in page.get(Name.Annots, ())]
        for key in (Name.A, Name.Dest):
            if key in note:
                del note[key]
        note.Dest = Array([pdf.pages[1].obj, Name.Fit])
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()

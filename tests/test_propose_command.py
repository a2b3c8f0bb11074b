"""propose, confirm, init --from: exhibits are added to case.json, nothing else of it changes."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfgen import canvas

from assembler.intake.json_removal import remove_members
from assembler.intake.json_text import parse_json
from assembler.intake.proposals import Proposals
from assembler.pipeline import propose_exhibits
from tests.support.commands import run, snapshot
from tests.support.recordings import make_opus

DAY = ["--as-of", "2026-11-28"]
STATEMENT = (
    "Harbor Credit Union",
    "Account Statement",
    "Statement period: August 1, 2026 to August 31, 2026",
    "Statement date: September 2, 2026",
    "Opening balance 4,100.00 Deposits 2,000.00 Withdrawals 900.00 Closing balance 5,200.00",
)
POLICE = (
    "Policia Nacional",
    "Denuncia",
    "El denunciante declara que fue amenazado por dos hombres en la calle y que no los conoce",
    "Fecha: 5 de junio de 2026",
    "El agente que toma la denuncia firma para constancia de los hechos y de las amenazas",
)
CASE = """{
  "id":   "odd-spaces",
  "kind": "parole", "reasons": [ "other" ],
  "petitioner": {"id": "host", "name": {"given": "Harold", "family": "Winterbottom"}},
  "beneficiaries": [],\t"attorney": null%s
}
"""


def text_pages(*pages: tuple[str, ...]) -> bytes:
    """A PDF with these lines on its pages."""
    out = io.BytesIO()
    drawn = canvas.Canvas(out, pagesize=(612, 792), invariant=1)
    for lines in pages:
        for n, line in enumerate(lines):
            drawn.drawString(72, 720 - 20 * n, line)
        drawn.showPage()
    drawn.save()
    return out.getvalue()


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    (folder / "evidence").mkdir(parents=True)
    (folder / "case.json").write_text(CASE % "", encoding="utf8")
    (folder / "evidence/scan_1.pdf").write_bytes(text_pages(STATEMENT, POLICE))
    return folder


def exhibits(folder: Path) -> list[dict[str, object]]:
    return json.loads((folder / "case.json").read_text(encoding="utf8"))["exhibits"]


def test_a_case_without_exhibits_gets_those_of_its_files_and_keeps_its_text(case: Path) -> None:
    before = (case / "case.json").read_text(encoding="utf8")

    code, out, err = run("propose", case, *DAY)

    assert code == 0, err
    bank, police = exhibits(case)
    assert (bank["category"], bank["date"], bank["files"]) == (
        "bank",
        "2026-09-02",
        [{"path": "evidence/scan_1.pdf", "pages": "1"}],
    )
    assert (police["category"], police["language"]) == ("police", "es")
    assert set(bank["unconfirmed"]) >= {"title", "category", "files", "date"}
    after = (case / "case.json").read_text(encoding="utf8")
    assert after.startswith(before.rstrip().removesuffix("}").rstrip())
    assert "2 exhibits added" in out


def test_exhibits_that_are_there_stay_and_their_files_are_not_proposed_again(case: Path) -> None:
    listed = (
        ', "exhibits": [ {"id":"mine", "title": "Mine",  "category":"other", '
        '"files":["evidence/a.pdf"]} ]'
    )
    (case / "case.json").write_text(CASE % listed, encoding="utf8")
    (case / "evidence/a.pdf").write_bytes(text_pages(("Anything",)))

    assert run("propose", case, *DAY)[0] == 0

    assert listed.rstrip(" ]") in (case / "case.json").read_text(encoding="utf8")
    assert exhibits(case)[0]["id"] == "mine"
    assert len(exhibits(case)) == 3
    assert run("propose", case, *DAY)[1].strip().endswith("no exhibit to propose")


def test_what_another_run_has_added_meanwhile_is_not_added_twice(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = propose_exhibits.add_exhibits

    def add_twice(folder: Path, proposals: Proposals) -> tuple[str, ...]:
        add(folder, proposals)  # of a run that read case.json at the same time
        return add(folder, proposals)

    monkeypatch.setattr(propose_exhibits, "add_exhibits", add_twice)
    code, _, err = run("propose", case, *DAY)
    assert code == 8
    assert "it was changed meanwhile; run the same command again" in err
    assert len(exhibits(case)) == 2


def test_a_fact_that_was_typed_meanwhile_stays_beside_what_is_proposed(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = propose_exhibits.add_exhibits

    def type_and_add(folder: Path, proposals: Proposals) -> tuple[str, ...]:
        path = folder / "case.json"
        path.write_text(path.read_text().replace("Harold", "Harriet"), encoding="utf8")
        return add(folder, proposals)

    monkeypatch.setattr(propose_exhibits, "add_exhibits", type_and_add)
    assert run("propose", case, *DAY)[0] == 0
    assert len(exhibits(case)) == 2
    assert "Harriet" in (case / "case.json").read_text(encoding="utf8")


def test_a_printed_file_is_one_exhibit_however_many_pages_it_has(case: Path) -> None:
    letters = "".join(
        f"Dear Sir or Madam,\nletter {number}\nSincerely,\nA. Sample\n" + "\n" * 20
        for number in range(1, 9)
    )
    (case / "evidence/notes.txt").write_text(letters, encoding="utf8")

    code, _, err = run("propose", str(case))

    assert code == 0, err
    listed = [exhibit["files"] for exhibit in exhibits(case)]
    assert [files for files in listed if "notes.txt" in str(files)] == [["evidence/notes.txt"]]


def test_a_recording_is_proposed_without_a_guess_and_asks_for_its_transcript(case: Path) -> None:
    (case / "evidence/call.opus").write_bytes(make_opus())

    code, out, _ = run("propose", case, *DAY)

    assert code == 0
    (recording,) = [row for row in exhibits(case) if row["files"] == ["evidence/call.opus"]]
    assert (recording["title"], recording["category"]) == ("Sound recording", "other")
    assert out.count("  EVID.TRANSCRIPT  ") == 1


def test_a_dry_run_prints_a_table_and_writes_nothing(case: Path) -> None:
    before = snapshot(case)

    code, out, _ = run("propose", case, "--dry-run", *DAY)

    assert code == 0
    assert "police" in out
    assert "scan_1.pdf p. 2" in out
    after = snapshot(case)
    assert {
        name: data for name, data in after.items() if not name.startswith(".assembler")
    } == before


def test_json_names_confidences_and_places(case: Path) -> None:
    code, out, _ = run("propose", case, "--dry-run", "--json", *DAY)

    assert code == 0
    rows = json.loads(out)
    first = rows["exhibits"][0]
    assert first["category"]["value"] == "bank"
    assert 0 < first["category"]["confidence"] <= 1
    assert first["category"]["because"][0]["path"] == "evidence/scan_1.pdf"
    assert rows["left_out"] == []


def test_the_pages_are_prepared_once(case: Path) -> None:
    """A second run, and the bundle, find what was prepared in the cache."""
    run("propose", case, "--dry-run", *DAY)
    before = set((case / ".assembler/cache").rglob("*.pdf"))

    run("propose", case, *DAY)

    assert set((case / ".assembler/cache").rglob("*.pdf")) == before


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_proposed(case: Path) -> None:
    (case / "evidence/broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    (case / "evidence/empty.pdf").write_bytes(b"")

    code, out, _ = run("propose", case, *DAY)

    assert code == 0
    assert "broken.pdf" in out
    assert "EVID.EMPTY" in out
    assert len(exhibits(case)) == 2


def test_confirm_removes_the_list_and_nothing_else(case: Path) -> None:
    run("propose", case, *DAY)
    before = exhibits(case)

    code, out, _ = run("confirm", case, before[0]["id"])

    assert (code, "1 exhibit confirmed" in out) == (0, True)
    after = exhibits(case)
    assert after[0] == {key: value for key, value in before[0].items() if key != "unconfirmed"}
    assert after[1] == before[1]
    assert run("confirm", case, "--all")[0] == 0
    assert not any("unconfirmed" in one for one in exhibits(case))


def test_confirm_refuses_an_id_that_is_not_there(case: Path) -> None:
    run("propose", case, *DAY)

    code, _, err = run("confirm", case, "bnak")

    assert code != 0
    assert "did you mean bank?" in err


def test_init_from_a_folder_copies_and_proposes(case: Path, tmp_path: Path) -> None:
    source = tmp_path / "desktop"
    shutil.copytree(case / "evidence", source / "more")
    (source / "Thumbs.db").write_bytes(b"x")
    (source / "link.pdf").symlink_to(source / "more/scan_1.pdf")
    before = snapshot(source)
    folder = tmp_path / "new"

    code, _, err = run("init", folder, "--reason", "other", "--from", source, *DAY)

    assert code == 0, err
    assert snapshot(source) == before
    assert [path.name for path in (folder / "evidence").rglob("*.pdf")] == ["scan_1.pdf"]
    assert len(exhibits(folder)) == 2


def test_init_from_a_folder_overwrites_nothing(case: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    (folder / "evidence").mkdir(parents=True)
    (folder / "evidence/scan_1.pdf").write_bytes(b"mine")

    code, _, err = run("init", folder, "--reason", "other", "--from", case / "evidence", *DAY)

    assert code != 0
    assert "exists" in err
    assert (folder / "evidence/scan_1.pdf").read_bytes() == b"mine"
    assert not (folder / "case.json").exists()


def test_strict_refuses_what_nobody_has_confirmed(tmp_path: Path) -> None:
    sample = tmp_path / "sample"
    shutil.copytree(Path("samples/other"), sample)
    raw = json.loads((sample / "case.json").read_text(encoding="utf8"))
    raw["exhibits"][0]["unconfirmed"] = ["date"]
    (sample / "case.json").write_text(json.dumps(raw), encoding="utf8")

    code, out, _ = run("validate", sample, "--strict", *DAY)

    assert code != 0
    assert "CASE.UNCONFIRMED" in out


@given(
    st.dictionaries(
        st.sampled_from("abcd"), st.integers(-9999, 9999) | st.text(max_size=5), max_size=4
    ),
    st.sampled_from("abcd"),
    st.sampled_from([None, 1, "\t"]),
)
def test_removing_a_member_leaves_the_others(
    members: dict[str, object], key: str, indent: object
) -> None:
    text = json.dumps({"x": members, "y": ['{"a": 1}']}, indent=indent)  # type: ignore[arg-type]

    new = remove_members(text, [f"/x/{key}"])

    assert parse_json(new)[0] == {
        "x": {name: value for name, value in members.items() if name != key},
        "y": ['{"a": 1}'],
    }

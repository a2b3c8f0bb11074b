"""The whole way, as a person runs it: commands, exit codes, what is left behind, killed at the
worst moment."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import docx
import pikepdf
import pypdf
import pypdfium2 as pdfium
import pytest

from assembler.cli import main
from assembler.errors import ExitCode
from assembler.model.manifest import MANIFEST_FILE
from tests import factories
from tests.conftest import build, unseal
from tests.factories import CASE, SUPPORTS
from tests.processes import started
from tests.support.commands import BLANKS, DAY, MAILED, ROOT, run, snapshot

README = (ROOT / "README.md").read_text(encoding="utf8")


def texts(bundle: Path) -> list[str]:
    document = pdfium.PdfDocument(bundle)
    found = [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
    document.close()
    return found


def test_the_bundle_is_whole_and_searchable(small: Path) -> None:
    pages = texts(small / "build/child/bundle.pdf")

    assert len(pages) == 12
    assert "Ex. A at 7" in pages[0]
    assert "Exhibit B · 2 of 2 · page 10 of 12" in pages[9]
    assert "This is the second scanned page." in pages[9]
    assert "three old apple trees" in pages[11]


def test_drafts_and_manifest_lie_beside_it_and_are_private(small: Path) -> None:
    folder = small / "build/child"
    data = json.loads((folder / MANIFEST_FILE).read_text())

    assert sorted(path.name for path in (folder / "drafts").iterdir()) == [
        "cover-letter.docx",
        "declaration-aunt.docx",
        "index.docx",
        "tab-sheets.docx",
    ]
    assert [
        stat.S_IMODE((folder / name).stat().st_mode) for name in (MANIFEST_FILE, "bundle.pdf")
    ] == [0o600, 0o600]
    assert len(data["ledger"]) == 12
    assert all(check["ok"] for check in data["proof"])
    assert {"findings", "removed", "engines", "not_checked", "inputs", "outputs"} <= set(data)
    assert data["ledger"][8]["source"]["path"] == "evidence/scan.pdf"
    assert len(data["ledger"][8]["source"]["sha256"]) == 64


def test_nothing_is_left_outside_build_and_the_work_folder(small: Path) -> None:
    assert sorted(path.name for path in small.iterdir()) == [
        ".assembler",
        "build",
        "case.json",
        "evidence",
    ]
    assert not list((small / ".assembler").glob("scratch/*"))
    assert not [path.name for path in (small / "build").iterdir() if path.name != "child"]


def test_same_bytes_cold_and_warm_with_one_worker_and_two(small: Path, copy: Path) -> None:
    before = snapshot(small / "build")
    unseal(copy)
    build(copy, jobs=1)
    warm = snapshot(copy / "build")
    shutil.rmtree(copy / ".assembler")
    unseal(copy)
    build(copy, jobs=2, cold=True)

    assert before == warm == snapshot(copy / "build")


def test_where_nothing_changed_it_is_proved_again_and_left_as_it_is(
    small: Path, copy: Path
) -> None:
    times = {path: path.stat().st_mtime_ns for path in (copy / "build/child").rglob("*")}

    (built,) = build(copy)

    assert built.again
    assert built.proof.ok
    assert (built.proof.drawn, built.proof.known) == (0, 5)
    assert (built.pages, built.exhibits, built.files) == (12, 3, ("bundle.pdf",))
    assert times == {path: path.stat().st_mtime_ns for path in (copy / "build/child").rglob("*")}
    assert snapshot(copy / "build") == snapshot(small / "build")
    shutil.rmtree(copy / ".assembler")
    (cold,) = build(copy, cold=True)
    assert (cold.again, cold.proof.drawn, cold.proof.known) == (True, 5, 0)


def test_findings_of_a_packet_that_stands_are_told_again(tmp_path: Path) -> None:
    case = factories.small_case(
        tmp_path / "case",
        {"declarations": [], "request": {**CASE["request"], "basis": ["[@letter]"]}},
    )

    (first,), (again,) = build(case), build(case)

    assert first.findings
    assert again.again
    assert again.findings == first.findings


@pytest.mark.parametrize("path", ["bundle.pdf", "review.html", "drafts/index.docx"])
def test_a_packet_that_was_touched_is_built_again(small: Path, copy: Path, path: str) -> None:
    with (copy / "build/child" / path).open("ab") as stream:
        stream.write(b" ")

    (built,) = build(copy)

    assert not built.again
    assert (
        snapshot(copy / "build/child")["bundle.pdf"]
        == snapshot(small / "build/child")["bundle.pdf"]
    )


def test_inputs_are_never_written(copy: Path) -> None:
    before = snapshot(copy / "evidence")
    build(copy)

    assert snapshot(copy / "evidence") == before


def test_titles_in_other_scripts_are_drawn_and_a_missing_glyph_is_named(tmp_path: Path) -> None:
    titles = ["Лист лікарні", "شهادة الميلاد", "出生证明"]
    exhibits = [
        {**one, "title": title} for one, title in zip(CASE["exhibits"], titles, strict=True)
    ]
    case = factories.small_case(tmp_path / "case", {"exhibits": exhibits})

    (built,) = build(case)

    assert built.proof.ok
    with pikepdf.open(case / "build/child/bundle.pdf") as pdf, pdf.open_outline() as outline:
        marks = [item.title for group in outline.root for item in group.children]
        assert [title for title, mark in zip(titles, marks, strict=True) if title in mark] == titles
    factories.write_case(
        case,
        {
            **CASE,
            "exhibits": [{**CASE["exhibits"][0], "title": "\U00010a00"}, *CASE["exhibits"][1:]],
        },
    )
    code, _, err = run("bundle", case, *DAY)
    assert code == ExitCode.TEMPLATE_BROKEN
    assert "U+10A00" in err


def test_a_proof_that_fails_leaves_the_old_bundle(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assembler.bundle import writer

    unseal(copy)
    before = snapshot(copy / "build")
    monkeypatch.setattr(writer.stamps, "stamp_pages", lambda *_: None)

    code, _, err = run("bundle", copy, *DAY)

    assert code == ExitCode.PROOF_FAILED
    assert "the stamp is wrong or missing on page 1, 2, 3" in err
    assert snapshot(copy / "build") == before


KILL = """
import os, signal, sys
from pathlib import Path
from assembler.bundle import writer
from assembler.pipeline import build as steps
from tests.conftest import build
def killed(*args, **more):
    os.kill(os.getpid(), signal.SIGKILL)
if __name__ == "__main__":
    setattr({where}, killed)
    build(Path(sys.argv[1]))
"""


@pytest.mark.parametrize(
    "where",
    [
        'writer.stamps, "stamp_pages"',
        'writer.links, "connect_links"',
        'steps.proof, "prove"',
        'steps, "publish"',
    ],
)
def test_killed_at_any_moment_the_old_bundle_stays(copy: Path, tmp_path: Path, where: str) -> None:
    script = tmp_path / "kill.py"
    script.write_text(KILL.replace("{where}", where))
    before = snapshot(copy / "build/child")
    factories.write_case(copy, {**CASE, "reasons": ["other"]})

    ran = subprocess.run(
        [sys.executable, str(script), str(copy)],
        env={**os.environ, "PYTHONPATH": os.getcwd()},
        check=False,
    )

    assert ran.returncode == -signal.SIGKILL
    assert snapshot(copy / "build/child") == before
    (built,) = build(copy)  # and the next run heals
    assert built.proof.ok
    assert [path.name for path in (copy / "build").iterdir()] == ["child"]


def test_interrupted_ends_with_130_and_leaves_nothing(copy: Path) -> None:
    shutil.rmtree(copy / ".assembler")
    shutil.rmtree(copy / "build")
    command = [sys.executable, "-m", "assembler", "bundle", str(copy), *DAY]
    with started(command, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        assert any(b"read" in line for line in process.stderr)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)

    assert process.returncode == 130
    assert b"interrupted" in err
    assert not list(copy.glob("build/*")) + list(copy.glob(".assembler/scratch/*"))


# --- commands ---


def test_bundle_says_what_it_made(copy: Path) -> None:
    code, out, _ = run("bundle", copy, *DAY)

    assert code == 0
    assert re.search(r"build/child/bundle.pdf: 12 pages, 3 exhibits; \d+ checks passed", out)


def test_bundle_elsewhere_and_as_json(copy: Path, tmp_path: Path) -> None:
    code, out, _ = run("bundle", copy, "--out", tmp_path / "out", "--json", *DAY)

    assert code == 0
    (one,) = json.loads(out)
    assert (one["pages"], one["packet"]) == (12, "child")
    assert (tmp_path / "out/child/bundle.pdf").is_file()


def test_verify_again_from_the_files_alone(copy: Path) -> None:
    code, out, _ = run("verify", copy / "build/child", "-v")
    assert code == 0
    assert "ok   pixels exhibit scan: 2 of 2 pages look like their source" in out
    assert not (copy / "build/child/.verify").exists()

    shutil.copyfile(copy / "evidence/letter.pdf", copy / "build/child/bundle.pdf")
    code, out, err = run("verify", copy / "build/child", "--json")
    assert code == ExitCode.PROOF_FAILED
    assert not all(check["ok"] for check in json.loads(out)["checks"])
    assert "build it again" in err


def test_plan_touches_nothing(tmp_path: Path) -> None:
    case = factories.small_case(tmp_path / "case")

    code, out, _ = run("plan", case)
    _, as_json, _ = run("plan", case, "--json")

    assert code == 0
    assert out.index("Cover letter") < out.index("Exhibit A") < out.index("Exhibit C")
    assert json.loads(as_json)[0]["packet"] == "child"
    assert sorted(path.name for path in case.iterdir()) == ["case.json", "evidence"]


def test_check_builds_nothing(copy: Path) -> None:
    shutil.rmtree(copy / "build")

    code, out, _ = run("check", copy, *DAY)

    assert code == 0
    assert out == "READY EXCEPT SIGNATURES (not built yet)\n"
    assert not (copy / "build").exists()


def test_warnings_fail_when_strict(tmp_path: Path) -> None:
    case = factories.small_case(
        tmp_path / "case",
        {"declarations": [], "request": {**CASE["request"], "basis": ["[@letter]"]}},
    )

    code, _, err = run("bundle", case, "--strict", *DAY)

    assert code == ExitCode.CASE_REJECTED
    assert "\nCheck\n" in err
    assert err.splitlines()[-1] == "NOT READY: --strict refuses what is to check · 1 to check"


def test_a_rejected_case_shows_everything_without_a_traceback(tmp_path: Path) -> None:
    case = factories.small_case(tmp_path / "case", {"kind": "parol", "reasons": []})

    code, out, err = run("bundle", case)

    assert (code, out) == (3, "")
    assert "Did you mean parole?" in err
    assert "CASE.EMPTY" in err
    assert "Traceback" not in err


def test_unreadable_evidence_is_named(copy: Path) -> None:
    (copy / "evidence/scan.pdf").write_bytes(factories.encrypted_pdf())

    code, _, err = run("bundle", copy, *DAY)

    assert code == ExitCode.EVIDENCE_UNREADABLE
    assert "Fix before filing\n  EVID.PASSWORD  evidence/scan.pdf\n    The file" in err
    assert "1 problem in the evidence" in err


def test_a_bug_is_told_apart_and_says_nothing_of_the_client(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assembler.intake.read_case", lambda *_, **__: {"Testina": 1}[1])

    code, _, err = run("bundle", copy, *DAY)

    assert code == ExitCode.BUG
    assert "assembler: a bug (KeyError at test_pipeline.py:" in err
    assert "Testina" not in err


def test_validate_many_cases(tmp_path: Path) -> None:
    factories.small_case(tmp_path / "good")
    factories.small_case(tmp_path / "deep/bad", {"kind": "x"})

    code, out, _ = run("validate", tmp_path, *DAY)
    _, as_json, _ = run("validate", tmp_path, "--json", *DAY)

    assert code == ExitCode.CASE_REJECTED
    assert "good: READY EXCEPT SIGNATURES\n" in out
    assert "bad: NOT READY: 1 to fix\n" in out
    assert out.splitlines()[-1].endswith(": 1 READY EXCEPT SIGNATURES, 1 NOT READY")
    assert [one["case"] for one in json.loads(as_json)["cases"]] == ["bad", "good"]


def test_batch_finishes_the_good_cases(tmp_path: Path, small: Path) -> None:
    shutil.copytree(small, tmp_path / "a-good")
    factories.small_case(tmp_path / "bad", {"kind": "x"})
    shutil.copytree(small, tmp_path / "c-good")

    code, out, err = run("batch", tmp_path, *DAY)

    assert code == ExitCode.CASE_REJECTED
    assert "2 of 3 cases built and proved, 1 failed\n" in out
    assert out.endswith("3 cases: 2 READY EXCEPT SIGNATURES, 1 NOT READY\n")
    assert "bad: 1 problem in the case" in err
    assert (tmp_path / "c-good/build/child/bundle.pdf").is_file()


def test_a_family_shares_evidence_and_each_gets_only_what_is_hers(tmp_path: Path) -> None:
    brother = {"id": "brother", "name": {"given": "Testino", "family": "Exemplar"}}
    owners = ([], ["child"], ["brother"])
    exhibits = [
        {**one, "belongs_to": owner, "supports": SUPPORTS}
        for one, owner in zip(CASE["exhibits"], owners, strict=True)
    ]
    request = {**CASE["request"], "basis": ["See [@letter]."], "why_no_visa": "None."}
    change = {
        "beneficiaries": [*CASE["beneficiaries"], brother],
        "exhibits": exhibits,
        "request": request,
    }
    case = factories.small_case(tmp_path / "case", change)

    hers, his = build(case)

    assert (hers.packet, his.packet) == ("child", "brother")
    assert "This is the second scanned page." in " ".join(texts(hers.folder / "bundle.pdf"))
    assert "This is the second scanned page." not in " ".join(texts(his.folder / "bundle.pdf"))
    assert "$580 for each beneficiary, $1,160 in all" in " ".join(texts(his.folder / "bundle.pdf"))


def test_completed_forms_go_in_unstamped_but_counted(tmp_path: Path) -> None:
    case = factories.small_case(
        tmp_path / "case",
        {"forms": [{"form": "g-1650", "path": "forms/g-1650.pdf"}], "request": MAILED},
    )
    (case / "forms").mkdir()
    (case / "forms/g-1650.pdf").write_bytes(factories.form_pdf("Exemplar"))

    (built,) = build(case)

    pages = texts(built.folder / "bundle.pdf")
    assert built.pages == 12 + 1 + 2  # two places are held
    assert "Exemplar" in pages[0]
    assert "page 1" not in pages[0]
    assert "Payment form" in [
        mark["title"]
        for mark in json.loads((built.folder / MANIFEST_FILE).read_text())["bookmarks"]
    ]


def test_the_place_of_a_missing_form_is_held_and_strict_refuses_it(tmp_path: Path) -> None:
    case = factories.small_case(tmp_path / "case", {"request": MAILED})

    code, _, err = run("bundle", case, "--strict", *DAY)
    assert (code, "packet child, form i-131" in err and "FORM.PLACEHOLDER" in err) == (
        ExitCode.CASE_REJECTED,
        True,
    )
    assert not (case / "build").exists()

    assert run("bundle", case, *DAY)[0] == 0
    pages = texts(case / "build/child/bundle.pdf")
    assert [n for n, text in enumerate(pages, 1) if "must not be filed" in text] == [4, 5]
    assert "FORM I-134 is not enclosed yet" in pages[4]
    answers = docx.Document(str(case / "build/child/forms/answers-i-131.docx"))
    cells = [[cell.text for cell in row.cells] for row in answers.tables[0].rows]
    assert ["2", "1", "Family name", "Muster"] in cells
    assert any(row[3] == "(by hand)" for row in cells)


@pytest.mark.skipif(not BLANKS.is_dir(), reason="the corpus of real forms is not at hand")
def test_forms_are_filled_alone_and_card_data_stay_in_their_form(tmp_path: Path) -> None:
    forms = [
        {"form": name, "path": f"forms/{name}.pdf", "completed": False}
        for name in ("i-131", "g-1450")
    ]
    case = factories.small_case(tmp_path / "case", {"forms": forms, "request": MAILED})
    (case / "forms").mkdir()
    for name in ("i-131", "g-1450"):
        shutil.copyfile(BLANKS / f"{name}.pdf", case / f"forms/{name}.pdf")
    example = re.search(
        r'^{"holder".*?^ "type".*?}$',
        (ROOT / "docs/forms.md").read_text(),
        re.MULTILINE | re.DOTALL,
    )
    assert example
    (tmp_path / "card.json").write_text(example[0])

    code, out, err = run("forms", "fill", case, "--payment", tmp_path / "card.json")

    assert code == 0, err
    filled = sorted((case / "filled-forms/child").iterdir())
    assert [path.name for path in filled] == ["g-1450.pdf", "i-131.pdf"]
    assert sorted(out.split()) == [str(path) for path in filled]
    assert {"1111", "4111"} <= {
        one.get("/V") for one in pypdf.PdfReader(filled[0]).get_fields().values()
    }
    others = [path for path in case.rglob("*") if path.is_file() and path.suffix != ".pdf"]
    assert not [path for path in others if b"4111" in path.read_bytes()]
    assert not [
        one
        for one in pypdf.PdfReader(filled[1]).get_fields().values()
        if "4111" in str(one.get("/V"))
    ]
    assert "4111" not in out + err
    code, _, err = run("forms", "fill", case, "--out", tmp_path / "other")
    assert (code, "FORM.PAYMENT" in err) == (ExitCode.CASE_REJECTED, True)


def test_card_data_that_are_no_json_are_not_printed(tmp_path: Path) -> None:
    case = factories.small_case(tmp_path / "case")
    (tmp_path / "card.json").write_text('{"number": 4111111111111111,')

    code, out, err = run("forms", "fill", case, "--payment", tmp_path / "card.json")

    assert (code, "it is not JSON" in err, "4111" in out + err) == (ExitCode.USAGE, True, False)


def test_the_attorneys_matrix_lies_beside_the_bundle_and_is_not_in_it(small: Path) -> None:
    table = docx.Document(str(small / "build/child/claims.docx")).tables[0]
    rows = {row.cells[0].text: row.cells[2].text for row in table.rows}

    assert rows["Identity document of the petitioner"] == "Ex. B at 9–10"
    assert not any(
        "Identity document of the petitioner" in text
        for text in texts(small / "build/child/bundle.pdf")
    )


@pytest.mark.parametrize("completed", [True, False])
def test_a_file_that_is_not_the_form_it_should_be_is_refused(
    tmp_path: Path, completed: bool
) -> None:
    case = factories.small_case(
        tmp_path / "case",
        {"forms": [{"form": "i-131", "path": "forms/a.pdf", "completed": completed}]},
    )
    (case / "forms").mkdir()
    (case / "forms/a.pdf").write_bytes(factories.text_pdf())

    code, _, err = run("bundle", case, *DAY)

    assert code == ExitCode.CASE_REJECTED
    assert "FORM.UNKNOWN  forms/a.pdf\n    Not a government form that assembler knows." in err
    assert not (case / "build/child").exists()


@pytest.mark.skipif(not BLANKS.is_dir(), reason="the corpus of real forms is not at hand")
def test_blank_forms_are_filled_and_bound(tmp_path: Path) -> None:
    forms = [{"form": "i-131", "path": "forms/i-131.pdf", "completed": False}]
    case = factories.small_case(tmp_path / "case", {"forms": forms})
    (case / "forms").mkdir()
    shutil.copyfile(BLANKS / "i-131.pdf", case / "forms/i-131.pdf")

    (built,) = build(case)

    assert built.pages == 12 + 14
    assert (built.folder / "forms/i-131.pdf").is_file()
    assert "Exemplar" in " ".join(texts(built.folder / "bundle.pdf")[3:17])
    assert {finding.rule for finding in built.findings} == {"FORM.UNANSWERED", "SIGN.INK"}


def test_forms_are_listed_and_answered(small: Path) -> None:
    code, out, _ = run("forms", "list")
    assert code == 0
    assert "i-131   01/20/25  fills the form" in out
    code, out, _ = run("forms", "answers", small, "--form", "i-131", "--json")
    assert code == 0
    (sheet,) = json.loads(out)
    assert sheet["edition"] == "01/20/25"
    assert "Exemplar" in [row["value"] for row in sheet["answers"]]


def test_fields_of_a_form_are_shown_without_their_values(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(factories.form_pdf("Secret value", "FamilyName"))

    code, out, _ = run("forms", "fields", tmp_path / "a.pdf")
    _, as_json, _ = run("forms", "fields", tmp_path / "a.pdf", "--json")

    assert code == 0
    assert "text      FamilyName" in out
    assert "Secret" not in out + as_json


def test_doctor_knows_the_engines() -> None:
    code, out, _ = run("doctor")

    assert code == 0
    for name in ("pikepdf", "tesserocr", "recognition languages", "fonts", "LibreOffice"):
        assert name in out


def test_help_answers_at_once() -> None:
    """Packages are imported late: `--help` loads none of the heavy libraries."""
    code = "import sys; from assembler.cli import main\n"
    code += "try: main(['--help'])\nfinally: print(sorted(sys.modules), file=sys.stderr)"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    heavy = {
        "pikepdf",
        "numpy",
        "PIL",
        "docxtpl",
        "jsonschema",
        "pypdfium2",
        "pypdf",
        "pdfplumber",
        "rich",
        "lxml",
    }
    assert ran.returncode == 0
    assert not {name for name in heavy if f"'{name}'" in ran.stderr}


def test_every_command_has_help_and_is_in_the_readme() -> None:
    for name, command in main.commands.items():
        assert command.help
        assert re.search(rf"^assembler {name}\b", README, re.MULTILINE), name
        assert run(name, "--help")[0] == 0


def test_control_characters_of_file_names_never_reach_a_terminal(tmp_path: Path) -> None:
    case = factories.small_case(tmp_path / "case")
    (case / "evidence/\x1b[31mred.pdf").write_bytes(b"x")

    _, _, err = run("bundle", case, *DAY)

    assert "\x1b" not in err
    assert "EVID.UNLISTED  evidence/\\u001b[31mred.pdf\n" in err


def test_no_client_fact_is_printed_whatever_happens(tmp_path: Path) -> None:
    """Canaries in the facts and in the evidence; the run is broken in several ways."""
    facts = {"name": {"given": "Canariana", "family": "Canary"}, "birth_date": "1987-07-17"}
    facts["passport"] = {"number": "CAN7717", "country": "UTO"}
    no_file = [{**CASE["exhibits"][0], "files": ["evidence/no.pdf"]}]
    for breaking in ({"nothing": 1}, {"kind": "x"}, {"exhibits": no_file}):
        shutil.rmtree(tmp_path / "case", ignore_errors=True)
        case = factories.small_case(
            tmp_path / "case", {"beneficiaries": [{"id": "child", **facts}], **breaking}
        )
        _, out, err = run("bundle", case, *DAY)
        for canary in ("Canar", "1987", "7717"):
            assert canary not in out + err

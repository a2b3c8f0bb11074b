"""passwords: encrypted evidence opens with what a file beside case.json or the environment says,
and nothing shows it."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import stat
from pathlib import Path

import pikepdf
import pytest

from assembler import pipeline
from assembler.errors import CaseRejected, EvidenceUnreadable
from assembler.evidence.readers.pdf import normalize_pdf
from assembler.evidence.refusal import Refused
from assembler.model.manifest import MANIFEST_FILE
from assembler.runtime.passwords import NAME, VARIABLE, is_readable_by_others, read_passwords
from assembler.runtime.workshop import Workshop
from tests import factories
from tests.conftest import build
from tests.support.evidence import prepared, refused, words

SECRET = "SECRETWORD-pässword"
ROOT = Path(__file__).resolve().parent.parent
CORPUS = Path(os.environ.get("ASSEMBLER_CORPUS", ROOT.parent / "shared" / "corpus"))


def write_passwords(folder: Path, known: object, mode: int = 0o600) -> None:
    (folder / NAME).write_text(json.dumps(known), encoding="utf8")
    (folder / NAME).chmod(mode)


@pytest.fixture
def locked_case(tmp_path: Path) -> Path:
    folder = factories.small_case(tmp_path / "case")
    out = io.BytesIO()
    with pikepdf.open(folder / "evidence/letter.pdf") as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(user=SECRET, owner="other"))
    (folder / "evidence/letter.pdf").write_bytes(out.getvalue())
    write_passwords(folder, {"evidence/letter.pdf": SECRET})
    return folder


def everything_written(folder: Path) -> bytes:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != NAME]
    return b"".join(str(path).encode() + path.read_bytes() for path in files)


def test_the_message_asks_for_the_password_and_says_where_it_goes(tmp_path: Path) -> None:
    with pytest.raises(EvidenceUnreadable) as caught:
        prepared(tmp_path, {"a.pdf": factories.encrypted_pdf(SECRET)})

    finding = caught.value.findings[0]
    assert (finding.rule, finding.where, finding.problem) == (
        "EVID.PASSWORD",
        "a.pdf",
        "the file needs a password",
    )
    assert "evidence_passwords.json beside case.json" in finding.remedy


@pytest.mark.parametrize("opener", [SECRET, "owner"])
def test_the_file_beside_case_json_opens_it(tmp_path: Path, opener: str) -> None:
    (tmp_path / "files").mkdir()
    write_passwords(tmp_path / "files", {"a.pdf": opener})

    made = prepared(tmp_path, {"a.pdf": factories.encrypted_pdf(SECRET)})["a.pdf"]

    assert "quick brown fox" in words(made.pdf)
    assert not pikepdf.open(made.pdf).is_encrypted
    assert [(one.what, one.count) for one in made.removed if one.what == "password"] == [
        ("password", 1)
    ]
    assert made.findings == ()


def test_a_wrong_password_is_told_as_wrong_and_never_repeated(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    write_passwords(tmp_path / "files", {"a.pdf": "SECRETWORD-wrong"})

    with pytest.raises(EvidenceUnreadable) as caught:
        prepared(tmp_path, {"a.pdf": factories.encrypted_pdf(SECRET)})

    assert caught.value.findings[0].problem == "its password does not open the file"
    assert "SECRETWORD" not in str(caught.value) + repr(caught.value.findings)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a.pdf": 1}', "[" * 100_000, "\ud800"])
def test_a_password_file_that_cannot_be_used_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / NAME).write_bytes(text.encode("utf8", "surrogatepass"))

    with pytest.raises(EvidenceUnreadable) as caught:
        prepared(
            tmp_path, {"a.pdf": factories.encrypted_pdf(SECRET), "b.pdf": factories.text_pdf()}
        )

    assert [(f.where, f.problem) for f in caught.value.findings] == [
        ("a.pdf", "the file needs a password, and evidence_passwords.json cannot be used")
    ]


def test_what_was_opened_once_is_not_used_without_its_password_later(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    write_passwords(tmp_path / "files", {"a.pdf": SECRET})
    files = {"a.pdf": factories.encrypted_pdf(SECRET)}
    prepared(tmp_path, files)
    (tmp_path / "files" / NAME).unlink()

    assert refused(tmp_path, files) == [("EVID.PASSWORD", "a.pdf")]


def test_restrictions_of_the_owner_are_noted(tmp_path: Path) -> None:
    made = prepared(tmp_path, {"a.pdf": factories.encrypted_pdf(user="")})["a.pdf"]

    assert "restrictions of its owner (printing, copying)" in [one.what for one in made.removed]


def test_a_password_file_others_can_read_is_warned_of(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    write_passwords(tmp_path / "files", {"a.pdf": SECRET}, 0o644)

    made = prepared(
        tmp_path, {"a.pdf": factories.encrypted_pdf(SECRET), "b.pdf": factories.text_pdf()}
    )

    assert [str(finding) for one in made.values() for finding in one.findings] == [
        "warning EVID.PASSWORD_MODE evidence_passwords.json: other users of this computer can "
        "read the passwords; "
        "chmod 600 evidence_passwords.json"
    ]


def test_the_environment_gives_a_file_or_its_text_and_the_case_s_own_file_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_passwords(tmp_path, {"evidence/a.pdf": "own"})
    monkeypatch.setenv(VARIABLE, '{"evidence/a.pdf": "theirs", "evidence/b.pdf": "text"}')
    known = read_passwords(tmp_path)
    assert [known.of(f"evidence/{name}.pdf") for name in "abc"] == ["own", "text", ""]
    assert "own" not in repr(known)

    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_text('{"evidence/c.pdf": "file"}')
    monkeypatch.setenv(VARIABLE, str(elsewhere))
    assert read_passwords(tmp_path).of("evidence/c.pdf") == "file"

    monkeypatch.setenv(VARIABLE, str(tmp_path / "nowhere.json"))
    assert read_passwords(tmp_path).unusable == (VARIABLE,)


def test_mode_matters_where_there_is_one(tmp_path: Path) -> None:
    assert not is_readable_by_others(tmp_path)
    write_passwords(tmp_path, {}, 0o640)
    assert is_readable_by_others(tmp_path)
    (tmp_path / NAME).chmod(stat.S_IRUSR)
    assert not is_readable_by_others(tmp_path)


def test_bundle_proves_and_reviews_locked_evidence_and_leaves_no_password_behind(
    locked_case: Path,
) -> None:
    built = build(locked_case)[0]

    pixels = {check.exhibit: check.detail for check in built.proof.checks if check.name == "pixels"}
    assert pixels["letter"] == "2 of 2 pages look like their source"
    manifest = json.loads((built.folder / MANIFEST_FILE).read_text(encoding="utf8"))
    assert "password" in [one["what"] for one in manifest["removed"]]
    assert NAME not in {one["path"] for one in manifest["inputs"]}
    seen = everything_written(locked_case)
    assert SECRET.encode() not in seen
    assert b"SECRETWORD" not in seen


def test_verify_says_what_it_cannot_see_without_the_password(locked_case: Path) -> None:
    built = build(locked_case)[0]
    (locked_case / NAME).unlink()

    with Workshop(locked_case / ".verify", jobs=2, temporary=True) as shop:
        proof = pipeline.verify(built.folder, locked_case, shop)

    assert proof.ok
    why = "it needs a password that is not available (evidence_passwords.json)"
    assert proof.not_checked == (
        f"whether the pages of evidence/letter.pdf look like it: {why}",
        "whether evidence/letter.pdf has all of its links in the bundle",
    )
    details = [
        check.detail
        for check in proof.checks
        if check.name == "pixels" and check.exhibit == "letter"
    ]
    assert details[0].startswith("0 of 2 pages look like their source; page ")


def test_a_password_in_case_json_is_refused_without_repeating_it(tmp_path: Path) -> None:
    folder = factories.small_case(
        tmp_path / "case", {"evidence_passwords": {"evidence/letter.pdf": SECRET}}
    )

    with pytest.raises(CaseRejected) as caught:
        build(folder)

    assert "CASE.PASSWORD" in [finding.rule for finding in caught.value.findings]
    assert "SECRETWORD" not in str(caught.value) + repr(caught.value.findings)


def test_the_password_file_itself_is_no_evidence(tmp_path: Path) -> None:
    exhibits = [
        *factories.CASE["exhibits"],
        {"id": "x", "title": "x", "category": "medical", "files": [NAME]},
    ]
    folder = factories.small_case(tmp_path / "case", {"exhibits": exhibits})
    write_passwords(folder, {})

    with pytest.raises(CaseRejected) as caught:
        build(folder)

    assert "PATH.OUTPUT" in [finding.rule for finding in caught.value.findings]


@pytest.mark.skipif(not (CORPUS / "PASSWORDS.tsv").is_file(), reason="the corpus is not here")
def test_encrypted_files_nobody_here_made_open_or_are_refused_by_name(tmp_path: Path) -> None:
    table = (CORPUS / "PASSWORDS.tsv").read_text(encoding="utf8")
    rows = list(csv.reader(table.splitlines(), delimiter="\t"))[1:]
    opened = []
    for name, password in rows:
        data = (CORPUS / name).read_bytes()
        with pytest.raises(Refused) as caught:
            normalize_pdf(data, tmp_path / "without.pdf")
        assert caught.value.rule in ("EVID.PASSWORD", "EVID.PAGECOUNT", "EVID.BROKEN")
        try:
            normalize_pdf(data, tmp_path / "with.pdf", password)
        except Refused as refusal:
            assert refusal.rule in (
                "EVID.PASSWORD",
                "EVID.PAGECOUNT",
                "EVID.REPAIRED",
                "EVID.BROKEN",
            )
        else:
            opened.append(name)
    assert len(opened) >= 6


def test_every_strength_of_encryption_opens(tmp_path: Path) -> None:
    for number, strength in enumerate((2, 3, 4, 6)):
        out = io.BytesIO()
        with pikepdf.open(io.BytesIO(factories.text_pdf())) as pdf:
            kind = pikepdf.Encryption(
                user="pw", owner="other", R=strength, aes=strength >= 4, metadata=strength >= 4
            )
            pdf.save(out, encryption=kind)
        removed = normalize_pdf(out.getvalue(), tmp_path / f"{number}.pdf", "pw").removed
        assert ("password", 1) in removed
        assert "quick brown fox" in words(tmp_path / f"{number}.pdf")
        with pytest.raises(Refused, match="does not open"):
            normalize_pdf(out.getvalue(), tmp_path / "wrong.pdf", "nope")
    shutil.rmtree(tmp_path)

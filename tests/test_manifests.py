"""manifests: whatever a file of that name holds, it is read, or refused with its place; it may
not contradict itself."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from assembler.cli import main
from assembler.errors import ExitCode, ProofFailed
from assembler.layout import amendment
from assembler.model import Check, Contradiction
from assembler.model.manifest import FORMAT, MANIFEST_FILE, READABLE_FORMATS
from assembler.proof import ledger_check, prove
from assembler.report.manifest_writer import encode_manifest
from assembler.report.packet_diff import compare
from assembler.runtime.cache import Cache
from assembler.runtime.manifest_reader import parse_manifest, read_digest, read_manifest
from assembler.runtime.resources import Shelf
from tests import factories
from tests.conftest import AS_OF

Manifest = dict[str, Any]


@pytest.fixture(scope="module")
def whole(small: Path) -> Manifest:
    made: Manifest = json.loads((small / "build/child" / MANIFEST_FILE).read_text())
    return made


def refused(data: bytes) -> str:
    """What the reader says of it."""
    with pytest.raises(ProofFailed) as told:
        parse_manifest(data)
    return str(told.value)


def coded(data: Any) -> bytes:
    return json.dumps(data).encode()


def test_the_schema_is_one_and_says_what_each_entry_is() -> None:
    schema = Shelf.default().schema("manifest.schema.json")
    Draft202012Validator.check_schema(schema)

    def bare(node: Any, place: str) -> Iterator[str]:
        for name, one in node.get("properties", {}).items() if isinstance(node, dict) else ():
            if not {"description", "$ref", "anyOf", "const"} & set(one):
                yield f"{place}/{name}"
        for key, one in (
            node.items()
            if isinstance(node, dict)
            else enumerate(node)
            if isinstance(node, list)
            else ()
        ):
            if key not in ("if", "then"):
                yield from bare(one, f"{place}/{key}")

    assert list(bare(schema, "")) == []
    assert FORMAT in READABLE_FORMATS


def test_a_manifest_that_was_just_written_is_read(small: Path, whole: Manifest) -> None:
    written = (small / "build/child" / MANIFEST_FILE).read_bytes()

    assert json.loads(encode_manifest(parse_manifest(written))) == json.loads(written)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not readable as JSON"),
        (b"{", "not readable as JSON (line 1)"),
        (b"\xff\xfe{}", "not UTF-8"),
        (b"[]", "an object"),
        (b"null", "an object"),
        (b"{}", "/format"),
        (b'{"format": 99}', "/format"),
        (b'{"format": true}', "/format"),
        (b'{"format": "1"}', "/format"),
        (b'{"format": 1}', "is missing"),
        (b'{"format": NaN}', "not readable as JSON"),
        (b'{"format": 1' + b"0" * 5000 + b"}", "not readable as JSON"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"format": 1, "a": ' + b'{"a":' * 50_000, "nested too deep"),
        (b'{"format": 1, "case": "\\ud800"}', "not UTF-8"),
    ],
)
def test_what_is_no_manifest_is_refused(data: bytes, says: str) -> None:
    assert says in refused(data)


def as_first_version(whole: Manifest) -> Manifest:
    """What version 0.1.0 would have written of a packet."""
    later = "max_bytes linked marking volumes kept seal frozen opened matrix facts_used searches"
    dropped = {*later.split(), "contradictions", "originals"}
    data = deepcopy({key: value for key, value in whole.items() if key not in dropped})
    for entry in data["ledger"]:
        del entry["label"]
    for row in data["index"]:
        del row["printed"]
        row["parts"] = [[role, int(first), int(last)] for role, first, last in row["parts"]]
    return {**data, "format": 1}


def test_a_packet_of_the_first_version_can_be_compared_and_frozen(whole: Manifest) -> None:
    old, now = as_first_version(whole), parse_manifest(coded(whole))
    completed = parse_manifest(coded(old), complete=True)

    assert (completed.ledger, completed.index) == (now.ledger, now.index)
    assert compare(completed, now) == ()
    assert amendment.read_filed(completed, "") == amendment.read_filed(now, "")
    assert "is missing" in refused(coded(old))


def as_second_version(whole: Manifest) -> Manifest:
    """The manifest with the key names of format 2, and one row where a renamed key is."""
    data = {key: value for key, value in whole.items() if key != "searches"}
    contradiction = {"what": "name", "here": "a", "says": "b", "there": "c", "but": "d"}
    opened = deepcopy(whole["opened"])
    for file in opened:
        file["mended"] = file.pop("repairs")
    return {
        **data,
        "format": 2,
        "looked": whole["searches"],
        "opened": opened,
        "contradictions": [contradiction],
    }


def test_a_manifest_with_the_key_names_of_format_2_is_read(whole: Manifest) -> None:
    now = parse_manifest(coded(whole))
    old = parse_manifest(coded(as_second_version(whole)))

    assert old.searches == now.searches
    assert old.opened == now.opened
    assert old.contradictions == (
        Contradiction(
            what="name", case_place="a", case_value="b", other_place="c", other_value="d"
        ),
    )


@pytest.mark.parametrize("name", ["looked", "mended", "but"])
def test_an_old_key_name_beside_the_new_one_is_refused(whole: Manifest, name: str) -> None:
    data = as_second_version(whole)
    data["searches"] = [] if name == "looked" else data.pop("looked")
    data["opened"][0] |= {"repairs": []} if name == "mended" else {}
    data["contradictions"][0] |= {"other_value": ""} if name == "but" else {}

    assert "unexpected key" in refused(coded(data))


@pytest.mark.parametrize(
    "change",
    [
        {"ledger": None},
        {"index": [1, {"first": 1, "last": 2, "parts": [[], 1]}]},
        {"ledger": [1, {}]},
        {"index": [{"first": 1, "last": 2, "parts": [[]]}]},
    ],
)
def test_a_broken_manifest_of_the_first_version_is_refused(
    whole: Manifest, change: Manifest
) -> None:
    with pytest.raises(ProofFailed, match=r"manifest\.json /(ledger|index)"):
        parse_manifest(coded(as_first_version(whole) | change), complete=True)


def put(*steps: Any, value: Any) -> Callable[[Manifest], None]:
    def change(data: Manifest) -> None:
        *before, last = steps
        for step in before:
            data = data[step]
        data[last] = value

    return change


def drop(*steps: Any) -> Callable[[Manifest], None]:
    def change(data: Manifest) -> None:
        *before, last = steps
        for step in before:
            data = data[step]
        del data[last]

    return change


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (drop("ledger"), "ledger is missing"),
        (drop("outputs"), "outputs is missing"),
        (drop("marking"), "marking is missing"),
        (drop("ledger", 3, "stamp"), "/ledger/3: stamp is missing"),
        (put("Testina", value=1), "manifest.json /:"),
        (put("ledger", 2, "Testina", value=1), "/ledger/2: there is an unexpected key"),
        (put("ledger", value={}), "/ledger: a list"),
        (put("ledger", value=[]), "/ledger: "),
        (put("ledger", 0, "number", value="1"), "/ledger/0/number: a whole number"),
        (put("ledger", 0, "number", value=1.0), "/ledger/0/number: a whole number"),
        (put("ledger", 0, "number", value=True), "/ledger/0/number: a whole number"),
        (put("ledger", 0, "number", value=10**12), "/ledger/0/number: the value is out of range"),
        (put("ledger", 0, "number", value=-1), "/ledger/0/number: the value is out of range"),
        (put("ledger", 5, "scale", value=0), "/ledger/5/scale"),
        (put("ledger", 5, "scale", value=1e300), "/ledger/5/scale"),
        (put("ledger", 5, "size", value=[612]), "/ledger/5/size"),
        (put("ledger", 5, "label", value="Testina"), "/ledger/5/label"),
        (put("ledger", 5, "kind", value="Testina"), "/ledger/5/kind"),
        (drop("ledger", 5, "source"), "source is missing"),
        (put("ledger", 5, "source", "sha256", value="0" * 63), "/ledger/5/source/sha256"),
        (put("ledger", 5, "source", "sha256", value="0" * 64 + "\n"), "/ledger/5/source/sha256"),
        (put("addresses", "Testina", value="6"), "/addresses/…"),
        (put("findings", value=[{"rule": "x"}]), "/findings/0"),
        (put("volumes", 0, "path", value="../bundle.pdf"), "/volumes/0/path"),
        (put("volumes", value=[]), "/volumes"),
        (put("volumes", 0, "path", value="drafts/bundle.pdf"), "/volumes/0/path"),
        (put("volumes", 0, "path", value="C:bundle.pdf"), "/volumes/0/path"),
        *(
            (put("outputs", 0, "path", value=path), "/outputs/0/path")
            for path in (
                "../x",
                "/etc/passwd",
                "a/../../x",
                "a//b",
                "./a",
                "a/.",
                "..",
                "",
                "C:/x",
                "c:x",
                "a\\b",
                "\\\\host\\x",
                "a\0b",
                "a\nb",
                "x" * 5000,
            )
        ),
        *(
            (put("inputs", 0, "path", value=path), "/inputs/0/path")
            for path in ("../x", "/etc/passwd", "evidence/../../x")
        ),
        (put("ledger", 5, "source", "path", value="../../etc/passwd"), "/ledger/5/source/path"),
        (put("exhibits", 0, "parts", 0, "path", value="/etc/passwd"), "/exhibits/0/parts/0/path"),
    ],
)
def test_a_wrong_value_is_named_by_its_place(
    whole: Manifest, change: Callable[[Manifest], None], place: str
) -> None:
    data = deepcopy(whole)
    change(data)

    said = refused(coded(data))

    assert place in said
    assert "Testina" not in said


def test_a_key_that_stands_twice_is_refused(whole: Manifest) -> None:
    text = json.dumps(whole).replace('"number": 3,', '"number": 4, "number": 3,', 1)

    assert re.search(r"manifest\.json /[a-z]+/[0-9]+: a key appears twice", refused(text.encode()))


def test_a_link_and_a_folder_are_no_manifest(copy: Path, tmp_path: Path) -> None:
    path = copy / "build/child" / MANIFEST_FILE
    shutil.move(path, tmp_path / "elsewhere.json")
    path.symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(ProofFailed, match="symbolic link"):
        read_manifest(copy / "build/child")
    path.unlink()
    with pytest.raises(ProofFailed, match="there is none"):
        read_manifest(copy / "build/child")
    path.mkdir()
    with pytest.raises(ProofFailed, match="there is none"):
        read_manifest(copy / "build/child")


# --- the manifest against itself ---


def contradiction(data: Manifest) -> str:
    (check,) = ledger_check.check_manifest(parse_manifest(coded(data)))
    return "" if check.ok else check.detail


def swap(key: str, one: int, other: int) -> Callable[[Manifest], None]:
    def change(data: Manifest) -> None:
        data[key][one], data[key][other] = data[key][other], data[key][one]

    return change


def remove_output(path: str) -> Callable[[Manifest], None]:
    def change(data: Manifest) -> None:
        data["outputs"] = [record for record in data["outputs"] if record["path"] != path]

    return change


def append(key: str) -> Callable[[Manifest], None]:
    return lambda data: data[key].append(deepcopy(data[key][0]))


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (swap("ledger", 5, 6), "/ledger/5/number"),
        (append("ledger"), "/ledger/12/number"),
        (put("ledger", 6, "index", value=0), "/ledger/6"),
        (put("ledger", 6, "document", value="exhibit:scan"), "/ledger/"),
        (put("ledger", 5, "exhibit_page", value=2), "/ledger/5/exhibit_page"),
        (put("ledger", 5, "exhibit_pages", value=3), "/ledger/5/exhibit_page"),
        (put("ledger", 5, "tab", value="B"), "/ledger/5/tab"),
        (put("ledger", 0, "tab", value="B"), "/ledger/0"),
        (put("ledger", 0, "kind", value="form"), "/ledger/0/document"),
        (put("ledger", 5, "source", "path", value="evidence/scan.pdf"), "/ledger/5/source"),
        (put("ledger", 5, "source", "sha256", value="0" * 64), "/ledger/5/source"),
        (put("ledger", 5, "stamp", "x", value=-5), "/ledger/5/stamp"),
        (put("ledger", 5, "stamp", "x", value=900), "/ledger/5/stamp"),
        (put("ledger", 0, "stamp", value=None), "/ledger/0/stamp"),
        (put("ledger", 1, "part", value="index"), "/ledger/"),
        (swap("index", 0, 1), "/index"),
        (append("index"), "/index"),
        (put("index", 0, "first", value=7), "/index/0"),
        (put("index", 0, "pages", value="6–8"), "/index/0/pages"),
        (put("index", 0, "printed", value=["6", "8"]), "/index/0/pages"),
        (put("index", 0, "sheet", value=4), "/index/0/sheet"),
        (put("index", 1, "tab", value="C"), "/index/1"),
        (put("index", 0, "parts", value=[["translation", "6", "7"]]), "/index/0/parts"),
        (swap("bookmarks", 4, 5), "/bookmarks/"),
        (drop("bookmarks", 4), "/bookmarks"),
        (put("bookmarks", 4, "title", value="x"), "/bookmarks/4"),
        (put("bookmarks", 0, "number", value=2), "/bookmarks/0/number"),
        (put("bookmarks", 0, "level", value=1), "/bookmarks/0"),
        (put("addresses", "tab/scan", value=9), "/addresses"),
        (drop("addresses", "tab/scan"), "/addresses"),
        (put("addresses", "tab/other", value=9), "/addresses"),
        (append("outputs"), "/outputs"),
        (append("inputs"), "/inputs"),
        (append("exhibits"), "/exhibits"),
        (put("volumes", 0, "path", value="other.pdf"), "/volumes/0/path"),
        (put("volumes", 0, "first", value=13), "/volumes/0"),
        (put("proof", 0, "ok", value=False), "/proof/0"),
        (put("outputs", 1, "path", value="BUNDLE.PDF"), "/outputs"),
        (remove_output("drafts/cover-letter.docx"), "/kept"),
        (remove_output("proof/drafts/index.pdf"), "/kept"),
        (put("outputs", 1, "path", value="manifest.json"), "/outputs"),
    ],
)
def test_what_says_two_things_is_named_by_its_place(
    whole: Manifest, change: Callable[[Manifest], None], place: str
) -> None:
    data = deepcopy(whole)
    change(data)

    assert place in contradiction(data)
    assert contradiction(whole) == ""


# --- whatever stands in it ---

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 20),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.just([]),
    st.just({}),
    st.sampled_from(
        [
            "../x",
            "/etc/passwd",
            "bundle.pdf",
            "evidence/scan.pdf",
            "exhibit:scan",
            "A",
            "6",
            "0" * 64,
        ]
    ),
    st.lists(st.integers(0, 12), max_size=3),
    st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
)


def nodes(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a value: its container and its key or index."""
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        one = waiting.pop()
        keys = (
            list(one) if isinstance(one, dict) else range(len(one)) if isinstance(one, list) else ()
        )
        found += [(one, key) for key in keys]
        waiting += [one[key] for key in keys]
    return found


@st.composite
def mutated(draw: st.DrawFn, data: Manifest) -> Manifest:
    """A manifest with one to three places removed, doubled, exchanged, or filled with something
    else."""
    data = deepcopy(data)
    for _ in range(draw(st.integers(1, 3))):
        places = nodes(data)
        if not places:
            break
        home, key = draw(st.sampled_from(places))
        match draw(st.sampled_from(["replace", "delete", "swap", "double", "replace"])):
            case "delete":
                del home[key]
            case "swap":
                other, place = draw(st.sampled_from(places))
                home[key], other[place] = deepcopy(other[place]), deepcopy(home[key])
            case "double" if isinstance(home, list):
                home.append(deepcopy(home[key]))
            case _:
                home[key] = draw(ODD)
    return data


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(draw=st.data())
def test_no_mutation_of_a_manifest_is_more_than_a_refusal(
    whole: Manifest, draw: st.DataObject
) -> None:
    data = draw.draw(mutated(whole))
    try:
        read = parse_manifest(json.dumps(data).encode())
    except ProofFailed as error:
        assert re.match(r"manifest\.json( /|:)", str(error))
        return
    list(ledger_check.check_manifest(read))


class Here:
    """A workshop whose workers are this process."""

    jobs = 1

    def __init__(self, folder: Path) -> None:
        self.cache = Cache(folder, True)

    def map(self, function: Callable[[Any], Any], items: Any, **_: Any) -> tuple[Any, ...]:
        return tuple(map(function, items))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(draw=st.data())
def test_the_proof_of_a_mutated_manifest_ends_with_checks(
    small: Path, whole: Manifest, draw: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever the reader lets through, the proof says what is wrong; it never breaks."""
    folder = tmp_path_factory.mktemp("mutated")
    for path in (small / "build/child").iterdir():
        (folder / path.name).symlink_to(path) if path.name != MANIFEST_FILE else None
    shutil.rmtree(folder / "bundle.pdf", ignore_errors=True)
    (folder / "bundle.pdf").unlink()
    shutil.copyfile(small / "build/child/bundle.pdf", folder / "bundle.pdf")
    (folder / MANIFEST_FILE).write_text(json.dumps(draw.draw(mutated(whole))))

    proof = prove(folder, small, Here(folder))  # type: ignore[arg-type]

    assert proof.checks
    assert all(isinstance(check, Check) for check in proof.checks)


# --- at the command line ---


def verify(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["verify", *map(str, arguments), "--jobs", "1"])
    return result.exit_code, result.output


def test_verify_of_a_broken_manifest_ends_with_9_and_names_the_place(copy: Path) -> None:
    data = json.loads((copy / "build/child" / MANIFEST_FILE).read_text())
    data["ledger"][4]["number"] = "five"
    (copy / "build/child" / MANIFEST_FILE).write_text(json.dumps(data))

    code, out = verify(copy / "build/child")

    assert code == ExitCode.PROOF_FAILED
    assert "manifest.json /ledger/4/number: a whole number belongs here" in out


def test_verify_against_a_digest_tells_a_forged_manifest(copy: Path) -> None:
    packet = copy / "build/child"
    noted = read_digest(packet)
    ok, out = verify(packet, "--against", noted[:16].upper(), "-v")
    assert (ok, "the manifest is the one that was recorded" in out) == (ExitCode.OK, True)

    data = json.loads((packet / MANIFEST_FILE).read_text())
    data["not_checked"] = []  # it agrees with itself, and with the bundle
    (packet / MANIFEST_FILE).write_text(json.dumps(data))

    assert verify(packet)[0] == ExitCode.OK
    assert verify(packet, "--against", noted)[0] == ExitCode.PROOF_FAILED
    assert verify(packet, "--against", noted[:15])[0] == ExitCode.USAGE
    assert verify(packet, "--against", "no digest at all")[0] == ExitCode.USAGE


def test_a_persons_own_files_are_named_and_what_looks_like_a_part_fails(copy: Path) -> None:
    packet = copy / "build/child"
    (packet / "signed").mkdir()
    (packet / "signed/scan.pdf").write_bytes(b"a person's own")
    (packet / "signoff.json").write_text("{}")
    (packet / "declaration signed.pdf").write_bytes(factories.text_pdf())

    code, out = verify(packet)

    assert code == ExitCode.OK
    assert (
        "not checked: files in the folder that do not belong to the packet: signoff.json, "
        "signed/scan.pdf" in out
    )
    assert "beside the bundle, but not part of it: declaration signed.pdf" in out

    shutil.copyfile(packet / "bundle.pdf", packet / "signed/copy.pdf")
    (packet / "Bundle_Part2.PDF").write_bytes(factories.text_pdf())

    code, out = verify(packet)

    assert code == ExitCode.PROOF_FAILED
    assert "look like part of it: Bundle_Part2.PDF, signed/copy.pdf" in out


def test_strict_passes_a_packet_without_gaps_and_warnings(small: Path) -> None:
    code, out = verify(small / "build/child", "--strict")

    assert code == ExitCode.OK
    assert "not checked" not in out


def test_strict_fails_where_something_could_not_be_checked(copy: Path, tmp_path: Path) -> None:
    packet = copy / "build/child"
    (packet / "signoff.json").write_text("{}")
    elsewhere = Path(shutil.copytree(packet, tmp_path / "elsewhere/child"))

    for folder, gap in (
        (packet, "not belong to the packet: signoff.json"),
        (elsewhere, "the case folder was not given"),
    ):
        assert verify(folder)[0] == ExitCode.OK
        code, out = verify(folder, "--strict")
        assert code == ExitCode.PROOF_FAILED
        assert gap in out
        assert "verify: not everything could be checked, and --strict requires it; give" in out


def test_strict_fails_for_warnings_of_the_manifest(copy: Path) -> None:
    packet = copy / "build/child"
    data = json.loads((packet / MANIFEST_FILE).read_text())
    warning = {
        "rule": "CITE.UNUSED",
        "severity": "warning",
        "where": "case.json",
        "problem": "no text cites exhibit scan",
        "remedy": "cite it",
        "region": [0, 0, 1, 1],
    }
    data["findings"] = [{**warning, "severity": "info"}]
    (packet / MANIFEST_FILE).write_text(json.dumps(data))
    assert verify(packet, "--strict")[0] == ExitCode.OK
    data["findings"].append(warning)
    (packet / MANIFEST_FILE).write_text(json.dumps(data))

    assert verify(packet)[0] == ExitCode.OK
    code, out = verify(packet, "--strict")
    ran = CliRunner().invoke(main, ["verify", str(packet), "--strict", "--json", "--jobs", "1"])

    assert code == ran.exit_code == ExitCode.CASE_REJECTED
    assert "warning CITE.UNUSED case.json: no text cites exhibit scan; cite it" in out
    assert "verify: the packet was built with warnings, which --strict does not allow; fix" in out
    assert [one["rule"] for one in json.loads(ran.stdout)["warnings"]] == ["CITE.UNUSED"]


def test_strict_fails_for_warnings_of_a_profile(small: Path) -> None:
    code, out = verify(small / "build/child", "--profile", "eoir-ecas")
    strict, same = verify(small / "build/child", "--profile", "eoir-ecas", "--strict")

    assert (code, "warning PROFILE.PART" in out) == (ExitCode.OK, True)
    assert strict == ExitCode.CASE_REJECTED
    assert same.startswith(out)


@pytest.mark.parametrize("option", ["--case", "--against"])
def test_what_is_of_a_packet_is_refused_for_a_file(tmp_path: Path, option: str) -> None:
    (tmp_path / "a.pdf").write_bytes(factories.text_pdf())

    code, out = verify(tmp_path / "a.pdf", option, tmp_path if option == "--case" else "0" * 64)

    assert code == ExitCode.USAGE
    assert f"{option} needs a packet's folder" in out


def test_an_output_that_is_a_link_is_not_taken_for_the_file(copy: Path, tmp_path: Path) -> None:
    path = copy / "build/child/drafts/index.docx"
    shutil.move(path, tmp_path / "elsewhere.docx")
    path.symlink_to(tmp_path / "elsewhere.docx")

    code, out = verify(copy / "build/child")

    assert code == ExitCode.PROOF_FAILED
    assert "changed or missing: drafts/index.docx" in out


def test_bundle_and_batch_print_the_digest_to_be_noted_down(copy: Path) -> None:
    day = ["--as-of", AS_OF.isoformat(), "--jobs", "1"]

    text = CliRunner().invoke(main, ["bundle", str(copy), *day])
    noted = read_digest(copy / "build/child")
    coded = CliRunner().invoke(main, ["batch", str(copy), "--resume", "--json", *day])

    assert (text.exit_code, coded.exit_code) == (ExitCode.OK, ExitCode.OK)
    assert f"digest {noted}" in text.stdout
    assert json.loads(coded.stdout)[0]["digests"] == [noted]


def test_other_commands_refuse_a_broken_manifest_by_its_place(copy: Path, tmp_path: Path) -> None:
    packet = copy / "build/child"
    data = json.loads((packet / MANIFEST_FILE).read_text())
    data["volumes"][0]["path"] = "../bundle.pdf"
    (packet / MANIFEST_FILE).write_text(json.dumps(data))

    more = {
        "print": [],
        "unbundle": ["-o", str(tmp_path / "out")],
        "verify": ["--profile", "uscis-online"],
    }
    for command, options in more.items():
        result = CliRunner().invoke(main, [command, str(packet), *options])

        assert result.exit_code == ExitCode.PROOF_FAILED
        assert (
            "manifest.json /volumes/0/path: the text is not in the expected format" in result.output
        )

"""The commands that meet faults: what lies before each, how it is called, what it may change."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from assembler.forms import load_maps
from assembler.runtime.manifest_reader import read_manifest
from assembler.runtime.resources import Shelf
from tests import factories
from tests.support import scans
from tests.support.signed_forms import mapped_blank

AS_OF = "2026-11-23"
_PACKET = "case/build/child"
_RunCommand = Callable[[Sequence[str]], None]
# facts of the client that no message may show
CANARIES = ("Testina", "Exemplar", "Probanda", "Muster", "1 Sample Street", "2018-04-05", "Prueba")
DESK_CHANGE = {
    "pointer": "/request/length_reason",
    "was": "Treatment takes a year.",
    "value": "Treatment takes ten months.",
}
_SHEET = (
    "Case number,First name,Last name,DOB,Nationality,Petitioner phone\n"
    "small-case,Testina,Exemplar,2018-04-05,UTO,+1 312 555 0147\n"
)
_NEW_ROWS = (
    "Case number,First name,Last name,DOB,Nationality,Petitioner phone\n"
    "lopez-1,Prueba,Exemplar,1990-05-17,Guatemala,+1 312 555 0147\n"
    "lopez-2,Testina,Muster,1991-06-18,Guatemala,+1 312 555 0148\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command. `prepare` fills an empty folder, in which it may run commands; `outputs` are the
    paths that a run may change, each as a whole; `share`: how often it is drawn; `limit`: seconds.
    """

    name: str
    arguments: tuple[str, ...]
    prepare: Callable[[Path, _RunCommand], None]
    outputs: tuple[str, ...]
    loose: tuple[str, ...] = ()  # files that differ from run to run
    partial: str = ""  # in the output of a run that names what it could not read
    share: int = 4
    limit: float = 60.0


def make_case(folder: Path, title: str = "Letter of the doctor") -> None:
    """Write a case with one letter of two pages: quick to build, and nothing is recognized."""
    (folder / "evidence").mkdir(parents=True)
    (folder / "evidence/letter.pdf").write_bytes(make_letter("It is about Testina Exemplar."))
    case = deepcopy(factories.CASE)
    exhibit = {**case["exhibits"][0], "title": title, "supports": factories.SUPPORTS}
    request = {
        **case["request"],
        "basis": ["The child needs care, as her doctor writes [@letter, p. 2]."],
        "why_no_visa": "There is no time for a visa [@letter].",
    }
    factories.write_case(
        folder, {**case, "exhibits": [exhibit], "declarations": [], "request": request}
    )


def make_letter(line: str) -> bytes:
    """Return a letter of two pages."""
    return factories.text_pdf([["First page of the letter.", line], ["Second page of the letter."]])


def change_title(case: Path, title: str) -> None:
    """Change the title of the exhibit in case.json."""
    data = json.loads((case / "case.json").read_text(encoding="utf8"))
    data["exhibits"][0]["title"] = title
    factories.write_case(case, data)


def _bundle(folder: str = "case", *more: str) -> tuple[str, ...]:
    return ("bundle", folder, "--as-of", AS_OF, "--jobs", "1", *more)


def _prepare_case(root: Path, _run: _RunCommand) -> None:
    make_case(root / "case")


def _prepare_cached(root: Path, run: _RunCommand) -> None:
    """A case whose evidence is prepared, without a packet."""
    make_case(root / "case")
    run(_bundle())
    shutil.rmtree(root / "case/build")


def _prepare_packet(root: Path, run: _RunCommand) -> None:
    make_case(root / "case")
    run(_bundle("case", "--keep-originals"))


def _prepare_rebuild(root: Path, run: _RunCommand) -> None:
    """A packet with files of a person in it, and a case that has changed since."""
    make_case(root / "case")
    run(_bundle())
    (root / _PACKET / "notes.txt").write_text("ask about the date")
    with (root / _PACKET / "claims.docx").open("ab") as stream:
        stream.write(b"changed by hand")
    change_title(root / "case", "Letter of the physician")


def _prepare_desk(root: Path, run: _RunCommand) -> None:
    """A case whose letters are prepared as they are after the change at the desk."""
    make_case(root / "case")
    text = (root / "case/case.json").read_text(encoding="utf8")
    (root / "case/case.json").write_text(
        text.replace(DESK_CHANGE["was"], DESK_CHANGE["value"]), encoding="utf8"
    )
    run(_bundle("case", "--profile", "uscis-online"))
    shutil.rmtree(root / "case/build")
    (root / "case/case.json").write_text(text, encoding="utf8")


def _prepare_batch(root: Path, run: _RunCommand) -> None:
    make_case(root / "cases/one")
    run(_bundle("cases/one"))
    shutil.rmtree(root / "cases/one/build")
    shutil.copytree(root / "cases/one", root / "cases/two")
    text = (root / "cases/two/case.json").read_text(encoding="utf8")
    (root / "cases/two/case.json").write_text(text.replace("small-case", "other-case"))


def _prepare_import(root: Path, _run: _RunCommand) -> None:
    make_case(root / "case")
    (root / "facts.csv").write_text(_SHEET)


def _prepare_new_cases(root: Path, _run: _RunCommand) -> None:
    (root / "clients").mkdir()
    (root / "rows.csv").write_text(_NEW_ROWS)


def _prepare_unlisted(root: Path, run: _RunCommand) -> None:
    """A case whose letter no exhibit lists, already read once."""
    make_case(root / "case")
    (root / "case/evidence/report.pdf").write_bytes(
        factories.text_pdf([["Medical report, October 1, 2026", "Testina Exemplar was seen."]])
    )
    run(("propose", "case", "--dry-run", "--as-of", AS_OF, "--jobs", "1"))


def _prepare_forms(root: Path, _run: _RunCommand) -> None:
    make_case(root / "case")
    (root / "case/forms").mkdir()
    form = next(form for form in load_maps(Shelf.default()) if form.form == "i-131")
    mapped_blank(root / "case/forms/i-131.pdf", form)
    data = json.loads((root / "case/case.json").read_text(encoding="utf8"))
    data["forms"] = [{"form": "i-131", "path": "forms/i-131.pdf", "completed": False}]
    factories.write_case(root / "case", data)


def _prepare_scan(root: Path, run: _RunCommand) -> None:
    _prepare_packet(root, run)
    place = next(place for place in read_manifest(root / _PACKET).signatures if place.box)
    dice = random.Random(place.number)
    sheet = scans.print_page(root / _PACKET / "bundle.pdf", place.number)
    scans.draw_signature(sheet, place.box, dice)
    look = scans.ScanLook(dpi=150, skew=0.8, noise=2.0)
    (root / "scan.jpg").write_bytes(scans.code_scan(scans.scan_sheet(sheet, look, dice), look.dpi))


def _prepare_shelf(_root: Path, run: _RunCommand) -> None:
    run((*_CONFIRM[:2], "fees/i-134", *_CONFIRM[3:]))


_CONFIRM = (
    *("facts", "confirm", "fees/i-131-parole", "--on", "2026-11-20"),
    *("--source", "https://www.uscis.gov/i-131", "--shelf", "firm"),
)
COMMANDS = {
    command.name: command
    for command in (
        Command(
            name="bundle", arguments=_bundle(), prepare=_prepare_cached, outputs=(_PACKET,), share=8
        ),
        Command(
            name="bundle-cold",
            arguments=_bundle(),
            prepare=_prepare_case,
            outputs=(_PACKET,),
            share=3,
        ),
        Command(
            name="rebundle",
            arguments=_bundle(),
            prepare=_prepare_rebuild,
            outputs=(_PACKET, f"{_PACKET}.kept-{AS_OF}"),
            share=8,
        ),
        Command(
            name="reprove",
            arguments=_bundle("case", "--keep-originals"),
            prepare=_prepare_packet,
            outputs=(_PACKET,),
            share=2,
        ),
        Command(
            name="batch",
            arguments=("batch", "cases", "--as-of", AS_OF, "--jobs", "1", "--junit", "report.xml"),
            prepare=_prepare_batch,
            outputs=("cases/one/build/child", "cases/two/build/child"),
            loose=("report.xml", "cases/index.html"),
            share=1,
            limit=120.0,
        ),
        Command(
            name="import",
            arguments=("import", "facts.csv", "--into", "case"),
            prepare=_prepare_import,
            outputs=("case/case.json",),
            share=10,
        ),
        Command(
            name="import-new",
            arguments=("import", "rows.csv", "--new", "clients", "--reason", "urgent-medical"),
            prepare=_prepare_new_cases,
            outputs=("clients/lopez-1", "clients/lopez-2"),
            share=8,
        ),
        Command(
            name="propose",
            arguments=("propose", "case", "--as-of", AS_OF, "--jobs", "1"),
            prepare=_prepare_unlisted,
            outputs=("case/case.json",),
            partial="EVID.UNREADABLE",
            share=8,
        ),
        Command(
            name="print",
            arguments=("print", _PACKET, "--jobs", "1"),
            prepare=_prepare_packet,
            outputs=(f"{_PACKET}/print",),
        ),
        Command(
            name="forms",
            arguments=("forms", "fill", "case", "--as-of", AS_OF),
            prepare=_prepare_forms,
            outputs=("case/filled-forms/child/i-131.pdf",),
            share=6,
        ),
        Command(
            name="sign",
            arguments=("sign", "case", "scan.jpg", "--jobs", "1"),
            prepare=_prepare_scan,
            outputs=(f"{_PACKET}/signed",),
            share=3,
        ),
        Command(
            name="unbundle",
            arguments=("unbundle", _PACKET, "--out", "restored"),
            prepare=_prepare_packet,
            outputs=("restored",),
            share=10,
        ),
        Command(
            name="facts",
            arguments=_CONFIRM,
            prepare=_prepare_shelf,
            outputs=("firm/schemas/confirmed-facts.json",),
            share=10,
        ),
        Command(
            name="purge", arguments=("cache", "purge", "case"), prepare=_prepare_cached, outputs=()
        ),
        Command(
            name="desk",
            arguments=("desk", ".", "--no-browser", "--jobs", "1", "--as-of", AS_OF),
            prepare=_prepare_desk,
            outputs=("case/case.json", _PACKET),
            share=2,
        ),
    )
}

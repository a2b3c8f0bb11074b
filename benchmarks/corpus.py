"""`python -m benchmarks.corpus FOLDER…`: every file of the folders as the only exhibit of a case,
opened, prepared, bound and proved; a table of what became of each, and how often each thing
happened.

A file that is refused until a person accepts its repair or a loss is built once more with that
accepted: it must then be proved like any other. `--full` prints every file, in the form
docs/evidence.md keeps.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from assembler import evidence
from assembler.bundle import BundleStyle, bind
from assembler.documents.drafts import read_exhibit_page_facts, read_page_sources
from assembler.errors import AssemblerError, EvidenceUnreadable
from assembler.layout.page_order import arrange_pages
from assembler.model import (
    Case,
    DocumentId,
    Exhibit,
    FilePart,
    Finding,
    Name,
    Part,
    PartKind,
    Person,
    Plan,
    Prepared,
    Profile,
    Request,
    SourceFile,
    Volume,
)
from assembler.pipeline.packet_folder import keep_for_proof
from assembler.proof import prove
from assembler.report import manifest_writer
from assembler.report.manifest_builder import BoundPacket, PacketRemarks, build_manifest
from assembler.runtime.resources import stamp_font
from assembler.runtime.workshop import Workshop

_WORDS = (".txt", ".md", ".json", ".csv", ".xml", ".tsv", ".html")  # ground truth beside the files
_PERSON = Person(id="x", name=Name(given="Testina", family="Exemplar"))
_TOLD = ("EVID.",)
_OF_A_PACKET = (
    "index",
    "tab-sheets",
    "bookmark",
    "agreement",
    "cites",
    "own-links",
    "enclosures",
)  # there is no letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What became of a file. `outcome`: accepted, loss accepted, repaired, refused, or NOT
    PROVED."""

    name: str
    outcome: str
    pages: int = 0
    rules: tuple[str, ...] = ()
    reason: str = ""


def main() -> None:
    """Print the table; exit 1 if a page is not as its source shows it, or a reader was brought
    down."""
    asked = [Path(one) for one in sys.argv[1:] if not one.startswith("--")]
    files = sorted(
        path
        for one in asked
        for path in one.rglob("*")
        if path.is_file() and path.suffix.lower() not in _WORDS
    )
    rows = []
    for row in run(files):
        rows.append(row)
        print(
            row.outcome,
            row.name,
            row.pages,
            ", ".join(row.rules),
            row.reason,
            sep=" | ",
            file=sys.stderr,
            flush=True,
        )
    print("\n".join(summary(rows)))
    if "--full" in sys.argv:
        print("\n".join(table(rows)))
    raise SystemExit(any(row.outcome == "NOT PROVED" or "EVID.CRASH" in row.rules for row in rows))


def run(files: Sequence[Path], jobs: int = 2) -> Iterator[Row]:
    """What becomes of each file, in order."""
    with tempfile.TemporaryDirectory() as home, Workshop(Path(home) / "home", jobs=jobs) as shop:
        for path in files:
            yield _row(path, shop, Path(home))


def _row(path: Path, shop: Workshop, home: Path) -> Row:
    part = FilePart(path=path.name)
    try:
        return _proved(path, part, shop, home)
    except EvidenceUnreadable as error:
        told = tuple(error.findings)
    except AssemblerError as error:
        return Row(
            name=path.name, outcome="refused", rules=(type(error).__name__,), reason=str(error)
        )
    rules = tuple(dict.fromkeys(one.rule for one in told))
    refused = Row(name=path.name, outcome="refused", rules=rules, reason=told[0].problem)
    if not all('"accept_' in one.remedy for one in told):
        return refused
    repaired = "EVID.REPAIRED" in rules
    accepted = replace(part, accept_loss=rules, accept_repair=_digest(path) if repaired else "")
    try:
        made = _proved(path, accepted, shop, home)
    except AssemblerError as error:
        return replace(refused, outcome="NOT PROVED", reason=str(error))
    if made.outcome != "accepted":
        return replace(made, rules=rules)
    return replace(
        made,
        outcome="repaired" if repaired else "loss accepted",
        rules=rules,
        reason=told[0].problem,
    )


def _proved(path: Path, part: FilePart, shop: Workshop, home: Path) -> Row:
    """Prepared, bound with a stamp on each page, and compared page by page with the file itself."""
    exhibit = Exhibit(id="file", title="t", category="other", parts=(part,))
    source = SourceFile(path=path.name, size=path.stat().st_size, sha256=_digest(path))
    case = _case(exhibit, source)
    (prepared,) = evidence.prepare(case, path.parent, shop)
    packet = home / "packet"
    shutil.rmtree(packet, ignore_errors=True)
    packet.mkdir()
    _lay_packet(case, prepared, packet)
    proof = prove(packet, path.parent, shop)
    wrong = [
        f"{check.name}: {check.detail}"
        for check in proof.checks
        if not check.ok and check.name not in _OF_A_PACKET
    ]
    told = [one for one in prepared.findings if one.rule.startswith(_TOLD)]
    return Row(
        name=path.name,
        outcome="NOT PROVED" if wrong else "accepted",
        pages=len(prepared.pages),
        rules=tuple(dict.fromkeys(one.rule for one in told)),
        reason=wrong[0] if wrong else _first(told),
    )


def _first(told: Sequence[Finding]) -> str:
    return told[0].problem if told else ""


def _lay_packet(case: Case, prepared: Prepared, packet: Path) -> None:
    """A packet of the one exhibit, without a letter or an index: bundle, recognized words and
    manifest."""
    part = Part(
        id="file",
        kind=PartKind.EXHIBIT,
        title="t",
        document=DocumentId.exhibit("file"),
        tab="A",
        exhibit="file",
    )
    plan = Plan(packet="x", beneficiary="x", kind="parole", title="t", parts=(part,))
    sources = {"file": read_page_sources(prepared)}
    layout = arrange_pages(plan, case, {part.document: read_exhibit_page_facts(prepared)}, sources)
    bind(
        layout, {part.document: prepared.pdf}, packet / "bundle.pdf", BundleStyle(font=stamp_font())
    )
    keep_for_proof((), {}, (prepared,), packet)
    bound = BoundPacket(
        case=case,
        plan=plan,
        layout=layout,
        prepared=(prepared,),
        drafts=(),
        as_of=date(2026, 11, 23),
        profile=Profile(id="x", title="x"),
        volumes=(Volume(path="bundle.pdf", first=1, last=len(layout.leaves)),),
    )
    remarks = PacketRemarks(findings=prepared.findings)
    manifest = manifest_writer.add_outputs(build_manifest(bound, remarks), packet)
    manifest_writer.write_manifest(packet, manifest, final=False)


def _case(exhibit: Exhibit, source: SourceFile) -> Case:
    request = Request(filing="online", fee="pay", length_months=12)
    return Case(
        id="corpus",
        kind="parole",
        reasons=("other",),
        petitioner=_PERSON,
        beneficiaries=(_PERSON,),
        supporters=(),
        attorney=None,
        request=request,
        declarations=(),
        exhibits=(exhibit,),
        files=(source,),
    )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def summary(rows: Sequence[Row]) -> Iterator[str]:
    """Files by outcome and rule, most first."""
    yield f"{len(rows)} files, {sum(row.pages for row in rows)} pages proved"
    yield ""
    yield "| outcome | rules | files |"
    yield "|---|---|---|"
    counted = Counter((row.outcome, ", ".join(row.rules)) for row in rows)
    for (outcome, rules), count in sorted(
        counted.items(), key=lambda pair: (pair[0][0], -pair[1], pair[0][1])
    ):
        yield f"| {outcome} | {rules} | {count} |"


def table(rows: Sequence[Row]) -> Iterator[str]:
    """Every file."""
    yield ""
    yield "| file | outcome | pages | rules | first reason |"
    yield "|---|---|---|---|---|"
    for row in rows:
        yield (
            f"| {row.name} | {row.outcome} | {row.pages or ''} | {', '.join(row.rules)} | "
            f"{row.reason} |"
        )


if __name__ == "__main__":
    main()

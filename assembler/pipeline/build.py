"""`bundle`: from evidence that is ready to proven packets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assembler import (
    crosscheck,
    forms,
    intake,
    receivers,
    rules,
)
from assembler import (
    documents as drafts,
)
from assembler import (
    proof as prove,
)
from assembler.bundle import print_set
from assembler.errors import ProofFailed, TemplateBroken
from assembler.layout import amendment
from assembler.model import (
    Check,
    Contradiction,
    Draft,
    Finding,
    Layout,
    PartKind,
    Plan,
    Prepared,
    Profile,
    Proof,
    Volume,
)
from assembler.pipeline import amend, existing_packets, packet_folder, size_limit
from assembler.pipeline.doctor import engine_versions
from assembler.pipeline.options import Built, Options, Tell, stop_if_strict
from assembler.pipeline.prepared_case import Ready, blanks, held, prepare
from assembler.pipeline.size_limit import Within
from assembler.report import manifest_writer, originals, review
from assembler.runtime import manifest_reader
from assembler.runtime.publishing import publish, staging
from assembler.runtime.resources import Shelf
from assembler.runtime.workshop import Workshop

_ROUNDS = 4  # without the list of files, with it, with the pages it moved, and one more


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """Everything a packet is bound from, and the papers that lie beside it."""

    plan: Plan
    layout: Layout
    prepared: tuple[Prepared, ...]  # of this packet
    drafts: tuple[Draft, ...]
    forms: tuple[forms.Done, ...]
    papers: Mapping[str, Path]
    documents: Mapping[str, Path]  # Part.document → PDF
    claims: list[dict[str, Any]]
    findings: tuple[Finding, ...]
    contradictions: tuple[Contradiction, ...]  # of its forms and letters; those of the evidence are the case's


def bundle(
    folder: Path, shelf: Shelf, workshop: Workshop, options: Options, tell: Tell, out: Path | None = None
) -> tuple[Built, ...]:
    """Build and prove every packet of a case, each in `out`/<packet> (default: the case's build/).

    Evidence is prepared once for all of them. Where nothing has changed since they were built, they are only proved again.
    Raises an AssemblerError; then no packet's folder is half-made.
    """
    tell("read", 0, 0)
    target = out or folder / "build"
    profile = receivers.load(shelf, options.profile, folder)
    case = intake.read_case(folder, shelf)
    for person in case.beneficiaries:
        packet_folder.place(case, folder, person.id, out)  # before an hour of work, not after it
    seal = existing_packets.seal(case, folder, shelf, options)
    stands = existing_packets.sealed(case, target, seal)
    if stands and (again := existing_packets.prove_again(stands, folder, target, workshop, tell)):
        return again
    ready = prepare(case, folder, shelf, workshop, options, tell)
    stop_if_strict(ready.case, ready.findings, options)
    return tuple(_packet(plan, ready, profile, seal, shelf, workshop, options, tell, target) for plan in ready.plans)


def _packet(
    plan: Plan,
    ready: Ready,
    profile: Profile,
    seal: str,
    shelf: Shelf,
    workshop: Workshop,
    options: Options,
    tell: Tell,
    target: Path,
) -> Built:
    drawn = _draw(plan, ready, shelf, workshop, options, tell)
    final, record = target / plan.packet, manifest_writer.record_of(ready.case.id, plan.packet)
    with staging(final, record, options.as_of) as made:
        drawn, bound = _bound(drawn, ready, profile, shelf, workshop, options, tell, made)
        volumes = bound.volumes
        advice = receivers.advice([made / one.path for one in volumes], profile, workshop, [p.id for p in plan.parts])
        found = (*drawn.findings, *bound.findings, *blanks(plan, profile), *advice)
        stop_if_strict(ready.case, found, options)
        _keep(drawn, ready, made)
        kept = originals.keep(ready.case, plan, ready.folder, made) if options.keep_originals else []
        data = {**_manifest(drawn, ready, found, bound, profile, seal, options), "originals": {"files": kept} if kept else None}
        data = manifest_writer.with_outputs(data, made)
        manifest_writer.write(made, data, final=False)
        tell("prove", 0, 0)
        proof = prove.prove(made, ready.folder, workshop, remember=True, pictures=options.thumbnails)
        _stop_if_unproved(ready, plan, proof)
        data = manifest_writer.with_proof(data, proof.checks, proof.not_checked)
        tell("review", 0, 0)
        boxes = {one.exhibit: [page.boxes for page in one.pages] for one in drawn.prepared}
        page = review.write(
            made, data, boxes, shelf.schema("signoff.json"), ready.folder, workshop, thumbnails=options.thumbnails,
            prints=proof.prints,
        )
        manifest_writer.write(made, manifest_writer.with_output(data, page, made))
        workshop.cache.hold(_taken(drawn))
        theirs = publish(made, final, record, options.as_of, derived=print_set.FOLDER)
    return Built(
        case=ready.case.id, packet=plan.packet, folder=final, files=tuple(one.path for one in volumes),
        pages=len(drawn.layout.leaves), exhibits=len(drawn.layout.index), findings=found, proof=proof, kept=theirs,
        digest=manifest_reader.digest_of(final),
    )


def _taken(drawn: _Drawn) -> Iterator[Path]:
    """Every file of the cache that went into the packet."""
    yield from drawn.documents.values()
    yield from (one.docx for one in drawn.drafts)
    yield from (page.boxes for one in drawn.prepared for page in one.pages if page.boxes)


def _bound(
    drawn: _Drawn, ready: Ready, profile: Profile, shelf: Shelf, workshop: Workshop, options: Options, tell: Tell, made: Path
) -> tuple[_Drawn, Within]:
    """Bound into `made`. A bundle that takes several files is drawn again, since its index names them."""
    for _ in range(_ROUNDS):
        tell("bind", 0, 0)
        workshop.cache.hold(drawn.documents.values())  # they may have been made long ago
        bound = size_limit.bind(drawn.layout, drawn.documents, ready.prepared, made, profile, workshop)
        needed = bound.volumes if len(bound.volumes) > 1 else ()
        if needed == drawn.layout.files:
            return drawn, bound
        for one in bound.volumes:
            (made / one.path).unlink()
        drawn = _draw(drawn.plan, ready, shelf, workshop, options, tell, needed)
    raise TemplateBroken(
        "the list of the bundle's files does not hold still", where="index",
        remedy="the index grows or shrinks with the names it prints; give it room",
    )


def _draw(
    plan: Plan, ready: Ready, shelf: Shelf, workshop: Workshop, options: Options, tell: Tell,
    files: Sequence[Volume] = (),
) -> _Drawn:
    """Fill forms, letters and papers, and arrange; stops at findings as it goes."""
    case, folder = ready.case, ready.folder
    mine = _mine(plan, ready)
    filled = forms.fill_packet(plan, case, folder, shelf, workshop, rules.editions(ready.known))
    found = (*ready.findings, *filled.findings)
    stop_if_strict(case, found, options)
    form_files = {one.exhibit: one.pdf for one in ready.prepared if one.exhibit.startswith("form:")}
    form_files |= {one.document: one.flattened for one in filled.filled}
    facts_of_forms = {name: drafts.facts_of(path) for name, path in form_files.items()}
    form_pages = amend.with_content(facts_of_forms, case, filled.filled)
    found = (*found, *amend.findings(plan, mine, form_pages, options))
    stop_if_strict(case, found, options)
    filed = amend.of(plan, options)
    facts = rules.letter_facts(case, ready.known, options.as_of)
    made, layout = drafts.settle(
        plan, case, mine, form_pages,
        shelf=shelf, folder=folder, workshop=workshop, facts=facts, as_of=options.as_of, engine=options.engine, tell=tell,
        filed=filed, files=files,
    )  # fmt: skip
    told = _told(made, ready, shelf)
    of_drafts = (*(finding for one in made for finding in one.findings), *told.findings)
    found = (*found, *(amendment.lost(layout, filed) if filed else ()), *held(plan), *of_drafts)
    stop_if_strict(case, found, options)
    claims = rules.claims(ready.judged, plan, layout, [person.id for person in case.beneficiaries])
    sheets = forms.answer_sheets(case, shelf) if held(plan) else []
    papers = drafts.papers(
        drafts.wanted(plan, sheets, claims), plan, case, layout,
        shelf=shelf, folder=folder, workshop=workshop, facts=facts, as_of=options.as_of,
    )  # fmt: skip
    documents = {one.id: one.pdf for one in made} | {f"exhibit:{one.exhibit}": one.pdf for one in mine} | form_files
    return _Drawn(
        plan=plan, layout=layout, prepared=mine, drafts=made, forms=filled.filled, papers=papers, documents=documents,
        claims=claims, findings=found, contradictions=(*filled.contradictions, *told.contradictions),
    )


def _told(made: Sequence[Draft], ready: Ready, shelf: Shelf) -> crosscheck.Crosschecked:
    """What letters and declarations say otherwise than the case."""
    names = {f"drafts/{one.id.removeprefix('draft:')}.docx": drafts.words_of(one) for one in made}
    said = [one.but for one in ready.crossed.contradictions]
    return crosscheck.of_documents(ready.case, names, shelf.schema("crosscheck.json"), said)


def _mine(plan: Plan, ready: Ready) -> tuple[Prepared, ...]:
    wanted = {part.exhibit for part in plan.parts if part.kind is PartKind.EXHIBIT}
    return tuple(one for one in ready.prepared if one.exhibit in wanted)


def _keep(drawn: _Drawn, ready: Ready, made: Path) -> None:
    """What lies beside the bundle; the pages that only hold a form's place are of no use as Word files."""
    places = {part.document for part in drawn.plan.parts if part.holds_place}
    packet_folder.lay_drafts([one for one in drawn.drafts if one.id not in places], made)
    packet_folder.keep_forms(drawn.forms, made)
    packet_folder.keep_papers(drawn.papers, made)
    bound = {leaf.document for leaf in drawn.layout.leaves}
    filled = {one.document: one.flattened for one in drawn.forms if one.document in bound}
    completed = [one for one in ready.prepared if one.exhibit in bound]
    packet_folder.keep_for_proof(drawn.drafts, filled, [*drawn.prepared, *completed], made)


def _manifest(
    drawn: _Drawn, ready: Ready, found: tuple[Finding, ...], bound: Within, profile: Profile, seal: str,
    options: Options,
) -> dict[str, Any]:  # fmt: skip
    filled = {one.document for one in drawn.forms}
    wanted = {part.document for part in drawn.plan.parts if part.kind is PartKind.FORM and part.document not in filled}
    completed = [one for one in ready.prepared if one.exhibit in wanted]
    return manifest_writer.manifest(
        case=ready.case, plan=drawn.plan, layout=drawn.layout, prepared=(*drawn.prepared, *completed), drafts=drawn.drafts,
        findings=found,
        engines=engine_versions(), as_of=options.as_of, profile=profile, volumes=bound.volumes, claims=drawn.claims,
        relied=rules.relied(ready.judged), not_checked=ready.judged.not_checked,
        looked=[asdict(one) for one in ready.crossed.looked],
        contradictions=[asdict(one) for one in (*ready.crossed.contradictions, *drawn.contradictions)], seal=seal,
        filed=amend.of(drawn.plan, options), fitted=bound.fitted, filled=[one.document for one in drawn.forms],
    )  # fmt: skip


def _stop_if_unproved(ready: Ready, plan: Plan, proof: Proof) -> None:
    if not proof.ok:
        failed = [_failed(check) for check in proof.checks if not check.ok]
        raise ProofFailed(
            "the bundle is not what it should be, and was not put in place", failed, where=f"{ready.case.id}/{plan.packet}",
            remedy="run again with -v and report it, without client data",
        )


def _failed(check: Check) -> str:
    return f"proof {check.name}{f', exhibit {check.exhibit}' if check.exhibit else ''}: {check.detail}"

"""report: manifest.json, where every page came from and everything a person should know. Pure but
for the writing.

Plan, case, layout, prepared evidence and drafts come in; one JSON document goes out, mode 0600: it
is confidential. `verify` works from it alone, a year later.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from assembler import __version__
from assembler.errors import OutputNotWritten
from assembler.model import (
    Case,
    Check,
    Draft,
    Filed,
    Finding,
    Fitted,
    Layout,
    Leaf,
    Part,
    PartKind,
    Plan,
    Prepared,
    PreparedPage,
    Profile,
    Volume,
)
from assembler.runtime.atomic_files import write_atomic
from assembler.runtime.resources import Shelf
from assembler.runtime.user_files import read_record

NAME = "manifest.json"
FORMAT = 2  # 2: with `kept`, what the proof compares our own pages and recognized words with
WORDS = (
    "proof/words.jsonl"  # words of recognized pages, and where each stands; a line for each page
)

# what is used of a manifest before the proof reads all of it
_USED = (
    ("case", str),
    ("ledger", list),
    ("volumes", list),
    ("index", list),
    ("findings", list),
    ("word_engines", dict),
)

NOT_CHECKED = (
    "whether signatures are in ink and by the right person",
    "whether what the evidence and the statements say is true",
    "whether a translation is faithful to its original",
    "handwriting, stamps and seals that recognition could not read",
    "whether the dated facts (fees, editions, addresses) still hold today: confirm them at their "
    "source",
)


def manifest(
    *,
    case: Case,
    plan: Plan,
    layout: Layout,
    prepared: Sequence[Prepared],
    drafts: Sequence[Draft],
    findings: Sequence[Finding],
    engines: Mapping[str, str],
    as_of: date,
    profile: Profile,
    volumes: Sequence[Volume],
    claims: Sequence[Mapping[str, Any]] = (),
    relied: Sequence[Mapping[str, Any]] = (),
    not_checked: Sequence[str] = (),
    looked: Sequence[Mapping[str, Any]] = (),
    contradictions: Sequence[Mapping[str, Any]] = (),
    seal: str = "",
    filed: Filed | None = None,
    fitted: Sequence[Fitted] = (),
    filled: Sequence[str] = (),
) -> dict[str, Any]:
    """Everything but the outputs and the proof, which `with_outputs` and `with_proof` add when
    there are any.

    `claims`: requirements and the exhibits that meet them. `relied`: dated facts that were used.
    `not_checked`: sentences. `looked`: what was looked for in the evidence. `contradictions`: what
    says other than the case; these hold client facts. `filed`: the packet as it was filed, whose
    pages keep their numbers. `fitted`: pages whose pictures were stored again. `filled`: documents
    of the forms that we filled.
    """
    pages = {one.exhibit: one.pages for one in prepared}
    fits = {(one.document, one.index): one for one in fitted}
    return {
        "format": FORMAT,
        "assembler": __version__,
        "case": case.id,
        "kind": case.kind,
        "packet": plan.packet,
        "profile": profile.id,
        "max_bytes": profile.max_bytes,
        "linked": profile.links != "none",
        "marking": {key: getattr(profile.marking, key) for key in ("exhibit", "tab", "other")},
        "volumes": [asdict(one) for one in volumes],
        "kept": {
            "drafts": [_kept_draft(one, plan) for one in drafts],
            "forms": _kept_forms(layout, filled),
            "words": WORDS,
        },
        "as_of": as_of.isoformat(),
        "seal": seal,
        "inputs": [asdict(record) for record in case.files],
        "exhibits": [_exhibit(case, part) for part in plan.parts if part.kind is PartKind.EXHIBIT],
        "frozen": _frozen(filed) if filed else None,
        "ledger": [
            _entry(leaf, pages, fits.get((leaf.document, leaf.index)), gray=profile.color == "gray")
            for leaf in layout.leaves
        ],
        "index": [_row(row) for row in layout.index],
        "bookmarks": [asdict(mark) for mark in layout.bookmarks],
        "addresses": dict(layout.addresses),
        "removed": [
            asdict(one) | {"exhibit": exhibit.exhibit}
            for exhibit in prepared
            for one in exhibit.removed
        ],
        "opened": _opened(prepared),
        "findings": [_finding(finding) for finding in findings],
        "engines": dict(sorted(engines.items())),
        "word_engines": {one.id: one.engine for one in drafts},
        "matrix": [dict(claim) for claim in claims],
        "facts_used": [dict(fact) for fact in relied],
        "looked": [dict(one) for one in looked],
        "contradictions": [dict(one) for one in contradictions],
        "not_checked": [*NOT_CHECKED, *not_checked],
    }


def seal_of(
    case: Case, folder: Path, shelf: Shelf, asked: object, surroundings: Mapping[str, str]
) -> str:
    """One hash of everything a build depends on: while it stays the same, building again would give
    the same bytes.

    case.json and all files it lists (`case` must be read with their hashes), the case's own
    templates and profiles, the shelf, what was asked, and what `surroundings` says of the program,
    its libraries and this machine.
    """
    own = sorted(
        path
        for place in ("templates", "profiles")
        for path in (folder / place).rglob("*")
        if path.is_file()
    )
    parts = {
        "assembler": __version__,
        "surroundings": dict(surroundings),
        "asked": str(asked),
        "case": [
            _digest(folder / "case.json"),
            *(f"{one.path} {one.sha256}" for one in case.files),
        ],
        "own": [f"{path.relative_to(folder).as_posix()} {_digest(path)}" for path in own],
        "shelf": shelf.digests(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def standing(packet: Path, seal: str) -> dict[str, Any] | None:
    """The manifest of a finished packet, if it has this seal, was proved, and its files are as
    they were written."""
    try:
        data: dict[str, Any] = json.loads((packet / NAME).read_text(encoding="utf8"))
        sealed = (
            data["seal"] == seal
            and bool(data["proof"])
            and all(check["ok"] for check in data["proof"])
        )
        known = data["format"] == FORMAT and data["packet"] == packet.name
        known = known and all(isinstance(data[key], kind) for key, kind in _USED)
        whole = (
            sealed
            and known
            and all(_output(packet / one["path"], packet) == one for one in data["outputs"])
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return data if whole else None


def with_outputs(data: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The manifest with path, size and sha256 of every file of the folder but itself."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != NAME)
    return {**data, "outputs": [_output(path, folder) for path in files]}


def with_output(data: Mapping[str, Any], path: Path, folder: Path) -> dict[str, Any]:
    """The manifest with one more file of the folder, written since; the others need not be read
    again."""
    outputs = [*data["outputs"], _output(path, folder)]
    return {**data, "outputs": sorted(outputs, key=lambda one: Path(one["path"]))}


def with_proof(
    data: Mapping[str, Any], checks: Sequence[Check], not_checked: Sequence[str]
) -> dict[str, Any]:
    """The manifest with what was proved."""
    listed = [*data["not_checked"], *not_checked]
    return {
        **data,
        "proof": [asdict(check) for check in checks],
        "not_checked": list(dict.fromkeys(listed)),
    }


def kept_pdf(document: str) -> str:
    """Where a packet keeps the PDF of a draft or filled form as it was before binding, for the
    proof."""
    kind, _, name = document.partition(":")
    return f"proof/{kind}s/{name.removesuffix('.pdf').replace('/', '-')}.pdf"


def _kept_draft(one: Draft, plan: Plan) -> dict[str, Any]:
    """A draft's PDF and Word file, None where a page only holds a form's place. `shipped`: from
    a template of ours."""
    places = {part.document for part in plan.parts if part.holds_place}
    word = None if one.id in places else f"drafts/{one.id.removeprefix('draft:')}.docx"
    return {"document": one.id, "pdf": kept_pdf(one.id), "docx": word, "shipped": one.shipped}


def _kept_forms(layout: Layout, filled: Sequence[str]) -> list[dict[str, Any]]:
    bound = {leaf.document for leaf in layout.leaves}
    return [{"document": name, "pdf": kept_pdf(name)} for name in filled if name in bound]


def record_of(case: str, packet: str) -> Callable[[Path], Mapping[str, str] | None]:
    """Return what reads which files a packet's folder was written with: by path their sha256, ""
    for the manifest itself.

    It returns None for a folder without a manifest of ours, and raises OutputNotWritten for another
    packet's.
    """

    def read(folder: Path) -> Mapping[str, str] | None:
        data = read_record(folder / NAME)
        outputs = _outputs_of(data) if data else None
        if data is None or outputs is None:
            return None
        if (data.get("case"), data.get("packet")) != (case, packet):
            raise OutputNotWritten(
                "it is a packet of another case, or another packet",
                where=f"{folder.parent.name}/{folder.name}",
                remedy="move it away, or choose another folder with --out",
            )
        return {**outputs, NAME: ""}

    return read


def _outputs_of(data: Mapping[str, Any]) -> dict[str, str] | None:
    """The sha256 of each file a manifest lists; None if it is no manifest of ours."""
    version = data.get("format")
    ours = (
        isinstance(version, int)
        and 1 <= version <= FORMAT
        and isinstance(data.get("assembler"), str)
    )
    try:
        listed = {str(one["path"]): str(one["sha256"]) for one in data["outputs"]} if ours else None
    except (KeyError, TypeError):
        return None
    # earlier versions kept edited drafts under such a name, and listed them
    return listed and {
        path: sha256 for path, sha256 in listed.items() if not path.endswith(".edited.docx")
    }


def write(folder: Path, data: Mapping[str, Any], *, final: bool = True) -> Path:
    """Write manifest.json: sorted, one item a line, same bytes for the same content. Raises
    OutputNotWritten.

    `final`: False for the proof alone to read, which takes a tenth of the time.
    """
    path = folder / NAME
    write_atomic(
        path,
        (
            json.dumps(data, indent=1 if final else None, sort_keys=True, ensure_ascii=False) + "\n"
        ).encode(),
    )
    return path


def _entry(
    leaf: Leaf, pages: Mapping[str, Sequence[PreparedPage]], fit: Fitted | None, *, gray: bool
) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "number": leaf.number,
        "label": leaf.label,
        "part": leaf.part,
        "kind": leaf.kind.value,
        "document": leaf.document,
        "index": leaf.index,
        "tab": leaf.tab,
        "exhibit": leaf.exhibit,
        "exhibit_page": leaf.exhibit_page,
        "exhibit_pages": leaf.exhibit_pages,
        "size": [round(leaf.width, 2), round(leaf.height, 2)],
        "scale": leaf.scale,
        **({"own_size": [round(side, 2) for side in leaf.own]} if leaf.own else {}),
        "stamp": asdict(leaf.stamp) if leaf.stamp else None,
    }
    own = (
        pages[leaf.exhibit] if leaf.kind is PartKind.EXHIBIT else pages.get(leaf.document)
    )  # of a completed form
    if own is not None:
        page = own[leaf.index]
        entry["source"] = {
            "path": page.path,
            "sha256": page.sha256,
            "page": page.source_page,
            "role": page.role,
        }
        entry["transform"] = {
            "turned": page.turned,
            "placement": page.placement,
            "redrawn": page.redrawn,
        }
        if page.parts > 1:
            entry["source"] |= {"part": page.part, "parts": page.parts}
            entry["transform"]["crop"] = page.crop
        if page.background:
            entry["transform"]["background"] = page.background
        entry["text"] = {
            "method": page.method,
            "words": page.words,
            "confidence": None if page.confidence is None else round(page.confidence, 1),
        }
    if gray:
        entry["gray"] = True
    if fit is not None:  # what the pictures of the page lost, if anything
        entry["fitted"] = {
            key: value
            for key, value in asdict(fit).items()
            if key not in ("document", "index", "lost")
        }
    return entry


def _frozen(filed: Filed) -> dict[str, Any]:
    """What the numbers were kept of, so that the proof can hold the pages against it again."""
    pages = [
        {
            "label": page.label,
            "kind": page.kind.value,
            "document": page.document,
            "content": page.content,
            "stamp": page.stamp,
        }
        for page in filed.pages
    ]
    return {"manifest": filed.sha256, "as_of": filed.as_of, "pages": pages}


def _opened(prepared: Sequence[Prepared]) -> list[dict[str, Any]]:
    """How each source file opened: the readers tried, and what was damaged and mended."""
    files = {one.path: one for exhibit in prepared for one in exhibit.files}
    return [asdict(one) for _, one in sorted(files.items())]


def _exhibit(case: Case, part: Part) -> dict[str, Any]:
    """What the case says an exhibit consists of, so that the proof can count it again."""
    exhibit = next(one for one in case.exhibits if one.id == part.exhibit)
    parts = [{"path": one.path, "pages": one.pages, "role": one.role} for one in exhibit.parts]
    return {"id": exhibit.id, "tab": part.tab, "parts": parts}


def _row(row: Any) -> dict[str, Any]:
    return asdict(row) | {"pages": row.pages}


def _finding(finding: Finding) -> dict[str, Any]:
    return {key: value for key, value in asdict(finding).items() if value is not None}


def _output(path: Path, folder: Path) -> dict[str, Any]:
    return {
        "path": path.relative_to(folder).as_posix(),
        "size": path.stat().st_size,
        "sha256": _digest(path),
    }


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

"""Check that the files of a packet are unchanged, and that no page of the sources is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from assembler.model import Check, Manifest
from assembler.model.manifest import FileRecord
from assembler.pdf.source_files import ClientFiles
from assembler.proof import cut_pages, excerpt_check, source_pages
from assembler.proof.check_wording import list_values
from assembler.proof.tile_check import show_tiles
from assembler.runtime.file_names import resolve_spelling
from assembler.runtime.user_files import digest_file
from assembler.runtime.workshop import Workshop

SOURCES = "sources"  # the check that the files of the case are as they were read


def check_files(
    manifest: Manifest,
    output_digests: Mapping[str, str],
    edited: Mapping[str, str],
    source_digests: Mapping[str, str] | None,
) -> Iterator[Check]:
    outputs = [file for file in manifest.outputs if file.path not in edited]
    yield _check_unchanged("outputs", outputs, output_digests, "as written")
    if source_digests is not None:
        yield _check_unchanged(SOURCES, manifest.inputs, source_digests, "unchanged")


def check_sources(manifest: Manifest, case_folder: Path) -> Check:
    """Return whether the files of the case are now as they were read."""
    digests = measure_digests(case_folder, manifest.inputs)
    return _check_unchanged(SOURCES, manifest.inputs, digests, "unchanged")


def _check_unchanged(
    kind: str, records: Sequence[FileRecord], digests: Mapping[str, str], state: str
) -> Check:
    wrong = [file.path for file in records if digests[file.path] != file.sha256]
    detail = (
        f"{len(records)} {kind} are {state}"
        if not wrong
        else f"changed or missing: {list_values(wrong)}"
    )
    return Check(name=kind, ok=not wrong, detail=detail)


def measure_digests(folder: Path, records: Sequence[FileRecord]) -> dict[str, str]:
    """Return the sha256 of files as they are now; "" where one is missing, has another size, or is
    reached by a link."""
    return {
        file.path: _digest(folder, resolve_spelling(folder, file.path), file.size)
        for file in records
    }


def _digest(folder: Path, name: str, size: int) -> str:
    path = folder / name
    path_and_parents = [path, *path.parents[: name.count("/")]]
    if (
        any(part.is_symlink() for part in path_and_parents)
        or not path.is_file()
        or path.stat().st_size != size
    ):
        return ""
    return digest_file(path)


def check_ledger(
    manifest: Manifest, files: ClientFiles | None, workshop: Workshop
) -> Iterator[Check]:
    ledger = manifest.ledger
    numbers = [entry.number for entry in ledger]
    in_order = numbers == list(range(1, len(ledger) + 1))
    yield Check(
        name="ledger",
        ok=in_order,
        detail=f"pages 1 to {len(ledger)}, each once" if in_order else "numbers have gaps",
    )
    counts = source_pages.count_source_pages(manifest, files, workshop)
    yield from excerpt_check.check_excerpts(manifest, counts)
    sizes = cut_pages.read_cut_sizes(ledger, files, workshop)
    for exhibit in manifest.exhibits:
        entries = [
            shown
            for entry in ledger
            if entry.exhibit == exhibit.id and entry.source is not None
            for shown in show_tiles(entry)
        ]
        actual = cut_pages.join_cut_pages(entries, sizes)
        expected = [
            (page, part)
            for part in exhibit.parts
            for page in source_pages.list_expected_pages(part, counts, actual)
        ]
        is_complete = actual == [page for page, _ in expected] and bool(actual)
        detail = f"{len(actual)} of {len(expected)} pages of its files are in, in order"
        yield Check(name="ledger", ok=is_complete, detail=detail, exhibit=exhibit.id)
        if is_complete:
            yield from source_pages.check_turned(entries, [part.turn for _, part in expected])
            yield from source_pages.check_captions(entries, [part.caption for _, part in expected])

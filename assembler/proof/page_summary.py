"""Sum up the results of single pages as checks: pixels and words per exhibit, and stamps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from assembler.model import Check, LedgerEntry, Manifest, Stamp, TextMethod
from assembler.model.manifest import StampWording
from assembler.pdf.source_files import ClientFiles
from assembler.proof import filed_labels, page_check
from assembler.proof.check_wording import list_values

_WORDING = StampWording(
    exhibit="Exhibit {tab} · {page} of {pages} · page {number} of {total}",
    tab="Exhibit {tab} · page {number} of {total}",
    other="page {number} of {total}",
)


def check_pixels(
    ledger: Sequence[LedgerEntry],
    results: Mapping[int, page_check.ComparedPage],
    files: ClientFiles | None,
) -> Iterator[Check]:
    if files is None:
        return
    for exhibit, group in _group_by_exhibit(ledger):
        numbers = [entry.number for entry in group]
        wrong = [number for number in numbers if not results[number].alike]
        not_compared = [
            number for number in numbers if results[number].alike and results[number].trouble
        ]
        detail = (
            f"{len(numbers) - len(wrong) - len(not_compared)} of {len(numbers)} pages look like "
            f"their source"
        )
        if not_compared:
            source_trouble = results[not_compared[0]].trouble
            pages = list_values(not_compared)
            detail += f"; page {pages} cannot be compared: its source {source_trouble}"
        tiled = sum(bool(entry.source and entry.source.tiles) for entry in group)
        converted = sum(entry.client_source.key in files.conversions for entry in group) - tiled
        if converted:
            detail += f" ({converted} of them as a Word file was printed)"
        if tiled:
            detail += f" ({tiled} of them as their pictures were laid out)"
        if repaired := sum(results[number].secondhand for number in numbers):
            detail += (
                f" ({repaired} of them as another reader repaired it, since PDFium does not "
                f"open it)"
            )
        if wrong:
            trouble = next(
                (results[number].trouble for number in wrong if results[number].trouble), ""
            )
            detail += f"; not page {list_values(wrong)}" + (f": {trouble}" if trouble else "")
        yield Check(
            name="pixels",
            ok=not wrong,
            detail=detail,
            exhibit=exhibit,
            page=wrong[0] if wrong else None,
        )


def list_not_compared(
    ledger: Sequence[LedgerEntry], results: Mapping[int, page_check.ComparedPage]
) -> Iterator[str]:
    """Yield one line for each file whose pages could not be compared, with the reason."""
    troubles = {
        entry.client_source.key: results[entry.number].trouble
        for entry in ledger
        if entry.source is not None
        and results[entry.number].alike
        and results[entry.number].trouble
    }
    for path, trouble in troubles.items():
        yield f"whether the pages of {path} look like it: it {trouble}"


def check_stamps(
    manifest: Manifest, results: Mapping[int, page_check.ComparedPage]
) -> Iterator[Check]:
    ledger = manifest.ledger
    wrong = [entry.number for entry in ledger if not results[entry.number].stamped]
    count = sum(entry.stamp is not None for entry in ledger)
    detail = (
        f"{count} stamps read back as printed"
        if not wrong
        else f"the stamp is wrong or missing on page {list_values(wrong)}"
    )
    yield Check(name="stamp", ok=not wrong, detail=detail, page=wrong[0] if wrong else None)
    misprinted = [
        entry.number
        for entry in ledger
        if entry.stamp and not _is_true_stamp(entry, entry.stamp, manifest)
    ]
    if misprinted:
        detail = f"the stamp text is wrong on page {list_values(misprinted)}"
        yield Check(name="stamp", ok=False, detail=detail, page=misprinted[0])


def _is_true_stamp(entry: LedgerEntry, stamp: Stamp, manifest: Manifest) -> bool:
    """Return whether a stamp has the text for its page, in the receiver's own wording where it has
    one."""
    wording = manifest.marking.of(entry.kind) or _WORDING.of(entry.kind)
    if manifest.frozen:
        return filed_labels.is_true_stamp(entry, wording)
    text = wording.format(
        tab=entry.tab,
        page=entry.exhibit_page,
        pages=entry.exhibit_pages,
        number=entry.number,
        total=len(manifest.ledger),
    )
    return stamp.text == text


def check_words(
    ledger: Sequence[LedgerEntry], results: Mapping[int, page_check.ComparedPage]
) -> Iterator[Check]:
    """Check that each recognized page has its words as text, besides those of the stamp.

    Nine in ten are enough, since two readers separate words differently.
    """
    for exhibit, group in _group_by_exhibit(ledger):
        searchable = [entry for entry in group if entry.client_text.method is not TextMethod.NONE]
        wrong = [
            entry.number
            for entry in searchable
            if results[entry.number].words < 0.9 * entry.client_text.words
        ]
        detail = (
            f"{len(searchable) - len(wrong)} of {len(searchable)} pages with text are searchable"
        )
        if wrong:
            detail += f"; not page {list_values(wrong)}"
        yield Check(
            name="words",
            ok=not wrong,
            detail=detail,
            exhibit=exhibit,
            page=wrong[0] if wrong else None,
        )


def _group_by_exhibit(ledger: Sequence[LedgerEntry]) -> Iterator[tuple[str, list[LedgerEntry]]]:
    """Yield the pages of the client's files: exhibits by their id, completed forms by their
    document."""
    evidence = [entry for entry in ledger if entry.is_evidence]
    for exhibit, group in groupby(evidence, key=lambda entry: entry.group):
        yield exhibit, list(group)

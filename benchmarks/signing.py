"""Signed pages printed, scanned and put back: are all found, is none taken for another, and is a
page with one character changed refused?

    python -m benchmarks.signing [COUNT] [SEED]

A trial is the set of pages of one sample packet that need ink: each is printed, signed, turned,
skewed, scanned with grain at 150 to 300 dpi, and coded; in random order, with pages of other
packets among them. One page in eight is left unsigned, one in eight has one digit or letter
changed in its print.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
from click.testing import CliRunner
from PIL import Image, ImageDraw

from assembler.bundle.signed_set.scan_choice import PacketPlaces
from assembler.bundle.signed_set.scan_files import Scan
from assembler.bundle.signed_set.scan_matching import (
    MatchJob,
    PacketPage,
    ScanMatch,
    ScanState,
    bin_ink,
    draw_page,
    match_scan,
)
from assembler.cli import main as assembler
from assembler.model import Manifest
from assembler.model.signing import SignatureState
from assembler.runtime.manifest_reader import read_manifest
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop
from tests.support import scans

SAMPLES = ("self-petitioner", "family-of-three", "urgent-medical", "end-of-life")
DRAWN_BOX = (80.0, 200.0, 330.0, 228.0)  # where the page's place to sign is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """A built sample packet."""

    name: str
    build: Path
    manifest: Manifest
    pages: tuple[PacketPage, ...]

    @property
    def to_sign(self) -> list[int]:
        """Return the pages that need ink."""
        return sorted(
            {
                place.number
                for place in self.manifest.signatures
                if place.state is SignatureState.NEEDED
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet that was scanned. `kind`: signed, unsigned, foreign, digit or letter."""

    kind: str
    number: int
    page: PacketPage = field(repr=False)
    path: Path
    look: scans.ScanLook


def main(count: int = 200, seed: int = 1) -> int:
    """Run the trials; return how many pages were taken for another."""
    dice = random.Random(seed)
    results: Counter[tuple[str, str]] = Counter()
    started, scanned, whole = time.monotonic(), 0, 0
    with tempfile.TemporaryDirectory() as home:
        packets = list(build_packets(Path(home)))
        with Workshop(Path(home) / ".work", jobs=min(2, os.cpu_count() or 1)) as workshop:
            for trial in range(count):
                packet = dice.choice(packets)
                sheets = make_sheets(packet, packets, dice, workshop.make_folder("scans"))
                jobs = [
                    MatchJob(scan=Scan(path=sheet.path, index=0, file=1), pages=packet.pages)
                    for sheet in sheets
                ]
                matches = workshop.map(match_scan, jobs)
                outcomes = [
                    judge(sheet, match, packet)
                    for sheet, match in zip(sheets, matches, strict=True)
                ]
                scanned += len(sheets)
                whole += all(
                    outcome == "found"
                    for sheet, outcome in zip(sheets, outcomes, strict=True)
                    if sheet.kind == "signed"
                )
                for sheet, outcome, match in zip(sheets, outcomes, matches, strict=True):
                    results[sheet.kind, outcome] += 1
                    if outcome not in ("found", "refused", "same paper"):
                        print(
                            f"trial {trial} {packet.name} {describe(sheet, outcome, match)}",
                            flush=True,
                        )
                if trial % 20 == 19:
                    print(f"{trial + 1} trials, {dict(results)}", flush=True)
        print(f"{count} trials, {scanned} scans, {time.monotonic() - started:.0f} s in all")
    print(f"all signed pages found in {whole} of {count} trials")
    for kind in sorted({kind for kind, _ in results}):
        row = {outcome: n for (name, outcome), n in sorted(results.items()) if name == kind}
        print(f"{kind}: {sum(row.values())} scans, {row}")
    return sum(n for (_, outcome), n in results.items() if outcome == "WRONG")


def build_packets(home: Path) -> Iterator[Packet]:
    """Build the samples, and yield their packets."""
    for sample in SAMPLES:
        case = home / sample
        shutil.copytree(Path("samples") / sample, case)
        result = CliRunner().invoke(assembler, ["bundle", str(case)])
        if result.exit_code:
            raise SystemExit(f"{sample} was not built: {result.output}")
        for path in sorted((case / "build").glob("*/manifest.json")):
            yield open_packet(f"{sample}/{path.parent.name}", path.parent)


def open_packet(name: str, build: Path) -> Packet:
    """Return a packet with its pages ready to be matched."""
    manifest = read_manifest(build)
    places = PacketPlaces.of(manifest).places
    pages = []
    for volume in manifest.volumes:
        with pdfium.PdfDocument(build / volume.path) as document:
            for index in range(len(document)):
                number = volume.first + index
                rows, columns = bin_ink(document[index])
                pages.append(
                    PacketPage(
                        packet=0,
                        number=number,
                        pdf=build / volume.path,
                        index=index,
                        rows=rows,
                        columns=columns,
                        places=tuple(place.box for place in places.get(number, ())),
                    )
                )
    return Packet(name=name, build=build, manifest=manifest, pages=tuple(pages))


def make_sheets(
    packet: Packet, packets: Sequence[Packet], dice: random.Random, folder: Path
) -> list[Sheet]:
    """Return the scans of a trial, in random order."""
    sheets = []
    for number in packet.to_sign:
        kind = dice.choice(("signed",) * 6 + ("unsigned", "changed"))
        if kind == "changed":
            kind = dice.choice(("digit", "letter"))
        sheets.append((kind, packet, number))
    others = [other for other in packets if other.build != packet.build]
    for _ in range(dice.randint(0, 2)):
        other = dice.choice(others)
        sheets.append(("foreign", other, dice.choice(other.to_sign)))
    dice.shuffle(sheets)
    return [
        scan_page(kind, origin, number, dice, folder / f"{place}.bin")
        for place, (kind, origin, number) in enumerate(sheets)
    ]


def scan_page(kind: str, packet: Packet, number: int, dice: random.Random, path: Path) -> Sheet:
    """Print a page, sign it if its kind says so, and scan it."""
    page = packet.pages[number - 1]
    sheet = scans.print_page(page.pdf, page.index + 1)
    if kind in ("digit", "letter") and not scans.swap_character(
        page.pdf, page.index + 1, sheet, dice, digits=kind == "digit"
    ):
        kind = "signed"
    if kind != "unsigned":
        for box in page.places or (None,):
            scans.draw_signature(sheet, box or DRAWN_BOX, dice, dice.choice((20, 60, 90)))
        if dice.random() < 0.2:
            _write_note(sheet, dice)
    look = scans.draw_look(dice)
    path.write_bytes(scans.code_scan(scans.scan_sheet(sheet, look, dice), look.dpi, look.quality))
    if look.bilevel and kind != "foreign":
        kind = f"{kind}, black and white"
    return Sheet(kind=kind, number=number, page=page, path=path, look=look)


def _write_note(sheet: Image.Image, dice: random.Random) -> None:
    """Draw a line by hand in the right margin."""
    x, y = dice.uniform(0.88, 0.93) * sheet.width, dice.uniform(0.2, 0.6) * sheet.height
    points = [(x + dice.uniform(-12, 12), y + step * 18) for step in range(12)]
    ImageDraw.Draw(sheet).line(points, fill=70, width=5, joint="curve")


def describe(sheet: Sheet, outcome: str, match: ScanMatch | Failure) -> str:
    """Return a line on a scan that was not judged as it should be."""
    verdict = None if isinstance(match, Failure) else match.verdict
    places = [tuple(map(round, box)) for box in verdict.differing] if verdict else []
    return f"{outcome}, {sheet.kind} page {sheet.number}, differs at {places}: {sheet.look}"


def is_same_paper(sheet: Sheet, match: ScanMatch, packet: Packet) -> bool:
    """Return whether the page that was printed is, dot for dot, the one that was found."""
    found = packet.pages[match.pages[0].number - 1]
    return np.array_equal(draw_page(sheet.page), draw_page(found))


def judge(sheet: Sheet, match: ScanMatch | Failure, packet: Packet) -> str:
    """Return what became of a scan: found, refused, not found, WRONG, or how else it failed."""
    if isinstance(match, Failure):
        return "failed"
    taken = match.state is ScanState.FOUND
    if sheet.kind == "foreign":
        # a paper of two packets of one family may be the same, dot for dot
        if not taken:
            return "refused"
        return "same paper" if is_same_paper(sheet, match, packet) else "WRONG"
    if taken and match.pages[0].number != sheet.number:
        return "WRONG"
    if sheet.kind.startswith(("digit", "letter")):
        return "taken" if taken else "refused"
    if not taken:
        return f"not found ({match.state.value})"
    verdict = match.verdict
    assert verdict is not None
    is_signed = all(verdict.signed) if sheet.kind.startswith("signed") else not any(verdict.signed)
    return "found" if is_signed else "ink misjudged"


if __name__ == "__main__":
    sys.exit(1 if main(*map(int, sys.argv[1:3])) else 0)

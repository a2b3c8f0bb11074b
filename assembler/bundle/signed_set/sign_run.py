"""Put scans of signed pages back: match them, write the folder signed/ of each packet."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from assembler.bundle.signed_set.page_position import DPI, Position
from assembler.bundle.signed_set.page_verdict import PageState, PageVerdict
from assembler.bundle.signed_set.placed_picture import (
    QUALITIES,
    PictureQuality,
    code_source,
    draw_placed,
)
from assembler.bundle.signed_set.scan_choice import PacketPlaces, choose_scans
from assembler.bundle.signed_set.scan_files import Scan, count_scans, read_scan
from assembler.bundle.signed_set.scan_matching import (
    MatchJob,
    PacketPage,
    PageRef,
    ScanMatch,
    ScanState,
    bin_ink,
    match_scan,
)
from assembler.bundle.signed_set.signed_pages import replace_pages
from assembler.errors import CaseRejected, ProofFailed, ToolFailed
from assembler.model import Finding, Manifest, Volume
from assembler.model.signed_packet import (
    SCANS_FOLDER,
    SIGNED_FILE,
    SIGNED_FOLDER,
    SignedPacket,
    SignedPage,
    describe_signed_packet,
    parse_signed_packet,
)
from assembler.pdf.opening import open_pdf_file
from assembler.runtime.atomic_files import write_atomic
from assembler.runtime.manifest_reader import read_with_digest, refuse_replaced
from assembler.runtime.publishing import KeptFiles, publish, stage_folder
from assembler.runtime.rule_catalog import make_finding
from assembler.runtime.user_files import digest_file, hash_files, read_record
from assembler.runtime.worker_pool import Failure, Limits
from assembler.runtime.workshop import Workshop

Array = np.ndarray[Any, Any]
_CHUNK = 12  # pages per worker
_LIMITS = Limits(seconds=300)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRun:
    """The result for one packet. `folder`: None if no signed page was found."""

    packet: str
    folder: Path | None
    pages: tuple[int, ...]  # put back, now or earlier
    kept: KeptFiles = field(default_factory=KeptFiles)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRuns:
    """The result of a run over one or several packets of a case."""

    packets: tuple[SignedRun, ...]
    findings: tuple[Finding, ...]
    scans: int
    refused: int  # scans that could not be used
    unsigned: int  # places that still need ink


@dataclass(frozen=True, slots=True, kw_only=True)
class _Packet:
    build: Path
    manifest: Manifest
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _SumsJob:
    pdf: Path
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _PictureJob:
    """A scan to draw in its place, and where to write its picture and itself."""

    match: ScanMatch
    size: tuple[float, float]
    quality: PictureQuality
    picture: Path
    source: Path


def sign_packets(
    builds: Sequence[Path], files: Sequence[Path], workshop: Workshop, day: date
) -> SignedRuns:
    """Find the pages that scans show, and write them into the folder signed/ of their packets.

    Pages that were put back earlier stay. Raises CaseRejected if no packet has a place to sign,
    ProofFailed if its files are not as they were built.
    """
    packets = [_open_packet(build) for build in builds]
    if not any(packet.manifest.signatures for packet in packets):
        raise CaseRejected(
            "it has no places to sign",
            (),
            where=builds[0].name,
            remedy="build it again if an earlier version built it",
        )
    scans, unread = _list_scans(files, workshop)
    earlier = [kept for index, packet in enumerate(packets) for kept in _recall(packet, index)]
    again = [kept.scan for kept in earlier if kept.state is not ScanState.FOUND]
    matches = [
        *(kept for kept in earlier if kept.state is ScanState.FOUND),
        *_match_scans([*again, *scans], packets, workshop),
    ]
    chosen = choose_scans([PacketPlaces.of(packet.manifest) for packet in packets], matches)
    runs = []
    for index, packet in enumerate(packets):
        own = {ref.number: match for ref, match in chosen.scans.items() if ref.packet == index}
        runs.append(_write_packet(packet, own, workshop, day, index))
    used = (ScanState.FOUND, ScanState.BLANK)
    return SignedRuns(
        packets=tuple(runs),
        findings=(*unread, *chosen.findings),
        scans=len(scans),
        refused=len(unread)
        + sum(match.state not in used and not match.scan.kept for match in matches),
        unsigned=chosen.unsigned,
    )


def _open_packet(build: Path) -> _Packet:
    """Read a packet, and check that its volumes are as they were built."""
    manifest, digest = read_with_digest(build)
    digests = manifest.digests
    for volume in manifest.volumes:
        path = build / volume.path
        if not path.is_file() or digest_file(path) != digests.get(volume.path):
            raise ProofFailed(
                "it is not as it was built", (), where=volume.path, remedy="build it again"
            )
    return _Packet(build=build, manifest=manifest, digest=digest)


# --- scans and pages ---


def _recall(packet: _Packet, index: int) -> Iterator[ScanMatch]:
    """Yield the scans put back earlier as they were found then; not yet found if the packet was
    built since."""
    folder = packet.build / SIGNED_FOLDER
    record = read_signed_packet(folder)
    for page in record.pages if record else ():
        path = folder / page.scan
        if record is None or not path.is_file() or digest_file(path) != record.files.get(page.scan):
            continue
        scan = Scan(path=path, index=0, file=0, packet=index)
        if record.manifest != packet.digest:
            yield ScanMatch(scan=scan, state=ScanState.UNKNOWN)
            continue
        size = packet.manifest.ledger[page.number - 1].size
        yield ScanMatch(
            scan=scan,
            state=ScanState.FOUND,
            pages=(PageRef(packet=index, number=page.number),),
            verdict=PageVerdict(state=PageState.SAME, signed=page.signed, cut=page.cut),
            position=Position(
                across=page.across,
                down=page.down,
                size=(round(size[0] * DPI / 72), round(size[1] * DPI / 72)),
                agreeing=1.0,
            ),
        )


def _match_scans(
    scans: Sequence[Scan], packets: Sequence[_Packet], workshop: Workshop
) -> list[ScanMatch]:
    if not scans:
        return []
    pages = _list_pages(packets, workshop)
    jobs = [MatchJob(scan=scan, pages=pages) for scan in scans]
    return [
        ScanMatch(scan=job.scan, state=ScanState.UNREADABLE)
        if isinstance(result, Failure)
        else result
        for job, result in zip(jobs, workshop.map(match_scan, jobs, limits=_LIMITS), strict=True)
    ]


def _list_scans(files: Sequence[Path], workshop: Workshop) -> tuple[list[Scan], list[Finding]]:
    """Return the scans given, and the files that cannot be read."""
    scans: list[Scan] = []
    unread: list[Finding] = []
    counts = workshop.map(count_scans, files, limits=_LIMITS)
    for number, (path, result) in enumerate(zip(files, counts, strict=True), 1):
        count = 0 if isinstance(result, Failure) else result
        scans += [Scan(path=path, index=index, file=number) for index in range(count)]
        if not count:
            unread.append(
                make_finding(
                    "SCAN.UNREADABLE",
                    path.name,
                    "it cannot be opened as a scan",
                    "save it as PDF, JPEG, PNG or TIFF",
                )
            )
    return scans, unread


def read_signed_packet(folder: Path) -> SignedPacket | None:
    """Return the record of a folder signed/; None if it has none."""
    value = read_record(folder / SIGNED_FILE)
    return parse_signed_packet(value) if value else None


def read_signed_hashes(folder: Path) -> Mapping[str, str] | None:
    """Return the sha256 of the files of a folder signed/ by their paths; None if it has no
    record."""
    record = read_signed_packet(folder)
    return {SIGNED_FILE: "", **record.files} if record else None


def _list_pages(packets: Sequence[_Packet], workshop: Workshop) -> tuple[PacketPage, ...]:
    """Return every page of the packets, with the ink of its rows and columns."""
    jobs = [
        (index, volume, _SumsJob(pdf=packet.build / volume.path, places=places))
        for index, packet in enumerate(packets)
        for volume in packet.manifest.volumes
        for places in _split_volume(volume)
    ]
    results = workshop.map(sum_ink, [job for _, _, job in jobs], limits=_LIMITS)
    to_sign = [PacketPlaces.of(packet.manifest).places for packet in packets]
    pages: list[PacketPage] = []
    for (index, volume, job), result in zip(jobs, results, strict=True):
        if isinstance(result, Failure):
            raise ToolFailed(
                f"its pages could not be drawn ({result.kind})",
                where=volume.path,
                remedy="prove the packet with verify",
            )
        places = to_sign[index]
        pages += [
            PacketPage(
                packet=index,
                number=volume.first + place,
                pdf=job.pdf,
                index=place,
                rows=rows,
                columns=columns,
                places=tuple(
                    signature_place.box for signature_place in places.get(volume.first + place, ())
                ),
            )
            for place, (rows, columns) in zip(job.places, result, strict=True)
        ]
    return tuple(pages)


def _split_volume(volume: Volume) -> Iterator[tuple[int, ...]]:
    count = volume.last - volume.first + 1
    for start in range(0, count, _CHUNK):
        yield tuple(range(start, min(start + _CHUNK, count)))


def sum_ink(job: _SumsJob) -> list[tuple[Array, Array]]:
    """Return the ink of the rows and columns of pages, in a worker."""
    with open_pdf_file(job.pdf) as document:
        return [bin_ink(document[place]) for place in job.places]


# --- the signed packet ---


def _write_packet(
    packet: _Packet, chosen: Mapping[int, ScanMatch], workshop: Workshop, day: date, index: int
) -> SignedRun:
    """Write the folder signed/ of a packet; leave what is there if no page was found."""
    final = packet.build / SIGNED_FOLDER
    if not chosen:
        return SignedRun(packet=packet.manifest.packet, folder=None, pages=())
    scratch = workshop.make_folder(f"signed-{index}")
    with stage_folder(final, read_signed_hashes, day) as staged:
        refuse_replaced(packet.build, packet.digest)
        (staged / SCANS_FOLDER).mkdir(mode=0o700)
        for quality in QUALITIES:
            _draw_pictures(packet, chosen, quality, scratch, staged, workshop)
            above = _write_volumes(packet, chosen, scratch, staged)
            if not above:
                break
        else:
            raise CaseRejected(
                "with the signed pages it is above the receiver's limit, however small the scans",
                (),
                where=above[0],
                remedy="build the packet with smaller volumes",
            )
        record = SignedPacket(
            packet=packet.manifest.packet,
            manifest=packet.digest,
            pages=tuple(_record_page(number, match) for number, match in sorted(chosen.items())),
            files=hash_files(staged),
        )
        (staged / SIGNED_FILE).write_text(
            json.dumps(describe_signed_packet(record), indent=1) + "\n",
            encoding="utf8",
            newline="\n",
        )
        kept = publish(staged, final, read_signed_hashes, day)
    return SignedRun(
        packet=packet.manifest.packet, folder=final, pages=tuple(sorted(chosen)), kept=kept
    )


def _name_source(number: int) -> str:
    return f"{SCANS_FOLDER}/page-{number}.jpg"


def _record_page(number: int, match: ScanMatch) -> SignedPage:
    if match.position is None or match.verdict is None:
        raise ValueError("a page that was not found")
    return SignedPage(
        number=number,
        scan=_name_source(number),
        across=match.position.across,
        down=match.position.down,
        signed=match.verdict.signed,
        cut=match.verdict.cut,
    )


def _draw_pictures(
    packet: _Packet,
    chosen: Mapping[int, ScanMatch],
    quality: PictureQuality,
    scratch: Path,
    staged: Path,
    workshop: Workshop,
) -> None:
    jobs = [
        _PictureJob(
            match=match,
            size=packet.manifest.ledger[number - 1].size,
            quality=quality,
            picture=scratch / f"{number}.jpg",
            source=staged / _name_source(number),
        )
        for number, match in chosen.items()
    ]
    for result in workshop.map(draw_picture, jobs, limits=_LIMITS):
        if isinstance(result, Failure):
            raise ToolFailed(
                f"a scan could not be drawn ({result.kind})", where="sign", remedy="scan it again"
            )


def draw_picture(job: _PictureJob) -> None:
    """Write the picture of a scan in its place, and the scan itself, in a worker."""
    scan = read_scan(job.match.scan)
    if scan is None or job.match.position is None:
        raise ValueError("the scan is gone")
    job.picture.write_bytes(draw_placed(scan, job.match.position, job.size, job.quality))
    if not job.source.exists():  # at an earlier quality; a whole file, or none if that was killed
        kept = job.match.scan
        write_atomic(job.source, kept.path.read_bytes() if kept.kept else code_source(scan))


def _write_volumes(
    packet: _Packet, chosen: Mapping[int, ScanMatch], scratch: Path, staged: Path
) -> list[str]:
    """Write every volume, and return those above the receiver's limit."""
    above = []
    for volume in packet.manifest.volumes:
        pictures = {
            number - volume.first: (scratch / f"{number}.jpg").read_bytes()
            for number in chosen
            if volume.first <= number <= volume.last
        }
        source, target = packet.build / volume.path, staged / volume.path
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if pictures:
            replace_pages(source, target, pictures)
        else:
            shutil.copyfile(source, target)
        limit = packet.manifest.max_bytes
        if limit is not None and target.stat().st_size > limit:
            above.append(volume.path)
    return above

"""Mutated e-mail, chats, sheets, pages and recordings through the real opening path: none may crash
its reader or hang. What the proof's own reader finds on no page stops the packet, and is counted.

A bit flipped, the end cut off, a hole, a part twice; of an archive also inside one of its parts.
`python -m benchmarks.printed_files [COUNT [SEED [FOLDER]]]`; with FOLDER, the real files in it are
opened as they are instead.
"""

from __future__ import annotations

import hashlib
import io
import os
import random
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pypdfium2 as pdfium

from assembler.evidence import file_preparation
from assembler.evidence.file_types import sniff
from assembler.proof.printed_evidence import Job as ProofJob
from assembler.proof.printed_evidence import find_trouble
from assembler.runtime.cache import Cache
from assembler.runtime.worker_pool import Failure, Limits
from assembler.runtime.workshop import Workshop
from tests.support import chats, mails, office_files, recordings

_LIMITS = Limits(seconds=120)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A file to open: its name, and its bytes or, for a mutation, the seed."""

    name: str
    folder: Path
    seed: int = 0
    file: Path | None = None


@cache
def bases() -> Mapping[str, bytes]:
    """The whole files, one or more of each format."""
    thread = mails.make_thread(3)
    page = office_files.make_page()
    slide = office_files.make_shape("Title", "title") + office_files.make_shape("Some words")
    return {
        "mail.eml": mails.make_mail().as_bytes(),
        "thread.eml": thread.as_bytes(),
        "box.mbox": mails.make_mailbox([mails.make_mail(str(n)).as_bytes() for n in range(3)]),
        "whatsapp.zip": chats.make_zip(chats.make_android_chat()),
        "long.zip": chats.make_zip(chats.make_long_chat(40, 2)),
        "telegram.zip": chats.make_zip(chats.make_telegram_files()),
        "pages.zip": chats.make_zip(chats.make_telegram_pages()),
        "sms.xml": chats.make_sms_backup(),
        "note.txt": "Señor Pérez,\nle escribo…\nПривіт\n".encode() * 20,
        "table.csv": b"Day,Amount,Note\n" + b"2025-01-02,12.50,rent paid\n" * 30,
        "budget.xlsx": office_files.make_budget(),
        "deck.pptx": office_files.make_deck([slide, slide]),
        "letter.rtf": office_files.make_rtf("\\b Hello\\b0\\par some \\'e9 words\\par " * 10),
        "page.html": page.encode(),
        "page.mhtml": office_files.make_mhtml(page),
        "sound.wav": recordings.make_wave(),
        "voice.opus": recordings.make_opus(),
        "sound.m4a": recordings.make_sound_mp4(),
    }


def _flip(data: bytearray, rng: random.Random) -> bytearray:
    for _ in range(rng.choice((1, 1, 3, 20))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return data


def _cut(data: bytearray, rng: random.Random) -> bytearray:
    return data[: rng.randrange(1, len(data) + 1)]


def _hole(data: bytearray, rng: random.Random) -> bytearray:
    start = rng.randrange(len(data))
    del data[start : start + rng.randrange(1, max(2, len(data) // 10))]
    return data


def _repeat(data: bytearray, rng: random.Random) -> bytearray:
    start = rng.randrange(len(data))
    piece = data[start : start + rng.randrange(1, 400)]
    data[start:start] = piece * rng.choice((1, 2, 50))
    return data


_WAYS: tuple[Callable[[bytearray, random.Random], bytearray], ...] = (_flip, _cut, _hole, _repeat)


def mutate(name: str, seed: int) -> bytes:
    """Return a mutation of a whole file; the same for the same seed."""
    rng, data = random.Random(f"{name} {seed}"), bases()[name]
    if data.startswith(b"PK") and rng.random() < 0.8:
        return _mutate_part(data, rng)
    return bytes(rng.choice(_WAYS)(bytearray(data), rng))


def _mutate_part(data: bytes, rng: random.Random) -> bytes:
    """Mutate one part of an archive, which stays a sound archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as copy:
        names = source.namelist()
        chosen = rng.choice(names)
        for part in names:
            content = source.read(part)
            if part == chosen and content:
                content = bytes(rng.choice(_WAYS)(bytearray(content), rng))
            copy.writestr(part, content)
    return out.getvalue()


def judge(opening: Opening) -> tuple[str, str]:
    """Return (kind of the file, outcome).

    "refused"; "told": printed, with a finding; "printed"; "stopped": the proof's reader finds what
    is on no page; "unread": it cannot read the file. Both stop the packet.
    """
    data = opening.file.read_bytes() if opening.file else mutate(opening.name, opening.seed)
    kind = sniff(data)
    name = f"{os.getpid()}{Path(opening.name).suffix}"
    path = opening.folder / name
    path.write_bytes(data)
    try:
        opened = file_preparation.open_file(
            file_preparation.Job(
                folder=opening.folder,
                path=name,
                sha256=hashlib.sha256(data).hexdigest(),
                cache=Cache(opening.folder / "cache", enabled=False),
            )
        )
        if opened.pdf is None:
            return kind, "refused"
        trouble = _prove(path, opened)
    finally:
        path.unlink()
    if trouble is None:
        return kind, "unread"
    if trouble:
        return kind, "stopped"
    return kind, "told" if opened.losses else "printed"


def _prove(path: Path, opened: file_preparation.OpenedSource) -> str | None:
    """Return what the proof's own reader finds missing on the pages."""
    if opened.pdf is None or not opened.is_converted:
        return ""
    document = pdfium.PdfDocument(opened.pdf)
    count = len(document)
    document.close()
    return find_trouble(
        ProofJob(
            source=path,
            pages=tuple((opened.pdf, index) for index in range(count)),
            passages=opened.passages or ((),) * count,
            kept=opened.pdf,
            kept_pages=tuple(range(count)),
        )
    )


def run(openings: list[Opening], home: Path, jobs: int = 2) -> Counter[tuple[str, str]]:
    """Return how many of each (kind or file, outcome); a reader that ended, or took too long, is
    "crashed", "timeout" or "memory"."""
    with Workshop(home / "home", jobs=jobs) as shop:
        results = shop.map(judge, openings, limits=_LIMITS)
    counts: Counter[tuple[str, str]] = Counter()
    for opening, result in zip(openings, results, strict=True):
        if isinstance(result, Failure):
            print(f"{opening.name} seed {opening.seed}: {result.kind} {result.detail}")
            counts[opening.name, result.kind] += 1
        else:
            if result[1] in ("stopped", "unread"):
                print(f"{opening.name} seed {opening.seed}: {result[1]}")
            counts[(result[0] if opening.file else opening.name), result[1]] += 1
    return counts


def main() -> None:
    """Print a table of outcomes."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        if len(sys.argv) > 3:
            files = sorted(path for path in Path(sys.argv[3]).rglob("*") if path.is_file())
            openings = [Opening(name=path.name, folder=home, file=path) for path in files[:count]]
        else:
            names = sorted(bases())
            openings = [
                Opening(name=names[n % len(names)], folder=home, seed=seed + n)
                for n in range(count)
            ]
        counts = run(openings, home)
    outcomes = sorted({outcome for _, outcome in counts})
    print("| file | " + " | ".join(outcomes) + " |\n|---" + "|---" * len(outcomes) + "|")
    for name in sorted({name for name, _ in counts}):
        print(f"| {name} | " + " | ".join(str(counts[name, o] or "") for o in outcomes) + " |")


if __name__ == "__main__":
    main()

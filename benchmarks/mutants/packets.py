"""The finished packets that mutants are made of: small cases of different kinds, drawn here,
built once and proved."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from assembler import pipeline
from assembler.model.manifest import MANIFEST_FILE
from assembler.runtime.resources import Shelf
from assembler.runtime.workshop import Workshop
from benchmarks.mutants import objects
from scripts.sample_cases import draw
from tests import factories

AS_OF = date(2026, 11, 23)
_ROWS = (
    ("2026-03-02", "Rent, March", "-1,250.00"),
    ("2026-03-05", "Wages", "3,418.75"),
    ("2026-03-09", "Pharmacy", "-86.40"),
    ("2026-03-12", "Transfer, A. Muster", "-0.95"),
    ("2026-03-20", "Interest at 3.75 %", "7.13"),
    ("2026-03-31", "Balance (not -12.50)", "2,088.53"),
)
_SCAN = (
    "Laboratory report of March 4, 2026",
    "Hemoglobin 11.8 g/dl, platelets 142, creatinine 0.94",
    "The findings are within limits.",
)
_LOST = {
    "ink.pdf": ["EVID.HIDDEN"],
    "cropped.pdf": ["EVID.OUTSIDE"],
}  # what of our evidence nobody sees, on purpose


@dataclass(slots=True, kw_only=True)
class Packet:
    """A finished packet, its case, and what its files hold."""

    name: str
    case: Path
    folder: Path
    manifest: dict[str, Any]
    documents: dict[str, objects.Document] = field(
        default_factory=dict
    )  # by file, of each volume of the bundle

    @property
    def volumes(self) -> list[dict[str, Any]]:
        """Files of the bundle, with their first and last page."""
        whole = [{"path": "bundle.pdf", "first": 1, "last": len(self.manifest["ledger"])}]
        return self.manifest.get("volumes") or whole

    def home(self, number: int) -> tuple[str, int]:
        """The file of a page, and its place in it, from 0."""
        part = next(item for item in self.volumes if item["first"] <= number <= item["last"])
        return Path(part["path"]).name, number - part["first"]


def load(home: Path, name: str) -> Packet:
    """A packet that was built before."""
    folder = home / name / "build/child"
    manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf8"))
    packet = Packet(name=name, case=home / name, folder=folder, manifest=manifest)
    for part in packet.volumes:
        path = Path(part["path"]).name
        packet.documents[path] = objects.read((folder / path).read_bytes())
    return packet


def build_all(home: Path, jobs: int) -> None:
    """Build every packet that is not there. Raises what a build raises."""
    for name, make in PACKETS.items():
        if not (home / name / "built").exists():
            shutil.rmtree(home / name, ignore_errors=True)
            make(home / name, jobs)
            (home / name / "built").touch()


def _bundle(case: Path, jobs: int, **options: Any) -> None:
    with Workshop(case / ".assembler", jobs=jobs) as shop:
        settings = pipeline.Options(as_of=AS_OF, thumbnails=False, **options)
        pipeline.build_packets(pipeline.make_context(case, Shelf.default(), shop, settings))


def _case(folder: Path, files: Mapping[str, bytes], **change: Any) -> Path:
    """A case with one exhibit for each file."""
    (folder / "evidence").mkdir(parents=True)
    for name, data in files.items():
        (folder / "evidence" / name).write_bytes(data)
    case = {**deepcopy(factories.CASE), **change}
    ids = [name.partition(".")[0] for name in files]
    case["exhibits"] = [_exhibit(number, name) for number, name in enumerate(files, 1)]
    basis = f"The child needs care, as is shown [@{ids[0]}], and as [@{ids[1]}; @{ids[-1]}] says."
    request = {
        "basis": [basis],
        "why_no_visa": f"There is no time for a visa [@{ids[1]}].",
        **change.get("request", {}),
    }
    case["request"] = {**factories.CASE["request"], **request}
    case["declarations"][0]["paragraphs"] = [
        "I am the aunt, born on May 6, 1984.",
        f"I have read it [@{ids[0]}]. I earn $4,250 a month.",
    ]
    factories.write_case(folder, case)
    return folder


def _exhibit(number: int, name: str) -> dict[str, Any]:
    path = f"evidence/{name}"
    key = name.partition(".")[0]
    row: dict[str, Any] = {
        "id": key,
        "title": f"Record {number} of the {key}",
        "category": "medical",
        "date": "2026-10-01",
    }
    row["files"] = [{"path": path, "accept_loss": _LOST[name]} if name in _LOST else path]
    return {**row, "supports": factories.SUPPORTS} if number == 1 else row


def _profile(case: Path, **values: Any) -> str:
    (case / "profiles").mkdir(exist_ok=True)
    dated = {"source": "a benchmark", "checked_on": "2026-11-23", "confidence": "A"}
    raw = {
        "id": "own",
        "title": "A receiver",
        "values": {key: {"value": value, **dated} for key, value in values.items()},
    }
    (case / "profiles/own.json").write_text(json.dumps(raw), encoding="utf8")
    return "own"


# --- evidence ---


def statement() -> bytes:
    """Two pages of figures in sizes from 6 to 11 points, with rules and a chart."""
    paper = draw.Paper((612, 792), note="test")
    for page, size in ((1, 9.5), (2, 6.5)):
        if page > 1:
            paper.new_page()
        paper.text(f"Statement {page} of 2 for account 4417-03", size + 1.5, "Bold")
        for day, what, amount in _ROWS:
            paper.text(f"{day}   {what}   {amount}", size)
        paper.canvas.setStrokeGray(0.5)
        paper.canvas.line(72, 500, 540, 500)
        for place in range(6):
            paper.canvas.setFillColorRGB(0.2, 0.3 + place / 10, 0.6)
            paper.canvas.rect(90 + 60 * place, 300, 34, 30 + 18 * place, stroke=1, fill=1)
        paper.canvas.setFillGray(0)
        paper.canvas.linkURL(
            "https://clinic.example/records?id=4417", (72, 560, 220, 575), relative=0
        )
    links = [(0, "second", 1)]
    return draw.linked(paper.done(), links, [("First page", 0), ("Second page", 1)])


def letter(words: str = "The clinic") -> bytes:
    """A letter of two pages."""
    body = [
        f"{words} has treated the child since 2019, at 37.4 degrees and 18.5 kg.",
        *factories.LINES,
        "The cost is $12,480.00, of which -$310.25 was paid back.",
    ]
    return factories.text_pdf(
        [[*body, "It is signed on October 1, 2026."], ["Second page.", *body]]
    )


def word_file() -> bytes:
    """A short Word file."""
    import docx

    document = docx.Document()
    document.add_heading("Statement of the neighbor", 1)
    document.add_paragraph("I have known the family since 2015. They paid 640.00 a month.")
    document.add_paragraph("The child was ill 3 times, and -5 degrees did not stop the mother.")
    document.core_properties.created = document.core_properties.modified = datetime(2026, 10, 1)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _letters(folder: Path, jobs: int) -> None:
    files = {
        "statement.pdf": statement(),
        "letter.pdf": letter(),
        "form.pdf": factories.form_pdf("Muster 4417"),
        "word.docx": word_file(),
    }
    _bundle(_case(folder, files), jobs)


def _scans(folder: Path, jobs: int) -> None:
    page = draw.sheet([*_SCAN, *factories.LINES], 120)
    color = factories.picture("JPEG", factories.colors(), quality=85, dpi=(100, 100))
    files = {
        "scan.pdf": draw.scan_pdf(
            [draw.scanned(page, 0.4, 3, 1), draw.scanned(draw.sheet(_SCAN, 120), 0, 0, 2)], 120
        ),
        "photo.jpg": draw.photo(draw.sheet([*_SCAN, *factories.PHOTO], 110), 6),
        "colors.jpg": color,
        "typed.png": draw.png(draw.sheet([*_SCAN, "Paid: -410.25 of 1,900.00"], 110)),
    }
    _bundle(_case(folder, files), jobs)


def _faxes(folder: Path, jobs: int) -> None:
    files = {
        "fax.tif": factories.fax([[*_SCAN, *factories.LINES]], fine=True),
        "letter.pdf": letter("The hospital"),
        "photo.png": factories.picture(
            "PNG", draw.sheet(_SCAN, 100).convert("RGB"), dpi=(100, 100)
        ),
    }
    _bundle(_case(folder, files), jobs)


def _placed(folder: Path, jobs: int) -> None:
    wide = factories.text_pdf([["A sheet of 1,120.50 by -14.", *factories.LINES]], size=(842, 1191))
    files = {
        "ink.pdf": factories.full_ink_pdf(),
        "landscape.pdf": factories.landscape_pdf(["Sold for -42.10", *factories.LINES]),
        "turned.pdf": factories.rotated_pdf(90, ["Turned by 90: 3.14", *factories.LINES]),
        "cropped.pdf": factories.cropped_pdf(),
        "wide.pdf": wide,
    }
    case = _case(folder, files)
    _bundle(case, jobs, profile=_profile(case, paper="letter", labels=True, outline=True))


def _volumes(folder: Path, jobs: int) -> None:
    """Two files. The photo has grain, so that a file written anew, a little larger, stays below
    the limit."""
    grainy = draw.scanned(draw.sheet(_SCAN, 130), 0, 14, 5)
    files = {
        "letter.pdf": letter(),
        "scan.pdf": draw.scan_pdf([draw.sheet(_SCAN, 110)], 110),
        "statement.pdf": statement(),
        "photo.jpg": draw.photo(grainy, quality=92),
    }
    case = _case(folder, files)
    _bundle(case, jobs)
    limit = int((case / "build/child/bundle.pdf").stat().st_size * 0.92)
    _bundle(
        case,
        jobs,
        profile=_profile(
            case, max_bytes=limit, part_name="bundle_Part{n}.pdf", labels=True, outline=True
        ),
    )


def _frozen(folder: Path, jobs: int) -> None:
    files = {
        "letter.pdf": letter(),
        "statement.pdf": statement(),
        "photo.jpg": draw.photo(draw.sheet(_SCAN, 100)),
    }
    case = _case(folder, files)
    _bundle(case, jobs)
    (case / "build").rename(case / "filed")
    data = json.loads((case / "case.json").read_text(encoding="utf8"))
    (case / "evidence/new.pdf").write_bytes(letter("A new clinic"))
    row = {"id": "new", "title": "New letter", "category": "medical", "files": ["evidence/new.pdf"]}
    data["exhibits"].insert(1, row)
    factories.write_case(case, data)
    _bundle(case, jobs, freeze=pipeline.read_filed_packets(case / "filed"), late="in-place")


def _unlinked(folder: Path, jobs: int) -> None:
    case = _case(folder, {"letter.pdf": letter(), "statement.pdf": statement()})
    _bundle(case, jobs, profile=_profile(case, links="none", labels=True, outline=True))


def _forms(folder: Path, jobs: int) -> None:
    forms = [{"form": "g-1650", "path": "forms/g-1650.pdf"}]
    case = _case(
        folder,
        {"letter.pdf": letter(), "statement.pdf": statement()},
        forms=forms,
        request={"filing": "paper"},
    )
    (case / "forms").mkdir()
    boxes = [
        ("Name", "Exemplar", (72, 560, 300, 580)),
        ("Amount", "630.00", (72, 520, 300, 540)),
        ("Card", "4417 0398", (72, 480, 300, 500)),
    ]
    (case / "forms/g-1650.pdf").write_bytes(
        draw.form(
            factories.text_pdf([["Payment form", "Name, amount, number; less -12.50"]]), boxes
        )
    )
    _bundle(case, jobs)


PACKETS: Mapping[str, Callable[[Path, int], None]] = {
    "letters": _letters,
    "scans": _scans,
    "faxes": _faxes,
    "placed": _placed,
    "volumes": _volumes,
    "frozen": _frozen,
    "unlinked": _unlinked,
    "forms": _forms,
}

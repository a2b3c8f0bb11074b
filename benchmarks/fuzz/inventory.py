"""Which modules of ours take text or bytes from outside apart, and which of them have no target."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from benchmarks.fuzz.guidance import ROOT
from benchmarks.fuzz.target import Target

# what a module does that takes text or bytes apart
_SIGNS = re.compile(
    r"\b(?:loads|parse_json|parse_places|(?:document_)?fromstring|ZipFile|from_bytes|unpack(?:_from)?"
    r"|OleFileIO|csv\.reader|iterparse|XMLPullParser|BytesParser|message_from_bytes|fromisoformat)\("
)
_OWN_WORK = (
    "reads what this program wrote into its cache or scratch folder, whose hashes are checked"
)
_STRICT_JSON = "reads JSON with the parser of the target json-text, and nothing else"
_FACT_DAYS = "reads the days of dated facts, whose files are checked against their schema"
LEFT_OUT: Mapping[str, str] = {  # module → why it has no target
    **dict.fromkeys(
        (
            "assembler.bundle.optimize.page_work",
            "assembler.bundle.optimize.picture_coding",
            "assembler.desk.page_images",
            "assembler.documents.draft_job",
            "assembler.evidence.file_preparation",
            "assembler.evidence.page_recognition",
            "assembler.evidence.page_texts",
            "assembler.evidence.picture_grids",
            "assembler.pdf.thumbnails",
            "assembler.pipeline.packet_folder",
            "assembler.proof.picture_pages",
            "assembler.report.review.review_page",
        ),
        _OWN_WORK,
    ),
    **dict.fromkeys(
        (
            "assembler.desk.case_store",
            "assembler.desk.file_passwords",
            "assembler.desk.page_answers",
            "assembler.pipeline.case_file",
        ),
        _STRICT_JSON,
    ),
    **dict.fromkeys(
        (
            "assembler.rules.fee_rules",
            "assembler.rules.letter_facts",
            "assembler.rules.photo_rules",
            "assembler.rules.program_rules",
        ),
        _FACT_DAYS,
    ),
    **dict.fromkeys(
        (
            "assembler.proof.source_links",
            "assembler.proof.word_draft_text",
            "assembler.proof.printed_evidence",
        ),
        "opens Word files; what is in them is read by the parser of the target proof-office",
    ),
    "assembler.pipeline.bug_report": "any error of a step is a line of the report",
    "assembler.cli.shared_options": "reads a day that a person types, with Python's own parser",
    "assembler.layout.stamp_placement": "reads the bits of its own maps of ink",
    "assembler.evidence.readers.word": "joins the parsers of word-file with those of engines",
    "assembler.pdf.picture_files": "Pillow reads these files; ours are in the target pictures",
    "assembler.pipeline.existing_packets": "reads a day of a manifest whose schema was checked",
    "assembler.report.review.view": "reads a day of a manifest whose schema was checked",
}


@cache
def find_parsers() -> tuple[str, ...]:
    """Return the names of the modules that take text or bytes apart."""
    return tuple(
        _name_module(path)
        for path in sorted((ROOT / "assembler").rglob("*.py"))
        if _SIGNS.search(path.read_text(encoding="utf-8"))
    )


def list_unfuzzed(targets: Iterable[Target]) -> tuple[str, ...]:
    """Return the parsers that no target is about, and that are not left out for a reason."""
    beginnings = tuple(module for target in targets for module in target.modules)
    return tuple(
        name for name in find_parsers() if name not in LEFT_OUT and not name.startswith(beginnings)
    )


def _name_module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)

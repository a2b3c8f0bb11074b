"""Compare the text of a Word file with the text of the PDF that was printed from it.

Shares no code with the engine that prints, nor with its own check for lost words. Runs in a worker,
since a template is untrusted.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from lxml import etree

from assembler.pdf.opening import open_pdf_file
from assembler.proof.page_text import fold, is_right_to_left, keep_letters, read_text
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MAX_UNPACKED = 100_000_000  # bytes of all parts, unpacked
_NOT_PRINTED = frozenset(
    f"{_W}{name}" for name in ("del", "moveFrom", "instrText", "delText", "rPr", "pPr", "sectPr")
)
_BLANKS = frozenset(f"{_W}{name}" for name in ("tab", "br", "cr", "ptab"))
_BOXES = frozenset(f"{_W}{name}" for name in ("pict", "drawing", "object", "txbxContent"))
_COMPARED_SIGNS = range(0x2000, 0x2200)  # dashes, quotation marks, currencies, arrows
# Latin, Greek and Cyrillic are below: letters of other scripts are not always read back as typed
_LAST_PLAIN = 0x0530


@dataclass(frozen=True, slots=True, kw_only=True)
class WordText:
    """Paragraphs of a Word file's body. `sure`: only what must be printed, without fields, boxes or
    text that a style may hide."""

    whole: tuple[str, ...]
    sure: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A Word file and its PDF. `worded`: from a template of ours, so that both must have the same
    text in the same order.

    `heads`: table headings that are repeated on each page. `sha256`: of the file as it was written.
    """

    docx: Path
    pdf: Path
    sha256: str
    worded: bool
    heads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The result for one Word file. `edited`: it is not the one that was printed. `trouble`: what
    is wrong, "" if nothing is."""

    edited: bool = False
    trouble: str = ""


def compare_all(jobs: Sequence[Job], workshop: Workshop) -> tuple[Compared, ...]:
    """Compare Word files with their PDFs, in workers."""
    results = workshop.map(compare, jobs)
    return tuple(
        Compared(trouble=f"could not be read ({result.kind}: {result.detail})")
        if isinstance(result, Failure)
        else result
        for result in results
    )


def compare(job: Job) -> Compared:
    """Compare the text of a Word file with its PDF's, in a worker; never raise for a bad file."""
    try:
        if hashlib.sha256(job.docx.read_bytes()).hexdigest() != job.sha256:
            return Compared(edited=True)
        word = read_word_text(job.docx)
        printed = _read_printed(job.pdf)
    except (
        OSError,
        ValueError,
        KeyError,
        zipfile.BadZipFile,
        etree.XMLSyntaxError,
        pdfium.PdfiumError,
    ) as error:
        return Compared(trouble=f"cannot be compared with its PDF ({type(error).__name__})")
    if job.worded:
        return Compared(
            trouble=""
            if _has_same_text(word, printed, job.heads)
            else "has different words than its PDF"
        )
    lost_count = count_lost_words(word.sure, printed)
    return Compared(
        trouble=f"has {lost_count} words that its PDF does not have" if lost_count else ""
    )


def read_word_text(docx: Path) -> WordText:
    """Read the paragraphs of a Word file's body, including those of tables, in order.

    Raises OSError, KeyError, ValueError, BadZipFile or XMLSyntaxError.
    """
    with zipfile.ZipFile(docx) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _MAX_UNPACKED:
            raise ValueError("too large unpacked")
        body = _parse_xml(archive.read("word/document.xml"))
        hiding = (
            _find_hiding_styles(_parse_xml(archive.read("word/styles.xml")))
            if "word/styles.xml" in archive.namelist()
            else set()
        )
    whole, sure = [], []
    reader = _Reader(hiding=hiding)
    for paragraph in body.iter(f"{_W}p"):
        is_boxed = any(
            parent.tag == _FALLBACK or parent.tag in _BOXES for parent in paragraph.iterancestors()
        )
        if not is_boxed:
            pieces = list(reader.read(paragraph))
            whole.append("".join(text for text, _ in pieces))
            sure.append("".join(text if is_sure else " " for text, is_sure in pieces))
    return WordText(whole=tuple(whole), sure=tuple(sure))


def _parse_xml(data: bytes) -> Any:
    return etree.fromstring(
        data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    )


def _find_hiding_styles(styles: Any) -> set[str]:
    """Return the ids of styles that hide text or are based on one that does."""
    parents = {
        style.get(f"{_W}styleId"): style.find(f"{_W}basedOn") for style in styles.iter(f"{_W}style")
    }
    hiding = {
        style.get(f"{_W}styleId")
        for style in styles.iter(f"{_W}style")
        if style.find(f"{_W}rPr/{_W}vanish") is not None
    }
    for _ in range(10):  # longer chains of styles are not expected
        hiding |= {
            name
            for name, parent in parents.items()
            if parent is not None and parent.get(f"{_W}val") in hiding
        }
    return hiding


@dataclass(slots=True)
class _Reader:
    """Reads the pieces of a paragraph's text, and whether each must be printed; a field may span
    paragraphs."""

    hiding: set[str]
    # instructions of the open fields
    fields: list[str] = field(default_factory=list)

    def read(self, paragraph: Any) -> Iterator[tuple[str, bool]]:
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        is_sure = style is None or style.get(f"{_W}val") not in self.hiding
        yield from self._read_children(paragraph, is_sure=is_sure)

    def _read_children(self, node: Any, *, is_sure: bool) -> Iterator[tuple[str, bool]]:
        for child in node:
            if child.tag in _NOT_PRINTED or child.tag == f"{_W}p":
                self._add_instruction(child)
            elif child.tag == f"{_W}fldChar":
                self._track_field(child.get(f"{_W}fldCharType"))
            elif child.tag == f"{_W}t":
                yield child.text or "", is_sure and all(map(_is_link, self.fields))
            elif child.tag in _BLANKS:
                yield " ", is_sure
            elif child.tag == f"{_W}noBreakHyphen":
                yield "-", is_sure
            elif child.tag not in _BOXES and child.tag != _FALLBACK:
                is_simple_field = child.tag == f"{_W}fldSimple" and not _is_link(
                    child.get(f"{_W}instr", "")
                )
                yield from self._read_children(
                    child, is_sure=is_sure and not is_simple_field and not self._is_hidden(child)
                )

    def _add_instruction(self, child: Any) -> None:
        if child.tag == f"{_W}instrText" and self.fields:
            self.fields[-1] += child.text or ""

    def _track_field(self, mark: str | None) -> None:
        if mark == "begin":
            self.fields.append("")
        elif mark == "end" and self.fields:
            self.fields.pop()

    def _is_hidden(self, run: Any) -> bool:
        properties = run.find(f"{_W}rPr")
        if properties is None:
            return bool(run.tag == f"{_W}sdt")  # its text may be a placeholder that is not printed
        style = properties.find(f"{_W}rStyle")
        is_hidden = any(
            properties.find(f"{_W}{name}") is not None
            for name in ("vanish", "webHidden", "specVanish")
        )
        return is_hidden or (style is not None and str(style.get(f"{_W}val")) in self.hiding)


def _is_link(instruction: str) -> bool:
    return instruction.strip().upper().startswith("HYPERLINK")


def _read_printed(pdf: Path) -> str:
    document = open_pdf_file(pdf)
    try:
        return "\n".join(read_text(document[number]) for number in range(len(document)))
    finally:
        document.close()


def _has_same_text(word: WordText, printed: str, heads: Sequence[str]) -> bool:
    texts = [_keep_plain_signs(fold(" ".join(word.whole))), _keep_plain_signs(fold(printed))]
    for head in heads:
        texts = [text.replace(fold(head), "") for text in texts]
    if any(map(is_right_to_left, (*word.whole, printed))):
        first, second = (Counter(filter(str.isalnum, text)) for text in texts)
        return first == second  # brackets are mirrored, and runs are in another order
    return texts[0] == texts[1]


def _keep_plain_signs(text: str) -> str:
    """Return the letters and signs that are always read back; bullets are made by the engine and
    are in no paragraph."""
    return "".join(
        sign
        for sign in text
        if sign != "•" and (ord(sign) < _LAST_PLAIN or ord(sign) in _COMPARED_SIGNS)
    )


def count_lost_words(paragraphs: Sequence[str], printed: str) -> int:
    """Count the words that are nowhere in the PDF, whole or in two parts at the end of a page."""
    printed_letters = keep_letters(printed)
    words: Mapping[str, None] = dict.fromkeys(
        word for text in paragraphs for word in text.split() if not is_right_to_left(word)
    )
    lost_count = 0
    for word in words:
        word_letters = keep_letters(word)
        if (
            not re.fullmatch(r"[^\W_]+", word_letters)
            or _keep_plain_signs(word_letters) != word_letters
        ):
            continue
        cuts = range(2, len(word_letters) - 1)
        lost_count += word_letters not in printed_letters and not any(
            word_letters[:cut] in printed_letters and word_letters[cut:] in printed_letters
            for cut in cuts
        )
    return lost_count

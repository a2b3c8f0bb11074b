"""The text of a Word file, read by the proof itself, against the text of the PDF that was printed
from it.

Shares nothing with the engine that prints, nor with its own check for lost words. Runs in a worker:
a template is a stranger's.
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

from assembler.proof.page_text import fold, is_right_to_left, letters, read_text
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MOST = 100_000_000  # bytes of all parts, unpacked
_GONE = frozenset(
    f"{_W}{name}" for name in ("del", "moveFrom", "instrText", "delText", "rPr", "pPr", "sectPr")
)
_BLANKS = frozenset(f"{_W}{name}" for name in ("tab", "br", "cr", "ptab"))
_BOXES = frozenset(f"{_W}{name}" for name in ("pict", "drawing", "object", "txbxContent"))
_SIGNS = range(0x2000, 0x2200)  # dashes, quotation marks, currencies, arrows
# Latin, Greek and Cyrillic stand below: letters of other scripts are not always read back as typed
_LAST_PLAIN = 0x0530


@dataclass(frozen=True, slots=True, kw_only=True)
class WordText:
    """Paragraphs of a Word file's body. `sure`: only what must be printed, no fields, boxes or text
    that a style may hide."""

    whole: tuple[str, ...]
    sure: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A Word file and its PDF. `worded`: from a template of ours, so that both must say the same,
    in the same order.

    `heads`: lines of tables that are printed again on each page. `sha256`: of the file as it was
    written.
    """

    docx: Path
    pdf: Path
    sha256: str
    worded: bool
    heads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """`edited`: the Word file is not the one that was printed. `trouble`: what is wrong, "" where
    both agree."""

    edited: bool = False
    trouble: str = ""


def compare_all(jobs: Sequence[Job], workshop: Workshop) -> tuple[Compared, ...]:
    """Compare Word files with their PDFs, in workers."""
    results = workshop.map(compare, jobs)
    return tuple(
        Compared(trouble=f"could not be read ({one.kind}: {one.detail})")
        if isinstance(one, Failure)
        else one
        for one in results
    )


def compare(job: Job) -> Compared:
    """Compare the text of a Word file with its PDF's, in a worker; never raises for a bad file."""
    try:
        if hashlib.sha256(job.docx.read_bytes()).hexdigest() != job.sha256:
            return Compared(edited=True)
        word = read_word_text(job.docx)
        printed = _printed(job.pdf)
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
            if _say_the_same(word, printed, job.heads)
            else "says other words than its PDF"
        )
    lost = lost_words(word.sure, printed)
    return Compared(trouble=f"has {lost} words that its PDF does not have" if lost else "")


def read_word_text(docx: Path) -> WordText:
    """Read the paragraphs of a Word file's body, those of tables in their order.

    Raises OSError, KeyError, ValueError, BadZipFile or XMLSyntaxError.
    """
    with zipfile.ZipFile(docx) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _MOST:
            raise ValueError("too large unpacked")
        body = _parsed(archive.read("word/document.xml"))
        hiding = (
            _hiding(_parsed(archive.read("word/styles.xml")))
            if "word/styles.xml" in archive.namelist()
            else set()
        )
    whole, sure = [], []
    reader = _Reader(hiding=hiding)
    for paragraph in body.iter(f"{_W}p"):
        boxed = any(
            parent.tag == _FALLBACK or parent.tag in _BOXES for parent in paragraph.iterancestors()
        )
        if not boxed:
            pieces = list(reader.read(paragraph))
            whole.append("".join(text for text, _ in pieces))
            sure.append("".join(text if certain else " " for text, certain in pieces))
    return WordText(whole=tuple(whole), sure=tuple(sure))


def _parsed(data: bytes) -> Any:
    return etree.fromstring(
        data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    )


def _hiding(styles: Any) -> set[str]:
    """Ids of styles that hide text or are based on one that does."""
    based = {s.get(f"{_W}styleId"): s.find(f"{_W}basedOn") for s in styles.iter(f"{_W}style")}
    found = {
        s.get(f"{_W}styleId")
        for s in styles.iter(f"{_W}style")
        if s.find(f"{_W}rPr/{_W}vanish") is not None
    }
    for _ in range(10):  # no chain of styles is longer
        found |= {
            name
            for name, base in based.items()
            if base is not None and base.get(f"{_W}val") in found
        }
    return found


@dataclass(slots=True)
class _Reader:
    """Pieces of a paragraph's text, and whether each must be printed. A field may begin in one
    paragraph and end in another."""

    hiding: set[str]
    fields: list[str] = field(
        default_factory=list
    )  # instructions of the fields we are in; those in their result end with "\0"

    def read(self, paragraph: Any) -> Iterator[tuple[str, bool]]:
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        certain = style is None or style.get(f"{_W}val") not in self.hiding
        yield from self._below(paragraph, certain=certain)

    def _below(self, node: Any, *, certain: bool) -> Iterator[tuple[str, bool]]:
        for child in node:
            if child.tag in _GONE or child.tag == f"{_W}p":
                self._instruct(child)
            elif child.tag == f"{_W}fldChar":
                self._follow(child.get(f"{_W}fldCharType"))
            elif child.tag == f"{_W}t":
                yield child.text or "", certain and all(map(_is_link, self.fields))
            elif child.tag in _BLANKS:
                yield " ", certain
            elif child.tag == f"{_W}noBreakHyphen":
                yield "-", certain
            elif child.tag not in _BOXES and child.tag != _FALLBACK:
                simple = child.tag == f"{_W}fldSimple" and not _is_link(child.get(f"{_W}instr", ""))
                yield from self._below(
                    child, certain=certain and not simple and not self._is_hidden(child)
                )

    def _instruct(self, child: Any) -> None:
        if child.tag == f"{_W}instrText" and self.fields:
            self.fields[-1] += child.text or ""

    def _follow(self, mark: str | None) -> None:
        if mark == "begin":
            self.fields.append("")
        elif mark == "end" and self.fields:
            self.fields.pop()

    def _is_hidden(self, run: Any) -> bool:
        look = run.find(f"{_W}rPr")
        if look is None:
            return bool(run.tag == f"{_W}sdt")  # its text may be a hint that is not printed
        style = look.find(f"{_W}rStyle")
        hidden = any(
            look.find(f"{_W}{name}") is not None for name in ("vanish", "webHidden", "specVanish")
        )
        return hidden or (style is not None and str(style.get(f"{_W}val")) in self.hiding)


def _is_link(instruction: str) -> bool:
    return instruction.strip().upper().startswith("HYPERLINK")


def _printed(pdf: Path) -> str:
    document = pdfium.PdfDocument(pdf)
    try:
        return "\n".join(read_text(document[number]) for number in range(len(document)))
    finally:
        document.close()


def _say_the_same(word: WordText, printed: str, heads: Sequence[str]) -> bool:
    texts = [_plain(fold(" ".join(word.whole))), _plain(fold(printed))]
    for head in heads:
        texts = [text.replace(fold(head), "") for text in texts]
    if any(map(is_right_to_left, (*word.whole, printed))):
        first, second = (Counter(filter(str.isalnum, text)) for text in texts)
        return first == second  # brackets are mirrored, and runs stand in another order
    return texts[0] == texts[1]


def _plain(text: str) -> str:
    """Letters and signs whose reading is sure; bullets are made by the engine, and stand in no
    paragraph."""
    return "".join(
        sign for sign in text if sign != "•" and (ord(sign) < _LAST_PLAIN or ord(sign) in _SIGNS)
    )


def lost_words(paragraphs: Sequence[str], printed: str) -> int:
    """How many words are nowhere in the PDF, whole or in two parts with the end of a page between
    them."""
    there = letters(printed)
    words: Mapping[str, None] = dict.fromkeys(
        word for text in paragraphs for word in text.split() if not is_right_to_left(word)
    )
    lost = 0
    for word in words:
        wanted = letters(word)
        if not re.fullmatch(r"[^\W_]+", wanted) or _plain(wanted) != wanted:
            continue
        cuts = range(2, len(wanted) - 1)
        lost += wanted not in there and not any(
            wanted[:cut] in there and wanted[cut:] in there for cut in cuts
        )
    return lost

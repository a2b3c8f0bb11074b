"""Count the words with a letter on the evidence pages of a PDF; in our bundle the stamps' own
words are left out."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pypdfium2 as pdfium

_STAMP = re.compile(r"Exhibit \S+ · \d+ of \d+ · page \d+ of \d+")


def words(pdf: Path) -> int:
    """`bundle.pdf` is one of ours: only its evidence pages count."""
    document = pdfium.PdfDocument(pdf)
    ours = pdf.name == "bundle.pdf"
    count = 0
    for page in document:
        lines = page.get_textpage().get_text_bounded().splitlines()
        if ours and not any(map(_STAMP.search, lines)):
            continue
        text = " ".join(_STAMP.sub("", line) if ours else line for line in lines)
        count += sum(any(map(str.isalpha, word)) for word in text.split())
    document.close()
    return count


if __name__ == "__main__":
    print(words(Path(sys.argv[1])))

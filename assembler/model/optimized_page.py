"""A page whose pictures were stored again, to be below a receiver's limits."""

from __future__ import annotations

from dataclasses import dataclass

from assembler.model.document_id import DocumentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What fitting did to one page: bytes, dots per inch of its finest picture, and words that
    recognition finds.

    Words are counted only where the pictures were drawn again: `words` sure ones before, `kept` of
    them found after.
    """

    document: DocumentId
    index: int  # 0-based page in the document
    bytes_before: int
    bytes_after: int
    dpi_before: float
    dpi_after: float
    lossless: bool  # stored smaller, each pixel as it was
    words: int | None = None
    kept: int | None = None
    lost: bool = False  # too many words vanish: the page stays as it was before this step

    def line(self) -> str:
        """Before and after, in words."""
        text = f"{self.bytes_before:,} bytes are now {self.bytes_after:,}"
        if self.lossless:
            return f"its pictures were stored again without loss: {text}"
        how = (
            f"its pictures were drawn again, {self.dpi_before:.0f} dots per inch are now "
            f"{self.dpi_after:.0f}: {text}"
        )
        return f"{how}; {self.kept} of {self.words} words are read as before"

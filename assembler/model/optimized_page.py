"""A page whose pictures were stored again to meet a receiver's limits."""

from __future__ import annotations

from dataclasses import dataclass

from assembler.model.document_id import DocumentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """One page before and after fitting: bytes, resolution of its sharpest picture, and words that
    recognition reads.

    Words are counted only if the pictures were drawn again: `words` read with confidence before,
    `kept` of them read after.
    """

    document: DocumentId
    index: int  # 0-based page in the document
    bytes_before: int
    bytes_after: int
    dpi_before: float
    dpi_after: float
    lossless: bool  # stored smaller with all pixels unchanged
    words: int | None = None
    kept: int | None = None
    lost: bool = False  # too many words were lost, so the page was left as it was before this step

    def line(self) -> str:
        """Return a sentence that compares the page before and after."""
        text = f"{self.bytes_before:,} bytes are now {self.bytes_after:,}"
        if self.lossless:
            return f"its pictures were recompressed without loss: {text}"
        how = (
            f"its pictures were resampled, {self.dpi_before:.0f} dots per inch are now "
            f"{self.dpi_after:.0f}: {text}"
        )
        return f"{how}; {self.kept} of {self.words} words are read as before"

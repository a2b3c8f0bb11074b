"""ocr: a page image in; its words, each with a confidence, and an invisible text layer out.

One engine per worker process, started when first needed. Must not know what a page is for, nor
where it goes.
"""

from assembler.evidence.ocr.language_data import (
    ENGINE_LANGUAGES,
    data_files,
    data_folder,
    data_version,
    engine_language,
    has_language,
    how_to_install,
    languages,
)
from assembler.evidence.ocr.recognition import (
    Policy,
    Recognized,
    in_reading_order,
    orientations,
    read_lines,
    read_page,
    read_words,
    recognize,
    script,
    version,
)

__all__ = [
    "ENGINE_LANGUAGES",
    "Policy",
    "Recognized",
    "data_files",
    "data_folder",
    "data_version",
    "engine_language",
    "has_language",
    "how_to_install",
    "in_reading_order",
    "languages",
    "orientations",
    "read_lines",
    "read_page",
    "read_words",
    "recognize",
    "script",
    "version",
]

"""Recognize the text of page images.

Takes a page image; returns its words, each with a confidence, and an invisible text layer. Each
worker process has one engine, started when first needed. Knows nothing about the purpose of a page.
"""

from assembler.evidence.ocr.language_data import (
    ENGINE_LANGUAGES,
    describe_data,
    describe_installation,
    engine_language,
    find_data_folder,
    has_language,
    list_data_files,
    list_languages,
)
from assembler.evidence.ocr.recognition import (
    Policy,
    Recognition,
    detect_script,
    engine_version,
    find_orientations,
    read_lines,
    read_page,
    read_words,
    recognize,
    to_reading_order,
)

__all__ = [
    "ENGINE_LANGUAGES",
    "Policy",
    "Recognition",
    "describe_data",
    "describe_installation",
    "detect_script",
    "engine_language",
    "engine_version",
    "find_data_folder",
    "find_orientations",
    "has_language",
    "list_data_files",
    "list_languages",
    "read_lines",
    "read_page",
    "read_words",
    "recognize",
    "to_reading_order",
]

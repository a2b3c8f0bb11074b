"""Recognize the text of page images.

Takes a page image; returns its words, each with a confidence, and an invisible text layer. Each
worker process has one engine, started when first needed. Knows nothing about the purpose of a page.
"""

from assembler.evidence.ocr.data_choice import (
    DataChoice,
    FoundWords,
    choose_data,
    choose_engine_language,
    describe_better_data,
)
from assembler.evidence.ocr.language_data import (
    ENGINE_LANGUAGES,
    describe_data,
    describe_installation,
    describe_latin_installation,
    find_data_folder,
    has_language,
    list_data_files,
    list_languages,
)
from assembler.evidence.ocr.recognition import (
    Policy,
    Recognition,
    detect_script,
    find_orientations,
    order_for_reading,
    read_engine_version,
    read_lines,
    read_page,
    read_words,
    recognize,
)

__all__ = [
    "ENGINE_LANGUAGES",
    "DataChoice",
    "FoundWords",
    "Policy",
    "Recognition",
    "choose_data",
    "choose_engine_language",
    "describe_better_data",
    "describe_data",
    "describe_installation",
    "describe_latin_installation",
    "detect_script",
    "find_data_folder",
    "find_orientations",
    "has_language",
    "list_data_files",
    "list_languages",
    "order_for_reading",
    "read_engine_version",
    "read_lines",
    "read_page",
    "read_words",
    "recognize",
]

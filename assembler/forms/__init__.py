"""Government forms: maps from questions to facts, filling, recognizing, reading back, and answer
sheets.

In: form maps of `schemas/forms/`, a `Case`, PDF files the user downloaded or signed. Out: filled
PDFs, answers, findings. Must not know where a form goes in the packet, or keep payment data
anywhere but in the form.
"""

from __future__ import annotations

from assembler.forms.answer_fitting import Continued
from assembler.forms.answers import Answer, answers, belongs, scope, unanswered
from assembler.forms.fill import Filled, fill
from assembler.forms.form_check import (
    Compared,
    blank_findings,
    compare,
    edition_findings,
    unsigned,
)
from assembler.forms.form_maps import FormMap, find, library
from assembler.forms.form_reader import FieldRow, FormUnreadable, Recognized, fields, recognize
from assembler.forms.map_proposal import draft_map
from assembler.forms.packet_forms import Done, Packet, answer_sheets, fill_packet

__all__ = [
    "Answer",
    "Compared",
    "Continued",
    "Done",
    "FieldRow",
    "Filled",
    "FormMap",
    "FormUnreadable",
    "Packet",
    "Recognized",
    "answer_sheets",
    "answers",
    "belongs",
    "blank_findings",
    "compare",
    "draft_map",
    "edition_findings",
    "fields",
    "fill",
    "fill_packet",
    "find",
    "library",
    "recognize",
    "scope",
    "unanswered",
    "unsigned",
]

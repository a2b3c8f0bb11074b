"""Fill government forms, read them back, and write answer sheets.

In: form maps of `schemas/forms/`, a `Case`, PDF files the user downloaded or signed. Out: filled
PDFs, answers, findings. Must not know where a form goes in the packet, or keep payment data
anywhere but in the form.
"""

from __future__ import annotations

from assembler.forms.answer_fitting import Continuation
from assembler.forms.answers import (
    Answer,
    AnswerSource,
    build_scope,
    check_answers,
    collect_answers,
    is_form_needed,
)
from assembler.forms.edition_watch import EditionFacts
from assembler.forms.filled_form import FillResult, FormFiles, fill_form
from assembler.forms.form_check import (
    FormComparison,
    check_blank,
    check_edition,
    check_signatures,
    compare_form,
)
from assembler.forms.form_maps import FormMap, find_map, load_maps
from assembler.forms.form_reader import (
    FieldRow,
    FormUnreadable,
    RecognizedForm,
    read_fields,
    recognize_form,
)
from assembler.forms.map_proposal import propose_map
from assembler.forms.packet_forms import (
    FilledForm,
    FormInputs,
    PacketForms,
    build_answer_sheets,
    build_payment_sheets,
    fill_packet,
)
from assembler.forms.signature_fields import FormSignature

__all__ = [
    "Answer",
    "AnswerSource",
    "Continuation",
    "EditionFacts",
    "FieldRow",
    "FillResult",
    "FilledForm",
    "FormComparison",
    "FormFiles",
    "FormInputs",
    "FormMap",
    "FormSignature",
    "FormUnreadable",
    "PacketForms",
    "RecognizedForm",
    "build_answer_sheets",
    "build_payment_sheets",
    "build_scope",
    "check_answers",
    "check_blank",
    "check_edition",
    "check_signatures",
    "collect_answers",
    "compare_form",
    "fill_form",
    "fill_packet",
    "find_map",
    "is_form_needed",
    "load_maps",
    "propose_map",
    "read_fields",
    "recognize_form",
]

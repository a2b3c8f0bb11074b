"""Make the shipped Word templates again: `python scripts/make_templates.py`. A firm edits the .docx files in Word instead.

They use what the embedded Word engine draws well: styles, plain tables with horizontal rules, hyperlinks; no text boxes.
"""

from __future__ import annotations

import zipfile
from functools import partial
from pathlib import Path

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Inches, Pt, RGBColor

from assembler.runtime.zip_files import UndatedZipFile

HOME = Path(__file__).parent.parent / "templates"
FACE = "IBM Plex Serif"
RULE = "_" * 42
BLANK = "_" * 34


def document(size: float = 11):
    doc = Document()
    section = doc.sections[0]
    section.page_width, section.page_height = Inches(8.5), Inches(11)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = (
        Inches(1)
    )
    own_face_only(doc)
    normal = doc.styles["Normal"]
    normal.font.size = Pt(size)
    normal.paragraph_format.space_after = Pt(7)
    normal.paragraph_format.line_spacing = 1.15
    normal.paragraph_format.widow_control = True
    for level, points in ((1, 15), (2, 12)):
        heading = doc.styles[f"Heading {level}"]
        heading.font.size, heading.font.bold, heading.font.color.rgb = (
            Pt(points),
            True,
            RGBColor(0, 0, 0),
        )
        heading.paragraph_format.space_before, heading.paragraph_format.space_after = Pt(12), Pt(4)
        heading.paragraph_format.keep_with_next = True
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-US")
    normal.element.get_or_add_rPr().append(language)
    return doc


def own_face_only(doc) -> None:
    """Every style and list says our face by name: a theme's fonts are on some machines and not on others."""
    for part in (doc.styles.element, doc.part.numbering_part.element):
        for fonts in part.iter(qn("w:rFonts")):
            for key in list(fonts.attrib):
                del fonts.attrib[key]
            for script in ("ascii", "hAnsi", "cs", "eastAsia"):
                fonts.set(qn(f"w:{script}"), FACE)
        for level in part.iter(qn("w:lvlText")):
            level.set(
                qn("w:val"), "".join("•" if ord(c) >= 0xE000 else c for c in level.get(qn("w:val")))
            )


def line(
    doc,
    text: str = "",
    *,
    bold=False,
    italic=False,
    size=None,
    center=False,
    after=None,
    keep=False,
    indent=None,
    before=None,
    style=None,
):
    paragraph = doc.add_paragraph(style=style)
    run = paragraph.add_run(text)
    run.bold, run.italic = bold or None, italic or None
    if size:
        run.font.size = Pt(size)
    form = paragraph.paragraph_format
    if center:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if after is not None:
        form.space_after = Pt(after)
    if before is not None:
        form.space_before = Pt(before)
    if indent is not None:
        form.left_indent = Inches(indent)
    form.keep_with_next = keep or None
    return paragraph


def prose(doc, field: str, heading: str) -> None:
    """A heading and the paragraphs of one field; both left out where the field is empty."""
    line(doc, f"{{%p if {field} %}}")
    doc.add_heading(heading, 2)
    line(doc, f"{{%p for text in {field} %}}")
    line(doc, "{{r prose(text) }}")
    line(doc, "{%p endfor %}")
    line(doc, "{%p endif %}")


def loop(doc, head: str, text: str, **form) -> None:
    line(doc, f"{{%p for {head} %}}")
    line(doc, text, **form)
    line(doc, "{%p endfor %}")


def table(doc, widths, header=None):
    """A table with horizontal rules only."""
    made = doc.add_table(rows=0, cols=len(widths))
    made.autofit = False
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        edge = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "999999")):
            edge.set(qn(f"w:{key}"), value)
        borders.append(edge)
    made._tbl.tblPr.append(borders)
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Inches(width)
    if header:
        cells = row(made, widths, header, bold=True)
        mark = OxmlElement("w:tblHeader")
        mark.set(qn("w:val"), "true")
        cells[0]._tc.getparent().get_or_add_trPr().append(mark)
    return made


def row(made, widths, texts, bold=False):
    added = made.add_row()
    added._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    cells = added.cells
    for cell, width, text in zip(cells, widths, texts, strict=True):
        cell.width = Inches(width)
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(2)
        paragraph.paragraph_format.space_before = Pt(2)
        run = paragraph.add_run(text)
        run.bold = bold or None
    return cells


def bullet(doc, text: str) -> None:
    line(doc, text, style="List Bullet", after=1)


def signature(doc, name: str, *under: str) -> None:
    line(doc, "", after=14, keep=True)
    line(doc, RULE, after=0, keep=True)
    line(doc, name, after=0, keep=bool(under))
    for position, text in enumerate(under, 1):
        line(doc, text, after=0, keep=position < len(under))


def letter_head(
    doc,
    mark: str = "EXPEDITED PROCESSING REQUESTED",
    when: str = "request.expedite_reason",
    named: str = "not facts.address_lines",
) -> None:
    """The agency is named where the address does not do it: a notice's own address, or none that is known."""
    line(doc, "{%p for text in sender.heading %}")
    line(doc, "{{ text }}", bold=True, size=14, after=0)
    line(doc, "{%p endfor %}")
    loop(doc, "text in sender.lines", "{{ text }}", size=9.5, after=0)
    line(doc, "{{ letter_date }}", before=18, after=12)
    line(doc, "{%p if facts.via %}")
    line(doc, "{{ facts.via | upper }}", bold=True, size=9.5, after=2)
    line(doc, "{%p endif %}")
    line(doc, f"{{%p if {named} %}}")
    line(doc, "U.S. Citizenship and Immigration Services", after=0)
    line(doc, "{%p endif %}")
    loop(doc, "text in facts.address_lines or ()", "{{ text }}", after=0)
    line(doc, f"{{%p if {when} %}}")
    line(doc, mark, bold=True, size=12, before=12, after=6)
    line(doc, "{%p else %}")
    line(doc, "", size=4, after=4)
    line(doc, "{%p endif %}")


def re_block(doc, widths, first: str, *further: tuple[str, str]) -> None:
    made = table(doc, widths)
    row(made, widths, ["RE:", first])
    for pair in further:
        row(made, widths, pair)
    row(made, widths, ["Petitioner:", "{{ petitioner.name.full }}"])
    row(
        made,
        widths,
        [
            "Beneficiary:",
            "{{ beneficiary.name.full }}{% if beneficiary.birth_date %}, born "
            "{{ beneficiary.birth_date | longdate }}{% endif %}{% if beneficiary.nationality %}, "
            "{{ beneficiary.nationality | country }}{% endif %}{% if beneficiary.a_number %}, "
            "A-{{ beneficiary.a_number }}{% endif %}",
        ],
    )
    row(made, widths, ["{%tr if supporters %}", ""])
    row(
        made,
        widths,
        [
            "Supporter{% if supporters | length > 1 %}s{% endif %}:",
            "{% for one in supporters %}{{ one.person.name.full }}"
            "{% if one.organization %}, {{ one.organization }}{% endif %}{% if not loop.last %}; {% endif %}{% endfor %}",
        ],
    )
    row(made, widths, ["{%tr endif %}", ""])
    line(doc, "", after=2)


def enclosures(doc) -> None:
    doc.add_heading("Enclosed", 2)
    line(doc, "{%p for text in enclosed %}")
    bullet(doc, "{{ text }}")
    line(doc, "{%p endfor %}")
    line(doc, "{%p if exhibits_enclosed %}")
    bullet(doc, "{{ exhibits_enclosed }}")
    line(doc, "{%p else %}")
    line(doc, "{%p for row in index %}")
    bullet(doc, "{{r row.link }}: {{ row.title }}, {{ row.range }}")
    line(doc, "{%p endfor %}")
    line(doc, "{%p endif %}")


def fee(doc) -> None:
    line(doc, "{%p if facts.fee_sentence or facts.parole_fee_sentence %}")
    doc.add_heading("Fee", 2)
    line(
        doc,
        "{{ facts.fee_sentence or '' }}{% if facts.fee_sentence and facts.parole_fee_sentence %} {% endif %}"
        "{{ facts.parole_fee_sentence or '' }}",
    )
    line(doc, "{%p endif %}")


def closing(doc, of: str = "request") -> None:
    line(
        doc,
        f"Thank you for your attention to this {of}. Please direct any question to the undersigned.",
        before=10,
        keep=True,
    )
    line(doc, "Respectfully,", keep=True)
    line(doc, "", after=14, keep=True)
    line(doc, RULE, after=0, keep=True)
    line(doc, "{{ sender.name }}", after=0, keep=True)
    line(doc, "{{ sender.role }}", after=0)


def cover_letter():
    doc = document(10.5)
    letter_head(doc)
    re_block(
        doc,
        (1.2, 5.3),
        "Form I-131, Request for Humanitarian Parole{% if facts.legal_basis %}, {{ facts.legal_basis }}{% else %}, "
        "INA § 212(d)(5)(A), 8 U.S.C. § 1182(d)(5)(A){% endif %}: {% if facts.request_line %}{{ facts.request_line }}{% else %}initial parole "
        "for a person outside the United States{% endif %}.{% if facts.original_submission %} {{ facts.original_submission }}{% endif %}",
    )
    line(doc, "Dear Officer:")
    line(
        doc,
        "{% if attorney and own_behalf %}On behalf of {{ beneficiary.name.full }}, we ask for parole into the United States for "
        "{% elif attorney %}On behalf of {{ petitioner.name.full }}, we ask that {{ beneficiary.name.full }} be paroled into the United States for "
        "{% elif own_behalf %}I ask to be paroled into the United States for "
        "{% else %}I ask that {{ beneficiary.name.full }} be paroled into the United States for {% endif %}"
        "{{ request.length_months | months }}{% if request.arrival_date %}, with arrival intended on {{ request.arrival_date | longdate }}{% endif %}"
        "{% if request.consulate %}. Please notify the U.S. consular post in {{ request.consulate.city }}, {{ request.consulate.country | country }}{% endif %}.",
    )
    prose(doc, "request.basis", "Reason for the request")
    prose(doc, "expedite", "Expedited processing")
    prose(doc, "request.why_no_visa", "Why a visa cannot be obtained in time")
    prose(doc, "request.length_reason", "Length of parole")
    prose(doc, "request.departure_plan", "Plan for departure")
    prose(doc, "request.support_plan", "Financial support")
    fee(doc)
    enclosures(doc)
    closing(doc)
    return doc


def re_parole_letter():
    doc = document(10.5)
    letter_head(doc)
    re_block(
        doc,
        (1.2, 5.3),
        "Form I-131, Request for Re-Parole{% if facts.legal_basis %}, {{ facts.legal_basis }}{% endif %}"
        "{% if facts.request_line %}: {{ facts.request_line }}{% endif %}.",
        (
            "Form I-94:",
            "{% if beneficiary.i94_number %}number {{ beneficiary.i94_number }}, {% endif %}{% if beneficiary.class_of_admission %}"
            "class of admission {{ beneficiary.class_of_admission }}, {% endif %}admit-until date {{ request.i94_admit_until | longdate }}",
        ),
    )
    line(doc, "Dear Officer:")
    line(
        doc,
        "{% if attorney and own_behalf %}On behalf of {{ beneficiary.name.full }}, we ask for a further period of parole of "
        "{% elif attorney %}On behalf of {{ petitioner.name.full }}, we ask that {{ beneficiary.name.full }} be granted a further period of parole of "
        "{% elif own_behalf %}I ask for a further period of parole of "
        "{% else %}I ask that {{ beneficiary.name.full }} be granted a further period of parole of {% endif %}"
        "{{ request.length_months | months }}. The current period of parole ends on {{ request.i94_admit_until | longdate }}, the admit-until date "
        "of Form I-94{% if days_left %}, {% if days_left == 1 %}one day{% else %}{{ days_left }} days{% endif %} after the date of this letter{% endif %}."
        "{% if request.work_permit %} An employment authorization document is requested with it.{% endif %}",
    )
    prose(doc, "request.changed_circumstances", "What has changed, and why more time is needed")
    prose(doc, "request.basis", "Reason for the request")
    prose(doc, "expedite", "Expedited processing")
    prose(doc, "request.why_no_visa", "Why a visa or another status cannot be obtained in time")
    prose(doc, "request.length_reason", "Length of the further period")
    prose(doc, "request.departure_plan", "Plan for departure")
    prose(doc, "request.support_plan", "Financial support")
    fee(doc)
    enclosures(doc)
    closing(doc)
    return doc


def response_letter():
    doc = document(10.5)
    letter_head(doc, "RESPONSE TO REQUEST FOR EVIDENCE", "rfe", "rfe")
    re_block(
        doc,
        (1.4, 5.1),
        "Form I-131{% if facts.request_line %}: {{ facts.request_line }}{% endif %}{% if facts.legal_basis %}, {{ facts.legal_basis }}{% endif %}.",
        ("Receipt number:", "{{ rfe.receipt_number }}"),
        ("Notice:", "Request for Evidence dated {{ rfe.notice_date | longdate }}"),
        ("Response due:", "{{ rfe.due_date | longdate }}"),
    )
    line(doc, "Dear Officer:")
    line(
        doc,
        "{% if attorney and own_behalf %}On behalf of {{ beneficiary.name.full }}, we respond {% elif attorney %}On behalf of "
        "{{ petitioner.name.full }}, we respond {% else %}I respond {% endif %}to the Request for Evidence of {{ rfe.notice_date | longdate }} "
        "({{ cite(rfe.notice_exhibit) }}), which lies on top of this response. The response is due on {{ rfe.due_date | longdate }}. "
        "It is complete: everything is submitted together, at one time, and it answers {% if points | length == 1 %}the one point of the notice"
        "{% else %}the {{ points | length }} points of the notice in their order{% endif %}.",
    )
    line(doc, "{%p for point in points %}")
    doc.add_heading("Point {{ point.number }}", 2)
    line(doc, "{{ point.asked }}", italic=True, indent=0.3, keep=True)
    line(doc, "{%p for text in point.answer %}")
    line(doc, "{{r prose(text) }}")
    line(doc, "{%p endfor %}")
    line(doc, "{%p if point.exhibits %}")
    line(doc, "Evidence for point {{ point.number }}:", after=2, keep=True)
    line(doc, "{%p for row in point.exhibits %}")
    bullet(doc, "{{r row.link }}: {{ row.title }}, {{ row.range }}")
    line(doc, "{%p endfor %}")
    line(doc, "{%p endif %}")
    line(doc, "{%p endfor %}")
    enclosures(doc)
    closing(doc, "response")
    return doc


def translator_certificate():
    doc = document()
    line(doc, "UNSIGNED DRAFT", bold=True, size=14, center=True, after=0)
    line(
        doc,
        "Not a certificate until the translator has read it, corrected it, filled in every blank and signed by hand. Delete these two "
        "paragraphs before printing.",
        italic=True,
        size=9.5,
        center=True,
        after=18,
    )
    doc.add_heading("Certificate of translation", 1).alignment = WD_ALIGN_PARAGRAPH.CENTER
    line(
        doc,
        "I, {% if translator %}{{ translator.name.full }}{% else %}"
        + BLANK
        + "{% endif %}, certify that I am competent to translate from {{ source_language }} into English, and that the attached English "
        "translation of the document named below is complete and accurate, stamps, seals, handwriting and notes in its margins "
        "included.",
        before=10,
    )
    line(
        doc,
        "Document: {{ exhibit.title }}{% if exhibit.date %}, dated {{ exhibit.date | longdate }}{% endif %}",
        indent=0.3,
        after=2,
    )
    line(doc, "Language of the document: {{ source_language }}", indent=0.3)
    made = table(doc, (1.3, 5.2))
    for name, known, text in (
        ("Signature", "", ""),
        ("Printed name", "translator", "{{ translator.name.full }}"),
        ("Date", "", ""),
        (
            "Address",
            "translator and translator.address",
            "{{ translator.address.lines | join(', ') }}",
        ),
        ("Telephone", "translator and translator.phone", "{{ translator.phone }}"),
    ):
        cells = row(
            made,
            (1.3, 5.2),
            [
                f"{name}:",
                f"{{% if {known} %}}{text}{{% else %}}{BLANK}{{% endif %}}" if known else BLANK,
            ],
        )
        for cell in cells:
            cell.paragraphs[0].paragraph_format.space_before = Pt(14)
    return doc


def declaration():
    doc = document()
    doc.add_heading("{{ declaration.title }}", 1).alignment = WD_ALIGN_PARAGRAPH.CENTER
    line(doc, "I, {{ declarant.name.full }}, declare:", before=10)
    line(doc, "{%p for text in declaration.paragraphs %}")
    paragraph = line(doc, "{{ loop.index }}.  {{r prose(text) }}")
    paragraph.paragraph_format.first_line_indent = Inches(0.3)
    line(doc, "{%p endfor %}")
    line(doc, "{%p if declaration.signed_in_us %}")
    line(
        doc,
        "I declare under penalty of perjury that the foregoing is true and correct.",
        keep=True,
        before=10,
    )
    line(doc, "{%p else %}")
    line(
        doc,
        "I declare under penalty of perjury under the laws of the United States of America that the foregoing is true and "
        "correct.",
        keep=True,
        before=10,
    )
    line(doc, "{%p endif %}")
    line(
        doc,
        "Executed on "
        + "_" * 22
        + "{% if declaration.place %} at {{ declaration.place }}{% endif %}.",
        keep=True,
    )
    signature(doc, "{{ declarant.name.full }}")
    line(doc, "{%p if declaration.interpreter %}")
    heading = doc.add_heading("Certificate of interpreter", 2)
    heading.paragraph_format.space_before = Pt(26)
    line(
        doc,
        "I, {{ declaration.interpreter.name.full }}, certify that I am competent to interpret from English into "
        "{{ declaration.interpreter.language | language }} and from {{ declaration.interpreter.language | language }} into English; that I read "
        "the declaration above to {{ declarant.name.full }} in {{ declaration.interpreter.language | language }}, a language that the declarant "
        "understands; that the declarant told me that he or she understood it and confirmed it before signing; and that "
        "my interpretation was true and accurate to the best of my abilities.",
        keep=True,
    )
    line(doc, "Date: " + "_" * 22, keep=True)
    line(doc, "", after=14, keep=True)
    line(doc, RULE, after=0, keep=True)
    line(doc, "{{ declaration.interpreter.name.full }}", after=0, keep=True)
    line(doc, "{%p if declaration.interpreter.address %}")
    loop(doc, "text in declaration.interpreter.address.lines", "{{ text }}", after=0, keep=True)
    line(doc, "{%p endif %}")
    line(doc, "{%p if declaration.interpreter.phone %}")
    line(doc, "{{ declaration.interpreter.phone }}", after=0)
    line(doc, "{%p endif %}")
    line(doc, "{%p endif %}")
    return doc


# heading of a column of the index: its width in inches, and what a row says
_COLUMNS = {
    "Tab": (0.45, "{{r row.tab_link }}"),
    "Description": (2.7, "{{r row.title_link }}"),
    "Date": (1.5, "{{ row.date }}"),
    "Pages": (0.9, "{{r row.pages_link }}"),
}


def index_table(doc, columns) -> None:
    """Add the table of exhibits, with these columns."""
    widths = [width for width, _ in columns.values()]
    rest = [""] * (len(columns) - 1)
    made = table(doc, widths, list(columns))
    row(made, widths, ["{%tr for row in index %}", *rest])
    row(made, widths, ["{%tr if row.heading %}", *rest])
    row(made, widths, ["", "{{ row.heading }}", *rest[1:]], bold=True)
    row(made, widths, ["{%tr endif %}", *rest])
    cells = row(made, widths, [text for _, text in columns.values()])
    for text in ("{%p for text in row.details %}", "{{ text }}", "{%p endfor %}"):
        paragraph = cells[1].add_paragraph()
        paragraph.paragraph_format.space_after = Pt(1)
        paragraph.add_run(text).font.size = Pt(9)
    row(made, widths, ["{%tr endfor %}", *rest])


def index():
    doc = document(10)
    doc.add_heading("Index of exhibits", 1)
    line(
        doc,
        "{{ plan_title }} for {{ beneficiary.name.full }}. Page numbers are those printed on each page; a PDF reader shows "
        "the same.",
        after=8,
    )
    line(doc, "{%p if supplement %}")
    line(
        doc,
        "This index takes the place of the one filed before. Every filed page keeps its number; pages added since have a "
        "letter (57a) or follow the last number.",
        after=8,
    )
    line(doc, "{%p endif %}")
    # the width of a column that is left out goes to the others
    language = {"Language": (0.95, "{{ row.language }}")}
    without_date = {name: column for name, column in _COLUMNS.items() if name != "Date"}
    wide_pages = {"Pages": (1.4, "{{r row.pages_link }}")}
    line(doc, "{%p if has_languages and has_dates %}")
    index_table(doc, {**_COLUMNS, **language})
    line(doc, "{%p elif has_languages %}")
    index_table(doc, {**without_date, "Description": (4.2, "{{r row.title_link }}"), **language})
    line(doc, "{%p elif has_dates %}")
    index_table(doc, {**_COLUMNS, "Date": (1.95, "{{ row.date }}"), **wide_pages})
    line(doc, "{%p else %}")
    index_table(doc, {**without_date, "Description": (4.65, "{{r row.title_link }}"), **wide_pages})
    line(doc, "{%p endif %}")
    line(doc, "{%p if files %}")
    heading = doc.add_heading("Files of this bundle, in the order of upload", 2)
    heading.paragraph_format.space_before = Pt(18)
    widths = (0.45, 3.2, 1.4, 1.45)
    made = table(doc, widths, ("No.", "File", "Pages", "Exhibits"))
    row(made, widths, ["{%tr for one in files %}", "", "", ""])
    row(
        made,
        widths,
        ["{{ one.number }}", "{{ one.name }}", "{{ one.range }}", "{{ one.exhibits }}"],
    )
    row(made, widths, ["{%tr endfor %}", "", "", ""])
    line(doc, "{%p endif %}")
    return doc


def thematic_index():
    doc = document(10)
    doc.add_heading("Thematic index", 1)
    line(
        doc,
        "Where the reports and articles among the exhibits say what, by topic. Page numbers are those printed on each page.",
        after=8,
    )
    widths = (2.0, 3.2, 1.3)
    made = table(doc, widths, ("Source", "What it shows", "Page"))
    row(made, widths, ["{%tr for one in topics %}", "", ""])
    heading = row(made, widths, ["{{ one.topic }}", "", ""], bold=True)
    merged = heading[0].merge(heading[-1])
    for empty in merged.paragraphs[1:]:
        empty._p.getparent().remove(empty._p)
    merged.paragraphs[0].paragraph_format.keep_with_next = True
    row(made, widths, ["{%tr for entry in one.entries %}", "", ""])
    row(made, widths, ["{{ entry.title }}", "{{ entry.note }}", "{{r entry.link }}"])
    row(made, widths, ["{%tr endfor %}", "", ""])
    row(made, widths, ["{%tr endfor %}", "", ""])
    return doc


def tab_sheets():
    doc = document()
    line(doc, "{%p for row in sheets %}")
    for _ in range(7):
        line(doc, "", size=18)
    heading = doc.add_heading(level=1)
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    heading.add_run("EXHIBIT {{ row.tab }}").font.size = Pt(60)
    line(doc, "{{ row.title }}", size=18, center=True, before=12, after=12)
    loop(doc, "text in row.excerpts", "{{ text }}", center=True)
    line(doc, "{{r row.sheet_link }}", center=True)
    line(doc, "{%p if not loop.last %}")
    doc.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    line(doc, "{%p endif %}")
    line(doc, "{%p endfor %}")
    return doc


def form_placeholder():
    doc = document()
    for _ in range(5):
        line(doc, "", size=18)
    heading = doc.add_heading(level=1)
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    heading.add_run("FORM {{ form }}").font.size = Pt(40)
    line(doc, "is not enclosed yet", size=18, center=True, after=24)
    line(doc, "This page holds its place and must not be filed.", bold=True, center=True)
    line(
        doc,
        "Download the form from uscis.gov, put it into forms/, list it in case.json, and build again: a blank is filled from the "
        "same facts where its edition is known; one that you completed and signed goes in as it is. The answers are in "
        "forms/answers-{{ form | lower }}.docx beside the bundle.",
        center=True,
    )
    return doc


def answer_sheet():
    doc = document(10)
    doc.add_heading("Answers for {{ sheet.title }}, edition {{ sheet.edition }}", 1)
    line(
        doc,
        "From case.json, for {{ beneficiary.name.full }}; a working paper, not to be filed. Items without an answer are filled in by "
        "hand: signatures, dates of signing, and what case.json does not say.",
        after=8,
    )
    widths = (0.6, 0.8, 2.6, 2.5)
    made = table(doc, widths, ("Part", "Item", "Question", "Answer"))
    row(made, widths, ["{%tr for one in sheet.answers %}", "", "", ""])
    row(
        made,
        widths,
        ["{{ one.part }}", "{{ one.item }}", "{{ one.label }}", "{{ one.value or '(by hand)' }}"],
    )
    row(made, widths, ["{%tr endfor %}", "", "", ""])
    line(doc, "{%p if sheet.note %}")
    line(doc, "{{ sheet.note }}")
    line(doc, "{%p endif %}")
    line(doc, "{%p for one in sheet.unknown %}")
    line(doc, "Not known of this edition: {{ one }}.")
    line(doc, "{%p endfor %}")
    return doc


def claims():
    doc = document(10)
    doc.add_heading("What shows what", 1)
    line(
        doc,
        "For {{ beneficiary.name.full }}: every item of the checklists and what meets it in the packet. Attorney's working paper, not to be "
        "filed. The checklists are dated data and no legal advice; their sources are in manifest.json.",
        after=8,
    )
    widths = (3.4, 0.9, 2.2)
    made = table(doc, widths, ("Item", "", "Shown by"))
    row(made, widths, ["{%tr for one in claims %}", "", ""])
    row(
        made,
        widths,
        [
            "{{ one.text }}",
            "{{ one.level }}",
            "{% if one.met %}{{ one.pages }}{% else %}NOTHING YET{% endif %}",
        ],
    )
    row(made, widths, ["{%tr endfor %}", "", ""])
    return doc


def upload_sheet():
    doc = document(9.5)
    section = doc.sections[0]
    section.page_width, section.page_height = Inches(11), Inches(8.5)
    section.left_margin = section.right_margin = Inches(0.75)
    section.top_margin = section.bottom_margin = Inches(0.75)
    doc.add_heading("Upload sheet", 1)
    line(
        doc,
        "{{ plan_title }} for {{ beneficiary.name.full }}: {{ upload.receiver }}. A working paper, not to be filed.",
        after=4,
    )
    line(
        doc,
        "Upload the files in this order, each as it is, and tick it off. {% if upload.limit %}A file may have at most "
        "{{ upload.limit }} and no password.{% else %}No file may have a password.{% endif %}",
        after=4,
    )
    line(doc, "{%p for text in upload.notes %}")
    line(doc, "{{ text }}", bold=True, after=4)
    line(doc, "{%p endfor %}")
    widths = (0.6, 2.7, 1.7, 1.15, 1.65, 1.7)
    made = table(
        doc,
        widths,
        ("Done", "File", "What it is", "Who uploads it", "Where it goes", "Before upload"),
    )
    empty = [""] * (len(widths) - 1)
    row(made, widths, ["{%tr for one in upload.rows %}", *empty])
    cells = row(
        made,
        widths,
        [
            "{% if one.is_uploaded %}☐{% else %}–{% endif %}",
            "{{ one.name }}",
            "{{ one.what }}",
            "{{ one.who }}",
            "{{ one.where }}",
            "{{ one.sign }}",
        ],
    )
    cells[0].paragraphs[0].runs[0].font.size = Pt(13)
    size = cells[1].add_paragraph("{{ one.pages }}, {{ one.size }}")
    size.paragraph_format.space_after = Pt(2)
    row(made, widths, ["{%tr endfor %}", *empty])
    doc.add_heading("What was not checked", 2)
    line(
        doc,
        "Nothing was looked up at the receiver's site. Where each file goes is from stored copies of its pages, read on the "
        "days below; confirm it in the account. Signatures are for a person to look at. This is no legal advice.",
        after=4,
    )
    line(doc, "{%p for text in upload.sources %}")
    line(doc, "{{ text }}", size=8.5, after=2)
    line(doc, "{%p endfor %}")
    return doc


def held(known: str, text: str, blank: str = BLANK) -> str:
    return f"{{% if {known} %}}{text}{{% else %}}{blank}{{% endif %}}"


FILE_NUMBER = "A {{ beneficiary.a_number[:-6] }}-{{ beneficiary.a_number[-6:-3] }}-{{ beneficiary.a_number[-3:] }}"
FOR_WHOM = "{% if attorney %}Attorney for {{ beneficiary.name.full }}{% else %}{{ beneficiary.name.full }}, without an attorney{% endif %}"


def caption_cover():
    """EOIR Practice Manual, appendix E: who files, the court, the caption, judge and hearing, what it is."""
    doc = document(12)
    widths = (4.0, 2.5)
    made = table(doc, widths)
    made._tbl.tblPr.remove(made._tbl.tblPr.find(qn("w:tblBorders")))
    left, right = row(
        made,
        widths,
        [
            "{% if attorney %}{{ attorney.name.full }}{% else %}{{ beneficiary.name.full }}{% endif %}",
            "",
        ],
    )
    for text in (
        "{%p if attorney %}",
        "{%p if attorney.firm %}",
        "{{ attorney.firm }}",
        "{%p endif %}",
        "{%p endif %}",
        "{%p for text in (attorney.address.lines if attorney and attorney.address else beneficiary.address.lines if beneficiary.address "
        "and not attorney else (BLANK,)) %}",
        "{{ text }}",
        "{%p endfor %}",
        held("attorney and attorney.phone", "{{ attorney.phone }}", "Telephone " + "_" * 20),
        "EOIR ID no. " + "_" * 18,
        FOR_WHOM,
    ):
        added = left.add_paragraph(text.replace("(BLANK,)", f"('{BLANK}',)"))
        added.paragraph_format.space_after = Pt(2)
    for text in ("[   ] DETAINED", "[   ] NON-DETAINED", "(mark one by hand)"):
        added = right.add_paragraph(text)
        added.alignment, added.paragraph_format.space_after = WD_ALIGN_PARAGRAPH.RIGHT, Pt(2)
    for text in (
        "UNITED STATES DEPARTMENT OF JUSTICE",
        "EXECUTIVE OFFICE FOR IMMIGRATION REVIEW",
        "IMMIGRATION COURT",
    ):
        line(
            doc,
            text,
            bold=True,
            center=True,
            after=0,
            before=30 if text.startswith("UNITED") else None,
        )
    line(doc, RULE, center=True, before=6, after=0)
    line(
        doc,
        "(city and state of the court: fill in by hand)",
        italic=True,
        size=9,
        center=True,
        after=24,
    )
    made = table(doc, (3.4, 3.1))
    caption = row(made, (3.4, 3.1), ["In the matter of", "File no."])
    for cell, texts in zip(
        caption,
        (
            ("", "{{ beneficiary.name.full | upper }}", "", "In " + "_" * 14 + " proceedings"),
            ("", held("beneficiary.a_number", FILE_NUMBER, "A " + "_" * 24)),
        ),
        strict=True,
    ):
        for text in texts:
            cell.add_paragraph(text).paragraph_format.space_after = Pt(4)
    line(doc, "", after=6)
    made = table(doc, (1.9, 4.6))
    for name in ("Immigration judge:", "Next hearing, date:", "Next hearing, time:"):
        for cell in row(made, (1.9, 4.6), [name, BLANK + "  (by hand)"]):
            cell.paragraphs[0].paragraph_format.space_before = Pt(8)
    line(doc, "{{ plan_title | upper }}", bold=True, size=14, center=True, before=36, after=4)
    line(
        doc,
        "EVIDENCE{% if index %}, EXHIBITS {{ index[0].tab }} TO {{ index[-1].tab }}{% endif %}",
        bold=True,
        center=True,
    )
    return doc


def certificate_of_service():
    """EOIR Practice Manual, appendix F. What happened, when and how is said by the one who signs, by hand."""
    doc = document(12)
    line(doc, "{{ beneficiary.name.full }}", after=0)
    line(doc, held("beneficiary.a_number", FILE_NUMBER, "A " + "_" * 24), after=24)
    doc.add_heading("Certificate of service", 1).alignment = WD_ALIGN_PARAGRAPH.CENTER
    line(
        doc,
        "On "
        + "_" * 24
        + " (date), I, "
        + held("attorney", "{{ attorney.name.full }}")
        + ", served a copy of this "
        "“{{ plan_title }}” and all attached pages, numbered as in its index, on the Department of Homeland Security, U.S. Immigration and "
        "Customs Enforcement, Office of the Principal Legal Advisor, at the following address:",
        before=18,
    )
    for _ in range(3):
        line(doc, RULE, indent=0.3, after=6)
    line(doc, "by (mark one by hand)", after=6, before=6)
    for text in (
        "[   ] electronic filing through ECAS: both parties take part in ECAS, so that there is no separate service;",
        "[   ] hand delivery;",
        "[   ] mail or courier: " + BLANK + ".",
    ):
        line(doc, text, indent=0.3, after=4)
    made = table(doc, (1.6, 4.9))
    for name, text in (
        ("Signature:", BLANK),
        ("Printed name:", held("attorney", "{{ attorney.name.full }}")),
        ("Date:", BLANK),
    ):
        for cell in row(made, (1.6, 4.9), [name, text]):
            cell.paragraphs[0].paragraph_format.space_before = Pt(16)
    line(
        doc,
        "Signature and date are left blank: sign by hand, on the day of service.",
        italic=True,
        size=9,
        before=10,
    )
    return doc


# name in Word, points, space after in points, and what differs from the style of plain text
EVIDENCE_STYLES = (
    ("Evidence Heading 1", 13, 4, {"bold": True, "keep": True, "before": 8}),
    ("Evidence Heading 2", 11.5, 3, {"bold": True, "keep": True, "before": 6}),
    ("Evidence Heading 3", 10.5, 3, {"bold": True, "keep": True, "before": 4}),
    ("Evidence Text", 10.5, 5, {}),
    ("Evidence Quote", 10, 4, {"gray": True, "indent": 14}),
    ("Evidence List", 10.5, 2, {"indent": 14}),
    ("Evidence Preformatted", 9.5, 0, {}),
    ("Evidence Caption", 9, 6, {"italic": True}),
    ("Evidence Note", 9, 5, {"italic": True, "gray": True}),
    ("Evidence Table Text", 9, 1, {}),
    ("Evidence Table Heading", 9, 1, {"bold": True}),
)


def evidence_styles(doc, scale: float) -> None:
    """The styles of papers that are printed from a client's file; assembler looks them up by name."""
    for name, points, after, look in EVIDENCE_STYLES:
        style = doc.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = doc.styles["Normal"]
        style.font.size = Pt(round(points * scale * 2) / 2)
        style.font.bold, style.font.italic = look.get("bold"), look.get("italic")
        if look.get("gray"):
            style.font.color.rgb = RGBColor(0x44, 0x44, 0x44)
        form = style.paragraph_format
        form.space_after, form.space_before = Pt(after), Pt(look.get("before", 0))
        form.line_spacing = 1.08
        form.keep_with_next = look.get("keep")
        if "indent" in look:
            form.left_indent = Pt(look["indent"])


def printed_file(landscape: bool = False, scale: float = 1.0):
    """A paper that is printed from a client's file without pages: title, facts, content."""
    doc = document(10.5)
    section = doc.sections[0]
    if landscape:
        section.page_width, section.page_height = section.page_height, section.page_width
    section.left_margin = section.right_margin = Inches(0.8)
    section.top_margin = section.bottom_margin = Inches(0.8)
    evidence_styles(doc, scale)
    line(doc, "{{ title }}", style="Evidence Heading 1")
    total = (section.page_width - section.left_margin - section.right_margin) / Inches(1)
    widths = (1.3, total - 1.3)
    line(doc, "{%p if facts %}")
    made = table(doc, widths)
    row(made, widths, ["{%tr for fact in facts %}", ""])
    row(made, widths, ["{{ fact.label }}", "{{ fact.value }}"])
    row(made, widths, ["{%tr endfor %}", ""])
    for cells in made.rows:
        for cell, style in zip(cells.cells, ("Heading", "Text"), strict=True):
            cell.paragraphs[0].style = doc.styles[f"Evidence Table {style}"]
            for run in cell.paragraphs[0].runs:
                run.font.size = None
    line(doc, "{%p endif %}")
    line(doc, "")
    line(doc, "{{ content }}", style="Evidence Text")
    return doc


def write(doc, path: Path) -> None:
    """Save with fixed dates and no author, so that making it again changes no byte."""
    path.parent.mkdir(parents=True, exist_ok=True)
    core = doc.core_properties
    core.author = core.last_modified_by = core.comments = core.title = ""
    doc.save(path)
    with zipfile.ZipFile(path) as made:
        entries = [(name, made.read(name)) for name in made.namelist()]
    with UndatedZipFile(path, "w", zipfile.ZIP_DEFLATED) as plain:
        for name, data in entries:
            plain.writestr(name, data)


TEMPLATES = {
    "parole/cover-letter.docx": cover_letter,
    "parole/declaration.docx": declaration,
    "parole/index.docx": index,
    "parole/thematic-index.docx": thematic_index,
    "parole/tab-sheets.docx": tab_sheets,
    "parole/form-placeholder.docx": form_placeholder,
    "parole/answer-sheet.docx": answer_sheet,
    "parole/claims.docx": claims,
    "parole/upload-sheet.docx": upload_sheet,
    "parole/caption-cover.docx": caption_cover,
    "parole/certificate-of-service.docx": certificate_of_service,
    "parole/translator-certificate.docx": translator_certificate,
    "parole/printed-email.docx": printed_file,
    "parole/printed-chat.docx": printed_file,
    "parole/printed-text.docx": printed_file,
    "parole/printed-table.docx": partial(printed_file, landscape=True, scale=0.9),
    "parole/printed-recording.docx": printed_file,
    "parole/signing-sheet.docx": printed_file,
    "re-parole/cover-letter.docx": re_parole_letter,
    "rfe-response/cover-letter.docx": response_letter,
}

if __name__ == "__main__":
    for name, make in TEMPLATES.items():
        write(make(), HOME / name)

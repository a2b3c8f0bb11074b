"""evidence: what a bundle cannot hold, or should not, is told; what may matter stops the case
until it is accepted."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String
from reportlab.lib.utils import ImageReader

from assembler.errors import EvidenceUnreadable
from assembler.evidence.acceptance import report_file
from assembler.evidence.file_preparation import OpenedSource
from assembler.evidence.hidden_text import find_hidden_text
from assembler.evidence.losses import Loss, find_losses
from assembler.model import FilePart, Finding, Severity
from assembler.pdf.ink import render_for_ink
from scripts.sample_cases import draw
from tests import factories
from tests.support.evidence import prepared, rendered


def told(tmp_path: Path, data: bytes, accept: tuple[str, ...] = ()) -> list[Finding]:
    """What is said of a file's rules, whether it stops the case or not."""
    try:
        made = prepared(tmp_path, {"a.pdf": data}, {"a.pdf": {"accept_loss": accept}})[
            "a.pdf"
        ].findings
    except EvidenceUnreadable as error:
        made = tuple(error.findings)
    return [one for one in made if one.rule.startswith("EVID.")]


def spoiled(change: Callable[[Pdf], Any], data: bytes | None = None) -> bytes:
    return draw.again(data or factories.text_pdf(), change)


def note(pdf: Pdf, subtype: str, page: int = 0, **more: Any) -> None:
    one = pdf.make_indirect(
        Dictionary(Type=Name.Annot, Subtype=Name(subtype), Rect=Array([72, 600, 272, 640]), **more)
    )
    pdf.pages[page].Annots = Array([*pdf.pages[page].get(Name.Annots, ()), one])


def attach(pdf: Pdf) -> None:
    pdf.attachments["CANARY.txt"] = b"CANARY"


def portfolio(pdf: Pdf) -> None:
    attach(pdf)
    pdf.Root.Collection = Dictionary(View=Name.D)


def xfa_only(pdf: Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=pdf.make_stream(b"<xdp/>"))
    pdf.Root.NeedsRendering = True


def redact(pdf: Pdf) -> None:
    note(pdf, "/Redact")


ERRORS = [
    (attach, "EVID.ATTACHMENT"),
    (portfolio, "EVID.PORTFOLIO"),
    (xfa_only, "EVID.XFA"),
    (redact, "EVID.REDACTION"),
]


@pytest.mark.parametrize(("change", "rule"), ERRORS)
def test_what_may_matter_stops_the_case_until_it_is_accepted(
    tmp_path: Path, change: Callable[[Pdf], None], rule: str
) -> None:
    data = spoiled(change)

    (stopped,) = told(tmp_path, data)
    (accepted,) = told(tmp_path, data, (rule,))

    assert (stopped.rule, stopped.severity) == (rule, Severity.ERROR)
    assert f'"accept_loss": ["{rule}"]' in stopped.remedy
    assert (accepted.rule, accepted.severity) == (rule, Severity.WARNING)
    assert accepted.problem.endswith("(accepted)")
    assert "CANARY" not in str(stopped) + str(accepted)


def test_a_government_form_is_printed_anew_since_nothing_accepts_its_loss() -> None:
    loss = Loss(rule="EVID.ATTACHMENT", severity=Severity.ERROR, problem="p", remedy="r")
    made = OpenedSource(
        path="f.pdf",
        sha256="0" * 64,
        pdf=None,
        pages=(),
        removed=(),
        findings=(),
        faults=("it is torn",),
        losses=(loss,),
    )

    as_form, as_exhibit = (
        list(report_file(name, FilePart(path="f.pdf"), made, ()))
        for name in ("form:f.pdf", "letter")
    )

    assert [one.rule for one in as_form] == ["EVID.REPAIRED", "EVID.ATTACHMENT"]
    assert not any("accept_" in one.remedy for one in as_form)
    assert all("accept_" in one.remedy for one in as_exhibit)


def test_another_rule_accepts_nothing(tmp_path: Path) -> None:
    assert told(tmp_path, spoiled(attach), ("EVID.REDACTION",))[0].severity is Severity.ERROR


def test_a_loss_on_a_page_that_is_not_used_is_not_told(tmp_path: Path) -> None:
    data = spoiled(
        lambda pdf: note(pdf, "/Redact", page=1), factories.text_pdf([["One."], ["Two."]])
    )

    made = prepared(tmp_path, {"a.pdf": data}, {"a.pdf": {"pages": ((1, 1),)}})["a.pdf"]

    assert made.findings == ()
    assert told(tmp_path, data)[0].where == "a.pdf, page 2"


def hybrid(pdf: Pdf) -> None:
    pdf.Root.AcroForm.XFA = pdf.make_stream(b"<xdp/>")


def sign(pdf: Pdf) -> None:
    pdf.Root.AcroForm.Fields.append(
        pdf.make_indirect(Dictionary(FT=Name.Sig, T=String("s"), V=Dictionary(Type=Name.Sig)))
    )


def layer(pdf: Pdf) -> None:
    group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("CANARY")))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([group]), D=Dictionary(OFF=Array([group])))
    page = pdf.pages[0]
    page.Resources.Properties = Dictionary(MC0=group)
    page.contents_add(b"/OC /MC0 BDC 0 g 100 100 200 200 re f EMC\n")


def run_script(pdf: Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("CANARY"))


@pytest.mark.parametrize(
    ("change", "rule", "severity"),
    [
        (hybrid, "EVID.XFA", Severity.INFO),
        (sign, "EVID.SIGNATURE", Severity.WARNING),
        (layer, "EVID.LAYER", Severity.WARNING),
        (run_script, "EVID.SCRIPT", Severity.INFO),
        (lambda pdf: note(pdf, "/Text", Contents=String("CANARY")), "EVID.NOTE", Severity.WARNING),
        (lambda pdf: note(pdf, "/Square", F=2), "EVID.COMMENT", Severity.INFO),
    ],
)
def test_what_is_only_told(
    tmp_path: Path, change: Callable[[Pdf], None], rule: str, severity: Severity
) -> None:
    found = told(tmp_path, spoiled(change, factories.form_pdf()))

    assert [(one.rule, one.severity) for one in found] == [(rule, severity)]
    assert "CANARY" not in str(found[0])
    assert "accept_loss" not in found[0].remedy


def test_a_layer_that_is_off_is_not_shown(tmp_path: Path) -> None:
    data = spoiled(layer)

    made = prepared(tmp_path, {"a.pdf": data})["a.pdf"]

    assert (rendered(made.pdf) == rendered(data)).all()
    assert rendered(made.pdf)[-120, 120] == 255


def test_an_ordinary_file_has_nothing_to_tell(tmp_path: Path) -> None:
    files = {
        "text.pdf": factories.text_pdf(),
        "form.pdf": factories.form_pdf(),
        "linked.pdf": factories.linked_pdf(),
        "scan.pdf": factories.scan_pdf(dpi=100),
        "turned.pdf": factories.rotated_pdf(90),
    }

    made = prepared(tmp_path, files)

    assert [
        one.rule for each in made.values() for one in each.findings if one.rule.startswith("EVID.")
    ] == []


def test_fields_within_themselves_end() -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        field = pdf.make_indirect(Dictionary(FT=Name.Sig, V=Dictionary()))
        field.Kids = Array([field])
        pdf.Root.AcroForm = Dictionary(Fields=Array([field]))

        assert [loss.rule for loss in find_losses(pdf)] == ["EVID.SIGNATURE"]


# --- hidden text ---


def page_of(drawing: Callable[[Any], None]) -> bytes:
    paper = draw.Paper(note="test")
    drawing(paper.canvas)
    return paper.done()


def hidden(data: bytes, *, scanned: bool = False) -> tuple[Loss, ...]:
    document = pdfium.PdfDocument(data)
    page = document[0]
    return find_hidden_text(1, page, page.get_textpage(), render_for_ink(page), scanned=scanned)


def boxed(canvas: Any, gray: float = 0.0) -> None:
    canvas.setFont("Helvetica", 11)
    canvas.drawString(72, 600, "The witness is John Secretname, of this town.")
    canvas.setFillGray(gray)
    canvas.rect(
        72 + canvas.stringWidth("The witness is "),
        597,
        canvas.stringWidth("John Secretname"),
        13,
        stroke=0,
        fill=1,
    )
    canvas.setFillGray(0)


@pytest.mark.parametrize("gray", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_words_under_a_box_are_found(gray: float, angle: int) -> None:
    data = draw.again(
        page_of(lambda canvas: boxed(canvas, gray)),
        lambda pdf: setattr(pdf.pages[0], "Rotate", angle),
    )

    (found,) = hidden(data)

    assert (found.rule, found.severity, found.page) == ("EVID.HIDDEN", Severity.ERROR, 1)
    assert 12 <= int(found.problem.split()[1]) <= 15  # of the 14 letters of the name
    assert "Secret" not in found.problem
    assert found.region is not None
    left, top, right, bottom = found.region
    assert sorted((round(right - left), round(bottom - top)))[1] in range(70, 90)


def test_words_in_the_color_of_the_paper_are_told() -> None:
    def pale(canvas: Any) -> None:
        canvas.setFillGray(1)
        canvas.drawString(72, 600, "nobody sees this line")
        canvas.setFillGray(0)

    (found,) = hidden(page_of(pale))

    assert (found.rule, found.severity) == ("EVID.HIDDEN", Severity.WARNING)


def test_words_beside_the_page_are_found() -> None:
    (found,) = hidden(factories.cropped_pdf((50, 60, 500, 500)))

    assert (found.rule, found.severity) == ("EVID.OUTSIDE", Severity.ERROR)


def recognized(dpi: int = 100) -> bytes:
    """A scan with an invisible layer of words over it, somewhat out of place, as machines write
    them."""
    sheet = draw.scanned(draw.sheet(factories.LINES, dpi), 0.7, 4, 1)

    def drawing(canvas: Any) -> None:
        canvas.drawImage(ImageReader(io.BytesIO(draw.png(sheet))), 0, 0, 612, 792)
        for place, line in enumerate(("words of another place", *factories.LINES)):
            text = canvas.beginText(75, 730 - 25 * place)
            text.setTextRenderMode(3)
            text.textOut(line)
            canvas.drawText(text)

    return page_of(drawing)


def test_the_invisible_words_of_a_scan_are_as_they_should_be() -> None:
    assert hidden(recognized(), scanned=True) == ()


def test_recognized_words_under_a_box_are_found() -> None:
    data = draw.again(
        recognized(), lambda pdf: pdf.pages[0].contents_add(b"q 0 g 75 675 250 16 re f Q\n")
    )

    (found,) = hidden(data, scanned=True)

    assert (found.rule, found.severity) == ("EVID.HIDDEN", Severity.ERROR)


def test_wide_gaps_and_white_print_on_dark_hide_nothing() -> None:
    def table(canvas: Any) -> None:
        canvas.drawString(72, 600, "One            two                                    three")
        canvas.rect(60, 500, 300, 30, fill=1)
        canvas.setFillGray(1)
        canvas.drawString(72, 510, "A heading in white on black")
        canvas.setFillGray(0)

    assert hidden(page_of(table)) == ()

"""Write the upload sheet of a packet: what to upload, in which order, by whom."""

from __future__ import annotations

import shutil
from pathlib import Path

from assembler import rules
from assembler.documents import upload_sheet
from assembler.errors import TemplateBroken
from assembler.model.manifest import FactUsed
from assembler.pipeline.checked_case import CheckedCase
from assembler.pipeline.packet_content import PacketContent, collect_draft_inputs
from assembler.pipeline.run_context import RunContext
from assembler.report.review.upload_page import write_upload_page

FOLDER = "upload-sheet"
_FACTS = "online-filing/"


def lay_upload_sheet(
    content: PacketContent, checked: CheckedCase, folder: Path, context: RunContext
) -> None:
    """Write the upload sheet of a bound upload set into `folder`, as Word, PDF and HTML; nothing
    for any other packet. Raises TemplateBroken, ToolFailed."""
    layout = content.layout
    if not layout.upload_set:
        return
    facts = {
        name.removeprefix(_FACTS): {
            **fact.data,
            "source": fact.provenance.source,
            "checked_on": fact.provenance.checked_on.isoformat(),
            "confidence": fact.provenance.confidence,
        }
        for name, fact in checked.library.facts.items()
        if name.startswith(_FACTS)
    }
    missing = [name for name in upload_sheet.REQUIRED_FACTS if name not in facts]
    if missing:
        raise TemplateBroken(
            f"it lacks the facts {', '.join(missing)}",
            where="schemas/facts/online-filing.json",
            remedy="compare it with the file that comes with the program",
        )
    sheet = upload_sheet.list_sheet(
        content.plan,
        layout,
        [(folder / volume.path).stat().st_size for volume in layout.files],
        upload_sheet.SheetFacts(
            facts=facts,
            receiver=context.profile.title,
            max_bytes=context.profile.max_bytes,
            filled=frozenset(form.document for form in content.forms),
            is_fee_waived=checked.case.request.fee == "waiver",
        ),
    )
    draft = upload_sheet.fill_sheet(
        sheet, layout, collect_draft_inputs(content.plan, checked, context)
    )
    home = folder / FOLDER
    home.mkdir(mode=0o700)
    shutil.copyfile(draft.docx, home / f"{FOLDER}.docx")
    shutil.copyfile(draft.pdf, home / f"{FOLDER}.pdf")
    html = write_upload_page(sheet.as_values(), content.plan.title)
    (home / f"{FOLDER}.html").write_text(html, encoding="utf8", newline="\n")


def list_sheet_facts(checked: CheckedCase, context: RunContext) -> tuple[FactUsed, ...]:
    """Return the dated facts that an upload sheet relies on."""
    if not context.profile.upload_set:
        return ()
    return rules.list_facts_used(
        fact for name, fact in checked.library.facts.items() if name.startswith(_FACTS)
    )

"""Prepare a finished packet for the printer and the mail.

Takes a packet's folder (bundle and manifest) and schemas/printing.json. Writes print files of
Letter sheets, one per mail package; the pages to sign, with a sheet that says who signs where;
pictures of the pages that lose content in the receiver's
black-and-white scan; and the number of sheets, their weight and thickness.
"""

from assembler.bundle.print_set.print_files import (
    FOLDER,
    PrintTexts,
    Run,
    prepare,
    read_print_hashes,
)
from assembler.bundle.print_set.sheets import (
    Package,
    Rules,
    read_print_rules,
    select_supplement_pages,
    write_instructions,
)
from assembler.bundle.print_set.signing_packet import (
    FACTS as SIGNING_FACTS,
)
from assembler.bundle.print_set.signing_packet import (
    TEMPLATE as SIGNING_TEMPLATE,
)
from assembler.bundle.print_set.signing_packet import SheetTexts, read_sheet_texts

__all__ = [
    "FOLDER",
    "SIGNING_FACTS",
    "SIGNING_TEMPLATE",
    "Package",
    "PrintTexts",
    "Rules",
    "Run",
    "SheetTexts",
    "prepare",
    "read_print_hashes",
    "read_print_rules",
    "read_sheet_texts",
    "select_supplement_pages",
    "write_instructions",
]

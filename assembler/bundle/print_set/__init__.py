"""Prepare a finished packet for the printer and the mail.

Takes a packet's folder (bundle and manifest) and schemas/printing.json. Writes print files of
Letter sheets, one per mail package; pictures of the pages that lose content in the receiver's
black-and-white scan; and the number of sheets, their weight and thickness.
"""

from assembler.bundle.print_set.print_files import FOLDER, Run, prepare
from assembler.bundle.print_set.sheets import (
    Package,
    Rules,
    read_print_rules,
    select_supplement_pages,
    write_instructions,
)

__all__ = [
    "FOLDER",
    "Package",
    "Rules",
    "Run",
    "prepare",
    "read_print_rules",
    "select_supplement_pages",
    "write_instructions",
]

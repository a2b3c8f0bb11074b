"""printing: a finished packet as it goes to the printer and into the mail.

A packet's folder (bundle and manifest) and schemas/printing.json come in. Out go print files of
Letter sheets, one for each package; the pages that lose something in a black-and-white scan, as its
receiver sees them; sheets, weight and thickness.
"""

from assembler.bundle.print_set.print_files import FOLDER, Run, prepare
from assembler.bundle.print_set.sheets import Package, Rules, rules, supplement, text

__all__ = ["FOLDER", "Package", "Rules", "Run", "prepare", "rules", "supplement", "text"]

"""Read a case folder into a typed `Case`, or return all findings at once.

Nothing behind this package checks paths, sizes, dates or ids again. Opens case.json and the listed
files, read-only.
"""

from assembler.intake.case_reader import examine_case, read_case, read_raw_case
from assembler.intake.file_check import find_unlisted_files

__all__ = ["examine_case", "find_unlisted_files", "read_case", "read_raw_case"]

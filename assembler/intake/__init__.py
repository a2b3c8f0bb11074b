"""intake: the only door. A case folder comes in; a typed `Case`, or every finding at once, goes
out.

Nothing behind this door checks paths, sizes, dates or ids again. Opens case.json and the listed
files, read-only.
"""

from assembler.intake.case_reader import examine, read_case

__all__ = ["examine", "read_case"]

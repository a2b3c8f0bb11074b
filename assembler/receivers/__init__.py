"""profiles: what a receiver asks for, and whether a finished PDF, also one made elsewhere, is so.

The shelf's and a case's `profiles/*.json` come in, a frozen `Profile` goes out (`load`); PDF files
and a profile come in, findings go out (`lint`). Parsing and judging are pure; files are opened in a
worker only.
"""

from assembler.receivers.lint import advice, lint, lint_build
from assembler.receivers.lint_rules import judge
from assembler.receivers.pdf_survey import Seen, SeenPage, see
from assembler.receivers.profiles import DEFAULT, load, names, parse

__all__ = [
    "DEFAULT",
    "Seen",
    "SeenPage",
    "advice",
    "judge",
    "lint",
    "lint_build",
    "load",
    "names",
    "parse",
    "see",
]

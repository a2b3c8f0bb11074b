"""profiles: what a receiver asks for, and whether a finished PDF, also one made elsewhere, is so.

The shelf's and a case's `profiles/*.json` come in, a frozen `Profile` goes out (`load`); PDF files and a profile come in,
findings go out (`lint`). Parsing and judging are pure; files are opened in a worker only.
"""

from assembler.profiles.judging import judge
from assembler.profiles.linting import advice, lint, lint_build
from assembler.profiles.parsing import DEFAULT, load, names, parse
from assembler.profiles.seeing import Seen, SeenPage, see

__all__ = ["DEFAULT", "Seen", "SeenPage", "advice", "judge", "lint", "lint_build", "load", "names", "parse", "see"]

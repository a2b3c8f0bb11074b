"""cli: the commands. Parse, call one function of the pipeline, print, exit.

The only package that imports click or rich, prints, or knows what day it is. Results go to stdout,
everything else to stderr. Rooms are imported inside the commands, so that `assembler --help`
answers at once.
"""

from assembler.cli.main import main

__all__ = ["main"]

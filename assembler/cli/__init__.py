"""Run the commands: parse options, call one function of the pipeline, print, exit.

The only package that imports click or rich, prints, or reads the clock. Results go to stdout,
everything else to stderr. Commands import other packages when they run, so that
`assembler --help` answers at once.
"""

from assembler.cli.main import main

__all__ = ["main"]

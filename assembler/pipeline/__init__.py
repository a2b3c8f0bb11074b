"""The order of the work, and nothing else: read, plan, prepare, draft, arrange, bind, prove,
report.

A case folder comes in; proved packets, one folder each, go out. `build.py` shows the eight steps:
start there.
"""

from assembler.pipeline.amend import apart, filed
from assembler.pipeline.build import build_packets
from assembler.pipeline.checked_case import find_problems
from assembler.pipeline.existing_packets import find_current_packets
from assembler.pipeline.options import BuiltPacket, Options
from assembler.pipeline.run_context import RunContext, make_context
from assembler.pipeline.single_steps import fill_forms, plans, start, verify

__all__ = [
    "BuiltPacket",
    "Options",
    "RunContext",
    "apart",
    "build_packets",
    "filed",
    "fill_forms",
    "find_current_packets",
    "find_problems",
    "make_context",
    "plans",
    "start",
    "verify",
]

"""Run the steps in order: read, plan, prepare, draft, arrange, bind, prove, report.

Takes a case folder; writes proved packets, one folder each. Holds no other logic. Start reading at
`build.py`, which shows the eight steps.
"""

from assembler.pipeline.amend import read_filed_packets, refuse_filed_in_target
from assembler.pipeline.build import build_packets
from assembler.pipeline.case_status import BuildState, CaseStatus, judge_packets, read_status
from assembler.pipeline.checked_case import find_problems
from assembler.pipeline.existing_packets import find_current_packets
from assembler.pipeline.options import BuiltPacket, Options
from assembler.pipeline.run_context import RunContext, make_context
from assembler.pipeline.single_steps import (
    FILLED_FORMS,
    fill_forms,
    make_plans,
    make_plans_with_pages,
    print_packet,
    sign_packets,
    start,
    verify,
)

__all__ = [
    "FILLED_FORMS",
    "BuildState",
    "BuiltPacket",
    "CaseStatus",
    "Options",
    "RunContext",
    "build_packets",
    "fill_forms",
    "find_current_packets",
    "find_problems",
    "judge_packets",
    "make_context",
    "make_plans",
    "make_plans_with_pages",
    "print_packet",
    "read_filed_packets",
    "read_status",
    "refuse_filed_in_target",
    "sign_packets",
    "start",
    "verify",
]

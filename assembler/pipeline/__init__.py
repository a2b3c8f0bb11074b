"""Run the steps in order: read, plan, prepare, draft, arrange, bind, prove, report.

Takes a case folder; writes proved packets, one folder each. Holds no other logic. Start reading at
`build.py`, which shows the eight steps. Modules are imported on first use, since facts are judged
without the libraries that draw.
"""

from typing import TYPE_CHECKING

from assembler.runtime.lazy_modules import import_on_use

if TYPE_CHECKING:
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

_MODULES = {
    "BuildState": "case_status",
    "BuiltPacket": "options",
    "CaseStatus": "case_status",
    "FILLED_FORMS": "single_steps",
    "Options": "options",
    "RunContext": "run_context",
    "build_packets": "build",
    "fill_forms": "single_steps",
    "find_current_packets": "existing_packets",
    "find_problems": "checked_case",
    "judge_packets": "case_status",
    "make_context": "run_context",
    "make_plans": "single_steps",
    "make_plans_with_pages": "single_steps",
    "print_packet": "single_steps",
    "read_filed_packets": "amend",
    "read_status": "case_status",
    "refuse_filed_in_target": "amend",
    "sign_packets": "single_steps",
    "start": "single_steps",
    "verify": "single_steps",
}

__getattr__ = import_on_use(__name__, _MODULES)

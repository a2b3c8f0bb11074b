"""The order of the work, and nothing else: read, plan, prepare, draft, arrange, bind, prove, report.

A case folder comes in; proven packets, one folder each, go out. Every line needs only what earlier lines returned.
"""

from assembler.pipeline.amend import apart, filed
from assembler.pipeline.build import bundle
from assembler.pipeline.existing_packets import standing
from assembler.pipeline.options import Built, Options
from assembler.pipeline.prepared_case import check
from assembler.pipeline.single_steps import fill_forms, plans, start, verify

__all__ = ["Built", "Options", "apart", "bundle", "check", "filed", "fill_forms", "plans", "standing", "start", "verify"]

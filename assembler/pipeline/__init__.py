"""The order of the work, and nothing else: read, plan, prepare, draft, arrange, bind, prove, report.

A case folder comes in; proven packets, one folder each, go out. Every line needs only what earlier lines returned.
"""

from assembler.pipeline.alone import fill_forms, plans, start, verify
from assembler.pipeline.building import bundle
from assembler.pipeline.frozen import apart, filed
from assembler.pipeline.ready import check
from assembler.pipeline.standing import standing
from assembler.pipeline.values import Built, Options

__all__ = ["Built", "Options", "apart", "bundle", "check", "filed", "fill_forms", "plans", "standing", "start", "verify"]

"""assembler: an immigration case folder in, a tabbed, indexed, searchable and proven filing bundle
out.

The eight steps, in order: read, plan, prepare, draft, arrange, bind, prove, report. `pipeline` is
that order and nothing else. Each step is a package here; imports point down
(docs/architecture.md).
"""

__version__ = "0.2.0"

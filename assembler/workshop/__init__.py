"""workshop: the cache, the scratch folder and the worker processes; the only room that has any of them.

Functions and items come in, results or `Failure` values go out, in the order of the items. Must not know what the
functions do. Everything lives in `<case>/.assembler`, mode 0700: deleting it costs time only.
"""

from assembler.workshop.cache import Cache
from assembler.workshop.crew import Crew
from assembler.workshop.files import link_below, not_written, refuse_bytes, whole_file, write_atomic, write_refusal, writing
from assembler.workshop.pool import Failure, Limits, Pool, warm
from assembler.workshop.publishing import (
    Kept,
    digests,
    is_written,
    publish,
    read_record,
    refuse_foreign,
    staging,
)
from assembler.workshop.room import CACHE_MB, Workshop
from assembler.workshop.spelling import composed, spelled_on_disk
from assembler.workshop.timings import Spent, together
from assembler.workshop.upkeep import Contents, contents, is_cache, purge, trim

__all__ = [
    "CACHE_MB",
    "Cache",
    "Contents",
    "Crew",
    "Failure",
    "Kept",
    "Limits",
    "Pool",
    "Spent",
    "Workshop",
    "composed",
    "contents",
    "digests",
    "is_cache",
    "is_written",
    "link_below",
    "not_written",
    "publish",
    "purge",
    "read_record",
    "refuse_bytes",
    "refuse_foreign",
    "spelled_on_disk",
    "staging",
    "together",
    "trim",
    "warm",
    "whole_file",
    "write_atomic",
    "write_refusal",
    "writing",
]

"""workshop: the cache, the scratch folder and the worker processes; the only room that has any of them.

Functions and items come in, results or `Failure` values go out, in the order of the items. Must not know what the
functions do. Everything lives in `<case>/.assembler`, mode 0700: deleting it costs time only.
"""

from assembler.workshop.cache import Cache
from assembler.workshop.crew import Crew
from assembler.workshop.files import publish, write_atomic
from assembler.workshop.pool import Failure, Limits, Pool, warm
from assembler.workshop.room import CACHE_MB, Workshop
from assembler.workshop.timings import Spent, together
from assembler.workshop.upkeep import Contents, contents, is_cache, purge, trim

__all__ = [
    "CACHE_MB",
    "Cache",
    "Contents",
    "Crew",
    "Failure",
    "Limits",
    "Pool",
    "Spent",
    "Workshop",
    "contents",
    "is_cache",
    "publish",
    "purge",
    "together",
    "trim",
    "warm",
    "write_atomic",
]

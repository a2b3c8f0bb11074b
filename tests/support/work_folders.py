"""What begins a work folder of ours: a packet that is written, and a run."""

from __future__ import annotations

from datetime import date

import pytest

from assembler.runtime.publishing import stage_folder
from assembler.runtime.workshop import Workshop

for_each_work_folder = pytest.mark.parametrize(
    "begin",
    [
        lambda home: stage_folder(home / "child", lambda _folder: {}, date(2026, 11, 30)),
        lambda home: Workshop(home / ".verify", temporary=True),
    ],
    ids=["packet", "workshop"],
)

"""Orders for many cases."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from assembler.pipeline import Options, batch
from assembler.pipeline.batch import Order
from assembler.runtime.resources import Shelf


def orders(root: Path, **more: object) -> list[Order]:
    asked = Options(as_of=date(2026, 11, 23))
    return [
        Order(folder=folder, shelf=Shelf.default(), options=asked, **more)
        for folder in batch.discover([root])
    ]

"""Cases built for a profile of their own."""

from __future__ import annotations

import json
from pathlib import Path

from assembler import pipeline
from assembler.runtime.resources import Shelf
from assembler.runtime.workshop import Workshop
from tests.conftest import AS_OF
from tests.support.building import warm_up


def dated(value: object) -> dict[str, object]:
    return {"value": value, "source": "a test", "checked_on": "2026-11-23", "confidence": "A"}


def own_profile(case: Path, **values: object) -> str:
    (case / "profiles").mkdir(exist_ok=True)
    raw = {
        "id": "tiny",
        "title": "A receiver of small files",
        "values": {key: dated(value) for key, value in values.items()},
    }
    (case / "profiles/tiny.json").write_text(json.dumps(raw))
    return "tiny"


def build(case: Path, profile: str) -> pipeline.BuiltPacket:
    warm_up(case)
    with Workshop(case / ".assembler", jobs=2) as shop:
        (built,) = pipeline.build_packets(
            pipeline.make_context(
                case, Shelf.default(), shop, pipeline.Options(as_of=AS_OF, profile=profile)
            )
        )
    return built

"""Draw the samples again: `python -m scripts.sample_cases.generate [NAME…]`. Same bytes each time; every fact is invented.

urgent-medical has a case.json written by hand; those of the others come from their modules in `stories`.

Other versions of the drawing libraries may give other bytes for the same picture, so `drawn-with.json` notes which were used.
"""

from __future__ import annotations

import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from scripts.sample_cases import urgent_medical
from scripts.sample_cases.desk import Sample
from scripts.sample_cases.stories import STORIES

SAMPLES = Path(__file__).parents[2] / "samples"
NOTE = Path(__file__).with_name("drawn-with.json")
LIBRARIES = (
    "fontpkg-ibm-plex-mono",
    "fontpkg-ibm-plex-serif",
    "fontpkg-kalam",
    "img2pdf",
    "numpy",
    "pikepdf",
    "pillow",
    "pypdfium2",
    "reportlab",
)


def drawn_with() -> dict[str, str]:
    """What this machine draws with: each library's version, and the kind of machine."""
    return {
        "machine": f"{platform.system()} {platform.machine()}",
        **{name: version(name) for name in LIBRARIES},
    }


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Write the files of one sample's evidence folder, and remove what is no longer drawn."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in sorted(folder.iterdir()):
        if old.name not in files:
            old.unlink()
    for name, data in files.items():
        (folder / name).write_bytes(data)


def case_text(sample: Sample) -> str:
    """The case.json of a sample, as its module has it."""
    return (
        json.dumps(
            {"$schema": "../../schemas/case.schema.json", **sample.case},
            indent=1,
            ensure_ascii=False,
        )
        + "\n"
    )


def draw(name: str) -> None:
    """One sample of `STORIES`: its case.json and its evidence."""
    sample = STORIES[name]()
    write(SAMPLES / name / "evidence", dict(sample.files))
    (SAMPLES / name / "case.json").write_text(case_text(sample), encoding="utf8")


if __name__ == "__main__":
    write(SAMPLES / "urgent-medical/evidence", urgent_medical.evidence())
    for wanted in sys.argv[1:] or STORIES:
        draw(wanted)
    NOTE.write_text(json.dumps(drawn_with(), indent=1) + "\n", encoding="utf8")

"""Draw the evidence of the samples again: `python -m samples.generate`. Same bytes each time; every fact is invented."""

from __future__ import annotations

from pathlib import Path

from samples import urgent_medical

HOME = Path(__file__).parent


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Write the files of one sample's evidence folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    write(HOME / "urgent-medical/evidence", urgent_medical.evidence())

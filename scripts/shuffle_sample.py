"""Copy the evidence of a case into a folder of scans whose names say nothing, for the tutorial.

`python -m scripts.shuffle_sample CASE FOLDER`
"""

from __future__ import annotations

import random
import shutil
import sys
from pathlib import Path


def shuffle_evidence(case: Path, folder: Path) -> int:
    """Copy the files of a case's evidence as scan_001.pdf and so on, in a random order that is the
    same each time. Returns how many. Raises FileExistsError if the folder exists."""
    paths = sorted(path for path in (case / "evidence").iterdir() if path.is_file())
    random.Random(1).shuffle(paths)
    folder.mkdir(parents=True)
    for number, path in enumerate(paths, 1):
        shutil.copyfile(path, folder / f"scan_{number:03}{path.suffix}")
    return len(paths)


if __name__ == "__main__":
    shuffle_evidence(Path(sys.argv[1]), Path(sys.argv[2]))

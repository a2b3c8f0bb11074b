"""A small case whose exhibits are files without pages of their own, bundled and proved."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from assembler.cli import main
from assembler.model import Manifest
from assembler.runtime.manifest_reader import read_manifest
from tests import factories


def make_printed_case(
    folder: Path, files: Mapping[str, bytes], options: Mapping[str, Any] | None = None
) -> Path:
    """Write a case with an exhibit for each file; `options`: fields of its entry in case.json."""
    folder.mkdir(parents=True)
    exhibits = [
        {
            "id": Path(name).stem,
            "title": f"Exhibit {number}",
            "category": "threat",
            "files": [{"path": f"evidence/{name}", **(options or {}).get(name, {})}],
        }
        for number, name in enumerate(files, 1)
    ]
    factories.small_case(folder, {"exhibits": [*factories.CASE["exhibits"], *exhibits]})
    for name, data in files.items():
        (folder / "evidence" / name).write_bytes(data)
    return folder


def bundle_printed_case(folder: Path, *arguments: str) -> Result:
    """Run `assembler bundle` on a case in this process."""
    return CliRunner().invoke(main, ["bundle", str(folder), "--as-of", "2026-11-15", *arguments])


def read_packet(folder: Path) -> Manifest:
    """Return the manifest of the packet of a case."""
    packets = sorted(path.parent for path in (folder / "build").glob("*/manifest.json"))
    assert len(packets) == 1
    return read_manifest(packets[0])


def list_failed_checks(folder: Path) -> list[str]:
    """Return the names of the checks that fail when the packet of a case is verified."""
    result = CliRunner().invoke(
        main, ["verify", str(next((folder / "build").iterdir())), "--case", str(folder), "--json"]
    )
    return [row["name"] for row in json.loads(result.stdout)["checks"] if not row["ok"]]

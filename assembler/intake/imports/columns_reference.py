"""Print the tables of docs/import.md: every field that a column can hold, and its headings.

`python -m assembler.intake.imports.columns_reference` writes the tables into the page anew.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assembler.intake.imports.tables import COLUMNS
from assembler.runtime.resources import Shelf

BEGIN, END = "<!-- tables of columns -->\n", "<!-- end of the tables -->\n"
_TITLES = {
    "case": "The case",
    "request": "The request",
    "rfe": "A request for evidence",
    "person": "A person",
    "supporter": "A supporter's means",
    "attorney": "The attorney",
}


def describe_columns(raw: Mapping[str, Any]) -> str:
    """Return one table for each kind of field."""
    lines = []
    for kind, title in _TITLES.items():
        homes = [group for group in raw["groups"] if group["fields"] == kind]
        names = [name for group in homes for name in group["names"] if name]
        begins = ", ".join(f"`{name}`" for name in dict.fromkeys(names))
        lines += [f"### {title}", "", f"Begin with {begins}.", ""]
        if any("" in group["names"] for group in homes):
            lines[-2] = lines[-2][:-1] + ", or with none of these."
        lines += ["| heading | also | place |", "|---|---|---|"]
        for entry in raw["fields"][kind]:
            also = ", ".join(entry["aliases"]).replace("|", "\\|")
            lines.append(f"| {entry['heading']} | {also} | `{entry['pointer']}` |")
        lines.append("")
    return "\n".join(lines)


def renew_page(text: str, raw: Mapping[str, Any]) -> str:
    """Return the page with the tables of today."""
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n{describe_columns(raw)}\n{END}{after}"


if __name__ == "__main__":
    page = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/import.md")
    table = Shelf.default().schema(COLUMNS.removeprefix("schemas/"))
    page.write_text(renew_page(page.read_text(encoding="utf8"), table), encoding="utf8")

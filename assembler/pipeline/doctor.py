"""What this machine can and cannot do: engines, languages, fonts, versions.

Nothing comes in; rows go out. Looks, never changes anything.
"""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from assembler.errors import ToolMissing
from assembler.evidence import ocr
from assembler.runtime import programs, resources
from assembler.runtime.code_version import code_digest

_NEEDED = (
    "pikepdf",
    "pypdf",
    "pypdfium2",
    "pdfplumber",
    "Pillow",
    "img2pdf",
    "docxtpl",
    "Jinja2",
    "lxml",
    "tesserocr",
    "office2pdf-python",
    "fonttools",
    "jsonschema",
    "numpy",
    "mozjpeg-lossless-optimization",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing looked at. state: "ok", "optional" (absent, and that is fine) or "missing"."""

    name: str
    state: str
    detail: str


def examine() -> tuple[Row, ...]:
    """Everything worth knowing before a run; a "missing" row means bundles cannot be built here."""
    return (
        Row(
            name="python", state="ok", detail=f"{platform.python_version()} on {platform.system()}"
        ),
        *(_library(name) for name in _NEEDED),
        _languages(),
        _fonts(),
        _optional("LibreOffice", "soffice", "converts a firm's own complicated Word templates"),
    )


def engine_versions() -> dict[str, str]:
    """Name → version of every library that touches a page, for the manifest."""
    return {name: version(name) for name in _NEEDED}


def surroundings() -> dict[str, str]:
    """Everything outside a case that decides what a build gives: the program's own code,
    libraries, languages, LibreOffice."""
    return {
        **engine_versions(),
        "assembler": code_digest(),
        "languages": " ".join(
            f"{path.name} {path.stat().st_size}" for path in ocr.list_data_files()
        ),
        "LibreOffice": "there" if programs.find("soffice") else "",
    }


def _library(name: str) -> Row:
    try:
        return Row(name=name, state="ok", detail=version(name))
    except PackageNotFoundError:
        return Row(name=name, state="missing", detail=f"pip install {name}")


def _languages() -> Row:
    try:
        found = ocr.list_languages()
    except ToolMissing as error:
        return Row(name="recognition languages", state="missing", detail=str(error))
    return Row(
        name="recognition languages",
        state="ok" if "eng" in found else "missing",
        detail=" ".join(found),
    )


def _fonts() -> Row:
    files = resources.font_files()
    return Row(
        name="fonts",
        state="ok" if files else "missing",
        detail=f"{len(files)} files: {_families(files)}",
    )


def _families(files: tuple[Path, ...]) -> str:
    return ", ".join(dict.fromkeys(path.stem.partition("-")[0] for path in files))


def _optional(name: str, program: str, purpose: str) -> Row:
    found = programs.version(program)
    return Row(
        name=name, state="ok" if found else "optional", detail=found or f"not installed; {purpose}"
    )

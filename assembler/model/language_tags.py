"""Read tags of languages (BCP 47)."""

from __future__ import annotations


def find_primary_language(tag: str) -> str:
    """Return the language of a tag without script and region, in small letters: "zh" of
    "zh-Hant"."""
    return tag.partition("-")[0].lower()

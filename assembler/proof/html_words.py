"""Read the words and pictures that a browser shows of HTML, independently of the code that prints
it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

_LINES = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd"),
        *("details", "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer"),
        *("form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "img", "legend"),
        *("li", "main", "nav", "ol", "option", "p", "pre", "section", "summary", "svg", "table"),
        *("tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
    )
)
_UNSEEN = frozenset(
    (
        *("script", "style", "template", "title", "noscript", "svg", "iframe", "object", "video"),
        *("audio", "canvas", "datalist", "select", "math", "applet", "frameset", "dialog"),
    )
)
_WITHOUT_END = frozenset(
    (
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"),
        *("source", "track", "wbr", "frame"),
    )
)
_ENDED_BY_NEXT = frozenset(("p", "li", "td", "th", "tr", "dd", "dt", "option"))
_HIDING = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0*+\.?0*+\s*"
    r"(?:!|;|$)|font-size\s*:\s*0*+\.?0*+(?:[a-z%]|\s|!|;|$))"
)
_STYLED_SIZE = re.compile(r"(?:^|;)\s*(?:width|height)\s*:\s*(\d{1,5})")
_SMALL = 2  # pixels
_CUT_TAG = re.compile(r"<[a-zA-Z/!?]")
# conditions of Outlook that are no comments; "<![endif]-->" ends one that is
_DECLARATION = re.compile(r"<!\[[^>]{0,200}(?<!-)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlWords:
    """The lines of text, and the addresses of the pictures."""

    lines: tuple[str, ...]
    pictures: tuple[str, ...]


def read_html_words(markup: str) -> HtmlWords:
    """Return what a browser shows of HTML. Where it is not well formed, some words may be left
    out."""
    parser = _Parser()
    try:
        parser.feed(_DECLARATION.sub("", markup.replace("\0", "")))
        if not _CUT_TAG.match(parser.rawdata):  # browsers show nothing of it
            parser.close()
    except (AssertionError, ValueError):
        return HtmlWords(lines=(), pictures=())  # markup that this parser does not read
    lines = (" ".join(line.split()) for line in "".join(parser.pieces).split("\n"))
    return HtmlWords(lines=tuple(filter(None, lines)), pictures=tuple(parser.pictures))


class _Parser(HTMLParser):
    """Collects the text of elements that are shown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.pictures: list[str] = []
        self._open: list[tuple[str, bool]] = []  # tag, and whether it is hidden

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        if tag in _ENDED_BY_NEXT or tag in _LINES:
            self._end_before(tag)
        values = {name: value or "" for name, value in attrs}
        is_hidden = self._is_hidden() or _hides(tag, values)
        if not is_hidden:
            self._show(tag, values)
        if tag not in _WITHOUT_END:
            self._open.append((tag, is_hidden))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element; HTML ignores the slash, except in drawings."""
        self.handle_starttag(tag, attrs)
        if tag == "svg":
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """End an element with all that are open within it."""
        if tag in _LINES and not self._is_hidden():
            self.pieces.append("\n")
        if any(name == tag for name, _ in self._open):
            while self._open.pop()[0] != tag:
                continue

    def handle_data(self, data: str) -> None:
        """Keep text that is shown."""
        if not self._is_hidden():
            self.pieces.append(re.sub(r"[ \t\r\n\f]+", " ", data))

    def _is_hidden(self) -> bool:
        return bool(self._open) and self._open[-1][1]

    def _end_before(self, tag: str) -> None:
        """End an element that the next one of its kind, or a new block, ends."""
        last = self._open[-1][0] if self._open else ""
        if last == tag in _ENDED_BY_NEXT or (
            last == "p" and tag in _LINES and tag not in ("br", "img")
        ):
            self._open.pop()

    def _show(self, tag: str, values: dict[str, str]) -> None:
        if tag in _LINES:
            self.pieces.append("\n")
        if tag == "img" and not _is_small(values):
            self.pictures.append(values.get("src", "").strip())
        if tag == "input" and values.get("type", "text").lower() in ("text", "email", "tel"):
            self.pieces.append(values.get("value", ""))


def _hides(tag: str, values: dict[str, str]) -> bool:
    style = values.get("style", "").lower()
    return tag in _UNSEEN or "hidden" in values or _HIDING.search(style) is not None


def _is_small(values: dict[str, str]) -> bool:
    """Return whether a picture is too small to see."""
    sizes = [values.get("width", ""), values.get("height", "")]
    sizes += _STYLED_SIZE.findall(values.get("style", "").lower())
    numbers = [re.match(r"\s*(\d+)", size) for size in sizes]
    return any(match is not None and int(match[1]) <= _SMALL for match in numbers)

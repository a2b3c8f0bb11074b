"""Sandbox Word templates: few filters, every value noted, nothing printed by accident."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import jinja2
from docx.opc.constants import RELATIONSHIP_TYPE
from docxtpl import DocxTemplate, RichText
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment, safe_range
from markupsafe import Markup, escape

from assembler.model import Name

# Jinja's own filters that neither print raw XML, nor leave the document to chance, nor grow without
# bound
_FILTERS = (
    "abs",
    "batch",
    "capitalize",
    "count",
    "d",
    "default",
    "first",
    "float",
    "groupby",
    "int",
    "join",
    "last",
    "length",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "select",
    "selectattr",
    "slice",
    "sort",
    "string",
    "sum",
    "title",
    "trim",
    "unique",
    "upper",
    "wordcount",
)
_MOST_REPEATED = 1_000  # characters or items that `*` may make
_MOST_WRITTEN = 5_000_000  # characters of values in one document
_PLACED = re.compile(r"<w:t[^>]*>([^<]*)</w:t>")
_INLINE = re.compile(r"{{ *((?:cite|prose)\(.*?\)) *}}")
_RUN = re.compile(
    r"(<w:r(?: [^>]*)?>)(<w:rPr>(?:(?!</w:rPr>).)*</w:rPr>)?((?:(?!</w:r>).)*)</w:r>", re.DOTALL
)


class Template(DocxTemplate):  # type: ignore[misc]
    """A Word template in which `{{ cite(…) }}` may be anywhere in a text, as `{{r cite(…) }}`
    may."""

    current_rendering_part: Any = None  # set by docxtpl as it goes

    def patch_xml(self, src_xml: str) -> str:
        """Clean the XML as docxtpl does, then split runs around citations, which keep their
        formatting."""
        return _RUN.sub(_split_run, super().patch_xml(src_xml))

    def link_id(self, url: str) -> str:
        """Return the relationship id of an outside address in the part that is being filled: body,
        header, footer or notes."""
        part = self.current_rendering_part or self.docx._part
        return str(part.relate_to(url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))


class Sandbox(SandboxedEnvironment):
    """A strict, autoescaping environment; `placed` collects every value that goes into the
    document, escaped."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, filters: Mapping[str, Callable[..., object]]) -> None:
        super().__init__(
            autoescape=True, undefined=jinja2.StrictUndefined, finalize=self._note_placed
        )
        self.filters = {name: self.filters[name] for name in _FILTERS} | dict(filters)
        self.globals = {"range": safe_range}
        self.placed: list[str] = []
        self._written = 0

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Refuse powers, formatting of text, and long repetition. Raises SecurityError."""
        texts = [
            operand for operand in (left, right) if isinstance(operand, (str, bytes, list, tuple))
        ]
        if operator == "**" or (operator == "%" and texts):
            raise SecurityError(f"{operator} is not allowed in templates")
        if (
            texts
            and len(texts[0])
            * max(operand for operand in (left, right) if isinstance(operand, int))
            > _MOST_REPEATED
        ):
            raise SecurityError("it repeats a text too many times")
        return super().call_binop(context, operator, left, right)

    def _note_placed(self, value: Any) -> Any:
        """Note a value on its way into the document; its braces are escaped so that docxtpl ignores
        them."""
        if isinstance(value, jinja2.Undefined):
            return value
        if isinstance(value, RichText):
            text = str(value)
            self.placed.extend(_PLACED.findall(text))
        elif isinstance(value, (str, int, float, date, Name)) and not isinstance(value, bool):
            text = str(escape(str(value) if not isinstance(value, Markup) else value))
            self.placed.append(text)
        else:
            kind = (
                "nothing (a value the case does not give)"
                if value is None
                else f"a {type(value).__name__}, not a text"
            )
            raise jinja2.UndefinedError(f"it prints {kind}")
        self._written += len(text)
        if self._written > _MOST_WRITTEN:
            raise SecurityError("its output is too long")
        return Markup(text.replace("{", "&#123;").replace("}", "&#125;"))  # noqa: S704 - escaped above


def _split_run(run: re.Match[str]) -> str:
    if not _INLINE.search(run[3]):
        return run[0]
    start, properties = run[1], run[2] or ""
    return run[0].replace(
        run[3],
        _INLINE.sub(
            rf'</w:t></w:r>{{{{ \1 }}}}{start}{properties}<w:t xml:space="preserve">', run[3]
        ),
    )

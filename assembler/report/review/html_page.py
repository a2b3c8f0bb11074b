"""A template with its style and script inside, and the policy that lets nothing else in. Pure
but for reading its own files."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

MADE_BY = "Made by assembler"  # in the foot of every page of ours
_ASSETS = Path(__file__).parent / "assets"


def page(name: str, values: Mapping[str, Any]) -> str:
    """The HTML of assets/<name>.html with its style and script; every value is escaped."""
    style = _text("style.css")
    script = _text("common.js") + _text(f"{name}.js")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["data"] = data
    template = environment.from_string(_text(f"{name}.html"))
    # a policy by hash: what a client's text might smuggle in does not run, and nothing is fetched
    ours = f"style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    policy = f"default-src 'none'; img-src data:; {ours}; base-uri 'none'; form-action 'none'"
    return template.render(style=Markup(style), script=Markup(script), policy=policy, **values)  # noqa: S704 - our own files


def data(value: Any) -> Markup:
    """JSON to stand in a script element: nothing in it can end the element or open a comment."""
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign, escape in (("<", "\\u003c"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        plain = plain.replace(sign, escape)
    return Markup(plain)  # noqa: S704 - escaped


def _text(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"

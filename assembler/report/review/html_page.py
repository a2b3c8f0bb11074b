"""Render HTML templates with their style and script inside, and a policy that blocks everything
else. Reads only its own files."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

MADE_BY = "Made by assembler"  # in the footer of every page that this program writes
_ASSETS = Path(__file__).parent / "assets"


def page(name: str, values: Mapping[str, Any]) -> str:
    """Return the HTML of assets/<name>.html with its style and script; every value is escaped."""
    style = _read_asset("style.css")
    script = _read_asset("common.js") + _read_asset(f"{name}.js")
    # a policy by hash: scripts injected through client text do not run, and nothing is loaded
    own_sources = f"style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    policy = (
        f"default-src 'none'; img-src data:; {own_sources}; base-uri 'none'; form-action 'none'"
    )
    return _load_template(name).render(
        style=Markup(style),  # noqa: S704 - our own files
        script=Markup(script),  # noqa: S704 - our own files
        policy=policy,
        **values,
    )


def embed_json(value: Any) -> Markup:
    """Return JSON for a script element: nothing in it can end the element or open a comment."""
    encoded = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for char, escape in (("<", "\\u003c"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        encoded = encoded.replace(char, escape)
    return Markup(encoded)  # noqa: S704 - escaped


@cache
def _load_template(name: str) -> jinja2.Template:
    """Return a compiled template; compiling takes longer than filling, and a batch has hundreds of
    pages."""
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["data"] = embed_json
    return environment.from_string(_read_asset(f"{name}.html"))


@cache
def _read_asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"

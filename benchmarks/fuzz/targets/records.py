"""Parsers of files that a firm or this program writes: manifests, profiles, maps, facts."""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from assembler.errors import ProofFailed, TemplateBroken
from assembler.forms.form_maps import load_maps
from assembler.model.manifest import KeptFiles
from assembler.model.signed_packet import describe_signed_packet, parse_signed_packet
from assembler.pipeline.form_mapping import read_map
from assembler.proof.kept_drafts import read_kept
from assembler.receivers.profiles import load_profile
from assembler.rules.library import CONFIRMED, parse_library
from assembler.runtime.manifest_reader import parse_manifest
from assembler.runtime.passwords import NAME, read_passwords
from assembler.runtime.resources import Shelf
from assembler.runtime.sign_off import is_complete
from assembler.runtime.user_files import read_record
from benchmarks.fuzz.target import Target, require
from tests.support import manifests

_SHELF = Shelf.default()
_JSON = (b"{", b"}", b"[", b"]", b":", b",", b"null", b"true", b"1.5", b'""', b'"a"', b"-1", b"[]")
_PROFILE = (
    b'{"id": "own", "title": "Own", "based_on": "uscis-paper", "values": {"part_name": {"value":'
    b' "Part-{n}-of-{of}.pdf", "source": "s", "checked_on": "2026-11-01", "confidence": "A"},'
    b' "stamp": {"value": {"exhibit": "{tab} {number}", "tab": "{number}", "other": "{number} of'
    b' {total}"}, "source": "s", "checked_on": "2026-11-01", "confidence": "A"}, "clear": {"value":'
    b' [{"place": "bottom left", "width": 80, "height": 40}], "source": "s",'
    b' "checked_on": "2026-11-01",'
    b' "confidence": "A"}}}'
)
_FACTS = (
    b'{"facts": {"a": {"usd": 5, "source": "s", "checked_on": "2026-11-01", "confidence": "A",'
    b' "valid_from": "2026-01-01", "valid_until": null, "notices": [{"seen_on": "2026-10-01",'
    b' "announced": "x", "effective": null, "source": "s", "confidence": "B"}]}}}'
)
_CHECKLIST = (
    b'{"id": "x", "title": "X", "kinds": ["parole"], "lines": [{"id": "X.A", "level": "required",'
    b' "text": "t", "for": "case", "satisfied_by": {"any": [{"category": "medical"}, {"fact":'
    b' "support"}], "min": 1}, "source": "s", "checked_on": "2026-11-01", "confidence": "A"}]}'
)
_CONFIRMED = (
    b'{"confirmed": [{"fact": "addresses/paper-courier", "checked_on": "2026-11-01", "source":'
    b' "https://uscis.gov", "lines": ["a", "b"]}, {"fact": "forms/g-28", "edition": "09/17/18",'
    b' "checked_on": "2026-11-02", "source": "x", "paper_usd": 0}]}'
)
_RULES = (
    b'{"rules": {"A.B": {"severity": "error", "title": "t", "source": "s", "checked_on":'
    b' "2026-11-01", "confidence": "A", "problem": "p {name}", "other_severities": {"info": "x"}}}}'
)
_MAP = (
    b'{"form": "g-28", "edition": "09/17/18", "title": "T", "pages": 1, "source": "s",'
    b' "checked_on": "2026-11-01", "fingerprint": {"sha256": "00"}, "items": [{"part": "1",'
    b' "item": "2", "page": 1, "label": "L", "value": "/you/name", "field": {"name": "a", "page":'
    b' 1, "rect": [1, 2, 3, 4]}}, {"part": "1", "item": "3", "page": 1, "label": "B", "value":'
    b' "/kind", "boxes": {"a": {"name": "b", "page": 1}}}], "signatures": [{"part": "2", "item":'
    b' "1", "who": "you", "signature": {"name": "s", "page": 1}, "date": {"name": "d", "page":'
    b' 1}}], "continuation": {"part": "9", "blocks": []}, "notices": [], "valid_from":'
    b' "2026-01-01"}'
)
_RECIPE = (
    b'kind = "parole"\ntitle = "T"\ntab_template = "tab.docx"\nlabels = "letters"\n[[part]]\n'
    b'id = "cover-letter"\ntitle = "Cover"\ntype = "draft"\ntemplate = "cover-letter.docx"\n'
)
_SIGNED = (
    b'{"format": 1, "packet": "p", "manifest": "00", "pages": [{"number": 1, "scan":'
    b' "scans/a.jpg", "across": [1, 2, 3, 4, 5, 6], "down": [1, 2, 3, 4, 5, 6.5], "signed": [true],'
    b' "cut": 0}], "files": {"a.pdf": "00"}}'
)


@cache
def _make_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    for name in ("profiles", "schemas/forms", "templates"):
        (folder / name).mkdir(parents=True)
    return folder


def _draw_manifests() -> list[bytes]:
    from assembler.report.manifest_writer import encode_manifest

    manifest = manifests.manifest(
        ledger=(manifests.entry(), manifests.entry(2, manifests.PartKind.EXHIBIT)),
        index=(manifests.index_row("a"),),
        volumes=(manifests.volume(),),
        outputs=(manifests.output(),),
        kept=KeptFiles(drafts=(), forms=(), words="words.json", conversions=()),
    )
    value = json.loads(encode_manifest(manifest))
    old = {**value, "format": 1, "looked": value["searches"]}
    for key in ("searches", "linked", "marking", "frozen", "kept"):
        old.pop(key)
    return [encode_manifest(manifest, indent=None), json.dumps(old).encode()]


def _parse_manifest(data: bytes) -> None:
    refusals = 0
    for complete in (False, True):
        try:
            parse_manifest(data, complete=complete)
        except ProofFailed as error:
            refusals += 1
            require(str(error).isprintable(), "no message has control characters")
    if refusals == 2:
        raise ProofFailed("refused", ())


def _load_profile(data: bytes) -> None:
    folder = _make_folder()
    (folder / "profiles/own.json").write_bytes(data)
    load_profile(_SHELF, "own", folder)


def _load_map(data: bytes) -> None:
    folder = _make_folder()
    path = folder / "schemas/forms/a.json"
    path.write_bytes(data)
    with suppress(TemplateBroken):
        read_map(path)
    load_maps(Shelf(folder))


def _parse_library(name: str) -> Any:
    return lambda data: parse_library(lambda _name: data, [name])


def _load_recipe(data: bytes) -> None:
    folder = _make_folder()
    (folder / "templates/recipe.toml").write_bytes(data)
    _SHELF.recipe("parole", folder)


def _read_records(data: bytes) -> None:
    folder = _make_folder()
    for name in ("record.json", NAME):
        (folder / name).write_bytes(data)
    record = read_record(folder / "record.json")
    is_complete(record or {}, manifests.manifest())
    read_passwords(folder).of("evidence/a.pdf")
    signed = parse_signed_packet(record or {})
    if signed is not None:
        again = parse_signed_packet(json.loads(json.dumps(describe_signed_packet(signed))))
        require(repr(again) == repr(signed), "what is written is read as the same")


def _list_keys(*texts: bytes) -> tuple[bytes, ...]:
    words = {word for text in texts for word in text.split(b'"')[1::2]}
    return (*_JSON, *sorted(b'"' + word + b'"' for word in words))


def _read_kept_words(data: bytes) -> None:
    folder = _make_folder()
    (folder / "words.json").write_bytes(data)
    kept = KeptFiles(drafts=(), forms=(), words="words.json")
    read_kept(folder, manifests.manifest(kept=kept))


TARGETS = (
    Target(
        name="kept-words",
        modules=("assembler.proof.kept_drafts",),
        parse=_read_kept_words,
        seeds=lambda: (
            b'{"document": "exhibit:a", "index": 0, "size": [612, 792],'
            b' "words": [["a", 1, 2, 3, 4]]}\n',
        ),
        refusals=(ValueError, KeyError, TypeError),
        tokens=(*_JSON, b"\n", b'"words"', b'"size"', b'"index"', b"NaN"),
        largest=8_192,
    ),
    Target(
        name="manifest",
        modules=("assembler.runtime.manifest_reader", "assembler.runtime.older_manifest"),
        parse=_parse_manifest,
        seeds=_draw_manifests,
        refusals=(ProofFailed,),
        tokens=(
            *_JSON,
            b'"format": 1',
            b'"format": 2',
            b'"ledger"',
            b'"looked"',
            b'"parts"',
            b"\\ud800",
        ),
    ),
    Target(
        name="profile",
        modules=("assembler.receivers.profiles",),
        parse=_load_profile,
        seeds=lambda: (_PROFILE,),
        refusals=(TemplateBroken,),
        tokens=(
            *_list_keys(_PROFILE),
            *(
                b"{n}",
                b"{tab}",
                b"{number}",
                b"{number:>99999999}",
                b"{n.real}",
                b"{n[0]}",
                b"{",
                b"}",
            ),
            *(
                b"{number!r}",
                b"{order}",
                b"{what}",
                b'"file_name"',
                b'"upload_set"',
                b"(a+)+$",
                b"[",
            ),
        ),
        largest=16_384,
    ),
    Target(
        name="form-map",
        modules=("assembler.forms.form_maps", "assembler.pipeline.form_mapping"),
        parse=_load_map,
        seeds=lambda: (_MAP,),
        refusals=(TemplateBroken,),
        tokens=(*_list_keys(_MAP), b"/you", b" | date", b" ?? "),
        largest=16_384,
    ),
    Target(
        name="facts",
        modules=("assembler.rules.library", "assembler.model.notice"),
        parse=_parse_library("schemas/facts/fees.json"),
        seeds=lambda: (_FACTS,),
        refusals=(TemplateBroken,),
        tokens=_list_keys(_FACTS),
        largest=16_384,
    ),
    Target(
        name="checklist",
        modules=("assembler.rules.library",),
        parse=_parse_library("schemas/checklists/x.json"),
        seeds=lambda: (_CHECKLIST,),
        refusals=(TemplateBroken,),
        tokens=_list_keys(_CHECKLIST),
        largest=16_384,
    ),
    Target(
        name="rule-catalog",
        modules=("assembler.rules.library",),
        parse=_parse_library("schemas/rules.json"),
        seeds=lambda: (_RULES,),
        refusals=(TemplateBroken,),
        tokens=_list_keys(_RULES),
        largest=16_384,
    ),
    Target(
        name="confirmed-facts",
        modules=("assembler.rules.library", "assembler.model.confirmed_fact"),
        parse=_parse_library(CONFIRMED),
        seeds=lambda: (_CONFIRMED,),
        refusals=(TemplateBroken,),
        tokens=_list_keys(_CONFIRMED),
        largest=16_384,
    ),
    Target(
        name="recipe",
        modules=("assembler.runtime.resources",),
        parse=_load_recipe,
        seeds=lambda: (_RECIPE,),
        refusals=(TemplateBroken,),
        tokens=(
            b"[[part]]",
            b"[part]",
            b"id = ",
            b"= 5",
            b'"numbers"',
            b"\n",
            b"[",
            b"{",
            b"1979-05-27",
        ),
        largest=8_192,
    ),
    Target(
        name="records",
        modules=(
            "assembler.runtime.user_files",
            "assembler.runtime.sign_off",
            "assembler.runtime.passwords",
            "assembler.model.signed_packet",
        ),
        parse=_read_records,
        seeds=lambda: (
            _SIGNED,
            b'{"bundle_sha256": "", "items": {"signatures": true}}',
            b'{"evidence/a.pdf": "p", "evidence/\xc3\xa9.pdf": "q"}',
        ),
        tokens=(*_list_keys(_SIGNED), b"NaN", b"Infinity", b"1e400", b"scans/"),
        largest=16_384,
    ),
)

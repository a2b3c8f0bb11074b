"""The one reader of manifest.json: a path or bytes come in; a `Manifest` goes out, or ProofFailed.

Whatever a file of that name holds, nothing else is raised; a message names the place in it, never
what stands there.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend
from referencing import Registry

from assembler.errors import OutputNotWritten, ProofFailed
from assembler.model import DocumentId, Manifest
from assembler.model.manifest import MANIFEST_FILE, READABLE_FORMATS
from assembler.runtime.machine_failures import raise_if_machine_failed
from assembler.runtime.older_manifest import complete_manifest, rename_keys
from assembler.runtime.resources import Shelf

_MOST_BYTES = 200_000_000  # the largest packet we can think of, 100,000 pages, has a third of it
_REMEDY = "restore the packet's folder from a copy, or build it again"
_HALF = re.compile(r"\\u[dD][89a-fA-F]")  # of a character that JSON writes in two halves
_DIGEST = re.compile(r"[0-9a-f]{16,64}")
_TYPES = {
    "object": "an object {…}",
    "array": "a list […]",
    "string": "text in quotes",
    "integer": "a whole number",
    "boolean": "true or false",
    "number": "a number",
    "null": "null",
}


_SENTENCES = {
    "additionalProperties": "there is an unexpected key",
    "propertyNames": "there is an unexpected key",
    "anyOf": "the value has the wrong type",
    "enum": "the value is not one of those allowed",
    "const": "the value is not one of those allowed",
    "pattern": "the text is not in the expected format",
}


class _RepeatedKey(dict[str, Any]):
    """An object that has a key more than once."""


def read_manifest(place: Path, *, complete: bool = False) -> Manifest:
    """Read and check the manifest `place`, or that of the packet's folder `place`. Raises
    ProofFailed. `complete`: see `parse_manifest`."""
    return parse_manifest(_read_bytes(place), complete=complete)


def read_with_digest(folder: Path) -> tuple[Manifest, str]:
    """Read and check the manifest of a packet's folder; return it with its sha256, for
    `refuse_replaced`. Raises ProofFailed."""
    data = _read_bytes(folder)
    return parse_manifest(data), hashlib.sha256(data).hexdigest()


def refuse_replaced(folder: Path, digest: str) -> None:
    """Raise OutputNotWritten if a packet's manifest is no longer the one with this sha256: what was
    made from it would be of other pages."""
    try:
        is_same = read_digest(folder) == digest
    except OSError:
        is_same = False
    if not is_same:
        raise OutputNotWritten(
            "the packet was replaced meanwhile", where=folder.name, remedy="run it again"
        )


def _read_bytes(place: Path) -> bytes:
    path = place / MANIFEST_FILE if place.is_dir() else place
    try:
        if path.is_symlink() or not path.is_file():
            raise _make_error(
                "", "there is none" if not path.is_symlink() else "it is a symbolic link"
            )
        if path.stat().st_size > _MOST_BYTES:
            raise _make_error("", f"it is larger than {_MOST_BYTES // 1_000_000} MB")
        return path.read_bytes()
    except OSError as error:
        raise_if_machine_failed(error)
        raise _make_error("", "it cannot be read") from error


def parse_manifest(data: bytes, *, complete: bool = False) -> Manifest:
    """Parse and check the bytes of a manifest. Raises ProofFailed.

    `complete`: add to a manifest of format 1 what version 0.1.0 did not write, for whoever only
    looks at its pages.
    """
    value = _parse_json(data)
    if not isinstance(value, dict):
        raise _make_error("", "an object {…} is expected")
    version = value.get("format")
    if type(version) is not int or version not in READABLE_FORMATS:
        known = ", ".join(map(str, READABLE_FORMATS))
        raise _make_error(
            "/format", f"its format is not one that this version of assembler reads ({known})"
        )
    written = value
    if version < 3:
        value = rename_keys(value)
    if complete and version == 1:
        value = complete_manifest(value)
    for error in _make_validator().iter_errors(value):
        inner = _find_meant(error)
        raise _make_error(_format_pointer(inner), _explain_error(inner))
    repeated = next(_find_repeated_keys(written, ""), None)
    if repeated is not None:
        raise _make_error(repeated, "a key appears twice in one object")
    try:
        return msgspec.convert(value, Manifest, dec_hook=_convert_document)
    except msgspec.ValidationError as error:  # the schema allows nothing that the types do not
        raise _make_error(_extract_pointer(str(error)), _SENTENCES["anyOf"]) from None


def _convert_document(wanted: type, value: object) -> DocumentId:
    """Convert a document id, the only type that msgspec does not know."""
    if wanted is not DocumentId or not isinstance(value, str):
        raise TypeError("only document ids are converted")
    return DocumentId(value)


def _extract_pointer(message: str) -> str:
    """Return the JSON pointer of the place at the end of a msgspec message ("`$.ledger[3]`")."""
    path = message.rpartition("`$")[2].rstrip("`")
    steps = re.findall(r"\.(\w+)|\[(\d+)\]", path)
    return "".join(_format_step(int(index) if index else key) for key, index in steps) or "/"


def read_digest(folder: Path) -> str:
    """Return the sha256 of a packet's manifest. Whoever noted it down can detect a forged
    packet."""
    return hashlib.sha256((folder / MANIFEST_FILE).read_bytes()).hexdigest()


def is_digest(text: str) -> bool:
    """Return whether this is a sha256 in hex, or a long enough beginning of one."""
    return _DIGEST.fullmatch(text) is not None


def _parse_json(data: bytes) -> Any:
    try:
        text = data.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_make_object, parse_constant=_refuse_constant)
        if _HALF.search(text):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeError as error:
        raise _make_error("", "it is not UTF-8") from error
    except RecursionError as error:
        raise _make_error("", "its values are nested too deep") from error
    except ValueError as error:
        line = getattr(error, "lineno", 0)
        raise _make_error(
            "", f"it is not readable as JSON{f' (line {line})' if line else ''}"
        ) from error
    return value


def _make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    return members if len(members) == len(pairs) else _RepeatedKey(members)


def _refuse_constant(_word: str) -> Any:
    raise ValueError("NaN and Infinity are not JSON")


def _find_repeated_keys(value: Any, pointer: str) -> Iterator[str]:
    """Yield the pointers of objects that have a key more than once."""
    waiting = [(value, pointer)]
    while waiting:
        value, pointer = waiting.pop()
        if isinstance(value, _RepeatedKey):
            yield pointer or "/"
        if isinstance(value, dict):
            waiting += [
                (inner, pointer + _format_step(key))
                for key, inner in value.items()
                if isinstance(inner, dict | list)
            ]
        elif isinstance(value, list):
            waiting += [
                (inner, f"{pointer}/{n}")
                for n, inner in enumerate(value)
                if isinstance(inner, dict | list)
            ]


def _format_step(key: object) -> str:
    """Return a step of a JSON pointer; a key that is not the schema's could be a client's fact."""
    text = str(key)
    return f"/{text}" if isinstance(key, int) or text in _list_keys() else "/…"


def _find_meant(error: ValidationError) -> ValidationError:
    """Return the error of the alternative whose type fits: of "an object or null", that of the
    object."""
    fitting = [
        inner for inner in error.context or () if inner.validator != "type" or inner.relative_path
    ]
    return _find_meant(fitting[0]) if fitting else error


def _format_pointer(error: ValidationError) -> str:
    return "".join(map(_format_step, error.absolute_path)) or "/"


def _explain_error(error: ValidationError) -> str:
    wanted: Any = error.validator_value
    present: Any = error.instance
    kind = str(error.validator)
    if kind == "dependentRequired":
        wanted = dict.fromkeys(key for here in present for key in wanted.get(here, ()))
        kind = "required"
    if kind == "required":
        return f"{', '.join(key for key in wanted if key not in present)} is missing"
    if kind == "type":
        names = [wanted] if isinstance(wanted, str) else wanted
        return f"{' or '.join(_TYPES[name] for name in names)} belongs here"
    return _SENTENCES.get(kind, f"the value is out of range ({kind})")


def _make_error(pointer: str, problem: str) -> ProofFailed:
    return ProofFailed(
        problem,
        (),
        where=f"{MANIFEST_FILE} {pointer}" if pointer else MANIFEST_FILE,
        remedy=_REMEDY,
    )


def _is_whole(_checker: object, value: object) -> bool:
    """Refuse 6.0, a whole number to JSON Schema: here it would be used to count pages."""
    return isinstance(value, int) and not isinstance(value, bool)


def _check_pattern(
    _validator: Validator, pattern: str, value: Any, _schema: Any
) -> Iterator[ValidationError]:
    """Check a pattern; `$` of Python also matches before a line break at the end."""
    if isinstance(value, str) and (value.endswith("\n") or not re.search(pattern, value)):
        yield ValidationError("form")


@cache
def _make_validator() -> Validator:
    checker = Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_whole)
    ours = extend(Draft202012Validator, {"pattern": _check_pattern}, type_checker=checker)  # type: ignore[no-untyped-call]
    validator: Validator = ours(_load_schema(), registry=Registry())
    return validator


@cache
def _load_schema() -> Mapping[str, Any]:
    return Shelf.default().schema("manifest.schema.json")  # ours, even if a firm has its own folder


@cache
def _list_keys() -> frozenset[str]:
    """Return every key of the schema."""
    return frozenset(_iterate_names(_load_schema()))


def _iterate_names(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from node.get("properties", ())
    for inner in (
        node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    ):
        yield from _iterate_names(inner)

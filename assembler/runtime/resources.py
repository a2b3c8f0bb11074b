"""Find and read `templates/` and `schemas/`, in a checkout or in an installed wheel.

Takes names ("schemas/case.schema.json"), returns bytes or parsed values. A case folder's own
`templates/` replaces the shipped Word templates and recipe of its kind. Knows nothing about the
files beyond their syntax.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assembler.errors import TemplateBroken
from assembler.model import Recipe, RecipePart
from assembler.runtime.folder_walk import list_files

if TYPE_CHECKING:
    from jsonschema import ValidationError

_PACKAGE = Path(__file__).resolve().parent.parent
_VALUE_FACES = (
    "IBMPlexSerif-Regular.ttf",
    "Amiri-Regular.ttf",
    "DejaVuSans.ttf",
    "NotoSansCJK-Regular.ttc",
)
_SCHEMA = ".schema.json"
_PART_TYPES = ("draft", "declarations", "form", "exhibits", "notice", "points")
_WHEN = (
    "represented",
    "supported",
    "expedite",
    "mailed",
    "enclosed",
    "fee-waiver",
    "topics",
    "required",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFile:
    """A Word template and its origin: ours ("shipped"), the firm's ("shelf") or the case's
    ("case")."""

    name: str  # "parole/cover-letter.docx"
    data: bytes
    origin: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folder of the shipped files. `extra`: a firm's folder with `templates/` and `schemas/`,
    searched first."""

    root: Path
    extra: Path | None = None

    @staticmethod
    def default(extra: Path | None = None) -> Shelf:
        """Return the checkout this package runs from, else the data folder of the installed
        wheel."""
        checkout = _PACKAGE.parent
        # pyproject.toml marks a checkout, since another installed package may have a "templates"
        # folder beside ours
        return Shelf(
            checkout if (checkout / "pyproject.toml").is_file() else _PACKAGE / "_data", extra
        )

    def read(self, name: str) -> bytes:
        """Return the bytes of a shipped or firm's file, e.g. "schemas/case.schema.json".

        Raises TemplateBroken if it is absent.
        """
        for root in filter(None, (self.extra, self.root)):
            if (root / name).is_file():
                return (root / name).read_bytes()
        raise TemplateBroken(
            "there is no such file", where=name, remedy="reinstall assembler, or check --shelf"
        )

    def names(self, folder: str, suffix: str) -> tuple[str, ...]:
        """Return the names of all files of a folder with this suffix, sorted:
        ("schemas/checklists/other.json", …)."""
        names = {
            path.relative_to(root).as_posix()
            for root in filter(None, (self.extra, self.root))
            for path in (root / folder).glob(f"*{suffix}")
        }
        return tuple(sorted(names))

    def digests(self) -> dict[str, str]:
        """Return name → sha256 of every file of templates/ and schemas/, shipped or the firm's."""
        return {
            f"{place}:{path.relative_to(root).as_posix()}": hashlib.sha256(
                path.read_bytes()
            ).hexdigest()
            for place, root in (("extra", self.extra), ("root", self.root))
            if root
            for folder in ("templates", "schemas")
            for path in list_files(root / folder)
        }

    def schema(self, name: str) -> dict[str, Any]:
        """Parse a JSON file of `schemas/`: a schema, or data.

        Raises TemplateBroken if it is not a JSON object, or is a firm's data and does not follow
        the schema of ours: "languages.json" that of schemas/languages.schema.json.
        """
        try:
            parsed = json.loads(self.read(f"schemas/{name}"))
        except (ValueError, RecursionError) as error:
            raise TemplateBroken("not readable as JSON", where=f"schemas/{name}") from error
        if not isinstance(parsed, dict):
            raise TemplateBroken("not a JSON object", where=f"schemas/{name}")
        own_schema = f"{Path(name).stem}{_SCHEMA}"
        if (self.root / "schemas" / own_schema).is_file():
            self.require_schema(f"schemas/{name}", own_schema)
        return parsed

    def require_schema(self, name: str, schema: str) -> None:
        """Raise TemplateBroken if the firm's own file of this name does not follow one of our
        schemas. Shipped files do."""
        if self.extra is None or not (self.extra / name).is_file():
            return
        data = (self.extra / name).read_bytes()
        if (place := _find_deviation_of_file(data, self.root / "schemas" / schema)) is not None:
            raise TemplateBroken(
                f"it does not follow its schema at {place}",
                where=name,
                remedy=f"compare it with schemas/{schema}",
            )

    def require_json_schema(self, name: str) -> None:
        """Raise TemplateBroken if the firm's own file of this name is no JSON schema."""
        if self.extra is None or not (self.extra / name).is_file():
            return
        if (place := _find_schema_error((self.extra / name).read_bytes())) is not None:
            raise TemplateBroken(
                f"it is no JSON schema at {place}",
                where=name,
                remedy="begin with a copy of ours",
            )

    def template(self, kind: str, name: str, case_folder: Path | None = None) -> TemplateFile:
        """Return the Word template for this case: the case's own, then the firm's, then ours, then
        the parole one."""
        override = case_folder / "templates" / name if case_folder else None
        if override and override.is_file() and not override.is_symlink():
            return TemplateFile(name=f"{kind}/{name}", data=override.read_bytes(), origin="case")
        for folder in dict.fromkeys((kind, "parole")):
            for root, origin in ((self.extra, "shelf"), (self.root, "shipped")):
                path = root / "templates" / folder / name if root else None
                if path and path.is_file():
                    return TemplateFile(
                        name=f"{folder}/{name}", data=path.read_bytes(), origin=origin
                    )
        raise TemplateBroken(
            "there is no such template",
            where=f"templates/{kind}/{name}",
            remedy="check recipe.toml",
        )

    def recipe(self, kind: str, case_folder: Path | None = None) -> Recipe:
        """Return the packet order of a kind. Raises TemplateBroken naming the part that cannot be
        used."""
        override = case_folder / "templates" / "recipe.toml" if case_folder else None
        name = f"templates/{kind}/recipe.toml"
        data = (
            override.read_bytes()
            if override and override.is_file() and not override.is_symlink()
            else self.read(name)
        )
        try:
            raw = tomllib.loads(data.decode())
        except (ValueError, RecursionError) as error:  # TOMLDecodeError is a ValueError, too
            raise TemplateBroken(f"not readable as TOML ({error})", where=name) from error
        return _parse_recipe(raw, name)


@contextmanager
def report_broken(name: str) -> Iterator[None]:
    """Raise TemplateBroken if the body cannot use what a file of `schemas/` holds: a firm's own may
    lack a value, or have one of another type."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise TemplateBroken(
            f"it lacks required values ({type(error).__name__})",
            where=name,
            remedy="start from the shipped file",
        ) from error


@cache
def list_font_folders() -> tuple[Path, ...]:
    """Return the folders of the fonts we draw with: text, Arabic, CJK, symbols; all from wheels."""
    import fontpkg_amiri
    import fontpkg_ibm_plex_serif
    import noto_cjk_sans_otc
    import ziafont.fonts

    packages = (fontpkg_ibm_plex_serif, fontpkg_amiri, noto_cjk_sans_otc, ziafont.fonts)
    homes = [Path(str(package.__file__)).parent for package in packages]
    return tuple(home / "files" if (home / "files").is_dir() else home for home in homes)


def list_font_files() -> tuple[Path, ...]:
    """Return every font file of `list_font_folders`, sorted within each folder."""
    endings = {".ttf", ".otf", ".ttc"}
    return tuple(
        path
        for home in list_font_folders()
        for path in sorted(home.iterdir())
        if path.suffix in endings
    )


@cache
def list_value_fonts() -> tuple[Path, ...]:
    """Return the fonts for values of form fields and marks, in the order they are searched for a
    glyph.

    Arimo comes first: its letters are as wide as Helvetica's, which nearly all forms are laid out
    for.
    """
    import fontpkg_arimo

    home = Path(str(fontpkg_arimo.__file__)).parent / "files"
    named = {path.name: path for path in list_font_files()}
    return (home / "Arimo[wght].ttf", *(named[name] for name in _VALUE_FACES))


def stamp_font() -> Path:
    """Return the TrueType file of the page stamps."""
    return next(path for path in list_font_files() if path.name == "IBMPlexSerif-Regular.ttf")


def find_deviation(value: Any, schema: Mapping[str, Any], beside: Path | None = None) -> str | None:
    """Return the first place where a value does not follow a schema: "$.facts.minor.below_age".

    Args:
        value: Parsed JSON.
        schema: The parsed schema.
        beside: Folder of the schemas it refers to by name; None if it refers to none.
    """
    import jsonschema  # it takes long to load, and not every command needs it
    from referencing import Registry, Resource

    others: Registry[Any] = Registry()
    for path in sorted(beside.glob(f"*{_SCHEMA}")) if beside else ():
        others = Resource.from_contents(json.loads(path.read_bytes())) @ others
    checker = jsonschema.Draft202012Validator(
        schema,
        format_checker=jsonschema.FormatChecker(["regex", "date"]),
        registry=others,
    )
    return min((_name_place(error) for error in checker.iter_errors(value)), default=None)


def _name_place(error: ValidationError) -> str:
    """Return the place of an error; of a field that is missing, where it should be."""
    needed: Any = error.validator_value
    if error.validator != "required" or not isinstance(error.instance, Mapping):
        return error.json_path
    return f"{error.json_path}.{next(name for name in needed if name not in error.instance)}"


@cache
def _find_deviation_of_file(data: bytes, schema: Path) -> str | None:
    return find_deviation(json.loads(data), json.loads(schema.read_bytes()), schema.parent)


@cache
def _find_schema_error(data: bytes) -> str | None:
    from jsonschema import Draft202012Validator, SchemaError

    try:
        Draft202012Validator.check_schema(json.loads(data))
    except SchemaError as error:
        return error.json_path
    except (ValueError, RecursionError):
        return "$"
    return None


def _parse_recipe(raw: dict[str, Any], where: str) -> Recipe:
    try:
        parts = tuple(_parse_part(part, where) for part in raw["part"])
        recipe = Recipe(
            kind=raw["kind"],
            title=raw["title"],
            parts=parts,
            tab_template=raw["tab_template"],
            labels=raw.get("labels", "letters"),
            claims_template=raw.get("claims_template", ""),
            enclosures=raw.get("enclosures", "index"),
        )
    except (KeyError, TypeError) as error:
        raise TemplateBroken(
            f"an entry is missing or of the wrong type ({error})", where=where
        ) from error
    ids = [part.id for part in parts]
    if twice := {part for part in ids if ids.count(part) > 1}:
        raise TemplateBroken(
            f"part ids appear twice: {sorted(twice)}",
            where=where,
            remedy="give each part its own id",
        )
    if recipe.labels not in ("letters", "numbers"):
        raise TemplateBroken("labels must be letters or numbers", where=where)
    if recipe.enclosures not in ("index", "list"):
        raise TemplateBroken("enclosures must be index or list", where=where)
    return recipe


def _parse_part(raw: dict[str, Any], where: str) -> RecipePart:
    part = RecipePart(**{**raw, "categories": tuple(raw.get("categories", ()))})
    if part.type not in _PART_TYPES:
        raise TemplateBroken(
            f"unknown type in part {part.id}", where=where, remedy=f"use one of {_PART_TYPES}"
        )
    if {*part.when.split(), *part.placeholder_when.split()} - {*_WHEN}:
        raise TemplateBroken(
            f"unknown `when` in part {part.id}", where=where, remedy=f"use some of {_WHEN}"
        )
    if raw.get("stamped", True) is not True and (
        raw["stamped"] is not False or part.type != "notice"
    ):
        remedy = "only a notice may be left unmarked: stamped = false"
        raise TemplateBroken(
            f"`stamped` of part {part.id} cannot be used", where=where, remedy=remedy
        )
    if part.type in ("draft", "declarations") and not part.template:
        raise TemplateBroken(
            f"part {part.id} names no template", where=where, remedy='add template = "….docx"'
        )
    return part

"""Open the ZIP package of an office file: limits against bombs, parts as XML, relations."""

from __future__ import annotations

import contextlib
import io
import posixpath
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from assembler.documents import word_to_pdf
from assembler.evidence.refusal import Refused

_MAX_PARTS, _MAX_BYTES = 5_000, 300_000_000
# the ratio counts only above _RATIO_FROM bytes: sheets of equal cells compress a hundredfold
_MAX_RATIO, _RATIO_FROM = 200, 64_000_000
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    etree.XMLSyntaxError,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OverflowError,
    RecursionError,
    ValueError,
)
_PRINT = "print it to PDF in the program it comes from"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """What a part refers to. `kind`: the last word of its type; `target`: the name of a part, or
    an address outside the file."""

    kind: str
    target: str
    is_external: bool


class OfficePackage:
    """An open package. Its parts are read one at a time."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.names = frozenset(archive.namelist())
        self._spellings = {name.casefold(): name for name in self.names}

    def read(self, name: str) -> bytes:
        """Return a part. Raises KeyError."""
        return self._archive.read(name)

    def parse(self, name: str) -> Any:
        """Return the root element of a part. Raises KeyError, and as `parse_part`."""
        return word_to_pdf.parse_part(self._archive.read(name))

    def read_relations(self, part: str) -> dict[str, Relation]:
        """Return the relations of a part by their ids; empty if it has none."""
        folder, _, name = part.rpartition("/")
        path = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
        if path not in self.names:
            return {}
        relations = {}
        for element in self.parse(path).iter("{*}Relationship"):
            is_external = element.get("TargetMode") == "External"
            target = element.get("Target", "")
            relations[element.get("Id", "")] = Relation(
                kind=element.get("Type", "").rpartition("/")[2],
                target=target if is_external else self._resolve_target(target, folder),
                is_external=is_external,
            )
        return relations

    def _resolve_target(self, target: str, folder: str) -> str:
        """Return the name of a part as the package spells it; programs do not mind its case."""
        path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        return self._spellings.get(path.casefold(), path)


@contextlib.contextmanager
def open_package(data: bytes, description: str) -> Iterator[OfficePackage]:
    """Open a package. `description`: as in "the Excel file". Raises Refused, also in place of
    whatever a damaged file raises while it is open."""
    with refuse_damage(description), zipfile.ZipFile(io.BytesIO(data)) as archive:
        _check_archive(archive, description)
        yield OfficePackage(archive)


@contextlib.contextmanager
def refuse_damage(description: str) -> Iterator[None]:
    """Raise Refused in place of the errors that damaged or hostile bytes cause."""
    try:
        yield
    except _BROKEN as error:
        raise Refused(
            "EVID.BROKEN", f"the {description} is damaged", "ask for the file again"
        ) from error


def _check_archive(archive: zipfile.ZipFile, description: str) -> None:
    parts = archive.infolist()
    size = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    names = Counter(part.filename.replace("\\", "/").casefold() for part in parts)
    if len(parts) > _MAX_PARTS or size > max(_RATIO_FROM, min(_MAX_BYTES, _MAX_RATIO * packed)):
        raise Refused("EVID.LIMIT", f"the {description} is too large when unpacked", _PRINT)
    if any(count > 1 for count in names.values()):
        raise Refused("EVID.BROKEN", f"the {description} has two parts of one name", _PRINT)
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("EVID.BROKEN", f"parts of the {description} are encrypted", _PRINT)

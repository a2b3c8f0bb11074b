"""Collect what a maintainer needs to understand a bug, without a fact of the client.

Everything here is a number, a word of this program, or a name from its schemas. Names of files,
folders and people, values, messages and hashes stay out: the hash of a name or a birth date can be
guessed. A step that fails is reported, too; it may be the bug.
"""

from __future__ import annotations

import io
import json
import platform
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from assembler import __version__, intake, rules
from assembler.errors import AssemblerError
from assembler.evidence.file_shapes import FileShape, describe_file, round_size
from assembler.evidence.ocr.language_data import ENGINE_LANGUAGES
from assembler.intake.case_reader import SCHEMA, read_raw_case
from assembler.intake.schema_check import read_field_names
from assembler.model import Finding, Manifest
from assembler.model.language_tags import find_primary_language
from assembler.model.manifest import MANIFEST_FILE
from assembler.pipeline.doctor import examine, list_engine_versions
from assembler.runtime import manifest_reader
from assembler.runtime.code_version import digest_code
from assembler.runtime.counts import format_count
from assembler.runtime.crash_record import CrashRecord, describe_crash, read_crash
from assembler.runtime.folder_walk import find_in_folders
from assembler.runtime.resources import Shelf
from assembler.runtime.rule_catalog import is_known_rule
from assembler.runtime.timings import HERE
from assembler.runtime.worker_pool import Failure, Limits, Pool
from assembler.runtime.zip_files import FIRST_DATE

T = TypeVar("T")

ABOUT_FILE, REPORT_FILE = "READ-ME.txt", "report.json"
_FOLDERS = ("evidence", "forms", "templates")
_MAX_FILES = 500
_MAX_BYTES = 1_000_000  # of timings.json
_LINE = 120  # characters of the report
_VERSION = re.compile(r"[0-9][0-9a-z.+-]{0,20}")
_LIMITS = Limits(seconds=30.0, memory_mb=2048, output_mb=1)
_PACKAGE = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCount:
    """How often something with a name of ours occurs."""

    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The program and what it runs on."""

    assembler: str
    code: str  # first digits of the hash of its modules
    python: str
    system: str
    processor: str
    libraries: tuple[tuple[str, str], ...]  # name, version
    components: tuple[tuple[str, str], ...]  # name, state of what else `doctor` lists


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueShape:
    """A value of case.json by its shape.

    length: of a list; of a text rounded up to a power of two.
    fields: those that the schema names; other_fields: how many it does not.
    entries: the shapes in a list, each with its count.
    """

    kind: str
    length: int = 0
    fields: tuple[tuple[str, ValueShape], ...] = ()
    other_fields: int = 0
    entries: tuple[tuple[int, ValueShape], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingCount:
    """How many findings of a rule and severity there are; "other" is a rule that is not ours."""

    rule: str
    severity: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketShape:
    """A packet that was built. `kilobytes`: of each of its PDFs that are filed, to two digits."""

    version: str
    manifest_format: int
    pages: int
    exhibits: int
    volumes: int
    kilobytes: tuple[int, ...]
    page_kinds: tuple[NamedCount, ...]
    page_sizes: tuple[NamedCount, ...]  # "612 x 792 pt"
    text_methods: tuple[NamedCount, ...]
    languages: tuple[NamedCount, ...]  # of exhibits; "other" is one that recognition does not know
    findings: tuple[FindingCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTime:
    """How long a module took in the last build with --timings; seconds to one digit."""

    module: str
    items: int
    wall: float
    cpu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A step of making this report that failed."""

    step: str
    error: CrashRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class BugReport:
    """Everything in a report. `files`: those of the case, ordered by kind and size."""

    machine: Machine | None
    crash: CrashRecord | None = None
    case: ValueShape | None = None  # None: no case, or case.json cannot be read
    findings: tuple[FindingCount, ...] = ()
    files: tuple[FileShape, ...] = ()
    files_left_out: int = 0
    packets: tuple[PacketShape, ...] = ()
    timings: tuple[StepTime, ...] = ()
    troubles: tuple[Trouble, ...] = ()


class _Steps:
    """Runs the steps of a report, and keeps what went wrong in one instead of ending."""

    def __init__(self) -> None:
        self.troubles: list[Trouble] = []

    def run(self, step: str, function: Callable[[], T], otherwise: T) -> T:
        try:
            return function()
        # the bug that is reported may happen here again, and its place is worth more than the step
        except Exception as error:  # noqa: BLE001
            self.troubles.append(Trouble(step=step, error=describe_crash(error)))
            return otherwise


def collect_report(folder: Path | None, shelf: Shelf, as_of: date) -> BugReport:
    """Return the report on this machine and on a case, whatever state the case is in.

    Never raises for what a folder holds.

    Args:
        folder: a case folder, or any other; None for a report without a case.
        as_of: the day by which the case is judged.
    """
    steps = _Steps()
    machine = steps.run("machine", _describe_machine, None)
    if folder is None:
        return BugReport(machine=machine, troubles=tuple(steps.troubles))
    home = folder / ".assembler"
    nothing: tuple[Path, ...] = ()
    files = steps.run("files", lambda: _list_files(folder), nothing)
    return BugReport(
        machine=machine,
        crash=steps.run("crash", lambda: read_crash(home), None),
        case=steps.run("case.json", lambda: _describe_case(folder, shelf), None),
        findings=steps.run("findings", lambda: _check_facts(folder, shelf, as_of), ()),
        files=steps.run("pages", lambda: _describe_files(files[:_MAX_FILES]), ()),
        files_left_out=max(0, len(files) - _MAX_FILES),
        packets=tuple(_describe_packets(folder, steps)),
        timings=steps.run("timings", lambda: _read_timings(home / "timings.json"), ()),
        troubles=tuple(steps.troubles),
    )


def _describe_machine() -> Machine:
    libraries = list_engine_versions()
    return Machine(
        assembler=__version__,
        code=digest_code()[:16],
        python=f"{platform.python_implementation()} {platform.python_version()}",
        system=f"{platform.system()} {_read_release()}",
        processor=platform.machine(),
        libraries=tuple(sorted(libraries.items())),
        # their details name folders and files of this machine
        components=tuple((row.name, row.state) for row in examine() if row.name not in libraries),
    )


def _read_release() -> str:
    """Return the numbers of the system's release: what follows them may name its owner."""
    numbers = re.match(r"[0-9.]*", platform.release())
    return numbers[0] if numbers else ""


def _describe_case(folder: Path, shelf: Shelf) -> ValueShape:
    raw, _ = read_raw_case(folder)
    return describe_value(raw, read_field_names(shelf.read(SCHEMA)))


def describe_value(value: Any, names: frozenset[str]) -> ValueShape:
    """Return the shape of a value of case.json.

    Args:
        names: of the schema's fields; every other key is the writer's own text.
    """
    if isinstance(value, dict):
        known = sorted(key for key in value if key in names)
        return ValueShape(
            kind="object",
            fields=tuple((key, describe_value(value[key], names)) for key in known),
            other_fields=len(value) - len(known),
        )
    if isinstance(value, list):
        shapes = Counter(describe_value(entry, names) for entry in value)
        entries = tuple((count, shape) for shape, count in shapes.items())
        return ValueShape(kind="list", length=len(value), entries=entries)
    if isinstance(value, str):
        return ValueShape(kind="text", length=_round_up(len(value)))
    if value is None or isinstance(value, bool):
        return ValueShape(kind="null" if value is None else "true or false")
    return ValueShape(kind="number")


def _round_up(length: int) -> int:
    """Return the next power of two: the exact length of a name narrows down whose it is."""
    return 1 << (length - 1).bit_length() if length else 0


def _check_facts(folder: Path, shelf: Shelf, as_of: date) -> tuple[FindingCount, ...]:
    """Check the facts again, as `validate` does, without opening evidence."""
    case, findings = intake.examine_case(folder, shelf, hashed=False)
    if case is not None:
        findings = rules.check_case(case, rules.load_library(shelf), as_of).findings
    return count_findings(findings)


def count_findings(findings: Iterable[Finding]) -> tuple[FindingCount, ...]:
    """Return how many findings of each rule and severity there are, without a word of them."""
    counts = Counter(
        (finding.rule if is_known_rule(finding.rule) else "other", finding.severity.value)
        for finding in findings
    )
    return tuple(
        FindingCount(rule=rule, severity=severity, count=count)
        for (rule, severity), count in sorted(counts.items())
    )


def _list_files(folder: Path) -> tuple[Path, ...]:
    """Return the regular files of a case's own folders; links are not followed."""
    return tuple(
        path
        for name in _FOLDERS
        if not (folder / name).is_symlink()
        for path in sorted((folder / name).rglob("*"))
        if path.is_file() and not path.is_symlink()
    )


def _describe_files(files: tuple[Path, ...]) -> tuple[FileShape, ...]:
    """Open the files in a worker, as all files of strangers, and return their shapes by kind and
    size."""
    pool = Pool(1)
    try:
        results = pool.run(describe_file, files, _LIMITS, None)
    finally:
        pool.close()
    shapes = [
        shape
        if isinstance(shape, FileShape)
        else FileShape(kind="unreadable", kilobytes=0, trouble=_describe_failure(shape))
        for shape in results
    ]
    return tuple(sorted(shapes, key=lambda shape: (shape.kind, shape.kilobytes, shape.page_count)))


def _describe_failure(failure: Failure | AssemblerError) -> str:
    """Return class and place of what ended a worker, which never hold content."""
    return (
        f"{failure.kind}: {failure.detail}"
        if isinstance(failure, Failure)
        else type(failure).__name__
    )


def _describe_packets(folder: Path, steps: _Steps) -> Iterator[PacketShape]:
    for path in find_in_folders(folder / "build", MANIFEST_FILE):
        shape = steps.run("manifest", partial(_describe_packet, path), None)
        if shape is not None:
            yield shape


def _describe_packet(path: Path) -> PacketShape:
    manifest = manifest_reader.read_manifest(path)
    names = {volume.path for volume in manifest.volumes}
    return PacketShape(
        version=manifest.assembler if _VERSION.fullmatch(manifest.assembler) else "other",
        manifest_format=manifest.format,
        pages=len(manifest.ledger),
        exhibits=len(manifest.exhibits),
        volumes=len(manifest.volumes),
        kilobytes=tuple(round_size(file.size) for file in manifest.outputs if file.path in names),
        page_kinds=_count_names(entry.kind.value for entry in manifest.ledger),
        page_sizes=_count_names(
            f"{round(entry.size[0])} x {round(entry.size[1])} pt" for entry in manifest.ledger
        ),
        text_methods=_count_names(entry.text.method for entry in manifest.ledger if entry.text),
        languages=_count_languages(manifest),
        findings=count_findings(manifest.findings),
    )


def _count_languages(manifest: Manifest) -> tuple[NamedCount, ...]:
    languages = (find_primary_language(row.language) for row in manifest.index if row.language)
    return _count_names(name if name in ENGINE_LANGUAGES else "other" for name in languages)


def _count_names(names: Iterable[str]) -> tuple[NamedCount, ...]:
    counts = Counter(names)
    return tuple(NamedCount(name=name, count=count) for name, count in sorted(counts.items()))


def _read_timings(path: Path) -> tuple[StepTime, ...]:
    """Return the timings of the last build; () if there are none."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _MAX_BYTES:
        return ()
    rows = json.loads(path.read_bytes())
    modules = {HERE, *_list_modules()}
    return tuple(
        StepTime(
            module=row["module"] if row["module"] in modules else "other",
            items=int(row["items"]),
            wall=round(float(row["wall"]), 1),
            cpu=round(float(row["cpu"]), 1),
        )
        for row in rows
    )


def _list_modules() -> Iterator[str]:
    """Yield the names of our modules, as timings name them."""
    for path in _PACKAGE.rglob("*.py"):
        yield ".".join(path.relative_to(_PACKAGE).with_suffix("").parts).removesuffix(".__init__")


def list_contents(report: BugReport) -> tuple[str, ...]:
    """Return a sentence about each thing in a report, for the person who decides to send it."""
    lines = ["the versions of assembler, Python, the system and the libraries"]
    if report.crash is not None:
        names = report.crash.options
        lines.append(
            f"the last crash: {report.crash.errors[0] if report.crash.errors else 'unknown'} in "
            f"`{report.crash.command}` with {format_count(len(names), 'option')} (names, no "
            f"values), {format_count(len(report.crash.frames), 'line')} of our own code"
        )
    if report.case is not None:
        lines.append("which fields case.json has, and how long lists and texts are about; no value")
    if report.findings:
        total = sum(finding.count for finding in report.findings)
        lines.append(f"rule and severity of {format_count(total, 'finding')}; no text")
    if report.files:
        lines.append(
            f"kind, rounded size and page shapes of {format_count(len(report.files), 'file')}; no "
            f"name, no content"
        )
    if report.packets:
        lines.append(
            f"counts of pages and findings of {format_count(len(report.packets), 'packet')}"
        )
    if report.timings:
        lines.append("how long the steps of the last build took")
    lines += [
        f"what failed while this was collected ({trouble.step}): {trouble.error.errors[0]}"
        for trouble in report.troubles
    ]
    return tuple(lines)


def make_archive(report: BugReport) -> bytes:
    """Return the report as a ZIP file; the same report has the same bytes."""
    about = [
        "A bug report of assembler. Look at report.json before you send it.",
        "No client's facts should be in it, and no names of files or folders. It has:",
        *(f"- {line}" for line in list_contents(report)),
    ]
    texts = {
        ABOUT_FILE: "\n".join(about) + "\n",
        REPORT_FILE: _format_json(asdict(report, dict_factory=_drop_nothing)) + "\n",
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            entry = zipfile.ZipInfo(name, FIRST_DATE)  # the same report has the same bytes
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # the same on every system
            entry.external_attr = 0o100600 << 16
            archive.writestr(entry, text)
    return target.getvalue()


def _drop_nothing(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return the fields of a record; those of a `ValueShape` without the ones that say nothing."""
    fields = dict(pairs)
    if "entries" not in fields:
        return fields
    return {name: value for name, value in fields.items() if value}


def _format_json(value: Any, indent: int = 0) -> str:
    """Return JSON that a person can look through: what fits on a line is on one line."""
    line = json.dumps(value)
    if indent + len(line) <= _LINE or not isinstance(value, dict | list | tuple):
        return line
    margin = " " * (indent + 1)
    if isinstance(value, dict):
        rows = [
            f"{json.dumps(name)}: {_format_json(entry, indent + 1)}"
            for name, entry in value.items()
        ]
        start, end = "{", "}"
    else:
        rows = [_format_json(entry, indent + 1) for entry in value]
        start, end = "[", "]"
    inside = ",\n".join(margin + row for row in rows)
    return f"{start}\n{inside}\n{' ' * indent}{end}"

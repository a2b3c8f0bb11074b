"""Every way a run can end, and what the person should do next.

Nothing comes in; exception classes go out, each owning its exit code. This module imports nothing
of the project and never holds a client's fact: messages name case id, file, page, JSON path, rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum


class ExitCode(IntEnum):
    """The process exit codes; README lists them and a test compares the two."""

    OK = 0
    BUG = 1
    USAGE = 2
    CASE_REJECTED = 3
    EVIDENCE_UNREADABLE = 4
    TEMPLATE_BROKEN = 5
    TOOL_MISSING = 6
    TOOL_FAILED = 7
    OUTPUT_NOT_WRITTEN = 8
    PROOF_FAILED = 9
    INTERRUPTED = 130


class AssemblerError(Exception):
    """The next step cannot run. Reads *where: what is wrong; what to do.*"""

    exit_code: ExitCode = ExitCode.BUG

    def __init__(self, problem: str, *, where: str = "", remedy: str = "") -> None:
        self.problem = problem
        self.where = where
        self.remedy = remedy
        super().__init__(join_sentence(where, problem, remedy))

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes whole: the default would call the class with the wrong
        arguments."""
        return _rebuild_error, (type(self), self.args, self.__dict__)


class UnknownProfile(AssemblerError):
    """--profile names no profile there is."""

    exit_code = ExitCode.USAGE


class FindingsError(AssemblerError):
    """The next step cannot run because of findings, all of which are carried along and shown
    together."""

    def __init__(
        self, problem: str, findings: Sequence[object], *, where: str = "", remedy: str = ""
    ) -> None:
        self.findings = tuple(findings)
        super().__init__(problem, where=where, remedy=remedy)

    def __str__(self) -> str:
        return "\n".join([*(str(finding) for finding in self.findings), super().__str__()])


class CaseRejected(FindingsError):
    """case.json or the folder around it cannot be used as it is."""

    exit_code = ExitCode.CASE_REJECTED


class EvidenceUnreadable(FindingsError):
    """At least one evidence file cannot be opened, or must not be used as it is."""

    exit_code = ExitCode.EVIDENCE_UNREADABLE


class TemplateBroken(AssemblerError):
    """A Word template, recipe or schema cannot be used; names the template and the place in it."""

    exit_code = ExitCode.TEMPLATE_BROKEN


class ToolMissing(AssemblerError):
    """A program, language file or font this case needs is not on this machine."""

    exit_code = ExitCode.TOOL_MISSING


class ToolFailed(AssemblerError):
    """A program or engine was there but crashed, hung, or gave something unusable; or the machine
    itself failed: no memory, no file handles, a disk that gives errors."""

    exit_code = ExitCode.TOOL_FAILED


class OutputNotWritten(AssemblerError):
    """The output folder cannot be written (full, read-only, locked by another run)."""

    exit_code = ExitCode.OUTPUT_NOT_WRITTEN


class ProofFailed(FindingsError):
    """The finished bundle, read back, is not what the layout says. Nothing was put in place."""

    exit_code = ExitCode.PROOF_FAILED


def _rebuild_error(
    kind: type[AssemblerError], args: tuple[object, ...], state: dict[str, object]
) -> AssemblerError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


def join_sentence(where: str, problem: str, remedy: str) -> str:
    """Join the three parts of a message; empty parts leave no punctuation behind."""
    head = f"{where}: {problem}" if where else problem
    return f"{head}; {remedy}" if remedy else head

"""Say what the operating system under this process can do: the one place that asks which it is.

Linux, macOS and Windows differ in what they enforce. Code that depends on a difference asks for the
ability, never for a name; `doctor` and docs/systems.md say what follows for a person. Abilities are
found by looking for the functions themselves, so that a test can take them away.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec
from typing import Any

__all__ = [
    "ABILITIES",
    "Abilities",
    "System",
    "allows_long_paths",
    "find_abilities",
    "name_system",
]

_FILE_SYSTEM_KEY = r"SYSTEM\CurrentControlSet\Control\FileSystem"  # of the Windows registry
_LONG_PATHS = "LongPathsEnabled"


class System(StrEnum):
    """The systems that the project supports."""

    LINUX = "Linux"
    MACOS = "macOS"
    WINDOWS = "Windows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What this system can do."""

    has_resource_limits: bool  # for the size of a file, and an alarm clock in the kernel
    limits_memory: bool  # of one process
    has_job_objects: bool  # Windows: limits, and an end, for a process with its child processes
    has_process_groups: bool  # a process can be ended with its child processes
    delivers_signals: bool  # a process that is asked to end can clean up first
    has_file_modes: bool  # a file has an owner and permissions, which keep other users out
    moves_open_files: bool  # a file that a program has open can be renamed, replaced and removed
    opens_folders: bool  # a folder can be flushed to disk
    locks_folders: bool
    names_memory_files: bool  # a library that opens a file by its name can open one in memory
    forks_with_libraries: bool  # a fork can use what was loaded before; on macOS it may crash


def name_system(platform: str = sys.platform) -> System:
    """Return the system of a `sys.platform`; any other one is treated as Linux."""
    if platform == "win32":
        return System.WINDOWS
    return System.MACOS if platform == "darwin" else System.LINUX


def find_abilities(system: System | None = None) -> Abilities:
    """Look for the functions that each ability needs.

    Args:
        system: default: the one that this process runs on.
    """
    system = system or name_system()
    has_limits = find_spec("resource") is not None
    # where files have owners, a file's name is not tied to the programs that have it open
    is_posix = hasattr(os, "geteuid")
    has_job_objects = system is System.WINDOWS
    opens_folders = hasattr(os, "O_DIRECTORY")
    return Abilities(
        has_resource_limits=has_limits,
        # macOS refuses a limit on the address space (EINVAL), or ignores it
        limits_memory=has_job_objects or (has_limits and system is System.LINUX),
        has_job_objects=has_job_objects,
        has_process_groups=hasattr(os, "killpg"),
        delivers_signals=hasattr(signal, "SIGKILL"),
        has_file_modes=is_posix,
        moves_open_files=is_posix,
        opens_folders=opens_folders,
        locks_folders=opens_folders and find_spec("fcntl") is not None,
        names_memory_files=hasattr(os, "memfd_create") and os.path.exists("/proc/self/fd"),  # noqa: PTH110
        forks_with_libraries=hasattr(os, "fork") and system is System.LINUX,
    )


ABILITIES = find_abilities()


def allows_long_paths(registry: Any = None) -> bool:
    """Return whether a path may have 260 characters and more; on Windows, that is a setting.

    Args:
        registry: the standard module `winreg`, which only Windows has.
    """
    with suppress(ImportError):
        registry = registry or import_module("winreg")
    if registry is None:
        return True
    with (
        suppress(OSError),  # there is no such setting before Windows 10
        registry.OpenKey(registry.HKEY_LOCAL_MACHINE, _FILE_SYSTEM_KEY) as key,
    ):
        return bool(registry.QueryValueEx(key, _LONG_PATHS)[0])
    return False

"""Put a process into a Windows job object: a memory limit, and an end for all it starts.

Windows ends every process in a job when the last handle to the job closes. A worker holds the
handle to its own job: so whatever way it ends, LibreOffice does not run on without it.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

_EXTENDED_LIMITS = 9  # JobObjectExtendedLimitInformation
_LIMIT_PROCESS_MEMORY = 0x100
_NO_ERROR_DIALOG = 0x400  # JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION
_END_WITH_HANDLE = 0x2000  # JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE


class _BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION of winnt.h."""

    _fields_ = (
        ("PerProcessUserTimeLimit", ctypes.c_int64),
        ("PerJobUserTimeLimit", ctypes.c_int64),
        ("LimitFlags", ctypes.c_uint32),
        ("MinimumWorkingSetSize", ctypes.c_size_t),
        ("MaximumWorkingSetSize", ctypes.c_size_t),
        ("ActiveProcessLimit", ctypes.c_uint32),
        ("Affinity", ctypes.c_size_t),
        ("PriorityClass", ctypes.c_uint32),
        ("SchedulingClass", ctypes.c_uint32),
    )


class ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION of winnt.h."""

    _fields_ = (
        ("BasicLimitInformation", _BasicLimits),
        ("IoInfo", ctypes.c_uint64 * 6),
        ("ProcessMemoryLimit", ctypes.c_size_t),
        ("JobMemoryLimit", ctypes.c_size_t),
        ("PeakProcessMemoryUsed", ctypes.c_size_t),
        ("PeakJobMemoryUsed", ctypes.c_size_t),
    )


@dataclass(frozen=True, slots=True)
class WindowsJob:
    """A job object with one process and what that starts. `kernel`: kernel32.dll."""

    kernel: Any
    handle: int

    def limit_memory(self, size: int) -> bool:
        """Limit the memory of each process in the job to `size` bytes; 0: no limit. Return whether
        Windows accepted it."""
        limits = ExtendedLimits()
        limits.BasicLimitInformation.LimitFlags = _END_WITH_HANDLE | _NO_ERROR_DIALOG
        if size:
            limits.BasicLimitInformation.LimitFlags |= _LIMIT_PROCESS_MEMORY
            limits.ProcessMemoryLimit = size
        return bool(
            self.kernel.SetInformationJobObject(
                self.handle, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits)
            )
        )

    def close(self) -> None:
        """End every process in the job."""
        self.kernel.CloseHandle(self.handle)


def open_job(process: int | None = None, kernel: Any = None) -> WindowsJob | None:
    """Put a process into a new job object; None if Windows refuses.

    Args:
        process: its handle; by default this process, whose job ends with it.
    """
    kernel = kernel or _load_kernel()
    if kernel is None:
        return None
    handle = kernel.CreateJobObjectW(None, None)
    if not handle:
        return None
    job = WindowsJob(kernel, handle)
    is_in_job = job.limit_memory(0) and kernel.AssignProcessToJobObject(
        handle, kernel.GetCurrentProcess() if process is None else process
    )
    if not is_in_job:
        job.close()
        return None
    return job


def _load_kernel() -> Any:
    """Return kernel32.dll with the types of the functions used here; None elsewhere."""
    load = getattr(ctypes, "WinDLL", None)
    if load is None:
        return None
    kernel, handle = load("kernel32", use_last_error=True), ctypes.c_void_p
    for name, result, arguments in (
        ("CreateJobObjectW", handle, (ctypes.c_void_p, ctypes.c_wchar_p)),
        ("GetCurrentProcess", handle, ()),
        ("AssignProcessToJobObject", ctypes.c_int, (handle, handle)),
        (
            "SetInformationJobObject",
            ctypes.c_int,
            (handle, ctypes.c_int, ctypes.c_void_p, ctypes.c_uint32),
        ),
        ("CloseHandle", ctypes.c_int, (handle,)),
    ):
        function = getattr(kernel, name)
        function.restype, function.argtypes = result, arguments
    return kernel

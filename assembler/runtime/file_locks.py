"""Lock files, also on drives that cannot lock: there, a file that names its holder is the lock."""

from __future__ import annotations

import errno
from pathlib import Path

from filelock import BaseFileLock, FileLock, SoftFileLock

# what network drives answer to a request for a lock
_NO_LOCKS = frozenset(
    (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, getattr(errno, "ENOTSUP", errno.EOPNOTSUPP))
) | {errno.EINVAL}


class LockFile:
    """A lock that one run holds; the others do not wait for it.

    On a drive without locks, the holder is named in a file beside it. A killed run leaves that
    file; the next run on the same machine removes it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: BaseFileLock | None = None

    @property
    def marker(self) -> Path:
        """The file that is the lock where the drive has none."""
        return self.path.with_name(f"{self.path.name}.holder")

    @property
    def is_held(self) -> bool:
        """Whether this object holds the lock."""
        return self._lock is not None

    def acquire(self, seconds: float = 0.0) -> None:
        """Take the lock, waiting so long for it. Raises Timeout if another process holds it, and
        OSError."""
        lock = FileLock(self.path, mode=0o600, fallback_to_soft=False)
        try:
            lock.acquire(timeout=seconds)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            self.acquire_by_marker(seconds)
        else:
            self._lock = lock

    def acquire_by_marker(self, seconds: float = 0.0) -> None:
        """Take the lock as on a drive that has none. Raises Timeout, and OSError."""
        lock = SoftFileLock(self.marker)  # no mode: such drives may not have permissions either
        lock.acquire(timeout=seconds)
        self._lock = lock

    def release(self) -> None:
        """Give the lock back, if this object holds it."""
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.release()

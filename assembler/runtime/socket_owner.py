"""Find out which user of this machine is behind a local connection, where the system tells."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")  # Linux: one line a socket, with the owner's number
_LOOPBACK = ("0100007F", "7F000001")  # 127.0.0.1 as these tables write it, by byte order
_NO_OWNER = "06"  # TIME_WAIT: nobody's any more
_ROOT = 0


def is_own_socket(client: int, server: int) -> bool:
    """Return whether the program at one end of a connection is this user's or root's.

    Only Linux tells; elsewhere the answer is always yes.

    Args:
        client: local TCP port of the program.
        server: our port, at the other end.
    """
    lines: list[str] = []
    for table in _TABLES:
        try:
            lines += Path(table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
    owners = find_owners(lines, client, server)
    if not owners:
        # the system tells of our end: then the other one is gone, or is kept from us
        return not find_owners(lines, server, client)
    return bool(owners & {_ROOT, os.geteuid() if hasattr(os, "geteuid") else _ROOT})


def find_owners(lines: Iterable[str], near: int, far: int) -> frozenset[int]:
    """Return the users of the sockets at the near end of a connection within this machine, from
    the lines of /proc/net/tcp; also of one that its program has half closed."""
    owners = set()
    for line in lines:
        columns = line.split()
        if (
            len(columns) > 7
            and columns[3] != _NO_OWNER
            and _is_place(columns[1], near)
            and _is_place(columns[2], far)
        ):
            owners.add(int(columns[7]))
    return frozenset(owners)


def _is_place(column: str, port: int) -> bool:
    address, _, number = column.rpartition(":")
    return number == f"{port:04X}" and address.endswith(_LOOPBACK)

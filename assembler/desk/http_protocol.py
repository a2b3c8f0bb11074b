"""Speak HTTP with clients that may mean harm: another user's are refused at once, and a request
head must arrive in time.

uvicorn has a limit for what comes after an answer only: a client that connects and sends nothing,
or half a head, would keep its place until the desk ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

HEAD_SECONDS = 10.0  # from the first byte, or from connecting, to the end of the request's head


class TimedProtocol(H11Protocol):
    """uvicorn's protocol, which closes a connection of another user of this machine, and one whose
    request head does not arrive in time."""

    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock."""
        peer = transport.get_extra_info("peername")
        if peer and not self.is_own_user(peer[1]):
            transport.abort()  # before it takes one of the places for connections
            return
        super().connection_made(transport)
        self._start_clock()

    @staticmethod
    def is_own_user(_port: int) -> bool:
        """Return whether the program at a port of this machine may connect."""
        return True

    def data_received(self, data: bytes) -> None:
        """Stop the clock when a request has begun; bytes of an unfinished head do not reset it."""
        super().data_received(data)
        if self._is_answering():
            self._stop_clock()
        elif self.timeout_keep_alive_task is None:  # the answer is out, and a new head has begun
            self._start_clock()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._stop_clock()
        if self.flow is not None:  # not one that was refused
            super().connection_lost(exc)

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle  # None before the first request
        return cycle is not None and not cycle.response_complete

    def _start_clock(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _stop_clock(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up(self) -> None:
        self._head_timer = None
        if not self._is_answering() and not self.transport.is_closing():
            self.transport.abort()


def make_protocol(is_own_user: Callable[[int], bool]) -> type[TimedProtocol]:
    """Return the protocol for a desk.

    Args:
        is_own_user: whether the program behind a port of this machine is this user's.
    """
    return type("DeskProtocol", (TimedProtocol,), {"is_own_user": staticmethod(is_own_user)})

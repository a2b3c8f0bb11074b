"""Put the desk together, and serve it on this machine until the person ends it or is gone."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import time
import traceback
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assembler.desk.access import HOST, AccessGuard, Sessions
from assembler.desk.desk_state import Desk
from assembler.desk.http_protocol import make_protocol
from assembler.desk.import_upload import remove_abandoned
from assembler.desk.page_answers import ASSETS, answer_error
from assembler.desk.routes import list_routes
from assembler.errors import AssemblerError, OutputNotWritten
from assembler.runtime.atomic_files import find_write_refusal, write_error
from assembler.runtime.machine_failures import describe_machine_failure
from assembler.runtime.socket_owner import is_own_socket

_POLL_SECONDS = 0.25  # between two looks at running work
_MAX_CONNECTIONS = 200
_SHUTDOWN_SECONDS = 3  # for open answers, when the desk ends


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """How the desk is served. `port`: 0 for a free one; `idle_seconds`: without any browser, after
    which it ends."""

    port: int = 0
    idle_seconds: float = 1_800.0


@dataclass(slots=True)
class Presence:
    """When a browser was last there, how many pages are open, and whether the desk is ending."""

    last: float
    open_pages: int = 0
    ending: asyncio.Event = field(default_factory=asyncio.Event)

    def is_gone(self, idle_seconds: float) -> bool:
        """Return whether no page has been open, and none asked for, for so long."""
        return self.open_pages == 0 and time.monotonic() - self.last > idle_seconds


class PresenceKeeper:
    """Middleware that notes each request, and ends what is still being answered when the desk
    ends: an open page has an answer that never finishes by itself."""

    def __init__(self, app: ASGIApp, presence: Presence) -> None:
        self._app, self._presence = app, presence

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def receive_or_end() -> Message:
            return await _receive_until(self._presence.ending, receive)

        self._presence.last = time.monotonic()
        try:
            await self._app(scope, receive_or_end, send)
        finally:
            self._presence.last = time.monotonic()


async def _receive_until(ending: asyncio.Event, receive: Receive) -> Message:
    """Return the next message of a client; once the desk ends, that the client has gone."""
    waiting = [asyncio.ensure_future(receive()), asyncio.ensure_future(ending.wait())]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        message = waiting[0]
        return message.result() if message.done() else {"type": "http.disconnect"}  # type: ignore[return-value]
    finally:
        for task in waiting:
            task.cancel()


def make_app(desk: Desk, sessions: Sessions, presence: Presence) -> Starlette:
    """Return the application: its routes behind the guard."""

    @contextlib.asynccontextmanager
    async def look_after_jobs(_app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(_poll_jobs(desk))
        try:
            yield
        finally:
            task.cancel()
            desk.end_jobs()

    app = Starlette(
        routes=[
            *list_routes(),
            Route("/favicon.ico", _send_icon),  # which browsers ask for beside any page
            Mount("/assets", StaticFiles(directory=ASSETS), name="assets"),
        ],
        middleware=[
            Middleware(
                AccessGuard, sessions=sessions, is_own_user=_make_owner_check(sessions.port)
            ),
            Middleware(PresenceKeeper, presence=presence),
        ],
        exception_handlers={AssemblerError: answer_error, Exception: _hide_error},
        lifespan=look_after_jobs,
    )
    app.state.desk = desk
    app.state.presence = presence
    return app


def _make_owner_check(port: int) -> Callable[[int], bool]:
    """Return a function that says whether the client at a port is a program of this user."""
    return lambda client: is_own_socket(client, port)


async def _poll_jobs(desk: Desk) -> None:
    while True:
        desk.poll_jobs()
        await asyncio.sleep(_POLL_SECONDS)


async def _send_icon(_request: Request) -> Response:
    return FileResponse(ASSETS / "icon.svg", media_type="image/svg+xml")


async def _hide_error(_request: Request, error: Exception) -> Response:
    """Answer for a failure of the machine with its remedy; for a bug with its place, but without
    its message, which may hold a client's facts."""
    refusal = find_write_refusal(error)
    failure = write_error("a file", refusal) if refusal else describe_machine_failure(error)
    if failure is not None:
        return PlainTextResponse(str(failure), 503)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
    return PlainTextResponse(f"assembler has a defect here ({place}); the case is as it was", 500)


def _silence_logs() -> None:
    """Keep the libraries from writing to the terminal: their messages may hold a client's facts."""
    for name in ("uvicorn", "uvicorn.error", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [logging.NullHandler()], False


def serve(
    desk: Desk,
    options: ServeOptions,
    announce: Callable[[str], None],
    open_link: Callable[[str], None],
) -> None:
    """Serve the desk until Ctrl-C, or until no browser has been there for long.

    Args:
        announce: called with each link that begins a session.
        open_link: called once with the first, when the server listens.

    Raises OutputNotWritten if the port is taken.
    """
    _silence_logs()
    remove_abandoned(desk.root)
    listener = _listen(options.port)
    port = listener.getsockname()[1]
    sessions = Sessions(port=port, announce=announce)
    presence = Presence(last=time.monotonic())
    server = _make_server(make_app(desk, sessions, presence), port)

    async def run() -> None:
        task = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started and not task.done():
            await asyncio.sleep(0.01)
        link = sessions.make_link()
        announce(link)
        await asyncio.to_thread(open_link, link)
        while not task.done():
            await asyncio.sleep(_POLL_SECONDS)
            if presence.is_gone(options.idle_seconds) and not desk.list_running():
                server.should_exit = True
            if server.should_exit:
                presence.ending.set()
        await task

    try:
        asyncio.run(run())
    finally:  # also after a second Ctrl-C, which leaves the orderly end out
        desk.end_jobs()


def _make_server(app: Starlette, port: int) -> uvicorn.Server:
    """Return the server of the application; it trusts no header about where a request came from."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            http=make_protocol(_make_owner_check(port)),
            ws="none",
            limit_concurrency=_MAX_CONNECTIONS,
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
            lifespan="on",
        )
    )


def _listen(port: int) -> socket.socket:
    """Return a socket that listens on this machine only. Raises OutputNotWritten."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
        # else Windows lets another program, also of another user, listen on the same port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise OutputNotWritten(
            "another program uses this port",
            where=f"port {port}",
            remedy="leave --port out, or name another one",
        ) from error
    return listener

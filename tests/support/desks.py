"""A desk that runs as a person's does, and a browser or a script in front of it."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
_LINK = re.compile(r"http://127\.0\.0\.1:(\d+)(/enter\?token=\S+)")


@dataclass
class RunningDesk:
    """A desk process, and a session with it that needs no browser."""

    process: subprocess.Popen[str]
    port: int
    link: str  # address that begins a session, once
    cookie: str = ""
    csrf: str = ""

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def next_link(self) -> str:
        """A link for one more session; the one before must have been used."""
        return _read_link(self.process)[1]

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of a bare request: no cookie but what `headers` has."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, names, answer.read()
        finally:
            connection.close()

    def enter(self) -> None:
        """Begin a session, as a browser does."""
        status, headers, _ = self.ask((self.link or self.next_link()).removeprefix(self.origin))
        self.link = ""
        assert status == 200
        self.cookie = headers["set-cookie"].split(";")[0]
        page = self.get("/").decode()
        self.csrf = re.search(r'data-csrf="([0-9a-f]+)"', page)[1]  # type: ignore[index]

    def get(self, path: str, status: int = 200) -> bytes:
        got, _, body = self.ask(path, headers={"Cookie": self.cookie, "Accept": "text/html"})
        assert got == status, body.decode(errors="replace")
        return body

    def post(self, path: str, value: Any = None, status: int = 200) -> dict[str, Any]:
        """JSON of the answer to a change."""
        headers = {
            "Cookie": self.cookie,
            "X-CSRF-Token": self.csrf,
            "Content-Type": "application/json",
        }
        got, _, body = self.ask(path, "POST", json.dumps(value or {}).encode(), headers)
        assert got == status, body.decode(errors="replace")
        return json.loads(body)

    def find_case(self, name: str) -> str:
        """The address of a case, by its place below the root."""
        page = self.get("/").decode()
        found = re.search(rf'href="(/cases/[0-9a-f]+)[^"]*"[^>]*>\s*{re.escape(name)}\s*<', page)
        assert found, page
        return found[1]


def _read_link(process: subprocess.Popen[str]) -> tuple[int, str]:
    assert process.stdout
    for line in process.stdout:
        if match := _LINK.search(line):
            return int(match[1]), match[0]
    raise AssertionError(process.stderr and process.stderr.read())


@contextlib.contextmanager
def run_desk(
    root: Path, *options: object, environment: dict[str, str] | None = None
) -> Iterator[RunningDesk]:
    """A desk of the cases below a folder; ended with Ctrl-C, as a person does."""
    process = subprocess.Popen(
        [
            sys.executable,
            *("-m", "assembler", "desk", str(root), "--no-browser"),
            *map(str, options),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
        start_new_session=True,
    )
    try:
        port, link = _read_link(process)
        yield RunningDesk(process, port, link)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout and process.stderr
        process.stdout.close()
        process.stderr.close()


@dataclass
class DeskWindow:
    """A browser window on a desk, and what must not happen in it."""

    page: Any
    origin: str
    problems: list[str] = field(default_factory=list)

    def check_clean(self) -> None:
        """Fail for a console error, an uncaught exception, or a request that left the machine."""
        assert self.problems == [], self.problems


@contextlib.contextmanager
def open_window(browser: Any, desk: RunningDesk, **options: Any) -> Iterator[DeskWindow]:
    """A new window in which a session has begun; `options` as of Playwright's new_context."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
    page = context.new_page()
    window = DeskWindow(page, desk.origin)
    page.on(
        "console",
        lambda message: (
            window.problems.append(f"{message.text} {message.location['url']}")
            if message.type in ("error", "warning")
            else None
        ),
    )
    page.on("pageerror", lambda error: window.problems.append(str(error)))
    page.on(
        "request",
        lambda request: (
            window.problems.append(f"request to {request.url}")
            if not request.url.startswith((desk.origin, "data:", "blob:"))
            else None
        ),
    )
    link = desk.link or desk.next_link()
    desk.link = ""
    page.goto(link)
    page.wait_for_url(f"{desk.origin}/")
    try:
        yield window
    finally:
        context.close()

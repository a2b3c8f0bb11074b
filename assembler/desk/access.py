"""Let in the person who started the desk, and nobody else.

The server listens on 127.0.0.1 only, but every program and every web page on the machine can reach
that address. So each request must name the right host (against DNS rebinding), must not come from
another web page, and must carry the cookie of a session; a change must carry its CSRF token, too.
A session begins with a link that works once.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOST = "127.0.0.1"
COOKIE = "assembler-desk-{port}"  # browsers send the cookies of 127.0.0.1 to each of its ports
CSRF_HEADER = "x-csrf-token"
ENTRANCE = "/enter"
READING = frozenset(("GET", "HEAD"))
# packet files carry their own secret in the address, since a sandboxed page sends no cookie
PACKET_FILES = "/packets/"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
_ENTERED = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>assembler</title>'
    '<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">'
    '<meta http-equiv="refresh" content="0;url=/"><p><a href="/">Open the desk</a></p></html>'
)
_REFUSED = (
    "This page belongs to the person who started the desk. Open the link that the terminal shows; "
    "it works once."
)
_NOT_ALLOWED = PlainTextResponse("this address only opens a page", 405)


@dataclass(slots=True)
class Sessions:
    """The links that can be used, and the sessions that began with one.

    `announce` is called with each new link, so that the terminal can show it.
    """

    port: int
    announce: Callable[[str], None] = lambda _link: None
    _token: str = field(default="", repr=False)
    _secrets: set[str] = field(default_factory=set, repr=False)

    @property
    def cookie(self) -> str:
        """Return the name of the cookie that holds the secret of a session."""
        return COOKIE.format(port=self.port)

    @property
    def origin(self) -> str:
        """Return the address of the desk, such as http://127.0.0.1:41234."""
        return f"http://{HOST}:{self.port}"

    def make_link(self) -> str:
        """Return a new link that begins a session; an earlier one that was not used ends."""
        self._token = secrets.token_urlsafe(32)
        return f"{self.origin}{ENTRANCE}?token={self._token}"

    def enter(self, token: str) -> str | None:
        """Return the secret of a new session; None if the token is not the one of the link."""
        if not self._token or not hmac.compare_digest(token.encode(), self._token.encode()):
            return None
        self._token = ""
        secret = secrets.token_urlsafe(32)
        self._secrets.add(secret)
        self.announce(self.make_link())
        return secret

    def find(self, secret: str) -> str:
        """Return the secret if it is one of a session, else ""."""
        return secret if secret in self._secrets else ""


def make_csrf_token(secret: str) -> str:
    """Return the token that a change of a session must carry."""
    return hmac.new(secret.encode(), b"csrf", "sha256").hexdigest()


class AccessGuard:
    """Middleware that refuses what does not come from the person's own page, and sets the headers
    that keep a page from doing anything else."""

    def __init__(
        self,
        app: ASGIApp,
        sessions: Sessions,
        is_own_user: Callable[[int], bool] = lambda _port: True,
    ) -> None:
        """`is_own_user`: whether the program behind a port of this machine is this user's."""
        self._app, self._sessions, self._is_own_user = app, sessions, is_own_user

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(message)
            await send(message)

        refusal = self._judge(scope)
        await (refusal or self._app)(scope, receive, send_with_headers)

    def _judge(self, scope: Scope) -> Response | None:
        """Return the answer that refuses a request; None if it may go on."""
        headers, path = Headers(scope=scope), str(scope["path"])
        if refusal := self._judge_sender(scope, headers):
            return refusal
        if path == ENTRANCE:
            return self._enter(scope) if scope["method"] == "GET" else _NOT_ALLOWED
        if path.startswith(PACKET_FILES) and scope["method"] in READING:
            return None
        return self._judge_session(scope, headers)

    def _judge_sender(self, scope: Scope, headers: Headers) -> Response | None:
        """Refuse what does not come from a page of ours, or from another user's program."""
        is_packet_file = str(scope["path"]).startswith(PACKET_FILES) and scope["method"] in READING
        if not self._names_us(headers) or not (
            self._comes_from_own_page(headers) or (is_packet_file and _opens_page(headers))
        ):
            return PlainTextResponse("wrong host or origin", 421)
        client = scope.get("client")
        if client is not None and not self._is_own_user(client[1]):
            return PlainTextResponse("another user of this machine started the desk", 403)
        return None

    def _judge_session(self, scope: Scope, headers: Headers) -> Response | None:
        """Refuse what has no session, and a change without the session's CSRF token."""
        cookie = read_cookie(headers.getlist("cookie"), self._sessions.cookie)
        secret = self._sessions.find(cookie)
        if not secret:
            return PlainTextResponse(_REFUSED, 403)
        token = make_csrf_token(secret)
        scope.setdefault("state", {})["csrf"] = token
        sent = headers.get(CSRF_HEADER, "")
        if scope["method"] not in READING and not hmac.compare_digest(
            sent.encode(), token.encode()
        ):
            return PlainTextResponse("the page is out of date; load it again", 403)
        return None

    def _names_us(self, headers: Headers) -> bool:
        return headers.getlist("host") == [f"{HOST}:{self._sessions.port}"]

    def _comes_from_own_page(self, headers: Headers) -> bool:
        """Return whether origin and the browser's own judgment are those of our pages."""
        origins, sites = headers.getlist("origin"), headers.getlist("sec-fetch-site")
        return all(origin == self._sessions.origin for origin in origins) and all(
            site in ("none", "same-origin") for site in sites
        )

    def _enter(self, scope: Scope) -> Response:
        """Begin a session, if the link is right.

        A page, not a redirect: a strict cookie is sent only if our own page leads on.
        """
        secret = self._sessions.enter(Request(scope).query_params.get("token", ""))
        if secret is None:
            return PlainTextResponse(f"This link was used already. {_REFUSED}", 403)
        answer = HTMLResponse(_ENTERED)
        answer.set_cookie(self._sessions.cookie, secret, httponly=True, samesite="strict", path="/")
        return answer


def _opens_page(headers: Headers) -> bool:
    """Return whether a packet file is opened in a window of its own, not fetched or embedded: a
    link within review.html, whose sandbox makes it a stranger to us, may do the former."""
    return (
        "origin" not in headers
        and all(mode == "navigate" for mode in headers.getlist("sec-fetch-mode"))
        and all(dest == "document" for dest in headers.getlist("sec-fetch-dest"))
    )


def read_cookie(lines: Iterable[str], name: str) -> str:
    """Return the value of a cookie in the cookie headers of a request; "" if there is none."""
    for line in lines:
        try:
            morsel = SimpleCookie(line).get(name)
        except CookieError:
            continue
        if morsel is not None:
            return morsel.value
    return ""


def _add_headers(message: Message) -> None:
    """Add the headers of every answer; a page may set a policy of its own before."""
    present = {name.lower() for name, _ in message["headers"]}
    headers = {**_HEADERS, "content-security-policy": _POLICY, "cache-control": "no-store"}
    message["headers"] = [
        *message["headers"],
        *(
            (name.encode(), value.encode())
            for name, value in headers.items()
            if name.encode() not in present
        ),
    ]

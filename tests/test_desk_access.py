"""The desk lets in the person who started it and nobody else, whatever is sent to it, and ends
when it is told to."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import http.client
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request

from assembler.desk.case_store import EditRefused
from assembler.desk.cases_view import check_folder_name
from assembler.desk.http_protocol import HEAD_SECONDS
from assembler.desk.import_upload import make_file_name
from assembler.desk.page_answers import read_body
from assembler.desk.server import _hide_error, _silence_logs
from assembler.runtime.background_job import BackgroundJob
from assembler.runtime.socket_owner import find_owners, is_own_socket
from assembler.runtime.worker_pool import Failure
from tests import factories
from tests.support.desks import ROOT, RunningDesk, run_desk

EVIL = "<img src=x onerror=alert(1)>\"'\u202e\u2066"
LOOPBACK = "0100007F"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    factories.write_case(_make(folder / "plain"), {"id": "plain", "exhibits": []})
    evil = _make(folder / f"{EVIL.replace('/', '_')}")
    factories.write_case(evil, {"id": EVIL, "beneficiaries": [{"id": EVIL, "name": EVIL}]})
    return folder


def _make(folder: Path) -> Path:
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def desk(root: Path) -> Iterator[RunningDesk]:
    with run_desk(root) as running:
        running.enter()
        yield running


def test_a_wrong_host_is_refused(desk: RunningDesk) -> None:
    for host in ("evil.example", f"localhost:{desk.port}", f"127.0.0.1:{desk.port + 1}", ""):
        status, _, body = desk.ask("/", headers={"Host": host, "Cookie": desk.cookie})
        assert status in (400, 421)
        assert b"plain" not in body


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_web_page_is_refused(desk: RunningDesk, headers: dict[str, str]) -> None:
    own = {"Cookie": desk.cookie, "X-CSRF-Token": desk.csrf}
    for method, path in (("GET", "/"), ("POST", "/new-case"), ("GET", "/enter?token=x")):
        assert desk.ask(path, method, b"{}", {**own, **headers})[0] == 421


def test_without_a_session_nothing_is_shown(desk: RunningDesk) -> None:
    name = desk.cookie.split("=")[0]
    for cookie in (
        "",
        f"{name}=",
        f"{name}=guess",
        "other=1",
        f"{name}=\u00e9".encode().decode("latin1"),
    ):
        for path in (
            "/",
            "/case-list/news",
            "/assets/desk.js",
            desk.find_case("plain"),
            "/nothing",
        ):
            status, _, body = desk.ask(path, headers={"Cookie": cookie} if cookie else {})
            assert status == 403, path
            assert b"terminal" in body


def test_a_change_without_the_token_of_the_session_is_refused(desk: RunningDesk) -> None:
    case = desk.find_case("plain")
    for token in ("", "0" * 64, desk.csrf[:-1], desk.csrf.upper() + "x"):
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
            headers = {"Cookie": desk.cookie, "X-CSRF-Token": token}
            assert desk.ask(f"{case}/undo", method, b"{}", headers)[0] == 403


def test_other_methods_are_refused(desk: RunningDesk) -> None:
    own = {"Cookie": desk.cookie, "X-CSRF-Token": desk.csrf}
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"):
        assert desk.ask("/", method, None, own)[0] == 405
    status, headers, body = desk.ask("/", "HEAD", None, own)
    assert (status, body) == (200, b"")
    assert headers["content-security-policy"]


def test_a_link_works_once_and_its_session_at_one_desk(desk: RunningDesk, root: Path) -> None:
    with run_desk(root) as other:
        path = other.link.removeprefix(other.origin)
        assert other.ask("/", headers={"Cookie": desk.cookie})[0] == 403
        assert other.ask(path, "HEAD")[0] == 405
        assert other.ask(path, "POST", b"")[0] == 405
        status, headers, _ = other.ask(path)
        cookie = headers["set-cookie"]
        assert status == 200
        assert "httponly" in cookie.lower()
        assert "samesite=strict" in cookie.lower()
        for again in (path, path.split("=")[0] + "="):
            status, headers, _ = other.ask(again)
            assert status == 403
            assert "set-cookie" not in headers
        cookie = cookie.split(";")[0]
        assert desk.ask("/", headers={"Cookie": cookie})[0] == 403
        both = f"{desk.cookie}; {cookie}"
        assert desk.ask("/", headers={"Cookie": both})[0] == 200
        assert other.ask("/", headers={"Cookie": both})[0] == 200


def test_every_answer_forbids_scripts_of_others(desk: RunningDesk) -> None:
    for path in ("/", "/assets/desk.css", "/nothing", f"{desk.find_case('plain')}/build"):
        _, headers, _ = desk.ask(path, headers={"Cookie": desk.cookie, "Accept": "text/html"})
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


def test_names_and_values_are_shown_as_text(desk: RunningDesk) -> None:
    page = desk.get("/").decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
    row = next(row for row in page.split("<tr") if "&lt;img src=x" in row)
    link = re.findall(r'href="(/cases/[0-9a-f]+)"', row)[0]
    for path in (link, f"{link}/build", f"{link}/import"):
        status, _, body = desk.ask(path, headers={"Cookie": desk.cookie, "Accept": "text/html"})
        assert status in (200, 303, 400)
        assert b"<img src=x" not in body


@pytest.mark.parametrize(
    "path",
    [
        "/cases/../../etc/passwd",
        "/cases/%2e%2e%2f%2e%2e%2fetc/build",
        "/cases/plain/build",
        "/assets/../answers.py",
        "/assets/%2e%2e/answers.py",
        "/assets/..%5canswers.py",
        "/assets//etc/passwd",
        "/packets/x/build/child/bundle.pdf",
        "/packets//////",
        "/packets/x/../../../../etc/passwd",
    ],
)
def test_no_path_leads_out(desk: RunningDesk, path: str) -> None:
    status, _, body = desk.ask(path, headers={"Cookie": desk.cookie})
    assert status == 404
    assert b"root:" not in body
    assert b"def " not in body


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", ".", "..", "../x", "a/b", "a\\b", "C:x", "con", "NUL.txt", ".hidden", "x."),
        *("a\nb", "a\u202eb", "a\0b", "x" * 81, "build", "Filed", 'quo"te', "<b>"),
    ],
)
def test_a_folder_name_that_is_not_plain_is_refused(name: str) -> None:
    with pytest.raises(EditRefused):
        check_folder_name(name)


def test_an_uploaded_name_becomes_a_plain_one() -> None:
    assert make_file_name("../../x/clients.xlsx") == "clients.xlsx"
    assert make_file_name("C:\\x\\a\u202eb\n<b>.csv") == "a_b_b_.csv"
    assert make_file_name("case.json") == "facts-case.json"
    assert len(make_file_name("x" * 500 + ".ods")) < 100


def test_a_huge_body_is_refused_before_it_is_all_there(desk: RunningDesk) -> None:
    for path in (f"{desk.find_case('plain')}/fields", "/new-case"):
        assert _send_endless(desk, path, 2_000_000) in (413, 400)
    assert _send_endless(desk, "/import-cases?name=x.csv", 22_000_000) == 413
    assert desk.get("/")


def _send_endless(desk: RunningDesk, path: str, size: int) -> int:
    """Status of an answer to a body that says it is endless."""
    with socket.create_connection(("127.0.0.1", desk.port), 20) as client:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{desk.port}\r\nCookie: {desk.cookie}\r\n"
            f"X-CSRF-Token: {desk.csrf}\r\nContent-Type: application/json\r\n"
            f"Transfer-Encoding: chunked\r\n\r\n"
        )
        client.sendall(head.encode())
        sent = 0
        chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
        with contextlib.suppress(ConnectionError):
            while sent < size:
                client.sendall(chunk)
                sent += 65_536
        answer = client.recv(100)
        return int(answer.split()[1]) if answer else 0


def test_a_file_that_is_not_a_sheet_is_refused_and_leaves_nothing(
    desk: RunningDesk, root: Path
) -> None:
    own = {"Cookie": desk.cookie, "X-CSRF-Token": desk.csrf}
    for name, status in (("x.exe", 415), ("x.csv", 400), ("x.xlsx", 400)):
        body = b"" if name == "x.csv" else b"PK\3\4 no sheet"
        got, _, answer = desk.ask(f"/import-cases?name={name}&write=yes", "POST", body, own)
        assert got == status, answer
    assert not [path for path in root.iterdir() if path.name.startswith(".")]


def test_a_client_that_sends_no_request_is_sent_away(desk: RunningDesk) -> None:
    """Notices, too, when a new uvicorn calls its protocol in another way."""
    host = f"Host: 127.0.0.1:{desk.port}\r\n".encode()
    beginnings = [b"", b"GET / HTTP/1.1\r\n" + host, b"GET /assets/desk.css HTTP/1.1\r\n" + host]
    clients = []
    for beginning in beginnings:
        client = socket.create_connection(("127.0.0.1", desk.port), HEAD_SECONDS + 10)
        client.sendall(beginning)
        clients.append(client)
    # the third has had an answer before, and begins another request
    clients[2].sendall(b"Cookie: " + desk.cookie.encode() + b"\r\n\r\n")
    assert clients[2].recv(100).startswith(b"HTTP/1.1 200")
    time.sleep(0.3)
    clients[2].sendall(b"GET / HT")
    start = time.monotonic()
    for client in clients:
        with contextlib.suppress(ConnectionResetError):
            while client.recv(65_536):
                pass
        client.close()
    assert time.monotonic() - start < HEAD_SECONDS + 5


def test_an_open_page_outlives_the_time_for_a_request(desk: RunningDesk) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=30)
    connection.request("GET", f"{desk.find_case('plain')}/events", None, {"Cookie": desk.cookie})
    answer = connection.getresponse()
    start, seen = time.monotonic(), b""
    while time.monotonic() - start < HEAD_SECONDS + 1.5:
        seen += answer.read1(1_000)
        if b"still here" in seen:
            break
    assert b"event: case" in seen
    assert b"still here" in seen
    connection.close()


def test_a_page_that_is_followed_survives_the_end_of_its_case(
    desk: RunningDesk, root: Path
) -> None:
    factories.write_case(_make(root / "gone"), {"id": "gone"})
    connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=30)
    address = desk.find_case("gone")
    connection.request("GET", f"{address}/events", None, {"Cookie": desk.cookie})
    answer = connection.getresponse()
    assert b"event: case" in answer.read1(1_000)
    (root / "gone/case.json").unlink()
    seen = b""
    while b'"version": ""' not in seen:
        more = answer.read1(1_000)
        assert more
        seen += more
    connection.close()
    for page in ("", "/build", "/import"):
        status, _, body = desk.ask(
            address + page, headers={"Cookie": desk.cookie, "Accept": "text/html"}
        )
        assert status in (200, 400, 404)
        assert b"defect" not in body
    assert b"gone" not in desk.get("/")


def ignore_the_end(marker: str, report_progress: Callable[[str, int, int], None]) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    report_progress(marker, 0, 0)
    time.sleep(60)


def test_work_that_does_not_end_when_it_is_asked_to_is_killed() -> None:
    job = BackgroundJob(ignore_the_end, "deaf")
    while job.progress.step != "deaf":
        job.poll()
        time.sleep(0.02)
    begin = time.monotonic()
    job.ask_to_end(0.5)
    assert time.monotonic() - begin < 0.2
    while job.is_running:
        job.poll()
        time.sleep(0.02)
    assert job.result == Failure(kind="ended", detail="it was ended")
    assert time.monotonic() - begin < 3


def test_malformed_requests_do_no_harm(desk: RunningDesk) -> None:
    for data in (
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
        b"Host: 127.0.0.1\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", desk.port), 20) as client:
            client.sendall(data)
            with contextlib.suppress(ConnectionResetError):
                answer = client.recv(1_000)
                assert not answer or answer.split()[1] in (b"400", b"421", b"403", b"405", b"431")
    assert desk.get("/")


@pytest.mark.parametrize("stall", [0.05, 5])
def test_a_body_that_does_not_come_is_given_up(
    stall: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that stops, and one that drips for longer than all of it may take."""

    async def drip() -> dict[str, object]:
        await asyncio.sleep(0.02 if stall > 1 else 60)
        return {"type": "http.request", "body": b" ", "more_body": True}

    monkeypatch.setattr("assembler.desk.page_answers.STALL_SECONDS", stall)
    monkeypatch.setattr("assembler.desk.page_answers.BODY_SECONDS", 0.5)
    request = Request({"type": "http", "method": "POST", "headers": []}, drip)  # type: ignore[arg-type]
    with pytest.raises(HTTPException) as error:
        asyncio.run(read_body(request))
    assert error.value.status_code == 408


def test_a_defect_is_told_without_what_the_case_says(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def answer() -> bytes:
        try:
            raise ValueError("Testina Exemplar")
        except ValueError as error:
            return bytes((await _hide_error(Request({"type": "http"}), error)).body)

    _silence_logs()
    try:
        raise ValueError("Testina Exemplar")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    said = asyncio.run(answer()).decode()
    assert "ValueError at test_desk_access.py" in said
    assert "Testina" not in said + "".join(capsys.readouterr())


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "too little free memory; close other programs"),
        (RuntimeError("can't start new thread"), "no more threads; close other programs"),
        (OSError(errno.ENOSPC, "full", "/secret/case"), "No space left on device"),
    ],
)
def test_a_failure_of_the_machine_is_no_defect_of_the_desk(error: Exception, words: str) -> None:
    answer = asyncio.run(_hide_error(Request({"type": "http"}), error))
    text = bytes(answer.body).decode()
    assert answer.status_code == 503
    assert words in text
    assert "secret" not in text


def test_bodies_that_are_not_what_they_should_be_are_refused(desk: RunningDesk) -> None:
    own = {"Cookie": desk.cookie, "X-CSRF-Token": desk.csrf}
    case = desk.find_case("plain")
    for body in (
        b"",
        b"[]",
        b"null",
        b"{",
        b'{"a":1,"a":2}',
        b"\xff",
        b"[" * 5_000,
        b'{"changes":[1]}',
    ):
        for path in (f"{case}/fields", f"{case}/build/start", "/new-case"):
            status, _, answer = desk.ask(path, "POST", body, own)
            assert status == 400, answer


def test_a_new_case_is_made_once_and_never_over_anything(desk: RunningDesk, root: Path) -> None:
    body = {
        "folder": "doe-jane",
        "kind": "parole",
        "reasons": ["urgent-medical"],
        "beneficiaries": [{"given": "Jane", "family": "Doe"}],
        "is_self": True,
        "filing": "paper",
    }
    assert desk.post("/new-case", body)["address"].endswith("/evidence")
    before = (root / "doe-jane/case.json").read_bytes()
    for folder in ("doe-jane", "DOE-JANE", "plain"):
        answer = desk.post("/new-case", {**body, "folder": folder}, 400)
        assert "already" in answer["problem"]
    for wrong in (
        {"folder": "../out"},
        {"kind": "other"},
        {"reasons": []},
        {"reasons": [["x"]]},
        {"beneficiaries": []},
        {"beneficiaries": [{"given": "Jane"}]},
        {"beneficiaries": [{"given": "Ja\u202ene", "family": "Doe"}]},
        {"filing": None},
        {"is_self": False},
    ):
        assert desk.post("/new-case", {**body, "folder": "other", **wrong}, 400)["problem"]
    assert (root / "doe-jane/case.json").read_bytes() == before
    assert not (root / "other").exists()
    assert not (root.parent / "out").exists()


def test_a_case_behind_a_link_out_of_the_folder_is_not_shown(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    factories.write_case(outside, {"id": "outside"})
    (tmp_path / "folder").symlink_to(outside)
    (tmp_path / "file").mkdir()
    (tmp_path / "file/case.json").symlink_to(outside / "case.json")
    with run_desk(tmp_path) as other:
        other.enter()
        assert b"Start your first case" in other.get("/")


def test_the_owner_of_a_connection_is_read_from_its_own_line() -> None:
    def line(near: int, far: int, uid: int, state: str = "01", host: str = LOOPBACK) -> str:
        return f"0: {host}:{near:04X} {LOOPBACK}:{far:04X} {state} 0:0 00:0 0 {uid} 0 1"

    theirs = line(40_000, 9_000, 1_002)
    assert find_owners([theirs], 40_000, 9_000) == {1_002}
    # the same port number, but of another connection or address
    others = [line(40_000, 443, 1_001), line(40_000, 9_000, 1_001, host="0A00A8C0")]
    assert find_owners([*others, theirs], 40_000, 9_000) == {1_002}
    assert find_owners([line(40_000, 9_000, 1_002, "05")], 40_000, 9_000) == {1_002}
    assert find_owners([line(40_000, 9_000, 0, "06")], 40_000, 9_000) == set()
    mapped = line(40_000, 9_000, 1_002, host=f"0000000000000000FFFF0000{LOOPBACK}")
    assert find_owners(
        [mapped.replace(f" {LOOPBACK}:", f" 0000000000000000FFFF0000{LOOPBACK}:")], 40_000, 9_000
    ) == {1_002}


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="the system does not tell")
def test_a_connection_of_this_user_is_known_as_its_own() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            connection, _ = server.accept()
            with connection:
                assert is_own_socket(client.getsockname()[1], port)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs two users")
def test_another_user_of_the_machine_is_refused_even_with_the_cookie(desk: RunningDesk) -> None:
    script = (
        "import http.client,os,sys;'x'.encode('idna');os.setuid(65534);"
        "c=http.client.HTTPConnection('127.0.0.1',int(sys.argv[1]));"
        "c.request('GET','/',headers={'Cookie':sys.argv[2]});print(c.getresponse().read())"
    )
    run = subprocess.run(
        [sys.executable, "-I", "-c", script, str(desk.port), desk.cookie],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert run.stdout == ""
    assert re.search("ConnectionResetError|RemoteDisconnected", run.stderr), run.stderr
    assert desk.get("/")


def start(root: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "assembler", "desk", str(root), "--no-browser", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    )


def test_a_port_that_is_taken_is_said_to_be(root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        process = start(root, "--port", str(server.getsockname()[1]))
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 8
    assert "another program uses this port" in errors


def test_it_ends_by_itself_when_no_page_is_open(root: Path) -> None:
    process = start(root, "--idle", "0.1")
    begin = time.monotonic()
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "http://127.0.0.1:" in output
    assert time.monotonic() - begin > 5


def find_family(group: int) -> list[int]:
    """Processes that run and whose parent, or whose parent's parent, …, is this one."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            fields = path.read_text().rpartition(")")[2].split()
            if fields[0] != "Z":
                parents[int(path.parent.name)] = int(fields[1])
    family = {group}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return sorted(family)


def is_alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def wait_for_ends(family: list[int], seconds: float) -> list[int]:
    end = time.monotonic() + seconds
    while (alive := [pid for pid in family if is_alive(pid)]) and time.monotonic() < end:
        time.sleep(0.05)
    return alive


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc")
@pytest.mark.parametrize("ending", [signal.SIGINT, getattr(signal, "SIGKILL", signal.SIGTERM)])
def test_it_ends_at_once_and_leaves_no_process(ending: signal.Signals, tmp_path: Path) -> None:
    """Also with a page open and a build running; after kill -9, the build ends by itself."""
    factories.small_case(tmp_path / "small")
    with run_desk(tmp_path) as other:
        other.enter()
        case = other.find_case("small")
        stream = http.client.HTTPConnection("127.0.0.1", other.port, timeout=30)
        stream.request("GET", f"{case}/events", None, {"Cookie": other.cookie})
        stream.getresponse().read1(10)
        slow = socket.create_connection(("127.0.0.1", other.port), 20)
        order = {"profile": "uscis-paper", "filed": "", "late": "end"}
        other.post(f"{case}/build/start", order)
        while (
            b"Open the evidence"
            not in other.ask(f"{case}/build/progress", headers={"Cookie": other.cookie})[2]
        ):
            time.sleep(0.1)
        time.sleep(1)
        family = find_family(other.process.pid)
        assert len(family) > 2
        begin = time.monotonic()
        other.process.send_signal(ending)
        other.process.wait(20)
        took = time.monotonic() - begin
        assert wait_for_ends(family, 20) == []
        assert took < 8
        if ending == signal.SIGINT:
            assert other.process.returncode == 0
            assert list((tmp_path / "small/.assembler/scratch").iterdir()) == []
        assert not (tmp_path / "small/build/child").exists()
        json.loads((tmp_path / "small/case.json").read_text())
        stream.close()
        slow.close()


_DIGITS = "9" * 5_000  # more than Python reads as a number


@pytest.mark.parametrize(
    "pointer",
    [f"/exhibits/{_DIGITS}", "/a" * 500, "/a" + "/0" * 20_000, "/" + "k" * 65, "/half \ud800"],
    ids=["digits", "steps", "many steps", "long name", "half a character"],
)
def test_a_pointer_that_no_case_has_is_refused(desk: RunningDesk, pointer: str) -> None:
    case = desk.find_case("plain")
    page = desk.get(f"{case}/facts")
    seen = re.search(rb'data-version="([0-9a-f]+)"', page)[1].decode()  # type: ignore[index]
    changes = json.dumps({"changes": [{"pointer": pointer, "value": "x", "was": None}]})
    assert desk.ask(f"{case}/fields", "POST", changes.encode(), _own(desk))[0] == 400
    for action in ("add", "up", "choose", "rename"):
        body = {"action": action, "pointer": pointer, "seen": seen, "number": 0, "value": "x"}
        status = desk.ask(f"{case}/facts/entries", "POST", json.dumps(body).encode(), _own(desk))[0]
        assert status < 500
    assert desk.get(f"{case}/facts") == page


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{{case}}/evidence/exhibits/{_DIGITS}"),
        ("GET", f"{{case}}/pages/{'a' * 64}/{_DIGITS}/small.webp"),
        ("GET", f"{{case}}/check/original/x/{_DIGITS}.webp"),
        ("GET", f"/case-list/news?after={_DIGITS}"),
        ("POST", f"{{case}}/import?row={_DIGITS}"),
    ],
)
def test_a_number_with_too_many_digits_is_no_number(
    desk: RunningDesk, method: str, path: str
) -> None:
    path = path.format(case=desk.find_case("plain"))
    assert desk.ask(path, method, b"{}", _own(desk))[0] in (200, 400, 404)


def test_texts_with_half_a_character_are_refused(desk: RunningDesk, root: Path) -> None:
    case = desk.find_case("plain")
    for path, body in (
        (f"{case}/fields", {"changes": [{"pointer": "/id", "value": "\ud83d", "was": "plain"}]}),
        (f"{case}/facts/read", {"pointer": "/id", "text": "\ud83d"}),
    ):
        assert desk.ask(path, "POST", json.dumps(body).encode(), _own(desk))[0] == 400
    place = root / "plain" / "case.json"
    text = place.read_text()
    try:
        place.write_text('{"id": "\\ud83d"}')
        for page in ("/evidence", "/facts", "/check", "/build", "/import", "/build/state", ""):
            assert desk.ask(case + page, headers=_own(desk))[0] in (200, 303)
        assert b"CASE.CHARACTER" in desk.get(f"{case}/check")
        change = {"pointer": "/kind", "value": "parole", "was": None}
        desk.post(f"{case}/fields", {"changes": [change]})
        assert "\\ud83d" in place.read_text()
    finally:
        place.write_text(text)


def test_a_case_folder_that_was_moved_is_not_made_anew(desk: RunningDesk, root: Path) -> None:
    case = desk.find_case("plain")
    (root / "plain").rename(root.with_name("moved"))
    try:
        for path in ("evidence/propose", "check/evidence", "build/file", "fields", "undo"):
            desk.ask(f"{case}/{path}", "POST", b'{"changes": []}', _own(desk))
        desk.ask(f"{case}/evidence/files?name=a.pdf", "POST", b"%PDF", _own(desk))
        assert not (root / "plain").exists()
    finally:
        root.with_name("moved").rename(root / "plain")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_pipe_in_place_of_a_case_is_not_waited_for(desk: RunningDesk, root: Path) -> None:
    case, place = desk.find_case("plain"), root / "plain" / "case.json"
    place.rename(place.with_suffix(".kept"))
    os.mkfifo(place)
    try:
        desk.get(case)
        desk.ask(f"{case}/findings?count", headers=_own(desk))
        desk.get("/")
    finally:
        place.with_suffix(".kept").replace(place)


def _own(desk: RunningDesk) -> dict[str, str]:
    return {"Cookie": desk.cookie, "X-CSRF-Token": desk.csrf}

"""A bundle with e-mail is proved message by message, and a change is found."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assembler.model import describe_passages
from assembler.model.manifest import MANIFEST_FILE
from tests.support.compound_files import OutlookFile, OutlookMessage, write_outlook
from tests.support.evidence import prepared, refused
from tests.support.mails import draw_pdf, draw_photo, make_mail, make_mailbox, make_thread
from tests.support.printed_files import bundle_printed_case, make_printed_case, read_packet
from tests.support.proofs import failed, proved
from tests.support.sharing import made_once

OUTLOOK = OutlookMessage(
    subject="Asunto",
    html="<p>Señora, this is the house:</p><img src='cid:h'>".encode(),
    files=[
        OutlookFile(name="h.jpg", data=draw_photo(), content_id="h"),
        OutlookFile(name="recibo.pdf", data=draw_pdf(pages=1)),
        OutlookFile(name="", message=OutlookMessage(subject="Inner", body="Inner words.")),
    ],
)


def numbered_mail(number: int) -> bytes:
    text = f"Hello {number},\n\nFrom here on it is quoted.\n> an older line\n\nBye {number}\n"
    return make_mail(f"Subject {number}", text).as_bytes()


def finished(tmp_path: Path) -> Path:
    """A copy of a proved packet with a thread, a mailbox and an Outlook message, free to change."""

    def make(folder: Path) -> None:
        files = {
            "thread.eml": make_thread(4).as_bytes(),
            "box.mbox": make_mailbox([numbered_mail(number) for number in range(1, 8)]),
            "asunto.msg": write_outlook(OUTLOOK),
        }
        case = make_printed_case(folder / "case", files, {"box.mbox": {"messages": "2-3,6"}})
        result = bundle_printed_case(case)
        assert result.exit_code == 0, result.output

    shared = made_once("printed-mail", make) / "case"
    return Path(shutil.copytree(shared, tmp_path / "case"))


def list_passages(case: Path, name: str) -> list[str]:
    """What the manifest says that each page of a file shows."""
    return [
        describe_passages(entry.client_source.passages)
        for entry in read_packet(case).ledger
        if entry.source and entry.client_source.path == f"evidence/{name}"
    ]


def change_ledger(case: Path, name: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the source of every page of a file in the manifest."""
    path = case / "build/child" / MANIFEST_FILE
    data = json.loads(path.read_text(encoding="utf8"))
    for entry in data["ledger"]:
        if "source" in entry and entry["source"]["path"] == f"evidence/{name}":
            change(entry["source"])
    path.write_text(json.dumps(data), encoding="utf8")


def test_every_page_of_a_mail_says_what_it_shows(tmp_path: Path) -> None:
    case = finished(tmp_path)
    assert failed(proved(case)) == set()
    thread = list_passages(case, "thread.eml")
    assert thread[0] == "message 1"
    assert thread[-6:] == [
        "attachment 1, page 1",
        "attachment 1, page 2",
        "attachment 2, page 1",
        "attachment 3, message 1",
        "attachment 3.1, page 1",
        "attachment 4, lines 1–2",
    ]
    assert list_passages(case, "box.mbox") == ["message 2", "message 3", "message 6"]
    assert list_passages(case, "asunto.msg") == [
        "message 1",
        "attachment 1, page 1",
        "attachment 2, message 1",
    ]


def test_a_word_that_is_on_no_page_fails_the_proof(tmp_path: Path) -> None:
    case = finished(tmp_path)
    source = case / "evidence/box.mbox"
    source.write_bytes(source.read_bytes().replace(b"Hello 3,", b"Hello three,"))
    assert "printed-file" in failed(proved(case))


def test_a_message_that_is_not_chosen_need_not_be_on_a_page(tmp_path: Path) -> None:
    case = finished(tmp_path)
    source = case / "evidence/box.mbox"
    source.write_bytes(source.read_bytes().replace(b"Hello 4,", b"Hello four,"))
    assert "printed-file" not in failed(proved(case))


def test_an_attachment_that_has_no_page_fails_the_proof(tmp_path: Path) -> None:
    case = finished(tmp_path)

    def rename(source: dict[str, Any]) -> None:
        for passage in source["passages"]:
            if passage.get("attachment") == [2]:
                passage["attachment"] = [9]

    change_ledger(case, "thread.eml", rename)
    assert "printed-file" in failed(proved(case))


def test_another_picture_than_the_attached_one_fails_the_proof(tmp_path: Path) -> None:
    case = finished(tmp_path)
    message = OutlookMessage(
        subject=OUTLOOK.subject,
        html=OUTLOOK.html,
        files=[
            OUTLOOK.files[0],
            OutlookFile(name="recibo.pdf", data=draw_pdf(("Another", "receipt", "than it was"), 1)),
            OUTLOOK.files[2],
        ],
    )
    (case / "evidence/asunto.msg").write_bytes(write_outlook(message))
    assert "printed-file" in failed(proved(case))


def test_a_ledger_that_names_other_messages_fails_the_proof(tmp_path: Path) -> None:
    case = finished(tmp_path)

    def shift(source: dict[str, Any]) -> None:
        for passage in source["passages"]:
            passage["first"], passage["last"] = passage["first"] + 1, passage["last"] + 1

    change_ledger(case, "box.mbox", shift)
    assert "printed-file" in failed(proved(case))


def with_winmail() -> bytes:
    message = make_mail()
    message.add_attachment(
        b"\x78\x9f\x3e\x22" + bytes(40), "application", "ms-tnef", filename="winmail.dat"
    )
    return message.as_bytes()


def test_an_attachment_without_pages_stops_the_case_until_it_is_accepted(tmp_path: Path) -> None:
    rules = [rule for rule, _ in refused(tmp_path, {"a.eml": with_winmail()})]
    assert rules == ["EVID.ATTACHED"]


def test_an_accepted_attachment_is_named_on_a_page(tmp_path: Path) -> None:
    parts = {"a.eml": {"accept_loss": ("EVID.ATTACHED",)}}
    exhibit = prepared(tmp_path, {"a.eml": with_winmail()}, parts)["a.eml"]
    assert [str(finding.severity) for finding in exhibit.findings] == ["warning"]
    assert len(exhibit.pages) == 2

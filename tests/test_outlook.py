"""Outlook messages are read in full: HTML, rich text or plain text, and messages within them."""

from __future__ import annotations

import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembler.evidence.file_types import sniff
from assembler.evidence.readers.outlook import read_outlook
from assembler.evidence.readers.outlook_rtf import decompress_rtf, read_rtf
from assembler.evidence.readers.reading import FileReading
from assembler.evidence.refusal import Refused
from assembler.model import NO_OPTIONS
from assembler.proof.compound_file import read_compound_file
from assembler.proof.outlook_contents import read_outlook_contents
from assembler.proof.rich_words import read_rich_lines
from tests.support.compound_files import (
    OutlookFile,
    OutlookMessage,
    write_compound_file,
    write_outlook,
)
from tests.support.mails import draw_pdf, draw_photo, make_envelope
from tests.support.mutations import mutate
from tests.support.readings import (
    count_pictures,
    list_attached,
    list_blocks,
    list_losses,
    list_notes,
    list_tables,
    list_texts,
    read,
)


def outlook(message: OutlookMessage) -> FileReading:
    return read(read_outlook, write_outlook(message), "outlook")


def pack(rtf: bytes) -> bytes:
    """Rich text as Outlook stores it, here without references to what came before."""
    groups = [rtf[place : place + 8] for place in range(0, len(rtf), 8)]
    body = b"".join(b"\0" + group for group in groups)
    return struct.pack("<II4sI", len(body) + 12, len(rtf), b"LZFu", 0) + body


def test_header_and_body_of_a_message() -> None:
    message = OutlookMessage(
        subject="Re: señora",
        html="<p>Привіт <b>señora</b></p>".encode(),
        body="not shown",
        recipients=(
            ("Ana Muster", "ana@mail.example", 1),
            ("Yael", "yael@mail.example", 2),
            ("Secret", "secret@mail.example", 3),
        ),
    )
    reading = outlook(message)
    assert dict(list_tables(reading)[0][:-1]) == {
        "From": "Testina Probanda <testina@mail.example>",
        "To": "Ana Muster <ana@mail.example>",
        "Cc": "Yael <yael@mail.example>",
        "Bcc": "Secret <secret@mail.example>",
        "Date": "Thu, 15 Oct 2026 11:54:57 +0000",
        "Subject": "Re: señora",
    }
    assert list_texts(reading) == ["Привіт señora"]


def test_the_header_as_it_was_sent_is_preferred() -> None:
    headers = (
        "From: =?utf-8?q?Se=C3=B1ora?= <s@mail.example>\r\n"
        "Date: Mon, 2 Nov 2026 15:04:05 -0500\r\nReply-To: other@mail.example\r\n"
    )
    header = dict(list_tables(outlook(OutlookMessage(headers=headers, body="x")))[0])
    assert header["From"] == "Señora <s@mail.example>"
    assert header["Date"] == "Mon, 2 Nov 2026 15:04:05 -0500"
    assert header["Reply to"] == "other@mail.example"
    assert header["To"] == "Ana Muster <ana@mail.example>"


def test_files_and_messages_within_a_message() -> None:
    inner = OutlookMessage(
        subject="Inner", body="Inner words.\n", files=[OutlookFile(name="b.pdf", data=draw_pdf())]
    )
    message = OutlookMessage(
        html=b"<p>House:</p><img src='cid:house@x'>",
        files=[
            OutlookFile(name="house.jpg", data=draw_photo(), content_id="house@x"),
            OutlookFile(name="recibo.pdf", data=draw_pdf()),
            OutlookFile(name="", message=inner),
            OutlookFile(name="far.docx", method=7),
        ],
    )
    reading = outlook(message)
    assert count_pictures(list_blocks(reading)) == 1
    assert list(list_attached(reading)) == [(1,), (2, 1)]
    assert "Inner words." in list_texts(reading)
    assert [row[1].split("\n")[0] for row in list_tables(reading)[1][1:]] == [
        "recibo.pdf",
        "Inner",
        "far.docx",
    ]
    assert list_losses(reading) == [("EVID.ATTACHED", "error")]


def test_the_proof_reads_the_same() -> None:
    inner = OutlookMessage(body="Inner words.", files=[OutlookFile(name="b.pdf", data=draw_pdf())])
    message = OutlookMessage(
        subject="Asunto",
        html="<p>Señora</p><img src='cid:h'>".encode(),
        files=[
            OutlookFile(name="h.jpg", data=draw_photo(), content_id="h"),
            OutlookFile(name="in", message=inner),
        ],
    )
    contents = read_outlook_contents(write_outlook(message), NO_OPTIONS)
    assert [(entry.attachment, entry.number) for entry in contents.numbered] == [((), 1), ((1,), 1)]
    assert "Señora" in contents.numbered[0].text
    assert "Inner words." in contents.numbered[1].text
    assert [entry.attachment for entry in contents.attached] == [(1, 1)]
    assert contents.things.pictures == 1


def test_rich_text_that_wraps_html_is_that_html() -> None:
    rtf = (
        rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}}"
        rb"{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Se\'f1ora {\*\htmltag84 <b>}\htmlrtf {\b\htmlrtf0 "
        rb"\u1055?\u1088?{\*\htmltag92 </b>}\htmlrtf }\htmlrtf0 {\*\htmltag84 &amp;}\htmlrtf &"
        rb"\htmlrtf0  more\htmlrtf\par}\htmlrtf0 {\*\htmltag72 </p>}}"
    )
    reading = outlook(OutlookMessage(rtf=pack(rtf), body="plain"))
    assert list_texts(reading) == ["Señora Пр& more"]
    assert " ".join(read_rich_lines(pack(rtf))).split() == ["more"]


def test_rich_text_that_wraps_plain_text() -> None:
    rtf = rb"{\rtf1\ansi\ansicpg1252\fromtext {\fonttbl{\f0 A;}}First\par > second\par}"
    message = OutlookMessage(rtf=pack(rtf))
    assert list_texts(outlook(message)) == ["First", "second"]
    words = read_outlook_contents(write_outlook(message), NO_OPTIONS).numbered[0].text
    assert words.split("\n")[-2:] == ["First", "second"]


def test_other_rich_text_keeps_emphasis_letters_and_addresses() -> None:
    rtf = (
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset204 A;}{\f1\fcharset0 B;}}{\info secret}"
        rb"\f1 Se\'f1ora {\b bold}\par {\f0\'cf\'f0} \u128512?\u-10179?\u-8704?\line "
        rb'{\field{\*\fldinst HYPERLINK "https://x.example"}{\fldrslt link}}{\v hidden}\par}'
    )
    reading = outlook(OutlookMessage(rtf=pack(rtf)))
    assert list_texts(reading) == ["Señora bold\nПр 😀😀\nlink (https://x.example)"]
    assert decompress_rtf(pack(rtf)) == rtf
    assert " ".join(read_rich_lines(pack(rtf))).split() == ["bold", "link"]


def test_references_to_what_came_before_are_followed() -> None:
    # the example of [MS-OXRTFCP], section 4.1.1
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af3"
        "2068656c090020627705b06c647d0a800fa0"
    )
    assert decompress_rtf(packed) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert read_rich_lines(packed)[0] == "hello world"


@given(st.binary(max_size=300))
def test_any_bytes_are_unpacked_or_are_none(data: bytes) -> None:
    header = struct.pack("<II4sI", len(data) + 12, 1000, b"LZFu", 0)
    assert len(decompress_rtf(header + data)) <= 1000


@given(st.text(alphabet="{}\\*'ab0u1-; \n", max_size=80))
def test_any_rich_text_is_read(text: str) -> None:
    assert read_rtf(text.encode()).is_html


def test_an_item_that_is_no_mail_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        outlook(OutlookMessage(kind="IPM.Appointment"))
    assert caught.value.rule == "EVID.FORMAT"


def test_an_encrypted_message_is_refused_and_a_signed_one_is_shown() -> None:
    signed = (
        b"Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\nSigned words.\r\n--b\r\n"
        b"Content-Type: application/pkcs7-signature\r\n\r\nx\r\n--b--\r\n"
    )
    reading = outlook(
        OutlookMessage(
            kind="IPM.Note.SMIME.MultipartSigned", files=[OutlookFile(name="p7m", data=signed)]
        )
    )
    assert list_texts(reading) == ["Signed words."]
    assert list_losses(reading) == [("EVID.SIGNATURE", "warning")]
    opaque = OutlookFile(
        name="p7m", data=make_envelope(b"\r\nOpaque words.\r\n", "02", in_parts=True)
    )
    message = OutlookMessage(kind="IPM.Note.SMIME", files=[opaque])
    assert list_texts(outlook(message)) == ["Opaque words."]
    contents = read_outlook_contents(write_outlook(message), NO_OPTIONS)
    assert "Opaque words." in contents.numbered[0].text
    envelope = OutlookFile(name="p7m", data=b"\x30\x80")
    closed = OutlookMessage(kind="IPM.Note.SMIME", files=[envelope])
    with pytest.raises(Refused) as caught:
        outlook(closed)
    assert caught.value.rule == "EVID.FORMAT"


def test_a_message_without_text_says_so() -> None:
    assert list_notes(outlook(OutlookMessage())) == ["The message has no text."]


def test_messages_are_told_apart_from_other_files_of_office() -> None:
    locked = "EncryptedPackage".encode("utf-16-le")
    message = OutlookMessage(files=[OutlookFile(name="a.xlsx", data=locked)])
    assert sniff(write_outlook(message)) == "outlook"


def test_compound_files_are_read_with_large_and_small_streams() -> None:
    tree = {"small": b"a" * 100, "folder": {"large": b"b" * 70_000, "empty": b""}}
    root = read_compound_file(write_compound_file(tree))
    assert root.streams == {"small": b"a" * 100}
    assert root.folders["folder"].streams == {"large": b"b" * 70_000, "empty": b""}


def test_damaged_messages_give_pages_or_are_refused() -> None:
    inner = OutlookMessage(body="inner", rtf=pack(rb"{\rtf1 inner}"))
    data = write_outlook(
        OutlookMessage(
            html=b"<p>Hola <img src='cid:a'></p>",
            files=[
                OutlookFile(name="a.jpg", data=draw_photo(), content_id="a"),
                OutlookFile(name="in", message=inner),
            ],
        )
    )
    chance = random.Random(23)
    pages = 0
    for _ in range(300):
        damaged = mutate(data, chance)
        try:
            pages += bool(read(read_outlook, damaged, "outlook").sections)
        except Refused as error:
            assert error.rule.startswith("EVID.")
        try:
            read_outlook_contents(damaged, NO_OPTIONS)
        except ValueError as error:
            assert str(error)
    assert pages > 50

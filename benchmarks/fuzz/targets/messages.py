"""Readers of e-mail and exported chats."""

from __future__ import annotations

import json
from collections.abc import Callable

from assembler.evidence.readers import outlook_rtf, whatsapp_lines
from assembler.evidence.readers.chat import read_chat
from assembler.evidence.readers.mail import read_mail
from assembler.evidence.readers.mailbox_messages import split_mailbox, unwrap_message
from assembler.evidence.readers.outlook import read_outlook
from assembler.evidence.readers.reading import Reader
from assembler.evidence.readers.signed_content import read_signed_content
from assembler.evidence.refusal import Refused
from benchmarks.fuzz.target import Target, as_text, require
from benchmarks.fuzz.targets.packing import packed, unpack
from tests.support import chats, mails
from tests.support.compound_files import OutlookFile, OutlookMessage, write_outlook
from tests.support.readings import read

_MAIL_TOKENS = tuple(
    word.encode()
    for word in (
        *("From: ", "To: ", "Date: ", "Subject: ", "\n\n", "\r\n", "\n ", "--", "=?utf-8?B?", "?="),
        *(
            "=?utf-8?Q?",
            "Content-Type: ",
            "multipart/mixed; boundary=",
            "message/rfc822",
            "text/html",
        ),
        *(
            "Content-Transfer-Encoding: ",
            "base64",
            "quoted-printable",
            "charset=",
            "utf-7",
            "x-uuencode",
        ),
        *(
            "Content-Disposition: attachment; filename*0*=",
            "name=",
            "cid:",
            "format=flowed",
            "\nFrom ",
        ),
        *(
            "begin 644 a",
            "<blockquote>",
            ">>",
            "iso-2022-jp",
            "multipart/alternative",
            "=\n",
            "=41",
        ),
    )
)
_CHAT_TOKENS = tuple(
    word.encode()
    for word in (
        *(
            "[",
            "]",
            " - ",
            ": ",
            "/",
            ".",
            "12:05",
            "PM",
            "a. m.",
            "\u200e",
            "\u202f",
            "\n",
            "24",
            "2024",
        ),
        *("<attached: IMG-20240101-WA0001.jpg>", " (file attached)", "<Media omitted>", "deleted"),
        *(
            "1402",
            "2567",
            "١٤٤٥",
            "this message was edited",
            "null",
            '"type": "message"',
            '"text":',
        ),
        *(
            "<message",
            "<sms ",
            "<mms ",
            "<part ",
            "<div class=",
            "date=",
            'body="',
            "&#10;",
            "&#55357;",
        ),
    )
)


def _reading(reader: Reader, kind: str) -> Callable[[bytes], object]:
    return lambda data: read(reader, data, kind)


def _draw_mails() -> list[bytes]:
    plain = mails.make_mail("Grüße =?", "Hello,\n\n> quoted\n>> twice\nthis is a test. \n")
    mixed = mails.make_mail("Re: Нова адреса", "The plain text.\n")
    mixed.add_alternative("<p>Dear <b>Ana</b><img src='cid:x'><blockquote>old</blockquote>", "html")
    mixed.add_attachment("Plain notes\n", filename="notes é.txt")
    mixed.add_attachment(mails.make_mail("Inner", "inner\n"))
    return [bytes(plain), bytes(mixed)]


def _draw_mailboxes() -> list[bytes]:
    return [
        mails.make_mailbox(_draw_mails()),
        b"4711\n" + _draw_mails()[0] + b"<?xml version='1.0'?>",
    ]


def _read_mailbox(data: bytes) -> None:
    for message in split_mailbox(data):
        unwrap_message(message)
    read(read_mail, data, "mail")


def _draw_outlook() -> list[bytes]:
    inner = OutlookMessage(subject="Inner", body="inner")
    files = (
        OutlookFile(name="a.txt", data=b"notes"),
        OutlookFile(name="m", message=inner, method=5),
    )
    return [
        write_outlook(OutlookMessage(body="Hello\n", html=b"<p>Hello</p>", files=files)),
        write_outlook(OutlookMessage(rtf=_pack_rtf(_RTF[0]))),
    ]


_RTF = (
    b"{\\rtf1\\ansi\\ansicpg1252\\fromhtml1{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 Hello \\'e9"
    b"{\\*\\htmltag72 </p>}}",
    b"{\\rtf1\\ansi\\fromtext\\deff0{\\fonttbl{\\f0\\fcharset204 Arial;}}\\f0 \\u1044?"
    b"\\par\\tab x}",
    b'{\\rtf1{\\field{\\*\\fldinst HYPERLINK "https://example.org"}{\\fldrslt here}}\\b x\\b0}',
)


def _pack_rtf(text: bytes) -> bytes:
    size = len(text)
    return (size + 12).to_bytes(4, "little") + size.to_bytes(4, "little") + b"MELA\0\0\0\0" + text


def _read_packed_rtf(data: bytes) -> None:
    text = outlook_rtf.decompress_rtf(data)
    outlook_rtf.read_rtf(text or data)


def _draw_packed_rtf() -> list[bytes]:
    compressed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c0900206263"
        "7705706c647d0a800fa0"
    )
    return [*map(_pack_rtf, _RTF), compressed]


def _draw_texts() -> list[bytes]:
    return [
        "[28/01/24, 9:05:07 a. m.] María: \u200eLos mensajes están cifrados.\n[29/01/24, 13:05:07]"
        " María: Hola\nsegunda línea\n[30/01/24, 1:00:00 p. m.] Ana: \u200e<adjunto: 0001-PHOTO-"
        "2024-01-30-13-00-00.jpg>\n".encode(),
        b'1/13/24, 9:05 AM - Ana created group "x"\n1/14/24, 9:06\xe2\x80\xafPM - Ana: IMG-20240'
        b"114-WA0001.jpg (file attached)\n1/15/24, 9:07 PM - +1 555: This message was deleted\n",
        "1402/11/08، 9:05 - علی: سلام\n1402/11/28، 10:05 - علی: <رسانه حذف شد>\n".encode(),
    ]


def _read_lines(data: bytes) -> None:
    text = as_text(data)
    if whatsapp_lines.is_whatsapp_text(text):
        raw = whatsapp_lines.split_messages(text)
        require(len(raw.messages) <= len(text), "no more messages than characters")
    read(read_chat, data, "chat")


def _draw_telegram() -> list[bytes]:
    return [json.dumps(chats.make_telegram_result(), ensure_ascii=False).encode()]


def _draw_archives() -> list[bytes]:
    pages = chats.make_telegram_pages()
    small = {name: data for name, data in pages.items() if len(data) < 30_000}
    text = {
        "WhatsApp Chat with Ana.txt": _draw_texts()[1],
        "IMG-20240114-WA0001.jpg": b"\xff\xd8\xff",
    }
    return [unpack(chats.make_zip(small)), unpack(chats.make_zip(text))]


TARGETS = (
    Target(
        name="mail",
        modules=("assembler.evidence.readers.mail", "assembler.evidence.readers.plain_bodies"),
        parse=_reading(read_mail, "mail"),
        seeds=_draw_mails,
        refusals=(Refused,),
        tokens=_MAIL_TOKENS,
    ),
    Target(
        name="mailbox",
        modules=("assembler.evidence.readers.mailbox", "assembler.evidence.readers.mail"),
        parse=_read_mailbox,
        seeds=_draw_mailboxes,
        refusals=(Refused,),
        tokens=_MAIL_TOKENS,
    ),
    Target(
        name="signed-mail",
        modules=("assembler.evidence.readers.signed_content",),
        parse=read_signed_content,
        seeds=lambda: [
            mails.make_envelope(_draw_mails()[0], "02", in_parts=in_parts)
            for in_parts in (False, True)
        ],
        tokens=(
            b"\x30\x80",
            b"\x24\x80",
            b"\x04\x02",
            b"\0\0",
            b"\xa0",
            b"\x30\x84\xff\xff\xff\xff",
        ),
    ),
    Target(
        name="outlook",
        modules=("assembler.evidence.readers.outlook",),
        parse=_reading(read_outlook, "outlook"),
        seeds=_draw_outlook,
        refusals=(Refused,),
        tokens=(
            *(name.encode("utf-16-le") for name in ("__substg1.0_", "__attach_version1.0_#0000")),
            *(b"\xfe\xff\xff\xff", b"\xff\xff\xff\xff", b"\x1f\x00", b"\x02\x01", b"LZFu", b"MELA"),
        ),
    ),
    Target(
        name="outlook-rtf",
        modules=("assembler.evidence.readers.outlook_rtf",),
        parse=_read_packed_rtf,
        seeds=_draw_packed_rtf,
        refusals=(Refused,),
        tokens=(
            b"LZFu",
            b"MELA",
            b"{",
            b"}",
            b"\\'e9",
            b"\\u-1 ",
            b"\\fromhtml1",
            b"\\htmlrtf ",
            b"{\\*\\htmltag",
            b"\\uc9 ",
            b"\\bin99 ",
            b"\\par",
            b"\\f1",
            b"\\ansicpg932",
        ),
    ),
    Target(
        name="whatsapp",
        modules=("assembler.evidence.readers.whatsapp", "assembler.evidence.readers.chat"),
        parse=_read_lines,
        seeds=_draw_texts,
        refusals=(Refused,),
        tokens=_CHAT_TOKENS,
    ),
    Target(
        name="telegram-json",
        modules=("assembler.evidence.readers.telegram_json", "assembler.evidence.readers.chat"),
        parse=_reading(read_chat, "chat"),
        seeds=_draw_telegram,
        refusals=(Refused,),
        tokens=_CHAT_TOKENS,
    ),
    Target(
        name="sms-backup",
        modules=("assembler.evidence.readers.sms_backup", "assembler.evidence.readers.chat"),
        parse=_reading(read_chat, "chat"),
        seeds=lambda: [chats.make_sms_backup()],
        refusals=(Refused,),
        tokens=_CHAT_TOKENS,
    ),
    Target(
        name="chat-archive",
        modules=("assembler.evidence.readers.telegram_html", "assembler.evidence.readers.chat"),
        parse=packed(_reading(read_chat, "chat")),
        seeds=_draw_archives,
        refusals=(Refused,),
        tokens=(*_CHAT_TOKENS, b"\n=part=messages2.html=\n", b"\n=part=result.json=\n"),
    ),
)

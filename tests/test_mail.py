"""E-mail is read as a mail program shows it, however broken it was sent."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable
from datetime import date
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembler.documents.paper_blocks import Paragraph, TextStyle
from assembler.evidence.readers.mail import MAX_UNCHOSEN, read_mail
from assembler.evidence.readers.mail_message import MailText
from assembler.evidence.readers.mail_parts import MAX_PARTS
from assembler.evidence.readers.mail_text import decode_base64, decode_header
from assembler.evidence.readers.mailbox_messages import split_mailbox
from assembler.evidence.readers.message_choice import choose_messages, describe_numbers
from assembler.evidence.readers.plain_bodies import make_text_blocks
from assembler.evidence.readers.reading import FileReading
from assembler.evidence.refusal import Refused
from assembler.model import NO_OPTIONS, FileOptions
from assembler.proof.mail_contents import read_mail_contents
from tests.support.mails import (
    draw_pdf,
    draw_photo,
    make_envelope,
    make_mail,
    make_mailbox,
    make_thread,
)
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


def mail(data: bytes, options: FileOptions = NO_OPTIONS) -> FileReading:
    return read(read_mail, data, "mail", options)


def raw(body: str, *fields: str) -> bytes:
    """A message with these fields, as bytes of Latin-1."""
    head = ("From: ana@mail.example", "Date: Mon, 2 Nov 2026 15:04:05 -0500", *fields)
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode("latin-1")


def refusal(data: bytes, options: FileOptions = NO_OPTIONS) -> str:
    with pytest.raises(Refused) as caught:
        mail(data, options)
    return caught.value.rule


# --- the header ---


def test_the_header_has_what_a_reader_wants() -> None:
    message = make_mail("Re: Привіт — señora")
    message["Cc"] = "יעל <yael@mail.example>"
    message["Bcc"] = "hidden@mail.example"
    message["Reply-To"] = "office@law.example"
    message["Received"] = "from a by b"
    (header,) = list_tables(mail(message.as_bytes()))
    assert header[:-1] == [
        ("From", "Testina Probanda <testina@mail.example>"),
        ("Reply to", "office@law.example"),
        ("To", "Ana Muster <ana@mail.example>"),
        ("Cc", "יעל <yael@mail.example>"),
        ("Bcc", "hidden@mail.example"),
        ("Date", "Mon, 02 Nov 2026 15:04:05 -0500"),
        ("Subject", "Re: Привіт — señora"),
    ]
    assert header[-1][0] == "sha256"


def test_a_reply_address_that_is_the_senders_is_left_out() -> None:
    data = raw("x", "Reply-To: Ana <ANA@mail.example>", "Sender: ana@mail.example")
    assert [label for label, _ in list_tables(mail(data))[0]] == [
        "From",
        "Date",
        "Subject",
        "sha256",
    ]


@pytest.mark.parametrize(
    ("raw_text", "text"),
    [
        ("=?utf-8?q?se=C3=B1ora?=", "señora"),
        ("=?utf-8?b?c2XDsW8=?=\r\n =?utf-8?b?cmE=?= x", "señora x"),
        ("=?utf-8?b?0J/R?= =?utf-8?b?gNC40LLRltGC?=", "Привіт"),  # a letter split in two
        ("=?windows-1251?Q?=CF=F0=E8=E2=B3=F2?=", "Привіт"),
        ("=?iso-2022-jp?B?GyRCJUYlOSVIGyhC?=", "テスト"),
        ("=?utf-8*es?q?a?=", "a"),
        ("plain\r\n\tfolded", "plain folded"),
        ("se\udcc3\udcb1ora", "señora"),
    ],
)
def test_fields_are_decoded(raw_text: str, text: str) -> None:
    assert decode_header(raw_text) == text


@given(st.text(max_size=100))
def test_any_field_is_decoded(text: str) -> None:
    assert "\n" not in decode_header(text)


# --- the body ---


def test_formatted_text_is_preferred_and_the_plain_one_is_told() -> None:
    message = make_mail(text="plain words\n")
    message.add_alternative("<p>formatted <b>words</b></p>", subtype="html")
    reading = mail(message.as_bytes())
    assert list_texts(reading) == ["formatted words"]
    assert sum(reading.removed.values()) == 1


def test_an_empty_formatted_text_gives_way_to_the_plain_one() -> None:
    message = make_mail(text="plain words\n")
    message.add_alternative("<html><head><title>x</title></head><body> </body></html>", "html")
    assert list_texts(mail(message.as_bytes())) == ["plain words"]


def test_a_picture_of_the_text_is_in_its_place_and_no_attachment() -> None:
    reading = mail(make_thread(1).as_bytes())
    assert count_pictures(list_blocks(reading)) == 1
    assert sorted(list_attached(reading)) == [(1,), (2,), (3, 1), (4,)]
    assert list_losses(reading) == [("EVID.REMOTE", "warning")]
    assert list_notes(reading)[:2] == [
        "1 picture is not in the file.",
        "1 part that is hidden in the file is not shown.",
    ]


def test_the_list_of_attachments_names_each() -> None:
    table = list_tables(mail(make_thread(1).as_bytes()))[2]
    assert table[0] == ("No.", "Name", "Kind", "Size")
    assert [(row[0], row[1].split("\n")[0], row[2]) for row in table[1:]] == [
        ("1", "recibo de alquiler.pdf", "PDF"),
        ("2", "фото.jpg", "JPEG picture"),
        ("3", "Inner", "E-mail"),
        ("4", "notes.txt", "Text"),
    ]
    assert table[1][1].split("\n")[1].startswith("sha256 ")


def test_quotes_of_a_plain_text_are_indented() -> None:
    blocks = make_text_blocks(MailText(text="a\n> b\n> > c\n>> d\n\n-- \ne"))
    assert [(block.text, block.style, block.level) for block in blocks] == [
        ("a", TextStyle.TEXT, 0),
        ("b", TextStyle.QUOTE, 1),
        ("c\nd", TextStyle.QUOTE, 2),
        ("--\ne", TextStyle.TEXT, 0),
    ]


def test_flowed_lines_are_joined() -> None:
    text = "one \ntwo\n>> three \n>> four\n> five \n-- \nsix\n From x\n"
    blocks = make_text_blocks(MailText(text=text, is_flowed=True))
    assert [(block.text, block.level) for block in blocks] == [
        ("one two", 0),
        ("three four", 2),
        ("five", 1),
        ("--\nsix\nFrom x", 0),
    ]
    joined = make_text_blocks(MailText(text="日本 \n語\n", is_flowed=True, deletes_blank=True))
    assert [block.text for block in joined] == ["日本語"]


@given(st.text(alphabet=">ab \n", max_size=60), st.booleans())
def test_no_word_of_a_plain_text_is_lost(text: str, is_flowed: bool) -> None:
    shown = "".join(
        block.text for block in make_text_blocks(MailText(text=text, is_flowed=is_flowed))
    )
    for letter in "ab":
        assert shown.count(letter) == text.count(letter)


@pytest.mark.parametrize(
    ("body", "fields", "text", "losses"),
    [
        ("se\xf1ora", ("Content-Type: text/plain; charset=iso-8859-1",), "señora", []),
        ("\x93se\xf1ora\x94", ("Content-Type: text/plain; charset=iso-8859-1",), "“señora”", []),
        ("se\xc3\xb1ora", (), "señora", []),
        ("se\xc3\xb1ora", ("Content-Type: text/plain; charset=us-ascii",), "señora", []),
        ("se\xc3\xb1ora", ("Content-Type: text/plain; charset=bogus",), "señora", []),
        (
            "c2XDsW9yYQ=\r\n=!!",
            (
                "Content-Type: text/plain; charset=utf-8",
                "Content-Transfer-Encoding: base64",
            ),
            "señora",
            [("EVID.MAIL", "error")],
        ),
        (
            "se=C3=B1or=\r\na=ZZ",
            (
                "Content-Type: text/plain; charset=utf-8",
                "Content-Transfer-Encoding: quoted-printable",
            ),
            "señora=ZZ",
            [],
        ),
        (
            "se\xf1ora",
            (
                "Content-Type: text/plain; charset=iso-8859-1",
                "Content-Transfer-Encoding: nonsense",
            ),
            "señora",
            [("EVID.MAIL", "error")],
        ),
    ],
)
def test_texts_are_decoded_and_what_is_doubtful_is_told(
    body: str, fields: tuple[str, ...], text: str, losses: list[tuple[str, str]]
) -> None:
    reading = mail(raw(body, *fields))
    assert list_texts(reading)[0].startswith(text)
    assert list_losses(reading) == losses


def test_a_letter_that_is_cut_off_does_not_change_the_others() -> None:
    reading = mail(raw("se\xc3\xb1ora\xc3", "Content-Type: text/plain; charset=utf-8"))
    assert list_texts(reading) == ["señora\ufffd"]
    assert list_losses(reading) == [("EVID.ENCODING", "warning")]


def test_a_guessed_encoding_is_a_warning() -> None:
    text = "El niño mañana irá a la escuela. ¿Verdad? Así será. Saludos, señora Núñez.\r\n" * 3
    reading = mail(raw(text, "Content-Type: text/plain; charset=utf-8"))
    assert list_losses(reading) == [("EVID.ENCODING", "warning")]
    assert "Núñez" in list_texts(reading)[0]


@given(st.binary(max_size=60))
def test_base64_is_decoded_whatever_breaks_its_lines(data: bytes) -> None:
    plain = base64.b64encode(data)
    broken = b"\r\n".join(plain[place : place + 7] for place in range(0, len(plain), 7))
    assert decode_base64(broken) == (data, "")


def test_a_message_that_is_cut_off_shows_what_there_is_and_says_so() -> None:
    message = make_mail()
    message.add_attachment(draw_pdf(), "application", "pdf", filename="a.pdf")
    data = message.as_bytes()
    reading = mail(data[: len(data) * 2 // 3])
    assert list_texts(reading)[0] == "Hello,"
    assert ("EVID.MAIL", "error") in list_losses(reading)
    assert "The message is damaged: it is cut off." in list_notes(reading)


def test_a_report_about_delivery_is_shown() -> None:
    report = (
        "--b\r\nContent-Type: text/plain\r\n\r\nNot delivered.\r\n--b\r\n"
        "Content-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; x@y.example\r\n"
        "Status: 5.1.1\r\n\r\nno field at all\r\n--b--\r\n"
    )
    reading = mail(raw(report, "Content-Type: multipart/report; boundary=b"))
    assert list_texts(reading) == [
        "Not delivered.",
        "Final-Recipient: rfc822; x@y.example\nStatus: 5.1.1",
        "no field at all",
    ]


def test_a_signed_message_is_shown_and_the_signature_is_not_checked() -> None:
    signed = (
        "--b\r\nContent-Type: text/plain\r\n\r\nSigned words.\r\n--b\r\n"
        "Content-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nMIIx\r\n--b--\r\n"
    )
    reading = mail(raw(signed, "Content-Type: multipart/signed; boundary=b"))
    assert list_texts(reading) == ["Signed words."]
    assert list_losses(reading) == [("EVID.SIGNATURE", "warning")]
    assert list_attached(reading) == {}


@pytest.mark.parametrize("in_parts", [False, True])
def test_the_content_of_a_signed_envelope_is_shown(in_parts: bool) -> None:
    content = b"Content-Type: text/plain; charset=utf-8\r\n\r\nSigned se\xc3\xb1ora.\r\n"
    text = base64.encodebytes(make_envelope(content, "02", in_parts=in_parts)).decode()
    data = raw(
        text,
        "Content-Type: application/pkcs7-mime; smime-type=signed-data",
        "Content-Transfer-Encoding: base64",
    )
    reading = mail(data)
    assert list_texts(reading) == ["Signed señora."]
    assert list_losses(reading) == [("EVID.SIGNATURE", "warning")]
    words = read_mail_contents(data, NO_OPTIONS).numbered[0].text
    assert "Signed señora." in words


@pytest.mark.parametrize(
    "data",
    [
        raw("MIIx", "Content-Type: application/pkcs7-mime; smime-type=enveloped-data"),
        raw("--b\r\n\r\nx\r\n--b--\r\n", "Content-Type: multipart/encrypted; boundary=b"),
        raw("-----BEGIN PGP MESSAGE-----\r\n\r\nhQEM\r\n-----END PGP MESSAGE-----\r\n"),
    ],
)
def test_an_encrypted_message_is_refused(data: bytes) -> None:
    assert refusal(data) == "EVID.FORMAT"


def test_an_encrypted_message_of_a_mailbox_is_named_in_its_place() -> None:
    closed = raw("MIIx", "Content-Type: application/pkcs7-mime")
    reading = mail(make_mailbox([make_mail().as_bytes(), closed]))
    assert "The message is encrypted (S/MIME) and cannot be shown." in list_notes(reading)
    assert list_losses(reading) == [("EVID.ATTACHED", "error")]


def test_what_was_not_saved_with_a_message_is_named() -> None:
    parts = (
        "--b\r\nContent-Type: application/pdf; name=a.pdf\r\n"
        "Content-Disposition: attachment\r\n\r\n\r\n--b\r\n"
        "Content-Type: message/external-body; access-type=URL; name=b.pdf\r\n\r\n"
        "Content-Type: application/pdf\r\n\r\n--b--\r\n"
    )
    reading = mail(raw(parts, "Content-Type: multipart/mixed; boundary=b"))
    assert list_losses(reading) == [("EVID.ATTACHED", "error"), ("EVID.ATTACHED", "error")]
    rows = list_tables(reading)[1]
    assert "not in the file: it is empty" in rows[1][1]
    assert "not in the file: it is kept elsewhere" in rows[2][1]


def test_a_text_after_a_picture_says_where_the_picture_was() -> None:
    message = EmailMessage()
    message["From"] = "ana@mail.example"
    message.set_content("before\n")
    message.add_attachment(draw_photo(), "image", "jpeg", disposition="inline")
    message.add_attachment("after\n", disposition="inline")
    reading = mail(message.as_bytes())
    assert [b.text for b in list_blocks(reading) if isinstance(b, Paragraph)][:3] == [
        "before",
        "[attachment 1 is here]",
        "after",
    ]


def test_an_invitation_is_a_text_and_an_attachment() -> None:
    message = make_mail(text="Come at ten.\n")
    message.add_alternative("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", subtype="calendar")
    reading = mail(message.as_bytes())
    assert list_texts(reading)[0] == "Come at ten."
    assert list(list_attached(reading)) == [(1,)]


def test_too_long_a_text_is_refused() -> None:
    assert refusal(make_mail(text="x\n" * 20_001).as_bytes()) == "EVID.LIMIT"


def test_messages_within_messages_are_limited() -> None:
    message = make_mail()
    for _ in range(7):
        outer = make_mail()
        outer.add_attachment(message)
        message = outer
    assert refusal(message.as_bytes()) == "EVID.LIMIT"


def test_parts_are_limited() -> None:
    parts = "--b\r\n\r\nx\r\n" * (MAX_PARTS + 1) + "--b--\r\n"
    assert refusal(raw(parts, "Content-Type: multipart/mixed; boundary=b")) == "EVID.LIMIT"
    nested = "".join(
        f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(2000)
    )
    assert refusal(b"From: a@b.example\r\n" + nested.encode()) == "EVID.LIMIT"


# --- mailboxes ---


def numbered_box(count: int) -> bytes:
    messages = []
    for number in range(1, count + 1):
        message = make_mail(f"Subject {number}", f"Body {number}\n\nFrom here 10:30 on\nTo: x\n")
        del message["Date"]
        message["Date"] = f"{number % 28 + 1} Mar 2026 23:30:00 -0800"
        messages.append(message.as_bytes())
    return make_mailbox(messages)


def subjects(reading: FileReading) -> list[str]:
    return [dict(table).get("Subject", "") for table in list_tables(reading)]


def test_all_messages_of_a_mailbox_are_printed_with_their_numbers() -> None:
    reading = mail(numbered_box(3))
    assert subjects(reading) == ["Subject 1", "Subject 2", "Subject 3"]
    assert "From here 10:30 on\nTo: x" in list_texts(reading)
    assert [text for text in list_texts(reading) if text.startswith("E-mail")] == [
        "E-mail 2 of 3",
        "E-mail 3 of 3",
    ]


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (FileOptions(messages=((2, 3), (6, None))), [2, 3, 6, 7]),
        (FileOptions(since=date(2026, 3, 4), until=date(2026, 3, 5)), [3, 4]),
        (FileOptions(messages=((1, 4),), since=date(2026, 3, 4)), [3, 4]),
    ],
)
def test_messages_are_chosen_by_number_and_day(options: FileOptions, numbers: list[int]) -> None:
    box = numbered_box(7)
    assert subjects(mail(box, options)) == [f"Subject {number}" for number in numbers]
    contents = read_mail_contents(box, options)
    assert [entry.number for entry in contents.numbered] == numbers


def test_a_choice_that_there_is_not_is_refused() -> None:
    assert refusal(numbered_box(3), FileOptions(messages=((2, 9),))) == "EVID.RANGE"
    assert refusal(numbered_box(3), FileOptions(since=date(2027, 1, 1))) == "EVID.RANGE"
    assert refusal(make_mail().as_bytes(), FileOptions(messages=((2, 2),))) == "EVID.RANGE"


def test_a_large_mailbox_needs_a_choice() -> None:
    box = numbered_box(MAX_UNCHOSEN + 1)
    assert refusal(box) == "EVID.LIMIT"
    assert subjects(mail(box, FileOptions(messages=((200, 201),)))) == [
        "Subject 200",
        "Subject 201",
    ]


def test_messages_without_a_date_are_told_when_days_choose() -> None:
    undated = b"From: ana@mail.example\n\nNo date.\n"
    box = make_mailbox([make_mail().as_bytes(), undated])
    reading = mail(box, FileOptions(since=date(2026, 1, 1)))
    assert list_losses(reading) == [("EVID.MAIL", "error")]


def test_attachments_of_a_mailbox_have_the_number_of_their_message() -> None:
    message = make_mail()
    message.add_attachment(draw_pdf(), "application", "pdf", filename="a.pdf")
    box = make_mailbox([make_mail().as_bytes(), message.as_bytes()])
    assert list(list_attached(mail(box))) == [(2, 1)]
    assert list(list_attached(mail(box, FileOptions(messages=((2, 2),))))) == [(2, 1)]


@given(
    st.lists(st.lists(st.sampled_from(["a", "", "From b", ">From c", "From x 10:10"]), max_size=6))
)
def test_a_mailbox_gives_back_its_messages(bodies: list[list[str]]) -> None:
    messages = ["A: b\n\n" + "\n".join(lines) for lines in bodies]
    box = make_mailbox([message.encode() for message in messages])
    assert [piece.decode().rstrip("\n") for piece in split_mailbox(box)] == [
        message.rstrip("\n") for message in messages
    ]


@given(st.lists(st.integers(1, 40), unique=True).map(sorted))
def test_numbers_are_described_as_they_are_chosen(numbers: list[int]) -> None:
    described = describe_numbers(numbers).replace("–", "-").replace(" ", "")
    ranges = tuple(
        (int(first), int(last or first))
        for first, _, last in (part.partition("-") for part in described.split(",") if part)
    )
    if numbers:
        choice = choose_messages([None] * 40, FileOptions(messages=ranges))
        assert list(choice.numbers) == numbers


def test_apples_files_are_read_without_what_surrounds_them() -> None:
    data = make_mail(text="Words.\n").as_bytes()
    wrapped = f"{len(data)}   \n".encode() + data + b'<?xml version="1.0"?><plist></plist>'
    assert list_texts(mail(wrapped)) == ["Words."]


# --- hostile bytes ---


@pytest.mark.parametrize(
    "make", [lambda: make_thread(1).as_bytes(), lambda: numbered_box(4)], ids=["thread", "box"]
)
def test_damaged_mail_gives_pages_or_is_refused(make: Callable[[], bytes]) -> None:
    chance, data = random.Random(23), make()
    pages = 0
    for _ in range(160):
        damaged = mutate(data, chance)
        try:
            pages += bool(mail(damaged).sections)
        except Refused as error:
            assert error.rule.startswith("EVID.")
        try:
            read_mail_contents(damaged, NO_OPTIONS)
        except ValueError as error:
            assert str(error)
    assert pages > 100

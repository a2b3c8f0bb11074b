"""Chats are printed message by message, their dates are never guessed, and the proof reads them by
itself."""

from __future__ import annotations

import hashlib
import io
import json
import random
import shutil
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembler.documents.paper_blocks import Paragraph, Picture, Table, TextStyle
from assembler.evidence.file_types import sniff
from assembler.evidence.readers.chat import read_chat
from assembler.evidence.readers.chat_dates import convert_persian_date, find_orders, read_date
from assembler.evidence.readers.reading import (
    MAX_MESSAGES,
    AttachedFile,
    FileReading,
    PrintedPaper,
    ReadRequest,
)
from assembler.evidence.readers.whatsapp_lines import is_whatsapp_text, read_stamp, split_messages
from assembler.evidence.refusal import Refused
from assembler.model import NO_OPTIONS, FileOptions
from assembler.model.file_options import DateOrder
from assembler.model.manifest import MANIFEST_FILE
from assembler.proof.chat_contents import choose_chat_reader, read_chat_archive, read_chat_text
from assembler.proof.printed_contents import read_contents, read_with_attached
from assembler.proof.sms_contents import read_sms_messages
from assembler.proof.whatsapp_contents import is_whatsapp_chat, read_whatsapp_messages
from tests.support.chats import (
    ANDROID,
    make_android_chat,
    make_long_chat,
    make_photo,
    make_sms_backup,
    make_telegram_files,
    make_telegram_pages,
    make_telegram_result,
    make_zip,
)
from tests.support.printed_files import bundle_printed_case, make_printed_case, read_packet
from tests.support.proofs import failed, proved
from tests.support.sharing import made_once

LAST_DAY = date(2023, 12, 31)
SAMPLES: Mapping[str, Callable[[], bytes]] = {
    "android.zip": lambda: make_zip(make_android_chat()),
    "ios.zip": lambda: make_zip(make_long_chat(30, 3)),
    "android.txt": ANDROID.encode,
    "telegram.zip": lambda: make_zip(make_telegram_files()),
    "pages.zip": lambda: make_zip(make_telegram_pages()),
    "result.json": lambda: json.dumps(make_telegram_result()).encode(),
    "messages.html": lambda: make_telegram_pages()["ChatExport/messages.html"],
    "sms.xml": make_sms_backup,
}


def read(data: bytes, options: FileOptions = NO_OPTIONS) -> FileReading:
    """What the reader makes of a chat."""
    return read_chat(ReadRequest(data=data, kind="chat", sha256="0" * 64, options=options))


def refusal(data: bytes, options: FileOptions = NO_OPTIONS) -> str:
    """The rule of a chat that is refused."""
    with pytest.raises(Refused) as caught:
        read(data, options)
    return caught.value.rule


def list_rows(reading: FileReading) -> dict[int, list[str]]:
    """The texts of each message by its number: date and time, sender, and each line."""
    rows: dict[int, list[str]] = {}
    for section in reading.sections:
        if isinstance(section, PrintedPaper):
            for block in section.paper.blocks:
                for row in block.rows[1:] if isinstance(block, Table) else ():
                    if len(row.cells) == 4:
                        texts = [
                            item.text
                            for cell in row.cells
                            for item in cell.blocks
                            if isinstance(item, Paragraph) and item.style is not TextStyle.NOTE
                        ]
                        rows[int(texts[0])] = texts[1:]
    return rows


def list_notes(reading: FileReading) -> list[str]:
    """Our own words in all papers."""
    items: list[Any] = []
    for section in reading.sections:
        if isinstance(section, PrintedPaper):
            for block in section.paper.blocks:
                if isinstance(block, Table):
                    items += [i for row in block.rows for cell in row.cells for i in cell.blocks]
                items.append(block)
    return [i.text for i in items if isinstance(i, Paragraph) and i.style is TextStyle.NOTE]


def count_pictures(reading: FileReading) -> int:
    return sum(
        isinstance(item, Picture)
        for section in reading.sections
        if isinstance(section, PrintedPaper)
        for block in section.paper.blocks
        if isinstance(block, Table)
        for row in block.rows
        for cell in row.cells
        for item in cell.blocks
    )


# --- the lines of WhatsApp ---


@pytest.mark.parametrize(
    ("line", "time", "rest"),
    [
        ("12/31/23, 9:41 PM - Ann: hi", "9:41 PM", "Ann: hi"),
        ("12/31/23, 9:41\u202fPM - Ann: hi", "9:41 PM", "Ann: hi"),
        ("31/12/2023, 21:41 - Ann: hi", "21:41", "Ann: hi"),
        ("31.12.23, 21:41 - Ann: hi", "21:41", "Ann: hi"),
        ("\u200e[31/12/2023, 21:41:05] Ann: \u200ehi", "21:41:05", "Ann: \u200ehi"),
        ("[31/12/2023, 9:41:05\u202fp.\u00a0m.] Ann: hi", "9:41:05 PM", "Ann: hi"),
        ("\u200f٣١\u200f/١٢\u200f/٢٠٢٣، ٩:٤١ م - علي: مرحبا", "9:41 PM", "علي: مرحبا"),
        ("[٣١\u200f/١٢\u200f/٢٠٢٣, ٩:٤١:٠٥ ص] علي: مرحبا", "9:41:05 AM", "علي: مرحبا"),
        ("۱۴۰۲/۱۰/۱۰،\u200f ۲۱:۴۱ - علی: سلام", "21:41", "علی: سلام"),
        ("31.12.2023 21:41 - Ali: selam", "21:41", "Ali: selam"),
        ("31/12/2023 21:41 - João: oi", "21:41", "João: oi"),
        ("2023-12-31 21:41 - Sven: hej", "21:41", "Sven: hej"),
        ("[31.12.2023 klo 21.41.05] Matti: moi", "21:41:05", "Matti: moi"),
        ("2023. 12. 31. 오후 9:41 - 김: 안녕", "9:41 PM", "김: 안녕"),
        ("2023년 12월 31일 오전 9:41 - 김: 안녕", "9:41 AM", "김: 안녕"),
        ("[2023/12/31 下午9:41:05] 王: 你好", "9:41:05 PM", "王: 你好"),
        ("[21:41, 31/12/2023] Ann: hi", "21:41", "Ann: hi"),
        ("31.12.2023 г., 21:41 - Иван: да", "21:41", "Иван: да"),
        ("31/12/17, 21:41:05: Ann: hi", "21:41:05", "Ann: hi"),
        ("31/12/2566, 21:41 - สมชาย: ครับ", "21:41", "สมชาย: ครับ"),
        ("31/12/2023 9:41 μ.μ. - Νίκος: γεια", "9:41 PM", "Νίκος: γεια"),
    ],
)
def test_the_date_of_every_phone_begins_a_message(line: str, time: str, rest: str) -> None:
    stamp = read_stamp(line)
    assert stamp is not None
    assert (stamp.time, stamp.rest) == (time, rest)
    days = {day for order in DateOrder if (day := read_date(stamp.date, order)) is not None}
    assert LAST_DAY in days or stamp.date == (31, 12, 17)
    text = f"{line}\n{line}"
    assert is_whatsapp_text(text)
    assert is_whatsapp_chat(text)
    messages, _ = read_whatsapp_messages(
        text, next(o for o in DateOrder if read_date(stamp.date, o))
    )
    assert [message.sender for message in messages] == [rest.partition(":")[0]] * 2


@pytest.mark.parametrize(
    "line",
    [
        "2023-12-31 21:41:05 - INFO: started",
        "12/31/23 dinner at 9:41 PM with Ann: bring wine",
        "31/13/2023, 99:41",
        "[note] Ann: hi",
        "45/45/2023, 21:41 - Ann: hi",
        "",
    ],
)
def test_other_lines_begin_no_message(line: str) -> None:
    assert read_stamp(line) is None
    assert not is_whatsapp_chat(f"{line}\n{line}")


_PIECES = st.sampled_from(
    [
        *("31/12/2023, 21:41 - ", "[1/2/23, 9:41:05 PM] ", "Ana: ", "Ana", ": ", "“x”: ", "hola"),
        *("\n", "\u200e", "\u202f", "١٢/١١/٢٠٢٣، ٩:٤١ م - ", "2023-12-31 21:41 - ", "<x>", " "),
    ]
)


@given(st.lists(_PIECES, min_size=1, max_size=30).map("".join))
def test_the_proof_reads_the_same_messages(text: str) -> None:
    raw = split_messages(text)
    messages, _ = read_whatsapp_messages(text, DateOrder.DAY_FIRST)
    assert [m.sender for m in messages] == [m.sender for m in raw.messages]
    words = ["".join(filter(str.isalnum, m.text)) for m in raw.messages]
    assert ["".join(filter(str.isalnum, m.text)) for m in messages] == words


def test_lines_after_the_first_belong_to_the_message() -> None:
    rows = list_rows(read(ANDROID.encode()))
    assert rows[3] == [
        "Dec 31, 2023, 21:42",
        "Ana Núñez",
        "Hola a todos",
        "¿Cómo están?",
        "",
        "Nos vemos mañana 👍🏽",
    ]


def test_a_line_of_the_program_has_no_sender() -> None:
    rows = list_rows(read(ANDROID.encode()))
    assert rows[2] == ["Dec 31, 2023, 21:41", "", 'Ana Núñez creó el grupo "Plan: viaje"']


def test_a_date_of_another_form_within_a_message_begins_none() -> None:
    text = "1/31/24, 9:00 - Ana: copied:\n[31/1/24, 09:00:00] Bob: hi\n1/31/24, 9:01 - Bob: ok"
    assert list_rows(read(text.encode()))[1][2:] == ["copied:", "[31/1/24, 09:00:00] Bob: hi"]


# --- dates ---


def make_lines(*dates: str) -> bytes:
    return "\n".join(f"{day}, 21:41 - Ana: hola" for day in dates).encode()


def test_dates_that_can_be_read_in_two_ways_are_asked_about() -> None:
    ambiguous = make_lines("3/4/24", "4/4/24")
    assert refusal(ambiguous) == "EVID.DATES"
    for order, first in (("dmy", "Apr 3, 2024, 21:41"), ("mdy", "Mar 4, 2024, 21:41")):
        options = FileOptions(date_order=DateOrder(order))
        assert list_rows(read(ambiguous, options))[1][0] == first


@pytest.mark.parametrize(
    ("dates", "first"),
    [
        (("3/4/24", "13/4/24"), "Apr 3, 2024, 21:41"),  # a day above 12
        (("3/4/24", "4/13/24"), "Mar 4, 2024, 21:41"),
        (("3/4/24", "4/4/24", "1/5/24"), "Apr 3, 2024, 21:41"),  # messages are in order
        (("2024-03-04", "2024-03-05"), "Mar 4, 2024, 21:41"),  # the year first
    ],
)
def test_the_whole_file_tells_the_order_of_dates(dates: tuple[str, ...], first: str) -> None:
    assert list_rows(read(make_lines(*dates)))[1][0] == first


def test_an_order_that_the_dates_do_not_have_is_refused() -> None:
    options = FileOptions(date_order=DateOrder.MONTH_FIRST)
    assert refusal(make_lines("31/12/2023", "31/12/2023"), options) == "EVID.DATES"


def test_dates_of_the_islamic_calendar_are_not_converted() -> None:
    assert refusal(make_lines("18/6/1445", "19/6/1445")) == "EVID.DATES"


@pytest.mark.parametrize(
    ("year", "first_day"),
    [
        *((1391, "2012-03-20"), (1395, "2016-03-20"), (1399, "2020-03-20"), (1400, "2021-03-21")),
        *((1403, "2024-03-20"), (1404, "2025-03-21"), (1405, "2026-03-21"), (1408, "2029-03-20")),
    ],
)
def test_the_persian_year_begins_at_nowruz(year: int, first_day: str) -> None:
    assert convert_persian_date(year, 1, 1) == date.fromisoformat(first_day)


@given(st.integers(1370, 1425), st.integers(0, 13), st.integers(0, 32))
def test_the_proof_converts_persian_dates_by_itself(year: int, month: int, day: int) -> None:
    text = f"{year}/{month:02d}/{day:02d}, 21:41 - Ana: hola"
    expected = convert_persian_date(year, month, day)
    messages, _ = read_whatsapp_messages(text, DateOrder.YEAR_FIRST)
    assert [message.day for message in messages] == ([expected] if expected else [])


@given(
    st.lists(st.dates(date(2015, 1, 1), date(2029, 12, 31)), min_size=1, max_size=8).map(sorted),
    st.sampled_from(["{d}/{m}/{y}", "{m}/{d}/{y}", "{y}-{m}-{d}"]),
    st.booleans(),
)
def test_the_right_order_is_always_among_those_that_fit(
    days: list[date], form: str, is_short: bool
) -> None:
    order = {"{d": DateOrder.DAY_FIRST, "{m": DateOrder.MONTH_FIRST}.get(
        form[:2], DateOrder.YEAR_FIRST
    )
    is_short = is_short and order is not DateOrder.YEAR_FIRST
    numbers = []
    for day in days:
        values = {"d": day.day, "m": day.month, "y": day.year % 100 if is_short else day.year}
        numbers.append(tuple(values[letter] for letter in order.value))
    assert order in find_orders(numbers)


# --- media ---


def test_media_are_shown_in_place_named_or_follow() -> None:
    reading = read(make_zip(make_android_chat()))
    assert count_pictures(reading) == 2  # the photo, and the first frame of the sticker
    attached = [part for part in reading.sections if isinstance(part, AttachedFile)]
    assert [part.attachment for part in attached] == [(4,)]
    notes = list_notes(reading)
    assert any("A sound recording: attachment 3 cannot be shown" in note for note in notes)
    assert "The file is not in the export." in notes
    assert [(loss.rule, loss.problem) for loss in reading.losses] == [
        (
            "EVID.CHAT",
            "files of the chat are named with their sha256, but not shown: 1 sound recording",
        ),
        ("EVID.CHAT", "the export lacks 1 file that messages name"),
        ("EVID.CHAT", "the export left out 1 file of the messages"),
        ("EVID.CHAT", "1 message deleted before the chat was exported"),
        ("EVID.CHAT", "1 file of the export, which no message names, not shown"),
    ]


def test_a_damaged_picture_follows_as_a_file() -> None:
    files = make_android_chat()
    files["IMG-20231231-WA0001.jpg"] = files["IMG-20231231-WA0001.jpg"][:900]
    attached = [
        part.attachment for part in read(make_zip(files)).sections if isinstance(part, AttachedFile)
    ]
    assert attached == [(1,), (4,)]


@pytest.mark.parametrize(
    "text",
    [
        "<Media omitted>",
        "<Medien ausgeschlossen>",
        "<Archivo omitido>",
        "<تم استبعاد الوسائط>",
        "<Mídia oculta>",
        "\u200eimage omitted",
        "\u200efoto weggelassen",
    ],
)
def test_a_file_that_was_left_out_is_counted(text: str) -> None:
    chat = f"31/12/2023, 21:40 - Ana: hola\n31/12/2023, 21:41 - Ana: {text}"
    assert [loss.problem for loss in read(chat.encode()).losses] == [
        "the export left out 1 file of the messages"
    ]


@pytest.mark.parametrize(
    "text", ["You deleted this message", "Diese Nachricht wurde gelöscht.", "تم حذف هذه الرسالة"]
)
def test_a_deleted_message_is_counted(text: str) -> None:
    chat = f"31/12/2023, 21:40 - Ana: hola\n31/12/2023, 21:41 - Ana: {text}"
    assert [loss.problem for loss in read(chat.encode()).losses] == [
        "1 message deleted before the chat was exported"
    ]


def test_what_people_write_is_no_file() -> None:
    chat = "31/12/2023, 21:40 - Ana: plan.pdf (read it)\n31/12/2023, 21:41 - Ana: <3 and you?>"
    assert read(chat.encode()).losses == ()


# --- ranges ---


def test_chosen_messages_keep_their_numbers() -> None:
    data = make_zip(make_long_chat(40))
    assert sorted(list_rows(read(data, FileOptions(messages=((3, 5), (38, None)))))) == [
        *(3, 4, 5),
        *(38, 39, 40),
    ]


def test_days_choose_messages() -> None:
    options = FileOptions(since=date(2024, 1, 1), until=date(2024, 1, 1))
    assert sorted(list_rows(read(ANDROID.encode(), options))) == [7, 8, 9, 10, 11, 12]


def test_a_range_without_messages_is_refused() -> None:
    assert refusal(ANDROID.encode(), FileOptions(messages=((90, None),))) == "EVID.RANGE"


def test_more_messages_than_fit_are_refused_until_a_range_is_chosen() -> None:
    data = make_long_chat(MAX_MESSAGES + 1)["_chat.txt"]
    assert refusal(data) == "EVID.LIMIT"
    assert len(list_rows(read(data, FileOptions(messages=((1, 10),))))) == 10


# --- other programs ---


def test_telegram_messages_have_everything_that_the_program_shows() -> None:
    reading = read(make_zip(make_telegram_files()))
    rows = list_rows(reading)
    assert rows[1][1:] == ["Luis", "phone call", "Duration seconds: 61", "Discard reason: hangup"]
    assert rows[3][2:] == [
        "Reply to message 2",
        "Дивись: важливосайт (https://example.org/a)https://example.org/b",
    ]
    assert rows[6][2:] == ["Forwarded from Канал новин", "Новина"]
    assert "• Сьогодні (2 votes, chosen)" in rows[7]
    assert "Reactions: ❤ 1 (Luis)" in rows[7]
    assert rows[10][2:] == ["Future thing: title: нове поле; inner: label: глибоко"]
    assert count_pictures(reading) == 1
    assert "Times are those of the computer that made the export: UTC−05:00." in list_notes(reading)


def test_the_pages_of_telegram_are_read_in_order() -> None:
    reading = read(make_zip(make_telegram_pages()))
    rows = list_rows(reading)
    assert [rows[number][1] for number in sorted(rows)] == [
        *("Олена Коваль", "Олена Коваль", "Luis", "", "Luis")
    ]
    assert rows[1][2:] == [
        "Привіт!",
        "Це важливо: сайт (https://example.org/a?x=1) & https://example.org/b",
        "❤ 2",
    ]
    assert rows[2][2:4] == ["In reply to this message (message 1)", "File: photo_1@x.jpg"]
    assert [loss.problem for loss in reading.losses] == [
        "the export left out 1 file of the messages"
    ]


def test_an_export_of_all_chats_of_telegram_is_refused() -> None:
    data = json.dumps({"chats": {"about": "all", "list": [make_telegram_result()]}}).encode()
    assert sniff(data) == "chat"
    assert refusal(data) == "EVID.FORMAT"


def test_text_messages_are_grouped_by_number() -> None:
    reading = read(make_sms_backup())
    headings = [
        block.text
        for section in reading.sections
        if isinstance(section, PrintedPaper)
        for block in section.paper.blocks
        if isinstance(block, Paragraph) and block.style is TextStyle.HEADING_2
    ]
    assert headings == [
        "Mamá: +1 (555) 010-2030 / 5550102030 / +15550102030",
        "no name: 22000",
    ]
    rows = list_rows(reading)
    assert list(rows) == [1, 2, 4, 3, 5]
    assert rows[1][1:] == [
        "28 ene. 2024 4:05:07 a. m.",
        "Mamá",
        "Hola 👍 ¿llegaste?",
        "Segunda línea 😀",
    ]
    assert rows[2][2] == "(this phone)"
    assert rows[4][3:] == ["foto.jpg", "nota.amr", "Mira la foto"]
    assert count_pictures(reading) == 1


def test_a_backup_that_declares_entities_is_refused() -> None:
    data = make_sms_backup().replace(b"<smses", b'<!DOCTYPE x [<!ENTITY a "b">]><smses', 1)
    assert refusal(data) == "EVID.BROKEN"
    with pytest.raises(ValueError, match="document type"):
        read_chat_text(data, NO_OPTIONS)


# --- kinds ---


@pytest.mark.parametrize("name", SAMPLES)
def test_a_chat_is_known_by_its_content(name: str) -> None:
    data = SAMPLES[name]()
    assert sniff(data) == "chat"
    reader = choose_chat_reader(data)
    assert reader is (read_chat_archive if data.startswith(b"PK") else read_chat_text)


def test_a_locked_archive_is_no_chat() -> None:
    data = bytearray(make_zip(make_long_chat(10)))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        offsets = [info.header_offset for info in archive.infolist()]
    for offset in offsets:
        data[offset + 6] |= 1
    central = data.find(b"PK\x01\x02")
    while central >= 0:
        data[central + 8] |= 1
        central = data.find(b"PK\x01\x02", central + 4)
    assert sniff(bytes(data)) == "zip"


# --- hostile files ---


@pytest.mark.parametrize("name", SAMPLES)
def test_damaged_chats_are_pages_or_refused(name: str) -> None:
    data = SAMPLES[name]()
    chance = random.Random(name)
    for _ in range(60):
        changed = bytearray(data)
        for _ in range(chance.randint(1, 12)):
            place = chance.randrange(len(changed))
            if chance.random() < 0.6:
                changed[place] = chance.randrange(256)
            else:
                del changed[place : place + chance.randint(1, 40)]
        try:
            assert read(bytes(changed)).sections
        except Refused as error:
            assert error.rule.startswith("EVID.")


@pytest.mark.parametrize(
    "messages",
    [
        [1, None, "x", []],
        [{"id": {}, "type": 5, "date": [], "text": {"a": 1}, "from": ["x"], "photo": 7}],
        [{"text": [{"type": [], "text": 5}, None], "reactions": {}, "poll": [], "file": {}}],
        [
            {
                "reactions": [None, {"recent": [1, {}]}],
                "poll": {"answers": [0, {}]},
                "x": [[[["y"]]]],
            }
        ],
    ],
)
def test_values_of_other_types_are_no_crash(messages: list[Any]) -> None:
    data = json.dumps({"type": "personal_chat", "messages": messages}).encode()
    try:
        assert read(data).sections
    except Refused as error:
        assert error.rule == "EVID.BROKEN"


def test_values_that_are_nested_deeply_are_refused() -> None:
    deep = json.loads("[" * 30 + '"x"' + "]" * 30)
    data = json.dumps({"type": "personal_chat", "messages": [{"thing": deep}]}).encode()
    assert refusal(data) == "EVID.BROKEN"


# --- the proof ---


def finished(tmp_path: Path) -> Path:
    """A copy of a proved packet with three chats, free to change."""

    def make(folder: Path) -> None:
        files = {
            "viaje.zip": make_zip(make_android_chat()),
            "olena.zip": make_zip(make_telegram_files()),
            "sms.xml": make_sms_backup(),
        }
        options = {"olena.zip": {"messages": "2-"}}
        case = make_printed_case(folder / "case", files, options)
        result = bundle_printed_case(case)
        assert result.exit_code == 0, result.output

    shared = made_once("printed-chats", make) / "case"
    return Path(shutil.copytree(shared, tmp_path / "case"))


def test_chats_are_proved_message_by_message(tmp_path: Path) -> None:
    case = finished(tmp_path)
    assert failed(proved(case)) == set()
    shown = {
        passage.describe()
        for entry in read_packet(case).ledger
        if entry.source and entry.client_source.path == "evidence/olena.zip"
        for passage in entry.client_source.passages
    }
    assert "attachment 2, page 1" in shown
    assert not any(description.startswith("message 1") for description in shown)


def change_ledger(case: Path, path: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the passages of all pages of a file in the manifest."""
    manifest = case / "build/child" / MANIFEST_FILE
    data = json.loads(manifest.read_text(encoding="utf8"))
    for entry in data["ledger"]:
        if "source" in entry and entry["source"]["path"] == path:
            for passage in entry["source"]["passages"]:
                change(passage)
    manifest.write_text(json.dumps(data), encoding="utf8")


def test_a_ledger_that_names_other_messages_fails_the_proof(tmp_path: Path) -> None:
    case = finished(tmp_path)

    def move(passage: dict[str, Any]) -> None:
        passage["first"], passage["last"] = passage["first"] + 4, passage["last"] + 4

    change_ledger(case, "evidence/viaje.zip", move)
    assert "printed-file" in failed(proved(case))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("sms.xml", b"Your code is 123456", b"Your code is 987123"),
        ("sms.xml", b'date="1706519207000"', b'date="1706719207000"'),
        ("sms.xml", b"Mira la foto", b"Mira la foto de anoche"),
    ],
)
def test_a_message_that_was_changed_fails_the_proof(
    tmp_path: Path, name: str, old: bytes, new: bytes
) -> None:
    case = finished(tmp_path)
    source = case / "evidence" / name
    source.write_bytes(source.read_bytes().replace(old, new))
    assert "printed-file" in failed(proved(case))


def test_the_words_of_a_document_in_a_chat_are_proved_too() -> None:
    files = make_android_chat()
    document = docx.Document()
    document.add_paragraph("Declaración jurada de la señora Núñez")
    out = io.BytesIO()
    document.save(out)
    files["acta de nacimiento.pdf"] = out.getvalue()
    data = make_zip(files)
    words = "Declaración jurada de la señora Núñez"
    contents = read_with_attached(data, NO_OPTIONS, "attachment 3 cannot be shown")
    assert words in contents.things.paragraphs
    digest = hashlib.sha256(out.getvalue()).hexdigest()
    sentence = "attachment 4 cannot be shown: it has tracked changes"
    named = read_with_attached(data, NO_OPTIONS, f"sha256 {digest} {sentence}")
    assert words not in named.things.paragraphs
    claimed = read_with_attached(data, NO_OPTIONS, sentence)  # as anybody can write it
    assert words in claimed.things.paragraphs


def test_a_picture_that_is_named_as_not_shown_is_not_looked_for() -> None:
    """Once a person accepts that a damaged photo is missing, the proof can pass."""
    photo = make_photo(1)
    lines = "12/31/23, 9:41 PM - Ana: IMG-1.jpg (file attached)\n12/31/23, 9:42 PM - Ana: ok\n"
    data = make_zip({"WhatsApp Chat with Ana.txt": lines.encode(), "IMG-1.jpg": photo})
    digest = hashlib.sha256(photo).hexdigest()
    shown = read_with_attached(data, NO_OPTIONS, "")
    named = read_with_attached(
        data, NO_OPTIONS, f"sha256 {digest} attachment 1 cannot be shown: it is damaged"
    )
    assert (shown.things.pictures, named.things.pictures) == (1, 0)


def test_a_missing_picture_and_a_missing_message_are_counted_by_the_proof() -> None:
    files = make_android_chat()
    contents = read_contents(make_zip(files), NO_OPTIONS)
    assert contents.things.pictures == 2
    assert [entry.attachment for entry in contents.attached] == [(3,), (4,)]
    assert [entry.number for entry in contents.numbered] == list(range(1, 13))
    chosen = read_contents(make_zip(files), FileOptions(messages=((1, 4),)))
    assert (chosen.things.pictures, len(chosen.numbered)) == (1, 4)


def test_a_message_dated_after_the_last_year_of_calendars_has_no_date_for_the_proof_either() -> (
    None
):
    """The proof stopped with an error; on Windows, from the year 3001 on."""
    data = make_sms_backup().replace(b'date="1706519207000"', b'date="9999999999999999"', 1)

    messages, _, _ = read_sms_messages(data)

    assert [message.day for message in messages].count(None) == 1


def test_a_message_of_the_year_3001_has_its_date_on_every_system() -> None:
    data = make_sms_backup().replace(b'date="1706519207000"', b'date="32535302400000"', 1)

    messages, _, _ = read_sms_messages(data)

    assert date(3001, 1, 2) in [message.day for message in messages]

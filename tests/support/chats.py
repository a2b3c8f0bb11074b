"""Exported chats, written as the programs write them."""

from __future__ import annotations

import base64
import io
import json
import random
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pikepdf
from PIL import Image, ImageDraw

_SPANISH = (
    "Hola, ¿cómo están los niños?\nLa señora Núñez preguntó por ustedes.",
    "Mañana voy a la oficina de migración a las 9, ¿me acompañas?",
    "Sí 👍🏽",
    "No te preocupes, mi amor ❤️ todo va a salir bien",
    "Mira: https://example.org/cita?id=12&lang=es",
    "ok",
)
_ARABIC = (
    "مرحبا، كيف حالك اليوم؟",
    "الحمد لله، وصلنا إلى البيت في الساعة 10",
    "شكرا جزيلا على كل شيء",
    "أرسلت لك الصورة (photo) قبل قليل",
)
START = datetime(2024, 1, 28, 9, 5, 7)


def make_photo(number: int, size: tuple[int, int] = (900, 1200), kind: str = "JPEG") -> bytes:
    """A picture that differs from others by a number in it."""
    picture = Image.new("RGB", size, (40 + number * 37 % 200, 120, 200 - number * 13 % 150))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((size[0] // 8, size[1] // 8, size[0] // 2, size[1] // 2), fill=(250, 240, 200))
    draw.text((size[0] // 5, size[1] // 5), f"photo {number}", fill=0, font_size=size[0] // 12)
    out = io.BytesIO()
    picture.save(out, kind)
    return out.getvalue()


def make_zip(files: Mapping[str, bytes]) -> bytes:
    """A ZIP file of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def make_long_chat(count: int, photos: int = 0, seed: int = 1) -> dict[str, bytes]:
    """A WhatsApp chat (iOS) of so many messages in Spanish and Arabic, with its files by name."""
    chance = random.Random(seed)
    moment = START
    lines = [f"[{moment:%d/%m/%y, %H:%M:%S}] María: \u200eLos mensajes están cifrados."]
    files: dict[str, bytes] = {}
    every = max(2, count // photos) if photos else count + 1
    for number in range(2, count + 1):
        moment += timedelta(minutes=chance.randint(1, 240), seconds=chance.randint(0, 59))
        is_arabic = chance.random() < 0.4
        sender = "عمر الحسن" if is_arabic else "María Pérez"
        text = chance.choice(_ARABIC if is_arabic else _SPANISH)
        if number % every == 0 and len(files) < photos:
            name = f"{number:08d}-PHOTO-{moment:%Y-%m-%d-%H-%M-%S}.jpg"
            files[name] = make_photo(number)
            text = f"\u200e<adjunto: {name}>"
        mark = "\u200e" if "adjunto" in text else ""
        lines.append(f"{mark}[{moment:%d/%m/%y, %H:%M:%S}] {sender}: {text}")
    return {"_chat.txt": "\r\n".join(lines).encode() + b"\r\n", **files}


def make_sticker(frames: int = 1) -> bytes:
    """A WebP picture with some clear pixels, animated if it has several frames."""
    pictures = [
        Image.new("RGBA", (128, 128), (250, 30 * number, 0, 255)) for number in range(frames)
    ]
    for picture in pictures:
        picture.paste((0, 0, 0, 0), (0, 0, 40, 40))
    out = io.BytesIO()
    pictures[0].save(out, "WEBP", save_all=frames > 1, append_images=pictures[1:], lossless=True)
    return out.getvalue()


def make_pdf(text: str) -> bytes:
    """A PDF of one page with a line of text."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(612, 792))
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        content = f"BT /F1 40 Tf 72 600 Td ({text}) Tj ET 72 500 300 40 re f"
        page.Contents = pdf.make_stream(content.encode())
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


ANDROID = """\
31/12/2023, 21:40 - Los mensajes y las llamadas están cifrados de extremo a extremo.
31/12/2023, 21:41 - Ana Núñez creó el grupo "Plan: viaje"
31/12/2023, 21:42 - Ana Núñez: Hola a todos
¿Cómo están?

Nos vemos mañana 👍🏽
31/12/2023, 21:43 - +1 (555) 010-2030: IMG-20231231-WA0001.jpg (archivo adjunto)
Mi foto del aeropuerto
31/12/2023, 21:44 - عمر: مرحبا، وصلت إلى (Miami) اليوم
31/12/2023, 21:45 - Ana Núñez: <Multimedia omitido>
1/1/2024, 0:01 - Ana Núñez: Se eliminó este mensaje
1/1/2024, 0:02 - عمر: STK-20240101-WA0002.webp (archivo adjunto)
1/1/2024, 0:03 - Ana Núñez: PTT-20240101-WA0003.opus (archivo adjunto)
1/1/2024, 0:04 - Ana Núñez: acta de nacimiento.pdf (archivo adjunto)
1/1/2024, 0:05 - عمر: VID-20240101-WA0009.mp4 (archivo adjunto)
1/1/2024, 0:06 - Ana Núñez: Corregido <Se editó este mensaje.>
"""


def make_android_chat() -> dict[str, bytes]:
    """A WhatsApp chat (Android, Spanish) with a photo, a sticker, a voice note, a PDF, a missing
    film, and a file that no message names."""
    return {
        "Chat de WhatsApp con viaje.txt": ANDROID.encode(),
        "IMG-20231231-WA0001.jpg": make_photo(1),
        "STK-20240101-WA0002.webp": make_sticker(3),
        "PTT-20240101-WA0003.opus": b"OggS" + bytes(400),
        "acta de nacimiento.pdf": make_pdf("Acta de nacimiento"),
        "extra.jpg": make_photo(5),
    }


def make_telegram_result() -> dict[str, Any]:
    """What a result.json of Telegram holds."""

    def message(number: int, **fields: Any) -> dict[str, Any]:
        moment = START + timedelta(hours=number)
        seconds = int(moment.replace(tzinfo=UTC).timestamp()) + 5 * 3600
        head = {
            "id": 100 + number,
            "type": "message",
            "date": moment.isoformat(),
            "date_unixtime": str(seconds),
            "from": "Олена Коваль",
            "from_id": "user1",
        }
        return {**head, "text": "", "text_entities": [], **fields}

    return {
        "name": "Олена Коваль",
        "type": "personal_chat",
        "id": 1,
        "messages": [
            message(
                1,
                type="service",
                actor="Luis",
                actor_id="user2",
                action="phone_call",
                duration_seconds=61,
                discard_reason="hangup",
                **{"from": None},
            ),
            message(2, text="Привіт! Як справи?"),
            message(
                3,
                text=[
                    "Дивись: ",
                    {"type": "bold", "text": "важливо"},
                    {"type": "text_link", "text": "сайт", "href": "https://example.org/a"},
                    {"type": "link", "text": "https://example.org/b"},
                ],
                reply_to_message_id=102,
                edited=START.isoformat(),
            ),
            message(4, photo="photos/photo_1.jpg", photo_file_size=9, width=9, height=9),
            message(
                5,
                file="(File not included. Change data exporting settings to download.)",
                media_type="voice_message",
                mime_type="audio/ogg",
                duration_seconds=7,
            ),
            message(6, forwarded_from="Канал новин", text="Новина"),
            message(
                7,
                poll={
                    "question": "Коли їдемо?",
                    "closed": False,
                    "total_voters": 3,
                    "answers": [
                        {"text": "Сьогодні", "voters": 2, "chosen": True},
                        {"text": "Завтра", "voters": 1, "chosen": False},
                    ],
                },
                reactions=[
                    {
                        "type": "emoji",
                        "count": 1,
                        "emoji": "❤",
                        "recent": [{"from": "Luis", "from_id": "user2", "date": "2024-01-28"}],
                    }
                ],
            ),
            message(
                8,
                contact_information={
                    "first_name": "Пан",
                    "last_name": "Адвокат",
                    "phone_number": "+1 555 0100",
                },
                location_information={"latitude": 50.45, "longitude": 30.52},
            ),
            message(9, file="files/statement.pdf", mime_type="application/pdf", text="Ось заява"),
            message(10, future_thing={"title": "нове поле", "inner": {"label": "глибоко"}}),
        ],
    }


def make_telegram_files() -> dict[str, bytes]:
    """A Telegram export in JSON with its files."""
    result = json.dumps(make_telegram_result(), ensure_ascii=False, indent=1)
    return {
        "ChatExport_2024-01-30/result.json": result.encode(),
        "ChatExport_2024-01-30/photos/photo_1.jpg": make_photo(3),
        "ChatExport_2024-01-30/files/statement.pdf": make_pdf("Statement"),
    }


_PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"/><title>Exported Data</title></head>
<body onload="CheckLocation();"><div class="page_wrap">
<div class="page_header"><div class="content"><div class="text bold">
Олена Коваль
</div></div></div>
<div class="page_body chat_page"><div class="history">
{messages}
</div></div></div></body></html>
"""
_HTML_MESSAGES = """
<div class="message service" id="message-1"><div class="body details">
28 January 2024
</div></div>
<div class="message default clearfix" id="message101">
 <div class="pull_left userpic_wrap"><div class="userpic"><div class="initials">ОК</div></div></div>
 <div class="body">
  <div class="pull_right date details" title="28.01.2024 09:05:07 UTC-05:00">09:05</div>
  <div class="from_name">
Олена Коваль
  </div>
  <div class="text">
Привіт!<br>Це <strong>важливо</strong>: <a href="https://example.org/a?x=1">сайт</a> &amp;
<a href="https://example.org/b">https://example.org/b</a>
  </div>
  <span class="reactions"><span class="reaction"><span class="emoji">❤</span>
  <span class="count">2</span></span></span>
 </div>
</div>
<div class="message default clearfix joined" id="message102"><div class="body">
  <div class="pull_right date details" title="28.01.2024 09:06:07 UTC-05:00">09:06</div>
  <div class="reply_to details">
In reply to <a href="#go_to_message101" onclick="return GoToMessage(101)">this message</a>
  </div>
  <div class="media_wrap clearfix">
   <a class="photo_wrap clearfix pull_left" href="photos/photo_1%40x.jpg">
    <img class="photo" src="photos/photo_1%40x_thumb.jpg"/></a></div>
  <div class="text">Фото</div>
</div></div>
<div class="message default clearfix" id="message103"><div class="body">
  <div class="pull_right date details" title="29.01.2024 10:00:00 UTC-05:00">10:00</div>
  <div class="from_name">Luis</div>
  <div class="forwarded body"><div class="from_name">Канал новин
   <span class="date details" title="01.01.2024 00:00:00">01.01.2024 00:00:00</span></div>
   <div class="text">Новина</div></div>
  <div class="media_wrap clearfix"><div class="media clearfix pull_left media_voice_message">
   <div class="body"><div class="title bold">Voice message</div>
   <div class="description">Not included, change data exporting settings to download.</div>
   <div class="status details">00:07, 16.1 KB</div></div></div></div>
</div></div>
"""
_MORE_HTML_MESSAGES = """
<div class="message service" id="message104"><div class="body details">
Luis pinned <a href="#go_to_message101">this message</a></div></div>
<div class="message default clearfix joined" id="message105"><div class="body">
  <div class="pull_right date details" title="30.01.2024 10:00:00 UTC-05:00">10:00</div>
  <div class="media_wrap clearfix">
   <a class="media clearfix pull_left block_link media_file" href="files/statement.pdf">
   <div class="body"><div class="title bold">statement.pdf</div>
   <div class="status details">12 KB</div></div></a></div>
</div></div>
"""


def make_telegram_pages() -> dict[str, bytes]:
    """A Telegram export as web pages with its files."""
    return {
        "ChatExport/messages.html": _PAGE.replace("{messages}", _HTML_MESSAGES).encode(),
        "ChatExport/messages2.html": _PAGE.replace("{messages}", _MORE_HTML_MESSAGES).encode(),
        "ChatExport/css/style.css": b"body {}",
        "ChatExport/photos/photo_1@x.jpg": make_photo(4),
        "ChatExport/photos/photo_1@x_thumb.jpg": make_photo(4, (90, 120)),
        "ChatExport/files/statement.pdf": make_pdf("Statement"),
    }


def make_sms_backup() -> bytes:
    """A backup of SMS Backup & Restore with two conversations and an MMS with a picture."""
    picture = base64.b64encode(make_photo(6)).decode()
    voice = base64.b64encode(b"#!AMR\n" + bytes(90)).decode()
    mother = 'contact_name="Mamá"'
    same = 'read="1" status="-1" locked="0"'
    return f"""<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>
<!--File Created By SMS Backup & Restore v10.20.001 on 28/01/2024 09:05:07-->
<?xml-stylesheet type="text/xsl" href="sms.xsl"?>
<smses count="5" backup_set="0f" backup_date="1706432707000" type="full">
  <sms protocol="0" address="+1 (555) 010-2030" date="1706432707000" type="1" subject="null"
   body="Hola &#128077; ¿llegaste?&#10;Segunda línea &#55357;&#56832;" {same}
   readable_date="28 ene. 2024 4:05:07 a. m." {mother} />
  <sms protocol="0" address="5550102030" date="1706432807000" type="2" subject="null"
   body="Sí &amp; todo &lt;bien&gt;" {same} readable_date="28 ene. 2024 4:06:47 a. m." {mother} />
  <sms protocol="0" address="22000" date="1706519207000" type="1" subject="null"
   body="Your code is 123456" {same} readable_date="29 ene. 2024 4:06:47 a. m."
   contact_name="(Unknown)" />
  <mms date="1706432907000" rr="null" sub="null" ct_t="application/vnd.wap.multipart.related"
   msg_box="1" address="+15550102030" m_type="132" readable_date="28 ene. 2024 4:08:27 a. m."
   {mother}>
    <parts>
      <part seq="-1" ct="application/smil" name="null" cl="smil.xml" text="&lt;smil&gt;" />
      <part seq="0" ct="image/jpeg" name="null" cl="foto.jpg" text="null" data="{picture}" />
      <part seq="0" ct="audio/amr" name="nota.amr" cl="null" text="null" data="{voice}" />
      <part seq="0" ct="text/plain" name="null" cl="text_0.txt" text="Mira la foto" />
    </parts>
    <addrs><addr address="+15550102030" type="137" /><addr address="+15550109999" type="151" />
    </addrs>
  </mms>
  <sms protocol="0" address="22000" date="1706519307000" type="5" subject="null" body="STOP"
   {same} readable_date="29 ene. 2024 4:08:27 a. m." contact_name="(Unknown)" />
</smses>
""".encode()

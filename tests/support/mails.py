"""E-mails of invented people, drawn anew for each test."""

from __future__ import annotations

import io
from collections.abc import Sequence
from email.message import EmailMessage

from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

_LINES = (
    "Gracias por escribirme. Te cuento lo que pasó el lunes en la oficina de migración.",
    "Nos dijeron que faltaba un documento, y que volviéramos con la copia certificada.",
    "Дорога была долгой, но мы приехали вовремя. Мама передаёт привет всем.",
    "The landlord has agreed to wait until the end of the month for the rent of March.",
    "מחר נלך יחד למשרד ונביא את כל הטפסים שביקשו.",
)


def draw_photo(text: str = "the house", size: tuple[int, int] = (640, 400)) -> bytes:
    """A JPEG with a text on it."""
    picture = Image.new("RGB", size, (200, 220, 235))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((80, 160, 320, 380), fill=(180, 90, 60))
    draw.polygon(((60, 160), (200, 60), (340, 160)), fill=(120, 40, 30))
    draw.text((380, 200), text, fill="black", font_size=32)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()


def draw_pdf(lines: Sequence[str] = ("A receipt",), pages: int = 2) -> bytes:
    """A PDF with these lines on each page."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(612, 792), invariant=True)
    for number in range(1, pages + 1):
        for place, line in enumerate((*lines, f"Page {number} of the receipt")):
            canvas.drawString(72, 700 - 20 * place, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def make_mail(subject: str = "Hello", text: str = "Hello,\n\nthis is a test.\n") -> EmailMessage:
    """A short message of text, to be added to."""
    message = EmailMessage()
    message["From"] = "Testina Probanda <testina@mail.example>"
    message["To"] = "Ana Muster <ana@mail.example>"
    message["Date"] = "Mon, 02 Nov 2026 15:04:05 -0500"
    message["Subject"] = subject
    message["Message-ID"] = "<1@mail.example>"
    message.set_content(text)
    return message


def make_thread(replies: int = 12) -> EmailMessage:
    """A long thread: HTML with quotes in quotes, a picture in the text, a remote one, a PDF, a
    photo and a message attached."""
    message = make_mail("Re: Нова адреса — nueva dirección", "The plain text.\n")
    message["Cc"] = "Олена Тест <olena@mail.example>, יעל <yael@mail.example>"
    message["Reply-To"] = "office@law.example"
    quoted = ""
    for number in range(replies):
        text = " ".join(_LINES[(number + place) % 4] for place in range(4))
        quoted = (
            f"<p>{text}</p><p dir=rtl>{_LINES[4]}</p><p>Abrazo 👍🏽 {replies - number}</p>"
            f"<div>On Mon, {number + 1} Nov 2026, Ana &lt;ana@mail.example&gt; wrote:</div>"
            f"<blockquote type=cite>{quoted}</blockquote>"
        )
    markup = (
        "<html><head><title>x</title><style>p{color:red}</style></head><body>"
        "<div style='display:none'>preview text</div>"
        "<p>Dear <b>Ana</b>, this is the house:</p>"
        "<img src='cid:house@mail' alt='the house' width=320>"
        "<p>The amounts, and <a href='https://bank.example/statement'>the statement</a>:</p>"
        "<table><tr><th>Month<th>Paid<th>Note</tr><tr><td>March<td>$ 850.00<td>rent</tr>"
        "<tr><td>April<td>$ 850.00<td>rent, late</tr></table>"
        "<ol><li>Sign the form.<li>Send it back.</ol>"
        "<img src='https://mail.example/logo.png' alt='Logo'>"
        f"{quoted}</body></html>"
    )
    message.add_alternative(markup, subtype="html")
    formatted = message.get_payload()[1]
    formatted.add_related(draw_photo(), "image", "jpeg", cid="<house@mail>")
    message.add_attachment(draw_pdf(), "application", "pdf", filename="recibo de alquiler.pdf")
    message.add_attachment(draw_photo("a photo", (900, 1200)), "image", "jpeg", filename="фото.jpg")
    inner = make_mail("Inner", "The inner message.\n")
    inner.add_attachment(draw_pdf(("Inner receipt",), 1), "application", "pdf", filename="a.pdf")
    message.add_attachment(inner)
    message.add_attachment("Plain notes\nof two lines\n", filename="notes.txt")
    return message


def make_mailbox(messages: Sequence[bytes]) -> bytes:
    """A mailbox (mboxrd) of these messages."""
    return b"".join(
        b"From ana@mail.example Mon Nov  2 15:04:05 2026\n"
        + b"\n".join(
            b">" + line if line.lstrip(b">").startswith(b"From ") else line
            for line in message.replace(b"\r\n", b"\n").split(b"\n")
        )
        + b"\n"
        for message in messages
    )


def make_envelope(content: bytes, kind: str, *, in_parts: bool) -> bytes:
    """An S/MIME envelope (CMS), with its lengths given or open."""

    def wrap(tag: int, value: bytes) -> bytes:
        if in_parts and tag & 0x20:
            return bytes((tag, 0x80)) + value + b"\0\0"
        size = len(value)
        digits = bytes((size,)) if size < 128 else b"\x82" + size.to_bytes(2, "big")
        return bytes((tag,)) + digits + value

    pieces = [wrap(4, content[:20]), wrap(4, content[20:])]
    octets = wrap(0x24, b"".join(pieces)) if in_parts else wrap(4, content)
    data_type = bytes.fromhex("06092a864886f70d010701")
    inner = wrap(0x30, data_type + wrap(0xA0, octets))
    algorithms = b"\x31\x00"
    body = wrap(0x30, b"\x02\x01\x01" + algorithms + inner)
    return wrap(0x30, bytes.fromhex(f"06092a864886f70d0107{kind}") + wrap(0xA0, body))

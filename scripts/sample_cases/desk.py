"""Documents that many samples share, each a function of its facts: letters, certificates, records of money, messages.

`Sample` is a case.json as a value and the files of its evidence. Everybody and everything is invented.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageDraw, ImageFilter

from scripts.sample_cases.draw import (
    NOTE,
    Paper,
    font,
    photo,
    pictures,
    png,
    scan_pdf,
    scanned,
    wrap,
)
from scripts.sample_cases.paper import BLUE, Colour

Json = dict[str, Any]
GREEN: Colour = (0.1, 0.36, 0.26)
RED: Colour = (0.5, 0.12, 0.16)
NO_RECORD = {"criminal": False, "removal_proceedings": False, "prior_parole": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """`files`: name in evidence/ → bytes."""

    case: Json
    files: Mapping[str, bytes]


def exhibit(key: str, title: str, category: str, *files: str, **more: Any) -> Json:
    """One entry of `exhibits`; `files` are names in evidence/, key + ".pdf" if none is given."""
    return {
        "id": key,
        "title": title,
        "category": category,
        "files": [f"evidence/{name}" for name in files or (f"{key}.pdf",)],
        **more,
    }


def translated(
    key: str,
    title: str,
    category: str,
    language: str,
    translator: Json,
    original: str = "",
    **more: Any,
) -> Json:
    """An exhibit of <key>-original.pdf (or the file `original`), <key>-english.pdf and <key>-translator.pdf."""
    made = exhibit(
        key, title, category, original or f"{key}-original.pdf", language=language, **more
    )
    made["translation"] = {
        "files": [f"evidence/{key}-english.pdf"],
        "certificate": [f"evidence/{key}-translator.pdf"],
        "translator": {**translator, "language": language},
    }
    return made


def person(key: str, given: str, family: str, born: str, **more: Any) -> Json:
    """A person of the case."""
    return {"id": key, "name": {"given": given, "family": family}, "birth_date": born, **more}


def address(
    street: str, city: str, state: str = "", postal_code: str = "", country: str = "United States"
) -> Json:
    """An address; state and postal code left out where there are none."""
    full = {
        "street": street,
        "city": city,
        "state": state,
        "postal_code": postal_code,
        "country": country,
    }
    return {key: value for key, value in full.items() if value}


def letter(
    name: str,
    where: Sequence[str],
    day: str,
    to: Sequence[str],
    paragraphs: Sequence[str],
    signer: str,
    under: Sequence[str] = (),
    *,
    colour: Colour = BLUE,
    family: str = "Plex",
    foot: str = "",
    seal: str = "",
) -> bytes:
    """A signed letter on letterhead; a paragraph that starts with # is a heading. `seal`: the text of a rubber stamp."""
    paper = Paper(family=family, foot=foot)
    paper.letterhead(name, where, colour)
    paper.text(day, gap=10)
    for line in to:
        paper.text(line, gap=0)
    paper.space(8 if to else 0)
    _paragraphs(paper, paragraphs)
    paper.sign(signer, under)
    if seal:
        paper.seal(470, max(paper.y + 40, 120), seal, 42, colour)
    return paper.done()


def report(
    publisher: str, title: str, year: str, chapters: Sequence[tuple[str, Sequence[str]]]
) -> bytes:
    """A printed report: title page, contents, then one page for each chapter. Pages are numbered from the title page on."""
    paper = Paper(family="Sans", foot=f"{title} · page {{page}} of {len(chapters) + 2}")
    paper.space(150)
    for line, size in ((publisher, 12), (title, 20), (year, 14)):
        paper.centre(line, size)
        paper.space(18)
    paper.new_page()
    paper.heading("Contents", 14)
    for number, (name, _) in enumerate(chapters, 3):
        paper.text(f"{name} · {number}")
    for name, paragraphs in chapters:
        paper.new_page()
        _paragraphs(paper, (f"# {name}", *paragraphs))
    return paper.done()


def plain_letter(
    name: str, where: Sequence[str], day: str, paragraphs: Sequence[str], under: Sequence[str] = ()
) -> bytes:
    """A letter of a private person."""
    paper = Paper()
    for line in (name, *where):
        paper.text(line, gap=0)
    paper.space(14)
    paper.text(day, gap=12)
    _paragraphs(paper, paragraphs)
    paper.sign(name, under)
    return paper.done()


def certificate(
    head: Sequence[str],
    title: str,
    rows: Sequence[Sequence[tuple[str, str]]],
    text: Sequence[str],
    signer: str,
    under: Sequence[str],
    seal: str,
    *,
    colour: Colour = BLUE,
    family: str = "Plex",
) -> bytes:
    """A record of an office: headline, boxes, a sentence, signature and seal, within a frame."""
    paper = Paper(family=family)
    paper.canvas.setStrokeColorRGB(*colour)
    paper.canvas.setLineWidth(2)
    paper.canvas.rect(44, 56, 524, 690)
    paper.canvas.setStrokeGray(0)
    for line in head:
        paper.centre(line, 11, "Regular")
    paper.space(4)
    paper.centre(title, 17)
    paper.space(6)
    paper.boxes(rows)
    _paragraphs(paper, text)
    paper.sign(signer, under)
    paper.seal(470, 150, seal, 46, colour)
    return paper.done()


def english(of: str, lines: Sequence[str]) -> bytes:
    """A translation: what it is of, line by line."""
    paper = Paper(family="Sans")
    paper.centre(f"Translation from {of}", 12)
    paper.space(6)
    _paragraphs(paper, lines)
    return paper.done()


def translator(name: str, language: str, what: str, day: str, where: Sequence[str]) -> bytes:
    """The certificate of 8 CFR 103.2(b)(3): complete, accurate, competent; signed, dated, with address and telephone."""
    paper = Paper()
    paper.centre("Certificate of translation", 16)
    paper.space(10)
    _paragraphs(
        paper,
        (
            f"I, {name}, certify that I am competent to translate from {language} into English, and that the attached translation of the {what} is "
            "complete and accurate to the best of my knowledge and ability.",
            "I am not related to any person named in the document and have no interest in the case.",
        ),
    )
    paper.sign(name, [*where, day])
    return paper.done()


def statement(
    name: str,
    where: Sequence[str],
    title: str,
    lines: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    right: Sequence[int] = (),
    after: Sequence[str] = (),
    *,
    family: str = "Sans",
    colour: Colour = GREEN,
    size: tuple[float, float] = (612, 792),
) -> bytes:
    """A table under a letterhead; landscape with size=(792, 612)."""
    paper = Paper(size=size, family=family)
    paper.letterhead(name, where, colour)
    paper.heading(title, 13)
    for line in lines:
        paper.text(line, 9.5, gap=1)
    paper.space(8)
    paper.table(rows, widths, 9, right, last_bold=bool(right))
    _paragraphs(paper, after)
    return paper.done()


def mail(sender: str, to: str, day: str, subject: str, paragraphs: Sequence[str]) -> bytes:
    """A printed e-mail."""
    paper = Paper(family="Sans")
    for label, value in (("From:", sender), ("To:", to), ("Date:", day), ("Subject:", subject)):
        paper.at(130, paper.y, value, 9.5)
        paper.text(label, 9.5, "Bold", gap=0)
    paper.rule()
    _paragraphs(paper, paragraphs, 10)
    return paper.done()


def messages(title: str, said: Sequence[tuple[bool, str, str]]) -> bytes:
    """A screenshot of a telephone: (mine, text, time)."""
    page = Image.new("RGB", (1080, 1920), (229, 221, 213))
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, 1080, 150), (18, 94, 84))
    pen.text((60, 48), title, "white", font("Sans-Bold", 44))
    y = 200
    face = font("Sans-Regular", 36)
    for mine, text, time in said:
        lines = wrap(text, face.getlength, 700)
        high = 48 * len(lines) + 70
        x = 270 if mine else 50
        pen.rounded_rectangle(
            (x, y, x + 760, y + high), 22, (220, 248, 198) if mine else (255, 255, 255)
        )
        for number, line in enumerate(lines):
            pen.text((x + 28, y + 18 + 48 * number), line, (20, 20, 20), face)
        pen.text((x + 600, y + high - 44), time, (120, 120, 120), font("Sans-Regular", 26))
        y += high + 28
    pen.text((60, 1870), NOTE, (110, 60, 60), font("Plex-Italic", 26))
    return png(page.quantize(64, dither=Image.Dither.NONE))


def scene(
    caption: str,
    sky: tuple[int, int, int],
    shapes: Sequence[tuple[str, tuple[float, ...], tuple[int, int, int]]],
) -> bytes:
    """A photograph of plain shapes instead of people, with a caption on white below."""
    page = Image.new("RGB", (1400, 1100), sky)
    pen = ImageDraw.Draw(page)
    for kind, box, colour in shapes:
        if kind == "person":
            x, y, high = box
            pen.ellipse((x, y, x + high * 0.22, y + high * 0.22), colour)
            pen.rounded_rectangle(
                (x - high * 0.08, y + high * 0.24, x + high * 0.3, y + high),
                round(high * 0.08),
                colour,
            )
        else:
            pen.rectangle(tuple(box), colour)
    page = page.filter(ImageFilter.GaussianBlur(2))
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 960, 1400, 1100), "white")
    for number, line in enumerate(wrap(caption, font("Plex-Regular", 34).getlength, 1300)):
        pen.text((40, 975 + 42 * number), line, (20, 20, 20), font("Plex-Regular", 34))
    pen.text((40, 1064), NOTE, (110, 60, 60), font("Plex-Italic", 24))
    return photo(page, quality=60)


def scan(data: bytes, skew: float, seed: int, dpi: int = 200) -> bytes:
    """A drawn document as it comes out of a scanner: pictures only, a little turned."""
    return scan_pdf(
        [scanned(page, skew, 4, seed + number) for number, page in enumerate(pictures(data, dpi))],
        dpi,
        38,
    )


def snapped(data: bytes, orientation: int = 6) -> bytes:
    """The first page of a document photographed with a telephone."""
    page = pictures(data, 150)[0].convert("RGB")
    table = Image.new("RGB", (page.width + 160, page.height + 160), (92, 74, 58))
    table.paste(page, (80, 80))
    return photo(
        table.filter(ImageFilter.GaussianBlur(0.7)), orientation=orientation, gps=True, quality=58
    )


def naturalization(name: str, day: str, place: str, seed: int) -> bytes:
    """A certificate of naturalization, scanned."""
    paper = certificate(
        ("THE UNITED STATES OF AMERICA",),
        "Certificate of Naturalization",
        [
            [("Name", name)],
            [("Date", day), ("Place", place)],
            [("Certificate number", "00000000 (sample)"), ("Registration number", "sample")],
        ],
        (
            f"Be it known that at a ceremony held at {place} on {day}, {name.upper()}, having taken the oath of allegiance, was admitted as a "
            "citizen of the United States of America.",
        ),
        "Clerica Sample",
        ("Clerk of the court (invented)",),
        "SAMPLE DISTRICT COURT",
    )
    return scan(paper, 0.5, seed)


def tax(name: str, year: int, wages: int, people: int) -> bytes:
    """A tax return transcript in the plain type such transcripts are printed in."""
    paper = Paper(family="Mono")
    income, standard = wages + wages // 250, 15750 if people == 1 else 31500
    due = max(income - standard, 0) * 12 // 100
    paper.centre("Tax Return Transcript · SAMPLE", 15)
    paper.text(f"Request date: 10-12-2026      Tax period ending: Dec. 31, {year}", 8.5, gap=6)
    paper.text(
        f"Name(s) shown on return: {name.upper()[:4]}      SSN provided: XXX-XX-0000", 9, gap=8
    )
    paper.table(
        [
            ("Income and tax", "Per return"),
            ("Wages, salaries, tips, etc.", f"${wages:,}.00"),
            ("Total income", f"${income:,}.00"),
            ("Standard deduction", f"${standard:,}.00"),
            ("Total tax liability", f"${due:,}.00"),
            ("Household members", str(people)),
        ],
        (330, 120),
        9.5,
        (1,),
    )
    paper.text("This product contains sensitive taxpayer data.", 8)
    return paper.done()


def employer(
    company: str, where: Sequence[str], name: str, role: str, since: str, salary: int, boss: str
) -> bytes:
    """An employer's letter: position, since when, permanent, salary."""
    return letter(
        company,
        where,
        "October 8, 2026",
        ("To whom it may concern:",),
        (
            f"{name} has worked for {company} since {since}, at present as {role}. The employment is full-time and permanent.",
            f"The annual salary is ${salary:,}. We expect the employment to continue, and regard our employee as reliable.",
            "I may be called at the number above with any question.",
        ),
        boss,
        ("Human Resources",),
        colour=GREEN,
    )


def bank(
    name: str, holder: str, opened: str, months: Sequence[tuple[str, int, int]], final: int
) -> bytes:
    """An officer's letter with deposits and balances: (month, deposits, balance), dollars."""
    rows = [
        ("Month of 2026", "Deposits", "Balance at end"),
        *((month, f"${paid:,}.00", f"${left:,}.00") for month, paid, left in months),
    ]
    return statement(
        name,
        ("1 Ledger Street · 800-555-0100",),
        "Letter of the bank",
        (
            f"Account of {holder}, opened {opened}. Deposits of the past year: ${sum(paid for _, paid, _ in months) * 12 // len(months):,}.00.",
        ),
        rows,
        (150, 130, 150),
        (1, 2),
        (
            f"The present balance is ${final:,}.00. October 12, 2026. Tessa Teller, officer (invented).",
        ),
    )


def means(
    person_id: str,
    name: str,
    company: str,
    role: str,
    since: str,
    salary: int,
    people: int,
    balance: int,
) -> tuple[list[Json], dict[str, bytes]]:
    """Tax transcript, employer's letter and bank letter of a supporter: exhibits and files."""
    monthly = salary // 15
    months = [
        (month, monthly, balance - 900 * (3 - number))
        for number, month in enumerate(("July", "August", "September"))
    ]
    exhibits = [
        exhibit(
            "tax-transcript",
            "Tax return transcript of the supporter, 2025",
            "tax",
            person=person_id,
        ),
        exhibit(
            "employer-letter",
            "Letter of the supporter’s employer",
            "employment",
            person=person_id,
            date="2026-10-08",
        ),
        exhibit(
            "bank-letter",
            "Letter of the supporter’s bank",
            "bank",
            person=person_id,
            date="2026-10-12",
        ),
    ]
    files = {
        "tax-transcript.pdf": tax(name, 2025, salary - 1800, people),
        "employer-letter.pdf": employer(
            company,
            ("50 Industry Road · 800-555-0117",),
            name,
            role,
            since,
            salary,
            "Harriet Resource",
        ),
        "bank-letter.pdf": bank("Sample Community Bank", name, "March 2014", months, balance),
    }
    return exhibits, files


def appointment(post: str, day: str, earliest: str, reason: str) -> bytes:
    """What a consular post's appointment page shows, printed."""
    return mail(
        "noreply@appointments.example",
        "applicant",
        day,
        f"Visitor visa appointment: {post}",
        (
            f"The earliest interview for a first visitor visa (B1/B2) at {post} is on {earliest}.",
            reason,
            "An expedited appointment was asked for and could not be offered.",
            "This message was generated automatically. SAMPLE.",
        ),
    )


def _paragraphs(paper: Paper, paragraphs: Sequence[str], size: float = 10.5) -> None:
    for text in paragraphs:
        if text.startswith("#"):
            paper.heading(text[1:].strip(), 11)
        else:
            paper.text(text, size, gap=7)

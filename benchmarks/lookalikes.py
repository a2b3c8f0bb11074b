"""Papers that look alike and are not the same: pay stubs, receipts, statements, certificates and
forms of one template, drawn with other dates, amounts and names each time. All facts are invented.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from datetime import date, timedelta

from PIL import Image, ImageDraw, ImageFont

from assembler.evidence.miniatures import make_miniature
from assembler.model import PageText
from assembler.runtime.resources import stamp_font
from benchmarks import rescans
from tests.support.page_texts import change_page, make_page_text

_WIDTH, _HEIGHT = 1275, 1650  # pixels of a Letter sheet at 150 dpi
_FIRST = date(2026, 1, 2)
_GIVEN = ("Alba", "Bruno", "Clara", "Darío", "Elsa", "Felipe", "Greta", "Hugo", "Irma", "Joel")
_FAMILY = ("Ejemplo", "Muster", "Primer", "Sample", "Beispiel", "Esempio")
_TOWNS = ("Alta", "Bravo", "Cerro", "Dorado", "Esmeralda", "Florida")


def _day(dice: random.Random) -> date:
    return _FIRST + timedelta(days=dice.randint(0, 300))


def _money(dice: random.Random, most: int = 4000) -> str:
    return f"{dice.randint(40, most):,}.{dice.randint(0, 99):02}"


def _person(dice: random.Random) -> str:
    return f"{dice.choice(_GIVEN)} {dice.choice(_FAMILY)}"


def pay_stub(dice: random.Random) -> str:
    """A pay stub; of one employer and employee, for another period each time."""
    end = _day(dice)
    gross = dice.randint(1500, 1700)
    return f"""SAMPLE WAREHOUSING COMPANY
400 Example Avenue, Springfield, IL 62701
Earnings Statement
Employee: Rosa Ejemplo          Employee number: 004512
Pay period: {end - timedelta(days=13):%m/%d/%Y} to {end:%m/%d/%Y}
Pay date: {end + timedelta(days=5):%m/%d/%Y}
Regular hours 80.00   Rate 20.00   Gross pay {gross:,}.00
Federal income tax {gross * 0.09:,.2f}   Social Security {gross * 0.062:,.2f}
Medicare {gross * 0.0145:,.2f}   State tax {gross * 0.0495:,.2f}
Net pay {gross * 0.784:,.2f}
Year to date gross {gross * dice.randint(2, 20):,}.00
Deposited to the account ending in 4471
This is a statement of earnings and deductions. Please keep it for your records."""


def rent_receipt(dice: random.Random) -> str:
    """A receipt with few words, of one receipt book."""
    return f"""RENT RECEIPT
No. {dice.randint(1000, 9999)}
Date: {_day(dice):%m/%d/%Y}
Received from Rosa Ejemplo
Amount: ${_money(dice, 900)}
For rent of 12 Beispiel Street
Signed: O. Muster"""


def transfer_receipt(dice: random.Random) -> str:
    """A receipt of a money transfer, with all words but those of the transfer in common."""
    return f"""SAMPLE MONEY TRANSFER
Customer receipt - not valid as identification
Sender: Rosa Ejemplo   Receiver: Elena Ejemplo
Destination: Republic of Utopia
Date: {_day(dice):%B %d, %Y}
Tracking number: {dice.randint(10**9, 10**10 - 1)}
Amount sent: {_money(dice)} USD
Transfer fee: 4.99 USD
Exchange rate: {dice.uniform(17, 19):.4f}
Please keep this receipt until the money has been received. Transfers that were not picked up
within ninety days are paid back to the sender at any of our offices on request."""


def statement(dice: random.Random) -> str:
    """A bank statement, a month each."""
    start = date(2026, dice.randint(1, 10), 1)
    rows = "\n".join(
        f"{start + timedelta(days=3 * n):%m/%d}   {what:<28} {_money(dice, 800)}"
        for n, what in enumerate(("DEPOSIT PAYROLL", "GROCERY STORE", "ELECTRIC", "RENT"), 1)
    )
    return f"""FIRST EXAMPLE BANK
Statement of account 0044-7716-02 - Rosa Ejemplo, 12 Beispiel Street, Springfield
Statement period from {start:%B %d, %Y}
Beginning balance {_money(dice, 9000)}
{rows}
Ending balance {_money(dice, 9000)}
Questions about this statement: call the number on the back of your card or write to us."""


def certificate(dice: random.Random) -> str:
    """One translator's certificate, with the name of another document each time."""
    what = dice.choice(
        ["birth", "marriage", "death", "police", "school", "medical", "divorce", "residence"]
    )
    return f"""CERTIFICATE OF TRANSLATION
I, Otto Muster, certify that I am competent to translate from Spanish into English, and that
the attached translation of the {what} record is complete and accurate to the best of my
knowledge and belief.
Otto Muster
12 Beispiel Street, Springfield, IL 62701, telephone (555) 010-0199
Signed on November 3, 2026"""


def registry_form(dice: random.Random) -> str:
    """A birth record on a printed form: brothers and sisters have the same parents and clerk."""
    born = date(2008, 1, 1) + timedelta(days=dice.randint(0, 4000))
    given = dice.choice(_GIVEN)
    return f"""CIVIL REGISTRY OF UTOPIA
Certificate of birth
Book {dice.randint(1, 40)}   Folio {dice.randint(1, 300)}
Name of the child: {given} Ejemplo Muster
Date of birth: {born:%d %B %Y}
Place of birth: {dice.choice(_TOWNS)}, Utopia
Name of the father: Otto Ejemplo Primer
Name of the mother: Anna Muster Segundo
Witnesses: Carlos Beispiel and Marta Esempio
I certify that this is a true extract of the book of births kept in this office.
The registrar of the civil registry, sealed and signed on 4 May 2025."""


def appointment(dice: random.Random) -> str:
    """An appointment slip of one hospital, with few words."""
    return f"""SAMPLE CHILDREN'S HOSPITAL
Appointment for Elena Ejemplo
{_day(dice):%A, %B %d, %Y} at {dice.randint(8, 16)}:{dice.choice(["00", "15", "30", "45"])}
Cardiology, floor {dice.randint(1, 6)}
Please arrive 20 minutes early."""


def school_report(dice: random.Random) -> str:
    """A report of one pupil, a term each."""
    marks = "\n".join(
        f"{subject:<22}{dice.randint(5, 10)}"
        for subject in ("Spanish", "Mathematics", "History", "Science", "Music", "Sports")
    )
    year, term = dice.randint(2022, 2025), dice.choice(["first", "second", "third"])
    return f"""ESCUELA PRIMARIA EJEMPLO
Report of the {term} term of the year {year}-{year + 1}
Pupil: Elena Ejemplo   Class 4 B
{marks}
Days absent: {dice.randint(0, 12)}
The teacher: Marta Beispiel   The head of the school: Carlos Primer
Marks from five to ten are a pass. Parents sign this report and send it back within a week."""


def letter_to_each(dice: random.Random) -> str:
    """The same letter for another member of the family each time."""
    return f"""To whom it may concern
I have known {_person(dice)} for many years as a neighbor in {dice.choice(_TOWNS)}. I have always
seen an honest person who works hard, helps others and takes part in the life of the parish.
I am glad to give this reference and ask you to consider the request with favor.
Yours truly, Father Otto Primer
Parish of Saint Example, November 3, 2026"""


CERTIFICATES = "certificates of one translator"
KINDS: dict[str, Callable[[random.Random], str]] = {
    "pay stubs": pay_stub,
    "rent receipts": rent_receipt,
    "transfer receipts": transfer_receipt,
    "bank statements": statement,
    CERTIFICATES: certificate,
    "records on one form": registry_form,
    "appointment slips": appointment,
    "school reports": school_report,
    "letters for each of a family": letter_to_each,
}


def pair(kind: str, dice: random.Random) -> tuple[str, str]:
    """The words of two papers of one template that are not the same."""
    first = KINDS[kind](dice)
    second = first
    while second == first:
        second = KINDS[kind](dice)
    return first, second


def draw(words: str) -> Image.Image:
    """A sheet with these words, as a printer makes it."""
    sheet = Image.new("L", (_WIDTH, _HEIGHT), 255)
    pen = ImageDraw.Draw(sheet)
    letters = ImageFont.truetype(io.BytesIO(stamp_font().read_bytes()), 24)
    for row, line in enumerate(words.splitlines()):
        pen.text((110, 120 + 46 * row), line, font=letters, fill=0)
    return sheet


def as_text(words: str, path: str) -> PageText:
    """The page as a program wrote it: its words are known without recognition."""
    small = make_miniature(draw(words), (0.0, 0.0, 1.0, 1.0))
    return make_page_text(words, path, sha256=path, miniature=small)


def as_scan(words: str, path: str, dice: random.Random) -> PageText:
    """The page as it is recognized on a scan or photograph of the sheet."""
    page = rescans.read(rescans.again(draw(words), dice), as_text(words, path))
    return change_page(page, path=path, source_page=1)

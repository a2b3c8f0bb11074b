"""The means of the supporter: letter, tax transcripts, wage statement, employer, bank."""

from __future__ import annotations

from scripts.sample_cases.draw import Paper
from scripts.sample_cases.urgent_medical.common import CHILD, OFFICE, SUPPORTER, begin, body

WAGES = {2025: 97240, 2024: 93110, 2023: 88900, 2022: 85300}
DEDUCTION = {2025: 23625, 2024: 21900, 2023: 20800, 2022: 19400}


def support() -> bytes:
    """What the supporter promises."""
    paper = Paper()
    for line in (SUPPORTER, "14 Sample Court, Springfield, IL 62701", "217-555-0119"):
        paper.text(line, gap=0)
    paper.space(16)
    paper.text("October 19, 2026", gap=12)
    for line in OFFICE:
        paper.text(line, gap=0)
    paper.space(12)
    body(
        paper,
        (
            "To the Officer:",
            f"I am a permanent resident of the United States and have been a friend of the petitioner since 2013. I support the request for {CHILD}, whom I met in 2024.",
            "The hospital and the fund pay for the treatment and the apartment. I will pay for everything else: food, clothing and local transport for the child and her mother, about "
            "$900 a month, from their arrival to their departure, and their flights in both directions, $1,360.50, which are reserved in my name.",
            "I earn $97,240 a year and have worked for the same employer since 2012. My son, aged fourteen, is my only dependent. My savings were $59,666.70 at the end of September. I have "
            "never signed a declaration of support for anyone else.",
            "I have completed Form I-134 and understand what I promise. I ask you to let Testina come.",
            "Sincerely,",
        ),
    )
    paper.sign(SUPPORTER)
    return paper.done()


def tax_transcript() -> bytes:
    """Four years, one page each, in the plain type such transcripts are printed in."""
    paper = Paper(family="Mono")
    for year, wages in WAGES.items():
        if year != 2025:
            paper.new_page()
        interest = wages // 300
        income = wages + interest
        taxable = income - DEDUCTION[year]
        tax, withheld = taxable * 13 // 100, taxable * 14 // 100
        paper.centre("This Product Contains Sensitive Taxpayer Data", 10)
        paper.space(8)
        paper.centre("Tax Return Transcript · SAMPLE", 15)
        paper.space(4)
        paper.text(f"Request date: 10-06-2026      Tracking number: 000000000{year}", 8.5, gap=6)
        for label, value in (
            ("SSN provided:", "XXX-XX-0000"),
            ("Tax period ending:", f"Dec. 31, {year}"),
            ("Name(s) shown on return:", "SUST BEIS"),
            ("Address:", "14 SA"),
            ("Filing status:", "Head of household"),
            ("Form number:", "1040"),
            ("Received date:", f"Apr. 02, {year + 1}"),
        ):
            paper.at(260, paper.y, value)
            paper.text(label, 9, gap=0)
        paper.space(8)
        paper.table(
            [
                ("Income and tax", "Per return"),
                ("Wages, salaries, tips, etc.", f"${wages:,}.00"),
                ("Taxable interest income", f"${interest:,}.00"),
                ("Total income", f"${income:,}.00"),
                ("Adjusted gross income", f"${income:,}.00"),
                ("Standard deduction", f"${DEDUCTION[year]:,}.00"),
                ("Taxable income", f"${taxable:,}.00"),
                ("Child tax credit", "$2,000.00"),
                ("Total tax liability", f"${tax - 2000:,}.00"),
                ("Federal income tax withheld", f"${withheld:,}.00"),
                ("Refund", f"${withheld - tax + 2000:,}.00"),
                ("Number of dependents", "1"),
            ],
            (320, 148),
            9,
            (1,),
            boxed=False,
        )
        paper.centre("This Product Contains Sensitive Taxpayer Data", 10)
    return paper.done()


def wage_statement() -> bytes:
    """A wage and tax statement in boxes, two copies on a sheet."""
    paper = Paper(family="Sans")
    for copy in (
        "Copy B – to be filed with the employee's federal tax return",
        "Copy C – for the employee's records",
    ):
        paper.text("Wage and Tax Statement 2025 · SAMPLE", 12, "Bold")
        paper.boxes(
            [
                [
                    ("a  Employee's social security number", "XXX-XX-0000"),
                    ("1  Wages, tips, other compensation", "97,240.00"),
                    ("2  Federal income tax withheld", "10,351.00"),
                ],
                [
                    ("b  Employer identification number", "00-0000000"),
                    ("3  Social security wages", "97,240.00"),
                    ("4  Social security tax withheld", "6,028.88"),
                ],
                [
                    ("c  Employer", "Sample Machine Works, Inc."),
                    ("5  Medicare wages and tips", "97,240.00"),
                    ("6  Medicare tax withheld", "1,409.98"),
                ],
                [
                    ("e  Employee", "Sustenta Beispiel"),
                    ("f  Address", "14 Sample Court"),
                    ("12a  Code D", "5,400.00"),
                ],
                [
                    ("15  State", "IL"),
                    ("16  State wages", "97,240.00"),
                    ("17  State income tax", "4,813.38"),
                ],
            ]
        )
        paper.text(copy, 8.5, "Italic")
        paper.space(36)
    return paper.done()


def employer() -> bytes:
    """Position, pay and permanence, on letterhead."""
    paper = begin(
        "Sample Machine Works, Inc.",
        ("77 Sample Industrial Park, Springfield, IL 62701", "217-555-0177 · people@example.org"),
        "October 7, 2026",
        ("To whom it may concern",),
        family="Sans",
        colour=(0.25, 0.25, 0.3),
    )
    body(
        paper,
        (
            "#Re: Employment of Sustenta Beispiel",
            "Ms. Beispiel has been employed by us since March 1, 2012. She is a quality engineer; the position is full time and permanent.",
            "Her salary is $97,240 a year, paid twice a month, with health insurance and a retirement plan. We expect to employ her for the foreseeable future.",
            "This letter is issued at her request. Questions may be directed to me.",
        ),
    )
    paper.sign("Personala Sample", ["Director, Human Resources (invented)"])
    return paper.done()


def bank() -> bytes:
    """Six monthly statements in one file, as a bank's web site gives them."""
    paper = Paper(family="Sans", foot="Bank of Samples · statement {page} of 6")
    balance = 41250.0
    for month, (name, days) in enumerate(
        (("April", 30), ("May", 31), ("June", 30), ("July", 31), ("August", 31), ("September", 30))
    ):
        if month:
            paper.new_page()
        paper.letterhead(
            "Bank of Samples",
            (
                "1 Sample Bank Street, Springfield, IL 62701 · 217-555-0150",
                "Checking and savings, account ending 0000, opened June 3, 2011",
            ),
            (0.1, 0.3, 0.3),
        )
        paper.text(f"Statement for {name} 1 to {days}, 2026", 13, "Bold", gap=2)
        paper.text(
            f"Account holder: {SUPPORTER}, 14 Sample Court, Springfield, IL 62701", 9, gap=10
        )
        rows, opening = [("Date", "Description", "Withdrawal", "Deposit", "Balance")], balance
        for day, text, amount in (
            (1, "Rent, 14 Sample Court", -1450.0),
            (3, "Groceries", -104.6),
            (5, "Direct deposit, Sample Machine Works", 3010.5),
            (8, "Electricity and water", -188.2),
            (11, "Groceries", -98.15),
            (12, "Fuel", -41.3),
            (15, "School lunch account", -60.0),
            (17, "Groceries", -112.4),
            (20, "Direct deposit, Sample Machine Works", 3010.5),
            (22, "Telephone and internet", -95.0),
            (24, "Groceries", -97.2),
            (26, "Health, copayment", -25.0),
            (28, "Insurance, car", -679.7),
        ):
            balance += amount
            rows.append(
                (
                    f"{month + 4:02d}/{day:02d}/2026",
                    text,
                    f"${-amount:,.2f}" if amount < 0 else "",
                    f"${amount:,.2f}" if amount > 0 else "",
                    f"${balance:,.2f}",
                )
            )
        paper.table(rows, (68, 190, 68, 68, 74), 8, (2, 3, 4))
        paper.table(
            [
                ("Opening balance", "Deposits", "Withdrawals", "Closing balance"),
                (
                    f"${opening:,.2f}",
                    "$6,021.00",
                    f"${opening + 6021 - balance:,.2f}",
                    f"${balance:,.2f}",
                ),
            ],
            (117, 117, 117, 117),
            9,
            (0, 1, 2, 3),
        )
        paper.text(
            "Average daily balance and interest are shown on the annual summary. Please report errors within sixty days.",
            7.5,
        )
    return paper.done()

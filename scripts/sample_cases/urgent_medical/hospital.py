"""What is offered in the United States: acceptance, cost, and who pays."""

from __future__ import annotations

from pikepdf import Array, Pdf

from scripts.sample_cases.draw import Paper, again, linked
from scripts.sample_cases.urgent_medical.common import CHILD, OFFICE, begin, body

HOSPITAL = "Exemplary Children's Hospital · SAMPLE"
ADDRESS = (
    "Heart Center · 500 Sample Avenue, Springfield, IL 62701",
    "217-555-0100 · heart@example.org",
)


def _contents(paper: Paper, lines: tuple[str, str]) -> list[tuple[float, float, float, float]]:
    """Two lines that are links; where they stand."""
    places = []
    for line in lines:
        places.append((72.0, paper.y - 3, 330.0, paper.y + 11))
        paper.canvas.setFillColorRGB(0.05, 0.2, 0.6)
        paper.text(line, 10.5, gap=5)
        paper.canvas.setFillGray(0)
    return places


def acceptance() -> bytes:
    """A letter of three pages, with links in its first page and an outline."""
    paper = begin(
        HOSPITAL,
        ADDRESS,
        "October 9, 2026",
        OFFICE,
        foot="Exemplary Children's Hospital · acceptance letter · page {page} of 3",
    )
    body(
        paper,
        (
            f"#Re: Acceptance of {CHILD}, born April 5, 2019, for heart surgery",
            "To the Officer:",
            "Our heart center has reviewed the records, the catheterization of July 8 and the echocardiogram of September 15, 2026. We accept the child for complete repair of "
            "tetralogy of Fallot with reconstruction of the branch pulmonary arteries, an operation our surgeons perform about thirty times a year.",
            "The operating room is reserved for January 19, 2027. The child should arrive at least seven days before, for tests and to rest from the journey.",
            "Details are set out on the following pages:",
        ),
    )
    places = _contents(paper, ("1. Treatment (page 2)", "2. Length of stay and follow-up (page 3)"))
    paper.text(
        "Please call the heart center at any hour if a question can be answered by telephone.",
        gap=7,
    )
    paper.sign(
        "Curata Sanitas, M.D.", ["Chief of Pediatric Heart Surgery (invented)"], "Curata Sanitas"
    )
    paper.new_page()
    paper.heading("1. Treatment", 13)
    body(
        paper,
        (
            "#Before the operation",
            "Admission on January 17, 2027. Blood tests, imaging and, if needed, a further catheterization.",
            "#The operation",
            "One open-heart operation of about seven hours on January 19, 2027: closure of the septal defect, relief of the obstruction, and reconstruction of both "
            "branch pulmonary arteries with donated tissue.",
            "#In hospital",
            "Intensive care for seven to ten days; ward for about fourteen days.",
            "#Second procedure",
            "Three to four months later the branches are widened by catheter, as growth of the reconstructed vessels requires.",
            "#Outlook",
            "In our hands 96 of 100 children survive this operation, and most lead an ordinary life after it. Without it few reach their tenth year.",
            "#Urgency",
            "Waiting beyond February 2027 would expose the child to spells that may be fatal. We consider the operation urgent.",
        ),
    )
    paper.new_page()
    paper.heading("2. Length of stay and follow-up", 13)
    body(
        paper,
        (
            "We need the child near the hospital for nine months after the operation, in the following steps:",
        ),
    )
    paper.table(
        [
            ("When", "What", "How often"),
            ("January 2027", "Tests, operation, hospital stay", "once"),
            ("February and March", "Visits with echocardiogram", "every week"),
            ("April to June", "Visits; second procedure in May", "every second week"),
            ("July to October", "Visits, exercise program", "every fourth week"),
            (
                "November and December",
                "Reserve for unforeseen events; discharge to home",
                "as needed",
            ),
        ],
        (140, 220, 108),
    )
    body(
        paper,
        (
            "With two months for unforeseen events we therefore ask that the child be allowed to stay for twelve months in all. Afterwards her cardiologist at home can "
            "take over; we will remain available to him.",
            "The child needs one parent with her at all times.",
        ),
    )
    paper.sign(
        "Coordinata Sample, R.N.", ["International patient coordinator (invented)"], "Coordinata S."
    )
    links = [(0, "section.1", 1), (0, "section.2", 2)]
    return linked(
        paper.done(),
        links,
        [("Acceptance", 0), ("1. Treatment", 1), ("2. Length of stay and follow-up", 2)],
        places,
    )


def cost_estimate() -> bytes:
    """Three pages of tables. The destinations have the same names as in the acceptance letter and lead elsewhere."""
    paper = begin(
        HOSPITAL,
        ("Patient Financial Services · 500 Sample Avenue, Springfield, IL 62701", "217-555-0102"),
        "October 12, 2026",
        family="Sans",
        foot="Estimate 0000 (sample) · page {page} of 3",
    )
    paper.heading("Estimate of charges and sources of payment", 13)
    paper.boxes(
        [
            [("Patient", CHILD), ("Date of birth", "April 5, 2019")],
            [("Planned admission", "January 17, 2027"), ("Estimate valid until", "June 30, 2027")],
        ]
    )
    paper.text(
        "This estimate covers everything the heart center expects from admission to the end of follow-up. It is given in good faith; the hospital bears any charge above it."
    )
    places = _contents(paper, ("1. Hospital and physicians (page 2)", "2. How it is paid (page 3)"))
    paper.sign("Financia Sample", ["Financial counselor (invented)"])
    paper.new_page()
    paper.heading("1. Hospital and physicians", 13)
    paper.table(
        [
            ("Item", "Quantity", "Rate", "Amount"),
            ("Catheterization and imaging", "1", "$18,400", "$18,400"),
            ("Operating room and surgeons", "1", "$96,000", "$96,000"),
            ("Intensive care, days", "10", "$7,400", "$74,000"),
            ("Ward, days", "14", "$3,500", "$49,000"),
            ("Second procedure", "1", "$31,000", "$31,000"),
            ("Medication and supplies", "1", "$12,600", "$12,600"),
            ("Outpatient visits", "24", "$400", "$9,600"),
            ("Total", "", "", "$290,600"),
        ],
        (228, 70, 80, 90),
        10,
        (1, 2, 3),
        last_bold=True,
    )
    paper.text("Interpreter services in Spanish are provided without charge.")
    paper.new_page()
    paper.heading("2. How it is paid", 13)
    paper.table(
        [
            ("Source", "Status", "Amount"),
            ("Hospital charity care", "Approved October 8, 2026", "$240,600"),
            ("Little Hearts Sample Fund", "Committed October 13, 2026", "$50,000"),
            ("Family", "", "$0"),
            ("Total", "", "$290,600"),
        ],
        (200, 168, 100),
        10,
        (2,),
        last_bold=True,
    )
    paper.text("No charge will be made to Medicaid or any other public program.")
    paper.sign("Financia Sample", ["Financial counselor (invented)"])
    links = [(0, "section.1", 1), (0, "section.2", 2)]
    return linked(
        paper.done(),
        links,
        [("Estimate", 0), ("1. Hospital and physicians", 1), ("2. How it is paid", 2)],
        places,
    )


def charity() -> bytes:
    """Two pages whose margins are cropped away, as a copier's software leaves them."""
    paper = begin(
        "Little Hearts Sample Fund",
        ("9 Sample Square, Springfield, IL 62701", "217-555-0188 · fund@example.org"),
        "October 14, 2026",
        OFFICE,
        colour=(0.6, 0.1, 0.15),
    )
    body(
        paper,
        (
            f"#Commitment for {CHILD}",
            "To the Officer:",
            "The fund was founded in 1998 and has paid for the treatment of 212 children from abroad. It commits $50,000 to the surgery of Testina at Exemplary Children's Hospital, "
            "payable to the hospital on admission.",
            "The fund also lends an apartment at 11 Sample Square, four hundred yards from the hospital, to the child and her mother from January 10 to December 20, 2027, furnished and "
            "free of charge, with utilities.",
            "The commitment is irrevocable. It was approved by the board on October 13, 2026; an extract of the minutes follows.",
        ),
    )
    paper.sign("Donata Sample", ["President (invented)"])
    paper.at(4, 6, "copier 7, tray 2, invisible after cropping", 7)
    paper.new_page()
    paper.heading("Minutes of the board, October 13, 2026 (extract)", 13)
    body(
        paper,
        (
            "Present: seven of nine directors. Chair: Donata Sample.",
            "Item 4. Application 0000: heart surgery of a child from Utopia. The medical adviser reported that the operation is urgent and that the hospital bears five sixths of the cost.",
            "Resolved unanimously: to pay $50,000 to the hospital on admission, and to lend the apartment at 11 Sample Square until December 20, 2027.",
        ),
    )
    paper.sign("Secretaria Sample", ["Secretary (invented)"])
    return again(paper.done(), _crop)


def _crop(pdf: Pdf) -> None:
    for page in pdf.pages:
        page.CropBox = Array([30, 40, 590, 774])

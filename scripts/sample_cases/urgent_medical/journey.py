"""Why there is no visa in time, and how the family comes and goes home."""

from __future__ import annotations

from scripts.sample_cases.draw import Paper
from scripts.sample_cases.urgent_medical.common import CHILD, MOTHER, SUPPORTER, begin


def consulate() -> bytes:
    """A print of a web page, dark to its edges: there is no white left for a stamp."""
    paper = Paper(family="Sans", note="")  # its note stands in the dark band
    canvas = paper.canvas
    canvas.setFillColorRGB(0.86, 0.89, 0.94)
    canvas.rect(0, 0, 612, 792, stroke=0, fill=1)
    canvas.setFillColorRGB(0.13, 0.2, 0.36)
    canvas.rect(0, 0, 612, 60, stroke=0, fill=1)
    canvas.rect(0, 732, 612, 60, stroke=0, fill=1)
    canvas.setFillGray(1)
    paper.at(72, 752, "Visa appointment service · Puerto Ejemplo (sample)", 14, "Bold")
    paper.at(72, 776, "SAMPLE – every person and fact on this page is invented", 7, "Italic")
    for number, line in enumerate(
        (
            "Home  ·  Apply  ·  Pay  ·  Schedule  ·  Expedited appointments  ·  Contact  ·  Printed to the edge of the sheet",
            "All facts on this page are invented for a software sample · no endorsement is meant or implied by anybody at all",
            "https://visas.example.org/puerto-ejemplo/schedule                 October 16, 2026, 10:42                  page 1 of 1",
        )
    ):
        paper.at(20 + 8 * number, 42 - 15 * number, line, 9)
    canvas.setFillGray(0)
    paper.y = 696
    paper.text(f"Applicant: {CHILD.upper()}    Confirmation: AA00SAMPLE", 10)
    paper.text("Next available interview, visitor visa: September 27, 2027", 13, "Bold")
    paper.text(
        "Wait from today: 346 calendar days. The interview waiver is not open to first-time applicants.",
        10,
        gap=10,
    )
    paper.table(
        [
            ("Visa class", "Next appointment", "Wait, days"),
            ("B1/B2 visitor, first time", "September 27, 2027", "346"),
            ("B1/B2 visitor, renewal", "March 1, 2027", "136"),
            ("F, M, J student and exchange", "May 4, 2027", "200"),
            ("C1/D crew", "January 11, 2027", "87"),
        ],
        (220, 150, 98),
        right=(2,),
    )
    paper.heading("Your request for an expedited appointment")
    paper.table(
        [
            ("Sent", "Reason given", "Answer", "On"),
            (
                "October 12, 2026",
                "Urgent medical treatment",
                "Not granted: no capacity",
                "October 14, 2026",
            ),
            (
                "October 15, 2026",
                "Same, surgery date confirmed",
                "Not granted: no capacity",
                "October 16, 2026",
            ),
        ],
        (100, 150, 130, 88),
        8,
    )
    paper.text(
        "The consular section has suspended expedited appointments until further notice. A further request will not be answered.",
        10,
    )
    return paper.done()


def itinerary() -> bytes:
    """A reservation with return, and its conditions."""
    paper = begin(
        "Sample Air",
        ("Reservation ABC000 · refundable · held for two travelers until December 15, 2026",),
        "October 18, 2026",
        family="Sans",
        colour=(0.05, 0.4, 0.55),
        foot="Sample Air · reservation ABC000 · page {page} of 2",
    )
    paper.heading("Outbound")
    paper.table(
        [
            ("Flight", "From", "To", "Departs", "Arrives"),
            ("SA 100", "Puerto Ejemplo", "Miami", "Jan 10, 2027  07:15", "Jan 10, 2027  11:05"),
            ("SA 214", "Miami", "Springfield", "Jan 10, 2027  13:40", "Jan 10, 2027  15:55"),
        ],
        (56, 100, 92, 110, 110),
        8,
    )
    paper.heading("Return")
    paper.table(
        [
            ("Flight", "From", "To", "Departs", "Arrives"),
            ("SA 215", "Springfield", "Miami", "Dec 20, 2027  09:10", "Dec 20, 2027  13:30"),
            ("SA 101", "Miami", "Puerto Ejemplo", "Dec 20, 2027  15:20", "Dec 20, 2027  17:05"),
        ],
        (56, 100, 92, 110, 110),
        8,
    )
    paper.heading("Travelers")
    paper.table(
        [
            ("Name", "Type", "Fare"),
            (CHILD.upper(), "Child, 7", "$612.40"),
            (MOTHER.upper(), "Adult", "$748.10"),
            ("Total, both directions", "", "$1,360.50"),
        ],
        (260, 100, 108),
        right=(2,),
        last_bold=True,
    )
    paper.text(f"Payment: card of {SUPPORTER}, authorized; charged when the tickets are issued.")
    paper.new_page()
    paper.heading("Special services")
    paper.text(
        "Medical oxygen on board for the first traveler, 2 liters a minute, confirmed on all flights. Seats together. Wheelchair at every airport."
    )
    paper.heading("Conditions")
    paper.text(
        "The return may be moved to an earlier or later day without charge. The tickets are refunded in full if the journey cannot take place."
    )
    return paper.done()

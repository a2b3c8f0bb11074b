"""The door for links and what else hangs on pages of evidence: what opens or runs something is
left out and named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String

from assembler.errors import TemplateBroken
from assembler.model import Severity
from scripts.sample_cases import draw
from tests import factories, mutable
from tests.conftest import build
from tests.mutable import link, web
from tests.support.evidence import prepared

RECT = (72, 500, 200, 520)

ADDRESSES = [
    "javascript:app.alert(1)",
    "JaVaScRiPt:app.alert(1)",
    " javascript:app.alert(1)",
    "java\tscript:app.alert(1)",
    "\x01javascript:app.alert(1)",
    "file:///etc/passwd",
    "FILE:C:/x.exe",
    "\\\\host\\share\\x.exe",
    "//host/share",
    "smb://host/x",
    "ms-word:ofe|u|https://example.com/x.docx",
    "ms-excel:ofv|u|https://example.com/x.xlsx",
    "ms-settings:",
    "data:text/html,x",
    "vbscript:msgbox(1)",
    "x-example:run",
    "ftp://example.com/x",
    "C:\\x.exe",
    "x.exe",
    "\nhttps://example.com/",
    "https:\\\\host\\x",
    "https://example.com/\njavascript:x",
    "http:",
    "",
    "about:blank",
    "mailto:",
    "view-source:https://example.com/",
]

ACTIONS: list[dict[str, Any]] = [
    {"S": Name.Launch, "F": String("x.exe")},
    {"S": Name.GoToR, "F": String("other.pdf"), "D": Array([0, Name.Fit])},
    {"S": Name.GoToE, "D": Array([0, Name.Fit])},
    {"S": Name.SubmitForm, "F": String("https://example.com/")},
    {"S": Name.JavaScript, "JS": String("app.alert(1)")},
    {"S": Name.Named, "N": Name.Print},
    {"S": Name.ResetForm},
    {
        "S": Name.URI,
        "URI": String("https://example.com/"),
        "Next": Dictionary(S=Name.JavaScript, JS=String("x")),
    },
    {"S": Name.Hide, "T": String("x")},
    {"S": Name.Thread, "D": 0},
    {"S": Name.Sound},
    {},
]


def with_action(action: Dictionary) -> bytes:
    return draw.again(factories.linked_pdf(), lambda pdf: link(pdf, 1, RECT, A=action))


@pytest.mark.parametrize("action", [*map(web, ADDRESSES), *(Dictionary(**one) for one in ACTIONS)])
def test_a_link_that_opens_or_runs_something_is_left_out_and_named(
    tmp_path: Path, action: Dictionary
) -> None:
    data = with_action(action)

    made = prepared(tmp_path, {"a.pdf": data})["a.pdf"]

    with Pdf.open(made.pdf) as pdf:
        assert [note.get(Name.A) for page in pdf.pages for note in page.get(Name.Annots, ())] == [
            None
        ]  # the file's own stays
    assert ("link that runs or opens something", 1) in [
        (one.what, one.count) for one in made.removed
    ]
    (finding,) = [one for one in made.findings if one.rule == "EVID.LINK"]
    assert (finding.severity, finding.page) == (Severity.INFO, 2)
    assert not any(part in str(finding) for part in ("example", "passwd", "alert", "exe"))


@pytest.mark.parametrize(
    "address",
    [
        "https://www.uscis.gov/i-131",
        "HTTP://example.com",
        "mailto:clerk@example.com?subject=x y",
        "tel:+1-555-0100",
        "https://example.com/a b.pdf",
        "https://example.com/é",
    ],
)
def test_links_to_the_web_mail_and_telephone_stay(tmp_path: Path, address: str) -> None:
    made = prepared(tmp_path, {"a.pdf": with_action(web(address))})["a.pdf"]

    with Pdf.open(made.pdf) as pdf:
        assert str(pdf.pages[1].Annots[0].A.URI) == address
    assert "EVID.LINK" not in {one.rule for one in made.findings}


def test_a_link_to_the_next_page_names_it(tmp_path: Path) -> None:
    """In a bundle the next page may be somebody else's."""
    made = prepared(tmp_path, {"a.pdf": with_action(Dictionary(S=Name.Named, N=Name.NextPage))})[
        "a.pdf"
    ]

    with Pdf.open(made.pdf) as pdf:
        assert pdf.pages[1].Annots[0].Dest[0].objgen == pdf.pages[2].obj.objgen
        assert Name.A not in pdf.pages[1].Annots[0]


def test_bookmarks_that_run_something_are_left_behind_and_counted(tmp_path: Path) -> None:
    def change(pdf: Pdf) -> None:
        item = pdf.Root.Outlines.First
        del item.Dest
        item.A = Dictionary(S=Name.Launch, F=String("x.exe"))

    made = prepared(tmp_path, {"a.pdf": draw.again(factories.linked_pdf(), change)})["a.pdf"]

    assert ("bookmark that leads outside the file", 1) in [
        (one.what, one.count) for one in made.removed
    ]
    with Pdf.open(made.pdf) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == ["Second part"]


def odd(pdf: Pdf) -> None:
    """Everything that programs hang on pages and that no reader of paper sees."""
    for address in ADDRESSES:
        link(pdf, 0, RECT, A=web(address))
    for action in ACTIONS:
        link(pdf, 1, RECT, A=Dictionary(**action))
    link(pdf, 2, RECT, A=Dictionary(S=Name.Named, N=Name.FirstPage))
    link(pdf, 2, RECT, A=web("https://assembler.invalid/tab/x"))
    link(pdf, 2, RECT, Dest=String("no such place"))
    link(pdf, 2, RECT, Dest=Array([0, Name.Fit]))
    link(pdf, 2, RECT, Dest=Array([pdf.pages[0].obj, Name.Fit]), A=web("https://example.com/"))
    script = Dictionary(S=Name.JavaScript, JS=String("x"))
    link(
        pdf,
        2,
        RECT,
        A=web("https://example.com/"),
        AP=Dictionary(N=pdf.make_stream(b"", BBox=Array([0, 0, 9, 9]))),
        NM=String("x"),
        AA=Dictionary(E=script),
        BS=Dictionary(W=3, S=Name.D),
        OC=Dictionary(Type=Name.OCG),
    )
    page = pdf.pages[0].obj
    for key in (
        "/Trans",
        "/Dur",
        "/PresSteps",
        "/Thumb",
        "/PieceInfo",
        "/AF",
        "/VP",
        "/Secret",
        "/Tabs",
        "/B",
        "/AA",
    ):
        page[key] = (
            Dictionary(S=Name.Dissolve)
            if key == "/Trans"
            else String("x")
            if key == "/Secret"
            else Array([])
        )
    group = pdf.make_indirect(
        Dictionary(
            Type=Name.OCG,
            Name=String("x"),
            Usage=Dictionary(Print=Dictionary(PrintState=Name.OFF), Zoom=Dictionary(min=2)),
        )
    )
    event = Dictionary(Event=Name.Print, Category=Array([Name.Print]), OCGs=Array([group]))
    shown = Dictionary(AS=Array([event]), Order=Array([group]))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([group]), D=shown, Configs=Array([]))
    form = pdf.make_stream(
        b"0 g 100 100 50 50 re f",
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, 612, 792]),
        OC=group,
        PieceInfo=Dictionary(),
        Secret=String("x"),
        OPI=Dictionary(),
        LastModified=String("D:2026"),
    )
    notes = pdf.make_stream(b"<x/>", Type=Name.Metadata, Subtype=Name.XML)
    marked = Dictionary(Properties=Dictionary(MC0=Dictionary(Metadata=notes)))
    pdf.pages[0].Resources.Properties = Dictionary(MC0=Dictionary(Metadata=notes))
    form.Resources = marked
    name = pdf.pages[0].add_resource(form, Name.XObject)
    pdf.pages[0].contents_add(b"\n" + str(name).encode() + b" Do\n")
    for key in (
        "/PageLayout",
        "/Threads",
        "/Perms",
        "/Legal",
        "/URI",
        "/OutputIntents",
        "/Requirements",
        "/Secret",
    ):
        pdf.Root[key] = (
            Array([]) if key in ("/Threads", "/OutputIntents", "/Requirements") else Dictionary()
        )
    with pdf.open_outline() as outline:
        outline.root[0].color, outline.root[0].bold = (1, 0, 0), True
    pikepdf.NameTree(pdf.Root.Names.Dests)["somebody's name"] = Array([pdf.pages[0].obj, Name.Fit])


def test_evidence_with_everything_that_can_hang_on_a_page_is_bound_plain_and_proved(
    tmp_path: Path,
) -> None:
    data = {"odd": draw.again(mutable.linked(), odd), "turned": mutable.turned()}

    built = build(mutable.mutable_case(tmp_path / "case", data))[0]

    assert built.proof.ok
    said = [finding for finding in built.findings if finding.rule == "EVID.LINK"]
    assert [(one.page, one.problem.split()[0]) for one in said] == [
        (1, str(len(ADDRESSES))),
        (2, str(len(ACTIONS))),
        (3, "1"),
    ]


@pytest.mark.parametrize("action", [web(ADDRESSES[0]), *(Dictionary(**one) for one in ACTIONS[:4])])
def test_an_action_in_the_place_of_a_destination_is_an_action(
    tmp_path: Path, action: Dictionary
) -> None:
    """As Firefox reads it."""
    data = draw.again(factories.linked_pdf(), lambda pdf: link(pdf, 1, RECT, Dest=action))

    made = prepared(tmp_path, {"a.pdf": data})["a.pdf"]

    with Pdf.open(made.pdf) as pdf:
        assert Name.Annots not in pdf.pages[1]
    assert "EVID.LINK" in {one.rule for one in made.findings}


def lead_by_odd_names(pdf: Pdf) -> None:
    """Names that are no text: those of web pages saved as a PDF are made of checksums."""
    name, missing = String(b"j\xffo\xad\x17gen"), String(b"\xadnowhere")
    pdf.Root.Names.Dests.Names = Array([name, Array([pdf.pages[2].obj, Name.XYZ, 0, 500, None])])
    link(pdf, 0, RECT, A=Dictionary(S=Name.GoTo, D=name))
    link(pdf, 0, RECT, Dest=name)
    link(pdf, 0, RECT, Dest=missing)
    pdf.Root.Outlines.First.Dest = name


def lead_by_action(pdf: Pdf) -> None:
    goal = Array([pdf.pages[2].obj, Name.XYZ, 0, 500, None])
    link(pdf, 0, RECT, Dest=Dictionary(Type=Name.Action, S=Name.GoTo, D=goal))
    link(pdf, 0, RECT, Dest=Dictionary(D=goal))
    link(pdf, 0, RECT, Dest=web("https://example.com/"))


@pytest.mark.parametrize("lead", [lead_by_odd_names, lead_by_action])
def test_links_that_are_oddly_written_lead_where_they_did(
    tmp_path: Path, lead: Callable[[Pdf], None]
) -> None:
    data = draw.again(mutable.linked(), lead)

    built = build(mutable.mutable_case(tmp_path / "case", {"odd": data}))[0]

    assert [check for check in built.proof.checks if not check.ok] == []


def test_a_template_whose_link_runs_something_stops_the_bundle(tmp_path: Path) -> None:
    from tests.support.binding import bound

    letter = draw.again(
        factories.linked_pdf(), lambda pdf: link(pdf, 0, RECT, A=web("file:///etc/passwd"))
    )

    with pytest.raises(TemplateBroken, match="a link runs a program, or opens a file"):
        bound(tmp_path, [factories.text_pdf()], letter)

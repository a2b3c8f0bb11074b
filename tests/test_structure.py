"""The bundle's structure: whatever is added to, taken from or changed in a finished bundle
beside what its pages look like."""

from __future__ import annotations

import io
import json
import random
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String
from pypdf import PdfReader, PdfWriter

from assembler.model import Check
from assembler.model.manifest import MANIFEST_FILE
from assembler.pdf.source_files import ClientFiles
from assembler.proof import source_links, structure
from assembler.proof.bound_bundle import BoundBundle, BoundFile
from assembler.proof.navigation_check import check_navigation
from assembler.runtime.manifest_reader import read_manifest
from scripts.sample_cases import draw
from tests import factories, mutable
from tests.conftest import build
from tests.mutable import link, web
from tests.support.profiles import build as build_for
from tests.support.profiles import own_profile
from tests.support.sharing import made_once


class Here:
    """The proof's workers, in this process."""

    def map(
        self, function: Callable[[Any], Any], items: Iterable[Any], **_: Any
    ) -> tuple[Any, ...]:
        return tuple(map(function, items))


@pytest.fixture(scope="module")
def linked() -> Path:
    def make(folder: Path) -> None:
        build(mutable.mutable_case(folder / "case"))

    return made_once("linked", make) / "case"


@pytest.fixture
def case(linked: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(linked, tmp_path / "case"))


def checked(case: Path, with_sources: bool = True) -> dict[str, Check]:
    """The checks of structure, links and bookmarks that fail, by name; {"trouble": …} where
    nothing can be read."""
    folder = case / "build/child"
    manifest = read_manifest(folder)
    parts = manifest.volumes
    read = structure.read_all(folder, manifest.ledger, parts, Here(), manifest.linked)  # type: ignore[arg-type]
    whole = structure.combine_structures(read)
    if whole.trouble:
        return {"trouble": Check(name="trouble", ok=False, detail=whole.trouble)}
    bound = [
        BoundFile(volume=part, sheets=one.sheets, marks=one.marks, tags=one.tags)
        for part, one in zip(parts, read, strict=True)
    ]
    kept = {path: folder / pdf for path, pdf in manifest.conversions.items()}
    sources = ClientFiles(folder=case, conversions=kept) if with_sources else None
    files = source_links.read_all(folder, manifest, sources, Here())  # type: ignore[arg-type]
    failed = {
        check.name: check
        for check in check_navigation(BoundBundle(manifest, bound, files))
        if not check.ok
    }
    if whole.forbidden:
        failed["nothing-else"] = Check(
            name="nothing-else", ok=False, detail="; ".join(whole.forbidden)
        )
    return failed


def page_of(case: Path, exhibit: str, page: int = 1) -> int:
    """Place in the bundle, from 0, of an exhibit's page."""
    data = json.loads((case / "build/child" / MANIFEST_FILE).read_text())
    return next(
        e["number"] - 1
        for e in data["ledger"]
        if (e["exhibit"], e["exhibit_page"]) == (exhibit, page)
    )


def change(case: Path, how: Callable[[Pdf], None], **save: Any) -> None:
    path = case / "build/child/bundle.pdf"
    with Pdf.open(path, allow_overwriting_input=True) as pdf:
        how(pdf)
        pdf.save(path, **save)


def test_an_honest_bundle_with_links_of_every_kind_is_proved(case: Path) -> None:
    assert checked(case) == {}
    assert checked(case, with_sources=False) == {}


@pytest.mark.parametrize("way", [{}, {"object_stream_mode": pikepdf.ObjectStreamMode.disable}])
def test_a_bundle_that_was_only_written_again_is_proved(case: Path, way: dict[str, Any]) -> None:
    change(case, lambda _pdf: None, **way)

    assert checked(case) == {}


# --- links ---

LINKED, TURNED, FULL, LARGE = "linked", "turned", "full", "large"


def retarget(number: int, place: int = 0) -> Callable[[Pdf, Path], None]:
    """The link at this place of a page leads to the last page."""

    def how(pdf: Pdf, _case: Path) -> None:
        note = pdf.pages[number].Annots[place]
        note.Dest = Array([pdf.pages[-1].obj, Name.XYZ, None, None, None])

    return how


def in_evidence(
    exhibit: str, page: int, how: Callable[[Pdf, Any], None], place: int = 0
) -> Callable[[Pdf, Path], None]:
    def on_page(pdf: Pdf, case: Path) -> None:
        how(pdf, pdf.pages[page_of(case, exhibit, page)].Annots[place])

    return on_page


def lay_over(exhibit: str) -> Callable[[Pdf, Path], None]:
    def how(pdf: Pdf, case: Path) -> None:
        link(
            pdf,
            page_of(case, exhibit),
            (0, 0, 612, 792),
            A=web("https://example.com/"),
            Border=Array([0, 0, 0]),
        )

    return how


def lay_over_ours(pdf: Pdf, _case: Path) -> None:
    link(
        pdf,
        0,
        (0, 0, 612, 792),
        Dest=Array([pdf.pages[3].obj, Name.XYZ, None, None, None]),
        Border=Array([0, 0, 0]),
    )


def remove(exhibit: str, page: int = 1) -> Callable[[Pdf, Path], None]:
    def how(pdf: Pdf, case: Path) -> None:
        pdf.pages[page_of(case, exhibit, page)].Annots = Array([])

    return how


def move(_pdf: Pdf, note: Any) -> None:
    note.Rect = Array([float(one) + 3 for one in note.Rect])


def other_address(_pdf: Pdf, note: Any) -> None:
    note.A.URI = String("https://www.uscis.gov/i-134")


def other_place(pdf: Pdf, note: Any) -> None:
    note.Dest = Array([note.Dest[0], Name.XYZ, 72, 100, None])


def border(_pdf: Pdf, note: Any) -> None:
    note.Border = Array([0, 0, 9])


def quads(_pdf: Pdf, note: Any) -> None:
    note.QuadPoints = Array([0, 792, 612, 792, 0, 0, 612, 0])


def silence(_pdf: Pdf, note: Any) -> None:
    for key in (Name.A, Name.Dest):
        if key in note:
            del note[key]


def double(pdf: Pdf, case: Path) -> None:
    page = pdf.pages[page_of(case, LINKED)]
    page.Annots.append(page.Annots[0])


@pytest.mark.parametrize(
    "how",
    [
        lay_over(LINKED),
        lay_over(FULL),
        remove(LINKED),
        remove(TURNED, 2),
        remove(FULL),
        remove(LARGE),
        double,
        in_evidence(LINKED, 1, move),
        in_evidence(TURNED, 1, move),
        in_evidence(TURNED, 3, move),
        in_evidence(LARGE, 1, move),
        in_evidence(FULL, 1, move),
        in_evidence(LINKED, 1, other_address, 1),
        in_evidence(LINKED, 1, border, 1),
        in_evidence(TURNED, 2, other_address),
        in_evidence(LINKED, 2, other_place),
        in_evidence(LINKED, 2, quads),
        in_evidence(LINKED, 2, quads, 2),
        in_evidence(LINKED, 1, silence),
        in_evidence(LINKED, 3, silence),
        in_evidence(TURNED, 1, silence, 1),
    ],
)
def test_a_changed_link_of_evidence_is_caught(case: Path, how: Callable[[Pdf, Path], None]) -> None:
    change(case, lambda pdf: how(pdf, case))

    failed = checked(case)

    assert "links" in failed
    assert failed["links"].page


def leave(pdf: Pdf, note: Any) -> None:
    note.Dest = Array([pdf.pages[0].obj, Name.Fit])


@pytest.mark.parametrize("how", [retarget(6), in_evidence(LINKED, 2, leave)])
def test_without_its_sources_a_link_that_leaves_its_file_is_caught(
    case: Path, how: Callable[[Pdf, Path], None]
) -> None:
    change(case, lambda pdf: how(pdf, case))

    assert "links" in checked(case, with_sources=False)


@pytest.mark.parametrize("number", [0, 2, 3, 4])
def test_a_link_of_our_own_pages_that_leads_elsewhere_is_caught(case: Path, number: int) -> None:
    """Of the letter, the index, the declaration and a tab sheet."""
    change(case, lambda pdf: retarget(number)(pdf, case))

    assert "links" in checked(case)


@pytest.mark.parametrize(("exhibit", "page"), [(LINKED, 1), (TURNED, 1), (LARGE, 1), ("", 0)])
def test_more_paper_around_what_is_seen_is_caught(case: Path, exhibit: str, page: int) -> None:
    """What stands there is not seen, and a printer or another reader shows it."""

    def enlarge(pdf: Pdf) -> None:
        sheet = pdf.pages[page_of(case, exhibit, page) if exhibit else 0]
        sheet.CropBox = Array(list(sheet.cropbox))
        sheet.MediaBox = Array([-100, 0, float(sheet.mediabox[2]), float(sheet.mediabox[3])])

    change(case, enlarge)

    assert "paper" in checked(case)


def kept_drafts(case: Path) -> None:
    if "kept" not in json.loads((case / "build/child" / MANIFEST_FILE).read_text()):
        pytest.skip("the packet keeps no drafts to compare with")


def on_first(key: str, value: Any) -> Callable[[Pdf], None]:
    return lambda pdf: pdf.pages[0].Annots[0].__setitem__(key, value)


def shift(pdf: Pdf) -> None:
    note = pdf.pages[0].Annots[0]
    note.Rect = Array([float(one) + 2 for one in note.Rect])


def drop_first(pdf: Pdf) -> None:
    pdf.pages[0].Annots = Array(list(pdf.pages[0].Annots)[1:])


@pytest.mark.parametrize(
    "how",
    [
        shift,
        drop_first,
        on_first("/H", Name.O),
        on_first("/Contents", String("x")),
        lambda pdf: lay_over_ours(pdf, Path()),
    ],
)
def test_links_of_our_own_pages_are_those_of_the_drafts(
    case: Path, how: Callable[[Pdf], None]
) -> None:
    kept_drafts(case)
    change(case, how)

    assert "links" in checked(case)


def branch(pdf: Pdf) -> Any:
    """The first element of the tags that has others below it, and they more."""
    element = pdf.Root.StructTreeRoot.K[0]
    while not isinstance(element.K, Array):
        element = element.K
    return element


@pytest.mark.parametrize(
    "how",
    [
        lambda pdf: branch(pdf).__setitem__("/ActualText", String("something else")),
        lambda pdf: branch(pdf).K[0].__setitem__("/S", Name.Artifact),
        lambda pdf: branch(pdf).__setitem__("/K", Array(list(branch(pdf).K)[::-1])),
        lambda pdf: branch(pdf).__setitem__("/K", Array(list(branch(pdf).K)[1:])),
        lambda pdf: branch(pdf).K[0].__setitem__("/A", Dictionary(O=Name.Layout)),
        lambda pdf: pdf.Root.StructTreeRoot.RoleMap.__setitem__("/Document", Name.Span),
        lambda pdf: pdf.Root.StructTreeRoot.__setitem__("/K", Array()),
        lambda pdf: branch(pdf).__setitem__("/K", branch(pdf)),
    ],
    ids=["text", "role", "order", "one less", "attributes", "meaning of a role", "none", "circle"],
)
def test_what_a_screen_reader_reads_of_our_pages_is_what_the_drafts_have(
    case: Path, how: Callable[[Pdf], None]
) -> None:
    kept_drafts(case)
    change(case, how)

    assert checked(case).keys() & {"tags", "nothing-else"}


# --- bookmarks ---


def outline(how: Callable[[Any, Pdf], None]) -> Callable[[Pdf], None]:
    def on_outline(pdf: Pdf) -> None:
        with pdf.open_outline() as tree:
            how(tree.root, pdf)

    return on_outline


def item(pdf: Pdf) -> Any:
    return pdf.Root.Outlines.First


def forge_child(root: Any, pdf: Pdf) -> None:
    exhibit = next(top for top in root if top.children).children[0]
    exhibit.children.append(pikepdf.OutlineItem("Exhibit A – Another title (1–2)", 3))


def forge_below_a_letter(root: Any, _pdf: Pdf) -> None:
    root[0].children.append(pikepdf.OutlineItem("Cover letter", 1))


def forge_top(root: Any, _pdf: Pdf) -> None:
    root.append(pikepdf.OutlineItem("Appendix", 0))


def rename_brought(root: Any, _pdf: Pdf) -> None:
    exhibit = next(top for top in root if top.children).children[0]
    exhibit.children[0].children[0].title = "Details 12-C"


def swap_brought(root: Any, _pdf: Pdf) -> None:
    exhibit = next(top for top in root if top.children).children[0]
    exhibit.children.reverse()


def drop_brought(root: Any, _pdf: Pdf) -> None:
    exhibit = next(top for top in root if top.children).children[0]
    del exhibit.children[1]


def retarget_brought(root: Any, pdf: Pdf) -> None:
    exhibit = next(top for top in root if top.children).children[0]
    exhibit.children[1].destination = pikepdf.make_page_destination(pdf, 0)


def scroll_brought(root: Any, _pdf: Pdf) -> None:
    """A bookmark of a client's file leads to the right page, but to another place of it."""
    mark = next(top for top in root if top.children).children[0].children[1]
    mark.destination = Array([mark.destination[0], Name.XYZ, 0, 20, 9])


def color_brought(root: Any, _pdf: Pdf) -> None:
    next(top for top in root if top.children).children[0].children[1].color = (1, 1, 1)


def embolden_brought(root: Any, _pdf: Pdf) -> None:
    next(top for top in root if top.children).children[0].children[1].bold = True


def fold_brought(root: Any, _pdf: Pdf) -> None:
    exhibit = next(top for top in root if top.children).children[0]
    mark = next(mark for mark in exhibit.children if mark.children)
    mark.is_closed = not mark.is_closed


def swap_tops(root: Any, _pdf: Pdf) -> None:
    root[0], root[1] = root[1], root[0]


def close_group(root: Any, _pdf: Pdf) -> None:
    next(top for top in root if top.children).is_closed = True


def open_exhibit(root: Any, _pdf: Pdf) -> None:
    next(top for top in root if top.children).children[0].is_closed = False


def act(pdf: Pdf) -> None:
    del item(pdf).Dest
    item(pdf).A = Dictionary(S=Name.URI, URI=String("https://example.com/"))


def go_by_action(pdf: Pdf) -> None:
    item(pdf).A = Dictionary(S=Name.GoTo, D=item(pdf).Dest)
    del item(pdf).Dest


def color(pdf: Pdf) -> None:
    item(pdf).C = Array([1, 1, 1])


def zoom(pdf: Pdf) -> None:
    item(pdf).Dest = Array([item(pdf).Dest[0], Name.FitR, 0, 0, 10, 10])


def loop(pdf: Pdf) -> None:
    item(pdf).Next.Next = item(pdf)


def hide_behind(pdf: Pdf) -> None:
    """An item that only a reader who walks backwards sees."""
    item(pdf).Prev = pdf.make_indirect(
        Dictionary(Title=String("Hidden"), Parent=pdf.Root.Outlines, Next=item(pdf))
    )


def other_last(pdf: Pdf) -> None:
    pdf.Root.Outlines.Last = pdf.Root.Outlines.First


@pytest.mark.parametrize(
    "how",
    [
        outline(one)
        for one in (
            forge_child,
            forge_below_a_letter,
            forge_top,
            rename_brought,
            swap_brought,
            drop_brought,
            retarget_brought,
            scroll_brought,
            color_brought,
            embolden_brought,
            fold_brought,
            swap_tops,
            close_group,
            open_exhibit,
        )
    ]
    + [act, go_by_action, color, zoom, loop, hide_behind, other_last],
)
def test_a_changed_bookmark_is_caught(case: Path, how: Callable[[Pdf], None]) -> None:
    change(case, how)

    assert checked(case).keys() & {"outline", "nothing-else"}


# --- what hangs on a dictionary ---

NOTE = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def root(key: str, value: Any) -> Callable[[Pdf], None]:
    return lambda pdf: pdf.Root.__setitem__(key, value)


def on_page(key: str, value: Any, number: int = 6) -> Callable[[Pdf], None]:
    return lambda pdf: pdf.pages[number].obj.__setitem__(key, value)


def on_link(key: str, value: Any, number: int = 0) -> Callable[[Pdf], None]:
    return lambda pdf: pdf.pages[number].Annots[0].__setitem__(key, value)


def stream(pdf: Pdf, data: bytes = b"another client's page", **entries: Any) -> Any:
    return pdf.make_indirect(pikepdf.Stream(pdf, data, **entries))


def file_of(pdf: Pdf) -> Any:
    held = Dictionary(F=stream(pdf, Type=Name.EmbeddedFile))
    return pdf.make_indirect(Dictionary(Type=Name.Filespec, F=String("x.txt"), EF=held))


def attach_to(key: Callable[[Pdf], Any]) -> Callable[[Pdf], None]:
    return lambda pdf: key(pdf).__setitem__("/AF", Array([file_of(pdf)]))


def orphan(pdf: Pdf) -> None:
    """Reached by nothing that a reader shows, but in the file."""
    pdf.pages[6].Resources["/Hidden"] = Dictionary(AF=Array([file_of(pdf)]))


def picture(pdf: Pdf) -> Any:
    """A form or picture somewhere in the bundle."""
    return next(
        one
        for one in pdf.objects
        if isinstance(one, pikepdf.Stream) and one.get(Name.Subtype) == Name.Form
    )


def second_page(pdf: Pdf) -> None:
    hidden = Dictionary(
        Type=Name.Page, MediaBox=Array([0, 0, 9, 9]), Parent=pdf.Root.Pages, Contents=stream(pdf)
    )
    picture(pdf)["/Resources"]["/Font"]["/F9"] = pdf.make_indirect(hidden)


def page_twice(pdf: Pdf) -> None:
    pdf.Root.Pages.Kids[5] = pdf.Root.Pages.Kids[6]


def inner_tree(pdf: Pdf) -> None:
    """A page below a second level, with another beside it that is not counted."""
    page = pdf.Root.Pages.Kids[6]
    pdf.Root.Pages.Kids[6] = pdf.make_indirect(
        Dictionary(Type=Name.Pages, Kids=Array([page]), Count=1, Parent=pdf.Root.Pages)
    )


def branches(pdf: Pdf, **more: Any) -> None:
    """Pages in two branches of the page tree, as in a long bundle. `more`: of the first."""
    tree, pages = pdf.Root.Pages, list(pdf.Root.Pages.Kids)
    nodes = []
    for kids in (pages[:4], pages[4:]):
        node = Dictionary(Type=Name.Pages, Kids=Array(kids), Count=len(kids), Parent=tree)
        nodes.append(pdf.make_indirect(node))
        for page in kids:
            page.Parent = nodes[-1]
    for key, value in more.items():
        nodes[0][f"/{key}"] = value
    tree.Kids = Array(nodes)


def layers(pdf: Pdf, usage: Any = None, shown: Any = None, layer: Any = None) -> None:
    group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("x")))
    if usage is not None:
        group.Usage = usage
    for key, value in (layer or {}).items():
        group[key] = value
    default = Dictionary(Order=Array([group]))
    state = Dictionary(Event=Name.Print, Category=Array([Name.Print]), OCGs=Array([group]))
    for key, value in (shown or {}).items():
        default[key] = value if value is not None else Array([state])
    pdf.Root.OCProperties = Dictionary(OCGs=Array([group]), D=default)
    page = pdf.pages[6]
    page.Resources["/Properties"] = Dictionary(MC0=group)
    page.contents_add(b"/OC /MC0 BDC", prepend=True)
    page.contents_add(b"EMC", prepend=False)


def label(pdf: Pdf) -> None:
    pdf.Root.PageLabels = Dictionary(
        Nums=Array([0, Dictionary(S=Name.D, St=1), 5, Dictionary(S=Name.D, St=7)])
    )


def name_nobody_uses(pdf: Pdf) -> None:
    tree = pikepdf.NameTree(pdf.Root.Names.Dests)
    tree["Testina Exemplar"] = Array([pdf.pages[0].obj, Name.Fit])


CHANGES: dict[str, Callable[[Pdf], None]] = {
    "script on opening": root("/OpenAction", NOTE),
    "opens at another page": lambda pdf: root(
        "/OpenAction", Array([pdf.pages[3].obj, Name.XYZ, None, None, 1])
    )(pdf),
    "AA of the document": root("/AA", Dictionary(WC=NOTE)),
    "metadata": lambda pdf: pdf.Root.__setitem__(
        "/Metadata", stream(pdf, Type=Name.Metadata, Subtype=Name.XML)
    ),
    "collection": root("/Collection", Dictionary(View=Name.H)),
    "threads": root("/Threads", Array([])),
    "permissions": root("/Perms", Dictionary()),
    "private key of the document": root("/Testina", String("private")),
    "form": root("/AcroForm", Dictionary(Fields=Array([]))),
    "URI base": root("/URI", Dictionary(Base=String("https://example.com/"))),
    "output intents": root("/OutputIntents", Array([])),
    "viewer preferences": root(
        "/ViewerPreferences", Dictionary(DisplayDocTitle=True, HideMenubar=True)
    ),
    "full screen": root("/PageMode", Name.FullScreen),
    "page layout": root("/PageLayout", Name.TwoColumnLeft),
    "labels": label,
    "embedded file": lambda pdf: pdf.attachments.__setitem__("secret.txt", b"x"),
    "file of the document": attach_to(lambda pdf: pdf.Root),
    "file of a page": attach_to(lambda pdf: pdf.pages[6].obj),
    "file of a link": attach_to(lambda pdf: pdf.pages[0].Annots[0]),
    "file of a drawing": attach_to(picture),
    "file of the tags": attach_to(lambda pdf: pdf.Root.StructTreeRoot.K[0]),
    "file within resources": orphan,
    "named place": name_nobody_uses,
    "more than a named place": lambda pdf: pdf.Root.Names.Dests.__setitem__("/Secret", String("x")),
    "language": root("/Lang", String("Testina Exemplar")),
    "trailer": lambda pdf: pdf.trailer.__setitem__("/Secret", String("x")),
    "AA of a page": on_page("/AA", Dictionary(O=NOTE)),
    "user unit": on_page("/UserUnit", 2),
    "thumbnail": lambda pdf: on_page("/Thumb", stream(pdf, Width=1, Height=1))(pdf),
    "private data of a page": on_page("/PieceInfo", Dictionary(X=Dictionary(Private=String("x")))),
    "private key of a page": on_page("/Secret", String("x")),
    "transition": on_page("/Trans", Dictionary(S=Name.Dissolve)),
    "duration": on_page("/Dur", 1),
    "tab order": on_page("/Tabs", Name.R),
    "steps": on_page("/PresSteps", Dictionary()),
    "articles": on_page("/B", Array([])),
    "turned page of ours": on_page("/Rotate", 180, 0),
    "larger page of ours": on_page("/MediaBox", Array([0, 0, 700, 792]), 0),
    "cropped page of ours": on_page("/CropBox", Array([0, 0, 500, 700]), 0),
    "tags of evidence": on_page("/StructParents", 3),
    "AA of a link": on_link("/AA", Dictionary(E=NOTE)),
    "action of a link": on_link("/A", NOTE),
    "next action": on_link(
        "/A", Dictionary(S=Name.URI, URI=String("https://example.com/"), Next=NOTE)
    ),
    "file link": lambda pdf: (
        pdf.pages[0].Annots[0].__delitem__("/Dest"),
        on_link("/A", web("file:///etc/passwd"))(pdf),
    )[0],
    "border of a link of ours": on_link("/Border", Array([0, 0, 3])),
    "appearance of a link": lambda pdf: on_link("/AP", Dictionary(N=picture(pdf)))(pdf),
    "private key of a link": on_link("/NM", String("x")),
    "layer of a link": lambda pdf: on_link(
        "/OC", pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("x")))
    )(pdf),
    "note": lambda pdf: pdf.pages[6].__setitem__(
        "/Annots", Array([Dictionary(Subtype=Name.Text, Rect=Array([0, 0, 9, 9]))])
    ),
    "private data of a drawing": lambda pdf: picture(pdf).__setitem__("/PieceInfo", Dictionary()),
    "metadata of a drawing": lambda pdf: picture(pdf).__setitem__(
        "/Metadata", stream(pdf, Type=Name.Metadata)
    ),
    "private key of a drawing": lambda pdf: picture(pdf).__setitem__("/Secret", String("x")),
    "drawing of another file": lambda pdf: picture(pdf).__setitem__("/Ref", Dictionary()),
    "layer by zoom": lambda pdf: layers(pdf, Dictionary(Zoom=Dictionary(min=2))),
    "layer by print": lambda pdf: layers(
        pdf, Dictionary(Print=Dictionary(PrintState=Name.OFF)), {"/AS": None}
    ),
    "layer by language": lambda pdf: layers(
        pdf, Dictionary(Language=Dictionary(Lang=String("es")))
    ),
    "layers of another configuration": lambda pdf: (
        layers(pdf),
        pdf.Root.OCProperties.__setitem__("/Configs", Array([])),
    )[0],
    "page out of sight": second_page,
    "page twice": page_twice,
    "page below another tree": inner_tree,
    "branch of pages with a rotation": lambda pdf: branches(pdf, Rotate=0),
    "author": lambda pdf: pdf.docinfo.__setitem__("/Author", "Testina Exemplar"),
    "dates": lambda pdf: pdf.docinfo.__setitem__("/CreationDate", "D:20260101"),
    "title": lambda pdf: pdf.docinfo.__setitem__("/Title", "Testina Exemplar"),
    "producer": lambda pdf: pdf.docinfo.__setitem__("/Producer", "Testina Exemplar"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_must_not_hang_on_a_dictionary_is_caught(case: Path, name: str) -> None:
    change(case, CHANGES[name])

    failed = checked(case)

    assert failed.keys() & {"nothing-else", "trouble"}
    assert not re.search(
        "Testina|secret|alert|passwd|CANARY", " ".join(check.detail for check in failed.values())
    )


def test_branches_of_the_page_tree_are_no_fault_unless_their_count_is_wrong(case: Path) -> None:
    change(case, branches)
    path = case / "build/child/bundle.pdf"
    with Pdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.save(path, object_stream_mode=pikepdf.ObjectStreamMode.disable, static_id=True)

    assert "nothing-else" not in checked(case)

    raw(case, lambda data: data.replace(b"/Count 4 ", b"/Count 3 "))

    assert "/Count in the page tree" in checked(case)["nothing-else"].detail


# --- the file itself ---


def raw(case: Path, how: Callable[[bytes], bytes]) -> None:
    path = case / "build/child/bundle.pdf"
    path.write_bytes(how(path.read_bytes()))


def later(case: Path) -> None:
    path = case / "build/child/bundle.pdf"
    writer = PdfWriter(path, incremental=True)
    writer.pages[0].rotate(0)
    writer.add_metadata({"/Producer": "assembler 0.1.0"})
    writer.write(path)


def between(data: bytes) -> bytes:
    """A comment in the place of the white space before an object, with the table of a file that
    has one set right."""
    place = data.index(b"\nendobj\n") + len(b"\nendobj\n")
    return data[:place] + b"% another client's page\n" + data[place:]


def unreferenced(case: Path) -> None:
    """An object that nothing leads to, in a file whose table names it."""
    path = case / "build/child/bundle.pdf"
    with Pdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.save(path, object_stream_mode=pikepdf.ObjectStreamMode.disable, static_id=True)
    data = path.read_bytes()
    start = data.rindex(b"xref\n", 0, data.rindex(b"startxref"))
    count = int(data[start:].split(None, 3)[2])
    table = data[start:].split(b"\n", 2)[2][: 20 * count]
    body = b"%d 0 obj\n(another client's page)\nendobj\n" % count
    trailer = (
        data[start:]
        .split(b"trailer ", 1)[1]
        .split(b"startxref")[0]
        .replace(b"/Size %d" % count, b"/Size %d" % (count + 1))
    )
    path.write_bytes(
        data[:start]
        + body
        + b"xref\n0 %d\n" % (count + 1)
        + table
        + b"%010d 00000 n \n" % start
        + b"trailer "
        + trailer
        + b"startxref\n%d\n%%%%EOF\n" % (start + len(body))
    )
    assert len(PdfReader(path).pages) > 5


def twice(case: Path) -> None:
    """Of two equal keys one reader takes the first, another the last."""
    change(case, lambda _pdf: None, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    raw(case, lambda data: data.replace(b"/PageMode /UseOutlines", b"/Lang(en-US)/Lang(eo) ", 1))
    raw(case, lambda data: data.replace(b"/Lang(en-US)/Lang(eo) ", b"/PageMode/Y/PageMode/X", 1))
    assert "a key appears twice" in checked(case)["nothing-else"].detail


@pytest.mark.parametrize(
    "how",
    [
        lambda case: raw(case, lambda data: data + b"\n%another client's page"),
        lambda case: raw(case, lambda data: data + b"PK\x03\x04 a file behind the file"),
        lambda case: raw(case, lambda data: data + b"\n" * 5000),
        lambda case: raw(case, lambda data: b"#!/bin/sh\n" + data),
        lambda case: raw(
            case, lambda data: data.replace(b"\n", b"\n%something else that is here\n", 1)
        ),
        later,
        unreferenced,
        twice,
        lambda case: raw(case, between),
    ],
)
def test_what_is_in_the_file_and_not_in_the_document_is_caught(
    case: Path, how: Callable[[Path], None]
) -> None:
    how(case)

    assert checked(case).keys() & {"nothing-else", "trouble"}


# --- bundles of other shapes ---


def heavy() -> bytes:
    """The linked file, each page with a picture that nothing makes smaller, so that it is cut
    between its pages."""

    def change(pdf: Pdf) -> None:
        for number, page in enumerate(pdf.pages):
            dots = random.Random(number).randbytes(250 * 250)
            head = {
                "Type": Name.XObject,
                "Subtype": Name.Image,
                "Width": 250,
                "Height": 250,
                "BitsPerComponent": 8,
            }
            made = pdf.make_stream(dots, ColorSpace=Name.DeviceGray, **head)
            name = page.add_resource(made, Name.XObject)
            page.contents_add(b"q 100 0 0 100 300 600 cm " + str(name).encode() + b" Do Q")

    return draw.again(mutable.linked(), change)


def test_links_and_bookmarks_of_evidence_are_true_across_files(tmp_path: Path) -> None:
    """A file cut between its pages: its links lead into the other file, its bookmarks stand in
    the file of their page."""
    case = mutable.mutable_case(tmp_path / "case", {"linked": heavy(), "turned": mutable.turned()})
    built = build_for(case, own_profile(case, max_bytes=230_000, fit_dpi=300))
    assert len(built.files) > 1
    assert built.proof.ok
    assert checked(case) == {}
    reader = PdfReader(case / "build/child" / built.files[0])
    away = [
        note
        for page in reader.pages
        for one in page.get("/Annots", ())
        if "/A" in (note := one.get_object())
    ]
    assert any(note["/A"]["/S"] == "/GoToR" for note in away)

    path = case / "build/child" / built.files[0]
    with Pdf.open(path, allow_overwriting_input=True) as pdf:
        notes = [one for page in pdf.pages for one in page.get(Name.Annots, ())]
        note = next(one for one in notes if Name.A in one and str(one.A.S) == "/GoToR")
        note.A.F = String("other.pdf")
        pdf.save(path)

    assert "links" in checked(case)


PLACES: tuple[tuple[Any, ...], ...] = (
    (Name.XYZ, 56.7, 773.29999, None),
    (Name.XYZ, None, 400, 0),
    (Name.FitH, 700),
    (Name.FitR, 10, 20, 300, 400),
    (Name.Fit,),
    (),
)


def test_bookmarks_of_evidence_may_lead_to_a_place_of_their_page(tmp_path: Path) -> None:
    """Each place in an exhibit of its own."""

    def lead(pdf: Pdf, place: tuple[Any, ...]) -> None:
        with pdf.open_outline() as tree:
            for mark in tree.root:
                mark.destination = Array([pdf.pages[0].obj, *place])

    evidence = {
        f"linked-{number}": draw.again(mutable.linked(), lambda pdf, place=place: lead(pdf, place))
        for number, place in enumerate(PLACES)
    }
    case = mutable.mutable_case(tmp_path / "case", evidence)

    assert [str(check) for check in build(case)[0].proof.checks if not check.ok] == []


def test_bookmarks_of_evidence_that_lead_elsewhere_are_left_out(tmp_path: Path) -> None:
    def lead_away(pdf: Pdf) -> None:
        with pdf.open_outline() as tree:
            for action in (
                Dictionary(S=Name.GoToR, F=String("other.pdf"), D=Array([0, Name.Fit])),
                Dictionary(S=Name.URI, URI=String(mutable.WEB)),
                Dictionary(S=Name.Named, N=Name.NextPage),
            ):
                tree.root.append(pikepdf.OutlineItem("Away", action=action))

    case = mutable.mutable_case(
        tmp_path / "case", {"linked": draw.again(mutable.linked(), lead_away)}
    )

    assert build(case)[0].proof.ok
    assert "Away" not in str(PdfReader(case / "build/child/bundle.pdf").outline)


def test_without_links_nothing_of_them_is_left(tmp_path: Path) -> None:
    case = mutable.mutable_case(tmp_path / "case", {"linked": mutable.linked()})

    built = build_for(case, own_profile(case, links="none"))

    assert built.proof.ok
    assert checked(case) == {}


def test_a_link_on_a_scan_that_was_turned_by_its_text_follows_it(tmp_path: Path) -> None:
    def turn(pdf: Pdf) -> None:
        pdf.pages[0].Rotate = 90
        link(pdf, 0, (100, 600, 180, 640), A=web(mutable.WEB))

    case = mutable.mutable_case(
        tmp_path / "case", {"scan": draw.again(factories.scan_pdf(dpi=120), turn)}
    )
    built = build(case)[0]
    data = json.loads((case / "build/child" / MANIFEST_FILE).read_text())
    entry = next(one for one in data["ledger"] if one["kind"] == "exhibit")

    assert entry["transform"]["turned"]
    assert built.proof.ok
    change(case, lambda pdf: in_evidence("scan", 1, move)(pdf, case))
    assert "links" in checked(case)


def test_links_of_a_word_file_are_of_the_file(tmp_path: Path) -> None:
    case = mutable.mutable_case(tmp_path / "case", {"linked": mutable.linked()})
    data = json.loads((case / "case.json").read_text())
    data["exhibits"].append(
        {
            "id": "word",
            "title": "A questionnaire",
            "category": "medical",
            "files": ["evidence/word.docx"],
        }
    )
    (case / "case.json").write_text(json.dumps(data))
    (case / "evidence/word.docx").write_bytes(
        word_with_links("https://www.uscis.gov/i-131", "mailto:clerk@example.com")
    )

    built = build(case)[0]

    assert built.proof.ok
    assert "links" not in checked(case)
    assert not [line for line in built.proof.not_checked if "word.docx" in line]
    page = page_of(case, "word")
    bundle = case / "build/child/bundle.pdf"
    whole = bundle.read_bytes()
    change(case, lambda pdf: link(pdf, page, (72, 72, 99, 99), A=web("https://example.org/")))
    assert "links" in checked(case)
    bundle.write_bytes(whole)
    assert "links" not in checked(case)
    change(case, lambda pdf: pdf.pages[page].Annots.__delitem__(0))
    assert "links" in checked(case)


def word_with_links(*addresses: str) -> bytes:
    """A Word file with a paragraph that is a link for each address."""
    from docx import Document
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = Document()
    for address in addresses:
        paragraph = made.add_paragraph("See here for Testina Exemplar: ")
        mark = OxmlElement("w:hyperlink")
        mark.set(
            qn("r:id"),
            paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True),
        )
        mark.append(paragraph.add_run("the page")._r)
        paragraph._p.append(mark)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()

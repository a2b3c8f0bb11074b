"""The last gate of a book: pages, links, drawings and layers keep what is seen of them, and
nothing that acts or is private."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pikepdf import Array, Dictionary, Name, NameTree, Object, Page, Pdf, Stream, String

from assembler.errors import TemplateBroken
from assembler.layout.page_order import HOST
from assembler.model import Layout, PartKind

_PAGE = frozenset(
    (
        "/Type",
        "/Parent",
        "/MediaBox",
        "/CropBox",
        "/BleedBox",
        "/TrimBox",
        "/ArtBox",
        "/Rotate",
        "/Resources",
        "/Contents",
        "/Annots",
        "/Group",
    )
)
_OUR_PAGE = _PAGE | {"/StructParents", "/Tabs"}
_LINK = frozenset(
    ("/Type", "/Subtype", "/Rect", "/QuadPoints", "/Border", "/BS", "/C", "/F", "/H", "/A", "/Dest")
)
_OUR_LINK = _LINK - {"/BS", "/C"} | {"/Contents", "/StructParent"}
_ACTIONS = {
    "/GoTo": ("/Type", "/S", "/D"),
    "/URI": ("/Type", "/S", "/URI"),
    "/GoToR": ("/Type", "/S", "/F", "/D"),
}
_DRAWN = {
    "/Form": frozenset(
        (
            "/Type",
            "/Subtype",
            "/FormType",
            "/BBox",
            "/Matrix",
            "/Resources",
            "/Group",
            "/Name",
            "/OC",
            "/Filter",
            "/DecodeParms",
            "/Length",
            "/StructParent",
            "/StructParents",
        )
    ),
    "/Image": frozenset(
        (
            "/Type",
            "/Subtype",
            "/Width",
            "/Height",
            "/ColorSpace",
            "/BitsPerComponent",
            "/ImageMask",
            "/Mask",
            "/Decode",
            "/Interpolate",
            "/Intent",
            "/SMask",
            "/SMaskInData",
            "/Matte",
            "/Name",
            "/OC",
            "/Filter",
            "/DecodeParms",
            "/Length",
            "/StructParent",
        )
    ),
}
_SHOWN = frozenset(
    (
        "/Name",
        "/Creator",
        "/BaseState",
        "/ON",
        "/OFF",
        "/Order",
        "/ListMode",
        "/RBGroups",
        "/Locked",
        "/Intent",
    )
)
_LAYER = frozenset(("/Type", "/Name", "/Intent"))
_OPENS = re.compile(r"(?:https?://|mailto:|tel:)[^\x00-\x1f\x7f\\]+", re.IGNORECASE)


def keep_plain_pages(layout: Layout, pages: Sequence[Page]) -> None:
    """Leave of pages and links only what is named here. Raises TemplateBroken where a template
    of ours has a link that acts."""
    for leaf, page in zip(layout.leaves, pages, strict=True):
        ours = leaf.kind in (PartKind.DRAFT, PartKind.TAB)
        idle = (
            Name.Trans in page
            and isinstance(page.Trans, Dictionary)
            and not list(page.Trans.keys())
        )
        _keep(page.obj, (_OUR_PAGE if ours else _PAGE) | ({"/Trans"} if idle else set()))
        notes = [note for note in page.get(Name.Annots, ()) if isinstance(note, Dictionary)]
        kept = [
            note
            for note in notes
            if note.get(Name.Subtype) == Name.Link and (ours or _is_plain(note))
        ]
        for note in kept:
            if ours and not _is_plain(note):
                raise TemplateBroken(
                    "a link runs a program, or opens a file",
                    where=leaf.part,
                    remedy="remove it from the template; web, mail and telephone links may stay",
                )
            _keep(note, _OUR_LINK if ours else _LINK)
            if isinstance(note.get(Name.A), Dictionary):
                _keep(note.A, _ACTIONS[str(note.A.S)])
            if ours:
                note.Border = Array([0, 0, 0])
        if len(kept) != len(page.get(Name.Annots, ())):
            page.Annots = Array(kept)


def keep_used_names(book: Pdf, pages: Sequence[Page]) -> None:
    """Leave of the named places only those that a link leads to: a name can be somebody's."""
    used = {
        str(goal)
        for page in pages
        for note in page.get(Name.Annots, ())
        for goal in _names_of(note)
    }
    if Name.Dests in book.Root:
        _keep(book.Root.Dests, used)
    names = book.Root.get(Name.Names)
    if isinstance(names, Dictionary) and Name.Dests in names:
        tree = NameTree(names.Dests)
        idle = [key for key in tree if str(key) not in used]
        for key in idle:
            del tree[key]
        if not len(tree):
            del names[Name.Dests]
    if isinstance(names, Dictionary):
        _keep(names, ("/Dests",))
        if not list(names.keys()):
            del book.Root[Name.Names]


def _names_of(note: Object) -> Iterator[Object]:
    action = note.get(Name.A)
    for goal in (
        note.get(Name.Dest),
        action.get(Name.D) if isinstance(action, Dictionary) else None,
    ):
        if isinstance(goal, String | Name):
            yield goal


def keep_plain_objects(book: Pdf) -> None:
    """Leave of drawings, pictures and layers only what they are shown with; what hung on zoom or
    printing is as it is seen."""
    _settle_layers(book)
    for item in book.objects:
        if isinstance(item, Stream) and str(item.get(Name.Subtype, "")) in _DRAWN:
            _keep(item, _DRAWN[str(item.Subtype)])
        elif isinstance(item, Dictionary | Stream) and item.get(Name.Type) != Name.OCG:
            _forget(item)


def _is_plain(note: Object) -> bool:
    """Whether a link leads to a page, the web, a mailbox or a telephone, or nowhere. Ours to the
    reserved host lead to pages."""
    if Name.A not in note:
        return True
    action = note.A
    kind = str(action.get(Name.S)) if isinstance(action, Dictionary) else ""
    if kind not in _ACTIONS or Name.Dest in note:
        return False
    if kind != "/URI":
        return True
    address = str(action.get(Name.URI, ""))
    return _OPENS.fullmatch(address) is not None and not address.startswith(HOST)


def _keep(dictionary: Object, allowed: Iterable[str]) -> None:
    for key in set(dictionary.keys()) - set(allowed):
        del dictionary[key]


def _forget(item: Object) -> None:
    """Notes of programs about any other object: metadata, private data, files that belong to it."""
    for key, kind in ((Name.Metadata, Stream), (Name.PieceInfo, Dictionary), (Name.AF, Array)):
        if (
            key in item
            and isinstance(item[key], kind)
            and item[key].get(Name.Subtype) not in (Name.Form, Name.Image)
        ):
            del item[key]


def _settle_layers(book: Pdf) -> None:
    """A layer is on or off, as a reader shows it on opening: not one way on the screen and
    another in print."""
    groups = [
        one
        for one in book.objects
        if isinstance(one, Dictionary) and one.get(Name.Type) == Name.OCG
    ]
    told = [(group, state) for group in groups if (state := _seen_state(group))]
    layers = book.Root.get(Name.OCProperties)
    if isinstance(layers, Dictionary) or told:
        _settle(book, layers if isinstance(layers, Dictionary) else Dictionary(), told)
    for group in groups:
        _keep(group, _LAYER)


def _settle(book: Pdf, layers: Dictionary, told: Sequence[tuple[Object, str]]) -> None:
    """Write the state that layers say of themselves into the list of those that are on or off."""
    shown = layers.get(Name.D)
    shown = shown if isinstance(shown, Dictionary) else Dictionary()
    places = ((layers, Name.OCGs), (shown, Name.ON), (shown, Name.OFF))
    listed, on, off = (_dictionaries(home.get(key)) for home, key in places)
    for group, state in told:
        listed, on, off = (
            [one for one in some if one.objgen != group.objgen] for some in (listed, on, off)
        )
        listed.append(group)
        (on if state == "/ON" else off).append(group)
    for (home, key), some in zip(places, (listed, on, off), strict=True):
        if some or key in home:
            home[key] = Array(some)
    _keep(shown, _SHOWN)
    _keep(layers, ("/OCGs", "/D"))
    layers.D = shown
    book.Root.OCProperties = layers


def _dictionaries(values: Object | None) -> list[Object]:
    return (
        [one for one in values if isinstance(one, Dictionary)] if isinstance(values, Array) else []
    )


def _seen_state(layer: Object) -> str:
    """What a layer's own words say of how it is viewed; "" where they say nothing."""
    usage = layer.get(Name.Usage) if isinstance(layer, Dictionary) else None
    view = usage.get(Name.View) if isinstance(usage, Dictionary) else None
    state = str(view.get(Name.ViewState, "")) if isinstance(view, Dictionary) else ""
    return state if state in ("/ON", "/OFF") else ""

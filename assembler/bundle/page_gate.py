"""Keep of pages, links, drawings and layers only what is visible, and nothing that acts or is
private."""

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
    """Keep only the listed entries of pages and links. Raises TemplateBroken if a template of ours
    has a link that acts."""
    for leaf, page in zip(layout.leaves, pages, strict=True):
        ours = leaf.kind in (PartKind.DRAFT, PartKind.TAB)
        has_empty_transition = (
            Name.Trans in page
            and isinstance(page.Trans, Dictionary)
            and not list(page.Trans.keys())
        )
        _keep(
            page.obj,
            (_OUR_PAGE if ours else _PAGE) | ({"/Trans"} if has_empty_transition else set()),
        )
        annotations = [
            annotation
            for annotation in page.get(Name.Annots, ())
            if isinstance(annotation, Dictionary)
        ]
        kept = [
            annotation
            for annotation in annotations
            if annotation.get(Name.Subtype) == Name.Link and (ours or _is_plain(annotation))
        ]
        for annotation in kept:
            if ours and not _is_plain(annotation):
                raise TemplateBroken(
                    "a link runs a program, or opens a file",
                    where=leaf.part,
                    remedy="remove it from the template; web, e-mail and telephone links may stay",
                )
            _keep(annotation, _OUR_LINK if ours else _LINK)
            if isinstance(annotation.get(Name.A), Dictionary):
                _keep(annotation.A, _ACTIONS[str(annotation.A.S)])
            if ours:
                annotation.Border = Array([0, 0, 0])
        if len(kept) != len(page.get(Name.Annots, ())):
            page.Annots = Array(kept)


def keep_used_names(bundle: Pdf, pages: Sequence[Page]) -> None:
    """Keep only the named places that a link leads to: a name can be somebody's."""
    used = {
        str(destination)
        for page in pages
        for annotation in page.get(Name.Annots, ())
        for destination in _iterate_names(annotation)
    }
    if Name.Dests in bundle.Root:
        _keep(bundle.Root.Dests, used)
    names = bundle.Root.get(Name.Names)
    if isinstance(names, Dictionary) and Name.Dests in names:
        tree = NameTree(names.Dests)
        unused = [key for key in tree if str(key) not in used]
        for key in unused:
            del tree[key]
        if not len(tree):
            del names[Name.Dests]
    if isinstance(names, Dictionary):
        _keep(names, ("/Dests",))
        if not list(names.keys()):
            del bundle.Root[Name.Names]


def _iterate_names(annotation: Object) -> Iterator[Object]:
    action = annotation.get(Name.A)
    for destination in (
        annotation.get(Name.Dest),
        action.get(Name.D) if isinstance(action, Dictionary) else None,
    ):
        if isinstance(destination, String | Name):
            yield destination


def keep_plain_objects(bundle: Pdf) -> None:
    """Keep only the visible entries of drawings, pictures and layers; what depends on zoom or
    printing becomes as it is seen."""
    _settle_layers(bundle)
    for item in bundle.objects:
        if isinstance(item, Stream) and str(item.get(Name.Subtype, "")) in _DRAWN:
            _keep(item, _DRAWN[str(item.Subtype)])
        elif isinstance(item, Dictionary | Stream) and item.get(Name.Type) != Name.OCG:
            _forget(item)
        for inner in _iterate_inner_dictionaries(item):
            _forget(inner)


def _iterate_inner_dictionaries(item: Object) -> Iterator[Object]:
    """Return the dictionaries written out within an object, as the properties of marked content
    are."""
    waiting = [item] if isinstance(item, Dictionary | Stream) else []
    while waiting:
        holder = waiting.pop()
        for value in holder.values():
            if isinstance(value, Dictionary) and not value.is_indirect:
                waiting.append(value)
                yield value


def _is_plain(annotation: Object) -> bool:
    """Return whether a link leads to a page, the web, a mailbox or a telephone, or nowhere. Links
    to the reserved host lead to pages."""
    if Name.A not in annotation:
        return True
    action = annotation.A
    kind = str(action.get(Name.S)) if isinstance(action, Dictionary) else ""
    if kind not in _ACTIONS or Name.Dest in annotation:
        return False
    if kind != "/URI":
        return True
    address = str(action.get(Name.URI, ""))
    return _OPENS.fullmatch(address) is not None and not address.startswith(HOST)


def _keep(dictionary: Object, allowed: Iterable[str]) -> None:
    for key in set(dictionary.keys()) - set(allowed):
        del dictionary[key]


def _forget(item: Object) -> None:
    """Remove notes of programs about any other object: metadata, private data, files that belong to
    it."""
    for key, kind in ((Name.Metadata, Stream), (Name.PieceInfo, Dictionary), (Name.AF, Array)):
        if (
            key in item
            and isinstance(item[key], kind)
            and item[key].get(Name.Subtype) not in (Name.Form, Name.Image)
        ):
            del item[key]


def _settle_layers(bundle: Pdf) -> None:
    """Make layers on or off, as a reader shows them on opening: not one way on the screen and
    another in print."""
    groups = [
        item
        for item in bundle.objects
        if isinstance(item, Dictionary) and item.get(Name.Type) == Name.OCG
    ]
    own_states = [(group, state) for group in groups if (state := _read_view_state(group))]
    layers = bundle.Root.get(Name.OCProperties)
    if isinstance(layers, Dictionary) or own_states:
        _settle(bundle, layers if isinstance(layers, Dictionary) else Dictionary(), own_states)
    for group in groups:
        _keep(group, _LAYER)


def _settle(bundle: Pdf, layers: Dictionary, own_states: Sequence[tuple[Object, str]]) -> None:
    """Write the state that layers name themselves into the lists of those that are on or off."""
    defaults = layers.get(Name.D)
    defaults = defaults if isinstance(defaults, Dictionary) else Dictionary()
    places = ((layers, Name.OCGs), (defaults, Name.ON), (defaults, Name.OFF))
    all_groups, on, off = (_list_dictionaries(owner.get(key)) for owner, key in places)
    for group, state in own_states:
        all_groups, on, off = (
            [member for member in members if member.objgen != group.objgen]
            for members in (all_groups, on, off)
        )
        all_groups.append(group)
        (on if state == "/ON" else off).append(group)
    for (owner, key), members in zip(places, (all_groups, on, off), strict=True):
        if members or key in owner:
            owner[key] = Array(members)
    _keep(defaults, _SHOWN)
    _keep(layers, ("/OCGs", "/D"))
    layers.D = defaults
    bundle.Root.OCProperties = layers


def _list_dictionaries(values: Object | None) -> list[Object]:
    return (
        [value for value in values if isinstance(value, Dictionary)]
        if isinstance(values, Array)
        else []
    )


def _read_view_state(layer: Object) -> str:
    """Return how a layer itself says it is viewed; "" if it does not."""
    usage = layer.get(Name.Usage) if isinstance(layer, Dictionary) else None
    view = usage.get(Name.View) if isinstance(usage, Dictionary) else None
    state = str(view.get(Name.ViewState, "")) if isinstance(view, Dictionary) else ""
    return state if state in ("/ON", "/OFF") else ""

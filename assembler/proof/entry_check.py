"""Check every dictionary of a bundle against the allow lists of `allowed_entries`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from pypdf.generic import DictionaryObject, IndirectObject

from assembler.model import LedgerEntry
from assembler.proof.allowed_entries import (
    ACTIONS,
    BRANCH,
    CATALOG,
    FORBIDDEN_ACTIONS,
    FORBIDDEN_KEYS,
    FORBIDDEN_TYPES,
    FORM,
    HOST,
    IMAGE,
    INFO,
    KEYS_OF_NAMES,
    LAYER,
    LAYER_CONFIGURATION,
    LAYER_MEMBERSHIP,
    LAYER_PROPERTIES,
    LINK,
    OUR_LINK,
    OUR_PAGE,
    PAGE,
    PUBLIC_WORDS,
    is_harmless,
)
from assembler.proof.object_reader import Objects

_MAX_NAMES = 200_000  # nodes of a name tree that are read
_MAX_SIDE = 14_400.0  # points: no page may be larger (PDF 32000-1, annex C)


def find_faults(objects: Objects, entries: Sequence[LedgerEntry], *, linked: bool) -> Iterator[str]:
    """Yield what must not be in the file, as short phrases without content.

    `entries`: the ledger's, of the pages of this file.
    """
    root = objects.dictionary(objects.reader.trailer.raw_get("/Root"))
    yield from _check_catalog(objects, root, entries)
    yield from _check_properties(objects)
    yield from _check_branches(objects, root)
    pages = list(_list_pages(objects, root))
    for entry, page in zip(entries, pages, strict=False):
        yield from _check_page(objects, page, entry)
        yield from _check_links(objects, page, entry, linked=linked)
    yield from _check_layers(objects, root, pages, entries)
    yield from _find_object_faults(objects, {id(page) for page in pages})
    yield from (f"the file: {fault}" for fault in objects.faults)


def _find_disallowed_keys(
    dictionary: DictionaryObject, allowed: frozenset[str], where: str
) -> Iterator[str]:
    for key in sorted(set(dictionary) - allowed):
        yield f"{_hide_private_name(key)} {where}"


def _hide_private_name(key: object) -> str:
    """Return a key as a message may name it; a private key could contain anything."""
    return str(key) if str(key) in PUBLIC_WORDS else "a private key"


def _check_catalog(
    objects: Objects, root: DictionaryObject, entries: Sequence[LedgerEntry]
) -> Iterator[str]:
    where = "in the document"
    yield from (
        f"{_hide_private_name(key)} {where}"
        for key in sorted(set(root) - CATALOG - {"/OpenAction"})
    )
    if "/OpenAction" in root and not _is_plain_opening(objects, root):
        yield f"/OpenAction {where}"
    if "/Names" in root:
        yield from _find_disallowed_keys(
            objects.dictionary(root.raw_get("/Names")), frozenset(("/Dests",)), where
        )
    if objects.get(root.get("/PageMode")) != "/UseOutlines":
        yield f"another /PageMode {where}"
    views = (
        objects.dictionary(root.raw_get("/ViewerPreferences"))
        if "/ViewerPreferences" in root
        else {}
    )
    if dict(views) != {"/DisplayDocTitle": True} or bool(views.get("/DisplayDocTitle")) is not True:
        yield f"other /ViewerPreferences {where}"
    if "/MarkInfo" in root and set(objects.dictionary(root.raw_get("/MarkInfo"))) != {"/Marked"}:
        yield f"other /MarkInfo {where}"
    if objects.get(root.get("/Lang")) != "en-US":
        yield f"another /Lang {where}"
    yield from _check_names(objects, root)
    labels = _read_labels(objects, root, len(entries))
    if labels != [entry.label for entry in entries]:
        yield "page labels that are not the printed numbers"


def _check_names(objects: Objects, root: DictionaryObject) -> Iterator[str]:
    """Yield a fault for each named destination that is more than a page."""
    tree = objects.dictionary(root.raw_get("/Names")) if "/Names" in root else DictionaryObject()
    waiting, node_count = [tree.get("/Dests")], 0
    places = [place for _, place in _iterate_raw_items(objects.dictionary(root.get("/Dests")))]
    while waiting and node_count < _MAX_NAMES:
        node = objects.dictionary(waiting.pop())
        node_count += 1
        if set(node) - {"/Names", "/Kids", "/Limits"}:
            yield "more than named places among them"
        waiting += objects.array(node.get("/Kids"))
        places += objects.array(node.get("/Names"))[1::2]
    for place in places:
        destination = objects.get(place)
        if isinstance(destination, DictionaryObject) and set(destination) - {"/D"}:
            yield "more than a page behind a named place"


def _iterate_raw_items(dictionary: DictionaryObject) -> Iterator[tuple[str, Any]]:
    yield from ((str(key), dictionary.raw_get(key)) for key in dictionary)


def _is_plain_opening(objects: Objects, root: DictionaryObject) -> bool:
    """Return whether the document only opens at its first page, at some size."""
    goal = objects.array(root.raw_get("/OpenAction"))
    first = next(iter(objects.array(_list_branches(objects, root)[0].get("/Kids"))), None)
    if (
        len(goal) != 5
        or goal[1] != "/XYZ"
        or not isinstance(goal[0], IndirectObject)
        or not isinstance(first, IndirectObject)
    ):
        return False
    zoom = goal[4]
    return (
        goal[0].idnum == first.idnum and isinstance(zoom, int | float) and 0.05 <= float(zoom) <= 64
    )


def _read_labels(objects: Objects, root: DictionaryObject, count: int) -> list[str]:
    """Return the page labels by their ranges; [] where viewers could read the ranges in more than
    one way."""
    tree = (
        objects.dictionary(root.raw_get("/PageLabels"))
        if "/PageLabels" in root
        else DictionaryObject()
    )
    flat = objects.array(tree.raw_get("/Nums")) if set(tree) == {"/Nums"} else []
    starts, ranges = flat[::2], [objects.dictionary(labels) for labels in flat[1::2]]
    in_order = (
        all(isinstance(start, int) for start in starts)
        and starts == sorted(set(starts))
        and starts[:1] == [0]
    )
    if (
        not in_order
        or len(starts) != len(ranges)
        or any(set(labels) - {"/Type", "/S", "/P", "/St"} for labels in ranges)
    ):
        return []
    page_labels: list[str] = []
    for start, end, labels in zip(starts, [*starts[1:], count], ranges, strict=True):
        style, prefix = labels.get("/S"), str(labels.get("/P", ""))
        first = int(labels.get("/St", 1))
        if style not in (None, "/D"):
            return []
        page_labels += [
            prefix + (str(first + step) if style else "")
            for step in range(max(0, min(end, count) - start))
        ]
    return page_labels


def _check_properties(objects: Objects) -> Iterator[str]:
    trailer = objects.reader.trailer
    if "/Info" not in trailer:
        return
    info = objects.dictionary(trailer.raw_get("/Info"))
    yield from _find_disallowed_keys(info, INFO, "in the document's properties")
    if not re.fullmatch(
        r"assembler [0-9][0-9A-Za-z.+]*", str(objects.get(info.get("/Producer", "assembler 0")))
    ):
        yield "another /Producer in the document's properties"
    if objects.get(info.get("/Title")) != "Filing bundle":
        yield "another /Title in the document's properties"


def _list_pages(objects: Objects, root: DictionaryObject) -> Iterator[DictionaryObject]:
    for branch in _list_branches(objects, root):
        yield from (objects.dictionary(page) for page in objects.array(branch.get("/Kids")))


def _list_branches(objects: Objects, root: DictionaryObject) -> list[DictionaryObject]:
    """Return the nodes of the page tree that have pages below them: the tree itself, or all nodes
    directly below it."""
    tree = objects.dictionary(root.raw_get("/Pages"))
    kids = [objects.dictionary(kid) for kid in objects.array(tree.raw_get("/Kids"))]
    is_branched = bool(kids) and all(objects.get(kid.get("/Type")) == "/Pages" for kid in kids)
    return kids if is_branched else [tree]


def _check_branches(objects: Objects, root: DictionaryObject) -> Iterator[str]:
    """Yield a fault for each branch of the page tree that is more than a list of pages: what it has
    besides, its pages inherit, and by its count viewers find them."""
    tree = objects.dictionary(root.raw_get("/Pages"))
    for branch in _list_branches(objects, root):
        if branch is tree:
            continue
        yield from _find_disallowed_keys(branch, BRANCH, "in the page tree")
        if objects.get(branch.get("/Count")) != len(objects.array(branch.get("/Kids"))):
            yield "another /Count in the page tree"


def _check_page(objects: Objects, page: DictionaryObject, entry: LedgerEntry) -> Iterator[str]:
    where = f"on page {entry.number}"
    ours = entry.is_ours
    allowed = OUR_PAGE if ours else PAGE
    for key in sorted(set(page) - allowed):
        # some programs write an empty /Trans, which does nothing
        if key != "/Trans" or objects.dictionary(page.raw_get(key)):
            yield f"{_hide_private_name(key)} {where}"
    if page.get("/Type") != "/Page":
        yield f"what is no page {where}"
    if objects.get(page.get("/Tabs", "/S")) != "/S":
        yield f"another /Tabs {where}"
    size = _measure_page(objects, page)
    if size is None or any(
        abs(side - expected) > 0.51 for side, expected in zip(size, entry.size, strict=True)
    ):
        yield f"another size {where}"
    if ours and int(objects.get(page.get("/Rotate", 0)) or 0):
        yield f"/Rotate {where}"


def _read_frame(
    objects: Objects, page: DictionaryObject
) -> tuple[float, float, float, float, int] | None:
    """Return left, bottom, right and top of the visible part of a page, and its rotation in
    degrees; None where the page has no valid ones."""
    media = _read_box(objects, page, "/MediaBox")
    crop = _read_box(objects, page, "/CropBox") if "/CropBox" in page else media
    rotation = objects.get(page.get("/Rotate", 0))
    if media is None or crop is None or not isinstance(rotation, int) or rotation % 90:
        return None
    x0, y0, x1, y1 = (
        max(media[0], crop[0]),
        max(media[1], crop[1]),
        min(media[2], crop[2]),
        min(media[3], crop[3]),
    )
    return (x0, y0, x1, y1, rotation % 360) if x1 > x0 and y1 > y0 else None


def _read_box(
    objects: Objects, page: DictionaryObject, key: str
) -> tuple[float, float, float, float] | None:
    numbers = (
        [objects.get(number) for number in objects.array(page.raw_get(key))] if key in page else []
    )
    if len(numbers) != 4 or not all(
        isinstance(number, int | float) and abs(number) <= 10 * _MAX_SIDE for number in numbers
    ):
        return None
    x0, y0, x1, y1 = map(float, numbers)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _measure_page(objects: Objects, page: DictionaryObject) -> tuple[float, float] | None:
    visible = _read_frame(objects, page)
    if visible is None:
        return None
    width, height = visible[2] - visible[0], visible[3] - visible[1]
    return (height, width) if visible[4] % 180 else (width, height)


def _check_links(
    objects: Objects, page: DictionaryObject, entry: LedgerEntry, *, linked: bool
) -> Iterator[str]:
    where, allowed = f"on page {entry.number}", OUR_LINK if entry.is_ours else LINK
    for note in objects.array(page.raw_get("/Annots")) if "/Annots" in page else ():
        link = objects.dictionary(note)
        if not linked:
            yield f"an annotation {where}"
        elif (kind := objects.get(link.get("/Subtype", "/strange"))) != "/Link":
            yield f"a {_hide_private_name(kind)} annotation {where}"
        else:
            yield from (
                f"{_hide_private_name(key)} of a link {where}"
                for key in sorted(set(link) - allowed)
            )
            if entry.is_ours and [
                objects.get(width) for width in objects.array(link.get("/Border"))
            ] != [0, 0, 0]:
                yield f"a link with a border {where}"
            yield from _check_action(objects, link, where)


def _check_action(objects: Objects, link: DictionaryObject, where: str) -> Iterator[str]:
    if "/A" not in link:
        return
    action = objects.dictionary(link.raw_get("/A"))
    kind = objects.get(action.get("/S"))
    if kind not in ACTIONS or "/Dest" in link:
        yield f"an action {_hide_private_name(kind)} {where}"
        return
    if set(action) - ACTIONS[kind]:
        yield f"a further action {where}"
    address = objects.get(action.get("/URI", "")) if kind == "/URI" else ""
    if kind == "/URI" and (
        not is_harmless(_read_string(address)) or _read_string(address).startswith(HOST)
    ):
        yield f"a link that leads nowhere, or runs or opens something, {where}"


def _read_string(value: Any) -> str:
    """Return a string byte by byte, as the file has it."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return str(value)


def _check_layers(
    objects: Objects,
    root: DictionaryObject,
    pages: Sequence[DictionaryObject],
    entries: Sequence[LedgerEntry],
) -> Iterator[str]:
    """Yield faults of layers: visibility must not depend on zoom, printing, language or user, and
    our own pages have no layers."""
    if "/OCProperties" in root:
        layers = objects.dictionary(root.raw_get("/OCProperties"))
        shown = objects.dictionary(layers.get("/D"))
        yield from _find_disallowed_keys(layers, LAYER_PROPERTIES, "of the layers")
        yield from _find_disallowed_keys(shown, LAYER_CONFIGURATION, "of the layers")
        if objects.get(shown.get("/BaseState", "/ON")) not in ("/ON", "/OFF"):
            yield "another /BaseState of the layers"
    for page, entry in zip(pages, entries, strict=False):
        if entry.is_ours and _has_layers(objects, page):
            yield f"a layer on page {entry.number}"


def _has_layers(objects: Objects, page: DictionaryObject) -> bool:
    resources = objects.dictionary(page.get("/Resources"))
    properties = objects.dictionary(resources.get("/Properties")).values()
    marked = [objects.dictionary(content) for content in properties]
    drawings = objects.dictionary(resources.get("/XObject")).values()
    xobjects = [objects.dictionary(drawing) for drawing in drawings]
    return any(objects.get(content.get("/Type")) in ("/OCG", "/OCMD") for content in marked) or any(
        "/OC" in drawing for drawing in xobjects
    )


def _find_object_faults(objects: Objects, pages: set[int]) -> Iterator[str]:
    """Yield what no dictionary may hold or be, wherever it is: files, scripts, actions, program
    data, pages outside the page tree."""
    for dictionary, key, is_stream in objects.iterate_reached():
        kind = objects.get(dictionary.get("/Type"))
        named = key in KEYS_OF_NAMES and kind is None
        if not named:
            yield from (
                f"{_hide_private_name(entry)} within an object"
                for entry in sorted(FORBIDDEN_KEYS & set(dictionary))
            )
        if kind in FORBIDDEN_TYPES:
            yield f"a {kind} object"
        if kind == "/Page" and id(dictionary) not in pages:
            yield "a page that is not among its pages"
        if kind == "/OCG":
            yield from _find_disallowed_keys(dictionary, LAYER, "of a layer")
        if kind == "/OCMD":
            yield from _find_disallowed_keys(dictionary, LAYER_MEMBERSHIP, "of a layer")
        if not named and "/P" not in dictionary:
            yield from _find_forbidden_actions(objects, dictionary, key)
        if is_stream:
            yield from _find_drawing_faults(objects, dictionary)


def _find_forbidden_actions(
    objects: Objects, dictionary: DictionaryObject, key: str
) -> Iterator[str]:
    act = objects.get(dictionary.get("/S"))
    if act in FORBIDDEN_ACTIONS or (act in ACTIONS and key != "/A"):
        yield f"an action {act} within an object"


def _find_drawing_faults(objects: Objects, dictionary: DictionaryObject) -> Iterator[str]:
    """Yield entries of images and forms that are not needed to draw them."""
    kind = objects.get(dictionary.get("/Subtype"))
    if kind == "/Form":
        yield from _find_disallowed_keys(dictionary, FORM, "of a drawing")
    if kind == "/Image":
        yield from _find_disallowed_keys(dictionary, IMAGE, "of a picture")
    for key in ("/F", "/FFilter", "/FDecodeParms"):
        if key in dictionary:
            yield "a stream kept in another file"

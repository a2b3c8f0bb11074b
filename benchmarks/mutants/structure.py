"""Changes of what a viewer does with the file: links, bookmarks, actions, layers, labels, boxes,
and data nobody asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.mutants.change import Change, Nothing, Page, is_copied, is_evidence, is_ours, kind
from benchmarks.mutants.objects import Document, Name, Ref, Stream, packed, spelled, write

_JS = {"/S": Name("/JavaScript"), "/JS": b"app.alert\\(1\\)"}
_URI = {"/S": Name("/URI"), "/URI": b"https://example.org/other"}
_ACTIONS: tuple[dict[str, Any], ...] = (
    _URI,
    _JS,
    {"/S": Name("/Launch"), "/F": b"calc.exe"},
    {"/S": Name("/URI"), "/URI": b"file:///etc/passwd"},
    {"/S": Name("/Named"), "/N": Name("/Print")},
    {"/S": Name("/GoToR"), "/F": b"other.pdf", "/D": [0, Name("/Fit")]},
    {"/S": Name("/SubmitForm"), "/F": b"https://example.org"},
    {"/S": Name("/Hide"), "/T": b"x"},
)
LINKED = ("letters", "scans", "faxes", "placed", "volumes", "frozen", "forms")


def _links(page: Page) -> list[dict[str, Any]]:
    notes = page.document.get(page.entries.get("/Annots")) or []
    return [note for item in notes if (note := page.document.get(item)).get("/Subtype") == "/Link"]


def _linked(
    change: Change, which: Callable[[dict[str, Any]], bool], key: str = "/Dest"
) -> tuple[Page, dict[str, Any]]:
    """A page and a link on it with this entry. Raises Nothing."""
    numbers = [
        n for n in change.numbers(which) if any(key in link for link in _links(change.peek(n)))
    ]
    page = change.page(change.pick(numbers))
    return page, change.pick([link for link in _links(page) if key in link])


def _elsewhere(change: Change, document: Document, goal: Any) -> list[Any]:
    """A destination on another page."""
    now = goal[0] if isinstance(goal, list) and goal else None
    return [
        change.pick([ref for ref in document.pages() if ref != now]),
        *(goal[1:] if isinstance(goal, list) else [Name("/Fit")]),
    ]


def _annotate(page: Page, note: dict[str, Any]) -> None:
    notes = list(page.document.get(page.entries.get("/Annots")) or [])
    page.entries["/Annots"] = [*notes, page.document.add({"/Type": Name("/Annot"), **note})]


def _rectangle(change: Change, page: Page) -> list[float]:
    left, bottom, right, top = page.box()
    if change.rng.random() < 0.4:
        return [left, bottom, right, top]
    x, y = change.rng.uniform(left + 50, right - 150), change.rng.uniform(bottom + 50, top - 60)
    return [round(x, 1), round(y, 1), round(x + 120, 1), round(y + 20, 1)]


# --- links ---


@kind("structure", "link laid over a page", acts=True)
def link_over(change: Change) -> None:
    page = change.page(change.one_of(lambda _: True))
    note: dict[str, Any] = {
        "/Subtype": Name("/Link"),
        "/Rect": _rectangle(change, page),
        "/Border": [0, 0, 0],
    }
    if change.rng.random() < 0.5:
        note["/Dest"] = [change.rng.choice(page.document.pages()), Name("/Fit")]
    else:
        note["/A"] = dict(change.rng.choice(_ACTIONS))
    _annotate(page, note)
    change.say(f"page {page.number}: to {'a page' if '/Dest' in note else note['/A']['/S']}")


@kind("structure", "link of ours retargeted", acts=True, packets=LINKED)
def retargeted(change: Change) -> None:
    page, link = _linked(change, is_ours)
    link["/Dest"] = _elsewhere(change, page.document, page.document.get(link["/Dest"]))
    change.say(f"page {page.number}")


@kind("structure", "link of ours led to another place of its page", acts=True, packets=LINKED)
def replaced(change: Change) -> None:
    page, link = _linked(change, is_ours)
    goal = page.document.get(link["/Dest"])
    link["/Dest"] = [
        goal[0],
        Name("/XYZ"),
        0,
        change.rng.choice([10, 100]),
        change.rng.choice([None, 8]),
    ]
    change.say(f"page {page.number}")


@kind("structure", "link of ours removed", acts=True, packets=LINKED)
def unlinked(change: Change) -> None:
    page, link = _linked(change, is_ours)
    notes = page.document.get(page.entries["/Annots"])
    page.entries["/Annots"] = [item for item in notes if page.document.get(item) is not link]
    change.say(f"page {page.number}")


@kind("structure", "link of ours moved", unit="pt", acts=True, packets=LINKED)
def moved(change: Change) -> None:
    page, link = _linked(change, is_ours)
    points = change.rng.choice([5, 20, 100])
    rect = [float(item) for item in link["/Rect"]]
    link["/Rect"] = [rect[0], rect[1] + points, rect[2], rect[3] + points]
    change.say(f"page {page.number}: {points} pt", points)


@kind("structure", "link of ours does another thing", acts=True, packets=LINKED)
def other_action(change: Change) -> None:
    page, link = _linked(change, is_ours)
    del link["/Dest"]
    link["/A"] = dict(change.rng.choice(_ACTIONS))
    change.say(f"page {page.number}: {link['/A']['/S']}")


@kind(
    "structure",
    "link of the evidence changed",
    acts=True,
    packets=("letters", "volumes", "frozen", "forms"),
)
def evidence_link(change: Change) -> None:
    page, link = _linked(change, is_evidence)
    if change.rng.random() < 0.5:
        link["/Dest"] = _elsewhere(change, page.document, page.document.get(link["/Dest"]))
    else:
        del link["/Dest"]
        link["/A"] = dict(_URI)
    change.say(f"page {page.number}")


@kind(
    "structure",
    "address of a web link changed",
    acts=True,
    packets=("letters", "volumes", "frozen", "forms"),
)
def other_address(change: Change) -> None:
    page, link = _linked(change, is_evidence, "/A")
    action = page.document.get(link["/A"])
    if "/URI" not in action:
        raise Nothing
    address = action["/URI"]
    at = change.rng.randrange(8, len(address))
    one_letter = address[:at] + change.pick([b"x", b"7"]) + address[at + 1 :]
    other = change.pick(
        [
            one_letter,
            one_letter,
            b"javascript:app.alert",
            b"file:///C:/x.exe",
            b"https://example.org/",
        ]
    )
    if other == address:
        raise Nothing
    link["/A"] = {**action, "/URI": other}
    change.say(f"page {page.number}")


@kind(
    "structure",
    "link of the evidence removed",
    acts=True,
    packets=("letters", "volumes", "frozen", "forms"),
)
def evidence_unlinked(change: Change) -> None:
    page, link = _linked(change, is_evidence)
    notes = page.document.get(page.entries["/Annots"])
    page.entries["/Annots"] = [item for item in notes if page.document.get(item) is not link]
    change.say(f"page {page.number}")


@kind("structure", "further action on a link", acts=True, packets=LINKED)
def further(change: Change) -> None:
    page, link = _linked(change, lambda _: True)
    how = change.rng.randrange(3)
    if how == 0:
        link["/AA"] = {"/E": dict(_JS)}
    elif how == 1:
        link["/PA"] = dict(_URI)
    else:
        goal = link.pop("/Dest")
        link["/A"] = {"/S": Name("/GoTo"), "/D": goal, "/Next": dict(_URI)}
    change.say(f"page {page.number}: {('/AA', '/PA', '/Next')[how]}")


@kind("structure", "border of a link", packets=LINKED)
def bordered(change: Change) -> None:
    page, link = _linked(change, lambda _: True)
    width = change.rng.choice([0.5, 1, 3])
    if change.rng.random() < 0.5:
        link["/Border"] = [0, 0, width]
    else:
        link["/BS"] = {"/W": width, "/S": Name("/U")}
        link.pop("/Border", None)
    link["/C"] = change.rng.choice([[1, 0, 0], [0, 0, 1], [0]])
    change.say(f"page {page.number}: {width} pt", width)


@kind("structure", "link pressed or of a shape of its own", acts=True, packets=LINKED)
def pressed(change: Change) -> None:
    page, link = _linked(change, lambda _: True)
    rect = [float(item) for item in link["/Rect"]]
    corners = [*rect[:2], rect[2], rect[1], *rect[:2], *rect[2:]]
    layer = {"/Type": Name("/OCG"), "/Name": b"x"}
    ways = [
        ("/H", Name("/O")),
        ("/H", Name("/P")),
        ("/QuadPoints", corners),
        ("/F", 2),
        ("/F", 32),
        ("/OC", layer),
    ]
    key, value = change.pick(ways)
    link[key] = value
    change.say(f"page {page.number}: {key}")


@kind("structure", "mark laid over a page")
def marked(change: Change) -> None:
    page = change.page(change.one_of(lambda _: True))
    rect = _rectangle(change, page)
    subtype = change.rng.choice(
        [
            "/FreeText",
            "/Square",
            "/Stamp",
            "/Highlight",
            "/Text",
            "/Widget",
            "/Popup",
            "/Redact",
            "/Watermark",
        ]
    )
    look = packed(
        b"0.9 0.1 0.1 rg 0 0 30 8 re f",
        {"/Type": Name("/XObject"), "/Subtype": Name("/Form"), "/BBox": [0, 0, 30, 8]},
    )
    note = {
        "/Subtype": Name(subtype),
        "/Rect": rect,
        "/F": 4,
        "/Contents": b"a mark",
        "/AP": {"/N": page.document.add(look)},
    }
    _annotate(page, note)
    change.say(f"page {page.number}: {subtype}")


@kind("structure", "link with a picture")
def pictured(change: Change) -> None:
    page = change.page(change.one_of(lambda _: True))
    look = packed(
        b"0 g 0 0 30 8 re f",
        {"/Type": Name("/XObject"), "/Subtype": Name("/Form"), "/BBox": [0, 0, 30, 8]},
    )
    links = _links(page)
    ref = page.document.add(look)
    if links and change.rng.random() < 0.5:
        change.rng.choice(links)["/AP"] = {"/N": ref}
    else:
        goal = [page.document.pages()[0], Name("/Fit")]
        _annotate(
            page,
            {
                "/Subtype": Name("/Link"),
                "/Rect": _rectangle(change, page),
                "/AP": {"/N": ref},
                "/Dest": goal,
            },
        )
    change.say(f"page {page.number}")


# --- actions of the document and of pages ---


def _catalog(name: str, make: Callable[[Change, Document], Any], key: str, **more: Any) -> None:
    """An entry of the document's catalog, new or another."""

    def put(change: Change) -> None:
        document = change.first_document()
        value = make(change, document)
        if document.root.get(key) == value:
            raise Nothing
        document.root[key] = value
        change.say(key)

    kind("structure", name, **more)(put)


def _names(document: Document, key: str, value: Any) -> Any:
    names = dict(document.get(document.root.get("/Names")) or {})
    return {**names, key: {"/Names": [b"x", document.add(value)]}}


def _file(document: Document) -> dict[str, Any]:
    return {
        "/Type": Name("/Filespec"),
        "/F": b"x.txt",
        "/EF": {"/F": document.add(packed(b"another case", {"/Type": Name("/EmbeddedFile")}))},
    }


_catalog("script on opening", lambda c, _d: dict(c.rng.choice(_ACTIONS)), "/OpenAction", acts=True)
_catalog(
    "opens at another page",
    lambda c, d: [c.pick(d.pages()[1:]), Name("/XYZ"), None, None, c.pick([None, 4])],
    "/OpenAction",
    acts=True,
)
_catalog(
    "script by name",
    lambda _c, d: _names(d, "/JavaScript", dict(_JS)),
    "/Names",
    acts=True,
    few=True,
)
_catalog(
    "attachment", lambda _c, d: _names(d, "/EmbeddedFiles", _file(d)), "/Names", acts=True, few=True
)
_catalog("associated file", lambda _c, d: [d.add(_file(d))], "/AF", acts=True, few=True)
_catalog(
    "action of the document",
    lambda c, _d: {c.pick(["/WC", "/WS", "/DP"]): dict(_JS)},
    "/AA",
    acts=True,
)
_catalog(
    "form in the document",
    lambda c, _d: {"/Fields": [], **c.pick([{}, {"/NeedAppearances": True}, {"/XFA": b"<x/>"}])},
    "/AcroForm",
)
_catalog(
    "metadata of the document",
    lambda _c, d: d.add(
        packed(
            b"<x:xmpmeta>another client</x:xmpmeta>",
            {"/Type": Name("/Metadata"), "/Subtype": Name("/XML")},
        )
    ),
    "/Metadata",
    few=True,
)
_catalog(
    "private data of the document",
    lambda _c, _d: {"/Other": {"/LastModified": b"D:2026", "/Private": b"another client"}},
    "/PieceInfo",
    few=True,
)
_catalog(
    "opens full screen",
    lambda c, _d: Name(c.pick(["/FullScreen", "/UseNone", "/UseThumbs"])),
    "/PageMode",
    acts=True,
)
_catalog(
    "other layout of pages",
    lambda c, _d: Name(c.pick(["/TwoColumnRight", "/SinglePage"])),
    "/PageLayout",
    acts=True,
)
_PREFERENCES: tuple[dict[str, Any], ...] = (
    {"/Direction": Name("/R2L")},
    {"/HideToolbar": True, "/HideMenubar": True},
    {"/NumCopies": 9},
    {"/DisplayDocTitle": False},
    {"/ViewArea": Name("/MediaBox")},
)
_catalog(
    "how a viewer shows it",
    lambda c, _d: dict(c.pick(_PREFERENCES)),
    "/ViewerPreferences",
    acts=True,
)
_catalog("language", lambda c, _d: c.pick([b"fr", b"", b"uk-UA"]), "/Lang")
_catalog(
    "permissions or signature",
    lambda _c, d: {"/DocMDP": d.add({"/Type": Name("/Sig"), "/Filter": Name("/Adobe.PPKLite")})},
    "/Perms",
    few=True,
)
_catalog("portfolio", lambda _c, _d: {"/View": Name("/T")}, "/Collection", acts=True, few=True)
_catalog(
    "article threads",
    lambda _c, d: [d.add({"/F": d.add({"/P": d.pages()[0], "/R": [0, 0, 9, 9]})})],
    "/Threads",
    few=True,
)
_catalog("base for links", lambda _c, _d: {"/Base": b"https://example.org/"}, "/URI", few=True)
_catalog(
    "named destination of another",
    lambda _c, d: {"/forged": [d.pages()[-1], Name("/Fit")]},
    "/Dests",
    few=True,
)
_catalog(
    "unknown entry", lambda c, _d: {"/Data": b"another client" * c.rng.randint(1, 20)}, "/Extra"
)
_catalog("extension or version", lambda c, _d: Name(c.pick(["/2.0", "/1.3"])), "/Version")


def _on_page(name: str, key: str, make: Callable[[Change, Page], Any], **more: Any) -> None:
    """An entry of a page, new or another."""

    def put(change: Change) -> None:
        page = change.page(change.one_of(lambda _: True))
        page.entries[key] = make(change, page)
        change.say(f"page {page.number}: {key}")

    kind("structure", name, **more)(put)


def _box(change: Change, page: Page) -> list[float]:
    points = change.rng.choice([0.5, 2, 10, 60])
    left, bottom, right, top = page.box()
    return (
        [left + points, bottom, right, top]
        if change.rng.random() < 0.5
        else [left, bottom, right, top - points]
    )


def _thumbnail(_change: Change, page: Page) -> Ref:
    head = {"/Width": 2, "/Height": 2, "/BitsPerComponent": 8, "/ColorSpace": Name("/DeviceGray")}
    return page.document.add(packed(b"\x00\xff\x00\xff", head))


_on_page(
    "action of a page",
    "/AA",
    lambda c, _p: {c.pick(["/O", "/C"]): dict(c.rng.choice(_ACTIONS))},
    acts=True,
)
_on_page("crop box", "/CropBox", _box)
_on_page("media box", "/MediaBox", _box)
_on_page("box for print", "/TrimBox", _box)
_on_page("unit of length", "/UserUnit", lambda c, _p: c.pick([1.01, 1.5, 2]), acts=True)
_on_page("thumbnail", "/Thumb", _thumbnail, acts=True)
_on_page(
    "private data of a page",
    "/PieceInfo",
    lambda _c, _p: {"/Other": {"/LastModified": b"D:2026", "/Private": b"another client"}},
)
_on_page(
    "metadata of a page",
    "/Metadata",
    lambda _c, p: p.document.add(
        packed(b"<x/>", {"/Type": Name("/Metadata"), "/Subtype": Name("/XML")})
    ),
)
_on_page("associated file of a page", "/AF", lambda _c, p: [p.document.add(_file(p.document))])
_on_page("turns by itself", "/Dur", lambda c, _p: c.pick([1, 5]), acts=True)
_on_page("transition", "/Trans", lambda _c, _p: {"/S": Name("/Dissolve"), "/D": 9}, acts=True)
_on_page("time of change", "/LastModified", lambda _c, _p: b"D:20261128")
_on_page(
    "separation or output intent",
    "/OutputIntents",
    lambda _c, _p: [{"/Type": Name("/OutputIntent"), "/S": Name("/GTS_PDFX")}],
)
_on_page(
    "unknown entry of a page", "/Extra", lambda c, _p: b"another client" * c.rng.randint(1, 20)
)
_on_page("tab order", "/Tabs", lambda c, _p: Name(c.pick(["/R", "/C"])))


@kind("structure", "properties of the document")
def properties(change: Change) -> None:
    document = change.first_document()
    info = document.get(document.trailer.get("/Info"))
    if info is None:
        info = {}
        document.trailer["/Info"] = document.add(info)
    key = change.rng.choice(
        [
            "/Author",
            "/Title",
            "/Subject",
            "/Keywords",
            "/Creator",
            "/Producer",
            "/CreationDate",
            "/Other",
        ]
    )
    info[key] = b"Another Client" if key != "/CreationDate" else b"D:20260101"
    change.say(key)


@kind("structure", "metadata of a picture or font")
def deep_metadata(change: Change) -> None:
    document = change.first_document()
    streams = [
        value
        for value in document.objects.values()
        if isinstance(value, Stream) and "/Subtype" in value.entries
    ]
    stream = change.pick(streams)
    key = change.rng.choice(["/Metadata", "/PieceInfo", "/AF", "/LastModified", "/Extra"])
    stream.entries[key] = (
        b"another client" if key != "/Metadata" else document.add(packed(b"<x>another client</x>"))
    )
    change.say(key)


# --- bookmarks and labels ---


def _bookmarks(document: Document) -> Iterator[tuple[Ref, dict[str, Any]]]:
    def below(node: dict[str, Any]) -> Iterator[tuple[Ref, dict[str, Any]]]:
        ref = node.get("/First")
        while ref is not None:
            item = document.get(ref)
            yield ref, item
            yield from below(item)
            ref = item.get("/Next")

    outlines = document.get(document.root.get("/Outlines"))
    if outlines:
        yield from below(outlines)


def _bookmark(change: Change) -> tuple[Document, Ref, dict[str, Any]]:
    document = change.first_document()
    ref, item = change.pick(list(_bookmarks(document)))
    return document, ref, item


def _title(text: bytes) -> bytes:
    return text.decode("utf-16").encode("utf-8", "ignore") if text[:2] == b"\xfe\xff" else text


@kind("structure", "bookmark retitled", unit="characters", acts=True)
def retitled(change: Change) -> None:
    _, _, item = _bookmark(change)
    title = item["/Title"]
    at = change.rng.randrange(2 if title[:2] == b"\xfe\xff" else 0, len(title))
    at += (at % 2 == 0) * (title[:2] == b"\xfe\xff")
    other = change.pick(
        [each for each in b"0123456789abcdefgh" if each != title[min(at, len(title) - 1)]]
    )
    item["/Title"] = title[:at] + bytes([other]) + title[at + 1 :]
    change.say("one character", 1)


@kind("structure", "bookmark retargeted", acts=True)
def mark_retargeted(change: Change) -> None:
    document, _, item = _bookmark(change)
    item["/Dest"] = _elsewhere(change, document, document.get(item.get("/Dest")))
    change.say("another page")


@kind("structure", "bookmark led to another place of its page", acts=True)
def mark_replaced(change: Change) -> None:
    document, _, item = _bookmark(change)
    goal = document.get(item.get("/Dest"))
    if not isinstance(goal, list):
        raise Nothing
    item["/Dest"] = [goal[0], Name("/XYZ"), 0, 20, change.rng.choice([None, 9])]
    change.say("another place")


@kind("structure", "bookmark does another thing", acts=True)
def mark_action(change: Change) -> None:
    _, _, item = _bookmark(change)
    goal = item.get("/Dest")
    action = dict(change.rng.choice(_ACTIONS))
    if change.rng.random() < 0.5 and goal is not None:
        action = {"/S": Name("/GoTo"), "/D": goal, "/Next": action}
    item.pop("/Dest", None)
    item["/A"] = action
    change.say(str(action["/S"]))


@kind("structure", "bookmark removed", acts=True)
def mark_removed(change: Change) -> None:
    document, _, item = _bookmark(change)
    parent = document.get(item["/Parent"])
    before, after = item.get("/Prev"), item.get("/Next")
    if before is None and after is None:
        for key in ("/First", "/Last", "/Count"):
            parent.pop(key, None)
    if before is not None:
        _link_marks(document.get(before), "/Next", after)
    elif after is not None:
        parent["/First"] = after
    if after is not None:
        _link_marks(document.get(after), "/Prev", before)
    elif before is not None:
        parent["/Last"] = before
    change.say("with its children" if "/First" in item else "one")


def _link_marks(item: dict[str, Any], key: str, goal: Ref | None) -> None:
    if goal is None:
        item.pop(key, None)
    else:
        item[key] = goal


@kind("structure", "bookmarks changed places", acts=True)
def reordered(change: Change) -> None:
    """Two of one level exchange titles and goals."""
    document, ref, item = _bookmark(change)
    others = [
        other
        for each, other in _bookmarks(document)
        if each != ref and other.get("/Parent") == item.get("/Parent")
    ]
    other = change.pick(others)
    for key in ("/Title", "/Dest"):
        item[key], other[key] = other.get(key), item.get(key)
    change.say("two of one level")


@kind("structure", "forged bookmark", acts=True)
def forged(change: Change) -> None:
    document, ref, item = _bookmark(change)
    depth = change.rng.choice(["child", "sibling"])
    new: dict[str, Any] = {
        "/Title": b"Exhibit Z (1)",
        "/Dest": [change.rng.choice(document.pages()), Name("/Fit")],
    }
    if depth == "child":
        last = item.get("/Last")
        new |= {"/Parent": ref, **({"/Prev": last} if last else {})}
        own = document.add(new)
        if last:
            document.get(last)["/Next"] = own
        item["/Last"], item["/First"] = own, item.get("/First", own)
        item["/Count"] = abs(item.get("/Count", 0)) + 1
    else:
        after = item.get("/Next")
        new |= {"/Parent": item["/Parent"], "/Prev": ref, **({"/Next": after} if after else {})}
        own = document.add(new)
        item["/Next"] = own
        if after:
            document.get(after)["/Prev"] = own
        else:
            document.get(item["/Parent"])["/Last"] = own
    change.say(depth)


@kind("structure", "bookmark of another look", acts=True)
def styled(change: Change) -> None:
    _, _, item = _bookmark(change)
    key, value = change.pick([("/C", [1, 0, 0]), ("/F", 2), ("/F", 3), ("/Count", -1)])
    if key == "/Count" and "/First" not in item:
        raise Nothing
    item[key] = value
    change.say(key)


@kind("structure", "bookmarks removed as a whole", acts=True, few=True)
def no_marks(change: Change) -> None:
    change.first_document().root.pop("/Outlines", None)
    change.say("all")


@kind("structure", "page labels", acts=True)
def labeled(change: Change) -> None:
    document = change.first_document()
    labels = document.get(document.root.get("/PageLabels"))
    how = change.rng.randrange(4)
    if labels is None or how == 0:
        if labels is None:
            raise Nothing
        del document.root["/PageLabels"]
    else:
        nums = document.get(labels["/Nums"])
        place = change.rng.randrange(len(nums) // 2)
        row = dict(document.get(nums[2 * place + 1]))
        row |= (
            {"/St": row.get("/St", 1) + 1},
            {"/P": b"x" + row.get("/P", b"")},
            {"/S": Name("/r")},
        )[how - 1]
        nums[2 * place + 1] = row
    change.say(("none", "start", "prefix", "style")[how])


# --- layers ---


@kind("structure", "layer that hides words at times", acts=True)
def layered(change: Change) -> None:
    """Content that is shown only at some zoom, only on screen, only in print, or not at first."""
    page = change.page(change.one_of(is_copied if change.rng.random() < 0.5 else is_ours))
    usage: dict[str, Any] = change.pick(
        [
            {"/Zoom": {"/min": 3.0}},
            {"/Zoom": {"/max": 0.4}},
            {"/Print": {"/PrintState": Name("/OFF")}},
            {"/View": {"/ViewState": Name("/OFF")}},
            {"/Export": {"/ExportState": Name("/OFF")}},
            {},
        ]
    )
    group = page.document.add({"/Type": Name("/OCG"), "/Name": b"x", "/Usage": usage})
    events = [
        {"/Event": Name(f"/{event}"), "/OCGs": [group], "/Category": [Name(key) for key in usage]}
        for event in ("View", "Print", "Export")
    ]
    off = {"/OFF": [group]} if not usage else {}
    page.document.root["/OCProperties"] = {
        "/OCGs": [group],
        "/D": {"/Order": [group], "/AS": events if usage else [], **off},
    }
    page.resources("/Properties")["/Layer"] = group
    streams = page.streams()
    first = page.document.add(packed(b"/OC /Layer BDC\n"))
    last = page.document.add(packed(b"\nEMC\n"))
    stamped = 1 if page.entry.get("stamp") else 0
    end = len(streams) - stamped
    page.entries["/Contents"] = [streams[0], first, *streams[1:end], last, *streams[end:]]
    change.say(f"page {page.number}: {next(iter(usage), 'off')}")


@kind("structure", "layers declared without use", few=True)
def layers_declared(change: Change) -> None:
    document = change.first_document()
    group = document.add({"/Type": Name("/OCG"), "/Name": b"another client"})
    document.root["/OCProperties"] = {"/OCGs": [group], "/D": {"/OFF": [group]}}
    change.say("one layer")


# --- data ---


@kind("structure", "object nothing leads to", unit="bytes")
def orphan(change: Change) -> None:
    document = change.first_document()
    size = change.rng.choice([10, 200, 5000])
    data = b"another client's data " * (size // 22 + 1)
    document.add(packed(data) if change.rng.random() < 0.5 else data)
    change.say(f"{size} bytes", size)


@kind("structure", "data behind the end of the file", unit="bytes")
def trailing(change: Change) -> None:
    path, size = change.volume(), change.rng.choice([1, 20, 2000])
    more = (b"\nanother client's data" * (size // 22 + 1))[:size] if size > 1 else b"x"
    change.raw[path] = lambda data: data + more
    change.say(f"{size} bytes", size)


@kind("structure", "data before the head of the file", unit="bytes")
def leading(change: Change) -> None:
    path, size = change.volume(), change.rng.choice([4, 100])
    change.raw[path] = lambda data: b"junk" * (size // 4) + b"\n" + data
    change.say(f"{size} bytes", size)


@kind("structure", "added in a second section")
def updated(change: Change) -> None:
    """An incremental update that gives a page another content; a reader of old sections sees the
    first."""
    page = change.page(change.one_of(is_copied))
    streams = page.streams()
    empty = packed(b"q Q q\n")
    entries = {
        **page.entries,
        "/Contents": [*streams[:1], Ref(max(page.document.objects) + 1), *streams[-1:]],
    }
    path, ref = change.packet.home(page.number)[0], page.ref
    root, size = page.document.trailer["/Root"], max(page.document.objects) + 2

    def append(_: bytes) -> bytes:
        data = write(page.document)  # an old section is followed by an old section
        start = int(data.rpartition(b"startxref")[2].split()[0])
        out, places = bytearray(data), {}
        for number, body in ((ref.number, spelled(entries)), (size - 1, _stream_body(empty))):
            places[number] = len(out)
            out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
        table = len(out)
        out += b"xref\n" + b"".join(
            b"%d 1\n%010d 00000 n \n" % item for item in sorted(places.items())
        )
        out += (
            b"trailer\n"
            + spelled({"/Size": size, "/Root": root, "/Prev": start})
            + b"\nstartxref\n%d\n%%%%EOF\n" % table
        )
        return bytes(out)

    change.raw[path] = append
    change.say(f"page {page.number}: emptied")


def _stream_body(stream: Stream) -> bytes:
    return (
        spelled({**stream.entries, "/Length": len(stream.data)})
        + b"\nstream\n"
        + stream.data
        + b"\nendstream"
    )


@kind("structure", "tags say another thing", acts=True)
def tagged(change: Change) -> None:
    document = change.first_document()
    elements = [
        item
        for item in document.objects.values()
        if isinstance(item, dict) and item.get("/Type") == "/StructElem" and "/S" in item
    ]
    element = change.pick(elements)
    key, value = change.pick(
        [
            ("/ActualText", b"Never paid"),
            ("/Alt", b"Never paid"),
            ("/E", b"another"),
            ("/Lang", b"fr"),
            ("/S", Name("/Artifact")),
        ]
    )
    element[key] = value
    change.say(key)


@kind("structure", "hidden words on a page of ours")
def hidden(change: Change) -> None:
    page = change.page(change.one_of(is_ours))
    page.over_stamp(b"BT /AssemblerStamp 9 Tf 3 Tr 1 0 0 1 90 400 Tm (page 7 of 99) Tj ET")
    change.say(f"page {page.number}")


@kind("structure", "a file beside the bundle", acts=True)
def beside(change: Change) -> None:
    name = change.rng.choice(
        [
            "bundle_Part9.pdf",
            "other.pdf",
            "note.txt",
            "drafts/other.docx",
            "index.html",
            "Bundle.PDF",
            "run.exe",
        ]
    )
    change.extra[name] = (
        b"%PDF-1.4 another client" if name.lower().endswith("pdf") else b"another client"
    )
    change.data()
    change.say(name)

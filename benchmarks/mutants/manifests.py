"""Changes of the manifest itself: keys gone, of another type, or false; and paths that lead out
of the folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from benchmarks.mutants.change import Change, Nothing, is_evidence, is_stamped, kind

_OTHER: tuple[Any, ...] = (
    None,
    5,
    -1,
    "x",
    [],
    {},
    True,
    [None],
    {"a": 1},
    "../x",
    1e99,
    [[]],
    [{}],
    ["x"],
)
# what tells how a packet came about; nothing in the packet's files could show it false
TOLD = {
    *(
        "as_of",
        "assembler",
        "case",
        "contradictions",
        "engines",
        "facts_used",
        "findings",
        "kind",
        "searches",
        "matrix",
    ),
    *(
        "not_checked",
        "opened",
        "originals",
        "packet",
        "profile",
        "proof",
        "removed",
        "seal",
        "word_engines",
        "addresses",
    ),
}
_PROVED = {
    *(
        "document",
        "exhibit",
        "exhibit_page",
        "exhibit_pages",
        "index",
        "kind",
        "label",
        "number",
        "part",
        "scale",
        "size",
    ),
    *("stamp", "tab", "source", "text", "transform"),
}


def _proved_key(change: Change) -> str:
    return str(change.pick(sorted(set(change.data()) - TOLD)))


def _entry(
    change: Change, which: Callable[[dict[str, Any]], bool] = lambda _: True
) -> dict[str, Any]:
    number = change.one_of(which)
    entry: dict[str, Any] = change.data()["ledger"][number - 1]
    return entry


@kind("manifest", "key missing", acts=True)
def missing(change: Change) -> None:
    key = _proved_key(change)
    del change.data()[key]
    change.say(key)


@kind("manifest", "key of another type", acts=True)
def other_type(change: Change) -> None:
    key = _proved_key(change)
    now = change.data()[key]
    value = change.pick([item for item in _OTHER if type(item) is not type(now)])
    if not value and not now:
        raise Nothing
    change.data()[key] = value
    change.say(f"{key}: {type(value).__name__}")


@kind("manifest", "key of how it came about missing or other")
def how_it_came_about(change: Change) -> None:
    key = change.pick(sorted(set(change.data()) & TOLD))
    if change.rng.random() < 0.5:
        del change.data()[key]
    else:
        change.data()[key] = change.pick(_OTHER)
    change.say(key)


@kind("manifest", "key of a page missing", acts=True)
def page_key_missing(change: Change) -> None:
    entry = _entry(change)
    key = change.pick(sorted(set(entry) & _PROVED))
    del entry[key]
    change.say(f"page {change.data()['ledger'].index(entry) + 1}: {key}")


@kind("manifest", "key of a page of another type", acts=True)
def page_key_other(change: Change) -> None:
    entry = _entry(change)
    key = change.pick(sorted(set(entry) & _PROVED))
    value = change.pick([item for item in _OTHER if type(item) is not type(entry[key])])
    if not value and not entry[key]:
        raise Nothing
    entry[key] = value
    change.say(f"{key}: {type(value).__name__}")


@kind("manifest", "rows of the ledger changed places", acts=True)
def swapped_rows(change: Change) -> None:
    ledger = change.data()["ledger"]
    item, other = change.rng.sample(range(len(ledger)), 2)
    ledger[item], ledger[other] = ledger[other], ledger[item]
    if change.rng.random() < 0.5:
        ledger[item]["number"], ledger[other]["number"] = item + 1, other + 1
    change.say(f"rows {item + 1} and {other + 1}")


@kind("manifest", "row of the ledger gone or doubled", acts=True)
def row_gone(change: Change) -> None:
    ledger = change.data()["ledger"]
    at = change.rng.randrange(len(ledger))
    if change.rng.random() < 0.5:
        del ledger[at]
    else:
        ledger.insert(at, dict(ledger[at]))
    if change.rng.random() < 0.5:
        for number, entry in enumerate(ledger, 1):
            entry["number"] = number
    change.say(f"row {at + 1} of {len(ledger)}")


@kind("manifest", "number of a page off", acts=True)
def number_off(change: Change) -> None:
    entry = _entry(change)
    key = change.pick(
        [
            key
            for key in ("number", "label", "exhibit_page", "exhibit_pages", "index")
            if key in entry
        ]
    )
    old = entry[key]
    step = change.rng.choice([1, -1, 10, 1000000])
    entry[key] = (
        str(int(old) + step)
        if isinstance(old, str) and old.isdigit()
        else old + step
        if isinstance(old, int)
        else f"{old}9"
    )
    change.say(f"{key} {old} {step:+}")


@kind("manifest", "source of a page another", acts=True)
def other_source(change: Change) -> None:
    entry = _entry(change, is_evidence)
    others = [
        row["source"]
        for row in change.data()["ledger"]
        if "source" in row and row["source"]["path"] != entry["source"]["path"]
    ]
    how = change.rng.randrange(4)
    if how == 0:
        entry["source"] = dict(change.pick(others))
    elif how == 1:
        entry["source"]["page"] += change.rng.choice([1, -1, 100])
    elif how == 2:
        entry["source"]["path"] = change.pick(others)["path"]
    else:
        entry["source"]["sha256"] = change.pick(others)["sha256"]
    change.say(("file", "page", "path", "hash")[how])


@kind("manifest", "transform of a page another", acts=True)
def other_transform(change: Change) -> None:
    entry = _entry(change, is_evidence)
    how = entry["transform"]
    which = change.rng.randrange(3)
    if which == 0:
        how["turned"] = (how["turned"] + change.rng.choice([90, 180])) % 360
    elif which == 1:
        entry["scale"] = round(entry["scale"] * change.rng.choice([0.9, 0.5, 1.2]), 4)
    else:
        how["placement"] = [0, 0, 300, 300] if not how["placement"] else None
    change.say(("turned", "scale", "placement")[which])


@kind("manifest", "a page said to be redrawn, or not")
def redrawn(change: Change) -> None:
    """It loosens or tightens the comparison where the source has fields or marks, and nowhere
    else; so nothing acts otherwise."""
    how = _entry(change, is_evidence)["transform"]
    how["redrawn"] = not how["redrawn"]
    change.say(f"now {how['redrawn']}")


@kind("manifest", "stamp of a page another", acts=True)
def other_stamp(change: Change) -> None:
    stamp = _entry(change, is_stamped)["stamp"]
    key = change.rng.choice(["x", "y", "width", "height", "text", "size"])
    if key == "text":
        stamp["text"] = (
            stamp["text"].replace("page ", "page 1", 1)
            if "page " in stamp["text"]
            else stamp["text"] + "9"
        )
    else:
        stamp[key] = stamp[key] + change.rng.choice([4, 60, -60])
    change.say(key)


@kind("manifest", "stamp of a page none", acts=True)
def no_stamp(change: Change) -> None:
    _entry(change, is_stamped)["stamp"] = None
    change.say("none")


@kind("manifest", "tab or exhibit of a page another", acts=True)
def other_tab(change: Change) -> None:
    entry = _entry(change, lambda e: bool(e["tab"]))
    key = change.rng.choice(["tab", "exhibit", "document", "part", "kind"])
    others = sorted({row[key] for row in change.data()["ledger"]} - {entry[key]})
    entry[key] = change.pick(others)
    change.say(key)


@kind("manifest", "text of a page another", acts=True)
def other_text(change: Change) -> None:
    entry = _entry(change, lambda e: e.get("text", {}).get("words", 0) > 3)
    text = entry["text"]
    if change.rng.random() < 0.5:
        text["method"] = change.pick(
            [item for item in ("none", "ocr", "text") if item != text["method"]]
        )
    else:
        text["words"] = change.pick([0, text["words"] * 2, text["words"] // 2, -5])
    change.say("method or words")


@kind("manifest", "row of the index another", acts=True)
def other_row(change: Change) -> None:
    row = change.pick(change.data()["index"])
    key = change.pick(
        [
            key
            for key in (
                "first",
                "last",
                "pages",
                "printed",
                "sheet",
                "tab",
                "title",
                "exhibit",
                "group",
                "date",
            )
            if key in row
        ]
    )
    old = row[key]
    row[key] = old + 1 if isinstance(old, int) else f"{old}9" if isinstance(old, str) else []
    change.say(key)


@kind("manifest", "row of the index gone or doubled", acts=True)
def index_gone(change: Change) -> None:
    rows = change.data()["index"]
    at = change.rng.randrange(len(rows))
    if change.rng.random() < 0.6:
        del rows[at]
    else:
        rows.insert(at, dict(rows[at]))
    change.say(f"row {at + 1}")


@kind("manifest", "bookmark another", acts=True)
def other_bookmark(change: Change) -> None:
    marks = change.data()["bookmarks"]
    mark = change.pick(marks)
    how = change.rng.randrange(4)
    if how == 3:
        marks.remove(mark)
    else:
        key = ("level", "number", "title")[how]
        mark[key] = f"{mark[key]}9" if how == 2 else mark[key] + 1
    change.say(("level", "number", "title", "gone")[how])


@kind("manifest", "exhibit gone or of other files", acts=True)
def other_exhibit(change: Change) -> None:
    exhibits = change.data()["exhibits"]
    exhibit = change.pick(exhibits)
    how = change.rng.randrange(4)
    if how == 0:
        exhibits.remove(exhibit)
    elif how == 1:
        exhibit["parts"] = []
    elif how == 2:
        exhibit["parts"][0]["pages"] = (
            [[1, 1]]
            if len(change.numbers(lambda e: e["exhibit"] == exhibit["id"] and is_evidence(e))) > 1
            else [[2, 3]]
        )
    else:
        exhibit["parts"][0]["path"] = "case.json"
    change.say(("gone", "no files", "other pages", "other file")[how])


@kind("manifest", "path that leads out", acts=True)
def out_of_folder(change: Change) -> None:
    data = change.data()
    path = change.rng.choice(
        [
            "../child/bundle.pdf",
            "/etc/hostname",
            "../../case.json",
            "..\\x",
            "a/../../x",
            "C:\\x",
            "\\\\host\\x",
            "",
            ".",
            "x\x00y",
        ]
    )
    where = change.rng.choice(["outputs", "inputs", "volumes", "source", "parts"])
    if where == "source":
        _entry(change, is_evidence)["source"]["path"] = path
    elif where == "parts":
        change.pick(data["exhibits"])["parts"][0]["path"] = path
    else:
        change.pick(data.get(where) or [])["path"] = path
    change.say(f"{where}: {path!r}")


@kind("manifest", "record of a file gone or false", acts=True)
def other_record(change: Change) -> None:
    data = change.data()
    where = change.rng.choice(["outputs", "inputs"])
    rows = data[where]
    at = change.rng.randrange(len(rows))
    how = change.rng.choice(["gone", "size", "sha256", "path", "doubled"])
    if how == "gone":
        del rows[at]
    elif how == "doubled":
        rows.append(dict(rows[at]))
    elif how == "size":
        rows[at]["size"] = change.rng.choice([-1, 0, rows[at]["size"] + 1, "9"])
    else:
        rows[at][how] = change.rng.choice(["", "0" * 64, "x.pdf"])
    change.say(f"{where}: {how}")


@kind("manifest", "volumes false", acts=True)
def other_volumes(change: Change) -> None:
    rows = change.data().get("volumes")
    row = change.pick(rows or [])
    key = change.rng.choice(["first", "last", "path"])
    row[key] = "other.pdf" if key == "path" else row[key] + change.rng.choice([1, -1])
    change.say(key)


@kind("manifest", "links or limit otherwise", acts=True)
def other_rules(change: Change) -> None:
    data = change.data()
    how = change.rng.randrange(3)
    if how == 0:
        data["linked"] = not data.get("linked", True)
    elif how == 1:
        data["max_bytes"] = change.rng.choice([10, "x", -1])
    else:
        data["marking"] = {"other": "sheet {number}", "exhibit": "{tab} {number}", "tab": "{tab}"}
    change.say(("linked", "max_bytes", "marking")[how])


@kind("manifest", "frozen otherwise", acts=True, packets=("frozen", "letters"))
def other_frozen(change: Change) -> None:
    data = change.data()
    if not data.get("frozen"):
        data["frozen"] = {
            "pages": [
                {"label": "1", "kind": "exhibit", "document": "x", "content": "x", "stamp": "x"}
            ]
        }
        change.say("invented")
        return
    pages = data["frozen"]["pages"]
    page = change.pick(pages)
    how = change.rng.randrange(3)
    if how == 0:
        page["content"] = page["content"] + "0"
        if page["kind"] in ("draft", "tab"):
            raise Nothing
    elif how == 1:
        page["label"] = f"{page['label']}9"
        if page["kind"] in ("draft", "tab"):
            raise Nothing
    else:
        data["frozen"] = change.rng.choice([5, "x", [], {"pages": 5}, {"pages": [None]}])
    change.say(("content", "label", "type")[how])


@kind("manifest", "no JSON, or JSON that readers differ on", acts=True)
def no_json(change: Change) -> None:
    whole = json.dumps(change.data(), ensure_ascii=False, indent=1, sort_keys=True)
    way, data = change.pick(
        [
            ("cut", whole[: change.rng.randrange(len(whole))].encode()),
            ("empty", b""),
            ("deep", b"[" * 100_000),
            ("number", whole.replace('"number": 1,', '"number": 1e400,', 1).encode()),
            ("NaN", whole.replace('"scale": 1.0', '"scale": NaN', 1).encode()),
            ("latin", whole.encode("latin-1", "replace") + b"\xff"),
            ("array", b"[" + whole.encode() + b"]"),
            ("doubled key", whole.replace("{", '{\n "ledger": [],', 1).encode()),
            (
                "long number",
                whole.replace('"number": 1,', '"number": ' + "9" * 6000 + ",", 1).encode(),
            ),
            ("trailing", whole.encode() + b" {}"),
            ("utf-16", whole.encode("utf-16")),
            ("false surrogate", whole.replace('"title": "', '"title": "\\ud800', 1).encode()),
        ]
    )
    change.raw_manifest = data
    change.say(way)


@kind("manifest", "fields of other types anywhere", acts=True)
def anywhere(change: Change) -> None:
    """A value deep in the part that is proved."""
    data = change.data()
    places: list[tuple[Any, Any]] = []

    def walk(node: Any) -> None:
        items = (
            list(node.items())
            if isinstance(node, dict)
            else list(enumerate(node))
            if isinstance(node, list)
            else []
        )
        for key, value in items:
            places.append((node, key))
            walk(value)

    for key in ("ledger", "exhibits", "index", "bookmarks", "inputs", "outputs", "volumes"):
        walk(data.get(key) or [])
    node, key = change.pick(places)
    value = change.pick(
        [item for item in _OTHER if type(item) is not type(node[key]) and (item or node[key])]
    )
    node[key] = value
    change.say(f"{key}: {type(value).__name__}")

"""Whether a manifest agrees with itself: each page once, and rows, bookmarks, addresses and
stamps as the ledger has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from assembler.model import Check
from assembler.proof.filed_labels import label

Entry = Mapping[str, Any]
Fault = tuple[str, str]  # JSON pointer, what is wrong there


def checks(data: Mapping[str, Any]) -> Iterator[Check]:
    """One check: the first place at which the manifest says two things."""
    pointer, problem = next(_faults(data), ("", ""))
    detail = f"manifest.json {pointer}: {problem}" if pointer else "the manifest agrees with itself"
    yield Check(name="manifest", ok=not pointer, detail=detail)


def _faults(data: Mapping[str, Any]) -> Iterator[Fault]:
    yield from _numbers(data["ledger"])
    yield from _pages(data)
    yield from _sources(data)
    yield from _rows(data)
    yield from _bookmarks(data)
    yield from _addresses(data)
    yield from _stamps(data["ledger"])
    yield from _files(data)


def _numbers(ledger: Sequence[Entry]) -> Iterator[Fault]:
    for place, entry in enumerate(ledger):
        if entry["number"] != place + 1:
            yield f"/ledger/{place}/number", "pages are not numbered 1, 2, 3, …"


def _pages(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Each page of a document once, and an exhibit's own count of its pages."""
    ledger: Sequence[Entry] = data["ledger"]
    kept = data.get("kept")  # none in packets of format 1, whose forms say nothing of their source
    filled = (
        {form["document"] for form in kept["forms"]}
        if kept
        else {entry["document"] for entry in ledger}
    )  # by us
    seen: set[tuple[str, int]] = set()
    counts = Counter(entry["exhibit"] for entry in ledger if entry["kind"] == "exhibit")
    places: Counter[str] = Counter()
    parts: set[str] = set()
    homes: dict[str, str] = {}
    before = ""
    for place, entry in enumerate(ledger):
        here = f"/ledger/{place}"
        if (entry["document"], entry["index"]) in seen:
            yield f"{here}/index", "a page of a document is there twice"
        seen.add((entry["document"], entry["index"]))
        if entry["document"].partition(":")[0] != {"tab": "draft"}.get(
            entry["kind"], entry["kind"]
        ):
            yield f"{here}/document", "the document is of another kind than the page"
        is_exhibit = entry["kind"] == "exhibit"
        places[entry["exhibit"]] += int(is_exhibit)
        own = (places[entry["exhibit"]], counts[entry["exhibit"]]) if is_exhibit else (0, 0)
        if (entry["exhibit_page"], entry["exhibit_pages"]) != own:
            yield f"{here}/exhibit_page", "it is not the page of its exhibit that it says"
        has_tab = entry["kind"] in ("exhibit", "tab")
        is_of_client = is_exhibit or (entry["kind"] == "form" and entry["document"] not in filled)
        if is_of_client != ("source" in entry) or not has_tab == bool(entry["tab"]) == bool(
            entry["exhibit"]
        ):
            yield here, "what it says of an exhibit does not fit what it is"
        if is_exhibit and (entry["document"], entry["index"]) != (
            f"exhibit:{entry['exhibit']}",
            entry["exhibit_page"] - 1,
        ):
            yield f"{here}/document", "it is not the page of its exhibit's document"
        if entry["part"] != before and entry["part"] in parts:
            yield f"{here}/part", "the pages of a part are not together"
        parts.add(entry["part"])
        if (
            entry["kind"] != "tab"
            and homes.setdefault(entry["document"], entry["part"]) != entry["part"]
        ):
            yield f"{here}/part", "the pages of a document are in two parts"
        before = entry["part"]


def _sources(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Every page's file is one of the client's, with the same hash, and as its exhibit lists it."""
    inputs = {one["path"]: one["sha256"] for one in data["inputs"]}
    opened = {one["path"]: one["sha256"] for one in data["opened"]}
    parts = {one["id"]: [part["path"] for part in one["parts"]] for one in data["exhibits"]}
    tabs = {one["id"]: one["tab"] for one in data["exhibits"]}
    if len(inputs) != len(data["inputs"]) or len(tabs) != len(data["exhibits"]):
        yield (
            "/inputs" if len(inputs) != len(data["inputs"]) else "/exhibits",
            "one of them is there twice",
        )
    for place, entry in enumerate(data["ledger"]):
        here = f"/ledger/{place}"
        if entry["exhibit"] and tabs.get(entry["exhibit"]) != entry["tab"]:
            yield f"{here}/tab", "the exhibit has another tab"
        if "source" in entry:
            path, sha256 = entry["source"]["path"], entry["source"]["sha256"]
            if inputs.get(path) != sha256 or opened.get(path) != sha256:
                yield (
                    f"{here}/source",
                    "the file is not one of the client's files, as they are listed",
                )
            if path not in parts.get(entry["exhibit"], ()) and entry["document"] != f"form:{path}":
                yield f"{here}/source/path", "the file does not belong to this exhibit"
    missing = set(tabs) - {
        entry["exhibit"] for entry in data["ledger"] if entry["kind"] == "exhibit"
    }
    if missing:
        yield "/exhibits", "an exhibit has no page"


def _rows(data: Mapping[str, Any]) -> Iterator[Fault]:
    """A row for each exhibit, in the order of the pages, which says of it what the ledger does."""
    runs = [
        (exhibit, list(run))
        for exhibit, run in groupby(_of_kind(data["ledger"], "exhibit"), key=lambda e: e["exhibit"])
    ]
    sheets = {entry["exhibit"]: entry["number"] for entry in _of_kind(data["ledger"], "tab")}
    if [row["exhibit"] for row in data["index"]] != [exhibit for exhibit, _ in runs]:
        yield "/index", "its rows are not the exhibits, in the order of their pages"
        return
    for place, (row, (exhibit, run)) in enumerate(zip(data["index"], runs, strict=True)):
        first, last = run[0], run[-1]
        printed = [label(first), label(last)]
        if (row["tab"], row["first"], row["last"]) != (
            first["tab"],
            first["number"],
            last["number"],
        ):
            yield f"/index/{place}", "it names other pages than the ledger"
        if row["sheet"] != sheets.get(exhibit, first["number"]):
            yield f"/index/{place}/sheet", "it names another tab sheet than the ledger"
        if row["printed"] != printed or row["pages"] != "–".join(
            dict.fromkeys(printed) if len(run) == 1 else printed
        ):
            yield f"/index/{place}/pages", "it prints other pages than the ledger"
        roles = [
            (role, list(some))
            for role, some in groupby(run, key=lambda entry: entry["source"]["role"])
        ]
        if row["parts"] != [[role, label(some[0]), label(some[-1])] for role, some in roles]:
            yield f"/index/{place}/parts", "it names other parts than the ledger"


def _of_kind(ledger: Sequence[Entry], kind: str) -> list[Entry]:
    return [entry for entry in ledger if entry["kind"] == kind]


def _bookmarks(data: Mapping[str, Any]) -> Iterator[Fault]:
    """One for each exhibit, with its tab, title and pages; the others lead to the beginning of a
    part; all in order."""
    rows = {f"exhibit:{row['exhibit']}": row for row in data["index"]}
    begins = {
        run[0]["number"]
        for run in (list(some) for _, some in groupby(data["ledger"], key=lambda e: e["part"]))
    }
    before = 0
    for place, mark in enumerate(data["bookmarks"]):
        here = f"/bookmarks/{place}"
        row = rows.pop(mark["document"], None)
        if mark["number"] < before or mark["number"] not in begins:
            yield (
                f"{here}/number",
                "it does not lead to the beginning of a part, or is out of order",
            )
        before = mark["number"]
        if (row is None) != (not mark["document"]) or (mark["level"] and not place):
            yield here, "it is of no exhibit that is here, or hangs below nothing"
        if row and (mark["title"], mark["number"]) != (
            f"Exhibit {row['tab']} – {row['title']} ({row['pages']})",
            row["sheet"],
        ):
            yield here, "it says of its exhibit what the index does not"
    if rows:
        yield "/bookmarks", "an exhibit has none"


def _addresses(data: Mapping[str, Any]) -> Iterator[Fault]:
    wanted: dict[str, int] = {}
    for entry in data["ledger"]:
        wanted.setdefault(f"part/{entry['part']}", entry["number"])
        if entry["kind"] == "tab":
            wanted[f"tab/{entry['exhibit']}"] = entry["number"]
        elif entry["kind"] == "exhibit":
            wanted[f"exhibit/{entry['exhibit']}/{entry['exhibit_page']}"] = entry["number"]
            wanted.setdefault(f"tab/{entry['exhibit']}", entry["number"])
    if data["addresses"] != wanted:
        yield "/addresses", "links would lead to other pages than the ledger says"


_LINE = 1.25  # height of a stamp's box in font sizes
_ROUNDED = 0.02  # points


def _stamps(ledger: Sequence[Entry]) -> Iterator[Fault]:
    """Each within its page; only forms, and what the packet's order leaves unmarked, have none."""
    for place, entry in enumerate(ledger):
        box = entry["stamp"]
        if box is None:
            if entry["kind"] in ("draft", "tab"):
                yield f"/ledger/{place}/stamp", "a page of ours has none"
            continue
        wide, high = entry["size"]
        if (
            min(box["x"], box["y"], box["size"]) < 0
            or box["x"] + box["width"] > wide + 1
            or box["y"] + box["height"] > high + 1
        ):
            yield f"/ledger/{place}/stamp", "it is not on the page"
        if abs(box["height"] - _LINE * box["size"]) > _ROUNDED:
            yield f"/ledger/{place}/stamp/height", "it is not that of one line of its size"


def _files(data: Mapping[str, Any]) -> Iterator[Fault]:
    outputs = Counter(one["path"] for one in data["outputs"])
    folded = Counter(path.casefold() for path in outputs)
    if max(outputs.values()) > 1 or max(folded.values()) > 1:
        yield "/outputs", "a file is listed twice"
    if "manifest.json" in folded:
        yield "/outputs", "the manifest lists itself"
    for place, volume in enumerate(data["volumes"]):
        if volume["path"] not in outputs:
            yield f"/volumes/{place}/path", "the file is not among the outputs"
        if volume["last"] < volume["first"]:
            yield f"/volumes/{place}", "it ends before it begins"
    kept = data.get("kept") or {"drafts": (), "forms": (), "words": ""}
    named = [kept["words"], *(one["pdf"] for one in (*kept["drafts"], *kept["forms"]))]
    if any(name and name not in outputs for name in named):
        yield "/kept", "a file is not among the outputs"
    for place, check in enumerate(data.get("proof", ())):
        if not check["ok"]:
            yield f"/proof/{place}", "it failed when the packet was built"

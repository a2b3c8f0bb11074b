"""Check excerpts, and the pages that the thematic index names, in a case of any shape. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assembler.intake.page_ranges import LAST_PAGE, TITLE_PAGE, iterate_ranges
from assembler.intake.problem import Problem, escape_pointer_step, suggest_name
from assembler.intake.untyped_values import read_file_lists, read_objects, read_path
from assembler.runtime.file_names import normalize_name

_LISTED_NAMES = 3  # file names that a remedy lists


def find_excerpt_problems(where: str, files: Sequence[Any]) -> Iterator[Problem]:
    """Yield entries of a list of files whose `excerpt` or `title_page` cannot be meant."""
    for position, entry in enumerate(files):
        if not isinstance(entry, dict):
            continue
        place = where + escape_pointer_step(position)
        is_excerpt = entry.get("excerpt") is True
        if is_excerpt and "pages" not in entry:
            yield Problem(
                "CASE.FORM",
                f"{place}/excerpt",
                "an excerpt does not say which pages it has",
                "add `pages`, as 3,41-44; or remove `excerpt` to file the whole document",
            )
        if "title_page" in entry and not is_excerpt:
            yield Problem(
                "CASE.FORM",
                f"{place}/title_page",
                "only an excerpt has a title page that is put first",
                'add "excerpt": true, or remove `title_page`',
            )


def find_topic_problems(where: str, exhibit: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield topics of an exhibit whose page is not among its pages, as far as case.json says, and
    those that do not say of which file it is."""
    used = _list_used_pages(exhibit)
    documents = list(dict.fromkeys(_iterate_documents(exhibit)))
    for place, topic in read_objects(dict(exhibit), "topics", where):
        name = topic.get("file")
        if name is None and len(documents) > 1:
            yield Problem(
                "TOPIC.FILE",
                place,
                "the exhibit has several files, so it is not clear of which file this page is",
                f"add `file`: {_list_names(documents)}",
            )
            continue
        path = name if isinstance(name, str) else next(iter(documents), "")
        ranges = used.get(normalize_name(path)) if path else None
        if path and ranges is None:
            remedy = suggest_name(path, documents, f"use a file of it: {_list_names(documents)}")
            yield Problem(
                "TOPIC.FILE", f"{place}/file", "the exhibit does not have this file", remedy
            )
        page = topic.get("page")
        if ranges is None or not isinstance(page, int) or isinstance(page, bool) or page < 1:
            continue
        if not any(first <= page <= last for first, last in ranges):
            yield Problem(
                "TOPIC.PAGE",
                f"{place}/page",
                f"page {page} of the file is not among the pages of this exhibit",
                f"add {page} to `pages` of the file, or correct the page",
            )


def _iterate_documents(exhibit: Mapping[str, Any]) -> Iterator[str]:
    """Yield the paths of the document itself; of any role, if none is the document."""
    files = exhibit.get("files")
    entries = files if isinstance(files, list) else []
    documents = [entry for entry in entries if _is_document(entry)]
    yield from filter(None, map(read_path, documents or entries[:1]))


def _is_document(entry: Any) -> bool:
    return not isinstance(entry, dict) or entry.get("role", "document") == "document"


def _list_used_pages(exhibit: Mapping[str, Any]) -> dict[str, list[tuple[int, int]]]:
    """Return the ranges of pages that an exhibit uses of each file, by its normalized path."""
    used: dict[str, list[tuple[int, int]]] = {}
    for _, files in read_file_lists(dict(exhibit), ""):
        for entry in files:
            if not (path := read_path(entry)):
                continue
            fields = entry if isinstance(entry, dict) else {}
            ranges = list(iterate_ranges(fields.get("pages", "1-")))
            if fields.get("excerpt") is True:
                title_page = fields.get("title_page", TITLE_PAGE)
                ranges += [(title_page, title_page)] if isinstance(title_page, int) else []
            is_unreadable = "pages" in fields and not isinstance(fields["pages"], str)
            used.setdefault(normalize_name(path), []).extend(
                [(1, LAST_PAGE)] if is_unreadable else ranges
            )
    return used


def _list_names(paths: Sequence[str]) -> str:
    """Return file names for a remedy, if they are few."""
    names = paths if len(paths) <= _LISTED_NAMES else ()
    return ", ".join(names) or "its path, as in `files`"

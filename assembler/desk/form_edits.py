"""Change which files of forms/ a case lists as its government forms. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from assembler.desk.case_store import CaseChanged, EditRefused
from assembler.desk.exhibit_edits import ignore_file
from assembler.intake.untyped_values import read_listed_paths, read_path
from assembler.runtime.file_names import normalize_name

Raw = dict[str, Any]
MAX_FORMS = 200


def list_used(case: Mapping[str, Any]) -> frozenset[str]:
    """Return the paths that a case lists, as `normalize_name` spells them."""
    return frozenset(normalize_name(path) for _, path in read_listed_paths(dict(case)))


def add_form(case: Raw, path: str, form: str, *, is_completed: bool) -> Raw:
    """List a file as a form. Raises EditRefused if it is listed already, or one too many."""
    forms = _get_forms(case)
    if normalize_name(path) in list_used(case):
        raise EditRefused("the case lists this file already", where=path, remedy="change it there")
    if len(forms) >= MAX_FORMS:
        raise EditRefused(
            f"a case has at most {MAX_FORMS} forms", where="Forms", remedy="remove one first"
        )
    entry = {"form": form, "path": path, "completed": is_completed}
    return {**_stop_ignoring(case, path), "forms": [*forms, entry]}


def remove_form(case: Raw, path: str, reason: str, *, is_present: bool) -> Raw:
    """Remove a form from the list; its file is left out of the packet, for a reason.

    Args:
        is_present: whether there is such a file; nothing needs to be left out otherwise.

    Raises CaseChanged if no form has this file, EditRefused for a reason of the wrong length.
    """
    forms = _get_forms(case)
    kept = [entry for entry in forms if read_path(entry) != path]
    if len(kept) == len(forms):
        raise _make_outdated()
    rest = {**case, "forms": kept}
    is_used = normalize_name(path) in list_used(rest)
    return ignore_file(rest, path, reason) if is_present and not is_used else rest


def leave_out(case: Raw, path: str, reason: str, present: Iterable[str]) -> Raw:
    """Leave a file out that nothing lists, for a reason. Raises CaseChanged if there is none."""
    if path not in present or normalize_name(path) in list_used(case):
        raise _make_outdated()
    return ignore_file(case, path, reason)


def _get_forms(case: Mapping[str, Any]) -> list[Any]:
    forms = case.get("forms")
    if forms is not None and not isinstance(forms, list):
        raise EditRefused(
            "forms of case.json is not a list",
            where="case.json",
            remedy="put the forms between [ and ]",
        )
    return forms or []


def _stop_ignoring(case: Raw, path: str) -> Raw:
    """Return the case without the file among those that are left out."""
    ignored = case.get("ignored_files")
    if not isinstance(ignored, list):
        return case
    kept = [entry for entry in ignored if normalize_name(read_path(entry)) != normalize_name(path)]
    others = {key: value for key, value in case.items() if key != "ignored_files"}
    return {**others, "ignored_files": kept} if kept else others


def _make_outdated() -> CaseChanged:
    return CaseChanged(
        "the forms are not as this page showed them",
        where="Forms",
        remedy="the page now shows them as they are; make the change again",
    )

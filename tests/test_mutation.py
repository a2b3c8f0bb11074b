"""The mutation tester of benchmarks/: each mutant is one mistake, and a wrong function is wrong in
this process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assembler.model import page_labels
from benchmarks.mutation.apply import NotApplicable, apply_mutant, watch_lines
from benchmarks.mutation.mutants import ROOT, Mutant, compile_mutant, list_mutants

_LABELS = ROOT / "assembler/model/page_labels.py"
_EXCERPTS = ROOT / "assembler/layout/excerpts.py"


@pytest.fixture
def labels() -> Iterator[list[Mutant]]:
    """The mutants of a module, whose functions are right again after the test."""
    functions = [page_labels.may_follow, page_labels.read_whole_number, page_labels.is_behind]
    codes = [function.__code__ for function in functions]
    yield list_mutants(_LABELS)
    for function, code in zip(functions, codes, strict=True):
        function.__code__ = code


def find(mutants: list[Mutant], function: str, description: str) -> Mutant:
    (mutant,) = [m for m in mutants if (m.function, m.description) == (function, description)]
    return mutant


@pytest.mark.parametrize("path", [_LABELS, _EXCERPTS])
def test_every_mutant_differs_from_the_program_and_from_all_others(path) -> None:
    mutants = list_mutants(path)
    codes = [compile_mutant(mutant) for mutant in mutants]
    assert len(mutants) > 20
    assert len(
        {(code.co_qualname, code.co_code, code.co_consts, code.co_names) for code in codes}
    ) >= (0.9 * len(codes))


def test_a_mutant_makes_its_function_wrong(labels: list[Mutant]) -> None:
    assert page_labels.may_follow("57", "58")
    apply_mutant(find(labels, "may_follow", "LtE → Lt"))
    assert not page_labels.may_follow("57", "58")


def test_a_number_one_more_and_a_negated_condition_are_mutants(labels: list[Mutant]) -> None:
    apply_mutant(find(labels, "read_whole_number", "condition negated"))
    assert page_labels.read_whole_number("57a") == 0
    described = {mutant.description for mutant in labels if mutant.function == "read_whole_number"}
    assert {"0 → 1", "0 → -1", "returns None", "condition negated"} <= described


def test_the_words_of_messages_and_type_annotations_are_left_alone(labels: list[Mutant]) -> None:
    inserted = [mutant for mutant in labels if mutant.function == "insert_labels"]
    assert "removed: raise" in {mutant.description for mutant in inserted}
    assert not any("label fits" in mutant.description for mutant in labels)


def test_a_module_that_is_not_loaded_has_no_mutants_to_apply() -> None:
    absent = Mutant(
        path=ROOT / "assembler/no_such_module.py", function="f", place=0, line=1, description="x"
    )
    with pytest.raises(NotApplicable):
        apply_mutant(absent)


def test_the_lines_that_a_call_runs_are_noted_and_no_others() -> None:
    lines: set[tuple[str, int]] = set()
    with watch_lines(str(ROOT / "assembler/model"), lines):
        page_labels.read_whole_number("57a")
    first = page_labels.read_whole_number.__code__.co_firstlineno
    assert {file for file, _ in lines} == {str(_LABELS)}
    assert all(first <= line <= first + 4 for _, line in lines)
    assert len(lines) == 3

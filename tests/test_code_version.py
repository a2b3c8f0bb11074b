"""runtime: cache entries depend on the code that makes them, not on numbers kept by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assembler.runtime import code_version


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for package in ("evidence", "model", "pdf", "runtime", "cli"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "module.py").write_text("A = 1\n")
    monkeypatch.setattr(code_version, "_CODE", tmp_path)
    code_version.digest_code.cache_clear()
    yield tmp_path
    code_version.digest_code.cache_clear()


def digest_after_change(code: Path, changed: str, *packages: str) -> tuple[str, str]:
    before = code_version.digest_code(*packages)
    (code / changed).write_text("A = 2\n")
    code_version.digest_code.cache_clear()
    return before, code_version.digest_code(*packages)


@pytest.mark.parametrize("changed", ["evidence/module.py", "model/module.py", "pdf/new.py"])
def test_a_change_of_the_package_or_of_what_it_builds_on_is_another_digest(
    code: Path, changed: str
) -> None:
    before, after = digest_after_change(code, changed, "evidence")

    assert before != after


def test_a_change_elsewhere_is_the_same_digest_and_another_of_the_whole(code: Path) -> None:
    before, after = digest_after_change(code, "cli/module.py", "evidence")
    assert before == after

    before, after = digest_after_change(code, "cli/other.py")
    assert before != after


def test_a_package_that_does_not_exist_is_an_error(code: Path) -> None:
    with pytest.raises(LookupError, match="no such package: evidnce"):
        code_version.digest_code("evidnce")

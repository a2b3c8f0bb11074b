"""The cache: shared, kept small, emptied; and a build with it gives the same bytes as one
without."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from copy import deepcopy
from datetime import date
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from assembler import pipeline
from assembler.cli.shared_options import CACHE_MB
from assembler.errors import ExitCode, OutputNotWritten
from assembler.runtime.cache import Cache
from assembler.runtime.cache_upkeep import CacheUser, measure_cache, purge_cache, trim_cache
from assembler.runtime.resources import Shelf
from assembler.runtime.worker_pool import Pool
from assembler.runtime.workshop import CACHE_MB as OF_WORKSHOP
from assembler.runtime.workshop import Workshop
from tests import factories
from tests.conftest import unseal
from tests.processes import started
from tests.support.commands import run, snapshot

DAY = ["--as-of", "2026-11-23"]
ROOT = Path(__file__).parent.parent


def put(cache: Cache, name: str, used: int, size: int = 1_000) -> Path:
    """An entry of some size, last used at this second."""
    folder = cache.get_or_make(
        [name], lambda made: (made / "page").write_bytes(b"x" * size) and None
    )
    os.utime(folder / ".complete", (used, used))
    return folder


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    old, middle, new = (put(cache, name, used) for name, used in (("a", 10), ("b", 20), ("c", 30)))
    assert cache.get_or_make(["a"], lambda _: None) == old  # used now

    assert trim_cache(tmp_path, 3_000) == 0
    assert trim_cache(tmp_path, 2_500) == 1_000
    assert [path.is_dir() for path in (old, middle, new)] == [True, False, True]
    assert trim_cache(tmp_path, 0) == 2_000
    assert measure_cache(tmp_path).entries == 0
    assert not list((tmp_path / "new").iterdir())


def test_what_a_living_run_may_hold_stays_until_it_has_ended(tmp_path: Path) -> None:
    cache, user = Cache(tmp_path), CacheUser(tmp_path)
    before = put(cache, "before", 10)
    user.enter()
    during = cache.get_or_make(
        ["during"], lambda made: (made / "page").write_bytes(b"x" * 1_000) and None
    )
    found = put(cache, "found", 10)
    assert cache.get_or_make(["found"], lambda _: None) == found  # so the run has it in its hands

    assert trim_cache(tmp_path, 0) == 1_000
    assert [path.is_dir() for path in (before, during, found)] == [False, True, True]
    with pytest.raises(OutputNotWritten, match="a run is using this cache"):
        purge_cache(tmp_path)

    user.leave()
    assert purge_cache(tmp_path) == 2_000
    assert measure_cache(tmp_path).entries == 0


def test_a_killed_run_holds_nothing(tmp_path: Path) -> None:
    put(Cache(tmp_path), "a", 10)
    code = (
        "import os, sys, pathlib\nfrom assembler.runtime.cache_upkeep import CacheUser\n"
        "user = CacheUser(pathlib.Path(sys.argv[1])); user.enter(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False, cwd=ROOT)
    assert list((tmp_path / "users").iterdir())

    assert trim_cache(tmp_path, 0) == 1_000
    assert not list((tmp_path / "users").iterdir())


def test_two_cases_share_what_they_share(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    for name in ("one", "other"):
        factories.small_case(tmp_path / "cases" / name)
    first, spent = (
        run("bundle", tmp_path / "cases/one", "--cache", shared, *DAY),
        measure_cache(shared),
    )
    other = run("bundle", tmp_path / "cases/other", "--cache", shared, *DAY)

    assert (first[0], other[0]) == (0, 0)
    assert measure_cache(shared).entries == spent.entries  # nothing was made again
    assert snapshot(tmp_path / "cases/one/build") == snapshot(tmp_path / "cases/other/build")
    assert not list((tmp_path / "cases").glob("*/.assembler/cache/*/*"))
    assert f"{shared}: {spent.entries} entries" in run("cache", "show", shared)[1]
    assert "freed in 1 caches" in run("cache", "purge", shared)[1]
    assert measure_cache(shared).entries == 0


def test_two_runs_at_once_share_a_cache_and_neither_is_harmed(tmp_path: Path) -> None:
    shared, cases = (
        tmp_path / "shared",
        [factories.small_case(tmp_path / name) for name in ("one", "other")],
    )
    command = [
        sys.executable,
        "-m",
        "assembler",
        "bundle",
        *DAY,
        "--jobs",
        "1",
        "--cache",
        str(shared),
        "--cache-size",
        "1",
    ]
    with ExitStack() as stack:
        runs = [
            stack.enter_context(started([*command, str(case)], cwd=ROOT, stderr=subprocess.PIPE))
            for case in cases
        ]
        said = [one.communicate(timeout=120)[1].decode() for one in runs]

    assert [one.returncode for one in runs] == [0, 0], said
    assert snapshot(cases[0] / "build") == snapshot(cases[1] / "build")
    assert not list((shared / "new").iterdir()) + list((shared / "users").iterdir())


def test_show_and_purge_the_caches_below_a_folder(small: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        shutil.copytree(small, tmp_path / name)

    _, out, _ = run("cache", "show", tmp_path)
    code, freed, _ = run("cache", "purge", tmp_path)

    assert out.splitlines()[-1].endswith("MB in 2 caches")
    assert (code, freed.endswith("freed in 2 caches\n")) == (0, True)
    assert not [path for path in tmp_path.glob("*/.assembler/cache/**/*") if path.is_file()]
    assert (tmp_path / "a/build/child/bundle.pdf").is_file()
    assert run("cache", "purge", tmp_path / "nowhere")[0] == ExitCode.USAGE


def test_help_tells_the_size_that_holds() -> None:
    assert CACHE_MB == OF_WORKSHOP


FILES = {
    "evidence/scan.pdf": [
        factories.scan_pdf([["A short scanned line of words."]], dpi=100, noise=0),
        factories.scan_pdf([["Other words were scanned here."]], dpi=100, noise=0),
    ],
    "evidence/letter.pdf": [
        factories.text_pdf([["First page."], ["Second page."]]),
        factories.text_pdf([["Only page."]]),
    ],
    "evidence/photo.jpg": [factories.corners(6), factories.corners(1)],
}


class Edited(RuleBasedStateMachine):
    """A case that is edited and built again and again, beside the same case built from nothing."""

    @initialize()
    def begin(self) -> None:
        self.home = Path(mkdtemp())
        self.pool = Pool(2)
        self.steps = 0
        self.case = deepcopy(factories.CASE)
        self.case["request"] |= {"basis": ["There is a letter [@letter]."], "why_no_visa": "None."}
        self.case["declarations"] = []
        (self.home / "case/evidence").mkdir(parents=True)
        self.bytes = {name: variants[0] for name, variants in FILES.items()}

    @rule(number=st.integers(1, 10_000), times=st.integers(2, 4))
    def edit(self, number: int, times: int) -> None:
        """Some edits at once; the step counts too, since the first example Hypothesis tries is
        the smallest, over and over."""
        self.steps += 1
        chance = Random(f"{number} {self.steps}")
        for _ in range(times):
            change = chance.choice(
                (
                    self.exchange_a_file,
                    self.move_an_exhibit,
                    self.retitle,
                    self.choose_pages,
                    self.write_more,
                )
            )
            change(chance)
        if chance.random() < 0.2:
            trim_cache(self.home / "case/.assembler/cache", 100_000)

    def exchange_a_file(self, chance: Random) -> None:
        name = chance.choice(sorted(FILES))
        one, other = FILES[name]
        self.bytes[name] = other if self.bytes[name] == one else one

    def move_an_exhibit(self, chance: Random) -> None:
        self.case["exhibits"].append(self.case["exhibits"].pop(chance.randrange(2)))

    def retitle(self, chance: Random) -> None:
        chance.choice(self.case["exhibits"])["title"] = (
            f"A title {'of many words ' * chance.randrange(9)}"
        )

    def choose_pages(self, chance: Random) -> None:
        letter = next(one for one in self.case["exhibits"] if one["id"] == "letter")
        letter["files"] = [{"path": "evidence/letter.pdf", "pages": chance.choice(("1", "1-"))}]

    def write_more(self, chance: Random) -> None:
        self.case["request"]["basis"] = [
            "A paragraph that says one thing more [@letter]."
        ] * chance.randrange(1, 40)

    @invariant()
    def built_with_the_cache_is_built_from_nothing(self) -> None:
        case = self.home / "case"
        for name, data in self.bytes.items():
            (case / name).write_bytes(data)
        factories.write_case(case, self.case)
        clean = Path(
            shutil.copytree(
                case, self.home / "clean", ignore=shutil.ignore_patterns(".assembler", "build")
            )
        )
        for folder in (case, clean):
            with Workshop(folder / ".assembler", pool=self.pool) as shop:
                asked = pipeline.Options(as_of=date(2026, 11, 23))
                pipeline.build_packets(pipeline.make_context(folder, Shelf.default(), shop, asked))
        assert snapshot(case / "build") == snapshot(clean / "build")
        shutil.rmtree(clean)

    def teardown(self) -> None:
        if hasattr(self, "pool"):
            self.pool.close()
            shutil.rmtree(self.home)


TestEdited = Edited.TestCase
TestEdited.settings = settings(
    max_examples=1,
    stateful_step_count=3,
    deadline=None,
    derandomize=True,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


# --- an entry is used only as it was made ---


def entry(cache: Cache) -> tuple[Path, list[int]]:
    """The folder of an entry of three files, and a list that grows each time it is made."""
    made: list[int] = []

    def make(folder: Path) -> None:
        made.append(1)
        (folder / "texts.json").write_text('["words of the evidence"]')
        (folder / "draft.pdf").write_bytes(b"%PDF" + bytes(range(256)) * 400)
        (folder / "sub").mkdir()
        (folder / "sub/words.txt").write_text("words")

    return cache.get_or_make(["an entry"], make), made


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def flip_and_hide_it(path: Path) -> None:
    before = path.stat()
    flip(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def link(path: Path) -> None:
    shutil.move(path, path.parent.parent / "elsewhere")
    path.symlink_to(path.parent.parent / "elsewhere")


HARM = [flip, flip_and_hide_it, cut, empty, Path.unlink, link]


@pytest.mark.parametrize("name", ["texts.json", "draft.pdf", "sub/words.txt", ".complete"])
@pytest.mark.parametrize("harm", HARM)
@pytest.mark.parametrize("old", [False, True])
def test_an_entry_that_is_not_as_it_was_made_is_made_again(
    tmp_path: Path, name: str, harm: Any, *, old: bool
) -> None:
    cache = Cache(tmp_path)
    folder, _ = entry(cache)
    for path in (
        folder.rglob("*") if old else ()
    ):  # so that this process does not hash it again at each read
        os.utime(path, (1_000, 1_000))
    assert entry(cache)[1] == []
    assert cache.has(["an entry"])

    harm(folder / name)

    assert not cache.has(["an entry"])
    again, made = entry(cache)
    assert (again, made) == (folder, [1])
    assert (folder / "texts.json").read_text() == '["words of the evidence"]'
    assert cache.has(["an entry"])


@pytest.mark.parametrize(
    "change", ["file more", "file renamed", "another entry's content", "an older version's seal"]
)
def test_an_entry_with_other_files_is_made_again(tmp_path: Path, change: str) -> None:
    cache = Cache(tmp_path)
    folder, _ = entry(cache)
    if change == "file more":
        (folder / "more.txt").write_text("more")
    elif change == "file renamed":
        (folder / "texts.json").rename(folder / "text.json")
    elif change == "another entry's content":
        other = cache.get_or_make(
            ["other"], lambda made: (made / "texts.json").write_text("of another") and None
        )
        shutil.rmtree(folder)
        shutil.copytree(other, folder)
    else:
        (folder / ".complete").write_bytes(b"")

    assert entry(cache)[1] == [1]
    assert sorted(path.name for path in folder.iterdir()) == [
        ".complete",
        "draft.pdf",
        "sub",
        "texts.json",
    ]


def test_an_entry_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def synced(descriptor: int) -> None:
        happened.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")).name)
        fsync(descriptor)

    def renamed(self: Path, target: Path) -> Path:
        happened.append("rename")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "rename", renamed)
    folder, _ = entry(Cache(tmp_path))

    before = happened[: happened.index("rename")]
    assert {"texts.json", "draft.pdf", "words.txt", ".complete", "sub"} <= set(before)
    assert before[-1].startswith(folder.name)


def test_what_a_run_has_in_its_hands_is_looked_at_again_before_it_is_used(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    folder, _ = entry(cache)
    cache.check_unchanged([folder / "draft.pdf", tmp_path / "elsewhere.pdf"])

    flip(folder / "draft.pdf")

    with pytest.raises(
        OutputNotWritten, match="prepared pages changed while the bundle was being made; rerun"
    ):
        cache.check_unchanged([folder / "draft.pdf"])
    assert entry(cache)[1] == [1]


def test_a_bundle_is_the_same_whatever_happened_to_its_cache(small: Path, copy: Path) -> None:
    entries = sorted((copy / ".assembler/cache").glob("[0-9a-f][0-9a-f]/*/*"))
    chance = Random(7)
    for path in entries:
        chance.choice([flip, cut, empty] if path.stat().st_size else [Path.unlink])(path)
    unseal(copy)

    code, _, err = run("bundle", copy, *DAY)

    assert code == 0, err
    assert snapshot(copy / "build") == snapshot(small / "build")


# --- a shared cache is one's own ---


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
@pytest.mark.parametrize("mode", [0o755, 0o750, 0o701, 0o770, 0o777, 0o720])
def test_a_shared_cache_that_is_open_to_others_is_refused(
    small: Path, tmp_path: Path, mode: int
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(mode)

    code, _, err = run("bundle", small, "--cache", shared, *DAY)

    assert code == ExitCode.OUTPUT_NOT_WRITTEN
    assert (
        "shared: other users can read the cache, which has client pages; restrict it (chmod 700), "
        "or name another" in err
    )
    assert not list(shared.iterdir())


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives a folder away"
)
def test_a_shared_cache_of_somebody_else_is_refused(small: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o700)
    os.chown(shared, 12345, 12345)

    code, _, err = run("check", small, "--cache", shared, *DAY)

    assert code == ExitCode.OUTPUT_NOT_WRITTEN
    assert "shared: the cache belongs to another user" in err


def test_a_shared_cache_with_something_else_in_it_is_refused(small: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o700)
    (shared / "thesis.docx").write_text("years of work")

    code, _, err = run("bundle", small, "--cache", shared, *DAY)

    assert code == ExitCode.OUTPUT_NOT_WRITTEN
    assert "shared: the folder given with --cache has other content; name a new folder" in err
    assert [path.name for path in shared.iterdir()] == ["thesis.docx"]


def test_purge_leaves_what_is_not_of_the_cache(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    folder = put(cache, "a", 10)
    theirs = [tmp_path / "photos/cat.jpg", folder.parent / "note.txt", tmp_path / "new/mine.txt"]
    for path in theirs:
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    (tmp_path / "aa").symlink_to(tmp_path / "photos") if not (tmp_path / "aa").exists() else None

    assert purge_cache(tmp_path) == 1_000
    assert [path.read_text() for path in theirs] == ["mine"] * 3
    assert not folder.exists()


def test_a_mark_that_could_not_be_removed_is_swept_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlink, refused = Path.unlink, []

    def refuse_mark(path: Path, missing_ok: bool = False) -> None:
        if path.parent.name == "users" and path.suffix != ".lock" and not refused:
            refused.append(path)
            raise OSError(errno.EIO, "the disk")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse_mark)
    for _ in range(2):
        with Workshop(tmp_path / ".assembler"):
            pass

    assert refused

    assert not list((tmp_path / ".assembler/cache/users").iterdir())

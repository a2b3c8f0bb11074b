"""The thematic index: topics of exhibits as a table with links, whose pages are proved."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembler import crosscheck, rules
from assembler.errors import CaseRejected
from assembler.intake import read_case
from assembler.intake.excerpt_references import find_topic_problems
from assembler.layout.packet_plan import plan_packet
from assembler.layout.page_order import arrange_pages
from assembler.layout.thematic_index import fold_topic
from assembler.model import Case, Layout, PageFacts, PageSources, PartKind, Topic
from assembler.pipeline.checked_case import find_unprinted_topics
from assembler.receivers import load_profile
from assembler.runtime.manifest_reader import read_manifest
from assembler.runtime.resources import Shelf
from tests import factories
from tests.mutating import PACKET, details, failed, proved
from tests.support.building import AS_OF, build
from tests.support.cases import case as case_of
from tests.support.cases import exhibit
from tests.support.excerpts import (
    REPORT,
    build_excerpted,
    case_with,
    change_manifest,
    excerpt,
    read_texts,
)
from tests.support.inks import ink
from tests.support.page_texts import make_page_text
from tests.support.sharing import made_once

SHELF = Shelf.default()


@pytest.fixture
def excerpted(tmp_path: Path) -> Path:
    """A copy of a case with topics on two exhibits, proved and free to change."""
    made = made_once("excerpted", build_excerpted) / "case"
    return Path(shutil.copytree(made, tmp_path / "case"))


# --- which entries, in which order ---


def laid_out(case: Case, pages: dict[str, list[tuple[str, int]]]) -> Layout:
    plan = plan_packet(case, SHELF.recipe("parole"), "child")
    sizes = {f"exhibit:{name}": len(listed) for name, listed in pages.items()}
    sizes["draft:tab-sheets"] = len(pages)
    page = PageFacts(width=612, height=792, ink=ink(612, 792, 0))
    return arrange_pages(
        plan,
        case,
        {part.document: [page] * sizes.get(part.document, 1) for part in plan.parts},
        {
            name: PageSources(pages=tuple((page,) for page in listed))
            for name, listed in pages.items()
        },
    )


def with_topics(name: str, *topics: tuple[str, int], **more: Any) -> Any:
    path = f"evidence/{name}.pdf"
    listed = tuple(Topic(topic=topic, path=path, page=page) for topic, page in topics)
    return replace(exhibit(name, **more), topics=listed)


def test_topics_are_in_the_order_first_given_and_pages_in_that_of_the_packet() -> None:
    # "late" is listed first, but its category puts it behind "early" in the packet
    late = with_topics("late", ("Flight", 2), ("Hospitals", 9), category="country-conditions")
    early = with_topics("early", ("hospitals ", 4), ("Courts", 1), ("flight", 4))
    pages = {
        "late": [("evidence/late.pdf", 1), ("evidence/late.pdf", 9), ("evidence/late.pdf", 2)],
        # a long picture that was cut in two: its first piece is meant
        "early": [("evidence/early.pdf", 1), ("evidence/early.pdf", 4), ("evidence/early.pdf", 4)],
    }

    layout = laid_out(case_of(late, early), pages)

    assert [(row.topic, row.exhibit, row.page) for row in layout.topics] == [
        ("Flight", "early", 2),
        ("Flight", "late", 3),
        ("Hospitals", "early", 2),
        ("Hospitals", "late", 2),
        ("Courts", "early", 1),
    ]
    numbers = dict(layout.addresses)
    for row in layout.topics:
        assert row.label == layout.label(numbers[f"exhibit/{row.exhibit}/{row.page}"])
        assert row.tab == next(one.tab for one in layout.index if one.exhibit == row.exhibit)


def test_a_packet_has_the_index_only_if_one_of_its_own_exhibits_has_topics() -> None:
    own = with_topics("own", ("Flight", 1), belongs_to=("child",))
    case = case_of(own, exhibit("other"))
    recipe = SHELF.recipe("parole")

    ids = [part.id for part in plan_packet(case, recipe, "child").parts]

    assert ids.index("thematic-index") == ids.index("index") + 1
    for plan in (plan_packet(case, recipe, "brother"), plan_packet(case_of(), recipe, "child")):
        assert "thematic-index" not in [part.id for part in plan.parts]


@pytest.mark.parametrize("kind", ["parole", "re-parole", "rfe-response"])
@pytest.mark.parametrize("profile", ["eoir-ecas", "uscis-online"])
def test_every_receiver_finds_it_behind_the_index(kind: str, profile: str) -> None:
    case = replace(case_of(with_topics("e", ("Flight", 1))), kind=kind)
    plan = plan_packet(case, SHELF.recipe(kind), "child", load_profile(SHELF, profile))

    ids = [part.id for part in plan.parts]

    assert ids.index("thematic-index") == ids.index("index") + 1


def test_a_recipe_without_the_part_is_told_of_once() -> None:
    case = case_of(with_topics("e", ("Flight", 1)))
    recipe = SHELF.recipe("parole")
    older = replace(
        recipe, parts=tuple(part for part in recipe.parts if part.id != "thematic-index")
    )
    plans = tuple(plan_packet(case, older, person) for person in ("child", "brother"))

    assert [one.rule for one in find_unprinted_topics(case, plans)] == ["TOPIC.UNPRINTED"]
    assert find_unprinted_topics(case, (plan_packet(case, recipe, "child"),)) == ()
    assert find_unprinted_topics(case_of(exhibit("e")), plans) == ()


# --- what case.json may say ---


@pytest.mark.parametrize(
    ("topic", "files", "rule", "place"),
    [
        ({"page": 4}, [excerpt()], "TOPIC.PAGE", "/page"),
        ({"page": 7}, [{"path": REPORT, "pages": "1-6"}], "TOPIC.PAGE", "/page"),
        ({"page": 1}, [excerpt(title_page=0)], "TOPIC.PAGE", "/page"),
        ({"page": 1}, [REPORT, "evidence/letter.pdf"], "TOPIC.FILE", ""),
        ({"page": 1, "file": "evidence/reprot.pdf"}, [REPORT], "TOPIC.FILE", "/file"),
    ],
)
def test_a_page_that_its_exhibit_does_not_have_is_an_error(
    tmp_path: Path, topic: dict[str, Any], files: list[Any], rule: str, place: str
) -> None:
    folder = case_with(tmp_path / "case", *files, topics=[{"topic": "Flight", **topic}])
    (folder / "evidence/letter.pdf").write_bytes(factories.text_pdf())

    with pytest.raises(CaseRejected) as error:
        read_case(folder, SHELF)

    found = [one for one in error.value.findings if one.rule.startswith("TOPIC")]
    assert [(one.rule, one.pointer) for one in found] == [(rule, f"/exhibits/3/topics/0{place}")]
    assert "Flight" not in str(found[0])


@pytest.mark.parametrize(
    ("topic", "files", "path"),
    [
        ({"page": 1}, [excerpt()], REPORT),  # the title page, which is added
        ({"page": 900}, [REPORT], REPORT),  # how many pages the file has is not known yet
        ({"page": 5, "file": REPORT}, ["evidence/letter.pdf", excerpt()], REPORT),
    ],
)
def test_a_page_that_its_exhibit_may_have_is_read(
    tmp_path: Path, topic: dict[str, Any], files: list[Any], path: str
) -> None:
    folder = case_with(tmp_path / "case", *files, topics=[{"topic": "Flight", **topic}])
    if "evidence/letter.pdf" in files:
        (folder / "evidence/letter.pdf").write_bytes(factories.text_pdf())

    (read,) = read_case(folder, SHELF).exhibits[3].topics

    assert (read.topic, read.page, read.path, read.note) == ("Flight", topic["page"], path, "")


def test_a_page_beyond_the_end_of_the_file_is_found_when_the_file_is_read() -> None:
    topics = with_topics("e", ("Flight", 2), ("Flight", 3))
    pages = {"e": [make_page_text("Report", "evidence/e.pdf", n) for n in (1, 2)]}

    findings = crosscheck.check(
        case_of(topics), pages, AS_OF, SHELF.schema("crosscheck.json"), {}
    ).findings

    (found,) = [one for one in findings if one.rule == "TOPIC.PAGE"]
    assert found.pointer == "/exhibits/0/topics/1/page"
    assert found.severity == "error"


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-1, 9), st.sampled_from([REPORT, "1-3", "x"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["files", "topics", "path", "pages", "page", "file", "role", "excerpt"]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["files", "topics", "translation"]), values))
def test_exhibits_of_any_shape_are_checked(raw: dict[str, Any]) -> None:
    found = {problem.rule for problem in find_topic_problems("/exhibits/0", raw)}

    assert found <= {"TOPIC.PAGE", "TOPIC.FILE"}


def test_a_topic_that_is_still_to_be_written_is_found(tmp_path: Path) -> None:
    topics = [{"topic": "Flight", "page": 3, "note": "FILL IN"}]
    case = read_case(case_with(tmp_path / "case", excerpt(), topics=topics), SHELF)

    judged = rules.check_case(case, rules.load_library(SHELF), AS_OF)

    pointers = [one.pointer for one in judged.findings if one.rule == "CASE.PLACEHOLDER"]
    assert pointers == ["/exhibits/3/topics/0/note"]


def test_an_exhibit_with_topics_is_of_use() -> None:
    library = rules.load_library(SHELF)

    for topics, expected in (((), ["e"]), ((("Flight", 1),), [])):
        case = case_of(with_topics("e", *topics, category="country-conditions"))
        findings = rules.check_case(case, library, AS_OF).findings
        assert [one.exhibit for one in findings if one.rule == "CITE.UNUSED"] == expected


# --- a packet ---


def test_the_index_prints_each_topic_with_its_pages(excerpted: Path) -> None:
    manifest = read_manifest(excerpted / PACKET)
    entry = next(one for one in manifest.ledger if one.part == "thematic-index")
    text = read_texts(excerpted / PACKET / "bundle.pdf")[entry.number - 1]
    labels = {
        (one.exhibit, one.client_source.page): f"Ex. {one.tab} at {one.label}"
        for one in manifest.ledger
        if one.kind is PartKind.EXHIBIT
    }

    assert failed(proved(excerpted)) == set()
    first = manifest.index[0].exhibit
    assert [(row.topic, row.exhibit, row.source_page) for row in manifest.topics] == [
        ("Flight", first, 1),
        ("Flight", "report", 3),
        ("Attacks on hospitals", "report", 1),
        ("Attacks on hospitals", "report", 5),
    ]
    printed = [
        "Flight",
        labels[first, 1],
        labels["report", 3],
        "Attacks on hospitals",
        labels["report", 1],
        "Seventeen were hit.",
        labels["report", 5],
    ]
    places = [text.index(one) for one in printed]
    assert places == sorted(places)
    assert [mark.number for mark in manifest.bookmarks if mark.title == "Thematic index"] == [
        entry.number
    ]


def test_a_page_that_shows_another_page_of_the_file_is_caught(excerpted: Path) -> None:
    def change(data: dict[str, Any]) -> None:
        data["topics"][1]["source_page"] = 5

    change_manifest(excerpted, change)

    assert "/topics/1: it names another page than the ledger" in details(proved(excerpted))


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows[1].update(source_page=5, **{k: rows[3][k] for k in ("page", "label")}),
        lambda rows: rows[3].update(note="Eighteen were hit."),
        lambda rows: [row.update(topic="Attacks on schools") for row in rows[2:]],
        lambda rows: rows.pop(),
    ],
    ids=["page", "note", "topic", "one too many"],
)
def test_what_is_printed_and_not_in_the_manifest_is_caught(excerpted: Path, change: Any) -> None:
    """The manifest agrees with itself: only reading the page can tell."""
    change_manifest(excerpted, lambda data: change(data["topics"]))

    assert "thematic-index" in failed(proved(excerpted))


def test_topics_that_are_apart_are_caught(excerpted: Path) -> None:
    change_manifest(excerpted, lambda data: data["topics"].append(data["topics"].pop(0)))

    assert "the entries of a topic are not together" in details(proved(excerpted))


def test_topics_are_compared_without_capitals_and_spaces() -> None:
    assert fold_topic("  Attacks on\nHospitals ") == fold_topic("attacks on hospitals")


def test_the_same_case_gives_the_same_topics(excerpted: Path) -> None:
    before = json.loads((excerpted / PACKET / "manifest.json").read_text())["topics"]

    shutil.rmtree(excerpted / "build")
    build(excerpted)

    assert json.loads((excerpted / PACKET / "manifest.json").read_text())["topics"] == before

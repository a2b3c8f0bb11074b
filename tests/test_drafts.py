"""drafts: templates are untrusted, data is literal, every value arrives, citations are true,
numbers settle."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assembler import documents
from assembler.documents import drafts as settling
from assembler.documents.citation_findings import check_citations
from assembler.documents.draft_job import DraftJob, fill_template, make_draft
from assembler.errors import AssemblerError, CaseRejected, TemplateBroken, ToolFailed
from assembler.layout.packet_plan import plan_packet
from assembler.layout.page_order import HOST
from assembler.model import Draft
from assembler.runtime import programs
from assembler.runtime.cache import Cache
from assembler.runtime.resources import TemplateFile, list_font_files
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop
from tests import letters
from tests.letters import case, exhibit, template, text, values

PAYLOADS = [
    "{{ ''.__class__.__mro__ }}",
    "{{ cycler.__init__.__globals__.os.getpid() }}",
    "{{ lipsum.__globals__ }}",
    "{{ self.__init__.__globals__ }}",
    "{{ case.__class__ }}",
    "{{ case['__class__'] }}",
    "{{ cite.__init__.__globals__ }}",
    "{{ cite._rows }}",
    "{{ ''.format.__globals__ }}",
    "{{ '{0.__class__}'.format(case) }}",
    "{{ case | attr('__class__') }}",
    "{{ '%9999999d' % 1 }}",
    "{{ 'A' * 10**9 }}",
    "{{ 'A' * 100000 }}",
    "{{ [1] * 100000 }}",
    "{{ range(10**9) | list }}",
    "{{ '<w:p/>' | safe }}",
    "{{ [1, 2] | random }}",
    "{{ case | pprint }}",
    "{% include 'other.docx' %}",
    "{% import 'os' as os %}{{ os.name }}",
    "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
    "{{ case }}",
    "{{ request.basis }}",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_template_cannot_reach_out_grow_or_print_what_is_no_text(payload: str) -> None:
    with pytest.raises(TemplateBroken, match=r"^parole/own\.docx: ") as caught:
        fill_template(template("Before", payload), values(case()))

    assert "Testina" not in str(caught.value)


@pytest.mark.parametrize(
    "literal",
    [
        "{{ 7 * 7 }}",
        "{% if x %}",
        "{# note #}",
        "{_{",
        "%_}",
        "{{r cite('letter') }}",
        "a < b & c > d",
        "]]>",
        "&amp; &lt;",
        "\"q\" 'q'",
        "e\u0301 decomposed",
        "Гарсія і сини",
        "غارسيا",
        "加西亚",
    ],
)
def test_data_is_printed_as_it_is(literal: str) -> None:
    made = fill_template(
        template("{{ index[0].title }}.", "{{ index[0].title }}", header="{{ index[0].title }}"),
        values(case(exhibit("letter", literal), exhibit("scan"))),
    )

    assert text(made).count(_nfc(literal)) == 3


@settings(deadline=None, max_examples=40)
@given(
    st.text(
        st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs", "Cn", "Co")),
        min_size=1,
        max_size=40,
    )
)
def test_any_text_arrives_in_running_text_links_and_plain_values(given_text: str) -> None:
    one = case(exhibit("letter", given_text), exhibit("scan"))

    made = fill_template(
        template("{{r index[0].title_link }} and {{ index[0].title }}"), values(one)
    )

    assert text(made).count(_nfc(given_text)) >= 2


def _nfc(value: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFC", value)


@pytest.mark.parametrize(
    ("paragraph", "message"),
    [
        ("Dear {{ officer.name }},", "'officer' is undefined, in 'Dear {{ officer.name }},'"),
        (
            "To {{ petitioner.nmae }}",
            "Person has no attribute 'nmae', in 'To {{ petitioner.nmae }}'",
        ),
        (
            "On {{ request.arrival_date | longdate }}",
            r"it prints the date of nothing \(a value the case does not give\), in 'On",
        ),
        (
            "On {{ request.arrival_date }}",
            r"it prints nothing \(a value the case does not give\), in 'On",
        ),
        ("In {{ request.consulate.city }}", "'None' has no attribute 'city'"),
        ("{% if petitioner %}unfinished", "Unexpected end of template|end of template"),
        ("{{ petitioner.name", "unexpected|expected token"),
        ("{{ petitioner.name | shout }}", "No filter named 'shout'"),
    ],
)
def test_a_mistake_names_template_and_place(paragraph: str, message: str) -> None:
    with pytest.raises(TemplateBroken, match=message) as caught:
        fill_template(template("First paragraph.", paragraph), values(case()))

    assert str(caught.value).startswith("parole/own.docx: ")
    assert str(caught.value).endswith("; correct it in Word")


def test_a_mistake_in_a_header_names_its_place() -> None:
    with pytest.raises(TemplateBroken, match="'color' is undefined, in 'Head {{ color }}'"):
        fill_template(template("Body", header="Head {{ color }}"), values(case()))


def test_citations_become_links_in_parentheses() -> None:
    one = case(
        request={
            "basis": (
                "As shown [@letter, p. 2; @scan], it is so. See [@scan, pp. 2-3]. (Also "
                "[@letter].)",
            )
        }
    )

    made = fill_template(template("{{r prose(request.basis[0]) }}"), values(one))

    letter, scan = (row.first for row in letters.laid_out(one).index)
    assert text(made) == (
        f"As shown (Ex. A at {letter + 1}; Ex. B at {scan}), it is so. "
        f"See Ex. B at {scan + 1}–{scan + 2}. (Also Ex. A at {letter}.)"
    )
    assert letters.links(made) == [
        f"{HOST}exhibit/{place}" for place in ("letter/2", "scan/1", "scan/2", "letter/1")
    ]


@pytest.mark.parametrize("call", ["{{ cite('letter', 2) }}", "{{r cite('letter', 2) }}"])
def test_a_template_cites_within_a_text(call: str) -> None:
    made = fill_template(template(f"Look at {call}, please."), values(case()))

    number = letters.laid_out(case()).index[0].first + 1
    assert text(made) == f"Look at Ex. A at {number}, please."
    assert letters.links(made) == [f"{HOST}exhibit/letter/2"]


def test_a_plain_cite_keeps_the_look_of_the_text_around_it() -> None:
    def embolden(document: Any) -> None:
        document.paragraphs[0].runs[0].bold = True

    made = fill_template(
        template("Look at {{ cite('letter') }}, please.", change=embolden), values(case())
    )

    xml = zipfile.ZipFile(io.BytesIO(made)).read("word/document.xml").decode()
    assert xml.count("<w:b/>") == 2


def test_a_cite_in_a_header_links_from_the_header() -> None:
    made = zipfile.ZipFile(
        io.BytesIO(fill_template(template("Body", header="{{ cite('letter') }}"), values(case())))
    )

    header = next(name for name in made.namelist() if name.startswith("word/header"))
    assert b"exhibit/letter/1" in made.read(f"word/_rels/{header.removeprefix('word/')}.rels")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            "{{ cite('lettr') }}",
            "no exhibit 'lettr' to cite in this packet, in 'See {{ cite('lettr') }}'; did you "
            "mean 'letter'",
        ),
        (
            "{{ cite('letter', 4) }}",
            "page 4 of exhibit 'letter' is cited, which has 3 pages, in 'See",
        ),
    ],
)
def test_a_wrong_cite_in_a_template(call: str, message: str) -> None:
    with pytest.raises(TemplateBroken) as caught:
        fill_template(template(f"See {call}"), values(case()))

    assert message in str(caught.value).replace('"', "'").replace("\\'", "'")


def test_wrong_cites_of_the_case_are_all_found_with_their_places() -> None:
    other = exhibit("other", belongs_to=("brother",))
    people = (letters.person("child"), letters.person("brother"))
    asked = {
        "basis": ("Good [@letter, p. 3].", "Bad [@letter, p. 4; @other]."),
        "expedite_reason": "[@letter, pp. 3-2]",
    }
    one = case(
        exhibit("letter"),
        other,
        beneficiaries=people,
        lines=(("/request/basis", 7),),
        request=asked,
    )
    plan = plan_packet(one, letters.SHELF.recipe("parole"), "child")

    found = check_citations(one, plan, {"letter": 3})

    assert [(f.rule, f.pointer) for f in found] == [
        ("CITE.PAGE", "/request/basis/1"),
        ("CITE.OTHER_PACKET", "/request/basis/1"),
        ("CITE.PAGE", "/request/expedite_reason"),
    ]
    assert str(found[0]) == (
        "error CITE.PAGE case.json line 7, Request › Basis › 1 (/request/basis/1): it cites page 4 "
        "of [@letter], which has 3 pages; "
        "correct the page; pages are counted within the exhibit"
    )


@pytest.mark.parametrize("spoil", ["word/vbaProject.bin", "word/embeddings/oleObject1.bin"])
def test_macros_and_objects_are_refused(spoil: str) -> None:
    data = io.BytesIO(letters.word("x"))
    with zipfile.ZipFile(data, "a") as archive:
        archive.writestr(spoil, b"x")

    with pytest.raises(TemplateBroken, match="macros or embedded objects"):
        fill_template(
            TemplateFile(name="own.docx", data=data.getvalue(), origin="case"), values(case())
        )


def test_pictures_from_elsewhere_are_refused() -> None:
    outside = (
        b'<Relationship Id="rId99" TargetMode="External" Target="http://example.com/x.png" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"/></Relationships>'
    )
    data = letters.with_part(
        letters.word("x"), "word/_rels/document.xml.rels", b"</Relationships>", outside
    )

    with pytest.raises(TemplateBroken, match="loads external pictures or a template"):
        fill_template(TemplateFile(name="own.docx", data=data, origin="case"), values(case()))


@pytest.mark.parametrize("data", [b"", b"PK\3\4 no zip", b"%PDF-1.7"])
def test_no_word_document(data: bytes) -> None:
    with pytest.raises(
        TemplateBroken, match=r"own\.docx: not a Word document; save it as \.docx in Word"
    ):
        fill_template(TemplateFile(name="own.docx", data=data, origin="case"), values(case()))


def test_the_word_file_has_no_dates_and_no_author() -> None:
    def sign(document: Any) -> None:
        document.core_properties.author = "Someone"

    one, two = (fill_template(template("Text", change=sign), values(case())) for _ in "12")

    archive = zipfile.ZipFile(io.BytesIO(one))
    assert one == two
    assert b"Someone" not in b"".join(archive.read(name) for name in archive.namelist())
    assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def _job(given_template: TemplateFile, given_values: Any, folder: Path) -> DraftJob:
    return DraftJob(
        id="draft:own",
        template=given_template,
        values=given_values,
        engine="embedded",
        version="1",
        fonts=list_font_files(),
        cache=Cache(folder),
    )


def test_a_character_without_glyph_names_itself_and_its_place_but_no_text(tmp_path: Path) -> None:
    one = case(exhibit("letter", "Secret title \U0001f4de"), exhibit("scan"))

    with pytest.raises(TemplateBroken) as caught:
        make_draft(_job(template("{{ index[0].title }}"), values(one), tmp_path))

    assert str(caught.value) == (
        "parole/own.docx: no available font has the characters U+1F4DE; look at "
        "/exhibits/0/title in case.json, and spell them differently"
    )


def test_a_draft_is_made_once_and_measured(tmp_path: Path) -> None:
    one = make_draft(_job(template("Text of one page"), values(case()), tmp_path))
    again = make_draft(_job(template("Text of one page"), values(case()), tmp_path))

    assert one == again
    assert (one.pages, one.sizes, one.inks[0].cell) == (1, ((612.0, 792.0),), 4.0)
    assert any(one.inks[0].bits)


class FakeShop:
    """A workshop without processes; keeps the jobs it was given."""

    def __init__(self, make: Callable[[DraftJob], Any]) -> None:
        self.make, self.jobs, self.cache = make, [], Cache(Path("none"))

    def map(self, _function: Any, jobs: Sequence[DraftJob], **_more: Any) -> tuple[Any, ...]:
        self.jobs += jobs
        return tuple(map(self.make, jobs))


def _blank_draft(job: DraftJob, pages: int = 1) -> Draft:
    return Draft(
        id=job.id,
        docx=Path("d"),
        pdf=Path("p"),
        pages=pages,
        engine="none",
        sizes=((612.0, 792.0),) * pages,
        inks=(letters.BLANK,) * pages,
    )


def _settle(
    one: Any,
    shop: Any,
    counts: dict[str, int] | None = None,
    folder: Path = Path("none"),
    engine: str = "auto",
    **more: Any,
) -> Any:
    plan = plan_packet(one, letters.SHELF.recipe("parole"), "child")
    inputs = documents.DraftInputs(
        plan=plan,
        case=one,
        folder=folder,
        shelf=letters.SHELF,
        workshop=shop,
        facts=letters.FACTS,
        as_of=letters.AS_OF,
        engine=engine,
    )
    return documents.settle_drafts(inputs, letters.prepared(one, counts), {}, **more)


@pytest.mark.parametrize("kind", ["memory", "timeout"])
def test_a_template_that_asks_for_too_much_is_broken(kind: str) -> None:
    with pytest.raises(
        TemplateBroken,
        match=r"cover-letter\.docx: filling it took too long; check the template for an endless "
        r"loop",
    ):
        _settle(case(), FakeShop(lambda _: Failure(kind=kind, detail="took too long")))


def test_an_engine_that_crashes_has_failed() -> None:
    with pytest.raises(ToolFailed, match="could not be filled"):
        _settle(
            case(),
            FakeShop(lambda _: Failure(kind="crashed", detail="the worker ended with code -11")),
        )


def test_pages_that_never_hold_still_are_an_error() -> None:
    sizes = iter(range(1, 1000))

    def grow(job: DraftJob) -> Draft:
        tabs = 2 if job.id == "draft:tab-sheets" else 0
        return _blank_draft(job, tabs or next(sizes))

    shop = FakeShop(grow)
    with pytest.raises(TemplateBroken, match="page numbers keep changing"):
        _settle(case(), shop)
    assert len([job for job in shop.jobs if job.id == "draft:cover-letter"]) <= settling.ROUNDS + 1


def test_tab_sheets_are_drawn_once_the_pages_of_the_letters_are_known() -> None:
    shop = FakeShop(lambda job: _blank_draft(job, 2))
    _settle(case(), shop)
    rounds = [job.id for job in shop.jobs]

    assert rounds.count("draft:cover-letter") - rounds.count("draft:tab-sheets") == 1
    assert rounds.index("draft:tab-sheets") > rounds.index("draft:cover-letter")


def test_tab_sheets_that_take_two_pages_are_an_error() -> None:
    with pytest.raises(
        TemplateBroken, match=r"tab-sheets\.docx: 2 tab sheets take 1 pages; shorten"
    ):
        _settle(case(), FakeShop(_blank_draft))


def test_wrong_cites_stop_before_anything_is_drawn() -> None:
    shop = FakeShop(_blank_draft)

    with pytest.raises(CaseRejected, match=r"CITE\.PAGE .*\n.*1 citations lead nowhere"):
        _settle(case(request={"basis": ("[@letter, p. 9]",)}), shop)
    assert shop.jobs == []


@pytest.mark.parametrize(
    ("origin", "asked", "installed", "engine"),
    [
        ("shipped", "auto", True, "auto"),
        ("case", "auto", True, "libreoffice"),
        ("shelf", "auto", False, "embedded"),
        ("shipped", "libreoffice", True, "libreoffice"),
        ("case", "embedded", True, "embedded"),
    ],
)
def test_which_engine_draws(
    origin: str, asked: str, installed: bool, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "find", lambda _: Path("soffice") if installed else None)
    monkeypatch.setattr(settling.word_to_pdf, "read_libreoffice_version", lambda: "LibreOffice 1")
    monkeypatch.setattr(
        type(letters.SHELF),
        "template",
        lambda *_: TemplateFile(name="own.docx", data=b"", origin=origin),
    )
    shop = FakeShop(lambda job: _blank_draft(job, 2 if job.id == "draft:tab-sheets" else 1))

    made, _ = _settle(case(), shop, engine=asked)

    assert {job.engine for job in shop.jobs} == {engine}
    warned = origin != "shipped" and not installed and asked == "auto"
    assert {f.rule for one in made for f in one.findings} == ({"DRAFT.ENGINE"} if warned else set())


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with Workshop(tmp_path_factory.mktemp("home") / ".assembler", jobs=2) as workshop:
        yield workshop


@pytest.mark.parametrize(
    "counts", [{"letter": 2, "scan": 3}, {"letter": 90, "scan": 12}, {"letter": 990, "scan": 20}]
)
def test_numbers_hold_still_within_three_rounds(counts: dict[str, int], shop: Workshop) -> None:
    rounds: list[int] = []

    made, layout = _settle(
        case(), shop, counts, report_progress=lambda _step, done, _total: rounds.append(done)
    )

    assert len(rounds) - 1 <= settling.ROUNDS
    sheet = {row.exhibit: row for row in layout.index}
    index = letters.pages(next(one.pdf for one in made if one.id == "draft:index").read_bytes())
    assert all(row.pages.replace("–", "") in index[0].replace("–", "") for row in sheet.values())
    sworn = letters.pages(
        next(one.pdf for one in made if one.id == "draft:declaration-aunt").read_bytes()
    )
    assert f"Ex. A at {sheet['letter'].first + 1}" in sworn[0]


def test_same_bytes_from_a_cold_cache(shop: Workshop, tmp_path: Path) -> None:
    made, layout = _settle(case(), shop)
    with Workshop(tmp_path / ".assembler") as other:
        other.cache = Cache(other.cache.root, enabled=False)
        again, same = _settle(case(), other)

    assert layout == same
    assert [(one.id, one.docx.read_bytes(), one.pdf.read_bytes()) for one in made] == [
        (one.id, one.docx.read_bytes(), one.pdf.read_bytes()) for one in again
    ]


def test_a_worker_hands_on_what_is_wrong_with_a_template(shop: Workshop, tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/index.docx").write_bytes(letters.word("{{ nobody }}"))

    with pytest.raises(
        AssemblerError,
        match=r"^parole/index\.docx: 'nobody' is undefined, in '{{ nobody }}'; correct it",
    ):
        _settle(case(), shop, folder=tmp_path)

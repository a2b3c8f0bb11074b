"""From pages to proposals: read signs, split, judge, join, order. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby

from assembler.intake.proposals.cues import Cues, fold
from assembler.intake.proposals.dates import DateChoice, choose_date
from assembler.intake.proposals.joining import (
    Bundle,
    JudgedDocument,
    collect_marks,
    join_sets,
    join_translations,
)
from assembler.intake.proposals.judging import judge_kind, judge_language, judge_role
from assembler.intake.proposals.named_people import choose_person
from assembler.intake.proposals.page_signs import PageSigns, read_signs
from assembler.intake.proposals.splitting import Document, rejoin_numbered, split_documents
from assembler.intake.proposals.values import (
    Guess,
    KnownCase,
    LeftOut,
    PageReading,
    Proposal,
    Proposals,
    ProposedPart,
)
from assembler.model import Finding, PartRole
from assembler.runtime.rule_catalog import make_finding

_OWN_PACKET = ("identity", "status")  # documents that go into the packet of their person alone
# files whose pages are a sheet of our own: nothing is known of what can be heard or seen in them
_RECORDINGS, _UNHEARD = ("sound", "film"), 0.3
_DOUBTFUL, _CAPPED = 0.8, 0.85  # confidence of a grouping, and of what it rests on
_SHARED_WORDS = 2  # of a line of a checklist and a document, from which it may support the line


def propose_exhibits(readings: Sequence[PageReading], case: KnownCase, cues: Cues) -> Proposals:
    """Return an exhibit for every document in the pages.

    Every page is in exactly one proposal, or named as left out.

    Args:
        readings: all pages of the files that no exhibit lists, in any order.
    """
    ordered = sorted(readings, key=lambda page: (make_natural_key(page.path), page.path, page.page))
    counts = {page.path: page.page for page in ordered}
    kept, left_out, findings = _leave_out(ordered)
    signs = read_signs(kept, cues)
    documents = _judge_all(rejoin_numbered(split_documents(signs)), case, cues)
    languages = dict(case.languages)
    bundles = join_translations(join_sets(documents), languages)
    proposals, more = _order_proposals(
        [_propose_bundle(bundle, counts, case, cues) for bundle in bundles], case
    )
    return Proposals(exhibits=proposals, left_out=tuple(left_out), findings=(*findings, *more))


def make_natural_key(path: str) -> tuple[tuple[int, str | int], ...]:
    """Return a key that sorts scan_2 before scan_10."""
    return tuple(
        (0, int(part)) if part.isdecimal() else (1, part)
        for part in re.split(r"(\d+)", path.casefold())
        if part
    )


def _leave_out(
    pages: Sequence[PageReading],
) -> tuple[list[PageReading], list[LeftOut], list[Finding]]:
    """Return the pages to look at; copies of a file and files without anything on them are left
    out."""
    kept: list[PageReading] = []
    left_out: list[LeftOut] = []
    findings: list[Finding] = []
    first: dict[str, str] = {}
    for path, group in groupby(pages, key=lambda page: page.path):
        run = list(group)
        sha256 = run[0].sha256
        if sha256 and sha256 in first:
            why = f"it is the same file as {first[sha256]}"
        elif all(page.blank for page in run):
            why = "nothing is on its pages"
        else:
            first.setdefault(sha256, path)
            kept += run
            continue
        left_out.append(LeftOut(path=path, first=run[0].page, last=run[-1].page, why=why))
        findings.append(
            make_finding(
                "PROPOSE.LEFT_OUT",
                path,
                f"no exhibit is proposed for it: {why}",
                "look at it; put it into ignored_files of case.json with the reason, or list it "
                "in exhibits",
                file=path,
            )
        )
    return kept, left_out, findings


def _judge_all(documents: Sequence[Document], case: KnownCase, cues: Cues) -> list[JudgedDocument]:
    file_words = dict(case.file_words)
    judged = []
    for place, document in enumerate(documents):
        kind = judge_kind(document.pages, cues, file_words)
        language = judge_language(document.pages, kind)
        days, numbers, names = collect_marks(document.pages, cues)
        judged.append(
            JudgedDocument(
                place=place,
                pages=document.pages,
                confidence=document.confidence,
                kind=kind,
                category=_find_category(kind.value, cues),
                language=_settle_script(language, document.pages, case),
                role=judge_role(document.pages, language.value),
                days=days,
                numbers=numbers,
                names=names,
            )
        )
    return judged


def _settle_script(language: Guess[str], pages: Sequence[PageSigns], case: KnownCase) -> Guess[str]:
    """Return the language; of those of one script, where only the script is known, the one of the
    people's country."""
    scripts = {page.reading.script for page in pages} | {page.reading.language for page in pages}
    if not scripts & {"Cyrillic", "Cyrl"} or language.confidence >= 0.8:
        return language
    countries = {person.country for person in case.people}
    home = {"uk": "UKR", "ru": "RUS"}
    fitting = [code for code, country in home.items() if country in countries]
    return replace(language, value=fitting[0]) if len(fitting) == 1 else language


def _find_category(kind: str, cues: Cues) -> str:
    return cues.kind(kind).category if kind != "other" else "other"


def _propose_bundle(
    bundle: Bundle, counts: dict[str, int], case: KnownCase, cues: Cues
) -> tuple[Proposal, tuple[Finding, ...]]:
    """Return the exhibit of a bundle. What the translation says in English decides its kind and
    person where the original was read badly."""
    originals = bundle.documents or (*bundle.translations, *bundle.certificates)
    main = originals[0]
    kind = _choose_kind(bundle, main)
    known = cues.kind(kind.value) if kind.value != "other" else None
    pages = tuple(page for document in originals for page in document.pages)
    helpers = tuple(page for document in bundle.translations for page in document.pages)
    births = frozenset(person.birth_date for person in case.people if person.birth_date)
    date_guess, findings = _find_date(pages, helpers, main, case, cues, births)
    person = _find_person(pages, helpers, case, cues, kind)
    if bundle.confidence < _DOUBTFUL and len(pages) > 1:  # pages of another document tell lies
        kind = replace(kind, confidence=min(kind.confidence, _CAPPED))
        date_guess = replace(date_guess, confidence=min(date_guess.confidence, _CAPPED))
        person = replace(person, confidence=min(person.confidence, _CAPPED))
    category = Guess(
        value=_find_category(kind.value, cues), confidence=kind.confidence, reasons=kind.reasons
    )
    beneficiaries = {p.id for p in case.people if "beneficiary" in p.roles}
    own = category.value in _OWN_PACKET and person.value in beneficiaries
    belongs_to = (person.value,) if own and len(beneficiaries) > 1 else ()
    meets, supports = _match_lines(category.value, pages + helpers, case)
    if not bundle.documents:
        findings = (*findings, _make_alone_finding(main))
    proposal = Proposal(
        id="",
        parts=tuple(_list_parts(bundle, counts)),
        files=Guess(value=_describe_grouping(bundle), confidence=bundle.confidence),
        roles=_judge_roles(bundle),
        kind=kind.value,
        title=Guess(
            value=_make_title(kind.value, main.pages[0].reading.printed, person.value, case, cues),
            confidence=round(min(0.85, category.confidence), 2),
            reasons=kind.reasons[:2],
        ),
        category=category,
        date=date_guess
        if known is None or known.dated
        else replace(date_guess, confidence=min(date_guess.confidence, 0.7)),
        language=main.language,
        person=person,
        belongs_to=Guess(value=belongs_to, confidence=person.confidence, reasons=person.reasons),
        supports=supports,
        meets=meets,
        order=0,
    )
    return proposal, findings


def _judge_roles(bundle: Bundle) -> Guess[str]:
    """Return the roles of a bundle's documents, as sure as the least sure of them."""
    documents = _list_documents(bundle)
    reasons = tuple(reason for document in documents for reason in document.role.reasons)
    return Guess(
        value="+".join(_list_roles(bundle)),
        confidence=min(document.role.confidence for document in documents),
        reasons=reasons[:4],
    )


def _list_documents(bundle: Bundle) -> tuple[JudgedDocument, ...]:
    return (*bundle.documents, *bundle.translations, *bundle.certificates)


def _choose_kind(bundle: Bundle, main: JudgedDocument) -> Guess[str]:
    """Return the kind of a bundle: of its original, or of its translation if that is surer."""
    if main.pages[0].reading.printed in _RECORDINGS:
        return Guess(value="other", confidence=_UNHEARD)
    kinds = [main.kind, *(document.kind for document in bundle.translations)]
    if len(kinds) > 1 and kinds[1].value == kinds[0].value:
        sure = 1 - (1 - kinds[0].confidence) * (1 - kinds[1].confidence)
        return replace(kinds[0], confidence=round(min(0.98, sure), 2))
    best = max(kinds, key=lambda kind: kind.confidence)
    if best.value == "other" or best is main.kind:
        return main.kind
    return replace(best, confidence=min(best.confidence, bundle.confidence))


def _find_date(
    pages: Sequence[PageSigns],
    helpers: Sequence[PageSigns],
    main: JudgedDocument,
    case: KnownCase,
    cues: Cues,
    births: frozenset[date],
) -> tuple[Guess[date | None], tuple[Finding, ...]]:
    """Return the date of a document; a translation confirms it, or gives it."""
    choice = choose_date(pages, cues, main.language.value, case.as_of, births)
    if helpers:
        other = choose_date(helpers, cues, "en", case.as_of, births)
        choice = _merge_dates(choice, other)
    if choice.ambiguous is None:
        return choice.guess, ()
    place = choice.ambiguous
    return choice.guess, (
        make_finding(
            "DATE.AMBIGUOUS",
            f"{place.path}, page {place.page}",
            "the date of the document is written in numbers and can be two days, since month and "
            "day can be exchanged; no date is proposed",
            "find out which is meant, and type the exhibit's date",
            file=place.path,
            page=place.page,
        ),
    )


def _merge_dates(choice: DateChoice, other: DateChoice) -> DateChoice:
    if other.guess.value is None:
        return choice
    if choice.guess.value is None:
        return other if not choice.ambiguous or other.guess.confidence >= 0.6 else choice
    if choice.guess.value == other.guess.value:
        sure = max(choice.guess.confidence, other.guess.confidence) + 0.1
        return DateChoice(guess=replace(choice.guess, confidence=round(min(0.97, sure), 2)))
    better = max(choice, other, key=lambda candidate: candidate.guess.confidence)
    return DateChoice(guess=replace(better.guess, confidence=0.6))


def _find_person(
    pages: Sequence[PageSigns],
    helpers: Sequence[PageSigns],
    case: KnownCase,
    cues: Cues,
    kind: Guess[str],
) -> Guess[str]:
    if kind.value == "other":
        return Guess(value="", confidence=0.5)
    known = cues.kind(kind.value)
    return choose_person((*pages, *helpers), case.people, cues, known)


def _make_title(kind: str, printed: str, person: str, case: KnownCase, cues: Cues) -> str:
    """Return the title of an exhibit. `printed`: kind of a file without pages of its own."""
    if printed in cues.file_titles:
        return cues.file_titles[printed]
    title = cues.kind(kind).title if kind != "other" else "Document"
    named = next((p for p in case.people if p.id == person and p.names), None)
    return f"{title} of {' '.join(filter(None, named.names[0]))}" if named else title


def _match_lines(
    category: str, pages: Sequence[PageSigns], case: KnownCase
) -> tuple[tuple[str, ...], Guess[tuple[str, ...]]]:
    """Return the lines that the category meets, and others whose words the document has in its
    first lines."""
    meets = tuple(line.id for line in case.lines if category in line.categories)
    head = (
        {
            word
            for line in [line for line in pages[0].lines if not line.is_running][:6]
            for word in line.folded.split()
            if len(word) > 4
        }
        if pages
        else set()
    )
    others = []
    for line in case.lines:
        words = {word for word in fold(line.text).split() if len(word) > 4}
        if (
            line.id not in meets
            and not line.facts
            and not line.categories
            and (len(words & head) >= _SHARED_WORDS)
        ):
            others.append(line.id)
    return meets, Guess(value=tuple(others), confidence=0.5)


def _make_alone_finding(document: JudgedDocument) -> Finding:
    page = document.pages[0].reading
    what = (
        "a translator's certificate"
        if document.role.value is PartRole.CERTIFICATE
        else "a translation"
    )
    return make_finding(
        "PROPOSE.ALONE",
        f"{page.path}, page {page.page}",
        f"it seems to be {what}, but no document was found that it belongs to",
        "put it into the translation of the exhibit it belongs to, or add the document",
        file=page.path,
        page=page.page,
    )


def _list_roles(bundle: Bundle) -> list[str]:
    roles = [PartRole.DOCUMENT] if bundle.documents else []
    roles += [PartRole.TRANSLATION] if bundle.translations else []
    roles += [PartRole.CERTIFICATE] if bundle.certificates else []
    return [role.value for role in roles]


def _describe_grouping(bundle: Bundle) -> str:
    count = len({page.reading.path for d in _list_documents(bundle) for page in d.pages})
    return "one file" if count == 1 else f"{count} files"


def _list_parts(bundle: Bundle, counts: dict[str, int]) -> list[ProposedPart]:
    groups = (
        (PartRole.DOCUMENT, bundle.documents),
        (PartRole.TRANSLATION, bundle.translations),
        (PartRole.CERTIFICATE, bundle.certificates),
    )
    parts: list[ProposedPart] = []
    for role, documents in groups:
        for document in documents:
            for page in document.pages:
                reading = page.reading
                last = parts[-1] if parts else None
                if (
                    last
                    and (last.path, last.role) == (reading.path, role)
                    and reading.page in (last.last, last.last + 1)
                ):
                    parts[-1] = replace(last, last=reading.page)
                else:
                    parts.append(
                        ProposedPart(
                            path=reading.path,
                            first=reading.page,
                            last=reading.page,
                            count=counts[reading.path],
                            role=role,
                        )
                    )
    return parts


def _order_proposals(
    rows: Sequence[tuple[Proposal, tuple[Finding, ...]]], case: KnownCase
) -> tuple[tuple[Proposal, ...], tuple[Finding, ...]]:
    """Return the proposals by category, date and file, each with its id and place."""
    rank = {category: n for n, category in enumerate(case.categories)}
    proposals = sorted(
        (proposal for proposal, _ in rows),
        key=lambda proposal: (
            rank.get(proposal.category.value, len(rank)),
            proposal.date.value or date.max,
            make_natural_key(proposal.parts[0].path),
            proposal.parts[0].first,
        ),
    )
    taken = set(case.exhibit_ids)
    named = []
    titles: set[str] = set()
    for place, proposal in enumerate(proposals, 1):
        base = proposal.kind if proposal.kind != "other" else "document"
        number, exhibit_id = 1, base
        while exhibit_id in taken:
            number += 1
            exhibit_id = f"{base}-{number}"
        taken.add(exhibit_id)
        title = proposal.title
        if title.value in titles and proposal.date.value:
            day = proposal.date.value
            title = replace(title, value=f"{title.value}, {day:%B} {day.day}, {day.year}")
        titles.add(title.value)
        named.append(replace(proposal, id=exhibit_id, order=place, title=title))
    return tuple(named), tuple(finding for _, found in rows for finding in found)

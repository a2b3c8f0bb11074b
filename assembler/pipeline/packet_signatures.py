"""Find the places in a packet that people sign: who signs is decided by `rules`, where by the forms
and the words on the pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from assembler import rules
from assembler.forms import FormSignature
from assembler.layout.signature_lines import SignatureLine, find_signature_line
from assembler.model import (
    Case,
    DocumentId,
    Draft,
    Finding,
    Layout,
    Leaf,
    PartKind,
    PartRole,
    Plan,
    Prepared,
    Severity,
    SignaturePlace,
    SignatureState,
    Signer,
    SignerRole,
)
from assembler.pdf.text_rows import TextRow, read_text_rows, squeeze_text
from assembler.rules import SignatureDuty
from assembler.runtime.rule_catalog import make_finding
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop

Box = tuple[float, float, float, float]
Pages = Sequence[Sequence[TextRow]]
# whose signature a paper may be filed without a name for: who it is, only that person says
_MAY_BE_UNKNOWN = frozenset((SignerRole.SERVER, SignerRole.ACCOUNT_HOLDER))
_WIDEST_SHIFT = 1.0  # points by which a page may differ from the one its map was drawn on


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningInputs:
    """What the places of signatures are found from."""

    plan: Plan
    case: Case
    layout: Layout
    drafts: tuple[Draft, ...]
    forms: Mapping[DocumentId, tuple[FormSignature, ...]]  # whose edition is known
    prepared: tuple[Prepared, ...]  # exhibits and completed forms


def find_signatures(
    inputs: SigningInputs, library: rules.Library, workshop: Workshop
) -> tuple[SignaturePlace, ...]:
    """Return every place of a packet that somebody signs, in the order of its pages."""
    duties = rules.list_duties(inputs.plan, inputs.case, library)
    finder = _Finder(inputs, workshop)
    places = [
        place
        for _, group in groupby(duties, key=lambda duty: duty.part)
        for place in finder.find_of_part(tuple(group))
    ]
    return tuple(sorted(places, key=lambda place: place.number))


def select_signers(case: Case, places: Sequence[SignaturePlace]) -> tuple[Signer, ...]:
    """Return the people who sign these places or are signed for, in the order of the pages."""
    names = {signer.id: signer for signer in rules.list_signers(case)}
    used = [key for place in places for key in (place.signer, place.on_behalf_of) if key in names]
    return tuple(names[key] for key in dict.fromkeys(used))


def find_signing_problems(
    inputs: SigningInputs, places: Sequence[SignaturePlace]
) -> tuple[Finding, ...]:
    """Return what a person should know before the pages are handed out: places for which nobody is
    named, and pages of an online filing that are not signed."""
    labels = {leaf.number: leaf.label for leaf in inputs.layout.leaves}
    needed = [place for place in places if place.state is SignatureState.NEEDED]
    unknown = tuple(
        make_finding(
            "SIGN.SIGNER",
            f"packet {inputs.plan.packet}, page {labels[place.number]}",
            f"case.json does not say who signs {place.paper} as {place.role.words}",
            "name the person in case.json, or find out before the pages are handed out",
            part=place.part,
        )
        for place in needed
        if not place.signer and place.role not in _MAY_BE_UNKNOWN
    )
    if inputs.case.request.filing != "online" or not needed:
        return unknown
    return (*unknown, _make_ink_finding(inputs, needed, labels))


def _make_ink_finding(
    inputs: SigningInputs, needed: Sequence[SignaturePlace], labels: Mapping[int, str]
) -> Finding:
    pages = list(dict.fromkeys(labels[place.number] for place in needed))
    forms = {part.id for part in inputs.plan.parts if part.kind is PartKind.FORM}
    has_form = any(place.part in forms for place in needed)
    listed = f"page {pages[0]} is" if len(pages) == 1 else f"pages {', '.join(pages)} are"
    return make_finding(
        "SIGN.INK",
        f"packet {inputs.plan.packet}",
        f"{listed} not signed yet, and the packet is uploaded as it is",
        "print signing.pdf with `assembler print`, have the pages signed in ink, and scan them",
        Severity.WARNING if has_form else Severity.INFO,
    )


class _Finder:
    """Finds the pages of signatures, and the places on them."""

    def __init__(self, inputs: SigningInputs, workshop: Workshop) -> None:
        self._inputs, self._workshop = inputs, workshop
        self._parts = {part.id: part for part in inputs.plan.parts}
        self._leaves: dict[str, list[Leaf]] = {}
        for leaf in inputs.layout.leaves:
            self._leaves.setdefault(leaf.part, []).append(leaf)
        self._prepared = {prepared.document: prepared for prepared in inputs.prepared}
        self._drafts = {draft.id: draft for draft in inputs.drafts}

    def find_of_part(self, duties: Sequence[SignatureDuty]) -> Iterator[SignaturePlace]:
        """Yield the places of one part's signatures."""
        part = self._parts[duties[0].part]
        if part.id not in self._leaves:
            return
        if part.kind is PartKind.FORM:
            yield from self._find_on_form(part.document, duties)
        elif part.kind is PartKind.EXHIBIT:
            yield from self._find_on_exhibit(part.document, duties)
        else:
            yield from self._find_on_draft(self._drafts[part.document], duties)

    # --- our own papers ---

    def _find_on_draft(
        self, draft: Draft, duties: Sequence[SignatureDuty]
    ) -> Iterator[SignaturePlace]:
        pages = read_text_rows(draft.pdf)
        taken: list[SignatureLine] = []
        for duty in duties:
            line = find_signature_line(pages, duty.name, taken)
            if line is None and not duty.is_certain:
                continue
            leaves = self._leaves[duty.part]
            if line is None:
                yield _make_place(duty, leaves[-1], None)
                continue
            taken.append(line)
            leaf = _find_leaf(leaves, line.page)
            yield _make_place(duty, leaf, place_on_leaf(line.box, draft.sizes[line.page], leaf))

    # --- forms ---

    def _find_on_form(
        self, document: DocumentId, duties: Sequence[SignatureDuty]
    ) -> Iterator[SignaturePlace]:
        """Yield the places of a form. Without a map of its edition, the words that are printed at
        a place tell its page."""
        known = self._inputs.forms.get(document, ())
        if known:
            yield from self._find_known(document, known, duties)
            return
        pages, leaves = self._read_form(document), self._leaves[duties[0].part]
        due = [duty for duty in duties if not duty.if_filled_in]  # the others may not be due
        pairs = [
            (duty, leaf) for duty in due if (leaf := _find_printed(pages, duty, leaves)) is not None
        ]
        if not pairs:  # the paper is on the list, if not its page
            signers = {duty.signer: duty for duty in reversed(due)}
            pairs = [(duty, leaves[0]) for duty in reversed(signers.values())]
        for duty, leaf in pairs:
            yield _make_place(duty, leaf, None)

    def _find_known(
        self,
        document: DocumentId,
        known: Sequence[FormSignature],
        duties: Sequence[SignatureDuty],
    ) -> Iterator[SignaturePlace]:
        by_place = {signature.place: signature for signature in known}
        if all(duty.place not in by_place for duty in duties):  # a firm's own map of another form
            by_place[duties[0].place] = known[0]
        for duty in duties:
            signature = by_place.get(duty.place)
            if signature is None or (duty.if_filled_in and not signature.is_filled_in):
                continue
            leaves = self._leaves[duty.part]
            if signature.page > len(leaves):
                continue  # FORM.PAGES says that pages are missing
            leaf = _find_leaf(leaves, signature.page - 1)
            state = SignatureState.EXPECTED if signature.is_signed else SignatureState.NEEDED
            yield _make_place(
                replace(duty, state=state), leaf, self._place_field(document, signature, leaf)
            )

    def _place_field(
        self, document: DocumentId, signature: FormSignature, leaf: Leaf
    ) -> Box | None:
        """Return where a field is on its page; None if the page was turned, or is not as large as
        the field's place supposes."""
        if signature.rect is None:
            return None
        prepared = self._prepared.get(document)
        if prepared is None:  # filled by this program
            return place_on_leaf(signature.rect, leaf.own or (leaf.width, leaf.height), leaf)
        page = prepared.pages[leaf.index]
        _, _, right, top = signature.rect
        fits = right <= page.width + _WIDEST_SHIFT and top <= page.height + _WIDEST_SHIFT
        if page.turned or page.parts > 1 or not fits:
            return None
        return place_on_leaf(signature.rect, (page.width, page.height), leaf)

    def _read_form(self, document: DocumentId) -> Pages:
        """Return the words of a completed form, also those that were recognized."""
        prepared = self._prepared.get(document)
        if prepared is None:
            return ()
        (rows,) = self._workshop.map(read_text_rows, [prepared.pdf])
        return () if isinstance(rows, Failure) else rows

    # --- evidence ---

    def _find_on_exhibit(
        self, document: DocumentId, duties: Sequence[SignatureDuty]
    ) -> Iterator[SignaturePlace]:
        """Yield the last page of each certificate."""
        pages = self._prepared[document].pages
        for duty in duties:
            runs = groupby(self._leaves[duty.part], key=lambda leaf: pages[leaf.index].role)
            for role, leaves in runs:
                if role is PartRole.CERTIFICATE:
                    yield _make_place(duty, list(leaves)[-1], None)


def _find_leaf(leaves: Sequence[Leaf], index: int) -> Leaf:
    return next((leaf for leaf in leaves if leaf.index == index), leaves[-1])


def _find_printed(pages: Pages, duty: SignatureDuty, leaves: Sequence[Leaf]) -> Leaf | None:
    """Return the last page with the words that are printed at a place."""
    printed = squeeze_text(duty.printed)
    for leaf in reversed(leaves):
        rows = pages[leaf.index] if leaf.index < len(pages) else ()
        if printed and any(printed in squeeze_text(row.text) for row in rows):
            return leaf
    return None


def place_on_leaf(box: Box, size: tuple[float, float], leaf: Leaf) -> Box:
    """Return where a place of a page of this size is on its page of the bundle, which may show it
    smaller: in the middle, at the top."""
    left = (leaf.width - size[0] * leaf.scale) / 2
    bottom = leaf.height - size[1] * leaf.scale
    x0, y0, x1, y1 = (round(value * leaf.scale, 2) for value in box)
    return (
        round(left + x0, 2),
        round(bottom + y0, 2),
        round(left + x1, 2),
        round(bottom + y1, 2),
    )


def _make_place(duty: SignatureDuty, leaf: Leaf, box: Box | None) -> SignaturePlace:
    return SignaturePlace(
        number=leaf.number,
        part=duty.part,
        paper=duty.paper,
        role=duty.role,
        signer=duty.signer,
        box=box,
        rule=duty.rule,
        copy_allowed=duty.copy_allowed,
        state=duty.state,
        on_behalf_of=duty.on_behalf_of,
    )

"""Choose the scan of each page, and say what is missing or cannot be used. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assembler.bundle.signed_set.ink_marks import Box
from assembler.bundle.signed_set.scan_matching import PageRef, ScanMatch, ScanState
from assembler.model import Finding, Manifest
from assembler.model.signing import SignaturePlace, SignatureState
from assembler.runtime.rule_catalog import make_finding

_MAX_CUT = 0.0005  # part of the print that a scan may lack without a word about it
_MOST_PLACES = 3  # differing places that a message lists


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketPlaces:
    """A packet's name and the places to sign in it, by page."""

    name: str
    manifest: Manifest
    places: Mapping[int, tuple[SignaturePlace, ...]]

    @classmethod
    def of(cls, manifest: Manifest) -> PacketPlaces:
        """Return the places of a manifest."""
        places: dict[int, tuple[SignaturePlace, ...]] = {}
        for place in manifest.signatures:
            places[place.number] = (*places.get(place.number, ()), place)
        return cls(name=manifest.packet, manifest=manifest, places=places)

    def name_page(self, number: int) -> str:
        """Return how messages name a page."""
        label = self.manifest.ledger[number - 1].label
        papers = dict.fromkeys(place.paper for place in self.places.get(number, ()))
        name = f"packet {self.name}, page {label}"
        return f"{name} ({', '.join(papers)})" if papers else name


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenScans:
    """The scan of each signed page, by packet and number, and what a person should know."""

    scans: Mapping[PageRef, ScanMatch]
    findings: tuple[Finding, ...]
    unsigned: int  # places


def choose_scans(packets: Sequence[PacketPlaces], matches: Sequence[ScanMatch]) -> ChosenScans:
    """Choose the best scan of each page, the later one of equals."""
    assigned = _assign_scans(matches)
    chosen: dict[PageRef, ScanMatch] = {}
    findings = [finding for match in matches for finding in _report_refusal(packets, match)]
    for ref, scans in assigned.items():
        packet = packets[ref.packet]
        if ref.number not in packet.places:
            findings += [
                _note(
                    "SCAN.NOT_NEEDED",
                    scan,
                    f"it is {packet.name_page(ref.number)}, which nobody signs",
                )
                for scan in scans
            ]
            continue
        best = max(scans, key=_rank)
        if any(best.verdict.signed if best.verdict else ()):
            chosen[ref] = best
        findings += _report_page(packet, ref.number, best, scans)
    missing = list(_report_missing(packets, assigned, chosen))
    return ChosenScans(scans=chosen, findings=(*findings, *missing), unsigned=len(missing))


def _assign_scans(matches: Sequence[ScanMatch]) -> dict[PageRef, list[ScanMatch]]:
    """Return the scans of each page.

    A paper that several packets have alike goes to the packet it was put back into, else to the
    first that has none yet.
    """
    assigned: dict[PageRef, list[ScanMatch]] = {}
    for match in sorted(matches, key=lambda match: (not match.scan.kept, len(match.pages))):
        if match.state is not ScanState.FOUND:
            continue
        own = [ref for ref in match.pages if ref.packet == match.scan.packet]
        free = [ref for ref in match.pages if ref not in assigned]
        assigned.setdefault((own or free or list(match.pages))[0], []).append(match)
    return assigned


def _rank(match: ScanMatch) -> tuple[int, int, int, int]:
    signed = sum(match.verdict.signed) if match.verdict else 0
    return signed, 0 if match.scan.kept else 1, match.scan.file, match.scan.index


def name_scan(match: ScanMatch) -> str:
    """Return how messages name a scan."""
    if match.scan.kept:
        return "a scan put back earlier"
    return f"{match.scan.path.name}, page {match.scan.index + 1}"


def _note(rule: str, match: ScanMatch, problem: str, remedy: str = "nothing to do") -> Finding:
    return make_finding(rule, name_scan(match), problem, remedy)


def _report_refusal(packets: Sequence[PacketPlaces], match: ScanMatch) -> Iterator[Finding]:
    """Yield why a scan was not put back."""
    pages = [packets[ref.packet].name_page(ref.number) for ref in match.pages]
    match match.state:
        case ScanState.CHANGED:
            yield make_finding(
                "SCAN.CHANGED",
                name_scan(match),
                f"it looks like {pages[0]}, but its print differs "
                f"{_describe_places(packets, match)}",
                "print the page again from this packet and have it signed; if the print is the "
                "same, scan it again at 300 dpi",
            )
        case ScanState.CUT:
            yield make_finding(
                "SCAN.CUT",
                name_scan(match),
                f"it is {pages[0]}, but a part of its print is not on the scan",
                "scan the whole sheet",
            )
        case ScanState.UNSURE:
            yield make_finding(
                "SCAN.UNSURE",
                name_scan(match),
                f"it matches {len(pages)} pages equally well: {'; '.join(pages)}",
                "scan it together with its page number, or give the scans of one packet only",
            )
        case ScanState.UNKNOWN:
            yield make_finding(
                "SCAN.UNKNOWN",
                name_scan(match),
                "it is not a page of the packets named",
                "leave it out; if it is a page of the packet, scan it again at 300 dpi, flat",
            )
        case ScanState.UNREADABLE:
            yield make_finding(
                "SCAN.UNREADABLE",
                name_scan(match),
                "it cannot be opened as a picture",
                "save it as PDF, JPEG, PNG or TIFF",
            )
        case ScanState.BLANK:
            yield _note("SCAN.BLANK", match, "it is blank")
        case _:
            return


def _describe_places(packets: Sequence[PacketPlaces], match: ScanMatch) -> str:
    """Return where a scan differs, without what is printed there."""
    ref = match.pages[0]
    height = packets[ref.packet].manifest.ledger[ref.number - 1].size[1]
    boxes = match.verdict.differing if match.verdict else ()
    shown = [_describe_place(box, height) for box in boxes[:_MOST_PLACES]]
    rest = f" and {len(boxes) - _MOST_PLACES} more places" if len(boxes) > _MOST_PLACES else ""
    return f"{'; '.join(shown)}{rest}"


def _describe_place(box: Box, height: float) -> str:
    return f"{(height - box[3]) / 72:.1f} in from the top, {box[0] / 72:.1f} in from the left"


def _report_page(
    packet: PacketPlaces, number: int, best: ScanMatch, scans: Sequence[ScanMatch]
) -> Iterator[Finding]:
    """Yield what is to be said of a page that was found."""
    page = packet.name_page(number)
    fresh = [scan for scan in scans if not scan.scan.kept]
    if len(scans) > 1 and fresh:
        yield make_finding(
            "SCAN.TWICE",
            page,
            f"it was scanned {len(scans)} times; {name_scan(best)} was taken",
            "nothing to do, unless the other scan is the better one",
        )
    verdict = best.verdict
    if verdict is None:
        return
    if verdict.notes:
        yield make_finding(
            "SCAN.NOTES",
            page,
            "there is large ink away from the places to sign, "
            f"{_describe_place(verdict.notes[0], packet.manifest.ledger[number - 1].size[1])}",
            "look at the page; sign a clean print if it should not be filed this way",
        )
    if verdict.cut > _MAX_CUT:
        yield make_finding(
            "SCAN.EDGE",
            page,
            "a corner or edge of its print is not on the scan, and was not compared",
            "look at the page, or scan the whole sheet",
        )


def _report_missing(
    packets: Sequence[PacketPlaces],
    assigned: Mapping[PageRef, Sequence[ScanMatch]],
    chosen: Mapping[PageRef, ScanMatch],
) -> Iterator[Finding]:
    """Yield each place that still needs ink: page, paper, and who signs as what."""
    for index, packet in enumerate(packets):
        for number, places in sorted(packet.places.items()):
            ref = PageRef(packet=index, number=number)
            scan = chosen.get(ref)
            signed = scan.verdict.signed if scan and scan.verdict else (False,) * len(places)
            for place, is_signed in zip(places, signed, strict=True):
                if is_signed or place.state is not SignatureState.NEEDED:
                    continue
                reason = (
                    "its scan has no ink there"
                    if ref in assigned
                    else "no scan of the page was given"
                )
                is_id = place.signer and not place.signer.startswith("/")
                role = f"the {place.role.words}"
                signer = f"{role} ({place.signer})" if is_id else role
                yield make_finding(
                    "SCAN.UNSIGNED",
                    packet.name_page(number),
                    f"the signature of {signer} is missing: {reason}",
                    "have it signed, scan it, and run sign again",
                )

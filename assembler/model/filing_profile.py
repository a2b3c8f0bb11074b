"""What a receiver of a bundle asks for."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A corner or the middle of an edge that the receiver wants free of our stamp; points, of a
    page as large as Letter."""

    place: str  # "top left", "top", "top right", "bottom left", "bottom" or "bottom right"
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Marking:
    """What is printed on pages, and where not. {page} of {pages} are the exhibit's, {number} of
    {total} the bundle's."""

    exhibit: str = "Exhibit {tab} · {page} of {pages} · page {number} of {total}"
    tab: str = "Exhibit {tab} · page {number} of {total}"
    other: str = "page {number} of {total}"
    clear: tuple[Zone, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """An output profile, as schemas/profiles/*.json says it; `sources` holds where each value
    comes from."""

    id: str
    title: str
    max_bytes: int | None = None  # of one file as written; None = no limit
    headroom_bytes: int = 0
    single_file: bool = False  # never split
    part_name: str = "bundle_Part{n}.pdf"  # {n}, {of}, {first}, {last}
    file_name: str = ""  # regular expression; "" = any name
    paper: str = "any"  # "letter", "a4" or "any"
    dividers: bool = False
    labels: bool = False
    links: str = "allowed"  # "allowed", "none" or "index"
    outline: bool = False
    outline_pages: bool = False
    searchable: bool = False
    upright: bool = False
    fonts: bool = False  # all embedded
    color: str = "any"  # "any" or "gray"
    zoom: int | None = None  # per cent
    max_dpi: int | None = None
    fit_dpi: int = (
        200  # a page above the limit by itself is drawn coarser down to this, while its words stay
    )
    order: tuple[str, ...] = ()  # ids of recipe parts; "*" = all others, as the recipe has them
    marking: Marking = field(default_factory=Marking)
    required_parts: tuple[str, ...] = ()
    certificate_contact: bool = False  # a translator's certificate gives address and telephone
    sources: tuple[
        tuple[str, str], ...
    ] = ()  # field → "address (checked 2026-11-23, confidence A)"

    @property
    def limit(self) -> int | None:
        """Bytes a file may have with the headroom left free."""
        return None if self.max_bytes is None else self.max_bytes - self.headroom_bytes

    def source(self, field: str) -> str:
        """Where the value of a field comes from; "" where the profile has none."""
        return dict(self.sources).get(field, "")

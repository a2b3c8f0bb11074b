"""The requirements of a receiver of bundles."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A corner or the middle of an edge where the receiver allows no stamp; in points, on a Letter
    page."""

    place: str  # "top left", "top", "top right", "bottom left", "bottom" or "bottom right"
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Marking:
    """The wording of stamps, and zones without a stamp. {page} and {pages} count within the
    exhibit, {number} and {total} within the bundle."""

    exhibit: str = "Exhibit {tab} · {page} of {pages} · page {number} of {total}"
    tab: str = "Exhibit {tab} · page {number} of {total}"
    other: str = "page {number} of {total}"
    clear: tuple[Zone, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """An output profile of schemas/profiles/*.json."""

    id: str
    title: str
    max_bytes: int | None = None  # of one file as written; None = no limit
    headroom_bytes: int = 0
    single_file: bool = False  # never split
    # {n}, {of}, {first}, {last}; of an upload set {order}, "04", and {what}, "Exhibits_A-C"
    part_name: str = "bundle_Part{n}.pdf"
    upload_set: bool = False  # always several files, cut between documents; see `upload_set`
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
    # lowest resolution of a page that alone is above the limit, if its words stay readable
    fit_dpi: int = 200
    order: tuple[str, ...] = ()  # ids of recipe parts; "*" = all others, as the recipe has them
    marking: Marking = field(default_factory=Marking)
    required_parts: tuple[str, ...] = ()
    certificate_contact: bool = False  # a translator's certificate gives address and telephone
    filing: str = ""  # how the receiver takes a bundle, "paper" or "online"; "" = either way
    # field → "address (checked 2026-11-23, confidence A)"
    sources: tuple[tuple[str, str], ...] = ()

    @property
    def limit(self) -> int | None:
        """Return the most bytes of a file, with the headroom left free; None for no limit."""
        return None if self.max_bytes is None else self.max_bytes - self.headroom_bytes

    def source(self, field: str) -> str:
        """Return the source of a field's value; "" if the profile has none."""
        return dict(self.sources).get(field, "")

"""Comments and marks whose file has no picture of them, drawn from what the file says of them (PDF
32000-1, 12.5.6).

PDFium draws some kinds itself; its picture is taken where the mark lies within its own rectangle,
so that what the proof draws is the same to the last pixel. All others, and those it would cut off,
are drawn here.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf
import pypdfium2 as pdfium
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from assembler.evidence.annotations import mark_outlines
from assembler.evidence.annotations.form_fields import (
    Box,
    Color,
    parse_appearance,
    read_box,
    read_color,
    read_number,
    read_text,
)
from assembler.evidence.annotations.lettering import (
    Lettering,
    find_missing_letters,
    font_resource,
    shape_line,
)
from assembler.evidence.annotations.mark_outlines import Point
from assembler.evidence.annotations.text_box import Area, set_block
from assembler.evidence.hidden_layers import is_switched_off, layers_off
from assembler.evidence.losses import Loss, hidden_annotation
from assembler.model import Severity

DRAWN_BY_PDFIUM = frozenset(
    ("/Text", "/Square", "/Circle", "/Highlight", "/Underline", "/Squiggly", "/StrikeOut", "/Ink")
)
RECORDINGS = frozenset(("/Sound", "/Movie", "/Screen", "/RichMedia", "/3D"))
_LEFT = frozenset(("/Link", "/Widget", "/Popup"))
_MOST = 20_000  # numbers of one mark
_RULE = "EVID.MARK"
_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnMarks:
    """Places (by page from 0) of marks that were drawn here, and what is to be told."""

    ours: dict[int, tuple[Box, ...]]
    losses: tuple[Loss, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawing:
    """Operators, the box they stay within, and whether text found its place."""

    data: bytes
    box: Box
    is_multiplied: bool = False  # laid over the page as ink is
    fits: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """A mark as the file has it."""

    note: Any
    kind: str
    rect: Box
    stroke: Color
    fill: Color
    width: float
    dash: tuple[float, ...]

    def paint(self, path: str, *, fills: bool) -> bytes:
        """Operators that draw a path in the mark's colors."""
        is_filled, is_stroked = fills and bool(self.fill), self.width > 0 and bool(self.stroke)
        operator = {(True, True): "B", (True, False): "f", (False, True): "S"}.get(
            (is_filled, is_stroked)
        )
        if operator is None:
            return b""
        dash = f"[{' '.join(f'{value:g}' for value in self.dash)}] 0 d" if self.dash else ""
        colors = f"{_set(self.stroke, 'RG')} {_set(self.fill, 'rg')}"
        return f"q {colors} {self.width:.3f} w {dash} {path} {operator} Q\n".encode()

    @property
    def inner(self) -> Box:
        """The rectangle without the differences the mark names, and half its line."""
        raw = self.note.get(Name.RD)
        apart = (
            [read_number(value, 0) for value in raw]
            if isinstance(raw, Array) and len(raw) == 4
            else [0.0] * 4
        )
        half = self.width / 2
        x0, y0, x1, y1 = self.rect
        box = (
            x0 + apart[0] + half,
            y0 + apart[1] + half,
            x1 - apart[2] - half,
            y1 - apart[3] - half,
        )
        return box if box[2] > box[0] and box[3] > box[1] else self.rect


def draw_marks(pdf: Pdf) -> DrawnMarks:
    """Give each mark that has no picture one, where the file says enough of it."""
    lettering = Lettering(pdf)
    losses: list[Loss] = []
    ours: dict[int, list[Box]] = {}
    theirs: list[tuple[int, int]] = []
    for page, place, note in visible_marks(pdf):
        kind = str(note.get(Name.Subtype))
        if kind in RECORDINGS:
            problem = "is a recording or model, which a bundle cannot hold"
            losses.append(mark_loss(page, place, kind, problem, Severity.ERROR))
        mark = None if has_picture(note) or _is_clear(note) else _mark(note, kind)
        if mark is None:
            continue
        if is_drawn_by_pdfium(note, mark.rect):
            theirs.append((page, place))
        elif (drawing := _draw(mark, lettering)) is not None:
            ours.setdefault(page, []).append(drawing.box)
            losses += _untold(page, place, mark, drawing)
            _give_picture(pdf, note, drawing, lettering)
    lettering.finish()
    _take_pictures(pdf, theirs)
    return DrawnMarks(
        ours={page: tuple(boxes) for page, boxes in ours.items()}, losses=tuple(losses)
    )


def visible_marks(pdf: Pdf) -> Iterator[tuple[int, int, Any]]:
    """Return page (from 0), place among its marks (from 1) and annotation of each mark that a
    viewer shows."""
    off = layers_off(pdf)
    for page, place, note in _notes(pdf):
        if not hidden_annotation(note) and not is_switched_off(note, off):
            yield page, place, note


def has_picture(note: Any) -> bool:
    """Whether the file has a picture of a mark as it stands."""
    pictures = note.get(Name.AP)
    normal = pictures.get(Name.N) if isinstance(pictures, Dictionary) else None
    if isinstance(normal, Dictionary) and not isinstance(normal, Stream):
        normal = normal.get(str(note.get(Name.AS, "/Off")))
    return isinstance(normal, Stream)


def _is_clear(note: Any) -> bool:
    """Whether a mark has no opacity at all: no viewer shows it, and its text must not be drawn."""
    return read_number(note.get(Name.CA), 1) <= 0


def is_drawn_by_pdfium(note: Any, rect: Box) -> bool:
    """Whether PDFium draws all of a mark: a kind it knows, whose lines lie within its rectangle
    and are no cloud."""
    kind = str(note.get(Name.Subtype))
    effect = note.get(Name.BE)
    if kind not in DRAWN_BY_PDFIUM or (
        isinstance(effect, Dictionary) and effect.get(Name.S) == Name.C
    ):
        return False
    if not isinstance(note.get(Name.C), Array | None) or (
        kind in _QUADS and not _numbers(note.get(Name.QuadPoints))
    ):
        return False
    around = 1.0
    points = [point for line in _outlines(note, kind) for point in line]
    return all(
        rect[0] - around <= x <= rect[2] + around and rect[1] - around <= y <= rect[3] + around
        for x, y in points
    )


_QUADS = ("/Highlight", "/Underline", "/Squiggly", "/StrikeOut")


def _outlines(note: Any, kind: str) -> list[list[Point]]:
    """The points a mark is drawn through, where it says more than its rectangle."""
    if kind == "/Ink":
        strokes = note.get(Name.InkList)
        return (
            [list(mark_outlines.pair_up(_numbers(one))) for one in strokes]
            if isinstance(strokes, Array)
            else []
        )
    if kind in _QUADS:
        return [list(quad) for quad in _quads(note)]
    return []


def _notes(pdf: Pdf) -> Iterator[tuple[int, int, Any]]:
    """Page from 0, place among its marks from 1, annotation."""
    for number, page in enumerate(pdf.pages):
        notes = page.get(Name.Annots)
        place = 0
        for note in notes if isinstance(notes, Array) else ():
            if isinstance(note, Dictionary) and str(note.get(Name.Subtype)) not in _LEFT:
                place += 1
                yield number, place, note


def _mark(note: Any, kind: str) -> _Mark | None:
    rect = _rect(note)
    if rect is None:
        return None
    border, old = note.get(Name.BS), note.get(Name.Border)
    width, dash = 1.0, note.get(Name.D)
    if isinstance(border, Dictionary):
        width = read_number(border.get(Name.W), 1)
        dash = border.get(Name.D, Array([3])) if border.get(Name.S) == Name.D else None
    elif isinstance(old, Array) and len(old) >= 3:
        width, dash = read_number(old[2], 1), old[3] if len(old) > 3 else None
    stroke = read_color(note.get(Name.C))
    is_transparent = isinstance(note.get(Name.C), Array) and not stroke
    return _Mark(
        note=note,
        kind=kind,
        rect=rect,
        stroke=() if is_transparent else stroke or (0.0,),
        fill=read_color(note.get(Name.IC)),
        width=min(max(width, 0), 100),
        dash=tuple(value for value in _numbers(dash) if value > 0)[:8],
    )


def _rect(note: Any) -> Box | None:
    """A mark's rectangle; of a line without height, its points and a little around them.

    The icon of a note has a size of its own, and only its place counts.
    """
    raw = note.get(Name.Rect)
    box = read_box(raw)
    if box is not None:
        return box
    if note.get(Name.Subtype) == Name.Text and len(numbers := _numbers(raw)) == 4:
        return mark_outlines.enclose(list(mark_outlines.pair_up(numbers)), 0)
    points = [
        *mark_outlines.pair_up(_numbers(note.get(Name.L))),
        *mark_outlines.pair_up(_numbers(note.get(Name.Vertices))),
    ]
    points += [point for line in _outlines(note, str(note.get(Name.Subtype))) for point in line]
    return mark_outlines.enclose(points, 1.0) if points else None


def _numbers(raw: Any) -> list[float]:
    return [read_number(value, 0) for value in list(raw)[:_MOST]] if isinstance(raw, Array) else []


# --- each kind ---


def _draw(mark: _Mark, lettering: Lettering) -> _Drawing | None:
    if mark.kind == "/FreeText":
        return _free_text(mark, lettering)
    if mark.kind == "/Stamp":
        return _stamp(mark, lettering)
    draw: Callable[[_Mark], _Drawing | None] | None = {
        "/Line": _line,
        "/PolyLine": _polyline,
        "/Polygon": _polygon,
        "/Square": _square,
        "/Circle": _square,
        "/Ink": _ink,
        "/Highlight": _highlight,
        "/Underline": _underline,
        "/StrikeOut": _underline,
        "/Squiggly": _underline,
        "/Caret": _caret,
        "/FileAttachment": _clip,
        "/Redact": _redaction,
    }.get(mark.kind)
    drawing = draw(mark) if draw else None
    return drawing if drawing and drawing.data else None


def _line(mark: _Mark) -> _Drawing | None:
    points = list(mark_outlines.pair_up(_numbers(mark.note.get(Name.L))))[:2]
    if len(points) < 2:
        return None
    start, end = points
    lead, beyond, offset = (
        read_number(mark.note.get(key), 0) for key in (Name.LL, Name.LLE, Name.LLO)
    )
    data = b""
    if lead:
        length = math.dist(start, end) or 1
        up = (-(end[1] - start[1]) / length, (end[0] - start[0]) / length)
        sign = 1 if lead > 0 else -1
        for point in points:
            foot, head = (
                _moved(point, up, sign * offset),
                _moved(point, up, lead + sign * (offset + beyond)),
            )
            data += mark.paint(mark_outlines.line_path([foot, head]), fills=False)
        start, end = _moved(start, up, lead + sign * offset), _moved(end, up, lead + sign * offset)
    data += mark.paint(mark_outlines.line_path([start, end]), fills=False) + _endings(
        mark, [start, end]
    )
    return _Drawing(
        data=data,
        box=mark_outlines.enclose([*points, start, end], _around(mark) + abs(beyond) + abs(offset)),
    )


def _polyline(mark: _Mark) -> _Drawing | None:
    points = _vertices(mark.note)
    if len(points) < 2:
        return None
    data = mark.paint(mark_outlines.line_path(points), fills=False) + _endings(mark, points)
    return _Drawing(data=data, box=mark_outlines.enclose(points, _around(mark)))


def _polygon(mark: _Mark) -> _Drawing | None:
    points = _vertices(mark.note)
    if len(points) < 2:
        return None
    cloud = _cloud(mark)
    path = (
        mark_outlines.cloud_path(points, cloud)
        if cloud
        else mark_outlines.line_path(points, closed=True)
    )
    return _Drawing(
        data=mark.paint(path, fills=True), box=mark_outlines.enclose(points, _around(mark) + cloud)
    )


def _square(mark: _Mark) -> _Drawing:
    cloud, box = _cloud(mark), mark.inner
    corners = [(box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3])]
    path = (
        mark_outlines.ellipse_path(box) if mark.kind == "/Circle" else mark_outlines.box_path(box)
    )
    if cloud and mark.kind == "/Square":
        path = mark_outlines.cloud_path(corners, cloud)
    return _Drawing(
        data=mark.paint(path, fills=True),
        box=mark_outlines.enclose(corners, _around(mark) + cloud),
    )


def _ink(mark: _Mark) -> _Drawing | None:
    strokes = [stroke for stroke in _outlines(mark.note, mark.kind) if stroke]
    if not strokes:
        return None
    path = " ".join(
        mark_outlines.line_path(stroke if len(stroke) > 1 else [*stroke, *stroke])
        for stroke in strokes
    )
    points = [point for stroke in strokes for point in stroke]
    return _Drawing(
        data=mark.paint(f"1 J 1 j {path}", fills=False),
        box=mark_outlines.enclose(points, _around(mark)),
    )


def _highlight(mark: _Mark) -> _Drawing:
    quads = _quads(mark.note) or [_corners(mark.rect)]
    color = _set(mark.stroke, "rg")
    parts = [
        f"q {color} {mark_outlines.line_path([quad[0], quad[1], quad[3], quad[2]], closed=True)} "
        f"f Q\n"
        for quad in quads
    ]
    points = [point for quad in quads for point in quad]
    return _Drawing(
        data="".join(parts).encode(), box=mark_outlines.enclose(points, 1), is_multiplied=True
    )


def _underline(mark: _Mark) -> _Drawing:
    quads = _quads(mark.note) or [_corners(mark.rect)]
    share = 0.5 if mark.kind == "/StrikeOut" else 0.06
    lines = [mark_outlines.line_through(quad, share) for quad in quads]
    paths = [
        mark_outlines.line_path(
            mark_outlines.wavy_line(*line) if mark.kind == "/Squiggly" else line
        )
        for line in lines
    ]
    points = [point for quad in quads for point in quad]
    return _Drawing(
        data=mark.paint(" ".join(paths), fills=False), box=mark_outlines.enclose(points, 3)
    )


def _caret(mark: _Mark) -> _Drawing:
    color = _set(mark.stroke or (0.0,), "rg")
    return _Drawing(
        data=f"q {color} {mark_outlines.caret_path(mark.inner)} f Q\n".encode(), box=mark.rect
    )


def _clip(mark: _Mark) -> _Drawing:
    side = min(24.0, mark.rect[2] - mark.rect[0], mark.rect[3] - mark.rect[1])
    box = (mark.rect[0], mark.rect[3] - side, mark.rect[0] + side, mark.rect[3])
    color = _set(mark.stroke or (0.0,), "RG")
    return _Drawing(
        data=f"q {color} {side / 16:.3f} w 1 J 1 j {mark_outlines.clip_path(box)} S Q\n".encode(),
        box=mark.rect,
    )


def _redaction(mark: _Mark) -> _Drawing:
    quads = _quads(mark.note) or [_corners(mark.rect)]
    color = _set(read_color(mark.note.get(Name.OC)) or mark.stroke or (1.0, 0.0, 0.0), "RG")
    path = " ".join(
        mark_outlines.line_path([quad[0], quad[1], quad[3], quad[2]], closed=True) for quad in quads
    )
    points = [point for quad in quads for point in quad]
    return _Drawing(
        data=f"q {color} 1 w {path} S Q\n".encode(), box=mark_outlines.enclose(points, 1)
    )


def _stamp(mark: _Mark, lettering: Lettering) -> _Drawing:
    """A rubber stamp: the words of its name in a frame."""
    words = stamp_words(mark.note)
    color = mark.stroke if read_color(mark.note.get(Name.C)) else (0.75, 0.1, 0.1)
    x0, y0, x1, y1 = mark.rect
    edge = min(x1 - x0, y1 - y0) * 0.06
    frame = mark_outlines.rounded_path((x0 + edge, y0 + edge, x1 - edge, y1 - edge), edge * 1.5)
    line = shape_line(words)
    wide, high = max(line.width, 1) / 1000, (line.high - line.low) / 1000
    size = max(1.0, min((x1 - x0 - 6 * edge) / wide, (y1 - y0 - 4 * edge) / high))
    x = (x0 + x1 - wide * size) / 2
    y = (y0 + y1 - (line.high + line.low) / 1000 * size) / 2
    drawn = f"q {_set(color, 'RG')} {_set(color, 'rg')} {edge:.3f} w {frame} S\n".encode()
    return _Drawing(data=drawn + lettering.show(line, x, y, size) + b"Q\n", box=mark.rect)


def stamp_words(note: Any) -> str:
    """Return what a stamp says: the words of its name ("/NotApproved")."""
    name = read_text(note.get(Name.Name)) or "Draft"
    name = re.sub(r"^(SB|SH)(?=[A-Z])", "", name)
    return " ".join(_WORDS.findall(name)).upper() or name


def _free_text(mark: _Mark, lettering: Lettering) -> _Drawing | None:
    text = read_text(mark.note.get(Name.Contents)) or _plain(read_text(mark.note.get(Name.RC)))
    size, color = parse_appearance(mark.note.get(Name.DA))
    style = read_text(mark.note.get(Name.DS))
    if not size and (asked := re.search(r"(\d+(?:\.\d+)?)\s*pt", style)):
        size = float(asked[1])
    box = mark.inner
    back = read_color(mark.note.get(Name.C))
    parts = [f"q {_set(back, 'rg')} {mark_outlines.box_path(box)} f Q\n".encode()] if back else []
    frame = _replaced(mark, stroke=color, fill=())
    if mark.width > 0:
        parts.append(frame.paint(mark_outlines.box_path(box), fills=False))
    callout = list(mark_outlines.pair_up(_numbers(mark.note.get(Name.CL))))
    if len(callout) > 1:
        parts.append(frame.paint(mark_outlines.line_path(callout), fills=False))
        end = mark.note.get(Name.LE)
        path, _ = mark_outlines.line_ending(
            str(end) if isinstance(end, Name) else "/None", callout[0], callout[1], mark.width
        )
        parts.append(frame.paint(path, fills=False) if path else b"")
    edge = mark.width + 2
    area = Area(
        left=box[0] + edge,
        bottom=box[1] + edge / 2,
        width=max(1.0, box[2] - box[0] - 2 * edge),
        height=max(1.0, box[3] - box[1] - edge),
        size=size,
        quadding=int(read_number(mark.note.get(Name.Q), 0)) % 3,
    )
    setting = set_block(text, area, lettering)
    parts += [b"q " + _set(color, "rg").encode() + b"\n", setting.data, b"Q\n"]
    data = b"".join(parts)
    corners = [(mark.rect[0], mark.rect[1]), (mark.rect[2], mark.rect[3])]
    reach = mark_outlines.enclose([*corners, *callout], _around(mark) if callout else 0)
    return (
        _Drawing(data=data, box=reach, fits=setting.fits or not text)
        if text or data.strip()
        else None
    )


def _plain(rich: str) -> str:
    return re.sub(r"<[^>]*>", "", re.sub(r"</p>|<br\s*/?>", "\n", rich)).strip()


# --- parts of them ---


def _replaced(mark: _Mark, *, stroke: Color, fill: Color) -> _Mark:
    return _Mark(
        note=mark.note,
        kind=mark.kind,
        rect=mark.rect,
        stroke=stroke,
        fill=fill,
        width=mark.width,
        dash=mark.dash,
    )


def _endings(mark: _Mark, points: Sequence[Point]) -> bytes:
    raw = mark.note.get(Name.LE)
    kinds = [str(kind) for kind in raw][:2] if isinstance(raw, Array) else []
    kinds = [kind if kind.startswith("/") else f"/{kind}" for kind in kinds]
    data = b""
    for kind, tip, before in zip(
        kinds, (points[0], points[-1]), (points[1], points[-2]), strict=False
    ):
        path, is_filled = mark_outlines.line_ending(kind, tip, before, mark.width)
        if path:
            data += mark.paint(path, fills=is_filled)
    return data


def _vertices(note: Any) -> list[Point]:
    points = list(mark_outlines.pair_up(_numbers(note.get(Name.Vertices))))
    steps = note.get(Name.Path)  # PDF 2.0: of curves the points they lead to
    if not points and isinstance(steps, Array):
        ends = [_numbers(step)[-2:] for step in steps]
        points = [(end[0], end[1]) for end in ends if len(end) == 2]
    return points


def _quads(note: Any) -> list[list[Point]]:
    numbers = _numbers(note.get(Name.QuadPoints))
    return [
        list(mark_outlines.pair_up(numbers[start : start + 8]))
        for start in range(0, len(numbers) - 7, 8)
    ]


def _corners(box: Box) -> list[Point]:
    return [(box[0], box[3]), (box[2], box[3]), (box[0], box[1]), (box[2], box[1])]


def _cloud(mark: _Mark) -> float:
    """Half the width of the arcs of a cloud; 0 for a straight line."""
    effect = mark.note.get(Name.BE)
    if not isinstance(effect, Dictionary) or effect.get(Name.S) != Name.C:
        return 0.0
    return 4 * min(max(read_number(effect.get(Name.I), 1), 0.5), 2)


def _around(mark: _Mark) -> float:
    """How far lines and their ends reach beyond the points they go through."""
    return 3 * max(mark.width, 1) + 6


def _moved(point: Point, up: Point, far: float) -> Point:
    return point[0] + up[0] * far, point[1] + up[1] * far


def _set(color: Color, operator: str) -> str:
    if not color:
        return ""
    own = {1: "g", 3: "rg", 4: "k"}[len(color)]
    return (
        f"{' '.join(f'{value:.4g}' for value in color)} {own if operator == 'rg' else own.upper()}"
    )


# --- into the file ---


def _give_picture(pdf: Pdf, note: Any, drawing: _Drawing, lettering: Lettering) -> None:
    opacity = min(1.0, max(0.0, read_number(note.get(Name.CA), 1)))
    state = Dictionary(
        Type=Name.ExtGState,
        CA=opacity,
        ca=opacity,
        BM=Name.Multiply if drawing.is_multiplied else Name.Normal,
    )
    box = Array([round(value, 3) for value in drawing.box])
    resources = font_resource(lettering) if b"/AssemblerLetters" in drawing.data else Dictionary()
    resources.ExtGState = Dictionary({"/AssemblerState": state})
    stream = pdf.make_stream(
        b"/AssemblerState gs\n" + drawing.data,
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=box,
        Resources=resources,
        Group=Dictionary(S=Name.Transparency),
    )
    note.AP = Dictionary(N=stream)
    note.Rect = box
    if Name.AS in note:
        del note.AS


def _take_pictures(pdf: Pdf, places: Sequence[tuple[int, int]]) -> None:
    """Take PDFium's own pictures of marks: it adds them to a file as it draws it."""
    if not places:
        return
    with pikepdf.open(
        io.BytesIO(_as_pdfium_draws(pdf, sorted({page for page, _ in places})))
    ) as drawn:
        wanted = set(places)
        own = {(page, place): note for page, place, note in _notes(pdf) if (page, place) in wanted}
        for page, place, note in _notes(drawn):
            if (page, place) in wanted and has_picture(note):
                own[page, place].AP = Dictionary(N=pdf.copy_foreign(note.AP.N))
                own[page, place].Rect = Array(
                    [read_number(value, 0) for value in note.Rect]
                )  # it makes that fit, too


def _as_pdfium_draws(pdf: Pdf, pages: Sequence[int]) -> bytes:
    """The file with the pictures of marks that PDFium makes; it makes them as pages are drawn."""
    out, drawn = io.BytesIO(), io.BytesIO()
    pdf.save(out)
    document = pdfium.PdfDocument(out.getvalue())
    try:
        for number in pages:
            page = document[number]
            page.render(scale=min(0.1, 100 / max(page.get_size())))
        document.save(drawn)
    finally:
        document.close()
    return drawn.getvalue()


def _untold(page: int, place: int, mark: _Mark, drawing: _Drawing) -> Iterator[Loss]:
    if mark.kind != "/FreeText":
        return
    if find_missing_letters(read_text(mark.note.get(Name.Contents))):
        problem = "has a letter no font here has, and an empty box is printed for it"
        yield mark_loss(page, place, mark.kind, problem, Severity.ERROR)
    if not drawing.fits:
        yield mark_loss(
            page, place, mark.kind, "has a text that does not fit into its place", Severity.ERROR
        )


def mark_loss(page: int, place: int, kind: str, problem: str, severity: Severity) -> Loss:
    """Return what is to be told of one mark."""
    named = " ".join(_WORDS.findall(kind)).lower() or "of no kind"
    return Loss(
        rule=_RULE,
        severity=severity,
        page=page + 1,
        problem=f"comment or mark {place} ({named}) {problem}",
        remedy="print the file with its comments to a new PDF from the program that shows it right",
    )

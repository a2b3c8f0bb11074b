"""evidence: a sound file is never called damaged for a fault that takes nothing away; what takes
something away is named."""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from assembler.evidence import file_preparation
from assembler.model import Severity
from assembler.runtime.cache import Cache
from tests import factories
from tests.handmade import FONT, PAGE, TEXT, objects, packed, stream, written
from tests.support.evidence import prepared, rendered


def opened(data: bytes, home: Path, accept: str = "") -> file_preparation.OpenedSource:
    """As evidence is opened."""
    (home / "a.pdf").write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    cache = Cache(home / "cache", enabled=False)
    return file_preparation.open_file(
        file_preparation.Job(
            folder=home, path="a.pdf", sha256=digest, cache=cache, accept_reading=accept
        )
    )


def image(data: bytes, entries: bytes, kind: bytes = b"") -> dict[int, bytes]:
    """A page with one picture."""
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << "
        b"/XObject << /I 6 0 R >> >> >>"
    )
    more = (
        b"/Type /XObject /Subtype /Image " + (b"/Filter " + kind + b" " if kind else b"") + entries
    )
    return objects(o3=page, o4=packed(b"q 300 0 0 300 100 300 cm /I Do Q"), o6=stream(data, more))


def indexed(palette: bytes) -> bytes:
    space = b"/Width 64 /Height 64 /BitsPerComponent 8 /ColorSpace [/Indexed /DeviceRGB 3 7 0 R]"
    dots = bytes(n // 8 % 4 for n in range(64 * 64))
    return written(image(dots, space) | {7: stream(palette)})


def jpeg(change: Callable[[bytes], bytes]) -> bytes:
    data = factories.picture("JPEG", factories.colors())
    return written(
        image(
            change(data),
            b"/Width 400 /Height 500 /BitsPerComponent 8 /ColorSpace /DeviceRGB",
            b"/DCTDecode",
        )
    )


def jpeg2000(**options: object) -> bytes:
    out = io.BytesIO()
    factories.colors().save(out, "JPEG2000", **options)
    return written(image(out.getvalue(), b"/Width 400 /Height 500", b"/JPXDecode"))


def boxes(entries: bytes) -> bytes:
    """Two check boxes of a form, with these entries."""
    page = PAGE[:-2] + b"/Annots [6 0 R 7 0 R] >>"
    box = (
        b"<< /Type /Annot /Subtype /Widget /FT /Btn /T (box%d) /Rect [72 %d 92 %d] /F 4 "
        + entries
        + b" >>"
    )
    root = b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R 7 0 R] >> >>"
    return written(objects(o1=root, o3=page, o6=box % (1, 500, 520), o7=box % (2, 400, 420)))


def rooted(entries: bytes, **more: bytes) -> bytes:
    return written(objects(o1=b"<< /Type /Catalog /Pages 2 0 R " + entries + b" >>", **more))


def without(whole: bytes, part: bytes, instead: bytes = b"") -> bytes:
    assert part in whole
    return whole.replace(part, instead, 1)


def with_lines_of_unix() -> bytes:
    """Written with CR LF, and brought to a system that took the CRs away."""
    plain = written(objects(o4=stream(TEXT.replace(b" Tj ", b" Tj\n"))))
    return written(
        objects(o4=stream(TEXT.replace(b" Tj ", b" Tj\n"))),
        moved=lambda place: place + plain[:place].count(b"\n"),
    )


def of_streams(end: Callable[[bytes], bytes]) -> bytes:
    """A file whose table is a stream, and objects are in streams."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(written(objects()))) as pdf:
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return end(out.getvalue())


def misstarted(data: bytes) -> bytes:
    at = data.rindex(b"startxref")
    return data[:at] + b"startxref\n7\n%%EOF\n"


DRAWING = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R >>"
INLINE = b"q 200 0 0 200 72 300 cm BI /W 64 /H 64 /BPC 1 /CS /G ID " + bytes(512) + b" EI Q " + TEXT
SOUND: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: written(objects()),
    "no resources, and none needed": lambda: written(
        objects(o3=DRAWING, o4=packed(b"72 72 400 400 re f"))
    ),
    "resources of the list of pages": lambda: written(
        objects(
            o2=b"<< /Type /Pages /Kids [3 0 R] /Count 1 /Resources << /Font << /F1 5 0 R >> >> >>",
            o3=DRAWING,
        )
    ),
    "no kinds": lambda: written(
        objects(
            o1=b"<< /Pages 2 0 R >>",
            o2=b"<< /Kids [3 0 R] /Count 1 >>",
            o3=without(PAGE, b"/Type /Page "),
        )
    ),
    "kids of names": lambda: rooted(
        b"/Names << /Dests << /Kids [9 0 R null (x)] /Limits [(a) (b)] >> >>"
    ),
    "names without pairs": lambda: rooted(
        b"/Names << /Dests << /Names [(a)] >> /EmbeddedFiles << /Kids [null] >> >>"
    ),
    "names that are no names": lambda: rooted(b"/Names << /EmbeddedFiles << /Names [1 2 3] >> >>"),
    "outline in a circle": lambda: rooted(
        b"/Outlines 6 0 R",
        o6=b"<< /Type /Outlines /First 7 0 R /Last 7 0 R /Count 1 >>",
        o7=b"<< /Title (x) /Parent 6 0 R /Next 7 0 R /Dest [3 0 R /Fit] >>",
    ),
    "check boxes without a picture": lambda: boxes(b"/V /Off"),
    "check boxes whose picture is none": lambda: boxes(b"/V /Off /AP << /N << >> >>"),
    "check boxes whose picture is no picture": lambda: boxes(
        b"/V /Off /AP << /N null >> /MK << /CA (4) >>"
    ),
    "check boxes with a value of another kind": lambda: boxes(b"/V (Off) /DV 3"),
    "form fields that hang together oddly": lambda: rooted(
        b"/AcroForm << /Fields [6 0 R << /T (direct) >> 7 (x)] >>",
        o6=b"<< /T (a) /Kids [6 0 R 6 0 R] >>",
    ),
    "form fields that are no list": lambda: rooted(b"/AcroForm << /Fields << >> >>"),
    "palette with zeros": lambda: indexed(
        b"\xff\x00\x00\x00\xff\x00\x00\x00\xff\xff\xff\xff" + bytes(756)
    ),
    "palette longer than needed": lambda: indexed(
        b"\xff\x00\x00\x00\xff\x00\x00\x00\xff\xff\xff\xff" * 64 + b"\n"
    ),
    "places of glyphs, with zeros": lambda: written(objects(o6=stream(bytes(512)))),
    "picture among the instructions, with zeros": lambda: written(objects(o4=stream(INLINE))),
    "no length": lambda: written(objects(o4=stream(TEXT, length=None))),
    "no length, packed": lambda: written(
        objects(o4=stream(zlib.compress(TEXT), b"/Filter /FlateDecode", length=None))
    ),
    "length too short": lambda: written(objects(o4=stream(TEXT, length=20))),
    "length too long": lambda: written(objects(o4=stream(TEXT, length=len(TEXT) + 9))),
    "length of nothing": lambda: written(objects(o4=stream(TEXT, length=0))),
    "length refers to nothing": lambda: written(
        objects(o4=b"<< /Length 17 0 R >>\nstream\n" + TEXT + b"\nendstream")
    ),
    "no check sum": lambda: written(objects(o4=packed(TEXT, cut=4))),
    "half a check sum": lambda: written(objects(o4=packed(TEXT, cut=2))),
    "data and its end on a line": lambda: written(objects(o4=stream(TEXT, end=b"endstream"))),
    "a return before the data": lambda: written(
        objects(o4=stream(TEXT).replace(b"stream\nBT", b"stream\rBT"))
    ),
    "start of the table off": lambda: written(objects(), start=lambda place: place + 3),
    "start of the table before it": lambda: written(objects(), start=lambda place: place - 11),
    "start of the table missing": lambda: written(objects(), start=lambda place: 0),
    "places off by a letter": lambda: written(objects(), moved=lambda place: place - 1),
    "places off by two letters": lambda: written(objects(), moved=lambda place: place + 2),
    "numbers off by one": lambda: written(objects(), first=1),
    "lines of another system": with_lines_of_unix,
    "entries of nineteen letters": lambda: (
        written(objects()).replace(b" n \n", b" n\n").replace(b" f \n", b" f\n")
    ),
    "something before the beginning": lambda: (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n" + written(objects())
    ),
    "a little before the beginning, counted in": lambda: written(
        objects(), before=b"\xef\xbb\xbf\r\n"
    ),
    "something after the end": lambda: written(objects()) + b"\r\n--boundary--\r\n" + b" " * 3000,
    "zeros after the end": lambda: written(objects()) + bytes(5000),
    "no table, by hand": lambda: (
        b"%PDF-1.4\n"
        + b"".join(b"%d 0 obj\n" % n + o + b"\nendobj\n" for n, o in objects().items())
        + b"trailer\n<< /Size 6 /Root 1 0 R >>\n%%EOF\n"
    ),
    "table in a stream, its start off": lambda: of_streams(misstarted),
    "table in a stream, something before": lambda: of_streams(lambda data: b"\n\n" + data),
    "objects that nobody uses": lambda: written(objects(o8=b"<< /X [1 2 3] >>", o9=b"null")),
    "a date in an odd form": lambda: written(
        objects(o6=b"<< /CreationDate (yesterday) /ModDate 5 >>"), trailer=b"/Info 6 0 R"
    ),
    "what it says of itself, twice": lambda: written(
        objects(o6=b"<< /Creator (a) /Creator (b) /Producer (c) /Producer (d) >>"),
        trailer=b"/Info 6 0 R",
    ),
    "what it says of itself, garbled": lambda: written(
        objects(o6=b"<< /Creator (a) ] 5 5 /Producer >>"), trailer=b"/Info 6 0 R"
    ),
    "a font without widths": lambda: written(objects(o5=without(FONT, b"/Type1", b"/TrueType"))),
    "a key twice": lambda: written(
        objects(o3=without(PAGE, b"/Type /Page", b"/Type /Page /Rotate 0 /Rotate 0"))
    ),
    "notes that are not there": lambda: written(objects(o3=PAGE[:-2] + b"/Annots [9 0 R null] >>")),
    "a note twice": lambda: written(
        objects(
            o3=PAGE[:-2] + b"/Annots [6 0 R 6 0 R] >>",
            o6=b"<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /Dest [3 0 R /Fit] >>",
        )
    ),
    "a page directly in the list": lambda: written(
        objects(o2=b"<< /Type /Pages /Count 1 /Kids [ " + PAGE + b" ] >>")
    ),
    "an odd version": lambda: without(written(objects()), b"%PDF-1.5", b"%PDF-1.9"),
    "a photograph with filling bytes": lambda: jpeg(
        lambda data: data[:-2] + b"\xff" * 9 + data[-2:]
    ),
    "a photograph and a line end": lambda: jpeg(lambda data: data + b"\r\n"),
    "a photograph without its end": lambda: jpeg(lambda data: data[:-2]),
    "a photograph with a lot behind": lambda: jpeg(lambda data: data + bytes(300)),
    "JPEG 2000 of one size": lambda: jpeg2000(num_resolutions=1),
    "JPEG 2000": jpeg2000,
}


@pytest.mark.parametrize("name", list(SOUND))
def test_a_sound_file_is_not_called_damaged(tmp_path: Path, name: str) -> None:
    data = SOUND[name]()

    made = opened(data, tmp_path)

    assert [(finding.rule, finding.problem) for finding in made.findings] == []
    assert made.faults == ()
    assert made.pdf is not None
    assert (rendered(made.pdf) == rendered(data)).all()
    assert rendered(made.pdf).min() < 128


def torn(data: bytes, at: bytes, length: int) -> bytes:
    """Something cut out."""
    start = data.index(at)
    return data[:start] + data[start + length :]


PALE = PAGE.replace(b"/F1 5 0 R", b"/F1 5 0 R /F2 5 0 R")
DAMAGED: dict[str, Callable[[], bytes]] = {
    "a font cut out": lambda: torn(written(objects()), b"5 0 obj", 60),
    "a part of the page cut out": lambda: torn(written(objects()), b" /Resources", 38),
    "resources under a garbled name": lambda: written(
        objects(o3=without(PAGE, b"/Resources", b"/Resourzes"))
    ),
    "a font under a garbled name": lambda: written(
        objects(o3=without(PAGE, b"/F1", b"/G1")), start=lambda place: place + 3
    ),
    "a font that is not there": lambda: written(
        objects(o3=without(PAGE, b"5 0 R", b"8 0 R")), start=lambda place: place + 3
    ),
    "a font twice, another lost": lambda: written(
        objects(
            o3=without(PALE, b"/F2 5 0 R", b"/F1 5 0 R"),
            o4=packed(TEXT + b" BT /F2 9 Tf 72 500 Td (More.) Tj ET"),
        )
    ),
    "text cut out of its data": lambda: torn(written(objects(o4=stream(TEXT))), b"Its number", 12),
    "its table cut out": lambda: torn(written(objects()), b"xref\n0 6", 129),
    "a sector of zeros in its table": lambda: without(
        written(objects()), b"0000000015 00000 n \n0000000064 00", bytes(32)
    ),
    "its end cut off": lambda: written(objects())[:-60],
    "a change cut off": lambda: (
        written(objects()) + b"4 0 obj\n" + packed(TEXT.replace(b"1237", b"9999"))[:60]
    ),
    "a long change cut off": lambda: (
        written(objects()) + b"4 0 obj\n" + stream(TEXT * 20) + b"\nendobj\n5 0 obj\n<< /Type"
    ),
    "a garbled object": lambda: written(objects(o5=without(FONT, b"/Type1", b"/Type1 > 7 ] <<"))),
    "data with another check sum": lambda: without(
        written(objects(o6=packed(b"x" * 900))), zlib.compress(b"x" * 900)[-4:], b"1234"
    ),
    "instructions with zeros": lambda: written(objects(o4=stream(TEXT + bytes(100) + TEXT))),
    "a palette cut off": lambda: written(
        image(bytes(1000), b"/Width 64 /Height 64 /BitsPerComponent 8 /ColorSpace /DeviceGray")
    ),
    "a photograph cut off": lambda: jpeg(lambda data: data[:-900]),
    "a photograph cut off, and ended": lambda: jpeg(lambda data: data[:-900] + b"\xff\xd9"),
    "JPEG 2000 cut off": lambda: written(
        image(b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(90), b"/Width 4 /Height 5", b"/JPXDecode")
    ),
}


@pytest.mark.parametrize("name", list(DAMAGED))
def test_what_took_something_away_is_named(tmp_path: Path, name: str) -> None:
    made = opened(DAMAGED[name](), tmp_path)

    assert made.faults or [finding.rule for finding in made.findings] == ["EVID.BROKEN"]


def test_slips_that_were_passed_over_are_kept_with_the_readers(tmp_path: Path) -> None:
    (file,) = prepared(tmp_path, {"a.pdf": SOUND["no length"]()})["a.pdf"].files

    assert (file.outcome, file.repairs) == ("accepted", ())
    assert file.steps[-1] == "passed over: a piece of data in it has the wrong length"


# --- readers that disagree ---


def two_minds() -> bytes:
    """Chrome shows both pages of the list; another reader leaves out the page that is named
    twice and is no page."""
    kids = b"<< /Type /Pages /Kids [3 0 R 6 0 R] /Count 1 >>"
    return written(
        objects(
            o2=kids, o6=PAGE.replace(b"4 0 R", b"7 0 R"), o7=packed(TEXT.replace(b"1237", b"9999"))
        )
    )


def test_a_disagreement_of_readers_is_accepted_by_who_saw_both(tmp_path: Path) -> None:
    data = two_minds()
    digest = hashlib.sha256(data).hexdigest()

    (stopped,) = opened(data, tmp_path).findings
    made = opened(data, tmp_path, digest)

    assert stopped.rule == "EVID.PAGECOUNT"
    assert "Chrome shows 1" in stopped.problem
    assert f'"accept_reading": "{digest}" on the file in case.json' in stopped.remedy
    assert opened(data, tmp_path, "0" * 64).findings == (stopped,)
    assert (made.findings, len(made.pages)) == ((), 1)
    assert made.pdf is not None
    assert (rendered(made.pdf) == rendered(data)).all()
    assert "two readers disagree on its page count" in made.disagreement


def test_an_accepted_disagreement_is_a_warning_and_stands_in_the_manifest(tmp_path: Path) -> None:
    data = two_minds()

    made = prepared(
        tmp_path, {"a.pdf": data}, {"a.pdf": {"accept_reading": hashlib.sha256(data).hexdigest()}}
    )["a.pdf"]

    assert [(one.rule, one.severity) for one in made.findings] == [
        ("EVID.READERS", Severity.WARNING)
    ]
    (file,) = made.files
    assert file.outcome == "repaired"
    assert "Chrome shows 1" in file.repairs[0]


# --- locks ---


@pytest.mark.parametrize("strength", [4, 6])
def test_a_file_that_asks_for_its_password_is_not_called_damaged(
    tmp_path: Path, strength: int
) -> None:
    """Also one that opens without, for its owner, in some readers: the owner's password is
    empty."""
    for user, owner in (("secret", "owner"), ("secret", "")):
        out = io.BytesIO()
        with pikepdf.open(io.BytesIO(factories.text_pdf())) as pdf:
            pdf.save(out, encryption=pikepdf.Encryption(user=user, owner=owner, R=strength))

        (stopped,) = opened(out.getvalue(), tmp_path).findings

        assert stopped.rule == "EVID.PASSWORD"
        assert "needs a password" in stopped.problem


@pytest.mark.parametrize(
    ("handler", "who"),
    [
        (b"/Adobe.PubSec", "certificate"),
        (b"/Adobe.APS", "rights server"),
        (b"/MicrosoftIRMServices", "Microsoft"),
        (b"/FOPN_fLock", "FileOpen"),
    ],
)
def test_a_file_that_no_password_opens_is_named_by_its_lock(
    tmp_path: Path, handler: bytes, who: str
) -> None:
    lock = (
        b"<< /Filter "
        + handler
        + b" /SubFilter /adbe.pkcs7.s4 /V 4 /Length 128 /Recipients [(x)] >>"
    )
    data = written(objects(o6=lock), trailer=b"/Encrypt 6 0 R /ID [<00> <00>]")

    (stopped,) = opened(data, tmp_path).findings

    assert stopped.rule == "EVID.PASSWORD"
    assert who in stopped.problem

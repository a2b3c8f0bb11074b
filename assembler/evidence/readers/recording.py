"""Read a sound recording or film: a sheet says what it is, and stills show what a film shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from io import BytesIO

from PIL import Image

from assembler.documents.paper_blocks import (
    Block,
    Paper,
    Picture,
    TextStyle,
    make_paragraph,
)
from assembler.evidence.losses import Loss, make_loss
from assembler.evidence.readers.iso_media import read_iso_facts
from assembler.evidence.readers.matroska import read_matroska_facts
from assembler.evidence.readers.media_decoder import complete_facts, draw_stills, find_version
from assembler.evidence.readers.reading import (
    FileReading,
    PaperTemplate,
    PrintedPaper,
    ReadRequest,
)
from assembler.evidence.readers.recording_facts import (
    UNKNOWN_CODEC,
    RecordingFacts,
    drop_implausible,
    format_length,
    format_time,
    refuse_damage,
)
from assembler.evidence.readers.riff_media import read_aiff_facts, read_riff_facts
from assembler.evidence.readers.sound_streams import (
    read_amr_facts,
    read_flac_facts,
    read_frame_facts,
    read_ogg_facts,
)
from assembler.model import Passage, PassageKind, Severity

# of a still on the sheet, in points: two below each other fit on a page
_WIDTH, _HEIGHT = 360.0, 203.0
_SHEET_NOTE = (
    "A recording cannot be shown on paper. This sheet stands for it. The recording itself is "
    "the file whose size and sha256 are given above."
)
# first bytes of containers that only have a name here; PyAV reads the rest, if it is installed
_NAMED = (
    (b"FLV\x01", RecordingFacts(container="Flash video", picture=UNKNOWN_CODEC)),
    (b"\0\0\x01\xba", RecordingFacts(container="MPEG", picture=UNKNOWN_CODEC)),
    (b"\0\0\x01\xb3", RecordingFacts(container="MPEG video", picture=UNKNOWN_CODEC)),
    (
        b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",
        RecordingFacts(container="Windows Media", sound=UNKNOWN_CODEC),
    ),
    (b"caff", RecordingFacts(container="Core Audio", sound=UNKNOWN_CODEC)),
    (b".snd", RecordingFacts(container="Sun audio", sound=UNKNOWN_CODEC)),
    (b"MThd", RecordingFacts(container="MIDI", sound="notes, no recorded sound")),
    (b"#!SILK", RecordingFacts(container="SILK", sound="SILK")),
    (b"\x02#!SILK", RecordingFacts(container="SILK", sound="SILK")),
)
_READERS: Sequence[tuple[bytes, Callable[[bytes], RecordingFacts]]] = (
    (b"\x1aE\xdf\xa3", read_matroska_facts),
    (b"RIFF", read_riff_facts),
    (b"RIFX", read_riff_facts),
    (b"FORM", read_aiff_facts),
    (b"OggS", read_ogg_facts),
    (b"fLaC", read_flac_facts),
    (b"#!AMR", read_amr_facts),
    (b"ID3", read_frame_facts),
    (b"\xff", read_frame_facts),
)


def read_recording(request: ReadRequest) -> FileReading:
    """Return the sheet of a recording. Raises Refused if it is damaged, or has no picture at the
    time of a still."""
    facts = read_facts(request.data)
    options = request.options
    stills = draw_stills(request.data, facts, options.stills) if options.stills else []
    paper = Paper(
        title="Film" if facts.picture else "Sound recording",
        facts=tuple(_list_facts(request, facts)),
        blocks=(
            make_paragraph(_SHEET_NOTE, TextStyle.NOTE, _start(request)),
            *_make_still_blocks(stills, options.stills),
        ),
    )
    return FileReading(
        sections=(PrintedPaper(template=PaperTemplate.RECORDING, paper=paper),),
        losses=tuple(_list_losses(request, facts)),
        steps=_list_steps(),
    )


def read_facts(data: bytes) -> RecordingFacts:
    """Return what a recording says about itself. Raises Refused if it is damaged."""
    facts = drop_implausible(_read_own_facts(data))
    if not facts.is_complete and find_version():
        facts = complete_facts(data, facts)
    is_named = data.startswith(tuple(magic for magic, _ in _NAMED))
    has_codec = {facts.sound, facts.picture} - {"", UNKNOWN_CODEC}
    if not has_codec and not facts.seconds and not is_named:
        raise refuse_damage("neither its codec nor its length can be read")
    return facts


def _read_own_facts(data: bytes) -> RecordingFacts:
    for magic, named in _NAMED:
        if data.startswith(magic):
            return named
    for magic, read in _READERS:
        if data.startswith(magic):
            return read(data)
    return read_iso_facts(data)


def _start(request: ReadRequest) -> Passage | None:
    """Return the passage of a sheet within another file; the sheet of a listed file is all there is
    of it."""
    if not request.attachment:
        return None
    return Passage(kind=PassageKind.PAGE, first=1, last=1, attachment=request.attachment)


def _list_facts(request: ReadRequest, facts: RecordingFacts) -> Iterator[tuple[str, str]]:
    unsaid = "the file does not say"
    yield "What it is", facts.describe()
    yield "Type of file", facts.container
    length = f"{format_length(facts.seconds)} (hours:minutes:seconds)" if facts.seconds else unsaid
    yield "Length", length
    yield "Recorded", f"{facts.recorded}, as the file says" if facts.recorded else f"{unsaid} when"
    yield "Size", f"{len(request.data):,} bytes"
    yield "sha256", request.sha256
    if not request.attachment:
        yield "Kept at", request.options.kept_at or "not stated"


def _make_still_blocks(stills: Sequence[bytes], times: Sequence[float]) -> Iterator[Block]:
    for still, time in zip(stills, times, strict=True):
        with Image.open(BytesIO(still)) as picture:
            width = min(_WIDTH, _HEIGHT * picture.width / picture.height)
        caption = f"Still at {format_time(time)}"
        yield Picture(data=still, width=width, text=caption)
        yield make_paragraph(caption, TextStyle.CAPTION)


def _list_losses(request: ReadRequest, facts: RecordingFacts) -> Iterator[Loss]:
    kind = "film" if facts.picture else "sound recording"
    if request.attachment:
        name = f"attachment {'.'.join(map(str, request.attachment))}"
        yield make_loss(
            "EVID.ATTACHED",
            f"{name} is a {kind}: a sheet says what it is, and nobody can read what is said in it",
            "save it, and list it with its transcript as an exhibit",
            Severity.ERROR,
        )
    elif not request.options.kept_at:
        yield make_loss(
            "EVID.KEPT_AT",
            f"the sheet of the {kind} does not say where it is kept",
            'add "kept_at" to the file in case.json, such as "USB drive at the attorney\'s office"',
        )


def _list_steps() -> tuple[str, ...]:
    installed = find_version()
    return ("recording headers", *([f"PyAV {installed}"] if installed else []))

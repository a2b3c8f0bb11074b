"""Decode films with PyAV, which is optional: pictures at given times, and facts that our own
readers do not find."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, NoReturn

from PIL import Image

from assembler.evidence.readers.recording_facts import (
    UNKNOWN_CODEC,
    RecordingFacts,
    drop_implausible,
    format_length,
    format_time,
)
from assembler.evidence.refusal import Refused

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

INSTALL = "pip install 'assembler[film]'"
_PACKAGE = "av"
_MAX_PIXELS = 40_000_000  # of a frame, more than 8K video has
_MAX_FRAMES = 3_000  # decoded for one still: from the frame before it that stands for itself
_LONGEST_SIDE = 1_920  # pixels of a still, enough for any paper
_QUALITY = 90
_LAST_FRAME = 1.0  # seconds that the last picture may stay while the sound goes on
_MARGIN = 0.001  # seconds, of rounding in a file's times
# what PyAV raises besides its own errors on damaged files, such as those whose streams change
_DAMAGE_ERRORS = (ValueError, ArithmeticError, MemoryError, LookupError, AttributeError, TypeError)
# container → the only format that PyAV may take it for: others can name further files to open
_FORMATS: Mapping[str, str] = {
    **dict.fromkeys(("MP4", "QuickTime", "3GP"), "mov"),
    **dict.fromkeys(("Matroska", "WebM"), "matroska"),
    "AVI": "avi",
    "Ogg": "ogg",
    "WAV": "wav",
    "AIFF": "aiff",
    "Core Audio": "caf",
    "Sun audio": "au",
    "Flash video": "flv",
    "MPEG": "mpeg",
    "MPEG video": "mpegvideo",
    "Windows Media": "asf",
}
_CODECS: Mapping[str, str] = {
    "h264": "H.264",
    "hevc": "H.265",
    "mpeg4": "MPEG-4",
    "mpeg2video": "MPEG-2",
    "mpeg1video": "MPEG-1",
    "wmapro": "Windows Media Audio",
    "wmav2": "Windows Media Audio",
    "wmv3": "Windows Media Video",
    "flv1": "Flash video",
    "opus": "Opus",
    "ac3": "Dolby Digital",
}


def find_version() -> str:
    """Return the version of PyAV; "" if it is not installed."""
    try:
        return version(_PACKAGE)
    except PackageNotFoundError:
        return ""


def complete_facts(data: bytes, facts: RecordingFacts) -> RecordingFacts:
    """Return the facts with what PyAV knows and they lack; as they are, if it cannot open the
    file."""
    import av

    if facts.container not in _FORMATS:
        return facts
    try:
        with _open_container(data, facts.container) as container:
            picture: Any = container.streams.best("video")
            sound = container.streams.best("audio")
            seconds = container.duration / av.time_base if container.duration else None
            completed = replace(
                facts,
                picture=_choose_codec(facts.picture, picture),
                sound=_choose_codec(facts.sound, sound),
                width=facts.width or getattr(picture, "width", 0),
                height=facts.height or getattr(picture, "height", 0),
                seconds=facts.seconds or seconds,
            )
    except (av.FFmpegError, *_DAMAGE_ERRORS):
        return facts
    return drop_implausible(completed)


def _choose_codec(known: str, stream: Any) -> str:
    if stream is None or stream.codec_context is None or known not in ("", UNKNOWN_CODEC):
        return known
    name = stream.codec_context.name
    if name.startswith("pcm_"):
        return "PCM"
    return _CODECS.get(name, name.upper())


def draw_stills(data: bytes, facts: RecordingFacts, times: Sequence[float]) -> list[bytes]:
    """Return a JPEG of the picture that a film shows at each time, in seconds.

    Raises Refused if there is none: the time is beyond the end, the file is damaged, or PyAV is not
    installed.
    """
    if not find_version():
        raise Refused(
            "EVID.STILLS",
            "`stills` needs PyAV, which is not installed here",
            f"{INSTALL}, or remove `stills`",
        )
    if not facts.picture or facts.container not in _FORMATS:
        raise Refused(
            "EVID.STILLS",
            "`stills` are pictures of a film, and no pictures are found in this recording",
            "remove `stills`",
        )
    for time in times:
        if facts.seconds is not None and time > facts.seconds:
            raise _refuse_time(time, facts.seconds)
    return [_draw_still(data, facts, time) for time in times]


def _draw_still(data: bytes, facts: RecordingFacts, time: float) -> bytes:
    import av

    try:
        frame = _find_frame(data, facts.container, time)
        if frame is None:
            raise _refuse_time(time, facts.seconds)
        return _encode_frame(frame)
    except (av.FFmpegError, *_DAMAGE_ERRORS) as error:
        raise Refused(
            "EVID.STILLS",
            f"the picture at {format_time(time)} cannot be decoded",
            "choose another time; or export the film again as MP4 (H.264)",
        ) from error


def _refuse_time(time: float, seconds: float | None) -> Refused:
    length = f", which is {format_length(seconds)} long" if seconds else ""
    return Refused(
        "EVID.STILLS",
        f"the still at {format_time(time)} is beyond the end of the film{length}",
        "correct `stills` in case.json",
    )


def _open_container(data: bytes, container: str) -> InputContainer:
    import av

    return av.open(
        io.BytesIO(data),
        mode="r",
        format=_FORMATS[container],
        options={"max_pixels": str(_MAX_PIXELS)},
        io_open=_refuse_file,
        metadata_errors="replace",
    )


def _refuse_file(*_: object) -> NoReturn:
    """Refuse to open another file that a film names."""
    raise ValueError("a film is one file")


def _find_frame(data: bytes, container: str, time: float) -> VideoFrame | None:
    """Return the frame that is shown at a time; None if the film ends before it."""
    for seeks in (True, False):
        with _open_container(data, container) as opened:
            stream: Any = opened.streams.best("video")
            if stream is None or stream.time_base is None or stream.codec_context is None:
                return None
            stream.codec_context.thread_count = 1
            start = float((stream.start_time or 0) * stream.time_base)
            if seeks and time:
                opened.seek(int((time + start) / stream.time_base), stream=stream)
            shown = _choose_frame(_decode_frames(opened, stream), time + start)
            # some formats can only be sought near a time, and may begin behind it
            if shown is not None and (not seeks or (shown.time or 0.0) - start <= time + _MARGIN):
                return shown
    return None


def _choose_frame(frames: Iterable[VideoFrame], time: float) -> VideoFrame | None:
    """Return the last frame that begins before a time, or the first if all begin later; None if
    they end before it."""
    shown: VideoFrame | None = None
    for frame in frames:
        if shown is not None and (frame.time or 0.0) > time + _MARGIN:
            return shown
        shown = frame
    if shown is None:
        return None
    end = (shown.time or 0.0) + float((shown.duration or 0) * (shown.time_base or 0))
    return shown if end + _LAST_FRAME >= time else None


def _decode_frames(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """Yield frames, at most `_MAX_FRAMES`. Raises ValueError if more would be needed."""
    for number, frame in enumerate(container.decode(stream)):
        if number >= _MAX_FRAMES or frame.width * frame.height > _MAX_PIXELS:
            raise ValueError("too many frames, or too large ones")
        yield frame


def _encode_frame(frame: VideoFrame) -> bytes:
    """Return a frame as a JPEG, upright, its pixels square."""
    picture: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
    ratio = getattr(frame, "sample_aspect_ratio", None)
    if ratio and ratio != 1 and 0.2 < ratio < 5:
        picture = picture.resize((max(1, round(picture.width * ratio)), picture.height))
    if frame.rotation % 360:
        picture = picture.rotate(frame.rotation, expand=True)
    picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()

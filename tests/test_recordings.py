"""A sound recording or film is filed as a sheet that says what it is, with stills of a film and a
transcript beside it, and the proof reads the file again."""

from __future__ import annotations

import io
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from assembler.evidence.readers import media_decoder
from assembler.evidence.readers.reading import PrintedPaper, ReadRequest
from assembler.evidence.readers.recording import read_facts, read_recording
from assembler.evidence.readers.recording_facts import format_date, format_length, format_time
from assembler.evidence.refusal import Refused
from assembler.model import FileOptions, FilePart, Severity
from assembler.proof.recording_contents import is_recording, read_recording_contents
from tests.support import recordings
from tests.support.evidence import prepared, refused, words
from tests.support.printed_files import bundle_printed_case, make_printed_case
from tests.support.proofs import failed, proved
from tests.support.sharing import made_once

KEPT = FileOptions(kept_at="USB drive at the attorney's office")
SILENT = {"options": KEPT, "accept_loss": ("EVID.TRANSCRIPT",)}
SAMPLES: dict[str, Callable[[], bytes]] = {
    "wav": recordings.make_wave,
    "opus": recordings.make_opus,
    "amr": recordings.make_amr,
    "mp3": recordings.make_mp3,
    "m4a": recordings.make_sound_mp4,
}


def read(data: bytes, options: FileOptions = KEPT, attachment: tuple[int, ...] = ()) -> Any:
    return read_recording(
        ReadRequest(data=data, kind="film", sha256="0" * 64, options=options, attachment=attachment)
    )


def stills(*times: float) -> FileOptions:
    return FileOptions(stills=times, kept_at="here")


@pytest.mark.parametrize(
    ("data", "what", "length"),
    [
        (recordings.make_wave(3), "sound recording (PCM)", "0:00:03"),
        (recordings.make_opus(65), "sound recording (Opus)", "0:01:05"),
        (recordings.make_amr(4), "sound recording (AMR)", "0:00:04"),
        (recordings.make_mp3(400), "sound recording (MP3)", "0:00:10"),
        (recordings.make_sound_mp4(3700), "sound recording (AAC)", "1:01:40"),
    ],
)
def test_a_sheet_says_what_a_recording_is_and_how_long(data: bytes, what: str, length: str) -> None:
    facts = read_facts(data)
    assert facts.describe() == what
    assert facts.seconds is not None
    assert format_length(facts.seconds) == length
    (choice,) = read_recording_contents(data, KEPT).choices  # the proof finds the same length
    assert length in choice.texts


def test_the_sheet_has_size_digest_date_and_place(tmp_path: Path) -> None:
    data = recordings.make_sound_mp4(65, recorded=1_746_281_112)
    sheet = prepared(tmp_path, {"call.m4a": data}, {"call.m4a": SILENT})["call.m4a"]
    text = words(sheet.pdf)
    assert f"{len(data):,} bytes" in text
    assert sheet.pages[0].sha256 in text
    assert "May 3, 2025, 14:05:12 UTC, as the file says" in text
    assert "USB drive at the attorney's office" in text
    assert [(finding.rule, finding.severity) for finding in sheet.findings] == [
        ("EVID.TRANSCRIPT", Severity.WARNING)
    ]


def test_a_date_that_the_file_does_not_say_is_not_invented() -> None:
    (section,) = read(recordings.make_sound_mp4()).sections
    assert isinstance(section, PrintedPaper)
    assert ("Recorded", "the file does not say when") in section.paper.facts


def test_a_recording_without_a_transcript_stops_the_case(tmp_path: Path) -> None:
    assert refused(tmp_path, {"call.amr": recordings.make_amr()}) == [
        ("EVID.TRANSCRIPT", "call.amr")
    ]


def test_a_transcript_is_another_file_of_the_exhibit(tmp_path: Path) -> None:
    part = {"note.txt": {"options": FileOptions()}}
    files = {"call.amr": recordings.make_amr(), "note.txt": b"Where are you?\n"}
    with_both = prepared(
        tmp_path,
        files,
        {**part, "call.amr": SILENT},
        more={"call.amr": [FilePart(path="note.txt")]},
    )
    assert with_both["call.amr"].findings == ()
    assert len(with_both["call.amr"].pages) == 2


def test_a_sheet_that_does_not_say_where_the_recording_is_asks(tmp_path: Path) -> None:
    parts = {"call.amr": {"accept_loss": ("EVID.TRANSCRIPT",)}}
    sheet = prepared(tmp_path, {"call.amr": recordings.make_amr()}, parts)["call.amr"]
    assert {finding.rule for finding in sheet.findings} == {"EVID.KEPT_AT", "EVID.TRANSCRIPT"}


def test_a_recording_within_a_file_is_an_error_until_accepted() -> None:
    reading = read(recordings.make_amr(), FileOptions(), (2,))
    (loss,) = reading.losses
    assert (loss.rule, loss.severity) == ("EVID.ATTACHED", Severity.ERROR)
    assert reading.sections[0].paper.blocks[0].starts.attachment == (2,)


# --- stills ---


def find_pictures(data: bytes, *times: float) -> list[Image.Image]:
    (section,) = read(data, stills(*times)).sections
    pictures = [block.data for block in section.paper.blocks if hasattr(block, "data")]
    return [Image.open(io.BytesIO(picture)) for picture in pictures]


@pytest.mark.parametrize("container", ["mp4", "matroska", "avi"])
def test_a_still_is_the_picture_of_its_time(container: str) -> None:
    film = recordings.make_film(container=container)
    levels = [picture.convert("L").getpixel((9, 9)) for picture in find_pictures(film, 2, 6, 0)]
    assert levels == pytest.approx([255 * 2 / 8, 255 * 6 / 8, 0], abs=8)


def test_a_still_of_a_film_held_upright_is_upright() -> None:
    film = recordings.turn_film(recordings.make_film())
    (picture,) = find_pictures(film, 1)
    assert picture.size == (240, 320)
    assert "240×320" in read_facts(film).describe()


@pytest.mark.parametrize(
    ("make", "time", "problem"),
    [
        (recordings.make_film, 9, "the still at 0:09 is beyond the end of the film"),
        (recordings.make_wave, 1, "`stills` are pictures of a film"),
    ],
)
def test_a_still_that_cannot_be_made_is_refused(
    make: Callable[[], bytes], time: float, problem: str
) -> None:
    pytest.importorskip("av")
    with pytest.raises(Refused) as caught:
        read(make(), stills(time))
    assert caught.value.rule == "EVID.STILLS"
    assert caught.value.problem.startswith(problem)


def test_without_pyav_stills_are_refused_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    film = recordings.make_film()
    monkeypatch.setattr(media_decoder, "find_version", lambda: "")
    with pytest.raises(Refused) as caught:
        read(film, stills(1))
    assert caught.value.rule == "EVID.STILLS"
    assert "pip install 'assembler[film]'" in caught.value.remedy


# --- hostile files ---


def test_a_file_that_is_cut_off_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        read(recordings.make_sound_mp4(missing=100))
    assert caught.value.rule == "EVID.BROKEN"
    assert "100 bytes are missing" in caught.value.problem


@pytest.mark.parametrize(
    "data",
    [
        recordings.make_wave(3)[:-1000],
        b"\xff\xfb\x90\0"
        + bytes(32)
        + b"Xing\0\0\0\1\0\0\x20\0"
        + bytes(369)
        + recordings.make_mp3(50),
    ],
    ids=["wav", "mp3"],
)
def test_a_sound_that_is_shorter_than_it_says_is_refused(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        read(data)
    assert caught.value.rule == "EVID.BROKEN"


def test_a_length_that_no_recording_has_is_not_repeated() -> None:
    assert read_facts(recordings.make_sound_mp4(seconds=1_300_000)).seconds is None


def test_damaged_recordings_are_read_or_refused() -> None:
    chance = random.Random(5)
    for name, make in SAMPLES.items():
        sound = make()
        for _ in range(80):
            data = bytearray(sound)
            for _ in range(chance.randrange(1, 20)):
                data[chance.randrange(min(len(data), 900))] = chance.randrange(256)
            del data[chance.randrange(1, len(data)) :: chance.choice((1, len(data)))]
            try:
                reading = read(bytes(data))
            except Refused as error:
                assert error.rule == "EVID.BROKEN"
            else:
                assert reading.sections, name
            read_recording_contents(bytes(data), KEPT)


def test_damaged_films_give_stills_or_are_refused() -> None:
    chance = random.Random(6)
    film = recordings.make_film(seconds=2)
    for _ in range(60):
        data = bytearray(film)
        for _ in range(chance.randrange(1, 30)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            assert read(bytes(data), stills(1)).sections
        except Refused as error:
            assert error.rule in ("EVID.BROKEN", "EVID.STILLS")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for start in (
        b"OggS",
        b"RIFF\0\0\0\0WAVE",
        b"\x1aE\xdf\xa3",
        b"\xff\xfb\x90\0",
        b"\0\0\0\x10moov",
    ):
        read_recording_contents(start + data, KEPT)
        try:
            read_facts(start + data)
        except Refused as error:
            assert error.rule == "EVID.BROKEN"


# --- the words of the sheet ---


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2025-05-03T14:05:12-0500", "May 3, 2025, 14:05:12 (UTC-05:00)"),
        ("2025-05-03T14:05:12Z", "May 3, 2025, 14:05:12 UTC"),
        ("2025-05-03 14:05:12", "May 3, 2025, 14:05:12"),
        ("2025-05-03", "May 3, 2025"),
        ("2025", "2025"),
        ("2025-13-03", ""),
        ("1904-01-01", ""),
        ("yesterday", ""),
    ],
)
def test_dates_are_printed_as_people_write_them(text: str, date: str) -> None:
    assert format_date(text) == date


def test_times_are_printed_as_in_case_json() -> None:
    assert [format_time(time) for time in (12, 65, 3930.5)] == ["0:12", "1:05", "1:05:30.5"]


def test_the_proof_counts_the_stills_and_their_times() -> None:
    things = read_recording_contents(recordings.make_wave(), stills(2, 65)).things
    assert things.pictures == 2
    assert {"Still at 0:02", "Still at 1:05"} <= set(things.paragraphs)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_proof_knows_a_recording_by_its_own_signs(name: str) -> None:
    assert is_recording(SAMPLES[name]())


def test_a_picture_or_text_is_no_recording_for_the_proof() -> None:
    others = (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", b"\xff\xfeH\0i\0", b"I was there.\n")
    assert not any(map(is_recording, others))


# --- the proof of a bundle ---


def finished(tmp_path: Path) -> Path:
    """A copy of a proved packet with a sound recording and its transcript, free to change."""

    def make(folder: Path) -> None:
        data = recordings.make_sound_mp4(65, recorded=1_746_281_112)
        case = make_printed_case(
            folder / "case", {"call.m4a": data}, {"call.m4a": {"kept_at": "the office"}}
        )
        record = json.loads((case / "case.json").read_text(encoding="utf8"))
        record["exhibits"][-1]["files"].append("evidence/transcript.txt")
        (case / "evidence/transcript.txt").write_bytes(b"Speaker 1: Where are you?\n")
        (case / "case.json").write_text(json.dumps(record), encoding="utf8")
        result = bundle_printed_case(case)
        assert result.exit_code == 0, result.output

    shared = made_once("recordings", make) / "case"
    return Path(shutil.copytree(shared, tmp_path / "case"))


def test_a_sheet_is_proved_against_the_recording(tmp_path: Path) -> None:
    assert failed(proved(finished(tmp_path))) == set()


@pytest.mark.parametrize(
    "other",
    [
        recordings.make_sound_mp4(65, recorded=1_746_281_112) + b"\0" * 7,
        recordings.make_sound_mp4(99, recorded=1_746_281_112),
        recordings.make_sound_mp4(65, recorded=1_700_000_000),
    ],
    ids=["size", "length", "date"],
)
def test_a_sheet_of_another_recording_fails_the_proof(tmp_path: Path, other: bytes) -> None:
    case = finished(tmp_path)
    (case / "evidence/call.m4a").write_bytes(other)
    assert "printed-file" in failed(proved(case))


@pytest.mark.parametrize("change", ["cut", "hole"])
def test_an_ogg_file_that_lacks_a_part_is_refused(change: str) -> None:
    whole = recordings.make_opus()
    data = whole[:-20] if change == "cut" else whole[:1500] + whole[1700:]
    with pytest.raises(Refused) as caught:
        read_facts(data)
    assert caught.value.rule == "EVID.BROKEN"


def test_what_follows_an_ogg_file_is_no_part_of_it() -> None:
    whole = recordings.make_opus()
    assert read_facts(whole + b"TAG" + bytes(125)) == read_facts(whole)

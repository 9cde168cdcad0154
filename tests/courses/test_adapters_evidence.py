"""Photos and recordings: what is kept of them, and what is not."""

from __future__ import annotations

import io
import wave
from contextlib import suppress

import pytest
from PIL import Image

from academy.kernel.documents import DocumentError
from courses.adapters.photo import shrink
from courses.adapters.sound import clean
from courses.adapters.sound.ogg import CHECKSUM, _checksum
from tests.courses import recordings
from tests.courses.recordings import CANARY, SOUNDS


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_made_anew_without_a_word_about_it(form):
    data = recordings.photo(form=form)
    assert CANARY in data
    assert opened(data).getexif().get_ifd(recordings.GPS)
    made = shrink(data)
    kept = opened(made["content"])
    assert (made["media_type"], kept.format, dict(kept.getexif())) == ("image/jpeg", "JPEG", {})
    assert set(kept.info) <= {
        "jfif",
        "jfif_version",
        "jfif_unit",
        "jfif_density",
        "progressive",
        "progression",
    }
    assert CANARY not in made["content"]


def test_the_profile_of_the_screen_is_left_out():
    out = io.BytesIO()
    Image.new("RGB", (64, 64)).save(out, "JPEG", icc_profile=b"profile " + CANARY)
    assert CANARY in out.getvalue()
    assert CANARY not in shrink(out.getvalue())["content"]


@pytest.mark.parametrize(
    ("size", "orientation", "expected"),
    [
        ((4000, 3000), 1, (1600, 1200)),
        ((4000, 3000), 6, (1200, 1600)),
        ((300, 200), 1, (300, 200)),
    ],
)
def test_a_photo_is_upright_and_at_most_1600_pixels(size, orientation, expected):
    assert (
        opened(shrink(recordings.photo(size, orientation=orientation))["content"]).size == expected
    )


def test_what_is_see_through_becomes_white():
    out = io.BytesIO()
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(out, "PNG")
    assert opened(shrink(out.getvalue())["content"]).getpixel((5, 5)) == (255, 255, 255)


def moving(form: str) -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    frames[0].save(out, form, save_all=True, append_images=frames[1:])
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "not_a_photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_photo"),
        (bytes(4) + b"ftypheic" + bytes(100), "heic"),
        (moving("GIF"), "not_a_photo"),
        (moving("WEBP"), "moving"),
        (recordings.png(1, 1), "too_small"),
        (recordings.png(50_000, 50_000, body=b"x"), "too_many_pixels"),
        (recordings.photo()[:3000], "damaged"),
        (recordings.png(64, 64, body=b"nonsense"), "damaged"),
    ],
)
def test_what_is_no_photo_says_why(data, kind):
    with pytest.raises(DocumentError) as refused:
        shrink(data)
    assert refused.value.kind == kind


@pytest.mark.parametrize("media_type", SOUNDS)
def test_a_recording_loses_its_words_and_keeps_its_sound(media_type):
    data = SOUNDS[media_type](3)
    assert CANARY in data
    made = clean(data)
    assert (made["media_type"], made["seconds"]) == (media_type, 3)
    assert CANARY not in made["content"]
    again = clean(made["content"])
    assert again["content"] == made["content"]
    assert again["seconds"] == 3


def test_a_wav_can_still_be_read():
    kept = clean(recordings.wav(2))["content"]
    with wave.open(io.BytesIO(kept)) as file:
        assert (file.getframerate(), file.getnframes()) == (8000, 16000)


@pytest.mark.parametrize("vorbis", [False, True])
@pytest.mark.parametrize("comment", [CANARY, CANARY * 60], ids=["short", "long"])
def test_the_pages_of_an_ogg_stay_whole(vorbis, comment):
    data = recordings.ogg(vorbis=vorbis, comment=comment)
    kept = clean(data)["content"]
    assert len(kept) == len(data)
    assert kept[-100:] == data[-100:]
    start = kept.index(b"OggS", 1)
    page = bytearray(kept[start : kept.index(b"OggS", start + 1)])
    stored = int.from_bytes(page[CHECKSUM : CHECKSUM + 4], "little")
    page[CHECKSUM : CHECKSUM + 4] = bytes(4)
    assert _checksum(page) == stored


def test_dates_of_an_m4a_are_wiped():
    assert b"\x01\x02\x03\x04" in recordings.mp4()
    assert b"\x01\x02\x03\x04" not in clean(recordings.mp4())["content"]


@pytest.mark.parametrize("media_type", SOUNDS)
def test_what_was_stuck_behind_a_recording_is_not_kept(media_type):
    data = SOUNDS[media_type](1) + b"<script>alert(1)</script>PK\x03\x04"
    with suppress(DocumentError):
        assert b"<script>" not in clean(data)["content"]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "not_a_sound"),
        (bytes(1000), "not_a_sound"),
        (recordings.photo(), "not_a_sound"),
        (b"OggS" + bytes(2000), "damaged"),
        (b"ID3" + bytes(50), "not_a_sound"),
        (recordings.webm().replace(b"webm", b"mkv\0"), "not_a_sound"),
        (recordings.webm(track=1), "film"),
        (recordings.mp4(handler=b"vide"), "film"),
        (recordings.mp4()[:40], "damaged"),
        (recordings.mp3()[:600], "damaged"),
        (recordings.wav()[:70], "damaged"),
        (recordings.ogg()[:90], "damaged"),
        (recordings.webm()[:60], "damaged"),
    ],
)
def test_what_is_no_recording_says_why(data, kind):
    with pytest.raises(DocumentError) as refused:
        clean(data)
    assert refused.value.kind == kind


@pytest.mark.parametrize("media_type", SOUNDS)
def test_no_cut_or_changed_recording_does_more_than_be_refused(media_type):
    """Every length, and every byte of the first kilobyte turned over."""
    data = SOUNDS[media_type](1)
    for end in range(0, min(len(data), 2000), 7):
        _try(data[:end])
    for place in range(min(len(data), 1000)):
        changed = bytearray(data)
        changed[place] ^= 0xFF
        _try(bytes(changed))


def _try(data: bytes) -> None:
    try:
        made = clean(data)
    except DocumentError:
        return
    assert len(made["content"]) <= len(data)

"""Whatever somebody sends instead of a photo or a recording does no harm (trust.md, T08)."""

from __future__ import annotations

import io
import re
import time
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from academy.kernel import documents
from academy.kernel.db import db
from courses.models import PracticeFile, PracticeSubmission
from courses.services import practice_files
from tests.courses import recordings
from tests.courses.training_group import make_group

MOST_SECONDS = 3.0
MOST_GROWTH = 150 * 1024 * 1024
MEGABYTE = 1024 * 1024
TYPED = "Ik sprak Jan bij het hek."
CANARY = b"<script>canary()</script>"


def bomb(files: int = 20) -> bytes:
    """Return a zip of files that are a thousand times larger than they look."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(files):
            packed.writestr(f"../{number}.jpg", bytes(2 * MEGABYTE))
    return out.getvalue()


def text_bomb() -> bytes:
    """Return a PNG with a remark that unpacks to a quarter of a gigabyte."""
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(bytes(MEGABYTE)) for _ in range(256)) + packer.flush()
    plain = recordings.png(64, 64)
    remark = recordings._chunk(b"zTXt", b"remark\0\0" + packed)
    return plain[:33] + remark + plain[33:]


def moving() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("P", (400, 400), number) for number in range(60)]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    return out.getvalue()


def jpeg(size: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    Image.new("L", size).save(out, "JPEG", quality=1)
    return out.getvalue()


def huge_jpeg() -> bytes:
    """Return a JPEG whose head says that it is 60,000 pixels a side."""
    small = bytearray(jpeg((64, 64)))
    start = small.index(b"\xff\xc0") + 5
    small[start : start + 4] = (60_000).to_bytes(2, "big") * 2
    return bytes(small)


NESTED = b"<svg xmlns='http://www.w3.org/2000/svg'>" + b"<g>" * 300_000

PHOTOS: dict[str, Any] = {
    "nothing": lambda: b"",
    "zip bomb": bomb,
    "zeros": lambda: bytes(10 * MEGABYTE),
    "just too large": lambda: recordings.photo().ljust(10 * MEGABYTE + 1, b"\0"),
    "deep nesting": lambda: NESTED,
    "svg": lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
    "html": lambda: b"<!doctype html>" + CANARY,
    "pdf": lambda: b"%PDF-1.7\n" + bytes(1000),
    "program": lambda: b"\x7fELF" + bytes(1000),
    "animated gif": moving,
    "gif and script": lambda: b"GIF89a/*" + bytes(100) + b"*/=1;alert(1)",
    "one pixel": lambda: recordings.png(1, 1),
    "one row": lambda: recordings.png(40_000, 1),
    "large png": lambda: recordings.png(20_000, 20_000),
    "50,000 by 50,000": lambda: recordings.png(50_000, 50_000),
    "huge jpeg": huge_jpeg,
    "text bomb": text_bomb,
    "cut off": lambda: recordings.photo((3000, 2000))[:8000],
    "nonsense in a png": lambda: recordings.png(900, 900, body=b"nonsense"),
    "heic": lambda: bytes(4) + b"ftypheic" + bytes(1000),
    "a recording": recordings.mp3,
}
SOUNDS: dict[str, Any] = {
    "nothing": lambda: b"",
    "zip bomb": bomb,
    "zeros": lambda: bytes(10 * MEGABYTE),
    "just too large": lambda: recordings.wav(2).ljust(10 * MEGABYTE + 1, b"\0"),
    "deep nesting": lambda: NESTED,
    "html": lambda: b"<!doctype html>" + CANARY,
    "a photo": recordings.photo,
    "a film": lambda: recordings.mp4(handler=b"vide"),
    "countless elements": lambda: b"\x1a\x45\xdf\xa3\x80" + b"\xec\x80" * (5 * MEGABYTE),
    "countless boxes": lambda: b"\0\0\0\x08ftyp" + b"\0\0\0\x08free" * MEGABYTE,
    "boxes in boxes": lambda: b"\0\0\0\x08ftyp" + b"\0\0\0\0moov" * MEGABYTE,
    "countless chunks": lambda: b"RIFF\0\0\0\0WAVE" + b"abcd\0\0\0\0" * MEGABYTE,
    "countless pages": lambda: (b"OggS" + bytes(23)) * 350_000,
    "countless tags": lambda: (b"ID3" + bytes(7)) * MEGABYTE,
    "an hour of silence": lambda: recordings.ogg(3600),
    "cut off": lambda: recordings.mp4()[:60],
}
POLYGLOTS: dict[str, tuple[str, Any]] = {
    "photo and page": ("foto", lambda: recordings.photo() + CANARY),
    "photo and archive": ("foto", lambda: recordings.photo() + bomb(1) + CANARY),
    "photo with a wrong ending": ("foto", lambda: recordings.photo(form="PNG") + CANARY),
    "recording and page": ("ingesproken", lambda: recordings.wav() + CANARY),
    "frames and page": ("ingesproken", lambda: recordings.mp3() + CANARY),
}


@dataclass(frozen=True)
class Answered:
    """What the web process did with an upload."""

    status: int
    page: str
    seconds: float
    growth: int


def most_memory(*, anew: bool = False) -> int:
    """Return the largest resident size of this process, in bytes, since it was asked `anew`."""
    if anew:
        Path("/proc/self/clear_refs").write_text("5")
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


def send(client: Any, address: str, evidence: str, data: bytes, name: str) -> Answered:
    field = "photo" if evidence == "foto" else "sound"
    values = {"evidence": evidence, "people": "nobody", "text": TYPED}
    file = FileStorage(io.BytesIO(data), name)
    boundary, body = encode_multipart({**values, field: file})
    kind = f"multipart/form-data; boundary={boundary}"
    before, started = most_memory(anew=True), time.perf_counter()
    answer = client.post(address, data=body, content_type=kind)
    seconds = time.perf_counter() - started
    return Answered(answer.status_code, answer.text, seconds, most_memory() - before)


def faults_of(answered: Answered, *, refused: bool = True) -> list[str]:
    """Return what is wrong with an answer."""
    faults = []
    if answered.status != (422 if refused else 303):
        faults.append(f"status {answered.status}")
    if refused and TYPED not in answered.page:
        faults.append("what was typed is lost")
    if refused and not re.search(r'class="error-text"', answered.page):
        faults.append("no sentence")
    if answered.seconds > MOST_SECONDS:
        faults.append(f"{answered.seconds:.1f} seconds")
    if answered.growth > MOST_GROWTH:
        faults.append(f"{answered.growth >> 20} MB more")
    return faults


@pytest.fixture(scope="module", autouse=True)
def _no_child_is_left():
    yield
    documents.close()


@pytest.fixture(autouse=True)
def _warm_child():
    """The child is there before the file, as in a web process that runs."""
    documents.call("courses.adapters.photo:shrink", data=recordings.photo((64, 64)))


@pytest.fixture
def participant(app, sign_in):
    group = make_group(1)
    return sign_in(group.learners[0]), f"/leergang/{group.enrolments[0]}/opdracht/4"


def kept_files() -> int:
    count = db.session.scalar(sa.select(sa.func.count()).select_from(PracticeFile))
    db.session.rollback()
    return count


@pytest.mark.trust("T08")
@pytest.mark.parametrize("name", PHOTOS)
def test_a_hostile_photo_is_refused_in_a_sentence(participant, name):
    client, address = participant
    answered = send(client, address, "foto", PHOTOS[name](), "foto.jpg")
    assert faults_of(answered) == []
    assert kept_files() == 0


@pytest.mark.trust("T08")
@pytest.mark.parametrize("name", SOUNDS)
def test_a_hostile_recording_is_refused_in_a_sentence(participant, name):
    client, address = participant
    answered = send(client, address, "ingesproken", SOUNDS[name](), "opname.m4a")
    assert faults_of(answered) == []
    assert kept_files() == 0


@pytest.mark.trust("T08")
@pytest.mark.parametrize("name", POLYGLOTS)
def test_of_a_file_that_is_two_things_only_one_is_kept(participant, name):
    client, address = participant
    evidence, make = POLYGLOTS[name]
    answered = send(client, address, evidence, make(), "../../x.html")
    assert faults_of(answered, refused=False) == []
    content = db.session.scalars(sa.select(PracticeFile.content)).one()
    assert CANARY not in content
    assert b"PK\x03\x04" not in content


@pytest.mark.trust("T08")
def test_a_body_beyond_every_file_is_refused_before_it_is_read(participant):
    client, address = participant
    answered = send(client, address, "foto", bytes(17 * MEGABYTE), "foto.jpg")
    assert answered.status == 413
    assert "Kies een kleiner bestand." in answered.page
    assert answered.seconds < MOST_SECONDS
    other = client.post("/contact", data={"message": "x" * 7_000_000})
    assert other.status_code == 413


@pytest.mark.trust("T08")
def test_too_many_files_in_an_hour_are_refused(participant, monkeypatch):
    client, address = participant
    monkeypatch.setattr(practice_files, "_in_child", _refusing)
    statuses = {send(client, address, "foto", b"x", "x.jpg").status for _ in range(60)}
    assert statuses == {422}
    assert send(client, address, "foto", b"x", "x.jpg").status == 429


def _refusing(_function: str, _data: bytes) -> dict[str, Any]:
    raise documents.DocumentError("no", kind="damaged")


@pytest.mark.trust("T08", planted=True)
def test_a_photo_that_is_opened_in_the_web_process_is_found(participant, monkeypatch):
    def careless(_function: str, data: bytes) -> dict[str, Any]:
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
        Image.open(io.BytesIO(data)).load()
        raise documents.DocumentError("too late", kind="too_many_pixels")

    client, address = participant
    monkeypatch.setattr(practice_files, "_in_child", careless)
    found = faults_of(send(client, address, "foto", recordings.png(18_000, 18_000), "foto.jpg"))
    assert any("MB more" in fault for fault in found)


@pytest.mark.trust("T08", planted=True)
@pytest.mark.filterwarnings("ignore")
def test_a_slow_answer_and_a_fault_of_our_own_are_found(participant, monkeypatch):
    def slow(_function: str, _data: bytes) -> dict[str, Any]:
        time.sleep(MOST_SECONDS)
        raise RuntimeError("planted")

    client, address = participant
    monkeypatch.setitem(client.application.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr(practice_files, "_in_child", slow)
    found = faults_of(send(client, address, "foto", b"x", "foto.jpg"))
    assert {"status 500", "what was typed is lost", "no sentence"} <= set(found)
    assert any("seconds" in fault for fault in found)


def test_nothing_is_handed_in_by_what_was_refused(participant):
    client, address = participant
    send(client, address, "foto", PHOTOS["cut off"](), "foto.jpg")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PracticeSubmission)) == 0

"""The form of a snapshot: what goes in comes out, and nothing else is read."""

import json
from datetime import UTC, date, datetime

import pytest

from certificates.rules.snapshot import (
    Entry,
    Leaf,
    Snapshot,
    SnapshotError,
    read,
    signed_bytes,
    write,
)

SNAPSHOT = Snapshot(
    as_of=datetime(2026, 11, 23, 9, tzinfo=UTC),
    academy="Samen Lukt Het Zelf Académie",
    root=b"root",
    leaves=(Leaf("abc", b"leaf"), Leaf("old", b"gone", datetime(2026, 5, 1, tzinfo=UTC))),
    entries=(
        Entry("SLHZ-B-2026-00001-03", "a" * 64, "issued", date(2029, 11, 23)),
        Entry("SLHZ-B-2026-00002-97", "b" * 64, "revoked", None, None, date(2026, 11, 1)),
    ),
    head={"sequence": 2, "hash": "c" * 64},
)
ENVELOPE = write(SNAPSHOT, key_id="abc", signature=b"signature")


def changed(**changes: object) -> bytes:
    """Return the envelope with other values in its register."""
    envelope = json.loads(ENVELOPE)
    envelope["register"].update(changes)
    return json.dumps(envelope).encode()


def test_what_was_written_is_read() -> None:
    signed = read(ENVELOPE)

    assert signed.snapshot == SNAPSHOT
    assert (signed.key_id, signed.signature) == ("abc", b"signature")
    assert signed.signed_bytes == signed_bytes(SNAPSHOT)


def test_the_signed_bytes_are_those_of_the_register_however_it_is_laid_out() -> None:
    laid_out = json.dumps(json.loads(ENVELOPE), indent=4).encode()
    assert read(laid_out).signed_bytes == signed_bytes(SNAPSHOT)


def test_a_file_is_found_by_its_hash() -> None:
    found = read(ENVELOPE).snapshot.find("b" * 64)
    assert found is not None
    assert (found.number, found.state) == ("SLHZ-B-2026-00002-97", "revoked")
    assert SNAPSHOT.find("d" * 64) is None


def test_without_a_head_there_is_none() -> None:
    envelope = json.loads(ENVELOPE)
    del envelope["register"]["head"]
    assert read(json.dumps(envelope).encode()).snapshot.head is None


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "unreadable"),
        (b"{}", "unreadable"),
        (b"[]", "unreadable"),
        (b"\xff\xfe", "unreadable"),
        (b"[" * 100_000, "unreadable"),
        (b'{"register": 1, "format": "academy-register/1"}', "unreadable"),
        (ENVELOPE[:-40], "unreadable"),
        (ENVELOPE.replace(b"register/1", b"register/2"), "another_version"),
        (ENVELOPE.replace(b"ecdsa-p256-sha256", b"none"), "another_version"),
        (changed(as_of="gisteren"), "unreadable"),
        (changed(as_of="2026-11-23T09:00:00"), "unreadable"),
        (changed(root="?"), "unreadable"),
        (changed(leaves=None), "unreadable"),
        (changed(head=[]), "unreadable"),
        (changed(certificates=[[]]), "unreadable"),
        (changed(certificates=[{"number": "x", "sha256": "y", "state": "issued"}]), "unreadable"),
        (ENVELOPE.replace(b'"revoked"', b'"splendid"'), "unreadable"),
    ],
)
def test_anything_else_is_refused_with_a_sentence(data: bytes, code: str) -> None:
    with pytest.raises(SnapshotError) as refused:
        read(data)
    assert refused.value.code == code
    assert refused.value.nl
    assert refused.value.en

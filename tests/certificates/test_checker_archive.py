"""The page offline and files with proof for later: the seal in front, the rest by the register."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from certificates.adapters import timestamp
from certificates.adapters.archive import Answers, Level, archived
from certificates.adapters.make import make_certificate
from certificates.adapters.status_key import add_status_key
from tests.certificates.attacks import without_stamp
from tests.certificates.lasting import World
from tests.certificates.papers import FONTS, PASSPHRASE, make_facts, make_printed
from tests.certificates.test_adapters_offline import snapshot_of
from tests.certificates.test_checker import browser, enveloped, kept, keys_folder, page, verdict

pytestmark = [pytest.mark.slow, pytest.mark.browser]
__all__ = ["browser", "kept", "keys_folder", "page"]


@pytest.fixture(scope="module")
def grown(
    keys_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, bytes]]:
    """A file as it was issued, and what was made of it."""
    folder, now = tmp_path_factory.mktemp("world"), datetime.now(UTC)
    world = World(folder)
    (folder / "tsa.pem").write_bytes(world.pem("middle", "root"))
    settings = SimpleNamespace(
        keys=keys_folder,
        keys_passphrase=PASSPHRASE,
        tsa_url=world.stamper(),
        tsa_cert=str(folder / "tsa.pem"),
    )
    add_status_key(keys_folder, keys_folder / "root.key.pem", PASSPHRASE, now=now)
    sealed = make_certificate(
        make_printed(),
        "residents",
        credential=make_facts(),
        keys_folder=keys_folder,
        passphrase=PASSPHRASE,
        now=now,
        fonts_folder=FONTS,
        with_stamp=True,
    )
    issued = timestamp.stamped(sealed, settings, now=now).pdf

    def prove(pdf: bytes, level: Level) -> bytes:
        return archived(pdf, level, settings, now=now, answers=Answers(settings)).pdf

    informed = prove(issued, "B-LT")
    proved = prove(issued, "B-LTA")
    yield {
        "B-T": issued,
        "stripped": without_stamp(issued),
        "B-LT": informed,
        "B-LTA": proved,
        "renewed": prove(proved, "B-LTA"),
    }
    world.close()


@pytest.mark.trust("T16")
@pytest.mark.parametrize("name", ["B-T", "stripped", "B-LT", "B-LTA", "renewed"])
def test_the_register_alone_tells_of_what_was_added(page, keys_folder, grown, name):
    data = grown[name]
    alone = "needs_register" if name == "stripped" else "needs_snapshot"
    assert verdict(page, data) == ("unknown", alone)
    register = enveloped(keys_folder, snapshot_of(keys_folder, data))
    assert verdict(page, data, register) == ("original", "original")
    other = enveloped(keys_folder, snapshot_of(keys_folder, grown["B-T"] + b"\n"))
    assert verdict(page, data, other) == ("unknown", "not_in_snapshot")


def test_a_changed_byte_of_the_seal_under_it_is_seen(page, keys_folder, grown):
    changed = bytearray(grown["B-LTA"])
    changed[len(grown["B-T"]) // 3] ^= 1
    assert verdict(page, bytes(changed)) == ("altered", "altered")

"""The doctor says at which level certificates are sealed, and whether that works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from academy.keeping.doctor import Finding, examine
from academy.kernel import clock
from academy.kernel.settings import Settings, current
from certificates.adapters import timestamp
from certificates.adapters.keys import init_keys
from certificates.adapters.pinning import pin_seal
from tests.certificates.authority import WORD, buy
from tests.certificates.timestamping import Authority, failing


@pytest.fixture
def settings(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(timestamp, "_absence", timestamp._Absence())
    init_keys(tmp_path / "keys", "a passphrase of the test", now=clock.real_now())
    return replace(current(), keys=tmp_path / "keys")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    found = Authority(tmp_path_factory.mktemp("tsa"))
    yield found
    found.close()


def found(settings: Settings) -> list[Finding]:
    return [one for one in examine(settings) if one.subject == "sealing"]


def test_it_names_the_level(settings: Settings) -> None:
    (one,) = found(settings)
    assert (one.state, "B-B" in one.message) == ("ok", True)


def test_it_asks_the_authority(settings: Settings, authority: Authority) -> None:
    level, answer = found(replace(settings, tsa_url=authority.url))
    assert "B-T" in level.message
    assert (answer.state, "answers" in answer.message) == ("ok", True)


def test_it_says_that_an_authority_is_away(settings: Settings) -> None:
    with failing("refuses") as url:
        _level, answer = found(replace(settings, tsa_url=url))
    assert (answer.state, "certificates wait" in answer.message) == ("fault", True)


def test_it_says_that_the_pin_is_missing(settings: Settings, tmp_path: Path) -> None:
    one = buy(tmp_path)
    external = replace(settings, seal_pkcs12=str(one.file), seal_passphrase=WORD)
    assert [x.state for x in found(external)] == ["ok", "fault"]
    pin_seal(settings.keys, one.pem)
    keys = [x for x in examine(external) if "elsewhere" in x.message]
    assert [x.state for x in keys] == ["ok"]


def test_it_says_that_the_certificate_of_the_authority_is_unreadable(
    settings: Settings, authority: Authority, tmp_path: Path
) -> None:
    wrong = replace(settings, tsa_url=authority.url, tsa_cert=str(tmp_path / "no.pem"))
    assert [x.state for x in found(wrong)] == ["ok", "fault"]

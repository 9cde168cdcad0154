"""What must not be open by mistake stops the start."""

from __future__ import annotations

import pytest

from academy.kernel.settings import SettingsError, read_settings
from tests.architecture.test_docs import SECRETS


@pytest.mark.parametrize("name", SECRETS)
def test_no_secret_has_a_default(name):
    for absent in (None, ""):
        values = {one: value for one, value in SECRETS.items() if one != name}
        if absent is not None:
            values[name] = absent
        with pytest.raises(SettingsError, match=name):
            read_settings(values)


@pytest.mark.parametrize("url", ["http://academie.example", "http://192.0.2.7:8000", "ftp://x.y"])
def test_an_address_without_tls_stops_the_start(url):
    with pytest.raises(SettingsError, match="ACADEMY_PUBLIC_URL"):
        read_settings(SECRETS | {"ACADEMY_PUBLIC_URL": url})

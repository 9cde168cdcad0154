"""Nothing leaves that is not what was meant: the attachment too."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest

from certificates.adapters import keys
from certificates.adapters.credential import CredentialError
from certificates.adapters.credential_in_child import attached, signed_credential
from certificates.adapters.make_in_child import OwnCheckFailedError, require_as_meant
from certificates.adapters.render import render_certificate
from certificates.adapters.seal import seal
from tests.certificates.papers import FONTS, PASSPHRASE, make_facts, make_printed

pytestmark = [
    pytest.mark.slow,
    # WeasyPrint leaves its colour profile open; the child that does it in life ends with it.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own-check") / "keys"
    keys.init_keys(folder, PASSPHRASE, now=NOW - timedelta(days=1))
    return folder


@pytest.fixture(scope="module")
def badge(folder):
    return signed_credential(make_facts(), keys_folder=folder, passphrase=PASSPHRASE, now=NOW)


def render(badge: bytes | None) -> bytes:
    return render_certificate(
        design="residents",
        values=make_printed().as_plain(),
        fonts_folder=str(FONTS),
        badge=badge,
    )


def check(folder, carried: bytes | None, meant: bytes | None) -> None:
    key = keys.load_signer(folder, "certificates", PASSPHRASE, now=NOW)
    sealed = seal(render(carried), key, reason="Uitgereikt", field_label="Zegel")
    require_as_meant(sealed, make_printed(), key=key, badge=meant)


def test_a_paper_with_its_credential_leaves(folder, badge):
    check(folder, badge, badge)
    check(folder, None, None)


def test_a_paper_with_another_credential_or_without_stays(folder, badge):
    for carried in (badge + b" ", None):
        with pytest.raises(OwnCheckFailedError, match="other_attachment"):
            check(folder, carried, badge)
    with pytest.raises(OwnCheckFailedError, match="other_attachment"):
        check(folder, badge, None)


def changed(pdf: bytes, change) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as file:
        change(file)
        file.save(out)
    return out.getvalue()


def _second(file):
    file.attachments["x.exe"] = b"MZ"


def _loose(file):
    del file.Root["/AF"]


def _other_relationship(file):
    file.attachments["credential.json"].obj.AFRelationship = pikepdf.Name.Source


@pytest.mark.parametrize("change", [_second, _loose, _other_relationship])
def test_anything_attached_otherwise_is_found(badge, change):
    pdf = render(badge)
    assert attached(pdf) == badge
    with pytest.raises(CredentialError):
        attached(changed(pdf, change))

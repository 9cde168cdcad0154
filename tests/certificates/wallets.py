"""An academy that lets wallets in, a certificate to copy, and a wallet to be wrong with."""

from __future__ import annotations

import base64
import json
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from joserfc import jws
from joserfc.jwk import ECKey
from werkzeug.serving import make_server

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.settings import Settings, current
from academy.people.models import Person
from certificates.adapters import badge_keys
from certificates.models import Certificate
from certificates.rules.wallet_request import PROOF_TYPE
from tests.browser.live import free_port
from tests.certificates.ready import make_keys
from tests.certificates.registered import make_registered

PLACE = 4711


def let_wallets_in(
    app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch, **changes: Any
) -> Settings:
    """Turn the setting on and make the key, in a copy of this run's keys."""
    make_keys()
    keys = folder / "keys"
    shutil.copytree(current().keys, keys)
    settings = replace(current(), wallet="on", keys=keys, **changes)
    add_wallet_key(settings, ago=timedelta(days=1))
    monkeypatch.setitem(app.extensions, "academy.settings", settings)
    return settings


def add_wallet_key(settings: Settings, *, ago: timedelta = timedelta()) -> badge_keys.BadgeKey:
    """Make one more key for wallets, as if that was some time ago; the newest signs."""
    now = clock.real_now() - ago
    return badge_keys.add_key(settings.keys, "wallet", settings.keys_passphrase, now=now)


@dataclass(frozen=True)
class Held:
    """A certificate that may be copied, without a paper, and whose it is."""

    certificate_id: int
    holder: Person
    stranger: Person


def make_held() -> Held:
    """Enter five certificates in the register and let the first have a place in the lists."""
    ids = make_registered()
    with unit_of_work():
        certificate = db.session.get_one(Certificate, ids[0])
        certificate.status_place = PLACE
        certificate.printed_name = "Samira El Haddou"
        certificate.content = {
            **certificate.content,
            "title": {"nl": "Buurtaanjager", "en": "Neighbourhood instigator"},
            "statement": {"nl": "rondde de leergang af", "en": "completed the course"},
        }
        holder = db.session.get_one(Person, certificate.person_id)
        other = db.session.get_one(Person, db.session.get_one(Certificate, ids[3]).person_id)
        db.session.flush()
        for one in (holder, other):
            db.session.refresh(one)
        db.session.expunge_all()
    return Held(ids[0], holder, other)


@dataclass
class Wallet:
    """A key in somebody's phone."""

    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))

    @property
    def jwk(self) -> dict[str, Any]:
        """The public half."""
        public = self.key.as_dict(private=False)
        return {name: public[name] for name in ("kty", "crv", "x", "y")}

    def proof(
        self,
        nonce: str,
        *,
        issuer: str,
        header: dict[str, Any] | None = None,
        signs_with: ECKey | None = None,
        **claims: Any,
    ) -> str:
        """Return a proof of possession; what is given besides goes into header or claims."""
        said = {"aud": issuer, "iat": int(clock.real_now().timestamp()), "nonce": nonce, **claims}
        kept = {name: value for name, value in said.items() if value is not None}
        signed = {"typ": PROOF_TYPE, "alg": "ES256", "jwk": self.jwk, **(header or {})}
        plain = {name: value for name, value in signed.items() if value is not None}
        return jws.serialize_compact(plain, json.dumps(kept), signs_with or self.key, ["ES256"])


def asked(proof: str) -> dict[str, Any]:
    """Return a credential request with this proof."""
    return {"credential_configuration_id": "certificate", "proofs": {"jwt": [proof]}}


def claims_of(token: str) -> dict[str, Any]:
    """Return the claims of a JWT or SD-JWT; its signature is not looked at."""
    found: dict[str, Any] = json.loads(_bytes(token.split(".")[1]))
    return found


def disclosed(copy: str) -> dict[str, str]:
    """Return what the disclosures of a copy say."""
    read = [json.loads(_bytes(one)) for one in copy.split("~")[1:-1]]
    return {name: value for _salt, name, value in read}


def status_in(listed: str, place: int) -> int:
    """Return the status at a place of a signed list."""
    said = claims_of(listed)["status_list"]
    bits = zlib.decompress(_bytes(said["lst"]))
    per_byte = 8 // said["bits"]
    shift = place % per_byte * said["bits"]
    return bits[place // per_byte] >> shift & (1 << said["bits"]) - 1


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@contextmanager
def listening(app: Flask) -> Iterator[str]:
    """Let the application answer on a port of this machine for the block."""
    server = make_server("127.0.0.1", free_port(), app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

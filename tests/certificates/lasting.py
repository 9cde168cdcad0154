"""A world that lasts: authorities here that sell a seal, stamp, and tell what was revoked.

Certomancer, over real HTTP, in any year: `World.year` sets the clock of all of them.
"""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import time_machine
from asn1crypto import x509 as asn1_x509
from certomancer.integrations.animator import Animator, AnimatorArchStore
from certomancer.registry import CertLabel, CertomancerConfig
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import (
    REQUIRE_REVINFO,
    CertRevTrustPolicy,
    NonRevokedStatusAssertion,
)
from pyhanko_certvalidator.registry import SimpleTrustManager
from werkzeug.serving import make_server

from tests.certificates.authority import WORD, new_key

KEYS = ("root", "middle", "responder", "seal", "revoked", "tsa1", "tsa2", "tsa3")
CONFIG = """
external-url-prefix: "{url}"
keysets:
  keys:
    path-prefix: {folder}
    keys:
{keys}
pki-architectures:
  world:
    keyset: keys
    entity-defaults: {{country-name: NL, organization-name: Elders}}
    entities:
{entities}
    certs:
      root:
        subject: root
        issuer: root
        validity: {{valid-from: "2020-01-01T00:00:00+0000", valid-to: "2090-01-01T00:00:00+0000"}}
        profiles: [{{id: simple-ca, params: {{crl-repo: root}}}}]
      middle:
        issuer: root
        validity: {{valid-from: "2020-01-01T00:00:00+0000", valid-to: "2080-01-01T00:00:00+0000"}}
        profiles: [{{id: simple-ca}}]
      responder:
        issuer: middle
        validity: {{valid-from: "2020-01-01T00:00:00+0000", valid-to: "2080-01-01T00:00:00+0000"}}
        extensions:
          - {{id: key_usage, critical: true, smart-value: {{schema: key-usage, params: [digital_signature]}}}}
          - {{id: extended_key_usage, value: [ocsp_signing]}}
          - {{id: ocsp_no_check}}
      seal:
        issuer: middle
        validity: {{valid-from: "2026-01-01T00:00:00+0000", valid-to: "2029-01-01T00:00:00+0000"}}
        extensions: &seal
          - {{id: key_usage, critical: true, smart-value: {{schema: key-usage, params: [digital_signature, non_repudiation]}}}}
          - {{id: authority_information_access, smart-value: {{schema: aia-urls, params: {{ocsp-responder-names: [middle]}}}}}}
      revoked:
        issuer: middle
        validity: {{valid-from: "2026-01-01T00:00:00+0000", valid-to: "2029-01-01T00:00:00+0000"}}
        extensions: *seal
        revocation: {{revoked-since: "2026-02-01T00:00:00+0000", reason: key_compromise}}
{stampers}
    services:
      ocsp:
        middle: {{for-issuer: middle, responder-cert: responder, signing-key: responder}}
      crl-repo:
        root: {{for-issuer: root, signing-key: root, simulated-update-schedule: "P30D"}}
      time-stamping:
        tsa1: {{signing-cert: tsa1}}
        tsa2: {{signing-cert: tsa2}}
        tsa3: {{signing-cert: tsa3}}
"""  # noqa: E501 (one line each)
STAMPER = """      {name}:
        issuer: middle
        validity: {{valid-from: "{start}-01-01T00:00:00+0000", valid-to: "{end}-01-01T00:00:00+0000"}}
        extensions:
          - {{id: key_usage, critical: true, smart-value: {{schema: key-usage, params: [digital_signature]}}}}
          - {{id: extended_key_usage, critical: true, value: [time_stamping]}}
          - {{id: authority_information_access, smart-value: {{schema: aia-urls, params: {{ocsp-responder-names: [middle]}}}}}}
"""  # noqa: E501 (one line each)
STAMPERS = {"tsa1": (2020, 2035), "tsa2": (2033, 2045), "tsa3": (2043, 2056)}


class World:
    """A root, an authority below it that answers about its own certificates, and who stamps."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in KEYS:
            pem = new_key("p256").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            (folder / f"{name}.pem").write_bytes(pem)
        self._server = make_server("127.0.0.1", 0, self._answer)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        text = CONFIG.format(
            url=self.address,
            folder=folder,
            keys="\n".join(f"      {name}: {{path: {name}.pem}}" for name in KEYS),
            entities="\n".join(f"      {name}: {{common-name: {name}}}" for name in KEYS),
            stampers="".join(
                STAMPER.format(name=name, start=start, end=end)
                for name, (start, end) in STAMPERS.items()
            ),
        )
        config = CertomancerConfig.from_yaml(text, key_search_dir=str(folder))
        (self._architecture,) = config.pki_archs.values()
        self._animator = Animator(AnimatorArchStore(config.pki_archs), with_web_ui=False)
        self.is_silent: set[str] = set()
        """Which services give no answer: ocsp, crls, tsa."""
        self.asked: list[str] = []
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _answer(self, environment: Any, start: Any) -> Iterable[bytes]:
        kind = environment["PATH_INFO"].split("/")[2]
        self.asked.append(kind)
        if kind in self.is_silent:
            start("503 Away", [("Content-Length", "0")])
            return [b""]
        return self._animator(environment, start)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def der(self, name: str) -> bytes:
        return self._architecture.get_cert(CertLabel(name)).dump()

    def pem(self, *names: str) -> bytes:
        found = [x509.load_der_x509_certificate(self.der(name)) for name in names]
        return b"".join(one.public_bytes(Encoding.PEM) for one in found)

    def stamper(self, name: str = "tsa1") -> str:
        return f"{self.address}/world/tsa/{name}"

    def sold_seal(self, name: str = "seal") -> dict[str, str]:
        """Return where a PKCS#12 file with a seal lies, as `make_certificate` wants it."""
        file = self.folder / f"{name}.p12"
        if not file.exists():
            key = load_pem_private_key((self.folder / f"{name}.pem").read_bytes(), None)
            leaf, *above = map(
                x509.load_der_x509_certificate, map(self.der, (name, "middle", "root"))
            )
            file.touch(mode=0o600)
            file.write_bytes(
                pkcs12.serialize_key_and_certificates(
                    b"zegel", key, leaf, above, BestAvailableEncryption(WORD.encode())
                )
            )
        return {"kind": "pkcs12", "file": str(file), "passphrase": WORD}

    @contextmanager
    def year(self, moment: datetime) -> Iterator[datetime]:
        """Let all authorities live at a moment."""
        self._animator.fixed_time = moment
        try:
            yield moment
        finally:
            self._animator.fixed_time = None


@dataclass(frozen=True)
class Judgement:
    """What an independent validator says of a file in some year."""

    passed: bool
    why: str


def judge_at(pdf: bytes, moment: datetime, roots: Iterable[bytes]) -> Judgement:
    """Return what pyHanko's AdES validation for archives says, with the file and the roots alone.

    Nothing is fetched. Of certificates that have not ended it is given that nobody revoked them:
    that is what one would ask online then. Of those that have, the file itself must tell.
    """
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    seal = reader.embedded_regular_signatures[0]
    stamps = reader.embedded_timestamp_signatures
    running = [
        choice.chosen
        for one in (seal, *stamps)
        for choice in one.signed_data["certificates"]
        if choice.chosen.not_valid_after >= moment
    ]
    given = [NonRevokedStatusAssertion(one.sha256, at=moment) for one in running]
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(
            trust_roots=[asn1_x509.Certificate.load(root) for root in roots]
        ),
        revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
    )
    spec = PdfSignatureValidationSpec(
        SignatureValidationSpec(
            cert_validation_policy=policy,
            revinfo_gathering_policy=RevocationInfoGatheringSpec(
                RevinfoOnlineFetchingRule.LOCAL_ONLY
            ),
            local_knowledge=LocalKnowledge(nonrevoked_assertions=given),
        )
    )
    timing = ValidationTimingInfo(
        validation_time=moment, best_signature_time=moment, point_in_time_validation=True
    )
    with time_machine.travel(moment, tick=False):  # the validator also looks at the clock itself
        found = asyncio.run(ades_lta_validation(seal, spec, timing_info=timing))
    return Judgement(found.ades_subindic == AdESPassed.OK, str(found.ades_subindic))


def on(year: int, month: int = 6, day: int = 1) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)

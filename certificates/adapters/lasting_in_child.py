"""Whether a file will hold once its key has ended: asked before it is entered as proved.

The same steps as a validator of archives takes (ETSI EN 319 102-1), with the file and the roots
alone. Runs in the document child; importing it loads pyHanko.
"""

import asyncio
import io
from collections.abc import Sequence
from datetime import datetime

from asn1crypto import x509 as asn1_x509  # type: ignore[import-untyped]
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation.ades import simulate_future_ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import (
    REQUIRE_REVINFO,
    CertRevTrustPolicy,
    NonRevokedStatusAssertion,
)
from pyhanko_certvalidator.registry import SimpleTrustManager


def will_hold(
    pdf: bytes, chains: Sequence[Sequence[bytes]], *, at: datetime, now: datetime
) -> bool:
    """Say whether the seal of a file validates at `at`, if its time stamps are renewed until then.

    `chains` are those of seal and stamps, the root last. What is in the file is taken to exist at
    `now`, and of certificates that run on at `at` it is taken that nobody revoked them. It does not
    validate when what is said about revocation is older than the seal.
    """
    trusted = [asn1_x509.Certificate.load(chain[-1]) for chain in chains]
    below = [asn1_x509.Certificate.load(one) for chain in chains for one in chain[:-1]]
    given = [
        NonRevokedStatusAssertion(one.sha256, at=at) for one in below if one.not_valid_after >= at
    ]
    spec = PdfSignatureValidationSpec(
        SignatureValidationSpec(
            cert_validation_policy=CertValidationPolicySpec(
                trust_manager=SimpleTrustManager.build(trust_roots=trusted),
                revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
            ),
            revinfo_gathering_policy=RevocationInfoGatheringSpec(
                RevinfoOnlineFetchingRule.LOCAL_ONLY
            ),
            local_knowledge=LocalKnowledge(nonrevoked_assertions=given),
        )
    )
    seal = PdfFileReader(io.BytesIO(pdf), strict=True).embedded_regular_signatures[0]
    found = asyncio.run(
        simulate_future_ades_lta_validation(seal, spec, at, current_reference_time=now)
    )
    return bool(found.ades_subindic == AdESPassed.OK)

"""Tables of certificates: keys, serials, decisions, the frozen register and what happened to it."""

from certificates.models.checking import WAYS, VerificationCount
from certificates.models.deciding import DECISION_KINDS, OPEN_DECISION, OUTCOMES, Decision, Serial
from certificates.models.keys import KEY_PURPOSES, SigningKey
from certificates.models.register import (
    EVENT_KINDS,
    GROUNDS,
    REVOCATION_OUTCOMES,
    STANDINGS,
    STATES,
    Certificate,
    CertificateEvent,
    Revocation,
)
from certificates.models.renewal import RenewalEvidence

__all__ = [
    "DECISION_KINDS",
    "EVENT_KINDS",
    "GROUNDS",
    "KEY_PURPOSES",
    "OPEN_DECISION",
    "OUTCOMES",
    "REVOCATION_OUTCOMES",
    "STANDINGS",
    "STATES",
    "WAYS",
    "Certificate",
    "CertificateEvent",
    "Decision",
    "RenewalEvidence",
    "Revocation",
    "Serial",
    "SigningKey",
    "VerificationCount",
]

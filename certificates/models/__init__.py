"""Tables of certificates: keys, serials, decisions, the frozen register and what happened to it."""

from certificates.models.chain import ChainEntry, ChainHead
from certificates.models.checking import WAYS, VerificationCount
from certificates.models.deciding import (
    DECISION_KINDS,
    OPEN_DECISION,
    OUTCOMES,
    Decision,
    Ruling,
    Serial,
)
from certificates.models.designs import DesignVersion
from certificates.models.ending import (
    END_CAUSES,
    GROUNDS,
    HEARINGS,
    REVOCATION_OUTCOMES,
    STANDING_KINDS,
    Revocation,
    StandingProposal,
)
from certificates.models.files import SEAL_LEVELS, CertificateFile
from certificates.models.keys import KEY_PURPOSES, SigningKey
from certificates.models.naming import APPROVAL_WAYS, NameApproval
from certificates.models.register import (
    EVENT_KINDS,
    STANDINGS,
    STATES,
    Certificate,
    CertificateEvent,
)
from certificates.models.renewal import RenewalEvidence
from certificates.models.rounds import IssueRound, RoundProposal
from certificates.models.sharing import CheckCount, ShareLink
from certificates.models.wallet import WalletOffer

__all__ = [
    "APPROVAL_WAYS",
    "DECISION_KINDS",
    "END_CAUSES",
    "EVENT_KINDS",
    "GROUNDS",
    "HEARINGS",
    "KEY_PURPOSES",
    "OPEN_DECISION",
    "OUTCOMES",
    "REVOCATION_OUTCOMES",
    "SEAL_LEVELS",
    "STANDINGS",
    "STANDING_KINDS",
    "STATES",
    "WAYS",
    "Certificate",
    "CertificateEvent",
    "CertificateFile",
    "ChainEntry",
    "ChainHead",
    "CheckCount",
    "Decision",
    "DesignVersion",
    "IssueRound",
    "NameApproval",
    "RenewalEvidence",
    "Revocation",
    "RoundProposal",
    "Ruling",
    "Serial",
    "ShareLink",
    "SigningKey",
    "StandingProposal",
    "VerificationCount",
    "WalletOffer",
]

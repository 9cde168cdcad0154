"""Who may do what with certificates.

The table "People, roles and rights" of the architecture page decides; change it there first. That
nobody decides on themselves, on what they proposed or scored, or on their own group is not a role
but a matter of the object: see `services.decisions`.
"""

from __future__ import annotations

from academy.kernel.policy import PUBLIC, Capability, capability

OWN_CERTIFICATE = capability("certificates:certificate:own", own=True)
"""See, download and take back one's own certificates."""

PROPOSE = capability("certificates:decision:propose", "trainer", "coordinator")
"""Propose somebody for a certificate, and note that it was handed out."""

PROPOSE_CHANGE = capability("certificates:decision:propose-change", "coordinator")
"""Propose a replacement or a renewal."""

DECIDE = capability("certificates:decision:decide", "board", "certifier", step_up=True)
"""Grant, hold or refuse what somebody else proposed."""

READ_DOSSIER = capability(
    "certificates:decision:read", "trainer", "coordinator", "board", "certifier"
)
"""Open a proposal."""

REVOKE = capability("certificates:certificate:revoke", "board", step_up=True)
"""Propose to revoke, and confirm what another board member proposed."""

END = capability("certificates:certificate:end", "board", "coordinator", step_up=True)
"""Propose to end for good what a holder left behind, and confirm what somebody else proposed."""

STANDING_RIGHTS = {"reinstate": REVOKE, "end": END}
"""Which right a proposal takes that changes how a certificate stands, by its kind."""

REPRINT = capability("certificates:certificate:reprint", "board", "coordinator")
"""Note that a paper is printed once more, and print its cover sheet."""

REGISTER = capability("certificates:register:read", "board", "coordinator")
"""Read the register."""

TAKE_FILES = capability("certificates:round:take", "board", "coordinator", step_up=True)
"""Take the files of a whole round along, or the list of who is in it."""

EXTRACT = capability("certificates:register:extract", "board", step_up=True)
"""Take an extract of the register along, with names."""

DRESS = capability("certificates:design:dress", "board", step_up=True)
"""Choose words, colours and logo of new certificates."""

VERIFY = PUBLIC
"""Check a certificate."""

ALL: tuple[Capability, ...] = (
    OWN_CERTIFICATE,
    PROPOSE,
    PROPOSE_CHANGE,
    DECIDE,
    READ_DOSSIER,
    REVOKE,
    END,
    REPRINT,
    REGISTER,
    TAKE_FILES,
    EXTRACT,
    DRESS,
)

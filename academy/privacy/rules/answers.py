"""What the labels of columns cannot say by themselves: the tables that need an answer of their own.

Everything else is read from the labels: see `queries.plan`. A new table with something about
people that is neither reached from a person nor named here fails a test, with what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SUBJECT_COLUMNS = ("person_id", "holder_id", "subject_id")
"""A link of this name says whose row it is. Every other link says who did something."""

SUBJECT_OF: Mapping[str, str] = {
    "coaching_cover": "coach_id",
    "coaching_load": "coach_id",
    "story": "told_by_id",
}
"""Tables of which another column says whose row it is."""

NOBODY: Mapping[str, str] = {
    "attempt": "a hash that is swept after a day",
    "design_version": "how the academy dressed its paper; only who did it",
    "issue_round": "a decision over many; only who took it",
    "organisation": "a client organisation, and its mailbox",
    "research_confirmation": "said apart and anonymous; no name is asked",
    "research_observation": "what a sense took in; no names, no addresses",
    "research_problem": "residents' words, of nobody alone",
    "research_project": "a project; only who leads it",
    "research_talk": "a talk with residents about a problem; only who wrote it down",
    "retention_switch": "that the clearing was switched; only who did it",
    "verification_count": "a hash that is forgotten after an hour",
}
"""Tables with a label about people in which no row is anybody's, and why."""

BY_MAILBOX: Mapping[str, str] = {"sign_in_code": "mailbox"}
"""Tables of which only a mailbox says whose row it is; the rows go when nobody else has it."""

DELETED = frozenset(
    {
        "account",
        "announced_message",
        "api_token",
        "card_code",
        "coach_offer",
        "coaching_load",
        "coaching_wish",
        "consent",
        "data_export",
        "declined_message",
        "held_form",
        "mentor_offer",
        "second_factor",
        "share_link",
        "sign_in",
        "sign_in_letter",
        "wallet_offer",
    }
)
"""Tables whose rows go as a whole when their person is erased: without it they say nothing."""

APART: Mapping[str, str] = {
    "audit_event": "ids and codes only; the salt is destroyed, and the chain stays whole",
    "certificate": "what the holder chose",
    "certificate_event": "steps in the register, tied by its chain",
    "certificate_file": "hashes of sealed files",
    "certificate_check_count": "counts per day, of nobody",
    "erasure_request": "that it was asked and done",
    "grant": "who had which right stays for the record of decisions; its reason goes",
    "person": "becomes a number",
    "person_salt": "the salt itself is destroyed",
    "register_entry": "hashes, tied by the register's chain",
    "certificate_revocation": "what was decided, in codes",
    "certificate_standing_proposal": "what was decided, in codes",
}
"""Tables that erasure does not blank by their labels, and what happens instead."""

ALSO: Mapping[str, Mapping[str, object]] = {
    "certification_decision": {"reason": "–"},
    "rsvp": {"answer": "no"},
    "story": {"published_on": None},
}
"""What more changes in a row that is blanked, so that it still tells the truth."""

NOT_EXPORTED = frozenset({"commitment", "previous", "hash", "facts", "holder", "step"})
"""Links of a chain: they prove that nobody changed it, and say nothing."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a holder may choose for a certificate at erasure."""

    KEEP = "keep"
    HIDE = "hide"
    WITHDRAW = "withdraw"


WISHES = (Wish.KEEP, Wish.HIDE, Wish.WITHDRAW)
COOLING_OFF_DAYS = 7
"""So long somebody can still say: rather not."""
LATEST_DAYS = 28
"""By then it is done, whatever else waits: the law gives a month."""
EXPORT_DAYS = 7
"""So long the file with one's data can be fetched."""

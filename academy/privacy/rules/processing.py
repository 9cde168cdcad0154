"""The register of processing (GDPR, article 30): why each part of the academy keeps what it keeps.

English, for who must show it; the data map is printed from it, and so are whose data and which.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Processing:
    """One processing: what for, on which ground, who sees it, and which periods hold."""

    purpose: str
    basis: str
    seen_by: str
    kept: tuple[str, ...]


PROCESSING: Mapping[str, Processing] = {
    "people": Processing(
        "to know whom we speak to, to reach them and to let them in",
        "6(1)(b) agreement; consent for photo and phone list",
        "the person; trainer, coach and coordinator in reach; accounts: the administrator",
        ("sign_ins",),
    ),
    "contact": Processing(
        "to answer who writes to us",
        "6(1)(f) legitimate interest",
        "coordinator of the region; a board member to whom it was handed",
        ("contact", "spam"),
    ),
    "courses": Processing(
        "to learn, and to prove what was learned",
        "6(1)(b) agreement",
        "the person; own trainer; assessors for one practical; coordinator of the region; who looks"
        " anew at one objection",
        ("application", "learning", "evidence", "self_scan"),
    ),
    "certificates": Processing(
        "to be believed by others, for as long as that may be asked",
        "6(1)(b) agreement; after erasure 6(1)(f)",
        "the person; board; by number anybody without a name, by code or file with the name",
        ("decisions", "register"),
    ),
    "coaching": Processing(
        "lasting guidance after a certificate",
        "6(1)(b) agreement or 6(1)(f); never consent",
        "the person and the own coach; the coordinator sees dates and numbers, no text",
        ("coaching", "entries"),
    ),
    "signals": Processing(
        "that somebody acts on a worry",
        "6(1)(f) legitimate interest; never consent",
        "own coach, coordinator of the region; the person sees that it is and who follows up",
        ("signals",),
    ),
    "community": Processing(
        "meet-ups, stories and mentoring of residents",
        "6(1)(b) agreement; consent for a story",
        "coordinator of the region; a published story: everybody",
        ("meet_ups",),
    ),
    "research": Processing(
        "residents say what the problem is, and when it is solved",
        "6(1)(f) legitimate interest; consent for a quote",
        "who leads the project; no name is in it",
        (),
    ),
    "kernel": Processing(
        "to send what was promised, and to account for what was done",
        "6(1)(c) and (f), article 32",
        "administrator, without content; the person reads what was done on their behalf",
        ("audit",),
    ),
    "record": Processing(
        "that everybody can see who read their log",
        "6(1)(c) and (f), article 32",
        "the person",
        (),
    ),
    "privacy": Processing(
        "to do what people ask about their data",
        "6(1)(c) legal obligation",
        "the person; the privacy officer",
        ("backups",),
    ),
}
"""By the part of the academy that keeps a table: see `queries.standing.group_of`."""

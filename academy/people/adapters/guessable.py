"""Whether a password is one of the first that somebody would try.

zxcvbn knows the passwords, names and words that are used most, and patterns such as rows of keys,
years and repeats. It knows no Dutch and nothing of the academy: those words stand here.
"""

from __future__ import annotations

from collections.abc import Iterable

ENOUGH_TRIES = 100_000_000
"""A password that is found within so many tries is refused."""
READ = 72
"""Signs that are looked at; what is longer takes too long to judge."""

OUR_WORDS = (
    *("wachtwoord", "welkom", "welkomthuis", "geheim", "inloggen", "binnenkomen", "toegang"),
    *("academie", "samenluktthetzelf", "samen", "buurt", "buurthuis", "buren", "bewoner"),
    *("certificaat", "cursus", "training", "deelnemer", "trainer", "begeleider", "beheerder"),
    *("coordinator", "bestuur", "beoordelaar", "nederland", "oranje", "voetbal", "fiets"),
    *("zomer", "winter", "lente", "herfst", "voorjaar", "najaar", "vakantie", "kerstmis"),
    *("januari", "februari", "maart", "april", "juni", "juli", "augustus", "september"),
    *("oktober", "november", "december", "maandag", "dinsdag", "woensdag", "donderdag"),
    *("vrijdag", "zaterdag", "zondag", "schatje", "liefde", "lieverd", "ikhouvanjou"),
    *("hallo", "hoihoi", "allesgoed", "moeder", "vader", "familie", "koffie", "appeltaart"),
    *("amsterdam", "rotterdam", "utrecht", "denhaag", "eindhoven", "groningen", "ajax"),
    *("feyenoord", "sinterklaas", "zonnetje", "vlinder", "poesje", "hondje", "computer"),
)
"""What people in this country and in this house choose; docs/security.md names the kinds."""


def is_guessable(password: str, *, known: Iterable[str] = ()) -> bool:
    """Say whether `password` is found soon by who tries what is usual.

    `known`: what anyone knows of this person and this academy, such as names and addresses.
    """
    from zxcvbn import matching, scoring  # noqa: PLC0415 - its lists are large, few need them

    words = [part.lower() for text in known for part in (text, *text.replace("@", " ").split())]
    ours = matching.build_ranked_dict([*filter(None, words), *OUR_WORDS])
    read = password[:READ]
    matches = matching.omnimatch(read, {**matching.RANKED_DICTIONARIES, "user_inputs": ours})
    judged = scoring.most_guessable_match_sequence(read, matches)
    return int(judged["guesses"]) < ENOUGH_TRIES

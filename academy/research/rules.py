"""Pure rules of research: when a problem is solved, how it stands, and what is never written down.

Only residents can solve a problem: nobody sets it, it follows from what they said.
Source: domain.md, section 2, invariants 7 and 8, and section 4e.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from courses.rules.words import Text, day

PROJECT_STATES = (
    "proposed",
    "walking",
    "collecting",
    "given_back",
    "naming",
    "keys",
    "doing",
    "confirming",
    "closed",
)
SENSES = ("see", "hear", "smell", "taste", "feel")
TIMES_OF_DAY = ("morning", "afternoon", "evening", "night")
OBSERVERS = ("resident", "participant", "trainer")
CONSENTS = ("given", "withdrawn", "not_needed")
PHOTOS = ("without_people",)
BARRIERS = ("self", "neighbourhood", "rules", "dynamics")
STEPS = ("named", "key_found", "doing", "confirming", "resting")
"""What staff and residents write down about a problem. Solved and reopened are not among them."""
SOLVED, REOPENED = "solved", "reopened"
EXPERIENCES = ("yes", "a_bit", "no")
FEWEST_CONFIRMATIONS = 3

_ADDRESS = re.compile(
    r"\b[A-Z]\w+(?:straat|laan|weg|plein|gracht|kade|singel|hof|dijk|pad|plantsoen)\s+\d+"
    r"|\b\d{4}\s?[A-Z]{2}\b"
)
_WAY_TO_REACH = re.compile(r"\S+@\S+\.\S+|(?:\+31|\b0)[\d\s-]{8,}\d")


@dataclass(frozen=True, slots=True)
class Said:
    """What one resident said of a problem, and the talk about it if there was one."""

    number: int
    experience: str
    took_part: bool
    confirmed_on: date
    talk_on: date | None = None

    @property
    def is_yes_yes(self) -> bool:
        """Whether it got better and this resident worked on it."""
        return self.experience == "yes" and self.took_part


@dataclass(frozen=True, slots=True)
class Reason:
    """One of the two conditions, how it stands and what is missing."""

    state: Literal["met", "not_yet"]
    sentence: Text
    missing: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether residents solved a problem, and why. `open_noes` are numbers of confirmations."""

    is_solved: bool
    yes_yes: int
    needed: int
    open_noes: tuple[int, ...]
    reasons: tuple[Reason, ...]


def solved(said: Sequence[Said], *, needed: int = FEWEST_CONFIRMATIONS) -> Verdict:
    """Judge what residents said: enough of them yes and yes, and no "nee" that is still open.

    `needed` is the project's number of yes-yes, never below three.
    Raises ValueError for a lower number.
    """
    if needed < FEWEST_CONFIRMATIONS:
        raise ValueError("a problem needs at least three confirmations")
    yes_yes = sum(one.is_yes_yes for one in said)
    open_noes = tuple(one for one in said if one.experience == "no" and not _answered(one, said))
    enough = _enough_reason(yes_yes, needed)
    noes = _no_reason(said, open_noes)
    return Verdict(
        is_solved=enough.state == "met" and noes.state == "met",
        yes_yes=yes_yes,
        needed=needed,
        open_noes=tuple(one.number for one in open_noes),
        reasons=(enough, noes),
    )


def _answered(no: Said, said: Sequence[Said]) -> bool:
    return no.talk_on is not None and _after_talk(no.talk_on, said) >= FEWEST_CONFIRMATIONS


def _after_talk(talk_on: date, said: Sequence[Said]) -> int:
    return sum(one.is_yes_yes and one.confirmed_on > talk_on for one in said)


def _enough_reason(yes_yes: int, needed: int) -> Reason:
    nl = f"bewoners zeiden: het is beter én ik deed mee. Nodig zijn er {needed}."
    en = f"residents said: it is better and I took part. {needed} are needed."
    sentence = Text(f"{yes_yes} {nl}", f"{yes_yes} {en}")
    if yes_yes == 0:
        sentence = Text(
            f"Nog geen bewoner zei: het is beter én ik deed mee. Nodig zijn er {needed}.",
            f"No resident said yet: it is better and I took part. {needed} are needed.",
        )
    elif yes_yes == 1:
        sentence = Text(
            f"1 bewoner zei: het is beter én ik deed mee. Nodig zijn er {needed}.",
            f"1 resident said: it is better and I took part. {needed} are needed.",
        )
    return Reason("met" if yes_yes >= needed else "not_yet", sentence)


def _no_reason(said: Sequence[Said], open_noes: Sequence[Said]) -> Reason:
    noes = sum(one.experience == "no" for one in said)
    if noes == 0:
        return Reason("met", Text("Niemand zei nee.", "Nobody said no."))
    if not open_noes:
        sentence = Text(
            "Iemand zei nee. Daar is met bewoners over gepraat. Daarna zeiden minstens"
            f" {FEWEST_CONFIRMATIONS} bewoners: het is beter én ik deed mee.",
            "Somebody said no. Residents talked about it. After that at least"
            f" {FEWEST_CONFIRMATIONS} residents said: it is better and I took part.",
        )
        return Reason("met", sentence)
    sentence = Text(
        "Iemand zei nee, en dat staat nog open.", "Somebody said no, and that is still open."
    )
    return Reason("not_yet", sentence, tuple(_still_open(one, said) for one in open_noes))


def _still_open(no: Said, said: Sequence[Said]) -> Text:
    when = day(no.confirmed_on)
    if no.talk_on is None:
        return Text(
            f"De nee van {when.nl}: praat er eerst over met bewoners.",
            f"The no of {when.en}: talk about it with residents first.",
        )
    talk, after = day(no.talk_on), _after_talk(no.talk_on, said)
    return Text(
        f"De nee van {when.nl}: na het gesprek van {talk.nl} zijn er {after} van de"
        f" {FEWEST_CONFIRMATIONS} bevestigingen.",
        f"The no of {when.en}: after the talk of {talk.en} there are {after} of the"
        f" {FEWEST_CONFIRMATIONS} confirmations.",
    )


def standing(step: str, said: Sequence[Said], *, needed: int = FEWEST_CONFIRMATIONS) -> str:
    """Say how a problem stands: solved or reopened if residents say so, else its last step."""
    if solved(said, needed=needed).is_solved:
        return SOLVED
    return REOPENED if was_solved(said, needed=needed) else step


def was_solved(said: Sequence[Said], *, needed: int = FEWEST_CONFIRMATIONS) -> bool:
    """Say whether there was a day on which the problem counted as solved."""
    days = sorted({one.confirmed_on for one in said})
    return any(
        solved([_as_of(one, on) for one in said if one.confirmed_on <= on], needed=needed).is_solved
        for on in days
    )


def _as_of(one: Said, on: date) -> Said:
    """Return what was known on a day: a talk of later had not been held."""
    if one.talk_on is None or one.talk_on <= on:
        return one
    return Said(one.number, one.experience, one.took_part, one.confirmed_on)


def step_after_confirmation(step: str) -> str:
    """Return the step of a problem once a resident confirmed something about it."""
    return "confirming" if step in ("key_found", "doing") else step


def may_move(state: str, wanted: str) -> bool:
    """Say whether a project may go from `state` to `wanted`: only forward, never back."""
    known = wanted in PROJECT_STATES and state in PROJECT_STATES
    return known and PROJECT_STATES.index(wanted) > PROJECT_STATES.index(state)


def identifies(text: str) -> bool:
    """Say whether a text holds an address with its number, a postcode, a phone or an e-mail.

    Names and faces only a person can see; the second pair of eyes stays needed.
    """
    return bool(_ADDRESS.search(text) or _WAY_TO_REACH.search(text))

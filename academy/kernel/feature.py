"""What a feature hands to the composition root."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Blueprint

from academy.kernel.messages.declared import Message, Recipients
from academy.kernel.policy import Actor, ApiScope, Capability, Reach


@dataclass(frozen=True, slots=True)
class TodayItem:
    """One thing to do, shown on *Vandaag*.

    `urgency` sorts (0 must happen today, 1 late, 2 this week, 3 whenever); `due_on` sorts within.
    `action` is the verb on the button, `href` where it leads.
    """

    title: str
    why: str
    action: str
    href: str
    icon: str
    urgency: int = 3
    due_on: date | None = None
    badge_kind: str = ""
    badge_word: str = ""


@dataclass(frozen=True, slots=True)
class TodayCount:
    """A list with how many wait in it, shown on *Vandaag*; an empty `number` is not shown.

    `is_quiet`: nothing waits there. `is_here`: it is the page that shows it.
    """

    label: str
    number: str
    href: str
    is_quiet: bool = False
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class NavItem:
    """A destination in the main menu, shown to who holds `needs`. `label` is a lazy text.

    `for_participants`: left out for staff, whose menu shows their work. `is_used` is the condition
    that such an own thing exists, so that staff without one do not meet an empty page; the
    conditions of all features are asked in one statement. `is_always_there`: it stands in the foot
    of every page, and so not in the menu.
    """

    label: Any
    endpoint: str
    icon: str
    needs: Capability
    order: int
    for_participants: bool = False
    is_always_there: bool = False
    is_used: Callable[[Actor], sa.ColumnElement[bool]] | None = None


@dataclass(frozen=True, slots=True)
class ScopeNames:
    """Things of a feature that a right can be limited to: names by id, and which one may choose."""

    by_id: Callable[[Collection[int]], dict[int, str]]
    choices: Callable[[], list[tuple[int, str]]]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number for `/metrics`: its name there, what it tells, and how to count it now."""

    name: str
    tells: str
    count: Callable[[], int]


@dataclass(frozen=True, slots=True)
class ForAnother:
    """One thing that can be done for somebody, on *Doe iets namens*; `action` is the verb.

    `is_done_at_once`: the button does it (a POST), otherwise it leads to where it is done.
    """

    title: str
    why: str
    action: str
    href: str
    icon: str
    is_done_at_once: bool = False


TodayProvider = Callable[[Actor], Sequence[TodayItem | TodayCount]]
Check = Callable[[], list[str]]


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature's parts. The root reads these; features never read each other's."""

    name: str
    blueprints: tuple[Blueprint, ...] = ()
    capabilities: tuple[Capability, ...] = ()
    jobs: Mapping[str, Callable[..., None]] = field(default_factory=dict)
    listeners: Mapping[type, tuple[Callable[[Any], None], ...]] = field(default_factory=dict)
    today: TodayProvider | None = None
    navigation: tuple[NavItem, ...] = ()
    scopes: Mapping[str, ScopeNames] = field(default_factory=dict)
    api_scopes: tuple[ApiScope, ...] = ()
    checks: tuple[Check, ...] = ()
    """What `academy check` asks: each returns sentences about what is wrong."""
    figures: tuple[Figure, ...] = ()
    """What `/metrics` shows of the feature; counts only."""
    messages: tuple[Message, ...] = ()
    """What goes out by itself: to whom, when, why. The engine sends and rehearses it."""
    recipients: Recipients | None = None
    """How people want to be reached; one feature says so."""
    lies_at: Callable[[int], Sequence[Reach]] | None = None
    """Where a participant lies in this feature: a right there is a right to help them."""
    people_of: Callable[[Actor], sa.Select[int]] | None = None
    """A query of the people whom a coordinator looks after in this feature."""
    for_another: Callable[[Actor, int], list[ForAnother]] | None = None
    """What somebody may do now on behalf of a participant."""
    acts: Mapping[str, Any] = field(default_factory=dict)
    """What a participant reads of what was done on their behalf: lazy text by audit action."""

"""What every page shows around its content: menu, viewer, languages, help line, demo banner."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import current_app, g, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from academy.kernel import clock, demo_clock
from academy.kernel.feature import Feature, NavItem
from academy.kernel.i18n import LANGUAGES, day, language
from academy.kernel.policy import Actor
from academy.kernel.settings import current
from academy.kernel.web.device import mark_of

MENU_SIZE = 4


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One destination in the head of the page."""

    label: str
    href: str
    icon: str
    current: bool


@dataclass(frozen=True, slots=True)
class HelpLine:
    """Who answers the phone."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at the page; `mark` is that of their things on the device."""

    call_name: str
    display_name: str
    mark: str


def page_frame(features: Iterable[Feature]) -> dict[str, Any]:
    """Return the values that the layout expects on every page."""
    settings = current()
    who = current_user
    signed_in = bool(who and who.is_authenticated)
    return {
        "nav": _menu(features) if signed_in else _public_menu(),
        "always_there": _always_there(features) if signed_in else [],
        "viewer": _viewer(who) if signed_in else None,
        "demo_banner": _demo_banner(),
        "languages": _languages(),
        "locale": language(),
        "help_line": HelpLine(settings.help_name, settings.help_phone),
        "academy_name": settings.name,
    }


def _viewer(who: Actor) -> Viewer:
    return Viewer(who.call_name or who.display_name, who.display_name, mark_of(who.person_id))


@dataclass(frozen=True, slots=True)
class DemoBanner:
    """The day that it is in the demo academy, in words."""

    today: str


@dataclass(frozen=True, slots=True)
class LanguageChoice:
    """One language of the pages."""

    code: str
    label: str
    href: str
    current: bool


def _demo_banner() -> DemoBanner | None:
    if "database_is_away" in g:  # the demo's date lies in it
        return None
    return DemoBanner(day(clock.today())) if demo_clock.is_running() else None


def _languages() -> list[LanguageChoice]:
    here = language()
    back = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return [
        LanguageChoice(
            code, label, url_for("pages.choose_language", code=code, next=back), code == here
        )
        for code, label in LANGUAGES.items()
    ]


def _menu(features: Iterable[Feature]) -> list[MenuEntry]:
    mine = [one for one in _reachable(features) if not one.is_always_there and _fits(one)]
    shown = _without_doubles(mine)[:MENU_SIZE]
    return [_entry(str(item.label), item.endpoint, item.icon) for item in shown]


def _always_there(features: Iterable[Feature]) -> list[MenuEntry]:
    mine = (item for item in _reachable(features) if item.is_always_there)
    return [_entry(str(item.label), item.endpoint, item.icon) for item in mine]


def _reachable(features: Iterable[Feature]) -> list[NavItem]:
    """Return where the viewer may go, in order."""
    items = (item for feature in features for item in feature.navigation)
    mine = (item for item in items if current_user.may(item.needs))
    return sorted(mine, key=lambda item: item.order)


def _fits(item: NavItem) -> bool:
    """Staff find their own things on Vandaag; the menu shows them their work."""
    return not (item.needs.own and item.for_participants and current_user.grants)


def _without_doubles(items: list[NavItem]) -> list[NavItem]:
    seen: set[str] = set()
    kept = []
    for item in items:
        if item.endpoint not in seen:
            kept.append(item)
            seen.add(item.endpoint)
    return kept


def _public_menu() -> list[MenuEntry]:
    shown = (
        (_("Controleer"), "verify.start", "search"),
        (_("Leergangen"), "public.tracks", "group"),
        (_("Bericht"), "contact.write", "message"),
        (_("Kom binnen"), "sign_in.door", "person"),
    )
    known = current_app.view_functions
    return [_entry(label, endpoint, icon) for label, endpoint, icon in shown if endpoint in known]


def _entry(label: str, endpoint: str, icon: str) -> MenuEntry:
    href = url_for(endpoint)
    here = request.path == href or (href != "/" and request.path.startswith(href + "/"))
    return MenuEntry(label, href, icon, here)

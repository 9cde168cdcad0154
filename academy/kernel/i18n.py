"""Language and the Dutch way to write days and times. The text in the code is Dutch."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from babel.dates import format_date, format_datetime
from flask import Flask, has_request_context, request
from flask_babel import Babel, get_locale, gettext
from flask_login import current_user
from markupsafe import Markup

from academy.kernel import clock
from academy.kernel.resources import folder

LANGUAGES = {"nl": "Nederlands", "en": "English"}
LANGUAGE_COOKIE = "language"


def _language() -> str:
    """What this browser chose, then the person's own choice, then Dutch; Dutch outside a page."""
    if not has_request_context():
        return "nl"
    chosen = chosen_language()
    if chosen:
        return chosen
    return str(current_user.language) if current_user.is_authenticated else "nl"


def chosen_language() -> str:
    """Return what this browser chose, or what a program asks for; empty when nobody chose."""
    if not has_request_context():
        return ""
    if request.path.startswith("/api/"):  # cookies do not count there
        return request.accept_languages.best_match(LANGUAGES) or ""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else ""


def init_i18n(app: Flask) -> None:
    """Install Babel and the filters for days and times."""
    Babel(
        app,
        default_locale="nl",
        default_timezone="Europe/Amsterdam",
        default_translation_directories=str(folder("translations")),
        locale_selector=_language,
    )
    app.jinja_env.filters.update(
        day=day,
        short_day=short_day,
        moment=moment,
        clock_time=clock_time,
        date_input=date_input,
        capital=capital,
        dutch=dutch,
    )
    app.jinja_env.globals.update(get_locale=get_locale)


def language() -> str:
    """Return `nl` or `en`: what this page or mail is written in."""
    locale = get_locale()
    return str(locale.language) if locale and locale.language in LANGUAGES else "nl"


def pick(texts: dict[str, str] | None) -> str:
    """Return the text in the page's language, else Dutch. `texts` maps language to text."""
    if not texts:
        return ""
    return texts.get(language()) or texts.get("nl", "")


def _date(value: date | datetime) -> date:
    if isinstance(value, datetime):
        return value.astimezone(clock.AMSTERDAM).date()
    return value


def day(value: date | datetime | None) -> str:
    """Write `dinsdag 1 december 2026`."""
    if value is None:
        return ""
    return format_date(_date(value), "EEEE d MMMM yyyy", locale=language())


def short_day(value: date | datetime | None) -> str:
    """Write `1 december 2026`."""
    if value is None:
        return ""
    return format_date(_date(value), "d MMMM yyyy", locale=language())


def clock_time(value: datetime | None) -> str:
    """Write `9.30`."""
    if value is None:
        return ""
    return format_datetime(value.astimezone(clock.AMSTERDAM), "H.mm", locale=language())


def moment(value: datetime | None) -> str:
    """Write `dinsdag 1 december 2026, 19.30 uur`."""
    if value is None:
        return ""
    return str(gettext("%(day)s, %(time)s uur", day=day(value), time=clock_time(value)))


def date_input(value: date | None) -> str:
    """Write `01-12-2026`, as people type it."""
    return value.strftime("%d-%m-%Y") if value else ""


def capital(text: str) -> str:
    """Begin with a capital and leave the rest: English months have capitals of their own."""
    return text[:1].upper() + text[1:]


def dutch(text: str) -> str:
    """Tell a screen reader that a text is Dutch, on a page that is not."""
    if not text or language() == "nl":
        return text
    return Markup('<span lang="nl">{}</span>').format(text)


def parse_day(text: str) -> date | None:
    """Read `1-12-2026` (also with / or . or spaces, or as 2026-12-01). None if it is no day."""
    parts = [part for part in text.strip().replace("/", "-").replace(".", "-").split("-") if part]
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    year_first = len(parts[0]) == 4
    year, month, day_ = parts if year_first else parts[::-1]
    if len(year) != 4:
        return None
    try:
        return date(int(year), int(month), int(day_))
    except ValueError:
        return None


def working_days_between(start: date, end: date) -> int:
    """Count Monday to Friday after `start` up to and including `end`; 0 if `end` is not later."""
    days = (end - start).days
    return sum((start + timedelta(days=n)).weekday() < 5 for n in range(1, days + 1))

"""Renders templates without the application: strict Jinja, and the context of every page."""

from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tests.browser.chromium import ROOT

TEMPLATES = ROOT / "templates"
STATIC = ROOT / "academy" / "static"


def environment(*, flashes: tuple[tuple[str, str], ...] = ()) -> Environment:
    """Templates as the application sets them up: escaped, strict, in Dutch."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(
        asset=lambda path: f"/static/{path}",
        csrf_token=lambda: "a-token",
        get_flashed_messages=lambda with_categories: list(flashes),
    )
    return made


def page_context(**changes: Any) -> dict[str, Any]:
    """What the context processor gives every page, for somebody who is signed in."""
    item = SimpleNamespace
    return {
        "academy_name": "Samen Lukt Het Zelf Academie",
        "locale": "nl",
        "nav": [
            item(label="Vandaag", href="/", icon="home", current=True),
            item(label="Groepen", href="/groepen", icon="group", current=False),
            item(label="Begeleiding", href="/begeleiding", icon="cup", current=False),
            item(label="Certificaten", href="/certificaten", icon="certificate", current=False),
        ],
        "always_there": [
            item(label="Ik maak me zorgen", href="/zorgen", icon="warning", current=False)
        ],
        "viewer": item(call_name="Tineke", display_name="Tineke Veenstra", mark="a mark"),
        "demo_banner": item(today="maandag 23 november 2026"),
        "languages": [
            item(code="nl", label="Nederlands", href="/taal/nl", current=True),
            item(code="en", label="English", href="/taal/en", current=False),
        ],
        "help_line": item(name="de academie", phone="06-00000307"),
    } | changes


def signed_out(**changes: Any) -> dict[str, Any]:
    """The same for a stranger."""
    item = SimpleNamespace
    nav = [
        item(label="Leergangen", href="/leergangen", icon="table", current=False),
        item(label="Bericht ons", href="/contact", icon="message", current=False),
        item(label="Controleer", href="/controleer", icon="search", current=True),
        item(label="Log in", href="/inloggen", icon="key", current=False),
    ]
    return page_context(nav=nav, always_there=[], viewer=None, demo_banner=None, **changes)


def render(name: str, **values: Any) -> str:
    """A whole page as text."""
    context = page_context() | values
    return environment(flashes=(("success", "Opgeslagen."),)).get_template(name).render(context)


def macro(name: str, source: str, **values: Any) -> Markup:
    """What a snippet prints after importing the component called name."""
    text = '{% from "components/' + name + '.html" import ' + name + " %}" + source
    return Markup(environment().from_string(text).render(values))

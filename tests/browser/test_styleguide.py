"""The style guide in Chromium: accessible, readable, within the screen, by day and evening."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.serving import make_server

from tests.browser.chromium import (
    DESKTOP,
    PHONE,
    SMALLEST_PHONE,
    axe_violations,
    chromium,
    page,
    sideways_overflow,
    small_targets,
    small_text,
)
from tests.web.rendering import STATIC, environment, page_context, render, signed_out

pytestmark = pytest.mark.browser

POLICY = {"Content-Security-Policy": "default-src 'self'"}
WRITING = """
{% extends "layouts/base.html" %}
{% from "components/autosave_status.html" import autosave_status %}
{% from "components/form_start.html" import form_start %}
{% block scripts %}<script src="{{ asset('js/autosave.js') }}" defer></script>{% endblock %}
{% block main %}<h1>Schrijf</h1>
{% call form_start(autosave_url="/draft") %}<label for="about">Waarover?</label>
<textarea id="about" name="about"></textarea>{{ autosave_status() }}{% endcall %}{% endblock %}
"""
PROBLEM = {
    "status": 500,
    "title": "Het ging mis bij ons",
    "sentence": "Probeer het over vijf minuten.",
    "saved": "Je tekst is bewaard.",
    "next_step": {"label": "Naar Vandaag", "href": "/"},
}


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    site = Flask("styleguide", static_folder=str(STATIC), static_url_path="/static")
    site.add_url_rule("/guide", "guide", lambda: (render("styleguide.html"), POLICY))
    site.add_url_rule(
        "/error", "error", lambda: (render("errors/error.html", **PROBLEM, **signed_out()), POLICY)
    )
    site.add_url_rule(
        "/writing",
        "writing",
        lambda: (environment().from_string(WRITING).render(page_context()), POLICY),
    )
    site.add_url_rule("/draft", "draft", lambda: {"saved_at": "14.12"}, methods=["POST"])
    server = make_server("127.0.0.1", 0, site, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("path", ["/guide", "/error"])
@pytest.mark.parametrize("dark", [False, True], ids=["day", "evening"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_axe_finds_nothing(browser, address, width, dark, path):
    with page(browser, width=width, dark=dark) as opened:
        opened.goto(address + path)
        assert axe_violations(opened) == []


@pytest.mark.parametrize("path", ["/guide", "/error"])
@pytest.mark.parametrize("width", [PHONE, SMALLEST_PHONE])
def test_a_phone_never_scrolls_sideways(browser, address, width, path):
    with page(browser, width=width) as opened:
        opened.goto(address + path)
        assert sideways_overflow(opened) == 0


def test_a_phone_shows_large_text_and_large_targets(browser, address):
    with page(browser) as opened:
        opened.goto(address + "/guide")
        assert small_targets(opened) == []
        assert small_text(opened) == []


def test_nothing_breaks_the_content_policy(browser, address):
    context = browser.new_context()
    opened = context.new_page()
    messages = []
    opened.on("console", lambda message: messages.append(message.text))
    opened.goto(address + "/guide")
    assert messages == []
    context.close()


def test_without_script_the_evening_is_dark_too(browser, address):
    with page(browser, dark=True, java_script_enabled=False) as opened:
        opened.goto(address + "/guide")
        assert opened.locator("html").get_attribute("data-bs-theme") is None
        assert "15, 28, 25" in opened.locator("body").evaluate(
            "body => getComputedStyle(body).backgroundColor"
        )


def test_the_light_can_be_switched_and_stays_so(browser, address):
    with page(browser) as opened:
        opened.goto(address + "/guide")
        opened.get_by_role("button", name="Maak het donker").click()
        opened.reload()
        assert opened.locator("html").get_attribute("data-bs-theme") == "dark"


def test_everyone_is_here_marks_only_people_without_a_mark(browser, address):
    with page(browser) as opened:
        opened.goto(address + "/guide")
        opened.get_by_role("button", name="Zet iedereen op aanwezig").click()
        assert opened.locator("[data-register-count]").inner_text() == "3 van 5 zijn er"
        assert opened.locator("#presentie input[value=absent]:checked").count() == 1


def test_a_draft_is_kept_while_somebody_writes_and_the_page_says_so(browser, address):
    with page(browser) as opened:
        opened.goto(address + "/writing")
        with opened.expect_request("**/draft") as sent:
            opened.get_by_label("Waarover?").fill("De huismeester belde terug.")
            opened.get_by_label("Waarover?").blur()
        opened.get_by_text("Bewaard om 14.12 uur.").wait_for()
        assert sent.value.headers["x-csrftoken"] == "a-token"
        assert "De huismeester belde terug." in sent.value.post_data


def test_without_internet_the_page_says_that_the_draft_waits(browser, address):
    with page(browser) as opened:
        opened.goto(address + "/writing")
        opened.context.set_offline(offline=True)
        opened.get_by_label("Waarover?").fill("Nog even.")
        opened.get_by_label("Waarover?").blur()
        opened.get_by_text("Er is geen internet.").wait_for()
        opened.context.set_offline(offline=False)
        opened.get_by_text("Bewaard om 14.12 uur.").wait_for()


def test_a_choice_can_be_made_with_the_keyboard(browser, address):
    with page(browser) as opened:
        opened.goto(address + "/guide")
        opened.locator("#guide-how").focus()
        opened.keyboard.press("ArrowRight")
        assert opened.locator("input[name=guide-how]:checked").input_value() == "visit"


def test_the_skip_link_shows_itself_and_leads_to_the_content(browser, address):
    with page(browser) as opened:
        opened.goto(address + "/guide")
        opened.keyboard.press("Tab")
        assert opened.locator(".skip-link").bounding_box()["y"] >= 0
        opened.keyboard.press("Enter")
        assert opened.evaluate("document.activeElement.id") == "main"


def test_paper_shows_no_menu_and_no_buttons(browser, address):
    with page(browser, dark=True) as opened:
        opened.goto(address + "/guide")
        opened.emulate_media(media="print")
        assert opened.locator("main .btn:visible, .foot-tools .btn:visible").count() == 0
        assert opened.get_by_text("06-00000307").is_visible()
        assert opened.locator("nav[aria-label=Hoofdmenu]").is_hidden()
        assert "255, 255, 255" in opened.locator("body").evaluate(
            "body => getComputedStyle(body).backgroundColor"
        )

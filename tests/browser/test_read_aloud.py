"""Reading aloud in Chromium: with a voice of the device, in the language of the text, or not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import chromium, page
from tests.web.rendering import STATIC, macro

pytestmark = pytest.mark.browser

SOURCE = """
<p id="text" lang="nl">Kom erbij. Er is soep!</p>{{ read_aloud("text") }}"""
VOICES = """
const voices = VOICES;
window.said = [];
window.SpeechSynthesisUtterance = function (text) { this.text = text; };
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => voices,
  addEventListener: () => {},
  cancel: () => { window.said.push("stop"); },
  speak: (one) => { window.said.push(one.text.trim() + " " + one.lang); window.last = one; },
} });
"""
DUTCH = {"lang": "nl-NL", "localService": True}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def open_with(tab: Page, voices: list[dict[str, Any]]) -> None:
    """Show a text with its button, on a device that has these voices."""
    tab.add_init_script(VOICES.replace("VOICES", json.dumps(voices)))
    tab.goto("about:blank")
    tab.set_content(f'<html lang="en"><body>{macro("read_aloud", SOURCE)}</body></html>')
    tab.add_script_tag(path=str(STATIC / "js" / "read.js"))


def test_a_text_is_read_a_sentence_at_a_time_and_stops(browser):
    with page(browser) as tab:
        open_with(tab, [{"lang": "en-GB", "localService": True}, DUTCH])
        tab.get_by_role("button", name="Lees voor").click()
        assert tab.evaluate("said") == ["stop", "Kom erbij. nl-NL", "Er is soep! nl-NL"]
        stop = tab.get_by_role("button", name="Stop met voorlezen")
        expect(stop).to_have_attribute("aria-pressed", "true")
        stop.click()
        assert tab.evaluate("said.at(-1)") == "stop"
        tab.get_by_role("button", name="Lees voor").click()
        tab.evaluate("last.onend()")
        expect(tab.get_by_role("button", name="Lees voor")).to_be_visible()


@pytest.mark.parametrize(
    "voices", [[], [{"lang": "en-GB", "localService": True}], [DUTCH | {"localService": False}]]
)
def test_without_a_voice_of_the_device_itself_there_is_no_button(browser, voices):
    with page(browser) as tab:
        open_with(tab, voices)
        expect(tab.get_by_role("button")).to_have_count(0)

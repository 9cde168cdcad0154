"""How long a job takes somebody: taps and characters counted, seconds by the keystroke-level model.

The times are those of Card, Moran and Newell, "The keystroke-level model for user performance time
with interactive systems", Communications of the ACM 23(7), 1980: a key of an average typist 0.28 s,
pointing 1.1 s, pressing 0.1 s, getting ready in the mind 1.35 s. That model points with a mouse; a
thumb is faster, so these are on the slow side. Speaking: 153 words a minute, Ruan and others,
"Comparing speech and keyboard text entry for short messages in two languages on touchscreen
phones", 2016 (IMWUT 1(4), 2018).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page

KEY = 0.28
POINT = 1.1
PRESS = 0.1
MIND = 1.35
WORDS_A_MINUTE = 153


@dataclass
class Thumb:
    """Somebody with a phone in one hand; counts what they do from the page that is open."""

    page: Page
    taps: int = 0
    keys: int = 0
    words: int = 0
    answers: list[float] = field(default_factory=list)

    def tap(self, what: Locator) -> None:
        """Find something and press it."""
        what.click()
        self.taps += 1

    def choose(self, name: str, value: str) -> None:
        """Press one of a row of choices."""
        self.page.locator(f'input[name="{name}"][value="{value}"]').click()
        self.taps += 1

    def speak(self, where: Locator, text: str) -> None:
        """Press a field and dictate, as the keyboard of a telephone does: without keys."""
        self.tap(where)
        self.page.keyboard.insert_text(text)
        self.words += len(text.split())

    def write(self, where: Locator, text: str) -> None:
        """Press a field and type."""
        self.tap(where)
        self.page.keyboard.type(text)
        self.keys += len(text)

    @property
    def seconds(self) -> float:
        """How long it takes: before each tap one thinks, finds and presses."""
        tapping = self.taps * (MIND + POINT + PRESS)
        return tapping + self.keys * KEY + self.words * 60 / WORDS_A_MINUTE

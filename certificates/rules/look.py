"""How an academy dresses a design: its words, two colours and a logo. Never markup, never layout.

A look is checked before it is kept, so that a colour can be read in black and white too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

INK = "#12453a"
ACCENT = "#f4c95d"
TINT = "#f8e3a8"
"""The colours that stand in the files of the designs; a look puts others in their place."""

LEAST_CONTRAST = 7.0
"""Of the dark colour on white paper: WCAG 2.2, 1.4.6 (enhanced)."""
EDITABLE = ("brand", "brand_line", "owner_label", "valid_until_label", "check_label")
LONGEST = {
    "brand": 40,
    "brand_line": 40,
    "owner_label": 50,
    "valid_until_label": 30,
    "check_label": 40,
}
LANGUAGES = ("nl", "en")
_COLOUR = re.compile(r"#[0-9a-f]{6}")

Texts = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Look:
    """What an academy chose. Empty texts and no logo mean: as the design has it."""

    ink: str = INK
    accent: str = ACCENT
    texts: Texts = field(default_factory=dict)
    logo: bytes | None = None
    """A PNG that was made anew here."""

    def text(self, language: str, name: str, usual: str) -> str:
        """Return the chosen words, or the usual ones."""
        return self.texts.get(language, {}).get(name) or usual

    def colours(self) -> dict[str, str]:
        """Return which colour comes in the place of which."""
        return {INK: self.ink, ACCENT: self.accent, TINT: tint(self.accent)}

    def as_plain(self) -> dict[str, Any]:
        """Return plain values, as they may cross into the document child."""
        texts = {language: dict(words) for language, words in self.texts.items()}
        return {"ink": self.ink, "accent": self.accent, "texts": texts, "logo": self.logo}

    @classmethod
    def from_plain(cls, values: Mapping[str, Any] | None) -> Look:
        """Read back what `as_plain` wrote; nothing means the look of the design itself."""
        return cls(**values) if values else cls()


def is_colour(typed: str) -> bool:
    """Say whether this is a colour as browsers write it: # and six hexadecimal digits."""
    return _COLOUR.fullmatch(typed) is not None


def contrast_on_white(colour: str) -> float:
    """Return the contrast of a colour on white, 1 to 21. Source: WCAG 2.2, contrast ratio."""
    return 1.05 / (_luminance(colour) + 0.05)


def tint(colour: str) -> str:
    """Return a colour halfway to white, for large areas; the usual tint for the usual accent."""
    if colour == ACCENT:
        return TINT
    return "#" + "".join(f"{(value + 255) // 2:02x}" for value in _parts(colour))


def grey(colour: str) -> str:
    """Return the grey that a printer without colour makes of it. Source: ITU-R BT.601, luma."""
    red, green, blue = _parts(colour)
    return "#" + f"{round(0.299 * red + 0.587 * green + 0.114 * blue):02x}" * 3


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(value / 255) for value in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)

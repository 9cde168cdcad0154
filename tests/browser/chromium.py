"""Chromium for tests and pictures: how it is started, looked at and checked."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
EXECUTABLE = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE, SMALLEST_PHONE, DESKTOP = 360, 320, 1280


PATIENCE_MS = 20_000


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """Start the system's Chromium, with further `arguments`, and stop it afterwards.

    A busy machine is given time.
    """
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=EXECUTABLE, args=[*ARGUMENTS, *arguments]
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page(
    browser: Browser, *, width: int = PHONE, dark: bool = False, **options: Any
) -> Iterator[Page]:
    """Open a fresh page of this width; the content policy is bypassed so that axe fits in."""
    context = browser.new_context(
        viewport={"width": width, "height": 780},
        color_scheme="dark" if dark else "light",
        bypass_csp=True,
        **options,
    )
    try:
        yield context.new_page()
    finally:
        context.close()


def axe_violations(opened: Page, *, rules: list[str] | None = None) -> list[str]:
    """Run axe with every WCAG 2.2 AA rule and best practice, or only with `rules`.

    Returns one line per faulty element.
    """
    if not opened.evaluate("typeof axe === 'object'"):
        opened.add_script_tag(path=str(AXE))
    result = opened.evaluate("rules => axe.run({runOnly: rules})", rules or AXE_RULES)
    return [
        f"{violation['id']}: {node['html'][:160]} {node.get('failureSummary', '')}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


def sideways_overflow(opened: Page) -> int:
    """How many pixels the page can be scrolled sideways; 0 is right."""
    return int(
        opened.evaluate("(root => root.scrollWidth - root.clientWidth)(document.documentElement)")
    )


SMALL_TARGETS = """
() => Array.from(document.querySelectorAll("a[href], button, input, select, textarea, summary"))
  .filter(e => {
    const box = e.getBoundingClientRect();
    const seen = e.checkVisibility() && box.width > 1 && box.height > 1 && box.bottom > 0;
    const inline = e.tagName === "A" && getComputedStyle(e).display === "inline";
    const labelled = e.closest("label");
    const target = labelled ? labelled.getBoundingClientRect() : box;
    const small = target.height < 47.5 || target.width < 47.5;
    const hidden = e.closest("[aria-hidden=true]") !== null;  // the trap for robots
    return seen && small && !inline && !hidden && !e.classList.contains("skip-link");
  })
  .map(e => e.outerHTML.slice(0, 120))
"""


def small_targets(opened: Page) -> list[str]:
    """Controls below 48 by 48 pixels; links inside a sentence are excepted, as WCAG 2.5.8 does."""
    return list(opened.evaluate(SMALL_TARGETS))


SMALL_TEXT = """
smallest => Array.from(
    document.querySelectorAll("main p, main li, main dd, main td, main label, main a"))
  .filter(e => e.checkVisibility() && e.textContent.trim() && !e.querySelector("*")
    && !e.closest(".visually-hidden, .state, .choices, svg")
    && parseFloat(getComputedStyle(e).fontSize) < smallest)
  .map(e => e.outerHTML.slice(0, 120))
"""


def small_text(opened: Page, *, smallest: float = 18) -> list[str]:
    """Body text below this size; badges and the words in a row of choices may be 16 pixels."""
    return list(opened.evaluate(SMALL_TEXT, smallest))

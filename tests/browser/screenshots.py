"""Takes a picture of every page of every role: by day and in the evening, on a phone and a desk."""

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.chromium import DESKTOP, PHONE, ROOT, chromium, page
from tests.browser.live import Live, load_demo, serving
from tests.browser.walk import COOKIE, NOBODY, ROLES, mailboxes, sign_in, walk

WIDTHS = (PHONE, DESKTOP)
LIGHTS = (("day", False), ("evening", True))
STILL = ".bottom-bar { position: static !important }"
"""A picture of a whole page has no bottom edge for the bar to stick to."""


@contextmanager
def running_academy(loaded: Path | None) -> Iterator[Live]:
    """Serve a copy of a loaded demo academy; without one, load it first."""
    with tempfile.TemporaryDirectory(prefix="academy-pictures-") as name:
        if loaded is None:
            loaded = Path(name) / "loaded"
            load_demo(loaded)
        with serving(loaded, Path(name) / "served") as live:
            yield live


def take(live: Live, browser: Browser, role: str, folder: Path) -> None:
    """Save four pictures of each page that `role` comes upon."""
    token = None if role == NOBODY else sign_in(live.folder, mailboxes(live.folder)[role])
    visits = walk(live.url, token=token, start="/" if role == NOBODY else "/vandaag")
    pages = [visit for visit in visits if visit.shape and visit.status == 200]
    for width in WIDTHS:
        for light, is_dark in LIGHTS:
            with page(browser, width=width, dark=is_dark) as opened:
                if token:
                    cookie = {"name": COOKIE, "value": token, "url": live.url}
                    opened.context.add_cookies([cookie])  # type: ignore[list-item]
                for number, visit in enumerate(pages):
                    opened.goto(live.url + visit.path)
                    opened.add_style_tag(content=STILL)
                    name = visit.path.partition("?")[0].strip("/").replace("/", "-") or "home"
                    target = folder / role / f"{number:02d}-{name}-{width}-{light}.png"
                    opened.screenshot(path=target, full_page=True)


def main() -> None:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("roles", nargs="*", help=f"{NOBODY}, {', '.join(ROLES.values())}")
    parser.add_argument("--academy", type=Path, help="a loaded demo academy; default: load one")
    parser.add_argument("--folder", type=Path, default=ROOT / "screenshots")
    chosen = parser.parse_args()
    with running_academy(chosen.academy) as live, chromium() as browser:
        for role in chosen.roles or [NOBODY, *ROLES.values()]:
            shutil.rmtree(chosen.folder / role, ignore_errors=True)
            take(live, browser, role, chosen.folder)
            print(chosen.folder / role)


if __name__ == "__main__":
    main()

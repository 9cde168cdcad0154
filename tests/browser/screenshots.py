"""Takes pictures of pages by day and in the evening, on a phone and on a desk."""

import argparse
from pathlib import Path

from tests.browser.chromium import DESKTOP, PHONE, chromium, page


def pictures(site: str, paths: list[str], *, folder: Path, storage_state: str | None) -> list[Path]:
    """Save one picture per page, width and light; return where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    with chromium() as browser:
        for path in paths:
            for width in (PHONE, DESKTOP):
                for dark in (False, True):
                    name = path.strip("/").replace("/", "-") or "home"
                    target = folder / f"{name}-{width}-{'evening' if dark else 'day'}.png"
                    with page(
                        browser, width=width, dark=dark, storage_state=storage_state
                    ) as opened:
                        opened.goto(site.rstrip("/") + path)
                        opened.screenshot(path=str(target), full_page=True)
                    made.append(target)
    return made


def main() -> None:
    """Read the command line, take the pictures and name them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", help="where the academy runs, for example http://127.0.0.1:8000")
    parser.add_argument("paths", nargs="+", help="pages, for example / /styleguide /controleer")
    parser.add_argument("--folder", type=Path, default=Path("var/screenshots"))
    parser.add_argument("--storage-state", help="a Playwright storage file of a signed-in session")
    chosen = parser.parse_args()
    for picture in pictures(
        chosen.site, chosen.paths, folder=chosen.folder, storage_state=chosen.storage_state
    ):
        print(picture)


if __name__ == "__main__":
    main()

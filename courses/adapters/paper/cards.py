"""Cards: working methods, telephone numbers, name badges, and the code of conduct on one page."""

from __future__ import annotations

import re
from collections.abc import Iterable

from academy.kernel.pdf import fonts
from academy.kernel.pdf.paper import Details, Sheet, make_paper
from academy.kernel.resources import vendor_file
from academy.kernel.settings import current
from courses.adapters.paper.heads import PAGES, VERSION, human
from courses.queries.paper import BadgeName, Method, PaperCohort
from courses.rules.words import Text, listed

METHOD = Sheet(PAGES, "method", VERSION)
PHONE_CARD = Sheet(PAGES, "phone_card", VERSION)
BADGES = Sheet(PAGES, "badges", VERSION)
CONDUCT = Sheet(PAGES, "conduct", VERSION)

EMERGENCY = ("Direct gevaar", "112")
SAFE_HOME = ("Veilig Thuis", "0800-2000")
"""Source: curricula, lesson 8, "Drie stappen bij zorgen"."""

CARDS_ON_PAGE = tuple(range(8))
TRAINERS_ON_CARD = 2
BADGE_WIDTH_POINTS = 78 / 25.4 * 72
BADGE_SIZES = (("size-1", 46), ("size-2", 40), ("size-3", 36))
_LONGEST_AT_SIZE_4 = 60
_BREAK = re.compile(r"[ -]")
_SOURCE = re.compile(r" \(bron: [^)]*\)")


def method_cards(
    methods: Iterable[Method], *, title: str, made_by: str, large: bool = False
) -> bytes:
    """Return an A5 card for each working method; a `large` one goes on where its page ends."""
    values = {"cards": [_card(one) for one in methods]}
    return make_paper(METHOD, values, Details(title, "Werkvorm", made_by, large=large))


def _card(method: Method) -> dict[str, object]:
    needed = ", ".join(method.materials)
    return {
        "name": method.name,
        "purposes": listed([Text(one, one) for one in method.purposes]).nl,
        "group": f"{method.fewest} tot {method.most} mensen",
        "minutes": f"{method.minutes} minuten",
        "reading": "kan zonder lezen en schrijven"
        if method.without_reading
        else "er wordt gelezen of geschreven",
        "materials": needed or "niets, je kunt zo beginnen",
        "steps": method.steps,
        "tip": method.tip,
        "origin": _SOURCE.sub("", method.origin),
    }


def phone_card(cohort: PaperCohort, *, made_by: str) -> bytes:
    """Return eight cards for a wallet with whom to call; the coach's number is written by hand."""
    helper = human()
    called = [one for one in cohort.trainers if one.phone][:TRAINERS_ON_CARD]
    numbers = [
        EMERGENCY,
        *((f"{one.name.split(' ')[0]}, trainer", one.phone) for one in called),
        (f"{helper['name']}, academie", helper["phone"]),
        SAFE_HOME,
    ]
    details = Details(f"Belkaartjes: {cohort.name}", "Belkaartjes", made_by)
    return make_paper(PHONE_CARD, {"numbers": numbers, "cards": CARDS_ON_PAGE}, details)


def badges(cohort: PaperCohort, names: Iterable[BadgeName], *, made_by: str) -> bytes:
    """Return a badge of 90 by 54 mm for each name, ten on a page; a dot says: no photo."""
    fonts_folder = str(vendor_file("print"))
    values = {
        "badges": [
            {
                "name": one.call_name,
                "from_where": one.from_where,
                "photo": one.photo,
                "size": badge_size(one.call_name, fonts_folder),
            }
            for one in names
        ]
    }
    details = Details(f"Naambadges: {cohort.name}", "Naambadges · stip: geen foto", made_by)
    return make_paper(BADGES, values, details)


def badge_size(name: str, fonts_folder: str) -> str:
    """Return the largest size class in which the measured `name` fits its badge.

    At 36 points a name may take two lines, broken at a space or a hyphen. Only what does not fit
    then becomes smaller. Source: domain page, section 6.
    """

    def width(text: str, points: float) -> float:
        return fonts.width_points(text, stack="heading", size=points, fonts_folder=fonts_folder)

    for size, points in BADGE_SIZES:
        if width(name, points) <= BADGE_WIDTH_POINTS:
            return size
    size, points = BADGE_SIZES[-1]
    parts = _BREAK.split(name)
    if all(width(f"{part}-", points) <= BADGE_WIDTH_POINTS for part in parts) and len(parts) == 2:
        return size
    return "size-4" if len(name) <= _LONGEST_AT_SIZE_4 else "size-5"


def code_of_conduct(*, made_by: str, large: bool = False) -> bytes:
    """Return the code of conduct on one page; `large` is 14 points."""
    title = f"Gedragscode van {current().name}"
    details = Details(title, "Gedragscode", made_by, large=large)
    return make_paper(CONDUCT, {"human": human()}, details)

"""The designs as the academy dressed them, and a specimen to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.settings import current
from academy.people.models import Person
from certificates.adapters.design import DESIGNS, Design, load_design
from certificates.models import DesignVersion
from certificates.rules.look import EDITABLE, LANGUAGES, Look
from certificates.rules.printed import Language, PrintedCertificate, Signatory
from certificates.rules.validity import months_from
from courses.models import Course, CourseVersion, Track

LONG_NAME = "Maria Wilhelmina van den Boogaard-van der Heijden tot Oldenzaal"
SHORT_NAME = "Samira El Haddou"
SPECIMEN_NUMBER = "SLHZ-0-0000-00000-00"
SPECIMEN_CODE = "0" * 20
_SPECIMEN_HOURS = 16
_SPECIMEN_MONTHS = 36


@dataclass(frozen=True, slots=True)
class Dressed:
    """A design with the look that new certificates wear. `version` 0 is the design's own."""

    design: str
    version: int
    look: Look
    made_at: datetime | None
    made_by: str


def get_design(name: str) -> Design:
    """Return a design as its folder has it. Raises NotFoundError for another name."""
    if name not in DESIGNS:
        raise NotFoundError
    return load_design(name)


def get_dressed(design: str) -> Dressed:
    """Return a design as it is worn now. Raises NotFoundError for another name."""
    get_design(design)
    found = db.session.execute(
        sa.select(DesignVersion, Person)
        .join(Person, Person.id == DesignVersion.made_by_id)
        .options(sa.orm.undefer(DesignVersion.logo))
        .where(DesignVersion.design == design)
        .order_by(DesignVersion.version.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        return Dressed(design, 0, Look(), None, "")
    row, made_by = found
    return Dressed(design, row.version, look_of(row), row.made_at, made_by.display_name)


def dressed_designs() -> list[Dressed]:
    """Return every design as it is worn now."""
    return [get_dressed(name) for name in DESIGNS]


def look_of(row: DesignVersion) -> Look:
    """Return what a version chose."""
    return Look.from_plain({**row.choices, "logo": row.logo})


def current_version_id(design: str) -> int | None:
    """Return the version that a certificate of today wears; None for the design's own look."""
    return db.session.scalar(
        sa.select(DesignVersion.id)
        .where(DesignVersion.design == design)
        .order_by(DesignVersion.version.desc())
        .limit(1)
    )


def find_look(version_id: int | None) -> Look | None:
    """Return the look that a certificate was granted in; None for the design's own."""
    if version_id is None:
        return None
    return look_of(db.session.get_one(DesignVersion, version_id))


@cache
def usual_texts(design: str) -> dict[str, dict[str, str]]:
    """Return the words of the design itself that an academy may change, per language."""
    texts = load_design(design).texts
    return {
        language: {name: texts[language][name] for name in EDITABLE if name in texts[language]}
        for language in LANGUAGES
    }


def specimen(design: str, *, language: Language, long_name: bool) -> PrintedCertificate:
    """Return what a certificate in this design would say, with names of nobody."""
    now = clock.now()
    course, sample = _newest_course(design), get_design(design).sample
    printed = course["certificate"] if course else {}
    is_proof = "promise" in sample
    months = printed.get("validity_months") or _SPECIMEN_MONTHS
    url = current().public_url
    return PrintedCertificate(
        language=language,
        printed_name=LONG_NAME if long_name else SHORT_NAME,
        title=_said(printed, "title", language) or " ".join(sample["title_lines"]),
        statement=_said(printed, "statement", language) or sample["statement"],
        place=current().place,
        decided_on=clock.today(),
        signatories=_hands(language),
        number=SPECIMEN_NUMBER,
        code=SPECIMEN_CODE,
        verify_url=f"{url}/controleer",
        code_url=f"{url}/c/{SPECIMEN_CODE}",
        disclaimer=_said(printed, "disclaimer", language),
        made_at=now,
        valid_until=None if is_proof else months_from(clock.today(), months),
        hours=_SPECIMEN_HOURS if is_proof else None,
        promise=sample.get("promise", ""),
    )


def _hands(language: Language) -> tuple[Signatory, ...]:
    director = "directeur van de academie" if language == "nl" else "director of the academy"
    return Signatory("Said Bouchrit", "trainer"), Signatory("Elly Vermeer", director)


def _said(printed: dict[str, Any], what: str, language: str) -> str:
    text: str = printed.get(what, {}).get(language, "")
    return text


def _newest_course(design: str) -> dict[str, Any] | None:
    content = db.session.scalar(
        sa.select(CourseVersion.content)
        .join(Course, Course.id == CourseVersion.course_id)
        .join(Track, Track.id == Course.track_id)
        .where(Track.key == design)
        .order_by(CourseVersion.id.desc())
        .limit(1)
    )
    return content["course"] if content else None

"""A group full of hard names, with everything about them that a paper could show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from academy.kernel.db import db, unit_of_work
from academy.people.models import Consent, Person, Place
from courses.models import Cohort, Enrolment, Session, WorkingMethod
from tests.factories import (
    make_cohort,
    make_course,
    make_enrolment,
    make_person,
    make_place,
    make_trainer,
)

LONG = "Wolfeschlegelsteinhausenbergerdorff" * 4
NAMES: tuple[tuple[str, str, str], ...] = (
    ("Samira", "El", "Haddou"),
    ("Charlotte-Amélie", "de", "Ranitz-van Wijngaarden van den Bovenkamp"),
    ("İbrahim", "", "Işık Şahin-Öztürk"),  # noqa: RUF001
    ("Ayşegül", "", "Çağlar"),
    ("Łukasz", "", "Żółkiewski"),
    ("Agnieszka", "", "Święcicka"),
    ("Hồng", "", "Nguyễn Thị"),
    ("Phượng", "", "Đặng"),
    ("Naïma", "", "El Idrissi (نعيمة الإدريسي)"),
    ("نعيمة", "", "الإدريسي"),
    ("IJsbrand", "van 't", "IJzerman"),
    ("Ĳke", "", "Ĳpma"),
    ("Giovanni", "", "D’Angelo"),
    ("Sinéad", "", "O'Brien"),
    ("Олександра", "", "Коваленко"),
    ("Zoe\u0308", "", "Bru\u0308ggen"),
    ("Ljibbe", "fan der", "Wâl"),
    ("Mo", "", ""),
    ("", "", "Sukarno"),
    ("João", "dos", "Santos"),
    ("Žofie", "", "Ďurišová"),
    ("Åse", "", "Sørensen"),
    ("Ștefan", "", "Țurcanu"),
    ("Anna-Maria", "", "x" * 120),
    ("Jan", "", f"{LONG} en nog {'een heel lange achternaam ' * 2}".strip()[:195]),
)
"""Source: trust page, T36. Hebrew and Chinese have no print face and become question marks."""

CANARIES = {
    "phone": "06-98765432",
    "email": "kanarie@geheim.example",
    "support": "kanarie tolk",
}


@dataclass(frozen=True)
class Group:
    """The group, its trainer and one of its sessions."""

    cohort: Cohort
    place: Place
    trainer: Person
    session_id: int
    person: Person
    enrolment_id: int

    @property
    def papers(self) -> dict[str, str]:
        """The addresses of every paper of this group."""
        base = f"/groepen/{self.cohort.id}/papier"
        one = f"{base}/{self.session_id}"
        return {
            "attendance": f"{one}/presentielijst/pdf",
            "own-sheet": f"{one}/trainersblad/pdf",
            "invitations": f"{one}/uitnodigingen/pdf",
            "invitations-large": f"{one}/uitnodigingen/pdf?letters=groot",
            "overview": f"{base}/presentie/pdf",
            "badges": f"{base}/naambadges/pdf",
            "phone-cards": f"{base}/belkaartjes/pdf",
            "conduct": "/gedragscode/pdf",
            "conduct-large": "/gedragscode/pdf?groot=1",
            "methods": "/werkvormen/pdf",
            "method": "/werkvormen/weerbericht/pdf",
            "method-large": "/werkvormen/weerbericht/pdf?groot=1",
        }


METHOD = {
    "purposes": ["ontmoeten", "energie"],
    "group_min": 3,
    "group_max": 16,
    "minutes": 15,
    "preparation": "none",
    "works_without_reading": True,
    "materials": [],
    "steps": ["Ga in een kring staan of zitten.", "Iedereen zegt één zin. Passen mag."],
    "tip": "Kom er aan het einde op terug.",
    "origin": "eigen beschrijving (bron: ergens)",
}


def make_group(names: tuple[tuple[str, str, str], ...] = NAMES, *, modules: int = 8) -> Group:
    """Make and commit a group of these people."""
    with unit_of_work():
        place = make_place()
        cohort = make_cohort(version=make_course(modules=modules), place=place, capacity=30)
        trainer = make_trainer(cohort, phone="06-00000301")
        enrolments = [_enrol(cohort, *name) for name in names]
        db.session.add(
            WorkingMethod(
                key="weerbericht", name_nl="Het weerbericht", content=METHOD, content_hash="0" * 64
            )
        )
        session = db.session.query(Session).filter_by(cohort_id=cohort.id).order_by("id")[5]
        first = enrolments[0]
        return Group(cohort, place, trainer, session.id, first.person, first.id)


def _enrol(cohort: Cohort, call_name: str, prefix: str, last_name: str) -> Enrolment:
    person = make_person(call_name, last_name or " ", prefix=prefix, **CANARIES)
    person.last_name = last_name
    db.session.add(Consent(person_id=person.id, kind="phone_list", given_on=date(2026, 1, 1)))
    enrolment = make_enrolment(cohort, person)
    enrolment.person = person
    return enrolment

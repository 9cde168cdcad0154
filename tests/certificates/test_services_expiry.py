"""The last day of a certificate as its course says: at the first grant, a renewal, a new name."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from certificates.models import Certificate
from certificates.services import decisions
from tests.certificates.ready import Scene, enter_file, grant, make_keys, make_scene
from tests.factories import RULES, make_actor

EXPIRY: dict[str, dict[str, Any]] = {
    "from_completion": {"method": "from_completion"},
    "from_previous_end": {"method": "from_previous_end"},
    "fixed_date": {"method": "fixed_date", "last_day": "2027-03-31", "minimum_months": 6},
}
FIRST_END = {
    "from_completion": date(2029, 11, 23),
    "from_previous_end": date(2029, 11, 23),
    "fixed_date": date(2030, 3, 31),  # 31 March 2027 leaves less than six months
}


def issue_first(method: str) -> tuple[Scene, int]:
    """Issue the first certificate of a course that ends by `method`; no paper is made."""
    make_keys()
    with unit_of_work():
        scene = make_scene(certificate=RULES["certificate"] | {"expiry": EXPIRY[method]})
    certificate_id = grant(scene)
    enter_file(certificate_id)
    return scene, certificate_id


def granted(decision_id: int, scene: Scene) -> int:
    with unit_of_work():
        certificate_id = decisions.decide(decision_id, "grant", by=make_actor(scene.board))
    assert certificate_id is not None
    return certificate_id


def last_day(certificate_id: int) -> date | None:
    with unit_of_work():
        return db.session.get_one(Certificate, certificate_id).valid_until


@pytest.mark.parametrize(
    ("method", "day", "until"),
    [
        ("from_completion", date(2029, 10, 1), date(2032, 10, 1)),
        ("from_completion", date(2030, 2, 1), date(2033, 2, 1)),
        ("from_previous_end", date(2029, 10, 1), date(2032, 11, 23)),
        ("from_previous_end", date(2030, 2, 1), date(2032, 11, 23)),  # in the grace
        ("from_previous_end", date(2030, 3, 1), date(2033, 3, 1)),  # after it: a new start
        ("fixed_date", date(2029, 10, 15), date(2033, 3, 31)),
        ("fixed_date", date(2030, 6, 1), date(2033, 3, 31)),
    ],
)
def test_a_certificate_and_its_renewal_end_as_the_course_says(
    app: Flask, method: str, day: date, until: date
) -> None:
    scene, first = issue_first(method)
    assert last_day(first) == FIRST_END[method]

    with clock.at(clock.local(day, 10)):
        with unit_of_work():
            decision_id = decisions.propose_renewal(
                first, hardship="Was lang ziek.", by=make_actor(scene.coordinator)
            )
        renewed = granted(decision_id, scene)

    assert last_day(renewed) == until


@pytest.mark.parametrize("method", EXPIRY)
def test_another_name_does_not_move_the_end(app: Flask, method: str) -> None:
    scene, first = issue_first(method)

    with clock.at(clock.local(date(2028, 1, 10), 10)):
        with unit_of_work():
            decision_id = decisions.propose_replacement(
                first, printed_name="Samira Haddou-Çelik", by=make_actor(scene.coordinator)
            )
        replaced = granted(decision_id, scene)

    assert last_day(replaced) == FIRST_END[method]

"""Suggestions with their reasons, wishes and offers, and who sees to it that nobody waits."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from academy.coaching.models import CoachingPlan, CoachingWish, CoachOffer, CoachProposal
from academy.coaching.services import matching, plans
from academy.coaching.services.matching import NewOffer, NewWish
from academy.kernel import clock
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import InvalidInputError, NotFoundError
from academy.people.queries.actors import actor_for
from courses.models import Track
from tests.coaching.builders import CANARY, count_statements, make_plan, set_the_table
from tests.factories import (
    make_cohort,
    make_coordinator,
    make_enrolment,
    make_grant,
    make_person,
    make_place,
    make_trainer,
)

NOT_BEGUN = {
    "state": "to_match",
    "started_on": None,
    "last_contact_on": None,
    "next_contact_due": None,
    "yearly_review_due": None,
    "match_by": date(2026, 11, 30),
}


@pytest.fixture
def table(app):
    return set_the_table()


@pytest.fixture
def fatma(table):
    """Somebody without a coach; `plan_id` is her plan."""
    with unit_of_work():
        person = make_person("Fatma", "Yildiz", language="tr", place_id=table.place.id)
        make_plan(person, None, table.place, **NOT_BEGUN)
    return person


def plan_id_of(person) -> int:
    found = db.session.scalar(sa.select(CoachingPlan.id).where(CoachingPlan.person_id == person.id))
    db.session.rollback()
    return found


def make_coach(table, name: str, **offer):
    with unit_of_work():
        coach = make_person(name, "Begeleider")
        make_grant(coach, "coach", place=table.place)
    if offer:
        with unit_of_work():
            values = {"languages": ("nl",)} | offer
            matching.save_offer(coach.id, NewOffer(**values), by=actor_for(coach.id))
    return coach


def text(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def test_who_suits_best_stands_on_top_and_it_says_why(table, fatma, sign_in):
    with unit_of_work():
        own = matching.NewWish(("tr", "nl"), ("tue-morning", "fri-evening"), None, CANARY)
        matching.save_wish(fatma.id, own, by=actor_for(fatma.id))
    make_coach(table, "Anna", languages=("nl",), place_id=make_far(table))
    make_coach(
        table,
        "Zeynep",
        languages=("nl", "tr"),
        day_parts=("tue-morning",),
        place_id=table.place.id,
    )
    page = text(sign_in(table.tineke), f"/begeleiding/{plan_id_of(fatma)}/koppelen")
    assert page.index("Zeynep") < page.index("Anna")
    for words in (
        "Spreekt ook Turks en Nederlands.",
        "Kan ook op dinsdagochtend.",
        "Woont of werkt in dezelfde buurt.",
        CANARY,
    ):
        assert words in page


def make_far(table) -> int:
    with unit_of_work():
        return make_place("Elders", municipality="Heksloot").id


def test_a_sixteenth_person_is_warned_of(table, fatma, sign_in):
    coach = make_coach(table, "Drukke", languages=("nl",), most=40)
    with unit_of_work():
        for number in range(15):
            make_plan(make_person(f"Buur {number}"), coach, table.place)
    page = text(sign_in(table.tineke), f"/begeleiding/{plan_id_of(fatma)}/koppelen")
    assert "Begeleidt nu 15 mensen." in page
    assert "Let op: dit worden er meer dan vijftien." in page


def test_after_a_no_the_next_one_comes_first(table, fatma, sign_in):
    near = make_coach(table, "Nabij", languages=("nl", "tr"), place_id=table.place.id)
    make_coach(table, "Ander", languages=("nl",))
    plan_id, client = plan_id_of(fatma), sign_in(table.tineke)
    address = f"/begeleiding/{plan_id}/koppelen"
    page = text(client, address)
    assert page.index("Nabij") < page.index("Ander")
    client.post(address, data={"coach_id": str(near.id)})
    sign_in(near).post(f"/begeleiding/{plan_id}/nee")
    page = text(client, address)
    assert page.index("Ander Begeleider") < page.index("Nabij Begeleider")
    assert "werd het niet" in page
    states = db.session.scalars(sa.select(CoachProposal.state)).all()
    assert states == ["declined"]


def test_a_proposal_ends_as_begun_or_withdrawn(table, fatma):
    first, second = make_coach(table, "Eerste"), make_coach(table, "Tweede")
    plan_id = plan_id_of(fatma)
    with unit_of_work():
        plans.match(plan_id, first.id, by=actor_for(table.tineke.id))
    with unit_of_work():
        plans.match(plan_id, second.id, by=actor_for(table.tineke.id))
    with unit_of_work():
        plans.agree(plan_id, by=actor_for(second.id))
        plans.agree(plan_id, by=actor_for(fatma.id))
    states = dict(db.session.execute(sa.select(CoachProposal.coach_id, CoachProposal.state)).all())
    assert states == {first.id: "withdrawn", second.id: "begun"}


def test_the_number_of_statements_does_not_grow_with_coaches(table, fatma, sign_in):
    client, address = sign_in(table.tineke), f"/begeleiding/{plan_id_of(fatma)}/koppelen"
    counts = []
    for round_ in range(2):
        for number in range(3):
            make_coach(table, f"Coach {round_}{number}", languages=("nl",))
        counts.append(count_statements(client, address))
    assert counts[0] == counts[1]


def test_somebody_says_what_they_want_of_a_coach(table, sign_in):
    client = sign_in(table.samira)
    assert "Welke begeleider past bij jou?" in text(client, "/logboek/wensen")
    sent = {
        "first_language": "ar",
        "other_languages": ["nl"],
        "day_parts": ["mon-morning", "sat-evening"],
        "wished_coach_id": "0",
        "words": "Liefst samen wandelen",
    }
    assert client.post("/logboek/wensen", data=sent).status_code == 303
    wish = db.session.scalars(sa.select(CoachingWish)).one()
    assert (wish.languages, wish.day_parts) == (["ar", "nl"], ["mon-morning", "sat-evening"])
    assert (wish.words, wish.by_id) == ("Liefst samen wandelen", table.samira.id)
    db.session.rollback()
    assert "Liefst samen wandelen" in text(client, "/logboek/wensen")
    wrong = client.post("/logboek/wensen", data=sent | {"wished_coach_id": str(table.marije.id)})
    assert wrong.status_code == 422


def test_a_trainer_writes_the_wishes_down_in_the_last_lesson(table, sign_in):
    with unit_of_work():
        cohort = make_cohort(place=table.place)
        trainer = make_trainer(cohort, last_name="Trainer")
        learner = make_person("Fatma", place_id=table.place.id)
        make_enrolment(cohort, person=learner, state="active")
        db.session.execute(sa.update(Track).values(key="residents"))
    with unit_of_work():
        stranger = make_trainer(make_cohort(place=table.place), last_name="Vreemde")
    address = f"/namens/{learner.id}/begeleiding"
    sent = {"first_language": "tr", "wished_coach_id": str(trainer.id)}
    assert address in text(sign_in(trainer), f"/namens/{learner.id}")
    assert sign_in(stranger).get(address).status_code == 404
    assert sign_in(stranger).post(address, data=sent).status_code == 404
    assert sign_in(trainer).post(address, data=sent).status_code == 303
    wish = db.session.scalars(sa.select(CoachingWish)).one()
    assert (wish.wished_coach_id, wish.by_id) == (trainer.id, trainer.id)
    event = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "coaching:wish:saved")
    ).one()
    assert event.data["on_behalf_of"] == learner.id


def test_a_coach_says_when_where_how_and_how_many(table, sign_in):
    client = sign_in(table.marije)
    assert "Wanneer en waar wil jij begeleiden?" in text(client, "/begeleiding/aanbod")
    sent = {
        "languages": ["nl", "fy"],
        "day_parts": ["wed-evening"],
        "channels": ["phone"],
        "place_id": str(table.place.id),
        "how_far": "municipality",
        "most": "8",
        "about": "Ik loop graag.",
    }
    assert client.post("/begeleiding/aanbod", data=sent).status_code == 303
    offer = db.session.scalars(sa.select(CoachOffer)).one()
    assert (offer.most, offer.how_far, offer.place_id) == (8, "municipality", table.place.id)
    db.session.rollback()
    assert client.post("/begeleiding/aanbod", data=sent | {"most": "41"}).status_code == 422


def test_the_coordinator_writes_an_offer_down_for_a_coach_of_the_region_only(table, sign_in):
    with unit_of_work():
        far_place = make_place("Ver")
        far = make_person("Verre", "Begeleider", place_id=far_place.id)
        make_grant(far, "coach", place=far_place)
        nobody = make_person("Niemand", place_id=table.place.id)
    near = make_coach(table, "Nabij")
    client = sign_in(table.tineke)
    sent = {"languages": ["nl"], "how_far": "here", "most": "3"}
    assert client.post(f"/begeleiding/aanbod/{near.id}", data=sent).status_code == 303
    for person in (far, nobody, table.tineke):
        assert client.get(f"/begeleiding/aanbod/{person.id}").status_code == 404
        assert client.post(f"/begeleiding/aanbod/{person.id}", data=sent).status_code == 404


def test_what_a_coach_tells_of_themselves_is_read_before_the_yes(table, fatma, sign_in):
    coach = make_coach(table, "Esra", about="Ik woon hier al dertig jaar.")
    with unit_of_work():
        plans.match(plan_id_of(fatma), coach.id, by=actor_for(table.tineke.id))
    assert "Ik woon hier al dertig jaar." in text(sign_in(fatma), "/logboek")


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (NewWish(()), "languages"),
        (NewWish(("nl",), ("someday",)), "day_parts"),
        (NewWish(("nl",), words="a" * 201), "words"),
    ],
)
def test_a_wish_that_does_not_fit_is_refused(table, wish, field):
    with pytest.raises(InvalidInputError) as refused, unit_of_work():
        matching.save_wish(table.samira.id, wish, by=actor_for(table.samira.id))
    assert field in refused.value.fields


def test_nobody_writes_a_wish_for_a_stranger(table):
    with pytest.raises(NotFoundError), unit_of_work():
        matching.save_wish(table.samira.id, NewWish(("nl",)), by=actor_for(table.tineke.id))


# --- nobody waits unseen ---------------------------------------------------------------------


def test_who_waits_knows_who_looks_for_a_coach(table, fatma, sign_in):
    page = text(sign_in(fatma), "/logboek")
    assert "We zoeken een begeleider voor je." in page
    assert table.tineke.display_name in page


def test_the_coordinator_of_the_smallest_region_is_named(table, fatma, sign_in):
    plan_id = plan_id_of(fatma)
    with unit_of_work():
        big = make_place("Waterdam")
        street = make_place("Straat", parent_id=big.id)
        wide = make_coordinator(big)
        close = make_coordinator(street)
        plan = db.session.get_one(CoachingPlan, plan_id)
        plan.place_id = street.id
    page = text(sign_in(wide), f"/begeleiding/{plan_id}/stand")
    assert f"{close.display_name} let op dat er vóór 30 november 2026" in page


def test_a_plan_without_a_coach_stands_on_the_home_page_and_gets_late(table, fatma, sign_in):
    client = sign_in(table.tineke)
    assert "Fatma Yildiz" in text(client, "/vandaag")
    with clock.at(clock.local(date(2026, 12, 3), 12)):
        late = sign_in(table.tineke)
        assert "3 dagen te laat" in text(late, "/vandaag")

"""Standing in for a coach: rights on those days only, and everybody knows who."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from academy.coaching import policies
from academy.coaching.models import CoachingPlan, Signal
from academy.coaching.queries import due
from academy.coaching.services import cover, load, plans, signals
from academy.coaching.tasks.openings import hand_on
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.messages.declared import Window
from academy.kernel.messages.models import AnnouncedMessage
from academy.people.models import Grant
from academy.people.queries.actors import actor_for
from tests.coaching.builders import CANARY, make_plan, set_the_table, write_entry
from tests.factories import make_coordinator, make_grant, make_person, make_place

FIRST, LAST = date(2026, 12, 1), date(2026, 12, 14)


@pytest.fixture
def table(app):
    return set_the_table()


@pytest.fixture
def ronald(table):
    with unit_of_work():
        ronald = make_person("Ronald", "de Wit", phone="06-00000099")
        other = make_person("Iemand", place_id=table.place.id)
        make_grant(ronald, "coach", about=other)
        make_plan(other, ronald, table.place)
        load.recount((ronald.id, table.marije.id))
    return ronald


def arrange(table, ronald, **values):
    values = {"first_day": FIRST, "last_day": LAST} | values
    with unit_of_work():
        made = cover.arrange_cover(
            table.marije.id, ronald.id, by=actor_for(table.tineke.id), **values
        )
        return made.id


def guides_on(person, guided, day) -> bool:
    return policies.guides(actor_for(person.id, day=day), guided.id)


@pytest.mark.parametrize(
    ("day", "may"),
    [
        (date(2026, 11, 30), False),
        (FIRST, True),
        (date(2026, 12, 7), True),
        (LAST, True),
        (date(2026, 12, 15), False),
    ],
)
def test_a_stand_in_has_rights_on_those_days_only(table, ronald, day, may):
    arrange(table, ronald)
    assert guides_on(ronald, table.samira, day) is may
    assert guides_on(table.marije, table.samira, day) is True


@pytest.mark.parametrize(("day", "status"), [(7, 200), (15, 404)])
def test_the_log_opens_on_those_days_only(table, ronald, sign_in, day, status):
    write_entry(table)
    arrange(table, ronald)
    address = f"/begeleiding/{table.plan_id}"
    assert sign_in(ronald).get(address).status_code == 404
    with clock.at(clock.local(date(2026, 12, day), 10)):
        answer = sign_in(ronald).get(address)
    assert answer.status_code == status
    assert (CANARY in answer.text) is (status == 200)


def test_everybody_hears_it_by_name(table, ronald, sign_in):
    arrange(table, ronald)
    told = db.session.execute(
        sa.select(AnnouncedMessage.name, AnnouncedMessage.person_id).order_by(AnnouncedMessage.id)
    ).all()
    db.session.rollback()
    assert [tuple(one) for one in told] == [
        ("coaching/cover", table.samira.id),
        ("coaching/covering", ronald.id),
    ]
    with clock.at(clock.local(FIRST, 10)):
        page = sign_in(table.samira).get("/logboek").text
    assert "Ronald de Wit" in page
    assert "vervangt tot en met 14 december 2026" in page


def test_who_stands_in_is_asked_to_call(table, ronald):
    arrange(table, ronald)
    with unit_of_work():
        db.session.get_one(CoachingPlan, table.plan_id).next_contact_due = date(2026, 12, 10)
    window = Window(clock.local(date(2026, 12, 6), 0), clock.local(date(2026, 12, 8), 0))
    found = [one.person_id for one in due.contacts(window) if one.ids["plan_id"] == table.plan_id]
    assert found == [ronald.id]


def test_an_early_end_takes_the_right_at_once(table, ronald):
    cover_id = arrange(table, ronald, first_day=date(2026, 11, 23))
    assert guides_on(ronald, table.samira, date(2026, 11, 23))
    with unit_of_work():
        cover.end_cover(cover_id, by=actor_for(table.tineke.id))
    assert not guides_on(ronald, table.samira, date(2026, 11, 23))
    with pytest.raises(NotFoundError), unit_of_work():
        cover.end_cover(cover_id, by=actor_for(table.tineke.id))


@pytest.mark.parametrize("step", ["stop", "transfer"])
def test_what_ends_the_guidance_ends_a_cover_that_had_to_begin(table, ronald, step):
    arrange(table, ronald)
    by = actor_for(table.tineke.id)
    with unit_of_work():
        if step == "stop":
            plans.stop(table.plan_id, by=by)
        else:
            plans.transfer(table.plan_id, make_person("Nieuw").id, by=by)
    assert not guides_on(ronald, table.samira, date(2026, 12, 7))
    held = sa.select(Grant).where(Grant.person_id == ronald.id, Grant.scope_id == table.samira.id)
    assert db.session.scalars(held).all() == []


def test_a_stand_in_who_becomes_the_coach_keeps_access_when_the_cover_ends(table, ronald):
    arrange(table, ronald, first_day=date(2026, 11, 23))
    with unit_of_work():
        plans.transfer(table.plan_id, ronald.id, by=actor_for(table.tineke.id))
    assert guides_on(ronald, table.samira, LAST)
    assert guides_on(ronald, table.samira, date(2026, 12, 15))


def who_calls(plan_id, day) -> list[int]:
    """Return who is asked to make the contact that falls due on a day."""
    with unit_of_work():
        db.session.get_one(CoachingPlan, plan_id).next_contact_due = day
    until = clock.local(day, 0)
    found = list(due.contacts(Window(until - timedelta(days=6), until)))
    db.session.rollback()
    return [one.person_id for one in found if one.ids["plan_id"] == plan_id]


def follows_up(table, plan_id) -> int:
    with unit_of_work():
        made = signals.raise_signal(
            plan_id, "overload", by=actor_for(table.tineke.id), severity="low"
        )
        return made.assigned_to_id


def test_who_stands_in_for_the_own_coach_does_not_guide_themselves(table):
    with unit_of_work():
        joke = make_person("Joke", place_id=table.place.id)
        make_grant(table.marije, "coach", about=joke)
        joke_plan_id = make_plan(joke, table.marije, table.place).id
        everywhere = make_person("Overal")
        make_grant(everywhere, "coordinator")
        load.recount((table.marije.id,))
    arrange(table, table.samira, first_day=date(2026, 11, 23))
    assert follows_up(table, joke_plan_id) == table.samira.id
    assert follows_up(table, table.plan_id) == table.tineke.id
    assert who_calls(joke_plan_id, date(2026, 12, 10)) == [table.samira.id]
    assert who_calls(table.plan_id, date(2026, 12, 10)) == [table.marije.id]


@pytest.fixture
def far(table):
    """Somebody in another region whom the same coach guides, and who looks after that one."""
    with unit_of_work():
        zand = make_place("'t Zand")
        omar = make_coordinator(zand)
        far = make_person("Verweg", place_id=zand.id)
        make_grant(table.marije, "coach", about=far)
        plan_id = make_plan(far, table.marije, zand).id
    return SimpleNamespace(omar=omar, person=far, plan_id=plan_id)


def test_who_stands_in_in_one_region_is_asked_nothing_in_another(table, ronald, far):
    arrange(table, ronald)
    assert who_calls(far.plan_id, date(2026, 12, 10)) == [table.marije.id]
    assert who_calls(table.plan_id, date(2026, 12, 10)) == [ronald.id]


def test_another_region_arranges_its_own_on_the_same_days(table, ronald, far, sign_in):
    first = arrange(table, ronald)
    omar = actor_for(far.omar.id)
    with unit_of_work():
        second = cover.arrange_cover(
            table.marije.id, ronald.id, by=omar, first_day=FIRST, last_day=LAST
        ).id
    assert guides_on(ronald, far.person, FIRST)
    with pytest.raises(NotFoundError), unit_of_work():
        cover.end_cover(first, by=omar)
    page = sign_in(far.omar).get("/begeleiding/begeleiders").text
    assert page.count("Ronald de Wit vervangt Marije Dijkstra") == 1
    with unit_of_work():
        cover.end_cover(second, by=omar)
    assert not guides_on(ronald, far.person, FIRST)
    assert guides_on(ronald, table.samira, FIRST)


@pytest.mark.parametrize("first_day", [date(2026, 11, 23), FIRST])
def test_somebody_new_during_a_cover_is_guided_by_who_stands_in(table, ronald, first_day):
    cover_id = arrange(table, ronald, first_day=first_day)
    with unit_of_work():
        joke = make_person("Joke", place_id=table.place.id)
        plan_id = plans.open_plan(joke.id).id
        plans.match(plan_id, table.marije.id, by=actor_for(table.tineke.id))
        plans.agree(plan_id, by=actor_for(table.marije.id))
        plans.agree(plan_id, by=actor_for(joke.id))
    assert guides_on(ronald, joke, FIRST)
    assert not guides_on(ronald, joke, date(2026, 12, 15))
    assert who_calls(plan_id, date(2026, 12, 10)) == [ronald.id]
    with unit_of_work():
        cover.end_cover(cover_id, by=actor_for(table.tineke.id))
    assert not guides_on(ronald, joke, FIRST)


def raised_during(table, ronald) -> tuple[int, int]:
    """Return a signal that came in during a cover, and the cover; who stands in took it over."""
    cover_id = arrange(table, ronald, first_day=date(2026, 11, 23))
    with unit_of_work():
        by = actor_for(table.tineke.id)
        found = signals.raise_signal(table.plan_id, "overload", by=by, severity="low")
        assert found.assigned_to_id == ronald.id
        signals.take_over(found.id, by=actor_for(ronald.id))
        return found.id, cover_id


def follower_of(signal_id) -> tuple[str, int | None]:
    db.session.rollback()
    found = db.session.get_one(Signal, signal_id)
    return found.state, found.assigned_to_id


def test_what_came_in_during_a_cover_goes_back_to_the_coach_when_it_is_ended(table, ronald):
    signal_id, cover_id = raised_during(table, ronald)
    with unit_of_work():
        cover.end_cover(cover_id, by=actor_for(table.tineke.id))
    assert follower_of(signal_id) == ("open", table.marije.id)
    heard = db.session.scalars(
        sa.select(AnnouncedMessage.person_id).where(AnnouncedMessage.name == "coaching/signal")
    ).all()
    assert heard == [ronald.id, table.marije.id]


@pytest.mark.parametrize("is_over", [True, False])
def test_what_came_in_during_a_cover_goes_back_when_its_days_are_over(table, ronald, is_over):
    signal_id, _cover_id = raised_during(table, ronald)
    day = LAST + timedelta(days=is_over)
    with clock.at(clock.local(day, 1)):
        hand_on()
        hand_on()
    back = ("open", table.marije.id)
    assert follower_of(signal_id) == (back if is_over else ("taken_over", ronald.id))


def test_a_signal_whose_follower_lost_the_right_goes_to_who_looks_after_it(table, ronald):
    with unit_of_work():
        high = signals.raise_signal(
            table.plan_id, "safety", by=actor_for(table.marije.id), severity="high"
        ).id
        other = make_coordinator(table.place)
        left = sa.delete(Grant).where(Grant.person_id == table.tineke.id)
        db.session.execute(left)
    hand_on()
    assert follower_of(high) == ("open", other.id)


def test_two_do_not_stand_in_at_once_nor_does_somebody_for_themselves(table, ronald):
    arrange(table, ronald)
    with pytest.raises(ConflictError):
        arrange(table, ronald, first_day=LAST, last_day=date(2026, 12, 20))
    with pytest.raises(InvalidInputError):
        arrange(table, table.marije)
    with pytest.raises(InvalidInputError):
        arrange(table, ronald, first_day=LAST, last_day=FIRST)


def test_another_region_arranges_and_ends_nothing(table, ronald):
    cover_id = arrange(table, ronald)
    with unit_of_work():
        omar = make_coordinator(make_place("'t Zand"))
    for act in (
        lambda: cover.end_cover(cover_id, by=actor_for(omar.id)),
        lambda: cover.arrange_cover(
            table.marije.id, ronald.id, by=actor_for(omar.id), first_day=FIRST, last_day=LAST
        ),
    ):
        with pytest.raises(NotFoundError), unit_of_work():
            act()


def test_the_coordinator_arranges_it_on_one_page(table, ronald, sign_in):
    client = sign_in(table.tineke)
    page = client.get("/begeleiding/begeleiders").text
    assert "Marije Dijkstra" in page
    form = {"coach_id": table.marije.id, "cover_id": ronald.id}
    wrong = client.post(
        "/begeleiding/begeleiders/vervanging",
        data=form | {"first_day": "14-12-2026", "last_day": "1-12-2026"},
    )
    assert wrong.status_code == 422
    assert "De laatste dag komt na de eerste dag." in wrong.text
    days = {"first_day": "1-12-2026", "last_day": "14-12-2026"}
    done = client.post("/begeleiding/begeleiders/vervanging", data=form | days)
    assert done.status_code == 303
    assert "Ronald de Wit vervangt Marije Dijkstra" in client.get("/begeleiding/begeleiders").text
    assert client.post("/begeleiding/begeleiders/vervanging/1/stop").status_code == 303
    assert "Niemand vervangt nu iemand." in client.get("/begeleiding/begeleiders").text

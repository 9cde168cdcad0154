"""The second factor: each code once in any spelling, near its time, and never by guessing (T14)."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from academy.kernel import clock
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    SecondFactorRequiredError,
    TooManyError,
)
from academy.kernel.mail import OutgoingMail
from academy.people.models import CardCode, SecondFactor, SignIn
from academy.people.queries.second_factor import factor_rows, kinds_of
from academy.people.services import second_factor as services
from academy.people.services.sign_in import make_account
from tests.factories import make_actor, make_grant, make_person
from tests.people.second_steps import (
    MOMENT,
    came_in,
    code,
    make_worker,
    set_up_app,
    set_up_card,
    spellings,
)

pytestmark = pytest.mark.trust("T14")


@pytest.fixture(autouse=True)
def mid_step():
    with time_machine.travel(MOMENT, tick=False):
        yield


@pytest.fixture
def esra(app):
    return make_worker()


def accepts(typed, by) -> bool:
    try:
        with unit_of_work():
            services.give_code(typed, by=by)
    except InvalidInputError:
        return False
    return True


def accepted_again(secret, by) -> list[str]:
    """Use the code of now and return the spellings in which it is taken a second time."""
    digits = code(secret)
    assert accepts(digits, by)
    return [typed for typed in spellings(digits) if accepts(typed, by)]


def test_a_code_of_the_app_works_once_in_any_spelling(esra):
    assert accepted_again(set_up_app(esra), came_in(esra)) == []


@pytest.mark.trust("T14", planted=True)
def test_an_app_that_forgets_what_was_used_is_found(esra, monkeypatch):
    def forgetful(factor, digits):
        step = services.totp.fitting_step(factor.secret, digits, after=0, now=clock.real_now())
        return step is not None

    secret = set_up_app(esra)
    monkeypatch.setattr(services, "_use_app", forgetful)
    digits = code(secret)
    assert accepted_again(secret, came_in(esra)) == spellings(digits)


@pytest.mark.parametrize("which", range(5))
def test_a_code_may_be_written_as_people_write(esra, which):
    secret = set_up_app(esra)
    assert accepts(spellings(code(secret))[which], came_in(esra))


@pytest.mark.parametrize(
    ("steps", "taken"), [(-3, False), (-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_be_one_step_off(esra, steps, taken):
    """A telephone that runs 90 seconds late shows the code of three steps ago."""
    secret = set_up_app(esra)
    assert accepts(code(secret, steps=steps), came_in(esra)) is taken


def test_the_code_before_works_once_and_not_after_the_next(esra):
    secret = set_up_app(esra)
    by = came_in(esra)
    before, now = code(secret, steps=-1), code(secret)
    assert accepts(before, by)
    assert not accepts(before, by)
    assert accepts(now, by)
    assert not accepts(before, by)


def test_time_is_the_real_time_and_not_the_demos(esra):
    secret = set_up_app(esra)
    with clock.at(MOMENT + timedelta(days=100)):
        assert accepts(code(secret), came_in(esra))


def test_a_code_of_the_card_works_once_in_any_spelling(esra):
    codes = set_up_card(esra)
    by = came_in(esra)
    digits = codes[0].replace(" ", "")
    assert accepts(codes[0], by)
    assert not any(accepts(typed, by) for typed in spellings(digits)[:4])
    assert accepts(codes[1], by)


def test_the_first_code_of_a_card_is_used_up(esra):
    by = came_in(esra)
    with unit_of_work():
        codes = services.start_card(by=by)
    assert len(set(codes)) == 10
    assert not accepts(codes[1], by), "a card counts from its first code"
    with unit_of_work():
        services.confirm("card", codes[0], by=by)
    assert not accepts(codes[0], by)
    assert [row.codes_left for row in factor_rows(esra.id)] == [9]


def test_a_new_card_ends_the_old_one(esra):
    by = came_in(esra)
    old = set_up_card(esra, by)
    with unit_of_work():
        unfinished = services.start_card(by=by)
    assert accepts(old[0], by), "until the new one is tried, the old one counts"
    new = set_up_card(esra, by)
    assert not accepts(old[1], by)
    assert not accepts(unfinished[0], by)
    assert accepts(new[0], by)


def test_an_app_counts_from_its_first_code(esra):
    by = came_in(esra)
    with unit_of_work():
        services.start_app(by=by)
    assert kinds_of(esra.id) == frozenset()
    with pytest.raises(InvalidInputError), unit_of_work():
        services.confirm("app", "000000", by=by)
    assert kinds_of(esra.id) == frozenset()


def test_five_wrong_codes_close_the_door_for_five_minutes(esra):
    secret = set_up_app(esra)
    by = came_in(esra)
    for _try in range(5):
        assert not accepts("000 000", by)
    with pytest.raises(TooManyError), unit_of_work():
        services.give_code(code(secret), by=by)
    with time_machine.travel(MOMENT + timedelta(minutes=5, seconds=1), tick=False):
        assert accepts(code(secret), by)


def test_another_device_gives_no_new_tries(esra):
    set_up_app(esra)
    for _try in range(5):
        assert not accepts("000000", came_in(esra))
    with pytest.raises(TooManyError), unit_of_work():
        services.give_code("000000", by=came_in(esra))


def test_a_day_takes_fifty_wrong_codes_at_most(esra):
    set_up_app(esra)
    by = came_in(esra)
    tried = 0
    for minute in range(0, 23 * 60, 6):
        with time_machine.travel(MOMENT + timedelta(minutes=minute), tick=False):
            for _try in range(5):
                try:
                    accepts("000000", by)
                except TooManyError:
                    break
                tried += 1
    assert tried == 50


def test_every_no_is_the_same(esra):
    secret = set_up_app(esra)
    by = came_in(esra)
    accepts(code(secret), by)
    answers = set()
    for typed in (code(secret), "000000", "", "12345678", "kaart"):
        with pytest.raises(InvalidInputError) as refused, unit_of_work():
            services.give_code(typed, by=by)
        answers.add(refused.value.sentence)
    assert len(answers) == 1


def test_somebody_elses_code_does_not_fit(esra):
    secret = set_up_app(esra)
    other = make_worker("trainer", "said@test.example")
    set_up_app(other)
    assert not accepts(code(secret), came_in(other))


def test_giving_it_marks_this_device_only(esra):
    secret = set_up_app(esra)
    here, there = came_in(esra), came_in(esra)
    assert accepts(code(secret), here)
    given = {
        row.id: row.second_factor_at is not None for row in db.session.scalars(sa.select(SignIn))
    }
    assert given[here.sign_in_id]
    assert not given[there.sign_in_id]


def test_nothing_that_opens_the_door_is_stored_readably(esra):
    secret = set_up_app(esra)
    by = came_in(esra)
    assert accepts(code(secret), by)
    codes = [one.replace(" ", "") for one in set_up_card(esra, by)]
    raw = db.session.execute(sa.text("select secret from second_factor")).scalars().all()
    hashes = db.session.scalars(sa.select(CardCode.code_hash)).all()
    assert secret not in "".join(raw)
    assert not [one for one in codes if one in "".join(hashes)]


def test_who_has_one_gives_it_before_making_another(esra):
    secret = set_up_app(esra)
    by = came_in(esra)
    for start in (services.start_app, services.start_card):
        with pytest.raises(SecondFactorRequiredError), unit_of_work():
            start(by=by)
    assert accepts(code(secret), by)
    with unit_of_work():
        assert len(services.start_card(by=by)) == 10


def test_a_participant_makes_none(app):
    with unit_of_work():
        person = make_person("Samira")
        make_account(person.id, "samira@test.example", by=make_actor(person))
    by = came_in(person)
    assert by.withheld == ()
    with pytest.raises(NotFoundError), unit_of_work():
        services.start_card(by=by)


def test_the_last_one_stays_and_nobody_elses_goes(esra):
    secret = set_up_app(esra)
    by = came_in(esra)
    accepts(code(secret), by)
    (app_id,) = [row.id for row in factor_rows(esra.id)]
    with pytest.raises(ForbiddenError), unit_of_work():
        services.remove(app_id, by=by)
    other = make_worker("trainer", "said@test.example")
    their_secret = set_up_app(other)
    theirs = came_in(other)
    accepts(code(their_secret), theirs)
    with pytest.raises(NotFoundError), unit_of_work():
        services.remove(app_id, by=theirs)
    set_up_card(esra, by)
    with unit_of_work():
        services.remove(app_id, by=by)
    assert kinds_of(esra.id) == {"card"}


def test_an_administrator_takes_it_away_with_a_reason(esra):
    set_up_app(esra)
    came_in(esra)
    with unit_of_work():
        admin = make_person("Gerda")
        make_grant(admin, "admin")
        services.reset(esra.id, reason="lost", by=make_actor(admin))
    assert kinds_of(esra.id) == frozenset()
    ended = db.session.scalars(sa.select(SignIn.ended_at).where(SignIn.person_id == esra.id)).all()
    assert all(ended)
    event = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "people:second-factor:reset")
    ).one()
    assert (event.actor_id, event.subject_id, event.data) == (admin.id, esra.id, {"reason": "lost"})
    mails = db.session.scalars(sa.select(OutgoingMail.template).order_by(OutgoingMail.id)).all()
    assert mails == ["people/second_factor_added", "people/second_factor_reset"]


@pytest.mark.parametrize("role", ["coordinator", "board", "coach"])
def test_nobody_else_takes_it_away(esra, role):
    set_up_app(esra)
    with unit_of_work():
        other = make_person("Tineke")
        make_grant(other, role)
    with pytest.raises(NotFoundError), unit_of_work():
        services.reset(esra.id, reason="lost", by=make_actor(other))
    assert kinds_of(esra.id) == {"app"}


def test_nobody_takes_away_their_own_or_without_a_reason(esra):
    with unit_of_work():
        make_grant(esra, "admin")
        other = make_person("Joke")
        make_grant(other, "admin")
    set_up_app(esra)
    with pytest.raises(ForbiddenError), unit_of_work():
        services.reset(esra.id, reason="lost", by=make_actor(esra))
    with pytest.raises(InvalidInputError), unit_of_work():
        services.reset(esra.id, reason="omdat", by=make_actor(other))
    assert kinds_of(esra.id) == {"app"}


def test_an_actor_without_a_sign_in_gives_nothing(esra):
    secret = set_up_app(esra)
    by = dataclasses.replace(came_in(esra), sign_in_id=None)
    with pytest.raises(NotFoundError), unit_of_work():
        services.give_code(code(secret), by=by)
    assert db.session.scalar(sa.select(SecondFactor.counter)) == 0

"""Graduates walk along with who begins: both say yes, either stops, and a season counts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from academy.community import services
from academy.community.models import MentorDay, MentorOffer, MentorPair
from academy.community.queries import mentoring, mentors
from academy.kernel import clock
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from academy.kernel.messages.models import AnnouncedMessage
from academy.people.queries.about import acts_for
from certificates.models import Certificate, RenewalEvidence
from tests.community.mentoring_street import make_beginning, offer, run_pair
from tests.community.street import certify
from tests.factories import make_actor, make_person

TODAY = date(2026, 11, 23)
LATER = TODAY + timedelta(days=5)


@pytest.fixture
def world(app):
    return make_beginning()


@pytest.fixture
def street(world):
    return world[0]


@pytest.fixture
def beginner(world):
    return world[1]


def evidence(person):
    found = sa.select(
        RenewalEvidence.requirement, RenewalEvidence.on, RenewalEvidence.source_ref
    ).filter_by(person_id=person.id)
    return [tuple(row) for row in db.session.execute(found)]


def meet(street, pair_id, *days, by=None):
    mentor = street.certified
    with unit_of_work():
        for day in days:
            services.note_meeting(pair_id, mentor.id, on=day, by=by or make_actor(mentor))


def days():
    return list(db.session.scalars(sa.select(MentorDay).order_by(MentorDay.done_on)))


# --- offering --------------------------------------------------------------------------------


def test_who_holds_a_certificate_that_counts_offers_and_takes_it_back(street):
    offer(street, "walk_along", "assess")
    assert mentoring.offered_kinds(street.certified.id) == ("walk_along", "assess")
    with unit_of_work():
        services.save_offer(street.certified.id, (), by=make_actor(street.certified))
    assert db.session.scalars(sa.select(MentorOffer)).all() == []
    names = db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert names[-2:] == ["community:mentoring:saved", "community:mentoring:taken-back"]


@pytest.mark.parametrize(
    "change", [{"standing": "revoked"}, {"valid_until": TODAY - timedelta(days=1)}]
)
def test_who_holds_none_that_counts_offers_nothing(street, change):
    with unit_of_work():
        db.session.execute(sa.update(Certificate).values(**change))
    with pytest.raises(NotFoundError), unit_of_work():
        services.save_offer(street.certified.id, ("train",), by=make_actor(street.certified))


def test_a_certificate_of_another_track_is_not_enough(street):
    with unit_of_work():
        db.session.execute(sa.update(Certificate).values(track="governors"))
    assert not mentoring.is_graduate(street.certified.id)


def test_a_coach_or_coordinator_passes_an_offer_on(street):
    for helper in (street.coach, street.coordinator):
        with unit_of_work():
            services.save_offer(street.certified.id, ("train",), by=make_actor(helper))
    told = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "community:mentoring:saved")
    ).all()
    assert [one.actor_id for one in told] == [street.coach.id, street.coordinator.id]
    for stranger in (street.newcomer, street.far_coordinator):
        with pytest.raises(NotFoundError), unit_of_work():
            services.save_offer(street.certified.id, (), by=make_actor(stranger))


def test_taking_back_ends_what_waits_and_not_what_runs(street, beginner):
    running = run_pair(street, beginner)
    with unit_of_work():
        second = make_person("Sara", place_id=street.place.id)
        certify(second, street.cohort)
        waiting = services.link(street.certified.id, second.id, by=street.by)
        services.save_offer(street.certified.id, (), by=make_actor(street.certified))
    states = {one.id: one.state for one in db.session.scalars(sa.select(MentorPair))}
    assert states == {running: "running", waiting: "ended"}


# --- two people ------------------------------------------------------------------------------


def test_nothing_runs_until_both_say_yes(street, beginner):
    offer(street)
    with unit_of_work():
        pair_id = services.link(street.certified.id, beginner.id, by=street.by)
        mentor = make_actor(street.certified)
        state = services.answer_pair(pair_id, street.certified.id, yes=True, by=mentor)
    assert state == "open"
    with pytest.raises(ConflictError), unit_of_work():
        services.note_meeting(pair_id, street.certified.id, on=TODAY, by=mentor)
    with unit_of_work():
        state = services.answer_pair(pair_id, beginner.id, yes=True, by=make_actor(beginner))
    assert state == "running"


def test_both_hear_that_they_are_asked_until_they_answer(street, beginner):
    offer(street)
    with unit_of_work():
        pair_id = services.link(street.certified.id, beginner.id, by=street.by)
    told = db.session.scalars(
        sa.select(AnnouncedMessage).filter_by(name="community/mentor_asked")
    ).all()
    found = {one.person_id: mentoring.told_asked(**one.ids) for one in told}
    assert found == {
        street.certified.id: {"name": "Omar", "is_mentor": True},
        beginner.id: {"name": "Fatma", "is_mentor": False},
    }
    with unit_of_work():
        services.answer_pair(pair_id, beginner.id, yes=True, by=make_actor(beginner))
    waiting = sa.select(AnnouncedMessage.person_id).filter_by(name="community/mentor_asked")
    assert db.session.scalars(waiting).all() == [street.certified.id]
    assert mentoring.told_asked(pair_id, beginner.id) is None
    assert mentoring.told_asked(pair_id, street.certified.id) is not None
    assert mentoring.told_asked(pair_id, street.newcomer.id) is None
    with unit_of_work():
        services.answer_pair(
            pair_id, street.certified.id, yes=False, by=make_actor(street.certified)
        )
    assert mentoring.told_asked(pair_id, street.certified.id) is None


@pytest.mark.parametrize("who", ["certified", "beginner"])
def test_either_stops_and_who_or_why_is_kept_nowhere(street, beginner, who):
    pair_id = run_pair(street, beginner)
    person = street.certified if who == "certified" else beginner
    with unit_of_work():
        services.answer_pair(pair_id, person.id, yes=False, by=make_actor(person))
    pair = db.session.get_one(MentorPair, pair_id)
    assert (pair.state, pair.ended_on) == ("ended", TODAY)
    with pytest.raises(ConflictError), unit_of_work():
        services.answer_pair(pair_id, person.id, yes=True, by=make_actor(person))
    with unit_of_work():
        services.link(street.certified.id, beginner.id, by=street.by)


def test_nobody_answers_for_another_out_of_reach(street, beginner):
    offer(street)
    with unit_of_work():
        pair_id = services.link(street.certified.id, beginner.id, by=street.by)
    for by, person in (
        (street.certified, beginner),
        (street.far_coordinator, beginner),
        (street.newcomer, street.newcomer),
    ):
        with pytest.raises(NotFoundError), unit_of_work():
            services.answer_pair(pair_id, person.id, yes=True, by=make_actor(by))


def test_only_who_begins_is_found_and_has_one_mentor_at_most(street, beginner):
    offer(street)

    def find(text):
        found = mentors.find_starters(street.certified.id, text, by=street.by)
        return [one.name for one in found]

    assert find("oma") == [beginner.display_name]
    assert find("Fat") == []
    assert find("Nieuw") == []
    assert find("o") == []
    with unit_of_work():
        services.link(street.certified.id, beginner.id, by=street.by)
    assert find("oma") == []
    with pytest.raises(NotFoundError), unit_of_work():
        services.link(street.certified.id, beginner.id, by=street.by)


def test_who_has_had_a_certificate_for_long_does_not_begin(street):
    with unit_of_work():
        old = make_person("Bea", place_id=street.place.id)
        certify(old, street.cohort)
    found = mentors.find_starters(street.certified.id, "Bea", by=street.by)
    assert [one.person_id for one in found] == [old.id]
    with unit_of_work():
        db.session.execute(sa.update(Certificate).values(issued_on=TODAY - timedelta(days=400)))
    assert mentors.find_starters(street.certified.id, "Bea", by=street.by) == []


def test_only_a_coordinator_in_reach_brings_two_people_together(street, beginner):
    offer(street)
    for by, error in (
        (street.coach, ForbiddenError),
        (street.certified, ForbiddenError),
        (street.far_coordinator, NotFoundError),
    ):
        with pytest.raises(error), unit_of_work():
            services.link(street.certified.id, beginner.id, by=make_actor(by))


def test_a_mentor_who_offers_something_else_is_not_asked(street, beginner):
    offer(street, "train")
    with pytest.raises(ConflictError), unit_of_work():
        services.link(street.certified.id, beginner.id, by=street.by)


# --- days and seasons ------------------------------------------------------------------------


def test_a_season_of_three_meetings_counts_once_a_coordinator_says_so(street, beginner):
    pair_id = run_pair(street, beginner)
    meet(street, pair_id, TODAY)
    with clock.at(clock.local(date(2026, 11, 30), 12)):
        meet(street, pair_id, date(2026, 11, 26))
        with pytest.raises(ConflictError), unit_of_work():
            services.confirm_season(street.certified.id, "2026-autumn", by=street.by)
        assert mentors.ready_mentors(street.by) == []
        meet(street, pair_id, date(2026, 11, 30))
        assert evidence(street.certified) == []
        assert [one.person_id for one in mentors.ready_mentors(street.by)] == [street.certified.id]
        for _again in range(2):
            with unit_of_work():
                services.confirm_season(street.certified.id, "2026-autumn", by=street.by)
        assert mentors.ready_mentors(street.by) == []
    assert evidence(street.certified) == [("meetups", date(2026, 11, 30), "2026-autumn")]
    assert evidence(beginner) == []


def test_a_day_before_the_pair_or_to_come_or_twice_is_refused(street, beginner):
    pair_id = run_pair(street, beginner)
    meet(street, pair_id, TODAY)
    for day in (TODAY, TODAY - timedelta(days=1), TODAY + timedelta(days=1)):
        with pytest.raises(InvalidInputError):
            meet(street, pair_id, day)
    with pytest.raises(NotFoundError), unit_of_work():
        services.note_meeting(pair_id, beginner.id, on=TODAY, by=make_actor(beginner))


def test_a_day_that_a_coach_notes_or_takes_back_is_done_for_the_mentor(street, beginner):
    pair_id = run_pair(street, beginner)
    meet(street, pair_id, TODAY, by=make_actor(street.coach))
    with unit_of_work():
        services.take_day_back(days()[0].id, by=make_actor(street.coach))
    offer(street, "assess")
    with unit_of_work():  # only a coordinator may: nobody's wish is passed on
        services.note_helped(street.certified.id, "assess", on=TODAY, by=street.by)
    kinds = {f"community:mentoring:{what}" for what in ("day-noted", "day-taken-back")}
    acts = [(one.action, one.by) for one in acts_for(street.certified.id, kinds)]
    assert acts == [(kind, street.coach.display_name) for kind in sorted(kinds, reverse=True)]


def test_a_day_of_help_counts_at_once_and_is_taken_back(street):
    offer(street, "assess")
    with unit_of_work():
        services.note_helped(street.certified.id, "assess", on=TODAY, by=street.by)
    assert evidence(street.certified) == [("meetups", TODAY, "2026-autumn")]
    for kind, on in (("assess", TODAY), ("train", TODAY), ("assess", LATER), ("phone", TODAY)):
        with pytest.raises(InvalidInputError), unit_of_work():
            services.note_helped(street.certified.id, kind, on=on, by=street.by)
    (day,) = days()
    with pytest.raises(ForbiddenError), unit_of_work():
        services.take_day_back(day.id, by=make_actor(street.certified))
    with unit_of_work():
        assert services.take_day_back(day.id, by=street.by) == street.certified.id
    assert evidence(street.certified) == []


def test_walking_along_and_helping_in_one_season_count_once(street, beginner):
    pair_id = run_pair(street, beginner)
    with unit_of_work():
        services.note_helped(street.certified.id, "train", on=TODAY, by=street.by)
    with clock.at(clock.local(date(2026, 11, 30), 12)):
        meet(street, pair_id, *(TODAY + timedelta(days=step) for step in (0, 2, 4)))
        with unit_of_work():
            services.confirm_season(street.certified.id, "2026-autumn", by=street.by)
        assert len(evidence(street.certified)) == 1
        helped = next(one for one in days() if one.kind == "train")
        with unit_of_work():
            services.take_day_back(helped.id, by=street.by)
        assert len(evidence(street.certified)) == 1
        with unit_of_work():
            services.take_day_back(days()[0].id, by=street.by)
    assert evidence(street.certified) == []
    assert [one.counted_on for one in days()] == [None, None]


def test_a_mentor_takes_back_a_day_that_does_not_count_yet(street, beginner):
    pair_id = run_pair(street, beginner)
    meet(street, pair_id, TODAY)
    (day,) = days()
    for stranger in (beginner, street.far_coordinator):
        with pytest.raises(NotFoundError), unit_of_work():
            services.take_day_back(day.id, by=make_actor(stranger))
    with unit_of_work():
        services.take_day_back(day.id, by=make_actor(street.certified))
    assert days() == []
    with pytest.raises(NotFoundError), unit_of_work():
        services.take_day_back(day.id, by=make_actor(street.certified))


def test_a_coordinator_decides_nothing_about_their_own_help(street):
    with unit_of_work():
        certify(street.coordinator, street.cohort)
        street.coordinator.place_id = street.place.id
        db.session.add(street.coordinator)
        services.save_offer(street.coordinator.id, ("train",), by=street.by)
    with pytest.raises(NotFoundError), unit_of_work():
        services.note_helped(street.coordinator.id, "train", on=TODAY, by=street.by)
    assert mentors.mentor_rows(street.by).rows == ()

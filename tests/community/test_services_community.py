"""What people do with meet-ups and stories, and what is refused."""

from __future__ import annotations

from datetime import date, time

import pytest
import sqlalchemy as sa

from academy.community import queries, services
from academy.community.models import MeetUp, Rsvp, Story
from academy.community.queries import meetups
from academy.community.queries.meetups import unmarked_rows
from academy.community.services import NewMeetUp, NewStory, Reply
from academy.kernel import clock
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
)
from academy.kernel.messages.models import AnnouncedMessage
from tests.community.street import SOON, certify, load_sample, make_street, rows
from tests.factories import make_actor, make_person


@pytest.fixture
def street(app):
    return make_street()


def answer(street, person, text="yes", *, by=None):
    with unit_of_work():
        services.answer_invitation(
            street.meetup_id, person.id, Reply(text, "soep", "oppas"), by=make_actor(by or person)
        )


def told(name):
    """Return who heard of something, in order."""
    query = sa.select(AnnouncedMessage.person_id).filter_by(name=name)
    return list(db.session.scalars(query.order_by(AnnouncedMessage.id)))


def test_a_meetup_is_planned_ahead_by_a_coordinator(street):
    new = NewMeetUp("follow_up", "Winter", SOON, "De Krokus", 30)
    with pytest.raises(ForbiddenError):
        services.plan_meetup(new, by=make_actor(street.certified))
    past = NewMeetUp("follow_up", "Winter", date(2026, 11, 22), "De Krokus", 30)
    with pytest.raises(InvalidInputError):
        services.plan_meetup(past, by=street.by)


def test_everybody_of_the_region_who_did_not_answer_is_invited_once(street):
    with unit_of_work():
        far = make_person(place_id=street.far_place_id)
        certify(far, street.cohort)
        assert services.invite(street.meetup_id, by=street.by) == 1
        assert services.invite(street.meetup_id, by=street.by) == 1
    assert told("community/invited") == [street.certified.id]
    answer(street, street.certified)
    with unit_of_work():
        assert services.invite(street.meetup_id, by=street.by) == 0
    with pytest.raises(ForbiddenError):
        services.invite(street.meetup_id, by=make_actor(street.coach))


def test_one_answers_for_oneself_and_may_change_it(street):
    answer(street, street.certified, "maybe")
    answer(street, street.certified, "no")
    row = queries.get_meetup(street.meetup_id, by=make_actor(street.certified))
    assert (row.answer, row.brings, row.needs) == ("no", "soep", "oppas")
    assert (row.yes, row.maybe, row.no, row.answers) == (0, 0, 1, 1)


def test_coach_and_coordinator_answer_for_somebody_and_it_is_recorded_as_theirs(street):
    answer(street, street.certified, by=street.coach)
    answer(street, street.certified, "maybe", by=street.coordinator)
    acts = db.session.execute(
        sa.select(AuditEvent.actor_id, AuditEvent.subject_id).where(
            AuditEvent.action == "community:meetup:answered"
        )
    ).all()
    assert [tuple(act) for act in acts] == [
        (street.coach.id, street.certified.id),
        (street.coordinator.id, street.certified.id),
    ]


def test_others_answer_for_nobody(street):
    for by in (street.newcomer, street.far_coordinator):
        with pytest.raises(NotFoundError):
            answer(street, street.certified, by=by)
    with pytest.raises(NotFoundError):
        services.answer_invitation(street.meetup_id, 999_999, Reply("yes"), by=street.by)


def test_only_who_was_certified_is_invited(street):
    with pytest.raises(NotFoundError):
        answer(street, street.newcomer)
    assert not queries.is_welcome(street.newcomer.id)
    with pytest.raises(InvalidInputError):
        answer(street, street.certified, "perhaps")


def others(street, number):
    """Return more people who were certified."""
    with unit_of_work():
        found = [make_person(place_id=street.place.id) for _number in range(number)]
        for one in found:
            certify(one, street.cohort)
    return found


def line(street, people):
    return [meetups.place_in_line(street.meetup_id, one.id) for one in people]


def test_who_says_yes_when_all_chairs_are_taken_stands_in_line(street):
    people = others(street, 4)
    for one in people:
        answer(street, one)
    assert line(street, people) == [0, 0, 1, 2]
    row = queries.get_meetup(street.meetup_id, by=make_actor(people[3]))
    assert (row.yes, row.in_line, row.waits) == (2, 2, True)
    answer(street, people[0])
    answer(street, people[2])
    assert line(street, people) == [0, 0, 1, 2]


def test_the_first_in_line_moves_up_and_hears_it(street):
    people = others(street, 5)
    for one in people:
        answer(street, one)
    answer(street, people[2], "no")
    assert told("community/chair_free") == []
    answer(street, people[0], "maybe")
    assert line(street, people) == [0, 0, 0, 0, 1]
    assert told("community/chair_free") == [people[3].id]
    answer(street, people[2])
    assert line(street, people) == [0, 0, 2, 0, 1]


def test_more_chairs_move_more_people_up(street):
    people = others(street, 5)
    for one in people:
        answer(street, one)
    with unit_of_work():
        services.change_meetup(street.meetup_id, changed(capacity=4), by=street.by)
    assert line(street, people) == [0, 0, 0, 0, 1]
    with pytest.raises(InvalidInputError):
        services.change_meetup(street.meetup_id, changed(capacity=3), by=street.by)
    assert told("community/changed") == []


def changed(**values):
    same = {"kind": "follow_up", "title": "Volhouden", "held_on": SOON, "place": "De Krokus"}
    return NewMeetUp(**(same | {"capacity": 2} | values))


def test_who_may_come_hears_of_another_day_and_of_a_calling_off(street):
    people = others(street, 2)
    answer(street, people[0], "maybe")
    answer(street, people[1], "no")
    with unit_of_work():
        services.change_meetup(street.meetup_id, changed(starts_at=time(14)), by=street.by)
    assert told("community/changed") == [people[0].id]
    with unit_of_work():
        services.cancel_meetup(street.meetup_id, by=street.by)
    assert told("community/called_off") == [people[0].id]
    assert meetups.told_coming(street.meetup_id) is None
    assert meetups.told_called_off(street.meetup_id)["starts"] == "14.00"
    for late in (
        lambda: answer(street, people[0]),
        lambda: services.cancel_meetup(street.meetup_id, by=street.by),
        lambda: services.invite(street.meetup_id, by=street.by),
    ):
        with pytest.raises(ConflictError):
            late()
    with clock.at(clock.local(SOON, 17)), pytest.raises(ConflictError):
        services.note_who_came(street.meetup_id, [], by=street.by)


def test_only_a_coordinator_changes_or_calls_off(street):
    for person in (street.certified, street.coach):
        by = make_actor(person)
        with pytest.raises(ForbiddenError):
            services.change_meetup(street.meetup_id, changed(), by=by)
        with pytest.raises(ForbiddenError):
            services.cancel_meetup(street.meetup_id, by=by)
        with pytest.raises(ForbiddenError):
            services.note_who_came(street.meetup_id, [], by=by)


def test_who_came_is_noted_at_once_and_walk_ins_too(street):
    people = others(street, 2)
    answer(street, people[0])
    answer(street, people[1], "maybe")
    with clock.at(clock.local(SOON, 17)), unit_of_work():
        services.add_walk_in(street.meetup_id, street.certified.id, by=street.by)
        came = [people[1].id, street.certified.id]
        services.note_who_came(street.meetup_id, came, by=street.by)
    row = queries.get_meetup(street.meetup_id, by=street.by)
    assert (row.state, row.came, row.yes) == ("held", 2, 1)
    with clock.at(clock.local(SOON, 18)), unit_of_work():
        services.note_who_came(street.meetup_id, [people[0].id], by=street.by)
    guests = queries.guest_rows(street.meetup_id, by=street.by)
    assert {one.person_id: one.came for one in guests} == {people[0].id: True, people[1].id: False}


def test_nobody_from_elsewhere_walks_in_or_is_marked(street):
    answer(street, street.certified)
    far = make_actor(street.far_coordinator)
    with clock.at(clock.local(SOON, 17)):
        for person, by in ((street.certified, far), (street.newcomer, street.by)):
            with pytest.raises(NotFoundError):
                services.add_walk_in(street.meetup_id, person.id, by=by)
        with unit_of_work():
            services.note_who_came(street.meetup_id, [street.certified.id], by=far)
    assert queries.get_meetup(street.meetup_id, by=street.by).came == 0
    with pytest.raises(ConflictError):
        services.add_walk_in(street.meetup_id, street.certified.id, by=street.by)


def test_only_its_own_region_changes_calls_off_or_holds_a_meetup(street):
    far = make_actor(street.far_coordinator)
    for one in (
        lambda: services.change_meetup(street.meetup_id, changed(), by=far),
        lambda: services.cancel_meetup(street.meetup_id, by=far),
        lambda: services.invite(street.meetup_id, by=far),
    ):
        with pytest.raises(NotFoundError):
            one()
    with clock.at(clock.local(SOON, 17)):
        with unit_of_work():
            services.note_who_came(street.meetup_id, [], by=far)
        with pytest.raises(NotFoundError):
            services.hold_meetup(street.meetup_id, by=far)
        assert unmarked_rows(far) == []
        assert [one.id for one in unmarked_rows(street.by)] == [street.meetup_id]
    assert queries.get_meetup(street.meetup_id, by=street.by).state != "held"


def test_who_answered_after_the_list_was_shown_stays_as_they_are(street):
    people = others(street, 2)
    answer(street, people[0])
    with clock.at(clock.local(SOON, 17)), unit_of_work():
        services.add_walk_in(street.meetup_id, street.certified.id, by=street.by)
        services.note_who_came(
            street.meetup_id, [people[0].id], by=street.by, listed_ids=[people[0].id]
        )
    guests = queries.guest_rows(street.meetup_id, by=street.by)
    assert {one.person_id for one in guests if one.came} == {people[0].id, street.certified.id}


def test_a_meetup_is_held_on_its_day_and_then_takes_no_answers(street):
    answer(street, street.certified)
    with pytest.raises(ConflictError):
        services.hold_meetup(street.meetup_id, by=street.by)
    with pytest.raises(ConflictError):
        services.record_came(street.meetup_id, street.certified.id, came=True, by=street.by)
    with clock.at(clock.local(SOON, 17)):
        with unit_of_work():
            services.hold_meetup(street.meetup_id, by=street.by)
            services.record_came(street.meetup_id, street.certified.id, came=True, by=street.by)
        with pytest.raises(ConflictError):
            services.hold_meetup(street.meetup_id, by=street.by)
        with pytest.raises(NotFoundError):
            services.record_came(street.meetup_id, street.newcomer.id, came=True, by=street.by)
        with pytest.raises(ConflictError):
            answer(street, street.certified)
        with pytest.raises(ForbiddenError):
            services.hold_meetup(street.meetup_id, by=make_actor(street.coach))
    assert queries.get_meetup(street.meetup_id, by=street.by).came == 1
    with pytest.raises(NotFoundError):
        services.hold_meetup(999_999, by=street.by)
    with pytest.raises(NotFoundError):
        queries.get_meetup(999_999, by=street.by)


def test_guests_are_seen_by_who_knows_them(street):
    answer(street, street.certified)
    seen = {
        name: len(queries.guest_rows(street.meetup_id, by=make_actor(person)))
        for name, person in (
            ("coach", street.coach),
            ("coordinator", street.coordinator),
            ("far", street.far_coordinator),
            ("newcomer", street.newcomer),
        )
    }
    assert seen == {"coach": 1, "coordinator": 1, "far": 0, "newcomer": 0}


def test_a_story_is_public_after_three_residents_and_a_yes(street):
    with pytest.raises(ConflictError, match="drie bewoners"):
        services.publish_story(street.story_id, by=street.by)
    with unit_of_work():
        services.count_confirmations(street.story_id, 3, by=street.by)
    with pytest.raises(NotFoundError):
        queries.get_story(street.story_id)
    with unit_of_work():
        services.publish_story(street.story_id, by=street.by)
    assert queries.get_story(street.story_id).published_on == date(2026, 11, 23)
    with pytest.raises(ConflictError):
        services.publish_story(street.story_id, by=street.by)
    with pytest.raises(ConflictError):
        services.count_confirmations(street.story_id, 9, by=street.by)


def test_the_database_publishes_nothing_against_the_rule(street):
    with pytest.raises(sa.exc.IntegrityError), unit_of_work():
        db.session.execute(sa.update(Story).values(published_on=date(2026, 11, 23)))


def test_a_story_that_may_not_be_shared_stays_at_home(street):
    new = NewStory("De tunnel", "Samen lopen.", street.place.id, "habits", may_share=False)
    with unit_of_work():
        story_id = services.tell_story(new, by=street.by)
        services.count_confirmations(story_id, 6, by=street.by)
    with pytest.raises(ConflictError, match="niet delen"):
        services.publish_story(story_id, by=street.by)


def test_one_tells_ones_own_story(street):
    own = NewStory("Soep", "Eén bord extra.", street.place.id, "habits", True, street.certified.id)
    with unit_of_work():
        services.tell_story(own, by=make_actor(street.certified))
        services.tell_story(own, by=make_actor(street.coach))
    for person in (street.newcomer, street.far_coordinator):
        with pytest.raises(NotFoundError):
            services.tell_story(own, by=make_actor(person))
    empty = NewStory("", "", street.place.id, "habits", True, street.certified.id)
    with pytest.raises(InvalidInputError):
        services.tell_story(empty, by=street.by)


def test_only_the_coordinator_of_the_place_counts_and_publishes(street):
    with pytest.raises(ForbiddenError):
        services.publish_story(street.story_id, by=make_actor(street.certified))
    for story_id in (street.story_id, 999_999):
        with pytest.raises(NotFoundError):
            services.publish_story(story_id, by=make_actor(street.far_coordinator))
    with pytest.raises(InvalidInputError):
        services.count_confirmations(street.story_id, -1, by=street.by)


def test_the_sample_data_equal_their_files(app):
    ids = load_sample()
    everything = list(rows("rsvps"))
    assert db.session.scalar(sa.select(sa.func.count(Rsvp.id))) == len(everything)
    assert db.session.scalar(sa.select(sa.func.count(MeetUp.id))) == 18
    by = make_actor(make_person())
    for row in rows("meetups"):
        mine = [one for one in everything if one["meetup_id"] == row["meetup_id"]]
        found = queries.get_meetup(ids[row["meetup_id"]], by=by)
        said = [one["rsvp"] for one in mine]
        assert (found.yes, found.maybe, found.no) == tuple(
            said.count(word) for word in ("ja", "misschien", "nee")
        )
        assert found.came == sum(one["came"] == "ja" for one in mine)
        assert found.state == ("held" if row["status"] == "gehouden" else "planned")
    published = {row.id for row in queries.story_rows().rows}
    assert published == {
        ids[row["solution_id"]] for row in rows("solutions") if row["published_on"]
    }

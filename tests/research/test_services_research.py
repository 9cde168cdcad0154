"""What people do in research, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.research import queries, services
from academy.research.models import Observation, Problem, Talk
from academy.research.services import Answer, NewObservation, NewProblem, NewProject
from tests.factories import make_actor
from tests.research.neighbourhood import confirm, make_neighbourhood


@pytest.fixture
def there(app):
    return make_neighbourhood()


def quote(**values):
    values = {"is_quote": True, "consent": True} | values
    return NewObservation("hear", "‘Wie wast er af?’", "evening", "resident", **values)


def problem_of(there):
    return queries.get_problem_page(there.problem_id, by=there.by).problem


def test_a_coordinator_of_the_place_may_write_and_others_find_nothing(there):
    with unit_of_work():
        services.find_key(there.problem_id, "Stoepkoffie", by=make_actor(there.coordinator))
    for person in (there.stranger, there.far_coordinator, there.participant):
        with pytest.raises(NotFoundError), unit_of_work():
            services.let_rest(there.problem_id, by=make_actor(person))
        with pytest.raises(NotFoundError):
            queries.get_project(there.project_id, by=make_actor(person))


def test_one_starts_a_project_to_lead_it_or_in_the_own_region(there):
    new = NewProject(title="Nog een", place_id=there.place.id, lead_id=there.lead.id)
    with unit_of_work():
        services.start_project(new, by=make_actor(there.coordinator))
    for person in (there.stranger, there.far_coordinator, there.participant):
        with pytest.raises(NotFoundError):
            services.start_project(new, by=make_actor(person))
    nameless = NewProject(title=" ", place_id=there.place.id, lead_id=there.lead.id)
    with pytest.raises(InvalidInputError):
        services.start_project(nameless, by=there.by)


def test_a_project_moves_forward_and_takes_nothing_once_closed(there):
    with unit_of_work():
        services.move_project(there.project_id, "collecting", by=there.by)
    with pytest.raises(ConflictError):
        services.move_project(there.project_id, "walking", by=there.by)
    with unit_of_work():
        services.move_project(there.project_id, "closed", by=there.by)
    with pytest.raises(ConflictError):
        services.add_observation(there.project_id, quote(), by=there.by)


def test_a_quote_without_a_yes_is_refused(there):
    with pytest.raises(InvalidInputError):
        services.add_observation(there.project_id, quote(consent=False), by=there.by)


@pytest.mark.parametrize("text", ["", "Bij Tulpstraat 14 staat een bank."])
def test_an_observation_says_something_and_identifies_nobody(there, text):
    new = NewObservation("see", text, "evening", "trainer")
    with pytest.raises(InvalidInputError):
        services.add_observation(there.project_id, new, by=there.by)


@pytest.mark.parametrize("on", [date(2026, 3, 1), date(2026, 11, 24)])
def test_nothing_is_observed_before_the_project_or_after_today(there, on):
    with pytest.raises(InvalidInputError):
        services.add_observation(there.project_id, quote(), by=there.by, on=on)
    with pytest.raises(InvalidInputError):
        services.record_confirmation(there.problem_id, Answer("yes", True), by=there.by, on=on)


def test_a_withdrawn_quote_leaves_no_words_behind(there):
    with unit_of_work():
        made = services.add_observation(there.project_id, quote(), by=there.by)
    assert queries.observations_of(there.project_id).groups[1].rows[0].text == "‘Wie wast er af?’"
    with unit_of_work():
        services.withdraw_consent(made, by=there.by)
    found = queries.observations_of(there.project_id)
    assert (found.total, found.withdrawn) == (1, 1)
    assert queries.sense_rows(there.project_id, "hear").rows == ()
    assert db.session.get(Observation, made).text == ""
    with pytest.raises(ConflictError):
        services.withdraw_consent(made, by=there.by)
    with pytest.raises(NotFoundError):
        services.withdraw_consent(made, by=make_actor(there.stranger))


def test_a_problem_goes_from_key_to_doing_to_under_way(there):
    with pytest.raises(ConflictError):
        services.start_doing(there.problem_id, by=there.by)
    with pytest.raises(InvalidInputError):
        services.find_key(there.problem_id, " ", by=there.by)
    with unit_of_work():
        services.find_key(there.problem_id, "Stoepkoffie", by=there.by)
        services.start_doing(there.problem_id, by=there.by)
    with pytest.raises(ConflictError):
        services.find_key(there.problem_id, "Nog een", by=there.by)
    assert problem_of(there).standing == "doing"
    confirm(there, "a_bit/yes")
    assert problem_of(there).standing == "confirming"
    with pytest.raises(InvalidInputError):
        services.name_problem(there.project_id, NewProblem("", "self", 1), by=there.by)
    for unknown in (services.find_key, services.record_talk):
        with pytest.raises(NotFoundError):
            unknown(999_999, "Iets.", by=there.by)
    with pytest.raises(NotFoundError):
        services.move_project(999_999, "keys", by=there.by)


def test_no_step_of_staff_solves_a_problem(there):
    with pytest.raises(sa.exc.IntegrityError), unit_of_work():
        db.session.execute(sa.update(Problem).values(step="solved"))
    confirm(there, "yes/yes", "yes/yes", "yes/yes")
    assert problem_of(there).standing == "solved"
    with unit_of_work():
        services.record_confirmation(there.problem_id, Answer("no", False), by=there.by)
    assert problem_of(there).standing == "reopened"


def test_a_talk_and_three_residents_after_it_answer_a_no(there):
    no, yes = confirm(there, "no/no", "yes/yes")
    with clock.at(clock.local(date(2026, 5, 1), 10)):
        with pytest.raises(InvalidInputError):
            services.record_talk(no, " ", by=there.by)
        with pytest.raises(ConflictError):
            services.record_talk(yes, "De koffie staat nu boven.", by=there.by)
        with pytest.raises(NotFoundError):
            services.record_talk(no, "De koffie.", by=make_actor(there.stranger))
        with pytest.raises(InvalidInputError):
            services.record_talk(no, "De koffie.", by=there.by, on=date(2026, 4, 1))
        with unit_of_work():
            services.record_talk(no, "De koffie staat nu boven.", by=there.by)
        with pytest.raises(ConflictError):
            services.record_talk(no, "Nog eens.", by=there.by)
    assert problem_of(there).verdict.open_noes == (1,)
    for day in (2, 3, 4):
        with unit_of_work():
            services.record_confirmation(
                there.problem_id, Answer("yes", True), by=there.by, on=date(2026, 5, day)
            )
    assert problem_of(there).verdict.is_solved
    assert db.session.scalars(sa.select(Talk.recorded_by_id)).one() == there.lead.id


def test_a_confirmation_holds_no_address_and_one_of_three_answers(there):
    with pytest.raises(InvalidInputError):
        services.record_confirmation(
            there.problem_id, Answer("yes", True, "Bel 06-00000307"), by=there.by
        )
    with pytest.raises(InvalidInputError):
        services.record_confirmation(there.problem_id, Answer("maybe", True), by=there.by)
    with pytest.raises(NotFoundError):
        services.record_talk(999_999, "Niets.", by=there.by)


def test_everything_written_is_in_the_chain_without_words(there):
    confirm(there, "yes/yes")
    events = db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [one.action for one in events] == [
        "research:project:started",
        "research:problem:named",
        "research:problem:confirmed",
    ]
    assert all("Niemand" not in str(one.data) for one in events)

"""What coordinator and board see of the guidance: counted right, within reach, nobody in it."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date

import html5lib
import pytest
import sqlalchemy as sa

from academy.coaching.models import LogEntry
from academy.community.models import MeetUp, Rsvp
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.reporting.queries.figures import figures
from certificates.models import Certificate
from tests.certificates.ready import commit_scene, make_ready
from tests.certificates.ready import grant as grant_certificate
from tests.coaching.builders import make_plan
from tests.factories import (
    make_actor,
    make_coordinator,
    make_enrolment,
    make_grant,
    make_person,
    make_place,
)

TODAY = date(2026, 11, 23)
SUMMER = date(2026, 8, 15)
SVG = "{http://www.w3.org/2000/svg}"
LAST, BEFORE = -1, -2
"""July to September 2026, and the quarter before."""


def talk(plan, day, *, energy=None, corrects=None, state="final"):
    entry = LogEntry(
        plan_id=plan.id,
        person_id=plan.person_id,
        coach_id=plan.coach_id,
        happened_on=day,
        kind="phone",
        discussed="x",
        energy=energy,
        state=state,
        corrects_id=corrects,
        created_at=clock.now(),
        saved_at=clock.now(),
        shared_at=None if state == "draft" else clock.now(),
    )
    db.session.add(entry)
    db.session.flush()
    return entry


def guided(place, names, **values):
    coach = make_person("Marije")
    return [
        make_plan(make_person(name, place_id=place.id), coach, place, rhythm_days=60, **values)
        for name in names
    ]


@pytest.fixture
def region(app):
    """Six people guided in one place, and four in another."""
    with unit_of_work():
        here, there = make_place(), make_place("Havenbuurt")
        six, four = guided(here, "abcdef"), guided(there, "ghij")
        return here, there, six, four, make_coordinator(here), make_coordinator(there)


def seen_by(person):
    return figures(make_actor(person), TODAY)


def test_contacts_are_on_time_by_the_rhythm_of_the_plan_with_a_week_of_room(region):
    _here, _there, six, _four, coordinator, _other = region
    with unit_of_work():
        for plan in six:
            talk(plan, date(2026, 5, 1))
            talk(plan, date(2026, 7, 7))  # 67 days: on time
            talk(plan, date(2026, 9, 13))  # 68 days: late
    last = seen_by(coordinator)[LAST]
    assert last.contacts == (6, 6)
    assert seen_by(coordinator)[BEFORE].contacts == (None, None)


def test_who_is_spoken_to_no_more_or_never_counts_as_late(region):
    here, _there, six, _four, coordinator, _other = region
    with unit_of_work():
        for plan in six:  # begun on 10 January, the first talk within three weeks
            talk(plan, date(2026, 1, 31))
        guided(here, "klmno", started_on=date(2026, 3, 1))
    found = seen_by(coordinator)
    assert found[-3].contacts == (6, 5)
    assert found[BEFORE].contacts == (None, 6)
    assert found[LAST].contacts == (None, None)


def test_what_was_due_after_a_stop_or_in_a_pause_does_not_count(region):
    here, _there, six, _four, coordinator, _other = region
    with unit_of_work():
        for plan in six:
            talk(plan, date(2026, 6, 1))
            plan.state, plan.paused_on = "paused", date(2026, 8, 1)
            plan.paused_until = date(2026, 12, 1)
        ended = {"state": "stopped", "next_contact_due": None, "yearly_review_due": None}
        for plan in guided(here, "klmno", stopped_on=date(2026, 8, 6), **ended):
            talk(plan, date(2026, 5, 31))
        for plan in guided(here, "pqrst", stopped_on=date(2026, 8, 9), **ended):
            talk(plan, date(2026, 5, 31))  # due on 6 and on 6 August
    assert seen_by(coordinator)[LAST].contacts == (None, 5)


def test_a_draft_and_a_correction_are_no_contact(region):
    _here, _there, six, _four, coordinator, _other = region
    with unit_of_work():
        for plan in six:
            talk(plan, date(2026, 7, 1))
            first = talk(plan, SUMMER)
            talk(plan, SUMMER, corrects=first.id)
        talk(six[0], date(2026, 9, 1), state="draft")
    assert seen_by(coordinator)[LAST].contacts == (6, None)


def test_many_talks_with_few_people_are_hidden(region):
    _here, _there, six, _four, coordinator, _other = region
    with unit_of_work():
        for plan in six[:4]:
            for month in (7, 8, 9):
                talk(plan, date(2026, month, 1))
                talk(plan, date(2026, month, 15))
    assert seen_by(coordinator)[LAST].contacts == (None, None)


def test_a_corrected_day_and_figure_count_instead(region):
    _here, _there, six, _four, coordinator, _other = region
    with unit_of_work():
        for plan in six:
            first = talk(plan, date(2026, 7, 1), energy=1)
            talk(plan, date(2026, 4, 1), energy=3, corrects=first.id)
            talk(plan, date(2026, 5, 1), energy=5, corrects=first.id)
    found = seen_by(coordinator)
    assert found[LAST].contacts == (None, 6)
    assert [one.energy for one in found[BEFORE:]] == [(None, None, 6), (None, None, None)]


def test_energy_counts_each_person_once_by_the_last_figure(region):
    _here, _there, six, _four, coordinator, _other = region
    with unit_of_work():
        for plan in six:
            talk(plan, date(2026, 7, 1), energy=1)
            talk(plan, SUMMER, energy=4)
    assert seen_by(coordinator)[LAST].energy == (None, None, 6)


def test_a_group_under_five_is_hidden_and_another_region_is_not_counted(region):
    _here, _there, _six, four, coordinator, other = region
    with unit_of_work():
        for plan in four:
            talk(plan, date(2026, 7, 1), energy=3)
            talk(plan, SUMMER, energy=3)
    for person in (coordinator, other):
        last = seen_by(person)[LAST]
        assert last.contacts == (None, None)
        assert last.energy == (None, None, None)


def test_people_are_counted_in_fives_on_the_last_day_of_the_quarter(region):
    here, _there, _six, _four, coordinator, other = region
    with unit_of_work():
        guided(here, "kl", started_on=date(2026, 9, 30))
        guided(here, "mnopqr", started_on=date(2026, 10, 1))
        guided(
            here,
            "stuvw",
            state="stopped",
            stopped_on=date(2026, 9, 30),
            next_contact_due=None,
            yearly_review_due=None,
        )
    assert [one.guided for one in seen_by(coordinator)][BEFORE:] == [10, 10]  # 11, and 8
    assert seen_by(other)[LAST].guided is None


def test_who_came_to_two_afternoons_counts_once(region):
    _here, _there, six, _four, coordinator, _other = region
    with unit_of_work():
        for day in (date(2026, 7, 4), date(2026, 9, 26)):
            meet_up = MeetUp(
                kind="follow_up", title="x", held_on=day, place="x", capacity=20, state="held"
            )
            db.session.add(meet_up)
            db.session.flush()
            db.session.add_all(
                Rsvp(meet_up_id=meet_up.id, person_id=plan.person_id, answer="yes", came=True)
                for plan in six
            )
    assert seen_by(coordinator)[LAST].came == 5


def test_certificates_that_ended_are_renewed_or_not(app):
    scene = commit_scene()
    for name in "abcdef":
        with unit_of_work():
            holder = make_person(name, name_on_certificate=name)
            enrolment = make_enrolment(scene.cohort, holder)
            make_ready(enrolment, by=scene.trainer)
        grant_certificate(replace(scene, enrolment=enrolment, holder=holder))
    with unit_of_work():
        db.session.execute(sa.update(Certificate).values(valid_until=SUMMER))
    assert seen_by(scene.coordinator)[LAST].renewals == (None, 6)


def test_the_page_names_nobody_and_says_why_a_figure_is_missing(region, sign_in):
    here, _there, six, _four, coordinator, _other = region
    with unit_of_work():
        board = make_person("Josien")
        make_grant(board, "board")
        for plan in six:
            talk(plan, date(2026, 7, 1))
            talk(plan, SUMMER, energy=5)
    for person in (coordinator, board):
        text = sign_in(person).get("/cijfers").text
        shown = html.unescape(re.sub(r"<[^>]+>", " ", text))
        assert "minder dan 5" in shown
        assert "Gesprekken op tijd" in shown
        assert not [word for word in ("Marije", here.name) if word in shown]


def test_each_chart_stands_with_the_table_that_says_the_same(region, sign_in):
    page = html5lib.parse(sign_in(region[4]).get("/cijfers").text, namespaceHTMLElements=False)
    parts = page.findall(".//section[@class='counted']")
    assert len(parts) == 5
    for part in parts:
        title = part.findtext("h2")
        (chart,) = part.findall(f"{SVG}svg[@class='bars']")
        assert chart.get("role") == "img"
        assert chart.get("aria-label") == f"Staven bij de tabel: {title}"
        (table,) = part.findall("table")
        assert table.findtext("caption") == title
        rows = [row.findtext("th") for row in table.findall("tbody/tr")]
        assert rows
        drawn = [text.text for text in chart.findall(f"{SVG}text")]
        assert [text for text in drawn if text != "–"] == rows


def test_nothing_on_the_page_can_be_chosen(region, sign_in):
    coordinator = region[4]
    client = sign_in(coordinator)
    main = re.compile(r"<main.*?</main>", re.DOTALL)
    whole = main.search(client.get("/cijfers").text)
    asked = main.search(client.get("/cijfers?plaats=1&van=2026-09-30").text)
    assert whole is not None
    assert asked is not None
    assert "<form" not in whole[0]
    assert whole[0] == asked[0]

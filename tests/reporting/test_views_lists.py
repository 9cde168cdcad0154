"""The overview and the five lists: who sees what, where, and how a list is taken along."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from academy.kernel import clock, mail
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.messages import engine
from academy.kernel.queue import Job
from academy.people.models import SignIn
from academy.reporting.queries import standing
from academy.reporting.views.jobs import job_names
from courses.models import Enrolment, PracticeAssignment, PracticeSubmission, Session
from courses.services.attendance import NewMark, save_register
from tests.certificates.ready import commit_scene
from tests.certificates.ready import grant as grant_certificate
from tests.coaching.builders import make_plan
from tests.factories import (
    make_actor,
    make_cohort,
    make_coordinator,
    make_course,
    make_enrolment,
    make_grant,
    make_person,
    make_place,
    make_trainer,
)

LISTS = ("niet-ingevuld", "dreigt", "voordragen", "gegevens", "contact")
TRAINERS = ("niet-ingevuld", "dreigt", "voordragen")


@pytest.fixture
def region(app):
    """A group of which two sessions were held, and one in another region."""
    with unit_of_work():
        place, elsewhere = make_place(), make_place("Havenbuurt")
        cohort = make_cohort(place=place, starts_on=date(2026, 11, 9))
        other = make_cohort(place=elsewhere, starts_on=date(2026, 11, 9), name="Havenbuurt najaar")
        far = make_enrolment(other, make_person("Verre"))
        make_trainer(other)
        return SimpleNamespace(
            place=place,
            cohort=cohort,
            other=other,
            trainer=make_trainer(cohort),
            coordinator=make_coordinator(place),
            noor=enrolled(cohort, "Noor"),
            bas=enrolled(cohort, "Bas"),
            far=far,
        )


def enrolled(cohort, name, **values):
    person = make_person(
        name,
        f"Achter{name}",
        phone="+31 6 0000 0001",
        place_id=cohort.place_id,
        name_on_certificate=name,
        **values,
    )
    by = make_person("Kennis").id
    return make_enrolment(cohort, person, intake_by_id=by, code_of_conduct_on=date(2026, 10, 1))


def sessions(cohort):
    query = sa.select(Session).where(Session.cohort_id == cohort.id).order_by(Session.starts_at)
    return db.session.scalars(query).all()


def mark(region, *marks):
    """Mark the sessions of the group in order; each is a mapping of enrolment to status."""
    by = make_actor(region.trainer)
    for session, statuses in zip(sessions(region.cohort), marks, strict=False):
        with unit_of_work():
            said = [NewMark(enrolment_id=one.id, status=status) for one, status in statuses.items()]
            save_register(session.id, said, by=by)


def hand_in(region, enrolment):
    """Let somebody have done every assignment."""
    with unit_of_work():
        for assignment in db.session.scalars(sa.select(PracticeAssignment)):
            db.session.add(
                PracticeSubmission(
                    enrolment_id=enrolment.id,
                    assignment_id=assignment.id,
                    state="done",
                    evidence="gesproken",
                    submitted_at=clock.now(),
                    submitted_by_id=enrolment.person_id,
                )
            )


def test_the_overview_names_the_one_thing_to_do_for_each_group(region, sign_in):
    client = sign_in(region.coordinator)
    page = client.get("/overzicht").text
    assert "Bloemenbuurt najaar" in page
    assert "Van 2 bijeenkomsten is de presentie niet klaar." in page
    assert "2 doen mee." in page
    assert "Havenbuurt najaar" not in page
    mark(region, {region.noor: "present", region.bas: "absent"})
    mark_second = sessions(region.cohort)[1].id
    assert f"/aanwezig/{mark_second}" in client.get("/overzicht").text


def test_what_is_done_makes_room_for_the_next_thing(region, sign_in):
    both = {region.noor: "present", region.bas: "absent"}
    mark(region, both, both)
    page = sign_in(region.coordinator).get("/overzicht").text
    assert "1 deelnemer miste twee keer of meer, ook de laatste keer." in page
    assert f"/deelname/{region.bas.id}" in page
    assert "1 dreigt het niet te halen." in page
    # Noor has enough, and the practice is done: she can be proposed once Bas was called.
    hand_in(region, region.noor)
    with unit_of_work():
        db.session.merge(region.bas).state = "withdrawn"
    page = sign_in(region.coordinator).get("/overzicht").text
    assert "1 deelnemer heeft alles gehaald." in page
    assert f"/certificaten/voordragen/{region.noor.id}" in page


def test_a_group_without_a_trainer_or_days_says_so(region, sign_in):
    with unit_of_work():
        make_cohort(
            version=make_course(),
            place=region.place,
            state="open",
            name="Lente",
            starts_on=date(2027, 3, 1),
        )
    page = sign_in(region.coordinator).get("/overzicht").text
    assert "Nog niemand geeft deze groep les." in page
    assert "Lente" in page


def test_a_cancelled_group_stays_until_nobody_sits_in_it(region, sign_in):
    with unit_of_work():
        cohort = make_cohort(place=region.place, state="cancelled", name="Afgeblazen")
        stranded = make_enrolment(cohort, make_person("Blijft"))
    page = sign_in(region.coordinator).get("/overzicht").text
    assert "Afgeblazen" in page
    assert "1 mens zit nog in deze groep." in page
    with unit_of_work():
        db.session.get_one(Enrolment, stranded.id).state = "withdrawn"
    assert "Afgeblazen" not in sign_in(region.coordinator).get("/overzicht").text


def test_the_overview_is_filtered_by_state_and_by_track(region, sign_in):
    with unit_of_work():
        make_cohort(place=region.place, state="completed", name="Vorig jaar")
    client = sign_in(region.coordinator)
    assert "Vorig jaar" not in client.get("/overzicht").text
    page = client.get("/overzicht?stand=completed").text
    assert "Vorig jaar" in page
    assert "Bloemenbuurt najaar" not in page
    assert "Hier zijn nu geen groepen." in client.get("/overzicht?leergang=governors").text
    assert "Bloemenbuurt najaar" in client.get("/overzicht?leergang=onzin&stand=onzin").text


def test_the_overview_comes_in_pieces_of_twenty(region, sign_in):
    with unit_of_work():
        version = make_course(1)
        for number in range(24):
            make_cohort(
                version=version, place=region.place, state="draft", name=f"Groep {number:02d}"
            )
    client = sign_in(region.coordinator)
    seen, address = [], "/overzicht"
    while address:
        page = client.get(address).text
        seen += [line for line in page.split('"') if line.startswith("/groepen/")]
        address = next(
            (part.replace("&amp;", "&") for part in page.split('"') if "overzicht?na=" in part), ""
        )
    groups = {one for one in seen if one.removeprefix("/groepen/").isdecimal()}
    assert len(groups) == 25


def test_an_open_register_is_listed_after_a_day(region, sign_in):
    client = sign_in(region.trainer)
    page = client.get("/overzicht/niet-ingevuld").text
    assert "2 van de 2 hebben nog geen vinkje." in page
    assert region.trainer.display_name in page
    assert page.count("Vul de presentie in:") == 2
    with unit_of_work():
        last = sessions(region.cohort)[1]
        last.starts_at = clock.now() - timedelta(hours=20)
        last.ends_at = clock.now() - timedelta(hours=18)
    assert client.get("/overzicht/niet-ingevuld").text.count("Vul de presentie in:") == 1


def test_who_may_not_make_it_is_listed_with_why(region, sign_in):
    mark(region, {region.noor: "present", region.bas: "absent"})
    for who in (region.trainer, region.coordinator):
        page = sign_in(who).get("/overzicht/dreigt").text
        assert f"/deelname/{region.bas.id}" in page
        assert "Was er 0 van de 3 keer en moet 1 keer inhalen." in page
        assert f"/deelname/{region.noor.id}" not in page
        assert f"/deelname/{region.far.id}" not in page


def test_who_has_done_everything_is_listed_until_proposed(region, sign_in):
    both = {region.noor: "present", region.bas: "present"}
    mark(region, both, both)
    hand_in(region, region.noor)
    client = sign_in(region.trainer)
    page = client.get("/overzicht/voordragen").text
    assert f"/certificaten/voordragen/{region.noor.id}" in page
    assert f"/certificaten/voordragen/{region.bas.id}" not in page
    assert "1 deelnemer heeft alles gehaald" in client.get("/vandaag").text
    client.post(f"/certificaten/voordragen/{region.noor.id}")
    assert "Iedereen die klaar is, is voorgedragen." in client.get("/overzicht/voordragen").text


def test_what_is_missing_is_named(region, sign_in):
    with unit_of_work():
        wout = make_enrolment(region.cohort, make_person("Wout", email=None))
    client = sign_in(region.coordinator)
    assert f"/namens/{wout.person_id}/gegevens" in client.get("/overzicht/gegevens").text
    assert client.get(f"/namens/{wout.person_id}/gegevens").status_code == 200
    page = sign_in(region.coordinator).get("/overzicht/gegevens").text
    assert "Wout" in page
    assert (
        "Mist: telefoon of mail, kennismaking, ja op de gedragscode, naam op het certificaat."
        in page
    )
    assert "Noor" not in page
    assert "Verre" not in page


def test_a_forgotten_introduction_talk_can_be_noted_while_somebody_takes_part(region, sign_in):
    with unit_of_work():
        walk_in = make_enrolment(region.cohort, make_person("Wout"))
    client = sign_in(region.coordinator)
    address = f"/deelname/{walk_in.id}"
    assert "Ik voerde het gesprek" in client.get(address).text
    assert client.post(f"{address}/kennismaking", data={"agreed": "y"}).status_code == 303
    assert "kennismaking" not in client.get("/overzicht/gegevens").text


def test_late_contact_is_listed_longest_first(region, sign_in):
    with unit_of_work():
        coach = make_person("Marije", phone="06-00000087")
        for name, due in (("Kort", date(2026, 11, 10)), ("Lang", date(2026, 10, 1))):
            make_plan(make_person(name), coach, region.place, next_contact_due=due)
        make_plan(make_person("Optijd"), coach, region.place, next_contact_due=date(2026, 11, 20))
    page = sign_in(region.coordinator).get("/overzicht/contact").text
    assert page.index("Lang") < page.index("Kort")
    assert "Optijd" not in page
    assert "tel:+31600000087" in page


def test_a_list_of_people_goes_on_where_the_page_stopped(region, sign_in, monkeypatch):
    monkeypatch.setattr(standing, "PAGE_SIZE", 2)
    with unit_of_work():
        late = [enrolled(region.cohort, f"Naam{n}") for n in range(5)]
    mark(region, dict.fromkeys(late, "absent"))
    client = sign_in(region.trainer)
    found, address = [], "/overzicht/dreigt"
    while address:
        page = client.get(address).text
        found += [one.id for one in late if f'"/deelname/{one.id}"' in page]
        address = next((part for part in page.split('"') if "dreigt?na=" in part), "")
    assert found == [one.id for one in late]


def test_a_large_region_is_judged_in_rounds_and_says_so(region, sign_in, monkeypatch):
    monkeypatch.setattr(standing, "MOST_JUDGED", 2)
    with unit_of_work():
        late = [enrolled(region.cohort, f"Naam{n}") for n in range(5)]
    mark(region, dict.fromkeys(late, "absent"))
    client = sign_in(region.trainer)
    page = client.get("/overzicht/dreigt").text
    assert "2 of meer" in page
    assert "dreigt?na=" in page
    found = standing.everybody(make_actor(region.trainer))
    assert [one.enrolment_id for one in found if one.risk] == [one.id for one in late]


@pytest.mark.parametrize("name", LISTS)
def test_an_empty_list_says_that_all_is_well(app, sign_in, name):
    with unit_of_work():
        coordinator = make_coordinator(make_place())
    page = sign_in(coordinator).get(f"/overzicht/{name}")
    assert page.status_code == 200
    assert "Neem de hele lijst mee" not in page.text


def test_vandaag_counts_the_lists_one_may_see(region, sign_in):
    coordinator = sign_in(region.coordinator).get("/vandaag").text
    trainer = sign_in(region.trainer).get("/vandaag").text
    for name in LISTS:
        assert f'href="/overzicht/{name}"' in coordinator
        assert (f'href="/overzicht/{name}"' in trainer) is (name in TRAINERS)
    participant = sign_in(region.noor.person_id).get("/vandaag").text
    assert "/overzicht/" not in participant


def test_the_board_and_administrators_see_no_list(region, sign_in):
    with unit_of_work():
        board, admin = make_person("Josien"), make_person("Gerda")
        make_grant(board, "board")
        make_grant(admin, "admin")
    for who in (board, admin):
        for name in LISTS:
            assert sign_in(who).get(f"/overzicht/{name}").status_code == 403


# --- as a file -------------------------------------------------------------------------------


def rows_of(answer):
    text = answer.data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_a_list_is_taken_along_as_a_file_and_recorded(region, sign_in):
    with unit_of_work():
        person = make_person("=cmd", "Naam", phone="+31612345678", place_id=region.place.id)
        late = make_enrolment(region.cohort, person)
    mark(region, {late: "absent"})
    answer = sign_in(region.coordinator).post("/overzicht/bestand", data={"list": "at_risk"})
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert answer.headers["Cache-Control"] == "no-store"
    assert 'filename="at-risk-2026-11-23.csv"' in answer.headers["Content-Disposition"]
    assert answer.data.startswith(b"\xef\xbb\xbf")
    head, *rows = rows_of(answer)
    assert head == ["Naam", "Telefoon", "Groep", "Waarom"]
    assert [row[:3] for row in rows] == [["'=cmd Naam", "00 31612345678", "Bloemenbuurt najaar"]]
    event = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "reporting:list:exported")
    ).one()
    assert event.actor_id == region.coordinator.id
    assert (event.data["list"], event.data["rows"]) == ("at_risk", 1)


@pytest.mark.parametrize("name", ["unmarked", "at_risk", "to_propose", "missing", "overdue"])
def test_every_list_can_be_taken_along(region, sign_in, name):
    answer = sign_in(region.coordinator).post("/overzicht/bestand", data={"list": name})
    assert answer.status_code == 200
    assert len(rows_of(answer)[0]) >= 3


def test_an_unknown_list_is_not_found(region, sign_in):
    client = sign_in(region.coordinator)
    assert client.post("/overzicht/bestand", data={"list": "everything"}).status_code == 404


def test_taking_a_list_along_asks_again_who_one_is(region, sign_in):
    client = sign_in(region.coordinator)
    with unit_of_work():
        long_ago = clock.real_now() - timedelta(hours=1)
        db.session.execute(sa.update(SignIn).values(stepped_up_at=long_ago))
    answer = client.post("/overzicht/bestand", data={"list": "missing"})
    assert answer.status_code == 303
    assert "text/csv" not in answer.mimetype


def test_a_trainer_takes_no_list_along(region, sign_in):
    client = sign_in(region.trainer)
    assert "Neem de hele lijst mee" not in client.get("/overzicht/niet-ingevuld").text
    assert client.post("/overzicht/bestand", data={"list": "unmarked"}).status_code == 403


# --- work that was given up ------------------------------------------------------------------


@pytest.fixture
def dead_job(app):
    with unit_of_work():
        job = Job(
            name="certificates.issue",
            key="one",
            arguments={"certificate_id": 7},
            state="dead",
            run_after=clock.real_now(),
            tries=5,
            losses=0,
            last_error="DocumentError in make:71",
            created_at=clock.real_now(),
        )
        db.session.add(job)
        db.session.flush()
        return job.id


@pytest.mark.parametrize("role", ["coordinator", "admin"])
def test_given_up_work_is_named_in_plain_words_and_tried_again(dead_job, sign_in, role):
    with unit_of_work():
        person = make_person("Tineke")
        make_grant(person, role)
    client = sign_in(person)
    assert "1 taak op de achtergrond lukte niet" in client.get("/vandaag").text
    page = client.get("/mislukt").text
    assert "Een certificaat maken" in page
    assert "5 keer geprobeerd" in page
    assert "DocumentError in make:71" in page
    assert client.post(f"/mislukt/{dead_job}/opnieuw").status_code == 303
    assert db.session.get_one(Job, dead_job).state == "waiting"
    assert "Er is niets misgegaan." in client.get("/mislukt").text
    assert client.post(f"/mislukt/{dead_job}/opnieuw").status_code == 404


def test_who_looks_after_a_region_tries_again_what_is_of_that_region(dead_job, sign_in):
    scene = commit_scene()
    certificate_id = grant_certificate(scene)
    with unit_of_work():
        elsewhere_id = make_coordinator(make_place("Elders")).id
        db.session.get_one(Job, dead_job).arguments = {"certificate_id": certificate_id}
    other, own = sign_in(elsewhere_id), sign_in(scene.coordinator.id)
    assert "Probeer opnieuw" not in other.get("/mislukt").text
    assert "een beheerder" in other.get("/mislukt").text
    assert other.post(f"/mislukt/{dead_job}/opnieuw").status_code == 404
    assert "Probeer opnieuw" in own.get("/mislukt").text
    assert own.post(f"/mislukt/{dead_job}/opnieuw").status_code == 303


def test_other_work_is_called_other_work(dead_job, sign_in):
    with unit_of_work():
        db.session.get_one(Job, dead_job).name = "something.else"
        person = make_person("Tineke")
        make_grant(person, "admin")
    assert "Ander werk op de achtergrond" in sign_in(person).get("/mislukt").text


def test_every_kind_of_work_has_plain_words(app):
    declared = {name for one in app.extensions["academy.features"] for name in one.jobs}
    assert declared | {mail.JOB, engine.TICK_JOB} <= set(job_names())

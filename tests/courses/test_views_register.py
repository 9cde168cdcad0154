import re
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from courses.models import AttendanceCell, AttendanceMark, Cohort, Session
from courses.services.attendance import NewMark, save_register
from tests.courses.training_group import (
    START,
    actor,
    add_person,
    after,
    enrol,
    grant,
    make_group,
    well_formed,
)


@pytest.fixture
def later(app):
    """It is some hours after the first session began."""
    with clock.at(after(1)):
        yield


def address(group, session=0, person=None):
    page = f"/groepen/{group.cohort_id}/aanwezig/{group.sessions[session]}"
    return page if person is None else f"{page}/{person}"


def statuses():
    found = sorted(db.session.scalars(sa.select(AttendanceMark.status)).all())
    db.session.rollback()  # SQLite: let the next request write
    return found


def seen(html, enrolment_id):
    return re.search(rf'name="v{enrolment_id}" value="([^"]*)"', html)[1]


def test_a_trainer_marks_and_is_told_so(later, sign_in):
    group = make_group(3)
    one, two, _three = group.enrolments
    client = sign_in(group.trainer_id)
    answer = client.post(
        address(group),
        data={f"s{one}": "present", f"s{two}": "late", f"m{two}": "12", f"v{one}": "0.."},
    )
    assert (answer.status_code, answer.location) == (303, address(group))
    page = client.get(address(group)).text
    assert "Opgeslagen. 2 mensen." in page
    assert "2 van 3 zijn er" in page
    assert statuses() == ["late", "present"]


def test_everyone_is_here_fills_the_unmarked_and_saves_nothing(later, sign_in):
    group = make_group(3)
    one = group.enrolments[0]
    client = sign_in(group.trainer_id)
    data = {"everyone": "present", f"s{one}": "absent"}
    page = client.post(address(group), data=data)
    assert page.status_code == 200
    assert page.text.count('value="present" checked') + page.text.count(" checked") >= 3
    assert "2 van 3 zijn er" in page.text
    assert statuses() == []


def test_who_joined_later_did_not_belong_to_it_then(later, sign_in):
    group = make_group(1)
    newcomer = enrol(group.cohort_id, "Later Erbij", since=START + timedelta(days=20))
    db.session.commit()
    client = sign_in(group.trainer_id)
    page = client.post(address(group), data={"everyone": "present"})
    chosen = re.findall(r'name="s(\d+)"[^>]*value="(\w+)"[^>]* checked', page.text)
    assert chosen == [(str(group.enrolments[0]), "present"), (str(newcomer), "not_applicable")]
    data = {f"s{number}": status for number, status in chosen}
    assert client.post(address(group), data=data).status_code == 303
    assert statuses() == ["not_applicable", "present"]


def test_what_was_not_touched_is_not_saved_again(later, sign_in):
    group = make_group(2)
    one, two = group.enrolments
    client = sign_in(group.trainer_id)
    client.post(address(group), data={f"s{one}": "present", f"s{two}": "present"})
    page = client.get(address(group)).text
    data = {f"s{one}": "present", f"v{one}": seen(page, one)}
    data |= {f"s{two}": "absent", f"v{two}": seen(page, two)}
    client.post(address(group), data=data)
    assert statuses() == ["absent", "present", "present"]


@pytest.mark.parametrize("minutes", ["", "veel", "301"])
def test_a_late_arrival_without_minutes_is_asked_back_and_the_rest_is_kept(later, sign_in, minutes):
    group = make_group(3)
    one, two, three = group.enrolments
    client = sign_in(group.trainer_id)
    data = {f"s{one}": "late", f"m{one}": minutes, f"s{two}": "absent", f"s{three}": "present"}
    answer = client.post(address(group), data=data)
    assert answer.status_code == 200
    assert "De rest is opgeslagen." in answer.text
    assert f'href="#m{one}"' in well_formed(answer.text)
    assert f'value="{minutes}"' in answer.text or not minutes
    assert answer.text.count("checked") == 3
    assert sorted(statuses()) == ["absent", "present"]
    typed = {f"v{id_}": seen(answer.text, id_) for id_ in group.enrolments}
    again = client.post(address(group), data=data | typed | {f"m{one}": "10"})
    assert again.status_code == 303
    assert sorted(statuses()) == ["absent", "late", "present"]


def test_both_values_of_a_conflict_are_shown_and_one_is_chosen(later, sign_in):
    group = make_group(1)
    one = group.enrolments[0]
    first, second = sign_in(group.trainer_id), sign_in(group.second_trainer_id)
    first.post(address(group), data={f"s{one}": "present", f"v{one}": "0.."})
    answer = second.post(address(group), data={f"s{one}": "absent", f"v{one}": "0.."})
    assert answer.status_code == 303
    page = second.get(address(group)).text
    assert "Tess Trainer vulde dit in op" in page
    assert "Tom Trainer vulde dit in op" in page
    assert "Bij 1 persoon vulde iemand anders iets anders in." in page
    keep = db.session.scalars(
        sa.select(AttendanceMark.id).where(AttendanceMark.status == "absent")
    ).one()
    db.session.rollback()
    data = {f"s{one}": f"keep-{keep}", f"v{one}": seen(page, one)}
    assert second.post(address(group), data=data).status_code == 303
    db.session.rollback()
    cell = db.session.scalars(sa.select(AttendanceCell)).one()
    assert cell.other_mark_id is None
    assert db.session.get(AttendanceMark, cell.mark_id).status == "absent"
    assert "Twee mensen vulden iets anders in" not in first.get(address(group)).text


def test_everyone_is_here_leaves_a_conflict_to_people(later, sign_in):
    group = make_group(1)
    one = group.enrolments[0]
    client = sign_in(group.trainer_id)
    client.post(address(group), data={f"s{one}": "present"})
    client.post(address(group), data={f"s{one}": "absent", f"v{one}": "0.."})
    page = client.post(address(group), data={"everyone": "present"}).text
    assert " checked" not in page


def test_more_saves_and_opens_one_person(later, sign_in):
    group = make_group(2)
    one, two = group.enrolments
    client = sign_in(group.trainer_id)
    answer = client.post(address(group), data={f"s{one}": "present", "more": str(two)})
    assert answer.location == address(group, person=two)
    assert statuses() == ["present"]


def test_one_person_can_have_a_reason_and_shows_who_marked_what(later, sign_in):
    group = make_group(1)
    one = group.enrolments[0]
    client = sign_in(group.trainer_id)
    here = address(group, person=one)
    data = {"status": "late", "minutes_late": "45", "counts_anyway": "y", "seen_version": "0"}
    refused = client.post(here, data=data)
    assert refused.status_code == 422
    assert "Schrijf op waarom het toch meetelt." in refused.text
    assert client.post(here, data=data | {"note": "De bus reed niet."}).status_code == 303
    page = client.get(here).text
    for words in ("Tess Trainer", "45 minuten later.", "Het telt toch mee.", "De bus reed niet."):
        assert words in page


def test_a_rare_mark_keeps_its_place_in_the_register(later, sign_in):
    group = make_group(1)
    one = group.enrolments[0]
    client = sign_in(group.trainer_id)
    data = {"status": "made_up", "seen_version": "0"}
    client.post(address(group, person=one), data=data)
    page = client.get(address(group)).text
    assert "Ingehaald" in page
    client.post(address(group), data={f"s{one}": "made_up", f"v{one}": seen(page, one)})
    assert statuses() == ["made_up"]


def test_before_the_day_the_page_only_excuses(later, sign_in):
    group = make_group(1)
    page = sign_in(group.trainer_id).get(address(group, session=3)).text
    assert "nu alleen mensen afmelden" in page
    assert 'value="present"' not in page


def test_a_closed_register_is_shown_but_not_asked(later, sign_in):
    group = make_group(1)
    db.session.get(Cohort, group.cohort_id).state = "completed"
    db.session.commit()
    client = sign_in(group.trainer_id)
    assert "Je kunt hier nu niets invullen" in client.get(address(group)).text
    one = group.enrolments[0]
    assert client.post(address(group), data={f"s{one}": "present"}).status_code == 409


def test_others_do_not_find_the_register(later, sign_in, client):
    group, other = make_group(1), make_group(1, name="Elders")
    stranger = sign_in(other.trainer_id)
    assert stranger.get(address(group)).status_code == 404
    one = group.enrolments[0]
    assert stranger.post(address(group), data={f"s{one}": "present"}).status_code == 404
    assert stranger.get(address(group, person=one)).status_code == 404
    mixed = f"/groepen/{other.cohort_id}/aanwezig/{group.sessions[0]}"
    assert stranger.get(mixed).status_code == 404
    assert sign_in(group.learners[0]).get(address(group)).status_code == 403
    assert client.get(address(group)).status_code == 303
    assert statuses() == []


def test_a_participant_says_not_to_come(app, sign_in):
    group = make_group(1)
    with clock.at(after(1, days=-3)):
        client = sign_in(group.learners[0])
        page = f"/leergang/{group.enrolments[0]}/afmelden/{group.sessions[0]}"
        answer = client.post(page)
        assert (answer.status_code, answer.location) == (303, f"/leergang/{group.enrolments[0]}")
    assert statuses() == ["excused"]


def test_a_participant_sees_that_they_are_reported_absent_and_by_whom(app, sign_in):
    group = make_group(2)
    with clock.at(after(1, days=-3)):
        own = sign_in(group.learners[0])
        own.post(f"/leergang/{group.enrolments[0]}/afmelden/{group.sessions[0]}")
        page = own.get(f"/leergang/{group.enrolments[0]}").text
        room = page.split("Volgende bijeenkomst")[1].split("</section>")[0]
        assert "afgemeld" in room
        assert "namens jou" not in room
        helper = sign_in(group.trainer_id)
        posted = f"/leergang/{group.enrolments[1]}/afmelden/{group.sessions[0]}"
        assert helper.post(posted).status_code == 303
        page = sign_in(group.learners[1]).get(f"/leergang/{group.enrolments[1]}").text
    assert "Doorgegeven door Tess Trainer, namens jou." in page


def test_a_make_up_is_accepted_from_the_dossier(later, sign_in):
    group = make_group(1)
    client = sign_in(group.trainer_id)
    client.post(address(group), data={f"s{group.enrolments[0]}": "absent"})
    dossier = f"/deelname/{group.enrolments[0]}"
    assert "Ingehaald" in client.get(dossier).text
    made_up = f"{dossier}/ingehaald/{group.sessions[0]}"
    assert client.post(made_up).location == dossier
    assert statuses() == ["absent", "made_up"]
    assert made_up not in client.get(dossier).text
    stranger = sign_in(make_group(1, name="Elders").trainer_id)
    assert stranger.post(made_up).status_code == 404


def statements(client, page):
    seen_ones = []

    def note(_c, _cursor, statement, *_rest):
        seen_ones.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        answer = client.get(page)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert answer.status_code == 200
    kept = [one for one in seen_ones if not one.upper().startswith(("BEGIN", "COMMIT", "PRAGMA"))]
    return kept, answer


def test_the_page_stays_small_with_25_people(later, sign_in):
    few, many = make_group(2, name="Klein"), make_group(25, name="Groot")
    for group in (few, many):
        with unit_of_work():
            marks = [NewMark(one, "late", minutes_late=10) for one in group.enrolments]
            save_register(group.sessions[0], marks, by=actor(group.trainer_id))
    taken = {}
    for group in (few, many):
        client = sign_in(group.trainer_id)
        client.get(address(group))  # the sign-in's last-seen is written once a minute
        taken[group.cohort_id] = statements(client, address(group))
    small, large = taken[few.cohort_id], taken[many.cohort_id]
    assert len(large[0]) == len(small[0]) <= 12
    assert len(large[1].data) <= 40_000


def test_the_held_session_is_known(later, sign_in):
    group = make_group(1)
    data = {f"s{group.enrolments[0]}": "present"}
    sign_in(group.trainer_id).post(address(group), data=data)
    db.session.rollback()
    assert db.session.get(Session, group.sessions[0]).state == "held"


@pytest.mark.trust("T22")
def test_four_trainers_posting_forty_times_at_once_lose_nothing(later, app, sign_in):
    """T22 over HTTP: every answer is an acknowledgement, and what differs is shown."""
    group = make_group(5)
    trainers = [group.trainer_id, group.second_trainer_id]
    for name in ("Derde", "Vierde"):
        trainers.append(add_person(name))
        grant(trainers[-1], "trainer", kind="cohort", scope_id=group.cohort_id)
    db.session.commit()
    clients = [sign_in(trainer) for trainer in trainers]
    db.session.rollback()
    answers, said = [], set()

    def work(number, client):
        with app.app_context(), clock.at(after(1)):
            for turn in range(40):
                one = group.enrolments[turn % 5]
                status = ("present", "absent", "excused")[(turn + number) % 3]
                data = {f"s{one}": status, f"v{one}": f"{turn // 5}.."}
                answers.append(client.post(address(group), data=data).status_code)
                said.add((one, status))

    threads = [
        threading.Thread(target=work, args=(number, client))
        for number, client in enumerate(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303] * 160
    marks = db.session.execute(sa.select(AttendanceMark.enrolment_id, AttendanceMark.status))
    assert said == {tuple(row) for row in marks}
    db.session.rollback()
    page = clients[0].get(address(group)).text
    assert "Twee mensen vulden iets anders in." in page


def test_every_state_of_the_register_is_well_formed(later, sign_in):
    group = make_group(4)
    one, two, three, _four = group.enrolments
    client = sign_in(group.trainer_id)
    client.post(address(group), data={f"s{one}": "present", f"s{two}": "late", f"m{two}": "5"})
    client.post(address(group), data={f"s{one}": "absent", f"v{one}": "0.."})
    client.post(address(group, person=three), data={"status": "made_up", "seen_version": "0"})
    for page in (address(group), address(group, session=3), address(group, person=one)):
        well_formed(client.get(page).text)
    well_formed(client.post(address(group), data={f"s{three}": "late"}).text)
    well_formed(client.post(address(group, person=one), data={}).text)

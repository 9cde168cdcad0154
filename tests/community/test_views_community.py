"""Pages of the community, by role."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from academy.community import services
from academy.community.models import MeetUp, Rsvp
from academy.community.services import NewMeetUp, NewStory, Reply
from academy.kernel.db import db, unit_of_work
from academy.kernel.i18n import LANGUAGE_COOKIE
from tests.community.street import certify, load_sample, make_street
from tests.factories import make_actor, make_person


@pytest.fixture
def street(app):
    return make_street()


def statements(client, address):
    seen = []

    def count(_connection, _cursor, statement, *_rest):
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", count)
    try:
        assert client.get(address).status_code == 200
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", count)
    return len(seen)


def publish(street, story_id):
    with unit_of_work():
        services.count_confirmations(story_id, 7, by=street.by)
        services.publish_story(story_id, by=street.by)


def test_who_was_certified_says_that_they_come(street, sign_in):
    client = sign_in(street.certified)
    address = f"/terugkommiddagen/{street.meetup_id}"
    assert "Zeg of je komt" in client.get("/terugkommiddagen").text
    assert "Verstuur je antwoord" in client.get(address).text
    answer = client.post(f"{address}/antwoord", data={"answer": "yes", "brings": "soep"})
    assert (answer.status_code, answer.location) == (303, address)
    page = client.get(address).text
    assert "Jouw antwoord: ik kom" in page
    assert 'value="soep"' in page
    assert "ik kom" in client.get("/terugkommiddagen").text
    rsvp = db.session.scalars(sa.select(Rsvp)).one()
    assert (rsvp.person_id, rsvp.answer, rsvp.brings) == (street.certified.id, "yes", "soep")


def test_a_participant_sees_no_counts_and_no_names(street, sign_in):
    with unit_of_work():
        services.answer_invitation(
            street.meetup_id,
            street.certified.id,
            Reply("yes", "taart", "vervoer"),
            by=make_actor(street.certified),
        )
    client = sign_in(street.newcomer)
    for address in ("/terugkommiddagen", f"/terugkommiddagen/{street.meetup_id}"):
        page = client.get(address).text
        assert "Fatma" not in page
        assert "vervoer" not in page
        assert "Wie antwoordde" not in page


def test_who_was_not_certified_cannot_answer(street, sign_in):
    client = sign_in(street.newcomer)
    address = f"/terugkommiddagen/{street.meetup_id}"
    assert "Verstuur je antwoord" not in client.get(address).text
    assert client.post(f"{address}/antwoord", data={"answer": "yes"}).status_code == 404
    assert client.get("/terugkommiddagen/999").status_code == 404
    assert db.session.scalar(sa.select(sa.func.count(Rsvp.id))) == 0


def test_mistakes_come_back_as_the_form_and_a_full_table_gives_a_place_in_line(street, sign_in):
    with unit_of_work():
        for _number in range(2):
            person = make_person()
            certify(person, street.cohort)
            services.answer_invitation(
                street.meetup_id, person.id, Reply("yes"), by=make_actor(person)
            )
    client = sign_in(street.certified)
    page = f"/terugkommiddagen/{street.meetup_id}"
    assert "Zeg je ja, dan kom je op de wachtlijst." in client.get(page).text
    answer = client.post(f"{page}/antwoord", data={"brings": "harira"})
    assert answer.status_code == 422
    assert "harira" in answer.text
    answer = client.post(f"{page}/antwoord", data={"answer": "yes", "brings": "harira"})
    assert (answer.status_code, answer.location) == (303, page)
    shown = client.get(page).text
    assert "Je staat op de wachtlijst, op plek 1." in shown
    assert "harira" in shown
    assert "op de wachtlijst" in client.get("/terugkommiddagen").text
    guest = f"{page}/namens/{street.certified.id}"
    helper = sign_in(street.coach)
    helper.post(guest, data={"answer": "maybe"})
    answer = helper.post(guest, data={"answer": "yes"}, follow_redirects=True)
    assert "staat op de wachtlijst." in answer.text


def test_staff_see_counts_and_their_own_people(street, sign_in):
    with unit_of_work():
        services.answer_invitation(
            street.meetup_id,
            street.certified.id,
            Reply("yes", "taart", "vervoer"),
            by=make_actor(street.certified),
        )
    address = f"/terugkommiddagen/{street.meetup_id}"
    for person in (street.coach, street.coordinator):
        page = sign_in(person).get(address).text
        assert "Fatma" in page
        assert "Heeft nodig: vervoer" in page
    far = sign_in(street.far_coordinator)
    assert "Fatma" not in far.get(address).text
    assert "1 komen, 0 misschien, 0 niet" in far.get("/terugkommiddagen").text


def test_meetups_are_for_who_is_signed_in(street, client):
    assert client.get("/terugkommiddagen").location.startswith("/binnenkomen")
    address = f"/terugkommiddagen/{street.meetup_id}/antwoord"
    assert client.post(address, data={"answer": "yes"}).location.startswith("/binnenkomen")


def test_everybody_reads_what_is_published_and_not_who_told_it(street, client):
    assert "Er zijn nog geen verhalen" in client.get("/verhalen").text
    assert client.get(f"/verhalen/{street.story_id}").status_code == 404
    publish(street, street.story_id)
    for address in ("/verhalen", f"/verhalen/{street.story_id}"):
        page = client.get(address).text
        assert "Stoepkoffie zonder organisatie" in page
        assert "7 bewoners" in page
        assert "Fatma" not in page


def test_an_english_page_says_which_words_are_dutch(street, client):
    publish(street, street.story_id)
    client.set_cookie(LANGUAGE_COOKIE, "en")
    assert '<span lang="nl">Stoepkoffie zonder organisatie</span>' in client.get("/verhalen").text
    client.set_cookie(LANGUAGE_COOKIE, "nl")
    assert '<span lang="nl">' not in client.get("/verhalen").text


def test_a_story_that_is_no_longer_shared_is_gone(street, client):
    publish(street, street.story_id)
    with unit_of_work():
        db.session.execute(sa.text("update story set published_on = null"))
    assert client.get(f"/verhalen/{street.story_id}").status_code == 404


def test_the_pages_take_as_many_statements_with_more_rows(street, sign_in):
    publish(street, street.story_id)
    client = sign_in(street.coordinator)
    addresses = (
        "/terugkommiddagen",
        f"/terugkommiddagen/{street.meetup_id}",
        "/verhalen",
        f"/verhalen/{street.story_id}",
    )
    few = [statements(client, one) for one in addresses]
    load_sample()
    with unit_of_work():
        for _number in range(20):
            person = make_person(place_id=street.place.id)
            certify(person, street.cohort)
            services.answer_invitation(
                street.meetup_id, person.id, Reply("maybe"), by=make_actor(person)
            )
    assert [statements(client, one) for one in addresses] == few
    assert max(few) <= 12


def test_lists_are_paged_by_key(street, client, sign_in):
    load_sample()
    for _number in range(12):
        with unit_of_work():
            new = NewStory("Soep", "Eén bord extra.", street.place.id, "habits", may_share=True)
            story_id = services.tell_story(new, by=street.by)
        publish(street, story_id)
    for browser, address, oldest in (
        (client, "/verhalen", "Een bord soep erbij"),
        (sign_in(street.certified), "/terugkommiddagen", "de eerste honderd dagen"),
    ):
        first = browser.get(address).text
        assert oldest not in first
        following = first.split("?na=")[1].split('"')[0]
        assert oldest in browser.get(f"{address}?na={following}").text


def test_one_can_still_answer_on_the_day_itself(street, sign_in):
    with unit_of_work():
        today = services.plan_meetup(
            NewMeetUp("exchange", "Vandaag", date(2026, 11, 23), "Zonzicht", 8), by=street.by
        )
    client = sign_in(street.certified)
    assert "Verstuur je antwoord" in client.get(f"/terugkommiddagen/{today}").text


PLAN = {
    "kind": "follow_up",
    "title": "Terugkommiddag lente",
    "held_on": "13-3-2027",
    "starts": "14.00",
    "location": "De Krokus",
    "capacity": "30",
}


def test_a_coordinator_plans_changes_and_calls_off_a_meetup(street, sign_in):
    client = sign_in(street.coordinator)
    assert "/terugkommiddagen/nieuw" in client.get("/terugkommiddagen").text
    assert "Wat voor middag is het?" in client.get("/terugkommiddagen/nieuw").text
    wrong = client.post("/terugkommiddagen/nieuw", data=PLAN | {"capacity": "veel"})
    assert wrong.status_code == 422
    assert "Vul een heel getal in." in wrong.text
    past = client.post("/terugkommiddagen/nieuw", data=PLAN | {"held_on": "1-1-2026"})
    assert past.status_code == 422
    assert "Kies een dag die nog komt." in past.text
    address = client.post("/terugkommiddagen/nieuw", data=PLAN).location
    assert "14.00 uur" in client.get(address).text
    form = client.get(f"{address}/wijzig").text
    assert 'value="13-03-2027"' in form
    assert 'value="14.00"' in form
    answer = client.post(f"{address}/wijzig", data=PLAN | {"starts": "15"})
    assert (answer.status_code, answer.location) == (303, address)
    assert "15.00 uur" in client.get(address).text
    assert client.post(f"{address}/wijzig", data={}).status_code == 422
    assert client.post(f"{address}/afgelasten").status_code == 303
    page = client.get(address).text
    assert "Deze middag gaat niet door." in page
    assert f"{address}/wijzig" not in page
    assert client.get(f"{address}/wijzig").status_code == 404
    assert client.post(f"{address}/afgelasten").status_code == 409
    assert "gaat niet door" in client.get("/terugkommiddagen").text


def test_a_coordinator_invites_the_region(street, sign_in):
    address = f"/terugkommiddagen/{street.meetup_id}"
    client = sign_in(street.coordinator)
    assert "Nodig iedereen uit" in client.get(address).text
    answer = client.post(f"{address}/uitnodigen", follow_redirects=True)
    assert "1 mens is uitgenodigd." in answer.text
    assert "Nodig ook de anderen uit" in answer.text


def test_participants_and_coaches_plan_nothing(street, sign_in):
    address = f"/terugkommiddagen/{street.meetup_id}"
    for person in (street.certified, street.coach):
        client = sign_in(person)
        page = client.get(address).text
        for step in ("nieuw", "wijzig", "wie-kwam"):
            where = "/terugkommiddagen/nieuw" if step == "nieuw" else f"{address}/{step}"
            assert where not in page
            assert client.get(where).status_code == 403
            assert client.post(where, data=PLAN).status_code == 403
        for step in ("uitnodigen", "afgelasten", "binnengelopen"):
            assert client.post(f"{address}/{step}").status_code == 403


def test_a_coordinator_notes_who_came_and_who_walked_in(street, sign_in):
    with unit_of_work():
        late = make_person("Omar", place_id=street.place.id)
        certify(late, street.cohort)
        services.answer_invitation(
            street.meetup_id,
            street.certified.id,
            Reply("yes", transport=True),
            by=make_actor(street.certified),
        )
    address = f"/terugkommiddagen/{street.meetup_id}"
    client = sign_in(street.coordinator)
    assert client.get(f"{address}/wie-kwam").status_code == 404
    assert "Heeft vervoer nodig." in client.get(address).text
    with unit_of_work():
        db.session.get_one(MeetUp, street.meetup_id).held_on = date(2026, 11, 23)
    assert f"{address}/wie-kwam" in client.get("/vandaag").text
    page = client.post(f"{address}/wie-kwam/zoek", data={"name": "mar"}).text
    assert "Omar" in page
    assert (
        "Niemand gevonden" in client.post(f"{address}/wie-kwam/zoek", data={"name": "Nieuw"}).text
    )
    answer = client.post(f"{address}/binnengelopen", data={"person_id": late.id})
    assert answer.status_code == 303
    assert client.post(f"{address}/binnengelopen").status_code == 404
    assert "binnengelopen" in client.get(f"{address}/wie-kwam").text
    answer = client.post(
        f"{address}/wie-kwam",
        data={
            "came": [street.certified.id, late.id],
            "listed": [street.certified.id, late.id],
        },
    )
    assert (answer.status_code, answer.location) == (303, address)
    came = {one.person_id: one.came for one in db.session.scalars(sa.select(Rsvp))}
    assert came == {street.certified.id: True, late.id: True}
    assert f"{address}/wie-kwam" not in client.get("/vandaag").text
    assert "Verander wie er was" in client.get(address).text


def test_a_coordinator_of_elsewhere_marks_nobody_here(street, sign_in):
    with unit_of_work():
        db.session.get_one(MeetUp, street.meetup_id).held_on = date(2026, 11, 23)
    address = f"/terugkommiddagen/{street.meetup_id}"
    client = sign_in(street.far_coordinator)
    assert (
        "Niemand gevonden" in client.post(f"{address}/wie-kwam/zoek", data={"name": "Fatma"}).text
    )
    who = {"person_id": street.certified.id}
    assert client.post(f"{address}/binnengelopen", data=who).status_code == 404


def test_a_coach_passes_on_whether_somebody_comes_and_they_read_by_whom(street, sign_in):
    guest = f"/terugkommiddagen/{street.meetup_id}/namens/{street.certified.id}"
    hub = f"/namens/{street.certified.id}"
    for helper in (street.coach, street.coordinator):
        client = sign_in(helper)
        assert f'href="{guest}"' in client.get(hub).text
        assert "Komt Fatma" in client.get(guest).text
        assert client.post(guest, data={}).status_code == 422
        answer = client.post(guest, data={"answer": "yes", "help_needed": "child_care"})
        assert (answer.status_code, answer.location) == (303, hub)
    rsvp = db.session.scalars(sa.select(Rsvp)).one()
    assert (rsvp.person_id, rsvp.helped_by_id) == (street.certified.id, street.coordinator.id)
    own = sign_in(street.certified)
    shown = own.get(f"/terugkommiddagen/{street.meetup_id}").text
    assert f"Doorgegeven door {street.coordinator.display_name}, namens jou." in shown
    assert "Gezegd of je naar een terugkommiddag komt" in own.get("/gegevens").text


def test_nobody_else_passes_an_answer_on(street, sign_in):
    guest = f"/terugkommiddagen/{street.meetup_id}/namens/{street.certified.id}"
    for stranger in (street.newcomer, street.far_coordinator, street.certified):
        client = sign_in(stranger)
        assert client.get(guest).status_code == 404
        assert client.post(guest, data={"answer": "no"}).status_code == 404
    newcomer = f"/terugkommiddagen/{street.meetup_id}/namens/{street.newcomer.id}"
    assert sign_in(street.coordinator).get(newcomer).status_code == 404
    assert db.session.scalars(sa.select(Rsvp)).all() == []

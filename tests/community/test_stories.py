"""Telling a story, confirming it with residents, publishing and withdrawing it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from academy.community import queries, services
from academy.community.models import Story
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, NotFoundError
from certificates.models import RenewalEvidence
from tests.community.street import make_street
from tests.factories import make_actor, make_trainer

TOLD = {
    "title": "Soep op de stoep",
    "text": "We zetten elke vrijdag een pan soep buiten.",
    "asset": "habits",
    "may_share": "y",
}


@pytest.fixture
def street(app):
    return make_street()


def publish(street):
    with unit_of_work():
        services.count_confirmations(street.story_id, 3, by=street.by)
        services.publish_story(street.story_id, by=street.by)


def counted(street):
    query = sa.select(sa.func.count(RenewalEvidence.id))
    return db.session.scalar(query.where(RenewalEvidence.requirement == "story"))


def test_who_told_it_takes_a_story_back_and_it_still_counted(street):
    publish(street)
    with unit_of_work():
        services.withdraw_story(street.story_id, by=make_actor(street.certified))
    with pytest.raises(NotFoundError):
        queries.get_story(street.story_id)
    with pytest.raises(ConflictError):
        services.publish_story(street.story_id, by=street.by)
    with pytest.raises(ConflictError):
        services.withdraw_story(street.story_id, by=make_actor(street.certified))
    assert counted(street) == 1


@pytest.mark.parametrize("helper", ["coach", "coordinator", "trainer"])
@pytest.mark.parametrize("is_published", [True, False], ids=["published", "not yet"])
def test_who_helps_takes_a_story_back_as_its_teller_would(street, sign_in, helper, is_published):
    if is_published:
        publish(street)
    address, client = for_the_teller(street), sign_in(helper_of(street, helper))
    page = client.get(f"/namens/{street.certified.id}/verhaal").text
    assert "Neem het terug namens Fatma" in page
    assert address in page
    answer = client.post(address, follow_redirects=True)
    assert "Het verhaal is teruggenomen." in answer.text
    assert address not in answer.text
    story = db.session.get_one(Story, street.story_id)
    assert (story.may_share, story.published_on) == (False, None)
    assert counted(street) == int(is_published)
    event = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "community:story:withdrawn")
    ).one()
    assert (event.subject_id, event.data["on_behalf_of"]) == (street.certified.id,) * 2
    assert "Je verhaal voor je teruggenomen" in sign_in(street.certified).get("/gegevens").text
    assert client.post(address).status_code == 409


def test_what_is_taken_off_was_done_on_nobodys_behalf(street, sign_in):
    publish(street)
    sign_in(street.coordinator).post(f"/verhalen/{street.story_id}/terugnemen")
    event = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "community:story:withdrawn")
    ).one()
    assert event.data["on_behalf_of"] is None
    assert "teruggenomen" not in sign_in(street.certified).get("/gegevens").text


def test_nobody_takes_a_story_back_for_a_stranger_oneself_or_the_wrong_one(street, sign_in):
    publish(street)
    for person in (street.far_coordinator, street.newcomer, street.certified):
        assert sign_in(person).post(for_the_teller(street)).status_code == 404
    wrong = f"/namens/{street.newcomer.id}/verhaal/{street.story_id}/terugnemen"
    assert sign_in(street.coordinator).post(wrong).status_code == 404
    assert queries.get_story(street.story_id)


def test_the_list_of_the_region_leads_to_taking_back_for_the_teller(street, sign_in):
    publish(street)
    page = sign_in(street.coordinator).get("/verhalen/beheer").text
    assert "Klopt het toch niet?" in page
    assert f'href="/namens/{street.certified.id}/verhaal"' in page


def for_the_teller(street):
    return f"/namens/{street.certified.id}/verhaal/{street.story_id}/terugnemen"


def helper_of(street, role):
    if role != "trainer":
        return getattr(street, role)
    with unit_of_work():
        return make_trainer(street.cohort)


def test_a_coordinator_takes_off_what_was_not_right_and_it_counts_no_more(street):
    with pytest.raises(ConflictError):
        services.withdraw_story(street.story_id, by=street.by)
    publish(street)
    with unit_of_work():
        services.withdraw_story(street.story_id, by=street.by)
    assert counted(street) == 0
    with unit_of_work():
        services.publish_story(street.story_id, by=street.by)
    assert counted(street) == 1


def test_nobody_else_withdraws_a_story(street, sign_in):
    publish(street)
    address = f"/verhalen/{street.story_id}/terugnemen"
    for person in (street.far_coordinator, street.newcomer, street.coach):
        assert sign_in(person).post(address).status_code == 404
    assert queries.get_story(street.story_id)


def test_one_tells_ones_own_story_and_sees_how_it_stands(street, sign_in):
    client = sign_in(street.certified)
    assert "/verhalen/vertel" in client.get("/verhalen").text
    wrong = client.post("/verhalen/vertel", data={"title": "Soep"})
    assert wrong.status_code == 422
    assert 'value="Soep"' in wrong.text
    told = TOLD | {"place_id": str(street.place.id)}
    answer = client.post("/verhalen/vertel", data=told, follow_redirects=True)
    assert "Dan delen we het." in answer.text
    assert "Nog 3 bewoners moeten zeggen dat het klopt." in answer.text
    story = db.session.scalars(sa.select(Story).order_by(Story.id.desc())).first()
    assert (story.told_by_id, story.may_share) == (street.certified.id, True)
    answer = client.post(f"/verhalen/{story.id}/terugnemen", follow_redirects=True)
    assert "Niemand anders kan dit verhaal nu lezen." in answer.text
    assert "van jou alleen" in answer.text


def test_a_story_of_ones_own_is_read_by_nobody_else(street, sign_in):
    client = sign_in(street.certified)
    told = {key: text for key, text in TOLD.items() if key != "may_share"}
    client.post("/verhalen/vertel", data=told | {"place_id": str(street.place.id)})
    page = sign_in(street.coordinator).get("/verhalen/beheer").text
    assert "Soep op de stoep" not in page
    assert "Stoepkoffie zonder organisatie" in page


def test_a_coach_and_a_coordinator_write_down_what_somebody_tells(street, sign_in):
    address = f"/namens/{street.certified.id}/verhaal"
    told = TOLD | {"place_id": str(street.place.id)}
    for helper in (street.coach, street.coordinator):
        client = sign_in(helper)
        assert address in client.get(f"/namens/{street.certified.id}").text
        assert "Het verhaal van Fatma" in client.get(address).text
        assert client.post(address, data={}).status_code == 422
        answer = client.post(address, data=told)
        assert (answer.status_code, answer.location) == (303, f"/namens/{street.certified.id}")
    acts = db.session.execute(
        sa.select(AuditEvent.actor_id, AuditEvent.subject_id)
        .where(AuditEvent.action == "community:story:told")
        .order_by(AuditEvent.id)
    ).all()
    helpers = (street.coach.id, street.coordinator.id)
    assert [tuple(act) for act in acts[1:]] == [(one, street.certified.id) for one in helpers]
    assert "Je verhaal opgeschreven" in sign_in(street.certified).get("/gegevens").text


def test_nobody_writes_a_story_down_for_a_stranger_or_for_oneself_that_way(street, sign_in):
    address = f"/namens/{street.certified.id}/verhaal"
    told = TOLD | {"place_id": str(street.place.id)}
    for person in (street.newcomer, street.far_coordinator, street.certified):
        client = sign_in(person)
        assert client.get(address).status_code == 404
        assert client.post(address, data=told).status_code == 404


def test_a_coordinator_counts_residents_and_lets_everybody_read(street, sign_in):
    client = sign_in(street.coordinator)
    assert "1 verhaal wacht op bewoners" in client.get("/vandaag").text
    page = client.get("/verhalen/beheer").text
    assert "Om de beurt zet een huishouden koffie." in page
    assert "Laat iedereen het lezen" not in page
    name = f"s{street.story_id}-number"
    wrong = client.post(f"/verhalen/{street.story_id}/bevestigd", data={name: "veel"})
    assert wrong.status_code == 422
    assert "Vul een heel getal in." in wrong.text
    client.post(f"/verhalen/{street.story_id}/deel")
    with client.session_transaction() as session:
        assert "_flashes" in session
    with pytest.raises(NotFoundError):
        queries.get_story(street.story_id)
    client.post(f"/verhalen/{street.story_id}/bevestigd", data={name: "4"})
    assert "Laat iedereen het lezen" in client.get("/verhalen/beheer").text
    client.post(f"/verhalen/{street.story_id}/deel")
    assert queries.get_story(street.story_id).confirmed_by == 4
    assert "wacht op bewoners" not in client.get("/vandaag").text


def test_only_the_coordinator_of_the_region_counts_and_publishes(street, sign_in):
    far = sign_in(street.far_coordinator)
    assert "Stoepkoffie" not in far.get("/verhalen/beheer").text
    for step in ("bevestigd", "deel"):
        address = f"/verhalen/{street.story_id}/{step}"
        assert far.post(address, data={f"s{street.story_id}-number": "9"}).status_code == 404
        assert sign_in(street.certified).post(address).status_code == 403
    assert sign_in(street.certified).get("/verhalen/beheer").status_code == 403

"""The refresher on boundaries and safety: reading, answering, and counting for renewal."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from academy.community import services
from academy.community.forms.refresher import RIGHT, WHY, RefresherForm
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import NotFoundError
from certificates.models import RenewalEvidence
from tests.community.street import make_street
from tests.factories import make_actor


@pytest.fixture
def street(app):
    return make_street()


def evidence(person):
    found = sa.select(RenewalEvidence.requirement, RenewalEvidence.on)
    return [tuple(row) for row in db.session.execute(found.filter_by(person_id=person.id))]


def test_every_question_has_a_right_answer_among_its_choices_and_a_reason(app):
    with app.test_request_context():
        form = RefresherForm(formdata=None)
        assert set(WHY) == set(RIGHT)
        for name, right in RIGHT.items():
            assert right in [choice.value for choice in form[name].iter_choices()]
        asked = {field.name for field in form if field.type == "RadioField"}
    assert asked == set(RIGHT)


def test_all_right_counts_once_a_day(street, sign_in):
    client = sign_in(street.certified)
    assert 'href="/opfrissen"' in client.get("/bibliotheek").text
    assert "Je slaapt slecht" in client.get("/opfrissen").text
    for _again in range(2):
        answer = client.post("/opfrissen", data=RIGHT)
        assert (answer.status_code, answer.location) == (303, "/bibliotheek")
    assert evidence(street.certified) == [("safety_refresher", clock.today())]


def test_a_wrong_or_missing_answer_is_explained_and_counts_nothing(street, sign_in):
    client = sign_in(street.certified)
    wrong = client.post("/opfrissen", data=RIGHT | {"danger": "between"})
    assert wrong.status_code == 422
    assert "Bij gevaar gaat 112 altijd voor." in wrong.text
    assert "Een zorg draag je niet alleen." not in wrong.text
    missing = client.post("/opfrissen", data={"danger": "call"})
    assert missing.status_code == 422
    assert "Kies een antwoord." in missing.text
    assert evidence(street.certified) == []


def test_a_coach_or_coordinator_reads_it_to_somebody(street, sign_in):
    address = f"/namens/{street.certified.id}/opfrissen"
    for helper in (street.coach, street.coordinator):
        client = sign_in(helper)
        assert address in client.get(f"/namens/{street.certified.id}").text
        assert "Lees voor en vul in wat Fatma" in client.get(address).text
        answer = client.post(address, data=RIGHT)
        assert (answer.status_code, answer.location) == (303, f"/namens/{street.certified.id}")
    assert len(evidence(street.certified)) == 1
    assert "De opfrisles met je gedaan" in sign_in(street.certified).get("/gegevens").text


def test_nobody_else_does_it_for_another(street, sign_in):
    address = f"/namens/{street.certified.id}/opfrissen"
    for person in (street.newcomer, street.far_coordinator, street.certified):
        client = sign_in(person)
        assert client.get(address).status_code == 404
        assert client.post(address, data=RIGHT).status_code == 404
    with pytest.raises(NotFoundError), unit_of_work():
        services.finish_refresher(street.certified.id, by=make_actor(street.newcomer))
    assert evidence(street.certified) == []

"""The pages on which people take their data along, are forgotten, or look after that."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from academy.kernel import clock, queue
from academy.kernel.db import db, unit_of_work
from academy.people.models import Account, Grant
from academy.privacy.models import DataExport, ErasureRequest
from academy.privacy.views.words import goes_and_stays
from tests.courses.training_group import add_person, after, grant, make_group, well_formed


@pytest.fixture
def group(app):
    with clock.at(after(1)):
        yield make_group(2)


def officer():
    with unit_of_work():
        person = add_person("Petra Privacy")
        grant(person, "privacy_officer", kind="everything", scope_id=None)
    return person


def state_of(model):
    found = db.session.scalar(sa.select(model.state).order_by(model.id.desc()).limit(1))
    db.session.rollback()
    return found


def test_the_public_page_tells_how_long_from_the_one_table(client):
    page = well_formed(client.get("/privacy").text)
    assert "6 maanden na het laatste contact" in page
    assert "10 jaar nadat het niet meer geldig is" in page
    assert "35 dagen" in page


def test_somebody_takes_everything_along(group, sign_in):
    client = sign_in(group.learners[0])
    own = well_formed(client.get("/gegevens").text)
    assert 'href="/gegevens/meenemen"' in own
    well_formed(client.get("/gegevens/meenemen").text)
    assert client.post("/gegevens/meenemen").location == "/gegevens/meenemen"
    assert "We zoeken alles bij elkaar" in client.get("/gegevens/meenemen").text
    queue.run_pending(strict=True)
    ready = well_formed(client.get("/gegevens/meenemen").text)
    assert "Je gegevens staan klaar" in ready
    assert "Je gegevens staan klaar" in client.get("/vandaag").text
    export_id = db.session.scalar(sa.select(DataExport.id))
    answer = client.post(f"/gegevens/meenemen/{export_id}")
    assert answer.data.startswith(b"PK")
    assert answer.headers["Cache-Control"] == "no-store"
    other = sign_in(group.learners[1])
    assert other.post(f"/gegevens/meenemen/{export_id}").status_code == 404


def test_being_forgotten_takes_two_yeses_and_can_be_undone(group, sign_in):
    client = sign_in(group.learners[0])
    page = well_formed(client.get("/gegevens/weghalen").text)
    assert "Dit gaat weg" in page
    sure = well_formed(client.post("/gegevens/weghalen").text)
    assert "Weet je het zeker?" in sure
    assert state_of(ErasureRequest) is None
    refused = client.post("/gegevens/weghalen", data={"confirm": "yes"})
    assert refused.status_code == 422
    done = client.post("/gegevens/weghalen", data={"confirm": "yes", "sure": "y"})
    assert done.location == "/gegevens/weghalen"
    assert state_of(ErasureRequest) == "asked"
    assert "Je vroeg ons je te vergeten" in well_formed(client.get("/gegevens/weghalen").text)
    assert "Je vroeg ons je te vergeten" in client.get("/vandaag").text
    assert client.post("/gegevens/weghalen/toch-niet").status_code == 303
    assert state_of(ErasureRequest) == "undone"


def test_who_works_here_reads_why_not_yet(group, sign_in):
    page = sign_in(group.trainer_id).get("/gegevens/weghalen").text
    assert "Een beheerder neemt eerst je rechten terug" in well_formed(page)
    answer = sign_in(group.trainer_id).post(
        "/gegevens/weghalen", data={"confirm": "yes", "sure": "y"}
    )
    assert answer.status_code == 409


def test_a_coordinator_asks_on_behalf_and_sees_nothing_of_the_content(group, sign_in):
    her = group.learners[0]
    client = sign_in(group.coordinator_id)
    assert f'href="/privacy/mensen/{her}"' in client.get(f"/namens/{her}").text
    page = well_formed(client.get(f"/privacy/mensen/{her}").text)
    assert "Laten vergeten" in page
    assert client.post(f"/privacy/mensen/{her}/meenemen").status_code == 303
    queue.run_pending(strict=True)
    page = well_formed(client.get(f"/privacy/mensen/{her}").text)
    assert "De gegevens staan klaar" in page
    export_id = db.session.scalar(sa.select(DataExport.id))
    assert f'action="/privacy/meenemen/{export_id}"' not in page
    assert client.post(f"/privacy/meenemen/{export_id}").status_code == 403
    assert client.post(f"/gegevens/meenemen/{export_id}").status_code == 404
    refused = client.post(f"/privacy/mensen/{her}/weghalen")
    assert refused.status_code == 422
    assert client.post(f"/privacy/mensen/{her}/weghalen", data={"way": "phone"}).status_code == 303
    assert client.post(f"/privacy/mensen/{her}/toch-niet").status_code == 303
    own = sign_in(her).get("/gegevens").text
    assert "Gevraagd om je te vergeten" in own
    assert "Coco Coordinator" in own


def test_what_somebody_asked_themselves_only_they_take_back(group, sign_in):
    her = group.learners[0]
    own = sign_in(her)
    asked = own.post("/gegevens/weghalen", data={"confirm": "yes", "sure": "y"})
    assert asked.status_code == 303
    client = sign_in(group.coordinator_id)
    address = f"/privacy/mensen/{her}/toch-niet"
    page = well_formed(client.get(f"/privacy/mensen/{her}").text)
    assert "vroeg dit zelf" in page
    assert f'action="{address}"' not in page
    refused = client.post(address)
    assert refused.status_code == 409
    assert "Alleen wie het vroeg" in refused.text
    assert state_of(ErasureRequest) == "asked"


def test_what_is_past_its_last_day_is_shown_as_late(group, sign_in):
    her = group.learners[0]
    sign_in(her).post("/gegevens/weghalen", data={"confirm": "yes", "sure": "y"})
    client = sign_in(officer())
    assert "te laat" not in client.get("/privacy/verzoeken").text
    with unit_of_work():
        past = clock.now() - timedelta(days=1)
        db.session.execute(sa.update(ErasureRequest).values(latest_at=past))
    assert "te laat" in client.get("/privacy/verzoeken").text


def test_the_officer_hands_over_what_a_coordinator_asked_for_who_has_no_account(group, sign_in):
    her = group.learners[0]
    sign_in(group.coordinator_id).post(f"/privacy/mensen/{her}/meenemen")
    queue.run_pending(strict=True)
    export_id = db.session.scalar(sa.select(DataExport.id))
    client = sign_in(officer())
    address = f"/privacy/meenemen/{export_id}"
    assert db.session.get(Account, her) is None
    db.session.rollback()
    assert f'action="{address}"' in client.get(f"/privacy/mensen/{her}").text
    assert client.post(address).data.startswith(b"PK")
    with unit_of_work():
        db.session.add(Account(person_id=her))
    assert f'action="{address}"' not in client.get(f"/privacy/mensen/{her}").text
    assert client.post(address).status_code == 404


def test_outside_the_region_there_is_nobody(group, sign_in):
    other = make_group(1, name="Elders")
    client = sign_in(other.coordinator_id)
    her = group.learners[0]
    assert client.get(f"/privacy/mensen/{her}").status_code == 404
    for what in ("meenemen", "weghalen", "toch-niet"):
        answer = client.post(f"/privacy/mensen/{her}/{what}", data={"way": "phone"})
        assert answer.status_code == 404, what


def test_the_privacy_officer_finds_somebody_and_hands_over_the_file(group, sign_in):
    her = group.learners[0]
    client = sign_in(officer())
    well_formed(client.get("/privacy/verzoeken").text)
    found = well_formed(client.get("/privacy/verzoeken?name=Lea").text)
    assert "/privacy/mensen/" in found or "Niemand met die naam" in found
    assert client.post(f"/privacy/mensen/{her}/meenemen").status_code == 303
    queue.run_pending(strict=True)
    export_id = db.session.scalar(sa.select(DataExport.id))
    assert f'action="/privacy/meenemen/{export_id}"' in client.get(f"/privacy/mensen/{her}").text
    assert client.post(f"/privacy/meenemen/{export_id}").data.startswith(b"PK")
    answer = client.post(f"/privacy/mensen/{her}/weghalen", data={"way": "letter"})
    assert answer.status_code == 303
    waiting = well_formed(client.get("/privacy/verzoeken").text)
    assert f'href="/privacy/mensen/{her}"' in waiting


def test_an_administrator_looks_first_and_then_switches_it_on(group, sign_in):
    with unit_of_work():
        admin = add_person("Ada Admin")
        grant(admin, "admin", kind="everything", scope_id=None)
    client = sign_in(admin)
    page = well_formed(client.get("/bewaren").text)
    assert "Het opruimen staat uit" in page
    assert client.post("/bewaren/aan").status_code == 303
    assert "Het opruimen staat aan" in well_formed(client.get("/bewaren").text)
    assert client.post("/bewaren/uit").status_code == 303
    assert "Het opruimen staat uit" in client.get("/bewaren").text


def test_a_right_that_ended_yesterday_is_no_hindrance(group, sign_in):
    with unit_of_work():
        yesterday = clock.today() - timedelta(days=1)
        db.session.execute(
            sa.update(Grant).where(Grant.person_id == group.trainer_id).values(valid_to=yesterday)
        )
    client = sign_in(group.trainer_id)
    answer = client.post("/gegevens/weghalen", data={"confirm": "yes", "sure": "y"})
    assert answer.status_code == 303


def test_the_preview_says_the_same_to_everybody_about_signals(app):
    told = [goes_and_stays({name: 1}) for name in ("enrolment", "coaching_signal", "promise")]
    about = [[one for one in goes if "signaal" in one] for goes, _stays in told]
    assert about[0] == about[1] == about[2] != []
    assert goes_and_stays({"coaching_signal": 1}) == goes_and_stays({})

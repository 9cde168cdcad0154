"""Signals: somebody named follows up, hears it, and who raised it hears how it ended."""

from __future__ import annotations

from datetime import date

import html5lib
import pytest
import sqlalchemy as sa

from academy.coaching.models import CoachingPlan, Signal
from academy.coaching.queries.signals import told, told_closed
from academy.coaching.services import plans, signals
from academy.kernel import clock
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.messages.models import AnnouncedMessage
from academy.people.models import Grant
from academy.people.queries.actors import actor_for
from tests.coaching.builders import set_the_table
from tests.factories import make_coordinator, make_grant, make_person, make_place

RAISED = {"kind": "boundary", "severity": "middle", "note": "Bel me overdag."}


@pytest.fixture
def table(app):
    return set_the_table()


def raise_by(table, person, severity="middle") -> int:
    with unit_of_work():
        found = signals.raise_signal(
            table.plan_id, "overload", by=actor_for(person.id), severity=severity
        )
        return found.id


def signal_of(signal_id) -> Signal:
    db.session.rollback()
    return db.session.get_one(Signal, signal_id)


def announced() -> list[tuple[str, int]]:
    db.session.rollback()
    rows = db.session.execute(
        sa.select(AnnouncedMessage.name, AnnouncedMessage.person_id).order_by(AnnouncedMessage.id)
    )
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("raiser", "severity", "follower", "by_day"),
    [
        ("marije", "low", "marije", date(2026, 12, 23)),
        ("tineke", "middle", "marije", date(2026, 11, 30)),
        ("marije", "high", "tineke", date(2026, 11, 23)),
        ("samira", "low", "tineke", date(2026, 12, 23)),
    ],
)
def test_a_named_person_follows_up_in_time(table, raiser, severity, follower, by_day):
    found = signal_of(raise_by(table, getattr(table, raiser), severity))
    assert found.assigned_to_id == getattr(table, follower).id
    assert (found.state, found.follow_up_by) == ("open", by_day)
    heard = [] if raiser == follower else [getattr(table, follower).id]
    assert [person for _name, person in announced()] == heard


def test_the_smallest_region_around_it_follows_up(table):
    with unit_of_work():
        everywhere = make_person("Overal")
        make_grant(everywhere, "coordinator")
    assert signal_of(raise_by(table, table.marije, "high")).assigned_to_id == table.tineke.id


def guided_by_the_coordinator(table):
    with unit_of_work():
        make_grant(table.tineke, "coach", about=table.samira)
        db.session.get_one(CoachingPlan, table.plan_id).coach_id = table.tineke.id


def test_a_coach_who_is_the_only_coordinator_follows_up_what_is_high(table):
    guided_by_the_coordinator(table)
    assert signal_of(raise_by(table, table.tineke, "high")).assigned_to_id == table.tineke.id
    with unit_of_work():
        other = make_person("Overal")
        make_grant(other, "coordinator")
    assert signal_of(raise_by(table, table.tineke, "high")).assigned_to_id == other.id


def test_what_somebody_says_about_themselves_never_reaches_a_coach_who_coordinates(table, sign_in):
    guided_by_the_coordinator(table)
    client = sign_in(table.samira)
    page = client.get("/zorgen").text
    assert "Een mens luistert" in page
    assert 'name="kind"' not in page
    assert signal_of(raise_by(table, table.samira)).assigned_to_id is None
    with unit_of_work():
        make_grant(make_person("Overal"), "coordinator")
    assert "Je begeleider is ook coördinator en kan dit zien." in client.get("/zorgen").text


def test_where_nobody_looks_after_it_the_page_says_so(table, sign_in):
    with unit_of_work():
        db.session.execute(sa.delete(Grant).where(Grant.role == "coordinator"))
    client = sign_in(table.marije)
    address = f"/begeleiding/{table.plan_id}/signaal"
    client.post(address, data=RAISED | {"severity": "high"})
    assert "bel de academie" in client.get("/begeleiding").text


def test_what_somebody_says_about_themselves_is_not_for_the_coach(table, sign_in):
    client = sign_in(table.samira)
    page = client.get("/zorgen").text
    assert "Je begeleider ziet dit niet." in page
    assert "Tineke" in page
    assert client.post("/zorgen", data={"kind": "boundary"}).status_code == 422
    assert client.post("/zorgen", data=RAISED).status_code == 303
    assert "Een grens" in client.get("/logboek").text
    coach = sign_in(table.marije)
    assert "Een grens" not in coach.get(f"/begeleiding/{table.plan_id}").text
    assert "Een grens" not in coach.get("/vandaag").text
    done = {"outcome": "talk_held", "reported_back": "yes"}
    assert coach.get("/begeleiding/signalen/1/afronden").status_code == 404
    assert coach.post("/begeleiding/signalen/1/afronden", data=done).status_code == 404
    assert coach.post("/begeleiding/signalen/1/overnemen").status_code == 404
    assert (
        "Bel me overdag." in sign_in(table.tineke).get(f"/begeleiding/{table.plan_id}/stand").text
    )


@pytest.mark.parametrize("state", ["to_match", "proposed", "paused", "stopped"])
def test_one_can_say_it_between_two_coaches_too(table, sign_in, state):
    with unit_of_work():
        plan = db.session.get_one(CoachingPlan, table.plan_id)
        plan.state = state
        if state == "to_match":
            plan.coach_id = None
    client = sign_in(table.samira)
    assert ('name="kind"' in client.get("/zorgen").text) is (state != "stopped")
    answer = client.post("/zorgen", data=RAISED)
    assert answer.status_code == (404 if state == "stopped" else 303)
    if state != "stopped":
        assert db.session.scalars(sa.select(Signal.assigned_to_id)).one() == table.tineke.id
        assert "Iemand kijkt ernaar" in client.get("/logboek").text


def test_without_guidance_there_is_a_human_to_call(table, sign_in):
    with unit_of_work():
        stranger = make_person("Joke")
    client = sign_in(stranger)
    page = client.get("/zorgen").text
    assert "112" in page
    assert "Een mens luistert" in page
    assert client.post("/zorgen", data=RAISED).status_code == 404


def links_to_worries(client, address: str) -> list[str]:
    """Return where on a page the link stands: in the head, the content or the foot."""
    page = html5lib.parse(client.get(address).text, namespaceHTMLElements=False)
    return [
        part
        for part in ("header", "main", "footer")
        for link in page.findall(f".//{part}//a[@href='/zorgen']")
        if "".join(link.itertext()).strip() == "Ik maak me zorgen"
    ]


def test_it_is_in_reach_of_everybody_who_is_signed_in(table, sign_in):
    about = f"/begeleiding/{table.plan_id}"
    pages = {
        table.samira: ("/logboek", "/logboek/plan", "/leergang", "/gegevens", "/zorgen", "/weg"),
        table.marije: ("/begeleiding", f"{about}/gesprek", about, f"{about}/jaargesprek", "/"),
        table.tineke: (f"{about}/stand", "/begeleiding/overzicht", f"{about}/koppelen"),
    }
    for person, addresses in pages.items():
        client = sign_in(person)
        assert links_to_worries(client, "/vandaag") == ["main", "footer"]
        for address in addresses:
            assert links_to_worries(client, address) == ["footer"], address
    assert f"/begeleiding/{table.plan_id}/signaal" in sign_in(table.marije).get("/zorgen").text


def test_who_is_not_signed_in_sees_no_link_to_it(table, app):
    client = app.test_client()
    for address in ("/", "/binnenkomen", "/controleer", "/privacy", "/weg"):
        assert links_to_worries(client, address) == [], address


def test_who_follows_up_finds_it_on_vandaag(table, sign_in):
    raise_by(table, table.tineke)
    assert "Signaal: Het wordt te veel" in sign_in(table.marije).get("/vandaag").text
    raise_by(table, table.marije, "high")
    assert "Vandaag nog" in sign_in(table.tineke).get("/vandaag").text


def test_a_signal_that_is_late_stands_before_anything_else_that_is_late(table, sign_in):
    raise_by(table, table.tineke)
    with unit_of_work():
        db.session.get_one(CoachingPlan, table.plan_id).next_contact_due = date(2026, 9, 1)
    with clock.at(clock.local(date(2026, 12, 23), 9)):
        page = sign_in(table.marije).get("/vandaag").text
        assert 0 < page.index("Signaal: Het wordt te veel") < page.index("Spreek Samira")


@pytest.mark.parametrize(
    ("reported_back", "hears"), [("yes", True), ("no", True), ("may_not", False)]
)
def test_who_raised_it_hears_that_it_is_finished(table, reported_back, hears):
    signal_id = raise_by(table, table.marije, "high")
    assert told(signal_id) == {"due_on": date(2026, 11, 23), "signal_id": signal_id}
    with unit_of_work():
        signals.close_signal(
            signal_id, "talk_held", by=actor_for(table.tineke.id), reported_back=reported_back
        )
    assert (("coaching/signal_closed", table.marije.id) in announced()) is hears
    assert told(signal_id) is None
    assert told_closed(signal_id)["name"] == table.tineke.display_name


def test_holding_back_has_a_reason_a_day_to_look_again_and_an_overseer(table):
    signal_id = raise_by(table, table.marije)
    until = date(2026, 12, 10)
    with pytest.raises(NotFoundError), unit_of_work():
        signals.hold_back(signal_id, until, because="at_home", by=actor_for(table.marije.id))
    by = actor_for(table.tineke.id)
    with pytest.raises(InvalidInputError), unit_of_work():
        signals.hold_back(signal_id, until, because="", by=by)
    with pytest.raises(InvalidInputError), unit_of_work():
        signals.hold_back(signal_id, date(2027, 1, 1), because="at_home", by=by)
    with unit_of_work():
        signals.hold_back(signal_id, until, because="at_home", by=by)
    found = signal_of(signal_id)
    assert (found.held_back_until, found.held_back_because) == (until, "at_home")


def test_what_waits_by_itself_says_so_and_gives_nobody_a_reason(table, sign_in):
    """Nobody said that it is unsafe: a coordinator looks first. What one then says is kept."""
    signal_id = raise_by(table, table.marije, "high")
    found = signal_of(signal_id)
    assert (found.held_back_until, found.held_back_because) == (date(2026, 11, 24), "first_look")
    noted = db.session.scalars(
        sa.select(AuditEvent.data).where(AuditEvent.action == "coaching:signal:held-back")
    ).one()
    assert (noted["reason"], noted["until"]) == ("first_look", "2026-11-24")
    first = "De coördinator kijkt eerst of het veilig is dat iemand dit ziet."
    client = sign_in(table.tineke)
    stand = f"/begeleiding/{table.plan_id}/stand"
    held = f"/begeleiding/signalen/{signal_id}/niet-tonen"
    assert first in client.get(stand).text
    page = client.get(held).text
    assert first in page
    assert 'value="first_look"' not in page
    choice = {"because": "first_look", "until": "01-12-2026"}
    assert client.post(held, data=choice).status_code == 422
    by = actor_for(table.tineke.id)
    with pytest.raises(InvalidInputError), unit_of_work():
        signals.hold_back(signal_id, date(2026, 12, 1), because="first_look", by=by)
    assert client.post(held, data=choice | {"because": "raiser"}).status_code == 303
    assert signal_of(signal_id).held_back_because == "raiser"
    assert "Wie het signaal gaf, loopt dan gevaar." in client.get(stand).text
    assert signal_of(raise_by(table, table.marije)).held_back_because is None


def test_about_safety_the_coordinator_looks_before_the_participant_sees_it(table, sign_in):
    with unit_of_work():
        signals.raise_signal(
            table.plan_id, "safety", by=actor_for(table.marije.id), severity="middle"
        )
    samira, tineke = sign_in(table.samira), sign_in(table.tineke)
    assert "Iemand let extra op" not in samira.get("/logboek").text
    assert "Nog niet getoond signaal: Samira El Haddou" in tineke.get("/begeleiding/overzicht").text
    stand = f"/begeleiding/{table.plan_id}/stand"
    assert "Niet te zien op de eigen pagina tot 24 november 2026." in tineke.get(stand).text
    with clock.at(clock.local(date(2026, 11, 24), 10)):
        assert "Iemand let extra op" in sign_in(table.samira).get("/logboek").text
        assert "Niet te zien" not in sign_in(table.tineke).get(stand).text


def test_what_is_closed_stays_in_sight_with_who_followed_it_up(table, sign_in):
    signal_id = raise_by(table, table.marije)
    later_id = raise_by(table, table.marije)
    by = actor_for(table.tineke.id)
    with unit_of_work():
        signals.hold_back(later_id, date(2026, 12, 10), because="at_home", by=by)
        for one in (signal_id, later_id):
            signals.close_signal(one, "talk_held", by=by, reported_back="no")
    done = "Marije Dijkstra volgde het op. Afgerond op 23 november 2026."
    assert sign_in(table.samira).get("/logboek").text.count(done) == 1
    assert done not in sign_in(table.tineke).get(f"/begeleiding/{table.plan_id}/stand").text
    with clock.at(clock.local(date(2026, 12, 10), 10)):
        assert sign_in(table.samira).get("/logboek").text.count(done) == 2


def test_what_was_held_back_stays_so_when_it_is_closed(table):
    signal_id = raise_by(table, table.marije)
    until = date(2026, 12, 10)
    by = actor_for(table.tineke.id)
    with unit_of_work():
        signals.hold_back(signal_id, until, because="at_home", by=by)
        signals.close_signal(signal_id, "talk_held", by=by, reported_back="no")
    found = signal_of(signal_id)
    assert (found.held_back_until, found.held_back_because) == (until, "at_home")


DONE = {"outcome": "talk_held", "reported_back": "yes"}


def test_who_stands_in_finishes_what_the_coach_followed_up(table, sign_in):
    signal_id = raise_by(table, table.tineke)
    with unit_of_work():
        ronald = make_person("Ronald")
        make_grant(ronald, "coach", about=table.samira, valid_to=date(2026, 12, 1))
    client = sign_in(ronald)
    address = f"/begeleiding/signalen/{signal_id}/afronden"
    assert address in client.get(f"/begeleiding/{table.plan_id}").text
    assert client.get(address).status_code == 200
    assert client.post(address, data=DONE).status_code == 303
    assert signal_of(signal_id).state == "closed"


def test_a_new_coach_follows_up_what_the_old_one_did(table, sign_in):
    signal_id = raise_by(table, table.tineke)
    high_id = raise_by(table, table.marije, "high")
    with unit_of_work():
        signals.take_over(signal_id, by=actor_for(table.marije.id))
        ronald = make_person("Ronald")
        plans.transfer(table.plan_id, ronald.id, by=actor_for(table.tineke.id))
    found = signal_of(signal_id)
    assert (found.state, found.assigned_to_id) == ("open", ronald.id)
    assert ("coaching/signal", ronald.id) in announced()
    assert signal_of(high_id).assigned_to_id == table.tineke.id
    address = f"/begeleiding/signalen/{signal_id}/afronden"
    assert sign_in(ronald).post(address, data=DONE).status_code == 303


def test_who_gets_it_back_hears_it_again(table):
    signal_id = raise_by(table, table.tineke)
    with unit_of_work():
        ronald = make_person("Ronald")
    for minute, coach in ((5, ronald), (10, table.marije)):
        with clock.at(clock.local(date(2026, 11, 23), 11, minute)), unit_of_work():
            plans.transfer(table.plan_id, coach.id, by=actor_for(table.tineke.id))
            plans.agree(table.plan_id, by=actor_for(coach.id))
            plans.agree(table.plan_id, by=actor_for(table.samira.id))
    assert signal_of(signal_id).assigned_to_id == table.marije.id
    heard = [person for name, person in announced() if name == "coaching/signal"]
    assert heard == [table.marije.id, ronald.id, table.marije.id]


def test_without_a_coach_the_coordinator_follows_up(table):
    stays_id = raise_by(table, table.marije)
    with unit_of_work():
        signals.take_over(stays_id, by=actor_for(table.tineke.id))
    signal_id = raise_by(table, table.marije)
    with unit_of_work():
        plans.stop(table.plan_id, by=actor_for(table.samira.id))
    assert signal_of(signal_id).assigned_to_id == table.tineke.id
    assert signal_of(stays_id).state == "taken_over"


def test_what_somebody_said_themselves_is_not_held_back(table):
    signal_id = raise_by(table, table.samira)
    with pytest.raises(ConflictError), unit_of_work():
        signals.hold_back(
            signal_id, date(2026, 12, 1), because="raiser", by=actor_for(table.tineke.id)
        )


def test_from_the_day_to_look_again_the_participant_sees_it(table, sign_in):
    signal_id = raise_by(table, table.marije)
    with unit_of_work():
        signals.hold_back(
            signal_id, date(2026, 12, 10), because="advised", by=actor_for(table.tineke.id)
        )
    assert "Het wordt te veel" not in sign_in(table.samira).get("/logboek").text
    with clock.at(clock.local(date(2026, 12, 4), 10)):
        overview = sign_in(table.tineke).get("/begeleiding/overzicht").text
        assert "Nog niet getoond signaal: Samira El Haddou" in overview
    with clock.at(clock.local(date(2026, 12, 10), 10)):
        assert "Het wordt te veel" in sign_in(table.samira).get("/logboek").text


def test_another_region_follows_up_nothing(table, sign_in):
    with unit_of_work():
        omar = make_coordinator(make_place("'t Zand"))
    signal_id = raise_by(table, table.marije)
    held = {"because": "at_home", "until": "01-12-2026"}
    client = sign_in(omar)
    address = f"/begeleiding/signalen/{signal_id}/niet-tonen"
    assert client.get(address).status_code == 404
    assert client.post(address, data=held).status_code == 404
    with pytest.raises(NotFoundError), unit_of_work():
        signals.close_signal(signal_id, "talk_held", by=actor_for(omar.id), reported_back="yes")

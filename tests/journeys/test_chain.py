"""The chain, from a stranger's message to a coach's log: everybody on a phone, in Dutch."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from academy.kernel import clock
from tests.browser.chromium import chromium
from tests.browser.live import prepared, running, set_clock
from tests.journeys import steps
from tests.journeys.steps import Hand, House

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

COHORT, PLACE = "Stationskwartier voorjaar 2027", "Stationskwartier-West"
NAME, CALL_NAME, MAILBOX = "Zoë Brandsma", "Zoë", "zoe.brandsma@voorbeeld.example"
COORDINATOR = "tineke.deruiter@slhz.example"
ADMINISTRATOR = "gerda.vanleeuwen@slhz.example"
SECOND_ADMINISTRATOR = "milan.jovanovic@slhz.example"
TRAINER, TRAINER_NAME = "ingrid.vanhouten@slhz.example", "Ingrid van Houten"
ASSESSOR, ASSESSOR_NAME = "said.bouchrit@slhz.example", "Said Bouchrit"
BOARD = "josien.aarden@slhz.example"
COACH, COACH_NAME = "esra.demir@slhz.example", "Esra Demir"
OUTSIDER = "ronald.kartosen@slhz.example"
"""Trains another cohort, coaches other people and decides for another organisation."""

STILL_TO_DO = (1, 3, 4, 5, 7)
ON_THE_WAY = date(2027, 2, 17)
AFTERWARDS = date(2027, 5, 26)
SEEN = "Wat de eerste zag, alleen voor de vergelijking."
TALKED_ABOUT = "We spraken over de tuin achter de flat."


def test_from_a_message_to_a_coaching_log(demo_academy: Path, tmp_path: Path) -> None:
    with prepared(demo_academy, tmp_path / "academy") as live, chromium() as browser:
        house = House(live, browser)
        with house.watched("chain"):
            with running(live):
                enrolment_id, cohort_id = _a_stranger_gets_a_chair(house)
            set_clock(live, clock.local(ON_THE_WAY, 9))
            with running(live):
                sessions = _the_course_begins(house, enrolment_id, cohort_id)
            set_clock(live, clock.local(AFTERWARDS, 9))
            with running(live):
                _the_course_is_finished(house, enrolment_id, cohort_id, sessions)
                _two_assessors_score_apart(house, enrolment_id)
                _two_people_decide(house, enrolment_id)
                _anybody_can_verify(house, tmp_path)
                _a_coach_logs_a_talk(house)
                _others_find_nothing(house, enrolment_id, cohort_id, sessions)
                live.command("check")


# --- the stations ----------------------------------------------------------------------------


def _a_stranger_gets_a_chair(house: House) -> tuple[int, int]:
    steps.write_to_us(
        house.stranger(),
        name=NAME,
        reach=MAILBOX,
        place="de flats achter het station",
        message="Ik wil met mijn buren een tuin beginnen. Waar begin ik?",
    )
    assert "Uiterlijk maandag 30 november 2026" in house.live.mailbox.text_for(MAILBOX)

    tineke = house.phone_of(COORDINATOR)
    steps.take_up_message(tineke, NAME, place=PLACE, talk_on=date(2026, 11, 25))
    enrolment_id = steps.make_application(tineke, COHORT)
    steps.admit(tineke, enrolment_id, CALL_NAME)
    cohort_id = steps.cohort_id_of(tineke, COHORT)
    steps.told(tineke, "9 van de 12 stoelen zijn bezet.")

    gerda = house.phone_of(ADMINISTRATOR)
    steps.give_account(gerda, NAME)
    steps.give_cohort_right(
        gerda, ASSESSOR_NAME, role="beoordelaar", cohort=COHORT, reason="tweede beoordelaar"
    )
    steps.confirm_right(house.phone_of(SECOND_ADMINISTRATOR), ASSESSOR_NAME)
    return enrolment_id, cohort_id


def _the_course_begins(house: House, enrolment_id: int, cohort_id: int) -> list[int]:
    tineke = house.phone_of(COORDINATOR)
    steps.change_cohort(tineke, cohort_id, "Begin met de groep")
    sessions = steps.session_ids(tineke, cohort_id)
    assert len(sessions) == 8

    ingrid = house.phone_of(TRAINER)
    steps.mark_register(ingrid, cohort_id, sessions[0])
    steps.mark_register(
        ingrid,
        cohort_id,
        sessions[1],
        exceptions={"Anja Jansen": "Niet", "Bas de Groot": "Afgemeld", NAME: "10"},
    )
    steps.told(ingrid, "7 van 9 zijn er")

    zoe = house.phone_of(MAILBOX)
    steps.go(zoe, "/leergang")
    steps.follow(zoe, "2. De buurt proeven")
    steps.told(zoe, "Dit kun je straks")
    _hand_in_with_a_second_round(house, enrolment_id)
    return sessions


def _hand_in_with_a_second_round(house: House, enrolment_id: int) -> None:
    ingrid, zoe = house.phone_of(TRAINER), house.phone_of(MAILBOX)
    way = "Ik schrijf op wat ik zag"
    steps.hand_in(zoe, enrolment_id, 2, way=way, text="Ik liep de ronde om acht uur.")
    kind = "Mooi gekeken. Wat hoorde je?"
    steps.answer_hand_in(ingrid, NAME, answer="Voeg iets toe", sentence=kind)
    steps.go(zoe, f"/leergang/{enrolment_id}/opdracht/2")
    steps.told(zoe, kind)
    steps.hand_in(zoe, enrolment_id, 2, way=way, text="Ik hoorde merels en de trein.")
    steps.answer_hand_in(ingrid, NAME, answer="Klaar", sentence="Prachtig, dank je wel.")


def _the_course_is_finished(
    house: House, enrolment_id: int, cohort_id: int, sessions: list[int]
) -> None:
    ingrid, zoe = house.phone_of(TRAINER), house.phone_of(MAILBOX)
    for session_id in sessions[2:]:
        steps.mark_register(ingrid, cohort_id, session_id)
    for lesson in STILL_TO_DO:
        text = f"Dit deed ik bij les {lesson}."
        steps.hand_in(zoe, enrolment_id, lesson, way="Ik schrijf het op", text=text)
    for _ in STILL_TO_DO:
        steps.answer_hand_in(ingrid, NAME, answer="Klaar", sentence="Goed gedaan.")
    steps.change_cohort(house.phone_of(COORDINATOR), cohort_id, "Alle bijeenkomsten zijn geweest")


def _two_assessors_score_apart(house: House, enrolment_id: int) -> None:
    ingrid, said = house.phone_of(TRAINER), house.phone_of(ASSESSOR)
    attempt_id = steps.plan_practical(
        ingrid, enrolment_id, first=TRAINER_NAME, second=ASSESSOR_NAME, on=AFTERWARDS
    )
    steps.score_practical(ingrid, NAME, [(3, SEEN)] * 6)

    steps.go(said, f"/proeven/{attempt_id}")
    steps.silent_about(said, SEEN, "De scores naast elkaar")
    lower = [(3, "Zij vroeg door."), (2, "Zij vulde soms in."), *[(3, "Dat zag ik.")] * 4]
    steps.score_practical(said, NAME, lower)
    steps.told(said, SEEN)
    steps.press(said, "Stel de uitslag vast")
    steps.told(said, "De proeve is gelukt.")
    steps.told(said, "17 van de 24 punten")
    steps.told(said, "Vastgesteld: niveau 2 (het laagste telt).")


def _two_people_decide(house: House, enrolment_id: int) -> None:
    zoe, ingrid, josien = (house.phone_of(who) for who in (MAILBOX, TRAINER, BOARD))
    steps.go(zoe, f"/leergang/{enrolment_id}")
    steps.told(zoe, "Je hebt alles gehaald.")
    decision_id = steps.propose(ingrid, NAME)
    proposal = f"/certificaten/voorstel/{decision_id}"

    expect(ingrid.get_by_role("link", name="Beslis")).to_have_count(0)
    for who in (TRAINER, MAILBOX, ADMINISTRATOR):
        phone = house.phone_of(who)
        steps.go(phone, "/gegevens")
        assert steps.forced(phone, f"{proposal}/besluit", outcome="grant") == 403
    ronald = house.phone_of(OUTSIDER)
    steps.go(ronald, "/gegevens")
    assert steps.forced(ronald, f"{proposal}/besluit", outcome="grant") == 404

    steps.forget_step_ups(house.live)
    steps.grant(josien, NAME, live=house.live, mailbox=BOARD)
    steps.go(josien, proposal)
    steps.told(josien, "Toegekend")
    expect(josien.get_by_role("button", name="Leg het besluit vast")).to_have_count(0)
    steps.go(josien, "/gegevens")
    assert steps.forced(josien, f"{proposal}/besluit", outcome="refuse", reason="Toch niet") == 409


def _anybody_can_verify(house: House, folder: Path) -> None:
    zoe = house.phone_of(MAILBOX)
    steps.go(zoe, "/certificaat/naam")
    steps.told(zoe, NAME)
    zoe.get_by_role("button", name="Ja, zo is het goed").click()
    steps.told(zoe, "De naam is goed. Het certificaat wordt nu gemaakt.")
    mail = house.live.mailbox.text_for(MAILBOX, "Je certificaat is klaar")
    assert f"{house.live.url}/certificaat" in mail
    number, file = steps.download_certificate(house.phone_of(MAILBOX), folder)
    anybody = house.stranger()

    steps.verify_typed(anybody, number)
    steps.told(anybody, "Dit certificaat is geldig")
    steps.silent_about(anybody, NAME, CALL_NAME)

    printed = "".join(page.extract_text() for page in PdfReader(file).pages)
    code = re.search(r"code ((?:[0-9A-Z]{4} ){4}[0-9A-Z]{4})", printed)
    assert code, printed
    assert steps.go(anybody, f"/c/{code[1].replace(' ', '')}") == 200
    steps.told(anybody, "Dit certificaat is geldig")
    steps.told(anybody, NAME)

    steps.verify_file(anybody, file)
    steps.told(anybody, "Dit certificaat is geldig")
    altered = bytearray(file.read_bytes())
    altered[len(altered) // 2] ^= 1
    (folder / "altered.pdf").write_bytes(altered)
    steps.verify_file(anybody, folder / "altered.pdf")
    steps.told(anybody, "Dit bestand is veranderd")

    judged = json.loads(house.live.command("certificates", "verify", str(file), "--json"))
    assert [(one["verdict"], one["number"]) for one in judged] == [("original", number)]


def _a_coach_logs_a_talk(house: House) -> None:
    tineke, esra, zoe = (house.phone_of(who) for who in (COORDINATOR, COACH, MAILBOX))
    plan_id = steps.propose_coach(tineke, NAME, COACH_NAME)
    steps.go(esra, "/begeleiding")
    steps.follow(esra, NAME)
    steps.press(esra, "Ja, ik doe het")
    steps.go(zoe, "/logboek")
    steps.press(zoe, "Ja, graag")

    steps.go(esra, "/begeleiding")
    hand = Hand(esra)
    hand.tap(NAME)
    hand.tap("Schrijf een gesprek op")
    hand.pick("Hoe spraken jullie elkaar?", "Bezoek")
    hand.write("Waar ging het over?", TALKED_ABOUT)
    expect(esra.locator("[data-autosave-status]")).to_contain_text("Bewaard om", timeout=10_000)
    esra.reload()
    expect(esra.get_by_label("Waar ging het over?")).to_have_value(TALKED_ABOUT)
    hand.write("Wat ging goed?", "Zij belde zelf de gemeente.")
    hand.write("Wat is lastig?", "De aarde is hard.")
    hand.pick(re.compile("Hoeveel energie heeft"), "4")
    hand.write("Eén afspraak: wie doet wat?", "Zoë vraagt twee buren mee.")
    hand.tap(f"Laat aan {CALL_NAME} zien", on="button")
    steps.told(esra, f"Opgeslagen. {CALL_NAME} kan het nu lezen.")
    assert (hand.taps, hand.inputs) == (3, 6), "at most five taps and six inputs"

    steps.go(zoe, "/logboek")
    steps.told(zoe, TALKED_ABOUT)
    zoe.get_by_text("Zet je eigen woorden erbij").first.click()
    zoe.get_by_role("textbox", name="Zet je eigen woorden erbij").fill("Twee buren doen mee!")
    steps.press(zoe, "Zet erbij")
    steps.told(zoe, "Twee buren doen mee!")
    zoe.get_by_text("Wie las je logboek?").click()
    expect(zoe.locator("details", has_text="Wie las je logboek?")).to_contain_text(COACH_NAME)

    steps.go(tineke, f"/begeleiding/{plan_id}/stand")
    steps.silent_about(tineke, TALKED_ABOUT, "gemeente", "Twee buren doen mee!")
    for path in (f"/begeleiding/{plan_id}", f"/begeleiding/{plan_id}/pdf"):
        assert steps.status_of(tineke, path) == 403, path


def _others_find_nothing(
    house: House, enrolment_id: int, cohort_id: int, sessions: list[int]
) -> None:
    ronald, zoe, ingrid = (house.phone_of(who) for who in (OUTSIDER, MAILBOX, TRAINER))
    ((plan_id,),) = steps.rows_of(house.live, "select max(id) from coaching_plan")
    for path in (
        f"/groepen/{cohort_id}",
        f"/groepen/{cohort_id}/aanwezig/{sessions[0]}",
        f"/deelname/{enrolment_id}",
        f"/leergang/{enrolment_id}",
        f"/begeleiding/{plan_id}",
        f"/begeleiding/{plan_id}/gesprek",
    ):
        assert steps.status_of(ronald, path) == 404, path
    # He is asked who he is before anything is looked up, also for what is not there.
    for number in (plan_id, 999_999):
        assert steps.status_of(ronald, f"/begeleiding/{number}/pdf") == 303
    ((others_certificate,),) = steps.rows_of(house.live, "select min(id) from certificate")
    assert steps.status_of(zoe, f"/certificaat/{others_certificate}/bestand") == 404
    ((own_certificate,),) = steps.rows_of(house.live, "select max(id) from certificate")
    assert steps.status_of(ingrid, f"/certificaat/{own_certificate}/bestand") == 404
    assert steps.status_of(ingrid, f"/begeleiding/{plan_id}") == 403
    gerda = house.phone_of(ADMINISTRATOR)
    assert steps.status_of(gerda, "/begeleiding") == 403
    assert steps.status_of(gerda, "/certificaten") == 403

"""Everything a participant does can be done on their behalf: every action has a twin or a reason.

A route that somebody does over what is their own stands in `TWINS`, by hand. The twin is the route
by which a trainer, coach or coordinator does the same for them: itself, where its right says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from flask import Flask

from tests.access.on_behalf import read_source, recorded_on_behalf

HELPERS = {"trainer", "coach", "coordinator"}
ITSELF = "itself"


@dataclass(frozen=True)
class Never:
    """Why nobody may do this for another."""

    why: str


KEY = Never("A way to come in is somebody's own; who has none comes in with a letter.")
DEVICE = Never("A device is somebody's own.")
NAME = Never(
    "What strangers see of a name is its owner's choice; it stays hidden or shown till then."
)

TWINS: dict[str, str | Never] = {
    "/bevestig": KEY,
    "/bevestig/stuur": KEY,
    "/bezwaren/<int:objection_id>/intrekken": ITSELF,
    "/bezwaren/<int:objection_id>/toch-doorgaan": ITSELF,
    "/certificaat/<int:certificate_id>/herdruk": "/certificaten/<int:certificate_id>/herdruk",
    "/certificaat/<int:certificate_id>/naam-tonen": NAME,
    "/certificaat/<int:certificate_id>/naam-verbergen": NAME,
    "/certificaat/<int:certificate_id>/terugnemen": Never(
        "It throws the file away for good. Who asks by word has it revoked by two of the board."
    ),
    "/certificaat/<int:certificate_id>/delen": Never(
        "Showing it to others is the holder's own choice; who helps prints it, or hands the paper."
    ),
    "/certificaat/<int:certificate_id>/delen/stop": Never(
        "Nobody else made a link; it stops by itself within thirty days, and when the name hides."
    ),
    "/certificaat/<int:certificate_id>/wallet": Never(
        "A wallet is the holder's own device; who has none has the paper and the file."
    ),
    "/certificaat/naam": "/namens/<int:person_id>/naam-op-certificaat",
    "/gegevens/apparaten/<int:sign_in_id>/uit": DEVICE,
    "/gegevens/apparaten/alles-uit": DEVICE,
    "/gegevens/contact": "/namens/<int:person_id>/contact",
    "/gegevens/meenemen": "/privacy/mensen/<int:person_id>/meenemen",
    "/gegevens/meenemen/<int:export_id>": Never(
        "It holds the talks. Who has no account gets it from the privacy officer, by hand."
    ),
    "/gegevens/naam": "/namens/<int:person_id>/naam",
    "/gegevens/namen": "/namens/<int:person_id>/namen",
    "/gegevens/taal": "/namens/<int:person_id>/taal",
    "/gegevens/toestemming": "/namens/<int:person_id>/toestemming",
    "/gegevens/wachtwoord": KEY,
    "/gegevens/weghalen": "/privacy/mensen/<int:person_id>/weghalen",
    "/gegevens/weghalen/toch-niet": "/privacy/mensen/<int:person_id>/toch-niet",
    "/leergang/<int:enrolment_id>/afmelden/<int:session_id>": ITSELF,
    "/leergang/<int:enrolment_id>/belofte": ITSELF,
    "/leergang/<int:enrolment_id>/bezwaar": ITSELF,
    "/leergang/<int:enrolment_id>/opdracht/<int:order>": ITSELF,
    "/leergang/<int:enrolment_id>/vragen/<int:order>": ITSELF,
    "/leergang/<int:enrolment_id>/vragen/<int:order>/<int:step>": ITSELF,
    "/leergang/<int:enrolment_id>/zelfscan/<moment>": ITSELF,
    "/logboek/<any(ja,nee):answer>": "/begeleiding/<int:plan_id>/<any(ja,nee):answer>",
    "/logboek/<int:entry_id>/gelezen": "/begeleiding/gesprekken/<int:entry_id>/voorgelezen",
    "/logboek/<int:entry_id>/woorden": "/begeleiding/gesprekken/<int:entry_id>/woorden",
    "/logboek/afspraken/<int:action_id>/<any(klaar,open):step>": (
        "/begeleiding/afspraken/<int:action_id>/<any(klaar,vervalt,open):step>"
    ),
    "/logboek/hervat": "/begeleiding/<int:plan_id>/hervat",
    "/logboek/opnieuw": "/begeleiding/<int:plan_id>/opnieuw",
    "/logboek/overdracht/<any(ja,nee):answer>": (
        "/begeleiding/<int:plan_id>/overdracht/<any(ja,nee):answer>"
    ),
    "/logboek/pauze": "/begeleiding/<int:plan_id>/pauze",
    "/logboek/plan-stappen/<int:step_id>/<any(klaar,open):step>": (
        "/begeleiding/plan-stappen/<int:step_id>/<any(klaar,open):step>"
    ),
    "/logboek/plan/akkoord": "/begeleiding/<int:plan_id>/plan/akkoord",
    "/logboek/stop": "/begeleiding/<int:plan_id>/stop",
    "/logboek/wensen": "/namens/<int:person_id>/begeleiding",
    "/mijn-berichten/keuze": Never(
        "Which kinds of mail one likes is a taste; who wants none is put on silence by who helps."
    ),
    "/mijn-berichten/stilte": "/namens/<int:person_id>/berichten/stilte",
    "/mijn-berichten/stilte-voorbij": "/namens/<int:person_id>/berichten/stilte-voorbij",
    "/opdracht/bestand/<int:file_id>/wissen": ITSELF,
    "/opfrissen": "/namens/<int:person_id>/opfrissen",
    "/terugkommiddagen/<int:meetup_id>/antwoord": (
        "/terugkommiddagen/<int:meetup_id>/namens/<int:person_id>"
    ),
    "/terugkommiddagen/<int:meetup_id>/namens/<int:person_id>": Never("It is itself a twin."),
    "/namens/<int:person_id>/opfrissen": Never("It is itself a twin."),
    "/namens/<int:person_id>/verhaal": Never("It is itself a twin."),
    "/tweede-stap": KEY,
    "/tweede-stap/<int:factor_id>/weg": KEY,
    "/tweede-stap/app": KEY,
    "/tweede-stap/app/klaar": KEY,
    "/tweede-stap/kaart": KEY,
    "/tweede-stap/kaart/klaar": KEY,
    "/tweede-stap/passkey": KEY,
    "/tweede-stap/passkey/nieuw": KEY,
    "/tweede-stap/passkey/nieuw/vraag": KEY,
    "/tweede-stap/passkey/vraag": KEY,
    "/uitloggen": DEVICE,
    "/meelopen": "/namens/<int:person_id>/meelopen",
    "/meelopen/<int:pair_id>/<any(ja,nee):answer>": ITSELF,
    "/meelopen/<int:pair_id>/gezien": ITSELF,
    "/meelopen/dagen/<int:mentor_day_id>/weg": ITSELF,
    "/namens/<int:person_id>/meelopen": Never("It is itself a twin."),
    "/namens/<int:person_id>/verhaal/<int:story_id>/terugnemen": Never("It is itself a twin."),
    "/verhalen/<int:story_id>/terugnemen": (
        "/namens/<int:person_id>/verhaal/<int:story_id>/terugnemen"
    ),
    "/verhalen/vertel": "/namens/<int:person_id>/verhaal",
    "/zorgen": "/begeleiding/<int:plan_id>/signaal",
}


def own_actions(app: Flask) -> set[str]:
    """Return the rules of every change that people make over what is their own."""
    return {rule for rule, right in actions(app).items() if right.own}


def actions(app: Flask) -> dict[str, object]:
    """Return the right that each changing route asks."""
    return {
        rule.rule: app.view_functions[rule.endpoint].needs
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and hasattr(app.view_functions[rule.endpoint], "needs")
    }


def without_twin(app: Flask) -> set[str]:
    """Return the own actions that have neither a twin that helpers may use nor a reason."""
    rights = actions(app)
    missing = set()
    for rule in own_actions(app):
        twin = TWINS.get(rule)
        if isinstance(twin, Never):
            continue
        helped = rights.get(rule if twin == ITSELF else twin or "")
        if helped is None or not HELPERS & helped.roles:
            missing.add(rule)
    return missing


def test_every_action_of_a_participant_has_a_twin_or_a_reason(app):
    assert len(own_actions(app)) > 20
    assert without_twin(app) == set()


def test_the_table_names_what_is_there(app):
    assert set(TWINS) - own_actions(app) == set()


@pytest.mark.parametrize("rule", ["/leergang/<int:enrolment_id>/belofte", "/gegevens/taal"])
def test_an_action_that_nobody_wrote_down_is_found(app, monkeypatch, rule):
    monkeypatch.delitem(TWINS, rule)
    assert without_twin(app) == {rule}


def test_a_twin_for_nobody_is_found(app, monkeypatch):
    monkeypatch.setitem(TWINS, "/gegevens/taal", "/gegevens/wachtwoord")
    assert without_twin(app) == {"/gegevens/taal"}


# --- what was done on behalf of somebody is recorded so, and they read it ------------------------

SILENT = {
    "certificates:certificate:name-corrected": "It comes with the yes to the name, which is told.",
    "privacy:export:made": "Somebody asked for it, which is told; making it is a job's work.",
}
"""What is recorded on behalf of somebody and has no words of its own, and why."""
MAKING = "courses.services.objections.making"


@pytest.fixture(scope="module")
def source() -> dict[str, str]:
    return read_source()


def words(app: Flask) -> set[str]:
    """Return the actions that people read when somebody did them on their behalf."""
    return {action for one in app.extensions["academy.features"] for action in one.acts}


def test_what_people_can_read_is_recorded_and_what_is_recorded_can_be_read(app, source):
    found = recorded_on_behalf(source)
    assert len(words(app)) > 40
    assert words(app) - found == set()
    assert found - words(app) - set(SILENT) == set()
    assert set(SILENT) - found == set()


def lost(source: dict[str, str], faults: Iterable[tuple[str, str, str]]) -> set[str]:
    """Return what is not recorded any more when modules say something else."""
    changed = dict(source)
    for module, old, new in faults:
        assert old in changed[module]
        changed[module] = changed[module].replace(old, new)
    return recorded_on_behalf(source) - recorded_on_behalf(changed)


def test_an_objection_that_is_recorded_on_nobodys_behalf_is_found(source):
    steps = {f"courses:objection:{one}" for one in ("received", "withdrawn", "resumed")}
    assert lost(source, [(MAKING, "on_behalf_of=behalf, ", "")]) == steps


FAULTS = {
    "courses:objection:withdrawn": (
        MAKING,
        '    _recorded("withdrawn"',
        '    recorded("withdrawn"',
    ),
    "community:mentoring:day-noted": (
        "academy.community.services.mentoring",
        "day.person_id, is_passed_on=is_passed_on",
        "day.person_id",
    ),
    "community:story:withdrawn": (
        "academy.community.services.stories",
        '"withdrawn", by, on_behalf_of=person_id',
        '"withdrawn", by',
    ),
    "coaching:sheet:agreed": (
        "academy.coaching.views.sheets",
        "on_behalf_of=head.person_id, ",
        "",
    ),
    "courses:practice:file-removed": (
        "courses.services.practice_files",
        ", on_behalf_of=behalf",
        "",
    ),
    "certificates:certificate:reprinted": (
        "certificates.services.life",
        ", on_behalf_of=behalf",
        "",
    ),
}


def test_whatever_is_recorded_on_nobodys_behalf_is_found(source):
    assert lost(source, FAULTS.values()) == set(FAULTS)

"""No object of another region, cohort, coach or person: not by address, not by form (T02)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import html5lib
import pytest
import sqlalchemy as sa

from academy.kernel.db import db
from academy.kernel.errors import ConflictError, NotFoundError
from courses.models import Cohort, PracticeSubmission
from tests.access.asking import (
    ID_OF,
    MISSING,
    Route,
    ask,
    body_of,
    each_id_argument,
    guard_said,
    marks_in,
    routes,
)
from tests.access.oracle import oracle
from tests.access.sight import may_reach, may_see
from tests.access.world import PRINCIPALS

pytestmark = [pytest.mark.slow, pytest.mark.trust("T02")]

FEWEST_PROBES = 5_000
ENOUGH_REFUSALS = 1

FILLED: dict[str, str] = {
    "action": "Bel de buurvrouw",
    "action_due_on": "2026-12-01",
    "action_owner": "participant",
    "agreed": "yes",
    "answer": "maybe",
    "call_name": "Nieuw",
    "channel": "phone",
    "comment": "goed",
    "day": "01-12-2026",
    "discussed": "Besproken",
    "evidence": "gesproken",
    "every_days": "7",
    "everyone": "",
    "experience": "no",
    "first_language": "nl",
    "first_on": "2026-12-01",
    "goal": "doel",
    "goodbye_on": "2026-12-20",
    "ground": "conduct",
    "happened_on": "2026-11-20",
    "heard_on": "2026-11-20",
    "helped_with": "train",
    "how_far": "here",
    "kind": "phone",
    "languages": "nl",
    "last_name": "Naam",
    "level": "3",
    "line": "we praatten",
    "location": "De Krokus",
    "minutes": "20",
    "most": "5",
    "name": "Naam",
    "number": "2",
    "knows": "no",
    "note": "woord",
    "on": "2026-11-20",
    "outcome": "refuse",
    "phone": "0612345678",
    "planned_on": "2026-12-01",
    "printed_name": "Naam",
    "reason": "daarom",
    "reported_back": "yes",
    "rhythm_days": "14",
    "role": "trainer",
    "ruling": "rejected",
    "scope": "everything:",
    "seen_version": "1",
    "sentence": "Goed gedaan",
    "severity": "low",
    "starts": "19:00",
    "state": "done",
    "status": "present",
    "step": "withdrawn",
    "talk_on": "2026-11-20",
    "text": "Tekst",
    "until": "2026-12-20",
    "valid_from": "01-12-2026",
    "wants": "same",
    "way": "phone",
    "what_changed": "anders",
    "who": "participant",
    "words": "Mijn woorden",
}
"""What is filled in, so that a form that would be let through would be valid and write."""


@dataclass
class Found:
    """What the probes brought to light."""

    probes: int = 0
    faults: list[str] = field(default_factory=list)


def told(faults: list[str]) -> str:
    """Return the first faults, one a line."""
    return "\n".join([f"{len(faults)} faults", *faults[:60]])


def own_values(world: Any, principal: str, route: Route) -> dict[str, int]:
    """Return ids of one's own for every part of an address, as far as one has them."""
    values = {}
    for name in each_id_argument(route):
        table = ID_OF[name]
        reachable = [
            one
            for cell, rows in world.ledger.rows.get(table, {}).items()
            if may_reach(world, principal, table=table, cell=cell)
            for one in rows
        ]
        values[name] = reachable[0] if reachable else MISSING
    return values


def foreign_ids(world: Any, principal: str, table: str) -> list[int]:
    return [
        one
        for cell, rows in sorted(world.ledger.rows.get(table, {}).items())
        if not may_reach(world, principal, table=table, cell=cell)
        for one in _few(rows)
    ]


def _few(rows: list[int]) -> list[int]:
    """Return the first and the last of many rows of one cell."""
    return sorted({rows[0], rows[-1]})


def swaps(world: Any, principal: str, route: Route) -> Iterator[tuple[str, dict[str, int]]]:
    """Yield a route's ids with one of them swapped for a foreign one, and which was swapped."""
    own = own_values(world, principal, route)
    for name in own:
        for foreign in foreign_ids(world, principal, ID_OF[name]):
            yield name, own | {name: foreign}


def probe_addresses(academy: Any, browsers: Any, *, below: str = "/") -> Found:
    """Swap foreign ids into every address, as everybody."""
    found, watch = Found(), academy.watch()
    for route in routes(academy.app):
        if not route.rule.startswith(below) or not list(each_id_argument(route)):
            continue
        for principal in PRINCIPALS:
            _probe_route(academy.world, browsers(principal), route, principal, found)
            if changed := watch.changed():
                found.faults.append(f"{route.method} {route.rule} {principal} wrote {changed}")
    return found


def _probe_route(world: Any, client: Any, route: Route, principal: str, found: Found) -> None:
    options = {"data": FILLED} if route.method == "POST" else {}
    missing: dict[tuple[str, ...], tuple[int, str]] = {}
    refused: Counter[str] = Counter()
    for name, values in swaps(world, principal, route):
        if refused[name] >= ENOUGH_REFUSALS:
            continue
        kept = tuple(f"{part}={value}" for part, value in values.items() if part != name)
        if (name, *kept) not in missing:
            answer = ask(client, route, values | {name: MISSING}, **options)
            missing[name, *kept] = _neutral(answer, route.path(values | {name: MISSING}))
        answer = ask(client, route, values, **options)
        found.probes += 1
        if guard_said(answer) in ("deny", "door"):
            refused[name] += 1  # the view is never reached, so a few ids stand for all
        what = f"{route.method} {route.path(values)} {principal}"
        if _neutral(answer, route.path(values)) != missing[name, *kept]:
            found.faults.append(
                f"{what}: {answer.status_code}, a missing one {missing[name, *kept][0]}"
            )
        found.faults += [f"{what} shows {one}" for one in forbidden(world, principal, answer)]


def _neutral(answer: Any, path: str) -> tuple[int, str]:
    """Return status, target and body, without the address that was asked for."""
    text = f"{answer.location or ''}\n{body_of(answer)}"
    for written in (quote(path, safe=""), quote(path), path):
        text = text.replace(written, "ADDRESS")
    return answer.status_code, text


def forbidden(world: Any, principal: str, answer: Any) -> list[str]:
    """Return whose texts an answer shows that this principal may not see."""
    marks = (world.ledger.marks[one] for one in marks_in(answer) if one in world.ledger.marks)
    return sorted({str(mark) for mark in marks if not may_see(world, principal, mark)})


ALONE = "/controleer/zelf.html"
"""Holds all of itself and shows nothing of anybody: see test_browser_checker."""
PAPER = ("/pdf", ".pdf", "/papier.png")
"""Made in the document child, and judged where papers are."""


def opened_pages(academy: Any, client: Any, principal: str) -> Iterator[tuple[str, Any]]:
    """Open every page that a principal has, with every combination of own ids up to a few.

    What the guard refuses a principal is not asked: that it does is the matter of T01.
    """
    table = oracle()
    for route in routes(academy.app):
        if route.method != "GET" or route.rule.endswith(PAPER) or route.rule == ALONE:
            continue
        if table[route.rule, "GET"][principal] in ("deny", "door"):
            continue
        for values in own_combinations(academy.world, principal, route):
            answer = ask(client, route, values)
            if guard_said(answer) == "allow" and answer.status_code == 200:
                yield route.path(values), answer


def own_combinations(world: Any, principal: str, route: Route) -> list[dict[str, int]]:
    """Return ids of one's own for a route: of the first and of the last row in reach."""
    names = list(each_id_argument(route))
    rows = {
        name: [
            one
            for cell, ids in world.ledger.rows.get(ID_OF[name], {}).items()
            if may_reach(world, principal, table=ID_OF[name], cell=cell)
            for one in ids
        ]
        for name in names
    }
    if not all(rows.values()):
        return []
    first = {name: ids[0] for name, ids in rows.items()}
    last = {name: ids[-1] for name, ids in rows.items()}
    return [first] if first == last else [first, last]


FIELD_TAGS = {"input", "textarea", "select", "button"}


@dataclass(frozen=True)
class Form:
    """A form as it stands on a page."""

    action: str
    fields: tuple[tuple[str, str], ...]
    offered: tuple[tuple[str, str], ...]


def forms_of(path: str, answer: Any) -> list[Form]:
    """Return the forms of a page that change something, with what stands in them."""
    tree = html5lib.parse(body_of(answer), namespaceHTMLElements=False)
    found = []
    for form in tree.iter("form"):
        if form.get("method", "").lower() != "post":
            continue
        fields, offered = {}, []
        for one in (each for each in form.iter() if each.tag in FIELD_TAGS):
            name, value = one.get("name"), one.get("value", "")
            if not name:
                continue
            if one.tag == "select":
                values = [option.get("value", "") for option in one.iter("option")]
                offered += [(name, each) for each in values]
                value = next((each for each in values if each), "")
            if one.get("type") in ("radio", "hidden", "checkbox"):
                offered.append((name, value))
            if one.tag != "button":
                fields.setdefault(name, value or FILLED.get(name, ""))
        action = form.get("action") or path
        found.append(Form(action, tuple(fields.items()), tuple(offered)))
    return found


FIELD_OF = {
    "certificate": "certificate",
    "decision": "certification_decision",
    "client_organisation_id": "organisation",
    "coach_id": "person",
    "cover_id": "person",
    "cohort": "cohort",
    "first_id": "person",
    "person": "person",
    "person_id": "person",
    "place": "place",
    "place_id": "place",
    "reviewer_id": "person",
    "second_id": "person",
    "starter_id": "person",
    "third_id": "person",
    "to_cohort_id": "cohort",
    "wished_coach_id": "person",
}
"""Which table's id a field of a form names."""

NUMBERS = {
    "action_due_on",
    "course_version_id",
    "day",
    "days",
    "energy",
    "every_days",
    "form_key",
    "level",
    "minutes",
    "minutes_late",
    "number",
    "paper",
    "ready_add_something",
    "ready_done",
    "region",
    "rhythm_days",
    "seen_version",
    "valid_from",
}
"""Fields whose values are numbers or days and no ids; a course belongs to everybody, and a message
is handed over to the region of another."""


def id_fields(form: Form) -> list[str]:
    """Return the fields of a form that name a row."""
    return sorted({name for name, _value in form.fields if name in FIELD_OF})


def unknown_numbers(form: Form) -> set[str]:
    """Return the fields that offer bare numbers and are neither ids nor known numbers."""
    numeric = {name for name, value in form.offered if value.isdigit() and len(value) < 10}
    per_person = {name for name in numeric if name.rpartition("-")[2].isdigit()}
    return numeric - per_person - set(FIELD_OF) - NUMBERS


def test_a_foreign_id_in_an_address_is_a_missing_one(academy, browsers):
    found = probe_addresses(academy, browsers)

    print(f"{found.probes} probes")
    assert not found.faults, told(found.faults)
    assert found.probes >= FEWEST_PROBES


def plant(monkeypatch: Any, app: Any, endpoint: str, view: Any) -> None:
    """Put another view behind the guard of an endpoint."""
    guarded = app.view_functions[endpoint]
    cells = dict(zip(guarded.__code__.co_freevars, guarded.__closure__, strict=True))
    monkeypatch.setattr(cells["view"], "cell_contents", view)


@pytest.mark.trust("T02", planted=True)
def test_a_page_that_forgets_whose_it_is_is_found(academy, browsers, monkeypatch):
    def careless(submission_id: int) -> str:
        return db.session.get_one(PracticeSubmission, submission_id).text

    plant(monkeypatch, academy.app, "practice.submission", careless)

    found = probe_addresses(academy, browsers, below="/opdrachten/<int:submission_id>")

    trainer = [fault for fault in found.faults if " trainer" in fault]
    assert any("200, a missing one" in fault or "500" in fault for fault in trainer)
    assert any("shows Mark(cell='B1p1', table='practice_submission'" in one for one in trainer)


@pytest.mark.trust("T02", planted=True)
def test_a_change_that_forgets_whose_it_is_is_found(academy, browsers, monkeypatch):
    def careless(submission_id: int) -> str:
        found = db.session.get(PracticeSubmission, submission_id)
        if found is not None:
            found.state = "done"
        raise NotFoundError if found is None else ConflictError("Te laat.")

    def committing(submission_id: int) -> str:
        db.session.execute(sa.update(PracticeSubmission).values(state="done"))
        return "ok"

    plant(monkeypatch, academy.app, "practice.review", careless)
    below = "/opdrachten/<int:submission_id>"
    found = probe_addresses(academy, browsers, below=below)
    assert any("409, a missing one 404" in fault for fault in found.faults)

    plant(monkeypatch, academy.app, "practice.review", committing)
    found = probe_addresses(academy, browsers, below=below)
    wrote = [fault for fault in found.faults if "wrote {'practice_submission'}" in fault]
    assert wrote


@pytest.mark.trust("T02", planted=True)
def test_a_list_without_a_scope_is_found(academy, browsers, monkeypatch):
    def careless() -> str:
        return " ".join(db.session.scalars(sa.select(Cohort.name)))

    plant(monkeypatch, academy.app, "cohorts.index", careless)
    answer = browsers("trainer").get("/groepen")

    shown = forbidden(academy.world, "trainer", answer)
    assert {one.partition("cell='")[2][:2] for one in shown} == {"A2", "A3", "B1", "B2", "B3"}


def test_no_page_shows_whose_text_one_may_not_see(academy, browsers):
    faults = [
        f"{path} {principal} shows {one}"
        for principal in PRINCIPALS
        for path, answer in opened_pages(academy, browsers(principal), principal)
        for one in forbidden(academy.world, principal, answer)
    ]
    assert not faults, told(faults)


def test_a_foreign_id_in_a_form_is_a_missing_one(academy, browsers):
    found, watch, unknown = Found(), academy.watch(), set()
    seen: set[tuple[str, Form]] = set()
    for principal in PRINCIPALS:
        client = browsers(principal)
        pages = list(opened_pages(academy, client, principal))
        watch.changed()  # reading a log is written down; that is no matter of forms
        for form in (form for path, answer in pages for form in forms_of(path, answer)):
            unknown |= unknown_numbers(form)
            if (principal, form) in seen:
                continue
            seen.add((principal, form))
            _probe_form(academy.world, client, form, principal, found)
            if changed := watch.changed():
                found.faults.append(f"{form.action} {principal} wrote {changed}")

    print(f"{found.probes} probes")
    assert not found.faults, told(found.faults)
    assert unknown == set()
    assert found.probes >= 100


def _probe_form(world: Any, client: Any, form: Form, principal: str, found: Found) -> None:
    for name in id_fields(form):
        table = FIELD_OF[name]
        offered = {value for field_, value in form.offered if field_ == name}
        fields = dict(form.fields)
        foreign_rows = foreign_ids(world, principal, table)
        if not foreign_rows:
            continue
        missing = _neutral(client.post(form.action, data=fields | {name: MISSING}), "\0")
        for foreign in foreign_rows:
            if str(foreign) in offered:
                continue  # the page itself offers it: a choice of staff, held by `may_see`
            answer = client.post(form.action, data=fields | {name: foreign})
            found.probes += 1
            if _neutral(answer, "\0") != missing:
                found.faults.append(
                    f"{form.action} {name}={foreign} {principal}: {answer.status_code}"
                )
            found.faults += [
                f"{form.action} {name}={foreign} {principal} shows {one}"
                for one in forbidden(world, principal, answer)
            ]

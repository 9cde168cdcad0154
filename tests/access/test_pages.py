"""Every page of everybody, parsed strictly: well formed, one heading, labelled, no inline code."""

from __future__ import annotations

from collections import Counter
from typing import Any

import html5lib
import pytest

from tests.access.asking import MISSING, ask, each_id_argument, guard_said, routes
from tests.access.test_foreign_objects import FILLED, opened_pages, own_combinations
from tests.access.world import PRINCIPALS

FIELDS = {"input", "select", "textarea"}
UNLABELLED = {"hidden", "submit", "button"}


def faults_of(text: str) -> list[str]:
    """Return what is wrong with a page."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(text)
    faults = [f"parse error {code} at {place}" for place, code, _values in parser.errors]
    faults += [f"{found} × {tag}" for tag in ("h1", "main") if (found := count(tree, tag)) != 1]
    if not tree.get("lang"):
        faults.append("no lang")
    if not (tree.findtext(".//title") or "").strip():
        faults.append("no title")
    ids = Counter(one.get("id") for one in tree.iter() if one.get("id"))
    faults += [f"id {name} twice" for name, times in ids.items() if times > 1]
    return faults + _inline(tree) + _unlabelled(tree, set(ids))


def count(tree: Any, tag: str) -> int:
    return sum(1 for _one in tree.iter(tag))


def _inline(tree: Any) -> list[str]:
    faults = [f"<style>{one.text}" for one in tree.iter("style")]
    faults += ["<script> without src" for one in tree.iter("script") if not one.get("src")]
    for one in (each for each in tree.iter() if isinstance(each.tag, str)):
        faults += [
            f"{name} on <{one.tag}>" for name in one.attrib if name == "style" or name[:2] == "on"
        ]
        if one.get("href", "").strip().lower().startswith(("javascript:", "data:", "http:")):
            faults.append(f"link to {one.get('href')}")
    return faults


def _unlabelled(tree: Any, ids: set[str]) -> list[str]:
    inside = {one for label in tree.iter("label") for one in label.iter()}
    named = {label.get("for") for label in tree.iter("label") if "".join(label.itertext()).strip()}
    faults = [f"label for {name}" for name in named - {None} if name not in ids]
    for one in (each for each in tree.iter() if each.tag in FIELDS):
        spoken = one.get("aria-label") or one.get("aria-labelledby")
        is_labelled = one in inside or one.get("id") in named or spoken
        if one.get("type") not in UNLABELLED and not one.get("hidden") and not is_labelled:
            faults.append(f"field {one.get('name')} without a label")
    for name in ("aria-labelledby", "aria-describedby"):
        for one in tree.iter():
            faults += [
                f"{name} {each}" for each in (one.get(name) or "").split() if each not in ids
            ]
    return faults


@pytest.mark.slow
def test_every_page_of_everybody_is_well_formed(academy, browsers):
    faults, opened = [], 0
    for principal in PRINCIPALS:
        for path, answer in opened_pages(academy, browsers(principal), principal):
            if answer.mimetype != "text/html":
                continue
            opened += 1
            faults += [f"{path} {principal}: {one}" for one in faults_of(answer.text)]
    assert not faults, "\n".join(faults[:60])
    assert opened > 200


@pytest.mark.slow
def test_every_page_in_english_is_well_formed(academy, browsers):
    faults = []
    for principal in ("participant", "trainer", "coordinator", "coach"):
        client = browsers(principal)
        client.get("/taal/en")
        for path, answer in opened_pages(academy, client, principal):
            if answer.mimetype == "text/html":
                faults += [f"{path} {principal}: {one}" for one in faults_of(answer.text)]
    assert not faults, "\n".join(faults[:60])


@pytest.mark.slow
def test_every_page_with_an_error_is_well_formed(academy, browsers):
    """An empty and a wrong form, of everybody: the form comes back, well formed."""
    faults, seen = [], Counter[int]()
    for route in routes(academy.app):
        if route.method != "POST" or route.rule in ("/uitloggen", "/gegevens/apparaten/alles-uit"):
            continue
        for principal in PRINCIPALS:
            for values in own_combinations(academy.world, principal, route)[:1]:
                for data in ({}, dict.fromkeys(FILLED, "x" * 5_000)):
                    answer = ask(browsers(principal), route, values, data=data)
                    seen[answer.status_code] += 1
                    if answer.status_code >= 400 and answer.mimetype == "text/html":
                        wrong = faults_of(answer.text)
                        faults += [f"{route.path(values)} {principal}: {one}" for one in wrong]
                    if answer.status_code >= 500:
                        faults.append(f"{route.path(values)} {principal}: {answer.status_code}")
    assert not faults, "\n".join(faults[:60])
    assert seen[422] > 30
    assert seen[403] > 100


def test_the_pages_of_errors_are_well_formed(academy, browsers):
    for principal in ("anonymous", "participant", "coordinator"):
        for path in ("/bestaat-niet", "/rechten", "/groepen/999999"):
            answer = browsers(principal).get(path)
            if answer.status_code >= 400:
                assert faults_of(answer.text) == [], path


OF_OTHER_COURSES = {
    "/groepen/<int:cohort_id>/gastheer",
    "/groepen/<int:cohort_id>/gastheer/<int:person_id>",
    "/groepen/<int:cohort_id>/zelfscan",
    "/leergang/<int:enrolment_id>/belofte",
    "/leergang/<int:enrolment_id>/zelfscan",
    "/leergang/<int:enrolment_id>/zelfscan/<moment>",
}
"""Pages of the governors' course, which this world does not give: see test_views_governors and
test_views_hosts."""
FROM_A_MAIL = {"/afmelden/<token>", "/mijn-berichten/stop/<token>"}
"""Pages that only a signed link opens: see tests/people/test_views_messages.py."""
OF_REAL_FILES = {
    "/certificaat/<int:certificate_id>/open-badge.json",
    "/certificaat/<int:certificate_id>/open-badge.jwt",
    "/certificaten/<int:certificate_id>/open-badge.json",
    "/certificaten/<int:certificate_id>/open-badge.jwt",
    "/certificaten/rondes/<int:round_id>/afdrukken.pdf",
    "/deel/<token>",
    "/deel/<token>/bestand",
}
"""Pages that need a certificate with a sealed file, which this world does not make: see
tests/certificates (badges, rounds, sharing, life)."""
BY_SETTING = {"/api/wallet/status/<int:list_number>", "/certificaat/<int:certificate_id>/wallet"}
"""What is not there unless ACADEMY_WALLET is on: see tests/certificates/test_views_wallet."""

AFTER_A_CHANGE = {
    "/begeleiding/<int:plan_id>/afscheid",
    "/begeleiding/<int:plan_id>/bedankkaart",
    "/begeleiding/<int:plan_id>/eerder",
    "/begeleiding/<int:plan_id>/overdracht",
    "/begeleiding/<int:plan_id>/pdf/overdracht",
    "/begeleiding/openingen/<int:opening_id>/beslis",
    "/logboek/eerder/<int:plan_id>",
    "/terugkommiddagen/<int:meetup_id>/wie-kwam",
    "/terugkoppeling/<int:person_id>",
}
"""Pages after a stop, a handover, somebody's wish to open a log, a meet-up or a professional's
certificate, which happened to nobody here: see tests/coaching (again, changes, thanks, editions,
openings) and tests/community (planning, counting)."""
OF_COACHES = {"/begeleiding/aanbod/<int:person_id>"}
"""A page of few among all people: see tests/coaching/test_views_matching.py."""


@pytest.mark.slow
def test_every_page_with_an_id_was_opened_by_somebody(academy, browsers):
    """Otherwise the checks above, and the swapping of ids, would say little."""
    never = []
    for route in routes(academy.app):
        if route.method != "GET" or route.rule.endswith("/pdf") or not route.arguments:
            continue
        answers = [
            ask(browsers(principal), route, values)
            for principal in PRINCIPALS
            for values in own_combinations(academy.world, principal, route)
        ]
        if not any(answer.status_code in (200, 303) for answer in answers if _let_in(answer)):
            never.append(route.rule)
    elsewhere = OF_OTHER_COURSES | FROM_A_MAIL | OF_REAL_FILES | BY_SETTING
    assert set(never) == elsewhere | AFTER_A_CHANGE | OF_COACHES, "\n".join(never)


def _let_in(answer: Any) -> bool:
    return guard_said(answer) == "allow"


def test_a_missing_row_is_a_friendly_page(academy, browsers):
    for route in routes(academy.app):
        missing = dict.fromkeys(each_id_argument(route), MISSING)
        is_page = route.method == "GET" and not route.rule.startswith("/api/")
        if is_page and missing:
            answer = ask(browsers("coordinator"), route, missing)
            assert answer.status_code in (403, 404, 303), route
            assert answer.status_code == 303 or faults_of(answer.text) == [], route


GOOD = '<!doctype html><html lang="nl"><head><title>A</title></head><body><main><h1>A</h1></main>'


@pytest.mark.parametrize(
    ("planted", "fault"),
    [
        ("<p><div>x</p>", "parse error unexpected-end-tag at (1, 101)"),
        ("<h1>B</h1>", "2 × h1"),
        ("<main></main>", "2 × main"),
        ('<p id="a"></p><p id="a"></p>', "id a twice"),
        ("<input name=q>", "field q without a label"),
        ('<label for="b">B</label>', "label for b"),
        ('<p style="color:red">x</p>', "style on <p>"),
        ("<button onclick=a()>x</button>", "onclick on <button>"),
        ("<script>a()</script>", "<script> without src"),
        ("<style>p{}</style>", "<style>p{}"),
        ('<a href="javascript:a()">x</a>', "link to javascript:a()"),
    ],
)
def test_a_planted_fault_is_found(planted, fault):
    assert faults_of(f"{GOOD}</body></html>") == []
    assert any(one.startswith(fault.split(" at ")[0]) for one in faults_of(GOOD + planted))


def test_a_page_without_language_or_title_is_found():
    bare = GOOD.replace(' lang="nl"', "").replace("<title>A</title>", "")
    assert faults_of(bare) == ["no lang", "no title"]

"""The headers on every answer: pages, errors, files, redirects (T15)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import current_app

from academy.kernel.web import headers
from academy.kernel.web.assets import asset
from tests.access.asking import MISSING, ask, each_id_argument, routes
from tests.access.test_foreign_objects import PAPER, own_combinations, plant
from tests.access.test_writes import HTTPS, browser_of
from tests.access.world import PRINCIPALS

pytestmark = pytest.mark.trust("T15")

NEEDED = ("default-src", "base-uri", "form-action", "frame-ancestors", "object-src")
VERIFYING = ("/controleer", "/c/")
NOTHING = ("base-uri", "frame-ancestors", "object-src")
"""What the policy lets nobody do, on no page."""
FOR_EVERY_SITE = ("/.well-known/", "/status/", "/api/wallet/")
"""Keys, standings and the type of a copy: published for programs of others, without any name."""
PLAIN_NAME = re.compile(r'(?:attachment|inline); filename="?[A-Za-z0-9._-]+"?')
TO_KEEP = "/controleer/zelf.html"
"""The page that anyone may keep: the same for everybody."""


def faults_of(answer: Any, path: str, *, https: bool = False) -> list[str]:
    """Return what is wrong with the headers of an answer, by the checks of internet.nl."""
    policy = dict(
        part.strip().partition(" ")[::2]
        for part in answer.headers.get("Content-Security-Policy", "").split(";")
    )
    faults = [f"no {name}" for name in NEEDED if name not in policy]
    if policy.get("default-src") not in ("'self'", "'none'"):
        faults.append("default-src")
    faults += [f"{name} is open" for name in NOTHING if policy.get(name, "'none'") != "'none'"]
    if any(word in str(policy) for word in ("unsafe-", "http:", "*")):
        faults.append("unsafe policy")
    scripts = (policy.get(name, "") for name in ("default-src", "script-src", "object-src"))
    if any("data:" in value for value in scripts):
        faults.append("data: in a script source")
    exact = {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY"}
    faults += [name for name, value in exact.items() if answer.headers.get(name) != value]
    if answer.headers.get("Referrer-Policy") not in ("same-origin", "no-referrer"):
        faults.append("Referrer-Policy")
    transport = answer.headers.get("Strict-Transport-Security", "")
    if transport != ("max-age=31536000; includeSubDomains" if https else ""):
        faults.append("Strict-Transport-Security")
    if "Access-Control-Allow-Origin" in answer.headers and not path.startswith(FOR_EVERY_SITE):
        faults.append("Access-Control-Allow-Origin")
    faults += _faults_of_body(answer)
    if path.startswith(VERIFYING) and path != TO_KEEP:
        faults += _faults_of_verifying(answer)
    return faults


def _faults_of_body(answer: Any) -> list[str]:
    """Return what is wrong with how the body is named."""
    faults = []
    kind = answer.headers.get("Content-Type", "")
    if answer.status_code not in (204, 304) and not kind:
        faults.append("no Content-Type")
    if kind.startswith("text/") and "charset=utf-8" not in kind.replace('"', ""):
        faults.append("no charset")
    name = answer.headers.get("Content-Disposition", "")
    if name and not PLAIN_NAME.fullmatch(name):
        faults.append(f"a file called {name}")
    return faults


def _faults_of_verifying(answer: Any) -> list[str]:
    wanted = {
        "X-Robots-Tag": "noindex",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return [name for name, word in wanted.items() if word not in answer.headers.get(name, "")]


def every_answer(app: Any, academy: Any, **options: Any) -> Iterator[tuple[str, str, Any]]:
    """Ask every route as everybody, of rows that exist and of rows that do not.

    A paper is made for the first who may have it: its headers are the same for the next.
    """
    made: set[str] = set()
    principals = ("anonymous", "participant", "coordinator") if options else PRINCIPALS
    for principal in principals:
        client = browser_of(app, academy, principal)
        for route in routes(app):
            missing = dict.fromkeys(each_id_argument(route), MISSING)
            found = own_combinations(academy.world, principal, route)[:1] if missing else [{}]
            if route.rule in made:
                found = []
            for values in [*found, missing] if missing else found:
                answer = ask(client, route, values, **options)
                if route.rule.endswith(PAPER) and answer.status_code == 200:
                    made.add(route.rule)
                yield principal, route.path(values), answer


@pytest.mark.slow
@pytest.mark.parametrize("url", ["", HTTPS], ids=["http", "https"])
def test_every_answer_carries_the_headers(academy, url):
    app = academy.twin(url) if url else academy.twin()
    options = {"base_url": url} if url else {}
    statuses, faults = set(), []
    for principal, path, answer in every_answer(app, academy, **options):
        statuses.add(answer.status_code)
        wrong = faults_of(answer, path, https=bool(url))
        if principal != "anonymous" and answer.headers.get("Cache-Control") != "no-store":
            wrong.append("Cache-Control")
        faults += [f"{path} {principal}: {one}" for one in wrong]
    assert faults == []
    assert statuses >= {200, 303, 400, 403, 404}


ODD = {
    "/bestaat-niet": 404,
    "/static/bestaat-niet.css": 404,
    "/groepen/99999999999999999999": 404,
    "/controleer?number=x": 200,
}


@pytest.mark.parametrize(("path", "status"), ODD.items())
def test_errors_and_unknown_addresses_carry_them_too(academy, browsers, path, status):
    for principal in ("anonymous", "coordinator"):
        answer = browsers(principal).get(path)
        assert (answer.status_code, faults_of(answer, path)) == (status, [])
    assert browsers("anonymous").put("/contact").status_code == 405
    assert faults_of(browsers("anonymous").put("/contact"), "/contact") == []


@pytest.mark.filterwarnings("ignore")
def test_our_own_fault_carries_them_too(academy, browsers, monkeypatch):
    def broken() -> str:
        raise RuntimeError("planted")

    plant(monkeypatch, academy.app, "cohorts.index", broken)
    monkeypatch.setitem(academy.app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = browsers("coordinator").get("/groepen")

    assert answer.status_code == 500
    assert faults_of(answer, "/groepen") == []
    assert "planted" not in answer.text


def test_too_large_and_too_often_carry_them_too(academy, browsers):
    large = browsers("anonymous").post("/contact", data={"message": "x" * 7_000_000})
    assert (large.status_code, faults_of(large, "/contact")) == (413, [])
    for _time in range(31):
        last = browsers("anonymous").get("/c/00000000000000000000")
    assert last.status_code == 429
    assert faults_of(last, "/c/x") == []


def test_files_carry_them(academy, browsers):
    """The stylesheet and a certificate: no answer leaves without its headers."""
    certificate = academy.world.ledger.ids("certificate", cell="A1p1")[0]
    with academy.app.test_request_context():
        style = asset("css/academy.css")
    with browsers("anonymous").get(style) as answer:
        assert (answer.status_code, faults_of(answer, style)) == (200, [])
    with academy.twin(HTTPS).test_client().get(style, base_url=HTTPS) as answer:
        assert (answer.status_code, faults_of(answer, style, https=True)) == (200, [])
    for principal, path in {
        "participant": f"/certificaat/{certificate}/bestand",
        "board": f"/certificaten/{certificate}/bestand",
    }.items():
        file = browsers(principal).get(path)
        assert (file.status_code, file.mimetype) == (200, "application/pdf")
        assert faults_of(file, path) == []
        assert file.headers["Cache-Control"] == "no-store"
        assert file.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.slow
def test_a_coaching_log_as_a_file_carries_them(academy, browsers):
    answer = browsers("participant").get("/logboek/pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert faults_of(answer, "/logboek/pdf") == []
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.trust("T15", planted=True)
@pytest.mark.parametrize(
    ("planted", "fault"),
    [
        ("default-src 'self' 'unsafe-inline'; base-uri 'none'", "unsafe policy"),
        ("default-src *", "default-src"),
        ("default-src 'self'; base-uri 'self'", "base-uri is open"),
        ("default-src 'self'; object-src 'self'", "object-src is open"),
        ("default-src 'self'; frame-ancestors 'self'", "frame-ancestors is open"),
        ("default-src 'self'", "no frame-ancestors"),
    ],
)
def test_a_weaker_policy_is_found(academy, browsers, monkeypatch, planted, fault):
    monkeypatch.setattr(headers, "CONTENT_POLICY", planted)
    assert fault in faults_of(browsers("anonymous").get("/"), "/")


@pytest.mark.trust("T15", planted=True)
def test_a_missing_header_is_found(academy, browsers, monkeypatch):
    def bare(response: Any) -> Any:
        del response.headers["X-Content-Type-Options"]
        return response

    monkeypatch.setitem(
        current_app.after_request_funcs, None, [bare, *current_app.after_request_funcs[None]]
    )
    assert faults_of(browsers("anonymous").get("/"), "/") == ["X-Content-Type-Options"]


@pytest.mark.trust("T15", planted=True)
@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("Access-Control-Allow-Origin", "https://elders.example", "Access-Control-Allow-Origin"),
        ("Content-Type", "text/html", "no charset"),
        ("Content-Type", "", "no Content-Type"),
        ("Content-Disposition", 'attachment; filename="a"; x=".pdf"', "a file called"),
        ("Content-Disposition", 'attachment; filename="../x.pdf"', "a file called"),
        ("Strict-Transport-Security", "max-age=31536000", "Strict-Transport-Security"),
    ],
)
def test_a_wrong_header_is_found(academy, browsers, monkeypatch, name, value, fault):
    def wrong(response: Any) -> Any:
        response.headers[name] = value
        return response

    monkeypatch.setitem(
        current_app.after_request_funcs, None, [wrong, *current_app.after_request_funcs[None]]
    )
    (found,) = faults_of(browsers("anonymous").get("/"), "/", https=name.startswith("Strict"))
    assert found.startswith(fault)

"""Every route names who may come; the public ones are known by name."""

from __future__ import annotations

import pytest

from academy import app as composition
from academy.kernel.feature import Feature
from academy.kernel.policy import PUBLIC
from academy.kernel.web.blueprint import FeatureBlueprint
from tests.conftest import make_settings

PUBLIC_PATHS = {
    "/",
    "/.well-known/academie-keys.json",
    "/.well-known/did.json",
    "/.well-known/jwt-vc-issuer",
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-credential-issuer",
    "/afmelden/<token>",
    "/api/v1/certificates/<number>/verification",
    "/api/v1/certificates/verification",
    "/api/v1/certificates/verify",
    "/api/v1/courses",
    "/api/v1/courses/<int:course_id>",
    "/api/v1/openapi.json",
    "/api/wallet/credential",
    "/api/wallet/nonce",
    "/api/wallet/status/<int:list_number>",
    "/api/wallet/token",
    "/api/wallet/type",
    "/binnenkomen",
    "/binnenkomen/brief",
    "/binnenkomen/code",
    "/binnenkomen/wachtwoord",
    "/binnenkomen/wie",
    "/c/<code>",
    "/contact",
    "/contact/bedankt",
    "/deel/<token>",
    "/deel/<token>/bestand",
    "/controleer",
    "/controleer/bestand",
    "/controleer/zelf.html",
    "/healthz",
    "/metrics",
    "/mijn-berichten/stop/<token>",
    "/opleidingen",
    "/opleidingen/<key>",
    "/privacy",
    "/readyz",
    "/register/momentopname.json",
    "/status/<int:list_number>",
    "/styleguide",
    "/taal/<code>",
    "/toegankelijkheid",
    "/verhalen",
    "/verhalen/<int:story_id>",
}


def rules(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_route_names_a_capability(app):
    assert all(hasattr(app.view_functions[rule.endpoint], "needs") for rule in rules(app))


def test_the_public_routes_are_these(app):
    public = {r.rule for r in rules(app) if app.view_functions[r.endpoint].needs is PUBLIC}
    assert public == PUBLIC_PATHS


def test_a_right_to_read_never_opens_a_change(app):
    wrong = [
        rule.rule
        for rule in rules(app)
        if app.view_functions[rule.endpoint].needs.name.endswith(":read")
        and rule.methods - {"GET", "HEAD", "OPTIONS"}
        and not app.view_functions[rule.endpoint].needs.own
    ]
    assert not wrong


def test_every_capability_is_declared_by_its_feature(app):
    declared = {
        right.name for feature in composition.FEATURES for right in feature.capabilities
    } | {"public", "signed-in"}
    used = {app.view_functions[rule.endpoint].needs.name for rule in rules(app)}
    assert used <= declared


def test_a_route_without_a_capability_stops_the_start(tmp_path, monkeypatch):
    planted = FeatureBlueprint("planted", __name__)
    planted.add_url_rule("/geplant", "bare", lambda: "open door")
    features = (*composition.FEATURES, Feature(name="planted", blueprints=(planted,)))
    monkeypatch.setattr(composition, "FEATURES", features)
    with pytest.raises(RuntimeError, match=r"planted\.bare"):
        composition.create_app(make_settings(f"sqlite:///{tmp_path / 'a.sqlite'}", tmp_path))


def test_paths_are_lower_case_and_end_without_a_slash(app):
    paths = [rule.rule for rule in rules(app) if rule.rule != "/"]
    assert all(not path.endswith("/") for path in paths)

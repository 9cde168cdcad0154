"""The contract of the API: `/api/v1/openapi.json`, written from what the routes declare."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, Response, current_app, jsonify
from werkzeug.routing import Rule

from academy.kernel.db import MAX_INTEGER
from academy.kernel.feature import Feature
from academy.kernel.policy import PUBLIC, Capability
from academy.kernel.settings import current
from academy.kernel.web.api import FORM, JSON, ROOT, OneField, Operation, Problem
from academy.kernel.web.blueprint import FeatureBlueprint

PROBLEM = "application/problem+json"
VERSION = "1"
PART = re.compile(r"<(?:(\w+):)?(\w+)>")
KINDS = {
    "int": {"type": "integer", "minimum": 1, "maximum": MAX_INTEGER},
    "": {"type": "string", "minLength": 1},
}
ETAG = {"ETag": {"schema": {"type": "string"}, "required": True}}

bp = FeatureBlueprint("contract", __name__, url_prefix=ROOT)


@bp.page("/openapi.json", needs=PUBLIC)
def document() -> Response:
    """Say what the API offers, as OpenAPI 3.1."""
    kept = current_app.extensions
    if "academy.contract" not in kept:
        kept["academy.contract"] = _write(current_app)
    return jsonify(kept["academy.contract"])


def _write(app: Flask) -> dict[str, Any]:
    plugin = MarshmallowPlugin(schema_name_resolver=_name_of)
    spec = APISpec(
        title=current().name,
        version=VERSION,
        openapi_version="3.1.0",
        plugins=[plugin],
        info={"description": "Dates are ISO 8601. Errors are problem+json. See docs/api.md."},
    )
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    spec.components.schema("Problem", schema=Problem)
    for rule, operation in sorted(_operations(app), key=lambda one: one[0].rule):
        method = "get" if "GET" in (rule.methods or ()) else "post"
        said = _said(rule, operation, _scopes(app.extensions["academy.features"], operation.needs))
        spec.path(path=_path(rule), operations={method: said}, parameters=list(_parameters(rule)))
    return spec.to_dict()


def _name_of(schema: Any) -> str:
    name: str = schema.__name__ if isinstance(schema, type) else type(schema).__name__
    return name.removesuffix("Schema")


def _operations(app: Flask) -> Iterator[tuple[Rule, Operation]]:
    for rule in app.url_map.iter_rules():
        operation = getattr(app.view_functions[rule.endpoint], "operation", None)
        if operation is not None:
            yield rule, operation


def _path(rule: Rule) -> str:
    return PART.sub(r"{\2}", rule.rule)


def _parameters(rule: Rule) -> Iterator[dict[str, Any]]:
    for converter, name in PART.findall(rule.rule):
        yield {"name": name, "in": "path", "required": True, "schema": KINDS[converter]}


def _scopes(features: Iterable[Feature], needs: Capability) -> list[str]:
    scopes = (scope for feature in features for scope in feature.api_scopes)
    return sorted(scope.name for scope in scopes if needs in scope.rights)


def _said(rule: Rule, operation: Operation, scopes: list[str]) -> dict[str, Any]:
    is_public = operation.needs is PUBLIC
    said: dict[str, Any] = {
        "operationId": rule.endpoint.replace("_api.", "_").replace(".", "_"),
        "tags": [rule.endpoint.partition("_api")[0]],
        "summary": operation.summary,
        "security": [] if is_public else [{"token": scopes}],
        "responses": _answers(rule, operation),
        "parameters": _headers(operation),
    }
    if operation.description:
        said["description"] = operation.description
    if operation.query:
        said["parameters"].append({"in": "query", "schema": operation.query})
    if operation.body:
        said["requestBody"] = {"required": True, "content": _bodies(operation)}
    return said


def _headers(operation: Operation) -> list[dict[str, Any]]:
    if not operation.needs_match:
        return []
    return [
        {
            "name": "If-Match",
            "in": "header",
            "required": True,
            "schema": {"type": "string"},
            "description": "The ETag of the answer to GET of the same address.",
        }
    ]


def _bodies(operation: Operation) -> dict[str, Any]:
    bodies: dict[str, Any] = {JSON: {"schema": _asked(operation.body)}}
    if operation.takes_file:
        file = {"type": "string", "format": "binary"}
        bodies[FORM] = {
            "schema": {"type": "object", "properties": {"file": file}, "required": ["file"]}
        }
    return bodies


def _asked(body: Any) -> Any:
    """Return what may come in: a schema, or with one of its fields only."""
    if not issubclass(body, OneField):
        return body
    return {"allOf": [body], "minProperties": 1, "maxProperties": 1}


def _answers(rule: Rule, operation: Operation) -> dict[str, Any]:
    good: dict[str, Any] = {
        "description": "What was asked.",
        "content": {JSON: {"schema": operation.answers}},
    }
    answers: dict[str, Any] = {"200": good}
    if operation.has_etag:
        good["headers"] = ETAG
        answers["304"] = {"description": "Nothing changed: see If-None-Match."}
    for status in sorted(_refusals(rule, operation)):
        answers[str(status)] = {
            "description": REFUSALS[status],
            "content": {PROBLEM: {"schema": Problem}},
        }
    return answers


REFUSALS = {
    400: "The body cannot be read.",
    401: "No token that holds.",
    403: "The token or its owner may not do this.",
    404: "There is no such thing, or you may not know that there is.",
    409: "Not as things stand now.",
    412: "Somebody changed it since you read it.",
    413: "The body is too large.",
    415: "The body is of another kind.",
    422: "Something in the question is not right: see `errors`.",
    428: "If-Match is missing.",
    429: "Asked too often.",
}


def _refusals(rule: Rule, operation: Operation) -> set[int]:
    found = set()
    if operation.needs is not PUBLIC:
        found |= {401, 403}
    if rule.arguments:
        found.add(404)
    if operation.query:
        found.add(422)
    if operation.body:
        found |= {400, 409, 413, 415, 422}
    if operation.needs_match:
        found |= {412, 428}
    if operation.is_limited:
        found.add(429)
    return found

"""What every route below /api/v1 needs: reading and writing JSON, ETag, pages, and the contract.

A feature's `api.py` declares routes on an `ApiBlueprint`. The guard and the unit of work are those
of pages. Who asks comes with a token; cookies do not count here, so no other site can ask for one.
The document `/api/v1/openapi.json` is written from the same declarations.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from flask import Response, jsonify, request
from flask_babel import gettext as _
from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from academy.kernel.db import MAX_INTEGER, Page, from_cursor
from academy.kernel.errors import DomainError, InvalidInputError
from academy.kernel.policy import Capability
from academy.kernel.web.blueprint import ProgramBlueprint

ROOT = "/api/v1"
PAGE_SIZE = 20
LARGEST_PAGE = 100
LONGEST_CURSOR = 500
JSON = "application/json"
FORM = "multipart/form-data"

V = TypeVar("V", bound=Callable[..., Any])


class MatchRequiredError(DomainError):
    """A change must say on which version it rests."""

    status = 428
    slug = "match-required"


class NoMatchError(DomainError):
    """Somebody changed it since it was read."""

    status = 412
    slug = "no-match"


# --- what goes in and out ---------------------------------------------------------------------


class Strict(Schema):
    """Base of everything that comes in: what we do not know is refused, not ignored."""

    class Meta:
        """What marshmallow reads."""

        unknown = RAISE


class OneField(Strict):
    """Base of a question that can be asked in several ways: exactly one field comes in."""

    @validates_schema
    def _require_one(self, read: Mapping[str, Any], **_how: Any) -> None:
        if len(read) != 1:
            names = ", ".join(sorted(self.fields))
            raise ValidationError(
                _("Stuur precies één van deze mee: %(names)s.", names=names), "body"
            )


class Text(fields.String):
    """Text of one line: no control signs, and nothing that cannot be stored as UTF-8."""

    def __init__(self, *, max_length: int, description: str = "", **options: Any) -> None:
        said = {"description": description} if description else {}
        super().__init__(
            validate=[validate.Length(max=max_length), _is_one_line],
            metadata={"pattern": r"^[^\x00-\x1f\x7f]*$", **said},
            **options,
        )


def _is_one_line(text: str) -> None:
    if any(sign < " " or sign == "\x7f" or "\ud800" <= sign <= "\udfff" for sign in text):
        raise ValidationError(_("Onzichtbare tekens kunnen hier niet."))


def number(**options: Any) -> fields.Integer:
    """Return the field of an id in a body: a real integer that a row can have."""
    return fields.Integer(strict=True, validate=validate.Range(1, MAX_INTEGER), **options)


class PageQuery(Strict):
    """Which page of a list."""

    limit = fields.Integer(
        load_default=PAGE_SIZE,
        validate=validate.Range(1, LARGEST_PAGE),
        metadata={"description": "How many rows at most."},
    )
    cursor = fields.String(
        load_default=None,
        validate=validate.Length(max=LONGEST_CURSOR),
        metadata={"description": "`next_cursor` of the page before; leave it out for the first."},
    )


def page_of(row: type[Schema], name: str) -> type[Schema]:
    """Return the schema of a page of rows. `next_cursor` is null on the last page."""
    return Schema.from_dict(
        {
            "items": fields.List(fields.Nested(row), required=True),
            "next_cursor": fields.String(required=True, allow_none=True),
        },
        name=name,
    )


def paged(page: Page[Any]) -> dict[str, Any]:
    """Return a page as `page_of` prints it."""
    return {"items": page.rows, "next_cursor": page.next_cursor}


def after(cursor: str | None, *types: type) -> Any:
    """Return the sort values in a cursor, None without one. Raises InvalidInputError otherwise."""
    last = from_cursor(cursor, *types)
    if cursor is not None and last is None:
        sentence = _("Deze cursor kennen wij niet. Begin met de eerste bladzijde.")
        raise InvalidInputError(sentence, fields={"cursor": sentence})
    return last


class Problem(Schema):
    """Every error, as `application/problem+json` (RFC 9457)."""

    type = fields.String(required=True, metadata={"description": "Stable name of the problem."})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True, metadata={"description": "A sentence for people."})
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "What is wrong, by field: `marks.0.status`."},
    )


# --- declaring routes -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Operation:
    """What the contract says about one route."""

    summary: str
    description: str
    needs: Capability
    answers: type[Schema]
    query: type[Schema] | None = None
    body: type[Schema] | None = None
    takes_file: bool = False
    has_etag: bool = False
    needs_match: bool = False
    is_limited: bool = False


class ApiBlueprint(ProgramBlueprint):
    """`read()` declares a GET, `write()` a POST; both name the capability they need."""

    def __init__(self, name: str, import_name: str) -> None:
        super().__init__(name, import_name, url_prefix=ROOT)

    def read(
        self,
        rule: str,
        *,
        needs: Capability,
        answers: type[Schema],
        query: type[Schema] | None = None,
        moving: tuple[str, ...] = (),
        is_limited: bool = False,
    ) -> Callable[[V], V]:
        """Declare a GET. The view returns what `answers` prints, and gets `query` as keywords.

        The answer carries an ETag; fields that are `moving` (the time) do not count for it.
        """

        def register(view: V) -> V:
            @wraps(view)
            def answered(**url_parts: Any) -> Response:
                found = view(**url_parts, **_read_query(query))
                return _conditional(answers().dump(found), moving)

            operation = _operation(
                view, needs, answers=answers, query=query, has_etag=True, is_limited=is_limited
            )
            self._declare(rule, answered, operation, ("GET",))
            return view

        return register

    def write(
        self,
        rule: str,
        *,
        needs: Capability,
        answers: type[Schema],
        body: type[Schema],
        takes_file: bool = False,
        needs_match: bool = False,
        is_limited: bool = False,
    ) -> Callable[[V], V]:
        """Declare a POST. The view gets what `body` read as keywords.

        With `takes_file` the body may also be a form with one `file`; the view then gets `file`.
        With `needs_match` the view must call `check_match` before it changes anything.
        """

        def register(view: V) -> V:
            @wraps(view)
            def answered(**url_parts: Any) -> Response:
                read = _read_file() if takes_file and _is_form() else _read_body(body)
                return _as_json(answers().dump(view(**url_parts, **read)))

            operation = _operation(
                view,
                needs,
                answers=answers,
                body=body,
                takes_file=takes_file,
                needs_match=needs_match,
                is_limited=is_limited,
            )
            self._declare(rule, answered, operation, ("POST",))
            return view

        return register

    def _declare(
        self, rule: str, view: Any, operation: Operation, methods: tuple[str, ...]
    ) -> None:
        view.operation = operation  # the guard around it keeps its attributes
        self._route(rule, operation.needs, methods)(view)


def _operation(view: Any, needs: Capability, **parts: Any) -> Operation:
    summary, _blank, more = (view.__doc__ or "").strip().partition("\n")
    description = " ".join(more.split())
    return Operation(summary=summary, description=description, needs=needs, **parts)


# --- reading ----------------------------------------------------------------------------------


def _read_query(schema: type[Schema] | None) -> dict[str, Any]:
    return _loaded(schema, request.args.to_dict()) if schema else {}


def _read_body(schema: type[Schema]) -> dict[str, Any]:
    if request.mimetype != JSON:
        raise UnsupportedMediaType
    try:
        typed = request.get_json()
    except RecursionError as error:
        raise BadRequest from error
    return _loaded(schema, typed)


def _is_form() -> bool:
    return request.mimetype == FORM


def _read_file() -> dict[str, Any]:
    upload = request.files.get("file")
    if upload is None:
        sentence = _("Stuur een bestand mee in het veld “file”.")
        raise InvalidInputError(sentence, fields={"file": sentence})
    return {"file": upload.stream}


def _loaded(schema: type[Schema], typed: Any) -> dict[str, Any]:
    try:
        read: dict[str, Any] = schema().load(typed)
    except ValidationError as error:
        raise InvalidInputError(
            _("Er klopt iets niet aan de vraag. Kijk bij “errors”."),
            fields=dict(_flat(_by_field(error))),
        ) from error
    return read


def _by_field(error: ValidationError) -> Mapping[Any, Any]:
    return error.messages if isinstance(error.messages, dict) else {"body": error.messages}


def _flat(messages: Mapping[Any, Any], before: str = "") -> list[tuple[str, str]]:
    """Return what is wrong by the path of the field: `marks.0.status`."""
    found: list[tuple[str, str]] = []
    for key, message in messages.items():
        path = f"{before}{str(key).encode(errors='replace').decode()}"
        if isinstance(message, Mapping):
            found += _flat(message, f"{path}.")
        else:
            found.append((path, " ".join(map(str, message))))
    return found


# --- answering --------------------------------------------------------------------------------


def _as_json(content: Any) -> Response:
    return jsonify(content)


def etag_of(content: Any) -> str:
    """Return the tag of what an answer holds; the same content has the same tag."""
    return hashlib.sha256(_as_json(content).get_data()).hexdigest()[:32]


def _conditional(content: Any, moving: tuple[str, ...]) -> Response:
    """Answer with an ETag, or with 304 to who has it already."""
    response = _as_json(content)
    still = {name: value for name, value in content.items() if name not in moving}
    response.set_etag(etag_of(still))
    response.vary.update(("Authorization", "Accept-Language"))
    response.make_conditional(request)
    return response


def check_match(content: Any) -> None:
    """Refuse a change that does not rest on `content`, the present answer of the same address.

    Raises MatchRequiredError without If-Match, NoMatchError when it names another version.
    """
    if "If-Match" not in request.headers:
        raise MatchRequiredError(
            _("Lees eerst hoe het nu staat. Stuur de ETag daarvan mee als “If-Match”.")
        )
    if not request.if_match.contains(etag_of(content)):
        raise NoMatchError(_("Iemand anders veranderde dit net. Kijk eerst hoe het nu staat."))

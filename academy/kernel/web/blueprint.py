"""A blueprint that refuses a route without a capability, and runs changes in a unit of work."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Blueprint, current_app, g, request
from flask_login import current_user

from academy.kernel import clock, policy
from academy.kernel.db import keep_nothing, unit_of_work
from academy.kernel.errors import ForbiddenError
from academy.kernel.policy import PUBLIC, Actor, Capability

V = TypeVar("V", bound=Callable[..., Any])


class SignInRequiredError(ForbiddenError):
    """Nobody is signed in; the page leads to the door and back."""

    status = 401
    slug = "sign-in-required"


def actor() -> Actor:
    """Return who asks, with the grants that hold today."""
    return current_user._get_current_object()  # type: ignore[no-any-return]  # noqa: SLF001


class FeatureBlueprint(Blueprint):
    """`page()` declares a GET, `action()` a state change; both name the capability they need."""

    def page(self, rule: str, *, needs: Capability) -> Callable[[V], V]:
        """Declare a GET page. It must not write, but for `kernel.db.side_write`."""
        return self._route(rule, needs, ("GET",))

    def action(
        self, rule: str, *, needs: Capability, largest_body: int | None = None
    ) -> Callable[[V], V]:
        """Declare a POST. Returning commits; raising, or returning an error status, rolls back.

        `largest_body`, in bytes, lets this one take more than any other: a form with a file.
        """
        return self._route(rule, needs, ("POST",), largest_body=largest_body)

    def _route(
        self,
        rule: str,
        needs: Capability,
        methods: tuple[str, ...],
        *,
        largest_body: int | None = None,
    ) -> Callable[[V], V]:
        def register(view: V) -> V:
            @wraps(view)
            def guarded(**url_parts: Any) -> Any:
                _guard(needs)
                if methods == ("GET",):
                    return view(**url_parts)
                with unit_of_work():
                    answer = view(**url_parts)
                    if _status(answer) >= 400:
                        keep_nothing()
                    return answer

            guarded.needs = needs  # type: ignore[attr-defined]
            guarded.largest_body = largest_body  # type: ignore[attr-defined]
            self.add_url_rule(rule, view.__name__, guarded, methods=methods)
            return view

        return register


class ProgramBlueprint(FeatureBlueprint):
    """Routes below `/api`, for programs: no cookie counts there, so no form's token is asked."""


def allow_large_body() -> None:
    """Let the request's own route say how much it takes; before anything reads the form."""
    view = current_app.view_functions.get(request.endpoint or "")
    if (largest := getattr(view, "largest_body", None)) is not None:
        request.max_content_length = largest


def _status(answer: Any) -> int:
    """Return the status of what a view returned: a response, a text, or (text, status)."""
    if isinstance(answer, tuple):
        return next((part for part in answer[1:] if isinstance(part, int)), 200)
    return int(getattr(answer, "status_code", 200))


def _guard(needs: Capability) -> None:
    """Let the asker pass, or raise. The decision is kept for the test-only header."""
    g.guard = f"deny:{needs.name}"
    who = actor()
    if needs is not PUBLIC:
        if not who.is_authenticated:
            raise SignInRequiredError
        policy.require_second_factor(who, needs)
        policy.require_right(who, needs)
        policy.require_step_up(who, needs, clock.real_now())
    g.guard = f"allow:{needs.name}"


def undeclared(app: Any) -> list[str]:
    """Return the endpoints that name no capability; the app refuses to start with any."""
    return sorted(
        endpoint
        for endpoint, view in app.view_functions.items()
        if endpoint != "static" and not hasattr(view, "needs")
    )


def testing_header(response: Any) -> Any:
    """Show tests what the guard decided; never outside tests."""
    if current_app.testing and "guard" in g:
        response.headers["X-Guard"] = g.guard
    return response

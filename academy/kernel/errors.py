"""Errors a service may raise; the web layer turns them into pages or problem+json.

Each carries a status, a stable slug and a sentence for people. `fields` ties a sentence to the
input it is about, so that a form can show it at the right place.
"""

from __future__ import annotations


class DomainError(Exception):
    """A rule said no. `status` is the HTTP status, `slug` the stable problem type."""

    status = 422
    slug = "rule-violated"

    def __init__(self, sentence: str, *, fields: dict[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.fields = fields or {}


class InvalidInputError(DomainError):
    """What was typed cannot be used as it is."""

    slug = "invalid-input"


class NotFoundError(DomainError):
    """There is no such thing, or the asker may not know that there is."""

    status = 404
    slug = "not-found"

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence)


class ForbiddenError(DomainError):
    """The asker may not do this."""

    status = 403
    slug = "forbidden"

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence)


class StepUpRequiredError(ForbiddenError):
    """The asker may do this, after showing once more who they are."""

    slug = "step-up-required"


class SecondFactorRequiredError(ForbiddenError):
    """The asker may do this, after the second factor on this device."""

    slug = "second-factor-required"


class ConflictError(DomainError):
    """Somebody else was faster, or it was done already."""

    status = 409
    slug = "conflict"


class TooManyError(DomainError):
    """Asked too often; try again after a while."""

    status = 429
    slug = "too-many-requests"

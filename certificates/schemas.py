"""What the API says and hears of certificates: to strangers as little as the page."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from academy.kernel.web.api import OneField, Text
from certificates.models import STANDINGS, STATES
from certificates.rules.verdict import VERDICTS

LONGEST_TYPED = 60


class ReasonSchema(Schema):
    """One reason behind a verdict: a stable code, and a sentence in two languages."""

    code = fields.String(required=True)
    nl = fields.String(required=True)
    en = fields.String(required=True)


class VerificationSchema(Schema):
    """What a stranger may know of a certificate. Null where there is nothing to tell.

    `since` is the day on which it was revoked, replaced or withdrawn.
    """

    verdict = fields.String(required=True, validate=validate.OneOf(VERDICTS))
    as_of = fields.AwareDateTime(required=True)
    number = fields.String(required=True, allow_none=True)
    reasons = fields.List(fields.Nested(ReasonSchema), required=True)
    course = fields.String(required=True, allow_none=True)
    issued_on = fields.Date(required=True, allow_none=True)
    valid_until = fields.Date(required=True, allow_none=True)
    since = fields.Date(required=True, allow_none=True)
    renewed_by = fields.String(required=True, allow_none=True)


class FileVerificationSchema(VerificationSchema):
    """The same for a file or a code. The printed name only for who has one of these."""

    printed_name = fields.String(required=True, allow_none=True)


class AskedSchema(OneField):
    """What stands on the paper: its number or its code. Or the SHA-256 of the file."""

    number = Text(max_length=LONGEST_TYPED)
    code = Text(
        max_length=LONGEST_TYPED,
        description="Twenty letters and digits; spaces and capitals do not matter.",
    )
    sha256 = fields.String(
        validate=[validate.Regexp("^[0-9a-f]{64}$"), validate.Length(64, 64)],
        metadata={"description": "So that the file itself stays where it is."},
    )


class StatusSchema(Schema):
    """How a certificate stands in the register. `state` is approved as long as it has no file."""

    number = fields.String(required=True)
    enrolment_id = fields.Integer(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    standing = fields.String(required=True, validate=validate.OneOf(STANDINGS))
    since = fields.Date(required=True, allow_none=True)
    issued_on = fields.Date(required=True)
    valid_until = fields.Date(required=True, allow_none=True)
    handed_out = fields.Boolean(required=True)

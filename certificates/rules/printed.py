"""What is printed on a certificate: a snapshot, frozen at the decision."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Literal

Language = Literal["nl", "en"]
LONGEST_PROMISE = 260


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signs by hand, and as what, in the language of the paper."""

    name: str
    role: str


@dataclass(frozen=True, slots=True)
class PrintedCertificate:
    """Every value on the paper. `title`, `statement`, roles and `disclaimer` are in `language`.

    `verify_url` is typed on the paper, `code_url` stands in the QR code; `code` is the bare code.
    A proof of participation has `hours` and a `promise` in place of `valid_until`. `made_at` is
    the instant in the file's metadata; the same values give the same bytes before sealing.
    """

    language: Language
    printed_name: str
    title: str
    statement: str
    place: str
    decided_on: date
    signatories: tuple[Signatory, ...]
    number: str
    code: str
    verify_url: str
    code_url: str
    disclaimer: str
    made_at: datetime
    valid_until: date | None = None
    hours: int | None = None
    promise: str = ""

    def as_plain(self) -> dict[str, Any]:
        """Return plain values, as they may cross into the document child."""
        return asdict(self)

    @classmethod
    def from_plain(cls, values: dict[str, Any]) -> "PrintedCertificate":
        """Read back what `as_plain` wrote. Raises TypeError for a missing or unknown value."""
        signatories = tuple(Signatory(**signatory) for signatory in values["signatories"])
        return cls(**{**values, "signatories": signatories})

"""From a row of the register to what stands on the paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from certificates.models import Certificate
from certificates.queries.designs import find_look
from certificates.rules.look import Look
from certificates.rules.printed import PrintedCertificate, Signatory
from courses.rules.words import Text

PARTS = {
    "trainer_lead": Text("trainer", "trainer"),
    "academy_director": Text("directeur van de academie", "director of the academy"),
    "resident_co_assessor": Text("bewoner en beoordelaar", "resident and assessor"),
    "resident_host": Text("bewoner en gastvrouw of gastheer", "resident and host"),
}


@dataclass(frozen=True, slots=True)
class ToPrint:
    """A certificate without a file: its design, how that is dressed, every value on the paper."""

    design: str
    look: Look | None
    printed: PrintedCertificate


def find_to_print(certificate_id: int, *, code: str, public_url: str) -> ToPrint | None:
    """Return what to print; None when the file was made before, or never will be.

    Raises NotFoundError.
    """
    found = db.session.get(Certificate, certificate_id)
    if found is None:
        raise NotFoundError
    if found.state != "approved" or found.standing != "valid":
        return None
    language: Literal["nl", "en"] = "en" if found.language == "en" else "nl"
    content = found.content
    return ToPrint(
        design=content["design"],
        look=find_look(content.get("design_version")),
        printed=PrintedCertificate(
            language=language,
            printed_name=found.printed_name,
            title=content["title"][language],
            statement=content["statement"][language],
            place=content["place"],
            decided_on=found.issued_on,
            signatories=tuple(
                Signatory(one["name"], getattr(PARTS[one["part"]], language))
                for one in content["signatories"]
            ),
            number=found.number,
            code=code,
            verify_url=f"{public_url}/controleer",
            code_url=f"{public_url}/c/{code}",
            disclaimer=content["disclaimer"][language],
            made_at=found.approved_at,
            valid_until=found.valid_until,
            hours=content["hours"],
            promise=found.promise,
        ),
    )

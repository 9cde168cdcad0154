"""The life of a certificate in plain sentences: for who keeps the register, and for its holder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _

from certificates.queries.timeline import Moment

GROUNDS = {
    "own_request": _("De eigenaar vraagt het zelf"),
    "fraud": _("Fraude"),
    "conduct": _("Ernstig in strijd met de gedragscode"),
}
MENDED = {
    "language": _("de taal"),
    "signatories": _("wie ondertekent"),
    "hours": _("het aantal uren"),
    "promise": _("de belofte"),
}
FOR_STAFF = {
    "proposed_first": _("Voorgedragen voor dit certificaat."),
    "proposed_replacement": _("Voorgesteld: een nieuw certificaat in de plaats van het oude."),
    "proposed_renewal": _("Voorgesteld: verlengen."),
    "said_hold": _("Het voorstel is aangehouden."),
    "said_refuse": _("Het voorstel is afgewezen."),
    "said_grant": _("Het voorstel is toegekend."),
    "issued": _("Het bestand is gemaakt en verzegeld."),
    "archived": _("Het bestand kreeg bewijs erbij, voor later."),
    "handed_out": _("Het papier is uitgereikt."),
    "reprinted": _("Het papier is opnieuw afgedrukt."),
    "resealed": _("Opnieuw verzegeld: de sleutel was in verkeerde handen."),
    "replaced": _("Vervangen door een nieuw certificaat."),
    "renewed": _("Verlengd met een nieuw certificaat."),
    "expired": _("Verlopen: de laatste dag is voorbij."),
    "revocation_proposed": _("Voorgesteld: intrekken."),
    "hearing_heard": _("De eigenaar is gehoord."),
    "hearing_in_writing": _("De eigenaar gaf schriftelijk antwoord."),
    "hearing_did_not_come": _("De eigenaar kwam niet naar het gesprek."),
    "revocation_dropped": _("Besloten: niet intrekken."),
    "revoked": _("Ingetrokken: het telt niet meer."),
    "reinstate_proposed": _("Voorgesteld: weer laten gelden."),
    "reinstate_dropped": _("Besloten: het blijft ingetrokken."),
    "reinstated": _("Hersteld: het telt weer."),
    "end_proposed": _("Voorgesteld: voorgoed beëindigen."),
    "end_dropped": _("Besloten: niet beëindigen."),
    "ended": _("Beëindigd: naam en bestand zijn weg."),
    "put_in_wallet": _("De eigenaar zette een kopie in een wallet."),
    "name_hidden": _("De eigenaar verborg de naam."),
    "name_shown": _("De eigenaar liet de naam weer zien."),
    "withdrawn": _("De eigenaar nam het terug. Naam en bestand zijn weg."),
}
FOR_HOLDER = {
    "proposed_first": _("Je bent voorgedragen."),
    "proposed_replacement": _(
        "Er is een nieuw certificaat voorgesteld, in de plaats van het oude."
    ),
    "proposed_renewal": _("Verlengen is voorgesteld."),
    "said_hold": _("Het bestuur wacht nog met een besluit."),
    "said_refuse": _("Het bestuur wees een voorstel af."),
    "said_grant": _("Het bestuur kende je certificaat toe."),
    "issued": _("Je certificaat is gemaakt."),
    "archived": _("Het bestand kreeg bewijs erbij, voor later."),
    "handed_out": _("Je kreeg het papier."),
    "reprinted": _("Het papier is opnieuw afgedrukt."),
    "resealed": _("Je certificaat kreeg een nieuw zegel."),
    "replaced": _("Je kreeg een nieuw certificaat in de plaats."),
    "renewed": _("Je certificaat is verlengd met een nieuw certificaat."),
    "expired": _("Je certificaat is verlopen."),
    "revocation_proposed": _("Het bestuur kreeg het voorstel om het in te trekken."),
    "hearing_heard": _("Je sprak hierover met het bestuur."),
    "hearing_in_writing": _("Je gaf schriftelijk antwoord."),
    "hearing_did_not_come": _("Het gesprek hierover ging niet door."),
    "revocation_dropped": _("Het bestuur trekt het niet in."),
    "revoked": _("Het bestuur trok je certificaat in."),
    "reinstated": _("Je certificaat telt weer."),
    "ended": _("Je certificaat is beëindigd."),
    "put_in_wallet": _("Je zette een kopie in je wallet."),
    "name_hidden": _("Je verborg je naam."),
    "name_shown": _("Je liet je naam weer zien."),
    "withdrawn": _("Je nam je certificaat terug."),
}
"""What is still being weighed among colleagues is not here: it may come to nothing."""


@dataclass(frozen=True, slots=True)
class Told:
    """One moment as people read it."""

    sentence: str
    at: datetime
    who: str
    kind: str
    ground: str
    event_id: int | None


def told_to_staff(moments: tuple[Moment, ...]) -> list[Told]:
    """Return every moment, with who did it."""
    return [
        Told(
            sentence=str(FOR_STAFF[one.kind]),
            at=one.at,
            who=one.who,
            kind=one.kind,
            ground=str(GROUNDS.get(one.ground, "")),
            event_id=one.event_id,
        )
        for one in moments
    ]


def told_to_holder(moments: tuple[Moment, ...]) -> list[Told]:
    """Return the moments that its holder reads, without the names of who decided."""
    return [
        Told(str(FOR_HOLDER[one.kind]), one.at, "", one.kind, "", one.event_id)
        for one in moments
        if one.kind in FOR_HOLDER
    ]

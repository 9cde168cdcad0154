"""The readable half of an export: one PDF in Dutch with what people look for first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from academy.kernel.pdf.paper import Details, Sheet, make_paper

OVERVIEW = Sheet(Path(__file__).with_name("export_page"), "overview", "2026.1")
MOST_ROWS = 25
"""Rows of one kind on paper; all of them are in the file beside it."""
MOST_IN_ALL = 250
"""Rows on paper altogether, so that it is made in some seconds for whoever did a lot."""

GROUPS: Mapping[str, str] = {
    "people": "Jij en hoe we je bereiken",
    "courses": "Je leergang",
    "certificates": "Je certificaat",
    "coaching": "Je begeleiding",
    "signals": "Signalen over jou",
    "community": "Bijeenkomsten en verhalen",
    "contact": "Je berichten aan ons",
    "research": "Onderzoek in je buurt",
    "kernel": "Wat wij deden en stuurden",
    "record": "Wie je logboek las",
    "privacy": "Je vragen over je gegevens",
}
WORDS: Mapping[str, str] = {
    "person": "Wie je bent",
    "account": "Hoe je binnenkomt",
    "consent": "Waarop je ja zei",
    "declined_message": "Berichten die je niet wilt",
    "enrolment": "Je inschrijvingen",
    "attendance_mark": "Wanneer je er was",
    "practice_submission": "Je opdrachten",
    "practice_file": "Je foto's en opnames",
    "quiz_attempt": "Je antwoorden op vragen",
    "final_attempt": "Je proeven",
    "criterion_score": "Wat de beoordelaars gaven",
    "score_talk": "Gesprek van de beoordelaars",
    "promise": "Je belofte",
    "cohort_host": "Groepen die je ontving",
    "certificate": "Je certificaten",
    "certificate_event": "Wat er met je certificaat gebeurde",
    "certification_decision": "Besluiten over je certificaat",
    "name_approval": "Je ja op je naam",
    "renewal_evidence": "Wat telt voor verlengen",
    "coaching_plan": "Je begeleiding",
    "coaching_plan_sheet": "Je plannen",
    "coaching_plan_step": "Stappen in je plan",
    "coaching_wish": "Je wensen voor een begeleider",
    "coach_offer": "Wat je als begeleider aanbiedt",
    "coach_proposal": "Wie gevraagd is om je te begeleiden",
    "coaching_transfer": "Overdracht aan een andere begeleider",
    "coaching_yearly_review": "Jaargesprekken",
    "coaching_log_entry": "Gesprekken",
    "coaching_own_words": "Je eigen woorden",
    "agreed_action": "Afspraken",
    "coaching_signal": "Signalen",
    "mentor_offer": "Wat je wilt doen voor wie begint",
    "mentor_pair": "Met wie je oploopt",
    "mentor_day": "Dagen dat je meeliep of meehielp",
    "rsvp": "Je antwoord op uitnodigingen",
    "story": "Verhalen die je vertelde",
    "contact_request": "Berichten die je stuurde",
    "outgoing_mail": "Mails aan jou",
    "sent_message": "Berichten aan jou",
    "audit_event": "Wat er met je gegevens gebeurde",
    "coaching_read": "Wie je logboek las",
    "data_export": "Gevraagde gegevens",
    "erasure_request": "Gevraagd om te vergeten",
}
COLUMNS: Mapping[str, str] = {
    "call_name": "roepnaam",
    "prefix": "tussenvoegsel",
    "last_name": "achternaam",
    "name_on_certificate": "naam op certificaat",
    "email": "e-mail",
    "mailbox": "e-mail",
    "phone": "telefoon",
    "support": "wat helpt",
    "applied_on": "aangemeld",
    "given_on": "ja gezegd",
    "withdrawn_on": "teruggenomen",
    "minutes_late": "minuten later",
    "marked_at": "opgeschreven",
    "note": "opmerking",
    "text": "tekst",
    "submitted_at": "ingeleverd",
    "sentence": "antwoord van de trainer",
    "percent": "deel goed",
    "level": "niveau",
    "comment": "opmerking",
    "planned_on": "gepland",
    "decided_on": "besloten",
    "line": "afgesproken",
    "number": "nummer",
    "printed_name": "naam zoals gedrukt",
    "issued_on": "gegeven",
    "valid_until": "geldig tot",
    "reason": "reden",
    "hardship": "waarom een uitzondering",
    "goal": "doel",
    "strengths": "wat je goed kunt",
    "learning": "wat je wilt leren",
    "overload": "zo merk je dat het te veel wordt",
    "circle_mine": "dit doe je graag",
    "circle_together": "dit doe je samen",
    "circle_not": "dit doe je niet",
    "about": "over jou",
    "started_on": "begonnen",
    "stopped_on": "gestopt",
    "happened_on": "dag",
    "minutes": "minuten",
    "discussed": "waar het over ging",
    "went_well": "wat goed ging",
    "is_hard": "wat lastig is",
    "energy": "energie",
    "words": "woorden",
    "due_on": "vóór",
    "done_on": "gedaan",
    "ended_on": "gestopt",
    "proposed_on": "voorgesteld",
    "raised_on": "gemeld",
    "closed_on": "afgerond",
    "follow_up_by": "opvolgen vóór",
    "raised_by_id": "gemeld door",
    "assigned_to_id": "opgevolgd door",
    "brings": "brengt mee",
    "needs": "heeft nodig",
    "message": "bericht",
    "reach": "bereikbaar via",
    "name": "naam",
    "place_words": "plek",
    "received_at": "ontvangen",
    "at": "moment",
    "action": "wat",
    "reader_id": "door",
    "asked_at": "gevraagd",
    "sent_at": "verstuurd",
    "content": "bestand",
}
"""What a column is called on paper. A column that is not here stands in the file only."""


def overview(
    name: str,
    groups: Sequence[tuple[str, Sequence[tuple[str, Collection[dict[str, Any]]]]]],
    *,
    made_by: str,
    files: Sequence[str],
) -> bytes:
    """Return the PDF. `groups` are parts of the academy, each with kinds and their rows."""
    number = sum(min(len(rows), MOST_ROWS) for _group, kinds in groups for _kind, rows in kinds)
    most = MOST_ROWS if number <= MOST_IN_ALL else MOST_ROWS * MOST_IN_ALL // number
    values = {
        "name": name,
        "files": list(files),
        "parts": [
            (GROUPS.get(group, group), [_told(kind, list(rows), most) for kind, rows in kinds])
            for group, kinds in groups
        ],
    }
    return make_paper(OVERVIEW, values, Details("Mijn gegevens", "Mijn gegevens", made_by))


def _told(name: str, rows: list[dict[str, Any]], most: int) -> dict[str, Any]:
    shown = [_facts(row) for row in rows[-most:]]
    return {
        "title": WORDS.get(name, name.replace("_", " ")),
        "file": f"gegevens/{name}.json",
        "number": len(rows),
        "rows": [row for row in shown if row],
        "more": max(len(rows) - most, 0),
    }


def _facts(row: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (COLUMNS[column], _printed(value))
        for column, value in row.items()
        if column in COLUMNS and value not in (None, "", {}, [])
    ]


def _printed(value: Any) -> str:
    text = str(value)
    is_moment = len(text) > 10 and text[4:5] == "-" and text[10:11] == "T"
    day = text[:10] if is_moment or (len(text) == 10 and text[4:5] == text[7:8] == "-") else ""
    return "-".join(reversed(day.split("-"))) if day else text

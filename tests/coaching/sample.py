"""Loads the coaching of the sample data through the services, each row at its date."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from academy.coaching.models import AgreedAction
from academy.coaching.services import actions, log, plans, sheets, signals
from academy.coaching.services.log import Contact, NewAction
from academy.coaching.services.sheets import NewSheet
from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.resources import PACKAGE
from academy.people.models import Person, Place
from academy.people.queries.actors import actor_for
from tests.factories import make_grant, make_person, make_place

DATA = PACKAGE / "demo" / "data"
CHANNELS = {"post": "letter", "bellen": "phone", "whatsapp": "message", "e-mail": "email"}
KINDS = {
    "telefoon": "phone",
    "bezoek": "visit",
    "whatsapp": "message",
    "intervisie": "peer",
    "terugkommiddag": "meetup",
    "jaargesprek": "yearly_review",
}
OWNERS = {
    "deelnemer": "participant",
    "begeleider": "coach",
    "coördinator": "coordinator",
    "opdrachtgever": "client",
}
SIGNALS = {
    "overbelasting": "overload",
    "conflict": "conflict",
    "grens": "boundary",
    "veiligheid": "safety",
    "afspraak_niet_nagekomen": "broken_promise",
}
SEVERITIES = {"hoog": "high", "midden": "middle", "laag": "low"}
OUTCOMES = {
    "taken_verdeeld": "tasks_shared",
    "gesprek_gehouden": "talk_held",
    "afspraak_gemaakt": "agreement_made",
    "datum_gekregen": "date_received",
    "buiten_systeem_overgedragen": "handed_over_outside",
}
BACK = {"ja": "yes", "nee": "no", "mag niet": "may_not"}


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@contextmanager
def on(text: str, hour: int = 20) -> Iterator[None]:
    with clock.at(clock.local(date.fromisoformat(text), hour)):
        yield


class Sample:
    """The people, rights and coaching of the CSV files."""

    def __init__(self) -> None:
        self.place: Place = make_place()
        self.people: dict[str, Person] = {}
        self.plans: dict[str, int] = {}
        self.entries: dict[str, int] = {}
        self.actions: dict[str, int] = {}
        self.signals: dict[str, int] = {}

    def load(self) -> Sample:
        self._load_people()
        steps = [*self._plan_steps(), *self._entry_steps()]
        steps += [*self._action_steps(), *self._signal_steps()]
        for when, _order, step, row in sorted(steps, key=lambda one: (one[0], one[1])):
            with on(when):
                step(row)
        return self

    def actor(self, source_id: str):
        return actor_for(self.people[source_id].id)

    def _load_people(self) -> None:
        for row in rows("people"):
            self.people[row["person_id"]] = make_person(
                row["call_name"],
                row["last_name"] or row["call_name"],
                source_id=row["person_id"],
                place_id=self.place.id,
            )
        make_grant(self.people["P307"], "coordinator", place=self.place)
        for row in rows("grants"):
            if row["role"] == "coach":
                make_grant(
                    self.people[row["person_id"]],
                    "coach",
                    about=self.people[row["scope_id"]],
                    valid_from=day(row["valid_from"]),
                    valid_to=day(row["valid_to"]),
                )

    def _plan_steps(self):
        for row in rows("coaching_plans"):
            yield row["started_on"], 0, self._start, row
            if row["transferred_on"]:
                yield row["transferred_on"], 1, self._transfer, row
            if row["paused_on"]:
                yield row["paused_on"], 6, self._pause, row
            if row["stopped_on"]:
                yield row["stopped_on"], 6, self._stop, row

    def _start(self, row) -> None:
        plan = plans.open_plan(self.people[row["person_id"]].id, place_id=self.place.id)
        coordinator = self.actor("P307")
        first_coach = row["transferred_from"] or row["coach_id"]
        plans.match(plan.id, self.people[first_coach].id, by=coordinator, source_id=row["plan_id"])
        self._both_say_yes(plan.id, first_coach, row["person_id"])
        sheet = NewSheet(
            goal=row["goal"],
            rhythm_days=int(row["rhythm_days"]),
            channel=CHANNELS[row["channel"]],
        )
        number = sheets.write_sheet(plan.id, sheet, by=self.actor(first_coach)).number
        sheets.agree_sheet(plan.id, number, by=self.actor(row["person_id"]))
        self.plans[row["plan_id"]] = plan.id

    def _both_say_yes(self, plan_id: int, coach: str, person: str) -> None:
        plans.agree(plan_id, by=self.actor(coach))
        plans.agree(plan_id, by=self.actor(person))

    def _transfer(self, row) -> None:
        plan_id = self.plans[row["plan_id"]]
        coach = row["coach_id"]
        plans.transfer(plan_id, self.people[coach].id, by=self.actor("P307"))
        self._both_say_yes(plan_id, coach, row["person_id"])

    def _pause(self, row) -> None:
        until = date.fromisoformat(row["paused_until"])
        plans.pause(self.plans[row["plan_id"]], until, by=self.actor("P307"))

    def _stop(self, row) -> None:
        plans.stop(self.plans[row["plan_id"]], by=self.actor("P307"))

    def _entry_steps(self):
        for row in rows("coaching_log"):
            yield row["date"], 4 if row["corrects"] else 2, self._log, row

    def _log(self, row) -> None:
        actions = tuple(
            NewAction(
                one["text"],
                date.fromisoformat(one["due_on"]),
                OWNERS[one["owner"]],
                one["action_id"],
            )
            for one in rows_of_entry(row["entry_id"])
        )
        contact = Contact(
            kind=KINDS[row["kind"]],
            happened_on=date.fromisoformat(row["date"]),
            minutes=int(row["minutes"]),
            discussed=row["what_we_discussed"],
            went_well=row["what_went_well"],
            is_hard=row["what_is_hard"],
            energy=int(row["energy_1_5"]),
            actions=actions,
        )
        coach, source_id = self.actor(row["coach_id"]), row["entry_id"]
        plan_id = self.plans[row["plan_id"]]
        if row["corrects"]:
            wrong = self.entries[row["corrects"]]
            entry = log.correct(wrong, contact, by=coach, source_id=source_id)
        elif row["status"] == "draft":
            entry = log.save_draft(plan_id, contact, by=coach, source_id=source_id)
        else:
            entry = log.log_contact(plan_id, contact, by=coach, source_id=source_id)
        self.entries[source_id] = entry.id
        if row["participant_words"]:
            log.add_own_words(entry.id, row["participant_words"], by=self.actor(row["person_id"]))

    def _action_steps(self):
        for row in rows("actions"):
            if row["status"] != "open":
                settled = row["done_on"] or row["due_on"]
                yield settled, 5, self._settle, row

    def _settle(self, row) -> None:
        action = db.session.query(AgreedAction).filter_by(source_id=row["action_id"]).one()
        entry = next(one for one in rows("coaching_log") if one["entry_id"] == row["entry_id"])
        settle = actions.complete_action if row["status"] == "done" else actions.drop_action
        settle(action.id, by=self.actor(entry["person_id"]))

    def _signal_steps(self):
        for row in rows("signals"):
            yield row["raised_on"], 5, self._raise, row
            if row["closed_on"]:
                yield row["closed_on"], 6, self._close, row

    def _raise(self, row) -> None:
        plan_id = next(
            self.plans[plan["plan_id"]]
            for plan in rows("coaching_plans")
            if plan["person_id"] == row["person_id"]
        )
        signal = signals.raise_signal(
            plan_id,
            SIGNALS[row["kind"]],
            by=self.actor(row["raised_by"]),
            severity=SEVERITIES[row["severity"]],
            note=row["note"],
            entry_id=self.entries[row["entry_id"]],
            source_id=row["signal_id"],
        )
        assert signal.follow_up_by == date.fromisoformat(row["follow_up_by"])
        self.signals[row["signal_id"]] = signal.id

    def _close(self, row) -> None:
        signal_id = self.signals[row["signal_id"]]
        by = self.actor(row["assigned_to"])
        if row["severity"] == "hoog":
            signals.take_over(signal_id, by=by)
        signals.close_signal(
            signal_id,
            OUTCOMES[row["outcome"]],
            by=by,
            reported_back=BACK[row["reported_back"]],
        )


_by_entry: dict[str, list[dict[str, str]]] = {}


def rows_of_entry(entry_id: str) -> list[dict[str, str]]:
    if not _by_entry:
        for row in rows("actions"):
            _by_entry.setdefault(row["entry_id"], []).append(row)
    return _by_entry.get(entry_id, [])

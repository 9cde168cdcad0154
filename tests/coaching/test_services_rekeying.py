"""A new key for encrypted text is put in use while people read and write."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken

from academy.coaching.models import AgreedAction, LogEntry, OwnWords
from academy.coaching.services import log
from academy.keeping.checks import all_faults
from academy.keeping.doctor import examine
from academy.kernel import clock, rekeying
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.encrypted import Encrypted, LockedFile
from academy.kernel.policy import SYSTEM
from academy.kernel.rekeying_cli import notes
from academy.kernel.settings import current
from academy.people.models import SecondFactor
from academy.people.queries.actors import actor_for
from academy.privacy.adapters.zipping import locked, opened
from academy.privacy.models import DataExport
from tests.coaching.builders import CANARY, an_action, set_the_table, write_entry

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def use_keys(app, monkeypatch):
    """Let the academy have these keys, newest first."""

    def use(*keys: str) -> None:
        db.session.rollback()
        settings = replace(current(), notes_key=keys)
        monkeypatch.setitem(app.extensions, "academy.settings", settings)

    return use


@pytest.fixture
def table(use_keys):
    """A log of five talks with own words and an agreement, all written with the old key."""
    use_keys(OLD)
    table = set_the_table()
    entries = [write_entry(table, f"{CANARY} {n}", actions=(an_action(),)) for n in range(5)]
    with unit_of_work():
        log.add_own_words(entries[0], "Mijn woorden.", by=actor_for(table.samira.id))
        db.session.add(
            SecondFactor(
                person_id=table.marije.id, kind="app", secret="geheim", made_at=db_now(entries[0])
            )
        )
    return table


def db_now(entry_id):
    return db.session.get_one(LogEntry, entry_id).created_at


def counts():
    found = rekeying.look()
    return tuple(sum(getattr(one, kind) for one in found) for kind in ("newest", "older", "lost"))


def test_every_encrypted_column_takes_part(app):
    columns = {
        f"{table.name}.{column.name}"
        for table in db.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, (Encrypted, LockedFile))
    }
    assert {one.column for one in rekeying.look()} == columns
    assert columns >= {
        "agreed_action.text",
        "coaching_log_entry.discussed",
        "coaching_own_words.words",
        "data_export.content",
        "second_factor.secret",
    }


def test_after_it_the_old_key_may_go(table, use_keys):
    use_keys(NEW, OLD)
    assert counts() == (0, 12, 0)
    assert rekeying.renew(by=SYSTEM) == 12
    assert counts() == (12, 0, 0)
    use_keys(NEW)
    assert counts() == (12, 0, 0)
    first = sa.select(LogEntry.discussed).order_by(LogEntry.id)
    assert db.session.scalars(first).first() == f"{CANARY} 0"
    assert db.session.scalars(sa.select(OwnWords.words)).one() == "Mijn woorden."
    assert db.session.scalars(sa.select(AgreedAction.text)).first() == "Bel de huismeester"
    assert db.session.scalars(sa.select(SecondFactor.secret)).one() == "geheim"
    event = db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert (event.action, event.data) == ("kernel:notes:rekeyed", {"texts": 12})
    assert rekeying.renew(by=SYSTEM) == 0


def test_a_file_to_take_along_is_locked_anew_too(table, use_keys):
    """Until it ends it needs its key: without this the old key would go too early."""
    with unit_of_work():
        now = clock.now()
        ends = {"made_at": now, "ends_at": now, "size_bytes": 3}
        asked = {"person_id": table.samira.id, "asked_by_id": table.samira.id, "asked_at": now}
        db.session.add(DataExport(**asked, **ends, state="made", content=locked(b"zip")))
    use_keys(NEW, OLD)
    assert counts() == (0, 13, 0)
    assert rekeying.renew(by=SYSTEM) == 13
    use_keys(NEW)
    assert counts() == (13, 0, 0)
    content = db.session.scalars(sa.select(DataExport.content)).one()
    assert opened(content) == b"zip"


def test_nothing_of_before_opens_with_the_new_key_only(table, use_keys):
    """The planted fault: without the renewal, taking the old key out loses everything."""
    use_keys(NEW)
    assert counts() == (0, 0, 12)
    with pytest.raises(InvalidToken):
        db.session.scalars(sa.select(LogEntry.discussed)).first()
    assert "coaching_log_entry.discussed: 5 texts do not open with any key of" in str(all_faults())


def test_pages_are_usable_between_the_batches(table, use_keys, sign_in, monkeypatch):
    monkeypatch.setattr(rekeying, "BATCH", 2)
    use_keys(NEW, OLD)
    coach, seen = sign_in(table.marije), []

    def work() -> None:
        page = coach.get(f"/begeleiding/{table.plan_id}")
        answer = coach.post(f"/begeleiding/{table.plan_id}/kort", data={"form_key": str(len(seen))})
        seen.append((page.status_code, answer.status_code))

    rekeying.renew(by=SYSTEM, after_batch=work)
    assert len(seen) >= 5
    assert set(seen) == {(200, 303)}
    assert counts()[1:] == (0, 0)


def test_killed_halfway_it_goes_on_where_it_was(table, use_keys, monkeypatch):
    monkeypatch.setattr(rekeying, "BATCH", 2)
    use_keys(NEW, OLD)

    def die() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rekeying.renew(by=SYSTEM, after_batch=die)
    newest, older, _lost = counts()
    assert newest > 0
    assert rekeying.renew(by=SYSTEM) == older
    assert counts() == (12, 0, 0)


def test_what_somebody_changes_meanwhile_is_not_put_back(table, use_keys, monkeypatch):
    use_keys(NEW, OLD)
    entry = db.session.scalars(sa.select(LogEntry.id).order_by(LogEntry.id)).first()
    changes = rekeying._changes

    def and_somebody_saves(rows, batch):
        found = changes(rows, batch)
        if rows.name == "coaching_log_entry":
            with unit_of_work():
                db.session.execute(
                    sa.update(LogEntry).where(LogEntry.id == entry).values(discussed="Nieuw")
                )
        return found

    monkeypatch.setattr(rekeying, "_changes", and_somebody_saves)
    rekeying.renew(by=SYSTEM)
    assert db.session.get_one(LogEntry, entry).discussed == "Nieuw"
    assert counts() == (12, 0, 0)


def test_the_command_and_the_doctor_say_whether_an_older_key_is_needed(table, use_keys, app):
    use_keys(NEW, OLD)
    assert [one.message for one in examine(current()) if one.subject == "notes key"] == [
        "12 texts need an older key; run: academy keys notes"
    ]
    runner = app.test_cli_runner()
    looked = runner.invoke(notes, ["--check", "--json"])
    assert looked.exit_code == 1
    told = json.loads(looked.output)
    assert (told["ok"], told["renewed"]) == (False, 0)
    done = runner.invoke(notes, [])
    assert done.exit_code == 0, done.output
    assert "coaching_log_entry.discussed: 5 newest, 0 older, 0 lost" in done.output
    assert "no text needs an older key" in done.output
    assert CANARY not in done.output
    (finding,) = [one for one in examine(current()) if one.subject == "notes key"]
    assert "take it out of ACADEMY_NOTES_KEY" in finding.message
    assert all_faults() == []

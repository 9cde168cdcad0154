"""Limits: counted apart from the page, whatever the page does."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine

from academy.kernel import clock, limits
from academy.kernel.db import db, keep_nothing, set_reading, unit_of_work
from academy.kernel.errors import TooManyError
from academy.kernel.limits import Attempt, Limit

ROOT = Path(__file__).parents[2]
ONE_PAPER = """
from datetime import timedelta
from academy.kernel import limits
limits.spend_here(limits.Limit("three", 3, timedelta(minutes=5)), "1", sentence="")
"""
THREE = Limit("three", 3, timedelta(minutes=5))


def count():
    number = db.session.scalar(sa.select(sa.func.count()).select_from(Attempt))
    db.session.rollback()
    return number


def test_a_try_counts_although_the_change_is_rolled_back(app):
    with unit_of_work():
        limits.spend(THREE, "here")
        keep_nothing()
    assert count() == 1


def test_the_fourth_try_is_refused_and_another_key_is_not(app):
    for _number in range(3):
        limits.spend(THREE, "here")
    with pytest.raises(TooManyError):
        limits.spend(THREE, "here")
    limits.spend(THREE, "there")


def test_many_at_once_get_no_more_than_the_limit(app):
    refused = []

    def ask():
        with app.app_context():
            set_reading(True)  # as on a GET
            try:
                limits.spend(THREE, "here")
            except TooManyError:
                refused.append(True)

    threads = [threading.Thread(target=ask) for _number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (count(), len(refused)) == (3, 9)


def test_no_key_is_stored_as_it_was(app):
    limits.spend(THREE, "198.51.100.7")
    assert "198.51.100.7" not in db.session.scalars(sa.select(Attempt.key_hash)).one()


def spend_paper(key: str) -> None:
    limits.spend_here(THREE, key, sentence="Wacht even.")


def test_papers_are_counted_here_and_per_person():
    limits.forget_here()
    for _ in range(3):
        spend_paper("1")
    with pytest.raises(TooManyError, match="Wacht even"):
        spend_paper("1")
    spend_paper("2")


def test_web_processes_of_one_machine_count_together(tmp_path, monkeypatch):
    monkeypatch.setenv(limits.SHARED_FOLDER, str(tmp_path))
    words = [sys.executable, "-c", ONE_PAPER]
    for _ in range(2):
        subprocess.run(words, check=True, cwd=ROOT)
    spend_paper("1")
    with pytest.raises(TooManyError):
        spend_paper("1")
    [counted] = tmp_path.iterdir()
    counted.write_text("[1.0, ")  # as a process leaves it that was killed
    spend_paper("1")


def test_what_is_counted_here_stays_small(tmp_path, monkeypatch):
    monkeypatch.setenv(limits.SHARED_FOLDER, str(tmp_path))
    monkeypatch.setattr(limits.ids, "digest", lambda text: f"ab{text}")  # all in one part
    for number in range(20):
        spend_paper(str(number))
    (counted,) = tmp_path.iterdir()
    assert len(json.loads(counted.read_text())) == 20
    with time_machine.travel(clock.real_now() + timedelta(minutes=6)):
        spend_paper("later")
    assert list(json.loads(counted.read_text())) == ["abthree:later"]


def test_addresses_make_no_more_than_256_files(tmp_path, monkeypatch):
    monkeypatch.setenv(limits.SHARED_FOLDER, str(tmp_path))
    for number in range(600):
        spend_paper(f"198.51.{number // 256}.{number % 256}")
    assert len(list(tmp_path.iterdir())) <= 256


def test_a_household_counts_once_whatever_its_addresses():
    limits.forget_here()
    for number in range(3):
        spend_paper(f"2001:db8:1:2::{number}")
    with pytest.raises(TooManyError):
        spend_paper("2001:db8:1:2:ffff::9")
    spend_paper("2001:db8:1:3::1")
    spend_paper("::ffff:198.51.100.7")
    spend_paper("::ffff:198.51.100.8")


@pytest.mark.parametrize(("number", "passes"), [(errno.ENOSPC, True), (errno.EACCES, False)])
def test_a_full_disk_keeps_nobody_from_reading(tmp_path, monkeypatch, number, passes):
    monkeypatch.setenv(limits.SHARED_FOLDER, str(tmp_path))

    def full(*_words, **_kept):
        raise OSError(number, "x")

    monkeypatch.setattr(limits.json, "dump", full)
    if passes:
        spend_paper("1")
    else:
        with pytest.raises(OSError, match="x"):
            spend_paper("1")

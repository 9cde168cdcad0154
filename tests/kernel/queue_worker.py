"""A real worker process for the kill tests: `queue_worker.py DATABASE_URL LOG_FOLDER`.

Its jobs write a line per start and add a row per effect, so that tests can count both.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import timedelta
from pathlib import Path

from academy.kernel import queue
from tests.kernel.tiny_app import make_tiny_app

LEASE = timedelta(seconds=1.5)


def log(number: int) -> None:
    with (Path(os.environ["LOG_FOLDER"]) / "starts").open("a") as file:
        file.write(f"{number} {os.getpid()}\n")


def quick(number: int) -> None:
    log(number)


def slow(number: int, seconds: int) -> None:
    log(number)
    time.sleep(seconds)
    with (Path(os.environ["LOG_FOLDER"]) / "ends").open("a") as file:
        file.write(f"{number}\n")


def deadly(number: int) -> None:
    log(number)
    os.kill(os.getpid(), 9)


def register_jobs() -> None:
    queue.register("worker.quick", quick)
    queue.register("worker.slow", slow)
    queue.register("worker.deadly", deadly)


if __name__ == "__main__":
    register_jobs()
    queue.work(make_tiny_app(sys.argv[1]), lease=LEASE)

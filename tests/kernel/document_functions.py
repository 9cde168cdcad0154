"""What the tests of the document child let it do."""

import errno
import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from academy.kernel.documents import DocumentError


class NotPossible(DocumentError):  # noqa: N818
    pass


def echo(value):
    return value


def process_id():
    return os.getpid()


def environment():
    return sorted(os.environ)


def connect():
    socket.create_connection(("127.0.0.1", 9), timeout=1)


def listen():
    socket.socket().bind(("127.0.0.1", 0))


def resolve():
    socket.getaddrinfo("localhost", 80)


def run_program():
    subprocess.run(["true"], check=True)


def use_system():
    os.system("true")


def allocate(megabytes):
    return len(bytearray(megabytes << 20))


def sleep(seconds):
    time.sleep(seconds)


def refuse():
    raise NotPossible("Dit kan niet.", sentence_en="Not possible.")


def fail(text):
    return {}[text]


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def not_plain():
    return Path("/")


def chatter():
    print("a library says something")
    os.write(1, b"and so does its C part")
    return "done"


def fill_disk():
    raise OSError(errno.ENOSPC, "No space left on device")


def leave_a_file():
    place = Path(tempfile.mkdtemp()) / "left"
    place.write_text("x", encoding="utf-8")
    return str(place)

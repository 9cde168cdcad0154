"""Markup that reaches the renderer fetches nothing and carries nothing along (T06).

What people type never gets there as markup; this is the second wall.
"""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from weasyprint.urls import FatalURLFetchingError

from academy.kernel.pdf.render import render_document
from academy.kernel.resources import vendor_file
from tests.judges.inside import look_inside
from tests.kernel.careless_pdf import render_carelessly
from tests.trust.payloads import FILE, PAPER, SERVER

pytestmark = [
    pytest.mark.slow,
    pytest.mark.trust("T06"),
    # WeasyPrint leaves its colour profile open; the child that does it in life ends with it.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

FONTS = str(vendor_file("print"))
CANARY = b"qxz-canary-of-a-file"
ROOT = Path(__file__).resolve().parents[2]
PAGE = (
    '<!doctype html><html lang="nl"><head><title>x</title></head><body><p>tekst</p>{}</body></html>'
)


class Server:
    """A server on this machine that counts who comes."""

    def __init__(self) -> None:
        asked: list[str] = []

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_response(200)
                self.end_headers()
                self.wfile.write(CANARY)

            def log_message(self, *_words: Any) -> None:
                pass

        self.asked = asked
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture(scope="module")
def secret(tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("secret") / "canary.txt"
    file.write_bytes(CANARY)
    return file


def aimed(snippet: str, server: Server, secret: Path) -> str:
    """Return the snippet with real addresses in it."""
    return snippet.replace(FILE, secret.as_uri()).replace(SERVER, server.url)


def render(html: str) -> bytes | None:
    """Return the PDF, or None when the renderer refused it."""
    try:
        return render_document(html, "", fonts_folder=FONTS)
    except (Exception, FatalURLFetchingError):  # noqa: BLE001  in the child every error refuses
        return None


def faults_of(pdf: bytes) -> list[str]:
    """Return what a paper must not have inside."""
    inside = look_inside(pdf)
    faults = sorted(inside.hidden)
    faults += [one for one in inside.addresses if not one.startswith("https://")]
    if inside.holds(CANARY) or CANARY in pdf:
        faults.append("the bytes of a file")
    return faults


def test_there_are_enough_snippets():
    assert len(set(PAPER)) >= 29


@pytest.mark.parametrize("snippet", PAPER)
def test_markup_fetches_nothing_and_hides_nothing(server, secret, snippet):
    server.asked.clear()
    pdf = render(PAGE.format(aimed(snippet, server, secret)))
    assert server.asked == []
    assert pdf is None or faults_of(pdf) == []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.trust("T06", planted=True)
def test_a_trusting_renderer_is_found(server, secret):
    server.asked.clear()
    found = []
    for snippet in PAPER:
        pdf = render_carelessly(html=PAGE.format(aimed(snippet, server, secret)))
        found += faults_of(pdf)
    assert len(server.asked) >= 10
    assert "/EmbeddedFile" in found
    assert "the bytes of a file" in found
    assert any(one.startswith("javascript:") for one in found)


# --- what the child does, seen from outside -----------------------------------------------------

TRACED = """
import sys
from academy.kernel import documents
function, html = sys.argv[1:3]
fonts = {"fonts_folder": sys.argv[3], "css": ""} if "careless" not in function else {}
try:
    documents.call(function, html=html, **fonts)
except documents.DocumentError as error:
    print("refused", error.kind)
print("done")
documents.close()
"""
CALL = re.compile(r"^(?:\[pid\s+)?(\d+)?\]?\s*(connect|openat|open|execve)\((.*)$")
ALLOWED = (
    *(
        "/lib",
        "/usr/",
        "/etc/ld.so",
        "/etc/fonts",
        "/proc/",
        "/dev/",
        "/sys/",
        "/var/cache/fontconfig",
    ),
    *(
        "/etc/localtime",
        "/etc/mime.types",
        "/etc/apache2/mime.types",
        "/etc/httpd",
        "/etc/nsswitch",
    ),
)
"""Where the child may read: programs, fonts and their index, and what Python reads at its start."""


def traced(function: str, html: str, folder: Path) -> list[str]:
    """Return the opens and connects of the document child of this function."""
    trace = folder / "trace"
    command = [
        *("strace", "-f", "-qq", "-e", "trace=connect,openat,open,execve", "-s", "400"),
        *("-o", str(trace), sys.executable, "-c", TRACED, function, html, FONTS),
    ]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )
    if "ptrace" in done.stderr or "PTRACE" in done.stderr:
        pytest.skip("nothing may be traced here")
    assert "done" in done.stdout, done.stderr[-800:]
    lines = trace.read_text(encoding="utf-8", errors="replace").splitlines()
    child = next(line.split()[0] for line in lines if "academy.kernel.documents" in line)
    return [line for line in lines if line.split()[0] == child or "connect(" in line]


def strange(lines: list[str]) -> list[str]:
    """Return connects, and files outside programs, fonts and our own code."""
    own = (sys.prefix, sys.base_prefix, str(ROOT), str(Path.home() / ".cache/fontconfig"))
    own += (str(Path(sys.prefix).resolve()), str(Path(FONTS).resolve()))
    found = []
    for line in lines:
        if "connect(" in line and "AF_INET" in line:
            found.append(line)
        path = re.search(r'open(?:at)?\((?:AT_FDCWD, )?"([^"]*)"', line)
        if path is None or " = -1 " in line or "O_DIRECTORY" in line:
            continue
        name = path[1]
        if not name.startswith((*ALLOWED, *own, "/tmp/academy-documents-")) and name not in (
            "",
            ".",
        ):
            is_font = any(word in name for word in ("fonts", "fontconfig", ".uuid"))
            if not is_font:
                found.append(name)
    return found


def test_the_child_opens_nothing_else_and_reaches_nobody(server, secret, tmp_path):
    html = PAGE.format("".join(aimed(one, server, secret) for one in PAPER[:7]))
    plain = traced("academy.kernel.pdf.render:render_document", PAGE.format(""), tmp_path)
    hostile = traced("academy.kernel.pdf.render:render_document", html, tmp_path)
    assert any("woff2" in line for line in plain)
    assert strange(plain) == []
    assert strange(hostile) == []


@pytest.mark.trust("T06", planted=True)
def test_a_child_that_opens_a_file_is_found(secret, tmp_path):
    html = PAGE.format(f'<link rel=attachment href="{secret.as_uri()}">')
    lines = traced("tests.kernel.careless_pdf:render_carelessly", html, tmp_path)
    assert str(secret) in strange(lines)

"""How long a request is can be understood in one way only: no second one hides in its body."""

from __future__ import annotations

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import ParseException
from gunicorn.http.parser import RequestParser

from academy.running import web_command

SMUGGLED = b"GET /gegevens HTTP/1.1\r\nHost: academie.example\r\n\r\n"
CHUNKED = b"0\r\n\r\n"


def read(*lines: str, version: str = "1.1", body: bytes = b"") -> list[tuple[str, bytes]]:
    """Return the paths and bodies that the web server reads in what comes in."""
    head = "\r\n".join([f"POST /contact HTTP/{version}", "Host: academie.example", *lines])
    parser = RequestParser(Config(), iter([head.encode() + b"\r\n\r\n" + body]), ("", 0))
    return [(request.path, request.body.read()) for request in parser]


def test_a_plain_request_is_read_whole():
    assert read("Content-Length: 4", body=b"ping" + SMUGGLED) == [
        ("/contact", b"ping"),
        ("/gegevens", b""),
    ]
    assert read("Transfer-Encoding: chunked", body=b"4\r\nping\r\n" + CHUNKED) == [
        ("/contact", b"ping")
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 4", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked", "Content-Length: 4"),
        ("Content-Length: 4", "Content-Length: 40"),
        ("Content-Length: +4",),
        ("Content-Length: 4, 40",),
        ("Transfer-Encoding: chunked, chunked",),
        ("Transfer-Encoding: chunked, identity",),
        ("Transfer-Encoding: gzip",),
        ("Transfer-Encoding : chunked",),
        ("Transfer-Encoding:\x0bchunked",),
    ],
)
def test_two_meanings_are_refused(lines):
    with pytest.raises(ParseException):
        read(*lines, body=CHUNKED + SMUGGLED)


def test_an_old_request_in_chunks_is_refused():
    with pytest.raises(ParseException):
        read("Transfer-Encoding: chunked", version="1.0", body=CHUNKED + SMUGGLED)


def test_we_start_the_web_server_as_it_is():
    """No option of ours makes it read requests less strictly."""
    loose = [one for one in web_command("8000", processes=1, host="127.0.0.1") if "permit" in one]
    assert loose == []

"""One request to an authority elsewhere, bounded in time and size. Runs in the worker.

The document child has no network and the worker parses nothing foreign: so the worker carries bytes
between an authority and the child (docs/decisions/0011).
"""

import base64
import contextlib
import http.client
import socket
import ssl
import threading
from urllib.parse import unquote, urlsplit

LARGEST_ANSWER = 64 * 1024

AWAY = (OSError, http.client.HTTPException, ValueError)
"""What `fetch` raises when there is no answer."""


class TooLargeError(ValueError):
    """The answer has more bytes than fit."""


def fetch(
    url: str, body: bytes, *, kind: str, seconds: float, largest: int = LARGEST_ANSWER
) -> bytes:
    """Return the answer to `body` of media type `kind`, within `seconds` in all.

    Without a body it is a GET. Raises one of `AWAY` for anything but a whole answer.
    """
    address = urlsplit(url)
    connection = _connection(address.scheme, address.hostname or "", address.port, seconds)
    # One slow byte after another would outlive a time limit per read.
    guard = threading.Timer(seconds, _cut, [connection])
    guard.daemon = True
    guard.start()
    try:
        path = (address.path or "/") + (f"?{address.query}" if address.query else "")
        headers = {"Connection": "close"} | ({"Content-Type": kind} if body else {})
        if address.username:
            pair = f"{unquote(address.username)}:{unquote(address.password or '')}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        connection.request("POST" if body else "GET", path, body or None, headers)
        response = connection.getresponse()
        answer = response.read(largest + 1)
    finally:
        guard.cancel()
        connection.close()
    if response.status != http.client.OK:
        raise ValueError("no_answer")
    if len(answer) > largest:
        raise TooLargeError
    if response.length:
        raise http.client.IncompleteRead(answer)
    return answer


def _connection(
    scheme: str, host: str, port: int | None, seconds: float
) -> http.client.HTTPConnection:
    if scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=seconds, context=context)
    if scheme != "http":
        raise ValueError("no_web_address")
    return http.client.HTTPConnection(host, port, timeout=seconds)


def _cut(connection: http.client.HTTPConnection) -> None:
    with contextlib.suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)

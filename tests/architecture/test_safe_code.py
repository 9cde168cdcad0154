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
pytestmark = [pytest.mark.trust("T39"), pytest.mark.trust("T06"), pytest.mark.trust("T05")]

PDF = "academy/kernel/pdf/render.py"
ALLOWED = {
    ("HTML", PDF),  # the one place that makes a PDF
    ("CSS", PDF),
    ("weasyprint", PDF),
    ("Markup", "courses/adapters/markdown.py"),  # after nh3
    ("Markup", "academy/kernel/i18n.py"),  # fixed words, its value is escaped by format
    ("pickle.Unpickler", "academy/kernel/documents.py"),  # lets plain values through only
    ("sql", "courses/queries/evidence.py"),  # a word of the module itself, to tell two lists apart
}
"""A name and the only place where it may stand."""

NEVER = {
    *("eval", "exec", "compile", "__import__", "os.system", "os.popen", "pickle.loads"),
    *("pickle.load", "yaml.load", "yaml.unsafe_load", "marshal.loads", "shelve.open"),
    *("render_template_string", "tempfile.mktemp", "urlopen", "requests.get", "httpx.get"),
    *("hashlib.md5", "hashlib.sha1", "random.random", "random.choice", "random.randint"),
    *("ssl._create_unverified_context", "logging.exception"),
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
    if name in NEVER or (last in GUARDED and (last, place) not in ALLOWED):
        yield f"{place}:{node.lineno} calls {name}"
    if last in SQL and _is_put_together(node.args[:1]) and ("sql", place) not in ALLOWED:
        yield f"{place}:{node.lineno} puts SQL together"
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

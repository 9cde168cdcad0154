"""The papers tell the truth: settings, commands, problems, decisions, links, the data map."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import fields
from http import HTTPStatus
from importlib import import_module
from pathlib import Path

import click
import pytest

from academy.cli import COMMANDS
from academy.kernel.errors import DomainError
from academy.kernel.settings import Settings, read_settings

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
CHANGELOG = ROOT / "CHANGELOG.md"
DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))
PAPERS = sorted([README, CHANGELOG, *(ROOT / "docs").rglob("*.md")])
PACKAGES = ("academy", "courses", "certificates")
SECRETS = {
    "ACADEMY_KEYS_PASSPHRASE": "a passphrase of the test",
    "ACADEMY_SECRET_KEY": "a secret that only tests know, forty signs",
    "ACADEMY_NOTES_KEY": "one",
}

# Put together here, so that this file does not hold what it looks for.
REGISTRIES = [
    f"{name}.{end}"
    for end, names in {
        "org": ("pypi", "pythonhosted", "registry.npmjs", "deb.debian"),
        "com": ("registry.yarnpkg", "archive.ubuntu"),
    }.items()
    for name in names
]
MACHINE = re.compile(r"(?<![\w.~-])/(?:work|farm|root|home/\w+)/")


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def rows(path: Path, heading: str) -> dict[str, list[str]]:
    """Return the table below a heading: the cells by the first one's `code`."""
    section = f"\n{text(path)}".split(f"\n{heading}\n", 1)[1].split("\n## ", 1)[0]
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if line.startswith("| `")
    ]
    return {line[0].split("`")[1]: line[1:] for line in cells}


def sources() -> list[Path]:
    python = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return [*python, *(path for path in (ROOT / "bin").iterdir() if path.is_file())]


# --- settings --------------------------------------------------------------------------------


def documented_settings() -> dict[str, list[str]]:
    return rows(README, "## Configuration")


def test_every_setting_is_documented_and_nothing_else():
    known = {f"ACADEMY_{field.name.upper()}" for field in fields(Settings)}
    assert documented_settings().keys() == known


def test_every_variable_that_the_code_reads_is_documented():
    used = {
        name for path in sources() for name in re.findall(r"\bACADEMY_[A-Z_]+[A-Z]\b", text(path))
    }
    assert used <= documented_settings().keys()


def test_the_documented_defaults_are_the_real_ones():
    settings = read_settings(SECRETS)
    wrong = []
    for field in fields(Settings):
        name = f"ACADEMY_{field.name.upper()}"
        default = documented_settings()[name][0]
        if name in SECRETS:
            expected = "none; made by `make run`"
        else:
            value = getattr(settings, field.name)
            plain = str(int(value)) if isinstance(value, bool) else str(value)
            expected = f"`{plain.replace(str(Path('var').resolve()), 'var')}`" if plain else "empty"
        if default != expected:
            wrong.append(f"{name}: {default}, but it is {expected}")
    assert not wrong


# --- commands --------------------------------------------------------------------------------


def commands() -> Iterator[str]:
    for name, (place, _help) in COMMANDS.items():
        module, attribute = place.split(":")
        yield from _leaves(f"academy {name}", getattr(import_module(module), attribute))


def _leaves(path: str, command: click.Command) -> Iterator[str]:
    if not isinstance(command, click.Group) or command.invoke_without_command:
        yield path
    for name, part in getattr(command, "commands", {}).items():
        yield from _leaves(f"{path} {name}", part)


def test_every_command_is_documented_and_nothing_else():
    assert set(rows(README, "## Command line")) == set(commands())


def test_papers_name_only_commands_that_exist():
    known = set(commands())
    unknown = [
        f"{name_of(paper)}: {words}"
        for paper in PAPERS
        for words in re.findall(r"(?:`|bin/)(academy [a-z-]+(?: [a-z-]+)?)", text(paper))
        if not {words, words.rpartition(" ")[0]} & known
    ]
    assert not unknown


def test_make_targets_that_papers_name_exist():
    targets = set(re.findall(r"^([a-z]+):", text(ROOT / "Makefile"), flags=re.MULTILINE))
    named = {name for paper in PAPERS for name in re.findall(r"`make ([a-z]+)`", text(paper))}
    assert named <= targets


# --- problems --------------------------------------------------------------------------------


def problems() -> dict[str, int]:
    """Return every problem name of the code with its status."""
    import_module("academy.app")
    ours = [kind for kind in _kinds(DomainError) if kind.__module__.split(".")[0] in PACKAGES]
    found = {kind.slug: kind.status for kind in ours}
    errors = text(ROOT / "academy/kernel/web/errors.py")
    for status, slug in re.findall(r"answer\(\s*(\d{3}), \"([a-z-]+)\"", errors):
        found[slug] = int(status)
    return found


def _kinds(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _kinds(below)


def test_every_problem_is_documented_with_its_status():
    cells = rows(ROOT / "docs/problems.md", "# Problems")
    assert {slug: int(line[0]) for slug, line in cells.items()} == problems()


def test_the_standard_errors_have_their_standard_names():
    named = re.findall(r"`([a-z-]+)` \((\d{3})\)", text(ROOT / "docs/problems.md"))
    assert named
    for slug, status in named:
        assert HTTPStatus(int(status)).phrase.lower().replace(" ", "-") == slug


# --- glossary and decisions ------------------------------------------------------------------


def test_the_code_knows_the_words_of_the_glossary():
    code = "\n".join(text(path) for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    words = set(re.findall(r"\b\w+\b", code))
    lines = [line for line in text(ROOT / "docs/glossary.md").splitlines() if line[:2] == "| "]
    named = [word for line in lines for word in re.findall(r"`(\w+)`", line.split("|")[3])]
    assert len(named) > 50
    assert not [word for word in named if word not in words]


def test_decisions_are_numbered_without_gaps():
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("decision", DECISIONS, ids=name_of)
def test_a_decision_has_context_decision_and_consequences(decision):
    headings = re.findall(r"^## (.+)$", text(decision), flags=re.MULTILINE)
    wanted = ["Context", "Decision", "Consequences"]
    assert [heading for heading in headings if heading in wanted] == wanted
    assert text(decision).startswith(f"# {decision.name[:4]} ")


# --- links and places ------------------------------------------------------------------------


def links(paper: Path) -> list[str]:
    prose = re.sub(r"```.*?```", "", text(paper), flags=re.DOTALL)
    return re.findall(r"\]\(([^)\s]+)\)", prose)


def anchors(paper: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text(paper), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("paper", PAPERS, ids=name_of)
def test_links_lead_somewhere(paper):
    broken = []
    for link in links(paper):
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (paper.parent / path).resolve() if path else paper
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert not broken


def test_every_paper_can_be_reached_from_the_readme():
    seen: set[Path] = set()
    waiting = [README]
    while waiting:
        paper = waiting.pop()
        seen.add(paper)
        near = {(paper.parent / link.partition("#")[0]).resolve() for link in links(paper)}
        waiting += [path for path in near if path in PAPERS and path not in seen]
    assert seen == set(PAPERS)


def test_no_file_names_a_registry_or_a_place_on_some_machine():
    git = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    tracked = subprocess.run(git, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    found = []
    for name in filter(None, tracked.split("\0")):
        if not (ROOT / name).is_file():
            continue
        content = (ROOT / name).read_bytes().decode("utf-8", "ignore")
        found += [f"{name}: {host}" for host in REGISTRIES if host in content]
        found += [f"{name}: {place}" for place in MACHINE.findall(content)]
        if name.endswith(".md") and re.search(r"(?<!\w)/tmp/", content):
            found.append(f"{name}: a temporary folder")
    assert not found


# --- the data map ----------------------------------------------------------------------------


def test_the_data_map_is_current():
    made = subprocess.run(
        [ROOT / "bin/data-map"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    assert made == text(ROOT / "docs/data-map.md"), "run bin/data-map >docs/data-map.md"

"""docs/measures.md says in figures what the code does."""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import fields
from datetime import timedelta

import pytest

from academy.app import MAX_REQUEST_BYTES
from academy.kernel import db as database
from academy.kernel import policy
from academy.kernel.db import Label, Model
from academy.kernel.limits import Limit
from academy.kernel.settings import Settings
from academy.kernel.web.api import LARGEST_PAGE
from academy.people import rules
from academy.people.adapters.guessable import ENOUGH_TRIES
from certificates.adapters import badge_keys, keys, verify
from certificates.services import counting, designs
from certificates.views import wallet_issuer
from courses.services import practice_files
from tests.trust.rows import ROOT
from tests.trust.test_asvs import named_in

PAGE = ROOT / "docs/measures.md"
OPERATIONS = ROOT / "docs/operations.md"
PACKAGES = ("academy", "courses", "certificates")
MB = 1024 * 1024


def section(heading: str) -> str:
    """Return what stands on the page below a heading."""
    return f"\n{PAGE.read_text(encoding='utf-8')}".split(f"\n## {heading}\n")[1].split("\n## ")[0]


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the tables below a heading, without their heads."""
    lines = [line for line in section(heading).splitlines() if line.startswith("|")]
    heads = {at for at, line in enumerate(lines) if set(line) <= set("|-")}
    body = [line for at, line in enumerate(lines) if not {at, at + 1} & heads]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in body]


def in_words(time: timedelta) -> str:
    """Return a span as the page writes it."""
    for name, length in (("day", timedelta(days=1)), ("hour", timedelta(hours=1))):
        if time >= length:
            return f"{time // length} {name}{'s' if time // length > 1 else ''}"
    return f"{time // timedelta(minutes=1)} minutes"


def limits() -> dict[str, tuple[str, str]]:
    """Return the limits of everything that the application loads."""
    loaded = [one for name, one in sys.modules.items() if name.split(".")[0] in PACKAGES]
    found = [one for module in loaded for one in vars(module).values() if isinstance(one, Limit)]
    return {one.name: (str(one.times), in_words(one.window)) for one in found}


def limits_in_code() -> set[str]:
    """Return the name of each limit that stands anywhere in the code."""
    return {
        name
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        for name in re.findall(r"\bLimit\(\s*\"([\w-]+)\"", path.read_text(encoding="utf-8"))
    }


def test_every_limit_is_on_the_page_with_its_figures():
    told = {name: (times, within) for name, times, within, _for in rows("Limits")}
    assert told.keys() == limits_in_code()
    assert told == limits()
    text = section("Limits")
    assert f"checked {counting.PER_MINUTE} times a minute" in text
    assert f"holds {LARGEST_PAGE} rows at most" in text


def test_ways_in_and_their_times_are_on_the_page():
    told = {row[0]: " | ".join(row[1:3]) for row in rows("Ways to come in")}
    days = ", ".join(str(one) for one in rules.TOKEN_DAYS[:-1])
    staff, own = rules.lifetime(is_staff=True), rules.lifetime(is_staff=False)
    assert told == {
        "code by mail": f"{rules.CODE_DIGITS} digits | {in_words(rules.CODE_LASTS)}, once",
        "printed letter": f"{rules.LETTER_DIGITS} digits | {in_words(rules.LETTER_LASTS)}, once",
        "password": f"{rules.PASSWORD_MIN} to {rules.PASSWORD_MAX} signs, of any kind"
        " | until it is changed",
        "app": f"{rules.APP_DIGITS} digits of {rules.APP_STEP_SECONDS} seconds, one step off at"
        " most | once",
        "printed card": f"{rules.CARD_CODES} codes of {rules.CARD_DIGITS} digits | once each",
        "passkey": f"a signature, at most {rules.MOST_PASSKEYS} keys | until taken away",
        "key for programs": f"256 random bits, at most {rules.MOST_TOKENS} keys"
        f" | {days} or {rules.TOKEN_DAYS[-1]} days",
        "who has rights": f"{in_words(staff.idle)} | {in_words(staff.lasts)}",
        "who has none": f"{in_words(own.idle)} | {in_words(own.lasts)}",
    }
    assert rules.APP_STEPS_APART == 1
    text = section("Ways to come in")
    assert f"within {ENOUGH_TRIES} tries" in text
    assert f"holds for {in_words(policy.STEP_UP_LASTS)}" in text
    assert "no most number of devices" in text


def test_every_file_that_comes_in_is_on_the_page_with_its_size():
    told = {row[0]: row[2] for row in rows("Files that come in")}
    sizes = {
        "certificate to check": verify.LARGEST_FILE,
        "photo": practice_files.LARGEST_FILE,
        "recording": practice_files.LARGEST_FILE,
        "logo": designs.LARGEST_LOGO,
        "request of a wallet": wallet_issuer.LARGEST_REQUEST,
        "anything else": MAX_REQUEST_BYTES,
    }
    assert told == {
        name: f"{size // MB} MB" if size >= MB else f"{size // 1024} kB"
        for name, size in sizes.items()
    }
    recording = next(row for row in rows("Files that come in") if row[0] == "recording")
    assert f"{practice_files.MOST_SECONDS // 60} minutes" in recording[1]


SECRET_ENDINGS = ("_PASSPHRASE", "_PASSWORD", "_PIN", "_KEY", "METRICS_TOKEN")


def test_every_key_and_secret_is_on_the_page():
    settings = {f"ACADEMY_{field.name.upper()}" for field in fields(Settings)}
    secrets = {one for one in settings if one.endswith(SECRET_ENDINGS)}
    purposes = {"root", "status", *keys.PURPOSES, *badge_keys.ALL}
    assert {row[0] for row in rows("Keys and secrets")} == secrets | purposes


def test_every_grade_of_data_is_on_the_page():
    grades = {
        one["personal"].kind
        for one in vars(database).values()
        if isinstance(one, dict) and isinstance(one.get("personal"), Label)
    }
    told = rows("Grades of data")
    assert {row[0] for row in told} == grades
    assert all(len(row[1]) > 20 for row in told)


def test_every_log_is_on_the_page():
    """The tables are there, and one module alone says where lines go."""
    told = {row[0] for row in rows("Logs")}
    assert told == {"answers", "faults and jobs", "audit_event", "coaching_read", "checkpoints"}
    assert {one for one in told if "_" in one} <= set(Model.metadata.tables)
    makers = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if re.search(r"(?:Handler|LoggerFactory)\(", path.read_text(encoding="utf-8"))
    }
    assert makers == {"academy/kernel/logs.py"}


def unknown_tests(heading: str) -> list[str]:
    tests = [row[-1] for row in rows(heading)]
    return [one for one in tests if one.partition("::")[2] not in named_in(one.partition("::")[0])]


def test_what_must_fit_together_names_the_test_that_refuses_it():
    assert len(rows("What must fit together")) >= 8
    assert unknown_tests("What must fit together") == []


def test_what_is_heavy_names_the_test_that_bounds_it():
    assert len(rows("What is heavy")) >= 7
    assert unknown_tests("What is heavy") == []


def test_repairs_have_their_days_on_the_page():
    days = [int(row[1].removesuffix(" days")) for row in rows("Repairs of what we are made of")]
    assert days == [2, 14, 30]


# --- the sample for nginx ------------------------------------------------------------------------


def faults_of_sample(sample: str) -> list[str]:
    """Return what the sample for nginx must not say, or does not."""
    faults = []
    if set(re.findall(r"proxy_pass\s+(\S+);", sample)) != {"http://127.0.0.1:8000"}:
        faults.append("asks another place")
    if re.findall(r"ssl_protocols\s+([^;]+);", sample) != ["TLSv1.2 TLSv1.3"]:
        faults.append("other versions of TLS")
    ciphers = re.findall(r"ssl_ciphers\s+([^;]+);", sample)
    if not ciphers or not all(
        re.fullmatch(r"ECDHE-(?:ECDSA|RSA)-AES\d+-GCM-SHA\d+", one) for one in ciphers[0].split(":")
    ):
        faults.append("other ciphers")
    plain = sample.split("listen 443", maxsplit=1)[0]
    if not re.search(r"location /api/ \{\s*return 403;\s*\}", plain):
        faults.append("programs are sent on")
    if any(word in sample for word in ("autoindex on", "root ", "alias ")):
        faults.append("serves files by itself")
    if "proxy_set_header X-Forwarded-For   $remote_addr;" not in sample:
        faults.append("believes who asks")
    return faults


def sample_for_nginx() -> str:
    return OPERATIONS.read_text(encoding="utf-8").split("```nginx\n")[1].split("```")[0]


def test_the_sample_for_nginx_is_as_the_page_says():
    assert faults_of_sample(sample_for_nginx()) == []


@pytest.mark.parametrize(
    ("said", "planted", "fault"),
    [
        ("TLSv1.2 TLSv1.3", "TLSv1.1 TLSv1.2", "other versions of TLS"),
        ("ECDHE-RSA-AES128-GCM-SHA256", "AES128-SHA", "other ciphers"),
        ("return 403", "return 301 https://$host$request_uri", "programs are sent on"),
        ("127.0.0.1:8000", "10.0.0.2:8000", "asks another place"),
        ("$remote_addr", "$http_x_forwarded_for", "believes who asks"),
    ],
)
def test_a_weaker_sample_is_found(said, planted, fault):
    assert said in sample_for_nginx()
    assert faults_of_sample(sample_for_nginx().replace(said, planted)) == [fault]


def test_this_file_reads_no_table_in_vain():
    """A heading that is gone, or a table that is empty, makes a test fail and not pass."""
    used = {
        node.args[0].value
        for node in ast.walk(ast.parse((ROOT / "tests/trust/test_measures.py").read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("rows", "unknown_tests")
        if node.args and isinstance(node.args[0], ast.Constant)
    }
    assert len(used) == 9
    assert all(rows(one) for one in used)

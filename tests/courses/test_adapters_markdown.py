"""A lesson's Markdown carries nothing dangerous, whoever wrote it (T07)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.adapters import markdown
from courses.adapters.markdown import ATTRIBUTES, TAGS, to_html
from tests.trust.payloads import MARKDOWN, elements, live_parts
from tests.trust.sizes import size

pytestmark = pytest.mark.trust("T07")

EXAMPLES = size(2_000, otherwise=200)
WRAPPING = {"html", "head", "body", "tbody"}
"""What a browser adds of itself."""

PIECES = st.lists(
    st.one_of(
        st.sampled_from([*MARKDOWN, "[", "](", ")", "<", ">", '"', "`", "\n", "\n\n", "&#", "|"]),
        st.text(max_size=12),
    ),
    max_size=8,
).map("".join)


def unexpected(html: str) -> list[str]:
    """Return the elements and attributes that a lesson may not have."""
    found = []
    for one in elements(html):
        if one.tag not in TAGS | WRAPPING:
            found.append(f"<{one.tag}>")
        allowed = ATTRIBUTES.get(one.tag, set()) | ({"rel"} if one.tag == "a" else set())
        found += [f"<{one.tag} {name}>" for name in one.attrib if name not in allowed]
    return found + live_parts(html, hosts=["qxz.example"])


def test_there_are_enough_payloads():
    assert len(set(MARKDOWN)) >= 50


@pytest.mark.parametrize("payload", MARKDOWN)
def test_a_payload_is_text(payload):
    assert unexpected(to_html(payload)) == []
    assert unexpected(to_html(f"Dag\n\n- een\n- {payload}\n\n{payload} twee")) == []


@settings(max_examples=EXAMPLES, deadline=None)
@given(PIECES)
def test_no_mixture_is_dangerous(text):
    assert unexpected(to_html(text)) == []


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text(max_size=200))
def test_no_text_at_all_is_dangerous(text):
    assert unexpected(to_html(text)) == []


def test_what_a_lesson_needs_stays():
    html = to_html("## Kop\n\n**Vet** en [link](https://ok.example)\n\n| a |\n|---|\n| b |")
    assert {"h2", "strong", "a", "table"} <= {one.tag for one in elements(html)}


@pytest.mark.trust("T07", planted=True)
def test_without_the_sieve_it_is_found(monkeypatch):
    """Two layers hold: without both, payloads come through and are named."""
    loose = markdown.MarkdownIt("commonmark", {"html": True}).enable("table")
    monkeypatch.setattr(markdown, "_reader", loose)
    assert all(unexpected(to_html(payload)) == [] for payload in MARKDOWN)
    monkeypatch.setattr(markdown.nh3, "clean", lambda html, **_rules: html)
    assert sum(unexpected(to_html(payload)) != [] for payload in MARKDOWN) >= 20

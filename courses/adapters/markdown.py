"""Lesson texts: Markdown becomes HTML that cannot do harm."""

from __future__ import annotations

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = {
    "p", "br", "hr", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "blockquote", "code",
    "pre", "table", "thead", "tbody", "tr", "th", "td", "a",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"https", "http", "mailto", "tel"}

_reader = MarkdownIt("commonmark", {"html": False}).enable("table")


def to_html(text: str, *, heading: int = 2) -> Markup:
    """Return `text` as safe HTML: no raw HTML, images, scripts or styles; tables may be scrolled.

    Its `##` becomes a heading of this level (2 to 4), so that the page's own order stays right.
    """
    shifted = _reader.parse(text)
    for token in shifted:
        if token.type in ("heading_open", "heading_close"):
            level = int(token.tag[1]) + heading - 2
            token.tag = f"h{min(4, max(2, level))}"
    html = nh3.clean(
        _reader.renderer.render(shifted, _reader.options, {}),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    )
    # Safe: nh3 let through only the tags and attributes above.
    return Markup(html)  # noqa: S704

"""What somebody types who means harm: for pages, for Markdown, for PDFs; and a judge of pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import html5lib

TAG = "qxz"
"""Stands in every payload as an element, an attribute, a host or a word, so that it is known."""

PAGE: tuple[str, ...] = (
    f"<script>alert('{TAG}')</script>",
    f"</title><script>alert('{TAG}')</script>",
    f"</textarea><img src={TAG} onerror=alert(1)>",
    f'"><img src={TAG} onerror=alert(1)>',
    f"'><img src={TAG} onerror=alert(1)>",
    f'" onfocus="alert(1)" autofocus {TAG}="',
    f"' onmouseover='alert(1)' {TAG}='",
    f" onmouseover=alert(1) {TAG}=",
    f"<svg onload=alert(1) {TAG}>",
    f"<svg><animate {TAG} onbegin=alert(1) attributeName=x dur=1s>",
    f"<iframe src=javascript:alert('{TAG}')>",
    f"<iframe srcdoc='<script>alert(1)</script>' {TAG}>",
    f"<a href=javascript:alert('{TAG}')>x</a>",
    f"javascript:alert('{TAG}')",
    f"JaVaScRiPt:alert('{TAG}')//",
    f"java\tscript:alert('{TAG}')",
    f"data:text/html,<script>alert('{TAG}')</script>",
    f"//{TAG}.example/x",
    f"https://{TAG}.example/x",
    f"<base href=https://{TAG}.example/>",
    f"<meta http-equiv=refresh content='0;url=https://{TAG}.example'>",
    f"<link rel=stylesheet href=https://{TAG}.example/x.css>",
    f"<style>@import 'https://{TAG}.example/x.css'</style>",
    f"<form action=https://{TAG}.example><input name={TAG}>",
    f"--><script>alert('{TAG}')</script><!--",
    f"]]><script>alert('{TAG}')</script>",
    f"<math><mi {TAG} xlink:href=data:x,<script>alert(1)</script>>",
    f"<noscript><p title='</noscript><img {TAG} src=x onerror=alert(1)>'>",
    f"{{{{ 7*7 }}}}{{% raw %}}{TAG}",
    f"&lt;script&gt;alert('{TAG}')&lt;/script&gt;",
    f"<script{TAG}>alert(1)</script{TAG}>",
    f"\u2028<img {TAG} src=x onerror=alert(1)>",
    f"<{TAG}-x style=display:block onclick=alert(1)>",
    f"`onmouseover=alert(1) {TAG}`",
)

MARKDOWN: tuple[str, ...] = (
    *PAGE,
    f"[x](javascript:alert('{TAG}'))",
    f"[x](JAVASCRIPT:alert('{TAG}'))",
    f"[x](java&#10;script:alert('{TAG}'))",
    f"[x](&#106;avascript:alert('{TAG}'))",
    f"[x](data:text/html;base64,PHNjcmlwdD4= '{TAG}')",
    f"[x](vbscript:msgbox('{TAG}'))",
    f"[x](file:///etc/{TAG})",
    f"![x](javascript:alert('{TAG}'))",
    f"![{TAG}](https://{TAG}.example/x.png)",
    f"![x](x.png 'onerror=alert(1) {TAG}')",
    f'[x](https://ok.example "\\" onmouseover=\\"alert(1) {TAG}")',
    f"<javascript:alert('{TAG}')>",
    f"[x]: javascript:alert('{TAG}')\n\n[x]",
    f"## <img src=x onerror=alert(1) {TAG}>",
    f"```html\n<script>alert('{TAG}')</script>\n```",
    f"| a |\n|---|\n| <img src=x onerror=alert(1) {TAG}> |",
    f"&lt;img src=x onerror=alert(1) {TAG}&gt;",
    f"<!-- {TAG} --><script>alert(1)</script>",
)

FILE, SERVER = "FILE-CANARY", "SERVER-CANARY"
"""Stand in `PAPER` for the address of a file and of a server that must not be asked."""

PAPER: tuple[str, ...] = (
    f'<img src="{FILE}">',
    f'<img src="{SERVER}/a.png">',
    f'<img srcset="{SERVER}/b.png 1x">',
    f'<object data="{FILE}"></object>',
    f'<embed src="{SERVER}/c.svg">',
    f'<iframe src="{FILE}"></iframe>',
    f'<link rel=stylesheet href="{SERVER}/d.css">',
    f'<link rel=stylesheet href="{FILE}">',
    f'<link rel=attachment href="{FILE}">',
    f'<link rel=attachment href="{SERVER}/e">',
    f'<a rel=attachment href="{FILE}">x</a>',
    f'<a rel=attachment href="{SERVER}/f">x</a>',
    f'<a href="{FILE}">x</a>',
    '<a href="javascript:app.alert(1)">x</a>',
    '<a href="data:text/html,x">x</a>',
    f'<style>@import url("{SERVER}/g.css");</style>',
    f'<style>@import url("{FILE}");</style>',
    f'<style>body{{background:url("{SERVER}/h.png")}}</style>',
    f'<style>@font-face{{font-family:q;src:url("{SERVER}/i.woff")}}p{{font-family:q}}</style>',
    f'<p style="background:url({SERVER}/j.png)">x</p>',
    f'<p style="list-style-image:url({FILE});display:list-item">x</p>',
    f'<style>p::before{{content:url("{SERVER}/k.png")}}</style>',
    f'<style>@page{{background:url("{SERVER}/l.png")}}</style>',
    f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{FILE}" width="9" height="9"/></svg>',
    f'<svg xmlns="http://www.w3.org/2000/svg"><use href="{SERVER}/m.svg#a"/></svg>',
    f'<svg><style>@import url("{SERVER}/n.css");</style></svg>',
    f'<img src="data:image/svg+xml,%3Csvg%3E%3Cimage href=%22{FILE}%22/%3E%3C/svg%3E">',
    f'<base href="{SERVER}/"><img src="o.png">',
    f'<meta http-equiv=refresh content="0;url={SERVER}/p">',
    f'<script src="{SERVER}/q.js"></script><script>app.launchURL("{SERVER}/r")</script>',
    f'<input type=image src="{SERVER}/s.png"><video poster="{SERVER}/t.png"></video>',
    f'<form action="{SERVER}/u"><button>x</button></form>',
)
"""Markup that asks for a file or an address while a PDF is made."""

ADDRESSES = {
    "action", "background", "cite", "data", "formaction", "href", "ping", "poster", "src",
    "srcdoc", "srcset", "xlink:href",
}  # fmt: skip
SCHEME = re.compile(r"[\s\x00-\x20]*([a-z][a-z0-9+.-]*):", re.IGNORECASE)
SCHEMES = {"https", "http", "mailto", "tel"}


def elements(text: str) -> Iterator[Any]:
    """Yield every element as a browser would see it."""
    tree = html5lib.parse(text, namespaceHTMLElements=False)
    yield from (one for one in tree.iter() if isinstance(one.tag, str))


def live_parts(text: str, *, hosts: Iterable[str] = ()) -> list[str]:
    """Return the elements, attributes and addresses of a page that come from a payload.

    An address to one of `hosts` may stand there: a link in a lesson, say.
    """
    found = []
    for one in elements(text):
        found += [f"<{one.tag}>" for _once in "x" if TAG in one.tag or _is_active(one)]
        for name, value in one.attrib.items():
            if TAG in name or name[:2] == "on":
                found.append(f"<{one.tag} {name}>")
            elif name in ADDRESSES and not _is_harmless(value, set(hosts)):
                found.append(f"<{one.tag} {name}={value[:60]}>")
    return found


def _is_active(one: Any) -> bool:
    """Say whether an element acts of itself, other than a script of our own."""
    if one.tag == "script":
        return not one.get("src") or TAG in "".join(one.itertext())
    return one.tag in {"style", "iframe", "object", "embed", "base", "math"}


OWN_PICTURE = re.compile(r"data:image/png;base64,[A-Za-z0-9+/]+=*")
"""A picture that we made ourselves; no payload is one."""


def _is_harmless(address: str, hosts: set[str]) -> bool:
    if OWN_PICTURE.fullmatch(address):
        return True
    scheme = SCHEME.match(address)
    if scheme and scheme[1].lower() not in SCHEMES:
        return False
    if address.strip().lower().startswith(TAG):
        return False
    try:
        host = urlsplit(address.strip()).netloc
    except ValueError:
        return False
    return TAG not in host or host in hosts

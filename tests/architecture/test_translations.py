"""Everything that people read is marked, complete in Dutch and English, and easy to read."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib import import_module
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from academy.kernel.errors import DomainError

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("academy", "courses", "certificates")
LANGUAGES = ("en",)
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.*") if path.is_file())
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))

TRANSLATING = {
    *("_", "gettext", "ngettext", "pgettext", "npgettext"),
    *("lazy_gettext", "lazy_ngettext", "lazy_pgettext"),
    # Texts that carry both languages themselves.
    *("pick", "Text"),
}
LETTER = re.compile(r"[^\W\d_]")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


# --- the catalogues ---------------------------------------------------------------------------

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w+\}")


def texts(message: Message) -> tuple[str, ...]:
    """Return a message in Dutch: one text, or the singular and the plural."""
    return message.id if isinstance(message.id, tuple | list) else (message.id,)


def wrong_translations(template: Catalog, catalogue: Catalog) -> list[str]:
    """Say which texts of the template a catalogue lacks, leaves open, guesses or garbles."""
    wrong = []
    for message in template:
        if not message.id:
            continue
        dutch = texts(message)
        found = catalogue.get(message.id, message.context)
        if found is None:
            wrong.append(f"missing: {dutch[0]}")
            continue
        strings = found.string if isinstance(found.string, tuple) else (found.string,)
        if found.fuzzy:
            wrong.append(f"a guess: {dutch[0]}")
        if len(strings) != len(dutch) or not all(text.strip() for text in strings):
            wrong.append(f"empty: {dutch[0]}")
        elif any(
            set(PLACEHOLDER.findall(ours)) != set(PLACEHOLDER.findall(theirs))
            for ours, theirs in zip(dutch, strings, strict=True)
        ):
            wrong.append(f"other placeholders: {dutch[0]}")
    return wrong


@pytest.fixture(scope="module")
def template() -> Catalog:
    """Return all marked texts of the sources."""
    done = subprocess.run([ROOT / "bin/translations", "extract"], capture_output=True, check=True)
    return read_po(BytesIO(done.stdout))


def catalogue_of(language: str) -> Catalog:
    with (ROOT / f"academy/translations/{language}/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(template, language):
    assert len(template) > 1000
    assert wrong_translations(template, catalogue_of(language)) == []


def test_a_text_that_is_missing_empty_guessed_or_garbled_is_found():
    template, catalogue = Catalog(), Catalog(locale="en")
    for text in ("Weg", "Leeg", "Gok", "%(name)s leest", "Goed"):
        template.add(text)
    template.add(("%(num)d mens", "%(num)d mensen"))
    catalogue.add("Leeg", " ")
    catalogue.add("Gok", "Guess", flags=["fuzzy"])
    catalogue.add("%(name)s leest", "%(naam)s reads")
    catalogue.add("Goed", "Good")
    catalogue.add(("%(num)d mens", "%(num)d mensen"), ("%(num)d person", ""))
    assert wrong_translations(template, catalogue) == [
        "missing: Weg",
        "empty: Leeg",
        "a guess: Gok",
        "other placeholders: %(name)s leest",
        "empty: %(num)d mens",
    ]


# --- the templates ----------------------------------------------------------------------------

JINJA = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)
READ_ALOUD = {"alt", "aria-description", "aria-label", "aria-placeholder", "placeholder", "title"}
NOT_READ = {"script", "style"}
# Names stay as they are in every language.
NAMES = {"Nederlands", "English", "QR", "Samen Lukt Het Zelf"}
# The people and the place in the style guide.
NAMES |= {"Abdelkader Bouazza", "Emre Güneş", "Naïma El Idrissi", "Rita Martina", "Seán O'Brien"}
NAMES |= {"Maria Wilhelmina van den Boogaard-van der Heijden tot Oldenzaal"}
NAMES |= {"Wijkcentrum De Sluis"}
EXPRESSION = "\N{OBJECT REPLACEMENT CHARACTER}"
ADDRESS = re.compile(r"\S*/\S*")
# What starts like a sentence or ends like one. Words for the browser and for macros do not.
SENTENCE = re.compile(r"[A-ZÀ-Ý][\w’'-]* \w|\w [\w ]*[.?!…]$")


class VisibleText(HTMLParser):
    """Collects what a page shows or reads aloud outside the expressions."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in NOT_READ:
            self._inside = tag
        self.found += [value for name, value in attrs if name in READ_ALOUD and value]

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside is None:
            self.found += data.splitlines()


def _written(node: nodes.Node) -> Iterator[str]:
    """Yield a template in order: what is written in it, and a sign for each expression."""
    if isinstance(node, nodes.Block) and node.name.endswith("_class"):
        return
    if isinstance(node, nodes.TemplateData):
        yield node.data
    elif isinstance(node, nodes.Expr):
        yield EXPRESSION
    else:
        for child in node.iter_child_nodes():
            yield from _written(child)


def _said(node: nodes.Node) -> Iterator[str]:
    """Yield the texts in the expressions of a template that no translating call goes round."""
    if isinstance(node, nodes.Call) and getattr(node.node, "name", "") in TRANSLATING:
        node = nodes.List([*node.args[len(texts_of_call(node)) :], *node.kwargs])
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    for child in node.iter_child_nodes():
        yield from _said(child)


def texts_of_call(call: nodes.Call) -> list[nodes.Expr]:
    return [arg for arg in call.args if isinstance(arg, nodes.Const)]


def unmarked_in_template(source: str, *, is_html: bool) -> list[str]:
    """Return what people read in a template and no translating call goes round."""
    tree = JINJA.parse(source)
    page = "".join(_written(tree))
    if is_html:
        parser = VisibleText()
        parser.feed(page)
        parser.close()
        lines = parser.found
    else:
        lines = ADDRESS.sub("", page).splitlines()
    shown = [part.strip() for line in lines for part in line.split(EXPRESSION)]
    said = [text for text in _said(tree) if SENTENCE.search(text)]
    return [text for text in [*shown, *said] if LETTER.search(text) and text not in NAMES]


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_text_of_a_template_is_marked(path):
    source = path.read_text(encoding="utf-8")
    assert unmarked_in_template(source, is_html=path.suffix == ".html") == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Hallo {{ name }}</p>", ["Hallo"]),
        ("{% if a %}<p>{{ b }} en {{ c }}</p>{% endif %}", ["en"]),
        ('<a href="/x" aria-label="Lees {{ title }}">{{ title }}</a>', ["Lees"]),
        ('<img src="x.png" alt="Een tafel">', ["Een tafel"]),
        ("<script>let a = 1</script><p>Na het script</p>", ["Na het script"]),
        ('{{ button("Lees het logboek", href="/") }}', ["Lees het logboek"]),
        ('{{ button(a ~ "nog niet klaar.") }}', ["nog niet klaar."]),
        ('{{ _("Dag %(name)s", name="Beste lezer") }}', ["Beste lezer"]),
        ("{% trans %}Dag{% endtrans %}{{ _('Dag') }} QR", []),
        ('{# Een opmerking #}<p class="a b">{{ button(_("Dag"), kind="primary") }}</p>', []),
    ],
)
def test_an_unmarked_text_in_a_template_is_found(source, found):
    assert unmarked_in_template(source, is_html=True) == found


def test_an_unmarked_text_in_a_mail_is_found():
    source = "Beste {{ name }},\n{{ _('Kom je?') }}\n{{ origin }}/binnenkomen/code?code={{ code }}"
    assert unmarked_in_template(source, is_html=False) == ["Beste"]


# --- the code ---------------------------------------------------------------------------------

# Where a text for people stands in a call: the place among the arguments.
FIRST_IS_TEXT = {"flash", "NavItem", "InputRequired", "DataRequired", "ValidationError"}
SECOND_IS_TEXT = {"SelectChoice", "Badge"}
NAMED_TEXTS = {"description", "label", "message", "sentence"}


def error_names() -> set[str]:
    """Return the names of all errors whose sentence people get to see."""
    for path in SOURCES:
        if path.stem in {"errors", "services"} or "services" in path.parts:
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    names, waiting = set(), [DomainError]
    while waiting:
        kind = waiting.pop()
        names.add(kind.__name__)
        waiting += kind.__subclasses__()
    return names


ERRORS = error_names()


def call_name(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _for_people(call: ast.Call) -> Iterator[ast.expr]:
    """Yield the arguments of a call that people will read."""
    name = call_name(call)
    is_field = name.endswith("Field")
    if call.args and (name in FIRST_IS_TEXT or name in ERRORS or is_field):
        yield call.args[0]
    if len(call.args) > 1 and name in SECOND_IS_TEXT:
        yield call.args[1]
    if name in ERRORS or is_field or name in {"Length", "NumberRange", *FIRST_IS_TEXT}:
        yield from (word.value for word in call.keywords if word.arg in NAMED_TEXTS)
    if name in ERRORS:
        for word in call.keywords:
            if word.arg == "fields" and isinstance(word.value, ast.Dict):
                yield from word.value.values


def _literals(expression: ast.AST) -> Iterator[str]:
    """Yield the texts in an expression that no translating call goes round."""
    if isinstance(expression, ast.Call):
        # What goes into another function is a key more often than a text.
        if isinstance(expression.func, ast.Attribute):
            yield from _literals(expression.func.value)
    elif isinstance(expression, ast.Constant):
        if isinstance(expression.value, str) and LETTER.search(expression.value):
            yield expression.value
    elif isinstance(expression, ast.Subscript):
        yield from _literals(expression.value)
    else:
        for child in ast.iter_child_nodes(expression):
            yield from _literals(child)


def unmarked_in_code(source: str) -> list[str]:
    """Return what people get to see from Python code and no translating call goes round."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [
        f"{call.lineno}: {text}"
        for call in calls
        for expression in _for_people(call)
        for text in _literals(expression)
    ]


def only_dutch(source: str) -> list[str]:
    """Return the texts in both languages of which one is empty or absent."""
    wrong = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Dict):
            given = {
                key.value
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant)
                and key.value in {"nl", "en"}
                and (isinstance(value, ast.JoinedStr) or getattr(value, "value", ""))
            }
            if len(given) == 1:
                wrong.append(f"{node.lineno}: only {given.pop()}")
        elif isinstance(node, ast.Call) and call_name(node) == "Text":
            named = [word.value for word in node.keywords if word.arg in {"nl", "en"}]
            parts = [*node.args, *named]
            empty = [isinstance(part, ast.Constant) and not part.value for part in parts]
            if len(parts) == 2 and len(set(empty)) == 2:
                wrong.append(f"{node.lineno}: one language is empty")
        elif isinstance(node, ast.Call) and any(w.arg == "sentence_en" for w in node.keywords):
            english = next(w.value for w in node.keywords if w.arg == "sentence_en")
            if isinstance(english, ast.Constant) and not english.value:
                wrong.append(f"{node.lineno}: sentence_en is empty")
    return wrong


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_every_text_from_the_code_is_marked_and_in_two_languages(path):
    source = path.read_text(encoding="utf-8")
    assert unmarked_in_code(source) == []
    assert only_dutch(source) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('flash("Opgeslagen.")', ["1: Opgeslagen."]),
        ('raise InvalidInputError("Vul iets in.")', ["1: Vul iets in."]),
        ('raise errors.ConflictError(f"{name} was er al")', ["1:  was er al"]),
        ('raise InvalidInputError(_("Mis"), fields={"day": "Te laat"})', ["1: Te laat"]),
        ('flash(_("Ja") if good else "Nee")', ["1: Nee"]),
        ('flash("{} was er al".format(name))', ["1: {} was er al"]),
        ('StringField("Naam", description=_("Kort"))', ["1: Naam"]),
        ('StringField(_("Naam"), validators=[Length(max=3, message="Lang")])', ["1: Lang"]),
        ('SelectChoice("yes", "Ja")', ["1: Ja"]),
        ('flash(_("Opgeslagen."), "success")', []),
        ('raise NotFoundError\nraise InvalidInputError(WORDS["a"])', []),
        ('raise InvalidInputError(pick({"nl": "Nee", "en": "No"}))', []),
    ],
)
def test_an_unmarked_text_in_code_is_found(source, found):
    assert unmarked_in_code(source) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('{"nl": "Dag"}', ["1: only nl"]),
        ('{"nl": "", "en": "Hello"}', ["1: only en"]),
        ('Text("Dag", "")', ["1: one language is empty"]),
        ('DocumentError("Dag", sentence_en="")', ["1: sentence_en is empty"]),
        ('{"nl": "Dag", "en": "Hello"}\nText("Dag", "Hello")\nText("", "")', []),
        ('Text(load_default="", max_length=3)', []),
    ],
)
def test_a_text_in_one_language_is_found(source, found):
    assert only_dutch(source) == found

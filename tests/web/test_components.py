"""The components: what they print, that it is sound HTML, and that the colours can be read."""

import re
from types import SimpleNamespace

import html5lib
import pytest
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    FileField,
    Form,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional

from tests.web.rendering import STATIC, TEMPLATES, macro, render, signed_out

COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))
ICONS = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
STYLE = (STATIC / "css" / "academy.css").read_text()


class VisitForm(Form):
    day = DateField("Dag", format=["%d-%m-%Y"], validators=[InputRequired("Vul de dag in.")])
    how = RadioField("Hoe?", choices={"phone": "Bellen", "visit": "Bezoek"})
    about = TextAreaField("Waar ging het over?", description="Eén of twee zinnen.")
    note = StringField("Notitie", validators=[Optional()])
    minutes = IntegerField("Minuten", validators=[Optional()])
    track = SelectField("Leergang", choices={"a": "Voor inwoners"})
    agree = BooleanField("Mag op de lijst")
    photo = FileField("Foto")
    secret = PasswordField("Wachtwoord")


def strictly(fragment):
    """Parse a fragment; any mistake in it raises."""
    return html5lib.HTMLParser(strict=True).parseFragment(str(fragment))


def submitted(**values):
    form = VisitForm(MultiDict(values))
    form.validate()
    return form


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_a_component_file_holds_a_macro_of_its_own_name_and_explains_it(path):
    source = path.read_text()
    assert source.startswith("{#-")
    assert f"macro {path.stem}(" in source


def imported_by(name, seen=None):
    """The components that a template and what it imports draw with."""
    seen = set() if seen is None else seen
    for found in re.findall(r'"components/(\w+)\.html"', (TEMPLATES / name).read_text()):
        if found not in seen:
            seen.add(found)
            imported_by(f"components/{found}.html", seen)
    return seen


def test_the_style_guide_shows_every_component():
    shown = imported_by("styleguide.html") | imported_by("layouts/base.html")
    drawn_from_a_form = {"error_summary"}  # as error_list
    assert {path.stem for path in COMPONENTS} - shown == drawn_from_a_form


def test_the_style_guide_uses_what_it_imports():
    source = (TEMPLATES / "styleguide.html").read_text()
    names = re.findall(r'"components/\w+\.html" import ([\w, ]+)', source)
    for name in (one.strip() for line in names for one in line.split(",")):
        assert re.search(rf"\b{name}\(", source), name


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_no_component_carries_inline_code_or_unescaped_text(path):
    source = path.read_text()
    assert not re.search(r"\sstyle=|<style|<script|\son\w+=|\|\s*safe", source)


def test_every_icon_that_a_template_names_is_drawn():
    named = {
        icon
        for path in TEMPLATES.rglob("*.html")
        for icon in re.findall(
            r"""(?:\bicon=|\bicon\(|\bfact\()["']([\w-]+)["']""", path.read_text()
        )
    }
    assert named - ICONS == set()


@pytest.mark.parametrize("people", [{}, signed_out()], ids=["signed in", "stranger"])
@pytest.mark.parametrize("name", ["styleguide.html", "errors/error.html"])
def test_a_page_is_strictly_correct_html_with_one_heading(name, people):
    problem = {
        "status": 404,
        "title": "Deze bladzijde is er niet",
        "sentence": "Kijk verder.",
        "saved": None,
    }
    text = render(
        name, **problem, next_step=SimpleNamespace(label="Naar het begin", href="/"), **people
    )
    html5lib.HTMLParser(strict=True).parse(text)
    assert text.count("<h1") == 1
    assert text.count("<main") == 1
    assert '<html lang="nl">' in text
    assert not re.search(r"\sstyle=|<style", text)
    identifiers = re.findall(r'\sid="([^"]+)"', text)
    assert len(identifiers) == len(set(identifiers))


def test_signing_out_is_a_form_with_a_token():
    assert 'method="post" action="/uitloggen"' in render("styleguide.html")
    assert "/uitloggen" not in render("styleguide.html", **signed_out())


def test_the_practice_academy_says_which_day_it_is():
    assert "maandag 23 november 2026" in render("styleguide.html")


def test_text_is_escaped():
    assert "&lt;b&gt;" in macro("row", '{{ row("<b>") }}')


def test_a_date_is_asked_as_day_month_year():
    printed = macro("field", "{{ field(form.day) }}", form=submitted(day="23-11-2026"))
    strictly(printed)
    assert 'type="text"' in printed
    assert 'value="23-11-2026"' in printed
    assert "(dag-maand-jaar)" in printed


def test_a_mistake_stands_above_the_input_and_is_tied_to_it():
    printed = macro("field", "{{ field(form.day) }}", form=submitted())
    strictly(printed)
    assert printed.index("Vul de dag in.") < printed.index("<input")
    assert 'aria-describedby="day-error"' in printed
    assert 'aria-invalid="true"' in printed


def test_a_hint_is_tied_to_the_input():
    printed = macro("field", "{{ field(form.about, rows=3) }}", form=submitted())
    strictly(printed)
    assert 'aria-describedby="about-hint"' in printed
    assert 'rows="3"' in printed


def test_a_field_that_may_be_empty_says_so():
    form = submitted()
    assert "(mag leeg)" in macro("field", "{{ field(form.note) }}", form=form)
    assert "(mag leeg)" not in macro("field", "{{ field(form.about) }}", form=form)


@pytest.mark.parametrize("name", [name for name in vars(VisitForm) if not name.startswith("_")])
def test_every_kind_of_field_is_labelled_once(name):
    printed = macro("field", "{{ field(asked) }}", asked=VisitForm()[name])
    tree = strictly(printed)
    assert tree is not None
    assert f'id="{name}"' in printed
    assert printed.count(str(VisitForm()[name].label.text)) == 1


def test_radios_are_labels_with_their_input_and_keep_the_choice():
    printed = macro("field", "{{ field(form.how, stacked=false) }}", form=submitted(how="visit"))
    strictly(printed)
    assert re.search(r'value="visit" checked', printed)
    assert printed.count("<label") == 2


def test_the_error_summary_links_to_each_field():
    printed = macro("error_summary", "{{ error_summary(form) }}", form=submitted())
    strictly(printed)
    assert '<a href="#day">Vul de dag in.</a>' in printed
    assert "autofocus" in printed
    assert "Je tekst is bewaard." in printed


def test_the_error_summary_prints_nothing_without_mistakes():
    assert macro("error_summary", "{{ error_summary(form) }}", form=VisitForm()) == ""


def test_a_form_carries_its_token_and_leaves_checking_to_us():
    printed = macro("form_start", '{% call form_start(autosave_url="/draft") %}x{% endcall %}')
    assert 'name="csrf_token" value="a-token"' in printed
    assert "novalidate" in printed
    assert 'data-autosave-url="/draft"' in printed


def test_a_search_form_carries_no_token():
    assert "csrf" not in macro("form_start", '{% call form_start(method="get") %}x{% endcall %}')


@pytest.mark.parametrize(
    "kind", ["present", "late", "excused", "absent", "made_up", "not_applicable"]
)
def test_a_badge_is_icon_and_word_and_colour(kind):
    printed = macro("badge", "{{ badge(kind) }}", kind=kind)
    strictly(printed)
    assert re.search(r"tone-\w+", printed)
    assert "<use href=" in printed
    assert re.sub(r"<[^>]+>", "", printed).strip()


def test_nothing_noted_never_looks_like_absent():
    assert "state" not in macro("badge_cell", "{{ badge_cell(none) }}")


@pytest.mark.parametrize(("n", "done"), [(8, 6), (7, 0), (6, 6), (12, 3), (1, None)])
def test_a_table_has_one_chair_per_lesson(n, done):
    printed = macro(
        "table_of_chairs", '{{ table_of_chairs(n, "Lessen", done=done) }}', n=n, done=done
    )
    strictly(printed)
    assert printed.count("<rect") == n


def test_a_number_can_be_dialled():
    printed = macro("call_link", '{{ call_link("06-00000302", "Bel Said", as_button=true) }}')
    assert 'href="tel:+31600000302"' in printed


def test_a_rule_that_is_not_met_names_what_is_missing():
    missing = [{"label": "Les 3", "href": "/les-3"}, "Les 8"]
    printed = macro(
        "criterion", '{{ criterion("not_yet", "Zes van acht.", missing=missing) }}', missing=missing
    )
    strictly(printed)
    assert '<a href="/les-3">Les 3</a>' in printed
    assert "Les 8" in printed
    assert "nog niet" in printed


def test_a_list_of_one_piece_has_no_pager():
    assert macro("pager", "{{ pager() }}") == ""


def test_a_matrix_reads_out_whole_words_and_takes_further_columns():
    rows = [SimpleNamespace(name="Emre", href=None, marks=["absent", None], tasks="1 van 2")]
    columns = [SimpleNamespace(short="1", long="Les 1"), SimpleNamespace(short="2", long="Les 2")]
    printed = macro(
        "matrix",
        '{% call(row) matrix("Presentie", columns, rows, extra=["Opdrachten"]) %}'
        "<td>{{ row.tasks }}</td>{% endcall %}",
        rows=rows,
        columns=columns,
    )
    strictly(printed)
    assert "Les 1" in printed
    assert "niet gekomen" in printed
    assert "<td>1 van 2</td>" in printed


def tokens(selector):
    """The colours that one block of the style sheet sets."""
    block = re.search(re.escape(selector) + r"\s*\{([^}]*)\}", STYLE)
    assert block, selector
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", block.group(1)))


def luminance(colour):
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


DAY, EVENING = tokens(":root"), tokens("[data-bs-theme=dark]")
TEXT = [
    (text, ground)
    for text in ("ink", "ink-soft", "door", "door-deep", "gone")
    for ground in ("ground", "surface")
]
TEXT += [(tone, f"{tone}-ground") for tone in ("good", "later", "gone", "told", "quiet")]
TEXT += [
    ("on-door", "door"),
    ("on-door", "door-deep"),
    ("ink", "lamp-ground"),
    ("door-deep", "lamp-ground"),
]


@pytest.mark.parametrize("theme", [DAY, EVENING], ids=["day", "evening"])
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_has_a_contrast_of_at_least_seven_to_one(theme, text, ground):
    assert contrast(theme[text], theme[ground]) >= 7


@pytest.mark.parametrize("theme", [DAY, EVENING], ids=["day", "evening"])
@pytest.mark.parametrize("ground", ["ground", "surface"])
def test_the_edge_of_a_field_has_a_contrast_of_at_least_three_to_one(theme, ground):
    assert contrast(theme["edge"], theme[ground]) >= 3


def test_the_evening_is_the_same_by_choice_and_by_the_system():
    assert tokens(":root:not([data-bs-theme])") == EVENING


def test_the_day_is_the_same_for_the_page_and_for_a_piece_of_it():
    assert tokens("[data-bs-theme=light]") == DAY


def test_day_and_evening_set_the_same_tokens():
    assert DAY.keys() == EVENING.keys()

import pytest
import yaml

from academy.kernel import documents
from certificates.adapters.design import DESIGNS, FOLDER, DesignError, load_design
from certificates.adapters.render import page_values, qr_svg
from tests.certificates.papers import FONTS, make_printed


@pytest.mark.parametrize("name", DESIGNS)
def test_a_design_renders_its_own_sample(name):
    design = load_design(name)
    assets = {**design.assets, "qr.svg": qr_svg("https://academie.example/c/VGWJCH4E31QQRNMDMAQM")}
    pdf = documents.call(
        "academy.kernel.pdf.render:render_document",
        html=design.html(design.sample),
        css=design.css,
        fonts_folder=str(FONTS),
        assets=assets,
        pages=1,
        box_class="vak",
    )
    assert pdf.startswith(b"%PDF-")


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_page_sees_exactly_the_values_of_the_sample(name, language):
    values = page_values(make_printed(name, language), load_design(name), fonts_folder=str(FONTS))
    assert values.keys() == load_design(name).sample.keys()


@pytest.mark.parametrize("name", DESIGNS)
def test_both_languages_have_the_same_texts(name):
    texts = load_design(name).texts
    assert texts["nl"].keys() == texts["en"].keys()
    assert all(text for language in texts.values() for text in language.values())


def test_a_page_never_sees_a_value_that_is_not_listed():
    design = load_design("residents")
    with pytest.raises(DesignError, match="birth_date"):
        design.html({**design.sample, "birth_date": "1980-01-01"})
    with pytest.raises(DesignError, match="number"):
        design.html({key: value for key, value in design.sample.items() if key != "number"})


def test_a_value_is_text_and_never_markup():
    design = load_design("residents")
    html = design.html({**design.sample, "printed_name": "<img src=file:///etc/passwd>{{ 7 * 7 }}"})
    assert "&lt;img src=file:///etc/passwd&gt;{{ 7 * 7 }}" in html


def test_an_unknown_design_is_refused():
    with pytest.raises(DesignError, match="no design"):
        load_design("../shared")


@pytest.mark.parametrize("name", DESIGNS)
def test_every_size_class_stands_in_the_style(name):
    design = load_design(name)
    assert all(f".{size.class_}{{" in design.css for size in design.name_sizes)


def test_every_folder_is_a_design():
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir()}
    assert folders == {*DESIGNS, "shared"}
    for name in DESIGNS:
        settings = yaml.safe_load((FOLDER / name / "design.yaml").read_text(encoding="utf-8"))
        assert settings["schema"] == "slhz/certificate-design@1"

import pytest

from academy.kernel.pdf import fonts
from academy.kernel.resources import vendor_file

FOLDER = str(vendor_file("print"))


@pytest.mark.parametrize(
    "text",
    [
        "Ayşe Öztürk-Çelik İIıi",  # noqa: RUF001
        "Łukasz Żółkiewski",
        "Hồng Nguyễn Thị",
        "Ljibbe fan der Wâl, Nijwâlde",
        "IJsbrand Ĳzerman, D’Angelo, 't Hof",
        "نعيمة الإدريسي",
        "Олександра Коваленко",
        "€ 12,50 · “ja” – nee… ½ m²",
    ],
)
def test_the_print_faces_cover_the_names_of_the_academy(text):
    assert fonts.uncovered(text, FOLDER) == ""


def test_uncovered_characters_are_named_once_in_order():
    assert fonts.uncovered("王a秀王 Ω", FOLDER) == "王秀Ω"


def test_a_loose_accent_counts_as_uncovered():
    assert fonts.uncovered("M\u0302", FOLDER) == "\u0302"


def test_free_text_is_always_printable():
    assert fonts.printable("Zoe\u0308 王\u0302 🙂\nmooi", FOLDER) == "Zoë ? ?\nmooi"
    assert fonts.printable("Zij ███.", FOLDER) == "Zij \N{EM DASH}\N{EM DASH}\N{EM DASH}."
    assert fonts.uncovered(fonts.printable("بِسْم M\u0302 🙂", FOLDER), FOLDER) == ""


def test_a_width_grows_with_the_size():
    ten = fonts.width_points("Samira", stack="heading", size=10, fonts_folder=FOLDER)
    assert fonts.width_points("Samira", stack="heading", size=20, fonts_folder=FOLDER) == 2 * ten
    assert 20 < ten < 60


def test_a_no_break_space_is_as_wide_as_a_space():
    spaces = [
        fonts.width_points(space, stack="body bold", size=10, fonts_folder=FOLDER)
        for space in (" ", "\u00a0")
    ]
    assert spaces[0] == pytest.approx(spaces[1])

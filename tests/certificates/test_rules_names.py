import pytest

from certificates.rules.names import NO_BREAK, clean_name, find_name_problem, glue_particles


def test_a_name_is_composed_and_trimmed():
    assert clean_name("  Zoe\u0308\t Brui\u0308ns \n") == "Zoë Bruïns"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "empty"),
        ("a" * 201, "too_long"),
        ("Ali \u202eneB", "direction"),
        ("Ali\u200f", "direction"),
        ("Ali\u0000", "invisible"),
        ("Ali\u200bBen", "invisible"),
        ("Ali\ud800", "invisible"),
        ("Ali\ue000", "invisible"),
    ],
)
def test_a_name_that_cannot_be_printed_has_one_problem(name, code):
    problem = find_name_problem(name)
    assert problem is not None
    assert problem.code == code
    assert problem.nl
    assert problem.en


@pytest.mark.parametrize(
    "name",
    ["Sukarsih", "Koos op 't Veld", "IJsbrand IJzerman", "Naïma (نعيمة)", "D’Angelo", "x" * 200],
)
def test_an_ordinary_name_has_no_problem(name):
    assert find_name_problem(name) is None


def test_uncovered_characters_are_named():
    problem = find_name_problem("Wang 王秀英", uncovered="王秀英")
    assert problem is not None
    assert "王 秀 英" in problem.nl
    assert "王 秀 英" in problem.en


@pytest.mark.parametrize(
    ("name", "glued"),
    [
        ("Joke de Vries", "Joke de_Vries"),
        ("Samira El Haddou", "Samira El_Haddou"),
        ("Truus van 't Hof", "Truus van_'t_Hof"),
        ("Jan van der Heijden tot Oldenzaal", "Jan van_der_Heijden tot_Oldenzaal"),
        ("Anna Boogaard-van der Heijden", "Anna Boogaard-van_der_Heijden"),
        ("Sukarsih", "Sukarsih"),
    ],
)
def test_particles_stay_with_their_name(name, glued):
    assert glue_particles(name) == glued.replace("_", NO_BREAK)

"""Other people's names come out of a text: rather one too many than too few."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from academy.coaching.rules.masking import BLACK, beginnings, mask_others, without_marked

KEPT = ["Samira El Haddou", "Marije Dijkstra"]
CALLED = {"Fatima", "Roos", "Wil", "Sam"}


def masked(*texts: str, phrases: tuple[str, ...] = ()) -> list[str]:
    return mask_others(texts, called=CALLED, kept=KEPT, phrases=phrases)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ik sprak Piet.", "Ik sprak [naam]."),
        ("Fatima van den Berg belde.", "[naam] belde."),
        ("De buurman heet Jan-Willem el Amrani.", "De buurman heet [naam]."),
        ("Met Annekes hond en Piet’s fiets.", "Met [naam] hond en [naam] fiets."),
        ("Samira lachte en Marije ook.", "Samira lachte en Marije ook."),
        ("Dat is Samira's plan.", "Dat is Samira's plan."),
        ("Zij zei: 'Roos komt.'", "Zij zei: '[naam] komt.'"),
        ("Wil je koffie? Ja.", "Wil je koffie? Ja."),
        ("We belden de WMO op maandag.", "We belden de WMO op maandag."),
        ("We vierden Suikerfeest.", "We vierden Suikerfeest."),
        ("Bel 06-12345678 of 020 123 45 67.", "Bel [nummer] of [nummer]."),
        ("Mail naar piet@voorbeeld.nl.", "Mail naar [adres]."),
        ("In 2026 kwamen er 12.", "In 2026 kwamen er 12."),
        ("", ""),
    ],
)
def test_names_numbers_and_addresses_of_others_are_taken_out(text, expected):
    assert masked(text) == [expected]


def test_a_word_that_is_a_name_elsewhere_is_one_at_the_beginning_too():
    assert masked("Anneke kwam.", "Ik zag Anneke.") == ["[naam] kwam.", "Ik zag [naam]."]
    assert masked("Morgen komt ze.", "Ik zag Anneke.")[0] == "Morgen komt ze."


def test_names_of_places_and_organisations_stay_as_a_whole():
    text = "We zaten in De Krokus met Krokus van hiernaast."
    assert masked(text, phrases=("De Krokus",)) == [
        "We zaten in De Krokus met [naam] van hiernaast."
    ]


def test_what_begins_a_sentence_is_asked_after():
    texts = ["Fatima belde. Het regent. We zagen Piet."]
    assert beginnings(texts) == {"Fatima"}


@given(st.lists(st.text(max_size=80), max_size=4))
def test_any_text_stays_one_text_and_keeps_its_lines(texts):
    found = masked(*texts)
    assert len(found) == len(texts)
    assert [one.count("\n") for one in found] == [one.count("\n") for one in texts]


@given(
    st.lists(st.sampled_from(["Piet", "Anneke", "Ole", "de", "kwam", "bij", "hen"]), max_size=12)
)
def test_a_name_inside_a_sentence_never_stays(words):
    (found,) = masked(" ".join(["Toen zag ik", *words, "nog."]))
    assert not {"Piet", "Anneke", "Ole"} & set(found.replace(".", " ").split())


def test_what_stands_between_brackets_is_black_and_names_where_asked():
    text = "Ze belt. [[Haar man\ndrinkt.]] Met Jan de Wit [[ook dit]]."
    assert without_marked(text) == f"Ze belt. {BLACK} Met Jan de Wit {BLACK}."
    assert without_marked("Jan de Wit kwam.", names={"Jan de Wit"}) == f"{BLACK} kwam."

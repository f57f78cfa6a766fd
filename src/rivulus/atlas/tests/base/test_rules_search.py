"""Rules of the search: words as people type them, and which place fits best."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rivulus.atlas.rules.base.ranking import FITS, FITS_WELL, Candidate, alike, count_slips, score
from rivulus.atlas.rules.base.words import Wanted, fold_number, read_wanted, words_of


@pytest.mark.parametrize(
    ("typed", "words", "number"),
    [
        ("Str. Victoriei nr. 12 A", "victoriei", "12A"),
        ("bd unirii nr 5", "unirii", "5"),
        ("B-dul Unirii, nr. 5/A, bl. 4, sc. B, ap. 3", "unirii", "5/A"),
        ("Piața Libertății", "libertatii", ""),
        ("p-ţa libertăţii", "libertatii", ""),
        ("strada", "strada", ""),
        ("Kossuth utca", "kossuth", ""),
    ],
)
def test_words_for_kinds_of_streets_numbers_and_flats_are_understood(typed, words, number):
    assert read_wanted(typed)[0] == Wanted(tuple(words.split()), number)


def test_a_number_may_be_of_a_house_or_of_a_name():
    assert read_wanted("1 decembrie 1918") == (
        Wanted(("1", "decembrie", "1918")),
        Wanted(("1", "decembrie"), "1918"),
    )
    assert Wanted(("victoriei", "baia", "mare"), "12") in read_wanted("Victoriei 12, Baia Mare")


@pytest.mark.parametrize("typed", ["", "   ", ",.;!", "„”", "---"])
def test_nothing_is_looked_for_where_nothing_is_said(typed):
    assert read_wanted(typed) == ()


@given(st.text(max_size=400))
def test_whatever_is_typed_is_understood_in_at_most_three_ways(typed):
    ways = read_wanted(typed)

    assert len(ways) <= 3
    assert all(way.words and all(way.words) for way in ways)


def test_old_and_new_letters_with_and_without_accents_are_the_same():
    assert words_of("Strada Ştefan cel Mare") == words_of("strada Ștefan cel Mare") == "stefan cel mare"
    assert fold_number(" 12 a ") == fold_number("12A") == "12A"


@given(st.text(max_size=900), st.lists(st.text(max_size=300), max_size=4))
def test_kept_words_fit_their_column_and_end_with_a_whole_word(name, others):
    found = words_of(name, others)

    assert len(found) <= 420
    assert found == found.strip()


STREET = Candidate(("victoriei",), (), ("baia", "mare"), 50)


@pytest.mark.parametrize(
    "typed", ["victoriei", "vict", "victoriie", "vctoriei", "victoriei baia mare", "mare victoriei"]
)
def test_what_is_nearly_meant_fits_well(typed):
    assert score(tuple(typed.split()), STREET) >= FITS_WELL


@pytest.mark.parametrize("typed", ["baia mare", "unirii", "victoriei cluj napoca", "9"])
def test_what_is_not_meant_does_not(typed):
    assert score(tuple(typed.split()), STREET) < FITS


def test_the_shorter_name_comes_first_then_the_weightier():
    longer = Candidate(("valea", "victoriei"), (), (), 50)
    shop = Candidate(("victoriei",), (), (), 10)

    scores = [score(("victoriei",), one) for one in (STREET, shop, longer)]

    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3


@pytest.mark.parametrize(
    ("word", "other", "slips"),
    [
        ("unirii", "unirii", 0),
        ("uniri", "unirii", 1),
        ("uinrii", "unirii", 1),
        ("umirii", "unirii", 1),
        ("abc", "xyz", 3),
    ],
)
def test_slips_are_counted(word, other, slips):
    assert count_slips(word, other, 2) == slips


@given(st.text("abc", max_size=7), st.text("abc", max_size=7))
def test_slips_are_the_same_both_ways_and_none_only_for_the_same(one, other):
    assert count_slips(one, other, 9) == count_slips(other, one, 9)
    assert (count_slips(one, other, 9) == 0) is (one == other)


def test_numbers_are_not_guessed():
    assert alike("1918", "1818") == 0
    assert alike("12", "123") > 0  # not typed to its end

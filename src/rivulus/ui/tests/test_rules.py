"""How numbers and dates are written."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rivulus.ui import rules

NBSP = "\u00a0"
LANGUAGES = st.sampled_from(["ro", "en", "hu"])


@pytest.mark.parametrize(
    ("language", "value", "words"),
    [
        ("ro", 1450000, "1.450.000"),
        ("en", 1450000, "1,450,000"),
        ("hu", 1450000, f"1{NBSP}450{NBSP}000"),
        ("hu", 1450, "1450"),
        ("ro", 5.22, "5,22"),
        ("en", 5.22, "5.22"),
        ("hu", Decimal("1.00"), "1"),
        ("ro", -3, "\u22123"),
        ("ro", -0.001, "0"),
        ("ro", 0.125, "0,13"),
        ("ro-RO", 1000, "1.000"),
    ],
)
def test_a_number_is_written_as_its_language_does(language, value, words):
    assert rules.format_number(value, language=language) == words


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2), LANGUAGES)
def test_what_is_written_can_be_read_back(value, language):
    assert rules.parse_number(rules.format_number(value, language=language, decimals=2), language=language) == value


@given(st.integers(min_value=-(10**15), max_value=10**15), LANGUAGES)
def test_whole_numbers_keep_every_digit(value, language):
    text = rules.format_number(value, language=language)
    assert [c for c in text if c.isdigit()] == list(str(abs(value)))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ro", "1.5"),
        ("ro", "12.34"),
        ("en", "1,5"),
        ("hu", "1.5"),
        ("en", ""),
        ("ro", "1,2,3"),
        ("en", "five"),
        ("ro", "٣"),
    ],
)
def test_a_number_that_could_be_misread_is_refused(language, text):
    with pytest.raises(ValueError, match="not a number"):
        rules.parse_number(text, language=language)


@pytest.mark.parametrize("text", ["1450000", "1 450 000", f"1{NBSP}450{NBSP}000", "1\u202f450\u202f000"])
@pytest.mark.parametrize("language", ["ro", "en", "hu"])
def test_spaces_between_thousands_are_read_everywhere(language, text):
    assert rules.parse_number(text, language=language) == 1450000


def test_money_stands_where_its_language_puts_it():
    assert rules.format_money(1450000, language="ro") == f"1.450.000{NBSP}€"
    assert rules.format_money(1450000, language="en") == "€1,450,000"
    assert rules.format_money(1450000, language="hu") == f"1{NBSP}450{NBSP}000{NBSP}€"
    assert rules.format_money(12, language="en", currency="RON") == f"12{NBSP}lei"
    assert rules.format_money(-12, language="en") == "\u2212€12"
    assert rules.format_money(Decimal("-0.2"), language="en") == "€0"


def test_a_share_keeps_its_sign_beside_it():
    assert rules.format_percent(42.5, language="ro") == f"42,5{NBSP}%"
    assert rules.format_percent(42.5, language="hu") == "42,5%"
    assert rules.format_percent(42.5, language="en", decimals=0) == "43%"


def test_a_day_is_written_in_full():
    day = date(2026, 11, 21)
    assert rules.format_date(day, language="ro") == "21 noiembrie 2026"
    assert rules.format_date(day, language="en") == "21 November 2026"
    assert rules.format_date(day, language="hu") == "2026. november 21."
    assert rules.format_month(day, language="ro") == "noiembrie 2026"


def test_what_is_no_number_is_never_written():
    with pytest.raises(ValueError, match="no number"):
        rules.format_number(float("nan"), language="ro")

"""Facts about units and what turns one into another."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rivulus.kernel.errors import Refused
from rivulus.observations.rules.units import (
    CEFACT,
    SPELLINGS,
    GasConditions,
    canonical,
    conversion,
    is_known,
    of_code,
    written,
)


@pytest.mark.parametrize(
    ("source", "target", "value", "expected"),
    [
        ("°F", "Cel", 212.0, 100.0),
        ("Cel", "K", 0.0, 273.15),
        ("K", "°C", 300.0, 26.85),
        ("Pa", "hPa", 98764.5, 987.645),
        ("mb", "hPa", 1013.0, 1013.0),
        ("mmHg", "hPa", 760.0, 1013.25),
        ("km/h", "m/s", 36.0, 10.0),
        ("mp/h", "km/h", 10.0, 16.09344),
        ("mg/m³", "µg/m³", 0.4, 400.0),
        ("1", "%", 0.54, 54.0),
        ("MWh", "kWh", 1.25, 1250.0),
        ("kWh", "kW.h", 7.5, 7.5),
        ("L/min", "m3/h", 100.0, 6.0),
        ("ppm", "ppb", 0.02, 20.0),
        ("dBA", "dB(A)", 61.5, 61.5),
        ("vehicles/h", "1/h", 197.0, 197.0),
        ("{bikes}", "1", 4.0, 4.0),
    ],
)
def test_a_value_becomes_one_in_the_unit_of_the_city(source: str, target: str, value: float, expected: float) -> None:
    assert conversion(source, target).apply(value) == pytest.approx(expected, rel=1e-6)


def test_what_is_not_converted_stays_as_it_was_to_the_last_bit() -> None:
    assert conversion("µg/m³", "ug/m3").apply(0.1 + 0.2) == 0.1 + 0.2


def test_a_conversion_brings_in_no_digits_of_its_own() -> None:
    assert conversion("Pa", "hPa").apply(94210.5) == 942.105
    assert conversion("°F", "°C").apply(68.0) == 20.0


@pytest.mark.parametrize("unit", ["furlong", "m9999", "m" * 50, "kg;drop", "__import__('os')", "kg**9**9", "(", "µ"])
def test_an_unknown_unit_is_refused_by_its_name(unit: str) -> None:
    with pytest.raises(Refused) as refused:
        conversion(unit, "m")
    assert unit[:40] in str(refused.value)


@pytest.mark.parametrize(
    ("source", "target"), [("kg", "m"), ("dB", "dB(A)"), ("dB(A)", "1"), ("Cel", "%"), ("pH", "1")]
)
def test_what_is_not_of_the_same_kind_is_refused(source: str, target: str) -> None:
    with pytest.raises(Refused, match="cannot become"):
        conversion(source, target)


def test_mass_and_volume_of_a_gas_are_exchanged_only_under_declared_conditions() -> None:
    with pytest.raises(Refused, match="temperature and pressure"):
        conversion("ppb", "ug/m3")
    # The factor of 1.91 is the one that European agencies publish for NO2 at 20 °C and 1013 hPa.
    warm = GasConditions(gas="no2", temperature_c=20, pressure_hpa=1013)
    assert conversion("ppb", "ug/m3", warm).scale == pytest.approx(1.91, abs=0.005)
    assert conversion("ppb", "ug/m3", GasConditions(gas="o3", temperature_c=20, pressure_hpa=1013)).scale == (
        pytest.approx(2.0, abs=0.01)
    )
    there, back = conversion("ppb", "ug/m3", warm), conversion("ug/m3", "ppb", warm)
    assert back.apply(there.apply(37.5)) == pytest.approx(37.5)


def test_a_gas_without_a_molar_mass_and_conditions_not_of_this_earth_are_refused() -> None:
    with pytest.raises(Refused, match="molar mass"):
        conversion("ppb", "ug/m3", GasConditions(gas="radon"))
    with pytest.raises(Refused, match="1,100 hPa"):
        conversion("ppb", "ug/m3", GasConditions(gas="no2", pressure_hpa=10))


@pytest.mark.parametrize("code", sorted(CEFACT))
def test_every_code_of_trade_is_a_unit_that_is_known(code: str) -> None:
    assert is_known(of_code(code))


@pytest.mark.parametrize("spelling", sorted(SPELLINGS))
def test_every_spelling_leads_to_a_unit_that_is_known(spelling: str) -> None:
    assert is_known(canonical(spelling))


@given(st.text(max_size=60))
def test_no_text_at_all_breaks_the_reading_of_units(text: str) -> None:
    with contextlib.suppress(Refused):
        assert canonical(text)


@pytest.mark.parametrize(
    ("symbol", "shown"),
    [
        ("ug/m3", "µg/m³"),
        ("Cel", "°C"),
        ("kW.h", "kWh"),
        ("kWh/m2", "kWh/m²"),
        ("1", ""),
        ("1/cm3", "1/cm³"),
        ("m3/h", "m³/h"),
        ("W/m2", "W/m²"),
        ("dB(A)", "dB(A)"),
        ("dB[m]", "dBm"),
        ("MBy", "MB"),
        ("uS/cm", "µS/cm"),
        ("mm[Hg]", "mmHg"),
        ("[ppm]", "ppm"),
        ("[mi_i]/h", "mi/h"),
        ("m.s-1", "m·s⁻¹"),
        ("{vehicle}/h", "{vehicle}/h"),
        ("deg", "°"),
        ("%", "%"),
        ("µg/m³", "µg/m³"),
        ("lei", "lei"),
        ("", ""),
    ],
)
def test_people_read_units_as_they_write_them(symbol: str, shown: str) -> None:
    assert written(symbol) == shown

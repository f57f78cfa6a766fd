"""One value of a source, read and converted as its field is declared."""

import math
import re

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.rules import units
from rivulus.observations.rules.connectors.mapped import Field, Value

LONGEST_TEXT = 200
NOTHING = frozenset({"", "null", "none", "nan", "n/a", "na", "-", "unavailable", "unknown"})
LARGEST = 1e15  # no sensor of a city says more; beyond it a number loses its whole digits
SHORT = 13
PLAIN = re.compile(r"-?\d+(?:\.\d+)?\Z", re.ASCII)
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?\Z", re.ASCII)
INFINITE = frozenset({"nan", "inf", "infinity", "-inf", "-infinity", "+inf"})
TRUE, FALSE = frozenset({"true", "1", "yes", "on"}), frozenset({"false", "0", "no", "off"})


def read_value(field: Field, given: object, given_unit: str = "") -> Value | None:
    """Return the value in the unit of the city, or None where nothing was measured; raises Refused with what is wrong.

    A unit that the answer names counts only where the field declares none.
    """
    if given is None or _is_missing(field, given):
        return None
    if field.kind == "boolean":
        return _truth(given)
    if field.kind == "text":
        text = str(given)
        if len(text) > LONGEST_TEXT or "\x00" in text:
            raise Refused(N_("The text is longer than %(most)s signs, or no text."), most=LONGEST_TEXT)
        return text
    return converter(field, given_unit).apply(read_number(given) * field.scale)


def read_number(given: object, *, decimal: str = ".") -> float:
    """Return a finite number that a city can have measured; raises Refused for anything else."""
    if type(given) is str and decimal == "." and len(given) < SHORT and PLAIN.match(given):
        return float(given)  # most of what files hold: too short for a number that is too large
    if isinstance(given, bool):
        raise Refused(N_("“%(value)s” is not a number."), value=str(given).lower())
    if isinstance(given, int | float):
        return _bounded(given, given)
    text = str(given).strip().replace("\u2212", "-")
    plain = text.replace(",", ".") if decimal == "," else text
    if len(text) > LONGEST_TEXT or not NUMBER.match(plain):
        if text.lower() in INFINITE:
            raise Refused(N_("%(value)s is no measured value."), value=text)
        raise Refused(N_("“%(value)s” is not a number."), value=text[:40])
    return _bounded(float(plain), text)


def converter(field: Field, given_unit: str = "") -> units.Conversion:
    """Return what turns the unit of the source into the unit of the city."""
    source = field.source_unit or given_unit
    if not source:
        return units.SAME
    return units.conversion(source, field.unit, _conditions(field))


def _conditions(field: Field) -> units.GasConditions | None:
    if not field.gas:
        return None
    return units.GasConditions(
        gas=field.gas,
        temperature_c=units.EU_TEMPERATURE_C if field.temperature_c is None else field.temperature_c,
        pressure_hpa=units.EU_PRESSURE_HPA if field.pressure_hpa is None else field.pressure_hpa,
    )


def _is_missing(field: Field, given: object) -> bool:
    text = str(given).strip()
    if text in field.missing:
        return True
    return field.kind == "number" and isinstance(given, str) and text.lower() in NOTHING


def _truth(given: object) -> bool:
    if isinstance(given, bool):
        return given
    text = str(given).strip().lower()
    if text not in TRUE | FALSE:
        raise Refused(N_("“%(value)s” is neither yes nor no."), value=text[:40])
    return text in TRUE


def _bounded(number: int | float, shown: object) -> float:
    try:
        value = float(number)
    except OverflowError as error:
        raise Refused(N_("%(value)s is too large for a measured value."), value=str(shown)[:40]) from error
    if not math.isfinite(value):
        raise Refused(N_("%(value)s is no measured value."), value=str(shown)[:40])
    if abs(value) > LARGEST:
        raise Refused(N_("%(value)s is too large for a measured value."), value=str(shown)[:40])
    return value

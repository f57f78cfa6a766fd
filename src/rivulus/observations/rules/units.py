"""Units as sources write them and as the city keeps them: UCUM symbols, and what turns one into the other.

A conversion is always ``value × scale + offset``. A concentration by mass becomes one by volume only where the gas,
the temperature and the pressure are declared: without them the number would be a guess.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

import pint

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

GAS_CONSTANT = 8.314462618  # J/(mol·K), CODATA 2018
ZERO_CELSIUS_K = 273.15
# g/mol, from the standard atomic weights of IUPAC (2021).
MOLAR_MASS_G: dict[str, float] = {
    "no": 30.006,
    "no2": 46.005,
    "o3": 47.997,
    "so2": 64.058,
    "co": 28.010,
    "nh3": 17.031,
    "c6h6": 78.114,
    "h2s": 34.076,
}
# Directive 2008/50/EC, annex VI B: gases are given at 293 K and 101.3 kPa.
EU_TEMPERATURE_C = 19.85
EU_PRESSURE_HPA = 1013.0

# What UCUM calls an atom, as Pint calls it; those that take prefixes first.
PREFIXED = {
    "g": "gram", "m": "meter", "s": "second", "l": "liter", "L": "liter", "Pa": "pascal", "bar": "bar", "W": "watt",
    "Wh": "watt_hour", "J": "joule", "V": "volt", "A": "ampere", "VA": "volt_ampere", "var": "volt_ampere_reactive",
    "varh": "volt_ampere_reactive_hour", "Hz": "hertz", "N": "newton", "mol": "mole", "Ohm": "ohm", "S": "siemens",
    "Sv": "sievert", "Bq": "becquerel", "t": "metric_ton", "bit": "bit", "By": "byte", "lm": "lumen", "cd": "candela",
    "cal": "calorie",
}  # fmt: skip
PLAIN = {
    "K": "kelvin", "Cel": "degree_Celsius", "[degF]": "degree_Fahrenheit", "lx": "lux", "%": "percent",
    "[ppm]": "ppm", "[ppb]": "ppb", "[ppth]": "permille", "min": "minute", "h": "hour", "d": "day", "wk": "week",
    "deg": "degree", "rad": "radian", "har": "hectare", "ar": "are", "[kn_i]": "knot", "[mi_i]": "mile",
    "[ft_i]": "foot", "[in_i]": "inch", "m[Hg]": "mmHg_meter", "[psi]": "psi", "10*": "",
}  # fmt: skip
PREFIXES = {
    "T": "tera", "G": "giga", "M": "mega", "k": "kilo", "h": "hecto", "da": "deca", "d": "deci", "c": "centi",
    "m": "milli", "u": "micro", "n": "nano", "p": "pico",
}  # fmt: skip
# Levels are logarithms: their weighting is part of the unit, and none becomes another by a factor.
LEVELS = {"dB": "dB", "dB(A)": "dB(A)", "dB(C)": "dB(C)", "dB(Z)": "dB(Z)", "dB[m]": "dB[m]", "pH": "[pH]"}
# What sources write, in UCUM.
SPELLINGS: dict[str, str] = {
    "": "1", "-": "1", "unitless": "1", "dimensionless": "1", "count": "1", "number": "1", "fraction": "1",
    "°C": "Cel", "℃": "Cel", "C": "Cel", "c": "Cel", "degC": "Cel", "deg C": "Cel", "celsius": "Cel",
    "°F": "[degF]", "F": "[degF]", "degF": "[degF]", "f": "[degF]", "fahrenheit": "[degF]", "kelvin": "K",
    "percent": "%", "pct": "%", "‰": "[ppth]", "ppm": "[ppm]", "ppb": "[ppb]", "ppth": "[ppth]",
    "mb": "mbar", "millibar": "mbar", "mmHg": "mm[Hg]", "psi": "[psi]", "mp/h": "[mi_i]/h", "mph": "[mi_i]/h",
    "kmh": "km/h", "kph": "km/h", "kn": "[kn_i]", "mps": "m/s", "inch": "[in_i]", "ft": "[ft_i]",
    "°": "deg", "degree": "deg", "degrees": "deg", "lux": "lx", "litre": "L", "liter": "L", "Ω": "Ohm", "ohm": "Ohm",
    "min.": "min", "hr": "h", "hour": "h", "hours": "h", "sec": "s", "seconds": "s", "second": "s", "minute": "min",
    "minutes": "min", "day": "d", "days": "d", "kvar": "kvar", "VAr": "var", "kVAr": "kvar", "ha": "har",
    "dBA": "dB(A)", "dB A": "dB(A)", "dB[A]": "dB(A)", "dB_A": "dB(A)", "db": "dB", "decibel": "dB", "dBC": "dB(C)",
    "dBm": "dB[m]", "ph": "pH", "[pH]": "pH", "B": "By", "kB": "kBy", "MB": "MBy", "GB": "GBy", "Mbit/s": "Mbit/s",
    "particles/cm³": "1/cm3", "particles/cm3": "1/cm3", "µg m-3": "ug/m3", "ug/m^3": "ug/m3", "m^3": "m3", "l/s": "L/s",
    "mm/hr": "mm/h", "veh/h": "1/h", "vehicles/h": "1/h", "kWh/m²": "kWh/m2", "kgCO2": "kg",
}  # fmt: skip
# UN/CEFACT Recommendation 20, as ``unitCode`` of NGSI-LD entities has them.
CEFACT: dict[str, str] = {
    "GP": "mg/m3", "GQ": "ug/m3", "CEL": "Cel", "FAH": "[degF]", "KEL": "K", "P1": "%", "KMH": "km/h", "MTS": "m/s",
    "MTR": "m", "KMT": "km", "CMT": "cm", "MMT": "mm", "KWH": "kWh", "WHR": "Wh", "MWH": "MWh", "WTT": "W", "KWT": "kW",
    "VLT": "V", "AMP": "A", "4K": "mA", "A97": "hPa", "MBR": "mbar", "PAL": "Pa", "KPA": "kPa", "BAR": "bar",
    "2N": "dB", "LUX": "lx", "LUM": "lm", "MTQ": "m3", "LTR": "L", "KGM": "kg", "GRM": "g", "TNE": "t", "SEC": "s",
    "C26": "ms", "MIN": "min", "HUR": "h", "DAY": "d", "DD": "deg", "C62": "1", "EA": "1", "HTZ": "Hz", "59": "[ppm]",
    "61": "[ppb]", "D54": "W/m2", "MQH": "m3/h", "L2": "L/min", "H67": "mm/h", "D46": "VA", "KVA": "kVA", "KVR": "kvar",
    "2Z": "mV", "MTK": "m2", "HAR": "har", "JOU": "J", "KJO": "kJ", "3B": "MJ", "GJ": "GJ", "Q30": "pH",
}  # fmt: skip
# What people write where it is not what machines write, and not made of parts that are.
WRITTEN = {
    "1": "",
    "Cel": "°C",
    "[degF]": "°F",
    "deg": "°",
    "har": "ha",
    "dB[m]": "dBm",
    "m[Hg]": "mHg",
    "mm[Hg]": "mmHg",
}
POWERS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
LONGEST = 40
FAR = 1e6  # two points this far apart give the scale without losing digits
ATOM = re.compile(r"(?P<atom>10\*|[A-Za-z]*\[[A-Za-z_]+\]|[A-Za-z%]+)(?P<exponent>[+-]?\d)?\Z")
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


@dataclass(frozen=True, slots=True, kw_only=True)
class GasConditions:
    """Of which gas, at which temperature and pressure, mass and volume are exchanged."""

    gas: str
    temperature_c: float = EU_TEMPERATURE_C
    pressure_hpa: float = EU_PRESSURE_HPA


@dataclass(frozen=True, slots=True)
class Conversion:
    """``value × scale + offset``."""

    scale: float = 1.0
    offset: float = 0.0

    def apply(self, value: float) -> float:
        """Return the value in the other unit, without the digits that only the multiplication has brought in."""
        if self.scale == 1.0 and self.offset == 0.0:
            return value
        return float(f"{value * self.scale + self.offset:.12g}")


SAME = Conversion()


def canonical(symbol: str) -> str:
    """Return the UCUM symbol of a unit as a source writes it; raises Refused, naming it, where it is not known."""
    text = symbol.strip().replace("µ", "u").replace("μ", "u").translate(SUPERSCRIPTS)
    known = SPELLINGS.get(symbol.strip()) or SPELLINGS.get(text) or text
    if known in LEVELS:
        return known
    bare = re.sub(r"\{[^{}]*\}", "", known) or "1"
    _expression(bare, symbol)
    return known


def written(symbol: str) -> str:
    """Return a UCUM symbol as people write it: ``µg/m³`` for ``ug/m3``; what is not UCUM stays as it is."""
    if symbol in WRITTEN or symbol in LEVELS:
        return WRITTEN.get(symbol, symbol)
    bare = re.sub(r"\{[^{}]*\}", "", symbol)
    if not bare or not all(ATOM.match(part) or part == "1" for part in re.split("[./]", bare)):
        return symbol
    numerator, slash, denominator = bare.partition("/")
    return f"{_written_side(numerator)}{slash}{_written_side(denominator)}"


def _written_side(terms: str) -> str:
    parts = [_written_atom(part) for part in terms.split(".")]
    return "·".join(parts).replace("W·h", "Wh").replace("A·h", "Ah")


def _written_atom(part: str) -> str:
    found = ATOM.match(part)
    if not found:
        return part
    atom = found["atom"]
    name = WRITTEN.get(atom) or re.sub(r"\[([a-z]+)(?:_[a-z]+)?\]", r"\1", atom)
    name = re.sub(r"\Au(?=[A-Za-z])", "µ", name) if _atom(atom) or atom == "10*" else name
    name = "10" if atom == "10*" else re.sub(r"By\Z", "B", name)
    return name + (found["exponent"] or "").translate(POWERS)


def of_code(code: str) -> str:
    """Return the UCUM symbol of a UN/CEFACT code, or of a symbol where the source writes one instead."""
    return CEFACT.get(code.strip()) or canonical(code)


def is_known(symbol: str) -> bool:
    """Say whether a unit can be converted."""
    try:
        canonical(symbol)
    except Refused:
        return False
    return True


@lru_cache(maxsize=1024)
def conversion(source: str, target: str, conditions: GasConditions | None = None) -> Conversion:
    """Return what turns values in one unit into another; raises Refused where either is unknown or they do not fit."""
    from_, to = canonical(source), canonical(target)
    if from_ == to:
        return SAME
    if from_ in LEVELS or to in LEVELS:
        raise _unlike(source, target)
    first, second = _unit(from_, source), _unit(to, target)
    if first.dimensionality != second.dimensionality:
        return _through_gas(first, second, conditions, source, target)
    try:
        zero, far = (_quantity(number, first).to(second).magnitude for number in (0.0, FAR))
    except pint.OffsetUnitCalculusError as error:
        raise _unlike(source, target) from error
    return Conversion(_neat((far - zero) / FAR), _neat(zero))


def check_conditions(conditions: GasConditions) -> GasConditions:
    """Return conditions that can be; raises Refused for a gas without a molar mass or a place not on earth."""
    if conditions.gas.lower() not in MOLAR_MASS_G:
        raise Refused(
            N_("The molar mass of %(gas)s is not known here; known are %(known)s."),
            gas=conditions.gas,
            known=", ".join(sorted(MOLAR_MASS_G)),
        )
    if not -90 <= conditions.temperature_c <= 60 or not 300 <= conditions.pressure_hpa <= 1100:
        raise Refused(N_("Gases are compared at −90 to 60 °C and 300 to 1,100 hPa."))
    return conditions


def _through_gas(
    first: pint.Unit, second: pint.Unit, conditions: GasConditions | None, source: str, target: str
) -> Conversion:
    """Exchange mass and volume of a gas: c = x · M · p / (R · T)."""
    mass, share = _registry().Unit("kilogram / meter ** 3"), _registry().Unit("")
    kinds = {first.dimensionality, second.dimensionality}
    if kinds != {mass.dimensionality, share.dimensionality}:
        raise _unlike(source, target)
    if conditions is None:
        raise Refused(
            N_("%(source)s becomes %(target)s only where the gas, temperature and pressure are declared."),
            source=source,
            target=target,
        )
    check_conditions(conditions)
    molar_kg = MOLAR_MASS_G[conditions.gas.lower()] / 1000
    kelvin = conditions.temperature_c + ZERO_CELSIUS_K
    kg_per_m3 = molar_kg * conditions.pressure_hpa * 100 / (GAS_CONSTANT * kelvin)  # of the pure gas
    if first.dimensionality == mass.dimensionality:
        scale = _quantity(1.0, first).to(mass).magnitude / kg_per_m3 * _quantity(1.0, share).to(second).magnitude
    else:
        scale = _quantity(1.0, first).to(share).magnitude * kg_per_m3 * _quantity(1.0, mass).to(second).magnitude
    return Conversion(float(scale), 0.0)


def _neat(number: float) -> float:
    """Take away what binary fractions leave behind: 0.1 and not 0.10000000000000002."""
    return float(f"{number:.14g}")


@cache
def _registry() -> "pint.UnitRegistry[float]":
    registry: pint.UnitRegistry[float] = pint.UnitRegistry(autoconvert_offset_to_baseunit=False)
    registry.define("ppb = 1e-9")
    registry.define("volt_ampere_reactive = volt_ampere")
    registry.define("volt_ampere_reactive_hour = volt_ampere * hour")
    registry.define("mmHg_meter = 133322.387415 * pascal")
    return registry


def _quantity(number: float, unit: pint.Unit) -> "pint.Quantity":
    return _registry().Quantity(number, unit)


def _unit(ucum: str, given: str) -> pint.Unit:
    return _registry().Unit(_expression(re.sub(r"\{[^{}]*\}", "", ucum) or "1", given))


@lru_cache(maxsize=1024)
def _expression(ucum: str, given: str) -> str:
    """Return what Pint calls a UCUM expression: atoms with prefixes and exponents, parted by points and slashes."""
    if len(ucum) > LONGEST:
        raise _unknown(given)
    parts: list[str] = []
    for place, group in enumerate(ucum.split("/")):
        for term in group.split("."):
            if term == "1" or (term == "" and place == 0 and "/" in ucum):
                continue
            parts.append(_term(term, given, -1 if place else 1))
    return " * ".join(parts)


def _term(term: str, given: str, sign: int) -> str:
    found = ATOM.match(term)
    if found is None:
        raise _unknown(given)
    name = _atom(found["atom"])
    if name is None:
        raise _unknown(given)
    return f"({name}) ** {sign * int(found['exponent'] or 1)}" if name else "1"


def _atom(atom: str) -> str | None:
    if atom in PLAIN:
        return PLAIN[atom]
    if atom in PREFIXED:
        return PREFIXED[atom]
    for length in (2, 1):
        prefix, rest = atom[:length], atom[length:]
        if prefix in PREFIXES and rest in PREFIXED:
            return PREFIXES[prefix] + PREFIXED[rest]
        if prefix in PREFIXES and rest == "m[Hg]":
            return f"{PREFIXES[prefix]}mmHg_meter"
    return None


def _unknown(symbol: str) -> Refused:
    return Refused(N_("The unit “%(unit)s” is not known here."), unit=symbol[:LONGEST])


def _unlike(source: str, target: str) -> Refused:
    return Refused(
        N_("A value in “%(source)s” cannot become one in “%(target)s”."),
        source=source[:LONGEST],
        target=target[:LONGEST],
    )

"""What the pack declares of the observations: properties, domains with their scales and figures, factors of CO2e.

Read from plain values (YAML or JSON); raises Refused with a sentence that names the place of a fault.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.rules.domains.air import EDITIONS
from rivulus.observations.rules.domains.scales import Band, Condition, is_ordered
from rivulus.observations.rules.entities import PropertySpec, check_property
from rivulus.observations.terms import Domain

LANGUAGES = ("ro", "en", "hu")
UCUM = "http://www.opengis.net/def/uom/UCUM/"


@dataclass(frozen=True, slots=True)
class Translated:
    """The same words in the three languages."""

    ro: str
    en: str
    hu: str

    def text(self, language: str) -> str:
        """Return the words in a language; Romanian for any other."""
        return {"en": self.en, "hu": self.hu}.get(language[:2], self.ro)


@dataclass(frozen=True, slots=True)
class NamedBand:
    """A band of a scale with its words."""

    band: Band
    name: Translated


@dataclass(frozen=True, slots=True)
class FigureSpec:
    """A figure of a domain: which calculation, its words, how it is written and where it stands."""

    code: str
    title: Translated
    unit: Translated
    decimals: int
    scale: str
    is_public: bool
    is_duty: bool
    source: Translated


@dataclass(frozen=True, slots=True)
class DomainSpec:
    """What the city watches of one kind."""

    code: str
    title: Translated
    summary: Translated
    things: Translated
    main: str
    is_environment: bool
    properties: tuple[str, ...]
    scales: Mapping[str, tuple[NamedBand, ...]]
    figures: tuple[FigureSpec, ...]


@dataclass(frozen=True, slots=True)
class PropertyDeclaration:
    """An observed property with what pages and sources need beside SensorThings: names, unit, how readings add up."""

    spec: PropertySpec
    name: Translated
    symbol: str
    shown: str
    kind: str = "number"
    is_counted: bool = False
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Factor:
    """Kilograms of CO2 equivalent per kWh of a carrier of energy."""

    carrier: str
    name: Translated
    kg_per_kwh: float
    year: int
    source: Translated
    url: str


@dataclass(frozen=True, slots=True)
class Declared:
    """All domains, the edition of the air index, and the factors."""

    domains: tuple[DomainSpec, ...] = ()
    air_index: str = "2023"
    factors: Mapping[str, Factor] = field(default_factory=dict)


def unit_of(symbol: str, name: str) -> dict[str, str | None]:
    """Return the unitOfMeasurement of SensorThings for a UCUM symbol."""
    return {"name": name, "symbol": symbol, "definition": UCUM + symbol}


def read_properties(value: object) -> tuple[PropertyDeclaration, ...]:
    """Return the properties declared under the key ``properties``."""
    listed = _list(_mapping(value, "properties.yaml"), "properties", "properties.yaml")
    found = tuple(_read_property(entry, f"properties.yaml, {number}") for number, entry in enumerate(listed, 1))
    _check_once([each.spec.code for each in found], "properties.yaml")
    return found


def _read_property(value: object, place: str) -> PropertyDeclaration:
    entry = _mapping(value, place)
    code = _text(entry, "code", place)
    place = f"{place} ({code})"
    name, unit = _translated(entry, "name", place), _mapping(entry.get("unit"), f"{place}: unit")
    kind = str(entry.get("kind", "number"))
    if kind not in {"number", "text", "boolean"}:
        raise Refused(N_("%(place)s: a property holds number, text or boolean."), place=place)
    symbol, shown = _text(unit, "symbol", place), str(unit.get("shown", ""))
    properties = {"name_ro": name.ro, "name_en": name.en, "name_hu": name.hu, "unit": symbol, "shown": shown}
    spec = PropertySpec(
        code=code,
        name=name.ro,
        definition=_text(entry, "definition", place),
        properties=properties | {"kind": kind, "counts": bool(entry.get("counts")), "total": bool(entry.get("total"))},
        limits=_mapping(entry.get("limits", {}), f"{place}: limits"),
        retention=_mapping(entry.get("retention", {}), f"{place}: retention"),
    )
    try:
        check_property(spec)
    except Refused as refused:
        raise Refused(N_("%(place)s: %(reason)s"), place=place, reason=str(refused)) from refused
    return PropertyDeclaration(spec, name, symbol, shown, kind, bool(entry.get("counts")), bool(entry.get("total")))


def read_declared(domains: object, factors: object, properties: Sequence[str]) -> Declared:
    """Return domains and factors; every property named must be one of ``properties``."""
    content = _mapping(domains, "domains.yaml")
    edition = str(content.get("air_index", "2023"))
    if edition not in EDITIONS:
        raise Refused(N_("domains.yaml: no edition of the air index is called %(edition)s."), edition=edition)
    listed = _list(content, "domains", "domains.yaml")
    known = frozenset(properties)
    found = tuple(_read_domain(entry, f"domains.yaml, {number}", known) for number, entry in enumerate(listed, 1))
    _check_once([each.code for each in found], "domains.yaml")
    return Declared(found, edition, {each.carrier: each for each in _read_factors(factors)})


def _read_domain(value: object, place: str, known: frozenset[str]) -> DomainSpec:
    entry = _mapping(value, place)
    code = _text(entry, "code", place)
    place = f"{place} ({code})"
    if code not in set(Domain):
        raise Refused(N_("%(place)s: no domain is called so."), place=place)
    properties = tuple(str(each) for each in _list(entry, "properties", place))
    main = _text(entry, "main", place)
    for named in (*properties, main):
        if named not in known:
            raise Refused(N_("%(place)s: no property is called %(named)s."), place=place, named=named)
    scales = {
        str(name): _read_scale(bands, f"{place}: {name}")
        for name, bands in _mapping(entry.get("scales", {}), place).items()
    }
    figures = tuple(_read_figure(each, place, scales) for each in _list(entry, "figures", place))
    _check_once([each.code for each in figures], place)
    title, summary, things = (_translated(entry, key, place) for key in ("title", "summary", "things"))
    return DomainSpec(
        code, title, summary, things, main, bool(entry.get("environment")), properties, scales, figures,
    )  # fmt: skip


def _read_scale(value: object, place: str) -> tuple[NamedBand, ...]:
    if not isinstance(value, list) or not value:
        raise Refused(N_("%(place)s: a scale is a list of bands."), place=place)
    bands = []
    for entry in (_mapping(each, place) for each in value):
        condition = str(entry.get("condition", ""))
        if condition not in set(Condition):
            raise Refused(N_("%(place)s: no condition is called %(condition)s."), place=place, condition=condition)
        until = entry.get("until")
        bound = None if until is None else _number(until, f"{place}: until")
        band = Band(_text(entry, "code", place), bound, Condition(condition))
        bands.append(NamedBand(band, _translated(entry, "name", place)))
    if not is_ordered([each.band for each in bands]) or bands[-1].band.until is not None:
        raise Refused(N_("%(place)s: the bounds must rise, and the last band has none."), place=place)
    return tuple(bands)


def _read_figure(value: object, place: str, scales: Mapping[str, Any]) -> FigureSpec:
    entry = _mapping(value, place)
    code = _text(entry, "code", place)
    place = f"{place}: {code}"
    scale = str(entry.get("scale", ""))
    if scale and scale not in scales:
        raise Refused(N_("%(place)s: the domain has no scale %(scale)s."), place=place, scale=scale)
    decimals = int(_number(entry.get("decimals", 0), f"{place}: decimals"))
    is_public, is_duty = bool(entry.get("public")), bool(entry.get("duty"))
    title, unit, source = _translated(entry, "title", place), *(_words(entry, key, place) for key in ("unit", "source"))
    return FigureSpec(code, title, unit, decimals, scale, is_public, is_duty, source)


def _read_factors(value: object) -> list[Factor]:
    found = []
    for number, each in enumerate(_list(_mapping(value, "factors.yaml"), "factors", "factors.yaml"), 1):
        place = f"factors.yaml, {number}"
        entry = _mapping(each, place)
        kilograms = _number(entry.get("kg_per_kwh"), f"{place}: kg_per_kwh")
        if not 0 <= kilograms < 10:
            raise Refused(N_("%(place)s: a factor lies between 0 and 10 kg per kWh."), place=place)
        year = int(_number(entry.get("year"), f"{place}: year"))
        name, source = (_translated(entry, key, place) for key in ("name", "source"))
        url = str(entry.get("url") or "")
        found.append(Factor(_text(entry, "carrier", place), name, kilograms, year, source, url))
    _check_once([factor.carrier for factor in found], "factors.yaml")
    return found


def _mapping(value: object, place: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Refused(N_("%(place)s: a mapping is expected here."), place=place)
    return value


def _list(entry: Mapping[str, Any], key: str, place: str) -> list[Any]:
    value = entry.get(key)
    if not isinstance(value, list):
        raise Refused(N_("%(place)s: %(key)s must be a list."), place=place, key=key)
    return value


def _text(entry: Mapping[str, Any], key: str, place: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise Refused(N_("%(place)s: %(key)s is missing."), place=place, key=key)
    return value.strip()


def _number(value: object, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused(N_("%(place)s: a number is expected here."), place=place)
    return float(value)


def _translated(entry: Mapping[str, Any], key: str, place: str) -> Translated:
    words = _mapping(entry.get(key), f"{place}: {key}")
    return Translated(*(_text(words, language, f"{place}: {key}") for language in LANGUAGES))


def _words(entry: Mapping[str, Any], key: str, place: str) -> Translated:
    """Return words that may be the same in every language: a name, a symbol, or nothing."""
    value = entry.get(key)
    return _translated(entry, key, place) if isinstance(value, Mapping) else Translated(*[str(value or "")] * 3)


def _check_once(codes: Sequence[str], place: str) -> None:
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise Refused(N_("%(place)s: %(code)s stands there twice."), place=place, code=twice[0])

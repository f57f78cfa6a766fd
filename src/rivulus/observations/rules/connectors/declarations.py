"""What a connector is declared to be, read from YAML that was parsed already; what is wrong is said with its place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.rules import times, units
from rivulus.observations.rules.connectors.mapped import Field
from rivulus.observations.terms import Domain

LANGUAGES = ("ro", "en", "hu")
VARIABLE = re.compile(r"CONNECTOR_[A-Z0-9_]{1,60}\Z")  # no other variable of the platform can be named by mistake
CODE = re.compile(r"[a-z][a-z0-9_]{1,49}\Z")
PROPERTY = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
MOST_REQUESTS, MOST_PAGES = 10, 100
FORMATS: Mapping[str, frozenset[str]] = {
    "datex2": frozenset({"status", "table"}),
    "sensor_community": frozenset({"main"}),
    "openaq": frozenset({"locations", "latest"}),
    "open_meteo": frozenset({"main"}),
    "gbfs": frozenset({"station_information", "station_status", "vehicle_status", "free_bike_status"}),
    "ocpi": frozenset({"locations"}),
    "ngsi_ld": frozenset({"entities"}),
    "json": frozenset({"main"}),
    "csv": frozenset({"main"}),
}
"""The formats, and the requests each may have; the first run needs at least one of them."""
AUTH_KINDS = frozenset({"bearer", "basic", "header", "query", "token"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """How the source knows the city: the secret itself is in the environment, under ``variable``.

    ``token`` is OCPI's: the word Token and the secret in Base64. ``basic`` takes user:password.
    """

    kind: str
    variable: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """A connector as declared."""

    code: str
    title: Mapping[str, str]
    format: str
    requests: Mapping[str, str]
    enabled: bool = False
    every_min: int = 15
    domain: str = ""
    auth: Auth | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout_s: float = 20.0
    max_mb: float = 10.0
    retries: int = 3
    per_minute: int = 20
    pages: int = 1
    allow_private: bool = False
    is_public: bool = True
    estimated: bool = False
    licence: str = ""
    source: str = ""
    fields: Mapping[str, Field] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    def say_title(self, language: str) -> str:
        """Return the title in a language, or in Romanian, or the code."""
        return self.title.get(language) or self.title.get("ro") or self.code


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a declaration."""

    code: str
    refused: Refused


@dataclass(frozen=True, slots=True)
class Declared:
    """What a file declares: what is right, and what is not."""

    connectors: tuple[Declaration, ...] = ()
    faults: tuple[Fault, ...] = ()

    def find(self, code: str) -> Declaration | None:
        """Return the connector of this code."""
        return next((one for one in self.connectors if one.code == code), None)


def read_all(document: Any) -> Declared:
    """Read a whole file; one wrong declaration does not keep the others from being read."""
    listed = document.get("connectors") if isinstance(document, Mapping) else None
    if not isinstance(listed, list):
        return Declared(faults=(Fault("", Refused(N_("The file has no list called connectors."))),))
    right: dict[str, Declaration] = {}
    wrong: list[Fault] = []
    for place, item in enumerate(listed, 1):
        code = str(item.get("code", "")) if isinstance(item, Mapping) else ""
        try:
            one = read_one(item)
            if one.code in right:
                raise Refused(N_("Two connectors are called %(code)s."), code=one.code)
            right[one.code] = one
        except Refused as refused:
            wrong.append(Fault(code or f"#{place}", refused))
    return Declared(tuple(right.values()), tuple(wrong))


def read_one(item: Any) -> Declaration:
    """Read one declaration; raises Refused with the first thing that is wrong."""
    given = _mapping(item, "connector")
    _known(given, {one.name for one in fields(Declaration)}, "connector")
    code = str(given.get("code", ""))
    if not CODE.match(code):
        raise Refused(N_("A connector's code is 2 to 50 small letters, digits and underscores."))
    form = str(given.get("format", ""))
    if form not in FORMATS:
        raise Refused(N_("No format is called %(format)s; there are %(known)s."), format=form, known=", ".join(FORMATS))
    domain = str(given.get("domain", ""))
    if domain and domain not in set(Domain):
        raise Refused(N_("No domain is called %(domain)s."), domain=domain)
    return Declaration(
        code=code,
        title=_title(given.get("title", code)),
        format=form,
        domain=domain,
        requests=_requests(given.get("requests"), form),
        auth=_auth(given.get("auth")),
        headers={str(k): str(v) for k, v in _mapping(given.get("headers", {}), "headers").items()},
        fields={str(k): read_field(v, str(k)) for k, v in _mapping(given.get("fields", {}), "fields").items()},
        options=_options(given.get("options", {})),
        licence=str(given.get("licence", "")),
        source=str(given.get("source", "")),
        **{name: _flag(given, name) for name in ("enabled", "allow_private", "estimated") if name in given},
        **({"is_public": _flag(given, "is_public")} if "is_public" in given else {}),
        **_numbers(given),
    )


def read_field(item: Any, name: str) -> Field:
    """Read what one field of the source is; raises Refused with what is wrong."""
    given = dict(_mapping(item, name))
    _known(given, {one.name for one in fields(Field)}, name)
    if not given.get("property"):
        raise Refused(N_("The field %(field)s does not say which property it is."), field=name)
    given["property"] = str(given["property"])
    if not PROPERTY.match(given["property"]):
        raise Refused(N_("A property's code is at most 40 small letters, digits and underscores."))
    given["missing"] = tuple(str(mark) for mark in given.get("missing", ()))
    for number in ("minimum", "maximum", "temperature_c", "pressure_hpa", "scale"):
        if number in given:
            given[number] = _number(given[number], number)
    one = Field(**{**given, "unit": str(given.get("unit", "1")), "source_unit": str(given.get("source_unit", ""))})
    return check_field(one)


def check_field(one: Field) -> Field:
    """Return a field whose units are known and fit each other; raises Refused naming the unit that is not."""
    if one.kind not in {"number", "text", "boolean"}:
        raise Refused(N_("The kind of a field is number, text or boolean, not %(kind)s."), kind=one.kind)
    if one.kind != "number":
        return one
    units.canonical(one.unit)
    if one.gas:
        units.check_conditions(units.GasConditions(gas=one.gas))
    if one.source_unit:
        from rivulus.observations.rules.connectors.values import converter

        converter(one)
    return one


def _options(value: Any) -> Mapping[str, Any]:
    given = _mapping(value, "options")
    if given.get("zone"):
        times.zone_of(str(given["zone"]))
    if "time_format" in given:
        times.check_format(str(given["time_format"]))
    if str(given.get("twice", "refuse")) not in set(times.Twice):
        raise Refused(N_("%(name)s is one of %(known)s."), name="twice", known=", ".join(times.Twice))
    return given


def _numbers(given: Mapping[str, Any]) -> dict[str, Any]:
    bounds = {
        "every_min": (1, 1440),
        "timeout_s": (1, 120),
        "max_mb": (0.01, 100),
        "retries": (0, 8),
        "per_minute": (1, 600),
        "pages": (1, MOST_PAGES),
    }
    read: dict[str, Any] = {}
    for name, (least, most) in bounds.items():
        if name not in given:
            continue
        value = _number(given[name], name)
        if not least <= value <= most:
            raise Refused(N_("%(name)s lies between %(least)s and %(most)s."), name=name, least=least, most=most)
        read[name] = value if name in {"timeout_s", "max_mb"} else int(value)
    return read


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused(N_("%(name)s must be a number."), name=name)
    return float(value)


def _flag(given: Mapping[str, Any], name: str) -> bool:
    if not isinstance(given[name], bool):
        raise Refused(N_("%(name)s is true or false."), name=name)
    return bool(given[name])


def _title(value: Any) -> dict[str, str]:
    if isinstance(value, str):
        return dict.fromkeys(LANGUAGES, value)
    given = _mapping(value, "title")
    return {language: str(given.get(language, "")) for language in LANGUAGES}


def _requests(value: Any, form: str) -> dict[str, str]:
    names = FORMATS[form]
    given = _mapping(value, "requests")
    if not given or len(given) > MOST_REQUESTS:
        raise Refused(N_("A connector of the format %(format)s asks for %(names)s."), format=form, names=_listed(names))
    for name, url in given.items():
        if base_of(str(name)) not in names:
            raise Refused(N_("The format %(format)s has no request called %(name)s."), format=form, name=name)
        check_url(str(url))
    return {str(name): str(url) for name, url in given.items()}


def base_of(name: str) -> str:
    """Return what a request asks for: of several alike (latest_1, latest_2) the name without its number."""
    return re.sub(r"_\d{1,2}\Z", "", name)


def check_url(url: str) -> str:
    """Return an address that can be asked: http or https, a host, and no password in it."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        parts, host = None, None
    if parts is None or parts.scheme not in {"http", "https"} or not host or len(url) > 2000:
        raise Refused(N_("%(url)s is not an address that begins with https:// or http://."), url=url[:200])
    if parts.username or parts.password:
        raise Refused(N_("A password does not belong in an address; name an environment variable under auth."))
    return url


def _auth(value: Any) -> Auth | None:
    if value is None:
        return None
    given = _mapping(value, "auth")
    _known(given, {"kind", "variable", "name"}, "auth")
    kind, variable, name = (str(given.get(key, "")) for key in ("kind", "variable", "name"))
    if kind not in AUTH_KINDS:
        raise Refused(N_("The kind of auth is one of %(known)s."), known=_listed(AUTH_KINDS))
    if not VARIABLE.match(variable):
        raise Refused(N_("The variable of auth begins with CONNECTOR_, like CONNECTOR_OPENAQ_KEY."))
    if kind in {"header", "query"} and not re.fullmatch(r"[A-Za-z0-9_-]{1,60}", name):
        raise Refused(N_("Auth by %(kind)s needs its name."), kind=kind)
    return Auth(kind=kind, variable=variable, name=name)


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Refused(N_("%(where)s must be names with values."), where=where)
    return value


def _known(given: Mapping[str, Any], names: set[str], where: str) -> None:
    strange = sorted(str(name) for name in given if name not in names)
    if strange:
        raise Refused(N_("%(where)s has nothing called %(name)s."), where=where, name=strange[0])


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))

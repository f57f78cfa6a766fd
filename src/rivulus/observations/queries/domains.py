"""What the city watches: domains with their scales and figures, as the pack declared them last."""

from rivulus.kernel.errors import NotFound
from rivulus.observations.models import Declaration
from rivulus.observations.rules.domains.declared import (
    Declared,
    DomainSpec,
    PropertyDeclaration,
    read_declared,
    read_properties,
)

FILES = ("properties", "domains", "factors")
type _Parsed = tuple[Declared, tuple[PropertyDeclaration, ...]]
_parsed: dict[tuple[str, ...], _Parsed] = {}  # the last one read, by its digests


def get_declared() -> Declared:
    """Return all domains, the edition of the air index and the factors; empty before a pack was loaded. One small query."""
    return _read()[0]


def list_properties() -> tuple[PropertyDeclaration, ...]:
    """Return the properties the pack declares, in its order."""
    return _read()[1]


def find_property(code: str) -> PropertyDeclaration | None:
    """Return the declaration of a property, or None."""
    return next((each for each in list_properties() if each.spec.code == code), None)


def list_domains() -> tuple[DomainSpec, ...]:
    """Return the domains in the order of the pack."""
    return get_declared().domains


def get_domain(code: str) -> DomainSpec:
    """Return a domain; raises NotFound."""
    found = find_domain(code)
    if found is None:
        raise NotFound
    return found


def find_domain(code: str) -> DomainSpec | None:
    """Return a domain, or None."""
    return next((each for each in list_domains() if each.code == code), None)


def _read() -> _Parsed:
    digests = dict(Declaration.objects.filter(code__in=FILES).values_list("code", "digest"))
    if len(digests) < len(FILES):
        return Declared(), ()
    key = tuple(digests[name] for name in FILES)
    if key not in _parsed:
        contents = dict(Declaration.objects.filter(code__in=FILES).values_list("code", "content"))
        properties = read_properties(contents["properties"])
        codes = [each.spec.code for each in properties]
        _parsed.clear()
        _parsed[key] = read_declared(contents["domains"], contents["factors"], codes), properties
    return _parsed[key]

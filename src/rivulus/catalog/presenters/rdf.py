"""Writing RDF as Turtle, JSON-LD and RDF/XML, one thing after the other, without ever holding all of it.

What is described has an address of its own (parts of a thing have one with ``#``): there are no blank nodes, so that
the three writings say word for word the same.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

PREFIXES = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "locn": "http://www.w3.org/ns/locn#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
TYPE = "rdf:type"
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Writing(StrEnum):
    """How RDF is written; the value is the ending of an address."""

    TURTLE = "ttl"
    JSON_LD = "jsonld"
    RDF_XML = "rdf"


MEDIA_TYPES = {
    Writing.TURTLE: "text/turtle",
    Writing.JSON_LD: "application/ld+json",
    Writing.RDF_XML: "application/rdf+xml",
}


@dataclass(frozen=True, slots=True)
class Link:
    """The address of a thing: whole, or with a prefix."""

    address: str


@dataclass(frozen=True, slots=True)
class Text:
    """A value: text of a language, or of a type (with a prefix)."""

    value: str
    language: str = ""
    type: str = ""


type Fact = tuple[str, Link | Text]


@dataclass(frozen=True, slots=True)
class Thing:
    """What is said of one address."""

    address: str
    facts: tuple[Fact, ...]


def write(things: Iterable[Thing], writing: Writing) -> Iterator[str]:
    """Yield what is said, piece by piece."""
    match writing:
        case Writing.TURTLE:
            return _write_turtle(things)
        case Writing.JSON_LD:
            return _write_json_ld(things)
        case Writing.RDF_XML:
            return _write_xml(things)


def negotiate(accept: str) -> Writing | None:
    """Return the writing that somebody would rather have than a page, or None for the page (RFC 9110, 12.5.1)."""
    wanted: dict[str, float] = {}
    for part in accept.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        wanted[media] = _number(quality)
    page = max(wanted.get("text/html", 0.0), wanted.get("application/xhtml+xml", 0.0))
    best = max(MEDIA_TYPES, key=lambda writing: wanted.get(MEDIA_TYPES[writing], 0.0))
    return best if wanted.get(MEDIA_TYPES[best], 0.0) > page else None


def whole(address: str) -> str:
    """Return an address without its prefix, safe to write between angle brackets."""
    prefix, colon, rest = address.partition(":")
    if colon and prefix in PREFIXES and not rest.startswith("//"):
        return PREFIXES[prefix] + rest
    return quote(address, safe="!#$%&'()*+,/:;=?@[]~-._")


def _write_turtle(things: Iterable[Thing]) -> Iterator[str]:
    for prefix, address in PREFIXES.items():
        yield f"@prefix {prefix}: <{address}> .\n"
    for thing in things:
        lines = [f"{_short(name)} {_turtle_value(value)}" for name, value in thing.facts]
        yield f"\n<{whole(thing.address)}>\n    " + " ;\n    ".join(lines) + " .\n"


def _turtle_value(value: Link | Text) -> str:
    if isinstance(value, Link):
        short = value.address.partition(":")[0] in PREFIXES and "//" not in value.address
        return value.address if short else f"<{whole(value.address)}>"
    said = json.dumps(value.value, ensure_ascii=False)
    if value.language:
        return f"{said}@{value.language}"
    if not value.type:
        return said
    return f"{said}^^{value.type if '://' not in value.type else f'<{whole(value.type)}>'}"


def _short(name: str) -> str:
    return "a" if name == TYPE else name


def _write_json_ld(things: Iterable[Thing]) -> Iterator[str]:
    yield '{"@context": ' + json.dumps(PREFIXES) + ',\n"@graph": ['
    between = "\n"
    for thing in things:
        yield between + json.dumps(_json_of(thing), ensure_ascii=False)
        between = ",\n"
    yield "\n]}\n"


def _json_of(thing: Thing) -> dict[str, object]:
    said: dict[str, list[object]] = defaultdict(list)
    for name, value in thing.facts:
        if name == TYPE and isinstance(value, Link):
            said["@type"].append(value.address)
        elif isinstance(value, Link):
            said[name].append({"@id": whole(value.address)})
        elif value.language:
            said[name].append({"@value": value.value, "@language": value.language})
        else:
            said[name].append({"@value": value.value, **({"@type": value.type} if value.type else {})})
    return {"@id": whole(thing.address), **said}


def _write_xml(things: Iterable[Thing]) -> Iterator[str]:
    spaces = " ".join(f'xmlns:{prefix}="{address}"' for prefix, address in PREFIXES.items())
    yield f'<?xml version="1.0" encoding="utf-8"?>\n<rdf:RDF {spaces}>\n'
    for thing in things:
        lines = [f"  <rdf:Description rdf:about={quoteattr(whole(thing.address))}>"]
        lines += [f"    {_xml_of(name, value)}" for name, value in thing.facts]
        yield "\n".join(lines) + "\n  </rdf:Description>\n"
    yield "</rdf:RDF>\n"


def _xml_of(name: str, value: Link | Text) -> str:
    if isinstance(value, Link):
        return f"<{name} rdf:resource={quoteattr(whole(value.address))}/>"
    said = escape(_NOT_IN_XML.sub("", value.value))
    if value.language:
        return f'<{name} xml:lang="{value.language}">{said}</{name}>'
    kind = f" rdf:datatype={quoteattr(whole(value.type))}" if value.type else ""
    return f"<{name}{kind}>{said}</{name}>"


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0

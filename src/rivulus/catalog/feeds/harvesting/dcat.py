"""Catalogs that speak DCAT, in Turtle, JSON-LD or RDF/XML, page after page where they say so (Hydra)."""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, RDF

from rivulus.catalog.feeds.fetching import Fetched
from rivulus.catalog.rules.datasets import Metadata
from rivulus.catalog.rules.harvest import MOST_DATASETS, MOST_PAGES, MOST_WAYS, Elsewhere, Found, Visit
from rivulus.catalog.terms import Format
from rivulus.catalog.terms.vocabularies import FREQUENCIES, HVD_CATEGORIES, THEMES, find_format, find_licence
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

ACCEPT = "text/turtle, application/ld+json;q=0.9, application/rdf+xml;q=0.8"
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
DCATAP = Namespace("http://data.europa.eu/r5r/")
KINDS = {
    "text/turtle": "turtle",
    "application/x-turtle": "turtle",
    "application/ld+json": "json-ld",
    "application/json": "json-ld",
    "application/rdf+xml": "xml",
    "application/xml": "xml",
    "text/xml": "xml",
}
ENDINGS = {"ttl": "turtle", "jsonld": "json-ld", "json": "json-ld", "rdf": "xml", "xml": "xml"}
LANGUAGES = ("ro", "en", "hu")

type Fetch = Callable[[str], Fetched]


def visit(url: str, fetch: Fetch, *, most_pages: int = MOST_PAGES) -> Visit:
    """Read a catalog to its end, or as many pages as are allowed; raises Refused where it cannot be read."""
    found: dict[str, Found] = {}
    problems: list[tuple[str, str]] = []
    address, seen = url, set[str]()
    while address and len(seen) < most_pages:
        seen.add(address)
        graph = read_graph(fetch(address))
        for dataset in graph.subjects(RDF.type, DCAT.Dataset):
            if isinstance(dataset, URIRef):
                found[str(dataset)] = read_dataset(graph, dataset)
            else:
                problems.append((_text(graph, dataset, DCTERMS.title), "It has no address of its own."))
        if len(found) > MOST_DATASETS:
            raise Refused(N_("The catalog has more than %(most)s datasets."), most=MOST_DATASETS)
        address = _next(graph, url, seen)
    return Visit(tuple(found.values()), tuple(problems), is_whole=not address)


def read_graph(fetched: Fetched) -> Graph:
    """Return the graph of an answer. Nothing is fetched besides: contexts elsewhere and entities are refused."""
    kind = _kind(fetched)
    graph = Graph()
    try:
        if kind == "json-ld":
            _check_contexts(json.loads(fetched.body))
        if kind == "xml" and re.search(rb"<!(DOCTYPE|ENTITY)", fetched.body, re.IGNORECASE):
            raise Refused(N_("The catalog declares a document type, which is not read."))
        graph.parse(data=fetched.body, format=kind, publicID=fetched.url)
    except Refused:
        raise
    except Exception as error:
        raise Refused(N_("The catalog cannot be read: %(why)s"), why=" ".join(str(error).split())[:200]) from error
    return graph


def read_dataset(graph: Graph, dataset: URIRef) -> Found:
    """Return one dataset of a graph."""
    ways = tuple(_ways(graph, dataset))
    titles = _by_language(graph, dataset, DCTERMS.title)
    descriptions = _by_language(graph, dataset, DCTERMS.description)
    landing = graph.value(dataset, DCAT.landingPage)
    contact = next(graph.objects(dataset, DCAT.contactPoint), None)
    said = Metadata(
        title_ro=(titles.get("ro") or titles.get("en") or next(iter(titles.values()), ""))[:300],
        title_en=titles.get("en", "")[:300],
        title_hu=titles.get("hu", "")[:300],
        description_ro=(descriptions.get("ro") or next(iter(descriptions.values()), ""))[:5000],
        description_en=descriptions.get("en", "")[:5000],
        description_hu=descriptions.get("hu", "")[:5000],
        theme=tuple(sorted(_last_parts(graph, dataset, DCAT.theme) & set(THEMES))),
        keywords=_keywords(graph, dataset),
        licence=_licence(graph, dataset),
        hvd_category=next(iter(sorted(_last_parts(graph, dataset, DCATAP.hvdCategory) & set(HVD_CATEGORIES))), ""),
        contact_name=_text(graph, contact, VCARD.fn)[:200] if contact is not None else "",
        contact_email=_email(graph, contact),
        frequency=next(iter(_last_parts(graph, dataset, DCTERMS.accrualPeriodicity) & set(FREQUENCIES)), "UNKNOWN"),
        spatial=_area(graph, dataset),
        temporal=_time(graph, dataset),
        landing_page=_address(str(landing) if landing is not None else str(dataset)),
    )
    return Found(str(dataset), said, ways, _moment(graph.value(dataset, DCTERMS.modified)))


def _ways(graph: Graph, dataset: URIRef) -> Iterator[Elsewhere]:
    for one in sorted(graph.objects(dataset, DCAT.distribution), key=str)[:MOST_WAYS]:
        target = graph.value(one, DCAT.downloadURL) or graph.value(one, DCAT.accessURL)
        url = _address(str(target or ""))
        if not url:
            continue
        word = str(graph.value(one, DCTERMS.format) or graph.value(one, DCAT.mediaType) or "")
        size = str(graph.value(one, DCAT.byteSize) or "")
        format_ = find_format(word) if word else Format.OTHER
        yield Elsewhere(url, format_, _text(graph, one, DCTERMS.title)[:300], int(size) if size.isdecimal() else None)


def _licence(graph: Graph, dataset: URIRef) -> str:
    candidates = [dataset, *graph.objects(dataset, DCAT.distribution)]
    named = (str(licence) for one in candidates for licence in graph.objects(one, DCTERMS.license))
    return next((code for code in map(find_licence, named) if code != "other"), "other")


def _keywords(graph: Graph, dataset: URIRef) -> tuple[str, ...]:
    words = sorted(" ".join(str(word).split()) for word in graph.objects(dataset, DCAT.keyword))
    return tuple(dict.fromkeys(word for word in words if 2 <= len(word) <= 60))[:20]


def _area(graph: Graph, dataset: URIRef) -> dict[str, object]:
    for place in graph.objects(dataset, DCTERMS.spatial):
        siruta = re.fullmatch(r"SIRUTA (\d{1,6})", _text(graph, place, DCTERMS.identifier))
        if siruta:
            return {"siruta": int(siruta[1])}
        numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", str(graph.value(place, DCAT.bbox) or ""))]
        if len(numbers) >= 6 and len(numbers) % 2 == 0:
            xs, ys = numbers[::2], numbers[1::2]
            if min(xs) >= -180 and max(xs) <= 180 and min(ys) >= -90 and max(ys) <= 90:
                return {"bbox": [min(xs), min(ys), max(xs), max(ys)]}
    return {}


def _time(graph: Graph, dataset: URIRef) -> tuple[dt.date | None, dt.date | None]:
    for period in graph.objects(dataset, DCTERMS.temporal):
        begin, end = (_day(graph.value(period, name)) for name in (DCAT.startDate, DCAT.endDate))
        if (begin or end) and not (begin and end and begin > end):
            return begin, end
    return None, None


def _by_language(graph: Graph, subject: Any, predicate: URIRef) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in graph.objects(subject, predicate):
        language = (getattr(text, "language", None) or "ro")[:2]
        found.setdefault(language, str(text).strip())
    return {language: found[language] for language in (*LANGUAGES, *sorted(found)) if found.get(language)}


def _text(graph: Graph, subject: Any, predicate: URIRef) -> str:
    return next(iter(_by_language(graph, subject, predicate).values()), "")


def _last_parts(graph: Graph, subject: Any, predicate: URIRef) -> set[str]:
    return {str(one).rstrip("/").rsplit("/", 1)[-1] for one in graph.objects(subject, predicate)}


def _email(graph: Graph, contact: Any) -> str:
    address = str(graph.value(contact, VCARD.hasEmail) or "").removeprefix("mailto:") if contact is not None else ""
    return address if re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,180}\.[A-Za-z]{2,20}", address) else ""


def _address(text: str) -> str:
    parts = urlsplit(text)
    return text if parts.scheme in {"http", "https"} and parts.hostname and len(text) <= 500 else ""


def _moment(value: Any) -> dt.datetime | None:
    found = value.toPython() if isinstance(value, Literal) else None
    if isinstance(found, dt.datetime):
        return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
    if isinstance(found, dt.date):
        return dt.datetime(found.year, found.month, found.day, tzinfo=dt.UTC)
    return None


def _day(value: Any) -> dt.date | None:
    moment = _moment(value)
    return moment.date() if moment is not None else None


def _next(graph: Graph, url: str, seen: set[str]) -> str:
    """Return the next page, on the same host only, and never a page twice."""
    for target in graph.objects(None, HYDRA.next):
        address = urljoin(url, str(target))
        if urlsplit(address).netloc == urlsplit(url).netloc and address not in seen:
            return address
    return ""


def _kind(fetched: Fetched) -> str:
    media = fetched.content_type.split(";")[0].strip().lower()
    ending = urlsplit(fetched.url).path.rsplit(".", 1)[-1].lower()
    kind = KINDS.get(media) or ENDINGS.get(ending)
    if kind is None:
        raise Refused(N_("The catalog answers with %(media)s, not with RDF."), media=media or "nothing")
    return kind


def _check_contexts(value: Any) -> None:
    """Refuse JSON-LD that would have something fetched while it is read."""
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, list):
            stack += one
        elif isinstance(one, dict):
            context = one.get("@context")
            named = context if isinstance(context, list) else [context]
            if "@import" in one or any(isinstance(part, str) for part in named):
                raise Refused(N_("The catalog's JSON-LD names a context elsewhere, which is not fetched."))
            stack += one.values()

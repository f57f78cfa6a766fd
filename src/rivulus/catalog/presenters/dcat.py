"""The catalog in the words of DCAT-AP 3.0.1 (with its profile for high-value datasets), as things for ``rdf``."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from rivulus.catalog.models import Dataset
from rivulus.catalog.presenters.rdf import TYPE, Fact, Link, Text, Thing
from rivulus.catalog.queries.datasets import LANGUAGES, read_range
from rivulus.catalog.queries.ways import Way
from rivulus.catalog.terms import Format
from rivulus.catalog.terms.vocabularies import (
    AUTHORITY,
    FILE_TYPES,
    HVD,
    HVD_CATEGORIES,
    HVD_LEGISLATION,
    LICENCES,
    PUBLIC,
    THEMES,
    file_type_uri,
    licence_uri,
)
from rivulus.catalog.terms.vocabularies import LANGUAGES as LANGUAGE_URIS
from rivulus.kernel.words import N_

THEMES_SCHEME = AUTHORITY + "data-theme"
STABLE = AUTHORITY + "planned-availability/STABLE"
MEDIA = "http://www.iana.org/assignments/media-types/"


@dataclass(slots=True)
class Vocabulary:
    """Addresses of others' vocabularies that were used, with what they are, so that a page can be checked by itself."""

    seen: dict[str, tuple[str, str]] = field(default_factory=dict)

    def use(self, address: str, kind: str, name: str = "") -> Link:
        """Return the link to an address, and remember what it is and what it is called."""
        self.seen.setdefault(address, (kind, name))
        return Link(address)

    def list_things(self) -> Iterator[Thing]:
        """Yield what the used addresses are."""
        for address in sorted(self.seen):
            kind, name = self.seen[address]
            facts: list[Fact] = [(TYPE, Link(kind))]
            if name:
                facts += _texts("dct:title" if kind == "skos:ConceptScheme" else "skos:prefLabel", name)
            yield Thing(address, tuple(facts))


@dataclass(frozen=True, slots=True)
class Service:
    """An interface of the platform through which data are had."""

    key: str
    title: str
    path: str
    description_path: str = ""
    standard: str = ""


SERVICES = (
    Service("api", N_("The platform's API"), "/api/v1/", "/api/v1/openapi.json", "https://spec.openapis.org/oas/v3.1.0"),
    Service(
        "sensorthings", N_("Observations (OGC SensorThings 1.1)"), "/sensorthings/v1.1", "",
        "http://www.opengis.net/doc/is/sensorthings/1.1",
    ),
    Service(
        "ogc", N_("Map layers (OGC API Features and Tiles)"), "/ogc", "/ogc/api",
        "http://www.opengis.net/doc/IS/ogcapi-features-1/1.0",
    ),
    Service("ckan", N_("The catalog for CKAN clients"), "/api/3/action/", "", "https://docs.ckan.org/en/latest/api/"),
)  # fmt: skip
ROWS = Service("rows", N_("Rows of the datasets, filtered and summed up"), "/catalog/api/", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which part of the catalog is written."""

    number: int
    last: int
    total: int
    path: str = "/catalog.ttl"


@dataclass(slots=True)
class Writer:
    """Says the catalog of the platform at ``base`` (its address without a slash at the end)."""

    base: str
    vocabulary: Vocabulary = field(default_factory=Vocabulary)

    @property
    def catalog(self) -> str:
        """The address of the catalog itself."""
        return f"{self.base}/catalog/"

    def dataset_address(self, code: str) -> str:
        """The address of a dataset, which is its page as well."""
        return f"{self.base}/catalog/datasets/{code}/"

    def publisher_address(self, code: str) -> str:
        """The address of an organisation."""
        return f"{self.base}/catalog/organisations/{code}/"

    def list_things(
        self,
        datasets: Sequence[Dataset],
        ways: Mapping[int, Sequence[Way]],
        *,
        publisher: Any,
        page: Page,
    ) -> Iterator[Thing]:
        """Yield one page of the catalog: itself, its interfaces, the datasets, who publishes them, the vocabularies."""
        yield self._catalog(datasets, publisher, page)
        yield from self._page(page)
        for service in (*SERVICES, ROWS):
            yield self._service(service, datasets, publisher)
        yield from self._publishers([publisher, *(dataset.organisation for dataset in datasets)])
        for dataset in datasets:
            yield from self.list_things_of(dataset, ways.get(dataset.pk, ()))
        yield from self.vocabulary.list_things()

    def list_things_alone(self, dataset: Dataset, ways: Sequence[Way]) -> Iterator[Thing]:
        """Yield one dataset, complete by itself."""
        yield from self._publishers([dataset.organisation])
        yield from self.list_things_of(dataset, ways)
        if any(way.is_api for way in ways):
            yield self._service(ROWS, [dataset], dataset.organisation)
        yield from self.vocabulary.list_things()

    def list_things_of(self, dataset: Dataset, ways: Sequence[Way]) -> Iterator[Thing]:
        """Yield a dataset with its parts: contact, area, time, distributions."""
        address = self.dataset_address(dataset.code)
        yield self._dataset(dataset, ways, address)
        yield self._contact(dataset, address)
        yield from self._area(dataset, address)
        yield from self._time(dataset, address)
        for way in ways:
            yield from self._distribution(dataset, way, f"{address}#{way.key}")
        if dataset.landing_page:
            self.vocabulary.use(dataset.landing_page, "foaf:Document")

    # --- parts ------------------------------------------------------------------------------------

    def _catalog(self, datasets: Sequence[Dataset], publisher: Any, page: Page) -> Thing:
        use = self.vocabulary.use
        facts: list[Fact] = [(TYPE, Link("dcat:Catalog")), (TYPE, Link("hydra:Collection"))]
        facts += _texts("dct:title", N_("Open data of Baia Mare and its metropolitan area"))
        facts += _texts(
            "dct:description", N_("What the city and the organisations of its area publish, always current.")
        )
        facts += [
            ("dct:publisher", Link(self.publisher_address(publisher.code))),
            ("foaf:homepage", use(self.catalog + "#page", "foaf:Document")),
            ("dcat:themeTaxonomy", use(THEMES_SCHEME, "skos:ConceptScheme", N_("Themes"))),
            ("dct:license", use(licence_uri("CC-BY-4.0"), "dct:LicenseDocument")),
            ("hydra:totalItems", Text(str(page.total), type="xsd:integer")),
            ("hydra:view", Link(self._page_address(page, page.number))),
        ]
        facts += [("dct:language", use(uri, "dct:LinguisticSystem")) for uri in LANGUAGE_URIS.values()]
        facts += [("dcat:service", Link(self._service_address(one))) for one in (*SERVICES, ROWS)]
        facts += [("dcat:dataset", Link(self.dataset_address(dataset.code))) for dataset in datasets]
        facts += [("hydra:member", Link(self.dataset_address(dataset.code))) for dataset in datasets]
        changed = max((dataset.changed_at for dataset in datasets), default=None)
        if changed:
            facts.append(("dct:modified", _moment(changed)))
        self.vocabulary.use(THEMES_SCHEME, "skos:ConceptScheme", N_("Themes"))
        return Thing(self.catalog, tuple(facts))

    def _page(self, page: Page) -> Iterator[Thing]:
        """The part of the collection that this is, with the way to the next (Hydra's partial collections)."""
        facts: list[Fact] = [(TYPE, Link("hydra:PartialCollectionView"))]
        steps = {"first": 1, "previous": page.number - 1, "next": page.number + 1, "last": page.last}
        facts += [
            (f"hydra:{name}", Link(self._page_address(page, number)))
            for name, number in steps.items()
            if 1 <= number <= page.last
        ]
        yield Thing(self._page_address(page, page.number), tuple(facts))

    def _page_address(self, page: Page, number: int) -> str:
        return f"{self.base}{page.path}?page={number}"

    def _service_address(self, service: Service) -> str:
        return f"{self.catalog}#service-{service.key}"

    def _service(self, service: Service, datasets: Sequence[Dataset], publisher: Any) -> Thing:
        use = self.vocabulary.use
        facts: list[Fact] = [(TYPE, Link("dcat:DataService")), *_texts("dct:title", service.title)]
        facts += [
            ("dcat:endpointURL", use(self.base + service.path, "rdfs:Resource")),
            ("dct:publisher", Link(self.publisher_address(publisher.code))),
            ("dct:license", use(licence_uri("CC-BY-4.0"), "dct:LicenseDocument")),
            ("dct:accessRights", use(PUBLIC, "dct:RightsStatement")),
            ("foaf:page", use(f"{self.base}/data/", "foaf:Document")),
            ("dcat:contactPoint", Link(self._service_address(service) + "-contact")),
        ]
        if service.description_path:
            facts.append(("dcat:endpointDescription", use(self.base + service.description_path, "rdfs:Resource")))
        if service.standard:
            facts.append(("dct:conformsTo", use(service.standard, "dct:Standard")))
        self.vocabulary.use(self._service_address(service) + "-contact", "vcard:Kind")
        if service is ROWS:
            facts += [
                ("dcat:servesDataset", Link(self.dataset_address(one.code)))
                for one in datasets
                if not one.harvested_from
            ]
            categories = {one.hvd_category for one in datasets if one.hvd_category and not one.harvested_from}
            if categories:
                facts.append(("dcatap:applicableLegislation", use(HVD_LEGISLATION, "eli:LegalResource")))
                facts += [
                    ("dcatap:hvdCategory", use(HVD + one, "skos:Concept", HVD_CATEGORIES[one]))
                    for one in sorted(categories)
                ]
        return Thing(self._service_address(service), tuple(facts))

    def _publishers(self, organisations: Iterable[Any]) -> Iterator[Thing]:
        for one in {organisation.pk: organisation for organisation in organisations}.values():
            facts: list[Fact] = [(TYPE, Link("foaf:Agent")), (TYPE, Link("foaf:Organization"))]
            names = ((getattr(one, f"name_{language}"), language) for language in LANGUAGES)
            facts += [("foaf:name", Text(name, language)) for name, language in names if name]
            if one.homepage:
                facts.append(("foaf:homepage", self.vocabulary.use(one.homepage, "foaf:Document")))
            if one.email:
                facts.append(("foaf:mbox", Link(f"mailto:{one.email}")))
            yield Thing(self.publisher_address(one.code), tuple(facts))

    def _dataset(self, dataset: Dataset, ways: Sequence[Way], address: str) -> Thing:
        use = self.vocabulary.use
        facts: list[Fact] = [(TYPE, Link("dcat:Dataset")), ("dct:identifier", Text(dataset.code))]
        facts += _said(dataset, "title", "dct:title") + _said(dataset, "description", "dct:description")
        if not dataset.description_ro:
            facts.append(("dct:description", Text(dataset.title_ro, "ro")))
        facts += [
            ("dct:publisher", Link(self.publisher_address(dataset.organisation.code))),
            ("dcat:contactPoint", Link(f"{address}#contact")),
            ("dct:accrualPeriodicity", use(f"{AUTHORITY}frequency/{dataset.frequency}", "dct:Frequency")),
            ("dct:accessRights", use(PUBLIC, "dct:RightsStatement")),
            ("dct:modified", _moment(dataset.data_changed_at or dataset.changed_at)),
            ("dcat:version", Text(str(dataset.version))),
            ("foaf:page", use(f"{address}?page", "foaf:Document")),
        ]
        if dataset.issued_at:
            facts.append(("dct:issued", _moment(dataset.issued_at)))
        if dataset.landing_page:
            facts.append(("dcat:landingPage", Link(dataset.landing_page)))
        facts += [
            ("dcat:theme", use(f"{THEMES_SCHEME}/{code}", "skos:Concept", THEMES[code])) for code in dataset.theme
        ]
        facts += [("dcat:keyword", Text(word, "ro")) for word in dataset.keywords]
        written = [language for language in LANGUAGES if getattr(dataset, f"title_{language}")]
        facts += [("dct:language", use(LANGUAGE_URIS[one], "dct:LinguisticSystem")) for one in written]
        facts += self._high_value(dataset)
        if dataset.spatial:
            facts.append(("dct:spatial", Link(f"{address}#area")))
        if dataset.temporal is not None:
            facts.append(("dct:temporal", Link(f"{address}#time")))
        facts += [("dcat:distribution", Link(f"{address}#{way.key}")) for way in ways]
        return Thing(address, tuple(facts))

    def _high_value(self, dataset: Dataset) -> list[Fact]:
        if not dataset.hvd_category:
            return []
        return [
            ("dcatap:applicableLegislation", self.vocabulary.use(HVD_LEGISLATION, "eli:LegalResource")),
            ("dcatap:hvdCategory", self._category(dataset.hvd_category)),
        ]

    def _category(self, code: str) -> Link:
        return self.vocabulary.use(HVD + code, "skos:Concept", HVD_CATEGORIES[code])

    def _contact(self, dataset: Dataset, address: str) -> Thing:
        facts: list[Fact] = [(TYPE, Link("vcard:Kind")), (TYPE, Link("vcard:Organization"))]
        facts.append(("vcard:fn", Text(dataset.contact_name or dataset.organisation.name_ro, "ro")))
        email = dataset.contact_email or dataset.organisation.email
        if email:
            facts.append(("vcard:hasEmail", self.vocabulary.use(f"mailto:{email}", "rdfs:Resource")))
        asking = f"{self.base}/catalog/requests/new/?dataset={dataset.code}"
        facts.append(("vcard:hasURL", self.vocabulary.use(asking, "rdfs:Resource")))
        return Thing(f"{address}#contact", tuple(facts))

    def _area(self, dataset: Dataset, address: str) -> Iterator[Thing]:
        spatial: dict[str, Any] = dataset.spatial
        if not spatial:
            return
        facts: list[Fact] = [(TYPE, Link("dct:Location"))]
        if "siruta" in spatial:
            facts.append(("dct:identifier", Text(f"SIRUTA {spatial['siruta']}")))
        if "bbox" in spatial:
            west, south, east, north = spatial["bbox"]
            box = f"POLYGON(({west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}))"
            facts.append(("dcat:bbox", Text(box, type="http://www.opengis.net/ont/geosparql#wktLiteral")))
        yield Thing(f"{address}#area", tuple(facts))

    def _time(self, dataset: Dataset, address: str) -> Iterator[Thing]:
        begin, end = read_range(dataset.temporal)
        if not (begin or end):
            return
        facts: list[Fact] = [(TYPE, Link("dct:PeriodOfTime"))]
        for name, day in (("dcat:startDate", begin), ("dcat:endDate", end)):
            if day:
                facts.append((name, Text(day.isoformat(), type="xsd:date")))
        yield Thing(f"{address}#time", tuple(facts))

    def _distribution(self, dataset: Dataset, way: Way, address: str) -> Iterator[Thing]:
        use = self.vocabulary.use
        target = self.base + way.path if way.path else way.url
        kind = FILE_TYPES[way.format]
        title = way.title or kind.name
        facts: list[Fact] = [
            (TYPE, Link("dcat:Distribution")),
            ("dct:title", Text(title, "ro")),
            ("dcat:accessURL", use(target, "rdfs:Resource")),
        ]
        if not way.is_api and way.format is not Format.HTML:
            facts.append(("dcat:downloadURL", Link(target)))
        if way.is_api and way.path:
            facts.append(("dcat:accessService", Link(self._service_address(ROWS))))
        licence = licence_uri(dataset.licence)
        if licence:
            facts.append(("dct:license", use(licence, "dct:LicenseDocument")))
        if file_type_uri(way.format):
            facts += [
                ("dct:format", use(file_type_uri(way.format), "dct:MediaTypeOrExtent")),
                ("dcat:mediaType", use(MEDIA + kind.media_type, "dct:MediaType")),
            ]
        facts.append(("dct:rights", use(PUBLIC, "dct:RightsStatement")))
        facts.append(("dcatap:availability", use(STABLE, "skos:Concept", N_("There to stay"))))
        if dataset.hvd_category:
            facts.append(("dcatap:applicableLegislation", use(HVD_LEGISLATION, "eli:LegalResource")))
        if way.size is not None:
            facts.append(("dcat:byteSize", Text(str(way.size), type="xsd:nonNegativeInteger")))
        if way.issued_at:
            facts.append(("dct:issued", _moment(way.issued_at)))
        if way.changed_at:
            facts.append(("dct:modified", _moment(way.changed_at)))
        if way.checksum:
            facts.append(("spdx:checksum", Link(f"{address}-checksum")))
        yield Thing(address, tuple(facts))
        if way.checksum:
            yield self._checksum(way.checksum, f"{address}-checksum")

    def _checksum(self, checksum: str, address: str) -> Thing:
        algorithm = self.vocabulary.use("http://spdx.org/rdf/terms#checksumAlgorithm_sha256", "spdx:ChecksumAlgorithm")
        return Thing(
            address,
            (
                (TYPE, Link("spdx:Checksum")),
                ("spdx:algorithm", algorithm),
                ("spdx:checksumValue", Text(checksum, type="xsd:hexBinary")),
            ),
        )


def licence_address(code: str) -> str:
    """Return the address that a licence is best known by."""
    return LICENCES[code].url if code in LICENCES else ""


def _said(dataset: Dataset, name: str, predicate: str) -> list[Fact]:
    texts = ((getattr(dataset, f"{name}_{language}"), language) for language in LANGUAGES)
    return [(predicate, Text(text, language)) for text, language in texts if text]


def _texts(predicate: str, sentence: str) -> list[Fact]:
    facts: list[Fact] = []
    for language in LANGUAGES:
        with translation.override(language):
            facts.append((predicate, Text(gettext(sentence), language)))
    return facts


def _moment(at: dt.datetime) -> Text:
    return Text(at.astimezone(dt.UTC).isoformat(timespec="seconds"), type="xsd:dateTime")

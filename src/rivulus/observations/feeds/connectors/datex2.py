"""DATEX II parking: table and status publications, versions 2 and 3 (EN 16157-6); names without their namespaces."""

from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.feeds.connectors.taking import Answer, Taker, fields_of, point
from rivulus.observations.rules.connectors.declarations import Declaration
from rivulus.observations.rules.connectors.mapped import Field, Gatherer, Mapped
from rivulus.observations.rules.times import TimeReader

SPACES = "1"
FIELDS: Mapping[str, Field] = {
    "parkingNumberOfVacantSpaces": Field(property="free_places", unit=SPACES, name="Locuri libere", minimum=0),
    "parkingNumberOfOccupiedSpaces": Field(property="occupied_places", unit=SPACES, name="Locuri ocupate", minimum=0),
    "parkingNumberOfSpaces": Field(property="parking_capacity", unit=SPACES, name="Locuri în total", minimum=0),
    "parkingOccupancy": Field(property="parking_occupancy", unit="%", name="Grad de ocupare", minimum=0, maximum=100),
    "parkingSiteOpeningStatus": Field(property="parking_opening", kind="text", name="Deschis sau închis"),
}
OVERRIDE = "parkingNumberOfSpacesOverride"
DEEPEST = 40


class _Builder(ET.TreeBuilder):
    """Refuses what no publication needs and every attack on parsers does: a document type, and endless depth."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """A document type may declare entities."""
        raise Refused(N_("The answer declares a document type, which DATEX II never does."))

    def start(self, tag: str, attrs: dict[str, str], /) -> ET.Element:
        """Open an element."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise Refused(N_("The answer is nested too deep."))
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> ET.Element:
        """Close an element."""
        self.depth -= 1
        return super().end(tag)


def parse_xml(body: bytes) -> ET.Element:
    """Return the root of a document without a document type; raises Refused."""
    parser = ET.XMLParser(target=_Builder())  # noqa: S314 (the target refuses document types, so there are no entities)
    try:
        parser.feed(body)
        root: ET.Element = parser.close()
    except (ET.ParseError, ValueError, LookupError) as error:
        raise Refused(N_("The answer is not XML: %(why)s"), why=str(error)[:120]) from error
    return root


def map_answer(answer: Answer, declaration: Declaration) -> Mapped:
    """Return the parking sites and their occupancy."""
    gatherer = Gatherer()
    fields = fields_of(declaration, FIELDS)
    described: dict[str, ET.Element] = {}
    for body in answer.bodies("table"):
        for record in _all(parse_xml(body), "parkingRecord"):
            described[record.get("id", "")] = record
    for body in answer.bodies("status"):
        for status in _all(parse_xml(body), "parkingRecordStatus"):
            _take_status(gatherer, declaration, answer, fields, status, described)
    return gatherer.done()


def _take_status(
    gatherer: Gatherer,
    declaration: Declaration,
    answer: Answer,
    fields: Mapping[str, Field],
    status: ET.Element,
    described: Mapping[str, ET.Element],
) -> None:
    reference = next(_all(status, "parkingRecordReference"), None)
    identifier = reference.get("id", "") if reference is not None else ""
    taker = Taker(gatherer, declaration, identifier, identifier or "parkingRecordStatus", answer.received_us)
    try:
        if not identifier:
            raise Refused(N_("The status does not say of which parking site it is."))
        time_us = TimeReader(zone=str(declaration.options.get("zone", ""))).read(
            _text(status, "parkingStatusOriginTime")
        )
    except Refused as refused:
        taker.complain(refused)
        return
    record = described.get(identifier)
    if record is not None:
        _describe(taker, record)
    for name, field in fields.items():
        given = _own_text(status, name)
        if given is None and name == "parkingNumberOfSpaces":
            given = _own_text(status, OVERRIDE) or (_text(record, name) if record is not None else None)
        if given:
            taker.take(field, given, time_us, what=name)
    taker.done()


def _describe(taker: Taker, record: ET.Element) -> None:
    name = next(_all(record, "parkingName"), None)
    taker.name = next((value.text or "" for value in _all(name, "value")), "") if name is not None else ""
    taker.place = point(_text(record, "longitude"), _text(record, "latitude"))
    layout = _text(record, "parkingLayout")
    if layout:
        taker.properties["layout"] = layout[:60]


def _all(element: ET.Element, name: str) -> Iterator[ET.Element]:
    return (one for one in element.iter() if one.tag.rsplit("}", 1)[-1] == name)


def _text(element: ET.Element | None, name: str) -> str:
    if element is None:
        return ""
    return next(((one.text or "").strip() for one in _all(element, name)), "")


def _own_text(status: ET.Element, name: str) -> str | None:
    """Return what a status says of the whole site: not of a group of its spaces, and not a container of the name."""
    for place in (status, *(part for part in status if part.tag.rsplit("}", 1)[-1] == "parkingOccupancy")):
        for part in place:
            if part.tag.rsplit("}", 1)[-1] == name and len(part) == 0 and (part.text or "").strip():
                return (part.text or "").strip()
    return None

"""GML before anything opens it: what its first element is, and that it declares nothing; read no further than that."""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO
from xml.parsers import expat

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

CHUNK = 64 * 1024
COLLECTIONS = frozenset({"FeatureCollection", "SpatialDataset"})
REPORTS = frozenset({"ExceptionReport", "ServiceExceptionReport"})
REPORT = re.compile(rb"<(?:\w+:)?(?:ExceptionText|ServiceException)\b[^>]*>(.*?)</", re.DOTALL)
SCHEMA_LOCATION = re.compile(rb"\b(schemaLocation|noNamespaceSchemaLocation)(\s*=)")
OLD_SYSTEM = b"http://www.opengis.net/gml/srs/epsg.xml#"  # of GML 2; its axes are east, north, as those of EPSG:… are
DECLARED = N_("The XML declares a document type or entities, as no data do; it is not opened.")
BROKEN = N_("The XML of the file is broken.")


@dataclass(frozen=True, slots=True)
class Root:
    """The first element: its name without a prefix, and its attributes."""

    name: str
    attributes: Mapping[str, str]


class _Reached(Exception):
    """The first element was met: nothing more is read."""


def root_of(stream: IO[bytes]) -> Root:
    """Return the first element of XML; raises Refused where a document type stands before it, whatever that declares.

    Entities that stand for themselves many times over, and those that lead to files, can be declared nowhere else. The
    element has to end within the first ``CHUNK`` bytes, in which `closed_parts` looks for addresses of schemas.
    """
    met: list[Root] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        met.append(Root(name.rpartition(":")[2], attributes))
        raise _Reached

    def declare(name: str, *_said: object) -> None:
        raise Refused(N_("This is a web page, not data.") if name.lower() == "html" else DECLARED)

    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    parser.StartDoctypeDeclHandler = declare
    parser.EntityDeclHandler = declare
    try:
        parser.Parse(stream.read(CHUNK), False)
    except _Reached:
        return met[0]
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Refused(BROKEN) from error
    raise Refused(BROKEN)


def check_is_features(stream: IO[bytes]) -> Root:
    """Return the first element of GML; raises Refused for any other XML, and leaves the stream at its beginning."""
    root = root_of(stream)
    stream.seek(0)
    if root.name in REPORTS:
        words = report_of(stream.read(CHUNK))
        stream.seek(0)
        raise Refused(N_("The service answers: %(words)s"), words=words)
    if root.name not in COLLECTIONS:
        raise Refused(N_("This is XML (%(name)s), but no GML with features."), name=root.name[:60])
    return root


def report_of(body: bytes) -> str:
    """Return what a service says went wrong."""
    found = REPORT.search(body)
    text = found[1].decode("utf-8", "replace") if found else ""
    return html.unescape(" ".join(text.replace("<![CDATA[", "").replace("]]>", "").split()))[:200] or "…"


def closed_parts(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield GML that names no schema, which would be looked for, and old systems by their number, not by an address."""
    rest = SCHEMA_LOCATION.sub(lambda found: b"unused" + found[2], stream.read(CHUNK))
    while chunk := stream.read(CHUNK):
        data = (rest + chunk).replace(OLD_SYSTEM, b"EPSG:")
        end = max(0, len(data) - len(OLD_SYSTEM))
        yield data[:end]
        rest = data[end:]
    yield rest.replace(OLD_SYSTEM, b"EPSG:")

"""Features that stand at an address elsewhere: OGC API Features, WFS with GeoJSON or GML, or a file; public addresses only."""

import io
import json
from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import httpcore
import httpx

from rivulus.atlas.feeds.imports import markup
from rivulus.atlas.feeds.imports.keeping import Kept, keep
from rivulus.atlas.rules.imports.choices import LARGEST_BYTES, MOST_FEATURES
from rivulus.kernel.errors import Refused
from rivulus.kernel.wire import GuardedTransport
from rivulus.kernel.words import N_

USER_AGENT = "Rivulus (open city platform; atlas)"
TIMEOUT_S = 60.0
MOST_REDIRECTS, MOST_PAGES = 4, 2_000
AT_ONCE = 1_000
ASKED = frozenset({"service", "version", "request", "typename", "typenames", "outputformat", "srsname", "count",
                   "maxfeatures", "startindex"})  # fmt: skip
TROUBLES = (httpx.HTTPError, httpx.InvalidURL, httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)


def fetch(url: str, private_hosts: Collection[str] = ()) -> Kept:
    """Ask an address for features and keep them as a file; raises Refused with what is wrong with it."""
    transport = GuardedTransport(private_hosts)
    with httpx.Client(
        transport=transport, timeout=httpx.Timeout(TIMEOUT_S), trust_env=False, follow_redirects=False
    ) as client:
        asker = _Asker(client, transport)
        try:
            first, document = _first(asker, url)
            if document is None:
                return keep(io.BytesIO(first))
            if document.get("type") != "FeatureCollection":
                raise _not_features(document)
            return _keep_all(asker, first_address(url), document)
        except TROUBLES as error:
            raise Refused(
                N_("The address cannot be reached: %(why)s"), why=(str(error) or repr(error))[:150]
            ) from error


def _first(asker: "_Asker", url: str) -> tuple[bytes, dict[str, Any] | None]:
    """The first answer; a WFS that does not give GeoJSON is asked for GML, in the ways that servers understand."""
    address, ways = first_address(url), gml_addresses(url)
    if not wants_gml(url):
        try:
            first = asker.get(address)
            if (document := _document(first)) is not None or not ways:
                return first, document
        except Refused:
            if not ways:
                raise
    for at, way in enumerate(ways, 1):
        try:
            body = asker.get(way)
            root = markup.check_is_features(io.BytesIO(body))
        except Refused:
            if at == len(ways):
                raise
            continue
        _check_is_whole(root)
        return body, None
    raise AssertionError("there is a last way")


def _check_is_whole(root: markup.Root) -> None:
    """Pages of GML are not put together: a service that gives only some of its features says so here."""
    matched, given = root.attributes.get("numberMatched", ""), root.attributes.get("numberReturned", "")
    if matched.isdecimal() and given.isdecimal() and int(given) < int(matched):
        raise Refused(
            N_(
                "The service gives %(given)s of its %(matched)s features at once, as GML. Import them in several files."
            ),
            given=int(given),
            matched=int(matched),
        )


class _Asker:
    """Counts what it received: all answers together may not be larger than a file may be."""

    def __init__(self, client: httpx.Client, transport: GuardedTransport) -> None:
        self.client, self.transport, self.received = client, transport, 0

    def get(self, url: str) -> bytes:
        self.transport.deadline.set(TIMEOUT_S)
        for _ in range(MOST_REDIRECTS + 1):
            _check_address(url)
            headers = {
                "User-Agent": USER_AGENT,
                "Accept": "application/geo+json, application/json;q=0.9, */*;q=0.5",
                "Accept-Encoding": "identity",
            }
            response = self.client.send(self.client.build_request("GET", url, headers=headers), stream=True)
            try:
                if response.status_code in {301, 302, 303, 307, 308}:
                    url = urljoin(url, response.headers.get("Location", ""))
                    continue
                if response.status_code != 200:
                    raise Refused(N_("The address answers with status %(status)s."), status=response.status_code)
                return self._body(response)
            finally:
                response.close()
        raise Refused(N_("The address sends from one place to the next without end."))

    def _body(self, response: httpx.Response) -> bytes:
        if response.headers.get("Content-Encoding", "identity").strip().lower() not in {"", "identity"}:
            raise Refused(N_("The answer is packed, which was not asked for."))
        body = bytearray()
        for chunk in response.iter_raw(65_536):
            body += chunk
            self.received += len(chunk)
            if self.received > LARGEST_BYTES:
                raise Refused(N_("The answer is larger than 64 MB."))
        return bytes(body)


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
        raise Refused(N_("This is not an address of the web."))


def first_address(url: str) -> str:
    """Return the address to begin with: of a collection its items, of a WFS the features as GeoJSON."""
    _check_address(url)
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    small = {name.lower(): value for name, value in asked.items()}
    if small.get("service", "").lower() == "wfs":
        return urlunsplit(parts._replace(query=urlencode(_wfs(small)), fragment=""))
    path = parts.path.rstrip("/")
    if path.rpartition("/")[0].endswith("/collections"):
        path += "/items"
    if path.endswith("/items"):
        asked = {"f": "json", "limit": str(AT_ONCE), **asked}
    return urlunsplit(parts._replace(path=path or "/", query=urlencode(asked), fragment=""))


def gml_addresses(url: str) -> list[str]:
    """Return the addresses that give the features of a WFS as GML, the newer first; none for other ones and formats."""
    small = _small(url)
    form = small.get("outputformat", "")
    if small.get("service", "").lower() != "wfs" or (form and not wants_gml(url)):
        return []
    name = _name_of(small)
    asked = {**_own(small), "service": "WFS", "request": "GetFeature", **({"outputFormat": form} if form else {})}
    newer, older = {**asked, "version": "2.0.0", "typeNames": name}, {**asked, "version": "1.1.0", "typeName": name}
    system = {"srsName": small.get("srsname", "urn:ogc:def:crs:EPSG::4326")}
    ways = [{**newer, **system}, newer, {**older, **system}, older]
    return [urlunsplit(urlsplit(url)._replace(query=urlencode(way), fragment="")) for way in ways]


def wants_gml(url: str) -> bool:
    """Tell whether an address of a WFS asks for GML itself."""
    form = _small(url).get("outputformat", "").lower()
    return "gml" in form or "xml" in form


def _small(url: str) -> dict[str, str]:
    return {name.lower(): value for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True)}


def _own(small: dict[str, str]) -> dict[str, str]:
    """What a server wants besides: MapServer the name of its map, others a key."""
    return {name: value for name, value in small.items() if name not in ASKED}


def _name_of(small: dict[str, str]) -> str:
    name = small.get("typenames") or small.get("typename")
    if not name:
        raise Refused(N_("Name the layer of the service in the address: …&typeNames=NAME"))
    return name


def _wfs(small: dict[str, str]) -> dict[str, str]:
    form = small.get("outputformat", "application/json")
    if "json" not in form.lower():  # what is no JSON comes in one piece
        return {**small, "service": "WFS", "request": "GetFeature"}
    return {
        **_own(small),
        "service": "WFS",
        "version": "2.0.0",
        "request": "GetFeature",
        "typeNames": _name_of(small),
        "outputFormat": form,
        "srsName": small.get("srsname", "EPSG:4326"),
        "count": str(AT_ONCE),
        "startIndex": "0",
    }


def _document(body: bytes) -> dict[str, Any] | None:
    """What is JSON; None for every other file."""
    if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return None
    try:
        read = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(N_("The answer is no JSON that can be read.")) from error
    return read if isinstance(read, dict) else None


def _not_features(document: dict[str, Any]) -> Refused:
    collections = document.get("collections")
    if isinstance(collections, list):
        names = ", ".join(str(c.get("id", "")) for c in collections[:20] if isinstance(c, dict))
        return Refused(N_("Give the address of one collection: …/collections/NAME. There are: %(names)s"), names=names)
    return Refused(N_("There are no features at this address."))


def _keep_all(asker: _Asker, url: str, document: dict[str, Any]) -> Kept:
    features = _features(document)
    crs = document.get("crs")
    for _ in range(MOST_PAGES):
        following = _next(url, document, len(features))
        if following is None:
            break
        document = _document(asker.get(following)) or {}
        more = _features(document)
        if not more:
            break
        features += more
        url = following
        if len(features) > MOST_FEATURES:
            raise Refused(N_("The file holds more than 500,000 features. Split it."))
    whole: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    if isinstance(crs, dict):
        whole["crs"] = crs
    return keep(io.BytesIO(json.dumps(whole).encode()))


def _features(document: dict[str, Any]) -> list[Any]:
    found = document.get("features")
    return found if isinstance(found, list) else []


def _next(url: str, document: dict[str, Any], count: int) -> str | None:
    """The link that the server gives, on its own host; of a WFS the next index while pages come back full."""
    links = document.get("links")
    for link in links if isinstance(links, list) else []:
        if isinstance(link, dict) and link.get("rel") == "next" and isinstance(link.get("href"), str):
            target = urljoin(url, link["href"])
            return target if urlsplit(target).netloc == urlsplit(url).netloc else None
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query))
    if asked.get("service") != "WFS" or len(_features(document)) < AT_ONCE:
        return None
    return urlunsplit(parts._replace(query=urlencode({**asked, "startIndex": str(count)})))

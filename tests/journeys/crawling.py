"""A visitor who follows every address that an answer names, tries every route besides, and looks for marked words."""

import base64
import html
import itertools
import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urljoin, urlsplit

from django.contrib.admindocs.views import simplify_regex
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from django.urls.resolvers import RegexPattern
from django.utils import translation

from rivulus.kernel import clock
from tests.journeys.decoding import texts_of, tile_at
from tests.journeys.hidden.vault import LATITUDE, LONGITUDE, NUMBERS, PREFIX, Vault

HOST = "http://testserver"
MOST_OF_A_KIND, MOST_OF_A_ROUTE, MOST_OF_A_FOLDER = 1, 2, 6
# Resources that share one route, told apart by what stands in it.
MANY_IN_ONE = ("sensorthings", "api/3/action", "api/action")
ABSOLUTE = re.compile(rf"""["'<>(\s](?:{HOST})?(/[^\s"'<>)\\]*)""")
NAMED = re.compile(r"""(?:href|src|action|data-[a-z-]+|hx-get)=["']([^"'#]*)""")
MARKER = re.compile(rf"{PREFIX}[a-z]+")
NUMBER, VALUE = re.compile(r"\d+"), re.compile(r"=[^&]*")
# Of what begins anywhere in three bytes, these letters are always the same.
IN_BASE64 = tuple(
    base64.b64encode(b"\0" * before + PREFIX.encode()).decode().rstrip("=")[(before * 8 + 5) // 6 : -1]
    for before in range(3)
)
# Files of ours, languages of which there are samples, other hosts, and what is computed long.
SKIPPED = ("/static/", "/en/", "/hu/", "//", "/forecast/choice/?")
NOTHING = {
    "int": 99_999_999, "str": "nu-exista", "slug": "nu-exista", "uuid": "01890000-0000-7000-8000-000000000000",
    "path": "nu/exista", "role": "publisher", "writing": "ttl",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from an address."""

    address: str
    status: int
    kind: str
    content: bytes
    location: str = ""

    @property
    def text(self) -> str:
        """Return it as text."""
        return self.content.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Route:
    """A pattern of addresses as Django writes it, the same with nothing but names in it, and the converters of these."""

    text: str
    shape: str
    parameters: dict[str, str]


@dataclass
class Crawler:
    """Asks, remembers which routes answered what, and notes every secret that comes back."""

    client: Client
    vault: Vault
    leaks: list[str] = field(default_factory=list)
    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    asked: dict[str, int] = field(default_factory=dict)
    seen: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    faults: list[str] = field(default_factory=list)
    _names: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        words = sorted(map(re.escape, (*self.vault.names, *NUMBERS)), key=len, reverse=True)
        self._names = re.compile("|".join(words))

    def ask(self, address: str, **more: Any) -> Answer:
        """Return the answer to an address, having looked for secrets in it; limits count visitors by their address."""
        number = len(self.asked) + 1
        given = {"REMOTE_ADDR": f"10.9.{number // 250}.{number % 250 + 1}"} | more
        response = self.client.get(address, **given)
        content = b"".join(response) if getattr(response, "streaming", False) else response.content
        headers = response.headers
        answer = Answer(
            address, response.status_code, headers.get("Content-Type", ""), content, headers.get("Location", "")
        )
        self.asked[address] = answer.status
        route = route_of(address)
        if route is not None:
            self.statuses[route.route][answer.status] += 1
        if answer.status >= 500:
            self.faults.append(f"{answer.status} {address}")
        self.leaks += self.find_leaks(answer, f"{headers}")
        return answer

    def find_leaks(self, answer: Answer, headers: str = "") -> list[str]:
        """Return what an answer says that it should not, but for words that were in its address."""
        said = unquote_plus(answer.address).lower()
        found: set[str] = set()
        for text in (headers, *texts_of(answer.kind, answer.content, answer.address)):
            lower = text.lower()
            if PREFIX in lower:
                found |= {word for word in MARKER.findall(lower) if word not in said}
            found |= {name for name in self._names.findall(lower) if name not in said}
            found |= {f"base64 {part}" for part in IN_BASE64 if part in text}
        return [f"{answer.status} {answer.address}: {word}" for word in sorted(found)]

    # Following what is linked.

    def crawl(self, starts: Iterable[str]) -> None:
        """Ask all of these, and of the addresses that the answers name a few of each kind."""
        waiting, known, kinds, routes = deque[str](), Counter[str](), Counter[object](), Counter[str]()
        first = dict.fromkeys(starts)
        while first or waiting:
            address = next(iter(first)) if first else waiting.popleft()
            match = route_of(address)
            if address in self.asked or match is None:
                first.pop(address, None)
                continue
            kind = _kind_of(address, match)
            for name, value in match.kwargs.items():
                self.seen[match.route, name].append(str(value))
            if address in first or (kinds[kind] < MOST_OF_A_KIND and routes[kind[0]] < MOST_OF_A_ROUTE):
                kinds[kind] += 1
                routes[kind[0]] += 1
                for link in links_in(self.ask(address)):
                    known[link] += 1
                    known[_beside(link)] += 1
                    if known[link] == 1 and known[_beside(link)] <= MOST_OF_A_FOLDER:
                        waiting.append(link)
            first.pop(address, None)

    # Trying every route.

    def fill(self, route: Route, values: dict[tuple[str, str], list[object]]) -> Iterator[str]:
        """Yield addresses of a route with these values, wherever one of its parameters has some."""
        secret = {name: _values_for(route, name, values) for name in route.parameters}
        if any(secret.values()) or not route.parameters:
            ways = [secret[name] or self.usual(route, name) for name in route.parameters]
            for chosen in itertools.islice(itertools.product(*ways), 60):
                yield address_of(route, dict(zip(route.parameters, chosen, strict=True)))

    def usual(self, route: Route, name: str) -> Sequence[object]:
        """Return what a parameter is where it does not matter: what was linked, or what some route has to have."""
        column, row = tile_at(LONGITUDE, LATITUDE, 14)
        fixed: dict[str, Sequence[object]] = {
            "z": (14,), "x": (column,), "y": (row,), "matrix": (14,), "col": (column,), "row": (row,),
            "day": (clock.today().isoformat(),), "writing": ("ttl", "jsonld", "rdf"), "language": ("ro",), "role": ("publisher",),
        }  # fmt: skip
        return (
            fixed.get(name)
            or self.seen.get((route.text, name), [])[:1]
            or (1 if route.parameters[name] == "int" else "x",)
        )


def _values_for(route: Route, name: str, values: dict[tuple[str, str], list[object]]) -> list[object]:
    return [
        one for (part, parameter), found in values.items() if parameter == name and part in route.text for one in found
    ]


def _beside(link: str) -> str:
    """Return what links have in common that lead to one thing after another."""
    path, _, query = link.partition("?")
    return f"{path.rstrip('/').rpartition('/')[0]}/*?{VALUE.sub('', query)}"


def route_of(address: str) -> Any:
    """Return what an address leads to, or nothing."""
    return _resolved(urlsplit(address).path)


@cache
def _resolved(path: str) -> Any:
    with translation.override(path[1:3] if path.startswith(("/en/", "/hu/")) else "ro"):
        try:
            return resolve(path)
        except Resolver404:
            return None


def _kind_of(address: str, match: Any) -> tuple[str, object]:
    parts = urlsplit(address)
    query = parse_qsl(parts.query)
    form = tuple(value for name, value in query if name in ("f", "format"))
    route = NUMBER.sub("0", parts.path) if match.route.startswith(MANY_IN_ONE) else match.route
    ending = parts.path.rpartition(".")[2] if "files" in route else ""
    return route, (form, ending, frozenset(name for name, _value in query))


def links_in(answer: Answer) -> list[str]:
    """Return the addresses of the platform that an answer names."""
    if not any(word in answer.kind for word in ("html", "json", "xml", "turtle", "text/plain", "atom")):
        return [answer.location.removeprefix(HOST)] if answer.location else []
    text = html.unescape(answer.text)
    found = [*ABSOLUTE.findall(text), *(urljoin(answer.address, link) for link in NAMED.findall(text))]
    if answer.location:
        found.append(urljoin(answer.address, answer.location))
    kept = (link.removeprefix(HOST).partition("#")[0] for link in dict.fromkeys(found))
    return [link for link in kept if link.startswith("/") and not link.startswith(SKIPPED) and "{" not in link]


def list_routes() -> list[Route]:
    """Return every route of the platform, in the language without a prefix."""
    with translation.override("ro"):
        return list(_routes(get_resolver().url_patterns, Route("", "", {})))


def _routes(patterns: Iterable[URLPattern | URLResolver], before: Route) -> Iterator[Route]:
    for pattern in patterns:
        text, shape = str(pattern.pattern), str(pattern.pattern)
        known = {name: type(one).__name__ for name, one in getattr(pattern.pattern, "converters", {}).items()}
        if isinstance(pattern.pattern, RegexPattern):
            shape = simplify_regex(text).removeprefix("/")
            known = dict.fromkeys(pattern.pattern.regex.groupindex, "Str")
        names = {name: word.removesuffix("Converter").lower() for name, word in known.items()}
        route = Route(before.text + text, before.shape + shape, before.parameters | names)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        else:
            yield route


def address_of(route: Route, values: dict[str, object]) -> str:
    """Return the address of a route with these values."""
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), route.shape)


def nothing_of(route: Route, address: str) -> dict[str, object]:
    """Return values of parameters that nothing has; below a path the same resource with another number."""
    found: dict[str, object] = {name: NOTHING.get(word, "nu-exista") for name, word in route.parameters.items()}
    if "path" in found:
        found["path"] = NUMBER.sub("99999999", address.partition("v1.1/")[2])
    return found

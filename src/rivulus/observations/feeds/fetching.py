"""Asking a source: bounded in time and size, again where that may help, and for changes only where it knows how."""

import base64
import os
import random
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx

from rivulus.kernel import clock, limits
from rivulus.kernel.errors import Refused
from rivulus.kernel.wire import GuardedTransport
from rivulus.kernel.words import N_
from rivulus.observations.rules.connectors.declarations import Auth, Declaration, check_url
from rivulus.observations.rules.connectors.retries import is_worth_again, read_retry_after, wait_s

USER_AGENT = "Rivulus (open city platform)"
MOST_REDIRECTS = 3
LONGEST_PATIENCE_S = 60.0  # a source that wants to be left alone for longer is asked by the next run
CHUNK = 65_536
TROUBLES = (httpx.TransportError, httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)
SLOW = (httpx.TimeoutException, httpcore.TimeoutException)


class Unanswered(Exception):
    """The source did not answer as it should; the refusal says how. ``wait_s`` is what it asks to be left alone for."""

    def __init__(self, refused: Refused, *, again: bool = False, wait_s: float | None = None) -> None:
        super().__init__(str(refused))
        self.refused, self.again, self.wait_s = refused, again, wait_s


@dataclass(frozen=True, slots=True)
class Fetched:
    """A body, or word that nothing changed; the validators to ask for changes with, and the next page."""

    status: int
    body: bytes
    etag: str = ""
    modified: str = ""
    next_url: str = ""

    @property
    def is_unchanged(self) -> bool:
        """Whether the source said that nothing changed."""
        return self.status == 304


@dataclass(slots=True)
class Fetcher:
    """Asks for one connector. ``sleep`` is there so that tests need not wait; ``attempts`` counts every question."""

    declaration: Declaration
    sleep: Callable[[float], None] = time.sleep
    attempts: int = 0
    received: int = 0
    _client: httpx.Client = field(init=False)
    _transport: GuardedTransport = field(init=False)

    def __post_init__(self) -> None:
        hosts = [urlsplit(url).hostname or "" for url in self.declaration.requests.values()]
        self._transport = GuardedTransport(hosts if self.declaration.allow_private else ())
        timeout = httpx.Timeout(self.declaration.timeout_s)
        self._client = httpx.Client(transport=self._transport, timeout=timeout, trust_env=False, follow_redirects=False)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def fetch(self, url: str, validators: Mapping[str, str] | None = None) -> Fetched:
        """Return what stands at an address; raises Unanswered when it could not be had after all attempts."""
        for attempt in range(self.declaration.retries + 1):
            try:
                return self._fetch_once(url, validators or {})
            except Unanswered as unanswered:
                pause = wait_s(attempt, chance=random.random(), retry_after_s=unanswered.wait_s)  # noqa: S311
                if not unanswered.again or attempt == self.declaration.retries or pause > LONGEST_PATIENCE_S:
                    raise
            self.sleep(pause)
        raise AssertionError("The last attempt returns or raises.")

    def _fetch_once(self, url: str, validators: Mapping[str, str]) -> Fetched:
        self._count(url)
        self.attempts += 1
        self._transport.deadline.set(self.declaration.timeout_s)
        try:
            return self._follow(url, validators)
        except SLOW as error:
            refused = Refused(
                N_("The source did not answer within %(seconds)s seconds."), seconds=f"{self.declaration.timeout_s:g}"
            )
            raise Unanswered(refused, again=True) from error
        except TROUBLES as error:
            refused = Refused(N_("The source could not be reached: %(why)s"), why=(str(error) or repr(error))[:150])
            raise Unanswered(refused, again=True) from error
        except (httpx.HTTPError, httpx.InvalidURL, zlib.error) as error:
            raise Unanswered(Refused(N_("The answer is broken: %(why)s"), why=str(error)[:150])) from error
        except Refused as refused:
            raise Unanswered(refused) from refused

    def _follow(self, url: str, validators: Mapping[str, str]) -> Fetched:
        first = urlsplit(url)
        for _ in range(MOST_REDIRECTS + 1):
            here = urlsplit(url)
            is_home = (here.scheme, here.netloc) == (first.scheme, first.netloc)
            headers, parameters = self._headers(validators, with_secret=is_home)
            request = self._client.build_request("GET", url, headers=headers)
            if parameters:
                request.url = request.url.copy_merge_params(parameters)
            response = self._client.send(request, stream=True)
            try:
                if response.status_code not in {301, 302, 303, 307, 308}:
                    return self._read(response, url)
                url = self._redirected(url, response.headers.get("Location", ""))
            finally:
                response.close()
        raise Refused(N_("The source sends from one address to the next without end."))

    def _redirected(self, url: str, location: str) -> str:
        target = check_url(urljoin(url, location))
        if urlsplit(url).scheme == "https" and urlsplit(target).scheme != "https":
            raise Refused(N_("The source sends from https to http, which is not followed."))
        return target

    def _read(self, response: httpx.Response, url: str) -> Fetched:
        status = response.status_code
        if status == 304:
            return Fetched(status, b"")
        if status != 200:
            raise self._status(response)
        body = self._body(response)
        self.received += len(body)
        return Fetched(
            status,
            body,
            response.headers.get("ETag", "")[:300],
            response.headers.get("Last-Modified", "")[:100],
            _next_page(response, url),
        )

    def _status(self, response: httpx.Response) -> Unanswered:
        status = response.status_code
        wait = read_retry_after(response.headers.get("Retry-After"), clock.now())
        if status in {401, 403}:
            refused = Refused(
                N_("The source does not let the city in (status %(status)s): look at its key."), status=status
            )
        elif status == 429:
            refused = Refused(N_("The source says that it is asked too often (status 429)."))
        else:
            refused = Refused(N_("The source answers with status %(status)s."), status=status)
        return Unanswered(refused, again=is_worth_again(status), wait_s=wait)

    def _body(self, response: httpx.Response) -> bytes:
        """Read and unpack, never more than is allowed: neither of what travels nor of what it unpacks to."""
        most = int(self.declaration.max_mb * 1_000_000)
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in {"", "identity", "gzip"}:
            raise Refused(
                N_("The source packs its answer as %(encoding)s, which was not asked for."), encoding=encoding
            )
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16) if encoding == "gzip" else None
        body = bytearray()
        for chunk in response.iter_raw(CHUNK):
            body += unpacker.decompress(chunk, most + 1 - len(body)) if unpacker is not None else chunk
            if len(body) > most or (unpacker is not None and unpacker.unconsumed_tail):
                raise Refused(N_("The answer is larger than %(most)s MB."), most=self.declaration.max_mb)
        return bytes(body)

    def _headers(self, validators: Mapping[str, str], *, with_secret: bool) -> tuple[dict[str, str], dict[str, str]]:
        """Return headers and parameters; the secret goes to the declared host only, never along with a redirect."""
        headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip", "Accept": "*/*", **self.declaration.headers}
        if validators.get("etag"):
            headers["If-None-Match"] = validators["etag"]
        if validators.get("modified"):
            headers["If-Modified-Since"] = validators["modified"]
        auth = self.declaration.auth
        if auth is None or not with_secret:
            return headers, {}
        secret = secret_of(auth)
        if auth.kind == "query":
            return headers, {auth.name: secret}
        return {**headers, **_auth_header(auth, secret)}, {}

    def _count(self, url: str) -> None:
        """Wait for a turn where the host was asked as often as declared; all processes count together."""
        host = urlsplit(url).hostname or ""
        limit = limits.Limit(name="connector", most=self.declaration.per_minute)
        for _ in range(3):
            try:
                limits.count(limit, host)
                return
            except limits.TooOften as too_often:
                if too_often.retry_after_s > LONGEST_PATIENCE_S:
                    break
                self.sleep(too_often.retry_after_s)
        refused = Refused(N_("%(host)s was asked as often as is declared; the next run asks again."), host=host)
        raise Unanswered(refused, wait_s=60.0)


def secret_of(auth: Auth) -> str:
    """Return the secret from the environment; raises Refused, naming the variable, where it is not set."""
    secret = os.environ.get(auth.variable, "").strip()
    if not secret:
        raise Refused(N_("The environment variable %(variable)s is not set."), variable=auth.variable)
    if not secret.isprintable() or not secret.isascii():
        raise Refused(N_("The environment variable %(variable)s holds signs that no key has."), variable=auth.variable)
    return secret


def _auth_header(auth: Auth, secret: str) -> dict[str, str]:
    packed = base64.b64encode(secret.encode()).decode()
    match auth.kind:
        case "bearer":
            return {"Authorization": f"Bearer {secret}"}
        case "basic":
            return {"Authorization": f"Basic {packed}"}
        case "token":
            return {"Authorization": f"Token {packed}"}
    return {auth.name: secret}


def _next_page(response: httpx.Response, url: str) -> str:
    """Return the next page of a Link header (RFC 8288), on the same host only."""
    found = response.links.get("next", {}).get("url", "")
    target = urljoin(url, found) if found else ""
    return target if target and urlsplit(target).netloc == urlsplit(url).netloc else ""

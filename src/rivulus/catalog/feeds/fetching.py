"""Asking addresses elsewhere: public ones only, bounded in time and size."""

import zlib
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx

from rivulus.kernel.errors import Refused
from rivulus.kernel.wire import GuardedTransport
from rivulus.kernel.words import N_

USER_AGENT = "Rivulus (open city platform; catalog)"
MOST_REDIRECTS = 4
CHUNK = 65_536
TROUBLES = (httpx.HTTPError, httpx.InvalidURL, httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What stands at an address: status, body, type of the body, the address at which it was found in the end."""

    status: int
    body: bytes
    content_type: str
    url: str


@dataclass(slots=True)
class Web:
    """A way to ask, with limits: seconds for each question, bytes for each answer and for all together."""

    timeout_s: float = 30.0
    most_bytes: int = 20_000_000
    most_bytes_together: int = 100_000_000
    private_hosts: tuple[str, ...] = ()
    received: int = 0
    _transport: GuardedTransport = field(init=False)
    _client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self._transport = GuardedTransport(self.private_hosts)
        self._client = httpx.Client(
            transport=self._transport, timeout=httpx.Timeout(self.timeout_s), trust_env=False, follow_redirects=False
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def get(self, url: str, *, accept: str) -> Fetched:
        """Return what stands at an address; raises Refused, in a sentence, where it cannot be had."""
        found = self._ask("GET", url, accept=accept, with_body=True)
        if found.status != 200:
            raise Refused(N_("The address answers with status %(status)s."), status=found.status)
        return found

    def probe(self, url: str) -> int:
        """Return the status with which an address answers; raises Refused where it does not answer at all."""
        status = self._ask("HEAD", url, accept="*/*", with_body=False).status
        if status in {400, 403, 404, 405, 406, 500, 501, 503}:  # many servers know GET only
            status = self._ask("GET", url, accept="*/*", with_body=False).status
        return status

    def _ask(self, method: str, url: str, *, accept: str, with_body: bool) -> Fetched:
        self._transport.deadline.set(self.timeout_s)
        try:
            return self._follow(method, url, accept, with_body)
        except (httpx.TimeoutException, httpcore.TimeoutException) as error:
            raise Refused(N_("No answer within %(seconds)s seconds."), seconds=f"{self.timeout_s:g}") from error
        except (*TROUBLES, zlib.error, UnicodeError) as error:
            raise Refused(
                N_("The address cannot be reached: %(why)s"), why=(str(error) or repr(error))[:150]
            ) from error

    def _follow(self, method: str, url: str, accept: str, with_body: bool) -> Fetched:
        for _ in range(MOST_REDIRECTS + 1):
            check_address(url)
            headers = {"User-Agent": USER_AGENT, "Accept": accept, "Accept-Encoding": "gzip"}
            response = self._client.send(self._client.build_request(method, url, headers=headers), stream=True)
            try:
                if response.status_code not in {301, 302, 303, 307, 308}:
                    body = self._body(response) if with_body and response.status_code == 200 else b""
                    return Fetched(response.status_code, body, response.headers.get("Content-Type", ""), url)
                url = urljoin(url, response.headers.get("Location", ""))
            finally:
                response.close()
        raise Refused(N_("The address sends from one place to the next without end."))

    def _body(self, response: httpx.Response) -> bytes:
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in {"", "identity", "gzip"}:
            raise Refused(N_("The answer is packed as %(encoding)s, which was not asked for."), encoding=encoding)
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16) if encoding == "gzip" else None
        body, most = bytearray(), min(self.most_bytes, self.most_bytes_together - self.received)
        for chunk in response.iter_raw(CHUNK):
            body += unpacker.decompress(chunk, most + 1 - len(body)) if unpacker is not None else chunk
            if len(body) > most or (unpacker is not None and unpacker.unconsumed_tail):
                raise Refused(N_("The answer is larger than %(most)s MB."), most=self.most_bytes // 1_000_000)
        self.received += len(body)
        return bytes(body)


def check_address(url: str) -> str:
    """Return an address of the web without a name and a password inside; raises Refused for any other."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
        raise Refused(N_("This is not an address of the web."))
    return url

"""The wire: a transport that connects to public addresses only, whatever a name or a redirect leads to."""

import math
import socket
import ssl
import time
from collections.abc import Collection, Iterable, Iterator
from typing import Any, cast

import httpcore
import httpx

from rivulus.kernel.errors import Refused
from rivulus.kernel.networks import may_ask
from rivulus.kernel.words import N_


class Deadline:
    """The moment by which everything must be done; a source that sends a byte now and then does not move it."""

    def __init__(self) -> None:
        self.at = math.inf

    def set(self, seconds: float) -> None:
        """Begin to count."""
        self.at = time.monotonic() + seconds

    def left(self, timeout: float | None) -> float | None:
        """Return the seconds that one step may take; raises where none is left."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("The time is over.")
        return min(left, math.inf if timeout is None else timeout) if left < math.inf else timeout


class _Timed(httpcore.NetworkStream):
    """A stream every step of which ends by the deadline."""

    def __init__(self, below: httpcore.NetworkStream, deadline: Deadline) -> None:
        self.below, self.deadline = below, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.below.read(max_bytes, self.deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.below.write(buffer, self.deadline.left(timeout))

    def close(self) -> None:
        self.below.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        below = self.below.start_tls(ssl_context, server_hostname, self.deadline.left(timeout))
        return _Timed(below, self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.below.get_extra_info(info)


class GuardedBackend(httpcore.NetworkBackend):
    """Looks a name up once, and connects to what it looked at: a name cannot answer differently in between."""

    def __init__(self, private_hosts: Collection[str], deadline: Deadline) -> None:
        self.private_hosts = frozenset(host.lower() for host in private_hosts)
        self.deadline = deadline
        self.below = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of the name, if all of them may be asked."""
        addresses = _look_up(host, port)
        for address in addresses:
            if not may_ask(address, host, private_hosts=self.private_hosts):
                raise Refused(
                    N_("%(host)s is at %(address)s, inside a private network, and is not asked."),
                    host=host,
                    address=address,
                )
        left = self.deadline.left(timeout)
        stream = self.below.connect_tcp(addresses[0], port, left, local_address, socket_options)
        return _Timed(stream, self.deadline)

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        """Nothing is asked through sockets of this machine."""
        raise Refused(N_("Sockets of this machine are not asked."))


def _look_up(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(str(error)) from error
    return [str(entry[4][0]) for entry in found]


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self.stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self.stream

    def close(self) -> None:
        close = getattr(self.stream, "close", None)
        if close is not None:
            close()


class GuardedTransport(httpx.BaseTransport):
    """A transport of httpx over the guarded backend; proxies of the environment are not used."""

    def __init__(self, private_hosts: Collection[str] = ()) -> None:
        self.deadline = Deadline()
        self.pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(),
            network_backend=GuardedBackend(private_hosts, self.deadline),
            max_connections=4,
            keepalive_expiry=5.0,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on."""
        url = request.url
        response = self.pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=cast("Iterable[bytes]", request.stream),
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(cast("Iterable[bytes]", response.stream)),
            extensions=response.extensions,
        )

    def close(self) -> None:
        """Close what is open."""
        self.pool.close()

"""How often somebody may ask for something costly, counted in the cache that all processes share."""

import hashlib
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

from rivulus.kernel import clock

LOCK_S = 5  # longer than counting ever takes: a process that died does not shut others out
PATIENCE_S = 1.0
STEP_S = 0.02
IPV6_NETWORK = 64  # one household or firm has them all


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most ``most`` times in any ``window_s`` seconds, for each who asks."""

    name: str
    most: int
    window_s: int = 60


class TooOften(Exception):
    """Somebody asked more often than a limit allows; they may ask again after ``retry_after_s`` seconds."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"Too often; again in {retry_after_s} s.")
        self.retry_after_s = retry_after_s


def count(limit: Limit, who: object) -> None:
    """Count one more for ``who``; raise :class:`TooOften` when that is one too many. What was refused is not counted."""
    key = f"limit:{limit.name}:{hashlib.sha256(str(who).encode()).hexdigest()}"
    now = clock.now().timestamp()
    with _alone(key):
        times = [at for at in cache.get(key, ()) if at > now - limit.window_s]
        if len(times) >= limit.most:
            raise TooOften(max(1, math.ceil(times[0] + limit.window_s - now)))
        cache.set(key, [*times, now], limit.window_s)


def address_of(request: HttpRequest) -> str:
    """Return the address of a visitor, seen through the proxy where one is trusted; of IPv6 only the network."""
    address = str(get_adapter().get_client_ip(request))
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address):
        return str(ip_network((known, IPV6_NETWORK), strict=False))
    return address


@contextmanager
def _alone(key: str) -> Iterator[None]:
    """Let one process at a time count for one visitor; whoever waits too long is one of very many at once."""
    lock, patience = f"{key}:lock", time.monotonic() + PATIENCE_S
    while not cache.add(lock, 1, LOCK_S):
        if time.monotonic() > patience:
            raise TooOften(1)
        time.sleep(STEP_S)
    try:
        yield
    finally:
        cache.delete(lock)

"""The address of a broker: ``mqtt://user:password@host:1883/client?prefix=city/``; ``mqtts`` for TLS.

Options: ``prefix`` of the topics of SensorThings, ``ca`` (a file of certificates), ``only`` (in or out)."""

from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

DEFAULT_CLIENT = "rivulus"
DIRECTIONS = ("in", "out")
PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """Where a broker is and how it knows us; ``prefix`` stands before every topic of SensorThings."""

    host: str
    port: int
    is_encrypted: bool = False
    user: str = ""
    password: str = field(default="", repr=False)
    client: str = DEFAULT_CLIENT
    prefix: str = ""
    authority: str = ""  # file with the certificates that are trusted; empty: the system's
    only: str = ""  # in: publish nothing; out: take nothing in; empty: both


def read_address(text: str) -> Broker:
    """Return the broker that an address names; raises ValueError with a sentence."""
    url = urlsplit(text.strip())
    if url.scheme not in PORTS or not url.hostname:
        raise ValueError("The address of a broker is written as mqtt://host:1883 or mqtts://user:password@host:8883.")
    query = parse_qs(url.query)
    strange = set(query) - {"prefix", "ca", "only"}
    if strange or query.get("only", ["in"])[0] not in DIRECTIONS:
        raise ValueError(f"The address of the broker has an option that is not known: {url.query}.")
    return Broker(
        host=url.hostname,
        port=url.port or PORTS[url.scheme],
        is_encrypted=url.scheme == "mqtts",
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
        client=unquote(url.path.strip("/")) or DEFAULT_CLIENT,
        prefix=query.get("prefix", [""])[0],
        authority=query.get("ca", [""])[0],
        only=query.get("only", [""])[0],
    )

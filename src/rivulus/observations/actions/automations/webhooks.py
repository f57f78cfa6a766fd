"""Calling another machine: signed, bounded, and never into the private network.

The signature is HMAC-SHA256 over ``<timestamp>.<body>`` with the secret RIVULUS_WEBHOOK_SECRET_<NAME>, sent as
``Rivulus-Signature: t=<timestamp>,v1=<hex>``; the receiver refuses old timestamps and keys it has seen.
"""

import json
import os
import socket
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from rivulus.kernel.errors import Refused
from rivulus.kernel.networks import is_public_address
from rivulus.kernel.words import N_
from rivulus.observations.rules.automations.signing import sign

if TYPE_CHECKING:
    from rivulus.identity.models import Person

SECRET_PREFIX = "RIVULUS_WEBHOOK_SECRET_"  # noqa: S105 (the name of a variable)
ALLOWED_HOSTS = "RIVULUS_WEBHOOK_HOSTS"  # host:port inside the private network that an operator allows, by commas
TIMEOUT_S = 10.0
LARGEST_ANSWER = 4_096

NO_SECRET = N_("The environment has no secret of this name: %(name)s.")
NOT_FOUND = N_("The host %(host)s has no address.")
PRIVATE = N_("The host %(host)s is inside a private network.")
ANSWERED = N_("The other machine answered %(status)s.")
UNREACHED = N_("The other machine was not reached: %(problem)s.")


def send(*, by: "Person | None", url: str, secret_name: str, key: str, content: Mapping[str, Any]) -> None:
    """Post the content as JSON; raises Refused with a sentence unless the answer is 2xx.

    The host's address is looked up once, checked, and called itself: a name that changes its mind between the check
    and the call leads nowhere. Redirects are not followed.
    """
    assert by is None  # rules act for the platform
    secret = os.environ.get(SECRET_PREFIX + secret_name)
    if not secret:
        raise Refused(NO_SECRET, name=SECRET_PREFIX + secret_name)
    body = json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
    stamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": key,
        "Rivulus-Signature": f"t={stamp},v1={sign(secret, stamp, body)}",
        "User-Agent": "Rivulus",
    }
    status = _post(url, body, headers)
    if not 200 <= status < 300:
        raise Refused(ANSWERED, status=status)


def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = _address_of(host, port, is_allowed=_is_allowed(host, port), scheme=parts.scheme)
    target = httpx.URL(url).copy_with(host=address)
    named = f"{host}:{parts.port}" if parts.port else host
    try:
        with (
            httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client,
            client.stream(
                "POST", target, content=body, headers={**headers, "Host": named}, extensions={"sni_hostname": host}
            ) as answer,
        ):
            _read_a_little(answer)
            return answer.status_code
    except (httpx.HTTPError, OSError) as error:
        raise Refused(UNREACHED, problem=type(error).__name__) from error


def _read_a_little(answer: httpx.Response) -> None:
    """Read the beginning of an answer, so that an endless one costs nothing."""
    size = 0
    for piece in answer.iter_raw():
        size += len(piece)
        if size > LARGEST_ANSWER:
            return


def _is_allowed(host: str, port: int) -> bool:
    return f"{host}:{port}" in os.environ.get(ALLOWED_HOSTS, "").split(",")


def _address_of(host: str, port: int, *, is_allowed: bool, scheme: str) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Refused(NOT_FOUND, host=host) from error
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses:
        raise Refused(NOT_FOUND, host=host)
    if is_allowed:
        return addresses[0]
    if scheme != "https" or not all(is_public_address(address) for address in addresses):
        raise Refused(PRIVATE, host=host)
    return addresses[0]

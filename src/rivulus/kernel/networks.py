"""Which addresses of the network may be asked: nothing inside, unless the operator says so for one host."""

from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address in the last four bytes


def is_public_address(address: str) -> bool:
    """Say whether an IP address is one of the public internet; an address wrapped in another is unwrapped first."""
    try:
        known = ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(known, IPv6Address):
        known = _unwrapped(known)
    return known.is_global and not known.is_multicast


def may_ask(address: str, host: str, *, private_hosts: Collection[str]) -> bool:
    """Say whether a host that stands at this address may be asked."""
    return is_public_address(address) or host.lower() in private_hosts


def _unwrapped(address: IPv6Address) -> IPv4Address | IPv6Address:
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)

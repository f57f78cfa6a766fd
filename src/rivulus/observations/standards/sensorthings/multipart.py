"""Requests within a request, as OData 4.0 (11.7) packs them: multipart/mixed with parts of application/http."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

MOST_PARTS = 1000
LONGEST_HEADERS = 16_384
BOUNDARY = re.compile(r"""boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))""", re.IGNORECASE)
START = re.compile(rb"([A-Za-z]{3,10}) +(\S{1,4000})(?: +HTTP/1\.[01])?\Z")
MIXED, HTTP = "multipart/mixed", "application/http"


@dataclass(frozen=True, slots=True)
class Part:
    """One request: ``id`` is its Content-ID, empty where it has none."""

    method: str
    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    id: str = ""


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Requests that are done together or not at all."""

    parts: tuple[Part, ...]


def read(body: bytes, content_type: str) -> list[Part | ChangeSet]:
    """Return the requests of a batch in their order; raises Refused where it cannot be read."""
    found: list[Part | ChangeSet] = []
    for headers, content in _split(body, content_type):
        kind = headers.get("content-type", "")
        if kind.lower().startswith(MIXED):
            inner = [_part(own, inside) for own, inside in _split(content, kind)]
            found.append(ChangeSet(tuple(inner)))
        else:
            found.append(_part(headers, content))
    if sum(len(each.parts) if isinstance(each, ChangeSet) else 1 for each in found) > MOST_PARTS:
        raise Refused(N_("A batch holds at most %(most)s requests."), most=MOST_PARTS)
    return found


def show(status: int, reason: str, headers: Sequence[tuple[str, str]], body: bytes, number: str = "") -> bytes:
    """Return one answer as a part of a batch's."""
    own = [f"Content-Type: {HTTP}", "Content-Transfer-Encoding: binary"]
    own += [f"Content-ID: {number}"] if number else []
    told = [*headers, ("Content-Length", str(len(body)))]
    lines = [*own, "", f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in told), "", ""]
    return "\r\n".join(lines).encode() + body


def join(parts: Sequence[bytes], boundary: str) -> bytes:
    """Return parts between their boundaries."""
    mark = f"--{boundary}".encode()
    return b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"


def nest(parts: Sequence[bytes], boundary: str) -> bytes:
    """Return the answers of a change set as one part."""
    return f"Content-Type: {MIXED}; boundary={boundary}\r\n\r\n".encode() + join(parts, boundary)


def _split(body: bytes, content_type: str) -> list[tuple[dict[str, str], bytes]]:
    found = BOUNDARY.search(content_type)
    if found is None:
        raise Refused(N_("A batch of type multipart/mixed says its boundary."))
    mark = re.escape((found[1] or found[2]).encode())
    pieces = re.split(rb"(?:\A|\r?\n)--" + mark + rb"(--)?[ \t]*(?=\r?\n|\Z)", body)
    # Before the first boundary nothing counts; then (is it the end?, content) by turns.
    inner = [content for ends, content in zip(pieces[1::2], pieces[2::2], strict=True) if ends is None]
    if not inner or pieces[-2] is None or len(inner) > MOST_PARTS:
        raise Refused(N_("The parts of the batch cannot be told apart by their boundary."))
    return [_headed(re.sub(rb"\A\r?\n", b"", content)) for content in inner]


def _headed(content: bytes) -> tuple[dict[str, str], bytes]:
    """Return the headers before the first empty line, with lower-case names, and what follows it."""
    found = re.search(rb"(?:\A|\r?\n)\r?\n", content)
    head, rest = (content[: found.start()], content[found.end() :]) if found else (content, b"")
    if len(head) > LONGEST_HEADERS:
        raise Refused(N_("A part of the batch has too many headers."))
    headers = {}
    for line in head.decode("utf-8", "replace").splitlines():
        name, _colon, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return headers, rest


def _part(headers: Mapping[str, str], content: bytes) -> Part:
    if not headers.get("content-type", HTTP).lower().startswith(HTTP):
        raise Refused(N_("A part of the batch is of type application/http."))
    line, _end, rest = content.lstrip(b"\r\n").partition(b"\n")
    start = START.match(line.strip())
    if start is None:
        raise Refused(N_("A part of the batch begins like this: POST Things HTTP/1.1"))
    own, body = _headed(rest) if rest.strip() else ({}, b"")
    return Part(
        method=start[1].decode().upper(),
        url=start[2].decode("utf-8", "replace"),
        body=body.strip(b"\r\n") if "content-length" not in own else body[: _length(own, body)],
        headers=own,
        id=headers.get("content-id", own.get("content-id", "")),
    )


def _length(headers: Mapping[str, str], body: bytes) -> int:
    given = headers["content-length"]
    return int(given) if given.isascii() and given.isdigit() and len(given) < 9 else len(body)

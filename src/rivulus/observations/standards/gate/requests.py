"""The requests that create observations, from address and bytes to an answer; the same in every process."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.rules.writers import Forbidden
from rivulus.observations.standards.gate import answers
from rivulus.observations.standards.gate.answers import Answer
from rivulus.observations.standards.gate.decoding import (
    LARGEST_BODY,
    decode_data_array,
    decode_observation,
    decode_plain,
    read_time,
)
from rivulus.observations.standards.gate.preparing import (
    Desk,
    Prepared,
    Unknown,
    prepare_groups,
    prepare_one,
    prepare_plain,
)

PATH = re.compile(r"(?:(?:(Multi)?Datastreams\((\d{1,9})\)/)?Observations|(CreateObservations))/?\Z")
TOO_LARGE = N_("A request holds at most 10 MB. Nothing of it was stored; send it in parts.")


@dataclass(frozen=True, slots=True)
class Target:
    """What an address creates: one observation (of the series it names), or a data array of them."""

    datastream: int | None = None
    is_multi: bool = False
    is_array: bool = False


@dataclass(slots=True)
class Pending:
    """What is to be stored, and the answer once it is."""

    prepared: Prepared
    answer: Callable[[], Answer]


@lru_cache(maxsize=4096)
def find_target(path: str) -> Target | None:
    """Return what a path below the service creates, or None when it is not for this door."""
    found = PATH.match(path)
    if found is None:
        return None
    return Target(int(found[2]) if found[2] else None, bool(found[1]), bool(found[3]))


def prepare(target: Target, body: bytes, desk: Desk, base: str, *, is_minimal: bool = False) -> Pending | Answer:
    """Return what to store and how to answer, or the answer to a request that is wrong.

    Raises decoding.NotHereError where other entities are described in place: the whole of SensorThings takes these.
    """
    if len(body) > LARGEST_BODY:
        return answers.refused(413, TOO_LARGE)
    try:
        return _array(body, desk, base) if target.is_array else _one(target, body, desk, base, is_minimal)
    except Unknown as error:
        return answers.refused(400 if target.datastream is None else 404, str(error))
    except Forbidden as error:
        return answers.refused(403, str(error))
    except Refused as error:
        return answers.refused(400, str(error))


def _one(target: Target, body: bytes, desk: Desk, base: str, is_minimal: bool) -> Pending:
    if target.datastream is None:
        pending = _plain(body, desk, base, is_minimal)
        if pending is not None:
            return pending
    observed = decode_observation(body, has_series=target.datastream is not None)
    if target.datastream is not None:
        observed.datastream, observed.is_multi = target.datastream, target.is_multi
    prepared, admitted = prepare_one(observed, desk)
    number = prepared.numbers[0] or 0
    return Pending(prepared, lambda: answers.created(base, number, observed, admitted, is_minimal=is_minimal))


def _plain(body: bytes, desk: Desk, base: str, is_minimal: bool) -> Pending | None:
    """Do the same in fewer steps for what nearly all send: a time, a number, a series."""
    sent = decode_plain(body)
    if sent is None or "/" in sent.time:
        return None
    prepared = prepare_plain(sent.stream.id, read_time(sent.time), sent.result, desk)
    if prepared is None or prepared.single is None:
        return None
    number, (time_us, value, _, _) = prepared.numbers[0] or 0, prepared.single
    return Pending(prepared, lambda: answers.created_plain(base, number, time_us, value, is_minimal=is_minimal))


def _array(body: bytes, desk: Desk, base: str) -> Pending:
    prepared = prepare_groups(decode_data_array(body), desk)
    return Pending(prepared, lambda: answers.created_array(base, prepared.numbers))

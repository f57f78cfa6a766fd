"""What a key holds after results arrive for it: replays change nothing, corrections keep what they replace. Pure."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from rivulus.observations.terms import Flag


@dataclass(frozen=True, slots=True)
class Held:
    """A result as a key holds it: ``same`` is what decides whether two are the same, ``result`` what is kept."""

    same: object
    result: Any
    quality: int = 0


@dataclass(frozen=True, slots=True)
class Settled:
    """What a key holds in the end, and what it held on the way there, oldest first."""

    held: Held
    replaced: tuple[Held, ...]


def settle(held: Held, lost: Collection[object], arriving: Iterable[Held], *, forced: bool = False) -> Settled:
    """Return what becomes of a key that holds something, when results arrive for it one after the other.

    A result that the key once had and lost to a correction is a replay that came late, and changes nothing; unless
    ``forced``, as by a person who corrects back.
    """
    once, replaced = set(lost), []
    for item in arriving:
        if item.same == held.same or (item.same in once and not forced):
            continue
        replaced.append(held)
        once.add(held.same)
        held = Held(item.same, item.result, item.quality | Flag.CORRECTED)
    return Settled(held, tuple(replaced))


def canonical(result: Any) -> str:
    """Return JSON that is equal for results PostgreSQL's jsonb would call equal (1 and 1.0 are, 1 and true are not)."""
    return json.dumps(_plain(result), ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _plain(result: Any) -> Any:
    if isinstance(result, float) and result.is_integer():
        return int(result)
    if isinstance(result, dict):
        return {str(key): _plain(value) for key, value in result.items()}
    if isinstance(result, list | tuple):
        return [_plain(value) for value in result]
    return result

"""Files of values that were read and wait for a yes: kept for an hour, for whoever uploaded them and nobody else."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.core.cache import cache

from rivulus.strategy.rules.indicator_values import Entry
from rivulus.strategy.rules.sheets import LineFault, Sheet, SheetLine
from rivulus.strategy.terms import Actor

SECONDS_KEPT = 60 * 60


def keep(sheet: Sheet, *, by: Actor, name: str, default_source: str) -> str:
    """Keep a file that was read, for an hour and for this person only; return the key to find it by."""
    key = secrets.token_urlsafe(24)
    content = asdict(sheet) | {"name": name[:120], "default_source": default_source}
    cache.set(_key(by, key), json.dumps(content, default=str), SECONDS_KEPT)
    return key


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that waits for its person to confirm it."""

    sheet: Sheet
    name: str
    default_source: str


def find_kept(key: str, *, by: Actor) -> Kept | None:
    """Return a file kept for this person, or None when there is none (any more)."""
    content = cache.get(_key(by, key)) if 0 < len(key) <= 64 and key.isascii() and key.isprintable() else None
    if content is None:
        return None
    known = json.loads(content)
    lines = tuple(SheetLine(line["line"], _entry(line["entry"])) for line in known.pop("lines"))
    faults = tuple(LineFault(**fault) for fault in known.pop("faults"))
    name, source = known.pop("name"), known.pop("default_source")
    return Kept(Sheet(lines=lines, faults=faults, **known), name, source)


def forget(key: str, *, by: Actor) -> None:
    """Forget a kept file: it was imported, or given up."""
    cache.delete(_key(by, key))


def _entry(content: Mapping[str, object]) -> Entry:
    value = content["value"]
    number = None if value is None else Decimal(str(value))
    return Entry(**{**content, "value": number})  # type: ignore[arg-type]


def _key(by: Actor, key: str) -> str:
    return f"strategy.import.{by.id}.{key.replace(' ', '')}"

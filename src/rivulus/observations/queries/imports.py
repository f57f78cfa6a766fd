"""Imports of history: their state, what was rejected, and which series a column may go to."""

import datetime as dt
from collections.abc import Collection

import numpy as np
from django.db.models import Q, QuerySet
from numpy.typing import NDArray

from rivulus.kernel.errors import NotFound
from rivulus.observations.models import Datastream, HistoryImport, ImportReject, Thing
from rivulus.observations.queries import readings
from rivulus.observations.queries.connectors import Target, find_targets_by_id
from rivulus.observations.rules.imports.counting import Counts
from rivulus.observations.rules.imports.guessing import Candidate
from rivulus.observations.rules.imports.lines import Known
from rivulus.observations.rules.readings import Readings
from rivulus.observations.terms import ResultKind

MOST_CANDIDATES = 500


def list_imports() -> "QuerySet[HistoryImport]":
    """Return all imports, the newest first."""
    return HistoryImport.objects.select_related("person").order_by("-created_at", "-id")


def get_import(pk: int) -> HistoryImport:
    """Return an import; raises NotFound."""
    found = list_imports().filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def list_untouched(before: dt.datetime, states: Collection[str]) -> list[HistoryImport]:
    """Return imports in these states that nothing has happened to since a moment."""
    return list(HistoryImport.objects.filter(state__in=states, changed_at__lt=before).order_by("id"))


def list_rejects(pk: int) -> "QuerySet[ImportReject]":
    """Return what was rejected, in the order of the file."""
    return ImportReject.objects.filter(history_import=pk).order_by("id")


def find_thing(named: str) -> Thing | None:
    """Return a thing by its number or its code."""
    return Thing.objects.filter(_named(named)).order_by("pk").first()


def list_candidates(thing: Thing | None = None) -> list[Candidate]:
    """Return the numeric series of a thing, or the first five hundred of all."""
    rows = Datastream.objects.filter(kind=ResultKind.NUMBER).select_related("observed_property").order_by("pk")
    if thing is not None:
        rows = rows.filter(thing=thing)
    return [
        Candidate(row.pk, row.code or "", (row.observed_property.code or "") if row.observed_property else "")
        for row in rows[:MOST_CANDIDATES]
    ]


def find_series(named: str) -> Target | None:
    """Return a series by its number or its code, whatever it holds."""
    row = Datastream.objects.filter(_named(named)).order_by("pk").values_list("pk", flat=True).first()
    return None if row is None else find_targets_by_id([row])[row]


def known_series(ids: Collection[int]) -> dict[int, Known]:
    """Return series by number as the reader of lines wants them."""
    return {pk: known(target) for pk, target in find_targets_by_id(ids).items()}


def known(target: Target) -> Known:
    """Return a series as the reader of lines wants it."""
    return Known(target.id, target.unit, target.kind == ResultKind.NUMBER)


def compare(taken: Readings) -> Counts:
    """Return what storing these would do, without storing them; each key stands in ``taken`` once."""
    if not len(taken):
        return Counts()
    ids = [int(pk) for pk in np.unique(taken.datastream)]
    held = readings.read(ids, int(taken.time.min()), int(taken.time.max()) + 1)
    keys, held_keys = keys_of(taken), keys_of(held)
    order = np.argsort(held_keys)
    at = np.searchsorted(held_keys, keys, sorter=order)
    at = np.minimum(at, max(len(held_keys) - 1, 0))
    is_there = held_keys[order][at] == keys if len(held_keys) else np.zeros(len(keys), bool)
    is_same = is_there & (held.value[order][at] == taken.value) if len(held_keys) else is_there
    added, replayed = int((~is_there).sum()), int(is_same.sum())
    return Counts(added=added, replayed=replayed, corrected=len(keys) - added - replayed)


def keys_of(found: Readings) -> "NDArray[np.int64]":
    """Return one number for each key: series and millisecond, as in the number of an observation."""
    from rivulus.observations.rules.identifiers import EPOCH_OFFSET_MS, TIME_BITS

    milliseconds = found.time // 1000 + EPOCH_OFFSET_MS
    keys: NDArray[np.int64] = (found.datastream.astype(np.int64) << TIME_BITS) | milliseconds
    return keys


def _named(named: str) -> Q:
    text = named.strip()
    by_code = Q(code=text)
    return by_code | Q(pk=int(text)) if text.isdecimal() and len(text) < 10 else by_code

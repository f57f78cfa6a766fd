"""What the features of a layer were before, who changed them, and what a change changed."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from rivulus.atlas.models import Change, Feature, Layer, PastFeature
from rivulus.atlas.queries.features import FIELDS, SeenFeature, Strip, property_filter, seen
from rivulus.atlas.queries.visible import Viewer
from rivulus.atlas.rules.diffs import Diff, diff

MOST_VERSIONS = 200


@dataclass(frozen=True, slots=True)
class SeenVersion:
    """A version with the change that brought it and, where it is past, the one that took it away."""

    feature: SeenFeature
    change: Change
    superseded_by: Change | None
    superseded_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class ChangedKey:
    """What one change did to one feature: its versions before and after, by the time for which they hold."""

    key: str
    before: tuple[SeenFeature, ...]
    after: tuple[SeenFeature, ...]

    @property
    def diff(self) -> Diff | None:
        """What differs between the last version before and the last one after; None where there was or is none."""
        if not (self.before and self.after):
            return None
        return compare(self.before[-1], self.after[-1])


def compare(before: SeenFeature, after: SeenFeature) -> Diff:
    """Return what differs between two versions, as far as the viewer sees it."""
    return diff((before.properties, before.geometry, before.valid), (after.properties, after.geometry, after.valid))


def list_changes(layer: Layer) -> QuerySet[Change]:
    """Return the changes of a layer, the newest first."""
    return Change.objects.filter(layer=layer).select_related("by").order_by("-id")


def find_change(layer: Layer, pk: int) -> Change | None:
    """Return one change of a layer."""
    return list_changes(layer).filter(pk=pk).first()


def list_versions(layer: Layer, viewer: Viewer, key: str) -> list[SeenVersion]:
    """Return all versions of a feature, in force and past, the newest first; at most two hundred."""
    strip = property_filter(layer, viewer)
    current = Feature.objects.filter(layer=layer, key=key).order_by("-number").values_list(*FIELDS)
    past = PastFeature.objects.filter(layer=layer, key=key).order_by("-id")
    rows: list[tuple[SeenFeature, int | None, dt.datetime | None]] = [
        (seen(row, strip), None, None) for row in current[:MOST_VERSIONS]
    ]
    rows += [
        (seen(row[:-2], strip), row[-2], row[-1])
        for row in past.values_list(*FIELDS, "superseded_by_id", "superseded_at")[:MOST_VERSIONS]
    ]
    changes = _changes(pk for row in rows for pk in (row[0].change_id, row[1]) if pk is not None)
    versions = [
        SeenVersion(feature, changes[feature.change_id], None if by is None else changes[by], at)
        for feature, by, at in rows
    ]
    return sorted(versions, key=lambda version: -version.feature.number)[:MOST_VERSIONS]


def _changes(ids: Iterable[int]) -> dict[int, Change]:
    return Change.objects.select_related("by").in_bulk(set(ids))


def list_changed(
    change: Change, layer: Layer, viewer: Viewer, *, after: str = "", limit: int = 50
) -> tuple[list[ChangedKey], str | None]:
    """Return one page of what a change changed, by key, and the key after which the next page begins, if any."""
    keys = sorted(
        {
            *_keys(PastFeature.objects.filter(superseded_by=change), after, limit),
            *_keys(Feature.objects.filter(layer=layer, change=change), after, limit),
            *_keys(PastFeature.objects.filter(layer=layer, change=change), after, limit),
        }
    )
    shown = keys[:limit]
    strip = property_filter(layer, viewer)
    past = PastFeature.objects.filter(layer=layer, key__in=shown)
    before = _by_key(past.filter(superseded_by=change), strip)
    brought = _by_key(Feature.objects.filter(layer=layer, key__in=shown, change=change), strip)
    for key, features in _by_key(past.filter(change=change), strip).items():
        brought[key] = [*brought.get(key, ()), *features]
    found = [ChangedKey(key, _in_order(before.get(key, ())), _in_order(brought.get(key, ()))) for key in shown]
    return found, shown[-1] if len(keys) > limit else None


def _keys(rows: "QuerySet[Feature] | QuerySet[PastFeature]", after: str, limit: int) -> list[str]:
    return list(rows.filter(key__gt=after).order_by("key").values_list("key", flat=True).distinct()[: limit + 1])


def _by_key(rows: "QuerySet[Feature] | QuerySet[PastFeature]", strip: Strip) -> dict[str, list[SeenFeature]]:
    found: dict[str, list[SeenFeature]] = {}
    for row in rows.values_list(*FIELDS):
        feature = seen(row, strip)
        found.setdefault(feature.key, []).append(feature)
    return found


def _in_order(features: Sequence[SeenFeature]) -> tuple[SeenFeature, ...]:
    return tuple(sorted(features, key=lambda feature: feature.number))

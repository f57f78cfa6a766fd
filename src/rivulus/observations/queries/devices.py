"""What is known of the series that devices name, the profiles that the pack declares, and what devices said lately."""

from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

import yaml
from django.conf import settings
from django.db.models import Count, Q, QuerySet

from rivulus.observations.models import Datastream, DeviceMessage, FeatureOfInterest, Supplier
from rivulus.observations.rules.devices.messages import KnownSeries
from rivulus.observations.rules.devices.profiles import Profile, read_profiles
from rivulus.observations.rules.devices.topics import Mapping, read_mappings
from rivulus.observations.rules.keys import KeyHolder
from rivulus.observations.rules.observed import Series

LARGEST_NUMBER = 2**20


def list_profiles() -> tuple[Profile, ...]:
    """Return the profiles of radio devices that the pack declares (``observations/devices.yaml``)."""
    file = Path(settings.PACK_DIR) / "observations" / "devices.yaml"
    return _profiles(file, file.stat().st_mtime_ns) if file.exists() else ()


def list_mappings() -> tuple[Mapping, ...]:
    """Return the mappings of vendors' topics that the pack declares (``observations/mqtt.yaml``)."""
    file = Path(settings.PACK_DIR) / "observations" / "mqtt.yaml"
    return _mappings(file, file.stat().st_mtime_ns) if file.exists() else ()


@lru_cache(maxsize=4)
def _profiles(file: Path, _changed: int) -> tuple[Profile, ...]:
    return read_profiles(yaml.safe_load(file.read_text("utf-8")))


@lru_cache(maxsize=4)
def _mappings(file: Path, _changed: int) -> tuple[Mapping, ...]:
    return read_mappings(yaml.safe_load(file.read_text("utf-8")))


def find_series(names: Collection[str], *, holder: KeyHolder | None = None) -> dict[str, KnownSeries]:
    """Return the series that numbers or codes name, by those names. Costs one query.

    Without a holder only public series are known, and all count as one's own: nothing will be stored.
    """
    numbers = {int(name) for name in names if name.isdecimal() and len(name) < 8 and int(name) < LARGEST_NUMBER}
    rows = Datastream.objects.filter(Q(id__in=numbers) | Q(code__in=names)).select_related("thing", "observed_property")
    if holder is None:
        rows = rows.filter(is_public=True, thing__is_public=True)
    found: dict[str, KnownSeries] = {}
    for row in rows.order_by("id"):
        series = known_series(row, holder)
        if row.pk in numbers:
            found[str(row.pk)] = series
        if row.code in names:
            found[str(row.code)] = series
    return found


def find_storable(numbers: Collection[int]) -> dict[int, Series]:
    """Return what storing needs to know of series, by number."""
    rows = Datastream.objects.filter(pk__in=numbers).select_related("thing", "observed_property")
    found = {}
    for row in rows.annotate(part_count=Count("parts")).order_by("id"):
        limits = {**(row.observed_property.limits if row.observed_property else {}), **row.limits}
        low, high = limits.get("minimum"), limits.get("maximum")
        found[row.pk] = Series(row.pk, row.kind, row.thing.supplier_id, low, high, row.part_count)
    return found


def find_features(numbers: Collection[int]) -> set[int]:
    """Return which of these features of interest there are."""
    return set(FeatureOfInterest.objects.filter(pk__in=numbers).values_list("pk", flat=True))


def known_series(row: Datastream, holder: KeyHolder | None) -> KnownSeries:
    """Return what is known of a series; its thing and observed property must be loaded."""
    limits = {**(row.observed_property.limits if row.observed_property else {}), **row.limits}
    return KnownSeries(
        id=row.pk,
        name=row.name,
        code=row.code or "",
        kind=row.kind,
        unit=str(row.unit_of_measurement.get("symbol") or ""),
        minimum=limits.get("minimum"),
        maximum=limits.get("maximum"),
        is_own=holder is None or holder.owns(row.thing.supplier_id),
    )


def list_messages(supplier: Supplier) -> QuerySet[DeviceMessage]:
    """Return what the devices of a supplier said lately, the newest first."""
    return DeviceMessage.objects.filter(supplier=supplier).order_by("-id")


def list_stray_messages() -> QuerySet[DeviceMessage]:
    """Return messages that could be given to no supplier, the newest first."""
    return DeviceMessage.objects.filter(supplier=None).order_by("-id")


def list_series_of(supplier: Supplier) -> QuerySet[Datastream]:
    """Return the series of a supplier's things, by thing."""
    rows = Datastream.objects.filter(thing__supplier=supplier).select_related("thing", "observed_property")
    return rows.order_by("thing__name", "thing_id", "name", "id")

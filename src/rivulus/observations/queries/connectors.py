"""How connectors fare, their last runs, and the series that they fill."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet

from rivulus.kernel.errors import NotFound
from rivulus.observations.models import Connector, ConnectorRun, Datastream, ObservedProperty


@dataclass(frozen=True, slots=True)
class Target:
    """A series that readings go to: its number, the kind of its results, and the bounds of plausible values."""

    id: int
    kind: str
    limits: dict[str, float]
    unit: str
    name: str


def list_states() -> dict[str, Connector]:
    """Return the state of every connector that ever was due, by code."""
    return {row.code: row for row in Connector.objects.order_by("code")}


def find_state(code: str) -> Connector | None:
    """Return the state of a connector, or None where it was never due."""
    return Connector.objects.filter(code=code).first()


def list_runs(code: str) -> "QuerySet[ConnectorRun]":
    """Return the runs of a connector, the newest first."""
    return ConnectorRun.objects.filter(connector__code=code).order_by("-id")


def get_run(code: str, pk: int) -> ConnectorRun:
    """Return one run; raises NotFound."""
    run = list_runs(code).filter(pk=pk).first()
    if run is None:
        raise NotFound
    return run


def find_targets(codes: Collection[str]) -> dict[str, Target]:
    """Return the series with these codes; their own limits count before those of the property."""
    return {str(row.code): _target(row) for row in _series().filter(code__in=codes)}


def find_targets_by_id(ids: Collection[int]) -> dict[int, Target]:
    """Return the series with these numbers."""
    return {row.pk: _target(row) for row in _series().filter(pk__in=ids)}


def known_properties(codes: Collection[str]) -> frozenset[str]:
    """Return which of these properties are described."""
    found = ObservedProperty.objects.filter(code__in=codes).values_list("code", flat=True)
    return frozenset(str(code) for code in found)


def _series() -> "QuerySet[Datastream]":
    return Datastream.objects.select_related("observed_property").order_by("pk")


def _target(row: Datastream) -> Target:
    common = row.observed_property.limits if row.observed_property else {}
    unit = row.unit_of_measurement or {}
    return Target(row.pk, row.kind, {**common, **row.limits}, unit.get("symbol") or "", row.name)

"""Forecasts: what they say, what they were worth, and the hours that they learn from."""

import datetime as dt
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import holidays
import numpy as np
from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery

from rivulus.kernel.clock import CITY_ZONE
from rivulus.kernel.errors import NotFound
from rivulus.observations.models import Datastream, Forecast, Forecaster, Training
from rivulus.observations.queries.rollups import hourly
from rivulus.observations.queries.visible import visible_series
from rivulus.observations.rules.forecasts import groups
from rivulus.observations.rules.forecasts.backtest import HORIZONS, Backtest, Method, Point, Score
from rivulus.observations.rules.forecasts.frames import HOUR_US, Column, Frame, on_grid
from rivulus.observations.rules.forecasts.learning import Learned

MEMORY_HOURS = 24 * 820
AHEAD = max(HORIZONS)


@dataclass(frozen=True, slots=True)
class Issued:
    """A forecast as it was made: ``origin`` is the end of the last hour known."""

    series_id: int
    origin: dt.datetime
    made_at: dt.datetime
    points: tuple[Point, ...]

    def time_of(self, point: Point) -> dt.datetime:
        """Return the beginning of the hour that a point is about."""
        return self.origin + dt.timedelta(hours=point.horizon - 1)


def list_forecasters(*, with_private: bool = False) -> QuerySet[Forecaster]:
    """Return the series that are forecast, station by station, with whether trees serve anywhere."""
    newest = Training.objects.filter(forecaster=OuterRef("pk")).order_by("-made_at", "-id")
    found = Forecaster.objects.filter(is_active=True).select_related(
        "datastream__thing", "datastream__observed_property"
    )  # fmt: skip
    found = found.filter(datastream__in=visible_series(Datastream.objects.all(), with_private=with_private))
    found = found.annotate(
        backtest=Subquery(newest.values("backtest")[:1]), trained_at=Subquery(newest.values("made_at")[:1])
    )
    return found.order_by("datastream__observed_property__name", "datastream__thing__name", "id")


def get_forecaster(series_id: int) -> Forecaster:
    """Return the forecaster of a series; raises NotFound where it is not forecast."""
    try:
        return Forecaster.objects.select_related("datastream").get(datastream_id=series_id, is_active=True)
    except Forecaster.DoesNotExist:
        raise NotFound from None


def find_training(forecaster: Forecaster) -> Training | None:
    """Return the newest learning of a forecaster, without its trees."""
    return forecaster.trainings.defer("trees").order_by("-made_at", "-id").first()


def find_forecast(series_id: int) -> Issued | None:
    """Return the newest forecast of a series, if it has one."""
    return next(iter(list_forecasts(series_id, None, 1)), None)


def list_forecasts(series_id: int, since: dt.datetime | None, most: int = 100) -> list[Issued]:
    """Return the forecasts of a series made after a moment, the newest first."""
    found = Forecast.objects.filter(forecaster__datastream_id=series_id)
    if since is not None:
        found = found.filter(made_at__gt=since)
    return [
        Issued(series_id, row.origin, row.made_at, tuple(_point(*values) for values in row.points))
        for row in found.order_by("-origin")[:most]
    ]


def read_backtest(content: dict[str, Any]) -> Backtest:
    """Return a backtest as it was kept."""
    scores = tuple(
        Score(**{**score, "serves": Method(score["serves"]), **_radii(score)}) for score in content["scores"]
    )  # fmt: skip
    return Backtest(**{**content, "scores": scores})


def _radii(score: dict[str, Any]) -> dict[str, float]:
    """JSON has no infinity: where too few errors were known, the interval is unbounded."""
    return {
        name: float("inf") if score[name] is None else score[name] for name in ("radius_80", "radius_95")
    }  # fmt: skip


def read_trees(training: Training) -> list[Learned]:
    """Return what was learned."""
    written = bytes(training.trees)
    kept = json.loads(zlib.decompress(written)) if written else {}
    return [Learned(int(horizon), trees) for horizon, trees in kept.items()]


def _point(horizon: int, value: float, radius_80: float | None, radius_95: float | None, method: str) -> Point:
    unbounded = float("inf")
    return Point(
        horizon,
        value,
        unbounded if radius_80 is None else radius_80,
        unbounded if radius_95 is None else radius_95,
        Method(method),
    )


def list_groups(*, with_private: bool = False) -> list[Forecaster]:
    """Return the groups that are forecast, by code, with their members; those of which any member is not seen are not."""
    newest = Training.objects.filter(forecaster=OuterRef("pk")).order_by("-made_at", "-id")
    seen = visible_series(Datastream.objects.all(), with_private=with_private)
    members = Forecaster.members.through.objects.filter(forecaster=OuterRef("pk"))
    found = Forecaster.objects.filter(is_active=True, datastream__isnull=True)
    found = found.exclude(Exists(members.exclude(datastream__in=seen.values("pk"))))
    found = found.annotate(
        backtest=Subquery(newest.values("backtest")[:1]), trained_at=Subquery(newest.values("made_at")[:1])
    )
    with_members = Prefetch("members", Datastream.objects.select_related("observed_property", "thing").order_by("pk"))
    return list(found.prefetch_related(with_members).order_by("code"))


def get_group(code: str, *, with_private: bool = False) -> Forecaster:
    """Return a group that is forecast; raises NotFound where there is none, or a member of it is not seen."""
    found = next((one for one in list_groups(with_private=with_private) if one.code == code), None)
    if found is None:
        raise NotFound
    return found


def find_group_forecast(forecaster: Forecaster) -> Issued | None:
    """Return the newest forecast of a group, if it has one; it is of no series (0)."""
    row = forecaster.forecasts.order_by("-origin").first()
    return Issued(0, row.origin, row.made_at, tuple(_point(*values) for values in row.points)) if row else None


@dataclass(frozen=True, slots=True)
class Past:
    """The hours of a forecaster up to an hour, and the members they are of (none for a series)."""

    frame: Frame
    members: tuple[int, ...] = ()


def get_past(
    forecaster: Forecaster,
    companions: Sequence[Datastream],
    end_hour: int,
    members: Sequence[int] | None = None,
    *,
    hours: int = MEMORY_HOURS,
) -> Past:
    """Return what a forecaster learns from, up to ``end_hour`` (hours since 1970, not included), ``hours`` of a group.

    ``members``: those of a group that it learned with; without it, those that spoke in the last days.
    """
    if forecaster.datastream is not None:
        return Past(get_frame(forecaster.datastream, companions, end_hour))
    asked = list(members) if members is not None else list(forecaster.members.values_list("pk", flat=True))
    columns, first = _columns(asked, [one.pk for one in companions], end_hour, hours)
    spoke = list(members) if members is not None else groups.speaking({number: columns[number] for number in asked})
    target = groups.combined([columns[one] for one in spoke], groups.How(forecaster.how)) if spoke else np.empty(0)
    others = {f"s{one.pk}": columns[one.pk][: len(target)] for one in companions}
    return Past(_from_first_known(frame_of(first, target, others)), tuple(spoke))


def _from_first_known(frame: Frame) -> Frame:
    """Return a frame without the hours before anything was known."""
    known = np.flatnonzero(~np.isnan(frame.target))
    begin = int(known[0]) if len(known) else len(frame)
    others = {name: values[begin:] for name, values in frame.companions.items()}
    return frame_of(frame.first_hour + begin, frame.target[begin:], others)


def get_frame(datastream: Datastream, companions: Sequence[Datastream], end_hour: int) -> Frame:
    """Return the hours of a series and its companions up to ``end_hour`` (hours since 1970, not included).

    The frame begins with the first hour measured, at most about 27 months before. One query for the rollups.
    """
    columns, first = _columns([datastream.pk], [one.pk for one in companions], end_hour, MEMORY_HOURS)
    return frame_of(first, columns[datastream.pk], {f"s{one.pk}": columns[one.pk] for one in companions})


def _columns(own: Sequence[int], others: Sequence[int], end_hour: int, most: int) -> tuple[dict[int, Column], int]:
    """Return the hourly means of series by number, from the first hour at which one of ``own`` was measured."""
    found = hourly([*own, *others], (end_hour - most) * HOUR_US, end_hour * HOUR_US)
    hours, means = found.start // HOUR_US, found.mean
    mine = hours[np.isin(found.datastream, own)]
    first = int(mine.min()) if len(mine) else end_hour
    columns = {}
    for number in [*own, *others]:
        begin, end = np.searchsorted(found.datastream, [number, number + 1])
        columns[number] = on_grid(hours[begin:end], means[begin:end], first, end_hour - first)
    return columns, first


def frame_of(first_hour: int, target: Any, companions: dict[str, Any]) -> Frame:
    """Return a frame with the calendar of the city laid over it, a day longer than what is known."""
    hours = first_hour + np.arange(len(target) + AHEAD)
    local = [dt.datetime.fromtimestamp(int(hour) * 3600, CITY_ZONE) for hour in hours]
    years = sorted({at.year for at in local})
    free = _holidays(tuple(years))
    return Frame(
        first_hour=first_hour,
        target=target,
        local_hour=np.array([at.hour for at in local], np.int64),
        weekday=np.array([at.weekday() for at in local], np.int64),
        day_of_year=np.array([at.timetuple().tm_yday for at in local], np.int64),
        is_holiday=np.array([at.date() in free for at in local], np.bool_),
        companions=companions,
    )


@lru_cache(maxsize=8)
def _holidays(years: tuple[int, ...]) -> frozenset[dt.date]:
    """Legal holidays of Romania (Codul muncii, art. 139), as the library keeps them."""
    return frozenset(holidays.country_holidays("RO", years=years))

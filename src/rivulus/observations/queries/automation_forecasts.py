"""Forecasts as rules see them: what was said about a series, from when on it was known."""

import datetime as dt
from collections.abc import Sequence

from rivulus.observations.events import ForecastIssue
from rivulus.observations.models import Forecast
from rivulus.observations.rules.weeks import microseconds

HOUR_US = 3_600_000_000


def read_issues(series: Sequence[int], after: dt.datetime, until: dt.datetime) -> list[ForecastIssue]:
    """Return the forecasts made after one time and until another, the oldest first."""
    rows = Forecast.objects.filter(
        forecaster__datastream_id__in=series, forecaster__is_active=True, made_at__gt=after, made_at__lte=until
    )
    listed = rows.order_by("made_at", "id").values_list("forecaster__datastream_id", "made_at", "origin", "points")
    return [
        ForecastIssue(
            number,
            microseconds(made_at),
            tuple((microseconds(origin) + int(point[0]) * HOUR_US, point[1]) for point in points),
        )
        for number, made_at, origin, points in listed
    ]

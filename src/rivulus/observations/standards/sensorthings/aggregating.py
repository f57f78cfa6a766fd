"""Time buckets, beyond the standard: ``Datastreams(1)/Observations?bucket=hour&aggregate=average``."""

import math
import re
from typing import Any

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import say
from rivulus.observations.queries.buckets import BucketFunction, BucketStep, buckets
from rivulus.observations.standards.sensorthings.levels import Asked
from rivulus.observations.standards.sensorthings.locating import Place
from rivulus.observations.standards.sensorthings.options import OptionError, Options
from rivulus.observations.standards.sensorthings.pages import observation_scope
from rivulus.observations.standards.sensorthings.rendering import ServiceError, show_interval
from rivulus.observations.standards.sensorthings.windows import extents


def show_buckets(asked: Asked, place: Place, options: Options) -> dict[str, Any]:
    """Return one object for every stretch of time, also for those in which nothing was observed (result null).

    The filter may say which stretch of time, and nothing else; without it all that is there is taken.
    """
    if place.source is None or place.source.set_name != "Datastreams":
        raise OptionError("bucket is possible for the observations of one Datastream.")
    if options.expand or options.order or options.select is not None or options.skip or options.top is not None:
        raise OptionError("With bucket only $filter by phenomenonTime and $count are possible.")
    scope = observation_scope(asked, place, options)
    if scope.residual is not None and not _is_time_only(scope.residual):
        raise OptionError("With bucket the filter may only say from when to when, by phenomenonTime.")
    if not scope.series.numeric:
        raise OptionError("bucket needs results that are numbers.")
    known = extents(scope.series)
    values = _values(asked, scope.series.numeric[0], *_bounds(scope, known), options) if known else []
    return {**({"@iot.count": len(values)} if options.count else {}), "value": values}


def _is_time_only(term: Any) -> bool:
    """`lt` and `le` stay in the filter for observations with an end of their own; the bounds say the same."""
    if term.op == "and":
        return all(_is_time_only(arg) for arg in term.args)
    paths = [arg.value for arg in term.args if arg.op == "path"]
    return term.op in {"lt", "le", "gt", "ge", "during"} and paths == [("phenomenonTime",)] and len(term.args) == 2


def _bounds(scope: Any, known: tuple[int, int]) -> tuple[int, int]:
    return max(scope.start_us, known[0]), min(scope.end_us, known[1] + 1)


def _values(asked: Asked, datastream: int, start_us: int, end_us: int, options: Options) -> list[dict[str, Any]]:
    if start_us >= end_us:
        return []
    try:
        step = BucketStep.of(re.sub(r"m\Z", " minutes", options.bucket))
        found = buckets([datastream], start_us, end_us, step, BucketFunction.of(options.aggregate))
    except Refused as refused:
        raise ServiceError(400, say(refused)) from refused
    asked.cost.spend_entities(len(found.start))
    columns = (found.start, found.end, found.value[0], found.count[0], found.flagged[0])
    return [
        {
            "phenomenonTime": show_interval(start, end),
            "result": None if math.isnan(value) else value,
            "count": count,
            "flagged": flagged,
        }
        for start, end, value, count, flagged in zip(*(column.tolist() for column in columns), strict=True)
    ]

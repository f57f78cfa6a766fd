"""Answers in JSON: one entity, a page of a set, a property, references."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from rivulus.observations.rules.readings import EARLIEST_US, LATEST_US
from rivulus.observations.standards.sensorthings import observations
from rivulus.observations.standards.sensorthings.addresses import Address
from rivulus.observations.standards.sensorthings.expanding import Written, show_level, show_list
from rivulus.observations.standards.sensorthings.levels import (
    Asked,
    Level,
    Shown,
    count_rows,
    next_link,
    read_by_id,
    read_rows,
)
from rivulus.observations.standards.sensorthings.locating import Place, find_observation, locate, not_found
from rivulus.observations.standards.sensorthings.options import OptionError, Options
from rivulus.observations.standards.sensorthings.rendering import ServiceError, self_link
from rivulus.observations.standards.sensorthings.scopes import Scope, scope_of
from rivulus.observations.standards.sensorthings.sql import moment
from rivulus.observations.standards.sensorthings.windows import Key, Statement

PAGING = ("filter", "order", "count", "top", "skip", "token")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a set: its objects, where the next one begins ("" at the end), how many there are in all."""

    values: Sequence[Written]
    next: dict[str, str]
    count: int | None = None


@dataclass(frozen=True, slots=True)
class ObservationPage:
    """One page of observations, as they are kept."""

    keys: list[Key]
    scope: Scope
    next: dict[str, str]
    count: int | None = None


def read_one(asked: Asked, place: Place, options: Options) -> Written:
    """Return the object of the entity at a place; raises ServiceError 404."""
    if any(getattr(options, name) not in (None, (), False, 0, "") for name in PAGING):
        raise OptionError("One entity takes only $select and $expand.")
    if place.entity.set_name == "Observations":
        found = find_observation(asked, place.id or 0)
        values: Sequence[Written] = show_list(asked, [found[1]], options, found[0].series) if found else []
    else:
        level = Level(place.entity, options, asked)
        values = show_level(level, read_by_id(level, [place.id or 0]))
    if not values:
        raise not_found()
    return values[0]


def read_page(asked: Asked, place: Place, options: Options, size: int | None = None) -> Page:
    """Return a page of the set at a place; ``size`` in place of $top."""
    if place.entity.set_name == "Observations":
        found = read_observations(asked, place, options, size)
        return Page(show_list(asked, found.keys, options, found.scope.series), found.next, found.count)
    level = Level(place.entity, options, asked)
    size = options.page_size if size is None else size
    rows = read_rows(level, link=place.link, parent=place.parent, limit=size + 1, skip=options.skip)
    count = count_rows(level, link=place.link, parent=place.parent) if options.count else None
    further = {"$skip": str(options.skip + size)} if len(rows) > size > 0 else {}
    return Page(show_level(level, rows[:size]), further, count)


def observation_scope(asked: Asked, place: Place, options: Options) -> Scope:
    """Return which observations are at a place and fulfil the filter."""
    term = observations.checked_filter(options.filter, asked.now_us)
    if place.source is None:
        return scope_of(asked.reader, term)
    if place.source.set_name == "FeaturesOfInterest":
        return scope_of(asked.reader, term, feature=place.parent)
    scope = scope_of(asked.reader, term, datastream=place.parent, kind=place.source)
    if not scope.series.ids:
        locate(asked, place.source, place.parent)
    return scope


def read_observations(asked: Asked, place: Place, options: Options, size: int | None = None) -> ObservationPage:
    """Return a page of the observations at a place, as they are kept."""
    scope = observation_scope(asked, place, options)
    statement = observations.statement_of(asked.reader, scope, options.order, asked.now_us)
    size = options.page_size if size is None else size
    counted = observations.count(scope, statement, asked.cost) if options.count else None
    scope, statement = _after(options.token, scope, statement)
    keys = observations.read_page(scope, statement, size + 1, asked.cost, asked.now_us, skip=options.skip)
    further = _further(options, statement, keys, size) if len(keys) > size > 0 else {}
    return ObservationPage(keys[:size], scope, further, counted)


def _further(options: Options, statement: Statement, keys: Sequence[Key], size: int) -> dict[str, str]:
    """The next page begins after the last observation, where the order is that of time; else after so many."""
    if statement.is_by_time and len(options.order) <= 1:
        last = keys[size - 1]
        return {"$skiptoken": f"{last.time}.{last.datastream}"}
    return {"$skip": str(options.skip + size)}


def _after(token: str, scope: Scope, statement: Statement) -> tuple[Scope, Statement]:
    """Return the scope that begins after the observation a token names."""
    if not token:
        return scope, statement
    time, _dot, series = token.partition(".")
    is_ours = re.fullmatch(r"-?\d{1,16}\.\d{1,7}", token) and EARLIEST_US <= int(time) < LATEST_US
    if not is_ours or not statement.is_by_time:
        raise OptionError("$skiptoken is not one of this service.")
    time_us = int(time)
    beyond = f"(o.time, o.datastream) {'<' if statement.is_descending else '>'} (%(last)s::timestamptz, %(last_series)s::int4)"
    condition = " AND ".join(filter(None, [statement.condition, beyond]))
    parameters = {**statement.parameters, "last": moment(time_us), "last_series": int(series)}
    further = replace(statement, condition=condition, parameters=parameters)
    if statement.is_descending:
        return replace(scope, end_us=min(scope.end_us, time_us + 1)), further
    return replace(scope, start_us=max(scope.start_us, time_us)), further


def show_page(asked: Asked, page: Page, address: str, options: Options) -> Shown:
    """Return a page as the standard shapes it."""
    shown: Shown = {} if page.count is None else {"@iot.count": page.count}
    if page.next:
        shown["@iot.nextLink"] = next_link(address, options, page.next)
    return {**shown, "value": page.values}


def show_references(asked: Asked, place: Place, options: Options, address: str) -> Shown:
    """Return the addresses of what is at a place, and nothing else."""
    plain = replace(options, select=frozenset({"@iot.selfLink"}), expand=())
    if place.id is not None:
        return {"@iot.selfLink": self_link(asked.base, place.entity, place.id)}
    return show_page(asked, read_page(asked, place, plain), address, options)


def read_property(asked: Asked, place: Place, address: Address) -> Any:
    """Return the value of a property, or of a place within it; None where it is null."""
    name, *inside = address.property_path
    value = _plain(_plain(read_one(asked, place, Options(select=frozenset({name})))).get(name))
    for part in inside:
        value = _inside(value, part)
    return value


def _inside(value: Any, part: str) -> Any:
    if isinstance(value, dict) and part in value:
        return value[part]
    if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
        return value[int(part)]
    raise ServiceError(404, f"There is nothing at {part}.")


def _plain(value: Any) -> Any:
    return msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value

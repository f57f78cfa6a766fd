"""Following links within an answer: for every link of every level one question, whatever the number of rows."""

from collections import defaultdict
from collections.abc import Sequence

from rivulus.observations.standards.sensorthings import observations, showing
from rivulus.observations.standards.sensorthings.entities import SETS, Link
from rivulus.observations.standards.sensorthings.levels import (
    Asked,
    Level,
    Row,
    Shown,
    count_of_parents,
    next_link,
    page_of,
    read_by_id,
    read_of_parents,
    show_rows,
)
from rivulus.observations.standards.sensorthings.options import Expand, OptionError, Options
from rivulus.observations.standards.sensorthings.scopes import Series, scope_of
from rivulus.observations.standards.sensorthings.windows import Key

MOST_FEATURES = 100
STREAMS = frozenset({"Datastreams", "MultiDatastreams"})


def show_level(level: Level, rows: Sequence[Row]) -> list[Shown]:
    """Return the JSON objects of rows, with everything that is to be shown within them."""
    shown = show_rows(level, rows)
    for expand in level.options.expand:
        link = level.entity.link_names[expand.link]
        if link.target == "Observations":
            _expand_observations(level, expand, rows, shown)
        elif link.forward:
            found = by_number(level.asked, link, expand, {row.keys[link.name] for row in rows})
            for row, one in zip(rows, shown, strict=True):
                one[link.name] = found.get(row.keys[link.name])
        else:
            _expand_many(level, link, expand, rows, shown)
    return shown


def by_number(asked: Asked, link: Link, expand: Expand, numbers: set[int | None]) -> dict[int | None, Shown]:
    """Return the entities with these numbers, with what is within them."""
    level = Level(SETS[link.target], expand.options, asked)
    ids = sorted(number for number in numbers if number is not None)
    rows = read_by_id(level, ids) if ids else []
    return {row.id: one for row, one in zip(rows, show_level(level, rows), strict=True)}


def _expand_many(level: Level, link: Link, expand: Expand, rows: Sequence[Row], shown: Sequence[Shown]) -> None:
    below = Level(SETS[link.target], expand.options, level.asked)
    size = page_of(expand.options, is_nested=True)
    parents = [row.id for row in rows]
    found = read_of_parents(below, link, parents, size + 1) if parents else []
    by_parent: defaultdict[int, list[Row]] = defaultdict(list)
    for row in found:
        by_parent[row.parent].append(row)
    kept = [row for part in by_parent.values() for row in part[:size]]
    objects = dict(zip(((row.parent, row.id) for row in kept), show_level(below, kept), strict=True))
    counts = count_of_parents(below, link, parents) if expand.options.count and parents else {}
    prefix, further = f"{level.asked.base}/{level.entity.set_name}", further_of(expand)
    for row, one in zip(rows, shown, strict=True):
        mine = by_parent[row.id]
        values = [objects[row.id, child.id] for child in mine[:size]]
        link_on = f"{prefix}({row.id}){further}" if len(mine) > size else ""
        attach(expand, one, values, link_on, counts.get(row.id))


def further_of(expand: Expand) -> str:
    """Return the end of the addresses at which the pages of an expanded link go on, the same for every parent."""
    skip = expand.options.skip + page_of(expand.options, is_nested=True)
    return next_link(f"/{expand.link}", expand.options, {"$skip": str(skip)})


def attach(expand: Expand, one: Shown, values: list[Shown], further: str, count: int | None) -> None:
    """Put a page of what a link leads to into the object of its parent; ``further`` is where it goes on ("": not)."""
    if count is not None:
        one[f"{expand.link}@iot.count"] = count
    one[expand.link] = values
    if further and expand.options.top != 0:
        one[f"{expand.link}@iot.nextLink"] = further


def _expand_observations(level: Level, expand: Expand, rows: Sequence[Row], shown: Sequence[Shown]) -> None:
    """Series are read together; the observations about a feature are of many series, and read one by one."""
    if level.entity.set_name not in STREAMS:
        _expand_feature(level, expand, rows, shown)
        return
    asked, options = level.asked, expand.options
    term = observations.checked_filter(options.filter, asked.now_us)
    scope = scope_of(asked.reader, term, among=[row.id for row in rows])
    statement = observations.statement_of(asked.reader, scope, options.order, asked.now_us, is_each=True)
    size = page_of(options, is_nested=True)
    wanted = options.skip + size + 1
    found = observations.read_each(scope, statement, wanted, asked.cost, asked.now_us)
    pages = {number: keys[options.skip :] for number, keys in found.items()}
    objects = show_keys(asked, [key for keys in pages.values() for key in keys[:size]], options, scope.series)
    counts = observations.count_each(asked.reader, scope, statement, asked.cost) if options.count else {}
    prefix, further = f"{asked.base}/{level.entity.set_name}", further_of(expand)
    for row, one in zip(rows, shown, strict=True):
        link_on = f"{prefix}({row.id}){further}" if len(pages.get(row.id, ())) > size else ""
        attach(expand, one, objects.get(row.id, []), link_on, counts.get(row.id))


def _expand_feature(level: Level, expand: Expand, rows: Sequence[Row], shown: Sequence[Shown]) -> None:
    if len(rows) > MOST_FEATURES:
        raise OptionError(f"$expand: observations are shown of at most {MOST_FEATURES} features at once; use $top.")
    asked, options = level.asked, expand.options
    size = page_of(options, is_nested=True)
    for row, one in zip(rows, shown, strict=True):
        scope = scope_of(asked.reader, observations.checked_filter(options.filter, asked.now_us), feature=row.id)
        statement = observations.statement_of(asked.reader, scope, options.order, asked.now_us)
        keys = observations.read_page(scope, statement, size + 1, asked.cost, asked.now_us, skip=options.skip)
        count = observations.count(scope, statement, asked.cost) if options.count else None
        values = show_list(asked, keys[:size], options, scope.series)
        link_on = f"{asked.base}/{level.entity.set_name}({row.id}){further_of(expand)}" if len(keys) > size else ""
        attach(expand, one, values, link_on, count)


def show_keys(asked: Asked, keys: Sequence[Key], options: Options, series: Series) -> dict[int, list[Shown]]:
    """Return the JSON objects of observations by their series."""
    found: defaultdict[int, list[Shown]] = defaultdict(list)
    for key, one in zip(keys, show_list(asked, keys, options, series), strict=True):
        found[key.datastream].append(one)
    return found


def show_list(asked: Asked, keys: Sequence[Key], options: Options, series: Series) -> list[Shown]:
    """Return the JSON objects of observations, with everything that is to be shown within them."""
    asked.cost.spend_entities(len(keys))
    said = showing.said_of(keys)
    followed = {expand.link for expand in options.expand}
    shown = [
        showing.show_observation(
            asked.base, key, said.get((key.datastream, key.time)), series, options.select, followed
        )
        for key in keys
    ]
    for expand in options.expand:
        _expand_from_observations(
            asked, expand, keys, shown, {key: one.feature for key, one in said.items() if one.feature}
        )
    return shown


def _expand_from_observations(
    asked: Asked, expand: Expand, keys: Sequence[Key], shown: Sequence[Shown], explicit: dict[tuple[int, int], int]
) -> None:
    link = SETS["Observations"].link_names[expand.link]
    if link.name == "FeatureOfInterest":
        features = observations.features_of(keys, explicit)
        numbers = [features.get((key.datastream, key.time)) for key in keys]
    else:
        numbers = [key.datastream for key in keys]
    found = by_number(asked, link, expand, set(numbers))
    for number, one in zip(numbers, shown, strict=True):
        if number in found or link.name == "FeatureOfInterest":
            one[link.name] = found.get(number)

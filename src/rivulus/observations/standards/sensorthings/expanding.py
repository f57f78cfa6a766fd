"""Following links within an answer: for every link of every level one question, whatever the number of rows."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import msgspec

from rivulus.observations.standards.sensorthings import observations, showing
from rivulus.observations.standards.sensorthings.entities import SETS, Link
from rivulus.observations.standards.sensorthings.levels import (
    Asked,
    Level,
    Row,
    Shown,
    close,
    count_of_parents,
    next_link,
    page_of,
    read_by_id,
    read_of_parents,
    write_rows,
)
from rivulus.observations.standards.sensorthings.options import Expand, OptionError, Options
from rivulus.observations.standards.sensorthings.scopes import Scope, Series, scope_of
from rivulus.observations.standards.sensorthings.windows import Key, Statement

MOST_FEATURES = 100
STREAMS = frozenset({"Datastreams", "MultiDatastreams"})
type Written = Shown | msgspec.Raw
"""An object of JSON, or one that is written already."""


def show_level(level: Level, rows: Sequence[Row]) -> list[msgspec.Raw]:
    """Return rows as JSON, with everything that is to be shown within them."""
    columns = [write_rows(level, rows)]
    for expand in level.options.expand:
        link = level.entity.link_names[expand.link]
        if link.target == "Observations":
            columns.append(_expand_observations(level, expand, rows))
        elif link.forward:
            found = by_number(level.asked, link, expand, {row.keys[link.name] for row in rows})
            name = link.name.encode()
            columns.append([b',"%b":%b' % (name, found.get(row.keys[link.name], b"null")) for row in rows])
        else:
            columns.append(_expand_many(level, link, expand, rows))
    return [close(members) for members in zip(*columns, strict=True)]


def by_number(asked: Asked, link: Link, expand: Expand, numbers: set[int | None]) -> dict[int | None, msgspec.Raw]:
    """Return the entities with these numbers, with what is within them."""
    level = Level(SETS[link.target], expand.options, asked)
    ids = sorted(number for number in numbers if number is not None)
    rows = read_by_id(level, ids) if ids else []
    return {row.id: one for row, one in zip(rows, show_level(level, rows), strict=True)}


def _expand_many(level: Level, link: Link, expand: Expand, rows: Sequence[Row]) -> list[bytes]:
    below = Level(SETS[link.target], expand.options, level.asked)
    size = page_of(expand.options, is_nested=True)
    parents = [row.id for row in rows]
    found = read_of_parents(below, link, parents, size + 1) if parents else []
    by_parent: defaultdict[int, list[Row]] = defaultdict(list)
    for row in found:
        by_parent[row.parent].append(row)
    kept = [row for part in by_parent.values() for row in part[:size]]
    objects: defaultdict[int, list[msgspec.Raw]] = defaultdict(list)
    for row, one in zip(kept, show_level(below, kept), strict=True):
        objects[row.parent].append(one)
    counts = count_of_parents(below, link, parents) if expand.options.count and parents else {}
    unfinished = {number for number, part in by_parent.items() if len(part) > size}
    return attach(level, expand, rows, objects, unfinished, counts)


def further_of(expand: Expand) -> str:
    """Return the end of the addresses at which the pages of an expanded link go on, the same for every parent."""
    skip = expand.options.skip + page_of(expand.options, is_nested=True)
    return next_link(f"/{expand.link}", expand.options, {"$skip": str(skip)})


def attach(
    level: Level,
    expand: Expand,
    rows: Sequence[Row],
    pages: Mapping[int, Sequence[Written]],
    unfinished: Collection[int],
    counts: Mapping[int, int],
) -> list[bytes]:
    """Return, for the object of every parent, the members that hold its page of what a link leads to.

    Of those ``unfinished`` the address is told where the page goes on.
    """
    name = expand.link.encode()
    own, further = f"{level.asked.base}/{level.entity.set_name}", further_of(expand)
    unfinished = unfinished if expand.options.top != 0 else ()
    members = []
    for row in rows:
        count = b',"%b@iot.count":%d' % (name, counts[row.id]) if row.id in counts else b""
        link_on = ""
        if row.id in unfinished:
            link_on = f',"{expand.link}@iot.nextLink":"{own}({row.id}){further}"'
        page = b",".join(one if isinstance(one, bytes) else msgspec.json.encode(one) for one in pages.get(row.id, ()))
        members.append(b'%b,"%b":[%b]%b' % (count, name, page, link_on.encode()))
    return members


def _expand_observations(level: Level, expand: Expand, rows: Sequence[Row]) -> list[bytes]:
    """Series are read together; the observations about a feature are of many series, and read one by one."""
    if level.entity.set_name not in STREAMS:
        return _expand_feature(level, expand, rows)
    asked, options = level.asked, expand.options
    term = observations.checked_filter(options.filter, asked.now_us)
    scope = scope_of(asked.reader, term, among=[row.id for row in rows])
    statement = observations.statement_of(asked.reader, scope, options.order, asked.now_us, is_each=True)
    pages, unfinished = _pages(asked, scope, statement, options)
    objects = show_keys(asked, [key for keys in pages.values() for key in keys], options, scope.series)
    counts = observations.count_each(asked.reader, scope, statement, asked.cost) if options.count else {}
    return attach(level, expand, rows, objects, unfinished, counts)


type Pages = tuple[dict[int, list[Key]], set[int]]
"""The first observations of every series, and which series have more than these."""


def _pages(asked: Asked, scope: Scope, statement: Statement, options: Options) -> Pages:
    size, skip = page_of(options, is_nested=True), options.skip
    newest: Pages = {}, set()
    if size == 1 and not skip and len(options.order) == 1 and observations.is_newest_of_all(scope, statement):
        newest, scope = _newest(asked, scope), replace(scope, series=scope.series.only(scope.series.other))
    found = observations.read_each(scope, statement, skip + size + 1, asked.cost, asked.now_us)
    unfinished = {number for number, keys in found.items() if len(keys) > skip + size}
    pages = {number: keys[skip : skip + size] for number, keys in found.items()}
    return newest[0] | pages, newest[1] | unfinished


def _newest(asked: Asked, scope: Scope) -> Pages:
    """The newest of every numeric series, which nobody has to look for: what is asked most often of all."""
    wanted = set(scope.series.numeric)
    ends = {number: end for number, end in asked.ends.of(scope.series.numeric).items() if number in wanted}
    pages = {number: [Key(number, end.last, end.value, None, end.quality)] for number, end in ends.items()}
    return pages, {number for number, end in ends.items() if end.first < end.last}


def _expand_feature(level: Level, expand: Expand, rows: Sequence[Row]) -> list[bytes]:
    if len(rows) > MOST_FEATURES:
        raise OptionError(f"$expand: observations are shown of at most {MOST_FEATURES} features at once; use $top.")
    asked, options = level.asked, expand.options
    size = page_of(options, is_nested=True)
    pages: dict[int, Sequence[Written]] = {}
    unfinished, counts = set[int](), dict[int, int]()
    for row in rows:
        scope = scope_of(asked.reader, observations.checked_filter(options.filter, asked.now_us), feature=row.id)
        statement = observations.statement_of(asked.reader, scope, options.order, asked.now_us)
        keys = observations.read_page(scope, statement, size + 1, asked.cost, asked.now_us, skip=options.skip)
        pages[row.id] = show_list(asked, keys[:size], options, scope.series)
        if len(keys) > size:
            unfinished.add(row.id)
        if options.count:
            counts[row.id] = observations.count(scope, statement, asked.cost)
    return attach(level, expand, rows, pages, unfinished, counts)


def show_keys(asked: Asked, keys: Sequence[Key], options: Options, series: Series) -> dict[int, list[Written]]:
    """Return the JSON objects of observations by their series."""
    found: defaultdict[int, list[Written]] = defaultdict(list)
    for key, one in zip(keys, show_list(asked, keys, options, series), strict=True):
        found[key.datastream].append(one)
    return found


def show_list(asked: Asked, keys: Sequence[Key], options: Options, series: Series) -> Sequence[Written]:
    """Return the JSON objects of observations, with everything that is to be shown within them."""
    asked.cost.spend_entities(len(keys))
    said = showing.said_of(keys)
    if options.select is None and not options.expand:
        return showing.write_observations(asked.base, keys, said, series)
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

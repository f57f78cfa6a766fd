"""The options of a question: `$filter`, `$expand`, `$select`, `$orderby`, `$count`, `$top`, `$skip`, `$resultFormat`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from rivulus.observations.rules.filters.kinds import FilterError, Term
from rivulus.observations.rules.filters.parser import parse
from rivulus.observations.standards.sensorthings.entities import SETS, Entity

DEFAULT_TOP = 100
MAX_TOP = 1000
MAX_TOP_DATA_ARRAY = 10_000
MAX_SKIP = 1_000_000
MAX_EXPAND_DEPTH = 6
MAX_EXPANDS = 30
MAX_LENGTH = 8000
FORMATS = {name.lower(): name for name in ("JSON", "dataArray", "CSV", "GeoJSON", "Parquet")}
NESTED = frozenset({"$filter", "$expand", "$select", "$orderby", "$count", "$top", "$skip"})
KNOWN = NESTED | {"$resultFormat", "$skiptoken"}
SELECTABLE = frozenset({"id", "@iot.id", "@iot.selfLink"})
BUCKETS = re.compile(r"(hour|day|month|\d{1,5}m)\Z")
AGGREGATES = re.compile(r"(average|min|max|sum|count|percentile\((\d{1,2}(?:\.\d{1,3})?|100)\))\Z")


class OptionError(ValueError):
    """An option cannot be understood (400); the message says which, and why."""


@dataclass(frozen=True, slots=True)
class Order:
    """One key of an order."""

    term: Term
    is_descending: bool = False


@dataclass(frozen=True, slots=True)
class Expand:
    """A link to follow, and what to ask there."""

    link: str
    options: "Options"


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked of one set. ``top`` is None where nothing is said."""

    filter: Term | None = None
    expand: tuple[Expand, ...] = ()
    select: frozenset[str] | None = None
    order: tuple[Order, ...] = ()
    count: bool = False
    top: int | None = None
    skip: int = 0
    format: str = "JSON"
    token: str = ""
    bucket: str = ""
    aggregate: str = ""
    texts: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def page_size(self) -> int:
        """How many at most to show at once."""
        most = MAX_TOP_DATA_ARRAY if self.format == "dataArray" else MAX_TOP
        return DEFAULT_TOP if self.top is None else min(self.top, most)


def read_options(entity: Entity, given: Mapping[str, list[str]]) -> Options:
    """Return the options in the query of an address; raises OptionError for what is unknown, double or wrong."""
    texts: dict[str, str] = {}
    for name, values in given.items():
        if name.startswith("$") and name not in KNOWN:
            raise OptionError(f"There is no option {name}.")
        if len(values) > 1 and (name in KNOWN or name in {"bucket", "aggregate"}):
            raise OptionError(f"{name} stands there more than once.")
        if len(values[-1]) > MAX_LENGTH:
            raise OptionError(f"{name} is longer than {MAX_LENGTH} characters.")
        texts[name] = values[-1]
    options = _options(entity, texts, 0)
    chosen = FORMATS.get(texts.get("$resultFormat", "JSON").lower())
    if chosen is None:
        raise OptionError(f"$resultFormat is one of {', '.join(FORMATS.values())}.")
    bucket, aggregate = _bucket(texts)
    token = texts.get("$skiptoken", "")
    return replace(options, format=chosen, token=token, bucket=bucket, aggregate=aggregate, texts=texts)


def _bucket(texts: Mapping[str, str]) -> tuple[str, str]:
    bucket, aggregate = texts.get("bucket", ""), texts.get("aggregate", "")
    if bucket and not BUCKETS.match(bucket):
        raise OptionError("bucket is hour, day, month, or a number of minutes such as 15m.")
    if aggregate and not AGGREGATES.match(aggregate):
        raise OptionError("aggregate is average, min, max, sum, count or percentile(1 to 100).")
    if bool(aggregate) and not bucket:
        raise OptionError("aggregate needs a bucket.")
    return bucket, aggregate or ("average" if bucket else "")


def _options(entity: Entity, texts: Mapping[str, str], depth: int) -> Options:
    expand = tuple(_expands(entity, texts["$expand"], depth)) if texts.get("$expand") else ()
    return Options(
        filter=_filter(texts["$filter"]) if texts.get("$filter", "").strip() else None,
        expand=_merged(expand),
        select=_select(entity, texts["$select"]) if texts.get("$select") else None,
        order=tuple(_orders(texts["$orderby"])) if texts.get("$orderby") else (),
        count=_truth("$count", texts.get("$count", "false")),
        top=_number("$top", texts["$top"], MAX_SKIP) if "$top" in texts else None,
        skip=_number("$skip", texts.get("$skip", "0"), MAX_SKIP),
        texts=texts,
    )


def _filter(text: str) -> Term:
    try:
        return parse(text)
    except FilterError as error:
        raise OptionError(f"$filter: {error}.") from error


def _truth(name: str, text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise OptionError(f"{name} is true or false.")
    return text.lower() == "true"


def _number(name: str, text: str, most: int) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) > most:
        raise OptionError(f"{name} is a whole number from 0 to {most}.")
    return int(text)


def _select(entity: Entity, text: str) -> frozenset[str]:
    names = frozenset(name.strip() for name in text.split(",") if name.strip())
    unknown = names - SELECTABLE - entity.field_names.keys() - entity.link_names.keys()
    if unknown:
        raise OptionError(f"$select: {entity.set_name} have no property {sorted(unknown)[0]!r}.")
    return names


def _orders(text: str) -> Iterator[Order]:
    for part in split(text, ","):
        found = re.fullmatch(r"\s*(.+?)(?:\s+(asc|desc))?\s*", part, re.IGNORECASE | re.DOTALL)
        if not found:
            raise OptionError("$orderby names properties, separated by commas.")
        try:
            yield Order(parse(found[1]), (found[2] or "").lower() == "desc")
        except FilterError as error:
            raise OptionError(f"$orderby: {error}.") from error


def _expands(entity: Entity, text: str, depth: int) -> Iterator[Expand]:
    if depth >= MAX_EXPAND_DEPTH:
        raise OptionError(f"$expand goes at most {MAX_EXPAND_DEPTH} levels deep.")
    parts = list(split(text, ","))
    if len(parts) > MAX_EXPANDS:
        raise OptionError(f"$expand names at most {MAX_EXPANDS} links.")
    for part in parts:
        yield _expand(entity, part.strip(), depth)


def _expand(entity: Entity, part: str, depth: int) -> Expand:
    """Read ``Name``, ``Name/Next`` or ``Name(options)``."""
    found = re.fullmatch(r"([A-Za-z]+)(?:/([^()]+(?:\(.*\))?)|\((.*)\))?", part, re.DOTALL)
    link = entity.link_names.get(found[1]) if found else None
    if not found or link is None:
        raise OptionError(f"$expand: {entity.set_name} do not lead to {part[:60]!r}.")
    target = SETS[link.target]
    if found[2] is not None:
        further = tuple(_expands(target, found[2], depth + 1))
        return Expand(link.name, Options(expand=further, texts={"$expand": found[2]}))
    return Expand(link.name, _options(target, dict(_nested(found[3] or "")), depth + 1))


def _nested(text: str) -> Iterator[tuple[str, str]]:
    for part in split(text, ";"):
        name, equals, value = part.strip().partition("=")
        if name and (name not in NESTED or not equals):
            raise OptionError(f"$expand: there is no option {name[:60]!r}.")
        if name:
            yield name, value


def _merged(expands: tuple[Expand, ...]) -> tuple[Expand, ...]:
    """``A/B,A/C`` follows A once."""
    merged: dict[str, Expand] = {}
    for expand in expands:
        before = merged.get(expand.link)
        if before:
            further = _merged((*before.options.expand, *expand.options.expand))
            texts = [one.options.texts.get("$expand", "") for one in (before, expand)]
            both = {**before.options.texts, "$expand": ",".join(filter(None, texts))}
            expand = replace(before, options=replace(before.options, expand=further, texts=both))
        merged[expand.link] = expand
    return tuple(merged.values())


def split(text: str, separator: str) -> Iterator[str]:
    """Yield the parts of a list, leaving alone what stands in brackets or quotes."""
    depth, is_quoted, start = 0, False, 0
    for index, sign in enumerate(text):
        if sign == "'":
            is_quoted = not is_quoted
        elif not is_quoted and sign in "()":
            depth += 1 if sign == "(" else -1
        elif not is_quoted and depth == 0 and sign == separator:
            yield text[start:index]
            start = index + 1
    if is_quoted or depth:
        raise OptionError("A bracket or a quotation mark is not closed.")
    yield text[start:]

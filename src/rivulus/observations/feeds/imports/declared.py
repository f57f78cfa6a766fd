"""A mapping written in YAML for the command line: the same that the page asks for, and a thing to make where it is new."""

from collections.abc import Mapping, Sequence
from typing import Any

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.actions import entities
from rivulus.observations.feeds.connectors.taking import point
from rivulus.observations.feeds.imports.reading import Beginning
from rivulus.observations.queries import connectors, imports
from rivulus.observations.rules.connectors.declarations import Declaration, read_field
from rivulus.observations.rules.connectors.describing import specify
from rivulus.observations.rules.connectors.mapped import Field, Mapped, MappedSeries, MappedThing
from rivulus.observations.rules.imports.mapping import MISSING, Column, Layout, check_layout
from rivulus.observations.rules.times import ISO, Twice

KEYS = frozenset(
    {"delimiter", "header", "decimal", "time", "missing", "columns", "series_column", "value_column", "unit", "thing"}
)


def layout_of(document: Any, begun: Beginning) -> Layout:
    """Return the layout that a mapping declares for a file, and describe the thing it declares; raises Refused."""
    given = _mapping(document, "mapping")
    strange = sorted(set(given) - KEYS)
    if strange:
        raise Refused(N_("%(where)s has nothing called %(name)s."), where="mapping", name=strange[0])
    time = _mapping(given.get("time", {}), "time")
    is_long = "series_column" in given
    return check_layout(
        Layout(
            form=begun.layout.form,
            delimiter=begun.layout.delimiter,
            has_header=begun.layout.has_header,
            decimal=str(given.get("decimal", ".")),
            time_place=_place(time.get("column", 0), begun.names),
            time_format=str(time.get("format", ISO)),
            zone=str(time.get("zone", "")),
            twice=_twice(time.get("twice", Twice.REFUSE)),
            missing=tuple(str(mark) for mark in given.get("missing", MISSING)),
            columns=() if is_long else tuple(_columns(given, begun.names)),
            series_place=_place(given["series_column"], begun.names) if is_long else None,
            value_place=_place(given.get("value_column", ""), begun.names) if is_long else None,
            unit=str(given.get("unit", "")),
            names=begun.names,
        )
    )


def _columns(given: Mapping[str, Any], names: Sequence[str]) -> list[Column]:
    declared = {name: _mapping(one, str(name)) for name, one in _mapping(given.get("columns", {}), "columns").items()}
    places = {name: _place(name, names) for name in declared}
    fields = {name: read_field(one, str(name)) for name, one in declared.items() if "property" in one}
    made = _describe(given, fields) if fields else {}
    found = []
    for name, one in declared.items():
        code = made.get(name) or str(one.get("series", ""))
        target = imports.find_series(code)
        if target is None:
            raise Refused(N_("There is no series called “%(name)s”."), name=code[:80])
        unit = fields[name].source_unit if name in fields else str(one.get("unit", ""))
        found.append(Column(place=places[name], series=target.id, unit=unit))
    return found


def _describe(given: Mapping[str, Any], fields: Mapping[str, Field]) -> dict[str, str]:
    """Describe the thing with a series for each field, and return the codes of the series by column."""
    thing = _mapping(given.get("thing"), "thing")
    code = str(thing.get("code", ""))
    series = {name: MappedSeries(code=f"{code}:{field.property}", field=field) for name, field in fields.items()}
    mapped = MappedThing(
        code=code,
        name=str(thing.get("name", code)),
        place=point(thing.get("lon"), thing.get("lat")),
        series=tuple(series.values()),
    )
    declaration = Declaration(
        code="import", title={"ro": "Import"}, format="csv", requests={}, domain=str(thing.get("domain", ""))
    )
    known = connectors.known_properties({field.property for field in fields.values()})
    entities.upsert_things(by=None, specs=specify(Mapped(things=(mapped,)), declaration, known))
    return {name: one.code for name, one in series.items()}


def _place(column: Any, names: Sequence[str]) -> int:
    if isinstance(column, int) and not isinstance(column, bool) and 0 <= column < len(names):
        return column
    if str(column) in names:
        return list(names).index(str(column))
    raise Refused(N_("The file has no column called “%(name)s”."), name=str(column)[:80])


def _twice(value: Any) -> Twice:
    if str(value) not in set(Twice):
        raise Refused(N_("%(name)s is one of %(known)s."), name="twice", known=", ".join(Twice))
    return Twice(str(value))


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Refused(N_("%(where)s must be names with values."), where=where)
    return value

"""A chart of two columns of a table: a line over time, or bars of the groups; in the house's own drawing."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from rivulus.catalog.presenters.formats.cells import CITY
from rivulus.catalog.presenters.wording import NUMBERS, cell_words
from rivulus.catalog.queries import rows as queries
from rivulus.catalog.queries.rows import Asked
from rivulus.catalog.queries.tables import DataTable
from rivulus.catalog.rules.columns import Column, written
from rivulus.kernel.publishing import ColumnType
from rivulus.kernel.words import N_
from rivulus.ui import charts
from rivulus.ui.presenters import active_language

HOWS: Mapping[str, str] = {
    "avg": N_("mean"),
    "sum": N_("sum"),
    "min": N_("least"),
    "max": N_("most"),
    "median": N_("median"),
    "count": N_("number of rows"),
}
MOST_BARS = 20
MOST_POINTS = 400
TIMES = (ColumnType.DATE, ColumnType.DATETIME)
STEPS = ("day", "week", "month", "quarter", "year")


def offer_chart(table: DataTable, given: Mapping[str, str]) -> dict[str, Any]:
    """Return the columns that a chart may be made of, and what is chosen."""
    language = active_language()
    across = [column for column in table.columns if column.type is not ColumnType.GEOJSON]
    up = [column for column in table.columns if column.type in NUMBERS]
    return {
        "xs": [(column.name, column.title_in(language)) for column in across],
        "ys": [(column.name, column.title_in(language)) for column in up],
        "hows": [(code, gettext(words)) for code, words in HOWS.items()],
        "x": given.get("x", ""),
        "y": given.get("y", ""),
        "how": given.get("how", ""),
    }


def draw_chart(table: DataTable, given: Mapping[str, str], where: str) -> Any:
    """Return the chart that an address asks for, or None; what cannot be drawn is not."""
    x, y = table.find_column(given.get("x", "")), table.find_column(given.get("y", ""))
    how = given.get("how") or ("avg" if y is not None else "count")
    if (
        x is None
        or x.type is ColumnType.GEOJSON
        or how not in HOWS
        or (how != "count" and (y is None or y.type not in NUMBERS))
    ):
        return None
    value = "count(*)" if how == "count" or y is None else f"{how}({written(y.name)})"
    up = None if how == "count" else y
    return _line(table, x, up, value, how, where) if x.type in TIMES else _bars(table, x, up, value, how, where)


def _line(table: DataTable, x: Column, y: Column | None, value: str, how: str, where: str) -> Any:
    filled = f"{written(x.name)} is not null"
    condition = f"({where}) and {filled}" if where else filled
    ends = queries.ask(
        table,
        Asked(select=f"min({written(x.name)}) as a, max({written(x.name)}) as b", where=condition),
        with_total=False,
    ).rows[0]
    if ends[0] is None:
        return None
    step = _step(ends[0], ends[1])
    time = f"trunc({written(x.name)}, '{step}')"
    found = queries.ask(
        table,
        Asked(select=f"{time} as t, {value} as v", where=condition, group="t", order="t", limit=MOST_POINTS * 2),
        with_total=False,
    )
    moments = tuple(charts.Moment(time=_seconds(at), value=_known(number)) for at, number in found.rows)
    if len(moments) < 2:
        return None
    return charts.TimeSeries(
        key="chart",
        title=_title(x, y, how),
        description=gettext("One point for each step of time; a gap stays open."),
        unit=y.unit if y is not None else "",
        lines=(charts.TimeLine(label=_label(y, how), moments=moments),),
        start=moments[0].time,
        end=moments[-1].time,
    )


def _bars(table: DataTable, x: Column, y: Column | None, value: str, how: str, where: str) -> Any:
    found = queries.ask(
        table,
        Asked(select=f"{written(x.name)} as g, {value} as v", where=where, group="g", order="v desc", limit=MOST_BARS),
    )
    bars = tuple(
        charts.Bar(label=cell_words(x, group) or gettext("(empty)"), value=_known(number))
        for group, number in found.rows
    )
    if not bars:
        return None
    hidden = (found.total or 0) - len(bars)
    return charts.Bars(
        key="chart",
        title=_title(x, y, how),
        description=gettext("The largest %(shown)s; %(hidden)s more are not shown.")
        % {"shown": len(bars), "hidden": hidden}
        if hidden > 0
        else gettext("All groups, the largest first."),
        unit=y.unit if y is not None else "",
        bars=bars,
        decimals=0 if how == "count" or (y is not None and y.type is ColumnType.INTEGER and how != "avg") else 2,
    )


def _step(first: dt.date, last: dt.date) -> str:
    days = (last - first).days
    return next(
        step
        for step, length in zip(STEPS, (1, 7, 30, 91, 365), strict=True)
        if days / length <= MOST_POINTS or step == "year"
    )


def _seconds(at: dt.date) -> float:
    if isinstance(at, dt.datetime):
        return at.timestamp()
    return dt.datetime.combine(at, dt.time(12), CITY).timestamp()


def _known(number: Any) -> float | None:
    return None if number is None else float(number)


def _title(x: Column, y: Column | None, how: str) -> str:
    return gettext("%(what)s by %(column)s") % {"what": _label(y, how), "column": x.title_in(active_language())}


def _label(y: Column | None, how: str) -> str:
    words = gettext(HOWS[how])
    return words if y is None else f"{y.title_in(active_language())} ({words})"

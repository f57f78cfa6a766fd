"""A dashboard with its panels filled in."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from rivulus.observations.models import Datastream
from rivulus.observations.presenters.series import Reach, moments_of, read_reach
from rivulus.observations.presenters.things import Row, present_rows, sketch_of
from rivulus.observations.presenters.values import Value, name_of, number_words, present_value, unit_words
from rivulus.observations.queries import panels as queries
from rivulus.observations.queries.latest import latest_of
from rivulus.observations.queries.series_charts import get_envelope
from rivulus.observations.rules.dashboards import MOST_SERIES, Dashboard, Panel, PanelKind, Words
from rivulus.ui import charts
from rivulus.ui.presenters import active_language
from rivulus.ui.terms import Tone

POINTS = 120
TONES = (Tone.STREAM, Tone.GOLD, Tone.MALACHITE, Tone.AMETHYST, Tone.CHESTNUT, Tone.STIBNITE)
FOLDS: dict[str, Callable[[Sequence[float]], float]] = {
    "mean": statistics.fmean,
    "min": min,
    "max": max,
    "sum": sum,
    "count": len,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A panel as the page shows it; what does not belong to its kind is empty."""

    kind: PanelKind
    key: str
    title: str
    source: str
    text: str = ""
    figure: str = ""
    unit: str = ""
    when: str = ""
    series_count: int = 0
    silent_count: int = 0
    is_simulated: bool = False
    rows: tuple[Row, ...] = ()
    chart: Any = None


def words_of(words: Words | None) -> str:
    """Return words in the reader's language."""
    return words[active_language()] if words else ""


def present_dashboard(dashboard: Dashboard, *, with_private: bool) -> list[Shown]:
    """Return the panels filled in; a handful of queries for each."""
    return [_present(panel, f"panel-{number}", with_private) for number, panel in enumerate(dashboard.panels, 1)]


def _present(panel: Panel, key: str, with_private: bool) -> Shown:
    title, source = words_of(panel.title), words_of(panel.source)
    match panel.kind:
        case PanelKind.NUMBER:
            return _number(panel, key, title, source, with_private)
        case PanelKind.CHART:
            return _chart(panel, key, title, source, with_private)
        case PanelKind.LIST | PanelKind.SKETCH:
            return _things(panel, key, title, source, with_private)
        case PanelKind.TEXT:
            return Shown(panel.kind, key, title, source, text=words_of(panel.text))
        case PanelKind.ALARMS:
            return Shown(panel.kind, key, title, source)


def _series_of(panel: Panel, with_private: bool) -> list[Datastream]:
    if panel.series:
        return list(queries.list_series_by_code(panel.series, with_private=with_private))
    return list(queries.list_series_of_property(panel.property_code, with_private=with_private))


def _number(panel: Panel, key: str, title: str, source: str, with_private: bool) -> Shown:
    listed = _series_of(panel, with_private)
    # What is real and what is made up are never added together.
    series = [one for one in listed if not one.is_simulated] or listed
    found = latest_of(series)
    values = [present_value(one, found.get(one.pk)) for one in series]
    speaking = [value for value in values if not value.is_silent and value.number is not None]
    numbers = [value.number for value in speaking if value.number is not None]
    return Shown(
        panel.kind,
        key,
        title,
        source,
        figure=number_words(FOLDS[panel.statistic](numbers)) if numbers else "",
        unit="" if panel.statistic == "count" else _unit_of(values),
        when=max(speaking, key=lambda value: value.iso).when if speaking else "",
        series_count=len(numbers),
        silent_count=len(values) - len(speaking),
        is_simulated=any(one.is_simulated for one in series),
    )


def _unit_of(values: Sequence[Value]) -> str:
    return next((value.unit for value in values if value.unit), "")


def _chart(panel: Panel, key: str, title: str, source: str, with_private: bool) -> Shown:
    series = _series_of(panel, with_private)[:MOST_SERIES]
    reach = read_reach(panel.range, "", "")
    lines = [draw_line(one, reach, tone) for one, tone in zip(series, TONES, strict=False)]
    lines = [line for line in lines if any(moment.value is not None for moment in line.moments)]
    picture = None
    if lines:
        picture = charts.TimeSeries(
            key=key,
            title=title,
            description=gettext("Means of the newest time; a gap stays open."),
            unit=unit_words(series[0]),
            start=reach.start_us / 1e6,
            end=reach.end_us / 1e6,
            lines=tuple(lines),
            limits=tuple(charts.Limit(label=words_of(limit.label), value=limit.value) for limit in panel.limits),
        )
    return Shown(
        panel.kind, key, title, source, chart=picture, is_simulated=any(one.is_simulated for one in series)
    )  # fmt: skip


def draw_line(series: Datastream, reach: Reach, tone: str) -> charts.TimeLine:
    """Return the means of a series only: bands of several lines would hide one another."""
    moments = moments_of(get_envelope(series, reach.start_us, reach.end_us, POINTS))
    plain = tuple(charts.Moment(time=moment.time, value=moment.value) for moment in moments)
    return charts.TimeLine(label=name_of(series.thing), moments=plain, tone=tone)


def _things(panel: Panel, key: str, title: str, source: str, with_private: bool) -> Shown:
    rows = present_rows(
        queries.list_things_of_domain(panel.domain, with_private=with_private), with_private=with_private
    )
    is_simulated = any(row.thing.is_simulated for row in rows)
    if panel.kind is PanelKind.LIST:
        return Shown(panel.kind, key, title, source, rows=tuple(rows), is_simulated=is_simulated)
    return Shown(
        panel.kind, key, title, source, chart=sketch_of(rows, key=key, title=title), is_simulated=is_simulated
    )  # fmt: skip

"""Facts about the tables that observations publish: whole days, public things only, nobody's name."""

import datetime as dt
from typing import Any

import pytest

from rivulus.kernel import clock, publishing
from rivulus.kernel.publishing import Table
from rivulus.observations.queries.tables import SERIES, THINGS
from rivulus.observations.tests.places import make_series, make_station, measure

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 10, 9, 30, tzinfo=dt.UTC)


def find(name: str) -> Table:
    table = publishing.find_table(name)
    assert table is not None
    return table


def rows_of(table: Table) -> list[dict[str, Any]]:
    names = [column.name for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.rows()]


def test_days_that_are_over_are_published_by_domain() -> None:
    with clock.frozen(NOW):
        series = make_series(make_station())
        measure(series, [10.0, 20.0, 30.0] * 16, until=NOW)
        rows = rows_of(find("observations_daily_air"))
        assert [row["day"] for row in rows] == [dt.date(2026, 3, 8), dt.date(2026, 3, 9)]
        assert rows[1]["count"] == 24 and (rows[1]["min"], rows[1]["max"]) == (10.0, 30.0)
        assert 19 < rows[1]["mean"] < 21 and rows[1]["series"] == series.pk
        assert publishing.find_table("observations_daily_noise") is None
        assert "Aer" in find("observations_daily_air").title["ro"]  # type: ignore[index]


def test_what_is_not_public_is_in_no_table() -> None:
    with clock.frozen(NOW):
        hidden = make_station("ascuns", is_public=False)
        measure(make_series(hidden, "ascuns-pm10"), [1.0] * 48, until=NOW)
        assert publishing.find_table("observations_daily_air") is None
        shown = make_station("vizibil")
        make_series(shown, "secret", is_public=False)
        measure(make_series(shown, "vizibil-pm10"), [2.0] * 48, until=NOW)
        for table in (THINGS, SERIES, find("observations_daily_air")):
            assert "ascuns" not in str(rows_of(table)) and "secret" not in str(rows_of(table))
        assert {row["thing"] for row in rows_of(find("observations_daily_air"))} == {shown.pk}


def test_what_is_simulated_is_marked_and_left_out_where_no_demonstration_runs(settings: Any) -> None:
    make_series(make_station(is_simulated=True), is_simulated=True)
    assert [row["simulated"] for row in rows_of(SERIES)] == [True] and SERIES.simulated()
    before = SERIES.revision()
    settings.RIVULUS_DEMO = False
    assert rows_of(SERIES) == rows_of(THINGS) == [] and not SERIES.simulated()
    assert SERIES.revision() != before


def test_the_revision_changes_with_the_day_and_with_the_series() -> None:
    with clock.frozen(NOW):
        series = make_series(make_station())
        table = find("observations_daily_air")
        first = table.revision()
        assert table.revision() == first
        make_series(series.thing, "no2")
        second = table.revision()
    with clock.frozen(NOW + dt.timedelta(days=1)):
        assert len({first, second, table.revision()}) == 3

"""Facts about forecasts: nothing from the future, naive twins, honest intervals."""

import csv
import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

import holidays
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rivulus.kernel.errors import Refused
from rivulus.observations.rules.forecasts import backtest, conformal, naive
from rivulus.observations.rules.forecasts.features import features
from rivulus.observations.rules.forecasts.frames import Frame, on_grid, shifted

SHARED = Path(os.environ.get("RIVULUS_SHARED_DATA", Path(__file__).resolve().parents[5] / "shared" / "data"))
START = dt.datetime(2025, 1, 6, tzinfo=dt.UTC)


def frame_of(
    values: np.ndarray,
    start: dt.datetime = START,
    holiday: Callable[[dt.datetime], bool] = lambda at: False,
    **companions: np.ndarray,
) -> Frame:
    moments = [start + dt.timedelta(hours=hour) for hour in range(len(values) + 24)]
    return Frame(
        first_hour=int(start.timestamp() // 3600),
        target=np.asarray(values, float),
        local_hour=np.array([at.hour for at in moments]),
        weekday=np.array([at.weekday() for at in moments]),
        day_of_year=np.array([at.timetuple().tm_yday for at in moments]),
        is_holiday=np.array([holiday(at) for at in moments]),
        companions=companions,
    )


def rhythm(hours: int, noise: float = 1.0, seed: int = 1) -> np.ndarray:
    """A day's rhythm over a slow wave, with noise that remembers."""
    generator = np.random.default_rng(seed)
    at = np.arange(hours)
    drift = np.zeros(hours)
    for hour in range(1, hours):
        drift[hour] = 0.9 * drift[hour - 1] + generator.normal(0, noise)
    return 20 + 8 * np.sin(2 * np.pi * at / 24) + 3 * np.sin(2 * np.pi * at / 168) + drift


@given(st.integers(1, 24), st.integers(400, 500))
def test_features_of_an_origin_do_not_change_with_what_comes_after(horizon: int, origin: int) -> None:
    values = rhythm(600)
    changed = values.copy()
    changed[origin + 1 :] = 999.0
    before, after = features(frame_of(values), horizon)[origin], features(frame_of(changed), horizon)[origin]
    np.testing.assert_array_equal(before, after)


@given(st.integers(1, 48))
def test_a_seasonal_forecast_is_the_value_of_whole_seasons_before(horizon: int) -> None:
    frame = frame_of(np.arange(300.0))
    for season in (24, 168):
        found = naive.seasonal(frame, horizon, season)
        back = -(-horizon // season) * season
        for origin in (200, 250):
            assert found[origin] == origin + horizon - back


@given(st.lists(st.floats(-100, 100), min_size=30, max_size=200), st.sampled_from([0.8, 0.95]))
def test_an_interval_holds_at_least_its_share_of_the_errors_it_came_from(errors: list[float], level: float) -> None:
    known = np.array(errors)
    assert (np.abs(known) <= conformal.radius(known, level)).mean() >= level


def test_too_few_errors_give_no_interval_at_all() -> None:
    assert conformal.radius(np.array([1.0, 2.0]), 0.95) == np.inf


def test_values_are_laid_on_a_grid_with_gaps_left_open() -> None:
    grid = on_grid(np.array([9, 11, 12, 99]), np.array([1.0, 2.0, 3.0, 4.0]), 10, 4)
    np.testing.assert_array_equal(grid, [np.nan, 2.0, 3.0, np.nan])
    np.testing.assert_array_equal(shifted(np.array([1.0, 2.0, 3.0]), 1), [2.0, 3.0, np.nan])
    np.testing.assert_array_equal(shifted(np.array([1.0, 2.0, 3.0]), -2), [np.nan, np.nan, 1.0])


def test_trees_beat_the_naive_forecasts_on_a_rhythm_and_say_by_how_much() -> None:
    frame = frame_of(rhythm(24 * 120))
    found = backtest.run(frame, (1, 6, 24), folds=3)
    for score in found.scores:
        assert score.serves is backtest.Method.TREES
        assert score.skill_persistence is not None
        assert score.skill_persistence > 0
        assert 0.65 < (score.coverage_80 or 0) < 0.95
        assert score.radius_80 < score.radius_95
    points = backtest.forecast(frame, found, backtest.learn_all(frame, found))
    assert [point.horizon for point in points] == list(range(1, 25))


def test_where_nothing_can_be_learned_the_better_naive_serves() -> None:
    steps = np.cumsum(np.random.default_rng(3).normal(0, 1, 24 * 60))  # nobody can foresee a random walk
    found = backtest.run(frame_of(steps), (1,), folds=3)
    score = found.scores[0]
    best = min(score.error_persistence, score.error_seasonal)
    assert score.error_trees is not None
    assert (score.serves is backtest.Method.TREES) == (score.error_trees < best)


def test_too_short_a_history_is_refused_in_words() -> None:
    with pytest.raises(Refused, match="five weeks"):
        backtest.run(frame_of(rhythm(200)))


def test_gaps_do_not_stop_a_backtest() -> None:
    values = rhythm(24 * 60)
    values[300:340] = np.nan
    values[::17] = np.nan
    found = backtest.run(frame_of(values), (1, 6), folds=2)
    assert all(score.count > 100 for score in found.scores)


def test_no_forecast_is_made_from_an_hour_that_was_not_measured() -> None:
    values = rhythm(24 * 40)
    found = backtest.run(frame_of(values), (1,), folds=2)
    values[-1] = np.nan
    assert backtest.forecast(frame_of(values), found, []) == []


def valencia() -> Frame:
    with (SHARED / "timeseries" / "es_valencia_air_quality_hourly.csv").open() as stream:
        rows = list(csv.DictReader(stream))[-24 * 270 :]
    column = {name: np.array([float(row[name] or "nan") for row in rows]) for name in ("no2", "no", "o3", "veloc.")}
    start = dt.datetime.fromisoformat(rows[0]["datetime"]).replace(tzinfo=dt.UTC)
    target = column.pop("no2")
    return frame_of(target, start, lambda at: at.weekday() == 6, **column)


def dresden() -> Frame:
    readings: dict[dt.datetime, list[float]] = {}
    for line in (SHARED / "parking" / "dresden_forecast_altmarkt.csv").read_text().splitlines():
        at, value = line.split(",")
        hour = dt.datetime.fromisoformat(at).replace(minute=0, second=0, tzinfo=dt.UTC)
        readings.setdefault(hour, []).append(float(value))
    start, end = min(readings), max(readings)
    hours = [start + dt.timedelta(hours=hour) for hour in range(int((end - start).total_seconds() // 3600) + 1)]
    values = np.array([np.mean(readings[at]) if at in readings else np.nan for at in hours])
    closed = holidays.country_holidays("DE", subdiv="SN", years=(start.year, end.year))
    return frame_of(values, start, holiday=lambda at: at.date() in closed or at.weekday() == 6)


@pytest.mark.skipif(not SHARED.exists(), reason="The real series are not on this machine.")
@pytest.mark.parametrize("make", [valencia, dresden])
def test_real_series_are_forecast_better_than_by_both_naive_methods(make) -> None:  # type: ignore[no-untyped-def]
    found = backtest.run(make(), (1, 6, 24), folds=3)
    for score in found.scores:
        assert (score.skill_persistence or 0) > 0
        assert (score.skill_seasonal or 0) > 0
        # The weeks before Christmas are unlike those before them, and the intervals follow late.
        assert 0.55 < (score.coverage_80 or 0) < 0.9
        assert 0.85 < (score.coverage_95 or 0) < 0.99

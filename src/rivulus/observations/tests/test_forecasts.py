"""Facts about forecasts as they are kept and shown."""

import datetime as dt

import numpy as np
import pytest
from django.test import Client

from rivulus.kernel import clock
from rivulus.kernel.probes import Reading
from rivulus.observations.actions import forecasts
from rivulus.observations.models import Datastream, Forecast, Forecaster, Training
from rivulus.observations.queries import forecasts as queries
from rivulus.observations.queries.forecast_probes import count_with_skill
from rivulus.observations.rules.forecasts import backtest
from rivulus.observations.rules.forecasts.choosing import Candidate, Wish, choose
from rivulus.observations.tests.places import make_series, make_station, measure
from rivulus.observations.tests.test_rules_forecasts import rhythm

NOW = dt.datetime(2026, 3, 20, 9, 10, tzinfo=dt.UTC)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Learning at two horizons and in two folds is enough to see that it is kept and shown."""
    run = backtest.run
    monkeypatch.setattr(backtest, "run", lambda frame, **more: run(frame, (1, 24), folds=2, **more))


@pytest.fixture
def series(db: None) -> Datastream:
    found = make_series(make_station())
    with clock.frozen(NOW):
        measure(found, rhythm(24 * 50))
    return found


def test_a_series_that_learned_is_forecast_a_day_ahead_with_its_worth(series: Datastream, quick: None) -> None:
    with clock.frozen(NOW):
        forecaster = forecasts.choose_series(by=None, datastream=series)
        training = forecasts.learn(by=None, forecaster=forecaster)
        made = forecasts.forecast(by=None, forecaster=forecaster)
        again = forecasts.forecast(by=None, forecaster=forecaster)
    assert training is not None
    assert made is not None
    assert made == again
    assert Forecast.objects.count() == 1
    assert made.origin == dt.datetime(2026, 3, 20, 9, tzinfo=dt.UTC)
    issued = queries.find_forecast(series.pk)
    assert issued is not None
    assert [point.horizon for point in issued.points] == list(range(1, 25))
    assert issued.time_of(issued.points[0]) == made.origin
    found = queries.read_backtest(training.backtest)
    assert [score.horizon for score in found.scores] == [1, 24]
    forecaster.refresh_from_db()
    assert (forecaster.state, forecaster.done_share) == ("ready", 1.0)


def test_the_pages_say_what_comes_and_what_it_was_worth(series: Datastream, quick: None, client: Client) -> None:
    with clock.frozen(NOW):
        forecaster = forecasts.choose_series(by=None, datastream=series)
        forecasts.learn(by=None, forecaster=forecaster)
        forecasts.forecast(by=None, forecaster=forecaster)
        listed = client.get("/en/observations/forecasts/").content.decode()
        page = client.get(f"/en/observations/series/{series.pk}/forecast/").content.decode()
    assert "PM10 particles" in listed
    assert "What it was worth in the past" in page
    assert "µg/m³" in page
    assert page.count('<th scope="row"><time') == 24


def test_a_short_history_is_refused_with_a_sentence_on_the_page(db: None, client: Client) -> None:
    found = make_series(make_station())
    with clock.frozen(NOW):
        measure(found, rhythm(100))
        forecaster = forecasts.choose_series(by=None, datastream=found)
        assert forecasts.learn(by=None, forecaster=forecaster) is None
        page = client.get(f"/en/observations/series/{found.pk}/forecast/").content.decode()
    assert Forecaster.objects.get().state == "refused"
    assert "five weeks" in page


def test_a_silent_series_is_not_forecast(series: Datastream, quick: None) -> None:
    with clock.frozen(NOW):
        forecaster = forecasts.choose_series(by=None, datastream=series)
        forecasts.learn(by=None, forecaster=forecaster)
    with clock.frozen(NOW + dt.timedelta(hours=5)):
        assert forecasts.forecast(by=None, forecaster=forecaster) is not None
    with clock.frozen(NOW + dt.timedelta(hours=9)):
        assert forecasts.forecast(by=None, forecaster=forecaster) is None


def test_trees_learned_with_other_companions_do_not_speak(series: Datastream, quick: None) -> None:
    other = make_series(series.thing, "no2")
    with clock.frozen(NOW):
        forecaster = forecasts.choose_series(by=None, datastream=series)
        forecasts.learn(by=None, forecaster=forecaster)
        forecasts.choose_series(by=None, datastream=series, companions=[other])
        assert forecasts.forecast(by=None, forecaster=forecaster) is None


def test_hours_without_readings_stay_open_in_the_frame(db: None) -> None:
    found = make_series(make_station())
    values = np.arange(48.0)
    values[10:14] = np.nan
    with clock.frozen(NOW):
        measure(found, values)
        frame = queries.get_frame(found, [], int(NOW.timestamp()) // 3600)
    np.testing.assert_array_equal(frame.target, values)
    assert frame.ahead == 24


def test_a_forecast_of_a_private_series_is_not_shown(db: None, client: Client) -> None:
    found = make_series(make_station(), is_public=False)
    forecasts.choose_series(by=None, datastream=found)
    assert client.get(f"/observations/series/{found.pk}/forecast/").status_code == 404
    assert found.name not in client.get("/observations/forecasts/").content.decode()


def test_what_is_simulated_looks_only_at_what_is_simulated() -> None:
    wishes = [Wish("pm10", 5, ("wind_speed",), 1)]
    here, near = (23.58, 47.65), (23.581, 47.65)
    candidates = [
        Candidate(1, "pm10", 1, here),
        Candidate(2, "pm10", 2, near),
        Candidate(3, "wind_speed", 3, near, is_simulated=True),
        Candidate(4, "wind_speed", 4, (23.7, 47.7)),
        Candidate(5, "wind_speed", 5, (26.1, 44.4)),
    ]
    assert choose(wishes, candidates) == {1: (2, 4), 2: (1, 4)}


@pytest.mark.parametrize(("is_simulated", "expected"), [(False, Reading(1, {"tested": 1, "chosen": 1})), (True, None)])
def test_only_real_forecasts_with_skill_count(
    series: Datastream, quick: None, is_simulated: bool, expected: Reading | None
) -> None:
    with clock.frozen(NOW):
        assert count_with_skill(NOW).value is None
        forecaster = forecasts.choose_series(by=None, datastream=series)
        training = forecasts.learn(by=None, forecaster=forecaster)
        assert training is not None
        Training.objects.filter(pk=training.pk).update(has_skill=True)
        Datastream.objects.filter(pk=series.pk).update(is_simulated=is_simulated)
        found = count_with_skill(NOW)
    assert found.simulated is is_simulated
    assert expected is None or found == expected

"""Facts about groups of series that are forecast as one."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.observations.actions import forecasts
from rivulus.observations.feeds import forecast_pack
from rivulus.observations.models import Datastream, Forecaster
from rivulus.observations.queries import forecasts as queries
from rivulus.observations.queries.forecast_probes import count_with_skill
from rivulus.observations.rules.forecasts import backtest
from rivulus.observations.rules.forecasts.choosing import Candidate
from rivulus.observations.rules.forecasts.groups import GroupWish, How, combined, form, read_groups, speaking
from rivulus.observations.tests.places import make_series, make_station, measure
from rivulus.observations.tests.test_rules_forecasts import rhythm

NOW = dt.datetime(2026, 3, 20, 9, 10, tzinfo=dt.UTC)
TITLE = {"ro": "Tot", "en": "All of it", "hu": "Minden"}
WISH = GroupWish(code="all", title=TITLE, property_code="pm10", how=How.SUM, only={}, companions=("wind_speed",))
nan = float("nan")


def test_a_sum_is_known_where_all_of_it_is() -> None:
    first, second = np.array([1.0, 2, 3, 4]), np.array([nan, 20, nan, 40])
    np.testing.assert_array_equal(combined([first, second], How.SUM), [nan, 22, 23, 44])


def test_a_mean_is_taken_of_what_is_there_if_that_is_most_of_it() -> None:
    rows = [np.array([float(n), float(n)]) for n in range(4)]
    rows[3][1] = rows[2][0] = nan
    np.testing.assert_array_equal(combined(rows, How.MEAN), [(0 + 1 + 3) / 3, (0 + 1 + 2) / 3])
    rows[1][1] = nan
    assert np.isnan(combined(rows, How.MEAN)[1])


def naive_bridge(values: list[float]) -> list[float]:
    """A gap of at most three hours between two known ones holds what was known before."""
    filled = list(values)
    for place, value in enumerate(values):
        before = next((n for n in range(place - 1, -1, -1) if values[n] == values[n]), None)
        after = next((n for n in range(place + 1, len(values)) if values[n] == values[n]), None)
        if value != value and before is not None and after is not None and after - before - 1 <= 3:
            filled[place] = values[before]
    return filled


@given(st.lists(st.sampled_from([nan, 1.0, 2.0, 3.0]), min_size=1, max_size=30))
def test_only_short_gaps_are_bridged(values: list[float]) -> None:
    np.testing.assert_array_equal(combined([np.array(values)], How.SUM), naive_bridge(values))


def test_who_has_been_silent_for_days_is_left_out() -> None:
    live, dead = np.ones(200), np.ones(200)
    dead[100:] = nan
    assert speaking({7: live, 3: dead}) == [7]


def candidate(number: int, **more: object) -> Candidate:
    return Candidate(number, "pm10", number, (23.58, 47.65), unit="ug/m3", **more)  # type: ignore[arg-type]


def test_what_is_simulated_is_not_added_to_what_is_real() -> None:
    made_up = [candidate(number, is_simulated=True) for number in (1, 2, 3)]
    wind = Candidate(9, "wind_speed", 9, (23.6, 47.66), is_simulated=True)
    (group,) = form([WISH], [*made_up, candidate(4), wind])
    assert (group.members, group.companions) == ((1, 2, 3), (9,))
    (group,) = form([WISH], [*made_up, candidate(4), candidate(5), wind])
    assert (group.members, group.companions) == ((4, 5), ())
    assert form([WISH], [candidate(4)]) == []


def test_members_are_of_one_unit_and_of_the_things_that_are_meant() -> None:
    schools = GroupWish(
        code="schools", title=TITLE, property_code="pm10", how=How.MEAN, domain="energy", only={"use": "school"}
    )
    school = {"domain": "energy", "properties": {"use": "school"}}
    others = [candidate(3, domain="energy"), candidate(4, domain="air", properties={"use": "school"})]
    odd = Candidate(5, "pm10", 5, None, domain="energy", unit="mg/m3", properties={"use": "school"})
    (group,) = form([schools], [candidate(1, **school), candidate(2, **school), *others, odd])
    assert group.members == (1, 2)


@pytest.mark.parametrize(
    "entry",
    [
        {"code": "x", "title": TITLE, "property": "pm10"},
        {"code": "x", "title": {"ro": "x"}, "property": "pm10", "how": "sum"},
        {"code": "x", "title": TITLE, "property": "pm10", "how": "median"},
        {"code": "x", "title": TITLE, "property": "pm10", "how": "sum", "who": 1},
        {"code": "x", "title": TITLE, "property": "pm10", "how": "sum", "with": ["a"] * 9},
        "x",
    ],
)
def test_a_group_that_is_declared_wrongly_is_refused(entry: object) -> None:
    with pytest.raises(Refused):
        read_groups({"groups": [entry]})


def test_the_pack_declares_its_groups() -> None:
    folder = Path(settings.PACK_DIR) / "observations"
    wishes = read_groups(forecast_pack.read_yaml(folder / forecast_pack.FILE))
    assert {wish.code for wish in wishes} == {"parking-free", "buildings-power", "air-pm10"}


@pytest.fixture
def members(db: None) -> list[Datastream]:
    series = [make_series(make_station(f"s{number}")) for number in range(3)]
    with clock.frozen(NOW):
        for number, one in enumerate(series):
            measure(one, rhythm(24 * (50 - number), seed=number))
    return series


def test_a_group_learns_speaks_and_is_shown(
    members: list[Datastream], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = backtest.run
    monkeypatch.setattr(backtest, "run", lambda frame, **more: run(frame, (1, 24), folds=2, **more))
    ids = [one.pk for one in members]
    silent = make_series(make_station("silent"))
    with clock.frozen(NOW):
        group = forecasts.choose_group(by=None, code="all", title=TITLE, how=How.SUM, members=[*ids, silent.pk])
        again = forecasts.choose_group(by=None, code="all", title=TITLE, how=How.SUM, members=[*ids, silent.pk])
        training = forecasts.learn(by=None, forecaster=group)
        made = forecasts.forecast(by=None, forecaster=Forecaster.objects.get(code="all"))
        past = queries.get_past(group, [], int(NOW.timestamp()) // 3600)
        parts = [queries.get_frame(one, [], int(NOW.timestamp()) // 3600).target[-24 * 48 :] for one in members]
        listed = client.get("/en/observations/forecasts/").content.decode()
        page = client.get("/en/observations/forecasts/all/").content.decode()
        counted = count_with_skill(NOW)
    assert again == group
    assert training is not None
    assert training.members == ids
    np.testing.assert_allclose(past.frame.target, sum(parts))  # from when on the youngest was measured
    assert made is not None
    assert made.origin == dt.datetime(2026, 3, 20, 9, tzinfo=dt.UTC)
    assert counted.inputs["chosen"] == 0
    assert "All of it" in listed
    assert "sum of 4 series" in listed
    assert "sum of 3 series" in page
    assert "left out" in page
    assert page.count('<th scope="row"><time') == 24
    assert "µg/m³" in page
    Datastream.objects.filter(pk=ids[0]).update(is_public=False)
    assert client.get("/en/observations/forecasts/all/").status_code == 404
    assert forecasts.leave_groups(by=None, except_for=[]) == 1
    assert forecasts.leave_groups(by=None, except_for=[]) == 0

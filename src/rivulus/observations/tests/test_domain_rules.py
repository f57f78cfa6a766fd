"""Facts about indices, limits and figures of the domains, against examples worked by hand or published."""

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rivulus.observations.rules.domains import (
    air,
    charging,
    energy,
    heat,
    lighting,
    meters,
    noise,
    parking,
    river,
    sun,
    traffic,
    waste,
    water_heat,
    wifi,
)
from rivulus.observations.rules.domains.scales import Band, Condition, find_band, is_ordered

HOUR_US = 3_600_000_000
NAN = math.nan


def us(*moment: int) -> int:
    return int(dt.datetime(*moment, tzinfo=dt.UTC).timestamp()) * 1_000_000  # type: ignore[misc, arg-type]


def hours(count: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.arange(count, dtype=np.int64) * HOUR_US


# Scales.
BANDS = (Band("low", 10, Condition.GOOD), Band("high", None, Condition.BAD))


@pytest.mark.parametrize(("value", "code"), [(-5, "low"), (10, "low"), (10.1, "high"), (1e9, "high")])
def test_a_value_on_the_bound_belongs_below_it(value: float, code: str) -> None:
    found = find_band(value, BANDS)
    assert found is not None and found.code == code


def test_no_value_has_no_band() -> None:
    assert find_band(None, BANDS) is None and find_band(NAN, BANDS) is None and find_band(5, ()) is None


def test_bounds_must_rise() -> None:
    assert is_ordered(BANDS)
    assert not is_ordered((Band("a", 10, Condition.GOOD), Band("b", 10, Condition.BAD)))
    assert not is_ordered((Band("a", None, Condition.GOOD), Band("b", 10, Condition.BAD)))


# Air. The bounds as the European Environment Agency published them.
@pytest.mark.parametrize(
    ("edition", "pollutant", "concentration", "level"),
    [
        ("2023", "pm10", 20, 1), ("2023", "pm10", 20.1, 2), ("2023", "pm10", 50, 3), ("2023", "pm10", 151, 6),
        ("2023", "pm2_5", 24, 3), ("2023", "pm2_5", 76, 6), ("2023", "no2", 91, 3), ("2023", "no2", 341, 6),
        ("2023", "o3", 131, 4), ("2023", "so2", 501, 5),
        ("2024", "pm10", 15.5, 2), ("2024", "pm2_5", 51, 4), ("2024", "no2", 26, 3), ("2024", "o3", 161, 5),
        ("2024", "so2", 276, 6),
    ],
)  # fmt: skip
def test_levels_are_those_of_the_agency(edition: str, pollutant: str, concentration: float, level: int) -> None:
    assert air.level_of(pollutant, concentration, edition) == level


@pytest.mark.parametrize("edition", air.EDITIONS)
def test_every_edition_has_rising_bounds_for_every_pollutant(edition: str) -> None:
    bounds = air.EDITIONS[edition].bounds
    assert set(bounds) == set(air.POLLUTANTS)
    assert all(list(each) == sorted(set(each)) for each in bounds.values())


def test_the_worst_pollutant_makes_the_index() -> None:
    found = air.index({"pm10": 12.0, "no2": 95.0, "o3": 60.0, "so2": NAN, "temperature": 40.0})
    assert found is not None
    assert (found.level, found.code, found.decided_by) == (3, "moderate", "no2")
    assert found.levels == {"pm10": 1, "no2": 3, "o3": 2} and found.is_complete


def test_nothing_measured_is_no_index() -> None:
    assert air.index({}) is None and air.index({"pm10": NAN}) is None


@given(st.floats(0, 1000), st.floats(0, 1000), st.sampled_from(air.POLLUTANTS), st.sampled_from(sorted(air.EDITIONS)))
def test_more_is_never_better(one: float, two: float, pollutant: str, edition: str) -> None:
    low, high = sorted((one, two))
    assert air.level_of(pollutant, low, edition) <= air.level_of(pollutant, high, edition)


def test_a_running_mean_needs_three_quarters_of_its_hours() -> None:
    values = np.full(30, 10.0)
    assert np.isnan(air.running_means(values)[16]) and air.running_means(values)[17] == 10
    values[:6] = NAN
    assert air.running_means(values)[23] == 10
    values[6] = NAN
    assert np.isnan(air.running_means(values)[23])


@given(st.lists(st.one_of(st.floats(0, 500), st.just(NAN)), min_size=1, max_size=60), st.integers(1, 24))
def test_running_means_agree_with_counting_one_by_one(values: list[float], width: int) -> None:
    found = air.running_means(np.array(values), width)
    for end in range(len(values)):
        window = [value for value in values[max(0, end + 1 - width) : end + 1] if not math.isnan(value)]
        if len(window) >= math.ceil(0.75 * width):
            assert found[end] == pytest.approx(sum(window) / len(window), abs=1e-6)
        else:
            assert math.isnan(found[end])


def test_the_highest_eight_hours_of_a_day() -> None:
    day = np.concatenate([np.full(10, 40.0), np.full(8, 130.0), np.full(6, 20.0)])
    assert air.highest_eight_hour_mean(day) == 130
    assert air.highest_eight_hour_mean(np.full(24, 10.0), np.full(7, 90.0)) == pytest.approx((7 * 90 + 10) / 8)
    assert math.isnan(air.highest_eight_hour_mean(np.full(24, NAN)))


def test_limits_are_compared_after_rounding() -> None:
    limit = air.limits_in_force("pm10", air.Period.DAY, 2026)[0]
    assert (limit.value, limit.allowed) == (50, 35)
    assert not air.exceeds(50.4, limit) and air.exceeds(50.5, limit) and not air.exceeds(NAN, limit)


def test_stricter_limits_come_in_2030() -> None:
    assert [limit.value for limit in air.limits_in_force("pm10", air.Period.DAY, 2030)] == [45]
    assert [limit.value for limit in air.limits_in_force("pm2_5", air.Period.DAY, 2030)] == [25]
    assert air.limits_in_force("pm2_5", air.Period.DAY, 2029) == ()
    assert [limit.allowed for limit in air.limits_in_force("no2", air.Period.HOUR, 2031)] == [3]


def test_thirty_six_days_break_the_limit() -> None:
    limit = air.LIMITS[0]
    kept = air.standing(np.array([51.0] * 35 + [20.0] * 100 + [NAN]), limit)
    assert (kept.exceeded, kept.measured, kept.is_kept) == (35, 135, True)
    assert not air.standing(np.full(36, 60.0), limit).is_kept


@pytest.mark.parametrize(
    ("level", "daily", "advice"),
    [
        (1, [20, 20], air.Advice.NONE), (None, [], air.Advice.NONE), (3, [60, 40], air.Advice.NONE),
        (4, [20, 20], air.Advice.LEAVE_CAR), (2, [20, 51], air.Advice.LEAVE_CAR), (2, [60], air.Advice.LEAVE_CAR),
        (2, [51, 60], air.Advice.RESTRICT), (5, [], air.Advice.RESTRICT),
    ],
)  # fmt: skip
def test_advice_follows_the_index_and_the_days(level: int | None, daily: list[float], advice: air.Advice) -> None:
    assert air.traffic_advice(level, daily) is advice
    assert air.ADVICE_SENTENCES[advice].endswith(".")


# Noise.
def test_two_equal_sources_are_three_decibels_more() -> None:
    assert noise.equivalent_level(np.array([60.0, 60.0])) == pytest.approx(60)
    assert noise.equivalent_level(np.array([70.0, 0.0])) == pytest.approx(70 - 3.0103, abs=1e-3)
    assert noise.equivalent_level(np.array([70.0, NAN, 60.0]), np.array([1, 5, 9])) == pytest.approx(62.788, abs=1e-3)
    assert math.isnan(noise.equivalent_level(np.array([NAN])))


def test_lden_of_the_directive() -> None:
    # 10 lg ((12·10^6.5 + 4·10^6.5 + 8·10^6.5) / 24): evening 5 dB and night 10 dB quieter weigh the same.
    assert noise.lden(65, 60, 55) == pytest.approx(65)
    assert noise.lden(60, 60, 60) == pytest.approx(66.395, abs=1e-3)


def test_periods_are_those_of_the_law() -> None:
    levels = np.where(np.arange(24) >= 23, 50.0, np.where(np.arange(24) < 7, 50.0, 60.0))
    levels[19:23] = 55.0
    found = noise.indicators(np.arange(24, dtype=np.int64), levels)
    assert (found.day, found.evening, found.night) == pytest.approx((60, 55, 50))
    assert found.lden == pytest.approx(60) and found.hours == 24
    levels[:7] = NAN
    levels[23] = NAN
    assert math.isnan(noise.indicators(np.arange(24, dtype=np.int64), levels).lden)


# Heat.
def test_days_are_counted_by_their_extremes() -> None:
    low = np.array([20.0, 19.9, -0.1, -5.0, NAN, 22.0])
    high = np.array([30.0, 29.9, 5.0, -0.5, 40.0, 35.0])
    found = heat.count_days(low, high)
    assert found == heat.DayCounts(days=5, hot=2, scorching=1, tropical_nights=2, frost=2, ice=1)


@pytest.mark.parametrize(
    # Values published for 15 August 2008: Călărași, Iași, Cluj-Napoca, Constanța.
    ("temperature", "humidity", "expected"),
    [(37.0, 16, 80), (25.0, 58, 73), (22.6, 77, 71), (20.7, 81, 68), (33.2, 31, 79), (30.3, 48, 78)],
)
def test_the_humidity_index_gives_the_published_values(temperature: float, humidity: float, expected: int) -> None:
    assert heat.humidity_index(temperature, humidity) == pytest.approx(expected, abs=0.7)


def test_spots_are_far_from_the_median() -> None:
    found = heat.find_spots({1: 30.0, 2: 27.0, 3: 26.9, 4: 24.0, 5: NAN})
    assert [(each.place, each.spot) for each in found] == [
        (1, heat.Spot.HOT), (2, heat.Spot.NEITHER), (3, heat.Spot.NEITHER), (4, heat.Spot.COLD),
    ]  # fmt: skip
    assert heat.find_spots({1: 10.0, 2: 30.0}) == ()


# Meters.
def test_a_replaced_meter_counts_from_nothing() -> None:
    assert meters.consumption(np.array([100.0, 110.0, NAN, 4.0, 9.0])) == 19
    assert meters.consumption(np.array([5.0])) == 0


@given(st.lists(st.floats(0, 1000), min_size=2, max_size=30))
def test_a_counter_gives_back_what_went_in(steps: list[float]) -> None:
    assert meters.consumption(np.cumsum(steps)) == pytest.approx(sum(steps[1:]), abs=1e-6)


def test_power_stands_until_the_next_reading_but_not_for_ever() -> None:
    times = np.array([0, HOUR_US, 10 * HOUR_US], np.int64)
    assert meters.energy_kwh(times, np.array([1000.0, 1000.0, 500.0])) == pytest.approx(1 + 2)
    assert meters.energy_kwh(times[:1], np.array([1000.0])) == 0


# Parking.
@pytest.mark.parametrize(
    ("free", "capacity", "state"),
    [
        (100, 100, "free"), (10, 100, "free"), (9, 100, "nearly_full"), (2, 100, "full"), (-1, 100, "full"), (5, 0, "unknown"),
        (NAN, 100, "unknown"),
    ],
)  # fmt: skip
def test_a_lot_is_full_before_the_last_place(free: float, capacity: float, state: str) -> None:
    assert parking.state_of(free, capacity) == state


def test_the_share_of_time_a_lot_was_full() -> None:
    assert parking.full_share(np.array([0.0, 50.0, 1.0, NAN]), 100) == pytest.approx(2 / 3)
    assert parking.full_share(np.array([NAN]), 100) is None


# The sun, against almanacs: noon heights are 90 − latitude + declination.
def test_the_sun_stands_where_almanacs_say() -> None:
    noon = np.array([us(2026, 6, 21, 10, 28), us(2026, 12, 21, 10, 24), us(2026, 3, 20, 10, 33)], np.int64)
    assert sun.elevation(noon, 23.58, 47.66) == pytest.approx([65.78, 18.90, 42.3], abs=0.25)
    night = np.array([us(2026, 6, 21, 22, 30)], np.int64)
    assert sun.is_dark(night, 23.58, 47.66).all()


# Lighting.
@pytest.mark.parametrize(
    ("power", "should_burn", "state"),
    [
        (60, True, "burns"), (12, True, "burns"), (0.5, True, "dead"), (0.5, False, "off"), (60, False, "burns_by_day"),
        (NAN, True, "unknown"),
    ],
)  # fmt: skip
def test_a_lamp_is_judged_by_what_it_should_do(power: float, should_burn: bool, state: str) -> None:
    assert lighting.state_of(power, 60, should_burn) == state


def test_hours_burnt_and_energy_saved() -> None:
    times = hours(5)
    power = np.array([0.0, 60.0, 36.0, 0.4, 0.4])
    burnt = lighting.burning_hours(times, power, 60)
    assert burnt == 2
    assert lighting.saved_kwh(burnt, 60, meters.energy_kwh(times, power)) == pytest.approx(0.0236)
    states = [lighting.LampState.DEAD, lighting.LampState.BURNS, lighting.LampState.UNKNOWN]
    assert lighting.failure_share(states) == 0.5 and lighting.failure_share([]) is None


# Energy. Degree days as Eurostat's own examples count them.
def test_degree_days_are_those_of_eurostat() -> None:
    temperatures = np.array([12.0, 16.0, 15.0, -5.0, NAN])
    assert energy.heating_degree_days(temperatures)[:4].tolist() == [6, 0, 3, 23]
    assert math.isnan(energy.heating_degree_days(temperatures)[4])
    assert energy.cooling_degree_days(np.array([30.0, 22.0, 24.0])).tolist() == [9, 0, 3]


def test_a_baseline_finds_what_a_building_was_made_of() -> None:
    degrees = np.linspace(0, 20, 40)
    found = energy.fit_baseline(100 + 12 * degrees, degrees)
    assert found is not None
    assert (found.kwh_per_day, found.kwh_per_degree_day, found.fit) == pytest.approx((100, 12, 1))
    assert energy.fit_baseline(np.ones(13), np.ones(13)) is None


def test_a_baseline_never_falls_below_zero() -> None:
    degrees = np.linspace(5, 20, 20)
    found = energy.fit_baseline(np.maximum(20 * (degrees - 6), 0), degrees)
    assert found is not None and found.kwh_per_day == 0 and found.kwh_per_degree_day > 0
    falling = energy.fit_baseline(100 - degrees, degrees)
    assert falling is not None and falling.kwh_per_degree_day == 0


def test_savings_are_against_the_same_weather() -> None:
    baseline = energy.Baseline(100, 10, 1, 30)
    found = energy.saving(baseline, np.array([150.0, NAN, 90.0]), np.array([10.0, 5.0, 0.0]))
    assert (found.expected_kwh, found.used_kwh, found.saved_kwh) == (300, 240, 60)
    assert found.percent == 20
    assert energy.Saving(0, 5).percent is None


def test_shares_and_tonnes() -> None:
    assert energy.per_square_metre(3000, 30, 1000) == pytest.approx(36.5)
    assert energy.per_square_metre(3000, 0, 1000) is None
    assert energy.co2e_tonnes(
        {"electricity": 10_000, "gas": 5_000}, {"electricity": 0.24, "gas": 0.2}
    ) == pytest.approx(3.4)
    with pytest.raises(KeyError):
        energy.co2e_tonnes({"coal": 1}, {})
    assert energy.renewable_share(25, 100) == 25 and energy.renewable_share(0, 0) is None


# Waste.
def test_emptyings_are_seen_as_falls() -> None:
    assert waste.find_emptyings(np.array([10.0, 50.0, 90.0, 5.0, 20.0, 15.0])).tolist() == [3]


def test_a_bin_tells_when_it_should_be_emptied() -> None:
    found = waste.filling(hours(5), np.array([90.0, 10.0, 20.0, 30.0, 40.0]))
    assert found == waste.Filling(40, 10, 4) and not found.needs_emptying
    full = waste.filling(hours(1), np.array([85.0]))
    assert full is not None and full.needs_emptying and full.hours_left == 0
    resting = waste.filling(hours(2), np.array([40.0, 40.0]))
    assert resting is not None and resting.hours_left is None
    assert waste.filling(hours(1), np.array([NAN])) is None


def test_recycling_per_person_and_targets() -> None:
    assert waste.recycled_share({"residual": 700, "paper": 200, "glass": 100}) == 30
    assert waste.recycled_share({}) is None
    assert waste.per_person(1000, 100, 73) == 50 and waste.per_person(1, 0, 1) is None
    assert [waste.target_of(year) for year in (2024, 2026, 2030, 2040)] == [55, 55, 60, 65]


# Traffic.
def test_a_day_is_scaled_by_its_missing_hours() -> None:
    counts = np.full(24, 100.0)
    counts[8] = 500
    counts[:6] = NAN
    found = traffic.count_day(np.arange(24, dtype=np.int64), counts)
    assert (found.counted, found.covered, found.peak_hour, found.peak) == (2200, 0.75, 8, 500)
    assert found.estimate == pytest.approx(2200 / 0.75)
    counts[6] = NAN
    assert traffic.count_day(np.arange(24, dtype=np.int64), counts).estimate is None
    assert traffic.count_day(np.arange(24, dtype=np.int64), np.full(24, NAN)).peak_hour is None
    assert traffic.share(10, 30) == 25 and traffic.share(0) is None


# Charging and Wi-Fi.
def test_points_by_their_state_in_ocpi() -> None:
    found = charging.count_points(["AVAILABLE", "charging", "OUTOFORDER", "UNKNOWN", "RESERVED"])
    assert found == charging.Points(free=1, in_use=2, broken=1, other=1)
    assert found.working_share == 75 and charging.count_points([]).working_share is None


def test_few_people_are_not_shown() -> None:
    assert [wifi.shown_users(users) for users in (NAN, 0, 4, 5)] == [None, None, None, 5]
    assert wifi.uptime(np.array([1.0, 1.0, 0.0, NAN])) == pytest.approx(66.667, abs=1e-3)
    assert wifi.uptime(np.array([NAN])) is None


# Rivers.
BARS = river.Bars(attention=150, flooding=200, danger=250)


@pytest.mark.parametrize(
    ("level", "stage"), [(149, "normal"), (150, "attention"), (200, "flooding"), (250, "danger"), (NAN, "unknown")]
)
def test_reaching_a_bar_is_being_there(level: float, stage: str) -> None:
    assert river.stage_of(level, BARS) == stage
    assert river.stage_of(level, None) == "unknown"


def test_the_rise_of_the_last_hours() -> None:
    rise = river.rise_per_hour(hours(10), np.concatenate([np.full(6, 100.0), [100.0, 110.0, 120.0, 130.0]]))
    assert rise == pytest.approx(10)
    assert river.hours_until(130, 150, rise) == pytest.approx(2)
    assert river.hours_until(160, 150, rise) == 0 and river.hours_until(130, 150, -1) is None
    assert river.rise_per_hour(hours(2), np.array([1.0, 2.0])) is None


# Water and heat.
def test_water_that_runs_at_night_is_lost() -> None:
    local = np.arange(24, dtype=np.int64)
    people = np.where((local >= 6) & (local < 23), 2.0, 0.05)
    assert water_heat.is_leak_likely(local, people) is False
    assert water_heat.is_leak_likely(local, people + 3) is True
    assert water_heat.is_leak_likely(local, np.where(local < 6, NAN, people)) is None


def test_heat_from_flow_and_temperatures() -> None:
    assert water_heat.heat_kwh(10, 70, 50) == pytest.approx(230)
    assert water_heat.heat_kwh(10, 50, 70) == 0

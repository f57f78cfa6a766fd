"""Facts about series held against bounds over time: hysteresis, duration, rate, flapping, silence."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rivulus.observations.rules.automations import levels, looking, measures
from rivulus.observations.rules.automations.levels import Patience, Phase, Signal, SignalKind, Standing
from rivulus.observations.rules.automations.syntax import (
    Bounds,
    Flapping,
    NoDataTrigger,
    RateTrigger,
    Reduction,
    Selector,
    ValueTrigger,
    Window,
)

MINUTE = 60_000_000
START = 1_750_000_000_000_000
SERIES = Selector(property="pm10")
Row = tuple[int, float]


def columns(rows: list[Row]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([row[0] for row in rows], np.int64), np.array([row[1] for row in rows], np.float64)


def value(**changes: object) -> ValueTrigger:
    said = {"id": "v", "series": SERIES, "bounds": Bounds(above=50.0), "silent_us": 120 * MINUTE, **changes}
    return ValueTrigger(**said)


def see(trigger: ValueTrigger, rows: list[Row], until: int = 0, flapping: Flapping | None = None) -> list[Signal]:
    standing = looking.begin(trigger, START)
    return looking.look(trigger, flapping or Flapping(), standing, columns(rows), 0, until)[1]


def at(minute: float) -> int:
    return START + int(minute * MINUTE)


def said(signals: list[Signal]) -> list[tuple[str, float]]:
    return [(str(one.kind), (one.moment_us - START) / MINUTE) for one in signals]


def test_a_value_above_the_bound_raises_at_once_where_no_duration_is_asked() -> None:
    assert said(see(value(), [(at(0), 40), (at(1), 51), (at(2), 50)])) == [("raised", 1), ("cleared", 2)]


def test_hysteresis_keeps_an_alarm_until_the_clearing_value() -> None:
    trigger = value(bounds=Bounds(above=50.0, clear=45.0))
    rows = [(at(0), 55), (at(1), 48), (at(2), 46), (at(3), 52), (at(4), 45)]
    assert said(see(trigger, rows)) == [("raised", 0), ("cleared", 4)]


def test_a_duration_is_over_at_its_moment_and_not_at_the_next_reading() -> None:
    trigger = value(for_us=10 * MINUTE)
    assert said(see(trigger, [(at(0), 55), (at(7), 55), (at(14), 55)])) == [("raised", 10)]


def test_a_reading_at_the_very_end_of_the_duration_counts_first() -> None:
    trigger = value(for_us=10 * MINUTE)
    assert see(trigger, [(at(0), 55), (at(10), 40)], until=at(60)) == []


def test_time_alone_ends_a_duration() -> None:
    trigger = value(for_us=10 * MINUTE)
    assert see(trigger, [(at(0), 55)], until=at(9)) == []
    assert said(see(trigger, [(at(0), 55)], until=at(11))) == [("raised", 10)]


def test_a_series_that_falls_silent_while_wrong_is_lost_and_not_calm() -> None:
    rows = [(at(0), 55), (at(200), 56), (at(201), 40)]
    assert said(see(value(), rows)) == [("raised", 0), ("lost", 120), ("found", 200), ("cleared", 201)]
    assert said(see(value(), [(at(0), 55), (at(200), 40)])) == [("raised", 0), ("lost", 120), ("cleared", 200)]


def test_silence_is_no_proof_of_a_duration() -> None:
    trigger = value(for_us=180 * MINUTE)
    assert see(trigger, [(at(0), 55)], until=at(1000)) == []


def test_what_comes_and_goes_is_raised_once_more_and_cleared_only_after_calm() -> None:
    flapping = Flapping(changes=2, within_us=60 * MINUTE, calm_us=15 * MINUTE)
    rows = [(at(minute), 55.0 if minute % 2 else 40.0) for minute in range(21)]
    signals = see(value(), rows, until=at(60), flapping=flapping)
    kinds = [one.kind for one in signals]
    assert kinds.count(SignalKind.RAISED) == 3, "two as usual, the third begins the flapping, the others say nothing"
    assert signals[-1].kind is SignalKind.CLEARED
    assert signals[-1].moment_us == at(20 + 15)
    assert [one.is_flapping for one in signals if one.kind is SignalKind.RAISED] == [False, False, True]


def test_a_rate_is_the_distance_to_the_lowest_of_the_time_before() -> None:
    trigger = RateTrigger(id="r", series=SERIES, rises=10.0, falls=None, within_us=30 * MINUTE)
    rows = [(at(0), 0), (at(20), 9), (at(40), 12), (at(50), 20)]
    times, numbers = columns(rows)
    assert measures.measure(trigger, times, numbers).tolist() == [0, 9, 3, 11]


def test_a_mean_says_nothing_until_three_quarters_of_its_window_are_there() -> None:
    trigger = value(window=Window(reduction=Reduction.MEAN, span_us=60 * MINUTE))
    times, numbers = columns([(at(minute), float(minute)) for minute in range(0, 100, 5)])
    measured = measures.measure(trigger, times, numbers)
    assert np.isnan(measured[:9]).all()
    assert measured[9] == np.mean(np.arange(0, 50, 5))
    assert measured[15] == np.mean(np.arange(20, 80, 5)), "the reading an hour ago is just outside"


def test_silence_is_raised_once_and_cleared_by_the_next_reading() -> None:
    trigger = NoDataTrigger(id="n", series=SERIES, for_us=30 * MINUTE)
    standing = looking.begin(trigger, START)
    flapping = Flapping()
    standing, signals = looking.look(trigger, flapping, standing, columns([]), 0, at(29))
    assert signals == []
    standing, signals = looking.look(trigger, flapping, standing, columns([]), 0, at(31))
    assert said(signals) == [("raised", 30)]
    standing, signals = looking.look(trigger, flapping, standing, columns([]), 0, at(90))
    assert signals == []
    standing, signals = looking.look(trigger, flapping, standing, columns([(at(95), 1.0), (at(200), 2.0)]), 0, at(201))
    assert said(signals) == [("cleared", 95), ("raised", 125), ("cleared", 200)]


def test_a_standing_survives_being_kept() -> None:
    for phase in Phase:
        kept = Standing(phase, 5, 7, 1.5, (1, 2), True)
        assert Standing.of_json(kept.to_json()) == kept
    assert Standing.of_json({}) == Standing()


# The naive twin: one reading after the other, every deadline looked at by itself, nothing skipped.


def naive(patience: Patience, rows: list[tuple[int, float, bool, bool]], until: int) -> list[tuple[str, int]]:
    phase, since, last, raised, flapping = "calm", 0, None, [], False
    out: list[tuple[str, int]] = []

    def calm_for() -> int:
        return max(patience.clear_for_us, patience.flapping.calm_us if flapping else 0)

    def up(moment: int) -> None:
        nonlocal phase, since, raised, flapping
        raised = [*[one for one in raised if one > moment - patience.flapping.within_us], moment]
        flapping = len(raised) > patience.flapping.changes
        phase, since = "raised", moment
        out.append(("raised", moment))

    def down(moment: int) -> None:
        nonlocal phase, since, raised, flapping
        phase, since = "calm", moment
        raised = [] if flapping else raised
        flapping = False
        out.append(("cleared", moment))

    def elapse(end: int) -> None:
        nonlocal phase, since
        while phase not in ("calm", "lost"):
            silent = last + patience.silent_us
            due = {"pending": since + patience.for_us, "calming": since + calm_for()}.get(phase, silent)
            if min(due, silent) > end:
                return
            if phase == "pending" and silent <= due:
                phase, since = "calm", silent
            elif phase == "pending":
                up(due)
            elif phase == "calming" and due <= silent:
                down(due)
            else:
                out.append(("lost", silent))
                phase, since = "lost", silent

    for time, _value, hot, cool in rows:
        elapse(time - 1)
        last = time
        if phase == "calm" and hot:
            phase, since = "pending", time
            if patience.for_us == 0:
                up(time)
        elif phase == "pending" and not hot:
            phase, since = "calm", time
        elif phase == "raised" and cool:
            phase, since = "calming", time
            if calm_for() == 0:
                down(time)
        elif phase == "calming" and not cool:
            phase, since = "raised", time
        elif phase == "lost" and cool:
            down(time)
        elif phase == "lost":
            out.append(("found", time))
            phase, since = "raised", time
        elapse(time)
    elapse(until)
    return out


gaps = st.lists(st.integers(1, 30) | st.sampled_from([5, 10, 60, 90]), min_size=1, max_size=60)
spans = st.sampled_from([0, 5, 10, 20, 60, 90])


@settings(max_examples=250, deadline=None)
@given(st.data(), gaps, spans, spans, st.sampled_from([10, 45, 60, 200]), st.integers(1, 3))
def test_the_machine_says_what_its_naive_twin_says_however_the_readings_are_cut(
    data: st.DataObject, steps: list[int], wait: int, calm: int, silent: int, changes: int
) -> None:
    times = [at(minute) for minute in itertools.accumulate(steps)]
    numbers = data.draw(st.lists(st.sampled_from([40.0, 47.0, 55.0]), min_size=len(times), max_size=len(times)))
    rows = list(zip(times, numbers, strict=True))
    flapping = Flapping(changes=changes, within_us=60 * MINUTE, calm_us=20 * MINUTE)
    trigger = value(
        bounds=Bounds(above=50.0, clear=45.0),
        for_us=wait * MINUTE,
        clear_for_us=calm * MINUTE,
        silent_us=silent * MINUTE,
    )
    until = times[-1] + data.draw(st.integers(0, 300)) * MINUTE
    judged = [(time, number, number > 50, number <= 45) for time, number in rows]
    expected = naive(looking.patience_of(trigger, flapping), judged, until)

    standing, found, first = looking.begin(trigger, START), [], 0
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=6)))
    for cut in [*cuts, len(rows)]:
        # Between two looks time passes, but never beyond the next reading.
        following = rows[cut][0] - 1 if cut < len(rows) else until
        standing = Standing.of_json(standing.to_json())
        standing, signals = looking.look(trigger, flapping, standing, columns(rows[first:cut]), 0, following)
        found += signals
        first = cut
    assert [(str(one.kind), one.moment_us) for one in found] == expected


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 40), st.floats(-100, 100)), min_size=1, max_size=50),
    st.sampled_from(list(Reduction)),
)
def test_windows_are_what_slicing_says(steps: list[tuple[int, float]], reduction: Reduction) -> None:
    times = np.array([at(minute) for minute in itertools.accumulate(step for step, _ in steps)], np.int64)
    numbers = np.array([number for _, number in steps])
    span = 60 * MINUTE
    found = measures.windowed(Window(reduction=reduction, span_us=span), times, numbers)
    for place, time in enumerate(times):
        inside = (times > time - span) & (times <= time)
        if time - times[inside][0] < 0.75 * span:
            assert np.isnan(found[place])
        else:
            expected = {"mean": np.mean, "sum": np.sum, "min": np.min, "max": np.max}[reduction](numbers[inside])
            assert np.isclose(found[place], expected, rtol=1e-9, atol=1e-9)


@settings(max_examples=150, deadline=None)
@given(gaps, st.data())
def test_silence_is_found_whatever_the_cuts(steps: list[int], data: st.DataObject) -> None:
    trigger = NoDataTrigger(id="n", series=SERIES, for_us=20 * MINUTE)
    times = [at(minute) for minute in itertools.accumulate(steps)]
    until = times[-1] + data.draw(st.integers(0, 60)) * MINUTE
    expected = []
    for before, after in itertools.pairwise([START, *times]):
        if after - before > trigger.for_us:
            expected += [("raised", before + trigger.for_us), ("cleared", after)]
    if until - times[-1] >= trigger.for_us:
        expected.append(("raised", times[-1] + trigger.for_us))
    standing, found, first = looking.begin(trigger, START), [], 0
    for cut in [*sorted(data.draw(st.lists(st.integers(0, len(times)), max_size=5))), len(times)]:
        following = times[cut] - 1 if cut < len(times) else until
        rows = [(time, 1.0) for time in times[first:cut]]
        standing, signals = looking.look(trigger, Flapping(), standing, columns(rows), 0, following)
        found += signals
        first = cut
    assert [(str(one.kind), one.moment_us) for one in found] == expected


def test_a_deadline_is_when_time_alone_changes_something() -> None:
    patience = Patience(10 * MINUTE, 0, 120 * MINUTE, Flapping())
    assert levels.deadline_us(Standing(), patience) is None
    pending = Standing(Phase.PENDING, at(0), at(5), 55.0)
    assert levels.deadline_us(pending, patience) == at(10)
    assert levels.deadline_us(Standing(Phase.RAISED, at(0), at(5), 55.0), patience) == at(125)

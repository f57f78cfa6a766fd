"""Facts about the life of an alarm: every state with every move."""

import datetime as dt

import pytest

from rivulus.kernel.errors import Refused
from rivulus.observations.models.alarms import ALARM_STATES, SEVERITIES
from rivulus.observations.rules import alarms
from rivulus.observations.rules.alarms import AlarmState, Move, Quiet
from rivulus.observations.rules.automations.syntax import Severity

O, A, N, C, X = AlarmState  # noqa: E741
EXPECTED = {
    O: {Move.RAISE: O, Move.LOSE: N, Move.FIND: O, Move.CLEAR: C, Move.ACKNOWLEDGE: A, Move.CLOSE: X},
    A: {Move.RAISE: A, Move.LOSE: N, Move.FIND: A, Move.CLEAR: C, Move.ACKNOWLEDGE: None, Move.CLOSE: X},
    N: {Move.RAISE: O, Move.LOSE: N, Move.FIND: O, Move.CLEAR: C, Move.ACKNOWLEDGE: N, Move.CLOSE: X},
    C: {Move.RAISE: O, Move.LOSE: C, Move.FIND: C, Move.CLEAR: C, Move.ACKNOWLEDGE: C, Move.CLOSE: X},
    X: dict.fromkeys(Move),
}
NOW = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize("state", AlarmState)
@pytest.mark.parametrize("move", Move)
def test_every_move_leads_from_every_state_where_the_table_says(state: AlarmState, move: Move) -> None:
    expected = EXPECTED[state][move]
    if expected is None:
        with pytest.raises(Refused):
            alarms.after(state, move)
    else:
        assert alarms.after(state, move) is expected


def test_a_series_that_speaks_again_leads_back_to_where_the_alarm_stood() -> None:
    assert alarms.after(N, Move.FIND, was_acknowledged=True) is A
    assert alarms.after(N, Move.RAISE, was_acknowledged=True) is A
    assert alarms.after(N, Move.FIND) is O


@pytest.mark.parametrize("state", [O, N, C])
def test_nobody_acknowledges_twice(state: AlarmState) -> None:
    with pytest.raises(Refused):
        alarms.after(state, Move.ACKNOWLEDGE, was_acknowledged=True)


def test_closing_what_has_not_cleared_needs_words() -> None:
    alarms.check_can_close(C, "")
    alarms.check_can_close(O, "The sensor was hit by a ball.")
    for state in (O, A, N):
        with pytest.raises(Refused):
            alarms.check_can_close(state, "  ")
    with pytest.raises(Refused):
        alarms.check_can_close(X, "why not")


def test_the_database_knows_the_same_words() -> None:
    assert set(ALARM_STATES) == set(AlarmState)
    assert set(SEVERITIES) == set(Severity)


def test_a_silence_lies_ahead_and_is_not_too_long() -> None:
    week = dt.timedelta(days=7)
    alarms.check_span(NOW, NOW + HOUR, NOW, week)
    for start, end in ((NOW, NOW), (NOW - 2 * HOUR, NOW - HOUR), (NOW, NOW + week + HOUR)):
        with pytest.raises(Refused):
            alarms.check_span(start, end, NOW, week)


def test_a_silence_is_about_all_that_it_names() -> None:
    def silenced(*quiet: Quiet) -> bool:
        return alarms.is_silenced(quiet, automation_id=1, thing_id=2, domain="air")

    assert not silenced()
    assert silenced(Quiet(1, None, "")) and silenced(Quiet(None, 2, "")) and silenced(Quiet(None, None, "air"))
    assert silenced(Quiet(1, 2, "air")) and not silenced(Quiet(1, 3, "")) and not silenced(Quiet(None, None, "noise"))


def test_a_cleared_alarm_waits_longer_when_nobody_has_seen_it() -> None:
    assert alarms.closes_by_itself_at(cleared_at=NOW, was_acknowledged=True) == NOW + HOUR
    assert alarms.closes_by_itself_at(cleared_at=NOW, was_acknowledged=False) == NOW + 24 * HOUR
    assert (
        alarms.was_in_time(NOW, NOW) and not alarms.was_in_time(None, NOW) and not alarms.was_in_time(NOW + HOUR, NOW)
    )

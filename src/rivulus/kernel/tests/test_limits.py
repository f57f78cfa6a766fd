"""Counting how often somebody asks."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.test import RequestFactory

from rivulus.kernel import clock, limits
from rivulus.kernel.limits import Limit, TooOften

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
THRICE = Limit(name="test", most=3)


def ask(seconds: int, who: object = "ana", limit: Limit = THRICE) -> None:
    with clock.frozen(NOON + dt.timedelta(seconds=seconds)):
        limits.count(limit, who)


@pytest.mark.django_db
def test_one_too_many_is_refused_until_the_first_is_a_window_old() -> None:
    for second in (0, 10, 20):
        ask(second)
    with pytest.raises(TooOften) as refused:
        ask(30)
    assert refused.value.retry_after_s == 30
    ask(60)
    with pytest.raises(TooOften):
        ask(61)


@pytest.mark.django_db
def test_each_who_asks_and_each_limit_is_counted_apart() -> None:
    for _ in range(3):
        ask(0)
    ask(0, who="dan")
    ask(0, limit=Limit(name="other", most=1))
    with pytest.raises(TooOften):
        ask(0)


@pytest.mark.django_db
def test_who_waits_for_the_count_in_vain_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PATIENCE_S", 0.05)
    monkeypatch.setattr(cache, "add", lambda *_: False, raising=False)
    with pytest.raises(TooOften) as refused:
        ask(0)
    assert refused.value.retry_after_s == 1


@pytest.mark.parametrize(
    ("remote", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
    ],
)
def test_a_visitor_is_known_by_address_and_a_network_of_ipv6_is_one(remote: str, counted: str) -> None:
    assert limits.address_of(RequestFactory().get("/", REMOTE_ADDR=remote)) == counted

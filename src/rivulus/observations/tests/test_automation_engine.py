"""Facts about the engine: several at once, and one that is killed, do everything once."""

import contextlib
import datetime as dt
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from django.db import connection, connections

from rivulus.kernel import clock
from rivulus.observations.actions.automations import engine, watching
from rivulus.observations.actions.automations.engine import Engine, News
from rivulus.observations.models import Alarm, AutomationCursor, Notification, Run, RunStep
from rivulus.observations.queries import automation_replays
from rivulus.observations.rules.automations import grammar
from rivulus.observations.tests.alarmed import MINUTE, NOW, look, say, station, switched_on

QUICK = """title: {ro: "a", en: "b", hu: "c"}
triggers:
  - id: high
    value: {series: {property: pm10}, above: 50}
flapping: {changes: 50, within: 1m, calm: 1m}
actions:
  - alarm: {severity: info}
  - notify: {roles: [dispatcher], message: {ro: a, en: b, hu: c}}
"""
ENGINE = """
import django, threading
django.setup()
from rivulus.observations.actions.automations.engine import Engine
Engine().run(threading.Event().is_set)
"""


@pytest.mark.django_db
def test_a_tick_looks_where_the_news_are_and_everywhere_now_and_then() -> None:
    series = station()
    switched_on()
    say(series, [(1, 55), (11, 60)])
    watcher = Engine()
    with clock.frozen(NOW + 12 * MINUTE):
        assert watcher.tick(by=None, news=News()) == 1, "a rule that is new to the engine is looked at"
    say(series, [(13, 10), (14, 70), (25, 70)])
    with clock.frozen(NOW + 26 * MINUTE):
        assert watcher.tick(by=None, news=News(series={series.pk + 1})) == 0
        assert watcher.tick(by=None, news=News(series={series.pk})) == 1
    assert Run.objects.count() == 2


@pytest.mark.django_db
def test_a_deadline_is_kept_without_any_news() -> None:
    series = station()
    switched_on()
    say(series, [(1, 55)])
    watcher = Engine()
    with clock.frozen(NOW + 2 * MINUTE):
        watcher.tick(by=None, news=News())
    with clock.frozen(NOW + 11 * MINUTE):
        assert watcher.tick(by=None, news=News()) == 0, "a reading may still be on its way"
    with clock.frozen(NOW + 12 * MINUTE + dt.timedelta(seconds=1)):
        assert watcher.tick(by=None, news=News()) == 1
    assert Run.objects.get().moment == NOW + 11 * MINUTE


@pytest.mark.django_db
def test_a_rule_that_breaks_leaves_the_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    series = station()
    broken, sound = switched_on(code="broken"), switched_on(code="sound")
    say(series, [(1, 55), (11, 60)])
    real = watching.watch

    def watch(*, by: None, version_id: int, known: watching.Known) -> watching.Watched:
        if version_id == broken.pk:
            raise RuntimeError
        return real(by=by, version_id=version_id, known=known)

    monkeypatch.setattr(engine.watching, "watch", watch)
    with clock.frozen(NOW + 12 * MINUTE):
        assert Engine().tick(by=None, news=News(everything=True)) == 1
    assert Run.objects.get().version == sound


@pytest.mark.django_db
def test_news_are_read_from_notifications() -> None:
    news = News()
    news.take("observations", "3,4")
    news.take("observations", "x,,5")
    assert news.series == {3, 4, 5} and not news.everything
    news.take("observations", "*")
    news.take("observations_automations", "")
    news.take("observations_events", "a.b")
    assert news.everything and news.rules_changed and news.events


@pytest.mark.django_db(transaction=True)
def test_several_engines_at_once_fire_once() -> None:
    series = station()
    version = switched_on(QUICK)
    say(series, [(minute, 60.0 if minute % 2 else 40.0) for minute in range(1, 41)])
    runs: list[int] = []

    def work() -> None:
        try:
            for _ in range(3):
                with clock.frozen(NOW + 60 * MINUTE):
                    runs.append(len(watching.watch(by=None, version_id=version.pk).runs))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(runs) == 20 == Run.objects.count() == Notification.objects.count()
    assert Alarm.objects.get().times_raised == 20


@pytest.mark.django_db(transaction=True)
def test_a_look_that_dies_half_way_has_done_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    series = station()
    version = switched_on(QUICK)
    say(series, [(1, 60), (2, 40), (3, 60)])

    def die(*args: object, **kwargs: object) -> bool:
        if RunStep.objects.count() == 3:
            raise KeyboardInterrupt
        return real(*args, **kwargs)  # type: ignore[arg-type]

    from rivulus.observations.actions.automations import running

    real = running.steps.perform
    with monkeypatch.context() as patched:
        patched.setattr(running.steps, "perform", die)
        with pytest.raises(KeyboardInterrupt):
            look(version, 10)
    assert not Run.objects.exists() and not Alarm.objects.exists() and not AutomationCursor.objects.exists()
    assert len(look(version, 10)) == 2


@pytest.mark.django_db(transaction=True)
def test_an_engine_that_is_killed_again_and_again_does_everything_once() -> None:
    """kill -9 at moments that nobody chose, while readings keep coming in."""
    began = clock.now() - dt.timedelta(hours=3)
    series = [station(f"air-{number}") for number in range(2)]
    version = switched_on(QUICK, at=began)
    rows = [(0.2 * step, 60.0 if step % 2 else 40.0) for step in range(1, 61)]
    for first in range(0, 60, 30):
        with started_engine():
            for piece in range(first, first + 30, 10):
                for one in series:
                    say(one, rows[piece : piece + 10], since=began)
            wait_for(lambda first=first: Run.objects.count() > first)
    with started_engine():
        wait_for(lambda: Run.objects.count() >= 60)
    raised = Run.objects.filter(signal="raised").count()
    played = automation_replays.simulate(grammar.read(version.text), began, clock.now())
    assert raised == 60 == played.states["done"]
    assert Notification.objects.count() == 60 and RunStep.objects.count() == 120
    assert set(Run.objects.values_list("state", flat=True)) == {"done"}


@pytest.mark.django_db(transaction=True)
def test_an_engine_whose_database_goes_away_goes_on_when_it_is_back() -> None:
    began = clock.now() - dt.timedelta(hours=3)
    series = station()
    switched_on(QUICK, at=began)
    stop = threading.Event()

    def work() -> None:
        try:
            Engine().run(stop.is_set)
        finally:
            connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        say(series, [(1, 60)], since=began)
        wait_for(lambda: Run.objects.count() == 1)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        say(series, [(2, 40), (3, 60)], since=began)
        wait_for(lambda: Run.objects.count() == 2)
    finally:
        stop.set()
        thread.join()


@contextlib.contextmanager
def started_engine() -> Iterator[None]:
    """An engine in a process of its own, killed in the end whatever it is doing."""
    settings = connection.settings_dict
    named = (("host", settings["HOST"]), ("port", settings["PORT"]), ("user", settings["USER"]))
    url = f"postgresql:///{settings['NAME']}?" + "&".join(f"{name}={value}" for name, value in named if value)
    process = subprocess.Popen([sys.executable, "-c", ENGINE], env=os.environ | {"DATABASE_URL": url})
    try:
        yield
    finally:
        process.kill()
        process.wait()


def wait_for(done: object, patience_s: float = 60.0) -> None:
    until = time.monotonic() + patience_s
    while not done():  # type: ignore[operator]
        assert time.monotonic() < until, "The engine does not get on."
        time.sleep(0.05)

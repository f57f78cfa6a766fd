"""Facts about rules at work: versions, the second person, runs, alarms, what leaves the platform and what does not."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from rivulus.identity.terms import Role
from rivulus.journal.models import Line
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.observations import events
from rivulus.observations.actions import alarms, escalation, occurrences
from rivulus.observations.actions.automations import deliveries, notices, replays, running, versions, watching
from rivulus.observations.models import (
    Alarm,
    AlarmMove,
    AutomationCursor,
    AutomationVersion,
    Delivery,
    Maintenance,
    Notification,
    PublicNotice,
    Run,
    RunStep,
    Task,
)
from rivulus.observations.queries import alarms as alarm_queries
from rivulus.observations.queries import automation_probes, automation_replays
from rivulus.observations.rules.automations import grammar
from rivulus.observations.tests.alarmed import (
    MINUTE,
    NOW,
    RULE,
    TASK,
    automation,
    forced_on,
    look,
    person,
    say,
    station,
    switched_on,
)

pytestmark = pytest.mark.django_db
WAITING = """title: {{ro: "a", en: "b", hu: "c"}}
mode: {mode}
most: 2
triggers:
  - id: high
    value: {{series: {{property: pm10}}, above: 50}}
  - id: higher
    value: {{series: {{property: pm10}}, above: 60}}
actions:
  - wait: 10m
  - notify: {{roles: [dispatcher], message: {{ro: a, en: b, hu: c}}}}
"""


def states() -> list[str]:
    return list(Run.objects.order_by("id").values_list("state", flat=True))


# Versions


def test_a_version_is_kept_and_never_rewritten() -> None:
    version = versions.draft(by=None, code="dust", text=RULE)
    with pytest.raises(Refused, match="word for word"):
        versions.draft(by=None, code="dust", text=RULE)
    newer = versions.draft(by=None, code="dust", text=RULE.replace("50", "55"))
    assert (version.number, newer.number) == (1, 2)
    for change in ({"text": "x"}, {"number": 9}, {"definition": {}}, {"title": {}}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AutomationVersion.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        AutomationVersion.objects.filter(pk=version.pk).delete()
    assert Line.objects.filter(verb="observations.automation.drafted").count() == 2


def test_a_rule_that_cannot_be_read_is_not_kept() -> None:
    with pytest.raises(Refused, match="Line 7"):
        versions.draft(by=None, code="dust", text=RULE.replace("above: 50", "above: x"))
    assert not AutomationVersion.objects.exists()


def test_switching_a_version_on_switches_the_one_before_off() -> None:
    first = switched_on()
    second = versions.draft(by=None, code="dust", text=RULE.replace("50", "55"))
    versions.activate(by=None, version_id=second.pk)
    first.refresh_from_db()
    assert first.state == "retired"
    with pytest.raises(Refused):
        versions.activate(by=None, version_id=first.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        AutomationVersion.objects.filter(pk=first.pk).update(state="active")


def test_only_those_whose_work_it_is_write_and_confirm() -> None:
    ana, dan = person("Ana", Role.RESIDENT), person("Dan", Role.DEPARTMENT)
    dispatcher = person("Vasile", Role.DISPATCHER)
    with pytest.raises(Refused):
        versions.draft(by=ana, code="dust", text=RULE)
    version = versions.draft(by=dan, code="dust", text=RULE + TASK)
    for nobody in (ana, dispatcher):
        with pytest.raises(Refused):
            versions.confirm(by=nobody, version_id=version.pk)


def test_two_people_stand_behind_a_rule_that_acts_on_the_street() -> None:
    dan, mara = person("Dan", Role.DEPARTMENT), person("Mara", Role.DEPARTMENT)
    version = versions.draft(by=dan, code="street", text=RULE + TASK)
    assert version.acts_on_street
    with pytest.raises(Refused, match="a second person confirms it first"):
        versions.activate(by=dan, version_id=version.pk)
    with pytest.raises(Refused, match="somebody who did not write it"):
        versions.confirm(by=dan, version_id=version.pk)
    versions.confirm(by=mara, version_id=version.pk)
    versions.activate(by=dan, version_id=version.pk)
    assert AutomationVersion.objects.get(pk=version.pk).state == "active"


def test_the_database_itself_wants_the_second_person() -> None:
    dan, mara = person("Dan", Role.DEPARTMENT), person("Mara", Role.DEPARTMENT)
    version = versions.draft(by=dan, code="street", text=RULE + TASK)
    rows = AutomationVersion.objects.filter(pk=version.pk)
    for change in (
        {"state": "active"},
        {"state": "active", "confirmed_by": dan},
        {"acts_on_street": False},
        {"acts_on_street": False, "state": "active"},
        {"created_by": mara},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
    rows.update(state="confirmed", confirmed_by=mara)
    rows.update(state="active", activated_by=dan, activated_at=timezone.now())


def test_of_a_rule_of_the_pack_one_confirms_and_another_switches_on() -> None:
    dan, mara = person("Dan", Role.DEPARTMENT), person("Mara", Role.DEPARTMENT)
    version = versions.draft(by=None, code="street", text=RULE + TASK)
    versions.confirm(by=dan, version_id=version.pk)
    for who in (None, dan):
        with pytest.raises(Refused):
            versions.activate(by=who, version_id=version.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        AutomationVersion.objects.filter(pk=version.pk).update(state="active", activated_by=dan)
    versions.activate(by=mara, version_id=version.pk)


# Looking


def test_an_alarm_is_raised_from_stored_readings_and_says_why() -> None:
    series = station()
    version = switched_on()
    say(series, [(1, 55), (6, 58), (11, 60)])
    runs = look(version, 12)
    assert [(run.trigger, run.signal, run.state) for run in runs] == [("dusty", "raised", "done")]
    run = runs[0]
    assert run.moment == NOW + 11 * MINUTE
    assert run.why["value"] == 60 and run.why["threshold"] == 50 and run.why["unit"] == "ug/m3"
    assert [value for _, value in run.why["readings"]] == [55, 58, 60]
    alarm = Alarm.objects.get()
    assert (alarm.state, alarm.severity, alarm.value, alarm.thing_id) == ("open", "warning", 60, series.thing_id)
    assert alarm.acknowledge_by == NOW + 42 * MINUTE
    assert list(RunStep.objects.values_list("kind", "state")) == [("alarm", "done"), ("notify", "done")]
    assert Notification.objects.get().text["en"] == "Station air-1: 60"


def test_looking_twice_changes_nothing() -> None:
    series = station()
    version = switched_on()
    say(series, [(1, 55), (11, 60)])
    assert len(look(version, 12)) == 1
    before = AutomationCursor.objects.get()
    assert look(version, 12) == [] and look(version, 13) == []
    assert AutomationCursor.objects.get().state == before.state
    run = Run.objects.get()
    run.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        run.save(force_insert=True)


def test_the_alarm_clears_and_comes_back_as_itself() -> None:
    series = station()
    version = switched_on()
    say(series, [(1, 55), (11, 60), (15, 44)])
    look(version, 16)
    assert Alarm.objects.get().state == "cleared"
    say(series, [(20, 70), (31, 70)])
    look(version, 32)
    alarm = Alarm.objects.get()
    assert (alarm.state, alarm.times_raised, alarm.cleared_at) == ("open", 2, None)
    assert list(AlarmMove.objects.order_by("id").values_list("move", flat=True)) == ["raise", "clear", "raise"]


def test_silence_is_a_state_of_its_own_and_ends_with_the_next_reading() -> None:
    series = station()
    version = switched_on()
    say(series, [(1, 55), (11, 60)])
    look(version, 12)
    assert look(version, 130) == []
    assert Alarm.objects.get().state == "open", "two hours after minute 11 are not over"
    look(version, 133)
    assert Alarm.objects.get().state == "no_data"
    say(series, [(140, 66)])
    look(version, 141)
    assert Alarm.objects.get().state == "open"
    say(series, [(150, 20)])
    look(version, 151)
    assert Alarm.objects.get().state == "cleared"


def test_a_silent_series_raises_an_alarm_without_data() -> None:
    series = station()
    rule = RULE.replace(
        "    value:\n      series: {property: pm10}\n      above: 50\n      clear: 45\n      for: 10m",
        "    no_data: {series: {property: pm10}, for: 2h}",
    )
    version = switched_on(rule)
    assert look(version, 0) == [] and look(version, 119) == []
    runs = look(version, 122)
    assert runs[0].moment == NOW + 120 * MINUTE
    assert Alarm.objects.get().state == "no_data"
    say(series, [(130, 10)])
    look(version, 131)
    assert Alarm.objects.get().state == "cleared"


def test_doubtful_readings_raise_nothing_but_are_no_silence() -> None:
    series = station()
    version = switched_on()
    say(series, [(1, 55), (11, 60)])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE observations_reading SET quality = 1")
    assert look(version, 20) == [] and not Alarm.objects.exists()


def test_each_thing_may_carry_its_own_bound() -> None:
    low, high, without = station("air-1", limit_pm10=40), station("air-2", limit_pm10=80), station("air-3")
    text = RULE.replace("above: 50\n      clear: 45", "above_of: limit_pm10\n      margin: 5")
    version = switched_on(text)
    for series in (low, high, without):
        say(series, [(1, 55), (11, 60)])
    runs = look(version, 12)
    assert [run.datastream_id for run in runs] == [low.pk]
    assert runs[0].why["threshold"] == 40


def test_series_that_come_later_are_looked_at_too() -> None:
    version = switched_on()
    assert look(version, 1) == []
    series = station()
    say(series, [(2, 55), (12, 60)])
    assert len(look(version, 13)) == 1


def test_what_is_wrong_when_a_rule_is_switched_on_counts_and_what_has_passed_does_not() -> None:
    wrong, passed, lately, old = (station(f"air-{number}") for number in range(1, 5))
    say(wrong, [(-50, 30), (-40, 55), (-20, 57)])
    say(passed, [(-40, 90), (-20, 30)])
    say(lately, [(-3, 90)])
    say(old, [(-125, 90)])
    version = switched_on()
    runs = look(version, 1)
    assert [(run.subject, run.signal, run.moment) for run in runs] == [(f"series:{wrong.pk}", "raised", NOW)]
    say(wrong, [(4, 20)])
    later = [(run.subject, run.signal, run.moment) for run in look(version, 9)]
    assert later == [(f"series:{lately.pk}", "raised", NOW + 7 * MINUTE)]
    assert Alarm.objects.get(datastream=wrong).state == "cleared"


def test_conditions_that_do_not_hold_stop_the_run_and_are_kept_with_it() -> None:
    series = station()
    version = switched_on(RULE + "conditions:\n  - calendar: {weekdays: [weekend]}\n")
    say(series, [(1, 55), (11, 60)])
    run = look(version, 12)[0]
    assert run.state == "stopped" and not Alarm.objects.exists() and not run.steps.exists()
    assert run.why["checks"][0]["held"] is False and run.why["checks"][0]["at"].startswith("2026-03-11T14:11")


def test_a_condition_looks_at_the_newest_value_of_other_series() -> None:
    series, other = station("air-1"), station("air-2")
    text = (
        RULE.replace("{property: pm10}", "air-1:pm10") + "conditions:\n  - value: {series: 'air-2:pm10', above: 30}\n"
    )
    version = switched_on(text)
    say(series, [(1, 55), (11, 60)])
    say(other, [(5, 35), (15, 10)])
    run = look(version, 16)[0]
    assert run.state == "done", "at the moment it fired the other one was at 35"
    assert run.why["checks"][0]["values"][0]["value"] == 35


def test_a_time_fires_once_and_a_missed_one_is_made_up_for_within_an_hour() -> None:
    text = RULE.replace(
        "    value:\n      series: {property: pm10}\n      above: 50\n      clear: 45\n      for: 10m",
        "    time: {at: '14:30'}",
    )
    version = switched_on(text)
    assert look(version, 1) == [] and look(version, 29) == []
    assert [run.moment for run in look(version, 31)] == [NOW + 30 * MINUTE]
    assert look(version, 32) == []
    assert look(version, 24 * 60 + 29) == []
    assert len(look(version, 24 * 60 + 80)) == 1
    assert look(version, 48 * 60 + 120) == [], "an hour and a half late is too late"


def test_an_event_is_heard_once_with_what_it_says() -> None:
    events.register_event(events.EventKind("test.happened", "Happened"))
    text = RULE.replace(
        "    value:\n      series: {property: pm10}\n      above: 50\n      clear: 45\n      for: 10m",
        "    event: {name: test.happened, where: {kind: leak, size: 3}}",
    )
    version = switched_on(text)
    with clock.frozen(NOW + MINUTE):
        occurrences.tell(by=None, name="test.happened", subject="pipe", content={"kind": "leak", "size": 3})
        occurrences.tell(by=None, name="test.happened", content={"kind": "other"})
    runs = look(version, 2)
    assert len(runs) == 1 and runs[0].why["event"]["subject"] == "pipe"
    assert look(version, 3) == []


def test_a_forecast_is_held_against_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    series = station()
    issued = int((NOW + MINUTE).timestamp()) * 1_000_000
    ahead = tuple((issued + hour * 3_600_000_000, 40.0 + 10 * hour) for hour in range(1, 7))

    def source(ids: Any, after: dt.datetime, until: dt.datetime) -> list[events.ForecastIssue]:
        return [events.ForecastIssue(series.pk, issued, ahead)] if after < NOW + MINUTE <= until else []

    monkeypatch.setattr(events, "_forecasts", [source])
    text = RULE.replace("    value:", "    forecast:").replace("      for: 10m\n", "      within: 3h\n")
    version = switched_on(text)
    runs = look(version, 2)
    assert len(runs) == 1 and runs[0].why["value"] == 70
    assert look(version, 3) == []


def test_what_led_to_nothing_is_forgotten_after_three_months_and_what_acted_is_kept() -> None:
    series, other = station("air-1"), station("air-2")
    acting = switched_on(RULE.replace("{property: pm10}", "air-1:pm10"))
    idle = switched_on(
        RULE.replace("{property: pm10}", "air-2:pm10") + "conditions:\n  - calendar: {weekdays: [weekend]}\n",
        code="idle",
    )
    for one in (series, other):
        say(one, [(1, 55), (11, 60)])
    look(acting, 12)
    look(idle, 12)
    with clock.frozen(NOW + dt.timedelta(days=80)):
        assert running.forget_idle() == 0
    with clock.frozen(NOW + dt.timedelta(days=91)):
        assert running.forget_idle() == 2
        assert replays.forget_old() == 0
    assert Run.objects.get().version == acting and not Notification.objects.exists()


# Modes and waiting


@pytest.mark.parametrize(
    ("mode", "expected", "later"),
    [
        ("single", ["running", "skipped"], ["done", "skipped"]),
        ("restart", ["replaced", "running"], ["replaced", "done"]),
        ("queued", ["running", "queued"], ["done", "running"]),
        ("parallel", ["running", "running"], ["done", "done"]),
    ],
)
def test_modes_say_what_becomes_of_a_second_firing(mode: str, expected: list[str], later: list[str]) -> None:
    series = station()
    version = switched_on(WAITING.format(mode=mode))
    say(series, [(1, 70)])
    look(version, 2)
    assert states() == expected
    with clock.frozen(NOW + 13 * MINUTE):
        running.resume_due()
    assert states() == later


def test_a_waiting_run_survives_a_restart_and_ends_when_its_cause_has_cleared() -> None:
    series = station()
    version = switched_on(WAITING.format(mode="single"))
    say(series, [(1, 55)])
    look(version, 2)
    with clock.frozen(NOW + 11 * MINUTE):
        assert running.resume_due() == 0
    say(series, [(11, 20)])
    look(version, 12)
    assert states() == ["stopped"] and not Notification.objects.exists()


def test_a_rule_that_was_switched_off_does_not_go_on() -> None:
    series = station()
    version = switched_on(WAITING.format(mode="single"))
    say(series, [(1, 55)])
    look(version, 2)
    versions.retire(by=None, version_id=version.pk)
    with clock.frozen(NOW + 13 * MINUTE):
        running.resume_due()
    assert states() == ["stopped"]


# Actions


def test_a_task_reaches_the_lamp_of_the_thing_once() -> None:
    dan, mara = person("Dan", Role.DEPARTMENT), person("Mara", Role.DEPARTMENT)
    series = station()
    version = forced_on(RULE + TASK, dan, mara)
    say(series, [(1, 55), (11, 60)])
    run = look(version, 12)[0]
    task = Task.objects.get()
    assert task.tasking_parameters == {"light": 60} and task.idempotency_key == f"run:{run.pk}:2"
    assert task.tasking_capability.code == "air-1:light"


def test_an_action_that_fails_undoes_only_itself() -> None:
    dan, mara = person("Dan", Role.DEPARTMENT), person("Mara", Role.DEPARTMENT)
    series = station()
    version = forced_on(RULE + TASK.replace(":light", ":none") + "  - wait: 1s\n", dan, mara)
    say(series, [(1, 55), (11, 60)])
    run = look(version, 12)[0]
    assert run.state == "failed" and Alarm.objects.exists()
    assert list(run.steps.order_by("position").values_list("state", flat=True)) == ["done", "done", "failed", "done"]


def test_an_action_of_another_context_is_done_once_and_a_broken_one_breaks_nothing() -> None:
    done: list[str] = []

    def act(key: str, parameters: Any, is_simulated: bool) -> str:
        done.append(key)
        if parameters.get("break"):
            raise RuntimeError
        return "case 5"

    events.register_action(events.ActionKind("test.act", "Act", lambda parameters: None, act))
    series = station()
    version = switched_on(
        RULE + "  - action: {name: test.act}\n  - action: {name: test.act, parameters: {break: true}}\n"
    )
    say(series, [(1, 55), (11, 60)])
    run = look(version, 12)[0]
    assert done == [f"run:{run.pk}:2", f"run:{run.pk}:3"] and run.state == "failed"
    assert list(run.steps.order_by("position").values_list("note", flat=True))[2:] == ["case 5", "RuntimeError"]


def test_a_notice_stands_until_its_cause_has_cleared() -> None:
    series = station()
    notice = "  - notice: {for: 12h, text: {ro: 'Praf', en: 'Dust at {thing}', hu: 'Por'}}\n"
    version = switched_on(RULE + notice)
    say(series, [(1, 55), (11, 60)])
    look(version, 12)
    with clock.frozen(NOW + 12 * MINUTE):
        assert [row.text["en"] for row in alarm_queries.list_notices()] == ["Dust at Station air-1"]
    say(series, [(20, 10)])
    look(version, 21)
    with clock.frozen(NOW + 21 * MINUTE):
        assert not alarm_queries.list_notices()
    verbs = Line.objects.filter(subject="observations.notice").values_list("verb", flat=True)
    assert list(verbs.order_by("sequence")) == ["observations.notice.put_up", "observations.notice.taken_down"]


def test_the_public_is_told_nothing_of_what_is_not_public() -> None:
    series = station()
    series.thing.is_public = False
    series.thing.save(update_fields=["is_public"])
    version = switched_on(RULE + "  - notice: {for: 12h, text: {ro: a, en: b, hu: c}}\n")
    say(series, [(1, 55), (11, 60)])
    assert look(version, 12)[0].state == "failed" and not PublicNotice.objects.exists()


def test_a_notice_ends_with_its_time() -> None:
    text = {"ro": "a", "en": "b", "hu": "c"}
    with clock.frozen(NOW):
        notices.put_up(by=None, text=text, severity="info", lasts=60 * MINUTE)
    with clock.frozen(NOW + 61 * MINUTE):
        assert not alarm_queries.list_notices() and notices.take_down_old() == 1
    assert PublicNotice.objects.get().ended_at is not None


def test_what_is_simulated_leaves_the_platform_by_no_way() -> None:
    person("Vasile", Role.DISPATCHER)
    series = station(is_simulated=True)
    version = switched_on(RULE + "  - webhook: {url: 'https://example.org/', secret: DUTY}\n")
    say(series, [(1, 55), (11, 60)])
    run = look(version, 12)[0]
    assert run.is_simulated and Alarm.objects.get().is_simulated and Notification.objects.get().is_simulated
    assert not Delivery.objects.exists()
    assert run.steps.get(kind="webhook").state == "skipped"


def test_simulated_readings_never_move_a_real_lamp() -> None:
    dan, mara = person("Dan", Role.DEPARTMENT), person("Mara", Role.DEPARTMENT)
    station("air-2")
    series = station("air-1", is_simulated=True)
    text = RULE + "  - task: {capability: 'air-2:light', parameters: {light: 60}}\n"
    version = forced_on(text, dan, mara)
    say(series, [(1, 55), (11, 60)])
    assert look(version, 12)[0].state == "failed" and not Task.objects.exists()


def test_a_rule_of_the_demonstration_sees_simulated_series_only() -> None:
    dora = person("Dora", Role.DEPARTMENT, is_demonstration=True)
    real, simulated = station("air-1"), station("air-2", is_simulated=True)
    with clock.frozen(NOW):
        version = versions.draft(by=dora, code="demo", text=RULE)
        versions.activate(by=dora, version_id=version.pk)
    for series in (real, simulated):
        say(series, [(1, 55), (11, 60)])
    assert [run.datastream_id for run in look(version, 12)] == [simulated.pk]


# Letters


def test_letters_go_to_real_people_of_the_role_and_once(mailoutbox: list[Any]) -> None:
    person("Vasile", Role.DISPATCHER)
    person("Dora", Role.DISPATCHER, is_demonstration=True)
    person("Ana", Role.RESIDENT)
    series = station()
    version = switched_on()
    say(series, [(1, 55), (11, 60)])
    with clock.frozen(NOW + 12 * MINUTE):
        watching.watch(by=None, version_id=version.pk)
        deliveries.deliver_due()
        deliveries.deliver_due()
    assert [(letter.to, letter.subject) for letter in mailoutbox] == [(["vasile@example.test"], "Station air-1: 60")]
    assert Delivery.objects.get().state == "sent"


def test_a_delivery_is_tried_again_later_and_given_up_in_the_end() -> None:
    with clock.frozen(NOW):
        row = deliveries.queue(
            by=None,
            kind="webhook",
            key="k",
            address="https://example.org/",
            content={},
            run=None,
            secret_name="NOBODY_SET",
        )
    while row.attempts < 30:
        row.refresh_from_db()
        if row.state != "waiting":
            break
        at = row.next_attempt_at
        with clock.frozen(at - MINUTE / 2):
            assert deliveries.deliver_due() == 0
        with clock.frozen(at):
            assert deliveries.deliver_due() == 1
    assert (row.state, row.attempts) == ("given_up", deliveries.MOST_ATTEMPTS)
    assert "RIVULUS_WEBHOOK_SECRET_NOBODY_SET" in row.last_error


# People on duty


def raised() -> Alarm:
    series = station()
    version = switched_on()
    say(series, [(1, 55), (11, 60)])
    look(version, 12)
    return Alarm.objects.get()


def test_an_acknowledged_alarm_calls_nobody_else() -> None:
    alarm, vasile = raised(), person("Vasile", Role.DISPATCHER)
    with clock.frozen(NOW + 20 * MINUTE):
        alarms.acknowledge(by=vasile, alarm_id=alarm.pk, note="On my way")
    with clock.frozen(NOW + 90 * MINUTE):
        assert escalation.escalate_due() == 0
    alarm.refresh_from_db()
    assert (alarm.state, alarm.acknowledged_by) == ("acknowledged", vasile)
    assert Line.objects.filter(verb="observations.alarm.acknowledged").count() == 1
    with pytest.raises(Refused):
        alarms.acknowledge(by=vasile, alarm_id=alarm.pk)


def test_an_alarm_nobody_acknowledges_is_told_to_others_once() -> None:
    alarm = raised()
    for minute in (30, 43, 44, 100):
        with clock.frozen(NOW + minute * MINUTE):
            escalation.escalate_due()
    told = Notification.objects.order_by("id").last()
    assert Notification.objects.count() == 2 and told.roles == ["department"]
    assert told.text["en"].endswith("Dust")
    assert AlarmMove.objects.filter(alarm=alarm, move="escalate").count() == 1


def test_during_a_silence_alarms_are_listed_and_nobody_is_called() -> None:
    series, vasile = station(), person("Vasile", Role.DISPATCHER)
    version = switched_on()
    with clock.frozen(NOW):
        alarms.silence(by=vasile, ends_at=NOW + 60 * MINUTE, reason="Sahara dust", thing=series.thing)
    say(series, [(1, 55), (11, 60)])
    run = look(version, 12)[0]
    assert Alarm.objects.get().is_silenced and not Notification.objects.exists()
    assert run.steps.get(kind="notify").state == "skipped"
    with clock.frozen(NOW + 45 * MINUTE):
        escalation.escalate_due()
        assert not Notification.objects.exists()
    with clock.frozen(NOW + 62 * MINUTE):
        escalation.escalate_due()
    assert Notification.objects.get().roles == ["department"]


def test_a_thing_in_maintenance_raises_nothing() -> None:
    series, vasile = station(), person("Vasile", Role.DISPATCHER)
    version = switched_on()
    with clock.frozen(NOW):
        row = alarms.maintain(by=vasile, thing=series.thing, ends_at=NOW + 60 * MINUTE, reason="New filter")
    say(series, [(1, 55), (11, 60)])
    assert look(version, 12)[0].state == "suppressed" and not Alarm.objects.exists()
    with clock.frozen(NOW + 20 * MINUTE):
        alarms.end_maintenance(by=vasile, maintenance_id=row.pk)
    assert Maintenance.objects.get().ends_at == NOW + 20 * MINUTE


def test_closing_is_for_the_duty_and_a_closed_alarm_is_followed_by_a_new_one() -> None:
    alarm, vasile, vlad = raised(), person("Vasile", Role.DISPATCHER), person("Vlad")
    with pytest.raises(Refused):
        alarms.close(by=vlad, alarm_id=alarm.pk, note="x y z")
    with pytest.raises(Refused):
        alarms.close(by=vasile, alarm_id=alarm.pk)
    alarms.close(by=vasile, alarm_id=alarm.pk, note="Construction site next door")
    version, series = alarm.version, alarm.datastream
    say(series, [(20, 10), (30, 70), (41, 70)])
    look(version, 42)
    assert list(Alarm.objects.order_by("id").values_list("state", flat=True)) == ["closed", "open"]


def test_a_cleared_alarm_is_put_away_by_time() -> None:
    alarm = raised()
    say(alarm.datastream, [(20, 10)])
    look(alarm.version, 21)
    with clock.frozen(NOW + 120 * MINUTE):
        assert alarms.close_old() == 0
    with clock.frozen(NOW + dt.timedelta(days=1, minutes=30)):
        assert alarms.close_old() == 1
    with pytest.raises(Exception, match="only ever added"), transaction.atomic():
        AlarmMove.objects.all().delete()


def test_what_a_removed_series_had_raised_is_put_away() -> None:
    series = station()
    version = switched_on(RULE + "  - notice: {for: 12h, text: {ro: a, en: b, hu: c}}\n")
    say(series, [(1, 55), (11, 60)])
    look(version, 12)
    with clock.frozen(NOW + 12 * MINUTE):
        assert alarms.close_old() == 0 and notices.take_down_old() == 0
        series.thing.delete()
        assert alarms.close_old() == 1 and notices.take_down_old() == 1
    assert Alarm.objects.get().state == "closed"


def test_open_alarms_are_counted_by_severity() -> None:
    raised()
    assert alarm_queries.count_by_severity() == {"critical": 0, "warning": 1, "info": 0}
    assert alarm_queries.list_open().count() == 1 and alarm_queries.count_unacknowledged() == 1
    assert alarm_queries.count_by_severity(domain="noise")["warning"] == 0


# Replay


def test_a_replay_says_what_the_engine_would_have_done_and_does_nothing() -> None:
    series = station()
    rows = [(minute, 55.0 if (minute // 30) % 3 == 1 else 40.0) for minute in range(0, 615, 5)]
    say(series, rows)
    rule = grammar.read(RULE)
    played = automation_replays.simulate(rule, NOW, NOW + 620 * MINUTE)
    assert not Run.objects.exists() and not Alarm.objects.exists()
    version = switched_on()
    for minute in range(1, 620, 7):
        look(version, minute)
    live = [(run.moment, run.why["value"]) for run in Run.objects.order_by("moment") if run.signal == "raised"]
    replayed = [(dt.datetime.fromtimestamp(one.opened_us / 1e6, dt.UTC), one.value) for one in played.episodes]
    assert replayed == live and len(live) == 7
    cleared = AlarmMove.objects.filter(move="clear").order_by("moment").values_list("moment", flat=True)
    assert [dt.datetime.fromtimestamp(one.cleared_us / 1e6, dt.UTC) for one in played.episodes] == list(cleared)


def test_a_replay_is_asked_for_kept_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    dan, series = person("Dan", Role.DEPARTMENT), station()
    say(series, [(1, 55), (11, 60), (20, 10)])
    with clock.frozen(NOW + 60 * MINUTE):
        replay = replays.ask(by=dan, text=RULE)
        assert replay.state == "done" and replay.result["alarms"] == 1 and replay.result["runs"] == 1
        assert replay.result["episodes"][0]["thing"] == "Station air-1"
        monkeypatch.setattr(replays, "AT_ONCE", 1)
        later = replays.ask(by=dan, text=RULE)
        later.refresh_from_db()
        assert later.state == "done", "tests work off the queue at once"
        monkeypatch.setattr(replays, "MOST", 2)
        with pytest.raises(Refused, match="Choose a shorter period"):
            replays.ask(by=dan, text=RULE)
        with pytest.raises(Refused):
            replays.ask(by=dan, text=RULE, start=NOW - dt.timedelta(days=999))
        with pytest.raises(Refused):
            replays.ask(by=person("Ana", Role.RESIDENT), text=RULE)


# Probes


def test_probes_count_what_is_real_and_switched_on() -> None:
    station("air-1", is_simulated=True)
    version = switched_on(RULE + "  - notice: {for: 1h, text: {ro: a, en: b, hu: c}}\n")
    assert automation_probes.automations_active(NOW).value == 0
    station("air-2")
    assert automation_probes.automations_active(NOW).value == 1
    assert automation_probes.automatic_measures_in_force(NOW).value == 1
    versions.retire(by=None, version_id=version.pk)
    assert automation_probes.automatic_measures_in_force(NOW).value == 0


def test_alarms_acknowledged_in_time_are_a_share_of_those_whose_time_is_over() -> None:
    assert automation_probes.alarms_acknowledged_on_time_share(NOW).value is None
    alarm = raised()
    soon = NOW + 20 * MINUTE
    assert automation_probes.alarms_acknowledged_on_time_share(soon).value is None
    assert automation_probes.alarms_acknowledged_on_time_share(NOW + 60 * MINUTE).value == 0
    with clock.frozen(soon):
        alarms.acknowledge(by=person("Vasile", Role.DISPATCHER), alarm_id=alarm.pk)
    assert automation_probes.alarms_acknowledged_on_time_share(NOW + 60 * MINUTE).value == 100
    assert automation().code == "dust"

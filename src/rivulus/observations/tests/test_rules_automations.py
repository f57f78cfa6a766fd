"""Facts about the language of rules: what may be written, what is refused and where, times and calendars."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rivulus.kernel.errors import Refused
from rivulus.observations import events
from rivulus.observations.rules.automations import calendars, hiding, schedules
from rivulus.observations.rules.automations.conditions import Known, SeriesRef, check
from rivulus.observations.rules.automations.documents import LARGEST
from rivulus.observations.rules.automations.grammar import parse, read, says
from rivulus.observations.rules.automations.grammar_actions import is_public_host
from rivulus.observations.rules.automations.modes import Admission, admit
from rivulus.observations.rules.automations.syntax import (
    AllOf,
    AnyOf,
    Bounds,
    CalendarCondition,
    Mode,
    NotThis,
    PlaceCondition,
    Rule,
    Selector,
    TimeTrigger,
    ValueCondition,
)
from rivulus.observations.rules.automations.writing import Wish, write

TEXT = """title: {ro: "Praf", en: "Dust", hu: "Por"}
domain: air
triggers:
  - id: dusty
    value:
      series: {property: pm10, domain: air}
      above: 50
      clear: 45
      for: 10m
conditions:
  - calendar: {weekdays: [workdays], hours: ["22:00", "07:00"]}
actions:
  - alarm: {severity: warning}
"""


def problems(text: str) -> list[str]:
    return [str(problem) for problem in parse(text).problems]


def test_a_rule_is_read() -> None:
    rule = read(TEXT)
    trigger = rule.triggers[0]
    assert (trigger.id, trigger.bounds, trigger.for_us) == ("dusty", Bounds(above=50.0, clear=45.0), 600_000_000)
    assert rule.conditions[0] == CalendarCondition(weekdays=frozenset(range(5)), hours=(dt.time(22), dt.time(7)))
    assert (rule.acts_on_street, rule.is_measure, rule.mode) == (False, False, Mode.SINGLE)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("above: 50", "above: fifty", 7, "A number is expected"),
        ("above: 50", "above: .nan", 7, "A number is expected"),
        ("above: 50", "abov: 50", 6, "Exactly one of these keys"),
        ("clear: 45", "clear: 55", 8, "lies at or under it"),
        ("clear: 45", "claer: 45", 8, "Did you mean clear?"),
        ("for: 10m", "for: 10", 9, "such as 30s, 10m"),
        ("for: 10m", "for: 9999d", 9, "must lie between"),
        ("domain: air\n", "domain: sky\n", 2, "One of these words"),
        ("workdays", "someday", 11, "Weekdays are"),
        ('"22:00"', "22:61", 11, "A time is expected"),
        ("severity: warning", "severity: bad", 13, "info, warning, critical"),
        ('hu: "Por"', 'de: "Staub"', 1, "Romanian, English and Hungarian"),
        ("- alarm: {severity: warning}", "- webhook: {url: 'http://x.ro', secret: A}", 13, "https://"),
        ("- alarm: {severity: warning}", "- webhook: {url: 'https://127.0.0.1/', secret: A}", 13, "private network"),
        ("- alarm: {severity: warning}", "- webhook: {url: 'https://a:b@x.ro/', secret: A}", 13, "name a secret"),
        ("- alarm: {severity: warning}", "- webhook: {url: 'https://x.ro/', secret: path}", 13, "capital letters"),
        ("- alarm: {severity: warning}", "- action: {name: nobody.knows}", 13, "No action of this name"),
        ("- alarm: {severity: warning}", "- notify: {roles: [king]}", 13, "Known roles"),
        ("- alarm: {severity: warning}", "- task: {parameters: {}}", 13, "which capability"),
        ("actions:", "action:", 1, "The key actions is missing"),
        ("title:", "domain2: 5\ntitle:", 1, "not known here"),
        ("  - id: dusty", "  - time: {at: '7:30'}\n    id: dusty\n  - id: dusty", 6, "same name"),
        ("domain: air\n", "domain: air\nactive: 5\n", 3, "true or false"),
        ("domain: air\n", "domain: air\ndomain: air\n", 3, "written twice"),
    ],
)
def test_each_fault_is_named_with_its_line(old: str, new: str, line: int, words: str) -> None:
    found = parse(TEXT.replace(old, new, 1))
    assert found.rule is None
    assert any(problem.line == line and words in str(problem) for problem in found.problems), problems(
        TEXT.replace(old, new, 1)
    )


def test_all_faults_are_named_at_once() -> None:
    text = (
        TEXT.replace("for: 10m", "for: long").replace("severity: warning", "severity: bad").replace("air\n", "sky\n", 1)
    )
    assert [problem.line for problem in parse(text).problems] == [2, 9, 13]


def test_bombs_aliases_tags_and_depth_are_refused_before_anything_is_built() -> None:
    bomb = "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n"
    assert "Anchors and aliases" in problems(bomb)[0]
    assert "Tags" in problems("a: !!python/object/apply:os.system ['true']")[0]
    assert "nested too deeply" in problems("a: " + "[" * 500)[0]
    assert "nested too deeply" in problems("a: " + "{a: " * 100)[0]
    assert "characters" in problems("a: " + "x" * LARGEST)[0]
    assert "values" in problems("a: [" + "1," * 6000 + "1]")[0]
    assert "not YAML" in problems("a: [")[0]
    assert "not YAML" in problems("a: \x07")[0]
    assert problems("") and problems("- 1") and problems("5") and problems("? [a]\n: b")
    with pytest.raises(Refused):
        read("a: [")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200) | st.text(alphabet="{}[]:,-&*!|>'\"\n #a1", max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert parse(text).rule is None


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_mutilated_rule_breaks_the_reader(data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(TEXT)))
    last = data.draw(st.integers(first, min(len(TEXT), first + 30)))
    parse(TEXT[:first] + data.draw(st.text(alphabet="{}[]:-a5\n ", max_size=5)) + TEXT[last:])


def test_words_of_yaml_that_look_like_something_else_mean_themselves() -> None:
    rule = read(TEXT.replace("above: 50\n      clear: 45", "equals: on"))
    assert rule.triggers[0].bounds.equals == "on"
    assert read(TEXT.replace("above: 50\n      clear: 45", "equals: true")).triggers[0].bounds.equals is True


def test_whoever_acts_on_the_street_is_known_from_the_definition_alone() -> None:
    text = TEXT.replace("- alarm: {severity: warning}", "- task: {capability: lamp, parameters: {light: 50}}")
    parsed = parse(text)
    assert parsed.rule is not None
    assert parsed.rule.acts_on_street and parsed.rule.is_measure and says(parsed.definition, "task")
    assert not says(parse(TEXT).definition, "task")
    assert "two people do it" in problems(text + "active: true\n")[0]


def test_an_event_and_an_action_of_another_context_must_be_registered() -> None:
    def refuse(parameters: object) -> None:
        raise Refused("The place is missing.")

    events.register_action(events.ActionKind("test.strict", "Strict", refuse, lambda key, said, simulated: ""))
    text = TEXT.replace("- alarm: {severity: warning}", "- action: {name: test.strict}")
    assert "The place is missing." in problems(text)[0]
    assert (
        "No event of this name" in problems(TEXT.replace("  - id: dusty", "  - event: {name: x.y}\n  - id: dusty"))[0]
    )


def test_the_form_writes_a_rule_that_the_grammar_reads_back() -> None:
    texts = {"ro": 'Praf "mare"\n\\', "en": "Dust: #1 {thing}", "hu": "Por – ő"}
    wish = Wish(
        title=texts, message=texts, domain="air", property="pm10", direction="above", value=50.0, clear=45.5,
        minutes=10, severity="warning", roles=["dispatcher", "department"], email=True,
    )  # fmt: skip
    rule = read(write(wish))
    assert rule.title["ro"] == 'Praf "mare" \\'
    assert rule.triggers[0].bounds == Bounds(above=50.0, clear=45.5)


def test_private_hosts_are_told_from_public_ones() -> None:
    for host in (
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",  # 127.0.0.1 behind a translator of addresses (RFC 6052)
        "2002:7f00:1::",
        "0.0.0.0",
        "localhost",
        "db.internal",
        "224.0.0.1",
    ):
        assert not is_public_host(host), host
    for host in ("93.184.216.34", "example.org", "2606:2800:220:1::1"):
        assert is_public_host(host), host


# Times


def us(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    return int(dt.datetime(year, month, day, hour, minute, tzinfo=dt.UTC).timestamp()) * 1_000_000


def cron(text: str) -> TimeTrigger:
    return schedules.read_cron("t", text, 1)


def found(text: str, start: int, end: int) -> list[str]:
    moments = schedules.moments(cron(text), start, end)
    return [f"{dt.datetime.fromtimestamp(moment / 1e6, dt.UTC):%d %H:%M}" for moment in moments]


def test_a_time_follows_the_clock_of_the_city() -> None:
    assert found("30 7 * * *", us(2026, 3, 27), us(2026, 3, 31)) == ["27 05:30", "28 05:30", "29 04:30", "30 04:30"]


def test_a_time_that_spring_skips_comes_an_hour_later_and_once() -> None:
    # On 29 March 2026 the clock of Bucharest goes from 03:00 to 04:00.
    assert found("30 3 * * *", us(2026, 3, 28, 12), us(2026, 3, 29, 12)) == ["29 01:30"]
    assert len(found("0 * * * *", us(2026, 3, 28, 22), us(2026, 3, 29, 21))) == 23


def test_a_time_that_autumn_repeats_comes_once_and_every_hour_comes_twice() -> None:
    # On 25 October 2026 the clock goes from 04:00 back to 03:00.
    assert found("30 3 * * *", us(2026, 10, 24, 12), us(2026, 10, 25, 12)) == ["25 00:30"]
    assert len(found("0 * * * *", us(2026, 10, 24, 21), us(2026, 10, 25, 22))) == 25


def test_cron_knows_lists_ranges_steps_and_either_day() -> None:
    assert found("*/20 6-7 * * *", us(2026, 1, 5), us(2026, 1, 6)) == [
        "05 04:00", "05 04:20", "05 04:40", "05 05:00", "05 05:20", "05 05:40",
    ]  # fmt: skip
    assert [day[:2] for day in found("0 12 13 * 5", us(2026, 1, 1), us(2026, 1, 31))] == [
        "02",
        "09",
        "13",
        "16",
        "23",
        "30",
    ]
    assert found("0 0 29 2 *", us(2026, 1, 1), us(2028, 12, 31)) == ["28 22:00"]


@pytest.mark.parametrize(
    "text",
    ["* * * *", "60 * * * *", "* 24 * * *", "0 0 31 2 *", "a * * * *", "*/0 * * * *", "5-1 * * * *", "0 0 0 * *"],
)
def test_a_time_that_is_none_is_refused(text: str) -> None:
    assert problems(TEXT.replace("  - id: dusty", f"  - time: {{cron: '{text}'}}\n  - id: dusty"))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 59), st.integers(0, 23), st.integers(us(2026, 1, 1), us(2027, 1, 1)))
def test_the_next_moment_is_the_first_that_a_walk_by_minutes_finds(minute: int, hour: int, after: int) -> None:
    following = schedules.next_moment(cron(f"{minute} {hour} * * *"), after)
    assert following is not None and after < following <= after + 26 * 3_600_000_000
    local = dt.datetime.fromtimestamp(following / 1e6, schedules.CITY)
    assert local.minute == minute and (local.hour == hour or (local.hour, hour) == (4, 3))
    assert list(schedules.moments(cron(f"{minute} {hour} * * *"), after, following)) == [following]


# Conditions


class World:
    def __init__(self, **values: float) -> None:
        self.values = values

    def known(self, condition: ValueCondition, fired: SeriesRef | None, moment_us: int) -> list[Known]:
        return [Known(REF, moment_us, value) for value in self.values.values()]


REF = SeriesRef(
    id=1, code="a", name="PM10", thing_id=1, thing_name="Station", domain="air", property="pm10", unit="", is_simulated=False,
    longitude=23.58, latitude=47.66,
)  # fmt: skip
NOON = us(2026, 1, 5, 10)  # a Monday, noon in the city


def holds(condition: object, world: World | None = None, moment: int = NOON, fired: SeriesRef | None = REF) -> bool:
    return check(condition, world or World(), fired, moment).held  # type: ignore[arg-type]


def test_days_hours_and_holidays_are_those_of_the_city() -> None:
    assert holds(CalendarCondition(weekdays=frozenset({0})))
    assert not holds(CalendarCondition(weekdays=frozenset({5, 6})))
    assert holds(CalendarCondition(hours=(dt.time(12), dt.time(13))))
    assert not holds(CalendarCondition(hours=(dt.time(11), dt.time(12)))), "the end is outside"
    night = CalendarCondition(hours=(dt.time(22), dt.time(7)))
    assert holds(night, moment=us(2026, 1, 5, 21)) and holds(night, moment=us(2026, 1, 5, 4)) and not holds(night)
    winter = CalendarCondition(dates=((11, 1), (3, 31)))
    assert holds(winter) and not holds(winter, moment=us(2026, 6, 1))
    assert holds(CalendarCondition(holiday=True), moment=us(2026, 12, 1)), "National Day"
    assert not holds(CalendarCondition(holiday=False), moment=us(2026, 12, 1))
    assert calendars.is_holiday(dt.date(2026, 4, 13)), "Orthodox Easter Monday"


def test_other_series_hold_when_any_or_every_one_does_and_nothing_known_holds_nothing() -> None:
    hot = ValueCondition(series=Selector(property="t"), bounds=Bounds(above=30.0))
    every = ValueCondition(series=Selector(property="t"), bounds=Bounds(above=30.0), every=True)
    assert holds(hot, World(a=31, b=20)) and not holds(every, World(a=31, b=20)) and holds(every, World(a=31, b=40))
    assert not holds(hot, World()) and not holds(every, World())
    assert holds(NotThis(part=hot), World())


def test_conditions_join() -> None:
    yes, no = CalendarCondition(weekdays=frozenset({0})), CalendarCondition(weekdays=frozenset({1}))
    assert holds(AllOf(parts=(yes, yes))) and not holds(AllOf(parts=(yes, no)))
    assert holds(AnyOf(parts=(no, yes))) and not holds(AnyOf(parts=(no, no)))
    assert holds(NotThis(part=no))


def test_a_place_is_a_box_or_a_polygon_and_nowhere_is_in_neither() -> None:
    assert holds(PlaceCondition(box=(23.5, 47.6, 23.6, 47.7)))
    assert not holds(PlaceCondition(box=(23.6, 47.6, 23.7, 47.7)))
    assert holds(PlaceCondition(polygon=((23.5, 47.6), (23.7, 47.6), (23.6, 47.8))))
    assert not holds(PlaceCondition(box=(23.5, 47.6, 23.6, 47.7)), fired=None)


MODES = {
    (Mode.SINGLE, 0, 0): Admission.START, (Mode.SINGLE, 1, 0): Admission.SKIP,
    (Mode.RESTART, 0, 0): Admission.START, (Mode.RESTART, 1, 0): Admission.REPLACE,
    (Mode.QUEUED, 0, 0): Admission.START, (Mode.QUEUED, 1, 0): Admission.QUEUE, (Mode.QUEUED, 1, 2): Admission.SKIP,
    (Mode.PARALLEL, 0, 0): Admission.START, (Mode.PARALLEL, 1, 0): Admission.START, (Mode.PARALLEL, 2, 0): Admission.SKIP,
}  # fmt: skip


@pytest.mark.parametrize(("mode", "running", "queued"), MODES)
def test_a_new_run_is_taken_in_as_the_mode_says(mode: Mode, running: int, queued: int) -> None:
    assert admit(mode, 2, running=running, queued=queued) is MODES[mode, running, queued]


def test_a_rule_knows_its_triggers_by_name() -> None:
    rule: Rule = read(TEXT)
    assert rule.trigger("dusty") is rule.triggers[0] and rule.trigger("x") is None


def test_a_rule_for_everybody_has_no_hidden_codes_and_no_messages() -> None:
    text = """title: {ro: "A", en: "A", hu: "A"}
triggers:
  - value: {series: {code: [a, b]}, above: 5}
conditions:
  - not: {value: {series: {property: pm10, thing: home}, above: 5}}
actions:
  - notify: {roles: [dispatcher], message: {ro: "x", en: "x", hu: "x"}}
  - task: {capability: lamp, parameters: {light: 5}}
"""
    rule = read(text)
    assert hiding.codes_in([rule]) == {"a", "b", "home", "lamp"}
    shown = hiding.for_everybody(rule, {"b", "home", "lamp"})
    assert shown.triggers[0].series.codes == ("a", "…")
    assert shown.conditions[0].part.series.thing == "…"
    assert shown.actions[0].message == {} and shown.actions[1].capability == "…"
    assert hiding.for_everybody(rule, ()).triggers == rule.triggers

"""A rule in plain words that need no YAML, in the active language."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext

from rivulus.identity.terms import ROLE_NAMES, Role
from rivulus.observations import events
from rivulus.observations.queries import automation_series, domains
from rivulus.observations.rules.automations import hiding
from rivulus.observations.rules.automations.syntax import (
    DAY_US,
    HOUR_US,
    MINUTE_US,
    SECOND_US,
    Action,
    AlarmAction,
    AllOf,
    AnyOf,
    Bounds,
    CalendarCondition,
    Condition,
    EventTrigger,
    ForecastTrigger,
    Mode,
    NoDataTrigger,
    NoticeAction,
    NotifyAction,
    NotThis,
    OtherAction,
    PlaceCondition,
    RateTrigger,
    Reduction,
    Rule,
    Selector,
    TaskAction,
    TimeTrigger,
    Trigger,
    ValueCondition,
    ValueTrigger,
    WaitAction,
    WebhookAction,
)
from rivulus.observations.terms import DOMAIN_NAMES, Domain
from rivulus.ui.presenters import active_language
from rivulus.ui.rules import format_number


@dataclass(frozen=True, slots=True)
class Explained:
    """A rule as four lists of sentences, in the active language."""

    when: tuple[str, ...]
    only_if: tuple[str, ...]
    then: tuple[str, ...]
    afterwards: tuple[str, ...]
    remarks: tuple[str, ...]


def explain(rule: Rule) -> Explained:
    """Return what a rule says in words that need no YAML."""
    return Explained(
        when=tuple(trigger_words(trigger) for trigger in rule.triggers),
        only_if=tuple(condition_words(condition) for condition in rule.conditions),
        then=tuple(action_words(action) for action in rule.actions),
        afterwards=tuple(action_words(action) for action in rule.when_cleared),
        remarks=_remarks(rule),
    )


def explain_to_everybody(rules: Sequence[Rule]) -> list[Explained]:
    """Return what rules say, without what is not public: one question, whatever their number."""
    hidden = automation_series.list_hidden(hiding.codes_in(rules))
    return [explain(hiding.for_everybody(rule, hidden)) for rule in rules]


def words_of(texts: Any) -> str:
    """Return a text by language in the active one."""
    return str(texts.get(active_language()) or texts.get("ro") or "") if texts else ""


def duration_words(span_us: int) -> str:
    """Return a duration in words."""
    if span_us > DAY_US and span_us % DAY_US == 0:
        count, words = span_us // DAY_US, ngettext("%(n)s day", "%(n)s days", span_us // DAY_US)
    elif span_us % HOUR_US == 0:
        count, words = span_us // HOUR_US, ngettext("%(n)s hour", "%(n)s hours", span_us // HOUR_US)
    elif span_us % MINUTE_US == 0:
        count, words = span_us // MINUTE_US, ngettext("%(n)s minute", "%(n)s minutes", span_us // MINUTE_US)
    else:
        count, words = span_us // SECOND_US, ngettext("%(n)s second", "%(n)s seconds", span_us // SECOND_US)
    return words % {"n": count}


def selector_words(selector: Selector) -> str:
    """Return which series are meant."""
    if selector.codes:
        return gettext("series %(codes)s") % {"codes": ", ".join(selector.codes)}
    what = property_words(selector.property) if selector.property else gettext("any value")
    if selector.same_thing:
        return gettext("%(what)s of the same thing") % {"what": what}
    if selector.thing:
        return gettext("%(what)s at %(thing)s") % {"what": what, "thing": selector.thing}
    if selector.domain:
        domain = gettext(DOMAIN_NAMES[Domain(selector.domain)])
        return gettext("%(what)s (%(domain)s, each series by itself)") % {"what": what, "domain": domain}
    return gettext("%(what)s (each series by itself)") % {"what": what}


def property_words(code: str) -> str:
    """Return the name of an observed property, or its code."""
    found = domains.find_property(code)
    return found.name.text(active_language()) if found else code


def unit_words(selector: Selector) -> str:
    """Return the unit that the pack writes for a property, with a space before it."""
    found = domains.find_property(selector.property) if selector.property else None
    return f" {found.shown}" if found and found.shown else ""


def number_words(value: float) -> str:
    """Return a number as the active language writes it."""
    return format_number(value, language=active_language())


def bounds_words(bounds: Bounds, unit: str) -> str:
    """Return bounds as the end of a sentence."""
    if bounds.above is not None:
        words = gettext("above %(value)s") % {"value": number_words(bounds.above) + unit}
    elif bounds.below is not None:
        words = gettext("below %(value)s") % {"value": number_words(bounds.below) + unit}
    elif bounds.above_of:
        return gettext("above the bound of each thing (%(name)s)") % {"name": bounds.above_of}
    elif bounds.below_of:
        return gettext("below the bound of each thing (%(name)s)") % {"name": bounds.below_of}
    elif bounds.between is not None:
        low, high = (number_words(end) + unit for end in bounds.between)
        words = gettext("between %(low)s and %(high)s") % {"low": low, "high": high}
    else:
        words = gettext("equal to “%(value)s”") % {"value": _equal_words(bounds.equals)}
    if bounds.clear is None:
        return words
    if bounds.between is not None:
        return words
    return gettext("%(bounds)s, right again from %(clear)s") % {
        "bounds": words,
        "clear": number_words(bounds.clear) + unit,
    }


def _equal_words(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return number_words(value) if isinstance(value, float) else str(value)


REDUCED = {
    Reduction.MEAN: lambda: gettext("The average over %(span)s of %(series)s is %(bounds)s"),
    Reduction.MIN: lambda: gettext("The lowest value in %(span)s of %(series)s is %(bounds)s"),
    Reduction.MAX: lambda: gettext("The highest value in %(span)s of %(series)s is %(bounds)s"),
    Reduction.SUM: lambda: gettext("The sum over %(span)s of %(series)s is %(bounds)s"),
}


def trigger_words(trigger: Trigger) -> str:
    """Return one trigger as a sentence."""
    if isinstance(trigger, ValueTrigger):
        return _value_words(trigger)
    if isinstance(trigger, RateTrigger):
        sentence = (
            gettext("%(series)s rises by more than %(amount)s within %(span)s.")
            if trigger.rises is not None
            else gettext("%(series)s falls by more than %(amount)s within %(span)s.")
        )
        amount = trigger.rises if trigger.rises is not None else trigger.falls or 0.0
        words = number_words(amount) + unit_words(trigger.series)
        return _begin(
            sentence
            % {"series": selector_words(trigger.series), "amount": words, "span": duration_words(trigger.within_us)}
        )
    if isinstance(trigger, NoDataTrigger):
        values = {"series": selector_words(trigger.series), "span": duration_words(trigger.for_us)}
        return _begin(gettext("%(series)s: nothing has arrived for %(span)s.") % values)
    if isinstance(trigger, TimeTrigger):
        return gettext("At the time %(time)s of the city.") % {"time": trigger.text}
    if isinstance(trigger, EventTrigger):
        kind = events.find_event(trigger.name)
        return gettext("This happens: %(event)s.") % {"event": gettext(kind.title) if kind else trigger.name}
    return _forecast_words(trigger)


def _value_words(trigger: ValueTrigger) -> str:
    values = {
        "series": selector_words(trigger.series),
        "bounds": bounds_words(trigger.bounds, unit_words(trigger.series)),
    }
    if trigger.window:
        sentence = REDUCED[trigger.window.reduction]()
        values["span"] = duration_words(trigger.window.span_us)
    else:
        sentence = gettext("%(series)s is %(bounds)s")
    words = _begin(sentence % values)
    if trigger.for_us:
        words = gettext("%(sentence)s, for %(span)s on end") % {
            "sentence": words,
            "span": duration_words(trigger.for_us),
        }
    return words + "."


def _forecast_words(trigger: ForecastTrigger) -> str:
    return gettext("The forecast of %(series)s for the next %(span)s is %(bounds)s.") % {
        "series": selector_words(trigger.series),
        "span": duration_words(trigger.within_us),
        "bounds": bounds_words(trigger.bounds, unit_words(trigger.series)),
    }


def _begin(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def condition_words(condition: Condition) -> str:
    """Return one condition as a sentence."""
    if isinstance(condition, ValueCondition):
        values = {
            "series": selector_words(condition.series),
            "bounds": bounds_words(condition.bounds, unit_words(condition.series)),
        }
        if condition.every:
            return _begin(gettext("%(series)s is %(bounds)s, everywhere.") % values)
        return _begin(gettext("%(series)s is %(bounds)s.") % values)
    if isinstance(condition, CalendarCondition):
        return _calendar_words(condition)
    if isinstance(condition, PlaceCondition):
        return gettext("The thing stands within the area drawn in the rule.")
    if isinstance(condition, NotThis):
        return gettext("Not so: %(condition)s") % {"condition": condition_words(condition.part)}
    parts = " ".join(condition_words(part) for part in condition.parts)
    if isinstance(condition, AnyOf):
        return gettext("One of these holds: %(conditions)s") % {"conditions": parts}
    assert isinstance(condition, AllOf)
    return gettext("All of these hold: %(conditions)s") % {"conditions": parts}


def _calendar_words(condition: CalendarCondition) -> str:
    words = []
    if condition.weekdays:
        days = ", ".join(_weekday(day) for day in sorted(condition.weekdays))
        words.append(gettext("on these days: %(days)s") % {"days": days})
    if condition.holiday is not None:
        words.append(gettext("on public holidays") if condition.holiday else gettext("not on public holidays"))
    if condition.hours:
        first, last = condition.hours
        words.append(gettext("from %(first)s to %(last)s") % {"first": f"{first:%H:%M}", "last": f"{last:%H:%M}"})
    if condition.dates:
        (m1, d1), (m2, d2) = condition.dates
        words.append(gettext("from %(first)s to %(last)s") % {"first": f"{d1:02}.{m1:02}", "last": f"{d2:02}.{m2:02}"})
    return _begin(", ".join(words)) + "."


def _weekday(day: int) -> str:
    return (
        gettext("Monday"), gettext("Tuesday"), gettext("Wednesday"), gettext("Thursday"),
        gettext("Friday"), gettext("Saturday"), gettext("Sunday"),
    )[day]  # fmt: skip


def severity_words(severity: str) -> str:
    """Return the word for a severity."""
    return {"info": gettext("information"), "warning": gettext("warning"), "critical": gettext("critical")}[severity]


def role_words(roles: Iterable[str]) -> str:
    """Return roles as people call them."""
    return ", ".join(gettext(ROLE_NAMES[Role(role)]) for role in roles)


def action_words(action: Action) -> str:
    """Return one action as a sentence."""
    if isinstance(action, AlarmAction):
        return _alarm_words(action)
    if isinstance(action, NotifyAction):
        values = {"roles": role_words(action.roles), "message": words_of(action.message)}
        if not values["message"]:
            sentence = gettext("Tell %(roles)s, also by e-mail.") if action.email else gettext("Tell %(roles)s.")
            return sentence % values
        if action.email:
            return gettext("Tell %(roles)s, also by e-mail: “%(message)s”") % values
        return gettext("Tell %(roles)s: “%(message)s”") % values
    if isinstance(action, WebhookAction):
        return gettext("Call another machine.")  # whoever may see which reads the rule itself
    if isinstance(action, TaskAction):
        name = action.capability or gettext("the same thing (%(end)s)") % {"end": action.same_thing}
        settings = ", ".join(f"{key} = {value}" for key, value in action.parameters.items())
        return gettext("Tell the device %(name)s what to do: %(settings)s") % {"name": name, "settings": settings}
    if isinstance(action, NoticeAction):
        values = {"text": words_of(action.text), "span": duration_words(action.for_us)}
        return gettext("Put up a public notice for %(span)s: “%(text)s”") % values
    if isinstance(action, WaitAction):
        return gettext("Wait %(span)s.") % {"span": duration_words(action.for_us)}
    assert isinstance(action, OtherAction)
    kind = events.find_action(action.name)
    return gettext(kind.title) if kind else action.name


def _alarm_words(action: AlarmAction) -> str:
    words = gettext("Raise an alarm (%(severity)s), to be acknowledged within %(span)s.") % {
        "severity": severity_words(str(action.severity)),
        "span": duration_words(action.acknowledge_within_us),
    }
    for step in action.escalate:
        values = {"span": duration_words(step.after_us), "roles": role_words(step.roles)}
        words += " " + gettext("If nobody has after %(span)s, call %(roles)s.") % values
    return words


MODES = {
    Mode.RESTART: lambda: gettext("A new firing ends a run that still waits, and begins anew."),
    Mode.QUEUED: lambda: gettext("A new firing waits until the run before it has ended."),
    Mode.PARALLEL: lambda: gettext("Several runs may wait at the same time."),
}


def _remarks(rule: Rule) -> tuple[str, ...]:
    remarks = [MODES[rule.mode]()] if rule.mode in MODES else []
    if any(isinstance(trigger, ValueTrigger | RateTrigger | ForecastTrigger) for trigger in rule.triggers):
        values = {
            "changes": rule.flapping.changes,
            "within": duration_words(rule.flapping.within_us),
            "calm": duration_words(rule.flapping.calm_us),
        }
        sentence = gettext(
            "What comes and goes more than %(changes)s times within %(within)s stays one alarm until %(calm)s of calm."
        )
        remarks.append(sentence % values)
    if rule.acts_on_street:
        remarks.append(gettext("This rule acts on the street: a second person confirms it."))
    return tuple(remarks)

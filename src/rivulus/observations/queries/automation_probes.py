"""What rules and alarms report to the strategy. Nothing that only simulated series cause ever counts."""

import datetime as dt

from rivulus.kernel.probes import Probe, Reading
from rivulus.kernel.probes import register as register_probe
from rivulus.kernel.words import N_
from rivulus.observations.events import EventKind, register_event
from rivulus.observations.models import Alarm, AutomationVersion
from rivulus.observations.queries import automation_series, automations
from rivulus.observations.rules import alarms as rules
from rivulus.observations.rules.automations.syntax import EventTrigger, TimeTrigger

YEAR = dt.timedelta(days=365)


TASK_FAILED = "observations.task_failed"


def register() -> None:
    """Register the probes, and the events that observations tell of themselves."""
    register_event(EventKind(TASK_FAILED, N_("A device could not carry out a task")))
    for probe in PROBES:
        register_probe(probe)


def automations_active(now: dt.datetime) -> Reading:
    """Count the rules that are switched on and look at something real."""
    active = list(automations.list_active())
    real = [version for version in active if is_real(version)]
    return Reading(float(len(real)), {"active": len(active), "of_them_real": len(real)})


def automatic_measures_in_force(now: dt.datetime) -> Reading:
    """Count the rules that change something without a person: a task to a device, or a public notice."""
    measures = [version for version in automations.list_active() if version.is_measure]
    real = [version for version in measures if is_real(version)]
    on_street = sum(version.acts_on_street for version in real)
    return Reading(float(len(real)), {"switched_on": len(measures), "real": len(real), "acting_on_street": on_street})


def alarms_acknowledged_on_time_share(now: dt.datetime) -> Reading:
    """Return the share of the alarms of a year that somebody acknowledged in time, of those whose time is over."""
    rows = Alarm.objects.filter(is_simulated=False, opened_at__gt=now - YEAR, opened_at__lte=now)
    due = [
        rules.was_in_time(acknowledged_at, acknowledge_by)
        for acknowledged_at, acknowledge_by in rows.values_list("acknowledged_at", "acknowledge_by")
        if acknowledged_at is not None or acknowledge_by <= now
    ]
    inputs = {"alarms": len(due), "in_time": sum(due)}
    return Reading(round(100 * sum(due) / len(due), 2) if due else None, inputs)


def is_real(version: AutomationVersion) -> bool:
    """Say whether a version looks at a series that is not simulated; times and events count where no person of the
    demonstration stands behind them."""
    rule = automations.rule_of(version)
    if rule is None or version.is_demonstration:
        return False
    for trigger in rule.triggers:
        if isinstance(trigger, TimeTrigger | EventTrigger):
            return True
        if any(not ref.is_simulated for ref in automation_series.resolve(trigger.series)):
            return True
    return False


PROBES = (
    Probe(
        "automations_active",
        N_("Rules that are switched on"),
        N_("rules"),
        N_("How many rules watch real series of the city at this moment; simulated series do not count."),
        automations_active,
    ),
    Probe(
        "automatic_measures_in_force",
        N_("Automatic measures in force"),
        N_("measures"),
        N_(
            "How many rules that are switched on act by themselves: they tell a device what to do, or the public what is so."
        ),
        automatic_measures_in_force,
    ),
    Probe(
        "alarms_acknowledged_on_time_share",
        N_("Alarms acknowledged in time"),
        "%",
        N_("Of the alarms of the last 365 days, the share that somebody acknowledged before their time was over."),
        alarms_acknowledged_on_time_share,
    ),
)

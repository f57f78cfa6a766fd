"""A whole rule: from its text to its meaning, or to all that is wrong with it, line by line."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.rules.automations.documents import Problem, Wrong, load
from rivulus.observations.rules.automations.grammar_actions import read_actions
from rivulus.observations.rules.automations.grammar_conditions import read_conditions
from rivulus.observations.rules.automations.grammar_triggers import DOMAINS, read_trigger
from rivulus.observations.rules.automations.reading import Part, collected
from rivulus.observations.rules.automations.syntax import (
    DAY_US,
    MINUTE_US,
    AlarmAction,
    EventTrigger,
    Flapping,
    Mode,
    Rule,
    TaskAction,
    TimeTrigger,
    Trigger,
    WaitAction,
)

TWO_ALARMS = N_("A rule raises one alarm at most.")
SAME_NAME = N_("Two triggers have the same name.")
NO_SERIES = N_("A time or an event has no series, so that same_thing means nothing here.")
NOT_BY_ITSELF = N_("A rule that acts on the street is never switched on by its file: two people do it.")
NO_ALARM_AFTER = N_("When things are right again, no alarm is raised and nothing waits.")
NOT_READ = N_("The rule cannot be read. %(problem)s")


@dataclass(frozen=True, slots=True)
class Parsed:
    """The rule, or None, and what is wrong; a rule with problems is none."""

    rule: Rule | None
    problems: tuple[Problem, ...]
    definition: dict[str, Any]


@lru_cache(maxsize=512)
def parse(text: str) -> Parsed:
    """Return the rule of a text, or every problem that was found."""
    problems: list[Problem] = []
    try:
        root = load(text)
        rule = _read_rule(Part(root, "", problems))
    except Wrong as wrong:
        return Parsed(None, (*problems, wrong.problem), {})
    ordered = tuple(sorted(problems, key=lambda problem: problem.line))
    return Parsed(None if problems else rule, ordered, {} if problems else root.plain())


def read(text: str) -> Rule:
    """Return the rule of a text; raises Refused with the first problem."""
    parsed = parse(text)
    if parsed.rule is None:
        raise Refused(NOT_READ, problem=str(parsed.problems[0]))
    return parsed.rule


def says(definition: object, key: str) -> bool:
    """Say whether a key stands anywhere in a definition: what the database asks too."""
    if isinstance(definition, dict):
        return key in definition or any(says(value, key) for value in definition.values())
    return isinstance(definition, list) and any(says(value, key) for value in definition)


def _read_rule(part: Part) -> Rule:
    title = part.words("title", 150)
    triggers = _read_triggers(part)
    actions = read_actions(part, "actions")
    rule = Rule(
        title=title,
        description=part.get("description", Part.words, {}),
        source=part.get("source", lambda at, key: at.text(key, 500), ""),
        domain=part.get("domain", lambda at, key: at.choice(key, DOMAINS), ""),
        active=part.get("active", Part.truth, False),
        mode=Mode(part.get("mode", lambda at, key: at.choice(key, [str(mode) for mode in Mode]), "single")),
        most=part.get("most", lambda at, key: at.whole(key, 1, 100), 10),
        triggers=triggers,
        conditions=part.get("conditions", read_conditions, ()),
        actions=actions,
        when_cleared=part.get("when_cleared", read_actions, ()),
        flapping=part.get("flapping", _read_flapping, Flapping()),
    )
    part.finish()
    _check_whole(part, rule)
    return rule


def _read_triggers(part: Part) -> tuple[Trigger, ...]:
    found: list[Trigger] = []
    for number, node in enumerate(part.items("triggers", 1, 20), 1):
        with collected(part.problems):
            trigger = read_trigger(Part(node, "triggers", part.problems), number)
            if any(other.id == trigger.id for other in found):
                raise Wrong(node.line, "id", SAME_NAME)
            found.append(trigger)
    return tuple(found)


def _read_flapping(part: Part, key: str) -> Flapping:
    inner = part.part(key)
    flapping = Flapping(
        changes=inner.whole("changes", 1, 50),
        within_us=inner.duration("within", MINUTE_US, 7 * DAY_US),
        calm_us=inner.duration("calm", MINUTE_US, 7 * DAY_US),
    )
    inner.finish()
    return flapping


def _check_whole(part: Part, rule: Rule) -> None:
    def wrong(key: str, sentence: str) -> None:
        part.problems.append(Problem(part.first_line(key), key, sentence))

    if sum(isinstance(action, AlarmAction) for action in rule.actions) > 1:
        wrong("actions", TWO_ALARMS)
    if any(isinstance(action, AlarmAction | WaitAction) for action in rule.when_cleared):
        wrong("when_cleared", NO_ALARM_AFTER)
    if rule.active and rule.acts_on_street:
        wrong("active", NOT_BY_ITSELF)
    same_thing = any(isinstance(action, TaskAction) and action.same_thing for action in rule.all_actions())
    if same_thing and any(isinstance(trigger, TimeTrigger | EventTrigger) for trigger in rule.triggers):
        wrong("actions", NO_SERIES)

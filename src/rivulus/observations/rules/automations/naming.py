"""Words for triggers and actions as rules write them, and messages with their blanks filled in."""

from collections.abc import Mapping
from typing import Any

from rivulus.observations.rules.automations.syntax import Action, AlarmAction, OtherAction, Rule, Trigger
from rivulus.observations.rules.units import written


def trigger_kind(trigger: Trigger) -> str:
    """Return the word for a trigger."""
    name = type(trigger).__name__.removesuffix("Trigger")
    return "no_data" if name == "NoData" else name.lower()


def action_kind(action: Action) -> str:
    """Return the word for an action; the name of one that another context brings."""
    return action.name if isinstance(action, OtherAction) else type(action).__name__.removesuffix("Action").lower()


def severity_of(rule: Rule) -> str:
    """Return how bad it is what the rule sees."""
    return next((str(action.severity) for action in rule.actions if isinstance(action, AlarmAction)), "info")


def fill(message: Mapping[str, str], why: Mapping[str, Any]) -> dict[str, str]:
    """Return the message with {thing}, {series}, {value}, {unit} and {threshold} filled in, in each language."""
    series = why.get("series") or {}
    known = {
        "thing": series.get("thing", ""),
        "series": series.get("name", ""),
        "value": _plain(why.get("value")),
        "threshold": _plain(why.get("threshold")),
        "unit": written(why.get("unit", "")),
    }
    return {language: _replaced(text, known) for language, text in message.items()}


def _replaced(text: str, known: Mapping[str, str]) -> str:
    for name, word in known.items():
        text = text.replace(f"{{{name}}}", word)
    return text


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"

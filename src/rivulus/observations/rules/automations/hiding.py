"""A rule as everybody may read it: without the codes of what is not public, and without what is said to the duty. Pure."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from rivulus.observations.rules.automations.syntax import NotifyAction, Rule, Selector, TaskAction

NOT_PUBLIC = "…"  # stands where a code would


def codes_in(rules: Iterable[Rule]) -> frozenset[str]:
    """Return the codes of series, things and capabilities that rules name."""
    return frozenset(code for rule in rules for part in _parts(rule) for code in _codes_of(part) if code)


def for_everybody(rule: Rule, hidden: Collection[str]) -> Rule:
    """Return a rule without the codes that are hidden, and without the words of its messages to people on duty."""
    found: Rule = _without(rule, frozenset(hidden))
    return found


def _codes_of(part: object) -> tuple[str, ...]:
    if isinstance(part, Selector):
        return *part.codes, part.thing
    return (part.capability,) if isinstance(part, TaskAction) else ()


def _parts(value: object) -> Iterator[object]:
    yield value
    if isinstance(value, tuple):
        for each in value:
            yield from _parts(each)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _parts(getattr(value, field.name))


def _without(value: Any, hidden: frozenset[str]) -> Any:
    if isinstance(value, tuple):
        return tuple(_without(each, hidden) for each in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    if isinstance(value, Selector):
        codes = tuple(dict.fromkeys(NOT_PUBLIC if code in hidden else code for code in value.codes))
        return replace(value, codes=codes, thing=NOT_PUBLIC if value.thing in hidden else value.thing)
    if isinstance(value, TaskAction):
        return replace(value, capability=NOT_PUBLIC if value.capability in hidden else value.capability)
    if isinstance(value, NotifyAction):
        return replace(value, message={})
    return replace(value, **{field.name: _without(getattr(value, field.name), hidden) for field in fields(value)})

"""MapLibre's expressions, as far as the styles of the platform use them. Pure."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Scene:
    """What an expression may ask: the zoom, the attributes and the kind of the feature."""

    zoom: float
    properties: Mapping[str, Any]
    kind: str


def evaluate(expression: Any, scene: Scene) -> Any:
    """Return the value of an expression; what is no list means itself. Raises ValueError for words not known here."""
    if not isinstance(expression, list):
        return expression
    word, *rest = expression
    found = _WORDS.get(word)
    if found is None:
        raise ValueError(f"“{word}” is not known in a printed style.")
    return found(rest, scene)


def _all(rest: list[Any], scene: Scene) -> bool:
    return all(evaluate(one, scene) for one in rest)


def _any(rest: list[Any], scene: Scene) -> bool:
    return any(evaluate(one, scene) for one in rest)


def _case(rest: list[Any], scene: Scene) -> Any:
    for at in range(0, len(rest) - 1, 2):
        if evaluate(rest[at], scene):
            return evaluate(rest[at + 1], scene)
    return evaluate(rest[-1], scene)


def _match(rest: list[Any], scene: Scene) -> Any:
    value = evaluate(rest[0], scene)
    for at in range(1, len(rest) - 1, 2):
        labels = rest[at] if isinstance(rest[at], list) else [rest[at]]
        if value in labels:
            return evaluate(rest[at + 1], scene)
    return evaluate(rest[-1], scene)


def _coalesce(rest: list[Any], scene: Scene) -> Any:
    return next((value for one in rest if (value := evaluate(one, scene)) is not None), None)


def _interpolate(rest: list[Any], scene: Scene) -> float:
    (how, *base), by, *stops = rest
    zooms, values = stops[::2], [float(evaluate(value, scene)) for value in stops[1::2]]
    at = float(evaluate(by, scene))
    place = bisect_right(zooms, at)
    if place == 0:
        return values[0]
    if place == len(zooms):
        return values[-1]
    low, high = zooms[place - 1], zooms[place]
    growth = float(base[0]) if how == "exponential" and base else 1.0
    share = (at - low) / (high - low) if growth == 1 else (growth ** (at - low) - 1) / (growth ** (high - low) - 1)
    return values[place - 1] + (values[place] - values[place - 1]) * float(share)


def _to_number(rest: list[Any], scene: Scene) -> float:
    for one in rest:
        try:
            return float(evaluate(one, scene))
        except (TypeError, ValueError):
            continue
    return 0.0


def _to_string(rest: list[Any], scene: Scene) -> str:
    value = evaluate(rest[0], scene)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _type_of(rest: list[Any], scene: Scene) -> str:
    value = evaluate(rest[0], scene)
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "null" if value is None else "string"


def _compare(test: Any) -> Any:
    def compare(rest: list[Any], scene: Scene) -> bool:
        one, other = (evaluate(value, scene) for value in rest)
        try:
            return bool(test(one, other))
        except TypeError:
            return False

    return compare


_WORDS: Mapping[str, Any] = {
    "get": lambda rest, scene: scene.properties.get(rest[0]),
    "has": lambda rest, scene: rest[0] in scene.properties,
    "zoom": lambda _rest, scene: scene.zoom,
    "geometry-type": lambda _rest, scene: scene.kind,
    "literal": lambda rest, _scene: rest[0],
    "!": lambda rest, scene: not evaluate(rest[0], scene),
    "all": _all,
    "any": _any,
    "case": _case,
    "match": _match,
    "coalesce": _coalesce,
    "interpolate": _interpolate,
    "to-number": _to_number,
    "to-string": _to_string,
    "typeof": _type_of,
    "==": _compare(lambda a, b: a == b),
    "!=": _compare(lambda a, b: a != b),
    "<": _compare(lambda a, b: a < b),
    "<=": _compare(lambda a, b: a <= b),
    ">": _compare(lambda a, b: a > b),
    ">=": _compare(lambda a, b: a >= b),
}

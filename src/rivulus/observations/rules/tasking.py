"""What an actuator can be told, and the life of a task (OGC 17-079r1; SWE Common 3.0 DataRecord in JSON). Pure.

A task is accepted, sent to its actuator, and done or failed. Who asked may withdraw it until it is sent.
"""

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.rules.documents import check_object, check_text, check_value

ACCEPTED, SENT, DONE, FAILED, WITHDRAWN = "accepted", "sent", "done", "failed", "withdrawn"
MOVES: dict[str, frozenset[str]] = {
    ACCEPTED: frozenset({SENT, DONE, FAILED, WITHDRAWN}),
    SENT: frozenset({DONE, FAILED}),
    DONE: frozenset(),
    FAILED: frozenset(),
    WITHDRAWN: frozenset(),
}
MOST_FIELDS = 100
LONGEST_TEXT = 10_000
LONGEST_PATTERN = 200
LONGEST_KEY = 100
LONGEST_NOTE = 300
RANGES = ("Quantity", "Count")


def check_move(before: str, after: str) -> bool:
    """Say whether a task changes from one state to the other; False where it is there already.

    Raises Refused where no way leads there: what is done stays done.
    """
    if after not in MOVES:
        raise Refused(N_("No state of a task is called %(state)s."), state=str(after)[:40])
    if before == after:
        return False
    if after not in MOVES[before]:
        raise Refused(N_("A task that is %(before)s does not become %(after)s."), before=before, after=after)
    return True


def check_key(key: Any) -> str | None:
    """Return the key by which one wish is known when it is sent twice."""
    if key is None:
        return None
    text = check_text(key, "idempotencyKey", longest=LONGEST_KEY).strip()
    if not text:
        raise Refused(N_("An idempotency key may not be empty."))
    return text


def check_record(record: Any) -> dict[str, Any]:
    """Return a DataRecord of fields that parameters can be checked against; raises Refused where it is none."""
    checked = check_object(record, "taskingParameters")
    if checked.get("type") != "DataRecord":
        raise Refused(N_("taskingParameters must be a SWE Common DataRecord."))
    fields = checked.get("field", checked.get("fields"))
    if not isinstance(fields, list) or len(fields) > MOST_FIELDS:
        raise Refused(N_("A DataRecord has a list of at most %(most)s fields."), most=MOST_FIELDS)
    names = [_check_field(item) for item in fields]
    if len(set(names)) < len(names):
        raise Refused(N_("Two fields of a DataRecord may not have the same name."))
    return checked


def check_parameters(record: Mapping[str, Any], parameters: Any) -> dict[str, Any]:
    """Return the parameters of a task when they are what the capability takes; raises Refused with what is wrong."""
    given = check_object(parameters, "taskingParameters")
    fields = {item["name"]: item for item in record.get("field", record.get("fields", ()))}
    for name in given:
        if name not in fields:
            raise Refused(N_("This capability has no parameter called %(name)s."), name=name[:100])
    for name, item in fields.items():
        if name in given:
            CHECKS[item["type"]](item, given[name])
        elif not item.get("optional", False):
            raise Refused(N_("The parameter %(name)s is missing."), name=name)
    return given


def _check_field(item: Any) -> str:
    if not isinstance(item, dict) or not isinstance(item.get("name"), str) or not item["name"].strip():
        raise Refused(N_("Every field of a DataRecord has a name."))
    name = check_text(item["name"], "name", longest=100)
    if item.get("type") not in CHECKS:
        known = ", ".join(sorted(CHECKS))
        raise Refused(N_("The field %(name)s must be one of these: %(known)s."), name=name, known=known)
    constraint = item.get("constraint")
    if constraint is not None:
        _check_constraint(name, constraint)
    return name


def _check_constraint(name: str, constraint: Any) -> None:
    refused = Refused(N_("The constraint of the field %(name)s cannot be read."), name=name)
    if not isinstance(constraint, dict):
        raise refused
    values, intervals = constraint.get("value", []), constraint.get("interval", [])
    if not isinstance(values, list) or not isinstance(intervals, list):
        raise refused
    for interval in intervals:
        if not isinstance(interval, list) or len(interval) != 2 or None in map(_bound, interval):
            raise refused
    pattern = constraint.get("pattern")
    if pattern is not None and (not isinstance(pattern, str) or len(pattern) > LONGEST_PATTERN):
        raise refused
    if pattern is not None and (not SAFE_PATTERN.fullmatch(pattern) or len(OPEN_COUNT.findall(pattern)) > MOST_OPEN):
        raise Refused(N_("The pattern of the field %(name)s is of a kind that is not supported."), name=name)


# Characters, classes and counts; no groups, no alternatives, two open counts: it cannot be made to take long.
SAFE_PATTERN = re.compile(r"\^?(?:(?:\[[^\[\]\\]+\]|\\[dw]|[\w .:/-])(?:\{\d{1,3}(?:,\d{0,3})?\}|[?+*])?)+\$?")
OPEN_COUNT = re.compile(r"[?+*]|\{\d*,\d*\}")
MOST_OPEN = 2
LONGEST_MATCHED = 200


def _bound(value: Any) -> float | None:
    """SWE writes open bounds as "-Infinity" and "Infinity"."""
    if value in ("-Infinity", "-INF"):
        return -math.inf
    if value in ("Infinity", "+INF", "INF"):
        return math.inf
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if is_number else None


def _check_quantity(item: Mapping[str, Any], value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Refused(N_("The parameter %(name)s must be a number."), name=item["name"])
    constraint = item.get("constraint") or {}
    intervals, values = constraint.get("interval", []), constraint.get("value", [])
    if not intervals and not values:
        return
    inside = any((_bound(low) or 0.0) <= value <= (_bound(high) or 0.0) for low, high in intervals)
    if not inside and value not in values:
        raise Refused(
            N_("The parameter %(name)s is %(value)s; allowed is %(allowed)s."),
            name=item["name"],
            value=value,
            allowed=_spell(intervals, values),
        )


def _spell(intervals: list[list[Any]], values: list[Any]) -> str:
    return ", ".join([f"{low}…{high}" for low, high in intervals] + [str(value) for value in values])[:300]


def _check_count(item: Mapping[str, Any], value: Any) -> None:
    if isinstance(value, float) and not value.is_integer():
        raise Refused(N_("The parameter %(name)s must be a whole number."), name=item["name"])
    _check_quantity(item, value)


def _check_boolean(item: Mapping[str, Any], value: Any) -> None:
    if not isinstance(value, bool):
        raise Refused(N_("The parameter %(name)s must be true or false."), name=item["name"])


def _check_text(item: Mapping[str, Any], value: Any) -> None:
    text = check_text(value, item["name"], longest=LONGEST_TEXT)
    constraint = item.get("constraint") or {}
    tokens, pattern = constraint.get("value", []), constraint.get("pattern")
    if tokens and text not in tokens:
        raise Refused(
            N_("The parameter %(name)s is %(value)s; allowed is %(allowed)s."),
            name=item["name"],
            value=text[:100],
            allowed=_spell([], tokens),
        )
    if pattern is not None and (len(text) > LONGEST_MATCHED or not re.fullmatch(pattern, text)):
        raise Refused(N_("The parameter %(name)s does not look as it must."), name=item["name"])


def _check_time(item: Mapping[str, Any], value: Any) -> None:
    try:
        if dt.datetime.fromisoformat(check_text(value, item["name"], longest=64)).tzinfo is not None:
            return
    except ValueError:
        pass
    raise Refused(N_("The parameter %(name)s must be a time with a zone."), name=item["name"])


def _check_range(item: Mapping[str, Any], value: Any) -> None:
    if not isinstance(value, list) or len(value) != 2:
        raise Refused(N_("The parameter %(name)s must be a list of two."), name=item["name"])
    check = CHECKS[item["type"].removesuffix("Range")]
    for bound in value:
        check(item, bound)
    if value[0] > value[1]:
        raise Refused(N_("The parameter %(name)s ends before it begins."), name=item["name"])


def _check_any(item: Mapping[str, Any], value: Any) -> None:
    check_value(value, item["name"])


CHECKS: dict[str, Callable[[Mapping[str, Any], Any], None]] = {
    "Boolean": _check_boolean,
    "Category": _check_text,
    "Count": _check_count,
    "CountRange": _check_range,
    "Quantity": _check_quantity,
    "QuantityRange": _check_range,
    "Text": _check_text,
    "Time": _check_time,
    "DataArray": _check_any,
}

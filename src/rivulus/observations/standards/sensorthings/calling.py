"""The functions of filters in SQL. Arguments are expressions; a null argument gives null."""

from collections.abc import Callable

from rivulus.observations.rules.filters.kinds import Kind

MOST_CHARACTERS = 1_000_000
BLANKS = "E' \\t\\n\\r'"

CALLS: dict[str, Callable[..., str]] = {
    "substringof": lambda a, b: f"(strpos({b}, {a}) > 0)",
    "contains": lambda a, b: f"(strpos({a}, {b}) > 0)",
    "endswith": lambda a, b: f"(right({a}, length({b})) = {b})",
    "startswith": lambda a, b: f"starts_with({a}, {b})",
    "length": lambda a: f"length({a})::float8",
    "indexof": lambda a, b: f"(strpos({a}, {b}) - 1)::float8",
    "substring": lambda a, start, length=None: _substring(a, start, length),
    "tolower": lambda a: f"lower({a})",
    "toupper": lambda a: f"upper({a})",
    "trim": lambda a: f"btrim({a}, {BLANKS})",
    "concat": lambda a, b: f"({a} || {b})",
    **{
        name: (lambda a, name=name: f"EXTRACT({name} FROM {_utc(a)})::float8")
        for name in ("year", "month", "day", "hour", "minute")
    },
    "second": lambda a: f"floor(EXTRACT(second FROM {_utc(a)}))::float8",
    "fractionalseconds": lambda a: f"(mod(EXTRACT(microseconds FROM {_utc(a)})::int8, 1000000)::float8 / 1000000)",
    "date": lambda a: f"{_utc(a)}::date",
    "time": lambda a: f"{_utc(a)}::time",
    "round": lambda a: f"(sign({a}) * floor(abs({a}) + 0.5::float8))",  # halves go away from zero
    "floor": lambda a: f"floor({a})",
    "ceiling": lambda a: f"ceil({a})",
    "neg": lambda a: f"(-{a})",
    "add": lambda a, b: f"({a} + {b})",
    "sub": lambda a, b: f"({a} - {b})",
    "mul": lambda a, b: f"({a} * {b})",
    "div": lambda a, b: f"({a} / NULLIF({b}, 0::float8))",
    "mod": lambda a, b: f"({a} - {b} * trunc({a} / NULLIF({b}, 0::float8)))",
}


def call(name: str, args: list[str]) -> str:
    """Return the expression of a function or of arithmetic."""
    return CALLS[name](*args)


def _utc(value: str) -> str:
    return f"({value} AT TIME ZONE 'UTC')"


def _substring(text: str, start: str, length: str | None) -> str:
    """Positions count from 0; what lies outside the text is nothing."""
    rest = f", {_position(length)}" if length else ""
    return f"substr({text}, {_position(start)} + 1{rest})"


def _position(number: str) -> str:
    return (
        f"(CASE WHEN {number} < 0 THEN 0 WHEN {number} > {MOST_CHARACTERS} THEN {MOST_CHARACTERS}"
        f" ELSE floor({number}) END)::int"
    )


def from_json(value: str, kind: Kind | None) -> str:
    """Return JSON as another kind; null when it is not of that kind."""
    if kind == Kind.NUMBER:
        return f"(CASE jsonb_typeof({value}) WHEN 'number' THEN ({value})::float8 END)"
    if kind == Kind.BOOLEAN:
        return f"(CASE jsonb_typeof({value}) WHEN 'boolean' THEN ({value})::boolean END)"
    text = f"(CASE jsonb_typeof({value}) WHEN 'string' THEN ({value}) #>> '{{}}' END)"
    if kind == Kind.TEXT:
        return text
    is_moment = f"{text} ~ '^\\d{{4}}-\\d{{2}}-\\d{{2}}T' AND pg_input_is_valid({text}, 'timestamptz')"
    return f"(CASE WHEN {is_moment} THEN ({text})::timestamptz END)"


def compared_intervals(op: str, left: tuple[str, str], right: tuple[str, str]) -> str:
    """Return the comparison of two stretches of time; a moment is a stretch whose ends are one."""
    (a, b), (c, d) = left, right
    return {
        "eq": f"({a} = {c} AND {b} = {d})",
        "ne": f"({a} <> {c} OR {b} <> {d})",
        "lt": f"({b} < {c})",
        "gt": f"({a} > {d})",
        "le": f"({b} <= {d})",
        "ge": f"({a} >= {c})",
    }[op]


def stretches(op: str, left: tuple[str, str], right: tuple[str, str]) -> str:
    """Return how two stretches of time lie to one another."""
    (a, b), (c, d) = left, right
    return {
        "before": f"({b} < {c})",
        "after": f"({a} > {d})",
        "meets": f"({b} = {c} OR {a} = {d})",
        "during": f"({a} >= {c} AND {b} <= {d})",
        "overlaps": f"({a} <= {d} AND {b} >= {c})",
        "starts": f"({a} = {c})",
        "finishes": f"({b} = {d})",
    }[op]

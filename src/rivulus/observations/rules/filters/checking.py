"""What may be compared with what: gives every term its kind, and puts casts where a value must be read as another.

After it the meaning of a tree is fixed, and simple: every operator has terms of one kind on both sides. A value that
is missing, or is not of the kind asked for, is null; what is compared with null is null, and null is not true.
"""

from collections.abc import Callable
from dataclasses import replace

from rivulus.observations.rules.filters.functions import FUNCTIONS, PLACES
from rivulus.observations.rules.filters.kinds import FilterError, Kind, Moment, Term
from rivulus.observations.rules.filters.lexer import MAX_US, MIN_US

ANY_KINDS = (Kind.NUMBER, Kind.TEXT, Kind.BOOLEAN)
"""What a JSON value may turn out to be."""

CASTS: frozenset[tuple[Kind, Kind]] = frozenset(
    {
        *((Kind.ANY, kind) for kind in ANY_KINDS),
        (Kind.ANY, Kind.INSTANT),
        (Kind.INTERVAL, Kind.INSTANT),  # its beginning
        (Kind.INSTANT, Kind.INTERVAL),
        (Kind.DATE, Kind.INSTANT),  # its midnight, UTC
    }
)
SYMMETRIC = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})
ORDERLESS = frozenset({Kind.GEOMETRY})
type KindOf = Callable[[tuple[str, ...]], Kind | None]


def check(term: Term, kind_of: KindOf, now_us: int) -> Term:
    """Return the tree with its kinds, as a condition; raises FilterError where kinds do not fit.

    ``kind_of`` tells the kind of a property by its path, None when there is none; ``now_us`` is the present.
    """
    return _as(_checked(term, kind_of, now_us), Kind.BOOLEAN)


def check_value(term: Term, kind_of: KindOf, now_us: int) -> Term:
    """Return the tree with its kinds, as a value of any kind (for `$orderby`)."""
    return _checked(term, kind_of, now_us)


def _checked(term: Term, kind_of: KindOf, now_us: int) -> Term:
    if term.op == "literal":
        return term
    if term.op == "path":
        return _path(term, kind_of)
    args = tuple(_checked(arg, kind_of, now_us) for arg in term.args)
    if term.op in {"and", "or", "not"}:
        return replace(term, args=tuple(_as(arg, Kind.BOOLEAN) for arg in args), kind=Kind.BOOLEAN)
    if term.op in SYMMETRIC:
        return _compared(term, *args)
    if term.op in FUNCTIONS:
        return _called(term, args, now_us)
    return _reckoned(term, args)


def _path(term: Term, kind_of: KindOf) -> Term:
    kind = kind_of(term.value)
    if kind is None:
        raise FilterError(f"There is no property {'/'.join(term.value)!r}", term.position)
    return replace(term, kind=kind)


def _as(term: Term, kind: Kind) -> Term:
    """Return the term read as another kind."""
    if term.kind == kind:
        return term
    if term.kind is None or (term.kind, kind) not in CASTS:
        raise FilterError(f"This is {term.kind}, where {kind} is expected", term.position)
    if term.op == "literal":
        return replace(term, value=_literal_as(term, kind), kind=kind)
    return Term("cast", (term,), kind=kind, position=term.position)


def _literal_as(term: Term, kind: Kind) -> object:
    if term.kind == Kind.DATE:
        return Moment((term.value.toordinal() - 719_163) * 86_400_000_000)
    if kind == Kind.INTERVAL:
        return (term.value.time_us, term.value.time_us)
    return Moment(term.value[0])


def _compared(term: Term, left: Term, right: Term) -> Term:
    if Kind.NULL in (left.kind, right.kind):
        return _with_null(term, left, right)
    if left.kind == right.kind == Kind.ANY:
        # JSON with JSON: as numbers where both are, else as texts, else as truths.
        tries = (replace(term, args=(_as(left, kind), _as(right, kind)), kind=Kind.BOOLEAN) for kind in ANY_KINDS)
        return Term("first", tuple(tries), kind=Kind.BOOLEAN, position=term.position)
    kind = _common(term, left, right)
    return replace(term, args=(_as(left, kind), _as(right, kind)), kind=Kind.BOOLEAN)


def _with_null(term: Term, left: Term, right: Term) -> Term:
    if term.op not in {"eq", "ne"}:
        raise FilterError("Nothing is less or more than null", term.position)
    asked = right if left.kind == Kind.NULL else left
    op = "is_null" if term.op == "eq" else "is_not_null"
    return Term(op, (asked,), kind=Kind.BOOLEAN, position=term.position)


def _common(term: Term, left: Term, right: Term) -> Kind:
    """Return the kind in which two are compared."""
    kinds = (left.kind, right.kind)
    for kind in (Kind.INTERVAL, Kind.INSTANT, Kind.NUMBER, Kind.TEXT, Kind.BOOLEAN):
        if kind in kinds and all(other == kind or (other, kind) in CASTS for other in kinds):
            return kind
    if left.kind is not None and left.kind == right.kind and left.kind not in ORDERLESS:
        return left.kind
    raise FilterError(f"{left.kind} cannot be compared with {right.kind}", term.position)


def _called(term: Term, args: tuple[Term, ...], now_us: int) -> Term:
    lists, result = FUNCTIONS[term.op]
    fitting = next((kinds for kinds in lists if len(kinds) == len(args)), None)
    if fitting is None:
        counts = " or ".join(str(len(kinds)) for kinds in lists)
        raise FilterError(f"{term.op} takes {counts} arguments, not {len(args)}", term.position)
    checked = tuple(_as(arg, kind) for arg, kind in zip(args, fitting, strict=True))
    if term.op in {"now", "mindatetime", "maxdatetime"}:
        moment = {"now": now_us, "mindatetime": MIN_US, "maxdatetime": MAX_US}[term.op]
        return Term("literal", value=Moment(moment), kind=Kind.INSTANT, position=term.position)
    if term.op == "totaloffsetminutes":
        return _offset(term, checked[0])
    if term.op in PLACES:
        _check_places(term, checked)
    return replace(term, args=checked, kind=result)


def _offset(term: Term, moment: Term) -> Term:
    """What is kept is in UTC; only a moment written in the filter has a zone of its own."""
    offset = moment.value.offset_min if moment.op == "literal" else 0
    return Term("literal", value=float(offset), kind=Kind.NUMBER, position=term.position)


def _check_places(term: Term, args: tuple[Term, ...]) -> None:
    """One side is a property, the other is written out: anything else would compare everything with everything."""
    geometries = [arg for arg in args if arg.kind == Kind.GEOMETRY]
    paths = [arg for arg in geometries if arg.op == "path"]
    if len(paths) != 1:
        raise FilterError(f"{term.op} takes one property", term.position)
    if term.op == "st_relate" and not (args[2].op == "literal" and _is_pattern(args[2].value)):
        raise FilterError("The third argument of st_relate is nine signs of 0, 1, 2, T, F and *", args[2].position)


def _is_pattern(text: str) -> bool:
    return len(text) == 9 and set(text) <= set("012TF*")


def _reckoned(term: Term, args: tuple[Term, ...]) -> Term:
    """Arithmetic: of numbers, and of moments with durations."""
    if term.op == "neg" and args[0].kind == Kind.DURATION:
        return replace(term, args=args, kind=Kind.DURATION)
    times = (Kind.INSTANT, Kind.INTERVAL, Kind.DATE, Kind.DURATION)
    if term.op in {"add", "sub"} and any(arg.kind in times for arg in args):
        return _reckoned_time(term, *args)
    return replace(term, args=tuple(_as(arg, Kind.NUMBER) for arg in args), kind=Kind.NUMBER)


def _reckoned_time(term: Term, left: Term, right: Term) -> Term:
    if left.kind == right.kind == Kind.DURATION:
        return replace(term, args=(left, right), kind=Kind.DURATION)
    if right.kind == Kind.DURATION:
        return replace(term, args=(_as(left, Kind.INSTANT), right), kind=Kind.INSTANT)
    if left.kind == Kind.DURATION and term.op == "add":
        return replace(term, args=(_as(right, Kind.INSTANT), left), kind=Kind.INSTANT)
    if term.op == "sub":
        return replace(term, args=(_as(left, Kind.INSTANT), _as(right, Kind.INSTANT)), kind=Kind.DURATION)
    raise FilterError(f"{left.kind} and {right.kind} have no sum", term.position)

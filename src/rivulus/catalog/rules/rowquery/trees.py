"""What a query says, as a tree; ``at`` is the position in its text, from 1."""

from dataclasses import dataclass, field

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_


class Mistake(Refused):
    """A query that cannot be answered: what is wrong, in which part, at which position."""

    def __init__(self, sentence: str, *, at: int, **values: object) -> None:
        super().__init__(sentence, **values)
        self.at = at
        self.part = ""


def too_deep(at: int) -> Mistake:
    """Return the refusal of what is nested too deeply."""
    return Mistake(N_("This is nested too deeply."), at=at)


@dataclass(frozen=True, slots=True)
class Literal:
    """A value: None, bool, int, float, str, date or datetime."""

    value: object
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A column, or a name given in ``select``."""

    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments; ``*`` counts rows."""

    function: str
    arguments: tuple["Node", ...]
    is_star: bool = False
    is_distinct: bool = False
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Unary:
    """``not`` or ``-``."""

    operator: str
    operand: "Node"
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic, ``||``, comparisons, ``like``, ``and``, ``or``."""

    operator: str
    left: "Node"
    right: "Node"
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class In:
    """``x in (1, 2)``."""

    operand: "Node"
    options: tuple["Node", ...]
    is_negated: bool = False
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Between:
    """``x between 1 and 2``, both included."""

    operand: "Node"
    low: "Node"
    high: "Node"
    is_negated: bool = False
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class IsNull:
    """``x is null``."""

    operand: "Node"
    is_negated: bool = False
    at: int = field(default=0, compare=False)


type Node = Literal | Name | Call | Unary | Binary | In | Between | IsNull


@dataclass(frozen=True, slots=True)
class Item:
    """One column of the answer, with the name it was given."""

    node: Node
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the order."""

    node: Node
    is_descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A whole query; an empty ``select`` stands for all columns."""

    select: tuple[Item, ...] = ()
    where: Node | None = None
    group: tuple[Node, ...] = ()
    having: Node | None = None
    order: tuple[Key, ...] = ()


def children(node: Node) -> tuple[Node, ...]:
    """Return the parts of a node."""
    match node:
        case Call(arguments=arguments):
            return arguments
        case Unary(operand=operand) | IsNull(operand=operand):
            return (operand,)
        case Binary(left=left, right=right):
            return (left, right)
        case In(operand=operand, options=options):
            return (operand, *options)
        case Between(operand=operand, low=low, high=high):
            return (operand, low, high)
        case _:
            return ()

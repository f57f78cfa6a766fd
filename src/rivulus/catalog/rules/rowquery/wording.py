"""Writing a tree as the text that reads as the same tree."""

import datetime as dt

from rivulus.catalog.rules.columns import written
from rivulus.catalog.rules.rowquery.trees import (
    Between,
    Binary,
    Call,
    In,
    IsNull,
    Item,
    Key,
    Literal,
    Name,
    Node,
    Unary,
)


def write_items(items: tuple[Item, ...]) -> str:
    """Return the text of a ``select``."""
    return ", ".join(write_node(item.node) + (f" as {written(item.alias)}" if item.alias else "") for item in items)


def write_keys(keys: tuple[Key, ...]) -> str:
    """Return the text of an ``order``."""
    return ", ".join(write_node(key.node) + (" desc" if key.is_descending else "") for key in keys)


def write_nodes(nodes: tuple[Node, ...]) -> str:
    """Return the text of a ``group``."""
    return ", ".join(map(write_node, nodes))


def write_node(node: Node) -> str:
    """Return the text of an expression; everything that binds is in brackets."""
    match node:
        case Literal(value):
            return write_value(value)
        case Name(name):
            return written(name)
        case Call(function, arguments, is_star, is_distinct):
            inside = "*" if is_star else ("distinct " if is_distinct else "") + write_nodes(arguments)
            return f"{function}({inside})"
        case Unary("not", operand):
            return f"(not {write_node(operand)})"
        case Unary(_, operand):
            return f"-({write_node(operand)})" if isinstance(operand, Literal) else f"(- {write_node(operand)})"
        case Binary(operator, left, right):
            return f"({write_node(left)} {operator} {write_node(right)})"
        case In(operand, options, is_negated):
            return f"({write_node(operand)}{' not' if is_negated else ''} in ({write_nodes(options)}))"
        case Between(operand, low, high, is_negated):
            word = " not between " if is_negated else " between "
            return f"({write_node(operand)}{word}{write_node(low)} and {write_node(high)})"
        case IsNull(operand, is_negated):
            return f"({write_node(operand)} is {'not ' if is_negated else ''}null)"


def write_value(value: object) -> str:
    """Return the text of a value."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case dt.datetime():
            return f"datetime '{value.isoformat()}'"
        case dt.date():
            return f"date '{value.isoformat()}'"
        case _:
            return "'" + str(value).replace("'", "''") + "'"

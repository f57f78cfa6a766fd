"""Reading a query: recursive descent, each level of binding a method."""

import datetime as dt
import re
from collections.abc import Callable

from rivulus.catalog.rules.rowquery.tokens import Kind, Token, read_tokens
from rivulus.catalog.rules.rowquery.trees import (
    Between,
    Binary,
    Call,
    In,
    IsNull,
    Item,
    Key,
    Literal,
    Mistake,
    Name,
    Node,
    Query,
    Unary,
    too_deep,
)
from rivulus.kernel.words import N_

DEEPEST = 40
MOST_ITEMS = 100
MOST_OPTIONS = 1_000
MOST_NODES = 3_000
MOST_OPERATORS = 150  # each may be one step deeper
COMPARISONS = ("=", "!=", "<>", "<=", ">=", "<", ">")
PARTS = ("select", "where", "group", "having", "order")
WHOLE = re.compile(r"\d+")


def parse(*, select: str = "", where: str = "", group: str = "", having: str = "", order: str = "") -> Query:
    """Return the query that these texts say; raises Mistake with the part and the position."""
    return Query(
        select=_part("select", select, _Reader.items, ()),
        where=_part("where", where, _Reader.condition, None),
        group=_part("group", group, _Reader.nodes, ()),
        having=_part("having", having, _Reader.condition, None),
        order=_part("order", order, _Reader.keys, ()),
    )


def parse_condition(text: str) -> Node:
    """Return the tree of one condition."""
    return _Reader(text).condition()


def _part[T](name: str, text: str, read: "Read[T]", empty: T) -> T:
    if not text.strip():
        return empty
    try:
        return read(_Reader(text))
    except Mistake as mistake:
        mistake.part = name
        raise


class _Reader:
    """Reads the words of one part from left to right."""

    def __init__(self, text: str) -> None:
        self.tokens = read_tokens(text)
        self.place = 0
        self.depth = 0
        self.nodes_made = 0
        self.operators = 0

    # What a part may be.

    def items(self) -> tuple[Item, ...]:
        """Read a ``select``; ``*`` alone is all columns."""
        if self.take_sign("*") and self.now.kind is Kind.END:
            return ()
        self.place = 0
        found = [self.item()]
        while self.take_sign(","):
            found.append(self.item())
        return self.whole(tuple(found))

    def item(self) -> Item:
        """Read one column of the answer."""
        node = self.expression()
        if not self.take_word("as"):
            return Item(node)
        return Item(node, self.name())

    def condition(self) -> Node:
        """Read a condition to the end."""
        return self.whole(self.expression())

    def nodes(self) -> tuple[Node, ...]:
        """Read expressions separated by commas."""
        found = [self.expression()]
        while self.take_sign(","):
            found.append(self.expression())
        return self.whole(tuple(found))

    def keys(self) -> tuple[Key, ...]:
        """Read an order."""
        found = [self.key()]
        while self.take_sign(","):
            found.append(self.key())
        return self.whole(tuple(found))

    def key(self) -> Key:
        """Read one key of an order."""
        node = self.expression()
        if self.take_word("desc"):
            return Key(node, is_descending=True)
        self.take_word("asc")
        return Key(node)

    def whole[T](self, found: T) -> T:
        """Return what was found, when nothing stands behind it."""
        if self.now.kind is not Kind.END:
            raise Mistake(N_("“%(word)s” was not expected here."), at=self.now.at, word=self.now.text)
        if isinstance(found, tuple) and len(found) > MOST_ITEMS:
            raise Mistake(N_("More than %(most)s of them are too many."), at=1, most=MOST_ITEMS)
        return found

    # Expressions, from what binds least to what binds most.

    def expression(self) -> Node:
        """Read ``a or b``."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise too_deep(self.now.at)
        node = self.both()
        while at := self.take_word("or"):
            node = self.made(Binary("or", node, self.both(), at))
        self.depth -= 1
        return node

    def both(self) -> Node:
        """Read ``a and b``."""
        node = self.negation()
        while at := self.take_word("and"):
            node = self.made(Binary("and", node, self.negation(), at))
        return node

    def negation(self) -> Node:
        """Read ``not a``."""
        marks = []
        while at := self.take_word("not"):
            marks.append(at)
            if len(marks) > DEEPEST:
                raise too_deep(at)
        node = self.comparison()
        for at in reversed(marks):
            node = self.made(Unary("not", node, at))
        return node

    def comparison(self) -> Node:
        """Read ``a = b``, ``a in (…)``, ``a between b and c``, ``a like b``, ``a is null``."""
        node = self.sum()
        sign = self.now
        if sign.kind is Kind.SIGN and sign.text in COMPARISONS:
            self.place += 1
            return self.made(Binary("!=" if sign.text == "<>" else sign.text, node, self.sum(), sign.at))
        if at := self.take_word("is"):
            is_negated = bool(self.take_word("not"))
            self.expect_word("null")
            return self.made(IsNull(node, is_negated, at))
        start = self.now.at
        is_negated = bool(self.take_word("not"))
        if self.take_word("in"):
            return self.made(In(node, self.options(), is_negated, start))
        if self.take_word("between"):
            low = self.sum()
            self.expect_word("and")
            return self.made(Between(node, low, self.sum(), is_negated, start))
        if self.take_word("like"):
            like = self.made(Binary("like", node, self.sum(), start))
            return self.made(Unary("not", like, start)) if is_negated else like
        if is_negated:
            raise Mistake(N_("After “not” comes in, like or between here."), at=self.now.at)
        return node

    def options(self) -> tuple[Node, ...]:
        """Read the options of ``in``."""
        self.expect_sign("(")
        found = [self.sum()]
        while self.take_sign(","):
            found.append(self.sum())
            if len(found) > MOST_OPTIONS:
                raise Mistake(N_("More than %(most)s of them are too many."), at=self.now.at, most=MOST_OPTIONS)
        self.expect_sign(")")
        return tuple(found)

    def sum(self) -> Node:
        """Read ``a + b``, ``a - b``, ``a || b``."""
        node = self.product()
        while (sign := self.now).kind is Kind.SIGN and sign.text in ("+", "-", "||"):
            self.place += 1
            node = self.made(Binary(sign.text, node, self.product(), sign.at))
        return node

    def product(self) -> Node:
        """Read ``a * b``, ``a / b``, ``a % b``."""
        node = self.signed()
        while (sign := self.now).kind is Kind.SIGN and sign.text in ("*", "/", "%"):
            self.place += 1
            node = self.made(Binary(sign.text, node, self.signed(), sign.at))
        return node

    def signed(self) -> Node:
        """Read ``-a``; of a number it is part of the number."""
        marks = []
        while at := self.take_sign("-"):
            marks.append(at)
            if len(marks) > DEEPEST:
                raise too_deep(at)
        node = self.primary()
        for at in reversed(marks):
            is_number = isinstance(node, Literal) and type(node.value) in (int, float)
            node = Literal(-node.value, at) if is_number else self.made(Unary("-", node, at))  # type: ignore[union-attr, operator]
        return node

    def primary(self) -> Node:
        """Read a value, a name, a call, or what stands in brackets."""
        token = self.now
        if self.take_sign("("):
            node = self.expression()
            self.expect_sign(")")
            return node
        self.place += 1
        match token.kind:
            case Kind.NUMBER:
                return self.made(Literal(_number(token), token.at))
            case Kind.STRING:
                return self.made(Literal(token.text, token.at))
            case Kind.NAME if token.text.lower() in ("date", "datetime") and self.now.kind is Kind.STRING:
                return self.made(self.moment(token))
            case Kind.NAME:
                return self.call(token) if self.take_sign("(") else self.made(Name(token.text, token.at))
            case Kind.WORD if token.text in ("null", "true", "false"):
                return self.made(Literal({"null": None, "true": True, "false": False}[token.text], token.at))
            case Kind.END:
                raise Mistake(N_("Something is missing at the end."), at=token.at)
            case _:
                raise Mistake(N_("“%(word)s” was not expected here."), at=token.at, word=token.text)

    def call(self, token: Token) -> Node:
        """Read the arguments of a function."""
        name = token.text.lower()
        if self.take_sign("*"):
            self.expect_sign(")")
            return self.made(Call(name, (), is_star=True, at=token.at))
        if self.take_sign(")"):
            return self.made(Call(name, (), at=token.at))
        is_distinct = bool(self.take_word("distinct"))
        found = [self.expression()]
        while self.take_sign(","):
            found.append(self.expression())
        self.expect_sign(")")
        return self.made(Call(name, tuple(found), is_distinct=is_distinct, at=token.at))

    def moment(self, word: Token) -> Literal:
        """Read ``date '2026-03-01'`` or ``datetime '2026-03-01T08:00:00+02:00'``."""
        token = self.now
        self.place += 1
        value = read_date(token.text) if word.text.lower() == "date" else read_datetime(token.text)
        if value is None:
            raise Mistake(N_("“%(text)s” is not a date such as 2026-03-01."), at=token.at, text=token.text)
        return Literal(value, word.at)

    # Single words.

    @property
    def now(self) -> Token:
        """The word that comes next."""
        return self.tokens[self.place]

    def take_sign(self, sign: str) -> int:
        """Pass over a sign and return its position; 0 when another word comes."""
        return self.take(Kind.SIGN, sign)

    def take_word(self, word: str) -> int:
        """Pass over a word and return its position; 0 when another comes."""
        return self.take(Kind.WORD, word)

    def take(self, kind: Kind, text: str) -> int:
        """Pass over a word of a kind."""
        token = self.now
        if token.kind is not kind or token.text != text:
            return 0
        self.place += 1
        return token.at

    def expect_sign(self, sign: str) -> None:
        """Pass over a sign that must come."""
        if not self.take_sign(sign):
            raise Mistake(N_("“%(sign)s” is missing here."), at=self.now.at, sign=sign)

    def expect_word(self, word: str) -> None:
        """Pass over a word that must come."""
        if not self.take_word(word):
            raise Mistake(N_("“%(sign)s” is missing here."), at=self.now.at, sign=word)

    def name(self) -> str:
        """Read a name."""
        token = self.now
        if token.kind is not Kind.NAME:
            raise Mistake(N_("A name is missing here."), at=token.at)
        self.place += 1
        return token.text

    def made[T: Node](self, node: T) -> T:
        """Count a node."""
        self.nodes_made += 1
        self.operators += isinstance(node, Binary | Unary)
        if self.nodes_made > MOST_NODES or self.operators > MOST_OPERATORS:
            raise Mistake(N_("This says too many things at once."), at=self.now.at)
        return node


type Read[T] = Callable[[_Reader], T]


def _number(token: Token) -> int | float:
    if WHOLE.fullmatch(token.text):
        value = int(token.text)
        if value >= 2**63:
            raise Mistake(N_("This number is too large."), at=token.at)
        return value
    number = float(token.text)
    if number == float("inf"):
        raise Mistake(N_("This number is too large."), at=token.at)
    return number


def read_date(text: str) -> dt.date | None:
    """Return the date that a text says (2026-03-01), if it is one."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()):
        return None
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        return None


def read_datetime(text: str) -> dt.datetime | None:
    """Return the moment that a text says (ISO 8601), naive where it names no zone."""
    if not re.match(r"\d{4}-\d{2}-\d{2}", text.strip()):
        return None
    try:
        return dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return None

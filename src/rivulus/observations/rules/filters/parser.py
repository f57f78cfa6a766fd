"""From words to a tree, with the precedence of OData: not, arithmetic, comparison, and, or. Pure."""

from rivulus.observations.rules.filters.functions import FUNCTIONS
from rivulus.observations.rules.filters.kinds import MAX_DEPTH, FilterError, Kind, Term
from rivulus.observations.rules.filters.lexer import Token, cut

COMPARISONS = (frozenset({"eq", "ne"}), frozenset({"lt", "le", "gt", "ge"}))
ARITHMETIC = (frozenset({"add", "sub"}), frozenset({"mul", "div", "mod"}))
CHAINS = (*COMPARISONS, *ARITHMETIC)
"""From the loosest to the tightest; each binds to the left."""

WORDS = frozenset({"and", "or", "not"}).union(*CHAINS)
CONSTANTS = {"true": (Kind.BOOLEAN, True), "false": (Kind.BOOLEAN, False), "null": (Kind.NULL, None)}


def parse(text: str) -> Term:
    """Return the tree of a filter, its kinds not known yet; raises FilterError with the place of the mistake."""
    parser = _Parser(cut(text))
    term = parser.disjunction(0)
    if parser.token.type != "end":
        raise FilterError(f"{parser.token.text!r} is not expected here", parser.token.position)
    return term


class _Parser:
    """Walks along the words; every method returns the term that begins here."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.index = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def take(self) -> Token:
        token = self.token
        self.index += 1
        return token

    def is_word(self, words: frozenset[str]) -> bool:
        return self.token.type == "name" and self.token.text in words

    def expect(self, sign: str) -> None:
        if self.token.type != "sign" or self.token.text != sign:
            raise FilterError(f"{sign!r} is missing", self.token.position)
        self.take()

    def disjunction(self, depth: int) -> Term:
        return self._joined("or", depth)

    def _joined(self, word: str, depth: int) -> Term:
        """Terms joined by one word stand beside each other, not within one another: a list of ids may be long."""
        if depth > MAX_DEPTH:
            raise FilterError(f"Brackets and functions go at most {MAX_DEPTH} deep", self.token.position)
        position = self.token.position
        terms = [self._operand(word, depth)]
        while self.is_word(frozenset({word})):
            self.take()
            terms.append(self._operand(word, depth))
        return terms[0] if len(terms) == 1 else Term(word, tuple(terms), position=position)

    def _operand(self, word: str, depth: int) -> Term:
        return self._joined("and", depth) if word == "or" else self.negation(depth)

    def negation(self, depth: int) -> Term:
        if not self.is_word(frozenset({"not"})):
            return self.chain(0, depth)
        position = self.take().position
        if depth >= MAX_DEPTH:
            raise FilterError(f"Brackets and functions go at most {MAX_DEPTH} deep", position)
        return Term("not", (self.negation(depth + 1),), position=position)

    def chain(self, level: int, depth: int) -> Term:
        if level == len(CHAINS):
            return self.unit(depth)
        term, links = self.chain(level + 1, depth), 0
        while self.is_word(CHAINS[level]):
            operator, links = self.take(), links + 1
            if depth + links > MAX_DEPTH:
                raise FilterError(f"At most {MAX_DEPTH} operators stand in a row", operator.position)
            term = Term(operator.text, (term, self.chain(level + 1, depth + 1)), position=operator.position)
        return term

    def unit(self, depth: int) -> Term:
        token = self.take()
        if depth > MAX_DEPTH:
            raise FilterError(f"Brackets and functions go at most {MAX_DEPTH} deep", token.position)
        if token.type == "literal":
            return Term("literal", value=token.value, kind=token.kind, position=token.position)
        if token.type == "sign" and token.text == "(":
            term = self.disjunction(depth + 1)
            self.expect(")")
            return term
        if token.type == "sign" and token.text == "-":
            return Term("neg", (self.unit(depth + 1),), position=token.position)
        if token.type == "name":
            return self.named(token, depth)
        raise FilterError("A value or a property is missing", token.position)

    def named(self, token: Token, depth: int) -> Term:
        if self.token.type == "sign" and self.token.text == "(":
            return self.call(token, depth)
        if token.text in CONSTANTS:
            kind, value = CONSTANTS[token.text]
            return Term("literal", value=value, kind=kind, position=token.position)
        if token.text in WORDS:
            raise FilterError(f"{token.text!r} has nothing before it", token.position)
        return Term("path", value=tuple(token.text.split("/")), position=token.position)

    def call(self, name: Token, depth: int) -> Term:
        if name.text not in FUNCTIONS:
            raise FilterError(f"There is no function {name.text!r}", name.position)
        self.expect("(")
        args: list[Term] = []
        while not (self.token.type == "sign" and self.token.text == ")"):
            if args:
                self.expect(",")
            args.append(self.disjunction(depth + 1))
        self.expect(")")
        return Term(name.text, tuple(args), position=name.position)

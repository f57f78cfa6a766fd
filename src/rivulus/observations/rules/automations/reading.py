"""Reading one mapping of a rule: keys that are known, values of the right kind, and a sentence for each that is not."""

import difflib
import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rivulus.kernel.words import N_
from rivulus.observations.rules.automations.documents import Node, Problem, Wrong
from rivulus.observations.rules.automations.syntax import DAY_US, HOUR_US, LANGUAGES, MINUTE_US, SECOND_US

UNITS_US = {"s": SECOND_US, "m": MINUTE_US, "min": MINUTE_US, "h": HOUR_US, "d": DAY_US}
DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|m|h|d)")
LONGEST_US = 366 * DAY_US
LONGEST_TEXT = 1000

UNKNOWN_KEY = N_("This key is not known here. Known keys: %(known)s.")
UNKNOWN_KEY_LIKE = N_("This key is not known here. Did you mean %(like)s?")
MISSING = N_("The key %(wanted)s is missing here.")
WANT_NUMBER = N_("A number is expected.")
WANT_WHOLE = N_("A whole number from %(least)s to %(most)s is expected.")
WANT_TEXT = N_("A text is expected.")
WANT_LONGER = N_("The text is empty.")
WANT_SHORTER = N_("The text has more than %(most)s characters.")
WANT_DURATION = N_("A duration is expected, such as 30s, 10m, 2h or 1d.")
WANT_DURATION_BETWEEN = N_("The duration must lie between %(least)s and %(most)s.")
WANT_LIST = N_("A list is expected.")
WANT_ITEMS = N_("The list has from %(least)s to %(most)s entries.")
WANT_MAPPING = N_("Keys and values are expected here.")
WANT_CHOICE = N_("One of these words is expected: %(words)s.")
WANT_TRUTH = N_("true or false is expected.")
WANT_LANGUAGES = N_("The text is needed in Romanian, English and Hungarian: the keys ro, en and hu.")


class Part:
    """A mapping of the document; remembers which keys were asked for, so that the others can be named."""

    def __init__(self, node: Node, key: str, problems: list[Problem]) -> None:
        if not isinstance(node.value, dict):
            raise Wrong(node.line, key, WANT_MAPPING)
        self.line, self.key, self.problems = node.line, key, problems
        self._nodes: dict[str, Node] = node.value
        self._asked: set[str] = set()

    def has(self, key: str) -> bool:
        """Say whether the key is written."""
        self._asked.add(key)
        return key in self._nodes

    def node(self, key: str) -> Node:
        """Return the value of a key that must be there."""
        self._asked.add(key)
        if key not in self._nodes:
            raise Wrong(self.line, self.key, MISSING, wanted=key)
        return self._nodes[key]

    def first_line(self, key: str) -> int:
        """Return the line of a key, or of the whole where it is not written."""
        return self._nodes[key].line if key in self._nodes else self.line

    def names(self) -> list[str]:
        """Return the keys as written."""
        return list(self._nodes)

    def finish(self) -> None:
        """Name every key that nobody asked for."""
        for key, node in self._nodes.items():
            if key not in self._asked:
                self.problems.append(_unknown(key, node.line, sorted(self._asked)))

    def get[T](self, key: str, read: Callable[["Part", str], T], default: T) -> T:
        """Return what ``read`` makes of an optional key; a problem is collected, and the default stands."""
        if not self.has(key):
            return default
        with collected(self.problems):
            return read(self, key)
        return default

    def number(self, key: str) -> float:
        """Return a finite number."""
        node = self.node(key)
        return as_number(node, key)

    def whole(self, key: str, least: int, most: int) -> int:
        """Return a whole number between two others."""
        node = self.node(key)
        if isinstance(node.value, bool) or not isinstance(node.value, int) or not least <= node.value <= most:
            raise Wrong(node.line, key, WANT_WHOLE, least=least, most=most)
        return node.value

    def truth(self, key: str) -> bool:
        """Return true or false."""
        node = self.node(key)
        if not isinstance(node.value, bool):
            raise Wrong(node.line, key, WANT_TRUTH)
        return node.value

    def text(self, key: str, most: int = LONGEST_TEXT) -> str:
        """Return a text that is not empty."""
        return as_text(self.node(key), key, most)

    def duration(self, key: str, least_us: int = SECOND_US, most_us: int = LONGEST_US) -> int:
        """Return a duration in microseconds."""
        node = self.node(key)
        found = DURATION.fullmatch(node.value) if isinstance(node.value, str) else None
        if found is None:
            raise Wrong(node.line, key, WANT_DURATION)
        span = int(float(found[1]) * UNITS_US[found[2]]) if len(found[1]) < 12 else LONGEST_US + 1
        if not least_us <= span <= most_us:
            raise Wrong(
                node.line, key, WANT_DURATION_BETWEEN, least=write_duration(least_us), most=write_duration(most_us)
            )
        return span

    def choice(self, key: str, words: list[str]) -> str:
        """Return one of the words."""
        node = self.node(key)
        if node.value not in words:
            raise Wrong(node.line, key, WANT_CHOICE, words=", ".join(words))
        return str(node.value)

    def items(self, key: str, least: int = 1, most: int = 20) -> list[Node]:
        """Return the entries of a list."""
        node = self.node(key)
        if not isinstance(node.value, list):
            raise Wrong(node.line, key, WANT_LIST)
        if not least <= len(node.value) <= most:
            raise Wrong(node.line, key, WANT_ITEMS, least=least, most=most)
        return node.value

    def texts(self, key: str, most: int = 50) -> tuple[str, ...]:
        """Return a text or a list of texts."""
        node = self.node(key)
        if isinstance(node.value, str):
            return (as_text(node, key, 200),)
        return tuple(as_text(item, key, 200) for item in self.items(key, most=most))

    def words(self, key: str, most: int = LONGEST_TEXT) -> dict[str, str]:
        """Return a text in the three languages; a single text stands for all of them only where it is a name."""
        node = self.node(key)
        if not isinstance(node.value, dict) or set(node.value) != set(LANGUAGES):
            raise Wrong(node.line, key, WANT_LANGUAGES)
        return {language: as_text(node.value[language], f"{key}.{language}", most) for language in LANGUAGES}

    def part(self, key: str) -> "Part":
        """Return a mapping inside this one."""
        return Part(self.node(key), key, self.problems)


@contextmanager
def collected(problems: list[Problem]) -> Iterator[None]:
    """Collect the problem that is found inside, and go on."""
    try:
        yield
    except Wrong as wrong:
        problems.append(wrong.problem)


def as_number(node: Node, key: str) -> float:
    """Return the finite number of a node."""
    if isinstance(node.value, bool) or not isinstance(node.value, int | float) or not math.isfinite(node.value):
        raise Wrong(node.line, key, WANT_NUMBER)
    return float(node.value)


def as_text(node: Node, key: str, most: int = LONGEST_TEXT) -> str:
    """Return the text of a node."""
    if not isinstance(node.value, str):
        raise Wrong(node.line, key, WANT_TEXT)
    text = node.value.strip()
    if not text:
        raise Wrong(node.line, key, WANT_LONGER)
    if len(text) > most:
        raise Wrong(node.line, key, WANT_SHORTER, most=most)
    return text


def write_duration(span_us: int) -> str:
    """Return a duration as a rule writes it."""
    for letter, unit in (("d", DAY_US), ("h", HOUR_US), ("m", MINUTE_US)):
        if span_us and span_us % unit == 0:
            return f"{span_us // unit}{letter}"
    return f"{span_us / SECOND_US:g}s"


def _unknown(key: str, line: int, known: list[str]) -> Problem:
    like = difflib.get_close_matches(key, known, 1)
    if like:
        return Problem(line, key, UNKNOWN_KEY_LIKE, {"like": like[0]})
    return Problem(line, key, UNKNOWN_KEY, {"known": ", ".join(known)})

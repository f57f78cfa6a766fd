"""YAML as people write it and as attackers do: bounded, without aliases or tags, and every value with its line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from rivulus.kernel.words import N_

LARGEST = 20_000  # characters
DEEPEST = 16
MOST_NODES = 3_000

TOO_LONG = N_("A rule has at most %(most)s characters.")
TOO_DEEP = N_("This is nested too deeply.")
TOO_MANY = N_("A rule has at most %(most)s values.")
NO_ALIASES = N_("Anchors and aliases (& and *) are not used in rules.")
NO_TAGS = N_("Tags (words that begin with !) are not used in rules.")
NOT_YAML = N_("This is not YAML: %(problem)s.")
TWICE = N_("This key is written twice.")
PLAIN_KEYS = N_("A key is a plain word.")
EMPTY = N_("Nothing is written here.")
NOT_A_MAPPING = N_("A rule is a list of keys and values.")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong on which line (from 1; 0 is the whole); ``sentence`` is a msgid, ``values`` fill it."""

    line: int
    key: str
    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        sentence = self.sentence % self.values if self.values else self.sentence
        where = f"Line {self.line}: " if self.line else ""
        return f"{where}{self.key}: {sentence}" if self.key else f"{where}{sentence}"


class Wrong(Exception):
    """One problem, found deep inside; whoever reads the part it stands in collects it."""

    def __init__(self, line: int, key: str, sentence: str, **values: object) -> None:
        super().__init__(sentence % values if values else sentence)
        self.problem = Problem(line, key, sentence, values)


@dataclass(frozen=True, slots=True)
class Node:
    """A value and the line it begins on; ``value`` is a scalar, a list of nodes, or a dict of (key line, node)."""

    line: int
    value: Any

    def plain(self) -> Any:
        """Return the value without lines, as JSON would hold it."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


class _Loader(yaml.SafeLoader):
    """Scalars as in YAML 1.2's core schema: no dates, no sexagesimals, no yes and no."""


# YAML 1.1 reads 22:00 as 1320 and 2026-01-01 as a date; a rule means what stands there.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag == "tag:yaml.org,2002:null"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?")
_WORDS = {"true": True, "false": False}


def load(text: str) -> Node:
    """Return the mapping of a YAML text; raises Wrong with the line of what is not allowed."""
    if len(text) > LARGEST:
        raise Wrong(0, "", TOO_LONG, most=LARGEST)
    if "\x00" in text:
        raise Wrong(0, "", NOT_YAML, problem="NUL")
    try:
        _refuse_events(text)
        root = yaml.compose(text, _Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise Wrong(mark.line + 1 if mark else 0, "", NOT_YAML, problem=problem) from error
    except RecursionError as error:
        raise Wrong(0, "", TOO_DEEP) from error
    if root is None:
        raise Wrong(0, "", EMPTY)
    if not isinstance(root, yaml.MappingNode):
        raise Wrong(1, "", NOT_A_MAPPING)
    return _locate(root)


def _refuse_events(text: str) -> None:
    """Walk the events before anything is built: depth, count, aliases, anchors, tags."""
    depth = 0
    for number, event in enumerate(yaml.parse(text, _Loader)):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Wrong(line, "", NO_ALIASES)
        if getattr(event, "tag", None):
            raise Wrong(line, "", NO_TAGS)
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            depth += 1
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise Wrong(line, "", TOO_DEEP)
        if number > MOST_NODES:
            raise Wrong(line, "", TOO_MANY, most=MOST_NODES)


def _locate(node: yaml.Node) -> Node:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return Node(line, [_locate(part) for part in node.value])
    if isinstance(node, yaml.MappingNode):
        return Node(line, _mapping(node))
    assert isinstance(node, yaml.ScalarNode)
    return Node(line, _scalar(node))


def _mapping(node: yaml.MappingNode) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode) or not isinstance(key.value, str):
            raise Wrong(line, "", PLAIN_KEYS)
        if key.value in found:
            raise Wrong(line, key.value, TWICE)
        found[key.value] = _locate(value)
    return found


def _scalar(node: yaml.ScalarNode) -> Any:
    if node.style is not None:  # quoted, or a block: a text
        return node.value
    if node.tag == "tag:yaml.org,2002:null":
        return None
    if node.value in _WORDS:
        return _WORDS[node.value]
    if _NUMBER.fullmatch(node.value) and len(node.value) <= 40:
        number = float(node.value)
        return (
            int(number) if number.is_integer() and abs(number) < 2**53 and not set(node.value) & set(".eE") else number
        )
    return node.value

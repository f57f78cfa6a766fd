"""The text of the commonest rule, written for whoever fills in a form: a value beyond a bound for some minutes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rivulus.observations.rules.automations.syntax import LANGUAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the form asks; texts by language."""

    title: Mapping[str, str]
    message: Mapping[str, str]
    domain: str
    property: str
    direction: str  # above, below
    value: float
    clear: float | None
    minutes: int
    severity: str
    roles: Sequence[str]
    email: bool


def write(wish: Wish) -> str:
    """Return the rule as YAML; what it says is read back by the same grammar as any other."""
    selector = f"{{property: {wish.property}{f', domain: {wish.domain}' if wish.domain else ''}}}"
    lines = [
        "title:",
        *_texts(wish.title, 2),
        *([f"domain: {wish.domain}"] if wish.domain else []),
        "triggers:",
        "  - id: value",
        "    value:",
        f"      series: {selector}",
        f"      {wish.direction}: {wish.value:g}",
        *([f"      clear: {wish.clear:g}"] if wish.clear is not None else []),
        *([f"      for: {wish.minutes}m"] if wish.minutes else []),
        "actions:",
        f"  - alarm: {{severity: {wish.severity}}}",
        "  - notify:",
        f"      roles: [{', '.join(wish.roles)}]",
        *(["      email: true"] if wish.email else []),
        "      message:",
        *_texts(wish.message, 8),
    ]
    return "\n".join(lines) + "\n"


def _texts(texts: Mapping[str, str], indent: int) -> list[str]:
    return [f"{' ' * indent}{language}: {_quoted(texts[language])}" for language in LANGUAGES]


def _quoted(text: str) -> str:
    """Return a text as YAML's double-quoted scalar; control characters have no business in it."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'

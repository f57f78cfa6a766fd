"""What upper contexts tell identity: what they know of a person, and what they forget when a person leaves."""

from collections.abc import Callable
from uuid import UUID

type Knowledge = Callable[[UUID], object]
type Forgetting = Callable[[UUID], None]

_knowledge: dict[str, Knowledge] = {}
_forgetting: dict[str, Forgetting] = {}


def tell(name: str, knowledge: Knowledge) -> None:
    """Add what a context knows of a person to the person's own export; the answer must be plain JSON."""
    _knowledge[name] = knowledge


def forget_with(name: str, forgetting: Forgetting) -> None:
    """Let a context remove what is personal in its records, in the transaction that erases a person."""
    _forgetting[name] = forgetting


def list_knowledge() -> tuple[tuple[str, Knowledge], ...]:
    """Return who knows something, by name."""
    return tuple(sorted(_knowledge.items(), key=lambda pair: pair[0]))


def list_forgetting() -> tuple[tuple[str, Forgetting], ...]:
    """Return who must forget something, by name."""
    return tuple(sorted(_forgetting.items(), key=lambda pair: pair[0]))

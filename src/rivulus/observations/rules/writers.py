"""On whose account somebody writes, and what they may touch: their own, never what is another's. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.rules.keys import KeyHolder
from rivulus.observations.terms import Scope


class Forbidden(Refused):
    """Somebody may not do this, however they ask (403)."""


class Conflict(Refused):
    """What is asked does not go together with what is there (409)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Whoever writes: a supplier with a key, the city's staff, or the platform itself.

    ``supplier`` is whose the new things are; with ``is_city`` everything may be touched.
    """

    scopes: frozenset[Scope] = field(default_factory=lambda: frozenset(Scope))
    supplier: int | None = None
    supplier_code: str = ""
    key: int | None = None
    is_city: bool = True

    def owns(self, supplier: int | None) -> bool:
        """Say whether what belongs to this supplier (None: to the city) may be touched."""
        return self.is_city or (supplier is not None and supplier == self.supplier)

    def signature(self) -> dict[str, object]:
        """Return what the journal says of a writer that is no person."""
        return {} if self.key is None else {"key": self.key, "supplier": self.supplier_code}


PLATFORM = Writer()


def writer_of(holder: KeyHolder) -> Writer:
    """Return the writer that a key makes of whoever carries it."""
    return Writer(
        scopes=holder.scopes,
        supplier=holder.supplier_id,
        supplier_code=holder.supplier_code,
        key=holder.key_id,
        is_city=holder.is_city,
    )


def check_scope(writer: Writer, scope: Scope) -> None:
    """Raise Forbidden where the key does not open this."""
    if scope not in writer.scopes:
        raise Forbidden(N_("This key may not do that: it lacks the scope “%(scope)s”."), scope=str(scope))


def check_owns(writer: Writer, supplier: int | None, label: str) -> None:
    """Raise Forbidden where a thing, or what hangs on it, is another's."""
    if not writer.owns(supplier):
        raise Forbidden(N_("This %(label)s belongs to somebody else."), label=label)


def check_can_link(writer: Writer, supplier: int | None, label: str) -> None:
    """Raise Forbidden where a sensor, property, place, feature or actuator is another supplier's.

    What is the city's (None) may be used by everybody, and changed by the city alone.
    """
    if supplier is not None:
        check_owns(writer, supplier, label)


def check_not_shared(writer: Writer, users: Iterable[int | None], label: str) -> None:
    """Raise Conflict where the thing of somebody else uses what is to be changed."""
    if not all(writer.owns(supplier) for supplier in users):
        raise Conflict(N_("This %(label)s is used by the things of others; describe one of your own."), label=label)

"""Publishing: which collections of open data the platform offers, told by the contexts that own them.

Contexts register theirs when Django starts; whoever counts or lists open data asks here.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Collection:
    """A set of open data at an address of the API; ``title`` is a msgid.

    ``live`` says that the address answers from the present records, without anybody exporting anything.
    """

    name: str
    title: str
    live: bool


_collections: dict[str, Collection] = {}


def register(collection: Collection) -> None:
    """Add a collection; two different ones of the same name are a mistake in the code."""
    known = _collections.setdefault(collection.name, collection)
    if known != collection:
        raise ValueError(f"Two collections are called {collection.name}.")


def list_collections() -> tuple[Collection, ...]:
    """Return all collections by name."""
    return tuple(_collections[name] for name in sorted(_collections))

"""What upper contexts put under the journal's seal: append-only tables, and facts compared with their line.

A context seals a subject once, when Django starts. Its rows are then compared, at every verification, with the latest
line about them, so that a row changed behind the platform's back is named even when the triggers were switched off.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

Rows = Callable[[], Iterable[tuple[str, Mapping[str, object]]]]


@dataclass(frozen=True, slots=True)
class Seal:
    """A sealed subject: each row's content must be found, value by value, in the latest line about it.

    ``verbs`` names the lines that record the fact (empty: all lines about the subject); after a line with one of the
    ``ending`` verbs the row may be gone.
    """

    subject: str
    rows: Rows
    verbs: frozenset[str] = frozenset()
    ending: frozenset[str] = frozenset()


_seals: dict[str, Seal] = {}


def seal(subject: str, rows: Rows, *, verbs: Iterable[str] = (), ending: Iterable[str] = ()) -> None:
    """Compare the rows of a subject with the journal at every verification.

    ``rows`` yields (id, content) and should stream; the content may hold dates, decimals and UUIDs as they are.
    """
    _seals[subject] = Seal(subject, rows, frozenset(verbs), frozenset(ending))


def unseal(subject: str) -> None:
    """Forget a sealed subject."""
    _seals.pop(subject, None)


def list_seals() -> tuple[Seal, ...]:
    """Return all seals by subject."""
    return tuple(_seals[subject] for subject in sorted(_seals))


def append_only_sql(table: str) -> str:
    """Return the SQL that lets rows of a table be added but never changed, removed or truncated.

    The migration that runs it depends on ``("journal", "0002_append_only")``, which brings the function.
    """
    name = _checked(table)
    return (
        f'CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "{name}" '
        "FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();"
    )


def append_only_reverse_sql(table: str) -> str:
    """Return the SQL that undoes ``append_only_sql``."""
    name = _checked(table)
    return f'DROP TRIGGER IF EXISTS {name}_append_only ON "{name}";'


def _checked(table: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,48}", table):
        raise ValueError(f"{table!r} is no name of a table.")
    return table

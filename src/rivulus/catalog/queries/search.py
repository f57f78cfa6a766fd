"""One search over the datasets of all organisations: words, filters, counts for every filter, one page of results."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from rivulus.catalog.models import Dataset
from rivulus.kernel.words import fold

MOST_WORDS = 8
LONGEST_WORD = 60
PER_PAGE = 20
TYPO_SIMILARITY = 0.5
ORDERS: Mapping[str, str] = {
    "relevance": "place, changed DESC NULLS LAST",
    "changed": "changed DESC NULLS LAST",
    "new": "issued DESC NULLS LAST",
    "title": "words",
    "quality": "points DESC NULLS LAST",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody looks for; filters are exact, words are parts of words in any order."""

    q: str = ""
    organisation: str = ""
    theme: str = ""
    format: str = ""
    licence: str = ""
    high_value: bool = False
    live: bool = False
    tag: str = ""
    sort: str = ""

    @property
    def words(self) -> list[str]:
        """Return the words, folded, each once."""
        found = [word[:LONGEST_WORD] for word in fold(self.q.replace("\x00", " ")).split()]
        return list(dict.fromkeys(word for word in found if word))[:MOST_WORDS]

    @property
    def order(self) -> str:
        """Return how the results are ordered."""
        if self.sort in ORDERS and (self.sort != "relevance" or self.words):
            return self.sort
        return "relevance" if self.words else "changed"


@dataclass(frozen=True, slots=True)
class Facet:
    """How many of the results have a value."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Found:
    """One page of results; ``is_similar`` says that nothing had the words, and these are like them."""

    datasets: tuple[Dataset, ...]
    total: int
    facets: Mapping[str, tuple[Facet, ...]] = field(default_factory=dict)
    is_similar: bool = False

    def __len__(self) -> int:
        """Return how many results there are on all pages."""
        return self.total


def search(wanted: Wanted, *, offset: int = 0, limit: int = PER_PAGE) -> Found:
    """Return one page of the published datasets that match, with counts; two queries, three after a typing error."""
    total, facets, numbers = _ask(wanted, offset, limit, is_similar=False)
    is_similar = False
    if not total and wanted.words:
        total, facets, numbers = _ask(wanted, offset, limit, is_similar=True)
        is_similar = total > 0
    rows = Dataset.objects.select_related("organisation", "assessment").in_bulk(numbers)
    return Found(tuple(rows[number] for number in numbers if number in rows), total, facets, is_similar)


def list_keywords(*, limit: int = 1000) -> list[str]:
    """Return the keywords of published datasets, by the alphabet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT word FROM catalog_dataset, unnest(keywords) AS word"
            " WHERE state = 'published' AND (NOT is_demonstration OR %s) ORDER BY word LIMIT %s",
            [settings.RIVULUS_DEMO, limit],
        )
        return [word for (word,) in cursor.fetchall()]


type Value = str | int | bool
type _Answer = tuple[int, dict[str, tuple[Facet, ...]], list[int]]


def _ask(wanted: Wanted, offset: int, limit: int, *, is_similar: bool) -> _Answer:
    """Ask for counts and numbers at once: the rows that match are walked through once."""
    conditions, place, values = _conditions(wanted, is_similar=is_similar)
    values |= {"offset": max(0, min(offset, 1_000_000)), "limit": max(0, min(limit, 1000))}
    statement = _STATEMENT.format(
        conditions=sql.SQL(" AND ").join(sql.SQL(one) for one in conditions),
        place=sql.SQL(place),
        order=sql.SQL(ORDERS[wanted.order]),
    )
    with transaction.atomic(), connection.cursor() as cursor:
        if is_similar:
            cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(TYPO_SIMILARITY)])
        cursor.execute(statement.as_string(cursor.connection), values)
        return _read(cursor.fetchall())


def _conditions(wanted: Wanted, *, is_similar: bool) -> tuple[list[str], str, dict[str, Value]]:
    conditions = ["d.state = 'published'", "(NOT d.is_demonstration OR %(demonstration)s)"]
    values: dict[str, Value] = {"demonstration": settings.RIVULUS_DEMO}
    places = []
    for number, word in enumerate(wanted.words):
        values[f"w{number}"] = word if is_similar else f"%{_escape(word)}%"
        values[f"p{number}"] = word
        conditions.append(f"%(w{number})s <%% d.search_text" if is_similar else f"d.search_text LIKE %(w{number})s")
        places.append(
            f"-word_similarity(%(p{number})s, d.search_text)" if is_similar else f"strpos(d.search_text, %(p{number})s)"
        )
    filters: dict[str, tuple[str, Value]] = {
        "organisation": ("o.code = %(organisation)s", wanted.organisation),
        "theme": ("d.theme @> ARRAY[%(theme)s]::varchar[]", wanted.theme),
        "format": ("d.formats @> ARRAY[%(format)s]::varchar[]", wanted.format),
        "licence": ("d.licence = %(licence)s", wanted.licence),
        "tag": ("d.keywords @> ARRAY[%(tag)s]::varchar[]", wanted.tag),
        "high_value": ("d.hvd_category <> ''", wanted.high_value),
        "live": ("d.source = 'live'", wanted.live),
    }
    for name, (condition, value) in filters.items():
        if value:
            conditions.append(condition)
            values[name] = value.replace("\x00", "") if isinstance(value, str) else value
    return conditions, " + ".join(places) or "0", values


def _read(rows: Sequence[tuple[str, str, int]]) -> _Answer:
    total, numbers = 0, []
    facets: dict[str, list[Facet]] = defaultdict(list)
    for name, value, count in rows:
        if name == "total":
            total = count
        elif name == "row":
            numbers.append((count, int(value)))
        elif count:
            facets[name].append(Facet(value, count))
    ranked = {name: tuple(sorted(found, key=lambda one: (-one.count, one.value))) for name, found in facets.items()}
    return total, ranked, [number for _, number in sorted(numbers)]


def _escape(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


_STATEMENT = sql.SQL(
    """
    WITH found AS MATERIALIZED (
        SELECT d.id, o.code AS owner, d.theme, d.formats, d.licence, d.hvd_category <> '' AS high_value,
               d.source = 'live' AS live, d.data_changed_at AS changed, d.issued_at AS issued,
               left(d.search_text, 60) AS words, a.points, {place} AS place
          FROM catalog_dataset d
          JOIN identity_organisation o ON o.id = d.organisation_id
          LEFT JOIN catalog_assessment a ON a.dataset_id = d.id
         WHERE {conditions}
    )
    SELECT 'total', '', count(*) FROM found
    UNION ALL SELECT 'organisation', owner, count(*) FROM found GROUP BY owner
    UNION ALL SELECT 'theme', one, count(*) FROM found, unnest(theme) AS one GROUP BY one
    UNION ALL SELECT 'format', one, count(*) FROM found, unnest(formats) AS one GROUP BY one
    UNION ALL SELECT 'licence', licence, count(*) FROM found GROUP BY licence
    UNION ALL SELECT 'high_value', '1', count(*) FROM found WHERE high_value
    UNION ALL SELECT 'live', '1', count(*) FROM found WHERE live
    UNION ALL SELECT 'row', id::text, number FROM (
        SELECT id, row_number() OVER (ORDER BY {order}, id) AS number FROM found
    ) AS ranked WHERE number > %(offset)s AND number <= %(offset)s + %(limit)s
    """
)

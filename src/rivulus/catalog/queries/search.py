"""One search over the datasets of all organisations: words, filters, counts for every filter, one page of results."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.conf import settings
from django.db import connection
from psycopg import sql

from rivulus.catalog.models import Dataset
from rivulus.catalog.queries.lexicon import nearest
from rivulus.kernel.words import fold

MOST_WORDS = 8
LONGEST_WORD = 60
PER_PAGE = 20
ORDERS: Mapping[str, str] = {
    "relevance": "place, changed DESC NULLS LAST",
    "changed": "changed DESC NULLS LAST",
    "new": "issued DESC NULLS LAST",
    "title": "words",
    "quality": "points DESC NULLS LAST",
}
OF_ORGANISATION = "d.organisation_id = (SELECT o.id FROM identity_organisation o WHERE o.code = %(organisation)s)"
# What an order needs besides; all texts are long, and are not read where nobody sorts by them.
WORDS = {"title": "left(d.search_text, 60)"}
POINTS = {"quality": "(SELECT a.points FROM catalog_assessment a WHERE a.dataset_id = d.id)"}


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
    total, facets, numbers = _ask(wanted, offset, limit)
    is_similar = False
    if not total and wanted.words:
        near = nearest(wanted.words)
        if near and near != wanted.words:
            total, facets, numbers = _ask(replace(wanted, q=" ".join(near)), offset, limit)
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


def _ask(wanted: Wanted, offset: int, limit: int) -> _Answer:
    """Ask for counts and numbers at once: the rows that match are walked through once."""
    conditions, place, values = _conditions(wanted)
    values |= {"offset": max(0, min(offset, 1_000_000)), "limit": max(0, min(limit, 1000))}
    statement = _STATEMENT.format(
        conditions=sql.SQL(" AND ").join(sql.SQL(one) for one in conditions),
        place=sql.SQL(place),
        words=sql.SQL(WORDS.get(wanted.order, "NULL")),
        points=sql.SQL(POINTS.get(wanted.order, "NULL")),
        order=sql.SQL(ORDERS[wanted.order]),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(cursor.connection), values)
        return _read(cursor.fetchall())


def _conditions(wanted: Wanted) -> tuple[list[str], str, dict[str, Value]]:
    conditions = ["d.state = 'published'", "(NOT d.is_demonstration OR %(demonstration)s)"]
    values: dict[str, Value] = {"demonstration": settings.RIVULUS_DEMO}
    places = []
    for number, word in enumerate(wanted.words):
        values[f"w{number}"], values[f"p{number}"] = f"%{_escape(word)}%", word
        conditions.append(f"d.search_text LIKE %(w{number})s")
        places.append(f"strpos(d.search_text, %(p{number})s)")
    filters: dict[str, tuple[str, Value]] = {
        "organisation": (OF_ORGANISATION, wanted.organisation),
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


# The rows that match are walked through once, and kept narrow; arrays are counted before they are taken apart.
_STATEMENT = sql.SQL(
    """
    WITH found AS MATERIALIZED (
        SELECT d.id, d.organisation_id AS owner, d.theme, d.formats, d.licence, d.hvd_category <> '' AS high_value,
               d.source = 'live' AS live, d.data_changed_at AS changed, d.issued_at AS issued,
               {words} AS words, {points} AS points, {place} AS place
          FROM catalog_dataset d
         WHERE {conditions}
    )
    SELECT 'total', '', count(*) FROM found
    UNION ALL SELECT 'organisation', o.code, g.number
                FROM (SELECT owner, count(*) AS number FROM found GROUP BY owner) AS g
                JOIN identity_organisation o ON o.id = g.owner
    UNION ALL SELECT 'theme', one, sum(g.number)::bigint
                FROM (SELECT theme, count(*) AS number FROM found GROUP BY theme) AS g, unnest(g.theme) AS one GROUP BY one
    UNION ALL SELECT 'format', one, sum(g.number)::bigint
                FROM (SELECT formats, count(*) AS number FROM found GROUP BY formats) AS g, unnest(g.formats) AS one
               GROUP BY one
    UNION ALL SELECT 'licence', licence, count(*) FROM found GROUP BY licence
    UNION ALL SELECT 'high_value', '1', count(*) FROM found WHERE high_value
    UNION ALL SELECT 'live', '1', count(*) FROM found WHERE live
    UNION ALL SELECT 'row', id::text, row_number() OVER () FROM (
        SELECT id FROM found ORDER BY {order}, id LIMIT %(limit)s OFFSET %(offset)s
    ) AS ranked
    """
)

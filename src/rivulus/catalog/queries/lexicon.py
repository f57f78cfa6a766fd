"""The words of the catalog, for typing errors: kept in memory until the catalog changes."""

import threading
from collections.abc import Sequence

from django.conf import settings
from django.db import connection

from rivulus.catalog.queries.pages import read_mark
from rivulus.catalog.rules.spelling import Lexicon, correct

_lock = threading.Lock()
_kept: tuple[tuple[str, object], Lexicon] | None = None


def nearest(words: Sequence[str]) -> list[str]:
    """Return the words of the catalog that were probably meant; nothing where there are none."""
    return correct(_lexicon(), words)


def _lexicon() -> Lexicon:
    global _kept
    mark = (read_mark(), settings.RIVULUS_DEMO)
    with _lock:
        if _kept is None or _kept[0] != mark:
            _kept = mark, Lexicon(_list_words())
        return _kept[1]


def _list_words() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT word FROM catalog_dataset d,"
            " regexp_split_to_table(d.search_text, '[^[:alnum:]]+') AS word"
            " WHERE d.state = 'published' AND (NOT d.is_demonstration OR %s) AND length(word) BETWEEN 3 AND 40"
            " ORDER BY word LIMIT 200000",
            [settings.RIVULUS_DEMO],
        )
        return [word for (word,) in cursor.fetchall()]

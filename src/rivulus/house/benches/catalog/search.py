"""The search over ten thousand datasets, beside a plain one; a page of DCAT-AP and of CKAN; the page of results."""

import random
import statistics
import time
from collections.abc import Callable
from functools import partial

DATASETS, ROUNDS, SEED = 10_000, 15, 1329
WORDS = [
    "buget",
    "arbori",
    "autobuz",
    "stație",
    "școală",
    "teren",
    "parcare",
    "energie",
    "aer",
    "zgomot",
    "deșeuri",
    "apă",
    "iluminat",
    "clădire",
    "drum",
    "pod",
    "parc",
    "pistă",
    "bicicletă",
    "turism",
    "muzeu",
    "eveniment",
    "achiziție",
    "contract",
    "hotărâre",
    "proiect",
    "indicator",
    "populație",
    "cartier",
    "stradă",
    "consum",
    "tarif",
    "trafic",
    "accident",
    "urgență",
    "spital",
    "farmacie",
    "piață",
    "târg",
    "sport",
    "bibliotecă",
    "registru",
    "autorizație",
    "urbanism",
    "cadastru",
    "râu",
    "debit",
]


def measure() -> None:
    """Fill the catalog, and time it."""
    from django.db import connection

    from rivulus.catalog.actions.quality import assess_all
    from rivulus.catalog.queries.search import Wanted, search

    began = time.perf_counter()
    _fill()
    assess_all()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE catalog_dataset")
        cursor.execute("VACUUM ANALYZE catalog_assessment")
    print(
        f"Catalog: {DATASETS:,} datasets of {len(WORDS)} words, made and assessed in {time.perf_counter() - began:.0f} s"
    )
    questions = {
        "one word": Wanted(q="arbori"),
        "three words": Wanted(q="consum energie clădire"),
        "a rare word": Wanted(q="unicornul"),
        "a typing error": Wanted(q="autobzu"),
        "no words, all facets": Wanted(),
        "filters, page 100": Wanted(theme="TRAN", format="csv", sort="title"),
    }
    for name, wanted in questions.items():
        offset = 1980 if "page" in name else 0
        ours, total = _milliseconds(partial(search, wanted, offset=offset)), search(wanted).total
        print(f"  {name}: {ours:.1f} ms ({total:,} found, with all facets); plain search: {_plain(wanted):.1f} ms")
    _pages()


def _fill() -> None:
    from rivulus.catalog.models import Dataset, Distribution
    from rivulus.catalog.terms import Source, State
    from rivulus.catalog.terms.vocabularies import THEMES
    from rivulus.identity.queries import list_organisations
    from rivulus.kernel import clock
    from rivulus.kernel.words import fold

    dice, owners, now = random.Random(SEED), list(list_organisations()), clock.now()  # noqa: S311
    rows = []
    for number in range(DATASETS):
        words = dice.sample(WORDS, 14)
        title, text = " ".join(words[:4]).capitalize(), " ".join(words * 3)
        rows.append(
            Dataset(
                code=f"bench-{number}", organisation_id=dice.choice(owners).pk, source=Source.LINK, state=State.PUBLISHED,
                title_ro=title, description_ro=text, theme=[dice.choice(list(THEMES))], keywords=words[4:8],
                formats=dice.sample(["csv", "geojson", "json", "pdf", "xlsx"], 2), issued_at=now, data_changed_at=now,
                search_text=fold(f"{title} {' '.join(words[4:8])} bench {number} {text} primaria baia mare"),
            )
        )  # fmt: skip
    rows[0].search_text += " unicornul"
    made = Dataset.objects.bulk_create(rows, batch_size=1000)
    links = [Distribution(dataset=row, url=f"https://data.example.org/{row.code}.csv", format="csv") for row in made]
    Distribution.objects.bulk_create(links, batch_size=2000)


def _plain(wanted: object) -> float:
    """The naive twin: Django's ``icontains`` over the texts, a count and a first page, without facets."""
    from django.db.models import Q

    from rivulus.catalog.models import Dataset

    def work() -> None:
        rows = Dataset.objects.filter(state="published")
        for word in wanted.words:  # type: ignore[attr-defined]
            rows = rows.filter(
                Q(title_ro__icontains=word) | Q(description_ro__icontains=word) | Q(search_text__icontains=word)
            )
        rows.count()
        list(rows.select_related("organisation").order_by("title_ro")[:20])

    return _milliseconds(work, rounds=5)


def _pages() -> None:
    from django.test import Client, override_settings

    with override_settings(RIVULUS_KEEP_PAGES=False):
        client = Client(SERVER_NAME="localhost")

        def fetch(path: str) -> int:
            answer = client.get(path)
            if answer.status_code != 200:
                raise RuntimeError(f"{path} answers {answer.status_code}.")
            body = answer.getvalue() if answer.streaming else answer.content
            return len(body)

        for path in (
            "/catalog/", "/catalog/?q=arbori", "/catalog/datasets/bench-7/", "/catalog.ttl?page=50", "/catalog.jsonld?page=50",
            "/catalog.rdf?page=50", "/api/3/action/package_search?q=arbori&rows=100", "/api/3/action/package_show?id=bench-7",
            "/catalog/quality/",
        ):  # fmt: skip
            size = fetch(path)
            print(f"  {path}: {_milliseconds(partial(fetch, path), rounds=7):.1f} ms ({size / 1000:.0f} kB)")


def _milliseconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the median time of a piece of work."""
    times = []
    for _round in range(rounds):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return statistics.median(times) * 1000

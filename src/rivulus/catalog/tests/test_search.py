"""One search over all organisations."""

import pytest
from django.db import connection

from rivulus.catalog.actions.live import sync_live_datasets
from rivulus.catalog.queries.search import Wanted, list_keywords, search
from rivulus.catalog.rules.spelling import Lexicon, correct, trigrams_of
from rivulus.catalog.tests.cataloguing import make_draft, make_published, make_table
from rivulus.identity.models import Organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalogue(city: Organisation, university: Organisation) -> None:
    make_published(university)
    make_published(
        city, title_ro="Linii de autobuz", title_en="Bus lines", title_hu="", theme=("TRAN",), keywords=("autobuz",),
        description_ro="Liniile de autobuz, cu stații lângă arbori.", description_en="", hvd_category="c_b79e35eb",
    )  # fmt: skip
    make_draft(None, city, title_ro="Ciornă despre arbori")
    sync_live_datasets(tables=[make_table()])


def titles(**wanted: object) -> list[str]:
    return [row.title_ro for row in search(Wanted(**wanted)).datasets]  # type: ignore[arg-type]


@pytest.mark.usefixtures("catalogue")
def test_words_are_found_without_accents_in_any_language_and_order() -> None:
    assert titles(q="arbori parcuri") == ["Arborii din parcuri"]
    assert titles(q="PARCURI Arbori") == ["Arborii din parcuri"]
    assert titles(q="trees") == ["Arborii din parcuri"]
    assert titles(q="bănci") == titles(q="banci") == ["Băncile"]
    assert titles(q="nord") == ["Arborii din parcuri"]  # its organisation


@pytest.mark.usefixtures("catalogue")
def test_a_title_comes_before_a_mention_and_drafts_are_not_found() -> None:
    assert titles(q="arbori") == ["Arborii din parcuri", "Linii de autobuz"]


@pytest.mark.usefixtures("catalogue")
def test_a_typing_error_finds_what_is_similar_and_says_so() -> None:
    found = search(Wanted(q="autobzu"))
    assert found.is_similar
    assert found.datasets[0].title_ro == "Linii de autobuz"
    assert not search(Wanted(q="autobuz")).is_similar
    assert search(Wanted(q="qqqqqqqq")).total == 0


@pytest.mark.usefixtures("catalogue")
def test_filters_narrow_and_every_filter_is_counted() -> None:
    found = search(Wanted())
    assert found.total == 3
    counts = {name: {one.value: one.count for one in facets} for name, facets in found.facets.items()}
    assert counts["organisation"] == {"baia-mare": 2, "cunbm": 1}
    assert counts["theme"] == {"ENVI": 2, "TRAN": 1}
    assert counts["format"]["csv"] == 3
    assert counts["high_value"] == counts["live"] == {"1": 1}
    assert titles(theme="TRAN") == titles(high_value=True) == titles(tag="autobuz") == ["Linii de autobuz"]
    assert titles(live=True) == titles(format="geojson") == ["Băncile"]
    assert titles(organisation="cunbm", licence="CC-BY-4.0") == ["Arborii din parcuri"]
    assert titles(organisation="nobody") == []


@pytest.mark.usefixtures("catalogue")
def test_signs_with_a_meaning_to_the_database_are_plain_letters() -> None:
    for q in ("%", "_", "\\", "' OR 1=1 --", "a" * 500, "ș" * 3, " ".join("abcdefghijk")):
        search(Wanted(q=q))
    assert search(Wanted(q="arb%ri")).is_similar  # not found as it stands


@pytest.mark.usefixtures("catalogue")
def test_pages_follow_one_another_in_a_stable_order(django_assert_num_queries: object) -> None:
    whole = titles(sort="title")
    assert whole == ["Arborii din parcuri", "Băncile", "Linii de autobuz"]
    pages = [search(Wanted(sort="title"), offset=n, limit=1).datasets[0].title_ro for n in range(3)]
    assert pages == whole
    for sort in ("relevance", "changed", "new", "quality", "nonsense"):
        assert len(titles(q="a", sort=sort)) == 3
    with django_assert_num_queries(2):  # type: ignore[operator]
        search(Wanted(q="arbori"))


@pytest.mark.usefixtures("catalogue")
def test_keywords_are_listed_once() -> None:
    assert list_keywords() == ["arbori", "autobuz", "bănci", "parcuri"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("autobzu", "autobuz"),
        ("arbroi", "arbori"),
        ("parcurl", "parcuri"),
        ("arbor", "arbor"),
        ("xyzxyz", ""),
        ("a", "a"),
    ],
)
def test_a_word_typed_wrongly_is_taken_for_the_most_similar_one(typed: str, meant: str) -> None:
    lexicon = Lexicon(["arbori", "autobuz", "parcuri", "primaria"])
    assert correct(lexicon, [typed]) == ([meant] if meant else [])
    assert correct(lexicon, ["arbori", "xyzxyz"]) == []


def test_trigrams_are_cut_as_the_database_cuts_them(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT show_trgm('autobuz')")
        (found,) = cursor.fetchone() or ((),)
    assert set(found) == trigrams_of("autobuz")

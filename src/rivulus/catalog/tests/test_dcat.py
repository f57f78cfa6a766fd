"""DCAT-AP: written in three ways that say the same, paged, negotiated, and accepted by the shapes of SEMIC."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS, RDF

from rivulus.catalog.actions import datasets as actions
from rivulus.catalog.actions.live import sync_live_datasets
from rivulus.catalog.presenters.dcat import Page, Writer
from rivulus.catalog.presenters.rdf import MEDIA_TYPES, Link, Text, Thing, Writing, negotiate, write
from rivulus.catalog.queries import pages
from rivulus.catalog.queries.ways import list_ways_of
from rivulus.catalog.terms import Format
from rivulus.catalog.tests.cataloguing import make_draft, make_published, make_table
from rivulus.identity.models import Organisation

# rdflib's own reader of JSON-LD uses what rdflib says not to use any more.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
SHAPES = Path(os.environ.get("RIVULUS_SHARED_DATA", settings.BASE_DIR.parent / "shared" / "data")) / "dcat_ap"
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
PARSERS = {Writing.TURTLE: "turtle", Writing.JSON_LD: "json-ld", Writing.RDF_XML: "xml"}


def parse(text: str, writing: Writing) -> Graph:
    return Graph().parse(data=text, format=PARSERS[writing], publicID="http://testserver/")


def fetch(path: str, writing: Writing = Writing.TURTLE) -> Graph:
    response = Client().get(path)
    assert response.status_code == 200
    body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    return parse(body.decode(), writing)


# --- writing --------------------------------------------------------------------------------------

ADDRESSES = st.builds(
    "https://example.org/{}".format, st.text(min_size=1, max_size=20).filter(lambda t: t.strip() == t)
)
VALUES = st.one_of(
    st.builds(Link, ADDRESSES),
    st.builds(
        Text, st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=40), st.sampled_from(["", "ro"])
    ),
    st.builds(lambda n: Text(str(n), type="xsd:integer"), st.integers()),
)
THINGS = st.lists(
    st.builds(
        lambda address, facts: Thing(address, (("rdf:type", Link("dcat:Dataset")), *facts)),
        ADDRESSES,
        st.lists(st.tuples(st.sampled_from(["dct:title", "dct:description"]), VALUES), max_size=4),
    ),
    max_size=4,
)


@given(THINGS)
def test_the_three_writings_say_the_same_whatever_is_said(things: list[Thing]) -> None:
    graphs = [parse("".join(write(things, writing)), writing) for writing in Writing]
    assert isomorphic(graphs[0], graphs[1])
    assert isomorphic(graphs[0], graphs[2])
    assert len(graphs[0]) <= sum(len(thing.facts) for thing in things)


@pytest.mark.parametrize(
    ("accept", "writing"),
    [
        ("", None),
        ("*/*", None),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", None),
        ("text/turtle", Writing.TURTLE),
        ("application/ld+json, text/html;q=0.5", Writing.JSON_LD),
        ("text/html, text/turtle;q=0.9", None),
        ("application/rdf+xml;q=0.7, text/turtle;q=0.2", Writing.RDF_XML),
        ("text/turtle;q=x", None),
    ],
)
def test_a_program_gets_the_writing_it_would_rather_have(accept: str, writing: Writing | None) -> None:
    assert negotiate(accept) is writing


# --- the catalog ----------------------------------------------------------------------------------


@pytest.fixture
def catalogue(city: Organisation, university: Organisation) -> None:
    tree = make_published(university, hvd_category="", landing_page="https://example.org/trees")
    dataset = make_published(
        city, title_ro="Linii", title_en="Lines", title_hu="Vonalak", theme=("TRAN",), hvd_category="c_b79e35eb",
        spatial={"bbox": [23.4, 47.6, 23.7, 47.7]}, description_ro="Liniile de autobuz, cu stații.", licence="CC0-1.0",
    )  # fmt: skip
    actions.add_link(
        by=None,
        dataset=dataset,
        url="https://data.example.org/lines?x=1&y=[2]",
        format=Format.OTHER,
        reason="More ways.",
    )
    make_draft(None, city, title_ro="Ciorna")
    sync_live_datasets(tables=[make_table()])
    assert tree.pk


@pytest.mark.usefixtures("catalogue")
@pytest.mark.django_db
def test_the_catalog_is_the_same_in_every_writing_and_holds_what_is_published() -> None:
    graphs = [fetch(f"/catalog.{writing}", writing) for writing in Writing]
    datasets = set(graphs[0].subjects(RDF.type, DCAT.Dataset))
    assert datasets == {
        URIRef(f"http://testserver/catalog/datasets/{code}/")
        for code in ("arborii-din-parcuri", "linii", "city-benches")
    }
    for graph in graphs[1:]:
        assert set(graph.subjects(RDF.type, DCAT.Dataset)) == datasets
        assert len(graph.query("SELECT ?s WHERE { ?s a dcat:Distribution }", initNs={"dcat": DCAT})) == len(
            graphs[0].query("SELECT ?s WHERE { ?s a dcat:Distribution }", initNs={"dcat": DCAT})
        )
    titles = {
        str(text.language): str(text)
        for text in graphs[0].objects(URIRef("http://testserver/catalog/datasets/linii/"), DCTERMS.title)
    }
    assert titles == {"ro": "Linii", "en": "Lines", "hu": "Vonalak"}


@pytest.mark.usefixtures("catalogue")
@pytest.mark.django_db
def test_pages_lead_from_one_to_the_next_until_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PER_PAGE", 2)
    seen: set[Any] = set()
    address: str | None = "/catalog.ttl"
    number = 0
    while address:
        graph = fetch(address)
        seen |= set(graph.subjects(RDF.type, DCAT.Dataset))
        address = next((str(one).removeprefix("http://testserver") for one in graph.objects(None, HYDRA.next)), None)
        number += 1
    assert (number, len(seen)) == (2, 3)
    assert 'rel="next"' in Client().get("/catalog.ttl").headers["Link"]
    for page in ("3", "0", "x", "-1", "99999999999"):
        assert Client().get(f"/catalog.ttl?page={page}").status_code == 404


@pytest.mark.usefixtures("catalogue")
@pytest.mark.django_db
def test_addresses_answer_programs_with_rdf_and_people_with_pages() -> None:
    at = "/catalog/datasets/linii/"
    for writing, media in MEDIA_TYPES.items():
        response = Client().get(at, headers={"Accept": media})
        assert response.headers["Content-Type"].startswith(media)
        assert URIRef(f"http://testserver{at}") in set(parse(response.text, writing).subjects())
        assert Client().get(f"/catalog/datasets/linii.{writing}").headers["Content-Type"].startswith(media)
    assert Client().get(at, headers={"Accept": "text/html"}).headers["Content-Type"].startswith("text/html")
    response = Client().get("/catalog/", headers={"Accept": "text/turtle"})
    assert (response.status_code, response.headers["Location"]) == (303, "/catalog.ttl")
    assert Client().get("/catalog/datasets/ciorna.ttl").status_code == 404


@pytest.mark.usefixtures("catalogue")
@pytest.mark.django_db
def test_what_was_not_changed_is_not_sent_again(university: Organisation) -> None:
    first = Client().get("/catalog.ttl")
    again = Client().get("/catalog.ttl", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    make_published(university)
    assert Client().get("/catalog.ttl", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


@pytest.mark.usefixtures("catalogue")
@pytest.mark.django_db
def test_writing_a_page_takes_a_fixed_number_of_queries(city: Organisation, django_assert_num_queries: Any) -> None:
    datasets = pages.list_page(1)
    with django_assert_num_queries(2):
        ways = list_ways_of(datasets)
    with django_assert_num_queries(0):
        things = Writer("http://testserver").list_things(
            datasets, ways, publisher=city, page=Page(number=1, last=1, total=len(datasets))
        )
        assert "".join(write(things, Writing.TURTLE))


def conforms(data: Graph, *files: str) -> Iterator[str]:
    from pyshacl import validate

    sh = Namespace("http://www.w3.org/ns/shacl#")
    shapes = Graph()
    for file in files:
        shapes.parse(SHAPES / file)
    for shape, part in list(shapes.subject_objects(sh.property)):
        if shapes.value(part, sh.path) is None:  # named in the published file, and described nowhere
            shapes.remove((shape, sh.property, part))
    _ok, results, _text = validate(data, shacl_graph=shapes, inference="none", advanced=False)
    for result in results.subjects(RDF.type, sh.ValidationResult):
        focus, path, why = (results.value(result, name) for name in (sh.focusNode, sh.resultPath, sh.resultMessage))
        yield f"{focus} {path}: {why}"


@pytest.mark.skipif(not SHAPES.exists(), reason="The shapes of DCAT-AP are not here.")
@pytest.mark.usefixtures("catalogue")
@pytest.mark.django_db
def test_the_shapes_of_dcat_ap_find_nothing_wrong() -> None:
    assert list(conforms(fetch("/catalog.ttl"), "shacl_3.0.1/dcat-ap-SHACL.ttl", "shacl_3.0.1/ranges.ttl")) == []


@pytest.mark.skipif(not SHAPES.exists(), reason="The shapes of DCAT-AP are not here.")
@pytest.mark.usefixtures("catalogue")
@pytest.mark.django_db
def test_the_shapes_of_high_value_data_find_nothing_wrong_with_a_high_value_dataset() -> None:
    graph = fetch("/catalog/datasets/linii.ttl")
    assert list(conforms(graph, "shacl_3.0.0_hvd/hvd-SHACL.ttl")) == []


@pytest.mark.skipif(not SHAPES.exists(), reason="The shapes of DCAT-AP are not here.")
@pytest.mark.usefixtures("catalogue")
@pytest.mark.django_db
def test_the_shapes_do_find_what_is_missing() -> None:
    graph = fetch("/catalog.ttl")
    dataset = URIRef("http://testserver/catalog/datasets/linii/")
    graph.remove((dataset, DCTERMS.title, None))
    assert any("title" in line for line in conforms(graph, "shacl_3.0.1/dcat-ap-SHACL.ttl", "shacl_3.0.1/ranges.ttl"))

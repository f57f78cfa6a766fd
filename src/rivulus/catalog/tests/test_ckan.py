"""CKAN's Action API, read with CKAN's own client and by hand."""

import json
from typing import Any

import pytest
from ckanapi import RemoteCKAN
from ckanapi.errors import CKANAPIError, NotFound, ValidationError
from django.test import Client

from rivulus.catalog.standards.ckan import solr
from rivulus.catalog.standards.ckan.actions import ACTIONS
from rivulus.catalog.tests.cataloguing import make_city, make_draft, make_published, make_university
from rivulus.identity.models import Organisation
from rivulus.kernel.errors import Refused


def call(action: str, **values: Any) -> Any:
    response = Client().get(f"/api/3/action/{action}", values)
    return response.json()


@pytest.fixture
def catalogue(db: None) -> None:
    city, university = make_city(), make_university()
    make_published(university)
    make_published(
        city, title_ro="Linii", title_en="", title_hu="", theme=("TRAN",), keywords=("autobuz",), licence="CC0-1.0",
        description_ro="Liniile de autobuz, cu stații.",
    )  # fmt: skip
    make_draft(None, city, title_ro="Ciorna")


@pytest.mark.django_db(transaction=True)
def test_the_client_of_ckan_reads_the_catalog(live_server: Any, catalogue: None) -> None:
    for get_only in (False, True):
        with RemoteCKAN(live_server.url, user_agent="tests", get_only=get_only) as ckan:
            assert ckan.action.site_read() is True
            assert ckan.action.status_show()["ckan_version"]
            assert ckan.action.package_list() == ["arborii-din-parcuri", "linii"]
            package = ckan.action.package_show(id="linii")
            assert package["organization"]["name"] == "baia-mare"
            assert package["license_id"] == "CC0-1.0" and package["isopen"] is True
            assert [tag["name"] for tag in package["tags"]] == ["autobuz"]
            resource = ckan.action.resource_show(id=package["resources"][0]["id"])
            assert resource["url"] == "https://data.example.org/trees.csv" and resource["format"] == "CSV"
            found = ckan.action.package_search(q="arbori", fq="organization:cunbm", rows=5)
            assert (found["count"], found["results"][0]["name"]) == (1, "arborii-din-parcuri")
            assert ckan.action.organization_list() == ["baia-mare", "cunbm"]
            assert ckan.action.organization_show(id="cunbm")["package_count"] == 1
            assert ckan.action.group_list() == ["envi", "tran"]
            assert ckan.action.group_show(id="envi")["package_count"] == 1
            assert ckan.action.tag_list() == ["arbori", "autobuz", "parcuri"]
            assert {licence["id"] for licence in ckan.action.license_list()} >= {"CC-BY-4.0", "CC0-1.0"}
            with pytest.raises(NotFound):
                ckan.action.package_show(id="ciorna")
            with pytest.raises((ValidationError, CKANAPIError)):
                ckan.action.package_search(rows="many")


@pytest.mark.usefixtures("catalogue")
def test_facets_filters_and_pages_are_those_that_harvesters_ask_for() -> None:
    result = call("package_search", **{"facet.field": '["organization","groups","res_format"]', "rows": 0})["result"]
    assert result["count"] == 2 and result["results"] == []
    assert result["facets"]["organization"] == {"baia-mare": 1, "cunbm": 1}
    assert result["search_facets"]["groups"]["items"][0]["count"] == 1
    names = [call("package_search", rows=1, start=n, sort="name asc")["result"]["results"][0]["name"] for n in (0, 1)]
    assert names == ["arborii-din-parcuri", "linii"]
    assert call("package_search", fq='groups:tran AND license_id:"CC0-1.0" +state:active')["result"]["count"] == 1
    assert call("package_search", fq="res_format:CSV")["result"]["count"] == 2
    assert call("package_search", fq="res_format:PDF")["result"]["count"] == 0
    assert call("package_search", q="*:*")["result"]["count"] == 2
    assert call("package_search", q="name:linii")["result"]["count"] == 1
    assert call("package_search", fq="private:true")["result"]["count"] == 0
    assert len(call("current_package_list_with_resources", limit=1)["result"]) == 1
    assert call("organization_list", all_fields="true")["result"][0]["package_count"] == 1


@pytest.mark.parametrize("fq", ["title:[a TO z]", "-organization:x", "nonsense", "metadata_modified:[NOW-1DAY TO NOW]"])
def test_what_is_not_understood_is_said_not_ignored(fq: str) -> None:
    with pytest.raises(Refused):
        solr.read_filter(fq)


@pytest.mark.usefixtures("catalogue")
def test_wrong_questions_get_the_answers_of_ckan() -> None:
    for path, status, kind in (
        ("package_show", 409, "Validation Error"),
        ("package_show?id=nothing", 404, "Not Found Error"),
        ("resource_show?id=linii~nothing", 404, "Not Found Error"),
        ("datastore_search?resource_id=linii~link-1", 404, "Not Found Error"),
        ("package_create", 400, "Bad request"),
        ("package_search?fq=nonsense", 409, "Validation Error"),
        ("package_search?sort=weather", 409, "Validation Error"),
        ("package_show?id=%00", 409, "Validation Error"),
    ):
        response = Client().get(f"/api/3/action/{path}")
        assert (response.status_code, response.json()["error"]["__type"]) == (status, kind), path
        assert response.json()["success"] is False
    for body in (b"{", b"[1]", b'{"id": ' + b"[" * 5000):
        response = Client().post("/api/3/action/package_show", body, content_type="application/json")
        assert response.status_code == 409
    assert Client().get("/api/3/action/site_read").headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.usefixtures("catalogue")
def test_every_action_explains_itself() -> None:
    for name in ACTIONS:
        assert call("help_show", name=name)["result"]
    assert json.dumps(call("help_show", name="nope"))


@pytest.mark.usefixtures("catalogue")
def test_a_search_takes_a_fixed_number_of_queries(django_assert_max_num_queries: Any) -> None:
    university = Organisation.objects.get(code="cunbm")
    for _ in range(6):
        make_published(university)
    with django_assert_max_num_queries(20):
        call("package_search", rows=20)

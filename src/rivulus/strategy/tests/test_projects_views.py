"""The pages of the portfolio, as visitors, residents and colleagues see them."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from rivulus.identity.models import Person
from rivulus.strategy import models
from rivulus.strategy.queries.projects import ProjectFilter, list_projects

pytestmark = pytest.mark.usefixtures("city")
PAGES = ["/projects/", "/projects/timeline/", "/projects/budget/", "/projects/D1.1.3/", "/projects/D2.3.4/"]


@pytest.fixture
def visitor() -> Client:
    return Client()


def make_report(by: Person, code: str = "D1.1.3", **more: Any) -> models.ProgressReport:
    values: dict[str, Any] = {
        "year": 2026,
        "half": 1,
        "status": "in_progress",
        "percent": 37,
        "spent_eur": Decimal("1234.50"),
        "summary": "The room is open.",
        "reported_at": dt.datetime(2026, 7, 10, tzinfo=dt.UTC),
    }
    project = models.Project.objects.get(code=code)
    return models.ProgressReport.objects.create(project=project, reported_by=by, **values | more)


@pytest.mark.parametrize("prefix", ["", "/en", "/hu"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_answers_in_every_language(visitor: Client, prefix: str, page: str) -> None:
    response = visitor.get(prefix + page)
    assert response.status_code == 200
    text = response.content.decode()
    assert text.count("<h1") == 1
    assert "style=" not in text
    assert "onclick" not in text


@pytest.mark.parametrize("page", PAGES)
def test_a_page_takes_few_queries(
    visitor: Client, page: str, django_assert_max_num_queries: Any, bogdan: Person
) -> None:
    for code in ("D1.1.3", "D2.3.4", "D1.2.3"):
        for year in range(2022, 2026):
            make_report(bogdan, code, year=year)
    visitor.get(page)
    with django_assert_max_num_queries(15):
        visitor.get(page)


def test_the_list_has_25_projects_on_a_page(visitor: Client) -> None:
    assert len(visitor.get("/projects/").context["rows"]) == 25
    assert len(visitor.get("/projects/?page=5").context["rows"]) == 11
    assert len(visitor.get("/projects/?page=99").context["rows"]) == 11


def test_the_list_keeps_its_filter_across_pages_and_ways_to_look(visitor: Client) -> None:
    text = visitor.get("/projects/?pillar=L&order=-value").content.decode()
    assert "/projects/timeline/?pillar=L&amp;order=-value" in text
    assert "/api/v1/strategy/projects.csv?pillar=L&amp;order=-value&amp;lang=ro" in text


@pytest.mark.parametrize(
    "query",
    ["year_from=abc", "pillar=Q", "value_min=lots", "order=up", "status=sleeping", "page=-3", "q=%00", "year_to=99999"],
)
def test_what_is_mistyped_does_not_narrow_and_never_breaks_the_page(visitor: Client, query: str) -> None:
    for page in ("/projects/", "/projects/timeline/", "/projects/budget/"):
        assert visitor.get(f"{page}?{query}").status_code == 200
    assert visitor.get(f"/projects/?{query}").context["totals"].projects == 111


def test_nothing_found_says_what_to_do(visitor: Client) -> None:
    for page in ("/projects/", "/projects/timeline/", "/projects/budget/"):
        assert 'href="' + page in visitor.get(f"{page}?q=xyzzy").content.decode()


def test_columns_sort_one_way_and_then_the_other(visitor: Client) -> None:
    first = visitor.get("/projects/")
    assert first.context["sorting"]["value"].href == "?order=-value"
    second = visitor.get("/projects/?order=-value")
    assert second.context["sorting"]["value"].href == "?order=value"
    assert 'aria-sort="descending"' in second.content.decode()
    wanted = [p.code for p in list_projects(ProjectFilter())][:25]
    assert [row.project.code for row in visitor.get("/projects/?order=code").context["rows"]] == wanted


def test_an_unknown_project_is_not_found(visitor: Client) -> None:
    assert visitor.get("/projects/D9.9.9/").status_code == 404
    assert visitor.get("/projects/D9.9.9/report/").status_code == 404


def test_what_is_printed_stands_beside_what_it_is_read_as(visitor: Client) -> None:
    text = visitor.get("/en/projects/D2.3.4/").content.decode()
    assert "13.300.000" in text
    assert "13,300,000" in text


def test_a_value_that_is_not_stated_is_never_shown_as_nothing(visitor: Client) -> None:
    text = visitor.get("/en/projects/D1.1.4/").content.decode()
    assert "no sum is stated" in text
    assert "€0" not in text


def test_links_to_criteria_are_marked_as_an_interpretation(visitor: Client) -> None:
    text = visitor.get("/en/projects/D1.1.1/").content.decode()
    assert (
        text.count('data-component="interpretation"')
        == visitor.get("/en/projects/D1.1.1/").context["links"].__len__()
        > 0
    )


def test_faults_of_the_source_stand_on_the_page_of_their_project(visitor: Client) -> None:
    response = visitor.get("/en/projects/D1.1.3/")
    assert response.context["anomalies"]
    for fault in response.context["anomalies"]:
        assert fault.title_en in response.content.decode().replace("&quot;", '"').replace("&#x27;", "'")


@pytest.mark.usefixtures("demonstration_runs")
def test_a_demonstration_is_shown_as_one_and_moves_nothing(visitor: Client, bogdan: Person) -> None:
    make_report(bogdan, is_demonstration=True, percent=88)
    response = visitor.get("/en/projects/D1.1.3/")
    assert 'data-component="demonstration"' in response.content.decode()
    assert response.context["row"].percent is None


def test_names_are_read_by_colleagues_only(
    visitor: Client, client_of: Callable[[Person], Client], bogdan: Person, ioana: Person, ana: Person, vlad: Person
) -> None:
    project = models.Project.objects.get(code="D1.1.3")
    bogdan.full_name = "Bogdan Unmistakable"
    bogdan.save()
    models.ProjectMember.objects.create(project=project, person=bogdan, since=dt.date(2026, 1, 1))
    make_report(bogdan)
    for client in (visitor, client_of(ana), client_of(vlad)):
        text = client.get("/projects/D1.1.3/").content.decode()
        assert "Unmistakable" not in text
        assert "@example.test" not in text.replace(f"{ana.email}", "").replace(f"{vlad.email}", "")
    assert client_of(ioana).get("/projects/D1.1.3/").content.decode().count("Unmistakable") == 2


def test_the_button_to_report_is_hidden_open_or_shut_with_its_reason(
    visitor: Client, client_of: Callable[[Person], Client], ioana: Person, vlad: Person
) -> None:
    assert "/projects/D1.1.3/report/" not in visitor.get("/en/projects/D1.1.3/").content.decode()
    shut = client_of(vlad).get("/en/projects/D1.1.3/").content.decode()
    assert "Only the project" in shut
    assert "/report/" not in shut
    assert "/projects/D1.1.3/report/" in client_of(ioana).get("/en/projects/D1.1.3/").content.decode()


OVERDUE = {"ana": 403, "vlad": 403, "dan": 200, "ioana": 200, "mara": 200, "bogdan": 200, "administrator": 200}


@pytest.mark.parametrize("name", list(OVERDUE))
def test_who_sees_what_is_overdue(name: str, client_of: Callable[[Person], Client], request: Any) -> None:
    assert client_of(request.getfixturevalue(name)).get("/projects/overdue/").status_code == OVERDUE[name]


def test_a_visitor_who_asks_what_is_overdue_is_sent_to_sign_in(visitor: Client) -> None:
    response = visitor.get("/projects/overdue/")
    assert response.status_code == 302
    assert response["Location"].endswith("?next=/projects/overdue/")


def test_overdue_projects_are_listed_with_a_link_for_those_who_may_report(
    client_of: Callable[[Person], Client], dan: Person, ioana: Person, bogdan: Person
) -> None:
    project = models.Project.objects.get(code="D1.1.3")
    models.ProjectMember.objects.create(project=project, person=bogdan, since=dt.date(2026, 1, 1))
    for person, links in ((dan, 0), (bogdan, 1), (ioana, 16)):
        response = client_of(person).get("/projects/overdue/")
        assert len(response.context["owing"]) == 16
        assert response.content.decode().count('/report/"') == links


def test_only_what_is_known_of_a_life_is_said_to_have_been(visitor: Client, bogdan: Person) -> None:
    make_report(bogdan, "D1.1.1", year=2025, status="preparing", percent=0)
    make_report(bogdan, "D1.1.1", year=2026, status="suspended")
    steps = visitor.get("/en/projects/D1.1.1/").context["steps"]
    assert [(step.label, step.status) for step in steps] == [
        ("Idea", "done"),
        ("In preparation", "done"),
        ("Suspended", "current"),
        ("Funding applied for", "open"),
        ("Under way", "open"),
        ("Finished", "open"),
    ]


def test_the_budget_says_what_it_counts_and_lists_what_it_does_not(visitor: Client) -> None:
    response = visitor.get("/en/projects/budget/")
    text = response.content.decode()
    assert "overlap" in text
    for project in response.context["budget"].unstated:
        assert f'/en/projects/{project.code}/"' in text
    assert len(response.context["charts"]) == 3


def test_the_timeline_shows_every_project_once_in_its_list(visitor: Client) -> None:
    groups = visitor.get("/projects/timeline/").context["groups"]
    listed = [row.project.code for group in groups for row in group.rows]
    assert len(listed) == len(set(listed)) == 111
    years = [group.title for group in groups if group.title.isdigit()]
    assert years == sorted(years)

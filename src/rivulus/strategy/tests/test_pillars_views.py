"""Facts about the pages of the pillars and of the documents."""

import pytest
from django.test import Client

from rivulus.strategy.queries.matrix import get_matrix
from rivulus.strategy.queries.pillars import list_direction_sums, list_gaps, list_periods


@pytest.mark.parametrize("path", ["/strategy/", "/strategy/umbrella/", "/strategy/documents/", "/strategy/unit/"])
@pytest.mark.parametrize("prefix", ["", "/en", "/hu"])
def test_the_strategy_is_read_by_everybody_in_three_languages(
    city: None, client: Client, path: str, prefix: str, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    client.get(prefix + path)
    with django_assert_max_num_queries(12):
        assert client.get(prefix + path).status_code == 200


@pytest.mark.parametrize("code", ["E", "C", "Me", "L", "Mo", "G"])
def test_a_pillar_shows_its_path_its_directions_and_its_projects(
    city: None, client: Client, code: str, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    client.get(f"/en/strategy/{code}/")
    with django_assert_max_num_queries(14):
        content = client.get(f"/en/strategy/{code}/").content.decode()
    own = [row.direction.code for row in list_direction_sums() if row.direction.pillar.code == code]
    assert own
    assert all(f"?direction={direction}" in content for direction in own)


def test_what_a_pillar_lacks_are_exactly_the_criteria_not_met_of_its_next_level(city: None) -> None:
    matrix = get_matrix()
    gaps = {gap.pillar.code: gap for gap in list_gaps(matrix)}
    for column in matrix.columns:
        gap = gaps[column.pillar.code]
        assert gap.next_level == column.now.level + 1
        assert len(gap.codes) == column.now.total - column.now.met
    sizes = [len(gap.codes) for gap in list_gaps(matrix)]
    assert sizes == sorted(sizes)


def test_the_sums_of_the_directions_add_up_to_the_portfolio(city: None) -> None:
    from rivulus.strategy.models import Project

    sums = list_direction_sums()
    assert sum(row.projects for row in sums) == 111
    assert sum(row.unstated for row in sums) == Project.objects.filter(value_eur=None).count()
    assert sum(row.yearly for row in sums) == 560_000


def test_the_path_of_the_citizens_has_the_years_that_the_web_page_prints(city: None) -> None:
    pillar = next(column.pillar for column in get_matrix().columns if column.pillar.code == "C")
    assert [period.name for period in list_periods(pillar)][:4] == ["2022", "2024", "2027", "2030"]


def test_an_unknown_pillar_is_not_found(city: None, client: Client) -> None:
    assert client.get("/strategy/X/").status_code == 404

"""Facts about the pages of a table: sorted, filtered, charted, embedded, and the same without a chart or a map."""

import re

import pytest
from django.test import Client

from rivulus.catalog.models import Dataset
from rivulus.catalog.presenters.preview import present_preview, present_table
from rivulus.catalog.queries.tables import get_table
from rivulus.catalog.tests.tabled import Records
from rivulus.ui import charts

PAGE = "/catalog/data/locuri/"


def cells(page: str, place: int) -> list[str]:
    rows = re.findall(r"<tr>((?:<td.*?</td>)+)</tr>", page)
    return [re.findall(r"<td[^>]*>(.*?)</td>", row)[place] for row in rows]


def test_a_page_shows_rows_in_words_of_the_reader(client: Client, dataset: Dataset) -> None:
    page = client.get(PAGE).content.decode()
    assert cells(page, 0)[:2] == ["t000", "t001"] and len(cells(page, 0)) == 50
    assert cells(page, 2)[1] == "2 ian. 2026" and cells(page, 5)[1] == "−8,5" and cells(page, 6)[1] == "nu"
    assert cells(page, 7)[1] == "47.60050, 23.50100" and "µg/m³" in page
    english = client.get(f"/en{PAGE}").content.decode()
    assert cells(english, 6)[1] == "no"


def test_rows_are_sorted_by_the_heads_and_turned_in_pages(client: Client, dataset: Dataset) -> None:
    page = client.get(PAGE, {"order": "count desc"}).content.decode()
    assert cells(page, 0)[0] == "t059" and 'aria-sort="descending"' in page
    assert "order=count&amp;" in page or 'order=count"' in page
    following = re.search(r'<a href="(\?[^"]*offset=50)" rel="next">', page)
    assert following is not None
    last = client.get(PAGE + following[1].replace("&amp;", "&")).content.decode()
    assert len(cells(last, 0)) == 10 and 'rel="prev"' in last and 'rel="next"' not in last


def test_a_mistake_in_the_filter_is_said_beside_it(client: Client, dataset: Dataset) -> None:
    response = client.get(f"/en{PAGE}", {"where": "cont > 1"})
    page = response.content.decode()
    assert response.status_code == 200 and "There is no column “cont”." in page and "(at sign 1)" in page
    assert 'value="cont &gt; 1"' in page and "field-wrong" in page
    assert "No row fits" in client.get(f"/en{PAGE}", {"where": "count > 1000"}).content.decode()


def test_what_is_written_in_a_cell_or_a_filter_is_never_markup(
    client: Client, dataset: Dataset, records: Records
) -> None:
    records.rows[0] = (*records.rows[0][:1], "<script>alert(1)</script>", *records.rows[0][2:])
    page = client.get(PAGE, {"where": "name != '\"><script>x</script>'"}).content.decode()
    assert "<script>alert" not in page and "<script>x" not in page and "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    ("asked", "kind", "points"),
    [
        ({"x": "day", "y": "value", "how": "avg"}, charts.TimeSeries, 51),
        ({"x": "at", "how": "count"}, charts.TimeSeries, 3),
        ({"x": "name", "y": "count", "how": "sum"}, charts.Bars, 5),
        ({"x": "open"}, charts.Bars, 2),
        ({"x": "geometry", "y": "count"}, type(None), 0),
        ({"x": "name", "y": "name", "how": "sum"}, type(None), 0),
        ({"x": "nothing"}, type(None), 0),
        ({"x": "name", "how": "drop table"}, type(None), 0),
    ],
)
def test_a_chart_is_made_of_the_columns_chosen(
    client: Client, dataset: Dataset, asked: dict[str, str], kind: type, points: int
) -> None:
    client.get("/catalog/api/locuri")
    chart = present_table(get_table(dataset), asked).chart
    assert isinstance(chart, kind)
    if isinstance(chart, charts.TimeSeries):
        assert len(chart.lines[0].moments) == points
    elif isinstance(chart, charts.Bars):
        assert len(chart.bars) == points
        numbers = [bar.value or 0 for bar in chart.bars]
        assert numbers == sorted(numbers, reverse=True)
    page = client.get(PAGE, asked)
    assert page.status_code == 200 and (("chart-svg" in page.content.decode()) is (kind is not type(None)))


def test_places_of_the_rows_are_on_the_map_and_in_the_table(client: Client, dataset: Dataset) -> None:
    client.get("/catalog/api/locuri")
    shown = present_table(get_table(dataset), {"where": "code = 't001'"})
    assert shown.features == {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": (23.501, 47.6005)},
                "properties": {"label": "Parcul Central"},
            }
        ],
    }
    assert "<rivulus-map" in client.get(PAGE).content.decode()


def test_the_embedded_page_may_stand_anywhere_and_holds_no_script(client: Client, dataset: Dataset) -> None:
    response = client.get("/catalog/embed/locuri/", {"x": "open"})
    page = response.content.decode()
    assert "frame-ancestors *" in response["Content-Security-Policy"] and "X-Frame-Options" not in response
    assert "script-src" not in response["Content-Security-Policy"] and "<script" not in page and "<form" not in page
    assert len(cells(page, 0)) == 20 and "chart-svg" in page
    assert "frame-ancestors 'none'" in client.get(PAGE)["Content-Security-Policy"]


def test_the_page_of_the_dataset_shows_the_first_rows(client: Client, dataset: Dataset) -> None:
    client.get("/catalog/api/locuri")
    page = client.get("/catalog/datasets/locuri/").content.decode()
    assert "t009" in page and "t010" not in page and PAGE in page


def test_without_a_kept_table_nothing_is_shown(client: Client, dataset: Dataset, records: Records) -> None:
    records.columns = ()
    assert present_preview(dataset, client.request().wsgi_request) == {}
    assert client.get(PAGE).status_code == 404 and client.get("/catalog/embed/locuri/").status_code == 404

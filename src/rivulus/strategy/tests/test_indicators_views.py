"""The pages of indicators: what they show, who may go where, and the way of a file from upload to import."""

import datetime as dt
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.html import escape

from rivulus.identity.models import Person
from rivulus.kernel import clock
from rivulus.strategy import models
from rivulus.strategy.actions.indicators import add_place, enter_value

pytestmark = pytest.mark.usefixtures("city")
PUBLIC = ("/indicators/", "/indicators/benchmark/", "/indicators/E-15/", "/indicators/G-01/", "/anomalies/")
CLOSED = ("/indicators/E-15/value/", "/indicators/import/", "/indicators/import/template/")
MAY_ENTER = {"ioana", "mara", "dan"}
HEADER = "indicator;place;year;value;text;source\n"


@pytest.fixture(autouse=True)
def _november_2026() -> Any:
    with clock.frozen(dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)):
        yield


def upload(client: Client, content: str | bytes, **more: str) -> Any:
    raw = content.encode() if isinstance(content, str) else content
    return client.post("/indicators/import/", {"file": SimpleUploadedFile("valori.csv", raw)} | more)


def key_of(response: Any) -> str:
    assert response.status_code == 302
    return parse_qs(urlsplit(response.url).query)["preview"][0]


def enter(by: Person, code: str, value: str, year: int, place: str = "baia_mare", **more: Any) -> None:
    enter_value(
        by=by,
        indicator=models.Indicator.objects.get(code=code),
        place=models.Place.objects.get(code=place),
        year=year,
        value=Decimal(value),
        source_place="A report",
        **more,
    )


@pytest.mark.parametrize("language", ["", "/en", "/hu"])
@pytest.mark.parametrize("path", PUBLIC)
def test_everybody_sees_the_public_pages_in_every_language(path: str, language: str, client: Client) -> None:
    response = client.get(language + path)
    assert response.status_code == 200
    assert "style=" not in response.content.decode()


@pytest.mark.parametrize("path", CLOSED)
def test_visitors_are_asked_to_sign_in_before_they_enter_values(path: str, client: Client) -> None:
    response = client.get(path)
    assert response.status_code == 302 and "next=" in response.url


@pytest.mark.parametrize("name", ["ana", "dan", "ioana", "mara", "bogdan", "vlad", "administrator"])
def test_only_the_unit_and_the_departments_pass(name: str, request: Any, client_of: Any) -> None:
    client = client_of(request.getfixturevalue(name))
    expected = 200 if name in MAY_ENTER else 403
    assert [client.get(path).status_code for path in CLOSED] == [expected] * 3
    assert client.post("/indicators/import/", {"preview": "x"}).status_code in ({302} if expected == 200 else {403})
    answer = client.post("/indicators/benchmark/", {"name_ro": "Satu Mare"}).status_code
    assert answer == (302 if expected == 200 else 403)


def test_buttons_are_hidden_from_visitors_and_shut_for_those_who_may_not(
    client: Client, ana: Person, ioana: Person, client_of: Any
) -> None:
    href = "/en/indicators/E-15/value/"
    assert href not in client.get("/en/indicators/E-15/").content.decode()
    shut = client_of(ana).get("/en/indicators/E-15/").content.decode()
    assert href not in shut and "Only the strategy unit and the departments" in shut
    assert href in client_of(ioana).get("/en/indicators/E-15/").content.decode()


def test_the_list_says_comparison_target_and_faults_in_words(client: Client) -> None:
    page = client.get("/en/indicators/?pillar=L").content.decode()
    assert "year not stated by the source" in page
    assert "30% above North-West Region" in page  # doctors, 2.20 beside 1.69
    assert "Not reached" in page and "faults of the source" in page
    page = client.get("/en/indicators/?search=largest+sector").content.decode()
    assert "the 0.00 printed for the region is not a value" in page


def test_an_indicator_shows_its_faults_and_what_it_repeats(client: Client) -> None:
    page = client.get("/en/indicators/L-04/").content.decode()
    assert "Green space 23 times larger in ten years" in page and "ind-green-jump" in page
    assert "This row repeats row Mo-05" in client.get("/en/indicators/G-05/").content.decode()
    assert "/en/indicators/G-05/" in client.get("/en/indicators/Mo-05/").content.decode()


@pytest.mark.usefixtures("demonstration_runs")
def test_a_chart_is_drawn_from_two_stated_years_on(client: Client, ioana: Person) -> None:
    enter(ioana, "E-15", "1.4", 2025)
    enter(ioana, "E-15", "9", 2024, is_demonstration=True)
    assert "<figure" not in client.get("/en/indicators/E-15/").content.decode()
    enter(ioana, "E-15", "1.3", 2026)
    page = client.get("/en/indicators/E-15/").content.decode()
    assert "<figure" in page and "Fell by 0.1 between 2025 and 2026." in page


def test_names_of_colleagues_are_not_shown_to_the_public(client: Client, ioana: Person, client_of: Any) -> None:
    enter(ioana, "E-15", "1.4", 2025)
    assert "Ioana" not in client.get("/en/indicators/E-15/").content.decode()
    assert "Ioana" in client_of(ioana).get("/en/indicators/E-15/").content.decode()


def test_unknown_indicators_are_not_found(client: Client, ioana: Person, client_of: Any) -> None:
    for code in ("E-99", "%00", "E-15%27", "x" * 300):
        assert client.get(f"/indicators/{code}/").status_code == 404
    assert client_of(ioana).get("/indicators/E-99/value/").status_code == 404


def test_odd_filters_are_passed_over(client: Client) -> None:
    for query in ("pillar=XX", "outcome=odd", "search=%00%27", "page=-3", "pillar=" + "x" * 500):
        assert client.get(f"/indicators/?{query}").status_code == 200
        assert client.get(f"/anomalies/?{query}&about=odd&subject=%00").status_code == 200
        assert client.get(f"/indicators/benchmark/?{query}&place=nowhere&place=baia_mare").status_code == 200
        assert client.get(f"/indicators/E-15/?{query}").status_code == 200


def test_faults_can_be_linked_to_by_thing(client: Client) -> None:
    page = client.get("/en/anomalies/?about=indicator&subject=Mo-05").content.decode()
    assert 'id="ind-nonmotorised"' in page and 'href="/en/indicators/Mo-05/"' in page


def test_a_value_is_entered_in_the_writing_of_the_language(ioana: Person, client_of: Any) -> None:
    client = client_of(ioana)
    place = models.Place.objects.get(code="baia_mare").pk
    data = {"place": place, "year": 2026, "value": "1,4", "source_place": "Raport"}
    response = client.post("/indicators/E-15/value/", data)
    assert (response.status_code, response.url) == (302, "/indicators/E-15/")
    assert models.IndicatorValue.objects.get(year=2026).value == Decimal("1.4")
    wrong = client.post("/en/indicators/E-15/value/", data)
    assert "This is not a number" in wrong.content.decode()


def test_a_striking_value_is_asked_about_once_more(ioana: Person, client_of: Any) -> None:
    client = client_of(ioana)
    place = models.Place.objects.get(code="baia_mare").pk
    data = {"place": place, "year": 2026, "value": "14.0", "source_place": "A report"}
    first = client.post("/en/indicators/E-15/value/", data)
    page = first.content.decode()
    assert "differs by more than half from the last value, 1.27" in page and 'type="checkbox"' in page
    assert not models.IndicatorValue.objects.filter(year=2026).exists()
    assert client.post("/en/indicators/E-15/value/", data | {"confirm": "on"}).status_code == 302
    assert models.IndicatorValue.objects.get(year=2026).value == 14


def test_a_wrong_value_is_shown_where_it_is_wrong(ioana: Person, client_of: Any) -> None:
    client = client_of(ioana)
    place = models.Place.objects.get(code="baia_mare").pk
    data = {"place": place, "year": 2027, "value": "1.4", "source_place": "=1+1"}
    page = client.post("/en/indicators/E-15/value/", data).content.decode()
    assert "The year must be between 2000 and 2026." in page and "takes for a formula" in page
    repeated = client.post("/en/indicators/G-01/value/", data | {"year": 2026, "source_place": "x"})
    assert "This row repeats row Mo-01" in repeated.content.decode()
    assert not models.IndicatorValue.objects.filter(origin="person").exists()


def test_yes_or_no_is_chosen(ioana: Person, client_of: Any) -> None:
    place = models.Place.objects.get(code="baia_mare").pk
    data = {"place": place, "year": 2026, "text": "da", "source_place": "A report"}
    assert client_of(ioana).post("/en/indicators/Me-02/value/", data).status_code == 302
    row = models.IndicatorValue.objects.get(year=2026)
    assert (row.text_ro, row.text_en, row.text_hu) == ("da", "yes", "igen")


def test_a_file_goes_from_upload_over_preview_to_import(ioana: Person, client_of: Any) -> None:
    client = client_of(ioana)
    content = HEADER + "E-15;Baia Mare;2026;1,4;;Raport\nMe-02;baia_mare;2026;;Nu;Raport\n"
    key = key_of(upload(client, content))
    page = client.get(f"/en/indicators/import/?preview={key}").content.decode()
    assert "2 new values" in page and "Import all of it" in page
    assert not models.IndicatorValue.objects.filter(origin="person").exists()
    assert client.post("/indicators/import/", {"preview": key}).url == "/indicators/"
    assert models.IndicatorValue.objects.filter(origin="person").count() == 2
    again = key_of(upload(client, content))
    assert "are here already" in client.get(f"/en/indicators/import/?preview={again}").content.decode()
    client.post("/indicators/import/", {"preview": again})
    assert models.IndicatorValue.objects.filter(origin="person").count() == 2
    assert client.post("/indicators/import/", {"preview": key}).status_code == 302  # forgotten: nothing to import


def test_a_preview_is_for_the_one_who_uploaded_only(ioana: Person, dan: Person, client_of: Any) -> None:
    key = key_of(upload(client_of(ioana), HEADER + "E-15;baia_mare;2026;1,4;;Raport\n"))
    other = client_of(dan)
    assert other.get(f"/indicators/import/?preview={key}").status_code == 302
    assert other.post("/indicators/import/", {"preview": key}).status_code == 302
    assert not models.IndicatorValue.objects.filter(origin="person").exists()


def test_lines_that_want_a_second_look_must_be_ticked(ioana: Person, client_of: Any) -> None:
    client = client_of(ioana)
    key = key_of(upload(client, HEADER + "E-15;baia_mare;2026;14;;Raport\n"))
    assert "tick the box" in client.post("/en/indicators/import/", {"preview": key}).content.decode()
    assert not models.IndicatorValue.objects.filter(origin="person").exists()
    client.post("/en/indicators/import/", {"preview": key, "checked": "on"})
    assert models.IndicatorValue.objects.filter(origin="person").count() == 1


FAULTY = [
    ("E-99;baia_mare;2026;1;;x", "There is no indicator with the code E-99."),
    ("E-15;<script>;2026;1;;x", "There is no place with the code <script>."),
    ("E-15;baia_mare;1999;1;;x", "The year must be between 2000 and 2026."),
    ("E-15;baia_mare;2026;abc;;x", "“abc” is not a number."),
    ("G-01;baia_mare;2026;1;;x", "This row repeats Mo-01"),
    ("E-02;baia_mare;2026;1;;x", "told in words"),
    ("E-02;baia_mare;2026;;=cmd|' /C calc'!A0;x", "a spreadsheet takes for a formula"),
    ("E-15;baia_mare;2026;1;;", "The source of the value is missing."),
    (
        "E-15;baia_mare;2026;1;;x\nE-15;Baia Mare;2026;2;;x",
        "Line 2 gives the same indicator, place and year already.",
    ),
]


@pytest.mark.parametrize(("lines", "sentence"), FAULTY)
def test_a_faulty_file_shows_every_fault_and_imports_nothing(
    lines: str, sentence: str, ioana: Person, client_of: Any
) -> None:
    client = client_of(ioana)
    key = key_of(upload(client, HEADER + "E-17;baia_mare;2026;6000;;x\n" + lines.replace("Line 2", "Line 3")))
    page = client.get(f"/en/indicators/import/?preview={key}").content.decode()
    assert escape(sentence.replace("Line 2", "Line 3")) in page
    assert "Import all of it" not in page and "<script>;" not in page
    client.post("/en/indicators/import/", {"preview": key, "checked": "on"})
    assert not models.IndicatorValue.objects.filter(origin="person").exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"x" * (2 * 1024 * 1024 + 1), "larger than 2 MiB"),
        (b"", "The file is empty."),
        (b"PK\x03\x04\x00", "a spreadsheet or a compressed file"),
        (HEADER.encode() + b"E-15;baia_mare;2026;\x00;;x", "null bytes"),
        (HEADER.encode() + b"E-15;baia_mare;2026;1;;x\n" * 80_000, "Lines read at most: 5000"),
        (HEADER.encode() + b'E-15;baia_mare;2026;1;;"' + b"x" * 300_000, "cannot be split into cells"),
    ],
)
def test_a_hostile_file_gets_a_sentence(content: bytes, sentence: str, ioana: Person, client_of: Any) -> None:
    client = client_of(ioana)
    client.cookies["django_language"] = "en"
    file = SimpleUploadedFile("a.csv", content)
    response = client.post("/en/indicators/import/", {"file": file}, follow=True)
    assert sentence in response.content.decode()


def test_a_source_for_all_lines_fills_the_empty_ones(ioana: Person, client_of: Any) -> None:
    client = client_of(ioana)
    key = key_of(upload(client, HEADER + "E-15;baia_mare;2026;1,4;;\n", source="Institutul de Statistică"))
    client.post("/indicators/import/", {"preview": key})
    assert models.IndicatorValue.objects.get(origin="person").source_place == "Institutul de Statistică"


def test_the_template_comes_back_as_a_file_without_values(ioana: Person, client_of: Any) -> None:
    client = client_of(ioana)
    content = client.get("/indicators/import/template/").content
    assert content.startswith(b"\xef\xbb\xbfindicator;place;year;value;text;source;title;unit\r\n")
    assert content.count(b"\r\n") == 62  # the names, and the 61 different indicators
    key = key_of(upload(client, content.replace(b"E-15;baia_mare;2026;;;", b"E-15;baia_mare;2026;1,4;;Raport")))
    page = client.get(f"/en/indicators/import/?preview={key}").content.decode()
    assert "1 new value" in page and "60 lines without a value" in page


def test_peers_are_added_and_compared(ioana: Person, client_of: Any) -> None:
    client = client_of(ioana)
    assert client.post("/en/indicators/benchmark/", {"name_ro": "Satu Mare"}).status_code == 302
    enter(ioana, "E-15", "2", 2026, "satu_mare")
    page = client.get("/en/indicators/benchmark/?place=satu_mare&place=regiunea_nord_vest").content.decode()
    assert page.count("Satu Mare") > 2 and "North-West Region" in page
    again = client.post("/en/indicators/benchmark/", {"name_ro": "Satu Mare"})
    assert "Satu Mare is among the places already." in again.content.decode()


def test_pages_take_a_fixed_number_of_queries(
    client: Client, ioana: Person, django_assert_max_num_queries: Any
) -> None:
    add_place(by=ioana, name_ro="Satu Mare")
    for year in range(2010, 2027):
        enter(ioana, "E-15", "2", year)
        enter(ioana, "E-15", "3", year, "satu_mare")
    bounds = {
        "/indicators/": 6,
        "/indicators/E-15/": 7,
        "/indicators/benchmark/?place=satu_mare": 6,
        "/anomalies/": 2,
    }
    for path, most in bounds.items():
        with django_assert_max_num_queries(most):
            assert client.get(path).status_code == 200


def test_previews_of_long_files_take_a_fixed_number_of_queries(
    ioana: Person, client_of: Any, django_assert_max_num_queries: Any
) -> None:
    client = client_of(ioana)
    codes = models.Indicator.objects.filter(kind="number", repeats=None).values_list("code", flat=True)
    lines = [f"{code};baia_mare;{year};1,5;;x" for code in codes for year in range(2000, 2027)]
    key = key_of(upload(client, HEADER + "\n".join(lines)))
    with django_assert_max_num_queries(12):
        assert client.get(f"/indicators/import/?preview={key}").status_code == 200

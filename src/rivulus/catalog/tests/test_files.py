"""Facts about tables as files and rows: every format says the same, safely, and only what is public."""

import csv
import datetime as dt
import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.cache import cache
from django.test import Client

from rivulus.catalog.actions import tables as actions
from rivulus.catalog.models import Dataset
from rivulus.catalog.queries import rows as row_queries
from rivulus.catalog.rules import formats as format_rules
from rivulus.catalog.tests.tabled import COLUMNS, Records, make_dataset, published, row
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.kernel.publishing import Column, ColumnType

ROWS = "/catalog/api/locuri"
FILE = "/catalog/files/locuri/locuri"


def body(response: Any) -> bytes:
    try:
        return b"".join(response.streaming_content) if response.streaming else response.content
    finally:
        for close in response._resource_closers:
            close()


def read_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_csv_holds_every_row_as_a_spreadsheet_may_open_it(client: Client, dataset: Dataset) -> None:
    response = client.get(f"{FILE}.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="locuri.csv"'
    rows = read_csv(body(response))
    assert len(rows) == 60
    assert rows[1] == {
        "code": "t001",
        "name": "Parcul Central",
        "day": "2026-01-02",
        "at": "2026-03-01T09:00:00+02:00",
        "count": "-17",
        "value": "-8.5",
        "open": "false",
        "geometry": '{"type":"Point","coordinates":[23.501,47.6005]}',
    }
    assert rows[5]["name"] == "'=SUMĂ(A1)" and rows[4]["name"] == "'-5 grade"
    assert rows[3]["name"] == "Lăpuș, „vechi”" and rows[7]["day"] == ""


def test_json_holds_the_same_rows_with_their_types_and_a_table_schema(client: Client, dataset: Dataset) -> None:
    found = json.loads(body(client.get(f"{FILE}.json")))
    assert found["dataset"] == "locuri" and found["licence"] == "CC-BY-4.0" and found["simulated"] is False
    assert found["schema"]["fields"][5] == {"name": "value", "type": "number", "title": "Valoare", "unit": "µg/m³"}
    assert len(found["rows"]) == 60 and found["rows"][5]["name"] == "=SUMĂ(A1)"
    assert found["rows"][1]["geometry"] == {"type": "Point", "coordinates": [23.501, 47.6005]}
    assert found["rows"][7]["count"] is None


def test_geojson_is_a_collection_of_features(client: Client, dataset: Dataset) -> None:
    response = client.get(f"{FILE}.geojson")
    found = json.loads(body(response))
    assert response["Content-Type"] == "application/geo+json" and found["type"] == "FeatureCollection"
    assert found["features"][1]["geometry"]["coordinates"] == [23.501, 47.6005]
    assert found["features"][0]["geometry"] is None and "geometry" not in found["features"][1]["properties"]


def test_parquet_is_the_kept_file_and_may_be_asked_for_in_pieces(client: Client, dataset: Dataset) -> None:
    whole = body(client.get(f"{FILE}.parquet"))
    assert pq.read_table(io.BytesIO(whole)).num_rows == 60
    piece = client.get(f"{FILE}.parquet", headers={"Range": "bytes=-4"})
    assert piece.status_code == 206 and body(piece) == b"PAR1"
    assert piece["Content-Range"] == f"bytes {len(whole) - 4}-{len(whole) - 1}/{len(whole)}"
    assert body(client.get(f"{FILE}.parquet", headers={"Range": "bytes=0-3"})) == b"PAR1"
    assert client.get(f"{FILE}.parquet", headers={"Range": f"bytes={len(whole)}-"}).status_code == 416
    old = client.get(f"{FILE}.parquet", headers={"Range": "bytes=0-3", "If-Range": '"other"'})
    assert old.status_code == 200 and len(body(old)) == len(whole)


def test_a_workbook_holds_texts_as_texts_and_dates_as_dates(client: Client, dataset: Dataset) -> None:
    with zipfile.ZipFile(io.BytesIO(body(client.get(f"{FILE}.xlsx")))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "=SUMĂ(A1)" in sheet and "<f>" not in sheet
    assert sheet.count("<row ") == 61
    assert "<v>46024</v>" in sheet  # 2026-01-02


def test_a_workbook_is_not_made_beyond_its_rows(
    client: Client, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rivulus.catalog.presenters.downloads.MOST_XLSX_ROWS", 10)
    refused = client.get(f"{FILE}.xlsx?lang=en")
    assert refused.status_code == 400 and "Ask for fewer" in refused.json()["error"]["sentence"]
    assert body(client.get(f"{FILE}.xlsx?limit=5")).startswith(b"PK")
    assert format_rules.MOST_XLSX_ROWS == 100_000


@pytest.mark.parametrize("ending", ["csv", "json", "geojson", "parquet", "xlsx"])
def test_a_file_takes_the_questions_of_the_interface(client: Client, dataset: Dataset, ending: str) -> None:
    asked = "?where=count%20%3E%20100&select=code%2Ccount%2Cgeometry&order=count%20desc&limit=3"
    data = body(client.get(f"{FILE}.{ending}{asked}"))
    expected = ["t059", "t058", "t057"]
    match ending:
        case "csv":
            assert [one["code"] for one in read_csv(data)] == expected
        case "json":
            assert [one["code"] for one in json.loads(data)["rows"]] == expected
        case "geojson":
            assert [one["properties"]["code"] for one in json.loads(data)["features"]] == expected
        case "parquet":
            table = pq.read_table(io.BytesIO(data))
            assert table.column_names == ["code", "count", "geometry"] and table.column(0).to_pylist() == expected
        case _:
            with zipfile.ZipFile(io.BytesIO(data)) as book:
                assert all(code in book.read("xl/worksheets/sheet1.xml").decode() for code in expected)


@pytest.mark.parametrize("ending", ["csv", "json", "geojson", "parquet", "xlsx"])
def test_nothing_is_sent_again_to_whoever_has_it(client: Client, dataset: Dataset, ending: str) -> None:
    first = client.get(f"{FILE}.{ending}")
    body(first)
    again = client.get(f"{FILE}.{ending}", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304 and again["ETag"] == first["ETag"]
    assert client.get(f"{FILE}.{ending}", headers={"If-Modified-Since": first["Last-Modified"]}).status_code == 304
    other = client.get(f"{FILE}.{ending}?limit=1", headers={"If-None-Match": first["ETag"]})
    assert other.status_code == 200
    body(other)


def test_a_change_of_the_rows_changes_the_name_that_caches_know(
    client: Client, dataset: Dataset, records: Records
) -> None:
    from rivulus.catalog.feeds.tables import refreshing

    first = client.get(ROWS)
    records.revision, records.rows = "2", records.rows[:3]
    refreshing._looked_at.clear()
    second = client.get(ROWS, headers={"If-None-Match": first["ETag"]})
    assert second.status_code == 200 and second["ETag"] != first["ETag"]
    assert (first.json()["total"], second.json()["total"]) == (60, 3)


def test_whoever_asks_for_the_head_gets_no_body(client: Client, dataset: Dataset) -> None:
    response = client.head(f"{FILE}.csv")
    assert response.status_code == 200 and response.content == b""
    assert response["ETag"] and response["Last-Modified"] and "locuri.csv" in response["Content-Disposition"]


def test_texts_are_compressed_for_whoever_understands_it(client: Client, dataset: Dataset) -> None:
    packed = client.get(f"{FILE}.csv", headers={"Accept-Encoding": "br, gzip;q=0.5"})
    assert packed["Content-Encoding"] == "gzip" and "Accept-Encoding" in packed["Vary"]
    assert len(read_csv(gzip.decompress(body(packed)))) == 60
    assert "Content-Encoding" not in client.get(f"{FILE}.csv", headers={"Accept-Encoding": "gzip;q=0"})
    plain = client.get(f"{FILE}.parquet", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain and body(plain).startswith(b"PAR1")
    rows = client.get(ROWS, headers={"Accept-Encoding": "gzip"})
    assert rows["Content-Encoding"] == "gzip" and len(json.loads(gzip.decompress(rows.content))["rows"]) == 60


def test_rows_come_in_pages_that_lead_to_one_another(client: Client, dataset: Dataset) -> None:
    found: list[str] = []
    address = f"{ROWS}?order=count desc&select=code,count&limit=25"
    while address:
        page = client.get(address).json()
        assert page["total"] == 60
        found += [one["code"] for one in page["rows"]]
        address = page["next"] and page["next"].removeprefix("http://testserver")
    assert len(found) == len(set(found)) == 60 and found[0] == "t059" and found[-1] == "t056"


def test_pages_begun_before_a_change_go_on_in_the_rows_of_then(
    client: Client, dataset: Dataset, records: Records
) -> None:
    from rivulus.catalog.feeds.tables import refreshing

    following = client.get(f"{ROWS}?limit=50").json()["next"].removeprefix("http://testserver")
    records.revision, records.rows = "2", []
    refreshing._looked_at.clear()
    assert client.get(ROWS).json()["total"] == 0
    assert [one["code"] for one in client.get(following).json()["rows"]] == [f"t{n:03}" for n in range(50, 60)]


def test_sums_are_asked_for_in_groups(client: Client, dataset: Dataset) -> None:
    page = client.get(
        ROWS, {"select": "open, count(*) as many, avg(value)", "group": "open", "order": "open", "having": "many > 1"}
    ).json()
    assert [(one["open"], one["many"]) for one in page["rows"]] == [(False, 30), (True, 30)]
    assert [one["type"] for one in page["fields"]] == ["boolean", "integer", "number"]


def test_places_are_asked_for_by_their_box(client: Client, dataset: Dataset) -> None:
    page = client.get(
        ROWS, {"where": "in_box(geometry, 23.50, 47.60, 23.5035, 47.61)", "select": "code, west(geometry) as lon"}
    )
    assert [one["code"] for one in page.json()["rows"]] == ["t001", "t002", "t003"]
    assert page.json()["rows"][0]["lon"] == pytest.approx(23.501)


@pytest.mark.parametrize(
    ("asked", "part", "position"),
    [
        ({"where": "cont > 1"}, "where", 1),
        ({"where": "count > 1 and"}, "where", 14),
        ({"wher": "count > 1"}, "wher", 1),
        ({"limit": "many"}, "limit", 1),
        ({"limit": "10001"}, "limit", 1),
        ({"offset": "-1"}, "offset", 1),
        ({"after": "x", "offset": "3"}, "after", 1),
        ({"after": "nonsense"}, "after", 1),
        ({"format": "exe"}, "format", 1),
    ],
)
def test_a_wrong_question_is_answered_with_a_sentence_and_its_place(
    client: Client, dataset: Dataset, asked: dict[str, str], part: str, position: int
) -> None:
    response = client.get(ROWS, {**asked, "lang": "en"})
    error = response.json()["error"]
    assert response.status_code == 400 and (error["part"], error["position"]) == (part, position)
    assert error["sentence"].endswith(".") and response["Cache-Control"] == "no-store"


def test_sentences_come_in_the_language_of_the_reader(client: Client, dataset: Dataset) -> None:
    said = {lang: client.get(ROWS, {"where": "x", "lang": lang}).json()["error"]["sentence"] for lang in ("ro", "en")}
    assert said["en"] == "There is no column “x”."
    assert client.get(ROWS, {"lang": "en"}, headers={"Accept-Language": "hu"}).json()["fields"][0]["title"] == "Code"


def test_a_question_that_takes_too_long_is_stopped(
    client: Client, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rivulus.catalog.queries import engine

    def slow(*_arguments: Any, **_options: Any) -> Any:
        with engine.answering(), engine.interrupted_after(0.1) as cursor:
            return cursor.execute("SELECT count(*) FROM range(100000000000)").fetchall()

    monkeypatch.setattr(engine, "fetch", slow)
    response = client.get(ROWS, {"lang": "en"})
    assert response.status_code == 503 and "takes too long" in response.json()["error"]["sentence"]


def test_a_number_beyond_all_bounds_is_said_so(client: Client, dataset: Dataset) -> None:
    response = client.get(ROWS, {"select": "sum(count * 9000000000000000000)", "lang": "en"})
    assert response.status_code == 400 and "too large" in response.json()["error"]["sentence"]


def test_whoever_asks_too_often_is_told_when_to_ask_again(
    client: Client, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rivulus.catalog.views import rows
    from rivulus.kernel.limits import Limit

    monkeypatch.setattr(rows, "QUESTIONS", Limit(name="few", most=2))
    assert [client.get(ROWS).status_code for _time in range(3)] == [200, 200, 429]
    refused = client.get(ROWS, {"lang": "en"})
    assert int(refused["Retry-After"]) > 0 and refused.json()["error"]["sentence"].startswith("You asked too often")
    cache.clear()


def test_the_rows_of_a_day_stay_at_their_address(client: Client, dataset: Dataset, records: Records) -> None:
    from rivulus.catalog.feeds.tables import refreshing

    client.get(ROWS)
    with clock.frozen(dt.datetime(2026, 3, 4, 3, 0, tzinfo=dt.UTC)):
        actions.keep_snapshots(by=None)
    records.revision, records.rows = "2", records.rows[:2]
    refreshing._looked_at.clear()
    earlier = client.get("/catalog/files/locuri/2026-03-04/locuri.csv")
    assert earlier["Content-Disposition"] == 'attachment; filename="locuri-2026-03-04.csv"'
    assert len(read_csv(body(earlier))) == 60
    assert len(read_csv(body(client.get(f"{FILE}.csv")))) == 2
    assert client.get("/catalog/files/locuri/2026-03-05/locuri.csv").status_code == 404
    assert client.get("/catalog/files/locuri/2026-13-05/locuri.csv").status_code == 404


@pytest.mark.parametrize("state", ["draft", "review", "archived"])
def test_what_is_not_published_is_nowhere(client: Client, dataset: Dataset, state: str) -> None:
    client.get(ROWS)
    actions.keep_snapshots(by=None)
    day = clock.today().isoformat()
    addresses = [ROWS, f"{FILE}.csv", f"{FILE}.parquet", f"/catalog/files/locuri/{day}/locuri.csv"]
    assert {status(client, address) for address in addresses} == {200}
    Dataset.objects.update(state=state)
    assert {status(client, address) for address in addresses} == {404}


def test_what_is_made_up_is_shown_only_where_a_demonstration_runs(
    client: Client, dataset: Dataset, settings: Any
) -> None:
    Dataset.objects.update(is_demonstration=True)
    settings.RIVULUS_DEMO = False
    assert client.get(ROWS).status_code == 404
    settings.RIVULUS_DEMO = True
    assert client.get(ROWS).status_code == 200


def status(client: Client, address: str) -> int:
    response = client.get(address)
    body(response)
    return response.status_code


SECRET = "Vlad-nu-trebuie-văzut"


def test_a_column_that_was_taken_back_comes_out_of_no_interface(
    client: Client, db: None, media: Path, settings: Any
) -> None:
    """A crawl of every address of a table, for a secret that its context no longer publishes."""
    source = Records()
    source.columns = (*COLUMNS, Column("owner", ColumnType.STRING, {"ro": "Proprietar"}))
    source.rows = [(*row(number), f"{SECRET}-{number}") for number in range(30)]
    with published(source):
        dataset = make_dataset()
        assert SECRET in client.get(ROWS).content.decode()
        actions.keep_snapshots(by=None)
        # Nobody has made the table anew yet: the kept files still hold the secret.
        source.columns, source.rows = COLUMNS, [row(number) for number in range(30)]
        day = clock.today().isoformat()
        addresses = [
            f"/catalog/files/locuri/{folder}locuri.{ending}"
            for folder in ("", f"{day}/")
            for ending in ("csv", "json", "geojson", "parquet", "xlsx")
        ]
        addresses += [
            ROWS,
            f"{ROWS}?format=csv",
            f"{ROWS}?format=parquet",
            f"{ROWS}?select=*",
            f"{ROWS}?limit=1&order=code",
        ]
        for address in addresses:
            response = client.get(address)
            assert response.status_code == 200, address
            assert not holds(body(response), address), address
        for question in (
            "select=owner",
            "where=owner like '%25V%25'",
            "order=owner",
            "select=count(*)&group=owner",
            "having=max(owner) > 'a'",
        ):
            for address in (f"{ROWS}?{question}", f"{FILE}.csv?{question}", f"{FILE}.parquet?{question}"):
                assert client.get(address).status_code == 400, address
        with pytest.raises(Refused):
            row_queries.search_rows(dataset, filters={"owner": f"{SECRET}-1"})
        with pytest.raises(Refused):
            row_queries.search_rows(dataset, fields=["owner"])
        assert row_queries.search_rows(dataset, q=SECRET).total == 0


def holds(data: bytes, address: str) -> bool:
    if ".parquet" in address or "format=parquet" in address:
        table = pq.read_table(io.BytesIO(data))
        return "owner" in table.column_names or SECRET.encode() in data
    if ".xlsx" in address:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            return any(SECRET in book.read(name).decode(errors="ignore") for name in book.namelist())
    return SECRET in data.decode()


def test_the_wire_of_a_parquet_download_is_whole_after_many_groups(
    client: Client, dataset: Dataset, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rivulus.catalog.presenters.formats import binary

    monkeypatch.setattr(binary, "GROUP_ROWS", 7)
    data = body(client.get(f"{FILE}.parquet?select=code,count"))
    assert pq.read_table(io.BytesIO(data)).column("code").to_pylist() == [f"t{n:03}" for n in range(60)]


def test_an_empty_answer_is_an_empty_file_in_every_format(client: Client, dataset: Dataset) -> None:
    for ending in ("csv", "json", "geojson", "parquet", "xlsx"):
        data = body(client.get(f"{FILE}.{ending}?where=count > 100000"))
        match ending:
            case "csv":
                assert read_csv(data) == [] and data.startswith(b"\xef\xbb\xbfcode,name")
            case "json" | "geojson":
                assert json.loads(data)["rows" if ending == "json" else "features"] == []
            case "parquet":
                assert pq.read_table(io.BytesIO(data)).num_rows == 0


def test_a_ckan_client_finds_rows_by_filters_and_words(dataset: Dataset, client: Client) -> None:
    client.get(ROWS)
    found = row_queries.search_rows(dataset, filters={"open": "true", "count": ["-14", 4]}, fields=["code", "count"])
    assert (found.total, found.as_dicts()) == (2, [{"code": "t002", "count": -14}, {"code": "t008", "count": 4}])
    assert row_queries.search_rows(dataset, q="PIATA libertatii").total == 12
    assert row_queries.search_rows(dataset, filters={"day": None}).total == 9
    assert row_queries.search_rows(dataset, filters={"day": ["2026-01-02", None]}).total == 10
    last = row_queries.search_rows(dataset, sort="count desc, code", limit=1, offset=1)
    assert [one["code"] for one in last.as_dicts()] == ["t058"]
    for bad in ({"filters": {"count": "x"}}, {"filters": {"code": {"a": 1}}}, {"sort": "1;"}, {"limit": 99999}):
        with pytest.raises(Refused):
            row_queries.search_rows(dataset, **bad)  # type: ignore[arg-type]


def test_a_download_needs_the_memory_of_a_few_batches_however_long_it_is(media: Path) -> None:
    from rivulus.catalog.feeds.tables.writing import write_batches
    from rivulus.catalog.presenters.formats.texts import write_csv

    columns = [Column("n", ColumnType.INTEGER), Column("word", ColumnType.STRING)]
    from rivulus.catalog.rules.columns import Column as Kept

    kept = [Kept(column.name, column.type) for column in columns]
    schema = pa.schema([("n", pa.int64()), ("word", pa.string())])

    def batches() -> Any:
        for start in range(0, 400_000, 20_000):
            numbers = pa.array(range(start, start + 20_000))
            yield pa.record_batch([numbers, numbers.cast(pa.string())], schema=schema)

    written = write_batches("tests_long", kept, batches())
    file = media / "media" / "catalog" / "tables" / "tests_long" / f"{written.version}.parquet"
    with pq.ParquetFile(file) as opened:
        assert opened.metadata.num_row_groups == 4
        before = pa.total_allocated_bytes()
        most = sent = 0
        for part in write_csv(kept, opened.iter_batches(16_384, use_threads=False)):
            sent += len(part)
            most = max(most, pa.total_allocated_bytes() - before)
    assert sent > 5_000_000 and most < 8_000_000

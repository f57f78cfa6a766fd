"""Facts about files of history: how they are kept, guessed, checked and imported."""

import datetime as dt
import io
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from rivulus.identity.models import Person
from rivulus.identity.tests.conftest import *  # noqa: F403
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.observations.actions import entities
from rivulus.observations.actions import imports as actions
from rivulus.observations.feeds.imports import keeping, queueing, reading, working
from rivulus.observations.models import Datastream, HistoryImport, ImportReject
from rivulus.observations.queries import imports as queries
from rivulus.observations.queries import readings
from rivulus.observations.rules.entities import PropertySpec, SensorSpec, SeriesSpec, ThingSpec
from rivulus.observations.rules.imports import counting, mapping, states
from rivulus.observations.rules.imports.counting import Counts
from rivulus.observations.rules.imports.guessing import Candidate, guess_delimiter, guess_layout, unit_in
from rivulus.observations.rules.imports.mapping import Column, Layout
from rivulus.observations.rules.imports.states import State
from rivulus.observations.rules.readings import EARLIEST_US, LATEST_US
from rivulus.observations.rules.times import Twice

UTC = dt.UTC


def make_series(*properties: str, units: dict[str, str] | None = None, thing: str = "station") -> dict[str, int]:
    """A thing with a series for each property, and the numbers of the series."""
    sensor = SensorSpec(code=f"sensor:{thing}", name="Senzor")
    series = [
        SeriesSpec(
            code=f"{thing}:{name}",
            name=name,
            sensor=sensor,
            observed_property=PropertySpec(code=name, name=name, definition=f"urn:{name}"),
            unit={"name": None, "symbol": (units or {}).get(name, "1"), "definition": None},
        )
        for name in properties
    ]
    done = entities.upsert_things(by=None, specs=[ThingSpec(code=thing, name="Stație", series=tuple(series))])
    return {code.split(":")[1]: pk for code, pk in done.series.items()}


def take_up(body: bytes, layout: Layout | None = None, **changes: Any) -> HistoryImport:
    """A file that was uploaded, with a layout of its own or as it is guessed."""
    kept = keeping.keep(io.BytesIO(body))
    begun = reading.read_beginning(kept.place, kept.form)
    found = layout or guess_layout(begun.names, begun.rows, queries.list_candidates(), base=begun.layout)
    return actions.take_up(by=None, name="file", place=kept.place, size=kept.size, layout=found)


def check(row: HistoryImport) -> Counts:
    actions.begin_check(by=None, import_id=row.pk, layout=mapping.from_json(row.mapping))
    working.check(row.pk)
    row.refresh_from_db()
    return counting.from_json(row.counts)


def carry_out(row: HistoryImport) -> Counts:
    actions.confirm(by=None, import_id=row.pk)
    working.carry_out(row.pk)
    row.refresh_from_db()
    return counting.from_json(row.counts)


def stored(series: int) -> list[tuple[str, float]]:
    found = readings.read([series], EARLIEST_US, LATEST_US)
    return [
        (dt.datetime.fromtimestamp(time / 1e6, UTC).strftime("%Y-%m-%dT%H:%M"), value)
        for time, value in zip(found.time.tolist(), found.value.tolist(), strict=True)
    ]


def reasons(row: HistoryImport) -> list[tuple[int, str, str]]:
    return [
        (one.line, one.column, one.sentence % one.values if one.values else one.sentence)
        for one in queries.list_rejects(row.pk)
    ]


# Keeping


@pytest.mark.parametrize(
    ("encoding", "bom"),
    [("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"), ("utf-16-le", b""),
     ("cp1252", b""), ("cp1250", b"")],
)  # fmt: skip
def test_a_text_is_kept_as_utf8_whatever_it_was(encoding: str, bom: bytes) -> None:
    text = "ora;µg/m³\r\n2026-03-02;5\r\n" if encoding != "cp1250" else "ora;temperatură\r\n2026-03-02;5\r\n"
    kept = keeping.keep(io.BytesIO(bom + text.encode(encoding)))
    with default_storage.open(kept.place) as file:
        assert file.read().decode() == text
    keeping.remove(kept.place)
    assert not default_storage.exists(kept.place)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [(b"", "empty"), (b"PK\x03\x04xxxx", "ZIP"), (b"\x1f\x8bxxxx", "gzip"), (b"%PDF-1.7", "PDF"),
     (b"\xff\xfea\x00b", "breaks off"), (bytes(range(256)) * 8, "not a text")],
)  # fmt: skip
def test_what_is_no_table_is_refused(body: bytes, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        keeping.keep(io.BytesIO(body))


def test_a_file_that_is_too_large_is_refused_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "LARGEST_BYTES", 1000)
    with pytest.raises(Refused, match="64 MB"):
        keeping.keep(io.BytesIO(b"1,2\n" * 1000))


def test_only_files_of_imports_can_be_removed() -> None:
    keeping.remove("../../etc/passwd")
    keeping.remove("other/file")


# Guessing


def test_a_layout_is_guessed_from_names_and_first_lines() -> None:
    names = ["Data", "PM2.5 [µg/m³]", "no2", "altceva"]
    rows = [["02.03.2026 10:00", "11,5", "40", "x"], ["02.03.2026 11:00", "12,5", "41", "y"]]
    candidates = [Candidate(7, "s:pm", "pm2_5"), Candidate(8, "s:no2", "no2"), Candidate(9, "s:o3", "o3")]
    found = guess_layout(names, rows, candidates, base=Layout(delimiter=";"))
    assert (found.time_place, found.time_format, found.zone) == (0, "%d.%m.%Y %H:%M", "Europe/Bucharest")
    assert found.columns == (Column(place=1, series=7, unit="µg/m³"), Column(place=2, series=8))
    assert found.decimal == ","


def test_a_column_that_names_the_series_is_recognised() -> None:
    found = guess_layout(["time", "series", "value"], [["2026-03-02T08:00:00Z", "s:1", "5"]], [], base=Layout())
    assert (found.series_place, found.value_place, found.zone) == (1, 2, "")


def test_seconds_are_told_from_milliseconds_and_from_mere_numbers() -> None:
    for written, form in (("1772438400", "epoch_s"), ("1772438400000", "epoch_ms")):
        found = guess_layout(["a", "b"], [["5.5", written]], [], base=Layout())
        assert (found.time_place, found.time_format) == (1, form)


def test_the_sign_between_cells_is_the_one_that_most_lines_share() -> None:
    assert guess_delimiter(["a;b;c", "1,5;2,5;3", "1;2;3,0"]) == ";"
    assert guess_delimiter(["a,b", "1,2"]) == ","
    assert guess_delimiter(["alone"]) == ","
    assert unit_in("Temperatura (°C)") == "°C"
    assert unit_in("Nume (furlong)") == ""


def test_two_series_of_one_property_are_not_guessed_between() -> None:
    found = guess_layout(
        ["t", "no2"], [["2026-03-02", "1"]], [Candidate(1, "a", "no2"), Candidate(2, "b", "no2")], base=Layout()
    )
    assert found.columns == ()


@pytest.mark.parametrize(
    "layout",
    [Layout(), Layout(columns=(Column(place=0, series=1),)), Layout(columns=(Column(place=1, series=1), Column(place=2, series=1))),
     Layout(series_place=1), Layout(delimiter="x", columns=(Column(place=1, series=1),)),
     Layout(zone="Mars", columns=(Column(place=1, series=1),))],
)  # fmt: skip
def test_a_layout_by_which_nothing_can_be_read_is_refused(layout: Layout) -> None:
    with pytest.raises(Refused):
        mapping.check_layout(layout)


def test_a_layout_and_counts_are_kept_whole() -> None:
    layout = Layout(columns=(Column(place=1, series=3, unit="°C"),), zone="UTC", twice=Twice.ORDER, names=("a", "b"))
    assert mapping.from_json(layout.as_json()) == layout
    counts = Counts(lines=3, added=2, first_us=5, last_us=9).plus(Counts(lines=1, first_us=4, total=10))
    assert counting.from_json(counts.as_json()) == counts
    assert (counts.lines, counts.first_us, counts.last_us, counts.total) == (4, 4, 9, 10)


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("to", list(State))
def test_an_import_moves_only_as_the_table_says(state: State, to: State) -> None:
    if to in states.MOVES[state]:
        states.check_can_move(state, to)
    else:
        with pytest.raises(Refused):
            states.check_can_move(state, to)


# Checking and importing


def test_a_check_says_what_would_happen_and_the_import_does_just_that(db: None) -> None:
    series = make_series("no2", units={"no2": "ug/m3"})["no2"]
    first = take_up(b"time,no2\n2026-03-02T08:00:00Z,10\n2026-03-02T09:00:00Z,11\n")
    assert check(first).added == 2
    assert not stored(series)
    assert carry_out(first).added == 2
    second = take_up(b"time,no2\n2026-03-02T08:00:00Z,10\n2026-03-02T09:00:00Z,99\n2026-03-02T10:00:00Z,12\n")
    would = check(second)
    assert (would.added, would.replayed, would.corrected) == (1, 1, 1)
    did = carry_out(second)
    assert (did.added, did.replayed, did.corrected) == (1, 1, 1)
    assert stored(series) == [("2026-03-02T08:00", 10.0), ("2026-03-02T09:00", 99.0), ("2026-03-02T10:00", 12.0)]
    assert second.state == State.DONE


def test_what_is_wrong_is_told_by_its_line_and_the_rest_is_imported(db: None) -> None:
    series = make_series("no2")["no2"]
    body = (
        b"time,no2\n2026-03-02T08:00:00Z,10\nsoon,11\n\n2026-03-02T09:00:00Z,abc\n2026-03-02T10:00:00Z,1e999\n"
        b'2026-03-02T11:00:00Z,NaN\n2026-03-02T12:00:00Z,Infinity\n"2026-03-02T13:00:00Z",\n"two\nlines",5\n2026-03-02T14:00:00Z,14\n'
        b"2199-01-01T00:00:00Z,1\n2026-03-02T15:00:00Z\n"
    )
    row = take_up(body)
    counts = check(row)
    assert [(line, column) for line, column, _ in reasons(row)] == [
        (3, "time"), (5, "no2"), (6, "no2"), (8, "no2"), (10, "time"), (13, "time"),
    ]  # fmt: skip
    assert (counts.lines, counts.readings, counts.missing, counts.rejected) == (11, 2, 3, 6)
    carry_out(row)
    assert stored(series) == [("2026-03-02T08:00", 10.0), ("2026-03-02T14:00", 14.0)]
    assert len(reasons(row)) == 6


def test_a_reading_that_comes_twice_in_a_file_counts_once_and_the_last_one_wins(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "CHUNK_LINES", 2)
    series = make_series("no2")["no2"]
    lines = [f"2026-03-02T0{hour}:00:00Z,{value}" for hour, value in ((8, 1), (8, 2), (9, 3), (8, 2), (8, 4))]
    row = take_up(("time,no2\n" + "\n".join(lines)).encode())
    counts = check(row)
    assert (counts.added, counts.repeated) == (2, 3)
    carry_out(row)
    assert stored(series) == [("2026-03-02T08:00", 4.0), ("2026-03-02T09:00", 3.0)]


def test_decimal_commas_local_times_and_other_units_are_brought_home(db: None) -> None:
    series = make_series("temperature", units={"temperature": "Cel"})["temperature"]
    row = take_up("Data;temperature [°F]\r\n02.03.2026 10:00;50,0\r\n02.03.2026 11:00;51,8\r\n".encode("cp1252"))
    check(row)
    carry_out(row)
    assert stored(series) == [("2026-03-02T08:00", 10.0), ("2026-03-02T09:00", 11.0)]


def test_the_hour_that_comes_twice_is_told_apart_even_where_a_worker_stopped_in_it(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "CHUNK_LINES", 2)
    series = make_series("no2")["no2"]
    body = "time,no2\n" + "".join(
        f"2026-10-25 {hour}:00,{value}\n" for value, hour in enumerate(("02", "03", "03", "04"))
    )
    row = take_up(body.encode())
    with clock.frozen(dt.datetime(2026, 11, 1, tzinfo=UTC)):
        check(row)
        actions.confirm(by=None, import_id=row.pk)
        _die_after_one_chunk(row, monkeypatch)
        working.carry_out(row.pk)
    assert [when for when, _ in stored(series)] == [
        "2026-10-24T23:00", "2026-10-25T00:00", "2026-10-25T01:00", "2026-10-25T02:00",
    ]  # fmt: skip


def _die_after_one_chunk(row: HistoryImport, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = actions.note_chunk, []

    class Killed(BaseException):
        pass

    def note(**given: Any) -> bool:
        if calls:
            raise Killed
        calls.append(1)
        return real(**given)

    with monkeypatch.context() as patch:
        patch.setattr(actions, "note_chunk", note)
        with pytest.raises(Killed):
            working.carry_out(row.pk)


def test_a_worker_goes_on_where_a_killed_one_stopped_and_nothing_is_lost_or_doubled(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "CHUNK_LINES", 3)
    series = make_series("no2")["no2"]
    lines = [f"2026-03-{day:02}T08:00:00Z,{day if day != 5 else 'x'}" for day in range(1, 12)]
    row = take_up(("time,no2\n" + "\n".join(lines)).encode())
    check(row)
    actions.confirm(by=None, import_id=row.pk)
    _die_after_one_chunk(row, monkeypatch)
    row.refresh_from_db()
    assert (row.rows_read, row.state, len(stored(series))) == (3, State.IMPORTING, 3)
    working.carry_out(row.pk)
    working.carry_out(row.pk)
    row.refresh_from_db()
    counts = counting.from_json(row.counts)
    assert (counts.lines, counts.added, counts.rejected, row.state) == (11, 10, 1, State.DONE)
    assert len(stored(series)) == 10 and ImportReject.objects.count() == 1


def test_of_two_workers_at_one_import_one_gives_way(db: None) -> None:
    make_series("no2")
    row = take_up(b"time,no2\n2026-03-02T08:00:00Z,10\n")
    check(row)
    actions.confirm(by=None, import_id=row.pk)
    given: dict[str, Any] = {"by": None, "import_id": row.pk, "state": State.IMPORTING, "rejects": (), "clock_us": None}
    assert actions.note_chunk(**given, from_row=0, counts=Counts(lines=1))
    assert not actions.note_chunk(**given, from_row=0, counts=Counts(lines=1))


def test_a_file_that_names_its_series_line_by_line(db: None) -> None:
    series = make_series("no2", "o3", units={"no2": "ug/m3", "o3": "ug/m3"})
    body = f"time,series,value\n2026-03-02T08:00:00Z,station:no2,1\n2026-03-02T08:00:00Z,{series['o3']},2\n2026-03-02T08:00:00Z,nobody,3\n"
    row = take_up(body.encode())
    check(row)
    assert reasons(row) == [(4, "series", "There is no series called “nobody”.")]
    carry_out(row)
    assert stored(series["no2"]) and stored(series["o3"]) == [("2026-03-02T08:00", 2.0)]


def test_a_file_of_which_nothing_can_be_taken_is_not_imported(db: None) -> None:
    make_series("no2")
    row = take_up(b"time,no2\n2026-03-02T08:00:00Z,x\n")
    check(row)
    with pytest.raises(Refused, match="nothing in this file"):
        actions.confirm(by=None, import_id=row.pk)


def test_a_file_that_is_gone_fails_in_words(db: None) -> None:
    make_series("no2")
    row = take_up(b"time,no2\n2026-03-02T08:00:00Z,1\n")
    keeping.remove(row.file)
    check(row)
    assert (row.state, row.sentence) == (State.FAILED, "The file is no longer kept here. Upload it again.")


def test_an_unclosed_quote_does_not_swallow_memory_or_break_the_import(db: None) -> None:
    make_series("no2")
    row = take_up(b'time,no2\n2026-03-02T08:00:00Z,1\n"' + b"x" * 300_000 + b"\n2026-03-02T09:00:00Z,2\n")
    assert check(row).readings >= 1
    assert row.state == State.CHECKED


# Parquet


def parquet(table: pa.Table, **options: Any) -> bytes:
    written = io.BytesIO()
    pq.write_table(table, written, **options)
    return written.getvalue()


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Bucharest"])
def test_parquet_brings_its_own_types_and_zones(db: None, unit: str, zone: str | None) -> None:
    series = make_series("no2")["no2"]
    moments = [dt.datetime(2026, 3, 2, 8, tzinfo=UTC), dt.datetime(2026, 3, 2, 9, tzinfo=UTC), None]
    if zone is None:
        moments = [moment and moment.replace(tzinfo=None) + dt.timedelta(hours=2) for moment in moments]
    table = pa.table(
        {"time": pa.array(moments, pa.timestamp(unit, zone)), "no2": pa.array([1.5, None, 3.0], pa.float32())}
    )
    row = take_up(parquet(table))
    counts = check(row)
    assert (counts.missing, [line for line, _, _ in reasons(row)]) == (1, [3])
    carry_out(row)
    assert stored(series) == [("2026-03-02T08:00", 1.5)]


def test_parquet_of_words_and_whole_numbers_is_read_column_by_column(db: None) -> None:
    series = make_series("no2")["no2"]
    table = pa.table(
        {
            "ignored": pa.array(["x" * 1000] * 3),
            "time": pa.array(["2026-03-02T08:00:00Z", "2026-03-02T09:00:00Z", "never"]).dictionary_encode(),
            "no2": pa.array([1, 2, 3], pa.int64()),
        }
    )
    row = take_up(parquet(table))
    check(row)
    carry_out(row)
    assert stored(series) == [("2026-03-02T08:00", 1.0), ("2026-03-02T09:00", 2.0)]
    assert [line for line, _, _ in reasons(row)] == [3]


def test_a_parquet_file_that_unpacks_to_far_too_much_is_refused(db: None) -> None:
    rows = reading.MOST_ROWS + 1
    table = pa.table(
        {"time": pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int8)), pa.array(["2026-03-02"]))}
    )
    body = parquet(table, compression="zstd")
    assert len(body) < 1_000_000
    with pytest.raises(Refused, match="unpacks to more"):
        take_up(body)


def test_a_broken_parquet_file_and_nested_columns_are_refused(db: None) -> None:
    body = parquet(pa.table({"time": ["2026-03-02"], "no2": [1.0]}))
    for broken in (body[:-20], b"PAR1" + b"\x00" * 500, body[:4] + b"\xff" * 40 + body[44:]):
        with pytest.raises(Refused, match=r"cannot be read|breaks off"):
            take_up(broken)
    with pytest.raises(Refused, match="neither numbers"):
        take_up(parquet(pa.table({"time": ["2026-03-02"], "list": [[1, 2]]})))


# Pages


@pytest.fixture
def as_dan(dan: Person) -> Client:
    client = Client()
    client.force_login(dan)
    return client


def upload(client: Client, body: bytes, **others: str) -> Any:
    return client.post("/imports/", {"file": SimpleUploadedFile("no2.csv", body), **others})


def test_a_department_uploads_describes_checks_and_imports(as_dan: Client) -> None:
    series = make_series("no2", units={"no2": "ug/m3"})["no2"]
    answer = upload(as_dan, b"time;no2\n2026-03-02T08:00:00Z;10,5\nsoon;1\n", thing="station")
    page = as_dan.get(answer.url).content.decode()
    assert f'value="{series}"' in page and "2026-03-02T08:00:00Z" in page
    given = {
        "delimiter": ";", "has_header": "on", "decimal": ",", "time_format": "iso", "zone": "", "twice": "order",
        "role_0": "time", "role_1": "values", "series_1": "station:no2", "unit_1": "mg/m3",
    }  # fmt: skip
    as_dan.post(answer.url, given)
    page = as_dan.get(answer.url).content.decode()
    assert "10.500" in page and "soon" in page  # 10,5 mg/m³ in µg/m³, and what was rejected
    assert not stored(series)
    rejects = as_dan.get(f"{answer.url}rejects.csv")
    assert b"soon" in b"".join(rejects)
    as_dan.post(f"{answer.url}change/", {"wish": "confirm"})
    assert stored(series) == [("2026-03-02T08:00", 10_500.0)]
    assert HistoryImport.objects.get().state == State.DONE
    assert as_dan.get(answer.url).status_code == 200
    assert "no2.csv" in as_dan.get("/en/imports/").content.decode()


def test_what_is_wrong_with_the_columns_is_said_beside_them(as_dan: Client) -> None:
    make_series("no2", units={"no2": "ug/m3"})
    url = upload(as_dan, b"time,no2\n2026-03-02T08:00:00Z,10\n").url
    given = {
        "delimiter": ",", "has_header": "on", "decimal": ".", "time_format": "iso", "zone": "", "twice": "order",
        "role_0": "time", "role_1": "values", "series_1": "nobody", "unit_1": "",
    }  # fmt: skip
    assert "nobody" in as_dan.post(f"/en{url}", given).content.decode()
    assert (
        "furlong"
        in as_dan.post(f"/en{url}", {**given, "series_1": "station:no2", "unit_1": "furlong"}).content.decode()
    )
    assert "Exactly one column is the time" in as_dan.post(f"/en{url}", {**given, "role_0": "skip"}).content.decode()
    assert "Mars" in as_dan.post(f"/en{url}", {**given, "zone": "Mars"}).content.decode()
    as_dan.post(url, {**given, "delimiter": ";"})
    assert mapping.from_json(HistoryImport.objects.get().mapping).delimiter == ";"
    assert as_dan.get(url).status_code == 200


def test_columns_can_be_changed_after_a_check_and_a_file_withdrawn(as_dan: Client) -> None:
    make_series("no2")
    url = upload(as_dan, b"time,no2\n2026-03-02T08:00:00Z,10\n").url
    given = {"delimiter": ",", "has_header": "on", "decimal": ".", "time_format": "iso", "twice": "order", "role_0": "time",
             "role_1": "values", "series_1": "station:no2"}  # fmt: skip
    as_dan.post(url, given)
    as_dan.post(f"{url}change/", {"wish": "columns"})
    assert HistoryImport.objects.get().state == State.DESCRIBED
    as_dan.post(f"{url}change/", {"wish": "withdraw"})
    assert HistoryImport.objects.get().state == State.WITHDRAWN
    as_dan.post(f"{url}change/", {"wish": "confirm"})
    assert HistoryImport.objects.get().state == State.WITHDRAWN
    assert as_dan.get(url).status_code == 200
    assert as_dan.post(f"{url}change/", {"wish": "magic"}).status_code == 404


def test_an_upload_that_is_no_table_is_refused_on_the_page(as_dan: Client) -> None:
    answer = as_dan.post("/en/imports/", {"file": SimpleUploadedFile("x.csv", b"PK\x03\x04....")})
    assert "ZIP archive" in answer.content.decode()
    answer = as_dan.post("/en/imports/", {"file": SimpleUploadedFile("x.csv", b"a,b\n1,2\n"), "thing": "nobody"})
    assert "nobody" in answer.content.decode()
    assert not HistoryImport.objects.exists()


def test_residents_and_guests_do_not_import(as_ana: Client, client: Client) -> None:
    row = HistoryImport.objects.create(name="x", file="", size=0)
    for path in ("/imports/", f"/imports/{row.pk}/", f"/imports/{row.pk}/rejects.csv"):
        assert as_ana.get(path).status_code == 403
        assert client.get(path).status_code == 302
    assert as_ana.post(f"/imports/{row.pk}/change/", {"wish": "withdraw"}).status_code == 403


def test_files_are_removed_a_week_after_their_import_and_stuck_imports_taken_up(db: None) -> None:
    series = make_series("no2")["no2"]
    done, stuck, left = (take_up(b"time,no2\n2026-03-02T08:00:00Z,10\n") for _ in range(3))
    check(done)
    carry_out(done)
    check(stuck)
    actions.confirm(by=None, import_id=stuck.pk)
    with clock.frozen(clock.now() + dt.timedelta(minutes=11)):
        assert queueing.take_up_stuck() == 1
    stuck.refresh_from_db()
    assert stuck.state == State.DONE
    with clock.frozen(clock.now() + dt.timedelta(days=31)):
        assert queueing.sweep() == 3
    for row in (done, stuck, left):
        row.refresh_from_db()
        assert row.file == ""
    assert left.state == State.WITHDRAWN
    assert len(stored(series)) == 1


# The command


def test_the_command_imports_by_a_mapping_and_makes_the_series_it_declares(
    db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data.csv").write_text("when;no2;junk\n2026-03-02 10:00;40,5;x\nsoon;1;y\n")
    (tmp_path / "mapping.yaml").write_text(
        """
        delimiter: ";"
        decimal: ","
        time: {column: when, zone: Europe/Bucharest, twice: order}
        thing: {code: school, name: Școala, domain: air, lon: 23.58, lat: 47.65}
        columns:
          no2: {property: no2, unit: ug/m3, source_unit: ug/m3}
        """
    )
    arguments = (str(tmp_path / "data.csv"), "--mapping", str(tmp_path / "mapping.yaml"))
    call_command("import_observations", *arguments, "--dry-run")
    assert "1 would be added" in capsys.readouterr().out
    series = Datastream.objects.get(code="school:no2")
    assert not stored(series.pk)
    call_command("import_observations", *arguments)
    said = capsys.readouterr()
    assert "1 added" in said.out and "line 3" in said.out
    assert stored(series.pk) == [("2026-03-02T08:00", 40.5)]
    (tmp_path / "bad.yaml").write_text("columns: {nothere: {series: school:no2}}")
    with pytest.raises(CommandError, match="nothere"):
        call_command("import_observations", arguments[0], "--mapping", str(tmp_path / "bad.yaml"))

import csv
import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rivulus.observations.actions.storing import store as store_batch
from rivulus.observations.models import Datastream
from rivulus.observations.queries import export
from rivulus.observations.rules.readings import HOUR_US, Batch, Record
from rivulus.observations.rules.weeks import WEEK_US
from rivulus.observations.terms import Flag
from rivulus.observations.tests.twins import MONDAY, make_series, store, us

START = us(MONDAY)
END = START + 12 * WEEK_US


def series(number: int, **changes: object) -> Datastream:
    Datastream.objects.filter(pk=number).update(**changes)
    return Datastream.objects.select_related("thing__supplier").get(pk=number)


def test_csv_says_time_result_and_flags(db: None) -> None:
    (number,) = make_series()
    store([(number, START, 1.5), (number, START + 8 * WEEK_US, -0.1)])
    store([(number, START + HOUR_US + 1000, 1e300)], quality=int(Flag.OUT_OF_RANGE | Flag.ESTIMATED))
    rows = list(csv.reader(io.StringIO(b"".join(export.stream_csv(series(number), START, END)).decode())))
    assert rows == [
        ["time", "result", "flags"],
        ["2026-01-05T00:00:00.000Z", "1.5", ""],
        ["2026-01-05T01:00:00.001Z", "1e+300", "out of range; estimated by the supplier"],
        ["2026-03-02T00:00:00.000Z", "-0.1", ""],
    ]


def test_what_is_simulated_says_so_in_every_line_and_file(db: None) -> None:
    (number,) = make_series()
    store([(number, START, 1.5)])
    one = series(number, is_simulated=True)
    assert b"".join(export.stream_csv(one, START, END)).decode().splitlines()[1].endswith(",true")
    table = pq.read_table(io.BytesIO(b"".join(export.stream_parquet(one, START, END))))
    assert table.schema.metadata[b"simulated"] == b"true"


def test_parquet_holds_every_bit_and_says_what_it_is(db: None) -> None:
    (number,) = make_series()
    values = [0.1, -0.0, 5e-324, 1e16] * 20
    store([(number, START + n * 12 * HOUR_US, value) for n, value in enumerate(values)])
    one = series(number, unit_of_measurement={"symbol": "°C", "name": "degree Celsius"})
    parts = list(export.stream_parquet(one, START, END))
    table = pq.read_table(pa.BufferReader(b"".join(parts)))
    assert len(parts) > 2
    assert np.array_equal(table["result"].to_numpy().view(np.int64), np.array(values).view(np.int64))
    assert table["time"][1].as_py().isoformat() == "2026-01-05T12:00:00+00:00"
    assert table.schema.metadata[b"unit"].decode() == "°C"


def test_results_that_are_no_numbers_are_json(db: None) -> None:
    (number,) = make_series(kind="any")
    store_batch(by=None, batch=Batch(records=(Record(number, START, {"stare": "închis"}),)))
    text = b"".join(export.stream_csv(series(number), START, END)).decode()
    assert '"{""stare"": ""închis""}"' in text
    table = pq.read_table(io.BytesIO(b"".join(export.stream_parquet(series(number), START, END))))
    assert table["result"].to_pylist() == ['{"stare": "închis"}']


def test_an_empty_series_is_an_empty_file(db: None) -> None:
    (number,) = make_series()
    assert b"".join(export.stream_csv(series(number), START, END)) == b"time,result,flags\r\n"
    assert len(pq.read_table(io.BytesIO(b"".join(export.stream_parquet(series(number), START, END))))) == 0

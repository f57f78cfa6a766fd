"""Charts as drawings and as tables."""

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rivulus.ui import charts, samples
from rivulus.ui.drawing import svg
from rivulus.ui.drawing.timeseries import time_ticks

MAKERS = [
    samples.get_crystal,
    samples.get_bars,
    samples.get_grouped,
    samples.get_stacked,
    samples.get_steps,
    samples.get_years,
    samples.get_timeline,
    samples.get_time_series,
    samples.get_sketch,
]
EVIL = '<script>alert("x")</script> & Ștefan'
NAMES = {"key": "k", "title": EVIL, "description": EVIL}
HOSTILE = [
    charts.Bars(**NAMES, unit=EVIL, bars=(charts.Bar(label=EVIL, value=None, note=EVIL),), reference_label=EVIL),
    charts.GroupedBars(**NAMES, unit=EVIL, categories=(EVIL,), series=(charts.Series(label=EVIL, values=(0,)),)),
    charts.StackedBars(**NAMES, unit=EVIL, categories=(EVIL,), series=(charts.Series(label=EVIL, values=(None,)),)),
    charts.Lines(
        **NAMES,
        x_label=EVIL,
        y_label=EVIL,
        lines=(charts.Line(label=EVIL, points=(charts.Point(x=1, y=1, label=EVIL, is_highlighted=True),)),) * 2,
    ),
    charts.Lines(**NAMES, x_label="", y_label="", lines=()),
    charts.Timeline(**NAMES, spans=(charts.Span(label=EVIL, start=2026, end=2026, note=EVIL),)),
    charts.Timeline(**NAMES, spans=()),
    charts.TimeSeries(
        **NAMES,
        unit=EVIL,
        start=0.0,
        end=0.0,
        lines=(charts.TimeLine(label=EVIL, moments=(charts.Moment(time=0.0, value=1.0, low=1.0, high=1.0),)),) * 2,
        limits=(charts.Limit(label=EVIL, value=3.0),),
    ),
    charts.TimeSeries(**NAMES, unit="", start=0.0, end=1.0, lines=()),
    charts.Sketch(
        **NAMES, rank_words=(EVIL,) * 3, spots=(charts.Spot(label=EVIL, longitude=23, latitude=47, note=EVIL),)
    ),
    charts.Sketch(**NAMES, rank_words=("", "", ""), spots=()),
    charts.Crystal(**NAMES, facets=(charts.Facet(code=EVIL, name=EVIL, level=0, fraction=2.0),) * 6),
]


def drawings(chart: charts.Chart, language: str = "ro") -> list[ET.Element]:
    return list(ET.fromstring(f"<all>{charts.draw(chart, language)}</all>"))


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("language", ["ro", "en", "hu"])
def test_a_chart_is_well_formed_named_and_drawn_twice(make, language):
    narrow, wide = drawings(make(), language)
    for drawing in (narrow, wide):
        ids = drawing.get("aria-labelledby").split()
        named = {child.get("id"): child.text for child in drawing if child.tag in {"title", "desc"}}
        assert drawing.get("role") == "img"
        assert all(named[one] for one in ids)
    assert narrow.get("viewBox").split()[2] == "340"


@pytest.mark.parametrize("make", MAKERS)
def test_ids_are_unique_in_a_drawing(make):
    ids = [e.get("id") for one in drawings(make()) for e in one.iter() if e.get("id")]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("chart", [*HOSTILE, *(make() for make in MAKERS)])
def test_nothing_in_a_chart_breaks_out_of_it(chart):
    text = charts.draw(chart)
    drawings(chart)
    assert "<script" not in text
    assert not re.search(r"\sstyle=|\son\w+=", text)


@pytest.mark.parametrize("make", MAKERS)
def test_the_table_has_a_cell_for_every_column(make):
    table = charts.table_of(make(), "en")
    assert table.rows
    assert {len(row) for row in table.rows} == {len(table.columns)}


def test_the_table_says_the_numbers_of_the_picture():
    rows = charts.table_of(samples.get_bars(), "ro").rows
    assert [row[1].text for row in rows][:2] == ["26,4", "14,5"]


def test_series_differ_by_pattern_and_not_by_colour_alone():
    wide = drawings(samples.get_grouped())[1]
    fills = {e.get("fill") for e in wide.iter("rect") if e.get("class") == "hatch"}
    assert len(fills) == len(samples.get_grouped().series) - 1


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9), st.integers(1, 10))
def test_ticks_reach_around_all_values(one, other, wanted):
    low, high = sorted((one, other))
    marks = svg.ticks(low, high, wanted)
    slack = 1e-6 * max(abs(low), abs(high), 1)
    assert marks[0] <= low + slack
    assert marks[-1] >= high - slack
    assert 2 <= len(marks) <= wanted + 3


@given(st.text(max_size=200), st.floats(20, 800))
def test_wrapped_words_fit_the_room(words, width):
    letters = max(int(width / (16 * svg.LETTER_WIDTH)), 6)
    assert all(len(part) <= letters for part in svg.wrapped(words, width, 16))


def test_a_longer_number_has_a_longer_bar():
    wide = drawings(samples.get_bars())[1]
    lengths = [float(e.get("width")) for e in wide.iter("rect") if e.get("class") == "fill"]
    assert lengths[0] > lengths[1] > lengths[2] == 0


def test_a_gap_breaks_the_line_and_a_lone_moment_is_a_dot():
    moments = [charts.Moment(time=float(n), value=value) for n, value in enumerate((1.0, 2.0, None, 4.0, None))]
    line = charts.TimeLine(label="x", moments=tuple(moments))
    chart = charts.TimeSeries(key="k", title="t", description="d", unit="m", start=0.0, end=5.0, lines=(line,))
    narrow, _wide = drawings(chart)
    assert len([e for e in narrow.iter("path") if e.get("class") == "stroke"]) == 1
    assert len([e for e in narrow.iter("circle") if e.get("class") == "mark"]) == 1
    assert [row[1].text for row in charts.table_of(chart, "en").rows] == ["1", "2", "no value", "4", "no value"]


@given(st.integers(1_500_000_000, 2_000_000_000), st.integers(60, 400_000_000), st.integers(1, 8))
def test_a_time_axis_has_few_ticks_and_all_of_them_inside(start, reach, wanted):
    chart = charts.TimeSeries(key="k", title="", description="", unit="", start=start, end=start + reach, lines=())
    ticks = time_ticks(chart, wanted, "ro")
    assert len(ticks) <= 2 * wanted + 2
    assert all(start <= time <= start + reach for time, _words in ticks)

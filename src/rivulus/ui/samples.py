"""Made-up examples that the gallery shows; none of them is a fact about the city."""

from datetime import date

from django import forms
from django.utils.translation import gettext, gettext_lazy

from rivulus.ui import charts
from rivulus.ui.terms import Step, StepStatus, Tone

MINERALS = (Tone.GOLD, Tone.AMETHYST, Tone.MALACHITE, Tone.CHESTNUT, Tone.STREAM, Tone.STIBNITE)

CODES = ("E", "C", "Me", "L", "Mo", "G")


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(
        label=gettext_lazy("Name"), help_text=gettext_lazy("As it stands on the document."), max_length=80
    )
    pillar = forms.ChoiceField(
        label=gettext_lazy("Pillar"),
        required=False,
        choices=[
            ("", gettext_lazy("all")),
            ("me", gettext_lazy("Environment")),
            ("mo", gettext_lazy("Mobility")),
        ],
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of report"),
        widget=forms.RadioSelect,
        choices=[("half", gettext_lazy("half-yearly")), ("final", gettext_lazy("final"))],
    )
    note = forms.CharField(label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    agreed = forms.BooleanField(label=gettext_lazy("A second person has looked at it"), required=False)


def list_pillars() -> tuple[str, ...]:
    """Names of six pillars."""
    return (
        gettext("Economy"),
        gettext("Citizens"),
        gettext("Environment"),
        gettext("Living"),
        gettext("Mobility"),
        gettext("Governance"),
    )


def list_minerals() -> tuple[str, ...]:
    """Names of the tones in the order of MINERALS."""
    return (
        gettext("Gold ochre"),
        gettext("Amethyst"),
        gettext("Malachite"),
        gettext("Chestnut"),
        gettext("Stream"),
        gettext("Stibnite"),
    )


def list_steps() -> tuple[Step, ...]:
    """The life of a project."""
    return (
        Step(label=gettext("Proposed"), status=StepStatus.DONE, date=date(2026, 3, 2)),
        Step(
            label=gettext("Funded"),
            status=StepStatus.CURRENT,
            note=gettext("contract signed"),
            date=date(2026, 9, 14),
        ),
        Step(label=gettext("Under way"), status=StepStatus.OPEN),
        Step(label=gettext("Closed"), status=StepStatus.OPEN),
    )


def get_crystal() -> charts.Crystal:
    """Six facets with different levels."""
    stands = ((2, 0.33, 3), (1, 0.66, 3), (2, 0.5, 4), (3, 0.2, 4), (1, 0.8, 2), (2, 0.0, None))
    facets = tuple(
        charts.Facet(code=code, name=name, level=level, fraction=share, expected=expected, tone=tone)
        for code, name, tone, (level, share, expected) in zip(CODES, list_pillars(), MINERALS, stands, strict=True)
    )
    return charts.Crystal(
        key="sample-crystal",
        title=gettext("Six facets, five levels"),
        description=gettext("Each facet is a pillar, filled from the middle up to the level it has reached."),
        facets=facets,
    )


def get_bars() -> charts.Bars:
    """Bars of which one has no value."""
    names = (
        gettext("Green space for each resident"),
        gettext("Bus stops with live times"),
        gettext("Noise measured"),
    )
    values = ((26.4, 22.0, Tone.MALACHITE), (14.5, 30.0, Tone.STREAM), (None, None, Tone.STIBNITE))
    return charts.Bars(
        key="sample-bars",
        title=gettext("Bars with a reference"),
        description=gettext("For one value of each thing; the diamond is what it is compared with."),
        unit=gettext("share of the target, %"),
        reference_label=gettext("value of the region"),
        decimals=1,
        bars=tuple(
            charts.Bar(label=name, value=value, reference=reference, tone=tone)
            for name, (value, reference, tone) in zip(names, values, strict=True)
        ),
    )


def _series() -> tuple[charts.Series, ...]:
    return (
        charts.Series(label=gettext("met"), values=(12, 9, 14), tone=Tone.MALACHITE),
        charts.Series(label=gettext("in progress"), values=(5, 8, 4), tone=Tone.GOLD),
        charts.Series(label=gettext("unknown"), values=(3, 1, None), tone=Tone.STIBNITE),
    )


def get_grouped() -> charts.GroupedBars:
    """Three series in three places."""
    return charts.GroupedBars(
        key="sample-grouped",
        title=gettext("Bars side by side"),
        description=gettext(
            "For comparing the same few things in several places; patterns as well as colours tell them apart."
        ),
        unit=gettext("criteria"),
        categories=list_pillars()[:3],
        series=_series(),
    )


def get_stacked() -> charts.StackedBars:
    """One amount in three parts."""
    return charts.StackedBars(
        key="sample-stacked",
        title=gettext("Parts of a whole"),
        description=gettext("For shares of one amount; the words stand in the legend."),
        unit=gettext("criteria"),
        categories=(gettext("All pillars"),),
        series=tuple(
            charts.Series(label=s.label, values=(sum(v or 0 for v in s.values),), tone=s.tone) for s in _series()
        ),
    )


def get_steps() -> charts.Lines:
    """A frontier with one point picked out."""
    costs = ((0, 40), (2.5, 47), (6, 52), (11, 61), (18, 66), (30, 71))
    points = tuple(
        charts.Point(x=x, y=y, is_highlighted=x == 11, label=gettext("best for its cost") if x == 11 else "")
        for x, y in costs
    )
    return charts.Lines(
        key="sample-steps",
        title=gettext("Steps: what more money buys"),
        description=gettext("For a value that holds until the next step."),
        x_label=gettext("cost, million €"),
        y_label=gettext("criteria met"),
        lines=(charts.Line(label=gettext("criteria met"), points=points, tone=Tone.STREAM, is_step=True),),
        x_decimals=1,
    )


def get_years() -> charts.Lines:
    """Three lines, one of them expected."""

    def points(*values: float) -> tuple[charts.Point, ...]:
        return tuple(charts.Point(x=2022 + n, y=value) for n, value in enumerate(values))

    return charts.Lines(
        key="sample-years",
        title=gettext("Lines over years"),
        description=gettext("Each line has its own dashes and sign; what is only expected is dotted."),
        x_label=gettext("year"),
        y_label=gettext("criteria met"),
        x_is_year=True,
        lines=(
            charts.Line(label=gettext("Environment"), points=points(4, 5, 5, 8, 9), tone=Tone.MALACHITE),
            charts.Line(label=gettext("Mobility"), points=points(3, 3, 6, 6, 7), tone=Tone.STREAM),
            charts.Line(
                label=gettext("Governance, expected"),
                points=points(2, 4, 7, 10, 13),
                tone=Tone.STIBNITE,
                is_expected=True,
            ),
        ),
    )


def get_timeline() -> charts.Timeline:
    """Three projects, one without a report."""
    spans = (
        (gettext("A register of trees"), 2024, 2026, Tone.MALACHITE, 80.0),
        (gettext("Live times at bus stops"), 2025, 2028, Tone.STREAM, 35.0),
        (gettext("A house for young firms in the old mint"), 2027, 2030, Tone.GOLD, None),
    )
    return charts.Timeline(
        key="sample-timeline",
        title=gettext("What happens when"),
        description=gettext("The dark part of a bar is the share reported as done."),
        now=2026.8,
        spans=tuple(
            charts.Span(label=label, start=start, end=end, tone=tone, percent=percent)
            for label, start, end, tone, percent in spans
        ),
    )


def get_time_series() -> charts.TimeSeries:
    """A day of measurements with a gap, and a limit."""
    start = 1_767_218_400.0  # midnight of 1 January 2026 in the city
    means = (12, 11, 10, 9, 10, 14, 22, 31, 36, 33, None, None, 24, 21, 20, 22, 27, 35, 41, 38, 30, 22, 17, 14)
    return charts.TimeSeries(
        key="sample-time-series",
        title=gettext("Measurements over a day"),
        description=gettext("The line is the mean of each hour, the band how far it went; a gap stays open."),
        unit="µg/m³",
        start=start,
        end=start + 86_400,
        lines=(
            charts.TimeLine(
                label=gettext("fine dust"),
                tone=Tone.MALACHITE,
                moments=tuple(
                    charts.Moment(
                        time=start + hour * 3600,
                        value=mean,
                        low=None if mean is None else mean * 0.8,
                        high=None if mean is None else mean * 1.3,
                    )
                    for hour, mean in enumerate(means)
                ),
            ),
        ),
        limits=(charts.Limit(label=gettext("daily limit"), value=50),),
    )


def get_sketch() -> charts.Sketch:
    """Four places, two of which want a look."""
    return charts.Sketch(
        key="sample-sketch",
        title=gettext("Where things are"),
        description=gettext("Shape and colour say how each place is; the list beside says it in words."),
        rank_words=(gettext("as usual"), gettext("wants a look"), gettext("wrong")),
        spots=(
            charts.Spot(label=gettext("The square"), longitude=23.582, latitude=47.658),
            charts.Spot(label=gettext("The station"), longitude=23.563, latitude=47.655, rank=1),
            charts.Spot(label=gettext("The park"), longitude=23.585, latitude=47.665),
            charts.Spot(label=gettext("The mine"), longitude=23.61, latitude=47.672, rank=2, note=gettext("silent")),
        ),
    )

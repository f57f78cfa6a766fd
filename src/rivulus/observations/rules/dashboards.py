"""What a dashboard shows: panels declared in YAML, read into frozen facts. Pure.

code: air
audience: public            # or duty
title: {ro: Aerul de azi, en: The air today, hu: A mai levegő}
lead: {ro: …, en: …, hu: …}
panels:
  - kind: number            # one figure over all series of a property
    title: {…}
    property: pm10
    statistic: mean         # mean | min | max | sum | count
  - kind: chart             # up to six series, or all series of a property at most six
    title: {…}
    property: pm10
    range: week             # day | week | month | year
    limits: [{label: {…}, value: 50}]
  - kind: list              # things of a domain with their newest values
    title: {…}
    domain: parking
  - kind: sketch            # the same on a sketch
    title: {…}
    domain: parking
  - kind: alarms            # what is wrong now
    title: {…}
  - kind: text
    title: {…}
    text: {…}
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.terms import Domain

LANGUAGES = ("ro", "en", "hu")
MOST_PANELS = 24
MOST_SERIES = 6
RANGES = ("day", "week", "month", "year")
STATISTICS = ("mean", "min", "max", "sum", "count")
KEYS = {"kind", "title", "property", "series", "domain", "statistic", "range", "limits", "text", "source"}


class PanelKind(StrEnum):
    """What a panel is."""

    NUMBER = "number"
    CHART = "chart"
    LIST = "list"
    SKETCH = "sketch"
    ALARMS = "alarms"
    TEXT = "text"


type Words = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitLine:
    """A height that matters, in the unit of the panel."""

    label: Words
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One field of a dashboard; ``property_code`` or ``series`` (codes) say what it shows."""

    kind: PanelKind
    title: Words
    property_code: str = ""
    series: tuple[str, ...] = ()
    domain: str = ""
    statistic: str = "mean"
    range: str = "week"
    limits: tuple[LimitLine, ...] = ()
    text: Words | None = None
    source: Words | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """A page of panels for everybody, or for those on duty."""

    code: str
    title: Words
    lead: Words
    panels: tuple[Panel, ...]
    is_public: bool = True


def read_dashboard(given: object) -> Dashboard:
    """Return the dashboard that a YAML document declares; raises Refused naming the place that is wrong."""
    document = _mapping(given, N_("the document"))
    code = document.get("code")
    if not isinstance(code, str) or not code.replace("-", "").replace("_", "").isalnum() or len(code) > 40:
        raise Refused(N_("A dashboard needs a code of letters, digits and hyphens."))
    audience = document.get("audience", "public")
    if audience not in ("public", "duty"):
        raise Refused(N_("The audience of a dashboard is “public” or “duty”."))
    panels = document.get("panels")
    if not isinstance(panels, Sequence) or isinstance(panels, str) or not 0 < len(panels) <= MOST_PANELS:
        raise Refused(N_("A dashboard has between 1 and %(most)s panels."), most=MOST_PANELS)
    return Dashboard(
        code=code,
        title=_words(document.get("title"), "title"),
        lead=_words(document.get("lead"), "lead"),
        panels=tuple(_panel(panel, number) for number, panel in enumerate(panels, 1)),
        is_public=audience == "public",
    )


def _panel(given: object, number: int) -> Panel:
    place = f"panels[{number}]"
    fields = _mapping(given, place)
    unknown = sorted(set(fields) - KEYS)
    if unknown:
        raise Refused(N_("%(place)s has a key that nobody reads: %(key)s."), place=place, key=unknown[0])
    if fields.get("kind") not in set(PanelKind):
        raise Refused(N_("%(place)s has no kind of panel that exists."), place=place)
    panel = Panel(
        kind=PanelKind(fields["kind"]),
        title=_words(fields.get("title"), f"{place}.title"),
        property_code=str(fields.get("property", "")),
        series=tuple(map(str, fields.get("series", ()))),
        domain=str(fields.get("domain", "")),
        statistic=str(fields.get("statistic", "mean")),
        range=str(fields.get("range", "week")),
        limits=tuple(_limit(limit, place) for limit in fields.get("limits", ())),
        text=_words(fields["text"], f"{place}.text") if "text" in fields else None,
        source=_words(fields["source"], f"{place}.source") if "source" in fields else None,
    )
    _check(panel, place)
    return panel


def _check(panel: Panel, place: str) -> None:
    shows_series = panel.kind in (PanelKind.NUMBER, PanelKind.CHART)
    if shows_series and not (panel.property_code or panel.series):
        raise Refused(N_("%(place)s names neither a property nor series."), place=place)
    if panel.kind in (PanelKind.LIST, PanelKind.SKETCH) and panel.domain not in set(Domain):
        raise Refused(N_("%(place)s names no domain that exists."), place=place)
    if panel.kind is PanelKind.TEXT and panel.text is None:
        raise Refused(N_("%(place)s is a text without a text."), place=place)
    if panel.statistic not in STATISTICS or panel.range not in RANGES or len(panel.series) > MOST_SERIES:
        raise Refused(N_("%(place)s has a statistic, a range or a number of series that does not exist."), place=place)


def _limit(given: object, place: str) -> LimitLine:
    fields = _mapping(given, f"{place}.limits")
    value = fields.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused(N_("%(place)s has a limit without a number."), place=place)
    return LimitLine(label=_words(fields.get("label"), f"{place}.limits.label"), value=float(value))


def _words(given: object, place: str) -> Words:
    if not isinstance(given, Mapping) or any(not isinstance(given.get(one), str) for one in LANGUAGES):
        raise Refused(N_("%(place)s needs words in ro, en and hu."), place=place)
    return {language: given[language] for language in LANGUAGES}


def _mapping(given: object, place: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise Refused(N_("%(place)s is not a set of keys and values."), place=place)
    return given

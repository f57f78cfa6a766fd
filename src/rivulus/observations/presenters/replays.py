"""What a rule would have done, in a sentence, a picture and a list."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

from rivulus.kernel.clock import CITY_ZONE
from rivulus.observations.models import Replay
from rivulus.observations.presenters.automation_words import number_words
from rivulus.observations.presenters.automations import moment_words, where_words
from rivulus.observations.rules.automations.syntax import MINUTE_US
from rivulus.observations.rules.weeks import moment as moment_of
from rivulus.ui import charts
from rivulus.ui.presenters import active_language
from rivulus.ui.rules import format_date

MOST_BARS = 31


@dataclass(frozen=True, slots=True)
class EpisodeRow:
    """One alarm that would have been raised, in words."""

    where: str
    opened: str
    lasted: str
    value: str
    is_flapping: bool


def sentence(replay: Replay) -> str:
    """Return the outcome as one sentence."""
    if replay.state != "done":
        return ""
    days = max(1, (replay.finish - replay.start).days)
    alarms = replay.result.get("alarms", 0)
    words = ngettext(
        "With this rule, the last %(days)s days would have raised %(alarms)s alarm.",
        "With this rule, the last %(days)s days would have raised %(alarms)s alarms.",
        alarms,
    )
    runs = replay.result.get("runs", 0)
    rest = ngettext("It would have run %(runs)s time.", "It would have run %(runs)s times.", runs)
    return f"{words % {'days': days, 'alarms': alarms}} {rest % {'runs': runs}}"


def episode_rows(replay: Replay) -> list[EpisodeRow]:
    """Return the alarms, the newest first."""
    return [
        EpisodeRow(
            where_words(one),
            moment_words(moment_of(one["opened"])),
            _lasted(one["opened"], one["cleared"]),
            "" if one["value"] is None else number_words(one["value"]),
            one["flapping"],
        )
        for one in reversed(replay.result.get("episodes", []))
    ]


def _lasted(opened_us: int, cleared_us: int | None) -> str:
    if cleared_us is None:
        return gettext("not over yet")
    minutes = max(1, (cleared_us - opened_us) // MINUTE_US)
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"


def chart_of(replay: Replay) -> charts.Bars | None:
    """Return how many alarms each day, or each stretch of days, would have had."""
    episodes = replay.result.get("episodes", [])
    if replay.state != "done" or not episodes:
        return None
    first = replay.start.astimezone(CITY_ZONE).date()
    last = replay.finish.astimezone(CITY_ZONE).date()
    width = -(-((last - first).days + 1) // MOST_BARS)
    counts: dict[int, int] = {}
    for one in episodes:
        day = moment_of(one["opened"]).astimezone(CITY_ZONE).date()
        place = (day - first).days // width
        counts[place] = counts.get(place, 0) + 1
    bars = tuple(
        charts.Bar(label=_day(first + dt.timedelta(days=place * width)), value=counts.get(place, 0))
        for place in range(((last - first).days) // width + 1)
    )
    return charts.Bars(
        key=f"replay-{replay.pk}",
        title=gettext("Alarms by day"),
        description=gettext("How many alarms the rule would have raised on each day."),
        unit=gettext("alarms"),
        bars=bars,
    )


def _day(day: dt.date) -> str:
    return format_date(day, language=active_language())

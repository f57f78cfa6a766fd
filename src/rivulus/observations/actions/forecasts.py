"""Forecasts: choosing series, learning, and saying what comes."""

import datetime as dt
import json
import math
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction

from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.observations.models import Datastream, Forecast, Forecaster, Training
from rivulus.observations.queries import forecasts as queries
from rivulus.observations.rules.forecasts import backtest
from rivulus.observations.rules.forecasts.backtest import Backtest, Method
from rivulus.observations.rules.forecasts.groups import How
from rivulus.observations.rules.forecasts.learning import Learned

if TYPE_CHECKING:
    from rivulus.identity.models import Person

KEEP = dt.timedelta(days=60)
PATIENCE_HOURS = 6  # a series silent for longer is not forecast


@transaction.atomic
def choose_series(*, by: "Person | None", datastream: Datastream, companions: Sequence[Datastream] = ()) -> Forecaster:
    """Let a series be forecast with an eye on others; again with the same changes nothing."""
    forecaster, is_new = Forecaster.objects.get_or_create(datastream=datastream)
    wanted = {one.pk for one in companions if one.pk != datastream.pk}
    present = set(forecaster.companions.values_list("pk", flat=True))
    if not is_new and present == wanted and forecaster.is_active:
        return forecaster
    forecaster.companions.set(wanted)
    forecaster.is_active, forecaster.state, forecaster.refusal = True, "waiting", ""
    forecaster.save(update_fields=["is_active", "state", "refusal"])
    journal.write(
        by=by,
        verb="observations.forecaster.chosen",
        subject="observations.forecaster",
        subject_id=forecaster.pk,
        content={"datastream": datastream.pk, "companions": sorted(wanted)},
    )
    return forecaster


@transaction.atomic
def choose_group(
    *,
    by: "Person | None",
    code: str,
    title: Mapping[str, str],
    how: How,
    members: Sequence[int],
    companions: Sequence[int] = (),
) -> Forecaster:
    """Let the sum or the mean of series be forecast; again with the same changes nothing, with others it learns anew."""
    forecaster, is_new = Forecaster.objects.get_or_create(code=code, defaults={"how": how, "title": dict(title)})
    wanted, looked_at = set(members), set(companions)
    present = set(forecaster.members.values_list("pk", flat=True))
    seen = set(forecaster.companions.values_list("pk", flat=True))
    is_same = (present, seen, forecaster.how, forecaster.is_active) == (wanted, looked_at, str(how), True)
    if not is_new and is_same and forecaster.title == title:
        return forecaster
    forecaster.members.set(wanted)
    forecaster.companions.set(looked_at)
    forecaster.title, forecaster.how, forecaster.is_active = dict(title), how, True
    if not is_same:
        forecaster.state, forecaster.refusal = "waiting", ""
    forecaster.save(update_fields=["title", "how", "is_active", "state", "refusal"])
    journal.write(
        by=by,
        verb="observations.forecaster.chosen",
        subject="observations.forecaster",
        subject_id=forecaster.pk,
        content={"code": code, "how": str(how), "members": sorted(wanted), "companions": sorted(looked_at)},
    )
    return forecaster


@transaction.atomic
def leave_groups(*, by: "Person | None", except_for: Collection[str]) -> int:
    """Forecast groups no longer that nobody wishes for, and return how many these are."""
    left = Forecaster.objects.filter(datastream__isnull=True, is_active=True).exclude(code__in=except_for)
    codes = sorted(str(code) for code in left.values_list("code", flat=True))
    left.update(is_active=False)
    if codes:
        journal.write(
            by=by,
            verb="observations.forecaster.left",
            subject="observations.forecaster",
            subject_id=codes[0],
            content={"groups": codes},
        )
    return len(codes)


@transaction.atomic
def leave_series(*, by: "Person | None", datastream: Datastream) -> None:
    """Forecast a series no longer; what was forecast stays for as long as it is kept."""
    if Forecaster.objects.filter(datastream=datastream, is_active=True).update(is_active=False):
        journal.write(
            by=by,
            verb="observations.forecaster.left",
            subject="observations.datastream",
            subject_id=datastream.pk,
            content={},
        )


def learn(*, by: "Person | None", forecaster: Forecaster) -> Training | None:
    """Test all methods on the past, learn what serves and keep both; None where there is too little history.

    Takes some seconds to a minute of one processor; shows how far it is. Doing it again makes another one.
    """
    started = clock.now()
    companions = list(forecaster.companions.order_by("pk"))
    past = queries.get_past(forecaster, companions, _this_hour())
    frame = past.frame
    _say(forecaster, state="learning", done_share=0.0)
    try:
        found = backtest.run(frame, progress=lambda done, of: _say(forecaster, done_share=done / (of + 1)))
        learned = backtest.learn_all(frame, found)
    except Refused as refused:
        _say(forecaster, state="refused", refusal=refused.sentence[:300])
        return None
    return _keep(forecaster, found, learned, ([f"s{one.pk}" for one in companions], list(past.members)), started)


def _say(forecaster: Forecaster, **values: Any) -> None:
    Forecaster.objects.filter(pk=forecaster.pk).update(**values)


@transaction.atomic
def _keep(
    forecaster: Forecaster,
    found: Backtest,
    learned: list[Learned],
    looked_at: tuple[list[str], list[int]],
    started: dt.datetime,
) -> Training:
    trees = zlib.compress(json.dumps({one.horizon: one.trees for one in learned}).encode(), 6) if learned else b""
    training = Training.objects.create(
        forecaster=forecaster,
        made_at=clock.now(),
        took_s=(clock.now() - started).total_seconds(),
        backtest=_plain(asdict(found)),
        companions=looked_at[0],
        members=looked_at[1],
        trees=trees,
        has_skill=any(_has_skill(score) for score in found.scores),
    )
    forecaster.trainings.exclude(pk=training.pk).update(trees=b"")
    _say(forecaster, state="ready", done_share=1.0, refusal="")
    return training


def _has_skill(score: backtest.Score) -> bool:
    return score.serves is Method.TREES and (score.skill_persistence or 0) > 0 and (score.skill_seasonal or 0) > 0


def _plain(value: Any) -> Any:
    """Return a value that JSON holds: what is not finite becomes null."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def forecast(*, by: "Person | None", forecaster: Forecaster) -> Forecast | None:
    """Say what comes after the last hour that is known; the same hour is forecast once. None where nothing can be said."""
    training = forecaster.trainings.order_by("-made_at", "-id").first()
    if training is None:
        return None
    companions = list(forecaster.companions.order_by("pk"))
    if training.companions != [f"s{one.pk}" for one in companions]:
        return None  # chosen anew since it learned
    frame = _until_known(forecaster, companions, training)
    if frame is None:
        return None
    points = backtest.forecast(frame, queries.read_backtest(training.backtest), queries.read_trees(training))
    if not points:
        return None
    origin = dt.datetime.fromtimestamp((frame.first_hour + len(frame)) * 3600, dt.UTC)
    rows = [
        [p.horizon, _short(p.value), _short(p.radius_80), _short(p.radius_95), str(p.method)] for p in points
    ]  # fmt: skip
    made, _is_new = Forecast.objects.get_or_create(
        forecaster=forecaster,
        origin=origin,
        defaults={"training": training, "made_at": clock.now(), "points": _plain(rows)},
    )
    return made


def _until_known(forecaster: Forecaster, companions: list[Datastream], training: Training) -> Any:
    """Return the hours up to the newest whole one that was measured; None where that is too long ago."""
    end = _this_hour()
    frame = queries.get_past(forecaster, companions, end, training.members).frame
    known = np.flatnonzero(~np.isnan(frame.target))
    if not len(known) or len(frame) - 1 - int(known[-1]) > PATIENCE_HOURS:
        return None
    last = int(known[-1]) + 1
    if last == len(frame):
        return frame
    return queries.frame_of(
        frame.first_hour, frame.target[:last], {name: values[:last] for name, values in frame.companions.items()}
    )


def _short(value: float) -> float:
    return float(f"{value:.6g}")


def _this_hour() -> int:
    return int(clock.now().timestamp()) // 3600


@transaction.atomic
def forget_old(*, by: "Person | None") -> int:
    """Remove forecasts older than sixty days, and return how many there were."""
    count, _by_model = Forecast.objects.filter(origin__lt=clock.now() - KEEP).delete()
    return count

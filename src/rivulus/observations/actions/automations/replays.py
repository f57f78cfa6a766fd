"""Trying a rule on what was stored before: at once where that is little, by the worker where it is much."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.tasks import task

from rivulus.identity import queries as identity
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.models import Automation, Replay
from rivulus.observations.queries import automation_replays as queries
from rivulus.observations.queries.automation_replays import TOO_MUCH
from rivulus.observations.rules import permissions
from rivulus.observations.rules.automations import grammar

if TYPE_CHECKING:
    from rivulus.identity.models import Person

PERIOD = dt.timedelta(days=30)
LONGEST = dt.timedelta(days=370)
AT_ONCE = 200_000  # readings; more is left to the worker
MOST = 20_000_000
KEEP = dt.timedelta(days=30)

WRONG_PERIOD = N_("The period must begin before it ends, lie in the past, and be at most %(days)s days long.")


@transaction.atomic
def ask(
    *,
    by: "Person",
    text: str,
    start: dt.datetime | None = None,
    finish: dt.datetime | None = None,
    automation: Automation | None = None,
) -> Replay:
    """Replay a rule, switched on or not, over a period (the last 30 days), and return the replay: done, or waiting for
    the worker where it is long. Raises Refused for a rule that cannot be read and for too long a period."""
    permissions.check_can("edit_rule", identity.roles_of(by))
    rule = grammar.read(text)
    finish = min(finish or clock.now(), clock.now())
    start = start or finish - PERIOD
    if not dt.timedelta(0) < finish - start <= LONGEST:
        raise Refused(WRONG_PERIOD, days=LONGEST.days)
    size = queries.count_readings(rule, start, finish)
    if size > MOST:
        raise Refused(TOO_MUCH, count=size, most=MOST)
    replay = Replay.objects.create(
        automation=automation, text=text, start=start, finish=finish, created_by=by, only_simulated=by.is_demonstration
    )
    if size > AT_ONCE:
        work.enqueue(replay.pk)
        return replay
    return run(by=by, replay=replay)


@task
def work(replay_id: int) -> None:
    """Do a long replay; one that was begun by a worker that died begins anew."""
    replay = Replay.objects.filter(pk=replay_id, state__in=["waiting", "running"]).first()
    if replay is not None:
        run(by=None, replay=replay)


def run(*, by: "Person | None", replay: Replay) -> Replay:
    """Carry out a replay and keep its result; ``by`` asked for it, None where the worker does it later."""

    def progress(percent: int) -> None:
        if percent != replay.percent:
            replay.state, replay.percent = "running", percent
            replay.save(update_fields=["state", "percent"])

    try:
        rule = grammar.read(replay.text)
        played = queries.simulate(
            rule, replay.start, replay.finish, only_simulated=replay.only_simulated, progress=progress
        )
        replay.state, replay.percent, replay.result = "done", 100, played.to_json()
    except Refused as refused:
        replay.state, replay.note = "failed", str(refused)[:300]
    replay.save(update_fields=["state", "percent", "result", "note"])
    return replay


def forget_old(*, by: "Person | None" = None) -> int:
    """Remove replays that nobody looks at any more; return how many."""
    assert by is None
    removed, _ = Replay.objects.filter(created_at__lt=clock.now() - KEEP).delete()
    return removed

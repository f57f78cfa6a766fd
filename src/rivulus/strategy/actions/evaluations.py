"""Making an evaluation: the city's standing at a date is frozen, and its digest goes into the journal."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.strategy import models
from rivulus.strategy.queries import evaluations as queries
from rivulus.strategy.queries import snapshot
from rivulus.strategy.rules import evaluations as rules
from rivulus.strategy.rules import permissions
from rivulus.strategy.terms import Actor, EvaluationKind

LOCK = 7_302_612  # two who make an evaluation at once wait for one another


def make_evaluation(
    *,
    by: Actor | None,
    kind: EvaluationKind,
    at: dt.date,
    title: str,
    note: str = "",
    is_demonstration: bool = False,
) -> models.Evaluation:
    """Freeze everything at the end of ``at``; the same button pressed twice is one evaluation.

    What an account made for trying things out makes is a demonstration, whatever it says.
    """
    if by is not None:
        permissions.check_can("evaluate", by.active_roles())
    kind = EvaluationKind(kind)
    title, note = title.strip(), note.replace("\r\n", "\n").strip()
    rules.check_evaluation(kind=kind, at=at, today=clock.today(), title=title, note=note)
    is_demonstration = is_demonstration or bool(by and by.is_demonstration)
    with _still_picture():
        content = snapshot.build_content(kind=kind, at=at, title=title, note=note, is_demonstration=is_demonstration)
    return _keep(by=by, content=content)


@contextmanager
def _still_picture() -> Iterator[None]:
    """Read everything as of one instant, whatever others write meanwhile."""
    if connection.in_atomic_block:  # the caller's transaction decides
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@transaction.atomic
def _keep(*, by: Actor | None, content: snapshot.Content) -> models.Evaluation:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    digest = rules.digest(content)
    known = queries.find_by_digest(digest)
    if known is not None:
        return known
    head = content["evaluation"]
    row = models.Evaluation.objects.create(
        kind=head["kind"],
        title=head["title"],
        at=dt.date.fromisoformat(head["at"]),
        note=head["note"],
        content=content,
        digest=digest,
        is_demonstration=head["is_demonstration"],
        made_by_id=by.id if by else None,
        made_at=clock.now(),
    )
    journal.write(
        by=by,
        verb=queries.MADE,
        subject=queries.SUBJECT,
        subject_id=row.pk,
        content=queries.journal_content(row),
    )
    return row

"""Requests for data: asking, letting the public see them, answering; and reuses: proposing and showing them."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import holidays
from django.db import connection, transaction
from django.db.models import Max

from rivulus.catalog.models import DataRequest, Dataset, Reuse
from rivulus.catalog.queries.participation import count_open_of
from rivulus.catalog.queries.viewing import who_acts
from rivulus.catalog.rules import requests as rules
from rivulus.catalog.rules.datasets import check_reason
from rivulus.catalog.terms import RequestState, ReuseKind, ReuseState, State
from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

if TYPE_CHECKING:
    from rivulus.identity.models import Organisation, Person

SUBJECT, REUSE = "catalog.request", "catalog.reuse"


@transaction.atomic
def ask_for_data(
    *, by: "Person", organisation: "Organisation", title: str, text: str = "", about: Dataset | None = None
) -> DataRequest:
    """Ask an organisation for data. Nobody but those who answer sees it until it was read."""
    if not organisation.is_active:
        raise Refused(N_("This organisation is closed."))
    rules.check_can_ask(is_signed_in=True, open_already=count_open_of(by), title=title)
    today = clock.today()
    row = DataRequest.objects.create(
        number=_next_number(),
        organisation_id=organisation.pk,
        title=title.strip(),
        text=text.strip(),
        about=about,
        asked_by_id=by.pk,
        asked_at=clock.now(),
        due_on=rules.due_on(today, _free_days(today)),
        is_demonstration=by.is_demonstration,
    )
    _write(by, "asked", row, {"organisation": organisation.code, "due": row.due_on})
    return row


@transaction.atomic
def open_request(*, by: "Person", request: DataRequest, title: str, text: str) -> DataRequest:
    """Let the public see a request, in words that name nobody: whoever reads it may take names out."""
    row = _lock(request)
    rules.check_can_move(who_acts(by), row.organisation_id, RequestState(row.state), RequestState.OPEN)
    rules.check_can_ask(is_signed_in=True, open_already=0, title=title)
    row.title, row.text, row.state = title.strip(), text.strip(), RequestState.OPEN
    row.opened_at, row.opened_by_id = clock.now(), by.pk
    row.answer, row.answered_at, row.answered_by_id = "", None, None
    row.save()
    _write(by, "opened", row, {})
    return row


@transaction.atomic
def answer_request(
    *, by: "Person", request: DataRequest, answer: str, dataset: Dataset | None = None, is_declined: bool = False
) -> DataRequest:
    """Answer a request in public: with a dataset that is there now, or with why not."""
    row = _lock(request)
    wanted = RequestState.DECLINED if is_declined else RequestState.ANSWERED
    rules.check_can_move(who_acts(by), row.organisation_id, RequestState(row.state), wanted)
    rules.check_answer(answer)
    if dataset is not None and dataset.state != State.PUBLISHED:
        raise Refused(N_("Publish the dataset first; then name it in the answer."))
    row.answer, row.dataset, row.state = answer.strip(), dataset, wanted
    row.answered_at, row.answered_by_id = clock.now(), by.pk
    row.save(update_fields=["answer", "dataset", "state", "answered_at", "answered_by"])
    _write(by, str(wanted), row, {"dataset": dataset.code if dataset is not None else None})
    return row


@transaction.atomic
def refuse_request(*, by: "Person", request: DataRequest, reason: str) -> DataRequest:
    """Keep a request from the public; whoever asked reads why."""
    row = _lock(request)
    rules.check_can_move(who_acts(by), row.organisation_id, RequestState(row.state), RequestState.REFUSED)
    check_reason(reason)
    row.state, row.answer = RequestState.REFUSED, reason.strip()
    row.save(update_fields=["state", "answer"])
    _write(by, "refused", row, {})
    return row


@transaction.atomic
def propose_reuse(
    *, by: "Person", title: str, kind: ReuseKind, url: str, text: str, author: str, datasets: Sequence[Dataset]
) -> Reuse:
    """Propose something made with the data for the showcase."""
    if not datasets:
        raise Refused(N_("Say which datasets it was made with."))
    if len(title.strip()) < 4:
        raise Refused(N_("Give a title."))
    if Reuse.objects.filter(proposed_by_id=by.pk, state=ReuseState.PROPOSED).count() >= rules.MOST_OPEN_OF_ONE_PERSON:
        raise Refused(N_("Ten of your proposals wait to be looked at; wait for some of them."))
    row = Reuse.objects.create(
        title=title.strip(),
        kind=kind,
        url=url,
        text=text.strip(),
        author=author.strip(),
        proposed_by_id=by.pk,
        is_demonstration=by.is_demonstration,
    )
    row.datasets.set(datasets)
    journal.write(
        by=by, verb="catalog.reuse.proposed", subject=REUSE, subject_id=row.pk,
        content={"url": url, "datasets": [dataset.code for dataset in datasets]},
    )  # fmt: skip
    return row


@transaction.atomic
def decide_reuse(*, by: "Person", reuse: Reuse, is_shown: bool, reason: str = "") -> Reuse:
    """Show a reuse, or say why not."""
    row = Reuse.objects.select_for_update(of=("self",)).get(pk=reuse.pk)
    owners = frozenset(row.datasets.values_list("organisation_id", flat=True))
    rules.check_can_decide(who_acts(by), owners, ReuseState(row.state))
    if not is_shown:
        check_reason(reason)
    row.state = ReuseState.SHOWN if is_shown else ReuseState.DECLINED
    row.decided_by_id, row.decided_at, row.reason = by.pk, clock.now(), reason.strip()
    row.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    journal.write(by=by, verb=f"catalog.reuse.{row.state}", subject=REUSE, subject_id=row.pk, content={})
    return row


@transaction.atomic
def forget_person(*, by: "Person | None" = None, person_id: UUID) -> None:
    """Let requests and reuses no longer lead to somebody who leaves; what was not public yet goes."""
    DataRequest.objects.filter(asked_by_id=person_id, state__in=[RequestState.WAITING, RequestState.REFUSED]).delete()
    DataRequest.objects.filter(asked_by_id=person_id).update(asked_by=None)
    Reuse.objects.filter(proposed_by_id=person_id).exclude(state=ReuseState.SHOWN).delete()
    Reuse.objects.filter(proposed_by_id=person_id).update(proposed_by=None, author="")


def _free_days(today: dt.date) -> Callable[[dt.date], bool]:
    free = holidays.country_holidays("RO", years=[today.year, today.year + 1])
    return lambda day: day in free


def _next_number() -> int:
    """Return the next number; nobody else takes one until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('catalog.request.number'))")
    return (DataRequest.objects.aggregate(last=Max("number"))["last"] or 0) + 1


def _lock(request: DataRequest) -> DataRequest:
    return DataRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)


def _write(by: "Person", verb: str, row: DataRequest, content: Mapping[str, object]) -> None:
    journal.write(
        by=by,
        verb=f"catalog.request.{verb}",
        subject=SUBJECT,
        subject_id=row.pk,
        content={"number": row.number, **content},
    )

"""The outbox: letters and webhooks are written down with the run and sent by the worker, tried again until they arrive."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.tasks import task
from django.urls import reverse
from django.utils.translation import get_language, gettext, override

from rivulus.identity import queries as identity
from rivulus.identity.terms import Role
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.observations.actions.automations import webhooks
from rivulus.observations.models import Alarm, Delivery, Notification, Run

if TYPE_CHECKING:
    from rivulus.identity.models import Person

MOST_ATTEMPTS = 10  # the last one about eight hours after the first
FIRST_PAUSE = dt.timedelta(minutes=1)
LONGEST_PAUSE = dt.timedelta(hours=4)
LEASE = dt.timedelta(minutes=2)  # longer than one try takes: whoever died while sending is followed by another
MOST_AT_ONCE = 100


@transaction.atomic
def notify(
    *,
    by: "Person | None",
    roles: Iterable[str],
    text: Mapping[str, str],
    severity: str,
    key: str,
    email: bool,
    is_simulated: bool,
    run: Run | None = None,
    alarm: Alarm | None = None,
) -> int:
    """Tell everybody with one of the roles, and return how many letters will be sent: none about what is simulated,
    none to people of the demonstration."""
    assert by is None
    listed = list(roles)
    Notification.objects.create(
        roles=listed, text=dict(text), severity=severity, alarm=alarm, run=run, is_simulated=is_simulated
    )
    if not email or is_simulated:
        return 0
    people = identity.list_people_with_role(*(Role(role) for role in listed)).filter(is_demonstration=False)
    content = {"text": dict(text), "alarm": alarm.pk if alarm else None}
    for person in people:
        queue(by=None, kind="email", key=f"{key}:{person.pk}", address=str(person.pk), content=content, run=run)
    return len(people)


@transaction.atomic
def queue(
    *,
    by: "Person | None",
    kind: str,
    key: str,
    address: str,
    content: Mapping[str, Any],
    run: Run | None,
    secret_name: str = "",
) -> Delivery:
    """Write down one letter or webhook, to be sent soon after this transaction; the same key twice is one."""
    assert by is None
    row, is_new = Delivery.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind, "address": address, "content": dict(content), "run": run, "secret_name": secret_name,
            "next_attempt_at": clock.now(),
        },
    )  # fmt: skip
    if is_new:
        deliver.enqueue(row.pk)
    return row


@task
def deliver(delivery_id: int) -> None:
    """Try to send one; whatever happens is written down, so that the task itself never fails."""
    attempt(by=None, delivery_id=delivery_id)


def attempt(*, by: "Person | None", delivery_id: int) -> bool:
    """Try to send one that is due, and return whether it arrived; nobody else tries the same one meanwhile."""
    row = _lease(delivery_id)
    if row is None:
        return False
    try:
        _send(row)
    except Refused as refused:
        _missed(row, str(refused))
        return False
    except OSError as error:  # the mail server: smtplib's errors are such
        _missed(row, type(error).__name__)
        return False
    Delivery.objects.filter(pk=row.pk).update(state="sent", sent_at=clock.now(), last_error="")
    return True


def deliver_due(*, by: "Person | None" = None) -> int:
    """Try again what is due; return how many were tried."""
    due = Delivery.objects.filter(state="waiting", next_attempt_at__lte=clock.now()).order_by("next_attempt_at", "id")
    numbers = list(due.values_list("pk", flat=True)[:MOST_AT_ONCE])
    for number in numbers:
        attempt(by=by, delivery_id=number)
    return len(numbers)


@transaction.atomic
def _lease(delivery_id: int) -> Delivery | None:
    rows = Delivery.objects.select_for_update(skip_locked=True, of=("self",))
    row = rows.filter(pk=delivery_id, state="waiting", next_attempt_at__lte=clock.now()).first()
    if row is not None:
        row.attempts += 1
        row.next_attempt_at = clock.now() + LEASE
        row.save(update_fields=["attempts", "next_attempt_at"])
    return row


def _missed(row: Delivery, problem: str) -> None:
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (row.attempts - 1))
    given_up = row.attempts >= MOST_ATTEMPTS
    Delivery.objects.filter(pk=row.pk).update(
        state="given_up" if given_up else "waiting",
        last_error=problem[:300],
        next_attempt_at=clock.now() + pause,
    )


def _send(row: Delivery) -> None:
    if row.kind == "webhook":
        webhooks.send(by=None, url=row.address, secret_name=row.secret_name, key=row.key, content=row.content)
        return
    person = identity.get_person(row.address)
    if not person.is_active:
        return
    with override(person.language):
        subject, body = _write_letter(row.content, name=person.full_name)
    EmailMessage(
        subject, body, to=[person.email], headers={"Message-ID": f"<{row.key.replace(chr(58), chr(46))}@rivulus>"}
    ).send()


def _write_letter(content: Mapping[str, Any], *, name: str) -> tuple[str, str]:
    """Return subject and text of a letter, in the active language."""
    text = content["text"].get(get_language()) or content["text"]["ro"]
    lines = [gettext("Good day %(name)s,") % {"name": name}, "", text]
    if content.get("alarm"):
        path = reverse("observations:alarm", args=[content["alarm"]])
        lines += ["", gettext("The alarm: %(address)s") % {"address": settings.RIVULUS_PUBLIC_URL + path}]
    lines += ["", gettext("You receive this because of your role on the platform of the city.")]
    return text.splitlines()[0][:150], "\n".join(lines) + "\n"

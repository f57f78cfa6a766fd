"""Taking in what radio networks post, and keeping what devices said with what was right or wrong about it."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils.text import Truncator

from rivulus.kernel import clock
from rivulus.observations.actions import entities, storing, suppliers
from rivulus.observations.models import DeviceMessage, ObservedProperty
from rivulus.observations.queries import devices as queries
from rivulus.observations.rules import entities as specs
from rivulus.observations.rules.devices.judging import judge, to_batch
from rivulus.observations.rules.devices.messages import Finding, Message, Verdict
from rivulus.observations.rules.devices.profiles import Profile
from rivulus.observations.rules.keys import KeyHolder
from rivulus.observations.rules.readings import Stored
from rivulus.observations.terms import Scope

if TYPE_CHECKING:
    from rivulus.identity.models import Person

KEEP = dt.timedelta(days=7)
MOST_OF_ONE = 1000
LONGEST_BODY = 8000


@transaction.atomic
def take_in(*, by: "Person | None" = None, holder: KeyHolder, message: Message) -> tuple[Verdict, Stored]:
    """Store what of a message can be stored, and return the verdict with what became of it.

    A network that sends the same message again changes nothing: its series and times are the same.
    """
    known = queries.find_series([claim.series for claim in message.claims], holder=holder)
    verdict = judge(message, known, clock.now())
    stored = storing.store(by=by, batch=to_batch(verdict.rows), source=f"supplier {holder.supplier_code}")
    if (stored.added or stored.corrected) and not holder.is_sandbox:
        suppliers.count_usage(day=clock.today(), sent={holder.supplier_id: (stored.added + stored.corrected, 0)})
    return verdict, stored


@transaction.atomic
def describe_device(*, by: "Person | None" = None, holder: KeyHolder, message: Message, profile: Profile) -> bool:
    """Make the thing and the series of a radio device that is new, as its profile declares them; say whether it did.

    Only for a key that may describe, and only for places of the profile that name an observed property.
    """
    if not holder.can(Scope.DESCRIBE) or not profile.places:
        return False
    wanted = [place for place in profile.places if place.property]
    known = queries.find_series([f"{message.device}:{place.series}" for place in wanted], holder=holder)
    there = set(ObservedProperty.objects.filter(code__in=[p.property for p in wanted]).values_list("code", flat=True))
    new = [p for p in wanted if f"{message.device}:{p.series}" not in known and p.property in there]
    if not new:
        return False
    sensor = specs.SensorSpec(code=f"profile:{profile.name}", name=profile.name, description=profile.name)
    series = tuple(
        specs.SeriesSpec(
            code=f"{message.device}:{place.series}",
            name=f"{message.title}: {place.series}",
            sensor=sensor,
            observed_property=place.property,
            unit={"name": place.unit or None, "symbol": place.unit or None, "definition": None},
            period_s=profile.period_s,
        )
        for place in new
    )
    thing = specs.ThingSpec(
        code=message.device, name=message.title, domain=profile.domain, supplier=holder.supplier_id, series=series
    )
    entities.upsert_thing(by=by, spec=thing)
    return True


def keep_message(
    *,
    by: "Person | None" = None,
    supplier_id: int | None,
    channel: str,
    body: str,
    verdict: Verdict,
    stored: int = 0,
) -> DeviceMessage:
    """Keep a message with its verdict for a week."""
    return keep_messages(
        by=by,
        kept=[make_message(by=by, supplier_id=supplier_id, channel=channel, body=body, verdict=verdict, stored=stored)],
    )[0]


def make_message(
    *,
    by: "Person | None" = None,
    supplier_id: int | None,
    channel: str,
    body: str,
    verdict: Verdict,
    stored: int = 0,
) -> DeviceMessage:
    """Return a message with its verdict, not kept yet."""
    return DeviceMessage(
        supplier_id=supplier_id,
        received_at=clock.now(),
        channel=channel,
        device=verdict.device[:200].replace("\x00", ""),
        kind=str(verdict.kind),
        body=_plain(body),
        findings=[_as_json(finding) for finding in verdict.findings],
        is_good=verdict.is_good,
        stored=stored,
    )


def keep_messages(*, by: "Person | None" = None, kept: Iterable[DeviceMessage]) -> list[DeviceMessage]:
    """Keep many messages at once."""
    return DeviceMessage.objects.bulk_create(list(kept), batch_size=500)


@transaction.atomic
def forget_messages(*, by: "Person | None" = None) -> int:
    """Remove messages older than a week, and of each supplier (or of none) all but the newest thousand."""
    removed = DeviceMessage.objects.filter(received_at__lt=clock.now() - KEEP).delete()[0]
    statement = """
        DELETE FROM observations_devicemessage WHERE id IN (
            SELECT id FROM (
                SELECT id, row_number() OVER (PARTITION BY supplier_id ORDER BY id DESC) AS place
                  FROM observations_devicemessage
            ) AS ranked WHERE place > %s
        )
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, [MOST_OF_ONE])
        return int(removed + cursor.rowcount)


def _as_json(finding: Finding) -> dict[str, object]:
    values = {
        name: value if isinstance(value, int | float) else _plain(str(value)) for name, value in finding.values.items()
    }
    return {"level": str(finding.level), "sentence": finding.sentence, "values": values}


def _plain(text: str) -> str:
    """What PostgreSQL can keep: no character NUL, no half characters, not too long."""
    whole = text.encode("utf-8", "replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")
    return Truncator(whole).chars(LONGEST_BODY)

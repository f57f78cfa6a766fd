"""What observations know of a person: for which suppliers they answer, and what they did on duty."""

from uuid import UUID

from rivulus.observations.models import Alarm, AutomationVersion, SupplierMember, Task

MOST = 1_000


def tell_of(person_id: UUID) -> dict[str, object]:
    """Return what is known of a person as plain JSON, for the export of their own data."""
    memberships = SupplierMember.objects.filter(person_id=person_id).order_by("id")
    alarms = Alarm.objects.filter(acknowledged_by_id=person_id).order_by("id")
    tasks = Task.objects.filter(asked_by_id=person_id).order_by("id")
    rules = AutomationVersion.objects.filter(created_by_id=person_id).order_by("id")
    return {
        "suppliers": [
            {"code": code, "since": since.isoformat()}
            for code, since in memberships.values_list("supplier__code", "since")
        ],
        "alarms_acknowledged": list(alarms.values_list("pk", flat=True)[:MOST]),
        "tasks_asked": list(tasks.values_list("pk", flat=True)[:MOST]),
        "rules_written": [
            f"{code} {number}" for code, number in rules.values_list("automation__code", "number")[:MOST]
        ],
    }

"""What the catalog knows of a person, for the person's own export."""

from uuid import UUID

from rivulus.catalog.models import DataRequest, Event, Reuse


def tell_of(person_id: UUID) -> object:
    """Return what somebody asked for, proposed and did with datasets, ready for JSON."""
    requests = DataRequest.objects.filter(asked_by_id=person_id).order_by("id")
    reuses = Reuse.objects.filter(proposed_by_id=person_id).order_by("id")
    events = Event.objects.filter(by_id=person_id).order_by("id")
    return {
        "requests": [
            {"number": row.number, "title": row.title, "text": row.text, "asked_at": row.asked_at.isoformat()}
            for row in requests
        ],
        "reuses": [{"title": row.title, "url": row.url, "at": row.proposed_at.isoformat()} for row in reuses],
        "datasets": [
            {"dataset": code, "what": verb, "at": at.isoformat()}
            for code, verb, at in events.values_list("dataset__code", "verb", "at")
        ],
    }

"""What the atlas knows of a person: for their own export."""

from uuid import UUID

from rivulus.atlas.models import Amendment, CampaignMember, Contribution, TaskEvent


def tell_of(person_id: UUID) -> object:
    """Return campaigns, drawings, comments and amendments of a person, as plain JSON."""
    members = CampaignMember.objects.filter(person_id=person_id).select_related("campaign").order_by("id")
    drawn = Contribution.objects.filter(author_id=person_id).select_related("task__campaign").order_by("id")
    said = TaskEvent.objects.filter(by_id=person_id).exclude(comment="").select_related("task__campaign").order_by("id")
    proposed = Amendment.objects.filter(proposed_by_id=person_id).select_related("plan").order_by("id")
    return {
        "campaigns": [
            {
                "campaign": member.campaign.code,
                "level": member.level,
                "name_on_the_leaderboard": member.shown_name,
                "joined": member.joined_at.isoformat(),
                "certificate": member.certificate,
            }
            for member in members
        ],
        "drawn": [
            {
                "campaign": row.task.campaign.code,
                "task": row.task.number,
                "key": row.key,
                "at": row.drawn_at.isoformat(),
            }
            for row in drawn
        ],
        "comments": [
            {
                "campaign": event.task.campaign.code,
                "task": event.task.number,
                "at": event.at.isoformat(),
                "comment": event.comment,
            }
            for event in said
        ],
        "amendments": [{"plan": row.plan.code, "number": row.number, "title": row.title} for row in proposed],
    }

"""Letters to mappers: what was said of a task they mapped, in their language."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.tasks import task
from django.urls import reverse
from django.utils.translation import gettext, override

from rivulus.atlas.queries import campaigns as queries


@task
def send_letter(event_id: int) -> None:
    """Write to whoever mapped the task that somebody said something of it; nobody else learns the address."""
    found = queries.find_letter(event_id)
    if found is None:
        return
    event, person = found
    with override(person.language):
        task_ = event.task
        address = settings.RIVULUS_PUBLIC_URL + reverse("atlas:task", args=[task_.campaign.code, task_.number])
        words = {"campaign": task_.campaign.title, "number": task_.number, "comment": event.comment, "address": address}
        subject = gettext("%(campaign)s: about task %(number)s") % words
        body = gettext(
            "Somebody has looked at task %(number)s of “%(campaign)s”, which you mapped, and says:\n\n"
            "%(comment)s\n\nThe task is here: %(address)s\n"
        )
    EmailMessage(subject, body % words, to=[person.email]).send()

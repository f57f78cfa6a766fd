"""What the journal does regularly."""

from django.tasks import task

from rivulus.journal import actions
from rivulus.kernel.tasks import periodic


@periodic("10 1 * * *")  # after midnight in the city, before the day's first probe
@task
def verify_journal() -> None:
    """Verify the whole journal and keep the result; doing it twice only proves more."""
    actions.verify_and_record(by=None)

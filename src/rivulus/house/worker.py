"""`python -m rivulus.house.worker`: does what was put off, and the regular tasks at their times.

It also prints the first administrator's link, because Django is loaded here and the supervisor does without.
"""

import os
from dataclasses import replace
from typing import Any

import django

from rivulus.house import database
from rivulus.kernel.memory import keep_what_was_freed

CONCURRENCY = 2
PATIENCE_S = 2  # for tasks that are under way when the platform stops; they are taken up again


def main() -> None:
    """Work until told to stop."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rivulus.config.settings")
    django.setup()
    keep_what_was_freed()
    say_first_link(os.environ.get("RIVULUS_ADDRESS", ""))
    from procrastinate.contrib.django import app

    import rivulus.kernel.schedule  # noqa: F401 (how tasks are run, and when the regular ones are)

    connector: Any = app.connector  # Django's, which knows the one that a worker needs
    with app.replace_connector(connector.get_worker_connector()) as connected:
        connected.run_worker(concurrency=CONCURRENCY, shutdown_graceful_timeout=PATIENCE_S)


def say_first_link(address: str) -> None:
    """Print the link that makes its reader the administrator, as long as there is none."""
    prepared = database.read_prepared()
    if prepared.has_administrator or not address:
        return
    from rivulus.identity.actions import issue_first_link

    link = issue_first_link()
    if link is None:
        database.write_prepared(replace(prepared, has_administrator=True))
    else:
        print(f"There is no administrator yet. Whoever opens this link becomes the one:\n  {address}{link}", flush=True)


if __name__ == "__main__":
    main()

"""Add the demonstration."""

import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from rivulus.atlas.actions import demonstration as atlas
from rivulus.atlas.actions import demonstration_campaign as campaign
from rivulus.identity.actions import add_demonstration_people, affiliate
from rivulus.identity.queries import find_organisation, organisations_of
from rivulus.identity.terms import ROLE_NAMES, Role
from rivulus.kernel.errors import Refused
from rivulus.observations.actions import simulation, suppliers
from rivulus.strategy.actions.demonstration import Added, add_demonstration

UNIVERSITY = "cunbm"
PASSWORD_BYTES = 9  # twelve letters and digits


class Command(BaseCommand):
    """Add people of every role, and what they reported and declared, for trying things out."""

    help = (
        "Add people of every role, half-yearly reports and a simulated city for trying things out; again adds nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a password, so that scripts know it."""
        parser.add_argument(
            "--password", help="the password of all demonstration people (a new random one if not given)"
        )
        parser.add_argument("--no-city", action="store_true", help="do not simulate things that measure")

    def handle(self, *args: Any, **options: Any) -> None:
        """Add, and say who can sign in and what there is to see."""
        _check_allowed()
        password = options["password"] or secrets.token_urlsafe(PASSWORD_BYTES)
        people = add_demonstration_people(password=password)
        ioana, mara = (person for person in people if Role.STRATEGY_UNIT in person.held_roles())
        _let_publish(people)
        _let_supply(people)
        bogdan = next(person for person in people if Role.PROJECT_TEAM in person.held_roles())
        try:
            added = add_demonstration(by=ioana, second=mara, team=bogdan)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self._say_people(people, password)
        self._say_added(added)
        self._draw(people)
        if not options["no_city"]:
            self._simulate()

    def _draw(self, people: list[Any]) -> None:
        """Draw a made-up plan, cadastre and register of land, and let people map benches together."""
        dan, flavia, ana, bogdan = (
            next(person for person in people if role in person.held_roles())
            for role in (Role.DEPARTMENT, Role.PUBLISHER, Role.RESIDENT, Role.PROJECT_TEAM)
        )
        try:
            drawn = atlas.add_demonstration(by=None)
            tasks = campaign.add_campaign(by=dan, teacher=flavia, mappers=[ana, bogdan])
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        if drawn.features:
            self.stdout.write(f"Drawn: {drawn.features} made-up zones, parcels and limits, {drawn.entries} plots.")
        if tasks:
            self.stdout.write(f"Mapped together: a made-up campaign of {tasks} tasks, at every step.")

    def _simulate(self) -> None:
        """Build the simulated city and let it have measured for a while; it goes on by itself while the worker runs."""
        self.stdout.write("A simulated city is built, with five weeks of what it measured; this takes a minute or two.")
        self.stdout.flush()
        try:
            built = simulation.build_city(by=None)
            stored = simulation.fill_history(by=None)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(
            f"Simulated: {len(built.things)} things with {len(built.series)} series; {stored.added} observations added."
        )

    def _say_people(self, people: list[Any], password: str) -> None:
        self.stdout.write("People of the demonstration; they can sign in while RIVULUS_DEMO is on:")
        for person in people:
            roles = ", ".join(str(ROLE_NAMES[role]) for role in sorted(person.held_roles() - {Role.RESIDENT}))
            self.stdout.write(f"  {person.email}  {person.full_name}  ({roles or ROLE_NAMES[Role.RESIDENT]})")
        self.stdout.write(f"Password of all of them: {password}")

    def _say_added(self, added: Added) -> None:
        if added.is_nothing:
            self.stdout.write("Reports, declarations and values were there already; nothing was added.")
            return
        self.stdout.write(
            f"Added: {added.members} team members, {added.reports} half-yearly reports, {added.assessments} declarations "
            f"({added.decisions} decided), {added.values} indicator values, {added.evaluations} evaluation."
        )
        self.stdout.write("All of it is marked as a demonstration and never counts as evidence.")


def _let_publish(people: list[Any]) -> None:
    """Let the publisher of the demonstration act for the university, where the pack has one."""
    flavia = next(person for person in people if Role.PUBLISHER in person.held_roles())
    university = find_organisation(UNIVERSITY)
    if university is not None and university.is_active and university.pk not in organisations_of(flavia):
        affiliate(by=None, person=flavia, organisation=university, reason="Demonstration.")


def _let_supply(people: list[Any]) -> None:
    """Let the supplier of the demonstration have a space of its own, and try out devices in the sandbox."""
    livia = next(one for one in people if Role.SUPPLIER in one.held_roles())
    suppliers.add_demonstration(by=None, person=livia)


def _check_allowed() -> None:
    if not settings.RIVULUS_DEMO:
        raise CommandError(
            "The demonstration is switched off here (RIVULUS_DEMO=0): nothing was added. "
            "Set RIVULUS_DEMO=1 to add it, in a copy that is not the city's own."
        )
    if settings.RIVULUS_REQUIRE_MFA:
        raise CommandError(
            "A second step of signing in is required here (RIVULUS_REQUIRE_MFA=1), and the people of the demonstration "
            "have none: nothing was added."
        )

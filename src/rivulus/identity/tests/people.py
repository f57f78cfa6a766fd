"""The people of the tests."""

from allauth.account.models import EmailAddress

from rivulus.identity import actions
from rivulus.identity.models import Person
from rivulus.identity.terms import Role

PASSWORD = "Rivulus-Dominarum-1329"
NAMES = {
    "ana": Role.RESIDENT,
    "dan": Role.DEPARTMENT,
    "ioana": Role.STRATEGY_UNIT,
    "mara": Role.STRATEGY_UNIT,
    "bogdan": Role.PROJECT_TEAM,
    "flavia": Role.PUBLISHER,
    "adela": Role.ADMINISTRATOR,
}


def make_person(name: str, *roles: Role) -> Person:
    """Somebody with an account, a confirmed address, and the roles given (a resident is everybody)."""
    person = Person(email=f"{name}@example.org", full_name=name.capitalize())
    person.set_password(PASSWORD)
    actions.join(by=None, person=person, through="test")
    EmailAddress.objects.create(user_id=person.id, email=person.email, primary=True, verified=True)
    for role in roles:
        if role is not Role.RESIDENT:
            actions._grant(by=None, person=person, role=role, reason="For the test.")
    return person

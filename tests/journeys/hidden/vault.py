"""The words of the secrets, who is allowed to read each of them where, and the addresses of what is secret."""

from collections import defaultdict
from dataclasses import dataclass, field

from rivulus.identity.models import Person
from rivulus.identity.terms import Role
from rivulus.identity.tests.people import make_person

PREFIX = "zyxqsecret"  # no word of any language, and long enough to be known in base 64
NOBODY = f"{PREFIX}vxjkwqpz"  # stands nowhere: what is asked with it answers like what is asked with a secret
LONGITUDE, LATITUDE = 23.71234, 47.68765  # where everything is whose place is a secret
NUMBER = 987654.25  # what every secret number is
NUMBERS = ("23.71234", "47.68765", "987654")
OPEN_PLACE = (23.58, 47.66)


type Values = dict[tuple[str, str], list[object]]


@dataclass
class Vault:
    """``words``: marker → who reads it where, or nothing where no page shows it to anybody.

    ``names`` are codes of secret things, which may stand in no answer but that to an address with the name in it.
    ``gone`` are values of parameters that answer as if there were nothing, ``tried`` such that only have to say no secret;
    both under a part of the routes in which they stand, and the name of the parameter.
    """

    words: dict[str, tuple[str, str] | None] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    gone: Values = field(default_factory=lambda: defaultdict(list))
    tried: Values = field(default_factory=lambda: defaultdict(list))
    people: dict[str, Person] = field(default_factory=dict)

    def word(self, what: str, by: str = "", at: str = "") -> str:
        """Return the marker for a secret; somebody reads it at an address, unless nobody is shown it."""
        marker = f"{PREFIX}{what}"
        assert marker not in self.words and what.isalpha() and what.islower()
        self.words[marker] = (by, at) if by else None
        return marker

    def name(self, code: str, *routes: str, parameter: str = "code") -> str:
        """Return the code of something secret, which is tried in every address of these routes."""
        self.names.add(code)
        for route in routes:
            self.gone[route, parameter].append(code)
        return code

    def layer(self, code: str) -> str:
        """Return the code of a layer that is a secret."""
        self.name(code, "ogc/styles", parameter="name")
        return self.name(code, "layers/", "tiles/", "ogc/collections/")

    def number(self, value: object, *routes: str, parameter: str = "pk") -> None:
        """Try the number of something secret in every address of these routes."""
        for route in routes:
            self.gone[route, parameter].append(value)

    def try_out(self, value: object, *routes: str, parameter: str = "code") -> None:
        """Try a value of which something may be shown in every address of these routes."""
        for route in routes:
            self.tried[route, parameter].append(value)

    def person(self, who: str, *roles: Role) -> Person:
        """Return somebody whose name and e-mail address are secrets."""
        self.people[who] = make_person(f"{PREFIX}{who}", *roles)
        return self.people[who]

"""What people fill in about accounts and roles."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from rivulus.identity.models import LANGUAGES, ROLES, Organisation, Person
from rivulus.identity.terms import ORGANISATION_KIND_NAMES, Role


class JoiningForm(forms.Form):
    """What signing up asks beside address and password; allauth builds its own forms on this one."""

    full_name = forms.CharField(
        label=_("Name"),
        max_length=150,
        help_text=_("How you want to be called here."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def signup(self, request: HttpRequest, user: Person) -> None:
        """Do nothing: the adapter has already kept the name with the person."""


class ProfileForm(forms.Form):
    """One's own name and language."""

    full_name = forms.CharField(label=_("Name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(
        label=_("Language"), choices=LANGUAGES, help_text=_("The language of letters the platform sends you.")
    )


class ClaimForm(forms.Form):
    """What the first administrator says of themselves."""

    full_name = forms.CharField(label=_("Name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password_again = forms.CharField(
        label=_("Password, once more"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean(self) -> dict[str, Any]:
        """Compare the passwords and hold them against the rules for passwords."""
        data = super().clean() or {}
        password, again = data.get("password"), data.get("password_again")
        if password and again and password != again:
            self.add_error("password_again", _("The two passwords differ."))
        if password:
            person = Person(email=data.get("email", ""), full_name=data.get("full_name", ""))
            try:
                validate_password(password, person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data


class PeopleFilter(forms.Form):
    """Narrow the list of people."""

    q = forms.CharField(label=_("Name or address"), required=False, max_length=100)
    role = forms.ChoiceField(label=_("Role"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", _("All roles")), *_translated_roles()]  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """A change of somebody's rights says why."""

    reason = forms.CharField(label=_("Reason"), min_length=5, max_length=300)


class GrantForm(ReasonForm):
    """A role for somebody who does not have it."""

    role = forms.ChoiceField(label=_("Role"))
    field_order = ["role", "reason"]

    def __init__(self, *args: Any, held: frozenset[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        free = [(value, name) for value, name in _translated_roles() if Role(value) not in held]
        self.fields["role"].choices = free  # type: ignore[attr-defined]


class OrganisationForm(ReasonForm):
    """What is said of an organisation."""

    name_ro = forms.CharField(label=_("Name in Romanian"), max_length=200)
    name_en = forms.CharField(label=_("Name in English"), max_length=200, required=False)
    name_hu = forms.CharField(label=_("Name in Hungarian"), max_length=200, required=False)
    kind = forms.ChoiceField(label=_("Kind"))
    siruta = forms.IntegerField(
        label=_("SIRUTA code"),
        required=False,
        min_value=1,
        max_value=999_999,
        help_text=_("For a town hall: the number of the unit it governs."),
    )
    homepage = forms.URLField(label=_("Web address"), max_length=300, required=False, assume_scheme="https")
    email = forms.EmailField(label=_("E-mail"), required=False, help_text=_("Shown with its datasets."))
    field_order = ["name_ro", "name_en", "name_hu", "kind", "siruta", "homepage", "email", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(str(kind), _(name)) for kind, name in ORGANISATION_KIND_NAMES.items()]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]

    @classmethod
    def of(cls, organisation: Organisation, data: Any = None) -> "OrganisationForm":
        """Return the form of an organisation that exists."""
        names = ("name_ro", "name_en", "name_hu", "kind", "siruta", "homepage", "email")
        return cls(data, initial={name: getattr(organisation, name) for name in names})


class NewOrganisationForm(OrganisationForm):
    """An organisation that is entered."""

    code = forms.SlugField(
        label=_("Code"),
        max_length=60,
        help_text=_("Small letters, digits and hyphens; it stands in addresses and cannot be changed."),
    )
    field_order = ["name_ro", "name_en", "name_hu", "code", "kind", "siruta", "homepage", "email", "reason"]


class AffiliationForm(ReasonForm):
    """Somebody who will act for an organisation."""

    email = forms.EmailField(
        label=_("E-mail of the account"), help_text=_("The person must have the role of a publisher already.")
    )
    field_order = ["email", "reason"]


class EraseForm(forms.Form):
    """The last question before an account is forgotten."""

    understood = forms.BooleanField(label=_("I understand that this cannot be undone."))


def _translated_roles() -> list[tuple[str, Any]]:
    return [(value, _(name)) for value, name in ROLES]

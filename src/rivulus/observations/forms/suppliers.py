"""What is asked about suppliers, their keys and their people."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rivulus.kernel import clock
from rivulus.observations.models import Supplier
from rivulus.observations.terms import Scope

SCOPE_WORDS = {
    Scope.OBSERVE: _("send observations of its own series"),
    Scope.DESCRIBE: _("add and change its own things and series"),
    Scope.TASK: _("see and carry out tasks of its own actuators"),
    Scope.READ: _("read its own things that are not public"),
}
LIVES = {
    "365": _("one year"),
    "90": _("three months"),
    "1825": _("five years"),
    "": _("until it is revoked"),
}


class SupplierFilter(forms.Form):
    """Narrow the list of suppliers."""

    q = forms.CharField(label=_("Name of the supplier"), required=False, max_length=100)


class SupplierForm(forms.Form):
    """What a supplier is called and how much it may send."""

    name = forms.CharField(label=_("Name"), max_length=200)
    contact = forms.EmailField(
        label=_("E-mail"), required=False, help_text=_("Whom to write to when devices are silent.")
    )
    quota_per_minute = forms.IntegerField(label=_("Observations in a minute"), min_value=1, initial=60_000)
    quota_per_day = forms.IntegerField(label=_("Observations in a day"), min_value=1, initial=20_000_000)

    @classmethod
    def of(cls, supplier: Supplier, data: Any = None) -> "SupplierForm":
        """Return the form of a supplier that exists."""
        names = ("name", "contact", "quota_per_minute", "quota_per_day")
        return cls(data, initial={name: getattr(supplier, name) for name in names})


class NewSupplierForm(SupplierForm):
    """A supplier that is let in."""

    code = forms.SlugField(
        label=_("Code"),
        max_length=50,
        help_text=_("Small letters, digits and hyphens; it stands in addresses and cannot be changed."),
    )
    is_city = forms.BooleanField(
        label=_("It is the city itself"), required=False, help_text=_("Its keys may write to every thing.")
    )
    field_order = ["name", "code", "contact", "quota_per_minute", "quota_per_day", "is_city"]


class KeyForm(forms.Form):
    """A new key."""

    name = forms.CharField(
        label=_("What the key is for"), max_length=100, help_text=_("For example: gateway in the park.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("What the key may do"),
        choices=[(str(scope), words) for scope, words in SCOPE_WORDS.items()],
        widget=forms.CheckboxSelectMultiple,
        initial=[str(Scope.OBSERVE)],
    )
    life = forms.ChoiceField(
        label=_("How long it is valid"), choices=list(LIVES.items()), required=False, initial="365"
    )
    is_sandbox = forms.BooleanField(
        label=_("For the sandbox only"),
        required=False,
        help_text=_("What is sent with it is kept apart and never reaches the city's data."),
    )

    @property
    def expires_at(self) -> dt.datetime | None:
        """Until when the key is valid; None: until it is revoked."""
        days = self.cleaned_data["life"]
        return clock.now() + dt.timedelta(days=int(days)) if days else None


class MemberForm(forms.Form):
    """Somebody who will look after a supplier's devices."""

    email = forms.EmailField(
        label=_("E-mail of the account"), help_text=_("The person must have an account here already.")
    )


class SuspendForm(forms.Form):
    """Why a supplier is suspended."""

    reason = forms.CharField(label=_("Reason"), min_length=5, max_length=300)

"""What may be asked of the list of things."""

from django import forms
from django.utils.translation import gettext_lazy as _

from rivulus.observations.queries.things import ThingFilter
from rivulus.observations.terms import DOMAIN_NAMES


class ThingFilterForm(forms.Form):
    """Domain and words."""

    domain = forms.ChoiceField(
        label=_("What it measures"),
        required=False,
        choices=lambda: [("", _("everything")), *((str(domain), _(name)) for domain, name in DOMAIN_NAMES.items())],
    )
    search = forms.CharField(label=_("Name or place"), required=False, max_length=80)

    def wanted(self, *, with_private: bool) -> ThingFilter:
        """Return what was asked; what cannot be read asks for nothing."""
        self.is_valid()
        return ThingFilter(
            domain=self.cleaned_data.get("domain", ""),
            search=self.cleaned_data.get("search", "").strip(),
            with_private=with_private,
        )

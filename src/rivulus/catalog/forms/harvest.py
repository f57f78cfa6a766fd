"""What is asked about a catalog elsewhere."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rivulus.catalog.terms import HARVEST_KIND_NAMES


class SourceForm(forms.Form):
    """Where a catalog is, and how often it is visited."""

    title = forms.CharField(label=_("Name"), max_length=200)
    url = forms.URLField(
        label=_("Address"),
        max_length=500,
        assume_scheme="https",
        help_text=_("DCAT: of the RDF file, such as https://…/catalog.ttl. CKAN: of the portal."),
    )
    every_h = forms.IntegerField(label=_("Hours between visits"), min_value=1, max_value=8784, initial=24)
    is_active = forms.BooleanField(label=_("Visit automatically"), required=False, initial=True)
    reason = forms.CharField(label=_("Reason"), min_length=5, max_length=300)


class NewSourceForm(forms.Form):
    """A catalog that is entered."""

    title = forms.CharField(label=_("Name"), max_length=200)
    code = forms.SlugField(
        label=_("Code"),
        max_length=40,
        help_text=_("Small letters, digits and hyphens; the codes of its datasets begin with it."),
    )
    kind = forms.ChoiceField(label=_("Interface"))
    url = forms.URLField(
        label=_("Address"),
        max_length=500,
        assume_scheme="https",
        help_text=_("DCAT: of the RDF file, such as https://…/catalog.ttl. CKAN: of the portal."),
    )
    organisation = forms.ChoiceField(label=_("In whose name its datasets are shown"))
    every_h = forms.IntegerField(label=_("Hours between visits"), min_value=1, max_value=8784, initial=24)

    def __init__(self, *args: Any, organisations: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["organisation"].choices = organisations
        fields["kind"].choices = [(str(kind), gettext(name)) for kind, name in HARVEST_KIND_NAMES.items()]

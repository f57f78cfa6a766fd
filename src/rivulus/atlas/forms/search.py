"""What is looked for on the map."""

from django import forms
from django.utils.translation import gettext_lazy as _

from rivulus.atlas.queries.places import LONGEST_TEXT


class PlaceSearchForm(forms.Form):
    """An address, a street, a place, in anybody's words."""

    q = forms.CharField(
        label=_("Address, street or place"),
        help_text=_("For example: Bulevardul Unirii 12. Accents may be left out."),
        max_length=LONGEST_TEXT,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    format = forms.ChoiceField(choices=[("", ""), ("json", "json")], required=False, widget=forms.HiddenInput)

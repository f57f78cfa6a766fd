"""What the map page is asked in its address."""

import datetime as dt

from django import forms
from django.utils.translation import gettext_lazy as _

from rivulus.atlas.forms.plans import date_input

FURTHEST_M = 500.0


class MapForm(forms.Form):
    """Which layers, as of which day."""

    layers = forms.CharField(required=False, max_length=2000)
    on = forms.DateField(label=_("As of"), required=False, widget=date_input())

    def day(self) -> dt.date | None:
        """Return the day asked for; None is today."""
        self.is_valid()
        return self.cleaned_data.get("on")


class HereForm(MapForm):
    """A place besides; how near is near, in metres."""

    lon = forms.FloatField(min_value=-180, max_value=180)
    lat = forms.FloatField(min_value=-90, max_value=90)
    within = forms.FloatField(required=False, min_value=0, max_value=FURTHEST_M)

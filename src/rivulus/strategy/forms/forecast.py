"""What a visitor may choose on the forecast: the reading, and whether demonstration reports count."""

from django import forms
from django.utils.translation import gettext_lazy as _

from rivulus.strategy.rules.forecast import Reading


class ForecastForm(forms.Form):
    """The choices of the page, all in its address."""

    reading = forms.ChoiceField(
        choices=[(reading.value, reading.value) for reading in Reading], required=False, widget=forms.HiddenInput
    )
    demonstration = forms.BooleanField(label=_("With demonstration reports"), required=False)

    @property
    def chosen_reading(self) -> Reading:
        """Return the reading asked for; as reported unless something else is asked."""
        value = self.cleaned_data.get("reading") if self.is_valid() else None
        return Reading(value) if value else Reading.REPORTED

    @property
    def with_demonstrations(self) -> bool:
        """Tell whether demonstration reports are asked for."""
        return self.is_valid() and bool(self.cleaned_data["demonstration"])

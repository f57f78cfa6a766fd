"""What is asked of somebody who wants a device's message to be checked."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import say
from rivulus.observations.rules.devices.messages import MAX_MESSAGE
from rivulus.observations.rules.devices.profiles import Place, read_lines


class CheckForm(forms.Form):
    """A message, and how it is to be read."""

    message = forms.CharField(
        label=_("Message"),
        max_length=MAX_MESSAGE,
        strip=False,
        help_text=_("The JSON that the device, its gateway or its network sends."),
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false", "autocomplete": "off"}),
    )
    series = forms.CharField(
        label=_("Number of the series"),
        required=False,
        max_length=10,
        help_text=_("Only for an Observation that does not name its series."),
    )
    mapping = forms.CharField(
        label=_("Mapping"),
        required=False,
        max_length=5000,
        help_text=_(
            "Only for a vendor's own JSON: one line for each value, as in “data.temp = 12 Cel × 0.1”; and “time = data.at”."
        ),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean_mapping(self) -> tuple[tuple[Place, ...], str]:
        """Read the lines of the mapping."""
        try:
            return read_lines(self.cleaned_data["mapping"])
        except Refused as refused:
            raise forms.ValidationError(say(refused)) from refused

    def clean_series(self) -> str:
        """Take the number of the series without what stands around it."""
        return str(self.cleaned_data["series"]).strip()

    @property
    def read(self) -> dict[str, Any]:
        """How the message is to be read, for ``read_message``."""
        places, time_path = self.cleaned_data["mapping"]
        return {"places": places, "time_path": time_path, "series": self.cleaned_data["series"]}

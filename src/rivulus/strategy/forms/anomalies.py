"""Which faults of the source somebody wants to see."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from rivulus.strategy.queries.anomalies import AnomalyFilter
from rivulus.strategy.rules.anomalies import ABOUT_LABELS


class AnomalyFilterForm(forms.Form):
    """Which faults to list."""

    about = forms.ChoiceField(label=gettext_lazy("About"), required=False)
    subject = forms.CharField(label=gettext_lazy("Code of the thing"), required=False, max_length=20)
    search = forms.CharField(label=gettext_lazy("Words"), required=False, max_length=80)

    def __init__(self, *args: Any, counts: Mapping[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = gettext("All (%(number)s)") % {"number": sum(counts.values())}
        kinds = [(about, f"{gettext(ABOUT_LABELS.get(about, about))} ({number})") for about, number in counts.items()]
        self.fields["about"].choices = [("", every), *kinds]  # type: ignore[attr-defined]

    def wanted(self) -> AnomalyFilter:
        """Return the choices that make sense; the others are passed over."""
        self.is_valid()
        chosen = self.cleaned_data
        return AnomalyFilter(
            about=chosen.get("about", ""), subject=chosen.get("subject", ""), search=chosen.get("search", "")
        )

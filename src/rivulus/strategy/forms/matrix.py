"""What may be asked of the matrix."""

import datetime as dt

from django import forms
from django.utils.translation import gettext_lazy as _

from rivulus.kernel import clock
from rivulus.strategy.queries import matrix
from rivulus.strategy.queries.matrix import MatrixFilter, View
from rivulus.strategy.rules.assessments import EARLIEST


class DateInput(forms.DateInput):
    """A date as browsers pick it."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class MatrixForm(forms.Form):
    """The matrix as of a day, in one view, of one pillar or all."""

    at = forms.DateField(label=_("As of"), required=False, widget=DateInput())
    pillar = forms.ChoiceField(label=_("Pillar"), required=False)
    view = forms.ChoiceField(required=False, choices=[(v.value, v.value) for v in View], widget=forms.HiddenInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["pillar"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("All pillars")), *((p.code, str(p)) for p in matrix.list_pillars())]

    def clean_at(self) -> dt.date | None:
        """Refuse days that no matrix can be drawn of."""
        return check_day(self.cleaned_data["at"])

    def wanted(self) -> MatrixFilter:
        """Return what is wanted; what was mistyped does not narrow."""
        self.is_valid()
        known = self.cleaned_data
        return MatrixFilter(known.get("at"), View(known.get("view") or View.NOW), known.get("pillar") or "")


class AtForm(forms.Form):
    """A day in the past, taken over from the matrix."""

    at = forms.DateField(label=_("As of"), required=False, widget=DateInput())

    def clean_at(self) -> dt.date | None:
        """Refuse days that no matrix can be drawn of."""
        return check_day(self.cleaned_data["at"])

    def at_day(self) -> dt.date | None:
        """Return the day, or None for today."""
        return self.cleaned_data.get("at") if self.is_valid() else None


def check_day(day: dt.date | None) -> dt.date | None:
    """Refuse days that no matrix can be drawn of."""
    if day is not None and day > clock.today():
        raise forms.ValidationError(_("The matrix is drawn up to today; the forecast shows the years ahead."))
    if day is not None and day < EARLIEST:
        raise forms.ValidationError(_("The earliest day is 1 January 2015."))
    return day

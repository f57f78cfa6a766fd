"""A new evaluation as it is typed, and the choice of two to compare."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rivulus.kernel import clock
from rivulus.strategy import models
from rivulus.strategy.rules.evaluations import LONGEST_NOTE, LONGEST_TITLE
from rivulus.strategy.terms import EVALUATION_LABELS, EvaluationKind
from rivulus.ui.rules import format_date


class EvaluationForm(forms.Form):
    """What somebody says of a new evaluation."""

    kind = forms.ChoiceField(label=_("Kind"), help_text=_("The evaluations of chapter 6.3, or the yearly report."))
    at = forms.DateField(
        label=_("As of"),
        help_text=_("The last day that counts. Everything known of that day is kept as it is now."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
    )
    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE)
    note = forms.CharField(
        label=_("Note"),
        help_text=_("Optional: who took part, what to keep in mind. It is printed in the report."),
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(str(kind), gettext(label)) for kind, label in EVALUATION_LABELS.items()]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]

    @classmethod
    def blank(cls) -> "EvaluationForm":
        """Return the form of this year's report."""
        today = clock.today()
        title = gettext("Annual report %(year)s") % {"year": today.year}
        return cls(initial={"kind": str(EvaluationKind.ANNUAL), "at": today, "title": title})

    def said(self) -> dict[str, Any]:
        """Return what the action is given."""
        return {**self.cleaned_data, "kind": EvaluationKind(self.cleaned_data["kind"])}


class CompareForm(forms.Form):
    """The choice of two evaluations; ``choices`` are rows without their content."""

    a = forms.TypedChoiceField(label=_("Earlier evaluation"), coerce=int)
    b = forms.TypedChoiceField(label=_("Later evaluation"), coerce=int)

    def __init__(self, data: Any, *, rows: list[models.Evaluation], language: str) -> None:
        super().__init__(data)
        choices = [(row.pk, f"{row.title} · {format_date(row.at, language=language)}") for row in rows]
        for name in ("a", "b"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

"""What a declaration and a decision say."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rivulus.kernel import clock
from rivulus.strategy.forms.matrix import DateInput
from rivulus.strategy.queries import demonstration, matrix
from rivulus.strategy.queries.assessments import AssessmentFilter, Outcome
from rivulus.strategy.terms import STATE_LABELS, State, Verdict

OUTCOME_LABELS = {
    Outcome.WAITING: _("Waiting for a second person"),
    Outcome.COUNTS: _("Counting in the matrix"),
    Outcome.REFUSED: _("Refused"),
    Outcome.DEMONSTRATION: _("Demonstrations"),
    Outcome.ALL: _("All declarations"),
}


class DeclareForm(forms.Form):
    """How a criterion stands, from when on, why, and which document proves it."""

    state = forms.ChoiceField(
        label=_("The criterion is"), choices=[(s.value, _(STATE_LABELS[s])) for s in State], widget=forms.RadioSelect
    )
    valid_from = forms.DateField(
        label=_("Since"), widget=DateInput(), help_text=_("The day from which this holds; not in the future.")
    )
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        help_text=_("One or two sentences that a resident understands. They are public."),
    )
    document_title = forms.CharField(
        label=_("Title of the document"),
        max_length=300,
        required=False,
        help_text=_("Needed when the criterion is met: a decision, report, contract or page that proves it."),
    )
    document_url = forms.URLField(
        label=_("Address of the document"), max_length=500, required=False, assume_scheme="https"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].initial = clock.today

    def said(self) -> dict[str, Any]:
        """Return what the action takes."""
        day: dt.date = self.cleaned_data["valid_from"]
        return {**self.cleaned_data, "state": State(self.cleaned_data["state"]), "valid_from": day}


class DecideForm(forms.Form):
    """The second person's word."""

    verdict = forms.ChoiceField(
        label=_("Your decision"),
        choices=[
            (Verdict.CONFIRMED.value, _("I confirm: I have read the document, and it proves this state.")),
            (Verdict.REFUSED.value, _("I refuse")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=4000,
        help_text=_("Needed when you refuse. It is public."),
    )


class DeclarationsForm(forms.Form):
    """Which declarations are wanted."""

    outcome = forms.ChoiceField(
        label=_("Show"), required=False, choices=[(o.value, label) for o, label in OUTCOME_LABELS.items()]
    )
    pillar = forms.ChoiceField(label=_("Pillar"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["pillar"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("All pillars")), *((p.code, str(p)) for p in matrix.list_pillars())]
        if not demonstration.runs():
            outcome = self.fields["outcome"]
            assert isinstance(outcome, forms.ChoiceField)
            outcome.choices = [
                (o.value, label) for o, label in OUTCOME_LABELS.items() if o is not Outcome.DEMONSTRATION
            ]

    def wanted(self) -> AssessmentFilter:
        """Return what is wanted; what was mistyped does not narrow."""
        self.is_valid()
        known = self.cleaned_data
        return AssessmentFilter(Outcome(known.get("outcome") or Outcome.WAITING), known.get("pillar") or "")

"""What a link between a criterion and a project or a probe says."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rivulus.kernel import probes
from rivulus.strategy import models
from rivulus.strategy.queries import projects
from rivulus.strategy.terms import EFFECT_LABELS, MODE_LABELS, Effect, Mode


class ReasonForm(forms.Form):
    """Why a link is made, changed or taken back."""

    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text=_("A sentence that lets a reader judge this interpretation. It is public."),
    )


class ProjectLinkForm(ReasonForm):
    """What a project does to a criterion."""

    effect = forms.ChoiceField(
        label=_("The project"), choices=[(e.value, _(EFFECT_LABELS[e])) for e in Effect], widget=forms.RadioSelect
    )
    field_order = ["project", "effect", "reason"]


class NewProjectLinkForm(ProjectLinkForm):
    """A project that would move the criterion, and how."""

    project: "forms.ModelChoiceField[models.Project]" = forms.ModelChoiceField(
        label=_("Project"), queryset=models.Project.objects.none()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["project"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = projects.list_projects()


class ProbeLinkForm(ReasonForm):
    """What a probe is asked of a criterion."""

    comparator = forms.ChoiceField(label=_("Passed when the value is"), choices=[(">=", "≥"), ("<=", "≤")])
    threshold = forms.DecimalField(
        label=_("Threshold"), max_digits=12, decimal_places=2, help_text=_("In the unit of the probe.")
    )
    mode = forms.ChoiceField(
        label=_("Weight"), choices=[(m.value, _(MODE_LABELS[m])) for m in Mode], widget=forms.RadioSelect
    )
    field_order = ["probe", "comparator", "threshold", "mode", "reason"]


class NewProbeLinkForm(ProbeLinkForm):
    """A probe that speaks for the criterion, and what it is asked."""

    probe = forms.ChoiceField(label=_("Probe"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["probe"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", "–"),
            *((p.name, f"{gettext(p.title)} ({gettext(p.unit)})") for p in probes.list_probes()),
        ]

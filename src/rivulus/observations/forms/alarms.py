"""What is asked of people on duty."""

import datetime as dt

from django import forms
from django.utils.translation import gettext_lazy as _

from rivulus.kernel import clock
from rivulus.observations.forms.automations import SEVERITIES, list_domains

HOURS = (
    (1, _("1 hour")), (4, _("4 hours")), (12, _("12 hours")), (24, _("1 day")), (72, _("3 days")), (168, _("7 days")),
)  # fmt: skip


class AlarmFilterForm(forms.Form):
    """Which alarms are wanted."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("wrong now")), ("open", _("open")), ("acknowledged", _("acknowledged")), ("no_data", _("no data")),
            ("cleared", _("cleared")), ("closed", _("closed")), ("all", _("all")),
        ],
    )  # fmt: skip
    severity = forms.ChoiceField(label=_("How bad it is"), required=False, choices=[("", _("all")), *SEVERITIES])
    domain = forms.ChoiceField(label=_("What it measures"), required=False, choices=list_domains)
    search = forms.CharField(label=_("Thing or rule"), required=False, max_length=80)

    def wanted(self) -> dict[str, str]:
        """Return what was asked; what cannot be read asks for nothing."""
        self.is_valid()
        return {key: self.cleaned_data.get(key, "") for key in ("state", "severity", "domain", "search")}


class NoteForm(forms.Form):
    """A few words to a move."""

    note = forms.CharField(label=_("Note"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class SpanForm(forms.Form):
    """For how long, and why."""

    hours = forms.TypedChoiceField(label=_("For how long"), choices=HOURS, coerce=int, initial=4)
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def ends_at(self) -> dt.datetime:
        """Return when it ends."""
        return clock.now() + dt.timedelta(hours=self.cleaned_data["hours"])


class SilenceForm(SpanForm):
    """About what nobody is to be called."""

    about = forms.ChoiceField(
        label=_("About what"),
        choices=[
            ("both", _("this rule at this thing")),
            ("thing", _("everything about this thing")),
            ("rule", _("this rule everywhere")),
        ],
    )
    field_order = ("about", "hours", "reason")

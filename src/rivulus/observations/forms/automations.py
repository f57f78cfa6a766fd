"""What is asked of people who write rules."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _

from rivulus.identity.terms import ROLE_NAMES, Role
from rivulus.kernel import clock
from rivulus.observations.queries import domains
from rivulus.observations.rules.automations.grammar_actions import ROLES
from rivulus.observations.rules.automations.syntax import LANGUAGES
from rivulus.observations.rules.automations.writing import Wish, write
from rivulus.observations.terms import DOMAIN_NAMES
from rivulus.ui.rules import format_number

RESERVED = frozenset({"new", "runs", "replays"})
SEVERITIES = (("warning", _("warning")), ("critical", _("critical")), ("info", _("information")))
PERIODS = ((7, _("the last 7 days")), (30, _("the last 30 days")), (90, _("the last 90 days")))


def list_domains() -> list[tuple[str, Any]]:
    """Return the domains as choices, everything first."""
    return [("", _("everything")), *((str(domain), _(name)) for domain, name in DOMAIN_NAMES.items())]


class AutomationFilterForm(forms.Form):
    """Which rules are wanted."""

    domain = forms.ChoiceField(label=_("What it measures"), required=False, choices=list_domains)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("all")), ("active", _("switched on")), ("waiting", _("with a draft")), ("off", _("switched off")),
        ],
    )  # fmt: skip

    def wanted(self) -> dict[str, str]:
        """Return what was asked; what cannot be read asks for nothing."""
        self.is_valid()
        return {key: self.cleaned_data.get(key, "") for key in ("domain", "state")}


class TextForm(forms.Form):
    """The text of a rule."""

    code = forms.SlugField(
        label=_("Short name"),
        max_length=60,
        help_text=_("Small letters, digits and hyphens. It stands in the address and never changes."),
    )
    text = forms.CharField(
        label=_("The rule"),
        max_length=20_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false", "wrap": "off"}),
        help_text=_("In YAML. “Check” says line by line what is wrong, and what the rule means."),
    )
    note = forms.CharField(
        label=_("What is new in this version"), max_length=300, required=False, help_text=_("One sentence.")
    )

    def __init__(self, *args: Any, code: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if code:
            del self.fields["code"]

    def clean_code(self) -> str:
        """Refuse names that are words of addresses."""
        code = str(self.cleaned_data["code"]).lower()
        if code in RESERVED:
            raise forms.ValidationError(_("This name is used by the platform itself."))
        return code

    def clean_text(self) -> str:
        """Return the text with the line ends of the platform: browsers send those of Windows."""
        return str(self.cleaned_data["text"]).replace("\r\n", "\n").replace("\r", "\n")


class GuidedForm(forms.Form):
    """The commonest rule: a value beyond a bound for some minutes raises an alarm and tells somebody."""

    property = forms.ChoiceField(label=_("What is measured"), choices=list)
    direction = forms.ChoiceField(
        label=_("It is wrong when the value is"), choices=[("above", _("above")), ("below", _("below"))]
    )
    value = forms.FloatField(label=_("this number"), localize=True)
    clear = forms.FloatField(
        label=_("Right again from"),
        required=False,
        localize=True,
        help_text=_("Leave it empty for the same number. A little distance keeps an alarm from coming and going."),
    )
    minutes = forms.IntegerField(label=_("For how many minutes"), min_value=0, max_value=10_080, initial=10)
    severity = forms.ChoiceField(label=_("How bad it is"), choices=SEVERITIES)
    roles = forms.MultipleChoiceField(
        label=_("Whom to tell"),
        choices=[(role, _(ROLE_NAMES[Role(role)])) for role in ROLES],
        widget=forms.CheckboxSelectMultiple,
        initial=["dispatcher"],
    )
    email = forms.BooleanField(label=_("Also by e-mail"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["property"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (
                each.spec.code,
                f"{each.name.text(get_language() or 'ro')} ({each.shown})"
                if each.shown
                else each.name.text(get_language() or "ro"),
            )
            for each in domains.list_properties()
            if each.kind == "number"
        ]

    def clean(self) -> dict[str, Any]:
        """Refuse a bound that clears on the wrong side."""
        said = super().clean() or {}
        value, clear = said.get("value"), said.get("clear")
        if value is not None and clear is not None:
            wrong = clear > value if said.get("direction") == "above" else clear < value
            if wrong:
                self.add_error("clear", _("This lies on the wrong side of the number above."))
        return said

    def text(self) -> str:
        """Return the rule that was asked for, as YAML."""
        said = self.cleaned_data
        return write(
            Wish(
                title={language: self._title(language) for language in LANGUAGES},
                message={language: self._message(language) for language in LANGUAGES},
                domain="",
                property=said["property"],
                direction=said["direction"],
                value=said["value"],
                clear=said["clear"],
                minutes=said["minutes"],
                severity=said["severity"],
                roles=said["roles"],
                email=said["email"],
            )
        )

    def _title(self, language: str) -> str:
        with override(language):
            found = domains.find_property(self.cleaned_data["property"])
            assert found is not None
            values = {
                "what": found.name.text(language),
                "value": f"{format_number(self.cleaned_data['value'], language=language)} {found.shown}".strip(),
            }
            if self.cleaned_data["direction"] == "above":
                return gettext("%(what)s above %(value)s") % values
            return gettext("%(what)s below %(value)s") % values

    def _message(self, language: str) -> str:
        with override(language):
            return gettext("%(title)s at {thing}: {value} {unit}.") % {"title": self._title(language)}


class ReplayForm(forms.Form):
    """Over which time a rule is replayed."""

    days = forms.TypedChoiceField(label=_("Replay over"), choices=PERIODS, coerce=int, initial=30)

    def start(self) -> dt.datetime:
        """Return when the replay begins."""
        return clock.now() - dt.timedelta(days=self.cleaned_data["days"])

"""What may be asked of the portfolio."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from rivulus.strategy.queries import projects as queries
from rivulus.strategy.queries.projects import Order, ProjectFilter
from rivulus.strategy.rules.projects import PRIORITY_LABELS
from rivulus.strategy.terms import STATUS_LABELS
from rivulus.ui.rules import parse_number

ORDERS = (
    (Order.CODE, _("As in chapter 5")),
    (Order.VALUE_DOWN, _("Value, the largest first")),
    (Order.VALUE, _("Value, the smallest first")),
    (Order.HORIZON, _("Horizon, the soonest first")),
    (Order.HORIZON_DOWN, _("Horizon, the latest first")),
    (Order.PERCENT_DOWN, _("Share done, the largest first")),
    (Order.PERCENT, _("Share done, the smallest first")),
    (Order.CODE_DOWN, _("As in chapter 5, from the end")),
)
LARGEST = Decimal(10) ** 11
FIRST_YEAR, LAST_YEAR = 2020, 2060
ATTRIBUTE = mark_safe(" selected")


class MoneyField(forms.CharField):
    """A sum in euro, as people of the active language write it: 1.450.000 or 1 450 000 or 1450000,50."""

    def __init__(self, **options: Any) -> None:
        attributes = {"inputmode": "decimal", "autocomplete": "off"}
        super().__init__(max_length=24, widget=forms.TextInput(attrs=attributes), **options)

    def clean(self, value: Any) -> Any:
        """Return a Decimal, or None when nothing was typed."""
        text = super().clean(value)
        if not text:
            return None
        try:
            amount = parse_number(text, language=get_language() or "ro")
        except (ValueError, InvalidOperation):
            raise forms.ValidationError(gettext("Write a sum in euro, for example 15000.")) from None
        if not -LARGEST < amount < LARGEST:
            raise forms.ValidationError(gettext("This sum is too large."))
        return round(amount, 2)


class Choices(forms.Select):
    """A list to choose from, written at once: a template for each of its hundred options costs more than the query."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Return the list with what was chosen."""
        attributes = {"name": name, **self.build_attrs(self.attrs, attrs)}
        rows = ((code, ATTRIBUTE if str(code) == str(value or "") else "", label) for code, label in self.choices)
        options = format_html_join("", '<option value="{}"{}>{}</option>', rows)
        return format_html("<select{}>{}</select>", flatatt(attributes), options)


class ProjectFilterForm(forms.Form):
    """Which projects are wanted, and in what order."""

    q = forms.CharField(label=_("Words in the title, code or responsible"), required=False, max_length=100)
    pillar = forms.ChoiceField(label=_("Pillar"), required=False, widget=Choices)
    direction = forms.ChoiceField(label=_("Direction of action"), required=False, widget=Choices)
    status = forms.ChoiceField(label=_("Status"), required=False, widget=Choices)
    priority = forms.ChoiceField(label=_("Priority"), required=False, widget=Choices)
    funding = forms.ChoiceField(label=_("Possible source of money"), required=False, widget=Choices)
    year_from = forms.IntegerField(
        label=_("Horizon from year"), required=False, min_value=FIRST_YEAR, max_value=LAST_YEAR
    )
    year_to = forms.IntegerField(label=_("Horizon to year"), required=False, min_value=FIRST_YEAR, max_value=LAST_YEAR)
    value_min = MoneyField(label=_("Value from (euro)"), required=False)
    value_max = MoneyField(label=_("Value to (euro)"), required=False)
    order = forms.ChoiceField(
        label=_("Order"), required=False, choices=[(o.value, label) for o, label in ORDERS], widget=Choices
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        statuses = [(str(status), gettext(label)) for status, label in STATUS_LABELS.items()]
        directions = list(queries.list_directions())
        pillars = {d.pillar.code: d.pillar.name for d in directions}
        self._choose("pillar", list(pillars.items()))
        self._choose("direction", [(d.code, f"{d.code} {d.title}") for d in directions])
        self._choose("status", statuses)
        self._choose("priority", [(code, gettext(label)) for code, label in PRIORITY_LABELS.items()])
        self._choose("funding", [(s.code, s.name) for s in queries.list_funding_sources()])

    def wanted(self) -> ProjectFilter:
        """Return what is wanted; what was mistyped does not narrow (and is said beside its field)."""
        self.is_valid()
        known = self.cleaned_data
        return ProjectFilter(
            q=(known.get("q") or "").replace("\0", ""),
            pillar=known.get("pillar") or "",
            direction=known.get("direction") or "",
            status=known.get("status") or "",
            priority=known.get("priority") or "",
            funding=known.get("funding") or "",
            year_from=known.get("year_from"),
            year_to=known.get("year_to"),
            value_min=known.get("value_min"),
            value_max=known.get("value_max"),
            order=Order(known.get("order") or Order.CODE),
        )

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Any")), *choices]

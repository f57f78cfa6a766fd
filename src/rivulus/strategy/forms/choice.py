"""What a visitor may ask: a budget, a horizon, a pillar and its level, projects to keep in or leave out."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import say
from rivulus.strategy import models
from rivulus.strategy.rules import choice
from rivulus.strategy.rules.choice import Wish
from rivulus.strategy.rules.forecast import STRATEGY_END
from rivulus.strategy.rules.matrix import LEVELS

DEFAULT_BUDGET_EUR = 10_000_000
LARGEST_BUDGET_EUR = 10**12
# Groups of three are groups in every language here, so that an address means the same after a change of language.
AMOUNT = re.compile(r"(\d{1,3}(?:[.,\u00a0\u202f ]\d{3})+|\d+)(?:[.,]\d{1,2})?", re.ASCII)
HELP, LEAVE = "help", "leave"


def default_choices(this_year: int) -> dict[str, str]:
    """Return what is asked when the address asks for nothing."""
    return {"budget": str(DEFAULT_BUDGET_EUR), "horizon": str(max(STRATEGY_END, this_year + 1)), "rest": HELP}


class ChoiceForm(forms.Form):
    """The question, all in the address of the page."""

    budget = forms.CharField(
        label=_("Budget in euros"),
        required=False,
        max_length=30,
        help_text=_("Leave it empty for no limit."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    horizon = forms.IntegerField(
        label=_("Horizon year"), help_text=_("Yearly amounts count for each year from next year until this one.")
    )
    pillar = forms.ChoiceField(label=_("Pillar"), required=False, help_text=_("Criteria of this pillar come first."))
    level = forms.TypedChoiceField(
        label=_("Reach this level in the pillar"), required=False, coerce=int, empty_value=None
    )
    include = forms.CharField(
        label=_("Keep in"), required=False, max_length=1500, help_text=_("Codes of projects, for example D3.2.4 D5.1.6")
    )
    exclude = forms.CharField(
        label=_("Leave out"), required=False, max_length=1500, help_text=_("Codes of projects, with spaces between.")
    )
    rest = forms.ChoiceField(
        label=_("Money left over"),
        required=False,
        choices=[(HELP, _("buys projects that help")), (LEAVE, _("stays unspent"))],
    )
    free = forms.BooleanField(label=_("Count projects without a stated value as 0 €"), required=False)

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        pillars: Iterable[models.Pillar],
        codes: Collection[str],
        this_year: int,
    ) -> None:
        super().__init__(data)
        self._codes, self._this_year = codes, this_year
        self.fields["pillar"].choices = [("", _("All pillars")), *((p.code, p.name) for p in pillars)]  # type: ignore[attr-defined]
        self.fields["level"].choices = [("", _("No level")), *((n, str(n)) for n in LEVELS)]  # type: ignore[attr-defined]

    def clean_budget(self) -> int | None:
        """Return whole euros, or None for no limit."""
        text = self.cleaned_data["budget"].strip()
        if not text:
            return None
        found = AMOUNT.fullmatch(text.strip("€ \u00a0"))
        if found is None:
            raise forms.ValidationError(_("Write an amount in euros, in figures."))
        amount = int(re.sub(r"\D", "", found[1]))
        if amount > LARGEST_BUDGET_EUR:
            raise forms.ValidationError(_("Write an amount between 0 and 1,000,000,000,000 euros."))
        return amount

    def clean_include(self) -> frozenset[str]:
        """Return the codes of the projects to keep in."""
        return self._projects("include")

    def clean_exclude(self) -> frozenset[str]:
        """Return the codes of the projects to leave out."""
        return self._projects("exclude")

    def clean(self) -> dict[str, Any]:
        """Refuse a wish that contradicts itself."""
        if not self.errors:
            try:
                choice.check_wish(self.wish(), this_year=self._this_year)
            except Refused as refused:
                self.add_error(None, say(refused))
        return self.cleaned_data

    def wish(self) -> Wish:
        """Return what is asked, as the rules know it."""
        asked = self.cleaned_data
        return Wish(
            budget_eur=asked["budget"],
            horizon=asked["horizon"],
            pillar=asked["pillar"] or None,
            level=asked["level"],
            included=asked["include"],
            excluded=asked["exclude"],
            without_value_is_free=asked["free"],
            leave_rest=asked["rest"] == LEAVE,
        )

    def _projects(self, name: str) -> frozenset[str]:
        codes = {code.upper() for code in re.split(r"[\s,;]+", self.cleaned_data[name]) if code}
        unknown = sorted(codes - set(self._codes))
        if unknown:
            raise forms.ValidationError(
                _("There is no project with the code %(codes)s."), params={"codes": ", ".join(unknown)}
            )
        return frozenset(codes)

"""What is asked of residents who need data or made something with them, and of those who answer."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rivulus.catalog.models import Dataset
from rivulus.catalog.queries.viewing import list_public
from rivulus.catalog.terms import REQUEST_STATE_NAMES, REUSE_KIND_NAMES, RequestState

TEXT = forms.Textarea(attrs={"rows": 6})


class RequestFilter(forms.Form):
    """Narrow the list of requests."""

    q = forms.CharField(label=_("Words"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        public = (RequestState.OPEN, RequestState.ANSWERED, RequestState.DECLINED)
        states = [(str(state), gettext(REQUEST_STATE_NAMES[state])) for state in public]
        self.fields["state"].choices = [("", gettext("All")), *states]  # type: ignore[attr-defined]


class RequestForm(forms.Form):
    """A wish for data."""

    organisation = forms.ChoiceField(label=_("Whom do you ask?"))
    title = forms.CharField(label=_("What data do you need?"), min_length=8, max_length=200)
    text = forms.CharField(
        label=_("What for, and in what detail?"),
        max_length=5000,
        widget=TEXT,
        required=False,
        help_text=_("This will be public, your name will not. Write nothing personal."),
    )
    dataset = forms.SlugField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, organisations: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = organisations  # type: ignore[attr-defined]


class OpenForm(forms.Form):
    """A request as the public will read it."""

    title = forms.CharField(label=_("Title"), min_length=8, max_length=200)
    text = forms.CharField(
        label=_("Text"),
        max_length=5000,
        widget=TEXT,
        required=False,
        help_text=_("Take out names, addresses, numbers."),
    )


class AnswerForm(forms.Form):
    """An answer in public."""

    answer = forms.CharField(label=_("Answer"), min_length=10, max_length=5000, widget=TEXT)
    dataset = forms.CharField(
        label=_("Code of the dataset that answers it"),
        required=False,
        max_length=100,
        help_text=_("The last part of its address."),
    )
    is_declined = forms.BooleanField(label=_("The data cannot be published"), required=False)

    def clean_dataset(self) -> Dataset | None:
        """Look the dataset up."""
        return _public(self.cleaned_data["dataset"])


class ReuseForm(forms.Form):
    """Something made with the data."""

    title = forms.CharField(label=_("Title"), min_length=4, max_length=200)
    kind = forms.ChoiceField(label=_("Kind"))
    url = forms.URLField(label=_("Web address"), max_length=500, assume_scheme="https")
    text = forms.CharField(label=_("What is it, and whom does it help?"), max_length=2000, widget=TEXT, required=False)
    author = forms.CharField(
        label=_("Made by"),
        max_length=200,
        required=False,
        help_text=_("As it shall stand on the page; may stay empty."),
    )
    datasets = forms.CharField(
        label=_("Codes of the datasets used"),
        max_length=1000,
        help_text=_("The last part of the address of each, with commas."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(str(kind), gettext(name)) for kind, name in REUSE_KIND_NAMES.items()]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]

    def clean_url(self) -> str:
        """Take addresses of pages only."""
        url = str(self.cleaned_data["url"])
        if not url.startswith(("https://", "http://")):
            raise forms.ValidationError(_("The address begins with https://."))
        return url

    def clean_datasets(self) -> list[Dataset]:
        """Look the datasets up."""
        codes = [code.strip() for code in self.cleaned_data["datasets"].split(",") if code.strip()][:20]
        return [found for code in dict.fromkeys(codes) if (found := _public(code)) is not None]


def _public(code: str) -> Dataset | None:
    if not code:
        return None
    found = list_public().filter(code=code.strip().strip("/").rsplit("/", 1)[-1]).first()
    if found is None:
        raise forms.ValidationError(_("There is no published dataset “%(code)s”."), params={"code": code})
    return found

"""What is asked about a dataset."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rivulus.catalog.models import Dataset
from rivulus.catalog.queries.datasets import metadata_of
from rivulus.catalog.queries.search import Wanted
from rivulus.catalog.rules.datasets import Metadata
from rivulus.catalog.terms import Format, Source
from rivulus.catalog.terms.vocabularies import FILE_TYPES, FREQUENCIES, HVD_CATEGORIES, LICENCES, THEMES

TEXT = forms.Textarea(attrs={"rows": 5})


class SearchForm(forms.Form):
    """What somebody looks for; filters that no form shows are read as well."""

    q = forms.CharField(
        label=_("Words"), required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )
    organisation = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    theme = forms.CharField(required=False, max_length=8, widget=forms.HiddenInput)
    format = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)
    licence = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    tag = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    high_value = forms.CharField(required=False, max_length=1, widget=forms.HiddenInput)
    live = forms.CharField(required=False, max_length=1, widget=forms.HiddenInput)
    sort = forms.CharField(required=False, max_length=12)

    def wanted(self) -> Wanted:
        """Return what is looked for; what cannot be read is not looked for."""
        self.is_valid()
        data = {name: self.cleaned_data.get(name, "") for name in self.fields}
        data["high_value"], data["live"] = bool(data["high_value"]), bool(data["live"])
        return Wanted(**data)


class MetadataForm(forms.Form):
    """What is said of a dataset."""

    title_ro = forms.CharField(label=_("Title in Romanian"), max_length=300)
    description_ro = forms.CharField(
        label=_("Description in Romanian"),
        max_length=5000,
        widget=TEXT,
        required=False,
        help_text=_("What the data are, how they come about, what to beware of."),
    )
    title_en = forms.CharField(label=_("Title in English"), max_length=300, required=False)
    description_en = forms.CharField(label=_("Description in English"), max_length=5000, widget=TEXT, required=False)
    title_hu = forms.CharField(label=_("Title in Hungarian"), max_length=300, required=False)
    description_hu = forms.CharField(label=_("Description in Hungarian"), max_length=5000, widget=TEXT, required=False)
    theme = forms.MultipleChoiceField(label=_("Themes"), widget=forms.CheckboxSelectMultiple, required=False)
    keywords = forms.CharField(
        label=_("Keywords"),
        max_length=1300,
        required=False,
        help_text=_("Words that people would look for, with commas."),
    )
    licence = forms.ChoiceField(
        label=_("Licence"), choices=[(code, licence.title) for code, licence in LICENCES.items() if licence.is_open]
    )
    frequency = forms.ChoiceField(label=_("Update rhythm"), help_text=_("A promise: being late is shown."))
    hvd_category = forms.ChoiceField(
        label=_("High-value category"),
        required=False,
        help_text=_("Only what Commission Implementing Regulation (EU) 2023/138 lists."),
    )
    contact_name = forms.CharField(
        label=_("Contact"), max_length=200, required=False, help_text=_("An office, not a person.")
    )
    contact_email = forms.EmailField(label=_("E-mail of the contact"), required=False)
    siruta = forms.IntegerField(
        label=_("Area covered: SIRUTA code"), required=False, min_value=1, max_value=999_999,
        help_text=_("Of a town or commune; Baia Mare is 106318."),
    )  # fmt: skip
    bbox = forms.CharField(
        label=_("Area covered: west, south, east, north"),
        required=False,
        max_length=80,
        help_text=_("In degrees, where no unit fits; for example 23.45, 47.62, 23.68, 47.72."),
    )
    begins = forms.DateField(
        label=_("Time covered: first day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    ends = forms.DateField(
        label=_("Time covered: last day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    landing_page = forms.URLField(
        label=_("Web address"), max_length=500, required=False, assume_scheme="https",
        help_text=_("A page elsewhere that says more."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["theme"].choices = [(code, gettext(name)) for code, name in THEMES.items()]
        fields["frequency"].choices = [(code, gettext(rhythm.name)) for code, rhythm in FREQUENCIES.items()]
        names = [(code, gettext(name)) for code, name in HVD_CATEGORIES.items()]
        fields["hvd_category"].choices = [("", gettext("not high-value data")), *names]

    def clean_keywords(self) -> list[str]:
        """Take the words apart."""
        words = [" ".join(word.split()) for word in re.split(r"[,;\n]", self.cleaned_data["keywords"])]
        return list(dict.fromkeys(word for word in words if word))

    def clean_bbox(self) -> list[float] | None:
        """Take the numbers apart."""
        text = self.cleaned_data["bbox"].strip()
        if not text:
            return None
        try:
            numbers = [float(part) for part in re.split(r"[,;\s]+", text)]
        except ValueError:
            numbers = []
        if len(numbers) != 4 or not all(-180 <= number <= 180 for number in numbers):
            raise forms.ValidationError(_("Write four numbers: west, south, east, north."))
        return numbers

    def said(self) -> Metadata:
        """Return what was filled in."""
        data = self.cleaned_data
        spatial: dict[str, object] = {}
        if data["siruta"]:
            spatial = {"siruta": data["siruta"]}
        elif data["bbox"]:
            spatial = {"bbox": data["bbox"]}
        names = [name for name in Metadata.__slots__ if name not in {"theme", "keywords", "spatial", "temporal"}]
        return Metadata(
            **{name: data[name].strip() for name in names},
            theme=tuple(data["theme"]),
            keywords=tuple(data["keywords"]),
            spatial=spatial,
            temporal=(data["begins"], data["ends"]),
        )

    @staticmethod
    def initial_of(dataset: Dataset) -> dict[str, object]:
        """Return what is said of a dataset, as the form shows it."""
        said = metadata_of(dataset)
        initial: dict[str, object] = {name: getattr(said, name) for name in Metadata.__slots__}
        begins, ends = said.temporal
        box: Any = said.spatial.get("bbox")
        return initial | {
            "theme": list(said.theme),
            "keywords": ", ".join(said.keywords),
            "siruta": said.spatial.get("siruta"),
            "bbox": ", ".join(str(number) for number in box) if box else "",
            "begins": begins,
            "ends": ends,
        }


class NewDatasetForm(MetadataForm):
    """A dataset that is begun."""

    organisation = forms.ChoiceField(label=_("Organisation"))
    source = forms.ChoiceField(label=_("Where the data are"))
    field_order = ["organisation", "source", "title_ro", "description_ro"]

    def __init__(self, *args: Any, organisations: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["organisation"].choices = organisations
        fields["source"].choices = [
            (str(Source.FILE), gettext("In files that I upload next")),
            (str(Source.LINK), gettext("At addresses elsewhere")),
        ]


class ChangeForm(MetadataForm):
    """A description that is changed; ``seen`` is the revision that was on the screen."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("What changed, and why"), max_length=300, required=False)

    def __init__(self, *args: Any, is_public: bool, licence: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if licence in LICENCES and not LICENCES[licence].is_open:
            fields["licence"].choices = [*fields["licence"].choices, (licence, LICENCES[licence].title)]
        if is_public:
            fields["reason"].required = True
            fields["reason"].min_length = 5
            fields["reason"].help_text = _("This dataset is public: the reason stands beside the new version.")
        else:
            del self.fields["reason"]

    @property
    def reason_given(self) -> str:
        """Return the reason, where one is asked."""
        return str(self.cleaned_data.get("reason", ""))


class LinkForm(forms.Form):
    """An address elsewhere."""

    url = forms.URLField(label=_("Address"), max_length=1000, assume_scheme="https")
    format = forms.ChoiceField(
        label=_("Format"),
        choices=[(str(name), kind.name if kind.authority else _("Another")) for name, kind in FILE_TYPES.items()],
    )
    title = forms.CharField(label=_("Title"), max_length=300, required=False)
    is_api = forms.BooleanField(label=_("It is an interface for programs, not a file"), required=False)
    reason = forms.CharField(label=_("What changed, and why"), max_length=300, required=False)

    def __init__(self, *args: Any, is_public: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_public:
            del self.fields["reason"]
        else:
            self.fields["reason"].required = True

    def said(self) -> dict[str, Any]:
        """Return what was filled in."""
        data = {"reason": "", **self.cleaned_data}
        return data | {"format": Format(data["format"])}


class SeenForm(forms.Form):
    """The revision that was on the screen when somebody decided."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    """A step that says why."""

    reason = forms.CharField(label=_("Reason"), min_length=5, max_length=300)

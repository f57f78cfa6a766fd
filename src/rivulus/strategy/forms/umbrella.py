"""Which links of the umbrella somebody wants to see, and what the strategy unit records."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rivulus.strategy import models
from rivulus.strategy.forms.links import ReasonForm
from rivulus.strategy.queries.umbrella import UmbrellaFilter
from rivulus.strategy.rules.umbrella import CODE_LENGTH, TITLE_LENGTH

Target = tuple[models.Document, models.DocumentObjective | None]


class UmbrellaFilterForm(forms.Form):
    """Which links to show."""

    pillar = forms.ChoiceField(label=_("Pillar"), required=False)
    document = forms.ChoiceField(label=_("Document"), required=False)

    def __init__(
        self, *args: Any, pillars: Iterable[models.Pillar], documents: Iterable[models.Document], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pillar"].choices = [  # type: ignore[attr-defined]
            ("", gettext("All pillars")),
            *((pillar.code, pillar.name) for pillar in pillars),
        ]
        self.fields["document"].choices = [  # type: ignore[attr-defined]
            ("", gettext("All documents")),
            *((document.code, document.title) for document in documents),
        ]

    def wanted(self) -> UmbrellaFilter:
        """Return the choices that make sense; the others are passed over."""
        self.is_valid()
        chosen = self.cleaned_data
        return UmbrellaFilter(pillar=chosen.get("pillar", ""), document=chosen.get("document", ""))


class NewLinkForm(ReasonForm):
    """What a direction answers to: a document as a whole, or one objective of it."""

    answers_to = forms.ChoiceField(
        label=_("Answers to"),
        help_text=_("An objective that is missing here is added on the page of the documents first."),
    )
    field_order = ["answers_to", "reason"]

    def __init__(self, *args: Any, documents: Iterable[models.Document], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._targets: dict[str, Target] = {}
        groups = [(document.title, list(self._options(document))) for document in documents]
        self.fields["answers_to"].choices = [("", "–"), *groups]  # type: ignore[attr-defined]

    def clean_answers_to(self) -> Target:
        """Return the document, with the objective where one was chosen."""
        return self._targets[self.cleaned_data["answers_to"]]

    def _options(self, document: models.Document) -> Iterable[tuple[str, str]]:
        targets: list[Target] = [(document, None)]
        targets += [(document, objective) for objective in document.known_objectives]  # type: ignore[attr-defined]
        for target in targets:
            objective = target[1]
            value = f"{document.code}:{objective.pk}" if objective else document.code
            self._targets[value] = target
            yield (
                value,
                str(objective) if objective else gettext("%(document)s as a whole") % {"document": document.code},
            )


class ObjectiveForm(forms.Form):
    """An objective of a document, as the document prints it."""

    code = forms.CharField(
        label=_("Code"), max_length=CODE_LENGTH, help_text=_("As the document numbers it, for example OS2.")
    )
    title = forms.CharField(
        label=_("Objective"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=TITLE_LENGTH,
        help_text=_("In the words of the document. It is shown so in every language of the platform."),
    )

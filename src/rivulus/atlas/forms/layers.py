"""What is said of a layer and its attributes, and how its features are looked through."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from rivulus.atlas.models import Layer
from rivulus.atlas.rules.schemas import Attribute, Schema, read_schema
from rivulus.atlas.rules.specs import LICENCE_NAMES, RHYTHM_NAMES, SYSTEM_NAMES, TYPE_NAMES, LayerSpec
from rivulus.atlas.rules.styles import check_style
from rivulus.atlas.rules.values import show
from rivulus.atlas.terms import (
    GEOMETRY_TYPE_NAMES,
    ORIGIN_NAMES,
    THEME_NAMES,
    VISIBILITY_NAMES,
    AttributeType,
    Origin,
)
from rivulus.identity.queries import list_organisations

LANGUAGES = ("ro", "en", "hu")
FILTERS = "a_"
MOST_FILTERS = 12
EMPTY_ROWS = 3
# A layer that people describe is none of these: they are for what nobody surveyed.
ORIGINS = {kind: name for kind, name in ORIGIN_NAMES.items() if kind is not Origin.ILLUSTRATIVE}


def choices(names: Mapping[Any, str], empty: str | None = None) -> list[tuple[str, str]]:
    """Return the choices of a field in the language of the reader."""
    first = [] if empty is None else [("", empty)]
    return [*first, *((str(code), gettext(name)) for code, name in names.items())]


class LayerForm(forms.Form):
    """A layer in words."""

    title_ro = forms.CharField(label=_("Title in Romanian"), max_length=200)
    title_en = forms.CharField(label=_("Title in English"), max_length=200, required=False)
    title_hu = forms.CharField(label=_("Title in Hungarian"), max_length=200, required=False)
    code = forms.SlugField(
        label=_("Code"),
        max_length=60,
        help_text=_("Stands in addresses and cannot be changed: small letters, digits, hyphens."),
    )
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=list_organisations().none())
    theme = forms.ChoiceField(label=_("Theme"))
    geometry_type = forms.ChoiceField(label=_("Shape"))
    description_ro = forms.CharField(
        label=_("Description in Romanian"), required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    description_en = forms.CharField(
        label=_("Description in English"), required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    description_hu = forms.CharField(
        label=_("Description in Hungarian"), required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    visibility = forms.ChoiceField(label=_("Who sees it"))
    origin = forms.ChoiceField(label=_("How reliable it is"))
    licence = forms.ChoiceField(label=_("Licence"))
    attribution = forms.CharField(label=_("Source to be named"), required=False, max_length=300)
    update_rhythm = forms.ChoiceField(label=_("Update rhythm"))
    crs = forms.ChoiceField(label=_("Coordinate system that the owner works in"))
    rank = forms.IntegerField(
        label=_("Drawn from low to high"),
        min_value=-1000,
        max_value=1000,
        help_text=_("Layers with a higher number lie above the others."),
    )
    is_shown_at_first = forms.BooleanField(label=_("Shown when the map opens"), required=False)
    style = forms.CharField(
        label=_("Style"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("JSON, such as {\"colour\": \"#2f7d4f\", \"width\": 2}; empty for the usual colour of the theme."),
    )  # fmt: skip

    def __init__(self, *args: Any, layer: Layer | None, owners: frozenset[int], **options: Any) -> None:
        if layer is not None:
            names = [name for name in self.base_fields if name not in ("code", "owner", "style")]
            options["initial"] = {name: getattr(layer, name) for name in names} | {
                "style": json.dumps(layer.style, ensure_ascii=False) if layer.style else ""
            }
        else:
            options["initial"] = {
                "rank": 0,
                "crs": "3844",
                "update_rhythm": "IRREG",
                "visibility": "staff",
                "licence": "CC-BY-4.0",
                "geometry_type": "point",
            }
        super().__init__(*args, **options)
        self.layer = layer
        for name, names_of in (
            ("theme", THEME_NAMES), ("geometry_type", GEOMETRY_TYPE_NAMES), ("visibility", VISIBILITY_NAMES),
            ("origin", ORIGINS), ("update_rhythm", RHYTHM_NAMES), ("crs", SYSTEM_NAMES),
        ):  # fmt: skip
            self.fields[name].choices = choices(names_of)  # type: ignore[attr-defined]
        self.fields["licence"].choices = choices(LICENCE_NAMES)  # type: ignore[attr-defined]
        self.fields["owner"].queryset = list_organisations().filter(pk__in=owners)  # type: ignore[attr-defined]
        if layer is not None:
            del self.fields["code"], self.fields["owner"]
            if layer.origin == Origin.ILLUSTRATIVE:
                self.fields["origin"].choices = choices(ORIGIN_NAMES)  # type: ignore[attr-defined]

    def clean_style(self) -> dict[str, Any]:
        """Return the style, read."""
        text = self.cleaned_data["style"].strip()
        if not text:
            return {}
        try:
            read = json.loads(text)
        except ValueError:
            raise forms.ValidationError(gettext("This is not JSON.")) from None
        if not isinstance(read, dict):
            raise forms.ValidationError(gettext("This is not JSON."))
        return read

    def spec(self, schema: list[dict[str, Any]]) -> LayerSpec:
        """Return the layer in words; raises Refused where the style does not fit the attributes."""
        given = self.cleaned_data
        if given["style"]:
            check_style(given["style"], read_schema(schema).open)
        texts = {name: {lang: given[f"{name}_{lang}"] for lang in LANGUAGES} for name in ("title", "description")}
        return LayerSpec(
            code=self.layer.code if self.layer else given["code"],
            owner=self.layer.owner.code if self.layer else given["owner"].code,
            theme=given["theme"],
            title=texts["title"],
            description=texts["description"],
            geometry_type=given["geometry_type"],
            schema=schema,
            style=given["style"],
            licence=given["licence"],
            attribution=given["attribution"],
            visibility=given["visibility"],
            origin=given["origin"],
            crs=int(given["crs"]),
            update_rhythm=given["update_rhythm"],
            rank=given["rank"],
            is_shown_at_first=given["is_shown_at_first"],
            is_kept_by_machine=self.layer.is_kept_by_machine if self.layer else False,
        )


class AttributeForm(forms.Form):
    """One attribute of a layer, in a row of its own."""

    name = forms.CharField(label=_("Name in files"), max_length=60, required=False)
    type = forms.ChoiceField(label=_("Type"), required=False)
    title_ro = forms.CharField(label=_("Title in Romanian"), max_length=200, required=False)
    title_en = forms.CharField(label=_("Title in English"), max_length=200, required=False)
    title_hu = forms.CharField(label=_("Title in Hungarian"), max_length=200, required=False)
    unit = forms.CharField(label=_("Unit"), max_length=40, required=False)
    minimum = forms.CharField(label=_("Smallest"), max_length=40, required=False)
    maximum = forms.CharField(label=_("Largest"), max_length=40, required=False)
    codes = forms.CharField(
        label=_("Known values"), required=False, max_length=40_000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One a line: code = title in Romanian | in English | in Hungarian. Empty where every value is possible."),
    )  # fmt: skip
    is_required = forms.BooleanField(label=_("Has to be filled in"), required=False)
    is_private = forms.BooleanField(label=_("Only for the owner"), required=False)
    is_name = forms.BooleanField(label=_("Is what features are called"), required=False)
    is_gone = forms.BooleanField(label=_("Remove this attribute"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["type"].choices = choices(TYPE_NAMES)  # type: ignore[attr-defined]
        self.kept: dict[str, Any] = {}

    def as_attribute(self, before: Schema) -> dict[str, Any] | None:
        """Return the attribute as a layer keeps it; None for an empty row, or one that is to go."""
        given = self.cleaned_data
        if not given["name"].strip() or given["is_gone"]:
            return None
        known = before.by_name.get(given["name"])
        made = {
            "name": given["name"].strip(),
            "type": given["type"] or "string",
            "title": {lang: given[f"title_{lang}"] for lang in LANGUAGES if given[f"title_{lang}"]},
            "description": dict(known.description) if known else {},
            "unit": given["unit"],
            "codes": [_read_code(line) for line in given["codes"].splitlines() if line.strip()],
            "is_required": given["is_required"],
            "is_private": given["is_private"],
            "is_name": given["is_name"],
        }
        return made | {end: given[end] for end in ("minimum", "maximum") if given[end].strip()}


def _read_code(line: str) -> dict[str, Any]:
    code, _equals, titles = line.partition("=")
    parts = [part.strip() for part in titles.split("|")]
    return {"code": code.strip(), "title": {lang: text for lang, text in zip(LANGUAGES, parts, strict=False) if text}}


def _write_code(attribute: Attribute) -> str:
    lines = []
    for code in attribute.codes:
        titles = " | ".join(code.title.get(lang, "") for lang in LANGUAGES).rstrip(" |")
        lines.append(f"{code.code} = {titles}" if titles else code.code)
    return "\n".join(lines)


def attribute_rows(layer: Layer | None, data: Any = None) -> Any:
    """Return the rows of the attributes, with a few empty ones."""
    make = forms.formset_factory(AttributeForm, extra=EMPTY_ROWS, max_num=100, absolute_max=110)
    schema = read_schema(layer.schema) if layer else Schema()
    initial = [
        {
            "name": a.name, "type": str(a.type), "unit": a.unit, "minimum": show(a.minimum), "maximum": show(a.maximum),
            "codes": _write_code(a), "is_required": a.is_required, "is_private": a.is_private, "is_name": a.is_name,
            **{f"title_{lang}": a.title.get(lang, "") for lang in LANGUAGES},
        }
        for a in schema.attributes
    ]  # fmt: skip
    return make(data, initial=initial, prefix="attributes")


def schema_of(rows: Any, layer: Layer | None) -> list[dict[str, Any]]:
    """Return the attributes of valid rows; raises Refused with what cannot be."""
    before = read_schema(layer.schema) if layer else Schema()
    made = [row.as_attribute(before) for row in rows.forms]
    return read_schema([attribute for attribute in made if attribute is not None]).as_json()


class FilterForm(forms.Form):
    """Looking through the features of a layer: words, a day, and what attributes are like."""

    q = forms.CharField(label=_("Words"), required=False, max_length=120)
    on = forms.DateField(label=_("As of"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, schema: Schema, **options: Any) -> None:
        super().__init__(*args, **options)
        language = (get_language() or "ro")[:2]
        self.filtered = schema.attributes[:MOST_FILTERS]
        for attribute in self.filtered:
            self.fields[FILTERS + attribute.name] = _filter_field(attribute, language)

    def wanted(self) -> tuple[str, Any, dict[str, str]]:
        """Return the words, the day and what attributes are like; what cannot be read asks for nothing."""
        self.is_valid()
        given = self.cleaned_data
        filters = {a.name: given.get(FILTERS + a.name, "") for a in self.filtered if given.get(FILTERS + a.name)}
        return given.get("q", ""), given.get("on"), filters

    @property
    def filter_fields(self) -> list[forms.BoundField]:
        """The fields of the attributes."""
        return [self[FILTERS + attribute.name] for attribute in self.filtered]


def _filter_field(attribute: Attribute, language: str) -> forms.Field:
    label = attribute.title_in(language)
    if attribute.codes:
        known = [(code.code, attribute.words_for(code.code, language)) for code in attribute.codes]
        return forms.ChoiceField(label=label, required=False, choices=[("", gettext("everything")), *known])
    if attribute.type is AttributeType.BOOLEAN:
        either = [("", gettext("everything")), ("true", gettext("yes")), ("false", gettext("no"))]
        return forms.ChoiceField(label=label, required=False, choices=either)
    ranged = attribute.type in (AttributeType.INTEGER, AttributeType.NUMBER, AttributeType.DATE)
    shown = f"{label} ({attribute.unit})" if attribute.unit else label
    return forms.CharField(
        label=shown, required=False, max_length=120, help_text=gettext("A value, or from..to") if ranged else ""
    )


class WithdrawForm(forms.Form):
    """Why a layer is withdrawn."""

    reason = forms.CharField(label=_("Why the layer is withdrawn"), max_length=500)

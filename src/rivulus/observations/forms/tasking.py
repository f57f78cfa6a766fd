"""A form for whatever an actuator can be told, made from its SWE Common DataRecord."""

from collections.abc import Mapping
from typing import Any

from django import forms

MOST_OPTIONS = 50


class TaskForm(forms.Form):
    """One field for each of the record's; the rules of tasking check the values once more."""

    def __init__(self, *args: Any, record: Mapping[str, Any], **options: Any) -> None:
        super().__init__(*args, **options)
        for item in record.get("field", record.get("fields", ())):
            self.fields[item["name"]] = _field(item)

    def parameters(self) -> dict[str, Any]:
        """Return what was asked, without what was left empty."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


def _field(item: Mapping[str, Any]) -> forms.Field:
    unit = (item.get("uom") or {}).get("code", "")
    label = item.get("label") or item["name"]
    common: dict[str, Any] = {
        "label": f"{label} ({unit})" if unit else label,
        "required": not item.get("optional", False),
        "help_text": item.get("description", ""),
    }
    constraint = item.get("constraint") or {}
    options = constraint.get("value") or []
    if item["type"] in ("Quantity", "Count") and not options:
        low, high = (constraint.get("interval") or [[None, None]])[0]
        bounds: dict[str, Any] = {"min_value": _number(low), "max_value": _number(high)}
        return (forms.IntegerField if item["type"] == "Count" else forms.FloatField)(**common, **bounds)
    if item["type"] == "Boolean":
        return forms.BooleanField(**{**common, "required": False})
    if options:
        is_number = item["type"] in ("Quantity", "Count")
        return forms.TypedChoiceField(
            **common,
            choices=[(str(option), str(option)) for option in options[:MOST_OPTIONS]],
            coerce=float if is_number else str,
        )
    return forms.CharField(**common, max_length=500)


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None

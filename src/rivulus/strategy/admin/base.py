"""What every table of the strategy in the staff admin has in common: it can only be looked up.

Facts come from the pack, and statements from actions that ask for reasons and write lines.
"""

from typing import Any, ClassVar

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from modeltranslation.translator import NotRegistered, translator
from unfold.admin import ModelAdmin

LANGUAGES = (("ro", "Română"), ("en", "English"), ("hu", "Magyar"))


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]
    """Rows to look up: what is in three languages stands in a tab for each of them."""

    list_per_page = 50
    show_full_result_count = False
    # The public page of a row, where there is one: the name of its address, and what names the row in it.
    page: ClassVar[str] = ""
    page_argument: ClassVar[str] = "code"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Facts come from the pack."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is overwritten."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is lost."""
        return False

    def get_view_on_site_url(self, obj: Model | None = None) -> str | None:
        """Lead to the page that everybody reads."""
        if not self.page or obj is None:
            return None
        return reverse(f"strategy:{self.page}", args=[getattr(obj, self.page_argument)])

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> list[tuple[Any, dict[str, Any]]]:
        """Return the plain fields, then a tab for each language."""
        excluded, translated = set(self.exclude or ()), _translated(self.model)
        languages = {f"{name}_{code}" for name in translated for code, _name in LANGUAGES}
        fields = (*self.model._meta.fields, *self.model._meta.many_to_many)
        plain = [field.name for field in fields if field.name not in languages | set(translated) | excluded]
        tabs = [
            (name, {"fields": [f"{field}_{code}" for field in translated], "classes": ["tab"]})
            for code, name in LANGUAGES
            if translated
        ]
        return [(None, {"fields": plain}), *tabs]


def _translated(model: type[Model]) -> tuple[str, ...]:
    """Return the fields kept in three languages, in the order of the model."""
    try:
        names = set(translator.get_options_for_model(model).all_fields)
    except NotRegistered:
        return ()
    return tuple(field.name for field in model._meta.fields if field.name in names)


def search_in(*names: str, plain: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the fields to search: the plain ones, and the translated ones in every language."""
    return (*plain, *(f"{name}_{code}" for name in names for code, _name in LANGUAGES))

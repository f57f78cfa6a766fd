"""What of the API is for people on duty only, as the pages are."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from rivulus.observations.presenters.viewer import refusal


def check_sees_duty(request: HttpRequest) -> None:
    """Raise PermissionDenied, with the sentence of the pages, unless whoever asks sees the duty pages."""
    sentence = refusal(request, "see_duty")
    if sentence:
        raise PermissionDenied(sentence)

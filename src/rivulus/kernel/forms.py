"""What pages with forms do with an action that may be refused."""

from collections.abc import Callable

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import say


def attempt[T](form: BaseForm, act: Callable[[], T]) -> T | None:
    """Return what the action returns; where it is refused, None, and the reason stands above the form."""
    try:
        return act()
    except Refused as refused:
        form.add_error(None, say(refused))
        return None


def tell(request: HttpRequest, act: Callable[[], object], done: str) -> None:
    """Act, and tell on the next page that it is done, or why not."""
    try:
        act()
    except Refused as refused:
        messages.error(request, say(refused))
    else:
        messages.success(request, done)


def status_of(form: BaseForm) -> int:
    """Return the status of a page with this form: 400 where it was sent and something in it is wrong."""
    return 400 if form.is_bound and form.errors else 200


def carry_out(request: HttpRequest, form: BaseForm, act: Callable[[], object], done: str) -> bool:
    """Act, and tell on the next page that it is done; where it is refused, say why above the form, and return False."""
    try:
        act()
    except Refused as refused:
        form.add_error(None, say(refused))
        return False
    messages.success(request, done)
    return True

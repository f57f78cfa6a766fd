"""Addresses that no page can have."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse


def refuse_null_bytes(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: answer 404 to an address with a null byte, which PostgreSQL would refuse with an error of its own."""

    def answer(request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info:
            raise Http404
        return get_response(request)

    return answer

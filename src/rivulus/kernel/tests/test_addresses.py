"""Facts about addresses that no page can have."""

import pytest
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from rivulus.kernel.addresses import refuse_null_bytes


def test_an_address_with_a_null_byte_is_not_found() -> None:
    answer = refuse_null_bytes(lambda request: HttpResponse())
    with pytest.raises(Http404):
        answer(RequestFactory().get("/matrix/E%001/"))


def test_every_other_address_passes() -> None:
    answer = refuse_null_bytes(lambda request: HttpResponse(request.path))
    assert answer(RequestFactory().get("/matrix/E1.1/")).content == b"/matrix/E1.1/"

"""Public pages are kept until something changes.

Every change writes one line into the journal, so the end of the journal names the state of the whole platform: a page
made for a guest at that end, on that day, is the same page for every other guest. It is kept in the memory of the
process under that name; asking costs one query of one row. Nothing has to be invalidated, and nothing can be stale.

Observations are the exception: they arrive by the second, without a line each. A page that shows them says for how
long it may be kept (``Cache-Control: max-age``), and is kept no longer.
"""

import math
import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from rivulus.journal import queries as journal
from rivulus.kernel import clock

MAX_PAGES = 400
MAX_BYTES = 48 * 1024 * 1024
LARGEST = 1024 * 1024
PROGRAMS = ("/tiles/", "/ogc/", "/basemap/", "/api/", "/sensorthings/", "/live/")  # which seldom ask for a page
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A page as it was sent."""

    content: bytes
    headers: tuple[tuple[str, str], ...]
    until: float = math.inf  # seconds since 1970


class Shelf:
    """Pages by key, the least used thrown away first; safe for several threads."""

    def __init__(self, max_pages: int = MAX_PAGES, max_bytes: int = MAX_BYTES) -> None:
        self.max_pages, self.max_bytes = max_pages, max_bytes
        self.bytes = 0
        self._pages: OrderedDict[Key, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: Key) -> Kept | None:
        """Return a page that was kept under this key."""
        with self._lock:
            kept = self._pages.get(key)
            if kept is None or kept.until < clock.now().timestamp():
                return None
            self._pages.move_to_end(key)
            return kept

    def keep(self, key: Key, page: Kept) -> None:
        """Keep a page, and throw away what no longer fits."""
        with self._lock:
            old = self._pages.pop(key, None)
            self.bytes += len(page.content) - (len(old.content) if old else 0)
            self._pages[key] = page
            while len(self._pages) > self.max_pages or self.bytes > self.max_bytes:
                _key, dropped = self._pages.popitem(last=False)
                self.bytes -= len(dropped.content)


class KeptPages:
    """Middleware that answers guests from the shelf, and fills it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.shelf = Shelf()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with a kept page where there is one."""
        if not settings.RIVULUS_KEEP_PAGES or not _is_guest(request):
            return self.get_response(request)
        key = _key(request)
        kept = self.shelf.find(key)
        if kept is not None:
            return HttpResponse(kept.content, headers=dict(kept.headers))
        response = self.get_response(request)
        if _is_for_everybody(request, response):
            headers = tuple((name, value) for name, value in response.items() if name.lower() != "set-cookie")
            self.shelf.keep(key, Kept(response.content, headers, _until(response)))
        return response


def _is_guest(request: HttpRequest) -> bool:
    """Tell whether nothing in the request says who asks: then the answer cannot depend on it."""
    own = {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "messages"}
    is_nobody = not own & request.COOKIES.keys() and "Authorization" not in request.headers
    return request.method == "GET" and is_nobody and _wants_a_page(request)


def _wants_a_page(request: HttpRequest) -> bool:
    """Tell whether a page will do: some addresses answer programs that ask for it with RDF."""
    accept = request.headers.get("Accept", "")
    if request.path_info.startswith(PROGRAMS):
        return "text/html" in accept
    return not accept or "text/html" in accept or "*/*" in accept


def _key(request: HttpRequest) -> Key:
    head = journal.get_head()
    is_part = request.headers.get("HX-Request", "")
    return (
        head.sequence,
        head.hash,
        clock.today(),
        request.get_host(),
        request.is_secure(),
        request.get_full_path(),
        is_part,
    )


def _until(response: HttpResponse) -> float:
    """Return the moment after which the page is too old, where it names one."""
    named = re.search(r"max-age=(\d+)", response.get("Cache-Control", ""))
    return clock.now().timestamp() + int(named[1]) if named else math.inf


def _is_for_everybody(request: HttpRequest, response: HttpResponse) -> bool:
    """Tell whether a page holds nothing of its own for one visitor: no cookie, no token, no nonce, no wish not to."""
    return (
        response.status_code == 200
        and not response.streaming
        and response.get("Content-Type", "").startswith("text/html")
        and not response.cookies
        and "CSRF_COOKIE" not in request.META
        and "no-" not in response.get("Cache-Control", "")
        and not getattr(request, "_csp_nonce", None)
        and len(response.content) <= LARGEST
    )

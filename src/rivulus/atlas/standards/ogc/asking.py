"""What a request asks: its parameters, checked against those that its resource knows; in which form; who asks."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation.trans_real import parse_accept_lang_header

from rivulus.atlas.models import Layer
from rivulus.atlas.queries.visible import PUBLIC, Viewer, get_layer, get_public_layer, viewer_of
from rivulus.atlas.rules.crs import LON_LAT, Crs, box_to_lon_lat, read_crs
from rivulus.atlas.standards.ogc.answers import HTML, Problem
from rivulus.kernel import clock
from rivulus.kernel.geometry import Box

ROOT = "/ogc"
FORMS = ("json", "html")


@dataclass(frozen=True, slots=True)
class Request:
    """A request for one resource; ``base`` is the address of the service."""

    http: HttpRequest
    base: str
    form: str
    parameters: dict[str, str]

    @property
    def is_page(self) -> bool:
        """Say whether a page for people is wanted."""
        return self.form == "html"

    @property
    def viewer(self) -> Viewer:
        """Who asks. Looking it up makes the answer depend on the session."""
        return viewer_of(cast(Any, self.http.user))

    def layer(self, code: str) -> tuple[Layer, Viewer, bool]:
        """Return a layer, who looks at it, and whether everybody would see the same; raises NotFound."""
        if not self.is_signed_in:
            return get_public_layer(code), PUBLIC, True
        viewer = self.viewer
        return get_layer(code, viewer), viewer, False

    @property
    def is_signed_in(self) -> bool:
        """Say whether the request comes with a session; without one nobody has to be looked up."""
        return settings.SESSION_COOKIE_NAME in self.http.COOKIES

    def link(self, path: str, rel: str, media_type: str, title: str = "") -> dict[str, str]:
        """Return a link to a resource of the service."""
        href = path if path.startswith("http") else self.base + path
        return {"href": href, "rel": rel, "type": media_type} | ({"title": title} if title else {})

    def forms(self, path: str, media_type: str, *, others: str = "") -> list[dict[str, str]]:
        """Return the links to a resource itself, and to it in the other form."""
        path = f"{path}?{others}" if others else path
        joint = "&" if others else "?"
        own, other = ("self", "alternate") if not self.is_page else ("alternate", "self")
        return [
            self.link(f"{path}{joint}f=json", own, media_type, gettext("This as JSON")),
            self.link(f"{path}{joint}f=html", other, HTML, gettext("This as a page")),
        ]


def read(http: HttpRequest, known: Collection[str], forms: Collection[str] = FORMS) -> Request:
    """Return what is asked; raises Problem where a parameter is not known or given twice."""
    for name, values in http.GET.lists():
        if name not in known and name != "f":
            raise Problem(400, gettext("The parameter “%(name)s” is not known.") % {"name": name[:60]})
        if len(values) > 1:
            raise Problem(400, gettext("The parameter “%(name)s” is given twice.") % {"name": name[:60]})
    parameters = {name: str(http.GET[name]) for name in http.GET}
    form = parameters.pop("f", "") or _wanted(http, forms)
    if form not in forms:
        raise Problem(400, gettext("The form “%(name)s” is not served here.") % {"name": form[:40]})
    return Request(http, http.build_absolute_uri(ROOT), form, parameters)


def language_of(http: HttpRequest) -> str:
    """Return the first language of the reader that the city speaks: at these addresses none is in the path."""
    spoken = {code for code, _name in settings.LANGUAGES}
    wanted = parse_accept_lang_header(http.headers.get("Accept-Language", ""))
    return next((code[:2] for code, _weight in wanted if code[:2] in spoken), settings.LANGUAGE_CODE)


def _wanted(http: HttpRequest, forms: Collection[str]) -> str:
    """Browsers name HTML first; programs that name nothing, or anything, get JSON."""
    accepted = http.headers.get("Accept", "")
    first = next((one.strip().partition(";")[0] for one in accepted.split(",")), "")
    return "html" if first in (HTML, "application/xhtml+xml") and "html" in forms else next(iter(forms))


def read_limit(text: str | None, usual: int, most: int) -> int:
    """Return how many are wanted, at most ``most``; raises Problem."""
    if text is None:
        return usual
    if not text.isascii() or not text.isdecimal() or not int(text[:12]) > 0:
        raise Problem(400, gettext("limit: a whole number from 1 to %(most)s is needed.") % {"most": most})
    return min(int(text[:12]), most)


def read_crs_of(text: str | None) -> Crs:
    """Return the system that a parameter names, longitude and latitude where it names none; raises Refused."""
    return LON_LAT if text is None else read_crs(text)


def read_box(text: str | None, crs_name: str | None) -> Box | None:
    """Return a box in longitude and latitude; raises Problem and Refused. Heights are left out."""
    crs = read_crs_of(crs_name)
    if text is None:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:
        numbers = [numbers[0], numbers[1], numbers[3], numbers[4]]
    if len(numbers) != 4 or not all(abs(number) < 1e9 for number in numbers):
        raise Problem(400, gettext("bbox: four numbers are needed, the lower left corner and the upper right one."))
    first, second, third, fourth = numbers
    if second > fourth or (first > third and not crs.is_crs84):
        raise Problem(400, gettext("bbox: the lower left corner comes first."))
    if first > third:  # across the 180th meridian: the city is on neither side of it
        third += 360
    return box_to_lon_lat((first, second, third, fourth), crs)


def read_days(text: str | None) -> tuple[dt.date | None, dt.date | None]:
    """Return the first and the last day that ``datetime`` names, today without it; raises Problem."""
    if text is None:
        return clock.today(), clock.today()
    since, slash, until = text.partition("/")
    try:
        if not slash:
            return _day(since), _day(since)
        first = None if since in ("", "..") else _day(since)
        last = None if until in ("", "..") else _day(until)
    except ValueError:
        raise Problem(400, gettext("datetime: a date, a moment, or two of them with “/” between are needed.")) from None
    if first and last and first > last:
        raise Problem(400, gettext("datetime: the end comes before the beginning."))
    return first, last


def _day(text: str) -> dt.date:
    if len(text) == 10:
        return dt.date.fromisoformat(text)
    moment = dt.datetime.fromisoformat(text)
    return (moment if moment.tzinfo is None else moment.astimezone(clock.CITY_ZONE)).date()

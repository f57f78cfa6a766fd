"""What the frame of every page needs to know, and the words of its signs."""

from datetime import date

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, Resolver404, resolve, reverse, translate_url
from django.utils.translation import get_language, gettext

from rivulus.ui import rules
from rivulus.ui.terms import BasisName, StateName

type Link = tuple[str, str, bool]
type Day = date | int | str | None
type Amount = rules.Number | str | None
type LanguageLink = tuple[str, str, str, bool]
ACCOUNT_PAGES = {"sign_in": "account_login", "sign_out": "account_logout", "profile": "account_email"}


def page(request: HttpRequest) -> dict[str, object]:
    """Context processor; a page that does not exist (yet) is left out rather than breaking every other."""
    language = active_language()
    return {
        "navigation": navigation_of(request.path),
        "languages": languages_of(request, language),
        "language": language,
        "demonstration": getattr(settings, "RIVULUS_DEMO", False),
        "account": account_of(request),
        "home_url": find_url("home") or "/",
        "accessibility_url": find_url("accessibility"),
        "api_docs_url": find_url("api_docs"),
        "gallery_url": find_url("ui:gallery"),
    }


def find_url(name: str) -> str:
    """The address of a page by its name, or "" where there is no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def navigation_of(path: str) -> list[Link]:
    """Links of the main navigation; the longest address that begins the path is the current one."""
    links = [(find_url(name), gettext(words)) for name, words in settings.RIVULUS_NAVIGATION]
    here = max((url for url, _ in links if url and _leads_to(url, path)), key=len, default="")
    return [(url, words, url == here) for url, words in links if url]


def _leads_to(url: str, path: str) -> bool:
    is_home = url == find_url("home")
    return path == url if is_home else path.startswith(url)


def languages_of(request: HttpRequest, language: str) -> list[LanguageLink]:
    """Address, code, own name and whether it is the language in use, for this very page."""
    path = request.get_full_path()
    known = _is_known(request)
    return [
        (translate_url(path, code) if known else _front_page(code), code, str(name), code == language)
        for code, name in settings.LANGUAGES
    ]


def _is_known(request: HttpRequest) -> bool:
    try:
        resolve(request.path_info)
    except Resolver404:
        return False
    return True


def _front_page(code: str) -> str:
    return "/" if code == settings.LANGUAGE_CODE else f"/{code}/"


def account_of(request: HttpRequest) -> dict[str, str]:
    """Name of who is signed in ("" for a guest) and the addresses of the account pages that exist."""
    names = {**ACCOUNT_PAGES, **getattr(settings, "RIVULUS_ACCOUNT", {})}
    pages = {key: find_url(name) for key, name in names.items()}
    return {"name": _name_of(request), **pages}


def _name_of(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ""
    return str(getattr(user, "full_name", "") or user.get_username())


def state_words(value: StateName) -> str:
    """The word that always stands beside the sign of a state."""
    match value:
        case StateName.MET:
            return gettext("met")
        case StateName.IN_PROGRESS:
            return gettext("in progress")
        case StateName.NOT_MET:
            return gettext("not met")
        case StateName.EXPECTED:
            return gettext("expected")
    return gettext("unknown")


def basis_words(value: BasisName) -> tuple[str, str]:
    """The word and the sentence that explains it."""
    match value:
        case BasisName.MEASURED:
            return gettext("measured"), gettext("Computed from the records of the platform.")
        case BasisName.DECLARED:
            return gettext("declared"), gettext("Stated by a person, with a date and a document.")
        case BasisName.RECONSTRUCTED:
            return gettext("reconstructed"), gettext("Read out of the text of the strategy.")
    return gettext("not known how"), gettext("Nothing says how this is known.")


def trend_words(trend: str, meaning: str) -> str:
    """Where a number goes and whether that is good."""
    direction = {"up": gettext("rising"), "down": gettext("falling"), "flat": gettext("steady")}.get(trend, "")
    judgement = {"better": gettext("better"), "worse": gettext("worse")}.get(meaning, "")
    return ", ".join(filter(None, (direction, judgement)))


def active_language() -> str:
    """The language of the reader."""
    return get_language() or settings.LANGUAGE_CODE


def number_text(value: Amount, decimals: int | None = None) -> str:
    """A number in the active language."""
    if value is None or isinstance(value, str):
        return value or "–"
    return rules.format_number(value, language=active_language(), decimals=decimals)


def percent_text(value: rules.Number | None, decimals: int | None = None) -> str:
    """A share from 0 to 100 in the active language."""
    return "–" if value is None else rules.format_percent(value, language=active_language(), decimals=decimals)


def money_text(amount: rules.Number | None, currency: str = "EUR") -> str:
    """An amount in the active language."""
    return "–" if amount is None else rules.format_money(amount, language=active_language(), currency=currency)


def date_text(value: Day) -> str:
    """A day in full, or a year as it is."""
    if isinstance(value, date):
        return rules.format_date(value, language=active_language())
    return "" if value is None else str(value)


def map_style_url(theme: str) -> str:
    """Return the address of the map's style in the language of the reader; whoever serves it is a context above."""
    address = find_url("atlas_style")
    return f"{address}?theme={theme}&lang={active_language()}" if address else ""


def map_words() -> dict[str, str]:
    """Return what the controls of the map are called, by the names that the library gives them."""
    return {
        "AttributionControl.ToggleAttribution": gettext("Show or hide the sources"),
        "NavigationControl.ZoomIn": gettext("Zoom in"),
        "NavigationControl.ZoomOut": gettext("Zoom out"),
        "Map.Title": gettext("Map"),
        "Popup.Close": gettext("Close"),
        "ScaleControl.Meters": "m",
        "ScaleControl.Kilometers": "km",
        "CooperativeGesturesHandler.WindowsHelpText": gettext("Hold Ctrl while you scroll to zoom the map"),
        "CooperativeGesturesHandler.MacHelpText": gettext("Hold ⌘ while you scroll to zoom the map"),
        "CooperativeGesturesHandler.MobileHelpText": gettext("Use two fingers to move the map"),
    }

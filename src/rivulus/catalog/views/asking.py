"""Reading questions from addresses, and answering what cannot be answered with a sentence and its place."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Concatenate, cast

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils import translation
from django.utils.translation import get_language_from_request, gettext

from rivulus.catalog.queries.engine import TookTooLong
from rivulus.catalog.queries.rows import Asked
from rivulus.catalog.rules.rowquery.trees import Mistake
from rivulus.kernel import limits
from rivulus.kernel.errors import Refused
from rivulus.kernel.limits import TooOften
from rivulus.kernel.words import N_, say

PARTS = ("select", "where", "group", "having", "order", "limit", "offset", "after")
OTHERS = ("lang", "format", "table", "total")
LANGUAGES = ("ro", "en", "hu")

type View[**P] = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def answer_refusals[**P](view: View[P]) -> View[P]:
    """Answer a wrong question with 400 and where it is wrong, one that takes too long with 503, one too many with 429."""

    @wraps(view)
    def answered(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except TooOften as error:
            with translation.override(language_of(request)):
                response = _error(429, gettext("You asked too often. Ask again in a while."), {})
            response["Retry-After"] = str(error.retry_after_s)
            return response
        except Refused as refused:
            with translation.override(language_of(request)):
                return refusal(refused)

    return cast("View[P]", answered)


def refusal(refused: Refused) -> JsonResponse:
    """Return a refusal as programs read it."""
    more = {"part": refused.part, "position": refused.at} if isinstance(refused, Mistake) else {}
    return _error(503 if isinstance(refused, TookTooLong) else 400, say(refused), more)


def _error(status: int, sentence: str, more: Mapping[str, object]) -> JsonResponse:
    body = {"error": {"sentence": sentence, **more}}
    response = JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "no-store"
    response["Access-Control-Allow-Origin"] = "*"
    return response


def read_asked(request: HttpRequest) -> Asked:
    """Return the question of an address; raises Mistake for what nobody reads."""
    return read_parts(request.GET.dict(), also=OTHERS)


def read_parts(given: Mapping[str, str], also: tuple[str, ...] = ()) -> Asked:
    """Return the question that these texts say; a misspelt part must not look like an answer."""
    for name in given:
        if name not in PARTS and name not in also:
            raise mistake(
                name, N_("There is no “%(name)s” here; the parts are %(parts)s."), name=name, parts=", ".join(PARTS)
            )
    return Asked(
        select=given.get("select", ""),
        where=given.get("where", ""),
        group=given.get("group", ""),
        having=given.get("having", ""),
        order=given.get("order", ""),
        limit=_whole(given, "limit") if given.get("limit") else None,
        offset=_whole(given, "offset") if given.get("offset") else 0,
        after=given.get("after", ""),
    )


def language_of(request: HttpRequest) -> str:
    """Return the language that the address names, or else the one that the reader prefers."""
    wanted = request.GET.get("lang", "")
    return wanted if wanted in LANGUAGES else get_language_from_request(request)[:2]


def count_asking(request: HttpRequest, limit: limits.Limit) -> None:
    """Count one question for whoever asks; raises TooOften."""
    limits.count(limit, request.user.pk or limits.address_of(request))


def mistake(part: str, sentence: str, **values: object) -> Mistake:
    """Return a mistake in a part."""
    found = Mistake(sentence, at=1, **values)
    found.part = part
    return found


def _whole(given: Mapping[str, str], name: str) -> int:
    words = given[name].strip()
    if not words.isdecimal() or len(words) > 12:
        raise mistake(name, N_("“%(name)s” is a whole number."), name=name)
    return int(words)

"""What radio networks post, word for word: uplinks of ChirpStack 4 and of The Things Stack 3; and the check of a message.

Answers are JSON in English: ``stored``, ``already_there`` and ``findings`` (each with level and sentence).
"""

import json
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.kernel.limits import Limit, TooOften, address_of, count
from rivulus.observations.actions import devices as actions
from rivulus.observations.actions import sandbox
from rivulus.observations.actions import suppliers as supplier_actions
from rivulus.observations.queries import devices as queries
from rivulus.observations.queries import suppliers
from rivulus.observations.rules import keys
from rivulus.observations.rules.devices import lorawan
from rivulus.observations.rules.devices.judging import judge
from rivulus.observations.rules.devices.messages import MAX_MESSAGE, KnownSeries, Message, Verdict
from rivulus.observations.rules.devices.profiles import find_profile
from rivulus.observations.rules.devices.reading import read_message
from rivulus.observations.rules.keys import KeyHolder
from rivulus.observations.rules.readings import Stored
from rivulus.observations.terms import Scope

UPLINKS = Limit(name="device-uplinks", most=1200)  # of one supplier in a minute
CHECKS = Limit(name="device-checks", most=30)  # of one key, or of one address
CHALLENGE = 'Bearer realm="Rivulus", Basic realm="Rivulus"'
READ_EVENTS = ("up", "status")


class _Answer(Exception):
    """Leads straight to an answer."""

    def __init__(self, status: int, sentence: str, **headers: str) -> None:
        super().__init__(sentence)
        self.response = JsonResponse({"error": sentence}, status=status, headers=headers)


@csrf_exempt
@require_POST
def chirpstack(request: HttpRequest) -> HttpResponse:
    """Take in an event of ChirpStack 4 (HTTP integration, encoding JSON); only uplinks and states are kept."""
    event = request.GET.get("event", "up")
    if event not in READ_EVENTS:
        return JsonResponse({"stored": 0, "already_there": 0, "findings": [], "ignored": event[:40]})
    return _take_in(request, "chirpstack", event)


@csrf_exempt
@require_POST
def tts(request: HttpRequest) -> HttpResponse:
    """Take in a message of The Things Stack (webhook, format JSON); only uplinks are kept."""
    return _take_in(request, "tts", "up")


@csrf_exempt
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Say what is right and wrong with a message, and store nothing. With a key, the supplier's series are known."""
    try:
        holder = _holder(request, is_needed=False)
        _count(CHECKS, holder.supplier_id if holder else address_of(request))
        text = _text(request)
    except _Answer as answer:
        return answer.response
    message = read_message(text, profiles=queries.list_profiles(), series=request.GET.get("series", "")[:200])
    names = [claim.series for claim in message.claims]
    with sandbox.inside() if holder and holder.is_sandbox else nullcontext():
        known = queries.find_series(names, holder=holder)
    verdict = judge(message, known, clock.now())
    return JsonResponse(show_verdict(verdict) | {"would_store": [_show_row(row) for row in verdict.rows]})


def show_verdict(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as JSON, in English."""
    findings = [{"level": str(found.level), "sentence": found.words} for found in verdict.findings]
    return {"kind": str(verdict.kind), "device": verdict.device, "is_good": verdict.is_good, "findings": findings}


def _show_row(row: Any) -> dict[str, Any]:
    series: KnownSeries = row.series
    return {
        "series": series.id,
        "name": series.name,
        "time": row.time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "value": row.value,
        "unit": series.unit,
    }


def _take_in(request: HttpRequest, channel: str, event: str) -> HttpResponse:
    try:
        holder = _needed_holder(request)
        _check_quota(holder)
        text = _text(request)
        message = _read(text, channel, event)
        verdict, stored = _store(holder, message)
    except _Answer as answer:
        return answer.response
    supplier_actions.note_use(key_ids=[holder.key_id])
    kept = stored.added + stored.corrected
    actions.keep_message(supplier_id=holder.supplier_id, channel=channel, body=text, verdict=verdict, stored=kept)
    content = show_verdict(verdict) | {"stored": kept, "already_there": stored.replayed}
    return JsonResponse(content, status=200 if kept or stored.replayed or not verdict.findings else 422)


def _read(text: str, channel: str, event: str) -> Message:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _Answer(400, f"The body is not JSON: {error}."[:300]) from error
    if not isinstance(document, Mapping):
        raise _Answer(400, "The body must be a JSON object.")
    if event == "status":
        return lorawan.read_chirpstack_status(document)
    read = lorawan.read_chirpstack if channel == "chirpstack" else lorawan.read_tts
    return read(document, queries.list_profiles())


def _store(holder: KeyHolder, message: Message) -> tuple[Verdict, Stored]:
    try:
        with sandbox.inside() if holder.is_sandbox else transaction.atomic():
            profile = find_profile(queries.list_profiles(), message.names)
            if profile is not None and message.claims:
                actions.describe_device(holder=holder, message=message, profile=profile)
            return actions.take_in(holder=holder, message=message)
    except Refused as refused:
        raise _Answer(422, str(refused)) from refused


def _needed_holder(request: HttpRequest) -> KeyHolder:
    holder = _holder(request, is_needed=True)
    if holder is None:
        raise AssertionError("A key was needed.")
    if not holder.can(Scope.OBSERVE):
        raise _Answer(403, "This key may not send observations: it lacks the scope “observe”.")
    return holder


def _holder(request: HttpRequest, *, is_needed: bool) -> KeyHolder | None:
    secret = keys.find_secret({name.lower(): value for name, value in request.headers.items()})
    if secret is None and not is_needed:
        return None
    if secret is None:
        raise _Answer(
            401, "Send the key of your supplier: Authorization: Bearer KEY.", **{"WWW-Authenticate": CHALLENGE}
        )
    holder = suppliers.find_key(secret)
    if holder is None:
        _count(CHECKS, address_of(request))
        raise _Answer(401, "This key is not known, or was revoked.", **{"WWW-Authenticate": CHALLENGE})
    return holder


def _check_quota(holder: KeyHolder) -> None:
    _count(UPLINKS, holder.supplier_id)
    if suppliers.usage_on(holder.supplier_id, clock.today()).accepted >= holder.quota_per_day:
        raise _Answer(429, "The quota of the day is used up.", **{"Retry-After": "3600"})


def _count(limit: Limit, who: object) -> None:
    try:
        count(limit, who)
    except TooOften as error:
        sentence = f"Too often; try again in {error.retry_after_s} seconds."
        raise _Answer(429, sentence, **{"Retry-After": str(error.retry_after_s)}) from error


def _text(request: HttpRequest) -> str:
    if len(request.body) > MAX_MESSAGE:
        raise _Answer(413, "A message has at most 256 KiB.")
    try:
        return request.body.decode()
    except UnicodeDecodeError as error:
        raise _Answer(400, "The body is not text in UTF-8.") from error
